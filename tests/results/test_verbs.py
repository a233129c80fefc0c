"""The verbs a notebook begins with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import planner as pl

STATIC: dict[str, Any] = {
    "format": "planner-problem/1",
    "months": 2,
    "pools": {"staff": 3},
    "demands": [
        {"id": "untso", "tier": 2, "cap": 4, "first": 0, "last": 1, "tour": 1,
         "pools": ["staff"], "prep": 0, "rest": 0},
    ],
}  # fmt: skip


def test_scenarios_are_allocated_however_they_are_given(tmp_path: Path, flank: pl.Result) -> None:
    letter = pl.load("letter")
    file = tmp_path / "flank.yaml"
    file.write_text(flank.scenario.dump(), encoding="utf-8")
    assert pl.allocate(letter).fill_by().equals(pl.allocate("letter").fill_by())
    for given in (file, str(file)):
        assert pl.allocate(given).demands.equals(flank.demands)


def test_the_rule_is_the_scenarios_own_unless_told_otherwise(text: str, flank: pl.Result) -> None:
    assert flank.rule == "fair"
    assert pl.allocate(flank.scenario, "value").rule == "value"
    valued = flank.scenario.change(rule="value")
    assert pl.allocate(valued).rule == "value"
    assert pl.allocate(valued, "fair").demands.equals(flank.demands)


def test_displacement_is_the_table_of_the_result(flank: pl.Result) -> None:
    assert pl.displacement(flank.scenario).equals(flank.displacement)
    assert pl.displacement(flank).equals(flank.displacement)


def test_only_the_packages_asked_for(flank: pl.Result) -> None:
    one = pl.allocate(flank.scenario, packages=["late"])
    assert one.packages["package"].tolist() == ["late"]
    assert one.demands.equals(flank.demands)
    late = flank.displacement[flank.displacement["package"] == "late"].reset_index(drop=True)
    assert one.displacement.equals(late)
    assert one.manifest["options"]["packages"] == ["late"]
    assert pl.allocate(flank.scenario, packages=[]).displacement.empty


def test_figures_can_be_replaced_and_the_manifest_says_so(flank: pl.Result) -> None:
    figures = {"demand.company.cap": 2.0}
    changed = pl.allocate(flank.scenario, figures=figures)
    assert changed.demands.set_index("demand").loc["company", "cap_persons"] == 2.0
    assert changed.manifest["options"]["figures"] == figures
    assert changed.manifest["scenario"]["digest"] == flank.manifest["scenario"]["digest"]


def test_mistakes_are_explained(flank: pl.Result) -> None:
    with pytest.raises(pl.InputError, match="expected 'fair' or 'value', found 'fare', did you"):
        pl.allocate(flank.scenario, "fare")
    with pytest.raises(pl.InputError, match="no such package 'mor', did you mean 'more'") as caught:
        pl.allocate(flank.scenario, packages=["mor", "lat"])
    assert len(caught.value.faults) == 2
    with pytest.raises(pl.InputError, match="its file or its name, found int"):
        pl.allocate(3)  # type: ignore[arg-type]
    with pytest.raises(pl.InputError, match="no such figure"):
        pl.allocate(flank.scenario, figures={"demand.compny.cap": 1.0})


def test_neutral_problems_are_solved_however_they_are_given(tmp_path: Path) -> None:
    file = tmp_path / "problem.json"
    file.write_text(json.dumps(STATIC), encoding="utf-8")
    first = pl.solve(STATIC)
    assert first.as_neutral()["demands"]["untso"] == {
        "asked": 8.0,
        "filled": 6.0,
        "fill_rate": 0.75,
    }
    for given in (file, str(file), first.problem):
        assert pl.solve(given, "value").with_all.filled.tolist() == [6.0]


def test_neutral_problems_that_cannot_be_read_are_explained(tmp_path: Path) -> None:
    with pytest.raises(pl.InputError, match=r"nowhere\.json: cannot be read: No such file"):
        pl.solve(tmp_path / "nowhere.json")
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe{")
    with pytest.raises(pl.InputError, match="not text in UTF-8"):
        pl.solve(tmp_path / "bytes.json")
    with pytest.raises(pl.InputError, match="cap"):
        pl.solve({**STATIC, "demands": [{**STATIC["demands"][0], "cap": -1}]})
    with pytest.raises(pl.InputError, match="expected 'fair' or 'value'"):
        pl.solve(STATIC, "both")
