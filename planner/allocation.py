"""An allocation: who serves which tour, and what follows from it by month, pool and demand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.engine.programme import rest_months
from planner.plan import Plan
from planner.problem.model import Problem

__all__ = ["Allocation", "Service", "asked_months"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOBODY = 1e-9
"""People below this are rounding, not people."""


def asked_months(problem: Problem) -> Floats:
    """Return the person-months of each demand's cap inside the report window, (demands,)."""
    first, last = problem.report
    months = [max(0, min(d.last, last) - max(d.first, first) + 1) for d in problem.demands]
    return np.array([d.cap for d in problem.demands]) * np.array(months, dtype=float)


@dataclass(frozen=True, eq=False)
class Service:
    """Who serves which tour: one entry of each array per tour and pool with people in it.

    Attributes
    ----------
    demand, pool : ndarray of int
        Places in the problem.
    cohort, wave : ndarray of int
    first, last : ndarray of int
        Months on duty, inclusive; may lie outside the model.
    prepares, rests : ndarray of int
        First month of preparation and last month of rest.
    people : ndarray
        Persons.
    """

    demand: Ints
    pool: Ints
    cohort: Ints
    wave: Ints
    first: Ints
    last: Ints
    prepares: Ints
    rests: Ints
    people: Floats


@dataclass(frozen=True, eq=False)
class Allocation:
    """A plan read as people.

    Attributes
    ----------
    problem : Problem
    plan : Plan
    """

    problem: Problem
    plan: Plan

    @cached_property
    def service(self) -> Service:
        """Every tour and pool with people in it, by demand, pool, cohort and wave."""
        parts = []
        tours = self.plan.programme.tours
        for block, answer in zip(self.plan.programme.blocks, self.plan.answers, strict=True):
            if not len(block.tour):
                continue
            per_tour = answer.people / np.maximum(block.cohorts[block.decision], 1)
            starts = np.searchsorted(block.decision, np.arange(len(block.demand)))
            width = block.choices[block.tour_decision]
            row = np.repeat(np.arange(len(block.tour)), width)
            nth = np.arange(len(row)) - np.repeat(np.cumsum(width) - width, width)
            column = starts[block.tour_decision[row]] + nth
            keep = per_tour[column] > NOBODY
            row, column = row[keep], column[keep]
            tour = block.tour[row]
            parts.append(
                (
                    tours.demand[tour],
                    block.pools[block.pool[column]],
                    tours.cohort[tour],
                    tours.wave[tour],
                    tours.first[tour],
                    tours.last[tour],
                    block.place[column],
                    per_tour[column],
                )
            )
        columns = (
            [np.concatenate(c) for c in zip(*parts, strict=True)]
            if parts
            else [np.zeros(0, int)] * 8
        )
        demand, pool, cohort, wave, first, last, place, people = columns
        prep = np.array(
            [self.problem.demands[d].prep[p] for d, p in zip(demand, place, strict=True)], dtype=int
        )
        rest = np.array(
            [self.problem.demands[d].rest[p] for d, p in zip(demand, place, strict=True)]
        )
        ends = last + rest_months(rest, last - first + 1)
        order = np.lexsort((first, cohort, pool, demand))
        flat = (demand, pool, cohort, wave, first, last, first - prep, ends, people)
        ordered: list[Any] = [array[order] for array in flat]
        return Service(*ordered)

    @cached_property
    def on_duty(self) -> Floats:
        """People on duty by demand and month of the model, (demands, months)."""
        s = self.service
        return self._cover(s.demand, s.first, s.last, len(self.problem.demands))

    @cached_property
    def filled(self) -> Floats:
        """Person-months filled inside the report window, (demands,)."""
        first, last = self.problem.report
        return self.on_duty[:, first : last + 1].sum(axis=1)

    def pool_use(self, state: str) -> Floats:
        """Return people by pool and month who are ``"preparing"``, ``"on duty"`` or ``"resting"``.

        The three add up to the people tied up; what is left of the strength is idle.
        """
        s = self.service
        spans = {
            "preparing": (s.prepares, s.first - 1),
            "on duty": (s.first, s.last),
            "resting": (s.last + 1, s.rests),
        }
        return self._cover(s.pool, *spans[state], len(self.problem.pools))

    @cached_property
    def tied_up(self) -> Floats:
        """People tied up by pool and month, (pools, months)."""
        s = self.service
        return self._cover(s.pool, s.prepares, s.rests, len(self.problem.pools))

    @cached_property
    def missing(self) -> list[dict[str, Any]]:
        """What composition goals lack, by bound and month inside the report window."""
        found = []
        first, last = self.problem.report
        for block, answer in zip(self.plan.programme.blocks, self.plan.answers, strict=True):
            for k in np.flatnonzero(answer.missing > 1e-6):
                month = int(block.bounds.month[k])
                if first <= month <= last:
                    row = {"bound": int(block.bounds.bound[k]), "month": month}
                    found.append({**row, "missing": float(answer.missing[k])})
        return sorted(found, key=lambda row: (row["bound"], row["month"]))

    @cached_property
    def binding(self) -> NDArray[np.bool_]:
        """Whether more people in a pool and month might change a fill, (pools, months).

        Where not, they change none. What they bring is for :func:`planner.analysis.prices`.
        """
        result = np.zeros((len(self.problem.pools), self.problem.months), dtype=bool)
        for block, rows in zip(self.plan.programme.blocks, self.plan.binding, strict=False):
            count = len(block.pools) * block.months
            result[block.pools] = rows[:count].reshape(len(block.pools), block.months)
        return result

    @cached_property
    def prices(self) -> Floats:
        """One dual multiplier of each pool and month, person-months a person, (pools, months).

        Of a degenerate plan one of many, and no statement of what one more person brings: see
        :func:`planner.analysis.prices`.
        """
        result = np.zeros((len(self.problem.pools), self.problem.months))
        for block, price in zip(self.plan.programme.blocks, self.plan.prices, strict=True):
            count = len(block.pools) * block.months
            result[block.pools] = price[:count].reshape(len(block.pools), block.months)
        return result

    @cached_property
    def spent(self) -> Floats:
        """Euros that each budget pays, (budgets,)."""
        place = {demand.id: number for number, demand in enumerate(self.problem.demands)}
        return np.array([
            sum(euros * float(self.on_duty[place[id], max(line.first, 0) : line.last + 1].sum())
                for id, euros in line.cost.items() if id in place)
            for line in self.problem.budgets
        ], dtype=float)  # fmt: skip

    def _cover(self, row: Ints, first: Ints, last: Ints, rows: int) -> Floats:
        """Sum people over month intervals, (rows, months)."""
        width = self.problem.months + 1
        low, high = np.clip(first, 0, width - 1), np.clip(last + 1, 0, width - 1)
        keep = high > low
        people = self.service.people[keep]
        flat = np.bincount(row[keep] * width + low[keep], people, minlength=rows * width)
        flat -= np.bincount(row[keep] * width + high[keep], people, minlength=rows * width)
        cover = np.cumsum(flat.reshape(rows, width), axis=1)[:, :-1]
        return np.where(np.abs(cover) < NOBODY, 0.0, cover)
