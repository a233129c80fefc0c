"""What would prevent a displacement: the fewest more people, or a change of the rules.

People are added by pool and month from the month in which the last package becomes known, plus the
time it takes until they come. Plans made before that stand as they are (the additions surprise), or
count on the additions too (they are announced); what is found for one is tried for the other.
Enough is what leaves every mission of main task 2 with what it would have had without the package
and without the additions, but for a chosen level: what one mission gains does not make up for what
another loses.

*Value*, where one plan is made again: by linear programming, with a proven floor under the cost.
Otherwise by search over people who stay, to within `tolerance_persons`, see
:mod:`planner.analysis.pruned`. In both cases what is found is made the plan again, and again with
a little less of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from planner.analysis.added import Added
from planner.analysis.case import Case, read_case
from planner.analysis.loosened import Change, rest_changes, tour_changes
from planner.outcome import Outcome, Progress, frame, silent
from planner.analysis.plans import make_planner
from planner.analysis.pruned import prune
from planner.analysis.scaling import Scaled
from planner.analysis.smallest import Smallest
from planner.errors import InputError, nearest

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["KINDS", "Addition", "Arrival", "Proof", "Relief", "relief"]

Floats = NDArray[np.float64]

KINDS = ("people", "rest", "tour")
"""What can be changed."""
NOTHING_PERSON_MONTHS = 0.01
"""Loss up to this much is none."""


@dataclass(frozen=True)
class Addition:
    """People added to one pool.

    Attributes
    ----------
    pool : str
    persons : float
        The most that are needed at once.
    person_months : float
        What they come to over the months in which they are needed.
    first_month, last_month : str
        The first and last of these months.
    cost : float
        In the unit of the costs given; persons or person-months where none were.
    """

    pool: str
    persons: float
    person_months: float
    first_month: str
    last_month: str
    cost: float


@dataclass(frozen=True)
class Arrival:
    """People of a pool in a month.

    Attributes
    ----------
    persons : float
        Needed in that month beyond the strength of today.
    arriving_persons : float
        How many of those who stay must have come by that month, over those that came before.
    """

    pool: str
    month: str
    persons: float
    arriving_persons: float


@dataclass(frozen=True)
class Proof:
    """What missions lose when the plan is made again.

    Attributes
    ----------
    step : str
        ``"now"``, ``"relieved"``, ``"less"`` (relieved but for a few people of one pool),
        ``"announced"`` or ``"surprise"``: relieved by the same people if all plans, or only the
        last one, count on them.
    pool : str
    less_persons : float
    lost_person_months : float
    """

    step: str
    pool: str
    less_persons: float
    lost_person_months: float


@dataclass(frozen=True, eq=False, repr=False)
class Relief(Outcome):
    """Outcome of :func:`relief`.

    Attributes
    ----------
    rule, package : str
    stay : bool
        Whether people stay once they have come.
    announced : bool
        Whether all plans on the way count on the additions; else only the last one does.
    lead_months : int
    first_month : str
        The first month in which additions can be there.
    lost_person_months : float
        What missions of main task 2 lose to the package.
    wanted_person_months, level_person_months : float
        What was asked to remain, and what is aimed at: more, where even people without end,
        coming that late, leave more of it.
    within_reach : bool
    cost : float
    floor_cost : float
        Nothing cheaper can do it; NaN where none is proved.
    exact : bool
        Whether cost and floor meet.
    tolerance_persons : float
        How much less of a single pool would not be noticed; 0 by linear programming.
    """

    title: ClassVar[str] = "relief"
    rule: str
    package: str
    stay: bool
    announced: bool
    lead_months: int
    first_month: str
    lost_person_months: float
    wanted_person_months: float
    level_person_months: float
    within_reach: bool
    cost: float
    floor_cost: float
    exact: bool
    tolerance_persons: float
    additions: tuple[Addition, ...]
    months: tuple[Arrival, ...]
    changes: tuple[Change, ...]
    proofs: tuple[Proof, ...]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return ``additions``, ``changes``, ``proofs`` and ``months``."""
        return {
            "additions": frame(self.additions, Addition),
            "changes": frame(self.changes, Change),
            "proofs": frame(self.proofs, Proof),
            "months": frame(self.months, Arrival),
        }

    def sentences(self, lang: str = "en") -> list[str]:
        """Return what is lost, who would prevent it, and which change of rules would."""
        from planner.analysis.prevented import told

        return told(self, lang)


