"""One fair plan: tier by tier the worst-off share as high as it can be, then the next."""

from __future__ import annotations

import numpy as np
from planner.montecarlo.kernel.jit import compiled

from planner.montecarlo.kernel.check import proves_hold, proves_plan, proves_preference
from planner.montecarlo.kernel.even import even_out
from planner.montecarlo.kernel.prepare import CLOSED, DONE, FREED, SETTLED, reduce
from planner.montecarlo.kernel.rise import BLOCKED, FAILED, Shares, Work, drive, refresh
from planner.montecarlo.kernel.state import new_state

__all__ = ["GAVE_UP", "SOLVED", "floors_of", "plan_fairly"]

SOLVED, GAVE_UP = 0, 1

HELD = 1e-8
"""Weight, relative to the largest, from which a decision counts as held."""

MOST = 640
"""Largest basis; more goes to the engine."""


@compiled
def floors_of(shape, full, lower, upper, goal, goal_tier, floor, floor_tier):
    """Turn goals over one open column into least shares; return False if a goal is of another kind."""
    floor[:] = 0.0
    floor_tier[:] = 0
    for g in range(len(goal)):
        if goal[g] <= 0:
            continue
        need, chosen, weight = goal[g], -1, 0.0
        for at in range(shape.goalptr[g], shape.goalptr[g + 1]):
            c = shape.goalcol[at]
            if upper[c] > lower[c] and full[shape.owner[c]] > 0:
                if chosen >= 0:
                    return False
                chosen, weight = c, shape.goalval[at]
            else:
                need -= shape.goalval[at] * min(lower[c], upper[c])
        if need <= 1e-9:
            continue
        if chosen < 0:
            continue  # nobody can change it: it is missed whatever the plan
        d = shape.owner[chosen]
        count = 0
        for c in range(shape.start[d], shape.start[d + 1]):
            if upper[c] > lower[c]:
                count += 1
        share = need / (weight * full[d])
        if count > 1 or share > min(upper[chosen] / full[d], 1.0) + 1e-9:
            return False
        if floor_tier[d] != 0 and floor_tier[d] != goal_tier[g]:
            return False
        floor[d] = max(floor[d], min(share, 1.0))
        floor_tier[d] = goal_tier[g]
    return True


@compiled
def _work(local, most):
    return Work(
        np.zeros(most), np.zeros(most), np.zeros(most), np.zeros(most), np.zeros(local.rows),
        np.zeros(local.rows), np.zeros(local.columns + local.rows), np.zeros(2, np.int64),
    )  # fmt: skip


@compiled
def _hold(reduced, state, work, routed_rate, direct_rate):
    """Stop the shares that the blocked row holds; return how many."""
    local, direct = reduced.local, reduced.direct
    pull = np.zeros(local.decisions + len(direct.decision))
    for q in range(local.decisions):
        pull[q] = abs(work.weights[q] * routed_rate[q])
    for i in range(len(direct.decision)):
        if direct_rate[i] != 0.0:
            total = 0.0
            for at in range(direct.ptr[i], direct.ptr[i + 1]):
                e = state.equation[direct.index[at]]
                if e >= 0:
                    total += work.weights[e] * direct.value[at]
            pull[local.decisions + i] = abs(total * direct_rate[i])
    top = pull.max()
    count = 0
    for q in range(local.decisions):
        if routed_rate[q] != 0.0 and pull[q] > HELD * top:
            routed_rate[q] = 0.0
            count += 1
    for i in range(len(direct.decision)):
        if direct_rate[i] != 0.0 and pull[local.decisions + i] > HELD * top:
            direct_rate[i] = 0.0
            count += 1
    return count


@compiled
def _advance(shares, routed_rate, direct_rate, gone):
    for q in range(len(routed_rate)):
        if routed_rate[q] != 0.0:
            shares.routed[q] += routed_rate[q] * gone
    for i in range(len(direct_rate)):
        if direct_rate[i] != 0.0:
            shares.direct[i] += direct_rate[i] * gone


@compiled
def _raise_fixed(reduced, state, shares, routed_rate, direct_rate, work):
    """Raise shares by their rates, once; return whether nothing stood in the way."""
    local, direct = reduced.local, reduced.direct
    refresh(local, state, direct, shares, work.right)
    code, gone = drive(local, state, direct, routed_rate, direct_rate, 1.0, work)
    _advance(shares, routed_rate, direct_rate, gone)
    return code == 0


@compiled
def _floor(shape, reduced, state, shares, tier, floor, floor_tier, work):
    """Give decisions what the goals of a tier ask; return False if not all of it can be had."""
    local, direct = reduced.local, reduced.direct
    routed_rate, direct_rate = np.zeros(local.decisions), np.zeros(len(direct.decision))
    asked = False
    for q in range(local.decisions):
        d = reduced.routed[q]
        if floor_tier[d] == tier and reduced.kind[d] != FREED and floor[d] > shares.routed[q]:
            if shape.tier[d] < tier:
                return False
            routed_rate[q] = floor[d] - shares.routed[q]
            asked = True
    for i in range(len(direct.decision)):
        d = direct.decision[i]
        if floor_tier[d] == tier and floor[d] > shares.direct[i]:
            if shape.tier[d] < tier:
                return False
            direct_rate[i] = floor[d] - shares.direct[i]
            asked = True
    for d in range(len(floor)):
        if floor_tier[d] == tier and reduced.kind[d] == CLOSED and floor[d] > 0:
            return False
    if not asked:
        return True
    return _raise_fixed(reduced, state, shares, routed_rate, direct_rate, work)


