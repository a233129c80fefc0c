"""Plans by the *fair* rule: lexicographic max-min shares, tier by tier, by a parametric simplex.

Presolve subtracts settled tours from the limits, closes columns without capacity, drops rows that
cannot bind and fills decisions that have only such rows. The remaining problem is stated in shares
of a decision and shares of a limit, so that numbers are near 1.

The parameter is the level: shares that are not fixed rise with it at given rates, and basic values
change accordingly. Where a basic variable reaches a bound, a dual ratio test selects the entering
variable with the least increase of cost, so that the split over options remains the preferred one.
If there is none, the row of the basis proves that the shares in it cannot rise: they are fixed.

Ties that remain are broken by a lexicographic min-max of the shares that decisions take from
single options. Only moves without a cost are allowed. A common ceiling of all open shares is
lowered; where it is blocked, the row of the basis identifies the shares that are fixed at the
ceiling, and the ceiling of the others is lowered further (equation 14).
"""

from __future__ import annotations

import numpy as np

from planner.montecarlo.kernel.arrays import CAPACITY_TOLERANCE, LOAD_TOLERANCE, transpose
from planner.montecarlo.kernel.basis import (
    BASIC,
    FIXED,
    LOWER,
    MOVING,
    UPPER,
    Local,
    advance,
    btran,
    discard_rate,
    enter_moving_row,
    exchange,
    ftran,
    price,
    refine_btran,
    solve_basic,
    subtract_column,
    variable,
)  # fmt: skip
from planner.montecarlo.kernel.certificates import add_claim
from planner.montecarlo.kernel.compile import compiled, struct

