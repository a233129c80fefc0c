"""Comparison of scenarios: small multiples of fill, and one plan against another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D

from planner.figures.names import Names, check_known
from planner.figures.style import (
    COLOURS,
    PAGE_WIDTH,
    Chart,
    add_frame,
    chart,
    chart_with_axes,
    empty_chart,
    number_axis,
    set_rows,
    style_row_axes,
    wrap_text,
)
from planner.figures.words import say
from planner.gallery import figure
from planner.labels import NOTHING, number, rate

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from planner.results.compare import Comparison

__all__ = ["scenarios", "versus"]

MAX_MISSIONS, MAX_MISSIONS_MANY = 30, 18
"""Maximum number of missions, for one row of panels and for several."""
MIN_DIFFERENCE = 0.0005
"""Smallest difference of fill rates that counts."""
ROW_INCHES = 0.215
"""Height of a row, inches."""
MIN_PANEL_INCHES, MAX_PANELS = 1.3, 5
"""Minimum width of a panel, inches, and maximum number of panels in a row."""
NAMES_INCHES = 2.75
"""Width of the names to the left of the panels, inches."""


class ComparisonView:
    """Fill rates and names of the results of a comparison in a language."""

    def __init__(self, comparison: Comparison, lang: str):
        self.comparison, self.lang = comparison, lang
        self.names = {key: Names(one, lang) for key, one in comparison.results.items()}

    def title(self, key: str) -> str:
        """Return the title of a scenario, followed by its key if another has the same title."""
        titles = [names.title for names in self.names.values()]
        title = self.names[key].title
        return title if titles.count(title) == 1 else f"{title} ({key})"

    def mission(self, id: str) -> str:
        """Return the name of a mission, which may be in only some of the results."""
        return next((n.mission(id) for n in self.names.values() if n.mission(id) != id), id)

    def main_task_2_rate(self, key: str) -> float:
        """Return the fill rate of main task 2; NaN if nothing is asked."""
        table = self.comparison.results[key].fill_by("main_task").set_index("main_task")
        return float(table["fill_rate"].get(2, np.nan))

    def displaced(self, key: str) -> float:
        """Return the displacement of main task 2 by all packages of a result; NaN without packages.

        It is the sum over packages, each compared with the plan with all other packages.
        """
        lost = self.comparison.results[key].packages["displaced_main_task_2"]
        return float(lost.sum()) if len(lost) else np.nan

    def largest_differences(self, keys: list[str], limit: int) -> tuple[pd.DataFrame, int]:
        """Return fill rates of missions that differ, largest first, and the number left out."""
        fill = self.comparison.fill[keys]
        some = fill.isna().any(axis=1) & ~fill.isna().all(axis=1)
        spread = fill.max(axis=1) - fill.min(axis=1)
        differs = fill[some | (spread > MIN_DIFFERENCE)]
        order = np.lexsort([-spread[differs.index], some[differs.index]])
        return differs.iloc[order[:limit]], max(len(differs) - limit, 0)

    def subtitle(self, key: str, rest: int) -> str:
        """Return a subtitle that states the number of missions left out."""
        more = f" {say('scenarios_rest', self.lang, count=rest)}" if rest else ""
        return say(key, self.lang) + more

    def source(self, keys: Sequence[str]) -> str:
        """Return the source line of a figure of some results."""
        several = [self.names[key] for key in dict.fromkeys(keys)]
        return several[0].sources(several)


@figure("comparison", "fill, one panel per scenario")
def scenarios(comparison: Comparison, lang: str = "en") -> Chart:
    """Draw the fill rate of every mission in each scenario, with one panel per scenario.

    Parameters
    ----------
    comparison : Comparison
        The first result is the reference.
    lang : {"en", "nl"}
    """
    view, keys = ComparisonView(comparison, lang), comparison.names
    rows = -(-len(keys) // MAX_PANELS)
    fill, rest = view.largest_differences(keys, MAX_MISSIONS if rows == 1 else MAX_MISSIONS_MANY)
    title_text = say("scenarios_plain", lang)
    if fill.empty:
        return empty_chart(say("no_difference", lang), title_text, view.source(keys))
    columns = -(-len(keys) // rows)
    width = max(PAGE_WIDTH, NAMES_INCHES + MIN_PANEL_INCHES * columns)
    figure = chart(1.2 + (1.2 + ROW_INCHES * max(len(fill), 4)) * rows, width)
    grid = figure.subplots(rows, columns, sharey=True, squeeze=False)
    each = (width - NAMES_INCHES) / columns
    first = fill[keys[0]].to_numpy()
    for axes, key in zip(grid.flat, keys, strict=False):
        _panel(axes, fill[key].to_numpy(), None if key == keys[0] else first, view, key, each)
    for axes in grid.flat[len(keys) :]:
        axes.set_axis_off()
    for axes in grid[:, 0]:
        set_rows(axes, [view.mission(id) for id in fill.index], 4)
    subtitle = view.subtitle("scenarios_subtitle", rest)
    line = Line2D([], [], color=COLOURS["ink"], linewidth=0, marker="|", markersize=9,
                  markeredgewidth=1.6,
                  label=say("as_in", lang, name=view.title(keys[0])))  # fmt: skip
    lowest = min(keys, key=lambda key: np.nan_to_num(view.main_task_2_rate(key), nan=2.0))
    title = say("scenarios_fill_title", lang, name=view.title(lowest),
                rate=rate(view.main_task_2_rate(lowest), lang))  # fmt: skip
    return add_frame(figure, title, subtitle, view.source(keys), [line] if len(keys) > 1 else ())


def _panel(
    axes: Axes,
    values: np.ndarray,
    base: np.ndarray | None,
    view: ComparisonView,
    key: str,
    inches: float,
) -> None:
    """Draw one scenario: bars, their rates, and marks at the rates in the first scenario."""
    lang, at = view.lang, np.arange(len(values))
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
    style_row_axes(axes)
    lines = [
        wrap_text(view.title(key), inches - 0.12, 7.8, 6),
        f"{say('task_2_short', lang)} {rate(view.main_task_2_rate(key), lang)}",
        f"{say('displaced_short', lang)} {number(view.displaced(key), lang, 0)}",
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
    view = ComparisonView(comparison, lang)
    titles = [view.title(key) for key in keys]
    fill, rest = view.largest_differences(list(dict.fromkeys(keys)), MAX_MISSIONS)
    if fill.empty:
        title_text = say("scenarios_plain", lang)
        return empty_chart(say("no_difference", lang), title_text, view.source(keys))
    change = fill[keys[1]] - fill[keys[0]]
    fill = fill.loc[change.sort_values(kind="stable", na_position="last").index]
    both = fill.to_numpy()
    changes = comparison.fill[keys[1]] - comparison.fill[keys[0]]
    figure, axes = chart_with_axes(1.9 + ROW_INCHES * max(len(fill), 3))
    _arrows(axes, both, lang)
    set_rows(axes, [view.mission(id) for id in fill.index], 3)
    subtitle = view.subtitle("versus_subtitle", rest)
    fewer, more = int((changes < -MIN_DIFFERENCE).sum()), int((changes > MIN_DIFFERENCE).sum())
    title = say("versus_title" if fewer + more else "versus_title_same", lang,
                first=titles[0], second=titles[1], fewer=fewer, more=more)  # fmt: skip
    dots = [
        Line2D([], [], linewidth=0, marker="o", markerfacecolor="white", markersize=6,
               markeredgecolor=COLOURS["ink"], label=wrap_text(titles[0], 3.2, 8, 2)),
        Line2D([], [], linewidth=0, marker="o", color=COLOURS["main_task_2"], markersize=6,
               label=wrap_text(titles[1], 3.2, 8, 2)),
    ]  # fmt: skip
    return add_frame(figure, title, subtitle, view.source(keys), dots, 2)


def _arrows(axes: Axes, both: np.ndarray, lang: str) -> None:
    """Draw a line from the first to the second rate of each mission, with both as text."""
    at = np.arange(len(both))
    known = ~np.isnan(both)
    pair = known.all(axis=1)
    fall = pair & (both[:, 1] < both[:, 0])
    for chosen, colour in ((fall, COLOURS["alarm"]), (pair & ~fall, COLOURS["gain"])):
        axes.hlines(at[chosen], both[chosen, 0], both[chosen, 1], color=colour, linewidth=2)
    for column, face in ((0, "white"), (1, COLOURS["main_task_2"])):
        kept = known[:, column]
        axes.plot(both[kept, column], at[kept], "o", markersize=6, color=face, zorder=3,
                  markeredgecolor=COLOURS["ink" if column == 0 else "main_task_2"])  # fmt: skip
    axes.set_xlim(0, 1.26)
    for place, (old, new) in enumerate(both):
        text = f"{rate(old, lang, 0)} → {rate(new, lang, 0)}"
        axes.text(1.255, place, text, size=8, va="center_baseline", ha="right")
    number_axis(axes.xaxis, lang, 5, percent=True)
    ticks = [tick for tick in axes.get_xticks() if tick <= 1 + 1e-9]
    axes.set_xticks(ticks, [rate(tick, lang, 0) for tick in ticks])
    style_row_axes(axes)
    axes.set_xlabel(say("fill_rate", lang))
