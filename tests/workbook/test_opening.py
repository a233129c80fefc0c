"""Files that are no workbooks, or hostile ones: refused quickly, and it is said why."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

import planner as pl
from planner.workbook.opening import LIMITS, Limits, open_book

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
    opened = open_book(book, Limits(rows=6))
    with pytest.raises(pl.InputError, match="sheet Demands: more than 6 rows"):
        list(opened.rows("Demands"))
    opened.close()


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
    assert "there is no sheet 'Scenario'; there are Sheet" in said[0]
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
