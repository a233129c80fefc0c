"""Displacement by packages: by mission with ranges, and as a flow through the pools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.patches import Patch, PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.patheffects import withStroke

from planner.errors import ResultError
from planner.figures.names import Names, check_known
from planner.figures.style import (
    COLOURS,
    SERIES,
    Chart,
    add_frame,
    chart,
    chart_with_axes,
    empty_chart,
    minus,
    number_axis,
    set_rows,
    style_row_axes,
    wrap_text,
)
from planner.figures.words import say
from planner.gallery import figure
from planner.labels import number, rough
from planner.tolerances import SHOWN

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from planner.analysis.ranges import Ranges
    from planner.results.result import Tables

__all__ = ["displacement", "flow", "select_package"]

ROW_INCHES = 0.215
"""Height of a row, inches."""
LOST = "displaced_person_months"

MAX_NODES = 16
"""Maximum number of missions with a node of their own."""
NODE_GAP_INCHES = 0.32
"""Gap between nodes, inches; enough for two lines of a name."""
COLUMN_POSITIONS = (0.28, 0.5, 0.72)
"""Horizontal positions of the three columns, as a share of the width."""
NODE_WIDTH = 0.012


@figure("result", "what missions lose to a package")
def displacement(
    result: Tables, package: str | None = None, ranges: Ranges | pd.DataFrame | None = None,
    lang: str = "en",
) -> Chart:  # fmt: skip
    """Draw the displacement by a package for each mission, largest first, main task 2 above 1.

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
    names, chosen = Names(result, lang), select_package(result, package)
    title_text = say("displacement_plain", lang)
    if chosen is None:
        return empty_chart(say("no_package", lang), title_text, names.source)
    spread = None if ranges is None else _range_table(ranges, chosen)
    parts, rest = _losses(result, chosen, spread)
    if not any(len(part) for part in parts.values()):
        title = say("displaced_title_none", lang, package=names.package(chosen))
        return empty_chart(say("flow_none", lang), title, names.source)
    shown = {task: part for task, part in parts.items() if len(part)}
    figure = chart(1.5 + sum(0.35 + ROW_INCHES * max(len(part), 2) for part in shown.values()))
    heights = [0.35 / ROW_INCHES + max(len(part), 2) for part in shown.values()]
    grid = figure.subplots(len(shown), 1, squeeze=False, sharex=True, height_ratios=heights)
    for axes, (task, part) in zip(grid[:, 0], shown.items(), strict=True):
        spans = None if spread is None else spread.reindex(part.index).to_numpy(dtype=float).T
        _bars(axes, part, task, names, spans)
    grid[-1, 0].set_xlabel(say("displaced_axis", lang))
    return add_frame(figure, _title(result, chosen, parts[2], names),
                  _subtitle(names, rest, ranges is not None), names.source)  # fmt: skip


def select_package(result: Tables, package: str | None) -> str | None:
    """Return a package, by default the one with the largest displacement; None if there is none."""
    table = result.packages
    known = [str(id) for id in table["package"]]
    if package is not None:
        check_known("package", package, known)
        return package
    return known[int(table["displaced_main_task_2"].argmax())] if known else None


def _losses(
    result: Tables, package: str, spread: pd.DataFrame | None
) -> tuple[dict[int, pd.Series], int]:
    """Return losses by mission for main tasks 2 and 1, sorted, and the number of small ones.

    A mission without a loss is included if it has one in another optimal plan.
    """
    table = result.displacement
    table = table[table["package"] == package]
    total = table.groupby(["main_task", "mission"], sort=False)[LOST].sum()
    largest = total.abs()
    if spread is not None:
        other = spread.abs().max(axis=1).reindex(total.index.get_level_values("mission"))
        largest = largest.clip(lower=other.fillna(0.0).to_numpy())
    shown = total[largest >= SHOWN].sort_values(ascending=False, kind="stable")
    parts = {task: shown[shown.index.get_level_values(0) == task].droplevel(0) for task in (2, 1)}
    return parts, len(total) - len(shown)


def _range_table(ranges: Ranges | pd.DataFrame, package: str) -> pd.DataFrame:
    """Return the smallest and largest loss to a package by mission."""
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
    set_rows(axes, [names.mission(id) for id in part.index], 2)
    axes.axvline(0, color=COLOURS["quiet"], linewidth=0.8)
    axes.margins(x=0.1)
    style_row_axes(axes)
    number_axis(axes.xaxis, lang)
    heading = say("main_task_2" if task == 2 else "other_main_task_1", lang)
    axes.set_title(heading[0].upper() + heading[1:], loc="left", weight="bold", size=8.5)


