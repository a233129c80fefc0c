"""The entries of a scenario file: the fields of one demand, mission, pool and so on."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field as Limits
from pydantic import GetJsonSchemaHandler, create_model, model_validator

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
from planner.scenario.registry import ENTITIES, Field

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
    "PriorityEntry",
    "SourceEntry",
    "StepEntry",
]

VERBS = ("set", "add", "times", "grow_to", "grow_times")
"""What a step may do to strengths."""


def _rest_or_dwell(entry: Any) -> Any:
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

    from_: MonthField | None = Limits(None, alias="from")
    """First month reported."""
    to: MonthField | None = None
    """Last month reported, which counts in full."""
    warm_up: Annotated[int, Limits(ge=0, le=600)] | None = None
    """Months before the window; by default the longest tie-up in whole years, at least 24."""
    run_out: Annotated[int, Limits(ge=0, le=600)] | None = None
    """Months after the window; by default the longest tie-up in whole years, at least 12."""


class EventEntry(Sourced):
    """A possible change to the end of a mandate: how likely it is, and by how many months."""

    chance: Annotated[float, Limits(ge=0, le=1)]
    """Chance from 0 to 1."""
    months: Annotated[int, Limits(ge=1, le=120)]
    """By how many months the end moves, if it does."""


_TYPES: dict[str, Any] = {
    "amount": Amount,
    "caps": CapFrom,
    "event": EventEntry,
    "factor": Factor,
    "flag": bool,
    "home": Rest,
    "id": Id,
    "ids": Ids,
    "known": Known,
    "month": MonthRange,
    "months": Whole,
    "options": Options,
    "people": People,
    "share": Share,
    "text": Text,
    "tour": Tour,
}
"""Types of the kinds of fields that take no range or choices of their own."""


def _type(one: Field) -> Any:
    if one.kind == "choice":
        return Literal[one.choices]
    if one.kind in ("whole", "number"):
        number = int if one.kind == "whole" else float
        return Annotated[number, Limits(ge=one.low, le=one.high)]
    return _TYPES[one.kind]


def _model(entity: str, text: str, base: type[Part] = Droppable, **more: Any) -> Any:
    """Return the model of an entry: the fields that the registry gives its entity, all optional."""
    given: dict[str, Any] = {
        one.name: (_type(one) | None, Limits(None, description=one.help))
        for one in ENTITIES[entity]
        if one.entry
    }
    name = f"{entity.capitalize()}Entry"
    validators: dict[str, Any] = (
        {"one_home": model_validator(mode="after")(_rest_or_dwell)} if "dwell" in given else {}
    )
    return create_model(
        name, __base__=base, __doc__=text, __module__=__name__, __validators__=validators,
        **given, **more,
    )  # fmt: skip


DemandEntry: Any = _model(
    "demand",
    "A demand: one line of people that a mission asks for. Under a known id only what changes is "
    "said; under a new one at least mission, kind, pools, cap, first and last.",
)
MissionEntry: Any = _model(
    "mission",
    "A mission with all its demands. Under a new id at least name, organisation, region and "
    "main_task.",
)
PackageEntry: Any = _model(
    "package",
    "A package: demands that come as a whole, and when they become known. Under a known id only "
    "what changes is said.",
    demands=(
        dict[Id, DemandEntry],
        Limits({}, description="Its demands by id, new ones or changes to its own."),
    ),
)
PoolEntry: Any = _model(
    "pool", "A pool of people; under a new id at least name, category and posts."
)
ForceEntry: Any = _model(
    "force",
    "A force: national shares that hold for several pools at once, drawn once for all of them. "
    "Under a new id both are needed.",
    Sourced,
)
KindEntry: Any = _model(
    "kind",
    "A kind of contribution; under a new id at least name, changeover, tour, preparation, and "
    "rest or dwell.",
    Sourced,
)
BoundEntry: Any = _model(
    "bound",
    "Composition: minimum and maximum of people over some demands, in every month. Under a new id "
    "at least demands and one of min and max.",
)


class Policy(Sourced):
    """A change of rotation policy for some kinds and pools."""

    kinds: Ids | None = None
    """Kinds it holds for; all by default."""
    pools: Ids | None = None
    """Pools it holds for (not for tours); all by default."""
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


class StepEntry(Sourced):
    """One change of strengths over time; steps are taken in order. Exactly one of set, add, times,
    grow_to and grow_times."""

    pools: IdsOrAll
    """Pools it holds for, or `all`."""
    category: Literal["military", "police", "civil"] | None = None
    """Only those of the pools that are of this category."""
    of: Literal["strength", "posts", "filled", "fit"] = "strength"
    """What changes: people who could be sent, or one of posts × filled × fit."""
    from_: MonthField | None = Limits(None, alias="from")
    """From this month; by default from the start."""
    to: MonthField | None = None
    """Up to and including this month; by default without end. Growth ends here."""
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
    def _one_verb(self) -> StepEntry:
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


class PriorityEntry(Part):
    """A tier or weight for all demands that fit every given filter."""

    tier: Annotated[int, Limits(ge=1, le=100)] | None = None
    """1 is served first."""
    weight: Annotated[float, Limits(ge=0, le=1e6)] | None = None
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


class BudgetEntry(Sourced):
    """What a fund may spend in a year."""

    fund: Id
    """Name of the fund."""
    year: Annotated[int, Limits(ge=1900, le=2200)]
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
    """A publication that parameters of this scenario come from."""

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
