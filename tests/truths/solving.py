"""Solve a neutral problem with any implementation, and small ways to write and to read one."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from planner.problem.model import Problem
from planner.problem.neutral import parse_problem
from planner.reference import solve_reference
from planner.solution import Solution, solve_problem
from tests.oracles.reference import solve
from tests.strategies import pools_of

__all__ = [
    "RULES",
    "SOLVERS",
    "Data",
    "answer",
    "fills",
    "on",
    "parsed",
    "plain",
    "solved",
    "tier_totals",
    "whole",
]

RULES = ["fair", "value"]
Data = dict[str, Any]
Solver = Callable[[Mapping[str, Any], str], Data]
"""Turns a neutral problem and a rule into a ``planner-result/1`` object."""


def parsed(data: Mapping[str, Any]) -> Problem:
    """Return the problem of a dictionary that may leave out its format."""
    return parse_problem({"format": "planner-problem/1", **data})


def solved(data: Mapping[str, Any], rule: str = "fair") -> Solution:
    """Return the engine's solution."""
    return solve_problem(parsed(data), rule)


def answer(data: Mapping[str, Any], rule: str = "fair") -> Data:
    """Return the engine's solution as a ``planner-result/1`` object."""
    return solved(data, rule).as_neutral()


def stated(data: Mapping[str, Any], rule: str = "fair") -> Data:
    """Return the solution of the programme stated with PuLP."""
    return solve_reference(parsed(data), rule)


SOLVERS: dict[str, Solver] = {"engine": answer, "statement": stated, "oracle": solve}
"""Every implementation of the method that the literal truths are tried on."""


def fills(data: Mapping[str, Any], rule: str = "fair", solver: str = "engine") -> dict[str, float]:
    """Return the person-months filled of each demand."""
    result = SOLVERS[solver](data, rule)
    return {name: row["filled"] for name, row in result["demands"].items()}


def tier_totals(data: Mapping[str, Any]) -> dict[int, float]:
    """Return weight x person-months of each tier over the whole model, under *value*."""
    solution = solved(data, "value")
    totals: dict[int, float] = defaultdict(float)
    months = solution.with_all.on_duty.sum(axis=1).tolist()
    for demand, filled in zip(solution.problem.demands, months, strict=True):
        totals[demand.tier] += demand.weight * filled
    return dict(totals)


def on(name: str, tier: int, cap: float, first: int, last: int, tour: int, **more: object) -> Data:
    """Return a demand on pool p without preparation and rest, unless given."""
    home = {} if "dwell" in more else {"rest": 0}
    return {"id": name, "tier": tier, "cap": cap, "first": first, "last": last, "tour": tour,
            "pools": ["p"], "prep": 0, **home, **more}  # fmt: skip


def whole(data: Mapping[str, Any]) -> Data:
    """Return the same problem reported over all its months."""
    return {key: value for key, value in data.items() if key != "report"}


def plain(data: Data) -> Data:
    """Return the problem with bounds only over demands that can count in them.

    Whether a demand of cap 0, or one that no pool of the bound serves, gives a bound its tier or
    its months is a matter of reading, not of computing.
    """
    kept = copy.deepcopy(data)
    lines = {demand["id"]: demand for demand in kept["demands"]}
    bounds = []
    for bound in kept.get("bounds", []):
        pools = set(bound.get("pools", kept["pools"]))
        bound["demands"] = [
            name
            for name in bound["demands"]
            if lines[name]["cap"]
            and any(pools & set(pools_of(option)) for option in lines[name]["pools"])
        ]
        bounds += [bound] if bound["demands"] else []
    return {**kept, "bounds": bounds}
