"""A data folder to inputs: tables read cell by cell, every reference between tables checked.

CSV tables with row numbers: every cell typed and checked, every fault of a table at once.

Light on purpose (no pandas): a data folder is read in some milliseconds. Spreadsheets saved with
semicolons or decimal commas, wrong encodings and absurd sizes are recognised and said.

Import of the United Nations' public series of uniformed personnel, as observations.

Two public forms are read: the monthly table *Contribution of Uniformed Personnel to UN by Mission,
Country, and Personnel Type* as text (``pdftotext -layout FILE.pdf``), and the CSV export with the
header :data:`HEADER`. A month of the table that does not add up to its printed totals is refused.
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
    EVERYTHING,
    MANNED,
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
    lacking_policies,
    parse_options,
)
from planner.scenario.registry import KEYS, OPTIONAL, STRENGTH, TABLES, Column, carried

__all__ = [
    "HEADER", "Count", "Row", "Table", "caps_text", "default_data", "observations",
    "observations_text", "parse_cell", "parse_number", "read_data", "read_observations",
    "read_places", "read_table", "read_un", "shipped",
]  # fmt: skip

SIZE = 20_000_000
"""Largest table read, bytes."""

ROWS = 200_000
"""Most rows of a table."""

ID = re.compile(r"[a-z0-9][a-z0-9-]*")
LISTS = ("ids", "options", "caps")
"""Kinds of cells that hold several things; an empty cell holds none."""

_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")
_THOUSANDS = re.compile(r"[-+]?[1-9][0-9]{0,2},[0-9]{3}")

CARRIED = carried("demand", [*(one.name for one in fields(DemandInput)), "pools"])
"""Fields of the registry that a demand carries along as they are given."""

SHARES = ("filled", "fit", "acceptance", "early_return", "manned")

HEADER = (
    "contribution_id", "isocode3", "contributing_country", "mission_acronym", "personnel_type",
    "female_personnel", "male_personnel", "last_reporting_date",
)  # fmt: skip
"""Columns of the CSV export."""

KINDS = (
    "Experts on Mission", "Formed Police Units", "Individual Police", "Staff Officer", "Troops",
)  # fmt: skip
"""Personnel types; the plural and singular of the series are taken as one."""

LARGEST = 50_000_000
"""Largest file read, bytes; the whole export since 1990 has about 20 million."""

_MONTHS = [
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
]  # fmt: skip

_NAMED = re.compile(
    r"(?:\b\d{1,2}[-\s])?\b(" + "|".join(f"{m[:3]}(?:{m[3:]})?" for m in _MONTHS) + r")[a-z]*\.?"
    r"[-\s,]+(?:\d{1,2}[,\s]+)?((?:19|20)\d\d|\d\d)\b",
    re.IGNORECASE,
)

_DATED = re.compile(r"\b(\d{1,2})/(\d{1,2})/((?:19|20)\d\d)\b")

_ISO = re.compile(r"\b((?:19|20)\d\d)-(\d\d)(?:-\d\d)?\b")

_NUMBERS = re.compile(r"^(.*?)\s*((?:\s+-?[\d,]+)+)\s*$")

_HEADING = re.compile(r"contribution|personnel|page|month|mission|country", re.IGNORECASE)
"""Words of headings, which are repeated on every page."""

_MISSION = re.compile(r"[A-Z][A-Z0-9/-]{2,}")

DEMANDS: Mapping[tuple[str, str], tuple[str, float, str]] = {
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
"""By mission and kind: the demands of the data tables that a count speaks of, its error in persons
and why."""


@dataclass(frozen=True)
class Row:
    """One row of a table: its cells by column, and the line it begins in; one not given is None."""

    table: str
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
    return _TableFile(path, columns, faults, key, str(path) if name is None else name).read()


def _table_of(folder: Path, table: str, faults: list[Fault]) -> Table:
    """Read a table of a data folder."""
    path, key = folder / f"{table}.csv", KEYS.get(table, ("id",))
    return read_table(path, TABLES[table], faults, key=key, name=shown(path))


class _TableFile:
    """A table while it is read."""

    def __init__(
        self, path: Path, columns: Sequence[Column], faults: list[Fault], key: Sequence[str],
        name: str,
    ):  # fmt: skip
        self.path, self.faults, self.key, self.file = path, faults, key, name
        self.known = {column.name: column for column in columns}
        self.seen: dict[tuple[Any, ...], int] = {}

    def fault(self, line: int, column: str, message: str) -> None:
        self.faults.append(Fault(self.file, line, 0, column, message))

    def wrong(self, line: int, message: str) -> InputError:
        """Return what is wrong with a file of which no row can be read."""
        return InputError(Fault(self.file, line, 0, "", message))

    def read(self) -> Table:
        with collect_faults(self.faults):
            reader = csv.reader(io.StringIO(self.text(), newline=""), strict=True)
            try:
                return self.rows(reader, self.header(next(reader, [])))
            except csv.Error as error:
                raise self.wrong(reader.line_num, f"not readable as CSV: {error}") from None
        return Table(self.file, (), whole=False)

    def text(self) -> str:
        try:
            if not self.path.is_file() and self.path.exists():
                # opening a pipe blocks until something writes
                raise self.wrong(0, "cannot be read: expected a file")
            with self.path.open("rb") as file:
                data = file.read(SIZE + 1)
        except OSError as error:
            raise self.wrong(0, f"cannot be read: {error.strerror}") from None
        if len(data) > SIZE:
            raise self.wrong(0, f"too large: more than {SIZE:,} bytes")
        try:
            if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise UnicodeDecodeError("utf-8", data, 0, 2, "UTF-16")
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            message = (
                f"expected UTF-8, found byte 0x{data[error.start]:02x}: "
                "save it from the spreadsheet as 'CSV UTF-8'"
            )
            raise self.wrong(data.count(b"\n", 0, error.start) + 1, message) from None
        if "\0" in text:
            line = text.count("\n", 0, text.index("\0")) + 1
            raise self.wrong(line, "found a zero byte, expected text")
        if not text.strip():
            raise self.wrong(0, "the file is empty, expected a header row")
        return text

    def header(self, cells: list[str]) -> list[str]:
        header, known = [cell.strip() for cell in cells], self.known
        if len(header) == 1 and len(known) > 1 and any(mark in header[0] for mark in ";\t"):
            mark = "semicolons" if ";" in header[0] else "tabs"
            message = (
                f"columns are separated by {mark}, expected commas: spreadsheets set to Dutch save "
                "them so; save it as 'CSV UTF-8 (comma delimited)' with decimal points"
            )
            raise self.wrong(1, message)
        wrong = []
        for place, column in enumerate(header):
            if column not in known:
                message = f"unknown column{nearest(column, known)}; expected {', '.join(known)}"
                wrong.append((column, message))
            elif column in header[:place]:
                wrong.append((column, "column named twice"))
        for column, what in known.items():
            if what.required and column not in header:
                wrong.append((column, "column missing"))
        if wrong:
            raise InputError(Fault(self.file, 1, 0, column, said) for column, said in wrong)
        return header

    def rows(self, reader: Any, header: list[str]) -> Table:
        """Return the good rows, and the ids of those that were left out."""
        rows: list[Row] = []
        dropped: set[str] = set()
        line = reader.line_num + 1
        for cells in reader:
            start, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if len(rows) >= ROWS:
                self.fault(start, "", f"more than {ROWS:,} rows")
                break
            row = self.row(cells, header, start)
            if row is None:
                dropped.update(cell.strip() for cell in cells[:1])
            elif self.once(row):
                rows.append(row)
        return Table(self.file, tuple(rows), frozenset(dropped))

    def row(self, cells: list[str], header: list[str], line: int) -> Row | None:
        if len(cells) != len(header):
            hint = " (a comma inside a text needs quotes)" if len(cells) > len(header) else ""
            self.fault(line, "", f"expected {len(header)} cells, found {len(cells)}{hint}")
            return None
        before = len(self.faults)
        values: dict[str, Any] = dict.fromkeys(self.known)
        for column, cell in zip(header, cells, strict=True):
            what = self.known[column]
            cell = cell.strip()
            if not cell:
                if what.required:
                    self.fault(line, column, "a value is needed here")
                elif what.kind in LISTS:
                    values[column] = ()
                elif what.kind in ("text", "id", "choice"):
                    values[column] = ""
                continue
            try:
                values[column] = parse_cell(cell, what)
            except ValueError as error:
                self.fault(line, column, str(error))
        for column, what in self.known.items():
            if values[column] is None and column not in header:
                values[column] = () if what.kind in LISTS else "" if what.kind == "text" else None
        return Row(self.path.stem, line, values) if len(self.faults) == before else None

    def once(self, row: Row) -> bool:
        """Complain of a row that has the key of an earlier one."""
        value = tuple(row[column] for column in self.key)
        first = self.seen.setdefault(value, row.line)
        if not self.key or first == row.line:
            return True
        called = " ".join(str(part) for part in value if part not in (None, ""))
        message = f"{called!r} is in line {first} already: remove one of the two rows"
        self.fault(row.line, "+".join(self.key), message)
        return False


def parse_cell(cell: str, column: Column) -> Any:
    """Return what a cell that is not empty says; raise ValueError that says what is wrong with it.

    Examples
    --------
    >>> parse_cell("staff civil", Column("pools", "ids"))
    ('staff', 'civil')
    """
    return _READERS[column.kind](cell, column)


def _id(cell: str) -> str:
    if not ID.fullmatch(cell):
        raise ValueError(f"expected an id (lower-case letters, digits, hyphens), found {cell!r}")
    if cell in EVERYTHING:
        raise ValueError(f"{cell!r} stands for everything: choose another id")
    return cell


def _ids(cell: str) -> tuple[str, ...]:
    ids = tuple(map(_id, cell.split()))
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
        if _THOUSANDS.fullmatch(cell):
            instead = f"{cell.replace(',', '')} or {instead}, whichever is meant"
        raise ValueError(f"expected a decimal point, found {cell!r}: write {instead}")
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


def _number(cell: str, column: Column) -> float:
    return parse_number(cell, column.low, column.high)


def _whole(cell: str, column: Column) -> int:
    value = _number(cell, column)
    if value != int(value):
        raise ValueError(f"expected a whole number, found {cell!r}")
    return int(value)


def _flag(cell: str) -> bool:
    if cell not in ("yes", "no"):
        raise ValueError(f"expected yes or no, found {cell!r}")
    return cell == "yes"


def _choice(cell: str, column: Column) -> str:
    if cell not in column.choices:
        known = ", ".join(column.choices)
        raise ValueError(f"expected one of {known}, found {cell!r}{nearest(cell, column.choices)}")
    return cell


def _caps(cell: str, column: Column) -> tuple[tuple[Month, Any], ...]:
    """Return a cap by month: a number, or (value, low, high) where it has a range."""
    found: list[tuple[Month, Any]] = []
    for part in cell.split():
        parts = _CAP.fullmatch(part)
        if not parts:
            raise ValueError(
                "expected caps by month such as 2022-08:15, or 2022-08:15(12..18) with lowest and "
                f"highest, found {part!r}"
            )
        value, *sides = (
            parse_number(text, column.low, column.high) for text in parts.groups()[1:] if text
        )
        if sides and not sides[0] <= value <= sides[1]:
            raise ValueError(f"expected lowest, value and highest in order, found {part!r}")
        found.append((Month.parse(parts[1]), (value, *sides) if sides else value))
    if len({month for month, _ in found}) < len(found):
        raise ValueError(f"a month is named twice in {cell!r}")
    return tuple(found)


def _step(said: Any, origin: Origin) -> Parameter:
    value, low, high = said if isinstance(said, tuple) else (said, None, None)
    return Parameter(value, low, high, origin)


_CAP = re.compile(r"([^:]+):([^:()]+)(?:\(([^()]+)\.\.([^()]+)\))?")


def caps_text(caps: Iterable[tuple[Month, Any]]) -> Iterator[str]:
    """Yield the text of each cap of a cell of caps by month, as such a cell is read.

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


