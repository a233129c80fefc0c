"""The sheets of a workbook to rows of values, with every fault by sheet, row and column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from planner.errors import Fault, InputError, nearest
from planner.labels import LANGUAGES
from planner.workbook.cells import read_cell
from planner.workbook.fields import SETTINGS, SHEETS, Field, Sheet
from planner.workbook.headings import spellings
from planner.workbook.opening import Book, FailedCell
from planner.workbook.words import WORDS, say

__all__ = ["HIDDEN", "Grid", "Line", "notes_of", "read_grids", "read_settings", "title_in"]

HIDDEN = "planner"
"""Title of the hidden sheet that keeps the scenario a workbook was made from."""

_COPY = re.compile(r"(\s*\(\d+\)|_\d+)$")
"""What a spreadsheet adds to the title of a copied sheet."""

_MOST = 10
"""Rows or columns that are named in one note."""

SUGGESTIONS = 100
"""Looking for near names takes time: after so many faults nobody reads them."""

HEADED = 20
"""Rows from the top among which the headings are looked for."""

NEEDED = ("demands", "missions", "pools", "strengths", "kinds", "policies")
"""Sheets that a workbook of one's own cannot do without."""


@dataclass(frozen=True)
class Line:
    """One row: its number, and values by the name of the column."""

    row: int
    cells: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        """Return one cell."""
        return self.cells[name]


@dataclass
class Grid:
    """What one sheet says.

    Attributes
    ----------
    book, title : str
        File and sheet, as the user calls them.
    sheet : Sheet
        What is expected there.
    columns : dict of str to int
        Place of each column that is there, from 1.
    heads : dict of str to str
        Its heading, as written.
    lines : list of Line
        Good rows, in order.
    broken : list of Line
        Rows with faults, as far as they can be read: whoever refers to them is not blamed as well.
    whole : bool
        False when the sheet could not be read at all.
    """

    book: str
    title: str
    sheet: Sheet
    columns: dict[str, int] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    broken: list[Line] = field(default_factory=list)
    whole: bool = True

    def fault(self, row: int, name: str, message: str) -> Fault:
        """Return a fault in one cell, or in a row or column where the other is 0 or empty."""
        place = self.columns.get(name, 0)
        return Fault(self.book, row, place, self.heads.get(name, name), message, self.title)

    def ids(self) -> set[str]:
        """Return what the first column names, also in rows with faults."""
        first = self.sheet.fields[0].name
        return {str(line[first]) for line in (*self.lines, *self.broken)}

    def key(self, line: Line) -> tuple[Any, ...]:
        """Return what names a row."""
        return tuple(line[name] for name in self.sheet.key)


def title_in(book: Book, sheet: str, faults: list[Fault]) -> str | None:
    """Return the title that a sheet has in a workbook, in either language, None if none.

    A second sheet of the same meaning is a fault: which of the two counts is not known.
    """
    found = [title for title in book.titles if _spelled(title) in _titles(sheet)]
    for other in found[1:]:
        message = f"means the same as sheet {found[0]!r}: keep one of the two, or rename this one"
        faults.append(Fault(book.name, 0, 0, "", message, other))
    return found[0] if found else None


def notes_of(book: Book, grids: Iterable[Grid]) -> list[str]:
    """Return what a reader of a workbook should know though nothing is wrong with it.

    Sheets that are not read, and sheets, rows and columns that count though they are hidden.
    """
    known = {key.removeprefix("sheet_") for key in WORDS if key.startswith("sheet_")}
    written = {say(f"sheet_{sheet}", lang) for sheet in known for lang in LANGUAGES}
    titles = {title for sheet in known for title in _titles(sheet)} | {HIDDEN}
    notes = []
    for title in book.titles:
        if _spelled(title) not in titles:
            near = nearest(_COPY.sub("", title.strip()), written)
            notes.append(f"sheet {title[:40]!r} is not read: its name is not known{near}")
    for grid in grids:
        if not grid.lines:
            continue
        if grid.title in book.hidden:
            notes.append(f"sheet {grid.title!r} is hidden, and counts")
        cells = book.sheet(grid.title)
        used = {line.row for line in grid.lines}
        if rows := [row for row in cells.hidden_rows if row in used]:
            said = ", ".join(map(str, rows[:_MOST])) + (" …" if len(rows) > _MOST else "")
            notes.append(
                f"sheet {grid.title!r}: {len(rows)} rows are hidden and count as well ({said}): "
                "delete those that should not count"
            )
        heads = [
            grid.heads[name]
            for name, place in grid.columns.items()
            if any(first <= place <= last for first, last in cells.hidden_columns)
        ]
        if heads:
            said = ", ".join(map(repr, heads[:_MOST]))
            notes.append(f"sheet {grid.title!r}: hidden columns count as well: {said}")
    return notes


