"""Displacement as a flow: from commitments through pools to the missions that lose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.patches import Patch, PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.patheffects import withStroke

from planner.errors import ResultError, nearest
from planner.figures.names import Names
from planner.figures.style import (
    COLOURS,
    SERIES,
    Chart,
    chart,
    empty,
    finish,
    fit,
    style,
)
from planner.figures.words import say
from planner.gallery import figure
from planner.labels import number, rough
from planner.tolerances import SHOWN

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from planner.results.result import Tables

__all__ = ["flow"]

MOST = 16
"""Missions and pools each with a node of their own."""
GAP = 0.32
"""Inches between nodes, enough for two lines of a name."""
LOST = "displaced_person_months"
SIDES = (0.28, 0.5, 0.72)
"""Where the three columns stand, as a share of the width."""
THICK = 0.012


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
    if package is not None and package not in known:
        raise ResultError(f"no such package {package!r}{nearest(package, known)}")
    lost, gain = _lost(result, package, main_task)
    with style():
        if lost.empty:
            key = "flow_none" if known else "no_package"
            return empty(say(key, lang), say("flow_plain", lang), names.source)
        columns = _columns(lost, names)
        count = max(len(column) for column in columns)
        figure = chart(max(3.6, 1.3 + 0.42 * count))
        axes = figure.subplots()
        _draw(axes, lost, columns, figure.get_size_inches()[1] - 1.3, lang)
        subtitle = say("flow_subtitle", lang, window=names.window)
        if lost["package"].nunique() > 1:
            subtitle += " " + say("flow_several", lang)
        if gain >= SHOWN:
            subtitle += " " + say("flow_gains", lang, gain=number(gain, lang))
        return finish(figure, _title(lost, names), subtitle, names.source, _key(lost, lang))


def _title(lost: pd.DataFrame, names: Names) -> str:
    """Return what is lost, to the package that takes most, and through which pool."""
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
    """A box: its name, its height in person-months, and where its top and next flow stand."""

    name: str
    size: float
    colour: str
    top: float = 0.0
    used_left: float = 0.0
    used_right: float = 0.0


def _lost(result: Tables, package: str | None, main_task: int | None) -> tuple[pd.DataFrame, float]:
    """Return package, pool, mission, task and net person-months lost, and the sum of gains."""
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
    small = set(sizes.index[MOST:]) if len(sizes) > MOST + 1 else set()
    if small:
        table = table.assign(mission=table["mission"].where(~table["mission"].isin(small), ""),
                             others=len(small))  # fmt: skip
        task = table["main_task"].where(table["mission"] != "", 0)
        keys = ["package", "pool", "mission", "main_task", "others"]
        table = table.assign(main_task=task).groupby(keys, sort=False)[LOST].sum().reset_index()
    return table, gain


def _columns(lost: pd.DataFrame, names: Names) -> list[dict[str, Node]]:
    """Return the nodes of the three columns, largest first, what is left over last."""
    colours = iter([COLOURS["alarm"], "#CC79A7", "#009E73", *SERIES] * 20)
    columns: list[dict[str, Node]] = []
    for key, called in (
        ("package", names.package), ("pool", names.pool), ("mission", names.mission),
    ):  # fmt: skip
        sizes = lost.groupby(key)[LOST].sum().sort_values(ascending=False, kind="stable")
        order = [id for id in sizes.index if id] + [id for id in sizes.index if not id]
        tasks = lost.groupby(key)["main_task"].min()
        column = {}
        for id in order:
            name = called(id) if id else say(
                "other_missions", names.lang, count=int(lost["others"].max())
            )  # fmt: skip
            colour = {
                "package": next(colours) if key == "package" else "",
                "pool": COLOURS["quiet"],
                "mission": COLOURS.get(f"main_task_{tasks[id]}", "#999999"),
            }[key]
            column[id] = Node(name, float(sizes[id]), colour)
        columns.append(column)
    return columns


def _key(lost: pd.DataFrame, lang: str) -> list[Patch]:
    tasks = sorted(set(lost["main_task"]) & {1, 2}, reverse=True)
    words = {1: "other_main_task_1", 2: "main_task_2"}
    return [Patch(color=COLOURS[f"main_task_{n}"], label=say(words[n], lang)) for n in tasks]


def _draw(
    axes: Axes, lost: pd.DataFrame, columns: list[dict[str, Node]], height: float, lang: str
) -> None:
    """Place the nodes, then draw the flows between them."""
    count = max(len(column) for column in columns)
    total = float(lost[LOST].sum())
    scale = (height - GAP * (count - 1)) / total
    for side, column in zip(SIDES, columns, strict=True):
        used = sum(node.size for node in column.values()) * scale + GAP * (len(column) - 1)
        top = (height - used) / 2
        for node in column.values():
            node.top, top = top, top + node.size * scale + GAP
            _box(axes, side, node, scale, lang)
    pairs = [("package", "pool", 0), ("pool", "mission", 1)]
    for left, right, place in pairs:
        sums: Any = lost.groupby([left, right], sort=False)[LOST].sum()
        amounts = sums.to_dict()
        for a in columns[place]:
            for b in columns[place + 1]:
                if (a, b) in amounts:
                    ends = columns[place][a], columns[place + 1][b]
                    _ribbon(axes, SIDES[place : place + 2], ends, amounts[a, b] * scale)
    for side, key in zip(SIDES, ("commitments", "pools", "lose"), strict=True):
        word = say(key, lang)
        axes.text(side, -0.32, word[0].upper() + word[1:], weight="bold", ha="center", va="bottom")
    axes.set(xlim=(0, 1), ylim=(height + 0.1, -0.51))
    axes.set_axis_off()


def _box(axes: Axes, side: float, node: Node, scale: float, lang: str) -> None:
    height = max(node.size * scale, 0.015)
    place = (side - THICK / 2, node.top)
    axes.add_patch(Rectangle(place, THICK, height, color=node.colour, zorder=3))
    size = rough(node.size, lang)
    middle = node.top + height / 2
    if side == SIDES[1]:
        axes.text(side, node.top - 0.02, f"{fit(node.name, 2.2, 7.2, 2)}  {size}", size=7.2,
                  ha="center", va="bottom", zorder=4, linespacing=1.0,
                  path_effects=[withStroke(linewidth=2.5, foreground="white")])  # fmt: skip
        return
    gap, sideways = (-0.012, "right") if side == SIDES[0] else (0.012, "left")
    text = f"{fit(node.name, 1.75, 7.2, 3)}  {size}"
    axes.text(side + gap, middle, text, size=7.2, ha=sideways, va="center", linespacing=1.0)


def _ribbon(axes: Axes, sides: tuple[float, ...], ends: tuple[Node, Node], height: float) -> None:
    """Draw a flow between the free parts of two nodes."""
    left, right = sides[0] + THICK / 2, sides[1] - THICK / 2
    a, b = ends[0].top + ends[0].used_right, ends[1].top + ends[1].used_left
    ends[0].used_right += height
    ends[1].used_left += height
    mid = (left + right) / 2
    points = np.array([
        (left, a), (mid, a), (mid, b), (right, b),
        (right, b + height), (mid, b + height), (mid, a + height), (left, a + height), (left, a),
    ])  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    colour = ends[0].colour if sides[0] == SIDES[0] else ends[1].colour
    axes.add_patch(PathPatch(Path(points, codes), facecolor=colour, alpha=0.35, linewidth=0.3,
                             edgecolor=colour))  # fmt: skip
