"""Raise shares until something stands in the way, and say what.

One number, the level, grows; the shares that follow it grow at given rates, and what is in the
basis follows. Where a basic variable meets a bound, another takes its place: the one that costs
least, so that the split over pools stays the preferred one all the way. Where none can, the row of
the basis is itself the reason why the shares in it cannot rise: those are held.
"""

from __future__ import annotations

import numpy as np

from planner.montecarlo.kernel.jit import compiled, struct
from planner.montecarlo.kernel.state import (
    LOWER,
    UPPER,
    enter_row,
    ftran,
    move,
    pivot,
    price,
    refine,
    reweigh,
    solve_with,
    variable,
    weigh,
)

__all__ = ["BLOCKED", "FAILED", "REACHED", "Shares", "Work", "drive", "new_work", "refresh"]

REACHED, BLOCKED, FAILED = 0, 1, 2

SMALL = 1e-8
"""Entries below this, relative to the largest of their row, are rounding."""
SLIP = 1e-9
"""How far a reduced cost may slip, relative to one plus the largest cost, for a better pivot."""
NOISE = 1e-9
"""Pulls below this, relative to the weights of their row, are rounding."""
SAME = 1e-13
"""Steps that differ by less are one."""

SharesType, Shares = struct(__name__, "Shares", "routed direct routed_rate direct_rate")
"""Shares so far of the routed decisions and of those with one column, and their rates."""

WorkType, Work = struct(__name__, "Work", "flat right rate alpha weights load moving entries")
"""The rate below which nothing counts as movement (one number in an array); and scratch: by
equation or place (four), by row (two), by variable."""


@compiled
def new_work(local, most, flat):
    """Return scratch for bases of at most that size."""
    return Work(
        np.full(1, flat), np.zeros(most), np.zeros(most), np.zeros(most), np.zeros(most),
        np.zeros(local.rows), np.zeros(local.rows), np.zeros(local.columns + local.rows),
    )  # fmt: skip


@compiled
def refresh(local, state, direct, shares, work):
    """Compute basic values and free slacks anew from the shares, free of old rounding."""
    slack, status, right = state.slack, state.status, work.right
    for r in range(local.rows):
        slack[r] = local.limit[r]
    for i in range(direct.count):
        if shares.direct[i] != 0.0:
            for at in range(direct.ptr[i], direct.ptr[i + 1]):
                slack[direct.index[at]] -= direct.value[at] * shares.direct[i]
    for q in range(local.decisions):
        right[q] = shares.routed[q]
    for c in range(local.columns):
        if status[c] == UPPER:
            right[local.owner[c]] -= local.upper[c]
            move(local, c, local.upper[c], slack)
    for e in range(local.decisions, state.size[0]):
        right[e] = slack[state.row[e]]
    solve_with(state, right, state.basic)
    refine(local, state, right, state.basic, work.alpha)
    for p in range(state.size[0]):
        c = state.head[p]
        if c < local.columns and state.basic[p] != 0.0:
            move(local, c, state.basic[p], slack)


@compiled
def _first_rates(local, state, direct, shares, work):
    """Write the rates of basic variables and free slacks, and what direct decisions take."""
    load, right, moving = work.load, work.right, work.moving
    for r in range(local.rows):
        load[r] = 0.0
    for i in range(direct.count):
        if shares.direct_rate[i] != 0.0:
            for at in range(direct.ptr[i], direct.ptr[i + 1]):
                load[direct.index[at]] += direct.value[at] * shares.direct_rate[i]
    for q in range(local.decisions):
        right[q] = shares.routed_rate[q]
    for e in range(local.decisions, state.size[0]):
        right[e] = -load[state.row[e]]
    solve_with(state, right, work.rate)
    for r in range(local.rows):
        moving[r] = -load[r]
    for p in range(state.size[0]):
        c = state.head[p]
        if c < local.columns and work.rate[p] != 0.0:
            move(local, c, work.rate[p], moving)


@compiled
def _meets(local, state, work, room):
    """Return the first bound met within `room`: (step, place or -1, row or -1, at upper)."""
    best, where, row, high, weight = room, -1, -1, False, 0.0
    basic, head, rate, moving = state.basic, state.head, work.rate, work.moving
    flat = work.flat[0]
    for p in range(state.size[0]):
        speed = abs(rate[p])
        if speed <= flat or (rate[p] > 0 and head[p] >= local.columns):
            continue
        up = rate[p] > 0
        left = local.upper[head[p]] - basic[p] if up else basic[p]
        step = max(left, 0.0) / speed
        if step < best - SAME or (where >= 0 and step <= best + SAME and speed > weight):
            best, where, row, high, weight = min(step, best), p, -1, up, speed
    slack, equation = state.slack, state.equation
    for r in range(local.rows):
        if moving[r] < -flat and equation[r] < 0:
            step = max(slack[r], 0.0) / -moving[r]
            if step < best - SAME:
                best, where, row, high = step, -1, r, False
    return best, where, row, high