__all__ = [
    "Floors",
    "raise_shares",
    "write_people",
    "minimize_largest_shares",
    "floors_of",
    "new_shares",
    "new_workspace",
    "presolve",
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

PIVOT_TOLERANCE = 1e-8
"""Entries below this, relative to the largest of their row, are rounding."""

COST_SLACK = 1e-9
"""Slack of reduced costs in the ratio test, relative to one plus the largest cost, in favour of a
larger pivot (Harris)."""

RATE_TOLERANCE = 1e-9
"""Rates of a row below this, relative to its weights, are rounding."""

STEP_TOLERANCE = 1e-13
"""Steps that differ by less are equal."""

WEIGHT_TOLERANCE = 1e-8
"""Weight, relative to the largest, from which a decision is bound by a row."""

NEVER = 2.0
"""A level above all others: a decision that starts at it does not rise."""

LEVEL_TOLERANCE = 1e-12
"""Levels that differ by less are equal."""

TARGET_TOLERANCE = 2e-7
"""Largest part of a required share that may be missing by rounding."""

EQUAL_SHARES = 1e-9
"""Shares that differ by less are lowered together."""

MIN_CEILING = 1e-9
"""A ceiling below this is 0."""

ENTRY_TOLERANCE = 1e-7
"""Entry, relative to the largest, from which a share is fixed at the ceiling."""

MIN_PIVOT = 1e-6
"""Smallest pivot, relative to the largest entry of its row."""

COST_TOLERANCE = 1e-8
"""Reduced costs below this, relative to one plus the largest cost, are 0."""

CONTINUE, SHARES_FIXED, ERROR = 0, 1, 2


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
                if limit[r] < np.inf and left[r] <= CAPACITY_TOLERANCE * (1 + limit[r]):
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
        if load[r] > left[r] * LOAD_TOLERANCE:
            return False
    return True


@compiled
def _close_others(block, most, load, d, c):
    for other in range(block.start[d], block.start[d + 1]):
        if other != c and most[other] > 0:
            _add_load(block, load, other, -most[other])
            most[other] = 0.0


@compiled
def _serve_unlimited(block, full, kind, choice, most, load, left):
    """Serve decisions in full whose first open column has only rows that cannot bind."""
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
def _mark_freed(block, full, kind, most, load, left):
    """Mark routed decisions that a column can serve in full for any values of the others."""
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
def presolve(block, full, lower, upper, limit):
    """Return (reduced, local, direct): the problem that remains."""
    decisions, rows = len(full), len(limit)
    kind, choice = np.empty(decisions, np.int64), np.empty(decisions, np.int64)
    most, left, load = np.empty(len(upper)), np.empty(rows), np.zeros(rows)
    _open_columns(block, full, lower, upper, limit, kind, most, left)
    for c in range(len(most)):
        if most[c] > 0:
            _add_load(block, load, c, most[c])
    _serve_unlimited(block, full, kind, choice, most, load, left)
    _mark_freed(block, full, kind, most, load, left)
    rowof, back, count = np.full(rows, -1, np.int64), np.empty(rows, np.int64), 0
    for r in range(rows):
        if load[r] > left[r] * LOAD_TOLERANCE and left[r] > CAPACITY_TOLERANCE * (1 + limit[r]):
            rowof[r], back[count] = count, r
            count += 1
    local, routed, columns = _routed_problem(
        block, full, kind, most, left, limit, rowof, back, count
    )
    direct = _direct_problem(block, full, kind, choice, most, limit, rowof)
    return Reduced(kind, choice, most, back, routed, columns), local, direct


@compiled
def _count_routed(block, kind, most, rowof):
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
def _routed_problem(block, full, kind, most, left, limit, rowof, back, rows):
    """Write routed decisions by column and by row."""
    decisions, count, entries = _count_routed(block, kind, most, rowof)
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
def _direct_problem(block, full, kind, choice, most, limit, rowof):
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

WorkspaceType, Workspace = struct(
    __name__, "Workspace", "min_rate right rate alpha weights load moving entries"
)
"""The rate below which a variable does not move (one number in an array); and scratch arrays: by
equation or place (four), by row (two), by variable."""


@compiled
def new_workspace(local, most, min_rate):
    """Return scratch for bases of at most that size."""
    return Workspace(
        np.full(1, min_rate), np.zeros(most), np.zeros(most), np.zeros(most), np.zeros(most),
        np.zeros(local.rows), np.zeros(local.rows), np.zeros(local.columns + local.rows),
    )  # fmt: skip


@compiled
def recompute_values(local, state, direct, shares, work):
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
            subtract_column(local, c, local.upper[c], slack)
    solve_basic(local, state, right, slack, state.basic, work.alpha)


@compiled
def _compute_rates(local, state, direct, shares, work):
    """Write the rates of basic variables, free slacks and loads of direct decisions."""
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
def _ratio_test(local, state, work, max_step):
    """Return the first bound reached: (step, place or -1, row or -1, at the upper bound)."""
    step_limit, place, row, at_upper, weight = max_step, -1, -1, False, 0.0
    basic, head, rate, moving = state.basic, state.head, work.rate, work.moving
    min_rate = work.min_rate[0]
    for p in range(state.size[0]):
        speed = abs(rate[p])
        if speed <= min_rate or (rate[p] > 0 and head[p] >= local.columns):
            continue
        up = rate[p] > 0
        distance = local.upper[head[p]] - basic[p] if up else basic[p]
        step = max(distance, 0.0) / speed
        if step < step_limit - STEP_TOLERANCE or (
            place >= 0 and step <= step_limit + STEP_TOLERANCE and speed > weight
        ):
            step_limit, place, row, at_upper, weight = min(step, step_limit), p, -1, up, speed
    slack, equation = state.slack, state.equation
    for r in range(local.rows):
        if moving[r] < -min_rate and equation[r] < 0:
            step = max(slack[r], 0.0) / -moving[r]
            if step < step_limit - STEP_TOLERANCE:
                step_limit, place, row, at_upper = step, -1, r, False
    return step_limit, place, row, at_upper


@compiled
def _select_entering(local, state, work, at_upper, cost_slack):
    """Return the entering variable by the dual ratio test, or -1 if there is none.

    `at_upper` says that the leaving variable is at its upper bound and has to decrease. Among the
    variables with the smallest ratio, to within `cost_slack`, the one with the largest entry is
    selected, for numerical stability.
    """
    entries, status, reduced_cost = work.entries, state.status, state.reduced_cost
    count = local.columns + state.size[0] - local.decisions
    size = 1.0
    for n in range(count):
        var = variable(local, state, n)
        if status[var] != LOWER and status[var] != UPPER:
            entries[var] = 0.0
        size = max(size, abs(entries[var]))
    min_ratio = np.inf
    for n in range(count):
        var = variable(local, state, n)
        entry = entries[var] if at_upper == (status[var] != UPPER) else -entries[var]
        if entry > PIVOT_TOLERANCE * size:
            min_ratio = min(min_ratio, (abs(reduced_cost[var]) + cost_slack) / entry)
    chosen, best = -1, 0.0
    if min_ratio == np.inf:
        return chosen
    for n in range(count):
        var = variable(local, state, n)
        entry = entries[var] if at_upper == (status[var] != UPPER) else -entries[var]
        if (
            entry > PIVOT_TOLERANCE * size
            and entry > best
            and abs(reduced_cost[var]) <= min_ratio * entry
        ):
            chosen, best = var, entry
    return chosen


@compiled
def _update_reduced_costs(local, state, p, var, entries):
    """Update the reduced costs for a variable that enters at place p."""
    reduced_cost = state.reduced_cost
    step = reduced_cost[var] / entries[var]
    if step != 0.0:
        for c in range(local.columns):
            reduced_cost[c] -= step * entries[c]
        for e in range(local.decisions, state.size[0]):
            slack = local.columns + state.row[e]
            reduced_cost[slack] -= step * entries[slack]
    reduced_cost[var] = 0.0
    reduced_cost[state.head[p]] = -step


@compiled
def _rate_is_significant(local, state, work, size, routed_rate):
    """Whether the rate of a basic variable exceeds rounding of the rates of shares."""
    weight = 0.0
    for e in range(local.decisions, state.size[0]):
        weight = max(weight, abs(work.weights[e] * work.load[state.row[e]]))
    for q in range(local.decisions):
        weight = max(weight, abs(work.weights[q] * routed_rate[q]))
    return weight > RATE_TOLERANCE * max(size, 1.0)


@compiled
def _cost_slack(local):
    size = 0.0
    for c in range(local.columns):
        size = max(size, local.cost[c])
    return COST_SLACK * (1.0 + size)


@compiled
def raise_level(local, state, direct, shares, max_rise, work):
    """Raise the level by `max_rise` at most; return (REACHED, BLOCKED or FAILED, rise).

    If it is blocked, ``work.weights`` has the weights of the equations in the blocking row.
    """
    _compute_rates(local, state, direct, shares, work)
    cost_slack, rise = _cost_slack(local), 0.0
    for _ in range(50 * (local.decisions + local.rows) + 500):
        step, p, row, at_upper = _ratio_test(local, state, work, max_rise - rise)
        advance(local, state, work.rate, work.moving, step)
        rise += step
        if p < 0 and row < 0:
            return REACHED, rise
        if row >= 0:
            p = enter_moving_row(local, state, row, work.rate, work.moving)
            if p < 0:
                return FAILED, rise
        size = btran(local, state, p, work.weights)
        if not _rate_is_significant(local, state, work, size, shares.routed_rate):
            discard_rate(local, state, p, work.rate, work.moving)
            continue
        price(local, state, work.weights, work.entries)
        var = _select_entering(local, state, work, at_upper, cost_slack)
        if var < 0:
            refine_btran(local, state, p, work.weights, work.alpha)
            return (REACHED, max_rise) if max_rise - rise <= work.min_rate[0] else (BLOCKED, rise)
        ftran(local, state, var, work.alpha)
        if abs(work.alpha[p] - work.entries[var]) > 1e-6 * (1 + abs(work.alpha[p])):
            return FAILED, rise
        _update_reduced_costs(local, state, p, var, work.entries)
        start = local.upper[var] if state.status[var] == UPPER else 0.0
        end = local.upper[state.head[p]] if at_upper else 0.0
        exchange(local, state, p, var, work.alpha, work.rate, work.moving, (end, 0.0),
                 (start, 0.0), UPPER if at_upper else LOWER)  # fmt: skip
    return FAILED, rise


FloorsType, Floors = struct(__name__, "Floors", "share tier")
"""Smallest share of each decision that a goal requires, and the tier of the goal (0: none)."""


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
    """Return shares of 0 with rates of 0."""
    return Shares(
        np.zeros(local.decisions), np.zeros(direct.count), np.zeros(local.decisions),
        np.zeros(direct.count),
    )  # fmt: skip


@compiled
def _set_goal_rates(block, reduced, direct, shares, tier, floors):
    """Set rates towards the shares that goals of a tier require; False if that is not possible."""
    for d in range(len(floors.share)):
        is_late = floors.tier[d] == tier and block.tier[d] < tier and reduced.kind[d] != DONE
        is_closed = floors.tier[d] == tier and reduced.kind[d] == CLOSED
        if floors.share[d] > 0 and (is_late or is_closed):
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
def _set_start_levels(block, reduced, direct, shares, tier, routed_start, direct_start):
    """Set the level at which each decision of a tier starts to rise: its present share."""
    for q in range(len(routed_start)):
        d = reduced.routed[q]
        is_active = block.tier[d] == tier and reduced.kind[d] != FREED
        routed_start[q] = shares.routed[q] if is_active else NEVER
    for i in range(direct.count):
        direct_start[i] = shares.direct[i] if block.tier[direct.decision[i]] == tier else NEVER


@compiled
def _next_level(direct, shares, level, routed_start, direct_start):
    """Set the rates of decisions that start at a level; return the next level with a change."""
    target, some = 1.0, False
    for q in range(len(routed_start)):
        if routed_start[q] <= level + LEVEL_TOLERANCE:
            routed_start[q], shares.routed_rate[q] = NEVER, 1.0
        elif routed_start[q] < NEVER:
            target, some = min(target, routed_start[q]), True
        some = some or shares.routed_rate[q] != 0.0
    for i in range(direct.count):
        if direct_start[i] <= level + LEVEL_TOLERANCE:
            direct_start[i], shares.direct_rate[i] = NEVER, 1.0
        elif direct_start[i] < NEVER:
            target, some = min(target, direct_start[i]), True
        if shares.direct_rate[i] != 0.0:
            target, some = min(target, direct.ceiling[i]), True
    return target if some else -1.0


@compiled
def _share_weights(local, state, direct, shares, weights):
    """Return the weight of each share in the blocked row, routed ones first, and the largest."""
    share_weight = np.zeros(local.decisions + direct.count)
    largest = 0.0
    for q in range(local.decisions):
        share_weight[q] = abs(weights[q] * shares.routed_rate[q])
        largest = max(largest, share_weight[q])
    for i in range(direct.count):
        if shares.direct_rate[i] != 0.0:
            total = _direct_weight(state, direct, weights, i)
            share_weight[local.decisions + i] = abs(total * shares.direct_rate[i])
            largest = max(largest, share_weight[local.decisions + i])
    return share_weight, largest


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
def _fix_blocked_shares(local, state, direct, shares, weights):
    """Fix the shares that the blocked row bounds; return their number."""
    share_weight, largest = _share_weights(local, state, direct, shares, weights)
    count = 0
    for q in range(local.decisions):
        if shares.routed_rate[q] != 0.0 and share_weight[q] > WEIGHT_TOLERANCE * largest:
            shares.routed_rate[q] = 0.0
            count += 1
    for i in range(direct.count):
        if (
            shares.direct_rate[i] != 0.0
            and share_weight[local.decisions + i] > WEIGHT_TOLERANCE * largest
        ):
            shares.direct_rate[i] = 0.0
            count += 1
    return count


@compiled
def _fix_unreachable_goal(
    local, state, reduced, direct, shares, weights, tier, floors, limit, claims
):
    """Fix a goal that cannot be met at its present share; return False if goals compete.

    If the blocked row bounds a single goal of the tier, that goal has its maximum whatever the
    others have, and the claim proves it. Competing goals are left to the engine.
    """
    count, chosen = 0, -1
    for q in range(local.decisions):
        d = reduced.routed[q]
        if floors.tier[d] == tier and abs(weights[q]) > WEIGHT_TOLERANCE:
            count, chosen = count + 1, d
    for i in range(direct.count):
        d = direct.decision[i]
        if (
            floors.tier[d] == tier
            and abs(_direct_weight(state, direct, weights, i)) > WEIGHT_TOLERANCE
        ):
            count, chosen = count + 1, d
    if (
        tier == 0
        or count != 1
        or not add_claim(local, state, reduced, limit, weights, tier, -1.0, claims)
    ):
        return False
    if _fix_blocked_shares(local, state, direct, shares, weights) != 1:
        return False
    for q in range(local.decisions):
        if reduced.routed[q] == chosen:
            floors.share[chosen] = shares.routed[q]
    for i in range(direct.count):
        if direct.decision[i] == chosen:
            floors.share[chosen] = shares.direct[i]
    return True


@compiled
def _stop_full_shares(direct, shares, level):
    """Set the rates of shares at their largest value to 0."""
    for q in range(len(shares.routed)):
        if level >= 1.0 - LEVEL_TOLERANCE:
            shares.routed_rate[q] = 0.0
    for i in range(direct.count):
        if direct.ceiling[i] <= level + LEVEL_TOLERANCE or level >= 1.0 - LEVEL_TOLERANCE:
            shares.direct_rate[i] = 0.0


@compiled
def _advance_shares(shares, rise):
    for q in range(len(shares.routed)):
        shares.routed[q] += shares.routed_rate[q] * rise
    for i in range(len(shares.direct)):
        shares.direct[i] += shares.direct_rate[i] * rise


@compiled
def raise_shares(block, tiers, reduced, local, state, direct, shares, floors, limit, work, claims):
    """Raise all shares to their max-min values; return whether this succeeded.

    There are two passes per tier: first for what its goals require, then for its decisions together
    until each of them is fixed. The last pass fills decisions that no row can limit.
    """
    routed_start = np.full(local.decisions, NEVER)
    direct_start = np.full(direct.count, NEVER)
    for phase in range(2 * len(tiers) + 1):
        tier = tiers[phase // 2] if phase < 2 * len(tiers) else 0
        levels = phase % 2 == 1
        if levels:
            _set_start_levels(block, reduced, direct, shares, tier, routed_start, direct_start)
        elif tier:
            if not _set_goal_rates(block, reduced, direct, shares, tier, floors):
                return False
        else:
            for q in range(local.decisions):
                shares.routed_rate[q] = 1.0 if reduced.kind[reduced.routed[q]] == FREED else 0.0
        level, done = 0.0, False
        for _ in range(4 * (local.decisions + direct.count) + 8):
            target = _next_level(direct, shares, level, routed_start, direct_start)
            if target < 0.0:
                done = True
                break
            max_rise = max(target - level, 0.0) if levels else 1.0 - level
            recompute_values(local, state, direct, shares, work)
            code, rise = raise_level(local, state, direct, shares, max_rise, work)
            _advance_shares(shares, rise)
            level += rise
            if code == BLOCKED and not levels and 1.0 - level <= TARGET_TOLERANCE:
                code, level = REACHED, 1.0
            if code == FAILED:
                return False
            if code == BLOCKED and not levels:
                if not _fix_unreachable_goal(local, state, reduced, direct, shares, work.weights,
                                             tier, floors, limit, claims):  # fmt: skip
                    return False
            elif code == BLOCKED:
                claimed = add_claim(local, state, reduced, limit, work.weights, tier, level, claims)
                if (
                    not claimed
                    or _fix_blocked_shares(local, state, direct, shares, work.weights) == 0
                ):
                    return False
            else:
                _stop_full_shares(direct, shares, level)
        if not done:
            return False
    recompute_values(local, state, direct, shares, work)
    return True


@compiled
def write_people(block, full, lower, upper, reduced, local, direct, shares, value, people):
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
"""Present upper bound of each column, its value once fixed, whether it is open; and the ceiling."""


@compiled
def _fix_costly_columns(local, state, ceiling):
    """Fix columns that cannot move without a cost; return whether any column remains open."""
    largest = 0.0
    for c in range(local.columns):
        largest = max(largest, local.cost[c])
        ceiling.bound[c] = local.upper[c]
        where = state.status[c]
        ceiling.value[c] = state.basic[state.place[c]] if where == BASIC else 0.0
        if where == UPPER:
            ceiling.value[c] = local.upper[c]
    for var in range(local.columns + local.rows):
        if state.status[var] != BASIC and abs(state.reduced_cost[var]) > COST_TOLERANCE * (
            1.0 + largest
        ):
            state.status[var] = FIXED
    any_active = False
    for q in range(local.decisions):
        count = 0
        for c in range(local.start[q], local.start[q + 1]):
            count += state.status[c] != FIXED
        for c in range(local.start[q], local.start[q + 1]):
            ceiling.active[c] = count > 1 and state.status[c] != FIXED
            any_active = any_active or ceiling.active[c]
    return any_active


@compiled
def _recompute_under_ceiling(local, state, base, shares, ceiling, work):
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
                subtract_column(local, c, at, slack)
    solve_basic(local, state, right, slack, state.basic, work.alpha)


@compiled
def _ceiling_rates(local, state, work):
    """Write rates of basic variables and free slacks per unit by which the ceiling is lowered."""
    right, moving, rate = work.right, work.moving, work.rate
    for e in range(state.size[0]):
        right[e] = 0.0
    for r in range(local.rows):
        moving[r] = 0.0
    for c in range(local.columns):
        if state.status[c] == MOVING:
            right[local.owner[c]] += 1.0
            subtract_column(local, c, -1.0, moving)
    solve_basic(local, state, right, moving, rate, work.alpha)


@compiled
def _ceiling_ratio_test(local, state, work, ceiling, max_step):
    """Return the first bound reached: (step, place or -1, row or -1, at the upper bound)."""
    step_limit, place, row, at_upper, weight = max_step, -1, -1, False, 0.0
    rate, moving, top, min_rate = work.rate, work.moving, ceiling.top[0], work.min_rate[0]
    for p in range(state.size[0]):
        var = state.head[p]
        step, speed, up = np.inf, 0.0, False
        if rate[p] < -min_rate:
            step, speed = max(state.basic[p], 0.0) / -rate[p], -rate[p]
        if var < local.columns:
            if rate[p] > min_rate:
                step, speed = max(ceiling.bound[var] - state.basic[p], 0.0) / rate[p], rate[p]
                up = True
            if ceiling.active[var] and rate[p] + 1.0 > min_rate:
                ceiling_step = max(top - state.basic[p], 0.0) / (rate[p] + 1.0)
                if ceiling_step <= step:
                    step, speed, up = ceiling_step, rate[p] + 1.0, True
        if step < step_limit - STEP_TOLERANCE or (
            place >= 0 and step <= step_limit + STEP_TOLERANCE and speed > weight
        ):
            step_limit, place, row, at_upper, weight = min(step, step_limit), p, -1, up, speed
    for r in range(local.rows):
        if state.equation[r] < 0 and moving[r] < -min_rate:
            step = max(state.slack[r], 0.0) / -moving[r]
            if step < step_limit - STEP_TOLERANCE:
                step_limit, place, row, at_upper = step, -1, r, False
    return step_limit, place, row, at_upper


@compiled
def _select_largest_pivot(local, state, entries, at_upper):
    """Return the nonbasic variable with the largest pivot that can enter, or -1."""
    size, chosen, best = 1.0, -1, 0.0
    for n in range(local.columns + state.size[0] - local.decisions):
        var = variable(local, state, n)
        where = state.status[var]
        if where in (BASIC, FIXED):
            entries[var] = 0.0
            continue
        size = max(size, abs(entries[var]))
        entry = entries[var] if at_upper == (where == LOWER) else -entries[var]
        if entry > best:
            chosen, best = var, entry
    return chosen if best > MIN_PIVOT * size else -1


@compiled
def _at_ceiling(local, var, at_upper, ceiling):
    """Whether a basic variable is at the ceiling, not at its bound."""
    return (
        at_upper
        and var < local.columns
        and ceiling.active[var]
        and ceiling.bound[var] >= ceiling.top[0] - EQUAL_SHARES
    )


@compiled
def _fix_at_ceiling(local, state, p, at_upper, entries, ceiling):
    """Fix the shares in a blocked row at the ceiling; return their number."""
    size, count, top = 0.0, 0, ceiling.top[0]
    for c in range(local.columns):
        if state.status[c] == MOVING:
            size = max(size, abs(entries[c]))
    var = state.head[p]
    if _at_ceiling(local, var, at_upper, ceiling):
        ceiling.active[var] = False
        ceiling.bound[var] = top
        size = max(size, 1.0)
        count += 1
    for c in range(local.columns):
        if state.status[c] == MOVING and abs(entries[c]) > ENTRY_TOLERANCE * size:
            state.status[c] = UPPER
            ceiling.bound[c] = top
            ceiling.active[c] = False
            count += 1
    return count


@compiled
def _ceiling_is_significant(local, state, size, entries):
    """Whether the entries of a row at the ceiling exceed rounding."""
    weight = 0.0
    for c in range(local.columns):
        if state.status[c] == MOVING:
            weight = max(weight, abs(entries[c]))
    return weight > RATE_TOLERANCE * max(size, 1.0)


@compiled
def _exchange_basic(local, state, p, var, at_upper, work, ceiling):
    """Exchange the variable at place p for another, and update values and rates."""
    leaving = state.head[p]
    old_value, new_status, old_rate = 0.0, LOWER, 0.0
    if at_upper:
        if _at_ceiling(local, leaving, at_upper, ceiling):
            old_value, new_status, old_rate = ceiling.top[0], MOVING, -1.0
        else:
            old_value, new_status = ceiling.bound[leaving], UPPER
    new_value, new_rate = 0.0, 0.0
    if state.status[var] == MOVING:
        new_value, new_rate = ceiling.top[0], -1.0
    elif state.status[var] == UPPER:
        new_value = ceiling.bound[var]
    exchange(local, state, p, var, work.alpha, work.rate, work.moving, (old_value, old_rate),
             (new_value, new_rate), new_status)  # fmt: skip


@compiled
def _set_ceiling(local, state, ceiling):
    """Set the ceiling to the largest open share."""
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
    """Let open shares at the ceiling move with it; return the next lower bound of a share."""
    next_bound = 0.0
    for c in range(local.columns):
        if ceiling.active[c] and state.status[c] == UPPER:
            if ceiling.bound[c] >= ceiling.top[0] - EQUAL_SHARES:
                state.status[c] = MOVING
            else:
                next_bound = max(next_bound, ceiling.bound[c])
    return next_bound


@compiled
def _lower_ceiling(local, state, work, ceiling, step):
    """Lower the ceiling by a step."""
    advance(local, state, work.rate, work.moving, step)
    ceiling.top[0] -= step
    for c in range(local.columns):
        if state.status[c] == MOVING:
            ceiling.bound[c] = ceiling.top[0]


@compiled
def _pivot_or_fix(local, state, reduced, limit, p, at_upper, work, ceiling, claims):
    """Pivot at place p, or fix the shares that block it; return which."""
    size = btran(local, state, p, work.weights)
    price(local, state, work.weights, work.entries)
    var = _select_largest_pivot(local, state, work.entries, at_upper)
    if var >= 0:
        ftran(local, state, var, work.alpha)
        if abs(work.alpha[p] - work.entries[var]) > 1e-6 * (1 + abs(work.alpha[p])):
            return ERROR
        _exchange_basic(local, state, p, var, at_upper, work, ceiling)
        return CONTINUE
    c = state.head[p]
    if not _at_ceiling(local, c, at_upper, ceiling) and not _ceiling_is_significant(
        local, state, size, work.entries
    ):
        discard_rate(local, state, p, work.rate, work.moving)
        return CONTINUE
    top = ceiling.top[0]
    refine_btran(local, state, p, work.weights, work.alpha)
    if not add_claim(local, state, reduced, limit, work.weights, 0, top, claims):
        return ERROR
    return (
        SHARES_FIXED
        if _fix_at_ceiling(local, state, p, at_upper, work.entries, ceiling) > 0
        else ERROR
    )


@compiled
def _read_values(local, state, ceiling):
    """Write the value of every column."""
    for c in range(local.columns):
        if state.status[c] == BASIC:
            ceiling.value[c] = state.basic[state.place[c]]
        elif state.status[c] == LOWER:
            ceiling.value[c] = 0.0
        elif state.status[c] != FIXED:
            ceiling.value[c] = ceiling.bound[c]


@compiled
def minimize_largest_shares(local, state, direct, shares, reduced, limit, work, value, claims):
    """Write shares by column with lexicographically smallest maxima; return success."""
    base = local.limit.copy()
    for i in range(direct.count):
        for at in range(direct.ptr[i], direct.ptr[i + 1]):
            base[direct.index[at]] -= direct.value[at] * shares.direct[i]
    ceiling = Ceiling(
        np.empty(local.columns), value, np.zeros(local.columns, np.bool_), np.zeros(1)
    )
    if not _fix_costly_columns(local, state, ceiling):
        return True
    _set_ceiling(local, state, ceiling)
    changed, next_bound = True, 0.0
    for _ in range(50 * (local.decisions + local.rows) + 500):
        any_active = False
        for c in range(local.columns):
            any_active = any_active or ceiling.active[c]
        if ceiling.top[0] <= MIN_CEILING or not any_active:
            _read_values(local, state, ceiling)
            return True
        if changed:
            next_bound = _tie_to_ceiling(local, state, ceiling)
            _recompute_under_ceiling(local, state, base, shares.routed, ceiling, work)
            _ceiling_rates(local, state, work)
            changed = False
        step, p, row, at_upper = _ceiling_ratio_test(
            local, state, work, ceiling, ceiling.top[0] - next_bound
        )
        _lower_ceiling(local, state, work, ceiling, step)
        if p < 0 and row < 0:
            changed = True
            continue
        if row >= 0:
            p = enter_moving_row(local, state, row, work.rate, work.moving)
            if p < 0:
                return False
        outcome = _pivot_or_fix(local, state, reduced, limit, p, at_upper, work, ceiling, claims)
        if outcome == ERROR:
            return False
        if outcome == SHARES_FIXED:
            top = ceiling.top[0]
            _set_ceiling(local, state, ceiling)
            ceiling.top[0] = min(top, ceiling.top[0])
            changed = True
    return False
