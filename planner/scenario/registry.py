"""Registry of fields: every field of every entity and table, declared once.

The registry generates the models that validate scenario files (:mod:`planner.scenario.schema`), the
columns of the data tables (:data:`TABLES`) with their types, ranges and references, the published
description of the tables (:func:`data_package`) and the columns of workbook sheets
(:func:`columns`). A field that is declared here is read from YAML, CSV and Excel, kept, shown and
written back without further code.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from planner.scenario.inputs import BASES, MANNED, PRESENCE, ROTATION

__all__ = [
    "ENTITIES", "KEYS", "OPTIONAL", "PATTERNS", "STANDINGS", "STRENGTH", "TABLES", "Column",
    "Field", "extra_fields", "columns", "data_package", "package_text",
]  # fmt: skip

STANDINGS = ("standing", "study", "declined", "past", "hindsight")
STATUSES = (
    "running", "raised", "new", "under_study", "ending", "declined", "past", "expected", "outside",
)  # fmt: skip
CATEGORIES = ("military", "police", "civil")
ORGANISATIONS = ("NATO", "EU", "UN", "OSCE", "coalition", "ICC", "national", "other")
STRENGTH = ("posts", "filled", "fit", "filled_factor", "fit_factor")
"""Components of the strength of a pool; the factors are deviations from the shares of its force."""
EVENTS = ("prolonged", "ended_early")
UNITS = (
    "persons", "share", "share per month", "factor", "months", "months per month", "EUR",
    "EUR per person-year",
)  # fmt: skip

_NEEDED = {"required": True, "shipped": True}

_NUMBERS = ("people", "share", "factor", "amount", "months", "tour", "home")

_ENTITY_BY_TABLE = {
    "missions": "mission", "demands": "demand", "kinds": "kind", "pools": "pool", "bounds": "bound",
}  # fmt: skip

KEYS: dict[str, tuple[str, ...]] = {
    "rotation": ("kind", "pool", "figure"),
    "strengths": ("force", "pool", "figure", "from"),
    "mandates": ("mission", "event"),
    "costs": ("fund", "kind", "demand"),
    "budgets": ("fund", "year"),
    "outcomes": ("demand", "field"),
    "presence": ("kind", "demand", "figure"),
    "places": ("mission",),
}
"""Columns that identify a row; ``id`` for every other table."""

OPTIONAL = (
    "mandates", "bounds", "costs", "budgets", "outcomes", "presence", "places", "observations",
)  # fmt: skip
"""Tables that a data folder may lack."""

_TYPES = {"whole": "integer", "number": "number", "people": "number", "flag": "boolean"}

_ID_PATTERN = "[a-z0-9][a-z0-9-]*"

_CAP_PATTERN = r"[0-9]{4}-(0[1-9]|1[0-2]):[0-9.]+(\([0-9.]+\.\.[0-9.]+\))?"
PATTERNS = {
    "id": f"^{_ID_PATTERN}$",
    "ids": f"^{_ID_PATTERN}( {_ID_PATTERN})*$",
    "month": "^[0-9]{4}-(0[1-9]|1[0-2])$",
    "caps": f"^{_CAP_PATTERN}( {_CAP_PATTERN})*$",
}
"""Patterns of cells by kind, and of ids and months in scenario files."""

_RANGE_HELP = {
    "low": "Lowest plausible value; empty when exact.",
    "high": "Highest plausible value; empty when exact.",
    "_low": "Earliest plausible month; empty when exact.",
    "_high": "Latest plausible month; empty when exact.",
}


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name : str
        As in the header row.
    kind : str
        text, id, ids, options, caps, number, whole, month, flag or choice.
    required : bool
        Whether every row needs a value.
    choices : tuple of str
        For the kind choice.
    low, high : float
        Range of a number.
    refers : str
        Table of which the cells name rows.
    """

    name: str
    kind: str = "text"
    required: bool = False
    choices: tuple[str, ...] = ()
    low: float = -math.inf
    high: float = math.inf
    refers: str = ""


