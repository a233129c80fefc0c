"""JSON Schemas (draft 2020-12) of the neutral problem and of its result."""

from __future__ import annotations

from typing import Any

__all__ = ["problem_schema", "result_schema"]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def _number(least: float | None = 0, text: str = "", most: float | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "number"}
    if least is not None:
        made["minimum"] = least
    if most is not None:
        made["maximum"] = most
    return made | ({"description": text} if text else {})


def _whole(
    least: int | None = None, text: str = "", most: int | None = None, default: int | None = None
) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "integer"}
    if least is not None:
        made["minimum"] = least
    if most is not None:
        made["maximum"] = most
    if default is not None:
        made["default"] = default
    return made | ({"description": text} if text else {})


def _list(items: dict[str, Any], text: str = "", least: int = 0) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "array", "items": items}
    if least:
        made["minItems"] = least
    return made | ({"description": text} if text else {})


def _closed(
    properties: dict[str, Any], required: list[str] | None = None, text: str = ""
) -> dict[str, Any]:
    """Return an object with these fields and no others; by default all are required."""
    made: dict[str, Any] = {
        "type": "object",
        "properties": properties,
        "required": list(properties) if required is None else required,
        "additionalProperties": False,
    }
    return made | ({"description": text} if text else {})


def _by_name(values: dict[str, Any], text: str = "", least: int = 0) -> dict[str, Any]:
    made: dict[str, Any] = {"type": "object", "additionalProperties": values}
    if least:
        made["minProperties"] = least
    return made | ({"description": text} if text else {})


def _or(*choices: dict[str, Any], text: str = "") -> dict[str, Any]:
    return {"anyOf": list(choices)} | ({"description": text} if text else {})


_NAME = {"type": "string", "minLength": 1}
_NULL = {"type": "null"}


def problem_schema() -> dict[str, Any]:
    """Return the JSON Schema of a neutral problem, ``planner-problem/1``.

    Sizes and what one field means for another are checked when it is read.

    Examples
    --------
    >>> problem_schema()["required"]
    ['format', 'months', 'pools', 'demands']
    """
    from planner.problem.neutral import LIMITS

    people = LIMITS["people"]
    strength = _number(0, "persons", people)
    properties = {
        "format": {"const": "planner-problem/1"},
        "months": _whole(1, "length of the model; months count from 0", int(LIMITS["months"])),
        "report": {
            **_list(_whole(0), "first and last month reported, inclusive; by default all", 2),
            "maxItems": 2,
        },
        "pools": _by_name(_or(strength, _list(strength)), "strength, one number or by month", 1),
        "demands": _list(_demand(people), "who is asked for"),
        "bounds": _list(_bound(people), "composition bounds, in every month"),
        "packages": _by_name(
            _closed(
                {
                    "demands": _list(_NAME, "demands that come together", 1),
                    "known": _or(
                        _whole(),
                        _NULL,
                        text="month in which it becomes known; by default just in time",
                    ),
                },
                ["demands"],
            )
        ),
        "budgets": _list(_budget(), "money of a fund over some months"),
    }
    return {
        "$schema": _DRAFT,
        "$id": "problem.schema.json",
        "title": "Planner problem",
        **_closed(properties, ["format", "months", "pools", "demands"]),
    }


def _budget() -> dict[str, Any]:
    return _closed(
        {
            "id": _NAME,
            "first": _whole(text="first month it pays for"),
            "last": _whole(text="last month it pays for, inclusive"),
            "amount": _number(0, "most that may be spent, euros"),
            "cost": _by_name(_number(0), "euros per person-month on duty, by demand", 1),
        }
    )


