"""Truths 5, 6 and 14: what pools carry in the long run, and shapes that a planner would expect."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles.closed_forms import (
    CADRE,
    FIVE_POSTS,
    cadre_army,
    en_bloc_need,
    five_posts,
    one_demand,
    staggered_need,
)

from .solving import RULES, SOLVERS, answer, on

EXACT = {0.9167: 11 / 12, 0.9333: 14 / 15}
"""Fractions behind the rounded numbers of truth 5."""

WITHIN = {"engine": 1e-9, "statement": 1e-6, "oracle": 1e-6}
"""Accuracy of a fill rate by solver: the locks of the slow ones give way a little each."""
EVERYWHERE = pytest.mark.parametrize("solver", SOLVERS)


@EVERYWHERE
@pytest.mark.parametrize(("people", "cohorts", "fill"), FIVE_POSTS)
def test_5_five_posts(solver, people, cohorts, fill):
    result = SOLVERS[solver](five_posts(people, cohorts), "fair")
    rate = result["demands"]["posts"]["fill_rate"]
    assert rate == pytest.approx(EXACT.get(fill, fill), abs=WITHIN[solver])


@given(
    posts=st.integers(1, 12), tour=st.integers(1, 9), prep=st.integers(0, 3), rest=st.integers(0, 3)
)
@settings(max_examples=25)
def test_5_need_of_a_constant_demand(posts, tour, prep, rest):
    line = {"first": -240, "last": 480, "tour": tour, "prep": prep, "rest": rest}
    for cohorts, need in (
        (tour, staggered_need(posts, tour, prep, rest)),
        (1, en_bloc_need(posts, tour, prep, rest)),
    ):
        problem = one_demand(posts, {"p": need}, 60, cohorts=cohorts, **line)
        rate = answer(problem)["demands"]["posts"]["fill_rate"]
        assert rate == pytest.approx(1, abs=1e-9)
        problem["pools"]["p"] = need * 0.8
        rate = answer(problem)["demands"]["posts"]["fill_rate"]
        assert rate == pytest.approx(0.8, abs=1e-9)


@EVERYWHERE
@pytest.mark.parametrize(("posts", "active", "reserve", "fill"), CADRE)
def test_6_cadre_army(solver, posts, active, reserve, fill):
    result = SOLVERS[solver](cadre_army(posts, active, reserve), "value")
    rate = result["demands"]["posts"]["fill_rate"]
    steady = min(1, (active / 3 + reserve * 8 / 72) / posts)

    assert rate == pytest.approx(steady, abs=1e-6)
    assert rate == pytest.approx(fill, abs=5e-4)


@EVERYWHERE
@pytest.mark.parametrize("cohorts", [1, 12])
@pytest.mark.parametrize("rule", RULES)
def test_14_people_stay_when_a_tour_and_its_rest_outlast_the_mandate(solver, rule, cohorts):
    problem = one_demand(
        12, {"p": 12}, 60, first=24, last=36, tour=12, prep=2, rest=2, cohorts=cohorts
    )
    rate = SOLVERS[solver](problem, rule)["demands"]["posts"]["fill_rate"]
    assert rate == pytest.approx(1)


@EVERYWHERE
def test_14_a_short_pool_is_level_over_time(solver):
    problem = one_demand(12, {"p": 20}, 84, first=-60, last=200, tour=6, prep=2, rest=2)
    rows = SOLVERS[solver](problem, "fair")["allocation"]
    assert [row["people"] for row in rows] == pytest.approx([5] * 14)


@EVERYWHERE
def test_14_a_first_tier_at_half_strength_leaves_nothing(solver):
    demands = [on("first", 1, 10, 0, 23, 6, rest=1), on("second", 2, 10, 0, 23, 6, rest=1)]
    problem = {"months": 24, "pools": {"p": 10}, "demands": demands}
    result = SOLVERS[solver](problem, "fair")
    people = [row["people"] for row in result["allocation"] if row["demand"] == "first"]
    assert people == pytest.approx([5] * 4)
    assert result["demands"]["second"]["filled"] == pytest.approx(0, abs=1e-5)
