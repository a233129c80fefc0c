"""A run from outside: the same bits for everybody, tables that agree with a count by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import planner as pl
from planner.montecarlo.ensemble import Ensemble


@pytest.fixture(scope="module")
def futures(hazy: pl.Scenario) -> Ensemble:
    return pl.simulate(hazy, draws=32, seed=0, share=1, workers=1)


def records(futures: Ensemble) -> dict[str, np.ndarray]:
    parts = list(futures.records())
    names = ("draw", "values", "caps", "filled", "served")
    return {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}


def test_every_draw_is_what_the_scenario_gives_with_its_figures(
    futures: Ensemble, hazy: pl.Scenario
) -> None:
    study, kept = futures.specification, records(futures)
    places = {row.id: k for k, row in enumerate(study.demands)}
    for draw in (0, 17, 31):
        figures = {
            id: float(column[0])
            for id, column in study.effects.figures(kept["values"][draw : draw + 1]).items()
        }
        result = pl.allocate(study.uncertain.scenario, figures=figures, drawn=True)
        solution = result.solution
        here = [places[row.id] for row in result.compiled.demands]
        plans = [solution.with_all, *(solution.without[name] for name in futures.packages)]
        for plan, allocation in enumerate(plans):
            assert np.allclose(kept["filled"][draw, plan, here], allocation.filled, atol=1e-6)
        table = futures.draws.set_index("draw").loc[draw]
        for name in futures.packages:
            taken = result.packages.set_index("package").loc[name, "displaced_main_task_2"]
            assert table[f"displacement.{name}"] == pytest.approx(taken, abs=1e-5)


def test_tables_agree_with_the_draws(futures: Ensemble) -> None:
    draws, kept = futures.draws, records(futures)
    assert list(draws["draw"]) == list(range(32)) == kept["draw"].tolist()
    fill = futures.fill_by("mission").set_index("mission")
    replicate = draws["replicate"]
    for mission in fill.index:
        column = draws[f"fill.{mission}"].dropna()
        each = column.groupby(replicate[column.index]).agg(["mean", "size"])
        weight = each["size"] / each["size"].sum()
        mean = (weight * each["mean"]).sum()
        error = np.sqrt(
            len(each) / (len(each) - 1) * (weight**2 * (each["mean"] - mean) ** 2).sum()
        )
        assert fill.loc[mission, "mean"] == pytest.approx(column.mean())
        assert fill.loc[mission, "standard_error"] == pytest.approx(error, abs=1e-12)
        assert fill.loc[mission, "q25"] == pytest.approx(column.quantile(0.25))
        assert fill.loc[mission, "chance"] == pytest.approx((column >= 0.9 - 1e-9).mean())
        assert fill.loc[mission, "draws"] == len(column)


@pytest.mark.parametrize("key", ["mission", "pool", "month", "demand", "region", "category"])
def test_groups_add_up_to_the_whole(futures: Ensemble, key: str) -> None:
    whole, parts = futures.fill_by(), futures.fill_by(key)
    for column in ("asked_person_months", "filled_person_months"):
        assert parts[column].sum() == pytest.approx(whole[column].sum(), rel=1e-6)
    lost = futures.displacement_by().set_index("package")["mean"]
    by = futures.displacement_by(key).groupby("package")["mean"].sum()
    for package in futures.packages:
        assert by[package] == pytest.approx(lost[package], rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("key", ["mission", "pool", "month"])
def test_who_is_there_adds_up_too(futures: Ensemble, key: str) -> None:
    whole, parts = futures.fill_by(layer="present"), futures.fill_by(key, layer="present")
    there = whole["filled_person_months"].sum()
    assert there < 0.99 * futures.fill_by()["filled_person_months"].sum()
    assert parts["filled_person_months"].sum() == pytest.approx(there, rel=1e-4)
    lost = futures.displacement_by(layer="present").set_index("package")["mean"]
    by = futures.displacement_by(key, layer="present").groupby("package")["mean"].sum()
    for package in futures.packages:
        assert by[package] == pytest.approx(lost[package], rel=1e-3, abs=1e-2)


def test_months_of_a_mission_add_up_too(futures: Ensemble) -> None:
    fine = futures.fill_by("mission", "month").groupby("mission")["filled_person_months"].sum()
    whole = futures.fill_by("mission").set_index("mission")["filled_person_months"]
    assert np.allclose(fine[whole.index], whole, rtol=1e-6)


def test_a_run_is_saved_and_read_whole(futures: Ensemble, tmp_path: Path) -> None:
    folder = futures.save(tmp_path / "run")
    again = pl.read_ensemble(folder)
    for name in ("total", "draws", "convergence"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(futures, name))
    assert again.manifest["certificate"] == futures.manifest["certificate"]
    assert again.specification.digest == futures.metadata.digest
    draws = pd.read_parquet(folder / "tables" / "draws.parquet")
    pd.testing.assert_frame_equal(draws, futures.draws)


@pytest.mark.parametrize("rule", ["value", "fair"])
def test_a_draw_taken_out_has_its_own_numbers_tour_by_tour(rule: str) -> None:
    futures = pl.simulate("eastern-flank-battalion", draws=16, rule=rule, workers=1)
    draw, row = futures.draw(3), futures.draws.loc[3]
    result = draw.result
    alike = 1e-9 if rule == "value" else 1e-6

    fills = result.fill_by("mission").set_index("mission")["fill_rate"]
    for mission, fill in fills.items():
        assert row[f"fill.{mission}"] == pytest.approx(fill, abs=alike, nan_ok=True)
    taken = result.packages.set_index("package").loc["eastern-flank", "displaced_main_task_2"]
    assert row["displacement.eastern-flank"] == pytest.approx(taken, abs=1e-3)
    assert result.certificate.holds
    assert result.manifest["options"]["draw"]["number"] == 3
    # another plan that the rule holds for as good: tier by tier the same, by weight
    other = pl.allocate("eastern-flank-battalion", rule, figures=draw.figures, drawn=True)
    worth = np.zeros((2, 4))
    for place, solution in enumerate((result.solution, other.solution)):
        on_duty = solution.without["eastern-flank"].on_duty.sum(axis=1)
        for demand, months in zip(solution.problem.demands, on_duty, strict=True):
            worth[place, demand.tier] += demand.weight * months
    assert worth[0] == pytest.approx(worth[1], rel=1e-6)
