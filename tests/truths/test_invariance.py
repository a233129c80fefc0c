"""Truth 12: what changes nothing, under *fair* demand by demand and under *value* tier by tier."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.strategies import problems, split_pool

from .solving import Data, fills, on, parsed, plain, tier_totals

SOME = settings(max_examples=30)


def same(
    problem: Data, change: Callable[[Data], Data | None], times: float = 1.0
) -> dict[str, float]:
    """Check that a change keeps every fill (*fair*) and, made at once, every tier (*value*)."""
    problem = plain(problem)
    other = copy.deepcopy(problem)
    other = change(other) or other
    before, after = fills(problem), fills(other)
    asked = {d["id"]: 1 + d["cap"] * problem["months"] for d in problem["demands"]}
    for name, filled in before.items():
        parts = sum(after[part] for part in (name, f"{name}-twin") if part in after)
        assert parts == pytest.approx(times * filled, abs=1e-5 * max(times, 1) * asked[name])
    model = parsed(problem)
    if all(model.known(package.id) <= 0 for package in model.packages):
        values = tier_totals(problem), tier_totals(other)
        expected = {tier: times * total for tier, total in values[0].items()}
        assert {tier: values[1][tier] for tier in expected} == pytest.approx(expected, abs=1e-4)
    return after


@SOME
@given(problem=problems("small"), data=st.data())
def test_12_order_of_rows(problem, data):
    def shuffle(other: Data) -> None:
        other["demands"] = data.draw(st.permutations(other["demands"]))
        other["bounds"] = data.draw(st.permutations(other["bounds"]))
        for group in ("pools", "packages"):
            other[group] = dict(data.draw(st.permutations(list(other.get(group, {}).items()))))

    same(problem, shuffle)


@SOME
@given(problem=problems("small", edge=0), by=st.integers(1, 7))
def test_12_all_months_shifted_alike(problem, by):
    for demand in problem["demands"]:  # nothing begins, or is prepared, before the model
        lead = max(demand["prep"].values()) if isinstance(demand["prep"], dict) else demand["prep"]
        demand["first"] = max(demand["first"], lead)
        demand["last"] = max(demand["last"], demand["first"])
    model = parsed(problem)
    assume(all(model.known(package.id) > 0 for package in model.packages))

    def shift(other: Data) -> None:
        low, high = other.get("report", (0, other["months"] - 1))
        other["months"] += by
        other["report"] = [low + by, high + by]
        for pool, values in other["pools"].items():
            other["pools"][pool] = [7.0] * by + values if isinstance(values, list) else values
        for demand in other["demands"]:
            demand["first"] += by
            demand["last"] += by
        for package in other.get("packages", {}).values():
            if "known" in package:
                package["known"] += by

    same(problem, shift)


@SOME
@given(problem=problems("small", late=False))
def test_12_a_pool_split_into_two_alike_where_one_plan_is_made(problem):
    same(problem, lambda other: split_pool(other, "p0"))


@SOME
@given(problem=problems("small"))
def test_12_a_demand_split_into_two_alike(problem):
    def split(other: Data) -> None:
        half = other["demands"][0]
        half["cap"] /= 2
        twin = f"{half['id']}-twin"
        other["demands"].append({**copy.deepcopy(half), "id": twin})
        for group in [*other["bounds"], *other.get("packages", {}).values()]:
            if half["id"] in group["demands"]:
                group["demands"].append(twin)

    same(problem, split)


@SOME
@given(problem=problems("small"), times=st.sampled_from([0.5, 3.0, 12.0, 250.0]))
def test_12_every_head_multiplied(problem, times):
    def multiply(other: Data) -> None:
        for pool, values in other["pools"].items():
            many = isinstance(values, list)
            other["pools"][pool] = [v * times for v in values] if many else values * times
        for demand in other["demands"]:
            demand["cap"] *= times
        for bound in other["bounds"]:
            bound |= {side: bound[side] * times for side in ("min", "max") if side in bound}

    same(problem, multiply, times)


@SOME
@given(problem=problems("small"))
def test_12_an_unused_pool_and_a_demand_of_zero(problem):
    def add(other: Data) -> None:
        other["pools"]["unused"] = 99
        other["demands"].insert(0, on("zero", 1, 0, 0, 3, 2, pools=["p0"]))

    assert same(problem, add)["zero"] == 0
