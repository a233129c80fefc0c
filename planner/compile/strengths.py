"""Strength of a pool month by month: posts × share filled × share fit, and the steps on top."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from planner.compile.tables import Book
from planner.months import Month
from planner.scenario.inputs import FACTORS, Inputs, Pool, Step

__all__ = ["strengths"]

Floats = NDArray[np.float64]

UNITS = {"posts": "persons", "filled": "share", "fit": "share", "strength": "persons"}


def strengths(
    inputs: Inputs, first: Month, months: int, book: Book
) -> tuple[dict[str, Floats], list[str]]:
    """Return persons by pool and month, and what cannot be.

    Before the first month of a series its first level holds, after the last its last. Steps are
    taken in order: those of posts, filled and fit first, then those of the strength itself.

    Returns
    -------
    dict of str to ndarray (months,)
        Strength in persons.
    list of str
        Complaints: strengths below nothing, shares above one.
    """
    steps = [(place, step) for place, step in enumerate(inputs.steps, 1)]
    named = [month for step in inputs.steps for month in (step.first, step.last) if month]
    start = min([first, *named]).ordinal
    end = max([first + (months - 1), *named]).ordinal
    time = np.arange(start, end + 1)
    shown = slice(first.ordinal - start, first.ordinal - start + months)
    found, wrong = {}, []
    for pool in inputs.pools.values():
        mine = [(place, step) for place, step in steps if pool.id in step.pools]
        people = np.ones(len(time))
        for factor in FACTORS:
            level = _series(pool, factor, time, book)
            level = _stepped(level, time, [one for one in mine if one[1].of == factor], book)
            if factor != "posts" and level[shown].max(initial=0.0) > 1 + 1e-9:
                wrong.append(
                    f"share {factor} of pool {pool.id!r} rises above 1, to {level[shown].max():.3g}"
                )
            people = people * level
        people = _stepped(people, time, [one for one in mine if one[1].of == "strength"], book)
        if people[shown].min(initial=0.0) < -1e-9:
            month = Month.from_ordinal(int(time[shown][people[shown] < -1e-9][0]))
            wrong.append(f"strength of pool {pool.id!r} falls below 0 in {month}")
        found[pool.id] = np.maximum(people[shown], 0.0)
    return found, wrong


def _series(pool: Pool, factor: str, time: NDArray[np.int64], book: Book) -> Floats:
    level = np.zeros(len(time))
    for since, figure in pool.series[factor]:
        id = f"pool.{pool.id}.{factor}" + (f"@{since}" if since else "")
        value = book.take(id, figure, UNITS[factor])
        level[time >= (since.ordinal if since else time[0])] = value
    return level


def _stepped(
    level: Floats, time: NDArray[np.int64], steps: Sequence[tuple[int, Step]], book: Book
) -> Floats:
    for place, step in steps:
        unit = "factor" if step.verb.endswith("times") else UNITS[step.of]
        value = book.take(f"strengths.{place}.{step.verb}", step.figure, unit)
        begin = step.first.ordinal if step.first else int(time[0])
        end = step.last.ordinal if step.last else int(time[-1])
        level = level.copy()
        during = (time >= begin) & (time <= end)
        if step.verb == "set":
            level[during] = value
        elif step.verb == "add":
            level[during] += value
        elif step.verb == "times":
            level[during] *= value
        else:
            before = level[begin - int(time[0])]
            target = value if step.verb == "grow_to" else before * value
            way = np.clip((time - begin) / max(end - begin, 1), 0.0, 1.0)
            after = time >= (begin if end > begin else end)
            level[after] = before + (target - before) * (way[after] if end > begin else 1.0)
    return level
