"""``validate``, ``schema`` and ``scenarios``: whether files are right, and what files may say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from planner.cli.options import AsJson, In, Lang
from planner.errors import Fault, InputError, ResultError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["scenarios", "schema", "validate"]


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

    A scenario is also worked out, so that figures that contradict each other are found. Nothing is
    solved and nothing is written.

    \b
    Examples:
      planner validate my-scenario.yaml
      planner validate scenarios/*.yaml data problem.json
      planner export letter --problem - | planner validate -
    """
    from planner.cli.console import print_json, say
    from planner.labels import label

    found = {name: _faults(name) for name in files}
    wrong = [fault for faults in found.values() for fault in faults]
    if json:
        print_json({"files": [_verdict(name, faults) for name, faults in found.items()]})
    else:
        for name, faults in found.items():
            if not faults:
                say(f"{name}: {label('valid', lang)}")
    if wrong:
        raise InputError(wrong)


def _verdict(name: str, faults: list[Fault | str]) -> dict[str, Any]:
    rows = [fault if isinstance(fault, Fault) else Fault(name, 0, 0, "", fault) for fault in faults]
    keys = ("file", "line", "column", "field", "message")
    return {
        "file": name,
        "valid": not rows,
        "faults": [{key: getattr(row, key) for key in keys} for row in rows],
    }


def _faults(name: str) -> list[Fault | str]:
    try:
        _checker(name)()
    except InputError as error:
        return list(error.faults)
    return []


def _checker(name: str) -> Callable[[], object]:
    """Return what checks a file, by what it is."""
    from planner.cli.files import read_file
    from planner.cli.inputs import load_scenario
    from planner.cli.problems import looks_like_problem, parse_text
    from planner.compile import compile_scenario
    from planner.problem.neutral import LIMITS
    from planner.scenario.load import loads

    shown = "<stdin>" if name == "-" else name
    if _is_folder(name):
        return lambda: _check_folder(Path(name))
    if name == "-" or (name.lower().endswith(".json") and Path(name).exists()):
        text = read_file(name, int(LIMITS["bytes"]))
        if looks_like_problem(name, text):
            return lambda: parse_text(text, shown)
        return lambda: compile_scenario(loads(text, shown))
    return lambda: compile_scenario(load_scenario(name))


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
    from planner.results.stored import read_result

    try:
        read_result(folder)
    except ResultError as error:
        raise InputError(str(error)) from None


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
