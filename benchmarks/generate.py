"""Large problems from a seed: numbers only, in the neutral format, made to look like armies.

    python benchmarks/generate.py army --demands 12000 --kinds 267 > army.json
    python benchmarks/generate.py alliance --demands 1000 --pools 60 > alliance.json

An *army* has kinds of unit, and each kind three pools that only its own demands share. An
*alliance* has pools that all hang together: every demand may be filled from one to three of them,
neighbours on a ring, so that no part can be solved alone.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from typing import Any

import numpy as np

__all__ = ["alliance", "army", "one_pool_each"]

TOURS = (4, 6, 6, 6, 12)
RESTS = (1.0, 1.0, 2.0, 0.5)
SHARE_SERVED = 0.85
"""Strength of the pools as a share of what all demands would tie up on average."""


def _demand(rng: np.random.Generator, name: str, months: int, pools: list[str]) -> dict[str, Any]:
    """Return one demand with a mandate of a twentieth to half of the model's months, anywhere."""
    span = int(rng.integers(max(months // 20, 1), months // 2 + 1))
    first = int(rng.integers(-12, months))
    tour = int(rng.choice(TOURS))
    cap = float(rng.integers(1, 41))
    staggered = rng.random() < 0.4
    return {
        "id": name,
        "tier": int(rng.choice([1, 2, 2, 3])),
        "main_task": int(rng.choice([1, 2, 2])),
        "cap": cap,
        "first": first,
        "last": first + span - 1,
        "tour": tour,
        "pools": pools,
        "prep": int(rng.integers(1, 4)),
        "rest": float(rng.choice(RESTS)),
        "cohorts": min(int(cap), tour) if staggered else 1,
        "weight": float(rng.choice([1.0, 1.0, 2.0])),
    }


def _strengths(
    rng: np.random.Generator, demands: list[dict[str, Any]], names: list[str], months: int
) -> dict[str, list[float]]:
    """Return strengths near what is asked on average, moving a little from year to year."""
    need = dict.fromkeys(names, 0.0)
    for line in demands:
        inside = max(0, min(line["last"], months - 1) - max(line["first"], 0) + 1)
        cycle = (line["prep"] + line["tour"] * (1 + line["rest"])) / line["tour"]
        for name in line["pools"]:
            need[name] += line["cap"] * cycle * inside / months / len(line["pools"])
    pools = {}
    for name in names:
        steps = rng.normal(1.0, 0.05, math.ceil(months / 12))
        level = np.maximum(np.round(SHARE_SERVED * need[name] * steps), 1.0)
        pools[name] = np.repeat(level, 12)[:months].tolist()
    return pools


def _problem(pools: dict[str, list[float]], demands: list[dict[str, Any]], months: int) -> Any:
    return {"format": "planner-problem/1", "months": months, "pools": pools, "demands": demands}


def army(demands: int = 12_000, kinds: int = 267, months: int = 120, seed: int = 0) -> Any:
    """Return demands over kinds of unit, each kind with three pools that only it uses."""
    rng = np.random.default_rng([seed, 1])
    names = [f"kind-{kind}-{part}" for kind in range(kinds) for part in ("a", "b", "c")]
    lines = []
    for number in range(demands):
        own = 3 * (number % kinds)
        order = rng.permutation(3)[: int(rng.integers(1, 4))]
        lines.append(_demand(rng, f"d{number}", months, [names[own + part] for part in order]))
    return _problem(_strengths(rng, lines, names, months), lines, months)


def alliance(demands: int = 1_000, pools: int = 60, months: int = 120, seed: int = 0) -> Any:
    """Return demands over pools that all hang together."""
    rng = np.random.default_rng([seed, 2])
    names = [f"pool-{number}" for number in range(pools)]
    lines = []
    for number in range(demands):
        own = number % pools
        near = [own, (own + 1) % pools, (own + int(rng.integers(2, max(3, pools)))) % pools]
        chosen = list(dict.fromkeys(near))[: 2 if number < pools else int(rng.integers(1, 4))]
        lines.append(_demand(rng, f"d{number}", months, [names[place] for place in chosen]))
    return _problem(_strengths(rng, lines, names, months), lines, months)


def one_pool_each(demands: int, pools: int, months: int = 120, seed: int = 0) -> Any:
    """Return demands with one pool each: what can be filled without a solver."""
    rng = np.random.default_rng([seed, 3])
    names = [f"pool-{number}" for number in range(pools)]
    lines = [_demand(rng, f"d{n}", months, [names[n % pools]]) for n in range(demands)]
    return _problem(_strengths(rng, lines, names, months), lines, months)


def main() -> None:
    """Write a problem to standard output."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shape", choices=["army", "alliance"])
    parser.add_argument("--demands", type=int)
    parser.add_argument("--kinds", "--pools", dest="parts", type=int)
    parser.add_argument("--months", type=int, default=120)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    make, demands, parts = {"army": (army, 12_000, 267), "alliance": (alliance, 1_000, 60)}[
        given.shape
    ]
    problem = make(given.demands or demands, given.parts or parts, given.months, given.seed)
    json.dump(problem, sys.stdout)


if __name__ == "__main__":
    main()