@dataclass(frozen=True)
class Field:
    """One field of an entity, or one column of a table.

    Attributes
    ----------
    name : str
        Name in scenario files, tables and sheets.
    kind : str
        Type of its values: text, id, ids, options, choice, flag, whole, number, month, known,
        event, or a number with range and source (people, caps, share, factor, amount, months, tour,
        home).
    help : str
        Meaning, one or two sentences.
    effect : str
        What it affects: problem (the numbers that are solved), presence, draws (simulations),
        money, or descriptive (labels and explanations only).
    unit : str
        Unit of a number.
    entry : bool
        Whether scenario files may give it.
    column : str
        Name of the column in the data table; empty where the table does not have it.
    required, shipped : bool
        Whether every row needs a value: in any table, and in the tables of the package.
    choices : tuple
        Values of a choice.
    low, high : float
        Range of a number.
    refers : str
        Table of which it names rows.
    """

    name: str
    kind: str
    help: str
    effect: str = "descriptive"
    unit: str = ""
    entry: bool = True
    column: str = ""
    required: bool = False
    shipped: bool = False
    choices: tuple[Any, ...] = ()
    low: float = -math.inf
    high: float = math.inf
    refers: str = ""


def _field(name: str, kind: str, help: str, effect: str = "descriptive", **more: Any) -> Field:
    """Return a field of scenario files and of a column with the same name."""
    return Field(name, kind, help, effect, **{"column": name, **more})


def _column(name: str, kind: str, help: str, **more: Any) -> Field:
    """Return a column of a table that is no field of scenario files."""
    return _field(name, kind, help, entry=False, **more)


_ID = _column("id", "id", "Unique name of the row.", required=True, shipped=True)
_NAMES = (
    _field("name", "text", "English name.", required=True, shipped=True),
    _field("name_nl", "text", "Dutch name.", required=True, shipped=True),
)
_NOTE = _column("note", "text", "Anything else worth knowing.")


def _origin(what: str, prefix: str = "", required: bool = True) -> tuple[Field, ...]:
    return (
        _column(
            f"{prefix}basis", "choice", f"What the {what} rests on.", choices=BASES,
            required=required, shipped=True,
        ),
        _column(
            f"{prefix}source", "id", f"Source of the {what}, or of what it is reasoned from.",
            shipped=True, refers="sources",
        ),
        _column(
            f"{prefix}section", "text", "Place in the source, or the reasoning in a few words.",
            shipped=True,
        ),
    )  # fmt: skip


def _value(help: str, high: float = 1e12) -> tuple[Field, ...]:
    """Return the columns of a number with its range, unit and origin."""
    span: dict[str, Any] = {"low": 0.0, "high": high}
    return (
        _column("value", "number", help, required=True, shipped=True, **span),
        _column("low", "number", "Lowest plausible value; empty when exact.", **span),
        _column("high", "number", "Highest plausible value; empty when exact.", **span),
        _column("unit", "text", "Unit of value, low and high.", choices=UNITS, shipped=True),
        *_origin("number"),
        _NOTE,
    )


