"""The entries of a scenario file: what may be said about one demand, mission, pool and so on."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, GetJsonSchemaHandler, model_validator

from planner.scenario.fields import (
    Amount,
    CapFrom,
    Factor,
    Id,
    Ids,
    IdsOrAll,
    Known,
    MonthField,
    MonthRange,
    Options,
    Part,
    People,
    Quantity,
    Rest,
    Share,
    Sourced,
    Text,
    Tour,
    Whole,
)

__all__ = [
    "VERBS",
    "BoundEntry",
    "DemandEntry",
    "Horizon",
    "KindEntry",
    "MissionEntry",
    "Money",
    "PackageEntry",
    "Policy",
    "PoolEntry",
    "Priority",
    "SourceEntry",
    "StrengthStep",
]

VERBS = ("set", "add", "times", "grow_to", "grow_times")
"""What a step may do to strengths."""


_Entry = TypeVar("_Entry", bound="DemandEntry | KindEntry | Policy")


def _rest_or_dwell(entry: _Entry) -> _Entry:
    if entry.rest is not None and entry.dwell is not None:
        raise ValueError("expected rest or dwell, found both")
    return entry


class Droppable(Sourced):
    """An entry that may be just ``drop``, or empty."""

    drop: bool | None = None
    """True leaves it out; false brings back what was dropped. `untso: drop` says the same."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        return {"drop": True} if value == "drop" else {} if value is None else value

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: Any, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Publish the short forms as well."""
        own = super().__get_pydantic_json_schema__(core, handler)
        return {"anyOf": [own, {"const": "drop"}, {"type": "null"}]}


class Horizon(Part):
    """The months that are reported, and how far the model runs on either side."""

    from_: MonthField | None = Field(None, alias="from")
    """First month reported."""
    to: MonthField | None = None
    """Last month reported, which counts in full."""
    warm_up: Annotated[int, Field(ge=0, le=600)] | None = None
    """Months before the window; by default the longest tie-up in whole years, at least 24."""
    run_out: Annotated[int, Field(ge=0, le=600)] | None = None
    """Months after the window; by default the longest tie-up in whole years, at least 12."""


class DemandEntry(Droppable):
    """A demand: one line of people that a mission asks for. Under a known id only what changes is
    said; under a new one at least mission, kind, pools, cap, first and last."""

    mission: Id | None = None
    """The mission that asks for it."""
    name: Text | None = None
    """English name."""
    name_nl: Text | None = None
    """Dutch name."""
    category: Literal["military", "police", "civil", "mixed"] | None = None
    """By default the category of its pools."""
    kind: Id | None = None
    """Kind of contribution, which gives its rotation policy."""
    pools: Options | None = None
    """Sourcing options, most preferred first: a pool, or a mix of pools in shares that add up to 1,
    such as `{light: 0.85, logistics: 0.1, medical: 0.05}`."""
    cap: People | None = None
    """Maximum number of people at once, persons."""
    cap_from: CapFrom | None = None
    """Caps that take the place of `cap` from a month on, such as `{2022-08: 15}`. What lasts is
    laid out as one line with its own tours and each difference as a line on top, so that people who
    can stay do stay."""
    scale: Factor | None = None
    """Multiplies the cap."""
    first: MonthRange | None = None
    """First month on duty."""
    last: MonthRange | None = None
    """Last month on duty, which counts in full."""
    fixed_length: bool | None = None
    """True where the last month moves with the first, such as a voyage of half a year whose begin
    is not known."""
    standing: Literal["standing", "study", "declined", "past", "hindsight"] | None = None
    """Under `study`, `declined` or known from `hindsight` it does not count until a scenario says
    so under `decide`, `send` or `hindsight`; `standing`, the default, and `past` count."""
    tier: Annotated[int, Field(ge=1, le=100)] | None = None
    """1 is served first."""
    cohorts: Annotated[int, Field(ge=1, le=1200)] | None = None
    """1 changes over as a whole, more is staggered; by default as its kind does."""
    on_call: bool | None = None
    """True for stand-by forces: held ready at home, so that time at home after a deployment may be
    spent on call."""
    unit: bool | None = None
    """True for all or nothing, when people are counted whole."""
    weight: Annotated[float, Field(ge=0, le=1e6)] | None = None
    """Worth of a person-month under the rule `value`."""
    tour: Tour | None = None
    """Tour length in months, instead of the kind's."""
    preparation: Whole | None = None
    """Months of preparation, instead of the kind's."""
    rest: Rest | None = None
    """Months of rest per month served, on top of the preparation, instead of what the kind says."""
    dwell: Rest | None = None
    """Months at home per month served, the preparation for the next tour inside them, instead of
    what the kind says."""

    @model_validator(mode="after")
    def _one_home(self) -> DemandEntry:
        return _rest_or_dwell(self)


