"""Declared analyses: each is defined by a module and a text template.

An analysis ``NAME`` is a module ``planner/analysis/NAME.py`` with a function of that name under
:func:`analysis`, and a template ``planner/analysis/text/NAME.toml`` with what it is for, examples,
and its texts in English; translations stand in the catalogue. From these follow
``planner.analysis.NAME``, the command ``planner NAME`` with its options, the row in the list of
analyses of the documentation, the section of a report (where declared), and the row in the test of
every scenario.

All analyses are called alike: ``NAME(source, /, *, rule=None, package=None, …)``, where `source` is
a scenario, a result (which is not solved again), or a neutral problem.
"""

from __future__ import annotations

import inspect
import re
import tomllib
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, wraps
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from planner.errors import InputError, nearest
from planner.labels import NOTHING, figure, label, number, percent, speaker, translated
from planner.labels import WORDS as COMMON
from planner.labels import month as calendar
from planner.terms import term

__all__ = [
    "FOLDERS",
    "RENAMED",
    "Analysis",
    "Option",
    "Template",
    "Text",
    "analysis",
    "declared",
    "names",
    "relief",
    "table_of_analyses",
    "template",
    "text_of",
    "tipping",
]

FOLDERS: dict[str, Path] = {"planner.analysis": Path(__file__).parent}
"""Packages with analyses, and their folders; templates lie in ``text`` below."""

InReport = bool | Callable[[Any], Mapping[str, Any] | None]
"""See :class:`Analysis`."""

Function = TypeVar("Function", bound=Callable[..., Any])

_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")

_ANY_SIZE = ("value", "flips_at", "quantity", "smallest", "largest")
"""Columns of parameters of any magnitude, shown with as many digits as needed."""

_PERCENT = ("_share", "_rate", "_chance")
"""Suffixes of columns that are shares."""

_WORDS = ("kind", "unit", "rule", "direction", "quantity", "cause", "state", "step", "loss", "by",
          "view", "framework", "other", "region", "category", "organisation", "group",
          "largest_loss_group", "basis", "limit", "change", "turn")  # fmt: skip
"""Columns of words that are translated, instead of ids."""

RENAMED = {"relief": "reinforcement", "tipping": "threshold"}
"""New name of each renamed analysis; the old name is kept for one version."""


@dataclass(frozen=True)
class Option:
    """The command-line option of a parameter, given in the annotation of the parameter.

    Attributes
    ----------
    flag : str
        Name of the option; by default that of the parameter.
    low, high : float or None
        Smallest and largest value.
    off : str
        The option that turns a flag off, by default ``--no-FLAG``.
    hidden : bool
        Whether the parameter has no option.
    """

    flag: str = ""
    metavar: str = ""
    low: float | None = None
    high: float | None = None
    off: str = ""
    choices: tuple[str, ...] = ()
    hidden: bool = False


@dataclass(frozen=True, eq=False)
class Template:
    """The text template of an analysis.

    Attributes
    ----------
    name, panel : str
        `panel` is the heading under which commands are listed; an unlisted one has none.
    short : str
        What the analysis is for, in one line.
    examples : tuple of str
        Arguments of the command.
    words : dict of str to str
        Texts in English by key; table titles under ``NAME.TABLE``.
    module : str
        The module with the function, by default of the same name.
    """

    name: str
    panel: str
    short: str
    examples: tuple[str, ...]
    words: dict[str, str]
    module: str


@dataclass(frozen=True, eq=False)
class Analysis:
    """A declared analysis.

    Attributes
    ----------
    function : callable
    shown : tuple of str
        Tables that the command prints; empty prints the main one.
    in_report : bool or callable
        Whether a report has a section of it; or a function of a case that returns the settings for
        the report (None: not in that report).
    quick : dict
        Settings with a short run time, for tests.
    """

    name: str
    function: Callable[..., Any]
    shown: tuple[str, ...] = ()
    needs_package: bool = False
    in_report: InReport = False
    quick: Mapping[str, Any] = field(default_factory=dict)

    def report_settings(self, case: Any) -> Mapping[str, Any] | None:
        """Return the settings for the report of a case; None if it is not in the report."""
        if callable(self.in_report):
            return self.in_report(case)
        if not self.in_report or (self.needs_package and not case.packages):
            return None
        return {"package": case.packages[0]} if self.needs_package else {}

    @property
    def template(self) -> Template:
        """The text template of the analysis."""
        return template(self.name)

    @property
    def parameters(self) -> list[inspect.Parameter]:
        """Parameters of the function after the source, with annotations resolved."""
        signature = inspect.signature(self.function, eval_str=True)
        return list(signature.parameters.values())[1:]

    @property
    def summary(self) -> str:
        """The documentation up to the parameters."""
        text = inspect.getdoc(self.function) or ""
        return text.partition("\n\nParameters\n")[0]

    @property
    def parameter_help(self) -> dict[str, str]:
        """Documentation of each parameter."""
        text = inspect.getdoc(self.function) or ""
        _, _, text = text.partition("\nParameters\n----------\n")
        found: dict[str, list[str]] = {}
        current: list[str] = []
        for line in text.splitlines():
            if re.fullmatch(r"\w[\w, ]* : .*", line):
                current = []
                for name in line.partition(" : ")[0].split(","):
                    found[name.strip()] = current
            elif line.startswith("    "):
                current.append(line.strip())
            elif line:
                break
        return {name: " ".join(lines) for name, lines in found.items()}


