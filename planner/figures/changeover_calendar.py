"""A calendar of changeovers: in which months many people leave and arrive at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from planner.figures.names import Names, ordinals
from planner.figures.style import COLOURS, Chart, chart, empty, finish, fit, style
from planner.figures.words import say
from planner.gallery import figure
from planner.labels import month, month_names, number
from planner.months import Month

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from planner.results.result import Tables

__all__ = ["changeovers"]

SHADES = LinearSegmentedColormap.from_list("arrive", ["#FFFFFF", "#9ED4F2", "#0072B2", "#003B5C"])
BUSY = 6
"""Busiest months that are taken apart by mission."""
NAMED = 3
"""Missions that are named in each of them."""
LEAST = 0.05
"""Fewer persons are nobody."""


@figure("result", "calendar of changeovers")
def changeovers(result: Tables, main_task: int | None = None, lang: str = "en") -> Chart:
    """Draw how many people arrive in each month, and who in the busiest ones.

    Parameters
    ----------
    result : Tables
    main_task : int, optional
        Only missions of this main task.
    lang : {"en", "nl"}
    """
    names = Names(result, lang)
    arrive = _arrivals(result, main_task, *names.span)
    total = arrive.sum()
    with style():
        if not len(arrive) or float(total.max()) < LEAST:
            plain = say("changeovers_plain", lang)
            return empty(say("changeovers_none", lang), plain, names.source)
        years = names.span[1] // 12 - names.span[0] // 12 + 1
        busiest = total[total >= LEAST].sort_values(ascending=False, kind="stable").index[:BUSY]
        drawn = chart(2.35 + 0.36 * years + 0.26 * len(busiest))
        heights = [0.36 * years + 0.3, 0.26 * len(busiest) + 0.25]
        grid, text = drawn.subplots(2, 1, height_ratios=heights)
        _calendar(grid, total, lang)
        _busiest(text, arrive[busiest], names)
        title = say(
            "changeovers_title", lang, month=_called(busiest[0], lang),
            persons=number(float(total[busiest[0]]), lang, 0),
            usual=number(float(total.median()), lang, 0),
        )  # fmt: skip
        subtitle = say("changeovers_subtitle", lang, window=names.window)
        return finish(drawn, title, subtitle, names.source)


def _called(place: int, lang: str) -> str:
    return month(Month.from_ordinal(place), lang)


def _arrivals(result: Tables, main_task: int | None, first: int, last: int) -> pd.DataFrame:
    """Return persons whose tour begins, by mission and month of the window."""
    demands = result.demands.set_index("demand")
    tours = result.tours
    away = ~tours["demand"].map(demands["on_call"]).astype(bool)
    if main_task is not None:
        away &= tours["demand"].map(demands["main_task"]) == main_task
    tours = tours[away]
    begins, mission = ordinals(tours["first_month"]), tours["demand"].map(demands["mission"])
    sums = tours["people_persons"].groupby([mission, begins], sort=False).sum()
    table = sums.unstack(fill_value=0)
    return table.reindex(columns=range(first, last + 1), fill_value=0.0)


def _calendar(axes: Axes, total: pd.Series, lang: str) -> None:
    """Draw a row a year and a column a month, as dark as people arrive."""
    first, last = int(total.index[0]) // 12, int(total.index[-1]) // 12
    cells = np.full((last - first + 1, 12), np.nan)
    place: Any
    for place, persons in total.items():
        cells[int(place) // 12 - first, int(place) % 12] = persons
    most = float(np.nanmax(cells))
    edges = np.arange(13) - 0.5, np.arange(len(cells) + 1) - 0.5
    axes.pcolormesh(
        *edges, np.ma.masked_invalid(cells), cmap=SHADES, vmin=0, vmax=most, edgecolor="white",
        linewidth=1.5,
    )  # fmt: skip
    for (row, column), persons in np.ndenumerate(cells):
        if np.isfinite(persons):
            axes.text(
                column, row, number(float(persons), lang, 0), size=8, ha="center",
                va="center_baseline", color="white" if persons > 0.5 * most else COLOURS["ink"],
                weight="bold" if persons == most else "normal",
            )  # fmt: skip
    axes.set_ylim(len(cells) - 0.5, -0.5)
    axes.set_yticks(range(len(cells)), [str(first + row) for row in range(len(cells))])
    short = list(month_names(lang).values())
    axes.set_xticks(range(12), short)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)


def _busiest(axes: Axes, arrive: pd.DataFrame, names: Names) -> None:
    """Write the missions that most people arrive at, a line a month."""
    lang = names.lang
    axes.set(xlim=(0, 1), ylim=(len(arrive.columns) + 0.1, -0.9))
    axes.axis("off")
    axes.text(0, -0.45, say("changeovers_busiest", lang), weight="bold", va="center_baseline")
    for row, place in enumerate(arrive.columns):
        largest = arrive[place].sort_values(ascending=False, kind="stable")
        largest = largest[largest >= LEAST].iloc[:NAMED]
        parts = [
            f"{fit(names.mission(str(id)), 1.75, 8, 1)} {number(float(persons), lang, 0)}"
            for id, persons in largest.items()
        ]
        line: dict[str, Any] = {"size": 8, "va": "center_baseline", "color": COLOURS["ink"]}
        axes.text(0, row + 0.5, _called(int(place), lang), **line)
        total = number(float(arrive[place].sum()), lang, 0)
        axes.text(0.155, row + 0.5, total, ha="right", weight="bold", **line)
        axes.text(0.175, row + 0.5, fit("; ".join(parts), 5.9, 8, 1), **line)
