"""Shapley values: one total split over its causes, whatever the order in which they come.

Exact: over all coalitions. Sampled: over random orders, each taken forwards and backwards, so that
every pair of orders adds up to the total and its spread gives the standard error.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.outcome import Progress, silent

__all__ = ["Split", "shapley"]

Floats = NDArray[np.float64]


Worth = Callable[[frozenset[str]], Floats]
"""What a coalition brings: one or more numbers, always as many."""


@dataclass(frozen=True, eq=False)
class Split:
    """Shares of some players in what they bring together.

    Attributes
    ----------
    players : tuple of str
    share : ndarray (players, numbers)
        They add up to worth of all − worth of none.
    error : ndarray (players, numbers)
        Standard errors; 0 where exact.
    alone, last : ndarray (players, numbers)
        What a player brings first of all, and last of all.
    total : ndarray (numbers,)
    exact : bool
    """

    players: tuple[str, ...]
    share: Floats
    error: Floats
    alone: Floats
    last: Floats
    total: Floats
    exact: bool


def shapley(
    players: Sequence[str],
    worth: Worth,
    orders: int | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> Split:
    """Split what players bring together.

    Parameters
    ----------
    players : sequence of str
    worth : callable
        Called once for each coalition met.
    orders : int, optional
        How many random orders to take, rounded up to pairs, two pairs at least; None is exact.
    seed : int

    Examples
    --------
    >>> split = shapley("ab", lambda group: np.array([float(len(group) == 2)]))
    >>> split.share.ravel().tolist(), split.alone.ravel().tolist()
    ([0.5, 0.5], [0.0, 0.0])
    """
    players = tuple(players)
    met: dict[frozenset[str], Floats] = {}
    steps = 2 ** len(players) if orders is None else _pairs(orders) * 2 * len(players)

    def value(group: frozenset[str]) -> Floats:
        if group not in met:
            met[group] = np.asarray(worth(group), dtype=float)
            progress(min(len(met), steps), steps)
        return met[group]

    none, every = value(frozenset()), value(frozenset(players))
    if not players:
        nothing = np.zeros((0, len(none)))
        return Split((), nothing, nothing, nothing, nothing, every - none, True)
    alone = np.array([value(frozenset([one])) - none for one in players])
    last = np.array([every - value(frozenset(players) - {one}) for one in players])
    if orders is None:
        share = np.array([_exact(one, players, value) for one in players])
        error = np.zeros_like(share)
    else:
        share, error = _sampled(players, value, _pairs(orders), seed)
    progress(steps, steps)
    return Split(players, share, error, alone, last, every - none, orders is None)


def _pairs(orders: int) -> int:
    return max(2, math.ceil(orders / 2))


def _exact(one: str, players: tuple[str, ...], value: Worth) -> Floats:
    """Return one player's share: its mean marginal contribution over coalitions."""
    others = [other for other in players if other != one]
    total = np.zeros_like(value(frozenset()))
    for group in _subsets(others):
        weight = 1 / (len(players) * math.comb(len(others), len(group)))
        total = total + weight * (value(group | {one}) - value(group))
    return total


def _subsets(names: Sequence[str]) -> Iterator[frozenset[str]]:
    for mask in range(2 ** len(names)):
        yield frozenset(name for place, name in enumerate(names) if mask >> place & 1)


def _sampled(
    players: tuple[str, ...], value: Worth, pairs: int, seed: int
) -> tuple[Floats, Floats]:
    """Return means over pairs of random orders, and their standard errors."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(pairs):
        order = rng.permutation(len(players))
        found.append((_along(players, order, value) + _along(players, order[::-1], value)) / 2)
    values = np.array(found)
    return values.mean(axis=0), values.std(axis=0, ddof=1) / math.sqrt(pairs)


def _along(players: tuple[str, ...], order: NDArray[np.int64], value: Worth) -> Floats:
    """Return what each player adds in one order, (players, numbers)."""
    group: frozenset[str] = frozenset()
    before = value(group)
    added = np.zeros((len(players), len(before)))
    for place in order:
        group = group | {players[place]}
        now = value(group)
        added[place] = now - before
        before = now
    return added
