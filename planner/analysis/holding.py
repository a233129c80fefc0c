"""In how many futures a conclusion holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from planner.analysis.case import Case
from planner.analysis.conclusion import Conclusion, Filled
from planner.errors import InputError
from planner.montecarlo.estimates import chance_of

if TYPE_CHECKING:
    from planner.montecarlo.ensemble import Ensemble
    from planner.montecarlo.records import Records

__all__ = ["NONE", "Holding", "filled_of", "holding"]

Floats = NDArray[np.float64]

KEPT = ("replicate", "caps", "begin", "end", "filled", "codes", "served")
"""What is needed of each draw."""


@dataclass(frozen=True)
class Holding:
    """The share of futures in which a conclusion holds.

    Attributes
    ----------
    draws : int
        Proved draws in which its quantity is defined.
    left_out : int
        The others.
    share, standard_error, low, high : float
        `low` and `high` end the 95 % interval; NaN without draws.
    """

    draws: int
    left_out: int
    share: float
    standard_error: float
    low: float
    high: float


NONE = Holding(0, 0, *(float("nan"),) * 4)
"""No futures."""


def holding(futures: Ensemble, case: Case, conclusion: Conclusion, package: str) -> Holding:
    """Return in how many futures a conclusion about a case holds.

    Parameters
    ----------
    futures : Ensemble
        Of the same scenario, with the same rule.
    package : str
        Empty where the conclusion is about none.
    """
    axes = futures.metadata.axes
    demands, pools = (demand.id for demand in case.problem.demands), case.problem.pools
    if (axes.demands, axes.pools) != (tuple(demands), tuple(pools)):
        raise InputError(f"futures: expected those of {case.name!r}, found {futures!r}")
    if package and package not in axes.packages:
        raise InputError(f"futures: {package!r} is never left out of {futures!r}")
    if conclusion.by == "pool" and not futures.metadata.monthly:
        raise InputError(f"futures: {conclusion} needs people by pool: simulate(…, monthly=True)")
    values, replicate = [], []
    for records in futures.records(KEPT):
        kept = records.take(np.flatnonzero(records.proved))
        values.append(conclusion.of(case, package, filled_of(kept, futures, package)))
        replicate.append(kept.replicate)
    value = np.concatenate(values)
    defined = ~np.isnan(value)
    if not defined.any():
        return Holding(0, futures.made, *(float("nan"),) * 4)
    true = conclusion.holds(value[defined]).astype(float)
    found = chance_of(true[:, None], np.concatenate(replicate)[defined])
    ends = (float(getattr(found, name)[0]) for name in ("mean", "standard_error", "low", "high"))
    return Holding(int(defined.sum()), futures.made - int(defined.sum()), *ends)


def filled_of(records: Records, futures: Ensemble, package: str) -> Filled:
    """Return what some draws of a run fill and ask; without a package, equal on both sides."""
    axes = futures.metadata.axes
    plans = [0, 1 + axes.packages.index(package) if package else 0]
    lines = np.array(axes.lines, dtype=np.int64).reshape(-1, 2)
    by_line = [np.zeros((len(records), 0))] * 2
    if records.served is not None:
        caps = records.caps[:, lines[:, 0]]
        by_line = [records.served[:, plan].sum(axis=2, dtype=float) * caps for plan in plans]
    filled = [records.filled[:, plan] for plan in plans]
    return Filled(filled[0], filled[1], records.asked, by_line[0], by_line[1], lines)
