"""Schema of a scenario file, as pydantic models.

The models define validation, the published JSON Schema (completion in editors) and the reference
page. Demands, missions, packages and other entities are entries under their id, with the fields
that change.

The ``uncertainty`` sections of scenarios that extend each other are merged: under ``figures``,
``decided`` and the other mappings a later entry replaces an earlier one and ``null`` removes it;
``exact`` and ``correlations`` are replaced as a whole.
"""

from __future__ import annotations

import ast
import inspect
import json
import sys
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetJsonSchemaHandler,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
    create_model,
    model_validator,
)
from pydantic import Field as Limits
from pydantic_core import PydanticCustomError

from planner.distributions import distribution_schema, parse_distribution, ranged_names
from planner.months import Month
from planner.scenario.inputs import Option, check_option
from planner.scenario.registry import ENTITIES, PATTERNS, Field

__all__ = [
    "ORIGIN_FIELDS", "VERBS", "Amount", "BoundEntry", "Changes", "Correlation", "DemandEntry",
    "Horizon", "Id", "Ids", "KindEntry", "MissionEntry", "Money", "MonthField", "MonthRange",
    "Options", "PackageEntry", "Part", "Policy", "PoolEntry", "PriorityEntry", "Quantity",
    "ScenarioFile", "Share", "SourceEntry", "Sourced", "StepEntry", "Uncertainty", "Whole",
    "json_schema", "merge_uncertainty", "reference", "schema_text",
]  # fmt: skip

VERBS = ("set", "add", "times", "grow_to", "grow_times")
"""Changes that a step can make to strengths."""

ORIGIN_FIELDS = ("basis", "source", "section", "note")
"""Fields beside a distribution that give its origin."""


class Part(BaseModel):
    """Base of all parts of a scenario: closed, frozen, strict, with docstrings as descriptions."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: Any, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Return the schema with the docstrings of the fields as descriptions."""
        schema = handler(core)
        properties = handler.resolve_ref_schema(schema).get("properties", {})
        for field, text in _descriptions(cls).items():
            name = cls.model_fields[field].alias or field
            properties[name].setdefault("description", text)
        return schema


def _month(value: object) -> Month:
    if isinstance(value, Month):
        return value
    try:
        return Month.parse(value)  # type: ignore[arg-type]
    except ValueError:
        raise PydanticCustomError(
            "month", "expected a month such as 2022-03, found {found}", {"found": repr(value)}
        ) from None


_MONTH = {"type": "string", "pattern": PATTERNS["month"]}

MonthField = Annotated[
    Month,
    PlainValidator(_month),
    PlainSerializer(str),
    WithJsonSchema({**_MONTH, "description": "A month, YYYY-MM; a last month counts in full."}),
]


def _parse_known(value: object) -> MonthRange | str:
    if value in ("just-in-time", "start"):
        return str(value)
    if isinstance(value, (Mapping, MonthRange)):
        return MonthRange.model_validate(value)
    try:
        return MonthRange(value=_month(value))
    except PydanticCustomError:
        raise PydanticCustomError(
            "known",
            "expected a month such as 2022-07, 'just-in-time' or 'start', found {found}",
            {"found": repr(value)},
        ) from None


Id = Annotated[str, StringConstraints(pattern=PATTERNS["id"], max_length=80)]
"""Lower-case letters, digits and hyphens."""


def _check_unique(ids: tuple[str, ...]) -> tuple[str, ...]:
    twice = next((id for index, id in enumerate(ids) if id in ids[:index]), None)
    if twice is not None:
        raise PydanticCustomError("twice", "{id} is named twice: keep one", {"id": repr(twice)})
    return ids


Ids = Annotated[
    tuple[Id, ...],
    Limits(min_length=1, json_schema_extra={"uniqueItems": True}),
    AfterValidator(_check_unique),
]
"""Ids, each of them once."""


