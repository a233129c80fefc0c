"""Levers of a scenario: the inputs that a user can vary, their limits, and the resulting scenario.

A lever has a key such as ``size.eastern-flank``, which is the same in Python, in a link and on the
page. This module does not depend on a user interface.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from planner.errors import Fault, InputError, nearest
from planner.months import Month
from planner.scenario.inputs import DemandInput, Inputs, Kind, Mission, PackageInput, Pool
from planner.scenario.load import Scenario, load

__all__ = ["GROUPS", "Lever", "Value", "WhatIf", "levers_of", "patch_of"]

Value = bool | float | int | str
"""Value of a lever."""

GROUPS = (
    "rule", "on", "size", "first", "known", "people", "rest", "tour", "go", "send", "protect",
    "tier",
)  # fmt: skip
"""Groups of levers; a key begins with its group."""

KNOWN_KEYWORDS = {"just-in-time", "start"}
"""Values other than a month for when a package becomes known."""

CATEGORY_NAMES = {
    "military": ("Military", "Militairen"),
    "police": ("Police and Marechaussee", "Politie en Marechaussee"),
    "civil": ("Civilians", "Burgers"),
}
"""Categories of pools whose rest can be varied, with English and Dutch names."""

MAX_TIER = 5
"""Highest tier offered, unless the scenario has a higher one."""

_NUMBER_PATTERN = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4})?")

DECISIONS = {"go": ("decide", "study"), "send": ("send", "declined")}
"""By group: section of the scenario for a decision, and standing of the missions it is about."""


@dataclass(frozen=True)
class Lever:
    """An input of a scenario that can be varied.

    Attributes
    ----------
    group : str
        One of :data:`GROUPS`.
    subject : str
        Id of the package, pool, category, kind or mission; empty for the rule.
    name, name_nl : str
        English and Dutch name of the subject.
    stands : bool, float, int or str
        Value in the base scenario; 0 for a mission with several tiers.
    low, high, step : float
        Limits and step, for numbers.
    choices : tuple of str
        Allowed values, for months and keywords, in order.

    Examples
    --------
    >>> import planner as pl
    >>> size = pl.WhatIf("eastern-flank-battalion").lever("size.eastern-flank")
    >>> size.stands, size.low, size.high
    (1.0, 0.0, 3.0)
    >>> size.parse("1.5")
    1.5
    """

    group: str
    subject: str
    name: str
    name_nl: str
    stands: Value
    low: float = 0.0
    high: float = 0.0
    step: float = 0.0
    choices: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Key of the lever, ``size.eastern-flank``."""
        return f"{self.group}.{self.subject}" if self.subject else self.group

    def check(self, value: object) -> Value:
        """Return a validated value; raise ValueError if it is not allowed."""
        if isinstance(value, Month):
            value = str(value)
        if isinstance(self.stands, bool):
            if isinstance(value, bool):
                return value
        elif self.choices:
            if isinstance(value, str) and value in self.choices:
                return value
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            number = float(value)
            whole = isinstance(self.stands, int)
            inside = math.isfinite(number) and self.low <= number <= self.high
            if inside and not (whole and number != int(number)):
                return int(number) if whole else round(number, 4)
        raise ValueError(f"expected {self.expected}, found {value!r:.60}")

    @property
    def expected(self) -> str:
        """Description of the allowed values."""
        if isinstance(self.stands, bool):
            return "true or false"
        if self.choices:
            if len(self.choices) <= 4:
                return " or ".join(map(repr, self.choices))
            words = [word for word in self.choices if word in KNOWN_KEYWORDS]
            months = [word for word in self.choices if word not in KNOWN_KEYWORDS]
            span = f"a month from {months[0]} to {months[-1]}"
            return " or ".join([span, *map(repr, words)])
        kind = "a whole number" if isinstance(self.stands, int) else "a number"
        return f"{kind} from {self.low:g} to {self.high:g}"

    def parse(self, text: str) -> Value:
        """Return the value that a text represents, such as the argument of a link."""
        if isinstance(self.stands, bool):
            return self.check({"1": True, "0": False}.get(text, text))
        if self.choices:
            return self.check(text)
        return self.check(float(text) if _NUMBER_PATTERN.fullmatch(text) else text)

    def text(self, value: Value) -> str:
        """Return a value as text that :meth:`parse` reads back."""
        if isinstance(value, bool):
            return "1" if value else "0"
        return value if isinstance(value, str) else f"{value:g}"


