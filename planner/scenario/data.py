"""Read a data folder into inputs: CSV tables with every cell and every reference checked.

Every cell is converted to its type, and all faults of a folder are reported at once by file, row
and column. Pandas is not used, so that a folder is read in a few milliseconds. Files with
semicolons or decimal commas, wrong encodings and excessive sizes are reported as such.

The module also imports the United Nations' public series of uniformed personnel as observations.

Two public forms are read: the monthly table *Contribution of Uniformed Personnel to UN by Mission,
Country, and Personnel Type* as text (``pdftotext -layout FILE.pdf``), and the CSV export with the
columns :data:`UN_COLUMNS`. A month that does not add up to its printed totals is refused.
"""

from __future__ import annotations

import csv
import io
import math
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from planner.errors import Fault, InputError, collect_faults, nearest
from planner.months import Month
from planner.scenario.inputs import (
    MANNED,
    OTHER_HOME_TIME,
    RESERVED_IDS,
    BoundInput,
    BudgetInput,
    Cost,
    DemandInput,
    Event,
    Inputs,
    Kind,
    Mission,
    Observation,
    Origin,
    Parameter,
    Pool,
    Source,
    When,
    missing_policies,
    parse_options,
)
from planner.scenario.registry import KEYS, OPTIONAL, STRENGTH, TABLES, Column, extra_fields

__all__ = [
    "UN_COLUMNS", "Count", "Row", "Table", "caps_text", "default_data", "observations",
    "observations_text", "parameter_faults", "parse_cell", "parse_number", "read_data",
    "read_observations", "read_places", "read_table", "read_un", "shipped_folder",
]  # fmt: skip

MAX_BYTES = 20_000_000
"""Largest table that is read, bytes."""

MAX_ROWS = 200_000
"""Largest number of rows of a table."""

ID = re.compile(r"[a-z0-9][a-z0-9-]*")
LIST_KINDS = ("ids", "options", "caps")
"""Kinds of cells that hold a list; an empty cell is an empty list."""

_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")
_THOUSANDS = re.compile(r"[-+]?[1-9][0-9]{0,2},[0-9]{3}")

EXTRA_FIELDS = extra_fields("demand", [*(one.name for one in fields(DemandInput)), "pools"])
"""Fields of the registry without an attribute of their own, kept in ``DemandInput.more``."""

ENTITY_TABLES = ("sources", "missions", "pools", "kinds", "demands")
"""Tables that other tables refer to by id."""

SHARES = ("filled", "fit", "acceptance", "early_return", "manned")
"""Parameters that are shares, from 0 to 1."""

WHOLE_MONTHS = ("tour", "preparation")
"""Parameters in whole months."""

UN_COLUMNS = (
    "contribution_id", "isocode3", "contributing_country", "mission_acronym", "personnel_type",
    "female_personnel", "male_personnel", "last_reporting_date",
)  # fmt: skip
"""Columns of the CSV export."""

PERSONNEL_TYPES = (
    "Experts on Mission", "Formed Police Units", "Individual Police", "Staff Officer", "Troops",
)  # fmt: skip
"""Personnel types of the series, which writes them in singular or plural."""

MAX_UN_BYTES = 50_000_000
"""Largest file of the series that is read, bytes; the export since 1990 has about 20 million."""

_MONTHS = [
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
]  # fmt: skip

_NAMED_MONTH = re.compile(
    r"(?:\b\d{1,2}[-\s])?\b(" + "|".join(f"{m[:3]}(?:{m[3:]})?" for m in _MONTHS) + r")[a-z]*\.?"
    r"[-\s,]+(?:\d{1,2}[,\s]+)?((?:19|20)\d\d|\d\d)\b",
    re.IGNORECASE,
)

_DATE = re.compile(r"\b(\d{1,2})/(\d{1,2})/((?:19|20)\d\d)\b")

_ISO_MONTH = re.compile(r"\b((?:19|20)\d\d)-(\d\d)(?:-\d\d)?\b")

_ROW_OF_NUMBERS = re.compile(r"^(.*?)\s*((?:\s+-?[\d,]+)+)\s*$")

_HEADING = re.compile(r"contribution|personnel|page|month|mission|country", re.IGNORECASE)
"""Words of headings, which are repeated on every page."""

_MISSION = re.compile(r"[A-Z][A-Z0-9/-]{2,}")

DEMANDS_BY_COUNT: Mapping[tuple[str, str], tuple[str, float, str]] = {
    ("MINUSMA", "Individual Police"): ("minusma-ipo", 0, ""),
    ("MINUSMA", "Staff Officer"): (
        "minusma-staff", 6, "Staff officers of detachments are counted here as well",
    ),
    ("MINUSMA", "Troops"): ("minusma-isr c130-minusma", 5, "Any detachment counted here as well"),
    ("UNIFIL", "Staff Officer"): ("unifil-gender", 0, ""),
    ("UNDOF", "Staff Officer"): ("undof", 0, ""),
    ("UNTSO", "Experts on Mission"): (
        "untso", 2, "Exact count; in a month of hand-over a post is held twice",
    ),
}  # fmt: skip
"""By mission and personnel type: the demands that a count refers to, its error in persons, and the
reason for the error."""