class Event(Sourced):
    """A possible change to the end of a mandate: how likely it is, and by how many months."""

    chance: Annotated[float, Field(ge=0, le=1)]
    """Chance from 0 to 1."""
    months: Annotated[int, Field(ge=1, le=120)]
    """By how many months the end moves, if it does."""


class MissionEntry(Droppable):
    """A mission with all its demands. Under a new id at least name, organisation, region and
    main_task."""

    name: Text | None = None
    """English name."""
    name_nl: Text | None = None
    """Dutch name."""
    organisation: (
        Literal["NATO", "EU", "UN", "OSCE", "coalition", "ICC", "national", "other"] | None
    ) = None
    """Who leads it."""
    region: Text | None = None
    """Where it is."""
    main_task: Literal[1, 2] | None = None
    """1 collective defence, 2 international legal order (civil contributions included)."""
    scale: Factor | None = None
    """Multiplies the cap of each of its demands."""
    last: MonthRange | None = None
    """New end of its mandate: demands that ran to the old end run to this month, demands that
    would run longer stop there. Settles the mandate: chances given before are taken away."""
    prolonged: Event | None = None
    """The chance that its mandate is prolonged; drawn in simulations, not in the plan."""
    ended_early: Event | None = None
    """The chance that its mandate ends early; drawn in simulations, not in the plan."""
    tier: Annotated[int, Field(ge=1, le=100)] | None = None
    """Tier of each of its demands."""
    weight: Annotated[float, Field(ge=0, le=1e6)] | None = None
    """Weight of each of its demands."""


class PackageEntry(Droppable):
    """A package: demands that come as a whole, and when they become known. Under a known id only
    what changes is said."""

    title: Text | None = None
    """English name."""
    title_nl: Text | None = None
    """Dutch name."""
    on: bool | None = None
    """False switches it off."""
    known: Known | None = None
    """Month in which it becomes known; `just-in-time` (the default) is as late as it can still be
    prepared, `start` is from the beginning."""
    scale: Factor | None = None
    """Multiplies the cap of each of its demands."""
    demands: dict[Id, DemandEntry] = Field(default={})
    """Its demands by id, new ones or changes to its own."""
    members: Ids | None = None
    """Demands defined elsewhere that belong to it."""


class PoolEntry(Droppable):
    """A pool of people; under a new id at least name, category and posts."""

    name: Text | None = None
    """English name."""
    name_nl: Text | None = None
    """Dutch name."""
    category: Literal["military", "police", "civil"] | None = None
    """Category."""
    speciality: Text | None = None
    """Speciality within the category."""
    force: Id | None = None
    """Force whose national shares filled and fit hold for it."""
    posts: People | None = None
    """Posts, from the start; later steps fall away."""
    filled: Share | None = None
    """Share of the posts that is filled, from the start, instead of the share of its force (new
    pools without a force: 1)."""
    fit: Share | None = None
    """Share of those that could be sent if nothing tied them up, from the start, instead of the
    share of its force (new pools without a force: 1)."""
    filled_factor: Factor | None = None
    """Deviation of the pool: what the filled share of its force is multiplied by (1)."""
    fit_factor: Factor | None = None
    """Deviation of the pool: what the fit share of its force is multiplied by (1)."""


class ForceEntry(Sourced):
    """A force: national shares that hold for several pools at once, drawn once for all of them.
    Under a new id both are needed."""

    filled: Share | None = None
    """Share of the posts that is filled."""
    fit: Share | None = None
    """Share of those that could be sent if nothing tied them up."""


class KindEntry(Sourced):
    """A kind of contribution; under a new id at least name, changeover, tour, preparation,
    and rest or dwell."""

    name: Text | None = None
    """English name."""
    name_nl: Text | None = None
    """Dutch name."""
    changeover: Literal["staggered", "en_bloc"] | None = None
    """People replaced one by one, or a unit as a whole."""
    tour: Tour | None = None
    """Tour length in months."""
    preparation: Whole | None = None
    """Months of preparation, for every pool."""
    rest: Rest | None = None
    """Months of rest per month served, on top of the preparation, for every pool."""
    dwell: Rest | None = None
    """Months at home per month served, the preparation inside them, for every pool."""
    acceptance: Share | None = None
    """Share of candidates that is accepted."""
    lead: Amount | None = None
    """Months a post stands empty before the next candidate arrives."""
    early_return: Share | None = None
    """Share of people that returns early, per month."""

    @model_validator(mode="after")
    def _one_home(self) -> KindEntry:
        return _rest_or_dwell(self)


