"""Commands of declared analyses, with options generated from the signature of each function.

A command is made when it is first called, so that listing the commands loads no analysis.

Answers as a person reads them: sentences first, then tables with headings in a language.
"""

from __future__ import annotations

import inspect
import re
import time
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from planner.analysis.declare import RENAMED, Analysis, Option, declared, names, template, text_of
from planner.cli import options as opt
from planner.cli.console import echo, print_json, show_progress, table
from planner.cli.inputs import check_output_folder, load_scenario_or_problem, print_warnings
from planner.errors import Fault, InputError
from planner.labels import label, number
from planner.outcome import FORMAT

if TYPE_CHECKING:
    import pandas as pd

    from planner.analysis.declare import Text
    from planner.analysis.plans import Case
    from planner.outcome import Outcome, Progress

__all__ = ["case_header", "analysis_command", "with_time_left", "analysis_panels", "print_outcome"]

SourceArgument = Annotated[
    str,
    opt.argument(
        "SCENARIO",
        "A scenario file, the name of one that comes with the program, a neutral problem (JSON), "
        "or -.",
    ),
]
RowsOption = Annotated[
    int, opt.option("--rows", "Most sentences and rows to show; 0 shows all.", min=0)
]
OutOption = Annotated[
    str | None,
    opt.option(
        "--out -o",
        "Folder for the answer, all its tables (Parquet and CSV) and a manifest.",
        "FOLDER",
    ),
]

_WIDE_COLUMNS = (
    "commitments", "section", "source", "within", "low", "high", "tried_from", "tried_to",
)  # fmt: skip
"""Columns that a terminal leaves out."""

_OPTIONAL_COLUMNS = (
    "turn", "pool", "tier", "package", "held_rules", "standard_error", "standard_error_main_task_1",
    "tolerance_posts", "from_multiple", "to_multiple", "limited", "exact", "not_enough_units",
    "from_units", "to_units", "unit", "resting_persons", "preparing_persons", "on_duty_persons",
    "range_share", "basis", "hedged_share", "low_rate", "high_rate", "gained_person_months",
    "package_filled_person_months", "main_task_1_filled_person_months", "group", "smallest_at",
    "may_persons", "must_persons", "nominal_person_months", "planned_month", "of_months",
)  # fmt: skip
"""Columns that a narrow terminal leaves out first, in this order."""


def analysis_panels() -> dict[str, list[str]]:
    """Return names of the commands of analyses, by the heading they are listed under."""
    found: dict[str, list[str]] = {}
    for name in names():
        if panel := template(name).panel:
            found.setdefault(panel, []).append(name)
    return found


def analysis_command(name: str) -> Any:
    """Return the command of an analysis, by its name or the name it had before; None if none."""
    name = RENAMED.get(name, name)
    if name not in names():
        return None
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command(name, short_help=template(name).short["en"])(_command_function(declared(name)))
    return typer.main.get_command(app)


def _command_function(asked: Analysis) -> Callable[..., None]:
    """Return a function for Typer with the parameters of an analysis."""
    help_of = asked.parameter_help
    own = [
        _typer_parameter(one, _without_markup(help_of.get(one.name, "")))
        for one in asked.parameters
        if one.name not in ("rule", "progress") and not _declared_option(one).hidden
    ]
    parsers = {one.name: _value_parser(one) for one in asked.parameters}
    _, _, first, *common = inspect.signature(_run_analysis, eval_str=True).parameters.values()

    def command(**options: Any) -> None:
        given = {one.name: parsers[one.name](options.pop(one.name)) for one in own}
        set_ = {name: value for name, value in given.items() if value is not None}
        _run_analysis(asked, set_, **options)

    every = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in (first, *own, *common)]
    examples = "\n".join(f"  planner {asked.name} {one}" for one in asked.template.examples)
    summary = _without_markup(asked.summary).replace("Return ", "Show ", 1)
    command.__name__ = asked.name
    command.__doc__ = f"{summary}\n\n\b\nExamples:\n{examples}\n" if examples else summary
    command.__annotations__ = {one.name: one.annotation for one in every}
    vars(command)["__signature__"] = inspect.Signature(every)
    return command


def _without_markup(text: str) -> str:
    """Return text of a docstring without its markup.

    Examples
    --------
    >>> _without_markup("Ids with ``*``; see :mod:`planner.analysis.threshold`.")
    'Ids with *; see planner.analysis.threshold.'
    """
    return re.sub(r"(?::\w+:)?`+([^`]+)`+", r"\1", text)


def _declared_option(one: inspect.Parameter) -> Option:
    more = getattr(one.annotation, "__metadata__", ())
    return next((option for option in more if type(option) is Option), Option())


