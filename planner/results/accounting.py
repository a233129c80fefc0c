"""The accounts of a solution: nobody is in two places, and what is taken comes from somewhere.

In every pool and month, in people tied up (preparing, on duty or resting):

- tied up + idle = strength, and nobody is idle a second time (idle is never negative);
- what a package takes = what other demands give up + what stood idle before and no longer does.

People tied up are counted twice, from the tours that are reported and from the rows of the
programme that was solved, so that a table that does not follow from the solution is noticed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.allocation import Allocation
from planner.errors import CertificateError
from planner.results.frames import cover
from planner.solution import Solution

__all__ = ["TOLERANCE", "Accounts", "accounts", "check_accounts"]

Floats = NDArray[np.float64]

TOLERANCE = 1e-5
"""Largest residual accepted, relative to one plus the strength of the pool."""


@dataclass(frozen=True, eq=False)
class Accounts:
    """What a package takes and from whom, people tied up by pool and month of the model.

    Attributes
    ----------
    taken : ndarray (pools, months)
        Tied up by the package's own demands with it, less without it (nobody).
    given_up : ndarray (pools, months)
        Tied up by all other demands without the package, less with it.
    idle_used : ndarray (pools, months)
        Idle without the package, less with it.
    """

    taken: Floats
    given_up: Floats
    idle_used: Floats

    @property
    def residual(self) -> Floats:
        """What does not add up, persons; 0 but for rounding."""
        return self.taken - self.given_up - self.idle_used


def strength(solution: Solution) -> Floats:
    """Return the strength by pool and month, (pools, months)."""
    problem = solution.problem
    people = [problem.pools[name] for name in problem.pools]
    return np.array(people, dtype=float).reshape(len(problem.pools), problem.months)


def accounts(solution: Solution, package: str) -> Accounts:
    """Return the accounts of one package."""
    problem = solution.problem
    members = set(problem.package(package).demands)
    own = np.array([demand.id in members for demand in problem.demands], dtype=bool)
    shape = (len(problem.pools), problem.months)

    def tied(allocation: Allocation, mine: bool) -> Floats:
        s = allocation.service
        chosen = own[s.demand] == mine
        spans = (s.pool[chosen], s.prepares[chosen], s.rests[chosen])
        return cover(*spans, s.people[chosen], shape)

    before, after = solution.without[package], solution.with_all
    return Accounts(
        taken=tied(after, True) - tied(before, True),
        given_up=tied(before, False) - tied(after, False),
        idle_used=_idle(solution, before) - _idle(solution, after),
    )


def check_accounts(solution: Solution) -> float:
    """Check every plan and package; return the largest relative residual.

    Raises
    ------
    CertificateError
        Something does not add up by more than :data:`TOLERANCE`.
    """
    people = strength(solution)
    scale = 1 + np.abs(people)
    found = {"the plan with every package": _unbalanced(solution.with_all, people)}
    for package, allocation in solution.without.items():
        found[f"the plan without {package}"] = _unbalanced(allocation, people)
        found[f"what {package} takes"] = np.abs(accounts(solution, package).residual)
    worst = 0.0
    for what, residual in found.items():
        relative = residual / scale
        largest = float(relative.max(initial=0.0))
        if not largest <= TOLERANCE:
            at = np.argmax(np.nan_to_num(relative, nan=np.inf))
            pool, month = np.unravel_index(at, people.shape)
            name = list(solution.problem.pools)[pool]
            raise CertificateError(
                f"the accounts of {what} do not balance: {residual[pool, month]:.3g} persons "
                f"in pool {name!r}, month {month} of the model"
            )
        worst = max(worst, largest)
    return worst


def _idle(solution: Solution, allocation: Allocation) -> Floats:
    """Return strength less all who prepare, serve and rest, counted state by state."""
    states = ("preparing", "on duty", "resting")
    return strength(solution) - sum(allocation.pool_use(state) for state in states)


def _unbalanced(allocation: Allocation, people: Floats) -> Floats:
    """Return the largest discrepancy by pool and month: of the two counts, or of too few idle."""
    shape = people.shape
    s = allocation.service
    counted = cover(s.pool, s.prepares, s.rests, s.people, shape)
    solved = np.zeros(shape)
    plan = allocation.plan
    for block, answer in zip(plan.programme.blocks, plan.answers, strict=True):
        rows = block.usage @ answer.people
        solved[block.pools] = rows.reshape(len(block.pools), block.months)
    return np.maximum(np.abs(counted - solved), np.maximum(counted - people, 0.0))