class Policy(Sourced):
    """A change of rotation policy for some kinds and pools."""

    kinds: Ids | None = None
    """Kinds it holds for; all if nothing is said."""
    pools: Ids | None = None
    """Pools it holds for (not for tours); all if nothing is said."""
    category: Literal["military", "police", "civil"] | None = None
    """Only those of the pools that are of this category (not for tours)."""
    tour: Tour | None = None
    """Tour length in months."""
    preparation: Whole | None = None
    """Months of preparation."""
    rest: Rest | None = None
    """Months of rest per month served, on top of the preparation."""
    dwell: Rest | None = None
    """Months at home per month served, the preparation inside them."""
    scale_rest: Factor | None = None
    """Multiplies the time at home per month served, rest and dwell alike."""

    @model_validator(mode="after")
    def _one_home(self) -> Policy:
        return _rest_or_dwell(self)


class StrengthStep(Sourced):
    """One change of strengths over time; steps are taken in order. Exactly one of set, add, times,
    grow_to and grow_times."""

    pools: IdsOrAll
    """Pools it holds for, or `all`."""
    category: Literal["military", "police", "civil"] | None = None
    """Only those of the pools that are of this category."""
    of: Literal["strength", "posts", "filled", "fit"] = "strength"
    """What changes: people who could be sent, or one of posts × filled × fit."""
    from_: MonthField | None = Field(None, alias="from")
    """From this month; from the start if nothing is said."""
    to: MonthField | None = None
    """Up to and including this month; without end if nothing is said. Growth ends here."""
    set: Amount | None = None
    """The new value."""
    add: Quantity | None = None
    """Persons (or share) more; negative for less."""
    times: Factor | None = None
    """What it is multiplied by."""
    grow_to: Amount | None = None
    """Grows evenly from what it is at `from` to this value at `to`, and stays there."""
    grow_times: Factor | None = None
    """Grows evenly to this multiple at `to`, and stays there."""

    @model_validator(mode="after")
    def _one_verb(self) -> StrengthStep:
        verbs = [verb for verb in VERBS if getattr(self, verb) is not None]
        if len(verbs) != 1:
            raise ValueError(
                f"expected exactly one of {', '.join(VERBS)}, found {' and '.join(verbs) or 'none'}"
            )
        if verbs[0].startswith("grow") and (self.from_ is None or self.to is None):
            raise ValueError(f"{verbs[0]} needs 'from' and 'to'")
        if self.from_ is not None and self.to is not None and self.from_ > self.to:
            raise ValueError(f"months out of order: 'to' {self.to} is before 'from' {self.from_}")
        return self


class Priority(Part):
    """A tier or weight for all demands that fit every given filter."""

    tier: Annotated[int, Field(ge=1, le=100)] | None = None
    """1 is served first."""
    weight: Annotated[float, Field(ge=0, le=1e6)] | None = None
    """Worth of a person-month under the rule `value`."""
    demands: Ids | None = None
    """Only these demands."""
    missions: Ids | None = None
    """Only demands of these missions."""
    kinds: Ids | None = None
    """Only these kinds."""
    main_task: Literal[1, 2] | None = None
    """Only this main task."""
    organisation: Text | None = None
    """Only this organisation."""
    region: Text | None = None
    """Only this region."""
    category: Literal["military", "police", "civil", "mixed"] | None = None
    """Only this category."""
    note: Text | None = None
    """Why."""


class BoundEntry(Droppable):
    """Composition: least and most people over some demands, in every month. Under a new id at
    least demands and one of min and max."""

    demands: Ids | None = None
    """Demands counted together."""
    pools: Ids | None = None
    """Only people of these pools; all if nothing is said."""
    min: People | None = None
    """At least this many people: a goal, reported where it is missed."""
    max: People | None = None
    """At most this many people: always kept."""


class BudgetEntry(Sourced):
    """What a fund may spend in a year."""

    fund: Id
    """Name of the fund."""
    year: Annotated[int, Field(ge=1900, le=2200)]
    """Calendar year."""
    amount: Amount
    """Euros."""


class CostEntry(Sourced):
    """What one person costs a fund in a year, by kind or by demand."""

    fund: Id
    """Name of the fund."""
    kind: Id | None = None
    """Kind of contribution."""
    demand: Id | None = None
    """Demand, which goes before its kind."""
    amount: Amount
    """Euros per person-year."""


class Money(Part):
    """Budgets as one more scarce resource."""

    on: bool | None = None
    """Whether budgets count; they do not unless a scenario says so."""
    budgets: tuple[BudgetEntry, ...] = ()
    """Budgets that are new or take the place of those of the same fund and year."""
    costs: tuple[CostEntry, ...] = ()
    """Costs that are new or take the place of those of the same fund and kind or demand."""


class SourceEntry(Part):
    """A publication that figures of this scenario come from."""

    publisher: Text = ""
    """Who published it."""
    title: Text
    """Its title."""
    date: Text = ""
    """When."""
    confidence: Literal["high", "medium", "low", "assumption"] = "medium"
    """How far it can be trusted."""
    reference: Text = ""
    """Where to find it."""
