"""Plans of many draws by the *value* rule: the same history, other right-hand sides."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.montecarlo.kernel.aims import Aims
from planner.montecarlo.kernel.batch import FOUND, GOALS, LEVELS
from planner.montecarlo.kernel.jit import announce, outer
from planner.montecarlo.kernel.prove_value import new_bounds, prove_value
from planner.montecarlo.kernel.shape import Shape
from planner.montecarlo.kernel.stage import bound_columns, set_goals
from planner.montecarlo.kernel.value import Asked, asked_of, pursue

__all__ = ["value_plans"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST = 640
"""Most tight rows; more goes to the engine."""


def value_plans(shape: Shape, aims: Aims, known: Any, month: int, before: Floats, full: Floats,
                limit: Floats, least: Floats) -> tuple[Floats, Floats, Floats, Ints]:  # fmt: skip
    """Return people by column, what goals lack, proofs and what came of each draw.

    Parameters and results are those of :func:`planner.montecarlo.kernel.batch.fair_plans`, with
    what the rule wants in the place of the tiers.
    """
    announce(_value_plans)
    draws = len(full)
    people = np.zeros((draws, len(shape.owner)))
    missing = np.zeros((draws, len(shape.bound)))
    proof, code = np.full((draws, 3), np.nan), np.zeros(draws, dtype=np.int64)
    given = [np.require(array, requirements=["C", "W"]) for array in (before, full, limit, least)]
    _value_plans(shape, aims, known, month, *given, people, missing, proof, code)
    return people, missing, proof, code


@outer
def _value_plans(
    shape, aims, known, month, before, full, limit, least, people, missing, proof, code
):
    columns, decisions, rows = len(shape.owner), len(shape.tier), limit.shape[1]
    lower, upper = np.zeros(columns), np.zeros(columns)
    goal, goal_tier = np.zeros(len(shape.bound)), np.zeros(len(shape.bound), np.int64)
    of_bound = np.zeros(least.shape[1], np.int64)
    asked = Asked(np.zeros(columns), np.zeros(columns, np.int64), np.zeros(columns))
    prices = np.zeros((len(aims.goals), rows + decisions))
    bounds, loose = new_bounds(columns, rows + decisions), np.zeros(rows + decisions)
    inverse = np.empty((MOST, MOST))
    for i in range(len(full)):
        bound_columns(shape, known, month, full[i], before[i], lower, upper)
        set_goals(shape, known, full[i], least[i], of_bound, goal, goal_tier)
        if not asked_of(shape, full[i], lower, upper, goal, goal_tier, asked):
            code[i] = GOALS
            continue
        if not pursue(
            shape, aims, full[i], lower, upper, limit[i], asked, inverse, prices, people[i]
        ):
            code[i] = LEVELS
            continue
        code[i] = FOUND
        prove_value(
            shape, aims, full[i], lower, upper, limit[i], asked, prices, people[i], bounds, loose,
            proof[i],
        )  # fmt: skip
        for g in range(len(goal)):
            reached = 0.0
            for at in range(shape.goalptr[g], shape.goalptr[g + 1]):
                reached += shape.goalval[at] * people[i, shape.goalcol[at]]
            missing[i, g] = max(goal[g] - reached, 0.0)
