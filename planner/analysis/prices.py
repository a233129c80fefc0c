"""What one more person, one more post or one month less rest brings, and for how far.

Of every pool and month in which everyone is taken in some plan on the way, of every pool as a
whole, of every cap, composition maximum and budget that binds: what one unit more brings and one
unit less costs, the gain per unit at the margin (right) and the loss (left), and the range over
which these two hold. Nothing else changes. The price of the rest rule compares plans with one month
of rest less, or more, after every tour.

*Fair* counts person-months inside the report window, by planning again from the start. A fair price
can be negative: raising the worst-off may cost others more than it brings. *Value* counts weighted
person-months over the whole model, exactly, by parametric linear programming of the last plan;
those before it, which are not unique, stay as they were made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from planner.analysis.case import Case, read_case
from planner.analysis.nudges import Nudge, Nudger, by_tier, nudges
from planner.outcome import Outcome, Progress, frame, silent
from planner.analysis.plans import last_plans, make_planner
from planner.analysis.sentences import say
from planner.analysis.words import when
from planner.errors import InputError, nearest
from planner.labels import number
from planner.problem.model import Demand

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["KINDS", "Price", "Prices", "TierPrice", "prices"]

Floats = NDArray[np.float64]

KINDS = ("pool_month", "pool", "cap", "bound", "budget", "rest")
"""What can have a price."""

MEASURES = {
    "value": "weighted person-months over the whole model",
    "fair": "person-months inside the report window",
}
"""What a price counts, by rule."""

NOTHING = 1e-4
"""Prices below this are none."""


@dataclass(frozen=True)
class Price:
    """Price of one thing, over all tiers.

    Attributes
    ----------
    kind : str
        One of :data:`KINDS`.
    name : str
        The pool, demand, bound or budget.
    month : str
        Of a pool and month; else empty.
    unit : str
        What is added: a person, a post, 1000 euros, or a month of rest taken away.
    loss_person_months, gain_person_months : float
        Lost by one unit less, gained by one unit more, each by planning again. NaN where a whole
        unit cannot be taken away.
    left_person_months, right_person_months : float
        At the margin: lost per unit taken away, gained per unit added; NaN where nothing can be
        taken away, because people have already begun.
    from_units, to_units : float
        How far these two hold: at most 0, at least 0.
    """

    kind: str
    name: str
    month: str
    unit: str
    loss_person_months: float
    gain_person_months: float
    left_person_months: float
    right_person_months: float
    from_units: float
    to_units: float


@dataclass(frozen=True)
class TierPrice:
    """The part of a price that one tier gains (negative: pays)."""

    kind: str
    name: str
    month: str
    tier: int
    left_person_months: float
    right_person_months: float


@dataclass(frozen=True, eq=False, repr=False)
class Prices(Outcome):
    """Outcome of :func:`prices`.

    `measure` says what is counted.
    """

    title: ClassVar[str] = "prices"
    rule: str
    measure: str
    reach_units: float
    prices: tuple[Price, ...]
    tiers: tuple[TierPrice, ...]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return ``prices`` and ``tiers``."""
        return {"prices": frame(self.prices, Price), "tiers": frame(self.tiers, TierPrice)}

    def sentences(self, lang: str = "en") -> list[str]:
        """Return the highest prices."""
        rows = [row for row in self.prices if row.gain_person_months > NOTHING]
        rows.sort(key=lambda row: -row.gain_person_months)
        if not rows:
            return [say("no_price", lang)]
        said = []
        for row in rows[:8]:
            gain, loss = (
                number(value, lang, 2) for value in (row.gain_person_months, row.loss_person_months)
            )
            name = f"{row.name}, {when(row.month, lang)}" if row.month else row.name
            known = row.loss_person_months == row.loss_person_months  # not NaN
            values = {"unit": say(f"more {row.unit}", lang), "less": say(f"less {row.unit}", lang)}
            key = "brings_costs" if known else "brings"
            said.append(say(key, lang, name=name, gain=gain, loss=loss, **values))
        return said