def _titles(sheet: str) -> set[str]:
    """Return every spelling of the title of a sheet."""
    return {sheet, *(say(f"sheet_{sheet}", lang).casefold() for lang in LANGUAGES)}


def _spelled(text: object) -> str:
    """Return a title or heading as it is compared: lower case, one space between words."""
    return " ".join(str(text).split()).casefold()


def read_grids(book: Book, faults: list[Fault], every: bool) -> dict[str, Grid]:
    """Read all sheets; what is wrong is added to `faults`.

    Parameters
    ----------
    book : Book
    faults : list of Fault
        Grows by what is wrong.
    every : bool
        Whether every sheet and column has to be there, because what is missing would count as
        taken away.
    """
    grids = {}
    for name, sheet in SHEETS.items():
        title = title_in(book, name, faults)
        if title is None:
            needed = every or name in NEEDED
            if needed:
                faults.append(_missing(book, name))
            grids[name] = Grid(book.name, say(f"sheet_{name}"), sheet, whole=not needed)
            continue
        grids[name] = Grid(book.name, title, sheet)
        grids[name].whole = _read(grids[name], book, faults, every)
    known = {name: grid.ids() for name, grid in grids.items() if grid.whole}
    for grid in grids.values():
        for line in (*grid.lines, *grid.broken):
            _refer(grid, line, known, faults)
    return grids


def read_settings(book: Book, faults: list[Fault]) -> dict[str, Any]:
    """Read the sheet about the scenario as a whole: values by name, those that are there."""
    title = title_in(book, "settings", faults)
    if title is None:
        faults.append(_missing(book, "settings"))
        return {}
    known = {word: one for one in SETTINGS for word in spellings(one.name)}
    grid = Grid(book.name, title, Sheet("settings", SETTINGS))
    found: dict[str, Any] = {}
    for number, cells in book.rows(title):
        one = known.get(_spelled(cells[0]))
        if one is None:
            continue
        grid.columns = {one.name: 2}
        grid.heads = {one.name: " ".join(str(cells[0]).split())}
        if one.name in found:
            faults.append(grid.fault(number, one.name, "stands there twice: remove one"))
        value = _cell(grid, number, one, cells[1] if len(cells) > 1 else None, faults)
        found[one.name] = value
    if found.get("from") and found.get("to") and found["to"] < found["from"]:
        message = f"months out of order: {found['to']} is before {found['from']}"
        faults.append(grid.fault(0, "to", message))
    return found


def _missing(book: Book, name: str) -> Fault:
    english, dutch = (say(f"sheet_{name}", lang) for lang in LANGUAGES)
    said = repr(english) if english == dutch else f"{english!r} (or {dutch!r})"
    there = ", ".join(book.titles[:20])
    message = f"there is no sheet {said}; there are {there}. Put it back as it was written"
    return Fault(book.name, 0, 0, "", message)


def _read(grid: Grid, book: Book, faults: list[Fault], every: bool) -> bool:
    """Read one sheet; return whether it could be read at all."""
    try:
        rows = list(book.rows(grid.title))
    except InputError as error:
        faults += [fault for fault in error.faults if isinstance(fault, Fault)]
        return False
    top = _headings(grid, rows, faults, every)
    if top is None or _merged(grid, book, top[0], faults):
        return False
    number, headings = top
    seen: dict[tuple[Any, ...], int] = {}
    for row, cells in rows:
        if row > number:
            line = _line(grid, row, cells, headings, faults)
            if line is not None and _once(grid, line, seen, faults):
                grid.lines.append(line)
    return True


