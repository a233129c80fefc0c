"""The problems used in property tests are valid, varied, and solved by the oracle."""

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
        mixes = [mix if isinstance(mix, dict) else {mix: 1.0} for mix in demand["pools"]]
        used = {pool for mix in mixes for pool in mix}
        if not used <= set(pools):
            found.append("unknown pool")
        if any(abs(sum(mix.values()) - 1) > 1e-9 or min(mix.values()) <= 0 for mix in mixes):
            found.append("shares of a mix")
        if isinstance(demand["prep"], dict) and set(demand["prep"]) != used:
            found.append("prep")
        home = [demand[rule] for rule in ("rest", "dwell") if rule in demand]
        named = [pool for rule in home if isinstance(rule, dict) for pool in rule]
        if len(named) != len(set(named)) or (named and set(named) != used):
            found.append("rest and dwell")
        if len(home) > 1 and not all(isinstance(rule, dict) for rule in home):
            found.append("rest beside dwell")
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
            assert not {"cohorts", "dwell", "on_call"} & set(demand)
            assert all(isinstance(option, str) for option in demand["pools"])


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
                "rest by pool": any(isinstance(d.get("rest"), dict) for d in problem["demands"]),
                "one dwell": any(
                    "dwell" in d and not isinstance(d["dwell"], dict) for d in problem["demands"]
                ),
                "dwell by pool": any(isinstance(d.get("dwell"), dict) for d in problem["demands"]),
                "rest beside dwell": any({"rest", "dwell"} <= set(d) for d in problem["demands"]),
                "on call": any(d.get("on_call") for d in problem["demands"]),
                "a mix": any(isinstance(p, dict) for d in problem["demands"] for p in d["pools"]),
                "a mix among options": any(
                    len(d["pools"]) > 1 and isinstance(p, dict)
                    for d in problem["demands"]
                    for p in d["pools"]
                ),
                "a mix of one pool": any(
                    isinstance(p, dict) and len(p) == 1
                    for d in problem["demands"]
                    for p in d["pools"]
                ),
                "cohorts": any(d.get("cohorts", 1) > 1 for d in problem["demands"]),
                "cap of zero": any(d["cap"] == 0 for d in problem["demands"]),
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
