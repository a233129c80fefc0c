"""The neutral problem as JSON text: read with every fault at its line and column, and written.

The format is ``planner-problem/1``. Two optional keys go beyond the plain programme: ``unit``
(true: all or nothing when solved with whole people) on a demand, and ``budgets``, a list of
``{"id", "first", "last", "amount", "cost": {demand: euros per person-month}}``.
"""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from planner.errors import Fault, InputError, nearest
from planner.problem.model import Bound, Budget, Demand, Package, Problem

__all__ = [
    "FORMAT",
    "LIMITS",
    "dump_problem",
    "locate",
    "parse_problem",
    "read_problem",
    "repeated",
    "weight_faults",
]


FORMAT = "planner-problem/1"
LIMITS = {"months": 2_400, "demands": 100_000, "pools": 20_000, "bounds": 20_000,
          "packages": 10_000, "budgets": 10_000, "people": 1e7, "cohorts": 10_000,
          "bytes": 32_000_000, "tour": 1_200, "month": 1_000_000, "rest": 1_000,
          "weight": 1e9}  # fmt: skip
"""Sizes above which a file is refused as absurd rather than tried. A file of the largest size
takes less than 1 GB to read, whatever it holds."""
LEAST_CAP = 1e-6
"""Smallest cap above 0, persons: the solver's tolerances are a thousandth of it."""
LEAST_WEIGHT = 1e-9
"""Smallest weight above 0."""
WEIGHT_RATIO = 1e7
"""How many times the smallest weight of a tier the largest may be: beyond it the smallest is lost
in the rounding of the largest."""
MANY_FAULTS = 1_000
"""Faults after which the rest of a file is not read."""

_TOP = {"format", "months", "report", "pools", "demands", "bounds", "packages", "budgets"}
_DEMAND = {"id", "tier", "main_task", "cap", "first", "last", "tour", "pools", "prep", "rest",
           "dwell", "cohorts", "weight", "on_call", "unit"}  # fmt: skip
SHARE_SUM = 1e-9
"""How far the shares of a mix may add up to something else than 1."""


def parse_problem(data: Any, name: str = "<problem>") -> Problem:
    """Build a problem from the parsed JSON object; raise InputError with every fault found."""
    return _Parser(name).problem(data)


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number of hundreds of digits
        return False


