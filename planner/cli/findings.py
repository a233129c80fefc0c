"""What nobody could ever serve, said before anything is solved."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from planner.cli.text import clean

if TYPE_CHECKING:
    from planner.months import Month
    from planner.problem.model import Problem

__all__ = ["found_in", "warn"]


def found_in(
    problem: Problem, first_month: Month | None = None, notes: bool = False
) -> list[tuple[str, str]]:
    """Return what is wrong with a problem that can be read: severity and sentence.

    Parameters
    ----------
    problem : Problem
    first_month : Month, optional
        Calendar month of month 0.
    notes : bool
        Also what has no effect at all.
    """
    from planner.problem.checks import diagnose

    return [
        (one.severity, f"{one.severity}: {one.subject}: {one.message}")
        for one in diagnose(problem, first_month)
        if notes or one.severity != "note"
    ]


def warn(
    name: str, problem: Problem, first_month: Month | None = None, quiet: bool = False
) -> None:
    """Say on standard error what nobody could ever serve; the rest is solved all the same."""
    if quiet:
        return
    for _, sentence in found_in(problem, first_month):
        print(clean(f"{name}: {sentence}"), file=sys.stderr)
