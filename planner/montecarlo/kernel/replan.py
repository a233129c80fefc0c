"""Unfolded plans of many draws in compiled code: every stage found, proved and reported.

For each stage of a block (see :class:`~planner.montecarlo.kernel.arrays.Stages`) and each draw a
search writes people by column, and a proof that shares nothing with the search writes a certificate
together with the *locks*: what the rule makes unique, by decision under *fair* and by tier under
*value*. :func:`report` turns people into results; :func:`audit` holds the results against the locks
once everything is written, so that the certificate is one of what is reported.
"""

from __future__ import annotations

import numpy as np

from planner.montecarlo.kernel.arrays import (
    block_of,
    bound_columns,
    duty_months,
    set_goals,
)  # fmt: skip
from planner.montecarlo.kernel.basis import new_state, recompute_reduced_costs
from planner.montecarlo.kernel.certificates import (
    clear_claims,
    new_bounds,
    new_claims,
    new_fair_proof,
    prove_fair,
    prove_value,
)  # fmt: skip
from planner.montecarlo.kernel.compile import compiled, entry, struct
from planner.montecarlo.kernel.max_min import (
    Floors,
    floors_of,
    minimize_largest_shares,
    new_shares,
    new_workspace,
    presolve,
    raise_shares,
    write_people,
)  # fmt: skip
from planner.montecarlo.kernel.value_simplex import (
    Asked,
    asked_of,
    initial_order,
    objectives_of,
    solve_objectives,
)

__all__ = ["FOUND", "audit", "plan_fair", "plan_value", "report"]

FOUND, GOALS, LARGE, LEVELS, TIES, WEIGHTS = 0, 1, 2, 3, 4, 5
"""Result of a search: a plan; or goals over several columns, a basis above the maximum size, a
level that was not reached, ties that were not broken, weights of very different sizes."""

ACCEPTED = 1e-6
"""Certificates of at most this are accepted (the engine's tolerance), relative."""
MIN_RATES = (1e-10, 1e-9, 1e-11)
"""Rates below which a variable does not move, tried in turn until a plan is proved."""
MAX_BASIS = 640
"""Largest basis; a larger problem is planned by the engine."""


StageBoundsType, StageBounds = struct(
    __name__, "StageBounds", "lower upper goal goal_tier tier_of_bound"
)
"""Bounds of columns, composition goals with their tiers, and scratch by bound, of one stage."""


@compiled
def _new_stage(arrays, block, bounds):
    columns, goals = len(block.owner), len(block.bound)
    return StageBounds(
        np.zeros(columns), np.zeros(columns), np.zeros(goals), np.zeros(goals, np.int64),
        np.zeros(bounds, np.int64),
    )  # fmt: skip


@compiled
def _prepare_stage(arrays, block, b, stages, s, sides, i, people, code, stage):
    """Write bounds and goals of a stage of a draw; return (ready, people, caps, limits) of it.

    It is not ready where the stage before could not be planned; then it has the same code.
    """
    plan = people[i, stages.column[s] : stages.column[s + 1]]
    full = sides.full[i, arrays.decision_ptr[b] : arrays.decision_ptr[b + 1]]
    limit = sides.limit[i, arrays.row_ptr[b] : arrays.row_ptr[b + 1]]
    parent_people, p = plan, stages.parent[s]
    if p >= 0:
        parent_people = people[i, stages.column[p] : stages.column[p + 1]]
        if code[i, p] != FOUND:
            code[i, s] = code[i, p]
            return False, plan, full, limit
    known, month = stages.known[s], stages.month[s]
    bound_columns(arrays, block, b, known, month, full, parent_people, stage.lower, stage.upper)
    set_goals(arrays, block, b, known, full, sides.least[i], stage.tier_of_bound, stage.goal,
              stage.goal_tier)  # fmt: skip
    return True, plan, full, limit


