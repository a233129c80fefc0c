"""CSV tables with row numbers: every cell typed and checked, every fault of a table at once.

Light on purpose (no pandas): a data folder is read in some milliseconds. Spreadsheets saved with
semicolons or decimal commas, wrong encodings and absurd sizes are recognised and said.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.errors import Fault, nearest
from planner.months import Month
from planner.scenario.inputs import Option, parse_options

__all__ = ["Column", "Row", "Table", "parse_cell", "parse_number", "read_table"]

SIZE = 20_000_000
"""Largest table read, bytes."""

ROWS = 200_000
"""Most rows of a table."""

ID = re.compile(r"[a-z0-9][a-z0-9-]*")
LISTS = ("ids", "options", "caps")
"""Kinds of cells that hold several things; an empty cell holds none."""

_COMMA = re.compile(r"[-+]?\d+,\d+")


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
    """

    name: str
    kind: str = "text"
    required: bool = False
    choices: tuple[str, ...] = ()
    low: float = -math.inf
    high: float = math.inf


@dataclass(frozen=True)
class Row:
    """One row: the cells by column, and the line it begins in. A cell not given is None."""

    line: int
    cells: dict[str, Any]

    def __getitem__(self, column: str) -> Any:
        """Return one cell."""
        return self.cells[column]


@dataclass(frozen=True)
class Table:
    """The good rows of one file, and a way to complain about a cell.

    `dropped` names the ids of rows that were left out, so that whoever refers to them is not
    blamed as well; `whole` is False when the file could not be read at all.
    """

    file: str
    rows: tuple[Row, ...]
    dropped: frozenset[str] = frozenset()
    whole: bool = True

    def ids(self) -> set[str]:
        """Return all ids that the file names, also in rows with faults."""
        return {row["id"] for row in self.rows} | self.dropped

    def fault(self, row: Row, column: str, message: str) -> Fault:
        """Return a fault in one cell."""
        return Fault(self.file, row.line, 0, column, message)


def read_table(
    path: Path,
    columns: Sequence[Column],
    faults: list[Fault],
    *,
    key: Sequence[str] = (),
    name: str | None = None,
) -> Table:
    """Read one CSV file; what is wrong is added to `faults` and such rows are left out.

    Parameters
    ----------
    path : Path
        UTF-8, comma separated, with a header row.
    columns : sequence of Column
        What is expected; a column that is not required by any row may be missing altogether.
    faults : list of Fault
        Grows by what is wrong.
    key : sequence of str
        Columns that together name a row once.
    name : str, optional
        File name used in messages.
    """
    name = str(path) if name is None else name
    text = _text(path, name, faults)
    if text is None:
        return Table(name, (), whole=False)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    known = {column.name: column for column in columns}
    try:
        header = _header(next(reader, []), known, name, faults)
        if header is None:
            return Table(name, (), whole=False)
        rows, dropped = _rows(reader, header, known, key, name, faults)
    except csv.Error as error:
        faults.append(Fault(name, reader.line_num, 0, "", f"not readable as CSV: {error}"))
        return Table(name, (), whole=False)
    return Table(name, tuple(rows), frozenset(dropped))


def _rows(
    reader: Any,
    header: list[str],
    known: dict[str, Column],
    key: Sequence[str],
    name: str,
    faults: list[Fault],
) -> tuple[list[Row], set[str]]:
    """Return the good rows, and the ids of those that were left out."""
    rows: list[Row] = []
    seen: dict[tuple[Any, ...], int] = {}
    dropped: set[str] = set()
    line = reader.line_num + 1
    for cells in reader:
        start, line = line, reader.line_num + 1
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) >= ROWS:
            faults.append(Fault(name, start, 0, "", f"more than {ROWS:,} rows"))
            break
        row = _row(cells, header, known, start, name, faults)
        if row is None:
            dropped.update(cell.strip() for cell in cells[:1])
        elif _once(row, key, seen, name, faults):
            rows.append(row)
    return rows, dropped


def _text(path: Path, name: str, faults: list[Fault]) -> str | None:
    try:
        with path.open("rb") as file:
            data = file.read(SIZE + 1)
    except OSError as error:
        faults.append(Fault(name, 0, 0, "", f"cannot be read: {error.strerror}"))
        return None
    if len(data) > SIZE:
        faults.append(Fault(name, 0, 0, "", f"too large: more than {SIZE:,} bytes"))
        return None
    try:
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise UnicodeDecodeError("utf-8", data, 0, 2, "UTF-16")
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = (
            f"expected UTF-8, found byte 0x{data[error.start]:02x}: "
            "save it from the spreadsheet as 'CSV UTF-8'"
        )
        faults.append(Fault(name, line, 0, "", message))
        return None
    if "\0" in text:
        faults.append(
            Fault(
                name,
                text.count("\n", 0, text.index("\0")) + 1,
                0,
                "",
                "found a zero byte, expected text",
            )
        )
        return None
    if not text.strip():
        faults.append(Fault(name, 0, 0, "", "the file is empty, expected a header row"))
        return None
    return text


def _header(
    cells: list[str], known: dict[str, Column], name: str, faults: list[Fault]
) -> list[str] | None:
    header = [cell.strip() for cell in cells]
    if len(header) == 1 and len(known) > 1 and any(mark in header[0] for mark in ";\t"):
        mark = "semicolons" if ";" in header[0] else "tabs"
        faults.append(
            Fault(
                name,
                1,
                0,
                "",
                f"columns are separated by {mark}, expected commas: spreadsheets set to Dutch save "
                "them so; save it as 'CSV UTF-8 (comma delimited)' with decimal points",
            )
        )
        return None
    before = len(faults)
    for place, column in enumerate(header):
        if column not in known:
            faults.append(
                Fault(
                    name,
                    1,
                    0,
                    column,
                    f"unknown column{nearest(column, known)}; expected {', '.join(known)}",
                )
            )
        elif column in header[:place]:
            faults.append(Fault(name, 1, 0, column, "column named twice"))
    for column, what in known.items():
        if what.required and column not in header:
            faults.append(Fault(name, 1, 0, column, "column missing"))
    return header if len(faults) == before else None


