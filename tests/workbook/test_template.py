"""A blank workbook, filled in by somebody who begins from nothing."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

import planner as pl
from planner.workbook.importing import import_workbook

from .conftest import Changed

SAME = """
title: Two missions
data: none
horizon: {from: 2022-01, to: 2022-12}
pools:
  staff: {name: Staff, category: military, posts: 20, filled: 0.9}
kinds:
  post: {name: post, changeover: staggered, tour: 6, preparation: 2, rest: 1}
missions:
  truce: {name: Truce, organisation: UN, region: East, main_task: 2}
  flank: {name: flank, organisation: NATO, region: East, main_task: 1}
demands:
  observers: {mission: truce, kind: post, pools: [staff], cap: 9, first: 2021-01, last: 2022-12}
  company: {mission: flank, kind: post, pools: [staff], cap: {value: 4, low: 2, high: 6},
            first: 2022-07, last: 2023-06}
packages:
  more: {known: start, members: [company]}
"""


def fill_in(path: Path) -> Changed:
    """Fill in what :data:`SAME` says, in Dutch and as it comes."""
    book = Changed(path)
    for row in range(6, 16):
        if book["Scenario"].cell(row, 1).value == "titel Engels":
            book["Scenario"].cell(row, 2).value = "Two missions"
        if book["Scenario"].cell(row, 1).value == "tot en met":
            book["Scenario"].cell(row, 2).value = "dec 2022"
    row = book.add("Missies", id="truce", organisatie="VN", regio="East", hoofdtaak=2)
    book["Missies"].cell(row, book.column("Missies", "naam Engels")).value = "Truce"
    book.add("Missies", id="flank", organisatie="NATO", regio="East", hoofdtaak="1")
    row = book.add("Pools", id="staff", categorie="militair")
    book["Pools"].cell(row, book.column("Pools", "naam Engels")).value = "Staff"
    for name, value in (("functies", 20), ("bezettingsgraad", "0,9")):
        book.add("Sterktes", pool="staff", cijfer=name, waarde=value)
    book.add("Soorten", id="post", aflossing="gespreid")
    for name, value in (
        ("uitzending (maanden)", 6), ("voorbereiding (maanden)", 2),
        ("rust (maanden per maand)", 1),
    ):  # fmt: skip
        book.add("Uitzendregels", soort="post", cijfer=name, waarde=value)
    book.add("Pakketten", id="more", bekend="begin")
    for values in (
        ("observers", "truce", 9, None, None, datetime.date(2021, 1, 1), "2022-12", None),
        ("company", "flank", 4, 2, 6, "juli 2022", datetime.date(2023, 6, 30), "more"),
    ):
        id, mission, cap, low, high, first, last, package = values
        row = book.add(
            "Vragen", id=id, missie=mission, soort="post", pools="staff", laag=low, hoog=high,
            eerste_maand=first, laatste_maand=last, pakket=package,
        )  # fmt: skip
        book["Vragen"].cell(row, book.column("Vragen", "maximum, personen")).value = cap
    return book


def test_a_template_filled_in_is_the_scenario_that_it_states(tmp_path: Path) -> None:
    path = pl.write_template(tmp_path / "blank.xlsx", "nl")

    found = import_workbook(fill_in(path).save())

    assert found.scenario.inputs == pl.loads(SAME).inputs
    assert found.text.startswith("format: planner-scenario/1\ndata: none\ntitle: Two missions\n")
    assert "then:" not in found.text
    assert pl.allocate(pl.loads(found.text)).packages["package"].tolist() == ["more"]


def test_a_blank_template_is_an_empty_scenario(tmp_path: Path) -> None:
    path = pl.write_template(tmp_path / "blank.xlsx")

    found = import_workbook(path)

    assert found.scenario.inputs == pl.loads("data: none").inputs
    assert found.base == ""


def test_what_a_template_lacks_is_said_at_its_place(tmp_path: Path) -> None:
    book = fill_in(pl.write_template(tmp_path / "blank.xlsx", "nl"))
    book.remove("Uitzendregels", "post")  # the tour
    book.remove("Sterktes", "", "staff")  # the posts

    with pytest.raises(pl.InputError) as caught:
        pl.read_workbook(book.save())

    said = [str(fault).partition("xlsx: ")[2] for fault in caught.value.faults]
    assert any(one.startswith("sheet Pools, row 6, column A (id): new pool") for one in said)
    assert any(one.startswith("sheet Soorten, row 6, column A (id): new kind") for one in said)
