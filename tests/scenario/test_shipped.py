"""The scenarios that come with the planner, and what is published about the format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from planner.compile import compile_scenario
from planner.months import Month
from planner.scenario.load import load, shipped_scenarios
from planner.scenario.schema import json_schema, reference, schema_text
from planner.scenario.source import read_source

ROOT = Path(__file__).resolve().parents[2]
NAMES = sorted(shipped_scenarios())
SIZES = ["eastern-flank-company", "eastern-flank-battalion", "eastern-flank-brigade"]


def as_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    return [as_json(item) for item in value] if isinstance(value, tuple) else value


def test_the_scenarios_that_were_promised_are_there() -> None:
    assert {"letter", *SIZES, "studied-decided", "helicopters-sent", "rest-relaxed", "supply-grown",
            "provisional-extended", "commitments-continue", "hindsight"} <= set(NAMES)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_scenario_explains_itself(name: str) -> None:
    path = shipped_scenarios()[name]
    scenario = load(name)

    assert path.read_text(encoding="utf-8").startswith(
        "# yaml-language-server: $schema=../docs/schema/scenario.schema.json\n"
    )
    for text in ("title", "title_nl", "summary", "summary_nl"):
        assert scenario.layers[-1].values.get(text), text
    assert len(scenario.summary) > 150
    jsonschema.validate(as_json(read_source(path).values), json_schema())


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_scenario_compiles(name: str) -> None:
    compiled = compile_scenario(load(name))

    problem = compiled.problem
    assert (str(compiled.month(problem.report[0])), str(compiled.month(problem.report[1]))) == (
        "2022-01", "2025-12"
    )  # fmt: skip
    for demand in problem.demands:
        assert demand.cap >= 0
        assert set(demand.pools) <= set(problem.pools)
    for figure in compiled.figures:
        if figure.file.startswith(str(shipped_scenarios()[name].parent.name)):
            assert figure.source, figure
            assert figure.section or figure.note, figure


def test_the_sizes_differ_in_size_only() -> None:
    compiled = [compile_scenario(load(name)) for name in SIZES]

    people = [sum(row.cap for row in one.demands if row.package) for one in compiled]
    assert people == [208, 620, 1445]
    letter = {row.id for row in compile_scenario(load("letter")).demands}
    for one in compiled:
        package = [row for row in one.demands if row.package == "eastern-flank"]
        assert {row.id for row in one.demands} - letter == {row.id for row in package}
        assert {(str(row.first), str(row.last), row.tier, row.main_task) for row in package} == {
            ("2023-01", "2026-12", 1, 1)
        }
        assert str(one.month(one.problem.known("eastern-flank"))) == "2022-11"
        for row in package:
            cap = one.figure(f"demand.{row.id}.cap")
            assert cap.low is not None
            assert cap.high is not None
            assert cap.low < row.cap < cap.high


def test_what_the_variations_vary() -> None:
    middle = load("eastern-flank-battalion").inputs

    studied = load("studied-decided").inputs
    assert all(one.counts for one in studied.demands.values() if one.standing == "study")
    sent = compile_scenario(load("helicopters-sent")).problem
    assert [package.id for package in sent.packages] == ["eastern-flank", "mali-helicopters"]
    relaxed = compile_scenario(load("rest-relaxed"))
    assert relaxed.problem.demand("untso").home == (1.0,)
    unit = relaxed.problem.demand("efp-unit")
    assert (unit.home, unit.dwell) == ((1.0,) * 3, (True,) * 3)
    assert relaxed.problem.demand("kosovo").home == (0.25, 0.0, 1.0)
    grown = compile_scenario(load("supply-grown"))
    before = compile_scenario(load("eastern-flank-battalion")).problem.pools
    start, end = (grown.index(Month.parse(month)) for month in ("2022-09", "2025-12"))
    assert grown.problem.pools["staff"][start] == before["staff"][start]
    assert 1.09 < grown.problem.pools["staff"][end] / before["staff"][end] < 1.136
    assert (grown.problem.pools["civil"] == before["civil"]).all()
    hindsight = load("hindsight").inputs
    assert all(one.counts for one in hindsight.demands.values() if one.standing == "hindsight")
    assert middle.packages.keys() == {"eastern-flank"}
    assert load("letter").inputs.packages == {}


def test_the_published_schema_is_fresh() -> None:
    text = (ROOT / "docs/schema/scenario.schema.json").read_text(encoding="utf-8")

    assert text == schema_text()
    jsonschema.Draft202012Validator.check_schema(json.loads(text))


def test_the_reference_page_is_fresh() -> None:
    assert (ROOT / "docs/schema/scenario.md").read_text(encoding="utf-8") == reference()


def test_every_field_of_the_schema_is_described() -> None:
    schema = json_schema()

    def fields(part: Any) -> Any:
        if isinstance(part, dict):
            yield from part.get("properties", {}).items()
            for value in part.values():
                yield from fields(value)
        elif isinstance(part, list):
            for value in part:
                yield from fields(value)

    for name, field in fields(schema):
        assert isinstance(field, dict)
        assert field.get("description"), name
