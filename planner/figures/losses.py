"""Displacement by mission, sorted, with its range where it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.errors import ResultError, nearest
from planner.figures.names import Names
from planner.figures.style import (
    COLOURS,
    Chart,
    chart,
    empty,
    finish,
    minus,
    name_rows,
    number_axis,
    style,
    tidy_rows,
)
from planner.figures.words import say
from planner.gallery import figure
from planner.labels import number
from planner.tolerances import SHOWN

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from planner.analysis.ranges import Ranges
    from planner.results.result import Tables

__all__ = ["chosen_package", "displacement"]

BAR = 0.215
"""Inches of a bar and the room around it."""
LOST = "displaced_person_months"


@figure("result", "what missions lose to a package")
def displacement(
    result: Tables,
    package: str | None = None,
    ranges: Ranges | pd.DataFrame | None = None,
    lang: str = "en",
) -> Chart:
    """Draw what each mission loses to a package, most first; other main task 1 stands below.

    Parameters
    ----------
    result : Tables
    package : str, optional
        By default the package that displaces most of main task 2.
    ranges : Ranges or DataFrame, optional
        What :func:`planner.analysis.ranges.ranges` returns, or its table ``displacement``; drawn
        as lines from the smallest loss of each mission over all optimal plans to the largest.
    lang : {"en", "nl"}

    Raises
    ------
    ResultError
        The package is unknown, or the ranges are not of missions.
    """
    names, chosen = Names(result, lang), chosen_package(result, package)
    plain = say("displacement_plain", lang)
    with style():
        if chosen is None:
            return empty(say("no_package", lang), plain, names.source)
        spread = None if ranges is None else _table(ranges, chosen)
        parts, rest = _losses(result, chosen, spread)
        if not any(len(part) for part in parts.values()):
            title = say("displaced_title_none", lang, package=names.package(chosen))
            return empty(say("flow_none", lang), title, names.source)
        shown = {task: part for task, part in parts.items() if len(part)}
        figure = chart(1.5 + sum(0.35 + BAR * max(len(part), 2) for part in shown.values()))
        heights = [0.35 / BAR + max(len(part), 2) for part in shown.values()]
        grid = figure.subplots(len(shown), 1, squeeze=False, sharex=True, height_ratios=heights)
        for axes, (task, part) in zip(grid[:, 0], shown.items(), strict=True):
            spans = None if spread is None else spread.reindex(part.index).to_numpy(dtype=float).T
            _bars(axes, part, task, names, spans)
        grid[-1, 0].set_xlabel(say("displaced_axis", lang))
        return finish(figure, _title(result, chosen, parts[2], names),
                      _subtitle(names, rest, ranges is not None), names.source)  # fmt: skip


def chosen_package(result: Tables, package: str | None) -> str | None:
    """Return the package asked for, else the one that displaces most; None if none exists."""
    table = result.packages
    known = [str(id) for id in table["package"]]
    if package is not None:
        if package not in known:
            raise ResultError(f"no such package {package!r}{nearest(package, known)}")
        return package
    return known[int(table["displaced_main_task_2"].argmax())] if known else None


def _losses(
    result: Tables, package: str, spread: pd.DataFrame | None
) -> tuple[dict[int, pd.Series], int]:
    """Return losses by mission for main task 2 and 1, sorted, and how many are too small.

    A mission that loses nothing, but would in another plan that is as good, is not left out.
    """
    table = result.displacement
    table = table[table["package"] == package]
    total = table.groupby(["main_task", "mission"], sort=False)[LOST].sum()
    most = total.abs()
    if spread is not None:
        other = spread.abs().max(axis=1).reindex(total.index.get_level_values("mission"))
        most = most.clip(lower=other.fillna(0.0).to_numpy())
    worth = total[most >= SHOWN].sort_values(ascending=False, kind="stable")
    parts = {task: worth[worth.index.get_level_values(0) == task].droplevel(0) for task in (2, 1)}
    return parts, len(total) - len(worth)


def _table(ranges: Ranges | pd.DataFrame, package: str) -> pd.DataFrame:
    """Return the smallest and largest loss to a package by mission."""
    import pandas as pd

    table = ranges if isinstance(ranges, pd.DataFrame) else ranges.tables()["displacement"]
    if "mission" not in table:
        raise ResultError("expected ranges of missions, as ranges(...) makes by default")
    rows = table[table["package"] == package].drop_duplicates("mission").set_index("mission")
    return rows[["smallest_person_months", "largest_person_months"]]


def _bars(axes: Axes, part: pd.Series, task: int, names: Names, spans: np.ndarray | None) -> None:
    lang, values = names.lang, part.to_numpy(dtype=float)
    at = np.arange(len(values))
    colour = COLOURS[f"main_task_{task}"]
    axes.barh(at, values, height=0.72, color=[colour if v > 0 else COLOURS["gain"] for v in values])
    edge = np.maximum(values, 0)
    if spans is not None:
        low, high = spans
        axes.hlines(at, low, high, color=COLOURS["ink"], linewidth=1.3)
        axes.plot(low, at, "|", high, at, "|", color=COLOURS["ink"], markersize=6)
        edge = np.fmax(edge, high)
    for place, value in enumerate(values):
        axes.annotate(
            minus(number(value, lang)), (edge[place], place), (4, 0), textcoords="offset points",
            va="center_baseline", size=8, color=COLOURS["ink"],
        )  # fmt: skip
    name_rows(axes, list(at), [names.mission(id) for id in part.index])
    axes.set_ylim(max(len(values), 2) - 0.4, -0.6)
    axes.axvline(0, color=COLOURS["quiet"], linewidth=0.8)
    axes.margins(x=0.1)
    tidy_rows(axes)
    number_axis(axes.xaxis, lang)
    heading = say("main_task_2" if task == 2 else "other_main_task_1", lang)
    axes.set_title(heading[0].upper() + heading[1:], loc="left", weight="bold", size=8.5)


def _title(result: Tables, package: str, lost: pd.Series, names: Names) -> str:
    lang, called = names.lang, names.package(package)
    total = float(result.packages.set_index("package")["displaced_main_task_2"][package])
    if lost.empty or total < SHOWN:
        return say("displaced_title_none", lang, package=called)
    return say(
        "displaced_title", lang, package=called, total=number(total, lang, 0),
        mission=names.mission(str(lost.idxmax())), most=number(float(lost.max()), lang, 0),
    )  # fmt: skip


def _subtitle(names: Names, rest: int, ranged: bool) -> str:
    parts = [say("displaced_subtitle", names.lang, window=names.window) + "."]
    if ranged:
        parts.append(say("displaced_whisker", names.lang))
    if rest:
        least = number(SHOWN, names.lang, 2)
        parts.append(say("displaced_rest", names.lang, count=rest, least=least))
    return " ".join(parts)
