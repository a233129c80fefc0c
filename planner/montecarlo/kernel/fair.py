"""One fair plan: tier by tier the worst-off share as high as it can be, then the next."""

from __future__ import annotations

import numpy as np

from planner.montecarlo.kernel.claims import add_claim
from planner.montecarlo.kernel.jit import compiled, struct
from planner.montecarlo.kernel.reduce import CLOSED, DONE, FREED, SETTLED
from planner.montecarlo.kernel.rise import BLOCKED, FAILED, REACHED, Shares, drive, refresh

__all__ = ["Floors", "climb", "collect", "floors_of", "new_shares"]

FloorsType, Floors = struct(__name__, "Floors", "share tier")
"""Least share of each decision that a goal asks, and the tier of that goal (0: none)."""

HELD = 1e-8
"""Pull, relative to the largest, from which a decision counts as held."""
WAITS = 2.0
"""A level that is never reached: who waits for it does not rise."""
AT = 1e-12
NEARLY = 1e-8
"""What is not reached of a given share for rounding alone."""


@compiled
def _one_column(shape, full, lower, upper, goal, g):
    """Return (column, its weight, what it must give) of a goal over one open column.

    The column is -1 where nobody can change what the goal gets, and -2 where several can.
    """
    need, chosen, weight = goal[g], -1, 0.0
    for at in range(shape.goalptr[g], shape.goalptr[g + 1]):
        c = shape.goalcol[at]
        if upper[c] > lower[c] and full[shape.owner[c]] > 0:
            if chosen >= 0:
                return -2, 0.0, 0.0
            chosen, weight = c, shape.goalval[at]
        else:
            need -= shape.goalval[at] * min(lower[c], upper[c])
    return chosen, weight, need


@compiled
def floors_of(shape, full, lower, upper, goal, goal_tier, floors):
    """Turn goals over one open column into least shares; return False if one is of another kind."""
    for d in range(len(full)):
        floors.share[d], floors.tier[d] = 0.0, 0
    for g in range(len(goal)):
        if goal[g] <= 0:
            continue
        c, weight, need = _one_column(shape, full, lower, upper, goal, g)
        if c == -2:
            return False
        if c == -1 or need <= 1e-9:
            continue
        d = shape.owner[c]
        count = 0
        for other in range(shape.start[d], shape.start[d + 1]):
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
def _ask(shape, reduced, direct, shares, tier, floors):
    """Set rates that give decisions what the goals of a tier ask; False if that is not possible."""
    for d in range(len(floors.share)):
        late = floors.tier[d] == tier and shape.tier[d] < tier and reduced.kind[d] != DONE
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
def _wait(shape, reduced, direct, shares, tier, routed_wait, direct_wait):
    """Let the decisions of a tier wait for the level that they stand at."""
    for q in range(len(routed_wait)):
        d = reduced.routed[q]
        mine = shape.tier[d] == tier and reduced.kind[d] != FREED
        routed_wait[q] = shares.routed[q] if mine else WAITS
    for i in range(direct.count):
        direct_wait[i] = shares.direct[i] if shape.tier[direct.decision[i]] == tier else WAITS


@compiled
def _next(direct, shares, level, routed_wait, direct_wait):
    """Let those rise whose level is reached; return the next level at which anything changes."""
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
def _hold(local, state, direct, shares, weights):
    """Stop the shares that the blocked row holds; return how many."""
    pull = np.zeros(local.decisions + direct.count)
    top = 0.0
    for q in range(local.decisions):
        pull[q] = abs(weights[q] * shares.routed_rate[q])
        top = max(top, pull[q])
    for i in range(direct.count):
        if shares.direct_rate[i] != 0.0:
            total = 0.0
            for at in range(direct.ptr[i], direct.ptr[i + 1]):
                e = state.equation[direct.index[at]]
                if e >= 0:
                    total += weights[e] * direct.value[at]
            pull[local.decisions + i] = abs(total * shares.direct_rate[i])
            top = max(top, pull[local.decisions + i])
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
def _let_go(direct, shares, level):
    """Stop the shares that reached all they can have."""
    for q in range(len(shares.routed)):
        if level >= 1.0 - AT:
            shares.routed_rate[q] = 0.0
    for i in range(direct.count):
        if direct.ceiling[i] <= level + AT or level >= 1.0 - AT:
            shares.direct_rate[i] = 0.0


@compiled
def _advance(shares, gone):
    for q in range(len(shares.routed)):
        shares.routed[q] += shares.routed_rate[q] * gone
    for i in range(len(shares.direct)):
        shares.direct[i] += shares.direct_rate[i] * gone


@compiled
def climb(shape, tiers, reduced, local, state, direct, shares, floors, limit, work, claims):
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
            _wait(shape, reduced, direct, shares, tier, routed_wait, direct_wait)
        elif tier:
            if not _ask(shape, reduced, direct, shares, tier, floors):
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
            code, gone = drive(local, state, direct, shares, room, work)
            _advance(shares, gone)
            level += gone
            if code == BLOCKED and not levels and 1.0 - level <= NEARLY:
                code, level = REACHED, 1.0
            if code == FAILED or (code == BLOCKED and not levels):
                return False
            if code == BLOCKED:
                noted = add_claim(local, state, reduced, limit, work.weights, tier, level, claims)
                if not noted or _hold(local, state, direct, shares, work.weights) == 0:
                    return False
            else:
                _let_go(direct, shares, level)
        if not done:
            return False
    refresh(local, state, direct, shares, work)
    return True


@compiled
def collect(shape, full, lower, upper, reduced, local, direct, shares, value, people):
    """Write people by column."""
    for c in range(len(people)):
        people[c] = 0.0
    for d in range(len(full)):
        if reduced.kind[d] == SETTLED:
            for c in range(shape.start[d], shape.start[d + 1]):
                people[c] = min(lower[c], upper[c])
        elif reduced.kind[d] == DONE:
            c = reduced.choice[d]
            people[c] = min(reduced.most[c], full[d])
    for i in range(direct.count):
        d = direct.decision[i]
        people[reduced.choice[d]] = shares.direct[i] * full[d]
    for k in range(local.columns):
        c = reduced.columns[k]
        people[c] = min(max(value[k], 0.0) * full[shape.owner[c]], reduced.most[c])
