"""The exact curve of displacement over the size of a package, where one plan is remade."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.analysis.case import Case
from planner.analysis.parametric import Parametric, Piece
from planner.analysis.scaling import Scaled

__all__ = ["Followed", "clear", "edges_of", "follow", "values"]

Floats = NDArray[np.float64]

NOTHING = 1e-6
"""Person-months that are rounding."""


@dataclass(frozen=True, eq=False)
class Followed:
    """The exact curve between two sizes.

    Attributes
    ----------
    parametric : Parametric
    pieces : list of Piece
        On each the fill of every tier is linear.
    least, most : list of Piece
        The same cut further, ties settled for and against main task 2; the last step is its fill.
    tiers : dict of int to int
        The step of each tier.
    """

    parametric: Parametric
    pieces: list[Piece]
    least: list[Piece]
    most: list[Piece]
    tiers: dict[int, int]

    def displaced(self, edges: Floats) -> tuple[Floats, Floats]:
        """Return least and most displacement from the first edge on, at sizes inside."""
        least, most = -values(self.least, -1, edges), values(self.most, -1, edges)
        return clear(least[0] - least), clear(most[0] - most)


def follow(case: Case, scaled: Scaled, low: float, high: float) -> Followed:
    """Return the exact curve between two sizes."""
    sheet, moves = scaled.sheet(high)
    worth = sheet.counted(((case.task == 2) & ~case.inside(scaled.package)).astype(float))
    steps = sheet.objectives(preferences=False)
    parametric = Parametric(sheet, moves, [step.cost for step in steps])
    pieces = parametric.pieces(low, high)
    tiers = {step.tier: place for place, step in enumerate(steps) if step.kind == "tier"}
    least, most = (parametric.further(pieces, sign * worth) for sign in (-1.0, 1.0))
    return Followed(parametric, pieces, least, most, tiers)


def edges_of(*series: list[Piece]) -> Floats:
    """Return all sizes at which one of some series of pieces begins or ends."""
    every = np.unique([at for pieces in series for p in pieces for at in (p.low, p.high)])
    return every[np.concatenate([np.diff(every) > 1e-9, [True]])]


def values(pieces: list[Piece], step: int, at: Floats) -> Floats:
    """Return the best cost of a step at some sizes."""
    place = np.clip(np.searchsorted([piece.high for piece in pieces], at), 0, len(pieces) - 1)
    return np.array(
        [
            pieces[k].cost[step] + pieces[k].slope[step] * (size - pieces[k].low)
            for k, size in zip(place, at, strict=True)
        ]
    )


def clear(lost: Floats) -> Floats:
    """Return displacement free of rounding."""
    return np.where(np.abs(lost) < NOTHING, 0.0, lost)
