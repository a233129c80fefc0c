"""What a scenario comes down to before it is compiled: missions, demands, pools, parameters.

Every number is a :class:`Parameter` that knows where it comes from. All classes are frozen; a
change makes a new one. Fields that only say where something is written do not count in comparisons
and digests.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from planner.digest import SKIP
from planner.months import Month
from planner.tolerances import SHARE_SUM

if TYPE_CHECKING:
    from planner.scenario.calibrated import Calibrated

__all__ = [
    "BASES", "BoundInput", "BudgetInput", "Cost", "DemandInput", "Event", "Inputs", "Kind",
    "Mission", "Observation", "Option", "Origin", "PackageInput", "Parameter", "Pool", "Source",
    "StrengthStep", "When", "check_option", "is_presence", "missing_policies", "options_text",
    "parse_options",
]  # fmt: skip

BASES = ("letter", "public", "assumption")
"""What a parameter may rest on."""

DEFAULT_WINDOW = (Month(2022, 1), Month(2025, 12))
"""Months reported unless a scenario says otherwise."""

RESERVED_IDS = ("all", "alle")
"""Words that stand for everything where ids are named, and therefore are no ids themselves."""

STRENGTH_FACTORS = ("posts", "filled", "fit")
"""strength = posts × share filled × share fit."""

ROTATION = ("tour", "preparation", "rest", "dwell")
"""What a rotation policy consists of; rest or dwell, not both."""

OTHER_HOME_TIME = {"rest": "dwell", "dwell": "rest"}
"""The two policies for time at home, of which a pool has one, each by the other."""

PRESENCE = ("acceptance", "lead", "early_return")
"""What decides whether a person allocated is present."""

COUNTED = ("standing", "past")
"""Standings of demands that count without being chosen."""

MANNED = "manned"
"""The share of a demand's ceiling that is really used: a parameter of presence, by demand."""

Option = str | Mapping[str, float]
"""A sourcing option: a pool, or a mix of pools in shares that add up to 1."""

_ID = re.compile(r"[a-z0-9][a-z0-9-]*")


def check_option(value: object) -> Option:
    """Return a sourcing option as written; raise ValueError that says what is wrong with it.

    Examples
    --------
    >>> check_option({"light": 0.9, "medical": 0.1})
    {'light': 0.9, 'medical': 0.1}
    """
    if isinstance(value, str):
        if not _ID.fullmatch(value) or len(value) > 80:
            expected = "an id (lower-case letters, digits, hyphens)"
            raise ValueError(f"expected {expected}, found {value[:90]!r}")
        return value
    if not isinstance(value, Mapping) or not value:
        expected = "a pool, or a mix such as {light: 0.9, medical: 0.1}"
        raise ValueError(f"expected {expected}, found {value!r}")
    for pool, share in value.items():
        check_option(str(pool))
        number = isinstance(share, (int, float)) and not isinstance(share, bool)
        if not number or not 0 < share <= 1:
            expected = f"a share above 0 and at most 1 for {pool!r}"
            raise ValueError(f"expected {expected}, found {share!r}")
    total = math.fsum(value.values())
    if abs(total - 1) > SHARE_SUM:
        raise ValueError(f"expected shares that add up to 1, found a sum of {total:.10g}")
    return {str(pool): float(share) for pool, share in value.items()}


def parse_options(text: str) -> tuple[Option, ...]:
    """Return the sourcing options in a cell; raise ValueError that says what is wrong with it.

    Examples
    --------
    >>> parse_options("light:0.9+medical:0.1 staff")
    ({'light': 0.9, 'medical': 0.1}, 'staff')
    """
    options: list[Option] = []
    for part in text.split():
        if ":" not in part:
            options.append(check_option(part))
            continue
        mix: dict[str, object] = {}
        for item in part.split("+"):
            pool, colon, share = item.partition(":")
            try:
                number: object = float(share)
            except ValueError:
                number = share
            if not colon or isinstance(number, str):
                example = "light:0.9+medical:0.1"
                raise ValueError(f"expected a mix such as {example}, found {part!r}")
            if pool in mix:
                raise ValueError(f"pool {pool!r} is named twice in {part!r}")
            mix[pool] = number
        options.append(check_option(mix))
    if any(option in options[:index] for index, option in enumerate(options)):
        raise ValueError(f"an option is named twice in {text!r}")
    return tuple(options)


def options_text(options: Iterable[Option]) -> str:
    """Return sourcing options as they are written in a cell.

    Examples
    --------
    >>> options_text(({"light": 0.9, "medical": 0.1}, "staff"))
    'light:0.9+medical:0.1 staff'
    """
    return " ".join(
        option
        if isinstance(option, str)
        else "+".join(f"{pool}:{option[pool]:.12g}" for pool in option)
        for option in options
    )


