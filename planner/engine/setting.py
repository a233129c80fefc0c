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

__all__ = ["Answer", "Locks", "Setting", "base_setting"]

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
class Locks:
    """What the steps of a solve have proved and locked, for a check of the final allocation.

    Attributes
    ----------
    share : ndarray (decisions,)
        Share of its cap at which each decision was fixed; NaN where none was.
    cost : ndarray (steps, columns)
        Objectives per person that were made as small as possible, scaled to a largest entry of 1.
    value : ndarray (steps,)
        The smallest value of each.
    missing : dict of int to float
        By tier, the smallest sum of what its goals miss, persons.
    bottlenecks : bool
        Whether every decision has one open column and no goal counts, so that max-min can be
        checked without duals: below its ceiling a decision has an exhausted row in which no
        other of its tier has a larger share.
    """

    share: Floats
    cost: Floats
    value: Floats
    missing: dict[int, float]
    bottlenecks: bool = False


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
    locks : Locks or None
        What the steps have locked; None where an answer comes from elsewhere.
    """

    people: Floats
    missing: Floats
    price: Floats
    certificate: Certificate
    steps: int = 0
    repairs: int = 0
    trail: Trail | None = None
    locks: Locks | None = None

    def check(self, setting: Setting) -> Certificate:
        """Return the certificate of the people and goals reported, whatever happened on the way.

        Parameters
        ----------
        setting : Setting
            What the plan has to respect.

        Returns
        -------
        Certificate
            Primal: violation of any row, cap or bound. Gap: distance from what was locked. Both
            are relative; neither uses the solver or what it has said of its answer.
        """
        primal = _violation(setting, self.people)
        if not np.isfinite(primal):
            return Certificate(np.inf, np.inf, np.inf)
        locks = self.locks
        if locks is None or not len(self.people):
            return Certificate(primal=primal)
        people, full = self.people, setting.full
        given = np.bincount(setting.block.decision, people, minlength=len(full))
        fixed = np.isfinite(locks.share)
        gaps = [np.abs(given - locks.share * full)[fixed] / (1 + full[fixed])]
        gaps.append(np.abs(locks.cost @ people - locks.value) / (1 + np.abs(locks.value)))
        reached = setting.block.bounds.matrix @ people
        lacking = np.maximum(setting.goal - reached, 0.0)
        for tier, least in locks.missing.items():
            mine = setting.goal_tier == tier
            size = 1 + float(setting.goal[mine].sum())
            gaps.append(np.array([(lacking[mine].sum() - least) / size]))
        pursued = setting.goal > 0
        gaps.append(np.abs(lacking - self.missing)[pursued] / (1 + setting.goal[pursued]))
        if locks.bottlenecks:
            gaps.append(_bottleneck_gaps(setting, people))
        found = np.concatenate(gaps)
        gap = float(found.max(initial=0.0)) if np.isfinite(found).all() else np.inf
        return Certificate(primal, 0.0, gap)


def _violation(setting: Setting, people: Floats) -> float:
    """Return the largest violation of a row, cap or bound, relative to one plus its size."""
    if not np.isfinite(people).all():
        return np.inf
    full, decision = setting.full, setting.block.decision
    given = np.bincount(decision, people, minlength=len(full))
    finite = np.isfinite(setting.limit)
    limit = setting.limit[finite]
    free = ~setting.settled
    excess = (
        (setting.rows @ people)[finite] / (1 + limit) - limit / (1 + limit),
        ((given - full) / (1 + full))[free],
        (people - setting.upper) / (1 + np.abs(setting.upper)),
        (setting.lower - people) / (1 + np.abs(setting.lower)),
    )
    return max(float(part.max(initial=0.0)) for part in excess)


def _bottleneck_gaps(setting: Setting, people: Floats) -> Floats:
    """Return how far each decision is from having a row that keeps it from a larger share.

    The condition is that of Bertsekas and Gallager, *Data Networks*, 2nd ed., section 6.5.2: it
    holds for the max-min fair allocation and for no other, and needs no duals.
    """
    block, full = setting.block, setting.full[setting.block.decision]
    open_columns = (setting.upper > setting.lower) & (full > 0)
    rows = setting.rows.tocoo()
    tier, served = setting.tier[block.decision], np.where(open_columns, 0.0, people)
    share = np.divide(people, full, out=np.zeros(len(full)), where=full > 0)
    gaps = []
    for one in setting.tiers:
        mine = open_columns & (tier == one)
        served = np.where(mine, people, served)
        entries = mine[rows.col] & (rows.data > 0)
        row, column = rows.row[entries], rows.col[entries]
        left = setting.limit - setting.rows @ served
        # in units of the share that what is left of a row would still give this decision
        room = left[row] / (rows.data[entries] * full[column])
        largest = np.zeros(len(left))
        np.maximum.at(largest, row, share[column])
        short = np.maximum(np.minimum(room, 1.0), largest[row] - share[column])
        nearest = (setting.most / np.where(full > 0, full, 1.0)) - share
        np.minimum.at(nearest, column, np.maximum(short, 0.0))
        gaps.append(np.maximum(nearest[mine], 0.0))
    return np.concatenate(gaps) if gaps else np.zeros(0)


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
