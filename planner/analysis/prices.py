"""Marginal values: the effect of one more person, post or euro, or one month less rest.

For every pool and month that is exhausted in some plan, every pool as a whole, and every binding
cap, composition maximum and budget: the gain from one unit more, the loss from one unit less, the
right and left derivatives, and the range over which these hold. Nothing else changes. The marginal
value of the rest rule compares plans with one month of rest less, or more, after every tour.

*Fair* counts person-months inside the report window, by planning again from the start. A fair price
can be negative: raising the lowest share may cost others more than it adds. *Value* counts weighted
person-months over the whole model, exactly, by parametric linear programming of the last plan;
earlier plans, which are not unique, stay as they were made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from planner.analysis.declare import Option, analysis, text_of
from planner.analysis.plans import (
    Case,
    LastPlans,
    changed_demands,
    last_plans,
    make_planner,
    planner_of,
    read_case,
    replan_block,
)
from planner.analysis.scaling import Direction, ParametricProgramme
from planner.engine.stages import StageData
from planner.engine.value import ValueProgramme
from planner.errors import InputError, nearest
from planner.labels import number
from planner.outcome import Outcome, Progress, silent
from planner.problem.model import Demand, Floats, Ints
from planner.solution import Planner
from planner.tolerances import TIGHT

__all__ = [
    "KINDS",
    "Price",
    "Prices",
    "TierPrice",
    "fill_by_tier",
    "prices",
]

_TEXT = text_of("prices")
say = _TEXT.say

STEP = 0.125
"""Step of the finite difference under *fair*, and tolerance of the end of the range, in units."""

LINEARITY_TOLERANCE = 1e-3
"""Relative difference within which a gain per unit is constant."""

KINDS = ("pool_month", "pool", "cap", "bound", "budget", "rest")
"""What can have a price."""

MEASURES = {
    "value": "weighted person-months over the whole model",
    "fair": "person-months inside the report window",
}
"""What a price counts, by rule."""

PRICE_TOLERANCE = 1e-4
"""Absolute value below which a price is zero."""


@dataclass(frozen=True, eq=False)
class Perturbation:
    """The direction in which one unit more of something changes the data of one block.

    Attributes
    ----------
    limit : ndarray (rows,)
        Change of the limits of the stage per unit.
    full : ndarray (decisions,)
        Change of the maxima of decisions per unit.
    """

    kind: str
    name: str
    unit: str
    month: int | None
    block: int
    limit: Floats
    full: Floats

    @classmethod
    def of_limits(
        cls, kind: str, name: str, unit: str, block: int, data: StageData, rows: Ints,
        amount: float = 1.0, month: int | None = None,
    ) -> Perturbation:  # fmt: skip
        """Return a perturbation that adds an amount per unit to the limits of some rows."""
        limit = np.zeros(len(data.limit))
        limit[rows] = amount
        return cls(kind, name, unit, month, block, limit, np.zeros(len(data.full)))


def fill_by_tier(
    case: Case, settings: Sequence[StageData], people: Sequence[Floats]
) -> dict[int, float]:
    """Return the fill of each tier in the measure of the rule, person-months."""
    total = {demand.tier: 0.0 for demand in case.problem.demands}
    for data, served in zip(settings, people, strict=True):
        for tier, filled in _fill_by_tier(case.rule, data, served).items():
            total[tier] += filled
    return total


def _fill_by_tier(rule: str, data: StageData, people: Floats) -> dict[int, float]:
    months = data.counted if rule == "fair" else data.weight * data.block.duty_months
    served = (data.block.pick @ people) * months
    return {int(tier): float(served[data.tier == tier].sum()) for tier in np.unique(data.tier)}


def limit_perturbations(
    case: Case, planner: Planner, last: LastPlans, whole_model: bool = False
) -> list[Perturbation]:
    """Return a perturbation of every exhausted limit.

    *Fair*: exhausted in any plan; *value*: in the last plans.
    """
    found = []
    fair = case.rule == "fair"
    settings = planner.settings if fair else last.settings
    for index, (data, people) in enumerate(zip(settings, last.people, strict=True)):
        tight = last.plan.binding[index] if fair else data.rows @ people >= data.limit - TIGHT
        found += _pool_perturbations(case, index, data, tight, whole_model)
        found += _cap_perturbations(case, index, data, people)
        found += _bound_perturbations(case, index, data, tight)
    order = {kind: index for index, kind in enumerate(("pool_month", "pool", "cap"))}
    return sorted(found, key=lambda perturbation: order.get(perturbation.kind, 9))


def _pool_perturbations(
    case: Case, index: int, data: StageData, tight: NDArray[np.bool_], whole_model: bool
) -> list[Perturbation]:
    block, problem = data.block, case.problem
    names, found = list(problem.pools), []
    first, last = (0, problem.months - 1) if whole_model else problem.report
    of_month = np.arange(block.strength_rows) % block.months
    binds = block.by_pool(tight.astype(float)) > 0
    for k, pool in enumerate(block.pools):
        rows = np.flatnonzero(block.row_pool == k)  # of both accounts
        if not binds[k].any():
            continue
        about = names[pool], "person", index, data
        found.append(Perturbation.of_limits("pool", *about, rows))
        for month in range(first, last + 1):
            if binds[k, month]:
                here = rows[of_month[rows] == month]
                found.append(Perturbation.of_limits("pool_month", *about, here, month=month))
    return found


def _cap_perturbations(
    case: Case, index: int, data: StageData, people: Floats
) -> list[Perturbation]:
    block, found = data.block, []
    reached = (block.pick @ people >= data.full - TIGHT) & ~data.settled & (data.full > 0)
    for demand in block.demands:
        of_demand = block.demand == demand
        if (reached & of_demand).any():
            name = case.problem.demands[demand].id
            full = np.where(of_demand & ~data.settled, block.part, 0.0)
            found.append(
                Perturbation("cap", name, "post", None, index, np.zeros(len(data.limit)), full)
            )
    return found


def _bound_perturbations(
    case: Case, index: int, data: StageData, tight: NDArray[np.bool_]
) -> list[Perturbation]:
    """Return perturbations of composition maxima and budgets; a bound is named by its demands."""
    block, found = data.block, []
    offset = block.strength_rows
    for bound in np.unique(block.bounds.bound):
        rows = offset + np.flatnonzero(block.bounds.bound == bound)
        if case.problem.bounds[bound].max is not None and tight[rows].any():
            name = " + ".join(case.problem.bounds[bound].demands)
            found.append(Perturbation.of_limits("bound", name, "post", index, data, rows))
    for row, budget in enumerate(block.budgets, _count_of_person_rows(data)):
        if tight[row]:
            name, rows = case.problem.budgets[budget].id, np.array([row])
            found.append(
                Perturbation.of_limits("budget", name, "1000 EUR", index, data, rows, 1000.0)
            )
    return found


class MarginalSearch:
    """Effects of perturbations in either direction, up to `reach` units."""

    def __init__(self, case: Case, planner: Planner, last: LastPlans, reach: float) -> None:
        self.case, self.planner, self.last, self.reach = case, planner, last, reach
        self.now = fill_by_tier(case, last.settings, last.people)
        self._programmes: dict[int, tuple[ParametricProgramme, list[tuple[int, int]]]] = {}

    def one_sided_change(
        self, perturbation: Perturbation, sign: int
    ) -> tuple[dict[int, float], float, float]:
        """Return the effect of a perturbation in one direction, more (1) or less (−1).

        Returns
        -------
        derivative : dict of int to float
            Gain, or loss, per unit at the margin by tier, person-months.
        reach : float
            Number of units up to which the derivative holds.
        effect : float
            Gain from one unit more, or loss from one unit less, person-months; NaN where a whole
            unit cannot be taken away.
        """
        all_plans = self.case.rule == "fair"
        data = (self.planner if all_plans else self.last).settings[perturbation.block]
        nan, removable = float("nan"), _removable_units(data, perturbation) if sign < 0 else np.inf
        reach = min(self.reach, removable)
        if reach <= TIGHT:
            return dict.fromkeys(self.now, nan), 0.0, nan
        method = self._parametric_change if self.case.rule == "value" else self._finite_change
        return method(perturbation, sign, reach, bool(removable >= 1.0 - TIGHT))

    def _parametric_change(
        self, perturbation: Perturbation, sign: int, reach: float, one: bool
    ) -> tuple[dict[int, float], float, float]:
        parametric, tiers = self._parametric_programme(perturbation.block)
        parametric.direction = self._direction(perturbation, sign)
        piece = parametric.first_piece(reach)
        gain = dict.fromkeys(self.now, 0.0)
        for tier, step in tiers:
            gain[tier] = -sign * float(piece.slope[step])
        if not one or piece.high >= 1.0:
            return gain, piece.high, sum(gain.values()) if one else float("nan")
        steps, last = [step for _, step in tiers], parametric.pieces(0.0, 1.0)[-1]
        then = last.cost[steps] + (1.0 - last.low) * last.slope[steps]
        return gain, piece.high, -sign * float((then - piece.cost[steps]).sum())

    def _parametric_programme(
        self, index: int
    ) -> tuple[ParametricProgramme, list[tuple[int, int]]]:
        """Return the programme of a block with every row that can bind within reach."""
        if index not in self._programmes:
            data = self.last.settings[index]
            unit = 1.0 + 999.0 * (np.arange(len(data.limit)) >= _count_of_person_rows(data))
            free = data.upper > data.lower
            reach = max(self.reach, 1.0)
            wider = data.block.part * reach
            largest = data.change(
                full=data.full + wider,
                upper=data.upper + np.where(free, wider[data.block.decision], 0.0),
            )
            layout = ValueProgramme([largest], [data.limit - reach * unit], merge=False)
            layout.upper[: layout.size] = np.maximum(data.most, data.lower)
            shared = layout.shared_start[0] + np.arange(len(layout.shared[0]))
            layout.row_upper[shared] = data.full[layout.shared[0]]
            steps = layout.objectives(preferences=False)
            tiers = [(step.tier, k) for k, step in enumerate(steps) if step.kind == "tier"]
            nothing = Direction(np.zeros(len(layout.upper)), np.zeros(len(layout.row_upper)))
            parametric = ParametricProgramme(layout, nothing, [step.cost for step in steps])
            self._programmes[index] = parametric, tiers
        return self._programmes[index]

    def _direction(self, perturbation: Perturbation, sign: int) -> Direction:
        layout = self._programmes[perturbation.block][0].layout
        data = self.last.settings[perturbation.block]
        upper, row_upper = np.zeros(len(layout.upper)), np.zeros(len(layout.row_upper))
        free = (data.upper > data.lower) & (data.most >= data.full[data.block.decision])
        upper[: layout.size] = np.where(free, perturbation.full[data.block.decision], 0.0)
        row_upper[: layout.limit_start[-1]] = perturbation.limit[layout.limits[0]]
        shared = layout.shared_start[0] + np.arange(len(layout.shared[0]))
        row_upper[shared] = perturbation.full[layout.shared[0]]
        return Direction(sign * upper, sign * row_upper)

    def _finite_change(
        self, perturbation: Perturbation, sign: int, reach: float, one: bool
    ) -> tuple[dict[int, float], float, float]:
        """Return the effect by finite differences; the range is found to within :data:`STEP`."""
        linear = min(STEP, reach)
        gain = self._gain(perturbation, sign, linear)
        total = sum(gain.values())
        of_one_unit = sum(self._gain(perturbation, sign, 1.0).values()) if one else float("nan")

        def is_linear(at: float) -> bool:
            far = of_one_unit if at == 1.0 else sum(self._gain(perturbation, sign, at).values())
            return abs(far - total) <= LINEARITY_TOLERANCE * (1 + abs(total))

        if linear == reach or is_linear(reach):
            return gain, reach, of_one_unit
        nonlinear = reach
        while nonlinear - linear > STEP:
            middle = (linear + nonlinear) / 2 if nonlinear <= 4 * linear else nonlinear / 4
            if is_linear(middle):
                linear = middle
            else:
                nonlinear = middle
        return gain, linear, of_one_unit

    def _gain(self, perturbation: Perturbation, sign: int, units: float) -> dict[int, float]:
        """Return the gain per unit by tier, with all plans of the block made again."""
        planner, index, by = self.planner, perturbation.block, sign * units
        data = planner.settings[index]
        grown = (perturbation.full * by)[data.block.decision]
        changed = data.change(
            limit=data.limit + by * perturbation.limit,
            full=np.maximum(data.full + by * perturbation.full, 0.0),
            upper=np.maximum(data.upper + grown, 0.0),
        )
        then = _fill_by_tier("fair", changed, replan_block(planner, index, changed))
        before = _fill_by_tier("fair", data, self.last.people[index])
        gain = dict.fromkeys(self.now, 0.0)
        for tier, filled in then.items():
            gain[tier] = sign * (filled - before[tier]) / units
        return gain


def _count_of_person_rows(data: StageData) -> int:
    """Return the number of limits of the stage that count people; budgets follow them."""
    return data.block.strength_rows + len(data.block.bounds.bound)


def _removable_units(data: StageData, perturbation: Perturbation) -> float:
    """Return the number of units that can be taken away without changing tours that have begun."""
    settled = data.rows @ data.lower
    taken = perturbation.limit > 0
    removable = (data.limit - settled)[taken] / perturbation.limit[taken]
    caps = data.full[perturbation.full > 0] / perturbation.full[perturbation.full > 0]
    return float(max(0.0, min(removable.min(initial=np.inf), caps.min(initial=np.inf))))


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
        Derivatives: lost per unit taken away, gained per unit added; NaN where nothing can be taken
        away, because tours have already begun.
    from_units, to_units : float
        Ends of the range over which the derivatives hold: at most 0, at least 0.
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
    """The part of a price that falls to one tier (negative: the tier loses)."""

    kind: str
    name: str
    month: str
    tier: int
    left_person_months: float
    right_person_months: float


@dataclass(frozen=True, eq=False, repr=False)
class Prices(Outcome):
    """Outcome of :func:`prices`; `measure` says what is counted."""

    title: ClassVar[str] = "prices"
    rule: str
    measure: str
    reach_units: float
    prices: tuple[Price, ...]
    tiers: tuple[TierPrice, ...]

    def sentences(self, lang: str = "en") -> list[str]:
        """Return the highest prices."""
        rows = [row for row in self.prices if row.gain_person_months > PRICE_TOLERANCE]
        rows.sort(key=lambda row: -row.gain_person_months)
        if not rows:
            return [say("no_price", lang)]
        texts = []
        for row in rows[:8]:
            gain, loss = (
                number(value, lang, 2) for value in (row.gain_person_months, row.loss_person_months)
            )
            name = f"{row.name}, {_TEXT.when(row.month, lang)}" if row.month else row.name
            known = row.loss_person_months == row.loss_person_months  # not NaN
            values = {"unit": say(f"more {row.unit}", lang), "less": say(f"less {row.unit}", lang)}
            key = "brings_costs" if known else "brings"
            texts.append(say(key, lang, name=name, gain=gain, loss=loss, **values))
        return texts


def _for_report(case: Case) -> dict[str, Any]:
    return {"kinds": ("pool",), "reach_units": 1.0}


@analysis(in_report=_for_report, quick={"rule": "value", "kinds": ["pool"]}, positional=("rule",))
def prices(
    source: Any,
    /,
    *,
    rule: str | None = None,
    kinds: Annotated[Sequence[str], Option("--kind", metavar="KIND")] = KINDS,
    reach_units: Annotated[float, Option("--reach", metavar="UNITS")] = 10.0,
    whole_model: bool = False,
    progress: Progress = silent,
) -> Prices:
    """Return what binds, what one unit more or less of it does, and for how far.

    Parameters
    ----------
    source : scenario, result or problem
        See :func:`planner.analysis.plans.read_case`.
    kinds : sequence of str
        Some of pool, pool_month, cap, bound, budget and rest; by default all.
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
    planner = planner_of(case, fills_only=True)
    last = last_plans(planner)
    search = MarginalSearch(case, planner, last, reach_units)
    chosen = [
        one for one in limit_perturbations(case, planner, last, whole_model) if one.kind in kinds
    ]
    relaxed = _pools_with_rest(case) if "rest" in kinds else []
    total = len(chosen) + len(relaxed)
    found = []
    for index, perturbation in enumerate(chosen):
        progress(index, total)
        found.append(_price(case, search, perturbation))
    for index, pool in enumerate(relaxed):
        progress(len(chosen) + index, total)
        found.append(_rest_price(case, pool, search.now))
    progress(total, total)
    tiers = tuple(part for _, parts in found for part in parts)
    rows = tuple(row for row, _ in found)
    return Prices(case.rule, MEASURES[case.rule], reach_units, rows, tiers)


