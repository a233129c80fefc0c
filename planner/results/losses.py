"""What a package takes, in person-months and in persons at a time, before and after it begins.

Person-months add up small shares of a person over years. So every loss is stated with the most
persons it comes to in one month; below half a person at any time no post stands empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from planner.results.frames import cover

if TYPE_CHECKING:
    from planner.allocation import Allocation
    from planner.solution import Solution

__all__ = [
    "HALF_A_PERSON",
    "SOMETHING",
    "Loss",
    "LostTour",
    "first_month",
    "losses",
    "lost_tours",
    "on_duty",
]

Floats = NDArray[np.float64]

HALF_A_PERSON = 0.5
"""Persons at a time from which a loss is a mission's: below, every post is still filled when
people are counted whole."""

SOMETHING = 0.5
"""Person-months from which something counts as displaced, as in the draws."""

_TRACE = 1e-6
"""Persons below which a difference between two plans is rounding."""


@dataclass(frozen=True)
class Loss:
    """What one group of demands loses to a package inside the report window.

    Attributes
    ----------
    group : str
        A mission, or whatever the demands were grouped by.
    person_months : float
        Filled without the package minus filled with it; negative where the group gains.
    before_person_months : float
        The part of it that falls before the package's first month.
    most_persons : float
        The largest loss in any month.
    first, last, months : int
        First and last month of the model in which it loses half a person or more, and their number;
        -1, -1 and 0 where there is none.
    """

    group: str
    person_months: float
    before_person_months: float
    most_persons: float
    first: int
    last: int
    months: int

    @property
    def whole(self) -> bool:
        """Whether it comes to half a person or more in some month."""
        return self.months > 0


@dataclass(frozen=True)
class LostTour:
    """A tour that has fewer people with a package than without it.

    Attributes
    ----------
    demand, pool, cohort : str, str, int
    prepares, first, last : int
        First month of preparation, first and last month on duty, of the model.
    lost_persons : float
        Negative where the tour gains people.
    before_person_months, after_person_months : float
        Person-months lost inside the report window, before the package's first month and from then
        on.
    free_from : int
        First month in which a tour of the demand may begin that was not decided before the package
        became known: the known month plus the demand's longest preparation.
    """

    demand: str
    pool: str
    cohort: int
    prepares: int
    first: int
    last: int
    lost_persons: float
    before_person_months: float
    after_person_months: float
    free_from: int


def first_month(solution: Solution, package: str) -> int:
    """Return the first month on duty of a package's demands, of the model."""
    problem = solution.problem
    own = [problem.demand(name) for name in problem.package(package).demands]
    return min((problem.begins(one, package) for one in own), default=0)


def on_duty(allocation: Allocation) -> Floats:
    """Return persons on duty or on call, (demands, months of the model)."""
    problem, served = allocation.problem, allocation.service
    shape = (len(problem.demands), problem.months)
    return cover(served.demand, served.first, served.last, served.people, shape)


def losses(
    solution: Solution,
    package: str,
    groups: Mapping[str, str] | None = None,
    main_task: int | None = 2,
) -> list[Loss]:
    """Return what each group of demands loses to a package, the most first.

    Parameters
    ----------
    solution : Solution
    package : str
    groups : mapping of str to str, optional
        The group of each demand, such as its mission; by default each demand alone.
    main_task : int or None
        Only demands of this main task; None counts both. The package's own never count.
    """
    problem = solution.problem
    start, (first, last) = first_month(solution, package), problem.report
    own = set(problem.package(package).demands)
    lost = on_duty(solution.without[package]) - on_duty(solution.with_all)
    rows: dict[str, Any] = {}
    for place, demand in enumerate(problem.demands):
        if demand.id in own or main_task not in (None, demand.main_task):
            continue
        group = demand.id if groups is None else groups.get(demand.id, demand.id)
        rows[group] = rows.get(group, 0.0) + lost[place]
    found = [_loss(group, row, start, first, last) for group, row in rows.items()]
    return sorted(found, key=lambda one: -one.person_months)


def _loss(group: str, row: Floats, start: int, first: int, last: int) -> Loss:
    inside = np.where(np.abs(row[first : last + 1]) <= _TRACE, 0.0, row[first : last + 1])
    months = np.flatnonzero(inside >= HALF_A_PERSON - _TRACE) + first
    return Loss(
        group=group,
        person_months=float(inside.sum()),
        before_person_months=float(inside[: max(start - first, 0)].sum()),
        most_persons=float(inside.max(initial=0.0)),
        first=int(months[0]) if len(months) else -1,
        last=int(months[-1]) if len(months) else -1,
        months=len(months),
    )


def lost_tours(
    solution: Solution, package: str, main_tasks: Sequence[int] = (1, 2)
) -> list[LostTour]:
    """Return the tours that have other numbers of people with a package than without it.

    Tours are compared one by one: demand, sourcing option, pool, cohort and months. Those of the
    package itself are left out. So each person-month that is displaced before the package's first
    month is traced to a tour, and a tour that begins before ``free_from`` is never among them.

    Parameters
    ----------
    solution : Solution
    package : str
    main_tasks : sequence of int

    Returns
    -------
    list of LostTour
        In the order of their first month.
    """
    problem = solution.problem
    pools, own = list(problem.pools), set(problem.package(package).demands)
    start, known = first_month(solution, package), problem.known(package)
    people: dict[tuple[int, ...], float] = {}
    for sign, allocation in ((1.0, solution.without[package]), (-1.0, solution.with_all)):
        s = allocation.service
        columns = (s.demand, s.option, s.pool, s.cohort, s.first, s.last, s.prepares)
        keys = zip(*(column.tolist() for column in columns), strict=True)
        for key, count in zip(keys, s.people.tolist(), strict=True):
            people[key] = people.get(key, 0.0) + sign * count
    found = []
    for (place, _, pool, cohort, first, last, prepares), lost in people.items():
        demand = problem.demands[place]
        if demand.id in own or demand.main_task not in main_tasks or abs(lost) <= _TRACE:
            continue
        before = _overlap(first, last, problem.report[0], min(problem.report[1], start - 1))
        after = _overlap(first, last, max(problem.report[0], start), problem.report[1])
        free = known + max(demand.prep, default=0)
        found.append(
            LostTour(
                demand.id, pools[pool], cohort, prepares, first, last, lost, lost * before,
                lost * after, free,
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (one.first, one.demand, one.cohort, one.pool))


def _overlap(first: int, last: int, low: int, high: int) -> int:
    return max(0, min(last, high) - max(first, low) + 1)
