"""Expected occupancy: how many of the people assigned are present, in closed form.

The chance that a post is occupied in the k-th month of a tour follows from the parameters of its
kind: accepted with some probability or empty for the lead time, home early with some probability
a month and empty for the lead time again. Summed over tours it is what the mean of many drawn
draws of one plan tends to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from planner.analysis.case import Case, DemandLabels
from planner.engine.programme import Programme
from planner.errors import InputError, nearest

__all__ = ["occupancy", "expected_occupancy", "present_months"]

Floats = NDArray[np.float64]


def occupancy(
    months: int, acceptance: float, lead: int, early_return: float, unit: bool = False
) -> Floats:
    """Return the probability that a post is occupied in each month of a tour, (months,).

    Parameters
    ----------
    months : int
        Length of the tour.
    acceptance : float
        Probability that a candidate is accepted.
    lead : int
        Months that a post stands empty before the next candidate; 0 is no gap at all.
    early_return : float
        Probability, each month served, that it is the last.
    unit : bool
        Accepted or not as a whole, and replaced from within.

    Notes
    -----
    With n(k) the probability that a candidate is nominated for month k and s(k) that a person
    serves in it, n(0) = 1, a nomination fails with 1 − α and returns lead months later, and

        s(k) = α n(k) + (1 − ε) s(k − 1),   n(k) = (1 − α) n(k − lead) + ε s(k − 1 − lead).     (C2)

    Examples
    --------
    >>> occupancy(4, 0.5, 2, 0.0).tolist()
    [0.5, 0.5, 0.75, 0.75]
    """
    if lead == 0:
        return np.ones(months)
    first, again, serving = (np.zeros(months) for _ in range(3))
    accepts = 1.0 if unit else acceptance
    first[:1] = 1.0
    for k in range(months):
        if k >= lead:
            first[k] = (1 - acceptance) * first[k - lead]
            again[k] = (1 - accepts) * again[k - lead]
        if k > lead:
            again[k] += early_return * serving[k - 1 - lead]
        stays = (1 - early_return) * serving[k - 1] if k else 0.0
        serving[k] = acceptance * first[k] + accepts * again[k] + stays
    return serving


def expected_occupancy(case: Case, given: Mapping[str, float] | bool) -> list[Floats] | None:
    """Return the probability of occupancy by demand and month of a tour.

    Parameters
    ----------
    case : Case
    given : mapping of str to float, or bool
        Share of the people assigned that are present, by demand, the same in every month of a tour;
        True takes the parameters of the scenario's kinds, False is None: everyone is present.
    """
    demands = case.problem.demands
    longest = [-(-3 * demand.tour // 2) for demand in demands]
    if not isinstance(given, bool):
        ids = [demand.id for demand in demands]
        faults = [f"presence: no demand {one!r}{nearest(one, ids)}" for one in set(given) - {*ids}]
        faults += [
            f"presence: {name}: expected 0 to 1, found {share}"
            for name, share in given.items()
            if not 0 <= share <= 1
        ]
        if faults:
            raise InputError(sorted(faults))
        return [
            np.full(months, float(given.get(one.id, 1.0)))
            for one, months in zip(demands, longest, strict=True)
        ]
    if not given or case.compiled is None or case.scenario is None:
        return None
    kinds = case.scenario.inputs.kinds
    figures = {row.id: row.value for row in case.compiled.figures}

    def of(kind: str, months: int) -> Floats:
        chances = [figures.get(f"kind.{kind}.{name}", usual) for name, usual in _USUAL]
        unit = kinds[kind].changeover == "en_bloc"
        return occupancy(months, float(chances[0]), round(chances[1]), float(chances[2]), unit)

    roots = {row.id: row.part_of or row.id for row in case.compiled.demands}

    def manned(line: DemandLabels) -> float:
        return float(figures.get(f"demand.{roots.get(line.demand)}.manned", 1.0))

    found = [
        manned(line) * of(line.kind, months)
        for line, months in zip(case.lines, longest, strict=True)
    ]
    return None if all((one == 1).all() for one in found) else found


_USUAL = (("acceptance", 1.0), ("lead", 0.0), ("early_return", 0.0))
"""Parameters of a kind and their values where none are given."""


def present_months(programme: Programme, occupancies: Sequence[Floats]) -> list[Floats]:
    """Return expected months present inside the report window per person of each decision.

    Parameters
    ----------
    programme : Programme
    occupancies : sequence of ndarray
        See :func:`expected_occupancy`, in the order of the programme's demands.

    Returns
    -------
    list of ndarray (decisions,)
        By block.
    """
    low, high = programme.problem.report
    tours = programme.tours
    sums = [np.concatenate([[0.0], np.cumsum(one)]) for one in occupancies]
    found = []
    for block in programme.blocks:
        first, last = tours.first[block.tour], tours.last[block.tour]
        length = last - first + 1
        begin, end = (np.clip(edge - first, 0, length) for edge in (low, high + 1))
        demand = tours.demand[block.tour]
        served = np.array(
            [sums[d][e] - sums[d][b] for d, b, e in zip(demand, begin, end, strict=True)], float
        )
        total = np.bincount(block.tour_decision, served, minlength=len(block.demand))
        found.append(total / np.maximum(block.cohorts, 1))
    return found
