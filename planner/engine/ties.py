"""What still ties once every share is settled: preferences among pools, then evenness.

First the smallest sum of people × months on duty × place of the pool in the demand's list; then
the largest share of its cap that a decision takes from one pool is made as small as possible,
then the next (lexicographic min-max). The answer is unique, so it depends neither on the order of
rows nor on the solver.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.engine.certify import Certificate
from planner.engine.highs import LinearProgramme, Optimum
from planner.engine.setting import Setting

__all__ = ["even_out"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SLACK = 1e-9
"""How far a settled share may give way, so that rounding never closes the last way through."""
LENIENCE = 1e-6
"""How far what the goals of a tier miss may grow, in persons."""
HELD = 1e-8
UNIQUE = 1e-9


def even_out(
    setting: Setting,
    people: Floats,
    share: Floats,
    closed: NDArray[np.bool_],
    missing: dict[int, float],
) -> tuple[Floats, list[Certificate], int]:
    """Split settled shares over pools.

    Parameters
    ----------
    setting : Setting
    people : ndarray (columns,)
        Any allocation that gives every decision its share.
    share : ndarray (decisions,)
        Settled shares.
    closed : ndarray of bool (columns,)
        Columns known to be empty in every allocation with these shares.
    missing : dict of int to float
        What the goals of each tier miss in sum, persons × months; stays as it is.

    Returns
    -------
    people, certificates, solves
    """
    block = setting.block
    open_column = (setting.most > 0) & ~closed & ~setting.settled[block.decision]
    several = np.bincount(block.decision, open_column, minlength=len(share)) > 1
    columns = np.flatnonzero(open_column & several[block.decision])
    if not len(columns):
        return people, [], 0
    split = _Split(setting, people, share, columns, missing)
    result = people.copy()
    result[columns] = split.solve()
    return result, split.proofs, split.programme.solves


class _Split:
    """The programme of what is left to choose: columns of decisions with several open pools."""

    def __init__(
        self,
        setting: Setting,
        people: Floats,
        share: Floats,
        columns: Ints,
        missing: dict[int, float],
    ):
        block = setting.block
        owner = block.decision[columns]
        decisions, row = np.unique(owner, return_inverse=True)
        self.size = len(columns)
        self.full = setting.full[owner]
        self.proofs: list[Certificate] = []
        others = people.copy()
        others[columns] = 0
        rows = setting.rows
        used = sparse.csr_array(rows[:, columns] * self.full[None, :])
        now = people[columns] / self.full
        left = np.maximum(setting.limit - rows @ others, used @ now)
        most = setting.most[columns] / self.full
        kept = np.flatnonzero(used @ most > left * (1 + 1e-12))
        unit = np.maximum(setting.limit[kept], used[kept].max(axis=1).toarray().ravel())
        pick = sparse.csr_array(
            (np.ones(self.size), (row, np.arange(self.size))), shape=(len(decisions), self.size)
        )
        goals = np.flatnonzero(setting.goal > 0)
        counted = block.bounds.matrix[goals]
        cost = block.duty_months[owner] * block.place[columns] * self.full
        tiers = sorted(missing)
        lock = sparse.csr_array(
            np.array([setting.goal_tier[goals] == t for t in tiers], dtype=float).reshape(
                len(tiers), len(goals)
            )
        )
        grid = [[sparse.csr_array(used[kept] / unit[:, None]), None], [pick, None]]
        if len(goals):
            grid += [[counted[:, columns] * self.full[None, :], sparse.eye_array(len(goals))], [None, lock]]
        settled = share[decisions]
        self.programme = LinearProgramme.stepwise(
            sparse.csc_array(sparse.block_array(grid, format="csc")),
            np.concatenate([cost / (cost.max() or 1.0), np.zeros(len(goals))]),
            np.zeros(self.size + len(goals)),
            np.concatenate([np.minimum(most, settled[row]), setting.goal[goals]]),
            np.concatenate(
                [
                    np.full(len(kept), -np.inf),
                    np.maximum(settled - SLACK, 0),
                    setting.goal[goals] - counted @ others,
                    np.full(len(tiers), -np.inf),
                ]
            ),
            np.concatenate(
                [
                    left[kept] / unit,
                    settled,
                    np.full(len(goals), np.inf),
                    np.array([missing[t] + LENIENCE for t in tiers]),
                ]
            ),
        )

    def _step(self, programme: LinearProgramme) -> Optimum:
        optimum = programme.solve()
        self.proofs.append(optimum.certificate)
        return optimum

    def solve(self) -> Floats:
        programme = self.programme
        optimum = self._step(programme)
        programme.pin(optimum)
        x = optimum.x
        if self._unique(x):
            return self._clip(x)
        return self._clip(self._level_out())

    def _clip(self, x: Floats) -> Floats:
        return np.clip(x[: self.size], 0.0, None) * self.full

    def _unique(self, x: Floats) -> bool:
        """Whether nothing is left to choose: a random direction has the same value at both ends."""
        programme = self.programme
        free = programme.upper - programme.lower > UNIQUE
        free[self.size :] = False
        if not free.any():
            return True
        direction = np.where(free, np.random.default_rng(11).random(len(free)) + 0.5, 0.0)
        programme.set_cost(direction)
        low = self._step(programme)
        programme.set_cost(-direction)
        high = self._step(programme)
        return bool(np.abs(high.x - low.x)[: self.size].max(initial=0.0) <= 1e-7)

    def _level_out(self) -> Floats:
        """Lexicographic min-max of people ÷ full cap over what is still free."""
        base = self.programme
        size = base.matrix.shape[1]
        rising = np.flatnonzero((base.upper - base.lower)[: self.size] > UNIQUE)
        links = sparse.csr_array(
            (np.ones(len(rising)), (np.arange(len(rising)), rising)), shape=(len(rising), size)
        )
        matrix = sparse.vstack([base.matrix, links])
        level = np.concatenate([np.zeros(base.matrix.shape[0]), -np.ones(len(rising))])
        matrix = sparse.csc_array(sparse.hstack([matrix, sparse.csc_array(level[:, None])]))
        cost = np.append(np.zeros(size), 1.0)
        programme = LinearProgramme.stepwise(
            matrix,
            cost,
            np.append(base.lower, 0.0),
            np.append(base.upper, np.inf),
            np.concatenate([base.row_lower, np.full(len(rising), -np.inf)]),
            np.concatenate([base.row_upper, np.zeros(len(rising))]),
        )
        offset = base.matrix.shape[0]
        active = np.ones(len(rising), dtype=bool)
        while True:
            optimum = self._step(programme)
            top = optimum.value
            pressure = np.maximum(-optimum.dual[offset:], 0) * active
            held = np.flatnonzero(pressure > HELD * max(pressure.max(initial=0.0), 1e-300))
            if not len(held) or top <= UNIQUE:
                break
            active[held] = False
            if not active.any():
                break
            upper = np.minimum(top + SLACK, programme.upper[rising[held]])
            programme.set_bounds(rising[held], np.zeros(len(held)), upper)
            programme.set_rows(offset + held, np.full(len(held), -np.inf), np.full(len(held), np.inf))
        base.solves += programme.solves
        return optimum.x[:size]
