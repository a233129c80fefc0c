"""``validate``, ``schema`` and ``scenarios``: whether files are right, and what files may say.

JSON Schemas (draft 2020-12) of the neutral problem and of its result.
"""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from planner.cli.console import clean, echo, headings, print_json, table
from planner.cli.inputs import diagnostic_messages, load_scenario, looks_like_problem, read_file
from planner.cli.options import JsonOption, Lang, LangOption, argument, command
from planner.errors import Fault, InputError, ResultError, nearest
from planner.labels import label, named

if TYPE_CHECKING:
    from planner.months import Month
    from planner.problem.model import Problem
    from planner.problem.neutral import Number

__all__ = ["problem_schema", "result_schema", "scenarios", "schema", "validate"]

_NAME = {"type": "string", "minLength": 1}

_NULL = {"type": "null"}


def _typed(kind: str, text: str = "", **limits: Any) -> dict[str, Any]:
    """Return the schema of a type with limits (None is left out) and a description."""
    given = {name: value for name, value in limits.items() if value is not None}
    return {"type": kind, **given} | ({"description": text} if text else {})


def _number(minimum: float | None = 0, text: str = "") -> dict[str, Any]:
    return _typed("number", text, minimum=minimum)


def _integer(minimum: int | None = None, text: str = "") -> dict[str, Any]:
    return _typed("integer", text, minimum=minimum)


def _array(items: dict[str, Any], text: str = "", minimum: int = 0) -> dict[str, Any]:
    return _typed("array", text, items=items, minItems=minimum or None)


