"""A report: one page of sections, as HTML in one file."""

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
from planner.report.material import Material, Progress, _silent, gather
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

PARTS = (
    summary, levers_section, conclusions, fill_section, displacement_section, bottlenecks_section,
    rates_section, curves_section, questions_section, sure_section, forecasts_section,
    robust_section, promises_section,
    comparison_section, grounds_section, limits_section, manifest_section,
)  # fmt: skip
"""Sections in the order in which they stand; those that have nothing to say are left out."""

HERE = Path(__file__).parent


@dataclass(frozen=True, eq=False)
class Report:
    """A report, made by :func:`planner.make_report`.

    Attributes
    ----------
    page : Page
        What it says, as plain values.
    html : str
        One HTML file that needs no other file and no network.
    """

    page: Document
    html: str

    def save(self, path: str | Path) -> Path:
        """Write the HTML file and return its path."""
        Path(path).write_text(self.html, encoding="utf-8")
        return Path(path)

    @property
    def summary(self) -> tuple[str, ...]:
        """The three sentences with which it begins."""
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
    progress: Progress = _silent,
) -> Report:
    """Make a report of a scenario, beside others if any are given.

    Parameters
    ----------
    first : Result, StoredResult, Scenario, str or Path
        What it is about: a result, the folder of a saved one, or a scenario, its file or name.
        Curves and draws of a saved result need its scenario to be what it was.
    *others : the same
        What it is compared with.
    draws : int
        Draws to make for how sure the figures are; 0 draws none.
    seed : int
    rule : {"fair", "value"}, optional
        For what still has to be allocated; by default each scenario's own.
    futures : Ensemble, optional
        Draws of the first that exist already.
    analyses : bool
        Whether to follow curves and ranges, which takes some seconds.
    robust : bool
        Whether to plan again with each assumption changed by itself, which takes a minute or more
        (:func:`planner.analysis.robustness`).
    promises : float, optional
        Certainty with which promises are to be kept; adds what can be promised to each mission,
        which takes a minute or more (:func:`planner.analysis.promises`).
    interactive : bool
        Whether to add levers: every setting of a few of them is planned, which takes a minute.
        Pictures are then gzipped and unpacked by the page, so that the file stays below 3 MB.
        Charts like those of the what-if page are in it where Bokeh is installed (extra ``app``).
    workers : int, optional
        Processes that make draws.
    lang : {"en", "nl"}
    progress : callable, optional
        Called with what is being done (a word of :data:`planner.report.words.WORDS`), how much of
        it is done and how much is to be done.

    Raises
    ------
    InputError
        A scenario, the rule or the language is wrong, with everything wrong in it; or the futures
        are of something else.

    Examples
    --------
    >>> report = make_report("letter", lang="nl")
    >>> report.page.sections[0].title
    'Samenvatting'
    """
    if lang not in LANGUAGES:
        raise InputError(f"lang: expected one of {', '.join(LANGUAGES)}, found {lang!r}")
    material = gather(
        first, others, draws=draws, seed=seed, rule=rule, futures=futures, analyses=analyses,
        robust=robust, promises=promises, interactive=interactive, workers=workers, lang=lang,
        progress=progress,
    )  # fmt: skip
    progress("composing", 0, 0)
    page = compose(material)
    return Report(page, render(page))


def compose(material: Material) -> Document:
    """Return the page that a material makes."""
    lang, names = material.lang, material.names
    made = (part(material) for part in PARTS)
    draws = say("no_draws_fact", lang)
    if material.futures is not None:
        draws = number(material.futures.counted, lang, 0)
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
    sections = tuple(section for section in made if section is not None)
    return Document(lang, names.title, facts, sections, words)


@cache
def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined,
        finalize=_readable,
    )  # fmt: skip
    return made.get_template("page.html.j2")


def _readable(value: Any) -> Any:
    """Return text without what HTML may not hold or what turns the direction of text."""
    if type(value) is not str or value.isprintable():  # which pictures are, and they are long
        return value
    return "".join(one if _shown(one) else "\ufffd" for one in value)


def _shown(one: str) -> bool:
    return one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Zl", "Zp")


def render(page: Document) -> str:
    """Return a page as HTML; every text in it is escaped; style and scripts stay as they are.

    A page without levers has no script and may run none; one with levers runs its own only.
    """
    from markupsafe import Markup

    style = Markup((HERE / "style.css").read_text(encoding="utf-8"))  # ours, never a user's
    blocks = (block for section in page.sections for block in section.blocks)
    levers = [block for block in blocks if isinstance(block, Levers)]
    scripts = [_script("levers.js") for _ in levers]
    run = [*scripts, *(script for block in levers for script in _packed_scripts(block))]
    allowed = "".join(f" 'sha256-{_digest(script)}'" for script in run)
    allowed += " 'wasm-unsafe-eval'" if any(block.solver for block in levers) else ""
    html = _template().render(
        page=page, style=style, version=version("planner"), scripts=[*map(Markup, scripts)],
        allowed=Markup(f"; script-src{allowed}" if allowed else ""),
    )  # fmt: skip
    return str(html)


def _packed_scripts(block: Levers) -> list[str]:
    """Return the scripts that lie packed in the page and run when they are needed."""
    own = [] if block.charts is None else [charts_script()]
    return own if block.solver is None else [*own, solver_script()]


@cache
def _script(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _digest(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
