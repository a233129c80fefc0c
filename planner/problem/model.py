"""The problem: all numbers of a resolved scenario that determine its allocation.

Months are whole numbers counted from 0, people are persons, time at home is months per month
served. Files, calendars, languages and solvers are other modules.

Tours and waves are flat arrays.

Cohort j of m (from 0) of a demand with tour L begins its first tour with the mandate and serves
ceil(L (m + 2j + 1) / (2m)) months, so that first tours spread evenly from half a tour to one and a
half; then tours of L months follow end to end, and the last one ends with the mandate. A last tour
shorter than L / 2 is joined with the one before it; where the two together would exceed 3L / 2,
their months are divided over two equal tours, the earlier one longer by one if need be. A mandate
shorter than 3L / 2 is one tour for every cohort.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Bound", "Budget", "Demand", "Flags", "Floats", "Ints", "OptionTable", "Package", "Problem",
    "Tours", "decision_keys", "keys_of", "lay_tours", "months_at_home", "tours_of",
]  # fmt: skip

Floats = NDArray[np.float64]
"""Array of real numbers; its axes are documented where it is used."""

Ints = NDArray[np.int64]
"""Array of whole numbers."""

Flags = NDArray[np.bool_]
"""Array of booleans."""


def months_at_home(home: Any, dwell: Any, prep: Any, length: Any) -> Ints:
    """Return the months at home after tours that tie people up; arguments broadcast.

    Parameters
    ----------
    home : float or ndarray
        Months at home per month served.
    dwell : bool or ndarray
        Whether preparation falls inside that time (dwell) or comes on top of it (rest).
    prep : int or ndarray
        Months of preparation before a tour.
    length : int or ndarray
        Months served.

    Returns
    -------
    ndarray of int
        The product home × length is taken to 1e-9 before it is rounded up.

    Examples
    --------
    >>> int(months_at_home(0.1, False, 2, 30)), int(months_at_home(7.5, False, 4, 5))
    (3, 38)
    >>> int(months_at_home(2.0, True, 2, 6)), int(months_at_home(0.1, True, 2, 6))
    (10, 0)
    """
    months = np.ceil(np.multiply(home, length) - 1e-9)
    months = np.where(dwell, np.maximum(months - np.asarray(prep), 0), months)
    return np.asarray(months, dtype=np.int64)


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
        Maximum number of people on duty, persons.
    first, last : int
        First and last month, inclusive; `first` may be negative, `last` may lie past the model.
    tour : int
        Tour length in months.
    pools : tuple of str
        Every pool that any sourcing option uses, in order of first use.
    prep : tuple of int
        Preparation before a tour, months, by `pools`.
    home : tuple of float
        Months at home per month served, by `pools`; see `dwell`.
    cohorts : int
        1 is en bloc; m means staggered in m equal cohorts.
    weight : float
        Value of one person-month under the *value* rule.
    unit : bool
        All or nothing: with whole people, a decision gets its full cap or no people at all.
    options : tuple of tuple of float
        Sourcing options in order of preference: the shares of an option (row) by `pools` (column),
        at least 0, each row adding up to 1. Empty on input means one plain pool per option, in
        order.
    dwell : tuple of bool
        By `pools`: True where `home` is a dwell ratio, inside which the preparation of the next
        tour falls; False where it is rest on top of the preparation. Empty on input means rest.
    on_call : bool
        Held ready at home instead of deployed: time at home after a deployment may be spent on
        call.

    Raises
    ------
    ValueError
        If the lengths of `prep`, `home`, `dwell` or a row of `options` differ from `pools`.

    Examples
    --------
    A company of 85 % infantry and 15 % logistics, or infantry alone, with a dwell ratio of 2:

    >>> company = Demand("company", 2, 150.0, 0, 23, 6, ("light", "logistics"), (2, 2), (2.0, 2.0),
    ...                  options=((0.85, 0.15), (1.0, 0.0)), dwell=(True, True))
    >>> company.home_months(0, 6), company.lead
    (10, 2)
    """

    id: str
    tier: int
    cap: float
    first: int
    last: int
    tour: int
    pools: tuple[str, ...]
    prep: tuple[int, ...]
    home: tuple[float, ...]
    main_task: int = 2
    cohorts: int = 1
    weight: float = 1.0
    unit: bool = False
    options: tuple[tuple[float, ...], ...] = ()
    dwell: tuple[bool, ...] = ()
    on_call: bool = False

    def __post_init__(self) -> None:
        count = len(self.pools)
        options = tuple(tuple(row) for row in self.options) or tuple(
            tuple(float(column == row) for column in range(count)) for row in range(count)
        )
        dwell = tuple(self.dwell) or (False,) * count
        object.__setattr__(self, "options", options)
        object.__setattr__(self, "dwell", dwell)
        by_pool = {"prep": self.prep, "home": self.home, "dwell": dwell}
        by_pool |= {f"options[{number}]": row for number, row in enumerate(options)}
        for name, values in by_pool.items():
            if len(values) != count:
                raise ValueError(
                    f"demand {self.id!r}: {name} has {len(values)} values for {count} pools"
                )

    @property
    def lead(self) -> int:
        """Longest preparation over its pools, months."""
        return max(self.prep, default=0)

    @property
    def plain(self) -> bool:
        """Whether every sourcing option is one pool, in the order of `pools`."""
        return all(
            share == (1.0 if row == column else 0.0)
            for row, shares in enumerate(self.options)
            for column, share in enumerate(shares)
        ) and len(self.options) == len(self.pools)

    def home_months(self, place: int, length: int) -> int:
        """Return the months at home after a tour that tie its people up.

        Parameters
        ----------
        place : int
            Index of the pool in `pools`.
        length : int
            Months served.

        Returns
        -------
        int
            With rest ceil(home × length), with dwell max(0, ceil(home × length) − preparation); the
            products to 1e-9.
        """
        dwell, prep = self.dwell[place], self.prep[place]
        return int(months_at_home(self.home[place], dwell, prep, length))


