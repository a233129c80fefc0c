"""A workbook file to its sheets, within bounds: nothing in it is run, followed or unpacked blindly.

An .xlsx file is a zip of XML parts. Before any of them is read its directory is: how many parts
there are, how large they will be, whether there are macros or links to other workbooks among them.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from planner.errors import Fault, InputError

__all__ = ["LIMITS", "Book", "FailedCell", "Limits", "open_book"]


@dataclass(frozen=True)
class Limits:
    """How large a workbook may be.

    Attributes
    ----------
    size : int
        Bytes of the file.
    parts : int
        Files in the zip.
    part, whole : int
        Bytes of one part, and of all together, unpacked.
    rows, columns : int
        Of a sheet that is read.
    """

    size: int = 20_000_000
    parts: int = 2_000
    part: int = 40_000_000
    whole: int = 150_000_000
    rows: int = 20_000
    columns: int = 200


LIMITS = Limits()

_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]+[0-9]+:[A-Z]+[0-9]+)[\"']")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_OLE = b"\xd0\xcf\x11\xe0"


class FailedCell(str):
    """What a cell holds whose formula gives no value: an error such as ``#REF!``, or nothing."""


@dataclass
class Book:
    """The sheets of a workbook that has been opened.

    Attributes
    ----------
    name : str
        File, as it is called in messages.
    parts : dict of str to str
        Name of the XML part of each sheet, by the sheet's title.
    """

    name: str
    parts: dict[str, str]
    _stream: BinaryIO
    _values: Any
    _limits: Limits
    _kept: dict[str, bytes] = field(default_factory=dict)

    @property
    def titles(self) -> list[str]:
        """Titles of all sheets, in order."""
        return list(self.parts)

    def rows(self, title: str) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """Return the rows of a sheet that hold anything: number from 1, and values.

        A cell with a formula holds the value it had when the workbook was last saved, or a
        :class:`FailedCell`.

        Raises
        ------
        InputError
            More rows or columns than :data:`LIMITS` allow.
        """
        try:
            yield from self._rows(title)
        except InputError:
            raise
        except Exception as error:  # what spoilt XML can raise has no common base
            raise _wrong(self.name, f"cannot be read: {_reason(error)}", title) from None

    def _rows(self, title: str) -> Iterator[tuple[int, tuple[Any, ...]]]:
        limits, formulas = self._limits, self._formulas(title)
        for number, row in _numbered(self._values[title]):
            places = formulas.get(number, ())
            cells = tuple(_content(cell, at in places) for at, cell in enumerate(row))
            if all(cell is None or cell == "" for cell in cells):
                continue
            if number > limits.rows:
                raise _wrong(self.name, f"more than {limits.rows:,} rows", title)
            if any(cell is not None for cell in cells[limits.columns :]):
                raise _wrong(self.name, f"more than {limits.columns} columns", title)
            yield number, cells

    def _formulas(self, title: str) -> dict[int, set[int]]:
        """Return the places of formulas: columns from 0 by row from 1."""
        if not _FORMULA.search(self._part(title)):
            return {}
        book = _reader(self._stream, data_only=False).wb
        found: dict[int, set[int]] = {}
        for number, row in _numbered(book[title]):
            places = {place for place, cell in enumerate(row) if cell.data_type == "f"}
            if places:
                found[number] = places
        return found

    def merged(self, title: str) -> list[str]:
        """Return the ranges of cells that are merged, such as ``B4:B6``."""
        return [found.decode() for found in _MERGED.findall(self._part(title))]

    def close(self) -> None:
        """Let go of the file."""
        self._stream.close()

    def _part(self, title: str) -> bytes:
        if title not in self._kept:
            with zipfile.ZipFile(self._stream) as archive:
                self._kept = {title: archive.read(self.parts[title])}
        return self._kept[title]


