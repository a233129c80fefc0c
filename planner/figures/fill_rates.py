"""Heat map of the fill by mission and month, with the ends of mandates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter

from planner.figures.names import Names, ordinals
from planner.figures.style import (
    COLOURS,
    Chart,
    add_frame,
    chart_with_axes,
    empty_chart,
    label_rows,
    month_axis,
)
from planner.figures.words import say
from planner.gallery import figure
from planner.labels import percent, rate

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from planner.results.result import Tables

__all__ = ["fill"]

FILL_COLORMAP = LinearSegmentedColormap.from_list(
    "fill", ["#2B0B3F", "#7A1F5E", "#C8493F", "#EE8E3B", "#F7CF7A", "#CFE3EF"]
)
"""From empty (dark) to full (light); lightness is monotonic, so that it also works in grey."""

TARGET = 0.9
"""Fill rate below which a mission counts as short."""
ROW_INCHES = 0.205
"""Height of a row, inches."""


@figure("result", "fill by mission and month")
def fill(result: Tables, main_task: int | None = None, lang: str = "en") -> Chart:
    """Draw the fill rate of each mission by month.

    Parameters
    ----------
    result : Tables
    main_task : int, optional
        Only missions of this main task.
    lang : {"en", "nl"}
    """
    names = Names(result, lang)
    rates = _rates(result, main_task)
    if rates.empty:
        return empty_chart(say("nobody_asked", lang), say("fill_plain", lang), names.source)
    first, last = names.span
    figure, axes = chart_with_axes(1.95 + ROW_INCHES * max(len(rates), 4))
    cells = _cells(result, list(rates.index), first, last)
    edges = np.arange(first, last + 2), np.arange(len(rates) + 1)
    mesh = axes.pcolormesh(*edges, cells, cmap=FILL_COLORMAP, vmin=0, vmax=1, rasterized=True)
    axes.set_facecolor("#FFFFFF")
    axes.set_ylim(len(rates), 0)
    for edge in range(1, len(rates)):
        axes.axhline(edge, color="white", linewidth=1.2)
    _ends(axes, result, list(rates.index), first, last)
    _frame(axes, rates, names)
    month_axis(axes, first, last, lang)
    bar = figure.colorbar(mesh, ax=axes, location="bottom", shrink=0.45, aspect=34, pad=0.02,
                          anchor=(0.0, 0.5), format=PercentFormatter(1, 0))  # fmt: skip
    bar.set_label(say("fill_rate", lang), size=8)
    bar.outline.set_visible(False)
    subtitle = say("fill_subtitle", lang)
    return add_frame(figure, _title(rates, names), subtitle, names.source, _key(lang))


def _rates(result: Tables, main_task: int | None) -> pd.Series:
    """Return the fill rate over the window by mission, in the order of the scenario."""
    table = result.fill_by("mission", "main_task").dropna(subset="fill_rate")
    if main_task is not None:
        table = table[table["main_task"] == main_task]
    columns = ["filled_person_months", "asked_person_months"]
    sums = table.groupby("mission", sort=False)[columns].sum()
    return sums["filled_person_months"] / sums["asked_person_months"]


def _cells(result: Tables, missions: list[str], first: int, last: int) -> np.ndarray:
    """Return the fill rate by mission and month, masked where nothing is asked."""
    table = result.fill_by("mission", "month")
    table = table[table["mission"].isin(missions)]
    cells = np.full((len(missions), last - first + 1), np.nan)
    row = table["mission"].map({id: place for place, id in enumerate(missions)})
    cells[row.to_numpy(), (ordinals(table["month"]) - first).to_numpy()] = table["fill_rate"]
    return np.ma.masked_invalid(cells)


def _ends(axes: Axes, result: Tables, missions: list[str], first: int, last: int) -> None:
    """Mark the last month of every mandate that ends inside the window."""
    demands = result.demands
    demands = demands[demands["asked_person_months"] > 0]
    ends = demands.assign(end=ordinals(demands["last_month"]))[["mission", "end"]]
    for mission, end in ends.drop_duplicates().itertuples(index=False):
        if mission in missions and first <= end < last:
            row = missions.index(mission)
            axes.plot([end + 1] * 2, [row + 0.02, row + 0.98], color=COLOURS["ink"], linewidth=2.2,
                      solid_capstyle="butt", clip_on=False)  # fmt: skip


def _frame(axes: Axes, rates: pd.Series, names: Names) -> None:
    """Label the missions on the left and their fill rates on the right."""
    at = np.arange(len(rates)) + 0.5
    label_rows(axes, list(at), [names.mission(id) for id in rates.index])
    axes.tick_params(axis="x", color=COLOURS["quiet"])
    for side in axes.spines.values():
        side.set_visible(False)
    right = axes.secondary_yaxis("right")
    right.set_yticks(at, [rate(value, names.lang, 0) for value in rates])
    right.tick_params(length=0)
    right.spines["right"].set_visible(False)


def _key(lang: str) -> list[Line2D | Patch]:
    return [
        Line2D([], [], color=COLOURS["ink"], linewidth=2.2, marker="|", markersize=9,
               markeredgewidth=2.2, linestyle="", label=say("mandate_ends", lang)),
        Patch(facecolor="white", edgecolor=COLOURS["quiet"], label=say("nothing_asked", lang)),
    ]  # fmt: skip


def _title(rates: pd.Series, names: Names) -> str:
    lang, target = names.lang, percent(TARGET, names.lang, 0)
    short = rates[rates < TARGET - 1e-9]
    if short.empty:
        return say("fill_title_full", lang, share=target)
    worst = str(short.idxmin())
    return say(
        "fill_title", lang, count=len(short), all=len(rates), share=target,
        worst=names.mission(worst), rate=rate(float(short.min()), lang, 0),
    )  # fmt: skip
