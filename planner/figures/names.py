"""Names of ids, windows and source lines of results, for figures and reports."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from planner.errors import PlannerError, ResultError, nearest
from planner.figures.words import said_of, say
from planner.labels import label, months, named, number, rate, rough
from planner.months import Month

if TYPE_CHECKING:
    import pandas as pd

    from planner.montecarlo.ensemble import Ensemble
    from planner.results.result import Tables

__all__ = [
    "EnsembleNames", "Names", "check_known", "is_share", "ordinals", "parameter_name",
    "parameter_parts", "quantity_name",
]  # fmt: skip

ID_PREFIXES = ("pool", "demand", "kind", "package", "bound", "mission", "force")
"""Prefixes of the ids of parameters that are followed by the id of an entity with a name."""


class Names:
    """Names of the ids of a result in a language.

    Parameters
    ----------
    result : Tables
    lang : {"en", "nl"}

    Examples
    --------
    >>> import planner as pl
    >>> Names(pl.allocate("letter"), "nl").pool("staff")
    'Stafofficieren en waarnemers'
    """

    def __init__(self, result: Tables, lang: str = "en"):
        self.result, self.lang = result, lang

    def _column(self, id: str, name: str) -> dict[str, str]:
        """Return names by id from two columns of the demands."""
        rows = self.result.demands
        both = rows[name], rows[f"{name}_nl"]
        first, second = both if self.lang == "en" else both[::-1]
        return dict(zip(rows[id], first.where(first != "", second), strict=True))

    @cached_property
    def _missions(self) -> dict[str, str]:
        return self._column("mission", "mission_name")

    @cached_property
    def _demands(self) -> dict[str, str]:
        return self._column("demand", "name")

    @cached_property
    def inputs(self) -> Any:
        """Inputs of the scenario; None if it can no longer be read."""
        try:
            return self.result.scenario.inputs
        except (AttributeError, PlannerError):
            return None

    def _stated(self, section: str) -> dict[str, str]:
        """Return the names of a section of the scenario by id; none if it cannot be read."""
        rows = getattr(self.inputs, section, {})
        return {id: named(row, self.lang) for id, row in rows.items()}

    @cached_property
    def _pools(self) -> dict[str, str]:
        return self._stated("pools")

    @cached_property
    def _packages(self) -> dict[str, str]:
        rows = self.result.packages.itertuples()
        return {str(row.package): named(row, self.lang, "title") for row in rows}

    def mission(self, id: str) -> str:
        """Return the name of a mission, its id if it has none."""
        return self._missions.get(id) or id

    def demand(self, id: str) -> str:
        """Return the name of a demand, its id if it has none."""
        return self._demands.get(id) or id

    def pool(self, id: str) -> str:
        """Return the name of a pool, its id if it has none."""
        return self._pools.get(id) or id

    @cached_property
    def _kinds(self) -> dict[str, str]:
        return self._stated("kinds")

    def kind(self, id: str) -> str:
        """Return the name of a kind of demand, its id if it has none."""
        return self._kinds.get(id) or id

    def package(self, id: str) -> str:
        """Return the title of a package, its id if it has none."""
        return self._packages.get(id) or id

    @property
    def _scenario(self) -> Any:
        return self.result.manifest["scenario"]

    @property
    def _window(self) -> Any:
        return self.result.manifest["window"]

    @cached_property
    def title(self) -> str:
        """Title of the scenario."""
        row = self._scenario
        first, second = row["title"], row["title_nl"]
        return str((first or second) if self.lang == "en" else (second or first)) or row["name"]

    @cached_property
    def span(self) -> tuple[int, int]:
        """First and last month of the window, months since year 0."""
        window = self._window
        return Month.parse(window["first"]).ordinal, Month.parse(window["last"]).ordinal

    @cached_property
    def window(self) -> str:
        """First and last month as text."""
        first, last = self.span
        return months(Month.from_ordinal(first), Month.from_ordinal(last), self.lang)

    @cached_property
    def source(self) -> str:
        """Source line of a figure."""
        return self.source_by(self.result.rule)

    def source_by(self, rule: str) -> str:
        """Return the source line of a figure of an analysis with its own rule."""
        digest = str(self._scenario["digest"]).split(":")[-1][:10]
        source = say(
            "source_result", self.lang, name=self.result.name,
            rule=label(rule, self.lang), window=self.window, digest=digest,
        )  # fmt: skip
        return say("source_line", self.lang, source=source)

    def sources(self, several: Sequence[Names]) -> str:
        """Return the source line of a figure of several results."""
        source = say(
            "source_beside", self.lang, names=", ".join(one.result.name for one in several),
            rule=" / ".join(dict.fromkeys(label(one.result.rule, self.lang) for one in several)),
            window=" / ".join(dict.fromkeys(one.window for one in several)),
        )  # fmt: skip
        return say("source_line", self.lang, source=source)


def ordinals(column: pd.Series) -> pd.Series:
    """Return months as text, ``2022-03``, as months since year 0.

    Examples
    --------
    >>> import pandas as pd
    >>> ordinals(pd.Series(["0001-01", "0001-03"])).tolist()
    [12, 14]
    """
    known = {text: Month.parse(text).ordinal for text in column.unique()}
    return column.map(known).astype("int64")


def check_known(what: str, id: str, known: Collection[str]) -> None:
    """Raise ResultError with the nearest known id if an id is not known."""
    if id not in known:
        raise ResultError(f"no such {what} {id!r}{nearest(id, known)}")


def is_share(quantity: str) -> bool:
    """Whether a quantity is a share: a fill rate or a ratio, not person-months."""
    return quantity.partition(".")[0] in ("fill", "present", "displacement_ratio")


class EnsembleNames(Names):
    """Names of the ids of an ensemble in a language.

    Parameters
    ----------
    futures : Ensemble
    lang : {"en", "nl"}
    """

    def __init__(self, futures: Ensemble, lang: str = "en"):
        self.futures, self.lang = futures, lang

    def _labels(self, kind: str) -> list[str]:
        labels = self.futures.metadata.labels
        pairs = zip(labels[kind], labels[f"{kind}_nl"], strict=True)
        return [str((e or d) if self.lang == "en" else (d or e)) for e, d in pairs]

    @cached_property
    def _missions(self) -> dict[str, str]:
        missions = self.futures.metadata.labels["mission"]
        return dict(zip(missions, self._labels("mission_name"), strict=True))

    @cached_property
    def _demands(self) -> dict[str, str]:
        return dict(zip(self.futures.metadata.axes.demands, self._labels("name"), strict=True))

    @cached_property
    def inputs(self) -> Any:
        """Inputs of the scenario; None if it has changed since."""
        try:
            return self.futures.specification.uncertain.scenario.inputs
        except ResultError:
            return None

    @cached_property
    def _packages(self) -> dict[str, str]:
        titles = self.futures.metadata.titles.items()
        return {id: (e or d) if self.lang == "en" else (d or e) for id, (e, d) in titles}

    def factor(self, id: str) -> str:
        """Return the name of an uncertain parameter."""
        return parameter_name(id, self)

    @property
    def _scenario(self) -> Any:
        return self.futures.metadata.scenario

    @property
    def _window(self) -> Any:
        return self.futures.metadata.window

    @property
    def draws(self) -> str:
        """The number of draws as text."""
        return say("draws", self.lang, count=number(self.futures.counted, self.lang, 0))

    @cached_property
    def run(self) -> str:
        """Description of the simulation in one line."""
        design = self.futures.metadata.design
        return say(
            "source_futures", self.lang, name=self.futures.name, window=self.window,
            rule=label(self.futures.rule, self.lang), draws=self.draws, seed=design.seed,
            digest=str(self.futures.metadata.digest).split(":")[-1][:10],
        )  # fmt: skip

    @property
    def source(self) -> str:
        """Source line of a figure."""
        return say("source_line", self.lang, source=self.run)

    def quantity(self, name: str) -> str:
        """Return the name of a quantity such as ``displacement.eastern-flank``."""
        return quantity_name(name, self, self.lang)

    def amount(self, name: str, value: float) -> str:
        """Format a value of a quantity: a percentage or person-months."""
        return rate(value, self.lang) if is_share(name) else rough(value, self.lang)


def parameter_name(id: str, names: Names) -> str:
    """Return the name of a parameter; its id if it has no name.

    Examples
    --------
    >>> import planner as pl
    >>> from planner.figures.names import Names
    >>> letter = pl.allocate("letter")
    >>> parameter_name("pool.staff.filled", Names(letter))
    'Staff officers and observers: share of posts filled'
    >>> parameter_name("kind.staff.rest.civil", Names(letter, "nl"))
    'Stafofficier of adviseur: rust na een uitzending (Civiele experts)'
    """
    subject, name = parameter_parts(id, names)
    return f"{subject}: {name}" if subject else name


def parameter_parts(id: str, names: Names) -> tuple[str, str]:
    """Return the subject of a parameter and its name; an empty subject if the name includes it.

    Examples
    --------
    >>> import planner as pl
    >>> from planner.figures.names import Names
    >>> parameter_parts("pool.staff.filled", Names(pl.allocate("letter")))
    ('Staff officers and observers', 'share of posts filled')
    """
    lang = names.lang
    head, _, rest = id.partition(".")
    if head in ("sizes", "decided", "extended", "shifted", "shared"):
        return "", say(f"factor_{head}", lang, of=_find_name(rest, names))
    parts = rest.split(".")
    if head not in ID_PREFIXES or len(parts) < 2:
        return "", id
    subject, field = _subject_name(head, parts[0], names), parts[1]
    key = f"figure_{'pool' if head == 'force' else head}_{field}"
    name = said_of(key, lang) or " ".join(parts[1:]).replace("_", " ")
    pool = f" ({names.pool(parts[2])})" if len(parts) > 2 else ""
    return subject, name + pool


def _subject_name(head: str, id: str, names: Names) -> str:
    if head == "force":
        return said_of(f"force_{id}", names.lang) or id
    return str(getattr(names, head)(id)) if hasattr(names, head) else id


def _find_name(id: str, names: Names) -> str:
    """Return the name of the package, demand, mission or pool with an id."""
    for name in (names.package(id), names.demand(id), names.mission(id), names.pool(id)):
        if name != id:
            return name
    return id


def quantity_name(id: str, names: Names | None, lang: str) -> str:
    """Return the name of a quantity; with ids instead of names if `names` is None.

    Examples
    --------
    >>> quantity_name("fill.main_task_2", None, "en")
    'the fill rate of main task 2'
    >>> quantity_name("displacement.flank", None, "nl")
    'verdringing door ‘flank’'
    """
    kind, _, of = id.partition(".")
    if kind in ("fill", "present"):
        if of.startswith("main_task_"):
            return say(f"quantity_{kind}_of", lang, of=say(of, lang))
        subject = of if names is None else names.mission(of)
        return say(f"quantity_{kind}_of" if of else f"quantity_{kind}", lang, of=subject)
    subject = of if names is None else names.package(of)
    return said_of(f"quantity_{kind}", lang, of=subject) or id
