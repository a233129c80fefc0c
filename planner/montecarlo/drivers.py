"""What moves displacement over the draws, and where the conclusion would be another.

Inputs are ranked by their rank correlation with the displacement, see
:mod:`planner.montecarlo.ensemble`. Of each the draws are split in three by its value: the chance
that anything is displaced in the lowest and in the highest third says which way it works, and
whether most draws would then say the opposite (Monte Carlo filtering, Hornberger and Spear 1981).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.labels import percent
from planner.montecarlo.words import say
from planner.problem.model import Flags, Floats
from planner.results.losses import MIN_DISPLACEMENT

if TYPE_CHECKING:
    from planner.montecarlo.ensemble import Ensemble

__all__ = ["Driver", "driver_sentences", "drivers"]

NAMED = 3
"""Inputs named."""

MOST = 0.5
"""Share of the draws above which they say in most cases what they say."""


@dataclass(frozen=True)
class Driver:
    """One uncertain input and the displacement by a package.

    Attributes
    ----------
    factor : str
        See :meth:`planner.Ensemble.rank`.
    explains : float
        About the part of the spread that goes with it, the square of the rank correlation.
    chance : float
        That anything is displaced, over all draws.
    chance_low, chance_high : float
        The same in the third of the draws in which it is lowest, and highest; of an input with two
        values, in the draws with either.
    """

    factor: str
    explains: float
    chance: float
    chance_low: float
    chance_high: float

    @property
    def mostly(self) -> bool:
        """Whether anything is displaced in most draws."""
        return self.chance > MOST

    @property
    def turns(self) -> tuple[str, ...]:
        """Which of ``"low"`` and ``"high"`` make most draws say the opposite."""
        ends = {"low": self.chance_low, "high": self.chance_high}
        return tuple(end for end, one in ends.items() if (one > MOST) != self.mostly)


def drivers(ensemble: Ensemble, package: str, count: int = NAMED) -> tuple[Driver, ...]:
    """Return the inputs that clearly go with the displacement by a package, the strongest first.

    Parameters
    ----------
    ensemble : Ensemble
        Made by :func:`planner.simulate`.
    package : str
    count : int
        Most inputs returned; fewer where fewer are clear of chance.

    Examples
    --------
    >>> import planner as pl
    >>> ensemble = pl.simulate("eastern-flank-brigade", draws=64, rule="value", workers=1)
    >>> found = drivers(ensemble, "eastern-flank")
    >>> len(found) <= 3, all(0 <= one.chance_low <= 1 for one in found)
    (True, True)
    """
    name = f"displacement.{package}"
    ranking = ensemble.rank(name)
    clear = ranking[ranking["clear"]].head(count)
    draws = ensemble.draws
    draws = draws[draws["proved"] & draws[name].notna()]
    anything = (draws[name] > MIN_DISPLACEMENT).to_numpy()
    found = []
    for factor, explains in zip(clear["factor"], clear["explains"], strict=True):
        low, high = _ends(draws[factor].to_numpy())
        found.append(
            Driver(
                str(factor), float(explains), float(anything.mean()), float(anything[low].mean()),
                float(anything[high].mean()),
            )
        )  # fmt: skip
    return tuple(found)


def _ends(values: Floats) -> tuple[Flags, Flags]:
    """Return the draws with the lowest and with the highest third of the values.

    Examples
    --------
    >>> low, high = _ends(np.array([0.0, 1.0, 1.0, 1.0]))
    >>> int(low.sum()), int(high.sum())
    (1, 3)
    """
    lower, upper = np.quantile(values, (1 / 3, 2 / 3))
    if lower < upper:
        return values <= lower, values >= upper
    least, largest = values.min(), values.max()
    return values < lower if least < lower else values == least, (
        values > upper if largest > upper else values == largest
    )


def driver_sentences(
    found: Sequence[Driver], lang: str = "en", called: Callable[[str], str] = str
) -> list[str]:
    """Return what moves the displacement most over the draws, and where they say the opposite.

    Parameters
    ----------
    found : sequence of Driver
        Of :func:`drivers`.
    lang : {"en", "nl"}
    called : callable
        Gives an input its name.
    """
    if not found:
        return [say("drivers_none", lang)]

    def chance(share: float) -> str:
        return percent(share, lang, 0)

    parts = [
        say(
            "driver", lang, factor=called(one.factor), share=chance(one.explains),
            low=chance(one.chance_low), high=chance(one.chance_high),
        )
        for one in found
    ]  # fmt: skip
    turns = [
        say(f"driver_{end}", lang, factor=called(one.factor)) for one in found for end in one.turns
    ]
    something = "something" if found[0].mostly else "nothing"
    key = f"drivers_{'turn' if turns else 'stay'}_{something}"
    return [
        say("drivers_most", lang, list="; ".join(parts)),
        say(key, lang, list=f" {say('or', lang)} ".join(turns)),
    ]
