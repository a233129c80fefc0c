"""The summary of a plan holds what the tables of the result say."""

from __future__ import annotations

import pickle

import pandas as pd
import pytest

import planner as pl
from planner.whatif import PlanSummary, WhatIf, join_sides, summarize


@pytest.fixture(scope="module")
def flank() -> PlanSummary:
    return summarize(pl.load("eastern-flank-battalion"), pl.PlanCache())


@pytest.fixture(scope="module")
def result() -> pl.Result:
    return pl.allocate("eastern-flank-battalion")


def test_a_summary_holds_the_values_of_the_result(flank: PlanSummary, result: pl.Result) -> None:
    demands = result.demands
    for row in flank.fill.itertuples():
        lines = demands[demands["mission"] == row.mission]
        assert row.asked_person_months == pytest.approx(lines["asked_person_months"].sum())
        assert row.filled_person_months == pytest.approx(lines["filled_person_months"].sum())
    lost = flank.displacement.groupby("main_task")["displaced_person_months"].sum()
    assert lost[2] == pytest.approx(result.packages["displaced_main_task_2"].item())
    assert lost[1] == pytest.approx(result.packages["displaced_main_task_1"].item())
    pd.testing.assert_frame_equal(flank.bottlenecks, result.bottlenecks)
    by_mission = flank.timeline.groupby("mission", sort=False)["filled_person_months"].sum()
    whole = flank.fill.set_index("mission")["filled_person_months"]
    assert (by_mission - whole.reindex(by_mission.index)).abs().max() < 1e-6
    assert flank.months == tuple(sorted(result.monthly_fill["month"].unique()))


def test_a_summary_can_be_pickled(flank: PlanSummary) -> None:
    sent = pickle.loads(pickle.dumps(flank))
    for name, table in flank.tables().items():
        pd.testing.assert_frame_equal(sent.tables()[name], table)
    assert len(pickle.dumps(flank)) < 500_000


def test_tours_add_up_to_what_is_filled(flank: PlanSummary) -> None:
    place = {month: number for number, month in enumerate(flank.months)}
    seen = flank.tours[
        (flank.tours["first_month"] <= flank.months[-1])
        & (flank.tours["last_month"] >= flank.months[0])
    ]
    first = seen["first_month"].map(place).fillna(0)
    last = seen["last_month"].map(place).fillna(len(place) - 1)
    person_months = (seen["persons"] * (last - first + 1)).groupby(seen["mission"]).sum()
    filled = flank.fill.set_index("mission")["filled_person_months"]
    for mission, wanted in filled.items():
        assert person_months.get(mission, 0.0) == pytest.approx(wanted, abs=1e-3), mission


def test_joined_tables_show_plan_variant_and_change() -> None:
    plan = pd.DataFrame({"mission": ["a", "b"], "fill": [0.5, 1.0]})
    variant = pd.DataFrame({"mission": ["c", "b"], "fill": [0.25, 0.75]})
    table = join_sides({"plan": plan, "variant": variant}, ["mission"], ["fill"])
    assert table["mission"].tolist() == ["a", "b", "c"]
    assert table.columns.tolist() == ["mission", "plan_fill", "variant_fill", "change_fill"]
    assert table["change_fill"].isna().tolist() == [True, False, True]
    assert table["change_fill"][1] == -0.25


def test_a_mission_of_the_variant_only_has_no_value_in_the_plan(flank: PlanSummary) -> None:
    variant = summarize(WhatIf("eastern-flank-battalion", {"go.maicc": True}).scenario)
    table = join_sides(
        {"plan": flank.fill, "variant": variant.fill}, ["mission"], ["asked_person_months"]
    )
    row = table[table["mission"] == "maicc"].iloc[0]
    assert pd.isna(row["plan_asked_person_months"])
    assert row["variant_asked_person_months"] > 0


def test_the_summary_of_the_letter_has_no_packages() -> None:
    shown = summarize(pl.load("letter"))
    assert shown.displacement.empty
    assert shown.packages.empty
    assert not shown.fill.empty


def test_what_missions_lose_is_stated_in_persons_and_months() -> None:
    scenario = WhatIf("eastern-flank-battalion", {"size.eastern-flank": 2.0}).scenario
    lost = summarize(scenario).displacement.set_index("mission")
    result = pl.allocate(scenario)
    monthly = result.displacement_by("mission", "month", main_task=None)
    phases = result.displacement_by("mission", "phase", main_task=None)
    for mission, rows in monthly.groupby("mission"):
        one = lost.loc[mission]
        values = rows["displaced_person_months"]
        months = rows.loc[values >= 0.5, "month"]
        assert one["displaced_person_months"] == pytest.approx(values.sum(), abs=1e-4)
        assert one["most_persons"] == pytest.approx(max(values.max(), 0.0), abs=1e-4)
        assert one["months"] == len(months)
        assert (one["first_month"] or "x") == (months.min() if len(months) else "x")
        early = phases[(phases["mission"] == mission) & (phases["phase"] == "before")]
        before = early["displaced_person_months"].sum()
        assert one["before_person_months"] == pytest.approx(before, abs=1e-4)
    assert (lost["months"] > 0).sum() > 3
