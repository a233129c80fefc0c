"""Certificates of plans, from the problem, the plan and the weights that a search claims.

No certificate depends on a basis. A *claim* of a fair search is a level with a row of weights over
limits (and over decisions, for ties): a proof that shares at that level cannot be improved. For
weights y >= 0 of the limits, the cheapest way to give a decision a share s costs f_d(s), the
cheapest columns first; for any plan,

    sum over d of f_d(share[d])  <=  sum over r of y[r] × what is left of limit r.

If the shares reached use up the right-hand side, no share with a positive cost can rise unless
another falls. By weak duality the same inequality, with the cost of preference in f, proves that no
other split over options is preferred, and a third one that ties are settled.

Under *value* the search claims one price of each limit and decision, by objective. Any prices bound
what a plan could reach from above (weak duality), so a plan that reaches the bound is optimal. Rows
with a price and columns with a reduced gain have the same value in every plan that is optimal for
an objective (complementary slackness), and are fixed for later objectives.
"""

from __future__ import annotations

import numpy as np

from planner.montecarlo.kernel.compile import compiled, struct

__all__ = [
    "add_claim", "clear_claims", "new_bounds", "new_claims", "new_fair_proof", "prove_fair",
    "prove_value",
]  # fmt: skip

ClaimsType, Claims = struct(__name__, "Claims", "count tier level ptr place weight")
"""Number of claims (one number in an array); the tier and the level of each; and their weights by
pointer: a limit row r of the block has index r, a decision d has index −1 − d."""

WEIGHT_TOLERANCE = 1e-12
"""Weights below this, relative to the largest of their claim, are rounding."""

SHARE_TOLERANCE = 1e-6
"""Largest change of a share that the proof of a claim leaves possible."""

GAP_SCALE = 1e-2
"""Gaps are also compared with this part of the value of all limits: a claim holds for limits that
differ by a hundred millionth. Chains of limits multiply rounding."""

PRICE_TOLERANCE = 1e-9
"""Prices of a whole share below this, relative to the value of all capacity, are rounding."""

COST_TOLERANCE = 1e-9
"""Reduced costs below this, relative to one plus the largest, leave a column free to move."""

EQUAL_SHARES = 1e-8
"""Shares that differ by less are equal."""

LIMIT_FACTOR = 1 + 1e-12
"""Factor by which a limit has to exceed the largest use of a column not to bound the column, for
rounding."""

DUAL_TOLERANCE = 1e-7
"""Columns and rows with a reduced gain or price (times the largest entry of the row) above this,
with gains of at most 1, are fixed."""


@compiled
def new_claims(most, entries):
    """Return storage for a number of claims and of weights in all."""
    return Claims(
        np.zeros(1, np.int64), np.zeros(most, np.int64), np.zeros(most),
        np.zeros(most + 1, np.int64), np.zeros(entries, np.int64), np.zeros(entries),
    )  # fmt: skip


@compiled
def clear_claims(claims):
    """Remove all claims."""
    claims.count[0] = 0


@compiled
def add_claim(local, state, reduced, limit, weights, tier, level, claims):
    """Add a claim from the weights of the equations; return False if storage is full.

    `weights` are per share of a limit and per share of a decision, as in the local problem; those
    of limits are stored per person, those of decisions per share.
    """
    k, size = claims.count[0], state.size[0]
    if k + 1 >= len(claims.ptr) or claims.ptr[k] + size > len(claims.place):
        return False
    largest, sign = 0.0, 1.0
    for e in range(local.decisions, size):
        if abs(weights[e]) > largest:
            largest, sign = abs(weights[e]), (1.0 if weights[e] > 0 else -1.0)
    if largest == 0.0:
        for e in range(local.decisions):
            if abs(weights[e]) > largest:
                largest, sign = abs(weights[e]), (1.0 if weights[e] > 0 else -1.0)
    at = claims.ptr[k]
    for e in range(size):
        if abs(weights[e]) > WEIGHT_TOLERANCE * largest:
            if e < local.decisions:
                claims.place[at], claims.weight[at] = -1 - reduced.routed[e], sign * weights[e]
            else:
                r = reduced.back[state.row[e]]
                claims.place[at], claims.weight[at] = r, sign * weights[e] / limit[r]
            at += 1
    claims.tier[k], claims.level[k] = tier, level
    claims.ptr[k + 1] = at
    claims.count[0] = k + 1
    return True


