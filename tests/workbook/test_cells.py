"""What cells may hold: months, Dutch and English numbers, words in both languages."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from planner.labels import LANGUAGES
from planner.months import Month
from planner.scenario.registry import Column
from planner.workbook.fields import SETTINGS, SHEETS, choice_text, heading, heading_spellings
from planner.workbook.reading import read_cell
from planner.workbook.words import say
from planner.workbook.writing import cell_value

NUMBER = Column("cap", "number", low=0, high=1e6)
WHOLE = Column("tier", "whole", low=1, high=100)
MONTH = Column("first", "month")


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (12, 12.0), (12.5, 12.5), ("12", 12.0), ("12.5", 12.5), ("12,5", 12.5), (" 7 ", 7.0),
        ("1.234,5", 1234.5), ("1,234.5", 1234.5), ("12.345.678,5", None), ("1 234,5", 1234.5),
        ("1\u202f234,5", 1234.5), ("1\u00a0234.5", 1234.5), ("12\u2009345,5", 12345.5),
        ("0,25", 0.25), ("1e3", 1000.0), ("1,5e2", None),
    ],
)  # fmt: skip
def test_numbers_of_both_languages(cell: Any, number: float | None) -> None:
    if number is None:
        with pytest.raises(ValueError, match="expected a number"):
            read_cell(cell, NUMBER)
    else:
        assert read_cell(cell, NUMBER) == number


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("1.234", "may mean 1234 or 1.234: write it as a number"),
        ("1,234", "may mean 1234 or 1.234: write it as a number"),
        ("twelve", "expected a number, found 'twelve'"),
        ("85 %", "write a share such as 0.85"),
        (True, "expected a number, found TRUE"),
        (datetime.datetime(2022, 12, 5), "found the date 2022-12-05: the spreadsheet has taken it"),
        (datetime.time(12), "the spreadsheet has taken it for a date"),
        (-1, "expected a number of at least 0, found -1"),
        (1e7, "expected a number of at most 1e+06, found 10000000.0"),
        (float("nan"), "expected a finite number"),
    ],
)
def test_what_is_no_number_is_said(cell: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("+", r"\+")):
        read_cell(cell, NUMBER)


def test_whole_numbers() -> None:
    assert read_cell(3.0, WHOLE) == 3
    assert isinstance(read_cell(3.0, WHOLE), int)
    with pytest.raises(ValueError, match=r"expected a whole number, found '2.5'"):
        read_cell(2.5, WHOLE)


@pytest.mark.parametrize(
    "cell",
    [
        datetime.datetime(2022, 3, 1), datetime.datetime(2022, 3, 31, 12),
        datetime.date(2022, 3, 15),
        "2022-03", "2022-3", "2022/03", "03-2022", "3/2022", "31-3-2022", "2022-03-31", "mrt 2022",
        "maart 2022", "March 2022", "Mar 2022", "mar. 2022", "31 maart 2022", "MRT 2022",
        "Mar-22", "mrt-22", "1-Mar-22", "Mar '22", "March 31, 2022", "Mar 5, 2022", "mrt\u00a02022",
        "2022-03-01 00:00:00", "2022-03-01T12:30:00Z", "3/31/2022", "3-3-2022", "03/03/2022",
    ],
)  # fmt: skip
def test_months_however_they_are_written(cell: Any) -> None:
    assert read_cell(cell, MONTH) == Month(2022, 3)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (44621, "found the number 44621: set the cell to a date"),
        (202203, "found the number 202203: set the cell to a date"),
        ("2022", "expected a month such as 2022-03, found '2022'"),
        ("2022-13", "found '2022-13'"),
        ("march", "found 'march'"),
        ("mei", "found 'mei'"),
        ("10/11/2025", "'10/11/2025' may mean 2025-10 or 2025-11"),
        ("07/01/2024", "may mean 2024-07 or 2024-01"),
        ("1-2-2024 00:00:00", "may mean 2024-01 or 2024-02"),
        ("99-11-2025", "expected a month such as 2022-03, found '99-11-2025'"),
        ("2025-11-77", "found '2025-11-77'"),
        ("31-02-2024", "found '31-02-2024'"),
        ("2023-02-29", "found '2023-02-29'"),
        ("31 april 2024", "found '31 april 2024'"),
        ("13/13/2024", "found '13/13/2024'"),
        ("2024-07-01 lunch", "found '2024-07-01 lunch'"),
        ("2024-07-01 24:00", "found '2024-07-01 24:00'"),
        ("2024-07-01 25:00:00", "found '2024-07-01 25:00:00'"),
        ("1-7-2024 12:60", "found '1-7-2024 12:60'"),
        ("２０２４-07", "expected a month such as 2022-03"),
        (datetime.datetime(1905, 7, 16), "found the date 1905-07-16: a year alone becomes such"),
        (True, "found TRUE"),
    ],
)
def test_what_is_no_month_is_said(cell: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_cell(cell, MONTH)


def test_ids_and_lists_of_them() -> None:
    ids = Column("pools", "ids")
    assert read_cell("staff, civil", ids) == ("staff", "civil")
    assert read_cell("staff;civil\npolice", ids) == ("staff", "civil", "police")
    assert read_cell(None, ids) == ()
    assert read_cell(2022, Column("id", "id")) == "2022"
    for wrong in ("Staff", "two words", 1.5, True, datetime.date(2022, 1, 1)):
        with pytest.raises(ValueError, match=r"expected an id \(lower-case letters"):
            read_cell(wrong, Column("id", "id"))
    with pytest.raises(ValueError, match="an id is named twice"):
        read_cell("staff staff", ids)


def test_text_is_what_it_looks_like() -> None:
    text = Column("section")
    assert read_cell("=1+1", text) == "=1+1"
    assert read_cell(2, text) == "2"
    assert read_cell(2.5, text) == "2.5"
    assert read_cell(datetime.datetime(2022, 6, 17), text) == "2022-06-17"
    assert read_cell("  spaced  ", text) == "spaced"


@pytest.mark.parametrize("cell", [True, "yes", "ja", "JA", "waar", "TRUE", " Yes "])
def test_yes_in_every_spelling(cell: Any) -> None:
    assert read_cell(cell, Column("counts", "flag")) is True


def test_no_and_neither() -> None:
    assert read_cell("nee", Column("counts", "flag")) is False
    assert read_cell(None, Column("counts", "flag")) is None
    with pytest.raises(ValueError, match="expected yes or no, found 'maybe'"):
        read_cell("maybe", Column("counts", "flag"))


def test_when_a_package_is_known() -> None:
    known = Column("known", "known")
    assert read_cell("net op tijd", known) == "just-in-time"
    assert read_cell("start", known) == "start"
    assert read_cell("jul 2022", known) == Month(2022, 7)
    with pytest.raises(ValueError, match="expected a month such as 2022-07, 'just in time' or"):
        read_cell("soon", known)


def test_a_package_known_on_an_ambiguous_date_is_refused_too() -> None:
    with pytest.raises(ValueError, match="may mean 2024-10 or 2024-11"):
        read_cell("10/11/2024", Column("known", "known"))


EVERY = [(sheet.name, one) for sheet in SHEETS.values() for one in sheet.fields]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_choice_is_read_as_it_is_shown(lang: str) -> None:
    for _, one in [*EVERY, *(("settings", one) for one in SETTINGS)]:
        for value in one.column.choices:
            word = cell_value(value, one, lang)
            assert read_cell(word, one.column) == value
            assert "," not in word  # a list in a cell's menu is separated by commas
        offered = ",".join(choice_text(value, lang) for value in one.column.choices)
        assert len(offered) <= 255


def test_a_near_miss_of_a_choice_is_said() -> None:
    with pytest.raises(ValueError, match="found 'militery', did you mean 'military'"):
        read_cell("militery", Column("category", "choice", choices=("military", "police")))


@pytest.mark.parametrize("sheet", SHEETS)
def test_headings_of_a_sheet_cannot_be_confused(sheet: str) -> None:
    known: dict[str, str] = {}
    for one in SHEETS[sheet].fields:
        for word in heading_spellings(one.name):
            assert known.setdefault(word, one.name) == one.name
        assert len(heading(one.name, "nl")) <= 32


def test_sheets_cannot_be_confused() -> None:
    for lang in LANGUAGES:
        titles = [say(f"sheet_{name}", lang).casefold() for name in ("settings", *SHEETS)]
        assert len(set(titles)) == len(titles)
        assert all(len(title) <= 31 for title in titles)
