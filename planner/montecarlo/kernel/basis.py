"""A simplex basis: its arrays, and the operations on them.

A *local* problem has columns, one equation for each of its decisions (possibly none) and limit
rows. Only limit rows that have been reached have an equation in the basis; slacks of the other rows
are updated separately. The inverse is stored dense, one row for each equation and one column for
each place of the basis, so that the column of a variable is a sum of few whole rows.
"""

from __future__ import annotations

import numpy as np

from planner.montecarlo.kernel.compile import compiled, struct

__all__ = [
    "BASIC", "FIXED", "LOWER", "MOVING", "UPPER",
    "Local", "State", "advance", "btran", "discard_rate", "enter_moving_row", "exchange", "ftran",
    "new_state", "price", "recompute_reduced_costs", "refine_btran", "solve_basic",
    "subtract_column", "variable",
]  # fmt: skip

BASIC, LOWER, UPPER, MOVING, FIXED = 0, 1, 2, 3, 4
"""Status of a variable: basic, at 0, at its upper bound, at a bound that moves, fixed."""

LocalType, Local = struct(
    __name__,
    "Local",
    "columns rows decisions start owner upper cost indptr index value rowptr rowcol rowval limit",
)
"""Counts of columns, rows and decisions; first column of each decision (one more at the end);
decision, upper bound and cost of each column; its entries, by column and by row; remaining capacity
of rows."""

StateType, State = struct(
    __name__, "State", "size inverse head place equation row status basic slack reduced_cost"
)
"""Size of the basis (one number in an array); its inverse; the variable at each place; the place
of each variable (-1: outside); the equation of each limit row (-1: none) and the limit row of each
equation; status of each variable; the value at each place; the slack of rows without an equation;
reduced costs."""


@compiled
def new_state(local, inverse):
    """Return a state with all shares at 0: the first column of each decision is basic.

    `inverse` is square storage for the inverse; its contents are overwritten.
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
    reduced_cost = np.zeros(count)
    for c in range(local.columns):
        reduced_cost[c] = local.cost[c] - local.cost[local.start[local.owner[c]]]
    size = np.full(1, local.decisions, np.int64)
    equation, row = np.full(local.rows, -1, np.int64), np.full(most, -1, np.int64)
    return State(
        size, inverse, head, place, equation, row, status, np.zeros(most), slack, reduced_cost
    )


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
    """Correct basic values by their residual, in one step of iterative refinement.

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
    """Let a variable enter the basis at place p.

    `alpha` is its column, `becomes` the new status of the leaving variable.
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
def btran(local, state, p, weights):
    """Write row p of the inverse, by equation; return the largest weight of a limit row."""
    size = 0.0
    for e in range(state.size[0]):
        weights[e] = state.inverse[e, p]
        if e >= local.decisions:
            size = max(size, abs(weights[e]))
    return size


@compiled
def refine_btran(local, state, p, weights, residual):
    """Correct row p of the inverse by its residual, in one step of iterative refinement."""
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
    """Write the entries of all variables in a row with given weights of equations."""
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
def recompute_reduced_costs(local, state, weights, entries, residual):
    """Recompute all reduced costs, without accumulated rounding."""
    k = state.size[0]
    head, equation, inverse, reduced_cost = (
        state.head,
        state.equation,
        state.inverse,
        state.reduced_cost,
    )
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
        reduced_cost[var] = 0.0
    for n in range(local.columns + k - local.decisions):
        var = variable(local, state, n)
        if state.status[var] != BASIC:
            cost = local.cost[var] if var < local.columns else 0.0
            reduced_cost[var] = cost - entries[var]


@compiled
def subtract_column(local, c, amount, slack):
    """Subtract the entries of a column, times an amount, from the slack of rows."""
    index, value = local.index, local.value
    for at in range(local.indptr[c], local.indptr[c + 1]):
        slack[index[at]] -= value[at] * amount


@compiled
def solve_basic(local, state, right, left, out, scratch):
    """Write basic values to `out`, and subtract them from the remaining capacity of rows, `left`.

    Right-hand sides of decisions are in `right`, those of rows in `left`. With `scratch` by
    equation one step of refinement is made; none if it is empty.
    """
    for e in range(local.decisions, state.size[0]):
        right[e] = left[state.row[e]]
    solve_with(state, right, out)
    if len(scratch):
        refine(local, state, right, out, scratch)
    for p in range(state.size[0]):
        c = state.head[p]
        if c < local.columns and out[p] != 0.0:
            subtract_column(local, c, out[p], left)


@compiled
def advance(local, state, rate, moving, step):
    """Change basic values and free slacks by a step along their rates."""
    for i in range(state.size[0]):
        state.basic[i] += rate[i] * step
    for r in range(local.rows):
        state.slack[r] += moving[r] * step


@compiled
def enter_moving_row(local, state, row, rate, moving):
    """Add the equation of a row that has been reached; return its place, -1 if storage is full."""
    if state.size[0] + 1 >= len(state.head):
        return -1
    p = enter_row(local, state, row)
    rate[p] = moving[row]
    return p


@compiled
def discard_rate(local, state, p, rate, moving):
    """Set the rate of a basic variable, which is rounding, to 0."""
    c = state.head[p]
    if c < local.columns:
        subtract_column(local, c, -rate[p], moving)
    rate[p] = 0.0


@compiled
def exchange(local, state, p, var, alpha, rate, moving, leaves, enters, becomes):
    """Exchange the variable at place p for another, and update values and rates.

    `leaves` and `enters` are value and rate at the new bound of the leaving variable and at the old
    bound of the entering one; `alpha` is the column of the entering one,
    `becomes` the new status of the leaving one.
    """
    old = state.head[p]
    value_change = (state.basic[p] - leaves[0]) / alpha[p]
    rate_change = (rate[p] - leaves[1]) / alpha[p]
    if old < local.columns:
        subtract_column(local, old, leaves[1] - rate[p], moving)
    pivot(state, p, var, alpha, becomes)
    for i in range(state.size[0]):
        if i != p and alpha[i] != 0.0:
            state.basic[i] -= alpha[i] * value_change
            change = alpha[i] * rate_change
            rate[i] -= change
            c = state.head[i]
            if c < local.columns and change != 0.0:
                subtract_column(local, c, -change, moving)
    state.basic[p] = enters[0] + value_change
    rate[p] = enters[1] + rate_change
    if var < local.columns:
        subtract_column(local, var, rate_change, moving)