FairProofType, FairProof = struct(
    __name__,
    "FairProof",
    "settled most left share cap final weight price touched fixed_people short",
)
"""Scratch arrays of a proof of a fair plan. By decision: whether it is settled, its share, the
largest share that its columns allow, whether its share is final, whether its goal cannot be met. By
column: upper bound, price, whether a price touches it, and its people once fixed (-1: it may move).
By row: remaining capacity, and weight."""


@compiled
def new_fair_proof(decisions, columns, rows):
    """Return scratch arrays for a block."""
    return FairProof(
        np.zeros(decisions, np.bool_), np.zeros(columns), np.zeros(rows), np.zeros(decisions),
        np.zeros(decisions), np.zeros(decisions, np.bool_), np.zeros(rows), np.zeros(columns),
        np.zeros(decisions, np.bool_), np.zeros(columns), np.zeros(decisions, np.bool_),
    )  # fmt: skip


@compiled
def _prepare_fair(block, full, lower, upper, limit, people, data):
    """Write settled decisions, remaining capacity and upper bounds; return the violation.

    The result is the largest violation of a row or a bound.
    """
    most, left, weight = data.most, data.left, data.weight
    worst = 0.0
    for r in range(len(limit)):
        left[r], weight[r] = limit[r], 0.0
    for c in range(len(people)):
        worst = max(worst, (people[c] - upper[c]) / (1 + upper[c]))
        worst = max(worst, (min(lower[c], upper[c]) - people[c]) / (1 + upper[c]))
        for at in range(block.indptr[c], block.indptr[c + 1]):
            weight[block.places[at]] += block.value[at] * people[c]
    for d in range(len(full)):
        data.settled[d] = True
        for c in range(block.start[d], block.start[d + 1]):
            if upper[c] > lower[c]:
                data.settled[d] = False
        if data.settled[d]:
            for c in range(block.start[d], block.start[d + 1]):
                for at in range(block.indptr[c], block.indptr[c + 1]):
                    left[block.places[at]] -= block.value[at] * people[c]
    for r in range(len(limit)):
        if limit[r] < np.inf:  # settled tours may exceed a limit by rounding
            over = weight[r] - max(limit[r], limit[r] - left[r])
            worst = max(worst, over / (1 + limit[r]))
            left[r] = max(left[r], 0.0)
        weight[r] = 0.0
    for d in range(len(full)):
        total, room = 0.0, 0.0
        for c in range(block.start[d], block.start[d + 1]):
            total += people[c]
            most[c] = 0.0 if data.settled[d] else min(upper[c], full[d])
            for at in range(block.indptr[c], block.indptr[c + 1]):
                most[c] = min(most[c], left[block.places[at]] / block.value[at])
            room += most[c]
        data.share[d] = total / full[d] if full[d] > 0 else 0.0
        data.cap[d] = min(room / full[d], 1.0) if full[d] > 0 else 0.0
        data.final[d] = data.settled[d] or full[d] <= 0
        data.short[d] = False
        if not data.settled[d]:
            worst = max(worst, (total - full[d]) / (1 + full[d]))
    return worst


@compiled
def _set_prices(block, claims, k, data):
    """Price columns by the limits of a claim; return the value of their remaining capacity."""
    worth = 0.0
    for at in range(claims.ptr[k], claims.ptr[k + 1]):
        r = claims.place[at]
        if r >= 0 and claims.weight[at] > 0:
            weight = claims.weight[at]
            worth += weight * data.left[r]
            for a in range(block.rowptr[r], block.rowptr[r + 1]):
                c = block.rowcol[a]
                data.price[c] += weight * block.rowval[a]
                data.touched[block.owner[c]] = True
    return worth


@compiled
def _clear_prices(block, claims, k, data):
    for at in range(claims.ptr[k], claims.ptr[k + 1]):
        r = claims.place[at]
        if r >= 0 and claims.weight[at] > 0:
            for a in range(block.rowptr[r], block.rowptr[r + 1]):
                c = block.rowcol[a]
                data.price[c] = 0.0
                data.touched[block.owner[c]] = False


