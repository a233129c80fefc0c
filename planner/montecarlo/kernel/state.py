"""Arrays of one solve, and the moves of a simplex basis on them.

A *local* problem has columns (the shares that routed decisions take from single pools), one equation
for each routed decision, and limit rows that can bind. Only limit rows that were met so far have an
equation in the basis matrix; the slack of every other row is followed on the side. The inverse is
kept dense, one row for each equation and one column for each place of the basis, so that the column of
a variable is a sum of few whole rows.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from planner.montecarlo.kernel.jit import compiled

__all__ = [
    "BASIC", "FIXED", "LOWER", "MOVING", "UPPER",
    "Local", "State", "enter_row", "ftran", "move", "new_state", "pivot", "price", "solve_with",
    "weigh",
]  # fmt: skip

BASIC, LOWER, UPPER, MOVING, FIXED = 0, 1, 2, 3, 4
"""Where a variable is: in the basis, at 0, at its upper bound, at a bound that moves, settled."""

Local = namedtuple(
    "Local",
    "columns rows decisions start owner upper cost indptr index value rowptr rowcol rowval limit",
)
"""Counts of columns, rows and routed decisions; first column of each decision (one more at the end);
decision, upper bound and cost of each column; its entries, by column and by row; what rows have left."""

State = namedtuple("State", "size inverse head place equation row status basic slack priced")
"""Size of the basis (one number in an array); its inverse; the variable at each place; the place of
each variable (-1: outside); the equation of each limit row (-1: none) and the limit row of each
equation; where each variable is; the value at each place; the slack of rows without an equation; reduced
costs."""


@compiled
def new_state(local, most):
    """Return a state in which no decision has anything: its first column is basic, at 0."""
    count = local.columns + local.rows
    inverse = np.zeros((most, most))
    head = np.full(most, -1, np.int64)
    place = np.full(count, -1, np.int64)
    status = np.full(count, LOWER, np.int64)
    for q in range(local.decisions):
        inverse[q, q] = 1.0
        head[q] = local.start[q]
        place[local.start[q]] = q
        status[local.start[q]] = BASIC
    for r in range(local.rows):
        status[local.columns + r] = BASIC
    priced = np.zeros(count)
    for c in range(local.columns):
        priced[c] = local.cost[c] - local.cost[local.start[local.owner[c]]]
    size = np.zeros(1, np.int64)
    size[0] = local.decisions
    equation, row = np.full(local.rows, -1, np.int64), np.full(most, -1, np.int64)
    return State(
        size, inverse, head, place, equation, row, status, np.zeros(most), local.limit.copy(),
        priced,
    )  # fmt: skip


@compiled
def enter_row(local, state, row):
    """Give a limit row an equation, its slack basic in a new place; return the place."""
    k = state.size[0]
    inverse = state.inverse
    for e in range(k + 1):
        inverse[e, k] = 0.0
        inverse[k, e] = 0.0
    for at in range(local.rowptr[row], local.rowptr[row + 1]):
        p = state.place[local.rowcol[at]]
        if p >= 0:
            weight = local.rowval[at]
            for e in range(k):
                inverse[e, k] -= weight * inverse[e, p]
    inverse[k, k] = 1.0
    slack = local.columns + row
    state.head[k] = slack
    state.place[slack] = k
    state.equation[row] = k
    state.row[k] = row
    state.basic[k] = state.slack[row]
    state.size[0] = k + 1
    return k


@compiled
def solve_with(state, right, out):
    """Write the basic values for right-hand sides, one for each equation, to `out`."""
    k = state.size[0]
    out[:k] = 0.0
    for e in range(k):
        weight = right[e]
        if weight != 0.0:
            source = state.inverse[e]
            for p in range(k):
                out[p] += weight * source[p]


@compiled
def ftran(local, state, var, out):
    """Write the column of a variable in terms of the basis to `out`."""
    k = state.size[0]
    inverse = state.inverse
    if var >= local.columns:
        out[:k] = inverse[state.equation[var - local.columns], :k]
        return
    out[:k] = inverse[local.owner[var], :k]
    for at in range(local.indptr[var], local.indptr[var + 1]):
        e = state.equation[local.index[at]]
        if e >= 0:
            weight = local.value[at]
            source = inverse[e]
            for p in range(k):
                out[p] += weight * source[p]


@compiled
def pivot(state, p, var, alpha, becomes):
    """Put a variable in the basis at place p; `alpha` is its column, `becomes` where the old one goes."""
    k = state.size[0]
    inverse = state.inverse
    scale = 1.0 / alpha[p]
    for e in range(k):
        target = inverse[e]
        weight = target[p]
        if weight != 0.0:
            weight *= scale
            for i in range(k):
                target[i] -= weight * alpha[i]
            target[p] = weight
    old = state.head[p]
    state.place[old] = -1
    state.status[old] = becomes
    state.head[p] = var
    state.place[var] = p
    state.status[var] = BASIC


@compiled
def weigh(local, state, p, weights):
    """Write what each equation weighs in row p of the inverse; return the largest of limit rows."""
    size = 0.0
    for e in range(state.size[0]):
        weights[e] = state.inverse[e, p]
        if e >= local.decisions:
            size = max(size, abs(weights[e]))
    return size


@compiled
def price(local, state, weights, entries):
    """Write the entries of all columns in a row of given weights; those of slacks are the weights."""
    for c in range(local.columns):
        entries[c] = weights[local.owner[c]]
    for e in range(local.decisions, state.size[0]):
        weight = weights[e]
        row = state.row[e]
        if weight != 0.0:
            for at in range(local.rowptr[row], local.rowptr[row + 1]):
                entries[local.rowcol[at]] += weight * local.rowval[at]
        entries[local.columns + row] = weight


@compiled
def move(local, c, amount, slack):
    """Subtract what a column takes of every row, times an amount."""
    for at in range(local.indptr[c], local.indptr[c + 1]):
        slack[local.index[at]] -= local.value[at] * amount
