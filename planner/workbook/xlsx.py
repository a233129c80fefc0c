"""Read the cells of an .xlsx file, with limits on time and memory.

An .xlsx file is a zip of XML parts. Only the parts with cells, texts and number formats are read,
as a stream: reading stops as soon as a limit is exceeded, so that a small file that unpacks to a
huge one costs neither time nor memory. Macros, links and XML entities are refused.
"""

from __future__ import annotations

import datetime
import io
import os
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

from planner.errors import Fault, InputError

__all__ = [
    "LIMITS",
    "FailedCell",
    "ReadingLimits",
    "SheetCells",
    "WorkbookFile",
    "open_book",
    "is_hidden",
]

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
"""Last row and column of a spreadsheet."""

_CHUNK = 65_536
"""Bytes that are unpacked at once."""

_OLE_SIGNATURE = b"\xd0\xcf\x11\xe0"
"""First bytes of a workbook with a password, and of the old format .xls."""

_ZIP_ENTRY = b"PK\x01\x02"
"""First bytes of each entry in the directory of a zip."""

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")

_NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")

_WHOLE = re.compile(r"[-+]?[0-9]{1,15}")

_NOT_DATE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
"""Parts of a number format without date codes: quoted text, colours, languages."""

_BUILT_IN_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
"""Ids of the built-in date formats."""

_EPOCH = datetime.datetime(1899, 12, 30)
"""Day 0 of a spreadsheet, for dates from March 1900 on."""


@dataclass(frozen=True)
class ReadingLimits:
    """How large a workbook may be.

    Attributes
    ----------
    size : int
        Bytes of the file.
    parts : int
        Files in the zip.
    part, total : int
        Unpacked bytes of one part, and of all parts.
    elements : int
        XML elements of all parts that are read, together.
    characters : int
        Characters in all cells that are read, together; a shared text counts for every cell.
    text : int
        Characters of one cell.
    sheets : int
        Sheets.
    rows, columns : int
        Of a sheet that is read; empty cells beyond them are ignored.
    """

    size: int = 20_000_000
    parts: int = 2_000
    part: int = 40_000_000
    total: int = 150_000_000
    elements: int = 1_000_000
    characters: int = 20_000_000
    text: int = 100_000
    sheets: int = 500
    rows: int = 20_000
    columns: int = 200


LIMITS = ReadingLimits()


class FailedCell(str):
    """Content of a cell whose formula has no value: an error such as ``#REF!``, or nothing."""


@dataclass
class SheetCells:
    """The cells of one sheet.

    Attributes
    ----------
    rows : list of (int, tuple)
        Rows that are not empty: number from 1, and values from the first column on. A cell with a
        formula has its last saved value, or a :class:`FailedCell`.
    merged : list of str
        Merged ranges, such as ``B4:B6``.
    hidden_rows : list of int
        Rows among `rows` that are hidden or have height 0.
    hidden_columns : list of (int, int)
        First and last of neighbouring columns that are hidden or have width 0, from 1.
    """

    rows: list[tuple[int, tuple[Any, ...]]] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)


@dataclass
class WorkbookFile:
    """An open workbook.

    Attributes
    ----------
    name : str
        Name of the file in messages.
    parts : dict of str to str
        XML part of each sheet by title.
    hidden : set of str
        Titles of hidden sheets.
    """

    name: str
    parts: dict[str, str]
    hidden: set[str]
    _archive: _Archive
    _strings: list[str]
    _dates: frozenset[int]
    _epoch: datetime.datetime
    _read: dict[str, SheetCells] = field(default_factory=dict)

    @property
    def titles(self) -> list[str]:
        """Titles of all sheets, in order."""
        return list(self.parts)

    def sheet(self, title: str) -> SheetCells:
        """Return the cells of a sheet.

        Raises
        ------
        InputError
            More rows, columns or text than :data:`LIMITS` allow, or the sheet is damaged.
        """
        if title not in self._read:
            reader = _SheetReader(self, title)
            self._archive.parse(self.parts[title], reader, title)
            self._read[title] = reader.cells
        return self._read[title]

    def rows(self, title: str) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """Yield the rows of a sheet that are not empty: number from 1, and values."""
        yield from self.sheet(title).rows

    def close(self) -> None:
        """Release the file."""
        self._archive.zip.close()