ENTITIES: dict[str, tuple[Field, ...]] = {
    "demand": (
        _ID,
        _field(
            "mission", "id", "The mission that asks for it.", "problem", required=True,
            shipped=True, refers="missions",
        ),
        *_NAMES,
        _field(
            "category", "choice",
            "military; police: police or Marechaussee only; civil: civilian posts, police and "
            "Marechaussee among them; mixed: military and civil. By default the category of its "
            "pools.",
            choices=(*CATEGORIES, "mixed"), required=True, shipped=True,
        ),
        _field(
            "kind", "id", "Kind of contribution, which gives its rotation policy.", "problem",
            required=True, shipped=True, refers="kinds",
        ),
        _field(
            "pools", "options",
            "Sourcing options, most preferred first: a pool, or a mix of pools in shares that add "
            "up to 1, such as `{light: 0.85, logistics: 0.1, medical: 0.05}`; in a table "
            "`light:0.85+logistics:0.1+medical:0.05`, options separated by blanks.",
            "problem", required=True, shipped=True, refers="pools",
        ),
        _field(
            "cap", "people", "Maximum number of people at once, persons.", "problem",
            unit="persons", column="value", required=True, shipped=True, low=0, high=1e6,
        ),
        _field(
            "cap_from", "caps",
            "Caps that take the place of `cap` from a month on, such as `{2022-08: 15}`; in a "
            "table `2022-08:15`, or `2022-08:15(12..18)` with lowest and highest. What lasts is "
            "laid out as one line with its own tours and each difference as a line on top, so "
            "that people who can stay do stay.",
            "problem", unit="persons", low=0, high=1e6,
        ),
        *_origin("cap"),
        Field(
            "scale", "factor", "Multiplies the cap.", "problem",
        ),
        _field("first", "month", "First month on duty.", "problem", shipped=True),
        _field(
            "last", "month", "Last month on duty, which counts in full.", "problem", shipped=True,
        ),
        _field(
            "fixed_length", "flag",
            "True where the last month moves with the first, such as a voyage of half a year "
            "with a begin that is not known.", "draws",
        ),
        *_origin("first and last month", "dates_", required=False),
        _field(
            "standing", "choice",
            "Under `study`, `declined` or known from `hindsight` it does not count until a "
            "scenario says so under `decide`, `send` or `hindsight`; `standing`, the default, and "
            "`past` count.",
            "problem", choices=STANDINGS, required=True, shipped=True,
        ),
        _field(
            "tier", "whole", "1 is served first.", "problem", low=1, high=100, required=True,
            shipped=True,
        ),
        _field(
            "cohorts", "whole",
            "1 changes over as a whole, more is staggered; by default as its kind does.",
            "problem", low=1, high=1200,
        ),
        _field(
            "on_call", "flag",
            "True for stand-by forces: held ready at home, so that time at home after a "
            "deployment may be spent on call.", "problem", shipped=True,
        ),
        _field(
            "unit", "flag", "True for all or nothing, when people are counted whole.", "problem",
            shipped=True,
        ),
        _field(
            "weight", "number", "Worth of a person-month under the rule `value`.", "problem",
            low=0, high=1e6, shipped=True,
        ),
        Field("tour", "tour", "Tour length in months, instead of the kind's.", "problem", "months"),
        Field(
            "preparation", "months", "Months of preparation, instead of the kind's.", "problem",
            "months",
        ),
        Field(
            "rest", "home",
            "Months of rest per month served, on top of the preparation, instead of what the kind "
            "says.", "problem", "months per month",
        ),
        Field(
            "dwell", "home",
            "Months at home per month served, the preparation for the next tour inside them, "
            "instead of what the kind says.", "problem", "months per month",
        ),
        Field(
            "manned", "share",
            "Share of the people planned that its ceiling really takes: a ceiling is a most, and "
            "may be left unused where no demand is short (1).", "presence",
        ),
        _column(
            "letter_cap", "text",
            "Cap that stands after the letter to which the line belongs; empty for all others.",
        ),
        _NOTE,
    ),
    "mission": (
        _ID,
        *_NAMES,
        _field(
            "organisation", "choice", "Which organisation leads it.", choices=ORGANISATIONS,
            required=True, shipped=True,
        ),
        _field("region", "text", "Where it is.", required=True, shipped=True),
        _field(
            "main_task", "whole",
            "1 collective defence, 2 international legal order (civil contributions included).",
            "problem", low=1, high=2, required=True, shipped=True,
        ),
        _column("section", "text", "Section of the letter; empty outside it."),
        _column(
            "status", "choice", "What the letter does with it.", choices=STATUSES, required=True,
            shipped=True,
        ),
        _column(
            "row", "text", "Row keys in the list of the letter: H1-H9, 1-35; empty outside it.",
        ),
        Field("scale", "factor", "Multiplies the cap of each of its demands.", "problem"),
        Field(
            "last", "month",
            "New end of its mandate: demands that ran to the old end run to this month, demands "
            "that would run longer stop at it. Settles the mandate: chances given before are "
            "taken away.", "problem",
        ),
        Field(
            "prolonged", "event",
            "The chance that its mandate is prolonged; drawn in simulations, not in the plan.",
            "draws",
        ),
        Field(
            "ended_early", "event",
            "The chance that its mandate ends early; drawn in simulations, not in the plan.",
            "draws",
        ),
        Field("tier", "whole", "Tier of each of its demands.", "problem", low=1, high=100),
        Field("weight", "number", "Weight of each of its demands.", "problem", low=0, high=1e6),
        _column("source", "id", "Where the mission is named.", shipped=True, refers="sources"),
        _NOTE,
    ),
    "package": (
        Field("title", "text", "English name."),
        Field("title_nl", "text", "Dutch name."),
        Field("on", "flag", "False switches it off.", "problem"),
        Field(
            "known", "known",
            "Month in which it becomes known; `just-in-time` (the default) is as late as it can "
            "still be prepared, `start` is from the beginning.", "problem",
        ),
        Field("scale", "factor", "Multiplies the cap of each of its demands.", "problem"),
        Field("members", "ids", "Demands defined elsewhere that belong to it.", "problem"),
    ),
    "pool": (
        _ID,
        *_NAMES,
        _field(
            "category", "choice", "military, police or civil.", choices=CATEGORIES, required=True,
            shipped=True,
        ),
        _field("speciality", "text", "Speciality within the category.", shipped=True),
        _field("force", "id", "Force that gives its national shares filled and fit.", "problem"),
        Field("posts", "people", "Posts, from the start; later steps fall away.", "problem"),
        Field(
            "filled", "share",
            "Share of the posts that is filled, from the start, instead of the share of its force "
            "(new pools without a force: 1).", "problem",
        ),
        Field(
            "fit", "share",
            "Share of those that could be sent if nothing tied them up, from the start, instead "
            "of the share of its force (new pools without a force: 1).", "problem",
        ),
        Field(
            "filled_factor", "factor",
            "Deviation of the pool: what the filled share of its force is multiplied by (1).",
            "problem",
        ),
        Field(
            "fit_factor", "factor",
            "Deviation of the pool: what the fit share of its force is multiplied by (1).",
            "problem",
        ),
        _NOTE,
    ),
    "force": (
        Field("filled", "share", "Share of the posts that is filled.", "problem"),
        Field(
            "fit", "share", "Share of those that could be sent if nothing tied them up.", "problem",
        ),
    ),
    "kind": (
        _ID,
        *_NAMES,
        _field(
            "changeover", "choice",
            "staggered: people replaced one by one; en_bloc: a unit as a whole.", "problem",
            choices=("staggered", "en_bloc"), required=True, shipped=True,
        ),
        Field("tour", "tour", "Tour length in months.", "problem"),
        Field("preparation", "months", "Months of preparation, for every pool.", "problem"),
        Field(
            "rest", "home",
            "Months of rest per month served, on top of the preparation, for every pool.",
            "problem",
        ),
        Field(
            "dwell", "home",
            "Months at home per month served, the preparation inside them, for every pool.",
            "problem",
        ),
        Field("acceptance", "share", "Share of candidates that is accepted.", "presence"),
        Field(
            "lead", "amount", "Months a post stands empty before the next candidate arrives.",
            "presence",
        ),
        Field(
            "early_return", "share", "Share of people that returns early, per month.", "presence",
        ),
        _NOTE,
    ),
    "bound": (
        _ID,
        _field(
            "demands", "ids", "Demands counted together.", "problem", required=True, shipped=True,
            refers="demands",
        ),
        _field(
            "pools", "ids", "Only people of these pools; all by default.", "problem",
            refers="pools",
        ),
        _field(
            "min", "people", "At least this many people: a goal, reported where it is missed.",
            "problem", unit="persons", low=0, high=1e6,
        ),
        _field(
            "max", "people", "At most this many people: always kept.", "problem",
            unit="persons", low=0, high=1e6,
        ),
        *_origin("bound"),
        _NOTE,
    ),
}  # fmt: skip
"""Fields of every entity, in the order in which tables and pages have them."""

