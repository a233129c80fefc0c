"""``foresight``: what knowing earlier would help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.questions.ask import Subject, question

if TYPE_CHECKING:
    from planner.analysis.outcome import Outcome

__all__ = ["foresight"]

Packages = Annotated[
    list[str] | None,
    typer.Option(
        "--package",
        metavar="ID",
        help="What becomes known earlier; by default all packages, by as many months.",
        show_default=False,
    ),
]
Earlier = Annotated[
    int, typer.Option("--earlier", min=0, max=240, help="Up to how many months earlier.")
]
Later = Annotated[
    int, typer.Option("--later", min=0, max=240, help="Up to how many months later, too.")
]
Horizons = Annotated[
    list[int] | None,
    typer.Option(
        "--horizon",
        metavar="MONTHS",
        help="Months that a planner sees ahead; may be given more than once; by default 6 and 12.",
        show_default=False,
    ),
]


@question("views")
def foresight(
    asked: Subject,
    package: Packages = None,
    earlier: Earlier = 12,
    later: Later = 0,
    horizon: Horizons = None,
) -> Outcome:
    """Show what knowing earlier is worth, month by month, and what a short view costs.

    The plan that unfolds against perfect foresight and against a planner who sees only so many
    months ahead; under fair and value side by side, or with --rule under that rule alone.

    \b
    Examples:
      planner foresight eastern-flank-battalion --rule fair
      planner foresight letter --horizon 6 --horizon 24
    """
    from planner.analysis.foresight import HORIZONS
    from planner.analysis.foresight import foresight as run

    rules = ("fair", "value") if asked.rule is None else (asked.rule,)
    return run(
        asked.case, rules=rules, packages=package, earlier=range(-later, earlier + 1),
        horizons=horizon or HORIZONS, progress=asked.progress,
    )  # fmt: skip
