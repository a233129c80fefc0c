"""Truth 13: nobody acts on a package before it is known."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import assume, given, settings

from planner.allocation import Allocation
from tests.strategies import problems

from .solving import RULES, on, solved

Served = dict[tuple[int, int, int, int], float]


def served(allocation: Allocation) -> tuple[Served, dict[tuple[int, int, int, int], int]]:
    """Return people, and where preparation begins, by demand, pool, cohort and first month."""
    s = allocation.service
    people: Served = defaultdict(float)
    prepares = {}
    for row in range(len(s.people)):
        key = int(s.demand[row]), int(s.pool[row]), int(s.cohort[row]), int(s.first[row])
        people[key] += float(s.people[row])
        prepares[key] = int(s.prepares[row])
    return people, prepares


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=60)
@given(problem=problems("small"))
def test_13_before_a_package_is_known_plans_with_and_without_are_the_same(rule, problem):
    solution = solved(problem, rule)
    late = {p.id: k for p in solution.problem.packages if (k := solution.problem.known(p.id)) > 0}
    assume(late)
    with_it, prepares = served(solution.with_all)
    for package, known in late.items():
        without, before = served(solution.without[package])
        for key in with_it.keys() | without.keys():
            more = with_it.get(key, 0.0) - without.get(key, 0.0)
            if key[3] < known:
                assert more == pytest.approx(0, abs=1e-6)
            elif len(set(late.values())) == 1 and (prepares | before)[key] < known:
                assert more <= 1e-6
        own = set(solution.problem.package(package).demands)
        places = {n for n, line in enumerate(solution.problem.demands) if line.id in own}
        assert all(prepares[key] >= known for key in with_it if key[0] in places)


def test_13_people_in_preparation_are_called_off_and_not_replaced_from_another_pool():
    demands = [
        on("a", 2, 2, 0, 7, 2, prep=2, pools=["p", "q"]),
        on("x", 1, 4, 4, 7, 4),
    ]
    problem = {"months": 8, "pools": {"p": 4, "q": 4}, "demands": demands,
               "packages": {"k": {"demands": ["x"]}}}  # fmt: skip
    solution = solved(problem)
    duty = solution.with_all.on_duty
    assert duty == pytest.approx(np.array([[2, 2, 2, 2, 0, 0, 2, 2], [0, 0, 0, 0, 4, 4, 4, 4.0]]))
    assert solution.displaced("k") == pytest.approx([4, 0])


def test_13_known_from_the_start_is_perfect_foresight():
    demands = [on("a", 2, 10, 0, 5, 6), on("x", 1, 10, 3, 5, 3)]
    problem = {"months": 6, "pools": {"p": 10}, "demands": demands}
    late = solved({**problem, "packages": {"k": {"demands": ["x"], "known": 3}}})
    early = solved({**problem, "packages": {"k": {"demands": ["x"], "known": 0}}})
    assert late.with_all.filled == pytest.approx([60, 0])
    assert early.with_all.filled == pytest.approx([0, 30])
    assert early.displaced("k") == pytest.approx([60, 0])
