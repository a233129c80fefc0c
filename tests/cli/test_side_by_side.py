"""compare and diff."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import planner as pl
from planner.cli.exchange import ABSENT, differences, value_text

from .conftest import Outcome

Run = Callable[..., Outcome]

VALUES = st.recursive(
    st.integers(0, 3) | st.sampled_from(["a", "b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner),
    max_leaves=8,
)


@pytest.fixture
def variant(scenario: Path) -> Path:
    target = scenario.with_name("variant.yaml")
    target.write_text(
        "extends: flank.yaml\ntitle: A variant\ndemands:\n  observers: {cap: 12}\n"
        "  extra: {mission: truce, kind: unit, pools: [staff], cap: 2, first: 2022-01, "
        "last: 2022-12}\npolicies:\n  - {kinds: [post, unit], rest: 2}\n",
        encoding="utf-8",
    )
    return target


def test_results_and_scenarios_stand_side_by_side(
    planner: Run, scenario: Path, variant: Path
) -> None:
    planner("run", "flank.yaml", "--out", "out", "-q")

    found = planner("compare", "out", "variant.yaml", "--json").json

    assert [one["result"] for one in found["results"]] == ["flank", "variant"]
    truce = next(row for row in found["missions"] if row["mission"] == "truce")
    for name in ("flank", "variant"):
        table = pl.allocate(f"{name}.yaml").fill_by("mission").set_index("mission")
        assert truce["results"][name]["fill_rate"] == pytest.approx(table.loc["truce", "fill_rate"])
    assert {row["result"] for row in found["packages"]} == {"flank", "variant"}
    assert {row["result"] for row in found["bottlenecks"]} <= {"flank", "variant"}


def test_one_scenario_under_two_names(planner: Run, scenario: Path) -> None:
    found = planner("compare", "flank.yaml", "flank.yaml")

    assert found.code == 0
    assert "flank (2)" in found.out


@pytest.mark.parametrize(("lang", "word"), [("en", "fill rate"), ("nl", "vullingsgraad")])
def test_a_person_reads_the_comparison(
    planner: Run, scenario: Path, variant: Path, lang: str, word: str
) -> None:
    found = planner("compare", "flank.yaml", "variant.yaml", "--lang", lang)

    assert found.code == 0
    assert word in found.out
    assert "Truce" in found.out


def test_everything_wrong_with_any_of_them_is_said(planner: Run, scenario: Path) -> None:
    Path("empty").mkdir()
    Path("broken").mkdir()
    Path("broken/manifest.json").write_text("{", encoding="utf-8")

    found = planner("compare", "flank.yaml", "none.yaml", "empty", "broken", "lettr")

    assert found.code == 2
    assert found.out == ""
    assert [line.split(":")[0] for line in found.faults] == [
        "none.yaml", "planner", "planner", "lettr",
    ]  # fmt: skip


def test_a_result_that_was_changed_is_refused(planner: Run, scenario: Path) -> None:
    planner("run", "flank.yaml", "--out", "out", "-q")
    with Path("out/tables/demands.csv").open("a", encoding="utf-8") as table:
        table.write("x\n")

    found = planner("compare", "out", "flank.yaml")

    assert found.code == 2
    assert "not as it was written" in found.faults[0]


def test_what_differs_is_listed(planner: Run, scenario: Path, variant: Path) -> None:
    found = planner("diff", "flank.yaml", "variant.yaml", "--json").json

    listed = {row["input"]: row for row in found["differences"] if row["counts"]}
    assert found["same"] is False
    assert listed["demands.observers.cap"]["first"]["value"]["value"] == 9
    assert listed["demands.observers.cap"]["second"]["value"]["value"] == 12
    assert listed["demands.extra"]["first"] == {"there": False, "value": None}
    assert listed["kinds.unit.rotation.rest"]["second"]["value"]["value"] == 2


def test_a_person_reads_what_differs(planner: Run, scenario: Path, variant: Path) -> None:
    shown = planner("diff", "flank.yaml", "variant.yaml")

    assert shown.code == 0
    assert "demands.observers.cap" in shown.out
    assert "(absent)" in shown.out
    assert "(niet aanwezig)" in planner("diff", "flank.yaml", "variant.yaml", "--lang", "nl").out


def test_names_and_sources_are_shown_when_asked_for(planner: Run, scenario: Path) -> None:
    Path("named.yaml").write_text(
        "extends: flank.yaml\nmissions:\n  truce: {name: Peace}\n", encoding="utf-8"
    )

    shown = planner("diff", "flank.yaml", "named.yaml")
    assert "Peace" not in shown.out
    assert "1 more in names" in shown.out
    assert "Peace" in planner("diff", "flank.yaml", "named.yaml", "--all").out


def test_the_same_inputs_written_differently(planner: Run, scenario: Path) -> None:
    Path("same.yaml").write_text("extends: flank.yaml\ntitle: Other words\n", encoding="utf-8")

    assert "same effective inputs" in planner("diff", "flank.yaml", "same.yaml").out
    assert planner("diff", "flank.yaml", "same.yaml", "--json").json["same"] is True


def test_problems_can_be_told_apart_too(planner: Run, problem: Path) -> None:
    text = problem.read_text(encoding="utf-8")
    Path("other.json").write_text(text.replace('"cap": 8', '"cap": 7'), encoding="utf-8")

    found = planner("diff", "problem.json", "other.json", "--json").json

    assert [row["input"] for row in found["differences"]] == ["demands.untso.cap"]


def test_faults_of_both_sides_are_said(planner: Run) -> None:
    found = planner("diff", "none", "letterr")

    assert found.code == 2
    assert [line.split(":")[0] for line in found.faults] == ["none", "letterr"]


@given(first=VALUES, second=VALUES)
def test_there_is_a_difference_where_there_is_one(first: object, second: object) -> None:
    found = differences(first, second)

    assert bool(found) == (first != second)
    assert len({one.path for one in found}) == len(found)
    for one in found:
        assert one.first is ABSENT or one.second is ABSENT or one.first != one.second
        assert isinstance(value_text(one.first), str)


def test_what_holds_for_all_others_is_compared_with_what_holds_for_one() -> None:
    default = {"rest": {"": {"value": 2, "origin": {}}}}
    own = {"rest": {"": {"value": 2, "origin": {}}, "staff": {"value": 1, "origin": {}}}}

    [found] = differences(default, own)

    assert (found.path, value_text(found.first), value_text(found.second)) == (
        "rest.staff",
        "2",
        "1",
    )
