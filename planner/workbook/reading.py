"""Read the sheets of a workbook into checked rows, with faults by sheet, row and column."""

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
    choice_text,
    heading_spellings,
    values_by_text,
)
from planner.workbook.words import WORDS, say
from planner.workbook.xlsx import FailedCell, WorkbookFile

__all__ = [
    "HIDDEN",
    "Grid",
    "SheetLine",
    "check_grids",
    "reading_notes",
    "read_cell",
    "read_grids",
    "read_settings",
    "fill_defaults",
    "find_title",
]

_DECIMAL_COMMA = re.compile(r"(:\d+),(\d+)(?=$|[\s,;+(])")
_RANGE = re.compile(r"\([^()]*\)")
_SEPARATORS = re.compile(r"[\s,;]+")
_DUTCH_NUMBER = re.compile(r"[-+]?(\d+|\d{1,3}(\.\d{3})+),\d+")
_ENGLISH_NUMBER = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
_AMBIGUOUS_NUMBER = re.compile(r"[-+]?\d{1,3}[.,]\d{3}")
_TIME = r"(?:[t ]+(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?z?)?"
_YEAR_FIRST = re.compile(r"(\d{4})[-/. ](\d{1,2})(?:[-/. ](\d{1,2}))?" + _TIME, re.ASCII)
_YEAR_LAST = re.compile(r"(?:(\d{1,2})[-/. ])?(\d{1,2})[-/. ](\d{4})" + _TIME, re.ASCII)
_NAMED_MONTH = re.compile(
    r"(?:(\d{1,2})[-/. ]+)?([a-z]+)\.?[-/. ]+(?:(\d{1,2}),[ ]*)?'?(\d{4}|\d{2})", re.A
)

_MIN_YEAR = 1950
"""First year of a date in a cell: a spreadsheet turns the number 2024 into 17 July 1905."""

_TEXT_KINDS = ("text", "id", "choice", "known")

HIDDEN = "planner"
"""Title of the hidden sheet with the scenario from which a workbook was made."""

_COPY_SUFFIX = re.compile(r"(\s*\(\d+\)|_\d+)$")
"""Suffix that a spreadsheet adds to the title of a copied sheet."""

_MAX_NAMED = 10
"""Largest number of rows or columns that are listed in one note."""

HEADING_ROWS = 20
"""Number of rows from the top that are searched for the headings."""

REQUIRED_SHEETS = ("demands", "missions", "pools", "strengths", "kinds", "policies")
"""Sheets that are required in a workbook without a hidden scenario."""


