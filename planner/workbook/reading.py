"""Sheets of a workbook to checked rows of values, with every fault by sheet, row and column."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from planner.errors import Fault, InputError, nearest
from planner.labels import LANGUAGES, month_names
from planner.months import Month
from planner.scenario.data import LIST_KINDS, Column, parameter_faults, parse_cell
from planner.scenario.inputs import COUNTED, MANNED, PRESENCE
from planner.workbook.fields import (
    DEMAND_FIGURES,
    SETTINGS,
    SHEETS,
    Sheet,
    SheetField,
    choice,
    choices,
    spellings,
)
from planner.workbook.words import WORDS, say
from planner.workbook.xlsx import FailedCell, WorkbookFile

__all__ = [
    "HIDDEN",
    "Grid",
    "SheetLine",
    "check_grids",
    "notes_of",
    "read_cell",
    "read_grids",
    "read_settings",
    "settle",
    "title_in",
]

_DECIMAL_COMMA = re.compile(r"(:\d+),(\d+)(?=$|[\s,;+(])")
_RANGE = re.compile(r"\([^()]*\)")
_SEPARATORS = re.compile(r"[\s,;]+")
_DUTCH = re.compile(r"[-+]?(\d+|\d{1,3}(\.\d{3})+),\d+")
_ENGLISH = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
_UNCLEAR = re.compile(r"[-+]?\d{1,3}[.,]\d{3}")
_TIME = r"(?:[t ]+(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?z?)?"
_YEAR_FIRST = re.compile(r"(\d{4})[-/. ](\d{1,2})(?:[-/. ](\d{1,2}))?" + _TIME, re.ASCII)
_YEAR_LAST = re.compile(r"(?:(\d{1,2})[-/. ])?(\d{1,2})[-/. ](\d{4})" + _TIME, re.ASCII)
_NAMED = re.compile(
    r"(?:(\d{1,2})[-/. ]+)?([a-z]+)\.?[-/. ]+(?:(\d{1,2}),[ ]*)?'?(\d{4}|\d{2})", re.A
)

_EARLIEST = 1950
"""First year of a date in a cell: a spreadsheet makes 17 July 1905 of the number 2024."""

_TEXTS = ("text", "id", "choice", "known")

HIDDEN = "planner"
"""Title of the hidden sheet that keeps the scenario a workbook was made from."""

_COPY = re.compile(r"(\s*\(\d+\)|_\d+)$")
"""What a spreadsheet adds to the title of a copied sheet."""

_MOST = 10
"""Rows or columns that are named in one note."""

HEADED = 20
"""Rows from the top among which the headings are looked for."""

NEEDED = ("demands", "missions", "pools", "strengths", "kinds", "policies")
"""Sheets that a workbook of one's own cannot do without."""


def read_cell(value: Any, column: Column) -> Any:
    """Return what a cell says; None or nothing where it is empty.

    Parameters
    ----------
    value : object
        Text, number, boolean or date, as the spreadsheet keeps it.
    column : Column
        Kind and range of what is expected.

    Raises
    ------
    ValueError
        With what was expected and what was found.

    Examples
    --------
    >>> read_cell("12,5", Column("cap", "number"))
    12.5
    >>> read_cell("staff; civil", Column("pools", "ids"))
    ('staff', 'civil')
    >>> read_cell(datetime.date(2022, 7, 1), Column("first", "month"))
    Month(2022, 7)
    >>> read_cell("1.234", Column("cap", "number"))
    Traceback (most recent call last):
    ValueError: '1.234' may mean 1234 or 1.234: write it as a number, not as text
    """
    if isinstance(value, str):
        value = value.strip()
    if value is None or value == "":
        return () if column.kind in LIST_KINDS else "" if column.kind in _TEXTS else None
    return _READERS[column.kind](value, column)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (datetime.datetime, datetime.date)):
        return f"the date {value:%Y-%m-%d}"
    if isinstance(value, (int, float)):
        return f"the number {value:.15g}"
    text = str(value)
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _text(value: Any, column: Column) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        value = value.date()
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)


