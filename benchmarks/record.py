"""Simulation-based calibration of the whole way from plans to parameters.

    python benchmarks/record.py [HISTORIES]

For each of HISTORIES (200) parameters of a small scenario are drawn from their ranges, people are
planned, presence and errors of counts are drawn, and the counts are calibrated. The rank of the
true value among the draws found is uniform if the calibration is right (Talts, Betancourt, Simpson,
Vehtari and Gelman, *Validating Bayesian inference algorithms with simulation-based calibration*,
2018). Prints for each parameter the ranks in five parts, the chance of a chi-square as large, and
how often nine draws in ten hold the true value.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from scipy.stats import chisquare

from planner.record.calibrate import calibrate
from tests.record.made import history, small, truth

PARTICLES = 64


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
    main()
