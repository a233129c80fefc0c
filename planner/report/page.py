"""Composition of a report from its sections, and its rendering as one HTML file."""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import InputError
from planner.labels import LANGUAGES, label, number
from planner.report.blocks import Bullets, Document, Levers
from planner.report.conclusions import conclusions
from planner.report.levers import charts_script, levers_section
from planner.report.material import Material, Progress, _no_progress, gather
from planner.report.sections import (
    bottlenecks_section,
    comparison_section,
    curves_section,
    displacement_section,
    fill_section,
    forecasts_section,
    grounds_section,
    limits_section,
    manifest_section,
    promises_section,
    questions_section,
    rates_section,
    robust_section,
    summary,
    sure_section,
)
from planner.report.solver import solver_script
from planner.report.words import say
from planner.results.result import version

if TYPE_CHECKING:
    from planner.montecarlo.ensemble import Ensemble

__all__ = ["Report", "make_report", "render"]

SECTIONS = (
    summary, levers_section, conclusions, fill_section, displacement_section, bottlenecks_section,
    rates_section, curves_section, questions_section, sure_section, forecasts_section,
    robust_section, promises_section,
    comparison_section, grounds_section, limits_section, manifest_section,
)  # fmt: skip
"""Functions that make the sections, in order; those that return None are left out."""

FOLDER = Path(__file__).parent


@dataclass(frozen=True, eq=False)
class Report:
    """A report, made by :func:`planner.make_report`.

    Attributes
    ----------
    page : Page
        The content of the report as plain values.
    html : str
        The HTML file, which needs no other file and no network.
    """

    page: Document
    html: str

    def save(self, path: str | Path) -> Path:
        """Write the HTML file and return its path."""
        Path(path).write_text(self.html, encoding="utf-8")
        return Path(path)

    @property
    def summary(self) -> tuple[str, ...]:
        """The sentences of its summary."""
        return self._sentences("summary")

    @property
    def conclusions(self) -> tuple[str, ...]:
        """The sentences of its conclusions."""
        return self._sentences("conclusions")

    def _sentences(self, id: str) -> tuple[str, ...]:
        section = next(one for one in self.page.sections if one.id == id)
        lists = (block for block in section.blocks if isinstance(block, Bullets))
        return tuple(text for block in lists for text in block.items)

    def __repr__(self) -> str:
        """Title and size."""
        return f"<Report {self.page.title!r}: {len(self.html) / 1e6:.1f} MB of HTML>"


def make_report(
    first: Any,
    *others: Any,
    draws: int = 0,
    seed: int = 0,
    rule: str | None = None,
    futures: Ensemble | None = None,
    analyses: bool = True,
    robust: bool = False,
    promises: float | None = None,
    interactive: bool = False,
    workers: int | None = None,
    lang: str = "en",
    progress: Progress = _no_progress,
) -> Report:
    """Make a report of a scenario, compared with others if any are given.

    Parameters
    ----------
    first : Result, StoredResult, Scenario, str or Path
        Subject of the report: a result, the folder of a saved result, or a scenario, its file or
        its name. Curves and draws of a saved result need its scenario to be unchanged.
    *others : the same
        Results or scenarios with which it is compared.
    draws : int
        Number of draws; with 0 there is no ensemble.
    seed : int
    rule : {"fair", "value"}, optional
        Rule for scenarios that are not allocated yet; by default that of each scenario.
    futures : Ensemble, optional
        An existing ensemble of the first.
    analyses : bool
        Whether to compute curves, ranges and declared analyses, which takes some seconds.
    robust : bool
        Whether to plan each single change of an assumption, which takes a minute or more
        (:func:`planner.analysis.robustness`).
    promises : float, optional
        Certainty with which promises are to be kept; adds the promises to missions, which takes a
        minute or more (:func:`planner.analysis.promises`).
    interactive : bool
        Whether to add levers, all settings of which are planned, which takes a minute. Pictures
        are then compressed and decoded by the page, so that the file stays below 3 MB. Charts of
        the what-if page are included if Bokeh is installed (extra ``app``).
    workers : int, optional
        Number of processes for draws.
    lang : {"en", "nl"}
    progress : callable, optional
        Called with the current step (a key of :data:`planner.report.words.WORDS`), the units done
        and the total number of units.

    Raises
    ------
    InputError
        A scenario, the rule or the language has faults, all of which are listed; or the ensemble
        is that of another scenario.

    Examples
    --------
    >>> report = make_report("letter", lang="nl")
    >>> report.page.sections[0].title
    'Samenvatting'
    """
    if lang not in LANGUAGES:
        raise InputError(f"lang: expected one of {', '.join(LANGUAGES)}, found {lang!r}")
    material = gather(
        first, others, draws=draws, seed=seed, rule=rule, ensemble=futures, analyses=analyses,
        robust=robust, promises=promises, interactive=interactive, workers=workers, lang=lang,
        progress=progress,
    )  # fmt: skip
    progress("composing", 0, 0)
    page = compose(material)
    return Report(page, render(page))


def compose(material: Material) -> Document:
    """Return the document of a report from its data."""
    lang, names = material.lang, material.names
    sections = (make(material) for make in SECTIONS)
    draws = say("no_draws_fact", lang)
    if material.ensemble is not None:
        draws = number(material.ensemble.counted, lang, 0)
    facts = (
        (label("scenario", lang), material.result.name),
        (label("window", lang), names.window),
        (label("rule", lang), label(material.result.rule, lang)),
        (say("draws_fact", lang), draws),
    )
    words = {
        "kicker": say("kicker", lang), "skip": say("skip", lang), "contents": say("contents", lang),
        "figure": say("figure_region", lang),
        "footer": say("footer", lang, version=version("planner")),
    }  # fmt: skip
    shown = tuple(section for section in sections if section is not None)
    return Document(lang, names.title, facts, shown, words)


@cache
def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined,
        finalize=_printable,
    )  # fmt: skip
    return made.get_template("page.html.j2")


def _printable(value: Any) -> Any:
    """Return text without control characters and characters that change the text direction."""
    if type(value) is not str or value.isprintable():  # fast path, for pictures
        return value
    return "".join(one if _is_printable(one) else "\ufffd" for one in value)


def _is_printable(one: str) -> bool:
    return one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Zl", "Zp")


def render(page: Document) -> str:
    """Return a page as HTML; all texts are escaped, style sheet and scripts are not.

    The content security policy allows only the scripts of the page, none without levers.
    """
    from markupsafe import Markup

    style = Markup(
        (FOLDER / "style.css").read_text(encoding="utf-8")
    )  # of the package, not of a user
    blocks = (block for section in page.sections for block in section.blocks)
    levers = [block for block in blocks if isinstance(block, Levers)]
    scripts = [_read_script("levers.js") for _ in levers]
    executed = [*scripts, *(script for block in levers for script in _packed_scripts(block))]
    allowed = "".join(f" 'sha256-{_digest(script)}'" for script in executed)
    allowed += " 'wasm-unsafe-eval'" if any(block.solver for block in levers) else ""
    html = _template().render(
        page=page, style=style, version=version("planner"), scripts=[*map(Markup, scripts)],
        allowed=Markup(f"; script-src{allowed}" if allowed else ""),
    )  # fmt: skip
    return str(html)


def _packed_scripts(block: Levers) -> list[str]:
    """Return the scripts that are stored compressed and executed when needed."""
    own = [] if block.charts is None else [charts_script()]
    return own if block.solver is None else [*own, solver_script()]


@cache
def _read_script(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
