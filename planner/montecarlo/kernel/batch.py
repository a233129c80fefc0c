"""Plans of many draws of one stage: the same block, the same history, other right-hand sides."""

from __future__ import annotations

import numpy as np
from planner.montecarlo.kernel.jit import outer
from numpy.typing import NDArray
from scipy import sparse

from planner.engine.programme import Block
from planner.montecarlo.kernel.fair import plan_fairly
from planner.montecarlo.kernel.prepare import Shape

__all__ = ["fair_plans", "shape_of"]

Floats = NDArray[np.float64]


def shape_of(block: Block, rows: sparse.csr_array, tier: NDArray[np.int64]) -> Shape:
    """Return the structure of a block as the kernel wants it.

    Parameters
    ----------
    rows : csr_array
        ``Setting.rows``.
    tier : ndarray of int (decisions,)
    """
    by_column = sparse.csc_array(rows)
    by_column.sort_indices()
    goals = sparse.csr_array(block.bounds.matrix)
    size = len(block.demand)
    return Shape(
        np.searchsorted(block.decision, np.arange(size + 1)).astype(np.int64),
        block.decision.astype(np.int64),
        by_column.indptr.astype(np.int64),
        by_column.indices.astype(np.int64),
        by_column.data.astype(float),
        block.duty_months[block.decision] * block.place,
        tier.astype(np.int64),
        rows.shape[0],
        goals.indptr.astype(np.int64),
        goals.indices.astype(np.int64),
        goals.data.astype(float),
    )


@outer
def fair_plans(shape, tiers, full, lower, upper, limit, goal, goal_tier, people, proof, code):
    """Plan every draw; arrays have one row a draw."""
    for i in range(len(full)):
        code[i] = plan_fairly(
            shape, tiers, full[i], lower[i], upper[i], limit[i], goal[i], goal_tier, people[i],
            proof[i],
        )  # fmt: skip
