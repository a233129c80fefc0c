"""Drivers of a result: rank correlations, Sobol indices, and single changes of assumptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from planner.figures.names import (
    EnsembleNames,
    Names,
    check_known,
    parameter_name,
    quantity_name,
)
from planner.figures.style import (
    COLOURS,
    Chart,
    add_frame,
    chart_with_axes,
    empty_chart,
    number_axis,
    set_rows,
    style_row_axes,
)
from planner.figures.words import say
from planner.gallery import figure
from planner.labels import label, number, percent, rough
from planner.montecarlo.words import theme

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from planner.analysis.robustness import Robustness
    from planner.montecarlo.ensemble import Ensemble
    from planner.montecarlo.sensitivity import Sensitivity

__all__ = ["indices", "input_name", "ranking", "tornado"]

MAX_PARAMETERS = 16
"""Maximum number of parameters shown."""

ROW_INCHES = 0.26
LABEL_INCHES = 3.1
"""Width of the names of parameters, inches."""

MAX_INPUTS = 14
"""Maximum number of inputs shown."""

MIN_WIDTH = 0.5
"""Smallest change of the displacement by an input that is shown, person-months."""


@figure("ensemble", "which parameters a quantity depends on")
def ranking(
    futures: Ensemble, quantity: str | None = None, most: int = MAX_PARAMETERS, lang: str = "en"
) -> Chart:
    """Draw the rank correlations of a quantity with uncertain parameters, strongest first.

    Parameters
    ----------
    futures : Ensemble
    quantity : str, optional
        Such as ``displacement.eastern-flank`` or ``fill.untso``; by default the displacement by
        the first package, or the fill of all missions without a package.
    most : int
        Maximum number of parameters shown.
    lang : {"en", "nl"}

    Raises
    ------
    InputError
        The quantity is unknown.
    """
    names = EnsembleNames(futures, lang)
    table = futures.ranking if quantity is None else futures.rank(quantity)
    if table.empty or not (table["rank_correlation"] != 0).any():
        return empty_chart(say("c_certain", lang), say("ranking_plain", lang), names.source)
    chosen = str(table["quantity"].iloc[0])
    table = table[table["quantity"] == chosen]
    clear = int(table["clear"].sum())
    rows = table[table["rank_correlation"] != 0].iloc[:most]
    figure, axes = chart_with_axes(1.95 + ROW_INCHES * max(len(rows), 4))
    _correlations(axes, rows, names)
    first = rows.iloc[0]
    title = say(
        "ranking_title" if clear else "ranking_title_none", lang,
        factor=names.factor(first["factor"]), quantity=names.quantity(chosen),
        share=percent(float(first["explains"]), lang, 0), draws=names.draws,
    )  # fmt: skip
    subtitle = say("ranking_subtitle", lang, quantity=names.quantity(chosen), count=clear,
                   all=len(table))  # fmt: skip
    return add_frame(figure, title, subtitle, names.source, _ranking_key(lang))


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
    set_rows(axes, [names.factor(str(id)) for id in rows["factor"]], 4, LABEL_INCHES)
    style_row_axes(axes)
    number_axis(axes.xaxis, names.lang, 6)
    axes.set_xlabel(say("ranking_axis", names.lang))


def _ranking_key(lang: str) -> list[Line2D]:
    return [
        *(
            Line2D([], [], linewidth=0, marker="o", markersize=6, color=face,
                   markeredgecolor=COLOURS["main_task_2"], label=say(word, lang))
            for word, face in (("ranking_clear", COLOURS["main_task_2"]),
                               ("ranking_chance", "white"))
        ),
        Line2D([], [], color=COLOURS["quiet"], linewidth=1.2, label=say("interval_95", lang)),
    ]  # fmt: skip


@figure("sensitivity", "parameters that cause the spread of a quantity")
def indices(
    found: Sensitivity, quantity: str | None = None, source: str = "", lang: str = "en"
) -> Chart:
    """Draw the Sobol indices of a quantity for groups of uncertain parameters.

    Parameters
    ----------
    found : Sensitivity
        Result of :func:`planner.sensitivity`.
    quantity : str, optional
        One of those asked for; by default the first.
    source : str
        Source line.
    lang : {"en", "nl"}

    Raises
    ------
    ResultError
        The quantity is unknown.
    """
    table = found.table
    known = list(dict.fromkeys(table["quantity"]))
    chosen = known[0] if quantity is None else quantity
    check_known("quantity", chosen, known)
    rows = table[table["quantity"] == chosen].reset_index(drop=True)
    figure, axes = chart_with_axes(1.9 + 0.42 * max(len(rows), 3))
    at = np.arange(len(rows))
    for kind, shift, colour in (("total", -0.19, COLOURS["resting"]),
                                ("first", 0.19, COLOURS["main_task_2"])):  # fmt: skip
        axes.barh(at + shift, np.maximum(rows[kind], 0), height=0.36, color=colour)
        axes.hlines(at + shift, rows[f"{kind}_low"], rows[f"{kind}_high"],
                    color=COLOURS["ink"], linewidth=1.1)  # fmt: skip
    set_rows(axes, [theme(str(name), lang) for name in rows["group"]], 3)
    ends = rows[["first_low", "first_high", "total_low", "total_high"]].to_numpy(dtype=float)
    low, high = np.clip([np.nanmin(ends), np.nanmax(ends)], -0.15, 1.05)  # beyond it is noise
    axes.set_xlim(min(0.0, float(low)), max(1.03 * float(high), 0.05))
    axes.axvline(0, color=COLOURS["ink"], linewidth=0.8)
    style_row_axes(axes)
    number_axis(axes.xaxis, lang, 6, percent=True)
    axes.set_xlabel(say("variance_axis", lang))
    key = [
        Patch(color=COLOURS["resting"], label=say("indices_total", lang)),
        Patch(color=COLOURS["main_task_2"], label=say("indices_first", lang)),
        Line2D([], [], color=COLOURS["ink"], linewidth=1.1, label=say("interval_95", lang)),
    ]
    share = percent(float(rows["total"].iloc[0]), lang, 0)
    title = say("indices_title", lang, group=theme(str(rows["group"].iloc[0]), lang),
                share=share, quantity=quantity_name(chosen, None, lang))  # fmt: skip
    subtitle = say("indices_subtitle", lang, count=number(found.plans, lang, 0))
    return add_frame(figure, title, subtitle, source, key)


@figure("robustness", "which single assumption moves the displacement most")
def tornado(
    robustness: Robustness, names: Names | None = None, most: int = MAX_INPUTS, lang: str = "en"
) -> Chart:
    """Draw the range of the displacement by a package as each input varies alone, widest first.

    Parameters
    ----------
    robustness : Robustness
        Result of :func:`planner.analysis.robustness`.
    names : Names, optional
        Names of a result of the scenario, for the names of inputs and the source line.
    most : int
        Maximum number of inputs shown.
    lang : {"en", "nl"}
    """
    found, source = robustness, "" if names is None else names.source_by(robustness.rule)
    package = found.package if names is None else names.package(found.package)
    count = number(found.plans, lang, 0)
    title = say("tornado_title", lang, package=package)
    rows = [row for row in found.swings if row.width_person_months >= MIN_WIDTH][:most]
    if not rows:
        return empty_chart(say("tornado_nothing", lang, count=count), title, source)
    drawn, axes = chart_with_axes(1.95 + ROW_INCHES * max(len(rows), 4))
    at, now = np.arange(len(rows)), found.displaced_person_months
    low = np.array([row.smallest_person_months for row in rows])
    high = np.array([row.largest_person_months for row in rows])
    axes.barh(at, now - low, left=low, height=0.62, color=COLOURS["resting"])
    axes.barh(at, high - now, left=now, height=0.62, color=COLOURS["main_task_2"])
    axes.axvline(now, color=COLOURS["ink"], linewidth=0.9)
    labels = [row.input for row in rows]
    if names is not None:
        labels = [input_name(id, names, lang) for id in labels]
    set_rows(axes, labels, 4, LABEL_INCHES)
    style_row_axes(axes)
    number_axis(axes.xaxis, lang, 6)
    axes.set_xlabel(label("person_months", lang))
    subtitle = say("tornado_subtitle", lang, count=count, now=rough(now, lang),
                   rule=label(found.rule, lang))  # fmt: skip
    key = [
        Patch(color=COLOURS["resting"], label=say("tornado_less", lang)),
        Patch(color=COLOURS["main_task_2"], label=say("tornado_more", lang)),
    ]
    return add_frame(drawn, title, subtitle, source, key)


def input_name(id: str, names: Names, lang: str) -> str:
    """Return the name of an input of :func:`planner.analysis.robustness`.

    Examples
    --------
    >>> import planner as pl
    >>> names = Names(pl.allocate("letter"))
    >>> input_name("pool.staff.posts", names, "en"), input_name("rule", names, "en")
    ('Staff officers and observers: posts', 'rule')
    """
    if id in ("rule", "window"):
        return say(f"tornado_{id}", lang)
    return parameter_name(id, names)
