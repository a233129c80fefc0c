from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from planner.errors import Fault
from planner.months import Month
from planner.scenario.data import Column, default_data, read_data, read_table
from planner.scenario.registry import KEYS, OPTIONAL, TABLES

COLUMNS = (
    Column("id", "id", required=True),
    Column("people", "number", required=True, low=0, high=1000),
    Column("whole", "whole"),
    Column("first", "month"),
    Column("pools", "ids"),
    Column("on_call", "flag"),
    Column("basis", "choice", choices=("letter", "public")),
    Column("note"),
)
HEADER = "id,people,whole,first,pools,on_call,basis,note\n"


def check(path: Path, text: str | bytes) -> list[str]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    faults: list[Fault] = []
    read_table(path, COLUMNS, faults, key=("id",), name="t.csv")
    return [str(fault) for fault in faults]


def test_cells_by_kind(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    text = HEADER + 'a,12.5,3,2022-03,x y,yes,letter,"two,\nlines"\n\nb,1,,,,,,\n'
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    faults: list[Fault] = []

    table = read_table(path, COLUMNS, faults)

    assert not faults
    assert table.rows[0].cells == {
        "id": "a", "people": 12.5, "whole": 3, "first": Month(2022, 3), "pools": ("x", "y"),
        "on_call": True, "basis": "letter", "note": "two,\nlines",
    }  # fmt: skip
    assert table.rows[1].cells == {
        "id": "b", "people": 1.0, "whole": None, "first": None, "pools": (), "on_call": None,
        "basis": "", "note": "",
    }  # fmt: skip
    assert [row.line for row in table.rows] == [2, 5]


def test_every_fault_of_a_table_at_once(tmp_path: Path) -> None:
    text = HEADER + (
        "a,12,,,,,,\n"
        "B,12,,,,,,\n"
        "c,-2,,,,,,\n"
        "d,2000,,,,,,\n"
        "e,nan,,,,,,\n"
        "f,inf,,,,,,\n"
        "g,twelve,,,,,,\n"
        'h,"12,5",,,,,,\n'
        "i,,,,,,,\n"
        "j,1,1.5,,,,,\n"
        "k,1,,2022-13,,,,\n"
        "l,1,,,x x,,,\n"
        "m,1,,,,true,,\n"
        "n,1,,,,,leter,\n"
        "a,1,,,,,,\n"
        "o,1,,,,,\n"
        "p,1,,,,,,one, two\n"
    )

    assert check(tmp_path / "t.csv", text) == [
        "t.csv:3: id: expected an id (lower-case letters, digits, hyphens), found 'B'",
        "t.csv:4: people: expected a number of at least 0, found -2",
        "t.csv:5: people: expected a number of at most 1000, found 2000",
        "t.csv:6: people: expected a finite number, found 'nan'",
        "t.csv:7: people: expected a finite number, found 'inf'",
        "t.csv:8: people: expected a number, found 'twelve'",
        "t.csv:9: people: expected a decimal point, found '12,5': write 12.5",
        "t.csv:10: people: a value is needed here",
        "t.csv:11: whole: expected a whole number, found '1.5'",
        "t.csv:12: first: expected a month such as 2022-03, found '2022-13'",
        "t.csv:13: pools: an id is named twice in 'x x'",
        "t.csv:14: on_call: expected yes or no, found 'true'",
        "t.csv:15: basis: expected one of letter, public, found 'leter', did you mean 'letter'?",
        "t.csv:16: id: 'a' is in line 2 already: remove one of the two rows",
        "t.csv:17: expected 8 cells, found 7",
        "t.csv:18: expected 8 cells, found 9 (a comma inside a text needs quotes)",
    ]


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        (b"", ["t.csv: the file is empty, expected a header row"]),
        (b" \n", ["t.csv: the file is empty, expected a header row"]),
        (b"id,people\ncaf\xe9,1\n", ["t.csv:2: expected UTF-8, found byte 0xe9: save it from the "
                                    "spreadsheet as 'CSV UTF-8'"]),
        ("id,people\na,1\n".encode("utf-16"),
         ["t.csv:1: expected UTF-8, found byte 0xff: save it from the spreadsheet as 'CSV UTF-8'"]),
        (b"id,people\na,\x001\n", ["t.csv:2: found a zero byte, expected text"]),
        (b"id;people\na;1,5\n",
         ["t.csv:1: columns are separated by semicolons, expected commas: spreadsheets set to "
          "Dutch save them so; save it as 'CSV UTF-8 (comma delimited)' with decimal points"]),
        (b"id\tpeople\na\t1\n",
         ["t.csv:1: columns are separated by tabs, expected commas: spreadsheets set to Dutch save "
          "them so; save it as 'CSV UTF-8 (comma delimited)' with decimal points"]),
        (b"id,peple\na,1\n",
         ["t.csv:1: peple: unknown column, did you mean 'people'?; expected id, people, whole, "
          "first, pools, on_call, basis, note", "t.csv:1: people: column missing"]),
        (b"id,people,id\na,1,b\n", ["t.csv:1: id: column named twice"]),
        (b'id,people\n"a,1\n', ["t.csv:2: not readable as CSV: unexpected end of data"]),
    ],
)  # fmt: skip
def test_files_that_are_no_such_table(tmp_path: Path, text: bytes, messages: list[str]) -> None:
    assert check(tmp_path / "t.csv", text) == messages


