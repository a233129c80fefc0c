"""What still ties: the largest share that a decision takes from one pool as small as possible.

Only moves that cost no preference are left. A ceiling over all open shares comes down; where it cannot,
the row of the basis in its way names the shares that are held there, and the rest goes on down.
"""

from __future__ import annotations

import numpy as np
from planner.montecarlo.kernel.jit import compiled

from planner.montecarlo.kernel.check import proves_even
from planner.montecarlo.kernel.state import (
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
    solve_with,
    weigh,
)

__all__ = ["even_out"]

FLAT = 1e-9
SAME = 1e-9
"""Shares that differ by less come down together."""
NOISE = 1e-9
"""Entries below this, relative to the weights of their row, are rounding."""
NOTHING = 1e-9
"""A ceiling below this is nothing."""
HELD = 1e-7
SMALL = 1e-6
"""Entries below this, relative to the largest of their row, are rounding."""
FREE = 1e-9
"""Reduced costs below this, relative to one plus the largest cost, cost nothing."""


@compiled
def _settle(local, state, bound, value, active):
    """Fix what would cost preference to move; return whether anything is left to choose."""
    top = 0.0
    for c in range(local.columns):
        top = max(top, local.cost[c])
    free = FREE * (1.0 + top)
    for var in range(local.columns + local.rows):
        where = state.status[var]
        if var < local.columns:
            value[var] = state.basic[state.place[var]] if where == BASIC else 0.0
            if where == UPPER:
                value[var] = bound[var]
        if where != BASIC and abs(state.priced[var]) > free:
            state.status[var] = FIXED
    some = False
    for q in range(local.decisions):
        count = 0
        for c in range(local.start[q], local.start[q + 1]):
            count += state.status[c] != FIXED
        for c in range(local.start[q], local.start[q + 1]):
            active[c] = count > 1 and state.status[c] != FIXED
            some = some or active[c]
    return some


@compiled
def _rates(local, state, work):
    """Write rates of basic variables and of free slacks as the ceiling comes down by one."""
    right, moving, rate = work.right, work.moving, work.rate
    right[: state.size[0]] = 0.0
    moving[:] = 0.0
    for c in range(local.columns):
        if state.status[c] == MOVING:
            right[local.owner[c]] += 1.0
            move(local, c, -1.0, moving)
    for e in range(local.decisions, state.size[0]):
        right[e] = moving[state.row[e]]
    solve_with(state, right, rate)
    for p in range(state.size[0]):
        c = state.head[p]
        if c < local.columns and rate[p] != 0.0:
            move(local, c, rate[p], moving)


@compiled
def _meets(local, state, rate, moving, bound, active, top, room):
    """Return the first bound met within `room`: (step, place or -1, row or -1, at upper)."""
    best, where, row, high, weight = room, -1, -1, False, 0.0
    for p in range(state.size[0]):
        var = state.head[p]
        step, speed, up = np.inf, 0.0, False
        if rate[p] < -FLAT:
            step, speed = max(state.basic[p], 0.0) / -rate[p], -rate[p]
        if var < local.columns:
            if rate[p] > FLAT:
                step, speed = max(bound[var] - state.basic[p], 0.0) / rate[p], rate[p]
                up = True
            if active[var] and rate[p] + 1.0 > FLAT:
                other = max(top - state.basic[p], 0.0) / (rate[p] + 1.0)
                if other <= step:
                    step, speed, up = other, rate[p] + 1.0, True
        if step < best - 1e-13 or (where >= 0 and step <= best + 1e-13 and speed > weight):
            best, where, row, high, weight = min(step, best), p, -1, up, speed
    for r in range(local.rows):
        if state.equation[r] < 0 and moving[r] < -FLAT:
            step = max(state.slack[r], 0.0) / -moving[r]
            if step < best - 1e-13:
                best, where, row, high, weight = step, -1, r, False, -moving[r]
    return best, where, row, high


@compiled
def _entering(local, state, entries, high):
    """Return the free variable with the largest entry that can take the place, or -1."""
    size, chosen, best = 1.0, -1, 0.0
    for n in range(local.columns + state.size[0] - local.decisions):
        var = n if n < local.columns else local.columns + state.row[n - local.columns + local.decisions]
        where = state.status[var]
        if where == BASIC or where == FIXED:
            entries[var] = 0.0
            continue
        size = max(size, abs(entries[var]))
        push = entries[var] if high == (where == LOWER) else -entries[var]
        if push > best:
            chosen, best = var, push
    return chosen if best > SMALL * size else -1


@compiled
def _at_ceiling(local, state, p, high, active, bound, top):
    """Whether the variable at place p stands at the ceiling, not at a bound of its own."""
    var = state.head[p]
    return high and var < local.columns and active[var] and bound[var] >= top - SAME


