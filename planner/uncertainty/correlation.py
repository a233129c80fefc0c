"""Rank correlation by a Gaussian copula: figures that tend to be high together.

A rank correlation r (Spearman) of two figures is reached by a correlation 2 sin(π r / 6) of the
two normals behind them (Kruskal, *Ordinal measures of association*, 1958). The normals become
uniform numbers, and those go through the quantiles of the figures, so every figure keeps its own
distribution.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["correlate", "factor_of", "not_possible", "pearson_of"]

Floats = NDArray[np.float64]

NEGATIVE = -1e-10
"""Smallest eigenvalue that counts as rounding."""


def pearson_of(rank: float) -> float:
    """Return the correlation of normals that gives a rank correlation.

    Examples
    --------
    >>> round(pearson_of(0.5), 6), round(pearson_of(-1.0), 9)
    (0.517638, -1.0)
    """
    return float(np.clip(2 * np.sin(np.pi * rank / 6), -1.0, 1.0))


def not_possible(matrix: Floats, names: Sequence[str]) -> str:
    """Say why no figures can be correlated like this; empty if they can.

    A matrix of correlations must be positive semi-definite; the figures that weigh most in the
    direction in which it is not are named, and how far all correlations have to be lowered.
    """
    values, vectors = np.linalg.eigh(matrix)
    if not len(values) or values[0] >= NEGATIVE:
        return ""
    weight = np.abs(vectors[:, 0])
    heavy = [names[k] for k in np.argsort(-weight, kind="stable") if weight[k] > 0.1][:4]
    factor = _largest_factor(matrix)
    return (
        f"these correlations contradict each other (smallest eigenvalue {values[0]:.3g}, expected "
        f"at least 0), above all those of {', '.join(heavy)}; "
        f"multiplied by {factor:.2f} they would do"
    )


def _largest_factor(matrix: Floats) -> float:
    """Return by what all correlations must be multiplied, rounded down to two digits."""
    off = matrix - np.eye(len(matrix))
    lowest = float(np.linalg.eigvalsh(off)[0])
    return float(np.floor(100 / max(-lowest, 1.0)) / 100)


def factor_of(matrix: Floats) -> Floats:
    """Return a lower triangular L with L Lᵀ = matrix, also where the matrix is only just possible.

    Row k of L uses the first k + 1 normals only, so that figures drawn first do not depend on
    figures drawn later.
    """
    size = len(matrix)
    root = np.zeros((size, size))
    for k in range(size):
        root[k, k] = np.sqrt(max(matrix[k, k] - root[k, :k] @ root[k, :k], 0.0))
        if root[k, k] > 1e-9:
            below = matrix[k + 1 :, k] - root[k + 1 :, :k] @ root[k, :k]
            root[k + 1 :, k] = below / root[k, k]
        else:
            root[k, k] = 0.0
    return root


def correlate(points: Floats, root: Floats) -> Floats:
    """Return uniform points with the dependence of `root`, from independent ones.

    Parameters
    ----------
    points : ndarray (draws, figures)
        Uniform in (0, 1), independent.
    root : ndarray (figures, figures)
        From :func:`factor_of`.
    """
    from scipy import special

    normal = special.ndtri(points)
    mixed = np.zeros_like(normal)
    for k in range(len(root)):  # in a fixed order, so that no draw depends on how many there are
        used = np.flatnonzero(root[k])
        for j in used:
            mixed[:, k] += root[k, j] * normal[:, j]
    return np.asarray(special.ndtr(mixed))