@dataclass(frozen=True)
class Row:
    """One row of a table: its cells by column (None where not given) and its first line."""

    table: str
    line: int
    cells: dict[str, Any]

    def __getitem__(self, column: str) -> Any:
        """Return one cell."""
        return self.cells[column]


@dataclass(frozen=True)
class Table:
    """The valid rows of one file.

    `rejected_ids` holds the ids of rows with faults, so that references to them are not reported as
    well; `readable` is False when the file could not be read at all.
    """

    file: str
    rows: tuple[Row, ...]
    rejected_ids: frozenset[str] = frozenset()
    readable: bool = True

    def ids(self) -> set[str]:
        """Return the ids of all rows, those with faults included."""
        return {row["id"] for row in self.rows} | self.rejected_ids

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
    """Read one CSV file; faults are added to `faults`, and rows with faults are left out.

    Parameters
    ----------
    path : Path
        UTF-8, comma separated, with a header row.
    columns : sequence of Column
        Expected columns; a column that is not required may be missing.
    faults : list of Fault
        Receives the faults of the file.
    key : sequence of str
        Columns that identify a row.
    name : str, optional
        File name used in messages.
    """
    return _TableReader(path, columns, faults, key, str(path) if name is None else name).read()


def _read_named_table(folder: Path, table: str, faults: list[Fault]) -> Table:
    """Read a table of a data folder."""
    path, key = folder / f"{table}.csv", KEYS.get(table, ("id",))
    return read_table(path, TABLES[table], faults, key=key, name=display_path(path))


class _TableReader:
    """Reader of one table."""

    def __init__(
        self, path: Path, columns: Sequence[Column], faults: list[Fault], key: Sequence[str],
        name: str,
    ):  # fmt: skip
        self.path, self.faults, self.key, self.file = path, faults, key, name
        self.columns = {column.name: column for column in columns}
        self.lines_by_key: dict[tuple[Any, ...], int] = {}

    def fault(self, line: int, column: str, message: str) -> None:
        self.faults.append(Fault(self.file, line, 0, column, message))

    def file_error(self, line: int, message: str) -> InputError:
        """Return the error of a file of which no row can be read."""
        return InputError(Fault(self.file, line, 0, "", message))

    def read(self) -> Table:
        with collect_faults(self.faults):
            reader = csv.reader(io.StringIO(self.text(), newline=""), strict=True)
            try:
                return self.rows(reader, self.header(next(reader, [])))
            except csv.Error as error:
                raise self.file_error(reader.line_num, f"not readable as CSV: {error}") from None
        return Table(self.file, (), readable=False)

    def text(self) -> str:
        try:
            if not self.path.is_file() and self.path.exists():
                # opening a pipe blocks until something writes
                raise self.file_error(0, "cannot be read: expected a file")
            with self.path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise self.file_error(0, f"cannot be read: {error.strerror}") from None
        if len(data) > MAX_BYTES:
            raise self.file_error(0, f"too large: more than {MAX_BYTES:,} bytes")
        try:
            if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise UnicodeDecodeError("utf-8", data, 0, 2, "UTF-16")
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            message = (
                f"expected UTF-8, found byte 0x{data[error.start]:02x}: "
                "save it from the spreadsheet as 'CSV UTF-8'"
            )
            raise self.file_error(data.count(b"\n", 0, error.start) + 1, message) from None
        if "\0" in text:
            line = text.count("\n", 0, text.index("\0")) + 1
            raise self.file_error(line, "found a zero byte, expected text")
        if not text.strip():
            raise self.file_error(0, "the file is empty, expected a header row")
        return text

    def header(self, cells: list[str]) -> list[str]:
        header, known = [cell.strip() for cell in cells], self.columns
        if len(header) == 1 and len(known) > 1 and any(mark in header[0] for mark in ";\t"):
            marks = "semicolons" if ";" in header[0] else "tabs"
            message = (
                f"columns are separated by {marks}, expected commas: spreadsheets set to Dutch "
                "save them so; save it as 'CSV UTF-8 (comma delimited)' with decimal points"
            )
            raise self.file_error(1, message)
        faults = []
        for index, column in enumerate(header):
            if column not in known:
                message = f"unknown column{nearest(column, known)}; expected {', '.join(known)}"
                faults.append((column, message))
            elif column in header[:index]:
                faults.append((column, "column named twice"))
        for column, expected in known.items():
            if expected.required and column not in header:
                faults.append((column, "column missing"))
        if faults:
            raise InputError(Fault(self.file, 1, 0, column, text) for column, text in faults)
        return header

    def rows(self, reader: Any, header: list[str]) -> Table:
        """Return the valid rows, and the ids of the rejected ones."""
        rows: list[Row] = []
        dropped: set[str] = set()
        line = reader.line_num + 1
        for cells in reader:
            start, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if len(rows) >= MAX_ROWS:
                self.fault(start, "", f"more than {MAX_ROWS:,} rows")
                break
            row = self.row(cells, header, start)
            if row is None:
                dropped.update(cell.strip() for cell in cells[:1])
            elif self.is_unique(row):
                rows.append(row)
        return Table(self.file, tuple(rows), frozenset(dropped))

    def row(self, cells: list[str], header: list[str], line: int) -> Row | None:
        if len(cells) != len(header):
            hint = " (a comma inside a text needs quotes)" if len(cells) > len(header) else ""
            self.fault(line, "", f"expected {len(header)} cells, found {len(cells)}{hint}")
            return None
        fault_count = len(self.faults)
        values: dict[str, Any] = dict.fromkeys(self.columns)
        for column, cell in zip(header, cells, strict=True):
            expected = self.columns[column]
            cell = cell.strip()
            if not cell:
                if expected.required:
                    self.fault(line, column, "a value is needed here")
                elif expected.kind in LIST_KINDS:
                    values[column] = ()
                elif expected.kind in ("text", "id", "choice"):
                    values[column] = ""
                continue
            try:
                values[column] = parse_cell(cell, expected)
            except ValueError as error:
                self.fault(line, column, str(error))
        for column, expected in self.columns.items():
            if values[column] is None and column not in header:
                values[column] = (
                    () if expected.kind in LIST_KINDS else "" if expected.kind == "text" else None
                )
        return Row(self.path.stem, line, values) if len(self.faults) == fault_count else None

    def is_unique(self, row: Row) -> bool:
        """Return whether the key of a row is new; add a fault if an earlier row has it."""
        value = tuple(row[column] for column in self.key)
        first_line = self.lines_by_key.setdefault(value, row.line)
        if not self.key or first_line == row.line:
            return True
        name = " ".join(str(part) for part in value if part not in (None, ""))
        message = f"{name!r} is in line {first_line} already: remove one of the two rows"
        self.fault(row.line, "+".join(self.key), message)
        return False