@entry
def plan_fair(arrays, stages, sides, people, missing, proof, locks, code):
    """Plan all stages of all draws by the *fair* rule.

    Parameters
    ----------
    arrays : Arrays
    stages : Stages
    sides : Sides
    people : ndarray (draws, columns of all stages)
        Written: persons.
    missing : ndarray (draws, composition rows of all stages)
        Written: what goals lack, persons.
    proof : ndarray (draws, stages, 3)
        Written: primal, dual, gap of each stage alone.
    locks : ndarray (draws, decisions of all stages)
        Written: persons on each decision that the proof establishes.
    code : ndarray of int (draws, stages)
        Written: what came of each search.
    """
    for b in range(len(arrays.pool_ptr) - 1):
        block, rows = block_of(arrays, b), arrays.row_ptr[b + 1] - arrays.row_ptr[b]
        columns, decisions = len(block.owner), len(block.tier)
        if columns == 0:
            continue
        stage = _new_stage(arrays, block, sides.least.shape[1])
        floors = Floors(np.zeros(decisions), np.zeros(decisions, np.int64))
        claims = new_claims(2 * columns + 8, 64 * (columns + 8))
        data = new_fair_proof(decisions, columns, rows)
        inverse, duals = np.empty((MAX_BASIS, MAX_BASIS)), np.zeros(rows)
        for s in range(len(stages.block)):
            if stages.block[s] != b:
                continue
            for i in range(len(people)):
                ready, plan, full, limit = _prepare_stage(
                    arrays, block, b, stages, s, sides, i, people, code, stage
                )
                if not ready:
                    continue
                code[i, s] = _find_fair_plan(
                    block, full, stage, limit, floors, claims, inverse, duals, plan, data,
                    proof[i, s],
                )  # fmt: skip
                if code[i, s] != FOUND:
                    continue
                for d in range(decisions):
                    locks[i, stages.decision[s] + d] = data.share[d] * full[d]
                _write_shortfalls(
                    block, stage.goal, plan, missing[i, stages.goal[s] : stages.goal[s + 1]]
                )


@compiled
def _find_fair_plan(block, full, stage, limit, floors, claims, inverse, duals, plan, data, proof):
    """Search with each smallest rate in turn until the plan is proved; return the result."""
    tiers, code = np.unique(block.tier), LEVELS
    for min_rate in MIN_RATES:
        clear_claims(claims)
        code = _search_fair(
            block, tiers, full, stage.lower, stage.upper, limit, stage.goal, stage.goal_tier,
            floors, claims, inverse, min_rate, duals, plan,
        )  # fmt: skip
        if code in (GOALS, LARGE):
            break
        if code == FOUND:
            prove_fair(block, full, stage.lower, stage.upper, limit, stage.goal, floors, claims,
                       duals, plan, data, proof)  # fmt: skip
            if proof.max() <= ACCEPTED:
                break
    return code


@compiled
def _search_fair(
    block, tiers, full, lower, upper, limit, goal, goal_tier, floors, claims, inverse, min_rate,
    duals, people,
):  # fmt: skip
    """Write one plan to `people`; return the result of the search."""
    if not floors_of(block, full, lower, upper, goal, goal_tier, floors):
        return GOALS
    reduced, local, direct = presolve(block, full, lower, upper, limit)
    if local.decisions + 2 > len(inverse):
        return LARGE
    state = new_state(local, inverse)
    work = new_workspace(local, len(inverse), min_rate)
    shares = new_shares(local, direct)
    if not raise_shares(
        block, tiers, reduced, local, state, direct, shares, floors, limit, work, claims
    ):
        return LEVELS
    recompute_reduced_costs(local, state, work.weights, work.entries, work.alpha)
    for r in range(len(limit)):
        duals[r] = 0.0
    for r in range(local.rows):
        if state.status[local.columns + r] != 0:
            back = reduced.back[r]
            duals[back] = max(state.reduced_cost[local.columns + r], 0.0) / limit[back]
    value = np.zeros(local.columns)
    if not minimize_largest_shares(
        local, state, direct, shares, reduced, limit, work, value, claims
    ):
        return TIES
    write_people(block, full, lower, upper, reduced, local, direct, shares, value, people)
    return FOUND


@compiled
def _write_shortfalls(block, goal, people, missing):
    """Write the shortfall of each composition goal."""
    for g in range(len(goal)):
        reached = 0.0
        for at in range(block.goalptr[g], block.goalptr[g + 1]):
            reached += block.goalval[at] * people[block.goalcol[at]]
        missing[g] = max(goal[g] - reached, 0.0)