@compiled
def _entering(local, state, work, high, slip):
    """Return the variable that should take the place, or -1 if none can.

    `high` says that the basic variable is at its upper bound and has to fall. Among those that
    cost least, to within `slip`, the one with the largest entry is taken, which keeps numbers
    exact.
    """
    entries, status, priced = work.entries, state.status, state.priced
    count = local.columns + state.size[0] - local.decisions
    size = 1.0
    for n in range(count):
        var = variable(local, state, n)
        if status[var] != LOWER and status[var] != UPPER:
            entries[var] = 0.0
        size = max(size, abs(entries[var]))
    least = np.inf
    for n in range(count):
        var = variable(local, state, n)
        push = entries[var] if high == (status[var] != UPPER) else -entries[var]
        if push > SMALL * size:
            least = min(least, (abs(priced[var]) + slip) / push)
    chosen, best = -1, 0.0
    if least == np.inf:
        return chosen
    for n in range(count):
        var = variable(local, state, n)
        push = entries[var] if high == (status[var] != UPPER) else -entries[var]
        if push > SMALL * size and push > best and abs(priced[var]) <= least * push:
            chosen, best = var, push
    return chosen


@compiled
def _reprice(local, state, p, var, entries):
    """Update the reduced costs for a variable that takes place p."""
    priced = state.priced
    step = priced[var] / entries[var]
    if step != 0.0:
        for c in range(local.columns):
            priced[c] -= step * entries[c]
        for e in range(local.decisions, state.size[0]):
            slack = local.columns + state.row[e]
            priced[slack] -= step * entries[slack]
    priced[var] = 0.0
    priced[state.head[p]] = -step


@compiled
def _pushed(local, state, work, size, routed_rate):
    """Whether the shares that rise really move the variable, or rounding alone does."""
    pull = 0.0
    for e in range(local.decisions, state.size[0]):
        pull = max(pull, abs(work.weights[e] * work.load[state.row[e]]))
    for q in range(local.decisions):
        pull = max(pull, abs(work.weights[q] * routed_rate[q]))
    return pull > NOISE * max(size, 1.0)


@compiled
def _exchange(local, state, p, var, high, work):
    """Swap the variable at place p for another, with values and rates."""
    alpha, rate, moving = work.alpha, work.rate, work.moving
    old = state.head[p]
    start = local.upper[var] if state.status[var] == UPPER else 0.0
    shift = (state.basic[p] - (local.upper[old] if high else 0.0)) / alpha[p]
    turn = rate[p] / alpha[p]
    if old < local.columns:
        move(local, old, -rate[p], moving)
    pivot(state, p, var, alpha, UPPER if high else LOWER)
    for i in range(state.size[0]):
        if i != p and alpha[i] != 0.0:
            state.basic[i] -= alpha[i] * shift
            change = alpha[i] * turn
            rate[i] -= change
            c = state.head[i]
            if c < local.columns and change != 0.0:
                move(local, c, -change, moving)
    state.basic[p] = start + shift
    rate[p] = turn
    if var < local.columns:
        move(local, var, turn, moving)


@compiled
def _slip(local):
    size = 0.0
    for c in range(local.columns):
        size = max(size, local.cost[c])
    return SLIP * (1.0 + size)


@compiled
def drive(local, state, direct, shares, room, work):
    """Raise the level by `room` at most; return (what happened, how far it went).

    Where it is blocked, ``work.weights`` holds the weights of the equations in the row of the
    basis that stands in the way.
    """
    _first_rates(local, state, direct, shares, work)
    slip, gone = _slip(local), 0.0
    for _ in range(50 * (local.decisions + local.rows) + 500):
        step, p, row, high = _meets(local, state, work, room - gone)
        for i in range(state.size[0]):
            state.basic[i] += work.rate[i] * step
        for r in range(local.rows):
            state.slack[r] += work.moving[r] * step
        gone += step
        if p < 0 and row < 0:
            return REACHED, gone
        if row >= 0:
            if state.size[0] + 1 >= len(state.head):
                return FAILED, gone
            p = enter_row(local, state, row)
            work.rate[p] = work.moving[row]
        size = weigh(local, state, p, work.weights)
        if not _pushed(local, state, work, size, shares.routed_rate):
            c = state.head[p]
            if c < local.columns:
                move(local, c, -work.rate[p], work.moving)
            work.rate[p] = 0.0
            continue
        price(local, state, work.weights, work.entries)
        var = _entering(local, state, work, high, slip)
        if var < 0:
            reweigh(local, state, p, work.weights, work.alpha)
            return (REACHED, room) if room - gone <= work.flat[0] else (BLOCKED, gone)
        ftran(local, state, var, work.alpha)
        if abs(work.alpha[p] - work.entries[var]) > 1e-6 * (1 + abs(work.alpha[p])):
            return FAILED, gone
        _reprice(local, state, p, var, work.entries)
        _exchange(local, state, p, var, high, work)
    return FAILED, gone
