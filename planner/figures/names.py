"""Names, windows and sources of results, as figures and reports write them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from planner.errors import PlannerError
from planner.figures.words import say
from planner.labels import label, months, named
from planner.months import Month

if TYPE_CHECKING:
    import pandas as pd

    from planner.results.base import Tables

__all__ = ["Names", "ordinals"]


class Names:
    """What the ids of a result are called in a language.

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
        """Take a result and a language."""
        self.result, self.lang = result, lang

    @cached_property
    def _missions(self) -> dict[str, str]:
        rows = self.result.demands
        both = rows["mission_name"], rows["mission_name_nl"]
        english, dutch = both if self.lang == "en" else both[::-1]
        best = english.where(english != "", dutch)
        return dict(zip(rows["mission"], best, strict=True))

    @cached_property
    def _demands(self) -> dict[str, str]:
        rows = self.result.demands
        both = rows["name"], rows["name_nl"]
        english, dutch = both if self.lang == "en" else both[::-1]
        return dict(zip(rows["demand"], english.where(english != "", dutch), strict=True))

    @cached_property
    def inputs(self) -> Any:
        """What the scenario states; None where it cannot be read any more."""
        try:
            return self.result.scenario.inputs
        except (AttributeError, PlannerError):
            return None

    @cached_property
    def _pools(self) -> dict[str, str]:
        rows = {} if self.inputs is None else self.inputs.pools
        return {id: named(row, self.lang) for id, row in rows.items()}

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
        rows = {} if self.inputs is None else self.inputs.kinds
        return {id: named(row, self.lang) for id, row in rows.items()}

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
        """First and last month in words."""
        first, last = self.span
        return months(Month.from_ordinal(first), Month.from_ordinal(last), self.lang)

    @cached_property
    def source(self) -> str:
        """What stands in the corner of a figure."""
        return self.source_by(self.result.rule)

    def source_by(self, rule: str) -> str:
        """Return what stands in the corner of a figure of an analysis by a rule of its own."""
        digest = str(self._scenario["digest"]).split(":")[-1][:10]
        said = say(
            "source_result", self.lang, name=self.result.name,
            rule=label(rule, self.lang), window=self.window, digest=digest,
        )  # fmt: skip
        return say("source_line", self.lang, source=said)

    def sources(self, several: Sequence[Names]) -> str:
        """Return what stands in the corner of a figure of several results."""
        said = say(
            "source_beside", self.lang, names=", ".join(one.result.name for one in several),
            rule=" / ".join(dict.fromkeys(label(one.result.rule, self.lang) for one in several)),
            window=" / ".join(dict.fromkeys(one.window for one in several)),
        )  # fmt: skip
        return say("source_line", self.lang, source=said)


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
