"""A scenario with its levers: move some, and it is another scenario. Knows of no interface.

The levers of a scenario: what a planner can move, how far, and how that changes the scenario.

A lever has a key such as ``size.eastern-flank``, the same in Python, in a link and on the page.
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
"""Where a lever stands."""

GROUPS = (
    "rule", "on", "size", "first", "known", "people", "rest", "tour", "go", "send", "protect",
    "tier",
)  # fmt: skip
"""Kinds of levers; each is the first part of a key."""

KNOWN_KEYWORDS = {"just-in-time", "start"}
"""What a package may become known as, beside a month."""

CATEGORIES = {
    "military": ("Military", "Militairen"),
    "police": ("Police and Marechaussee", "Politie en Marechaussee"),
    "civil": ("Civilians", "Burgers"),
}
"""Pools with rest that can be changed, English and Dutch."""

LAST_TIER = 5
"""Tiers offered, unless a scenario goes further."""

_NUMBER = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4})?")

SECTIONS = {"go": ("decide", "study"), "send": ("send", "declined")}
"""The section of a scenario in which each decision stands, and the standing it is for."""


@dataclass(frozen=True)
class Lever:
    """One thing that can be moved.

    Attributes
    ----------
    group : str
        One of :data:`GROUPS`.
    subject : str
        Id of the package, pool, category, kind or mission that it moves; empty for the rule.
    name, name_nl : str
        What that is called.
    stands : bool, float, int or str
        Where it stands in the scenario as it was; 0 for a mission with several tiers.
    low, high, step : float
        How far it goes, for numbers.
    choices : tuple of str
        What it may be, for months and words, in order.

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
        """Its name, ``size.eastern-flank``."""
        return f"{self.group}.{self.subject}" if self.subject else self.group

    def check(self, value: object) -> Value:
        """Return a value as it counts; raise ValueError that says what was expected."""
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
        """What it takes, in words."""
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
        """Return the value that a text, such as a part of a link, stands for."""
        if isinstance(self.stands, bool):
            return self.check({"1": True, "0": False}.get(text, text))
        if self.choices:
            return self.check(text)
        return self.check(float(text) if _NUMBER.fullmatch(text) else text)

    def text(self, value: Value) -> str:
        """Return a value as text that :meth:`parse` reads back."""
        if isinstance(value, bool):
            return "1" if value else "0"
        return value if isinstance(value, str) else f"{value:g}"


def levers_of(inputs: Inputs) -> tuple[Lever, ...]:
    """Return every lever of a scenario's inputs, by group."""
    return (
        Lever("rule", "", "Rule", "Regel", inputs.rule, choices=("fair", "value")),
        *(lever for package in inputs.packages.values() for lever in _package(inputs, package)),
        *_supply(inputs),
        *_decisions(inputs),
        *_protections(inputs),
        *_tiers(inputs),
    )


def _months(first: Month, last: Month) -> tuple[str, ...]:
    return tuple(str(first + number) for number in range(last - first + 1))


def _package(inputs: Inputs, package: PackageInput) -> Iterator[Lever]:
    what = (package.id, package.title, package.title_nl or package.title)
    yield Lever("on", *what, stands=package.on)
    yield Lever("size", *what, stands=1.0, low=0.0, high=3.0, step=0.05)
    lines = lines_of(inputs, package)
    if lines:
        begins = begin_of(lines)
        latest = begins + min(last - first for first, last in _spans(lines))
        earliest = min(begins, inputs.first)
        yield Lever("first", *what, stands=str(begins), choices=_months(earliest, latest))
    stands = package.known if isinstance(package.known, str) else str(package.known.month)
    months = _months(inputs.first, inputs.last)
    if stands not in KNOWN_KEYWORDS and stands not in months:
        months = tuple(sorted({*months, stands}))
    yield Lever("known", *what, stands=stands, choices=("just-in-time", "start", *months))


def lines_of(inputs: Inputs, package: PackageInput) -> list[DemandInput]:
    """Return the demands of a package that count and have their months."""
    lines = (inputs.demands[name] for name in package.demands if name in inputs.demands)
    return [one for one in lines if one.counts and one.first is not None and one.last is not None]


def begin_of(lines: list[DemandInput]) -> Month:
    """Return the first month of the earliest demand."""
    return min(first for first, _ in _spans(lines))