def _option(value: object) -> Option:
    try:
        return check_option(value)
    except ValueError as error:
        raise PydanticCustomError("option", "{message}", {"message": str(error)}) from None


_MIX_SHARE = {"type": "number", "exclusiveMinimum": 0, "maximum": 1}

Options = Annotated[
    tuple[
        Annotated[
            Any,
            PlainValidator(_option),
            WithJsonSchema(
                {
                    "anyOf": [
                        {"type": "string", "pattern": PATTERNS["id"]},
                        {"type": "object", "minProperties": 1, "additionalProperties": _MIX_SHARE},
                    ]
                }
            ),
        ],
        ...,
    ],
    Limits(min_length=1),
]
"""Sourcing options, most preferred first: pools, or mixes of pools by share."""

IdsOrAll = Annotated[
    Ids,
    BeforeValidator(
        lambda value: ("all",) if value == "all" else value,
        json_schema_input_type=Ids | Literal["all"],
    ),
]
"""Ids, or the word ``all``, which is kept as ``("all",)``."""

Text = Annotated[str, StringConstraints(max_length=20_000)]


class Sourced(Part):
    """Where the parameters of an entry come from; a parameter may have its own."""

    basis: Literal["letter", "public", "assumption"] | None = None
    """What its parameters rest on; assumption by default."""
    source: Id | None = None
    """Id of the source, from sources.csv or the `sources` of a scenario."""
    section: Text | None = None
    """Place in the source, or the reasoning in a few words."""
    note: Text | None = None
    """Anything else a reader should know."""


class MonthRange(Sourced):
    """A month: bare, or with the earliest and latest thought possible, and its source."""

    value: MonthField
    """The likely month."""
    low: MonthField | None = None
    """Earliest month thought possible; left out if exact."""
    high: MonthField | None = None
    """Latest month thought possible; left out if exact."""

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: object) -> object:
        return value if isinstance(value, (Mapping, MonthRange)) else {"value": value}

    @model_validator(mode="after")
    def _ordered(self) -> MonthRange:
        for side, wrong in (
            ("low", self.low is not None and self.low > self.value),
            ("high", self.high is not None and self.high < self.value),
        ):
            if wrong:
                raise PydanticCustomError(
                    "range",
                    "{side} {found} is on the wrong side of the month {value}",
                    {"side": side, "found": str(getattr(self, side)), "value": str(self.value)},
                )
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: Any, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Return the schema with the short form as an alternative."""
        return {"anyOf": [dict(_MONTH), super().__get_pydantic_json_schema__(core, handler)]}


Known = Annotated[
    Any,
    PlainValidator(
        _parse_known, json_schema_input_type=MonthRange | Literal["just-in-time", "start"]
    ),
]
"""The month in which a package becomes known, or ``just-in-time`` or ``start``."""


class Quantity(Sourced):
    """A parameter: a bare number, or a value with its low, high and source."""

    value: float
    """The likely value."""
    low: float | None = None
    """Lowest value thought possible; left out if exact."""
    high: float | None = None
    """Highest value thought possible; left out if exact."""

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: object) -> object:
        return value if isinstance(value, (Mapping, Quantity)) else {"value": value}

    @model_validator(mode="after")
    def _ordered(self) -> Quantity:
        for side, end, wrong, where in (
            ("low", self.low, self.low is not None and self.low > self.value, "above"),
            ("high", self.high, self.high is not None and self.high < self.value, "below"),
        ):
            if wrong:
                message = f"{side} {end:g} is {where} the value {self.value:g}"
                raise PydanticCustomError("range", "{message}", {"message": message})
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: Any, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Return the schema with the short forms as alternatives."""
        return {"anyOf": [{"type": "number"}, super().__get_pydantic_json_schema__(core, handler)]}


