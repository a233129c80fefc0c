"""Sheets with inputs: their columns, headings and cell texts in both languages, and their rows.

Columns that a data table has as well are those of :mod:`planner.scenario.registry`, with the same
types, choices, ranges and references. :func:`rows_of` gives effective inputs as rows of the sheets,
and :func:`equal` compares two cells.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from planner.labels import LANGUAGES, label, speaker
from planner.labels import WORDS as COMMON
from planner.scenario.inputs import MANNED, PRESENCE, ROTATION, Figure, Inputs, Origin, When
from planner.scenario.registry import ENTITIES, STANDINGS, TABLES, Column
from planner.scenario.schema import VERBS
from planner.terms import term

if TYPE_CHECKING:
    from planner.scenario.load import Scenario

__all__ = [
    "DEMAND_FIGURES",
    "FIGURES",
    "MAX_TEXT",
    "SETTINGS",
    "SHEETS",
    "WORDS",
    "Sheet",
    "SheetField",
    "choice_text",
    "values_by_text",
    "heading",
    "column_help",
    "rows_of",
    "equal",
    "settings_of",
    "heading_spellings",
]

WORDS: dict[str, str] = {
    # headings
    "head_id": "id",
    "head_name": "name",
    "head_name_nl": "name in Dutch",
    "head_standing": "standing",
    "head_cap": "cap, persons",
    "head_cap_from": "cap from a month on",
    "head_fixed_length": "fixed length",
    "head_force": "force",
    "head_first": "first month",
    "head_last": "last month",
    "head_pools": "pools",
    "head_on_call": "on call",
    "head_weight": "weight",
    "head_section": "section or reasoning",
    "head_title": "title",
    "head_title_nl": "title in Dutch",
    "head_on": "on",
    "head_from": "from",
    "head_to": "to",
    "head_of": "of",
    "head_verb": "change",
    "head_changeover": "changeover",
    "head_demands": "demands",
    "head_min": "least",
    "head_max": "most",
    "head_fund": "fund",
    "head_summary": "summary",
    "head_summary_nl": "summary in Dutch",
    "head_warm_up": "warm-up, months",
    "head_run_out": "run-out, months",
    "head_money": "budgets count",
    "head_parameters": "calibrated parameters",
    # what a column is for
    "help_id": "Unique name of the row: lower-case letters, digits and hyphens.",
    "help_mission": "Id of the mission that asks.",
    "help_counts": "Whether it counts in this scenario.",
    "help_standing": (
        "Under study, declined and hindsight count only where the column before says yes."
    ),
    "help_cap": "Most persons at once.",
    "help_low": "Lowest value thought possible; empty if exact.",
    "help_high": "Highest value thought possible; empty if exact.",
    "help_first": "First month on duty.",
    "help_last": "Last month on duty, which counts in full.",
    "help_cap_from": (
        "Caps that take its place from a month on, separated by blanks, such as 2022-08:15, or "
        "2022-08:15(12..18) with lowest and highest."
    ),
    "help_fixed_length": "Yes: the last month moves with the first when months are drawn.",
    "help_force": "Force with the national shares filled and fit that hold; empty if none.",
    "help_pools": (
        "Ids of pools, most preferred first, separated by commas; a mix as light:0.9+medical:0.1."
    ),
    "help_kind": "Kind of contribution, which gives tour, preparation and rest.",
    "help_tier": "1 is served first. Empty: 1 for main task 1, else 2.",
    "help_package": "Package it belongs to, if any.",
    "help_cohorts": "In how many parts people are relieved; empty: as its kind does.",
    "help_unit": "Yes: all or nothing, when people are counted whole.",
    "help_on_call": "Yes: stand-by, tied up without being deployed.",
    "help_weight": "Worth of a person-month under the rule value; empty is 1.",
    "help_basis": "What the figure rests on; empty is assumption.",
    "help_source": "Id of a source, from the sheet Sources.",
    "help_section": "Place in the source, or the reasoning in a few words.",
    "help_known": "A month, just in time, or start. Empty is just in time.",
    "help_on": "No leaves the package out.",
    "help_pool": "Id of a pool.",
    "help_from": "From this month; empty is from the start.",
    "help_window_from": "First month reported.",
    "help_window_to": "Last month reported, which counts in full.",
    "help_to": "Up to and including this month; empty is without end.",
    "help_demand": "Id of one demand; then kind and pool stay empty.",
    "help_demands": "Ids of demands counted together, separated by commas.",
    "help_figure": "What the row gives.",
    "help_verb": "What is done to the strength with the value of this row.",
    "help_of": "What changes; empty is the strength.",
    "help_changeover": "People replaced one by one, or a unit as a whole.",
    "help_rule": "fair: the worst-off gets as much as can be; value: most weighted person-months.",
    "help_warm_up": "Months before the period; empty is as long as the longest tie-up.",
    "help_run_out": "Months after the period; empty is as long as the longest tie-up.",
    "help_parameters": (
        "Calibrated parameters that draws take: a name, a file, or none for the ranges alone."
    ),
    "help_money": "Yes makes budgets a limit beside people.",
    # what stands in cells
    "choice_standing": "standing",
    "choice_study": "under study",
    "choice_hindsight": "hindsight",
    "choice_dropped": "dropped",
    "choice_posts": "posts",
    "choice_filled": "share filled",
    "choice_fit": "share fit",
    "choice_set": "set to",
    "choice_add": "add",
    "choice_grow_to": "grow to",
    "choice_grow_times": "grow times",
    "choice_tour": "tour (months)",
    "choice_preparation": "preparation (months)",
    "choice_rest": "rest (months per month)",
    "choice_dwell": "dwell (months per month)",
    "choice_filled_factor": "factor on share filled",
    "choice_fit_factor": "factor on share fit",
    "choice_acceptance": "share accepted",
    "choice_lead": "lead time (months)",
    "choice_early_return": "early return (share per month)",
    "choice_manned": "share of the ceiling used",
    "choice_staggered": "staggered",
    "choice_en_bloc": "en bloc",
    "choice_just_in_time": "just in time",
    "choice_start": "start",
    "choice_all": "all",
}
"""Headings (``head_``), what a column is for (``help_``) and words in cells (``choice_``)."""

say = speaker(WORDS)

FIGURES = (*ROTATION, *PRESENCE, MANNED)
"""Parameters on the sheet of policies: rotation first, then presence."""

DEMAND_FIGURES = (*ROTATION, MANNED)
"""Parameters that a demand may have of its own."""

WIDTHS = {
    "id": 26, "name": 38, "name_nl": 38, "title": 34, "title_nl": 34, "mission": 24, "pools": 28,
    "kind": 18, "section": 44, "note": 44, "source": 20, "demands": 34, "organisation": 14,
    "region": 20, "speciality": 20, "publisher": 30, "reference": 40, "demand": 24, "pool": 20,
    "package": 18, "known": 14, "low": 8, "high": 8, "value": 10, "cap": 10, "counts": 8, "tier": 9,
    "cohorts": 9, "unit": 9, "on_call": 9, "weight": 9, "first": 11, "last": 11, "main_task": 12,
    "cap_from": 18, "fixed_length": 9, "force": 14,
    "figure": 26, "changeover": 13,
}  # fmt: skip

OPTIONAL_COLUMNS = ("name", "name_nl", "category", "tier", "standing", "basis")
"""Columns that are required in data tables and have a default in a workbook."""

_CAP = replace(next(one for one in TABLES["demands"] if one.name == "value"), name="cap")

_COUNTS = Column("counts", "flag")

_ALL_STANDINGS = Column("standing", "choice", choices=(*STANDINGS, "dropped"))

_PARAMETER = "value low high basis source section note"

_POLICY = Column("figure", "choice", required=True, choices=FIGURES)

_STEP = (
    Column("pools", "ids", required=True, refers="pools"),
    Column("of", "choice", choices=("strength", "posts", "filled", "fit")),
    Column("verb", "choice", required=True, choices=VERBS),
    Column("value", "number", required=True, low=-1e7, high=1e12),
    Column("low", "number", low=-1e7, high=1e12),
    Column("high", "number", low=-1e7, high=1e12),
    Column("from", "month"),
    Column("to", "month"),
)

_PACKAGE = (
    Column("title"),
    Column("title_nl"),
    Column("on", "flag"),
    Column("known", "known"),
    Column("basis", "choice", choices=("letter", "public", "assumption")),
)

_DEMAND_COLUMNS = (
    "id mission name name_nl counts standing cap low high cap_from first last fixed_length pools "
    "kind tier package cohorts unit on_call weight category basis source section note"
)

_HIDDEN_COLUMNS = ("letter_cap", "dates_basis", "dates_source", "dates_section")
"""Columns of the table of demands that only the hidden scenario of a workbook holds."""

EXTRA_FIELDS = tuple(
    one
    for one in ENTITIES["demand"]
    if one.column and one.name not in (*_DEMAND_COLUMNS.split(), *_HIDDEN_COLUMNS)
)
"""Registered fields of demands without a fixed column on the sheet."""

MAX_TEXT = 32_000
"""Largest number of characters written to a cell; a spreadsheet takes 32,767."""

TOLERANCE = 1e-12
"""Relative difference below which numbers are equal: files keep 15 digits."""

_CONTROL_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def heading(field: str, lang: str = "en") -> str:
    """Return the heading of a column.

    Examples
    --------
    >>> heading("cap", "nl")
    'maximum, personen'
    """
    key = f"head_{field}"
    if key in WORDS:
        return say(key, lang)
    return label(field, lang) if field in COMMON else field.replace("_", " ")


def column_help(field: str, lang: str = "en") -> str:
    """Return the explanation of a column, empty if there is none."""
    key = f"help_{field}"
    if key in WORDS:
        return say(key, lang)
    return next((extra.help for extra in EXTRA_FIELDS if extra.name == field), "")


def choice_text(value: str, lang: str = "en") -> str:
    """Return the text of a cell for a value such as ``en_bloc``.

    Examples
    --------
    >>> choice_text("grow_times", "nl"), choice_text("just-in-time")
    ('groeit maal', 'just in time')
    """
    key = f"choice_{value.replace('-', '_')}"
    return say(key, lang) if key in WORDS else term(value, lang)


def heading_spellings(field: str) -> set[str]:
    """Return the accepted headings of a column: its name, and its heading in either language."""
    return {field.casefold(), *(heading(field, lang).casefold() for lang in LANGUAGES)}


def values_by_text(values: tuple[str, ...]) -> dict[str, str]:
    """Return the values that a cell may hold, by each of their texts in lower case.

    Examples
    --------
    >>> values_by_text(("yes", "no"))
    {'yes': 'yes', 'ja': 'yes', 'no': 'no', 'nee': 'no'}
    """
    return {
        word.casefold(): value
        for value in values
        for word in (value, *(choice_text(value, lang) for lang in LANGUAGES))
    }


@dataclass(frozen=True)
class SheetField:
    """One column of a sheet.

    Attributes
    ----------
    column : Column
        Name, kind (as in data tables, and ``known``), choices, range and reference.
    width : float
        Width, characters.
    accepts_all : bool
        Whether the word ``all`` stands for every row of the sheet that it refers to.
    """

    column: Column
    width: float = 12
    accepts_all: bool = False

    @property
    def name(self) -> str:
        """Name of the column, the same in every language."""
        return self.column.name


@dataclass(frozen=True)
class Sheet:
    """One sheet with inputs.

    Attributes
    ----------
    name : str
        Name of the sheet, the same in every language.
    fields : tuple of SheetField
        Its columns from left to right.
    key : tuple of str
        Columns that identify a row; empty where the order of rows does.
    frozen : int
        Number of columns that stay in view.
    """

    name: str
    fields: tuple[SheetField, ...]
    key: tuple[str, ...] = ("id",)
    frozen: int = 1

    def field(self, name: str) -> SheetField:
        """Return one column by name."""
        return next(field for field in self.fields if field.name == name)


def _field(column: Column) -> SheetField:
    name = column.name
    if name in OPTIONAL_COLUMNS and column.required:
        column = replace(column, required=False)
    return SheetField(column, WIDTHS.get(name, 12))


def _fields_of(table: str, names: str, *more: Column) -> tuple[SheetField, ...]:
    """Return columns by name, from a data table or from those given beside it."""
    known = {column.name: column for column in (*TABLES[table], *more)}
    return tuple(_field(known[name]) for name in names.split())


def _step_fields() -> tuple[SheetField, ...]:
    fields = _fields_of(
        "strengths", "pools of verb value low high from to basis source section note", *_STEP
    )
    return (replace(fields[0], accepts_all=True), *fields[1:])


SHEETS: dict[str, Sheet] = {
    sheet.name: sheet
    for sheet in (
        Sheet(
            "demands",
            _fields_of(
                "demands",
                " ".join((_DEMAND_COLUMNS, *(one.column for one in EXTRA_FIELDS))),
                _CAP,
                _COUNTS,
                _ALL_STANDINGS,
                Column("package", "id", refers="packages"),
            ),
        ),
        Sheet(
            "missions", _fields_of("missions", "id name name_nl organisation region main_task note")
        ),
        Sheet(
            "packages",
            _fields_of("bounds", "id title title_nl on known basis source section note", *_PACKAGE),
        ),
        Sheet("pools", _fields_of("pools", "id name name_nl category speciality force note")),
        Sheet(
            "strengths",
            _fields_of("strengths", f"force pool figure from {_PARAMETER}"),
            key=("force", "pool", "figure", "from"),
            frozen=3,
        ),
        Sheet("steps", _step_fields(), key=()),
        Sheet("kinds", _fields_of("kinds", "id name name_nl changeover note")),
        Sheet(
            "policies",
            _fields_of(
                "rotation", f"kind demand pool figure {_PARAMETER}", _POLICY,
                Column("demand", "id", refers="demands"), Column("kind", "id", refers="kinds"),
            ),
            key=("kind", "demand", "pool", "figure"),
            frozen=4,
        ),
        Sheet("bounds", _fields_of("bounds", "id demands pools min max basis source section note")),
        Sheet(
            "budgets",
            _fields_of("budgets", f"fund year {_PARAMETER}"),
            key=("fund", "year"),
            frozen=2,
        ),
        Sheet(
            "costs",
            _fields_of("costs", f"fund kind demand {_PARAMETER}"),
            key=("fund", "kind", "demand"),
            frozen=3,
        ),
        Sheet("sources", _fields_of("sources", "id publisher title date confidence reference")),
    )
}  # fmt: skip
"""Every sheet with one row for each entity, by name, in the order of the workbook."""

SETTINGS: tuple[SheetField, ...] = (
    SheetField(Column("title")),
    SheetField(Column("title_nl")),
    SheetField(Column("summary")),
    SheetField(Column("summary_nl")),
    SheetField(Column("from", "month", required=True)),
    SheetField(Column("to", "month", required=True)),
    SheetField(Column("rule", "choice", choices=("fair", "value"))),
    SheetField(Column("warm_up", "whole", low=0, high=600)),
    SheetField(Column("run_out", "whole", low=0, high=600)),
    SheetField(Column("money", "flag")),
    SheetField(Column("parameters")),
)
"""Rows of the sheet of settings of the scenario."""


Row = dict[str, Any]


def equal(first: Any, second: Any) -> bool:
    """Whether two cells are equal, apart from spaces and last digits that a spreadsheet changes.

    Examples
    --------
    >>> equal(0.1 + 0.2, 0.3), equal("two\\nlines", "two lines"), equal(None, "")
    (True, True, True)
    >>> equal(12.0, 12.5), equal("12", 12.0)
    (False, False)
    """
    if first in (None, "", ()) or second in (None, "", ()):
        return first in (None, "", ()) and second in (None, "", ())
    if isinstance(first, str) and isinstance(second, str):
        return _normalised(first) == _normalised(second)
    numbers = (int, float)
    if isinstance(first, bool) or isinstance(second, bool):
        return first is second
    if isinstance(first, numbers) and isinstance(second, numbers):
        return math.isclose(first, second, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(first == second)


def _normalised(text: str) -> str:
    """Return text as it is read back from a workbook, with control characters escaped."""
    escaped = _CONTROL_CHARACTERS.sub(lambda match: f"_x{ord(match[0]):04X}_", text[:MAX_TEXT])
    return " ".join(escaped.split())


def settings_of(scenario: Scenario) -> Row:
    """Return the cells of the sheet of settings."""
    inputs = scenario.inputs
    return {
        **_attributes(scenario, "title title_nl summary summary_nl"),
        "from": inputs.first,
        "to": inputs.last,
        **_attributes(inputs, "rule warm_up run_out money"),
        "parameters": "none" if inputs.parameters is None else inputs.parameters.name,
    }


def rows_of(inputs: Inputs) -> dict[str, list[Row]]:
    """Return the rows of every sheet, in the order of the inputs.

    Examples
    --------
    >>> from planner.scenario.load import load
    >>> rows = rows_of(load("letter").inputs)
    >>> next((row["cap"], str(row["last"])) for row in rows["demands"] if row["id"] == "untso")
    (12.0, '2025-07')
    """
    return {name: list(maker(inputs)) for name, maker in _ROWS_OF_SHEET.items()}


def _origin_cells(origin: Origin) -> Row:
    return {"basis": origin.basis, "source": origin.source, "section": origin.section}


def _range_cells(figure: Figure, value: str = "value") -> Row:
    return {value: figure.value, "low": figure.low, "high": figure.high}


def _parameter(figure: Figure) -> Row:
    return {**_range_cells(figure), **_origin_cells(figure.origin), "note": figure.origin.note}


def _attributes(entity: Any, names: str) -> Row:
    return {name: getattr(entity, name) for name in names.split()}


def _entity_rows(section: str, inputs: Inputs) -> Iterator[Row]:
    """Yield the rows of a sheet whose columns are attributes of its entities."""
    for entity in getattr(inputs, section).values():
        yield {column.name: getattr(entity, column.name) for column in SHEETS[section].fields}


def _money_rows(section: str, inputs: Inputs) -> Iterator[Row]:
    """Yield the rows of budgets or costs."""
    for item in getattr(inputs, section):
        yield {
            **{name: getattr(item, name) for name in SHEETS[section].key},
            **_parameter(item.figure),
        }


def _demand_rows(inputs: Inputs) -> Iterator[Row]:
    owner = {name: demand.id for demand in inputs.packages.values() for name in demand.demands}
    for demand in inputs.demands.values():
        yield {
            **_attributes(demand, "id mission name name_nl counts standing"),
            **_range_cells(demand.cap, "cap"),
            "cap_from": tuple(
                (month, _cap_cell(cap)) for month, cap in sorted(demand.cap_from.items())
            ),
            "first": demand.first and demand.first.month,
            "last": demand.last and demand.last.month,
            "fixed_length": demand.fixed_length,
            "pools": demand.options,
            **_attributes(demand, "kind tier"),
            "package": owner.get(demand.id, ""),
            **_attributes(demand, "cohorts unit on_call weight category"),
            **_origin_cells(demand.cap.origin),
            "note": demand.note,
            **{extra.name: demand.more.get(extra.name) for extra in EXTRA_FIELDS},
        }


def _cap_cell(cap: Figure) -> Any:
    if cap.low is None and cap.high is None:
        return cap.value
    low = cap.value if cap.low is None else cap.low
    return cap.value, low, cap.value if cap.high is None else cap.high


def _package_rows(inputs: Inputs) -> Iterator[Row]:
    for package in inputs.packages.values():
        known, origin = package.known, Origin("")
        if isinstance(known, When):
            known, origin = known.month, known.origin  # type: ignore[assignment]
        yield {
            **_attributes(package, "id title title_nl on"),
            "known": known,
            **_origin_cells(origin),
            "note": package.note,
        }


def _strength_rows(inputs: Inputs) -> Iterator[Row]:
    of_forces = [("force", id, series) for id, series in inputs.forces.items()]
    of_pools = [("pool", one.id, one.series) for one in inputs.pools.values()]
    for what, id, series in (*of_forces, *of_pools):
        for name, levels in series.items():
            for month, figure in levels:
                key = {"force": "", "pool": "", what: id, "figure": name, "from": month}
                yield {**key, **_parameter(figure)}


def _step_rows(inputs: Inputs) -> Iterator[Row]:
    for step in inputs.steps:
        span = {"from": step.first, "to": step.last}
        yield {**_attributes(step, "pools of verb"), **_parameter(step.figure), **span}


def _policy_rows(inputs: Inputs) -> Iterator[Row]:
    for kind in inputs.kinds.values():
        for name, by_pool in kind.rotation.items():
            for pool, figure in by_pool.items():
                key = {"kind": kind.id, "demand": "", "pool": pool, "figure": name}
                yield {**key, **_parameter(figure)}
        for name, figure in kind.presence.items():
            key = {"kind": kind.id, "demand": "", "pool": "", "figure": name}
            yield {**key, **_parameter(figure)}
    for demand in inputs.demands.values():
        for name in DEMAND_FIGURES:
            parameter = getattr(demand, name)
            if parameter is not None:
                key = {"kind": "", "demand": demand.id, "pool": "", "figure": name}
                yield {**key, **_parameter(parameter)}


def _bound_rows(inputs: Inputs) -> Iterator[Row]:
    for bound in inputs.bounds.values():
        parameter = bound.min or bound.max or Figure(0.0)
        yield {
            **_attributes(bound, "id demands"),
            "pools": bound.pools or (),
            "min": bound.min and bound.min.value,
            "max": bound.max and bound.max.value,
            **_origin_cells(parameter.origin),
            "note": bound.note,
        }


_ROWS_OF_SHEET: dict[str, Callable[[Inputs], Iterator[Row]]] = {
    "demands": _demand_rows,
    "missions": partial(_entity_rows, "missions"),
    "packages": _package_rows,
    "pools": partial(_entity_rows, "pools"),
    "strengths": _strength_rows,
    "steps": _step_rows,
    "kinds": partial(_entity_rows, "kinds"),
    "policies": _policy_rows,
    "bounds": _bound_rows,
    "budgets": partial(_money_rows, "budgets"),
    "costs": partial(_money_rows, "costs"),
    "sources": partial(_entity_rows, "sources"),
}