def levers_of(inputs: Inputs) -> tuple[Lever, ...]:
    """Return all levers of the inputs of a scenario, by group."""
    return (
        Lever("rule", "", "Rule", "Regel", inputs.rule, choices=("fair", "value")),
        *(
            lever
            for package in inputs.packages.values()
            for lever in _package_levers(inputs, package)
        ),
        *_supply_levers(inputs),
        *_decision_levers(inputs),
        *_protection_levers(inputs),
        *_tier_levers(inputs),
    )


def _months(first: Month, last: Month) -> tuple[str, ...]:
    return tuple(str(first + number) for number in range(last - first + 1))


def _package_levers(inputs: Inputs, package: PackageInput) -> Iterator[Lever]:
    subject = (package.id, package.title, package.title_nl or package.title)
    yield Lever("on", *subject, stands=package.on)
    yield Lever("size", *subject, stands=1.0, low=0.0, high=3.0, step=0.05)
    demands = active_demands(inputs, package)
    if demands:
        begin = first_month(demands)
        latest = begin + min(last - first for first, last in _windows(demands))
        earliest = min(begin, inputs.first)
        yield Lever("first", *subject, stands=str(begin), choices=_months(earliest, latest))
    stands = package.known if isinstance(package.known, str) else str(package.known.month)
    months = _months(inputs.first, inputs.last)
    if stands not in KNOWN_KEYWORDS and stands not in months:
        months = tuple(sorted({*months, stands}))
    yield Lever("known", *subject, stands=stands, choices=("just-in-time", "start", *months))


def active_demands(inputs: Inputs, package: PackageInput) -> list[DemandInput]:
    """Return the demands of a package that are planned and have a first and last month."""
    demands = (inputs.demands[name] for name in package.demands if name in inputs.demands)
    return [one for one in demands if one.counts and one.first is not None and one.last is not None]


def first_month(demands: list[DemandInput]) -> Month:
    """Return the first month of the earliest demand."""
    return min(first for first, _ in _windows(demands))


def _windows(demands: list[DemandInput]) -> list[tuple[Month, Month]]:
    return [(one.first.month, one.last.month) for one in demands if one.first and one.last]


def _names(subject: Pool | Kind | Mission) -> tuple[str, str, str]:
    """Return the subject of a lever and its names."""
    return subject.id, subject.name, subject.name_nl or subject.name


def _supply_levers(inputs: Inputs) -> Iterator[Lever]:
    for pool in inputs.pools.values():
        yield Lever("people", *_names(pool), stands=1.0, low=0.0, high=2.0, step=0.05)
    present = {pool.category for pool in inputs.pools.values()}
    for category, names in CATEGORY_NAMES.items():
        if category in present:
            yield Lever("rest", category, *names, stands=1.0, low=0.0, high=2.0, step=0.05)
    used = {demand.kind for demand in inputs.demands.values() if demand.tour is None}
    for kind in inputs.kinds.values():
        tour = kind.rotation.get("tour", {}).get("")
        if kind.id in used and tour is not None:
            months = max(1, round(tour.value))
            yield Lever("tour", *_names(kind), stands=months, low=1, high=max(24, months), step=1)


def _decision_levers(inputs: Inputs) -> Iterator[Lever]:
    """Yield levers for missions under study, then for those that were declined."""
    for group, standing in (("go", "study"), ("send", "declined")):
        for mission in inputs.missions.values():
            demands = [
                demand
                for demand in inputs.demands.values()
                if demand.mission == mission.id and demand.standing == standing
            ]
            if demands:
                goes = all(demand.counts for demand in demands)
                yield Lever(group, *_names(mission), stands=goes)


def _tiers_by_mission(inputs: Inputs) -> dict[str, set[int]]:
    """Return the tiers of each mission with a demand in the reported months."""
    tiers: dict[str, set[int]] = {}
    for one in inputs.demands.values():
        if one.first is None or one.last is None:
            continue
        seen = one.first.month <= inputs.last and one.last.month >= inputs.first
        if seen and (one.counts or one.standing in ("study", "declined")):
            tiers.setdefault(one.mission, set()).add(one.tier)
    return tiers


def _protection_levers(inputs: Inputs) -> Iterator[Lever]:
    """Yield levers that serve a mission of main task 2 first; none for missions of a package."""
    packaged = {name for package in inputs.packages.values() for name in package.demands}
    excluded = {one.mission for one in inputs.demands.values() if one.id in packaged}
    tiers = _tiers_by_mission(inputs)
    for mission in inputs.missions.values():
        if mission.main_task == 2 and mission.id in tiers and mission.id not in excluded:
            yield Lever("protect", *_names(mission), stands=False)


