"""What still ties: the largest share that a decision takes from one pool as small as possible.

Only moves that cost no preference are left. A ceiling over all open shares comes down; where it
cannot, the row of the basis in its way names the shares that are held there, and the rest goes on
down (14).
"""

from __future__ import annotations

import numpy as np

from planner.montecarlo.kernel.basis import (
    BASIC,
    FIXED,
    LOWER,
    MOVING,
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
from planner.montecarlo.kernel.certificates import add_claim
from planner.montecarlo.kernel.compile import compiled, struct

__all__ = ["even_out"]

CeilingType, Ceiling = struct(__name__, "Ceiling", "bound value active top")
"""Upper bound of each column now, its value once fixed, whether it is open; and the ceiling."""

SAME = 1e-9
"""Shares that differ by less come down together."""
TIE = 1e-13
"""Steps that differ by less are one."""
NOISE = 1e-9
"""Entries below this, relative to the weights of their row, are rounding."""
NOTHING = 1e-9
"""A ceiling below this is nothing."""
HELD = 1e-7
"""Entry, relative to the largest, from which a share counts as held."""
SMALL = 1e-6
"""Entries below this, relative to the largest of their row, are no pivots."""
FREE = 1e-8
"""Reduced costs below this, relative to one plus the largest cost, cost nothing."""

GOES_ON, CHANGED, WRONG = 0, 1, 2


@compiled
def _settle(local, state, ceiling):
    """Fix what would cost preference to move; return whether anything is left to choose."""
    largest = 0.0
    for c in range(local.columns):
        largest = max(largest, local.cost[c])
        ceiling.bound[c] = local.upper[c]
        where = state.status[c]
        ceiling.value[c] = state.basic[state.place[c]] if where == BASIC else 0.0
        if where == UPPER:
            ceiling.value[c] = local.upper[c]
    for var in range(local.columns + local.rows):
        if state.status[var] != BASIC and abs(state.priced[var]) > FREE * (1.0 + largest):
            state.status[var] = FIXED
    some = False
    for q in range(local.decisions):
        count = 0
        for c in range(local.start[q], local.start[q + 1]):
            count += state.status[c] != FIXED
        for c in range(local.start[q], local.start[q + 1]):
            ceiling.active[c] = count > 1 and state.status[c] != FIXED
            some = some or ceiling.active[c]
    return some


@compiled
def _restate(local, state, base, shares, ceiling, work):
    """Compute basic values and free slacks anew from all others, free of old rounding.

    `base` is what limits leave to the local columns.
    """
    right, slack, status = work.right, state.slack, state.status
    for q in range(local.decisions):
        right[q] = shares[q]
    for r in range(local.rows):
        slack[r] = base[r]
    for c in range(local.columns):
        if status[c] != BASIC:
            at = ceiling.bound[c] if status[c] in (UPPER, MOVING) else ceiling.value[c]
            if status[c] != LOWER and at != 0.0:
                right[local.owner[c]] -= at
                move(local, c, at, slack)
    for e in range(local.decisions, state.size[0]):
        right[e] = slack[state.row[e]]
    solve_with(state, right, state.basic)
    refine(local, state, right, state.basic, work.alpha)
    for p in range(state.size[0]):
        c = state.head[p]
        if c < local.columns and state.basic[p] != 0.0:
            move(local, c, state.basic[p], slack)


@compiled
def _rates(local, state, work):
    """Write rates of basic variables and of free slacks as the ceiling comes down by one."""
    right, moving, rate = work.right, work.moving, work.rate
    for e in range(state.size[0]):
        right[e] = 0.0
    for r in range(local.rows):
        moving[r] = 0.0
    for c in range(local.columns):
        if state.status[c] == MOVING:
            right[local.owner[c]] += 1.0
            move(local, c, -1.0, moving)
    for e in range(local.decisions, state.size[0]):
        right[e] = moving[state.row[e]]
    solve_with(state, right, rate)
    refine(local, state, right, rate, work.alpha)
    for p in range(state.size[0]):
        c = state.head[p]
        if c < local.columns and rate[p] != 0.0:
            move(local, c, rate[p], moving)


@compiled
def _meets(local, state, work, ceiling, room):
    """Return the first bound met within `room`: (step, place or -1, row or -1, at upper)."""
    best, where, row, high, weight = room, -1, -1, False, 0.0
    rate, moving, top, flat = work.rate, work.moving, ceiling.top[0], work.flat[0]
    for p in range(state.size[0]):
        var = state.head[p]
        step, speed, up = np.inf, 0.0, False
        if rate[p] < -flat:
            step, speed = max(state.basic[p], 0.0) / -rate[p], -rate[p]
        if var < local.columns:
            if rate[p] > flat:
                step, speed = max(ceiling.bound[var] - state.basic[p], 0.0) / rate[p], rate[p]
                up = True
            if ceiling.active[var] and rate[p] + 1.0 > flat:
                other = max(top - state.basic[p], 0.0) / (rate[p] + 1.0)
                if other <= step:
                    step, speed, up = other, rate[p] + 1.0, True
        if step < best - TIE or (where >= 0 and step <= best + TIE and speed > weight):
            best, where, row, high, weight = min(step, best), p, -1, up, speed
    for r in range(local.rows):
        if state.equation[r] < 0 and moving[r] < -flat:
            step = max(state.slack[r], 0.0) / -moving[r]
            if step < best - TIE:
                best, where, row, high = step, -1, r, False
    return best, where, row, high


@compiled
def _entering(local, state, entries, high):
    """Return the free variable with the largest entry that can take the place, or -1."""
    size, chosen, best = 1.0, -1, 0.0
    for n in range(local.columns + state.size[0] - local.decisions):
        var = variable(local, state, n)
        where = state.status[var]
        if where in (BASIC, FIXED):
            entries[var] = 0.0
            continue
        size = max(size, abs(entries[var]))
        push = entries[var] if high == (where == LOWER) else -entries[var]
        if push > best:
            chosen, best = var, push
    return chosen if best > SMALL * size else -1


@compiled
def _at_ceiling(local, var, high, ceiling):
    """Whether a basic variable is at the ceiling, not at its bound."""
    return (
        high
        and var < local.columns
        and ceiling.active[var]
        and ceiling.bound[var] >= ceiling.top[0] - SAME
    )


@compiled
def _freeze(local, state, p, high, entries, ceiling):
    """Hold the shares in a blocked row at the ceiling; return how many."""
    size, count, top = 0.0, 0, ceiling.top[0]
    for c in range(local.columns):
        if state.status[c] == MOVING:
            size = max(size, abs(entries[c]))
    var = state.head[p]
    if _at_ceiling(local, var, high, ceiling):
        ceiling.active[var] = False
        ceiling.bound[var] = top
        size = max(size, 1.0)
        count += 1
    for c in range(local.columns):
        if state.status[c] == MOVING and abs(entries[c]) > HELD * size:
            state.status[c] = UPPER
            ceiling.bound[c] = top
            ceiling.active[c] = False
            count += 1
    return count


@compiled
def _pressed(local, state, size, entries):
    """Whether the ceiling really presses on the variable, or rounding alone does."""
    press = 0.0
    for c in range(local.columns):
        if state.status[c] == MOVING:
            press = max(press, abs(entries[c]))
    return press > NOISE * max(size, 1.0)


@compiled
def _exchange(local, state, p, var, high, work, ceiling):
    """Swap the variable at place p for another, with values and rates."""
    alpha, rate, moving = work.alpha, work.rate, work.moving
    old = state.head[p]
    value, becomes, pace = 0.0, LOWER, 0.0
    if high:
        if _at_ceiling(local, old, high, ceiling):
            value, becomes, pace = ceiling.top[0], MOVING, -1.0
        else:
            value, becomes = ceiling.bound[old], UPPER
    start, speed = 0.0, 0.0
    if state.status[var] == MOVING:
        start, speed = ceiling.top[0], -1.0
    elif state.status[var] == UPPER:
        start = ceiling.bound[var]
    shift = (state.basic[p] - value) / alpha[p]
    turn = (rate[p] - pace) / alpha[p]
    if old < local.columns:
        move(local, old, pace - rate[p], moving)
    pivot(state, p, var, alpha, becomes)
    for i in range(state.size[0]):
        if i != p and alpha[i] != 0.0:
            state.basic[i] -= alpha[i] * shift
            change = alpha[i] * turn
            rate[i] -= change
            c = state.head[i]
            if c < local.columns and change != 0.0:
                move(local, c, -change, moving)
    state.basic[p] = start + shift
    rate[p] = speed + turn
    if var < local.columns:
        move(local, var, turn, moving)


@compiled
def _lower(local, state, ceiling):
    """Bring the ceiling down to the highest open share."""
    top = 0.0
    for c in range(local.columns):
        if ceiling.active[c]:
            if state.status[c] == BASIC:
                top = max(top, min(state.basic[state.place[c]], ceiling.bound[c]))
            elif state.status[c] == UPPER or state.status[c] == MOVING:
                top = max(top, ceiling.bound[c])
    ceiling.top[0] = top


@compiled
def _follow(local, state, ceiling):
    """Tie open shares at the ceiling to it; return the next lower bound."""
    following = 0.0
    for c in range(local.columns):
        if ceiling.active[c] and state.status[c] == UPPER:
            if ceiling.bound[c] >= ceiling.top[0] - SAME:
                state.status[c] = MOVING
            else:
                following = max(following, ceiling.bound[c])
    return following


@compiled
def _come_down(local, state, work, ceiling, step):
    """Lower the ceiling by a step."""
    for i in range(state.size[0]):
        state.basic[i] += work.rate[i] * step
    for r in range(local.rows):
        state.slack[r] += work.moving[r] * step
    ceiling.top[0] -= step
    for c in range(local.columns):
        if state.status[c] == MOVING:
            ceiling.bound[c] = ceiling.top[0]


@compiled
def _give_way(local, state, reduced, limit, p, high, work, ceiling, claims):
    """Put another variable at place p, or hold the shares that block it; return which."""
    size = weigh(local, state, p, work.weights)
    price(local, state, work.weights, work.entries)
    var = _entering(local, state, work.entries, high)
    if var >= 0:
        ftran(local, state, var, work.alpha)
        if abs(work.alpha[p] - work.entries[var]) > 1e-6 * (1 + abs(work.alpha[p])):
            return WRONG
        _exchange(local, state, p, var, high, work, ceiling)
        return GOES_ON
    c = state.head[p]
    if not _at_ceiling(local, c, high, ceiling) and not _pressed(local, state, size, work.entries):
        if c < local.columns:
            move(local, c, -work.rate[p], work.moving)
        work.rate[p] = 0.0
        return GOES_ON
    top = ceiling.top[0]
    reweigh(local, state, p, work.weights, work.alpha)
    if not add_claim(local, state, reduced, limit, work.weights, 0, top, claims):
        return WRONG
    return CHANGED if _freeze(local, state, p, high, work.entries, ceiling) > 0 else WRONG


@compiled
def _read(local, state, ceiling):
    """Write the value of every column."""
    for c in range(local.columns):
        if state.status[c] == BASIC:
            ceiling.value[c] = state.basic[state.place[c]]
        elif state.status[c] == LOWER:
            ceiling.value[c] = 0.0
        elif state.status[c] != FIXED:
            ceiling.value[c] = ceiling.bound[c]


@compiled
def even_out(local, state, direct, shares, reduced, limit, work, value, claims):
    """Write the levelled shares to `value`; return whether that could be done."""
    base = local.limit.copy()
    for i in range(direct.count):
        for at in range(direct.ptr[i], direct.ptr[i + 1]):
            base[direct.index[at]] -= direct.value[at] * shares.direct[i]
    ceiling = Ceiling(
        np.empty(local.columns), value, np.zeros(local.columns, np.bool_), np.zeros(1)
    )
    if not _settle(local, state, ceiling):
        return True
    _lower(local, state, ceiling)
    fresh, following = True, 0.0
    for _ in range(50 * (local.decisions + local.rows) + 500):
        some = False
        for c in range(local.columns):
            some = some or ceiling.active[c]
        if ceiling.top[0] <= NOTHING or not some:
            _read(local, state, ceiling)
            return True
        if fresh:
            following = _follow(local, state, ceiling)
            _restate(local, state, base, shares.routed, ceiling, work)
            _rates(local, state, work)
            fresh = False
        step, p, row, high = _meets(local, state, work, ceiling, ceiling.top[0] - following)
        _come_down(local, state, work, ceiling, step)
        if p < 0 and row < 0:
            fresh = True
            continue
        if row >= 0:
            if state.size[0] + 1 >= len(state.head):
                return False
            p = enter_row(local, state, row)
            work.rate[p] = work.moving[row]
        outcome = _give_way(local, state, reduced, limit, p, high, work, ceiling, claims)
        if outcome == WRONG:
            return False
        if outcome == CHANGED:
            top = ceiling.top[0]
            _lower(local, state, ceiling)
            ceiling.top[0] = min(top, ceiling.top[0])
            fresh = True
    return False