@entry
def plan_value(arrays, stages, sides, hint, people, missing, proof, locks, code):
    """Plan all stages of all draws by the *value* rule.

    Parameters and results are those of :func:`plan_fair`, with one hint more; `locks` holds the
    weighted person-months of each tier, (draws, stages × tiers of the problem), that is proved to
    be the maximum.

    Parameters
    ----------
    hint : ndarray (columns of all stages,)
        A similar plan, from which the search takes the order in which columns are tried; all
        negative if none exists. It changes the time taken, not what has to be proved.
    """
    every = np.unique(arrays.tier)
    for b in range(len(arrays.pool_ptr) - 1):
        block, rows = block_of(arrays, b), arrays.row_ptr[b + 1] - arrays.row_ptr[b]
        columns, decisions = len(block.owner), len(block.tier)
        if columns == 0:
            continue
        objectives, tier_of_objective, scale, comparable = objectives_of(arrays, block, b)
        stage = _new_stage(arrays, block, sides.least.shape[1])
        asked = Asked(np.zeros(columns), np.zeros(columns, np.int64), np.zeros(columns))
        prices = np.zeros((len(objectives.goals), rows + decisions))
        bounds, row_limit = new_bounds(columns, rows + decisions), np.zeros(rows + decisions)
        best = np.zeros(len(objectives.goals))
        inverse = np.empty((MAX_BASIS, MAX_BASIS))
        for s in range(len(stages.block)):
            if stages.block[s] != b:
                continue
            order = _column_order(block, hint[stages.column[s] : stages.column[s + 1]])
            for i in range(len(people)):
                ready, plan, full, limit = _prepare_stage(
                    arrays, block, b, stages, s, sides, i, people, code, stage
                )
                if not ready:
                    continue
                code[i, s] = _search_value(
                    block,
                    objectives,
                    order,
                    comparable,
                    full,
                    stage,
                    limit,
                    asked,
                    inverse,
                    prices,
                    plan,
                )
                if code[i, s] != FOUND:
                    continue
                prove_value(block, objectives, full, stage.lower, stage.upper, limit, asked, prices,
                            plan, bounds, row_limit, best, proof[i, s])  # fmt: skip
                for a in range(len(best)):
                    if tier_of_objective[a] > 0:
                        t = np.searchsorted(every, tier_of_objective[a])
                        locks[i, s * len(every) + t] = best[a] * scale[a]
                _write_shortfalls(
                    block, stage.goal, plan, missing[i, stages.goal[s] : stages.goal[s + 1]]
                )


@compiled
def _search_value(
    block, objectives, order, comparable, full, stage, limit, asked, inverse, prices, plan
):
    """Write one plan to `plan`; return the result of the search."""
    if not comparable:
        return WEIGHTS
    if not asked_of(block, full, stage.lower, stage.upper, stage.goal, stage.goal_tier, asked):
        return GOALS
    solved = solve_objectives(block, objectives, order, full, stage.lower, stage.upper, limit,
                              asked, inverse, prices, plan)  # fmt: skip
    return FOUND if solved else LEVELS


@compiled
def _column_order(block, hint):
    """Return columns in the order in which they are tried: full in the hint, then in use in it.

    A hint is the share of what each column could hold.
    """
    count = 0
    order = np.empty(len(hint), np.int64)
    if len(hint) and hint[0] < 0:
        return initial_order(block)
    for phase in range(2):
        for c in range(len(hint)):
            if (hint[c] >= 0.999) == (phase == 0) and hint[c] > 0.0:
                order[count] = c
                count += 1
    return order[:count]


@entry
def report(arrays, stages, people, missing, plan, draws, to, served, totals, tied, lacks):
    """Write the results of one plan of some draws.

    Parameters
    ----------
    people, missing : ndarray
        Of all stages and draws.
    plan : int
        Plan among the stages.
    draws, to : ndarray of int
        Draws among `people`, and among the results.
    served : ndarray (draws, lines, months of the window)
    totals : ndarray (draws, decisions)
    tied : ndarray (draws, pools, months of the window)
        The larger of both accounts of the people of a pool.
    lacks : ndarray (draws, bounds)
        Person-months inside the window.
    """
    for n in range(len(draws)):
        i, k = draws[n], to[n]
        served[k], totals[k], tied[k], lacks[k] = 0.0, 0.0, 0.0, 0.0
        ready = np.zeros(tied.shape[1:])
        for b in range(len(arrays.pool_ptr) - 1):
            s = stages.final[plan, b]
            _report_block(arrays, b, people[i, stages.column[s] : stages.column[s + 1]], served[k],
                          totals[k], tied[k], ready)  # fmt: skip
            for g in range(arrays.goal_ptr[b], arrays.goal_ptr[b + 1]):
                if arrays.low <= arrays.goal_month[g] <= arrays.high:
                    at = stages.goal[s] + g - arrays.goal_ptr[b]
                    lacks[k, arrays.goal_bound[g]] += missing[i, at]
        tied[k] = np.maximum(tied[k], ready)