def _check(kinds: Sequence[str], reach_units: float) -> None:
    faults = unknown_kinds(kinds, KINDS)
    if not reach_units > 0:
        faults.append(f"reach_units: expected a number above 0, found {reach_units}")
    if faults:
        raise InputError(faults)


def unknown_kinds(kinds: Sequence[str], known: Sequence[str]) -> list[str]:
    """Return a fault for each unknown kind."""
    expected = ", ".join(known)
    return [
        f"kinds: expected {expected}, found {one!r}{nearest(one, known)}"
        for one in kinds
        if one not in known
    ]


def _price(case: Case, search: MarginalSearch, one: Perturbation) -> tuple[Price, list[TierPrice]]:
    left, most_left, loss = search.one_sided_change(one, -1)
    right, most_right, gain = search.one_sided_change(one, 1)
    month = "" if one.month is None else case.month(one.month)
    ends = -most_left, most_right
    return _price_rows(one.kind, one.name, month, one.unit, (loss, gain), left, right, ends)


def _price_rows(
    kind: str, name: str, month: str, unit: str, of_one_unit: tuple[float, float],
    left: dict[int, float], right: dict[int, float], ends: tuple[float, float],
) -> tuple[Price, list[TierPrice]]:  # fmt: skip
    def zero_rounding(value: float) -> float:
        return 0.0 if abs(value) < PRICE_TOLERANCE else value

    tiers = [
        TierPrice(kind, name, month, tier, zero_rounding(left[tier]), zero_rounding(right[tier]))
        for tier in sorted(right)
    ]
    sums = zero_rounding(sum(left.values())), zero_rounding(sum(right.values()))
    loss, gain = map(zero_rounding, of_one_unit)
    return Price(kind, name, month, unit, loss, gain, *sums, *ends), tiers


