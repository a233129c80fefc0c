"""The page in a real browser: every control changes what it should, as the package says."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

import planner as pl
from planner.whatif import WhatIf
from tests.app.conftest import FLANK, WAIT, View

Act = Callable[[View], Any]


def fills(case: WhatIf) -> dict[str, float]:
    """Return fill rates by mission, as the package says."""
    table = pl.allocate(case.scenario).fill_by("mission")
    return dict(zip(table["mission"], table["fill_rate"], strict=True))


def assert_shown(view: View, case: WhatIf) -> None:
    """Hold the chart of fill, and that of displacement, against the package's own answer."""
    result = pl.allocate(case.scenario)
    table = result.fill_by("mission").set_index("mission")["fill_rate"]
    shown = view.data("fill")
    rates = dict(zip(shown["id"], shown["variant"], strict=True))
    for mission, rate in table.dropna().items():  # missions that are full have no bar
        assert rates.get(mission, 1.0) == pytest.approx(rate, abs=6e-4), mission
    lost = result.displacement_by("mission", main_task=None)
    lost = lost.set_index("mission")["displaced_person_months"]
    bars = view.data("lost")
    shown_lost = dict(zip(bars["id"], bars["variant"], strict=True))
    rest = shown_lost.pop("", 0.0)  # what is never half a person at a time, in one bar
    for mission, value in shown_lost.items():
        if not (value is None or math.isnan(value)):
            assert value == pytest.approx(lost[mission], abs=1e-6)
    if case.moved.get("on.eastern-flank") is not False and len(bars["id"]) < 14:
        by_month = result.displacement_by("mission", "month", main_task=None)
        most = by_month.groupby("mission")["displaced_person_months"].max()
        assert set(most[most >= 0.5].index) <= set(shown_lost)
        assert rest == pytest.approx(lost.drop(list(shown_lost)).sum(), abs=0.06)
    binding = result.bottlenecks
    cells = view.data("binds")
    assert cells["side"].count("variant") == len(binding)


def press(name: str, keys: str) -> Act:
    """Return what moves the slider of that name with the keyboard."""

    def act(view: View) -> None:
        box = view.page.locator(".bk-input-group", has_text=name).first
        handle = box.locator(".noUi-handle")
        handle.focus()
        for key in keys.split():
            handle.press(key)

    return act


MOVES: list[tuple[str, str, str, Act]] = [
    ("", "size.eastern-flank", "1.1", press("Size, times", "ArrowRight ArrowRight")),
    ("", "on.eastern-flank", "0", lambda v: v.page.get_by_label("takes part").press("Space")),
    (
        "", "known.eastern-flank", "2022-10",
        lambda v: v.page.get_by_label("Known from").select_option("Oct 2022"),
    ),
    (
        "People by pool", "people.staff", "0.9",
        press("Staff officers and observers", "ArrowLeft ArrowLeft"),
    ),
    ("Rest after a tour", "rest.military", "0.95", press("Military", "ArrowLeft")),
    ("Length of tours", "tour.staff", "7", press("Military staff officer", "ArrowRight")),
    (
        "", "go.nmi", "1",
        lambda v: v.page.get_by_label("NATO Mission Iraq: goes ahead").press("Space"),
    ),
    (
        "", "send.minusma-helicopters", "1",
        lambda v: v.page.get_by_label("goes after all").press("Space"),
    ),
    (
        "Protected missions", "protect.untso", "1",
        lambda v: v.page.get_by_label("UNTSO", exact=True).press("Space"),
    ),
    (
        "Who goes first", "rule", "value",
        lambda v: v.page.get_by_label("Rule").select_option("value"),
    ),
]  # fmt: skip


def test_every_control_changes_what_it_should(view: View) -> None:
    view.open()
    opened = set()
    for card, key, text, act in MOVES:
        if card and card not in opened:
            opened.add(card)
            view.card(card)
        act(view)
        view.ready(f"{key}={text}")
        assert view.query().endswith(f"&{key}={text}")
        assert_shown(view, FLANK.move({key: FLANK.lever(key).parse(text)}))
        view.page.get_by_role("button", name="Put everything back").click()
        view.ready("")
        assert key not in view.query()


