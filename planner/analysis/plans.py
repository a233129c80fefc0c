"""Plans as an analysis needs them: the last one of each part, with what came before as it was made.

An analysis that changes something *in the last plan* leaves the plans before it as they were
made: what had begun or was in preparation when the packages became known is then history.

Fair plans of large parts in compiled code: the same plans, each proved, many times as fast.

What compiled code does not find or cannot prove is planned by the engine, as are small parts, for
which loading it would take longer than it saves. Quick plans carry no prices and no sensitivities.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from planner.analysis.case import Case
from planner.engine.fair import solve_fair
from planner.engine.highs import Certificate
from planner.engine.programme import Block, Programme, build_programme
from planner.engine.stages import StageData, StageSolution
from planner.engine.value import solve_value
from planner.plan import History, Plan, Planner, Solver, solver_for
from planner.problem.model import Problem

__all__ = [
    "LARGE",
    "LastPlans",
    "QuickPlanner",
    "last_answer",
    "last_plans",
    "make_planner",
    "people_tied",
    "person_months",
    "planner_of",
    "settling",
    "strength_change",
    "with_answers",
]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def make_planner(problem: Problem, rule: str, fills_only: bool = False) -> Planner:
    """Return a planner of a problem.

    Parameters
    ----------
    problem : Problem
    rule : str
    fills_only : bool
        For plans that are held against each other by what demands get. *Value*: what ties is
        settled by the names of demands, so that plans of problems that differ in one thing differ
        by that thing only, not by the luck of the solver. *Fair*: plans carry no prices; large
        parts are planned in compiled code, and elsewhere it is left open in last plans, where
        nothing depends on it, which of several pools serves.
    """
    programme = build_programme(problem)
    if not fills_only:
        return Planner(programme, solver_for(rule))
    if rule == "value":
        return Planner(programme, settling(problem))
    return QuickPlanner(programme, solver_for(rule), draft=partial(solve_fair, even=False))


def planner_of(case: Case, fills_only: bool = False) -> Planner:
    """Return a planner of a case; of a result, one that has its plans already.

    Parameters
    ----------
    case : Case
    fills_only : bool
        See :func:`make_planner`.
    """
    made = case.planner
    if made is None or (fills_only and case.rule == "value"):
        return make_planner(case.problem, case.rule, fills_only)
    if not fills_only:
        return replace(made)
    draft = partial(solve_fair, even=False)
    return QuickPlanner(made.programme, made.solver, draft=draft, _made=dict(made._made))


def settling(problem: Problem) -> Solver:
    """Return a solver of *value* in which what ties goes by a number drawn from each name."""
    order = np.array([1 + crc32(demand.id.encode()) / 2**32 for demand in problem.demands])

    def solve(data: StageData) -> StageSolution:
        worth = order[data.block.demand] * data.counted * (data.weight > 0)
        return solve_value(data, worth)

    return solve


@dataclass(frozen=True, eq=False)
class LastPlans:
    """The last plan of each block along the way in which some packages become known.

    Attributes
    ----------
    plan : Plan
        As it unfolds.
    settings : tuple of StageData
        What the last plan of each block had to respect.
    months : tuple of int
        The month in which each block was last planned.
    """

    plan: Plan
    settings: tuple[StageData, ...]
    months: tuple[int, ...]

    @property
    def people(self) -> list[Floats]:
        """People on each column, block by block."""
        return [answer.people for answer in self.plan.answers]


def last_plans(planner: Planner, packages: Iterable[str] | None = None) -> LastPlans:
    """Return the last plans with some of the packages, by default all."""
    plan = planner.unfold(packages)
    settings, months = [], []
    for place, block in enumerate(planner.programme.blocks):
        history = planner.history(block, plan.packages)
        chain = planner._chain(place, history)
        settings.append(planner.data(place, history, chain[-2] if len(chain) > 1 else None))
        months.append(history[-1][0])
    return LastPlans(plan, tuple(settings), tuple(months))


def last_answer(planner: Planner, place: int, packages: Iterable[str] | None = None) -> Floats:
    """Return people on the columns of one block in the plan that unfolds anew, (columns,).

    A planner with other settings is ``planner.anew(settings)``.
    """
    fresh = planner.anew()
    chosen = frozenset(fresh._known if packages is None else packages)
    block = fresh.programme.blocks[place]
    return fresh._ending(place, fresh.history(block, chosen))[-1].people


def strength_change(block: Block, persons: Floats) -> Floats:
    """Return what more people add to the strength rows of a block, both accounts.

    Parameters
    ----------
    block : Block
    persons : ndarray (pools of the problem, months)

    Returns
    -------
    ndarray (strength rows,)
    """
    month = np.arange(block.strength_rows) % block.months
    return np.asarray(persons[block.pools[block.row_pool], month], dtype=float)


def people_tied(block: Block, people: Floats) -> Floats:
    """Return people tied up in the fuller of both accounts, (pools of the block, months)."""
    size = (len(block.pools), block.months)
    tied = np.asarray(block.usage @ people).reshape(size)
    if len(block.standby_pools):
        standby = np.asarray(block.standby @ people).reshape(-1, block.months)
        tied[block.standby_pools] = np.maximum(tied[block.standby_pools], standby)
    return tied


def person_months(programme: Programme, people: Sequence[Floats]) -> Floats:
    """Return person-months filled inside the report window by demand, (demands,)."""
    first, last = programme.problem.report
    filled = np.zeros(len(programme.problem.demands))
    for block, served in zip(programme.blocks, people, strict=True):
        counted = np.asarray(block.duty[:, first : last + 1].sum(axis=1)).ravel()
        np.add.at(filled, block.demand, (block.pick @ served) * counted)
    return filled


def with_answers(plan: Plan, people: Sequence[Floats]) -> Plan:
    """Return the same plan with other people on its columns."""
    answers = [
        replace(answer, people=served) if served is not answer.people else answer
        for answer, served in zip(plan.answers, people, strict=True)
    ]
    return replace(plan, answers=tuple(answers))


LARGE = 200
"""Columns from which a part is planned in compiled code."""


@dataclass(eq=False)
class QuickPlanner(Planner):
    """A planner by the *fair* rule for plans that are held against each other.

    Examples
    --------
    >>> from planner.engine.fair import solve_fair
    >>> from planner.engine.programme import build_programme
    >>> from planner.problem.neutral import parse_problem
    >>> problem = parse_problem({"format": "planner-problem/1", "months": 1, "pools": {"staff": 8},
    ...     "demands": [{"id": "untso", "tier": 2, "cap": 10, "first": 0, "last": 0, "tour": 1,
    ...                  "pools": ["staff"], "prep": 0, "rest": 0}]})
    >>> QuickPlanner(build_programme(problem), solve_fair).unfold().answers[0].people.tolist()
    [8.0]
    """

    def _ending(self, place: int, history: History) -> tuple[StageSolution, ...]:
        """Return all plans of a block along a history of which nothing follows the last."""
        if len(self.settings[place].upper) >= LARGE:
            return self._chain(place, history)
        return super()._ending(place, history)

    def _chain(self, place: int, history: History) -> tuple[StageSolution, ...]:
        """Return all plans of a block along a history, the last one last."""
        key = (place, history)
        if key not in self._made and len(self.settings[place].upper) >= LARGE:
            before = self._chain(place, history[:-1]) if len(history) > 1 else ()
            month, people = (history[-1][0], before[-1].people) if before else (-1, None)
            answer = self.attempt(place, self._seen(place, history), month, people)
            if answer is not None:
                self._made[key] = (*before, answer)
        return super()._chain(place, history)

    def _seen(self, place: int, history: History) -> Flags:
        """Return which decisions of a block belong to demands that are known, (decisions,)."""
        known = {""}.union(*(packages for _, packages in history))
        of_demand = np.array([owner in known for owner in self._owner], dtype=bool)
        return np.asarray(of_demand[self.settings[place].block.demand])

    def attempt(
        self, place: int, known: Flags, month: int, before: Floats | None
    ) -> StageSolution | None:
        """Return a plan of a large block, or None where it is for the engine to make.

        Parameters
        ----------
        place : int
            Of the block.
        known : ndarray of bool (decisions,)
            Decisions that may be served.
        month : int
            When the plan is made; negative for the first plan.
        before : ndarray (columns,), optional
            People in the plan before.
        """
        data = self.settings[place]
        if len(data.upper) < LARGE or (data.limit < 0).any():
            return None
        from planner.montecarlo.structure import plan_block

        found = plan_block(
            self.programme.problem, place, known, month, before, data.full, data.limit
        )
        if found is None:
            return None
        people, missing, proof = found
        return StageSolution(
            people, missing, np.full(len(data.limit), np.nan), Certificate(*proof.tolist())
        )
