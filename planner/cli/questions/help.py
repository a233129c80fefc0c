"""``relief`` and ``foresight``: what more people, other rules or knowing earlier would help."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.questions.ask import Package, Subject, question

if TYPE_CHECKING:
    from planner.outcome import Outcome

__all__ = ["foresight", "relief"]

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


Level = Annotated[
    float,
    typer.Option("--level", metavar="PERSON-MONTHS", help="What may still be lost to the package."),
]
Kinds = Annotated[
    list[str] | None,
    typer.Option(
        "--kind",
        metavar="KIND",
        help="Only people, rest or tour; may be given more than once.",
        show_default=False,
    ),
]
Stay = Annotated[
    bool,
    typer.Option(
        "--stay/--borrow",
        help="Recruits who stay, counted in persons, or people borrowed for months, counted in "
        "person-months.",
    ),
]
Announced = Annotated[
    bool,
    typer.Option(
        "--announced/--surprise",
        help="Whether plans made before the package was known already count on the additions.",
    ),
]
Lead = Annotated[
    int,
    typer.Option(
        "--lead", min=0, max=1200, help="Months from the decision until the first can be there."
    ),
]
Costs = Annotated[
    list[str] | None,
    typer.Option(
        "--cost",
        metavar="POOL=COST",
        help="Cost of one more in a pool, 1 where not given; may be given more than once.",
        show_default=False,
    ),
]
Tolerance = Annotated[
    float,
    typer.Option("--tolerance", metavar="PERSONS", help="How close to come where it is a search."),
]
MostTour = Annotated[
    int,
    typer.Option("--most-tour", min=0, max=24, help="Months by which tours may change at most."),
]


@question("additions", "changes", "proofs")
def relief(
    asked: Subject,
    package: Package = None,
    level: Level = 0.0,
    kind: Kinds = None,
    stay: Stay = True,
    announced: Announced = False,
    lead: Lead = 0,
    cost: Costs = None,
    tolerance: Tolerance = 1.0,
    most_tour: MostTour = 2,
) -> Outcome:
    """Show who would have to be added, or which rule changed, to bring displacement down.

    People by pool and month, from when the package is known and --lead months have passed; the
    fewest months of rest less; tours longer or shorter. What is found is made the plan again, and
    again with a little less of it.

    \b
    Examples:
      planner relief eastern-flank-battalion
      planner relief eastern-flank-battalion --level 100 --lead 12 --kind people
      planner relief eastern-flank-battalion --borrow --cost staff=3 --rule value
    """
    from planner.analysis.relief import KINDS
    from planner.analysis.relief import relief as run

    return run(
        asked.case, package, level_person_months=level, kinds=kind or KINDS, stay=stay,
        announced=announced, lead_months=lead, costs=_costs(cost or []),
        tolerance_persons=tolerance, most_tour_months=most_tour, progress=asked.progress,
    )  # fmt: skip


def _costs(given: list[str]) -> dict[str, float]:
    """Return costs by pool; raise InputError with everything that is not ``POOL=COST``."""
    from planner.errors import Fault, InputError

    found: dict[str, float] = {}
    faults = []
    for text in given:
        name, _, cost = text.partition("=")
        try:
            found[name.strip()] = float(cost)
        except ValueError:
            message = f"expected POOL=COST, found {text!r}"
            faults.append(Fault("--cost", 0, 0, "", message))
    if faults:
        raise InputError(faults)
    return found