def test_changes_are_undone_and_redone(view: View) -> None:
    view.open()
    press("Size, times", "ArrowRight ArrowRight")(view)
    view.ready("size.eastern-flank=1.1")
    view.page.get_by_label("NATO Mission Iraq: goes ahead").press("Space")
    view.ready("size.eastern-flank=1.1&go.nmi=1")
    for name, about in (
        ("Undo", "size.eastern-flank=1.1"), ("Undo", ""), ("Redo", "size.eastern-flank=1.1"),
    ):  # fmt: skip
        view.page.get_by_role("button", name=name, exact=True).click()
        view.ready(about)
        moved = {"size.eastern-flank": 1.1} if about else {}
        assert_shown(view, FLANK.move(moved))


def test_the_answer_comes_first_over_the_draws_with_both_rules_beside(view: View) -> None:
    view.open("?lang=en&package=&size.eastern-flank=2")
    case = FLANK.move({"size.eastern-flank": 2})
    view.page.locator("p.answer", has_text="draws, ").wait_for(timeout=WAIT)
    lost = {
        rule: pl.allocate(case.scenario, rule).packages.iloc[0]["displaced_main_task_2"]
        for rule in ("fair", "value")
    }
    points = view.page.locator("dl.points").inner_text()
    assert f"It displaces {lost['fair']:,.0f} person-months of main task 2 (fair)" in points
    assert f"the other rule, value, it is {lost['value']:,.0f} " in points
    assert "more than in the plan" in points
    result = pl.allocate(case.scenario)
    phases = result.displacement_by("phase").set_index("phase")["displaced_person_months"]
    assert f"before its first month and {phases['after']:,.0f} from then on" in points
    by_month = result.displacement_by("mission", "month")
    by_month = by_month[by_month["displaced_person_months"] >= 0.5]
    months = by_month.groupby("mission")["displaced_person_months"].agg(["max", "count"])
    posts = months[months["max"] < 1.5]
    assert len(posts) > 0
    assert any(f"1 person for {count} months" in points for count in posts["count"])
    view.page.set_viewport_size({"width": 390, "height": 844})
    tops = [view.page.locator(part).first.bounding_box() for part in ("p.answer", "#levers")]
    assert tops[0] is not None
    assert tops[1] is not None
    assert tops[0]["y"] < tops[1]["y"]


def test_up_to_three_variants_are_kept_and_compared(view: View) -> None:
    moves = {"a": {"size.eastern-flank": 2.0}, "b": {"size.eastern-flank": 1.5}}
    kept = "&a=size.eastern-flank%3D2&b=size.eastern-flank%3D1.5"
    view.open(f"?lang=en&package=&size.eastern-flank=0.5{kept}")
    view.page.get_by_role("button", name="Keep as C").click()
    view.page.get_by_role("button", name="Three variants are kept").wait_for(timeout=WAIT)
    view.page.wait_for_function("location.search.includes('&c=size')", timeout=WAIT)
    view.page.get_by_role("columnheader", name="C", exact=True).first.wait_for(timeout=WAIT)
    view.ready("size.eastern-flank=0.5")
    bars = view.data("lost")
    moves["c"] = {"size.eastern-flank": 0.5}
    for side, moved in moves.items():
        lost = pl.allocate(FLANK.move(moved).scenario).displacement_by("mission", main_task=None)
        lost = lost.set_index("mission")["displaced_person_months"]
        for mission, value in zip(bars["id"], bars[side], strict=True):
            assert value == pytest.approx(lost[mission], abs=1e-6), (side, mission)
    view.page.get_by_role("button", name="Show A", exact=True).click()
    view.ready("size.eastern-flank=2")
    view.page.get_by_role("button", name="Remove B", exact=True).click()
    view.page.get_by_role("button", name="Keep as B").wait_for(timeout=WAIT)
    assert "&b=" not in view.query()
    assert "&a=" in view.query()
