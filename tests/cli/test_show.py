"""show, scenarios and schema."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

import planner as pl

from .conftest import Outcome

Run = Callable[..., Outcome]


def test_a_figure_is_walked_back_to_its_source(planner: Run) -> None:
    found = planner("show", "letter", "--figure", "demand.untso.cap")

    assert found.code == 0
    for words in ("12", "persons", "Kamerstuk 29 521 nr. 446", "3.2", "demands.csv:"):
        assert words in found.out
    [row] = planner("show", "letter", "--figure", "demand.untso.cap", "--json").json["figure"]
    assert (row["value"], row["basis"], row["source"]["id"]) == (12, "letter", "letter")


def test_figures_are_listed_by_how_they_begin(planner: Run) -> None:
    found = planner("show", "letter", "--figure", "demand.untso", "--json").json["figure"]

    assert [row["id"] for row in found] == [
        "demand.untso.cap", "demand.untso.first", "demand.untso.last", "demand.untso.manned",
    ]  # fmt: skip


def test_a_scenario_is_shown_as_it_is_after_all_it_builds_on(planner: Run) -> None:
    found = planner("show", "eastern-flank-battalion", "--json").json["scenario"]

    assert found["digest"] == pl.load("eastern-flank-battalion").digest
    assert [package["id"] for package in found["packages"]] == ["eastern-flank"]
    assert [Path(file).name for file in found["files"]] == [
        "letter.yaml", "eastern-flank-battalion.yaml",
    ]  # fmt: skip
    assert sum(found["figures"].values()) > 100
    untso = next(row for row in found["missions"] if row["id"] == "untso")
    assert untso["asked_person_months"] == 12 * 43


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize(
    "part",
    [
        [],
        ["--mission", "untso"],
        ["--mission", "eufor-althea"],
        ["--demand", "ef-unit"],
        ["--demand", "eufor-staff"],
        ["--pool", "staff"],
        ["--figure", "pool.staff"],
        ["--figure", "kind.staff.rest"],
        ["--sources"],
    ],
)
def test_every_part_is_readable(planner: Run, lang: str, part: list[str]) -> None:
    known = pl.load("eastern-flank-battalion").inputs
    if part[:1] == ["--mission"] and part[1] not in known.missions:
        part = ["--mission", next(iter(known.missions))]
    found = planner("show", "eastern-flank-battalion", *part, "--lang", lang)

    assert found == Outcome(0, found.out, "")
    assert found.out.strip()
    assert planner("show", "eastern-flank-battalion", *part, "--json").json["format"]


def test_a_demand_that_does_not_count_says_why(planner: Run) -> None:
    found = planner("show", "letter", "--demand", "eufor-staff", "--json").json["demand"]

    assert found["left_out"] == "under study, not decided"
    assert (
        "in onderzoek" in planner("show", "letter", "--demand", "eufor-staff", "--lang", "nl").out
    )


def test_several_parts_at_once(planner: Run) -> None:
    found = planner(
        "show", "letter", "--mission", "untso", "--pool", "staff", "--sources", "--json"
    )

    assert list(found.json) == ["format", "mission", "pool", "sources"]


def test_unknown_ids_are_said_together_with_the_nearest(planner: Run) -> None:
    found = planner("show", "letter", "--mission", "unsto", "--pool", "stff", "--figure", "x")

    assert found.code == 2
    assert found.out == ""
    assert found.faults[0].endswith("did you mean 'untso'?")
    assert found.faults[1].endswith("did you mean 'staff'?")
    assert found.faults[2].startswith("--figure: no such figure in letter: 'x'")


def test_yaml_reads_back_as_the_same_scenario(planner: Run) -> None:
    found = planner("show", "rest-relaxed", "--yaml")

    assert pl.loads(found.out).digest == pl.load("rest-relaxed").digest


def test_strength_by_year_is_the_mean_of_its_months(planner: Run, scenario: Path) -> None:
    found = planner("show", "flank.yaml", "--pool", "civil", "--json").json["pool"]

    assert found["strength_by_year"] == pytest.approx({"2022": 10.0, "2023": 10.0})
    assert [row["id"] for row in found["demands"]] == ["experts", "nobody", "later", "advisers"]


def test_the_shipped_scenarios_are_listed(planner: Run) -> None:
    found = planner("scenarios", "--json").json["scenarios"]

    assert [one["name"] for one in found] == list(pl.shipped_scenarios())
    assert "The letter of 17 June 2022" in planner("scenarios").out
    assert "De brief van 17 juni 2022" in planner("scenarios", "--lang", "nl").out


@pytest.mark.parametrize("name", ["scenario", "problem", "result"])
def test_schemas_are_schemas(planner: Run, name: str) -> None:
    schema = planner("schema", name).json

    jsonschema.Draft202012Validator.check_schema(schema)


def test_the_scenario_schema_is_the_published_one(planner: Run) -> None:
    published = Path(__file__).parents[2] / "docs" / "schema" / "scenario.schema.json"

    assert planner("schema").json == json.loads(published.read_text(encoding="utf-8"))


def test_what_is_uncertain_is_listed_with_its_source_before_anything_runs(planner: Run) -> None:
    found = planner("show", "letter", "--uncertain", "--json").json["uncertain"]
    rows = {row["id"]: row for row in found["factors"]}

    assert len(rows) > 100
    staff = rows["pool.staff.posts"]
    assert (staff["low"], staff["likely"], staff["high"]) == (300, 400, 500)
    assert staff["distribution"] == "pert: low 300; likely 400; high 500"
    assert {row["layer"] for row in rows.values()} == {"capacity", "presence"}
    for row in rows.values():
        assert row["basis"] in ("letter", "public", "assumption")
        assert row["source"]["id"]


def test_a_distribution_of_a_scenario_is_shown_with_what_hangs_together(
    planner: Run, here: Path
) -> None:
    (here / "mine.yaml").write_text(
        "extends: letter\nuncertainty:\n  default: none\n  figures:\n"
        "    pool.staff.posts: {normal: {mean: 370, sd: 30}, section: my guess}\n"
        "    pool.civil.posts: pert\n"
        "  correlations: [{figures: [pool.*.posts], rank: 0.6}]\n",
        encoding="utf-8",
    )
    shown = planner("show", "mine.yaml", "--uncertain").out
    for words in ("2 figures of which", "normal: mean 370; sd 30; low 0", "my guess", "0.60"):
        assert words in shown
    assert "rangcorrelatie" in planner("show", "mine.yaml", "--uncertain", "--lang", "nl").out


def test_validate_finds_uncertainty_that_cannot_be(planner: Run, here: Path) -> None:
    (here / "wrong.yaml").write_text(
        "extends: letter\nuncertainty:\n  sizes: {untsoo: {uniform: {low: 1, high: 2}}}\n",
        encoding="utf-8",
    )
    found = planner("validate", "wrong.yaml")
    assert found.code == 2
    assert found.faults[0].startswith("wrong.yaml:3:19: uncertainty.sizes.untsoo: no demand")
