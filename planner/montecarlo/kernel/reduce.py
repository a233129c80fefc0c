"""From a plan's right-hand sides to the small problem that is left.

Settled tours take their part of every limit; columns without room are closed; rows that could not
bind even if everybody came are dropped; decisions that fit in such rows are served without further
ado. What remains is written in shares of a decision and shares of a limit, so that numbers lie
near 1.
"""

from __future__ import annotations

import numpy as np

from planner.montecarlo.kernel.jit import compiled, struct
from planner.montecarlo.kernel.state import Local

__all__ = ["CLOSED", "DIRECT", "DONE", "FREED", "ROUTED", "SETTLED", "reduce"]

DirectType, Direct = struct(__name__, "Direct", "count decision ptr index value ceiling")
"""Decisions with one open column: how many, which, entries in local rows at share 1, and the
largest share of each."""

ReducedType, Reduced = struct(__name__, "Reduced", "kind choice most back routed columns")
"""Kind of each decision and the column that serves it alone; most people by column (0: closed);
row of the block of each local row; routed decisions; and the column of each local column."""

SETTLED, CLOSED, DONE, DIRECT, ROUTED, FREED = 0, 1, 2, 3, 4, 5
"""Kinds of decisions: cannot change; nobody can serve; served in full by one column that nothing
limits; one open column; several; several, one of which nothing limits (full for certain, but the
first-named pool comes first)."""

ROOM = 1e-9
"""What is left of a limit below this, relative to one plus the limit, is nothing."""
FITS = 1 + 1e-12
"""How far a row may be asked for and still be said not to bind, for rounding."""


@compiled
def _open_columns(shape, full, lower, upper, limit, kind, most, left):
    """Write kinds, most people by column, and what settled tours leave of the limits."""
    for r in range(len(left)):
        left[r] = limit[r]
    for d in range(len(full)):
        kind[d] = SETTLED
        for c in range(shape.start[d], shape.start[d + 1]):
            most[c] = 0.0
            if upper[c] > lower[c]:
                kind[d] = CLOSED
        if kind[d] == SETTLED:
            for c in range(shape.start[d], shape.start[d + 1]):
                if lower[c] > 0:
                    _add_load(shape, left, c, -lower[c])
    for d in range(len(full)):
        if kind[d] == SETTLED or full[d] <= 0:
            continue
        for c in range(shape.start[d], shape.start[d + 1]):
            most[c] = min(upper[c], full[d])
            for at in range(shape.indptr[c], shape.indptr[c + 1]):
                r = shape.places[at]
                if limit[r] < np.inf and left[r] <= ROOM * (1 + limit[r]):
                    most[c] = 0.0


@compiled
def _add_load(shape, load, c, people):
    for at in range(shape.indptr[c], shape.indptr[c + 1]):
        load[shape.places[at]] += shape.value[at] * people


@compiled
def _fits(shape, load, left, c):
    """Whether no row of a column can bind."""
    for at in range(shape.indptr[c], shape.indptr[c + 1]):
        r = shape.places[at]
        if load[r] > left[r] * FITS:
            return False
    return True


@compiled
def _close_others(shape, most, load, d, c):
    for other in range(shape.start[d], shape.start[d + 1]):
        if other != c and most[other] > 0:
            _add_load(shape, load, other, -most[other])
            most[other] = 0.0


@compiled
def _serve(shape, full, kind, choice, most, load, left):
    """Serve decisions whose first open column can take all and nothing can limit it."""
    for d in range(len(full)):
        choice[d] = -1
        if kind[d] == SETTLED:
            continue
        count = 0
        for c in range(shape.start[d], shape.start[d + 1]):
            if most[c] > 0:
                if count == 0:
                    choice[d] = c
                count += 1
        kind[d] = CLOSED if count == 0 else (DIRECT if count == 1 else ROUTED)
    changed = True
    while changed:
        changed = False
        for d in range(len(full)):
            c = choice[d]
            if kind[d] == ROUTED and most[c] >= full[d] and _fits(shape, load, left, c):
                _close_others(shape, most, load, d, c)
                kind[d] = DONE
                changed = True
    for d in range(len(full)):
        if kind[d] == DIRECT and _fits(shape, load, left, choice[d]):
            kind[d] = DONE


@compiled
def _free(shape, full, kind, most, load, left):
    """Mark routed decisions that some column can serve in full whatever the others do."""
    spare, open_most = load.copy(), most.copy()
    changed = True
    while changed:
        changed = False
        for d in range(len(full)):
            if kind[d] != ROUTED:
                continue
            for c in range(shape.start[d], shape.start[d + 1]):
                if open_most[c] >= full[d] and _fits(shape, spare, left, c):
                    _close_others(shape, open_most, spare, d, c)
                    kind[d] = FREED
                    changed = True
                    break


