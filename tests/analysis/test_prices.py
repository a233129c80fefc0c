"""Prices against the reference: the same problem with a little more, and a little less, of it."""

from __future__ import annotations

import copy
import math
from dataclasses import replace

import numpy as np
import pytest

import planner as pl
from planner.analysis.prices import STEP, Price, prices
from planner.errors import InputError
from planner.solution import solve_problem
from tests.analysis.oracle import demand, fills, problem
from tests.oracles.check import _worths
from tests.oracles.reference import solve
from tests.oracles.unfold import read
from tests.strategies import random_problem


def changed(data: dict, row: Price, units: float) -> dict:
    """Return the problem with so many units more of what a row names."""
    data = copy.deepcopy(data)
    months = data["months"]
    if row.kind in ("pool_month", "pool"):
        given = data["pools"][row.name]
        strength = list(given) if isinstance(given, list) else [given] * months
        for month in range(months) if row.kind == "pool" else [int(row.month)]:
            strength[month] += units
        data["pools"][row.name] = strength
    elif row.kind == "cap":
        for one in data["demands"]:
            if one["id"] == row.name:
                one["cap"] += units
    elif row.kind == "bound":
        for one in data["bounds"]:
            if " + ".join(one["demands"]) == row.name and one.get("max") is not None:
                one["max"] += units
    return data


def worth(data: dict, rule: str) -> float:
    """Return what the rule's prices count, over all tiers."""
    if rule == "fair":
        return sum(fills(data, "fair").values())
    found = _worths(read(data), solve(data, "value"))
    return sum(value for name, value in found.items() if name != "missed")


def drawn(seed: int, **more) -> dict:
    usual = {"late": False, "packages": 0, "bounds": 1}
    data = random_problem(np.random.default_rng(seed), "small", **{**usual, **more})
    for bound in data.get("bounds", []):
        if bound.get("max") is not None:
            bound["max"] = max(bound["max"], bound.get("min", 0) + 0.5)
    return data


@pytest.mark.parametrize("seed", range(30))
def test_value_prices_hold_on_both_sides_as_far_as_they_say(seed: int) -> None:
    data = drawn(seed)
    now = worth(data, "value")

    found = prices(data, rule="value", kinds=("pool_month", "pool", "cap", "bound"), reach_units=3)

    rng = np.random.default_rng(seed)
    rows = list(found.prices)
    for row in [rows[k] for k in rng.permutation(len(rows))[:6]]:
        # the whole range to the right, then half of the way to the left
        up = worth(changed(data, row, row.to_units * 0.999), "value")
        assert up - now == pytest.approx(
            row.right_person_months * row.to_units * 0.999, abs=2e-3
        ), row
        if not math.isnan(row.left_person_months):
            down = worth(changed(data, row, row.from_units / 2), "value")
            assert now - down == pytest.approx(
                row.left_person_months * -row.from_units / 2, abs=2e-3
            ), row


@pytest.mark.parametrize("seed", range(12))
def test_what_value_leaves_out_has_no_price(seed: int) -> None:
    data = drawn(100 + seed, bounds=0)
    now = worth(data, "value")

    found = prices(data, rule="value", kinds=("pool_month",), whole_model=True)

    named = {(row.name, row.month) for row in found.prices}
    for pool in data["pools"]:
        for month in range(data["months"]):
            if (pool, str(month)) not in named:
                row = Price("pool_month", pool, str(month), "person", *[0.0] * 6)
                assert worth(changed(data, row, 1e-3), "value") == pytest.approx(now, abs=1e-4)


@pytest.mark.parametrize("seed", range(20))
def test_fair_prices_are_what_a_little_more_or_less_does(seed: int) -> None:
    data = drawn(200 + seed, bounds=0, late=True, packages=1)
    now = worth(data, "fair")

    reach = 2 if seed < 4 else STEP
    found = prices(data, rule="fair", kinds=("pool_month", "pool", "cap"), reach_units=reach)

    rng = np.random.default_rng(seed)
    rows = list(found.prices)
    for row in [rows[k] for k in rng.permutation(len(rows))[:3]]:
        for units in sorted({STEP, row.to_units}):
            up = worth(changed(data, row, units), "fair")
            give = 5e-3 + units * 1e-3 * (1 + abs(row.right_person_months))
            assert up - now == pytest.approx(row.right_person_months * units, abs=give), row
        if row.from_units <= -STEP:
            down = worth(changed(data, row, -STEP), "fair")
            assert now - down == pytest.approx(row.left_person_months * STEP, abs=5e-3), row


