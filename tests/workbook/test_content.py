"""What stands on the sheets of a result, and how."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

import planner as pl
from planner.labels import LANGUAGES, translated
from planner.workbook import fields, words
from planner.workbook.fields import SHEETS
from planner.workbook.words import say

from .conftest import HEADINGS, SMALL

NAME = "eastern-flank-battalion"
DISPLACING = "studied-decided"

RESULTS = (
    "fill",
    "fill_months",
    "allocation",
    "pool_months",
    "displacement",
    "bottlenecks",
    "figures",
)


@pytest.fixture(scope="module")
def result() -> pl.Result:
    return pl.allocate(NAME)


def sheet_of(opened: Callable[..., Workbook], name: str, lang: str = "en") -> Worksheet:
    found = opened(NAME, lang)[say(f"sheet_{name}", lang)]
    assert isinstance(found, Worksheet)
    return found


def rows(sheet: Worksheet) -> Iterator[dict[str, Any]]:
    """Return the rows of a table by heading, up to the first empty one."""
    heads = [cell.value for cell in sheet[HEADINGS]]
    for cells in sheet.iter_rows(min_row=HEADINGS + 1, values_only=True):
        if cells[0] is None:
            return
        yield {str(head): cell for head, cell in zip(heads, cells, strict=True) if head is not None}


def test_fill_is_that_of_the_result(opened: Callable[..., Workbook], result: pl.Result) -> None:
    shown = {row["mission"]: row for row in rows(sheet_of(opened, "fill"))}

    fill = result.fill_by("mission")
    assert set(shown) == set(fill["mission"])
    for one in fill.itertuples():
        row = shown[one.mission]
        assert row["asked, person-months"] == pytest.approx(one.asked_person_months)
        assert row["filled, person-months"] == pytest.approx(one.filled_person_months)
        if one.asked_person_months:
            assert row["fill rate"] == pytest.approx(one.fill_rate)
        else:
            assert row["fill rate"] is None


def test_fill_by_month_is_that_of_the_result(
    opened: Callable[..., Workbook], result: pl.Result
) -> None:
    shown = {row["mission"]: row for row in rows(sheet_of(opened, "fill_months"))}

    for one in result.fill_by("mission", "month").itertuples():
        month = next(head for head in shown["untso"] if head.startswith(one.month))
        found = shown[one.mission][month]
        assert (found is None) if one.fill_rate != one.fill_rate else (
            found == pytest.approx(one.fill_rate)
        )  # fmt: skip


def test_allocation_adds_up(opened: Callable[..., Workbook], result: pl.Result) -> None:
    shown = list(rows(sheet_of(opened, "allocation")))

    totals: dict[str, float] = {}
    for row in shown:
        by_month = [value for head, value in row.items() if head.startswith("20") and value]
        assert row["on duty, person-months"] == pytest.approx(sum(by_month))
        totals[row["demand"]] = totals.get(row["demand"], 0.0) + sum(by_month)
    filled = result.demands.set_index("demand")["filled_person_months"]
    for demand, total in totals.items():
        assert total == pytest.approx(filled[demand], abs=1e-6)


def test_displacement_is_that_of_the_result(
    opened: Callable[..., Workbook], result: pl.Result
) -> None:
    shown = list(rows(sheet_of(opened, "displacement")))
    lost = [row["displaced, person-months"] for row in shown if row["main task"] == 2]

    package = result.packages.iloc[0]
    assert sum(lost) == pytest.approx(package["displaced_main_task_2"])
    assert lost == sorted(lost, reverse=True)
    other = [row["displaced, person-months"] for row in shown if row["main task"] == 1]
    assert sum(other) == pytest.approx(package["displaced_main_task_1"])


def test_the_chart_of_a_pool_follows_the_chosen_one(
    opened: Callable[..., Workbook], books: Callable[..., Path], result: pl.Result
) -> None:
    sheet = sheet_of(opened, "pool_months")
    chosen = sheet["L2"].value

    mine = result.pools[result.pools["pool"] == chosen]
    values = openpyxl.load_workbook(books(NAME), data_only=True, read_only=True)
    cells = values["People by pool"].iter_rows(32, 31 + len(mine), 11, 11, values_only=True)
    assert sheet["K32"].value.startswith("=SUMIFS($E$6:$E$")
    assert [cell for (cell,) in cells] == pytest.approx(mine["on_duty_persons"].tolist())


def test_figures_and_manifest(opened: Callable[..., Workbook], result: pl.Result) -> None:
    shown = {row["figure"]: row for row in rows(sheet_of(opened, "figures"))}
    manifest = {row["item"]: row["value"] for row in rows(sheet_of(opened, "manifest"))}

    cap = shown["demand.untso.cap"]
    assert (cap["value"], cap["basis"], cap["source"]) == (12, "letter", "letter")
    assert str(shown["demand.untso.last"]["month"])[:7] == "2025-07"
    assert len(shown) == len(result.figures)
    assert manifest["scenario.digest"] == result.scenario.digest
    assert manifest["certificate.gap"] == pytest.approx(result.certificate.gap)
    assert manifest["inputs.data/demands.csv"].startswith("sha256:")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sheet_has_headings_that_stay_and_a_filter(
    opened: Callable[..., Workbook], lang: str
) -> None:
    book = opened(NAME, lang)

    for name in (*SHEETS, *RESULTS):
        sheet = book[say(f"sheet_{name}", lang)]
        assert sheet.freeze_panes.endswith(str(HEADINGS + 1))
        assert sheet.auto_filter.ref.startswith(f"A{HEADINGS}:")
        assert sheet.print_title_rows == f"${HEADINGS}:${HEADINGS}"
    assert book["planner"].sheet_state == "veryHidden"
    assert len(book[say("sheet_fill", lang)]._charts) == 1
    assert len(book[say("sheet_pool_months", lang)]._charts) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_displacement_has_a_chart_where_there_is_any(
    opened: Callable[..., Workbook], lang: str
) -> None:
    title = say("sheet_displacement", lang)

    assert len(opened(DISPLACING, lang)[title]._charts) == 1
    assert len(opened(NAME, lang)[title]._charts) == 0


def test_the_cover_says_what_came_out(opened: Callable[..., Workbook], result: pl.Result) -> None:
    text = "\n".join(str(row[0].value) for row in sheet_of(opened, "cover", "nl") if row[0].value)
    (package,) = result.packages.to_dict("records")
    asked, filled, displaced = (
        f"{package[key]:,.0f}".replace(",", ".")
        for key in ("asked_person_months", "filled_person_months", "displaced_main_task_2")
    )

    assert "De brief met een bataljonsbijdrage extra aan de oostflank" in text
    assert (asked, filled) == ("22.320", "21.576")
    said = f"{filled} van {asked} persoonsmaanden gevuld; verdringt {displaced} uit hoofdtaak 2"
    assert said in text
    assert "jan 2022 – dec 2025; regel eerlijk" in text


def english_only() -> set[str]:
    """Return what stands in an English workbook and has another word in Dutch."""
    tables = (words.WORDS, fields.WORDS)
    both = {(text, translated(text, "nl", key)) for table in tables for key, text in table.items()}
    return {english for english, dutch in both if english != dutch} - {dutch for _, dutch in both}


def test_no_english_is_left_in_a_dutch_workbook(opened: Callable[..., Workbook]) -> None:
    book = opened(NAME, "nl")
    said = {
        str(cell.value)
        for sheet in book
        if sheet.title != "planner"
        for cells in sheet.iter_rows(max_row=HEADINGS)
        for cell in cells
        if cell.value is not None
    }
    said |= set(book.sheetnames)

    assert said & english_only() == set()


def test_a_scenario_without_packages_and_bottlenecks(tmp_path: Path) -> None:
    scenario = pl.load(SMALL).change(
        packages={"more": "drop"}, pools={"staff": {"posts": 500}, "civil": {"posts": 500}},
        bounds={"eyes": "drop"},
    )  # fmt: skip

    book = openpyxl.load_workbook(pl.write_workbook(scenario, tmp_path / "free.xlsx"))

    assert (
        book["Displacement"].cell(HEADINGS + 1, 1).value
        == "no package: nothing to displace anything"
    )
    assert book["Bottlenecks"].cell(HEADINGS + 1, 1).value == "no pool binds"
    assert "Goals missed" not in book.sheetnames


def test_goals_that_are_missed_have_a_sheet(tmp_path: Path) -> None:
    scenario = pl.load(SMALL).change(
        bounds={"eyes": "drop", "more": {"demands": ["guards"], "min": 9}}
    )

    path = pl.write_workbook(scenario, tmp_path / "goals.xlsx", "nl")

    sheet = openpyxl.load_workbook(path)["Gemiste eisen"]
    assert sheet.cell(HEADINGS + 1, 1).value == "more"


def test_nothing_leads_out_of_the_file(books: Callable[..., Path]) -> None:
    with zipfile.ZipFile(books(NAME)) as parts:
        for name in parts.namelist():
            if name.endswith(".rels"):
                assert b'TargetMode="External"' not in parts.read(name)
