"""Decisions in words: the waves of every demand, cut where a package becomes known.

The plain twin of :mod:`planner.engine.programme`: one object a decision, one loop a rule, equations
(1) to (5) of the method page.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from planner.problem.model import Demand, Problem
from planner.problem.tours import cohort_tours
from planner.reference.naming import clean_names

__all__ = ["Decision", "Tour", "lay_decisions", "whole_cohorts"]


@dataclass(frozen=True)
class Tour:
    """What one cohort serves at a stretch.

    Attributes
    ----------
    cohort : int
        Counted from 0.
    first, last : int
        First and last month on duty, inclusive; may lie outside the model.
    """

    cohort: int
    first: int
    last: int

    @property
    def length(self) -> int:
        """Full length in months, also of what lies outside the model."""
        return self.last - self.first + 1

    def tied_up(self, prep: int, rest: float) -> range:
        """Return the months in which its people are in preparation, on duty or at rest, eq. (3)."""
        return range(self.first - prep, self.last + math.ceil(rest * self.length - 1e-9) + 1)


@dataclass(frozen=True, eq=False)
class Decision:
    """What is decided at once: a wave, or the part of it that lies between two cuts.

    With whole people every tour is decided by itself and is a decision of its own.

    Attributes
    ----------
    name : str
        Readable and unique, such as ``untso.w3`` (wave 3) or ``untso.w3b`` (its second part).
    demand : Demand
    wave : int
        How many tours of the same cohort came before.
    part : int
        How many of the wave's cuts came before.
    tours : tuple of Tour
        One for each of its cohorts.
    most : float
        Most people it may get, persons: cap × n(w) ÷ m.
    """

    name: str
    demand: Demand
    wave: int
    part: int
    tours: tuple[Tour, ...]
    most: float

    @property
    def begin(self) -> int:
        """First month of the earliest of its tours."""
        return min(tour.first for tour in self.tours)

    def on_duty(self, first: int, last: int) -> dict[int, float]:
        """Return the share of its people on duty in each month from `first` to `last`."""
        share: dict[int, float] = defaultdict(float)
        for tour in self.tours:
            for month in range(max(tour.first, first), min(tour.last, last) + 1):
                share[month] += 1 / len(self.tours)
        return share

    def tied_up(self, pool: str, months: int) -> dict[int, float]:
        """Return the share of its people from a pool that is tied up in each month of the model."""
        place = self.demand.pools.index(pool)
        share: dict[int, float] = defaultdict(float)
        for tour in self.tours:
            for month in tour.tied_up(self.demand.prep[place], self.demand.home[place]):
                if 0 <= month < months:
                    share[month] += 1 / len(self.tours)
        return share

    def duty_months(self, first: int, last: int) -> float:
        """Return the months on duty per person from `first` to `last`."""
        return sum(max(0, min(t.last, last) - max(t.first, first) + 1) for t in self.tours) / len(
            self.tours
        )


def whole_cohorts(cap: float, cohorts: int) -> list[int]:
    """Return the most people of each cohort in whole persons, spread evenly, in sum ⌊cap⌋.

    Examples
    --------
    >>> whole_cohorts(14, 12)
    [1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 2]
    >>> whole_cohorts(2.5, 3)
    [0, 1, 1]
    """
    people = math.floor(cap + 1e-9)
    return [people * (j + 1) // cohorts - people * j // cohorts for j in range(cohorts)]


def lay_decisions(problem: Problem, whole: bool = False) -> list[Decision]:
    """Return the decisions of every demand with tours in the model, in order.

    Parameters
    ----------
    problem : Problem
    whole : bool
        Decide every tour by itself, caps in whole people: see :func:`whole_cohorts`.

    Examples
    --------
    >>> from planner.problem.neutral import parse_problem
    >>> problem = parse_problem({
    ...     "format": "planner-problem/1", "months": 12, "pools": {"staff": 10},
    ...     "demands": [{"id": "untso", "tier": 1, "cap": 2, "first": 0, "last": 11, "tour": 6,
    ...                  "pools": ["staff"], "prep": 0, "rest": 0, "cohorts": 2}]})
    >>> [(d.name, [(t.first, t.last) for t in d.tours]) for d in lay_decisions(problem)]
    [('untso.w0', [(0, 4), (0, 7)]), ('untso.w1', [(5, 11), (8, 11)])]
    """
    owner = problem.package_of()
    cuts = sorted({month for p in problem.packages if (month := problem.known(p.id)) > 0})
    names = clean_names(demand.id for demand in problem.demands)
    decisions: list[Decision] = []
    for demand in problem.demands:
        begin = problem.begins(demand, owner.get(demand.id))
        found: dict[tuple[int, int], list[Tour]] = defaultdict(list)
        for cohort in range(demand.cohorts):
            laid = cohort_tours(begin, demand.last, demand.tour, demand.cohorts, cohort)
            for wave, (first, last) in enumerate(laid):
                if last >= 0 and first < problem.months:
                    part = _part(first, demand.lead, cuts)
                    found[wave, part].append(Tour(cohort, first, last))
        label = _labels(found, names[demand.id])
        for key, tours in sorted(found.items()):
            most = demand.cap * len(tours) / demand.cohorts
            decision = Decision(label[key], demand, *key, tuple(tours), most)
            decisions += _by_tour(decision) if whole else [decision]
    return decisions


def _part(first: int, lead: int, cuts: Iterable[int]) -> int:
    """Return how many cuts lie at or before the first month of a tour, eq. (5)."""
    return sum((first >= month) + (first >= month + lead) for month in cuts)


def _labels(keys: Iterable[tuple[int, int]], name: str) -> dict[tuple[int, int], str]:
    """Return a name for each wave and part: a letter is added only where a wave is cut."""
    parts: dict[int, list[int]] = defaultdict(list)
    for wave, part in sorted(keys):
        parts[wave].append(part)
    return {
        (wave, part): f"{name}.w{wave}" + (_letter(place) if len(several) > 1 else "")
        for wave, several in parts.items()
        for place, part in enumerate(several)
    }


def _letter(place: int) -> str:
    return chr(ord("a") + place) if place < 26 else f"_{place}"


def _by_tour(decision: Decision) -> list[Decision]:
    """Return one decision a tour, with a whole number of people each."""
    demand = decision.demand
    most = whole_cohorts(demand.cap, demand.cohorts)
    return [
        Decision(
            f"{decision.name}.c{tour.cohort}", demand, decision.wave, decision.part, (tour,),
            float(most[tour.cohort]),
        )
        for tour in decision.tours
    ]  # fmt: skip
