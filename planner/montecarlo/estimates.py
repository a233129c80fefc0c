"""Means with their errors, quantiles and chances, from draws in independent replicates.

The error of a mean is estimated from how far the replicates lie apart, so it holds for Sobol
points, Latin hypercubes and plain draws alike, and where draws share rules:

    mean = Σ_r w_r m_r,    SE² = R / (R − 1) · Σ_r w_r² (m_r − mean)²                        (19)

m_r being the mean of replicate r and w_r its share of the draws (those where the quantity is
defined).
What is skewed (a fill that is 1 in most draws, a loss that is rare) makes mean and error
dependent, and mean ± t · SE covers too seldom. So the interval is that of Hall (1992, *On the
removal of skewness by transformation*): with a = γ / √R, γ the skewness of w_r (m_r − mean),

    from mean − SE · h(t) to mean − SE · h(−t),   h(t) = 3 / a · ((1 + a (t − a / 6))^⅓ − 1),   (20)

t being Student's of R − 1 degrees of freedom; without skewness, mean ± t · SE.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planner.problem.model import Floats, Ints

__all__ = [
    "CONFIDENCE",
    "Mean",
    "add_to_sums",
    "chance_of",
    "mean_of",
    "means_of_sums",
    "quantile_intervals",
    "quantiles_of",
    "rank_correlations",
    "student",
]


CONFIDENCE = 0.95
"""Chance with which an interval covers the mean, unless another is given."""


@dataclass(frozen=True, eq=False)
class Mean:
    """Means and their errors, one entry of each array a quantity.

    Attributes
    ----------
    mean, standard_error, low, high : ndarray (quantities,)
        `low` and `high` are the ends of the interval; NaN where fewer than two replicates count.
    draws : ndarray of int (quantities,)
        Draws in which the quantity is defined.
    """

    mean: Floats
    standard_error: Floats
    low: Floats
    high: Floats
    draws: Ints

    @property
    def half_width(self) -> Floats:
        """Half the width of the interval."""
        return (self.high - self.low) / 2

    def columns(self) -> dict[str, Floats]:
        """Return means, errors and ends of the intervals by name."""
        return {name: getattr(self, name) for name in ("mean", "standard_error", "low", "high")}


def student(confidence: float, degrees: Floats | Ints | int) -> Floats:
    """Return Student's t for a two-sided interval.

    Examples
    --------
    >>> round(float(student(0.95, 15)), 3)
    2.131
    """
    from scipy import special

    return np.asarray(special.stdtrit(degrees, (1 + confidence) / 2))


def mean_of(values: Floats, replicate: Ints, confidence: float = CONFIDENCE) -> Mean:
    """Return means with their errors, as in (19) and (20).

    Parameters
    ----------
    values : ndarray (draws, quantities)
        NaN where a quantity is undefined.
    replicate : ndarray of int (draws,)

    Examples
    --------
    >>> found = mean_of(np.array([[1.0], [3.0], [2.0], [4.0]]), np.array([0, 0, 1, 1]))
    >>> float(found.mean[0]), round(float(found.standard_error[0]), 6)
    (2.5, 0.5)
    """
    count, wide = int(replicate.max(initial=-1)) + 1, values.shape[1]
    sums, sizes = np.zeros((count, wide)), np.zeros((count, wide))
    for number in range(count):
        own = values[replicate == number]
        defined = ~np.isnan(own)
        sums[number] = np.where(defined, own, 0.0).sum(axis=0)
        sizes[number] = defined.sum(axis=0)
    return means_of_sums(sums, sizes, confidence)


def add_to_sums(sums: Floats, values: Floats, replicate: Ints) -> None:
    """Add values, (draws, quantities), to sums and counts, (2, replicates, quantities)."""
    defined = ~np.isnan(values)
    np.add.at(sums[0], replicate, np.where(defined, values, 0.0))
    np.add.at(sums[1], replicate, defined)


def means_of_sums(sums: Floats, sizes: Floats, confidence: float = CONFIDENCE) -> Mean:
    """Return means with their errors from sums and counts, each (replicates, quantities)."""
    draws = sizes.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = sums.sum(axis=0) / draws
        each = np.where(sizes > 0, sums / sizes, 0.0)
        part = sizes / draws * np.where(sizes > 0, each - mean, 0.0)
        used = (sizes > 0).sum(axis=0)
        error = np.sqrt((part**2).sum(axis=0) * used / (used - 1))
        error = np.where(used > 1, error, np.nan)
        skew = (part**3).sum(axis=0) / (part**2).sum(axis=0) ** 1.5
    t = student(confidence, np.maximum(used - 1, 1))
    skew = np.nan_to_num(skew)
    low, high = mean - _transformed(t, skew) * error, mean - _transformed(-t, skew) * error
    return Mean(mean, error, low, high, draws.astype(np.int64))


def _transformed(t: Floats, skew: Floats) -> Floats:
    """Return the studentized deviation that Hall's transformation takes to `t`.

    `skew` is the skewness of the replicates divided by √R.
    """
    small = np.abs(skew) < 1e-6  # where the transformation is the identity, to rounding
    safe = np.where(small, 1.0, skew)
    return np.where(small, t, 3 * (np.cbrt(1 + safe * (t - safe / 6)) - 1) / safe)


def chance_of(happens: Floats, replicate: Ints, confidence: float = CONFIDENCE) -> Mean:
    """Return chances with their errors, as :func:`mean_of` of ones and zeros.

    Replicates that all say the same do not prove that something never happens. Added to the error
    is that of one replicate in R + 2 in which it happens in one draw more,

        SE² = SE² of (19) + (R + 1) / R · (R / (R + 2) / draws)²,                             (21)

    so that 0 of a thousand draws is shown as 0 ± two in a thousand.

    Examples
    --------
    >>> found = chance_of(np.zeros((1024, 1)), np.arange(1024) % 32)
    >>> float(found.mean[0]), round(float(found.high[0]), 4)
    (0.0, 0.0019)
    """
    found = mean_of(happens, replicate, confidence)
    count = len(np.unique(replicate))
    with np.errstate(divide="ignore"):
        coarse = np.sqrt((count + 1) / count) * count / (count + 2) / found.draws
    error = np.hypot(np.nan_to_num(found.standard_error), coarse)
    half = student(confidence, max(count - 1, 1)) * error
    low, high = np.maximum(found.mean - half, 0.0), np.minimum(found.mean + half, 1.0)
    return Mean(found.mean, error, low, high, found.draws)


def quantiles_of(values: Floats, levels: Sequence[float]) -> Floats:
    """Return quantiles, (levels, quantities), leaving out what is undefined.

    Linear between order statistics; NaN where nothing is defined.

    Examples
    --------
    >>> quantiles_of(np.array([[1.0], [2.0], [np.nan], [3.0]]), [0.5]).tolist()
    [[2.0]]
    """
    ordered = np.sort(values, axis=0)  # NaN last
    count = (~np.isnan(values)).sum(axis=0)
    found = np.full((len(levels), values.shape[1]), np.nan)
    column = np.flatnonzero(count)
    for place, level in enumerate(levels):
        at = level * (count[column] - 1)
        low = np.floor(at).astype(np.int64)
        high = np.minimum(low + 1, count[column] - 1)
        below, above = ordered[low, column], ordered[high, column]
        found[place, column] = below + (at - low) * (above - below)
    return found


def quantile_intervals(
    values: Floats, replicate: Ints, levels: Sequence[float], confidence: float = CONFIDENCE
) -> tuple[Floats, Floats]:
    """Return the ends of intervals for quantiles, two arrays (levels, quantities).

    By Woodruff's method (*Confidence intervals for medians and other position measures*, 1952): the
    share p̂ of draws up to the quantile has the error of a chance, as in (21), from the replicates;
    the interval of the quantile is from the quantile of level p − t · SE to that of level
    p + t · SE. It is never wider than the draws reach.

    Examples
    --------
    >>> values = np.arange(1024.0)[:, None]
    >>> low, high = quantile_intervals(values, np.arange(1024) % 32, [0.5])
    >>> bool(low[0, 0] <= 511.5 <= high[0, 0]), bool(high[0, 0] - low[0, 0] < 60)
    (True, True)
    """
    wide, numbers = values.shape[1], np.unique(replicate)
    found = quantiles_of(values, levels)
    sizes = np.zeros((len(numbers), 1, wide))
    below = np.zeros((len(numbers), len(levels), wide))
    for place, number in enumerate(numbers.tolist()):
        own = values[replicate == number]
        sizes[place] = (~np.isnan(own)).sum(axis=0)
        for level in range(len(levels)):
            below[place, level] = (own <= found[level]).sum(axis=0)
    draws, used = sizes.sum(axis=0), (sizes > 0).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = np.where(sizes > 0, below - sizes * (below.sum(axis=0) / draws), 0.0) / draws
        error = np.sqrt((apart**2).sum(axis=0) * used / (used - 1))
        coarse = np.sqrt((used + 1) / used) * used / (used + 2) / draws
    half = student(confidence, np.maximum(used - 1, 1)) * np.hypot(np.nan_to_num(error), coarse)
    levels_column = np.array(levels)[:, None]
    half = np.where(used > 1, half, np.inf)
    ordered = np.sort(values, axis=0)  # NaN last
    ends = []
    for at, round_ in ((levels_column - half, np.floor), (levels_column + half, np.ceil)):
        rank = round_(np.clip(at, 0.0, 1.0) * np.maximum(draws - 1, 0)).astype(np.int64)
        ends.append(np.where(draws > 0, np.take_along_axis(ordered, rank, axis=0), np.nan))
    return ends[0], ends[1]


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
