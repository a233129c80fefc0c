"""Plain counting from the tours table, month by month and row by row: slow, and easy to believe."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

from planner.months import Month


def window(result: Any) -> list[str]:
    first, last = result.scenario.inputs.first, result.scenario.inputs.last
    return [str(first + k) for k in range(last - first + 1)]


def between(first: str, last: str) -> list[str]:
    """Every month from first to last, inclusive."""
    begin = Month.parse(first)
    return [str(begin + k) for k in range(Month.parse(last) - begin + 1)]


def states(result: Any) -> Counter[tuple[str, str, str, str]]:
    """People by (demand, pool, month, state) inside the window, from the tours table."""
    shown = set(window(result))
    people: Counter[tuple[str, str, str, str]] = Counter()
    for tour in result.tours.itertuples():
        on_duty = between(tour.first_month, tour.last_month)
        before = [m for m in between(tour.preparation_from, tour.first_month) if m not in on_duty]
        after = [m for m in between(tour.last_month, tour.rest_until) if m not in on_duty]
        spans = {"preparing": before, "on_duty": on_duty, "resting": after}
        for state, months in spans.items():
            for month in months:
                if month in shown:
                    people[tour.demand, tour.pool, month, state] += tour.people_persons
    return people


def summed(people: Counter[Any], *places: int) -> Counter[Any]:
    """Add up over all but some places of the key."""
    total: Counter[Any] = Counter()
    for key, number in people.items():
        total[tuple(key[place] for place in places)] += number
    return total


def planned_months(result: Any, tour: Any) -> tuple[str, str]:
    """First month of preparation and last month of rest that the policies ask of a tour."""
    (row,) = [row for row in result.compiled.demands if row.id == tour.demand]
    place = row.pools.index(tour.pool)
    first, last = Month.parse(tour.first_month), Month.parse(tour.last_month)
    prepared = row.preparation[place]
    home = math.ceil(row.home[place] * (last - first + 1) - 1e-9)
    if row.dwell[place]:
        home = max(0, home - prepared)
    return str(first + -prepared), str(last + home)
