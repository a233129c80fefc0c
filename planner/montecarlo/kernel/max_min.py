"""Plans by the *fair* rule: shares rise tier by tier, the smallest first, until limits hold them.

First the problem is reduced: settled tours take their part of every limit, columns without room are
closed, rows that cannot bind are dropped, decisions that fit in such rows are filled. The rest is
written in shares of a decision and shares of a limit, so that numbers are near 1.

Then one number, the level, grows; the shares that follow it grow at given rates, and the basis
follows. Where a basic variable meets a bound, the variable that costs least takes its place, so
that the split over options stays the preferred one all the way. Where none can, the row of the
basis is the reason why the shares in it cannot rise: those are held.
"""

from __future__ import annotations

import numpy as np

from planner.montecarlo.kernel.arrays import FITS, ROOM, transpose
from planner.montecarlo.kernel.basis import (
    LOWER,
    UPPER,
    Local,
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
)  # fmt: skip
from planner.montecarlo.kernel.certificates import add_claim
from planner.montecarlo.kernel.compile import compiled, struct

__all__ = ["Floors", "climb", "collect", "floors_of", "new_shares", "new_work", "reduce"]

DirectType, Direct = struct(__name__, "Direct", "count decision ptr index value ceiling")
"""Decisions with one open column: how many, which, entries in local rows at share 1, and the
largest share of each."""

ReducedType, Reduced = struct(__name__, "Reduced", "kind choice most back routed columns")
"""Kind of each decision and the column that serves it alone; most people by column (0: closed);
row of the block of each local row; routed decisions; and the column of each local column."""

SETTLED, CLOSED, DONE, DIRECT, ROUTED, FREED = 0, 1, 2, 3, 4, 5
"""Kinds of decisions: cannot change; no column is open; served in full by one column that nothing
limits; one open column; several; several, one of which nothing limits (full for certain, but the
first-named pool comes first)."""


@compiled
def _open_columns(block, full, lower, upper, limit, kind, most, left):
    """Write kinds, most people by column, and what settled tours leave of the limits."""
    for r in range(len(left)):
        left[r] = limit[r]
    for d in range(len(full)):
        kind[d] = SETTLED
        for c in range(block.start[d], block.start[d + 1]):
            most[c] = 0.0
            if upper[c] > lower[c]:
                kind[d] = CLOSED
        if kind[d] == SETTLED:
            for c in range(block.start[d], block.start[d + 1]):
                if lower[c] > 0:
                    _add_load(block, left, c, -lower[c])
    for d in range(len(full)):
        if kind[d] == SETTLED or full[d] <= 0:
            continue
        for c in range(block.start[d], block.start[d + 1]):
            most[c] = min(upper[c], full[d])
            for at in range(block.indptr[c], block.indptr[c + 1]):
                r = block.places[at]
                if limit[r] < np.inf and left[r] <= ROOM * (1 + limit[r]):
                    most[c] = 0.0


@compiled
def _add_load(block, load, c, people):
    for at in range(block.indptr[c], block.indptr[c + 1]):
        load[block.places[at]] += block.value[at] * people


@compiled
def _fits(block, load, left, c):
    """Whether no row of a column can bind."""
    for at in range(block.indptr[c], block.indptr[c + 1]):
        r = block.places[at]
        if load[r] > left[r] * FITS:
            return False
    return True


@compiled
def _close_others(block, most, load, d, c):
    for other in range(block.start[d], block.start[d + 1]):
        if other != c and most[other] > 0:
            _add_load(block, load, other, -most[other])
            most[other] = 0.0


@compiled
def _serve(block, full, kind, choice, most, load, left):
    """Serve decisions whose first open column can take all and nothing can limit it."""
    for d in range(len(full)):
        choice[d] = -1
        if kind[d] == SETTLED:
            continue
        count = 0
        for c in range(block.start[d], block.start[d + 1]):
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
            if kind[d] == ROUTED and most[c] >= full[d] and _fits(block, load, left, c):
                _close_others(block, most, load, d, c)
                kind[d] = DONE
                changed = True
    for d in range(len(full)):
        if kind[d] == DIRECT and _fits(block, load, left, choice[d]):
            kind[d] = DONE


