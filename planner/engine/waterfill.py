"""Lexicographic max-min where every decision has one pool: exact filling, without a solver.

With one pool a decision and no composition goals, all rows are packing rows: shares can always be
lowered. Raising all shares alike until a row is exhausted, holding the decisions of that row and
going on with the others gives the lexicographic optimum (progressive filling; Bertsekas and
Gallager, *Data Networks*, 2nd ed., section 6.5.2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

__all__ = ["Filling", "fill_fairly"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SAME = 1e-11
"""Rows whose levels differ by less are exhausted together."""


@dataclass(frozen=True, eq=False)
class Filling:
    """Result of :func:`fill_fairly`.

    Attributes
    ----------
    share : ndarray (decisions,)
        Share of its cap that each decision gets.
    row : ndarray of int (decisions,)
        The exhausted row that holds it there; −1 where its own limit does.
    order : list of (row, level)
        Rows in the order in which they were exhausted, with the share at which they were.
    """

    share: Floats
    row: Ints
    order: list[tuple[int, float]]


def fill_fairly(load: sparse.csc_array, limit: Floats, ceiling: Floats) -> Filling:
    """Raise all shares together, holding those whose row is exhausted.

    Parameters
    ----------
    load : csc_array (rows, decisions)
        What a decision takes of each row at share 1; never negative.
    limit : ndarray (rows,)
        What is left of each row.
    ceiling : ndarray (decisions,)
        Largest share of each decision.

    Examples
    --------
    >>> load = sparse.csc_array([[4.0, 4.0, 0.0], [0.0, 2.0, 2.0]])
    >>> fill_fairly(load, np.array([4.0, 3.0]), np.ones(3)).share
    array([0.5, 0.5, 1. ])
    """
    by_row = load.tocsr()
    share = np.zeros(load.shape[1])
    held_by = np.full(load.shape[1], -1, dtype=np.int64)
    active = np.ones(load.shape[1], dtype=bool)
    rate = np.asarray(load.sum(axis=1)).ravel()
    most = load @ ceiling
    live = (most > limit) & (rate > 0)
    left = np.maximum(limit, 0.0)
    ends = np.argsort(ceiling, kind="stable")
    order: list[tuple[int, float]] = []
    level, end = 0.0, 0
    # rows: left − rate × level is what remains at the common level
    while True:
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = np.where(live & (rate > 1e-12), left / rate, np.inf)
        row = int(np.argmin(reach)) if len(reach) else -1
        nearest = reach[row] if len(reach) else np.inf
        while end < len(ends) and not active[ends[end]]:
            end += 1
        top = ceiling[ends[end]] if end < len(ends) else np.inf
        if not np.isfinite(min(nearest, top)):
            return Filling(share, held_by, order)
        if top <= nearest:
            held = ends[end : np.searchsorted(ceiling[ends], top, side="right")]
            held = held[active[held]]
            level = max(level, float(top))
            share[held] = ceiling[held]
        else:
            level = max(level, float(nearest))
            held = _members(by_row, np.flatnonzero(reach <= nearest + SAME), active)
            share[held] = np.minimum(level, ceiling[held])
            held_by[held] = row
            order.append((row, level))
            live[reach <= nearest + SAME] = False
        active[held] = False
        gone = load[:, held]
        rate -= np.asarray(gone.sum(axis=1)).ravel()
        left -= gone @ share[held]


def _members(by_row: sparse.csr_array, rows: Ints, active: NDArray[np.bool_]) -> Ints:
    found = [by_row.indices[by_row.indptr[r] : by_row.indptr[r + 1]] for r in rows]
    members = np.unique(np.concatenate(found))
    return members[active[members]]