@dataclass(frozen=True)
class Origin:
    """Where a parameter comes from and where it is written.

    Attributes
    ----------
    basis : str
        letter, public or assumption.
    source : str
        Id of a source, empty when the parameter is introduced by the scenario itself.
    section : str
        Place in the source, or the reasoning in a few words.
    note : str
        Anything else worth knowing.
    file, line : str, int
        Place in the scenario or table, line 0 if it was set from Python.
    """

    basis: str = "assumption"
    source: str = ""
    section: str = ""
    note: str = ""
    file: str = field(default="", compare=False, metadata=SKIP)
    line: int = field(default=0, compare=False, metadata=SKIP)


@dataclass(frozen=True)
class Parameter:
    """A number: its likely value, its low and high unless it is exact, and its origin."""

    value: float
    low: float | None = None
    high: float | None = None
    origin: Origin = Origin()


Figure = Parameter
"""Former name of :class:`Parameter`."""


@dataclass(frozen=True)
class When:
    """A month: the likely one, the earliest and latest unless it is exact, and its origin."""

    month: Month
    origin: Origin = Origin()
    low: Month | None = None
    high: Month | None = None


@dataclass(frozen=True)
class Event:
    """A possible change to the end of a mandate: its chance, and by how many months."""

    chance: float
    months: int
    origin: Origin = Origin()


@dataclass(frozen=True)
class Source:
    """A publication that parameters come from."""

    id: str
    publisher: str = ""
    title: str = ""
    date: str = ""
    confidence: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Mission:
    """A named operation of an organisation in a region."""

    id: str
    name: str
    name_nl: str
    organisation: str
    region: str
    main_task: int
    section: str = ""
    status: str = ""
    row: str = ""
    source: str = ""
    note: str = ""
    prolonged: Event | None = None
    ended_early: Event | None = None
    file: str = field(default="", compare=False, metadata=SKIP)
    line: int = field(default=0, compare=False, metadata=SKIP)


@dataclass(frozen=True)
class DemandInput:
    """One line of people that a mission asks for.

    Attributes
    ----------
    options : tuple of str or mapping
        Sourcing options, most preferred first: a pool, or shares by pool that add up to 1.
    cap : Parameter
        Maximum number of people at once, persons.
    cap_from : mapping of Month to Parameter
        Caps that take the place of `cap` from a month on.
    first, last : When or None
        First and last month, inclusive; None only while the demand does not count.
    fixed_length : bool
        Whether the last month moves with the first.
    standing : str
        standing, study, declined, past or hindsight.
    counts : bool
        Whether it counts in this scenario.
    cohorts : int or None
        None leaves it to the kind's way of changing over.
    tour, preparation, rest, dwell : Parameter or None
        Months, months and months per month served; None leaves it to the kind.
    manned : Parameter or None
        Share of the people planned that its ceiling really takes; None is all of them.
    more : mapping
        Fields of the registry that have no attribute of their own, as they were given.
    """

    id: str
    mission: str
    name: str
    name_nl: str
    category: str
    kind: str
    options: tuple[Option, ...]
    cap: Parameter
    first: When | None
    last: When | None
    cap_from: Mapping[Month, Parameter] = field(default_factory=dict)
    fixed_length: bool = False
    standing: str = "standing"
    counts: bool = True
    tier: int = 2
    cohorts: int | None = None
    on_call: bool = False
    unit: bool = False
    weight: float = 1.0
    tour: Parameter | None = None
    preparation: Parameter | None = None
    rest: Parameter | None = None
    dwell: Parameter | None = None
    manned: Parameter | None = None
    note: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)
    file: str = field(default="", compare=False, metadata=SKIP)
    line: int = field(default=0, compare=False, metadata=SKIP)

    @property
    def pools(self) -> tuple[str, ...]:
        """Every pool that any option uses, in order of first use."""
        return tuple(
            dict.fromkeys(
                pool
                for option in self.options
                for pool in ((option,) if isinstance(option, str) else option)
            )
        )

    @property
    def shares(self) -> tuple[tuple[float, ...], ...]:
        """Share of each option (row) that comes from each of `pools` (column)."""
        pools = self.pools
        return tuple(
            tuple(
                float(option == pool) if isinstance(option, str) else option.get(pool, 0.0)
                for pool in pools
            )
            for option in self.options
        )


@dataclass(frozen=True)
class Pool:
    """People who can stand in for each other.

    `series` gives posts, filled and fit as steps in time: (from which month, parameter), the first
    with month None, from the start. A pool of a `force` that has no filled or fit of its own takes
    the shares of the force, times its filled_factor and fit_factor where it has them.
    """

    id: str
    name: str
    name_nl: str
    category: str
    speciality: str = ""
    force: str = ""
    note: str = ""
    series: Mapping[str, tuple[tuple[Month | None, Parameter], ...]] = field(default_factory=dict)
    file: str = field(default="", compare=False, metadata=SKIP)
    line: int = field(default=0, compare=False, metadata=SKIP)


