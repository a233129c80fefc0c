"""Tours and waves: how a demand changes over, laid out as flat arrays.

Cohort j of m (from 0) of a demand with tour L begins its first tour with the mandate and serves
ceil(L (m + 2j + 1) / (2m)) months, so that first tours spread evenly from half a tour to one and a
half; then tours of L months follow end to end, and the last one ends with the mandate. A last tour
shorter than L / 2 is joined with the one before it; where the two together would exceed 3L / 2,
their months are divided over two equal tours, the earlier one longer by one if need be. A mandate
shorter than 3L / 2 is one tour for every cohort.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.problem.model import Problem

__all__ = [
    "OptionTable", "Tours", "cohort_tours", "decision_keys", "keys_of", "lay_tours", "tours_of",
]  # fmt: skip

Ints = NDArray[np.int64]


def cohort_tours(
    first: int, last: int, tour: int, cohorts: int, cohort: int
) -> list[tuple[int, int]]:
    """Return first and last month of each tour of one cohort, in order.

    The plain version of :func:`tours_of`, for reading and for tests.

    Examples
    --------
    >>> cohort_tours(0, 17, 6, 1, 0)
    [(0, 5), (6, 11), (12, 17)]
    >>> cohort_tours(0, 12, 12, 1, 0)
    [(0, 12)]
    >>> cohort_tours(0, 19, 6, 2, 1)  # 8 months first, then 6 and 6
    [(0, 7), (8, 13), (14, 19)]
    >>> cohort_tours(0, 12, 12, 12, 0)
    [(0, 12)]
    """
    if last < first:
        return []
    if 2 * (last - first + 1) < 3 * tour:
        return [(first, last)]
    opening = -(-tour * (cohorts + 2 * cohort + 1) // (2 * cohorts))
    begins = [first, *range(first + opening, last + 1, tour)]
    if len(begins) > 1 and 2 * (last + 1 - begins[-1]) < tour:
        together = last + 1 - begins[-2]
        if 2 * together > 3 * tour:
            begins[-1] = begins[-2] + -(-together // 2)
        else:
            begins.pop()
    return list(zip(begins, [begin - 1 for begin in begins[1:]] + [last], strict=True))


@dataclass(frozen=True)
class Tours:
    """Every tour that touches the model, one entry of each array per tour.

    Attributes
    ----------
    demand : ndarray of int
        Place of the demand in ``problem.demands``; ascending.
    cohort, wave : ndarray of int
        Cohort, and how many tours of that cohort came before.
    first, last : ndarray of int
        First and last month on duty, inclusive; may lie outside the model.
    """

    demand: Ints
    cohort: Ints
    wave: Ints
    first: Ints
    last: Ints

    @property
    def length(self) -> Ints:
        """Full length in months, also of what lies outside the model."""
        return self.last - self.first + 1

    def __len__(self) -> int:
        return len(self.demand)


@dataclass(frozen=True, eq=False)
class OptionTable:
    """Sourcing options of all demands: one entry of each array per option and pool.

    Entries are sorted by demand, option and pool.

    Attributes
    ----------
    demand, option : ndarray of int
        Index of the demand in the problem and of the option in its list.
    index, pool : ndarray of int
        Index of the pool in ``Demand.pools`` and in the problem.
    share : ndarray
        Share of the option's people who come from the pool.
    prep : ndarray of int
        Preparation, months.
    home : ndarray
        Months at home per month served.
    dwell : ndarray of bool
        Whether preparation falls inside that time.
    """

    demand: Ints
    option: Ints
    index: Ints
    pool: Ints
    share: NDArray[np.float64]
    prep: Ints
    home: NDArray[np.float64]
    dwell: NDArray[np.bool_]

    @classmethod
    def of(cls, problem: Problem) -> OptionTable:
        """Return the options of a problem's demands."""
        number = {name: index for index, name in enumerate(problem.pools)}
        entries: list[tuple[Any, ...]] = []
        for demand_index, d in enumerate(problem.demands):
            pools = [number[name] for name in d.pools]
            by_pool = sorted(range(len(pools)), key=pools.__getitem__)
            entries.extend(
                (demand_index, option, k, pools[k], shares[k], d.prep[k], d.home[k], d.dwell[k])
                for option, shares in enumerate(d.options)
                for k in by_pool
                if shares[k] > 0
            )
        columns = list(zip(*entries, strict=True)) if entries else [()] * 8
        kinds: tuple[Any, ...] = (int, int, int, int, float, int, float, bool)
        arrays: list[Any] = [np.array(c, dtype=k) for c, k in zip(columns, kinds, strict=True)]
        return cls(*arrays)


