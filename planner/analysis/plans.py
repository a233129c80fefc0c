"""Plans as an analysis needs them: the last one of each part, with what came before as it was made.

An analysis that changes something *in the last plan* leaves the plans before it as they were
made: what had begun or was in preparation when the packages became known is then history.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from planner.analysis.quick import QuickPlanner
from planner.engine.fair import solve_fair
from planner.engine.programme import Block, Programme, build_programme
from planner.engine.setting import Answer, Setting
from planner.engine.value import solve_value
from planner.plan import Plan, Planner, Solver, solver_for
from planner.problem.model import Problem

__all__ = [
    "LastPlans",
    "last_answer",
    "last_plans",
    "make_planner",
    "people_tied",
    "person_months",
    "settling",
    "strength_change",
    "with_answers",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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


def settling(problem: Problem) -> Solver:
    """Return a solver of *value* in which what ties goes by a number drawn from each name."""
    order = np.array([1 + crc32(demand.id.encode()) / 2**32 for demand in problem.demands])

    def solve(setting: Setting) -> Answer:
        worth = order[setting.block.demand] * setting.counted * (setting.weight > 0)
        return solve_value(setting, worth)

    return solve


@dataclass(frozen=True, eq=False)
class LastPlans:
    """The last plan of each block along the way in which some packages become known.

    Attributes
    ----------
    plan : Plan
        As it unfolds.
    settings : tuple of Setting
        What the last plan of each block had to respect.
    months : tuple of int
        The month in which each block was last planned.
    """

    plan: Plan
    settings: tuple[Setting, ...]
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
        settings.append(planner.setting(place, history, chain[-2] if len(chain) > 1 else None))
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
