"""What empty cells of a workbook stand for, so that every row says all there is to say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from planner.months import Month
from planner.workbook.reading import Grid, Line

__all__ = ["COUNTED", "settle"]

COUNTED = ("standing", "past")
"""Standings of demands that count of themselves."""


def settle(
    grids: Mapping[str, Grid], before: Mapping[str, Mapping[Any, Mapping[str, Any]]]
) -> None:
    """Fill in what empty cells stand for, in place.

    Parameters
    ----------
    grids : mapping of str to Grid
    before : mapping
        Rows of the scenario that is built on, by sheet and key; where a cell is empty in both,
        it stays so.
    """
    context = _Context(grids)
    for name, grid in grids.items():
        for line in grid.lines:
            old = before.get(name, {}).get(grid.key(line), {})
            for column, default in _DEFAULTS.get(name, {}).items():
                empty = line[column] in (None, "")
                if empty and not (old and old[column] in (None, "")):
                    line.cells[column] = default(line, context)
            if name == "demands":
                _standing(line)
            elif name == "packages" and not isinstance(line["known"], Month):
                line.cells["basis"] = "" if line["basis"] == "assumption" else line["basis"]


def _standing(line: Line) -> None:
    """Make standing and counts agree: dropped is what would count and does not."""
    standing, counts = line["standing"], line["counts"]
    if counts is None:
        counts = standing in COUNTED
    if counts and standing == "dropped":
        standing = "standing"
    elif not counts and standing in COUNTED:
        standing = "dropped"
    line.cells.update(standing=standing, counts=counts)


class _Context:
    """Looks up what a default depends on."""

    def __init__(self, grids: Mapping[str, Grid]):
        self.tasks = {line["id"]: line["main_task"] for line in grids["missions"].lines}
        self.categories = {line["id"]: line["category"] for line in grids["pools"].lines}


Default = Callable[[Line, _Context], Any]


def _always(value: Any) -> Default:
    return lambda line, context: value


def _as(column: str) -> Default:
    return lambda line, context: line[column]


def _category(line: Line, context: _Context) -> str:
    found = {context.categories.get(pool, "mixed") for pool in line["pools"]}
    return found.pop() if len(found) == 1 else "mixed"


def _tier(line: Line, context: _Context) -> int:
    return 1 if context.tasks.get(line["mission"]) == 1 else 2


_BASIS = {"basis": _always("assumption")}
_NAMES = {"name": _as("id"), "name_nl": _as("name")}

_DEFAULTS: dict[str, dict[str, Default]] = {
    "demands": {
        **_NAMES,
        "standing": _always("standing"),
        "tier": _tier,
        "category": _category,
        "unit": _always(False),
        "on_call": _always(False),
        "weight": _always(1.0),
        **_BASIS,
    },
    "missions": _NAMES,
    "packages": {
        "title": _as("id"),
        "title_nl": _as("title"),
        "on": _always(True),
        "known": _always("just-in-time"),
        "basis": lambda line, _: "assumption" if isinstance(line["known"], Month) else "",
    },
    "pools": _NAMES,
    "kinds": _NAMES,
    "strengths": _BASIS,
    "steps": {"of": _always("strength"), **_BASIS},
    "policies": _BASIS,
    "bounds": _BASIS,
    "budgets": _BASIS,
    "costs": _BASIS,
    "sources": {"confidence": _always("medium")},
}
"""What an empty cell stands for, by sheet and column; later ones may rest on earlier ones."""
