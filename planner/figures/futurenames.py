"""Names and sources of many futures, as figures and reports write them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from planner.errors import ResultError
from planner.figures.factors import factor_name, quantity_name
from planner.figures.names import Names
from planner.figures.words import say
from planner.labels import label, number, rate, rough

if TYPE_CHECKING:
    from planner.montecarlo.ensemble import Ensemble

__all__ = ["FutureNames", "is_share"]


def is_share(quantity: str) -> bool:
    """Whether a quantity is a share: a fill rate or a ratio, not person-months."""
    return quantity.partition(".")[0] in ("fill", "present", "displacement_ratio")


class FutureNames(Names):
    """What the ids of many futures are called in a language.

    Parameters
    ----------
    futures : Ensemble
    lang : {"en", "nl"}
    """

    def __init__(self, futures: Ensemble, lang: str = "en"):
        """Take futures and a language."""
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
        """What the scenario states; None where it has changed since."""
        try:
            return self.futures.specification.uncertain.scenario.inputs
        except ResultError:
            return None

    @cached_property
    def _packages(self) -> dict[str, str]:
        titles = self.futures.metadata.titles.items()
        return {id: (e or d) if self.lang == "en" else (d or e) for id, (e, d) in titles}

    def factor(self, id: str) -> str:
        """Return what an uncertain number is called, in words."""
        return factor_name(id, self)

    @property
    def _scenario(self) -> Any:
        return self.futures.metadata.scenario

    @property
    def _window(self) -> Any:
        return self.futures.metadata.window

    @property
    def draws(self) -> str:
        """How many draws there are, in words."""
        return say("draws", self.lang, count=number(self.futures.counted, self.lang, 0))

    @cached_property
    def run(self) -> str:
        """Which futures these are, in a line."""
        design = self.futures.metadata.design
        return say(
            "source_futures", self.lang, name=self.futures.name, window=self.window,
            rule=label(self.futures.rule, self.lang), draws=self.draws, seed=design.seed,
            digest=str(self.futures.metadata.digest).split(":")[-1][:10],
        )  # fmt: skip

    @property
    def source(self) -> str:
        """What stands in the corner of a figure."""
        return say("source_line", self.lang, source=self.run)

    def quantity(self, name: str) -> str:
        """Return what a quantity is called, ``displacement.eastern-flank`` and the like."""
        return quantity_name(name, self, self.lang)

    def amount(self, name: str, value: float) -> str:
        """Return a value of a quantity: a percentage or person-months."""
        if is_share(name):
            return rate(value, self.lang)
        return rough(value, self.lang)