@compiled
def _free(block, full, kind, most, load, left):
    """Mark routed decisions that some column can serve in full whatever the others do."""
    spare, open_most = load.copy(), most.copy()
    changed = True
    while changed:
        changed = False
        for d in range(len(full)):
            if kind[d] != ROUTED:
                continue
            for c in range(block.start[d], block.start[d + 1]):
                if open_most[c] >= full[d] and _fits(block, spare, left, c):
                    _close_others(block, open_most, spare, d, c)
                    kind[d] = FREED
                    changed = True
                    break


@compiled
def reduce(block, full, lower, upper, limit):
    """Return (reduced, local, direct): what is left to decide."""
    decisions, rows = len(full), len(limit)
    kind, choice = np.empty(decisions, np.int64), np.empty(decisions, np.int64)
    most, left, load = np.empty(len(upper)), np.empty(rows), np.zeros(rows)
    _open_columns(block, full, lower, upper, limit, kind, most, left)
    for c in range(len(most)):
        if most[c] > 0:
            _add_load(block, load, c, most[c])
    _serve(block, full, kind, choice, most, load, left)
    _free(block, full, kind, most, load, left)
    rowof, back, count = np.full(rows, -1, np.int64), np.empty(rows, np.int64), 0
    for r in range(rows):
        if load[r] > left[r] * FITS and left[r] > ROOM * (1 + limit[r]):
            rowof[r], back[count] = count, r
            count += 1
    local, routed, columns = _write(block, full, kind, most, left, limit, rowof, back, count)
    direct = _write_direct(block, full, kind, choice, most, limit, rowof)
    return Reduced(kind, choice, most, back, routed, columns), local, direct


@compiled
def _count(block, kind, most, rowof):
    """Return how many decisions, columns and entries are routed."""
    decisions, columns, entries = 0, 0, 0
    for d in range(len(kind)):
        if kind[d] == ROUTED or kind[d] == FREED:
            decisions += 1
            for c in range(block.start[d], block.start[d + 1]):
                if most[c] > 0:
                    columns += 1
                    for at in range(block.indptr[c], block.indptr[c + 1]):
                        entries += rowof[block.places[at]] >= 0
    return decisions, columns, entries


@compiled
def _write(block, full, kind, most, left, limit, rowof, back, rows):
    """Write routed decisions by column and by row."""
    decisions, count, entries = _count(block, kind, most, rowof)
    routed, columns = np.empty(decisions, np.int64), np.empty(count, np.int64)
    start, owner = np.empty(decisions + 1, np.int64), np.empty(count, np.int64)
    upper, cost = np.empty(count), np.empty(count)
    indptr = np.zeros(count + 1, np.int64)
    index, value = np.empty(entries, np.int64), np.empty(entries)
    q, k, e = 0, 0, 0
    for d in range(len(full)):
        if kind[d] != ROUTED and kind[d] != FREED:
            continue
        routed[q], start[q] = d, k
        for c in range(block.start[d], block.start[d + 1]):
            if most[c] <= 0:
                continue
            columns[k], owner[k] = c, q
            upper[k], cost[k] = min(most[c] / full[d], 1.0), block.cost[c] * full[d]
            for at in range(block.indptr[c], block.indptr[c + 1]):
                r = rowof[block.places[at]]
                if r >= 0:
                    index[e], value[e] = r, block.value[at] * full[d] / limit[back[r]]
                    e += 1
            k += 1
            indptr[k] = e
        q += 1
    start[decisions] = count
    rowptr, rowcol, rowval = transpose(rows, indptr, index, value)
    room = np.empty(rows)
    for r in range(rows):
        room[r] = left[back[r]] / limit[back[r]]
    local = Local(
        count, rows, decisions, start, owner, upper, cost, indptr, index, value, rowptr, rowcol,
        rowval, room,
    )  # fmt: skip
    return local, routed, columns


