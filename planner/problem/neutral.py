"""The neutral problem as JSON: read with every fault at once, and written.

The format is ``planner-problem/1``. Two optional keys go beyond the plain programme: ``unit``
(true: all or nothing when solved with whole people) on a demand, and ``budgets``, a list of
``{"id", "first", "last", "amount", "cost": {demand: euros per person-month}}``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from planner.errors import Fault, InputError, nearest
from planner.problem.model import Bound, Budget, Demand, Package, Problem

__all__ = ["FORMAT", "LIMITS", "dump_problem", "parse_problem"]

FORMAT = "planner-problem/1"
LIMITS = {"months": 2_400, "demands": 100_000, "pools": 20_000, "people": 1e9, "cohorts": 10_000,
          "bytes": 512_000_000, "tour": 1_200, "month": 1_000_000, "rest": 1_000}  # fmt: skip
"""Sizes above which a file is refused as absurd rather than tried."""

_TOP = {"format", "months", "report", "pools", "demands", "bounds", "packages", "budgets"}
_DEMAND = {"id", "tier", "main_task", "cap", "first", "last", "tour", "pools", "prep", "rest",
           "cohorts", "weight", "unit"}  # fmt: skip


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

    def demands(self, data: Any, pools: Mapping[str, Any]) -> tuple[Demand, ...]:
        if not isinstance(data, list):
            self.fault("demands", f"expected a list, found {_show(data)}")
            return ()
        if len(data) > LIMITS["demands"]:
            self.fault("demands", f"expected at most {LIMITS['demands']:g}, found {len(data)}")
            return ()
        found: dict[str, Demand] = {}
        for place, item in enumerate(data):
            demand = self.demand(item, f"demands.{place}", pools)
            if demand is None:
                continue
            if demand.id in found:
                self.fault(f"demands.{place}.id", f"{demand.id!r} is used twice")
            found[demand.id] = demand
        return tuple(found.values())

    def demand(self, item: Any, field: str, pools: Mapping[str, Any]) -> Demand | None:
        if not isinstance(item, dict):
            self.fault(field, f"expected an object, found {_show(item)}")
            return None
        needed = {"id", "tier", "cap", "first", "last", "tour", "pools", "prep", "rest"}
        self.keys(item, _DEMAND, needed, field)
        name = item.get("id")
        if not isinstance(name, str) or not name:
            self.fault(f"{field}.id", f"expected a name, found {_show(name)}")
            name = field
        chosen = self.names(item.get("pools"), f"{field}.pools", pools)
        edge = int(LIMITS["month"])
        first = self.whole(item.get("first", 0), f"{field}.first", -edge, edge)
        last = self.whole(item.get("last", 0), f"{field}.last", -edge, edge)
        if last < first:
            self.fault(
                f"{field}.last", f"expected a month not before first ({first}), found {last}"
            )
        unit = item.get("unit", False)
        if not isinstance(unit, bool):
            self.fault(f"{field}.unit", f"expected true or false, found {_show(unit)}")
        prep = self.by_pool(item.get("prep", 0), f"{field}.prep", chosen, whole=True)
        rest = self.by_pool(item.get("rest", 0), f"{field}.rest", chosen, whole=False)
        return Demand(
            id=name,
            tier=self.whole(item.get("tier", 1), f"{field}.tier", 1, 1_000),
            main_task=self.whole(item.get("main_task", 2), f"{field}.main_task", 1, 2),
            cap=self.number(item.get("cap", 0), f"{field}.cap", 0, LIMITS["people"]),
            first=first,
            last=last,
            tour=self.whole(item.get("tour", 1), f"{field}.tour", 1, int(LIMITS["tour"])),
            pools=chosen,
            prep=tuple(int(months) for months in prep),
            rest=rest,
            cohorts=self.whole(
                item.get("cohorts", 1), f"{field}.cohorts", 1, int(LIMITS["cohorts"])
            ),
            weight=self.number(item.get("weight", 1.0), f"{field}.weight", 0, 1e9),
            unit=unit is True,
        )

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
        if not isinstance(data, list):
            self.fault("bounds", f"expected a list, found {_show(data)}")
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
        if not isinstance(data, list):
            self.fault("budgets", f"expected a list, found {_show(data)}")
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


def _show(value: Any) -> str:
    text = json.dumps(value, default=str) if not isinstance(value, float) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def dump_problem(problem: Problem) -> dict[str, Any]:
    """Return the problem as a JSON-ready object in the neutral format."""

    def by_pool(demand: Demand, values: tuple[float, ...]) -> Any:
        return values[0] if len(set(values)) == 1 else dict(zip(demand.pools, values, strict=True))

    def level(strength: Any) -> Any:
        people = [float(people) for people in strength]
        return people[0] if len(set(people)) == 1 else people

    demands = []
    for d in problem.demands:
        line = {"id": d.id, "tier": d.tier, "main_task": d.main_task, "cap": d.cap,
                "first": d.first, "last": d.last, "tour": d.tour, "pools": list(d.pools),
                "prep": by_pool(d, d.prep), "rest": by_pool(d, d.rest),
                "cohorts": d.cohorts, "weight": d.weight}  # fmt: skip
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
