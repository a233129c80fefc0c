"""Small valid neutral problems: at random from a generator, or from Hypothesis with shrinking.

Both come from one recipe, `build`, that only ever asks for whole numbers between two limits; what
is simplest lies at the lower limit, so that Hypothesis shrinks towards plain problems.

    random_problem(np.random.default_rng(7), size="small")
    @given(problems(size="tiny", bounds=False))
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from hypothesis import strategies as st

__all__ = [
    "SIZES",
    "Size",
    "build",
    "draw_until",
    "pools_of",
    "problems",
    "random_problem",
    "random_static_problem",
    "split_pool",
    "static_problems",
]

Pick = Callable[[int, int], int]
"""Return a whole number between two limits, inclusive."""
T = TypeVar("T")


@dataclass(frozen=True)
class Size:
    """Most of everything in a problem, and what may occur in it.

    Attributes
    ----------
    months, pools, demands, tour, cohorts, tiers : (int, int)
        Least and most.
    edge : int
        Most months by which a mandate sticks out of the model on either side.
    bounds, packages : int
        Most composition bounds and packages.
    late : bool
        Whether packages may become known later than the start.
    whole : bool
        Whether caps, strengths, weights and bounds are whole numbers only.
    static : bool
        Tour 1, preparation 0, rest 0, one cohort, no mixes, nothing on call.
    mixes, dwell, on_call : bool
        Whether sourcing options may be mixes of pools, time at home may be given as dwell, and
        demands may be on call.
    """

    months: tuple[int, int]
    pools: tuple[int, int]
    demands: tuple[int, int]
    tour: tuple[int, int]
    cohorts: tuple[int, int]
    tiers: tuple[int, int] = (1, 3)
    edge: int = 8
    bounds: int = 2
    packages: int = 3
    late: bool = True
    whole: bool = False
    static: bool = False
    mixes: bool = True
    dwell: bool = True
    on_call: bool = True


SIZES = {
    "tiny": Size(months=(3, 8), pools=(1, 2), demands=(1, 3), tour=(1, 4), cohorts=(1, 2), edge=4,
                 bounds=1, packages=2),
    "small": Size(months=(6, 24), pools=(1, 3), demands=(2, 5), tour=(1, 8), cohorts=(1, 4)),
    "medium": Size(months=(24, 48), pools=(2, 4), demands=(4, 9), tour=(3, 12), cohorts=(1, 6),
                   edge=20),
}  # fmt: skip


def random_problem(
    rng: np.random.Generator | random.Random, size: str | Size = "small", **changes: Any
) -> dict[str, Any]:
    """Return a valid neutral problem drawn with a generator.

    Parameters
    ----------
    rng : numpy Generator or random.Random
        Where chance comes from.
    size : str or Size
        A name out of `SIZES`, or limits of one's own.
    **changes
        Fields of `Size` to set otherwise, such as ``bounds=0`` or ``late=False``.

    Examples
    --------
    >>> problem = random_problem(np.random.default_rng(0), size="tiny")
    >>> problem["format"]
    'planner-problem/1'
    """
    if isinstance(rng, random.Random):
        return build(rng.randint, _limits(size, changes))
    return build(lambda low, high: int(rng.integers(low, high + 1)), _limits(size, changes))


def draw_until(
    wanted: Callable[[dict[str, Any]], bool],
    rng: np.random.Generator | random.Random,
    size: str | Size = "small",
    **changes: Any,
) -> dict[str, Any]:
    """Return the first problem drawn that is wanted, so that no seed of a test tries nothing.

    Raises
    ------
    LookupError
        A thousand problems in a row were not wanted.
    """
    for _ in range(1000):
        problem = random_problem(rng, size, **changes)
        if wanted(problem):
            return problem
    raise LookupError("no problem of the kind wanted among a thousand")


def random_static_problem(
    rng: np.random.Generator | random.Random, size: str | Size = "small", **changes: Any
) -> dict[str, Any]:
    """Return a static problem: see `Size`; no bounds."""
    return random_problem(rng, size, **{"static": True, "bounds": 0, **changes})


@st.composite
def problems(
    draw: Callable[[st.SearchStrategy], Any], size: str | Size = "tiny", **changes: Any
) -> dict[str, Any]:
    """Valid neutral problems as a Hypothesis strategy; see `random_problem` for the arguments."""
    return build(lambda low, high: draw(st.integers(low, high)), _limits(size, changes))


def static_problems(size: str | Size = "tiny", **changes: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Static problems as a Hypothesis strategy; see `random_static_problem`."""
    return problems(size, **{"static": True, "bounds": 0, **changes})


