"""What the analyses are held against: the dull reference, asked by hand.

Nothing of the product is used here but the format of the neutral problem.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from tests.oracles.lp import Floats
from tests.oracles.planning import _Stage, duty
from tests.oracles.reference import filled
from tests.oracles.unfold import decisions_of, read, unfold
from tests.strategies import random_problem

__all__ = [
    "demand",
    "draw_until",
    "fills",
    "has_package",
    "optimal_stage",
    "problem",
    "value_range",
]


def demand(id: str, cap: float, tier: int = 2, **more: Any) -> dict[str, Any]:
    """Return a demand, static unless something else is said."""
    return {
        "id": id, "tier": tier, "cap": cap, "first": 0, "last": 11, "tour": 1,
        "pools": ["staff"], "prep": 0, "rest": 0, "main_task": min(tier, 2), **more,
    }  # fmt: skip


def problem(*demands: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Return a neutral problem of a year with one pool of ten people unless said otherwise."""
    base = {"format": "planner-problem/1", "months": 12, "pools": {"staff": 10}}
    return {**base, "demands": [dict(one) for one in demands], **more}


def draw_until(
    valid: Callable[[dict], bool], seed: int, size: str = "small", **more: Any
) -> dict[str, Any]:
    """Return the first random problem of a seed that is valid, so that every seed counts."""
    rng = np.random.default_rng(seed)
    for _ in range(200):
        data = random_problem(rng, size, **more)
        if valid(data):
            return data
    raise AssertionError(f"seed {seed}: none of 200 random problems is valid")


def has_package(data: Mapping) -> bool:
    """Whether a problem has a package that asks for people."""
    caps = {one["id"]: one["cap"] for one in data["demands"]}
    packages = (data.get("packages") or {}).values()
    return any(caps[name] > 0 for package in packages for name in package["demands"])


def fills(data: Mapping, rule: str, without: Iterable[str] = ()) -> dict[str, float]:
    """Return person-months filled in the window by demand, by the reference."""
    given = read(data)
    return filled(given, *unfold(given, rule, Floats(), without=list(without)))


def optimal_stage(data: Mapping, without: Iterable[str] = (), prefer: bool = True) -> _Stage:
    """Return the programme of one plan made in month 0, locked at its *value* optimum."""
    given = read(data)
    gone = {name for id in without for name in given["packages"][id]["demands"]}
    decisions = [one for one in decisions_of(given) if one.demand not in gone]
    stage = _Stage(given, decisions, Floats(), {})
    for tier in sorted({given["demands"][one.demand]["tier"] for one in decisions}):
        stage.minimise_shortfall(tier)
        stage.fill(tier, "value")
    if prefer:
        stage.minimise_preference()
    return stage


def value_range(
    stage: _Stage, demands: Iterable[str], pool: str | None = None
) -> tuple[float, float]:
    """Return the smallest and largest fill in the window over what a stage still allows."""
    names = set(demands)
    terms: dict[Any, float] = {}
    for one in stage.free:
        if one.demand in names:
            each = duty(stage.problem, one, stage.problem["report"]) * one.size
            options = stage.problem["demands"][one.demand]["options"]
            for place in stage.share(one):
                part = 1 if pool is None else options[place[1]].get(pool, 0)
                if part:
                    terms[place] = each * part
    if not any(terms.values()):
        return 0.0, 0.0
    most, _ = stage.programme.maximise(terms)
    least, _ = stage.programme.maximise({place: -worth for place, worth in terms.items()})
    return -least, most
