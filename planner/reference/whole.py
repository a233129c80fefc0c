"""Whole people and all-or-nothing units: the same programme with whole numbers.

Every cohort is served by whole people, so every tour is decided by itself; a cap of 14 in 12
cohorts becomes ten cohorts of one and two of two. A demand that is a unit sends all cohorts of a
decision at full strength, from one or several pools, or nobody.

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
from dataclasses import dataclass, field

import pulp

from planner.engine.programme import build_programme
from planner.plan import Planner, solver_for
from planner.problem.model import Problem
from planner.reference.accounts import Stepwise, account
from planner.reference.decisions import Decision, lay_decisions
from planner.reference.programme import Line
from planner.reference.solvers import choose_solver
from planner.reference.steps import Steps, fill_by_value
from planner.reference.unfold import Rule, Unfolder

__all__ = ["solve_whole"]

Wave = tuple[str, int, int]
"""Demand, wave and part: what the plan in fractions decides at once."""


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
        Seconds for each step; what is found by then is used, with its gap told.
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
    rules: dict[str, Rule] = {"value": _by_value, "fair": _Nearest()}
    if rule not in rules:
        raise ValueError(f"expected the rule 'fair' or 'value', found {rule!r}")
    unfolder = Unfolder(problem, rules[rule], choose_solver(solver, time_limit), whole=True)
    return account(unfolder, rule, packages)


def _by_value(steps: Steps, part: Problem, known: frozenset[str]) -> None:
    fill_by_value(steps)


@dataclass(eq=False)
class _Nearest:
    """Stays near the fair plan in fractions of each part, which is made once."""

    planners: dict[int, Planner] = field(default_factory=dict)

    def __call__(self, steps: Steps, part: Problem, known: frozenset[str]) -> None:
        if id(part) not in self.planners:
            self.planners[id(part)] = Planner(build_programme(part), solver_for("fair"))
        fair = _fair_people(self.planners[id(part)], known)
        programme = steps.programme
        for tier in programme.tiers:
            steps.lock(programme.missed(tier))
            waves: dict[Wave, list[Decision]] = defaultdict(list)
            for decision in programme.free:
                if decision.demand.tier == tier:
                    waves[decision.demand.id, decision.wave, decision.part].append(decision)
            steps.lock(_shortfall(steps, waves, fair, tier))
            steps.lock(programme.unfilled(tier))
        steps.lock(programme.dislike())


def _fair_people(planner: Planner, known: frozenset[str]) -> dict[Wave, float]:
    """Return the people on each decision of the fair plan in fractions with these packages."""
    problem, plan = planner.programme.problem, planner.unfold(known)
    begun: dict[Wave, float] = defaultdict(float)
    for block, answer in zip(planner.programme.blocks, plan.answers, strict=True):
        for decision, people in zip(block.decision, answer.people.tolist(), strict=True):
            name = problem.demands[block.demand[decision]].id
            begun[name, int(block.wave[decision]), int(block.begin[decision])] += people
    return {
        (d.demand.id, d.wave, d.part): begun[d.demand.id, d.wave, d.begin]
        for d in lay_decisions(problem)
    }


def _shortfall(
    steps: Steps, waves: dict[Wave, list[Decision]], fair: dict[Wave, float], tier: int
) -> Line:
    """Return the person-months by which decisions stay below their fair number of people."""
    programme = steps.programme
    last = programme.problem.months - 1
    cost: dict[pulp.LpVariable, float] = {}
    for wave, tours in waves.items():
        people = fair.get(wave, 0.0)
        if people <= 1e-6:
            continue
        name = tours[0].name.rpartition(".")[0]
        below = programme.lp.add_variable(f"below.{name}", 0, people)
        programme.lacks.add(below)
        there = pulp.lpSum(programme.served(tour) for tour in tours)
        programme.lp += there + below >= people, f"fair.{name}"
        whole = math.floor(people)
        part = people - whole  # the same in whole numbers, and tighter between them
        programme.lp += part * there + below >= part * (whole + 1), f"fairer.{name}"
        cost[below] = sum(tour.duty_months(0, last) for tour in tours) / len(tours)
    return Line(f"below_fair.{tier}", pulp.LpAffineExpression(cost))
