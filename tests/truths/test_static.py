"""Truths 1, 3, 4 and 11: tour 1, no preparation, no rest, every month on its own."""

from __future__ import annotations

import copy

import numpy as np
import pulp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.oracles.closed_forms import static_total, tiers_in_order
from tests.strategies import problems, random_static_problem, static_problems

from .solving import RULES, answer, on, solved, tier_totals

people = st.integers(0, 40).map(lambda number: number / 4)


@pytest.mark.parametrize("rule", RULES)
@given(
    strength=st.lists(people, min_size=1, max_size=6), caps=st.lists(people, min_size=1, max_size=4)
)
def test_1_one_demand_a_tier_takes_what_those_above_leave_month_by_month(rule, strength, caps):
    demands = [on(f"d{n}", n + 1, cap, 0, len(strength) - 1, 1) for n, cap in enumerate(caps)]
    problem = {"months": len(strength), "pools": {"p": strength}, "demands": demands}

    expected = np.array([tiers_in_order(there, caps) for there in strength]).T
    assert solved(problem, rule).with_all.on_duty == pytest.approx(expected, abs=1e-6)


def totals(problem: dict, rule: str) -> dict[int, float]:
    """Return person-months filled by tier."""
    return {int(tier): row["filled"] for tier, row in answer(problem, rule)["tiers"].items()}


@pytest.mark.parametrize("rule", RULES)
@given(problem=static_problems("small", whole=True, packages=0))
def test_3_tiers_fill_by_minimum_cuts(rule, problem):
    found = totals(problem, rule)
    below = 0.0
    for tier in sorted(found):
        total = static_total(problem, range(tier + 1))
        assert found[tier] == pytest.approx(total - below, abs=1e-6)
        below = total


@given(problem=static_problems("small", whole=True, packages=0), tiers=st.permutations([1, 2, 3]))
def test_3_the_total_does_not_depend_on_who_comes_first(problem, tiers):
    other = copy.deepcopy(problem)
    for demand in other["demands"]:
        demand["tier"] = tiers[demand["tier"] - 1]

    assert sum(totals(other, "fair").values()) == pytest.approx(static_total(problem), abs=1e-6)


@given(problem=static_problems("small", packages=0), more=st.integers(0, 3), data=st.data())
def test_3_and_11_the_total_never_falls_when_something_is_added(problem, more, data):
    other = copy.deepcopy(problem)
    what = data.draw(st.sampled_from(["cap", "strength", "pool"]))
    demand = data.draw(st.sampled_from(other["demands"]))
    pool = data.draw(st.sampled_from(list(other["pools"])))
    if what == "cap":
        demand["cap"] += more
    elif what == "strength":
        before = other["pools"][pool]
        many = isinstance(before, list)
        other["pools"][pool] = [v + more for v in before] if many else before + more
    elif pool not in demand["pools"]:
        demand["pools"].append(pool)
        demand["prep"] = demand["rest"] = 0

    before, after = (sum(totals(one, "fair").values()) for one in (problem, other))
    assert after >= before - 1e-6


@pytest.mark.filterwarnings("ignore:.*PuLP 4:DeprecationWarning")
@pytest.mark.parametrize("seed", range(8))
def test_4_whole_people_lose_nothing_and_cbc_agrees(seed):
    rng = np.random.default_rng(seed)
    problem = random_static_problem(rng, "small", whole=True, packages=0, bounds=0)
    problem.pop("report", None)

    found = tier_totals(problem)
    for category in (pulp.LpContinuous, pulp.LpInteger):
        assert found == pytest.approx(cbc_totals(problem, category), abs=1e-6)


def cbc_totals(problem: dict, category: str) -> dict[int, float]:
    """Return weighted person-months by tier, stated plainly in PuLP and solved by CBC."""
    months = range(problem["months"])
    people = {
        (d["id"], pool, t): pulp.LpVariable(f"z_{d['id']}_{pool}_{t}", 0, d["cap"], category)
        for d in problem["demands"]
        for pool in d["pools"]
        for t in months
        if d["first"] <= t <= d["last"]
    }
    model = pulp.LpProblem("static", pulp.LpMaximize)
    for demand in problem["demands"]:
        for t in months:
            mine = [v for (d, _, m), v in people.items() if (d, m) == (demand["id"], t)]
            model += pulp.lpSum(mine) <= demand["cap"]
    for pool, strength in problem["pools"].items():
        for t in months:
            there = strength[t] if isinstance(strength, list) else strength
            model += (
                pulp.lpSum(v for (_, p, m), v in people.items() if (p, m) == (pool, t)) <= there
            )
    lines = {demand["id"]: demand for demand in problem["demands"]}
    worth = {
        tier: pulp.lpSum(
            lines[d].get("weight", 1) * v
            for (d, _, _), v in people.items()
            if lines[d]["tier"] == tier
        )
        for tier in sorted({demand["tier"] for demand in problem["demands"]})
    }
    totals = {}
    for tier, value in worth.items():
        model.setObjective(value)
        assert model.solve(pulp.PULP_CBC_CMD(msg=False)) == pulp.LpStatusOptimal
        totals[tier] = float(pulp.value(value) or 0.0)
        model += value >= totals[tier]
    return totals


@given(problem=problems("tiny", bounds=0, packages=0), more=st.integers(1, 3), data=st.data())
def test_11_more_strength_never_lowers_the_first_tier(problem, more, data):
    problem.pop("report", None)
    other = copy.deepcopy(problem)
    pool = data.draw(st.sampled_from(list(other["pools"])))
    before = other["pools"][pool]
    other["pools"][pool] = [v + more for v in before] if isinstance(before, list) else before + more

    values = [tier_totals(one) for one in (problem, other)]
    first = min(values[0])
    assert values[1][first] >= values[0][first] - 1e-6
    assert least_share(other) >= least_share(problem) - 1e-6


def least_share(problem: dict) -> float:
    """Return the smallest share of its cap that a tour of the first tier gets, under *fair*."""
    solution = solved(problem)
    tour_people: dict[tuple[int, int, int], float] = {}
    tours = solution.with_all.plan.programme.tours
    for demand, cohort, first in zip(tours.demand, tours.cohort, tours.first, strict=True):
        tour_people[int(demand), int(cohort), int(first)] = 0.0
    served = solution.with_all.service
    for demand, cohort, first, people in zip(
        served.demand, served.cohort, served.first, served.people, strict=True
    ):
        tour_people[int(demand), int(cohort), int(first)] += people
    lines = solution.problem.demands
    top = min((line.tier for line in lines), default=1)
    return min(
        (
            people / (lines[d].cap / lines[d].cohorts)
            for (d, _, _), people in tour_people.items()
            if lines[d].tier == top and lines[d].cap > 0
        ),
        default=1.0,
    )