def parse_cell(cell: str, column: Column) -> Any:
    """Return the value of a cell that is not empty; raise ValueError if it is not valid.

    Examples
    --------
    >>> parse_cell("staff civil", Column("pools", "ids"))
    ('staff', 'civil')
    """
    return _CELL_PARSERS[column.kind](cell, column)


def _parse_id(cell: str) -> str:
    if not ID.fullmatch(cell):
        raise ValueError(f"expected an id (lower-case letters, digits, hyphens), found {cell!r}")
    if cell in RESERVED_IDS:
        raise ValueError(f"{cell!r} stands for everything: choose another id")
    return cell


def _parse_ids(cell: str) -> tuple[str, ...]:
    ids = tuple(map(_parse_id, cell.split()))
    if len(set(ids)) != len(ids):
        raise ValueError(f"an id is named twice in {cell!r}")
    return ids


def parameter_faults(
    name: str | None, value: float, low: float | None, high: float | None
) -> Iterator[tuple[str, str]]:
    """Yield the columns of a parameter that are wrong, each with a message.

    Checks that `low` and `high` enclose the value, that shares are at most 1, and that tours and
    preparations are whole months.
    """
    if low is not None and low > value:
        yield "low", f"low {low:g} is above the value {value:g}"
    if high is not None and high < value:
        yield "high", f"high {high:g} is below the value {value:g}"
    largest = max(value, high or 0.0)
    if name in SHARES and largest > 1:
        yield "value", f"expected a share between 0 and 1, found {largest:g}"
    if name in WHOLE_MONTHS:
        for column, months in (("value", value), ("low", low), ("high", high)):
            if months is not None and months != int(months):
                yield column, f"expected whole months, found {months:g}"


def parse_number(cell: str, low: float = -math.inf, high: float = math.inf) -> float:
    """Return the number in a cell; raise ValueError if it is not valid.

    Examples
    --------
    >>> parse_number("12.5")
    12.5
    >>> parse_number("12,5")
    Traceback (most recent call last):
    ValueError: expected a decimal point, found '12,5': write 12.5
    """
    if _COMMA.fullmatch(cell):
        suggestion = cell.replace(",", ".")
        if _THOUSANDS.fullmatch(cell):
            suggestion = f"{cell.replace(',', '')} or {suggestion}, whichever is meant"
        raise ValueError(f"expected a decimal point, found {cell!r}: write {suggestion}")
    try:
        value = float(cell) if "_" not in cell and cell.isascii() else None
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


def _parse_number(cell: str, column: Column) -> float:
    return parse_number(cell, column.low, column.high)


def _parse_whole(cell: str, column: Column) -> int:
    value = _parse_number(cell, column)
    if value != int(value):
        raise ValueError(f"expected a whole number, found {cell!r}")
    return int(value)


def _parse_flag(cell: str) -> bool:
    if cell not in ("yes", "no"):
        raise ValueError(f"expected yes or no, found {cell!r}")
    return cell == "yes"


def _parse_choice(cell: str, column: Column) -> str:
    if cell not in column.choices:
        known = ", ".join(column.choices)
        raise ValueError(f"expected one of {known}, found {cell!r}{nearest(cell, column.choices)}")
    return cell


def _parse_caps(cell: str, column: Column) -> tuple[tuple[Month, Any], ...]:
    """Return a cap by month: a number, or (value, low, high) where it has a range."""
    caps: list[tuple[Month, Any]] = []
    for part in cell.split():
        parts = _CAP.fullmatch(part)
        if not parts:
            raise ValueError(
                "expected caps by month such as 2022-08:15, or 2022-08:15(12..18) with lowest and "
                f"highest, found {part!r}"
            )
        value, *limits = (
            parse_number(text, column.low, column.high) for text in parts.groups()[1:] if text
        )
        if limits and not limits[0] <= value <= limits[1]:
            raise ValueError(f"expected lowest, value and highest in order, found {part!r}")
        caps.append((Month.parse(parts[1]), (value, *limits) if limits else value))
    if len({month for month, _ in caps}) < len(caps):
        raise ValueError(f"a month is named twice in {cell!r}")
    return tuple(caps)