def open_book(path: str | Path, limits: ReadingLimits = LIMITS) -> WorkbookFile:
    """Open a workbook.

    Raises
    ------
    InputError
        It cannot be read, is no workbook, holds macros or links to other workbooks, is protected
        with a password, or is larger than `limits`.
    """
    name = str(path)
    try:
        with open(path, "rb") as stream:
            data = stream.read(limits.size + 1)
    except (OSError, ValueError) as error:
        reason = "is a folder, expected a workbook" if os.path.isdir(path) else _reason(error)
        raise _error(name, f"cannot be read: {reason}") from None
    if len(data) > limits.size:
        raise _error(name, f"too large: more than {limits.size:,} bytes")
    if data[:4] == _OLE_SIGNATURE:
        message = "is protected with a password, or in the old format .xls: save it as .xlsx"
        raise _error(name, f"{message} without a password")
    if data[:2] != b"PK":
        raise _error(name, "not a workbook (.xlsx)")
    if data.count(_ZIP_ENTRY) > limits.parts:
        message = f"more than {limits.parts:,} parts: not a workbook of a spreadsheet"
        raise _error(name, message)
    try:
        archive = _Archive(name, zipfile.ZipFile(io.BytesIO(data)), limits)
        archive.check()
        return _read_contents(archive)
    except InputError:
        raise
    except Exception as error:  # what a damaged zip can raise has no common base
        raise _error(name, f"not a workbook that can be read: {_reason(error)}") from None


class _Archive:
    """Zip file of a workbook, whose parts are parsed as streams within common limits."""

    def __init__(self, name: str, zip_file: zipfile.ZipFile, limits: ReadingLimits):
        self.name, self.zip, self.limits = name, zip_file, limits
        self.elements = 0
        self.characters = 0

    def check(self) -> None:
        """Raise InputError if the directory of the zip shows that the file cannot be read."""
        limits, members = self.limits, self.zip.infolist()
        names = [member.filename.lower() for member in members]
        large = max((member.file_size for member in members), default=0)
        if large > limits.part or sum(member.file_size for member in members) > limits.total:
            message = f"too large when unpacked: more than {limits.part // 1_000_000} MB"
            raise _error(self.name, message)
        if "mimetype" in names and "content.xml" in names:
            message = "is an OpenDocument file: save it as Excel workbook (.xlsx)"
            raise _error(self.name, message)
        if any(member.endswith("workbook.bin") for member in names):
            message = "is a binary workbook (.xlsb): save it as Excel workbook (.xlsx)"
            raise _error(self.name, message)
        if not any(member.endswith("workbook.xml") for member in names):
            raise _error(self.name, "not a workbook (.xlsx)")
        if any(member.endswith("vbaproject.bin") for member in names):
            raise _error(self.name, "holds macros: save it as .xlsx, which has none")
        if any("/externallinks/" in member for member in names):
            message = "takes values from another workbook: break the links, so that values stay"
            raise _error(self.name, message)

    def __contains__(self, part: str) -> bool:
        return part in self.zip.NameToInfo

    def parse(self, part: str, reader: _XmlReader, sheet: str = "") -> None:
        """Parse an XML part as a stream; raise InputError if it is damaged or too large."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.ordered_attributes = False
        parser.StartDoctypeDeclHandler = self._refuse_entities(part)
        parser.StartElementHandler = self._counting_elements(reader.start, sheet)
        parser.EndElementHandler = lambda name: reader.end(name.rpartition(":")[2])
        parser.CharacterDataHandler = reader.text
        try:
            with self.zip.open(part) as stream:
                while chunk := stream.read(_CHUNK):
                    parser.Parse(chunk, False)
                parser.Parse(b"", True)
        except InputError:
            raise
        except Exception as error:  # what a damaged zip or XML can raise has no common base
            raise _error(self.name, f"cannot be read: {_reason(error)}", sheet) from None

    def _counting_elements(
        self, start: Callable[[str, dict[str, str]], None], sheet: str
    ) -> Callable[[str, dict[str, str]], None]:
        limit = self.limits.elements

        def counted(name: str, attributes: dict[str, str]) -> None:
            self.elements += 1
            if self.elements > limit:
                message = f"too large: more than {limit:,} cells and other elements"
                raise _error(self.name, message, sheet)
            start(name.rpartition(":")[2], attributes)

        return counted

    def _refuse_entities(self, part: str) -> Callable[..., None]:
        def refuse(*_: Any) -> None:
            raise _error(self.name, f"part {part} declares entities: not read")

        return refuse

    def count_characters(self, text: str, sheet: str) -> None:
        """Count the characters of a cell; raise InputError if there are too many."""
        limits = self.limits
        self.characters += len(text)
        if len(text) > limits.text or self.characters > limits.characters:
            limit = limits.text if len(text) > limits.text else limits.characters
            what = "one cell" if limit == limits.text else "all cells"
            raise _error(self.name, f"more than {limit:,} characters in {what}", sheet)


class _XmlReader:
    """Handler of the elements of one XML part."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element, with its name without prefix."""

    def end(self, name: str) -> None:
        """Handle the end of an element."""

    def text(self, text: str) -> None:
        """Handle text."""


