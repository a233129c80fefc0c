"""Certificates of plans, from the problem, the plan and the weights that a search claims.

Nothing here knows a basis. A *claim* of a fair search is a level with a row of weights over limits
(and over decisions, where ties are settled): the reason why what is at that level cannot be
better. For weights y >= 0 of the limits, the cheapest way to give a decision a share s costs
f_d(s), the cheapest columns first; whatever the plan,

    sum over d of f_d(share[d])  <=  sum over r of y[r] × what is left of limit r.

Where the shares that are reached use that up, none of those that cost anything can rise unless
another falls. By weak duality the same inequality, with the cost of preference in f, proves that no
other split over options is preferred, and a third one that ties are settled.

Under *value* the search claims one price of each limit and decision, aim by aim. Any prices bound
what a plan could reach from above (weak duality), so a plan that reaches the bound is optimal. What
has a price or a reduced gain is the same in every plan that is optimal for an aim (complementary
slackness), and is fixed for the aims after it.
"""

from __future__ import annotations

import numpy as np

from planner.montecarlo.kernel.compile import compiled, struct

__all__ = [
    "add_claim", "clear_claims", "new_bounds", "new_claims", "new_ledger", "prove_fair",
    "prove_value",
]  # fmt: skip

ClaimsType, Claims = struct(__name__, "Claims", "count tier level ptr place weight")
"""How many claims (one number in an array); the tier and the level of each; and their weights by
pointer: a limit row r of the block has index r, a decision d has index −1 − d."""

LEAST = 1e-12
"""Weights below this, relative to the largest of their claim, are rounding."""

SLIP = 1e-6
"""How far, as a share, what a claim holds may still move by its proof."""

BACK = 1e-2
"""Slips are also compared with this part of what the limits themselves amount to: a claim is good
for limits that differ by a hundred millionth. Chains of limits multiply rounding."""

CHEAP = 1e-9
"""Prices of a whole share below this, relative to the worth of all that is left, are rounding."""

FREE = 1e-9
"""Reduced costs below this, relative to one plus the largest, leave a column free to move."""

AT = 1e-8
"""Shares that differ by less are one."""

WELL = 1 + 1e-12
"""Factor by which a limit has to exceed what a column may take of it not to bound the column, for
rounding."""

PIN = 1e-7
"""Reduced gains and prices (times the largest entry of their row) above this, with gains of at most
1, hold what they belong to."""


@compiled
def new_claims(most, entries):
    """Return room for so many claims with so many weights in all."""
    return Claims(
        np.zeros(1, np.int64), np.zeros(most, np.int64), np.zeros(most),
        np.zeros(most + 1, np.int64), np.zeros(entries, np.int64), np.zeros(entries),
    )  # fmt: skip


@compiled
def clear_claims(claims):
    """Forget all claims."""
    claims.count[0] = 0


