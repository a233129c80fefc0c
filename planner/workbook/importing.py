"""A workbook that was filled in to a scenario: what its sheets say, and nothing else.

The sheets are taken at their word. The scenario that a workbook was made from is kept in it, so
that only what differs has to be said; where something cannot be said as a change of it, it is said
as a change of what that scenario builds on. What comes out is compared with the sheets once more,
cell by cell: nothing that was filled in is passed over in silence.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from planner.errors import Fault, InputError
from planner.scenario.dump import dump
from planner.scenario.load import Layer, Scenario, load, loads
from planner.workbook.checks import check_grids
from planner.workbook.kept import Kept, read_kept
from planner.workbook.opening import open_book
from planner.workbook.patch import Patch, by_key, make_patch
from planner.workbook.reading import Grid, notes_of, read_grids, read_settings
from planner.workbook.rows import rows_of, same, settings_of
from planner.workbook.settle import settle

__all__ = ["Filled", "Imported", "import_workbook", "read_filled", "read_workbook", "state"]

BLANK = "data: none\n"
"""The scenario that a workbook without a scenario in it builds on."""


@dataclass(frozen=True)
class Imported:
    """What a workbook came down to.

    Attributes
    ----------
    scenario : Scenario
        It reads back from its own text.
    text : str
        The scenario as a YAML file.
    base : str
        Name of the scenario that it is said as a change of, empty if it stands on its own.
    notes : tuple of str
        What the user should know.
    before : Scenario or None
        The scenario that the workbook was made from.
    """

    scenario: Scenario
    text: str
    base: str
    notes: tuple[str, ...] = ()
    before: Scenario | None = None


def read_workbook(path: str | Path) -> Scenario:
    """Return the scenario that a workbook states.

    Parameters
    ----------
    path : str or Path
        A workbook made by :func:`planner.write_workbook` or :func:`planner.write_template` and
        changed or filled in with a spreadsheet.

    Raises
    ------
    InputError
        Everything that is wrong, each with its sheet, row and column.

    Warns
    -----
    UserWarning
        A sheet that is not read, or hidden rows that count.

    Examples
    --------
    >>> import tempfile
    >>> import planner as pl
    >>> book = Path(tempfile.mkdtemp(), "letter.xlsx")
    >>> _ = pl.write_workbook("letter", book)
    >>> read_workbook(book) == pl.load("letter")
    True
    """
    found = import_workbook(path)
    for note in found.notes:
        warnings.warn(f"{path}: {note}", stacklevel=2)
    return found.scenario


@dataclass(frozen=True)
class Filled:
    """What stands in a workbook, cell by cell, before anything is made of it."""

    book: str
    titles: Sequence[str]
    grids: Mapping[str, Grid]
    settings: dict[str, Any]
    kept: Kept | None
    notes: tuple[str, ...] = ()


def import_workbook(path: str | Path, name: str | None = None) -> Imported:
    """Return the scenario of a workbook with how it is said; see :func:`read_workbook`.

    Parameters
    ----------
    path : str or Path
    name : str, optional
        Short name of the scenario; by default that of the file.
    """
    return state(read_filled(path), name or Path(path).stem)


def read_filled(path: str | Path) -> Filled:
    """Read the sheets of a workbook; raise InputError with everything wrong with any cell."""
    book = open_book(path)
    try:
        kept = read_kept(book)
        faults: list[Fault] = []
        settings = read_settings(book, faults)
        grids = read_grids(book, faults, every=kept is not None)
        notes = tuple(notes_of(book, grids.values()))
    finally:
        book.close()
    check_grids(grids, faults)
    if faults:
        raise InputError(_in_order(faults, book.titles))
    return Filled(str(path), book.titles, grids, settings, kept, notes)


def state(filled: Filled, name: str) -> Imported:
    """Return the scenario that filled-in sheets state, as a change of what they were made from."""
    blank, kept = loads(BLANK), filled.kept
    made_from = blank if kept is None else kept.scenario
    settle(filled.grids, by_key(filled.grids, made_from))
    first: InputError | None = None
    for base in _candidates(made_from):
        try:
            scenario = _said(base, filled, made_from)
        except InputError as error:
            first = first or error
            continue
        text = _text(scenario, blank=base.layers == blank.layers)
        return Imported(
            loads(text, f"{name}.yaml"),
            text,
            _shipped(scenario),
            filled.notes + (() if kept is None else kept.notes),
            None if kept is None else made_from,
        )
    assert first is not None
    raise first


def _in_order(faults: list[Fault], titles: Sequence[str]) -> list[Fault]:
    """Return faults in the order of the workbook; those of no sheet first."""
    places = {title: place for place, title in enumerate(titles, 1)}
    return sorted(faults, key=lambda fault: (places.get(fault.sheet, 0), fault.line, fault.column))


def _candidates(made_from: Scenario) -> Iterator[Scenario]:
    """Return what the sheets may be said as a change of, the nearest first."""
    yield made_from
    own = bool(made_from.layers) and not made_from.layers[-1].shipped
    names = list(dict.fromkeys(layer.shipped for layer in reversed(made_from.layers)))
    for name in names if own else names[1:]:
        if name:
            yield load(name)
    if not any(names):
        yield loads(BLANK)


def _shipped(scenario: Scenario) -> str:
    return next((one.shipped for one in reversed(scenario.layers) if one.shipped), "")


def _said(base: Scenario, filled: Filled, whole: Scenario) -> Scenario:
    """Return the scenario as a change of a base; raise InputError if that cannot be said."""
    patch, book = Patch(), filled.book
    try:
        make_patch(patch, base, filled.grids, filled.settings, whole)
        scenario = base
        for layer in patch.layers:
            scenario = scenario.with_(layer)
    except InputError as error:
        raise InputError([_in_book(fault, patch, book) for fault in error.faults]) from None
    faults = [*_unsaid(scenario, filled.grids), *_unset(scenario, filled.settings, book)]
    if faults:
        raise InputError(_in_order(faults, filled.titles))
    return scenario


def _in_book(fault: Fault | str, patch: Patch, book: str) -> Fault:
    """Return a fault of a change as one of the cell that it comes from."""
    if isinstance(fault, str):
        return Fault(book, 0, 0, "", fault)
    steps = tuple(fault.field.split("."))
    for length in range(len(steps), 0, -1):
        if steps[:length] in patch.cells:
            grid, row, column = patch.cells[steps[:length]]
            return grid.fault(row, column, fault.message)
    return replace(fault, file=book)


def _text(scenario: Scenario, blank: bool) -> str:
    """Return the scenario as YAML; one without a base is said in one piece."""
    if blank and len(scenario.layers) > 1:
        ground, first, *rest = scenario.layers
        whole = Layer({**ground.values, **first.values}, first.file)
        scenario = replace(scenario, layers=(whole, *rest))
    return dump(scenario)


def _unset(scenario: Scenario, settings: Mapping[str, Any], book: str) -> Iterator[Fault]:
    found = settings_of(scenario)
    for name, wanted in settings.items():
        if name == "money":
            wanted = bool(wanted)
        if not same(found[name], wanted) and not (wanted in (None, "") and name == "rule"):
            yield Fault(book, 0, 0, name, _cannot(found[name], wanted), "Scenario")


def _unsaid(scenario: Scenario, grids: Mapping[str, Grid]) -> Iterator[Fault]:
    """Return the cells that a scenario does not say, and what it says beyond the sheets."""
    rows = rows_of(scenario.inputs)
    for name, grid in grids.items():
        if not grid.sheet.key:
            yield from _unsaid_steps(grid, rows[name])
            continue
        found = {tuple(row[one] for one in grid.sheet.key): row for row in rows[name]}
        for line in grid.lines:
            row = found.pop(grid.key(line), None)
            if row is None:
                if name != "demands" or line["standing"] != "dropped":
                    yield grid.fault(line.row, grid.sheet.fields[0].name, _HINTS.get(name, _NEW))
                continue
            for column, wanted in line.cells.items():
                if not same(row[column], wanted):
                    yield grid.fault(line.row, column, _cannot(row[column], wanted))
        for key, row in found.items():
            if _matters(name, row):
                said = " ".join(str(part) for part in key if part not in (None, ""))
                yield grid.fault(0, "", f"{said!r} was taken away, and {_STAYS}")


def _unsaid_steps(grid: Grid, rows: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    for place, line in enumerate(grid.lines):
        if place >= len(rows) or any(not same(rows[place][one], line[one]) for one in line.cells):
            yield grid.fault(line.row, "pools", f"a step that was there was changed: {_STAYS}")
            return
    if len(rows) > len(grid.lines):
        yield grid.fault(0, "", f"a step was taken away: {_STAYS}")


def _matters(sheet: str, row: Mapping[str, Any]) -> bool:
    """Whether a row that a scenario has beyond the sheets changes anything."""
    if sheet in ("missions", "kinds", "sources"):
        return False  # nothing refers to them any more, or that would have been said
    if sheet == "demands":
        return bool(row["counts"])
    if sheet == "packages":
        return bool(row["on"])
    if sheet == "strengths":  # a share of 1 is what holds where nothing is said
        return row["figure"] == "posts" or row["value"] != 1 or row["low"] is not None
    if sheet == "policies":
        return not row["kind"] or bool(row["pool"])
    return True


_STAYS = (
    "what the scenario that this workbook was made from says there cannot be changed from a "
    "workbook: put it back, or change that scenario itself"
)
_NEW = "cannot be added in a workbook"
_HINTS = {
    "strengths": "a level from a later month is said on the sheet Strength steps",
}


def _cannot(found: Any, wanted: Any) -> str:
    """Return why a cell cannot be taken over."""
    said = ", ".join(map(str, found)) if isinstance(found, tuple) else str(found)
    if wanted in (None, "", ()):
        return f"cannot be emptied: {said!r} holds here; write what should hold instead"
    return f"cannot be changed here: {said!r} holds, and {_STAYS}"
