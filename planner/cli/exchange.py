"""``export``, ``import`` and ``diff``: workbooks, other programs, and what differs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from planner.cli.console import clean, print_json, say, table, working
from planner.cli.inputs import (
    Outputs,
    is_futures,
    is_problem,
    is_result,
    load_futures,
    load_problem,
    load_scenario,
)
from planner.cli.options import (
    AsJson,
    Force,
    In,
    Lang,
    Quiet,
    Rule,
    Whole,
    argument,
    command,
    option,
)
from planner.digest import digest, plain
from planner.errors import Fault, InputError, collect_faults
from planner.labels import label
from planner.terms import term

if TYPE_CHECKING:
    from planner.problem.model import Problem
    from planner.workbook.importing import Imported

__all__ = [
    "ABSENT",
    "diff",
    "Difference",
    "differences",
    "export",
    "import_",
    "import_un",
    "phrase",
    "show_differences",
]

Stated = Annotated[
    str | None,
    argument(
        "[SCENARIO]",
        "A scenario, or a neutral problem (JSON); for --xlsx also a folder of results or of "
        "futures.",
    ),
]

ABSENT = object()
"""Stands for what one side does not have."""

_WORDS = {
    "basis", "confidence", "date", "name", "name_nl", "note", "origin", "publisher", "reference",
    "row", "section", "source", "status", "title", "title_nl",
}  # fmt: skip
"""Fields that say something about a number and change no result."""

_PLAIN = ("id", "mission", "category", "standing", "counts")
"""Fields of an entry that its description can do without."""

MANY = 3
"""Lines that say the same of one thing before they are put together; --json has each."""

_EITHER = "A scenario, or a neutral problem (JSON)."
"""What the two sides of a comparison may be."""

LONGEST = 160
"""Characters of a value that are shown; --json has all of it."""


ProblemFile = Annotated[
    str | None, option("--problem", "Neutral problem (JSON); - is standard output.", "FILE")
]
LpFile = Annotated[str | None, option("--lp", "Programme of one tier in LP format.", "FILE")]
MpsFile = Annotated[str | None, option("--mps", "The same in free MPS format.", "FILE")]
Xlsx = Annotated[
    str | None,
    option("--xlsx", "Workbook of the scenario and its result, to read and to change.", "FILE"),
]
Run = Annotated[
    str | None,
    option("--futures", "For --xlsx: futures drawn before (planner simulate --out).", "FOLDER"),
]
Template = Annotated[
    str | None, option("--template", "Blank workbook, to fill in from nothing.", "FILE")
]
Which = Annotated[
    Rule | None,
    option(
        "--rule",
        "Rule of the programme in --lp and --mps, by default value; how --xlsx divides people, by "
        "default as the scenario says.",
    ),
]
Tier = Annotated[
    int | None,
    option(
        "--tier",
        "Tier that --lp and --mps are about, by default the first; the tiers before it are solved "
        "and their results are rows.",
    ),
]


@command("Look and check", "Write a workbook, or the problem for other programs.", rank=5)
def export(
    scenario: Stated = None,
    problem: ProblemFile = None,
    lp: LpFile = None,
    mps: MpsFile = None,
    xlsx: Xlsx = None,
    futures: Run = None,
    template: Template = None,
    rule: Which = None,
    tier: Tier = None,
    whole_people: Whole = False,
    lang: In = Lang.EN,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Write a scenario and its result as a workbook, or the problem it states for other programs.

    A workbook comes back with planner import. Either every file is written or none.

    \b
    Examples:
      planner export letter --problem letter.json
      planner export letter --lp letter.lp --mps letter.mps
      planner export letter --problem - | planner solve - --json
      planner export eastern-flank-battalion --xlsx battalion.xlsx --lang nl
      planner export results/battalion --futures runs/battalion --xlsx battalion.xlsx
      planner export --template blank.xlsx
    """
    from planner.problem.neutral import dump_problem

    programmes = {"problem": problem, "lp": lp, "mps": mps}
    wanted = [name for name in (*programmes.values(), xlsx, template) if name is not None]
    _check(scenario, wanted, programmes, (xlsx, template), whole_people, rule)
    if futures is not None and xlsx is None:
        raise InputError("export: --futures goes into a workbook: name it with --xlsx")
    outputs = Outputs(force)
    for name in wanted:
        if name != "-" or problem != "-":
            outputs.add(name)
    outputs.check()
    writers: dict[str, Callable[[Path], object]] = {}
    stated = _stated(scenario) if scenario is not None and any(programmes.values()) else None
    if stated is not None:
        options = {"rule": (rule or Rule.VALUE).value, "tier": tier, "whole": whole_people}
        writers = _of_problem(stated, programmes, options)
    if scenario is not None and xlsx is not None:
        writers[xlsx] = _book(scenario, futures, rule and rule.value, lang)
    if template is not None:
        from planner.workbook import write_template

        writers[template] = partial(write_template, lang=lang)
    with working(label("writing", lang), quiet):
        outputs.write(writers)
    if problem == "-" and stated is not None:
        print_json(dump_problem(stated))


