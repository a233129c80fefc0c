"""The plan that rolls: made again and again by a planner who sees only so many months ahead.

In the first month and in every month in which something new comes into view the plan is made
again: tours whose people have left or are in preparation stay as they were, all later ones are
free. In view in month t are the tours that begin before t + horizon, of demands outside packages
and of packages known by then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from planner.analysis.quick import QuickPlanner
from planner.engine.setting import with_goals
from planner.plan import Planner
from planner.problem.model import Package, Problem

__all__ = ["cut_every_month", "rolling_people"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def cut_every_month(problem: Problem) -> Problem:
    """Return the same problem with every wave cut in every month.

    What begins in one month is then decided apart from what begins in another, whoever knows or
    sees what and when; so plans that were made with different foresight are made of the same
    decisions. The cuts are those of empty packages.
    """
    taken = {package.id for package in problem.packages}
    names = (f"month {month}" for month in range(1, problem.months))
    cuts = tuple(
        Package(name, (), month) for month, name in enumerate(names, 1) if name not in taken
    )
    return replace(problem, packages=(*problem.packages, *cuts))


def rolling_people(planner: Planner, packages: Iterable[str], horizon: int) -> list[Floats]:
    """Return people on the columns of each block in the plan that rolls.

    Parameters
    ----------
    planner : Planner
        Of a problem that is cut in every month.
    packages : iterable of str
        Those that are part of it, each from the month in which it becomes known.
    horizon : int
        Months in view, the present one included: longer than every preparation, or tours would
        come into view when their people should already be preparing.
    """
    problem = planner.programme.problem
    chosen = set(packages)
    known = {name: max(problem.known(name), 0) for name in chosen}
    owner = problem.package_of()
    since = np.array(
        [
            0 if demand.id not in owner else known.get(owner[demand.id], problem.months)
            for demand in problem.demands
        ]
    )
    lead = np.array([demand.lead for demand in problem.demands], dtype=np.int64)
    return [_rolled(planner, place, since, lead, horizon) for place in range(len(planner.settings))]


def _rolled(planner: Planner, place: int, since: Ints, lead: Ints, horizon: int) -> Floats:
    """Return the last plan of one block."""
    base, problem = planner.settings[place], planner.programme.problem
    block = base.block
    of_decision = np.maximum(block.begin - horizon + 1, since[block.demand])
    comes = np.where(since[block.demand] >= problem.months, problem.months, of_decision)
    people = np.zeros(len(block.decision))
    for month in sorted({0, *np.maximum(comes[comes < problem.months], 0).tolist()}):
        seen = comes <= month
        if isinstance(planner, QuickPlanner):
            answer = planner.attempt(place, seen, month or -1, people)
            if answer is not None:
                people = answer.people
                continue
        upper = np.where(seen[block.decision], base.upper, 0.0)
        lower = base.lower
        if month > 0:
            settled = (block.begin < month + lead[block.demand])[block.decision]
            upper = np.where(settled, people, upper)
            lower = np.where(settled, people, lower)
        setting = with_goals(base.change(upper=upper, lower=lower), problem, seen)
        people = planner.solver(setting).people
    return people
