"""Proofs that a plan is what it claims to be, from the rows of the block and nothing of the search.

Shares cannot rise: for weights y ≥ 0 of the limit rows, the cheapest way to give a decision a share s
costs f_d(s), the cheapest columns first; whatever the plan, Σ f_d(share) ≤ Σ y × what is left. Where the
plan's own shares use that up, none of the shares that cost anything can rise unless one of them falls.
"""

from __future__ import annotations

import numpy as np
from planner.montecarlo.kernel.jit import compiled

from planner.montecarlo.kernel.prepare import CLOSED, DONE, FREED, SETTLED
from planner.montecarlo.kernel.state import BASIC, FIXED, LOWER

__all__ = ["proves_even", "proves_hold", "proves_plan", "proves_preference"]


PRICED = 1e-7
"""What a whole share must cost at least, relative to all that is left, to count as held."""


@compiled
def _price(shape, full, weight, own, c):
    """Return what a share of a column's decision costs: the weights of its rows, and its own cost."""
    price = own[c] if len(own) else 0.0
    for at in range(shape.indptr[c], shape.indptr[c + 1]):
        price += weight[shape.index[at]] * shape.value[at]
    return price * full[shape.owner[c]]


@compiled
def _cheapest(shape, full, most, weight, own, d, share):
    """Return the least cost of a share of a decision, and what a little more of it would cost."""
    first, last = shape.start[d], shape.start[d + 1]
    prices = np.empty(last - first)
    for c in range(first, last):
        prices[c - first] = _price(shape, full, weight, own, c) if most[c] > 0 else np.inf
    spent, need, margin = 0.0, share, 0.0
    for c in np.argsort(prices):
        if prices[c] == np.inf or need <= 1e-12:
            break
        margin = prices[c]
        part = min(need, most[first + c] / full[d])
        spent += part * margin
        need -= part
    return spent, margin


@compiled
def _global_weights(reduced, weights):
    """Return weights per unit of each limit of the block, none below 0, and the largest wrong sign."""
    out = np.zeros(len(reduced.rowof))
    high, low = 0.0, 0.0
    for r in range(len(weights)):
        high, low = max(high, weights[r]), min(low, weights[r])
    sign = 1.0 if high >= -low else -1.0
    size = max(high, -low)
    wrong = 0.0
    for r in range(len(out)):
        k = reduced.rowof[r]
        if k >= 0:
            weight = sign * weights[k]
            wrong = max(wrong, -weight / max(size, 1e-300))
            out[r] = max(weight, 0.0) * reduced.scale[r]
    return out, wrong, size


@compiled
def proves_hold(
    shape, full, reduced, shares, weights,
    before_routed, before_direct, routed_rate, direct_rate, proven,
):  # fmt: skip
    """Check that the decisions just held cannot rise; return the gap, relative to what is used.

    Those it holds are marked in `proven` with their share.
    """
    weight, wrong, size = _global_weights(reduced, weights)
    if size <= 1e-12:  # no row at all: their own columns hold them
        weight[:] = 0.0
        wrong = 0.0
    none = np.zeros(0)
    room, used = 0.0, 0.0
    for r in range(len(weight)):
        if weight[r] > 0:
            room += weight[r] * reduced.left[r]
    share = np.zeros(len(full))
    for q in range(reduced.local.decisions):
        share[reduced.routed[q]] = shares.routed[q]
    for i in range(len(reduced.direct.decision)):
        share[reduced.direct.decision[i]] = shares.direct[i]
    held_without_price = 0.0
    for d in range(len(full)):
        if reduced.kind[d] <= DONE or reduced.kind[d] == FREED:
            continue
        if share[d] > 0 and size > 1e-12:
            spent, _ = _cheapest(shape, full, reduced.most, weight, none, d, share[d])
            used += spent
    for q in range(reduced.local.decisions):
        if before_routed[q] != 0.0 and routed_rate[q] == 0.0:
            d = reduced.routed[q]
            held_without_price = max(
                held_without_price,
                _mark(shape, full, reduced, weight, d, share[d], room, proven),
            )
    for i in range(len(reduced.direct.decision)):
        if before_direct[i] != 0.0 and direct_rate[i] == 0.0:
            d = reduced.direct.decision[i]
            held_without_price = max(
                held_without_price,
                _mark(shape, full, reduced, weight, d, share[d], room, proven),
            )
    gap = abs(room - used) / max(room, used, 1e-12) if room > 0 else 0.0
    return max(gap, wrong, held_without_price)


@compiled
def _mark(shape, full, reduced, weight, d, share, room, proven):
    """Mark a decision as held for good if more of it would cost something, or no column has room."""
    capacity = 0.0
    for c in range(shape.start[d], shape.start[d + 1]):
        capacity += min(reduced.most[c] / full[d], 1.0)
    if share >= min(capacity, 1.0) - 1e-9:
        proven[d] = 1.0
        return 0.0
    _, margin = _cheapest(shape, full, reduced.most, weight, np.zeros(0), d, share + 1e-9)
    if margin > PRICED * room:
        proven[d] = 1.0
        return 0.0
    return 1.0