def _cap_parameter(cap: Any, origin: Origin) -> Parameter:
    value, low, high = cap if isinstance(cap, tuple) else (cap, None, None)
    return Parameter(value, low, high, origin)


_CAP = re.compile(r"([^:]+):([^:()]+)(?:\(([^()]+)\.\.([^()]+)\))?")


def caps_text(caps: Iterable[tuple[Month, Any]]) -> Iterator[str]:
    """Yield the text of each cap in a cell of caps by month; :func:`parse_cell` reads it.

    Examples
    --------
    >>> list(caps_text([(Month.parse("2022-08"), 15.0), (Month.parse("2023-01"), (9, 6, 12.5))]))
    ['2022-08:15', '2023-01:9(6..12.5)']
    """
    for month, cap in caps:
        if isinstance(cap, tuple):
            value, low, high = cap
            yield f"{month}:{value:.12g}({low:.12g}..{high:.12g})"
        else:
            yield f"{month}:{cap:.12g}"


_CELL_PARSERS: dict[str, Callable[[str, Column], Any]] = {
    "text": lambda cell, column: cell,
    "id": lambda cell, column: _parse_id(cell),
    "ids": lambda cell, column: _parse_ids(cell),
    "options": lambda cell, column: parse_options(cell),
    "caps": _parse_caps,
    "number": _parse_number,
    "whole": _parse_whole,
    "month": lambda cell, column: Month.parse(cell),
    "flag": lambda cell, column: _parse_flag(cell),
    "choice": _parse_choice,
}


def shipped_folder(folder: str) -> Path:
    """Return the path of a folder that comes with the package: ``data`` or ``scenarios``.

    In a clone the folder is beside the package, in an installation inside it.
    """
    package = Path(__file__).resolve().parent.parent
    inside = package / "shipped" / folder
    return inside if inside.is_dir() else package.parent / folder


def default_data() -> Path:
    """Return the data folder that scenarios use unless they name another."""
    return shipped_folder("data")


