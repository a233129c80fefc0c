"""Sand charts: what the people of each pool do, month by month, against its strength."""

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
    chart,
    empty,
    finish,
    fit,
    month_axis,
    number_axis,
    style,
    tidy,
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
"""From the bottom up; what is idle fills the room below the strength."""

HATCHES = {"preparing": "////", "resting": "..", "on_duty": "", "idle": ""}
SPARE = 0.005
"""Fewer idle than this share of the strength are no people to spare."""
MOST = 7
"""Missions with a colour of their own."""
TEXTURES = ("", "////", "....", "\\\\\\\\")
"""Hatching of layers that lie on each other, so that they part in grey as well."""


@figure("result", "what people of each pool do")
def sand(result: Tables, pool: str | None = None, lang: str = "en") -> Chart:
    """Draw who is on duty, preparing, resting and idle in each pool, against its strength.

    Parameters
    ----------
    result : Tables
    pool : str, optional
        One pool, large; by default all pools that have people, as small multiples.
    lang : {"en", "nl"}

    Raises
    ------
    ResultError
        The pool is unknown.
    """
    names, table = Names(result, lang), result.pools
    table = table.assign(when=ordinals(table["month"]))
    shown = _chosen(table, pool)
    with style():
        if not shown:
            return empty(say("no_pools", lang), say("pools", lang), names.source)
        columns = 1 if len(shown) == 1 else 3 if len(shown) <= 24 else 4
        rows = -(-len(shown) // columns)
        figure = chart(4.2 if len(shown) == 1 else 1.35 + 1.35 * rows)
        grid = figure.subplots(rows, columns, squeeze=False, sharex=True)
        dry = {}
        for axes, id in zip(grid.flat, shown, strict=False):
            dry[id] = _panel(axes, table[table["pool"] == id], names, lang, len(shown) == 1)
            if len(shown) > 1:
                weight = "bold" if dry[id] else "normal"
                called = ("× " if dry[id] else "") + names.pool(id)
                called = fit(called, 6.3 / columns, 8, 2, weight)
                axes.set_title(called, loc="left", fontsize=8, weight=weight)
        for place, axes in enumerate(grid.flat):
            if place >= len(shown):
                axes.set_axis_off()
            elif place + columns >= len(shown):
                axes.tick_params(labelbottom=True)
            if place < len(shown) and place % columns == 0:
                axes.set_ylabel(say("persons", lang))
        subtitle = say("sand_subtitle_one" if len(shown) == 1 else "sand_subtitle", lang)
        title = _title(table, shown, dry, names, lang)
        return finish(figure, title, subtitle, names.source, _key(lang))


def _chosen(table: pd.DataFrame, pool: str | None) -> list[str]:
    known = list(dict.fromkeys(table["pool"]))
    if pool is not None:
        check_known("pool", pool, known)
        return [pool]
    people = table.groupby("pool", sort=False)["strength_persons"].max()
    return [id for id in known if people[id] > 0] or known[:1]


def _panel(axes: Axes, rows: pd.DataFrame, names: Names, lang: str, alone: bool) -> int:
    """Draw one pool; return the number of months without people to spare."""
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
    tidy(axes)
    number_axis(axes.yaxis, lang, 4)
    month_axis(axes, first, last, lang, minor=alone)
    if not alone:
        axes.tick_params(axis="x", labelsize=7.5)
    return int((rows["idle_persons"] <= SPARE * rows["strength_persons"]).sum())


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
    """Draw which missions tie up the people of a pool, against its strength.

    Parameters
    ----------
    result : Tables
    pool : str
        Whoever prepares, serves or rests counts.
    lang : {"en", "nl"}

    Raises
    ------
    ResultError
        The pool is unknown.
    """
    names, table = Names(result, lang), result.pools
    _chosen(table, pool)
    people = _tied_up(result, pool, names)
    strength = table[table["pool"] == pool]["strength_persons"].to_numpy()
    with style():
        if not people:
            return empty(say("no_people", lang), names.pool(pool), names.source)
        first, last = names.span
        edges = np.arange(first, last + 2)
        figure = chart(4.4)
        axes = figure.subplots()
        floor = np.zeros(len(edges))
        for place, (name, column) in enumerate(people.items()):
            top = floor + np.append(column, column[-1])
            axes.fill_between(edges, floor, top, step="post", label=fit(name, 3.4, 8, 2),
                              facecolor=SERIES[place % len(SERIES)], hatch=TEXTURES[place % 4],
                              edgecolor="white", linewidth=0.5)  # fmt: skip
            floor = top
        axes.step(edges, np.append(strength, strength[-1]), where="post", linewidth=1.6,
                  color=COLOURS["strength"], label=say("strength", lang))  # fmt: skip
        axes.set_ylim(0, max(strength.max(), floor.max(), 1e-6) * 1.06)
        axes.set_ylabel(say("persons", lang))
        tidy(axes)
        number_axis(axes.yaxis, lang)
        month_axis(axes, first, last, lang)
        name, most = next(iter(people.items()))
        part = percent(float(most.sum() / max(strength.sum(), 1e-9)), lang, 0)
        title = say("crowd_title", lang, pool=names.pool(pool), mission=name, share=part)
        key = axes.get_legend_handles_labels()[0]
        return finish(figure, title, say("crowd_subtitle", lang), names.source, key, 2)


def _tied_up(result: Tables, pool: str, names: Names) -> dict[str, np.ndarray]:
    """Return people tied up by month for each mission, the largest first, the rest together."""
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
    kept = {names.mission(known[place]): total[place] for place in order[:MOST]}
    if len(order) > MOST:
        rest = say("other_missions", names.lang, count=len(order) - MOST)
        kept[rest] = total[order[MOST:]].sum(axis=0)
    return kept
