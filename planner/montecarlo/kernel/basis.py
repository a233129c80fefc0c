"""A simplex basis: its arrays, and the moves on them.

A *local* problem has columns, one equation for each of its decisions (possibly none) and limit
rows. Only limit rows that were met so far have an equation in the basis; the slack of every other
row is followed on the side. The inverse is kept dense, one row for each equation and one column for
each place of the basis, so that the column of a variable is a sum of few whole rows.
"""

from __future__ import annotations

import numpy as np

from planner.montecarlo.kernel.compile import compiled, struct

__all__ = [
    "BASIC", "FIXED", "LOWER", "MOVING", "UPPER",
    "Local", "State", "advance", "enter_moving_row", "exchange", "ftran", "halt", "move",
    "new_state", "price", "reprice_all", "reweigh", "solve_basic", "variable", "weigh",
]  # fmt: skip

BASIC, LOWER, UPPER, MOVING, FIXED = 0, 1, 2, 3, 4
"""Where a variable is: in the basis, at 0, at its upper bound, at a bound that moves, settled."""

LocalType, Local = struct(
    __name__,
    "Local",
    "columns rows decisions start owner upper cost indptr index value rowptr rowcol rowval limit",
)
"""Counts of columns, rows and decisions; first column of each decision (one more at the end);
decision, upper bound and cost of each column; its entries, by column and by row; what rows have
left."""

StateType, State = struct(
    __name__, "State", "size inverse head place equation row status basic slack priced"
)
"""Size of the basis (one number in an array); its inverse; the variable at each place; the place
of each variable (-1: outside); the equation of each limit row (-1: none) and the limit row of each
equation; where each variable is; the value at each place; the slack of rows without an equation;
reduced costs."""


@compiled
def new_state(local, inverse):
    """Return a state in which no decision has anything: its first column is basic, at 0.

    `inverse` is room for the inverse of any basis, square; what is in it does not matter.
    """
    count, most = local.columns + local.rows, len(inverse)
    head = np.full(most, -1, np.int64)
    place = np.full(count, -1, np.int64)
    status = np.full(count, LOWER, np.int64)
    for q in range(local.decisions):
        for e in range(local.decisions):
            inverse[q, e] = 0.0
        inverse[q, q] = 1.0
        head[q] = local.start[q]
        place[local.start[q]] = q
        status[local.start[q]] = BASIC
    slack = np.empty(local.rows)
    for r in range(local.rows):
        status[local.columns + r] = BASIC
        slack[r] = local.limit[r]
    priced = np.zeros(count)
    for c in range(local.columns):
        priced[c] = local.cost[c] - local.cost[local.start[local.owner[c]]]
    size = np.full(1, local.decisions, np.int64)
    equation, row = np.full(local.rows, -1, np.int64), np.full(most, -1, np.int64)
    return State(size, inverse, head, place, equation, row, status, np.zeros(most), slack, priced)


@compiled
def variable(local, state, n):
    """Return the n-th variable that a row of the basis can touch: columns first, then slacks."""
    if n < local.columns:
        return n
    return local.columns + state.row[n - local.columns + local.decisions]


@compiled
def enter_row(local, state, row):
    """Give a limit row an equation, its slack basic in a new place; return the place."""
    k = state.size[0]
    inverse, place = state.inverse, state.place
    for e in range(k + 1):
        inverse[e, k] = 0.0
        inverse[k, e] = 0.0
    for at in range(local.rowptr[row], local.rowptr[row + 1]):
        p = place[local.rowcol[at]]
        if p >= 0:
            weight = local.rowval[at]
            for e in range(k):
                inverse[e, k] -= weight * inverse[e, p]
    inverse[k, k] = 1.0
    slack = local.columns + row
    state.head[k] = slack
    place[slack] = k
    state.equation[row] = k
    state.row[k] = row
    state.basic[k] = state.slack[row]
    state.size[0] = k + 1
    return k


@compiled
def solve_with(state, right, out):
    """Write the basic values for right-hand sides, one for each equation, to `out`."""
    k = state.size[0]
    inverse = state.inverse
    for p in range(k):
        out[p] = 0.0
    for e in range(k):
        weight = right[e]
        if weight != 0.0:
            for p in range(k):
                out[p] += weight * inverse[e, p]


@compiled
def refine(local, state, right, out, residual):
    """Correct basic values by what they leave of the right-hand sides, once.

    The inverse has been updated many times; the entries of the problem are exact.
    """
    k = state.size[0]
    head, equation, inverse = state.head, state.equation, state.inverse
    index, value = local.index, local.value
    for e in range(k):
        residual[e] = right[e]
    for p in range(k):
        c = head[p]
        if c >= local.columns:
            residual[equation[c - local.columns]] -= out[p]
        elif out[p] != 0.0:
            if local.decisions:
                residual[local.owner[c]] -= out[p]
            for at in range(local.indptr[c], local.indptr[c + 1]):
                e = equation[index[at]]
                if e >= 0:
                    residual[e] -= value[at] * out[p]
    for e in range(k):
        weight = residual[e]
        if weight != 0.0:
            for p in range(k):
                out[p] += weight * inverse[e, p]


@compiled
def ftran(local, state, var, out):
    """Write the column of a variable in terms of the basis to `out`."""
    k = state.size[0]
    inverse, equation = state.inverse, state.equation
    if var >= local.columns:
        e = equation[var - local.columns]
        for p in range(k):
            out[p] = inverse[e, p]
        return
    e = local.owner[var]
    for p in range(k):
        out[p] = inverse[e, p]
    index, value = local.index, local.value
    for at in range(local.indptr[var], local.indptr[var + 1]):
        e = equation[index[at]]
        if e >= 0:
            weight = value[at]
            for p in range(k):
                out[p] += weight * inverse[e, p]


