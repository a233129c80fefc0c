"""``shares`` and ``fairness``: which commitment caused how much, and who bears it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.questions.ask import Subject, question
from planner.cli.questions.sure import By

if TYPE_CHECKING:
    from planner.analysis.outcome import Outcome

__all__ = ["fairness", "shares"]

Lines = Annotated[
    bool, typer.Option("--lines", help="Take each line of a package as a package of its own.")
]
Orders = Annotated[
    int | None,
    typer.Option(
        "--orders",
        min=1,
        help="Sample so many orders; by default exact up to ten packages, and 200 above.",
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


Spread = Annotated[
    list[By] | None,
    typer.Option(
        "--by",
        help="What the loss is spread over; by default missions and regions.",
        show_default=False,
    ),
]
Packages = Annotated[
    list[str] | None,
    typer.Option(
        "--package",
        metavar="ID",
        help="Whose displacement is looked at, all together; by default all packages.",
        show_default=False,
    ),
]


@question("burdens")
def fairness(asked: Subject, by: Spread = None, package: Packages = None) -> Outcome:
    """Show who bears the loss and how concentrated it is, under fair and value side by side.

    With --rule under that rule alone. The Gini is 0 where everybody loses the same share of what he
    asks, and near 1 where one small mission loses all.

    \b
    Examples:
      planner fairness eastern-flank-battalion
      planner fairness letter --by organisation --json
    """
    from planner.analysis.fairness import GROUPS
    from planner.analysis.fairness import fairness as run

    rules = ("fair", "value") if asked.rule is None else (asked.rule,)
    return run(
        asked.case, rules=rules, by=[one.value for one in by or []] or GROUPS, packages=package,
        progress=asked.progress,
    )  # fmt: skip
