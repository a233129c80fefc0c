"""Checks of a problem before it is solved: what cannot be served, and what contradicts itself.

An allocation never fails: what cannot be served stays empty, and lower bounds that cannot be met
are reported as missing. So whatever no allocation could serve is reported beforehand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from planner.months import Month
from planner.problem.model import Bound, Demand, Package, Problem, months_at_home
from planner.problem.tours import OptionTable, Tours, decision_keys, lay_tours

__all__ = ["SEVERITIES", "Finding", "diagnose"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

SEVERITIES = ("error", "warning", "note")
"""*error*: can never be met; *warning*: cannot be met in part; *note*: has no effect."""


@dataclass(frozen=True)
class Finding:
    """One thing that no allocation can mend.

    Attributes
    ----------
    severity : str
        One of :data:`SEVERITIES`.
    subject : str
        What it is about: ``demand untso``, ``bound 2``, ``package flank``, ``budget biv``.
    message : str
        What is wrong, where, and what can be done.
    """

    severity: str
    subject: str
    message: str

    def __str__(self) -> str:
        return f"{self.severity}: {self.subject}: {self.message}"


@dataclass(frozen=True)
class Wording:
    """Writes months and people as text.

    Attributes
    ----------
    first_month : Month or None
        The calendar month of month 0; without it months are numbers.
    """

    first_month: Month | None = None

    def month(self, number: int) -> str:
        """Return one month.

        Examples
        --------
        >>> Wording().month(3), Wording(Month(2022, 1)).month(3)
        ('month 3', '2022-04')
        """
        return f"month {number}" if self.first_month is None else str(self.first_month + number)

    def months(self, numbers: Iterable[int] | NDArray[np.int64]) -> str:
        """Return some months as stretches, the first three of them.

        Examples
        --------
        >>> Wording().months([1, 2, 3, 7])
        'months 1 to 3 and 7'
        >>> Wording(Month(2022, 1)).months([0, 1])
        '2022-01 to 2022-02'
        """
        inside = np.unique(np.fromiter(numbers, dtype=np.int64))
        if not len(inside):
            return "no month"
        breaks = np.flatnonzero(np.diff(inside) > 1)
        starts, ends = inside[np.append(0, breaks + 1)], inside[np.append(breaks, len(inside) - 1)]
        spans = [self._span(int(a), int(b)) for a, b in zip(starts[:3], ends[:3], strict=True)]
        if len(starts) > 3:
            spans.append(f"{len(starts) - 3} stretches more")
        text = spans[0] if len(spans) == 1 else ", ".join(spans[:-1]) + " and " + spans[-1]
        word = "month" if len(inside) == 1 else "months"
        return text if self.first_month is not None else f"{word} {text}"

    def _span(self, first: int, last: int) -> str:
        names = [
            str(number) if self.first_month is None else str(self.first_month + number)
            for number in (first, last)
        ]
        return names[0] if first == last else f"{names[0]} to {names[1]}"

    @staticmethod
    def people(number: float) -> str:
        """Return a number of persons, such as ``12`` or ``2.5``."""
        return f"{number:.6g}"

    @staticmethod
    def names(names: Iterable[str], most: int = 4) -> str:
        """Return some names, the first few of them.

        Examples
        --------
        >>> Wording.names("abcdef")
        'a, b, c, d and 2 more'
        """
        listed = list(names)
        more = len(listed) - most
        return ", ".join(listed[:most]) + (f" and {more} more" if more > 0 else "")


@dataclass(frozen=True, eq=False)
class Reach:
    """What each demand's pools could serve, were nothing else asked of them.

    Attributes
    ----------
    problem : Problem
    """

    problem: Problem

    @cached_property
    def tours(self) -> Tours:
        """Every tour that touches the model."""
        return lay_tours(self.problem)

    @cached_property
    def caps(self) -> Floats:
        """Persons, (demands,)."""
        return np.array([demand.cap for demand in self.problem.demands], dtype=float)

    @cached_property
    def laid(self) -> Flags:
        """Whether a demand has a tour in the model, (demands,)."""
        return np.bincount(self.tours.demand, minlength=len(self.problem.demands)) > 0

    @cached_property
    def strengths(self) -> Floats:
        """Persons, (pools, months)."""
        people = [self.problem.pools[name] for name in self.problem.pools]
        return np.array(people, dtype=float).reshape(len(people), self.problem.months)

    @cached_property
    def decision(self) -> Ints:
        """The decision of each tour: demand, wave and stretch between cuts, (tours,)."""
        key = decision_keys(self.problem, self.tours)
        return np.asarray(np.unique(key, return_inverse=True)[1]).ravel()

    @cached_property
    def options(self) -> OptionTable:
        """Sourcing options of all demands."""
        return OptionTable.of(self.problem)

    @cached_property
    def open_entries(self) -> Flags:
        """Whether no composition bound of 0 excludes an entry of `options`, (entries,)."""
        options, pools = self.options, list(self.problem.pools)
        result = np.ones(len(options.demand), dtype=bool)
        index = {demand.id: number for number, demand in enumerate(self.problem.demands)}
        for bound in self.problem.bounds:
            if bound.max != 0:
                continue
            counted = np.isin(options.demand, [index[name] for name in bound.demands])
            if bound.pools is not None:
                counted &= np.isin(options.pool, [pools.index(name) for name in bound.pools])
            result &= ~counted
        return result

    def open_pools(self, demand: int) -> list[str]:
        """Return the pools of a demand's options that no composition bound of 0 excludes."""
        options = self.options
        mine = options.demand == demand
        shut = np.unique(options.option[mine & ~self.open_entries])
        keep = mine & ~np.isin(options.option, shut)
        used = set(options.index[keep].tolist())
        return [p for k, p in enumerate(self.problem.demands[demand].pools) if k in used]

    @cached_property
    def servable(self) -> Flags:
        """Whether an option could serve the decision that each tour belongs to, (tours,)."""
        tours, problem, options = self.tours, self.problem, self.options
        if not len(tours):
            return np.zeros(0, dtype=bool)
        months = problem.months
        empty = np.zeros((len(problem.pools), months + 1), dtype=np.int64)
        np.cumsum(self.strengths <= 0, axis=1, out=empty[:, 1:])
        count = np.bincount(options.demand, minlength=len(problem.demands))
        width = count[tours.demand]
        tour = np.repeat(np.arange(len(tours)), width)
        entry = np.arange(len(tour)) - np.repeat(np.cumsum(width) - width, width)
        entry += (np.cumsum(count) - count)[tours.demand[tour]]
        prep, pool = options.prep[entry], options.pool[entry]
        home = months_at_home(options.home[entry], options.dwell[entry], prep, tours.length[tour])
        begins = np.clip(tours.first[tour] - prep, 0, months)
        ends = np.clip(tours.last[tour] + home + 1, 0, months)
        blocked = (empty[pool, ends] > empty[pool, begins]) | ~self.open_entries[entry]
        blocked |= self._unpaid()[tour]
        widest = int(options.option.max()) + 1
        key = self.decision[tour] * widest + options.option[entry]
        size = (int(self.decision.max()) + 1) * widest
        possible = (np.bincount(key, minlength=size) > 0) & (
            np.bincount(key, blocked, minlength=size) == 0
        )
        return possible.reshape(-1, widest).any(axis=1)[self.decision]

    def _unpaid(self) -> Flags:
        """Whether a fund without money would have to pay for a tour, (tours,)."""
        tours = self.tours
        result = np.zeros(len(tours), dtype=bool)
        for budget in self.problem.budgets:
            if budget.amount > 0:
                continue
            dear = np.array(
                [budget.cost.get(demand.id, 0.0) > 0 for demand in self.problem.demands], dtype=bool
            )
            inside = (tours.first <= budget.last) & (tours.last >= max(budget.first, 0))
            result |= dear[tours.demand] & inside
        return result

    def on_duty(self, which: Flags) -> Flags:
        """Return in which months some of a demand's chosen tours are on duty, (demands, months)."""
        tours, months = self.tours, self.problem.months
        size = len(self.problem.demands) * (months + 1)
        begin = np.clip(tours.first[which], 0, months) + tours.demand[which] * (months + 1)
        end = np.clip(tours.last[which] + 1, 0, months) + tours.demand[which] * (months + 1)
        change = np.bincount(begin, minlength=size) - np.bincount(end, minlength=size)
        return np.cumsum(change.reshape(-1, months + 1), axis=1)[:, :months] > 0

    @cached_property
    def asked(self) -> Flags:
        """In which months a demand with a cap above 0 has tours on duty, (demands, months)."""
        return self.on_duty(self.caps[self.tours.demand] > 0)

    @cached_property
    def possible(self) -> Flags:
        """In which months people could be on duty, (demands, months)."""
        return self.on_duty(self.servable & (self.caps[self.tours.demand] > 0))


