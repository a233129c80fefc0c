"""Everything wrong with a workbook is said at once, each with sheet, row and column."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

import planner as pl
from planner.workbook.importing import import_workbook
from planner.workbook.xlsx import is_hidden

from .conftest import HEADINGS, SMALL, Changed

Copy = Callable[..., Changed]
Faults = Callable[[Path], list[str]]


def test_all_at_once_each_at_its_place(changed: Copy, faults: Faults) -> None:
    book = changed()
    places = {
        book.set("Demands", "observers", "cap, persons", "a dozen"): "expected a number, found",
        book.set("Demands", "observers", "kind", "poste"): "'poste', did you mean 'post'",
        book.set("Demands", "guards", "last month", datetime.date(2021, 1, 1)): "out of order",
        book.set("Demands", "experts", "pools", "staf, civil"): "unknown pool 'staf', did you mean",
        book.set("Missions", "truce", "main task", 3): "expected a number of at most 2, found 3",
        book.set("Pools", "civil", "category", "civilian"): "'civilian', did you mean",
        book.set("Strengths", ("", "civil", "share filled"), "value", 1.5): (
            "a share between 0 and 1"
        ),
        book.set("Strengths", ("", "staff", "posts"), "low", 31): "low 31 is above the value 30",
        book.set("Policies", ("unit", "", "", "tour (months)"), "value", 4.5): "whole months",
        book.set("Packages", "more", "source", None): "on basis 'public' needs a source",
        book.set("Composition", "eyes", "most", 1): "most 1 is below least 2",
        book.set("Budgets", "mine", "year", "twenty"): "expected a number, found 'twenty'",
        book.set("Sources", "book", "title", None): "a value is needed here",
    }  # fmt: skip

    found = faults(book.save())

    assert len(found) == len(places)
    for place, message in places.items():
        (one,) = [fault for fault in found if fault.startswith(place)]
        assert message in one


def test_headings_and_places_in_dutch(changed: Copy, faults: Faults) -> None:
    book = changed(lang="nl")
    place = book.set("Vragen", "observers", "maximum, personen", "een dozijn")

    assert faults(book.save()) == [f"{place}: expected a number, found 'een dozijn'"]


def test_twice_the_same_and_no_heading(changed: Copy, faults: Faults) -> None:
    book = changed()
    sheet = book["Demands"]
    row = book.row("Demands", "guards")
    sheet.cell(row, 1).value = "observers"
    sheet.cell(row, 40).value = "a remark"
    sheet.cell(row + 1, 41).value = "another"

    assert [one for one in faults(book.save()) if "no heading" in one] == [
        f"sheet Demands, row {row}, column AN: no heading above 'a remark'",
        f"sheet Demands, row {row + 1}, column AO: no heading above 'another'",
    ]
    sheet.delete_cols(40, 2)
    assert faults(book.save())[0] == (
        f"sheet Demands, row {row}, column A (id): 'observers' is in row 6 already: remove one of "
        "the two rows"
    )


def test_a_missing_sheet_and_a_missing_column(changed: Copy, faults: Faults) -> None:
    book = changed()
    del book.book["Strengths"]
    book["Demands"].delete_cols(book.column("Demands", "low"))
    book["Pools"].cell(HEADINGS, 2).value = "nmae"

    found = faults(book.save())

    assert found[0].startswith(
        "the sheet 'Strengths' (or 'Sterktes') is missing; the workbook has Read me,"
    )
    assert f"sheet Demands, row {HEADINGS} (low): column missing: put it back" in found[1]
    assert found[2].startswith(f"sheet Pools, row {HEADINGS} (name): column missing")
    assert found[3].startswith(
        f"sheet Pools, row {HEADINGS}, column B (nmae): unknown column 'nmae', did you mean 'name'?"
    )
    assert len(found) == 4


def test_no_headings_at_all(changed: Copy, faults: Faults) -> None:
    book = changed()
    book["Kinds"].delete_rows(1, 20)

    assert faults(book.save()) == [
        "sheet Kinds: no row of headings found: expected id, name, name_nl, changeover, note …"
    ]


def test_headings_may_move_and_stand_in_either_language(changed: Copy) -> None:
    book = changed()
    for sheet in book.book.worksheets[2:14]:
        sheet.delete_rows(1, HEADINGS - 1)
    sheet = book["Demands"]
    place = book["Demands"].max_column
    sheet.insert_cols(1)
    for cells in sheet.iter_rows():
        cells[0].value, cells[place].value = cells[place].value, None
    sheet.cell(1, 1).value = "Toelichting "

    assert pl.read_workbook(book.save()) == pl.load(SMALL)


def test_merged_cells(changed: Copy, faults: Faults) -> None:
    book = changed()
    book["Demands"].merge_cells("B6:B7")
    book["Demands"].merge_cells("A1:D1")  # above the headings: no harm

    assert faults(book.save()) == [
        "sheet Demands, row 7: cells B6:B7 are merged: unmerge them and fill in each one"
    ]


def test_formulas_without_a_value_and_with_an_error(changed: Copy, faults: Faults) -> None:
    """openpyxl writes formulas without their values, as programs do that do not calculate."""
    book = changed()
    first = book.set("Demands", "observers", "cap, persons", "=3*4")
    second = book.set("Demands", "guards", "cap, persons", "#REF!")
    cell = book["Demands"].cell(
        book.row("Demands", "guards"), book.column("Demands", "cap, persons")
    )
    cell.data_type = "e"

    found = faults(book.save())

    assert found == [
        f"{first}: the formula has no value yet: open the workbook in a spreadsheet and save it",
        f"{second}: the formula gives #REF!",
    ]


def test_what_only_the_scenario_knows_is_said_at_the_cell(changed: Copy, faults: Faults) -> None:
    """A policy for a kind beyond the range that a scenario allows."""
    book = changed()
    place = book.set("Policies", ("unit", "", "", "rest (months per month)"), "value", 25)
    book.set("Policies", ("unit", "", "", "rest (months per month)"), "high", 26)

    assert faults(book.save()) == [f"{place}: expected a number of at most 20, found 25"]


def test_what_cannot_be_emptied_is_said(changed: Copy, faults: Faults) -> None:
    book = changed("eastern-flank-company")
    place = book.set("Demands", "untso", "first month", None)
    other = book.set("Sources", "own", "reference", None)

    found = faults(book.save())

    assert found == [f"{place}: a demand that counts needs a month"]
    assert other


def test_a_name_that_begins_like_a_formula_stays_a_name(tmp_path: Path) -> None:
    names = [
        "=1+1",
        "+SUM(A1:A9)",
        "-2",
        "@SUM(1)",
        "=cmd|' /C calc'!A0",
        "'quoted",
        '"=1"',
        "\t=1",
    ]
    missions = {
        f"m{place}": {"name": name, "organisation": "UN", "region": "=HYPERLINK(1)", "main_task": 2}
        for place, name in enumerate(names)
    }
    scenario = pl.load(SMALL).change(missions=missions, title="=2+2", demands={
        f"d{place}": {"mission": f"m{place}", "name": name, "kind": "post", "pools": ["civil"],
                      "cap": 1, "first": "2022-01", "last": "2022-06"}
        for place, name in enumerate(names)
    })  # fmt: skip

    path = pl.write_workbook(scenario, tmp_path / "formulas.xlsx")

    book = openpyxl.load_workbook(path)
    for sheet in book:
        for cells in sheet:
            for cell in cells:
                if cell.data_type == "f":
                    assert str(cell.value).startswith(("=SUBTOTAL(", "=IF(", "=SUMIFS("))
    assert pl.read_workbook(path) == scenario


def test_odd_characters_survive(tmp_path: Path) -> None:
    odd = 'Ünï \u200b\u202e\U0001f681 & <b>x</b> _x0041_ "q" \\ \' ; 中文'
    scenario = pl.load(SMALL).change(
        title=odd, missions={"truce": {"name": odd, "note": "line\nbreak"}}
    )

    path = pl.write_workbook(scenario, tmp_path / "odd.xlsx")

    assert pl.read_workbook(path) == scenario


def test_control_characters_and_long_texts_survive(tmp_path: Path) -> None:
    scenario = pl.load(SMALL).change(
        notes="x", missions={"truce": {"name": "bell\x07", "note": "long " * 3900}}
    )

    path = pl.write_workbook(scenario, tmp_path / "odd.xlsx")

    assert pl.read_workbook(path) == scenario


def test_a_month_before_spreadsheets_begin(tmp_path: Path) -> None:
    old = pl.load(SMALL).change(demands={"observers": {"first": "1899-12"}})

    path = pl.write_workbook(old, tmp_path / "old.xlsx")

    assert pl.read_workbook(path) == old


@pytest.mark.parametrize(("path", "message"), [
    ("book.csv", "expected a file ending in .xlsx"), ("nowhere/book.xlsx", "cannot be written"),
])  # fmt: skip
def test_where_nothing_can_be_written(tmp_path: Path, path: str, message: str) -> None:
    with pytest.raises(pl.PlannerError, match=message):
        pl.write_workbook(pl.allocate(SMALL), tmp_path / path)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_language(tmp_path: Path) -> None:
    with pytest.raises(pl.InputError, match="language: expected en or nl, found 'fr'"):
        pl.write_template(tmp_path / "a.xlsx", "fr")


def test_a_copy_of_a_sheet_is_said_not_to_be_read(changed: Copy) -> None:
    book = changed()
    book.book.copy_worksheet(book["Demands"]).title = "Demands (2)"

    with pytest.warns(UserWarning, match=r"'Demands \(2\)' is not read.* did you mean 'Demands'"):
        pl.read_workbook(book.save())


def test_two_sheets_of_one_meaning_are_refused(changed: Copy, faults: Faults) -> None:
    book = changed()
    book.book.copy_worksheet(book["Demands"]).title = "Vragen"

    (said,) = faults(book.save())
    assert said.startswith("sheet Vragen: means the same as sheet 'Demands': keep one of the two")


def test_hidden_rows_columns_and_sheets_that_count_are_said(changed: Copy) -> None:
    book = changed()
    first = HEADINGS + 1
    book["Demands"].row_dimensions[first].hidden = True
    book["Demands"].row_dimensions[400].hidden = True
    book["Pools"].sheet_state = "hidden"
    book["Missions"].column_dimensions["C"].hidden = True

    found = import_workbook(book.save())

    assert [one for one in found.notes if "hidden" in one] == [
        f"sheet 'Demands': 1 rows are hidden and count as well ({first}): delete those that should "
        "not count",
        "sheet 'Missions': hidden columns count as well: 'name in Dutch'",
        "sheet 'Pools' is hidden, and counts",
    ]
    assert found.scenario == pl.load(SMALL)


@pytest.mark.parametrize(
    ("attributes", "hidden"),
    [
        ({"hidden": "1"}, True),
        ({"ht": "0"}, True),
        ({"ht": "0.0"}, True),
        ({"ht": "0.5"}, False),
        ({}, False),
    ],
)
def test_a_row_of_no_height_is_hidden(attributes: dict[str, str], hidden: bool) -> None:
    """Columns are judged by their width in the same way."""
    assert is_hidden(attributes, "ht") is hidden


def test_headings_on_two_lines_are_read(changed: Copy) -> None:
    book = changed()
    sheet = book["Demands"]
    sheet.cell(HEADINGS, book.column("Demands", "cap, persons")).value = "cap,\n  persons"

    assert pl.read_workbook(book.save()) == pl.load(SMALL)
