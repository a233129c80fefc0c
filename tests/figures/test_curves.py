"""The curve of displacement against the size of a package."""

from __future__ import annotations

import numpy as np
import pytest

import planner as pl
from planner.analysis.curve import Curve, curve
from planner.analysis.headroom import Headroom, headroom
from planner.figures import curve as draw
from tests.figures.looking import faults, said

LINE = {"tier": 2, "cap": 8, "first": 0, "last": 0, "tour": 1, "pools": ["staff"], "prep": 0,
        "rest": 0}  # fmt: skip
PROBLEM = {
    "format": "planner-problem/1", "months": 1, "pools": {"staff": 10},
    "demands": [{"id": "untso", **LINE}, {"id": "x", **LINE, "tier": 1, "cap": 4}],
    "packages": {"flank": {"demands": ["x"], "known": 0}},
}  # fmt: skip


@pytest.fixture(scope="module")
def tried(battalion: pl.Result) -> Curve:
    return curve(battalion, sizes=12, missions=False)


@pytest.fixture(scope="module")
def room(battalion: pl.Result) -> Headroom:
    return headroom(battalion, lines=False)


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_nothing_is_cut_and_nothing_overlaps(
    battalion: pl.Result, tried: Curve, room: Headroom, lang: str
) -> None:
    exact = curve(battalion, rule="value", missions=False)

    for figure in (
        battalion.plot.curve(tried, room, lang), battalion.plot.curve(exact, None, lang),
        draw(curve(PROBLEM, rule="value"), lang=lang), draw(tried, lang=lang),
    ):  # fmt: skip
        assert faults(figure) == []
        assert figure.alt


def test_an_exact_curve_shows_its_breakpoints_slopes_and_headroom() -> None:
    """Ten people, eight on UNTSO: two posts are free, each after that takes one person-month."""
    figure = draw(curve(PROBLEM, rule="value", upto=1.0))

    line, dots = figure.axes[0].lines[:2]
    assert np.column_stack(line.get_data()).tolist() == pytest.approx(
        np.array([[0, 0], [2, 0], [4, 2]])
    )
    assert np.column_stack(dots.get_data()).tolist() == pytest.approx(np.array([[2, 0]]))
    assert "the first 2 posts cost main task 2 nothing; at 4 it loses 2 person-months" in figure.alt
    words = said(figure)
    assert "headroom: 2" in words
    assert "the package: 4" in words
    assert "1.00" in words


def test_a_tried_curve_says_so_and_leaves_the_headroom_free(
    battalion: pl.Result, tried: Curve, room: Headroom
) -> None:
    figure = battalion.plot.curve(tried, room)

    assert f"Planned at {len(tried.points)} sizes" in figure.alt
    drawn = min(room.rooms[0].posts, figure.axes[0].lines[0].get_xdata()[-1])
    assert f"up to {drawn:.0f}, cost main task 2 nothing" in figure.alt
    assert tried.at(1.0) == pytest.approx(battalion.displacement_by().iloc[0, -1], abs=1e-6)
    posts, lost = figure.axes[0].lines[0].get_data()
    assert np.interp(room.rooms[0].posts, posts, lost) == pytest.approx(0, abs=0.01)
    assert np.interp(620, posts, lost) == pytest.approx(tried.at(1.0))


def test_packages_that_cost_nothing_or_at_once() -> None:
    free = {**PROBLEM, "pools": {"staff": 20}}
    tight = {**PROBLEM, "pools": {"staff": 8}}

    assert "all 4 posts, and up to 6, cost main task 2 nothing" in draw(curve(free)).alt
    assert "loses from the first post on" in draw(curve(tight, rule="value")).alt
