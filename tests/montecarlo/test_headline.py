"""What is said over the draws, counted again draw by draw from whole results."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import planner as pl
from planner.montecarlo.drivers import Driver, driver_sentences, drivers
from planner.montecarlo.ensemble import Ensemble
from planner.results.losses import DrawnLoss, drawn_losses, headline, loser_sentence

DRAWS = 24


@pytest.fixture(scope="module")
def futures(hazy: pl.Scenario) -> Ensemble:
    return pl.simulate(hazy, draws=DRAWS, replicates=4, share=1, workers=1)


@pytest.fixture(scope="module")
def monthly(futures: Ensemble) -> pd.DataFrame:
    """Return what each mission loses by month and phase in each draw, planned by the engine."""
    study = futures.specification
    values = np.concatenate([one.values for one in futures.records()])
    parts = []
    for draw in range(DRAWS):
        figures = {
            id: float(column[0])
            for id, column in study.effects.figures(values[draw : draw + 1]).items()
        }
        result = pl.allocate(study.uncertain.scenario, figures=figures, drawn=True)
        table = result.displacement_by("mission", "main_task", "month", main_task=None)
        parts.append(table.assign(draw=draw))
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize("task", [1, 2])
def test_missions_lose_half_a_person_as_often_as_counted(
    futures: Ensemble, monthly: pd.DataFrame, task: int
) -> None:
    for package in futures.packages:
        rows = monthly[(monthly["package"] == package) & (monthly["main_task"] == task)]
        found = {one.mission: one for one in drawn_losses(futures, package, task)}
        for mission, own in rows.groupby("mission"):
            lost = own.pivot_table(
                index="draw", columns="month", values="displaced_person_months", aggfunc="sum"
            ).reindex(range(DRAWS), fill_value=0.0)
            whole = lost.max(axis=1) >= 0.5
            one = found.pop(str(mission))
            assert one.person_months == pytest.approx(lost.sum(axis=1).mean(), abs=1e-3)
            assert one.chance == pytest.approx(whole.mean())
            if whole.any():
                assert one.persons == pytest.approx(lost[whole].max(axis=1).mean(), abs=1e-3)
                assert one.months == pytest.approx((lost[whole] >= 0.5).sum(axis=1).mean())
        assert all(one.chance == 0 for one in found.values())


def test_missions_that_seldom_lose_are_not_named() -> None:
    often = DrawnLoss("untso", 6.0, 0.3, 1.0, 6.2)
    seldom = DrawnLoss("unifil", 90.0, 0.04, 30.0, 12.0)

    said = loser_sentence([often, seldom], 2)
    assert "untso in 30% of the draws (then 1 person for 6 months)" in said
    assert "unifil" not in said
    assert "No mission of main task 2 loses half a person" in loser_sentence([seldom], 2)


def test_nothing_is_said_to_be_displaced_only_where_the_draws_say_so(futures: Ensemble) -> None:
    for package in futures.packages:
        found = headline(futures, package)
        said = found.in_short("Flank")
        each = futures.draws[f"displacement.{package}"]
        assert found.chance == pytest.approx((each > 0.5).mean())
        assert ("displaces nothing" in said) == ((each > 0.5).mean() < 0.05)


def test_what_moves_it_is_split_in_thirds_by_hand(hazy: pl.Scenario) -> None:
    free = hazy.with_({"bounds": {"eyes": {"min": 0}}})  # which compiled code plans
    futures = pl.simulate(free, draws=64, replicates=8, share=1, workers=1)
    draws, held = futures.draws, 0
    for package in futures.packages:
        anything = draws[f"displacement.{package}"] > 0.5
        for one in drivers(futures, package):
            values = draws[one.factor]
            if values.nunique() < 3:
                low, high = anything[values == values.min()], anything[values == values.max()]
            elif values.nunique() == len(draws):
                third = values.rank(method="first")
                low = anything[third <= (len(draws) - 1) // 3 + 1]
                high = anything[third >= len(draws) - (len(draws) - 1) // 3]
            else:
                continue
            assert one.chance_low == pytest.approx(low.mean())
            assert one.chance_high == pytest.approx(high.mean())
            assert one.chance == pytest.approx(anything.mean())
            held += 1
    assert held >= 2


def test_where_the_conclusion_turns_is_said() -> None:
    month, share = Driver("month", 0.25, 0.4, 0.67, 0.2), Driver("fit", 0.1, 0.4, 0.45, 0.35)

    assert month.turns == ("low",)
    assert share.turns == ()
    most, turn = driver_sentences([month, share])
    assert "“month” (25%; 67% and 20%); “fit” (10%; 45% and 35%)" in most
    assert "In most draws nothing is displaced. That turns where “month” is low: there" in turn
    assert driver_sentences([share])[1].startswith("In most draws nothing is displaced, also")
    assert driver_sentences([]) == [
        "No single input clearly goes with displacement in these draws."
    ]