def _of_problem(
    stated: Problem, programmes: dict[str, str | None], options: dict[str, Any]
) -> dict[str, Callable[[Path], object]]:
    """Return what writes a problem and its programmes, by file."""
    return {
        path: partial(_write_problem, stated)
        if form == "problem"
        else partial(_write_programme, form, stated, options)
        for form, path in programmes.items()
        if path is not None and (form, path) != ("problem", "-")
    }


def _check(
    scenario: str | None,
    wanted: list[str],
    programmes: dict[str, str | None],
    books: tuple[str | None, str | None],
    whole: bool,
    rule: Rule | None,
) -> None:
    """Refuse what does not go together."""
    if not wanted:
        options = "--xlsx, --template, --problem, --lp or --mps"
        raise InputError(f"export: nothing to write: name a file with {options}")
    if scenario is None and (books[0] is not None or any(programmes.values())):
        raise InputError("export: of which scenario? Only --template goes without one")
    if whole and rule is Rule.FAIR:
        raise InputError("export: with --whole-people only the programme of value can be written")
    faults = [
        Fault(name, 0, 0, "", "expected a file ending in .xlsx for a workbook")
        for name in books
        if name is not None and not name.lower().endswith(".xlsx")
    ]
    if faults:
        raise InputError(faults)


def _book(
    scenario: str, futures: str | None, rule: str | None, lang: str
) -> Callable[[Path], object]:
    """Return what writes the workbook of a scenario, or of a folder of results or futures."""
    from planner.results.compare import as_result
    from planner.results.result import read_result
    from planner.workbook import write_workbook

    if is_futures(scenario):
        if futures is not None:
            raise InputError(f"export: {scenario} holds futures already: leave --futures out")
        ours = load_futures(scenario)
        if rule not in (None, ours.rule):
            raise InputError(f"export: {scenario} was drawn by {ours.rule!r}: leave --rule out")
        return partial(write_workbook, ours, lang=lang)
    drawn = None if futures is None else load_futures(futures)
    shown = read_result(scenario) if is_result(scenario) else load_scenario(scenario)
    return lambda path: write_workbook(as_result(shown, rule), path, lang, drawn)


