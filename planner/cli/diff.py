"""``diff``: inputs that differ between two scenarios."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from planner.cli.options import AsJson, In, Lang, command
from planner.errors import Fault, InputError
from planner.labels import label
from planner.terms import term

__all__ = ["ABSENT", "Difference", "diff", "differences", "phrase", "show_differences"]

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


MANY = 3
"""Lines that say the same of one thing before they are put together; --json has each."""

LONGEST = 160
"""Characters of a value that are shown; --json has all of it."""


def _side(name: str) -> Any:
    return typer.Argument(
        metavar=name, help="A scenario, or a neutral problem (JSON).", show_default=False
    )


@command("Look and check", "List inputs that differ.", rank=3)
def diff(
    first: Annotated[str, _side("A")],
    second: Annotated[str, _side("B")],
    everything: Annotated[
        bool, typer.Option("--all", help="Also names, notes and sources, which change no result.")
    ] = False,
    json: AsJson = False,
    lang: In = Lang.EN,
) -> None:
    """List the effective inputs that differ between two scenarios.

    What a scenario takes from the one it extends counts as its own, so this compares what would
    be worked out, not what the files say.

    \b
    Examples:
      planner diff letter eastern-flank-battalion
      planner diff eastern-flank-battalion rest-relaxed --json
    """
    from planner.cli.console import print_json

    one, other = _both(first, second)
    found = differences(one.pop("inputs"), other.pop("inputs"))
    if json:
        rows = [
            {"input": d.path, "counts": d.counts, "first": _presence(d.first)}
            | {"second": _presence(d.second)}
            for d in found
        ]
        sides = {"first": one, "second": other, "same": not found}
        print_json({"format": "planner-diff/1", **sides, "differences": rows})
        return
    show_differences(found, (one["name"], other["name"]), lang, everything)


def show_differences(
    found: list[Difference], names: tuple[str, str], lang: str, everything: bool = False
) -> None:
    """Print differences as a table, those in names, notes and sources only if wanted."""
    from planner.cli.console import say
    from planner.labels import label

    if not found:
        say(label("no_differences", lang))
        return
    shown = [d for d in found if d.counts or everything]
    if shown:
        _print(shown, names, lang)
    if len(shown) < len(found):
        say(label("only_sources_differ", lang, count=len(found) - len(shown)), style="dim")


def _presence(value: Any) -> dict[str, Any]:
    """Return a value for JSON: what is not there is told from what is nothing."""

    return {"there": value is not ABSENT, "value": None if value is ABSENT else value}


def _print(shown: list[Difference], names: tuple[str, str], lang: str) -> None:
    from planner.cli.console import say, table
    from planner.labels import label

    def cell(value: Any) -> str:
        text = phrase(value, lang) if value is not ABSENT else f"({label('absent', lang)})"
        return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"

    rows = _together([(d.path, cell(d.first), cell(d.second)) for d in shown], lang)
    say(table(label("differences", lang), [label("input", lang), *names], rows))


def _together(rows: list[tuple[str, str, str]], lang: str) -> list[tuple[str, str, str]]:
    """Return rows with those of one parent that say the same in one line, if they are many."""
    from planner.labels import label

    groups: dict[tuple[str, str, str], list[str]] = {}
    for path, first, second in rows:
        parent, _, name = path.rpartition(".")
        groups.setdefault((parent, first, second), []).append(name)
    found = []
    for (parent, first, second), names in groups.items():
        if len(names) <= MANY or not parent:
            found += [(f"{parent}.{name}".lstrip("."), first, second) for name in names]
        else:
            more = label("more_rows", lang, count=len(names) - 2)
            found.append((f"{parent}: {names[0]}, {names[1]} {more}", first, second))
    return found


def _both(first: str, second: str) -> list[dict[str, Any]]:
    """Return name, digest and plain inputs of both, everything wrong with either said at once."""
    found: list[dict[str, Any]] = []
    faults: list[Fault | str] = []
    for name in (first, second):
        try:
            found.append(_plain(name))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return found


def _plain(name: str) -> dict[str, Any]:
    from planner.cli.inputs import is_problem, load_scenario
    from planner.digest import digest, plain

    if is_problem(name):
        from planner.cli.inputs import load_problem
        from planner.problem.neutral import dump_problem

        data = dump_problem(load_problem(name))
        data["demands"] = {demand["id"]: demand for demand in data["demands"]}
        return {"name": name, "digest": digest(data), "inputs": plain(data)}
    scenario = load_scenario(name)
    inputs = plain(scenario.inputs)
    return {"name": scenario.name, "digest": scenario.digest, "inputs": inputs}
