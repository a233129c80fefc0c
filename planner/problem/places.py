"""Where in a JSON text the fields stand that something is wrong with."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace

from planner.errors import Fault

__all__ = ["locate", "repeated"]

SEARCHED = 1_000_000
"""Characters of a text in which fields are looked up: about a second of work."""

_TOKEN = re.compile(r'[ \t\r\n]*("(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+)')


def locate(text: str, faults: Iterable[Fault | str]) -> list[Fault | str]:
    """Return the faults with line and column of their fields, as far as they can be found.

    A field that is missing stands where the object stands that lacks it.

    Parameters
    ----------
    text : str
        Valid JSON.
    faults : iterable of Fault
        Fields as dotted paths, ``demands.3.cap``.

    Examples
    --------
    >>> text = '{"demands": [\\n  {"cap": -1}]}'
    >>> print(*locate(text, [Fault("a.json", 0, 0, "demands.0.cap", "expected more")]))
    a.json:2:11: demands.0.cap: expected more
    """
    faults = list(faults)
    wanted: set[str] = set()
    for fault in faults:
        if isinstance(fault, Fault):
            wanted.update(_prefixes(fault.field))
    if not wanted:
        return faults
    found = _offsets(text, wanted)
    starts = _starts(text)

    def placed(fault: Fault | str) -> Fault | str:
        if isinstance(fault, str) or fault.line:
            return fault
        for prefix in _prefixes(fault.field):
            if prefix in found:
                line, column = _place(starts, found[prefix])
                return replace(fault, line=line, column=column)
        return fault

    return [placed(fault) for fault in faults]


def _prefixes(field: str) -> list[str]:
    """Return a path and all it lies in, the longest first; the whole text is ``""``."""
    if not field:
        return []
    parts = field.split(".")
    return [".".join(parts[:end]) for end in range(len(parts), 0, -1)] + [""]


def repeated(text: str, name: str) -> list[Fault]:
    """Return a fault for every key that an object of a valid JSON text has a second time.

    Examples
    --------
    >>> print(*repeated('{"a": 1, "a": 2}', "x.json"))
    x.json:1:10: a: named twice: keep one of them
    """
    starts = _starts(text)
    faults = []
    seen: set[str] = set()
    for path, start, is_key in _walk(text):
        if is_key and path in seen:
            line, column = _place(starts, start)
            faults.append(Fault(name, line, column, path, "named twice: keep one of them"))
        elif is_key:
            seen.add(path)
    return faults or [Fault(name, 0, 0, "", "an object names a key twice: keep one of them")]


def _offsets(text: str, wanted: set[str]) -> dict[str, int]:
    """Return where the values of some paths begin."""
    found: dict[str, int] = {}
    for path, start, is_key in _walk(text):
        if not is_key and path in wanted:
            found.setdefault(path, start)
    return found


def _starts(text: str) -> list[int]:
    """Return where lines begin."""
    return [0, *(newline.end() for newline in re.finditer("\n", text))]


def _place(starts: list[int], offset: int) -> tuple[int, int]:
    """Return line and column of an offset, from 1."""
    line = bisect_right(starts, offset)
    return line, offset - starts[line - 1] + 1


def _walk(text: str) -> Iterator[tuple[str, int, bool]]:
    """Yield path and offset of every key and value that is searched, and whether it is a key."""
    stack: list[tuple[str, bool, int]] = []  # path of a container, whether it is a list, its place
    key, place, expects_key = "", 0, False
    position = 0
    while position < SEARCHED and (match := _TOKEN.match(text, position)):
        token, start = match[1], match.start(1)
        position = match.end()
        if token == ",":
            place += 1
            expects_key = not stack[-1][1]
        elif token == ":":
            expects_key = False
        elif token in "}]":
            _, _, place = stack.pop()
            expects_key = False
        elif expects_key:
            key = str(json.loads(token, strict=False))
            yield _path(stack, key, place), start, True
        else:
            path = _path(stack, key, place)
            yield path, start, False
            if token in "{[":
                stack.append((path, token == "[", place))
                place, expects_key = 0, token == "{"


def _path(stack: list[tuple[str, bool, int]], key: str, place: int) -> str:
    """Return the path of what stands in the innermost container."""
    if not stack:
        return ""
    parent, is_list, _ = stack[-1]
    step = str(place) if is_list else key
    return f"{parent}.{step}" if parent else step