@compiled
def _freeze(local, state, p, high, entries, active, bound, top):
    """Hold the shares in a blocked row at the ceiling; return how many."""
    size, count = 0.0, 0
    for c in range(local.columns):
        if state.status[c] == MOVING:
            size = max(size, abs(entries[c]))
    var = state.head[p]
    if _at_ceiling(local, state, p, high, active, bound, top):
        active[var] = False
        bound[var] = top
        size = max(size, 1.0)
        count += 1
    for c in range(local.columns):
        if state.status[c] == MOVING and abs(entries[c]) > HELD * size:
            state.status[c] = UPPER
            bound[c] = top
            active[c] = False
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
def _exchange(local, state, p, var, high, work, bound, active, top):
    """Swap the variable at place p for another, with values and rates."""
    alpha, rate = work.alpha, work.rate
    k = state.size[0]
    old = state.head[p]
    stands, becomes, pace = 0.0, LOWER, 0.0
    if high:
        if _at_ceiling(local, state, p, high, active, bound, top):
            stands, becomes, pace = top, MOVING, -1.0
        else:
            stands, becomes = bound[old], UPPER
    start, own = 0.0, 0.0
    if state.status[var] == MOVING:
        start, own = top, -1.0
    elif state.status[var] == UPPER:
        start = bound[var]
    shift = (state.basic[p] - stands) / alpha[p]
    turn = (rate[p] - pace) / alpha[p]
    if old < local.columns:
        move(local, old, pace - rate[p], work.moving)
    pivot(state, p, var, alpha, becomes)
    for i in range(k):
        if i != p and alpha[i] != 0.0:
            state.basic[i] -= alpha[i] * shift
            change = alpha[i] * turn
            rate[i] -= change
            c = state.head[i]
            if c < local.columns and change != 0.0:
                move(local, c, -change, work.moving)
    state.basic[p] = start + shift
    rate[p] = own + turn
    if var < local.columns:
        move(local, var, turn, work.moving)


@compiled
def _ceiling(local, state, bound, active):
    """Return the highest open share."""
    top = 0.0
    for c in range(local.columns):
        if active[c]:
            if state.status[c] == BASIC:
                top = max(top, min(state.basic[state.place[c]], bound[c]))
            elif state.status[c] == UPPER or state.status[c] == MOVING:
                top = max(top, bound[c])
    return top


@compiled
def _follow(local, state, bound, active, top):
    """Let open shares that stand at the ceiling come down with it; return the next lower bound."""
    following = 0.0
    for c in range(local.columns):
        if active[c] and state.status[c] == UPPER:
            if bound[c] >= top - SAME:
                state.status[c] = MOVING
            else:
                following = max(following, bound[c])
    return following


@compiled
def _come_down(local, state, work, bound, top, step):
    """Let the ceiling come down by a step; return where it is."""
    for i in range(state.size[0]):
        state.basic[i] += work.rate[i] * step
    for r in range(local.rows):
        state.slack[r] += work.moving[r] * step
    for c in range(local.columns):
        if state.status[c] == MOVING:
            bound[c] = top - step
    return top - step


@compiled
def _give_way(local, state, p, high, work, bound, active, value, top, proof):
    """Let another variable take place p, or hold what stands in the way.

    Returns 0 if rates are still good, 1 if they have to be computed anew, -1 if it went wrong.
    """
    size = weigh(local, state, p, work.weights)
    price(local, state, work.weights, work.entries)
    var = _entering(local, state, work.entries, high)
    if var >= 0:
        ftran(local, state, var, work.alpha)
        if abs(work.alpha[p] - work.entries[var]) > 1e-6 * (1 + abs(work.alpha[p])):
            return -1
        _exchange(local, state, p, var, high, work, bound, active, top)
        return 0
    ceiling = _at_ceiling(local, state, p, high, active, bound, top)
    if not ceiling and not _pressed(local, state, size, work.entries):
        c = state.head[p]
        if c < local.columns:
            move(local, c, -work.rate[p], work.moving)
        work.rate[p] = 0.0
        return 0
    gap = proves_even(local, state, work.weights, bound, active, value, top)
    proof[2] = max(proof[2], gap)
    if _freeze(local, state, p, high, work.entries, active, bound, top) == 0:
        return -1
    return 1


@compiled
def even_out(local, state, work, value, proof):
    """Write the levelled shares to `value`; return whether that could be done."""
    bound = local.upper.copy()
    active = np.zeros(local.columns, np.bool_)
    if not _settle(local, state, bound, value, active):
        return True
    top = _ceiling(local, state, bound, active)
    fresh, done, following = True, False, 0.0
    for _ in range(50 * (local.decisions + local.rows) + 500):
        if top <= NOTHING or not active.any():
            done = True
            break
        if fresh:
            following = _follow(local, state, bound, active, top)
            _rates(local, state, work)
            fresh = False
        step, p, row, high = _meets(
            local, state, work.rate, work.moving, bound, active, top, top - following
        )
        top = _come_down(local, state, work, bound, top, step)
        if p < 0 and row < 0:
            fresh = True
            continue
        if row >= 0:
            if state.size[0] + 1 >= len(state.head):
                return False
            p = enter_row(local, state, row)
            work.rate[p] = work.moving[row]
        outcome = _give_way(local, state, p, high, work, bound, active, value, top, proof)
        if outcome < 0:
            return False
        if outcome > 0:
            top = min(top, _ceiling(local, state, bound, active))
            fresh = True
    if not done:
        return False
    for c in range(local.columns):
        if state.status[c] == BASIC:
            value[c] = state.basic[state.place[c]]
        elif state.status[c] == LOWER:
            value[c] = 0.0
        elif state.status[c] != FIXED:
            value[c] = bound[c]
    return True