def _numbered(sheet: Any) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Return the rows that there are, as wide as each is, whatever the sheet says of its size."""
    sheet.reset_dimensions()
    return ((number, row) for number, row in enumerate(sheet.iter_rows(), 1) if row)


def _content(cell: Any, formula: bool) -> Any:
    if cell.data_type == "e":
        return FailedCell(cell.value or "")
    return FailedCell() if formula and cell.value is None else cell.value


def open_book(path: str | Path, limits: Limits = LIMITS) -> Book:
    """Open a workbook.

    Raises
    ------
    InputError
        It cannot be read, is no workbook, holds macros or links to other workbooks, is protected
        with a password, or is larger than it may be.
    """
    name = str(path)
    try:
        stream: BinaryIO = open(path, "rb")  # noqa: SIM115
    except (OSError, ValueError) as error:
        reason = "is a folder, expected a workbook" if _is_folder(path) else _reason(error)
        raise _wrong(name, f"cannot be read: {reason}") from None
    try:
        return _opened(stream, name, limits)
    except InputError:
        stream.close()
        raise
    except Exception as error:  # what a spoilt zip or XML can raise has no common base
        stream.close()
        raise _wrong(name, f"not a workbook that can be read: {_reason(error)}") from None


def _opened(stream: BinaryIO, name: str, limits: Limits) -> Book:
    head = stream.read(4)
    size = stream.seek(0, 2)
    if size > limits.size:
        raise _wrong(name, f"too large: more than {limits.size:,} bytes")
    if head == _OLE:
        message = "is protected with a password, or in the old format .xls: save it as .xlsx"
        raise _wrong(name, f"{message} without a password")
    if head[:2] != b"PK":
        raise _wrong(name, "not a workbook (.xlsx)")
    with zipfile.ZipFile(stream) as archive:
        _check(archive, name, limits)
    reader = _reader(stream, data_only=True)
    parts = {
        sheet.name: relation.target
        for sheet, relation in reader.parser.find_sheets()
        if relation.target in reader.valid_files and "chartsheet" not in relation.Type
    }
    return Book(name, parts, stream, reader.wb, limits)


def _reader(stream: BinaryIO, data_only: bool) -> Any:
    """Return openpyxl's reader, which knows the part that each sheet is in."""
    from openpyxl.reader.excel import ExcelReader

    reader = ExcelReader(stream, read_only=True, data_only=data_only, keep_links=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parts that openpyxl would not keep if it wrote
        reader.read()
    return reader


def _check(archive: zipfile.ZipFile, name: str, limits: Limits) -> None:
    """Refuse a zip by its directory, and XML that declares entities."""
    members = archive.infolist()
    names = [one.filename.lower() for one in members]
    if len(members) > limits.parts:
        raise _wrong(name, f"more than {limits.parts:,} parts: not a workbook of a spreadsheet")
    large = max((one.file_size for one in members), default=0)
    if large > limits.part or sum(one.file_size for one in members) > limits.whole:
        raise _wrong(name, f"too large when unpacked: more than {limits.part // 1_000_000} MB")
    if "mimetype" in names and "content.xml" in names:
        raise _wrong(name, "is an OpenDocument file: save it as Excel workbook (.xlsx)")
    if any(one.endswith("workbook.bin") for one in names):
        raise _wrong(name, "is a binary workbook (.xlsb): save it as .xlsx")
    if not any(one.endswith("workbook.xml") for one in names):
        raise _wrong(name, "not a workbook (.xlsx)")
    if any("vbaproject" in one or "/macrosheets/" in one for one in names):
        raise _wrong(name, "holds macros: save it as .xlsx, which has none")
    if any("/externallinks/" in one for one in names):
        message = "takes values from another workbook: break the links, so that values stay"
        raise _wrong(name, message)
    for one in members:
        if one.filename.endswith((".xml", ".rels")):
            with archive.open(one) as part:
                if _DECLARED.search(part.read(4096)):
                    raise _wrong(name, f"part {one.filename} declares entities: not read")


def _is_folder(path: str | Path) -> bool:
    try:
        return Path(path).is_dir()
    except (OSError, ValueError):
        return False


def _reason(error: Exception) -> str:
    text = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return " ".join(text.split()[:30]).lower() or type(error).__name__


def _wrong(name: str, message: str, sheet: str = "") -> InputError:
    return InputError(Fault(name, 0, 0, "", message, sheet=sheet))