class _ContentsReader(_XmlReader):
    """Reads the sheets in order with the relations to their parts, and the date system."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.from_1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            hidden = attributes.get("state", "visible") != "visible"
            self.sheets.append((attributes.get("name", ""), relation, hidden))
        elif name == "workbookPr":
            self.from_1904 = attributes.get("date1904") in ("1", "true")


class _RelationsReader(_XmlReader):
    """Reads targets and types of relations by id."""

    def __init__(self) -> None:
        self.targets: dict[str, tuple[str, str]] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            target, kind = attributes.get("Target", ""), attributes.get("Type", "")
            self.targets[attributes.get("Id", "")] = (target, kind.rpartition("/")[2])


class _StylesReader(_XmlReader):
    """Reads the indices of cell styles with a date format."""

    def __init__(self) -> None:
        self.dates: set[int] = set()
        self._formats: dict[str, bool] = {}
        self._section = ""
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in ("numFmts", "cellXfs", "cellStyleXfs", "dxfs"):
            self._section = name
        elif name == "numFmt" and self._section == "numFmts":
            code = _NOT_DATE.sub("", attributes.get("formatCode", "")[:1000])
            is_date = any(letter in "dmhys" for letter in code.partition(";")[0].casefold())
            self._formats[attributes.get("numFmtId", "")] = is_date
        elif name == "xf" and self._section == "cellXfs":
            number = attributes.get("numFmtId", "0")
            built_in = number.isdecimal() and len(number) < 5 and int(number) in _BUILT_IN_DATES
            if self._formats.get(number, built_in):
                self.dates.add(self._count)
            self._count += 1

    def end(self, name: str) -> None:
        if name == self._section:
            self._section = ""


class _TextReader(_XmlReader):
    """Collects the text of elements ``t``, phonetic guides excepted."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._open = self._phonetic = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "t":
            self._open = not self._phonetic
        elif name == "rPh":
            self._phonetic = True

    def end(self, name: str) -> None:
        if name == "t":
            self._open = False
        elif name == "rPh":
            self._phonetic = False

    def text(self, text: str) -> None:
        if self._open:
            self._pieces.append(text)

    def take_text(self) -> str:
        """Return the collected text, and clear it."""
        text = "".join(self._pieces).replace("x005F_", "")
        self._pieces.clear()
        return text


