"""``validate``, ``schema`` and ``scenarios``: whether files are right, and what files may say."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.options import AsJson, In, Lang
from planner.cli.registry import command
from planner.errors import Fault, InputError, ResultError

if TYPE_CHECKING:
    from planner.months import Month
    from planner.problem.model import Problem

__all__ = ["scenarios", "schema", "validate"]


@command("Look and check", "Check files, report everything wrong.", rank=4)
def validate(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help="Scenarios, neutral problems (JSON), data folders, or - for standard input.",
            show_default=False,
        ),
    ],
    json: AsJson = False,
    lang: In = Lang.EN,
) -> None:
    """Check files and report everything that is wrong with them, by line and column.

    A scenario is also worked out: figures that contradict each other, demands that no pool could
    ever serve, bounds that exclude each other and uncertainty that cannot be are found. Nothing is
    solved, nothing is written.

    \b
    Examples:
      planner validate my-scenario.yaml
      planner validate scenarios/*.yaml data problem.json
      planner export letter --problem - | planner validate -
    """
    from planner.cli.console import clean, print_json
    from planner.labels import label

    verdicts = [_verdict(name) for name in files]
    if json:
        keys = ("file", "line", "column", "field", "message")
        rows = [
            {
                "file": one.name,
                "valid": not one.faults,
                "faults": [{key: getattr(fault, key) for key in keys} for fault in one.faults],
                "warnings": one.warnings,
            }
            for one in verdicts
        ]
        print_json({"format": "planner-validation/1", "files": rows})
    else:
        for one in verdicts:
            said = [] if one.faults else [label("valid", lang)]
            for sentence in [*said, *one.warnings]:
                print(clean(f"{one.name}: {sentence}"))
    if wrong := [fault for one in verdicts for fault in one.faults]:
        raise InputError(wrong)


@dataclass
class _Verdict:
    """What was found in one file."""

    name: str
    faults: list[Fault] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def _verdict(name: str) -> _Verdict:
    from planner.cli.inputs import found_in

    verdict = _Verdict(name)
    try:
        problem, first = _read(name)
    except InputError as error:
        for fault in error.faults:
            whole = fault if isinstance(fault, Fault) else Fault(name, 0, 0, "", fault)
            verdict.faults.append(whole)
        return verdict
    for severity, sentence in [] if problem is None else found_in(problem, first, notes=True):
        if severity == "error":
            verdict.faults.append(Fault(name, 0, 0, "", sentence))
        else:
            verdict.warnings.append(sentence)
    return verdict


def _read(name: str) -> tuple[Problem | None, Month | None]:
    """Return the problem that a file states and the calendar month of its month 0, if any."""
    from planner.cli.inputs import load_scenario, looks_like_problem, read_file
    from planner.compile import compile_scenario
    from planner.montecarlo.parameters import list_uncertain
    from planner.problem.neutral import LIMITS, read_problem
    from planner.scenario.load import loads

    shown = "<stdin>" if name == "-" else name
    if _is_folder(name):
        _check_folder(Path(name))
        return None, None
    if name == "-" or (name.lower().endswith(".json") and Path(name).exists()):
        text = read_file(name, int(LIMITS["bytes"]))
        if looks_like_problem(name, text):
            return read_problem(text, shown), None
        scenario = loads(text, shown)
    else:
        scenario = load_scenario(name)
    if scenario.inputs.uncertainty:
        list_uncertain(scenario)
    compiled = compile_scenario(scenario)
    return compiled.problem, compiled.first_month


def _is_folder(name: str) -> bool:
    try:
        return Path(name).is_dir()
    except (OSError, ValueError):  # too long, or with characters no file name has
        return False


def _check_folder(folder: Path) -> None:
    """Check a folder: saved results by their hashes, anything else as data tables."""
    from planner.scenario.data import read_data

    if not (folder / "manifest.json").exists():
        read_data(folder)
        return
    from planner.results.result import read_result

    try:
        read_result(folder)
    except ResultError as error:
        raise InputError(str(error)) from None


@command("Look and check", "Print the JSON Schema of a format.", rank=8)
def schema(
    name: Annotated[
        str, typer.Argument(metavar="FORMAT", help="scenario, problem or result.")
    ] = "scenario",
) -> None:
    """Print the JSON Schema of a scenario, of a neutral problem or of its result.

    \b
    Examples:
      planner schema > scenario.schema.json
      planner schema problem
    """
    from planner.cli.console import print_json
    from planner.errors import nearest

    known = ("scenario", "problem", "result")
    if name not in known:
        message = f"expected one of {', '.join(known)}, found {name!r}{nearest(name, known)}"
        raise InputError(f"schema: {message}")
    if name == "scenario":
        from planner.scenario.schema import json_schema

        print_json(json_schema())
    else:
        from planner.cli.schemas import problem_schema, result_schema

        print_json(problem_schema() if name == "problem" else result_schema())


@command("Look and check", "List the scenarios that come along.", rank=9)
def scenarios(json: AsJson = False, lang: In = Lang.EN) -> None:
    """List the scenarios that come with the program.

    \b
    Examples:
      planner scenarios
      planner scenarios --lang nl
    """
    from planner.cli.console import print_json, say, table
    from planner.labels import label, named
    from planner.scenario.load import load, shipped_scenarios

    found = [load(path) for path in shipped_scenarios().values()]
    if json:
        keys = ("name", "title", "title_nl", "summary", "summary_nl", "digest")
        print_json({"scenarios": [{key: getattr(one, key) for key in keys} for one in found]})
        return
    rows = [(one.name, named(one, lang, "title")) for one in found]
    say(table(label("scenarios", lang), [label("name", lang), label("title", lang)], rows))
