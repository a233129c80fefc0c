"""Missions on a map: how well they are filled, and what they lose to a package.

The outlines come with the package (``data/outlines.json``, Natural Earth), as do the places
(``data/places.csv``). Missions less than :data:`NEAR` degrees apart share a circle.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection

from planner.figures.fill_rates import SCALE, TARGET
from planner.figures.losses import chosen_package
from planner.figures.names import Names
from planner.figures.style import COLOURS, Chart, chart, empty, finish, fit, style
from planner.figures.words import say
from planner.gallery import figure
from planner.labels import percent, rate, rough
from planner.scenario.data import default_data, read_places

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from planner.results.result import Tables

__all__ = ["places"]

NEAR = 3.1
"""Degrees within which missions share a circle, so that numbers can be read."""
VIEW = (-19.0, 70.0, -4.0, 62.0)
"""Degrees east from and to, degrees north from and to."""
INSET = (-80.0, -60.0, 8.0, 20.0)
"""The same, of the Caribbean, drawn in a corner of the Atlantic."""
STRETCH = 1.25
"""A degree north over a degree east: about right at 37 degrees north, the middle of the map."""
LEAST = 0.5
"""Person-months below which a loss has no ring and is listed as none."""
ROW = 0.175
"""Inches of a line of the list."""
SEA, LAND, BORDER = "#F4F7F9", "#DDDDD6", "#FFFFFF"


@dataclass
class Place:
    """Missions that share a circle; the place is that of the one that asks most."""

    name: str
    north: float
    east: float
    missions: list[str]
    asked: float
    filled: float
    lost: float

    @property
    def rate(self) -> float:
        """Share filled of what is asked."""
        return self.filled / self.asked

    @property
    def view(self) -> int:
        """0 on the map, 1 in its corner, -1 on neither."""
        for number, (west, east, south, north) in enumerate((VIEW, INSET)):
            if west <= self.east <= east and south <= self.north <= north:
                return number
        return -1


@cache
def _outlines() -> dict[str, list[Any]]:
    found = json.loads((default_data() / "outlines.json").read_text(encoding="utf-8"))
    return {key: [np.reshape(part, (-1, 2)) / 10 for part in found[key]]
            for key in ("land", "borders")}  # fmt: skip


@figure("result", "missions on a map, with fill and loss")
def places(result: Tables, package: str | None = None, lang: str = "en") -> Chart:
    """Draw missions where they are, how well they are filled and what they lose to a package.

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
    names, chosen = Names(result, lang), chosen_package(result, package)
    found, left = _places(result, chosen)
    with style():
        if not found:
            return empty(say("places_none", lang), say("places_plain", lang), names.source)
        drawn = chart(max(5.9, 1.7 + ROW * (len(found) + 1)))
        axes, list_axes = drawn.subplots(1, 2, width_ratios=[4.3, 3.5])
        _map(axes, found, lang)
        _list(list_axes, found, names, chosen is not None)
        subtitle = say("places_subtitle", lang, window=names.window)
        if chosen is not None:
            subtitle += " " + say("places_ring", lang)
        if left:
            subtitle += " " + say("places_left_out", lang, count=left)
        return finish(drawn, _title(found, chosen, names), subtitle, names.source)


def _places(result: Tables, package: str | None) -> tuple[list[Place], int]:
    """Return the circles, what loses most first, and how many missions have no place."""
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
    made: list[Place] = []
    for mission in sorted(sums, key=lambda id: -sums[id][0]):
        if mission not in known:
            continue
        name, north, east = known[mission]
        near = next((one for one in made if np.hypot(one.north - north, one.east - east) < NEAR),
                    None)  # fmt: skip
        if near is None:
            made.append(Place(name, north, east, [mission], *map(float, sums[mission])))
            continue
        near.missions.append(mission)
        near.asked, near.filled, near.lost = (
            old + new for old, new in zip((near.asked, near.filled, near.lost), sums[mission],
                                          strict=True)
        )  # fmt: skip
    shown = [one for one in made if one.view >= 0]
    shown.sort(key=lambda one: (-round(one.lost, 6), one.rate, one.name))
    return shown, len(sums) - sum(len(one.missions) for one in shown)


def _map(axes: Axes, found: list[Place], lang: str) -> None:
    _land(axes, VIEW)
    if any(one.view == 1 for one in found):
        corner = axes.inset_axes((0.012, 0.015, 0.235, 0.165))
        _land(corner, INSET)
        corner.text(0.04, 0.93, say("places_caribbean", lang), transform=corner.transAxes,
                    size=6.3, va="top", color=COLOURS["ink"])  # fmt: skip
    else:
        corner = axes
    most = max(one.asked for one in found)
    for number, one in enumerate(found, 1):
        panel = (axes, corner)[one.view]
        size = 95 + 700 * one.asked / most
        ring = one.lost >= LEAST
        panel.scatter(
            one.east, one.north, s=size, color=[SCALE(one.rate)], zorder=3 - size / 1e4,
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
    axes.set_aspect(STRETCH)
    for side in axes.spines.values():
        side.set_color(COLOURS["grid"])


def _list(axes: Axes, found: list[Place], names: Names, package: bool) -> None:
    """Write one line a circle: its number, missions, fill rate and loss."""
    lang = names.lang
    axes.set(xlim=(0, 1), ylim=(len(found) + 0.5, -1.0))
    axes.axis("off")
    line: dict[str, Any] = {"size": 7.3, "va": "center_baseline", "color": COLOURS["ink"]}
    heads = [(0.86, say("fill_rate", lang)), (1.0, say("places_lost", lang))]
    for x, text in heads if package else heads[:1]:
        axes.text(x, -0.4, text, ha="right", weight="bold", **{**line, "size": 6.6})
    for row, one in enumerate(found):
        called = ", ".join(names.mission(id) for id in one.missions)
        axes.text(0.06, row + 0.5, str(row + 1), ha="right", weight="bold", **line)
        axes.text(0.09, row + 0.5, fit(called, 2.25, 7.3, 1), **line)
        axes.text(0.86, row + 0.5, rate(one.rate, lang, 0), ha="right", **line)
        if package:
            lost = rough(one.lost, lang) if abs(one.lost) >= LEAST else "0"
            colour = COLOURS["ink"] if one.lost < LEAST else "#A34700"
            axes.text(1.0, row + 0.5, lost, ha="right", **{**line, "color": colour})


def _title(found: list[Place], package: str | None, names: Names) -> str:
    lang = names.lang
    if package is None:
        short = sum(one.rate < TARGET - 1e-9 for one in found)
        return say("places_title_fill", lang, count=short, all=len(found),
                   share=percent(TARGET, lang, 0))  # fmt: skip
    lose = [one for one in found if one.lost >= LEAST]
    key = {0: "places_title_none", 1: "places_title_one"}.get(len(lose), "places_title")
    return say(
        key, lang, package=names.package(package), count=len(lose), all=len(found),
        place=found[0].name, lost=rough(found[0].lost, lang),
    )  # fmt: skip
