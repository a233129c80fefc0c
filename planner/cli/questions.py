"""Commands of declared analyses, with options generated from the signature of each function.

A command is created when it is first called, so that listing the commands imports no analysis. The
result of an analysis is printed as sentences, followed by tables.
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
from planner.cli.inputs import check_output_folder, load_input, warn
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
"""Columns that are not printed."""

_OPTIONAL_COLUMNS = (
    "turn", "pool", "tier", "package", "held_rules", "standard_error", "standard_error_main_task_1",
    "tolerance_posts", "from_multiple", "to_multiple", "limited", "exact", "not_enough_units",
    "from_units", "to_units", "unit", "resting_persons", "preparing_persons", "on_duty_persons",
    "range_share", "basis", "hedged_share", "low_rate", "high_rate", "gained_person_months",
    "package_filled_person_months", "main_task_1_filled_person_months", "group", "smallest_at",
    "may_persons", "must_persons", "nominal_person_months", "planned_month", "of_months",
)  # fmt: skip
"""Columns that a narrow terminal hides first, in this order."""


def analysis_panels() -> dict[str, list[str]]:
    """Return the names of the commands of analyses by panel."""
    panels: dict[str, list[str]] = {}
    for name in names():
        if panel := template(name).panel:
            panels.setdefault(panel, []).append(name)
    return panels


def analysis_command(name: str) -> Any:
    """Return the command of an analysis by its present or former name, None if there is none."""
    name = RENAMED.get(name, name)
    if name not in names():
        return None
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command(name, short_help=template(name).short)(_command_function(declared(name)))
    return typer.main.get_command(app)


def _command_function(analysis: Analysis) -> Callable[..., None]:
    """Return a function for Typer with the parameters of an analysis."""
    help_of = analysis.parameter_help
    parameters = [
        _typer_parameter(param, _without_markup(help_of.get(param.name, "")))
        for param in analysis.parameters
        if param.name not in ("rule", "progress") and not _declared_option(param).hidden
    ]
    parsers = {param.name: _value_parser(param) for param in analysis.parameters}
    _, _, source, *common = inspect.signature(_run_analysis, eval_str=True).parameters.values()

    def command(**options: Any) -> None:
        given = {param.name: parsers[param.name](options.pop(param.name)) for param in parameters}
        arguments = {name: value for name, value in given.items() if value is not None}
        _run_analysis(analysis, arguments, **options)

    signature = [
        param.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for param in (source, *parameters, *common)
    ]
    examples = "\n".join(
        f"  planner {analysis.name} {param}" for param in analysis.template.examples
    )
    summary = _without_markup(analysis.summary).replace("Return ", "Show ", 1)
    command.__name__ = analysis.name
    command.__doc__ = f"{summary}\n\n\b\nExamples:\n{examples}\n" if examples else summary
    command.__annotations__ = {param.name: param.annotation for param in signature}
    vars(command)["__signature__"] = inspect.Signature(signature)
    return command


def _without_markup(text: str) -> str:
    """Return the text of a docstring without markup.

    Examples
    --------
    >>> _without_markup("Ids with ``*``; see :mod:`planner.analysis.threshold`.")
    'Ids with *; see planner.analysis.threshold.'
    """
    return re.sub(r"(?::\w+:)?`+([^`]+)`+", r"\1", text)


def _declared_option(param: inspect.Parameter) -> Option:
    more = getattr(param.annotation, "__metadata__", ())
    return next((option for option in more if type(option) is Option), Option())


def _types_of(param: inspect.Parameter) -> list[Any]:
    """Return the types of a parameter, without None."""
    base = param.annotation
    if hasattr(base, "__metadata__"):
        base = base.__origin__
    union = typing.get_origin(base) in (typing.Union, types.UnionType)
    parts = typing.get_args(base) if union else (base,)
    return [part for part in parts if part is not type(None)]


def _typer_parameter(param: inspect.Parameter, text: str) -> inspect.Parameter:
    """Return the parameter of the command: an argument if it has no default, else an option."""
    option, default = _declared_option(param), param.default
    if default is inspect.Parameter.empty:
        shown = typer.Argument(metavar=param.name.upper(), help=text, show_default=False)
        return param.replace(annotation=Annotated[str, shown])
    flag = option.flag or "--" + param.name.replace("_", "-")
    limits: dict[str, Any] = {"min": option.low, "max": option.high}
    settings: dict[str, Any] = {"help": text, "metavar": option.metavar or None}
    kinds = _types_of(param)
    if isinstance(default, bool):
        negative = option.off or (f"--no-{flag[2:]}" if default else "")
        name = f"{flag}/{negative}" if negative else flag
        return param.replace(annotation=Annotated[bool, typer.Option(name, help=text)])
    if isinstance(default, (int, float)):
        kind: Any = type(default)
        settings |= limits
    elif any(typing.get_origin(kind) in (Sequence, Mapping) for kind in kinds):
        of = next((typing.get_args(kind) for kind in kinds if typing.get_origin(kind) is Sequence),
                  (str,))  # fmt: skip
        kind = list[_choice_type(param.name, option) if option.choices else of[0]] | None  # type: ignore
        default, settings["show_default"] = None, False
    else:
        scalar = next((kind for kind in kinds if kind in (int, float) and len(kinds) == 1), str)
        kind = _choice_type(param.name, option) if option.choices else scalar
        if scalar is not str:
            settings |= limits
        if default is None:
            kind, settings["show_default"] = kind | None, False
    return param.replace(
        annotation=Annotated[kind, typer.Option(flag, **settings)], default=default
    )


def _choice_type(name: str, option: Option) -> Any:
    return StrEnum(name, {choice.upper(): choice for choice in option.choices})


def _value_parser(param: inspect.Parameter) -> Callable[[Any], Any]:
    """Return the function that converts a value of the command line to an argument."""
    option, kinds = _declared_option(param), _types_of(param)
    mappings = [kind for kind in kinds if typing.get_origin(kind) is Mapping]
    if mappings and not isinstance(param.default, bool):
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
    """Return values of ``NAME=VALUE`` or ``NAME=ID,ID`` by name; raise InputError for others."""
    mapping: dict[str, Any] = {}
    faults = []
    for text in given:
        name, equals, value = text.partition("=")
        members = [member.strip() for member in value.split(",") if member.strip()]
        try:
            if not (name.strip() and equals and members):
                raise ValueError
            if several:
                mapping.setdefault(name.strip(), []).extend(members)
            else:
                mapping[name.strip()] = float(value)
        except ValueError:
            message = f"expected {option.metavar}, found {text!r}"
            faults.append(Fault(option.flag, 0, 0, "", message))
    if faults:
        raise InputError(faults)
    return mapping


def _run_analysis(
    analysis: Analysis,
    arguments: dict[str, Any],
    scenario: SourceArgument,
    rule: opt.RuleOption = None,
    rows: RowsOption = 15,
    out: OutOption = None,
    force: opt.ForceOption = False,
    json: opt.JsonOption = False,
    lang: opt.LangOption = opt.Lang.EN,
    quiet: opt.QuietOption = False,
) -> None:
    """Run an analysis and print, save or encode its result."""
    from planner.analysis.plans import read_case

    if out is not None:
        check_output_folder(out, force)
    chosen, text = rule and rule.value, text_of("common").say
    case = read_case(load_input(scenario), chosen)
    warn("<stdin>" if scenario == "-" else scenario, case.problem, case.first_month, quiet)
    with show_progress(text("working_out", lang), text("steps", lang), lang, quiet) as show:
        outcome = analysis.function(case, rule=chosen, progress=with_time_left(show), **arguments)
    if out is not None:
        from planner.results.result import versions

        outcome.save(out, {**case_header(case), "versions": versions()})
    if json:
        print_json({**case_header(case), **outcome.as_dict(lang), "written_to": out})
    elif not quiet:
        hidden = print_outcome(outcome, case, lang, analysis.shown, rows)
        if out:
            echo(label("written_to", lang, path=out))
        elif hidden:
            echo(text("keep_answer", lang))


def with_time_left(show: Callable[[int, int, float], None] | None) -> Progress:
    """Return a progress callback that adds the estimated seconds left."""
    start = time.monotonic()

    def progress(done: int, total: int) -> None:
        if show is not None and done:
            pace = (time.monotonic() - start) / done
            show(done, total, pace * (total - done))

    return progress


def case_header(case: Case) -> dict[str, Any]:
    """Return the header of a result: format, scenario, window and rule."""
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
    outcome: Outcome, case: Case, lang: str, shown: tuple[str, ...], limit: int
) -> bool:
    """Print the result of an analysis; return whether some of it was not printed.

    `case` gives the names of missions, `shown` the tables to print (by default the main one).
    At most `limit` sentences, and rows of a table, are printed; 0 prints all.
    """
    text, sentences = text_of(outcome.title), outcome.sentences(lang)
    echo(*(sentences[:limit] if limit else sentences))
    hidden = _print_remaining(len(sentences), limit, lang)
    tables = outcome.tables()
    names = shown or tuple(tables)[:1]
    hidden |= any(len(other) for name, other in tables.items() if name not in names)
    for name in names:
        frame = _without_empty_columns(tables[name]) if limit else tables[name]
        hidden |= len(frame.columns) < len(tables[name].columns)
        if not len(frame):
            continue
        title = text.heading(f"{outcome.title}.{name}", lang)
        echo("", _outcome_table(title, frame, case, text, (lang, limit)))
        hidden |= _print_remaining(len(frame), limit, lang)
    return hidden


def _without_empty_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table without long columns and columns that are empty in every row."""
    empty = [name for name in frame.columns if len(frame) and bool((frame[name] == "").all())]
    return frame.drop(columns=[*_WIDE_COLUMNS, *empty], errors="ignore")