_KIND = _column("kind", "id", "Kind of contribution.", required=True, shipped=True, refers="kinds")
_FUND = _column("fund", "id", "Fund that pays.", **_NEEDED)

_LONG_TABLES: dict[str, tuple[Field, ...]] = {
    "rotation": (
        _KIND,
        _column("pool", "id", "Pool for which it differs; empty: every pool.", refers="pools"),
        _column(
            "figure", "choice", "tour, preparation, and rest or dwell.", choices=ROTATION, **_NEEDED
        ),
        *_value("The number; the likely value where low and high are given.", 240),
    ),
    "strengths": (
        _column("force", "id", "Force that has this national share; empty: of a pool."),
        _column("pool", "id", "Pool of people; empty: of a force.", refers="pools"),
        _column(
            "figure", "choice",
            "Posts, share filled, share fit to go; the factors are deviations from the shares of "
            "the pool's force.", choices=STRENGTH, **_NEEDED,
        ),
        _column("from", "month", "First month it holds; empty: from the start."),
        *_value("The number; the likely value where low and high are given.", 1e7),
    ),
    "mandates": (
        _column("mission", "id", "Mission that has the mandate.", refers="missions", **_NEEDED),
        _column(
            "event", "choice", "Whether it is prolonged or ends early.", choices=EVENTS, **_NEEDED
        ),
        _column("chance", "number", "Chance from 0 to 1.", low=0, high=1, **_NEEDED),
        _column("months", "whole", "By how many months the end moves.", low=1, high=120, **_NEEDED),
        *_origin("chance"),
        _NOTE,
    ),
    "costs": (
        _FUND,
        _column("kind", "id", "Kind of contribution.", refers="kinds"),
        _column("demand", "id", "Demand, where it differs from its kind.", refers="demands"),
        *_value("The number; the likely value where low and high are given."),
    ),
    "budgets": (
        _FUND,
        _column("year", "whole", "Calendar year.", low=1900, high=2200, **_NEEDED),
        *_value("The number; the likely value where low and high are given."),
    ),
    "outcomes": (
        _column("demand", "id", "Demand.", refers="demands", **_NEEDED),
        _column(
            "field", "choice", "Field of the demand it replaces.", choices=("first", "last", "cap"),
            **_NEEDED,
        ),
        _column("value", "text", "A month, or a number of persons.", **_NEEDED),
        *_origin("number"),
        _NOTE,
    ),
    "presence": (
        _column("kind", "id", "Kind of contribution; empty for manned.", refers="kinds"),
        _column("demand", "id", "Demand, for manned alone.", refers="demands"),
        _column(
            "figure", "choice",
            "acceptance: share of candidates accepted; lead: months a post is empty before the "
            "next candidate arrives; early_return: share of people who leave in a month; manned: "
            "share of the people planned for a demand that its ceiling really takes.",
            choices=(*PRESENCE, MANNED), **_NEEDED,
        ),
        *_value("The number; the likely value where low and high are given.", 120),
    ),
    "places": (
        _column("mission", "id", "Existing mission.", refers="missions", **_NEEDED),
        _column("place", "text", "What the place is called.", **_NEEDED),
        _column("latitude", "number", "Degrees north.", low=-90, high=90, **_NEEDED),
        _column("longitude", "number", "Degrees east.", low=-180, high=180, **_NEEDED),
        *_origin("place"),
    ),
    "observations": (
        _ID,
        _column("demands", "ids", "Demands it speaks of, counted together.", refers="demands",
              **_NEEDED),
        _column("pools", "ids", "Pools counted; empty: all.", refers="pools"),
        _column("month", "month", "Month of the observation.", **_NEEDED),
        _column("people", "number", "People seen, persons.", low=0, high=1e6, unit="persons",
              **_NEEDED),
        _column(
            "error", "number",
            "How far the number of people on duty for these demands may lie from it, persons: "
            "rounding, hand-over months in which a post is held twice, people of others counted "
            "along; 0 where it is exact.", low=0, high=1e6, unit="persons", **_NEEDED,
        ),
        _column(
            "relation", "choice", "Whether the number is exact, rounded or an upper bound.",
            choices=("equal", "about", "at_most"), **_NEEDED,
        ),
        _column("source", "id", "Source.", shipped=True, refers="sources"),
        _column("section", "text", "Place in the source.", shipped=True),
        _NOTE,
    ),
    "sources": (
        _ID,
        _column("publisher", "text", "Who published it.", shipped=True),
        _column("title", "text", "What it is, in the project's own words.", **_NEEDED),
        _column("date", "text", "Day, month, year or span of publication.", shipped=True),
        _column(
            "confidence", "choice", "How far it can be trusted.",
            choices=("high", "medium", "low", "assumption"), shipped=True,
        ),
        _column("reference", "text", "How to find it.", shipped=True),
    ),
}  # fmt: skip