def _limits(size: str | Size, changes: dict[str, Any]) -> Size:
    return replace(SIZES[size] if isinstance(size, str) else size, **changes)


def build(pick: Pick, size: Size) -> dict[str, Any]:
    """Return a valid neutral problem made of nothing but picks of whole numbers."""
    months = pick(*size.months)
    pools = [f"p{number}" for number in range(pick(*size.pools))]
    problem: dict[str, Any] = {
        "format": "planner-problem/1",
        "months": months,
        "pools": {pool: _strength(pick, months, size) for pool in pools},
    }
    if _chance(pick, 1, 2):
        low = pick(0, months - 1)
        problem["report"] = [low, pick(low, months - 1)]
    demands = [
        _demand(pick, f"d{number}", pools, months, size) for number in range(pick(*size.demands))
    ]
    problem["demands"] = demands
    names = [demand["id"] for demand in demands]
    if bounds := [_bound(pick, names, pools, size) for _ in range(pick(0, size.bounds))]:
        problem["bounds"] = bounds
    if packages := _packages(pick, names, months, size):
        problem["packages"] = packages
    return problem


def _chance(pick: Pick, times: int, out_of: int) -> bool:
    """Return True in so many cases out of so many; False is the simpler answer."""
    return pick(0, out_of - 1) >= out_of - times


def _one(pick: Pick, items: Sequence[T]) -> T:
    """Return one of the items; the first is the simplest."""
    return items[pick(0, len(items) - 1)]


def _some(pick: Pick, items: Sequence[T]) -> list[T]:
    """Return one or more different items in any order."""
    left = list(items)
    return [left.pop(pick(0, len(left) - 1)) for _ in range(pick(1, len(left)))]


def _people(pick: Pick, most: int, size: Size) -> float:
    """Return a number of persons: mostly whole, else in quarters or tenths."""
    parts = 1 if size.whole else _one(pick, [1, 1, 1, 4, 10])
    people = pick(0, most * parts)
    return people if parts == 1 else people / parts


def _strength(pick: Pick, months: int, size: Size) -> float | list[float]:
    """Return people in a pool: the same always, changing at random, or in two steps."""
    shape = pick(0, 4)
    if shape <= 2:
        return _people(pick, 12, size)
    if shape == 3:
        before, after, turn = _people(pick, 12, size), _people(pick, 12, size), pick(0, months)
        return [before] * turn + [after] * (months - turn)
    return [_people(pick, 12, size) for _ in range(months)]


def _by_pool(pick: Pick, pools: Sequence[str], values: Sequence[Any]) -> Any:
    """Return one value, or an object with a value for every pool."""
    if _chance(pick, 1, 3):
        return {pool: _one(pick, values) for pool in pools}
    return _one(pick, values)


def _demand(pick: Pick, name: str, pools: Sequence[str], months: int, size: Size) -> dict[str, Any]:
    first = pick(0, months - 1)
    if _chance(pick, 2, 5):
        first = pick(-size.edge, months + 2)
    last = pick(first, max(first, months - 1) + (size.edge if _chance(pick, 1, 3) else 0))
    if _chance(pick, 1, 2):
        last = max(first, months - 1)
    accepted = _some(pick, pools)
    options, used = _options(pick, accepted, pools, size)
    demand: dict[str, Any] = {
        "id": name,
        "tier": pick(*size.tiers),
        "cap": _people(pick, 8, size) or (0 if _chance(pick, 1, 4) else 1),
        "first": first,
        "last": last,
        "tour": 1 if size.static else pick(*size.tour),
        "pools": options,
        "prep": 0 if size.static else _by_pool(pick, used, [0, 1, 2, 3]),
        **({"rest": 0} if size.static else _home(pick, used, size)),
    }
    if not size.static and size.on_call and _chance(pick, 1, 4):
        demand["on_call"] = True
    if not size.static and _chance(pick, 1, 2):
        demand["cohorts"] = pick(*size.cohorts)
    if _chance(pick, 1, 2):
        demand["main_task"] = pick(1, 2)
    if _chance(pick, 1, 3):
        demand["weight"] = pick(1, 3) if size.whole else _one(pick, [1, 2, 0.5, 3, 1.7, 0])
    return demand


