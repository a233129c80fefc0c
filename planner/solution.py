"""Solve a problem: the plan with every package, and the plan without each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.allocation import Allocation, asked_months
from planner.engine.highs import Certificate, worst
from planner.engine.programme import build_programme
from planner.engine.stages import PlanCache
from planner.errors import CertificateError, Fault, InputError
from planner.plan import Planner, solver_for
from planner.problem.model import Problem
from planner.problem.neutral import weight_faults

__all__ = ["Solution", "solve_problem"]

Floats = NDArray[np.float64]

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
        mine = np.array([demand.id in own for demand in self.problem.demands], dtype=bool)
        total = float(lost[(task == 2) & ~mine].sum())
        served = float(self.with_all.filled[mine].sum())
        return {
            "total": total,
            "main_task_1": float(lost[(task == 1) & ~mine].sum()),
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
    memory: PlanCache | None = None,
) -> Solution:
    """Allocate with every package and without each of them.

    Parameters
    ----------
    problem : Problem
    rule : {"fair", "value"}
    packages : sequence of str, optional
        Packages whose displacement is wanted; by default all.
    memory : PlanCache, optional
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
    planner = Planner(build_programme(problem), solver_for(rule), memory=memory)
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
