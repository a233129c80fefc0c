"""The tables of a data folder: their columns, types and ranges.

The same facts as ``data/datapackage.json``, in the form the reader wants; a test keeps them equal.
"""

from __future__ import annotations

from planner.scenario.inputs import BASES, PRESENCE, ROTATION
from planner.scenario.tables import Column

__all__ = ["KEYS", "STANDINGS", "TABLES"]

STANDINGS = ("standing", "study", "declined", "past", "hindsight")
STRENGTH = ("posts", "filled", "fit", "filled_factor", "fit_factor")
"""What a pool's strength is made of; the factors are deviations from the shares of its force."""

EVENTS = ("prolonged", "ended_early")
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


def _month(name: str) -> tuple[Column, ...]:
    return tuple(Column(f"{name}{side}", "month") for side in ("", "_low", "_high"))


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
            choices=("NATO", "EU", "UN", "OSCE", "coalition", "ICC", "national", "other"),
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
        Column("pools", "options", required=True),
        *_figure(high=1e6),
        Column("cap_from", "caps", low=0, high=1e6),
        *_origin(),
        *_month("first"),
        *_month("last"),
        Column("fixed_length", "flag"),
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
        Column("figure", "choice", required=True, choices=ROTATION),
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
        Column("force", "id"),
        _NOTE,
    ),
    "strengths": (
        Column("force", "id"),
        Column("pool", "id"),
        Column("figure", "choice", required=True, choices=STRENGTH),
        Column("from", "month"),
        *_figure(high=1e7),
        Column("unit"),
        *_origin(),
        _NOTE,
    ),
    "mandates": (
        Column("mission", "id", required=True),
        Column("event", "choice", required=True, choices=EVENTS),
        Column("chance", "number", required=True, low=0, high=1),
        Column("months", "whole", required=True, low=1, high=120),
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
        Column("figure", "choice", required=True, choices=PRESENCE),
        *_figure(high=120),
        Column("unit"),
        *_origin(),
        _NOTE,
    ),
}
"""Columns of each table by the name of its file, without ``.csv``."""

KEYS: dict[str, tuple[str, ...]] = {
    "rotation": ("kind", "pool", "figure"),
    "strengths": ("force", "pool", "figure", "from"),
    "mandates": ("mission", "event"),
    "costs": ("fund", "kind", "demand"),
    "budgets": ("fund", "year"),
    "outcomes": ("demand", "field"),
    "presence": ("kind", "figure"),
}
"""What names a row once; ``id`` where nothing is said."""

OPTIONAL = ("mandates", "bounds", "costs", "budgets", "outcomes", "presence")
"""Tables a data folder may do without."""
