"""The neutral problem as JSON text: read, checked before it is solved, and written.

Every fault is reported at its line and column.

The format is ``planner-problem/1``. Two optional keys go beyond the plain programme: ``unit``
(true: all or nothing when solved with whole people) on a demand, and ``budgets``, a list of
``{"id", "first", "last", "amount", "cost": {demand: euros per person-month}}``.

Checks of a problem before it is solved: demands that cannot be served, bounds that conflict.

An allocation always exists: demands that cannot be served get no people, and lower bounds that
cannot be met are reported as missing. So both are reported before solving.
"""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from planner.errors import Fault, InputError, nearest
from planner.months import Month
from planner.problem.model import (
    Bound,
    Budget,
    Demand,
    Flags,
    Floats,
    Ints,
    OptionTable,
    Package,
    Problem,
    Tours,
    decision_keys,
    lay_tours,
    months_at_home,
)
from planner.tolerances import SHARE_SUM

__all__ = [
    "FORMAT", "LIMITS", "NUMBERS", "SEVERITIES", "Finding", "Number", "diagnose", "dump_problem",
    "locate", "parse_problem", "read_problem", "repeated", "size_faults", "weight_faults",
]  # fmt: skip

FORMAT = "planner-problem/1"
LIMITS = {"months": 2_400, "demands": 100_000, "pools": 20_000, "bounds": 20_000,
          "packages": 10_000, "budgets": 10_000, "people": 1e7, "cohorts": 10_000,
          "bytes": 32_000_000, "tour": 1_200, "month": 1_000_000, "rest": 1_000,
          "weight": 1e9, "money": 1e15}  # fmt: skip
"""Sizes above which a file is refused as absurd rather than tried. A file of the largest size
takes less than 1 GB to read, whatever it holds."""
MIN_CAP = 1e-6
"""Smallest cap above 0, persons: the solver's tolerances are a thousandth of it."""
MIN_COST = 1e-6
"""Smallest cost above 0, euros per person-month."""
MIN_WEIGHT = 1e-9
"""Smallest weight above 0."""
WEIGHT_RATIO = 1e7
"""Largest ratio of two weights of a tier: beyond it the smaller is lost in the rounding of the
larger."""
SIZE_RATIO = 1e7
"""Largest ratio of the largest cap to a cap or strength above 0: beyond it, shares of the largest
that matter to the smallest would be lost in the tolerances of the solver."""
MAX_FAULTS = 1_000
"""Faults after which the rest of a file is not read."""

_TOP = {"format", "months", "report", "pools", "demands", "bounds", "packages", "budgets"}
_DEMAND = {"id", "tier", "main_task", "cap", "first", "last", "tour", "pools", "prep", "rest",
           "dwell", "cohorts", "weight", "on_call", "unit"}  # fmt: skip


class Number(NamedTuple):
    """Meaning and limits of a number in a problem file; `floor` is the smallest one above 0."""

    text: str
    low: float = 0
    high: float = math.inf
    whole: bool = False
    default: float | None = None
    floor: float = 0


_EDGE = LIMITS["month"]
_SHARE = Number("share of a mix", 0, 1 + SHARE_SUM)

NUMBERS: dict[str, dict[str, Number]] = {
    "": {"months": Number("length of the model; months count from 0", 1, LIMITS["months"], True)},
    "pools": {"strength": Number("persons", 0, LIMITS["people"])},
    "demands": {
        "first": Number("first month, may be negative", -_EDGE, _EDGE, True),
        "last": Number("last month, inclusive, may lie past the model", -_EDGE, _EDGE, True),
        "tier": Number("1 is served first", 1, 1_000, True),
        "main_task": Number("1 or 2", 1, 2, True, 2),
        "cap": Number("most people on duty at once, persons", 0, LIMITS["people"]),
        "tour": Number("months", 1, LIMITS["tour"], True),
        "cohorts": Number("1 is en bloc", 1, LIMITS["cohorts"], True, 1),
        "weight": Number("worth of a person-month under value", 0, LIMITS["weight"], False, 1.0,
                         MIN_WEIGHT),
    },
    "by_pool": {
        "prep": Number("months", 0, LIMITS["tour"], True),
        "home": Number("months per month", 0, LIMITS["rest"]),
    },
    "packages": {
        "known": Number("month in which it becomes known; by default just in time", -_EDGE, _EDGE,
                        True),
    },
    "budgets": {
        "first": Number("first month it pays for", -_EDGE, _EDGE, True),
        "last": Number("last month it pays for, inclusive", -_EDGE, _EDGE, True),
        "amount": Number("most that may be spent, euros", 0, LIMITS["money"]),
    },
    "cost": {"euros": Number("euros per person-month", 0, LIMITS["money"], floor=MIN_COST)},
}  # fmt: skip
"""Numbers of each part of a problem file, for the reader and for the JSON Schema."""

