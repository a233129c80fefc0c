"""The *value* programme of one or more blocks, written out so that its optimum can be explored.

Columns are people (block by block), then what each composition goal misses. Rows are the limits
that can bind, one for each decision with several open pools, and the goals. Objectives are the
steps of the rule, first to last, each a cost to be made as small as possible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.engine.highs import LinearProgramme, Optimum
from planner.engine.setting import Setting

__all__ = ["Objective", "Sheet"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Objective:
    """One step of the rule.

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


class Sheet:
    """Rows and columns of the programme of some settings.

    Parameters
    ----------
    settings : sequence of Setting
        The blocks; their rows never touch.
    least : sequence of ndarray, optional
        Smallest limits that will be tried, by block; rows that bind for these are kept.
    merge : bool
        Keep only the tightest of rows that are alike; not where limits will change.

    Attributes
    ----------
    start : ndarray of int (blocks + 1,)
        First column of each block.
    limits : list of ndarray of int
        Rows of each setting's limits that are kept.
    limit_start : ndarray of int (blocks + 1,)
        Their first row, by block.
    shared : list of ndarray of int
        Decisions of each block with a row of their own.
    shared_start : ndarray of int (blocks + 1,)
    size : int
        Columns of people.
    """

    def __init__(
        self,
        settings: Sequence[Setting],
        least: Sequence[Floats] | None = None,
        merge: bool = True,
    ) -> None:
        """Choose rows and write them."""
        self.settings = tuple(settings)
        self.start = _edges([len(setting.block.decision) for setting in settings])
        self.size = int(self.start[-1])
        self.limits, self.shared = [], []
        for place, setting in enumerate(settings):
            least_limit = setting.limit if least is None else least[place]
            kept = np.flatnonzero(setting.rows @ setting.most > least_limit * (1 + 1e-12))
            self.limits.append(_distinct(setting, kept) if merge else kept)
            several = np.bincount(
                setting.block.decision, setting.most > 0, minlength=len(setting.full)
            )
            self.shared.append(np.flatnonzero((several > 1) & ~setting.settled))
        self.goals = [np.flatnonzero(setting.goal > 0) for setting in settings]
        self.limit_start = _edges([len(kept) for kept in self.limits])
        self.shared_start = _edges([len(kept) for kept in self.shared]) + self.limit_start[-1]
        self._write()

    def _write(self) -> None:
        """Write matrix and bounds."""
        settings = self.settings
        missing = sum(len(goals) for goals in self.goals)
        parts = list(zip(settings, self.limits, self.shared, self.goals, strict=True))
        upper = _diagonal([s.rows[kept] for s, kept, _, _ in parts])
        pick = _diagonal([s.block.pick[shared] for s, _, shared, _ in parts])
        goal = _diagonal([s.block.bounds.matrix[goals] for s, _, _, goals in parts])
        people = sparse.vstack([upper, pick, goal])
        lacks = sparse.vstack(
            [
                sparse.csr_array((upper.shape[0] + pick.shape[0], missing)),
                sparse.eye_array(missing, format="csr"),
            ]
        )
        self.matrix = sparse.csc_array(sparse.hstack([people, lacks]))
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
        return LinearProgramme(
            self.matrix,
            np.zeros(self.matrix.shape[1]),
            self.lower,
            self.upper,
            self.row_lower,
            self.row_upper,
        )

    def objectives(self, preferences: bool = True) -> list[Objective]:
        """Return the steps of the rule: goals and fill tier by tier, then preferences."""
        tiers = sorted({tier for setting in self.settings for tier in setting.tiers})
        steps = []
        tier_of = _joined([s.tier[s.block.decision] for s in self.settings])
        months = _joined([s.block.duty_months[s.block.decision] for s in self.settings])
        weight = _joined([s.weight[s.block.decision] for s in self.settings])
        place = _joined([s.block.option for s in self.settings])
        pairs = zip(self.settings, self.goals, strict=True)
        goal_tier = _joined([s.goal_tier[goals] for s, goals in pairs])
        lacks = np.zeros(len(goal_tier))
        for tier in tiers:
            if (goal_tier == tier).any():
                cost = np.concatenate([np.zeros(self.size), (goal_tier == tier).astype(float)])
                steps.append(Objective("goals", tier, cost))
            worth = weight * months * (tier_of == tier)
            steps.append(Objective("tier", tier, np.concatenate([-worth, lacks])))
        if preferences and (place > 0).any():
            steps.append(Objective("preference", 0, np.concatenate([months * place, lacks])))
        return steps

    def counted(self, demands: Floats, pool: int | None = None) -> Floats:
        """Return a cost of so much a person-month inside the report window.

        Parameters
        ----------
        demands : ndarray (demands,)
            For each demand of the problem.
        pool : int, optional
            Count people of this pool of the problem only.
        """
        parts = []
        for setting in self.settings:
            block = setting.block
            worth = (setting.counted * demands[block.demand])[block.decision]
            if pool is not None:
                worth = worth * block.pool_share(pool)
            parts.append(worth)
        lacks = self.matrix.shape[1] - self.size
        return np.concatenate([_joined(parts), np.zeros(lacks)])

    def split(self, x: Floats) -> list[Floats]:
        """Return people on the columns of each block, clear of rounding."""
        return [
            np.clip(x[low:high], setting.lower, np.maximum(setting.most, setting.lower))
            for setting, low, high in zip(
                self.settings, self.start[:-1], self.start[1:], strict=True
            )
        ]

    def optimal(self, preferences: bool = True) -> tuple[LinearProgramme, Floats, list[float]]:
        """Return the programme of all optimal answers, one of them, and the cost of each step."""
        programme = self.programme()
        x = np.where(np.isfinite(programme.lower), programme.lower, 0.0)
        costs = []
        for step in self.objectives(preferences):
            optimum = minimise(programme, step.cost)
            programme.pin(optimum)
            x = optimum.x
            costs.append(optimum.value)
        return programme, x, costs


def minimise(programme: LinearProgramme, cost: Floats) -> Optimum:
    """Solve a programme for another cost."""
    programme.set_cost(cost)
    return programme.solve()


def _edges(sizes: Sequence[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _joined(parts: Sequence[Any]) -> Any:
    return np.concatenate(parts) if parts else np.zeros(0)


def _diagonal(parts: Sequence[sparse.csr_array]) -> sparse.csr_array:
    return sparse.csr_array(sparse.block_diag(parts, format="csr"))


def _distinct(setting: Setting, kept: Ints) -> Ints:
    """Return one row of each group of equal rows: the one with the smallest limit."""
    rows = setting.rows[kept]
    rows.sort_indices()
    best: dict[bytes, int] = {}
    for place in range(len(kept)):
        entries = slice(rows.indptr[place], rows.indptr[place + 1])
        key = rows.indices[entries].tobytes() + rows.data[entries].tobytes()
        if key not in best or setting.limit[kept[place]] < setting.limit[kept[best[key]]]:
            best[key] = place
    return kept[np.sort(np.fromiter(best.values(), dtype=np.int64, count=len(best)))]