def relief(
    source: Any,
    package: str | None = None,
    rule: str | None = None,
    *,
    level_person_months: float = 0.0,
    kinds: Sequence[str] = KINDS,
    stay: bool = True,
    announced: bool = False,
    lead_months: int = 0,
    costs: Mapping[str, float] | None = None,
    tolerance_persons: float = 1.0,
    most_tour_months: int = 2,
    progress: Progress = silent,
) -> Relief:
    """Return what would bring what missions lose to a package down to a level.

    Parameters
    ----------
    source : scenario, result or problem
        See :func:`planner.analysis.case.read_case`.
    package : str, optional
        By default the only one.
    level_person_months : float
        What missions of main task 2 may still lose.
    kinds : sequence of str
        Some of :data:`KINDS`.
    stay : bool
        Recruits, who stay once they have come, counted in persons; else people borrowed month by
        month, counted in person-months.
    announced : bool
        Whether plans made before the package was known already count on the additions, as they
        would on strengths of the scenario; else only the last plan does.
    lead_months : int
        Months from the decision until the first of them can be there.
    costs : mapping of str to float, optional
        By pool, of a person or a person-month; pools without one cost 1.
    tolerance_persons : float
        How close to come in each pool where search is needed.
    most_tour_months : int
        By how much tours may become longer or shorter.

    Examples
    --------
    >>> line = {"tier": 2, "cap": 8, "first": 0, "last": 0, "tour": 1, "pools": ["staff"],
    ...         "prep": 0, "rest": 0}
    >>> problem = {"format": "planner-problem/1", "months": 1, "pools": {"staff": 10},
    ...            "demands": [{"id": "untso", **line}, {"id": "x", **line, "tier": 1, "cap": 4}],
    ...            "packages": {"flank": {"demands": ["x"], "known": 0}}}
    >>> [(row.pool, round(row.persons, 1)) for row in relief(problem, rule="value").additions]
    [('staff', 2.0)]
    """
    case = read_case(source, rule)
    price = _costs(case, costs)
    _check(kinds, level_person_months, lead_months, tolerance_persons)
    planner = make_planner(case.problem, case.rule, fills_only=True)
    added = Added(Scaled(case, planner, case.package(package)), lead_months, announced)
    work = _Work(added, price, stay, tolerance_persons, level_person_months)
    if "people" in kinds:
        work.add(progress)
    pools = [added.names[pool] for pool in np.flatnonzero(work.months.any(axis=1))]
    changes: list[Change] = []
    if "rest" in kinds and work.lost > work.level:
        changes += rest_changes(added, work.level, pools)
    if "tour" in kinds and work.lost > work.level:
        changes += tour_changes(added, work.level, most_tour_months)
    return work.outcome(changes)


def _costs(case: Case, costs: Mapping[str, float] | None) -> Floats:
    names, given = list(case.problem.pools), dict(costs or {})
    faults = [f"costs: no pool {one!r}{nearest(one, names)}" for one in given if one not in names]
    faults += [f"costs: {one}: expected above 0, found {given[one]}" for one in given
               if not given[one] > 0]  # fmt: skip
    if faults:
        raise InputError(faults)
    return np.array([float(given.get(name, 1.0)) for name in names])


def _check(kinds: Sequence[str], level: float, lead: int, tolerance: float) -> None:
    known = ", ".join(KINDS)
    faults = [f"kinds: expected {known}, found {one!r}{nearest(one, KINDS)}"
              for one in kinds if one not in KINDS]  # fmt: skip
    if not level >= 0:
        faults.append(f"level_person_months: expected at least 0, found {level}")
    if lead < 0:
        faults.append(f"lead_months: expected at least 0, found {lead}")
    if not tolerance > 0:
        faults.append(f"tolerance_persons: expected above 0, found {tolerance}")
    if faults:
        raise InputError(faults)


