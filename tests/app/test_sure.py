"""Draws and ranges on the page: in the background, to be stopped, and the package's own answer."""

from __future__ import annotations

import numpy as np
import pytest

import planner as pl
from planner.analysis.ranges import ranges
from tests.app.conftest import FLANK, WAIT, View

pytestmark = pytest.mark.usefixtures("compiled")

MOVED = FLANK.move({"size.eastern-flank": 1.5})
LINK = f"?lang=en&{MOVED.address()}&mission=untso"


def press(view: View, name: str) -> None:
    view.page.get_by_role("button", name=name, exact=True).click()


def test_futures_are_those_that_the_package_draws(view: View) -> None:
    view.open(LINK)
    view.page.get_by_label("Draws").select_option("64")
    view.page.get_by_label("Chance of a fill").select_option("75%")
    press(view, "Make draws")
    view.page.get_by_text("How they were drawn").wait_for(timeout=WAIT)

    own = {
        side: pl.simulate(scenario, 64, 0, workers=1)
        for side, scenario in (("plan", FLANK.base), ("variant", MOVED.scenario))
    }
    chart = view.data("chance")
    for side, futures in own.items():
        chance = futures.fill_by("mission", reach=0.75).set_index("mission")["chance"]
        shown = dict(zip(chart["id"], chart[side], strict=True))
        for mission, value in chance.dropna().items():
            assert shown[mission] == pytest.approx(value), (side, mission)
    fan = own["variant"].fill_by("mission", "month")
    fan = fan[fan["mission"] == "untso"].set_index("month")
    shown_fan = view.data("fan")
    for name in ("q05", "q50", "q95"):
        wanted = fan.loc[shown_fan["month"], name].to_numpy()
        np.testing.assert_allclose(np.array(shown_fan[name], dtype=float), wanted, atol=1e-9)
    spread = view.data("spread")
    each = own["variant"].draws["displacement.eastern-flank"]
    assert sum(spread["variant"]) == len(each) == 64
    assert spread["left"][0] <= each.min()
    assert each.max() <= spread["right"][-1]
    mean = own["variant"].displacement_by("main_task").set_index("main_task").loc[2]
    said = view.page.locator("li", has_text="mine: ").inner_text()
    assert f"{mean['mean']:,.0f} person-months" in said
    assert f"{mean['low']:,.0f} to {mean['high']:,.0f}" in said


def test_draws_come_by_themselves_and_follow_the_levers(view: View) -> None:
    view.open(LINK)
    for case in (MOVED, FLANK):
        view.page.get_by_text("(16 draws)").or_(view.page.get_by_text("(64 draws)")).or_(
            view.page.get_by_text("(256 draws)")
        ).wait_for(timeout=3 * WAIT)
        certainty = view.page.locator("p.certainty").inner_text()
        draws = int(certainty.split("(")[1].split(" ")[0])
        drawn = pl.simulate(case.scenario, draws, 0, workers=1).displacement_by("main_task")
        row = drawn.set_index("main_task").loc[2]
        assert f"{row['q05']:,.0f} to {row['q95']:,.0f}" in certainty
        press(view, "Put everything back")
        view.ready("")


def test_drawing_tells_how_far_it_is_and_can_be_stopped(view: View) -> None:
    view.open(LINK)
    view.page.get_by_label("Draws").select_option("2,048")
    press(view, "Make draws")
    view.page.get_by_text("of 4,096").wait_for(timeout=WAIT)
    view.page.get_by_text("s left").wait_for(timeout=WAIT)
    press(view, "Stop")
    view.page.get_by_text("Stopped.").wait_for(timeout=WAIT)
    assert view.page.get_by_text("How they were drawn").count() == 0

    # a newer wish takes the place of one that runs, and levers go on meanwhile
    press(view, "Make draws")
    view.page.get_by_text("of 4,096").wait_for(timeout=WAIT)
    press(view, "Put everything back")
    view.ready("")
    press(view, "Show ranges")
    heading = view.page.get_by_role("heading", name="Ranges over all optimal plans")
    heading.wait_for(timeout=WAIT)
    for sentence in ranges(FLANK.base).sentences("en"):
        assert view.page.get_by_text(sentence).count() == 1
    assert view.page.get_by_text("of 4,096").count() == 0
