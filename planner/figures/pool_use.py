"""Stacked area charts: states of the people of each pool by month, against its strength."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from planner.figures.names import Names, check_known, ordinals
from planner.figures.style import (
    COLOURS,
    SERIES,
    Chart,
    add_frame,
    chart,
    chart_with_axes,
    empty_chart,
    month_axis,
    number_axis,
    style_axes,
    wrap_text,
)
from planner.figures.words import say
from planner.gallery import figure
from planner.labels import number, percent
from planner.solution import cover

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from planner.results.result import Tables

__all__ = ["crowd", "sand"]

STATES = ("on_duty", "preparing", "resting", "idle")
"""States from the bottom up; idle people fill the area up to the strength."""

HATCHES = {"preparing": "////", "resting": "..", "on_duty": "", "idle": ""}
SPARE_SHARE = 0.005
"""Share of the strength below which idle people do not count as spare."""
MAX_MISSIONS = 7
"""Maximum number of missions with a colour of their own."""
LAYER_HATCHES = ("", "////", "....", "\\\\\\\\")
"""Hatching of adjacent layers, so that they are distinct in grey."""


@figure("result", "what people of each pool do")
def sand(result: Tables, pool: str | None = None, lang: str = "en") -> Chart:
    """Draw the people on duty, preparing, resting and idle in each pool, against its strength.

    Parameters
    ----------
    result : Tables
    pool : str, optional
        Show one pool; by default all pools that have people, as small multiples.
    lang : {"en", "nl"}

    Raises
    ------
    ResultError
        The pool is unknown.
    """
    names, table = Names(result, lang), result.pools
    table = table.assign(when=ordinals(table["month"]))
    shown = _selected_pools(table, pool)
    if not shown:
        return empty_chart(say("no_pools", lang), say("pools", lang), names.source)
    columns = 1 if len(shown) == 1 else 3 if len(shown) <= 24 else 4
    rows = -(-len(shown) // columns)
    figure = chart(4.2 if len(shown) == 1 else 1.35 + 1.35 * rows)
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True)
    dry = {}
    for axes, id in zip(grid.flat, shown, strict=False):
        dry[id] = _panel(axes, table[table["pool"] == id], names, lang, len(shown) == 1)
        if len(shown) > 1:
            weight = "bold" if dry[id] else "normal"
            heading = ("× " if dry[id] else "") + names.pool(id)
            heading = wrap_text(heading, 6.3 / columns, 8, 2, weight)
            axes.set_title(heading, loc="left", fontsize=8, weight=weight)
    for place, axes in enumerate(grid.flat):
        if place >= len(shown):
            axes.set_axis_off()
        elif place + columns >= len(shown):
            axes.tick_params(labelbottom=True)
        if place < len(shown) and place % columns == 0:
            axes.set_ylabel(say("persons", lang))
    subtitle = say("sand_subtitle_one" if len(shown) == 1 else "sand_subtitle", lang)
    title = _title(table, shown, dry, names, lang)
    return add_frame(figure, title, subtitle, names.source, _key(lang))


def _selected_pools(table: pd.DataFrame, pool: str | None) -> list[str]:
    known = list(dict.fromkeys(table["pool"]))
    if pool is not None:
        check_known("pool", pool, known)
        return [pool]
    people = table.groupby("pool", sort=False)["strength_persons"].max()
    return [id for id in known if people[id] > 0] or known[:1]


def _panel(axes: Axes, rows: pd.DataFrame, names: Names, lang: str, alone: bool) -> int:
    """Draw one pool; return the number of months without spare people."""
    rows = rows.sort_values("when")
    first, last = names.span
    edges = np.append(rows["when"].to_numpy(), last + 1)
    floor = np.zeros(len(rows))
    for state in STATES:
        top = floor + np.maximum(rows[f"{state}_persons"].to_numpy(), 0)
        axes.fill_between(
            edges, np.append(floor, floor[-1]), np.append(top, top[-1]), step="post",
            facecolor=COLOURS[state], hatch=HATCHES[state], edgecolor="white", linewidth=0,
        )  # fmt: skip
        floor = top
    strength = rows["strength_persons"].to_numpy()
    axes.step(edges, np.append(strength, strength[-1]), where="post", color=COLOURS["strength"],
              linewidth=1.4)  # fmt: skip
    axes.set_ylim(0, max(strength.max(), floor.max(), 1e-6) * 1.06)
    style_axes(axes)
    number_axis(axes.yaxis, lang, 4)
    month_axis(axes, first, last, lang, minor=alone)
    if not alone:
        axes.tick_params(axis="x", labelsize=7.5)
    return int((rows["idle_persons"] <= SPARE_SHARE * rows["strength_persons"]).sum())


def _key(lang: str) -> list[Any]:
    boxes: list[Any] = [
        Patch(facecolor=COLOURS[state], hatch=HATCHES[state], edgecolor="white",
              label=say(state, lang))
        for state in STATES
    ]  # fmt: skip
    line = Line2D([], [], color=COLOURS["strength"], linewidth=1.4, label=say("strength", lang))
    return [*boxes, line]


def _title(
    table: pd.DataFrame, shown: list[str], dry: dict[str, int], names: Names, lang: str
) -> str:
    if len(shown) == 1:
        rows = table[table["pool"] == shown[0]]
        if dry[shown[0]]:
            key, values = "sand_title_one_short", {"count": dry[shown[0]], "all": len(rows)}
            return say(key, lang, pool=names.pool(shown[0]), **values)
        spare = number(float(np.floor(rows["idle_persons"].min())), lang, 0)
        return say("sand_title_one_spare", lang, pool=names.pool(shown[0]), spare=spare)
    short = sum(dry[id] > 0 for id in shown)
    if not short:
        return say("sand_title_none", lang)
    return say("sand_title_some", lang, count=short, all=len(shown))


@figure("result", "which missions tie a pool up")
def crowd(result: Tables, pool: str, lang: str = "en") -> Chart:
    """Draw the people of a pool tied up by each mission, against its strength.

    Parameters
    ----------
    result : Tables
    pool : str
        Its people in preparation, on duty or at rest count.
    lang : {"en", "nl"}

    Raises
    ------
    ResultError
        The pool is unknown.
    """
    names, table = Names(result, lang), result.pools
    _selected_pools(table, pool)
    people = _tied_up(result, pool, names)
    strength = table[table["pool"] == pool]["strength_persons"].to_numpy()
    if not people:
        return empty_chart(say("no_people", lang), names.pool(pool), names.source)
    first, last = names.span
    edges = np.arange(first, last + 2)
    figure, axes = chart_with_axes(4.4)
    floor = np.zeros(len(edges))
    for place, (name, column) in enumerate(people.items()):
        top = floor + np.append(column, column[-1])
        axes.fill_between(edges, floor, top, step="post", label=wrap_text(name, 3.4, 8, 2),
                          facecolor=SERIES[place % len(SERIES)], hatch=LAYER_HATCHES[place % 4],
                          edgecolor="white", linewidth=0.5)  # fmt: skip
        floor = top
    axes.step(edges, np.append(strength, strength[-1]), where="post", linewidth=1.6,
              color=COLOURS["strength"], label=say("strength", lang))  # fmt: skip
    axes.set_ylim(0, max(strength.max(), floor.max(), 1e-6) * 1.06)
    axes.set_ylabel(say("persons", lang))
    style_axes(axes)
    number_axis(axes.yaxis, lang)
    month_axis(axes, first, last, lang)
    name, largest = next(iter(people.items()))
    part = percent(float(largest.sum() / max(strength.sum(), 1e-9)), lang, 0)
    title = say("crowd_title", lang, pool=names.pool(pool), mission=name, share=part)
    key = axes.get_legend_handles_labels()[0]
    return add_frame(figure, title, say("crowd_subtitle", lang), names.source, key, 2)


def _tied_up(result: Tables, pool: str, names: Names) -> dict[str, np.ndarray]:
    """Return people tied up by month for the largest missions, and for all others together."""
    first, last = names.span
    tours = result.tours
    tours = tours[tours["pool"] == pool]
    if tours.empty:
        return {}
    mission = tours["demand"].map(result.demands.set_index("demand")["mission"])
    codes, known = mission.factorize()
    begin, end = (
        (ordinals(tours[column]) - first).to_numpy()
        for column in ("preparation_from", "rest_until")
    )
    people = tours["people_persons"].to_numpy()
    total = cover(codes, begin, end, people, (len(known), last - first + 1))
    order = np.argsort(-total.sum(axis=1), kind="stable")
    kept = {names.mission(known[place]): total[place] for place in order[:MAX_MISSIONS]}
    if len(order) > MAX_MISSIONS:
        rest = say("other_missions", names.lang, count=len(order) - MAX_MISSIONS)
        kept[rest] = total[order[MAX_MISSIONS:]].sum(axis=0)
    return kept
