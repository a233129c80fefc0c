"""Proof that a fair plan is what it claims to be, from the problem, the plan and the claims alone.

Shares cannot rise: for weights y ≥ 0 of the limits, the cheapest way to give a decision a share s
costs f_d(s), the cheapest columns first; whatever the plan,

    Σ_d f_d(share[d])  ≤  Σ_r y[r] × what is left of limit r.

Where the shares at which everybody stands use that up, none of those that cost anything can rise
unless another falls. By weak duality the same inequality, with the cost of preference in f, proves
that no other split over pools is preferred, and a third one that what still ties is even.
"""

from __future__ import annotations

import numpy as np

from planner.montecarlo.kernel.jit import compiled, struct

__all__ = ["Ledger", "new_ledger", "prove_fair"]

LedgerType, Ledger = struct(
    __name__, "Ledger", "settled most left share cap final weight price touched shut"
)
"""Scratch of a proof. By decision: whether it is settled, its share, the largest share that its
columns allow, whether its share is final. By column: most people, price, whether it is touched by
a price, and where it stands once it may not move any more (-1: it may). By row: what is left, and
weight."""

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


@compiled
def new_ledger(shape, decisions, columns, rows):
    """Return scratch for a block."""
    return Ledger(
        np.zeros(decisions, np.bool_), np.zeros(columns), np.zeros(rows), np.zeros(decisions),
        np.zeros(decisions), np.zeros(decisions, np.bool_), np.zeros(rows), np.zeros(columns),
        np.zeros(decisions, np.bool_), np.zeros(columns),
    )  # fmt: skip


@compiled
def _open(shape, full, lower, upper, limit, people, ledger):
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
        for at in range(shape.indptr[c], shape.indptr[c + 1]):
            weight[shape.places[at]] += shape.value[at] * people[c]
    for d in range(len(full)):
        ledger.settled[d] = True
        for c in range(shape.start[d], shape.start[d + 1]):
            if upper[c] > lower[c]:
                ledger.settled[d] = False
        if ledger.settled[d]:
            for c in range(shape.start[d], shape.start[d + 1]):
                for at in range(shape.indptr[c], shape.indptr[c + 1]):
                    left[shape.places[at]] -= shape.value[at] * people[c]
    for r in range(len(limit)):
        if limit[r] < np.inf:  # settled tours may stand a hair above a limit
            over = weight[r] - max(limit[r], limit[r] - left[r])
            worst = max(worst, over / (1 + limit[r]))
            left[r] = max(left[r], 0.0)
        weight[r] = 0.0
    for d in range(len(full)):
        total, room = 0.0, 0.0
        for c in range(shape.start[d], shape.start[d + 1]):
            total += people[c]
            most[c] = 0.0 if ledger.settled[d] else min(upper[c], full[d])
            for at in range(shape.indptr[c], shape.indptr[c + 1]):
                most[c] = min(most[c], left[shape.places[at]] / shape.value[at])
            room += most[c]
        ledger.share[d] = total / full[d] if full[d] > 0 else 0.0
        ledger.cap[d] = min(room / full[d], 1.0) if full[d] > 0 else 0.0
        ledger.final[d] = ledger.settled[d] or full[d] <= 0
        if not ledger.settled[d]:
            worst = max(worst, (total - full[d]) / (1 + full[d]))
    return worst


@compiled
def _set_prices(shape, claims, k, ledger):
    """Price columns by the limits of a claim; return the worth of all that is left of them."""
    worth = 0.0
    for at in range(claims.ptr[k], claims.ptr[k + 1]):
        r = claims.place[at]
        if r >= 0 and claims.weight[at] > 0:
            weight = claims.weight[at]
            worth += weight * ledger.left[r]
            for a in range(shape.rowptr[r], shape.rowptr[r + 1]):
                c = shape.rowcol[a]
                ledger.price[c] += weight * shape.rowval[a]
                ledger.touched[shape.owner[c]] = True
    return worth


