"""Out to a workbook and back: nothing is lost, and everything that is changed arrives."""

from __future__ import annotations

import copy
import datetime
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import planner as pl
from planner.compile import compile_scenario
from planner.problem.neutral import dump_problem
from planner.workbook.fields import SHEETS, equal, rows_of
from planner.workbook.importing import FilledWorkbook, build_scenario, import_workbook, read_filled

from .conftest import HEADINGS, SMALL, Changed

NAMES = sorted(pl.shipped_scenarios())

Copy = Callable[..., Changed]
Faults = Callable[[Path], list[str]]

MEDICS = {
    "cap, persons": "2,5", "first month": "mrt 2022", "last month": "31-12-2022", "package": "more",
    "source": "book", "basis": "openbaar",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_scenario_comes_back_the_same(name: str, books: Callable[..., Path]) -> None:
    lang = "nl" if NAMES.index(name) % 2 else "en"
    found = import_workbook(books(name, lang))

    assert found.scenario.digest == pl.load(name).digest
    assert found.text == f"format: planner-scenario/1\nextends: {name}\n"
    assert pl.loads(found.text) == pl.load(name)
    assert found.notes == ()


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_a_scenario_of_ones_own_comes_back_the_same(books: Callable[..., Path], lang: str) -> None:
    mine = pl.load(SMALL)

    found = import_workbook(books(SMALL, lang))

    assert found.scenario == mine
    assert found.scenario.inputs == mine.inputs
    assert found.base == ""


@pytest.mark.parametrize("name", [SMALL, "hindsight"])
def test_the_sheets_alone_state_the_same_problem(name: str | Path, changed: Copy) -> None:
    book = changed(name)
    del book.book["planner"]

    found = import_workbook(book.save())

    before, after = compile_scenario(pl.load(name)), compile_scenario(found.scenario)
    assert dump_problem(after.problem) == dump_problem(before.problem)
    assert found.text.startswith("format: planner-scenario/1\ndata: none\n")
    for one, other in zip(before.figures, after.figures, strict=True):
        names = ["id", "value"]
        if one.unit != "month":  # the sheets hold no range and no source of a month
            names += ["low", "high", "basis", "source", "section"]
        assert [getattr(one, key) for key in names] == [getattr(other, key) for key in names]


def other_value(sheet: str, name: str, old: Any) -> Any:
    """Return another value that a cell may hold."""
    column = SHEETS[sheet].field(name).column
    if name in ("low", "high"):
        return (old or {"low": 4.0, "high": 60.0}[name]) * {"low": 0.75, "high": 1.25}[name]
    if column.kind == "month" or name == "known":
        return pl.Month(2022, 2) if name == "first" else pl.Month(2022, 11)
    if column.kind in ("number", "whole"):
        others = {"main_task": 1, "tier": 3, "cohorts": 3, "weight": 2.0}
        return others.get(name, (old or 0) + (1 if sheet == "policies" else 0.05))
    if column.kind == "id":
        return {
            "mission": "police",
            "source": "paper",
            "kind": "unit",
            "package": "more",
            "force": "army",
        }[name]
    if column.kind == "caps":
        return ((pl.Month(2022, 11), 5.0),)
    if column.kind in ("ids", "options"):
        return ("civil",) if name == "pools" else ("guards", "observers")
    if column.kind == "choice":
        return next(one for one in column.choices if one != old)
    return not old if column.kind == "flag" else "something else"


EVERY = [
    (sheet, one.name)
    for sheet, spec in SHEETS.items()
    for one in spec.fields
    if one.name not in spec.key
]

FOLLOWS = {"counts": {"standing"}, "standing": {"counts"}, "known": {"basis", "source"},
           "basis": {"source"}}  # fmt: skip
"""What may change along with a column."""


def keyed(inputs: pl.Scenario, sheet: str) -> dict[Any, dict[str, Any]]:
    """Return the rows of a sheet by what names them, or by their number."""
    rows, key = rows_of(inputs.inputs)[sheet], SHEETS[sheet].key
    return {
        tuple(row[name] for name in key) if key else place: row for place, row in enumerate(rows)
    }


@pytest.fixture(scope="module")
def filled(books: Callable[..., Path]) -> FilledWorkbook:
    return read_filled(books(SMALL))


@pytest.mark.parametrize(("sheet", "name"), EVERY)
def test_no_cell_is_passed_over_in_silence(sheet: str, name: str, filled: FilledWorkbook) -> None:
    """Another value in the first row arrives, and nothing else changes."""
    mine, before = copy.deepcopy(filled), pl.load(SMALL)
    place = (
        [row["figure"] for row in rows_of(before.inputs)[sheet]].index("posts")
        if (sheet == "strengths")
        else 0
    )  # shares have no room above
    line = mine.grids[sheet].lines[place]
    value = other_value(sheet, name, line[name])
    assert not equal(line[name], value)
    line.cells[name] = value
    if name == "basis":
        line.cells["source"] = "book"

    found = build_scenario(mine, "small").scenario

    first = list(keyed(before, sheet))[place]
    assert equal(keyed(found, sheet)[first][name], value)
    differing = {
        (other, key, column)
        for other in SHEETS
        for key, row in keyed(found, other).items()
        for column in row
        if not equal(row[column], keyed(before, other)[key][column])
    }
    follows = {name, *FOLLOWS.get(name, ())}
    assert differing <= {(sheet, first, column) for column in follows}
    assert found.inputs.uncertainty == before.inputs.uncertainty


def test_what_is_changed_is_said_briefly(changed: Copy) -> None:
    book = changed("eastern-flank-battalion")
    book.set("Demands", "untso", "cap, persons", 8)
    book.set("Demands", "undof", "counts", "no")
    book.set("Demands", "eufor-staff", "counts", "yes")
    book.set("Strengths", ("", "staff", "posts"), "value", 450)
    book.set("Policies", ("staff", "", "", "dwell (months per month)"), "value", 1.5)
    book.set("Packages", "eastern-flank", "known", datetime.date(2022, 9, 1))

    text = import_workbook(book.save()).text

    head = ["format: planner-scenario/1", "extends: eastern-flank-battalion"]
    assert text.splitlines()[:2] == head
    assert len(text.splitlines()) < 60
    mine, before = pl.loads(text).inputs, pl.load("eastern-flank-battalion").inputs
    assert mine.demands["untso"].cap.value == 8
    assert mine.demands["untso"].cap.origin.source == "letter"
    assert not mine.demands["undof"].counts
    assert mine.demands["eufor-staff"].counts
    assert mine.pools["staff"].series["posts"][0][1].value == 450
    rotation = mine.kinds["staff"].rotation
    assert rotation["dwell"][""].value == 1.5
    assert rotation["rest"]["civil"] == before.kinds["staff"].rotation["rest"]["civil"]
    assert str(getattr(mine.packages["eastern-flank"].known, "month", "")) == "2022-09"


def test_a_new_demand_joins_a_package(changed: Copy) -> None:
    book = changed()
    row = book.add("Demands", id="medics", mission="truce", kind="unit", pools="staff; civil")
    for name, value in MEDICS.items():
        book["Demands"].cell(row, book.column("Demands", name)).value = value

    inputs = pl.read_workbook(book.save()).inputs

    medics = inputs.demands["medics"]
    assert (medics.cap.value, medics.cap.origin.basis) == (2.5, "public")
    assert medics.pools == ("staff", "civil")
    assert (medics.category, medics.tier, medics.name) == ("mixed", 2, "medics")
    assert medics.first is not None
    assert medics.last is not None
    assert (str(medics.first.month), str(medics.last.month)) == ("2022-03", "2022-12")
    assert inputs.packages["more"].demands == ("company", "medics")


def test_what_is_taken_away_no_longer_counts(changed: Copy) -> None:
    book = changed()
    book.remove("Demands", "observers")
    book.remove("Composition", "eyes")
    book.remove("Pools", "civil")
    for demand in ("experts", "judges"):
        book.set("Demands", demand, "pools", "staff")
    for figure in ("posts", "share filled", "share fit"):
        book.remove("Strengths", "", "civil", figure)
    book.remove("Policies", "post", "", "civil")
    book["Strength steps"].cell(HEADINGS + 2, 1).value = "staff"

    inputs = pl.read_workbook(book.save()).inputs

    assert not inputs.demands["observers"].counts
    assert inputs.bounds == {}
    assert set(inputs.pools) == {"staff"}
    assert inputs.demands["experts"].pools == ("staff",)
    assert set(inputs.kinds["post"].rotation["rest"]) == {""}


def test_what_cannot_be_said_of_a_scenario_is_said_of_what_it_builds_on(changed: Copy) -> None:
    """A step of supply-grown is changed: what is left to build on is eastern-flank-battalion."""
    book = changed("supply-grown")
    row = HEADINGS + 1
    book["Strength steps"].cell(row, book.column("Strength steps", "value")).value = 1.125

    found = import_workbook(book.save())

    assert found.base == "eastern-flank-battalion"
    assert [step.figure.value for step in found.scenario.inputs.steps] == [1.125]
    before = pl.load("supply-grown")
    assert rows_of(found.scenario.inputs)["demands"] == rows_of(before.inputs)["demands"]
    assert found.scenario.title == before.title


def test_a_package_can_be_dissolved(changed: Copy) -> None:
    book = changed("eastern-flank-company")
    book.remove("Packages", "eastern-flank")
    for cells in book["Demands"].iter_rows(min_row=HEADINGS + 1):
        cells[book.column("Demands", "package") - 1].value = None

    found = import_workbook(book.save())

    assert found.base == "letter"
    assert found.scenario.inputs.packages == {}
    assert found.scenario.inputs.demands["ef-unit"].cap.value == 190


def test_a_workbook_keeps_what_it_says_when_the_scenario_has_changed(changed: Copy) -> None:
    book = changed("letter")
    book["planner"]["A3"].value = "sha256:" + "0" * 64

    found = import_workbook(book.save())

    assert found.scenario == pl.load("letter")
    assert "letter says something else now" in found.notes[0]


def test_a_formula_counts_for_the_value_it_had(books: Callable[..., Path], tmp_path: Path) -> None:
    """Written by hand, since openpyxl writes formulas without their values."""
    source, target = books(SMALL), tmp_path / "formula.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for item in old.infolist():
            data = old.read(item)
            if item.filename == "xl/worksheets/sheet3.xml":
                assert data.count(b"<v>9</v>") == 1
                data = data.replace(b"<v>9</v>", b"<f>4*2</f><v>8</v>")
            new.writestr(item, data)

    assert pl.read_workbook(target).inputs.demands["observers"].cap.value == 8


def test_the_same_content_is_the_same_file(tmp_path: Path) -> None:
    first = pl.write_workbook(SMALL, tmp_path / "a.xlsx")
    second = pl.write_workbook(pl.allocate(SMALL), tmp_path / "b.xlsx")

    assert first.read_bytes() == second.read_bytes()


def test_a_saved_result_gives_the_same_workbook(tmp_path: Path) -> None:
    result = pl.allocate(SMALL)
    folder = result.save(tmp_path / "small")
    books = [
        openpyxl.load_workbook(pl.write_workbook(one, tmp_path / f"{name}.xlsx", "nl"))
        for one, name in ((result, "a"), (folder, "b"))
    ]

    for one, other in zip(*books, strict=True):
        assert one.title == other.title
        cells = [[[cell.value for cell in row] for row in sheet] for sheet in (one, other)]
        if one.title != "Verantwoording":
            assert cells[0] == cells[1]


MIXED = """data: none
horizon: {from: 2024-01, to: 2024-12}
forces:
  army: {filled: 0.9, fit: 0.8}
pools:
  light: {name: L, category: military, posts: 40, force: army}
  medical: {name: M, category: military, posts: 9, force: army, fit_factor: 0.5}
kinds:
  k: {name: K, changeover: en_bloc, tour: 6, preparation: 2, dwell: 2}
missions:
  m: {name: M, organisation: NATO, region: r, main_task: 1}
demands:
  d: {mission: m, kind: k, cap: 10, first: 2024-01, last: 2024-12,
      cap_from: {2024-05: 15, 2024-08: {value: 9, low: 6, high: 12.5}},
      pools: [{light: 0.9, medical: 0.1}, light]}
"""
"""A unit as a mix, a cap by period, dwell, and national shares."""


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_mixes_caps_by_period_dwell_and_forces_come_back(tmp_path: Path, lang: str) -> None:
    scenario = pl.loads(MIXED)
    book = Changed(pl.write_workbook(scenario, tmp_path / "mixed.xlsx", lang))
    del book.book["planner"]  # nothing but the sheets says what it is

    assert pl.read_workbook(book.save()).inputs == scenario.inputs


def test_a_mix_is_changed_in_its_cell(tmp_path: Path) -> None:
    book = Changed(pl.write_workbook(pl.loads(MIXED), tmp_path / "mixed.xlsx"))
    book.set("Demands", "d", "pools", "light : 0,8 + medical : 0,2; light")
    book.set(
        "Demands", "d", "cap from a month on", "2024-05:12,5 2024-09:20 2024-11:6,5 (4,5 .. 8)"
    )
    book.set("Policies", ("k", "", "", "dwell (months per month)"), "value", 1.5)
    book.set("Strengths", ("army", "", "share fit"), "value", 0.7)

    inputs = pl.read_workbook(book.save()).inputs

    demand = inputs.demands["d"]
    assert demand.options == ({"light": 0.8, "medical": 0.2}, "light")
    assert [(str(month), cap.value) for month, cap in demand.cap_from.items()] == [
        ("2024-05", 12.5), ("2024-09", 20), ("2024-11", 6.5),
    ]  # fmt: skip
    latest = list(demand.cap_from.values())[-1]
    assert (latest.low, latest.high) == (4.5, 8)
    assert inputs.kinds["k"].rotation["dwell"][""].value == 1.5
    assert inputs.forces["army"]["fit"][0][1].value == 0.7


def test_a_mix_that_cannot_be_is_said_at_its_cell(tmp_path: Path, faults: Faults) -> None:
    for text, message in (
        ("light:0.9+medical:0.2", "expected shares that add up to 1, found a sum of 1.1"),
        ("light:0.9+doctors:0.1", "unknown pool 'doctors'"),
        ("light+medical", "expected"),
    ):
        book = Changed(pl.write_workbook(pl.loads(MIXED), tmp_path / "mixed.xlsx"))
        place = book.set("Demands", "d", "pools", text)
        (said,) = faults(book.save())
        assert said.startswith(f"{place}: {message}")


ADDED = """
import sys
import planner.scenario.registry as registry

new = registry.Field(
    "vehicles", "whole", "Vehicles that go along.", column="vehicles", low=0, high=999,
)
fields = registry.ENTITIES["demand"]
registry.ENTITIES["demand"] = (*fields[:-1], new, fields[-1])
registry.TABLES["demands"] = registry.columns("demand")

import openpyxl
import planner as pl

text, path = sys.argv[1:]
first = pl.loads(text).change(demands={"d": {"vehicles": 3}})
pl.write_workbook(first, path)
print(pl.read_workbook(path).inputs.demands["d"].more)
book = openpyxl.load_workbook(path)
rows = list(book["Demands"].iter_rows(min_row=5))
place = [cell.value for cell in rows[0]].index("vehicles")
next(row for row in rows if row[0].value == "d")[place].value = 8
book.save(path)
changed = pl.read_workbook(path)
print(changed.inputs.demands["d"].more)
"""


def test_a_new_field_of_a_demand_is_on_its_sheet_without_more_ado(tmp_path: Path) -> None:
    """Declared in the registry alone, it is written, read and changed in a workbook."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ADDED, MIXED, str(tmp_path / "more.xlsx")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["{'vehicles': 3}", "{'vehicles': 8}"]