@compiled
def _report_block(arrays, b, people, served, totals, tied, ready):
    """Add one block of one plan of one draw to its results; `ready` is the second account."""
    c0 = arrays.start[arrays.decision_ptr[b]]
    load = np.zeros(arrays.row_ptr[b + 1] - arrays.row_ptr[b])
    for d in range(arrays.decision_ptr[b], arrays.decision_ptr[b + 1]):
        for c in range(arrays.start[d], arrays.start[d + 1]):
            x = people[c - c0]
            if x == 0.0:
                continue
            totals[d] += x
            for u in range(arrays.used_ptr[c], arrays.used_ptr[c + 1]):
                line = arrays.line[arrays.demand[d], arrays.used_pool[u]]
                for at in range(arrays.duty_ptr[d], arrays.duty_ptr[d + 1]):
                    month = arrays.duty_month[at] - arrays.low
                    if 0 <= month < served.shape[1]:
                        served[line, month] += x * arrays.used_share[u] * arrays.duty[at]
            for at in range(arrays.ptr[c], arrays.ptr[c + 1]):
                load[arrays.row[at]] += x * arrays.value[at]
    first_rows = (arrays.pool_ptr[b + 1] - arrays.pool_ptr[b]) * arrays.months
    for r in range(0, len(load), arrays.months):  # rows of strengths come first, month by month
        pool = arrays.row_source[arrays.row_ptr[b] + r] // arrays.months
        if pool >= len(tied):
            break
        account = tied if r < first_rows else ready
        for month in range(tied.shape[1]):
            account[pool, month] += load[r + arrays.low + month]


@entry
def audit(arrays, stages, strengths, plan, draws, to, locks, by_tier, served, totals, tied, gap):
    """Write the largest relative difference between results of a plan and its locks to `gap`.

    Parameters
    ----------
    strengths : ndarray (draws, pools, months)
    locks : ndarray
        Of all draws: as :func:`plan_fair` writes them, or, `by_tier`, :func:`plan_value`.
    served, totals, tied : ndarray
        As written by :func:`report`; what it writes has to agree with itself, with the locks, and
        with the strengths.
    """
    tiers = np.unique(arrays.tier)
    months = np.zeros(len(arrays.demand))
    for d in range(len(months)):
        months[d] = duty_months(arrays, d, 0, arrays.months)
    for n in range(len(draws)):
        i, k = draws[n], to[n]
        if by_tier:
            gap[n] = _tier_gap(
                arrays, stages.final[plan], locks[i], tiers, months, totals[k]
            )  # fmt: skip
        else:
            gap[n] = 0.0
            for b in range(len(arrays.pool_ptr) - 1):
                s, d0 = stages.final[plan, b], arrays.decision_ptr[b]
                for d in range(d0, arrays.decision_ptr[b + 1]):
                    lock = locks[i, stages.decision[s] + d - d0]
                    gap[n] = max(gap[n], abs(totals[k, d] - lock) / (1 + lock))
        gap[n] = max(gap[n], _service_gap(arrays, served[k], totals[k]))
        for p in range(arrays.line.shape[1]):
            for month in range(tied.shape[2]):
                strength = strengths[i, p, arrays.low + month]
                gap[n] = max(gap[n], (tied[k, p, month] - strength) / (1 + strength))


@compiled
def _tier_gap(arrays, final, locks, tiers, months, totals):
    """Return the largest relative gap between weighted person-months of a tier and the maximum."""
    worst = 0.0
    for t in range(len(tiers)):
        best, reached = 0.0, 0.0
        for b in range(len(final)):
            best += locks[final[b] * len(tiers) + t]
        for d in range(len(totals)):
            demand = arrays.demand[d]
            if arrays.tier[demand] == tiers[t]:
                reached += arrays.weight[demand] * months[d] * totals[d]
        worst = max(worst, abs(best - reached) / (1 + abs(best)))
    return worst


@compiled
def _service_gap(arrays, served, totals):
    """Return the largest relative gap between people on duty by month and by decision."""
    left, worst = np.zeros((len(arrays.tier), served.shape[1])), 0.0
    for d in range(len(totals)):
        for at in range(arrays.duty_ptr[d], arrays.duty_ptr[d + 1]):
            month = arrays.duty_month[at] - arrays.low
            if 0 <= month < served.shape[1]:
                left[arrays.demand[d], month] += totals[d] * arrays.duty[at]
    for k in range(len(left)):
        for month in range(served.shape[1]):
            size = 1 + left[k, month]
            for p in range(arrays.line.shape[1]):
                if arrays.line[k, p] >= 0:
                    left[k, month] -= served[arrays.line[k, p], month]
            worst = max(worst, abs(left[k, month]) / size)
    return worst
