"""The headline of a package: displacement over the draws, and what may be said of it.

Over the draws come the mean with its interval, the range of nine draws in ten, and the chances that
displacement is above nothing and above a tenth of what is filled for the package. The plan for the
likely parameters is one case beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planner.labels import number, percent, rough, speaker

__all__ = ["NEARLY_NEVER", "TENTH", "WORDS", "Headline", "headline", "likely_hint"]

TENTH = 0.1
"""Share of the person-months filled for the package above which displacement counts as large."""

NEARLY_NEVER = 0.05
"""Chance below which the draws support that a package displaces nothing."""

ROUNDING = 1e-3
"""Person-months below which a mean of shares kept in single precision is nothing."""

WORDS: dict[str, tuple[str, str]] = {
    "draws_mean": (
        "Over {draws} draws it displaces {mean} person-months of main task 2 on average (95% "
        "interval {low} to {high}), and {q05} to {q95} in nine draws of ten.",
        "Over {draws} trekkingen verdringt het gemiddeld {mean} persoonsmaanden van hoofdtaak 2 "
        "(95%-interval {low} tot {high}), en {q05} tot {q95} in negen van de tien trekkingen.",
    ),
    "draws_chance": (
        "The chance that it displaces anything is {chance}, and that it displaces more than a "
        "tenth of what is filled for it {tenth}.",
        "De kans dat het iets verdringt is {chance}, en dat het meer verdringt dan een tiende van "
        "wat ervoor wordt gevuld {tenth}.",
    ),
    "draws_before": (
        "On average {before} of them fall before the first month of the package, and {after} from "
        "then on.",
        "Daarvan vallen er gemiddeld {before} voor de eerste maand van het pakket, en {after} "
        "daarna.",
    ),
    "draws_nothing": (
        "In {share} of the draws it displaces nothing.",
        "In {share} van de trekkingen verdringt het niets.",
    ),
    "likely_plan": (
        "This is the plan for the likely values of all parameters. How likely displacement is: "
        "planner simulate {name}; which single assumption changes it: planner robustness {name}.",
        "Dit is het plan bij de waarschijnlijke waarden van alle parameters. Hoe waarschijnlijk "
        "verdringing is: planner simulate {name}; welke aanname op zichzelf de uitkomst "
        "verandert: planner robustness {name}.",
    ),
}
"""Sentences, English and Dutch."""

say = speaker(WORDS)


@dataclass(frozen=True)
class Headline:
    """Displacement of main task 2 by one package over the draws, person-months.

    Attributes
    ----------
    package : str
    draws : int
        Draws that count.
    mean, low, high : float
        Mean and the ends of its 95 % interval.
    q05, q95 : float
        Nine draws in ten lie between them.
    before : float
        Mean of what falls before the first month of the package in the same draw; NaN where months
        are not kept.
    chance, chance_tenth : float
        That more than half a person-month is displaced, and more than a tenth of the person-months
        filled for the package.
    """

    package: str
    draws: int
    mean: float
    low: float
    high: float
    q05: float
    q95: float
    before: float
    chance: float
    chance_tenth: float

    @property
    def nothing(self) -> bool:
        """Whether the draws support that the package displaces nothing."""
        return self.chance < NEARLY_NEVER

    def sentences(self, lang: str = "en") -> list[str]:
        """Return mean and spread, the chances, and that nothing is displaced where draws say so."""
        numbers = {
            name: rough(getattr(self, name), lang) for name in ("mean", "low", "high", "q05", "q95")
        }
        texts = [
            say("draws_mean", lang, draws=number(self.draws, lang, 0), **numbers),
            say("draws_chance", lang, chance=percent(self.chance, lang, 0),
                tenth=percent(self.chance_tenth, lang, 0)),
        ]  # fmt: skip
        if self.before == self.before and not self.nothing:
            after = rough(self.mean - self.before, lang)
            texts.insert(1, say("draws_before", lang, before=rough(self.before, lang), after=after))
        if self.nothing:
            texts.append(say("draws_nothing", lang, share=percent(1 - self.chance, lang, 0)))
        return texts


def headline(ensemble: Any, package: str) -> Headline:
    """Return the headline of one package from an ensemble of draws.

    Parameters
    ----------
    ensemble : Ensemble
        Made by :func:`planner.simulate`.
    package : str

    Examples
    --------
    >>> import planner as pl
    >>> ensemble = pl.simulate("eastern-flank-company", draws=16, rule="value", workers=1)
    >>> found = headline(ensemble, "eastern-flank")
    >>> found.draws, 0 <= found.chance_tenth <= found.chance <= 1
    (16, True)
    """
    table = ensemble.displacement_by(quantiles=(0.05, 0.95))
    row = table[table["package"] == package].iloc[0]
    ratio = ensemble.draws[f"displacement_ratio.{package}"].dropna()
    return Headline(
        package=package,
        draws=int(ensemble.counted),
        mean=float(row["mean"]),
        low=max(float(row["low"]), 0.0) if row["q05"] >= 0 else float(row["low"]),
        high=float(row["high"]),
        q05=float(row["q05"]),
        q95=float(row["q95"]),
        before=_before(ensemble, package),
        chance=float(row["chance"]),
        chance_tenth=float((ratio > TENTH).mean()) if len(ratio) else float("nan"),
    )


def _before(ensemble: Any, package: str) -> float:
    """Return the mean displacement before the first month of a package, person-months."""
    metadata = ensemble.metadata
    if not metadata.monthly:
        return float("nan")
    axes, own = metadata.axes, metadata.label("package") == package
    demand = np.array([line[0] for line in axes.lines], dtype=np.int64)
    counted = ((metadata.task == 2) & ~own)[demand]
    plan, total, draws = 1 + axes.packages.index(package), 0.0, 0
    months = np.arange(len(axes.months))
    for records in ensemble.records():
        held = records.proved
        there = own & (records.end >= records.begin) & (records.caps > 0)
        first = np.where(there, records.begin, len(months)).min(axis=1)
        lost = records.served[:, plan] - records.served[:, 0]
        people = lost[:, counted] * records.caps[:, demand[counted], None]
        early = months < first[:, None]
        total += float((people.sum(axis=1) * early)[held].sum())
        draws += int(held.sum())
    mean = total / draws if draws else float("nan")
    return 0.0 if abs(mean) < ROUNDING else mean


def likely_hint(name: str, lang: str = "en") -> str:
    """Return that a plan is for the likely parameters, and which commands say how sure it is."""
    return say("likely_plan", lang, name=name)
