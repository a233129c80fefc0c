"""Displacement as a package grows, and promises against certainty."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from planner.analysis.declare import text_of
from planner.figures.names import Names
from planner.figures.style import (
    COLOURS,
    SERIES,
    Chart,
    add_frame,
    chart,
    chart_with_axes,
    number_axis,
    style_axes,
)
from planner.figures.words import say
from planner.gallery import figure
from planner.labels import label, number, rough

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from planner.analysis.curve import Curve
    from planner.analysis.headroom import Headroom, LineHeadroom
    from planner.analysis.promises import Promises
    from planner.results.result import Tables

__all__ = ["breakpoints", "curve", "frontier"]

DISPLACEMENT_TOLERANCE = 0.01
"""Displacement that counts as zero, person-months, as in :mod:`planner.analysis.headroom`."""
AXES_INCHES = (7.0, 2.6)
"""Approximate size of the axes, inches, to decide which labels fit along the line."""

SHARE_COLUMNS = ("main_task_1_share", "main_task_2_share", "package_share")
"""Shares promised, with one line each."""


@figure("result", "displacement as a package grows")
def curve(
    found: Curve, headroom: Headroom | None = None, lang: str = "en", result: Tables | None = None
) -> Chart:
    """Draw displacement of main task 2 against the size of a package.

    Parameters
    ----------
    found : Curve
        Result of :func:`planner.analysis.curve.curve`.
    headroom : Headroom, optional
        Result of :func:`planner.analysis.headroom.headroom`. By default the largest size of the
        curve without displacement is used, which is too small if the curve is not exact.
    lang : {"en", "nl"}
    result : Tables, optional
        Source of the name of the package and of the source line.
    """
    names = None if result is None else Names(result, lang)
    room = _headroom_posts(found, headroom)
    figure, axes = chart_with_axes(4.4)
    _lines(axes, found, breakpoints(found, headroom), lang)
    _marks(axes, found, room, lang)
    key = _key(found, lang)
    rule = say("source_rule", lang, rule=label(found.rule, lang))
    source = names.source_by(found.rule) if names else rule
    return add_frame(figure, _title(found, room, names, lang), _subtitle(found, lang), source, key)


def _headroom_posts(found: Curve, headroom: Headroom | None) -> float:
    """Return the headroom in posts."""
    if headroom is not None:
        rooms: list[LineHeadroom] = [one for one in headroom.rooms if one.line == found.line]
        if rooms:
            return min(rooms[0].posts, found.points[-1].posts)
    free = 0.0
    for point in found.points:
        if point.least_displaced_person_months > DISPLACEMENT_TOLERANCE:
            break
        free = point.posts
    return free


def breakpoints(found: Curve, headroom: Headroom | None = None) -> list[tuple[float, float]]:
    """Return the breakpoints of the curve, (posts, person-months), including both ends.

    If the curve is not exact, the headroom replaces the sizes evaluated next to it.
    """
    room = _headroom_posts(found, headroom)
    at = {0.0, *(piece.to_posts for piece in found.pieces)}
    corners = [
        (point.posts, point.least_displaced_person_months)
        for point in found.points
        if point.posts in at
    ]
    free = max((posts for posts, lost in corners if lost <= DISPLACEMENT_TOLERANCE), default=0.0)
    after = min((posts for posts, _ in corners if posts > room), default=room)
    if not found.exact and free < room < after:
        corners = sorted([*corners, (room, 0.0)])
        corners = [
            one for one in corners if not 0 < one[0] < room or one[1] > DISPLACEMENT_TOLERANCE
        ]
    return corners


def _lines(axes: Axes, found: Curve, corners: list[tuple[float, float]], lang: str) -> None:
    points = found.points
    posts = [point.posts for point in points]
    lower = [point.least_displaced_person_months for point in points]
    upper = [point.most_displaced_person_months for point in points]
    if max(b - a for a, b in zip(lower, upper, strict=True)) > DISPLACEMENT_TOLERANCE:
        axes.fill_between(posts, lower, upper, facecolor=COLOURS["resting"], linewidth=0)
    axes.plot(*zip(*corners, strict=True), color=COLOURS["main_task_2"], linewidth=1.8, zorder=3)
    if len(corners) > 2:
        axes.plot(*zip(*corners[1:-1], strict=True), "o", zorder=4, color="white",
                  markeredgecolor=COLOURS["main_task_2"], markersize=4.5)  # fmt: skip
    low, high = min(0.0, *lower), max(*upper, 1.0)
    axes.set_xlim(0, posts[-1])
    axes.set_ylim(low - 0.04 * (high - low) * (low < 0), high + 0.12 * (high - low))
    style_axes(axes)
    number_axis(axes.xaxis, lang, 8)
    number_axis(axes.yaxis, lang)
    axes.set_xlabel(say("size_axis", lang))
    axes.set_ylabel(say("displaced_axis", lang))
    _slopes(axes, corners, lang)


def _slopes(axes: Axes, corners: list[tuple[float, float]], lang: str) -> None:
    """Label each long segment with the cost per additional post."""
    low, high = axes.get_ylim()
    for (begin, start), (end, stop) in pairwise(corners):
        cost = (stop - start) / (end - begin)
        rise = abs(stop - start) / (high - low) * AXES_INCHES[1]
        run = (end - begin) / corners[-1][0] * AXES_INCHES[0]
        left = rise > run  # beside a steep segment, above a flat one
        if abs(cost) < 0.005 or (rise if left else run) < (0.35 if left else 0.55):
            continue
        axes.annotate(
            number(cost, lang, 2 if abs(cost) < 10 else 1), ((begin + end) / 2, (start + stop) / 2),
            (-5, 3) if left else (0, 6), textcoords="offset points", size=7.5, zorder=5,
            ha="right" if left else "center", va="bottom", color=COLOURS["ink"],
        )  # fmt: skip


def _package_posts(found: Curve) -> float:
    """Return the posts of the package at multiple 1."""
    last = found.points[-1]
    return last.posts / last.multiple


def _marks(axes: Axes, found: Curve, room: float, lang: str) -> None:
    """Shade the headroom, and mark the size of the package."""
    top = axes.get_ylim()[1]
    if room > 0:
        axes.axvspan(0, room, facecolor="#E3F1EC", edgecolor="none", zorder=0)
        text = f"{say('headroom', lang)}: {number(room, lang, 0)}"
        axes.annotate(text, (0, top), (6, -4), textcoords="offset points", size=8,
                      va="top", color="#00624A")  # fmt: skip
    size = _package_posts(found)
    if size <= found.points[-1].posts:
        axes.axvline(size, color=COLOURS["ink"], linewidth=0.9, linestyle=(0, (4, 3)))
        text = say("its_size", lang, posts=number(size, lang, 0))
        axes.annotate(text, (size, top), (-4, -4), textcoords="offset points", size=8,
                      va="top", ha="right")  # fmt: skip


def _key(found: Curve, lang: str) -> list[Line2D | Patch]:
    line = Line2D([], [], color=COLOURS["main_task_2"], linewidth=1.8, marker="o",
                  markerfacecolor="white", markersize=4.5,
                  label=say("curve_key" if found.exact else "curve_key_tried", lang))  # fmt: skip
    key: list[Line2D | Patch] = [line]
    if any(p.most_displaced_person_months - p.least_displaced_person_months > DISPLACEMENT_TOLERANCE
           for p in found.points):  # fmt: skip
        key.append(Patch(facecolor=COLOURS["resting"], label=say("curve_band", lang)))
    return key


def _title(found: Curve, room: float, names: Names | None, lang: str) -> str:
    name = names.package(found.package) if names else found.package
    if found.line:
        name = f"{name}, {names.demand(found.line) if names else found.line}"
    size = min(_package_posts(found), found.points[-1].posts)
    total = number(found.at(size / _package_posts(found)), lang, 0)
    posts = number(size, lang, 0)
    if room <= 0:
        return say("curve_title_none", lang, name=name, size=posts, total=total)
    free = number(room, lang, 0)
    if room >= size - 1e-9:
        return say("curve_title_free", lang, name=name, size=posts, headroom=free)
    return say("curve_title", lang, name=name, headroom=free, size=posts, total=total)


def _subtitle(found: Curve, lang: str) -> str:
    text = say("curve_subtitle", lang)
    if not found.exact:
        error = rough(found.estimated_error_person_months, lang)
        text += " " + say("curve_tried", lang, count=len(found.points), give=error)
    return text


@figure("promises", "shares promised against certainty, size and fill of the packages")
def frontier(promises: Promises, lang: str = "en") -> Chart:
    """Draw the share promised to main tasks and packages, with a panel per parameter varied.

    Parameters
    ----------
    promises : Promises
        With a frontier.
    lang : {"en", "nl"}
    """
    words = text_of("promises").say
    kinds = list(dict.fromkeys(one.varied for one in promises.frontier))
    picture = chart(3.6)
    panels = picture.subplots(1, len(kinds), squeeze=False, sharey=True)[0]
    lines: list[object] = []
    for axes, kind in zip(panels, kinds, strict=True):
        points = [one for one in promises.frontier if one.varied == kind]
        at = [one.at for one in points]
        lines = [
            axes.plot(
                at, [getattr(one, column) for one in points], "o-", color=colour,
                label=words(column, lang),
            )[0]
            for column, colour in zip(SHARE_COLUMNS, SERIES, strict=False)
        ]  # fmt: skip
        axes.set_xlabel(words(kind, lang))
        axes.set_ylim(0, 1.05)
        style_axes(axes)
        number_axis(axes.xaxis, lang, 5, percent=kind != "package_size")
        number_axis(axes.yaxis, lang, 6, percent=True)
    return add_frame(picture, words("promises.frontier", lang), key=lines)