def _columns_of_field(field: Field) -> tuple[Column, ...]:
    """Return the columns of a field: three for a number or month with a range."""
    kind = {"people": "number"}.get(field.kind, field.kind)
    choices = tuple(map(str, field.choices)) if kind == "choice" else ()
    main = Column(field.column, kind, field.required, choices, field.low, field.high, field.refers)
    sides: Iterable[str] = ()
    if field.column == "value" and field.kind == "people":
        sides = ("low", "high")
    elif field.kind == "month" and field.column in ("first", "last"):
        sides = (f"{field.column}_low", f"{field.column}_high")
    return (main, *(replace(main, name=side, required=False) for side in sides))


def columns(entity: str) -> tuple[Column, ...]:
    """Return the columns of the data table of an entity, or of a table by name.

    Examples
    --------
    >>> [column.name for column in columns("force")], columns("kind")[0].name
    ([], 'id')
    """
    fields = ENTITIES.get(entity) or _LONG_TABLES[entity]
    return tuple(cell for field in fields if field.column for cell in _columns_of_field(field))


TITLES = {
    "sources": ("Sources", "Every source that a number can name"),
    "missions": (
        "Missions",
        "Missions of the letter, and other claims on the same people",
    ),
    "demands": ("Demands", "Lines of people that missions ask for"),
    "kinds": ("Kinds", "Kinds of contribution and how they change over"),
    "rotation": (
        "Rotation policies",
        "Tour length, preparation and time at home by kind, and by pool where it differs",
    ),
    "pools": ("Pools", "People who can stand in for each other"),
    "strengths": (
        "Strengths",
        "People of a pool who could be sent if nothing else tied them up: posts × filled × fit, "
        "stepwise in time, with the national shares of a force",
    ),
    "mandates": ("Mandates", "How mandates may end otherwise than the letter says, with chances"),
    "bounds": ("Composition bounds", "Minimum and maximum of people over some demands together"),
    "costs": ("Costs", "What a person-year costs a fund, where a source exists"),
    "budgets": ("Budgets", "Money of a fund in a year, where a source exists"),
    "outcomes": ("Outcomes", "What became of demands of the letter: real months and caps"),
    "presence": ("Presence", "Of the people allocated, who is present"),
    "places": ("Places", "Where a mission is drawn on the map; changes no number"),
    "observations": ("Observations", "What was really seen: for calibration and scoring"),
}


