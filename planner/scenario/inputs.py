"""What a scenario comes down to before it is compiled: missions, demands, pools and their figures.

Every number is a :class:`Figure` that knows where it comes from. All classes are frozen; a change
makes a new one. Fields that only say where something is written do not count in comparisons and
digests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from planner.digest import SKIP
from planner.months import Month

__all__ = [
    "BASES",
    "Bound",
    "Budget",
    "Cost",
    "Demand",
    "Figure",
    "Inputs",
    "Kind",
    "Mission",
    "Origin",
    "Package",
    "Pool",
    "Source",
    "Step",
    "When",
]

BASES = ("letter", "public", "assumption")
"""What a figure may rest on."""

WINDOW = (Month(2022, 1), Month(2025, 12))
"""Months reported unless a scenario says otherwise."""

FACTORS = ("posts", "filled", "fit")
"""strength = posts × share filled × share fit."""


@dataclass(frozen=True)
class Origin:
    """Where a figure comes from and where it is written.

    Attributes
    ----------
    basis : str
        letter, public or assumption.
    source : str
        Id of a source, empty when the figure is introduced by the scenario itself.
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
class Figure:
    """A number: its likely value, its low and high unless it is exact, and its origin."""

    value: float
    low: float | None = None
    high: float | None = None
    origin: Origin = Origin()


@dataclass(frozen=True)
class When:
    """A month and where it comes from."""

    month: Month
    origin: Origin = Origin()


@dataclass(frozen=True)
class Source:
    """A publication that figures come from."""

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
    file: str = field(default="", compare=False, metadata=SKIP)
    line: int = field(default=0, compare=False, metadata=SKIP)


@dataclass(frozen=True)
class Demand:
    """One line of people that a mission asks for.

    Attributes
    ----------
    cap : Figure
        Most people at once, persons.
    first, last : When or None
        First and last month, inclusive; None only while the demand does not count.
    standing : str
        standing, study, declined, past or hindsight.
    counts : bool
        Whether it counts in this scenario.
    cohorts : int or None
        None leaves it to the kind's way of changing over.
    tour, preparation, rest : Figure or None
        Months, months and months per month served; None leaves it to the kind.
    """

    id: str
    mission: str
    name: str
    name_nl: str
    category: str
    kind: str
    pools: tuple[str, ...]
    cap: Figure
    first: When | None
    last: When | None
    standing: str = "standing"
    counts: bool = True
    tier: int = 2
    cohorts: int | None = None
    on_call: bool = False
    unit: bool = False
    weight: float = 1.0
    tour: Figure | None = None
    preparation: Figure | None = None
    rest: Figure | None = None
    note: str = ""
    file: str = field(default="", compare=False, metadata=SKIP)
    line: int = field(default=0, compare=False, metadata=SKIP)


@dataclass(frozen=True)
class Pool:
    """People who can stand in for each other.

    `series` gives posts, filled and fit as steps in time: (from which month, figure), the first
    with month None, from the start.
    """

    id: str
    name: str
    name_nl: str
    category: str
    speciality: str = ""
    note: str = ""
    series: Mapping[str, tuple[tuple[Month | None, Figure], ...]] = field(default_factory=dict)
    file: str = field(default="", compare=False, metadata=SKIP)
    line: int = field(default=0, compare=False, metadata=SKIP)


@dataclass(frozen=True)
class Kind:
    """A kind of contribution: how it changes over, and its rotation policy.

    `rotation` gives tour, preparation and rest by pool, "" being every other pool; `presence` gives
    acceptance, lead and early_return.
    """

    id: str
    name: str
    name_nl: str
    changeover: str
    note: str = ""
    rotation: Mapping[str, Mapping[str, Figure]] = field(default_factory=dict)
    presence: Mapping[str, Figure] = field(default_factory=dict)
    file: str = field(default="", compare=False, metadata=SKIP)
    line: int = field(default=0, compare=False, metadata=SKIP)


@dataclass(frozen=True)
class Step:
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
    figure: Figure
    first: Month | None = None
    last: Month | None = None


@dataclass(frozen=True)
class Bound:
    """Composition: least and most people over some demands and pools (None: all pools)."""

    id: str
    demands: tuple[str, ...]
    pools: tuple[str, ...] | None = None
    min: Figure | None = None
    max: Figure | None = None
    note: str = ""


@dataclass(frozen=True)
class Cost:
    """What one person costs a fund in a year, euros, by kind or by demand."""

    fund: str
    kind: str
    demand: str
    figure: Figure


@dataclass(frozen=True)
class Budget:
    """What a fund may spend in a year, euros."""

    fund: str
    year: int
    figure: Figure


@dataclass(frozen=True)
class Package:
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
class Inputs:
    """The effective inputs of a scenario: everything that can change a result.

    `warm_up` and `run_out` are months; None leaves them to the longest tie-up of the scenario.
    `money` says whether budgets count. `outcomes` gives what really happened to demands, by field
    (cap, first, last); it counts only where a scenario applies it.
    """

    first: Month = WINDOW[0]
    last: Month = WINDOW[1]
    warm_up: int | None = None
    run_out: int | None = None
    rule: str = "fair"
    money: bool = False
    missions: Mapping[str, Mission] = field(default_factory=dict)
    demands: Mapping[str, Demand] = field(default_factory=dict)
    pools: Mapping[str, Pool] = field(default_factory=dict)
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    packages: Mapping[str, Package] = field(default_factory=dict)
    bounds: Mapping[str, Bound] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    costs: tuple[Cost, ...] = ()
    budgets: tuple[Budget, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    uncertainty: Mapping[str, object] = field(default_factory=dict)
    outcomes: Mapping[str, Mapping[str, Figure | When]] = field(default_factory=dict)