@compiled
def proves_plan(shape, full, lower, upper, limit, reduced, shares, people, proven, proof):
    """Check every row and bound of the block, and that every decision short of its cap is held."""
    worst = 0.0
    load = np.zeros(shape.rows)
    for c in range(len(people)):
        worst = max(worst, (people[c] - upper[c]) / (1 + abs(upper[c])))
        worst = max(worst, -people[c])
        if upper[c] <= lower[c]:
            worst = max(worst, abs(people[c] - upper[c]) / (1 + abs(upper[c])))
        for at in range(shape.indptr[c], shape.indptr[c + 1]):
            load[shape.index[at]] += shape.value[at] * people[c]
    for r in range(shape.rows):
        if limit[r] < np.inf:
            allowed = max(
                limit[r], limit[r] - reduced.left[r]
            )  # settled tours may stand a hair above
            worst = max(worst, (load[r] - allowed) / (1 + abs(limit[r])))
    loose = 0.0
    for d in range(len(full)):
        kind = reduced.kind[d]
        if kind == SETTLED or full[d] <= 0:
            continue
        total, capacity = 0.0, 0.0
        for c in range(shape.start[d], shape.start[d + 1]):
            total += people[c]
            capacity += min(reduced.most[c], full[d])
        worst = max(worst, (total - full[d]) / (1 + full[d]))
        short = (min(capacity, full[d]) - total) / (1 + full[d])
        if kind == DONE or kind == FREED or kind == CLOSED:
            loose = max(loose, short)
        elif proven[d] == 0.0:
            loose = max(loose, short)
        expected = _share_of(reduced, shares, d)
        if expected >= 0:
            worst = max(worst, abs(total / full[d] - expected))
    proof[0] = max(proof[0], worst)
    proof[1] = max(proof[1], loose)


@compiled
def _share_of(reduced, shares, d):
    """Return the share a decision was given, -1 if none was kept."""
    for i in range(len(reduced.direct.decision)):
        if reduced.direct.decision[i] == d:
            return shares.direct[i]
    for q in range(reduced.local.decisions):
        if reduced.routed[q] == d:
            return shares.routed[q]
    return -1.0


@compiled
def proves_preference(shape, full, reduced, people, duals, proof):
    """Check that no other split over pools gives the same shares at a smaller preference cost."""
    weight = np.zeros(len(reduced.rowof))
    wrong, top = 0.0, 0.0
    for r in range(len(duals)):
        top = max(top, abs(duals[r]))
    for r in range(len(weight)):
        k = reduced.rowof[r]
        if k >= 0:
            wrong = max(wrong, -duals[k])
            weight[r] = max(duals[k], 0.0) * reduced.scale[r]
    cost, bound = 0.0, 0.0
    for r in range(len(weight)):
        if weight[r] > 0:
            bound -= weight[r] * reduced.left[r]
    for q in range(reduced.local.decisions):
        d = reduced.routed[q]
        total = 0.0
        for c in range(shape.start[d], shape.start[d + 1]):
            total += people[c]
            cost += shape.cost[c] * people[c]
        spent, _ = _cheapest(shape, full, reduced.most, weight, shape.cost, d, total / full[d])
        bound += spent
    for i in range(len(reduced.direct.decision)):
        d = reduced.direct.decision[i]
        c = reduced.choice[d]
        cost += shape.cost[c] * people[c]
        spent, _ = _cheapest(shape, full, reduced.most, weight, shape.cost, d, people[c] / full[d])
        bound += spent
    proof[1] = max(proof[1], wrong / (1 + top))
    proof[2] = max(proof[2], abs(cost - bound) / (1 + abs(cost)))


@compiled
def _where(local, state, bound, value, var):
    """Return the value of a column or slack."""
    if state.status[var] == BASIC:
        if state.place[var] >= 0:
            return state.basic[state.place[var]]
        return state.slack[var - local.columns]
    if var >= local.columns or state.status[var] == LOWER:
        return 0.0
    return value[var] if state.status[var] == FIXED else bound[var]


@compiled
def proves_even(local, state, weights, bound, active, value, top):
    """Check that the ceiling over the open shares cannot come down; return the gap.

    In every split that costs no more preference, Σ entry × share is the same for weights of the
    equations; what the closed shares cannot bear, the open ones must.
    """
    nothing = 1.0
    entries = np.empty(local.columns)
    for c in range(local.columns):
        entries[c] = weights[local.owner[c]]
    for e in range(local.decisions, state.size[0]):
        nothing = max(nothing, abs(weights[e]))
        row = state.row[e]
        if weights[e] != 0.0:
            for at in range(local.rowptr[row], local.rowptr[row + 1]):
                entries[local.rowcol[at]] += weights[e] * local.rowval[at]
    nothing *= 1e-9
    balance = 0.0
    for c in range(local.columns):
        if active[c] and abs(entries[c]) > nothing:
            balance += entries[c] * _where(local, state, bound, value, c)
    sign = 1.0 if balance >= 0 else -1.0
    total, closed, open_weight = 0.0, 0.0, 0.0
    for c in range(local.columns):
        entry = sign * entries[c]
        if abs(entry) <= nothing:
            continue
        now = _where(local, state, bound, value, c)
        total += entry * now
        if state.status[c] == FIXED:
            closed += entry * now
        elif entry > 0 and active[c] and bound[c] >= top - 1e-9:
            open_weight += entry
        elif entry > 0:
            closed += entry * min(bound[c], local.upper[c])
    for e in range(local.decisions, state.size[0]):
        entry, slack = sign * weights[e], local.columns + state.row[e]
        if abs(entry) > nothing:
            total += entry * _where(local, state, bound, value, slack)
            if state.status[slack] != FIXED and entry > 0:
                return np.inf
    if open_weight <= 0:
        return np.inf
    return abs((total - closed) / open_weight - top)
