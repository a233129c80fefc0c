"""export, solve and validate: files in and out."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import highspy
import jsonschema
import pytest
from hypothesis import given, settings

import planner as pl
from planner.cli.check import problem_schema, result_schema
from planner.problem.neutral import dump_problem
from tests.strategies import problems

from .conftest import PROBLEM, Outcome, listing

Run = Callable[..., Outcome]


def test_the_result_is_all_that_standard_output_gets(planner: Run, problem: Path) -> None:
    found = planner("solve", "problem.json", "--rule", "value", "--json")

    assert found.err == ""
    assert found.json == pl.solve(PROBLEM, "value").as_neutral()
    assert found.json["demands"]["untso"]["filled"] == pytest.approx(72)
    assert found.json["displacement"]["flank"]["total"] == pytest.approx(24)


def test_a_problem_may_come_from_standard_input(problem: Path) -> None:
    command = [sys.executable, "-m", "planner", "solve", "-", "--json"]
    found = subprocess.run(command, input=problem.read_bytes(), capture_output=True, check=True)

    assert found.stderr == b""
    assert json.loads(found.stdout)["format"] == "planner-result/1"


@pytest.mark.parametrize("options", [["--engine", "pulp", "--solver", "cbc"], ["--whole-people"]])
def test_other_solvers_give_the_same(planner: Run, problem: Path, options: list[str]) -> None:
    found = planner("solve", "problem.json", "--json", *options)

    assert found.err == ""
    assert found.json["demands"]["untso"]["filled"] == pytest.approx(72, abs=1e-4)
    jsonschema.validate(found.json, result_schema())


@pytest.mark.parametrize(("lang", "word"), [("en", "fill rate"), ("nl", "vullingsgraad")])
def test_a_person_reads_the_result(planner: Run, problem: Path, lang: str, word: str) -> None:
    found = planner("solve", "problem.json", "--lang", lang)

    assert found.code == 0
    assert word in found.out
    assert "untso" in found.out


@settings(max_examples=15)
@given(drawn=problems())
def test_schemas_take_what_is_written(drawn: dict[str, Any]) -> None:
    jsonschema.validate(drawn, problem_schema())
    parsed = pl.solve(drawn, "value")
    jsonschema.validate(dump_problem(parsed.problem), problem_schema())
    jsonschema.validate(parsed.as_neutral(), result_schema())


def test_what_is_exported_solves_to_the_same(planner: Run, scenario: Path) -> None:
    assert planner("export", "flank.yaml", "--problem", "out.json").code == 0

    solved = planner("solve", "out.json", "--json").json
    ran = planner("run", "flank.yaml", "--json").json

    jsonschema.validate(json.loads(Path("out.json").read_text()), problem_schema())
    fills = {row["demand"]: row["filled_person_months"] for row in ran["demands"]}
    assert {id: row["filled"] for id, row in solved["demands"].items()} == pytest.approx(fills)
    shown = planner("export", "out.json", "--problem", "-").json
    assert shown == json.loads(Path("out.json").read_text())


def test_the_programme_goes_to_other_solvers(planner: Run, problem: Path) -> None:
    assert (
        planner("export", "problem.json", "--lp", "a.lp", "--mps", "a.mps", "--tier", "2").code == 0
    )

    assert "untso" in Path("a.lp").read_text()
    for name in ("a.lp", "a.mps"):
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.readModel(name)
        solver.run()
        assert solver.getInfo().objective_function_value == pytest.approx(-72, abs=1e-4)


def test_all_files_are_written_or_none(planner: Run, scenario: Path) -> None:
    Path("a.lp").write_text("mine")

    found = planner(
        "export", "flank.yaml", "--problem", "a.json", "--lp", "a.lp", "--mps", "no/a.mps"
    )

    assert found.code == 2
    assert [line.split(":")[0] for line in found.faults] == ["a.lp", "no/a.mps"]
    assert listing(Path()) == ["a.lp", "flank.yaml"]
    assert Path("a.lp").read_text() == "mine"
    assert planner("export", "flank.yaml", "--problem", "a.lp", "--force").code == 0
    assert json.loads(Path("a.lp").read_text())["format"] == "planner-problem/1"


def test_options_of_the_programme_are_checked(planner: Run, problem: Path) -> None:
    found = planner("export", "problem.json", "--lp", "a.lp", "--tier", "9")
    assert found.code == 2
    assert found.faults[0].startswith("--tier: expected a tier")

    found = planner("export", "problem.json", "--lp", "a.lp", "--whole-people", "--rule", "fair")
    assert found.code == 2
    assert listing(Path()) == ["problem.json"]


def test_a_problem_is_no_scenario(planner: Run, problem: Path) -> None:
    found = planner("run", "problem.json")

    assert found.code == 2
    assert "planner solve takes it" in found.faults[0]


def test_valid_files_are_valid(planner: Run, problem: Path, scenario: Path) -> None:
    planner("run", "flank.yaml", "--out", "out", "-q")

    found = planner("validate", "problem.json", "flank.yaml", "letter", "out", "--json")

    assert found.code == 0
    assert [row["valid"] for row in found.json["files"]] == [True] * 4
    assert found.json["files"][1]["warnings"]
    assert "problem.json: geldig" in planner("validate", "problem.json", "--lang", "nl").out
    assert planner("validate", "-", stdin=problem.read_text()).code == 0
    assert planner("validate", "-", stdin=scenario.read_text()).code == 0


def test_all_faults_of_all_files_are_said(planner: Run, problem: Path) -> None:
    Path("a.yaml").write_text("extends: letter\nrule: banana\ndemands:\n  untso: {capp: 3}\n")
    text = problem.read_text().replace('"cap": 8', '"cap": -8').replace('"tier": 2', '"tier": 0')
    problem.write_text(text)

    found = planner("validate", "a.yaml", "letter", "problem.json", "--json")

    assert found.code == 2
    assert [len(row["faults"]) for row in found.json["files"]] == [2, 0, 2]
    places = [line.split(": ")[0] for line in found.faults]
    assert places == ["a.yaml:2:7", "a.yaml:4:11", "problem.json:24:12", "problem.json:25:11"]
    assert "did you mean 'cap'?" in found.faults[1]


def test_what_nobody_could_serve_is_not_valid(planner: Run, problem: Path) -> None:
    problem.write_text(problem.read_text().replace('"staff": 10', '"staff": 0'))

    found = planner("validate", "problem.json")
    assert found.code == 2
    assert "no pool can ever serve it" in found.faults[0]

    found = planner("solve", "problem.json", "--json")
    assert found.code == 0
    assert found.json["demands"]["untso"]["fill_rate"] == 0
    assert "no pool can ever serve it" in found.faults[0]


def test_spoilt_data_and_results_are_not_valid(planner: Run, scenario: Path) -> None:
    Path("data").mkdir()
    planner("run", "flank.yaml", "--out", "out", "-q")
    Path("out/problem.json").write_text("{}")

    found = planner("validate", "data", "out")

    assert found.code == 2
    assert any("demands.csv" in line for line in found.faults)
    assert "not as it was written" in found.faults[-1]
