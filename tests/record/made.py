"""A small scenario whose truth is known, and histories made from it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from planner.montecarlo.run import specification_of
from planner.montecarlo.specification import Specification
from planner.months import Month
from planner.record.observe import Expected, plan, seen_in
from planner.scenario.inputs import Observation
from planner.scenario.load import Scenario, loads

SMALL = """
title: Two missions and few parameters
data: none
horizon: {from: 2022-01, to: 2023-06, warm_up: 12, run_out: 12}
pools:
  staff: {name: Staff, category: military, posts: {value: 60, low: 20, high: 100}}
  light: {name: Light, category: military, posts: {value: 260, low: 120, high: 400}}
kinds:
  post:
    {name: Post, changeover: staggered, tour: 6, preparation: 1, rest: 1,
     acceptance: {value: 0.8, low: 0.5, high: 1}, lead: 2, early_return: 0}
  unit: {name: Unit, changeover: en_bloc, tour: 6, preparation: 1, rest: 1}
missions:
  truce: {name: Truce, organisation: UN, region: East, main_task: 2}
demands:
  observers: {mission: truce, kind: post, pools: [staff], cap: 30, first: 2020-01, last: 2024-06}
  guards:
    {mission: truce, kind: unit, pools: [light], cap: 100, first: 2020-01, last: 2024-06,
     manned: {value: 1, low: 0.5, high: 1}}
"""

MONTHS = ("2022-02", "2022-05", "2022-08", "2022-11", "2023-02", "2023-05")


def small() -> Scenario:
    return loads(SMALL, "small")


def observation(demand: str, month: str, people: float, error: float = 1.0) -> Observation:
    return Observation(
        f"{demand}-{month}", (demand,), (), Month.parse(month), people, error, "equal", "own", "",
        "",
    )  # fmt: skip


def empty_history() -> list[Observation]:
    return [observation(one, month, 0) for one in ("observers", "guards") for month in MONTHS]


def history(
    specification: Specification, values: NDArray[np.float64], seed: int
) -> list[Observation]:
    """Return what would be counted if parameters had these values, (factors,)."""
    seen = seen_in(specification, empty_history())
    random = np.random.default_rng([seed, 99])
    streams = random.integers(0, 2**63, 1).astype(np.uint64)
    made = plan(specification, seen, values[None], streams)
    assert made.present is not None
    present = np.zeros(len(seen))
    np.add.at(present, seen.owner, made.present[0])
    expected = Expected.of(specification, seen, made.weights, values[None])
    counts = np.maximum(present + expected.noise(seen, random)[0], 0.0)
    return [
        observation(one.demands[0], str(one.month), float(count))
        for one, count in zip(seen.observations, counts, strict=True)
    ]


def truth(seed: int) -> tuple[Specification, NDArray[np.float64]]:
    """Return a specification and values of its parameters drawn from their ranges."""
    specification = specification_of(small(), 2, replicates=2, packages=(), monthly=False)
    points = np.random.default_rng([seed, 7]).random((1, len(specification.uncertain.factors)))
    return specification, specification.uncertain.values(points)[0]
