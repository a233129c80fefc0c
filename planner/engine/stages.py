"""Stages of a plan: data, solution with dual sensitivities, and a cache of solutions.

The data of a stage are right-hand sides, and the people of decisions that are already fixed.

The dual sensitivities of a fair solve are the binding row of each decision, and its dual value.

Step k fixes decisions at the level θ_k, a function of the limits b and of the levels fixed before:
dθ_k = Σ_r y_r db_r + Σ_i c_i dθ(i). The chain rule, applied backwards over the steps, gives the
price of each limit: the person-months that one more unit would add at the margin.

The cache keeps solved stages, and returns them where the data are the same. The solution of a stage
follows from its data alone, as every solve begins from cold; so a cached solution equals a new one
to the last bit.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from threading import Lock
from typing import Any

import numpy as np
from scipy import sparse

from planner.engine.highs import Certificate
from planner.engine.programme import Block
from planner.problem.model import Flags, Floats, Ints, Problem

__all__ = [
    "DualSensitivities",
    "Locks",
    "PlanCache",
    "StageData",
    "StageSolution",
    "Step",
    "base_data",
]

CACHE_SIZE = 256
"""Default size of the cache, plans of blocks; one takes about 100 kB."""


@dataclass(frozen=True, eq=False)
class Step:
    """Decisions fixed together at one level.

    Attributes
    ----------
    held : ndarray of int
        Decisions.
    level : float
        Their share.
    rows, price : ndarray
        Rows of the limits of the stage and dθ/db of each; empty where their own cap bounds them.
    before, slope : ndarray
        Decisions fixed earlier and dθ/dθ(i) of each.
    """

    held: Ints
    level: float
    rows: Ints
    price: Floats
    before: Ints
    slope: Floats


@dataclass(eq=False)
class DualSensitivities:
    """All steps of one fair solve, first to last."""

    steps: list[Step] = field(default_factory=list)

    def prices(self, gain: Floats, rows: int) -> Floats:
        """Return the marginal value of each limit, (rows,).

        Parameters
        ----------
        gain : ndarray (decisions,)
            Person-months that a decision gains as its share goes from 0 to 1.
        rows : int
            Number of limits.
        """
        marginal = gain.copy()
        price = np.zeros(rows)
        for step in reversed(self.steps):
            weight = marginal[step.held].sum()
            np.add.at(price, step.rows, weight * step.price)
            marginal[step.before] += weight * step.slope
        return price


@dataclass(frozen=True, eq=False)
class StageData:
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
        Bounds of people; equal where a tour is fixed, upper 0 where a demand is unknown.
    limit : ndarray (rows,)
        Strength by row of both accounts, then composition maxima, then budgets.
    goal : ndarray (bound rows,)
        Composition minima, persons; 0 if none exists.
    goal_tier : ndarray of int (bound rows,)
        The tier before which the shortfall of each goal is minimised; 0 if none exists.
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
        """Largest number of people of a column: its bound, or that of the decision, (columns,)."""
        return np.minimum(self.upper, self.full[self.block.decision])

    @cached_property
    def settled(self) -> Flags:
        """Decisions that this plan cannot change, (decisions,)."""
        free = self.upper > self.lower
        return np.bincount(self.block.decision, free, minlength=len(self.full)) == 0

    @cached_property
    def tiers(self) -> list[int]:
        """Tiers with free decisions or a goal, first to last."""
        open_tiers = set(self.tier[~self.settled & (self.full > 0)].tolist())
        return sorted(open_tiers | set(self.goal_tier[self.goal > 0].tolist()))

    def change(self, **arrays: Any) -> StageData:
        """Return the same data with some arrays replaced."""
        return replace(self, **arrays)


@dataclass(frozen=True, eq=False)
class Locks:
    """Optimal values of the steps of a solve, for a check of the final allocation.

    Attributes
    ----------
    share : ndarray (decisions,)
        Share of its cap at which each decision was fixed; NaN where none was.
    cost : ndarray (steps, columns)
        Minimised objectives per person, scaled to a largest entry of 1.
    value : ndarray (steps,)
        The smallest value of each.
    missing : dict of int to float
        By tier, the minimal total shortfall of its goals, persons.
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
class StageSolution:
    """One plan of one block.

    Attributes
    ----------
    people : ndarray (columns,)
        People on each decision by each sourcing option, persons.
    missing : ndarray (bound rows,)
        Shortfall of composition goals, persons.
    price : ndarray (rows,)
        Person-months on duty that one more unit of each limit would add, at the margin: inside
        the report window under *fair*, weighted and over the whole model under *value*.
    certificate : Certificate
        The worst over all steps.
    steps, repairs : int
        Programmes solved, and how many of them had to be solved again from cold.
    sensitivities : DualSensitivities or None
        The steps of a fair solve, from which the prices follow.
    locks : Locks or None
        Optimal values of the steps; None where the solution comes from elsewhere.
    """

    people: Floats
    missing: Floats
    price: Floats
    certificate: Certificate
    steps: int = 0
    repairs: int = 0
    sensitivities: DualSensitivities | None = None
    locks: Locks | None = None

    def check(self, data: StageData) -> Certificate:
        """Return the certificate of the reported people and goals, however they were found.

        Parameters
        ----------
        data : StageData
            Data of the stage.

        Returns
        -------
        Certificate
            Primal: violation of any row, cap or bound. Gap: distance from the optimal values of
            the steps. Both are relative, and computed without the solver.
        """
        primal = _violation(data, self.people)
        if not np.isfinite(primal):
            return Certificate(np.inf, np.inf, np.inf)
        locks = self.locks
        if locks is None or not len(self.people):
            return Certificate(primal=primal)
        people, full = self.people, data.full
        given = np.bincount(data.block.decision, people, minlength=len(full))
        fixed = np.isfinite(locks.share)
        gaps = [np.abs(given - locks.share * full)[fixed] / (1 + full[fixed])]
        gaps.append(np.abs(locks.cost @ people - locks.value) / (1 + np.abs(locks.value)))
        reached = data.block.bounds.matrix @ people
        shortfall = np.maximum(data.goal - reached, 0.0)
        for tier, minimum in locks.missing.items():
            of_tier = data.goal_tier == tier
            size = 1 + float(data.goal[of_tier].sum())
            gaps.append(np.array([(shortfall[of_tier].sum() - minimum) / size]))
        has_goal = data.goal > 0
        gaps.append(np.abs(shortfall - self.missing)[has_goal] / (1 + data.goal[has_goal]))
        if locks.bottlenecks:
            gaps.append(_bottleneck_gaps(data, people))
        found = np.concatenate(gaps)
        gap = float(found.max(initial=0.0)) if np.isfinite(found).all() else np.inf
        return Certificate(primal, 0.0, gap)


