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

__all__ = ["MAX_MONTHS_MOVED", "VariedParameter", "varied_parameters", "with_changes"]

NAN = float("nan")

INTEGER_FIELDS = ("tour", "preparation", "prep")
"""Fields that are whole numbers of months."""

MAX_MONTHS_MOVED = 24
"""Largest number of months by which a month is moved, in both directions."""


@dataclass(frozen=True, eq=False)
class VariedParameter:
    """A parameter that is varied alone.

    Attributes
    ----------
    id : str
        A figure, ``pool.staff.posts``, or ``package.eastern-flank.size``, ``….known``, ``….first``.
    value, low, high : float
        Current value, and the ends of its range; NaN where it has none. Of a month the value is the
        number of months by which it is moved, now 0.
    min_value, max_value : float
        Smallest and largest value that is tried.
    whole : bool
        Whether only whole numbers are tried.
    problem : callable
        Returns the problem with another value of the parameter.
    by_default : bool
        Whether it is varied unless others are asked for.
    month : int
        For months: the month of the model that is moved; −1 for everything else.
    """

    id: str
    unit: str
    value: float
    low: float
    high: float
    min_value: float
    max_value: float
    whole: bool
    problem: Callable[[float], Problem]
    by_default: bool = True
    basis: str = ""
    source: str = ""
    section: str = ""
    month: int = -1


def varied_parameters(
    case: Case, patterns: Sequence[str] | None = None, reach: float = 1.0
) -> list[VariedParameter]:
    """Return the parameters of a case that can be varied.

    Parameters
    ----------
    patterns : sequence of str, optional
        Ids, with ``*`` for anything. By default all but first and last months of single demands.
    reach : float
        Largest change of a number, as a multiple of itself; not below zero.
    """
    if not reach > 0:
        raise InputError(f"reach: expected a number above 0, found {reach}")
    figures = case.scenario is not None and case.compiled is not None
    parameters = list(
        _scenario_parameters(case, reach) if figures else _problem_parameters(case, reach)
    )
    parameters += _package_parameters(case, reach)
    if patterns is None:
        return [one for one in parameters if one.by_default]
    found: dict[str, VariedParameter] = {}
    faults = []
    for pattern in patterns:
        test = re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)
        chosen = [one for one in parameters if test.fullmatch(one.id)]
        if not chosen:
            near = nearest(pattern, [one.id for one in parameters])
            faults.append(f"inputs: no input is called {pattern!r}{near}")
        found |= {one.id: one for one in chosen}
    if faults:
        raise InputError(faults)
    return list(found.values())


def _scenario_parameters(case: Case, reach: float) -> Iterator[VariedParameter]:
    """Yield every parameter of a scenario that a plan depends on."""
    from planner.montecarlo.parameters import natural_range

    def problem(id: str, value: float) -> Problem:
        return compile_scenario(case.scenario, {id: value}, drawn=True).problem

    for row in case.compiled.figures:
        make = partial(problem, row.id)
        if isinstance(row.value, str):
            if row.id.startswith("demand."):
                yield _month_parameter(row.id, make, -1, by_default=False, **_origin(row))
        elif not is_presence(row.id):
            yield _number_parameter(row, make, natural_range(row.id), reach)


def _origin(row: FigureRow | None) -> dict[str, Any]:
    """Return basis, source and section of a parameter."""
    if row is None:
        return {}
    return {"basis": row.basis, "source": row.source, "section": row.section}


def _number_parameter(
    row: FigureRow, make: Callable[[float], Problem], natural: tuple[float, float], reach: float
) -> VariedParameter:
    value, whole = float(row.value), row.id.rpartition(".")[2].partition("@")[0] in INTEGER_FIELDS
    low, high = (NAN if end is None else float(end) for end in (row.low, row.high))
    min_value, max_value = _limits(value, (low, high), reach, whole)
    min_value, max_value = max(natural[0], min_value), min(natural[1], max_value)
    return VariedParameter(
        row.id, row.unit, value, low, high, min_value, max_value, whole, make, **_origin(row)
    )


def _limits(
    value: float, ends: tuple[float, float], reach: float, whole: bool
) -> tuple[float, float]:
    """Return the values tried at most: `reach` times the value away, and the whole range."""
    distance = reach * abs(value) if value else 1.0
    min_value = min([max(value - distance, 0.0) if value >= 0 else value - distance,
                 *(end for end in ends if end == end)])  # fmt: skip
    max_value = max([value + distance, *(end for end in ends if end == end)])
    return (
        (float(np.floor(min_value)), float(np.ceil(max_value))) if whole else (min_value, max_value)
    )


