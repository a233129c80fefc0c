"""Which effective inputs of two scenarios or problems differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from planner.labels import label
from planner.terms import term

__all__ = ["ABSENT", "Difference", "differences", "phrase"]

ABSENT = object()
"""Stands for what one side does not have."""

_WORDS = {
    "basis", "confidence", "date", "name", "name_nl", "note", "origin", "publisher", "reference",
    "row", "section", "source", "status", "title", "title_nl",
}  # fmt: skip
"""Fields that say something about a number and change no result."""

_PLAIN = ("id", "mission", "category", "standing", "counts")
"""Fields of an entry that its description can do without."""


@dataclass(frozen=True)
class Difference:
    """One place where two inputs differ.

    Attributes
    ----------
    path : str
        Dotted path, ``demands.untso.cap``.
    first, second : object
        Plain values; :data:`ABSENT` where there is none.
    counts : bool
        Whether it can change a result; False for names, notes and sources.
    """

    path: str
    first: Any
    second: Any
    counts: bool


def differences(first: Any, second: Any) -> list[Difference]:
    """Return where two plain values differ, whole figures and whole new entries as one.

    Parameters
    ----------
    first, second : plain values
        See :func:`planner.digest.plain`.

    Examples
    --------
    >>> one = {"demands": {"untso": {"cap": {"value": 12, "origin": {}}}}}
    >>> two = {"demands": {"untso": {"cap": {"value": 8, "origin": {}}}}}
    >>> [(d.path, phrase(d.first), phrase(d.second)) for d in differences(one, two)]
    [('demands.untso.cap', '12', '8')]
    """
    return list(_walk(first, second, ()))


def _walk(first: Any, second: Any, path: tuple[str, ...]) -> Iterator[Difference]:
    if first == second:
        return
    both = isinstance(first, Mapping) and isinstance(second, Mapping)
    if both and not (_is_figure(first) and _numbers(first) != _numbers(second)):
        for key in [*first, *(key for key in second if key not in first)]:
            # what holds for every other name (the key "") holds for one that is not there
            one, other = (side.get(key, side.get("", ABSENT)) for side in (first, second))
            yield from _walk(one, other, (*path, str(key)) if key else path)
    elif isinstance(first, list) and isinstance(second, list) and _nested(first + second):
        for place in range(max(len(first), len(second))):
            one, other = (side[place] if place < len(side) else ABSENT for side in (first, second))
            yield from _walk(one, other, (*path, str(place + 1)))
    else:
        counts = not _WORDS.intersection(path) and path[:1] != ("sources",)
        yield Difference(".".join(path), first, second, counts)


def _nested(items: list[Any]) -> bool:
    return any(isinstance(item, (Mapping, list)) for item in items)


def _is_figure(value: Mapping[str, Any]) -> bool:
    return "origin" in value


def _numbers(value: Mapping[str, Any]) -> Any:
    return [value.get(key) for key in ("value", "low", "high", "month")]


def phrase(value: Any, lang: str = "en") -> str:
    """Return a value in a few words: a figure with its range, an entry by what counts about it.

    Fields are called as they are in files.

    Examples
    --------
    >>> phrase({"value": 12, "low": 8.5, "high": 14, "origin": {}})
    '12 (8.5 to 14)'
    >>> phrase({"value": 12, "low": 8.5, "high": 14, "origin": {}}, "nl")
    '12 (8,5 tot 14)'
    >>> phrase(["staff", "civil"])
    'staff, civil'
    """
    if value is ABSENT or value is None:
        return ""
    if isinstance(value, bool):
        return label("yes" if value else "no", lang)
    if isinstance(value, float):
        return f"{value:g}".replace(".", "," if lang == "nl" else ".")
    if isinstance(value, list):
        return ", ".join(phrase(item, lang) for item in value)
    if not isinstance(value, Mapping):
        return term(str(value), lang)
    if "origin" in value and "month" in value:
        return str(value["month"])
    if "origin" in value:
        return _figure(value, lang)
    parts = (
        f"{key} {said}"
        for key, item in value.items()
        if key not in _WORDS
        and key not in _PLAIN
        and item is not False
        and (said := phrase(item, lang))
    )
    return "; ".join(parts)


def _figure(value: Mapping[str, Any], lang: str) -> str:
    said = phrase(value["value"], lang)
    low, high = value.get("low"), value.get("high")
    if low is None and high is None:
        return said
    ends = {"low": phrase(low, lang) or said, "high": phrase(high, lang) or said}
    return f"{said} ({label('from_to', lang, **ends)})"
