"""What stands in the way of more people for a mission in a month, and who holds the pools."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from planner.analysis.moment import Lack, Moment, Part

__all__ = ["Barrier", "Holder", "Limit", "barriers", "holders", "limits"]

NOTHING_PERSONS = 1e-3
"""People up to this many are none."""


@dataclass(frozen=True)
class Limit:
    """What stood in the way of more people for a line.

    Attributes
    ----------
    demand : str
    limit : str
        ``pool``, ``composition``, ``budget``, ``late_notice``, or ``worth_nothing``: no weight.
    name : str
        The pool, the demands that are bound together, or the budget.
    month : str
        Of the months in which nobody is left, the one nearest to the month asked about.
    strength_persons : float
        People there are in that month, or that a bound allows; NaN for anything else.
    binding_months, tied_months : int
        Months in which nobody is left, and in which its tours tie people up.
    planned_month : str
        When the plan was made that could have sent more.
    lacking_persons : float
        Lacking because of that plan, in the month asked about.
    """

    demand: str
    limit: str
    name: str
    month: str
    strength_persons: float
    binding_months: int
    tied_months: int
    planned_month: str
    lacking_persons: float


@dataclass(frozen=True)
class Holder:
    """Who holds people of a pool in a month in which nobody is left, persons.

    Attributes
    ----------
    pool, month, planned_month, mission : str
    tier : int
    package : str
    turn : str
        ``itself``, ``ahead`` (an earlier tier), ``beside`` (the same) or ``after``.
    held_persons : float
        Sum of the three that follow.
    preparing_persons, on_duty_persons, resting_persons : float
    """

    pool: str
    month: str
    planned_month: str
    mission: str
    tier: int
    package: str
    turn: str
    held_persons: float
    preparing_persons: float
    on_duty_persons: float
    resting_persons: float


@dataclass(eq=False)
class Barrier:
    """Rows of one kind that stand in the way of one demand in one plan.

    Attributes
    ----------
    part : Part
    stage : int
    demand : int
        Place in the problem.
    kind : str
    row : int
        The pool within the block, the bound, or the budget; −1 where it is none of them.
    persons : float
        Lacking in the month asked about.
    tight, tied : set of int
        Months.
    """

    part: Part
    stage: int
    demand: int
    kind: str
    row: int
    persons: float = 0.0
    tight: set[int] = field(default_factory=set)
    tied: set[int] = field(default_factory=set)


def barriers(moment: Moment) -> list[Barrier]:
    """Return what stands in the way, what most is lacking by first."""
    found: dict[tuple[int, int, int, str, int], Barrier] = {}
    for part in moment.parts:
        demands = part.settings[0].block.demand
        for lack in part.lacks:
            demand = int(demands[lack.decision])
            for (kind, row), (tight, tied) in _rows(moment, part, lack).items():
                key = part.place, lack.stage, demand, kind, row
                new = Barrier(part, lack.stage, demand, kind, row)
                barrier = found.setdefault(key, new)
                barrier.persons += lack.persons
                barrier.tight |= tight
                barrier.tied |= tied
    return sorted(found.values(), key=lambda one: -one.persons)


def _rows(
    moment: Moment, part: Part, lack: Lack
) -> dict[tuple[str, int], tuple[set[int], set[int]]]:
    """Return months in which each limit is reached, and in which it counts, for one lack."""
    setting = part.settings[lack.stage]
    block = setting.block
    people, bounds = block.strength_rows, len(block.bounds.bound)
    found: dict[tuple[str, int], tuple[set[int], set[int]]] = {}
    for _, tight, rows in part.tight(lack):
        for pool in np.unique(block.row_pool[tight[tight < people]]).tolist():
            tied, months = (
                set((some[block.row_pool[some] == pool] % block.months).tolist())
                for some in (rows[rows < people], tight[tight < people])
            )
            kept = found.setdefault(("pool", pool), (set(), set()))
            kept[0].update(months)
            kept[1].update(tied)
        for row in tight[(tight >= people) & (tight < people + bounds)] - people:
            bound, month = int(block.bounds.bound[row]), int(block.bounds.month[row])
            if moment.case.problem.bounds[bound].max is not None:
                found.setdefault(("composition", bound), (set(), set()))[0].add(month)
        for row in tight[tight >= people + bounds] - people - bounds:
            found["budget", int(block.budgets[row])] = set(), set()
        if not len(tight) and setting.weight[lack.decision] <= 0:
            found["worth_nothing", -1] = set(), set()
    return found


def _nearest(moment: Moment, months: set[int]) -> int:
    return min(months, key=lambda month: (abs(month - moment.month), month))


def limits(moment: Moment, found: Sequence[Barrier]) -> list[Limit]:
    """Return barriers as rows, and what comes too late to serve in the month."""
    case = moment.case
    rows = []
    for one in found:
        block = one.part.settings[0].block
        strength, name = float("nan"), ""
        month = _nearest(moment, one.tight) if one.tight else -1
        if one.kind == "pool":
            name = list(case.problem.pools)[block.pools[one.row]]
            limit = one.part.settings[one.stage].limit
            strength = float(limit[one.row * block.months + month])
        elif one.kind == "composition":
            bound = case.problem.bounds[one.row]
            strength, name = float(bound.max or 0.0), " + ".join(bound.demands)
        elif one.kind == "budget":
            name = case.problem.budgets[one.row].id
        rows.append(
            Limit(
                case.problem.demands[one.demand].id,
                one.kind,
                name,
                case.month(month) if one.tight else "",
                strength,
                len(one.tight),
                len(one.tied),
                case.month(one.part.months[one.stage]),
                one.persons,
            )
        )
    return rows + _late(moment)


def _late(moment: Moment) -> list[Limit]:
    """Return what nobody could serve in the month, for it became known too late."""
    case = moment.case
    explained = moment.persons()
    for part in moment.parts:
        for lack in part.lacks:
            explained[part.settings[0].block.demand[lack.decision]] += lack.persons
    return [
        Limit(case.problem.demands[place].id, "late_notice", "", "", float("nan"), 0, 0, "",
              float(moment.asked[place] - explained[place]))
        for place in np.flatnonzero(moment.asked - explained > NOTHING_PERSONS)
    ]  # fmt: skip


def holders(moment: Moment, found: Sequence[Barrier]) -> list[Holder]:
    """Return who holds each pool that binds, in its month nearest to the one asked about."""
    case, owner = moment.case, moment.case.problem.package_of()
    rows: list[Holder] = []
    seen = set()
    for one in found:
        if one.kind != "pool":
            continue
        block, month = one.part.settings[0].block, _nearest(moment, one.tight)
        key = one.part.place, one.stage, one.row, month, case.problem.demands[one.demand].on_call
        if key in seen:
            continue
        seen.add(key)
        pool = list(case.problem.pools)[block.pools[one.row]]
        tier = case.problem.demands[one.demand].tier
        sums: dict[tuple[str, int, str, str], np.ndarray[tuple[int], np.dtype[np.float64]]] = {}
        on_call = case.problem.demands[one.demand].on_call
        for demand, held in moment.held(one.part, one.stage, one.row, month, on_call).items():
            line = case.problem.demands[demand]
            turn = "ahead" if line.tier < tier else "beside" if line.tier == tier else "after"
            turn = "itself" if moment.chosen[demand] else turn
            name = case.lines[demand].mission, line.tier, owner.get(line.id, ""), turn
            sums[name] = sums.get(name, np.zeros(3)) + held
        planned = case.month(one.part.months[one.stage])
        rows += [
            Holder(pool, case.month(month), planned, *name, float(held.sum()), *map(float, held))
            for name, held in sorted(sums.items(), key=lambda pair: -pair[1].sum())
        ]
    return rows