def _object(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    """Return an object with these fields and no others; by default all are required."""
    needed = list(properties) if required is None else required
    return _typed("object", properties=properties, required=needed, additionalProperties=False)


def _mapping(values: dict[str, Any], text: str = "", minimum: int = 0) -> dict[str, Any]:
    return _typed("object", text, additionalProperties=values, minProperties=minimum or None)


def _any_of(*choices: dict[str, Any], text: str = "") -> dict[str, Any]:
    return {"anyOf": list(choices)} | ({"description": text} if text else {})


def _document(name: str, properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    """Return the schema of a whole file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{name}.schema.json",
        "title": f"Planner {name}",
        **_object(properties, required),
    }


def problem_schema() -> dict[str, Any]:
    """Return the JSON Schema of a neutral problem, ``planner-problem/1``.

    Sizes and what one field means for another are checked when it is read.

    Examples
    --------
    >>> problem_schema()["required"]
    ['format', 'months', 'pools', 'demands']
    """
    from planner.problem.neutral import FORMAT, NUMBERS

    numbers = {
        part: {key: _limited(number) for key, number in kinds.items()}
        for part, kinds in NUMBERS.items()
    }
    strength = numbers["pools"]["strength"]
    package = {
        "demands": _array(_NAME, "demands that come together", 1),
        "known": _any_of(numbers["packages"]["known"], _NULL),
    }
    euros = _mapping(numbers["cost"]["euros"], "euros per person-month on duty, by demand", 1)
    properties = {
        "format": {"const": FORMAT},
        **numbers[""],
        "report": {
            **_array(_integer(0), "first and last month reported, inclusive; by default all", 2),
            "maxItems": 2,
        },
        "pools": _mapping(
            _any_of(strength, _array(strength)), "strength, one number or by month", 1
        ),
        "demands": _array(_demand(**numbers["by_pool"], **numbers["demands"]), "who is asked for"),
        "bounds": _array(_bound(strength), "composition bounds, in every month"),
        "packages": _mapping(_object(package, ["demands"])),
        "budgets": _array(
            _object({"id": _NAME, **numbers["budgets"], "cost": euros}),
            "money of a fund over some months",
        ),
    }
    return _document("problem", properties, ["format", "months", "pools", "demands"])


def _limited(number: Number) -> dict[str, Any]:
    """Return the schema of a number of a problem file."""
    high = None if number.high == math.inf else number.high
    kind = "integer" if number.whole else "number"
    limits = {"minimum": number.low, "maximum": high, "default": number.default}
    return _typed(kind, number.text, **limits)


def _demand(
    prep: dict[str, Any], home: dict[str, Any], **numbers: dict[str, Any]
) -> dict[str, Any]:
    share = {"type": "number", "exclusiveMinimum": 0, "maximum": 1}
    mix = _mapping(share, "a mix: shares by pool that add up to 1", 1)
    properties = {
        "id": _NAME,
        **numbers,
        "pools": _array(
            _any_of(_NAME, mix), "sourcing options: pools or mixes, preferred first", 1
        ),
        "prep": _any_of(prep, _mapping(prep), text="preparation before a tour, months, or by pool"),
        "rest": _any_of(home, _mapping(home), text="rest on top of preparation, or by pool"),
        "dwell": _any_of(
            home, _mapping(home), text="time at home with preparation in it, or by pool"
        ),
        "on_call": {"type": "boolean", "default": False, "description": "ready at home"},
        "unit": {"type": "boolean", "default": False, "description": "all or nothing"},
    }
    needed = ["id", "tier", "cap", "first", "last", "tour", "pools"]
    return _object(properties, needed)


def _bound(people: dict[str, Any]) -> dict[str, Any]:
    limit = _any_of(people, _NULL)
    properties = {
        "demands": _array(_NAME, "counted together", 1),
        "pools": _any_of(_array(_NAME, minimum=1), _NULL, text="counted; by default all"),
        "min": limit,
        "max": limit,
    }
    either = [{"required": ["min"]}, {"required": ["max"]}]
    return _object(properties, ["demands"]) | {"anyOf": either}


def result_schema() -> dict[str, Any]:
    """Return the JSON Schema of the result of a neutral problem, ``planner-result/1``."""
    rows = _number(text="person-months in the report window")
    rate = _any_of(_number(), _NULL, text="null where nothing was asked")
    missed = {
        "bound": _integer(0, "place among the bounds"),
        "month": _integer(0),
        "missing": _number(0, "persons"),
    }
    lost = {
        "total": _number(None, "lost by main task 2, person-months"),
        "main_task_1": _number(None, "lost by other main task 1"),
        "ratio": _any_of(_number(None), _NULL, text="null where the package got no people"),
        "demands": _mapping(_number(None), "every demand outside the package"),
    }
    properties = {
        "format": {"const": "planner-result/1"},
        "status": {"enum": ["optimal", "time limit"]},
        "rule": {"enum": ["fair", "value"]},
        "demands": _mapping(_object({"asked": rows, "filled": rows, "fill_rate": rate})),
        "allocation": _array(_allocation_entry(), "who serves which tour of which cohort"),
        "tiers": _mapping(_object({"asked": rows, "filled": rows})),
        "unmet_bounds": _array(_object(missed)),
        "displacement": _mapping(_object(lost)),
        "certificate": _object(
            {key: _any_of(_number(None), _NULL) for key in ("primal", "dual", "gap")}
        ),
        "solver": {"type": "string", "description": "with --engine pulp"},
        "whole_people": {"const": True},
        "steps": _array({"type": "object"}, "with whole people: how each step ended"),
    }
    optional = ("solver", "whole_people", "steps")
    required = [key for key in properties if key not in optional]
    return _document("result", properties, required)


def _allocation_entry() -> dict[str, Any]:
    return _object(
        {
            "demand": _NAME,
            "option": _integer(0, "index in the demand's list of sourcing options"),
            "pool": {"type": "string"},
            "cohort": _integer(0),
            "first": _integer(text="first month on duty"),
            "last": _integer(text="last month on duty, inclusive"),
            "people": _number(0, "persons"),
        }
    )


@command("Look and check", "Check files, report everything wrong.", rank=4)
def validate(
    files: Annotated[
        list[str],
        argument(
            "FILE...", "Scenarios, neutral problems (JSON), data folders, or - for standard input."
        ),
    ],
    json: JsonOption = False,
    lang: LangOption = Lang.EN,
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
    results = [(name, *_check_file(name)) for name in files]
    if json:
        keys = ("file", "line", "column", "field", "message")
        rows = [
            {
                "file": name,
                "valid": not faults,
                "faults": [{key: getattr(fault, key) for key in keys} for fault in faults],
                "warnings": warnings,
            }
            for name, faults, warnings in results
        ]
        print_json({"format": "planner-validation/1", "files": rows})
    else:
        for name, faults, warnings in results:
            lines = [] if faults else [label("valid", lang)]
            for sentence in [*lines, *warnings]:
                print(clean(f"{name}: {sentence}"))
    if wrong := [fault for _, faults, _ in results for fault in faults]:
        raise InputError(wrong)


def _check_file(name: str) -> tuple[list[Fault], list[str]]:
    """Return the faults of one file, and the warnings."""
    try:
        problem, first = _read_problem(name)
    except InputError as error:
        return [
            fault if isinstance(fault, Fault) else Fault(name, 0, 0, "", fault)
            for fault in error.faults
        ], []
    found = [] if problem is None else diagnostic_messages(problem, first, notes=True)
    faults = [Fault(name, 0, 0, "", text) for severity, text in found if severity == "error"]
    return faults, [text for severity, text in found if severity != "error"]


def _read_problem(name: str) -> tuple[Problem | None, Month | None]:
    """Return the problem that a file states and the calendar month of its month 0, if any."""
    from planner.compile import compile_scenario
    from planner.montecarlo.parameters import list_uncertain
    from planner.problem.neutral import LIMITS, read_problem
    from planner.scenario.load import loads

    shown = "<stdin>" if name == "-" else name
    if os.path.isdir(name):
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
    name: Annotated[str, argument("FORMAT", "scenario, problem or result.")] = "scenario",
) -> None:
    """Print the JSON Schema of a scenario, of a neutral problem or of its result.

    \b
    Examples:
      planner schema > scenario.schema.json
      planner schema problem
    """
    known = ("scenario", "problem", "result")
    if name not in known:
        message = f"expected one of {', '.join(known)}, found {name!r}{nearest(name, known)}"
        raise InputError(f"schema: {message}")
    if name == "scenario":
        from planner.scenario.schema import json_schema

        print_json(json_schema())
    else:
        print_json(problem_schema() if name == "problem" else result_schema())


@command("Look and check", "List the scenarios that come along.", rank=9)
def scenarios(json: JsonOption = False, lang: LangOption = Lang.EN) -> None:
    """List the scenarios that come with the program.

    \b
    Examples:
      planner scenarios
      planner scenarios --lang nl
    """
    from planner.scenario.load import load, shipped_scenarios

    found = [load(path) for path in shipped_scenarios().values()]
    if json:
        keys = ("name", "title", "title_nl", "summary", "summary_nl", "digest")
        print_json({"scenarios": [{key: getattr(one, key) for key in keys} for one in found]})
        return
    rows = [(one.name, named(one, lang, "title")) for one in found]
    echo(table(label("scenarios", lang), headings(lang, "name", "title"), rows))
