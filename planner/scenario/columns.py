"""The tables of a data folder: their columns, types and ranges.

The same facts as ``data/datapackage.json``, in the form the reader wants; a test keeps them equal.
"""

from __future__ import annotations

from planner.scenario.inputs import BASES
from planner.scenario.tables import Column

__all__ = ["KEYS", "STANDINGS", "TABLES"]

STANDINGS = ("standing", "study", "declined", "past", "hindsight")
CATEGORIES = ("military", "police", "civil")

_ID = Column("id", "id", required=True)
_NAMES = (Column("name", required=True), Column("name_nl", required=True))
_NOTE = Column("note")


def _figure(low: float = 0.0, high: float = 1e12, value: str = "value") -> tuple[Column, ...]:
    return (
        Column(value, "number", required=True, low=low, high=high),
        Column("low", "number", low=low, high=high),
        Column("high", "number", low=low, high=high),
    )


def _origin(prefix: str = "", required: bool = True) -> tuple[Column, ...]:
    return (
        Column(f"{prefix}basis", "choice", required=required, choices=BASES),
        Column(f"{prefix}source", "id"),
        Column(f"{prefix}section"),
    )


TABLES: dict[str, tuple[Column, ...]] = {
    "sources": (
        _ID,
        Column("publisher"),
        Column("title", required=True),
        Column("date"),
        Column("confidence", "choice", choices=("high", "medium", "low", "assumption")),
        Column("reference"),
    ),
    "missions": (
        _ID,
        *_NAMES,
        Column(
            "organisation",
            "choice",
            required=True,
            choices=("NATO", "EU", "UN", "OSCE", "coalition", "ICC", "national"),
        ),
        Column("region", required=True),
        Column("main_task", "whole", required=True, low=1, high=2),
        Column("section"),
        Column(
            "status",
            "choice",
            required=True,
            choices=(
                "running",
                "raised",
                "new",
                "under_study",
                "ending",
                "declined",
                "past",
                "expected",
                "outside",
            ),
        ),
        Column("row"),
        Column("source", "id"),
        _NOTE,
    ),
    "demands": (
        _ID,
        Column("mission", "id", required=True),
        *_NAMES,
        Column("category", "choice", required=True, choices=(*CATEGORIES, "mixed")),
        Column("kind", "id", required=True),
        Column("pools", "ids", required=True),
        *_figure(high=1e6),
        *_origin(),
        Column("first", "month"),
        Column("last", "month"),
        *_origin("dates_", required=False),
        Column("standing", "choice", required=True, choices=STANDINGS),
        Column("tier", "whole", required=True, low=1, high=100),
        Column("cohorts", "whole", low=1, high=1200),
        Column("on_call", "flag"),
        Column("unit", "flag"),
        Column("weight", "number", low=0, high=1e6),
        Column("letter_cap"),
        _NOTE,
    ),
    "kinds": (
        _ID,
        *_NAMES,
        Column("changeover", "choice", required=True, choices=("staggered", "en_bloc")),
        _NOTE,
    ),
    "rotation": (
        Column("kind", "id", required=True),
        Column("pool", "id"),
        Column("figure", "choice", required=True, choices=("tour", "preparation", "rest")),
        *_figure(high=240),
        Column("unit"),
        *_origin(),
        _NOTE,
    ),
    "pools": (
        _ID,
        *_NAMES,
        Column("category", "choice", required=True, choices=CATEGORIES),
        Column("speciality"),
        _NOTE,
    ),
    "strengths": (
        Column("pool", "id", required=True),
        Column("figure", "choice", required=True, choices=("posts", "filled", "fit")),
        Column("from", "month"),
        *_figure(high=1e7),
        Column("unit"),
        *_origin(),
        _NOTE,
    ),
    "bounds": (
        _ID,
        Column("demands", "ids", required=True),
        Column("pools", "ids"),
        Column("min", "number", low=0, high=1e6),
        Column("max", "number", low=0, high=1e6),
        *_origin(),
        _NOTE,
    ),
    "costs": (
        Column("fund", "id", required=True),
        Column("kind", "id"),
        Column("demand", "id"),
        *_figure(),
        Column("unit"),
        *_origin(),
        _NOTE,
    ),
    "budgets": (
        Column("fund", "id", required=True),
        Column("year", "whole", required=True, low=1900, high=2200),
        *_figure(),
        Column("unit"),
        *_origin(),
        _NOTE,
    ),
    "outcomes": (
        Column("demand", "id", required=True),
        Column("field", "choice", required=True, choices=("first", "last", "cap")),
        Column("value", required=True),
        *_origin(),
        _NOTE,
    ),
    "presence": (
        Column("kind", "id", required=True),
        Column("figure", "choice", required=True, choices=("acceptance", "lead", "early_return")),
        *_figure(high=120),
        Column("unit"),
        *_origin(),
        _NOTE,
    ),
}
"""Columns of each table by the name of its file, without ``.csv``."""

KEYS: dict[str, tuple[str, ...]] = {
    "rotation": ("kind", "pool", "figure"),
    "strengths": ("pool", "figure", "from"),
    "costs": ("fund", "kind", "demand"),
    "budgets": ("fund", "year"),
    "outcomes": ("demand", "field"),
    "presence": ("kind", "figure"),
}
"""What names a row once; ``id`` where nothing is said."""

OPTIONAL = ("bounds", "costs", "budgets", "outcomes", "presence")
"""Tables a data folder may do without."""
