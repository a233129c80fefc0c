"""Map of missions, with their fill and their displacement by a package.

The outlines come with the package (``data/outlines.json``, Natural Earth), as do the places
(``data/places.csv``). Missions less than :data:`MERGE_DEGREES` degrees apart share a circle.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection

from planner.figures.fill_rates import FILL_COLORMAP, TARGET
from planner.figures.losses import select_package
from planner.figures.names import Names
from planner.figures.style import COLOURS, Chart, add_frame, chart, empty_chart, wrap_text
from planner.figures.words import say
from planner.gallery import figure
from planner.labels import percent, rate, rough
from planner.scenario.data import default_data, read_places

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from planner.results.result import Tables

__all__ = ["places"]

MERGE_DEGREES = 3.1
"""Distance within which missions share a circle, degrees."""
MAP_EXTENT = (-19.0, 70.0, -4.0, 62.0)
"""Extent of the map: degrees east from and to, degrees north from and to."""
INSET_EXTENT = (-80.0, -60.0, 8.0, 20.0)
"""Extent of the inset map of the Caribbean."""
ASPECT = 1.25
"""Length of a degree north over a degree east, at the middle of the map (37 degrees north)."""
MIN_LOSS = 0.5
"""Smallest loss with a ring, person-months; less is listed as 0."""
ROW_INCHES = 0.175
"""Height of a row of the list, inches."""
SEA, LAND, BORDER = "#F4F7F9", "#DDDDD6", "#FFFFFF"


@dataclass
class MapPlace:
    """Missions that share a circle, at the place of the one with the largest demand."""

    name: str
    north: float
    east: float
    missions: list[str]
    asked: float
    filled: float
    lost: float

    @property
    def rate(self) -> float:
        """Fill rate."""
        return self.filled / self.asked

    @property
    def view(self) -> int:
        """0 if it is on the map, 1 on the inset, -1 on neither."""
        for number, (west, east, south, north) in enumerate((MAP_EXTENT, INSET_EXTENT)):
            if west <= self.east <= east and south <= self.north <= north:
                return number
        return -1


@cache
def _outlines() -> dict[str, list[Any]]:
    outlines = json.loads((default_data() / "outlines.json").read_text(encoding="utf-8"))
    return {key: [np.reshape(part, (-1, 2)) / 10 for part in outlines[key]]
            for key in ("land", "borders")}  # fmt: skip


@figure("result", "missions on a map, with fill and loss")
def places(result: Tables, package: str | None = None, lang: str = "en") -> Chart:
    """Draw missions on a map, with their fill rate and their displacement by a package.

    Parameters
    ----------
    result : Tables
    package : str, optional
        By default the package that displaces most of main task 2.
    lang : {"en", "nl"}

    Raises
    ------
    ResultError
        The package is unknown.
    """
    names, chosen = Names(result, lang), select_package(result, package)
    circles, left_out = _group_missions(result, chosen)
    if not circles:
        return empty_chart(say("places_none", lang), say("places_plain", lang), names.source)
    drawn = chart(max(5.9, 1.7 + ROW_INCHES * (len(circles) + 1)))
    axes, list_axes = drawn.subplots(1, 2, width_ratios=[4.3, 3.5])
    _map(axes, circles, lang)
    _list(list_axes, circles, names, chosen is not None)
    subtitle = say("places_subtitle", lang, window=names.window)
    if chosen is not None:
        subtitle += " " + say("places_ring", lang)
    if left_out:
        subtitle += " " + say("places_left_out", lang, count=left_out)
    return add_frame(drawn, _title(circles, chosen, names), subtitle, names.source)


def _group_missions(result: Tables, package: str | None) -> tuple[list[MapPlace], int]:
    """Return the circles, largest loss first, and the number of missions without a place."""
    known = read_places()
    sums: dict[str, list[float]] = {}
    row: Any
    for row in result.fill_by("mission").itertuples():
        if row.asked_person_months > 0:
            sums[str(row.mission)] = [row.asked_person_months, row.filled_person_months, 0.0]
    if package is not None:
        table = result.displacement_by("mission", main_task=None)
        for row in table[table["package"] == package].itertuples():
            if str(row.mission) in sums:
                sums[str(row.mission)][2] = row.displaced_person_months
    made: list[MapPlace] = []
    for mission in sorted(sums, key=lambda id: -sums[id][0]):
        if mission not in known:
            continue
        name, north, east = known[mission]
        close = (
            one for one in made if np.hypot(one.north - north, one.east - east) < MERGE_DEGREES
        )
        near = next(close, None)
        if near is None:
            made.append(MapPlace(name, north, east, [mission], *map(float, sums[mission])))
            continue
        near.missions.append(mission)
        near.asked, near.filled, near.lost = (
            old + new for old, new in zip((near.asked, near.filled, near.lost), sums[mission],
                                          strict=True)
        )  # fmt: skip
    shown = [one for one in made if one.view >= 0]
    shown.sort(key=lambda one: (-round(one.lost, 6), one.rate, one.name))
    return shown, len(sums) - sum(len(one.missions) for one in shown)


def _map(axes: Axes, circles: list[MapPlace], lang: str) -> None:
    _land(axes, MAP_EXTENT)
    if any(one.view == 1 for one in circles):
        corner = axes.inset_axes((0.012, 0.015, 0.235, 0.165))
        _land(corner, INSET_EXTENT)
        corner.text(0.04, 0.93, say("places_caribbean", lang), transform=corner.transAxes,
                    size=6.3, va="top", color=COLOURS["ink"])  # fmt: skip
    else:
        corner = axes
    max_asked = max(one.asked for one in circles)
    for number, one in enumerate(circles, 1):
        panel = (axes, corner)[one.view]
        size = 95 + 700 * one.asked / max_asked
        ring = one.lost >= MIN_LOSS
        panel.scatter(
            one.east, one.north, s=size, color=[FILL_COLORMAP(one.rate)], zorder=3 - size / 1e4,
            edgecolor=COLOURS["alarm"] if ring else "#FFFFFF", linewidth=2.4 if ring else 0.8,
        )  # fmt: skip
        dark = one.rate < 0.55
        panel.text(one.east, one.north, str(number), size=6.6, ha="center", va="center_baseline",
                   color="white" if dark else COLOURS["ink"], zorder=4)  # fmt: skip


def _land(axes: Axes, view: tuple[float, float, float, float]) -> None:
    west, east, south, north = view
    outlines = _outlines()
    axes.add_collection(PolyCollection(outlines["land"], facecolor=LAND, zorder=0))
    axes.add_collection(LineCollection(outlines["borders"], color=BORDER, linewidth=0.6, zorder=1))
    axes.set(xlim=(west, east), ylim=(south, north), xticks=[], yticks=[], facecolor=SEA)
    axes.set_aspect(ASPECT)
    for side in axes.spines.values():
        side.set_color(COLOURS["grid"])


def _list(axes: Axes, circles: list[MapPlace], names: Names, package: bool) -> None:
    """List the circles, one row each: number, missions, fill rate and loss."""
    lang = names.lang
    axes.set(xlim=(0, 1), ylim=(len(circles) + 0.5, -1.0))
    axes.axis("off")
    line: dict[str, Any] = {"size": 7.3, "va": "center_baseline", "color": COLOURS["ink"]}
    heads = [(0.86, say("fill_rate", lang)), (1.0, say("places_lost", lang))]
    for x, text in heads if package else heads[:1]:
        axes.text(x, -0.4, text, ha="right", weight="bold", **{**line, "size": 6.6})
    for row, one in enumerate(circles):
        missions = ", ".join(names.mission(id) for id in one.missions)
        axes.text(0.06, row + 0.5, str(row + 1), ha="right", weight="bold", **line)
        axes.text(0.09, row + 0.5, wrap_text(missions, 2.25, 7.3, 1), **line)
        axes.text(0.86, row + 0.5, rate(one.rate, lang, 0), ha="right", **line)
        if package:
            lost = rough(one.lost, lang) if abs(one.lost) >= MIN_LOSS else "0"
            colour = COLOURS["ink"] if one.lost < MIN_LOSS else "#A34700"
            axes.text(1.0, row + 0.5, lost, ha="right", **{**line, "color": colour})


def _title(circles: list[MapPlace], package: str | None, names: Names) -> str:
    lang = names.lang
    if package is None:
        short = sum(one.rate < TARGET - 1e-9 for one in circles)
        return say("places_title_fill", lang, count=short, all=len(circles),
                   share=percent(TARGET, lang, 0))  # fmt: skip
    lose = [one for one in circles if one.lost >= MIN_LOSS]
    key = {0: "places_title_none", 1: "places_title_one"}.get(len(lose), "places_title")
    return say(
        key, lang, package=names.package(package), count=len(lose), all=len(circles),
        place=circles[0].name, lost=rough(circles[0].lost, lang),
    )  # fmt: skip