@compiled
def pivot(state, p, var, alpha, becomes):
    """Put a variable in the basis at place p.

    `alpha` is its column, `becomes` the new status of the variable that leaves.
    """
    k = state.size[0]
    inverse = state.inverse
    scale = 1.0 / alpha[p]
    for e in range(k):
        weight = inverse[e, p]
        if weight != 0.0:
            weight *= scale
            for i in range(k):
                inverse[e, i] -= weight * alpha[i]
            inverse[e, p] = weight
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
def reweigh(local, state, p, weights, residual):
    """Correct what each equation weighs in row p of the inverse by what it leaves, once."""
    k = state.size[0]
    head, equation, inverse = state.head, state.equation, state.inverse
    for i in range(k):
        c = head[i]
        total = 1.0 if i == p else 0.0
        if c >= local.columns:
            total -= weights[equation[c - local.columns]]
        else:
            if local.decisions:
                total -= weights[local.owner[c]]
            for at in range(local.indptr[c], local.indptr[c + 1]):
                e = equation[local.index[at]]
                if e >= 0:
                    total -= local.value[at] * weights[e]
        residual[i] = total
    for e in range(k):
        for i in range(k):
            weights[e] += residual[i] * inverse[e, i]


@compiled
def price(local, state, weights, entries):
    """Write the entries of all columns in a row of given weights; a slack's is its weight."""
    rowptr, rowcol, rowval = local.rowptr, local.rowcol, local.rowval
    owner = local.owner
    for c in range(local.columns):
        entries[c] = weights[owner[c]]
    for e in range(local.decisions, state.size[0]):
        weight = weights[e]
        row = state.row[e]
        if weight != 0.0:
            for at in range(rowptr[row], rowptr[row + 1]):
                entries[rowcol[at]] += weight * rowval[at]
        entries[local.columns + row] = weight


@compiled
def reprice_all(local, state, weights, entries, residual):
    """Compute all reduced costs anew, free of old rounding."""
    k = state.size[0]
    head, equation, inverse, priced = state.head, state.equation, state.inverse, state.priced
    for turn in range(2):
        for p in range(k):
            c = head[p]
            residual[p] = local.cost[c] if c < local.columns else 0.0
            if turn == 1:
                if c >= local.columns:
                    residual[p] -= weights[equation[c - local.columns]]
                else:
                    if local.decisions:
                        residual[p] -= weights[local.owner[c]]
                    for at in range(local.indptr[c], local.indptr[c + 1]):
                        e = equation[local.index[at]]
                        if e >= 0:
                            residual[p] -= local.value[at] * weights[e]
        for e in range(k):
            if turn == 0:
                weights[e] = 0.0
            for p in range(k):
                weights[e] += residual[p] * inverse[e, p]
    price(local, state, weights, entries)
    for var in range(local.columns + local.rows):
        priced[var] = 0.0
    for n in range(local.columns + k - local.decisions):
        var = variable(local, state, n)
        if state.status[var] != BASIC:
            cost = local.cost[var] if var < local.columns else 0.0
            priced[var] = cost - entries[var]


@compiled
def move(local, c, amount, slack):
    """Subtract what a column takes of every row, times an amount."""
    index, value = local.index, local.value
    for at in range(local.indptr[c], local.indptr[c + 1]):
        slack[index[at]] -= value[at] * amount


@compiled
def solve_basic(local, state, right, left, out, scratch):
    """Write the basic part of a solution to `out`, and subtract it from what rows have left.

    The right-hand sides of decisions are in `right`; those of rows are what they have left.
    `scratch` by equation is for one refinement; none is made where it is empty.
    """
    for e in range(local.decisions, state.size[0]):
        right[e] = left[state.row[e]]
    solve_with(state, right, out)
    if len(scratch):
        refine(local, state, right, out, scratch)
    for p in range(state.size[0]):
        c = state.head[p]
        if c < local.columns and out[p] != 0.0:
            move(local, c, out[p], left)


@compiled
def advance(local, state, rate, moving, step):
    """Move basic values and free slacks along their rates."""
    for i in range(state.size[0]):
        state.basic[i] += rate[i] * step
    for r in range(local.rows):
        state.slack[r] += moving[r] * step


@compiled
def enter_moving_row(local, state, row, rate, moving):
    """Give a row that was met an equation; return its place, or -1 if the inverse is full."""
    if state.size[0] + 1 >= len(state.head):
        return -1
    p = enter_row(local, state, row)
    rate[p] = moving[row]
    return p


@compiled
def halt(local, state, p, rate, moving):
    """Take the movement of a basic variable for rounding."""
    c = state.head[p]
    if c < local.columns:
        move(local, c, -rate[p], moving)
    rate[p] = 0.0


@compiled
def exchange(local, state, p, var, alpha, rate, moving, leaves, enters, becomes):
    """Swap the variable at place p for another, with values and rates.

    `leaves` and `enters` are value and rate at the bound that the old variable goes to and that the
    new one comes from; `alpha` is the column of the new one, `becomes` the status of the old one.
    """
    old = state.head[p]
    shift = (state.basic[p] - leaves[0]) / alpha[p]
    turn = (rate[p] - leaves[1]) / alpha[p]
    if old < local.columns:
        move(local, old, leaves[1] - rate[p], moving)
    pivot(state, p, var, alpha, becomes)
    for i in range(state.size[0]):
        if i != p and alpha[i] != 0.0:
            state.basic[i] -= alpha[i] * shift
            change = alpha[i] * turn
            rate[i] -= change
            c = state.head[i]
            if c < local.columns and change != 0.0:
                move(local, c, -change, moving)
    state.basic[p] = enters[0] + shift
    rate[p] = enters[1] + turn
    if var < local.columns:
        move(local, var, turn, moving)
