"""A vertex of a linear programme with bounded columns, and the moves from one to the next.

    maximise  gain · x   over   A x <= limit,  0 <= x <= upper       (all limits at least 0)

A vertex is kept as its *tight* rows and as many *basic* columns; every other column stands at one
of its bounds, and the slack of every other row is followed on the side. Only the inverse of the
entries that tight rows have in basic columns is kept, dense: one row for each basic column and one
column for each tight row. It starts empty, grows where a row is met, and shrinks where a basic
column meets a bound while a row is left.
"""

from __future__ import annotations

import numpy as np

from planner.montecarlo.kernel.jit import compiled, struct

__all__ = [
    "BASIC", "LOWER", "UPPER",
    "Box", "Vertex", "loosen_row", "new_vertex", "raise_column",
]  # fmt: skip

LOWER, UPPER, BASIC = 0, 1, 2
"""Where a column is."""
SMALL = 1e-8
"""Entries of a direction below this are rounding."""
TIE = 1e-11
"""Steps that differ by less, relative to one plus the step, are one."""
BoxType, Box = struct(
    __name__, "Box", "columns rows upper ptr index value rowptr rowcol rowval limit norm"
)
"""Counts of columns and rows; upper bounds; entries by column and by row; limits; and the length
of each column, by which gains are compared."""

VertexType, Vertex = struct(
    __name__,
    "Vertex",
    "size inverse tight basic row place status fixed shut x slack price gain alpha beta drift",
)
"""Number of tight rows (one number in an array) and the inverse; tight rows and basic columns; the
place of each row and column (-1: none); where each column is; columns and rows that may not move
any more; values of columns and slacks of rows; prices of rows and reduced gains of columns; and
scratch by place (two) and by row."""


@compiled
def new_vertex(box, inverse):
    """Return the vertex at which every column is at 0; `inverse` is room for any inverse."""
    most = len(inverse)
    return Vertex(
        np.zeros(1, np.int64), inverse, np.full(most, -1, np.int64), np.full(most, -1, np.int64),
        np.full(box.rows, -1, np.int64), np.full(box.columns, -1, np.int64),
        np.zeros(box.columns, np.int64), np.zeros(box.columns, np.bool_),
        np.zeros(box.rows, np.bool_), np.zeros(box.columns), box.limit.copy(), np.zeros(box.rows),
        np.zeros(box.columns), np.zeros(most), np.zeros(most), np.zeros(box.rows),
    )  # fmt: skip


@compiled
def _direction_of_column(box, at, j):
    """Write how basic columns fall as a column rises by one to ``alpha``."""
    k = at.size[0]
    for s in range(k):
        at.alpha[s] = 0.0
    for e in range(box.ptr[j], box.ptr[j + 1]):
        p = at.row[box.index[e]]
        if p >= 0:
            for s in range(k):
                at.alpha[s] += at.inverse[s, p] * box.value[e]


@compiled
def _drift(box, at, j, sign):
    """Write how fast the slack of each row that is not tight falls to ``drift``.

    The column j (-1: none) moves by `sign`, basic columns by minus `sign` times ``alpha``.
    """
    for r in range(box.rows):
        at.drift[r] = 0.0
    if j >= 0:
        for e in range(box.ptr[j], box.ptr[j + 1]):
            at.drift[box.index[e]] += sign * box.value[e]
    for s in range(at.size[0]):
        speed = -sign * at.alpha[s]
        if speed != 0.0:
            c = at.basic[s]
            for e in range(box.ptr[c], box.ptr[c + 1]):
                at.drift[box.index[e]] += speed * box.value[e]


@compiled
def _meets(box, at, room, sign):
    """Return (step, place of a basic column or -1, row or -1, whether the column is at its top).

    Of all that is met at the same step the one with the largest entry leaves.
    """
    best, place, row, high, weight = room, -1, -1, False, 0.0
    for turn in range(2):  # first how far, then what
        for s in range(at.size[0]):
            speed = -sign * at.alpha[s]
            if abs(speed) <= SMALL:
                continue
            c = at.basic[s]
            left = box.upper[c] - at.x[c] if speed > 0 else at.x[c]
            step = max(left, 0.0) / abs(speed)
            if turn == 0:
                best = min(best, step)
            elif step <= best + TIE * (1 + best) and abs(speed) > weight:
                place, row, high, weight = s, -1, speed > 0, abs(speed)
        for r in range(box.rows):
            if at.drift[r] <= SMALL or at.row[r] >= 0:
                continue
            step = max(at.slack[r], 0.0) / at.drift[r]
            if turn == 0:
                best = min(best, step)
            elif step <= best + TIE * (1 + best) and at.drift[r] > weight:
                place, row, weight = -1, r, at.drift[r]
    return best, place, row, high


@compiled
def _go(box, at, j, sign, step):
    """Move along a direction."""
    if j >= 0:
        at.x[j] += sign * step
    for s in range(at.size[0]):
        at.x[at.basic[s]] -= sign * at.alpha[s] * step
    for r in range(box.rows):
        at.slack[r] = 0.0 if at.row[r] >= 0 else at.slack[r] - at.drift[r] * step


@compiled
def _row_in_basis(box, at, q):
    """Write the row q, over basic columns, times the inverse, to ``beta``."""
    k = at.size[0]
    for p in range(k):
        at.beta[p] = 0.0
    for e in range(box.rowptr[q], box.rowptr[q + 1]):
        s = at.place[box.rowcol[e]]
        if s >= 0:
            for p in range(k):
                at.beta[p] += box.rowval[e] * at.inverse[s, p]