@dataclass(frozen=True)
class Bound:
    """Composition: minimum and maximum of people on duty over demands and pools, in every month.

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
        Maximum expenditure in those months, euros.
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
    """Every number of one allocation problem.

    Attributes
    ----------
    months : int
        Length of the model.
    report : (int, int)
        First and last month reported, inclusive.
    pools : mapping of str to ndarray (months,)
        Strength in persons, month by month.
    demands, bounds, packages, budgets : tuple
        Demands, composition bounds, packages and budgets, in the order in which they are reported.
    """

    months: int
    report: tuple[int, int]
    pools: Mapping[str, Floats]
    demands: tuple[Demand, ...]
    bounds: tuple[Bound, ...] = ()
    packages: tuple[Package, ...] = ()
    budgets: tuple[Budget, ...] = ()
    _index: dict[str, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._index.update({demand.id: index for index, demand in enumerate(self.demands)})

    @property
    def demand_index(self) -> Mapping[str, int]:
        """Index in `demands` of each demand, by id."""
        return self._index

    def demand(self, id: str) -> Demand:
        """Return the demand of that id; raise KeyError if none exists."""
        return self.demands[self._index[id]]

    def package(self, id: str) -> Package:
        """Return the package of that id; raise KeyError if none exists."""
        for package in self.packages:
            if package.id == id:
                return package
        raise KeyError(id)

    def package_of(self) -> dict[str, str]:
        """Return the package of each demand that belongs to one."""
        return {demand: package.id for package in self.packages for demand in package.demands}

    def inside(self, *packages: str) -> Flags:
        """Return which demands belong to some packages, (demands,)."""
        chosen = {demand for id in packages for demand in self.package(id).demands}
        return np.array([demand.id in chosen for demand in self.demands], dtype=bool)

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

    @property
    def replan_months(self) -> tuple[int, ...]:
        """Months after the model's first in which packages become known, ascending."""
        known = {self.known(package.id) for package in self.packages}
        return tuple(sorted(month for month in known if month > 0))

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
        dropped = set(demands)
        bounds = tuple(
            replace(bound, demands=kept)
            for bound in self.bounds
            if (kept := tuple(name for name in bound.demands if name not in dropped))
        )
        budgets = tuple(
            replace(one, cost={d: cost for d, cost in one.cost.items() if d not in dropped})
            for one in self.budgets
        )
        packages = tuple(
            Package(one.id, tuple(d for d in one.demands if d not in dropped), self.known(one.id))
            for one in self.packages
        )
        kept_demands = tuple(demand for demand in self.demands if demand.id not in dropped)
        return replace(
            self, demands=kept_demands, bounds=bounds, packages=packages, budgets=budgets
        )


