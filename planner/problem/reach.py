"""Who could serve what at all: decisions and pools, by counting months in which a pool is empty.

A pool can serve a decision only if it has people in every month in which they would be tied up,
preparation and rest included. Nothing is solved here; everything is whole arrays at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from planner.problem.model import Problem
from planner.problem.tours import Tours, lay_tours

__all__ = ["Reach"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Reach:
    """What each demand's pools could serve, were nothing else asked of them.

    Attributes
    ----------
    problem : Problem
    """

    problem: Problem

    @cached_property
    def tours(self) -> Tours:
        """Every tour that touches the model."""
        return lay_tours(self.problem)

    @cached_property
    def caps(self) -> Floats:
        """Persons, (demands,)."""
        return np.array([demand.cap for demand in self.problem.demands], dtype=float)

    @cached_property
    def laid(self) -> Flags:
        """Whether a demand has a tour in the model, (demands,)."""
        return np.bincount(self.tours.demand, minlength=len(self.problem.demands)) > 0

    @cached_property
    def strengths(self) -> Floats:
        """Persons, (pools, months)."""
        people = [self.problem.pools[name] for name in self.problem.pools]
        return np.array(people, dtype=float).reshape(len(people), self.problem.months)

    @cached_property
    def decision(self) -> Ints:
        """The decision of each tour: demand, wave and stretch between cuts, (tours,)."""
        tours, problem = self.tours, self.problem
        cuts = sorted({k for package in problem.packages if (k := problem.known(package.id)) > 0})
        lead = np.array([demand.lead for demand in problem.demands], dtype=np.int64)[tours.demand]
        part = np.zeros(len(tours), dtype=np.int64)
        for month in cuts:
            part += (tours.first >= month).astype(np.int64) + (tours.first >= month + lead)
        if not len(tours):
            return part
        width = (int(tours.wave.max()) + 1) * (2 * len(cuts) + 1)
        key = (tours.demand * width) + tours.wave * (2 * len(cuts) + 1) + part
        return np.asarray(np.unique(key, return_inverse=True)[1]).ravel()

    @cached_property
    def open_pools(self) -> Flags:
        """Whether a demand may take people from its nth pool, bounds of 0 heeded, (demands, n)."""
        demands = self.problem.demands
        width = max((len(demand.pools) for demand in demands), default=0)
        count = np.array([len(demand.pools) for demand in demands], dtype=np.int64)
        result = np.arange(width)[None, :] < count[:, None]
        places = {demand.id: place for place, demand in enumerate(demands)}
        for bound in self.problem.bounds:
            if bound.max != 0:
                continue
            for name in bound.demands:
                for nth, pool in enumerate(self.problem.demand(name).pools):
                    if bound.pools is None or pool in bound.pools:
                        result[places[name], nth] = False
        return result

    @cached_property
    def servable(self) -> Flags:
        """Whether any pool could serve the decision that each tour belongs to, (tours,)."""
        tours, problem = self.tours, self.problem
        if not len(tours):
            return np.zeros(0, dtype=bool)
        empty = np.zeros((len(problem.pools), problem.months + 1), dtype=np.int64)
        np.cumsum(self.strengths <= 0, axis=1, out=empty[:, 1:])
        pool, prep, rest = self._lists()
        anyone = np.zeros(int(self.decision.max()) + 1, dtype=bool)
        unpaid = self._unpaid()
        for nth in range(self.open_pools.shape[1]):
            mine = pool[tours.demand, nth]
            after = np.ceil(rest[tours.demand, nth] * tours.length - 1e-9)
            ends = tours.last + after.astype(np.int64)
            begins = np.clip(tours.first - prep[tours.demand, nth], 0, problem.months)
            ends = np.clip(ends + 1, 0, problem.months)
            blocked = empty[mine, ends] > empty[mine, begins]
            blocked |= ~self.open_pools[tours.demand, nth] | unpaid
            anyone |= np.bincount(self.decision, blocked, minlength=len(anyone)) == 0
        return anyone[self.decision]

    def _lists(self) -> tuple[Ints, Ints, Floats]:
        """Return pool, preparation and rest by demand and place in its list."""
        shape = self.open_pools.shape
        pool, prep = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        rest = np.zeros(shape)
        index = {name: place for place, name in enumerate(self.problem.pools)}
        for place, demand in enumerate(self.problem.demands):
            count = len(demand.pools)
            pool[place, :count] = [index[name] for name in demand.pools]
            prep[place, :count], rest[place, :count] = demand.prep, demand.home
        return pool, prep, rest

    def _unpaid(self) -> Flags:
        """Whether a fund without money would have to pay for a tour, (tours,)."""
        tours = self.tours
        result = np.zeros(len(tours), dtype=bool)
        for budget in self.problem.budgets:
            if budget.amount > 0:
                continue
            dear = np.array(
                [budget.cost.get(demand.id, 0.0) > 0 for demand in self.problem.demands], dtype=bool
            )
            inside = (tours.first <= budget.last) & (tours.last >= max(budget.first, 0))
            result |= dear[tours.demand] & inside
        return result

    def on_duty(self, which: Flags) -> Flags:
        """Return in which months some of a demand's chosen tours are on duty, (demands, months)."""
        tours, months = self.tours, self.problem.months
        size = len(self.problem.demands) * (months + 1)
        begin = np.clip(tours.first[which], 0, months) + tours.demand[which] * (months + 1)
        end = np.clip(tours.last[which] + 1, 0, months) + tours.demand[which] * (months + 1)
        change = np.bincount(begin, minlength=size) - np.bincount(end, minlength=size)
        return np.cumsum(change.reshape(-1, months + 1), axis=1)[:, :months] > 0

    @cached_property
    def asked(self) -> Flags:
        """In which months a demand of more than nobody has tours on duty, (demands, months)."""
        return self.on_duty(self.caps[self.tours.demand] > 0)

    @cached_property
    def possible(self) -> Flags:
        """In which months somebody could be on duty, (demands, months)."""
        return self.on_duty(self.servable & (self.caps[self.tours.demand] > 0))
