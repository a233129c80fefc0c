"""Solve a problem: the plan with every package, and the plan without each of them.

An allocation: who serves which tour, and what follows from it by month, pool and demand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.engine.highs import Certificate, worst
from planner.engine.programme import Block, build_programme
from planner.engine.stages import PlanCache
from planner.errors import CertificateError, Fault, InputError
from planner.plan import Plan, Planner, solver_for
from planner.problem.model import Problem, months_at_home
from planner.problem.neutral import weight_faults

__all__ = [
    "NEGLIGIBLE_PEOPLE",
    "Allocation",
    "Service",
    "Solution",
    "asked_months",
    "solve_problem",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEGLIGIBLE_PEOPLE = 1e-9
"""People below this are rounding, not people."""


def asked_months(problem: Problem) -> Floats:
    """Return the person-months of each demand's cap inside the report window, (demands,)."""
    first, last = problem.report
    months = [max(0, min(d.last, last) - max(d.first, first) + 1) for d in problem.demands]
    return np.array([d.cap for d in problem.demands]) * np.array(months, dtype=float)


@dataclass(frozen=True, eq=False)
class Service:
    """Who serves which tour: one entry of each array per tour, option and pool with people in it.

    Attributes
    ----------
    demand, pool : ndarray of int
        Indices in the problem.
    option : ndarray of int
        Index of the sourcing option in the demand's list.
    cohort, wave : ndarray of int
    first, last : ndarray of int
        Months on duty, inclusive; may lie outside the model.
    prepares, rests : ndarray of int
        First month of preparation and last month of time at home.
    people : ndarray
        Persons from the pool.
    """

    demand: Ints
    pool: Ints
    option: Ints
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
        """Every tour, option and pool with people in it, by demand, pool, cohort and wave."""
        tours, problem = self.plan.programme.tours, self.problem
        parts = [
            self._served(block, stage.people)
            for block, stage in zip(self.plan.programme.blocks, self.plan.answers, strict=True)
            if len(block.tour)
        ]
        tour, pool, option, index, people = (
            [np.concatenate(column) for column in zip(*parts, strict=True)]
            if parts
            else [np.zeros(0, dtype=int)] * 5
        )
        demand, first, last = tours.demand[tour], tours.first[tour], tours.last[tour]
        keys = list(zip(demand.tolist(), index.tolist(), strict=True))
        prep = np.array([problem.demands[d].prep[k] for d, k in keys], dtype=int)
        home = np.array([problem.demands[d].home[k] for d, k in keys], dtype=float)
        dwell = np.array([problem.demands[d].dwell[k] for d, k in keys], dtype=bool)
        until = last + months_at_home(home, dwell, prep, last - first + 1)
        cohort = tours.cohort[tour]
        order = np.lexsort((first, cohort, option, pool, demand))
        flat = (demand, pool, option, cohort, tours.wave[tour], first, last, first - prep, until,
                people)  # fmt: skip
        ordered: list[Any] = [array[order] for array in flat]
        return Service(*ordered)

    @staticmethod
    def _served(block: Block, people: Floats) -> tuple[Ints, Ints, Ints, Ints, Floats]:
        """Return tour, pool, option, index of the pool in its demand, and people of a block."""
        per_tour = people / np.maximum(block.cohorts[block.decision], 1)
        per_pool = per_tour[block.mix_column] * block.mix_share
        of_decision = block.decision[block.mix_column]
        starts = np.searchsorted(of_decision, np.arange(len(block.demand)))
        width = np.bincount(of_decision, minlength=len(block.demand))[block.tour_decision]
        row = np.repeat(np.arange(len(block.tour)), width)
        nth = np.arange(len(row)) - np.repeat(np.cumsum(width) - width, width)
        entry = starts[block.tour_decision[row]] + nth
        keep = per_tour[block.mix_column[entry]] > NEGLIGIBLE_PEOPLE
        row, entry = row[keep], entry[keep]
        return (
            block.tour[row],
            block.pools[block.mix_pool[entry]],
            block.option[block.mix_column[entry]],
            block.mix_index[entry],
            per_pool[entry],
        )

    @cached_property
    def on_call(self) -> NDArray[np.bool_]:
        """Whether each entry of `service` is of a demand on call."""
        called = np.array([demand.on_call for demand in self.problem.demands], dtype=bool)
        return called[self.service.demand]

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
        """Return people by pool and month in one state, (pools, months).

        Parameters
        ----------
        state : str
            ``"preparing"``, ``"on duty"`` and ``"resting"`` (at home afterwards) for demands that
            are not on call, ``"on call"`` for the whole tie-up of demands on call, and ``"resting
            on call"`` for time at home that is spent on call, which both of the former count.

        Notes
        -----
        Preparing, on duty, resting and on call, less resting on call, are `tied_up`; what is left
        of the strength is idle.
        """
        s, away = self.service, ~self.on_call
        if state == "resting on call":
            return np.minimum(self.pool_use("resting"), self.pool_use("on call"))
        spans = {
            "preparing": (s.prepares, s.first - 1, away),
            "on duty": (s.first, s.last, away),
            "resting": (s.last + 1, s.rests, away),
            "on call": (s.prepares, s.rests, ~away),
        }
        first, last, which = spans[state]
        return self._cover(s.pool, first, last, len(self.problem.pools), which)

    @cached_property
    def accounts(self) -> Floats:
        """People tied up by account, pool and month, (2, pools, months).

        The first account holds demands that are not on call with their time at home, the second
        every demand with preparation and duty, those on call with their whole tie-up. Neither
        exceeds the strength.
        """
        s, away, count = self.service, ~self.on_call, len(self.problem.pools)
        first = self._cover(s.pool, s.prepares, s.rests, count, away)
        until = np.where(away, s.last, s.rests)
        return np.stack([first, self._cover(s.pool, s.prepares, until, count)])

    @cached_property
    def tied_up(self) -> Floats:
        """People tied up by pool and month, (pools, months): the larger of both accounts."""
        return self.accounts.max(axis=0)

    @cached_property
    def certificate(self) -> Certificate:
        """The certificate of the plan and of the service that is read from it.

        Primal holds what people tied up exceed a strength by, gap what the person-months of a
        demand differ by from those of the plan; both relative.
        """
        strength = np.array([self.problem.pools[name] for name in self.problem.pools], dtype=float)
        strength = strength.reshape(len(self.problem.pools), self.problem.months)
        excess = (self.accounts - strength) / (1 + strength)
        planned = np.zeros(len(self.problem.demands))
        for block, stage in zip(self.plan.programme.blocks, self.plan.answers, strict=True):
            served = np.bincount(block.decision, stage.people, minlength=len(block.demand))
            np.add.at(planned, block.demand, served * block.duty_months)
        gap = np.abs(self.on_duty.sum(axis=1) - planned) / (1 + planned)
        service = Certificate(
            max(float(excess.max(initial=0.0)), 0.0), 0.0, float(gap.max(initial=0.0))
        )
        return worst(self.plan.certificate, service)

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
            result[block.pools] = block.by_pool(rows.astype(float)) > 0
        return result

    @cached_property
    def prices(self) -> Floats:
        """One dual multiplier of each pool and month, person-months a person, (pools, months).

        Of a degenerate plan one of many, and no statement of what one more person brings: see
        :func:`planner.analysis.prices`.
        """
        result = np.zeros((len(self.problem.pools), self.problem.months))
        for block, price in zip(self.plan.programme.blocks, self.plan.prices, strict=True):
            result[block.pools] = block.by_pool(price)
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

    def _cover(
        self,
        row: Ints,
        first: Ints,
        last: Ints,
        rows: int,
        which: NDArray[np.bool_] | None = None,
    ) -> Floats:
        """Sum people over month intervals, of the chosen entries where given, (rows, months)."""
        width = self.problem.months + 1
        low, high = np.clip(first, 0, width - 1), np.clip(last + 1, 0, width - 1)
        keep = high > low if which is None else (high > low) & which
        people = self.service.people[keep]
        flat = np.bincount(row[keep] * width + low[keep], people, minlength=rows * width)
        flat -= np.bincount(row[keep] * width + high[keep], people, minlength=rows * width)
        cover = np.cumsum(flat.reshape(rows, width), axis=1)[:, :-1]
        return np.where(np.abs(cover) < NEGLIGIBLE_PEOPLE, 0.0, cover)


