"""The smallest additions found by search, where no programme says what they are.

First every pool gets more people than it can use; what the plan then needs is enough. From there
pools do with less, one after another, first those whose people do least for what they cost, until
no pool can spare another person. Then the same is tried with nobody added to one of the pools that
take much of the cost, as another may do its work with fewer. Other combinations may be smaller
still: the search is not exhaustive.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from planner.analysis.added import Added
from planner.outcome import Progress, silent

__all__ = ["prune"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

DEAR = 0.1
"""Share of the cost from which on doing without a pool is tried."""


def prune(
    added: Added, level: float, costs: Floats, tolerance: float, progress: Progress = silent
) -> Floats:
    """Return people to add to each pool from the first month they can be there, (pools,).

    Parameters
    ----------
    added : Added
    level : float
        Person-months that may stay lost; must be within reach.
    costs : ndarray (pools,)
        Of one person; at least 0.
    tolerance : float
        Persons within which the addition to each pool is found.
    """

    def short(trial: Floats) -> float:
        return added.lost(added.steady(trial)) - level

    open_to = np.zeros(len(added.names), dtype=bool)
    open_to[added.pools] = True
    best = _descend(added, open_to, costs, tolerance, short)
    todo, done = _dear(best, costs), 0
    while todo:
        progress(done, done + len(todo))
        done, without = done + 1, open_to.copy()
        without[todo.pop(0)] = False
        if short(np.where(without, added.enough, 0.0)) > 0:
            continue
        other = _descend(added, without, costs, tolerance, short)
        if costs @ other < costs @ best - tolerance:
            best, open_to = other, without
            todo = _dear(best, costs)
    progress(done, done)
    return best


def _dear(persons: Floats, costs: Floats) -> list[int]:
    """Return pools that take much of the cost, the dearest first."""
    spent = costs * persons
    order = np.argsort(-spent, kind="stable")
    return [int(pool) for pool in order if spent[pool] > DEAR * spent.sum()]


def _descend(
    added: Added,
    open_to: Flags,
    costs: Floats,
    tolerance: float,
    short: Callable[[Floats], float],
) -> Floats:
    """Return additions to some pools of which none can spare much, beginning with too many."""
    persons = _peak(added, np.where(open_to, added.enough, 0.0))
    for pool in _order(persons, costs, short):
        persons = _less(persons, pool, tolerance, short)
    for again in np.flatnonzero(persons > 0):  # what later pools gave up, earlier ones may spare
        persons = _less(persons, int(again), tolerance, short, once=True)
    return persons


def _peak(added: Added, persons: Floats) -> Floats:
    """Return the most people of each pool that the plan ever needs of what was added."""
    return added.used(added.people(added.steady(persons))).max(axis=1)


def _order(persons: Floats, costs: Floats, short: Callable[[Floats], float]) -> list[int]:
    """Return pools with additions, those first whose people do least for what they cost."""
    base = short(persons)
    rank = []
    for pool in np.flatnonzero(persons > 0):
        without = persons.copy()
        without[pool] = 0.0
        saved = costs[pool] * persons[pool]
        rank.append(((short(without) - base) / max(saved, 1e-9), -saved, int(pool)))
    return [pool for _, _, pool in sorted(rank)]


def _less(
    persons: Floats,
    pool: int,
    tolerance: float,
    short: Callable[[Floats], float],
    once: bool = False,
) -> Floats:
    """Return the same additions with as few people in one pool as will do.

    Between a size that will do and one that will not the next is tried half-way, or where a line
    through the last two that would not do reaches zero, in turn.
    """

    def at(size: float) -> tuple[Floats, float]:
        trial = persons.copy()
        trial[pool] = size
        return trial, short(trial)

    if once and at(max(persons[pool] - 2 * tolerance, 0.0))[1] > 0:
        return persons
    trial, lacks = at(0.0)
    if lacks <= 0:
        return trial
    low, high, before = 0.0, float(persons[pool]), None
    by_line = True
    while high - low > tolerance:
        middle = (low + high) / 2
        if by_line and before is not None and before[1] > lacks + 1e-9:
            slope = (before[1] - lacks) / (low - before[0])
            middle = float(np.clip(low + lacks / slope + tolerance / 4, low + tolerance / 2,
                                   high - tolerance / 2))  # fmt: skip
        by_line = not by_line
        trial, left = at(middle)
        if left <= 0:
            high = middle
        else:
            before, low, lacks = (low, lacks), middle, left
    return at(high)[0]
