"""From vertex to vertex, each better than the last, until none is."""

from __future__ import annotations

import numpy as np

from planner.montecarlo.kernel.jit import compiled
from planner.montecarlo.kernel.vertex import BASIC, LOWER, loosen_row, raise_column

__all__ = ["TOLERANCE", "ascend", "restate"]

TOLERANCE = 1e-9
"""Reduced gains below this, with gains of at most 1, are nothing."""
STALE = 60
"""Moves after which values are computed anew."""
STILL = 400
"""Moves without gain after which the first that could gain is taken, not the one that most does."""


@compiled
def price_rows(box, at, gain):
    """Compute prices of rows anew."""
    for r in range(box.rows):
        at.price[r] = 0.0
    for s in range(at.size[0]):
        weight = gain[at.basic[s]]
        if weight != 0.0:
            for p in range(at.size[0]):
                at.price[at.tight[p]] += weight * at.inverse[s, p]


@compiled
def price_columns(box, at, gain):
    """Write reduced gains of columns by the prices of rows."""
    for c in range(box.columns):
        at.gain[c] = gain[c]
    for p in range(at.size[0]):
        r = at.tight[p]
        weight = at.price[r]
        if weight != 0.0:
            for e in range(box.rowptr[r], box.rowptr[r + 1]):
                at.gain[box.rowcol[e]] -= weight * box.rowval[e]


@compiled
def _best(box, at, careful):
    """Return (column or -1, place of a tight row or -1) that gains most, or the first to gain."""
    column, place, most = -1, -1, 0.0
    for c in range(box.columns):
        gain = at.gain[c]
        if at.status[c] == BASIC or at.fixed[c] or box.upper[c] <= 0:
            continue
        gain = gain if at.status[c] == LOWER else -gain
        if gain > TOLERANCE and gain > most * box.norm[c]:
            column, most = c, gain / box.norm[c]
            if careful:
                return column, place
    for p in range(at.size[0]):
        r = at.tight[p]
        if not at.shut[r] and -at.price[r] > TOLERANCE and -at.price[r] > most:
            column, place, most = -1, p, -at.price[r]
            if careful:
                return column, place
    return column, place


@compiled
def restate(box, at):
    """Compute values of basic columns and slacks anew; return the largest violation."""
    k = at.size[0]
    for turn in range(2):
        for r in range(box.rows):
            at.slack[r] = box.limit[r]
        for c in range(box.columns):
            if at.x[c] != 0.0 and (at.status[c] != BASIC or turn == 1):
                for e in range(box.ptr[c], box.ptr[c + 1]):
                    at.slack[box.index[e]] -= box.value[e] * at.x[c]
        for s in range(k):
            value = 0.0
            for p in range(k):
                value += at.inverse[s, p] * at.slack[at.tight[p]]
            at.x[at.basic[s]] = value + (at.x[at.basic[s]] if turn == 1 else 0.0)
    for r in range(box.rows):
        at.slack[r] = box.limit[r]
    worst = 0.0
    for c in range(box.columns):
        worst = max(worst, -at.x[c], at.x[c] - box.upper[c])
        if at.x[c] != 0.0:
            for e in range(box.ptr[c], box.ptr[c + 1]):
                at.slack[box.index[e]] -= box.value[e] * at.x[c]
    for r in range(box.rows):
        worst = max(worst, -at.slack[r] / (1 + box.limit[r]))
        if at.row[r] >= 0:
            at.slack[r] = 0.0
    return worst


@compiled
def ascend(box, at, gain):
    """Move from vertex to vertex until no move gains; return whether it came to that."""
    moves, still, before, fresh = 0, 0, -np.inf, False
    while moves < 20 * (box.columns + box.rows) + 500:
        if moves % STALE == 0 and not fresh:
            restate(box, at)
            price_rows(box, at, gain)
            fresh = True
        price_columns(box, at, gain)
        column, place = _best(box, at, still > STILL)
        if column < 0 and place < 0:
            if fresh:
                return True
            price_rows(box, at, gain)
            fresh = True
            continue
        fresh = False
        sound = raise_column(box, at, column) if column >= 0 else loosen_row(box, at, place)
        if not sound:
            return False
        moves += 1
        total = 0.0
        for c in range(box.columns):
            total += gain[c] * at.x[c]
        still = 0 if total > before + 1e-9 * (1 + abs(total)) else still + 1
        before = max(before, total)
    return False
