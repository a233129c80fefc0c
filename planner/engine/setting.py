"""What one plan of one block has to respect: right-hand sides, and what is already settled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.engine.certify import Certificate
from planner.engine.programme import Block
from planner.engine.trail import Trail
from planner.problem.model import Problem

__all__ = ["Answer", "Setting", "base_setting"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Setting:
    """Right-hand sides of one plan of one block.

    Attributes
    ----------
    block : Block
        The structure.
    full : ndarray (decisions,)
        Most people a decision may get, persons.
    tier : ndarray of int (decisions,)
    weight : ndarray (decisions,)
        Worth of a person-month under *value*.
    counted : ndarray (decisions,)
        Months on duty inside the report window per person.
    lower, upper : ndarray (columns,)
        What the plan may choose; equal where a tour is settled, upper 0 where a demand is unknown.
    limit : ndarray (rows,)
        Strength by row of both accounts, then composition maxima, then budgets.
    goal : ndarray (bound rows,)
        Composition minima, persons; 0 where there is none.
    goal_tier : ndarray of int (bound rows,)
        The tier before which each goal is pursued; 0 where there is none.
    """

    block: Block
    full: Floats
    tier: Ints
    weight: Floats
    counted: Floats
    lower: Floats
    upper: Floats
    limit: Floats
    goal: Floats
    goal_tier: Ints

    @property
    def rows(self) -> sparse.csr_array:
        """Every row that limits people from above, in the order of `limit`, (rows, columns)."""
        return self.block.rows

    @cached_property
    def most(self) -> Floats:
        """Most people a column can hold: its bound, or the whole decision."""
        return np.minimum(self.upper, self.full[self.block.decision])

    @cached_property
    def settled(self) -> Flags:
        """Decisions that this plan cannot change, (decisions,)."""
        free = self.upper > self.lower
        return np.bincount(self.block.decision, free, minlength=len(self.full)) == 0

    @cached_property
    def tiers(self) -> list[int]:
        """Tiers with something to decide or a goal to pursue, first to last."""
        open_tiers = set(self.tier[~self.settled & (self.full > 0)].tolist())
        return sorted(open_tiers | set(self.goal_tier[self.goal > 0].tolist()))

    def change(self, **arrays: Any) -> Setting:
        """Return the same setting with some arrays replaced."""
        return replace(self, **arrays)


@dataclass(frozen=True, eq=False)
class Answer:
    """One plan of one block.

    Attributes
    ----------
    people : ndarray (columns,)
        People on each decision by each sourcing option, persons.
    missing : ndarray (bound rows,)
        What composition goals lack, persons.
    price : ndarray (rows,)
        Person-months on duty that one more unit of each limit would add, at the margin: inside
        the report window under *fair*, weighted and over the whole model under *value*.
    certificate : Certificate
        The worst over all steps.
    steps, repairs : int
        Programmes solved, and how many of them had to be solved again from cold.
    trail : Trail or None
        The steps of a fair solve, from which prices follow.
    """

    people: Floats
    missing: Floats
    price: Floats
    certificate: Certificate
    steps: int = 0
    repairs: int = 0
    trail: Trail | None = None


def base_setting(problem: Problem, block: Block) -> Setting:
    """Return the setting in which every decision of the block is free and every demand known."""
    places, report = block.demand, problem.report
    caps = np.array([problem.demands[d].cap for d in places], dtype=float)
    full = caps * block.part
    names = list(problem.pools)
    strength = np.array([problem.pools[names[p]] for p in block.pools], dtype=float)
    strength = strength.reshape(len(block.pools), block.months)
    most = [problem.bounds[b].max for b in block.bounds.bound]
    amounts = [problem.budgets[k].amount for k in block.budgets]
    limit = np.concatenate(
        [
            strength.reshape(-1),
            strength[block.standby_pools].reshape(-1),
            np.array([np.inf if m is None else m for m in most], dtype=float),
            np.array(amounts, dtype=float),
        ]
    )
    month = block.duty_data.indices
    least = [problem.bounds[b].min for b in block.bounds.bound]
    goal = np.array([m or 0.0 for m in least], dtype=float)
    setting = Setting(
        block=block,
        full=full,
        tier=np.array([problem.demands[d].tier for d in places], dtype=np.int64),
        weight=np.array([problem.demands[d].weight for d in places], dtype=float),
        counted=block.duty_data.row_sums((month >= report[0]) & (month <= report[1])),
        lower=np.zeros(len(block.decision)),
        upper=full[block.decision],
        limit=limit,
        goal=goal,
        goal_tier=np.zeros(len(goal), dtype=np.int64),
    )
    return with_goals(setting, problem, np.ones(len(full), dtype=bool))


def with_goals(setting: Setting, problem: Problem, known: Flags) -> Setting:
    """Return the setting with goals only where a known demand has people that could be on duty.

    Parameters
    ----------
    known : ndarray of bool (decisions,)
        Decisions of demands that are known; a goal belongs to the last tier among those demands.
    """
    rows = setting.block.bounds
    if not len(rows.bound):
        return setting
    asked = rows.asked @ (known & (setting.full > 0)).astype(float) > 0
    least = np.array([problem.bounds[b].min or 0.0 for b in rows.bound], dtype=float)
    member = sparse.csr_array(
        rows.asked.astype(bool).astype(float)
        * np.where(known & (setting.full > 0), setting.tier, 0)
    )
    last: dict[int, int] = {}
    tiers = member.max(axis=1).toarray().ravel()
    for bound, tier in zip(rows.bound, tiers, strict=True):
        last[bound] = max(last.get(bound, 0), int(tier))
    goal = np.where(asked, least, 0.0)
    goal_tier = np.where(goal > 0, [last[b] for b in rows.bound], 0).astype(np.int64)
    return setting.change(goal=goal, goal_tier=goal_tier)
