"""Many futures: fill over time, displacement, the chance to reach a fill, convergence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from planner.figures.names import EnsembleNames, check_known, is_share, ordinals
from planner.figures.style import (
    COLOURS,
    Chart,
    chart,
    empty,
    finish,
    month_axis,
    named_rows,
    number_axis,
    style,
    tidy,
    tidy_rows,
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

HALF, MOST = "#6BAED6", "#C6DFF2"
"""Half of all futures, and nine in ten: distinguished by lightness alone."""
BARS = 30
"""Most bars of a distribution."""
ROW = 0.205


@figure("ensemble", "fill over time with its spread")
def fan(
    futures: Ensemble, mission: str | None = None, main_task: int | None = 2, lang: str = "en"
) -> Chart:
    """Draw the fill rate month by month: its median, half of all futures, and nine in ten.

    Parameters
    ----------
    futures : Ensemble
    mission : str, optional
        Of one mission.
    main_task : int or None
        Of a main task, or (None) of all missions, where no mission is named.
    lang : {"en", "nl"}

    Raises
    ------
    ResultError
        The mission is unknown, or people by month were not kept.
    """
    names = EnsembleNames(futures, lang)
    key, wanted = ("mission", mission) if mission is not None else ("main_task", main_task)
    keys = () if wanted is None else (key,)
    whole, monthly = futures.fill_by(*keys), futures.fill_by(*keys, "month")
    if wanted is not None:
        if mission is not None:
            check_known("mission", mission, whole[key].tolist())
        whole, monthly = whole[whole[key] == wanted], monthly[monthly[key] == wanted]
    called = names.mission(mission) if mission is not None else _task(main_task, lang)
    with style():
        if monthly.empty:
            title = say("fan_plain", lang, name=called)
            return empty(say("nobody_asked", lang), title, names.source)
        figure = chart(4.0)
        axes = figure.subplots()
        _bands(axes, monthly, names)
        row = whole.iloc[0]
        title = say("fan_title", lang, name=called, mean=rate(row["mean"], lang, 0),
                    low=rate(row["q05"], lang, 0), high=rate(row["q95"], lang, 0))  # fmt: skip
        subtitle = say("fan_subtitle", lang, draws=names.draws)
        return finish(figure, title, subtitle, names.source, _fan_key(lang))


def _task(main_task: int | None, lang: str) -> str:
    return say("all_missions", lang) if main_task is None else label(f"main_task_{main_task}", lang)


def _bands(axes: Axes, monthly: pd.DataFrame, names: EnsembleNames) -> None:
    first, last = names.span
    columns = ("q05", "q25", "q50", "q75", "q95")
    values = np.full((len(columns), last - first + 1), np.nan)
    at = (ordinals(monthly["month"]) - first).to_numpy()
    for row, column in zip(values, columns, strict=True):
        row[at] = monthly[column]
    when = np.repeat(np.arange(first, last + 2), 2)[1:-1]  # a month from its beginning to its end
    low, begin, middle, end, high = np.repeat(values, 2, axis=1)
    axes.fill_between(when, low, high, facecolor=MOST, linewidth=0)
    axes.fill_between(when, begin, end, facecolor=HALF, linewidth=0)
    axes.plot(when, middle, color=COLOURS["strength"], linewidth=1.6)
    axes.set_ylim(0, 1.03)
    tidy(axes)
    number_axis(axes.yaxis, names.lang, 5, percent=True)
    month_axis(axes, first, last, names.lang)
    axes.set_ylabel(say("fill_rate", names.lang))


def _fan_key(lang: str) -> list[Line2D | Patch]:
    return [
        Line2D([], [], color=COLOURS["strength"], linewidth=1.6, label=say("median", lang)),
        Patch(facecolor=HALF, label=say("fan_50", lang)),
        Patch(facecolor=MOST, label=say("fan_90", lang)),
    ]


@figure("ensemble", "distribution of the displacement")
def spread(futures: Ensemble, package: str | None = None, lang: str = "en") -> Chart:
    """Draw how displacement of main task 2 by a package is distributed over the futures.

    Parameters
    ----------
    futures : Ensemble
    package : str, optional
        By default the one that displaces most on average.
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
    with style():
        if not known:
            return empty(say("no_package", lang), say("displacement_plain", lang), names.source)
        chosen = package or known[int(lost["mean"].argmax())]
        row = lost[lost["package"] == chosen].iloc[0]
        drawn = futures.draws
        values = drawn.loc[drawn["proved"], f"displacement.{chosen}"].to_numpy()
        figure = chart(3.8)
        axes = figure.subplots()
        _histogram(axes, values, row, lang)
        title = say("spread_title", lang, package=names.package(chosen),
                    mean=number(row["mean"], lang, 0),
                    half=rough(float(row["high"] - row["low"]) / 2, lang),
                    low=number(row["q05"], lang, 0), high=number(row["q95"], lang, 0))  # fmt: skip
        subtitle = say("spread_subtitle", lang, draws=names.draws)
        return finish(figure, title, subtitle, names.source, _spread_key(lang))