def _month_parameter(
    id: str, make: Callable[[float], Problem], at: int, by_default: bool = True, basis: str = "",
    source: str = "", section: str = "",
) -> VariedParameter:  # fmt: skip
    return VariedParameter(
        id, "months moved", 0.0, NAN, NAN, -MAX_MONTHS_MOVED, MAX_MONTHS_MOVED, True, make,
        by_default, basis, source, section, at,
    )  # fmt: skip


def _problem_parameters(case: Case, reach: float) -> Iterator[VariedParameter]:
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
        yield _problem_parameter(
            f"pool.{pool}.strength", "times", 1.0, partial(strength, pool), reach
        )
    for one in problem.demands:
        values = {"cap": one.cap, "tour": float(one.tour)}
        at_home = "dwell" if any(one.dwell) else "rest"
        for field, by_pool in (("prep", one.prep), (at_home, one.home)):
            if len(set(by_pool)) == 1 and (field == "prep" or len(set(one.dwell)) == 1):
                values[field] = float(by_pool[0])
        for field, value in values.items():
            unit = {"cap": "persons", at_home: "months per month"}.get(field, "months")
            yield _problem_parameter(
                f"demand.{one.id}.{field}", unit, value, partial(changed, one, field), reach
            )


def _problem_parameter(
    id: str, unit: str, value: float, make: Callable[[float], Problem], reach: float
) -> VariedParameter:
    whole = id.rpartition(".")[2] in INTEGER_FIELDS
    min_value, max_value = _limits(value, (NAN, NAN), reach, whole)
    floor = 1.0 if id.endswith(".tour") else 0.0
    return VariedParameter(id, unit, value, NAN, NAN, max(floor, min_value), max_value, whole, make)


def _package_parameters(case: Case, reach: float) -> Iterator[VariedParameter]:
    """Yield size, month known and first month of each package."""
    problem = case.problem
    figures = {} if case.compiled is None else {row.id: row for row in case.compiled.figures}
    for package in problem.packages:
        demands = [problem.demand(name) for name in package.demands]
        posts = sum(one.cap for one in demands)
        if posts <= 0:
            continue
        rows = [figures.get(f"demand.{one.id}.cap") for one in demands]
        ends = [
            sum(one.cap if row is None or end(row) is None else end(row)
                for one, row in zip(demands, rows, strict=True)) / posts
            for end in (lambda row: row.low, lambda row: row.high)
        ]  # fmt: skip
        ranged = any(row is not None and row.low is not None for row in rows)
        low, high = ends if ranged else (NAN, NAN)
        min_value, max_value = _limits(1.0, (low, high), reach, False)
        about = _origin(next((row for row in rows if row is not None), None))
        size = partial(_with_size, problem, demands)
        yield VariedParameter(
            f"package.{package.id}.size",
            "times",
            1.0,
            low,
            high,
            min_value,
            max_value,
            False,
            size,
            **about,
        )
        known, name = problem.known(package.id), f"package.{package.id}.known"
        when = partial(_with_known_month, problem, package.id, known)
        yield _month_parameter(name, when, known, **_origin(figures.get(name)))
        begins = min(one.first for one in demands)
        yield _month_parameter(
            f"package.{package.id}.first", partial(_with_first_month, problem, demands), begins
        )


def with_changes(problem: Problem, changes: Mapping[str, Mapping[str, Any]]) -> Problem:
    """Return a problem with other values of some demands' attributes."""

    def changed(one: Demand) -> Demand:
        return replace(one, **changes[one.id]) if one.id in changes else one

    return changed_demands(problem, changed)


def _with_size(problem: Problem, demands: Sequence[Demand], times: float) -> Problem:
    return with_changes(problem, {one.id: {"cap": times * one.cap} for one in demands})


def _with_known_month(problem: Problem, package: str, known: int, months: float) -> Problem:
    packages = tuple(
        replace(one, known=max(known, 0) + round(months)) if one.id == package else one
        for one in problem.packages
    )
    return replace(problem, packages=packages)


def _with_first_month(problem: Problem, demands: Sequence[Demand], months: float) -> Problem:
    begun = {one.id: {"first": min(one.first + round(months), one.last)} for one in demands}
    return with_changes(problem, begun)