def display_path(path: Path) -> str:
    """Return a path as text, relative to the working folder if it is inside it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


def read_data(folder: Path) -> Inputs:
    """Read a data folder; raise InputError with every fault of every table.

    Returns
    -------
    Inputs
        Everything in the tables. Demands under study, declined or known from hindsight are
        included, with `counts` False.
    """
    if not folder.is_dir():
        raise InputError(Fault(display_path(folder), 0, 0, "", "no such data folder"))
    return _DataReader(folder).read()


def read_observations(folder: Path) -> tuple[Observation, ...]:
    """Read the observations of a data folder; raise InputError with every fault.

    Returns
    -------
    tuple of Observation
        In the order of the table; empty where the folder has no ``observations.csv``.

    Examples
    --------
    >>> seen = read_observations(default_data())
    >>> next(one.people for one in seen if one.id == "un-untso-experts-2022-06")
    12.0
    """
    if not (folder / "observations.csv").exists():
        return ()
    faults: list[Fault] = []
    table = _read_named_table(folder, "observations", faults)
    inputs = read_data(folder)
    ids_by_column = {"demands": inputs.demands.keys(), "pools": inputs.pools.keys()}
    for row in table.rows:
        for column, names in ids_by_column.items():
            for name in row[column]:
                if name not in names:
                    message = f"unknown {column.removesuffix('s')} {name!r}{nearest(name, names)}"
                    faults.append(table.fault(row, column, message))
    if faults:
        raise InputError(sorted(faults))
    return tuple(Observation(**row.cells) for row in table.rows)


def read_places(folder: Path | None = None) -> dict[str, tuple[str, float, float]]:
    """Return the position of each mission on a map: place, degrees north and degrees east.

    Parameters
    ----------
    folder : Path, optional
        A data folder, by default the one that comes with the package; it may have no
        ``places.csv``.

    Examples
    --------
    >>> read_places()["untso"]
    ('Jerusalem', 32.0, 35.0)
    """
    folder = folder or default_data()
    if not (folder / "places.csv").exists():
        return {}
    faults: list[Fault] = []
    rows = _read_named_table(folder, "places", faults).rows
    if faults:
        raise InputError(sorted(faults))
    return {row["mission"]: (row["place"], row["latitude"], row["longitude"]) for row in rows}


class _DataReader:
    """Reader of one data folder; collects the faults of all tables."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.faults: list[Fault] = []
        self.tables: dict[str, Table] = {}
        self.manned: dict[str, Parameter] = {}

    def read(self) -> Inputs:
        for name in TABLES:
            if name == "observations":
                continue
            path = self.folder / f"{name}.csv"
            if name in OPTIONAL and not path.exists():
                self.tables[name] = Table(display_path(path), ())
            else:
                self.tables[name] = _read_named_table(self.folder, name, self.faults)
        self.check_references()
        series = self.series()
        events = self.events()
        self.manned = {
            row["demand"]: self.parameter(row)
            for row in self.tables["presence"].rows
            if row["demand"]
        }
        inputs = Inputs(
            sources={row["id"]: _source(row) for row in self.tables["sources"].rows},
            missions={
                row["id"]: self.mission(row, events.get(row["id"], {}))
                for row in self.tables["missions"].rows
            },
            pools=self.pools(series),
            forces={
                force: {name: tuple(steps) for name, steps in factors.items()}
                for (force, pool), factors in series.items()
                if not pool
            },
            kinds=self.kinds(),
            demands={row["id"]: self.demand(row) for row in self.tables["demands"].rows},
            bounds={row["id"]: self.bound(row) for row in self.tables["bounds"].rows},
            costs=tuple(self.cost(row) for row in self.tables["costs"].rows),
            budgets=tuple(
                BudgetInput(row["fund"], row["year"], self.parameter(row))
                for row in self.tables["budgets"].rows
            ),
        )
        inputs = replace(inputs, outcomes=self.outcomes())
        self.check(inputs)
        if self.faults:
            raise InputError(sorted(self.faults))
        return inputs

    def report(self, row: Row, column: str, message: str) -> None:
        self.faults.append(self.tables[row.table].fault(row, column, message))

    def position(self, row: Row) -> dict[str, Any]:
        """Return the file and line of a row, as arguments of inputs."""
        return {"file": f"{self.folder.name}/{row.table}.csv", "line": row.line}

    def check_references(self) -> None:
        """Check that the ids in every column that refers to a table exist in that table."""
        ids = {name: table.ids() for name, table in self.tables.items() if name in ENTITY_TABLES}
        for name, table in self.tables.items():
            for column in TABLES[name]:
                other = column.refers
                if name == "places" or not other or not self.tables[other].readable:
                    continue
                for row in table.rows:
                    for id in dict.fromkeys(_ids_in(row[column.name])):
                        if id not in ids[other]:
                            near = nearest(id, ids[other], len(self.faults))
                            message = f"unknown {other.removesuffix('s')} {id!r}{near}"
                            self.report(row, column.name, message)

    def origin(self, row: Row, prefix: str = "") -> Origin:
        source, basis = row[prefix + "source"] or "", row[prefix + "basis"] or "assumption"
        if basis != "assumption" and not source and row[prefix + "basis"]:
            self.report(row, prefix + "source", f"a parameter on basis {basis!r} needs a source")
        note = row["note"] if not prefix else ""
        return Origin(basis, source, row[prefix + "section"] or "", note, **self.position(row))

    def parameter(self, row: Row) -> Parameter:
        value, low, high = row["value"], row["low"], row["high"]
        for column, message in parameter_faults(row.cells.get("figure"), value, low, high):
            self.report(row, column, message)
        return Parameter(value, low, high, self.origin(row))

    def mission(self, row: Row, events: Mapping[str, Event]) -> Mission:
        return Mission(
            **{name: "" if cell is None else cell for name, cell in row.cells.items()},  # type: ignore[arg-type]
            prolonged=events.get("prolonged"),
            ended_early=events.get("ended_early"),
            **self.position(row),
        )

    def demand(self, row: Row) -> DemandInput:
        dates = self.origin(row, "dates_")
        standing = row["standing"]
        for column in ("first", "last"):
            if row[column] is None and standing in ("standing", "past"):
                self.report(row, column, f"a demand that is {standing} needs a month")
        first, last = row["first"], row["last"]
        if first and last and first > last:
            message = f"months out of order: the last, {last}, is before the first, {first}"
            self.report(row, "last", message)
        copied = ("id", "mission", "name", "name_nl", "category", "kind", "tier", "cohorts")
        cap = self.parameter(row)
        for month, _ in row["cap_from"]:
            if first and last and not first < month <= last:
                message = f"{month}: expected a month after the first and up to the last"
                self.report(row, "cap_from", message)
        return DemandInput(
            **{name: row[name] for name in copied},
            options=row["pools"],
            cap=cap,
            cap_from={month: _cap_parameter(value, cap.origin) for month, value in row["cap_from"]},
            first=self.month_range(row, "first", dates),
            last=self.month_range(row, "last", dates),
            standing=standing,
            counts=standing in ("standing", "past"),
            fixed_length=bool(row["fixed_length"]),
            on_call=bool(row["on_call"]),
            unit=bool(row["unit"]),
            manned=self.manned.get(row["id"]),
            weight=1.0 if row["weight"] is None else row["weight"],
            note=row["note"],
            more={
                name: row[name]
                for name in EXTRA_FIELDS
                if row.cells.get(name) not in (None, "", ())
            },
            **self.position(row),
        )

    def month_range(self, row: Row, column: str, origin: Origin) -> When | None:
        """Return a month of a demand with its range."""
        month, low, high = (row[column + side] for side in ("", "_low", "_high"))
        for side, end, wrong in (
            ("_low", low, low and month and low > month),
            ("_high", high, high and month and high < month),
        ):
            if wrong or (end and not month):
                message = f"{end} is on the wrong side of the month {month}"
                self.report(row, column + side, message)
        return When(month, origin, low, high) if month else None

    def events(self) -> dict[str, dict[str, Event]]:
        """Return the possible changes to the end of mandates, by mission and event."""
        events: dict[str, dict[str, Event]] = {}
        for row in self.tables["mandates"].rows:
            event = Event(row["chance"], row["months"], self.origin(row))
            events.setdefault(row["mission"], {})[row["event"]] = event
        return events

    def series(self) -> dict[tuple[str, str], dict[str, list[Any]]]:
        """Return the steps of every factor by force (pool empty) or pool (force empty)."""
        series: dict[tuple[str, str], dict[str, list[Any]]] = {}
        for row in self.tables["strengths"].rows:
            force, pool, name = row["force"] or "", row["pool"] or "", row["figure"]
            if bool(force) == bool(pool):
                self.report(row, "pool", "expected a force or a pool, one of the two")
            elif force and name not in ("filled", "fit"):
                self.report(row, "figure", f"a force has no {name}")
            steps = series.setdefault((force, pool), {}).setdefault(name, [])
            steps.append((row["from"], self.parameter(row)))
        for factors in series.values():
            for steps in factors.values():
                steps.sort(key=lambda step: (step[0] is not None, step[0] and step[0].ordinal))
        return series

    def pools(self, series: dict[tuple[str, str], dict[str, list[Any]]]) -> dict[str, Pool]:
        pools = {}
        for row in self.tables["pools"].rows:
            factors = series.get(("", row["id"]), {})
            force = row["force"] or ""
            national = series.get((force, ""), {}) if force else {}
            for factor in STRENGTH:
                deviation = factor.endswith("_factor")
                steps = factors.get(factor) or national.get(factor, [])
                if deviation and not steps:
                    continue
                if deviation and not force:
                    self.report(row, "force", f"{factor} is for pools of a force")
                elif not steps or steps[0][0] is not None:
                    message = f"no {factor} from the start (a row with 'from' empty)"
                    self.report(row, factor, f"strengths.csv gives {message}")
            pools[row["id"]] = Pool(
                **{**row.cells, "force": force},
                series={factor: tuple(steps) for factor, steps in factors.items()},
                **self.position(row),
            )
        return pools

    def kinds(self) -> dict[str, Kind]:
        rotation: dict[str, dict[str, dict[str, Parameter]]] = {}
        presence: dict[str, dict[str, Parameter]] = {}
        rows = self.tables["kinds"].rows
        for row in self.tables["rotation"].rows:
            parameter = self.parameter(row)
            if row["figure"] == "tour" and (parameter.value < 1 or row["pool"]):
                message = "a tour is at least 1 month and the same for every pool"
                self.report(row, "value", message)
            policies = rotation.setdefault(row["kind"], {})
            pool = row["pool"] or ""
            other = OTHER_HOME_TIME.get(row["figure"], "")
            if pool in policies.get(other, {}):
                message = f"{other} is given as well: a pool has rest or dwell, not both"
                self.report(row, "figure", message)
            policies.setdefault(row["figure"], {})[pool] = parameter
        for row in self.tables["presence"].rows:
            about = "demand" if row["figure"] == MANNED else "kind"
            if not row[about] or (row["kind"] and row["demand"]):
                message = f"{row['figure']} is of a {about}: name one, and nothing else"
                self.report(row, about, message)
            elif row["kind"]:
                figure = self.parameter(row)
                presence.setdefault(row["kind"], {})[row["figure"]] = figure
        return {
            row["id"]: Kind(
                **row.cells,
                rotation=rotation.get(row["id"], {}),
                presence=presence.get(row["id"], {}),
                **self.position(row),
            )
            for row in rows
        }

    def bound(self, row: Row) -> BoundInput:
        if row["min"] is None and row["max"] is None:
            self.report(row, "min", "expected a min, a max or both")
        if row["min"] is not None and row["max"] is not None and row["min"] > row["max"]:
            self.report(row, "max", f"max {row['max']:g} is below min {row['min']:g}")
        origin = self.origin(row)
        lower, upper = (
            None if row[side] is None else Parameter(row[side], origin=origin)
            for side in ("min", "max")
        )
        pools = row["pools"] or None
        return BoundInput(row["id"], row["demands"], pools, lower, upper, row["note"])

    def cost(self, row: Row) -> Cost:
        if bool(row["kind"]) == bool(row["demand"]):
            self.report(row, "kind", "expected a kind or a demand, one of the two")
        return Cost(row["fund"], row["kind"] or "", row["demand"] or "", self.parameter(row))

    def outcomes(self) -> dict[str, dict[str, Parameter | When]]:
        outcomes: dict[str, dict[str, Parameter | When]] = {}
        for row in self.tables["outcomes"].rows:
            origin, value = self.origin(row), row["value"]
            fact: Parameter | When
            try:
                if row["field"] == "cap":
                    fact = Parameter(parse_number(value, 0.0, 1e6), origin=origin)
                else:
                    fact = When(Month.parse(value), origin)
            except ValueError as error:
                self.report(row, "value", str(error))
                continue
            outcomes.setdefault(row["demand"], {})[row["field"]] = fact
        return outcomes

    def check(self, inputs: Inputs) -> None:
        """Check that every demand has a complete rotation policy."""
        for row in self.tables["demands"].rows:
            kind = inputs.kinds.get(row["kind"])
            if kind is None or not self.tables["rotation"].readable:
                continue
            for name, pool in missing_policies(kind, inputs.demands[row["id"]]):
                what = f"kind {row['kind']!r} no {name} for pool {pool!r}"
                self.report(row, "kind", f"rotation.csv gives {what}")