class _Parser:
    def __init__(self, name: str):
        self.name = name
        self.faults: list[Fault] = []

    def fault(self, field: str, message: str) -> None:
        self.faults.append(Fault(self.name, 0, 0, field, message))
        if len(self.faults) >= MANY_FAULTS:
            more = f"has {MANY_FAULTS} faults up to here, the rest was not read"
            raise InputError([*self.faults, Fault(self.name, 0, 0, "", more)])

    def number(
        self, value: Any, field: str, low: float = -math.inf, high: float = math.inf
    ) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not _finite(value):
            self.fault(field, f"expected a finite number, found {_show(value)}")
            return max(low, 0.0)
        if not low <= value <= high:
            self.fault(field, f"expected a number from {low:g} to {high:g}, found {value:g}")
            return max(low, 0.0)
        return float(value)

    def sized(self, value: Any, field: str, least: float, most: float) -> float:
        """Return a number that is 0 or lies between two limits."""
        found = self.number(value, field, 0, most)
        if 0 < found < least:
            self.fault(field, f"expected 0 or a number from {least:g} to {most:g}, found {found:g}")
        return found

    def whole(self, value: Any, field: str, low: int, high: int) -> int:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            self.fault(field, f"expected a whole number, found {_show(value)}")
            return max(low, 0)
        if not low <= value <= high:
            self.fault(field, f"expected a whole number from {low} to {high}, found {value}")
            return max(low, 0)
        return value

    def keys(
        self, data: Mapping[str, Any], allowed: set[str], needed: set[str], field: str
    ) -> None:
        for key in data:
            if key not in allowed:
                self.fault(f"{field}.{key}".lstrip("."), f"not known{nearest(key, allowed)}")
        for key in sorted(needed - set(data)):
            self.fault(f"{field}.{key}".lstrip("."), "is missing")

    def problem(self, data: Any) -> Problem:
        if not isinstance(data, dict):
            raise InputError(
                Fault(self.name, 0, 0, "", f"expected a JSON object, found {_show(data)}")
            )
        if data.get("format") != FORMAT:
            self.fault("format", f"expected {FORMAT!r}, found {_show(data.get('format'))}")
        self.keys(data, _TOP, {"months", "pools", "demands"}, "")
        months = self.whole(data.get("months", 1), "months", 1, int(LIMITS["months"]))
        report = self.report(data.get("report"), months)
        pools = self.pools(data.get("pools", {}), months)
        demands = self.demands(data.get("demands", []), pools)
        names = {demand.id for demand in demands}
        bounds = self.bounds(data.get("bounds", []), names, pools)
        packages = self.packages(data.get("packages", {}), names)
        budgets = self.budgets(data.get("budgets", []), names, months)
        if self.faults:
            raise InputError(self.faults)
        return Problem(months, report, pools, demands, bounds, packages, budgets)

    def report(self, value: Any, months: int) -> tuple[int, int]:
        if value is None:
            return 0, months - 1
        if not isinstance(value, list) or len(value) != 2:
            self.fault("report", f"expected two months [first, last], found {_show(value)}")
            return 0, months - 1
        first = self.whole(value[0], "report.0", 0, months - 1)
        last = self.whole(value[1], "report.1", 0, months - 1)
        if last < first:
            self.fault("report", f"expected the last month ({last}) not before the first ({first})")
        return first, last

    def pools(self, data: Any, months: int) -> dict[str, Any]:
        if not isinstance(data, dict) or not data:
            self.fault("pools", "expected an object with at least one pool")
            return {}
        if len(data) > LIMITS["pools"]:
            self.fault("pools", f"expected at most {LIMITS['pools']:g} pools, found {len(data)}")
            return {}
        pools = {}
        for name, value in data.items():
            if isinstance(value, list):
                if len(value) != months:
                    self.fault(f"pools.{name}", f"expected {months} numbers, found {len(value)}")
                people = [
                    self.number(v, f"pools.{name}.{t}", 0, LIMITS["people"])
                    for t, v in enumerate(value)
                ]
                pools[name] = np.array(people if len(people) == months else [0.0] * months)
            else:
                pools[name] = np.full(
                    months, self.number(value, f"pools.{name}", 0, LIMITS["people"])
                )
        return pools

    def listed(self, data: Any, field: str) -> bool:
        """Whether a field is a list that is not too long."""
        if not isinstance(data, list):
            self.fault(field, f"expected a list, found {_show(data)}")
            return False
        if len(data) > LIMITS[field]:
            self.fault(field, f"expected at most {LIMITS[field]:g}, found {len(data)}")
            return False
        return True

    def demands(self, data: Any, pools: Mapping[str, Any]) -> tuple[Demand, ...]:
        if not self.listed(data, "demands"):
            return ()
        found: dict[str, Demand] = {}
        for place, item in enumerate(data):
            demand = self.demand(item, f"demands.{place}", pools)
            if demand is None:
                continue
            if demand.id in found:
                self.fault(f"demands.{place}.id", f"{demand.id!r} is used twice")
            found[demand.id] = demand
        for number, message in weight_faults(tuple(found.values())):
            self.fault(f"demands.{number}.weight", message)
        return tuple(found.values())

    def demand(self, item: Any, field: str, pools: Mapping[str, Any]) -> Demand | None:
        if not isinstance(item, dict):
            self.fault(field, f"expected an object, found {_show(item)}")
            return None
        needed = {"id", "tier", "cap", "first", "last", "tour", "pools"}
        self.keys(item, _DEMAND, needed, field)
        name = item.get("id")
        if not isinstance(name, str) or not name:
            self.fault(f"{field}.id", f"expected a name, found {_show(name)}")
            name = field
        chosen, options = self.options(item.get("pools"), f"{field}.pools", pools)
        edge = int(LIMITS["month"])
        first = self.whole(item.get("first", 0), f"{field}.first", -edge, edge)
        last = self.whole(item.get("last", 0), f"{field}.last", -edge, edge)
        if last < first:
            self.fault(
                f"{field}.last", f"expected a month not before first ({first}), found {last}"
            )
        prep = self.by_pool(item.get("prep", 0), f"{field}.prep", chosen, whole=True)
        home, dwell = self.time_at_home(item, field, chosen)
        return Demand(
            id=name,
            tier=self.whole(item.get("tier", 1), f"{field}.tier", 1, 1_000),
            main_task=self.whole(item.get("main_task", 2), f"{field}.main_task", 1, 2),
            cap=self.sized(item.get("cap", 0), f"{field}.cap", LEAST_CAP, LIMITS["people"]),
            first=first,
            last=last,
            tour=self.whole(item.get("tour", 1), f"{field}.tour", 1, int(LIMITS["tour"])),
            pools=chosen,
            prep=tuple(int(months) for months in prep),
            home=home,
            cohorts=self.whole(
                item.get("cohorts", 1), f"{field}.cohorts", 1, int(LIMITS["cohorts"])
            ),
            weight=self.sized(
                item.get("weight", 1.0), f"{field}.weight", LEAST_WEIGHT, LIMITS["weight"]
            ),
            unit=self.flag(item.get("unit", False), f"{field}.unit"),
            options=options,
            dwell=dwell,
            on_call=self.flag(item.get("on_call", False), f"{field}.on_call"),
        )

    def flag(self, value: Any, field: str) -> bool:
        if not isinstance(value, bool):
            self.fault(field, f"expected true or false, found {_show(value)}")
        return value is True

    def options(
        self, value: Any, field: str, pools: Mapping[str, Any]
    ) -> tuple[tuple[str, ...], tuple[tuple[float, ...], ...]]:
        """Return the pools of a demand in order of first use, and the shares of each option."""
        if not isinstance(value, list) or not value:
            self.fault(field, f"expected a list of pools or mixes, found {_show(value)}")
            return (), ()
        mixes: list[dict[str, float]] = []
        for place, option in enumerate(value):
            mix = self.mix(option, f"{field}.{place}", pools)
            if isinstance(option, str) and option in value[:place]:
                self.fault(f"{field}.{place}", f"{_show(option)} is named twice")
            elif mix:
                mixes.append(mix)
        chosen = tuple(dict.fromkeys(pool for mix in mixes for pool in mix))
        return chosen, tuple(tuple(mix.get(pool, 0.0) for pool in chosen) for mix in mixes)

    def mix(self, option: Any, field: str, pools: Mapping[str, Any]) -> dict[str, float]:
        """Return the shares of one sourcing option by pool; empty where it is wrong."""
        if not isinstance(option, dict):
            if isinstance(option, str) and option in pools:
                return {option: 1.0}
            hint = nearest(option, pools)
            self.fault(field, f"expected a known name, found {_show(option)}{hint}")
            return {}
        before = len(self.faults)
        shares = {}
        for pool, share in option.items():
            if pool not in pools:
                self.fault(f"{field}.{pool}", f"not a known pool{nearest(pool, pools)}")
            shares[pool] = self.number(share, f"{field}.{pool}", 0, 1 + SHARE_SUM)
            if shares[pool] <= 0 and len(self.faults) == before:
                self.fault(f"{field}.{pool}", f"expected a share above 0, found {_show(share)}")
        total = math.fsum(shares.values())
        if len(self.faults) == before and abs(total - 1) > SHARE_SUM:
            self.fault(field, f"expected shares that add up to 1, found a sum of {total:.12g}")
        return shares if len(self.faults) == before else {}

    def time_at_home(
        self, item: Mapping[str, Any], field: str, pools: tuple[str, ...]
    ) -> tuple[tuple[float, ...], tuple[bool, ...]]:
        """Return months at home per month served, and whether they are dwell, by pool."""
        rest, dwell = item.get("rest"), item.get("dwell")
        if "dwell" not in item:
            home = self.by_pool(item.get("rest", 0), f"{field}.rest", pools, whole=False)
            return home, (False,) * len(pools)
        if "rest" not in item:
            home = self.by_pool(dwell, f"{field}.dwell", pools, whole=False)
            return home, (True,) * len(pools)
        if not isinstance(rest, dict) or not isinstance(dwell, dict):
            self.fault(
                f"{field}.dwell",
                "expected rest or dwell; with both, two objects that name each pool once",
            )
            return (0.0,) * len(pools), (False,) * len(pools)
        for pool in sorted(set(rest) & set(dwell)):
            self.fault(f"{field}.dwell.{pool}", "this pool already has rest")
        both = {pool: 0.0 for pool in pools if pool in rest or pool in dwell}
        for name, values in (("rest", rest), ("dwell", dwell)):
            own = tuple(pool for pool in pools if pool in values)
            for key in values:
                if key not in pools:
                    hint = nearest(key, pools)
                    self.fault(f"{field}.{name}.{key}", f"not a pool of this demand{hint}")
            for pool in own:
                both[pool] = self.number(values[pool], f"{field}.{name}.{pool}", 0, LIMITS["rest"])
        if missing := [pool for pool in pools if pool not in both]:
            self.fault(
                f"{field}.dwell",
                f"rest and dwell name every pool of their demand: {', '.join(missing)} is missing",
            )
        home = tuple(both.get(pool, 0.0) for pool in pools)
        return home, tuple(pool in dwell for pool in pools)

    def by_pool(
        self, value: Any, field: str, pools: tuple[str, ...], whole: bool
    ) -> tuple[float, ...]:
        def one(entry: Any, where: str) -> float:
            if whole:
                return self.whole(entry, where, 0, int(LIMITS["tour"]))
            return self.number(entry, where, 0, LIMITS["rest"])

        if not isinstance(value, dict):
            return tuple(one(value, field) for _ in pools[:1]) * len(pools)
        for key in value:
            if key not in pools:
                self.fault(f"{field}.{key}", f"not a pool of this demand{nearest(key, pools)}")
        missing = [pool for pool in pools if pool not in value]
        if missing:
            self.fault(field, f"names every pool of its demand: {', '.join(missing)} is missing")
        return tuple(
            one(value[pool], f"{field}.{pool}") if pool in value else 0.0 for pool in pools
        )

    def names(self, value: Any, field: str, known: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not value:
            self.fault(field, f"expected a list of at least one name, found {_show(value)}")
            return ()
        chosen: list[str] = []
        for place, name in enumerate(value):
            if not isinstance(name, str) or name not in known:
                hint = nearest(name, known)
                self.fault(f"{field}.{place}", f"expected a known name, found {_show(name)}{hint}")
            elif name in chosen:
                self.fault(f"{field}.{place}", f"{name!r} is named twice")
            else:
                chosen.append(name)
        return tuple(chosen)

    def bounds(self, data: Any, names: set[str], pools: Mapping[str, Any]) -> tuple[Bound, ...]:
        if not self.listed(data, "bounds"):
            return ()
        bounds = []
        for place, item in enumerate(data):
            field = f"bounds.{place}"
            if not isinstance(item, dict):
                self.fault(field, f"expected an object, found {_show(item)}")
                continue
            self.keys(item, {"demands", "pools", "min", "max"}, {"demands"}, field)
            demands = self.names(item.get("demands"), f"{field}.demands", names)
            counted = None
            if item.get("pools") is not None:
                counted = self.names(item["pools"], f"{field}.pools", pools)
            least, most = (
                None if item.get(key) is None
                else self.number(item[key], f"{field}.{key}", 0, LIMITS["people"])
                for key in ("min", "max")
            )  # fmt: skip
            if least is None and most is None:
                self.fault(field, "expected min, max or both")
            elif least is not None and most is not None and least > most:
                self.fault(field, f"contradicts itself: min {least:g} is above max {most:g}")
            if demands:
                bounds.append(Bound(demands, counted, least, most))
        return tuple(bounds)

    def packages(self, data: Any, names: set[str]) -> tuple[Package, ...]:
        if not isinstance(data, dict):
            self.fault("packages", f"expected an object, found {_show(data)}")
            return ()
        if len(data) > LIMITS["packages"]:
            self.fault("packages", f"expected at most {LIMITS['packages']:g}, found {len(data)}")
            return ()
        packages: list[Package] = []
        owner: dict[str, str] = {}
        for name, item in data.items():
            field = f"packages.{name}"
            if not isinstance(item, dict):
                self.fault(field, f"expected an object, found {_show(item)}")
                continue
            self.keys(item, {"demands", "known"}, {"demands"}, field)
            demands = self.names(item.get("demands"), f"{field}.demands", names)
            for demand in demands:
                if demand in owner:
                    self.fault(field, f"{demand!r} already belongs to package {owner[demand]!r}")
                owner[demand] = name
            known = item.get("known")
            if known is not None:
                edge = int(LIMITS["month"])
                known = self.whole(known, f"{field}.known", -edge, edge)
            packages.append(Package(name, demands, known))
        return tuple(packages)

    def budgets(self, data: Any, names: set[str], months: int) -> tuple[Budget, ...]:
        if not self.listed(data, "budgets"):
            return ()
        budgets = []
        for place, item in enumerate(data):
            field = f"budgets.{place}"
            if not isinstance(item, dict):
                self.fault(field, f"expected an object, found {_show(item)}")
                continue
            keys = {"id", "first", "last", "amount", "cost"}
            self.keys(item, keys, keys, field)
            cost = item.get("cost")
            if not isinstance(cost, dict) or not cost:
                self.fault(f"{field}.cost", "expected an object: demand to euros per person-month")
                cost = {}
            else:
                self.names(list(cost), f"{field}.cost", names)
            edge = int(LIMITS["month"])
            budgets.append(
                Budget(
                    str(item.get("id")),
                    self.whole(item.get("first", 0), f"{field}.first", -edge, edge),
                    self.whole(item.get("last", 0), f"{field}.last", -edge, edge),
                    self.number(item.get("amount", 0), f"{field}.amount", 0),
                    {
                        key: self.number(euros, f"{field}.cost.{key}", 0)
                        for key, euros in cost.items()
                    },
                )
            )
        return tuple(budgets)


def weight_faults(demands: Sequence[Demand]) -> list[tuple[int, str]]:
    """Return the demands whose weight is too small to count beside the largest of their tier.

    Returns
    -------
    list of (int, str)
        Index of the demand, and what was expected.
    """
    largest: dict[int, float] = {}
    for demand in demands:
        largest[demand.tier] = max(largest.get(demand.tier, 0.0), demand.weight)
    return [
        (
            index,
            f"expected 0 or at least {largest[demand.tier] / WEIGHT_RATIO:g}, found "
            f"{demand.weight:g}: weights of one tier may differ by a factor of {WEIGHT_RATIO:g} "
            f"at most, and the largest of tier {demand.tier} is {largest[demand.tier]:g}; use "
            "another tier instead",
        )
        for index, demand in enumerate(demands)
        if 0 < demand.weight < largest[demand.tier] / WEIGHT_RATIO * (1 - 1e-9)
    ]


def _show(value: Any) -> str:
    text = json.dumps(value, default=str) if not isinstance(value, float) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _by_pool(pools: tuple[str, ...], values: tuple[float, ...]) -> Any:
    return values[0] if len(set(values)) == 1 else dict(zip(pools, values, strict=True))


def _options(demand: Demand) -> list[Any]:
    """Return the sourcing options as pools and mixes."""
    options: list[Any] = []
    for shares in demand.options:
        mix = {p: share for p, share in zip(demand.pools, shares, strict=True) if share > 0}
        plain = len(mix) == 1 and list(mix.values()) == [1.0]
        options.append(next(iter(mix)) if plain else mix)
    return options


def _time_at_home(demand: Demand) -> dict[str, Any]:
    """Return rest, dwell or both, in the shortest form that says the same."""
    if len(set(demand.dwell)) <= 1:
        name = "dwell" if demand.dwell and demand.dwell[0] else "rest"
        return {name: _by_pool(demand.pools, demand.home)}
    both: dict[str, Any] = {"rest": {}, "dwell": {}}
    for pool, months, dwell in zip(demand.pools, demand.home, demand.dwell, strict=True):
        both["dwell" if dwell else "rest"][pool] = months
    return both


def dump_problem(problem: Problem) -> dict[str, Any]:
    """Return the problem as a JSON-ready object in the neutral format."""

    def level(strength: Any) -> Any:
        people = [float(people) for people in strength]
        return people[0] if len(set(people)) == 1 else people

    demands = []
    for d in problem.demands:
        line = {"id": d.id, "tier": d.tier, "main_task": d.main_task, "cap": d.cap,
                "first": d.first, "last": d.last, "tour": d.tour, "pools": _options(d),
                "prep": _by_pool(d.pools, d.prep), **_time_at_home(d),
                "cohorts": d.cohorts, "weight": d.weight}  # fmt: skip
        line |= {"on_call": True} if d.on_call else {}
        demands.append(line | ({"unit": True} if d.unit else {}))
    data: dict[str, Any] = {
        "format": FORMAT,
        "months": problem.months,
        "report": list(problem.report),
        "pools": {name: level(strength) for name, strength in problem.pools.items()},
        "demands": demands,
        "bounds": [
            {"demands": list(bound.demands)}
            | ({} if bound.pools is None else {"pools": list(bound.pools)})
            | ({} if bound.min is None else {"min": bound.min})
            | ({} if bound.max is None else {"max": bound.max})
            for bound in problem.bounds
        ],
        "packages": {
            package.id: {"demands": list(package.demands)}
            | ({} if package.known is None else {"known": package.known})
            for package in problem.packages
        },
    }
    if problem.budgets:
        data["budgets"] = [
            {"id": b.id, "first": b.first, "last": b.last, "amount": b.amount, "cost": dict(b.cost)}
            for b in problem.budgets
        ]
    return data


SEARCHED = 1_000_000
"""Characters of a text in which fields are looked up: about a second of work."""

_TOKEN = re.compile(r'[ \t\r\n]*("(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+)')


def locate(text: str, faults: Iterable[Fault | str]) -> list[Fault | str]:
    """Return the faults with line and column of their fields, as far as they can be found.

    A field that is missing stands where the object stands that lacks it.

    Parameters
    ----------
    text : str
        Valid JSON.
    faults : iterable of Fault
        Fields as dotted paths, ``demands.3.cap``.

    Examples
    --------
    >>> text = '{"demands": [\\n  {"cap": -1}]}'
    >>> print(*locate(text, [Fault("a.json", 0, 0, "demands.0.cap", "expected more")]))
    a.json:2:11: demands.0.cap: expected more
    """
    faults = list(faults)
    wanted: set[str] = set()
    for fault in faults:
        if isinstance(fault, Fault):
            wanted.update(_prefixes(fault.field))
    if not wanted:
        return faults
    found = _offsets(text, wanted)
    starts = _starts(text)

    def placed(fault: Fault | str) -> Fault | str:
        if isinstance(fault, str) or fault.line:
            return fault
        for prefix in _prefixes(fault.field):
            if prefix in found:
                line, column = _place(starts, found[prefix])
                return replace(fault, line=line, column=column)
        return fault

    return [placed(fault) for fault in faults]


def _prefixes(field: str) -> list[str]:
    """Return a path and all it lies in, the longest first; the whole text is ``""``."""
    if not field:
        return []
    parts = field.split(".")
    return [".".join(parts[:end]) for end in range(len(parts), 0, -1)] + [""]


def repeated(text: str, name: str) -> list[Fault]:
    """Return a fault for every key that an object of a valid JSON text has a second time.

    Examples
    --------
    >>> print(*repeated('{"a": 1, "a": 2}', "x.json"))
    x.json:1:10: a: named twice: keep one of them
    """
    starts = _starts(text)
    faults = []
    seen: set[str] = set()
    for path, start, is_key in _walk(text):
        if is_key and path in seen:
            line, column = _place(starts, start)
            faults.append(Fault(name, line, column, path, "named twice: keep one of them"))
        elif is_key:
            seen.add(path)
    return faults or [Fault(name, 0, 0, "", "an object names a key twice: keep one of them")]


def _offsets(text: str, wanted: set[str]) -> dict[str, int]:
    """Return where the values of some paths begin."""
    found: dict[str, int] = {}
    for path, start, is_key in _walk(text):
        if not is_key and path in wanted:
            found.setdefault(path, start)
    return found


def _starts(text: str) -> list[int]:
    """Return where lines begin."""
    return [0, *(newline.end() for newline in re.finditer("\n", text))]


def _place(starts: list[int], offset: int) -> tuple[int, int]:
    """Return line and column of an offset, from 1."""
    line = bisect_right(starts, offset)
    return line, offset - starts[line - 1] + 1


def _walk(text: str) -> Iterator[tuple[str, int, bool]]:
    """Yield path and offset of every key and value that is searched, and whether it is a key."""
    stack: list[tuple[str, bool, int]] = []  # path of a container, whether it is a list, its place
    key, place, expects_key = "", 0, False
    position = 0
    while position < SEARCHED and (match := _TOKEN.match(text, position)):
        token, start = match[1], match.start(1)
        position = match.end()
        if token == ",":
            place += 1
            expects_key = not stack[-1][1]
        elif token == ":":
            expects_key = False
        elif token in "}]":
            _, _, place = stack.pop()
            expects_key = False
        elif expects_key:
            key = str(json.loads(token, strict=False))
            yield _path(stack, key, place), start, True
        else:
            path = _path(stack, key, place)
            yield path, start, False
            if token in "{[":
                stack.append((path, token == "[", place))
                place, expects_key = 0, token == "{"


def _path(stack: list[tuple[str, bool, int]], key: str, place: int) -> str:
    """Return the path of what stands in the innermost container."""
    if not stack:
        return ""
    parent, is_list, _ = stack[-1]
    step = str(place) if is_list else key
    return f"{parent}.{step}" if parent else step


DIGITS = 40
"""Digits above which a whole number is taken for endless."""


def read_problem(text: str, name: str = "<problem>") -> Problem:
    """Read a neutral problem from text.

    Keys given twice and numbers that are not finite are said together with all else that is wrong,
    each at its place.

    Parameters
    ----------
    text : str
        One JSON object (``planner-problem/1``).
    name : str
        What messages call the text, usually its file.

    Raises
    ------
    InputError
        With everything wrong, by line and column.

    Examples
    --------
    >>> text = '{"format": "planner-problem/1", "months": 2, "pools": {"a": NaN}, "demands": []}'
    >>> try:
    ...     read_problem(text, "mine.json")
    ... except InputError as error:
    ...     print(error)
    mine.json:1:61: pools.a: expected a finite number, found nan
    """
    if not text.strip():
        raise _wrong(name, "the file is empty, expected one JSON object")
    twice: list[str] = []
    faults: list[Fault | str] = []
    try:
        data = _parsed(text, twice)
        problem = parse_problem(data, name)
    except json.JSONDecodeError as error:
        place = (error.lineno, error.colno)
        raise InputError(Fault(name, *place, "", f"not JSON: {error.msg}")) from None
    except RecursionError:
        raise _wrong(name, "nested too deeply to be a problem") from None
    except InputError as error:
        faults += locate(text, error.faults)
    if twice:
        faults = [*repeated(text, name), *faults]
    if faults:
        raise InputError(faults)
    return problem


def _parsed(text: str, twice: list[str]) -> Any:
    """Return JSON as Python values; keys that an object has twice are added to a list."""

    def once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            twice.append("")
        return found

    return json.loads(text, parse_constant=float, parse_int=_whole, object_pairs_hook=once)


def _whole(text: str) -> int | float:
    return int(text) if len(text) <= DIGITS else float(text)


def _wrong(name: str, message: str) -> InputError:
    return InputError(Fault(name, 0, 0, "", message))
