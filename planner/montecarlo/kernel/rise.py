"""Raise shares until something stands in the way, and say what.

One number, the level, grows; the shares that follow it grow at given rates, and what is in the basis
follows. Where a basic variable meets a bound, another takes its place: the one that costs least, so
that the split over pools stays the preferred one all the way. Where none can, the row of the basis is
itself the proof that the shares in it cannot rise: those are held.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from planner.montecarlo.kernel.jit import compiled
from planner.montecarlo.kernel.state import (
    BASIC,
    LOWER,
    UPPER,
    enter_row,
    ftran,
    move,
    pivot,
    price,
    solve_with,
    weigh,
)

__all__ = ["BLOCKED", "FAILED", "NOISE", "REACHED", "SMALL", "Shares", "Work", "drive", "refresh"]

REACHED, BLOCKED, FAILED = 0, 1, 2

FLAT = 1e-9
"""Rates below this do not count as movement."""
SMALL = 1e-8
"""Entries below this, relative to the largest of their row, are rounding."""
SLIP = 1e-9
"""How far a reduced cost may slip, relative to one plus the largest cost, for a better pivot."""
NOISE = 1e-9
"""Pulls below this, relative to the weights of their row, are rounding."""
NEARLY = 1e-8
"""What is not reached of a level for rounding alone."""

Shares = namedtuple("Shares", "routed direct")
"""Shares so far of the routed decisions and of those with one column."""

Work = namedtuple("Work", "right rate alpha weights load moving entries blocked")
"""Scratch: by equation or place (four), by row (two), by variable; and where the way was blocked."""


@compiled
def refresh(local, state, direct, shares, right):
    """Compute the basic values and the free slacks anew from the shares, free of old rounding."""
    k = state.size[0]
    slack = state.slack
    slack[:] = local.limit
    for i in range(len(direct.decision)):
        if shares.direct[i] != 0.0:
            for at in range(direct.ptr[i], direct.ptr[i + 1]):
                slack[direct.index[at]] -= direct.value[at] * shares.direct[i]
    for q in range(local.decisions):
        right[q] = shares.routed[q]
    for c in range(local.columns):
        if state.status[c] == UPPER:
            right[local.owner[c]] -= local.upper[c]
            move(local, c, local.upper[c], slack)
    for e in range(local.decisions, k):
        right[e] = slack[state.row[e]]
    solve_with(state, right, state.basic)
    for p in range(k):
        c = state.head[p]
        if c < local.columns and state.basic[p] != 0.0:
            move(local, c, state.basic[p], slack)


@compiled
def _first_rates(local, state, direct, routed_rate, direct_rate, work):
    """Write the rates of basic variables and free slacks, and what direct decisions take of rows."""
    load, right = work.load, work.right
    load[:] = 0.0
    for i in range(len(direct.decision)):
        if direct_rate[i] != 0.0:
            for at in range(direct.ptr[i], direct.ptr[i + 1]):
                load[direct.index[at]] += direct.value[at] * direct_rate[i]
    for q in range(local.decisions):
        right[q] = routed_rate[q]
    for e in range(local.decisions, state.size[0]):
        right[e] = -load[state.row[e]]
    solve_with(state, right, work.rate)
    for r in range(local.rows):
        work.moving[r] = -load[r]
    for p in range(state.size[0]):
        c = state.head[p]
        if c < local.columns and work.rate[p] != 0.0:
            move(local, c, work.rate[p], work.moving)


@compiled
def _meets(local, state, rate, moving, room):
    """Return the first bound met within `room`: (step, place or -1, row or -1, at upper)."""
    best, where, row, high, weight = room, -1, -1, False, 0.0
    for p in range(state.size[0]):
        speed = rate[p]
        if speed < -FLAT:
            step = max(state.basic[p], 0.0) / -speed
            if step < best - 1e-13 or (where >= 0 and step <= best + 1e-13 and -speed > weight):
                best, where, row, high, weight = min(step, best), p, -1, False, -speed
        elif speed > FLAT and state.head[p] < local.columns:
            step = max(local.upper[state.head[p]] - state.basic[p], 0.0) / speed
            if step < best - 1e-13 or (where >= 0 and step <= best + 1e-13 and speed > weight):
                best, where, row, high, weight = min(step, best), p, -1, True, speed
    for r in range(local.rows):
        if moving[r] < -FLAT and state.equation[r] < 0:
            step = max(state.slack[r], 0.0) / -moving[r]
            if step < best - 1e-13:
                best, where, row, high, weight = step, -1, r, False, -moving[r]
    return best, where, row, high


@compiled
def _entering(local, state, work, high, slip):
    """Return the variable that should take the place, or -1 if none can.

    `high` says that the basic variable is at its upper bound and has to fall. Among those that cost
    least, to within `slip`, the one with the largest entry is taken, which keeps numbers exact.
    """
    entries, status = work.entries, state.status
    extra = state.size[0] - local.decisions
    size = 1.0
    for n in range(local.columns + extra):
        var = n if n < local.columns else local.columns + state.row[n - local.columns + local.decisions]
        if status[var] != LOWER and status[var] != UPPER:
            entries[var] = 0.0
        size = max(size, abs(entries[var]))
    least = np.inf
    for n in range(local.columns + extra):
        var = n if n < local.columns else local.columns + state.row[n - local.columns + local.decisions]
        push = entries[var] if high == (status[var] != UPPER) else -entries[var]
        if push > SMALL * size:
            least = min(least, (abs(state.priced[var]) + slip) / push)
    chosen, best = -1, 0.0
    if least == np.inf:
        return chosen
    for n in range(local.columns + extra):
        var = n if n < local.columns else local.columns + state.row[n - local.columns + local.decisions]
        push = entries[var] if high == (status[var] != UPPER) else -entries[var]
        if push > SMALL * size and push > best and abs(state.priced[var]) <= least * push:
            chosen, best = var, push
    return chosen


@compiled
def _reprice(local, state, p, var, entries):
    """Update the reduced costs for a variable that takes place p."""
    step = state.priced[var] / entries[var]
    if step != 0.0:
        for c in range(local.columns):
            state.priced[c] -= step * entries[c]
        for e in range(local.decisions, state.size[0]):
            slack = local.columns + state.row[e]
            state.priced[slack] -= step * entries[slack]
    state.priced[var] = 0.0
    state.priced[state.head[p]] = -step


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
    alpha, rate = work.alpha, work.rate
    k = state.size[0]
    old = state.head[p]
    start = local.upper[var] if state.status[var] == UPPER else 0.0
    shift = (state.basic[p] - (local.upper[old] if high else 0.0)) / alpha[p]
    turn = rate[p] / alpha[p]
    if old < local.columns:
        move(local, old, -rate[p], work.moving)
    pivot(state, p, var, alpha, UPPER if high else LOWER)
    for i in range(k):
        if i != p and alpha[i] != 0.0:
            state.basic[i] -= alpha[i] * shift
            change = alpha[i] * turn
            rate[i] -= change
            c = state.head[i]
            if c < local.columns and change != 0.0:
                move(local, c, -change, work.moving)
    state.basic[p] = start + shift
    rate[p] = turn
    if var < local.columns:
        move(local, var, turn, work.moving)


@compiled
def drive(local, state, direct, routed_rate, direct_rate, room, work):
    """Raise the level by `room` at most; return (what happened, how far it went).

    Where it is blocked, ``work.blocked`` holds the place and whether at its upper bound, and
    ``work.weights`` the weights of the equations in that row of the basis.
    """
    _first_rates(local, state, direct, routed_rate, direct_rate, work)
    slip = 0.0
    for c in range(local.columns):
        slip = max(slip, local.cost[c])
    slip = SLIP * (1.0 + slip)
    gone = 0.0
    for _ in range(50 * (local.decisions + local.rows) + 500):
        step, p, row, high = _meets(local, state, work.rate, work.moving, room - gone)
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
        if not _pushed(local, state, work, size, routed_rate):
            c = state.head[p]
            if c < local.columns:
                move(local, c, -work.rate[p], work.moving)
            work.rate[p] = 0.0
            continue
        price(local, state, work.weights, work.entries)
        var = _entering(local, state, work, high, slip)
        if var < 0:
            if room - gone <= NEARLY:
                return REACHED, room
            work.blocked[0] = p
            work.blocked[1] = 1 if high else 0
            return BLOCKED, gone
        ftran(local, state, var, work.alpha)
        if abs(work.alpha[p] - work.entries[var]) > 1e-6 * (1 + abs(work.alpha[p])):
            return FAILED, gone
        _reprice(local, state, p, var, work.entries)
        _exchange(local, state, p, var, high, work)
    return FAILED, gone