@dataclass(frozen=True)
class Tours:
    """Every tour that touches the model, one entry of each array per tour.

    Attributes
    ----------
    demand : ndarray of int
        Index of the demand in ``problem.demands``; ascending.
    cohort, wave : ndarray of int
        Cohort, and how many tours of that cohort came before.
    first, last : ndarray of int
        First and last month on duty, inclusive; may lie outside the model.
    """

    demand: Ints
    cohort: Ints
    wave: Ints
    first: Ints
    last: Ints

    @property
    def length(self) -> Ints:
        """Full length in months, also of what lies outside the model."""
        return self.last - self.first + 1

    def __len__(self) -> int:
        return len(self.demand)


@dataclass(frozen=True, eq=False)
class OptionTable:
    """Sourcing options of all demands: one entry of each array per option and pool.

    Entries are sorted by demand, option and pool.

    Attributes
    ----------
    demand, option : ndarray of int
        Index of the demand in the problem and of the option in its list.
    index, pool : ndarray of int
        Index of the pool in ``Demand.pools`` and in the problem.
    share : ndarray
        Share of the option's people who come from the pool.
    prep : ndarray of int
        Preparation, months.
    home : ndarray
        Months at home per month served.
    dwell : ndarray of bool
        Whether preparation falls inside that time.
    """

    demand: Ints
    option: Ints
    index: Ints
    pool: Ints
    share: NDArray[np.float64]
    prep: Ints
    home: NDArray[np.float64]
    dwell: NDArray[np.bool_]

    @classmethod
    def of(cls, problem: Problem) -> OptionTable:
        """Return the options of a problem's demands."""
        number = {name: index for index, name in enumerate(problem.pools)}
        entries: list[tuple[Any, ...]] = []
        for demand_index, d in enumerate(problem.demands):
            pools = [number[name] for name in d.pools]
            by_pool = sorted(range(len(pools)), key=pools.__getitem__)
            entries.extend(
                (demand_index, option, k, pools[k], shares[k], d.prep[k], d.home[k], d.dwell[k])
                for option, shares in enumerate(d.options)
                for k in by_pool
                if shares[k] > 0
            )
        columns = list(zip(*entries, strict=True)) if entries else [()] * 8
        kinds: tuple[Any, ...] = (int, int, int, int, float, int, float, bool)
        arrays: list[Any] = [np.array(c, dtype=k) for c, k in zip(columns, kinds, strict=True)]
        return cls(*arrays)


def lay_tours(problem: Problem) -> Tours:
    """Lay the tours of every demand of a problem, see :func:`tours_of`."""
    owner, demands = problem.package_of(), problem.demands
    rows = [(problem.begins(d, owner.get(d.id)), d.last, d.tour, d.cohorts) for d in demands]
    begins, ends, lengths, cohorts = np.array(rows, dtype=np.int64).reshape(len(rows), 4).T
    return tours_of(begins, ends, lengths, cohorts, problem.months)


