"""What would give a mission more people in a month: the plan made again with something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from math import ceil

import numpy as np
from numpy.typing import NDArray

from planner.analysis.case import Case
from planner.analysis.moment import Moment, Part
from planner.outcome import Progress
from planner.analysis.plans import make_planner
from planner.analysis.prices import rested
from planner.analysis.relaxed import enough, relaxed
from planner.problem.model import Demand, Problem

__all__ = ["Alteration", "alterations"]

Floats = NDArray[np.float64]

NOTHING_PERSONS = 1e-3
"""Gains up to this much are none."""
EFFORT = 2400
"""Decisions in all plans with more people from which on no further size is tried."""
FINE = 0.05
"""Relative distance between enough and not enough at which the search for a size ends."""


@dataclass(frozen=True)
class Alteration:
    """What would be different, and how many people the mission would gain in the month.

    Attributes
    ----------
    change : str
        ``without_package``, ``more_people`` (in every month from the plan on), ``less_rest`` (a
        month less after every tour), ``without_composition``, ``without_budget`` or
        ``other_optimum``.
    name : str
        The package or pool.
    from_month : str
        Of more people.
    units : float
        People more, or months less. Of people one, and as many as bring all that more of that pool
        alone can bring, or end what is lacking.
    not_enough_units : float
        The largest number tried that does not; NaN where nothing was sought.
    gained_persons : float
    enough : bool
        Whether nobody is lacking any more.
    """

    change: str
    name: str
    from_month: str
    units: float
    not_enough_units: float
    gained_persons: float
    enough: bool


class _Trials:
    """Makes the plans of a moment again.

    Under *value* what ties is settled alike in all of them, so that a gain is none of the solver's
    luck; the plan they are held against is then another one than that of the moment.
    """

    def __init__(self, moment: Moment) -> None:
        case = moment.case
        planner = make_planner(case.problem, case.rule, fills_only=True)
        self.fair, self.shown = case.rule == "fair", moment
        self.solver = planner.draft or planner.solver
        self.moment = moment if self.fair else moment.by(planner)
        self.now = float(self.moment.persons().sum())
        self.lacking = float(moment.asked.sum()) - self.now
        self.effort = 0

    @property
    def case(self) -> Case:
        """What is asked about."""
        return self.moment.case

    def row(
        self, change: str, gained: float, name: str = "", month: str = "", units: float = 1.0,
        less: float = float("nan"),
    ) -> Alteration:  # fmt: skip
        """Return a change as a row."""
        gained = 0.0 if abs(gained) <= NOTHING_PERSONS else gained
        done = gained >= self.lacking - NOTHING_PERSONS
        return Alteration(change, name, month, units, less, gained, done)

    def people(self, part: Part, pool: int) -> Iterator[Alteration]:
        """Try more people of one pool of a block, in the plan that most goes back to."""
        setting, begin = part.settings[part.stage], part.months[part.stage]
        month = np.arange(setting.block.strength_rows) % setting.block.months
        rows = np.flatnonzero((setting.block.row_pool == pool) & (month >= begin))
        made = self.fair  # that plan is the only one
        people = (part.chain[part.stage] if made else self.solver(setting)).people
        base = self._on_duty(part, people)

        def planned(persons: float) -> Floats:
            limit = setting.limit.copy()
            limit[rows] += persons
            self.effort += int((~setting.settled).sum())
            return self.solver(setting.change(limit=limit)).people

        def gain(persons: float) -> float:
            return self._on_duty(part, planned(persons)) - base

        name = list(self.case.problem.pools)[setting.block.pools[pool]]
        told = partial(self.row, "more_people", name=name, month=self.case.month(begin))
        one, people = gain(1.0), planned(enough(self.case.problem))
        yield told(one)
        most = self._on_duty(part, people) - base
        wanted = min(most, self.lacking) - NOTHING_PERSONS
        if one < wanted:
            # as many as this plan ties up beyond today's: with just these it can be made as well
            spent = float((setting.rows[rows] @ people - setting.limit[rows]).max())
            low, high, gained = self._fewest(gain, one, (float(ceil(spent - 1e-6)), most), wanted)
            yield told(gained, units=high, less=low)

    def _on_duty(self, part: Part, people: Floats) -> float:
        return float(part.duty @ (part.settings[0].block.pick @ people))

    def _fewest(
        self, gain: Callable[[float], float], one: float, high: tuple[float, float], wanted: float
    ) -> tuple[float, float, float]:
        """Return people who do not bring what is wanted, people who do, and what those bring.

        Sizes are tried where a line between both reaches it, or half-way, in turn, until there
        were enough plans.
        """
        low, by_line = (1.0, one), True
        while self.effort < EFFORT and high[0] - low[0] > max(1.0, FINE * high[0]):
            share = (wanted - low[1]) / max(high[1] - low[1], NOTHING_PERSONS)
            at = low[0] + (share if by_line else 0.5) * (high[0] - low[0])
            at = float(np.clip(ceil(at), low[0] + 1, high[0] - 1))
            by_line, gained = not by_line, gain(at)
            low, high = (low, (at, gained)) if gained >= wanted else ((at, gained), high)
        return low[0], high[0], high[1]

    def changed(self, problem: Problem) -> float:
        """Return what all plans made again for another problem bring."""
        planner = make_planner(problem, self.case.rule, fills_only=True)
        return float(self.moment.by(planner).persons().sum()) - self.now


def alterations(
    moment: Moment, pools: list[tuple[Part, int]], kinds: set[str], progress: Progress
) -> list[Alteration]:
    """Try what could bring a mission more people in a month.

    Parameters
    ----------
    moment : Moment
    pools : list of (part, pool of its block)
        Pools that bind, most important first.
    kinds : set of str
        Kinds of other limits that bind: ``composition``, ``budget``.
    progress : callable
    """
    trials, problem = _Trials(moment), moment.case.problem
    found: list[Alteration] = []
    here = float(moment.persons().sum())
    if abs(trials.now - here) > NOTHING_PERSONS:
        found.append(trials.row("other_optimum", trials.now - here))
    if trials.lacking <= NOTHING_PERSONS:
        return found
    others = _packages_of_others(moment)
    total = len(others) + len(pools) + len(kinds) + 1
    for done, package in enumerate(others):
        progress(done, total)
        gained = float(trials.moment.persons(moment.every - {package}).sum()) - trials.now
        found.append(trials.row("without_package", gained, package))
    for done, (part, pool) in enumerate(pools, len(others)):
        progress(done, total)
        found += trials.people(part, pool)
    as_known = relaxed(problem, ())
    for done, kind in enumerate(sorted(kinds), len(others) + len(pools)):
        progress(done, total)
        found.append(trials.row(f"without_{kind}", trials.changed(relaxed(problem, {kind}))))
    if any(any(demand.home) for demand in problem.demands):
        demands = tuple(_less_rest(demand) for demand in as_known.demands)
        found.append(trials.row("less_rest", trials.changed(replace(as_known, demands=demands))))
    progress(total, total)
    return found


def _packages_of_others(moment: Moment) -> list[str]:
    """Return the packages that none of the demands asked about belongs to."""
    owner = moment.case.problem.package_of()
    own = {
        owner.get(demand.id)
        for demand, asked in zip(moment.case.problem.demands, moment.asked, strict=True)
        if asked > 0
    }
    return [package for package in moment.case.packages if package not in own]


def _less_rest(demand: Demand) -> Demand:
    for pool in demand.pools:
        demand = rested(demand, pool, -1)
    return demand