def _ids_in(cell: Any) -> Iterator[str]:
    """Yield the ids in a cell: of a list or of sourcing options all, of an empty cell none."""
    for item in cell if isinstance(cell, tuple) else (cell,):
        yield from (item,) if isinstance(item, str) and item else item or ()


def _source(row: Row) -> Source:
    return Source(**{name: row[name] or "" for name in row.cells})


@dataclass(frozen=True)
class Count:
    """Number of people of one country and personnel type in one mission and month."""

    month: Month
    country: str
    mission: str
    kind: str
    persons: int
    code: str = ""
    """Three-letter code of the country in lower case; empty where the file has none."""


def read_un(path: str | Path, country: str = "Netherlands") -> tuple[Count, ...]:
    """Return the counts of a country in a file of the series.

    Parameters
    ----------
    path : str or Path
        The CSV export, or the text of a monthly table.
    country : str
        Name in the series; for the export also the three-letter code.

    Raises
    ------
    InputError
        The file has neither form, a cell is not valid, or a month does not add up to its printed
        totals; every fault with its line.
    """
    name = str(path)
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_UN_BYTES + 1)
    except OSError as error:
        raise InputError(Fault(name, 0, 0, "", f"cannot be read: {error.strerror}")) from None
    if len(data) > MAX_UN_BYTES:
        raise InputError(Fault(name, 0, 0, "", f"too large: more than {MAX_UN_BYTES:,} bytes"))
    if data.startswith(b"%PDF"):
        message = "is a PDF: make text of it first, with 'pdftotext -layout'"
        raise InputError(Fault(name, 0, 0, "", message))
    text = data.decode("utf-8-sig", errors="replace")
    counts = (
        _read_export(text, name) if "contribution_id" in text[:2000] else _read_monthly(text, name)
    )
    selected = country.casefold()
    return tuple(count for count in counts if selected in (count.country.casefold(), count.code))


