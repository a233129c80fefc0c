"""Why a mission is short of people in a month: who holds them, what binds, what would change it.

The people of a month come from tours that began in different months and were decided in different
plans. For everything lacking, the plan is looked at that could have sent more; for every pool that
could have served, the months in which its tours would have tied people up and everyone was taken;
and for one such month, the nearest to the month asked about, who holds the pool. What would change
it is found by making plans again: without each package, with more people, with a month of rest
less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from planner.analysis.altered import Alteration, alterations
from planner.analysis.barriers import Barrier, Holder, Limit, barriers, holders, limits
from planner.analysis.case import Case, read_case
from planner.analysis.moment import Moment, Part
from planner.outcome import Outcome, Progress, frame, silent
from planner.analysis.plans import make_planner
from planner.months import Month

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Holder", "Limit", "LineThere", "MonthThere", "Why", "why"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

NOTHING_PERSONS = 1e-3
"""People lacking up to this much are none."""
POOLS_TRIED = 3
"""Most pools for which more people are tried."""


@dataclass(frozen=True)
class LineThere:
    """A line of the mission in the month, persons.

    Attributes
    ----------
    demand : str
    tier : int
    package : str
        Its package, if any.
    asked_persons, on_duty_persons, lacking_persons : float
    without_packages_persons : float
        On duty if there were no packages but its own.
    """

    demand: str
    tier: int
    package: str
    asked_persons: float
    on_duty_persons: float
    lacking_persons: float
    without_packages_persons: float


@dataclass(frozen=True)
class MonthThere:
    """People of the mission in a month of the report window."""

    month: str
    asked_persons: float
    on_duty_persons: float
    without_packages_persons: float


@dataclass(frozen=True, eq=False, repr=False)
class Why(Outcome):
    """Outcome of :func:`why`.

    Attributes
    ----------
    rule, mission, month : str
    asked_persons, on_duty_persons, lacking_persons, without_packages_persons : float
        In that month.
    """

    title: ClassVar[str] = "why"
    rule: str
    mission: str
    month: str
    asked_persons: float
    on_duty_persons: float
    lacking_persons: float
    without_packages_persons: float
    holders: tuple[Holder, ...]
    limits: tuple[Limit, ...]
    changes: tuple[Alteration, ...]
    lines: tuple[LineThere, ...]
    months: tuple[MonthThere, ...]
    case: Case

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return ``holders``, ``limits``, ``changes``, ``lines`` and ``months``."""
        return {
            "holders": frame(self.holders, Holder),
            "limits": frame(self.limits, Limit),
            "changes": frame(self.changes, Alteration),
            "lines": frame(self.lines, LineThere),
            "months": frame(self.months, MonthThere),
        }

    def sentences(self, lang: str = "en") -> list[str]:
        """Return how many there are, what binds, who holds them, and what would change it."""
        from planner.analysis.reasons import told

        return told(self, lang)


