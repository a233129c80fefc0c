"""Truth 7: what a lower tier loses grows ever faster with a package, at the price of its people."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.solution import Solution
from tests.oracles.tours import cohort_tours, tied_up

from .solving import SOLVERS, on, solved

SIZES = range(7)

lines = st.builds(
    dict,
    first=st.integers(-6, 6),
    tour=st.integers(1, 6),
    prep=st.integers(0, 2),
    rest=st.sampled_from([0, 1, 0.5, 2]),
    weight=st.integers(1, 4),
    cap=st.integers(1, 5),
    cohorts=st.integers(1, 3),
)


def with_package(lower: list[dict[str, Any]], size: float) -> dict[str, Any]:
    """Return a problem with a package of some size, known from the start, and two pools."""
    demands = [
        on(f"d{n}", 2, line["cap"], line["first"], 30, line["tour"], prep=line["prep"],
           rest=line["rest"], weight=line["weight"], cohorts=line["cohorts"],
           pools=["p", "q"][: 1 + n % 2])
        for n, line in enumerate(lower)
    ]  # fmt: skip
    package = on("x", 1, size, 8, 30, 6, prep=2, rest=1, cohorts=3)
    return {"months": 24, "pools": {"p": 18, "q": 3}, "demands": [*demands, package],
            "packages": {"k": {"demands": ["x"], "known": 0}}}  # fmt: skip


def loss(solution: Solution) -> float:
    """Return weighted person-months that tier 2 loses to the package."""
    lost = solution.displaced("k")
    return sum(d.weight * lost[n] for n, d in enumerate(solution.problem.demands) if d.tier == 2)


def price_of_one_more(solution: Solution) -> float:
    """Return what one more person on every tour of the package takes, at the prices of months."""
    prices = solution.with_all.prices[0]
    total = 0.0
    for cohort in range(3):
        for tour in cohort_tours(8, 30, 6, 3, cohort):
            if tour[0] < solution.problem.months:
                start, end = tied_up(tour, 2, 1)
                total += prices[max(start, 0) : end + 1].sum() / 3
    return total


@settings(max_examples=25)
@given(lower=st.lists(lines, min_size=1, max_size=4))
def test_7_loss_is_convex_and_its_slope_is_the_price(lower):
    solutions = [solved(with_package(lower, size), "value") for size in SIZES]
    for solution in solutions[1:]:
        assert solution.as_neutral()["demands"]["x"]["fill_rate"] == pytest.approx(1)
    losses = np.array([loss(solution) for solution in solutions])
    slopes = np.diff(losses)

    assert losses[0] == pytest.approx(0, abs=1e-6)
    assert slopes.min() >= -1e-6
    assert np.diff(slopes).min() >= -1e-6
    prices = np.array([price_of_one_more(solution) for solution in solutions])
    assert (prices[1:] >= slopes - 1e-5).all()
    assert (prices[:-1] <= slopes + 1e-5).all()


@pytest.mark.parametrize("solver", SOLVERS)
def test_7_by_hand(solver):
    demands = [
        on("low", 2, 6, 0, 0, 1),
        on("high", 2, 4, 0, 0, 1, weight=3),
        on("x", 1, 7, 0, 0, 1),
    ]
    problem = {"months": 1, "pools": {"p": 12}, "demands": demands,
               "packages": {"k": {"demands": ["x"], "known": 0}}}  # fmt: skip
    row = SOLVERS[solver](problem, "value")["displacement"]["k"]
    assert row["demands"] == pytest.approx({"low": 5, "high": 0}, abs=1e-5)
    assert (row["total"], row["main_task_1"]) == pytest.approx((5, 0), abs=1e-5)
    assert row["ratio"] == pytest.approx(5 / 7, abs=1e-5)
    assert solved(problem, "value").with_all.prices == pytest.approx(np.array([[1.0]]))
