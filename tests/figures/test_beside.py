"""Figures of results side by side."""

from __future__ import annotations

import numpy as np
import pytest

import planner as pl
from planner.errors import ResultError
from planner.figures import scenarios, versus
from planner.labels import number, rate
from tests.figures.looking import faults, said


@pytest.fixture(scope="module")
def pair(letter: pl.Result, battalion: pl.Result) -> pl.Comparison:
    return pl.compare(letter, battalion)


@pytest.fixture(scope="module")
def mixed(three: pl.Result, sixty: pl.Result, pair: pl.Comparison) -> pl.Comparison:
    """Return six results, some with no mission in common, two of the same name and title."""
    return pl.compare(*pair.results.values(), three, sixty, three, three)


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_nothing_is_cut_and_nothing_overlaps(
    pair: pl.Comparison, mixed: pl.Comparison, lang: str
) -> None:
    drawn = [scenarios(pair, lang), versus(pair, lang=lang)]
    if lang == "en":
        drawn += [scenarios(mixed), versus(mixed, "made-3", "made-60")]
    for figure in drawn:
        assert faults(figure) == []
        assert figure.alt


def test_panels_show_every_rate_and_where_it_was(pair: pl.Comparison) -> None:
    figure = scenarios(pair)

    fill = pair.fill.dropna()
    differs = fill[(fill["letter"] - fill["eastern-flank-battalion"]).abs() > 0.0005]
    first, second = (axes for axes in figure.axes if axes.get_visible())
    for axes, column in ((first, "letter"), (second, "eastern-flank-battalion")):
        bars = [bar.get_width() for bar in axes.patches][: len(differs)]  # then what only one asks
        assert sorted(bars) == pytest.approx(sorted(differs[column]))
    marks = next(lines for lines in second.collections if len(lines.get_segments()) > 1)
    moved = [segment[0, 0] for segment in marks.get_segments()]
    assert sorted(moved) == pytest.approx(sorted(differs["letter"]))
    lost = pair.results["eastern-flank-battalion"].packages["displaced_main_task_2"].sum()
    assert f"displaced: {number(lost, digits=0)}" in said(figure)
    assert "displaced: –" in said(figure)  # the letter has no package


def test_plan_against_mine_counts_who_gains_and_loses(pair: pl.Comparison) -> None:
    figure = versus(pair)

    change = (pair.fill["eastern-flank-battalion"] - pair.fill["letter"]).dropna()
    fewer, more = int((change < -0.0005).sum()), int((change > 0.0005).sum())
    assert f"missions filled less {fewer}, more {more}" in figure.alt
    lowest = pair.fill.loc[change.idxmin()]
    pair_said = f"{rate(lowest['letter'], digits=0)} → "
    assert pair_said + rate(lowest["eastern-flank-battalion"], digits=0) in said(figure)
    heights = [text.get_position()[1] for text in figure.axes[0].texts]
    changes = [text.get_text().split(" → ") for text in figure.axes[0].texts]
    steps = [
        float(new.strip("%")) - float(old.strip("%"))
        for old, new in changes if "–" not in (old, new)
    ]  # fmt: skip
    assert heights == sorted(heights)
    assert np.all(np.diff(steps) >= -1)  # largest loss first, but for rounding


def test_a_result_beside_itself_differs_in_nothing(letter: pl.Result) -> None:
    same = pl.compare(letter, letter)

    for figure in (same.plot.scenarios(), same.plot.versus(), same.plot.versus("letter", "letter")):
        assert "No mission's fill differs" in figure.alt
        assert faults(figure) == []


def test_a_name_that_is_not_there(pair: pl.Comparison) -> None:
    with pytest.raises(ResultError, match="no such result 'leter', did you mean 'letter'"):
        versus(pair, "leter")
