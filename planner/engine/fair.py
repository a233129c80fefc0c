"""The *fair* rule: lexicographic max-min over the shares of a tier's decisions.

Blocks in which every decision has one open pool and no goal stands are filled row by row without
a solver (:mod:`planner.engine.waterfill`); the others by linear programmes
(:mod:`planner.engine.rising`). Both leave a trail from which prices are read.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.engine.certify import Certificate
from planner.engine.rising import Rising
from planner.engine.setting import Answer, Locks, Setting
from planner.engine.trail import Step, Trail
from planner.engine.waterfill import Filling, fill_fairly

__all__ = ["solve_fair"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def solve_fair(setting: Setting, even: bool = True) -> Answer:
    """Return the lexicographic max-min allocation of one block.

    Parameters
    ----------
    setting : Setting
    even : bool
        Whether to settle, at last, which of several pools serves; who gets how many does not
        depend on it.
    """
    choices = np.bincount(setting.block.decision, setting.most > 0, minlength=len(setting.full))
    if (choices > 1)[~setting.settled].any() or (setting.goal > 0).any():
        return Rising(setting).solve(even)
    return _fill(setting)


def _fill(setting: Setting) -> Answer:
    """Every decision has one pool: fill row by row, no solver."""
    block = setting.block
    people = setting.lower.copy()
    rows = sparse.csc_array(setting.rows)
    trail = Trail()
    done: list[Ints] = []
    for tier in setting.tiers:
        open_columns = (setting.tier[block.decision] == tier) & (setting.upper > setting.lower)
        columns = np.flatnonzero(open_columns & (setting.full[block.decision] > 0))
        full = setting.full[block.decision[columns]]
        load = sparse.csc_array(rows[:, columns] * full[None, :])
        left = setting.limit - rows @ people
        filling = fill_fairly(load, left, setting.most[columns] / full)
        people[columns] = filling.share * full
        _follow(trail, filling, setting, rows, columns, done)
        done.append(columns)
    finite = np.isfinite(setting.limit)
    excess = (rows @ people - setting.limit)[finite] / (1 + np.abs(setting.limit[finite]))
    proof = Certificate(primal=max(float(excess.max(initial=0.0)), 0.0))
    price = trail.prices(setting.full * setting.counted, len(setting.limit))
    share = np.full(len(setting.full), np.nan)
    for columns in done:
        decisions = block.decision[columns]
        share[decisions] = people[columns] / setting.full[decisions]
    locks = Locks(share, np.zeros((0, len(people))), np.zeros(0), {}, bottlenecks=True)
    return Answer(people, np.zeros(len(setting.goal)), price, proof, trail=trail, locks=locks)


def _follow(
    trail: Trail,
    filling: Filling,
    setting: Setting,
    rows: sparse.csc_array,
    columns: Ints,
    done: list[Ints],
) -> None:
    """Write the steps of one filling: a row that gives out holds all that still rise in it."""
    decision = setting.block.decision
    earlier = np.concatenate([*done, columns]) if done else columns
    by_row = rows.tocsr()
    for row, level in filling.order:
        held = columns[filling.row == row]
        entries = slice(by_row.indptr[row], by_row.indptr[row + 1])
        members, load = by_row.indices[entries], by_row.data[entries]
        load = load * setting.full[decision[members]]
        rising = np.isin(members, columns[(filling.share >= level - 1e-11)])
        rate = load[rising].sum()
        fixed = np.isin(members, earlier) & ~rising
        trail.steps.append(
            Step(
                held=decision[held],
                level=level,
                rows=np.array([row]),
                price=np.array([1 / rate]),
                before=decision[members[fixed]],
                slope=-load[fixed] / rate,
            )
        )