def _tier_levers(inputs: Inputs) -> Iterator[Lever]:
    tiers = _tiers_by_mission(inputs)
    last = max([MAX_TIER, *(tier for own_tiers in tiers.values() for tier in own_tiers)])
    for mission in inputs.missions.values():
        own_tiers = tiers.get(mission.id)
        if own_tiers:
            stands = min(own_tiers) if len(own_tiers) == 1 else 0
            low = 1 if stands else 0
            yield Lever("tier", *_names(mission), stands=stands, low=low, high=last, step=1)


def patch_of(inputs: Inputs, moved: Mapping[str, Value]) -> dict[str, Any]:
    """Return the sections of a scenario file that state the levers moved.

    Parameters
    ----------
    inputs : Inputs
        Of the base scenario.
    moved : mapping of str to value
        Values by key of the levers that differ from the base scenario, validated.
    """
    by_group: dict[str, dict[str, Any]] = {}
    for key, value in moved.items():
        group, _, subject = key.partition(".")
        by_group.setdefault(group, {})[subject] = value
    policies = [
        *({"kinds": [kind], "tour": tour} for kind, tour in by_group.get("tour", {}).items()),
        *({"category": who, "scale_rest": by} for who, by in by_group.get("rest", {}).items()),
    ]
    strengths = [{"pools": [pool], "times": by} for pool, by in by_group.get("people", {}).items()]
    tiers = [{"missions": [one], "tier": tier} for one, tier in by_group.get("tier", {}).items()]
    sections = {
        "rule": by_group.get("rule", {}).get("", ""),
        "policies": policies,
        "packages": _package_patch(inputs, by_group),
        **_decision_patch(inputs, by_group),
        "tiers": [*tiers, *_protection_tiers(inputs, by_group)],
        "strengths": strengths,
    }
    return {name: section for name, section in sections.items() if section}


