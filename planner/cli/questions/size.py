"""``curve``, ``headroom`` and ``prices``: from what size on, and what one more would bring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.questions.ask import Package, Subject, question

if TYPE_CHECKING:
    from planner.outcome import Outcome

__all__ = ["curve", "headroom", "prices"]

Line = Annotated[
    str | None,
    typer.Option(
        "--line", metavar="DEMAND", help="Scale this line alone, leave out the rest.",
        show_default=False,
    ),
]  # fmt: skip
Upto = Annotated[
    float, typer.Option("--upto", metavar="TIMES", help="Largest size, as a multiple of its own.")
]
Sizes = Annotated[
    int,
    typer.Option("--sizes", min=7, max=1000, help="Sizes tried where the curve is not exact."),
]
Lines = Annotated[bool, typer.Option("--lines/--no-lines", help="Each line of the package too.")]
Tolerance = Annotated[
    float,
    typer.Option("--tolerance", metavar="POSTS", help="How close to come where it is not exact."),
]
Kinds = Annotated[
    list[str] | None,
    typer.Option(
        "--kind",
        metavar="KIND",
        help="Only pool_month, pool, cap, bound, budget or rest; may be given more than once.",
        show_default=False,
    ),
]
Reach = Annotated[
    float, typer.Option("--reach", metavar="UNITS", help="How far to look for the end of a range.")
]
WholeModel = Annotated[
    bool, typer.Option("--whole-model", help="Months outside the window too.")
]  # fmt: skip


@question("pieces")
def curve(
    asked: Subject,
    package: Package = None,
    line: Line = None,
    upto: Upto = 1.5,
    sizes: Sizes = 40,
) -> Outcome:
    """Show what each post of a package displaces, from the first on.

    Breakpoints are exact under --rule value where one plan is made again; otherwise the rule's own
    plans are made at some sizes, and how close that comes is said.

    \b
    Examples:
      planner curve eastern-flank-battalion --rule value
      planner curve eastern-flank-brigade --line eb-combat --upto 1 --json
    """
    from planner.analysis.curve import curve as run

    return run(asked.case, package, line=line, upto=upto, sizes=sizes, progress=asked.progress)


@question()
def headroom(
    asked: Subject,
    package: Package = None,
    lines: Lines = True,
    upto: Upto = 64.0,
    tolerance: Tolerance = 0.5,
) -> Outcome:
    """Show how large a package, and each of its lines alone, can be before anyone goes short.

    \b
    Examples:
      planner headroom eastern-flank-company
      planner headroom eastern-flank-battalion --no-lines --rule value
    """
    from planner.analysis.headroom import headroom as run

    return run(
        asked.case, package, lines=lines, upto=upto, tolerance_posts=tolerance,
        progress=asked.progress,
    )  # fmt: skip


@question()
def prices(
    asked: Subject,
    kind: Kinds = None,
    reach: Reach = 10.0,
    whole_model: WholeModel = False,
) -> Outcome:
    """Show what one more person, one more post or one month less rest would bring.

    Of every pool and month without anyone idle, and of every cap, bound, budget and rest rule that
    binds; to the left and to the right, and how far it holds.

    \b
    Examples:
      planner prices eastern-flank-battalion --rule value
      planner prices eastern-flank-battalion --kind rest --kind cap
    """
    from planner.analysis.prices import KINDS
    from planner.analysis.prices import prices as run

    return run(
        asked.case, kinds=kind or KINDS, reach_units=reach, whole_model=whole_model,
        progress=asked.progress,
    )  # fmt: skip