def _histogram(axes: Axes, values: np.ndarray, row: pd.Series, lang: str) -> None:
    bins = max(5, min(BARS, round(2 * len(values) ** (1 / 3))))
    low, high = min(0.0, float(values.min())), max(float(values.max()), 1.0)
    counts, edges = np.histogram(values, bins, (low, high))
    inside = (edges[:-1] < row["q95"]) & (edges[1:] > row["q05"])
    axes.bar(edges[:-1], counts / len(values), width=np.diff(edges), align="edge",
             color=[HALF if one else MOST for one in inside], edgecolor="white",
             linewidth=0.6)  # fmt: skip
    top = max(counts) / len(values) * 1.14
    axes.axvline(row["mean"], color=COLOURS["strength"], linewidth=1.6)
    if row["low"] < row["high"]:
        axes.plot([row["low"], row["high"]], [top * 0.95] * 2, color=COLOURS["strength"],
                  linewidth=1.6, marker="|", markersize=8)  # fmt: skip
    axes.set_xlim(edges[0], edges[-1])
    axes.set_ylim(0, top)
    tidy(axes)
    number_axis(axes.xaxis, lang, 8)
    number_axis(axes.yaxis, lang, 5, percent=True)
    axes.set_xlabel(say("displaced_axis", lang))
    axes.set_ylabel(say("share_of_futures", lang))


def _spread_key(lang: str) -> list[Line2D | Patch]:
    return [
        Patch(facecolor=HALF, label=say("fan_90", lang)),
        Patch(facecolor=MOST, label=say("spread_rest", lang)),
        Line2D([], [], color=COLOURS["strength"], linewidth=1.6, marker="|", markersize=8,
               label=say("mean_interval", lang)),
    ]  # fmt: skip


@figure("ensemble", "probability that each mission reaches a fill rate")
def chance(
    futures: Ensemble, reach: float = 0.9, main_task: int | None = None, lang: str = "en"
) -> Chart:
    """Draw each mission's chance of a fill of at least `reach`, lowest first.

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
    with style():
        if table.empty:
            plain = say("chance_plain", lang, target=target)
            return empty(say("nobody_asked", lang), plain, names.source)
        figure = chart(1.9 + ROW * max(len(table), 4))
        axes = figure.subplots()
        _chances(axes, table, futures.metadata.design.replicates, names)
        few = int((table["chance"] < 0.5).sum())
        title = say("chance_title", lang, target=target, count=few, all=len(table))
        subtitle = say("chance_subtitle", lang, target=target, draws=names.draws)
        return finish(figure, title, subtitle, names.source)


def _chances(axes: Axes, table: pd.DataFrame, replicates: int, names: EnsembleNames) -> None:
    lang, at = names.lang, np.arange(len(table))
    values = table["chance"].to_numpy()
    half = np.nan_to_num(table["chance_standard_error"].to_numpy())
    half = half * float(student(0.95, max(replicates - 1, 1)))
    low, high = np.clip(values - half, 0, 1), np.clip(values + half, 0, 1)
    axes.barh(at, values, height=0.7, color=HALF)
    axes.hlines(at, low, high, color=COLOURS["ink"], linewidth=1.2)
    axes.plot(low, at, "|", high, at, "|", color=COLOURS["ink"], markersize=5)
    for place, (value, edge) in enumerate(zip(values, high, strict=True)):
        axes.annotate(rate(value, lang, 0), (edge, place), (5, 0), textcoords="offset points",
                      va="center_baseline", size=8)  # fmt: skip
    named_rows(axes, [names.mission(id) for id in table["mission"]], 4)
    axes.set_xlim(0, 1.1)
    ticks = (0, 0.25, 0.5, 0.75, 1)
    axes.set_xticks(ticks, [percent(tick, lang, 0) for tick in ticks])
    axes.set_xlabel(say("chance_axis", lang))
    tidy_rows(axes)


def _limits(rows: pd.DataFrame) -> tuple[float, float]:
    """Return limits that hold all but the first, wildest quarter of the intervals."""
    late = rows.iloc[len(rows) // 4 :]
    low = float(np.nanmin([late["low"].min(), rows["mean"].min()]))
    high = float(np.nanmax([late["high"].max(), rows["mean"].max()]))
    room = 0.05 * (high - low) or 0.05 * abs(high) or 1.0
    return low - room, high + room


@figure("ensemble", "a mean as draws are added")
def convergence(futures: Ensemble, quantity: str | None = None, lang: str = "en") -> Chart:
    """Draw the mean of a quantity, with its 95 % interval, as the number of draws grows.

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
    with style():
        figure = chart(3.6)
        axes = figure.subplots()
        draws = rows["draws"].to_numpy()
        axes.fill_between(draws, rows["low"], rows["high"], facecolor=MOST, linewidth=0)
        axes.plot(draws, rows["mean"], color=COLOURS["main_task_2"], linewidth=1.8,
                  marker="o" if len(rows) < 3 else None, markersize=4)  # fmt: skip
        axes.set_xlim(0, max(float(draws[-1]), 1.0))
        axes.set_ylim(*_limits(rows))
        share = is_share(chosen)
        tidy(axes)
        number_axis(axes.xaxis, lang, 8)
        number_axis(axes.yaxis, lang, 6, percent=share)
        axes.set_xlabel(say("draws_axis", lang))
        called = names.quantity(chosen)
        axes.set_ylabel(say("fill_rate" if share else "person_months", lang))
        end = rows.iloc[-1]
        half = names.amount(chosen, float(end["high"] - end["low"]) / 2)
        key = [
            Line2D([], [], color=COLOURS["main_task_2"], linewidth=1.8, label=say("mean", lang)),
            Patch(facecolor=MOST, label=say("interval", lang)),
        ]
        title = say(
            "converge_title" if np.isfinite(end["high"]) else "converge_title_few", lang,
            draws=names.draws, half=half, quantity=called, mean=names.amount(chosen, end["mean"]),
        )  # fmt: skip
        return finish(figure, title, say("converge_subtitle", lang), names.source, key)