def decision_keys(problem: Problem, tours: Tours) -> Ints:
    """Return a number for each tour of a problem, see :func:`keys_of`."""
    lead = np.array([demand.lead for demand in problem.demands], dtype=np.int64)
    cuts = np.array(problem.replan_months, dtype=np.int64)
    return keys_of(tours, lead, np.repeat(cuts[:, None], len(lead), axis=1))


def keys_of(tours: Tours, lead: Ints, cuts: Ints) -> Ints:
    """Return a number for each tour: equal for tours that are decided together.

    Tours of one wave are decided together unless a plan is made again between them: in each month K
    of `cuts` tours that begin before K + the demand's longest preparation are settled and later
    ones are free. Numbers ascend with demand, wave and first month.

    Parameters
    ----------
    tours : Tours
    lead : ndarray of int (demands,)
        Longest preparation, months.
    cuts : ndarray of int (cuts, demands)
    """
    stretch = np.zeros(len(tours), dtype=np.int64)
    for months in cuts:
        stretch += tours.first >= (months + lead)[tours.demand]
    waves = int(tours.wave.max(initial=0)) + 1
    return (tours.demand * waves + tours.wave) * (len(cuts) + 1) + stretch


def tours_of(begins: Ints, ends: Ints, lengths: Ints, cohorts: Ints, months: int) -> Tours:
    """Lay the tours of demands; those that never touch the model do not exist.

    Parameters
    ----------
    begins : ndarray of int (demands,)
        Month from which tours are laid: a demand of a package that becomes known after the model's
        first month is laid from max(first, known + longest preparation).
    ends, lengths, cohorts : ndarray of int (demands,)
        Last month on duty, tour in months, number of cohorts.
    months : int
        Length of the model.
    """
    demand = np.repeat(np.arange(len(cohorts)), cohorts)
    cohort = np.arange(len(demand)) - np.repeat(np.cumsum(cohorts) - cohorts, cohorts)
    m = cohorts[demand]
    tour, first = lengths[demand], begins[demand]
    span = ends[demand] - first + 1
    in_model = (span > 0) & (first < months) & (first + span > 0)
    demand, cohort, m, tour, first, span = (
        x[in_model] for x in (demand, cohort, m, tour, first, span)
    )

    opening = np.where(2 * span < 3 * tour, span, -(-tour * (m + 2 * cohort + 1) // (2 * m)))
    rest = np.maximum(span - opening, 0)
    whole, part = rest // tour, rest % tour
    short = (part > 0) & (2 * part < tour)
    before = np.where(whole > 0, tour, opening)
    divided = short & (2 * (before + part) > 3 * tour)
    count = 1 + whole + ((part > 0) & (~short | divided))

    # only the waves that can touch the model are written out, however long the mandate
    lowest = np.clip((-first - opening) // tour, 0, None)
    highest = np.minimum(count - 1, np.maximum((months - first - opening) // tour + 2, 0))
    number = np.maximum(highest - lowest + 1, 0)
    row = np.repeat(np.arange(len(demand)), number)
    wave = np.arange(len(row)) - np.repeat(np.cumsum(number) - number, number) + lowest[row]

    def starts(wave: Ints) -> Ints:
        regular = np.where(wave > 0, opening[row] + (wave - 1) * tour[row], 0)
        previous = np.where(wave > 1, opening[row] + (wave - 2) * tour[row], 0)
        halved = previous + -(-(before[row] + part[row]) // 2)
        return np.where(divided[row] & (wave > 0) & (wave == count[row] - 1), halved, regular)

    begin = first[row] + starts(wave)
    follows = first[row] + starts(wave + 1)
    end = np.where(wave == count[row] - 1, first[row] + span[row], follows) - 1
    keep = (end >= 0) & (begin < months)
    return Tours(demand[row][keep], cohort[row][keep], wave[keep], begin[keep], end[keep])