@compiled
def _clear_prices(shape, claims, k, ledger):
    for at in range(claims.ptr[k], claims.ptr[k + 1]):
        r = claims.place[at]
        if r >= 0 and claims.weight[at] > 0:
            for a in range(shape.rowptr[r], shape.rowptr[r + 1]):
                c = shape.rowcol[a]
                ledger.price[c] = 0.0
                ledger.touched[shape.owner[c]] = False


@compiled
def _cheapest(shape, ledger, d, people):
    """Return the least cost of so many people on a decision, and of one more.

    Columns are taken from the cheapest on: one pass finds the next price each time, so that no
    order has to be kept.
    """
    spent, need, margin, before = 0.0, people, np.inf, -np.inf
    first, last = shape.start[d], shape.start[d + 1]
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
def _stands(shape, floors, ledger, d, tier, level):
    """Return the share at which a decision stands when a claim is made."""
    share = ledger.share[d]
    if ledger.final[d] or shape.tier[d] < tier:
        return share
    floor = floors.share[d] if floors.tier[d] <= tier else 0.0
    if shape.tier[d] > tier:
        return min(share, floor)
    return min(share, max(level, floor))


@compiled
def _prove_level(shape, full, floors, claims, k, ledger):
    """Mark as final what a claim holds; return how far, as a share, any of it could still rise.

    A claim that misses its mark makes nothing final: what it should have held is found in the end.
    """
    worth = _set_prices(shape, claims, k, ledger)
    tier, level = claims.tier[k], claims.level[k]
    used = 0.0
    for d in range(len(full)):
        if ledger.touched[d] and not ledger.settled[d] and full[d] > 0:
            stands = _stands(shape, floors, ledger, d, tier, level) * full[d]
            used += _cheapest(shape, ledger, d, stands)[0]
    gap, worst = abs(worth - used), 0.0
    for d in range(len(full)):
        if not ledger.touched[d] or ledger.final[d] or shape.tier[d] != tier:
            continue
        stands = _stands(shape, floors, ledger, d, tier, level)
        margin = _cheapest(shape, ledger, d, stands * full[d] * (1 + AT))[1] * full[d]
        size = max(margin, BACK * worth)
        if margin > CHEAP * worth and gap <= SLIP * size and ledger.share[d] <= stands + SLIP:
            ledger.final[d] = True
            worst = max(worst, gap / size, ledger.share[d] - stands)
    _clear_prices(shape, claims, k, ledger)
    return worst


@compiled
def _prove_goals(shape, full, lower, upper, goal, people):
    """Return the largest shortfall of a goal that somebody could still have met."""
    worst = 0.0
    for g in range(len(goal)):
        if goal[g] <= 0:
            continue
        reached, can = 0.0, False
        for at in range(shape.goalptr[g], shape.goalptr[g + 1]):
            c = shape.goalcol[at]
            reached += shape.goalval[at] * people[c]
            can = can or (upper[c] > lower[c] and full[shape.owner[c]] > 0)
        if can:
            worst = max(worst, (goal[g] - reached) / (1 + goal[g]))
    return worst


@compiled
def _prove_preference(shape, full, duals, people, ledger):
    """Return the gap between the cost of a split over pools and the least there is.

    Afterwards ``ledger.price`` holds what a person costs with the duals, by column.
    """
    cost, bound, largest = 0.0, 0.0, 0.0
    for c in range(len(people)):
        ledger.price[c] = shape.cost[c]
        largest = max(largest, shape.cost[c] if ledger.most[c] > 0 else 0.0)
    for r in range(len(duals)):
        if duals[r] > 0:
            bound -= duals[r] * ledger.left[r]
            for a in range(shape.rowptr[r], shape.rowptr[r + 1]):
                ledger.price[shape.rowcol[a]] += duals[r] * shape.rowval[a]
    scale = 1.0
    for d in range(len(full)):
        if ledger.settled[d] or full[d] <= 0:
            continue
        total = 0.0
        for c in range(shape.start[d], shape.start[d + 1]):
            total += people[c]
            cost += shape.cost[c] * people[c]
        scale += largest * total
        bound += _cheapest(shape, ledger, d, min(total, ledger.cap[d] * full[d]))[0]
    return abs(cost - bound) / scale