def _demand(people: float) -> dict[str, Any]:
    from planner.problem.neutral import LIMITS

    longest = int(LIMITS["tour"])
    prep, home = _whole(0, "months", longest), _number(0, "months per month", LIMITS["rest"])
    share = {"type": "number", "exclusiveMinimum": 0, "maximum": 1}
    mix = _by_name(share, "a mix: shares by pool that add up to 1", 1)
    properties = {
        "id": _NAME,
        "tier": _whole(1, "1 is served first", 1_000),
        "main_task": _whole(1, "1 or 2", 2, 2),
        "cap": _number(0, "most people on duty at once, persons", people),
        "first": _whole(text="first month, may be negative"),
        "last": _whole(text="last month, inclusive, may lie past the model"),
        "tour": _whole(1, "months", longest),
        "pools": _list(_or(_NAME, mix), "sourcing options: pools or mixes, preferred first", 1),
        "prep": _or(prep, _by_name(prep), text="preparation before a tour, months, or by pool"),
        "rest": _or(home, _by_name(home), text="rest on top of preparation, or by pool"),
        "dwell": _or(home, _by_name(home), text="time at home with preparation in it, or by pool"),
        "cohorts": _whole(1, "1 is en bloc", int(LIMITS["cohorts"]), 1),
        "weight": {**_number(0, "worth of a person-month under value"), "default": 1.0},
        "on_call": {"type": "boolean", "default": False, "description": "ready at home"},
        "unit": {"type": "boolean", "default": False, "description": "all or nothing"},
    }
    needed = ["id", "tier", "cap", "first", "last", "tour", "pools"]
    return _closed(properties, needed)


def _bound(people: float) -> dict[str, Any]:
    limit = _or(_number(0, "persons", people), _NULL)
    properties = {
        "demands": _list(_NAME, "counted together", 1),
        "pools": _or(_list(_NAME, least=1), _NULL, text="counted; by default all"),
        "min": limit,
        "max": limit,
    }
    either = [{"required": ["min"]}, {"required": ["max"]}]
    return _closed(properties, ["demands"]) | {"anyOf": either}


def result_schema() -> dict[str, Any]:
    """Return the JSON Schema of the result of a neutral problem, ``planner-result/1``."""
    rows = _number(text="person-months in the report window")
    properties = {
        "format": {"const": "planner-result/1"},
        "status": {"enum": ["optimal", "time limit"]},
        "rule": {"enum": ["fair", "value"]},
        "demands": _by_name(_filled(rows)),
        "allocation": _list(_service(), "who serves which tour of which cohort"),
        "tiers": _by_name(_closed({"asked": rows, "filled": rows})),
        "unmet_bounds": _list(
            _closed(
                {
                    "bound": _whole(0, "place among the bounds"),
                    "month": _whole(0),
                    "missing": _number(0, "persons"),
                }
            )
        ),
        "displacement": _by_name(_lost()),
        "certificate": _closed(
            {key: _or(_number(None), _NULL) for key in ("primal", "dual", "gap")}
        ),
        "solver": {"type": "string", "description": "with --engine pulp"},
        "whole_people": {"const": True},
        "steps": _list({"type": "object"}, "with whole people: how each step ended"),
    }
    optional = ("solver", "whole_people", "steps")
    required = [key for key in properties if key not in optional]
    return {
        "$schema": _DRAFT,
        "$id": "result.schema.json",
        "title": "Planner result",
        **_closed(properties, required),
    }


def _filled(rows: dict[str, Any]) -> dict[str, Any]:
    rate = _or(_number(), _NULL, text="null where nothing was asked")
    return _closed({"asked": rows, "filled": rows, "fill_rate": rate})


def _service() -> dict[str, Any]:
    return _closed(
        {
            "demand": _NAME,
            "option": _whole(0, "index in the demand's list of sourcing options"),
            "pool": {"type": "string"},
            "cohort": _whole(0),
            "first": _whole(text="first month on duty"),
            "last": _whole(text="last month on duty, inclusive"),
            "people": _number(0, "persons"),
        }
    )


def _lost() -> dict[str, Any]:
    return _closed(
        {
            "total": _number(None, "lost by main task 2, person-months"),
            "main_task_1": _number(None, "lost by other main task 1"),
            "ratio": _or(_number(None), _NULL, text="null where the package got nobody"),
            "demands": _by_name(_number(None), "every demand outside the package"),
        }
    )