@compiled
def add_claim(local, state, reduced, limit, weights, tier, level, claims):
    """Note a claim from the weights of the equations; return False if it does not fit.

    `weights` are per share of a limit and per share of a decision, as in the local problem; those
    of limits are kept per person, those of decisions per share.
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
        if abs(weights[e]) > LEAST * largest:
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


LedgerType, Ledger = struct(
    __name__, "Ledger", "settled most left share cap final weight price touched shut short"
)
"""Scratch of a proof. By decision: whether it is settled, its share, the largest share that its
columns allow, whether its share is final, whether its goal cannot be met. By column: most people,
price, whether it is touched by a price, and its people once it is fixed (-1: it may move). By row:
what is left, and weight."""


@compiled
def new_ledger(decisions, columns, rows):
    """Return scratch for a block."""
    return Ledger(
        np.zeros(decisions, np.bool_), np.zeros(columns), np.zeros(rows), np.zeros(decisions),
        np.zeros(decisions), np.zeros(decisions, np.bool_), np.zeros(rows), np.zeros(columns),
        np.zeros(decisions, np.bool_), np.zeros(columns), np.zeros(decisions, np.bool_),
    )  # fmt: skip


@compiled
def _open_fair(block, full, lower, upper, limit, people, ledger):
    """Write what is settled, what that leaves, and the most each column can hold; return slip.

    The result is the largest violation of a row or a bound.
    """
    most, left, weight = ledger.most, ledger.left, ledger.weight
    worst = 0.0
    for r in range(len(limit)):
        left[r], weight[r] = limit[r], 0.0
    for c in range(len(people)):
        worst = max(worst, (people[c] - upper[c]) / (1 + upper[c]))
        worst = max(worst, (min(lower[c], upper[c]) - people[c]) / (1 + upper[c]))
        for at in range(block.indptr[c], block.indptr[c + 1]):
            weight[block.places[at]] += block.value[at] * people[c]
    for d in range(len(full)):
        ledger.settled[d] = True
        for c in range(block.start[d], block.start[d + 1]):
            if upper[c] > lower[c]:
                ledger.settled[d] = False
        if ledger.settled[d]:
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
            most[c] = 0.0 if ledger.settled[d] else min(upper[c], full[d])
            for at in range(block.indptr[c], block.indptr[c + 1]):
                most[c] = min(most[c], left[block.places[at]] / block.value[at])
            room += most[c]
        ledger.share[d] = total / full[d] if full[d] > 0 else 0.0
        ledger.cap[d] = min(room / full[d], 1.0) if full[d] > 0 else 0.0
        ledger.final[d] = ledger.settled[d] or full[d] <= 0
        ledger.short[d] = False
        if not ledger.settled[d]:
            worst = max(worst, (total - full[d]) / (1 + full[d]))
    return worst


@compiled
def _set_prices(block, claims, k, ledger):
    """Price columns by the limits of a claim; return the worth of all that is left of them."""
    worth = 0.0
    for at in range(claims.ptr[k], claims.ptr[k + 1]):
        r = claims.place[at]
        if r >= 0 and claims.weight[at] > 0:
            weight = claims.weight[at]
            worth += weight * ledger.left[r]
            for a in range(block.rowptr[r], block.rowptr[r + 1]):
                c = block.rowcol[a]
                ledger.price[c] += weight * block.rowval[a]
                ledger.touched[block.owner[c]] = True
    return worth


@compiled
def _clear_prices(block, claims, k, ledger):
    for at in range(claims.ptr[k], claims.ptr[k + 1]):
        r = claims.place[at]
        if r >= 0 and claims.weight[at] > 0:
            for a in range(block.rowptr[r], block.rowptr[r + 1]):
                c = block.rowcol[a]
                ledger.price[c] = 0.0
                ledger.touched[block.owner[c]] = False


@compiled
def _cheapest(block, ledger, d, people):
    """Return the least cost of so many people on a decision, and of one more.

    Columns are taken from the cheapest on: one pass finds the next price each time, so that no
    order has to be kept.
    """
    spent, need, margin, before = 0.0, people, np.inf, -np.inf
    first, last = block.start[d], block.start[d + 1]
    for _ in range(first, last):
        lowest, room = np.inf, 0.0
        for c in range(first, last):
            cost = ledger.price[c]
            if ledger.most[c] > 0 and before < cost < lowest:
                lowest = cost
        for c in range(first, last):
            if ledger.price[c] == lowest:
                room += ledger.most[c]
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
def _share_at(block, floors, ledger, d, tier, level):
    """Return the share of a decision at the level of a claim."""
    share = ledger.share[d]
    if ledger.final[d] or block.tier[d] < tier:
        return share
    floor = floors.share[d] if floors.tier[d] <= tier else 0.0
    if block.tier[d] > tier:
        return min(share, floor)
    return min(share, max(level, floor))


@compiled
def _prove_level(block, full, floors, claims, k, ledger):
    """Mark as final what a claim holds; return how far, as a share, any of it could still rise.

    A claim that misses its mark makes nothing final: what it should have held is found in the end.
    """
    worth = _set_prices(block, claims, k, ledger)
    tier, level = claims.tier[k], claims.level[k]
    used = 0.0
    for d in range(len(full)):
        if ledger.touched[d] and not ledger.settled[d] and full[d] > 0:
            share = _share_at(block, floors, ledger, d, tier, level) * full[d]
            used += _cheapest(block, ledger, d, share)[0]
    gap, worst = abs(worth - used), 0.0
    for d in range(len(full)):
        if not ledger.touched[d] or ledger.final[d] or block.tier[d] != tier:
            continue
        share = _share_at(block, floors, ledger, d, tier, level)
        margin = _cheapest(block, ledger, d, (share + AT) * full[d])[1] * full[d]
        size = max(margin, BACK * worth)
        if margin > CHEAP * worth and gap <= SLIP * size and ledger.share[d] <= share + SLIP:
            ledger.final[d] = True
            ledger.short[d] = level < 0.0 and floors.tier[d] == tier
            worst = max(worst, gap / size, ledger.share[d] - share)
    _clear_prices(block, claims, k, ledger)
    return worst


@compiled
def _prove_goals(block, full, lower, upper, goal, people, ledger):
    """Return the largest shortfall of a goal that some column could still have met."""
    worst = 0.0
    for g in range(len(goal)):
        if goal[g] <= 0:
            continue
        reached, can = 0.0, False
        for at in range(block.goalptr[g], block.goalptr[g + 1]):
            c = block.goalcol[at]
            reached += block.goalval[at] * people[c]
            d = block.owner[c]
            can = can or (upper[c] > lower[c] and full[d] > 0 and not ledger.short[d])
        if can:
            worst = max(worst, (goal[g] - reached) / (1 + goal[g]))
    return worst


@compiled
def _prove_preference(block, full, duals, people, ledger):
    """Return the gap between the cost of a split over pools and the minimum.

    Afterwards ``ledger.price`` holds what a person costs with the duals, by column.
    """
    cost, bound, largest = 0.0, 0.0, 0.0
    for c in range(len(people)):
        ledger.price[c] = block.cost[c]
        largest = max(largest, block.cost[c] if ledger.most[c] > 0 else 0.0)
    for r in range(len(duals)):
        if duals[r] > 0:
            bound -= duals[r] * ledger.left[r]
            for a in range(block.rowptr[r], block.rowptr[r + 1]):
                ledger.price[block.rowcol[a]] += duals[r] * block.rowval[a]
    scale = 1.0
    for d in range(len(full)):
        if ledger.settled[d] or full[d] <= 0:
            continue
        total = 0.0
        for c in range(block.start[d], block.start[d + 1]):
            total += people[c]
            cost += block.cost[c] * people[c]
        scale += largest * total
        bound += _cheapest(block, ledger, d, min(total, ledger.cap[d] * full[d]))[0]
    return abs(cost - bound) / scale


@compiled
def _shut_columns(block, full, people, ledger):
    """Shut every column that cannot move without a cost; count what is open by decision.

    With duals, the cheapest columns of a decision are used first: one that is dearer than the
    dearest in use is empty in every preferred split, one that is cheaper than that is full. Columns
    for which limits leave next to nothing are shut too: the people of a decision cannot move by
    more than all of these hold. Return the largest such room, as a share of its decision.
    """
    largest, slip = 0.0, 0.0
    for c in range(len(people)):
        if ledger.most[c] > 0:
            largest = max(largest, ledger.price[c])
    for d in range(len(full)):
        first, last = block.start[d], block.start[d + 1]
        margin = -np.inf
        for c in range(first, last):
            ledger.shut[c] = people[c]
            if people[c] > AT * full[d] and ledger.most[c] > 0:
                margin = max(margin, ledger.price[c])
        if ledger.settled[d] or full[d] <= 0:
            continue
        count, spare = 0, 0.0
        for c in range(first, last):
            if ledger.most[c] > 0 and abs(ledger.price[c] - margin) <= FREE * (1 + largest):
                if ledger.most[c] <= AT * full[d]:
                    spare += ledger.most[c] / full[d]
                    continue
                ledger.shut[c] = -1.0
                count += 1
        slip = max(slip, spare)
        for c in range(first, last):
            if count < 2:
                ledger.shut[c] = people[c]
    return slip


@compiled
def _weigh_even(block, full, claims, k, people, ledger):
    """Write what a column's person weighs in a claim; return balance, largest weight and
    by how much the balance changes where all limits change by their size.

    For weights w of limits and decisions every split has Σ weight × people + Σ w × idle = balance.
    """
    balance, largest, spread = 0.0, 0.0, 0.0
    for c in range(len(people)):
        ledger.price[c] = 0.0
    for at in range(claims.ptr[k], claims.ptr[k + 1]):
        place, weight = claims.place[at], claims.weight[at]
        if place < 0:
            d = -1 - place
            balance += weight * ledger.share[d]
            for c in range(block.start[d], block.start[d + 1]):
                ledger.price[c] += weight / full[d]
        else:
            balance += weight * ledger.left[place]
            spread += abs(weight) * (1 + ledger.left[place])
            for a in range(block.rowptr[place], block.rowptr[place + 1]):
                ledger.price[block.rowcol[a]] += weight * block.rowval[a]
    for c in range(len(people)):
        if ledger.most[c] > 0:
            largest = max(largest, abs(ledger.price[c]) * full[block.owner[c]])
    return balance, largest, spread


@compiled
def _idle(claims, k, duals, sign, ledger):
    """Return what limits that may be slack could take off a balance with that sign."""
    total = 0.0
    for at in range(claims.ptr[k], claims.ptr[k + 1]):
        place = claims.place[at]
        if place >= 0 and duals[place] == 0:
            total += max(sign * claims.weight[at], 0.0) * ledger.left[place]
    return total


@compiled
def _prove_even(block, full, claims, k, duals, people, ledger):
    """Shut the columns that a claim holds at its ceiling; return how far the ceiling could sink.

    What is shut keeps its people and what is open is at least 0, so the columns that the
    ceiling presses on must make up for the rest of the balance. A claim that misses its mark shuts
    nothing: what it should have shut is found open in the end.
    """
    balance, largest, spread = _weigh_even(block, full, claims, k, people, ledger)
    level = claims.level[k]
    for sign in (1.0, -1.0):
        rest, pressed = sign * balance, 0.0
        for c in range(len(people)):
            d = block.owner[c]
            weight = sign * ledger.price[c]
            if ledger.most[c] <= 0 or abs(weight) * full[d] <= CHEAP * largest:
                continue
            if ledger.shut[c] >= 0:
                rest -= weight * ledger.shut[c]
            elif weight > 0 and ledger.most[c] >= (level - AT) * full[d]:
                pressed += weight * full[d]
            elif weight > 0:
                rest -= weight * ledger.most[c]
        slip = abs(rest - level * pressed) + _idle(claims, k, duals, sign, ledger)
        worst, some = 0.0, False
        for c in range(len(people)):
            d = block.owner[c]
            holds = max(sign * ledger.price[c] * (1 + full[d]), BACK * spread)
            near = people[c] >= level * full[d] - SLIP * (1 + full[d])
            heavy = sign * ledger.price[c] * full[d] > CHEAP * largest
            if ledger.shut[c] < 0 and near and heavy and slip <= SLIP * holds:
                ledger.shut[c] = people[c]
                worst, some = max(worst, slip / holds), True
        if some:
            return worst
    return 0.0


@compiled
def prove_fair(
    block, full, lower, upper, limit, goal, floors, claims, duals, people, ledger, proof
):
    """Write (primal, dual, gap) of a plan.

    Primal is the worst violation of a row, a bound or a goal. Dual is the largest share by which a
    decision that no claim holds stays short of all it could have, or that a pool still gives a
    decision above an even level. Gap is the worst by which a claim misses its mark.
    """
    proof[0] = _open_fair(block, full, lower, upper, limit, people, ledger)
    proof[1], proof[2] = 0.0, 0.0
    for c in range(len(people)):
        ledger.price[c] = 0.0
    for d in range(len(full)):
        ledger.touched[d] = False
    evens = claims.count[0]
    for k in range(claims.count[0]):
        if claims.tier[k] == 0:
            evens = min(evens, k)
        else:
            proof[2] = max(proof[2], _prove_level(block, full, floors, claims, k, ledger))
    proof[0] = max(proof[0], _prove_goals(block, full, lower, upper, goal, people, ledger))
    for d in range(len(full)):
        if not ledger.final[d]:
            proof[1] = max(proof[1], ledger.cap[d] - ledger.share[d])
    proof[2] = max(proof[2], _prove_preference(block, full, duals, people, ledger))
    proof[1] = max(proof[1], _shut_columns(block, full, people, ledger))
    for k in range(evens, claims.count[0]):
        proof[2] = max(proof[2], _prove_even(block, full, claims, k, duals, people, ledger))
    for c in range(len(people)):
        if ledger.shut[c] < 0:
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
def _open_value(block, full, lower, upper, limit, people, bounds):
    """Write the bounds before the first aim; return the largest violation of a row or a bound."""
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
def _limits(block, full, lower, limit, loose):
    """Write what rows may hold: what is settled may exceed a limit by rounding."""
    for r in range(len(limit)):
        loose[r] = 0.0
    for d in range(len(full)):
        loose[len(limit) + d] = 0.0
    for c in range(len(lower)):
        if lower[c] > 0:
            loose[len(limit) + block.owner[c]] += lower[c]
            for at in range(block.indptr[c], block.indptr[c + 1]):
                loose[block.places[at]] += block.value[at] * lower[c]
    for r in range(len(limit)):
        loose[r] = max(loose[r], limit[r])
    for d in range(len(full)):
        loose[len(limit) + d] = max(loose[len(limit) + d], full[d])


@compiled
def _tighten(block, loose, bounds):
    """Lower the most of each column to what rows leave it if all other columns hold their least."""
    rows, left, low, high = len(loose) - len(block.tier), bounds.load, bounds.low, bounds.high
    indptr, places, value, owner = block.indptr, block.places, block.value, block.owner
    left[:] = loose
    for c in range(len(low)):
        left[rows + owner[c]] -= low[c]
        for at in range(indptr[c], indptr[c + 1]):
            least = low[c] if value[at] > 0.0 else high[c]
            if least != 0.0:
                left[places[at]] -= value[at] * least
    for c in range(len(low)):
        room = min(high[c] - low[c], max(left[rows + owner[c]], 0.0))
        for at in range(indptr[c], indptr[c + 1]):
            if value[at] > 0.0 and left[places[at]] < room * value[at] * WELL:
                room = min(room, max(left[places[at]], 0.0) / value[at])
        high[c] = low[c] + room


@compiled
def _part(gain, people, asked, reward, reduced, low, high):
    """Return (best sum for a column, least and most people with which it is reached).

    A person adds `reward` up to what is asked, and `reduced` always.
    """
    best, least, most = -np.inf, low, high
    for turn in range(2 if reward == 0.0 else 3):
        x = low if turn == 0 else (high if turn == 1 else min(max(asked, low), high))
        total = reward * min(x, asked) + reduced * x
        best = max(best, total)
    rising = reduced + reward
    if rising < -PIN:
        most = low
    elif rising <= PIN and reduced < -PIN:
        most = min(max(asked, low), high)
    elif reduced < -PIN:
        least = most = min(max(asked, low), high)
    elif reduced <= PIN and rising > PIN:
        least = min(max(asked, low), high)
    elif reduced > PIN:
        least = high
    return best, least, most


@compiled
def prove_value(
    block, aims, full, lower, upper, limit, asked, prices, people, bounds, loose, reach, proof
):
    """Write (primal, dual, gap) of a plan, and the proved maximum of each aim to `reach`.

    Primal is the worst violation of a row or a bound, dual the largest price of the wrong sign, gap
    the largest distance, over the aims, between what is reached and what could be.
    """
    rows = len(limit)
    proof[0], proof[1], proof[2] = (
        _open_value(block, full, lower, upper, limit, people, bounds),
        0.0,
        0.0,
    )
    _limits(block, full, lower, limit, loose)
    for r in range(rows + len(full)):
        if loose[r] < np.inf:
            proof[0] = max(proof[0], (bounds.load[r] - loose[r]) / (1 + loose[r]))
    _tighten(block, loose, bounds)
    cost, rowptr, rowcol, rowval = bounds.price, block.rowptr, block.rowcol, block.rowval
    owner, low, high, held = block.owner, bounds.low, bounds.high, bounds.held
    part, tier, times = asked.people, asked.tier, asked.times
    for aim in range(len(aims.goals)):
        bound, reached, of_rows = 0.0, 0.0, prices[aim]
        goals, gains = aims.goals[aim], aims.gain[aim]
        for c in range(len(people)):
            cost[c] = of_rows[rows + owner[c]]
        for r in range(rows + len(full)):
            price = of_rows[r]
            if price == 0.0:
                continue
            if loose[r] == np.inf or (price < 0.0 and not held[r]):
                proof[1] = max(proof[1], abs(price))
                continue
            bound += price * loose[r]
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
            best, least, most = _part(
                gain, people[c], part[c], reward, gain - cost[c], low[c], high[c]
            )
            bound += best
            reached += gain * people[c] + reward * min(people[c], part[c])
            low[c], high[c] = least, most
        proof[2] = max(proof[2], abs(bound - reached) / (1 + abs(reached)))
        reach[aim] = bound
        for r in range(rows + len(full)):
            if prices[aim, r] > 0.0:
                largest = block.largest[r] if r < rows else 1.0
                if prices[aim, r] * largest > PIN:
                    held[r] = True
