"""Files that are no workbooks, or hostile ones: refused quickly, and it is said why."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

import planner as pl
from planner.workbook.xlsx import LIMITS, ReadingLimits, open_book

from .conftest import SMALL, Changed

Copy = Callable[..., Changed]


@pytest.fixture
def book(books: Callable[..., Path]) -> Path:
    return books(SMALL)


def rewritten(source: Path, target: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """Write a zip anew with each part changed, or left out where nothing is returned."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            data = change(item.filename, old.read(item))
            if data is not None:
                new.writestr(item.filename, data)
    return target


def added(source: Path, target: Path, **parts: bytes) -> Path:
    """Write a zip anew with more parts in it."""
    rewritten(source, target, lambda name, data: data)
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name.replace("__", "/"), data)
    return target


def refused(path: Path) -> str:
    with pytest.raises(pl.InputError) as caught:
        pl.read_workbook(path)
    (fault,) = caught.value.faults
    return str(fault).removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a workbook (.xlsx)"),
        (b"id;name\n", "not a workbook (.xlsx)"),
        (b"PK\x03\x04 and then nothing", "not a workbook that can be read"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
            "is protected with a pass",
        ),
    ],
)
def test_what_is_no_workbook(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(data)

    assert refused(path).startswith(message)


def test_what_is_not_there(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.xlsx") == "cannot be read: no such file or directory"
    assert "is a folder" in refused(tmp_path)
    assert "cannot be read" in refused(Path("a\0b"))


def test_zips_of_other_kinds(tmp_path: Path) -> None:
    for name, parts, message in (
        ("a", {"mimetype": b"x", "content.xml": b"<a/>"}, "is an OpenDocument file"),
        ("b", {"xl/workbook.bin": b"x"}, "is a binary workbook (.xlsb)"),
        ("c", {"word/document.xml": b"<a/>"}, "not a workbook (.xlsx)"),
        ("d", {"xl/workbook.xml": b"<a/>"}, "not a workbook that can be read"),
    ):
        path = tmp_path / f"{name}.xlsx"
        with zipfile.ZipFile(path, "w") as made:
            for part, data in parts.items():
                made.writestr(part, data)
        assert refused(path).startswith(message)


def test_macros_and_links_to_other_workbooks(book: Path, tmp_path: Path) -> None:
    macros = added(book, tmp_path / "macros.xlsm", xl__vbaProject_bin=b"x")
    rewritten(macros, tmp_path / "m.xlsm", lambda name, data: data)
    links = added(book, tmp_path / "links.xlsx", xl__externalLinks__externalLink1=b"<a/>")

    assert refused(links).startswith("takes values from another workbook: break the links")
    with zipfile.ZipFile(macros, "a") as new:
        new.writestr("xl/vbaProject.bin", b"x")
    assert refused(macros) == "holds macros: save it as .xlsx, which has none"


def test_entities_are_not_expanded(book: Path, tmp_path: Path) -> None:
    laughs = b'<!DOCTYPE a [<!ENTITY b "' + b"ha" * 50 + b'">]>'

    def spoil(name: str, data: bytes) -> bytes:
        head, _, rest = data.partition(b"?>")
        return head + b"?>" + laughs + rest if name.endswith("sharedStrings.xml") else data

    path = rewritten(book, tmp_path / "laughs.xlsx", spoil)

    assert refused(path) == "part xl/sharedStrings.xml declares entities: not read"


def test_a_zip_bomb_is_not_unpacked(book: Path, tmp_path: Path) -> None:
    bomb = added(book, tmp_path / "bomb.xlsx", xl__more=b"\0" * (LIMITS.part + 1))
    assert bomb.stat().st_size < 1_000_000

    assert refused(bomb) == "too large when unpacked: more than 40 MB"


def test_many_parts_and_large_files(book: Path, tmp_path: Path) -> None:
    many = added(book, tmp_path / "many.xlsx", **{f"p{n}": b"" for n in range(LIMITS.parts)})
    large = tmp_path / "large.xlsx"
    large.write_bytes(b"PK" + b"\0" * LIMITS.size)

    assert refused(many).startswith("more than 2,000 parts")
    assert refused(large) == "too large: more than 20,000,000 bytes"


def test_rows_and_columns_without_end(changed: Copy) -> None:
    copy = changed()
    copy["Demands"].cell(1_048_576, 1).value = "far"
    copy["Pools"].cell(8, 300).value = "wide"

    with pytest.raises(pl.InputError) as caught:
        pl.read_workbook(copy.save())

    said = [str(fault) for fault in caught.value.faults]
    assert any("sheet Demands: more than 20,000 rows" in one for one in said)
    assert any("sheet Pools: more than 200 columns" in one for one in said)


def test_limits_are_those_that_are_given(book: Path) -> None:
    opened = open_book(book, ReadingLimits(rows=6))
    with pytest.raises(pl.InputError, match="sheet Demands: more than 6 rows"):
        list(opened.rows("Demands"))
    opened.close()


CELLS = "xl/worksheets/sheet3.xml"
SHEET = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s'
)
SHEET += b"</sheetData></worksheet>"

BOMBS = {
    "rows far apart": (CELLS, SHEET % b'<row r="1"/><row r="2000000000"/>', "rows out of order"),
    "rows backwards": (CELLS, SHEET % b'<row r="9"/><row r="3"/>', "rows out of order"),
    "cells of one row": (CELLS, SHEET % (b"<row>" + b"<c/>" * 3_000_000 + b"</row>"), "columns"),
    "columns far apart": (CELLS, SHEET % b'<row><c r="ZZZ1"><v>1</v></c></row>', "columns"),
    "empty rows": (CELLS, SHEET % (b"<row/>" * 1_048_577), "more than 1,000,000 cells"),
    "merged cells": (CELLS, SHEET % (b'<mergeCell ref="A1:B2"/>' * 1_100_000), "1,000,000 cells"),
    "long text": (
        CELLS,
        SHEET % (b'<row><c t="str"><v>' + b"x" * 200_000 + b"</v></c></row>"),
        "more than 100,000 characters in one cell",
    ),
    "text in many cells": (
        CELLS,
        SHEET % ((b'<row><c t="str"><v>' + b"x" * 90_000 + b"</v></c></row>") * 300),
        "more than 20,000,000 characters in all cells",
    ),
    "strings": ("xl/sharedStrings.xml", b"<sst>" + b"<si/>" * 1_100_000 + b"</sst>", "1,000,000"),
    "styles": (
        "xl/styles.xml",
        b"<styleSheet><cellXfs>" + b"<xf/>" * 1_100_000 + b"</cellXfs></styleSheet>",
        "1,000,000",
    ),
    "entities": (
        CELLS,
        b'<?xml version="1.0"?><!--' + b" " * 5000
        + b'--><!DOCTYPE a [<!ENTITY b "c">]><worksheet/>',
        "declares entities",
    ),
    "entities in UTF-16": (
        "xl/styles.xml",
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a []><a/>'.encode("utf-16"),
        "declares entities",
    ),
    "deep nesting": (CELLS, SHEET % (b"<a>" * 1_100_000), "1,000,000"),
    "a long number": (
        CELLS, SHEET % (b"<row><c><v>" + b"9" * 50_000 + b"</v></c></row>"), "expected a number"
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", BOMBS)
def test_a_small_file_that_is_huge_inside_is_refused(book: Path, tmp_path: Path, kind: str) -> None:
    part, data, message = BOMBS[kind]
    path = rewritten(book, tmp_path / "bomb.xlsx", lambda name, old: data if name == part else old)
    assert path.stat().st_size < 200_000

    code = (
        "import re, resource, sys, planner as pl\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (20, 20))\n"
        "try:\n    pl.read_workbook(sys.argv[1])\n"
        "except pl.InputError as error:\n    print(error)\n"
        "print(re.search(r'VmHWM:\\s+(\\d+) kB', open('/proc/self/status').read())[1])\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    *said, kilobytes = run.stdout.splitlines()
    assert message in said[0]
    assert int(kilobytes) < 300_000


def test_many_entries_in_the_directory_of_a_zip_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "entries.xlsx"
    path.write_bytes(b"PK\x03\x04" + b"PK\x01\x02" * (LIMITS.parts + 1))

    assert refused(path).startswith("more than 2,000 parts")


def test_a_cell_far_out_without_content_does_not_count(book: Path, tmp_path: Path) -> None:
    """Some spreadsheets write the last row, with nothing but its height."""

    def far(name: str, data: bytes) -> bytes:
        end = b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
        return data.replace(b"</sheetData>", end) if name == CELLS else data

    path = rewritten(book, tmp_path / "far.xlsx", far)

    assert pl.read_workbook(path) == pl.load(SMALL)


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet3.xml", "xl/sharedStrings.xml", "xl/styles.xml"]
)
def test_spoilt_xml(book: Path, tmp_path: Path, part: str) -> None:
    def spoil(name: str, data: bytes) -> bytes:
        return data[:-40] if name == part else data

    path = rewritten(book, tmp_path / "spoilt.xlsx", spoil)

    with pytest.raises(pl.InputError, match=r"can be read|cannot be read"):
        pl.read_workbook(path)


def test_a_workbook_of_something_else(tmp_path: Path) -> None:
    other = openpyxl.Workbook()
    other.save(tmp_path / "other.xlsx")

    with pytest.raises(pl.InputError) as caught:
        pl.read_workbook(tmp_path / "other.xlsx")

    said = [str(fault) for fault in caught.value.faults]
    assert "the sheet 'Scenario' is missing; the workbook has Sheet" in said[0]
    assert len(said) == 7  # the sheets that no workbook can do without


def test_the_hidden_sheet_may_be_spoilt(changed: Copy) -> None:
    for cell, text, message in (
        ("A1", "something", "expected planner-workbook/1 at the top of this hidden sheet"),
        ("A4", "|format: other/1", "the scenario this workbook was made from cannot be read"),
        ("A4", "|extends: nothing", "the scenario this workbook was made from cannot be read"),
    ):
        copy = changed()
        copy["planner"][cell].value = text
        assert message in refused(copy.save())


def test_what_a_hidden_sheet_says_cannot_lead_elsewhere(changed: Copy) -> None:
    """A workbook that came by mail names a file of its reader as what it builds on."""
    copy = changed()
    for row in range(5, copy["planner"].max_row + 1):
        copy["planner"].cell(row, 1).value = None
    copy["planner"]["A4"].value = "|extends: ../../etc/secret.yaml"

    assert "a text may extend shipped scenarios only" in refused(copy.save())