def _options(
    pick: Pick, accepted: Sequence[str], pools: Sequence[str], size: Size
) -> tuple[list[Any], list[str]]:
    """Return sourcing options, plain pools or mixes, and all pools that they use."""
    options: list[Any] = list(accepted)
    if size.mixes and not size.static:
        for place in range(len(options)):
            if _chance(pick, 1, 3):
                inside = _some(pick, pools)[:3]
                shares = _one(pick, MIXES[len(inside)])
                mix = dict(zip(inside, shares, strict=True))
                others = options[:place] + options[place + 1 :]
                if mix not in others and not (len(mix) == 1 and inside[0] in others):
                    options[place] = mix
    return options, list(dict.fromkeys(pool for option in options for pool in pools_of(option)))


MIXES = {1: [(1.0,)], 2: [(0.5, 0.5), (0.75, 0.25), (0.9, 0.1)], 3: [(0.5, 0.25, 0.25),
                                                                  (0.85, 0.1, 0.05)]}  # fmt: skip
"""Shares of a mix by its number of pools; they add up to 1."""


def pools_of(option: str | dict[str, float]) -> list[str]:
    """Return the pools that a sourcing option uses."""
    return list(option) if isinstance(option, dict) else [option]


def split_pool(problem: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the problem with a pool in two halves, named one after the other in every list.

    A mix that uses the pool becomes two mixes, one with each half.
    """
    other = copy.deepcopy(problem)
    halves = [f"{name}-a", f"{name}-b"]
    values = other["pools"].pop(name)
    half = [value / 2 for value in values] if isinstance(values, list) else values / 2
    other["pools"] |= dict.fromkeys(halves, half)

    def split(option: Any) -> list[Any]:
        if name not in pools_of(option):
            return [option]
        if not isinstance(option, dict):
            return list(halves)
        return [{half if p == name else p: share for p, share in option.items()} for half in halves]

    for demand in other["demands"]:
        demand["pools"] = [part for option in demand["pools"] for part in split(option)]
        for rate in ("prep", "rest", "dwell"):
            if isinstance(demand.get(rate), dict) and name in demand[rate]:
                demand[rate] |= dict.fromkeys(halves, demand[rate].pop(name))
    for bound in other.get("bounds", []):
        if "pools" in bound:
            bound["pools"] = [part for pool in bound["pools"] for part in split(pool)]
    return other


def _home(pick: Pick, used: Sequence[str], size: Size) -> dict[str, Any]:
    """Return the rule of time at home: rest or dwell, one number or by pool, or some of each."""
    ratios = [0, 1, 0.5, 2, 1.25, 0.1, 1 / 3]
    if not size.dwell or not _chance(pick, 1, 2):
        return {"rest": _by_pool(pick, used, ratios)}
    if len(used) > 1 and _chance(pick, 1, 3):
        turn = pick(1, len(used) - 1)
        return {
            "rest": {pool: _one(pick, ratios) for pool in used[:turn]},
            "dwell": {pool: _one(pick, ratios) for pool in used[turn:]},
        }
    return {"dwell": _by_pool(pick, used, ratios)}


def _bound(pick: Pick, names: Sequence[str], pools: Sequence[str], size: Size) -> dict[str, Any]:
    bound: dict[str, Any] = {"demands": sorted(_some(pick, names))}
    if _chance(pick, 1, 2):
        bound["pools"] = sorted(_some(pick, pools))
    sides = pick(0, 2)
    least = _people(pick, 3, size)
    if sides != 1:
        bound["min"] = least
    if sides != 0:
        bound["max"] = least + _people(pick, 5, size)
    return bound


def _packages(pick: Pick, names: Sequence[str], months: int, size: Size) -> dict[str, Any]:
    packages: dict[str, Any] = {}
    left = list(names)
    for number in range(pick(0, size.packages)):
        if not left:
            break
        inside = _some(pick, left)
        if len(inside) == len(names) and len(names) > 1:
            inside = inside[1:]
        left = [name for name in left if name not in inside]
        package: dict[str, Any] = {"demands": sorted(inside)}
        kind = pick(0, 4) if size.late else 0
        if kind == 0:
            package["known"] = pick(-3, 0)
        elif kind == 1:
            package["known"] = pick(1, months)
        elif kind == 2:
            package["known"] = pick(1, max(1, months // 2))
        elif kind == 3 and packages and "known" in packages["k0"]:
            package["known"] = packages["k0"]["known"]
        packages[f"k{number}"] = package  # kind 4: just in time
    return packages
