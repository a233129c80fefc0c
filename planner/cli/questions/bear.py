"""``fairness`` and ``pledges``: who bears the loss, and what is promised twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.questions.ask import Subject, question
from planner.cli.questions.sure import By

if TYPE_CHECKING:
    from planner.outcome import Outcome

__all__ = ["fairness", "pledges"]

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


Frameworks = Annotated[
    list[str] | None,
    typer.Option(
        "--framework",
        metavar="NAME=ID,ID",
        help="Missions or demands of a framework, instead of an organisation's people on call and "
        "its people deployed; may be given more than once.",
        show_default=False,
    ),
]


@question("supplies", "overlaps")
def pledges(asked: Subject, framework: Frameworks = None) -> Outcome:
    """List people who are promised to two frameworks, and nominal against effective supply.

    On call for NATO and for the EU, or on call and deployed: what each framework by itself can
    count on, and what there is for all of them together.

    \b
    Examples:
      planner pledges eastern-flank-battalion
      planner pledges letter --framework NRF=nrf --framework flank=efp-lithuania,patriot-slovakia
    """
    from planner.analysis.pledges import pledges as run

    return run(asked.case, frameworks=_named(framework or []), progress=asked.progress)


def _named(given: list[str]) -> dict[str, list[str]]:
    """Return frameworks by name; raise InputError with everything that is not ``NAME=ID,ID``."""
    from planner.errors import Fault, InputError

    found: dict[str, list[str]] = {}
    faults = []
    for text in given:
        name, equals, ids = text.partition("=")
        members = [one.strip() for one in ids.split(",") if one.strip()]
        if not (name.strip() and equals and members):
            message = f"expected NAME=ID,ID, found {text!r}"
            faults.append(Fault("--framework", 0, 0, "", message))
        else:
            found.setdefault(name.strip(), []).extend(members)
    if faults:
        raise InputError(faults)
    return found
