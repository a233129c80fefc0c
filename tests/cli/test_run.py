from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pytest

import planner as pl

from .conftest import Outcome, listing

Run = Callable[..., Outcome]


def test_the_summary_agrees_with_the_result(planner: Run, scenario: Path) -> None:
    result = pl.allocate(scenario)

    found = planner("run", "flank.yaml", "--json").json

    assert found["scenario"]["digest"] == result.scenario.digest
    assert found["certificate"] == result.certificate.as_dict()
    assert found["written_to"] is None
    whole = result.fill_by().iloc[0]
    assert found["total"]["filled_person_months"] == pytest.approx(whole["filled_person_months"])
    by_demand = result.demands.set_index("demand")["filled_person_months"]
    assert {d["demand"]: d["filled_person_months"] for d in found["demands"]} == pytest.approx(
        by_demand.to_dict()
    )
    assert {d["demand"]: d["fill_rate"] for d in found["demands"]}["nobody"] is None
    assert [row["pool"] for row in found["bottlenecks"]]
    assert found["unmet_bounds"][0]["bound"] == "eyes"


@pytest.mark.parametrize("rule", ["fair", "value"])
def test_the_summary_says_what_the_tables_say(
    planner: Run, scenario: Path, rule: Literal["fair", "value"]
) -> None:
    result = pl.allocate(scenario, rule)
    found = planner("run", "flank.yaml", "--rule", rule, "--json").json

    def same(rows: list[dict[str, Any]], table: pd.DataFrame) -> None:
        columns = [column for column in table.columns if column in rows[0]]
        assert len(columns) >= 3
        pd.testing.assert_frame_equal(
            pd.DataFrame(rows)[columns].convert_dtypes().fillna(-1),
            table[columns].convert_dtypes().fillna(-1),
            check_dtype=False,
        )

    same(found["missions"], result.fill_by("mission"))
    same(found["main_tasks"], result.fill_by("main_task"))
    same(found["demands"], result.demands)
    same(found["packages"], result.packages)
    same(
        [row for pool in found["bottlenecks"] for row in pool["months"]],
        pd.concat(
            part
            for name in [pool["pool"] for pool in found["bottlenecks"]]
            for part in [result.bottlenecks[result.bottlenecks["pool"] == name]]
        ).reset_index(drop=True),
    )
    lost = result.displacement_by("mission", main_task=None)
    assert {
        (package["package"], row["mission"]): row["displaced_person_months"]
        for package in found["packages"]
        for row in package["missions"]
    } == pytest.approx(
        {
            (row.package, row.mission): row.displaced_person_months
            for row in lost.itertuples()
            if abs(row.displaced_person_months) >= 1e-6
        }
    )
    where = result.displacement_by("mission", "pool", main_task=None)
    for package in found["packages"]:
        for row in package["missions"]:
            mine = where[(where["package"] == package["package"])
                         & (where["mission"] == row["mission"])]  # fmt: skip
            most = mine["displaced_person_months"].max()
            chosen = mine.loc[mine["pool"] == row["pool"], "displaced_person_months"]
            assert chosen.tolist() == [pytest.approx(most)]


def test_what_missions_lose_adds_up_to_what_packages_displace(planner: Run, scenario: Path) -> None:
    found = planner("run", "flank.yaml", "--json").json

    assert [package["package"] for package in found["packages"]] == ["more", "late"]
    for package in found["packages"]:
        for task in (1, 2):
            lost = [
                row["displaced_person_months"]
                for row in package["missions"]
                if row["main_task"] == task
            ]
            assert sum(lost) == pytest.approx(package[f"displaced_main_task_{task}"], abs=1e-5)
        assert package["displacement_ratio"] == pytest.approx(
            package["displaced_main_task_2"] / package["filled_person_months"]
        )


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["Fill by mission", "Displacement of main task 2", "Bottlenecks", "Certificate",
                "Composition goals not met", "asked by the package", "Jul 2022", "192"]),
        ("nl", ["Vulling per missie", "Verdringing van hoofdtaak 2", "Knelpunten", "Certificaat",
                "Niet gehaalde samenstellingseisen", "gevraagd door het pakket", "jul 2022",
                "192"]),
    ],
)  # fmt: skip
def test_a_person_reads_it_in_either_language(
    planner: Run, scenario: Path, lang: str, words: list[str]
) -> None:
    found = planner("run", "flank.yaml", "--lang", lang)

    assert found.code == 0
    assert [word for word in words if word not in found.out] == []


@pytest.mark.parametrize("columns", ["40", "80", "200"])
def test_no_number_is_cut_off_in_a_narrow_terminal(
    planner: Run, scenario: Path, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)

    found = planner("run", "flank.yaml")

    assert found.code == 0
    assert "…" not in found.out
    if int(columns) >= 80:
        assert re.search(r"Truce .* \d+ +\d+(\.\d)? +\d+\.\d%", found.out)


def test_what_nobody_could_serve_is_said_before(planner: Run, scenario: Path) -> None:
    found = planner("run", "flank.yaml", "--json")

    assert found.code == 0
    assert [line for line in found.faults if "warning: bound 0" in line]
    assert planner("run", "flank.yaml", "-q").err == ""


