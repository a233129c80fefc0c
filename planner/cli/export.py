"""``export``: the problem that a scenario states, out to other programs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from planner.cli.options import Force, Quiet, Rule, Whole
from planner.errors import Fault, InputError

if TYPE_CHECKING:
    from planner.problem.model import Problem

__all__ = ["export"]

Stated = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO", help="A scenario, or a neutral problem (JSON).", show_default=False
    ),
]


def _target(option: str, what: str) -> Any:
    return typer.Option(option, metavar="FILE", help=what, show_default=False)


ProblemFile = Annotated[
    str | None, _target("--problem", "Neutral problem (JSON); - is standard output.")
]
LpFile = Annotated[str | None, _target("--lp", "Programme of one tier in LP format.")]
MpsFile = Annotated[str | None, _target("--mps", "The same in free MPS format.")]
Which = Annotated[Rule, typer.Option("--rule", help="Whose programme --lp and --mps get.")]
Tier = Annotated[
    int | None,
    typer.Option(
        "--tier",
        help="Tier that --lp and --mps are about, by default the first; the tiers before it are "
        "solved and their results are rows.",
        show_default=False,
    ),
]


def export(
    scenario: Stated,
    problem: ProblemFile = None,
    lp: LpFile = None,
    mps: MpsFile = None,
    rule: Which = Rule.VALUE,
    tier: Tier = None,
    whole_people: Whole = False,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Write the problem that a scenario states, for other programs.

    Either every file is written or none.

    \b
    Examples:
      planner export letter --problem letter.json
      planner export letter --lp letter.lp --mps letter.mps
      planner export letter --problem - | planner solve - --json
    """
    from planner.cli.console import print_json, working
    from planner.cli.files import Outputs
    from planner.problem.neutral import dump_problem

    wanted = [name for name in (problem, lp, mps) if name is not None]
    if not wanted:
        raise InputError("export: nothing to write: name a file with --problem, --lp or --mps")
    if whole_people and rule is Rule.FAIR:
        raise InputError("export: with --whole-people only the programme of value can be written")
    outputs = Outputs(force)
    for name in wanted:
        if name != "-" or problem != "-":
            outputs.add(name)
    outputs.check()
    stated = _stated(scenario)
    writers: dict[str, Callable[[Path], object]] = {}
    if problem is not None and problem != "-":
        writers[problem] = partial(_write_problem, stated)
    options = {"rule": rule.value, "tier": tier, "whole": whole_people}
    for target, form in ((lp, "lp"), (mps, "mps")):
        if target is not None:
            writers[target] = partial(_write_programme, form, stated, options)
    with working("writing", quiet):
        outputs.write(writers)
    if problem == "-":
        print_json(dump_problem(stated))


def _write_problem(problem: Problem, path: Path) -> None:
    import json

    from planner.problem.neutral import dump_problem

    text = json.dumps(dump_problem(problem), indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _write_programme(form: str, problem: Problem, options: dict[str, Any], path: Path) -> None:
    """Write an LP or MPS file, with what is wrong with the options said by their names."""
    from planner.reference import write_lp, write_mps

    try:
        (write_lp if form == "lp" else write_mps)(problem, path, **options)
    except InputError as error:
        said = [getattr(fault, "message", str(fault)) for fault in error.faults]
        raise InputError([Fault("--tier", 0, 0, "", message) for message in said]) from None


def _stated(name: str) -> Problem:
    """Return the problem of a scenario, or a neutral problem as it is."""
    from planner.cli.inputs import is_problem, load_scenario
    from planner.cli.problems import load_problem
    from planner.compile import compile_scenario

    if is_problem(name):
        return load_problem(name)
    return compile_scenario(load_scenario(name)).problem
