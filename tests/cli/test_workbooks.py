"""export --xlsx, export --template and import."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

import planner as pl

from .conftest import Outcome, listing

Run = Callable[..., Outcome]

HERE = "flank.yaml"


@pytest.fixture(autouse=True)
def quiet() -> object:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="openpyxl")
        yield


def change(path: str, sheet: str, cell: str, value: object) -> None:
    book = openpyxl.load_workbook(path)
    book[sheet][cell].value = value
    book.save(path)


def test_out_and_back(planner: Run, scenario: Path) -> None:
    assert planner("export", HERE, "--xlsx", "book.xlsx", "--lang", "nl").code == 0

    found = planner("import", "book.xlsx", "-o", "mine.yaml", "--lang", "nl")

    assert (found.code, found.err) == (0, "")
    assert "dezelfde effectieve invoer" in found.out
    assert "geschreven naar mine.yaml" in found.out
    assert pl.load("mine.yaml").digest == pl.load(HERE).digest
    assert listing(Path()) == ["book.xlsx", "flank.yaml", "mine.yaml"]


def test_what_was_changed_is_listed(planner: Run, scenario: Path) -> None:
    planner("export", HERE, "--xlsx", "book.xlsx")
    change("book.xlsx", "Demands", "G6", 3)

    found = planner("import", "book.xlsx", "--out", "mine.yaml")

    (line,) = [line for line in found.out.splitlines() if "demands.observers.cap" in line]
    assert line.split() == ["demands.observers.cap", "9", "3"]
    assert pl.load("mine.yaml").inputs.demands["observers"].cap.value == 3


def test_to_standard_output_and_as_json(planner: Run) -> None:
    planner("export", "letter", "--xlsx", "book.xlsx")

    assert planner("import", "book.xlsx").out == "format: planner-scenario/1\nextends: letter\n"
    found = planner("import", "book.xlsx", "--json").json
    assert found["format"] == "planner-import/1"
    assert found["extends"] == "letter"
    assert found["scenario"]["digest"] == pl.load("letter").digest


def test_everything_wrong_is_said_and_nothing_written(planner: Run, scenario: Path) -> None:
    planner("export", HERE, "--xlsx", "book.xlsx")
    change("book.xlsx", "Demands", "G6", "many")
    change("book.xlsx", "Pools", "D6", "navy")

    found = planner("import", "book.xlsx", "-o", "mine.yaml")

    assert found.code == 2
    assert [line.partition(": expected")[0] for line in found.faults] == [
        "book.xlsx: sheet Demands, row 6, column G (cap, persons)",
        "book.xlsx: sheet Pools, row 6, column D (category)",
    ]
    assert not Path("mine.yaml").exists()


def test_a_file_that_exists_is_kept(planner: Run, scenario: Path) -> None:
    planner("export", HERE, "--xlsx", "book.xlsx")
    before = Path(HERE).read_bytes()

    found = planner("import", "book.xlsx", "-o", HERE)

    assert found.code == 2
    assert "exists already: choose another name, or add --force" in found.faults[0]
    assert Path(HERE).read_bytes() == before
    assert planner("export", HERE, "--xlsx", "book.xlsx").code == 2
    assert planner("export", HERE, "--xlsx", "book.xlsx", "--force").code == 0
    assert planner("import", "book.xlsx", "-o", HERE, "--force", "-q").out == ""
    assert Path(HERE).read_bytes() != before


def test_a_blank_workbook(planner: Run) -> None:
    assert planner("export", "--template", "blank.xlsx", "--lang", "nl").code == 0

    found = planner("import", "blank.xlsx", "-o", "blank.yaml", "--lang", "nl")

    assert found.code == 0
    assert "0 vragen, 0 pools" in found.out
    assert Path("blank.yaml").read_text() == "format: planner-scenario/1\ndata: none\n"


def test_a_folder_of_results(planner: Run, scenario: Path) -> None:
    planner("run", HERE, "--out", "out", "-q")

    assert planner("export", "out", "--xlsx", "book.xlsx").code == 0
    planner("import", "book.xlsx", "-o", "mine.yaml")
    assert pl.load("mine.yaml") == pl.load(HERE)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--xlsx", "a.xlsx"], "of which scenario? Only --template goes without one"),
        (["letter"], "nothing to write: name a file with --xlsx, --template"),
        (["letter", "--xlsx", "-"], "-: expected a file ending in .xlsx"),
        (["letter", "--xlsx", "a.csv"], "a.csv: expected a file ending in .xlsx"),
        (["nothing", "--xlsx", "a.xlsx"], "no such scenario"),
        (["letter", "--xlsx", "a.xlsx", "--template", "a.xlsx"], "is named twice"),
    ],
)
def test_what_goes_wrong_is_said(planner: Run, options: list[str], message: str) -> None:
    found = planner("export", *options)

    assert found.code == 2
    assert message in found.faults[0]
    assert listing(Path()) == []


def test_a_workbook_is_no_scenario(planner: Run) -> None:
    planner("export", "--template", "book.xlsx")

    found = planner("run", "book.xlsx")

    assert found.code == 2
    assert found.faults == [
        "book.xlsx: is a workbook, not a scenario: planner import makes one of it"
    ]


def test_what_is_no_workbook(planner: Run, scenario: Path) -> None:
    found = planner("import", HERE)

    assert found.code == 2
    assert found.faults == ["flank.yaml: not a workbook (.xlsx)"]
    assert planner("import", "none.xlsx").code == 2


def test_futures_drawn_before_get_sheets_of_their_own(planner: Run, scenario: Path) -> None:
    planner("simulate", HERE, "--draws", "4", "--rule", "value", "--out", "futures", "--quiet")

    alone = planner("export", "futures", "--xlsx", "alone.xlsx")
    beside = planner("export", HERE, "--rule", "value", "--futures", "futures", "--xlsx", "b.xlsx")
    other = planner("export", HERE, "--rule", "fair", "--futures", "futures", "--xlsx", "c.xlsx")
    wrong = planner("export", "futures", "--rule", "fair", "--xlsx", "d.xlsx")
    nowhere = planner("export", HERE, "--futures", "futures", "--problem", "problem.json")

    assert (alone.code, beside.code, other.code, nowhere.code) == (0, 0, 2, 2)
    books = [openpyxl.load_workbook(name) for name in ("alone.xlsx", "b.xlsx")]
    values = [list(book["Draws"].values) for book in books]
    assert values[0] == values[1]
    assert other.faults == [
        "planner: draws: drawn by the rule 'value', the result is by 'fair': "
        "choose the same with --rule"
    ]
    assert wrong.faults == ["planner: export: futures was drawn by 'value': leave --rule out"]
    assert nowhere.faults == [
        "planner: export: --futures goes into a workbook: name it with --xlsx"
    ]
    assert [path.name for path in sorted(Path().glob("*.xlsx"))] == ["alone.xlsx", "b.xlsx"]