def test_absurd_sizes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.scenario.data.MAX_BYTES", 60)
    assert check(tmp_path / "t.csv", HEADER + "a,1,,,,,,\n" * 9) == [
        "t.csv: too large: more than 60 bytes"
    ]
    monkeypatch.undo()
    monkeypatch.setattr("planner.scenario.data.MAX_ROWS", 2)
    assert check(tmp_path / "t.csv", HEADER + "a,1,,,,,,\nb,1,,,,,,\nc,1,,,,,,\n") == [
        "t.csv:4: more than 2 rows"
    ]


def test_the_shipped_tables_and_their_description_agree() -> None:
    package = json.loads((default_data() / "datapackage.json").read_text(encoding="utf-8"))
    described = {resource["name"]: resource["schema"] for resource in package["resources"]}
    numbers = {"number": ("number", "integer"), "whole": ("integer",)}
    texts = ("string", "yearmonth", "boolean")

    assert set(TABLES) <= set(described)
    for name, columns in TABLES.items():
        fields = {field["name"]: field for field in described[name]["fields"]}
        assert [column.name for column in columns] == list(fields), name
        for column in columns:
            field = fields[column.name]
            assert field["type"] in numbers.get(column.kind, texts), (name, column.name)
            choices = field.get("constraints", {}).get("enum")
            assert column.kind != "choice" or list(column.choices) == choices, (name, column.name)


def test_a_folder_without_the_tables_one_needs(
    tmp_path: Path, faults: Callable[..., list[str]]
) -> None:
    (tmp_path / "empty").mkdir()

    found = faults(read_data, tmp_path / "empty")

    assert len(found) == len(TABLES) - len(OPTIONAL)
    assert all("cannot be read: No such file or directory" in one for one in found)
    assert faults(read_data, tmp_path / "none")[0].endswith("none: no such data folder")


SPOILED = [
    ("demands", "untso,untso,", "untso,untos,", "mission: unknown mission 'untos', did you mean "
                                                "'untso'?"),
    ("demands", "military,observer,staff,12", "military,obsever,staff,12",
     "kind: unknown kind 'obsever', did you mean 'observer'?"),
    ("demands", "military,observer,staff,12", "military,observer,staf,12",
     "pools: unknown pool 'staf', did you mean 'staff'?"),
    ("demands", "military,observer,staff,12", "military,observer,staff,-12",
     "value: expected a number of at least 0, found -12"),
    ("rotation", "staff,,tour,6,4,12", "staff,,tour,6,7,12", "low: low 7 is above the value 6"),
    ("rotation", "staff,,tour,6,4,12", "staff,,tour,6,4,5", "high: high 5 is below the value 6"),
    ("rotation", "staff,,tour,6,4,12", "staff,,tour,6.5,4,12", "value: expected whole months, "
                                                               "found 6.5"),
    ("rotation", "staff,,tour,6,4,12", "staff,civil,tour,6,4,12",
     "value: a tour is at least 1 month and the same for every pool"),
    ("rotation", "public,defensiekrant-2023-42", "public,defensiekrant-2033-42",
     "source: unknown source 'defensiekrant-2033-42', did you mean 'defensiekrant-2023-42'?"),
    ("rotation", "public,defensiekrant-2023-42", "public,",
     "source: a parameter on basis 'public' needs a source"),
    ("strengths", "forces,,filled,,0.79,0.75,0.8", "forces,,filled,,1.2,0.75,",
     "value: expected a share between 0 and 1, found 1.2"),
    ("strengths", "police,filled,,", "police,filled,2022-01,",
     "filled: strengths.csv gives no filled from the start (a row with 'from' empty)"),
    ("bounds", "eusr-bih-least,eusr-bih,,1,", "eusr-bih-least,eusr-bhi,,1,",
     "demands: unknown demand 'eusr-bhi', did you mean 'eusr-bih'?"),
    ("bounds", "eusr-bih-least,eusr-bih,,1,", "eusr-bih-least,eusr-bih,,,",
     "min: expected a min, a max or both"),
    ("bounds", "eusr-bih-least,eusr-bih,,1,", "eusr-bih-least,eusr-bih,,2,1",
     "max: max 1 is below min 2"),
    ("outcomes", "efp-unit,last,2026-12", "efp-unit,last,2026-13",
     "value: expected a month such as 2022-03, found '2026-13'"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "was", "becomes", "message"), SPOILED)
def test_a_spoiled_cell_is_named(
    data: Path, faults: Callable[..., list[str]], table: str, was: str, becomes: str, message: str
) -> None:
    path = data / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    if becomes.endswith(",2,1"):
        was, becomes = was + ",", becomes + ","
    assert was in text
    path.write_text(text.replace(was, becomes, 1), encoding="utf-8")

    found = faults(read_data, data)

    assert any(one.endswith(message) for one in found), found
    assert all(":" in one and ".csv:" in one for one in found)


def test_months_out_of_order(data: Path, faults: Callable[..., list[str]]) -> None:
    path = data / "demands.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    place = next(place for place, line in enumerate(lines) if line.startswith("untso,"))
    lines[place] = lines[place].replace("2025-07", "1999-07")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    (found,) = faults(read_data, data)

    assert (
        f"demands.csv:{place + 1}: last: months out of order: the last, 1999-07, is before" in found
    )


def test_a_row_that_is_left_out_is_not_blamed_on_others(
    data: Path, faults: Callable[..., list[str]]
) -> None:
    path = data / "pools.csv"
    text = path.read_text(encoding="utf-8")
    was = "civil,Civilian experts,Civiele experts,civil"
    assert was in text
    path.write_text(text.replace(was, was[:-2] + "li"), encoding="utf-8")

    (found,) = faults(read_data, data)

    assert "category: expected one of military, police, civil, found 'civli'" in found


def test_keys_name_columns() -> None:
    for name, key in KEYS.items():
        assert set(key) <= {column.name for column in TABLES[name]}