class _StringsReader(_TextReader):
    """Reads the shared texts."""

    def __init__(self) -> None:
        super().__init__()
        self.strings: list[str] = []

    def end(self, name: str) -> None:
        super().end(name)
        if name == "si":
            self.strings.append(self.take_text())


class _SheetReader(_TextReader):
    """Reads the cells of one sheet."""

    def __init__(self, book: WorkbookFile, title: str):
        super().__init__()
        self.cells = SheetCells()
        self._book, self._title = book, title
        self._limits = book._archive.limits
        self._row = self._column = 0
        self._values: dict[int, Any] = {}
        self._in_cell = self._formula = self._hidden = False
        self._attributes: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._begin_cell(attributes)
        elif self._in_cell and name == "f":
            self._formula = True
        elif self._in_cell and name == "v":
            self._open = True
        elif self._in_cell:
            super().start(name, attributes)
        elif name == "row":
            self._begin_row(attributes)
        elif name == "mergeCell" and len(self.cells.merged) < self._limits.rows:
            self.cells.merged.append(attributes.get("ref", "")[:30])
        elif name == "col" and is_hidden(attributes, "width"):
            span = [attributes.get(side, "") for side in ("min", "max")]
            if all(end.isdecimal() and len(end) < 6 for end in span):
                self.cells.hidden_columns.append((int(span[0]), int(span[1])))

    def end(self, name: str) -> None:
        if name == "c":
            self._end_cell()
        elif name == "v":
            self._open = False
        elif name == "row":
            self._end_row()
        else:
            super().end(name)

    def _begin_row(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        number = self._row + 1 if reference is None else _parse_whole(reference)
        if not self._row < number <= LAST_ROW:
            position = f"row {reference[:20] if reference else number} after row {self._row}"
            raise self._wrong(
                f"rows out of order or too many: {position}: save it in a spreadsheet"
            )
        self._row, self._column = number, 0
        self._hidden = is_hidden(attributes, "ht")

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        match = None if reference is None else _REFERENCE.fullmatch(reference)
        if reference is not None and match is None:
            raise self._wrong(f"no such cell: {reference[:20]!r}")
        self._column = self._column + 1 if match is None else _column_number(match[1])
        if self._column > LAST_COLUMN:
            raise self._wrong(f"more than {LAST_COLUMN:,} columns")
        self._attributes = attributes
        self._in_cell, self._formula = True, False
        self._pieces.clear()

    def _end_cell(self) -> None:
        value = self._value(self.take_text())
        self._in_cell = False
        if value is None or (value == "" and not isinstance(value, FailedCell)):
            return
        if self._row > self._limits.rows:
            raise self._wrong(f"more than {self._limits.rows:,} rows")
        if self._column > self._limits.columns:
            raise self._wrong(f"more than {self._limits.columns} columns")
        if isinstance(value, str):
            self._book._archive.count_characters(value, self._title)
        self._values[self._column] = value

    def _end_row(self) -> None:
        if self._values:
            last = max(self._values)
            cells = tuple(self._values.get(column) for column in range(1, last + 1))
            self.cells.rows.append((self._row, cells))
            if self._hidden:
                self.cells.hidden_rows.append(self._row)
            self._values = {}

    def _value(self, text: str) -> Any:
        """Return the value of the current cell."""
        kind = self._attributes.get("t", "n")
        if kind == "e":
            return FailedCell(text[:40])
        if text == "":
            return FailedCell() if self._formula else None
        if kind == "s":
            index = _parse_whole(text)
            if not 0 <= index < len(self._book._strings):
                raise self._wrong(f"text number {text[:20]} is not in the workbook")
            return self._book._strings[index]
        if kind == "b":
            return text.strip() in ("1", "true")
        if kind == "d":
            return _iso_date(text)
        if kind != "n":
            return text
        number = _parse_number(text.strip())
        if number is None:
            raise self._wrong(f"expected a number in row {self._row}, found {text[:20]!r}")
        style = self._attributes.get("s", "")
        if style.isdecimal() and len(style) < 8 and int(style) in self._book._dates:
            return _date_of_number(number, self._book._epoch)
        return number

    def _wrong(self, message: str) -> InputError:
        return _error(self._book.name, message, self._title)


def _read_contents(archive: _Archive) -> WorkbookFile:
    """Return an open workbook with the list of sheets, shared texts and number formats."""
    main = _main_part(archive)
    folder = posixpath.dirname(main)
    contents, relations = _ContentsReader(), _RelationsReader()
    archive.parse(main, contents)
    listed = posixpath.join(folder, "_rels", posixpath.basename(main) + ".rels")
    if listed in archive:
        archive.parse(listed, relations)
    if not contents.sheets:
        raise _error(archive.name, "not a workbook that can be read: it has no sheets")
    if len(contents.sheets) > archive.limits.sheets:
        raise _error(archive.name, f"more than {archive.limits.sheets} sheets")
    parts: dict[str, str] = {}
    hidden = set()
    for title, relation, is_hidden in contents.sheets:
        target, kind = relations.targets.get(relation, ("", ""))
        part = _part_name(folder, target)
        if part not in archive or kind == "chartsheet":
            continue
        if title in parts:
            raise _error(archive.name, f"two sheets are called {title[:40]!r}: rename one of them")
        parts[title] = part
        if is_hidden:
            hidden.add(title)
    strings, styles = _StringsReader(), _StylesReader()
    shared: dict[str, _XmlReader] = {"sharedStrings": strings, "styles": styles}
    for target, kind in relations.targets.values():
        part = _part_name(folder, target)
        if kind in shared and part in archive:
            archive.parse(part, shared.pop(kind))
    day_zero = datetime.datetime(1904, 1, 1) if contents.from_1904 else _EPOCH
    return WorkbookFile(
        archive.name, parts, hidden, archive, strings.strings, frozenset(styles.dates), day_zero
    )


def _main_part(archive: _Archive) -> str:
    """Return the name of the part that lists the sheets."""
    if "_rels/.rels" in archive:
        relations = _RelationsReader()
        archive.parse("_rels/.rels", relations)
        for target, kind in relations.targets.values():
            if kind == "officeDocument" and _part_name("", target) in archive:
                return _part_name("", target)
    return "xl/workbook.xml"


def _part_name(folder: str, target: str) -> str:
    """Return the name of a part from the target of a relation in a folder."""
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")


def _date_of_number(number: float, day_zero: datetime.datetime) -> Any:
    """Return the date, or the time of day, of a number in a cell with a date format."""
    days, part = divmod(number, 1)
    if day_zero is _EPOCH and 0 < number < 60:  # spreadsheets count 29 February 1900
        days += 1
    try:
        when = day_zero + datetime.timedelta(days, round(part * 86_400))
    except (OverflowError, ValueError):
        return FailedCell("#VALUE!")
    return when.time() if 0 <= number < 1 else when


def _iso_date(text: str) -> Any:
    try:
        return datetime.datetime.fromisoformat(text.strip().removesuffix("Z"))
    except ValueError:
        return FailedCell("#VALUE!")


def _parse_number(text: str) -> int | float | None:
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if len(text) <= 400 and _NUMBER.fullmatch(text) else None


def is_hidden(attributes: dict[str, str], size: str) -> bool:
    """Whether a row or column is hidden, by its attribute or by a height or width of 0."""
    return attributes.get("hidden") in ("1", "true") or _parse_number(attributes.get(size, "")) == 0


def _parse_whole(text: str) -> int:
    """Return a whole number from 0, or -1 if the text is none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 12 else -1


def _column_number(letters: str) -> int:
    """Return the number of a column, from 1."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _reason(error: Exception) -> str:
    text = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return " ".join(text.split()[:30]).lower() or type(error).__name__


def _error(name: str, message: str, sheet: str = "") -> InputError:
    return InputError(Fault(name, 0, 0, "", message, sheet=sheet))