SLACK = 1e-9


@dataclass(frozen=True, eq=False)
class Contradictions:
    """Looks at the bounds of a problem.

    Attributes
    ----------
    reach : Reach
    text : Wording
    """

    reach: Reach
    text: Wording

    @cached_property
    def bounds(self) -> tuple[Bound, ...]:
        """The bounds of the problem."""
        return self.reach.problem.bounds

    @cached_property
    def _places(self) -> dict[str, int]:
        return {demand.id: place for place, demand in enumerate(self.reach.problem.demands)}

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with each bound, in order."""
        for number, bound in enumerate(self.bounds):
            yield from self._alone(number, bound)
            yield from self._within(number, bound)

    def _holds(self, bound: Bound) -> Flags:
        """In which months the bound holds: one of its demands has people on duty, (months,)."""
        places = [self._places[name] for name in bound.demands]
        return np.asarray(self.reach.asked[places].any(axis=0))

    def _counted(self, bound: Bound) -> list[str]:
        """Return the pools from which the bound counts people."""
        accepted = {p for name in bound.demands for p in self.reach.problem.demand(name).pools}
        wanted = self.reach.problem.pools if bound.pools is None else bound.pools
        return [pool for pool in wanted if pool in accepted]

    def _alone(self, number: int, bound: Bound) -> Iterator[Finding]:
        """Compare a lower bound with the caps, pools and months of its own demands."""
        subject, holds = f"bound {number}", self._holds(bound)
        if not holds.any():
            names = self.text.names(bound.demands)
            yield Finding("note", subject, f"has no effect: {names} never have people in the model")
            return
        if not bound.min:
            return
        least, pools = self.text.people(bound.min), self._counted(bound)
        if not pools:
            yield Finding(
                "error",
                subject,
                f"asks for at least {least} from {self.text.names(bound.pools or ())}, but none of "
                f"its demands accepts them: add the pool to a demand or drop it from the bound",
            )
            return
        members = self._members(bound, pools)
        caps = self.reach.caps[members] @ self.reach.asked[members]
        able = self.reach.caps[members] @ self.reach.possible[members]
        index = list(self.reach.problem.pools)
        people = self.reach.strengths[[index.index(pool) for pool in pools]].sum(axis=0)
        short = holds & (caps < bound.min - SLACK)
        yield from self._short(subject, bound, short, caps, "the caps of its demands add up to")
        weak = holds & ~short & (people < bound.min - SLACK)
        what = f"all of {self.text.names(pools)} together have"
        yield from self._short(subject, bound, weak, people, what)
        unserved = holds & ~short & ~weak & (able < bound.min - SLACK)
        what = "those of its demands that a pool can serve then have caps of"
        yield from self._short(subject, bound, unserved, able, what)

    def _members(self, bound: Bound, pools: list[str]) -> list[int]:
        """Return the places of the demands that take people from counted pools."""
        counted = set(pools)
        demand = self.reach.problem.demand
        return [self._places[n] for n in bound.demands if counted.intersection(demand(n).pools)]

    def _short(
        self, subject: str, bound: Bound, where: Flags, most: NDArray[np.float64], what: str
    ) -> Iterator[Finding]:
        if where.any():
            months = np.flatnonzero(where)
            least, there = bound.min or 0.0, float(most[months].min())
            yield Finding(
                "error" if len(months) == int(self._holds(bound).sum()) else "warning",
                subject,
                f"asks for at least {self.text.people(least)} in {self.text.months(months)}, but "
                f"{what} {self.text.people(there)}: the rest is reported as missing; lower the "
                "bound, or raise what it rests on",
            )

    @cached_property
    def _by_demand(self) -> dict[str, list[int]]:
        """Lower bounds by their first demand."""
        found: dict[str, list[int]] = {}
        for number, bound in enumerate(self.bounds):
            if bound.min:
                found.setdefault(bound.demands[0], []).append(number)
        return found

    def _within(self, number: int, outer: Bound) -> Iterator[Finding]:
        """Compare an upper bound with the lower bounds inside it, those that share no people."""
        if outer.max is None:
            return
        inner = [n for name in dict.fromkeys(outer.demands) for n in self._by_demand.get(name, ())]
        inner = [n for n in inner if n != number and self._inside(self.bounds[n], outer)]
        inner.sort(key=lambda n: (-(self.bounds[n].min or 0.0), n))
        chosen: list[int] = []
        for candidate in inner:
            if all(self._apart(self.bounds[candidate], self.bounds[other]) for other in chosen):
                chosen.append(candidate)
        total = sum((self.bounds[n].min or 0.0) * self._holds(self.bounds[n]) for n in chosen)
        over = np.flatnonzero(np.asarray(total) > outer.max + SLACK) if chosen else np.zeros(0, int)
        if len(over):
            asked = float(np.asarray(total)[over].max())
            several = f"bound {chosen[0]} asks" if len(chosen) == 1 else (
                f"bounds {', '.join(map(str, sorted(chosen)))} together ask"
            )  # fmt: skip
            yield Finding(
                "error",
                f"bound {number}",
                f"allows at most {self.text.people(outer.max)}, but inside it {several} for at "
                f"least {self.text.people(asked)} in {self.text.months(over)}: the upper bound "
                "holds and the rest is reported as missing; change one of them",
            )

    def _inside(self, inner: Bound, outer: Bound) -> bool:
        """Whether everybody whom `inner` counts is counted by `outer` too."""
        if not set(inner.demands) <= set(outer.demands):
            return False
        return outer.pools is None or set(self._counted(inner)) <= set(outer.pools)

    def _apart(self, one: Bound, other: Bound) -> bool:
        """Whether two bounds have no column in common."""
        if not set(one.demands) & set(other.demands):
            return True
        return not set(self._counted(one)) & set(self._counted(other))


def diagnose(problem: Problem, first_month: Month | None = None) -> list[Finding]:
    """Find demands that no pool can ever serve, and bounds that contradict each other.

    Parameters
    ----------
    problem : Problem
    first_month : Month, optional
        The calendar month of month 0, so that messages name calendar months.

    Returns
    -------
    list of Finding
        Errors first, then warnings, then notes; empty where nothing is wrong.

    Examples
    --------
    >>> from planner.problem.neutral import parse_problem
    >>> problem = parse_problem({
    ...     "format": "planner-problem/1", "months": 12, "pools": {"staff": 0},
    ...     "demands": [{"id": "untso", "tier": 1, "cap": 2, "first": 0, "last": 11, "tour": 6,
    ...                  "pools": ["staff"], "prep": 0, "rest": 0}]})
    >>> print(diagnose(problem)[0])
    error: demand untso: no pool can ever serve it: staff has no people in any month; give it \
