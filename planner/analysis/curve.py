"""Displacement as a function of the size of a package.

Under *value*, where only the last plan is remade, breakpoints are exact, by parametric linear
programming. Where optimal plans differ in displacement, both ends are computed: ties broken in
favour of main task 2 (`least`) and against it (`most`). Otherwise (*fair*, or a package with a size
that affects earlier plans) the rule's own plan is made at sampled sizes, more of them near
breakpoints. Between these sizes the curve is an estimate, and so is the error stated.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any, ClassVar

import numpy as np

from planner.analysis.declare import Option, analysis, text_of
from planner.analysis.plans import Case, planner_of, read_case
from planner.analysis.scaling import (
    CurveSampler,
    ExactCurve,
    ScaledPackage,
    breakpoints_of,
    exact_curve,
    piece_values,
    zero_rounding,
)
from planner.errors import InputError
from planner.labels import number
from planner.outcome import Outcome, Progress, silent
from planner.problem.model import Flags

__all__ = ["Curve", "CurvePiece", "CurvePoint", "MissionLoss", "TierLoss", "curve"]

_TEXT = text_of("curve")
say = _TEXT.say

FREE_COST = 0.005
"""Displacement per post, person-months, below which it counts as none."""

MAX_NAMED = 3
"""Largest number of missions named for one piece."""

FILL_TOLERANCE = 1e-3
"""Difference, person-months, within which two fills are equal."""


def _piece_sentence(curve: Curve, index: int, piece: CurvePiece, lang: str) -> str:
    cost = piece.least_displaced_per_post
    key = "free" if abs(cost) < FREE_COST else "back" if cost < 0 else "cost"
    size = number(piece.to_posts - piece.from_posts, lang)
    posts = say("piece_next" if index else "piece_first", lang, posts=size)
    text = say(f"piece_{key}", lang, posts=posts, each=number(abs(cost), lang, 2))
    whom, other = (_losing_missions(curve, piece, task, lang) for task in (2, 1))
    if whom:
        text += f" ({whom})"
    return f"{text}{say('piece_other', lang, whom=other) if other else ''}."


def _losing_missions(curve: Curve, piece: CurvePiece, task: int, lang: str) -> str:
    """Return the missions of a main task that lose most for each post."""
    rows = [
        (row.per_post_person_months, row.mission)
        for row in curve.missions
        if row.main_task == task
        and row.from_posts <= piece.from_posts + 1e-9 < row.to_posts
        and row.per_post_person_months > FREE_COST
    ]
    shown = sorted(rows, reverse=True)[:MAX_NAMED]
    return ", ".join(f"{mission} {number(cost, lang, 2)}" for cost, mission in shown)


@dataclass(frozen=True)
class CurvePoint:
    """Displacement of main task 2, person-months, at one size of the package."""

    multiple: float
    posts: float
    least_displaced_person_months: float
    most_displaced_person_months: float


@dataclass(frozen=True)
class CurvePiece:
    """An interval of sizes over which the displacement per post is constant."""

    from_multiple: float
    to_multiple: float
    from_posts: float
    to_posts: float
    least_displaced_per_post: float
    most_displaced_per_post: float


@dataclass(frozen=True)
class TierLoss:
    """What all demands of a tier together lose as the package grows from nothing.

    In weighted person-months over the whole model; in its own tier the package counts as a gain.
    """

    multiple: float
    tier: int
    lost_weighted_person_months: float


@dataclass(frozen=True)
class MissionLoss:
    """What a mission loses over one piece: to the middle of it, and for each post more.

    `per_post_person_months` is NaN where optimal allocations differ.
    """

    from_posts: float
    to_posts: float
    mission: str
    main_task: int
    smallest_displaced_person_months: float
    largest_displaced_person_months: float
    per_post_person_months: float
    unique: bool


@dataclass(frozen=True, eq=False, repr=False)
class Curve(Outcome):
    """Outcome of :func:`curve`.

    Attributes
    ----------
    line : str
        The line scaled alone; empty for the whole package.
    exact : bool
        Whether breakpoints are exact.
    estimated_error_person_months : float
        0 if exact; else the largest difference between a plan and the value predicted from its
        neighbours. An estimate, not a bound.
    """

    title: ClassVar[str] = "curve"
    rule: str
    package: str
    line: str
    exact: bool
    estimated_error_person_months: float
    points: tuple[CurvePoint, ...]
    pieces: tuple[CurvePiece, ...]
    tiers: tuple[TierLoss, ...]
    missions: tuple[MissionLoss, ...]

    @property
    def tolerance_person_months(self) -> float:
        """Deprecated name of `estimated_error_person_months`."""
        warnings.warn(
            "Curve.tolerance_person_months is no proved bound and is now called"
            " estimated_error_person_months",
            DeprecationWarning,
            stacklevel=2,
        )
        return self.estimated_error_person_months

    def at(self, multiple: float) -> float:
        """Return the least displaced person-months at a size, between points by interpolation."""
        points = self.points
        if not points[0].multiple <= multiple <= points[-1].multiple:
            raise InputError(
                f"expected a multiple from {points[0].multiple:g} to {points[-1].multiple:g},"
                f" found {multiple:g}"
            )
        sizes = [point.multiple for point in points]
        lost = [point.least_displaced_person_months for point in points]
        return float(np.interp(multiple, sizes, lost))

    def sentences(self, lang: str = "en") -> list[str]:
        """Return what each piece costs, and whom."""
        texts = [
            _piece_sentence(self, index, piece, lang) for index, piece in enumerate(self.pieces)
        ]
        if not self.exact:
            give = number(self.estimated_error_person_months, lang, 2)
            texts.append(say("tried", lang, count=len(self.points), give=give))
        return texts


@analysis(
    shown=("pieces",),
    needs_package=True,
    quick={"sizes": 8, "upto": 1.0},
    positional=("package", "rule"),
)
def curve(
    source: Any,
    /,
    *,
    rule: str | None = None,
    package: str | None = None,
    line: Annotated[str | None, Option(metavar="DEMAND")] = None,
    upto: Annotated[float, Option(metavar="TIMES")] = 1.5,
    missions: Annotated[bool, Option(hidden=True)] = True,
    sizes: Annotated[int, Option(low=7, high=1000)] = 40,
    progress: Progress = silent,
) -> Curve:
    """Return displacement of main task 2 as a package grows from nothing to `upto` times its size.

    Parameters
    ----------
    source : scenario, result or problem
        See :func:`planner.analysis.plans.read_case`.
    package : str, optional
        By default the only one.
    line : str, optional
        A demand of the package that is scaled alone, the others left out.
    upto : float
        Largest multiple of its own size.
    missions : bool
        Whether to follow each mission too.
    sizes : int
        How many sizes are tried where the curve is not exact.

    Examples
    --------
    >>> line = {"tier": 2, "cap": 8, "first": 0, "last": 0, "tour": 1, "pools": ["staff"],
    ...         "prep": 0, "rest": 0}
    >>> problem = {"format": "planner-problem/1", "months": 1, "pools": {"staff": 10},
    ...            "demands": [{"id": "untso", **line}, {"id": "x", **line, "tier": 1, "cap": 4}],
    ...            "packages": {"flank": {"demands": ["x"], "known": 0}}}
    >>> for sentence in curve(problem, rule="value", upto=1).sentences():
    ...     print(sentence)
    The first 2 posts cost main task 2 nothing.
    The next 2 posts each cost 1.00 person-months of main task 2 (untso 1.00).
    """
    if not (upto > 0 and np.isfinite(upto)):
        raise InputError(f"upto: expected a number above 0, found {upto}")
    case = read_case(source, rule)
    scaled = ScaledPackage(case, planner_of(case, fills_only=True), case.package(package), line)
    if scaled.posts <= 0:
        raise InputError(f"{line or scaled.package}: expected people asked for, found none")
    if case.rule == "value" and scaled.last_plan_only:
        return _parametric_curve(case, scaled, upto, missions, progress)
    return _sampled_curve(case, scaled, upto, sizes, progress)


def _parametric_curve(
    case: Case, scaled: ScaledPackage, upto: float, missions: bool, progress: Progress
) -> Curve:
    exact = exact_curve(case, scaled, 0.0, upto)
    edges = breakpoints_of(exact.pieces, exact.min_pieces, exact.max_pieces)
    low, high = exact.displaced(edges)
    points = [
        CurvePoint(*map(float, (at, at * scaled.posts, a, b)))
        for at, a, b in zip(edges, low, high, strict=True)
    ]
    breakpoints = breakpoints_of(exact.pieces)
    tiers = []
    for tier, step in exact.tiers.items():
        lost = piece_values(exact.pieces, step, breakpoints)
        tiers += [
            TierLoss(float(at), tier, float(value))
            for at, value in zip(breakpoints, zero_rounding(lost - lost[0]), strict=True)
        ]
    losses = _parametric_losses(case, scaled, exact, progress) if missions else []
    return Curve(
        "value", scaled.package, scaled.line or "", True, 0.0, tuple(points),
        _pieces_between(points), tuple(tiers), tuple(losses),
    )  # fmt: skip


def _pieces_between(points: list[CurvePoint], tolerance: float = 0.0) -> tuple[CurvePiece, ...]:
    """Return pieces between points; neighbours with slopes within a tolerance are joined."""
    joined: list[CurvePiece] = []
    begin = points[0]
    for end, after in zip(points[1:], [*points[2:], None], strict=True):
        piece = _piece(begin, end)
        if after is not None and tolerance > 0:
            slope = _piece(end, after).least_displaced_per_post
            if abs(slope - piece.least_displaced_per_post) < tolerance:
                continue
        joined.append(piece)
        begin = end
    return tuple(joined)


def _piece(a: CurvePoint, b: CurvePoint) -> CurvePiece:
    posts = b.posts - a.posts
    least = (b.least_displaced_person_months - a.least_displaced_person_months) / posts
    most = (b.most_displaced_person_months - a.most_displaced_person_months) / posts
    return CurvePiece(a.multiple, b.multiple, a.posts, b.posts, least, most)


def _parametric_losses(
    case: Case, scaled: ScaledPackage, exact: ExactCurve, progress: Progress
) -> list[MissionLoss]:
    """Return what each mission outside the package loses over each piece."""
    layout, parametric = exact.parametric.layout, exact.parametric
    groups = _losing_groups(case, scaled).items()
    weights = {name: layout.counted(mask.astype(float)) for name, mask in groups}
    weights = {name: weight for name, weight in weights.items() if weight.any()}
    first = exact.pieces[0]
    begin = parametric.solution(first, first.low)
    rows = []
    for index, piece in enumerate(exact.pieces):
        progress(index, len(exact.pieces))
        middle, width = (piece.low + piece.high) / 2, piece.high - piece.low
        inner = parametric.solution(piece, piece.low + width / 4)
        for (name, weight), (low, high) in zip(
            weights.items(),
            parametric.ranges_at(piece, middle, list(weights.values())),
            strict=True,
        ):
            start = float(weight @ begin)
            unique = high - low <= FILL_TOLERANCE
            slope = (float(weight @ inner) - (low + high) / 2) / (width / 4 * scaled.posts)
            if (
                abs(start - high) < FILL_TOLERANCE
                and abs(start - low) < FILL_TOLERANCE
                and abs(slope) < 1e-6
            ):
                continue
            posts = piece.low * scaled.posts, piece.high * scaled.posts
            each = slope if unique else float("nan")
            rows.append(MissionLoss(*posts, *name, start - high, start - low, each, unique))
    progress(len(exact.pieces), len(exact.pieces))
    return rows


def _sampled_curve(
    case: Case, scaled: ScaledPackage, upto: float, sizes: int, progress: Progress
) -> Curve:
    """Return the curve through plans of the rule at sizes chosen where the error is largest."""
    sampler = CurveSampler({at: scaled.displaced(at) for at in np.linspace(0.0, upto, 7).tolist()})
    while len(sampler.values) < sizes:
        progress(len(sampler.values), sizes)
        at = sampler.next_size()
        sampler.add(at, scaled.displaced(at))
    progress(sizes, sizes)
    lost = sampler.values
    points = [CurvePoint(at, at * scaled.posts, lost[at], lost[at]) for at in sorted(lost)]
    losses = _sampled_losses(case, scaled, sorted(lost))
    return Curve(
        case.rule, scaled.package, scaled.line or "", False, sampler.max_error, tuple(points),
        _pieces_between(points, 1e-3), (), tuple(losses),
    )  # fmt: skip


def _sampled_losses(case: Case, scaled: ScaledPackage, sizes: list[float]) -> list[MissionLoss]:
    unique, groups = case.rule == "fair", _losing_groups(case, scaled)
    rows = []
    for low, high in pairwise(sizes):
        now, then = (scaled.filled_without - scaled.filled(at) for at in (low, high))
        for name, mask in groups.items():
            a, b = float(now[mask].sum()), float(then[mask].sum())
            if max(abs(a), abs(b)) < FILL_TOLERANCE:
                continue
            per_post = (b - a) / ((high - low) * scaled.posts)
            middle = (a + b) / 2
            posts = low * scaled.posts, high * scaled.posts
            rows.append(MissionLoss(*posts, *name, middle, middle, per_post, unique))
    return rows


def _losing_groups(case: Case, scaled: ScaledPackage) -> dict[tuple[str, int], Flags]:
    """Return demands outside the package by mission and main task."""
    outside = ~case.inside(scaled.package)
    groups = {
        (name, task): mask & outside & (case.task == task)
        for name, mask in case.groups("mission").items()
        for task in (1, 2)
    }
    return {name: mask for name, mask in groups.items() if mask.any()}
