"""Distributions of uncertain figures: small frozen values that know their quantiles.

Each is written in a scenario under its name, ``{pert: {low: 1, likely: 2, high: 4}}``. Fields are
the parameters; a new distribution is a frozen dataclass with :func:`register` on top, and nothing
else anywhere: reading, checking, the published schema and sampling all go by the registry.

Quantiles, not random numbers, are the only way to draw: a uniform number in, a value out. So any
design of points (Sobol, Latin hypercube) and any correlation works with every distribution.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from planner.errors import nearest

__all__ = [
    "FAMILIES",
    "Distribution",
    "Floats",
    "family",
    "lift",
    "out_of_order",
    "parse_distribution",
    "register",
]

Floats = NDArray[np.float64]

FAMILIES: dict[str, type[Distribution]] = {}
"""Every distribution by the name it has in scenario files."""

BIG = 1e15


class Distribution:
    """What every distribution offers.

    Parameters are dataclass fields; :meth:`faults` says in words what is wrong with them.
    """

    name: ClassVar[str] = ""
    ranged: ClassVar[bool] = False
    """Whether it is given by low, likely and high, so that a figure's own range will do."""

    def ppf(self, u: ArrayLike) -> Floats:
        """Return the quantiles at `u` in (0, 1), in the unit of the figure."""
        raise NotImplementedError

    @property
    def expected(self) -> float:
        """Mean of what is drawn, in the unit of the figure."""
        raise NotImplementedError

    @property
    def support(self) -> tuple[float, float]:
        """Least and greatest value; infinite where there is no end."""
        raise NotImplementedError

    @property
    def countable(self) -> bool:
        """Whether only a few values are possible."""
        return False

    def faults(self) -> list[str]:
        """Return what is wrong with the parameters, in words; nothing if they are sound."""
        return []

    def clipped(self, low: float, high: float) -> Distribution:
        """Return the distribution cut to a figure's range where it has no end of its own."""
        return self

    def words(self) -> str:
        """Return name and parameters as a reader wants them: ``pert 1, 2, 4``."""
        parts = []
        for field in dataclasses.fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if value is None or (isinstance(value, float) and math.isinf(value)):
                continue
            if isinstance(value, tuple):
                shown = ", ".join(f"{one:g}" for one in value[:6])
                parts.append(f"{field.name} {shown}" + (" …" if len(value) > 6 else ""))
            else:
                parts.append(f"{field.name} {value:g}")
        return f"{self.name}: " + "; ".join(parts)


def register(name: str) -> Callable[[type], type]:
    """Return a decorator that makes a class known under a name in scenario files."""

    def add(cls: type) -> type:
        setattr(cls, "name", name)  # noqa: B010
        FAMILIES[name] = cls
        return cls

    return add


def family(name: str) -> type[Distribution]:
    """Return a distribution class by name; raise ValueError naming the nearest if unknown."""
    if name not in FAMILIES:
        known = ", ".join(FAMILIES)
        raise ValueError(
            f"unknown distribution {name!r}{nearest(name, FAMILIES)}; known are {known}"
        )
    return FAMILIES[name]


def parse_distribution(value: Mapping[str, Any]) -> Distribution:
    """Return the distribution that ``{name: {parameter: number}}`` states.

    Raises
    ------
    ValueError
        With everything wrong with it, in words.

    Examples
    --------
    >>> parse_distribution({"triangular": {"low": 0, "likely": 1, "high": 5}}).expected
    2.0
    >>> parse_distribution({"uniform": {"low": 5, "high": 3}})
    Traceback (most recent call last):
    ValueError: uniform: low 5 is above high 3
    """
    if not isinstance(value, Mapping) or len(value) != 1:
        found = ", ".join(map(str, value)) if isinstance(value, Mapping) else repr(value)
        raise ValueError(
            f"expected one distribution, such as pert or uniform, found {found or 'none'}"
        )
    ((name, given),) = value.items()
    cls = family(name)
    fields = {field.name: field for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
    if not isinstance(given, Mapping):
        raise ValueError(f"{name}: expected {', '.join(fields)} by name, found {given!r}")
    wrong = [f"not known: {key!r}{nearest(key, fields)}" for key in given if key not in fields]
    missing = dataclasses.MISSING
    wrong += [
        f"{key!r} is missing"
        for key, field in fields.items()
        if key not in given and field.default is missing
    ]
    values: dict[str, Any] = {}
    for key, item in given.items():
        if key not in fields:
            continue
        listed = "tuple" in str(fields[key].type)
        try:
            values[key] = _numbers(item) if listed else _number(item)
        except ValueError as error:
            wrong.append(f"{key}: {error}")
    if not wrong:
        made = cls(**values)
        wrong = made.faults()
        if not wrong:
            return made
    raise ValueError(f"{name}: " + "; ".join(wrong))


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"expected a number, found {value!r}")
    if not math.isfinite(value) or abs(value) > BIG:
        raise ValueError(f"expected a finite number, found {value}")
    return float(value)


def _numbers(value: object) -> tuple[float, ...]:
    if isinstance(value, (str, bytes, Mapping)) or not hasattr(value, "__iter__"):
        raise ValueError(f"expected a list of numbers, found {value!r}")
    return tuple(_number(item) for item in value)


def out_of_order(**bounds: float | None) -> list[str]:
    """Return complaints about values that should not fall: ``low 5 is above likely 3``."""
    given = [(name, value) for name, value in bounds.items() if value is not None]
    return [
        f"{one} {low:g} is above {other} {high:g}"
        for (one, low), (other, high) in pairwise(given)
        if low > high
    ]


def lift(u: ArrayLike) -> Floats:
    """Return anything array-like as floats."""
    return np.asarray(u, dtype=float)