@compiled
def _cheapest(block, data, d, people):
    """Return the least cost of so many people on a decision, and of one more.

    Columns are taken from the cheapest on: one pass finds the next price each time, so that no
    order has to be kept.
    """
    spent, need, margin, before = 0.0, people, np.inf, -np.inf
    first, last = block.start[d], block.start[d + 1]
    for _ in range(first, last):
        lowest, room = np.inf, 0.0
        for c in range(first, last):
            cost = data.price[c]
            if data.most[c] > 0 and before < cost < lowest:
                lowest = cost
        for c in range(first, last):
            if data.price[c] == lowest:
                room += data.most[c]
        if lowest == np.inf:
            break
        part = min(need, room)
        spent += part * lowest
        if need < room:
            margin = lowest
            break
        need -= part
        before = lowest
    return spent, margin


@compiled
def _share_at_level(block, floors, data, d, tier, level):
    """Return the share of a decision at the level of a claim."""
    share = data.share[d]
    if data.final[d] or block.tier[d] < tier:
        return share
    floor = floors.share[d] if floors.tier[d] <= tier else 0.0
    if block.tier[d] > tier:
        return min(share, floor)
    return min(share, max(level, floor))


@compiled
def _prove_level(block, full, floors, claims, k, data):
    """Mark shares that a claim bounds as final; return the largest rise that remains possible.

    A claim with a gap makes no share final: shares that are not final are found at the end.
    """
    worth = _set_prices(block, claims, k, data)
    tier, level = claims.tier[k], claims.level[k]
    used = 0.0
    for d in range(len(full)):
        if data.touched[d] and not data.settled[d] and full[d] > 0:
            share = _share_at_level(block, floors, data, d, tier, level) * full[d]
            used += _cheapest(block, data, d, share)[0]
    gap, worst = abs(worth - used), 0.0
    for d in range(len(full)):
        if not data.touched[d] or data.final[d] or block.tier[d] != tier:
            continue
        share = _share_at_level(block, floors, data, d, tier, level)
        margin = _cheapest(block, data, d, (share + EQUAL_SHARES) * full[d])[1] * full[d]
        size = max(margin, GAP_SCALE * worth)
        if (
            margin > PRICE_TOLERANCE * worth
            and gap <= SHARE_TOLERANCE * size
            and data.share[d] <= share + SHARE_TOLERANCE
        ):
            data.final[d] = True
            data.short[d] = level < 0.0 and floors.tier[d] == tier
            worst = max(worst, gap / size, data.share[d] - share)
    _clear_prices(block, claims, k, data)
    return worst


@compiled
def _prove_goals(block, full, lower, upper, goal, people, data):
    """Return the largest shortfall of a goal that a column could have reduced."""
    worst = 0.0
    for g in range(len(goal)):
        if goal[g] <= 0:
            continue
        reached, can = 0.0, False
        for at in range(block.goalptr[g], block.goalptr[g + 1]):
            c = block.goalcol[at]
            reached += block.goalval[at] * people[c]
            d = block.owner[c]
            can = can or (upper[c] > lower[c] and full[d] > 0 and not data.short[d])
        if can:
            worst = max(worst, (goal[g] - reached) / (1 + goal[g]))
    return worst


@compiled
def _prove_preference(block, full, duals, people, data):
    """Return the gap between the cost of a split over pools and the minimum.

    Afterwards ``ledger.price`` holds what a person costs with the duals, by column.
    """
    cost, bound, largest = 0.0, 0.0, 0.0
    for c in range(len(people)):
        data.price[c] = block.cost[c]
        largest = max(largest, block.cost[c] if data.most[c] > 0 else 0.0)
    for r in range(len(duals)):
        if duals[r] > 0:
            bound -= duals[r] * data.left[r]
            for a in range(block.rowptr[r], block.rowptr[r + 1]):
                data.price[block.rowcol[a]] += duals[r] * block.rowval[a]
    scale = 1.0
    for d in range(len(full)):
        if data.settled[d] or full[d] <= 0:
            continue
        total = 0.0
        for c in range(block.start[d], block.start[d + 1]):
            total += people[c]
            cost += block.cost[c] * people[c]
        scale += largest * total
        bound += _cheapest(block, data, d, min(total, data.cap[d] * full[d]))[0]
    return abs(cost - bound) / scale


