"""``shares``: which commitment caused how much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.questions.ask import Subject, question

if TYPE_CHECKING:
    from planner.analysis.outcome import Outcome

__all__ = ["shares"]

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