def _spans(lines: list[DemandInput]) -> list[tuple[Month, Month]]:
    return [(one.first.month, one.last.month) for one in lines if one.first and one.last]


def _called(what: Pool | Kind | Mission) -> tuple[str, str, str]:
    """Return the subject of a lever and its names."""
    return what.id, what.name, what.name_nl or what.name


def _supply(inputs: Inputs) -> Iterator[Lever]:
    for pool in inputs.pools.values():
        yield Lever("people", *_called(pool), stands=1.0, low=0.0, high=2.0, step=0.05)
    present = {pool.category for pool in inputs.pools.values()}
    for category, names in CATEGORIES.items():
        if category in present:
            yield Lever("rest", category, *names, stands=1.0, low=0.0, high=2.0, step=0.05)
    used = {one.kind for one in inputs.demands.values() if one.tour is None}
    for kind in inputs.kinds.values():
        tour = kind.rotation.get("tour", {}).get("")
        if kind.id in used and tour is not None:
            months = max(1, round(tour.value))
            yield Lever("tour", *_called(kind), stands=months, low=1, high=max(24, months), step=1)


def _decisions(inputs: Inputs) -> Iterator[Lever]:
    """Yield missions that are under study, then those that were declined."""
    for group, standing in (("go", "study"), ("send", "declined")):
        for mission in inputs.missions.values():
            lines = [
                one
                for one in inputs.demands.values()
                if one.mission == mission.id and one.standing == standing
            ]
            if lines:
                yield Lever(group, *_called(mission), stands=all(one.counts for one in lines))


def _seen_tiers(inputs: Inputs) -> dict[str, set[int]]:
    """Return the tiers of each mission that asks for people in the reported months."""
    tiers: dict[str, set[int]] = {}
    for one in inputs.demands.values():
        if one.first is None or one.last is None:
            continue
        seen = one.first.month <= inputs.last and one.last.month >= inputs.first
        if seen and (one.counts or one.standing in ("study", "declined")):
            tiers.setdefault(one.mission, set()).add(one.tier)
    return tiers


def _protections(inputs: Inputs) -> Iterator[Lever]:
    """Yield missions of main task 2 that can be served before all others; none of a package."""
    own = {name for package in inputs.packages.values() for name in package.demands}
    taken = {one.mission for one in inputs.demands.values() if one.id in own}
    seen = _seen_tiers(inputs)
    for mission in inputs.missions.values():
        if mission.main_task == 2 and mission.id in seen and mission.id not in taken:
            yield Lever("protect", *_called(mission), stands=False)


def _tiers(inputs: Inputs) -> Iterator[Lever]:
    tiers = _seen_tiers(inputs)
    last = max([LAST_TIER, *(tier for found in tiers.values() for tier in found)])
    for mission in inputs.missions.values():
        found = tiers.get(mission.id)
        if found:
            stands = min(found) if len(found) == 1 else 0
            low = 1 if stands else 0
            yield Lever("tier", *_called(mission), stands=stands, low=low, high=last, step=1)


def patch_of(inputs: Inputs, moved: Mapping[str, Value]) -> dict[str, Any]:
    """Return the sections of a scenario file that say what was moved, by key of the lever.

    Parameters
    ----------
    inputs : Inputs
        The scenario as it was.
    moved : mapping of str to value
        Levers that stand elsewhere than in it, checked.
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
        "packages": _packages_of(inputs, by_group),
        **_decided(inputs, by_group),
        "tiers": [*tiers, *_protected(inputs, by_group)],
        "strengths": strengths,
    }
    return {name: section for name, section in sections.items() if section}


def _protected(inputs: Inputs, moved: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield tiers that put protected missions first and keep the order of all others."""
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


