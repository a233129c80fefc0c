"""Whole people and all-or-nothing units: the same programme with whole numbers.

Every cohort is served by whole people, so every tour is decided by itself; a cap of 14 in 12
cohorts becomes ten cohorts of one and two of two. A demand that is a unit sends all cohorts of a
decision at full strength, by one or several sourcing options, or none of them. Of a mix the people
together are whole, its parts by pool need not be.

*value* is the same sequence of steps in whole numbers. A lexicographic max-min in whole numbers
has no simple sequence (several sets of decisions can be the worst off), so *fair* stays as close
as it can to the fair plan in fractions, which is made first by the engine: tier by tier the
person-months by which decisions stay below their fair number of people are as few as possible,
and then as many people as possible are sent.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pulp

from planner.engine.programme import Programme, build_programme
from planner.engine.stages import StageData, base_data
from planner.plan import History, Planner, solver_for
from planner.problem.model import Problem
from planner.reference.plans import StatedPlanner, Steps, Stepwise, fill_by_value, stepwise
from planner.reference.solvers import choose_solver
from planner.reference.statement import RowNames

__all__ = ["solve_whole", "whole_cohorts"]


def whole_cohorts(cap: float, cohorts: int) -> list[int]:
    """Return the maximum of each cohort in whole persons, spread evenly, in sum ⌊cap⌋.

    Examples
    --------
    >>> whole_cohorts(14, 12)
    [1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 2]
    >>> whole_cohorts(2.5, 3)
    [0, 1, 1]
    """
    people = math.floor(cap + 1e-9)
    return [people * (j + 1) // cohorts - people * j // cohorts for j in range(cohorts)]


def whole_data(programme: Programme) -> list[StageData]:
    """Return the settings of a programme of single tours with caps in whole persons."""
    problem, found = programme.problem, []
    sizes = [whole_cohorts(demand.cap, demand.cohorts) for demand in problem.demands]
    for block in programme.blocks:
        full = np.zeros(len(block.demand))
        cohort = programme.tours.cohort[block.tour]
        for decision, which in zip(block.tour_decision.tolist(), cohort.tolist(), strict=True):
            full[decision] = sizes[block.demand[decision]][which]
        base = base_data(problem, block)
        found.append(base.change(full=full, upper=full[block.decision]))
    return found


def solve_whole(
    problem: Problem,
    rule: str = "value",
    solver: str | None = None,
    time_limit: float | None = None,
    packages: Sequence[str] | None = None,
) -> Stepwise:
    """Allocate whole people, with every package and without each of them.

    Parameters
    ----------
    problem : Problem
    rule : {"value", "fair"}
    solver : str, optional
        See :func:`planner.reference.solvers.choose_solver`.
    time_limit : float, optional
        Seconds for each step; the best solution by then is used, and its gap reported.
    packages : sequence of str, optional
        Packages whose displacement is wanted; by default all.

    Returns
    -------
    Stepwise
        A solution whose ``status``, ``gap`` and ``steps`` take the place of a certificate.

    Raises
    ------
    InputError
        No such solver.
    SolverError
        The solver found no solution at all.

    Examples
    --------
    >>> from planner.problem.neutral import parse_problem
    >>> problem = parse_problem({
    ...     "format": "planner-problem/1", "months": 12, "pools": {"infantry": 20},
    ...     "demands": [{"id": "unit", "tier": 1, "cap": 12, "first": -60, "last": 200, "tour": 6,
    ...                  "pools": ["infantry"], "prep": 2, "rest": 2, "unit": True}]})
    >>> solve_whole(problem).as_neutral()["demands"]["unit"]["filled"]
    72.0
    """
    if rule not in ("fair", "value"):
        raise ValueError(f"expected the rule 'fair' or 'value', found {rule!r}")
    chosen = choose_solver(solver, time_limit)
    programme = build_programme(problem, by_tour=True)
    planner = StatedPlanner(
        programme,
        solver_for(rule),
        tuple(whole_data(programme)),
        by=chosen,
        rule=_Nearest(problem) if rule == "fair" else fill_by_value,
        whole=True,
    )
    return stepwise(planner, rule, packages)


class _Nearest:
    """Stays near the fair plan in fractions, which is made by the engine."""

    def __init__(self, problem: Problem):
        self.planner = Planner(build_programme(problem), solver_for("fair"))
        self.names = RowNames(self.planner.programme)

    def __call__(self, steps: Steps, place: int, history: History) -> None:
        fair = self._people(place, history)
        statement = steps.statements[0]
        groups = statement.names.groups(statement.block)
        for tier in steps.tiers:
            steps.reach_goals(tier)
            tours: dict[str, list[int]] = defaultdict(list)
            for decision in statement.of_tier(tier):
                tours[groups[decision]].append(decision)
            self._stay_near(steps, tours, fair, tier)
            steps.fill_tier(tier, "value")
        steps.prefer()

    def _people(self, place: int, history: History) -> dict[str, float]:
        """Return the people on each decision of the fair plan in fractions along a history."""
        known = frozenset(name for _, packages in history for name in packages)
        people = self.planner.unfold(known).answers[place].people
        block = self.planner.programme.blocks[place]
        there = np.bincount(block.decision, people, minlength=len(block.demand))
        return dict(zip(self.names.groups(block), there.tolist(), strict=True))

    def _stay_near(
        self, steps: Steps, tours: dict[str, list[int]], fair: dict[str, float], tier: int
    ) -> None:
        """Minimise the person-months by which decisions stay below their fair number of people."""
        statement, cost = steps.statements[0], {}
        for group, decisions in tours.items():
            people = fair.get(group, 0.0)
            if people <= 1e-6:
                continue
            below = steps.lp.add_variable(f"below.{group}", 0, people)
            statement.lacks.add(below)
            there = pulp.lpSum(statement.served(decision) for decision in decisions)
            steps.lp.addConstraint(there + below >= people, f"fair.{group}")
            whole = math.floor(people)
            part = people - whole  # the same in whole numbers, and tighter between them
            row = part * there + below >= part * (whole + 1)
            steps.lp.addConstraint(row, f"fairer.{group}")
            cost[below] = float(np.mean(statement.block.duty_months[decisions]))
        steps.lock(f"below_fair.{tier}", pulp.LpAffineExpression(cost))