def _headings(
    grid: Grid, rows: Sequence[tuple[int, tuple[Any, ...]]], faults: list[Fault], every: bool
) -> tuple[int, list[Field | None]] | None:
    """Find the row of headings; return its number, and the column that each cell heads."""
    known = {word: one for one in grid.sheet.fields for word in spellings(one.name)}

    def heads(cells: Iterable[Any]) -> list[Field | None]:
        return [known.get(_spelled(cell)) for cell in cells]

    top = rows[:HEADED]
    best = max(top, key=lambda row: sum(map(bool, heads(row[1]))), default=None)
    if best is None or sum(map(bool, heads(best[1]))) < min(2, len(grid.sheet.fields)):
        wanted = ", ".join(one.name for one in grid.sheet.fields[:5])
        faults.append(grid.fault(0, "", f"no row of headings found: expected {wanted} …"))
        return None
    number, cells = best
    found = heads(cells)
    before = len(faults)
    for place, (one, cell) in enumerate(zip(found, cells, strict=True), 1):
        if cell in (None, ""):
            continue
        said = " ".join(str(cell).split())[:80]
        name = one.name if one else said
        if one is None:
            message = f"unknown column {said!r}{nearest(said.casefold(), known)}"
            faults.append(_at(grid, number, place, said, f"{message}; remarks go into note"))
        elif name in grid.columns:
            faults.append(_at(grid, number, place, said, "column stands there twice"))
        else:
            grid.columns[name], grid.heads[name] = place, said
    for one in grid.sheet.fields:
        if one.name not in grid.columns and (every or one.column.required):
            message = "column missing: put it back, empty where nothing is to be said"
            faults.append(grid.fault(number, one.name, message))
    return (number, found) if len(faults) == before else None


def _at(grid: Grid, row: int, place: int, head: str, message: str) -> Fault:
    return Fault(grid.book, row, place, head, message, grid.title)


def _merged(grid: Grid, book: Book, number: int, faults: list[Fault]) -> bool:
    """Complain of merged cells from the headings on; return whether there are any."""
    before = len(faults)
    for where in book.sheet(grid.title).merged:
        last = int("".join(one for one in where.partition(":")[2] if one.isdecimal()) or 0)
        if last >= number:
            message = f"cells {where} are merged: unmerge them and fill in each one"
            faults.append(Fault(grid.book, last, 0, "", message, grid.title))
    return len(faults) > before


def _line(
    grid: Grid,
    row: int,
    cells: tuple[Any, ...],
    headings: list[Field | None],
    faults: list[Fault],
) -> Line | None:
    before = len(faults)
    values: dict[str, Any] = {one.name: read_cell(None, one.column) for one in grid.sheet.fields}
    for place, cell in enumerate(cells):
        one = headings[place] if place < len(headings) else None
        if one is not None:
            values[one.name] = _cell(grid, row, one, cell, faults)
        elif cell not in (None, ""):
            faults.append(_at(grid, row, place + 1, "", f"no heading above {str(cell)[:40]!r}"))
    if len(faults) == before:
        return Line(row, values)
    grid.broken.append(Line(row, values))
    return None


def _cell(grid: Grid, row: int, one: Field, cell: Any, faults: list[Fault]) -> Any:
    """Return one cell; a fault is added if it cannot be read or is needed and empty."""
    empty = read_cell(None, one.column)
    if isinstance(cell, FailedCell):
        message = (
            f"the formula gives {cell}"
            if cell
            else ("the formula has no value yet: open the workbook in a spreadsheet and save it")
        )
        faults.append(grid.fault(row, one.name, message))
        return empty
    try:
        if one.every and isinstance(cell, str) and cell.strip().casefold() in ("all", "alle"):
            return ("all",)
        value = read_cell(cell, one.column)
    except ValueError as error:
        faults.append(grid.fault(row, one.name, str(error)))
        return empty
    if value == empty and one.column.required:
        faults.append(grid.fault(row, one.name, "a value is needed here"))
    return value


def _once(grid: Grid, line: Line, seen: dict[tuple[Any, ...], int], faults: list[Fault]) -> bool:
    key = grid.key(line)
    if not key:
        return True
    if key in seen:
        said = " ".join(str(part) for part in key if part not in (None, ""))[:80]
        message = f"{said!r} is in row {seen[key]} already: remove one of the two rows"
        faults.append(grid.fault(line.row, grid.sheet.key[0], message))
        return False
    seen[key] = line.row
    return True


def _refer(grid: Grid, line: Line, known: dict[str, set[str]], faults: list[Fault]) -> None:
    """Check that what a row names is there; an empty cell names nothing."""
    for one in grid.sheet.fields:
        if one.refers not in known:
            continue
        there = known[one.refers]
        cell = line[one.name]
        names = cell if isinstance(cell, tuple) else (cell,)
        if one.every and names == ("all",):
            line.cells[one.name] = names = tuple(sorted(there))
        for name in names:
            if name and name not in there:
                near = nearest(name, there) if len(faults) < SUGGESTIONS else ""
                message = f"unknown {one.refers.removesuffix('s')} {name[:80]!r}{near}"
                faults.append(grid.fault(line.row, one.name, message))
