"""The accounts of a solution: people tied up balance with strength, in every pool and month.

There are two accounts, one for each kind of row of the programme. The first holds demands that are
not on call, with their time at home. The second holds every demand, preparation and duty only, and
those on call with their whole tie-up; it differs where people spend their time at home on call. In
each account

- tied up + idle = strength, and idle is never negative;
- what a package takes = what other demands give up + what was idle before and no longer is.

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

__all__ = ["ACCOUNTS", "TOLERANCE", "Accounts", "accounts", "check_accounts"]

Floats = NDArray[np.float64]

TOLERANCE = 1e-5
"""Largest residual accepted, relative to one plus the strength of the pool."""

ACCOUNTS = ("deployed", "on duty or on call")
"""Names of the two accounts, in the order of the arrays."""


@dataclass(frozen=True, eq=False)
class Accounts:
    """What a package takes and from which demands, people tied up.

    Every array has the shape (2 accounts, pools, months of the model).

    Attributes
    ----------
    taken : ndarray
        Tied up by the package's own demands with it, less without it (0).
    given_up : ndarray
        Tied up by all other demands without the package, less with it.
    idle_used : ndarray
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
    before, after = solution.without[package], solution.with_all
    return Accounts(
        taken=_tied_up(after, own) - _tied_up(before, own),
        given_up=_tied_up(before, ~own) - _tied_up(after, ~own),
        idle_used=_in_rows(after) - _in_rows(before),
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
            account, pool, month = np.unravel_index(at, relative.shape)
            name = list(solution.problem.pools)[pool]
            raise CertificateError(
                f"the accounts of {what} do not balance: "
                f"{residual[account, pool, month]:.3g} persons in pool {name!r}, month {month} of "
                f"the model, account {ACCOUNTS[account]!r}"
            )
        worst = max(worst, largest)
    return worst


def _tied_up(allocation: Allocation, chosen: NDArray[np.bool_]) -> Floats:
    """Return people tied up by some demands, from the tours, (2, pools, months)."""
    s, problem = allocation.service, allocation.problem
    shape = (len(problem.pools), problem.months)
    called, kept = allocation.on_call, chosen[s.demand]
    until = np.where(called, s.rests, s.last)

    def count(which: NDArray[np.bool_], last: NDArray[np.int64]) -> Floats:
        return cover(s.pool[which], s.prepares[which], last[which], s.people[which], shape)

    return np.stack([count(kept & ~called, s.rests), count(kept, until)])


def _in_rows(allocation: Allocation) -> Floats:
    """Return people tied up by the rows of the programme that was solved, (2, pools, months).

    A pool without rows of the second kind is used by no demand on call: its second account is
    counted from the tours.
    """
    problem, plan = allocation.problem, allocation.plan
    every = np.ones(len(problem.demands), dtype=bool)
    found = _tied_up(allocation, every)
    for block, stage in zip(plan.programme.blocks, plan.answers, strict=True):
        deployed, called = block.usage @ stage.people, block.standby @ stage.people
        found[0, block.pools] = deployed.reshape(len(block.pools), block.months)
        pools = block.pools[block.standby_pools]
        found[1, pools] = called.reshape(len(pools), block.months)
    return found


def _unbalanced(allocation: Allocation, people: Floats) -> Floats:
    """Return the larger of the difference of both counts and the excess over the strength."""
    every = np.ones(len(allocation.problem.demands), dtype=bool)
    counted, solved = _tied_up(allocation, every), _in_rows(allocation)
    return np.maximum(np.abs(counted - solved), np.maximum(counted - people, 0.0))