@pytest.mark.parametrize("rule", ["value", "fair"])
def test_the_price_of_rest_is_that_of_a_month_less(rule: str) -> None:
    # en bloc tour 6, rest 12, preparation 2: tied up for 20 months; a month less changes nothing
    # until the sixth, staggered it does at once
    data = problem(
        demand("a", 5, tour=6, prep=2, rest=1, cohorts=5, first=-60, last=200),
        pools={"staff": 11}, months=60,
    )  # fmt: skip
    less = {**data, "demands": [{**data["demands"][0], "rest": 5 / 6}]}
    more = {**data, "demands": [{**data["demands"][0], "rest": 7 / 6}]}
    now = worth(data, rule)

    row = prices(data, rule=rule, kinds=("rest",)).prices[0]

    assert row.unit == "month of rest less"
    assert row.right_person_months == pytest.approx(worth(less, rule) - now, abs=1e-3)
    assert row.left_person_months == pytest.approx(now - worth(more, rule), abs=1e-3)
    assert row.right_person_months > 0


def test_left_and_right_differ_where_the_plan_bends() -> None:
    # ten people for ten posts: one less is missed, one more is idle
    data = problem(demand("a", 10))

    rows = prices(data, rule="value", kinds=("pool_month", "pool"), reach_units=4).prices

    month, pool = rows[0], rows[-1]
    assert (month.left_person_months, month.right_person_months) == pytest.approx((1, 0))
    assert (pool.left_person_months, pool.right_person_months) == pytest.approx((12, 0))
    assert (pool.from_units, pool.to_units) == pytest.approx((-4, 4))


def test_a_higher_tier_gains_what_a_lower_one_pays() -> None:
    data = problem(demand("first", 4, tier=1), demand("second", 8))

    table = prices(data, rule="value", kinds=("cap",)).tables()["tiers"]

    right = table[table["name"] == "first"].set_index("tier")["right_person_months"]
    assert right.to_dict() == pytest.approx({1: 12, 2: -12})


def test_people_who_have_begun_cannot_be_taken_away() -> None:
    # when the package becomes known in month 6 a unit of ten is half-way through its year
    data = problem(
        demand("base", 10, tour=12), demand("flank", 2, tier=1, first=8),
        packages={"k": {"demands": ["flank"], "known": 6}},
    )  # fmt: skip

    rows = prices(data, rule="value", kinds=("pool_month",)).prices

    assert all(math.isnan(row.left_person_months) for row in rows)


def test_unknown_kinds_are_refused() -> None:
    with pytest.raises(InputError, match="found 'pol', did you mean 'pool'"):
        prices(problem(demand("a", 1)), kinds=("pol",))


SMALL = """
format: planner-scenario/1
data: none
title: small
horizon: {from: 2024-01, to: 2025-12}
pools:
  p1: {name: P, category: military, posts: 30}
kinds:
  k1: {name: K, changeover: en_bloc, tour: 6, preparation: 1, rest: 1}
missions:
  m1: {name: M1, organisation: NATO, region: r, main_task: 1}
  m2: {name: M2, organisation: UN, region: r, main_task: 2}
demands:
  d1: {mission: m1, kind: k1, pools: [p1], first: 2024-01, last: 2025-12, cap: 10}
  d2: {mission: m2, kind: k1, pools: [p1], first: 2024-01, last: 2025-12, cap: 8}
"""
"""Two months of one pool hold two waves each at the same level: a degenerate plan."""


def test_months_that_hold_waves_at_the_same_level_have_a_price_each() -> None:
    result = pl.allocate(pl.loads(SMALL))

    rows = prices(result, kinds=("pool_month",)).prices

    found = {row.month: (row.loss_person_months, row.gain_person_months) for row in rows}
    assert found.keys() == {"2024-12", "2025-06"} == set(result.bottlenecks["month"])
    assert all(pair == pytest.approx((2.0, 6.0), abs=0.05) for pair in found.values())


@pytest.mark.parametrize("name", ["letter", "eastern-flank-battalion"])
def test_prices_of_scenarios_are_what_planning_again_gives(name: str) -> None:
    result = pl.allocate(name)
    problem, now = result.compiled.problem, result.solution.with_all.filled.sum()

    rows = prices(result, kinds=("pool_month",), reach_units=STEP).prices

    listed = {(row.name, row.month) for row in rows}
    assert listed == set(zip(result.bottlenecks["pool"], result.bottlenecks["month"], strict=True))
    rng = np.random.default_rng(7)
    best = sorted(rows, key=lambda row: -row.gain_person_months)[:3]
    for row in [*best, *(rows[k] for k in rng.permutation(len(rows))[:5])]:
        month = result.compiled.index(pl.Month.parse(row.month))
        found = []
        for step in (-1.0, 1.0):
            strength = np.array(problem.pools[row.name], dtype=float)
            strength[month] += step
            other = replace(problem, pools={**problem.pools, row.name: strength})
            found.append(step * (solve_problem(other, "fair").with_all.filled.sum() - now))
        assert found == pytest.approx([row.loss_person_months, row.gain_person_months], abs=0.05)
