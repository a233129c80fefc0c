"""Simulation-based calibration of the whole way from plans to parameters, and what was carried.

    python benchmarks/record.py [HISTORIES]
    python benchmarks/record.py carried [DRAWS]

For each of HISTORIES (200) parameters of a small scenario are drawn from their ranges, people are
planned, presence and errors of counts are drawn, and the counts are calibrated. The rank of the
true value among the draws found is uniform if the calibration is right (Talts, Betancourt, Simpson,
Vehtari and Gelman, *Validating Bayesian inference algorithms with simulation-based calibration*,
2018). Prints for each parameter the ranks in five parts, the chance of a chi-square as large, and
how often nine draws in ten hold the true value.

``carried`` draws `hindsight` by the ranges alone, by what was known in June 2022 and by all counts
to 2025, and prints the share of DRAWS (256) that fill each of the three companies that really went
to 90 %, and of what was known to be scarce the share of the ceiling that is present.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from scipy.stats import chisquare

import planner as pl
from planner.record.calibrate import calibrate
from tests.record.made import history, small, truth

PARTICLES = 256

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


def main() -> None:
    """Print the ranks of the true values."""
    histories = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    began, ranks, worth = time.monotonic(), [], []
    for seed in range(histories):
        specification, values = truth(seed)
        seen = history(specification, values, seed)
        found = calibrate(small(), observations=seen, particles=PARTICLES, seed=seed, workers=1)
        random = np.random.default_rng([seed, 5]).random(len(values))
        below = (found.values < values).mean(axis=0)
        same = (found.values == values).mean(axis=0)
        ranks.append(below + random * same)
        worth.append(found.effective)
    table = np.array(ranks)
    print(
        f"{histories} histories, {time.monotonic() - began:.0f} s, effective {np.mean(worth):.0f}"
    )
    for place, id in enumerate(specification.uncertain.ids):
        column = table[:, place]
        counts, _ = np.histogram(column, 5, (0, 1 + 1e-9))
        inside = np.mean((column > 0.05) & (column < 0.95))
        chance = chisquare(counts).pvalue
        print(f"{id:32} {counts} chance {chance:.3f} inside 90 % {100 * inside:.1f} %")


if __name__ == "__main__":
    if sys.argv[1:2] == ["carried"]:
        carried(int(sys.argv[2]) if len(sys.argv) > 2 else 256)
    else:
        main()