def _in_range(low: float, high: float, whole: bool = False) -> Callable[[Quantity], Quantity]:
    def check(quantity: Quantity) -> Quantity:
        for value in (quantity.value, quantity.low, quantity.high):
            if value is None:
                continue
            if value < low or value > high:
                side = f"at least {low:g}" if value < low else f"at most {high:g}"
                raise PydanticCustomError(
                    "between",
                    "expected a number of {side}, found {found}",
                    {"side": side, "found": f"{value:.9g}"},
                )
            if whole and value != int(value):
                raise PydanticCustomError(
                    "whole", "expected a whole number, found {found}", {"found": f"{value:.9g}"}
                )
        return quantity

    return check


Amount = Annotated[Quantity, AfterValidator(_in_range(0, 1e12))]
"""A parameter of at least 0."""

Share = Annotated[Quantity, AfterValidator(_in_range(0, 1))]
"""A parameter from 0 to 1."""

People = Annotated[Quantity, AfterValidator(_in_range(0, 1e6))]
"""Persons."""

CapFrom = Annotated[
    dict[Annotated[str, StringConstraints(pattern=PATTERNS["month"])], People],
    Limits(min_length=1),
]
"""Caps by the month from which they hold."""


Whole = Annotated[Quantity, AfterValidator(_in_range(0, 240, whole=True))]
"""Whole months."""

Tour = Annotated[Quantity, AfterValidator(_in_range(1, 120, whole=True))]
"""Whole months, at least one."""

Rest = Annotated[Quantity, AfterValidator(_in_range(0, 20))]
"""Months at home per month served, as rest or as dwell."""

Factor = Annotated[Quantity, AfterValidator(_in_range(0, 1e6))]
"""What something is multiplied by."""


def _descriptions(model: type) -> dict[str, str]:
    """Return the description of each field of a model, inherited fields included.

    Pydantic reads docstrings while it builds the models, which took a quarter of the start-up time
    of the program; here they are read when the schema is asked for.
    """
    texts: dict[str, str] = {}
    for part in reversed(model.__mro__):
        if part.__module__.startswith("planner."):
            texts |= _module_descriptions(part.__module__).get(part.__name__, {})
    return texts


@lru_cache
def _module_descriptions(name: str) -> dict[str, dict[str, str]]:
    """Return the descriptions of a module by class and field."""
    tree = ast.parse(inspect.getsource(sys.modules[name]))
    return {
        node.name: _class_descriptions(node) for node in tree.body if isinstance(node, ast.ClassDef)
    }