@compiled
def reduce(shape, full, lower, upper, limit):
    """Return (reduced, local, direct): what is left to decide."""
    decisions, rows = len(full), len(limit)
    kind, choice = np.empty(decisions, np.int64), np.empty(decisions, np.int64)
    most, left, load = np.empty(len(upper)), np.empty(rows), np.zeros(rows)
    _open_columns(shape, full, lower, upper, limit, kind, most, left)
    for c in range(len(most)):
        if most[c] > 0:
            _add_load(shape, load, c, most[c])
    _serve(shape, full, kind, choice, most, load, left)
    _free(shape, full, kind, most, load, left)
    rowof, back, count = np.full(rows, -1, np.int64), np.empty(rows, np.int64), 0
    for r in range(rows):
        if load[r] > left[r] * FITS and left[r] > ROOM * (1 + limit[r]):
            rowof[r], back[count] = count, r
            count += 1
    local, routed, columns = _write(shape, full, kind, most, left, limit, rowof, back, count)
    direct = _write_direct(shape, full, kind, choice, most, limit, rowof)
    return Reduced(kind, choice, most, back, routed, columns), local, direct


@compiled
def _count(shape, kind, most, rowof):
    """Return how many decisions, columns and entries are routed."""
    decisions, columns, entries = 0, 0, 0
    for d in range(len(kind)):
        if kind[d] == ROUTED or kind[d] == FREED:
            decisions += 1
            for c in range(shape.start[d], shape.start[d + 1]):
                if most[c] > 0:
                    columns += 1
                    for at in range(shape.indptr[c], shape.indptr[c + 1]):
                        entries += rowof[shape.places[at]] >= 0
    return decisions, columns, entries


@compiled
def _write(shape, full, kind, most, left, limit, rowof, back, rows):
    """Write routed decisions by column and by row."""
    decisions, count, entries = _count(shape, kind, most, rowof)
    routed, columns = np.empty(decisions, np.int64), np.empty(count, np.int64)
    start, owner = np.empty(decisions + 1, np.int64), np.empty(count, np.int64)
    upper, cost = np.empty(count), np.empty(count)
    indptr, rowptr = np.zeros(count + 1, np.int64), np.zeros(rows + 1, np.int64)
    index, value = np.empty(entries, np.int64), np.empty(entries)
    q, k, e = 0, 0, 0
    for d in range(len(full)):
        if kind[d] != ROUTED and kind[d] != FREED:
            continue
        routed[q], start[q] = d, k
        for c in range(shape.start[d], shape.start[d + 1]):
            if most[c] <= 0:
                continue
            columns[k], owner[k] = c, q
            upper[k], cost[k] = min(most[c] / full[d], 1.0), shape.cost[c] * full[d]
            for at in range(shape.indptr[c], shape.indptr[c + 1]):
                r = rowof[shape.places[at]]
                if r >= 0:
                    index[e], value[e] = r, shape.value[at] * full[d] / limit[back[r]]
                    rowptr[r + 1] += 1
                    e += 1
            k += 1
            indptr[k] = e
        q += 1
    start[decisions] = count
    rowcol, rowval = np.empty(entries, np.int64), np.empty(entries)
    _turn(indptr, index, value, rowptr, rowcol, rowval)
    room = np.empty(rows)
    for r in range(rows):
        room[r] = left[back[r]] / limit[back[r]]
    local = Local(
        count, rows, decisions, start, owner, upper, cost, indptr, index, value, rowptr, rowcol,
        rowval, room,
    )  # fmt: skip
    return local, routed, columns


@compiled
def _turn(indptr, index, value, rowptr, rowcol, rowval):
    """Write by row what stands by column; `rowptr` holds the number of entries of each row."""
    rows = len(rowptr) - 1
    for r in range(rows):
        rowptr[r + 1] += rowptr[r]
    fill = rowptr.copy()
    for k in range(len(indptr) - 1):
        for e in range(indptr[k], indptr[k + 1]):
            r = index[e]
            rowcol[fill[r]], rowval[fill[r]] = k, value[e]
            fill[r] += 1


@compiled
def _write_direct(shape, full, kind, choice, most, limit, rowof):
    """Write decisions with one open column."""
    count, entries = 0, 0
    for d in range(len(full)):
        if kind[d] == DIRECT:
            count += 1
            entries += shape.indptr[choice[d] + 1] - shape.indptr[choice[d]]
    decision, ptr = np.empty(count, np.int64), np.zeros(count + 1, np.int64)
    index, value, ceiling = np.empty(entries, np.int64), np.empty(entries), np.empty(count)
    i, e = 0, 0
    for d in range(len(full)):
        if kind[d] != DIRECT:
            continue
        c = choice[d]
        decision[i], ceiling[i] = d, min(most[c] / full[d], 1.0)
        for at in range(shape.indptr[c], shape.indptr[c + 1]):
            r = shape.places[at]
            if rowof[r] >= 0:
                index[e], value[e] = rowof[r], shape.value[at] * full[d] / limit[r]
                e += 1
        i += 1
        ptr[i] = e
    return Direct(count, decision, ptr, index, value, ceiling)
