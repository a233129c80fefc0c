"""The programme as a PuLP object and as LP and MPS files, for any other solver.

What is written is one step of the sequence: with every package known from the plan's start (the
decisions are cut as they are in the plan that unfolds, so that both have the same variables), what
tier *t* can get given what the tiers before it and its own lower bounds got. For the first tier
nothing comes before, unless a lower bound belongs to it; for any other the steps before are solved
here, and are in the file as rows ``lock.…``.
"""

from __future__ import annotations

from pathlib import Path

import pulp

from planner.engine.programme import build_programme
from planner.engine.stages import base_data
from planner.errors import Fault, InputError
from planner.problem.model import Problem
from planner.reference.plans import Steps
from planner.reference.solvers import choose_solver
from planner.reference.statement import RowNames, Statement
from planner.reference.whole import whole_data

__all__ = ["state", "write_lp", "write_mps"]


def state(
    problem: Problem,
    rule: str = "value",
    tier: int | None = None,
    whole: bool = False,
    solver: str | None = None,
) -> pulp.LpProblem:
    """Return the programme of one tier, ready to be minimised.

    Parameters
    ----------
    problem : Problem
    rule : {"value", "fair"}
        *value* minimises minus the weighted person-months of the tier. *fair* minimises minus the
        share of its cap that the worst-off decision of the tier gets, the first of the levels.
    tier : int, optional
        By default the first one.
    whole : bool
        Whole people and all-or-nothing units.
    solver : str, optional
        Solves the steps before, where there are any.

    Examples
    --------
    >>> from planner.problem.neutral import parse_problem
    >>> problem = parse_problem({
    ...     "format": "planner-problem/1", "months": 6, "pools": {"staff": 3},
    ...     "demands": [{"id": "untso", "tier": 1, "cap": 2, "first": 0, "last": 5,
    ...                  "tour": 6, "pools": ["staff"], "prep": 0, "rest": 0}]})
    >>> programme = state(problem)
    >>> print(programme.objective)
    -6.0*z.untso.w0.staff
    >>> print(programme.get_constraint_by_name("pool.staff.5"))
    z.untso.w0.staff <= 3.0
    """
    if rule not in ("value", "fair"):
        raise ValueError(f"expected the rule 'fair' or 'value', found {rule!r}")
    if whole and rule == "fair":
        raise ValueError("with whole people only the programme of 'value' can be written")
    steps = Steps(state_all(problem, whole), choose_solver(solver))
    tiers = steps.tiers
    chosen = tier if tier is not None else min(tiers, default=1)
    if tiers and chosen not in tiers:
        known = ", ".join(str(one) for one in tiers)
        message = f"expected a tier with people in the model ({known}), found {chosen}"
        raise InputError(Fault("<options>", 0, 0, "tier", message))
    for earlier in tiers:
        if earlier > chosen:
            break
        steps.reach_goals(earlier)
        if earlier < chosen:
            steps.fill_tier(earlier, rule)
    if rule == "fair":
        return steps.stated_level(steps.shares(chosen))
    steps.lp.setObjective(steps.total(lambda one: one.unfilled(chosen)) + 0)
    return steps.lp


def state_all(problem: Problem, whole: bool = False) -> list[Statement]:
    """State all blocks of a problem in one programme, with every package known from the start."""
    programme = build_programme(problem, by_tour=whole)
    blocks = programme.blocks
    settings = whole_data(programme) if whole else [base_data(problem, block) for block in blocks]
    lp, names = pulp.LpProblem("allocation", pulp.LpMinimize), RowNames(programme, whole)
    return [Statement(names, data, lp, whole) for data in settings]


def write_lp(
    problem: Problem,
    path: str | Path,
    rule: str = "value",
    tier: int | None = None,
    whole: bool = False,
    solver: str | None = None,
) -> Path:
    """Write the programme of one tier as an LP file, with readable names; see :func:`state`."""
    target = Path(path)
    state(problem, rule, tier, whole, solver).writeLP(str(target))
    return target


def write_mps(
    problem: Problem,
    path: str | Path,
    rule: str = "value",
    tier: int | None = None,
    whole: bool = False,
    solver: str | None = None,
) -> Path:
    """Write the programme of one tier as a free-format MPS file; see :func:`state`."""
    target = Path(path)
    state(problem, rule, tier, whole, solver).writeMPS(str(target))
    return target
