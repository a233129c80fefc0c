"""``ranges`` and ``near``: is a figure an accident of the solver?"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.questions.ask import Subject, question

if TYPE_CHECKING:
    from planner.outcome import Outcome

__all__ = ["By", "near", "ranges"]


class By(StrEnum):
    """What demands are gathered by."""

    MISSION = "mission"
    DEMAND = "demand"
    REGION = "region"
    CATEGORY = "category"
    ORGANISATION = "organisation"
    KIND = "kind"
    MAIN_TASK = "main_task"
    TIER = "tier"


Gathered = Annotated[By, typer.Option("--by", help="What figures are shown by.")]
Slack = Annotated[
    float,
    typer.Option(
        "--slack",
        min=0.0,
        metavar="PERSON-MONTHS",
        help="How far from the best an allocation may be, in each tier.",
    ),
]
Preferences = Annotated[
    bool,
    typer.Option(
        "--preferences/--no-preferences",
        help="Whether first-named pools serve where that costs nothing, as the rule has it.",
    ),
]
Count = Annotated[
    int, typer.Option("--alternatives", min=1, max=50, help="How many other allocations.")
]


@question("fills", "displacement")
def ranges(
    asked: Subject,
    by: Gathered = By.MISSION,
    slack: Slack = 0.0,
    preferences: Preferences = True,
) -> Outcome:
    """Show the smallest and largest fill and displacement over all optimal allocations.

    A figure whose range is wide is an accident of the solver; one that is unique is not.

    \b
    Examples:
      planner ranges eastern-flank-battalion --rule value
      planner ranges eastern-flank-battalion --by region --json
    """
    from planner.analysis.ranges import ranges as run

    return run(
        asked.case, by=by.value, slack_person_months=slack, preferences=preferences,
        progress=asked.progress,
    )  # fmt: skip


@question("alternatives", "fills")
def near(
    asked: Subject,
    by: Gathered = By.MISSION,
    slack: Slack = 10.0,
    alternatives: Count = 3,
    preferences: Preferences = True,
) -> Outcome:
    """Show other allocations that are optimal or nearly so, as different as possible.

    \b
    Examples:
      planner near eastern-flank-battalion --slack 25 --alternatives 5
      planner near eastern-flank-battalion --rule value --slack 0 --out results/others
    """
    from planner.analysis.ranges import ranges as run

    return run(
        asked.case, by=by.value, slack_person_months=slack, preferences=preferences,
        alternatives=alternatives, progress=asked.progress,
    )  # fmt: skip
