"""The problems that others are tested with: valid, varied, and solved by the reference."""

from __future__ import annotations

import json
import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from tests.oracles.check import faults
from tests.oracles.reference import solve
from tests.oracles.unfold import known, read
from tests.strategies import (
    SIZES,
    problems,
    random_problem,
    random_static_problem,
    static_problems,
)

QUIET = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def wrong(problem: dict) -> list[str]:
    """Return what the format of the neutral problem does not allow."""
    months, pools = problem["months"], problem["pools"]
    found = []
    if months < 1 or json.loads(json.dumps(problem, allow_nan=False)) != problem:
        found.append("not plain")
    for values in pools.values():
        if isinstance(values, list) and len(values) != months:
            found.append("strength of the wrong length")
        if min(values if isinstance(values, list) else [values]) < 0:
            found.append("negative strength")
    names = [demand["id"] for demand in problem["demands"]]
    if len(set(names)) != len(names):
        found.append("a name twice")
    for demand in problem["demands"]:
        if demand["cap"] < 0 or demand["last"] < demand["first"]:
            found.append("cap or months")
        if demand["tour"] < 1 or demand.get("cohorts", 1) < 1 or not demand["pools"]:
            found.append("tour, cohorts or pools")
        if not set(demand["pools"]) <= set(pools):
            found.append("unknown pool")
        for rate in ("prep", "rest"):
            if isinstance(demand[rate], dict) and set(demand[rate]) != set(demand["pools"]):
                found.append(rate)
    for bound in problem.get("bounds", []):
        if not {"min", "max"} & set(bound) or bound.get("min", 0) > bound.get("max", 99):
            found.append("bound")
    inside = [name for package in problem.get("packages", {}).values() for name in
              package["demands"]]  # fmt: skip
    if len(set(inside)) != len(inside) or not set(inside) <= set(names):
        found.append("packages")
    return found


@pytest.mark.parametrize("size", SIZES)
def test_random_problems_are_valid(size):
    for seed in range(150):
        assert wrong(random_problem(np.random.default_rng(seed), size)) == []
        assert wrong(random_problem(random.Random(seed), size)) == []


def test_the_same_seed_gives_the_same_problem():
    first, second = (random_problem(np.random.default_rng(3)) for _ in range(2))
    assert first == second


def test_static_problems_are_static():
    for seed in range(50):
        for demand in random_static_problem(np.random.default_rng(seed))["demands"]:
            assert (demand["tour"], demand["prep"], demand["rest"]) == (1, 0, 0)
            assert "cohorts" not in demand


def test_random_problems_are_varied():
    seen: Counter[str] = Counter()
    for seed in range(300):
        problem = random_problem(np.random.default_rng(seed))
        data = read(problem)
        months = [known(data, name) for name in data["packages"]]
        seen += Counter(
            {
                "report": "report" in problem,
                "strength by month": any(isinstance(v, list) for v in problem["pools"].values()),
                "no strength": 0 in problem["pools"].values(),
                "fractions": any(d["cap"] % 1 for d in problem["demands"]),
                "negative first": any(d["first"] < 0 for d in problem["demands"]),
                "last past the model": any(
                    d["last"] >= problem["months"] for d in problem["demands"]
                ),
                "by pool": any(isinstance(d["rest"], dict) for d in problem["demands"]),
                "cohorts": any(d.get("cohorts", 1) > 1 for d in problem["demands"]),
                "nobody asked": any(d["cap"] == 0 for d in problem["demands"]),
                "least": any("min" in b for b in problem.get("bounds", [])),
                "most": any("max" in b for b in problem.get("bounds", [])),
                "some pools": any("pools" in b for b in problem.get("bounds", [])),
                "from the start": any(month <= 0 for month in months),
                "late": any(month > 0 for month in months),
                "in one month": len({m for m in months if m > 0})
                < len([m for m in months if m > 0]),
                "in several months": len({month for month in months if month > 0}) > 1,
                "just in time": any(
                    "known" not in package for package in data["packages"].values()
                ),
            }
        )
    assert min(seen.values()) >= 10, seen


@QUIET
@given(problems("tiny"))
def test_every_problem_has_an_allowed_answer(problem):
    assert wrong(problem) == []
    for rule in ("fair", "value"):
        assert faults(problem, solve(problem, rule)) == []


@QUIET
@given(static_problems("small"))
def test_every_static_problem_has_an_allowed_answer(problem):
    assert wrong(problem) == []
    assert faults(problem, solve(problem)) == []
