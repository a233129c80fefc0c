"""``shares``, ``causes``, ``why``: which commitment, and what else, caused how much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.questions.ask import Subject, question
from planner.cli.questions.sure import By

if TYPE_CHECKING:
    from planner.outcome import Outcome

__all__ = ["causes", "shares", "why"]

Lines = Annotated[
    bool, typer.Option("--lines", help="Take each line of a package as a package of its own.")
]
Orders = Annotated[
    int | None,
    typer.Option(
        "--orders",
        min=1,
        help="Sample so many orders; by default all are taken where that is possible.",
        show_default=False,
    ),
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="For sampled orders.")]


@question("packages", "missions")
def shares(
    asked: Subject, lines: Lines = False, orders: Orders = None, seed: Seed = 0
) -> Outcome:  # fmt: skip
    """Split what all packages displace together over the packages (Shapley values).

    \b
    Examples:
      planner shares eastern-flank-battalion --lines
    """
    from planner.analysis.shares import shares as run

    return run(asked.case, lines=lines, orders=orders, seed=seed, progress=asked.progress)


Gathered = Annotated[By, typer.Option("--by", help="What shortfalls are shown by.")]
Presence = Annotated[
    bool,
    typer.Option(
        "--presence/--no-presence",
        help="Whether people who are sent but not there count as a cause.",
    ),
]


@question("causes", "shortfalls")
def causes(
    asked: Subject,
    by: Gathered = By.MISSION,
    presence: Presence = True,
    orders: Orders = None,
    seed: Seed = 0,
) -> Outcome:
    """Split every shortfall over its causes, additive and whatever their order.

    Cap of the pools, rotation and rest, eligibility, composition, budget, presence, higher tiers
    and each package.

    \b
    Examples:
      planner causes eastern-flank-battalion
      planner causes letter --by region --no-presence --json
    """
    from planner.analysis.causes import causes as run

    return run(
        asked.case, by=by.value, presence=presence, orders=orders, seed=seed,
        progress=asked.progress,
    )  # fmt: skip


Mission = Annotated[
    str,
    typer.Argument(
        metavar="MISSION", help="The id of a mission, or of one demand.", show_default=False
    ),
]
Month = Annotated[
    str | None,
    typer.Option(
        "--month",
        metavar="YYYY-MM",
        help="By default the month in which it lacks most.",
        show_default=False,
    ),
]
Changes = Annotated[
    bool, typer.Option("--changes/--no-changes", help="Look for what would change it.")
]


@question("holders", "limits", "changes")
def why(asked: Subject, mission: Mission, month: Month = None, changes: Changes = True) -> Outcome:
    """Say why a mission has the people it has in a month.

    Which pool binds and in which months of its tours, who holds the people, and what would change
    it: without each package, with more people, with a month of rest less.

    \b
    Examples:
      planner why eastern-flank-battalion untso
      planner why eastern-flank-battalion oir --month 2022-07 --lang nl
    """
    from planner.analysis.why import why as run

    return run(asked.case, mission, month, changes=changes, progress=asked.progress)
