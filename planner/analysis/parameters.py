"""Parameters varied one at a time: each number of a scenario or problem, and its limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from planner.analysis.plans import Case, changed_demands
from planner.compile.build import FigureRow, compile_scenario
from planner.errors import InputError, nearest
from planner.problem.model import Demand, Problem
from planner.scenario.inputs import is_presence

__all__ = ["MONTHS", "VariedParameter", "inputs_of", "with_changes"]

NAN = float("nan")

WHOLE = ("tour", "preparation", "prep")
"""What is counted in whole months."""

MONTHS = 24
"""Furthest that a month is moved, each way."""


@dataclass(frozen=True, eq=False)
class VariedParameter:
    """One input and how to move it.

    Attributes
    ----------
    id : str
        A figure, ``pool.staff.posts``, or ``package.eastern-flank.size``, ``….known``, ``….first``.
    value, low, high : float
        As it is, and the ends of its range; NaN where it has none. A month is 0, and is moved.
    least, most : float
        How far it is moved.
    whole : bool
        Whether only whole numbers make sense.
    problem : callable
        Gives the problem with another value of it.
    usual : bool
        Whether it is tried unless others are asked for.
    month : int
        For months: the month of the model that is moved; −1 for everything else.
    """

    id: str
    unit: str
    value: float
    low: float
    high: float
    least: float
    most: float
    whole: bool
    problem: Callable[[float], Problem]
    usual: bool = True
    basis: str = ""
    source: str = ""
    section: str = ""
    month: int = -1


def inputs_of(
    case: Case, patterns: Sequence[str] | None = None, reach: float = 1.0
) -> list[VariedParameter]:
    """Return the inputs of a case.

    Parameters
    ----------
    patterns : sequence of str, optional
        Ids, with ``*`` for anything. By default all but first and last months of single demands.
    reach : float
        How far a number is moved, as a multiple of itself; downwards never below nothing.
    """
    if not reach > 0:
        raise InputError(f"reach: expected a number above 0, found {reach}")
    figures = case.scenario is not None and case.compiled is not None
    every = list(_of_scenario(case, reach) if figures else _of_problem(case, reach))
    every += _of_packages(case, reach)
    if patterns is None:
        return [one for one in every if one.usual]
    found: dict[str, VariedParameter] = {}
    faults = []
    for pattern in patterns:
        test = re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)
        chosen = [one for one in every if test.fullmatch(one.id)]
        if not chosen:
            near = nearest(pattern, [one.id for one in every])
            faults.append(f"inputs: no input is called {pattern!r}{near}")
        found |= {one.id: one for one in chosen}
    if faults:
        raise InputError(faults)
    return list(found.values())


def _of_scenario(case: Case, reach: float) -> Iterator[VariedParameter]:
    """Yield every figure of a scenario that a plan looks at."""
    from planner.montecarlo.parameters import natural_range

    def problem(id: str, value: float) -> Problem:
        return compile_scenario(case.scenario, {id: value}, drawn=True).problem

    for row in case.compiled.figures:
        make = partial(problem, row.id)
        if isinstance(row.value, str):
            if row.id.startswith("demand."):
                yield _month(row.id, make, -1, usual=False, **_origin(row))
        elif not is_presence(row.id):
            yield _number(row, make, natural_range(row.id), reach)


def _origin(row: FigureRow | None) -> dict[str, Any]:
    """Return where a figure comes from."""
    if row is None:
        return {}
    return {"basis": row.basis, "source": row.source, "section": row.section}


def _number(
    row: FigureRow, make: Callable[[float], Problem], natural: tuple[float, float], reach: float
) -> VariedParameter:
    value, whole = float(row.value), row.id.rpartition(".")[2].partition("@")[0] in WHOLE
    low, high = (NAN if end is None else float(end) for end in (row.low, row.high))
    least, most = _limits(value, (low, high), reach, whole)
    least, most = max(natural[0], least), min(natural[1], most)
    return VariedParameter(
        row.id, row.unit, value, low, high, least, most, whole, make, **_origin(row)
    )


def _limits(
    value: float, ends: tuple[float, float], reach: float, whole: bool
) -> tuple[float, float]:
    """Return how far a number is moved: `reach` times itself, and over its range in any case."""
    way = reach * abs(value) if value else 1.0
    least = min([max(value - way, 0.0) if value >= 0 else value - way,
                 *(end for end in ends if end == end)])  # fmt: skip
    most = max([value + way, *(end for end in ends if end == end)])
    return (float(np.floor(least)), float(np.ceil(most))) if whole else (least, most)


def _month(
    id: str, make: Callable[[float], Problem], at: int, usual: bool = True, basis: str = "",
    source: str = "", section: str = "",
) -> VariedParameter:  # fmt: skip
    return VariedParameter(
        id, "months moved", 0.0, NAN, NAN, -MONTHS, MONTHS, True, make, usual, basis, source,
        section, at,
    )  # fmt: skip


def _of_problem(case: Case, reach: float) -> Iterator[VariedParameter]:
    """Yield the numbers of a neutral problem."""
    problem = case.problem

    def strength(pool: str, times: float) -> Problem:
        return replace(problem, pools={**problem.pools, pool: problem.pools[pool] * times})

    def changed(demand: Demand, field: str, value: float) -> Problem:
        new: object = value
        if field == "tour":
            new = max(1, round(value))
        elif field == "prep":
            new = tuple(round(value) for _ in demand.pools)
        elif field in ("rest", "dwell"):
            field, new = "home", tuple(value for _ in demand.pools)
        return with_changes(problem, {demand.id: {field: new}})

    for pool in problem.pools:
        yield _plain(f"pool.{pool}.strength", "times", 1.0, partial(strength, pool), reach)
    for one in problem.demands:
        values = {"cap": one.cap, "tour": float(one.tour)}
        at_home = "dwell" if any(one.dwell) else "rest"
        for field, by_pool in (("prep", one.prep), (at_home, one.home)):
            if len(set(by_pool)) == 1 and (field == "prep" or len(set(one.dwell)) == 1):
                values[field] = float(by_pool[0])
        for field, value in values.items():
            unit = {"cap": "persons", at_home: "months per month"}.get(field, "months")
            yield _plain(
                f"demand.{one.id}.{field}", unit, value, partial(changed, one, field), reach
            )


def _plain(
    id: str, unit: str, value: float, make: Callable[[float], Problem], reach: float
) -> VariedParameter:
    whole = id.rpartition(".")[2] in WHOLE
    least, most = _limits(value, (NAN, NAN), reach, whole)
    floor = 1.0 if id.endswith(".tour") else 0.0
    return VariedParameter(id, unit, value, NAN, NAN, max(floor, least), most, whole, make)


def _of_packages(case: Case, reach: float) -> Iterator[VariedParameter]:
    """Yield size, month known and first month of each package."""
    problem = case.problem
    figures = {} if case.compiled is None else {row.id: row for row in case.compiled.figures}
    for package in problem.packages:
        own = [problem.demand(name) for name in package.demands]
        posts = sum(one.cap for one in own)
        if posts <= 0:
            continue
        rows = [figures.get(f"demand.{one.id}.cap") for one in own]
        ends = [
            sum(one.cap if row is None or end(row) is None else end(row)
                for one, row in zip(own, rows, strict=True)) / posts
            for end in (lambda row: row.low, lambda row: row.high)
        ]  # fmt: skip
        ranged = any(row is not None and row.low is not None for row in rows)
        low, high = ends if ranged else (NAN, NAN)
        least, most = _limits(1.0, (low, high), reach, False)
        about = _origin(next((row for row in rows if row is not None), None))
        size = partial(_sized, problem, own)
        yield VariedParameter(
            f"package.{package.id}.size", "times", 1.0, low, high, least, most, False, size, **about
        )
        known, name = problem.known(package.id), f"package.{package.id}.known"
        when = partial(_known, problem, package.id, known)
        yield _month(name, when, known, **_origin(figures.get(name)))
        begins = min(one.first for one in own)
        yield _month(f"package.{package.id}.first", partial(_begun, problem, own), begins)


def with_changes(problem: Problem, changes: Mapping[str, Mapping[str, Any]]) -> Problem:
    """Return a problem with other values of some demands' attributes."""

    def changed(one: Demand) -> Demand:
        return replace(one, **changes[one.id]) if one.id in changes else one

    return changed_demands(problem, changed)


def _sized(problem: Problem, own: Sequence[Demand], times: float) -> Problem:
    return with_changes(problem, {one.id: {"cap": times * one.cap} for one in own})


def _known(problem: Problem, package: str, known: int, months: float) -> Problem:
    packages = tuple(
        replace(one, known=max(known, 0) + round(months)) if one.id == package else one
        for one in problem.packages
    )
    return replace(problem, packages=packages)


def _begun(problem: Problem, own: Sequence[Demand], months: float) -> Problem:
    begun = {one.id: {"first": min(one.first + round(months), one.last)} for one in own}
    return with_changes(problem, begun)
