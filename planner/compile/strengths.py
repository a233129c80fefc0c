"""Strength of a pool month by month: posts × share filled × share fit, and the steps on top."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from planner.compile.tables import ParameterBook
from planner.months import Month
from planner.scenario.inputs import FACTORS, Inputs, Parameter, Pool, StrengthStep

__all__ = ["levels", "strengths"]

Floats = NDArray[np.float64]

Take = Callable[[str, Parameter, str], Floats]
"""Gives the values of a parameter, one a draw in a column, from its id, itself and its unit."""

UNITS = {"posts": "persons", "filled": "share", "fit": "share", "strength": "persons"}


def strengths(
    inputs: Inputs, first: Month, months: int, book: ParameterBook
) -> tuple[dict[str, Floats], list[str]]:
    """Return persons by pool and month, and what cannot be.

    Before the first month of a series its first level holds, after the last its last. Steps are
    taken in order: those of posts, filled and fit first, then those of the strength itself.

    Returns
    -------
    dict of str to ndarray (months,)
        Strength in persons.
    list of str
        Complaints: negative strengths, shares above one.
    """

    def take(id: str, figure: Parameter, unit: str) -> Floats:
        return np.array([[book.take(id, figure, unit)]])

    many, wrong = levels(inputs, first, months, take)
    return {name: people[0] for name, people in many.items()}, wrong


def levels(
    inputs: Inputs, first: Month, months: int, take: Take
) -> tuple[dict[str, Floats], list[str]]:
    """Return persons by pool, draw and month, and what cannot be in any of them.

    Parameters
    ----------
    take : callable
        Gives the values of a figure, (draws, 1) or (1, 1), from its id, itself and its unit.

    Returns
    -------
    dict of str to ndarray (draws or 1, months)
        Strength in persons. Shares above one and negative strengths are cut off.
    list of str
        Complaints about what was cut.
    """
    steps = [(place, step) for place, step in enumerate(inputs.steps, 1)]
    named = [month for step in inputs.steps for month in (step.first, step.last) if month]
    start = min([first, *named]).ordinal
    end = max([first + (months - 1), *named]).ordinal
    time = np.arange(start, end + 1)
    shown = slice(first.ordinal - start, first.ordinal - start + months)
    found, wrong = {}, []
    for pool in inputs.pools.values():
        own = [(place, step) for place, step in steps if pool.id in step.pools]
        people = np.ones((1, len(time)))
        for factor in FACTORS:
            level = _level(inputs, pool, factor, time, take)
            level = _stepped(level, time, [one for one in own if one[1].of == factor], take)
            if factor != "posts":
                if level[:, shown].max(initial=0.0) > 1 + 1e-9:
                    highest = level[:, shown].max()
                    wrong.append(
                        f"share {factor} of pool {pool.id!r} rises above 1, to {highest:.3g}"
                    )
                level = np.minimum(level, 1.0)
            people = people * level
        people = _stepped(people, time, [one for one in own if one[1].of == "strength"], take)
        seen = people[:, shown]
        if seen.min(initial=0.0) < -1e-9:
            low = np.flatnonzero((seen < -1e-9).any(axis=0))[0]
            month = Month.from_ordinal(int(time[shown][low]))
            wrong.append(f"strength of pool {pool.id!r} falls below 0 in {month}")
        found[pool.id] = np.maximum(seen, 0.0)
    return found, wrong


def _level(inputs: Inputs, pool: Pool, factor: str, time: NDArray[np.int64], take: Take) -> Floats:
    """Return a factor of a pool: its own, or that of its force times the deviation of the pool."""
    if factor in pool.series:
        return _series(f"pool.{pool.id}.{factor}", pool.series[factor], UNITS[factor], time, take)
    national = inputs.forces[pool.force][factor]
    level = _series(f"force.{pool.force}.{factor}", national, UNITS[factor], time, take)
    own = pool.series.get(f"{factor}_factor")
    if own is None:
        return level
    return level * _series(f"pool.{pool.id}.{factor}_factor", own, "factor", time, take)


def _series(
    id: str,
    steps: Sequence[tuple[Month | None, Parameter]],
    unit: str,
    time: NDArray[np.int64],
    take: Take,
) -> Floats:
    level = np.zeros((1, len(time)))
    for since, figure in steps:
        value = take(id + (f"@{since}" if since else ""), figure, unit)
        level = np.where(time >= (since.ordinal if since else time[0]), value, level)
    return level


def _stepped(
    level: Floats, time: NDArray[np.int64], steps: Sequence[tuple[int, StrengthStep]], take: Take
) -> Floats:
    for place, step in steps:
        unit = "factor" if step.verb.endswith("times") else UNITS[step.of]
        value = take(f"strengths.{place}.{step.verb}", step.figure, unit)
        begin = step.first.ordinal if step.first else int(time[0])
        end = step.last.ordinal if step.last else int(time[-1])
        during = (time >= begin) & (time <= end)
        if step.verb == "set":
            level = np.where(during, value, level)
        elif step.verb == "add":
            level = np.where(during, level + value, level)
        elif step.verb == "times":
            level = np.where(during, level * value, level)
        else:
            column = begin - int(time[0])
            before = level[:, column : column + 1]
            target = value if step.verb == "grow_to" else before * value
            way = np.clip((time - begin) / max(end - begin, 1), 0.0, 1.0)
            after = time >= (begin if end > begin else end)
            risen = before + (target - before) * (way if end > begin else 1.0)
            level = np.where(after, risen, level)
    return level