@compiled
def _shut_columns(shape, full, people, ledger):
    """Shut every column that cannot move without a cost; count what is open by decision.

    With duals, the cheapest columns of a decision are used first: one that is dearer than the
    dearest in use is empty in every preferred split, one that is cheaper than that is full.
    """
    largest = 0.0
    for c in range(len(people)):
        if ledger.most[c] > 0:
            largest = max(largest, ledger.price[c])
    for d in range(len(full)):
        first, last = shape.start[d], shape.start[d + 1]
        margin = -np.inf
        for c in range(first, last):
            ledger.shut[c] = people[c]
            if people[c] > AT * full[d] and ledger.most[c] > 0:
                margin = max(margin, ledger.price[c])
        if ledger.settled[d] or full[d] <= 0:
            continue
        count = 0
        for c in range(first, last):
            if ledger.most[c] > 0 and abs(ledger.price[c] - margin) <= FREE * (1 + largest):
                ledger.shut[c] = -1.0
                count += 1
        for c in range(first, last):
            if count < 2:
                ledger.shut[c] = people[c]


@compiled
def _weigh_even(shape, full, claims, k, people, ledger):
    """Write what a column's person weighs in a claim; return balance, largest weight and
    by how much the balance changes where all limits change by their own size.

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
            for c in range(shape.start[d], shape.start[d + 1]):
                ledger.price[c] += weight / full[d]
        else:
            balance += weight * ledger.left[place]
            spread += abs(weight) * (1 + ledger.left[place])
            for a in range(shape.rowptr[place], shape.rowptr[place + 1]):
                ledger.price[shape.rowcol[a]] += weight * shape.rowval[a]
    for c in range(len(people)):
        if ledger.most[c] > 0:
            largest = max(largest, abs(ledger.price[c]) * full[shape.owner[c]])
    return balance, largest, spread


@compiled
def _idle(claims, k, duals, sign, ledger):
    """Return what limits that may stand idle could take off a balance with that sign."""
    total = 0.0
    for at in range(claims.ptr[k], claims.ptr[k + 1]):
        place = claims.place[at]
        if place >= 0 and duals[place] == 0:
            total += max(sign * claims.weight[at], 0.0) * ledger.left[place]
    return total


@compiled
def _prove_even(shape, full, claims, k, duals, people, ledger):
    """Shut the columns that a claim holds at its ceiling; return how far the ceiling could sink.

    What is shut stands where it stands and what is open is at least 0, so the columns that the
    ceiling presses on must make up for the rest of the balance. A claim that misses its mark shuts
    nothing: what it should have shut is found open in the end.
    """
    balance, largest, spread = _weigh_even(shape, full, claims, k, people, ledger)
    level = claims.level[k]
    for sign in (1.0, -1.0):
        rest, pressed = sign * balance, 0.0
        for c in range(len(people)):
            d = shape.owner[c]
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
            d = shape.owner[c]
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
    shape, full, lower, upper, limit, goal, floors, claims, duals, people, ledger, proof
):
    """Write (primal, dual, gap) of a plan.

    Primal is the worst violation of a row, a bound or a goal. Dual is the largest share by which a
    decision that no claim holds stays short of all it could have, or that a pool still gives a
    decision above an even level. Gap is the worst by which a claim misses its mark.
    """
    proof[0] = _open(shape, full, lower, upper, limit, people, ledger)
    proof[0] = max(proof[0], _prove_goals(shape, full, lower, upper, goal, people))
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
            proof[2] = max(proof[2], _prove_level(shape, full, floors, claims, k, ledger))
    for d in range(len(full)):
        if not ledger.final[d]:
            proof[1] = max(proof[1], ledger.cap[d] - ledger.share[d])
    proof[2] = max(proof[2], _prove_preference(shape, full, duals, people, ledger))
    _shut_columns(shape, full, people, ledger)
    for k in range(evens, claims.count[0]):
        proof[2] = max(proof[2], _prove_even(shape, full, claims, k, duals, people, ledger))
    for c in range(len(people)):
        if ledger.shut[c] < 0:
            proof[1] = max(proof[1], people[c] / full[shape.owner[c]])
