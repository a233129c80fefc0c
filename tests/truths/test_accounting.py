"""Truth 2: in every pool and month people are tied up once or idle, and a package takes only what
others give up or what was idle.

There are two accounts: of demands that are not on call, with their time at home; and of all
demands, with preparation and duty, those on call with their time at home as well.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import assume, given, settings

from planner.solution import Allocation, Solution
from tests.oracles.tours import tied_up
from tests.strategies import problems

from .solving import RULES, solved


def tied(solution: Solution, allocation: Allocation, demands: Iterable[str]) -> np.ndarray:
    """Count people tied up by some demands in both accounts, (2, pools, months), tour by tour."""
    problem, served = solution.problem, allocation.service
    wanted = {place for place, line in enumerate(problem.demands) if line.id in set(demands)}
    names = list(problem.pools)
    count = np.zeros((2, len(names), problem.months))
    for row in range(len(served.people)):
        if served.demand[row] not in wanted:
            continue
        line, pool = problem.demands[served.demand[row]], served.pool[row]
        place = line.pools.index(names[pool])
        tour = int(served.first[row]), int(served.last[row])
        start, end = tied_up(tour, line.prep[place], line.home[place], line.dwell[place])
        start, people = max(start, 0), served.people[row]
        if not line.on_call:
            count[0, pool, start : max(end + 1, 0)] += people
        count[1, pool, start : max((end if line.on_call else tour[1]) + 1, 0)] += people
    return count


def strength_of(solution: Solution) -> np.ndarray:
    """Return the strength by pool and month, (pools, months)."""
    return np.array(list(solution.problem.pools.values()))


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=30)
@given(problem=problems("small"))
def test_2_every_pool_adds_up_in_every_plan(rule, problem):
    solution = solved(problem, rule)
    strength = strength_of(solution)
    lines = [line.id for line in solution.problem.demands]
    for allocation in (solution.with_all, *solution.without.values()):
        used = tied(solution, allocation, lines)
        assert allocation.accounts == pytest.approx(used, abs=1e-6)
        assert allocation.tied_up == pytest.approx(used.max(axis=0), abs=1e-6)
        assert (strength - used).min() >= -1e-6 * (1 + strength.max())


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=30)
@given(problem=problems("small"))
def test_2_a_package_takes_what_others_give_up_and_what_was_idle(rule, problem):
    assume(problem.get("packages"))
    solution = solved(problem, rule)
    strength = strength_of(solution)
    for package in solution.problem.packages:
        others = [line.id for line in solution.problem.demands if line.id not in package.demands]
        with_it, without = solution.with_all, solution.without[package.id]
        assert not tied(solution, without, package.demands).any()

        taken = tied(solution, with_it, package.demands)
        given_up = tied(solution, without, others) - tied(solution, with_it, others)
        idle_used = (strength - without.accounts) - (strength - with_it.accounts)
        assert taken == pytest.approx(given_up + idle_used, abs=1e-6)


@settings(max_examples=30)
@given(problem=problems("small"))
def test_2_displacement_is_fill_without_minus_fill_with(problem):
    assume(problem.get("packages"))
    solution = solved(problem)
    low, high = solution.problem.report
    result = solution.as_neutral()["displacement"]
    for package in solution.problem.packages:
        counts = [
            plan.on_duty[:, low : high + 1].sum(axis=1)
            for plan in (solution.without[package.id], solution.with_all)
        ]
        lost = dict(
            zip((d.id for d in solution.problem.demands), counts[0] - counts[1], strict=True)
        )
        outside = [d for d in solution.problem.demands if d.id not in package.demands]
        row = result[package.id]
        assert row["demands"] == pytest.approx({d.id: lost[d.id] for d in outside}, abs=1e-6)
        for key, task in (("total", 2), ("main_task_1", 1)):
            expected = sum(lost[d.id] for d in outside if d.main_task == task)
            assert row[key] == pytest.approx(expected, abs=1e-6)
