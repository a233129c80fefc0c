"""Workbooks in another program than the one they were written with."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

import planner as pl
from planner.workbook.sheets import HEADER

from .conftest import SMALL

Convert = Callable[[Path, str, Path], Path]

FORMULA = "=1+1"
SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,{sheet}"
"""Filter that writes one sheet as CSV, in UTF-8, as it is shown."""


@pytest.fixture(scope="module")
def flank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook of the letter's scenario with a name that begins like a formula."""
    scenario = pl.load("eastern-flank-battalion").change(
        missions={"untso": {"name": FORMULA, "name_nl": FORMULA}}
    )
    path = tmp_path_factory.mktemp("flank") / "flank.xlsx"
    return pl.write_workbook(scenario, path, "nl")


@pytest.fixture(scope="module")
def saved(flank: Path, soffice: Convert, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same workbook, opened and saved anew by LibreOffice."""
    return soffice(flank, "xlsx", tmp_path_factory.mktemp("saved"))


def test_what_libreoffice_saved_is_the_same_scenario(flank: Path, saved: Path) -> None:
    assert saved.read_bytes() != flank.read_bytes()
    assert pl.read_workbook(saved) == pl.read_workbook(flank)
    base = pl.load("eastern-flank-battalion")
    assert pl.read_workbook(saved).inputs.demands == base.inputs.demands


def test_text_that_begins_like_a_formula_is_text_there_too(saved: Path) -> None:
    book = openpyxl.load_workbook(saved)
    cells = [cell for row in book["Missies"] for cell in row if cell.value == FORMULA]

    assert len(cells) == 2
    assert {cell.data_type for cell in cells} == {"s"}


def test_libreoffice_calculates_the_same_totals(flank: Path, saved: Path) -> None:
    """The formulas it recalculated against the values that were written beside them."""
    before = openpyxl.load_workbook(flank, data_only=True)["Vulling"]
    after = openpyxl.load_workbook(saved, data_only=True)["Vulling"]
    result = pl.allocate("eastern-flank-battalion").fill_by().iloc[0]

    for column, name in ((6, "asked_person_months"), (7, "filled_person_months")):
        totals = [sheet.cell(HEADER, column).value for sheet in (before, after)]
        assert totals == pytest.approx([result[name]] * 2)
    assert after.cell(HEADER, 9).value == pytest.approx(result["fill_rate"])


def test_a_sheet_as_it_is_shown(flank: Path, soffice: Convert, tmp_path: Path) -> None:
    made = soffice(flank, SHEET.format(sheet=3), tmp_path)
    rows = list(csv.reader(made.read_text(encoding="utf-8").splitlines()))

    head = rows[HEADER]
    untso = next(row for row in rows if row[0] == "untso")
    assert head[:4] == ["id", "missie", "naam Engels", "naam"]
    shown = dict(zip(head, untso, strict=True))
    assert shown["maximum, personen"] == "12"
    assert shown["laatste maand"] in ("jul 2025", "01-07-2025")
    assert shown["grondslag"] == "brief"


def test_it_prints(soffice: Convert, tmp_path: Path) -> None:
    made = soffice(pl.write_workbook(SMALL, tmp_path / "small.xlsx"), "pdf", tmp_path)

    assert made.read_bytes().startswith(b"%PDF")
    assert made.stat().st_size > 30_000
