"""Distributions of uncertain parameters, as frozen distributions of SciPy behind one registry.

A scenario writes a distribution under its name, ``{pert: {low: 1, likely: 2, high: 4}}``. A new
distribution is one frozen dataclass with :func:`register` on top: its fields are the parameters,
``frozen`` returns the SciPy distribution they state. Parsing, validation, the published schema,
use by name with the range of a parameter, and sampling all follow from the registry.

Sampling goes by quantiles only: a uniform number in, a value out. So every design of points
(Sobol, Latin hypercube) and every correlation works with every distribution.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from planner.errors import nearest

__all__ = [
    "FAMILIES",
    "PROVENANCE",
    "Bernoulli",
    "Beta",
    "Discrete",
    "Distribution",
    "Empirical",
    "Lognormal",
    "Normal",
    "Pert",
    "Triangular",
    "Uniform",
    "distribution_schema",
    "family",
    "parse_distribution",
    "quantiles",
    "ranged_names",
    "register",
    "whole_months",
]

Floats = NDArray[np.float64]

FAMILIES: dict[str, type[Distribution]] = {}
"""Every distribution by its name in scenario files."""

PROVENANCE = ("basis", "source", "section", "note")
"""Keys that may accompany a distribution: where it comes from."""

LARGEST = 1e15
"""Largest parameter that is accepted; beyond it, differences of 1 are lost in rounding."""

SUM = 1e-6
"""Largest distance of a sum of chances from 1: chances are often written with few decimals."""

FARTHEST = 37.0
"""Standard deviations beyond which a normal density is 0 in floating point."""

WIDEST = 1e6
"""Largest sd of a lognormal in means: beyond it, its quantiles overflow."""

INSIDE = 1e-12
"""Distance from 0 and 1 that uniform numbers keep, so that every quantile is finite."""

LEAST_SHAPE = 1e-3
"""Smallest parameter of a beta: below it all mass lies on the two ends in floating point."""

RANGE = ("low", "likely", "high")


class Distribution:
    """Base of all distributions: the adapter between a scenario and SciPy.

    Subclasses are frozen dataclasses with parameters as fields. They define :meth:`frozen`, or
    :meth:`ppf`, :attr:`expected` and :attr:`support` where SciPy has no such distribution.
    """

    name: ClassVar[str] = ""
    ranged: ClassVar[bool] = False
    """Whether low, likely and high (or fewer of them) are its parameters, so that the range of a
    parameter is enough to state it."""

    def frozen(self) -> Any:
        """Return the frozen SciPy distribution; None where all mass is on one value."""
        raise NotImplementedError

    @cached_property
    def scipy(self) -> Any:
        """The frozen SciPy distribution, made once; None where all mass is on one value."""
        return self.frozen()

    def transform(self, values: Floats) -> Floats:
        """Return values of the parameter from values of the SciPy distribution."""
        return values

    def ppf(self, u: ArrayLike) -> Floats:
        """Return the quantiles at `u` in (0, 1), in the unit of the parameter."""
        u = np.asarray(u, dtype=float)
        if self.scipy is None:
            return np.full(u.shape, self.expected)
        return np.clip(self.transform(self.scipy.ppf(u)), *self.support)

    @property
    def expected(self) -> float:
        """Mean, in the unit of the parameter."""
        return float(self.scipy.mean())

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest value; infinite without an end."""
        low, high = self.scipy.support()
        return float(low), float(high)

    @property
    def countable(self) -> bool:
        """Whether only a few values are possible."""
        return False

    def faults(self) -> list[str]:
        """Return what is wrong with the parameters, in words; empty if they are sound."""
        return out_of_order(**{name: getattr(self, name) for name in RANGE if hasattr(self, name)})

    def clipped(self, low: float, high: float) -> Distribution:
        """Return the distribution cut to the range of a parameter where it has no end itself."""
        return self

    @classmethod
    def from_range(cls, low: float, likely: float, high: float) -> Distribution:
        """Return the distribution that a range states."""
        given = dict(zip(RANGE, (low, likely, high), strict=True))
        fields = {field.name for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
        return cls(**{name: value for name, value in given.items() if name in fields})

    def parameters(self) -> dict[str, Any]:
        """Return the parameters by name."""
        names = [field.name for field in dataclasses.fields(self)]  # type: ignore[arg-type]
        return {name: getattr(self, name) for name in names}

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is cached: a distribution is sent to workers as its parameters."""
        return self.parameters()

    def words(self) -> str:
        """Return name and parameters in words: ``pert: low 1; likely 2; high 4``."""
        parts = []
        for name, value in self.parameters().items():
            if value is None or (isinstance(value, float) and math.isinf(value)):
                continue
            if isinstance(value, tuple):
                shown = ", ".join(f"{one:g}" for one in value[:6])
                parts.append(f"{name} {shown}" + (" …" if len(value) > 6 else ""))
            elif isinstance(value, bool):
                parts += [name] if value else []
            else:
                parts.append(f"{name} {value:g}")
        return f"{self.name}: " + "; ".join(parts)


def register(name: str) -> Callable[[type], type]:
    """Return a decorator that adds a class to the registry under its name in scenario files."""

    def add(cls: type) -> type:
        setattr(cls, "name", name)  # noqa: B010
        FAMILIES[name] = cls
        return cls

    return add


def out_of_order(**bounds: float | None) -> list[str]:
    """Return complaints about values that should not fall: ``low 5 is above likely 3``."""
    given = [(name, value) for name, value in bounds.items() if value is not None]
    return [
        f"{one} {low:g} is above {other} {high:g}"
        for (one, low), (other, high) in pairwise(given)
        if low > high
    ]


def quantiles(distributions: Sequence[Distribution], points: Floats) -> Floats:
    """Return quantiles of several distributions at once, one column each.

    Equals ``ppf`` column by column. Distributions of one SciPy family are evaluated in one call
    with arrays of parameters, since a call costs more than a few dozen values.

    Parameters
    ----------
    distributions : sequence of Distribution
    points : ndarray (draws, distributions)
        Uniform in (0, 1).

    Returns
    -------
    ndarray (draws, distributions)
    """
    found = np.empty(points.shape)
    alike: dict[tuple[str, int], list[int]] = {}
    for place, one in enumerate(distributions):
        frozen = None if type(one).ppf is not Distribution.ppf else one.scipy
        if frozen is None or frozen.kwds:
            found[:, place] = one.ppf(points[:, place])
        else:
            alike.setdefault((frozen.dist.name, len(frozen.args)), []).append(place)
    for places in alike.values():
        members = [distributions[place] for place in places]
        arguments = np.array([one.scipy.args for one in members], dtype=float).T
        values = members[0].scipy.dist.ppf(points[:, places], *arguments)
        for place, one, column in zip(places, members, values.T, strict=True):
            found[:, place] = np.clip(one.transform(column), *one.support)
    return found


def family(name: str) -> type[Distribution]:
    """Return a distribution class by name; raise ValueError naming the nearest if unknown."""
    if name not in FAMILIES:
        known = ", ".join(FAMILIES)
        raise ValueError(
            f"unknown distribution {name!r}{nearest(name, FAMILIES)}; known are {known}"
        )
    return FAMILIES[name]


def ranged_names() -> tuple[str, ...]:
    """Return the distributions that may be given by name alone, for the range of a parameter."""
    return tuple(name for name, cls in FAMILIES.items() if cls.ranged)


def parse_distribution(value: Mapping[str, Any]) -> Distribution:
    """Return the distribution that ``{name: {parameter: number}}`` states.

    Raises
    ------
    ValueError
        With everything wrong with it, in words.

    Examples
    --------
    >>> round(float(parse_distribution({"uniform": {"low": 1, "high": 3}}).expected), 9)
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
    wrong += [
        f"{key!r} is missing"
        for key, field in fields.items()
        if key not in given and field.default is dataclasses.MISSING
    ]
    values: dict[str, Any] = {}
    for key in (key for key in given if key in fields):
        try:
            values[key] = _parsed(str(fields[key].type), given[key])
        except ValueError as error:
            wrong.append(f"{key}: {error}")
    if not wrong:
        made = cls(**values)
        wrong = made.faults()
        if not wrong:
            return made
    raise ValueError(f"{name}: " + "; ".join(wrong))


def _parsed(kind: str, value: object) -> Any:
    """Return a parameter of a type, as the annotation of its field names it."""
    if kind == "bool":
        if not isinstance(value, bool):
            raise ValueError(f"expected true or false, found {value!r}")
        return value
    if "tuple" in kind:
        if isinstance(value, (str, bytes, Mapping)) or not hasattr(value, "__iter__"):
            raise ValueError(f"expected a list of numbers, found {value!r}")
        return tuple(_parsed("float", item) for item in value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"expected a number, found {value!r}")
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise ValueError(f"expected a finite number, found {value}")
    return float(value)


class _Between(Distribution):
    """A distribution between low and high, of which a range states the rest."""

    low: float
    high: float
    ranged: ClassVar[bool] = True

    @property
    def expected(self) -> float:
        """Mean, in the unit of the parameter."""
        return self.low if self.low == self.high else float(self.scipy.mean())

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest value."""
        return self.low, self.high


@register("uniform")
@dataclass(frozen=True)
class Uniform(_Between):
    """Every value between low and high equally likely.

    Examples
    --------
    >>> Uniform(2, 4).ppf([0.25]).tolist()
    [2.5]
    """

    low: float
    high: float

    def frozen(self) -> Any:
        """Return the frozen SciPy distribution."""
        from scipy import stats

        return stats.uniform(self.low, self.high - self.low) if self.low < self.high else None


@register("triangular")
@dataclass(frozen=True)
class Triangular(_Between):
    """A straight rise from low to likely and a straight fall to high."""

    low: float
    likely: float
    high: float

    def frozen(self) -> Any:
        """Return the frozen SciPy distribution."""
        from scipy import stats

        width = self.high - self.low
        return stats.triang((self.likely - self.low) / width, self.low, width) if width else None


@register("pert")
@dataclass(frozen=True)
class Pert(_Between):
    """A smooth hill from low over likely to high: a beta with mean (low + 4 likely + high) / 6.

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

    def frozen(self) -> Any:
        """Return the frozen SciPy distribution."""
        from scipy import stats

        width = self.high - self.low
        if not width:
            return None
        shape = [1 + 4 * part / width for part in (self.likely - self.low, self.high - self.likely)]
        return stats.beta(*shape, self.low, width)


@register("beta")
@dataclass(frozen=True)
class Beta(_Between):
    """A beta with parameters a and b, between low and high (0 and 1 unless given)."""

    a: float
    b: float
    low: float = 0.0
    high: float = 1.0
    ranged: ClassVar[bool] = False

    def frozen(self) -> Any:
        """Return the frozen SciPy distribution."""
        from scipy import stats

        width = self.high - self.low
        return stats.beta(self.a, self.b, self.low, width) if width else None

    def faults(self) -> list[str]:
        """Return what is wrong with the parameters."""
        wrong = [
            f"expected {name} of at least {LEAST_SHAPE:g}, found {value:g}"
            for name, value in (("a", self.a), ("b", self.b))
            if not value >= LEAST_SHAPE
        ]
        return wrong + super().faults()


class _Bell(Distribution):
    """A normal behind the parameter, cut at low and high where they are given."""

    mean: float
    sd: float
    low: float | None
    high: float | None

    def location(self) -> tuple[float, float]:
        """Return mean and deviation of the normal behind the parameter, before it is cut."""
        raise NotImplementedError

    def behind(self, value: float) -> float:
        """Return the value of the normal that gives a value of the parameter."""
        raise NotImplementedError

    def edges(self) -> tuple[float, float]:
        """Return the cuts, in standard deviations of the normal behind the parameter."""
        center, spread = self.location()
        low, high = self.support
        return (self.behind(low) - center) / spread, (self.behind(high) - center) / spread

    def frozen(self) -> Any:
        """Return the frozen SciPy distribution of the normal behind the parameter."""
        from scipy import stats

        center, spread = self.location()
        if not spread or self.edges()[0] == self.edges()[1]:
            return None
        return stats.truncnorm(*self.edges(), center, spread)

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest value; infinite where it is not cut."""
        low = -math.inf if self.low is None else self.low
        return low, math.inf if self.high is None else self.high

    def clipped(self, low: float, high: float) -> Distribution:
        """Return it cut to the range of a parameter where it has no cut itself."""
        cuts = {}
        if math.isinf(self.support[0]) and math.isfinite(low):
            cuts["low"] = low
        if math.isinf(self.support[1]) and math.isfinite(high):
            cuts["high"] = high
        return dataclasses.replace(self, **cuts) if cuts else self  # type: ignore[type-var]

    def share(self, shift: float = 0.0) -> float:
        """Return the share of a normal, moved up by `shift` deviations, between the edges."""
        low, high = (edge - shift for edge in self.edges())
        if low > 0:
            low, high = -high, -low
        return (math.erfc(-high / math.sqrt(2)) - math.erfc(-low / math.sqrt(2))) / 2

    def inside(self, value: float) -> float:
        """Return a value moved to the nearest end, where rounding has put it beyond."""
        return min(max(value, self.support[0]), self.support[1])

    def faults(self) -> list[str]:
        """Return what is wrong with the parameters."""
        if self.sd < 0:
            return [f"expected an sd of at least 0, found {self.sd:g}"]
        if self.sd == 0:
            wrong = out_of_order(low=self.low, mean=self.mean)
            return wrong + out_of_order(mean=self.mean, high=self.high)
        wrong = out_of_order(low=self.low, high=self.high)
        if not wrong:
            low, high = self.edges()
            if low > FARTHEST or high < -FARTHEST or (low < high and self.share() <= 0):
                wrong.append("nothing of it lies between low and high")
        return wrong


@register("normal")
@dataclass(frozen=True)
class Normal(_Bell):
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

    def location(self) -> tuple[float, float]:
        """Return mean and deviation before it is cut."""
        return self.mean, self.sd

    def behind(self, value: float) -> float:
        """Return the value itself."""
        return value

    @property
    def expected(self) -> float:
        """Mean after it is cut."""
        if self.sd == 0:
            return self.mean
        low, high = self.edges()
        if low == high:
            return self.mean + self.sd * low
        density = [math.exp(-edge * edge / 2) / math.sqrt(2 * math.pi) for edge in (low, high)]
        return self.inside(self.mean + self.sd * (density[0] - density[1]) / self.share())


@register("lognormal")
@dataclass(frozen=True)
class Lognormal(_Bell):
    """A parameter with a normal logarithm, given by its own mean and sd before it is cut.

    Examples
    --------
    >>> round(Lognormal(10, 5).expected, 9)
    10.0
    """

    mean: float
    sd: float
    low: float | None = None
    high: float | None = None

    def location(self) -> tuple[float, float]:
        """Return mean and deviation of the logarithm."""
        variance = math.log1p((self.sd / self.mean) ** 2)
        return math.log(self.mean) - variance / 2, math.sqrt(variance)

    def behind(self, value: float) -> float:
        """Return the logarithm of a value."""
        return -math.inf if value <= 0 else math.log(value)

    def transform(self, values: Floats) -> Floats:
        """Return values from their logarithms."""
        return np.exp(values)

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest value: never below 0."""
        low, high = super().support
        return max(low, 0.0), high

    @property
    def expected(self) -> float:
        """Mean after it is cut."""
        center, spread = self.location()
        if spread == 0:
            return self.mean
        low, high = self.edges()
        if low == high:
            return math.exp(center + spread * low)
        return self.inside(self.mean * self.share(spread) / self.share())

    def faults(self) -> list[str]:
        """Return what is wrong with the parameters."""
        wrong = [] if self.mean > 0 else [f"expected a mean above 0, found {self.mean:g}"]
        if self.high is not None and self.high <= 0:
            wrong.append(f"expected a high above 0, found {self.high:g}")
        if not wrong and self.sd > WIDEST * self.mean:
            wrong.append(f"expected an sd of at most {WIDEST:g} times the mean, found {self.sd:g}")
        return wrong or super().faults()


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
        return np.where(np.asarray(u, dtype=float) >= 1 - self.chance, self.yes, self.no)

    @property
    def expected(self) -> float:
        """Mean."""
        return self.no + (self.yes - self.no) * self.chance

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest value."""
        return min(self.no, self.yes), max(self.no, self.yes)

    countable: ClassVar[bool] = True

    def faults(self) -> list[str]:
        """Return what is wrong with the parameters."""
        if 0 <= self.chance <= 1:
            return []
        return [f"expected a chance between 0 and 1, found {self.chance:g}"]


@register("discrete")
@dataclass(frozen=True)
class Discrete(Distribution):
    """One of some values, each with its chance; equally likely if no chances are given.

    Examples
    --------
    >>> Discrete((6, 4, 12), (0.5, 0.25, 0.25)).ppf([0.1, 0.5, 0.9]).tolist()
    [4.0, 6.0, 12.0]
    """

    values: tuple[float, ...]
    chances: tuple[float, ...] | None = None

    @cached_property
    def table(self) -> tuple[Floats, Floats]:
        """Values in rising order and their chances."""
        values = np.array(self.values, dtype=float)
        chances = np.ones(len(values)) if self.chances is None else np.array(self.chances)
        order = np.argsort(values, kind="stable")
        return values[order], chances[order] / chances.sum()

    def ppf(self, u: ArrayLike) -> Floats:
        """Return the quantiles at `u`."""
        values, chances = self.table
        edges = np.cumsum(chances)[:-1]
        return values[np.searchsorted(edges, np.asarray(u, dtype=float), side="right")]

    @property
    def expected(self) -> float:
        """Mean."""
        values, chances = self.table
        return float(values @ chances)

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest value."""
        return min(self.values), max(self.values)

    countable: ClassVar[bool] = True

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
    """Observed values: interpolated linearly between the sorted ones, or only those with `steps`.

    Without `steps` every value between the smallest and the largest observation is possible: the
    quantile function is the straight line through the sorted observations, the first at 0 and the
    last at 1. With ``steps: true`` an observation is drawn as it is, each equally likely.

    Examples
    --------
    >>> Empirical((30, 10, 20)).ppf([0.0, 0.25, 1.0]).tolist()
    [10.0, 15.0, 30.0]
    >>> Empirical((30, 10, 20), steps=True).ppf([0.0, 0.25, 1.0]).tolist()
    [10.0, 10.0, 30.0]
    """

    values: tuple[float, ...]
    steps: bool = False

    def ppf(self, u: ArrayLike) -> Floats:
        """Return the quantiles at `u`."""
        if self.steps:
            return Discrete(self.values).ppf(u)
        values = np.sort(np.array(self.values, dtype=float))
        return np.interp(np.asarray(u, dtype=float), np.linspace(0, 1, len(values)), values)

    @property
    def expected(self) -> float:
        """Mean: of the values; where they are interpolated, the first and last count half."""
        values = np.sort(np.array(self.values, dtype=float))
        if self.steps or len(values) == 1:
            return float(values.mean())
        return float(((values[1:] + values[:-1]) / 2).mean())

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest value."""
        return min(self.values), max(self.values)

    @property
    def countable(self) -> bool:
        """Whether only the observations are possible."""
        return self.steps

    def faults(self) -> list[str]:
        """Return what is wrong with the parameters."""
        return [] if self.values else ["expected at least one value, found none"]


def whole_months(cls: type[Distribution], low: int, high: int) -> Discrete:
    """Return the distribution of a number of months around 0, from one with a range.

    The distribution is stretched by half a month at either end and rounded, so that each month
    from low to high is possible.

    Parameters
    ----------
    cls : type
        A distribution that a range states.
    low, high : int
        Months before (negative) and after the likely month, 0.

    Examples
    --------
    >>> found = whole_months(Uniform, -1, 2)
    >>> found.values, found.chances
    ((-1.0, 0.0, 1.0, 2.0), (0.25, 0.25, 0.25, 0.25))
    """
    whole = cls.from_range(low - 0.5, 0.0, high + 0.5)
    edges = np.arange(low - 0.5, high + 1)
    chances = np.diff(whole.scipy.cdf(edges))
    return Discrete(tuple(map(float, range(low, high + 1))), tuple(map(float, chances)))


MEANING = {
    "low": "Smallest value.",
    "likely": "Most likely value.",
    "high": "Largest value.",
    "mean": "Mean, before it is cut at low and high.",
    "sd": "Standard deviation, before it is cut at low and high.",
    "chance": "Chance of `yes`, from 0 to 1.",
    "no": "Value if not; 0 unless given.",
    "yes": "Value if so; 1 unless given.",
    "values": "The values.",
    "chances": "The chance of each value; equally likely unless given.",
    "steps": "Draw the observations as they are, without values between them.",
    "basis": "Basis: letter, public or assumption.",
    "source": "Id of the source.",
    "section": "Place in the source, or the reasoning in a few words.",
    "note": "Anything else a reader should know.",
}
"""Parameters in words; one that is not here is described by its name."""


def distribution_schema(names: bool = True) -> dict[str, Any]:
    """Return the JSON Schema of a distribution: one name with its parameters, or a name alone."""
    beside = {name: {"type": "string", "description": MEANING[name]} for name in PROVENANCE}
    options: list[dict[str, Any]] = [{"enum": [*ranged_names(), "exact"]}] if names else []
    for name, cls in FAMILIES.items():
        fields = dataclasses.fields(cls)  # type: ignore[arg-type]
        inner = {
            "type": "object",
            "description": (cls.__doc__ or name).strip().split("\n")[0],
            "properties": {one.name: _parameter_schema(name, one) for one in fields},
            "required": [one.name for one in fields if one.default is dataclasses.MISSING],
            "additionalProperties": False,
        }
        options.append(
            {
                "type": "object",
                "description": inner["description"],
                "properties": {name: inner, **beside},
                "required": [name],
                "additionalProperties": False,
            }
        )
    return {"anyOf": options}


def _parameter_schema(family: str, field: Any) -> dict[str, Any]:
    text = {"description": MEANING.get(field.name, f"Parameter {field.name} of {family}.")}
    if "tuple" in str(field.type):
        return {"type": "array", "items": {"type": "number"}, "minItems": 1, **text}
    return {"type": "boolean" if field.type == "bool" else "number", **text}
