"""Plans by the *fair* rule: shares rise tier by tier, the smallest first, until limits hold them.

First the problem is reduced: settled tours take their part of every limit, columns without room are
closed, rows that cannot bind are dropped, decisions that fit in such rows are filled. The rest is
written in shares of a decision and shares of a limit, so that numbers are near 1.

Then one number, the level, grows; the shares that follow it grow at given rates, and the basis
follows. Where a basic variable meets a bound, the variable that costs least takes its place, so
that the split over options stays the preferred one all the way. Where none can, the row of the
basis is the reason why the shares in it cannot rise: those are held.

What still ties: the largest share that a decision takes from one pool as small as possible.

Only moves that cost no preference are left. A ceiling over all open shares comes down; where it
cannot, the row of the basis in its way names the shares that are held at it, and the rest goes on
down (14).
"""

from __future__ import annotations

import numpy as np

from planner.montecarlo.kernel.arrays import FITS, ROOM, transpose
from planner.montecarlo.kernel.basis import (
    BASIC,
    FIXED,
    LOWER,
    MOVING,
    UPPER,
    Local,
    advance,
    enter_moving_row,
    exchange,
    ftran,
    halt,
    move,
    price,
    reweigh,
    solve_basic,
    variable,
    weigh,
)  # fmt: skip
from planner.montecarlo.kernel.certificates import add_claim
from planner.montecarlo.kernel.compile import compiled, struct

__all__ = [
    "Floors",
    "climb",
    "collect",
    "even_out",
    "floors_of",
    "new_shares",
    "new_work",
    "reduce",
]

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

REACHED, BLOCKED, FAILED = 0, 1, 2

SMALL = 1e-8
"""Entries below this, relative to the largest of their row, are rounding."""

SLIP = 1e-9
"""How far a reduced cost may slip, relative to one plus the largest cost, for a better pivot."""

NOISE = 1e-9
"""Pulls below this, relative to the weights of their row, are rounding."""

TIE = 1e-13
"""Steps that differ by less are one."""

HELD = 1e-8
"""Pull, relative to the largest, from which a decision counts as held."""

WAITS = 2.0
"""A level that is never reached: a decision that waits for it does not rise."""

AT = 1e-12

NEARLY = 2e-7
"""What is not reached of a given share for rounding alone."""

TOGETHER = 1e-9
"""Shares that differ by less come down together."""

NOTHING = 1e-9
"""A ceiling below this is nothing."""

PRESSED = 1e-7
"""Entry, relative to the largest, from which a share counts as held."""

SMALLEST_PIVOT = 1e-6
"""Entries below this, relative to the largest of their row, are no pivots."""

FREE = 1e-8
"""Reduced costs below this, relative to one plus the largest cost, cost nothing."""

GOES_ON, CHANGED, WRONG = 0, 1, 2


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
    """Serve decisions with a first open column that can take all and that nothing can limit."""
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
    solve_basic(local, state, right, slack, state.basic, work.alpha)


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
    for r in range(local.rows):
        moving[r] = -load[r]
    solve_basic(local, state, right, moving, work.rate, work.alpha[:0])


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
        if step < best - TIE or (where >= 0 and step <= best + TIE and speed > weight):
            best, where, row, high, weight = min(step, best), p, -1, up, speed
    slack, equation = state.slack, state.equation
    for r in range(local.rows):
        if moving[r] < -flat and equation[r] < 0:
            step = max(slack[r], 0.0) / -moving[r]
            if step < best - TIE:
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
        advance(local, state, work.rate, work.moving, step)
        risen += step
        if p < 0 and row < 0:
            return REACHED, risen
        if row >= 0:
            p = enter_moving_row(local, state, row, work.rate, work.moving)
            if p < 0:
                return FAILED, risen
        size = weigh(local, state, p, work.weights)
        if not _pushed(local, state, work, size, shares.routed_rate):
            halt(local, state, p, work.rate, work.moving)
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
        start = local.upper[var] if state.status[var] == UPPER else 0.0
        end = local.upper[state.head[p]] if high else 0.0
        exchange(local, state, p, var, work.alpha, work.rate, work.moving, (end, 0.0),
                 (start, 0.0), UPPER if high else LOWER)  # fmt: skip
    return FAILED, risen