MAX_SEARCHED = 1_000_000
"""Characters of a text in which fields are looked up: about a second of work."""

_TOKEN = re.compile(r'[ \t\r\n]*("(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+)')

MAX_DIGITS = 40
"""Digits above which a whole number is read as a float, which is infinite if it is too large."""

SEVERITIES = ("error", "warning", "note")
"""*error*: can never be met; *warning*: cannot be met in part; *note*: has no effect."""

TOLERANCE = 1e-9


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
        if len(self.faults) >= MAX_FAULTS:
            more = f"has {MAX_FAULTS} faults up to here, the rest was not read"
            raise InputError([*self.faults, Fault(self.name, 0, 0, "", more)])

    def number(self, value: Any, field: str, kind: Number) -> Any:
        """Return a number, or its lowest value from 0 and a fault where it is wrong."""
        _, low, high, whole, _, floor = kind
        if whole and isinstance(value, float) and value.is_integer():
            value = int(value)
        numeric = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
        if numeric and low <= value <= high:
            if 0 < value < floor:
                message = f"expected 0 or a number from {floor:g} to {high:g}, found {value:g}"
                self.fault(field, message)
            return value if whole else float(value)
        name, spec = ("whole number", "") if whole else ("number", "g")
        if numeric and (whole or _finite(value)):
            limits = f"from {low:{spec}} to {high:{spec}}"
            found = _shown(value) if whole else f"{value:g}"
            self.fault(field, f"expected a {name} {limits}, found {found}")
        else:
            name = name if whole else "finite number"
            self.fault(field, f"expected a {name}, found {_shown(value)}")
        return max(low, 0) if whole else max(low, 0.0)

    def numbers(self, part: str, item: Mapping[str, Any], field: str) -> dict[str, Any]:
        """Return the numbers of an item, with the default of those that are left out."""
        found = {}
        for key, kind in NUMBERS[part].items():
            default = max(kind.low, 0) if kind.default is None else kind.default
            found[key] = self.number(item.get(key, default), f"{field}.{key}", kind)
        if found["last"] < found["first"]:
            message = f"expected a month not before first ({found['first']}), found {found['last']}"
            self.fault(f"{field}.last", message)
        return found

    def check_keys(
        self, data: Mapping[str, Any], allowed: set[str], needed: set[str], field: str
    ) -> None:
        for key in data:
            if key not in allowed:
                self.fault(f"{field}.{key}".lstrip("."), f"not known{nearest(key, allowed)}")
        for key in sorted(needed - set(data)):
            self.fault(f"{field}.{key}".lstrip("."), "is missing")

    def problem(self, data: Any) -> Problem:
        if not isinstance(data, dict):
            raise _input_error(self.name, f"expected a JSON object, found {_shown(data)}")
        if data.get("format") != FORMAT:
            self.fault("format", f"expected {FORMAT!r}, found {_shown(data.get('format'))}")
        self.check_keys(data, _TOP, {"months", "pools", "demands"}, "")
        months = self.number(data.get("months", 1), "months", NUMBERS[""]["months"])
        report = self.report(data.get("report"), months)
        pools = self.pools(data.get("pools", {}), months)
        demands = self.demands(data.get("demands", []), pools)
        places = {demand.id: place for place, demand in enumerate(demands)}
        for section, name, message in size_faults(demands, pools):
            where = f"demands.{places[name]}.cap" if section == "demands" else f"pools.{name}"
            self.fault(where, message)
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
            self.fault("report", f"expected two months [first, last], found {_shown(value)}")
            return 0, months - 1
        kind = Number("month", 0, months - 1, whole=True)
        first, last = (self.number(v, f"report.{i}", kind) for i, v in enumerate(value))
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
        pools, kind = {}, NUMBERS["pools"]["strength"]
        for name, value in data.items():
            field = f"pools.{name}"
            if isinstance(value, list):
                if len(value) != months:
                    self.fault(field, f"expected {months} numbers, found {len(value)}")
                people = [self.number(v, f"{field}.{t}", kind) for t, v in enumerate(value)]
                pools[name] = np.array(people if len(people) == months else [0.0] * months)
            else:
                pools[name] = np.full(months, self.number(value, field, kind))
        return pools

    def is_collection(self, data: Any, field: str, kind: type[Any] = list) -> bool:
        """Whether a field is a list or an object, as expected, that is not too long."""
        if not isinstance(data, kind):
            expected = "a list" if kind is list else "an object"
            self.fault(field, f"expected {expected}, found {_shown(data)}")
        elif len(data) > LIMITS[field]:
            self.fault(field, f"expected at most {LIMITS[field]:g}, found {len(data)}")
        else:
            return True
        return False

    def object_items(
        self, section: str, items: Iterable[tuple[Any, Any]]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the items of a section that are objects, each after its field."""
        for key, item in items:
            if isinstance(item, dict):
                yield f"{section}.{key}", item
            else:
                self.fault(f"{section}.{key}", f"expected an object, found {_shown(item)}")

    def demands(self, data: Any, pools: Mapping[str, Any]) -> tuple[Demand, ...]:
        if not self.is_collection(data, "demands"):
            return ()
        found: dict[str, Demand] = {}
        for field, item in self.object_items("demands", enumerate(data)):
            demand = self.demand(item, field, pools)
            if demand.id in found:
                self.fault(f"{field}.id", f"{demand.id!r} is used twice")
            found[demand.id] = demand
        for number, message in weight_faults(tuple(found.values())):
            self.fault(f"demands.{number}.weight", message)
        return tuple(found.values())

    def demand(self, item: dict[str, Any], field: str, pools: Mapping[str, Any]) -> Demand:
        needed = {"id", "tier", "cap", "first", "last", "tour", "pools"}
        self.check_keys(item, _DEMAND, needed, field)
        name = item.get("id")
        if not isinstance(name, str) or not name:
            self.fault(f"{field}.id", f"expected a name, found {_shown(name)}")
            name = field
        chosen, options = self.options(item.get("pools"), f"{field}.pools", pools)
        numbers = self.numbers("demands", item, field)
        prep = self.values_by_pool(item, "prep", field, chosen)
        home, dwell = self.time_at_home(item, field, chosen)
        unit, on_call = (
            self.boolean(item.get(key, False), f"{field}.{key}") for key in ("unit", "on_call")
        )
        return Demand(
            id=name, **numbers, pools=chosen, prep=prep, home=home, unit=unit, options=options,
            dwell=dwell, on_call=on_call,
        )  # fmt: skip

    def boolean(self, value: Any, field: str) -> bool:
        if not isinstance(value, bool):
            self.fault(field, f"expected true or false, found {_shown(value)}")
        return value is True

    def options(
        self, value: Any, field: str, pools: Mapping[str, Any]
    ) -> tuple[tuple[str, ...], tuple[tuple[float, ...], ...]]:
        """Return the pools of a demand in order of first use, and the shares of each option."""
        if not isinstance(value, list) or not value:
            self.fault(field, f"expected a list of pools or mixes, found {_shown(value)}")
            return (), ()
        mixes: list[dict[str, float]] = []
        for place, option in enumerate(value):
            mix = self.mix(option, f"{field}.{place}", pools)
            if isinstance(option, str) and option in value[:place]:
                self.fault(f"{field}.{place}", f"{_shown(option)} is named twice")
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
            self.fault(field, f"expected a known name, found {_shown(option)}{hint}")
            return {}
        before = len(self.faults)
        shares = {}
        for pool, share in option.items():
            if pool not in pools:
                self.fault(f"{field}.{pool}", f"not a known pool{nearest(pool, pools)}")
            shares[pool] = self.number(share, f"{field}.{pool}", _SHARE)
            if shares[pool] <= 0 and len(self.faults) == before:
                self.fault(f"{field}.{pool}", f"expected a share above 0, found {_shown(share)}")
        total = math.fsum(shares.values())
        if len(self.faults) == before and abs(total - 1) > SHARE_SUM:
            self.fault(field, f"expected shares that add up to 1, found a sum of {total:.12g}")
        return shares if len(self.faults) == before else {}

    def time_at_home(
        self, item: Mapping[str, Any], field: str, pools: tuple[str, ...]
    ) -> tuple[tuple[float, ...], tuple[bool, ...]]:
        """Return months at home per month served, and whether they are dwell, by pool."""
        rest, dwell = item.get("rest"), item.get("dwell")
        if "dwell" not in item or "rest" not in item:
            name = "dwell" if "dwell" in item else "rest"
            home = self.values_by_pool(item, name, field, pools)
            return home, (name == "dwell",) * len(pools)
        if not isinstance(rest, dict) or not isinstance(dwell, dict):
            message = "expected rest or dwell; with both, two objects that name each pool once"
            self.fault(f"{field}.dwell", message)
            return (0.0,) * len(pools), (False,) * len(pools)
        for pool in sorted(set(rest) & set(dwell)):
            self.fault(f"{field}.dwell.{pool}", "this pool already has rest")
        both = {pool: 0.0 for pool in pools if pool in rest or pool in dwell}
        for name, values in (("rest", rest), ("dwell", dwell)):
            self.check_pools(values, f"{field}.{name}", pools)
            for pool in pools:
                if pool in values:
                    where = f"{field}.{name}.{pool}"
                    both[pool] = self.number(values[pool], where, NUMBERS["by_pool"]["home"])
        if missing := [pool for pool in pools if pool not in both]:
            every = "rest and dwell name every pool of their demand"
            self.fault(f"{field}.dwell", f"{every}: {', '.join(missing)} is missing")
        home = tuple(both.get(pool, 0.0) for pool in pools)
        return home, tuple(pool in dwell for pool in pools)

    def check_pools(self, names: Iterable[str], field: str, pools: tuple[str, ...]) -> None:
        """Add a fault for each name that is no pool of a demand."""
        for name in names:
            if name not in pools:
                self.fault(f"{field}.{name}", f"not a pool of this demand{nearest(name, pools)}")

    def values_by_pool(
        self, item: Mapping[str, Any], key: str, field: str, pools: tuple[str, ...]
    ) -> tuple[Any, ...]:
        value, field = item.get(key, 0), f"{field}.{key}"
        kind = NUMBERS["by_pool"]["prep" if key == "prep" else "home"]
        if not isinstance(value, dict):
            return tuple(self.number(value, field, kind) for _ in pools[:1]) * len(pools)
        self.check_pools(value, field, pools)
        missing = [pool for pool in pools if pool not in value]
        if missing:
            self.fault(field, f"names every pool of its demand: {', '.join(missing)} is missing")
        return tuple(self.number(value.get(pool, 0), f"{field}.{pool}", kind) for pool in pools)

    def known_names(self, value: Any, field: str, known: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not value:
            self.fault(field, f"expected a list of at least one name, found {_shown(value)}")
            return ()
        chosen: list[str] = []
        for place, name in enumerate(value):
            if not isinstance(name, str) or name not in known:
                hint = nearest(name, known)
                self.fault(f"{field}.{place}", f"expected a known name, found {_shown(name)}{hint}")
            elif name in chosen:
                self.fault(f"{field}.{place}", f"{name!r} is named twice")
            else:
                chosen.append(name)
        return tuple(chosen)

    def bounds(self, data: Any, names: set[str], pools: Mapping[str, Any]) -> tuple[Bound, ...]:
        if not self.is_collection(data, "bounds"):
            return ()
        bounds = []
        for field, item in self.object_items("bounds", enumerate(data)):
            self.check_keys(item, {"demands", "pools", "min", "max"}, {"demands"}, field)
            demands = self.known_names(item.get("demands"), f"{field}.demands", names)
            counted = None
            if item.get("pools") is not None:
                counted = self.known_names(item["pools"], f"{field}.pools", pools)
            least, most = (
                None if item.get(key) is None
                else self.number(item[key], f"{field}.{key}", NUMBERS["pools"]["strength"])
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
        if not self.is_collection(data, "packages", dict):
            return ()
        packages: list[Package] = []
        owner: dict[str, str] = {}
        for field, item in self.object_items("packages", data.items()):
            name = field.removeprefix("packages.")
            self.check_keys(item, {"demands", "known"}, {"demands"}, field)
            demands = self.known_names(item.get("demands"), f"{field}.demands", names)
            for demand in demands:
                if demand in owner:
                    self.fault(field, f"{demand!r} already belongs to package {owner[demand]!r}")
                owner[demand] = name
            if (known := item.get("known")) is not None:
                known = self.number(known, f"{field}.known", NUMBERS["packages"]["known"])
            packages.append(Package(name, demands, known))
        return tuple(packages)

    def budgets(self, data: Any, names: set[str], months: int) -> tuple[Budget, ...]:
        if not self.is_collection(data, "budgets"):
            return ()
        budgets = []
        for field, item in self.object_items("budgets", enumerate(data)):
            keys = {"id", "first", "last", "amount", "cost"}
            self.check_keys(item, keys, keys, field)
            cost = item.get("cost")
            if not isinstance(cost, dict) or not cost:
                self.fault(f"{field}.cost", "expected an object: demand to euros per person-month")
                cost = {}
            else:
                self.known_names(list(cost), f"{field}.cost", names)
            name = item.get("id")
            if "id" in item and (not isinstance(name, str) or not name):
                self.fault(f"{field}.id", f"expected a name, found {_shown(name)}")
            numbers = self.numbers("budgets", item, field)
            costs = {
                key: self.number(euros, f"{field}.cost.{key}", NUMBERS["cost"]["euros"])
                for key, euros in cost.items()
            }
            budgets.append(Budget(id=str(name), **numbers, cost=costs))
        return tuple(budgets)


def size_faults(
    demands: Sequence[Demand], pools: Mapping[str, Floats]
) -> list[tuple[str, str, str]]:
    """Return caps and strengths that are too large, or too small to count beside the largest cap.

    Returns
    -------
    list of (str, str, str)
        ``demands`` or ``pools``, the id, and what was expected.
    """
    most = LIMITS["people"]
    largest = min(max((demand.cap for demand in demands), default=0.0), most)
    least = largest / SIZE_RATIO
    sizes = [("demands", one.id, "cap", one.cap, one.cap, MIN_CAP) for one in demands]
    for pool, people in pools.items():
        small = min(people[people > 0].tolist(), default=0.0)
        sizes.append(("pools", pool, "strength", small, max(people.tolist(), default=0.0), 0.0))
    found = []
    for section, id, what, small, large, floor in sizes:
        message = ""
        if large > most:
            message = f"expected a {what} of at most {most:g}, found {large:.9g}"
        elif 0 < small < floor:
            message = f"expected 0 or a number from {floor:g} to {most:g}, found {small:g}"
        elif 0 < small < least * (1 - 1e-9):
            message = (
                f"expected the {what} of {id} to be 0 or at least {least:g}, found {small:g}: "
                f"sizes may differ by a factor of {SIZE_RATIO:g} at most, and the largest cap is "
                f"{largest:g}"
            )
        if message:
            found.append((section, id, message))
    return found


def weight_faults(demands: Sequence[Demand]) -> list[tuple[int, str]]:
    """Return the demands with a weight too small to count beside the largest of their tier.

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


def _shown(value: Any) -> str:
    try:
        text = repr(value) if isinstance(value, float) else json.dumps(value, default=str)
    except ValueError:  # Python does not convert whole numbers of more than 4,300 digits to text
        return "a number of thousands of digits"
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
    """Return rest, dwell or both, in the shortest equivalent form."""
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


def locate(text: str, faults: Iterable[Fault | str]) -> list[Fault | str]:
    """Return the faults with line and column of their fields, as far as they can be found.

    A missing field has the position of the object in which it is missing.

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
    fields = [fault.field for fault in faults if isinstance(fault, Fault)]
    wanted = {prefix for field in fields for prefix in _prefixes(field)}
    if not wanted:
        return faults
    found: dict[str, int] = {}
    for path, start, is_key in _walk_tokens(text):
        if not is_key and path in wanted:
            found.setdefault(path, start)
    starts = _line_starts(text)

    def placed(fault: Fault | str) -> Fault | str:
        if isinstance(fault, str) or fault.line:
            return fault
        for prefix in _prefixes(fault.field):
            if prefix in found:
                line, column = _line_and_column(starts, found[prefix])
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
    starts = _line_starts(text)
    faults = []
    seen: set[str] = set()
    for path, start, is_key in _walk_tokens(text):
        if is_key and path in seen:
            line, column = _line_and_column(starts, start)
            faults.append(Fault(name, line, column, path, "named twice: keep one of them"))
        elif is_key:
            seen.add(path)
    return faults or [Fault(name, 0, 0, "", "an object names a key twice: keep one of them")]


def _line_starts(text: str) -> list[int]:
    """Return where lines begin."""
    return [0, *(newline.end() for newline in re.finditer("\n", text))]


def _line_and_column(starts: list[int], offset: int) -> tuple[int, int]:
    """Return line and column of an offset, from 1."""
    line = bisect_right(starts, offset)
    return line, offset - starts[line - 1] + 1


def _walk_tokens(text: str) -> Iterator[tuple[str, int, bool]]:
    """Yield path and offset of every key and value, and whether it is a key."""
    stack: list[tuple[str, bool, int]] = []  # path of a container, whether it is a list, its place
    key, place, expects_key = "", 0, False
    position = 0
    while position < MAX_SEARCHED and (match := _TOKEN.match(text, position)):
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
    """Return the path of the current item of the innermost container."""
    if not stack:
        return ""
    parent, is_list, _ = stack[-1]
    step = str(place) if is_list else key
    return f"{parent}.{step}" if parent else step


def read_problem(text: str, name: str = "<problem>") -> Problem:
    """Read a neutral problem from text.

    Repeated keys and numbers that are not finite are reported together with all other faults, each
    at its line and column.

    Parameters
    ----------
    text : str
        One JSON object (``planner-problem/1``).
    name : str
        Name of the text in messages, usually its file.

    Raises
    ------
    InputError
        With every fault, by line and column.

    Examples
    --------
    >>> text = '{"format": "planner-problem/1", "months": 2, "pools": {"a": NaN}, "demands": []}'
    >>> try:
    ...     read_problem(text, "scenario.json")
    ... except InputError as error:
    ...     print(error)
    scenario.json:1:61: pools.a: expected a finite number, found nan
    """
    if not text.strip():
        raise _input_error(name, "the file is empty, expected one JSON object")
    repeated_keys: list[str] = []
    faults: list[Fault | str] = []
    try:
        data = _parsed(text, repeated_keys)
        problem = parse_problem(data, name)
    except json.JSONDecodeError as error:
        place = (error.lineno, error.colno)
        raise InputError(Fault(name, *place, "", f"not JSON: {error.msg}")) from None
    except RecursionError:
        raise _input_error(name, "nested too deeply to be a problem") from None
    except InputError as error:
        faults += locate(text, error.faults)
    if repeated_keys:
        faults = [*repeated(text, name), *faults]
    if faults:
        raise InputError(faults)
    return problem


def _parsed(text: str, repeated_keys: list[str]) -> Any:
    """Return JSON as Python values; keys that an object has twice are added to a list."""

    def once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            repeated_keys.append("")
        return found

    return json.loads(text, parse_constant=float, parse_int=_parsed_integer, object_pairs_hook=once)


def _parsed_integer(text: str) -> int | float:
    return int(text) if len(text) <= MAX_DIGITS else float(text)


def _input_error(name: str, message: str) -> InputError:
    return InputError(Fault(name, 0, 0, "", message))


@dataclass(frozen=True)
class Finding:
    """One problem found before solving, which no allocation can avoid.

    Attributes
    ----------
    severity : str
        One of :data:`SEVERITIES`.
    subject : str
        The object concerned: ``demand untso``, ``bound 2``, ``package flank``, ``budget biv``.
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
        names = [self.month(number).removeprefix("month ") for number in (first, last)]
        return names[0] if first == last else " to ".join(names)

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
class Feasibility:
    """Tours that the pools of each demand could serve if there were no other demand.

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
    def has_tours(self) -> Flags:
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
        index = self.problem.demand_index
        result = np.ones(len(options.demand), dtype=bool)
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
        of_demand = options.demand == demand
        shut = np.unique(options.option[of_demand & ~self.open_entries])
        keep = of_demand & ~np.isin(options.option, shut)
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
        blocked |= self._without_money()[tour]
        widest = int(options.option.max()) + 1
        key = self.decision[tour] * widest + options.option[entry]
        size = (int(self.decision.max()) + 1) * widest
        possible = (np.bincount(key, minlength=size) > 0) & (
            np.bincount(key, blocked, minlength=size) == 0
        )
        return possible.reshape(-1, widest).any(axis=1)[self.decision]

    def _without_money(self) -> Flags:
        """Whether a budget of 0 would have to pay for a tour, (tours,)."""
        tours = self.tours
        result = np.zeros(len(tours), dtype=bool)
        for budget in self.problem.budgets:
            if budget.amount > 0:
                continue
            costs = [budget.cost.get(demand.id, 0.0) for demand in self.problem.demands]
            dear = np.array(costs, dtype=float) > 0
            inside = (tours.first <= budget.last) & (tours.last >= max(budget.first, 0))
            result |= dear[tours.demand] & inside
        return result

    def on_duty(self, which: Flags) -> Flags:
        """Return whether a chosen tour of a demand is on duty in a month, (demands, months)."""
        tours, months = self.tours, self.problem.months
        size = len(self.problem.demands) * (months + 1)
        begin = np.clip(tours.first[which], 0, months) + tours.demand[which] * (months + 1)
        end = np.clip(tours.last[which] + 1, 0, months) + tours.demand[which] * (months + 1)
        change = np.bincount(begin, minlength=size) - np.bincount(end, minlength=size)
        return np.cumsum(change.reshape(-1, months + 1), axis=1)[:, :months] > 0

    @cached_property
    def asked(self) -> Flags:
        """Whether a demand with a cap above 0 has tours on duty in a month, (demands, months)."""
        return self.on_duty(self.caps[self.tours.demand] > 0)

    @cached_property
    def possible(self) -> Flags:
        """Whether people could be on duty in a month, (demands, months)."""
        return self.on_duty(self.servable & (self.caps[self.tours.demand] > 0))


@dataclass(frozen=True, eq=False)
class BoundChecks:
    """Checks of the composition bounds of a problem.

    Attributes
    ----------
    feasibility : Feasibility
    text : Wording
    """

    feasibility: Feasibility
    text: Wording

    @property
    def bounds(self) -> tuple[Bound, ...]:
        """The bounds of the problem."""
        return self.feasibility.problem.bounds

    def findings(self) -> Iterator[Finding]:
        """Yield the findings of each bound, in order."""
        for number, bound in enumerate(self.bounds):
            yield from self._check_lower_bound(number, bound)
            yield from self._check_upper_bound(number, bound)

    def _active(self, bound: Bound) -> Flags:
        """Months in which a demand of the bound has tours on duty, (months,)."""
        index = self.feasibility.problem.demand_index
        rows = [index[name] for name in bound.demands]
        return np.asarray(self.feasibility.asked[rows].any(axis=0))

    def _counted_pools(self, bound: Bound) -> list[str]:
        """Return the pools from which the bound counts people."""
        accepted = {
            p for name in bound.demands for p in self.feasibility.problem.demand(name).pools
        }
        wanted = self.feasibility.problem.pools if bound.pools is None else bound.pools
        return [pool for pool in wanted if pool in accepted]

    def _check_lower_bound(self, number: int, bound: Bound) -> Iterator[Finding]:
        """Compare a lower bound with the caps, pools and months of its own demands."""
        subject, holds = f"bound {number}", self._active(bound)
        if not holds.any():
            names = self.text.names(bound.demands)
            yield Finding("note", subject, f"has no effect: {names} never have people in the model")
            return
        if not bound.min:
            return
        least, pools = self.text.people(bound.min), self._counted_pools(bound)
        if not pools:
            message = (
                f"asks for at least {least} from {self.text.names(bound.pools or ())}, but none of "
                "its demands accepts them: add the pool to a demand or drop it from the bound"
            )
            yield Finding("error", subject, message)
            return
        problem, counted = self.feasibility.problem, set(pools)
        members = [
            problem.demand_index[name]
            for name in bound.demands
            if counted.intersection(problem.demand(name).pools)
        ]
        caps = self.feasibility.caps[members] @ self.feasibility.asked[members]
        able = self.feasibility.caps[members] @ self.feasibility.possible[members]
        index = list(problem.pools)
        people = self.feasibility.strengths[[index.index(pool) for pool in pools]].sum(axis=0)
        short = holds & (caps < bound.min - TOLERANCE)
        yield from self._shortfall(subject, bound, short, caps, "the caps of its demands add up to")
        weak = holds & ~short & (people < bound.min - TOLERANCE)
        what = f"all of {self.text.names(pools)} together have"
        yield from self._shortfall(subject, bound, weak, people, what)
        unserved = holds & ~short & ~weak & (able < bound.min - TOLERANCE)
        what = "those of its demands that a pool can serve then have caps of"
        yield from self._shortfall(subject, bound, unserved, able, what)

    def _shortfall(
        self, subject: str, bound: Bound, where: Flags, most: NDArray[np.float64], what: str
    ) -> Iterator[Finding]:
        if where.any():
            months = np.flatnonzero(where)
            least, reachable = bound.min or 0.0, float(most[months].min())
            yield Finding(
                "error" if len(months) == int(self._active(bound).sum()) else "warning",
                subject,
                f"asks for at least {self.text.people(least)} in {self.text.months(months)}, but "
                f"{what} {self.text.people(reachable)}: the rest is reported as missing; lower the "
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

    def _check_upper_bound(self, number: int, outer: Bound) -> Iterator[Finding]:
        """Compare an upper bound with disjoint lower bounds inside it."""
        if outer.max is None:
            return
        inner = [n for name in dict.fromkeys(outer.demands) for n in self._by_demand.get(name, ())]
        inner = [n for n in inner if n != number and self._is_inside(self.bounds[n], outer)]
        inner.sort(key=lambda n: (-(self.bounds[n].min or 0.0), n))
        chosen: list[int] = []
        for candidate in inner:
            if all(
                self._are_disjoint(self.bounds[candidate], self.bounds[other]) for other in chosen
            ):
                chosen.append(candidate)
        total = sum((self.bounds[n].min or 0.0) * self._active(self.bounds[n]) for n in chosen)
        over = (
            np.flatnonzero(np.asarray(total) > outer.max + TOLERANCE)
            if chosen
            else np.zeros(0, int)
        )
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

    def _is_inside(self, inner: Bound, outer: Bound) -> bool:
        """Whether `outer` counts all people that `inner` counts."""
        if not set(inner.demands) <= set(outer.demands):
            return False
        return outer.pools is None or set(self._counted_pools(inner)) <= set(outer.pools)

    def _are_disjoint(self, one: Bound, other: Bound) -> bool:
        """Whether two bounds have no column in common."""
        if not set(one.demands) & set(other.demands):
            return True
        return not set(self._counted_pools(one)) & set(self._counted_pools(other))


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
    feasibility, text = Feasibility(problem), Wording(first_month)
    found = [
        *_package_findings(problem, text),
        *_demand_findings(feasibility, text),
        *BoundChecks(feasibility, text).findings(),
        *_budget_findings(problem, text),
    ]
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))


def _package_findings(problem: Problem, text: Wording) -> Iterator[Finding]:
    """Packages that become known too late to be served, wholly or in part."""
    for package in problem.packages:
        subject, known = f"package {package.id}", problem.known(package.id)
        if not package.demands:
            yield Finding("note", subject, "has no demands: it can displace nothing")
        elif known >= problem.months:
            message = (
                f"becomes known in {text.month(known)}, after the model's last month "
                f"({text.month(problem.months - 1)}): it is never served; let it be known earlier "
                "or make the model longer"
            )
            yield Finding("error", subject, message)
        else:
            yield from _late_package(problem, package, known, text)


def _late_package(
    problem: Problem, package: Package, known: int, text: Wording
) -> Iterator[Finding]:
    lost, cut = [], []
    for name in package.demands:
        demand = problem.demand(name)
        begin = problem.begins(demand, package.id)
        if begin > demand.last:
            lost.append(demand)
        elif begin > demand.first and demand.last >= 0:
            cut.append(f"{name} ({begin - max(demand.first, 0)} months lost)")
    for demand in lost:
        message = (
            f"is never served: its package {package.id} becomes known in {text.month(known)}, "
            f"{demand.lead} months of preparation later its mandate has ended (last month: "
            f"{text.month(demand.last)}); let the package be known earlier"
        )
        yield Finding("error", f"demand {demand.id}", message)
    if cut:
        message = (
            f"becomes known in {text.month(known)}, too late to prepare people for the first month "
            f"of {text.names(cut)}; what is asked still counts from that first month"
        )
        yield Finding("warning", f"package {package.id}", message)


def _demand_findings(feasibility: Feasibility, text: Wording) -> Iterator[Finding]:
    """Demands outside the model, with a cap of 0, or that no pool can serve in some months."""
    problem = feasibility.problem
    owner = problem.package_of()
    asked, possible = feasibility.asked, feasibility.possible
    unserved_at_times = (asked & ~possible).any(axis=1)
    for place in np.flatnonzero(
        unserved_at_times | ~feasibility.has_tours | (feasibility.caps <= 0)
    ):
        demand = problem.demands[place]
        subject = f"demand {demand.id}"
        if demand.last < 0 or demand.first >= problem.months:
            message = (
                f"lies outside the model: {text.month(demand.first)} to {text.month(demand.last)} "
                f"against {text.month(0)} to {text.month(problem.months - 1)}; no people are sent"
            )
            yield Finding("note", subject, message)
        elif demand.cap <= 0:
            yield Finding("note", subject, "asks for no people: its cap is 0")
        elif not feasibility.has_tours[place]:
            if demand.id not in owner:  # else the finding of its package covers it
                yield Finding("error", subject, "has no tour in the model")
        elif not possible[place].any():
            why = _unserved_reason(feasibility, int(place), demand)
            yield Finding("error", subject, f"no pool can ever serve it: {why}")
        else:
            months = np.flatnonzero(asked[place] & ~possible[place])
            message = (
                f"no pool can serve it in {text.months(months)}: preparation, duty or rest would "
                f"fall in months in which {text.names(demand.pools)} have no people, or that no "
                "fund may pay for"
            )
            yield Finding("warning", subject, message)


def _unserved_reason(feasibility: Feasibility, place: int, demand: Demand) -> str:
    """Return why no pool can serve a demand, and what to do."""
    problem = feasibility.problem
    allowed = feasibility.open_pools(place)
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


def _budget_findings(problem: Problem, text: Wording) -> Iterator[Finding]:
    """Funds that pay for nothing."""
    for budget in problem.budgets:
        subject = f"budget {budget.id}"
        demands = [problem.demand(name) for name, euros in budget.cost.items() if euros > 0]
        first, last = max(budget.first, 0), min(budget.last, problem.months - 1)
        if first > last:
            message = (
                f"pays for {text.month(budget.first)} to {text.month(budget.last)}, of which none "
                "lies in the model: it limits nothing"
            )
            yield Finding("note", subject, message)
        elif not any(demand.first <= last and demand.last >= first for demand in demands):
            yield Finding("note", subject, "none of its demands has people in its months")
