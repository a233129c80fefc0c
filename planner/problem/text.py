"""Neutral problems as text: everything wrong, each at its line and column."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from planner.errors import Fault, InputError
from planner.problem.model import Problem
from planner.problem.neutral import parse_problem
from planner.problem.places import locate, repeated

__all__ = ["read_problem"]

DIGITS = 40
"""Digits above which a whole number is taken for endless."""


def read_problem(text: str, name: str = "<problem>") -> Problem:
    """Read a neutral problem from text.

    Keys given twice and numbers that are not finite are said together with all else that is wrong,
    each at its place.

    Parameters
    ----------
    text : str
        One JSON object (``planner-problem/1``).
    name : str
        What messages call the text, usually its file.

    Raises
    ------
    InputError
        With everything wrong, by line and column.

    Examples
    --------
    >>> text = '{"format": "planner-problem/1", "months": 2, "pools": {"a": NaN}, "demands": []}'
    >>> try:
    ...     read_problem(text, "mine.json")
    ... except InputError as error:
    ...     print(error)
    mine.json:1:61: pools.a: expected a finite number, found nan
    """
    if not text.strip():
        raise _wrong(name, "the file is empty, expected one JSON object")
    twice: list[str] = []
    faults: list[Fault | str] = []
    try:
        data = _parsed(text, twice)
        problem = parse_problem(data, name)
    except json.JSONDecodeError as error:
        place = (error.lineno, error.colno)
        raise InputError(Fault(name, *place, "", f"not JSON: {error.msg}")) from None
    except RecursionError:
        raise _wrong(name, "nested too deeply to be a problem") from None
    except InputError as error:
        faults += locate(text, error.faults)
    if twice:
        faults = [*repeated(text, name), *faults]
    if faults:
        raise InputError(faults)
    return problem


def _parsed(text: str, twice: list[str]) -> Any:
    """Return JSON as Python values; keys that an object has twice are added to a list."""

    def once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            twice.append("")
        return found

    return json.loads(text, parse_constant=float, parse_int=_whole, object_pairs_hook=once)


def _whole(text: str) -> int | float:
    return int(text) if len(text) <= DIGITS else float(text)


def _wrong(name: str, message: str) -> InputError:
    return InputError(Fault(name, 0, 0, "", message))
