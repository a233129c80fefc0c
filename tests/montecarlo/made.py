"""Small scenarios with something uncertain in them, and draws that are planned one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import planner as pl
from planner.montecarlo.structure import Numbers, Plans, Structure
from planner.problem.model import Problem

UNCERTAIN: dict[str, Any] = {
    "pools": {
        "staff": {"posts": {"low": 24, "value": 30, "high": 34},
                  "fit": {"low": 0.8, "value": 0.9, "high": 1.0}},
        "civil": {"posts": {"low": 20, "value": 40, "high": 60}},
    },
    "kinds": {
        "post": {"rest": {"low": 0.5, "value": 1, "high": 2}, "acceptance": 0.8, "lead": 2,
                 "early_return": 0.02},
    },
    "demands": {"guards": {"cap": {"low": 1, "value": 3, "high": 6}}},
    "bounds": {"eyes": {"min": {"low": 8, "value": 10, "high": 11}}},
    "strengths": [
        {"pools": ["staff"], "from": "2022-06", "times": {"low": 0.8, "value": 0.95, "high": 1.2}},
        {"pools": ["civil"], "from": "2022-03", "to": "2023-02", "grow_to": {"low": 4, "value": 9,
                                                                            "high": 12}},
        {"pools": ["staff"], "of": "fit", "from": "2023-01", "times": 1.1},
    ],
    "uncertainty": {
        "decided": {"late": 0.6},
        "extended": {"observers": {"chance": 0.5, "months": 6}},
        "shifted": {"guards": {"discrete": {"values": [0, 2], "chances": [0.7, 0.3]}}},
        "sizes": {"more": {"uniform": {"low": 0.5, "high": 1.5}}},
        "shared": {"readiness": {
            "figures": ["pool.*.posts"],
            "times": {"normal": {"mean": 1, "sd": 0.1, "low": 0.5, "high": 1.5}}}},
        "correlations": [{"figures": ["pool.staff.posts", "pool.civil.posts"], "rank": 0.6}],
    },
}  # fmt: skip
"""Everything that can be uncertain, on a scenario of three missions."""

STATIC: dict[str, Any] = {
    "horizon": {"from": "2022-01", "to": "2022-03", "warm_up": 0, "run_out": 0},
    "kinds": {"post": {"name": "Post", "changeover": "en_bloc", "tour": 1, "preparation": 0,
                       "rest": 0}},
    "missions": {"watch": {"name": "Watch", "organisation": "UN", "region": "East",
                           "main_task": 2}},
}  # fmt: skip
"""Tours of a month, no preparation, no rest: every month stands for itself."""


def static(
    pools: dict[str, Any], caps: dict[str, float], uncertainty: dict[str, Any]
) -> pl.Scenario:
    """Return a static scenario with one demand a pool, and what is uncertain in it."""
    line = {"mission": "watch", "kind": "post", "first": "2022-01", "last": "2022-03"}
    return pl.loads("data: none\n", "static").with_(
        {
            **STATIC,
            "pools": {
                name: {"name": name, "category": "military", **pool} for name, pool in pools.items()
            },
            "demands": {
                f"{name}-posts": {**line, "pools": [name], "cap": cap} for name, cap in caps.items()
            },
            "uncertainty": uncertainty,
        },
        "static",
    )


def planned_apart(
    problems: Sequence[Problem], rule: str, packages: Sequence[str], likely: Problem
) -> list[Plans]:
    """Return the plans of each problem, formulated by itself, with one hint for all of them."""
    hint = Structure(likely, rule).hint() if rule == "value" else None
    found = []
    for problem in problems:
        own = Numbers.likely(problem)
        found.append(Structure(problem, rule, hint=hint).solve(own.caps, own.strengths, packages))
    return found
