"""The sheets of a workbook that can be filled in: their columns, and what cells may hold.

Columns that a data table has as well are those of :mod:`planner.scenario.registry`, with the same
types, choices and ranges.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from planner.scenario.entries import VERBS
from planner.scenario.registry import STANDINGS, TABLES
from planner.scenario.tables import Column

__all__ = ["DEMAND_FIGURES", "FIGURES", "LOW_HIGH", "SETTINGS", "SHEETS", "Field", "Sheet"]

FIGURES = ("tour", "preparation", "rest", "acceptance", "lead", "early_return")
"""What a policy may be about: rotation first, then presence."""

DEMAND_FIGURES = FIGURES[:3]
"""What a demand may have a policy of its own for."""

LOW_HIGH = ("value", "low", "high", "basis", "source", "section", "note")
"""Columns of a figure on a row of its own."""


@dataclass(frozen=True)
class Field:
    """One column of a sheet.

    Attributes
    ----------
    column : Column
        Its name, the kind of its cells (as in data tables, and ``known``) and what they may be.
    width : float
        Width on the screen, in characters.
    refers : str
        Sheet whose first column its cells name, empty if none.
    every : bool
        Whether the word ``all`` stands for everything that it could name.
    """

    column: Column
    width: float = 12
    refers: str = ""
    every: bool = False

    @property
    def name(self) -> str:
        """Name of the column, the same in every language."""
        return self.column.name


@dataclass(frozen=True)
class Sheet:
    """One sheet that can be filled in.

    Attributes
    ----------
    name : str
        Name of the sheet, the same in every language.
    fields : tuple of Field
        Its columns from left to right.
    key : tuple of str
        Columns that together name a row once; empty where the order of rows names them.
    still : int
        Columns that stay in view.
    """

    name: str
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ("id",)
    still: int = 1

    def field(self, name: str) -> Field:
        """Return one column by name."""
        return next(field for field in self.fields if field.name == name)


WIDTHS = {
    "id": 26, "name": 38, "name_nl": 38, "title": 34, "title_nl": 34, "mission": 24, "pools": 28,
    "kind": 18, "section": 44, "note": 44, "source": 20, "demands": 34, "organisation": 14,
    "region": 20, "speciality": 20, "publisher": 30, "reference": 40, "demand": 24, "pool": 20,
    "package": 18, "known": 14, "low": 8, "high": 8, "value": 10, "cap": 10, "counts": 8, "tier": 9,
    "cohorts": 9, "unit": 9, "on_call": 9, "weight": 9, "first": 11, "last": 11, "main_task": 12,
    "figure": 26, "changeover": 13,
}  # fmt: skip

REFERS = {
    "mission": "missions", "kind": "kinds", "pools": "pools", "pool": "pools", "source": "sources",
    "demand": "demands", "demands": "demands", "package": "packages",
}  # fmt: skip

EASED = ("name", "name_nl", "category", "tier", "standing", "basis")
"""What a data table needs and a row here may leave to what follows from the rest."""


def _field(column: Column) -> Field:
    name = column.name
    if name in EASED and column.required:
        column = replace(column, required=False)
    return Field(column, WIDTHS.get(name, 12), REFERS.get(name, ""))


def _fields(table: str, names: str, *more: Column) -> tuple[Field, ...]:
    """Return columns by name, from a data table or from those given beside it."""
    known = {column.name: column for column in (*TABLES[table], *more)}
    return tuple(_field(known[name]) for name in names.split())


_CAP = replace(next(one for one in TABLES["demands"] if one.name == "value"), name="cap")
_COUNTS = Column("counts", "flag")
_ALL_STANDINGS = Column("standing", "choice", choices=(*STANDINGS, "dropped"))
_FIGURE = "value low high basis source section note"
_POLICY = Column("figure", "choice", required=True, choices=FIGURES)
_STEP = (
    Column("pools", "ids", required=True),
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


def _steps() -> tuple[Field, ...]:
    fields = _fields(
        "strengths", "pools of verb value low high from to basis source section note", *_STEP
    )
    return (replace(fields[0], every=True), *fields[1:])


SHEETS: dict[str, Sheet] = {
    sheet.name: sheet
    for sheet in (
        Sheet(
            "demands",
            _fields(
                "demands",
                "id mission name name_nl counts standing cap low high first last pools kind tier "
                "package cohorts unit on_call weight category basis source section note",
                _CAP,
                _COUNTS,
                _ALL_STANDINGS,
                Column("package", "id"),
            ),
        ),
        Sheet(
            "missions", _fields("missions", "id name name_nl organisation region main_task note")
        ),
        Sheet(
            "packages",
            _fields("bounds", "id title title_nl on known basis source section note", *_PACKAGE),
        ),
        Sheet("pools", _fields("pools", "id name name_nl category speciality note")),
        Sheet(
            "strengths",
            _fields("strengths", f"pool figure from {_FIGURE}"),
            key=("pool", "figure", "from"),
            still=2,
        ),
        Sheet("steps", _steps(), key=()),
        Sheet("kinds", _fields("kinds", "id name name_nl changeover note")),
        Sheet(
            "policies",
            _fields(
                "rotation", f"kind demand pool figure {_FIGURE}", Column("demand", "id"), _POLICY,
                Column("kind", "id"),
            ),
            key=("kind", "demand", "pool", "figure"),
            still=4,
        ),
        Sheet("bounds", _fields("bounds", "id demands pools min max basis source section note")),
        Sheet("budgets", _fields("budgets", f"fund year {_FIGURE}"), key=("fund", "year"), still=2),
        Sheet(
            "costs",
            _fields("costs", f"fund kind demand {_FIGURE}"),
            key=("fund", "kind", "demand"),
            still=3,
        ),
        Sheet("sources", _fields("sources", "id publisher title date confidence reference")),
    )
}  # fmt: skip
"""Every sheet with a row for each thing, by name, in the order in which they stand."""

SETTINGS: tuple[Field, ...] = (
    Field(Column("title")),
    Field(Column("title_nl")),
    Field(Column("summary")),
    Field(Column("summary_nl")),
    Field(Column("from", "month", required=True)),
    Field(Column("to", "month", required=True)),
    Field(Column("rule", "choice", choices=("fair", "value"))),
    Field(Column("warm_up", "whole", low=0, high=600)),
    Field(Column("run_out", "whole", low=0, high=600)),
    Field(Column("money", "flag")),
)
"""Rows of the sheet about the scenario as a whole."""