def _violation(data: StageData, people: Floats) -> float:
    """Return the largest violation of a row, cap or bound, relative to one plus its size."""
    if not np.isfinite(people).all():
        return np.inf
    full, decision = data.full, data.block.decision
    given = np.bincount(decision, people, minlength=len(full))
    finite = np.isfinite(data.limit)
    limit = data.limit[finite]
    free = ~data.settled
    excess = (
        (data.rows @ people)[finite] / (1 + limit) - limit / (1 + limit),
        ((given - full) / (1 + full))[free],
        (people - data.upper) / (1 + np.abs(data.upper)),
        (data.lower - people) / (1 + np.abs(data.lower)),
    )
    return max(float(part.max(initial=0.0)) for part in excess)


def _bottleneck_gaps(data: StageData, people: Floats) -> Floats:
    """Return the distance of each decision from having a bottleneck row.

    The condition is that of Bertsekas and Gallager, *Data Networks*, 2nd ed., section 6.5.2: it
    holds for the max-min fair allocation and for no other, and needs no duals.
    """
    block, full = data.block, data.full[data.block.decision]
    open_columns = (data.upper > data.lower) & (full > 0)
    rows = data.rows.tocoo()
    tier, served = data.tier[block.decision], np.where(open_columns, 0.0, people)
    share = np.divide(people, full, out=np.zeros(len(full)), where=full > 0)
    gaps = []
    for one in data.tiers:
        of_tier = open_columns & (tier == one)
        served = np.where(of_tier, people, served)
        entries = of_tier[rows.col] & (rows.data > 0)
        row, column = rows.row[entries], rows.col[entries]
        left = data.limit - data.rows @ served
        # remaining capacity of a row as a share of this decision
        room = left[row] / (rows.data[entries] * full[column])
        largest = np.zeros(len(left))
        np.maximum.at(largest, row, share[column])
        short = np.maximum(np.minimum(room, 1.0), largest[row] - share[column])
        nearest = (data.most / np.where(full > 0, full, 1.0)) - share
        np.minimum.at(nearest, column, np.maximum(short, 0.0))
        gaps.append(np.maximum(nearest[of_tier], 0.0))
    return np.concatenate(gaps) if gaps else np.zeros(0)


def base_data(problem: Problem, block: Block) -> StageData:
    """Return the data in which every decision of the block is free and every demand known."""
    demands, report = block.demand, problem.report
    caps = np.array([problem.demands[d].cap for d in demands], dtype=float)
    full = caps * block.part
    names = list(problem.pools)
    strength = np.array([problem.pools[names[p]] for p in block.pools], dtype=float)
    strength = strength.reshape(len(block.pools), block.months)
    at_work = strength[block.standby_pools]
    maxima = [problem.bounds[b].max for b in block.bounds.bound]
    max_limits = np.array([np.inf if m is None else m for m in maxima], dtype=float)
    amounts = np.array([problem.budgets[k].amount for k in block.budgets], dtype=float)
    limit = np.concatenate([strength.reshape(-1), at_work.reshape(-1), max_limits, amounts])
    month = block.duty_data.indices
    minima = [problem.bounds[b].min for b in block.bounds.bound]
    goal = np.array([m or 0.0 for m in minima], dtype=float)
    data = StageData(
        block=block,
        full=full,
        tier=np.array([problem.demands[d].tier for d in demands], dtype=np.int64),
        weight=np.array([problem.demands[d].weight for d in demands], dtype=float),
        counted=block.duty_data.row_sums((month >= report[0]) & (month <= report[1])),
        lower=np.zeros(len(block.decision)),
        upper=full[block.decision],
        limit=limit,
        goal=goal,
        goal_tier=np.zeros(len(goal), dtype=np.int64),
    )
    return with_goals(data, problem, np.ones(len(full), dtype=bool))