def read_cell(value: Any, column: Column) -> Any:
    """Return the value of a cell; an empty cell gives None, an empty text or an empty list.

    Parameters
    ----------
    value : object
        Text, number, boolean or date, as in the spreadsheet.
    column : Column
        Expected kind and range.

    Raises
    ------
    ValueError
        The value is not valid; the message has the expected and the found value.

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
        return () if column.kind in LIST_KINDS else "" if column.kind in _TEXT_KINDS else None
    return _CELL_READERS[column.kind](value, column)


def _value_text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (datetime.datetime, datetime.date)):
        return f"the date {value:%Y-%m-%d}"
    if isinstance(value, (int, float)):
        return f"the number {value:.15g}"
    text = str(value)
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _read_text(value: Any, column: Column) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        value = value.date()
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)


def _read_id(value: Any, column: Column) -> Any:
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        raise ValueError(
            f"expected an id (lower-case letters, digits, hyphens), found {_value_text(value)}"
        )
    return parse_cell(str(value), column)


def _read_ids(value: Any, column: Column) -> Any:
    if not isinstance(value, str):
        return _read_id(value, column)
    return parse_cell(" ".join(_SEPARATORS.split(value)).strip(), column)


def _read_list(value: Any, column: Column) -> Any:
    """Return a list of sourcing options or caps, separated by blanks, commas or semicolons."""
    if not isinstance(value, str):
        raise ValueError(f"expected text, found {_value_text(value)}")
    text = re.sub(r"\s*([:+])\s*|\s+(?=\()", r"\1", value)
    text = _DECIMAL_COMMA.sub(r"\1.\2", text)
    text = _RANGE.sub(lambda part: part[0].replace(",", ".").replace(" ", ""), text)
    return parse_cell(" ".join(_SEPARATORS.split(text)).strip(), column)


def _read_number(value: Any, column: Column) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        hint = ""
        if isinstance(value, (datetime.date, datetime.time)):
            hint = ": the spreadsheet has taken it for a date, set the cell to a number"
        raise ValueError(f"expected a number, found {_value_text(value)}{hint}")
    if isinstance(value, str):
        return parse_cell(_decimal_text(value), column)
    if not math.isfinite(value):
        raise ValueError("expected a finite number")
    return parse_cell(str(value), column)


def _decimal_text(text: str) -> str:
    """Return a number in a text cell with a decimal point."""
    bare = "".join(text.split())  # no-break and narrow spaces included
    if _AMBIGUOUS_NUMBER.fullmatch(bare):
        first, second = re.sub("[.,]", "", bare), bare.replace(",", ".")
        raise ValueError(
            f"{text!r} may mean {first} or {second}: write it as a number, not as text"
        )
    if _DUTCH_NUMBER.fullmatch(bare):
        return bare.replace(".", "").replace(",", ".")
    if _ENGLISH_NUMBER.fullmatch(bare):
        return bare.replace(",", "")
    if bare.endswith("%"):
        raise ValueError(f"expected a number, found {text!r}: write a share such as 0.85")
    return bare if bare[-1:].isdigit() else text


def _read_month(value: Any, column: Column) -> Month:
    hint = ""
    if isinstance(value, (datetime.datetime, datetime.date)):
        if value.year >= _MIN_YEAR:
            return Month(value.year, value.month)
        hint = ": a year alone becomes such a date, write the month as well, as text if it is meant"
    if isinstance(value, str):
        month = _parse_month(value.casefold())
        if month is not None:
            return month
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        hint = ": set the cell to a date, or write it as text"
    raise ValueError(f"expected a month such as 2022-03, found {_value_text(value)}{hint}")


def _parse_month(text: str) -> Month | None:
    """Return the month in a text, None if there is none.

    Raises
    ------
    ValueError
        Day and month cannot be distinguished.
    """
    text = " ".join(text.split())
    day: str | None
    if match := _YEAR_FIRST.fullmatch(text):
        year, number, day = int(match[1]), int(match[2]), match[3]
    elif match := _YEAR_LAST.fullmatch(text):
        year, number, day = int(match[3]), int(match[2]), match[1]
        if day is not None and int(day) <= 12 and number <= 12 and int(day) != number:
            first, second = Month(year or 1, int(day) or 1), Month(year or 1, number or 1)
            raise ValueError(
                f"{text!r} may mean {first} or {second}: write one of these, or set the cell to "
                "a date"
            )
        if day is not None and number > 12:  # month before day, as in the United States
            number, day = int(day), str(number)
    elif match := _NAMED_MONTH.fullmatch(text):
        number, day = _month_numbers().get(match[2], 0), match[1] or match[3]
        year = int(match[4]) + (2000 if len(match[4]) == 2 else 0)
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


def _read_known(value: Any, column: Column) -> Any:
    if isinstance(value, str):
        words = values_by_text(("just-in-time", "start"))
        if value.casefold() in words:
            return words[value.casefold()]
        month = _parse_month(value.casefold())
        if month is not None:
            return month
    try:
        return _read_month(value, column)
    except ValueError:
        raise ValueError(
            f"expected a month such as 2022-07, {choice_text('just-in-time')!r} or "
            f"{choice_text('start')!r}, found {_value_text(value)}"
        ) from None


def _read_flag(value: Any, column: Column) -> bool:
    if isinstance(value, bool):
        return value
    words = {"true": "yes", "waar": "yes", "false": "no", "onwaar": "no"}
    words |= values_by_text(("yes", "no"))
    if isinstance(value, str) and value.casefold() in words:
        return words[value.casefold()] == "yes"
    raise ValueError(f"expected yes or no, found {_value_text(value)}")


def _read_choice(value: Any, column: Column) -> str:
    words = values_by_text(column.choices)
    if isinstance(value, str) and value.casefold() in words:
        return words[value.casefold()]
    known = [choice_text(item) for item in column.choices]
    near = nearest(value.casefold(), known) if isinstance(value, str) else ""
    raise ValueError(f"expected one of {', '.join(known)}, found {_value_text(value)}{near}")


_CELL_READERS: dict[str, Callable[[Any, Column], Any]] = {
    "text": _read_text,
    "id": _read_id,
    "ids": _read_ids,
    "options": _read_list,
    "caps": _read_list,
    "number": _read_number,
    "whole": _read_number,
    "month": _read_month,
    "known": _read_known,
    "flag": _read_flag,
    "choice": _read_choice,
}


@dataclass(frozen=True)
class SheetLine:
    """One row of a sheet: its number, and its values by column."""

    row: int
    cells: dict[str, Any]

    def __getitem__(self, name: str) -> Any:
        """Return one cell."""
        return self.cells[name]


@dataclass
class Grid:
    """Values of one sheet.

    Attributes
    ----------
    book, title : str
        Name of the file, and title of the sheet.
    sheet : Sheet
        Expected columns.
    columns : dict of str to int
        Number of each column that is present, from 1.
    headings : dict of str to str
        Heading of each column, as written.
    lines : list of SheetLine
        Valid rows, in order.
    faulty_lines : list of SheetLine
        Rows with faults, so that references to them are not reported as well.
    readable : bool
        False when the sheet could not be read at all.
    """

    book: str
    title: str
    sheet: Sheet
    columns: dict[str, int] = field(default_factory=dict)
    headings: dict[str, str] = field(default_factory=dict)
    lines: list[SheetLine] = field(default_factory=list)
    faulty_lines: list[SheetLine] = field(default_factory=list)
    readable: bool = True

    def fault(self, row: int, name: str, message: str) -> Fault:
        """Return a fault in one cell, or in a row (empty name) or column (row 0)."""
        column = self.columns.get(name, 0)
        return Fault(self.book, row, column, self.headings.get(name, name), message, self.title)

    def ids(self) -> set[str]:
        """Return the values of the first column, rows with faults included."""
        first = self.sheet.fields[0].name
        return {str(line[first]) for line in (*self.lines, *self.faulty_lines)}

    def key(self, line: SheetLine) -> tuple[Any, ...]:
        """Return the values of the key columns of a row."""
        return tuple(line[name] for name in self.sheet.key)


def find_title(book: WorkbookFile, sheet: str, faults: list[Fault]) -> str | None:
    """Return the title of a sheet in a workbook, in either language, None if it has none.

    A second title of the same sheet is a fault.
    """
    titles = [title for title in book.titles if _normalised(title) in _title_spellings(sheet)]
    for other in titles[1:]:
        message = f"means the same as sheet {titles[0]!r}: keep one of the two, or rename this one"
        faults.append(Fault(book.name, 0, 0, "", message, other))
    return titles[0] if titles else None


def reading_notes(book: WorkbookFile, grids: Iterable[Grid]) -> list[str]:
    """Return notes on sheets that are not read, and on hidden sheets, rows and columns that are."""
    known = {key.removeprefix("sheet_") for key in WORDS if key.startswith("sheet_")}
    written = {say(f"sheet_{sheet}", lang) for sheet in known for lang in LANGUAGES}
    titles = {title for sheet in known for title in _title_spellings(sheet)} | {HIDDEN}
    notes = []
    for title in book.titles:
        if _normalised(title) not in titles:
            near = nearest(_COPY_SUFFIX.sub("", title.strip()), written)
            notes.append(f"sheet {title[:40]!r} is not read: its name is not known{near}")
    for grid in grids:
        if not grid.lines:
            continue
        if grid.title in book.hidden:
            notes.append(f"sheet {grid.title!r} is hidden, and counts")
        cells = book.sheet(grid.title)
        used = {line.row for line in grid.lines}
        if rows := [row for row in cells.hidden_rows if row in used]:
            listed = ", ".join(map(str, rows[:_MAX_NAMED])) + (
                " …" if len(rows) > _MAX_NAMED else ""
            )
            notes.append(
                f"sheet {grid.title!r}: {len(rows)} rows are hidden and count as well ({listed}): "
                "delete those that should not count"
            )
        heads = [
            grid.headings[name]
            for name, number in grid.columns.items()
            if any(first <= number <= last for first, last in cells.hidden_columns)
        ]
        if heads:
            listed = ", ".join(map(repr, heads[:_MAX_NAMED]))
            notes.append(f"sheet {grid.title!r}: hidden columns count as well: {listed}")
    return notes


def _title_spellings(sheet: str) -> set[str]:
    """Return every spelling of the title of a sheet."""
    return {sheet, *(say(f"sheet_{sheet}", lang).casefold() for lang in LANGUAGES)}


def _normalised(text: object) -> str:
    """Return a title or heading in lower case with single spaces, for comparison."""
    return " ".join(str(text).split()).casefold()


def read_grids(book: WorkbookFile, faults: list[Fault], complete: bool) -> dict[str, Grid]:
    """Read all sheets with inputs; faults are added to `faults`.

    With `complete` each sheet and column is required, since a missing one would count as removed.
    """
    grids = {}
    for name, sheet in SHEETS.items():
        title = find_title(book, name, faults)
        if title is None:
            needed = complete or name in REQUIRED_SHEETS
            if needed:
                faults.append(_missing_sheet(book, name))
            grids[name] = Grid(book.name, say(f"sheet_{name}"), sheet, readable=not needed)
            continue
        grids[name] = Grid(book.name, title, sheet)
        grids[name].readable = _read_sheet(grids[name], book, faults, complete)
    known = {name: grid.ids() for name, grid in grids.items() if grid.readable}
    for grid in grids.values():
        for line in (*grid.lines, *grid.faulty_lines):
            _check_references(grid, line, known, faults)
    return grids


def read_settings(book: WorkbookFile, faults: list[Fault]) -> dict[str, Any]:
    """Read the sheet of settings; return the values that are present by name."""
    title = find_title(book, "settings", faults)
    if title is None:
        faults.append(_missing_sheet(book, "settings"))
        return {}
    known = {word: spec for spec in SETTINGS for word in heading_spellings(spec.name)}
    grid = Grid(book.name, title, Sheet("settings", SETTINGS))
    settings: dict[str, Any] = {}
    for number, cells in book.rows(title):
        spec = known.get(_normalised(cells[0]))
        if spec is None:
            continue
        grid.columns = {spec.name: 2}
        grid.headings = {spec.name: " ".join(str(cells[0]).split())}
        if spec.name in settings:
            faults.append(grid.fault(number, spec.name, "occurs twice: remove one"))
        value = _read_cell(grid, number, spec, cells[1] if len(cells) > 1 else None, faults)
        settings[spec.name] = value
    if settings.get("from") and settings.get("to") and settings["to"] < settings["from"]:
        message = f"months out of order: {settings['to']} is before {settings['from']}"
        faults.append(grid.fault(0, "to", message))
    return settings


def _missing_sheet(book: WorkbookFile, name: str) -> Fault:
    english, dutch = (say(f"sheet_{name}", lang) for lang in LANGUAGES)
    names = repr(english) if english == dutch else f"{english!r} (or {dutch!r})"
    titles = ", ".join(book.titles[:20])
    message = (
        f"the sheet {names} is missing; the workbook has {titles}. Put it back as it was written"
    )
    return Fault(book.name, 0, 0, "", message)


def _read_sheet(grid: Grid, book: WorkbookFile, faults: list[Fault], complete: bool) -> bool:
    """Read one sheet; return whether it is readable."""
    try:
        rows = list(book.rows(grid.title))
    except InputError as error:
        faults += [fault for fault in error.faults if isinstance(fault, Fault)]
        return False
    top = _read_headings(grid, rows, faults, complete)
    if top is None or _has_merged_cells(grid, book, top[0], faults):
        return False
    number, headings = top
    seen: dict[tuple[Any, ...], int] = {}
    for row, cells in rows:
        if row > number:
            line = _read_line(grid, row, cells, headings, faults)
            if line is not None and _is_unique(grid, line, seen, faults):
                grid.lines.append(line)
    return True


def _read_headings(
    grid: Grid, rows: Sequence[tuple[int, tuple[Any, ...]]], faults: list[Fault], complete: bool
) -> tuple[int, list[SheetField | None]] | None:
    """Find the row of headings; return its number, and the field of each cell."""
    known = {word: spec for spec in grid.sheet.fields for word in heading_spellings(spec.name)}

    def heads(cells: Iterable[Any]) -> list[SheetField | None]:
        return [known.get(_normalised(cell)) for cell in cells]

    top = rows[:HEADING_ROWS]
    best = max(top, key=lambda row: sum(map(bool, heads(row[1]))), default=None)
    if best is None or sum(map(bool, heads(best[1]))) < min(2, len(grid.sheet.fields)):
        expected = ", ".join(spec.name for spec in grid.sheet.fields[:5])
        faults.append(grid.fault(0, "", f"no row of headings found: expected {expected} …"))
        return None
    number, cells = best
    specs = heads(cells)
    before = len(faults)
    for column, (spec, cell) in enumerate(zip(specs, cells, strict=True), 1):
        if cell in (None, ""):
            continue
        text = " ".join(str(cell).split())[:80]
        name = spec.name if spec else text
        if spec is None:
            message = f"unknown column {text!r}{nearest(text.casefold(), known)}"
            faults.append(_fault(grid, number, column, text, f"{message}; remarks go into note"))
        elif name in grid.columns:
            faults.append(_fault(grid, number, column, text, "column occurs twice"))
        else:
            grid.columns[name], grid.headings[name] = column, text
    for spec in grid.sheet.fields:
        if spec.name not in grid.columns and (complete or spec.column.required):
            message = "column missing: put it back, empty where nothing is to be said"
            faults.append(grid.fault(number, spec.name, message))
    return (number, specs) if len(faults) == before else None


def _fault(grid: Grid, row: int, column: int, head: str, message: str) -> Fault:
    return Fault(grid.book, row, column, head, message, grid.title)


def pool_names(cell: Iterable[Any]) -> tuple[Any, ...]:
    """Return the ids in a list of ids or of sourcing options, with all pools of a mix."""
    return tuple(name for item in cell for name in (item if isinstance(item, dict) else (item,)))


def _has_merged_cells(grid: Grid, book: WorkbookFile, number: int, faults: list[Fault]) -> bool:
    """Return whether cells below the headings are merged; add a fault for each range."""
    before = len(faults)
    for where in book.sheet(grid.title).merged:
        last = int(
            "".join(character for character in where.partition(":")[2] if character.isdecimal())
            or 0
        )
        if last >= number:
            message = f"cells {where} are merged: unmerge them and fill in each one"
            faults.append(Fault(grid.book, last, 0, "", message, grid.title))
    return len(faults) > before


def _read_line(
    grid: Grid,
    row: int,
    cells: tuple[Any, ...],
    headings: list[SheetField | None],
    faults: list[Fault],
) -> SheetLine | None:
    before = len(faults)
    values: dict[str, Any] = {spec.name: read_cell(None, spec.column) for spec in grid.sheet.fields}
    for index, cell in enumerate(cells):
        spec = headings[index] if index < len(headings) else None
        if spec is not None:
            values[spec.name] = _read_cell(grid, row, spec, cell, faults)
        elif cell not in (None, ""):
            faults.append(_fault(grid, row, index + 1, "", f"no heading above {str(cell)[:40]!r}"))
    if len(faults) == before:
        return SheetLine(row, values)
    grid.faulty_lines.append(SheetLine(row, values))
    return None


def _read_cell(grid: Grid, row: int, spec: SheetField, cell: Any, faults: list[Fault]) -> Any:
    """Return the value of one cell; add a fault if it is not valid, or required and empty."""
    empty = read_cell(None, spec.column)
    if isinstance(cell, FailedCell):
        message = (
            f"the formula gives {cell}"
            if cell
            else ("the formula has no value yet: open the workbook in a spreadsheet and save it")
        )
        faults.append(grid.fault(row, spec.name, message))
        return empty
    try:
        if (
            spec.accepts_all
            and isinstance(cell, str)
            and cell.strip().casefold() in ("all", "alle")
        ):
            return ("all",)
        value = read_cell(cell, spec.column)
    except ValueError as error:
        faults.append(grid.fault(row, spec.name, str(error)))
        return empty
    if value == empty and spec.column.required:
        faults.append(grid.fault(row, spec.name, "a value is needed here"))
    return value


def _is_unique(
    grid: Grid, line: SheetLine, seen: dict[tuple[Any, ...], int], faults: list[Fault]
) -> bool:
    key = grid.key(line)
    if not key:
        return True
    if key in seen:
        text = " ".join(str(part) for part in key if part not in (None, ""))[:80]
        message = f"{text!r} is in row {seen[key]} already: remove one of the two rows"
        faults.append(grid.fault(line.row, grid.sheet.key[0], message))
        return False
    seen[key] = line.row
    return True


def _check_references(
    grid: Grid, line: SheetLine, known: dict[str, set[str]], faults: list[Fault]
) -> None:
    """Check that the ids in a row exist on the sheets that they refer to."""
    for spec in grid.sheet.fields:
        if spec.column.refers not in known:
            continue
        defined = known[spec.column.refers]
        cell = line[spec.name]
        names = pool_names(cell) if isinstance(cell, tuple) else (cell,)
        if spec.accepts_all and names == ("all",):
            line.cells[spec.name] = names = tuple(sorted(defined))
        for name in names:
            if name and name not in defined:
                near = nearest(name, defined, len(faults))
                message = f"unknown {spec.column.refers.removesuffix('s')} {name[:80]!r}{near}"
                faults.append(grid.fault(line.row, spec.name, message))


ColumnFaults = Iterator[tuple[str, str]]


def check_grids(grids: dict[str, Grid], faults: list[Fault]) -> None:
    """Check every row of every sheet; faults are added to `faults`."""
    for name, grid in grids.items():
        for line in grid.lines:
            for check in (_check_range, _check_source, *_CHECKS.get(name, ())):
                for column, message in check(line):
                    faults.append(grid.fault(line.row, column, message))


def _check_range(line: SheetLine) -> ColumnFaults:
    low, high = line.cells.get("low"), line.cells.get("high")
    value = line.cells.get("value", line.cells.get("cap"))
    if value is not None:
        yield from parameter_faults(line.cells.get("figure"), value, low, high)


def _check_source(line: SheetLine) -> ColumnFaults:
    basis = line.cells.get("basis")
    if basis in ("letter", "public") and not line["source"]:
        yield "source", f"a figure on basis {basis!r} needs a source"


def _check_demand(line: SheetLine) -> ColumnFaults:
    counts = _is_counted(line)
    for column in ("first", "last"):
        if counts and line[column] is None:
            yield column, "a demand that counts needs a month"
    first, last = line["first"], line["last"]
    if first and last and last < first:
        yield "last", f"months out of order: the last month, {last}, is before the first, {first}"
    if not line["pools"]:
        yield "pools", "a value is needed here"


def _is_counted(line: SheetLine) -> bool:
    if line["counts"] is None:
        return line["standing"] in ("", "standing", "past")
    return bool(line["counts"])


def _check_policy(line: SheetLine) -> ColumnFaults:
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


def _check_bound(line: SheetLine) -> ColumnFaults:
    lower, upper = line["min"], line["max"]
    if lower is None and upper is None:
        yield "min", "expected a least or a most number, or both"
    if lower is not None and upper is not None and upper < lower:
        yield "max", f"most {upper:g} is below least {lower:g}"


def _check_cost(line: SheetLine) -> ColumnFaults:
    if bool(line["kind"]) == bool(line["demand"]):
        yield "kind", "expected a kind or a demand, one of the two"


def _check_step(line: SheetLine) -> ColumnFaults:
    first, last = line["from"], line["to"]
    if line["verb"].startswith("grow") and (first is None or last is None):
        yield "from", "growth needs a first and a last month"
    if first and last and last < first:
        yield "to", f"months out of order: {last} is before {first}"


_CHECKS: dict[str, tuple[Callable[[SheetLine], ColumnFaults], ...]] = {
    "demands": (_check_demand,),
    "policies": (_check_policy,),
    "bounds": (_check_bound,),
    "costs": (_check_cost,),
    "steps": (_check_step,),
}


def fill_defaults(
    grids: Mapping[str, Grid], before: Mapping[str, Mapping[Any, Mapping[str, Any]]]
) -> None:
    """Replace empty cells by their defaults, in place.

    `before` has the rows of the base scenario by sheet and key; a cell that is empty in both stays
    empty.
    """
    context = _DefaultContext(grids)
    for name, grid in grids.items():
        for line in grid.lines:
            old = before.get(name, {}).get(grid.key(line), {})
            for column, default in _DEFAULTS.get(name, {}).items():
                empty = line[column] in (None, "")
                if empty and not (old and old[column] in (None, "")):
                    line.cells[column] = default(line, context)
            if name == "demands":
                _fill_standing(line)
            elif name == "packages" and not isinstance(line["known"], Month):
                line.cells["basis"] = "" if line["basis"] == "assumption" else line["basis"]


def _fill_standing(line: SheetLine) -> None:
    """Make standing and counts consistent: a demand that would count and does not is dropped."""
    standing, counts = line["standing"], line["counts"]
    if counts is None:
        counts = standing in COUNTED
    if counts and standing == "dropped":
        standing = "standing"
    elif not counts and standing in COUNTED:
        standing = "dropped"
    line.cells.update(standing=standing, counts=counts)


class _DefaultContext:
    """Values on other sheets that defaults depend on."""

    def __init__(self, grids: Mapping[str, Grid]):
        self.tasks = {line["id"]: line["main_task"] for line in grids["missions"].lines}
        self.categories = {line["id"]: line["category"] for line in grids["pools"].lines}


DefaultRule = Callable[[SheetLine, _DefaultContext], Any]


def _constant(value: Any) -> DefaultRule:
    return lambda line, context: value


def _same_as(column: str) -> DefaultRule:
    return lambda line, context: line[column]


def _default_category(line: SheetLine, context: _DefaultContext) -> str:
    categories = {context.categories.get(pool, "mixed") for pool in pool_names(line["pools"])}
    return categories.pop() if len(categories) == 1 else "mixed"


def _default_tier(line: SheetLine, context: _DefaultContext) -> int:
    return 1 if context.tasks.get(line["mission"]) == 1 else 2


_BASIS = {"basis": _constant("assumption")}
_NAMES = {"name": _same_as("id"), "name_nl": _same_as("name")}

_DEFAULTS: dict[str, dict[str, DefaultRule]] = {
    "demands": {
        **_NAMES,
        "standing": _constant("standing"),
        "tier": _default_tier,
        "category": _default_category,
        "unit": _constant(False),
        "on_call": _constant(False),
        "fixed_length": _constant(False),
        "weight": _constant(1.0),
        **_BASIS,
    },
    "missions": _NAMES,
    "packages": {
        "title": _same_as("id"),
        "title_nl": _same_as("title"),
        "on": _constant(True),
        "known": _constant("just-in-time"),
        "basis": lambda line, _: "assumption" if isinstance(line["known"], Month) else "",
    },
    "pools": _NAMES,
    "kinds": _NAMES,
    "strengths": _BASIS,
    "steps": {"of": _constant("strength"), **_BASIS},
    "policies": _BASIS,
    "bounds": _BASIS,
    "budgets": _BASIS,
    "costs": _BASIS,
    "sources": {"confidence": _constant("medium")},
}
"""Defaults of empty cells by sheet and column; later ones may depend on earlier ones."""
