"""Distributions between a least and a greatest value: uniform, triangular, PERT and beta."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from planner.uncertainty.base import Distribution, Floats, lift, out_of_order, register

__all__ = ["Beta", "Pert", "Triangular", "Uniform"]


@register("uniform")
@dataclass(frozen=True)
class Uniform(Distribution):
    """Every value between low and high alike.

    Examples
    --------
    >>> Uniform(2, 4).ppf([0.25]).tolist()
    [2.5]
    """

    low: float
    high: float
    ranged: ClassVar[bool] = True

    def ppf(self, u: ArrayLike) -> Floats:
        """Return the quantiles at `u`."""
        return self.low + (self.high - self.low) * lift(u)

    @property
    def expected(self) -> float:
        """Mean."""
        return (self.low + self.high) / 2

    @property
    def support(self) -> tuple[float, float]:
        """Least and greatest value."""
        return self.low, self.high

    def faults(self) -> list[str]:
        """Return what is wrong with the parameters."""
        return out_of_order(low=self.low, high=self.high)


@register("triangular")
@dataclass(frozen=True)
class Triangular(Distribution):
    """A straight rise from low to likely and a straight fall to high."""

    low: float
    likely: float
    high: float
    ranged: ClassVar[bool] = True

    def ppf(self, u: ArrayLike) -> Floats:
        """Return the quantiles at `u`."""
        u = lift(u)
        width = self.high - self.low
        if width == 0:
            return np.full(u.shape, self.likely)
        left, right = self.likely - self.low, self.high - self.likely
        rising = self.low + np.sqrt(u * width * left)
        falling = self.high - np.sqrt((1 - u) * width * right)
        return np.where(u * width < left, rising, falling)

    @property
    def expected(self) -> float:
        """Mean."""
        return (self.low + self.likely + self.high) / 3

    @property
    def support(self) -> tuple[float, float]:
        """Least and greatest value."""
        return self.low, self.high

    def faults(self) -> list[str]:
        """Return what is wrong with the parameters."""
        return out_of_order(low=self.low, likely=self.likely, high=self.high)


@register("pert")
@dataclass(frozen=True)
class Pert(Distribution):
    """A smooth hill from low over likely to high: a beta whose mean is (low + 4 likely + high) / 6.

    The usual choice for expert ranges, and the default here: the ends are unlikely, the likely
    value counts four times as much as either.

    Examples
    --------
    >>> Pert(0, 1, 8).expected
    2.0
    """

    low: float
    likely: float
    high: float
    ranged: ClassVar[bool] = True

    @property
    def shape(self) -> tuple[float, float]:
        """Both parameters of the beta between low and high; they sum to 6."""
        width = self.high - self.low
        return 1 + 4 * (self.likely - self.low) / width, 1 + 4 * (self.high - self.likely) / width

    def ppf(self, u: ArrayLike) -> Floats:
        """Return the quantiles at `u`."""
        from scipy import special

        u = lift(u)
        if self.high == self.low:
            return np.full(u.shape, self.likely)
        return self.low + (self.high - self.low) * special.betaincinv(*self.shape, u)

    @property
    def expected(self) -> float:
        """Mean."""
        return (self.low + 4 * self.likely + self.high) / 6

    @property
    def support(self) -> tuple[float, float]:
        """Least and greatest value."""
        return self.low, self.high

    def faults(self) -> list[str]:
        """Return what is wrong with the parameters."""
        return out_of_order(low=self.low, likely=self.likely, high=self.high)


@register("beta")
@dataclass(frozen=True)
class Beta(Distribution):
    """A beta with parameters a and b, between low and high (0 and 1 unless given)."""

    a: float
    b: float
    low: float = 0.0
    high: float = 1.0

    def ppf(self, u: ArrayLike) -> Floats:
        """Return the quantiles at `u`."""
        from scipy import special

        return self.low + (self.high - self.low) * special.betaincinv(self.a, self.b, lift(u))

    @property
    def expected(self) -> float:
        """Mean."""
        return self.low + (self.high - self.low) * self.a / (self.a + self.b)

    @property
    def support(self) -> tuple[float, float]:
        """Least and greatest value."""
        return self.low, self.high

    def faults(self) -> list[str]:
        """Return what is wrong with the parameters."""
        wrong = [
            f"expected {name} above 0, found {value:g}"
            for name, value in (("a", self.a), ("b", self.b))
            if not value > 0
        ]
        return wrong + out_of_order(low=self.low, high=self.high)
