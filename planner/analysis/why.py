"""Why a mission is short of people in a month: binding limits, users of the pools, remedies.

The people on duty in a month follow from decisions that were made in different plans. For each
decision with a shortfall, the last plan that could have assigned more people is examined: which
limits were binding for every sourcing option (a pool in a month in which the tours prepare, serve
or are at home; a composition bound; a budget), and which demands use that pool in the binding month
nearest to the month in question. Remedies are found by planning again: without each package, with
more people, with a month less at home, without bounds or budgets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import ceil
from typing import Annotated, Any, ClassVar

import numpy as np

from planner.analysis.declare import Option, analysis, text_of
from planner.analysis.plans import (
    Case,
    ample_strength,
    changed_demands,
    filled_by,
    make_planner,
    planner_of,
    read_case,
    relaxed,
)
from planner.analysis.prices import with_rest_changed
from planner.engine.programme import Block
from planner.engine.stages import StageData, StageSolution
from planner.labels import label, named, number
from planner.months import Month
from planner.outcome import Outcome, Progress, silent
from planner.problem.model import Demand, Flags, Floats, Ints, Problem
from planner.solution import History, Planner, asked_months
from planner.tolerances import SHOWN, TIGHT

__all__ = [
    "Counterfactual",
    "Limit",
    "LineOccupancy",
    "MonthOccupancy",
    "PoolUser",
    "Why",
    "holders",
    "limits",
    "why",
]

_TEXT = text_of("why")
say = _TEXT.say

MAX_EFFORT = 2400
"""Total number of decisions in plans with more people after which the search for a size ends."""

SIZE_TOLERANCE = 0.05
"""Relative width of the bracket at which the search for a size ends."""

MAX_NAMED = 4
"""Largest number of users of a pool named in one sentence."""

NO_PERSONS = 1e-3
"""Shortfall in persons below which it is rounding of solver and accounts."""

MIN_LOSS = 0.5
"""Loss of a mission, person-months, from which a report explains it."""

MIN_SHORTFALL = 0.005
"""Shortfall, as a share of the people requested, from which a report explains it."""

MAX_POOLS = 3
"""Largest number of pools for which more people are tried."""


@dataclass(frozen=True, eq=False)
class DecisionShortfall:
    """Shortfall of one decision of a block in the month, and the plan that caused it.

    `stage` is the index of the last plan that could have assigned more people.
    """

    decision: int
    stage: int
    persons: float


@dataclass(frozen=True, eq=False)
class BlockShortfall:
    """Shortfall of a mission in a month within one block of the programme.

    Attributes
    ----------
    block_index : int
        Of the block in the programme.
    duty : ndarray (decisions,)
        Share of people of the mission on duty in the month, 0 for all other decisions.
    months : tuple of int
        Month in which each plan was made.
    chain, settings : tuple
        Solutions of those plans, and the stage data of each.
    """

    block_index: int
    duty: Floats
    months: tuple[int, ...]
    chain: tuple[StageSolution, ...]
    settings: tuple[StageData, ...]
    shortfalls: tuple[DecisionShortfall, ...]

    @property
    def stage(self) -> int:
        """Index of the plan that caused most of the shortfall."""
        persons = np.zeros(len(self.chain))
        for shortfall in self.shortfalls:
            persons[shortfall.stage] += shortfall.persons
        return int(np.argmax(persons))

    def binding_rows(self, shortfall: DecisionShortfall) -> list[tuple[int, Ints, Ints]]:
        """Return column, binding rows and all rows used, for each column of the decision."""
        data, people = self.settings[shortfall.stage], self.chain[shortfall.stage].people
        left = data.limit - data.rows @ people
        full = left <= TIGHT * (1 + np.where(np.isfinite(data.limit), data.limit, 0.0))
        found = []
        for column in np.flatnonzero(data.block.decision == shortfall.decision):
            if data.upper[column] <= people[column] + TIGHT:
                continue
            rows = data.rows[:, [column]].tocoo().coords[0].astype(np.int64)
            found.append((int(column), rows[full[rows]], rows))
        return found


class MissionMonth:
    """A mission, or a demand, in one month of the model; `chosen` are its demands."""

    def __init__(self, case: Case, planner: Planner, chosen: Flags, month: int) -> None:
        self.case, self.planner, self.chosen, self.month = case, planner, chosen, month
        self.all_packages = frozenset(case.packages)
        demands = case.problem.demands
        self.asked = np.array(
            [one.cap if one.first <= month <= one.last else 0.0 for one in demands]
        ) * chosen  # fmt: skip
        parts = [self._part(index) for index in range(len(planner.programme.blocks))]
        self.parts = [part for part in parts if part is not None]

    @property
    def other_packages(self) -> list[str]:
        """Packages without any demand of the mission in the month."""
        asks = self.asked > 0
        return [one for one in self.case.packages if not (self.case.inside(one) & asks).any()]

    def with_planner(self, planner: Planner) -> MissionMonth:
        """Return the same mission and month in the plans of another planner."""
        case = self.case.with_problem(planner.programme.problem)
        return MissionMonth(case, planner, self.chosen, self.month)

    def _part(self, index: int) -> BlockShortfall | None:
        planner, block = self.planner, self.planner.programme.blocks[index]
        if not (self.asked[block.demands] > 0).any():
            return None
        duty = block.duty[:, [self.month]].toarray().ravel() * self.chosen[block.demand]
        history = planner.history(block, self.all_packages)
        chain = planner._draft_chain(index, history)
        settings = tuple(
            planner.data(index, history[: k + 1], chain[k - 1] if k else None)
            for k in range(len(chain))
        )
        shortfalls = self._shortfalls(duty, history, chain, settings)
        months = tuple(month for month, _ in history)
        return BlockShortfall(index, duty, months, chain, settings, tuple(shortfalls))

    def _shortfalls(
        self,
        duty: Floats,
        history: History,
        chain: tuple[StageSolution, ...],
        settings: tuple[StageData, ...],
    ) -> list[DecisionShortfall]:
        """Return the shortfall of each decision with the last plan that could change it."""
        block = settings[0].block
        free = np.array(
            [
                (np.bincount(block.decision, s.upper, len(s.full)) > 0)
                & ((k == 0) | ~self.planner._settled(block, month))
                for k, (s, (month, _)) in enumerate(zip(settings, history, strict=True))
            ]
        )
        found = []
        for decision in np.flatnonzero((duty > 0) & free.any(axis=0)):
            stage = int(np.flatnonzero(free[:, decision])[-1])
            full = float(settings[stage].full[decision])
            served = float(chain[stage].people[block.decision == decision].sum())
            persons = float(duty[decision]) * (full - served)
            if persons > TIGHT * (1 + full):
                found.append(DecisionShortfall(int(decision), stage, persons))
        return found

    def persons(self, packages: frozenset[str] | None = None) -> Floats:
        """Return people on duty in the month by demand, with some of the packages, (demands,)."""
        chosen = self.all_packages if packages is None else packages
        found = np.zeros(len(self.chosen))
        for part in self.parts:
            block = part.settings[0].block
            answer = self.planner._draft_chain(
                part.block_index, self.planner.history(block, chosen)
            )[-1]
            np.add.at(found, block.demand, part.duty * (block.pick @ answer.people))
        return found

    def pool_users(
        self, part: BlockShortfall, stage: int, pool: int, month: int, on_call: bool = False
    ) -> dict[int, Floats]:
        """Return people preparing, on duty and at home, of a pool in a month, by demand.

        `stage` is the index of the plan; `on_call` says whether the demand with the shortfall is on
        call.
        """
        block, people = part.settings[0].block, part.chain[stage].people
        tied = self._use_of_account(block, people, pool, month, on_call)
        tours = self.planner.programme.tours
        duty = block.duty[:, [month]].toarray().ravel()
        share = block.pool_share(int(block.pools[pool]))
        entries = np.flatnonzero(block.mix_pool == pool)
        index = dict(zip(block.mix_column[entries], block.mix_index[entries], strict=True))
        found: dict[int, Floats] = {}
        for column in np.flatnonzero((tied > 0) & (people > TIGHT)):
            decision = block.decision[column]
            demand = int(block.demand[decision])
            first = tours.first[block.tour[block.tour_decision == decision]]
            prep = self.case.problem.demands[demand].prep[index[column]]
            prepares = float(((first - prep <= month) & (month < first)).sum())
            prepares *= share[column] / max(block.cohorts[decision], 1)
            serves = float(duty[decision] * share[column])
            shares = np.array([prepares, serves, float(tied[column]) - prepares - serves])
            found[demand] = found.get(demand, np.zeros(3)) + shares * people[column]
        return found

    @staticmethod
    def _use_of_account(
        block: Block, people: Floats, pool: int, month: int, on_call: bool
    ) -> Floats:
        """Return the use of a pool and month per person on each column, (columns,).

        In the account that limits demands on call; for other demands in the larger of both.
        """
        tied = block.usage[[pool * block.months + month], :].toarray().ravel()
        for index in np.flatnonzero(block.standby_pools == pool):
            other = block.standby[[index * block.months + month], :].toarray().ravel()
            if on_call or other @ people > tied @ people:
                return np.asarray(other)
        return np.asarray(tied)


@dataclass(frozen=True)
class Limit:
    """A limit that prevented more people for a demand.

    Attributes
    ----------
    limit : str
        ``pool``, ``composition``, ``budget``, ``late_notice``, or ``worth_nothing``: no weight.
    name : str
        The pool, the demands that are bound together, or the budget.
    month : str
        Of the months in which the limit is binding, the one nearest to the month in question.
    strength_persons : float
        Strength of the pool in that month, or what a bound allows; NaN for anything else.
    binding_months, tied_months : int
        Months in which the limit is binding, and in which the tours tie people up.
    planned_month : str
        When the plan was made that could have assigned more.
    lacking_persons : float
        Shortfall caused by that plan, in the month in question.
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
class PoolUser:
    """A mission that uses a pool in a month in which all of it is tied up, persons.

    Attributes
    ----------
    turn : str
        ``itself``, ``ahead`` (an earlier tier), ``beside`` (the same) or ``after``.
    held_persons : float
        Sum of the three that follow.
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
class BindingConstraint:
    """Binding rows of one kind for one demand in one plan.

    `row` is the pool within the block, the bound, or the budget, −1 where it is none of them;
    `persons` lack in the month asked about; `binding_months` and `tied_months` are months.
    """

    part: BlockShortfall
    stage: int
    demand: int
    kind: str
    row: int
    persons: float = 0.0
    binding_months: set[int] = field(default_factory=set)
    tied_months: set[int] = field(default_factory=set)


def binding_constraints(mission_month: MissionMonth) -> list[BindingConstraint]:
    """Return binding constraints, the largest shortfall first."""
    found: dict[tuple[int, int, int, str, int], BindingConstraint] = {}
    for part in mission_month.parts:
        demands = part.settings[0].block.demand
        for shortfall in part.shortfalls:
            demand = int(demands[shortfall.decision])
            for (kind, row), (binding, tied) in _months_by_limit(
                mission_month, part, shortfall
            ).items():
                key = part.block_index, shortfall.stage, demand, kind, row
                new = BindingConstraint(part, shortfall.stage, demand, kind, row)
                constraint = found.setdefault(key, new)
                constraint.persons += shortfall.persons
                constraint.binding_months |= binding
                constraint.tied_months |= tied
    return sorted(found.values(), key=lambda one: -one.persons)


def _months_by_limit(
    mission_month: MissionMonth, part: BlockShortfall, shortfall: DecisionShortfall
) -> dict[tuple[str, int], tuple[set[int], set[int]]]:
    """Return binding months, and months with tied-up people, of each limit of one shortfall."""
    data = part.settings[shortfall.stage]
    block = data.block
    people, bounds = block.strength_rows, len(block.bounds.bound)
    found: dict[tuple[str, int], tuple[set[int], set[int]]] = {}
    for _, binding_rows, rows in part.binding_rows(shortfall):
        for pool in np.unique(block.row_pool[binding_rows[binding_rows < people]]).tolist():
            tied, months = (
                set((some[block.row_pool[some] == pool] % block.months).tolist())
                for some in (rows[rows < people], binding_rows[binding_rows < people])
            )
            kept = found.setdefault(("pool", pool), (set(), set()))
            kept[0].update(months)
            kept[1].update(tied)
        for row in (
            binding_rows[(binding_rows >= people) & (binding_rows < people + bounds)] - people
        ):
            bound, month = int(block.bounds.bound[row]), int(block.bounds.month[row])
            if mission_month.case.problem.bounds[bound].max is not None:
                found.setdefault(("composition", bound), (set(), set()))[0].add(month)
        for row in binding_rows[binding_rows >= people + bounds] - people - bounds:
            found["budget", int(block.budgets[row])] = set(), set()
        if not len(binding_rows) and data.weight[shortfall.decision] <= 0:
            found["worth_nothing", -1] = set(), set()
    return found


def _nearest(mission_month: MissionMonth, months: set[int]) -> int:
    return min(months, key=lambda month: (abs(month - mission_month.month), month))


def limits(mission_month: MissionMonth, found: Sequence[BindingConstraint]) -> list[Limit]:
    """Return binding constraints as rows, then demands that became known too late."""
    case = mission_month.case
    rows = []
    for one in found:
        block = one.part.settings[0].block
        strength, name = float("nan"), ""
        month = _nearest(mission_month, one.binding_months) if one.binding_months else -1
        if one.kind == "pool":
            name = list(case.problem.pools)[block.pools[one.row]]
            limit = one.part.settings[one.stage].limit
            strength = float(limit[one.row * block.months + month])
        elif one.kind == "composition":
            bound = case.problem.bounds[one.row]
            strength, name = float(bound.max or 0.0), " + ".join(bound.demands)
        elif one.kind == "budget":
            name = case.problem.budgets[one.row].id
        reached = case.month(month) if one.binding_months else ""
        counts, planned = (
            (len(one.binding_months), len(one.tied_months)),
            case.month(one.part.months[one.stage]),
        )
        line = case.problem.demands[one.demand].id
        rows.append(Limit(line, one.kind, name, reached, strength, *counts, planned, one.persons))
    return rows + _late_notice(mission_month)


def _late_notice(mission_month: MissionMonth) -> list[Limit]:
    """Return demands that became known too late to be served in the month."""
    case = mission_month.case
    explained = mission_month.persons()
    for part in mission_month.parts:
        for shortfall in part.shortfalls:
            explained[part.settings[0].block.demand[shortfall.decision]] += shortfall.persons
    return [
        Limit(case.problem.demands[index].id, "late_notice", "", "", float("nan"), 0, 0, "",
              float(mission_month.asked[index] - explained[index]))
        for index in np.flatnonzero(mission_month.asked - explained > NO_PERSONS)
    ]  # fmt: skip


def holders(mission_month: MissionMonth, found: Sequence[BindingConstraint]) -> list[PoolUser]:
    """Return users of each binding pool, in its binding month nearest to the one in question."""
    case, owner = mission_month.case, mission_month.case.problem.package_of()
    rows: list[PoolUser] = []
    seen = set()
    for one in found:
        if one.kind != "pool":
            continue
        block, month = one.part.settings[0].block, _nearest(mission_month, one.binding_months)
        short = case.problem.demands[one.demand]
        key = one.part.block_index, one.stage, one.row, month, short.on_call
        if key in seen:
            continue
        seen.add(key)
        pool, tier = list(case.problem.pools)[block.pools[one.row]], short.tier
        sums: dict[tuple[str, int, str, str], Floats] = {}
        users = mission_month.pool_users(one.part, one.stage, one.row, month, short.on_call)
        for demand, used in users.items():
            line = case.problem.demands[demand]
            turn = "ahead" if line.tier < tier else "beside" if line.tier == tier else "after"
            turn = "itself" if mission_month.chosen[demand] else turn
            name = case.lines[demand].mission, line.tier, owner.get(line.id, ""), turn
            sums[name] = sums.get(name, np.zeros(3)) + used
        planned = case.month(one.part.months[one.stage])
        rows += [
            PoolUser(pool, case.month(month), planned, *name, float(used.sum()), *map(float, used))
            for name, used in sorted(sums.items(), key=lambda pair: -pair[1].sum())
        ]
    return rows


@dataclass(frozen=True)
class Counterfactual:
    """A change of one thing, and the number of people the mission would gain in the month.

    Attributes
    ----------
    change : str
        ``without_package``, ``more_people`` (in every month from the plan on), ``less_rest`` (a
        month less after every tour), ``without_composition``, ``without_budget`` or
        ``other_optimum``.
    name : str
        The package or pool.
    from_month : str
        Of more people.
    units : float
        People more, or months less. Of people one, and the number that ends the shortfall, or
        brings all that more people of that pool alone can bring.
    not_enough_units : float
        The largest number tried that is insufficient; NaN where none was sought.
    enough : bool
        Whether the shortfall ends.
    """

    change: str
    name: str
    from_month: str
    units: float
    not_enough_units: float
    gained_persons: float
    enough: bool


class _CounterfactualPlans:
    """Plans made again with one change each.

    Under *value* ties are broken in the same way in all of them, so that a gain does not depend on
    the solver's choice among optima; the reference plan then differs from that of the result.
    """

    def __init__(self, mission_month: MissionMonth) -> None:
        self.case = mission_month.case
        planner = planner_of(self.case, fills_only=True)
        self.fair = self.case.rule == "fair"
        self.solver = planner.draft or planner.solver
        self.mission_month = mission_month if self.fair else mission_month.with_planner(planner)
        self.now = float(self.mission_month.persons().sum())
        self.lacking = float(mission_month.asked.sum()) - self.now
        self.effort = 0

    def row(
        self, change: str, gained: float, name: str = "", month: str = "", units: float = 1.0,
        less: float = float("nan"),
    ) -> Counterfactual:  # fmt: skip
        """Return a change as a row."""
        gained = 0.0 if abs(gained) <= NO_PERSONS else gained
        done = gained >= self.lacking - NO_PERSONS
        return Counterfactual(change, name, month, units, less, gained, done)

    def people(self, part: BlockShortfall, pool: int) -> Iterator[Counterfactual]:
        """Yield more people of one pool, in the plan that caused most of the shortfall."""
        data, begin = part.settings[part.stage], part.months[part.stage]
        month = np.arange(data.block.strength_rows) % data.block.months
        rows = np.flatnonzero((data.block.row_pool == pool) & (month >= begin))
        made = self.fair  # that plan is the only one
        people = (part.chain[part.stage] if made else self.solver(data)).people
        base = self._on_duty(part, people)

        def planned(persons: float) -> Floats:
            limit = data.limit.copy()
            limit[rows] += persons
            self.effort += int((~data.settled).sum())
            return self.solver(data.change(limit=limit)).people

        def gain(persons: float) -> float:
            return self._on_duty(part, planned(persons)) - base

        name = list(self.case.problem.pools)[data.block.pools[pool]]
        row = partial(self.row, "more_people", name=name, month=self.case.month(begin))
        one, people = gain(1.0), planned(ample_strength(self.case.problem))
        yield row(one)
        most = self._on_duty(part, people) - base
        target = min(most, self.lacking) - NO_PERSONS
        if one < target:
            # people that this plan ties up beyond the strength: with these alone it is feasible
            spent = float((data.rows[rows] @ people - data.limit[rows]).max())
            low, high, gained = self._fewest(gain, one, (float(ceil(spent - 1e-6)), most), target)
            yield row(gained, units=high, less=low)

    def _on_duty(self, part: BlockShortfall, people: Floats) -> float:
        return float(part.duty @ (part.settings[0].block.pick @ people))

    def _fewest(
        self, gain: Callable[[float], float], one: float, high: tuple[float, float], target: float
    ) -> tuple[float, float, float]:
        """Return an insufficient and a sufficient number of people, and the gain of the latter.

        The bracket is narrowed by its chord and by bisection, in turn, until the tolerance or the
        limit on plans is reached.
        """
        low, use_chord = (1.0, one), True
        while self.effort < MAX_EFFORT and high[0] - low[0] > max(1.0, SIZE_TOLERANCE * high[0]):
            share = (target - low[1]) / max(high[1] - low[1], NO_PERSONS)
            at = low[0] + (share if use_chord else 0.5) * (high[0] - low[0])
            at = float(np.clip(ceil(at), low[0] + 1, high[0] - 1))
            use_chord, gained = not use_chord, gain(at)
            low, high = (low, (at, gained)) if gained >= target else ((at, gained), high)
        return low[0], high[0], high[1]

    def changed(self, problem: Problem) -> float:
        """Return the gain in people when all plans are made again for another problem."""
        planner = make_planner(problem, self.case.rule, fills_only=True)
        return float(self.mission_month.with_planner(planner).persons().sum()) - self.now


def counterfactuals(
    mission_month: MissionMonth,
    pools: list[tuple[BlockShortfall, int]],
    kinds: set[str],
    progress: Progress,
) -> list[Counterfactual]:
    """Return changes that could bring a mission more people in a month.

    `pools` are the binding pools, most important first, `kinds` the kinds of other binding limits:
    ``composition``, ``budget``.
    """
    plans, problem = _CounterfactualPlans(mission_month), mission_month.case.problem
    found: list[Counterfactual] = []
    differs = plans.now - float(mission_month.persons().sum())
    if abs(differs) > NO_PERSONS:
        found.append(plans.row("other_optimum", differs))
    if plans.lacking <= NO_PERSONS:
        return found
    other_packages = mission_month.other_packages
    total = len(other_packages) + len(pools) + len(kinds) + 1
    for done, package in enumerate(other_packages):
        progress(done, total)
        persons = plans.mission_month.persons(mission_month.all_packages - {package})
        gained = float(persons.sum()) - plans.now
        found.append(plans.row("without_package", gained, package))
    for done, (part, pool) in enumerate(pools, len(other_packages)):
        progress(done, total)
        found += plans.people(part, pool)
    for done, kind in enumerate(sorted(kinds), len(other_packages) + len(pools)):
        progress(done, total)
        found.append(plans.row(f"without_{kind}", plans.changed(relaxed(problem, {kind}))))
    if any(any(demand.home) for demand in problem.demands):
        rested_less = changed_demands(relaxed(problem, ()), _with_less_rest)
        found.append(plans.row("less_rest", plans.changed(rested_less)))
    progress(total, total)
    return found


def _with_less_rest(demand: Demand) -> Demand:
    for pool in demand.pools:
        demand = with_rest_changed(demand, pool, -1)
    return demand


def _mission(why: Why, mission: str, lang: str) -> str:
    """Return the name of a mission, or of a demand."""
    for line in why.case.lines:
        if line.mission == mission and line.name:
            return named(line, lang)
    return mission


def _pool(why: Why, pool: str, lang: str) -> str:
    rows = why.case.compiled.pools if why.case.compiled is not None else ()
    return next((named(row, lang) for row in rows if row.id == pool), pool)


def _headline(why: Why, lang: str) -> str:
    values = {
        "name": _mission(why, why.mission, lang), "month": _TEXT.when(why.month, lang),
        "asked": number(why.asked_persons, lang), "served": number(why.on_duty_persons, lang),
        "without": number(why.without_packages_persons, lang),
    }  # fmt: skip
    if why.asked_persons <= 0:
        return say("not_requested", lang, **values)
    key = "short" if why.lacking_persons > SHOWN else "full"
    differs = abs(why.without_packages_persons - why.on_duty_persons) > SHOWN
    if differs:
        names = [one.name for one in why.changes if one.change == "without_package"]
        values["packages"] = ", ".join(names) or say("packages", lang)
    return say(key, lang, **values) + (say("unlike", lang, **values) if differs else "") + "."


def _limit_sentences(why: Why, limit: Limit, lang: str) -> list[str]:
    """Return sentences on one limit and on the users of the pool."""
    line = limit.demand if len(why.lines) > 1 else ""
    values = {
        "line": f" ({line})" if line else "", "asked_month": _TEXT.when(why.month, lang),
        "name": _pool(why, limit.name, lang), "month": _TEXT.when(limit.month, lang),
        "strength": number(limit.strength_persons, lang), "binding": limit.binding_months,
        "tied": limit.tied_months, "lacking": number(limit.lacking_persons, lang),
        "planned": _TEXT.when(limit.planned_month, lang),
    }  # fmt: skip
    if limit.limit != "pool":
        return [say(f"cause_{limit.limit}", lang, **values)]
    key = "pool_same_month" if limit.month == why.month else "pool_other_month"
    sentence = say(key, lang, **values)
    if any(row.planned_month != limit.planned_month for row in why.limits):
        sentence += " " + say("planned", lang, **values)  # a later plan could not change it
    plan = limit.name, limit.month, limit.planned_month
    used = [row for row in why.holders if (row.pool, row.month, row.planned_month) == plan]
    return [sentence, _users_sentence(why, used, lang)]


def _users_sentence(why: Why, used: Sequence[PoolUser], lang: str) -> str:
    parts = []
    for turn in ("ahead", "beside", "itself", "after"):
        rows = [row for row in used if row.turn == turn and row.held_persons > SHOWN]
        if not rows:
            continue
        shown = rows if len(rows) <= MAX_NAMED + 1 else rows[:MAX_NAMED]
        names = [
            number(row.held_persons, lang)
            if turn == "itself"
            else f"{_mission(why, row.mission, lang)} {number(row.held_persons, lang)}"
            for row in shown
        ]
        rest = sum(row.held_persons for row in rows[len(shown) :])
        if rest > 0:
            more = {"count": len(rows) - len(shown), "persons": number(rest, lang)}
            names.append(say("more", lang, **more))
        parts.append(f"{say(f'used_{turn}', lang)} {', '.join(names)}")
    states = (
        sum(getattr(row, f"{state}_persons") for row in used)
        for state in ("on_duty", "preparing", "resting")
    )
    duty, preparing, resting = (number(persons, lang) for persons in states)
    return say(
        "users", lang, users="; ".join(parts), duty=duty, preparing=preparing, resting=resting
    )


def _has_sentence(change: Counterfactual, every: Sequence[Counterfactual]) -> bool:
    """Whether a change has a sentence; one more person is part of the sentence on several."""
    same = sum((one.change, one.name) == (change.change, change.name) for one in every)
    part = change.change == "more_people" and change.units == 1.0 and same > 1
    return change.gained_persons > SHOWN and not part


def _change_sentence(why: Why, change: Counterfactual, lang: str) -> str:
    key = change.change
    ones = [
        one.gained_persons
        for one in why.changes
        if (one.change, one.name, one.units) == (key, change.name, 1.0)
    ]
    values = {
        "name": _pool(why, change.name, lang),
        "gained": number(change.gained_persons, lang),
        "month": _TEXT.when(change.from_month, lang) if change.from_month else "",
        "units": number(change.units, lang, 0),
        "one": number(ones[0] if ones else 0.0, lang, 2),
        "ends": say("ends", lang) if change.enough else "",
    }
    if key == "more_people":
        key = "one_more" if change.units == 1.0 else "many_more"
    return say(f"remedy_{key}", lang, **values)


@dataclass(frozen=True)
class LineOccupancy:
    """A line of the mission in the month, persons.

    Attributes
    ----------
    package : str
        Its package, if any.
    without_packages_persons : float
        On duty without the packages of others.
    """

    demand: str
    tier: int
    package: str
    asked_persons: float
    on_duty_persons: float
    lacking_persons: float
    without_packages_persons: float


@dataclass(frozen=True)
class MonthOccupancy:
    """People of the mission in a month of the report window."""

    month: str
    asked_persons: float
    on_duty_persons: float
    without_packages_persons: float


@dataclass(frozen=True, eq=False, repr=False)
class Why(Outcome):
    """Outcome of :func:`why`.

    Attributes
    ----------
    asked_persons, on_duty_persons, lacking_persons, without_packages_persons : float
        In that month.
    """

    title: ClassVar[str] = "why"
    rule: str
    mission: str
    month: str
    asked_persons: float
    on_duty_persons: float
    lacking_persons: float
    without_packages_persons: float
    holders: tuple[PoolUser, ...]
    limits: tuple[Limit, ...]
    changes: tuple[Counterfactual, ...]
    lines: tuple[LineOccupancy, ...]
    months: tuple[MonthOccupancy, ...]
    case: Case

    def sentences(self, lang: str = "en") -> list[str]:
        """Return effect, causes with the users of each pool, and remedies."""
        texts = [_headline(self, lang)]
        if self.lacking_persons <= SHOWN:
            return texts
        for limit in self.limits:
            if limit.lacking_persons > SHOWN:
                texts += _limit_sentences(self, limit, lang)
        texts += [
            _change_sentence(self, change, lang)
            for change in self.changes
            if _has_sentence(change, self.changes)
        ]
        if self.changes and not any(change.gained_persons > 0 for change in self.changes):
            texts.append(say("no_change", lang))
        if self.rule == "value":
            texts.append(f"{label('value_note', lang).capitalize()}.")
        return list(dict.fromkeys(texts))


def _for_report(case: Case) -> dict[str, Any] | None:
    """Return the mission that loses most to the packages; else the one filled least, if short."""
    planner = planner_of(case)
    filled, without = filled_by(planner), filled_by(planner, ())
    outside = (case.task == 2) & ~case.inside(case.packages)
    asked = asked_months(case.problem)
    lost, rates = {}, {}
    for name, mask in case.groups("mission").items():
        lost[name] = float((without - filled)[mask & outside].sum())
        if asked[mask].sum() > 0:
            rates[name] = float(filled[mask].sum() / asked[mask].sum())
    most = max(lost, key=lambda name: lost[name], default="")
    if most and lost[most] >= MIN_LOSS:
        return {"mission": most}
    least = min(rates, key=lambda name: rates[name], default="")
    return {"mission": least} if least and rates[least] < 1 - MIN_SHORTFALL else None


@analysis(
    in_report=_for_report,
    shown=("holders", "limits", "changes"),
    quick={"mission": "oir", "changes": False},
    positional=("month", "rule"),
)
def why(
    source: Any,
    /,
    mission: str,
    *,
    rule: str | None = None,
    month: Annotated[int | str | Month | None, Option(metavar="YYYY-MM")] = None,
    changes: bool = True,
    progress: Progress = silent,
) -> Why:
    """Return why a mission is short of people in a month: causes and remedies.

    Parameters
    ----------
    source : scenario, result or problem
        See :func:`planner.analysis.plans.read_case`.
    mission : str
        A mission, or one demand.
    month : Month, str or int, optional
        By default the month of the report window with the largest shortfall.
    changes : bool
        Whether to look for what would change it.

    Examples
    --------
    >>> import textwrap
    >>> line = {"tier": 2, "cap": 8, "first": 0, "last": 0, "tour": 1, "pools": ["staff"],
    ...         "prep": 0, "rest": 0}
    >>> problem = {"format": "planner-problem/1", "months": 1, "pools": {"staff": 10},
    ...            "demands": [{"id": "untso", **line}, {"id": "x", **line, "tier": 1, "cap": 4}],
    ...            "packages": {"flank": {"demands": ["x"], "known": 0}}}
    >>> for sentence in why(problem, "untso", month=0).sentences():
    ...     print(textwrap.shorten(sentence, 95, placeholder="..."))
    untso has 6 of the 8 people it asks for in month 0; without flank it would have 8.
    Cause: in that month all 10 people of staff are tied up. That is so in 1 of the 1 months in...
    They are used by missions of higher priority: x 4; this mission: 6. On duty 10, preparing 0,...
    Remedy: without flank it would have 2 more people, which ends the shortfall.
    Remedy: 2 more people in staff from month 0 on give it 2 more, which ends the shortfall; the...
    """
    case = read_case(source, rule)
    chosen = case.select(mission)
    planner = planner_of(case)
    months = _months(case, planner, chosen)
    at = _month_of_largest_shortfall(months, case) if month is None else case.month_index(month)
    mission_month = MissionMonth(case, planner, chosen, at)
    on_duty = mission_month.persons()
    without = mission_month.persons(
        mission_month.all_packages.difference(mission_month.other_packages)
    )
    found = binding_constraints(mission_month)
    asked = float(mission_month.asked.sum())
    lacking = asked - float(on_duty.sum())
    tried: Sequence[Counterfactual] = ()
    if changes and lacking > NO_PERSONS:
        kinds = {one.kind for one in found} & {"composition", "budget"}
        tried = counterfactuals(mission_month, _pools(found)[:MAX_POOLS], kinds, progress)
    return Why(
        case.rule, mission, case.month(at), asked, float(on_duty.sum()), max(lacking, 0.0),
        float(without.sum()), tuple(holders(mission_month, found)),
        tuple(limits(mission_month, found)), tuple(tried),
        tuple(_lines(mission_month, on_duty, without)), tuple(months), case,
    )  # fmt: skip


def _months(case: Case, planner: Any, chosen: Flags) -> list[MonthOccupancy]:
    """Return the months of the report window in which the mission requests people."""
    demands, (first, last) = case.problem.demands, case.problem.report
    own_packages = [one.id for one in case.problem.packages if case.inside(one.id)[chosen].any()]
    duties = []
    for packages in (frozenset(case.packages), frozenset(own_packages)):
        plan, total = planner.unfold(packages), np.zeros(case.problem.months)
        for block, answer in zip(planner.programme.blocks, plan.answers, strict=True):
            total += block.duty.T @ ((block.pick @ answer.people) * chosen[block.demand])
        duties.append(total)
    asking = [demand for demand, counts in zip(demands, chosen, strict=True) if counts]
    rows = []
    for at in range(first, last + 1):
        asked = sum(demand.cap for demand in asking if demand.first <= at <= demand.last)
        if asked > 0:
            served, without = (float(duty[at]) for duty in duties)
            rows.append(MonthOccupancy(case.month(at), float(asked), served, without))
    return rows


def _month_of_largest_shortfall(months: Sequence[MonthOccupancy], case: Case) -> int:
    """Return the first month with the largest shortfall; the window's first if none exists."""
    if not months:
        return case.problem.report[0]
    worst = max(months, key=lambda row: round(row.asked_persons - row.on_duty_persons, 3))
    return case.month_index(worst.month)


def _lines(mission_month: MissionMonth, on_duty: Floats, without: Floats) -> list[LineOccupancy]:
    owner = mission_month.case.problem.package_of()
    rows = []
    for index in np.flatnonzero(mission_month.asked > 0):
        demand = mission_month.case.problem.demands[index]
        asked, served, alone = (
            float(persons[index]) for persons in (mission_month.asked, on_duty, without)
        )
        about = demand.id, demand.tier, owner.get(demand.id, "")
        rows.append(LineOccupancy(*about, asked, served, max(asked - served, 0.0), alone))
    return rows


def _pools(found: Sequence[BindingConstraint]) -> list[tuple[BlockShortfall, int]]:
    """Return the binding pools, by block, in the plans that caused most of the shortfall."""
    binding = [one for one in found if one.kind == "pool" and one.stage == one.part.stage]
    return list(dict.fromkeys((one.part, one.row) for one in binding))
