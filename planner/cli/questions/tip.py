"""``tipping``: what would have to be different for a conclusion to be false."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.questions.ask import Package, Subject, question

if TYPE_CHECKING:
    from planner.outcome import Outcome

__all__ = ["tipping"]

Stated = Annotated[
    str,
    typer.Argument(
        metavar="CONCLUSION",
        help="What is said: displacement, fill or ratio, of what in brackets, and a level: "
        "'displacement(kind=staff) > 10%', 'displacement of staff posts exceeds 10 %', "
        "'fill(untso) < 90%', 'ratio exceeds 4%'. In brackets stands a mission, a demand, or one "
        "of demand, mission, region, category, organisation, kind, pool, package, main_task and "
        "tier with =.",
        show_default=False,
    ),
]
Inputs = Annotated[
    list[str] | None,
    typer.Option(
        "--input",
        metavar="ID",
        help="Move only these, * for anything: 'pool.*', 'kind.*.rest'; may be given more than "
        "once; by default every figure that a plan looks at.",
        show_default=False,
    ),
]
Moved = Annotated[
    float, typer.Option("--reach", metavar="TIMES", help="How far each is moved, of itself.")
]
Steps = Annotated[
    int, typer.Option("--steps", min=1, max=100, help="Values tried on the way, each way.")
]
Close = Annotated[
    float,
    typer.Option("--tolerance", metavar="SHARE", help="How close to come to a flip, of the input."),
]
Draws = Annotated[
    int, typer.Option("--draws", min=0, max=1_000_000, help="Futures to draw; 0 draws none.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="For the draws.")]


@question("flips")
def tipping(
    asked: Subject,
    conclusion: Stated,
    package: Package = None,
    input: Inputs = None,
    reach: Moved = 1.0,
    steps: Steps = 4,
    tolerance: Close = 1e-3,
    draws: Draws = 256,
    seed: Seed = 0,
) -> Outcome:
    """Show what would have to be different for a conclusion to be false, and how often it holds.

    Each input is moved alone, up and down, until the conclusion flips: by how much, and whether
    that lies inside its range. And the share of futures in which it holds.

    \b
    Examples:
      planner tipping eastern-flank-battalion "displacement(kind=staff) > 5%"
      planner tipping letter "fill(untso) < 90%" --input "pool.*" --draws 0
    """
    from planner.analysis.tipping import tipping as run

    return run(
        asked.case, conclusion, package, inputs=input, reach=reach, steps=steps,
        tolerance=tolerance, draws=draws, seed=seed, progress=asked.progress,
    )  # fmt: skip