def _id(value: Any, column: Column) -> Any:
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        raise ValueError(
            f"expected an id (lower-case letters, digits, hyphens), found {_shown(value)}"
        )
    return parse_cell(str(value), column)


def _ids(value: Any, column: Column) -> Any:
    if not isinstance(value, str):
        return _id(value, column)
    return parse_cell(" ".join(_SEPARATORS.split(value)).strip(), column)


def _list(value: Any, column: Column) -> Any:
    """Return sourcing options or caps by month, separated by blanks, commas or semicolons."""
    if not isinstance(value, str):
        raise ValueError(f"expected text, found {_shown(value)}")
    text = re.sub(r"\s*([:+])\s*|\s+(?=\()", r"\1", value)
    text = _DECIMAL_COMMA.sub(r"\1.\2", text)
    text = _RANGE.sub(lambda part: part[0].replace(",", ".").replace(" ", ""), text)
    return parse_cell(" ".join(_SEPARATORS.split(text)).strip(), column)


def _number(value: Any, column: Column) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        hint = ""
        if isinstance(value, (datetime.date, datetime.time)):
            hint = ": the spreadsheet has taken it for a date, set the cell to a number"
        raise ValueError(f"expected a number, found {_shown(value)}{hint}")
    if isinstance(value, str):
        return parse_cell(_number_in(value), column)
    if not math.isfinite(value):
        raise ValueError("expected a finite number")
    return parse_cell(str(value), column)


def _number_in(text: str) -> str:
    """Return a number that was written as text, with a decimal point."""
    bare = "".join(text.split())  # also spaces that do not break, narrow ones too
    if _UNCLEAR.fullmatch(bare):
        first, second = re.sub("[.,]", "", bare), bare.replace(",", ".")
        raise ValueError(
            f"{text!r} may mean {first} or {second}: write it as a number, not as text"
        )
    if _DUTCH.fullmatch(bare):
        return bare.replace(".", "").replace(",", ".")
    if _ENGLISH.fullmatch(bare):
        return bare.replace(",", "")
    if bare.endswith("%"):
        raise ValueError(f"expected a number, found {text!r}: write a share such as 0.85")
    return bare if bare[-1:].isdigit() else text


def _month(value: Any, column: Column) -> Month:
    hint = ""
    if isinstance(value, (datetime.datetime, datetime.date)):
        if value.year >= _EARLIEST:
            return Month(value.year, value.month)
        hint = ": a year alone becomes such a date, write the month as well, as text if it is meant"
    if isinstance(value, str):
        found = _month_in(value.casefold())
        if found is not None:
            return found
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        hint = ": set the cell to a date, or write it as text"
    raise ValueError(f"expected a month such as 2022-03, found {_shown(value)}{hint}")


def _month_in(text: str) -> Month | None:
    """Return the month that a text names, None if it names none.

    Raises
    ------
    ValueError
        Day and month cannot be distinguished, or the day does not exist.
    """
    text = " ".join(text.split())
    day: str | None
    if found := _YEAR_FIRST.fullmatch(text):
        year, number, day = int(found[1]), int(found[2]), found[3]
    elif found := _YEAR_LAST.fullmatch(text):
        year, number, day = int(found[3]), int(found[2]), found[1]
        if day is not None and int(day) <= 12 and number <= 12 and int(day) != number:
            first, second = Month(year or 1, int(day) or 1), Month(year or 1, number or 1)
            raise ValueError(
                f"{text!r} may mean {first} or {second}: write one of these, or set the cell to "
                "a date"
            )
        if day is not None and number > 12:  # as in the United States: the month comes first
            number, day = int(day), str(number)
    elif found := _NAMED.fullmatch(text):
        number, day = _month_numbers().get(found[2], 0), found[1] or found[3]
        year = int(found[4]) + (2000 if len(found[4]) == 2 else 0)
    else:
        return None
    try:
        datetime.date(year, number, 1 if day is None else int(day))
    except ValueError:
        return None
    return Month(year, number)


