"""A curve in words: what each post of a package costs, and whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.analysis.sentences import say
from planner.labels import number

if TYPE_CHECKING:
    from planner.analysis.curve import Curve, CurvePiece

__all__ = ["told"]

NOTHING_PERSON_MONTHS = 0.005
"""A post that costs less than this costs nothing."""
NAMED = 3
"""Most missions that are named for one piece."""


def told(curve: Curve, lang: str) -> list[str]:
    """Return what each piece costs, and how close that is where sizes were tried."""
    said = [_piece(curve, place, piece, lang) for place, piece in enumerate(curve.pieces)]
    if not curve.exact:
        give = number(curve.estimated_error_person_months, lang, 2)
        said.append(say("tried", lang, count=len(curve.points), give=give))
    return said


def _piece(curve: Curve, place: int, piece: CurvePiece, lang: str) -> str:
    cost = piece.least_displaced_per_post
    key = "free" if abs(cost) < NOTHING_PERSON_MONTHS else "back" if cost < 0 else "cost"
    size = number(piece.to_posts - piece.from_posts, lang)
    posts = say("piece_next" if place else "piece_first", lang, posts=size)
    text = say(f"piece_{key}", lang, posts=posts, each=number(abs(cost), lang, 2))
    whom, other = (_payers(curve, piece, task, lang) for task in (2, 1))
    if whom:
        text += f" ({whom})"
    return f"{text}{say('piece_other', lang, whom=other) if other else ''}."


def _payers(curve: Curve, piece: CurvePiece, task: int, lang: str) -> str:
    """Return the missions of a main task that lose most for each post."""
    rows = [
        (row.per_post_person_months, row.mission)
        for row in curve.missions
        if row.main_task == task
        and row.from_posts <= piece.from_posts + 1e-9 < row.to_posts
        and row.per_post_person_months > NOTHING_PERSON_MONTHS
    ]
    shown = sorted(rows, reverse=True)[:NAMED]
    return ", ".join(f"{mission} {number(cost, lang, 2)}" for cost, mission in shown)