def lay_tours(problem: Problem) -> Tours:
    """Lay the tours of every demand of a problem, see :func:`tours_of`."""
    owner, demands = problem.package_of(), problem.demands
    begins, ends, lengths, cohorts = (
        np.array(column, dtype=np.int64)
        for column in (
            [problem.begins(d, owner.get(d.id)) for d in demands],
            [d.last for d in demands],
            [d.tour for d in demands],
            [d.cohorts for d in demands],
        )
    )
    return tours_of(begins, ends, lengths, cohorts, problem.months)


def decision_keys(problem: Problem, tours: Tours) -> Ints:
    """Return a number for each tour of a problem, see :func:`keys_of`."""
    lead = np.array([demand.lead for demand in problem.demands], dtype=np.int64)
    cuts = np.array(problem.replan_months, dtype=np.int64)
    return keys_of(tours, lead, np.repeat(cuts[:, None], len(lead), axis=1))


def keys_of(tours: Tours, lead: Ints, cuts: Ints) -> Ints:
    """Return a number for each tour: equal for tours that are decided together.

    Tours of one wave are decided together unless a plan is made again between them: in each month K
    of `cuts` tours that begin before K + the demand's longest preparation are settled and later
    ones are free. Numbers ascend with demand, wave and first month.

    Parameters
    ----------
    tours : Tours
    lead : ndarray of int (demands,)
        Longest preparation, months.
    cuts : ndarray of int (cuts, demands)
    """
    stretch = np.zeros(len(tours), dtype=np.int64)
    for months in cuts:
        stretch += tours.first >= (months + lead)[tours.demand]
    waves = int(tours.wave.max(initial=0)) + 1
    return (tours.demand * waves + tours.wave) * (len(cuts) + 1) + stretch


def tours_of(begins: Ints, ends: Ints, lengths: Ints, cohorts: Ints, months: int) -> Tours:
    """Lay the tours of demands; those that never touch the model do not exist.

    Parameters
    ----------
    begins : ndarray of int (demands,)
        Month from which tours are laid: a demand of a package that becomes known after the model's
        first month is laid from max(first, known + longest preparation).
    ends, lengths, cohorts : ndarray of int (demands,)
        Last month on duty, tour in months, number of cohorts.
    months : int
        Length of the model.
    """
    place = np.repeat(np.arange(len(cohorts)), cohorts)
    cohort = np.arange(len(place)) - np.repeat(np.cumsum(cohorts) - cohorts, cohorts)
    m = cohorts[place]
    tour, first = lengths[place], begins[place]
    span = ends[place] - first + 1
    alive = (span > 0) & (first < months) & (first + span > 0)
    place, cohort, m, tour, first, span = (x[alive] for x in (place, cohort, m, tour, first, span))

    opening = np.where(2 * span < 3 * tour, span, -(-tour * (m + 2 * cohort + 1) // (2 * m)))
    rest = np.maximum(span - opening, 0)
    whole, part = rest // tour, rest % tour
    short = (part > 0) & (2 * part < tour)
    before = np.where(whole > 0, tour, opening)
    divided = short & (2 * (before + part) > 3 * tour)
    count = 1 + whole + ((part > 0) & (~short | divided))

    # only the waves that can touch the model are written out, however long the mandate
    lowest = np.clip((-first - opening) // tour, 0, None)
    highest = np.minimum(count - 1, np.maximum((months - first - opening) // tour + 2, 0))
    number = np.maximum(highest - lowest + 1, 0)
    row = np.repeat(np.arange(len(place)), number)
    wave = np.arange(len(row)) - np.repeat(np.cumsum(number) - number, number) + lowest[row]

    def starts(wave: Ints) -> Ints:
        regular = np.where(wave > 0, opening[row] + (wave - 1) * tour[row], 0)
        previous = np.where(wave > 1, opening[row] + (wave - 2) * tour[row], 0)
        halved = previous + -(-(before[row] + part[row]) // 2)
        return np.where(divided[row] & (wave > 0) & (wave == count[row] - 1), halved, regular)

    begin = first[row] + starts(wave)
    follows = first[row] + starts(wave + 1)
    end = np.where(wave == count[row] - 1, first[row] + span[row], follows) - 1
    keep = (end >= 0) & (begin < months)
    return Tours(place[row][keep], cohort[row][keep], wave[keep], begin[keep], end[keep])
