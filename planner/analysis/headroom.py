"""Headroom: how large a package, or one line of it alone, can be before anyone goes short.

*Value*, where one plan is remade: exact, the end of the last piece of the curve that costs
nothing. Ties are settled in favour of main task 2, so the headroom is what a planner can make of
it. Otherwise by bisection with the rule's own plans, to within `tolerance_posts`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from planner.analysis.declare import Option, analysis, text_of
from planner.analysis.plans import Case, planner_of, read_case
from planner.analysis.scaling import Scaled, edges_of, follow
from planner.errors import InputError
from planner.labels import number
from planner.outcome import Outcome, Progress, silent
from planner.tolerances import NO_LOSS

__all__ = ["Headroom", "Room", "headroom"]

_TEXT = text_of("headroom")
say = _TEXT.say


@dataclass(frozen=True)
class Room:
    """The largest size without displacement of main task 2.

    Attributes
    ----------
    package, line : str
        `line` is empty for the whole package.
    asked_posts : float
        Persons at multiple 1.
    multiple, posts : float
        The headroom; where `limited` is false no displacement was found up to that size.
    tolerance_posts : float
        How far the headroom may lie above what is said; 0 if exact.
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
    rooms: tuple[Room, ...]

    def sentences(self, lang: str = "en") -> list[str]:
        """Return how much of each is free of displacement."""
        said = []
        for room in self.rooms:
            key = "room" if room.limited and room.posts < room.asked_posts else "room_beyond"
            asked, posts = number(room.asked_posts, lang, 0), number(room.posts, lang)
            said.append(say(key, lang, name=room.line or room.package, posts=posts, asked=asked))
        return said


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
    every = [None, *case.problem.package(name).demands] if lines else [None]
    rooms = []
    for place, line in enumerate(every):
        progress(place, len(every))
        scaled = Scaled(case, planner, name, line)
        if scaled.posts > 0:
            rooms.append(_room(case, scaled, upto, tolerance_posts))
    progress(len(every), len(every))
    return Headroom(case.rule, tuple(rooms))


def _room(case: Case, scaled: Scaled, upto: float, tolerance_posts: float) -> Room:
    exact = case.rule == "value" and scaled.one_plan
    if exact:
        multiple, limited, give = *_followed(case, scaled, upto), 0.0
    else:
        multiple, limited = _bisected(scaled, upto, tolerance_posts / scaled.posts)
        give = tolerance_posts
    return Room(
        scaled.package, scaled.line or "", scaled.posts, multiple, multiple * scaled.posts,
        limited, exact, give,
    )  # fmt: skip


def _followed(case: Case, scaled: Scaled, upto: float) -> tuple[float, bool]:
    """Return where the exact curve leaves zero, and whether it does."""
    low, high = 0.0, min(1.0, upto)
    lost = 0.0
    while True:
        followed = follow(case, scaled, low, high)
        edges = edges_of(followed.least)
        displaced = lost + followed.displaced(edges)[0]
        above = np.flatnonzero(displaced > NO_LOSS)
        if len(above):
            place = int(above[0])
            return _leaves(edges, displaced, place), True
        if high >= upto:
            return upto, False
        low, high, lost = high, min(4 * high, upto), float(displaced[-1])


def _leaves(edges: np.ndarray, displaced: np.ndarray, place: int) -> float:
    """Return where a line between two edges leaves zero for good."""
    if place == 0:
        return float(edges[0])
    start, end = float(displaced[place - 1]), float(displaced[place])
    share = max(-start, 0.0) / (end - start)
    return float(edges[place - 1] + share * (edges[place] - edges[place - 1]))


def _bisected(scaled: Scaled, upto: float, give: float) -> tuple[float, bool]:
    """Return the largest size tried without displacement, and whether a larger one has some."""

    def free(multiple: float) -> bool:
        return scaled.displaced(multiple) <= NO_LOSS

    low, high = 0.0, min(1.0, upto)
    while free(high):
        if high >= upto:
            return high, False
        low, high = high, min(2 * high, upto)
    while high - low > give:
        middle = (low + high) / 2
        low, high = (middle, high) if free(middle) else (low, middle)
    return low, True