def prices(
    source: Any,
    rule: str | None = None,
    *,
    kinds: Sequence[str] = KINDS,
    reach_units: float = 10.0,
    whole_model: bool = False,
    progress: Progress = silent,
) -> Prices:
    """Return what binds, what one unit more or less of it does, and for how far.

    Parameters
    ----------
    source : scenario, result or problem
        See :func:`planner.analysis.case.read_case`.
    kinds : sequence of str
        Some of :data:`KINDS`.
    reach_units : float
        How far to look for the end of the range, in units (persons, posts …).
    whole_model : bool
        Whether to show pools and months outside the report window too.

    Examples
    --------
    >>> problem = {"format": "planner-problem/1", "months": 1, "pools": {"staff": 8},
    ...            "demands": [{"id": "untso", "tier": 2, "cap": 10, "first": 0, "last": 0,
    ...                         "tour": 1, "pools": ["staff"], "prep": 0, "rest": 0}]}
    >>> row = prices(problem, rule="value").prices[0]
    >>> row.name, round(row.right_person_months, 6), round(row.to_units, 3)
    ('staff', 1.0, 2.0)
    """
    _check(kinds, reach_units)
    case = read_case(source, rule)
    planner = make_planner(case.problem, case.rule, fills_only=True)
    last = last_plans(planner)
    nudger = Nudger(case, planner, last, reach_units)
    wanted = [one for one in nudges(case, planner, last, whole_model) if one.kind in kinds]
    relaxed = _pools_with_rest(case) if "rest" in kinds else []
    total = len(wanted) + len(relaxed)
    found = []
    for place, nudge in enumerate(wanted):
        progress(place, total)
        found.append(_priced(case, nudger, nudge))
    for place, pool in enumerate(relaxed):
        progress(len(wanted) + place, total)
        found.append(_rest(case, pool, nudger.now))
    progress(total, total)
    rows, tiers = (
        tuple(row for row, _ in found),
        tuple(part for _, parts in found for part in parts),
    )
    return Prices(case.rule, MEASURES[case.rule], reach_units, rows, tiers)


def _check(kinds: Sequence[str], reach_units: float) -> None:
    known = ", ".join(KINDS)
    faults = [
        f"kinds: expected {known}, found {one!r}{nearest(one, KINDS)}"
        for one in kinds
        if one not in KINDS
    ]
    if not reach_units > 0:
        faults.append(f"reach_units: expected a number above 0, found {reach_units}")
    if faults:
        raise InputError(faults)


def _priced(case: Case, nudger: Nudger, nudge: Nudge) -> tuple[Price, list[TierPrice]]:
    left, most_left, loss = nudger.side(nudge, -1)
    right, most_right, gain = nudger.side(nudge, 1)
    month = "" if nudge.month is None else case.month(nudge.month)
    ends = -most_left, most_right
    return _rows(nudge.kind, nudge.name, month, nudge.unit, (loss, gain), left, right, ends)


def _rows(
    kind: str, name: str, month: str, unit: str, whole: tuple[float, float],
    left: dict[int, float], right: dict[int, float], ends: tuple[float, float],
) -> tuple[Price, list[TierPrice]]:  # fmt: skip
    def clear(value: float) -> float:
        return 0.0 if abs(value) < NOTHING else value

    tiers = [
        TierPrice(kind, name, month, tier, clear(left[tier]), clear(right[tier]))
        for tier in sorted(right)
    ]
    sums = clear(sum(left.values())), clear(sum(right.values()))
    return Price(kind, name, month, unit, *map(clear, whole), *sums, *ends), tiers


def _pools_with_rest(case: Case) -> list[str]:
    """Return pools after whose tours somebody rests."""
    return [
        pool
        for pool in case.problem.pools
        if any(
            rest > 0
            for demand in case.problem.demands
            for name, rest in zip(demand.pools, demand.home, strict=True)
            if name == pool
        )
    ]


def _rest(case: Case, pool: str, now: dict[int, float]) -> tuple[Price, list[TierPrice]]:
    """Compare whole plans with a month of rest more, and less, after each tour of a pool."""
    found = []
    for months in (1, -1):
        demands = tuple(rested(demand, pool, months) for demand in case.problem.demands)
        problem = replace(case.problem, demands=demands)
        planner = make_planner(problem, case.rule, fills_only=True)
        last = last_plans(planner)
        then = by_tier(case, last.settings, last.people)
        found.append({tier: -months * (then[tier] - now[tier]) for tier in now})
    left, right = found
    whole = sum(left.values()), sum(right.values())
    return _rows("rest", pool, "", "month of rest less", whole, left, right, (-1.0, 1.0))


def rested(demand: Demand, pool: str, months: int) -> Demand:
    """Return a demand with so many months of rest more after a regular tour of a pool.

    Examples
    --------
    >>> line = Demand("a", 2, 1.0, 0, 11, 6, ("staff", "civil"), (0, 0), (2.0, 0.0))
    >>> [round(rest * 6) for rest in rested(line, "staff", -1).home]
    [11, 0]
    """
    rest = tuple(
        max(0.0, (np.ceil(each * demand.tour - 1e-9) + months) / demand.tour)
        if name == pool and each > 0
        else each
        for name, each in zip(demand.pools, demand.home, strict=True)
    )
    return replace(demand, home=tuple(float(each) for each in rest))