@cache
def _month_numbers() -> dict[str, int]:
    """Return months by their names, long and short, in every language."""
    return {
        name.casefold().rstrip("."): number
        for lang in LANGUAGES
        for long in (True, False)
        for number, name in month_names(lang, long).items()
    }


def _known(value: Any, column: Column) -> Any:
    if isinstance(value, str):
        words = choices(("just-in-time", "start"))
        if value.casefold() in words:
            return words[value.casefold()]
        found = _month_in(value.casefold())
        if found is not None:
            return found
    try:
        return _month(value, column)
    except ValueError:
        raise ValueError(
            f"expected a month such as 2022-07, {choice('just-in-time')!r} or "
            f"{choice('start')!r}, found {_shown(value)}"
        ) from None


def _flag(value: Any, column: Column) -> bool:
    if isinstance(value, bool):
        return value
    words = {**choices(("yes", "no")), "true": "yes", "waar": "yes", "false": "no", "onwaar": "no"}
    if isinstance(value, str) and value.casefold() in words:
        return words[value.casefold()] == "yes"
    raise ValueError(f"expected yes or no, found {_shown(value)}")


def _choice(value: Any, column: Column) -> str:
    words = choices(column.choices)
    if isinstance(value, str) and value.casefold() in words:
        return words[value.casefold()]
    known = [choice(one) for one in column.choices]
    near = nearest(value.casefold(), known) if isinstance(value, str) else ""
    raise ValueError(f"expected one of {', '.join(known)}, found {_shown(value)}{near}")


_READERS: dict[str, Callable[[Any, Column], Any]] = {
    "text": _text,
    "id": _id,
    "ids": _ids,
    "options": _list,
    "caps": _list,
    "number": _number,
    "whole": _number,
    "month": _month,
    "known": _known,
    "flag": _flag,
    "choice": _choice,
}


@dataclass(frozen=True)
class SheetLine:
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
        What is expected.
    columns : dict of str to int
        Place of each column present, from 1.
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
    lines: list[SheetLine] = field(default_factory=list)
    broken: list[SheetLine] = field(default_factory=list)
    whole: bool = True

    def fault(self, row: int, name: str, message: str) -> Fault:
        """Return a fault in one cell, or in a row or column where the other is 0 or empty."""
        place = self.columns.get(name, 0)
        return Fault(self.book, row, place, self.heads.get(name, name), message, self.title)

    def ids(self) -> set[str]:
        """Return what the first column names, also in rows with faults."""
        first = self.sheet.fields[0].name
        return {str(line[first]) for line in (*self.lines, *self.broken)}

    def key(self, line: SheetLine) -> tuple[Any, ...]:
        """Return what names a row."""
        return tuple(line[name] for name in self.sheet.key)


def title_in(book: WorkbookFile, sheet: str, faults: list[Fault]) -> str | None:
    """Return the title that a sheet has in a workbook, in either language, None if none.

    A second sheet of the same meaning is a fault: which of the two counts is not known.
    """
    found = [title for title in book.titles if _spelled(title) in _titles(sheet)]
    for other in found[1:]:
        message = f"means the same as sheet {found[0]!r}: keep one of the two, or rename this one"
        faults.append(Fault(book.name, 0, 0, "", message, other))
    return found[0] if found else None


def notes_of(book: WorkbookFile, grids: Iterable[Grid]) -> list[str]:
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