def test_quiet_says_nothing(planner: Run, scenario: Path) -> None:
    assert planner("run", "flank.yaml", "--quiet") == Outcome(0, "", "")


def test_the_rule_can_be_chosen(planner: Run, scenario: Path) -> None:
    found = planner("run", "flank.yaml", "--rule", "value")

    assert "under value only the totals of tiers are unique" in found.out
    assert planner("run", "flank.yaml", "--rule", "value", "--json").json["rule"] == "value"


def test_a_scenario_without_packages_displaces_nothing(planner: Run, here: Path) -> None:
    Path("empty.yaml").write_text("data: none\n", encoding="utf-8")

    assert "no package" in planner("run", "empty.yaml").out
    assert planner("run", "empty.yaml", "--json").json["total"]["fill_rate"] is None


def test_the_folder_holds_tables_and_a_manifest(planner: Run, scenario: Path) -> None:
    found = planner("run", "flank.yaml", "--out", "out")

    assert found.code == 0
    assert "written to out" in found.out
    manifest = json.loads(Path("out/manifest.json").read_text(encoding="utf-8"))
    assert [Path(row["file"]).name for row in manifest["inputs"]] == ["flank.yaml"]
    assert pl.read_result("out").packages["package"].tolist() == ["more", "late"]
    assert planner("run", "flank.yaml", "--out", "out2", "--json").json["written_to"] == "out2"


def test_an_earlier_folder_is_replaced_only_by_force(planner: Run, scenario: Path) -> None:
    planner("run", "flank.yaml", "--out", "out", "-q")
    before = Path("out/manifest.json").read_bytes()

    refused = planner("run", "flank.yaml", "--rule", "value", "--out", "out")
    assert refused.code == 2
    assert refused.faults[0].startswith("out: exists already")
    assert Path("out/manifest.json").read_bytes() == before

    assert planner("run", "flank.yaml", "--rule", "value", "--out", "out", "--force").code == 0
    assert pl.read_result("out").rule == "value"


def test_nothing_is_written_when_the_scenario_is_wrong(planner: Run, here: Path) -> None:
    Path("wrong.yaml").write_text("data: none\nrule: banana\n", encoding="utf-8")

    found = planner("run", "wrong.yaml", "--out", "out")

    assert found.code == 2
    assert listing(here) == ["wrong.yaml"]


def test_folders_are_refused_before_any_work(planner: Run, scenario: Path) -> None:
    Path("mine").mkdir()
    Path("mine/letter.txt").write_text("dear", encoding="utf-8")

    for target in ("mine", "none/out", "flank.yaml", ""):
        found = planner("run", "flank.yaml", "--out", target, "--force")
        assert found.code == 2
        assert len(found.faults) == 1
    assert listing(Path("mine")) == ["letter.txt"]


def test_a_scenario_may_come_from_standard_input(planner: Run, scenario: Path) -> None:
    found = planner("run", "-", "--json", stdin=scenario.read_text(encoding="utf-8"))

    assert found.json["total"] == planner("run", "flank.yaml", "--json").json["total"]


def test_another_engine_gives_the_same(planner: Run, scenario: Path) -> None:
    found = planner("run", "flank.yaml", "--json", "--engine", "pulp").json
    expected = planner("run", "flank.yaml", "--json").json

    assert found["options"]["status"] == "optimal"
    fills = [
        {row["demand"]: row["filled_person_months"] for row in one["demands"]}
        for one in (found, expected)
    ]
    assert fills[0] == pytest.approx(fills[1], abs=1e-3)


def test_whole_people_are_whole(planner: Run, scenario: Path) -> None:
    found = planner("run", "flank.yaml", "--whole-people", "--json", "--rule", "value").json

    assert found["options"]["whole_people"] is True
    assert found["certificate"]["dual"] is None
    for row in found["demands"]:
        assert row["filled_person_months"] == pytest.approx(round(row["filled_person_months"]))
    shown = planner("run", "flank.yaml", "--whole-people", "--rule", "value", "--time-limit", "60")
    assert "Solved by" in shown.out


def test_names_are_shown_as_they_are(planner: Run, scenario: Path) -> None:
    text = scenario.read_text(encoding="utf-8").replace(
        "{name: Truce,", '{name: "[bold]Tr\\e[31muce[/bold] :smile: [/x]",'
    )
    scenario.write_text(text, encoding="utf-8")

    found = planner("run", "flank.yaml")

    assert "[bold]Tr\\x1b[31muce[/bold] :smile: [/x]" in found.out
    assert "\x1b" not in found.out


def test_budgets_in_the_summary_are_those_of_the_table() -> None:
    from planner.cli.summary import summarise

    text = (
        "format: planner-scenario/1\nextends: letter\n"
        "money: {on: true, budgets: [{fund: biv, year: 2023, amount: 40000000}]}\n"
    )
    result = pl.allocate(pl.loads(text))
    assert "biv-2023" in set(result.budgets["budget"])
    assert summarise(result)["budgets"] == result.budgets.to_dict("records")