def _write_problem(problem: Problem, path: Path) -> None:
    from planner.problem.neutral import dump_problem

    text = json.dumps(dump_problem(problem), indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _write_programme(form: str, problem: Problem, options: dict[str, Any], path: Path) -> None:
    """Write an LP or MPS file, with what is wrong with the options said by their names."""
    from planner.reference import write_lp, write_mps

    try:
        (write_lp if form == "lp" else write_mps)(problem, path, **options)
    except InputError as error:
        said = [getattr(fault, "message", str(fault)) for fault in error.faults]
        raise InputError([Fault("--tier", 0, 0, "", message) for message in said]) from None


def _stated(name: str) -> Problem:
    """Return the problem of a scenario, or a neutral problem as it is."""
    from planner.compile import compile_scenario

    if is_problem(name):
        return load_problem(name)
    return compile_scenario(load_scenario(name)).problem


Book = Annotated[
    str, argument("BOOK.xlsx", "A workbook of planner export --xlsx or --template, filled in.")
]
Target = Annotated[
    str | None,
    option("--out -o", "Scenario file to write; by default it goes to standard output.", "FILE"),
]


@command("Look and check", "Make a scenario of a workbook.", rank=6)
def import_(
    book: Book,
    out: Target = None,
    force: Force = False,
    json: AsJson = False,
    lang: In = Lang.EN,
    quiet: Quiet = False,
) -> None:
    """Make a scenario file of a workbook, or say everything that is wrong with it.

    What the sheets say counts; only what is different from the scenario that the workbook was
    made from is written. Every complaint names sheet, row and column.

    \b
    Examples:
      planner import battalion.xlsx -o scenario.yaml
      planner import battalion.xlsx
      planner import blank.xlsx -o scenario.yaml --force
    """
    from planner.workbook.importing import import_workbook

    outputs = _outputs(out, force)
    name = Path(str(out)).stem if outputs.targets else None
    with working(label("reading", lang), quiet):
        found = import_workbook(book, name)
    if not quiet:
        for note in found.notes:
            print(clean(f"{book}: warning: {note}"), file=sys.stderr)
    if outputs.targets:
        outputs.write({str(out): lambda path: path.write_text(found.text, encoding="utf-8")})
    if json:
        print_json(_content(book, found, out))
    elif not outputs.targets:
        sys.stdout.write(found.text)
    elif not quiet:
        _show(found, str(out), lang)


Series = Annotated[
    str,
    argument(
        "FILE", "The CSV export of the series, or the text of a monthly table (pdftotext -layout)."
    ),
]
Country = Annotated[str, option("--country", "As the series names it.", "NAME")]


@command(
    "Look and check",
    "Make observations of the United Nations' series of uniformed personnel.",
    rank=7,
)
def import_un(
    file: Series,
    country: Country = "Netherlands",
    out: Target = None,
    force: Force = False,
    json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Make rows of observations.csv of the United Nations' series of uniformed personnel.

    Reads the monthly table of contributions by mission, country and personnel type, and refuses a
    month that does not add up to its printed totals; or the CSV export of the whole series.

    \b
    Examples:
      planner import-un 2022-06.txt
      planner import-un export.csv -o observations-un.csv
    """
    from planner.scenario.data import observations, observations_text, read_un

    outputs = _outputs(out, force)
    counts = read_un(file, country)
    rows = observations(counts)
    if not quiet:
        left_out = len(counts) - len(rows)
        print(
            f"{file}: {len(rows)} observations; {left_out} counts of no known demand left out",
            file=sys.stderr,
        )
    text = observations_text(rows)
    if outputs.targets:
        outputs.write({str(out): lambda path: path.write_text(text, encoding="utf-8")})
    elif json:
        print_json({"format": "planner-observations/1", "country": country, "rows": rows})
    else:
        sys.stdout.write(text)


def _outputs(out: str | None, force: bool) -> Outputs:
    """Return outputs of one file, or of none where its text goes to standard output."""
    outputs = Outputs(force)
    if out is not None and out != "-":
        outputs.add(out)
        outputs.check()
    return outputs


def _content(book: str, found: Imported, out: str | None) -> dict[str, Any]:
    """Return what came of a workbook, as plain values."""
    keys = ("name", "title", "title_nl", "digest")
    return {
        "format": "planner-import/1",
        "workbook": book,
        "scenario": {key: getattr(found.scenario, key) for key in keys},
        "extends": found.base,
        "notes": list(found.notes),
        "written_to": out,
    }


def _show(found: Imported, out: str, lang: str) -> None:
    """Say what is different from the scenario that the workbook was made from."""
    if found.before is not None:
        changed = differences(plain(found.before.inputs), plain(found.scenario.inputs))
        show_differences(changed, (found.before.name, found.scenario.name), lang)
    else:
        inputs = found.scenario.inputs
        counts = {"demands": len(inputs.demands), "pools": len(inputs.pools)}
        say(label("made_of", lang, **counts))
    say(label("written_to", lang, path=out))


@dataclass(frozen=True)
class Difference:
    """One place where two inputs differ.

    Attributes
    ----------
    path : str
        Dotted path, ``demands.untso.cap``.
    first, second : object
        Plain values; :data:`ABSENT` if none exists.
    counts : bool
        Whether it can change a result; False for names, notes and sources.
    """

    path: str
    first: Any
    second: Any
    counts: bool


def differences(first: Any, second: Any) -> list[Difference]:
    """Return where two plain values differ, whole figures and whole new entries as one.

    Plain values are those of :func:`planner.digest.plain`.

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
    if both and not ("origin" in first and _numbers(first) != _numbers(second)):
        for key in [*first, *(key for key in second if key not in first)]:
            # what holds for every other name (the key "") holds for one that is absent
            one, other = (side.get(key, side.get("", ABSENT)) for side in (first, second))
            yield from _walk(one, other, (*path, str(key)) if key else path)
    elif (
        isinstance(first, list)
        and isinstance(second, list)
        and any(isinstance(item, (Mapping, list)) for item in first + second)
    ):
        for place in range(max(len(first), len(second))):
            one, other = (side[place] if place < len(side) else ABSENT for side in (first, second))
            yield from _walk(one, other, (*path, str(place + 1)))
    else:
        counts = not _WORDS.intersection(path) and path[:1] != ("sources",)
        yield Difference(".".join(path), first, second, counts)


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


@command("Look and check", "List inputs that differ.", rank=3)
def diff(
    first: Annotated[str, argument("A", _EITHER)],
    second: Annotated[str, argument("B", _EITHER)],
    everything: Annotated[
        bool, option("--all", "Also names, notes and sources, which change no result.")
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
    one, other = _both(first, second)
    found = differences(one.pop("inputs"), other.pop("inputs"))
    if json:
        rows = [
            {"input": d.path, "counts": d.counts, "first": _presence(d.first),
             "second": _presence(d.second)}
            for d in found
        ]  # fmt: skip
        sides = {"first": one, "second": other, "same": not found}
        print_json({"format": "planner-diff/1", **sides, "differences": rows})
        return
    show_differences(found, (one["name"], other["name"]), lang, everything)


def show_differences(
    found: list[Difference], names: tuple[str, str], lang: str, everything: bool = False
) -> None:
    """Print differences as a table, those in names, notes and sources only if wanted."""
    if not found:
        say(label("no_differences", lang))
        return
    shown = [d for d in found if d.counts or everything]
    if shown:
        _print(shown, names, lang)
    if len(shown) < len(found):
        say(label("only_sources_differ", lang, count=len(found) - len(shown)), style="dim")


def _presence(value: Any) -> dict[str, Any]:
    """Return a value for JSON: an absent value is distinguished from an empty one."""
    return {"there": value is not ABSENT, "value": None if value is ABSENT else value}


def _print(shown: list[Difference], names: tuple[str, str], lang: str) -> None:
    def cell(value: Any) -> str:
        text = phrase(value, lang) if value is not ABSENT else f"({label('absent', lang)})"
        return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"

    rows = _together([(d.path, cell(d.first), cell(d.second)) for d in shown], lang)
    say(table(label("differences", lang), [label("input", lang), *names], rows))


def _together(rows: list[tuple[str, str, str]], lang: str) -> list[tuple[str, str, str]]:
    """Return rows with those of one parent that say the same in one line, if they are many."""
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
        with collect_faults(faults):
            found.append(_plain(name))
    if faults:
        raise InputError(faults)
    return found


def _plain(name: str) -> dict[str, Any]:
    if is_problem(name):
        from planner.problem.neutral import dump_problem

        data = dump_problem(load_problem(name))
        data["demands"] = {demand["id"]: demand for demand in data["demands"]}
        return {"name": name, "digest": digest(data), "inputs": plain(data)}
    scenario = load_scenario(name)
    inputs = plain(scenario.inputs)
    return {"name": scenario.name, "digest": scenario.digest, "inputs": inputs}