TABLES: dict[str, tuple[Column, ...]] = {
    name: columns(_ENTITY_BY_TABLE.get(name, name)) for name in TITLES
}
"""Columns of each table by the name of its file, without ``.csv``."""


def extra_fields(entity: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return the fields of an entity for which its class has no attribute."""
    seen = set(known)
    return tuple(
        field.name
        for field in ENTITIES[entity]
        if field.entry and field.name not in seen | {"scale"}
    )


def _column_description(field: Field, column: Column) -> dict[str, Any]:
    """Return the published description of a column."""
    main = column.name == field.column
    side = column.name if column.name in _RANGE_HELP else column.name.removeprefix(field.column)
    description: dict[str, Any] = {
        "name": column.name,
        "type": _TYPES.get(field.kind, "string"),
        "title": column.name.replace("_", " ").capitalize(),
        "description": field.help if main else _RANGE_HELP[side],
    }
    if field.unit:
        description["unit"] = field.unit
    if description["type"] == "boolean":
        description |= {"trueValues": ["yes"], "falseValues": ["no"]}
    limits: dict[str, Any] = {}
    if field.kind in PATTERNS:
        limits["pattern"] = PATTERNS[field.kind]
    if field.choices:
        limits["enum"] = list(field.choices)
    for name, end in (("minimum", column.low), ("maximum", column.high)):
        if math.isfinite(end) and description["type"] in ("number", "integer"):
            limits[name] = int(end) if float(end).is_integer() else end
    if column.name == "id":
        limits["unique"] = True
    if field.shipped and main:
        limits["required"] = True
    return description | ({"constraints": limits} if limits else {})


def data_package() -> dict[str, Any]:
    """Return the description of the data tables as a tabular data package."""
    resources = []
    for name, (title, description) in TITLES.items():
        entity = _ENTITY_BY_TABLE.get(name, name)
        fields = [field for field in ENTITIES.get(entity) or _LONG_TABLES[entity] if field.column]
        key = KEYS.get(name, ("id",))
        schema: dict[str, Any] = {
            "fields": [
                _column_description(field, cell)
                for field in fields
                for cell in _columns_of_field(field)
            ],
            "missingValues": [""],
        }
        if all(field.required for field in fields if field.column in key):
            schema["primaryKey"] = key[0] if len(key) == 1 else list(key)
        links = [field for field in fields if field.refers and field.kind == "id"]
        if links:
            schema["foreignKeys"] = [
                {"fields": field.column, "reference": {"resource": field.refers, "fields": "id"}}
                for field in links
            ]
        resources.append(
            {
                "name": name, "profile": "tabular-data-resource", "title": title,
                "description": description, "path": f"{name}.csv", "scheme": "file",
                "format": "csv", "mediatype": "text/csv", "encoding": "utf-8", "schema": schema,
            }
        )  # fmt: skip
    return {
        "profile": "tabular-data-package",
        "name": "dutch-missions-2022-2025",
        "title": "Dutch contributions to missions and operations, 2022-2025",
        "description": "Missions, demands, pools, rotation policies and what is known about them. "
        "Facts and figures, each with its basis and source.",
        "resources": resources,
    }


def package_text() -> str:
    """Return the description of the data tables as ``datapackage.json`` has it."""
    return json.dumps(data_package(), indent=2, ensure_ascii=False) + "\n"
