"""Simulation-based calibration of the whole way from plans to parameters, and what was carried.

    python benchmarks/record.py [HISTORIES]
    python benchmarks/record.py exact [HISTORIES]
    python benchmarks/record.py carried [DRAWS]

For each of HISTORIES (200) parameters of a small scenario are drawn from their ranges, people are
planned, presence and errors of counts are drawn, and the counts are calibrated. The rank of the
true value among the draws found is uniform if the calibration is right (Talts, Betancourt, Simpson,
Vehtari and Gelman, *Validating Bayesian inference algorithms with simulation-based calibration*,
2018). Prints for each parameter the ranks in five parts, the chance of a chi-square as large, and
how often nine draws in ten hold the true value.

``exact`` does the same without the sampler: DRAWS draws by the ranges are planned once and weighed
by the likelihood of each history (2,000, others than above). So it shows what the observation
model does by itself, and what is the sampler's doing beside it.

``carried`` draws `hindsight` by the ranges alone, by what was known in June 2022 and by all counts
to 2025, and prints the share of DRAWS (256) that fill each of the three companies that really went
to 90 %, and of what was known to be scarce the share of the ceiling that is present.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from scipy.stats import chisquare, qmc

import planner as pl
from planner.record.calibrate import calibrate
from planner.record.observe import Expected, exceeds, plan, seen_in
from tests.record.made import empty_history, history, small, truth

PARTICLES = 256

DRAWS = 32_768
"""Draws by the ranges that ``exact`` weighs; a multiple of TOGETHER."""

TOGETHER = 512

COMPANIES = ("oir-protection", "eufor-unit", "nmi-protection")
SCARCE = ("efp-unit", "minusma-ipo")
SAMPLES = ("none", "letter-2022-06", "hindsight-2025-11")


def carried(draws: int) -> None:
    """Print how often draws carry what was really carried."""
    print("| draws | " + " | ".join((*COMPANIES, "all three", *SCARCE)) + " |")
    for sample in SAMPLES:
        found = pl.simulate(pl.load("hindsight").with_({"parameters": sample}), draws)
        places = [found.metadata.axes.demands.index(id) for id in (*COMPANIES, *SCARCE)]
        filled, present = [], []
        for one in found.records(["caps", "begin", "end", "filled", "present", "codes"]):
            asked = one.asked[:, places]
            filled.append(one.filled[:, 0, places] / asked)
            present.append(one.present[:, 0, places] / asked)
        count = len(COMPANIES)
        full = np.concatenate(filled)[:, :count] >= 0.9
        shares = [*full.mean(axis=0), full.all(axis=1).mean()]
        shares += np.concatenate(present)[:, count:].mean(axis=0).tolist()
        print(f"| {sample} ({len(full)}) | " + " | ".join(f"{one:.2f}" for one in shares) + " |")


def show(ids: tuple[str, ...], table: np.ndarray, parts: int) -> None:
    """Print how even ranks of the true values are, (histories, parameters)."""
    for id, column in zip(ids, table.T, strict=True):
        counts, _ = np.histogram(column, parts, (0, 1 + 1e-9))
        inside = np.mean((column > 0.05) & (column < 0.95))
        chance = chisquare(counts).pvalue
        print(f"{id:32} {counts} chance {chance:.3f} inside 90 % {100 * inside:.1f} %")


def rank(below: np.ndarray, same: np.ndarray, seed: int) -> np.ndarray:
    """Return ranks; those of values that are found as they are lie anywhere among them."""
    return below + np.random.default_rng([seed, 5]).random(len(below)) * same


def exact(histories: int) -> None:
    """Print the ranks of the true values in draws by the ranges, weighed by the likelihood."""
    specification, _ = truth(0)
    ids = specification.uncertain.ids
    points = qmc.Sobol(len(ids), rng=np.random.default_rng(11)).random(DRAWS)
    values = specification.uncertain.values(points)
    every = seen_in(specification, empty_history())
    plans = [
        plan(specification, every, values[k : k + TOGETHER]).weights
        for k in range(0, DRAWS, TOGETHER)
    ]
    expected = Expected.of(specification, every, np.concatenate(plans), values)
    ranks = []
    for seed in range(1000, 1000 + histories):
        _, true = truth(seed)
        seen = seen_in(specification, history(specification, true, seed))
        kept = np.flatnonzero(~exceeds(specification, seen, values[:256]))
        log = Expected(*(one[:, kept] for one in expected)).log_likelihood(seen.take(kept))
        weight = np.exp(log - log.max())
        weight /= weight.sum()
        ranks.append(rank(weight @ (values < true), weight @ (values == true), seed))
    print(f"{histories} histories, {DRAWS:,} draws weighed")
    show(ids, np.array(ranks), 20)


def main(histories: int) -> None:
    """Print the ranks of the true values among the draws of calibrations."""
    began, ranks, worth = time.monotonic(), [], []
    for seed in range(histories):
        specification, values = truth(seed)
        seen = history(specification, values, seed)
        found = calibrate(small(), observations=seen, particles=PARTICLES, seed=seed, workers=1)
        below, same = (one.mean(axis=0) for one in (found.values < values, found.values == values))
        ranks.append(rank(below, same, seed))
        worth.append(found.effective)
    print(
        f"{histories} histories, {time.monotonic() - began:.0f} s, effective {np.mean(worth):.0f}"
    )
    show(specification.uncertain.ids, np.array(ranks), 5)


if __name__ == "__main__":
    what, count = [*sys.argv[1:], "", ""][:2]
    if what == "carried":
        carried(int(count or 256))
    elif what == "exact":
        exact(int(count or 2000))
    else:
        main(int(what or 200))