def _personnel_type(text: str) -> str | None:
    """Return the personnel type that a text names, in singular or plural."""
    plain = re.sub(r"\s+", " ", text).strip().casefold()
    for kind in PERSONNEL_TYPES:
        stem = kind.casefold().rstrip("s")
        if plain in (stem, stem + "s", stem.replace("expert ", "experts ")):
            return kind
    return {"staff officers": "Staff Officer", "contingent troops": "Troops"}.get(plain)


def _find_month(text: str) -> Month | None:
    if match := _ISO_MONTH.search(text):
        year, month = int(match[1]), int(match[2])
    elif match := _DATE.search(text):
        day, month, year = map(int, match.groups())
        if month > 12:  # the month stands first
            month = day
    elif match := _NAMED_MONTH.search(text):
        month = next(i for i, m in enumerate(_MONTHS, 1) if m.startswith(match[1].lower()[:3]))
        year = int(match[2])
        year += 2000 if year < 100 else 0
    else:
        return None
    return Month(year, month) if 1 <= month <= 12 else None


def _read_export(text: str, name: str) -> list[Count]:
    """Read the CSV export."""
    reader = csv.DictReader(io.StringIO(text, newline=""))
    header = [cell.strip() for cell in reader.fieldnames or ()]
    lacking = [column for column in UN_COLUMNS if column not in header]
    if lacking:
        raise InputError(Fault(name, 1, 0, lacking[0], "column missing"))
    reader.fieldnames = header
    counts, faults = [], []
    for row in reader:
        line = reader.line_num
        cells = {column: (row.get(column) or "").strip() for column in UN_COLUMNS}
        month = _find_month(cells["last_reporting_date"])
        kind = _personnel_type(cells["personnel_type"])
        persons = 0
        for column in ("female_personnel", "male_personnel"):
            number = cells[column] or "0"
            if number.isdecimal():
                persons += int(number)
            else:
                message = f"expected a number of people, found {number[:40]!r}"
                faults.append(Fault(name, line, 0, column, message))
        if month is None:
            found = cells["last_reporting_date"][:40]
            message = f"expected a date such as 2022-06-30, found {found!r}"
            faults.append(Fault(name, line, 0, "last_reporting_date", message))
            continue
        if not cells["mission_acronym"] or not cells["personnel_type"]:
            message = "a mission and a kind are needed"
            faults.append(Fault(name, line, 0, "mission_acronym", message))
            continue
        country = cells["contributing_country"]
        what = (cells["mission_acronym"], kind or cells["personnel_type"])
        counts.append(Count(month, country, *what, persons, cells["isocode3"].casefold()))
    if faults:
        raise InputError(faults)
    return _sum_counts(counts)


def _sum_counts(counts: Iterable[Count]) -> list[Count]:
    """Return counts summed by month, country, mission and personnel type."""
    totals: dict[tuple[Month, str, str, str], Count] = {}
    for count in counts:
        key = (count.month, count.country, count.mission, count.kind)
        earlier = totals.get(key)
        totals[key] = (
            count if earlier is None else replace(earlier, persons=earlier.persons + count.persons)
        )
    return list(totals.values())