def _protection_tiers(
    inputs: Inputs, moved: Mapping[str, Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Yield tiers that serve protected missions first and keep the order of the others."""
    chosen, tiers = moved.get("protect", {}), moved.get("tier", {})
    if not chosen:
        return
    others: dict[int, list[str]] = {}
    for one in inputs.demands.values():
        if one.mission not in chosen:
            others.setdefault(int(tiers.get(one.mission, one.tier)), []).append(one.id)
    yield {"missions": list(chosen), "tier": 1}
    for tier, demands in sorted(others.items()):
        yield {"demands": demands, "tier": tier + 1}


def _package_patch(inputs: Inputs, moved: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    patch: dict[str, dict[str, Any]] = {}
    for group, name in (("on", "on"), ("known", "known"), ("size", "scale")):
        for package, value in moved.get(group, {}).items():
            patch.setdefault(package, {})[name] = value
    for package, month in moved.get("first", {}).items():
        demands = active_demands(inputs, inputs.packages[package])
        delay = Month.parse(month) - first_month(demands)
        patch.setdefault(package, {})["demands"] = {
            one.id: {"first": str(one.first.month + delay)} for one in demands if one.first
        }
    return patch


def _decision_patch(inputs: Inputs, moved: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the missions that go ahead, and dropped demands of those that do not."""
    patch: dict[str, Any] = {}
    for group, (section, standing) in DECISIONS.items():
        for mission, goes in moved.get(group, {}).items():
            if goes:
                patch.setdefault(section, []).append(mission)
                continue
            for demand in inputs.demands.values():
                if demand.mission == mission and demand.standing == standing and demand.counts:
                    patch.setdefault("demands", {})[demand.id] = {"drop": True}
    return patch


@dataclass(frozen=True, eq=False)
class WhatIf:
    """A base scenario and the levers that are moved.

    Parameters
    ----------
    base : Scenario, str or Path
        The base scenario, its file, or the name of a scenario of the package.
    moved : mapping of str to value
        Values of levers that differ from the base scenario, by key.

    Raises
    ------
    InputError
        With all levers that do not exist and all values that are not allowed.

    Examples
    --------
    >>> more = WhatIf("eastern-flank-battalion", {"size.eastern-flank": 1.5})
    >>> more.scenario.inputs.demands["ef-unit"].cap.value
    840.0
    >>> more.move({"size.eastern-flank": 1, "people.staff": 0.9}).moved
    {'people.staff': 0.9}
    """

    base: Scenario
    moved: Mapping[str, Value] = field(default_factory=dict)

    def __init__(
        self, base: Scenario | str | Path, moved: Mapping[str, object] | None = None
    ) -> None:
        """Load the scenario if necessary, and validate the levers moved."""
        object.__setattr__(self, "base", base if isinstance(base, Scenario) else load(base))
        object.__setattr__(self, "moved", self._checked(moved or {}))

    @cached_property
    def levers(self) -> tuple[Lever, ...]:
        """All levers, by group."""
        return levers_of(self.base.inputs)

    @cached_property
    def _by_key(self) -> dict[str, Lever]:
        return {lever.key: lever for lever in self.levers}

    def lever(self, key: str) -> Lever:
        """Return a lever; raise InputError if there is none with that key."""
        if key not in self._by_key:
            raise InputError(self._fault(key, f"no such lever{nearest(key, self._by_key)}"))
        return self._by_key[key]

    def stands(self, key: str) -> Value:
        """Return the current value of a lever."""
        return self.moved.get(key, self.lever(key).stands)

    def move(self, moves: Mapping[str, object]) -> WhatIf:
        """Return a copy with some levers moved; those at their base value drop out of `moved`."""
        return self._with({**self.moved, **moves})

    def reset(self) -> WhatIf:
        """Return a copy with no lever moved."""
        return self._with({})

    def _with(self, moved: Mapping[str, object]) -> WhatIf:
        other = WhatIf(self.base)
        for name in ("levers", "_by_key"):
            other.__dict__[name] = getattr(self, name)
        object.__setattr__(other, "moved", other._checked(moved))
        return other

    def _checked(self, moved: Mapping[str, object]) -> dict[str, Value]:
        values: dict[str, Value] = {}
        faults: list[Fault | str] = []
        for key, value in moved.items():
            try:
                lever = self.lever(key)
                checked = lever.check(value)
            except InputError as error:
                faults += error.faults
            except ValueError as error:
                faults.append(self._fault(key, str(error)))
            else:
                if checked != lever.stands:
                    values[key] = checked
        if faults:
            raise InputError(faults)
        order = list(self._by_key) if values else []
        return {key: values[key] for key in order if key in values}

    def _fault(self, key: str, message: str) -> Fault:
        return Fault("<levers>", 0, 0, f"{key:.80}", message)

    @property
    def patch(self) -> dict[str, Any]:
        """The levers moved, as sections of a scenario file."""
        patch = patch_of(self.base.inputs, self.moved)
        if patch:
            for text, words in (("title", "changed"), ("title_nl", "gewijzigd")):
                title = getattr(self.base, text)
                if title:
                    patch = {text: f"{title} ({words})", **patch}
        return patch

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario with the levers moved; the base scenario if none is.

        It is built by the reader of scenario files, so that ``loads(scenario.dump())`` equals it.

        Raises
        ------
        InputError
            The levers moved contradict each other or the rest of the scenario.
        """
        if not self.moved:
            return self.base
        return self.base.with_(self.patch, name=f"{self.base.name}-changed")

    def address(self) -> str:
        """Return the levers moved as the query of a link.

        Examples
        --------
        >>> WhatIf("letter", {"people.staff": 0.9, "go.eufor-althea": True}).address()
        'people.staff=0.9&go.eufor-althea=1'
        """
        return urlencode({key: self.lever(key).text(value) for key, value in self.moved.items()})

    def follow(self, address: Mapping[str, str]) -> tuple[WhatIf, list[Fault]]:
        """Return a copy with the levers of an address moved, and the faults of the address.

        Parameters
        ----------
        address : mapping of str to str
            Arguments of a query: values as text by key of the lever.
        """
        moves: dict[str, object] = {}
        faults: list[Fault] = []
        for key, text in address.items():
            lever = self._by_key.get(key)
            try:
                if lever is None:
                    near = nearest(key, self._by_key)
                    raise ValueError(f"no such lever in {self.base.name!r}{near}")
                moves[key] = lever.parse(text)
            except ValueError as error:
                faults.append(Fault("<address>", 0, 0, f"{key:.80}", str(error)))
        return self.move(moves), faults

    def __repr__(self) -> str:
        """The scenario and the levers moved."""
        return f"<WhatIf {self.base.name!r}, moved: {dict(self.moved)}>"
