"""Headroom: how large a package, or one line of it alone, can be before anyone goes short.

Under *value*, where only the last plan is remade, the headroom is exact: the end of the last piece
of the curve without displacement. Ties are broken in favour of main task 2, so it is the largest
size that some optimal plan reaches. Otherwise it is found by bisection with the rule's own plans,
to within `tolerance_posts`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from planner.analysis.declare import Option, analysis, text_of
from planner.analysis.plans import Case, planner_of, read_case
from planner.analysis.scaling import ScaledPackage, breakpoints_of, exact_curve
from planner.errors import InputError
from planner.labels import number
from planner.outcome import Outcome, Progress, silent
from planner.tolerances import NO_LOSS

__all__ = ["Headroom", "LineHeadroom", "headroom"]

_TEXT = text_of("headroom")
say = _TEXT.say


@dataclass(frozen=True)
class LineHeadroom:
    """The largest size of a package or line without displacement of main task 2.

    Attributes
    ----------
    package, line : str
        `line` is empty for the whole package.
    asked_posts : float
        Persons at multiple 1.
    multiple, posts : float
        The headroom; where `limited` is false no displacement was found up to that size.
    tolerance_posts : float
        How far the headroom may exceed `posts`; 0 if exact.
    """

    package: str
    line: str
    asked_posts: float
    multiple: float
    posts: float
    limited: bool
    exact: bool
    tolerance_posts: float


@dataclass(frozen=True, eq=False, repr=False)
class Headroom(Outcome):
    """Outcome of :func:`headroom`: the package first, then its lines."""

    title: ClassVar[str] = "headroom"
    rule: str
    rooms: tuple[LineHeadroom, ...]

    def sentences(self, lang: str = "en") -> list[str]:
        """Return how much of each is free of displacement."""
        texts = []
        for room in self.rooms:
            key = "room" if room.limited and room.posts < room.asked_posts else "room_beyond"
            asked, posts = number(room.asked_posts, lang, 0), number(room.posts, lang)
            texts.append(say(key, lang, name=room.line or room.package, posts=posts, asked=asked))
        return texts


@analysis(
    needs_package=True,
    quick={"lines": False, "tolerance_posts": 60.0},
    positional=("package", "rule"),
)
def headroom(
    source: Any,
    /,
    *,
    rule: str | None = None,
    package: str | None = None,
    lines: bool = True,
    upto: Annotated[float, Option(metavar="TIMES")] = 64.0,
    tolerance_posts: Annotated[float, Option("--tolerance", metavar="POSTS")] = 0.5,
    progress: Progress = silent,
) -> Headroom:
    """Return the largest multiple of a package, and of each of its lines, without displacement.

    Parameters
    ----------
    source : scenario, result or problem
        See :func:`planner.analysis.plans.read_case`.
    package : str, optional
        By default the only one.
    lines : bool
        Whether to try each line alone too, the others left out.
    upto : float
        The largest multiple tried.
    tolerance_posts : float
        How close to come where bisection is needed.

    Examples
    --------
    >>> line = {"tier": 2, "cap": 8, "first": 0, "last": 0, "tour": 1, "pools": ["staff"],
    ...         "prep": 0, "rest": 0}
    >>> problem = {"format": "planner-problem/1", "months": 1, "pools": {"staff": 10},
    ...            "demands": [{"id": "untso", **line}, {"id": "x", **line, "tier": 1, "cap": 4}],
    ...            "packages": {"flank": {"demands": ["x"], "known": 0}}}
    >>> headroom(problem, rule="value", lines=False).sentences()
    ['flank: the first 2 of 4 posts displace nothing of main task 2.']
    """
    if not upto > 0 or not tolerance_posts > 0:
        raise InputError("upto and tolerance_posts: expected numbers above 0")
    case = read_case(source, rule)
    name = case.package(package)
    planner = planner_of(case, fills_only=True)
    tried = [None, *case.problem.package(name).demands] if lines else [None]
    rooms = []
    for done, line in enumerate(tried):
        progress(done, len(tried))
        scaled = ScaledPackage(case, planner, name, line)
        if scaled.posts > 0:
            rooms.append(_line_headroom(case, scaled, upto, tolerance_posts))
    progress(len(tried), len(tried))
    return Headroom(case.rule, tuple(rooms))


def _line_headroom(
    case: Case, scaled: ScaledPackage, upto: float, tolerance_posts: float
) -> LineHeadroom:
    exact = case.rule == "value" and scaled.last_plan_only
    if exact:
        multiple, limited, tolerance = *_parametric_headroom(case, scaled, upto), 0.0
    else:
        multiple, limited = _bisected_headroom(scaled, upto, tolerance_posts / scaled.posts)
        tolerance = tolerance_posts
    return LineHeadroom(
        scaled.package, scaled.line or "", scaled.posts, multiple, multiple * scaled.posts,
        limited, exact, tolerance,
    )  # fmt: skip


def _parametric_headroom(case: Case, scaled: ScaledPackage, upto: float) -> tuple[float, bool]:
    """Return the largest multiple at which the exact curve is zero, and whether it rises at all."""
    low, high = 0.0, min(1.0, upto)
    lost = 0.0
    while True:
        exact = exact_curve(case, scaled, low, high)
        edges = breakpoints_of(exact.min_pieces)
        displaced = lost + exact.displaced(edges)[0]
        above = np.flatnonzero(displaced > NO_LOSS)
        if len(above):
            return _zero_crossing(edges, displaced, int(above[0])), True
        if high >= upto:
            return upto, False
        low, high, lost = high, min(4 * high, upto), float(displaced[-1])


def _zero_crossing(edges: np.ndarray, displaced: np.ndarray, index: int) -> float:
    """Return where the line up to the first edge with displacement crosses zero."""
    if index == 0:
        return float(edges[0])
    start, end = float(displaced[index - 1]), float(displaced[index])
    share = max(-start, 0.0) / (end - start)
    return float(edges[index - 1] + share * (edges[index] - edges[index - 1]))


def _bisected_headroom(scaled: ScaledPackage, upto: float, tolerance: float) -> tuple[float, bool]:
    """Return the largest size tried without displacement, and whether a larger one has some."""

    def displaces_nothing(multiple: float) -> bool:
        return scaled.displaced(multiple) <= NO_LOSS

    low, high = 0.0, min(1.0, upto)
    while displaces_nothing(high):
        if high >= upto:
            return high, False
        low, high = high, min(2 * high, upto)
    while high - low > tolerance:
        middle = (low + high) / 2
        low, high = (middle, high) if displaces_nothing(middle) else (low, middle)
    return low, True