people or name another pool
    """
    reach, text = Reach(problem), Wording(first_month)
    found = [
        *_packages(problem, text),
        *_demands(reach, text),
        *Contradictions(reach, text).findings(),
        *_budgets(problem, text),
    ]
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))


def _packages(problem: Problem, text: Wording) -> Iterator[Finding]:
    """Packages that become known too late to be served, wholly or in part."""
    for package in problem.packages:
        subject, known = f"package {package.id}", problem.known(package.id)
        if not package.demands:
            yield Finding("note", subject, "has no demands: it can displace nothing")
        elif known >= problem.months:
            yield Finding(
                "error",
                subject,
                f"becomes known in {text.month(known)}, after the model's last month "
                f"({text.month(problem.months - 1)}): it is never served; let it be known earlier "
                "or make the model longer",
            )
        else:
            yield from _late(problem, package, known, text)


def _late(problem: Problem, package: Package, known: int, text: Wording) -> Iterator[Finding]:
    lost, cut = [], []
    for name in package.demands:
        demand = problem.demand(name)
        begin = problem.begins(demand, package.id)
        if begin > demand.last:
            lost.append(demand)
        elif begin > demand.first and demand.last >= 0:
            cut.append(f"{name} ({begin - max(demand.first, 0)} months lost)")
    for demand in lost:
        yield Finding(
            "error",
            f"demand {demand.id}",
            f"is never served: its package {package.id} becomes known in {text.month(known)}, "
            f"{demand.lead} months of preparation later its mandate has ended (last month: "
            f"{text.month(demand.last)}); let the package be known earlier",
        )
    if cut:
        yield Finding(
            "warning",
            f"package {package.id}",
            f"becomes known in {text.month(known)}, too late to prepare people for the first month "
            f"of {text.names(cut)}; what is asked still counts from that first month",
        )


def _demands(reach: Reach, text: Wording) -> Iterator[Finding]:
    """Demands outside the model, with a cap of 0, or that no pool can serve, always or at times."""
    problem = reach.problem
    owner = problem.package_of()
    asked, possible = reach.asked, reach.possible
    dark = (asked & ~possible).any(axis=1)
    for place in np.flatnonzero(dark | ~reach.laid | (reach.caps <= 0)):
        demand = problem.demands[place]
        subject = f"demand {demand.id}"
        if demand.last < 0 or demand.first >= problem.months:
            yield Finding(
                "note",
                subject,
                f"lies outside the model: {text.month(demand.first)} to {text.month(demand.last)} "
                f"against {text.month(0)} to {text.month(problem.months - 1)}; no people are sent",
            )
        elif demand.cap <= 0:
            yield Finding("note", subject, "asks for no people: its cap is 0")
        elif not reach.laid[place]:
            if demand.id not in owner:  # else its package has said so
                yield Finding("error", subject, "has no tour in the model")
        elif not possible[place].any():
            yield Finding(
                "error", subject, f"no pool can ever serve it: {_why(reach, int(place), demand)}"
            )
        else:
            months = np.flatnonzero(asked[place] & ~possible[place])
            yield Finding(
                "warning",
                subject,
                f"no pool can serve it in {text.months(months)}: preparation, duty or rest would "
                f"fall in months in which {text.names(demand.pools)} have no people, or that no "
                "fund may pay for",
            )


def _why(reach: Reach, place: int, demand: Demand) -> str:
    """Return why no pool can serve a demand, and what to do."""
    problem = reach.problem
    allowed = reach.open_pools(place)
    if not allowed:
        return "an upper composition bound of 0 shuts out all its pools; raise or drop that bound"
    bare = [pool for pool in allowed if not problem.pools[pool].any()]
    if len(bare) == len(allowed):
        have = "has" if len(bare) == 1 else "have"
        pools = Wording.names(bare)
        return f"{pools} {have} no people in any month; give it people or name another pool"
    unpaid = [b.id for b in problem.budgets if b.amount <= 0 and b.cost.get(demand.id, 0) > 0]
    if unpaid:
        return f"budget {Wording.names(unpaid)} has no money for it; raise the amount"
    return (
        f"every tour with its preparation and rest meets months in which {Wording.names(allowed)} "
        "have no people; give them people in those months, or shorten preparation or rest"
    )


def _budgets(problem: Problem, text: Wording) -> Iterator[Finding]:
    """Funds that pay for nothing."""
    for budget in problem.budgets:
        subject = f"budget {budget.id}"
        demands = [problem.demand(name) for name, euros in budget.cost.items() if euros > 0]
        first, last = max(budget.first, 0), min(budget.last, problem.months - 1)
        if first > last:
            yield Finding(
                "note",
                subject,
                f"pays for {text.month(budget.first)} to {text.month(budget.last)}, of which none "
                "lies in the model: it limits nothing",
            )
        elif not any(demand.first <= last and demand.last >= first for demand in demands):
            yield Finding("note", subject, "none of its demands has people in its months")