def _packages_of(inputs: Inputs, moved: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {}
    for group, name in (("on", "on"), ("known", "known"), ("size", "scale")):
        for package, value in moved.get(group, {}).items():
            found.setdefault(package, {})[name] = value
    for package, month in moved.get("first", {}).items():
        lines = lines_of(inputs, inputs.packages[package])
        later = Month.parse(month) - begin_of(lines)
        found.setdefault(package, {})["demands"] = {
            line.id: {"first": str(line.first.month + later)} for line in lines if line.first
        }
    return found


def _decided(inputs: Inputs, moved: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return missions that go ahead after all, and the demands of those that do not."""
    found: dict[str, Any] = {}
    for group, (section, standing) in SECTIONS.items():
        for mission, goes in moved.get(group, {}).items():
            if goes:
                found.setdefault(section, []).append(mission)
                continue
            for line in inputs.demands.values():
                if line.mission == mission and line.standing == standing and line.counts:
                    found.setdefault("demands", {})[line.id] = {"drop": True}
    return found


@dataclass(frozen=True, eq=False)
class WhatIf:
    """A scenario as it was, and what has been moved about it.

    Parameters
    ----------
    base : Scenario, str or Path
        The scenario as it was, its file, or the name of one that comes with the package.
    moved : mapping of str to value
        Levers that stand elsewhere than in it, by key.

    Raises
    ------
    InputError
        With every lever that does not exist or cannot go that far.

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
        """Load the scenario if need be, and check what is moved."""
        object.__setattr__(self, "base", base if isinstance(base, Scenario) else load(base))
        object.__setattr__(self, "moved", self._checked(moved or {}))

    @cached_property
    def levers(self) -> tuple[Lever, ...]:
        """Every lever, by group."""
        return levers_of(self.base.inputs)

    @cached_property
    def _by_key(self) -> dict[str, Lever]:
        return {lever.key: lever for lever in self.levers}

    def lever(self, key: str) -> Lever:
        """Return a lever; raise InputError if none exists of that key."""
        if key not in self._by_key:
            raise InputError(self._fault(key, f"no such lever{nearest(key, self._by_key)}"))
        return self._by_key[key]

    def stands(self, key: str) -> Value:
        """Return where a lever stands now."""
        return self.moved.get(key, self.lever(key).stands)

    def move(self, moves: Mapping[str, object]) -> WhatIf:
        """Return it with some levers moved; those that stand where they stood are forgotten."""
        return self._with({**self.moved, **moves})

    def reset(self) -> WhatIf:
        """Return it as it was."""
        return self._with({})

    def _with(self, moved: Mapping[str, object]) -> WhatIf:
        other = WhatIf(self.base)
        for name in ("levers", "_by_key"):
            other.__dict__[name] = getattr(self, name)
        object.__setattr__(other, "moved", other._checked(moved))
        return other

    def _checked(self, moved: Mapping[str, object]) -> dict[str, Value]:
        found: dict[str, Value] = {}
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
                    found[key] = checked
        if faults:
            raise InputError(faults)
        order = list(self._by_key) if found else []
        return {key: found[key] for key in order if key in found}

    def _fault(self, key: str, message: str) -> Fault:
        return Fault("<levers>", 0, 0, f"{key:.80}", message)

    @property
    def patch(self) -> dict[str, Any]:
        """What was moved, as the sections of a scenario file."""
        patch = patch_of(self.base.inputs, self.moved)
        if patch:
            for text, words in (("title", "changed"), ("title_nl", "gewijzigd")):
                title = getattr(self.base, text)
                if title:
                    patch = {text: f"{title} ({words})", **patch}
        return patch

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario that comes out; the one as it was if nothing is moved.

        It is made by the reader of scenario files, so ``loads(scenario.dump())`` is the same.

        Raises
        ------
        InputError
            What is moved contradicts itself or the rest of the scenario.
        """
        if not self.moved:
            return self.base
        return self.base.with_(self.patch, name=f"{self.base.name}-changed")

    def address(self) -> str:
        """Return what was moved as the query of a link.

        Examples
        --------
        >>> WhatIf("letter", {"people.staff": 0.9, "go.eufor-althea": True}).address()
        'people.staff=0.9&go.eufor-althea=1'
        """
        return urlencode({key: self.lever(key).text(value) for key, value in self.moved.items()})

    def follow(self, address: Mapping[str, str]) -> tuple[WhatIf, list[Fault]]:
        """Return it with the levers moved that an address names, and what could not be followed.

        Parameters
        ----------
        address : mapping of str to str
            Parts of a query: the key of a lever, and where it is to stand.
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
        """The scenario and what is moved."""
        return f"<WhatIf {self.base.name!r}, moved: {dict(self.moved)}>"