class _Work:
    """The additions of one call."""

    def __init__(
        self, added: Added, costs: Floats, stay: bool, tolerance: float, wanted: float
    ) -> None:
        self.added, self.costs, self.stay, self.wanted = added, costs, stay, wanted
        case = added.scaled.case
        self.tolerance, self.floor = tolerance, float("nan")
        self.programme: Smallest | None = None
        alike = not (added.announced and added.several_plans)
        if case.rule == "value" and added.scaled.one_plan and alike:
            self.programme, self.tolerance = Smallest(added, costs, stay), 0.0
        self.months, self.persons = added.nothing, np.zeros(len(added.names))
        self.lost = self._lost(added.nothing)
        self.level, self.within_reach = wanted + NOTHING_PERSON_MONTHS, True
        self.proofs = [Proof("now", "", 0.0, self.lost)]

    def _lost(self, added: Floats) -> float:
        if self.programme is None:
            return self.added.lost(added)
        return self.programme.lost(self.programme.amounts_of(added))

    def add(self, progress: Progress) -> None:
        """Find additions, and make the plan again with them and with a little less."""
        if self.lost <= self.level:
            return
        added, every = self.added, np.zeros(len(self.added.names))
        every[added.pools] = added.enough
        least = self._lost(added.steady(every))
        self.within_reach = least <= self.level
        self.level = max(self.level, least + NOTHING_PERSON_MONTHS)
        if least >= self.lost - NOTHING_PERSON_MONTHS:
            return
        if self.programme is None:
            self.persons = prune(added, self.level, self.costs, self.tolerance, progress)
            offered = added.steady(self.persons)
            self.months = added.used(added.people(offered))
        else:
            offered = self._by_programme(self.programme)
        self.proofs.append(Proof("relieved", "", 0.0, self._lost(offered)))
        for pool in np.flatnonzero((offered > 1e-6).any(axis=1)):
            less = offered.copy()
            by = 2 * self.tolerance or 0.01 * float(offered[pool].max())
            less[pool] = np.maximum(less[pool] - by, 0.0)
            self.proofs.append(Proof("less", added.names[pool], by, self._lost(less)))
        if added.several_plans:
            other = added.other_knowledge()
            step = "announced" if other.announced else "surprise"
            self.proofs.append(Proof(step, "", 0.0, other.lost(offered)))

    def _by_programme(self, programme: Smallest) -> Floats:
        added = self.added
        huge = np.full(len(programme.cost), added.enough)
        pruned = prune(added, max(self.level, self._engine_least()), self.costs, 1.0)
        starts = [huge, programme.amounts_of(added.steady(pruned))]
        starts = [one for one in starts if programme.lost(one) <= self.level + 1e-6]
        found = [programme.better(one, self.level) for one in starts]
        best = min(found, key=lambda one: float(programme.cost @ one))
        _, self.floor = programme.floor(self.level)
        offered = programme.added_of(best)
        programme.lost(best)
        self.months = added.used(programme.people()) if self.stay else offered
        self.persons = offered.max(axis=1)
        return offered

    def _engine_least(self) -> float:
        """Return what the engine's own plan leaves lost with people without end."""
        every = np.zeros(len(self.added.names))
        every[self.added.pools] = self.added.enough
        return self.added.lost(self.added.steady(every)) + NOTHING_PERSON_MONTHS

    def outcome(self, changes: Sequence[Change]) -> Relief:
        """Write everything down."""
        added, case = self.added, self.added.scaled.case
        additions, months = [], []
        for pool, name in enumerate(added.names):
            when = np.flatnonzero(self.months[pool] > 1e-6)
            if not len(when):
                continue
            needed = self.months[pool][when]
            total = float(needed.sum())
            persons = float(self.persons[pool]) if self.stay else float(needed.max())
            cost = float(self.costs[pool]) * (persons if self.stay else total)
            first, last = case.month(int(when[0])), case.month(int(when[-1]))
            additions.append(Addition(name, persons, total, first, last, cost))
            there = np.maximum.accumulate(needed)
            come = np.diff(there, prepend=0.0)
            months += [
                Arrival(name, case.month(int(month)), float(now), float(new))
                for month, now, new in zip(when, needed, come, strict=True)
            ]
        cost = sum(row.cost for row in additions)
        exact = abs(cost - self.floor) <= 1e-4 * (1 + cost)
        begin = case.month(min(added.earliest, added.problem.months - 1))
        return Relief(
            case.rule, added.scaled.package, self.stay, added.announced, added.lead_months, begin,
            self.lost, self.wanted, self.level, self.within_reach, cost, self.floor, exact,
            self.tolerance, tuple(additions), tuple(months), tuple(changes), tuple(self.proofs),
        )  # fmt: skip