def read_grids(book: WorkbookFile, faults: list[Fault], every: bool) -> dict[str, Grid]:
    """Read all sheets; what is wrong is added to `faults`.

    Every sheet and column must exist (`every`) where what is missing would count as taken away.
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


def read_settings(book: WorkbookFile, faults: list[Fault]) -> dict[str, Any]:
    """Read the sheet about the scenario as a whole: values by name, those present."""
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
            faults.append(grid.fault(number, one.name, "occurs twice: remove one"))
        value = _cell(grid, number, one, cells[1] if len(cells) > 1 else None, faults)
        found[one.name] = value
    if found.get("from") and found.get("to") and found["to"] < found["from"]:
        message = f"months out of order: {found['to']} is before {found['from']}"
        faults.append(grid.fault(0, "to", message))
    return found


def _missing(book: WorkbookFile, name: str) -> Fault:
    english, dutch = (say(f"sheet_{name}", lang) for lang in LANGUAGES)
    said = repr(english) if english == dutch else f"{english!r} (or {dutch!r})"
    titles = ", ".join(book.titles[:20])
    message = (
        f"the sheet {said} is missing; the workbook has {titles}. Put it back as it was written"
    )
    return Fault(book.name, 0, 0, "", message)


def _read(grid: Grid, book: WorkbookFile, faults: list[Fault], every: bool) -> bool:
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
) -> tuple[int, list[SheetField | None]] | None:
    """Find the row of headings; return its number, and the column that each cell heads."""
    known = {word: one for one in grid.sheet.fields for word in spellings(one.name)}

    def heads(cells: Iterable[Any]) -> list[SheetField | None]:
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
            faults.append(_at(grid, number, place, said, "column occurs twice"))
        else:
            grid.columns[name], grid.heads[name] = place, said
    for one in grid.sheet.fields:
        if one.name not in grid.columns and (every or one.column.required):
            message = "column missing: put it back, empty where nothing is to be said"
            faults.append(grid.fault(number, one.name, message))
    return (number, found) if len(faults) == before else None


def _at(grid: Grid, row: int, place: int, head: str, message: str) -> Fault:
    return Fault(grid.book, row, place, head, message, grid.title)


def pool_names(cell: Iterable[Any]) -> tuple[Any, ...]:
    """Return what a list of ids, or of sourcing options, names: of a mix every pool."""
    return tuple(name for one in cell for name in (one if isinstance(one, dict) else (one,)))


def _merged(grid: Grid, book: WorkbookFile, number: int, faults: list[Fault]) -> bool:
    """Complain of merged cells from the headings on; return whether any exist."""
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
    headings: list[SheetField | None],
    faults: list[Fault],
) -> SheetLine | None:
    before = len(faults)
    values: dict[str, Any] = {one.name: read_cell(None, one.column) for one in grid.sheet.fields}
    for place, cell in enumerate(cells):
        one = headings[place] if place < len(headings) else None
        if one is not None:
            values[one.name] = _cell(grid, row, one, cell, faults)
        elif cell not in (None, ""):
            faults.append(_at(grid, row, place + 1, "", f"no heading above {str(cell)[:40]!r}"))
    if len(faults) == before:
        return SheetLine(row, values)
    grid.broken.append(SheetLine(row, values))
    return None


def _cell(grid: Grid, row: int, one: SheetField, cell: Any, faults: list[Fault]) -> Any:
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


def _once(
    grid: Grid, line: SheetLine, seen: dict[tuple[Any, ...], int], faults: list[Fault]
) -> bool:
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


def _refer(grid: Grid, line: SheetLine, known: dict[str, set[str]], faults: list[Fault]) -> None:
    """Check that what a row names exists; an empty cell names nothing."""
    for one in grid.sheet.fields:
        if one.refers not in known:
            continue
        defined = known[one.refers]
        cell = line[one.name]
        names = pool_names(cell) if isinstance(cell, tuple) else (cell,)
        if one.every and names == ("all",):
            line.cells[one.name] = names = tuple(sorted(defined))
        for name in names:
            if name and name not in defined:
                near = nearest(name, defined, len(faults))
                message = f"unknown {one.refers.removesuffix('s')} {name[:80]!r}{near}"
                faults.append(grid.fault(line.row, one.name, message))


Complaints = Iterator[tuple[str, str]]


def check_grids(grids: dict[str, Grid], faults: list[Fault]) -> None:
    """Check every row of every sheet; what is wrong is added to `faults`."""
    for name, grid in grids.items():
        for line in grid.lines:
            for check in (_range, _sourced, *_CHECKS.get(name, ())):
                for column, message in check(line):
                    faults.append(grid.fault(line.row, column, message))


def _range(line: SheetLine) -> Complaints:
    low, high = line.cells.get("low"), line.cells.get("high")
    value = line.cells.get("value", line.cells.get("cap"))
    if value is not None:
        yield from parameter_faults(line.cells.get("figure"), value, low, high)


def _sourced(line: SheetLine) -> Complaints:
    basis = line.cells.get("basis")
    if basis in ("letter", "public") and not line["source"]:
        yield "source", f"a figure on basis {basis!r} needs a source"


def _demand(line: SheetLine) -> Complaints:
    counts = _counts(line)
    for column in ("first", "last"):
        if counts and line[column] is None:
            yield column, "a demand that counts needs a month"
    first, last = line["first"], line["last"]
    if first and last and last < first:
        yield "last", f"months out of order: the last month, {last}, is before the first, {first}"
    if not line["pools"]:
        yield "pools", "a value is needed here"


def _counts(line: SheetLine) -> bool:
    if line["counts"] is None:
        return line["standing"] in ("", "standing", "past")
    return bool(line["counts"])


def _policy(line: SheetLine) -> Complaints:
    figure, value = line["figure"], line["value"]
    if bool(line["kind"]) == bool(line["demand"]):
        yield "kind", "expected a kind or a demand, one of the two"
    if figure in PRESENCE and (line["demand"] or line["pool"]):
        yield "figure", "holds for a kind as a whole: leave demand and pool empty"
    if figure == MANNED and not line["demand"]:
        yield "figure", "holds for one demand: name it, and leave the kind empty"
    if figure in DEMAND_FIGURES and line["demand"] and line["pool"]:
        yield "pool", "a demand has one figure for all its pools: leave the pool empty"
    if figure == "tour" and line["pool"]:
        yield "pool", "a tour is the same for every pool: leave it empty"
    if figure == "tour" and value < 1:
        yield "value", f"expected a tour of at least 1 month, found {value:g}"


def _bound(line: SheetLine) -> Complaints:
    least, most = line["min"], line["max"]
    if least is None and most is None:
        yield "min", "expected a least or a most number, or both"
    if least is not None and most is not None and most < least:
        yield "max", f"most {most:g} is below least {least:g}"


def _cost(line: SheetLine) -> Complaints:
    if bool(line["kind"]) == bool(line["demand"]):
        yield "kind", "expected a kind or a demand, one of the two"


def _step(line: SheetLine) -> Complaints:
    first, last = line["from"], line["to"]
    if line["verb"].startswith("grow") and (first is None or last is None):
        yield "from", "growth needs a first and a last month"
    if first and last and last < first:
        yield "to", f"months out of order: {last} is before {first}"


_CHECKS: dict[str, tuple[Callable[[SheetLine], Complaints], ...]] = {
    "demands": (_demand,),
    "policies": (_policy,),
    "bounds": (_bound,),
    "costs": (_cost,),
    "steps": (_step,),
}


def settle(
    grids: Mapping[str, Grid], before: Mapping[str, Mapping[Any, Mapping[str, Any]]]
) -> None:
    """Fill in what empty cells stand for, in place.

    `before` has the rows of the scenario that is built on, by sheet and key; a cell that is empty
    in both stays so.
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


def _standing(line: SheetLine) -> None:
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


Default = Callable[[SheetLine, _Context], Any]


def _always(value: Any) -> Default:
    return lambda line, context: value


def _as(column: str) -> Default:
    return lambda line, context: line[column]


def _category(line: SheetLine, context: _Context) -> str:
    found = {context.categories.get(pool, "mixed") for pool in pool_names(line["pools"])}
    return found.pop() if len(found) == 1 else "mixed"


def _tier(line: SheetLine, context: _Context) -> int:
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
        "fixed_length": _always(False),
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
