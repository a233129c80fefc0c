"""What every question has in common: what it is asked of, its options, progress, the answer.

A question is a function that takes a :class:`Subject` and options of its own and returns an
outcome of :mod:`planner.analysis`; :func:`question` makes a command of it.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from planner.cli.options import AsJson, Force, In, Lang, Quiet, Sought

if TYPE_CHECKING:
    from planner.analysis.case import Case
    from planner.outcome import Outcome, Progress

__all__ = ["Package", "Subject", "question"]

Item = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO",
        help="A scenario file, the name of one that comes with the program, a neutral problem "
        "(JSON), or -.",
        show_default=False,
    ),
]
Package = Annotated[
    str | None,
    typer.Option(
        "--package", metavar="ID", help="Which package; by default the only one.",
        show_default=False,
    ),
]  # fmt: skip
Rows = Annotated[
    int, typer.Option("--rows", min=0, help="Most sentences and rows to show; 0 shows all.")
]
Kept = Annotated[
    str | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FOLDER",
        help="Folder for the answer, all its tables (Parquet and CSV) and a manifest.",
        show_default=False,
    ),
]


@dataclass(frozen=True, eq=False)
class Subject:
    """What a question is asked of.

    Attributes
    ----------
    case : Case
        The scenario or problem, with the rule that was asked for.
    rule : str or None
        The rule that was asked for; None where it is left to the scenario.
    progress : callable
        To be handed to the analysis.
    """

    case: Case
    rule: str | None
    progress: Progress


def _ask(
    scenario: Item,
    rule: Sought = None,
    rows: Rows = 15,
    out: Kept = None,
    force: Force = False,
    json: AsJson = False,
    lang: In = Lang.EN,
    quiet: Quiet = False,
) -> None:
    """Hold what every question takes: the first parameter stands first, the others last."""


def question(*shown: str) -> Callable[[Callable[..., Outcome]], Callable[..., None]]:
    """Return what makes a command of a question; its answer shows these tables, or the main one."""

    def decorate(ask: Callable[..., Outcome]) -> Callable[..., None]:
        first, *common = inspect.signature(_ask, eval_str=True).parameters.values()
        hints = get_type_hints(ask, localns={"Outcome": Any}, include_extras=True)
        _, *given = inspect.signature(ask).parameters.values()
        own = [one.replace(annotation=hints[one.name]) for one in given]

        def command(**options: Any) -> None:
            asked = {one.name: options.pop(one.name) for one in own}
            _answer(lambda subject: ask(subject, **asked), shown, **options)

        every = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in (first, *own, *common)]
        command.__name__, command.__doc__ = ask.__name__, ask.__doc__
        command.__annotations__ = {one.name: one.annotation for one in every}
        vars(command)["__signature__"] = inspect.Signature(every)
        return command

    return decorate


def _answer(
    ask: Callable[[Subject], Outcome], shown: tuple[str, ...], *, scenario: str, rule: Any,
    rows: int, out: str | None, force: bool, json: bool, lang: Lang, quiet: bool,
) -> None:  # fmt: skip
    from planner.analysis.words import say as word
    from planner.cli.console import counting, print_json, say
    from planner.cli.files import check_folder
    from planner.cli.questions.answers import about, keep, show_answer
    from planner.labels import label

    if out is not None:
        check_folder(out, force)
    chosen = rule and rule.value
    case = _case(scenario, chosen, quiet)
    with counting(word("working_out", lang), word("steps", lang), lang, quiet) as show:
        outcome = ask(Subject(case, chosen, paced(show)))
    if out is not None:
        keep(outcome, case, out)
    if json:
        print_json({**about(case), **outcome.as_dict(lang), "written_to": out})
    elif not quiet:
        hidden = show_answer(outcome, case, lang, shown, rows)
        if out:
            say(label("written_to", lang, path=out))
        elif hidden:
            say(word("keep_answer", lang))


def _case(name: str, rule: str | None, quiet: bool) -> Case:
    """Return a scenario or a neutral problem as a case, after saying what nobody could serve."""
    from planner.analysis.case import read_case
    from planner.cli.findings import warn
    from planner.cli.inputs import load_either

    case = read_case(load_either(name), rule)
    warn("<stdin>" if name == "-" else name, case.problem, case.first_month, quiet)
    return case


def paced(show: Callable[[int, int, float], None] | None) -> Progress:
    """Return a progress function that adds how many seconds are left, by the pace so far."""
    began = time.monotonic()

    def progress(done: int, total: int) -> None:
        if show is not None and done:
            pace = (time.monotonic() - began) / done
            show(done, total, pace * (total - done))

    return progress
