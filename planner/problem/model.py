"""The problem: the small set of numbers that a resolved scenario comes down to.

Months are whole numbers counted from 0, people are persons, rest is months per month served.
Nothing here knows files, calendars, languages or solvers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

__all__ = ["Bound", "Budget", "Demand", "Package", "Problem"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Demand:
    """One line of people that a mission asks for.

    Attributes
    ----------
    id : str
        Unique name.
    tier : int
        1 is served first.
    main_task : int
        1 (collective defence) or 2 (international legal order).
    cap : float
        Most people on duty at once, persons.
    first, last : int
        First and last month, inclusive; `first` may be negative, `last` may lie past the model.
    tour : int
        Tour length in months.
    pools : tuple of str
        Pools that may fill it, most preferred first.
    prep : tuple of int
        Preparation months before a tour, one for each of `pools`.
    rest : tuple of float
        Rest months per month served, one for each of `pools`.
    cohorts : int
        1 is en bloc; m means staggered in m equal cohorts.
    weight : float
        Worth of one person-month under the *value* rule.
    unit : bool
        All or nothing: with whole people, a decision gets its full cap or nobody.
    """

    id: str
    tier: int
    cap: float
    first: int
    last: int
    tour: int
    pools: tuple[str, ...]
    prep: tuple[int, ...]
    rest: tuple[float, ...]
    main_task: int = 2
    cohorts: int = 1
    weight: float = 1.0
    unit: bool = False

    @property
    def lead(self) -> int:
        """Longest preparation over its pools, in months."""
        return max(self.prep, default=0)


@dataclass(frozen=True)
class Bound:
    """Composition: least and most people on duty over some demands and pools, in every month.

    Attributes
    ----------
    demands : tuple of str
        Demands that are counted together.
    pools : tuple of str or None
        Pools that are counted; None counts all.
    min, max : float or None
        Persons. `min` is a goal and never makes a problem infeasible, `max` always holds.
    """

    demands: tuple[str, ...]
    pools: tuple[str, ...] | None = None
    min: float | None = None
    max: float | None = None


@dataclass(frozen=True)
class Package:
    """A named set of demands that comes as a whole, and the month in which it becomes known.

    `known` None means just in time.
    """

    id: str
    demands: tuple[str, ...]
    known: int | None = None


@dataclass(frozen=True)
class Budget:
    """Money of one fund over some months.

    Attributes
    ----------
    id : str
        Name, such as ``biv-2023``.
    first, last : int
        Months it pays for, inclusive.
    amount : float
        Most that may be spent in those months, euros.
    cost : mapping of str to float
        Euros per person-month on duty, by demand; demands not named cost this fund nothing.
    """

    id: str
    first: int
    last: int
    amount: float
    cost: Mapping[str, float]


@dataclass(frozen=True)
class Problem:
    """All the numbers of one allocation problem.

    Attributes
    ----------
    months : int
        Length of the model.
    report : (int, int)
        First and last month reported, inclusive.
    pools : mapping of str to ndarray (months,)
        Strength in persons, month by month.
    demands, bounds, packages, budgets : tuple
        What is asked and what limits it, in the order in which it is reported.
    """

    months: int
    report: tuple[int, int]
    pools: Mapping[str, Floats]
    demands: tuple[Demand, ...]
    bounds: tuple[Bound, ...] = ()
    packages: tuple[Package, ...] = ()
    budgets: tuple[Budget, ...] = ()
    _places: dict[str, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._places.update({demand.id: place for place, demand in enumerate(self.demands)})

    def demand(self, id: str) -> Demand:
        """Return the demand of that id; raise KeyError if there is none."""
        return self.demands[self._places[id]]

    def package(self, id: str) -> Package:
        """Return the package of that id; raise KeyError if there is none."""
        for package in self.packages:
            if package.id == id:
                return package
        raise KeyError(id)

    def package_of(self) -> dict[str, str]:
        """Return the package of each demand that belongs to one."""
        return {demand: package.id for package in self.packages for demand in package.demands}

    def known(self, id: str) -> int:
        """Return the month in which a package becomes known, just in time by default.

        Just in time is the month that lets every one of its demands be prepared and begin on its
        first month: the smallest of first − longest preparation. 0 or less is known from the start.
        """
        package = self.package(id)
        if package.known is not None:
            return package.known
        demands = [self.demand(name) for name in package.demands]
        return min((demand.first - demand.lead for demand in demands), default=0)

    def begins(self, demand: Demand, package: str | None) -> int:
        """Return the month from which a demand's tours are laid: max(first, known + lead)."""
        if package is None:
            return demand.first
        known = self.known(package)
        return demand.first if known <= 0 else max(demand.first, known + demand.lead)

    def drop(self, demands: Collection[str]) -> Problem:
        """Return the problem with some demands left out altogether.

        Bounds and budgets no longer count them; packages keep the month in which they are known.

        Examples
        --------
        >>> line = Demand("a", 2, 5.0, 0, 11, 6, ("p",), (2,), (2.0,))
        >>> problem = Problem(12, (0, 11), {"p": np.full(12, 3.0)}, (line,))
        >>> problem.drop({"a"}).demands
        ()
        """
        gone = set(demands)
        bounds = tuple(
            replace(bound, demands=kept)
            for bound in self.bounds
            if (kept := tuple(name for name in bound.demands if name not in gone))
        )
        budgets = tuple(
            replace(one, cost={name: cost for name, cost in one.cost.items() if name not in gone})
            for one in self.budgets
        )
        packages = tuple(
            Package(one.id, tuple(d for d in one.demands if d not in gone), self.known(one.id))
            for one in self.packages
        )
        kept_demands = tuple(demand for demand in self.demands if demand.id not in gone)
        return replace(
            self, demands=kept_demands, bounds=bounds, packages=packages, budgets=budgets
        )
