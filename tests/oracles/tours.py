"""Tours laid by the rules, what each ties up, and how waves are cut into decisions.

Months are whole numbers counted from the first month of the model; a tour is a pair (first month,
last month), both inclusive, and may stick out of the model on either side.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = [
    "Decision",
    "busy",
    "cohort_tours",
    "cut",
    "first_length",
    "home_months",
    "on_duty",
    "tied_up",
]

Tour = tuple[int, int]

SHORT_MANDATE_IS_ONE_TOUR = True
"""Whether a mandate shorter than one and a half tours is one tour for every cohort.

False: only where the cohort's own tours come out that way (see `reference`, choice 1).
"""


def first_length(tour: int, cohorts: int, cohort: int) -> int:
    """Return the months that the first tour of a cohort lasts: ceil(L (m + 2j + 1) / 2m).

    Examples
    --------
    >>> [first_length(12, 12, j) for j in range(12)]
    [7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]
    >>> first_length(6, 1, 0)
    6
    """
    return -(-tour * (cohorts + 2 * cohort + 1) // (2 * cohorts))


def cohort_tours(first: int, last: int, tour: int, cohorts: int, cohort: int) -> list[Tour]:
    """Return all tours of one cohort from the first to the last month of its mandate.

    Examples
    --------
    >>> cohort_tours(0, 12, 12, 1, 0)  # one month over: joined
    [(0, 12)]
    >>> cohort_tours(0, 17, 12, 1, 0)
    [(0, 11), (12, 17)]
    >>> cohort_tours(0, 18, 12, 12, 11)  # 18 + 1 would exceed 18: divided
    [(0, 9), (10, 18)]
    >>> cohort_tours(5, 4, 12, 1, 0)
    []
    """
    total = last - first + 1
    if total <= 0:
        return []
    if SHORT_MANDATE_IS_ONE_TOUR and 2 * total < 3 * tour:
        return [(first, last)]
    lengths = [min(first_length(tour, cohorts, cohort), total)]
    while sum(lengths) < total:
        lengths.append(min(tour, total - sum(lengths)))
    if len(lengths) > 1 and 2 * lengths[-1] < tour:
        both = lengths.pop() + lengths.pop()
        if 2 * both > 3 * tour:
            lengths += [both - both // 2, both // 2]
        else:
            lengths += [both]
    tours = []
    begin = first
    for length in lengths:
        tours.append((begin, begin + length - 1))
        begin += length
    return tours


def home_months(ratio: float, prep: int, dwell: bool, length: int) -> int:
    """Return the months at home after a tour: ceil(ratio x length), the product taken to 1e-9.

    Of dwell the preparation is a part, so that it is subtracted; rest comes on top of it.

    Examples
    --------
    >>> [home_months(*case) for case in [(0.1, 2, False, 30), (7.5, 2, False, 8)]]
    [3, 60]
    >>> [home_months(*case) for case in [(2.0, 2, True, 6), (2.0, 0, True, 6), (0.2, 3, True, 6)]]
    [10, 12, 0]
    """
    months = math.ceil(ratio * length - 1e-9)
    return max(0, months - prep) if dwell else months


def tied_up(tour: Tour, prep: int, ratio: float, dwell: bool = False) -> Tour:
    """Return the first and last month in which the people of a tour are tied up.

    Examples
    --------
    >>> tied_up((6, 11), 2, 2.0), tied_up((6, 11), 2, 2.0, True)
    ((4, 23), (4, 21))
    """
    begin, end = tour
    return begin - prep, end + home_months(ratio, prep, dwell, end - begin + 1)


@dataclass(frozen=True)
class Decision:
    """What is decided at once: the tours of one wave that begin in one stretch between cuts.

    Attributes
    ----------
    demand : str
        The demand served.
    wave : int
        Every tour here is the wave-th of its cohort, from 0, counted from the mandate's start.
    stretch : int
        0 before the first cut, 1 between the first and the second, and so on.
    tours : tuple of (cohort, first, last)
        The tours, one for each cohort in the decision.
    size : float
        Most people on it: cap x cohorts in the decision / cohorts of the demand.
    """

    demand: str
    wave: int
    stretch: int
    tours: tuple[tuple[int, int, int], ...]
    size: float

    @property
    def key(self) -> tuple[str, int, int]:
        """Name under which the same decision is found again in another plan."""
        return self.demand, self.wave, self.stretch

    @property
    def begins(self) -> tuple[int, int]:
        """Earliest and latest month in which one of its tours begins."""
        firsts = [first for _, first, _ in self.tours]
        return min(firsts), max(firsts)


def cut(
    demand: Mapping, begin: int, months: int, knowns: Sequence[int], number: type = float
) -> list[Decision]:
    """Lay all tours of a demand from a month on and sort them into decisions.

    Parameters
    ----------
    demand : mapping
        One demand of the neutral problem, with nothing left out, `prep` by pool.
    begin : int
        Month from which tours are laid.
    months : int
        Length of the model.
    knowns : sequence of int
        Months later than the start in which packages become known.
    number : type
        Kind of number for sizes, float or Fraction.
    """
    lead = max(demand["prep"].values())
    cuts = sorted({known + lead for known in knowns})
    groups: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
    for cohort in range(demand["cohorts"]):
        laid = cohort_tours(begin, demand["last"], demand["tour"], demand["cohorts"], cohort)
        for wave, (first, last) in enumerate(laid):
            if last < 0 or first >= months:
                continue
            stretch = sum(first >= month for month in cuts)
            groups.setdefault((wave, stretch), []).append((cohort, first, last))
    cap = number(demand["cap"])
    return [
        Decision(demand["id"], wave, stretch, tuple(tours), cap * len(tours) / demand["cohorts"])
        for (wave, stretch), tours in sorted(groups.items())
    ]


def on_duty(decision: Decision, month: int) -> int:
    """Return how many of the decision's tours are on duty in a month."""
    return sum(first <= month <= last for _, first, last in decision.tours)


def busy(decision: Decision, prep: int, ratio: float, month: int, dwell: bool = False) -> int:
    """Return how many of the decision's tours tie up their people in a month."""
    intervals = [tied_up((first, last), prep, ratio, dwell) for _, first, last in decision.tours]
    return sum(begin <= month <= end for begin, end in intervals)
