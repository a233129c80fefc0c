"""Which uncertain figures go with a quantity, from the draws at hand: no further plan is made.

For every factor x and quantity y, Spearman's rank correlation ρ: the correlation of their ranks
over all draws. Its error is found by leaving out one replicate after the other (jackknife):

    SE² = (R − 1) / R · Σ_r (ρ_(r) − mean of ρ_(·))²,                                        (22)

ρ_(r) without replicate r, the ranks kept. So it holds for even points, and where draws share rules.
ρ² is about the part of the spread of y that goes with x, if x is independent of the others and y
rises or falls with it throughout; what interactions do only Sobol indices tell, see
:mod:`planner.montecarlo.sensitivity`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from planner.montecarlo.estimates import CONFIDENCE, student
from planner.montecarlo.grouping import ROOM
from planner.montecarlo.tables import series

if TYPE_CHECKING:
    import pandas as pd

    from planner.montecarlo.futures import Futures

__all__ = ["rank_correlations", "ranking"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def rank_correlations(x: Floats, y: Floats, replicate: Ints) -> tuple[Floats, Floats]:
    """Return rank correlations of columns with a quantity, and their errors as in (22).

    Parameters
    ----------
    x : ndarray (draws, factors)
    y : ndarray (draws,)
    replicate : ndarray of int (draws,)

    Returns
    -------
    ndarray (factors,), ndarray (factors,)
        0 for what never changes.

    Examples
    --------
    >>> x = np.arange(8.0)[:, None]
    >>> rho, error = rank_correlations(x, -(x[:, 0] ** 3), np.arange(8) % 2)
    >>> float(rho[0]), float(error[0])
    (-1.0, 0.0)
    """
    from scipy.stats import rankdata

    number = int(replicate.max(initial=-1)) + 1
    b = rankdata(y) - (len(y) + 1) / 2
    a = rankdata(x, axis=0) - (len(y) + 1) / 2
    products = (None, (a,), (b[:, None],), (a, a), (b[:, None], b[:, None]), (a, b[:, None]))
    sums = np.zeros((len(products), number, a.shape[1]))
    for place, factors in enumerate(products):  # one at a time: each is as large as x
        np.add.at(sums[place], replicate, 1.0 if factors is None else math.prod(factors))
    whole = sums.sum(axis=1)
    used = sums[0, :, 0] > 0
    left_out = _correlation(whole[:, None] - sums[:, used])
    count = int(used.sum())
    if count < 2:
        return _correlation(whole), np.full(a.shape[1], np.nan)
    spread = (left_out - left_out.mean(axis=0)) ** 2
    return _correlation(whole), np.sqrt((count - 1) / count * spread.sum(axis=0))


def _correlation(sums: Floats) -> Floats:
    """Return correlations from counts, sums, squares and products."""
    n, a, b, aa, bb, ab = sums
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (n * ab - a * b) / np.sqrt((n * aa - a * a) * (n * bb - b * b))
    return np.where(np.isfinite(found), np.clip(found, -1.0, 1.0), 0.0)


def ranking(futures: Futures, names: Sequence[str]) -> pd.DataFrame:
    """See :meth:`Futures.rank`."""
    import pandas as pd

    outline, parts = futures.outline, []
    factors = outline.axes.factors
    for name in names:
        y, replicate = series(futures, [name])
        kept = ~np.isnan(y[:, 0])
        each = max(1, ROOM // max(32 * len(y), 1))
        rho, error = np.zeros(len(factors)), np.zeros(len(factors))
        for start in range(0, len(factors), each) if kept.any() else ():
            portion = slice(start, start + each)
            x = np.concatenate(
                [one.values[one.proved, portion] for one in futures.records(["values", "codes"])]
            )
            rho[portion], error[portion] = rank_correlations(x[kept], y[kept, 0], replicate[kept])
        degrees = max(len(np.unique(replicate[kept])) - 1, 1)
        half = student(CONFIDENCE, degrees) * error
        apart = student(1 - (1 - CONFIDENCE) / max(len(factors), 1), degrees) * error
        table = pd.DataFrame(
            {
                "quantity": name,
                "factor": factors,
                "layer": [one["layer"] for one in outline.factors],
                "basis": [one["basis"] for one in outline.factors],
                "rank_correlation": rho,
                "standard_error": error,
                "low": np.maximum(rho - half, -1.0),
                "high": np.minimum(rho + half, 1.0),
                "explains": rho**2,
                "clear": np.abs(rho) > apart,
                "shared": np.arange(len(factors)) < outline.shared,
            }
        )
        table = table.iloc[np.argsort(-np.abs(rho), kind="stable")]
        planned = not name.startswith("present")  # presence comes after the plan
        parts.append(table[table["layer"] != "presence"] if planned else table)
    return pd.concat(parts, ignore_index=True)