ROUNDING = 1e-7
"""Share of what is asked below which a difference between two plans is rounding."""


@dataclass(frozen=True, eq=False)
class Solution:
    """Allocations with and without each package, on the same tours and decisions.

    Attributes
    ----------
    problem : Problem
    rule : str
        ``"fair"`` or ``"value"``.
    with_all : Allocation
        The plan that unfolds with every package.
    without : dict of str to Allocation
        The plan that unfolds without each package.
    planner : Planner or None
        What made the plans, with every plan on the way; analyses of a result begin from it.
    """

    problem: Problem
    rule: str
    with_all: Allocation
    without: dict[str, Allocation]
    planner: Planner | None = field(default=None, kw_only=True, repr=False)

    @cached_property
    def certificate(self) -> Certificate:
        """The worst over all allocations, as they are reported."""
        return worst(
            self.with_all.certificate,
            *(allocation.certificate for allocation in self.without.values()),
        )

    @cached_property
    def asked(self) -> Floats:
        """Person-months of each demand's cap inside the report window."""
        return asked_months(self.problem)

    def displaced(self, package: str) -> Floats:
        """Person-months lost by each demand to a package; 0 for the package's own demands.

        Differences that are rounding (a ten-millionth of what is asked) count as none.
        """
        lost = self.without[package].filled - self.with_all.filled
        lost[np.abs(lost) <= ROUNDING * (1 + self.asked)] = 0.0
        own = set(self.problem.package(package).demands)
        lost[[demand.id in own for demand in self.problem.demands]] = 0.0
        return lost

    def as_neutral(self) -> dict[str, Any]:
        """Return the result as a ``planner-result/1`` object, ready for JSON."""
        problem, filled = self.problem, self.with_all.filled
        rows = zip(problem.demands, self.asked.tolist(), filled.tolist(), strict=True)
        tiers: dict[str, dict[str, float]] = {}
        for demand, asked, people in rows:
            tier = tiers.setdefault(str(demand.tier), {"asked": 0.0, "filled": 0.0})
            tier["asked"] += asked
            tier["filled"] += people
        return {
            "format": "planner-result/1",
            "status": "optimal",
            "rule": self.rule,
            "demands": {
                demand.id: {
                    "asked": asked,
                    "filled": people,
                    "fill_rate": people / asked if asked > 0 else None,
                }
                for demand, asked, people in zip(
                    problem.demands, self.asked.tolist(), filled.tolist(), strict=True
                )
            },
            "allocation": self._service(),
            "tiers": dict(sorted(tiers.items(), key=lambda item: int(item[0]))),
            "unmet_bounds": self.with_all.missing,
            "displacement": {package.id: self._lost(package.id) for package in problem.packages},
            "certificate": self.certificate.as_dict(),
        }

    def _service(self) -> list[dict[str, Any]]:
        service, names = self.with_all.service, list(self.problem.pools)
        columns = (
            service.demand,
            service.option,
            service.pool,
            service.cohort,
            service.first,
            service.last,
            service.people,
        )
        return [
            {
                "demand": self.problem.demands[demand].id,
                "option": option,
                "pool": names[pool],
                "cohort": cohort,
                "first": first,
                "last": last,
                "people": people,
            }
            for demand, option, pool, cohort, first, last, people in zip(
                *(column.tolist() for column in columns), strict=True
            )
        ]

    def _lost(self, package: str) -> dict[str, Any]:
        lost = self.displaced(package)
        own = set(self.problem.package(package).demands)
        task = np.array([demand.main_task for demand in self.problem.demands], dtype=int)
        in_package = np.array([demand.id in own for demand in self.problem.demands], dtype=bool)
        total = float(lost[(task == 2) & ~in_package].sum())
        served = float(self.with_all.filled[in_package].sum())
        return {
            "total": total,
            "main_task_1": float(lost[(task == 1) & ~in_package].sum()),
            "ratio": total / served if served > 1e-9 else None,
            "demands": {
                demand.id: float(people)
                for demand, people in zip(self.problem.demands, lost, strict=True)
                if demand.id not in own
            },
        }


