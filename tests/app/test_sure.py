"""Draws and ranges on the page: in the background, to be stopped, and the package's own answer."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import planner as pl
from planner.analysis.ranges import ranges
from planner.montecarlo.drivers import drivers
from planner.results.losses import drawn_losses, headline
from planner.whatif import WhatIf
from tests.app.conftest import FLANK, WAIT, View, opened, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.usefixtures("compiled")

MOVED = FLANK.move({"size.eastern-flank": 1.5})
LINK = f"?lang=en&{MOVED.address()}&mission=untso"


def press(view: View, name: str) -> None:
    view.page.get_by_role("button", name=name, exact=True).click()


def test_draws_are_those_that_the_package_makes(view: View) -> None:
    view.open(LINK)
    view.page.get_by_label("Draws").select_option("128")  # a number that is not made unasked
    view.page.get_by_label("Chance of a fill").select_option("75%")
    press(view, "Make draws")
    view.page.locator("p.answer", has_text="over 128 draws").wait_for(timeout=WAIT)

    own = {
        side: pl.simulate(scenario, 128, 0, workers=1)
        for side, scenario in (("plan", FLANK.base), ("variant", MOVED.scenario))
    }
    chart = view.data("chance")
    for side, ensemble in own.items():
        chance = ensemble.fill_by("mission", reach=0.75).set_index("mission")["chance"]
        shown = dict(zip(chart["id"], chart[side], strict=True))
        for mission, value in chance.dropna().items():  # those that are certain have no bar
            assert shown.get(mission, 1.0) == pytest.approx(value), (side, mission)
    fan = own["variant"].fill_by("mission", "month")
    fan = fan[fan["mission"] == "untso"].set_index("month")
    shown_fan = view.data("fan")
    for name in ("q05", "q50", "q95"):
        wanted = fan.loc[shown_fan["month"], name].to_numpy()
        np.testing.assert_allclose(np.array(shown_fan[name], dtype=float), wanted, atol=1e-9)
    spread = view.data("spread")
    each = own["variant"].draws["displacement.eastern-flank"]
    assert sum(spread["variant"]) == len(each) == 128
    assert spread["left"][0] <= each.min()
    assert each.max() <= spread["right"][-1]
    mean = own["variant"].displacement_by("main_task").set_index("main_task").loc[2]
    title = FLANK.scenario.inputs.packages["eastern-flank"].title
    first = headline(own["variant"], "eastern-flank").in_short(title)
    assert view.page.locator("p.answer").inner_text() == first
    losers = drawn_losses(own["variant"], "eastern-flank")
    points = view.page.locator("dl.points").inner_text()
    assert points.count(f"in {losers[0].chance:.0%} of the draws") >= 1
    moves = view.page.locator("table.moves tbody tr").all_inner_texts()
    found = drivers(own["variant"], "eastern-flank")
    assert len(moves) == len(found)
    for text, one in zip(moves, found, strict=True):
        assert f"{one.chance_low:.0%}" in text
        assert f"{one.chance_high:.0%}" in text
        assert text.count("*") == len(one.turns)
    said = view.page.locator("li", has_text="variant: ").inner_text()
    assert f"{mean['mean']:,.0f} person-months" in said
    assert f"{mean['low']:,.0f} to {mean['high']:,.0f}" in said


SMALL = """
data: none
horizon: {from: 2024-01, to: 2024-12}
pools:
  crew:
    name: Crew
    category: civil
    posts: 10
    filled: {value: 0.9, low: 0.7, high: 1.0, basis: assumption}
kinds: {watch: {name: Watch, changeover: en_bloc, tour: 3, preparation: 0, rest: 1}}
missions:
  border: {name: Border mission, organisation: UN, region: R, main_task: 2}
  east: {name: Eastern mission, organisation: NATO, region: R, main_task: 1}
demands:
  post: {mission: border, kind: watch, pools: [crew], cap: 4, first: 2024-01, last: 2024-12}
packages:
  flank:
    title: Flank
    known: just-in-time
    demands:
      unit:
        mission: east
        kind: watch
        pools: [crew]
        cap: {value: 3, low: 2, high: 5, basis: assumption}
        first: 2024-04
        last: 2024-12
"""

RECORD = """() => {
    window.seen = []
    for (const model of Bokeh.documents[0].all_models) {
        if ("text" in model.properties) {
            model.properties.text.change.connect(() => window.seen.push(model.text))
        }
    }
}"""
"""Keeps every text that the page shows from then on."""


def short(case: WhatIf, draws: int) -> str:
    """Return the sentence over the draws as the package's own draws have it."""
    return headline(pl.simulate(case.scenario, draws, 0, workers=1), "flank").in_short("Flank")


def test_draws_come_by_themselves_sharpen_and_follow_the_levers(
    chromium: Browser, tmp_path: Path
) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    case = WhatIf(path)
    with served("--workers", "1", str(path)) as address, opened(chromium, address) as view:
        view.open()
        view.page.locator("p.answer", has_text=short(case, 256)).wait_for(timeout=WAIT)
        view.page.evaluate(RECORD)
        moved = case.move({"size.flank": 1.05})
        lever = view.page.locator(".bk-input-group", has_text="Size, times").first
        lever.locator(".noUi-handle").press("ArrowRight")
        view.ready("size.flank=1.05")
        view.page.locator("p.answer", has_text=short(moved, 256)).wait_for(timeout=WAIT)
        seen = "".join(view.page.evaluate("window.seen"))
        assert view.page.get_by_text("Levers have moved since").count() == 0
    assert "Levers have moved since" in seen
    found = [seen.find(escape(short(moved, draws))) for draws in (16, 64, 256)]
    assert -1 not in found
    assert found == sorted(found)
    before = seen[: found[0]]  # until there are draws, the likely values, named as such
    assert "For the likely values alone “Flank” displaces" in before
    assert "Draws of everything uncertain are being made" in before
    assert "displaces nothing" not in before


def test_drawing_shows_its_progress_and_can_be_stopped(view: View) -> None:
    view.open(LINK)
    view.page.get_by_label("Draws").select_option("2,048")
    press(view, "Make draws")
    view.page.get_by_text("of 4,096").wait_for(timeout=WAIT)
    view.page.get_by_text("s left").wait_for(timeout=WAIT)
    press(view, "Stop")
    view.page.get_by_text("Stopped.").wait_for(timeout=WAIT)
    assert view.page.get_by_text("2,048 draws").count() == 0

    # a newer request replaces the one that runs, and levers can be moved meanwhile
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
