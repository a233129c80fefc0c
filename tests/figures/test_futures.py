"""Figures of many futures."""

from __future__ import annotations

import numpy as np
import pytest

import planner as pl
from planner.errors import ResultError
from planner.figures import Chart, chance, convergence, fan, indices, ranking, spread
from planner.labels import number, rate
from tests.figures.looking import faults, said
from tests.figures.made import text


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_nothing_is_cut_and_nothing_overlaps(futures: pl.Ensemble, lang: str) -> None:
    for figure in (
        fan(futures, lang=lang), fan(futures, "m2", lang=lang),
        fan(futures, main_task=None, lang=lang), spread(futures, lang=lang),
        chance(futures, lang=lang), chance(futures, 1.0, 1, lang),
        convergence(futures, lang=lang), convergence(futures, "fill", lang),
        ranking(futures, lang=lang), ranking(futures, "fill.m2", 3, lang),
    ):  # fmt: skip
        assert faults(figure) == []
        assert figure.alt
        assert "made-10" in said(figure)


def test_the_fan_shows_quantiles_of_all_draws(futures: pl.Ensemble) -> None:
    figure = fan(futures, "m2")

    monthly = futures.fill_by("mission", "month")
    monthly = monthly[monthly["mission"] == "m2"]
    line = np.asarray(figure.axes[0].lines[0].get_ydata(), dtype=float)
    here = line[::2][~np.isnan(line[::2])]
    assert here.tolist() == pytest.approx(monthly["q50"].tolist())
    whole = futures.fill_by("mission").set_index("mission").loc["m2"]
    assert f"{rate(whole['q05'], digits=0)} to {rate(whole['q95'], digits=0)}" in figure.alt


def test_the_distribution_is_that_of_the_draws(futures: pl.Ensemble) -> None:
    figure = spread(futures)

    lost = futures.draws["displacement.flank"]
    heights = [bar.get_height() for bar in figure.axes[0].patches]
    assert sum(heights) == pytest.approx(1)
    assert number(float(lost.mean()), digits=0) in figure.alt
    lines = figure.axes[0].lines
    assert lines[0].get_xdata()[0] == pytest.approx(lost.mean())
    row = futures.displacement_by().iloc[0]
    assert list(lines[1].get_xdata()) == pytest.approx([row["low"], row["high"]])


def test_chances_are_sorted_and_counted(futures: pl.Ensemble) -> None:
    figure = chance(futures, 0.8)

    table = futures.fill_by("mission", reach=0.8)
    bars = [bar.get_width() for bar in figure.axes[0].patches]
    assert bars == sorted(bars)
    assert sorted(bars) == pytest.approx(sorted(table["chance"]))
    few = int((table["chance"] < 0.5).sum())
    assert f"{few} of {len(table)} missions" in figure.alt
    assert "80%" in figure.alt


def test_convergence_ends_at_the_mean(futures: pl.Ensemble) -> None:
    figure = convergence(futures)

    assert figure.axes[0].lines[0].get_ydata()[-1] == pytest.approx(
        futures.draws["displacement.flank"].mean()
    )
    assert "48 draws" in figure.alt


def test_the_ranking_shows_correlations_of_ranks(futures: pl.Ensemble) -> None:
    from scipy.stats import spearmanr

    figure = ranking(futures)

    drawn = futures.draws
    pools = [f"pool.{pool}.posts" for pool in ("staff", "police", "company", "civil")]
    expected = [spearmanr(drawn[id], drawn["displacement.flank"]).statistic for id in pools]
    dots = [line.get_xdata() for line in figure.axes[0].lines if line.get_marker() == "o"]
    shown = np.sort(np.concatenate(dots))
    assert shown.tolist() == pytest.approx(sorted(expected))
    best = pools[int(np.argmax(np.abs(expected)))].split(".")[1]
    assert said(figure).splitlines()[0]
    names = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert names[0] == f"The {best} pool: posts"


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_indices_stand_in_order_with_their_intervals(futures: pl.Ensemble, lang: str) -> None:
    groups = {"officers": ["pool.staff.*"], "posts in pools": ["pool.*"]}
    found = pl.sensitivity(
        futures.specification.uncertain.scenario, groups=groups, base=8, workers=1
    )

    figure = indices(found, lang=lang, source="Source")

    assert faults(figure) == []
    names = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    theme = "posts in pools" if lang == "en" else "functies in pools"
    assert names == [theme if one == "posts in pools" else one for one in found.table["group"]]
    bars = [bar.get_width() for bar in figure.axes[0].patches]
    assert bars[:2] == pytest.approx(np.maximum(found.table["total"], 0).tolist())
    with pytest.raises(ResultError, match="no such quantity 'fil'"):
        indices(found, "fil")


def test_futures_without_package_or_uncertainty() -> None:
    alone = pl.simulate(pl.loads(text(3).split("packages:")[0], "alone.yaml"), draws=16, workers=1)

    assert "no package" in alone.plot.spread().alt
    assert "every draw is the same" in alone.plot.ranking().alt
    for figure in (alone.plot.fan(), alone.plot.chance(), alone.plot.convergence()):
        assert isinstance(figure, Chart)
        assert faults(figure) == []


def test_names_that_are_not_there(futures: pl.Ensemble) -> None:
    with pytest.raises(ResultError, match="no such mission 'm22', did you mean"):
        fan(futures, "m22")
    with pytest.raises(ResultError, match="no such package 'flnk', did you mean 'flank'"):
        spread(futures, "flnk")
    with pytest.raises(ResultError, match="no such quantity 'fil', did you mean 'fill'"):
        convergence(futures, "fil")


def test_every_figure_stands_under_plot(futures: pl.Ensemble) -> None:
    assert repr(futures.plot) == ("<plots of 'made-10': chance, convergence, fan, ranking, spread>")
