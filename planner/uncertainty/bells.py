"""Distributions with tails, which may be cut: normal and lognormal."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from planner.uncertainty.base import Distribution, Floats, lift, out_of_order, register

__all__ = ["Lognormal", "Normal"]

FARTHEST = 37.0
"""Standard deviations beyond which nothing of a normal is left in floating point."""


class Bell(Distribution):
    """A normal z, cut at two edges; subclasses turn z into the figure and back."""

    low: float | None
    high: float | None

    def _edges(self) -> tuple[float, float]:
        """Cuts, in standard deviations of the normal behind it."""
        raise NotImplementedError

    def _z(self, u: ArrayLike) -> Floats:
        from scipy import special

        low, high = self._edges()
        if low > 0:  # in the upper tail: count from above, where numbers are precise
            above, below = special.ndtr(-low), special.ndtr(-high)
            return -special.ndtri(above - lift(u) * (above - below))
        below, above = special.ndtr(low), special.ndtr(high)
        return np.asarray(special.ndtri(below + lift(u) * (above - below)))

    def _share(self, shift: float = 0.0) -> float:
        """Share of a normal, moved up by `shift`, that lies between the edges."""
        low, high = (edge - shift for edge in self._edges())
        if low > 0:
            low, high = -high, -low
        return _ndtr(high) - _ndtr(low)

    def _inside(self, value: float) -> float:
        """Return a value moved between the ends, where rounding has put it beyond."""
        low, high = self.support
        return min(max(value, low), high)

    @property
    def support(self) -> tuple[float, float]:
        """Least and greatest value; infinite where it is not cut."""
        low = -math.inf if self.low is None else self.low
        return low, math.inf if self.high is None else self.high

    def clipped(self, low: float, high: float) -> Distribution:
        """Return it cut to a natural range where it has no cut of its own."""
        own = self.support
        cuts = {}
        if math.isinf(own[0]) and math.isfinite(low):
            cuts["low"] = low
        if math.isinf(own[1]) and math.isfinite(high):
            cuts["high"] = high
        return dataclasses.replace(self, **cuts) if cuts else self  # type: ignore[type-var]

    def _cut(self) -> list[str]:
        wrong = out_of_order(low=self.low, high=self.high)
        if not wrong:
            low, high = self._edges()
            if low > FARTHEST or high < -FARTHEST or (low < high and self._share() <= 0):
                wrong.append("nothing of it lies between low and high")
        return wrong


def _ndtr(z: float) -> float:
    return math.erfc(-z / math.sqrt(2)) / 2


def _density(z: float) -> float:
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


@register("normal")
@dataclass(frozen=True)
class Normal(Bell):
    """A normal with mean and sd (before it is cut), cut at low and high where they are given.

    Examples
    --------
    >>> Normal(100, 10, low=100).expected > 107
    True
    """

    mean: float
    sd: float
    low: float | None = None
    high: float | None = None

    def _edges(self) -> tuple[float, float]:
        low, high = self.support
        return (low - self.mean) / self.sd, (high - self.mean) / self.sd

    def ppf(self, u: ArrayLike) -> Floats:
        """Return the quantiles at `u`."""
        if self.sd == 0:
            return np.full(lift(u).shape, self.mean)
        return np.clip(self.mean + self.sd * self._z(u), *self.support)

    @property
    def expected(self) -> float:
        """Mean after it is cut."""
        if self.sd == 0:
            return self.mean
        low, high = self._edges()
        if low == high:
            return self.mean + self.sd * low
        return self._inside(self.mean + self.sd * (_density(low) - _density(high)) / self._share())

    def faults(self) -> list[str]:
        """Return what is wrong with the parameters."""
        if self.sd < 0:
            return [f"expected an sd of at least 0, found {self.sd:g}"]
        if self.sd == 0:
            wrong = out_of_order(low=self.low, mean=self.mean)
            return wrong + out_of_order(mean=self.mean, high=self.high)
        return self._cut()


@register("lognormal")
@dataclass(frozen=True)
class Lognormal(Bell):
    """A figure whose logarithm is normal, given by its own mean and sd before it is cut.

    Examples
    --------
    >>> round(Lognormal(10, 5).expected, 9)
    10.0
    """

    mean: float
    sd: float
    low: float | None = None
    high: float | None = None

    def _log(self) -> tuple[float, float]:
        """Mean and deviation of the logarithm."""
        variance = math.log1p((self.sd / self.mean) ** 2)
        return math.log(self.mean) - variance / 2, math.sqrt(variance)

    def _edges(self) -> tuple[float, float]:
        middle, spread = self._log()
        low, high = self.support
        return (
            -math.inf if low <= 0 else (math.log(low) - middle) / spread,
            math.inf if math.isinf(high) else (math.log(high) - middle) / spread,
        )

    @property
    def support(self) -> tuple[float, float]:
        """Least and greatest value: never below 0."""
        low, high = super().support
        return max(low, 0.0), high

    def ppf(self, u: ArrayLike) -> Floats:
        """Return the quantiles at `u`."""
        middle, spread = self._log()
        if spread == 0:
            return np.full(lift(u).shape, self.mean)
        return np.clip(np.exp(middle + spread * self._z(u)), *self.support)

    @property
    def expected(self) -> float:
        """Mean after it is cut."""
        middle, spread = self._log()
        if spread == 0:
            return self.mean
        if (edges := self._edges())[0] == edges[1]:
            return math.exp(middle + spread * edges[0])
        return self._inside(self.mean * self._share(spread) / self._share())

    def faults(self) -> list[str]:
        """Return what is wrong with the parameters."""
        wrong = [] if self.mean > 0 else [f"expected a mean above 0, found {self.mean:g}"]
        if self.sd < 0:
            wrong.append(f"expected an sd of at least 0, found {self.sd:g}")
        if self.high is not None and self.high <= 0:
            wrong.append(f"expected a high above 0, found {self.high:g}")
        if wrong:
            return wrong
        if self.sd == 0:
            wrong = out_of_order(low=self.low, mean=self.mean)
            return wrong + out_of_order(mean=self.mean, high=self.high)
        return self._cut()
