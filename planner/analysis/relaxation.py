"""A problem with one or more of its limits removed, for asking which a shortfall is due to.

What is removed and what then holds, in the order in which it is done:

- ``higher_tiers``: demands of tiers before a given one that belong to no package do not exist;
- ``rotation``: no preparation and no time at home, so that only people on duty are tied up;
- ``composition``: no bounds; ``budget``: no budgets;
- ``late_notice``: packages are known from the start;
- ``eligibility``: anyone may serve anywhere, prepared and rested as in the first-named pool; bounds
  that count certain pools are removed with it, since pools are no longer distinguished;
- ``pool_cap``: more people in every pool than all demands could ever tie up at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

import numpy as np

from planner.problem.model import Demand, Package, Problem

__all__ = ["LIMITS", "enough", "relaxed"]


LIMITS = (
    "pool_cap", "rotation", "eligibility", "composition", "budget", "higher_tiers", "late_notice",
)  # fmt: skip
"""Limits that can be removed."""

ANYONE = "anyone"
"""The single pool when anyone may serve anywhere."""


def relaxed(problem: Problem, removed: Collection[str], tier: int = 0) -> Problem:
    """Return the problem without some of its limits.

    Parameters
    ----------
    removed : collection of str
        Some of :data:`LIMITS`.
    tier : int
        Whose higher tiers are meant by ``higher_tiers``.

    Notes
    -----
    Packages keep the month in which they become known, unless ``late_notice`` is removed, so that
    plans are made again in the same months.

    Examples
    --------
    >>> line = Demand("a", 2, 5.0, 0, 11, 6, ("p",), (2,), (2.0,))
    >>> problem = Problem(12, (0, 11), {"p": np.full(12, 3.0)}, (line,))
    >>> relaxed(problem, {"rotation"}).demands[0].home
    (0.0,)
    """
    packages = tuple(
        Package(one.id, one.demands, 0 if "late_notice" in removed else problem.known(one.id))
        for one in problem.packages
    )
    problem = replace(problem, packages=packages)
    if "higher_tiers" in removed:
        owner = problem.package_of()
        problem = problem.drop({d.id for d in problem.demands if d.tier < tier} - set(owner))
    if "rotation" in removed:
        problem = _changed(problem, _rested)
    if "composition" in removed:
        problem = replace(problem, bounds=())
    if "budget" in removed:
        problem = replace(problem, budgets=())
    if "eligibility" in removed:
        problem = _one_pool(problem)
    if "pool_cap" in removed:
        pools = dict.fromkeys(problem.pools, np.full(problem.months, enough(problem)))
        problem = replace(problem, pools=pools)
    return problem


def _changed(problem: Problem, change: Callable[[Demand], Demand]) -> Problem:
    return replace(problem, demands=tuple(change(demand) for demand in problem.demands))


def _rested(demand: Demand) -> Demand:
    """Return a demand without preparation and rest."""
    count = len(demand.pools)
    return replace(demand, prep=(0,) * count, home=(0.0,) * count)


def enough(problem: Problem) -> float:
    """Return more people than all demands can ever tie up at once.

    Tours last from L / 2 to 3L / 2 months, so no more than 7 + 2P + 3ρ of a cohort tie up a month.
    """
    return 1.0 + sum(
        demand.cap * (7 + 2 * demand.lead + 3 * max(demand.home, default=0.0))
        for demand in problem.demands
    )


def _one_pool(problem: Problem) -> Problem:
    """Return the problem with all pools merged into one."""
    strength = np.sum([problem.pools[name] for name in problem.pools], axis=0)
    merged = _changed(
        problem,
        lambda demand: replace(
            demand,
            pools=(ANYONE,),
            prep=demand.prep[:1],
            home=demand.home[:1],
            dwell=demand.dwell[:1],
            options=(),
        ),
    )
    bounds = tuple(bound for bound in problem.bounds if bound.pools is None)
    return replace(merged, pools={ANYONE: strength}, bounds=bounds)