_READERS: dict[str, Callable[[str, Column], Any]] = {
    "text": lambda cell, column: cell,
    "id": lambda cell, column: _id(cell),
    "ids": lambda cell, column: _ids(cell),
    "options": lambda cell, column: parse_options(cell),
    "caps": _caps,
    "number": _number,
    "whole": _whole,
    "month": lambda cell, column: Month.parse(cell),
    "flag": lambda cell, column: _flag(cell),
    "choice": _choice,
}


def shipped(folder: str) -> Path:
    """Return a folder that comes with the package: ``data`` or ``scenarios``.

    In a clone it lies beside the package, in an installation inside it.
    """
    package = Path(__file__).resolve().parent.parent
    inside = package / "shipped" / folder
    return inside if inside.is_dir() else package.parent / folder


def default_data() -> Path:
    """Return the data folder that scenarios use unless they name another."""
    return shipped("data")


def shown(path: Path) -> str:
    """Return a path relative to the working folder where it lies below it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative


def read_data(folder: Path) -> Inputs:
    """Read a data folder; raise InputError with every fault of every table.

    Returns
    -------
    Inputs
        Everything in the tables; demands under study, declined or known from hindsight are included
        but do not count.
    """
    if not folder.is_dir():
        raise InputError(Fault(shown(folder), 0, 0, "", "no such data folder"))
    return _Reader(folder).read()


def read_observations(folder: Path) -> tuple[Observation, ...]:
    """Read what was seen, in the order of the table; raise InputError with every fault.

    Returns
    -------
    tuple of Observation
        Empty where the folder has no ``observations.csv``.

    Examples
    --------
    >>> seen = read_observations(default_data())
    >>> next(one.people for one in seen if one.id == "un-untso-experts-2022-06")
    12.0
    """
    if not (folder / "observations.csv").exists():
        return ()
    faults: list[Fault] = []
    table = _table_of(folder, "observations", faults)
    inputs = read_data(folder)
    known = {"demands": inputs.demands.keys(), "pools": inputs.pools.keys()}
    for row in table.rows:
        for column, names in known.items():
            for name in row[column]:
                if name not in names:
                    message = f"unknown {column.removesuffix('s')} {name!r}{nearest(name, names)}"
                    faults.append(table.fault(row, column, message))
    if faults:
        raise InputError(sorted(faults))
    return tuple(Observation(**row.cells) for row in table.rows)


def read_places(folder: Path | None = None) -> dict[str, tuple[str, float, float]]:
    """Return where missions are drawn on a map: place, degrees north, degrees east, by mission.

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
    rows = _table_of(folder, "places", faults).rows
    if faults:
        raise InputError(sorted(faults))
    return {row["mission"]: (row["place"], row["latitude"], row["longitude"]) for row in rows}


