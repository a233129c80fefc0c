"""``learning``: what knowing one parameter would take off the uncertainty of a conclusion.

The value of learning a parameter x for a conclusion y is the part of the variance of y that would
disappear on average if x were known,

    Var(E[y | x]) ÷ Var(y),                                                                    (27)

its correlation ratio (Pearson, 1905). It is found from the draws at hand: draws are cut into parts
of equal size by x, and the variance between the means of the parts is freed of what chance alone
gives (Kelley, *An unbiased correlation ratio measure*, 1935). Unlike Sobol indices it needs no
parameters that are independent, so it holds for calibrated draws; parts of correlated parameters
overlap and do not add up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.errors import InputError
from planner.labels import number, percent
from planner.outcome import Outcome
from planner.problem.model import Floats
from planner.record.words import say

if TYPE_CHECKING:
    import pandas as pd

    from planner.montecarlo.ensemble import Ensemble

__all__ = ["Learning", "correlation_ratio", "learning", "who_knows"]


PARTS = 12
"""Parts that the draws are cut into by a parameter."""

CLEAR = 3.0
"""Standard errors of a ratio of nothing from which on a ratio is clear."""

KNOWN_BY = (
    ("pool.police", "police"),
    ("pool.civil", "roster"),
    ("pool.", "personnel"),
    ("force.", "personnel"),
    ("strengths.", "personnel"),
    ("kind.expert", "roster"),
    ("kind.", "operations"),
    ("prolonged.", "government"),
    ("ended_early.", "government"),
    ("decided.", "government"),
    ("extended.", "government"),
    ("shifted.", "government"),
    ("sizes.", "government"),
    ("package.", "government"),
    ("demand.", "operations"),
)
"""Who could know a parameter, by the beginning of its id; words in :mod:`planner.record.words`."""


@dataclass(frozen=True, eq=False)
class Learning(Outcome):
    """The value of learning each parameter for one conclusion.

    Attributes
    ----------
    scenario, quantity : str
    above : float or None
        The conclusion is that the quantity is above this; None where it is the quantity itself.
    draws : int
    mean, deviation : float
        Of the conclusion over the draws.
    parameters : DataFrame
        parameter, removes (share of the variance), clear, mean, low, high, known_by; the most
        valuable first.
    """

    title = "learning"

    scenario: str
    quantity: str
    above: float | None
    draws: int
    mean: float
    deviation: float
    parameters: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the parameters."""
        return {"parameters": self.parameters}

    def sentences(self, lang: str = "en") -> list[str]:
        """Return what would narrow the conclusion most."""
        what = self.quantity
        if self.above is not None:
            what += f" > {number(self.above, lang, 0)}"
        said = [
            say("varies", lang, what=what, draws=number(self.draws, lang, 0),
                mean=number(self.mean, lang, 2), deviation=number(self.deviation, lang, 2))
        ]  # fmt: skip
        clear = self.parameters[self.parameters["clear"]]
        if clear.empty:
            return [*said, say("nothing_to_learn", lang)]
        parts = [
            say("removes", lang, parameter=row["parameter"],
                share=percent(float(row["removes"]), lang, 0), who=say(row["known_by"], lang))
            for row in clear.head(5).to_dict("records")
        ]  # fmt: skip
        return [*said, say("learn", lang, list="; ".join(parts))]


def correlation_ratio(x: Floats, y: Floats, parts: int = PARTS) -> float:
    """Return the share of the variance of y that knowing x would remove, freed of chance.

    Parameters
    ----------
    x, y : ndarray (draws,)
    parts : int
        Parts of equal size by x; a parameter of few values is cut at its values.

    Examples
    --------
    >>> x = np.linspace(-1, 1, 1200)
    >>> round(correlation_ratio(x, x**2), 1), correlation_ratio(x, np.ones(1200))
    (1.0, 0.0)
    """
    total = float(((y - y.mean()) ** 2).sum())
    if total <= 0 or len(y) < 3 * parts:
        return 0.0
    values, which = np.unique(x, return_inverse=True)
    if len(values) > parts:
        order = np.argsort(x, kind="stable")
        which = np.empty(len(x), dtype=np.int64)
        which[order] = np.arange(len(x)) * parts // len(x)
    count = np.bincount(which)
    mean = np.bincount(which, y) / np.maximum(count, 1)
    inside = float(((y - mean[which]) ** 2).sum())
    groups = int((count > 0).sum())
    if groups < 2:
        return 0.0
    return 1 - (inside / (len(y) - groups)) / (total / (len(y) - 1))


def who_knows(parameter: str) -> str:
    """Return who could know a parameter, as a word of :mod:`planner.record.words`.

    Examples
    --------
    >>> who_knows("pool.staff.posts"), who_knows("prolonged.minusma")
    ('personnel', 'government')
    """
    return next((who for begin, who in KNOWN_BY if parameter.startswith(begin)), "operations")


def learning(
    ensemble: Ensemble, quantity: str | None = None, *, above: float | None = None
) -> Learning:
    """Return what knowing each parameter would take off the uncertainty of a conclusion.

    Parameters
    ----------
    ensemble : Ensemble
        Of :func:`planner.simulate`.
    quantity : str, optional
        Such as ``displacement.eastern-flank``; by default what the first package displaces, or the
        fill of all.
    above : float, optional
        Makes the conclusion that the quantity is above this.

    Raises
    ------
    InputError
        No such quantity.
    """
    import pandas as pd

    metadata = ensemble.metadata
    packages = metadata.axes.packages
    usual = f"displacement.{packages[0]}" if packages else "fill"
    chosen = metadata.quantities.check(quantity or usual)
    table = ensemble.draws
    kept = table[table["proved"] & table[chosen].notna()]
    y = kept[chosen].to_numpy(float)
    if above is not None:
        y = (y > above).astype(float)
    if not len(y):
        raise InputError(f"{chosen}: undefined in every draw")
    presence = chosen.startswith("present")
    rows: list[dict[str, Any]] = []
    for id, about in zip(metadata.axes.factors, metadata.factors, strict=True):
        if about["layer"] == "presence" and not presence:
            continue
        x = kept[id].to_numpy(float)
        removes = correlation_ratio(x, y)
        groups = min(len(np.unique(x)), PARTS)
        chance = np.sqrt(2 * max(groups - 1, 1)) / len(y)
        low, high = np.quantile(x, (0.05, 0.95))
        rows.append(
            {"parameter": id, "removes": max(removes, 0.0), "clear": removes > CLEAR * chance,
             "mean": float(x.mean()), "low": float(low), "high": float(high),
             "known_by": who_knows(id)}
        )  # fmt: skip
    columns = ["parameter", "removes", "clear", "mean", "low", "high", "known_by"]
    found = pd.DataFrame(rows, columns=columns)
    found = found.sort_values(["removes", "parameter"], ascending=[False, True], ignore_index=True)
    return Learning(
        ensemble.name, chosen, above, len(y), float(y.mean()), float(y.std()), found
    )  # fmt: skip
