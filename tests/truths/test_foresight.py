"""Truth 13: no foresight and no broken promise around the month in which a package is known."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import assume, given, settings

from planner.allocation import Allocation
from tests.strategies import problems

from .solving import RULES, on, solved

Served = dict[tuple[int, int, int, int, int], float]


def served(allocation: Allocation) -> tuple[Served, dict[tuple[int, int, int, int, int], int]]:
    """Return people, and where preparation begins, by demand, option, pool, cohort and month."""
    s = allocation.service
    people: Served = defaultdict(float)
    prepares = {}
    for row in zip(
        s.demand, s.option, s.pool, s.cohort, s.first, s.prepares, s.people, strict=True
    ):
        *key, first, begins, count = row
        place = (*(int(number) for number in key), int(first))
        people[place] += float(count)
        prepares[place] = int(begins)
    return people, prepares


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=60)
@given(problem=problems("small"))
def test_13_who_has_left_or_prepares_goes_with_or_without_a_package(rule, problem):
    solution = solved(problem, rule)
    lines = solution.problem.demands
    late = {p.id: k for p in solution.problem.packages if (k := solution.problem.known(p.id)) > 0}
    assume(late)
    with_it, prepares = served(solution.with_all)
    for package, known in late.items():
        without, _ = served(solution.without[package])
        for key in with_it.keys() | without.keys():
            if key[-1] < known + lines[key[0]].lead:
                more = with_it.get(key, 0.0) - without.get(key, 0.0)
                assert more == pytest.approx(0, abs=1e-9)
        own = set(solution.problem.package(package).demands)
        places = {n for n, line in enumerate(lines) if line.id in own}
        assert all(prepares[key] >= known for key in with_it if key[0] in places)


def test_13_people_in_preparation_go_and_later_tours_make_room():
    demands = [
        on("a", 2, 2, 0, 7, 2, prep=2, pools=["p", "q"]),
        on("x", 1, 4, 4, 7, 4),
    ]
    problem = {"months": 8, "pools": {"p": 4, "q": 4}, "demands": demands,
               "packages": {"k": {"demands": ["x"]}}}  # fmt: skip
    solution = solved(problem)
    # known in month 4: the tour of months 4 and 5 is kept, the one of months 6 and 7 leaves p
    assert solution.with_all.on_duty == pytest.approx(np.array([[2.0] * 8, [0.0] * 4 + [2.0] * 4]))
    assert solution.displaced("k") == pytest.approx([0, 0])
    late = solution.with_all.service
    kept = (late.demand == 0) & (late.first >= 6)
    assert set(late.pool[kept].tolist()) == {1}


def test_13_known_from_the_start_is_perfect_foresight():
    demands = [on("a", 2, 10, 0, 5, 6), on("x", 1, 10, 3, 5, 3)]
    problem = {"months": 6, "pools": {"p": 10}, "demands": demands}
    late = solved({**problem, "packages": {"k": {"demands": ["x"], "known": 3}}})
    early = solved({**problem, "packages": {"k": {"demands": ["x"], "known": 0}}})
    assert late.with_all.filled == pytest.approx([60, 0])
    assert early.with_all.filled == pytest.approx([0, 30])
    assert early.displaced("k") == pytest.approx([60, 0])
