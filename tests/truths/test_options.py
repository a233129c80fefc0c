"""Truths 15, 16 and 17: mixes of pools, dwell, and being on call."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.oracles.check import differences
from tests.oracles.closed_forms import UNIT_OF_TWELVE, unit_of_twelve
from tests.strategies import draw_until, problems, random_problem

from .solving import RULES, SOLVERS, answer, fills, on, whole

strengths = st.lists(st.integers(0, 120).map(float), min_size=4, max_size=4)
EVERYWHERE = pytest.mark.parametrize("solver", SOLVERS)


# Mixes


@pytest.mark.parametrize("rule", RULES)
@given(problem=problems("small", mixes=False))
def test_15_a_mix_of_one_pool_is_that_pool(rule, problem):
    other = copy.deepcopy(problem)
    for demand in other["demands"]:
        demand["pools"] = [{pool: 1.0} for pool in demand["pools"]]
    first, second = answer(problem, rule), answer(other, rule)
    assert first["allocation"] == second["allocation"]
    assert first["displacement"] == second["displacement"]


COMPANY = on("company", 1, 100, 0, 3, 1, pools=[{"a": 0.8, "b": 0.2}])


@EVERYWHERE
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    ("a", "b", "filled"),
    [(100, 100, 100), (80, 20, 100), (40, 20, 50), (80, 10, 50), (0, 20, 0), (99, 3, 15)],
)
def test_15_a_mix_is_as_large_as_its_scarcest_part(solver, rule, a, b, filled):
    problem = {"months": 4, "pools": {"a": a, "b": b}, "demands": [COMPANY]}
    assert fills(problem, rule, solver)["company"] == pytest.approx(4 * filled, abs=1e-4)


def specialities(demand: dict) -> list[dict]:
    """Return one demand for each pool of a demand's only mix."""
    (mix,) = demand["pools"]
    return [
        {**demand, "id": f"{demand['id']}-{pool}", "cap": demand["cap"] * share, "pools": [pool]}
        for pool, share in mix.items()
    ]


@pytest.mark.parametrize("rule", RULES)
@given(a=strengths, b=strengths)
def test_15_specialities_alone_fill_at_least_as_much(rule, a, b):
    base = {"months": 4, "pools": {"a": a, "b": b}}
    whole_unit = fills({**base, "demands": [COMPANY]}, rule)["company"]
    parts = fills({**base, "demands": specialities(COMPANY)}, rule)

    expected = sum(min(100, x / 0.8, y / 0.2) for x, y in zip(a, b, strict=True))
    assert whole_unit == pytest.approx(expected, abs=1e-4)
    assert sum(parts.values()) >= whole_unit - 1e-4


@given(strength=strengths)
def test_15_specialities_with_the_same_share_fill_the_same(strength):
    pools = {"a": [0.8 * x for x in strength], "b": [0.2 * x for x in strength]}
    base = {"months": 4, "pools": pools}
    parts = fills({**base, "demands": specialities(COMPANY)})
    found = fills({**base, "demands": [COMPANY]})["company"]
    assert sum(parts.values()) == pytest.approx(found, abs=1e-4)


@settings(max_examples=25)
@given(problem=problems("small", demands=(1, 1), bounds=0, packages=0, pools=(2, 2)))
def test_15_specialities_alone_are_worth_at_least_as_much_with_tours(problem):
    (demand,) = problem["demands"]
    assume(demand["cap"] > 0 and demand.get("weight", 1) > 0)
    names = list(problem["pools"])
    demand["pools"] = [{names[0]: 0.75, names[1]: 0.25}]
    demand["prep"], demand["rest"] = 1, {names[0]: 1.0, names[1]: 0.5}
    demand.pop("dwell", None)
    parts = [
        {**one, "rest": demand["rest"][one["pools"][0]], "prep": demand["prep"]}
        for one in specialities(demand)
    ]
    problem = whole(problem)
    together = fills(problem, "value")[demand["id"]]
    apart = sum(fills({**problem, "demands": parts}, "value").values())
    assert apart >= together - 1e-5 * (1 + together)


# Dwell


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("seed", range(6))
def test_16_without_preparation_dwell_is_rest(solver, seed):
    def both(problem: dict) -> bool:
        return any("rest" in demand for demand in problem["demands"])

    problem = draw_until(both, np.random.default_rng([seed, 16]), "tiny", dwell=False)
    for demand in problem["demands"]:
        demand["prep"] = 0
    other = copy.deepcopy(problem)
    for demand in other["demands"]:
        demand["dwell"] = demand.pop("rest")
    rest, dwell = (SOLVERS[solver](one, "fair") for one in (problem, other))
    assert differences(problem, rest, dwell, 1e-6) == []


@EVERYWHERE
@pytest.mark.parametrize(("people", "cohorts", "whole_fill"), UNIT_OF_TWELVE)
def test_16_three_units_carry_one_post(solver, people, cohorts, whole_fill):
    result = SOLVERS[solver](unit_of_twelve(people, cohorts), "fair")
    rate = result["demands"]["posts"]["fill_rate"]
    assert (rate >= 1 - 1e-7) == whole_fill
    assert rate <= 1 + 1e-7


# On call


def on_call(first: int) -> dict:
    """Return ten people deployed in the first half year, and ten on call from a month on."""
    demands = [
        on("deployed", 1, 10, 0, 5, 6, dwell=2),
        on("ready", 1, 10, first, first + 5, 6, dwell=2, on_call=True),
    ]
    return {"months": 24, "pools": {"p": 10}, "demands": demands}


@EVERYWHERE
@pytest.mark.parametrize("rule", RULES)
def test_17_time_at_home_may_be_spent_on_call(solver, rule):
    filled = fills(on_call(6), rule, solver)
    assert filled == pytest.approx({"deployed": 60, "ready": 60}, abs=1e-5)


@EVERYWHERE
@pytest.mark.parametrize("rule", RULES)
def test_17_people_are_on_call_or_away(solver, rule):
    assert sum(fills(on_call(0), rule, solver).values()) == pytest.approx(60, abs=1e-5)


@EVERYWHERE
def test_17_time_at_home_after_being_on_call_is_not_spent_on_call(solver):
    problem = on_call(0)
    ready = problem["demands"].pop()
    problem["demands"] = [ready, {**ready, "id": "again", "first": 6, "last": 11, "tier": 2}]
    filled = fills(problem, "value", solver)
    assert filled == pytest.approx({"ready": 60, "again": 0}, abs=1e-5)


@pytest.mark.parametrize("seed", range(6))
def test_17_with_no_demand_on_call_the_second_account_changes_nothing(seed):
    problem = random_problem(np.random.default_rng([seed, 17]), "small", on_call=False)
    other = copy.deepcopy(problem)
    pools = list(problem["pools"])
    other["demands"].append(
        on("never", 3, 1, -9, -5, 2, pools=pools, on_call=True)
    )  # brings the rows of all pools into the programme
    first, second = fills(problem), fills(other)
    assert {name: second[name] for name in first} == pytest.approx(first, abs=1e-5)