def _types_of(one: inspect.Parameter) -> list[Any]:
    """Return the types that a parameter may have, without None."""
    base = one.annotation
    if hasattr(base, "__metadata__"):
        base = base.__origin__
    union = typing.get_origin(base) in (typing.Union, types.UnionType)
    parts = typing.get_args(base) if union else (base,)
    return [part for part in parts if part is not type(None)]


def _typer_parameter(one: inspect.Parameter, text: str) -> inspect.Parameter:
    """Return the parameter as Typer takes it: an argument where it has no default."""
    option, default = _declared_option(one), one.default
    if default is inspect.Parameter.empty:
        shown = typer.Argument(metavar=one.name.upper(), help=text, show_default=False)
        return one.replace(annotation=Annotated[str, shown])
    flag = option.flag or "--" + one.name.replace("_", "-")
    limits: dict[str, Any] = {"min": option.low, "max": option.high}
    settings: dict[str, Any] = {"help": text, "metavar": option.metavar or None}
    kinds = _types_of(one)
    if isinstance(default, bool):
        off = option.off or (f"--no-{flag[2:]}" if default else "")
        name = f"{flag}/{off}" if off else flag
        return one.replace(annotation=Annotated[bool, typer.Option(name, help=text)])
    if isinstance(default, (int, float)):
        kind: Any = type(default)
        settings |= limits
    elif any(typing.get_origin(kind) in (Sequence, Mapping) for kind in kinds):
        of = next((typing.get_args(kind) for kind in kinds if typing.get_origin(kind) is Sequence),
                  (str,))  # fmt: skip
        kind = list[_choice_type(one.name, option) if option.choices else of[0]] | None  # type: ignore
        default, settings["show_default"] = None, False
    else:
        plain = next((kind for kind in kinds if kind in (int, float) and len(kinds) == 1), str)
        kind = _choice_type(one.name, option) if option.choices else plain
        if plain is not str:
            settings |= limits
        if default is None:
            kind, settings["show_default"] = kind | None, False
    return one.replace(annotation=Annotated[kind, typer.Option(flag, **settings)], default=default)


def _choice_type(name: str, option: Option) -> Any:
    return StrEnum(name, {choice.upper(): choice for choice in option.choices})


def _value_parser(one: inspect.Parameter) -> Callable[[Any], Any]:
    """Return what turns a value of the command line into one of the function."""
    option, kinds = _declared_option(one), _types_of(one)
    mappings = [kind for kind in kinds if typing.get_origin(kind) is Mapping]
    if mappings and not isinstance(one.default, bool):
        several = typing.get_args(mappings[0])[1] is not float
        return lambda given: _parse_mapping(given, option, several) if given else None

    def plain(given: Any) -> Any:
        if isinstance(given, list):
            return [_enum_value(each) for each in given] or None
        return _enum_value(given)

    return plain


def _enum_value(value: Any) -> Any:
    return value.value if isinstance(value, StrEnum) else value


def _parse_mapping(given: list[str], option: Option, several: bool) -> dict[str, Any]:
    """Return ``NAME=VALUE`` or ``NAME=ID,ID`` by name; raise InputError with all that is not."""
    found: dict[str, Any] = {}
    faults = []
    for text in given:
        name, equals, value = text.partition("=")
        members = [one.strip() for one in value.split(",") if one.strip()]
        try:
            if not (name.strip() and equals and members):
                raise ValueError
            if several:
                found.setdefault(name.strip(), []).extend(members)
            else:
                found[name.strip()] = float(value)
        except ValueError:
            message = f"expected {option.metavar}, found {text!r}"
            faults.append(Fault(option.flag, 0, 0, "", message))
    if faults:
        raise InputError(faults)
    return found


def _run_analysis(
    asked: Analysis,
    given: dict[str, Any],
    scenario: SourceArgument,
    rule: opt.RuleOption = None,
    rows: RowsOption = 15,
    out: OutOption = None,
    force: opt.ForceOption = False,
    json: opt.JsonOption = False,
    lang: opt.LangOption = opt.Lang.EN,
    quiet: opt.QuietOption = False,
) -> None:
    """Ask a question; what every question takes begins with the scenario, the others stand last."""
    from planner.analysis.plans import read_case

    if out is not None:
        check_output_folder(out, force)
    chosen, word = rule and rule.value, text_of("common").say
    case = read_case(load_scenario_or_problem(scenario), chosen)
    print_warnings(
        "<stdin>" if scenario == "-" else scenario, case.problem, case.first_month, quiet
    )
    with show_progress(word("working_out", lang), word("steps", lang), lang, quiet) as show:
        outcome = asked.function(case, rule=chosen, progress=with_time_left(show), **given)
    if out is not None:
        from planner.results.result import versions

        outcome.save(out, {**case_header(case), "versions": versions()})
    if json:
        print_json({**case_header(case), **outcome.as_dict(lang), "written_to": out})
    elif not quiet:
        hidden = print_outcome(outcome, case, lang, asked.shown, rows)
        if out:
            echo(label("written_to", lang, path=out))
        elif hidden:
            echo(word("keep_answer", lang))