def with_goals(data: StageData, problem: Problem, known: Flags) -> StageData:
    """Return the data with goals only where a known demand has people that could be on duty.

    Parameters
    ----------
    known : ndarray of bool (decisions,)
        Decisions of demands that are known; a goal belongs to the last tier among those demands.
    """
    rows = data.block.bounds
    if not len(rows.bound):
        return data
    asked = rows.asked @ (known & (data.full > 0)).astype(float) > 0
    minima = np.array([problem.bounds[b].min or 0.0 for b in rows.bound], dtype=float)
    demand_tiers = sparse.csr_array(
        rows.asked.astype(bool).astype(float) * np.where(known & (data.full > 0), data.tier, 0)
    )
    last_tier: dict[int, int] = {}
    tiers = demand_tiers.max(axis=1).toarray().ravel()
    for bound, tier in zip(rows.bound, tiers, strict=True):
        last_tier[bound] = max(last_tier.get(bound, 0), int(tier))
    goal = np.where(asked, minima, 0.0)
    goal_tier = np.where(goal > 0, [last_tier[b] for b in rows.bound], 0).astype(np.int64)
    return data.change(goal=goal, goal_tier=goal_tier)


class PlanCache:
    """Keeps plans from one call to the next; the one unused for longest is dropped first.

    Meant for work that asks for many scenarios that differ little, such as a page with sliders:
    pass the same cache to each :func:`planner.allocate`. Results are the same with and without.
    It may be used from several threads.

    Parameters
    ----------
    kept : int
        Maximum number of plans of blocks to keep.

    Examples
    --------
    >>> import planner as pl
    >>> cache = pl.PlanCache()
    >>> first = pl.allocate("letter", cache=cache)
    >>> again = pl.allocate("letter", cache=cache)
    >>> cache.reused == cache.made > 0
    True
    """

    def __init__(self, kept: int = CACHE_SIZE):
        """Begin empty."""
        if kept < 1:
            raise ValueError(f"expected to keep at least 1 plan, found {kept}")
        self.kept = kept
        self.made = 0
        self.reused = 0
        self._answers: OrderedDict[bytes, StageSolution] = OrderedDict()
        self._lock = Lock()

    def recall(
        self, solver: Callable[[StageData], StageSolution], data: StageData
    ) -> StageSolution:
        """Return the solution of a stage: the one kept, or else a new one."""
        key = _digest(solver, data)
        with self._lock:
            found = self._answers.get(key)
            if found is not None:
                self._answers.move_to_end(key)
                self.reused += 1
                return found
        answer = solver(data)
        with self._lock:
            self.made += 1
            self._answers[key] = answer
            while len(self._answers) > self.kept:
                self._answers.popitem(last=False)
        return answer

    def __len__(self) -> int:
        """Number of plans kept."""
        return len(self._answers)

    def __repr__(self) -> str:
        """How many plans are kept, made and taken over."""
        return f"<PlanCache of {len(self)} plans: {self.made} made, {self.reused} taken over>"


def _digest(solver: Callable[[StageData], StageSolution], data: StageData) -> bytes:
    """Return a digest of everything that a solver reads."""
    state = hashlib.blake2b(f"{solver.__module__}.{solver.__qualname__}".encode(), digest_size=32)
    for array in _arrays(data):
        state.update(f"{array.dtype.str}{array.shape}".encode())
        state.update(np.ascontiguousarray(array).data)
    return state.digest()


def _arrays(data: StageData) -> Iterator[Any]:
    """Yield the arrays of the data of a stage; demands are numbered within the block.

    Decisions that no option can serve, such as those of packages not yet known, count as 0: their
    caps have no effect.
    """
    block, bounds = data.block, data.block.bounds
    served = np.bincount(block.decision, data.upper > 0, minlength=len(data.full)) > 0
    for array in (data.full, data.tier, data.weight, data.counted):
        yield np.where(served, array, 0)
    yield from (
        data.lower, data.upper, data.limit, data.goal, data.goal_tier,
        np.array([block.months, len(block.pools)]),
        np.unique(block.demand, return_inverse=True)[1], block.wave, block.begin, block.end,
        block.cohorts, block.part, block.decision, block.option,
        np.unique(bounds.bound, return_inverse=True)[1], bounds.month,
    )  # fmt: skip
    for matrix in (block.duty_data, block.usage_data, block.standby_data, bounds.matrix_data,
                   bounds.asked_data, block.budget_data):  # fmt: skip
        yield from (np.array(matrix.shape), matrix.indptr, matrix.indices, matrix.data)