FloorsType, Floors = struct(__name__, "Floors", "share tier")
"""Least share of each decision that a goal asks, and the tier of that goal (0: none)."""


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


CeilingType, Ceiling = struct(__name__, "Ceiling", "bound value active top")
"""Upper bound of each column now, its value once fixed, whether it is open; and the ceiling."""


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
    solve_basic(local, state, right, slack, state.basic, work.alpha)


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
    solve_basic(local, state, right, moving, rate, work.alpha)


@compiled
def _ceiling_meets(local, state, work, ceiling, room):
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
def _relieving(local, state, entries, high):
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
    return chosen if best > SMALLEST_PIVOT * size else -1


@compiled
def _at_ceiling(local, var, high, ceiling):
    """Whether a basic variable is at the ceiling, not at its bound."""
    return (
        high
        and var < local.columns
        and ceiling.active[var]
        and ceiling.bound[var] >= ceiling.top[0] - TOGETHER
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
        if state.status[c] == MOVING and abs(entries[c]) > PRESSED * size:
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
    exchange(local, state, p, var, work.alpha, work.rate, work.moving, (value, pace),
             (start, speed), becomes)  # fmt: skip


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
def _tie_to_ceiling(local, state, ceiling):
    """Tie open shares at the ceiling to it; return the next lower bound."""
    following = 0.0
    for c in range(local.columns):
        if ceiling.active[c] and state.status[c] == UPPER:
            if ceiling.bound[c] >= ceiling.top[0] - TOGETHER:
                state.status[c] = MOVING
            else:
                following = max(following, ceiling.bound[c])
    return following


@compiled
def _come_down(local, state, work, ceiling, step):
    """Lower the ceiling by a step."""
    advance(local, state, work.rate, work.moving, step)
    ceiling.top[0] -= step
    for c in range(local.columns):
        if state.status[c] == MOVING:
            ceiling.bound[c] = ceiling.top[0]


@compiled
def _give_way(local, state, reduced, limit, p, high, work, ceiling, claims):
    """Put another variable at place p, or hold the shares that block it; return which."""
    size = weigh(local, state, p, work.weights)
    price(local, state, work.weights, work.entries)
    var = _relieving(local, state, work.entries, high)
    if var >= 0:
        ftran(local, state, var, work.alpha)
        if abs(work.alpha[p] - work.entries[var]) > 1e-6 * (1 + abs(work.alpha[p])):
            return WRONG
        _exchange(local, state, p, var, high, work, ceiling)
        return GOES_ON
    c = state.head[p]
    if not _at_ceiling(local, c, high, ceiling) and not _pressed(local, state, size, work.entries):
        halt(local, state, p, work.rate, work.moving)
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
            following = _tie_to_ceiling(local, state, ceiling)
            _restate(local, state, base, shares.routed, ceiling, work)
            _rates(local, state, work)
            fresh = False
        step, p, row, high = _ceiling_meets(local, state, work, ceiling, ceiling.top[0] - following)
        _come_down(local, state, work, ceiling, step)
        if p < 0 and row < 0:
            fresh = True
            continue
        if row >= 0:
            p = enter_moving_row(local, state, row, work.rate, work.moving)
            if p < 0:
                return False
        outcome = _give_way(local, state, reduced, limit, p, high, work, ceiling, claims)
        if outcome == WRONG:
            return False
        if outcome == CHANGED:
            top = ceiling.top[0]
            _lower(local, state, ceiling)
            ceiling.top[0] = min(top, ceiling.top[0])
            fresh = True
    return False
