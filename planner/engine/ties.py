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
from planner.engine.leveling import ELASTIC, ELASTIC_COST, SLACK, level_out
from planner.engine.setting import Setting

__all__ = ["even_out"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LENIENCE = 1e-6
"""How far what the goals of a tier miss may grow, in persons."""


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
        bend = -sparse.eye_array(len(kept))
        grid = [[sparse.csr_array(used[kept] / unit[:, None]), bend, None], [pick, None, None]]
        if len(goals):
            counts = counted[:, columns] * self.full[None, :]
            grid += [[counts, None, sparse.eye_array(len(goals))], [None, None, lock]]
        else:
            grid = [row[:2] for row in grid]
        self.owner, self.goals = row, len(goals)
        settled = share[decisions]
        self.programme = LinearProgramme.stepwise(
            sparse.csc_array(sparse.block_array(grid, format="csc")),
            np.concatenate(
                [cost / (cost.max() or 1.0), np.full(len(kept), ELASTIC_COST), np.zeros(len(goals))]
            ),
            np.zeros(self.size + len(kept) + len(goals)),
            np.concatenate(
                [np.minimum(most, settled[row]), np.full(len(kept), ELASTIC), setting.goal[goals]]
            ),
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
        """Return shares of the cap taken from each pool, times the cap: persons by column."""
        programme = self.programme
        optimum = self._step(programme)
        programme.pin(optimum, 1.0)
        shares, proofs, solves = level_out(programme, optimum.x, self.size, self.owner, self.goals)
        self.proofs += proofs
        programme.solves += solves
        return np.clip(shares, 0.0, None) * self.full
