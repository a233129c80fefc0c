"""What drives a result: rank correlations from the draws at hand, and Sobol indices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from planner.errors import ResultError, nearest
from planner.figures.names import EnsembleNames, quantity_name
from planner.figures.style import (
    COLOURS,
    Chart,
    chart,
    empty,
    finish,
    name_rows,
    number_axis,
    style,
    tidy_rows,
)
from planner.figures.words import say
from planner.gallery import figure
from planner.labels import number, percent

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from planner.montecarlo.ensemble import Ensemble
    from planner.montecarlo.sensitivity import Sensitivity

__all__ = ["indices", "ranking"]

MOST = 16
"""Figures shown."""
ROW = 0.26
LONG = 3.1
"""Inches for what figures are called."""


@figure("ensemble", "which parameters a quantity depends on")
def ranking(
    futures: Ensemble, quantity: str | None = None, most: int = MOST, lang: str = "en"
) -> Chart:
    """Draw which uncertain figures go with a quantity: their rank correlations, strongest first.

    Parameters
    ----------
    futures : Ensemble
    quantity : str, optional
        Such as ``displacement.eastern-flank`` or ``fill.untso``; by default what the first package
        displaces, or the fill of all if none exists.
    most : int
        Figures shown.
    lang : {"en", "nl"}

    Raises
    ------
    InputError
        The quantity is unknown.
    """
    names = EnsembleNames(futures, lang)
    table = futures.ranking if quantity is None else futures.rank(quantity)
    with style():
        if table.empty or not (table["rank_correlation"] != 0).any():
            return empty(say("c_certain", lang), say("ranking_plain", lang), names.source)
        chosen = str(table["quantity"].iloc[0])
        table = table[table["quantity"] == chosen]
        clear = int(table["clear"].sum())
        rows = table[table["rank_correlation"] != 0].iloc[:most]
        figure = chart(1.95 + ROW * max(len(rows), 4))
        axes = figure.subplots()
        _correlations(axes, rows, names)
        first = rows.iloc[0]
        title = say(
            "ranking_title" if clear else "ranking_title_none", lang,
            factor=names.factor(first["factor"]), quantity=names.quantity(chosen),
            share=percent(float(first["explains"]), lang, 0), draws=names.draws,
        )  # fmt: skip
        subtitle = say("ranking_subtitle", lang, quantity=names.quantity(chosen), count=clear,
                       all=len(table))  # fmt: skip
        return finish(figure, title, subtitle, names.source, _ranking_key(lang))


def _correlations(axes: Axes, rows: pd.DataFrame, names: EnsembleNames) -> None:
    at = np.arange(len(rows))
    rho, clear = rows["rank_correlation"].to_numpy(), rows["clear"].to_numpy(dtype=bool)
    axes.hlines(at, rows["low"], rows["high"], color=COLOURS["quiet"], linewidth=1.2)
    for chosen, face in ((clear, COLOURS["main_task_2"]), (~clear, "white")):
        axes.plot(rho[chosen], at[chosen], "o", color=face, markersize=6, zorder=3,
                  markeredgecolor=COLOURS["main_task_2"])  # fmt: skip
    axes.axvline(0, color=COLOURS["ink"], linewidth=0.8)
    edge = np.nanmax(np.abs(rows[["low", "high", "rank_correlation"]].to_numpy(dtype=float)))
    axes.set_xlim(-min(1.05 * edge + 0.02, 1), min(1.05 * edge + 0.02, 1))
    called = [names.factor(str(id)) for id in rows["factor"]]
    name_rows(axes, list(at), called, LONG)
    axes.set_ylim(max(len(rows), 4) - 0.4, -0.6)
    tidy_rows(axes)
    number_axis(axes.xaxis, names.lang, 6)
    axes.set_xlabel(say("ranking_axis", names.lang))


def _ranking_key(lang: str) -> list[Line2D]:
    return [
        Line2D(
            [],
            [],
            linewidth=0,
            marker="o",
            markersize=6,
            color=face,
            markeredgecolor=COLOURS["main_task_2"],
            label=say(word, lang),
        )
        for face, word in ((COLOURS["main_task_2"], "ranking_clear"), ("white", "ranking_chance"))
    ] + [Line2D([], [], color=COLOURS["quiet"], linewidth=1.2, label=say("interval_95", lang))]


@figure("sensitivity", "parameters that cause the spread of a quantity")
def indices(
    found: Sensitivity, quantity: str | None = None, source: str = "", lang: str = "en"
) -> Chart:
    """Draw which groups of uncertain figures the spread of a quantity comes from: Sobol indices.

    Parameters
    ----------
    found : Sensitivity
        Of :func:`planner.sensitivity`.
    quantity : str, optional
        One of those asked for; by default the first.
    source : str
        What stands in the corner.
    lang : {"en", "nl"}

    Raises
    ------
    ResultError
        The quantity is unknown.
    """
    table = found.table
    known = list(dict.fromkeys(table["quantity"]))
    chosen = known[0] if quantity is None else quantity
    if chosen not in known:
        raise ResultError(f"no such quantity {chosen!r}{nearest(chosen, known)}")
    rows = table[table["quantity"] == chosen].reset_index(drop=True)
    with style():
        figure = chart(1.9 + 0.42 * max(len(rows), 3))
        axes = figure.subplots()
        at = np.arange(len(rows))
        for kind, shift, colour in (("total", -0.19, COLOURS["resting"]),
                                    ("first", 0.19, COLOURS["main_task_2"])):  # fmt: skip
            axes.barh(at + shift, np.maximum(rows[kind], 0), height=0.36, color=colour)
            axes.hlines(at + shift, rows[f"{kind}_low"], rows[f"{kind}_high"],
                        color=COLOURS["ink"], linewidth=1.1)  # fmt: skip
        name_rows(axes, list(at), [_theme(str(name), lang) for name in rows["group"]])
        axes.set_ylim(max(len(rows), 3) - 0.4, -0.6)
        ends = rows[["first_low", "first_high", "total_low", "total_high"]].to_numpy(dtype=float)
        low, high = np.clip([np.nanmin(ends), np.nanmax(ends)], -0.15, 1.05)  # the rest is noise
        axes.set_xlim(min(0.0, float(low)), max(1.03 * float(high), 0.05))
        axes.axvline(0, color=COLOURS["ink"], linewidth=0.8)
        tidy_rows(axes)
        number_axis(axes.xaxis, lang, 6, percent=True)
        axes.set_xlabel(say("variance_axis", lang))
        key = [
            Patch(color=COLOURS["resting"], label=say("indices_total", lang)),
            Patch(color=COLOURS["main_task_2"], label=say("indices_first", lang)),
            Line2D([], [], color=COLOURS["ink"], linewidth=1.1, label=say("interval_95", lang)),
        ]
        share = percent(float(rows["total"].iloc[0]), lang, 0)
        title = say("indices_title", lang, group=_theme(str(rows["group"].iloc[0]), lang),
                    share=share, quantity=quantity_name(chosen, None, lang))  # fmt: skip
        subtitle = say("indices_subtitle", lang, count=number(found.plans, lang, 0))
        return finish(figure, title, subtitle, source, key)


def _theme(name: str, lang: str) -> str:
    """Return what a group is called: a theme in a language, a name of one's own as it is."""
    try:
        return say("theme_" + name.replace(" ", "_"), lang)
    except KeyError:
        return name