def _pools_with_rest(case: Case) -> list[str]:
    """Return pools with time at home after a tour."""
    with_rest_changed = {
        pool
        for demand in case.problem.demands
        for pool, rest in zip(demand.pools, demand.home, strict=True)
        if rest > 0
    }
    return [pool for pool in case.problem.pools if pool in with_rest_changed]


def _rest_price(case: Case, pool: str, now: dict[int, float]) -> tuple[Price, list[TierPrice]]:
    """Return the price of a month of rest after each tour of a pool, from plans of everything."""
    found = []
    for months in (1, -1):
        problem = changed_demands(
            case.problem, partial(with_rest_changed, pool=pool, months=months)
        )
        last = last_plans(make_planner(problem, case.rule, fills_only=True))
        then = fill_by_tier(case, last.settings, last.people)
        found.append({tier: -months * (then[tier] - now[tier]) for tier in now})
    left, right = found
    of_one_unit = sum(left.values()), sum(right.values())
    return _price_rows(
        "rest", pool, "", "month of rest less", of_one_unit, left, right, (-1.0, 1.0)
    )


def with_rest_changed(demand: Demand, pool: str, months: int) -> Demand:
    """Return a demand with some months of rest more after a regular tour from a pool.

    Examples
    --------
    >>> line = Demand("a", 2, 1.0, 0, 11, 6, ("staff", "civil"), (0, 0), (2.0, 0.0))
    >>> [round(rest * 6) for rest in with_rest_changed(line, "staff", -1).home]
    [11, 0]
    """
    home = tuple(
        max(0.0, float((np.ceil(each * demand.tour - 1e-9) + months) / demand.tour))
        if name == pool and each > 0
        else float(each)
        for name, each in zip(demand.pools, demand.home, strict=True)
    )
    return replace(demand, home=home)
