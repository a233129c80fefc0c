"""The check that an answer is what it claims to be: feasible, dual feasible and without a gap.

Plain NumPy, no solver: for ``min c x`` over ``row_lower <= A x <= row_upper`` and
``lower <= x <= upper``, any row duals y prove that no x costs less than

    Σ y⁺ row_lower − y⁻ row_upper + Σ d⁺ lower − d⁻ upper,   d = c − Aᵀ y

(weak duality). An answer whose cost equals that bound is optimal, whoever computed it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

__all__ = ["TOLERANCE", "Certificate", "certify", "worst"]

TOLERANCE = 1e-6
"""Largest violation, relative to one plus the size of what is compared, that is accepted."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Certificate:
    """How far an answer is from proven optimality; all three are relative and ideally 0.

    Attributes
    ----------
    primal : float
        Largest violation of a row or bound.
    dual : float
        Largest reduced cost of the wrong sign.
    gap : float
        Distance between cost and proven bound.
    """

    primal: float = 0.0
    dual: float = 0.0
    gap: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether all three lie within :data:`TOLERANCE` (a NaN does not)."""
        return self.primal <= TOLERANCE and self.dual <= TOLERANCE and self.gap <= TOLERANCE

    def as_dict(self) -> dict[str, float]:
        """Return ``{"primal": …, "dual": …, "gap": …}``."""
        return {"primal": self.primal, "dual": self.dual, "gap": self.gap}


def worst(*certificates: Certificate) -> Certificate:
    """Return the largest of each figure over some certificates.

    Examples
    --------
    >>> worst(Certificate(0.0, 1e-9, 0.0), Certificate(2e-9, 0.0, 0.0))
    Certificate(primal=2e-09, dual=1e-09, gap=0.0)
    """
    return Certificate(
        max((c.primal for c in certificates), default=0.0),
        max((c.dual for c in certificates), default=0.0),
        max((c.gap for c in certificates), default=0.0),
    )


def _excess(value: Floats, lower: Floats, upper: Floats) -> float:
    """Largest distance outside [lower, upper], relative to one plus the bound's size."""
    if not len(value):
        return 0.0
    with np.errstate(invalid="ignore"):
        below = (lower - value) / (1 + np.abs(lower))
        above = (value - upper) / (1 + np.abs(upper))
    below[np.isneginf(lower)] = 0
    above[np.isposinf(upper)] = 0
    return float(max(np.max(below), np.max(above), 0.0))


def certify(
    matrix: sparse.csc_array,
    cost: Floats,
    lower: Floats,
    upper: Floats,
    row_lower: Floats,
    row_upper: Floats,
    x: Floats,
    dual: Floats,
) -> Certificate:
    """Measure an answer `x` with row duals `dual` of ``min cost x``.

    Parameters
    ----------
    matrix : csc_array (rows, columns)
    cost, lower, upper, x : ndarray (columns,)
    row_lower, row_upper, dual : ndarray (rows,)
        Duals are the change of the cost per unit of right-hand side.
    """
    if not (np.isfinite(x).all() and np.isfinite(dual).all()):
        return Certificate(np.inf, np.inf, np.inf)
    activity = matrix @ x
    primal = max(_excess(activity, row_lower, row_upper), _excess(x, lower, upper))
    reduced = cost - matrix.T @ dual
    row_side = np.where(dual > 0, row_lower, row_upper)
    side = np.where(reduced > 0, lower, upper)
    row_loose, loose = ~np.isfinite(row_side), ~np.isfinite(side)
    size = 1 + float(np.abs(cost).max(initial=0.0))
    wrong = max(
        float(np.abs(dual[row_loose]).max(initial=0.0)),
        float(np.abs(reduced[loose]).max(initial=0.0)),
    )
    bound = float(dual[~row_loose] @ row_side[~row_loose] + reduced[~loose] @ side[~loose])
    value = float(cost @ x)
    return Certificate(primal, wrong / size, abs(value - bound) / (1 + abs(value)))
