"""``export``, ``import`` and ``diff``: workbooks, files for other programs, and comparison."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from planner.cli import options as opt
from planner.cli.console import clean, echo, print_json, show_spinner, table
from planner.cli.inputs import (
    Outputs,
    is_ensemble_folder,
    is_problem_file,
    is_result_folder,
    load_ensemble,
    load_problem,
    load_scenario,
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
    "value_text",
    "print_differences",
]

ScenarioArgument = Annotated[
    str | None,
    opt.argument(
        "[SCENARIO]",
        "A scenario, or a neutral problem (JSON); for --xlsx also a folder of results or of "
        "futures.",
    ),
]

ABSENT = object()
"""Value of an input that one side does not have."""

_DESCRIPTIVE_FIELDS = {
    "basis", "confidence", "date", "name", "name_nl", "note", "origin", "publisher", "reference",
    "row", "section", "source", "status", "title", "title_nl",
}  # fmt: skip
"""Fields that describe an input and change no result."""

_OMITTED_FIELDS = ("id", "mission", "category", "standing", "counts")
"""Fields that are left out of the text of an entry."""

MAX_SEPARATE_ROWS = 3
"""Largest number of equal rows of one entry that are shown separately; --json has all."""

_SCENARIO_OR_PROBLEM = "A scenario, or a neutral problem (JSON)."
"""Help of the two arguments of a comparison."""

MAX_VALUE_LENGTH = 160
"""Largest number of characters of a value that are shown; --json has all."""


ProblemOption = Annotated[
    str | None, opt.option("--problem", "Neutral problem (JSON); - is standard output.", "FILE")
]
LpOption = Annotated[str | None, opt.option("--lp", "Programme of one tier in LP format.", "FILE")]
MpsOption = Annotated[str | None, opt.option("--mps", "The same in free MPS format.", "FILE")]
XlsxOption = Annotated[
    str | None,
    opt.option("--xlsx", "Workbook of the scenario and its result, to read and to change.", "FILE"),
]
EnsembleOption = Annotated[
    str | None,
    opt.option("--futures", "For --xlsx: futures drawn before (planner simulate --out).", "FOLDER"),
]
TemplateOption = Annotated[
    str | None, opt.option("--template", "Blank workbook, to fill in from nothing.", "FILE")
]
ProgrammeRuleOption = Annotated[
    opt.Rule | None,
    opt.option(
        "--rule",
        "Rule of the programme in --lp and --mps, by default value; how --xlsx divides people, by "
        "default as the scenario says.",
    ),
]
TierOption = Annotated[
    int | None,
    opt.option(
        "--tier",
        "Tier that --lp and --mps are about, by default the first; the tiers before it are solved "
        "and their results are rows.",
    ),
]


@opt.command("Look and check", "Write a workbook, or the problem for other programs.", rank=5)
def export(
    scenario: ScenarioArgument = None,
    problem: ProblemOption = None,
    lp: LpOption = None,
    mps: MpsOption = None,
    xlsx: XlsxOption = None,
    futures: EnsembleOption = None,
    template: TemplateOption = None,
    rule: ProgrammeRuleOption = None,
    tier: TierOption = None,
    whole_people: opt.WholePeopleOption = False,
    lang: opt.LangOption = opt.Lang.EN,
    force: opt.ForceOption = False,
    quiet: opt.QuietOption = False,
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
    paths = [name for name in (*programmes.values(), xlsx, template) if name is not None]
    _check_options(scenario, paths, programmes, (xlsx, template), whole_people, rule)
    if futures is not None and xlsx is None:
        raise InputError("export: --futures goes into a workbook: name it with --xlsx")
    outputs = Outputs(force)
    for name in paths:
        if name != "-" or problem != "-":
            outputs.add(name)
    outputs.check()
    writers: dict[str, Callable[[Path], object]] = {}
    loaded = _problem_of(scenario) if scenario is not None and any(programmes.values()) else None
    if loaded is not None:
        options = {"rule": (rule or opt.Rule.VALUE).value, "tier": tier, "whole": whole_people}
        writers = _problem_writers(loaded, programmes, options)
    if scenario is not None and xlsx is not None:
        writers[xlsx] = _workbook_writer(scenario, futures, rule and rule.value, lang)
    if template is not None:
        from planner.workbook import write_template

        writers[template] = partial(write_template, lang=lang)
    with show_spinner(label("writing", lang), quiet):
        outputs.write(writers)
    if problem == "-" and loaded is not None:
        print_json(dump_problem(loaded))


def _problem_writers(
    stated: Problem, programmes: dict[str, str | None], options: dict[str, Any]
) -> dict[str, Callable[[Path], object]]:
    """Return the writers of a problem and its programmes by file."""
    return {
        path: partial(_write_problem, stated)
        if form == "problem"
        else partial(_write_programme, form, stated, options)
        for form, path in programmes.items()
        if path is not None and (form, path) != ("problem", "-")
    }


def _check_options(
    scenario: str | None,
    paths: list[str],
    programmes: dict[str, str | None],
    books: tuple[str | None, str | None],
    whole_people: bool,
    rule: opt.Rule | None,
) -> None:
    """Refuse options that exclude each other."""
    if not paths:
        options = "--xlsx, --template, --problem, --lp or --mps"
        raise InputError(f"export: nothing to write: name a file with {options}")
    if scenario is None and (books[0] is not None or any(programmes.values())):
        raise InputError("export: of which scenario? Only --template goes without one")
    if whole_people and rule is opt.Rule.FAIR:
        raise InputError("export: with --whole-people only the programme of value can be written")
    faults = [
        Fault(name, 0, 0, "", "expected a file ending in .xlsx for a workbook")
        for name in books
        if name is not None and not name.lower().endswith(".xlsx")
    ]
    if faults:
        raise InputError(faults)


def _workbook_writer(
    scenario: str, futures: str | None, rule: str | None, lang: str
) -> Callable[[Path], object]:
    """Return the writer of the workbook of a scenario or of a folder of results or draws."""
    from planner.results.compare import as_result
    from planner.results.result import read_result
    from planner.workbook import write_workbook

    if is_ensemble_folder(scenario):
        if futures is not None:
            raise InputError(f"export: {scenario} holds futures already: leave --futures out")
        ensemble = load_ensemble(scenario)
        if rule not in (None, ensemble.rule):
            raise InputError(f"export: {scenario} was drawn by {ensemble.rule!r}: leave --rule out")
        return partial(write_workbook, ensemble, lang=lang)
    draws = None if futures is None else load_ensemble(futures)
    source = read_result(scenario) if is_result_folder(scenario) else load_scenario(scenario)
    return lambda path: write_workbook(as_result(source, rule), path, lang, draws)


def _write_problem(problem: Problem, path: Path) -> None:
    from planner.problem.neutral import dump_problem

    text = json.dumps(dump_problem(problem), indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _write_programme(form: str, problem: Problem, options: dict[str, Any], path: Path) -> None:
    """Write an LP or MPS file; errors in the options name the options."""
    from planner.reference import write_lp, write_mps

    try:
        (write_lp if form == "lp" else write_mps)(problem, path, **options)
    except InputError as error:
        messages = [getattr(fault, "message", str(fault)) for fault in error.faults]
        raise InputError([Fault("--tier", 0, 0, "", message) for message in messages]) from None


def _problem_of(name: str) -> Problem:
    """Return a neutral problem, or that of a scenario."""
    from planner.compile import compile_scenario

    if is_problem_file(name):
        return load_problem(name)
    return compile_scenario(load_scenario(name)).problem


WorkbookArgument = Annotated[
    str, opt.argument("BOOK.xlsx", "A workbook of planner export --xlsx or --template, filled in.")
]
OutOption = Annotated[
    str | None,
    opt.option(
        "--out -o", "Scenario file to write; by default it goes to standard output.", "FILE"
    ),
]


@opt.command("Look and check", "Make a scenario of a workbook.", rank=6)
def import_(
    book: WorkbookArgument,
    out: OutOption = None,
    force: opt.ForceOption = False,
    json: opt.JsonOption = False,
    lang: opt.LangOption = opt.Lang.EN,
    quiet: opt.QuietOption = False,
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

    outputs = _single_output(out, force)
    name = Path(str(out)).stem if outputs.targets else None
    with show_spinner(label("reading", lang), quiet):
        imported = import_workbook(book, name)
    if not quiet:
        for note in imported.notes:
            print(clean(f"{book}: warning: {note}"), file=sys.stderr)
    if outputs.targets:
        outputs.write({str(out): lambda path: path.write_text(imported.text, encoding="utf-8")})
    if json:
        print_json(_import_summary(book, imported, out))
    elif not outputs.targets:
        sys.stdout.write(imported.text)
    elif not quiet:
        _print_import(imported, str(out), lang)


SeriesArgument = Annotated[
    str,
    opt.argument(
        "FILE", "The CSV export of the series, or the text of a monthly table (pdftotext -layout)."
    ),
]
CountryOption = Annotated[str, opt.option("--country", "As the series names it.", "NAME")]


@opt.command(
    "Look and check",
    "Make observations of the United Nations' series of uniformed personnel.",
    rank=7,
)
def import_un(
    file: SeriesArgument,
    country: CountryOption = "Netherlands",
    out: OutOption = None,
    force: opt.ForceOption = False,
    json: opt.JsonOption = False,
    quiet: opt.QuietOption = False,
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

    outputs = _single_output(out, force)
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


def _single_output(out: str | None, force: bool) -> Outputs:
    """Return the checked output file; no file if the text goes to standard output."""
    outputs = Outputs(force)
    if out is not None and out != "-":
        outputs.add(out)
        outputs.check()
    return outputs


def _import_summary(book: str, imported: Imported, out: str | None) -> dict[str, Any]:
    """Return the result of an import as plain values."""
    keys = ("name", "title", "title_nl", "digest")
    return {
        "format": "planner-import/1",
        "workbook": book,
        "scenario": {key: getattr(imported.scenario, key) for key in keys},
        "extends": imported.base,
        "notes": list(imported.notes),
        "written_to": out,
    }


def _print_import(imported: Imported, out: str, lang: str) -> None:
    """Print the differences from the scenario from which the workbook was made."""
    if imported.before is not None:
        changed = differences(plain(imported.before.inputs), plain(imported.scenario.inputs))
        print_differences(changed, (imported.before.name, imported.scenario.name), lang)
    else:
        inputs = imported.scenario.inputs
        counts = {"demands": len(inputs.demands), "pools": len(inputs.pools)}
        echo(label("made_of", lang, **counts))
    echo(label("written_to", lang, path=out))


@dataclass(frozen=True)
class Difference:
    """A difference between two inputs.

    Attributes
    ----------
    path : str
        Dotted path, ``demands.untso.cap``.
    first, second : object
        Plain values; :data:`ABSENT` for a missing one.
    counts : bool
        Whether it can change a result; False for names, notes and sources.
    """

    path: str
    first: Any
    second: Any
    counts: bool


def differences(first: Any, second: Any) -> list[Difference]:
    """Return the differences between two plain values; parameters and new entries are not split.

    Plain values are those of :func:`planner.digest.plain`.

    Examples
    --------
    >>> one = {"demands": {"untso": {"cap": {"value": 12, "origin": {}}}}}
    >>> two = {"demands": {"untso": {"cap": {"value": 8, "origin": {}}}}}
    >>> [(d.path, value_text(d.first), value_text(d.second)) for d in differences(one, two)]
    [('demands.untso.cap', '12', '8')]
    """
    return list(_find_differences(first, second, ()))


def _find_differences(first: Any, second: Any, path: tuple[str, ...]) -> Iterator[Difference]:
    if first == second:
        return
    mappings = isinstance(first, Mapping) and isinstance(second, Mapping)
    if mappings and not ("origin" in first and _values(first) != _values(second)):
        for key in [*first, *(key for key in second if key not in first)]:
            # the value for all other names (the key "") applies to an absent name
            one, other = (side.get(key, side.get("", ABSENT)) for side in (first, second))
            yield from _find_differences(one, other, (*path, str(key)) if key else path)
    elif (
        isinstance(first, list)
        and isinstance(second, list)
        and any(isinstance(item, (Mapping, list)) for item in first + second)
    ):
        for index in range(max(len(first), len(second))):
            one, other = (side[index] if index < len(side) else ABSENT for side in (first, second))
            yield from _find_differences(one, other, (*path, str(index + 1)))
    else:
        counts = not _DESCRIPTIVE_FIELDS.intersection(path) and path[:1] != ("sources",)
        yield Difference(".".join(path), first, second, counts)


def _values(value: Mapping[str, Any]) -> Any:
    return [value.get(key) for key in ("value", "low", "high", "month")]


def value_text(value: Any, lang: str = "en") -> str:
    """Return a value as short text: a parameter with its range, an entry by its main fields.

    Fields have their names in files.

    Examples
    --------
    >>> value_text({"value": 12, "low": 8.5, "high": 14, "origin": {}})
    '12 (8.5 to 14)'
    >>> value_text({"value": 12, "low": 8.5, "high": 14, "origin": {}}, "nl")
    '12 (8,5 tot 14)'
    >>> value_text(["staff", "civil"])
    'staff, civil'
    """
    if value is ABSENT or value is None:
        return ""
    if isinstance(value, bool):
        return label("yes" if value else "no", lang)
    if isinstance(value, float):
        return f"{value:g}".replace(".", "," if lang == "nl" else ".")
    if isinstance(value, list):
        return ", ".join(value_text(item, lang) for item in value)
    if not isinstance(value, Mapping):
        return term(str(value), lang)
    if "origin" in value and "month" in value:
        return str(value["month"])
    if "origin" in value:
        return _parameter_text(value, lang)
    parts = (
        f"{key} {text}"
        for key, item in value.items()
        if key not in _DESCRIPTIVE_FIELDS
        and key not in _OMITTED_FIELDS
        and item is not False
        and (text := value_text(item, lang))
    )
    return "; ".join(parts)


def _parameter_text(value: Mapping[str, Any], lang: str) -> str:
    likely = value_text(value["value"], lang)
    low, high = value.get("low"), value.get("high")
    if low is None and high is None:
        return likely
    ends = {"low": value_text(low, lang) or likely, "high": value_text(high, lang) or likely}
    return f"{likely} ({label('from_to', lang, **ends)})"


@opt.command("Look and check", "List inputs that differ.", rank=3)
def diff(
    first: Annotated[str, opt.argument("A", _SCENARIO_OR_PROBLEM)],
    second: Annotated[str, opt.argument("B", _SCENARIO_OR_PROBLEM)],
    everything: Annotated[
        bool, opt.option("--all", "Also names, notes and sources, which change no result.")
    ] = False,
    json: opt.JsonOption = False,
    lang: opt.LangOption = opt.Lang.EN,
) -> None:
    """List the effective inputs that differ between two scenarios.

    What a scenario takes from the one it extends counts as its own, so this compares what would
    be worked out, not what the files say.

    \b
    Examples:
      planner diff letter eastern-flank-battalion
      planner diff eastern-flank-battalion rest-relaxed --json
    """
    one, other = _load_pair(first, second)
    found = differences(one.pop("inputs"), other.pop("inputs"))
    if json:
        rows = [
            {"input": d.path, "counts": d.counts, "first": _json_side(d.first),
             "second": _json_side(d.second)}
            for d in found
        ]  # fmt: skip
        sides = {"first": one, "second": other, "same": not found}
        print_json({"format": "planner-diff/1", **sides, "differences": rows})
        return
    print_differences(found, (one["name"], other["name"]), lang, everything)


def print_differences(
    differing: list[Difference], names: tuple[str, str], lang: str, everything: bool = False
) -> None:
    """Print differences as a table, with those in names, notes and sources if `everything`."""
    if not differing:
        echo(label("no_differences", lang))
        return
    shown = [d for d in differing if d.counts or everything]
    if shown:
        _print_table(shown, names, lang)
    if len(shown) < len(differing):
        echo(label("only_sources_differ", lang, count=len(differing) - len(shown)), style="dim")


def _json_side(value: Any) -> dict[str, Any]:
    """Return a value for JSON, where an absent value differs from an empty one."""
    return {"there": value is not ABSENT, "value": None if value is ABSENT else value}


def _print_table(shown: list[Difference], names: tuple[str, str], lang: str) -> None:
    def cell(value: Any) -> str:
        text = value_text(value, lang) if value is not ABSENT else f"({label('absent', lang)})"
        return text if len(text) <= MAX_VALUE_LENGTH else text[: MAX_VALUE_LENGTH - 1] + "…"

    rows = _merge_equal_rows([(d.path, cell(d.first), cell(d.second)) for d in shown], lang)
    echo(table(label("differences", lang), [label("input", lang), *names], rows))


def _merge_equal_rows(rows: list[tuple[str, str, str]], lang: str) -> list[tuple[str, str, str]]:
    """Return rows with equal rows of one parent merged where they are many."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for path, first, second in rows:
        parent, _, name = path.rpartition(".")
        groups.setdefault((parent, first, second), []).append(name)
    merged = []
    for (parent, first, second), names in groups.items():
        if len(names) <= MAX_SEPARATE_ROWS or not parent:
            merged += [(f"{parent}.{name}".lstrip("."), first, second) for name in names]
        else:
            more = label("more_rows", lang, count=len(names) - 2)
            merged.append((f"{parent}: {names[0]}, {names[1]} {more}", first, second))
    return merged


def _load_pair(first: str, second: str) -> list[dict[str, Any]]:
    """Return name, digest and plain inputs of both; raise InputError with the faults of both."""
    pair: list[dict[str, Any]] = []
    faults: list[Fault | str] = []
    for name in (first, second):
        with collect_faults(faults):
            pair.append(_plain_inputs(name))
    if faults:
        raise InputError(faults)
    return pair


def _plain_inputs(name: str) -> dict[str, Any]:
    if is_problem_file(name):
        from planner.problem.neutral import dump_problem

        data = dump_problem(load_problem(name))
        data["demands"] = {demand["id"]: demand for demand in data["demands"]}
        return {"name": name, "digest": digest(data), "inputs": plain(data)}
    scenario = load_scenario(name)
    inputs = plain(scenario.inputs)
    return {"name": scenario.name, "digest": scenario.digest, "inputs": inputs}
