"""The *value* rule: weighted person-months, tier by tier, then preferences among pools.

Each step is one linear programme on the optimal face of the step before (what has a price is
fixed where it stands), so that no tolerance is lost in locking. What still ties is settled in
favour of the months that are reported, tier by tier, so that the totals shown do not depend on
where an optimum happens to put its gaps.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.engine.certify import Certificate, worst
from planner.engine.highs import LinearProgramme
from planner.engine.setting import Answer, Locks, Setting

__all__ = ["ValueLayout", "lay_out", "solve_value"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


ROUNDING = 1e-10
"""Share of a step's largest cost below which what is left of the objective on its optimal face is
rounding. What lies between it and the part that prices of the first solve can tell is optimised
again on that face, with costs of its own size."""


class ValueLayout:
    """Rows and columns of one block's linear programme, and which is which.

    Columns are the block's columns, then one for what each goal misses. Rows are the limits that
    can bind, then one for each decision with several open pools, then the goals.

    Attributes
    ----------
    limits : ndarray of int
        Rows of ``setting.rows`` kept, in order.
    shared : ndarray of int
        Decisions that have a row of their own.
    goals : ndarray of int
        Bound rows with a goal.
    size : int
        Number of the block's columns.
    """

    def __init__(self, setting: Setting):
        block = setting.block
        self.size = len(block.decision)
        rows = setting.rows
        self.limits = np.flatnonzero(rows @ setting.most > setting.limit * (1 + 1e-12))
        self.limits = self.limits[_tightest(rows[self.limits], setting.limit[self.limits])]
        open_columns = np.bincount(block.decision, setting.most > 0, minlength=len(block.demand))
        self.shared = np.flatnonzero((open_columns > 1) & ~setting.settled)
        self.goals = np.flatnonzero(setting.goal > 0)
        missing = len(self.goals)
        upper = sparse.hstack([rows[self.limits], sparse.csr_array((len(self.limits), missing))])
        pick = sparse.hstack(
            [block.pick[self.shared], sparse.csr_array((len(self.shared), missing))]
        )
        goals = sparse.hstack([block.bounds.matrix[self.goals], sparse.eye_array(missing)])
        self.matrix = sparse.csc_array(sparse.vstack([upper, pick, goals]))
        self.row_lower = np.full(self.matrix.shape[0], -np.inf)
        self.row_upper = np.concatenate(
            [setting.limit[self.limits], setting.full[self.shared], np.full(missing, np.inf)]
        )
        self.row_lower[len(self.row_lower) - missing :] = setting.goal[self.goals]
        self.lower = np.concatenate([setting.lower, np.zeros(missing)])
        self.upper = np.concatenate(
            [np.maximum(setting.most, setting.lower), setting.goal[self.goals]]
        )
        self._soften(setting, rows)

    def _soften(self, setting: Setting, rows: sparse.csr_array) -> None:
        """Let settled people stand where rounding puts them a hair above a limit."""
        settled = rows[self.limits] @ setting.lower
        count = len(self.limits)
        self.row_upper[:count] = np.maximum(self.row_upper[:count], settled)

    def programme(self) -> LinearProgramme:
        """Return the programme with no objective yet."""
        cost = np.zeros(self.matrix.shape[1])
        return LinearProgramme(
            self.matrix, cost, self.lower, self.upper, self.row_lower, self.row_upper
        )

    def missing_cost(self, setting: Setting, tier: int) -> Floats:
        """Return the objective that counts what the goals of a tier miss."""
        mine = setting.goal_tier[self.goals] == tier
        return np.concatenate([np.zeros(self.size), mine.astype(float)])


def _unit(size: float) -> float:
    """Return what to divide costs by, so that the solver's absolute tolerances fit them."""
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


def lay_out(setting: Setting) -> ValueLayout:
    """Return the layout of a setting's linear programme."""
    return ValueLayout(setting)


def solve_value(setting: Setting, then: Floats | None = None) -> Answer:
    """Maximise weighted person-months tier by tier, then prefer first-named pools.

    Parameters
    ----------
    setting : Setting
    then : ndarray (decisions,), optional
        Worth of a person on each decision by which what still ties is settled at the very end.
    """
    block = setting.block
    layout = ValueLayout(setting)
    programme = layout.programme()
    proofs: list[Certificate] = []
    price = np.zeros(len(setting.limit))
    months = block.duty_months[block.decision]
    x = np.concatenate([setting.lower, setting.goal[layout.goals]])

    costs: list[Floats] = []
    values: list[float] = []

    def step(cost: Floats) -> Floats | None:
        """Make a cost as small as possible and keep to it; return the duals of the rows."""
        nonlocal x
        left = np.where(programme.upper > programme.lower, cost, 0.0)
        size = first = float(np.abs(left).max(initial=0.0))
        dual = np.zeros(len(layout.row_upper))
        while size > ROUNDING * first:
            unit = _unit(size)
            programme.set_cost((cost if size == first else left) / unit)
            optimum = programme.solve()
            proofs.append(optimum.certificate)
            left = programme.pin(optimum) * unit
            dual += optimum.dual * unit
            x = optimum.x
            size = float(np.abs(left).max(initial=0.0))
        if not first:
            return None
        costs.append(cost[: layout.size] / np.abs(cost).max())
        values.append(float(costs[-1] @ x[: layout.size]))
        return dual

    column_tier, least = setting.tier[block.decision], {}
    for tier in setting.tiers:
        if (setting.goal_tier == tier).any():
            cost = layout.missing_cost(setting, tier)
            step(cost)
            least[tier] = float(cost @ x)
        worth = (setting.weight[block.decision] * months) * (column_tier == tier)
        best = step(np.concatenate([-worth, np.zeros(len(layout.goals))]))
        if best is not None:
            price[layout.limits] += np.maximum(-best[: len(layout.limits)], 0)
    if (block.option > 0).any():
        step(np.concatenate([months * block.option, np.zeros(len(layout.goals))]))
    outside = (block.duty_months > setting.counted + 1e-9).any()
    for tier in setting.tiers if outside else ():
        seen = setting.counted[block.decision] * setting.weight[block.decision]
        step(np.concatenate([-seen * (column_tier == tier), np.zeros(len(layout.goals))]))
    if then is not None:
        step(np.concatenate([-then[block.decision], np.zeros(len(layout.goals))]))
    people = np.clip(x[: layout.size], setting.lower, np.maximum(setting.most, setting.lower))
    missing = np.zeros(len(setting.goal))
    missing[layout.goals] = np.maximum(
        setting.goal[layout.goals] - block.bounds.matrix[layout.goals] @ people, 0
    )
    proof = worst(*proofs)
    table = np.array(costs).reshape(len(costs), layout.size)
    locks = Locks(np.full(len(setting.full), np.nan), table, np.array(values), least)
    return Answer(
        people, missing, price, proof, programme.solves, programme.cold_repairs, locks=locks
    )
