"""Tolerances that several modules share, each once, with its unit and its reason.

A tolerance of a single algorithm is defined beside that algorithm.
"""

from __future__ import annotations

__all__ = [
    "NEGLIGIBLE_PEOPLE",
    "NO_LOSS",
    "NO_SHORTFALL",
    "ROUNDED",
    "ROUNDING",
    "SHARE_SUM",
    "SHOWN",
    "TIGHT",
]

SHOWN = 0.05
"""Persons or person-months: less is 0.0 in a table with one decimal, and has no row or bar."""

NO_LOSS = 0.01
"""Person-months: a loss up to this is none, so that a search for no loss ends."""

NO_SHORTFALL = 1e-3
"""Person-months: a shortfall or loss up to this has no causes to be divided over."""

ROUNDED = 1e-6
"""Person-months: differences of sums over a window up to this are rounding."""

ROUNDING = 1e-7
"""Share of what is asked: a difference between two plans up to this is rounding of the solver."""

NEGLIGIBLE_PEOPLE = 1e-9
"""Persons: fewer are rounding, not people."""

TIGHT = 1e-6
"""Persons, relative to one plus the limit: a limit with less room is reached (solver rounding)."""

SHARE_SUM = 1e-9
"""Largest distance from 1 of the sum of a mix's shares: rounding of decimal shares, no more."""