def solve_problem(
    problem: Problem,
    rule: str = "fair",
    packages: Sequence[str] | None = None,
    cache: PlanCache | None = None,
) -> Solution:
    """Allocate with every package and without each of them.

    Parameters
    ----------
    problem : Problem
    rule : {"fair", "value"}
    packages : sequence of str, optional
        Packages whose displacement is wanted; by default all.
    cache : PlanCache, optional
        Plans made before, taken over where nothing about them has changed.

    Raises
    ------
    InputError
        Under *value*, if a weight is too small to count beside the others of its tier.
    CertificateError
        If an allocation could not be proved optimal.

    Examples
    --------
    >>> from planner.problem.neutral import parse_problem
    >>> problem = parse_problem({
    ...     "format": "planner-problem/1", "months": 12, "pools": {"staff": 10},
    ...     "demands": [
    ...         {"id": "flank", "tier": 1, "main_task": 1, "cap": 4, "first": 0, "last": 11,
    ...          "tour": 1, "pools": ["staff"], "prep": 0, "rest": 0},
    ...         {"id": "untso", "tier": 2, "cap": 8, "first": 0, "last": 11,
    ...          "tour": 1, "pools": ["staff"], "prep": 0, "rest": 0}],
    ...     "packages": {"flank": {"demands": ["flank"], "known": 0}}})
    >>> round(float(solve_problem(problem).displaced("flank").sum()), 6)
    24.0
    """
    if rule == "value" and (wrong := weight_faults(problem.demands)):
        raise InputError(
            Fault("<problem>", 0, 0, f"{problem.demands[index].id}.weight", message)
            for index, message in wrong
        )
    planner = Planner(build_programme(problem), solver_for(rule), cache=cache)
    every = frozenset(package.id for package in problem.packages)
    wanted = every if packages is None else packages
    with_all = Allocation(problem, planner.unfold(every))
    without = {
        package.id: Allocation(problem, planner.unfold(every - {package.id}))
        for package in problem.packages
        if package.id in wanted
    }
    solution = Solution(problem, rule, with_all, without, planner=planner)
    if not solution.certificate.holds:
        raise CertificateError(
            f"the allocation reported could not be proved: {solution.certificate}"
        )
    return solution
