"""Truth 13: no foresight, and no broken promise."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import assume, given, settings

from planner.solution import Allocation
from tests.strategies import problems

from .solving import RULES, SOLVERS, Data, fills, on, parsed, solved

Served = dict[tuple[int, int, int, int], float]


def served(allocation: Allocation) -> Served:
    """Return people by demand, pool, cohort and first month of the tour."""
    s = allocation.service
    people: Served = defaultdict(float)
    columns = (s.demand, s.pool, s.cohort, s.first, s.people)
    for *key, number in zip(*(column.tolist() for column in columns), strict=True):
        people[tuple(key)] += number
    return people


def late(problem: Data) -> dict[str, int]:
    """Return the packages that become known in the model after its first month, and when."""
    model = parsed(problem)
    months = {package.id: model.known(package.id) for package in model.packages}
    return {name: month for name, month in months.items() if 0 < month < model.months}


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=60)
@given(problem=problems("small"))
def test_13_tours_that_begin_before_known_and_preparation_are_the_same_with_and_without(
    rule, problem
):
    months = late(problem)
    assume(months)
    solution = solved(problem, rule)
    lines = solution.problem.demands
    with_it = served(solution.with_all)
    for package, known in months.items():
        without = served(solution.without[package])
        for key in with_it.keys() | without.keys():
            if key[3] < known + lines[key[0]].lead:
                more = with_it.get(key, 0.0) - without.get(key, 0.0)
                assert more == pytest.approx(0, abs=1e-6)
        own = set(solution.problem.package(package).demands)
        first = {n: known + line.lead for n, line in enumerate(lines) if line.id in own}
        assert all(key[3] >= first[key[0]] for key in with_it if key[0] in first)


@pytest.mark.parametrize("solver", SOLVERS)
def test_13_who_prepares_goes(solver):
    demands = [
        on("a", 2, 2, 0, 7, 2, prep=2, pools=["p", "q"]),
        on("x", 1, 4, 4, 7, 4),
    ]
    problem = {"months": 8, "pools": {"p": 4, "q": 4}, "demands": demands,
               "packages": {"k": {"demands": ["x"]}}}  # fmt: skip
    result = SOLVERS[solver](problem, "fair")
    tours = {
        (row["demand"], row["pool"], row["first"]): row["people"]
        for row in result["allocation"]
        if row["first"] == 4
    }
    # known in month 4: the two of p for a's tour of months 4 and 5 prepare since 2
    assert tours == pytest.approx({("a", "p", 4): 2, ("x", "p", 4): 2}, abs=1e-6)
    assert result["displacement"]["k"]["total"] == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("solver", SOLVERS)
def test_13_known_from_the_start_is_perfect_foresight(solver):
    demands = [on("a", 2, 10, 0, 5, 6), on("x", 1, 10, 3, 5, 3)]
    problem = {"months": 6, "pools": {"p": 10}, "demands": demands}
    late = {**problem, "packages": {"k": {"demands": ["x"], "known": 3}}}
    early = {**problem, "packages": {"k": {"demands": ["x"], "known": 0}}}
    assert fills(late, "fair", solver) == pytest.approx({"a": 60, "x": 0}, abs=1e-5)
    assert fills(early, "fair", solver) == pytest.approx({"a": 0, "x": 30}, abs=1e-5)
    lost = SOLVERS[solver](early, "fair")["displacement"]["k"]["total"]
    assert lost == pytest.approx(60, abs=1e-5)