@compiled
def _row_weights(local, state, weights):
    """Return what each limit row weighs."""
    found = np.zeros(local.rows)
    for e in range(local.decisions, state.size[0]):
        found[state.row[e]] = weights[e]
    return found


@compiled
def _level(shape, full, reduced, state, shares, tier, work, proof, proven):
    """Raise the decisions of a tier together until every one of them is held."""
    local, direct = reduced.local, reduced.direct
    routed_rate, direct_rate = np.zeros(local.decisions), np.zeros(len(direct.decision))
    routed_wait, direct_wait = np.full(local.decisions, 2.0), np.full(len(direct.decision), 2.0)
    for q in range(local.decisions):
        d = reduced.routed[q]
        if shape.tier[d] == tier and reduced.kind[d] != FREED:
            routed_wait[q] = shares.routed[q]
    for i in range(len(direct.decision)):
        if shape.tier[direct.decision[i]] == tier:
            direct_wait[i] = shares.direct[i]
    level = 0.0
    for _ in range(4 * (local.decisions + len(direct.decision)) + 8):
        target, active = 1.0, False
        for q in range(local.decisions):
            if routed_wait[q] <= level + 1e-12:
                routed_wait[q], routed_rate[q] = 2.0, 1.0
            elif routed_wait[q] < 2.0:
                target, active = min(target, routed_wait[q]), True
            active = active or routed_rate[q] != 0.0
        for i in range(len(direct.decision)):
            if direct_wait[i] <= level + 1e-12:
                direct_wait[i], direct_rate[i] = 2.0, 1.0
            elif direct_wait[i] < 2.0:
                target, active = min(target, direct_wait[i]), True
            if direct_rate[i] != 0.0:
                target, active = min(target, direct.ceiling[i]), True
        if not active:
            return True
        refresh(local, state, direct, shares, work.right)
        room = max(target - level, 0.0)
        code, gone = drive(local, state, direct, routed_rate, direct_rate, room, work)
        if code == FAILED:
            return False
        _advance(shares, routed_rate, direct_rate, gone)
        level += gone
        if code == BLOCKED:
            before_routed, before_direct = routed_rate.copy(), direct_rate.copy()
            if _hold(reduced, state, work, routed_rate, direct_rate) == 0:
                return False
            gap = proves_hold(
                shape, full, reduced, shares, _row_weights(local, state, work.weights),
                before_routed, before_direct, routed_rate, direct_rate, proven,
            )  # fmt: skip
            proof[2] = max(proof[2], gap)
        else:
            for q in range(local.decisions):
                if routed_rate[q] != 0.0 and level >= 1.0 - 1e-12:
                    routed_rate[q] = 0.0
            for i in range(len(direct.decision)):
                if direct_rate[i] != 0.0 and direct.ceiling[i] <= level + 1e-12:
                    direct_rate[i] = 0.0
    return False


@compiled
def _collect(shape, full, lower, upper, reduced, shares, value, people):
    """Write people by column."""
    people[:] = 0.0
    for d in range(len(full)):
        if reduced.kind[d] == SETTLED:
            for c in range(shape.start[d], shape.start[d + 1]):
                people[c] = min(lower[c], upper[c])
        elif reduced.kind[d] == DONE:
            c = reduced.choice[d]
            people[c] = min(reduced.most[c], full[d])
    for i in range(len(reduced.direct.decision)):
        d = reduced.direct.decision[i]
        people[reduced.choice[d]] = shares.direct[i] * full[d]
    for k in range(reduced.local.columns):
        c = reduced.columns[k]
        people[c] = min(max(value[k], 0.0) * full[shape.owner[c]], reduced.most[c])


@compiled
def plan_fairly(
    shape, tiers, full, lower, upper, limit, goal, goal_tier, people, proof
):  # fmt: skip
    """Write one plan to `people` and (primal, dual, gap) to `proof`; return whether it was found."""
    floor, floor_tier = np.zeros(len(full)), np.zeros(len(full), np.int64)
    if not floors_of(shape, full, lower, upper, goal, goal_tier, floor, floor_tier):
        return 2
    reduced = reduce(shape, full, lower, upper, limit)
    local, direct = reduced.local, reduced.direct
    most = min(local.decisions + local.rows, MOST) + 2
    if local.decisions + 2 > most:
        return 3
    state = new_state(local, most)
    work = _work(local, most)
    shares = Shares(np.zeros(local.decisions), np.zeros(len(direct.decision)))
    proven = np.zeros(len(full))
    proof[:] = 0.0
    for tier in tiers:
        if not _floor(shape, reduced, state, shares, tier, floor, floor_tier, work):
            return 4
        if not _level(shape, full, reduced, state, shares, tier, work, proof, proven):
            return 5
    routed_rate, direct_rate = np.zeros(local.decisions), np.zeros(len(direct.decision))
    for q in range(local.decisions):
        if reduced.kind[reduced.routed[q]] == FREED:
            routed_rate[q] = 1.0
    if not _raise_fixed(reduced, state, shares, routed_rate, direct_rate, work):
        return 6
    refresh(local, state, direct, shares, work.right)
    duals = np.zeros(local.rows)
    for r in range(local.rows):
        if state.status[local.columns + r] != 0:
            duals[r] = state.priced[local.columns + r]
    value = np.zeros(local.columns)
    if not even_out(local, state, work, value, proof):
        return 7
    _collect(shape, full, lower, upper, reduced, shares, value, people)
    proves_plan(shape, full, lower, upper, limit, reduced, shares, people, proven, proof)
    proves_preference(shape, full, reduced, people, duals, proof)
    return SOLVED
