"""Distributions over a few values: yes or no, discrete, and what was seen before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from planner.uncertainty.base import Distribution, Floats, lift, register

__all__ = ["Bernoulli", "Discrete", "Empirical"]

SUM = 1e-6
"""How far chances may be from 1 in sum."""


@register("bernoulli")
@dataclass(frozen=True)
class Bernoulli(Distribution):
    """`yes` with a chance, `no` otherwise (1 and 0 unless given).

    Examples
    --------
    >>> Bernoulli(0.25).ppf([0.7, 0.8]).tolist()
    [0.0, 1.0]
    """

    chance: float
    no: float = 0.0
    yes: float = 1.0

    def ppf(self, u: ArrayLike) -> Floats:
        """Return `yes` in the upper part of [0, 1], so that large numbers mean yes."""
        return np.where(lift(u) >= 1 - self.chance, self.yes, self.no)

    @property
    def expected(self) -> float:
        """Mean."""
        return self.no + (self.yes - self.no) * self.chance

    @property
    def support(self) -> tuple[float, float]:
        """Least and greatest value."""
        return min(self.no, self.yes), max(self.no, self.yes)

    @property
    def countable(self) -> bool:
        """Only two values are possible."""
        return True

    def faults(self) -> list[str]:
        """Return what is wrong with the parameters."""
        if 0 <= self.chance <= 1:
            return []
        return [f"expected a chance between 0 and 1, found {self.chance:g}"]


@register("discrete")
@dataclass(frozen=True)
class Discrete(Distribution):
    """One of some values, each with its chance; alike if no chances are given.

    Examples
    --------
    >>> Discrete((6, 4, 12), (0.5, 0.25, 0.25)).ppf([0.1, 0.5, 0.9]).tolist()
    [4.0, 6.0, 12.0]
    """

    values: tuple[float, ...]
    chances: tuple[float, ...] | None = None

    def _sorted(self) -> tuple[Floats, Floats]:
        values = np.array(self.values, dtype=float)
        chances = np.ones(len(values)) if self.chances is None else np.array(self.chances)
        order = np.argsort(values, kind="stable")
        return values[order], chances[order] / chances.sum()

    def ppf(self, u: ArrayLike) -> Floats:
        """Return the quantiles at `u`."""
        values, chances = self._sorted()
        edges = np.cumsum(chances)[:-1]
        return values[np.searchsorted(edges, lift(u), side="right")]

    @property
    def expected(self) -> float:
        """Mean."""
        values, chances = self._sorted()
        return float(values @ chances)

    @property
    def support(self) -> tuple[float, float]:
        """Least and greatest value."""
        return min(self.values), max(self.values)

    @property
    def countable(self) -> bool:
        """Only its values are possible."""
        return True

    def faults(self) -> list[str]:
        """Return what is wrong with the parameters."""
        if not self.values:
            return ["expected at least one value, found none"]
        if self.chances is None:
            return []
        if len(self.chances) != len(self.values):
            return [f"expected {len(self.values)} chances, one a value, found {len(self.chances)}"]
        if min(self.chances) < 0:
            return [f"expected chances of at least 0, found {min(self.chances):g}"]
        if abs(sum(self.chances) - 1) > SUM:
            return [f"expected chances that sum to 1, found {sum(self.chances):g}"]
        return []


@register("empirical")
@dataclass(frozen=True)
class Empirical(Distribution):
    """What was seen before: straight lines between the sorted values, the ends included.

    Examples
    --------
    >>> Empirical((30, 10, 20)).ppf([0.0, 0.25, 1.0]).tolist()
    [10.0, 15.0, 30.0]
    """

    values: tuple[float, ...]

    def ppf(self, u: ArrayLike) -> Floats:
        """Return the quantiles at `u`."""
        values = np.sort(np.array(self.values, dtype=float))
        return np.interp(lift(u), np.linspace(0, 1, len(values)), values)

    @property
    def expected(self) -> float:
        """Mean: the values, the first and last counted half."""
        values = np.sort(np.array(self.values, dtype=float))
        if len(values) == 1:
            return float(values[0])
        return float(((values[1:] + values[:-1]) / 2).mean())

    @property
    def support(self) -> tuple[float, float]:
        """Least and greatest value."""
        return min(self.values), max(self.values)

    def faults(self) -> list[str]:
        """Return what is wrong with the parameters."""
        return [] if self.values else ["expected at least one value, found none"]
