"""The *value* rule: weighted person-months, tier by tier, then preferences among options.

:class:`ValueProgramme` is the linear programme of one or more blocks with the objectives of the
rule; :func:`solve_value` solves it for a plan, the analyses explore its optima. Each objective is
minimised on the optimal face of those before it (what has a price is fixed at its value), so that
locking costs no tolerance. Ties that remain are broken by the months that are reported, tier by
tier, so that the totals shown do not depend on which optimum the solver returns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from planner.engine.highs import Certificate, LinearProgramme, Optimum, worst
from planner.engine.stages import Locks, StageData, StageSolution
from planner.problem.model import Floats, Ints

__all__ = ["Objective", "ValueProgramme", "minimise", "solve_value"]


ROUNDING = 1e-10
"""Share of a step's largest cost below which the objective left on its optimal face is rounding.
Remaining costs above it are too small for the dual values of the first solve; they are minimised
again on that face, scaled to their own size."""


@dataclass(frozen=True, eq=False)
class Objective:
    """One objective of the rule.

    Attributes
    ----------
    kind : str
        ``"goals"`` (persons missing), ``"tier"`` (minus weighted person-months) or
        ``"preference"`` (person-months × place in the list).
    tier : int
        0 for preferences.
    cost : ndarray (columns,)
    """

    kind: str
    tier: int
    cost: Floats


class ValueProgramme:
    """Rows and columns of the *value* programme of some stages.

    Columns are people (block by block), then the shortfall of each composition goal. Rows are the
    limits that can bind, one for each decision with several open columns, then the goals.

    Parameters
    ----------
    settings : sequence of StageData
        The blocks; their rows never touch.
    least : sequence of ndarray, optional
        Smallest limits to be used, by block; rows that can bind at these are kept.
    merge : bool
        Whether to keep only the tightest of equal rows; not where limits will change.

    Attributes
    ----------
    start : ndarray of int (blocks + 1,)
        First column of each block.
    limits : list of ndarray of int
        Rows of each stage's limits that are kept.
    limit_start : ndarray of int (blocks + 1,)
        Their first row, by block.
    shared : list of ndarray of int
        Decisions of each block with a row of their own.
    shared_start : ndarray of int (blocks + 1,)
    goals : list of ndarray of int
        Bound rows of each block with a goal.
    size : int
        Columns of people.
    """

    def __init__(
        self,
        settings: Sequence[StageData],
        least: Sequence[Floats] | None = None,
        merge: bool = True,
    ) -> None:
        self.settings = tuple(settings)
        self.start = _edges([len(data.block.decision) for data in settings])
        self.size = int(self.start[-1])
        self.limits, self.shared = [], []
        for place, data in enumerate(settings):
            least_limit = data.limit if least is None else least[place]
            kept = np.flatnonzero(data.rows @ data.most > least_limit * (1 + 1e-12))
            if merge:
                kept = kept[_tightest(data.rows[kept], data.limit[kept])]
            self.limits.append(kept)
            several = np.bincount(data.block.decision, data.most > 0, minlength=len(data.full))
            self.shared.append(np.flatnonzero((several > 1) & ~data.settled))
        self.goals = [np.flatnonzero(data.goal > 0) for data in settings]
        self.limit_start = _edges([len(kept) for kept in self.limits])
        self.shared_start = _edges([len(kept) for kept in self.shared]) + self.limit_start[-1]
        self._build()

    def _build(self) -> None:
        """Build matrix and bounds; fixed people may exceed a limit by rounding."""
        settings = self.settings
        missing = sum(len(goals) for goals in self.goals)
        parts = list(zip(settings, self.limits, self.shared, self.goals, strict=True))
        upper = _diagonal([s.rows[kept] for s, kept, _, _ in parts])
        pick = _diagonal([s.block.pick[shared] for s, _, shared, _ in parts])
        goal = _diagonal([s.block.bounds.matrix[goals] for s, _, _, goals in parts])
        people = sparse.vstack([upper, pick, goal])
        missed = sparse.vstack(
            [
                sparse.csr_array((upper.shape[0] + pick.shape[0], missing)),
                sparse.eye_array(missing, format="csr"),
            ]
        )
        self.matrix = sparse.csc_array(sparse.hstack([people, missed]))
        goals = _joined([s.goal[goals] for s, _, _, goals in parts])
        self.lower = np.concatenate([_joined([s.lower for s in settings]), np.zeros(missing)])
        self.upper = np.concatenate(
            [_joined([np.maximum(s.most, s.lower) for s in settings]), goals]
        )
        settled = _joined([s.rows[kept] @ s.lower for s, kept, _, _ in parts])
        limit = _joined([s.limit[kept] for s, kept, _, _ in parts])
        full = _joined([s.full[shared] for s, _, shared, _ in parts])
        self.row_upper = np.concatenate(
            [np.maximum(limit, settled), full, np.full(missing, np.inf)]
        )
        self.row_lower = np.concatenate([np.full(len(limit) + len(full), -np.inf), goals])

    def programme(self) -> LinearProgramme:
        """Return the programme with no objective yet."""
        cost = np.zeros(self.matrix.shape[1])
        bounds = self.lower, self.upper, self.row_lower, self.row_upper
        return LinearProgramme(self.matrix, cost, *bounds)

    def cost(self, by_person: Floats) -> Floats:
        """Return costs per person on the columns of people as costs of all columns, (columns,)."""
        return np.concatenate([by_person, np.zeros(self.matrix.shape[1] - self.size)])

    def objectives(self, preferences: bool = True) -> list[Objective]:
        """Return the objectives of the rule: goals and fill tier by tier, then preferences."""
        tiers = sorted({tier for data in self.settings for tier in data.tiers})
        steps = []
        tier_of = _joined([s.tier[s.block.decision] for s in self.settings])
        months = _joined([s.block.duty_months[s.block.decision] for s in self.settings])
        weight = _joined([s.weight[s.block.decision] for s in self.settings])
        option = _joined([s.block.option for s in self.settings])
        pairs = zip(self.settings, self.goals, strict=True)
        goal_tier = _joined([s.goal_tier[goals] for s, goals in pairs])
        for tier in tiers:
            if (goal_tier == tier).any():
                cost = np.concatenate([np.zeros(self.size), (goal_tier == tier).astype(float)])
                steps.append(Objective("goals", tier, cost))
            steps.append(Objective("tier", tier, self.cost(-weight * months * (tier_of == tier))))
        if preferences and (option > 0).any():
            steps.append(Objective("preference", 0, self.cost(months * option)))
        return steps

    def counted(self, demands: Floats, pool: int | None = None) -> Floats:
        """Return costs per person-month inside the report window, (columns,).

        Parameters
        ----------
        demands : ndarray (demands,)
            For each demand of the problem.
        pool : int, optional
            Count people of this pool of the problem only.
        """
        parts = []
        for data in self.settings:
            block = data.block
            worth = (data.counted * demands[block.demand])[block.decision]
            if pool is not None:
                worth = worth * block.pool_share(pool)
            parts.append(worth)
        return self.cost(_joined(parts))

    def split(self, x: Floats) -> list[Floats]:
        """Return people on the columns of each block, within their bounds."""
        return [
            np.clip(x[low:high], data.lower, np.maximum(data.most, data.lower))
            for data, low, high in zip(self.settings, self.start[:-1], self.start[1:], strict=True)
        ]

    def optimal(self, preferences: bool = True) -> tuple[LinearProgramme, Floats, list[float]]:
        """Return the optimal face as a programme, one solution, and the cost of each step."""
        programme = self.programme()
        x = np.where(np.isfinite(programme.lower), programme.lower, 0.0)
        costs = []
        for step in self.objectives(preferences):
            optimum = minimise(programme, step.cost)
            programme.fix_optimal_face(optimum)
            x = optimum.x
            costs.append(optimum.value)
        return programme, x, costs


def minimise(programme: LinearProgramme, cost: Floats) -> Optimum:
    """Solve a programme with another objective."""
    programme.set_cost(cost)
    return programme.solve()


def _edges(sizes: Sequence[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _joined(parts: Sequence[Any]) -> Any:
    return np.concatenate(parts) if parts else np.zeros(0)


def _diagonal(parts: Sequence[sparse.csr_array]) -> sparse.csr_array:
    if len(parts) == 1:
        return sparse.csr_array(parts[0])
    return sparse.csr_array(sparse.block_diag(parts, format="csr"))


def _unit(size: float) -> float:
    """Return the power of 2 by which to divide costs, for the absolute tolerances of the solver."""
    return 1.0 if 1e-2 <= size <= 1e4 else float(2.0 ** np.floor(np.log2(size)))


def _tightest(rows: sparse.csr_array, limit: Floats) -> Ints:
    """Return one row of each group of equal rows: the one with the smallest limit."""
    if not rows.shape[0]:
        return np.zeros(0, dtype=np.int64)
    mark = rows @ np.random.default_rng(7).random(rows.shape[1])
    order = np.lexsort((limit, mark))
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = mark[order][1:] != mark[order][:-1]
    return np.sort(order[fresh])


class _Lexicographic:
    """Objectives minimised one after another on one programme, each kept at its optimum."""

    def __init__(self, layout: ValueProgramme, x: Floats) -> None:
        self.layout, self.x = layout, x
        self.programme = layout.programme()
        self.proofs: list[Certificate] = []
        self.costs: list[Floats] = []
        self.values: list[float] = []

    def minimise(self, cost: Floats) -> Floats:
        """Minimise a cost and restrict to its optimal face; return the dual values of the rows."""
        programme = self.programme
        # fixed columns have a constant cost, which may be far larger than the others
        left = np.where(programme.upper > programme.lower, cost, 0.0)
        size = first = float(np.abs(left).max(initial=0.0))
        dual = np.zeros(len(self.layout.row_upper))
        while size > ROUNDING * first:
            unit = _unit(size)
            programme.set_cost(left / unit)
            optimum = programme.solve()
            self.proofs.append(optimum.certificate)
            left = programme.fix_optimal_face(optimum) * unit
            dual += optimum.dual * unit
            self.x = optimum.x
            size = float(np.abs(left).max(initial=0.0))
        if first:
            people = self.layout.size
            self.costs.append(cost[:people] / np.abs(cost).max())
            self.values.append(float(self.costs[-1] @ self.x[:people]))
        return dual


def solve_value(data: StageData, then: Floats | None = None) -> StageSolution:
    """Maximise weighted person-months tier by tier, then prefer first-named options.

    Parameters
    ----------
    data : StageData
    then : ndarray (decisions,), optional
        Value of a person on each decision, by which remaining ties are broken at the very end.

    Returns
    -------
    StageSolution
    """
    block = data.block
    layout = ValueProgramme([data])
    limits, goals = layout.limits[0], layout.goals[0]
    steps = _Lexicographic(layout, np.concatenate([data.lower, data.goal[goals]]))
    price, min_shortfall = np.zeros(len(data.limit)), {}
    for step in layout.objectives():
        dual = steps.minimise(step.cost)
        if step.kind == "goals":
            min_shortfall[step.tier] = float(step.cost @ steps.x)
        elif step.kind == "tier":
            price[limits] += np.maximum(-dual[: len(limits)], 0)
    outside = (block.duty_months > data.counted + 1e-9).any()
    for tier in data.tiers if outside else ():
        reported = (data.counted * data.weight * (data.tier == tier))[block.decision]
        steps.minimise(layout.cost(-reported))
    if then is not None:
        steps.minimise(layout.cost(-then[block.decision]))
    (people,) = layout.split(steps.x)
    missing = np.zeros(len(data.goal))
    missing[goals] = np.maximum(data.goal[goals] - block.bounds.matrix[goals] @ people, 0)
    table = np.array(steps.costs).reshape(len(steps.costs), layout.size)
    locks = Locks(np.full(len(data.full), np.nan), table, np.array(steps.values), min_shortfall)
    programme = steps.programme
    return StageSolution(
        people, missing, price, worst(*steps.proofs), programme.solves, programme.cold_repairs,
        locks=locks,
    )  # fmt: skip