def _print_remaining(count: int, limit: int, lang: str) -> bool:
    """Print the number of rows that are not shown; return whether there are any."""
    has_more = bool(limit) and count > limit
    if has_more:
        echo(label("more_rows", lang, count=number(count - limit, lang, 0)), indent=2)
    return has_more


def _outcome_table(
    title: str, frame: pd.DataFrame, case: Case, text: Text, shown: tuple[str, int]
) -> Any:
    lang, limit = shown
    columns = [_heading(text, name, lang, frame[name]) for name in frame.columns]
    rows = frame.head(limit) if limit else frame
    cells = [
        [text.cell(name, value, lang) for name, value in zip(frame.columns, row, strict=True)]
        for row in rows.itertuples(index=False, name=None)
    ]
    keys, names = [str(name) for name in frame.columns], _mission_names(case, lang)
    has_names = "mission" in keys and bool(names)
    if has_names:
        index = keys.index("mission")
        for line in (columns, keys, *cells):
            line.insert(0, line.pop(index))
        for row in cells:
            row.insert(1, names.get(row[0], row[0]))
        columns.insert(1, label("name", lang))
        keys.insert(1, "name")
    optional = [keys.index(key) for key in _OPTIONAL_COLUMNS if key in keys[1:]]
    return table(
        title,
        columns,
        cells,
        first_is_id=has_names,
        lang=lang,
        optional=optional,
        all_columns=not limit,
    )


def _mission_names(case: Case, lang: str) -> dict[str, str]:
    """Return the names of missions that differ from their ids."""
    pairs = ((line.mission, (line.name_nl if lang == "nl" else "") or line.name)
             for line in case.lines)  # fmt: skip
    return {mission: name for mission, name in pairs if name and name != mission}


def _heading(text: Text, name: str, lang: str, values: pd.Series[Any]) -> str:
    """Return the heading of a column, with ``>`` in front for numbers."""
    right = values.dtype.kind in "if"
    return (">" if right else "") + text.heading(name, lang)