@compiled
def _fix_columns(block, full, people, data):
    """Fix every column that cannot move without a cost.

    With duals, the cheapest columns of a decision are used first: one that is dearer than the
    dearest in use is empty in every preferred split, one that is cheaper than that is full. Columns
    with next to no capacity are fixed too: the people of a decision cannot change by more than
    their sum. Return the largest such sum, as a share of its decision.
    """
    largest, slip = 0.0, 0.0
    for c in range(len(people)):
        if data.most[c] > 0:
            largest = max(largest, data.price[c])
    for d in range(len(full)):
        first, last = block.start[d], block.start[d + 1]
        margin = -np.inf
        for c in range(first, last):
            data.fixed_people[c] = people[c]
            if people[c] > EQUAL_SHARES * full[d] and data.most[c] > 0:
                margin = max(margin, data.price[c])
        if data.settled[d] or full[d] <= 0:
            continue
        count, spare = 0, 0.0
        for c in range(first, last):
            if data.most[c] > 0 and abs(data.price[c] - margin) <= COST_TOLERANCE * (1 + largest):
                if data.most[c] <= EQUAL_SHARES * full[d]:
                    spare += data.most[c] / full[d]
                    continue
                data.fixed_people[c] = -1.0
                count += 1
        slip = max(slip, spare)
        for c in range(first, last):
            if count < 2:
                data.fixed_people[c] = people[c]
    return slip


@compiled
def _claim_balance(block, full, claims, k, people, data):
    """Write the weight of a person by column in a claim; return balance, largest weight, and
    the change of the balance if all limits change by their size.

    For weights w of limits and decisions every split has Σ weight × people + Σ w × idle = balance.
    """
    balance, largest, spread = 0.0, 0.0, 0.0
    for c in range(len(people)):
        data.price[c] = 0.0
    for at in range(claims.ptr[k], claims.ptr[k + 1]):
        place, weight = claims.place[at], claims.weight[at]
        if place < 0:
            d = -1 - place
            balance += weight * data.share[d]
            for c in range(block.start[d], block.start[d + 1]):
                data.price[c] += weight / full[d]
        else:
            balance += weight * data.left[place]
            spread += abs(weight) * (1 + data.left[place])
            for a in range(block.rowptr[place], block.rowptr[place + 1]):
                data.price[block.rowcol[a]] += weight * block.rowval[a]
    for c in range(len(people)):
        if data.most[c] > 0:
            largest = max(largest, abs(data.price[c]) * full[block.owner[c]])
    return balance, largest, spread


@compiled
def _slack_allowance(claims, k, duals, sign, data):
    """Return the largest part of a balance of that sign that slack limits can account for."""
    total = 0.0
    for at in range(claims.ptr[k], claims.ptr[k + 1]):
        place = claims.place[at]
        if place >= 0 and duals[place] == 0:
            total += max(sign * claims.weight[at], 0.0) * data.left[place]
    return total


@compiled
def _prove_ties(block, full, claims, k, duals, people, data):
    """Fix the columns that a claim bounds at its ceiling; return the largest possible decrease.

    Fixed columns keep their people and open ones are at least 0, so the columns at the ceiling have
    to account for the rest of the balance. A claim with a gap fixes no column: columns that are not
    fixed are found at the end.
    """
    balance, largest, spread = _claim_balance(block, full, claims, k, people, data)
    level = claims.level[k]
    for sign in (1.0, -1.0):
        rest, pressed = sign * balance, 0.0
        for c in range(len(people)):
            d = block.owner[c]
            weight = sign * data.price[c]
            if data.most[c] <= 0 or abs(weight) * full[d] <= PRICE_TOLERANCE * largest:
                continue
            if data.fixed_people[c] >= 0:
                rest -= weight * data.fixed_people[c]
            elif weight > 0 and data.most[c] >= (level - EQUAL_SHARES) * full[d]:
                pressed += weight * full[d]
            elif weight > 0:
                rest -= weight * data.most[c]
        slip = abs(rest - level * pressed) + _slack_allowance(claims, k, duals, sign, data)
        worst, some = 0.0, False
        for c in range(len(people)):
            d = block.owner[c]
            holds = max(sign * data.price[c] * (1 + full[d]), GAP_SCALE * spread)
            near = people[c] >= level * full[d] - SHARE_TOLERANCE * (1 + full[d])
            heavy = sign * data.price[c] * full[d] > PRICE_TOLERANCE * largest
            if data.fixed_people[c] < 0 and near and heavy and slip <= SHARE_TOLERANCE * holds:
                data.fixed_people[c] = people[c]
                worst, some = max(worst, slip / holds), True
        if some:
            return worst
    return 0.0