def _row(
    cells: list[str],
    header: list[str],
    known: dict[str, Column],
    line: int,
    name: str,
    faults: list[Fault],
) -> Row | None:
    if len(cells) != len(header):
        hint = " (a comma inside a text needs quotes)" if len(cells) > len(header) else ""
        faults.append(
            Fault(name, line, 0, "", f"expected {len(header)} cells, found {len(cells)}{hint}")
        )
        return None
    before = len(faults)
    values: dict[str, Any] = dict.fromkeys(known)
    for column, cell in zip(header, cells, strict=True):
        what = known[column]
        cell = cell.strip()
        if not cell:
            if what.required:
                faults.append(Fault(name, line, 0, column, "a value is needed here"))
            elif what.kind in LISTS:
                values[column] = ()
            elif what.kind in ("text", "id", "choice"):
                values[column] = ""
            continue
        try:
            values[column] = parse_cell(cell, what)
        except ValueError as error:
            faults.append(Fault(name, line, 0, column, str(error)))
    for column, what in known.items():
        if values[column] is None and column not in header:
            values[column] = () if what.kind in LISTS else "" if what.kind == "text" else None
    return Row(line, values) if len(faults) == before else None


def _once(
    row: Row, key: Sequence[str], seen: dict[tuple[Any, ...], int], name: str, faults: list[Fault]
) -> bool:
    if not key:
        return True
    value = tuple(row[column] for column in key)
    if value in seen:
        shown = " ".join(str(part) for part in value if part not in (None, ""))
        faults.append(
            Fault(
                name,
                row.line,
                0,
                "+".join(key),
                f"{shown!r} is in line {seen[value]} already: remove one of the two rows",
            )
        )
        return False
    seen[value] = row.line
    return True


def parse_cell(cell: str, column: Column) -> Any:
    """Return what a cell that is not empty says; raise ValueError that says what is wrong with it.

    Examples
    --------
    >>> parse_cell("staff civil", Column("pools", "ids"))
    ('staff', 'civil')
    """
    return _READERS[column.kind](cell, column)


def _text_cell(cell: str, column: Column) -> str:
    return cell


def _id(cell: str, column: Column) -> str:
    if not ID.fullmatch(cell):
        raise ValueError(f"expected an id (lower-case letters, digits, hyphens), found {cell!r}")
    return cell


def _ids(cell: str, column: Column) -> tuple[str, ...]:
    ids = tuple(_id(part, column) for part in cell.split())
    if len(set(ids)) != len(ids):
        raise ValueError(f"an id is named twice in {cell!r}")
    return ids


def parse_number(cell: str, low: float = -math.inf, high: float = math.inf) -> float:
    """Return the number in a cell; raise ValueError that says what is wrong with it.

    Examples
    --------
    >>> parse_number("12.5")
    12.5
    >>> parse_number("12,5")
    Traceback (most recent call last):
    ValueError: expected a decimal point, found '12,5': write 12.5
    """
    if _COMMA.fullmatch(cell):
        instead = cell.replace(",", ".")
        raise ValueError(f"expected a decimal point, found {cell!r}: write {instead}")
    try:
        value = float(cell) if "_" not in cell else None
    except ValueError:
        value = None
    if value is None:
        raise ValueError(f"expected a number, found {cell[:40]!r}")
    if not math.isfinite(value):
        raise ValueError(f"expected a finite number, found {cell[:40]!r}")
    if value < low:
        raise ValueError(f"expected a number of at least {low:g}, found {cell}")
    if value > high:
        raise ValueError(f"expected a number of at most {high:g}, found {cell}")
    return value


def _number(cell: str, column: Column) -> float:
    return parse_number(cell, column.low, column.high)


def _whole(cell: str, column: Column) -> int:
    value = _number(cell, column)
    if value != int(value):
        raise ValueError(f"expected a whole number, found {cell!r}")
    return int(value)


def _month(cell: str, column: Column) -> Month:
    return Month.parse(cell)


def _flag(cell: str, column: Column) -> bool:
    if cell not in ("yes", "no"):
        raise ValueError(f"expected yes or no, found {cell!r}")
    return cell == "yes"


def _choice(cell: str, column: Column) -> str:
    if cell not in column.choices:
        raise ValueError(
            f"expected one of {', '.join(column.choices)}, "
            f"found {cell!r}{nearest(cell, column.choices)}"
        )
    return cell


def _options(cell: str, column: Column) -> tuple[Option, ...]:
    return parse_options(cell)


def _caps(cell: str, column: Column) -> tuple[tuple[Month, float], ...]:
    found = []
    for part in cell.split():
        month, colon, cap = part.partition(":")
        if not colon:
            raise ValueError(f"expected caps by month such as 2022-08:15, found {part!r}")
        found.append((Month.parse(month), parse_number(cap, column.low, column.high)))
    if len({month for month, _ in found}) < len(found):
        raise ValueError(f"a month is named twice in {cell!r}")
    return tuple(found)


_READERS: dict[str, Callable[[str, Column], Any]] = {
    "text": _text_cell,
    "id": _id,
    "ids": _ids,
    "options": _options,
    "caps": _caps,
    "number": _number,
    "whole": _whole,
    "month": _month,
    "flag": _flag,
    "choice": _choice,
}
