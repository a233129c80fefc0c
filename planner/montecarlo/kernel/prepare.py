"""From a plan's right-hand sides to the small problem that is left.

Settled tours take their part of every limit; columns without room are closed; rows that could not
bind even if everybody came are dropped; decisions that fit in such rows are served without further ado.
What remains is written in shares of a decision and shares of a limit, so that numbers lie near 1.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np
from planner.montecarlo.kernel.jit import compiled

from planner.montecarlo.kernel.state import Local

__all__ = ["CLOSED", "DIRECT", "DONE", "FREED", "ROUTED", "SETTLED", "Reduced", "Shape", "reduce"]

Shape = namedtuple("Shape", "start owner indptr index value cost tier rows goalptr goalcol goalval")
"""Structure of one plan of one block: first column of each decision; decision of each column; entries
of the limit rows by column; months on duty × place in the list per person; tier of each decision;
number of limit rows; and the goal rows, by row."""

Reduced = namedtuple("Reduced", "kind choice most left scale rowof routed columns local direct")
"""Kind of each decision and the column that serves it alone; most people by column; what is left of each
limit row and its scale; place of each limit row in the local problem (-1: not there); decisions
that are routed; their columns; the local problem; and the decisions with one column."""

Direct = namedtuple("Direct", "decision ptr index value ceiling")
"""Decisions with one open column: entries in local rows at share 1, and their largest share."""

SETTLED, CLOSED, DONE, DIRECT, ROUTED, FREED = 0, 1, 2, 3, 4, 5
"""Kinds of decisions: cannot change; nobody can serve; served in full by one column that nothing limits;
one open column; several; several, one of which nothing limits (full for certain, but the
first-named pool comes first)."""

ROOM = 1e-9
"""What is left of a limit below this, relative to one plus the limit, is nothing."""


@compiled
def _open_columns(shape, full, lower, upper, limit):
    """Return kinds, most people by column (0: closed) and what settled tours leave of the limits."""
    size = len(full)
    kind = np.full(size, SETTLED, np.int64)
    most = np.zeros(len(shape.owner))
    left = limit.copy()
    for d in range(size):
        for c in range(shape.start[d], shape.start[d + 1]):
            if upper[c] > lower[c]:
                kind[d] = CLOSED
        if kind[d] == SETTLED:
            for c in range(shape.start[d], shape.start[d + 1]):
                if lower[c] > 0:
                    for at in range(shape.indptr[c], shape.indptr[c + 1]):
                        left[shape.index[at]] -= shape.value[at] * lower[c]
    for d in range(size):
        if kind[d] == SETTLED or full[d] <= 0:
            continue
        for c in range(shape.start[d], shape.start[d + 1]):
            most[c] = min(upper[c], full[d])
            for at in range(shape.indptr[c], shape.indptr[c + 1]):
                r = shape.index[at]
                if limit[r] < np.inf and left[r] <= ROOM * (1 + limit[r]):
                    most[c] = 0.0
    return kind, most, left


@compiled
def _add_load(shape, load, c, people):
    for at in range(shape.indptr[c], shape.indptr[c + 1]):
        load[shape.index[at]] += shape.value[at] * people


@compiled
def _fits(shape, load, left, c):
    """Whether no row of a column can bind."""
    for at in range(shape.indptr[c], shape.indptr[c + 1]):
        r = shape.index[at]
        if shape.value[at] > 0 and load[r] > left[r] * (1 + 1e-12):
            return False
    return True


@compiled
def _serve_first(shape, full, kind, most, load, left):
    """Serve decisions whose first open column can take all and nothing can limit it."""
    size = len(full)
    choice = np.full(size, -1, np.int64)
    for d in range(size):
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
        for d in range(size):
            c = choice[d]
            if kind[d] == ROUTED and most[c] >= full[d] and _fits(shape, load, left, c):
                for other in range(c + 1, shape.start[d + 1]):
                    if most[other] > 0:
                        _add_load(shape, load, other, -most[other])
                        most[other] = 0.0
                kind[d] = DONE
                changed = True
    return choice


@compiled
def _find_freed(shape, full, kind, most, load, left):
    """Mark routed decisions that some column can serve in full whatever the others do."""
    load = load.copy()
    changed = True
    while changed:
        changed = False
        for d in range(len(full)):
            if kind[d] != ROUTED:
                continue
            for c in range(shape.start[d], shape.start[d + 1]):
                if most[c] >= full[d] and most[c] > 0 and _fits(shape, load, left, c):
                    for other in range(shape.start[d], shape.start[d + 1]):
                        if other != c and most[other] > 0:
                            _add_load(shape, load, other, -most[other])
                    kind[d] = FREED
                    changed = True
                    break


@compiled
def reduce(shape, full, lower, upper, limit):
    """Return what is left to decide."""
    kind, most, left = _open_columns(shape, full, lower, upper, limit)
    load = np.zeros(shape.rows)
    for c in range(len(most)):
        if most[c] > 0:
            _add_load(shape, load, c, most[c])
    choice = _serve_first(shape, full, kind, most, load, left)
    for d in range(len(full)):
        if kind[d] == DIRECT and _fits(shape, load, left, choice[d]):
            kind[d] = DONE
    _find_freed(shape, full, kind, most, load, left)
    rowof = np.full(shape.rows, -1, np.int64)
    scale = np.ones(shape.rows)
    count = 0
    for r in range(shape.rows):
        if load[r] > left[r] * (1 + 1e-12) and left[r] > ROOM * (1 + limit[r]):
            rowof[r] = count
            scale[r] = 1.0 / limit[r]
            count += 1
    local, routed, columns = _write(shape, full, kind, most, left, scale, rowof, count)
    direct = _write_direct(shape, full, kind, choice, most, scale, rowof)
    return Reduced(kind, choice, most, left, scale, rowof, routed, columns, local, direct)


@compiled
def _write(shape, full, kind, most, left, scale, rowof, rows):
    """Write routed decisions by column and by row."""
    decisions, count, entries = 0, 0, 0
    for d in range(len(full)):
        if kind[d] == ROUTED or kind[d] == FREED:
            decisions += 1
            for c in range(shape.start[d], shape.start[d + 1]):
                if most[c] > 0:
                    count += 1
                    for at in range(shape.indptr[c], shape.indptr[c + 1]):
                        if rowof[shape.index[at]] >= 0:
                            entries += 1
    routed = np.empty(decisions, np.int64)
    columns = np.empty(count, np.int64)
    start = np.empty(decisions + 1, np.int64)
    owner = np.empty(count, np.int64)
    upper, cost = np.empty(count), np.empty(count)
    indptr = np.zeros(count + 1, np.int64)
    index, value = np.empty(entries, np.int64), np.empty(entries)
    rowptr = np.zeros(rows + 1, np.int64)
    q, k, e = 0, 0, 0
    for d in range(len(full)):
        if kind[d] != ROUTED and kind[d] != FREED:
            continue
        routed[q] = d
        start[q] = k
        for c in range(shape.start[d], shape.start[d + 1]):
            if most[c] <= 0:
                continue
            columns[k], owner[k] = c, q
            upper[k] = min(most[c] / full[d], 1.0)
            cost[k] = shape.cost[c] * full[d]
            for at in range(shape.indptr[c], shape.indptr[c + 1]):
                r = rowof[shape.index[at]]
                if r >= 0:
                    index[e] = r
                    value[e] = shape.value[at] * full[d] * scale[shape.index[at]]
                    rowptr[r + 1] += 1
                    e += 1
            k += 1
            indptr[k] = e
        q += 1
    start[decisions] = count
    for r in range(rows):
        rowptr[r + 1] += rowptr[r]
    rowcol, rowval = np.empty(entries, np.int64), np.empty(entries)
    fill = rowptr[:-1].copy()
    for k in range(count):
        for e in range(indptr[k], indptr[k + 1]):
            r = index[e]
            rowcol[fill[r]], rowval[fill[r]] = k, value[e]
            fill[r] += 1
    limit = np.empty(rows)
    for r in range(len(rowof)):
        if rowof[r] >= 0:
            limit[rowof[r]] = left[r] * scale[r]
    local = Local(
        count, rows, decisions, start, owner, upper, cost, indptr, index, value, rowptr, rowcol,
        rowval, limit,
    )  # fmt: skip
    return local, routed, columns


@compiled
def _write_direct(shape, full, kind, choice, most, scale, rowof):
    """Write decisions with one open column."""
    count, entries = 0, 0
    for d in range(len(full)):
        if kind[d] == DIRECT:
            count += 1
            c = choice[d]
            for at in range(shape.indptr[c], shape.indptr[c + 1]):
                if rowof[shape.index[at]] >= 0:
                    entries += 1
    decision = np.empty(count, np.int64)
    ptr = np.zeros(count + 1, np.int64)
    index, value, ceiling = np.empty(entries, np.int64), np.empty(entries), np.empty(count)
    i, e = 0, 0
    for d in range(len(full)):
        if kind[d] != DIRECT:
            continue
        c = choice[d]
        decision[i] = d
        ceiling[i] = min(most[c] / full[d], 1.0)
        for at in range(shape.indptr[c], shape.indptr[c + 1]):
            r = rowof[shape.index[at]]
            if r >= 0:
                index[e] = r
                value[e] = shape.value[at] * full[d] * scale[shape.index[at]]
                e += 1
        i += 1
        ptr[i] = e
    return Direct(decision, ptr, index, value, ceiling)