@compiled
def prove_fair(block, full, lower, upper, limit, goal, floors, claims, duals, people, data, proof):
    """Write (primal, dual, gap) of a plan.

    Primal is the worst violation of a row, a bound or a goal. Dual is the largest share by which a
    decision that no claim holds stays short of all it could have, or that a pool still gives a
    decision above an even level. Gap is the worst by which a claim misses its mark.
    """
    proof[0] = _prepare_fair(block, full, lower, upper, limit, people, data)
    proof[1], proof[2] = 0.0, 0.0
    for c in range(len(people)):
        data.price[c] = 0.0
    for d in range(len(full)):
        data.touched[d] = False
    evens = claims.count[0]
    for k in range(claims.count[0]):
        if claims.tier[k] == 0:
            evens = min(evens, k)
        else:
            proof[2] = max(proof[2], _prove_level(block, full, floors, claims, k, data))
    proof[0] = max(proof[0], _prove_goals(block, full, lower, upper, goal, people, data))
    for d in range(len(full)):
        if not data.final[d]:
            proof[1] = max(proof[1], data.cap[d] - data.share[d])
    proof[2] = max(proof[2], _prove_preference(block, full, duals, people, data))
    proof[1] = max(proof[1], _fix_columns(block, full, people, data))
    for k in range(evens, claims.count[0]):
        proof[2] = max(proof[2], _prove_ties(block, full, claims, k, duals, people, data))
    for c in range(len(people)):
        if data.fixed_people[c] < 0:
            proof[1] = max(proof[1], people[c] / full[block.owner[c]])


BoundsType, Bounds = struct(__name__, "Bounds", "low high held price load")
"""Least and most people of each column; rows (limits, then decisions) that are held at their limit;
and scratch by column and by row."""


@compiled
def new_bounds(columns, rows):
    """Return scratch for a block of so many columns, and limits and decisions."""
    return Bounds(
        np.zeros(columns), np.zeros(columns), np.zeros(rows, np.bool_), np.zeros(columns),
        np.zeros(rows),
    )  # fmt: skip


@compiled
def _prepare_value(block, full, lower, upper, limit, people, bounds):
    """Write the bounds before the first objective; return the largest violation."""
    worst, rows, load = 0.0, len(limit), bounds.load
    indptr, places, value = block.indptr, block.places, block.value
    load[:] = 0.0
    bounds.held[:] = False
    for c in range(len(people)):
        d = block.owner[c]
        bounds.low[c] = min(lower[c], upper[c])
        bounds.high[c] = max(min(upper[c], full[d]), bounds.low[c])
        worst = max(worst, (people[c] - bounds.high[c]) / (1 + bounds.high[c]))
        worst = max(worst, (bounds.low[c] - people[c]) / (1 + bounds.high[c]))
        load[rows + d] += people[c]
        if people[c] != 0.0:
            for at in range(indptr[c], indptr[c + 1]):
                load[places[at]] += value[at] * people[c]
    return worst


@compiled
def _row_limits(block, full, lower, limit, row_limit):
    """Write what rows may hold: what is settled may exceed a limit by rounding."""
    for r in range(len(limit)):
        row_limit[r] = 0.0
    for d in range(len(full)):
        row_limit[len(limit) + d] = 0.0
    for c in range(len(lower)):
        if lower[c] > 0:
            row_limit[len(limit) + block.owner[c]] += lower[c]
            for at in range(block.indptr[c], block.indptr[c + 1]):
                row_limit[block.places[at]] += block.value[at] * lower[c]
    for r in range(len(limit)):
        row_limit[r] = max(row_limit[r], limit[r])
    for d in range(len(full)):
        row_limit[len(limit) + d] = max(row_limit[len(limit) + d], full[d])


