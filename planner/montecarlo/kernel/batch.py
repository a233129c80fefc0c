"""Plans of many draws of one stage of one block: the same history, other right-hand sides."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.engine.certify import TOLERANCE
from planner.montecarlo.kernel.claims import clear_claims, new_claims
from planner.montecarlo.kernel.even import even_out
from planner.montecarlo.kernel.fair import Floors, climb, collect, floors_of, new_shares
from planner.montecarlo.kernel.jit import announce, compiled, outer
from planner.montecarlo.kernel.prove import new_ledger, prove_fair
from planner.montecarlo.kernel.reduce import reduce
from planner.montecarlo.kernel.rise import new_work
from planner.montecarlo.kernel.shape import Shape
from planner.montecarlo.kernel.stage import Block, bound_columns, set_goals
from planner.montecarlo.kernel.state import new_state, reprice_all

__all__ = ["FOUND", "fair_plans"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FOUND, GOALS, LARGE, LEVELS, EVEN = 0, 1, 2, 3, 4
"""What came of a draw: a plan; or goals over several columns, a basis that outgrew its room, a
level that could not be reached, ties that could not be evened out."""

FLAT = (1e-10, 1e-9, 1e-11)
"""Rates below which nothing counts as movement, tried in turn until a plan is proved."""
MOST = 640
"""Largest basis; more goes to the engine."""


def fair_plans(shape: Shape, tiers: Any, known: Any, month: int, before: Floats, full: Floats,
               limit: Floats, least: Floats) -> tuple[Floats, Floats, Floats, Ints]:  # fmt: skip
    """Return people by column, what goals lack, proofs and what came of each draw.

    Parameters
    ----------
    shape : Shape
    tiers : ndarray of int
        Tiers of the block, first to last.
    known : ndarray of bool (decisions,)
        Decisions of demands that are known.
    month : int
        When the plan is made; negative where there is none before it.
    before : ndarray (draws, columns)
        People of the plan before.
    full : ndarray (draws, decisions)
        Most people of each decision.
    limit : ndarray (draws, limit rows)
        Strengths, composition maxima, amounts.
    least : ndarray (draws, bounds)
        Composition minima, 0 where there is none.

    Returns
    -------
    people (draws, columns), missing (draws, bound rows), proof (draws, 3), code (draws,)
    """
    announce(_fair_plans)
    draws = len(full)
    people = np.zeros((draws, len(shape.owner)))
    missing = np.zeros((draws, len(shape.bound)))
    proof, code = np.full((draws, 3), np.nan), np.zeros(draws, dtype=np.int64)
    given = [np.require(array, requirements=["C", "W"]) for array in (before, full, limit, least)]
    _fair_plans(shape, tiers, known, month, *given, people, missing, proof, code)
    return people, missing, proof, code


@outer
def _fair_plans(
    given, tiers, known, month, before, full, limit, least, people, missing, proof, code
):
    shape = Block(*given)
    columns, decisions, rows = len(shape.owner), len(shape.tier), limit.shape[1]
    lower, upper = np.zeros(columns), np.zeros(columns)
    goal, goal_tier = np.zeros(len(shape.bound)), np.zeros(len(shape.bound), np.int64)
    of_bound = np.zeros(least.shape[1], np.int64)
    floors = Floors(np.zeros(decisions), np.zeros(decisions, np.int64))
    claims = new_claims(2 * columns + 8, 64 * (columns + 8))
    ledger = new_ledger(shape, decisions, columns, rows)
    inverse = np.empty((MOST, MOST))
    duals = np.zeros(rows)
    for i in range(len(full)):
        bound_columns(shape, known, month, full[i], before[i], lower, upper)
        set_goals(shape, known, full[i], least[i], of_bound, goal, goal_tier)
        for flat in FLAT:
            clear_claims(claims)
            code[i] = _plan(
                shape, tiers, full[i], lower, upper, limit[i], goal, goal_tier, floors, claims,
                inverse, flat, duals, people[i],
            )  # fmt: skip
            if code[i] in (GOALS, LARGE):
                break
            if code[i] == FOUND:
                prove_fair(
                    shape, full[i], lower, upper, limit[i], goal, floors, claims, duals,
                    people[i], ledger, proof[i],
                )  # fmt: skip
                if max(proof[i, 0], proof[i, 1], proof[i, 2]) <= TOLERANCE:
                    break
        if code[i] == FOUND:
            for g in range(len(goal)):
                reached = 0.0
                for at in range(shape.goalptr[g], shape.goalptr[g + 1]):
                    reached += shape.goalval[at] * people[i, shape.goalcol[at]]
                missing[i, g] = max(goal[g] - reached, 0.0)


@compiled
def _plan(
    shape,
    tiers,
    full,
    lower,
    upper,
    limit,
    goal,
    goal_tier,
    floors,
    claims,
    inverse,
    flat,
    duals,
    people,
):
    """Write one plan to `people`; return what came of it."""
    if not floors_of(shape, full, lower, upper, goal, goal_tier, floors):
        return GOALS
    reduced, local, direct = reduce(shape, full, lower, upper, limit)
    if local.decisions + 2 > len(inverse):
        return LARGE
    state = new_state(local, inverse)
    work = new_work(local, len(inverse), flat)
    shares = new_shares(local, direct)
    if not climb(shape, tiers, reduced, local, state, direct, shares, floors, limit, work, claims):
        return LEVELS
    reprice_all(local, state, work.weights, work.entries, work.alpha)
    for r in range(len(limit)):
        duals[r] = 0.0
    for r in range(local.rows):
        if state.status[local.columns + r] != 0:
            back = reduced.back[r]
            duals[back] = max(state.priced[local.columns + r], 0.0) / limit[back]
    value = np.zeros(local.columns)
    if not even_out(local, state, direct, shares, reduced, limit, work, value, claims):
        return EVEN
    collect(shape, full, lower, upper, reduced, local, direct, shares, value, people)
    return FOUND
