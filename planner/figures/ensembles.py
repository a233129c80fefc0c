"""Ensembles: fill over time, displacement, probability to reach a fill rate, convergence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from planner.figures.names import EnsembleNames, check_known, is_share, ordinals
from planner.figures.style import (
    COLOURS,
    Chart,
    add_frame,
    chart_with_axes,
    empty_chart,
    month_axis,
    number_axis,
    set_rows,
    style_axes,
    style_row_axes,
)
from planner.figures.words import say
from planner.gallery import figure
from planner.labels import label, number, percent, rate, rough
from planner.montecarlo.estimates import student

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from planner.montecarlo.ensemble import Ensemble

__all__ = ["chance", "convergence", "fan", "spread"]

CENTRAL_50, CENTRAL_90 = "#6BAED6", "#C6DFF2"
"""Colours of the central 50% and 90% of the draws, which differ in lightness only."""
MAX_BINS = 30
"""Maximum number of bins of a histogram."""
ROW_INCHES = 0.205


@figure("ensemble", "fill over time with its spread")
def fan(
    futures: Ensemble, mission: str | None = None, main_task: int | None = 2, lang: str = "en"
) -> Chart:
    """Draw the fill rate by month: median, central 50% and central 90% of the draws.

    Parameters
    ----------
    futures : Ensemble
    mission : str, optional
        Show one mission.
    main_task : int or None
        Show a main task, or (None) all missions, if no mission is given.
    lang : {"en", "nl"}

    Raises
    ------
    ResultError
        The mission is unknown, or the ensemble keeps no persons by month.
    """
    names = EnsembleNames(futures, lang)
    key, wanted = ("mission", mission) if mission is not None else ("main_task", main_task)
    keys = () if wanted is None else (key,)
    whole, monthly = futures.fill_by(*keys), futures.fill_by(*keys, "month")
    if wanted is not None:
        if mission is not None:
            check_known("mission", mission, whole[key].tolist())
        whole, monthly = whole[whole[key] == wanted], monthly[monthly[key] == wanted]
    name = names.mission(mission) if mission is not None else _task_name(main_task, lang)
    if monthly.empty:
        title = say("fan_plain", lang, name=name)
        return empty_chart(say("nobody_asked", lang), title, names.source)
    figure, axes = chart_with_axes(4.0)
    _bands(axes, monthly, names)
    row = whole.iloc[0]
    title = say("fan_title", lang, name=name, mean=rate(row["mean"], lang, 0),
                low=rate(row["q05"], lang, 0), high=rate(row["q95"], lang, 0))  # fmt: skip
    subtitle = say("fan_subtitle", lang, draws=names.draws)
    return add_frame(figure, title, subtitle, names.source, _fan_key(lang))


def _task_name(main_task: int | None, lang: str) -> str:
    return say("all_missions", lang) if main_task is None else label(f"main_task_{main_task}", lang)


def _bands(axes: Axes, monthly: pd.DataFrame, names: EnsembleNames) -> None:
    first, last = names.span
    columns = ("q05", "q25", "q50", "q75", "q95")
    values = np.full((len(columns), last - first + 1), np.nan)
    at = (ordinals(monthly["month"]) - first).to_numpy()
    for row, column in zip(values, columns, strict=True):
        row[at] = monthly[column]
    when = np.repeat(np.arange(first, last + 2), 2)[1:-1]  # begin and end of each month
    low, begin, middle, end, high = np.repeat(values, 2, axis=1)
    axes.fill_between(when, low, high, facecolor=CENTRAL_90, linewidth=0)
    axes.fill_between(when, begin, end, facecolor=CENTRAL_50, linewidth=0)
    axes.plot(when, middle, color=COLOURS["strength"], linewidth=1.6)
    axes.set_ylim(0, 1.03)
    style_axes(axes)
    number_axis(axes.yaxis, names.lang, 5, percent=True)
    month_axis(axes, first, last, names.lang)
    axes.set_ylabel(say("fill_rate", names.lang))


def _fan_key(lang: str) -> list[Line2D | Patch]:
    return [
        Line2D([], [], color=COLOURS["strength"], linewidth=1.6, label=say("median", lang)),
        Patch(facecolor=CENTRAL_50, label=say("fan_50", lang)),
        Patch(facecolor=CENTRAL_90, label=say("fan_90", lang)),
    ]


@figure("ensemble", "distribution of the displacement")
def spread(futures: Ensemble, package: str | None = None, lang: str = "en") -> Chart:
    """Draw the distribution over the draws of the displacement of main task 2 by a package.

    Parameters
    ----------
    futures : Ensemble
    package : str, optional
        By default the one with the largest mean displacement.
    lang : {"en", "nl"}

    Raises
    ------
    ResultError
        The package is unknown.
    """
    names = EnsembleNames(futures, lang)
    lost = futures.displacement_by()
    known = lost["package"].tolist()
    if package is not None:
        check_known("package", package, known)
    if not known:
        return empty_chart(say("no_package", lang), say("displacement_plain", lang), names.source)
    chosen = package or known[int(lost["mean"].argmax())]
    row = lost[lost["package"] == chosen].iloc[0]
    drawn = futures.draws
    values = drawn.loc[drawn["proved"], f"displacement.{chosen}"].to_numpy()
    figure, axes = chart_with_axes(3.8)
    _histogram(axes, values, row, lang)
    title = say("spread_title", lang, package=names.package(chosen),
                mean=number(row["mean"], lang, 0),
                half=rough(float(row["high"] - row["low"]) / 2, lang),
                low=number(row["q05"], lang, 0), high=number(row["q95"], lang, 0))  # fmt: skip
    subtitle = say("spread_subtitle", lang, draws=names.draws)
    return add_frame(figure, title, subtitle, names.source, _spread_key(lang))


def _histogram(axes: Axes, values: np.ndarray, row: pd.Series, lang: str) -> None:
    bins = max(5, min(MAX_BINS, round(2 * len(values) ** (1 / 3))))
    low, high = min(0.0, float(values.min())), max(float(values.max()), 1.0)
    counts, edges = np.histogram(values, bins, (low, high))
    inside = (edges[:-1] < row["q95"]) & (edges[1:] > row["q05"])
    axes.bar(edges[:-1], counts / len(values), width=np.diff(edges), align="edge",
             color=[CENTRAL_50 if one else CENTRAL_90 for one in inside], edgecolor="white",
             linewidth=0.6)  # fmt: skip
    top = max(counts) / len(values) * 1.14
    axes.axvline(row["mean"], color=COLOURS["strength"], linewidth=1.6)
    if row["low"] < row["high"]:
        axes.plot([row["low"], row["high"]], [top * 0.95] * 2, color=COLOURS["strength"],
                  linewidth=1.6, marker="|", markersize=8)  # fmt: skip
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(0, top)
    style_axes(axes)
    number_axis(axes.xaxis, lang, 8)
    number_axis(axes.yaxis, lang, 5, percent=True)
    axes.set_xlabel(say("displaced_axis", lang))
    axes.set_ylabel(say("share_of_futures", lang))


def _spread_key(lang: str) -> list[Line2D | Patch]:
    return [
        Patch(facecolor=CENTRAL_50, label=say("fan_90", lang)),
        Patch(facecolor=CENTRAL_90, label=say("spread_rest", lang)),
        Line2D([], [], color=COLOURS["strength"], linewidth=1.6, marker="|", markersize=8,
               label=say("mean_interval", lang)),
    ]  # fmt: skip


@figure("ensemble", "probability that each mission reaches a fill rate")
def chance(
    futures: Ensemble, reach: float = 0.9, main_task: int | None = None, lang: str = "en"
) -> Chart:
    """Draw the probability that each mission reaches the fill rate `reach`, lowest first.

    Parameters
    ----------
    futures : Ensemble
    reach : float
        A fill rate.
    main_task : int, optional
        Only missions of this main task.
    lang : {"en", "nl"}
    """
    names = EnsembleNames(futures, lang)
    table = futures.fill_by("mission", "main_task", reach=reach)
    if main_task is not None:
        table = table[table["main_task"] == main_task]
    table = table.sort_values(["chance", "mean"], kind="stable")
    target = percent(reach, lang, 0)
    if table.empty:
        title_text = say("chance_plain", lang, target=target)
        return empty_chart(say("nobody_asked", lang), title_text, names.source)
    figure, axes = chart_with_axes(1.9 + ROW_INCHES * max(len(table), 4))
    _chances(axes, table, futures.metadata.design.replicates, names)
    few = int((table["chance"] < 0.5).sum())
    title = say("chance_title", lang, target=target, count=few, all=len(table))
    subtitle = say("chance_subtitle", lang, target=target, draws=names.draws)
    return add_frame(figure, title, subtitle, names.source)


def _chances(axes: Axes, table: pd.DataFrame, replicates: int, names: EnsembleNames) -> None:
    lang, at = names.lang, np.arange(len(table))
    values = table["chance"].to_numpy()
    half = np.nan_to_num(table["chance_standard_error"].to_numpy())
    half = half * float(student(0.95, max(replicates - 1, 1)))
    low, high = np.clip(values - half, 0, 1), np.clip(values + half, 0, 1)
    axes.barh(at, values, height=0.7, color=CENTRAL_50)
    axes.hlines(at, low, high, color=COLOURS["ink"], linewidth=1.2)
    axes.plot(low, at, "|", high, at, "|", color=COLOURS["ink"], markersize=5)
    for place, (value, edge) in enumerate(zip(values, high, strict=True)):
        axes.annotate(rate(value, lang, 0), (edge, place), (5, 0), textcoords="offset points",
                      va="center_baseline", size=8)  # fmt: skip
    set_rows(axes, [names.mission(id) for id in table["mission"]], 4)
    axes.set_xlim(0, 1.1)
    ticks = (0, 0.25, 0.5, 0.75, 1)
    axes.set_xticks(ticks, [percent(tick, lang, 0) for tick in ticks])
    axes.set_xlabel(say("chance_axis", lang))
    style_row_axes(axes)


def _limits(rows: pd.DataFrame) -> tuple[float, float]:
    """Return limits that contain all intervals but the first, widest quarter."""
    late = rows.iloc[len(rows) // 4 :]
    low = float(np.nanmin([late["low"].min(), rows["mean"].min()]))
    high = float(np.nanmax([late["high"].max(), rows["mean"].max()]))
    room = 0.05 * (high - low) or 0.05 * abs(high) or 1.0
    return low - room, high + room


@figure("ensemble", "a mean as draws are added")
def convergence(futures: Ensemble, quantity: str | None = None, lang: str = "en") -> Chart:
    """Draw the mean of a quantity with its 95 % interval, against the number of draws.

    Parameters
    ----------
    futures : Ensemble
    quantity : str, optional
        One of the headline quantities; by default displacement by the first package, or the fill
        of main task 2 if none exists.
    lang : {"en", "nl"}

    Raises
    ------
    ResultError
        The quantity is unknown.
    """
    names, table = EnsembleNames(futures, lang), futures.convergence
    known = list(dict.fromkeys(table["quantity"]))
    packages = futures.packages
    chosen = quantity or (f"displacement.{packages[0]}" if packages else "fill.main_task_2")
    check_known("quantity", chosen, known)
    rows = table[table["quantity"] == chosen]
    figure, axes = chart_with_axes(3.6)
    draws = rows["draws"].to_numpy()
    axes.fill_between(draws, rows["low"], rows["high"], facecolor=CENTRAL_90, linewidth=0)
    axes.plot(draws, rows["mean"], color=COLOURS["main_task_2"], linewidth=1.8,
              marker="o" if len(rows) < 3 else None, markersize=4)  # fmt: skip
    axes.set_xlim(0, max(float(draws[-1]), 1.0))
    axes.set_ylim(*_limits(rows))
    share = is_share(chosen)
    style_axes(axes)
    number_axis(axes.xaxis, lang, 8)
    number_axis(axes.yaxis, lang, 6, percent=share)
    axes.set_xlabel(say("draws_axis", lang))
    quantity_label = names.quantity(chosen)
    axes.set_ylabel(say("fill_rate" if share else "person_months", lang))
    end = rows.iloc[-1]
    half = names.amount(chosen, float(end["high"] - end["low"]) / 2)
    key = [
        Line2D([], [], color=COLOURS["main_task_2"], linewidth=1.8, label=say("mean", lang)),
        Patch(facecolor=CENTRAL_90, label=say("interval", lang)),
    ]
    title = say(
        "converge_title" if np.isfinite(end["high"]) else "converge_title_few", lang,
        draws=names.draws, half=half, quantity=quantity_label,
        mean=names.amount(chosen, end["mean"]),
    )  # fmt: skip
    return add_frame(figure, title, say("converge_subtitle", lang), names.source, key)
