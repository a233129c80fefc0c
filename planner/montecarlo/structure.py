"""One structure, many draws: the plans of a problem for other caps, strengths and bounds.

What a draw changes in numbers only (caps, strengths, bounds, amounts of money) is solved on one
structure, which is formulated once. What changes tours, months, rest or cohorts asks for a
structure of its own; plans of all structures of one scenario have the same axes and can be put
together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from planner.engine.programme import build_programme
from planner.errors import SolverError
from planner.montecarlo.plans import Code, Lines, Plans, join_plans, no_plans
from planner.montecarlo.reading import Reading
from planner.plan import Planner, solver_for

if TYPE_CHECKING:
    from planner.montecarlo.kernel.aims import Aims
    from planner.montecarlo.kernel.shape import Shape
    from planner.montecarlo.unfolding import Numbers, Unfolding
    from planner.problem.model import Problem

__all__ = ["Code", "Lines", "Plans", "Structure", "join_plans"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Structure:
    """One problem with its tours and decisions, formulated once and solved for many draws.

    The answer to a draw depends on that draw alone: neither on what was solved before nor on which
    draws stand beside it. It equals what :func:`planner.solution.solve_problem` says of
    :meth:`drawn`.

    Parameters
    ----------
    problem : Problem
        Its caps, strengths, bounds and amounts are those of the likely values.
    rule : {"fair", "value"}
    compiled : bool
        Whether compiled code looks first; without it, everything is left to the engine.

    Examples
    --------
    >>> from planner.problem.neutral import parse_problem
    >>> problem = parse_problem({
    ...     "format": "planner-problem/1", "months": 12, "pools": {"staff": 10},
    ...     "demands": [
    ...         {"id": "flank", "tier": 1, "main_task": 1, "cap": 4, "first": 0, "last": 11,
    ...          "tour": 1, "pools": ["staff"], "prep": 0, "rest": 0},
    ...         {"id": "untso", "tier": 2, "cap": 8, "first": 0, "last": 11,
    ...          "tour": 1, "pools": ["staff"], "prep": 0, "rest": 0}],
    ...     "packages": {"flank": {"demands": ["flank"], "known": 0}}})
    >>> caps = np.array([[4.0, 8.0], [4.0, 8.0]])
    >>> strengths = np.stack([np.full((1, 12), 10.0), np.full((1, 12), 11.0)])
    >>> plans = Structure(problem, "fair").solve(caps, strengths, packages=["flank"])
    >>> plans.displaced("flank").sum(axis=1).round(6)
    array([24., 12.])
    """

    def __init__(self, problem: Problem, rule: str, compiled: bool = True):
        self.problem, self.rule, self.compiled = problem, rule, compiled
        self.solver = solver_for(rule)
        self.programme = build_programme(problem)
        self.lines = Lines.of(problem)
        self._shapes: tuple[Shape, ...] = ()
        self._aims: tuple[Aims, ...] = ()
        self._usual: Unfolding | None = None

    def solve(
        self,
        caps: Floats,
        strengths: Floats,
        packages: Sequence[str] = (),
        *,
        least: Floats | None = None,
        most: Floats | None = None,
        amounts: Floats | None = None,
    ) -> Plans:
        """Return the plans of some draws, with all packages and without each of the named ones.

        Parameters
        ----------
        caps : ndarray (draws, demands)
            Persons.
        strengths : ndarray (draws, pools, months of the model)
            Persons.
        packages : sequence of str
            Packages to leave out, each in a plan of its own.
        least, most : ndarray (draws, bounds), optional
            Composition bounds, persons; NaN where there is none. By default the problem's.
        amounts : ndarray (draws, budgets), optional
            Euros. By default the problem's.
        """
        from planner.montecarlo.unfolding import Numbers

        numbers = Numbers.of(self.problem, caps, strengths, least, most, amounts)
        found = no_plans(self.problem, packages, self.lines, caps, int(self.decisions[-1]))
        if self.compiled and len(caps):
            self._by_kernel(numbers, found)
        for draw in np.flatnonzero((found.code == Code.UNPROVED).any(axis=0)):
            self._by_engine(numbers, found, int(draw))
        return found

    def drawn(
        self,
        caps: Floats,
        strengths: Floats,
        *,
        least: Floats | None = None,
        most: Floats | None = None,
        amounts: Floats | None = None,
    ) -> Problem:
        """Return the problem of one draw, for replaying it or for any other solver."""
        problem = self.problem
        bounds = [
            replace(
                bound,
                min=bound.min if least is None else _number(least[k]),
                max=bound.max if most is None else _number(most[k]),
            )
            for k, bound in enumerate(problem.bounds)
        ]
        return replace(
            problem,
            pools=dict(zip(problem.pools, strengths, strict=True)),
            demands=tuple(
                replace(demand, cap=float(cap))
                for demand, cap in zip(problem.demands, caps, strict=True)
            ),
            bounds=tuple(bounds),
            budgets=problem.budgets
            if amounts is None
            else tuple(
                replace(budget, amount=float(amount))
                for budget, amount in zip(problem.budgets, amounts, strict=True)
            ),
        )

    def packages_without(self, left_out: str) -> frozenset[str]:
        """Return every package but one."""
        return frozenset(package.id for package in self.problem.packages) - {left_out}

    def _by_kernel(self, numbers: Numbers, found: Plans) -> None:
        """Write the plans that compiled code finds and proves."""
        from planner.montecarlo.unfolding import holds

        unfolding = self.unfolding(numbers)
        for place, left_out in enumerate(["", *found.without]):
            stages = unfolding.plan(self.packages_without(left_out))
            proof = np.max([stage.proof for stage in stages], axis=0)
            proved = np.flatnonzero(holds(proof))
            people = [stage.people[proved] for stage in stages]
            missing = [stage.missing[proved] for stage in stages]
            self.reading.write(found, place, proved, people, missing)
            found.proof[place, proved] = proof[proved]
            found.code[place, proved] = Code.COMPILED

    def unfolding(self, numbers: Numbers) -> Unfolding:
        """Return what makes plans of some draws in compiled code."""
        from planner.montecarlo.unfolding import Numbers, Unfolding, all_aims, shapes_of

        planner = Planner(self.programme, self.solver)
        if not self._shapes:
            self._shapes = shapes_of(self.programme)
            if self.rule == "value":
                self._aims = all_aims(self.programme)
                likely = Numbers.likely(self.problem)
                self._usual = Unfolding(planner, self._shapes, likely, self._aims)
        return Unfolding(planner, self._shapes, numbers, self._aims, self._usual)

    def _by_engine(self, numbers: Numbers, found: Plans, draw: int) -> None:
        """Write the engine's plans of a draw that has no other, as far as they can be proved."""
        problem = self.drawn(
            numbers.caps[draw],
            numbers.strengths[draw],
            least=numbers.least[draw],
            most=numbers.most[draw],
            amounts=numbers.amounts[draw],
        )
        planner = Planner(replace(self.programme, problem=problem), self.solver)
        for place, left_out in enumerate(["", *found.without]):
            if found.code[place, draw] != Code.UNPROVED:
                continue
            try:
                plan = planner.unfold(self.packages_without(left_out))
            except SolverError:
                continue
            people = [answer.people[None] for answer in plan.answers]
            missing = [answer.missing[None] for answer in plan.answers]
            self.reading.write(found, place, np.array([draw]), people, missing)
            proof = plan.certificate
            found.proof[place, draw] = proof.primal, proof.dual, proof.gap
            found.code[place, draw] = Code.ENGINE

    @cached_property
    def reading(self) -> Reading:
        """How people by column become what plans report."""
        return Reading(self.programme, self.lines)

    @property
    def decisions(self) -> Ints:
        """Where the decisions of each block begin among those of all blocks; the count last."""
        return self.reading.decisions


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
