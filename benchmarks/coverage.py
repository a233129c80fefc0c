"""How often nominal 95 % intervals cover the truth, on models with a closed form.

    python benchmarks/coverage.py [REPEATS]

Prints, for each sampling and number of draws, the coverage over REPEATS (2,000) repeats with
different seeds, in percent, with the standard error of the coverage itself. The models are those of
truth 9 (a demand of 100 from a normal number of people; binomial availability).
"""

from __future__ import annotations

import math
import sys

import numpy as np

from planner.distributions import Discrete, Normal
from planner.montecarlo.estimates import mean_of
from planner.montecarlo.run import design_of
from tests.oracles.closed_forms import BINOMIAL, NORMAL


def points(draws: int, sampling: str, repeats: int) -> tuple[np.ndarray, np.ndarray]:
    """Return one coordinate of all draws, (draws, repeats), and the replicate of each draw."""
    designs = [design_of(draws, seed, sampling, None, draws) for seed in range(repeats)]
    blocks = [designs[0].block(number) for number in range(designs[0].blocks)]
    replicate = np.repeat([one.replicate for one in blocks], [one.size for one in blocks])
    columns = [design.points(blocks, 0, 1)[:, 0] for design in designs]
    return np.stack(columns, axis=1), replicate


def coverage(sampling: str, draws: int, repeats: int) -> list[float]:
    """Return the coverage of each model."""
    drawn, replicate = points(draws, sampling, repeats)
    found = []
    for mean, deviation, truth in NORMAL:
        fill = np.minimum(Normal(mean, deviation).ppf(drawn) / 100, 1.0)
        found.append(covered(fill, replicate, truth))
    for people, chance, posts, truth, _ in BINOMIAL:
        sizes = range(people + 1)
        weights = [math.comb(people, k) * chance**k * (1 - chance) ** (people - k) for k in sizes]
        available = Discrete(tuple(map(float, sizes)), tuple(weights)).ppf(drawn)
        found.append(covered(np.minimum(available / posts, 1.0), replicate, truth))
    return found


def covered(values: np.ndarray, replicate: np.ndarray, truth: float) -> float:
    """Return the share of repeats (columns) whose interval covers the truth."""
    found = mean_of(values, replicate)
    return float(((found.low <= truth) & (truth <= found.high)).mean())


def main() -> None:
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    error = 100 * math.sqrt(0.05 * 0.95 / repeats)
    print(f"coverage in percent, {repeats} repeats (standard error {error:.2f})")
    for sampling in ("sobol", "plain"):
        for draws in (64, 256, 1024):
            shares = coverage(sampling, draws, repeats)
            cells = "  ".join(f"{100 * share:5.1f}" for share in shares)
            print(f"{sampling:6} {draws:5}  {cells}  mean {100 * np.mean(shares):5.1f}", flush=True)


if __name__ == "__main__":
    main()
