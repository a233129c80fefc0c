"""The engine against an independent reference on random problems.

Under *fair* every fill, every displacement and every row of the allocation; under *value* what is
unique, the worth of each tier while one plan is made; under both, that nothing forbidden is done.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from tests.oracles.check import differences, faults
from tests.oracles.reference import solve
from tests.strategies import problems, random_problem

from .solving import RULES, Data, answer, on, plain, whole


def disagreements(problem: Data, rule: str) -> list[str]:
    """Return everything wrong or different in the engine's answer to a whole-window problem."""
    problem = {"format": "planner-problem/1", **whole(plain(problem))}
    found = answer(problem, rule)
    return faults(problem, found) + differences(problem, solve(problem, rule), found, give=1e-5)


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=100)
@given(problem=problems("tiny"))
def test_tiny_problems(rule, problem):
    assert disagreements(problem, rule) == []


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", range(40))
def test_small_problems(rule, seed):
    problem = random_problem(np.random.default_rng([seed, 2]), "small")
    assert disagreements(problem, rule) == []


@pytest.mark.parametrize("seed", range(4))
def test_medium_problems(seed):
    problem = random_problem(np.random.default_rng([seed, 3]), "medium")
    assert disagreements(problem, "fair") == []


@pytest.mark.parametrize("seed", range(20))
def test_the_window_only_chooses_what_is_reported(seed):
    problem = plain(random_problem(np.random.default_rng([seed, 4]), "small"))
    low, high = problem.get("report", (0, problem["months"] - 1))
    found, reference = answer(problem), solve(problem)
    for name, row in reference["demands"].items():
        assert found["demands"][name] == pytest.approx(row, abs=1e-5 * (1 + row["asked"]))
    for name, row in reference["displacement"].items():
        lost = found["displacement"][name]["demands"]
        assert lost == pytest.approx(row["demands"], abs=1e-3)
    assert all(low <= row["month"] <= high for row in found["unmet_bounds"])


KEPT: dict[str, Data] = {
    "a goal that two pools can meet leaves the choice to preference": {
        "months": 1,
        "pools": {"p": 4, "q": 4},
        "demands": [on("a", 1, 1, 0, 0, 1, pools=["p", "q"])],
        "bounds": [
            {"demands": ["a"], "pools": ["p"], "min": 2},
            {"demands": ["a"], "pools": ["q"], "min": 1},
        ],
    },
    "goals of two tiers in one short pool": {
        "months": 10,
        "pools": {"p": 1},
        "demands": [
            on("d0", 3, 6.6, 4, 9, 8),
            on("d2", 1, 6, -4, 9, 4, prep=3, rest=1.25, cohorts=3),
        ],
        "bounds": [{"demands": ["d0"], "min": 2.5}, {"demands": ["d2"], "min": 2.75}],
    },
    "what is left to the last tier is shared": {
        "months": 17,
        "pools": {
            "p0": [7, 9.2, 9, 4.5, 3, 7, 2.9, 0, 2.25, 6.5, 10, 10, 10.3, 0, 6.25, 3, 0],
            "p1": 5,
        },
        "demands": [
            on("d0", 3, 2, -5, 16, 6, pools=["p0"], prep=1, rest=1.25),
            on("d1", 1, 8, -2, 16, 5, pools=["p0", "p1"], prep=1, rest={"p0": 0.5, "p1": 0},
               cohorts=4),
            on("d2", 3, 2.1, 14, 16, 1, pools=["p0", "p1"], prep=1, rest=2),
        ],
        "bounds": [{"demands": ["d0", "d1"], "min": 2}],
    },
}  # fmt: skip
"""Problems that once were answered wrongly, each reduced to what matters."""


@pytest.mark.parametrize("name", KEPT)
def test_kept_problems(name):
    for rule in RULES:
        assert disagreements(KEPT[name], rule) == []
