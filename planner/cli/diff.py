"""``diff``: which effective inputs of two scenarios differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from planner.cli.options import AsJson, In, Lang
from planner.errors import Fault, InputError

if TYPE_CHECKING:
    from planner.cli.differences import Difference

__all__ = ["diff", "show_differences"]

MANY = 3
"""Lines that say the same of one thing before they are put together; --json has each."""

LONGEST = 160
"""Characters of a value that are shown; --json has all of it."""


def _side(name: str) -> Any:
    return typer.Argument(
        metavar=name, help="A scenario, or a neutral problem (JSON).", show_default=False
    )


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
    from planner.cli.differences import differences

    one, other = _both(first, second)
    found = differences(one.pop("inputs"), other.pop("inputs"))
    if json:
        rows = [
            {"input": d.path, "counts": d.counts, "first": _there(d.first)}
            | {"second": _there(d.second)}
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


def _there(value: Any) -> dict[str, Any]:
    """Return a value for JSON: what is not there is told from what is nothing."""
    from planner.cli.differences import ABSENT

    return {"there": value is not ABSENT, "value": None if value is ABSENT else value}


def _print(shown: list[Difference], names: tuple[str, str], lang: str) -> None:
    from planner.cli.console import say, table
    from planner.cli.differences import ABSENT, phrase
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
        from planner.cli.problems import load_problem
        from planner.problem.neutral import dump_problem

        data = dump_problem(load_problem(name))
        data["demands"] = {demand["id"]: demand for demand in data["demands"]}
        return {"name": name, "digest": digest(data), "inputs": plain(data)}
    scenario = load_scenario(name)
    inputs = plain(scenario.inputs)
    return {"name": scenario.name, "digest": scenario.digest, "inputs": inputs}
