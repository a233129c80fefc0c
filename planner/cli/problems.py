"""The neutral problem as a file on the command line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from planner.errors import Fault, InputError

if TYPE_CHECKING:
    from planner.problem.model import Problem

__all__ = ["load_problem", "looks_like_problem", "parse_text"]

DIGITS = 40
"""Digits above which a whole number is taken for endless."""


def load_problem(name: str) -> Problem:
    """Read a neutral problem from a file, or from standard input for ``-``.

    Raises
    ------
    InputError
        With everything wrong, by line and column.
    """
    from planner.cli.files import read_file
    from planner.problem.neutral import LIMITS

    return parse_text(read_file(name, int(LIMITS["bytes"])), "<stdin>" if name == "-" else name)


def parse_text(text: str, name: str) -> Problem:
    """Read a neutral problem from text, as :func:`load_problem`.

    Keys given twice and numbers that are not finite are said together with all else that is wrong,
    each at its place.
    """
    from planner.cli.places import locate, repeated
    from planner.problem.neutral import parse_problem

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


def looks_like_problem(name: str, text: str) -> bool:
    """Whether a file is meant as a neutral problem rather than a scenario.

    Examples
    --------
    >>> looks_like_problem("a.json", "")
    True
    >>> looks_like_problem("a.yaml", "title: A scenario")
    False
    """
    head = text[:4096]
    if "planner-scenario/" in head:
        return False
    return name.lower().endswith(".json") or (
        head.lstrip().startswith("{") and "planner-problem/" in head
    )


def _wrong(name: str, message: str) -> InputError:
    return InputError(Fault(name, 0, 0, "", message))