def _class_descriptions(node: ast.ClassDef) -> dict[str, str]:
    texts = {}
    for field, after in zip(node.body, node.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            match after:
                case ast.Expr(ast.Constant(str(text))):
                    texts[field.target.id] = inspect.cleandoc(text)
    return texts


def _check_rest_or_dwell(entry: Any) -> Any:
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
        """Return the schema with the short forms as alternatives."""
        full = super().__get_pydantic_json_schema__(core, handler)
        return {"anyOf": [full, {"const": "drop"}, {"type": "null"}]}


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
"""Types by kind of field, for kinds without a range or choices of their own."""


def _field_type(field: Field) -> Any:
    if field.kind == "choice":
        return Literal[field.choices]
    if field.kind in ("whole", "number"):
        number = int if field.kind == "whole" else float
        return Annotated[number, Limits(ge=field.low, le=field.high)]
    return _TYPES[field.kind]


def _entry_model(entity: str, text: str, base: type[Part] = Droppable, **more: Any) -> Any:
    """Return the model of an entry with the registered fields of its entity, all optional."""
    given: dict[str, Any] = {
        field.name: (_field_type(field) | None, Limits(None, description=field.help))
        for field in ENTITIES[entity]
        if field.entry
    }
    name = f"{entity.capitalize()}Entry"
    validators: dict[str, Any] = (
        {"one_home": model_validator(mode="after")(_check_rest_or_dwell)}
        if "dwell" in given
        else {}
    )
    return create_model(
        name, __base__=base, __doc__=text, __module__=__name__, __validators__=validators,
        **given, **more,
    )  # fmt: skip


DemandEntry: Any = _entry_model(
    "demand",
    "A demand: one line of people that a mission asks for. Under a known id only what changes is "
    "said; under a new one at least mission, kind, pools, cap, first and last.",
)
MissionEntry: Any = _entry_model(
    "mission",
    "A mission with all its demands. Under a new id at least name, organisation, region and "
    "main_task.",
)
PackageEntry: Any = _entry_model(
    "package",
    "A package: demands that come as a whole, and when they become known. Under a known id only "
    "what changes is said.",
    demands=(
        dict[Id, DemandEntry],
        Limits({}, description="Its demands by id, new ones or changes to its own."),
    ),
)
PoolEntry: Any = _entry_model(
    "pool", "A pool of people; under a new id at least name, category and posts."
)
ForceEntry: Any = _entry_model(
    "force",
    "A force: national shares that hold for several pools at once, drawn once for all of them. "
    "Under a new id both are needed.",
    Sourced,
)
KindEntry: Any = _entry_model(
    "kind",
    "A kind of contribution; under a new id at least name, changeover, tour, preparation, and "
    "rest or dwell.",
    Sourced,
)
BoundEntry: Any = _entry_model(
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
        return _check_rest_or_dwell(self)


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
    """Grows evenly from what it is at `from` to this value at `to`, and stays at it."""
    grow_times: Factor | None = None
    """Grows evenly to this multiple at `to`, and stays at it."""

    @model_validator(mode="after")
    def _one_verb(self) -> StepEntry:
        verbs = [verb for verb in VERBS if getattr(self, verb) is not None]
        if len(verbs) != 1:
            found = " and ".join(verbs) or "none"
            raise ValueError(f"expected exactly one of {', '.join(VERBS)}, found {found}")
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


def _distribution(value: object) -> object:
    """Return a valid distribution as written; a name alone refers to the figure's own range."""
    if isinstance(value, str):
        names = (*ranged_names(), "exact")
        if value not in names:
            known = f"{', '.join(names)} or a distribution with its parameters"
            raise ValueError(f"expected {known}, found {value!r}")
        return value
    if not isinstance(value, Mapping):
        raise ValueError(
            f"expected a distribution, such as {{pert: {{low, likely, high}}}}, found {value!r}"
        )
    parse_distribution({name: item for name, item in value.items() if name not in ORIGIN_FIELDS})
    wrong = [name for name in ORIGIN_FIELDS if name in value and not isinstance(value[name], str)]
    if wrong:
        raise ValueError(f"{wrong[0]}: expected text, found {value[wrong[0]]!r}")
    if value.get("basis", "assumption") not in ("letter", "public", "assumption"):
        raise ValueError(f"basis: expected letter, public or assumption, found {value['basis']!r}")
    return value


DistributionOrName = Annotated[
    Any, PlainValidator(_distribution), WithJsonSchema(distribution_schema())
]
"""A distribution by name with its parameters, or the name alone."""


def _full_distribution(value: object) -> object:
    if isinstance(value, str):
        raise ValueError(f"expected a distribution with its parameters, found {value!r}")
    return _distribution(value)


Distribution = Annotated[
    Any, PlainValidator(_full_distribution), WithJsonSchema(distribution_schema(names=False))
]
"""A distribution with its parameters."""

FigureId = Annotated[str, Limits(min_length=1, max_length=200)]
"""A figure, ``pool.staff.posts``; ``*`` stands for any text."""

Figures = Annotated[tuple[FigureId, ...], Limits(min_length=1)]

Probability = Annotated[float, Limits(ge=0, le=1)]


class Decided(Sourced):
    """The chance that something goes ahead; a number alone is the chance."""

    chance: Probability
    """Chance from 0 to 1."""

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: object) -> object:
        return value if isinstance(value, (Mapping, Decided)) else {"chance": value}


class Extended(Sourced):
    """A mandate that may be extended."""

    chance: Probability
    """Chance from 0 to 1."""
    months: Annotated[int, Limits(ge=-120, le=120)]
    """By how many months, if it is."""


class Shared(Sourced):
    """Something that moves several figures alike."""

    figures: Figures
    """The figures it multiplies."""
    times: Distribution
    """What they are multiplied by."""


class Correlation(Part):
    """Figures that tend to be high together, or one high where the other is low."""

    figures: Figures
    """Figures, each of them correlated with each other one alike."""
    rank: Annotated[float, Limits(ge=-1, le=1)]
    """Rank correlation (Spearman), from -1 to 1."""


class Uncertainty(Part):
    """Which figures vary, by which distribution, and how they hang together."""

    default: Literal["pert", "triangular", "uniform", "none"] | None = None
    """What a figure with low and high follows if nothing else is said; `pert` unless changed."""
    exact: tuple[FigureId, ...] | None = None
    """Figures held at their likely value; `kind.*` holds every rule of rotation and presence."""
    figures: dict[FigureId, DistributionOrName | None] | None = None
    """Distributions of figures, by id; a name alone uses the figure's own low, likely and high."""
    decided: dict[Id, Decided | None] | None = None
    """Chance that a demand or mission under study, or a package, goes ahead."""
    extended: dict[Id, Extended | None] | None = None
    """Demands or missions with a mandate that may be extended."""
    shifted: dict[Id, Distribution | None] | None = None
    """By how many months the first month of a demand, mission or package moves."""
    sizes: dict[Id, Distribution | None] | None = None
    """What the caps of a demand, mission or package are multiplied by."""
    shared: dict[Id, Shared | None] | None = None
    """Causes that several figures have in common, by a name of your own."""
    correlations: tuple[Correlation, ...] | None = None
    """Figures that vary together."""
    note: Text | None = None
    """Why."""


def merge_uncertainty(
    before: Mapping[str, object], section: Uncertainty | None
) -> dict[str, object]:
    """Return earlier uncertainty updated with a later section, as plain values.

    Examples
    --------
    >>> before = {"figures": {"a": "pert", "b": "uniform"}}
    >>> merge_uncertainty(before, Uncertainty(figures={"a": None}, default="none"))
    {'default': 'none', 'figures': {'b': 'uniform'}}
    """
    merged = dict(before)
    if section is None:
        return merged
    for name in section.model_fields_set:
        value = getattr(section, name)
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, Mapping):
            old = merged.get(name)
            inside = dict(old) if isinstance(old, Mapping) else {}
            for key, item in value.items():
                inside.pop(key, None)
                if item is not None:
                    inside[key] = _plain_values(item)
            merged[name] = inside
            if not inside:
                del merged[name]
        else:
            merged[name] = _plain_values(value)
    return {name: merged[name] for name in Uncertainty.model_fields if name in merged}