def _read_monthly(text: str, name: str) -> list[Count]:
    """Read the text of a monthly table, and check every printed total against its rows."""
    month = next((one for line in text.splitlines()[:60] if (one := _find_month(line))), None)
    if month is None:
        message = (
            "expected the CSV export of the series or the text of a monthly table with its month "
            "at the top, found neither"
        )
        raise InputError(Fault(name, 1, 0, "", message))
    mission = country = ""
    counts: list[Count] = []
    totals: list[tuple[str, str, str, int, int]] = []
    for line, row in enumerate(text.splitlines(), 1):
        match = _ROW_OF_NUMBERS.match(" " + row)
        words = re.sub(r"\s+", " ", (match[1] if match else row)).strip()
        numbers = [int(one.replace(",", "")) for one in match[2].split()] if match else []
        head, kind = _split_personnel_type(words)
        if kind is None and _total_label(words):
            if numbers:
                totals.append((_total_label(words) or "", mission, country, numbers[-1], line))
            continue
        if kind is None and (numbers or _HEADING.search(words)):
            continue
        if _MISSION.fullmatch(head.split(" ")[0]) and head:
            mission, _, rest = head.partition(" ")
            country = rest or ("" if kind is None else country)
        elif head and (kind is not None or mission):
            country = head
        if kind is not None and numbers:
            if not mission or not country:
                message = "a row of people before any mission and country"
                raise InputError(Fault(name, line, 0, "", message))
            counts.append(Count(month, country, mission, kind, numbers[-1]))
            if len(numbers) == 3 and numbers[0] + numbers[1] != numbers[2]:
                message = f"{numbers[0]} and {numbers[1]} do not add up to {numbers[2]}"
                raise InputError(Fault(name, line, 0, "", message))
    _check_totals(name, month, counts, totals)
    return _sum_counts(counts)


def _split_personnel_type(words: str) -> tuple[str, str | None]:
    """Return the text before a personnel type at its end, and that type (None if none)."""
    parts = words.split(" ")
    for size in (3, 2, 1):
        kind = _personnel_type(" ".join(parts[-size:]))
        if kind is not None and len(parts) >= size:
            return " ".join(parts[:-size]).strip(), kind
    return words, None


def _total_label(words: str) -> str | None:
    """Return the subject of a total: ``*`` is all missions, ``.`` the rows above; None if none."""
    plain = words.rstrip(":").strip()
    folded = plain.casefold()
    if folded in ("grand total", "overall total", "totals"):
        return "*"
    if folded in ("total", "sub total", "subtotal"):
        return "."
    if folded.endswith(" total"):
        return plain[: -len(" total")].strip()
    return plain[len("total ") :].strip() if folded.startswith("total ") else None


def _check_totals(
    name: str, month: Month, counts: list[Count], totals: list[tuple[str, str, str, int, int]]
) -> None:
    """Refuse a month that does not add up to its printed totals, or that prints none."""
    if not counts:
        raise InputError(Fault(name, 1, 0, "", f"no rows of people found for {month}"))
    if not totals:
        message = f"{month} prints no totals to hold the rows against"
        raise InputError(Fault(name, 1, 0, "", message))
    by_mission: Counter[str] = Counter()
    by_country: Counter[tuple[str, str]] = Counter()
    for count in counts:
        by_mission[count.mission] += count.persons
        by_country[count.mission, count.country] += count.persons
    faults = []
    for subject, mission, country, printed, line in totals:
        if subject == "*":
            total, what = sum(by_mission.values()), "all missions"
        elif subject in by_mission:
            total, what = by_mission[subject], subject
        elif subject == ".":
            total, what = by_country[mission, country], f"{country} in {mission}"
            if total != printed and by_mission[mission] == printed:
                continue
        else:
            total, what = by_country[mission, subject], f"{subject} in {mission}"
        if total != printed:
            sums = f"the rows of {what} add up to {total}, the printed total is {printed}"
            faults.append(Fault(name, line, 0, "", f"{month}: {sums}"))
    if faults:
        raise InputError(faults)


def observations(counts: Iterable[Count], source: str = "un-uniformed") -> list[dict[str, str]]:
    """Return counts as rows of ``observations.csv``; counts of unknown demands are left out.

    Parameters
    ----------
    counts : iterable of Count
        From :func:`read_un`.
    source : str
        Id of the source of the counts.
    """
    rows = []
    for one in sorted(counts, key=lambda count: (count.month, count.mission, count.kind)):
        if (one.mission, one.kind) not in DEMANDS_BY_COUNT:
            continue
        demands, error, note = DEMANDS_BY_COUNT[one.mission, one.kind]
        short = one.kind.split(" ")[-1 if one.kind.startswith("Individual") else 0].lower()
        rows.append(
            {
                "id": f"un-{one.mission.lower()}-{short}-{one.month}", "demands": demands,
                "pools": "", "month": str(one.month), "people": str(one.persons),
                "error": f"{error:g}", "relation": "equal", "source": source,
                "section": f"{one.mission}, {one.kind}", "note": note,
            }
        )  # fmt: skip
    return rows


def observations_text(rows: Iterable[Mapping[str, str]]) -> str:
    """Return rows as the text of ``observations.csv``, with its header."""
    columns = [column.name for column in TABLES["observations"]]
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
