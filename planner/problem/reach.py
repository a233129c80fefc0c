"""Who could serve what at all: decisions and pools, by counting months in which a pool is empty.

A pool can serve a decision only if it has people in every month in which they would be tied up,
preparation and rest included. Nothing is solved here; everything is whole arrays at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from planner.problem.model import Problem, months_at_home
from planner.problem.tours import OptionTable, Tours, decision_keys, lay_tours

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
        key = decision_keys(self.problem, self.tours)
        return np.asarray(np.unique(key, return_inverse=True)[1]).ravel()

    @cached_property
    def options(self) -> OptionTable:
        """Sourcing options of all demands."""
        return OptionTable.of(self.problem)

    @cached_property
    def open_entries(self) -> Flags:
        """Whether no composition bound of 0 excludes an entry of `options`, (entries,)."""
        options, pools = self.options, list(self.problem.pools)
        result = np.ones(len(options.demand), dtype=bool)
        index = {demand.id: number for number, demand in enumerate(self.problem.demands)}
        for bound in self.problem.bounds:
            if bound.max != 0:
                continue
            counted = np.isin(options.demand, [index[name] for name in bound.demands])
            if bound.pools is not None:
                counted &= np.isin(options.pool, [pools.index(name) for name in bound.pools])
            result &= ~counted
        return result

    def open_pools(self, demand: int) -> list[str]:
        """Return the pools of a demand's options that no composition bound of 0 excludes."""
        options = self.options
        mine = options.demand == demand
        shut = np.unique(options.option[mine & ~self.open_entries])
        keep = mine & ~np.isin(options.option, shut)
        used = set(options.index[keep].tolist())
        return [p for k, p in enumerate(self.problem.demands[demand].pools) if k in used]

    @cached_property
    def servable(self) -> Flags:
        """Whether an option could serve the decision that each tour belongs to, (tours,)."""
        tours, problem, options = self.tours, self.problem, self.options
        if not len(tours):
            return np.zeros(0, dtype=bool)
        months = problem.months
        empty = np.zeros((len(problem.pools), months + 1), dtype=np.int64)
        np.cumsum(self.strengths <= 0, axis=1, out=empty[:, 1:])
        count = np.bincount(options.demand, minlength=len(problem.demands))
        width = count[tours.demand]
        tour = np.repeat(np.arange(len(tours)), width)
        entry = np.arange(len(tour)) - np.repeat(np.cumsum(width) - width, width)
        entry += (np.cumsum(count) - count)[tours.demand[tour]]
        prep, pool = options.prep[entry], options.pool[entry]
        home = months_at_home(options.home[entry], options.dwell[entry], prep, tours.length[tour])
        begins = np.clip(tours.first[tour] - prep, 0, months)
        ends = np.clip(tours.last[tour] + home + 1, 0, months)
        blocked = (empty[pool, ends] > empty[pool, begins]) | ~self.open_entries[entry]
        blocked |= self._unpaid()[tour]
        widest = int(options.option.max()) + 1
        key = self.decision[tour] * widest + options.option[entry]
        size = (int(self.decision.max()) + 1) * widest
        possible = (np.bincount(key, minlength=size) > 0) & (
            np.bincount(key, blocked, minlength=size) == 0
        )
        return possible.reshape(-1, widest).any(axis=1)[self.decision]

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
