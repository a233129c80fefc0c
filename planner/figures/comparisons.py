"""Scenarios side by side: small multiples of fill, and one plan against another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D

from planner.figures.names import Names, check_known
from planner.figures.style import (
    COLOURS,
    WIDTH,
    Chart,
    chart,
    empty,
    finish,
    fit,
    named_rows,
    number_axis,
    style,
    tidy_rows,
)
from planner.figures.words import say
from planner.gallery import figure
from planner.labels import NOTHING, number, rate

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from planner.results.compare import Comparison

__all__ = ["scenarios", "versus"]

MOST, FEW = 30, 18
"""Missions shown, for one row of panels and for more."""
LEAST = 0.0005
"""Fill rates closer than this are the same."""
ROW = 0.215
"""Inches of a row."""
PANEL, ACROSS = 1.3, 5
"""Inches of a panel, at least, and most panels beside each other."""
NAMES = 2.75
"""Inches left of the panels, for names."""


class Beside:
    """Fill rates and names of a comparison, in a language."""

    def __init__(self, comparison: Comparison, lang: str):
        self.comparison, self.lang = comparison, lang
        self.names = {key: Names(one, lang) for key, one in comparison.results.items()}

    def title(self, key: str) -> str:
        """Return the title of a scenario, followed by what tells it from one of the same title."""
        titles = [names.title for names in self.names.values()]
        title = self.names[key].title
        return title if titles.count(title) == 1 else f"{title} ({key})"

    def mission(self, id: str) -> str:
        """Return the name of a mission that may be in some of the results only."""
        return next((n.mission(id) for n in self.names.values() if n.mission(id) != id), id)

    def task_2(self, key: str) -> float:
        """Return the fill rate of main task 2, NaN where it asks nothing."""
        table = self.comparison.results[key].fill_by("main_task").set_index("main_task")
        return float(table["fill_rate"].get(2, np.nan))

    def displaced(self, key: str) -> float:
        """Return what a result's packages displace of main task 2, NaN where it has none.

        Each counts as displaced on top of the others.
        """
        lost = self.comparison.results[key].packages["displaced_main_task_2"]
        return float(lost.sum()) if len(lost) else np.nan

    def differing(self, keys: list[str], most: int) -> tuple[pd.DataFrame, int]:
        """Return fill rates of missions that differ, most first, and how many are left out."""
        fill = self.comparison.fill[keys]
        some = fill.isna().any(axis=1) & ~fill.isna().all(axis=1)
        spread = fill.max(axis=1) - fill.min(axis=1)
        differs = fill[some | (spread > LEAST)]
        order = np.lexsort([-spread[differs.index], some[differs.index]])
        return differs.iloc[order[:most]], max(len(differs) - most, 0)

    def subtitle(self, key: str, rest: int) -> str:
        """Return a subtitle that also says how many missions are left out."""
        more = f" {say('scenarios_rest', self.lang, count=rest)}" if rest else ""
        return say(key, self.lang) + more

    def source(self, keys: Sequence[str]) -> str:
        """Return what stands in the corner of a figure of some results."""
        several = [self.names[key] for key in dict.fromkeys(keys)]
        return several[0].sources(several)


@figure("comparison", "fill, one panel per scenario")
def scenarios(comparison: Comparison, lang: str = "en") -> Chart:
    """Draw the fill rate of every mission in each scenario, a panel a scenario.

    Parameters
    ----------
    comparison : Comparison
        The first result is the one that the others are held against.
    lang : {"en", "nl"}
    """
    beside, keys = Beside(comparison, lang), comparison.names
    with style():
        rows = -(-len(keys) // ACROSS)
        fill, rest = beside.differing(keys, MOST if rows == 1 else FEW)
        plain = say("scenarios_plain", lang)
        if fill.empty:
            return empty(say("no_difference", lang), plain, beside.source(keys))
        columns = -(-len(keys) // rows)
        width = max(WIDTH, NAMES + PANEL * columns)
        figure = chart(1.2 + (1.2 + ROW * max(len(fill), 4)) * rows, width)
        grid = figure.subplots(rows, columns, sharey=True, squeeze=False)
        each = (width - NAMES) / columns
        first = fill[keys[0]].to_numpy()
        for axes, key in zip(grid.flat, keys, strict=False):
            _panel(axes, fill[key].to_numpy(), None if key == keys[0] else first, beside, key, each)
        for axes in grid.flat[len(keys) :]:
            axes.set_axis_off()
        for axes in grid[:, 0]:
            named_rows(axes, [beside.mission(id) for id in fill.index], 4)
        said = beside.subtitle("scenarios_subtitle", rest)
        line = Line2D([], [], color=COLOURS["ink"], linewidth=0, marker="|", markersize=9,
                      markeredgewidth=1.6,
                      label=say("as_in", lang, name=beside.title(keys[0])))  # fmt: skip
        lowest = min(keys, key=lambda key: np.nan_to_num(beside.task_2(key), nan=2.0))
        title = say("scenarios_fill_title", lang, name=beside.title(lowest),
                    rate=rate(beside.task_2(lowest), lang))  # fmt: skip
        return finish(figure, title, said, beside.source(keys), [line] if len(keys) > 1 else ())


def _panel(
    axes: Axes, values: np.ndarray, base: np.ndarray | None, beside: Beside, key: str, inches: float
) -> None:
    """Draw one scenario: bars, their rates, and where they were in the first scenario."""
    lang, at = beside.lang, np.arange(len(values))
    asked = ~np.isnan(values)
    axes.barh(at[asked], values[asked], height=0.72, color=COLOURS["resting"])
    for place, value in enumerate(values):
        text = rate(value, lang, 0) if asked[place] else NOTHING
        axes.text(0.03, place, text, size=7, va="center_baseline", color=COLOURS["ink"])
    if base is not None:
        marks = ~np.isnan(base)
        axes.vlines(base[marks], at[marks] - 0.4, at[marks] + 0.4, color=COLOURS["ink"],
                    linewidth=1.6)  # fmt: skip
    axes.set_xlim(0, 1.02)
    axes.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"] if inches > 1.3 else ["0", "50", "100%"])
    tidy_rows(axes)
    lines = [
        fit(beside.title(key), inches - 0.12, 7.8, 6),
        f"{say('task_2_short', lang)} {rate(beside.task_2(key), lang)}",
        f"{say('displaced_short', lang)} {number(beside.displaced(key), lang, 0)}",
    ]
    axes.set_title("\n".join(lines), loc="left", size=7.8)


@figure("comparison", "one plan against another")
def versus(
    comparison: Comparison, first: str | None = None, second: str | None = None, lang: str = "en"
) -> Chart:
    """Draw the fill rate of every mission in one plan against another.

    Parameters
    ----------
    comparison : Comparison
    first, second : str, optional
        Names of results in it; by default the first and the last.
    lang : {"en", "nl"}

    Raises
    ------
    ResultError
        The result is unknown.
    """
    keys = [first or comparison.names[0], second or comparison.names[-1]]
    for key in keys:
        check_known("result", key, comparison.names)
    beside = Beside(comparison, lang)
    titles = [beside.title(key) for key in keys]
    with style():
        fill, rest = beside.differing(list(dict.fromkeys(keys)), MOST)
        if fill.empty:
            plain = say("scenarios_plain", lang)
            return empty(say("no_difference", lang), plain, beside.source(keys))
        change = fill[keys[1]] - fill[keys[0]]
        fill = fill.loc[change.sort_values(kind="stable", na_position="last").index]
        both = fill.to_numpy()
        every = comparison.fill[keys[1]] - comparison.fill[keys[0]]
        figure = chart(1.9 + ROW * max(len(fill), 3))
        axes = figure.subplots()
        _arrows(axes, both, lang)
        named_rows(axes, [beside.mission(id) for id in fill.index], 3)
        said = beside.subtitle("versus_subtitle", rest)
        fewer, more = int((every < -LEAST).sum()), int((every > LEAST).sum())
        title = say("versus_title" if fewer + more else "versus_title_same", lang,
                    first=titles[0], second=titles[1], fewer=fewer, more=more)  # fmt: skip
        dots = [
            Line2D([], [], linewidth=0, marker="o", markerfacecolor="white", markersize=6,
                   markeredgecolor=COLOURS["ink"], label=fit(titles[0], 3.2, 8, 2)),
            Line2D([], [], linewidth=0, marker="o", color=COLOURS["main_task_2"], markersize=6,
                   label=fit(titles[1], 3.2, 8, 2)),
        ]  # fmt: skip
        return finish(figure, title, said, beside.source(keys), dots, 2)


def _arrows(axes: Axes, both: np.ndarray, lang: str) -> None:
    """Draw a line from the first to the second rate of each mission, with both in words."""
    at = np.arange(len(both))
    here = ~np.isnan(both)
    pair = here.all(axis=1)
    fall = pair & (both[:, 1] < both[:, 0])
    for chosen, colour in ((fall, COLOURS["alarm"]), (pair & ~fall, COLOURS["gain"])):
        axes.hlines(at[chosen], both[chosen, 0], both[chosen, 1], color=colour, linewidth=2)
    for column, face in ((0, "white"), (1, COLOURS["main_task_2"])):
        kept = here[:, column]
        axes.plot(both[kept, column], at[kept], "o", markersize=6, color=face, zorder=3,
                  markeredgecolor=COLOURS["ink" if column == 0 else "main_task_2"])  # fmt: skip
    axes.set_xlim(0, 1.26)
    for place, (old, new) in enumerate(both):
        text = f"{rate(old, lang, 0)} → {rate(new, lang, 0)}"
        axes.text(1.255, place, text, size=8, va="center_baseline", ha="right")
    number_axis(axes.xaxis, lang, 5, percent=True)
    ticks = [tick for tick in axes.get_xticks() if tick <= 1 + 1e-9]
    axes.set_xticks(ticks, [rate(tick, lang, 0) for tick in ticks])
    tidy_rows(axes)
    axes.set_xlabel(say("fill_rate", lang))