@dataclass(frozen=True)
class Kind:
    """A kind of contribution: how it changes over, and its rotation policy.

    `rotation` gives tour, preparation, rest and dwell by pool, "" being every other pool (a pool
    has rest or dwell, not both); `presence` gives acceptance, lead and early_return.
    """

    id: str
    name: str
    name_nl: str
    changeover: str
    note: str = ""
    rotation: Mapping[str, Mapping[str, Parameter]] = field(default_factory=dict)
    presence: Mapping[str, Parameter] = field(default_factory=dict)
    file: str = field(default="", compare=False, metadata=SKIP)
    line: int = field(default=0, compare=False, metadata=SKIP)


@dataclass(frozen=True)
class StrengthStep:
    """One change of strengths over time, in the order in which they are made.

    Attributes
    ----------
    pools : tuple of str
        Pools it changes.
    of : str
        strength, posts, filled or fit.
    verb : str
        set, add, times, grow_to or grow_times.
    first, last : Month or None
        From which month, and up to which; None is without end.
    """

    pools: tuple[str, ...]
    of: Literal["strength", "posts", "filled", "fit"]
    verb: Literal["set", "add", "times", "grow_to", "grow_times"]
    figure: Parameter
    first: Month | None = None
    last: Month | None = None


@dataclass(frozen=True)
class BoundInput:
    """Composition: minimum and maximum of people over some demands and pools (None: all pools)."""

    id: str
    demands: tuple[str, ...]
    pools: tuple[str, ...] | None = None
    min: Parameter | None = None
    max: Parameter | None = None
    note: str = ""


@dataclass(frozen=True)
class Cost:
    """What one person costs a fund in a year, euros, by kind or by demand."""

    fund: str
    kind: str
    demand: str
    figure: Parameter


@dataclass(frozen=True)
class BudgetInput:
    """What a fund may spend in a year, euros."""

    fund: str
    year: int
    figure: Parameter


@dataclass(frozen=True)
class PackageInput:
    """A named set of demands that comes as a whole.

    `known` is "just-in-time", "start" or a month.
    """

    id: str
    title: str
    title_nl: str
    demands: tuple[str, ...]
    on: bool = True
    known: str | When = "just-in-time"
    note: str = ""


@dataclass(frozen=True)
class Observation:
    """People seen on duty in a month.

    Attributes
    ----------
    demands : tuple of str
        Demands it speaks of, counted together.
    pools : tuple of str
        Pools counted; empty: all.
    error : float
        How far the number on duty for these demands may lie from `people`, persons.
    relation : str
        equal, about or at_most.
    """

    id: str
    demands: tuple[str, ...]
    pools: tuple[str, ...]
    month: Month
    people: float
    error: float
    relation: str
    source: str
    section: str
    note: str


@dataclass(frozen=True)
class Inputs:
    """The effective inputs of a scenario: everything that can change a result.

    `warm_up` and `run_out` are months; None leaves them to the longest tie-up of the scenario.
    `money` says whether budgets count. `outcomes` gives what really happened to demands, by field
    (cap, first, last); it counts only where a scenario applies it. `forces` gives the national
    shares filled and fit by force, as steps in time. `parameters` is what draws take from an
    earlier calibration; None leaves all of them to their ranges.
    """

    first: Month = DEFAULT_WINDOW[0]
    last: Month = DEFAULT_WINDOW[1]
    warm_up: int | None = None
    run_out: int | None = None
    rule: str = "fair"
    money: bool = False
    missions: Mapping[str, Mission] = field(default_factory=dict)
    demands: Mapping[str, DemandInput] = field(default_factory=dict)
    pools: Mapping[str, Pool] = field(default_factory=dict)
    forces: Mapping[str, Mapping[str, tuple[tuple[Month | None, Parameter], ...]]] = field(
        default_factory=dict
    )
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    packages: Mapping[str, PackageInput] = field(default_factory=dict)
    bounds: Mapping[str, BoundInput] = field(default_factory=dict)
    steps: tuple[StrengthStep, ...] = ()
    costs: tuple[Cost, ...] = ()
    budgets: tuple[BudgetInput, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    uncertainty: Mapping[str, object] = field(default_factory=dict)
    outcomes: Mapping[str, Mapping[str, Parameter | When]] = field(default_factory=dict)
    parameters: Calibrated | None = None


def is_presence(id: str) -> bool:
    """Return whether a parameter decides who is present and leaves the plan as it is.

    Examples
    --------
    >>> is_presence("kind.staff.lead"), is_presence("demand.untso.manned"), is_presence("x.cap")
    (True, True, False)
    """
    head, last = id.split(".")[0], id.rsplit(".", 1)[-1]
    return (head == "kind" and last in PRESENCE) or (head == "demand" and last == MANNED)


def missing_policies(kind: Kind, demand: DemandInput) -> list[tuple[str, str]]:
    """Return what a kind and a demand together leave open: policy and the first pool without it."""
    missing = []
    for name in ("tour", "preparation", "rest"):
        names = ("rest", "dwell") if name == "rest" else (name,)
        if any(getattr(demand, policy) is not None for policy in names):
            continue
        known = {pool for policy in names for pool in kind.rotation.get(policy, {})}
        lacking = [pool for pool in demand.pools if pool not in known and "" not in known]
        if lacking:
            missing.append((" or ".join(names), lacking[0]))
    return missing