def why(
    source: Any,
    mission: str,
    month: int | str | Month | None = None,
    rule: str | None = None,
    *,
    changes: bool = True,
    progress: Progress = silent,
) -> Why:
    """Say why a mission has the people it has in a month.

    Parameters
    ----------
    source : scenario, result or problem
        See :func:`planner.analysis.case.read_case`.
    mission : str
        A mission, or one demand.
    month : Month, str or int, optional
        By default the month of the report window in which it lacks most.
    changes : bool
        Whether to look for what would change it.

    Examples
    --------
    >>> import textwrap
    >>> line = {"tier": 2, "cap": 8, "first": 0, "last": 0, "tour": 1, "pools": ["staff"],
    ...         "prep": 0, "rest": 0}
    >>> problem = {"format": "planner-problem/1", "months": 1, "pools": {"staff": 10},
    ...            "demands": [{"id": "untso", **line}, {"id": "x", **line, "tier": 1, "cap": 4}],
    ...            "packages": {"flank": {"demands": ["x"], "known": 0}}}
    >>> for said in why(problem, "untso", 0).sentences():
    ...     print(textwrap.shorten(said, 100, placeholder="..."))
    untso has 6.0 of the 8.0 people it asks for in month 0; without flank it would have 8.0.
    staff: in that month all 10.0 are taken; so they are in 1 of the 1 months in which its tours...
    Held by those that go first: x 4.0; itself: 6.0. On duty 10.0, preparing 0.0, resting 0.0.
    Without flank there would be 2.0 more: nobody would be lacking.
    2 more of staff from month 0 on bring 2.0: nobody would be lacking; the first of them brings...
    """
    case = read_case(source, rule)
    chosen = case.select(mission)
    planner = make_planner(case.problem, case.rule)
    months = _months(case, planner, chosen)
    at = _worst(months, case) if month is None else case.month_index(month)
    moment = Moment(case, planner, chosen, at)
    there = moment.persons()
    without = _without(moment)
    found = barriers(moment)
    asked = float(moment.asked.sum())
    lacking = asked - float(there.sum())
    tried: Sequence[Alteration] = ()
    if changes and lacking > NOTHING_PERSONS:
        kinds = {one.kind for one in found} & {"composition", "budget"}
        tried = alterations(moment, _pools(found)[:POOLS_TRIED], kinds, progress)
    return Why(
        case.rule, mission, case.month(at), asked, float(there.sum()), max(lacking, 0.0),
        float(without.sum()), tuple(holders(moment, found)), tuple(limits(moment, found)),
        tuple(tried), tuple(_lines(moment, there, without)), tuple(months), case,
    )  # fmt: skip


def _months(case: Case, planner: Any, chosen: Flags) -> list[MonthThere]:
    """Return the months of the report window in which the mission asks for anybody."""
    demands, (first, last) = case.problem.demands, case.problem.report
    own = [one.id for one in case.problem.packages if case.inside(one.id)[chosen].any()]
    duties = []
    for packages in (frozenset(case.packages), frozenset(own)):
        plan, total = planner.unfold(packages), np.zeros(case.problem.months)
        for block, answer in zip(planner.programme.blocks, plan.answers, strict=True):
            total += block.duty.T @ ((block.pick @ answer.people) * chosen[block.demand])
        duties.append(total)
    mine = [demand for demand, counts in zip(demands, chosen, strict=True) if counts]
    rows = []
    for at in range(first, last + 1):
        asked = sum(demand.cap for demand in mine if demand.first <= at <= demand.last)
        if asked > 0:
            served, without = (float(duty[at]) for duty in duties)
            rows.append(MonthThere(case.month(at), float(asked), served, without))
    return rows


def _worst(months: Sequence[MonthThere], case: Case) -> int:
    """Return the first of the months in which most is lacking; the first of the window if none."""
    if not months:
        return case.problem.report[0]
    worst = max(months, key=lambda row: round(row.asked_persons - row.on_duty_persons, 3))
    return case.month_index(worst.month)


def _without(moment: Moment) -> Floats:
    """Return people on duty by demand if there were no packages but those they belong to."""
    case = moment.case
    own = [one for one in case.packages if (case.inside(one) & (moment.asked > 0)).any()]
    return moment.persons(frozenset(own))


def _lines(moment: Moment, there: Floats, without: Floats) -> list[LineThere]:
    owner = moment.case.problem.package_of()
    rows = []
    for place in np.flatnonzero(moment.asked > 0):
        demand, asked = moment.case.problem.demands[place], float(moment.asked[place])
        rows.append(
            LineThere(
                demand.id,
                demand.tier,
                owner.get(demand.id, ""),
                asked,
                float(there[place]),
                max(asked - float(there[place]), 0.0),
                float(without[place]),
            )
        )
    return rows


def _pools(found: Sequence[Barrier]) -> list[tuple[Part, int]]:
    """Return the pools that bind in the plans that most goes back to, by block."""
    return list(
        dict.fromkeys(
            (one.part, one.row)
            for one in found
            if one.kind == "pool" and one.stage == one.part.stage
        )
    )