@compiled
def _write_direct(block, full, kind, choice, most, limit, rowof):
    """Write decisions with one open column."""
    count, entries = 0, 0
    for d in range(len(full)):
        if kind[d] == DIRECT:
            count += 1
            entries += block.indptr[choice[d] + 1] - block.indptr[choice[d]]
    decision, ptr = np.empty(count, np.int64), np.zeros(count + 1, np.int64)
    index, value, ceiling = np.empty(entries, np.int64), np.empty(entries), np.empty(count)
    i, e = 0, 0
    for d in range(len(full)):
        if kind[d] != DIRECT:
            continue
        c = choice[d]
        decision[i], ceiling[i] = d, min(most[c] / full[d], 1.0)
        for at in range(block.indptr[c], block.indptr[c + 1]):
            r = block.places[at]
            if rowof[r] >= 0:
                index[e], value[e] = rowof[r], block.value[at] * full[d] / limit[r]
                e += 1
        i += 1
        ptr[i] = e
    return Direct(count, decision, ptr, index, value, ceiling)


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
    basis that prevents the rise.
    """
    _first_rates(local, state, direct, shares, work)
    slip, risen = _slip(local), 0.0
    for _ in range(50 * (local.decisions + local.rows) + 500):
        step, p, row, high = _meets(local, state, work, room - risen)
        for i in range(state.size[0]):
            state.basic[i] += work.rate[i] * step
        for r in range(local.rows):
            state.slack[r] += work.moving[r] * step
        risen += step
        if p < 0 and row < 0:
            return REACHED, risen
        if row >= 0:
            if state.size[0] + 1 >= len(state.head):
                return FAILED, risen
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
            return (REACHED, room) if room - risen <= work.flat[0] else (BLOCKED, risen)
        ftran(local, state, var, work.alpha)
        if abs(work.alpha[p] - work.entries[var]) > 1e-6 * (1 + abs(work.alpha[p])):
            return FAILED, risen
        _reprice(local, state, p, var, work.entries)
        _exchange(local, state, p, var, high, work)
    return FAILED, risen


FloorsType, Floors = struct(__name__, "Floors", "share tier")
"""Least share of each decision that a goal asks, and the tier of that goal (0: none)."""

HELD = 1e-8
"""Pull, relative to the largest, from which a decision counts as held."""
WAITS = 2.0
"""A level that is never reached: a decision that waits for it does not rise."""
AT = 1e-12
NEARLY = 2e-7
"""What is not reached of a given share for rounding alone."""


@compiled
def _one_column(block, full, lower, upper, goal, g):
    """Return (column, its weight, what it must give) of a goal over one open column.

    The column is -1 where no column can change what the goal gets, and -2 where several can.
    """
    need, chosen, weight = goal[g], -1, 0.0
    for at in range(block.goalptr[g], block.goalptr[g + 1]):
        c = block.goalcol[at]
        if upper[c] > lower[c] and full[block.owner[c]] > 0:
            if chosen >= 0:
                return -2, 0.0, 0.0
            chosen, weight = c, block.goalval[at]
        else:
            need -= block.goalval[at] * min(lower[c], upper[c])
    return chosen, weight, need


@compiled
def floors_of(block, full, lower, upper, goal, goal_tier, floors):
    """Turn goals over one open column into least shares; return False if one is of another kind."""
    for d in range(len(full)):
        floors.share[d], floors.tier[d] = 0.0, 0
    for g in range(len(goal)):
        if goal[g] <= 0:
            continue
        c, weight, need = _one_column(block, full, lower, upper, goal, g)
        if c == -2:
            return False
        if c == -1 or need <= 1e-9:
            continue
        d = block.owner[c]
        count = 0
        for other in range(block.start[d], block.start[d + 1]):
            count += upper[other] > lower[other]
        share = need / (weight * full[d])
        if count > 1 or share > min(upper[c] / full[d], 1.0) + 1e-9:
            return False
        if floors.tier[d] != 0 and floors.tier[d] != goal_tier[g]:
            return False
        floors.share[d], floors.tier[d] = max(floors.share[d], min(share, 1.0)), goal_tier[g]
    return True


@compiled
def new_shares(local, direct):
    """Return shares of nothing, at rest."""
    return Shares(
        np.zeros(local.decisions), np.zeros(direct.count), np.zeros(local.decisions),
        np.zeros(direct.count),
    )  # fmt: skip


@compiled
def _ask(block, reduced, direct, shares, tier, floors):
    """Set rates that give decisions what the goals of a tier ask; False if that is not possible."""
    for d in range(len(floors.share)):
        late = floors.tier[d] == tier and block.tier[d] < tier and reduced.kind[d] != DONE
        shut = floors.tier[d] == tier and reduced.kind[d] == CLOSED
        if floors.share[d] > 0 and (late or shut):
            return False
    for q in range(len(shares.routed)):
        d = reduced.routed[q]
        if floors.tier[d] == tier and reduced.kind[d] != FREED:
            shares.routed_rate[q] = max(floors.share[d] - shares.routed[q], 0.0)
    for i in range(direct.count):
        d = direct.decision[i]
        if floors.tier[d] == tier:
            shares.direct_rate[i] = max(floors.share[d] - shares.direct[i], 0.0)
    return True


@compiled
def _wait(block, reduced, direct, shares, tier, routed_wait, direct_wait):
    """Set the level from which each decision of a tier rises: its present share."""
    for q in range(len(routed_wait)):
        d = reduced.routed[q]
        rises = block.tier[d] == tier and reduced.kind[d] != FREED
        routed_wait[q] = shares.routed[q] if rises else WAITS
    for i in range(direct.count):
        direct_wait[i] = shares.direct[i] if block.tier[direct.decision[i]] == tier else WAITS


@compiled
def _next(direct, shares, level, routed_wait, direct_wait):
    """Start the rise of decisions at this level; return the next level with a change."""
    target, some = 1.0, False
    for q in range(len(routed_wait)):
        if routed_wait[q] <= level + AT:
            routed_wait[q], shares.routed_rate[q] = WAITS, 1.0
        elif routed_wait[q] < WAITS:
            target, some = min(target, routed_wait[q]), True
        some = some or shares.routed_rate[q] != 0.0
    for i in range(direct.count):
        if direct_wait[i] <= level + AT:
            direct_wait[i], shares.direct_rate[i] = WAITS, 1.0
        elif direct_wait[i] < WAITS:
            target, some = min(target, direct_wait[i]), True
        if shares.direct_rate[i] != 0.0:
            target, some = min(target, direct.ceiling[i]), True
    return target if some else -1.0


@compiled
def _pulls(local, state, direct, shares, weights):
    """Return the pull of the blocked row on each share, routed ones first, and the largest."""
    pull = np.zeros(local.decisions + direct.count)
    top = 0.0
    for q in range(local.decisions):
        pull[q] = abs(weights[q] * shares.routed_rate[q])
        top = max(top, pull[q])
    for i in range(direct.count):
        if shares.direct_rate[i] != 0.0:
            total = _direct_weight(state, direct, weights, i)
            pull[local.decisions + i] = abs(total * shares.direct_rate[i])
            top = max(top, pull[local.decisions + i])
    return pull, top


@compiled
def _direct_weight(state, direct, weights, i):
    """Return the weight of a decision with one column in the blocked row."""
    total = 0.0
    for at in range(direct.ptr[i], direct.ptr[i + 1]):
        e = state.equation[direct.index[at]]
        if e >= 0:
            total += weights[e] * direct.value[at]
    return total


@compiled
def _hold(local, state, direct, shares, weights):
    """Stop the shares that the blocked row holds; return how many."""
    pull, top = _pulls(local, state, direct, shares, weights)
    count = 0
    for q in range(local.decisions):
        if shares.routed_rate[q] != 0.0 and pull[q] > HELD * top:
            shares.routed_rate[q] = 0.0
            count += 1
    for i in range(direct.count):
        if shares.direct_rate[i] != 0.0 and pull[local.decisions + i] > HELD * top:
            shares.direct_rate[i] = 0.0
            count += 1
    return count


@compiled
def _shorten(local, state, reduced, direct, shares, weights, tier, floors, limit, claims):
    """Stop a goal that cannot be met at what it has; return False if goals compete.

    Where the blocked row holds one goal of the tier alone, that goal has its maximum whatever the
    others get, and the claim proves it. Goals that compete are left to the engine.
    """
    count, chosen = 0, -1
    for q in range(local.decisions):
        d = reduced.routed[q]
        if floors.tier[d] == tier and abs(weights[q]) > HELD:
            count, chosen = count + 1, d
    for i in range(direct.count):
        d = direct.decision[i]
        if floors.tier[d] == tier and abs(_direct_weight(state, direct, weights, i)) > HELD:
            count, chosen = count + 1, d
    if (
        tier == 0
        or count != 1
        or not add_claim(local, state, reduced, limit, weights, tier, -1.0, claims)
    ):
        return False
    if _hold(local, state, direct, shares, weights) != 1:
        return False
    for q in range(local.decisions):
        if reduced.routed[q] == chosen:
            floors.share[chosen] = shares.routed[q]
    for i in range(direct.count):
        if direct.decision[i] == chosen:
            floors.share[chosen] = shares.direct[i]
    return True


@compiled
def _release(direct, shares, level):
    """Stop the shares that reached all they can have."""
    for q in range(len(shares.routed)):
        if level >= 1.0 - AT:
            shares.routed_rate[q] = 0.0
    for i in range(direct.count):
        if direct.ceiling[i] <= level + AT or level >= 1.0 - AT:
            shares.direct_rate[i] = 0.0


@compiled
def _advance(shares, risen):
    for q in range(len(shares.routed)):
        shares.routed[q] += shares.routed_rate[q] * risen
    for i in range(len(shares.direct)):
        shares.direct[i] += shares.direct_rate[i] * risen


@compiled
def climb(block, tiers, reduced, local, state, direct, shares, floors, limit, work, claims):
    """Raise all shares as high as they go; return whether that could be done.

    Two passes a tier: first what its goals ask, then its decisions together until every one of
    them is held. A last pass fills those that nothing can limit.
    """
    routed_wait = np.full(local.decisions, WAITS)
    direct_wait = np.full(direct.count, WAITS)
    for turn in range(2 * len(tiers) + 1):
        tier = tiers[turn // 2] if turn < 2 * len(tiers) else 0
        levels = turn % 2 == 1
        if levels:
            _wait(block, reduced, direct, shares, tier, routed_wait, direct_wait)
        elif tier:
            if not _ask(block, reduced, direct, shares, tier, floors):
                return False
        else:
            for q in range(local.decisions):
                shares.routed_rate[q] = 1.0 if reduced.kind[reduced.routed[q]] == FREED else 0.0
        level, done = 0.0, False
        for _ in range(4 * (local.decisions + direct.count) + 8):
            target = _next(direct, shares, level, routed_wait, direct_wait)
            if target < 0.0:
                done = True
                break
            room = max(target - level, 0.0) if levels else 1.0 - level
            refresh(local, state, direct, shares, work)
            code, risen = drive(local, state, direct, shares, room, work)
            _advance(shares, risen)
            level += risen
            if code == BLOCKED and not levels and 1.0 - level <= NEARLY:
                code, level = REACHED, 1.0
            if code == FAILED:
                return False
            if code == BLOCKED and not levels:
                if not _shorten(local, state, reduced, direct, shares, work.weights, tier, floors,
                                limit, claims):  # fmt: skip
                    return False
            elif code == BLOCKED:
                noted = add_claim(local, state, reduced, limit, work.weights, tier, level, claims)
                if not noted or _hold(local, state, direct, shares, work.weights) == 0:
                    return False
            else:
                _release(direct, shares, level)
        if not done:
            return False
    refresh(local, state, direct, shares, work)
    return True


@compiled
def collect(block, full, lower, upper, reduced, local, direct, shares, value, people):
    """Write people by column."""
    for c in range(len(people)):
        people[c] = 0.0
    for d in range(len(full)):
        if reduced.kind[d] == SETTLED:
            for c in range(block.start[d], block.start[d + 1]):
                people[c] = min(lower[c], upper[c])
        elif reduced.kind[d] == DONE:
            c = reduced.choice[d]
            people[c] = min(reduced.most[c], full[d])
    for i in range(direct.count):
        d = direct.decision[i]
        people[reduced.choice[d]] = shares.direct[i] * full[d]
    for k in range(local.columns):
        c = reduced.columns[k]
        people[c] = min(max(value[k], 0.0) * full[block.owner[c]], reduced.most[c])