def _title(result: Tables, package: str, lost: pd.Series, names: Names) -> str:
    lang, name = names.lang, names.package(package)
    total = float(result.packages.set_index("package")["displaced_main_task_2"][package])
    if lost.empty or total < SHOWN:
        return say("displaced_title_none", lang, package=name)
    return say(
        "displaced_title", lang, package=name, total=number(total, lang, 0),
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


@figure("result", "from commitments through pools to the missions that lose")
def flow(
    result: Tables, package: str | None = None, main_task: int | None = None, lang: str = "en"
) -> Chart:
    """Draw displaced person-months from packages through pools to missions.

    What a mission gets back from another pool is taken off what it loses, from each pool in
    proportion, so that its width is its displacement. Missions that gain are not drawn: the
    subtitle says how much.

    Parameters
    ----------
    result : Tables
    package : str, optional
        By default all packages.
    main_task : int, optional
        Only what this main task loses; by default both, distinguished by colour on the right.
    lang : {"en", "nl"}

    Raises
    ------
    ResultError
        The package is unknown.
    """
    names = Names(result, lang)
    known = list(result.packages["package"])
    if package is not None:
        check_known("package", package, known)
    lost, gain = _net_losses(result, package, main_task)
    if lost.empty:
        key = "flow_none" if known else "no_package"
        return empty_chart(say(key, lang), say("flow_plain", lang), names.source)
    columns = _node_columns(lost, names)
    count = max(len(column) for column in columns)
    figure, axes = chart_with_axes(max(3.6, 1.3 + 0.42 * count))
    _draw_flow(axes, lost, columns, figure.get_size_inches()[1] - 1.3, lang)
    subtitle = say("flow_subtitle", lang, window=names.window)
    if lost["package"].nunique() > 1:
        subtitle += " " + say("flow_several", lang)
    if gain >= SHOWN:
        subtitle += " " + say("flow_gains", lang, gain=number(gain, lang))
    return add_frame(figure, _flow_title(lost, names), subtitle, names.source, _key(lost, lang))


def _flow_title(lost: pd.DataFrame, names: Names) -> str:
    """Return the title: displacement by the largest package, and its largest pool."""
    lang, sizes = names.lang, lost.groupby("package", sort=False)[LOST].sum()
    package = str(sizes.idxmax())
    pools = lost[lost["package"] == package].groupby("pool")[LOST].sum()
    return say(
        "flow_title" if len(sizes) == 1 else "flow_title_several", lang, count=len(sizes),
        package=names.package(package), pool=names.pool(str(pools.idxmax())),
        most=number(float(pools.max()), lang, 0), total=number(float(sizes.max()), lang, 0),
    )  # fmt: skip


@dataclass
class Node:
    """A node: name, size in person-months, colour, top, and heights used by flows on each side."""

    name: str
    size: float
    colour: str
    top: float = 0.0
    used_left: float = 0.0
    used_right: float = 0.0


def _net_losses(
    result: Tables, package: str | None, main_task: int | None
) -> tuple[pd.DataFrame, float]:
    """Return net losses by package, pool, mission and task, and the sum of gains, person-months."""
    parts = [
        result.displacement_by("mission", "pool", main_task=task).assign(main_task=task)
        for task in ((1, 2) if main_task is None else (main_task,))
    ]
    table = pd.concat(parts, ignore_index=True)
    if package is not None:
        table = table[table["package"] == package]
    whole = table.groupby(["package", "mission", "main_task"])[LOST].transform("sum")
    falls = table[LOST].clip(lower=0)
    given = falls.groupby([table["package"], table["mission"], table["main_task"]]).transform("sum")
    once = ~table.duplicated(["package", "mission", "main_task"])
    gain = -float(whole[once & (whole < 0)].sum())
    kept = (falls * (whole / given.where(given > 0))).fillna(0.0)
    table = table.assign(**{LOST: kept})
    table = table[kept >= SHOWN / 10]
    sizes = table.groupby("mission")[LOST].sum().sort_values(ascending=False)
    small = set(sizes.index[MAX_NODES:]) if len(sizes) > MAX_NODES + 1 else set()
    if small:
        table = table.assign(mission=table["mission"].where(~table["mission"].isin(small), ""),
                             others=len(small))  # fmt: skip
        task = table["main_task"].where(table["mission"] != "", 0)
        keys = ["package", "pool", "mission", "main_task", "others"]
        table = table.assign(main_task=task).groupby(keys, sort=False)[LOST].sum().reset_index()
    return table, gain


def _node_columns(lost: pd.DataFrame, names: Names) -> list[dict[str, Node]]:
    """Return the nodes of the three columns, largest first, other missions last."""
    colours = iter([COLOURS["alarm"], "#CC79A7", "#009E73", *SERIES] * 20)
    columns: list[dict[str, Node]] = []
    for key, namer in (
        ("package", names.package), ("pool", names.pool), ("mission", names.mission),
    ):  # fmt: skip
        sizes = lost.groupby(key)[LOST].sum().sort_values(ascending=False, kind="stable")
        order = [id for id in sizes.index if id] + [id for id in sizes.index if not id]
        tasks = lost.groupby(key)["main_task"].min()
        column = {}
        for id in order:
            if key == "package":
                colour = next(colours)
            elif key == "pool":
                colour = COLOURS["quiet"]
            else:
                colour = COLOURS.get(f"main_task_{tasks[id]}", "#999999")
            rest = 0 if id else int(lost["others"].max())
            name = namer(id) if id else say("other_missions", names.lang, count=rest)
            column[id] = Node(name, float(sizes[id]), colour)
        columns.append(column)
    return columns


def _key(lost: pd.DataFrame, lang: str) -> list[Patch]:
    tasks = sorted(set(lost["main_task"]) & {1, 2}, reverse=True)
    words = {1: "other_main_task_1", 2: "main_task_2"}
    return [Patch(color=COLOURS[f"main_task_{n}"], label=say(words[n], lang)) for n in tasks]


def _draw_flow(
    axes: Axes, lost: pd.DataFrame, columns: list[dict[str, Node]], height: float, lang: str
) -> None:
    """Position the nodes, and draw the flows between them."""
    count = max(len(column) for column in columns)
    total = float(lost[LOST].sum())
    scale = (height - NODE_GAP_INCHES * (count - 1)) / total
    for side, column in zip(COLUMN_POSITIONS, columns, strict=True):
        used = sum(node.size for node in column.values()) * scale + NODE_GAP_INCHES * (
            len(column) - 1
        )
        top = (height - used) / 2
        for node in column.values():
            node.top, top = top, top + node.size * scale + NODE_GAP_INCHES
            _draw_node(axes, side, node, scale, lang)
    pairs = [("package", "pool", 0), ("pool", "mission", 1)]
    for left, right, place in pairs:
        sums: Any = lost.groupby([left, right], sort=False)[LOST].sum()
        amounts = sums.to_dict()
        for a in columns[place]:
            for b in columns[place + 1]:
                if (a, b) in amounts:
                    ends = columns[place][a], columns[place + 1][b]
                    _draw_ribbon(
                        axes, COLUMN_POSITIONS[place : place + 2], ends, amounts[a, b] * scale
                    )
    for side, key in zip(COLUMN_POSITIONS, ("commitments", "pools", "lose"), strict=True):
        word = say(key, lang)
        axes.text(side, -0.32, word[0].upper() + word[1:], weight="bold", ha="center", va="bottom")
    axes.set(xlim=(0, 1), ylim=(height + 0.1, -0.51))
    axes.set_axis_off()


def _draw_node(axes: Axes, side: float, node: Node, scale: float, lang: str) -> None:
    height = max(node.size * scale, 0.015)
    place = (side - NODE_WIDTH / 2, node.top)
    axes.add_patch(Rectangle(place, NODE_WIDTH, height, color=node.colour, zorder=3))
    size = rough(node.size, lang)
    middle = node.top + height / 2
    if side == COLUMN_POSITIONS[1]:
        axes.text(side, node.top - 0.02, f"{wrap_text(node.name, 2.2, 7.2, 2)}  {size}", size=7.2,
                  ha="center", va="bottom", zorder=4, linespacing=1.0,
                  path_effects=[withStroke(linewidth=2.5, foreground="white")])  # fmt: skip
        return
    gap, sideways = (-0.012, "right") if side == COLUMN_POSITIONS[0] else (0.012, "left")
    text = f"{wrap_text(node.name, 1.75, 7.2, 3)}  {size}"
    axes.text(side + gap, middle, text, size=7.2, ha=sideways, va="center", linespacing=1.0)


def _draw_ribbon(
    axes: Axes, sides: tuple[float, ...], ends: tuple[Node, Node], height: float
) -> None:
    """Draw a flow between the unused parts of two nodes."""
    left, right = sides[0] + NODE_WIDTH / 2, sides[1] - NODE_WIDTH / 2
    a, b = ends[0].top + ends[0].used_right, ends[1].top + ends[1].used_left
    ends[0].used_right += height
    ends[1].used_left += height
    mid = (left + right) / 2
    points = np.array([
        (left, a), (mid, a), (mid, b), (right, b),
        (right, b + height), (mid, b + height), (mid, a + height), (left, a + height), (left, a),
    ])  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    colour = ends[0].colour if sides[0] == COLUMN_POSITIONS[0] else ends[1].colour
    axes.add_patch(PathPatch(Path(points, codes), facecolor=colour, alpha=0.35, linewidth=0.3,
                             edgecolor=colour))  # fmt: skip