def with_time_left(show: Callable[[int, int, float], None] | None) -> Progress:
    """Return a progress function that adds how many seconds are left, by the pace so far."""
    began = time.monotonic()

    def progress(done: int, total: int) -> None:
        if show is not None and done:
            pace = (time.monotonic() - began) / done
            show(done, total, pace * (total - done))

    return progress


def case_header(case: Case) -> dict[str, Any]:
    """Return what a question was asked of, ready for JSON."""
    first, last = (case.month(month) for month in case.problem.report)
    scenario = case.scenario
    return {
        "format": FORMAT,
        "scenario": case.name,
        "digest": scenario.digest if scenario is not None else None,
        "window": {"first": first, "last": last},
        "rule": case.rule,
    }


def print_outcome(
    outcome: Outcome, case: Case, lang: str, shown: tuple[str, ...], most: int
) -> bool:
    """Print an answer; return whether some of it was not printed.

    The case gives the names of missions. `shown` names the tables to print, by default the main
    one; of sentences, and of rows of a table, at most `most` are printed, and with 0 all.
    """
    text, sentences = text_of(outcome.title), outcome.sentences(lang)
    echo(*(sentences[:most] if most else sentences))
    hidden = _print_remaining(len(sentences), most, lang)
    tables = outcome.tables()
    wanted = shown or tuple(tables)[:1]
    hidden |= any(len(one) for name, one in tables.items() if name not in wanted)
    for name in wanted:
        found = _without_empty_columns(tables[name]) if most else tables[name]
        hidden |= len(found.columns) < len(tables[name].columns)
        if not len(found):
            continue
        title = text.heading(f"{outcome.title}.{name}", lang)
        echo("", _outcome_table(title, found, case, text, (lang, most)))
        hidden |= _print_remaining(len(found), most, lang)
    return hidden


def _without_empty_columns(found: pd.DataFrame) -> pd.DataFrame:
    """Return a table without long columns and those that say nothing in any row."""
    empty = [name for name in found.columns if len(found) and bool((found[name] == "").all())]
    return found.drop(columns=[*_WIDE_COLUMNS, *empty], errors="ignore")


def _print_remaining(count: int, most: int, lang: str) -> bool:
    """Print how many more exist than were shown, if any."""
    more = bool(most) and count > most
    if more:
        echo(label("more_rows", lang, count=number(count - most, lang, 0)), indent=2)
    return more


def _outcome_table(
    title: str, found: pd.DataFrame, case: Case, text: Text, shown: tuple[str, int]
) -> Any:
    lang, most = shown
    columns = [_heading(text, name, lang, found[name]) for name in found.columns]
    rows = found.head(most) if most else found
    cells = [
        [text.cell(name, value, lang) for name, value in zip(found.columns, row, strict=True)]
        for row in rows.itertuples(index=False, name=None)
    ]
    keys, names = [str(name) for name in found.columns], _mission_names(case, lang)
    named = "mission" in keys and bool(names)
    if named:
        place = keys.index("mission")
        for line in (columns, keys, *cells):
            line.insert(0, line.pop(place))
        for row in cells:
            row.insert(1, names.get(row[0], row[0]))
        columns.insert(1, label("name", lang))
        keys.insert(1, "name")
    spare = [keys.index(key) for key in _OPTIONAL_COLUMNS if key in keys[1:]]
    return table(
        title, columns, cells, first_is_id=named, lang=lang, optional=spare, all_columns=not most
    )


def _mission_names(case: Case, lang: str) -> dict[str, str]:
    """Return the names of missions that have one that is not their id."""
    pairs = ((line.mission, (line.name_nl if lang == "nl" else "") or line.name)
             for line in case.lines)  # fmt: skip
    return {mission: name for mission, name in pairs if name and name != mission}


def _heading(text: Text, name: str, lang: str, values: pd.Series[Any]) -> str:
    """Return a column's heading; of numbers to the right."""
    right = values.dtype.kind in "if"
    return (">" if right else "") + text.heading(name, lang)