class _Reader:
    """Reads one folder, collecting faults."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.faults: list[Fault] = []
        self.tables: dict[str, Table] = {}
        self.ids: dict[str, set[str]] = {}
        self.manned: dict[str, Parameter] = {}

    def read(self) -> Inputs:
        for name in TABLES:
            if name == "observations":
                continue
            path = self.folder / f"{name}.csv"
            if name in OPTIONAL and not path.exists():
                self.tables[name] = Table(shown(path), ())
            else:
                self.tables[name] = _table_of(self.folder, name, self.faults)
        for name in ("sources", "missions", "pools", "kinds", "demands"):
            self.ids[name] = self.tables[name].ids()
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

    def complain(self, row: Row, column: str, message: str) -> None:
        self.faults.append(self.tables[row.table].fault(row, column, message))

    def written(self, row: Row) -> dict[str, Any]:
        """Return where a row stands, as inputs say it."""
        return {"file": f"{self.folder.name}/{row.table}.csv", "line": row.line}

    def known(self, row: Row, column: str, other: str) -> None:
        """Check that what a cell names exists in the other table; an empty cell names nothing."""
        if not self.tables[other].whole:
            return
        cells = row[column] if isinstance(row[column], tuple) else (row[column],)
        names = [
            name for cell in cells for name in ((cell,) if isinstance(cell, str) else cell or ())
        ]
        for name in dict.fromkeys(names):
            if name and name not in self.ids[other]:
                what = other.removesuffix("s")
                near = nearest(name, self.ids[other], len(self.faults))
                self.complain(row, column, f"unknown {what} {name!r}{near}")

    def origin(self, row: Row, prefix: str = "") -> Origin:
        source, basis = row[prefix + "source"] or "", row[prefix + "basis"] or "assumption"
        self.known(row, prefix + "source", "sources")
        if basis != "assumption" and not source and row[prefix + "basis"]:
            self.complain(row, prefix + "source", f"a parameter on basis {basis!r} needs a source")
        note = row["note"] if not prefix else ""
        return Origin(basis, source, row[prefix + "section"] or "", note, **self.written(row))

    def parameter(self, row: Row) -> Parameter:
        value, low, high = row["value"], row["low"], row["high"]
        if low is not None and low > value:
            self.complain(row, "low", f"low {low:g} is above the value {value:g}")
        if high is not None and high < value:
            self.complain(row, "high", f"high {high:g} is below the value {value:g}")
        most = max(value, high or 0.0)
        if row.cells.get("figure") in SHARES and most > 1:
            self.complain(row, "value", f"expected a share between 0 and 1, found {most:g}")
        return Parameter(value, low, high, self.origin(row))

    def mission(self, row: Row, events: Mapping[str, Event]) -> Mission:
        self.known(row, "source", "sources")
        return Mission(
            **{name: "" if cell is None else cell for name, cell in row.cells.items()},  # type: ignore[arg-type]
            prolonged=events.get("prolonged"),
            ended_early=events.get("ended_early"),
            **self.written(row),
        )

    def demand(self, row: Row) -> DemandInput:
        dates = self.origin(row, "dates_")
        standing = row["standing"]
        for column in ("first", "last"):
            if row[column] is None and standing in ("standing", "past"):
                self.complain(row, column, f"a demand that is {standing} needs a month")
        first, last = row["first"], row["last"]
        if first and last and first > last:
            message = f"months out of order: the last, {last}, is before the first, {first}"
            self.complain(row, "last", message)
        given = ("id", "mission", "name", "name_nl", "category", "kind", "tier", "cohorts")
        cap = self.parameter(row)
        for month, _ in row["cap_from"]:
            if first and last and not first < month <= last:
                message = f"{month}: expected a month after the first and up to the last"
                self.complain(row, "cap_from", message)
        return DemandInput(
            **{name: row[name] for name in given},
            options=row["pools"],
            cap=cap,
            cap_from={month: _step(said, cap.origin) for month, said in row["cap_from"]},
            first=self.when(row, "first", dates),
            last=self.when(row, "last", dates),
            standing=standing,
            counts=standing in ("standing", "past"),
            fixed_length=bool(row["fixed_length"]),
            on_call=bool(row["on_call"]),
            unit=bool(row["unit"]),
            manned=self.manned.get(row["id"]),
            weight=1.0 if row["weight"] is None else row["weight"],
            note=row["note"],
            more={name: row[name] for name in CARRIED if row.cells.get(name) not in (None, "", ())},
            **self.written(row),
        )

    def when(self, row: Row, column: str, origin: Origin) -> When | None:
        """Return a month of a demand with its range."""
        month, low, high = (row[column + side] for side in ("", "_low", "_high"))
        for side, end, wrong in (
            ("_low", low, low and month and low > month),
            ("_high", high, high and month and high < month),
        ):
            if wrong or (end and not month):
                message = f"{end} is on the wrong side of the month {month}"
                self.complain(row, column + side, message)
        return When(month, origin, low, high) if month else None

    def events(self) -> dict[str, dict[str, Event]]:
        """Return how mandates may end otherwise, by mission and event."""
        events: dict[str, dict[str, Event]] = {}
        for row in self.tables["mandates"].rows:
            self.known(row, "mission", "missions")
            event = Event(row["chance"], row["months"], self.origin(row))
            events.setdefault(row["mission"], {})[row["event"]] = event
        return events

    def series(self) -> dict[tuple[str, str], dict[str, list[Any]]]:
        """Return the steps of every factor by force (pool empty) or pool (force empty)."""
        series: dict[tuple[str, str], dict[str, list[Any]]] = {}
        for row in self.tables["strengths"].rows:
            force, pool, name = row["force"] or "", row["pool"] or "", row["figure"]
            self.known(row, "pool", "pools")
            if bool(force) == bool(pool):
                self.complain(row, "pool", "expected a force or a pool, one of the two")
            elif force and name not in ("filled", "fit"):
                self.complain(row, "figure", f"a force has no {name}")
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
                    self.complain(row, "force", f"{factor} is for pools of a force")
                elif not steps or steps[0][0] is not None:
                    message = f"no {factor} from the start (a row with 'from' empty)"
                    self.complain(row, factor, f"strengths.csv gives {message}")
            pools[row["id"]] = Pool(
                **{**row.cells, "force": force},
                series={factor: tuple(steps) for factor, steps in factors.items()},
                **self.written(row),
            )
        return pools

    def kinds(self) -> dict[str, Kind]:
        rotation: dict[str, dict[str, dict[str, Parameter]]] = {}
        presence: dict[str, dict[str, Parameter]] = {}
        rows = self.tables["kinds"].rows
        for row in self.tables["rotation"].rows:
            self.known(row, "kind", "kinds")
            self.known(row, "pool", "pools")
            parameter = self.parameter(row)
            whole = row["figure"] in ("tour", "preparation")
            for side in ("value", "low", "high") if whole else ():
                months = getattr(parameter, side)
                if months is not None and months != int(months):
                    self.complain(row, side, f"expected whole months, found {months:g}")
            if row["figure"] == "tour" and (parameter.value < 1 or row["pool"]):
                message = "a tour is at least 1 month and the same for every pool"
                self.complain(row, "value", message)
            policies = rotation.setdefault(row["kind"], {})
            pool = row["pool"] or ""
            other = {"rest": "dwell", "dwell": "rest"}.get(row["figure"], "")
            if pool in policies.get(other, {}):
                message = f"{other} is given as well: a pool has rest or dwell, not both"
                self.complain(row, "figure", message)
            policies.setdefault(row["figure"], {})[pool] = parameter
        for row in self.tables["presence"].rows:
            self.known(row, "kind", "kinds")
            self.known(row, "demand", "demands")
            about = "demand" if row["figure"] == MANNED else "kind"
            if not row[about] or (row["kind"] and row["demand"]):
                message = f"{row['figure']} is of a {about}: name one, and nothing else"
                self.complain(row, about, message)
            elif row["kind"]:
                figure = self.parameter(row)
                presence.setdefault(row["kind"], {})[row["figure"]] = figure
        return {
            row["id"]: Kind(
                **row.cells,
                rotation=rotation.get(row["id"], {}),
                presence=presence.get(row["id"], {}),
                **self.written(row),
            )
            for row in rows
        }

    def bound(self, row: Row) -> BoundInput:
        if row["min"] is None and row["max"] is None:
            self.complain(row, "min", "expected a min, a max or both")
        if row["min"] is not None and row["max"] is not None and row["min"] > row["max"]:
            self.complain(row, "max", f"max {row['max']:g} is below min {row['min']:g}")
        origin = self.origin(row)
        lower, upper = (
            None if row[side] is None else Parameter(row[side], origin=origin)
            for side in ("min", "max")
        )
        pools = row["pools"] or None
        return BoundInput(row["id"], row["demands"], pools, lower, upper, row["note"])

    def cost(self, row: Row) -> Cost:
        if bool(row["kind"]) == bool(row["demand"]):
            self.complain(row, "kind", "expected a kind or a demand, one of the two")
        return Cost(row["fund"], row["kind"] or "", row["demand"] or "", self.parameter(row))

    def outcomes(self) -> dict[str, dict[str, Parameter | When]]:
        outcomes: dict[str, dict[str, Parameter | When]] = {}
        for row in self.tables["outcomes"].rows:
            self.known(row, "demand", "demands")
            origin, value = self.origin(row), row["value"]
            fact: Parameter | When
            try:
                if row["field"] == "cap":
                    fact = Parameter(parse_number(value, 0.0, 1e6), origin=origin)
                else:
                    fact = When(Month.parse(value), origin)
            except ValueError as error:
                self.complain(row, "value", str(error))
                continue
            outcomes.setdefault(row["demand"], {})[row["field"]] = fact
        return outcomes

    def check(self, inputs: Inputs) -> None:
        """Check what refers to tables that are read later."""
        for row in self.tables["demands"].rows:
            self.known(row, "mission", "missions")
            self.known(row, "kind", "kinds")
            self.known(row, "pools", "pools")
            kind = inputs.kinds.get(row["kind"])
            if kind is None or not self.tables["rotation"].whole:
                continue
            for name, pool in lacking_policies(kind, inputs.demands[row["id"]]):
                what = f"kind {row['kind']!r} no {name} for pool {pool!r}"
                self.complain(row, "kind", f"rotation.csv gives {what}")
        for row in self.tables["bounds"].rows:
            self.known(row, "demands", "demands")
            self.known(row, "pools", "pools")
        for row in self.tables["costs"].rows:
            self.known(row, "kind", "kinds")
            self.known(row, "demand", "demands")


def _source(row: Row) -> Source:
    return Source(**{name: row[name] or "" for name in row.cells})


@dataclass(frozen=True)
class Count:
    """People of one country in one mission in one month, by kind."""

    month: Month
    country: str
    mission: str
    kind: str
    persons: int
    code: str = ""
    """Country by its three letters, in lower case; empty where the file has none."""


def read_un(path: str | Path, country: str = "Netherlands") -> tuple[Count, ...]:
    """Return the counts of a country in a file of the series.

    Parameters
    ----------
    path : str or Path
        The CSV export, or the text of a monthly table.
    country : str
        As the series names it; its three-letter code works for the export as well.

    Raises
    ------
    InputError
        The file is in neither form, a cell is wrong, or a month does not add up to its printed
        totals; every fault with its line.
    """
    name = str(path)
    try:
        with Path(path).open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise InputError(Fault(name, 0, 0, "", f"cannot be read: {error.strerror}")) from None
    if len(data) > LARGEST:
        raise InputError(Fault(name, 0, 0, "", f"too large: more than {LARGEST:,} bytes"))
    if data.startswith(b"%PDF"):
        message = "is a PDF: make text of it first, with 'pdftotext -layout'"
        raise InputError(Fault(name, 0, 0, "", message))
    text = data.decode("utf-8-sig", errors="replace")
    counts = _export(text, name) if "contribution_id" in text[:2000] else _table(text, name)
    wanted = country.casefold()
    return tuple(one for one in counts if wanted in (one.country.casefold(), one.code))


def _kind(text: str) -> str | None:
    """Return the personnel type that a text is, in the singular or plural of :data:`KINDS`."""
    plain = re.sub(r"\s+", " ", text).strip().casefold()
    for kind in KINDS:
        stem = kind.casefold().rstrip("s")
        if plain in (stem, stem + "s", stem.replace("expert ", "experts ")):
            return kind
    return {"staff officers": "Staff Officer", "contingent troops": "Troops"}.get(plain)


def _month_in(text: str) -> Month | None:
    if found := _ISO.search(text):
        year, month = int(found[1]), int(found[2])
    elif found := _DATED.search(text):
        day, month, year = map(int, found.groups())
        if month > 12:  # the month stands first
            month = day
    elif found := _NAMED.search(text):
        month = next(i for i, m in enumerate(_MONTHS, 1) if m.startswith(found[1].lower()[:3]))
        year = int(found[2])
        year += 2000 if year < 100 else 0
    else:
        return None
    return Month(year, month) if 1 <= month <= 12 else None


def _export(text: str, name: str) -> list[Count]:
    """Read the CSV export."""
    reader = csv.DictReader(io.StringIO(text, newline=""))
    header = [cell.strip() for cell in reader.fieldnames or ()]
    lacking = [column for column in HEADER if column not in header]
    if lacking:
        raise InputError(Fault(name, 1, 0, lacking[0], "column missing"))
    reader.fieldnames = header
    counts, faults = [], []
    for row in reader:
        line = reader.line_num
        cells = {column: (row.get(column) or "").strip() for column in HEADER}
        month, kind = _month_in(cells["last_reporting_date"]), _kind(cells["personnel_type"])
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
    return _added(counts)


def _added(counts: Iterable[Count]) -> list[Count]:
    """Return counts with those of the same month, country, mission and kind added up."""
    found: dict[tuple[Month, str, str, str], Count] = {}
    for one in counts:
        key = (one.month, one.country, one.mission, one.kind)
        old = found.get(key)
        found[key] = one if old is None else replace(old, persons=old.persons + one.persons)
    return list(found.values())


def _table(text: str, name: str) -> list[Count]:
    """Read the text of a monthly table, and hold every printed total against its rows."""
    month = next((one for line in text.splitlines()[:60] if (one := _month_in(line))), None)
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
        found = _NUMBERS.match(" " + row)
        words = re.sub(r"\s+", " ", (found[1] if found else row)).strip()
        numbers = [int(one.replace(",", "")) for one in found[2].split()] if found else []
        head, kind = _split(words)
        if kind is None and _total(words):
            if numbers:
                totals.append((_total(words) or "", mission, country, numbers[-1], line))
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
    return _added(counts)


def _split(words: str) -> tuple[str, str | None]:
    """Return what stands before a personnel type at the end of a text, and that type."""
    parts = words.split(" ")
    for size in (3, 2, 1):
        kind = _kind(" ".join(parts[-size:]))
        if kind is not None and len(parts) >= size:
            return " ".join(parts[:-size]).strip(), kind
    return words, None


def _total(words: str) -> str | None:
    """Return what a total is of: ``*`` of everything, empty of what the rows above it are of."""
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
    for one in counts:
        by_mission[one.mission] += one.persons
        by_country[one.mission, one.country] += one.persons
    faults = []
    for of, mission, country, printed, line in totals:
        if of == "*":
            found, what = sum(by_mission.values()), "all missions"
        elif of in by_mission:
            found, what = by_mission[of], of
        elif of == ".":
            found, what = by_country[mission, country], f"{country} in {mission}"
            if found != printed and by_mission[mission] == printed:
                continue
        else:
            found, what = by_country[mission, of], f"{of} in {mission}"
        if found != printed:
            sums = f"the rows of {what} add up to {found}, the printed total is {printed}"
            faults.append(Fault(name, line, 0, "", f"{month}: {sums}"))
    if faults:
        raise InputError(faults)


def observations(counts: Iterable[Count], source: str = "un-uniformed") -> list[dict[str, str]]:
    """Return counts as rows of ``observations.csv``; a count of no known demand is left out.

    Parameters
    ----------
    counts : iterable of Count
        From :func:`read_un`.
    source : str
        Id of their source.
    """
    rows = []
    for one in sorted(counts, key=lambda count: (count.month, count.mission, count.kind)):
        if (one.mission, one.kind) not in DEMANDS:
            continue
        demands, error, note = DEMANDS[one.mission, one.kind]
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
