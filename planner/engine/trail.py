"""The trail of a fair solve: which row held which decisions when, and what that row is worth.

In step k the level of the decisions held there is θ_k, a function of the limits b and of the levels
held before: dθ_k = Σ_r y_r db_r + Σ_i c_i dθ(i). Running backwards over the steps (the chain
rule) gives the price of each limit: the person-months that one more unit would add at the margin.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["Step", "Trail"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Step:
    """Decisions held together at one level.

    Attributes
    ----------
    held : ndarray of int
        Decisions.
    level : float
        Their share.
    rows, price : ndarray
        Rows of the setting's limits and dθ/db of each; empty where their own cap holds them.
    before, slope : ndarray
        Decisions held earlier and dθ/dθ(i) of each.
    """

    held: Ints
    level: float
    rows: Ints
    price: Floats
    before: Ints
    slope: Floats


@dataclass(eq=False)
class Trail:
    """All steps of one fair solve, first to last."""

    steps: list[Step] = field(default_factory=list)

    def prices(self, gain: Floats, rows: int) -> Floats:
        """Return what one more unit of each limit adds, (rows,).

        Parameters
        ----------
        gain : ndarray (decisions,)
            Person-months that a decision gains as its share goes from 0 to 1.
        rows : int
            Number of limits.
        """
        worth = gain.copy()
        price = np.zeros(rows)
        for step in reversed(self.steps):
            weight = worth[step.held].sum()
            np.add.at(price, step.rows, weight * step.price)
            worth[step.before] += weight * step.slope
        return price