@compiled
def _entry(box, j, q):
    for e in range(box.ptr[j], box.ptr[j + 1]):
        if box.index[e] == q:
            return box.value[e]
    return 0.0


@compiled
def _grow(box, at, j, q):
    """Make a column basic and a row tight."""
    k = at.size[0]
    _row_in_basis(box, at, q)
    pivot = _entry(box, j, q)
    for e in range(box.rowptr[q], box.rowptr[q + 1]):
        s = at.place[box.rowcol[e]]
        if s >= 0:
            pivot -= box.rowval[e] * at.alpha[s]
    if abs(pivot) <= SMALL:
        return False
    for s in range(k):
        weight = at.alpha[s] / pivot
        if weight != 0.0:
            for p in range(k):
                at.inverse[s, p] += weight * at.beta[p]
        at.inverse[s, k] = -weight
    for p in range(k):
        at.inverse[k, p] = -at.beta[p] / pivot
    at.inverse[k, k] = 1.0 / pivot
    at.basic[k], at.tight[k] = j, q
    at.place[j], at.row[q] = k, k
    at.status[j] = BASIC
    at.size[0] = k + 1
    return True


@compiled
def _swap_columns(at, s, j):
    """Make a column basic in the place of another."""
    k = at.size[0]
    pivot = at.alpha[s]
    for p in range(k):
        at.inverse[s, p] /= pivot
    for i in range(k):
        weight = at.alpha[i]
        if i != s and weight != 0.0:
            for p in range(k):
                at.inverse[i, p] -= weight * at.inverse[s, p]
    at.place[at.basic[s]] = -1
    at.basic[s] = j
    at.place[j], at.status[j] = s, BASIC


@compiled
def _reprice(at, j):
    """Change prices so that the column that has become basic gains nothing."""
    gain, s = at.gain[j], at.place[j]
    if gain != 0.0:
        for p in range(at.size[0]):
            at.price[at.tight[p]] += gain * at.inverse[s, p]


@compiled
def _swap_rows(box, at, p, q):
    """Make a row tight in the place of another."""
    k = at.size[0]
    _row_in_basis(box, at, q)
    pivot = at.beta[p]
    if abs(pivot) <= SMALL:
        return False
    price = at.price[at.tight[p]] / pivot
    for other in range(k):
        at.price[at.tight[other]] -= price * at.beta[other]
    at.price[at.tight[p]], at.price[q] = 0.0, price
    for s in range(k):
        weight = at.inverse[s, p] / pivot
        if weight != 0.0:
            for other in range(k):
                at.inverse[s, other] -= at.beta[other] * weight
        at.inverse[s, p] = weight
    at.row[at.tight[p]] = -1
    at.tight[p] = q
    at.row[q] = p
    return True


@compiled
def _shrink(at, s, p):
    """Let go of a tight row and of a basic column."""
    k = at.size[0] - 1
    pivot = at.inverse[s, p]
    price = at.price[at.tight[p]] / pivot
    for other in range(k + 1):
        at.price[at.tight[other]] -= price * at.inverse[s, other]
    at.price[at.tight[p]] = 0.0
    for i in range(k + 1):
        weight = at.inverse[i, p] / pivot
        if i != s and weight != 0.0:
            for other in range(k + 1):
                at.inverse[i, other] -= weight * at.inverse[s, other]
    at.place[at.basic[s]] = -1
    at.row[at.tight[p]] = -1
    for other in range(k + 1):
        at.inverse[s, other] = at.inverse[k, other]
    for i in range(k):
        at.inverse[i, p] = at.inverse[i, k]
    if s != k:
        at.basic[s] = at.basic[k]
        at.place[at.basic[s]] = s
    if p != k:
        at.tight[p] = at.tight[k]
        at.row[at.tight[p]] = p
    at.size[0] = k


@compiled
def _leave(box, at, s, high):
    """Put a basic column exactly at the bound it met."""
    c = at.basic[s]
    at.x[c] = box.upper[c] if high else 0.0
    at.status[c] = UPPER if high else LOWER


@compiled
def raise_column(box, at, j):
    """Move a column from its bound as far as it goes; return whether the basis is still sound."""
    sign = 1.0 if at.status[j] == LOWER else -1.0
    _direction_of_column(box, at, j)
    _drift(box, at, j, sign)
    step, s, row, high = _meets(box, at, box.upper[j], sign)
    _go(box, at, j, sign, step)
    if s < 0 and row < 0:
        at.status[j] = UPPER if sign > 0 else LOWER
        at.x[j] = box.upper[j] if sign > 0 else 0.0
        return True
    if s >= 0:
        _leave(box, at, s, high)
        _swap_columns(at, s, j)
    else:
        at.slack[row] = 0.0
        if at.size[0] + 1 >= len(at.inverse) or not _grow(box, at, j, row):
            return False
    _reprice(at, j)
    return True


@compiled
def loosen_row(box, at, p):
    """Let a tight row have slack, as much as it can; return whether the basis is still sound."""
    for s in range(at.size[0]):
        at.alpha[s] = at.inverse[s, p]
    _drift(box, at, -1, 1.0)
    old = at.tight[p]
    step, s, row, high = _meets(box, at, np.inf, 1.0)
    if step == np.inf or (s < 0 and row < 0):
        return False
    _go(box, at, -1, 1.0, step)
    if s >= 0:
        _leave(box, at, s, high)
        _shrink(at, s, p)
    elif not _swap_rows(box, at, p, row):
        return False
    at.slack[old] = step
    if row >= 0:
        at.slack[row] = 0.0
    return True
