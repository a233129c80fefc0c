"""The shipped letter and battalion at full size, by independent implementations.

Under *value* by PuLP with CBC and by the oracle, with the package known from the start: only then
are the totals of the tiers unique. Under *fair* the letter by PuLP with CBC, every fill and every
row of the allocation; of both scenarios the engine's allocation is counted tour by tour.
"""

from __future__ import annotations

import pytest

import planner as pl
from planner.compile import compile_scenario
from planner.problem.neutral import dump_problem, parse_problem
from planner.reference import solve_reference
from tests.oracles.check import differences, faults
from tests.oracles.reference import solve

from .solving import RULES, Data, answer, whole

NAMES = ["letter", "eastern-flank-battalion"]
pytestmark = pytest.mark.slow


def problem_of(name: str) -> Data:
    """Return the neutral problem of a shipped scenario."""
    return dump_problem(compile_scenario(pl.load(name)).problem)


@pytest.mark.parametrize("name", NAMES)
def test_tiers_are_worth_the_same_to_cbc_and_to_the_oracle(name: str) -> None:
    problem = whole(problem_of(name))
    for package in problem.get("packages", {}).values():
        package["known"] = 0
    engine = answer(problem, "value")

    others = {
        "cbc": (solve_reference(parse_problem(problem), "value", "cbc"), 1e-4),
        "oracle": (solve(problem, "value"), 1e-5),
    }
    for who, (found, give) in others.items():
        assert faults(problem, found, 1e-4) == [], who
        assert differences(problem, engine, found, give) == [], who


def test_the_fair_letter_is_the_same_to_cbc() -> None:
    problem = problem_of("letter")
    found = solve_reference(parse_problem(problem), "fair", "cbc")

    assert faults(problem, found, 1e-4) == []
    assert differences(problem, answer(problem), found, 1e-4) == []


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_forbidden_is_done(name: str, rule: str) -> None:
    problem = problem_of(name)
    assert faults(problem, answer(problem, rule)) == []