def analysis(
    *,
    shown: tuple[str, ...] = (),
    needs_package: bool = False,
    in_report: InReport = False,
    quick: Mapping[str, Any] | None = None,
    positional: tuple[str, ...] = (),
) -> Callable[[Function], Function]:
    """Return a decorator that declares the function of an analysis.

    Parameters
    ----------
    shown, needs_package, in_report, quick
        See :class:`Analysis`.
    positional : tuple of str
        Parameters that used to be given by position and still may, with a DeprecationWarning.
    """

    def decorate(function: Function) -> Function:
        parameters = inspect.signature(function).parameters.values()
        count = sum(one.kind is not inspect.Parameter.KEYWORD_ONLY for one in parameters)

        @wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            extra = args[count:]
            if len(extra) > len(positional):
                raise TypeError(f"{function.__name__}() takes only the source by position")
            if extra:
                deprecated = dict(zip(positional, extra, strict=False))
                call = ", ".join(f"{name}=…" for name in deprecated)
                message = f"{function.__name__}(): give {call} by name"
                warnings.warn(message, DeprecationWarning, stacklevel=2)
                kwargs = {**deprecated, **kwargs}
            return function(*args[:count], **kwargs)

        vars(wrapper)["declared"] = Analysis(
            function.__name__, wrapper, shown, needs_package, in_report, quick or {}
        )
        return wrapper  # type: ignore[return-value]

    return decorate


def names() -> list[str]:
    """Return the names of all analyses, without loading any."""
    return sorted(
        path.stem
        for folder in FOLDERS.values()
        for path in (folder / "text").glob("*.toml")
        if path.stem != "common"
    )


def declared(name: str) -> Analysis:
    """Return an analysis by name; raise InputError for an unknown name."""
    for package, folder in FOLDERS.items():
        if (folder / "text" / f"{name}.toml").exists():
            module = import_module(f"{package}.{template(name).module}")
            found: Analysis = getattr(module, name).declared
            return found
    known = names()
    raise InputError(f"expected an analysis ({', '.join(known)}), found {name!r}"
                     f"{nearest(name, known)}")  # fmt: skip


@cache
def template(name: str) -> Template:
    """Return the text template of an analysis, or the words that all share (``common``)."""
    for folder in FOLDERS.values():
        path = folder / "text" / f"{name}.toml"
        if path.exists():
            given = tomllib.loads(path.read_text(encoding="utf-8"))
            return Template(
                name, given.get("panel", ""), given.get("short", ""),
                tuple(given.get("examples", ())), given.get("words", {}), given.get("module", name),
            )  # fmt: skip
    raise InputError(f"expected a text template of an analysis, found {name!r}")


class Text:
    """Texts of one analysis and those common to all."""

    def __init__(self, name: str) -> None:
        self.words = {**template("common").words, **template(name).words}
        self.say = speaker(self.words)

    def known(self, key: str) -> bool:
        """Whether a word of that name exists."""
        return key in self.words or key in COMMON

    def when(self, month: str, lang: str) -> str:
        """Return a month of the calendar, or the number of a month, in a sentence.

        Examples
        --------
        >>> text_of("why").when("2022-07", "nl"), text_of("why").when("7", "nl")
        ('jul 2022', 'maand 7')
        """
        if not month or "-" in month:
            return calendar(month, lang) if month else ""
        return f"{self.say('month', lang)} {month}"

    def each(self, text: str, lang: str) -> str:
        """Return a text in a language, part by part between commas where a word exists.

        Examples
        --------
        >>> text_of("why").each("NATO, on call", "nl"), text_of("why").each("package flank", "nl")
        ('NAVO, op afroep', 'pakket flank')
        """
        if text.startswith("package "):
            return f"{self.say('package', lang)} {text.removeprefix('package ')}"
        parts = text.split(", ")
        return ", ".join(
            self.say(part, lang) if self.known(part) else term(part, lang) for part in parts
        )

    def heading(self, column: str, lang: str) -> str:
        """Return the heading of a column; its name where no word exists."""
        return self.say(column, lang) if self.known(column) else column

    def cell(self, column: str, value: Any, lang: str) -> str:
        """Return a value of a table as text, by what its column holds.

        Examples
        --------
        >>> text = text_of("why")
        >>> text.cell("month", "2022-07", "en"), text.cell("gained_persons", 2.0, "nl")
        ('Jul 2022', '2')
        """
        if value is None or value != value:
            return NOTHING
        if isinstance(value, bool) or type(value).__name__ == "bool_":
            return label("yes" if value else "no", lang)
        if isinstance(value, str):
            if _MONTH.fullmatch(value):
                return calendar(value, lang)
            return self.each(value, lang) if column in _WORDS else value
        if column in _ANY_SIZE:
            return figure(value, lang)
        months = column.endswith("months") and "person_months" not in column
        if isinstance(value, int) or months:
            return number(value, lang, 0)
        if column.endswith(_PERCENT):
            return percent(value, lang)
        fine = "per_post" in column or column.endswith(("multiple", "gini"))
        return number(value, lang, 2 if fine else None)


@cache
def text_of(name: str) -> Text:
    """Return the words of an analysis."""
    return Text(name)


def table_of_analyses(lang: str = "en") -> str:
    """Return the list of all analyses as a Markdown table, for the documentation."""
    heads = ("analysis", "command") if lang == "en" else ("analyse", "opdracht")
    rows = [f"| {heads[0]} | {heads[1]} |", "| --- | --- |"]
    for name in names():
        given = template(name)
        example = f"planner {name} {given.examples[0]}" if given.examples else f"planner {name}"
        rows.append(f"| {translated(given.short, lang)} | `{example}` |".replace('\\"', '"'))
    return "\n".join(rows)


def _former(old: str) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        new = RENAMED[old]
        message = f"planner.analysis.{old} is now called planner.analysis.{new}"
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return declared(new).function(*args, **kwargs)

    return call


relief, tipping = map(_former, RENAMED)