@compiled
def _tighten_bounds(block, row_limit, bounds):
    """Lower the most of each column to what rows leave it if all other columns hold their least."""
    rows, left, low, high = len(row_limit) - len(block.tier), bounds.load, bounds.low, bounds.high
    indptr, places, value, owner = block.indptr, block.places, block.value, block.owner
    left[:] = row_limit
    for c in range(len(low)):
        left[rows + owner[c]] -= low[c]
        for at in range(indptr[c], indptr[c + 1]):
            least = low[c] if value[at] > 0.0 else high[c]
            if least != 0.0:
                left[places[at]] -= value[at] * least
    for c in range(len(low)):
        room = min(high[c] - low[c], max(left[rows + owner[c]], 0.0))
        for at in range(indptr[c], indptr[c + 1]):
            if value[at] > 0.0 and left[places[at]] < room * value[at] * LIMIT_FACTOR:
                room = min(room, max(left[places[at]], 0.0) / value[at])
        high[c] = low[c] + room


@compiled
def _column_optimum(gain, people, asked, reward, reduced, low, high):
    """Return (best sum for a column, least and most people with which it is reached).

    A person adds `reward` up to what is asked, and `reduced` always.
    """
    best, least, most = -np.inf, low, high
    for turn in range(2 if reward == 0.0 else 3):
        x = low if turn == 0 else (high if turn == 1 else min(max(asked, low), high))
        total = reward * min(x, asked) + reduced * x
        best = max(best, total)
    rising = reduced + reward
    if rising < -DUAL_TOLERANCE:
        most = low
    elif rising <= DUAL_TOLERANCE and reduced < -DUAL_TOLERANCE:
        most = min(max(asked, low), high)
    elif reduced < -DUAL_TOLERANCE:
        least = most = min(max(asked, low), high)
    elif reduced <= DUAL_TOLERANCE and rising > DUAL_TOLERANCE:
        least = min(max(asked, low), high)
    elif reduced > DUAL_TOLERANCE:
        least = high
    return best, least, most


@compiled
def prove_value(
    block,
    objectives,
    full,
    lower,
    upper,
    limit,
    asked,
    prices,
    people,
    bounds,
    row_limit,
    reach,
    proof,
):
    """Write (primal, dual, gap) of a plan, and the proved maximum of each objective to `reach`.

    Primal is the worst violation of a row or a bound, dual the largest price of the wrong sign, gap
    the largest distance, over the objectives, between the value of the plan and its upper bound.
    """
    rows = len(limit)
    proof[0], proof[1], proof[2] = (
        _prepare_value(block, full, lower, upper, limit, people, bounds),
        0.0,
        0.0,
    )
    _row_limits(block, full, lower, limit, row_limit)
    for r in range(rows + len(full)):
        if row_limit[r] < np.inf:
            proof[0] = max(proof[0], (bounds.load[r] - row_limit[r]) / (1 + row_limit[r]))
    _tighten_bounds(block, row_limit, bounds)
    cost, rowptr, rowcol, rowval = bounds.price, block.rowptr, block.rowcol, block.rowval
    owner, low, high, held = block.owner, bounds.low, bounds.high, bounds.held
    part, tier, times = asked.people, asked.tier, asked.times
    for k in range(len(objectives.goals)):
        bound, reached, of_rows = 0.0, 0.0, prices[k]
        goals, gains = objectives.goals[k], objectives.gain[k]
        for c in range(len(people)):
            cost[c] = of_rows[rows + owner[c]]
        for r in range(rows + len(full)):
            price = of_rows[r]
            if price == 0.0:
                continue
            if row_limit[r] == np.inf or (price < 0.0 and not held[r]):
                proof[1] = max(proof[1], abs(price))
                continue
            bound += price * row_limit[r]
            if r < rows:
                for at in range(rowptr[r], rowptr[r + 1]):
                    cost[rowcol[at]] += price * rowval[at]
        for c in range(len(people)):
            reward, gain = 0.0, 0.0
            if goals > 0:
                reward = times[c] if tier[c] == goals else 0.0
            else:
                gain = gains[c]
            if reward == 0.0 and gain == 0.0 and cost[c] == 0.0:
                continue
            best, least, most = _column_optimum(
                gain, people[c], part[c], reward, gain - cost[c], low[c], high[c]
            )
            bound += best
            reached += gain * people[c] + reward * min(people[c], part[c])
            low[c], high[c] = least, most
        proof[2] = max(proof[2], abs(bound - reached) / (1 + abs(reached)))
        reach[k] = bound
        for r in range(rows + len(full)):
            if prices[k, r] > 0.0:
                largest = block.largest[r] if r < rows else 1.0
                if prices[k, r] * largest > DUAL_TOLERANCE:
                    held[r] = True
