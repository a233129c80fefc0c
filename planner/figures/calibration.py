"""Calibration and backtest: prior and posterior parameters, and counts against forecasts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from planner.figures.style import (
    COLOURS,
    Chart,
    add_frame,
    chart_with_axes,
    empty_chart,
    number_axis,
    set_rows,
    style_axes,
)
from planner.figures.words import say
from planner.gallery import figure
from planner.labels import number

if TYPE_CHECKING:
    from planner.record.backtest import Backtest
    from planner.record.calibrate import Calibration

__all__ = ["before_after", "forecasts", "pit"]

MAX_PARAMETERS = 24
"""Maximum number of parameters shown."""

ROW_INCHES = 0.26
LABEL_INCHES = 3.1
"""Width of the labels of rows, inches."""


@figure("calibration", "parameters before and after the record was looked at")
def before_after(calibration: Calibration, most: int = MAX_PARAMETERS, lang: str = "en") -> Chart:
    """Draw 90% intervals of parameters before and after calibration, most informed first.

    Parameters
    ----------
    calibration : Calibration
        Result of :func:`planner.calibrate`.
    most : int
        Maximum number of parameters shown.
    lang : {"en", "nl"}
    """
    table = calibration.parameters
    informed = table[table["says"] != "nothing"]
    title = say("before_after_title", lang, some=len(informed), all=len(table))
    if informed.empty:
        return empty_chart(say("before_after_none", lang), title)
    rows = informed.iloc[:most]
    drawn, axes = chart_with_axes(1.95 + ROW_INCHES * max(len(rows), 4))
    at = np.arange(len(rows))
    low, high = rows["before_low"].to_numpy(), rows["before_high"].to_numpy()
    wide = np.where(high > low, high - low, 1.0)
    axes.hlines(at, np.zeros(len(rows)), np.ones(len(rows)), color=COLOURS["resting"],
                linewidth=7)  # fmt: skip
    ends = [(rows[f"after{end}"].to_numpy() - low) / wide for end in ("_low", "_high", "")]
    axes.hlines(at, ends[0], ends[1], color=COLOURS["main_task_2"], linewidth=2.5)
    axes.plot(ends[2], at, "o", color=COLOURS["main_task_2"], markersize=5)
    set_rows(axes, [str(id) for id in rows["parameter"]], 4, LABEL_INCHES)
    axes.set_xticks([0, 1], [say("before_low", lang), say("before_high", lang)])
    style_axes(axes, "x")
    axes.spines["left"].set_visible(False)
    key = [
        Line2D([], [], color=COLOURS["resting"], linewidth=7, label=say("before", lang)),
        Line2D([], [], color=COLOURS["main_task_2"], linewidth=2.5, marker="o",
               label=say("after", lang)),
    ]  # fmt: skip
    subtitle = say("before_after_subtitle", lang, seen=len(calibration.seen),
                   until=calibration.until,
                   effective=number(calibration.effective, lang, 0))  # fmt: skip
    return add_frame(drawn, title, subtitle, "", key)


@figure("backtest", "places of later counts in their forecasts")
def pit(backtest: Backtest, lang: str = "en") -> Chart:
    """Draw the histogram of counts over the fifths of their forecasts (PIT), with its 90% band.

    Parameters
    ----------
    backtest : Backtest
        Result of :func:`planner.backtest`.
    lang : {"en", "nl"}
    """
    table = backtest.places
    outside = int(((table["counts"] < table["low"]) | (table["counts"] > table["high"])).sum())
    drawn, axes = chart_with_axes(3.2)
    width = float(table["to"].iloc[0] - table["from"].iloc[0])
    axes.bar(table["from"], table["counts"], width=0.92 * width, align="edge",
             color=COLOURS["main_task_2"])  # fmt: skip
    axes.axhspan(float(table["low"].iloc[0]), float(table["high"].iloc[0]),
                 color=COLOURS["quiet"], alpha=0.18, zorder=0)  # fmt: skip
    axes.axhline(len(backtest.seen) / len(table), color=COLOURS["quiet"], linewidth=1)
    style_axes(axes)
    number_axis(axes.yaxis, lang, 5)
    number_axis(axes.xaxis, lang, 6)
    axes.set_xlim(0, 1)
    axes.set_xlabel(say("pit_axis", lang))
    axes.set_ylabel(say("counts_axis", lang))
    key = [
        Patch(color=COLOURS["main_task_2"], label=say("counts_axis", lang)),
        Patch(color=COLOURS["quiet"], alpha=0.18, label=say("pit_band", lang)),
    ]
    title = say("pit_title" if not outside else "pit_title_out", lang, bins=outside)
    subtitle = say("pit_subtitle", lang, counts=len(backtest.seen), until=backtest.until)
    return add_frame(drawn, title, subtitle, "", key)


@figure("backtest", "later counts beside their forecasts")
def forecasts(backtest: Backtest, lang: str = "en") -> Chart:
    """Draw every later count with its forecast, as shares of the ceiling.

    Parameters
    ----------
    backtest : Backtest
        Result of :func:`planner.backtest`.
    lang : {"en", "nl"}
    """
    table = backtest.forecasts.sort_values(["month", "observation"], kind="stable")
    asked = table["asked"].to_numpy()
    drawn, axes = chart_with_axes(1.95 + ROW_INCHES * max(len(table), 4))
    at = np.arange(len(table))
    for low, high, size in (("q05", "q95", 2.0), ("q25", "q75", 6.0)):
        axes.hlines(at, table[low] / asked, table[high] / asked, color=COLOURS["resting"],
                    linewidth=size)  # fmt: skip
    seen = table["seen"].to_numpy()
    inside = ((table["q05"] <= seen) & (seen <= table["q95"])).to_numpy()
    for chosen, colour in ((inside, "ink"), (~inside, "alarm")):
        axes.plot(seen[chosen] / asked[chosen], at[chosen], "D", color=COLOURS[colour],
                  markersize=4)  # fmt: skip
    axes.axvline(1, color=COLOURS["quiet"], linewidth=0.8)
    set_rows(axes, [str(id) for id in table["observation"]], 4, LABEL_INCHES)
    style_axes(axes, "x")
    axes.spines["left"].set_visible(False)
    number_axis(axes.xaxis, lang, 6, percent=True)
    axes.set_xlabel(say("forecasts_axis", lang))
    key = [
        Line2D([], [], color=COLOURS["resting"], linewidth=6, label=say("half_inside", lang)),
        Line2D([], [], color=COLOURS["resting"], linewidth=2, label=say("most_inside", lang)),
        Line2D([], [], color=COLOURS["ink"], linewidth=0, marker="D", markersize=4,
               label=say("counted", lang)),
    ]  # fmt: skip
    title = say("forecasts_title", lang, inside=int(inside.sum()), all=len(table))
    subtitle = say("forecasts_subtitle", lang, until=backtest.until)
    return add_frame(drawn, title, subtitle, "", key)
