"""The commands of the record from end to end, parameter files with faults, and what is shipped."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import planner as pl
from planner.cli.main import main
from planner.errors import InputError
from planner.record.backtest import shipped_scores
from planner.scenario.calibrated import shipped_calibrations
from tests.record.made import SMALL

HEAD = "id,demands,pools,month,people,error,relation,source,section,note\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("planner.record.calibrate.MIN_EFFECTIVE", 0.0)
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    return tmp_path


@pytest.fixture
def counted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from tests.record.made import history, truth

    seen = history(*truth(8), 8)
    monkeypatch.setattr("planner.cli.record._load_observations", lambda given: seen)
    return folder


def test_calibrate_simulate_backtest_and_learning(
    counted: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = ["--workers", "1", "--particles", "16", "--quiet"]
    assert main(["calibrate", "small.yaml", *few, "-o", "found", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert {row["parameter"] for row in said["tables"]["parameters"]} >= {"pool.staff.posts"}
    names = {one.name for one in (counted / "found").iterdir()}
    assert {"parameters.json", "parameters.csv", "before_after.png"} <= names

    path = counted / "found" / "parameters.json"
    kept = json.loads(path.read_text(encoding="utf-8"))
    kept["says"].append({"parameter": "pool.staff.posts"})
    path.write_text(json.dumps(kept), encoding="utf-8")
    (counted / "after.yaml").write_text(
        "extends: small\nparameters: found/parameters.json\n", encoding="utf-8"
    )
    assert main(["simulate", "after.yaml", "--draws", "64", "--json", "-o", "run"]) == 0
    capsys.readouterr()
    drawn = pl.read_ensemble("run").draws["pool.staff.posts"]
    assert set(drawn) <= set(kept["sample"]["pool.staff.posts"])
    (counted / "after.yaml").rename(counted / "moved.yaml")
    (counted / "found").rename(counted / "moved")
    again = pl.read_ensemble("run")
    one = again.draw(3)
    assert one.result.scenario.inputs.parameters.rows == 16
    row = one.factors.set_index("factor").loc["pool.staff.posts"]
    assert row["value"] == again.draws["pool.staff.posts"][3]
    (counted / "moved.yaml").rename(counted / "after.yaml")
    (counted / "moved").rename(counted / "found")

    told = ["--until", "2022-08", "--outcomes", "small.yaml", "--draws", "32"]
    assert main(["backtest", "after.yaml", *told, *few, "-o", "scores", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["tables"]
    assert {row["forecast"] for row in found["scores"]} >= {"calibrated", "cap", "climatology"}
    assert (counted / "scores" / "forecasts.png").stat().st_size > 1000

    assert main(["learning", "run", "--of", "fill", "--lang", "nl"]) == 0
    assert "bekend bij" in capsys.readouterr().out


def test_a_parameter_file_with_faults_is_refused_in_words(folder: Path) -> None:
    def fault(text: str) -> str:
        (folder / "bad.json").write_text(text, encoding="utf-8")
        with pytest.raises(InputError) as caught:
            pl.load("small.yaml").with_({"parameters": "bad.json"})
        return str(caught.value)

    good = {"format": "planner-parameters/1", "priors": {"a": "x", "b": "y"}}
    assert "cannot be read as JSON" in fault("{")
    assert "expected a parameter file" in fault("[]")
    assert "expected lists of numbers" in fault(json.dumps({**good, "sample": {}}))
    assert "a list of rows" in fault(json.dumps({**good, "sample": {"a": [1]}, "says": ["a"]}))
    text = json.dumps({**good, "sample": {"a": [1, 2], "b": [1], "c": ["x"]}})
    assert all(
        one in fault(text) for one in ("expected 2 numbers", "finite numbers", "missing: what was")
    )
    with pytest.raises(InputError, match="no such parameter file"):
        pl.load("small.yaml").with_({"parameters": "none.json"})
    (folder / "away.yaml").write_text("extends: small\nparameters: ../x.json\n", encoding="utf-8")
    with pytest.raises(InputError, match="expected a path inside"):
        pl.load("away.yaml")


def test_the_calibration_that_the_letter_draws_from_is_of_its_ranges() -> None:
    uncertain = pl.list_uncertain("letter")
    said = uncertain.scenario.inputs.parameters
    assert said is not None
    assert said.name in shipped_calibrations()
    assert said.about["effective"] >= 40
    assert said.about["scenario"]["name"] == "letter"
    assert said.about["until"] == "2022-06"
    joint = {one.id for one in uncertain.factors if one.calibrated is not None}
    assert joint == said.informed
    assert 10 < len(joint) < 40
    assert pl.load("letter").with_({"parameters": "none"}).inputs.parameters is None
    after = pl.list_uncertain("hindsight")
    known = after.scenario.inputs.parameters
    assert known is not None
    assert known.about["until"] == "2025-11"
    assert known.about["effective"] >= 40
    assert {one.id for one in after.factors if one.calibrated is not None} == known.informed


def test_what_is_shipped_of_the_backtest_is_of_the_letter() -> None:
    found = shipped_scores()
    assert found is not None
    assert (found["scenario"], found["until"]) == ("letter", "2022-06")
    rows = found["tables"]["forecasts"]
    inside = np.mean([row["q05"] <= row["seen"] <= row["q95"] for row in rows])
    (score,) = (
        row for row in found["tables"]["scores"]
        if row["by"] == "all" and row["forecast"] == "calibrated"
    )  # fmt: skip
    assert score["cover_90"] == pytest.approx(inside, abs=0.001)


def test_draws_take_a_row_of_what_the_record_speaks_of_and_all_else_anew() -> None:
    uncertain = pl.list_uncertain("letter")
    said, count = uncertain.scenario.inputs.parameters, 512
    assert said is not None
    values = uncertain.values(np.random.default_rng(1).random((count, len(uncertain.factors))))
    joint = [k for k, one in enumerate(uncertain.factors) if one.id in said.informed]
    rows = set(zip(*(said.sample[uncertain.factors[k].id] for k in joint), strict=True))
    assert {tuple(row) for row in values[:, joint].tolist()} <= rows
    for k, one in enumerate(uncertain.factors):
        if one.id not in said.informed and one.unit == "persons":
            assert len(set(values[:, k])) == count