def _plain_values(value: Any) -> Any:
    """Return models as plain values of the fields that were set."""
    if isinstance(value, Part):
        return {
            name: _plain_values(getattr(value, name)) for name in sorted(value.model_fields_set)
        }
    if isinstance(value, Mapping):
        return {str(key): _plain_values(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(_plain_values(item) for item in value)
    return value


def _activation_entries(value: object) -> object:
    if value == "all":
        return {"all": None}
    if isinstance(value, (tuple, list)) and all(isinstance(item, str) for item in value):
        return dict.fromkeys(value)
    return value


Activations = Annotated[
    dict[Id, DemandEntry],
    BeforeValidator(
        _activation_entries,
        json_schema_input_type=dict[Id, DemandEntry] | tuple[Id, ...] | Literal["all"],
    ),
]


class Changes(Part):
    """What a scenario changes about what it builds on; taken in the order of this list."""

    title: Text | None = None
    """English title."""
    title_nl: Text | None = None
    """Dutch title."""
    summary: Text | None = None
    """What the scenario is for, in plain words."""
    summary_nl: Text | None = None
    """The same in Dutch."""
    sources: dict[Id, SourceEntry] = Limits(default={})
    """Publications that parameters of this scenario come from, by id."""
    horizon: Horizon = Limits(default_factory=lambda: Horizon.model_validate({}))
    """The months that are reported."""
    rule: Literal["fair", "value"] | None = None
    """`fair`: the worst-off gets as much as can be, then the next; `value`: most weighted
    person-months."""
    forces: dict[Id, ForceEntry] = Limits(default={})
    """Forces with national shares filled and fit, by id."""
    pools: dict[Id, PoolEntry] = Limits(default={})
    """Pools of people, by id."""
    kinds: dict[Id, KindEntry] = Limits(default={})
    """Kinds of contribution, by id."""
    policies: tuple[Policy, ...] = ()
    """Changes of tour, preparation and rest, in order."""
    missions: dict[Id, MissionEntry] = Limits(default={})
    """Missions, by id."""
    demands: dict[Id, DemandEntry] = Limits(default={})
    """Demands, by id."""
    packages: dict[Id, PackageEntry] = Limits(default={})
    """Packages, by id."""
    outcomes: IdsOrAll | None = None
    """Demands (`all`, or a list of ids) that take the dates and caps that really came about, from
    outcomes.csv."""
    decide: Activations = Limits(default={})
    """Demands under study that go ahead: `all`, a list, or by id with what is decided. The id of a
    mission stands for all its demands under study, also where one of them has the same id."""
    send: Activations = Limits(default={})
    """Declined contributions that are sent after all; written like `decide`."""
    hindsight: Activations = Limits(default={})
    """Claims known only afterwards that count; written like `decide`."""
    tiers: tuple[PriorityEntry, ...] = ()
    """Who is served first, in order: a later entry counts."""
    strengths: tuple[StepEntry, ...] = ()
    """Changes of strengths over time, in order."""
    bounds: dict[Id, BoundEntry] = Limits(default={})
    """Composition bounds, by id."""
    money: Money = Money()
    """Budgets and costs."""
    uncertainty: Uncertainty | None = None
    """Which parameters vary, and how."""
    parameters: Text | None = None
    """Where draws take calibrated parameters from: a shipped calibration by name, the file of one
    in this folder or below it, or `none` for the ranges alone. The plan keeps the likely values."""
    notes: Text | None = None
    """Anything else a reader should know."""

    @model_validator(mode="before")
    @classmethod
    def _left_empty(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        known = {field.alias or name for name, field in cls.model_fields.items()}
        return {
            name: section
            for name, section in value.items()
            if section is not None or name not in known
        }


class ScenarioFile(Changes):
    """A scenario: the months, the demands and who could go, said as changes to data or to another
    scenario."""

    format: Literal["planner-scenario/1"] = "planner-scenario/1"
    """Version of this format."""
    extends: Text | None = None
    """Scenario this one builds on: a shipped one by name (`letter`), or a file in this folder or
    below it."""
    base_digest: Annotated[str, Limits(pattern="^sha256:[0-9a-f]{64}$")] | None = None
    """Digest of the scenario it extends; if given, a base that has changed is refused."""
    data: Text | None = None
    """Folder with the data tables, in this folder or below it, or `none` to start from nothing; by
    default the tables shipped with the planner. Only where nothing is extended."""
    then: Annotated[tuple[Changes, ...], Limits(max_length=1_000)] = ()
    """Further changes, each on top of all before it; at most 1,000."""


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a scenario file.

    Examples
    --------
    >>> sorted(json_schema())[:3]
    ['$defs', '$id', '$schema']
    """
    schema = ScenarioFile.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "scenario.schema.json",
        **schema,
        "title": "Planner scenario",
    }


def schema_text() -> str:
    """Return the published text of the JSON Schema."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


_INTRODUCTION = """# Scenario files

A scenario is a YAML file that says what is different: from the data tables, or from the scenario it
extends. Everything may be left out. Things are named by their id, and under an id stands only what
changes about it:

    extends: letter
    title: Twelve observers become eight
    demands:
      untso: {cap: 8}
      undof: drop

A parameter is a number, or a value with its range and where it comes from:
`{value: 150, low: 120, high: 200, basis: assumption, section: one company}`. A parameter on basis
`letter` or `public` names its source. Months are written `2022-07`, or with a range as
`{value: 2023-09, low: 2022-12, high: 2024-01}`; a last month counts in full.

The `pools` of a demand are sourcing options, most preferred first. An option is a pool, or a mix of
pools in shares that add up to 1, for a unit that draws on several pools:

    pools:
      - {combat-light: 0.85, logistics: 0.1, medical: 0.05}
      - combat-armoured

Time at home after a tour is `rest`, on top of the preparation for the next tour, or `dwell`, with
the preparation inside it; a pool has one of the two.

A demand that grows or shrinks has `cap_from` beside `cap`. What lasts is laid out as one line with
its own tours and each difference as a line on top (`untso-from-2023-01`), so that people who can
stay do stay; tiers, pools, packages and bounds of the demand hold for all its lines:

    demands:
      untso: {cap: 12, cap_from: {2023-01: 15, 2024-07: 10}}

Pools of one `force` share its national shares `filled` and `fit`, which simulations draw once for
all of them; `filled_factor` and `fit_factor` are the deviations of a pool.

Changes are made in this order: horizon, rule, sources, forces, pools, kinds, policies, missions,
demands, packages, outcomes, decide, send, hindsight, tiers, strengths, bounds, money, uncertainty,
parameters; then what stands under `then`, each on top of what is before it.

This page and `scenario.schema.json` are written from the same definitions.
"""


def reference() -> str:
    """Return the reference page as Markdown: one table of fields for each part of a scenario."""
    schema = json_schema()
    definitions = schema["$defs"]
    parts = [
        _section(name, _fields(definition))
        for name, definition in sorted(definitions.items())
        if name != "Changes"
    ]
    return "\n".join([_INTRODUCTION, _section("A scenario", schema), *parts])


def _fields(definition: dict[str, Any]) -> dict[str, Any]:
    """Return the alternative of a definition that has fields."""
    if "properties" in definition:
        return definition
    options = [
        _fields(option) for option in definition.get("anyOf", ()) if isinstance(option, dict)
    ]
    chosen = next((option for option in options if "properties" in option), {})
    return {"description": definition.get("description", ""), **chosen}


def _section(name: str, definition: dict[str, Any]) -> str:
    lines = [f"## {name}", "", _one_line(definition.get("description", "")), ""]
    lines += ["| field | takes | meaning |", "| --- | --- | --- |"]
    needed = definition.get("required", ())
    for field, what in definition.get("properties", {}).items():
        meaning = _one_line(what.get("description", ""))
        if field in needed:
            meaning += " **Needed.**"
        lines.append(f"| `{field}` | {_type_text(what)} | {meaning} |")
    return "\n".join(lines) + "\n"


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _type_text(schema: dict[str, Any]) -> str:
    """Return a short description of the type of a field."""
    if "$ref" in schema:
        return schema["$ref"].rsplit("/", 1)[-1]
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{option}`" for option in schema["enum"])
    if "anyOf" in schema:
        options = [_type_text(option) for option in schema["anyOf"] if option.get("type") != "null"]
        return " or ".join(dict.fromkeys(options))
    kind = schema.get("type")
    if kind == "array":
        return f"list of {_type_text(schema.get('items', {}))}"
    if kind == "object":
        patterns: list[Any] = list(schema.get("patternProperties", {}).values())
        inner = schema.get("additionalProperties") or (patterns[0] if patterns else {})
        return f"{_type_text(inner)} by id" if isinstance(inner, dict) and inner else "fields"
    if kind == "string" and "-(0[1-9]" in schema.get("pattern", ""):
        return "month"
    words = {"integer": "whole number", "boolean": "true or false", "string": "text"}
    return words.get(str(kind), str(kind or "anything"))
