"""Why a mission is short of people in a month: who holds them, what binds, what would change it.

The people of a month come from tours that began in different months and were decided in different
plans. For everything lacking, the plan is looked at that could have sent more; for every pool that
could have served, the months in which its tours would have tied people up and everyone was taken;
and for one such month, the nearest to the month asked about, who holds the pool. What would change
it is found by making plans again: without each package, with more people, with a month of rest
less.

A mission in one month: what it got in each plan along the way, what it lacked, and what bound.

The people on duty in a month come from decisions of different age. Each was last free in one of the
plans along the way, and what it lacks there is lacking. In that plan some limit stood in the way of
every option that could have served: a pool in a month in which its tours prepare, serve or rest, a
composition bound, or a budget.

What stands in the way of more people for a mission in a month, and who holds the pools.

What would give a mission more people in a month: the plan made again with something else.

Why a mission has the people it has in a month, in words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from planner.analysis.case import Case, read_case
from planner.analysis.declare import Option, analysis, text_of
from planner.analysis.plans import make_planner, planner_of
from planner.analysis.prices import rested
from planner.analysis.relaxation import enough, relaxed
from planner.engine.programme import Block
from planner.engine.setting import Answer, Setting
from planner.labels import label, named, number
from planner.months import Month
from planner.outcome import Outcome, Progress, frame, silent
from planner.plan import History, Planner
from planner.problem.model import Demand, Problem

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Alteration",
    "Barrier",
    "Holder",
    "Lack",
    "Limit",
    "LineThere",
    "Moment",
    "MonthThere",
    "Part",
    "Why",
    "alterations",
    "barriers",
    "holders",
    "limits",
    "why",
]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

_TEXT = text_of("why")
say = _TEXT.say


TIGHT = 1e-6
"""Persons, relative to the limit, that are as good as none."""


@dataclass(frozen=True, eq=False)
class Lack:
    """People lacking in a month because of one plan.

    Attributes
    ----------
    decision : int
        Place in the block.
    stage : int
        The plan along the way: the last one that could have sent more.
    persons : float
        In that month.
    """

    decision: int
    stage: int
    persons: float


@dataclass(frozen=True, eq=False)
class Part:
    """What one block of the programme has to do with it.

    Attributes
    ----------
    place : int
        Of the block in the programme.
    mine : ndarray of bool (decisions,)
        Decisions of the mission with people on duty in the month.
    duty : ndarray (decisions,)
        Share of their people on duty in the month, 0 for everybody else.
    months : tuple of int
        In which each plan along the way was made.
    chain, settings : tuple
        Those plans, and what each had to respect.
    lacks : tuple of Lack
    """

    place: int
    mine: Flags
    duty: Floats
    months: tuple[int, ...]
    chain: tuple[Answer, ...]
    settings: tuple[Setting, ...]
    lacks: tuple[Lack, ...]

    @property
    def stage(self) -> int:
        """The plan along the way to which most of what is lacking goes back."""
        persons = np.zeros(len(self.chain))
        for lack in self.lacks:
            persons[lack.stage] += lack.persons
        return int(np.argmax(persons))

    def tight(self, lack: Lack) -> list[tuple[int, Ints, Ints]]:
        """Return rows that stand in the way, and all rows that count, by column of the decision."""
        setting, people = self.settings[lack.stage], self.chain[lack.stage].people
        left = setting.limit - setting.rows @ people
        full = left <= TIGHT * (1 + np.where(np.isfinite(setting.limit), setting.limit, 0.0))
        found = []
        for column in np.flatnonzero(setting.block.decision == lack.decision):
            if setting.upper[column] <= people[column] + TIGHT:
                continue
            rows = setting.rows[:, [column]].tocoo().coords[0].astype(np.int64)
            found.append((int(column), rows[full[rows]], rows))
        return found


class Moment:
    """A mission, or a demand, in one month of the model.

    Parameters
    ----------
    case : Case
    planner : Planner
    chosen : ndarray of bool (demands,)
        Its demands.
    month : int
    """

    def __init__(self, case: Case, planner: Planner, chosen: Flags, month: int) -> None:
        self.case, self.planner, self.chosen, self.month = case, planner, chosen, month
        self.every = frozenset(case.packages)
        demands = case.problem.demands
        self.asked = np.array(
            [one.cap if one.first <= month <= one.last else 0.0 for one in demands]
        ) * chosen  # fmt: skip
        parts = [self._part(place) for place in range(len(planner.programme.blocks))]
        self.parts = [part for part in parts if part is not None]

    def by(self, planner: Planner) -> Moment:
        """Return the same moment in the plans of another planner of the same demands."""
        case = self.case.change(planner.programme.problem)
        return Moment(case, planner, self.chosen, self.month)

    def _part(self, place: int) -> Part | None:
        planner, block = self.planner, self.planner.programme.blocks[place]
        if not (self.asked[block.demands] > 0).any():
            return None
        duty = block.duty[:, [self.month]].toarray().ravel() * self.chosen[block.demand]
        history = planner.history(block, self.every)
        chain = planner._ending(place, history)
        settings = tuple(
            planner.setting(place, history[: k + 1], chain[k - 1] if k else None)
            for k in range(len(chain))
        )
        lacks = self._lacks(duty, history, chain, settings)
        months = tuple(month for month, _ in history)
        return Part(place, duty > 0, duty, months, chain, settings, tuple(lacks))

    def _lacks(
        self,
        duty: Floats,
        history: History,
        chain: tuple[Answer, ...],
        settings: tuple[Setting, ...],
    ) -> list[Lack]:
        """Return what is lacking by decision, and the last plan that could decide otherwise."""
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
                found.append(Lack(int(decision), stage, persons))
        return found

    def persons(self, packages: frozenset[str] | None = None) -> Floats:
        """Return people on duty in the month by demand, with some of the packages, (demands,)."""
        chosen = self.every if packages is None else packages
        found = np.zeros(len(self.chosen))
        for part in self.parts:
            block = part.settings[0].block
            answer = self.planner._ending(part.place, self.planner.history(block, chosen))[-1]
            np.add.at(found, block.demand, part.duty * (block.pick @ answer.people))
        return found

    def held(
        self, part: Part, stage: int, pool: int, month: int, on_call: bool = False
    ) -> dict[int, Floats]:
        """Return who holds a pool of the block in a month: preparing, on duty, resting; by demand.

        Parameters
        ----------
        part : Part
        stage : int
            The plan along the way.
        pool : int
            Place within the block.
        month : int
        on_call : bool
            Whether a demand on call is short of them.
        """
        block, people = part.settings[0].block, part.chain[stage].people
        tied = self._account(block, people, pool, month, on_call)
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
    def _account(block: Block, people: Floats, pool: int, month: int, on_call: bool) -> Floats:
        """Return what each column takes of a pool and month, (columns,).

        In the account that limits demands on call; for others in the fuller one.
        """
        tied = block.usage[[pool * block.months + month], :].toarray().ravel()
        for place in np.flatnonzero(block.standby_pools == pool):
            other = block.standby[[place * block.months + month], :].toarray().ravel()
            if on_call or other @ people > tied @ people:
                return np.asarray(other)
        return np.asarray(tied)


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


EFFORT = 2400
"""Decisions in all plans with more people from which on no further size is tried."""

FINE = 0.05
"""Relative distance between enough and not enough at which the search for a size ends."""


@dataclass(frozen=True)
class Alteration:
    """What would be different, and how many people the mission would gain in the month.

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
        People more, or months less. Of people one, and as many as bring all that more of that pool
        alone can bring, or end what is lacking.
    not_enough_units : float
        The largest number tried that does not; NaN where nothing was sought.
    gained_persons : float
    enough : bool
        Whether nobody is lacking any more.
    """

    change: str
    name: str
    from_month: str
    units: float
    not_enough_units: float
    gained_persons: float
    enough: bool


class _Trials:
    """Makes the plans of a moment again.

    Under *value* what ties is settled alike in all of them, so that a gain is none of the solver's
    luck; the plan they are held against is then another one than that of the moment.
    """

    def __init__(self, moment: Moment) -> None:
        case = moment.case
        planner = planner_of(case, fills_only=True)
        self.fair, self.shown = case.rule == "fair", moment
        self.solver = planner.draft or planner.solver
        self.moment = moment if self.fair else moment.by(planner)
        self.now = float(self.moment.persons().sum())
        self.lacking = float(moment.asked.sum()) - self.now
        self.effort = 0

    @property
    def case(self) -> Case:
        """What is asked about."""
        return self.moment.case

    def row(
        self, change: str, gained: float, name: str = "", month: str = "", units: float = 1.0,
        less: float = float("nan"),
    ) -> Alteration:  # fmt: skip
        """Return a change as a row."""
        gained = 0.0 if abs(gained) <= NOTHING_PERSONS else gained
        done = gained >= self.lacking - NOTHING_PERSONS
        return Alteration(change, name, month, units, less, gained, done)

    def people(self, part: Part, pool: int) -> Iterator[Alteration]:
        """Try more people of one pool of a block, in the plan that most goes back to."""
        setting, begin = part.settings[part.stage], part.months[part.stage]
        month = np.arange(setting.block.strength_rows) % setting.block.months
        rows = np.flatnonzero((setting.block.row_pool == pool) & (month >= begin))
        made = self.fair  # that plan is the only one
        people = (part.chain[part.stage] if made else self.solver(setting)).people
        base = self._on_duty(part, people)

        def planned(persons: float) -> Floats:
            limit = setting.limit.copy()
            limit[rows] += persons
            self.effort += int((~setting.settled).sum())
            return self.solver(setting.change(limit=limit)).people

        def gain(persons: float) -> float:
            return self._on_duty(part, planned(persons)) - base

        name = list(self.case.problem.pools)[setting.block.pools[pool]]
        row = partial(self.row, "more_people", name=name, month=self.case.month(begin))
        one, people = gain(1.0), planned(enough(self.case.problem))
        yield row(one)
        most = self._on_duty(part, people) - base
        wanted = min(most, self.lacking) - NOTHING_PERSONS
        if one < wanted:
            # as many as this plan ties up beyond today's: with just these it can be made as well
            spent = float((setting.rows[rows] @ people - setting.limit[rows]).max())
            low, high, gained = self._fewest(gain, one, (float(ceil(spent - 1e-6)), most), wanted)
            yield row(gained, units=high, less=low)

    def _on_duty(self, part: Part, people: Floats) -> float:
        return float(part.duty @ (part.settings[0].block.pick @ people))

    def _fewest(
        self, gain: Callable[[float], float], one: float, high: tuple[float, float], wanted: float
    ) -> tuple[float, float, float]:
        """Return people who do not bring what is wanted, people who do, and what those bring.

        Sizes are tried where a line between both reaches it, or half-way, in turn, until there
        were enough plans.
        """
        low, by_line = (1.0, one), True
        while self.effort < EFFORT and high[0] - low[0] > max(1.0, FINE * high[0]):
            share = (wanted - low[1]) / max(high[1] - low[1], NOTHING_PERSONS)
            at = low[0] + (share if by_line else 0.5) * (high[0] - low[0])
            at = float(np.clip(ceil(at), low[0] + 1, high[0] - 1))
            by_line, gained = not by_line, gain(at)
            low, high = (low, (at, gained)) if gained >= wanted else ((at, gained), high)
        return low[0], high[0], high[1]

    def changed(self, problem: Problem) -> float:
        """Return what all plans made again for another problem bring."""
        planner = make_planner(problem, self.case.rule, fills_only=True)
        return float(self.moment.by(planner).persons().sum()) - self.now


def alterations(
    moment: Moment, pools: list[tuple[Part, int]], kinds: set[str], progress: Progress
) -> list[Alteration]:
    """Try what could bring a mission more people in a month.

    Parameters
    ----------
    moment : Moment
    pools : list of (part, pool of its block)
        Pools that bind, most important first.
    kinds : set of str
        Kinds of other limits that bind: ``composition``, ``budget``.
    progress : callable
    """
    trials, problem = _Trials(moment), moment.case.problem
    found: list[Alteration] = []
    here = float(moment.persons().sum())
    if abs(trials.now - here) > NOTHING_PERSONS:
        found.append(trials.row("other_optimum", trials.now - here))
    if trials.lacking <= NOTHING_PERSONS:
        return found
    others = _packages_of_others(moment)
    total = len(others) + len(pools) + len(kinds) + 1
    for done, package in enumerate(others):
        progress(done, total)
        gained = float(trials.moment.persons(moment.every - {package}).sum()) - trials.now
        found.append(trials.row("without_package", gained, package))
    for done, (part, pool) in enumerate(pools, len(others)):
        progress(done, total)
        found += trials.people(part, pool)
    as_known = relaxed(problem, ())
    for done, kind in enumerate(sorted(kinds), len(others) + len(pools)):
        progress(done, total)
        found.append(trials.row(f"without_{kind}", trials.changed(relaxed(problem, {kind}))))
    if any(any(demand.home) for demand in problem.demands):
        demands = tuple(_less_rest(demand) for demand in as_known.demands)
        found.append(trials.row("less_rest", trials.changed(replace(as_known, demands=demands))))
    progress(total, total)
    return found


def _packages_of_others(moment: Moment) -> list[str]:
    """Return the packages that none of the demands asked about belongs to."""
    owner = moment.case.problem.package_of()
    own = {
        owner.get(demand.id)
        for demand, asked in zip(moment.case.problem.demands, moment.asked, strict=True)
        if asked > 0
    }
    return [package for package in moment.case.packages if package not in own]


def _less_rest(demand: Demand) -> Demand:
    for pool in demand.pools:
        demand = rested(demand, pool, -1)
    return demand


NAMED = 4
"""Most holders who are named in one breath."""

SHOWN_PERSONS = 0.05
"""People up to this many round to none."""


def _sentences(why: Why, lang: str) -> list[str]:
    """Return how many there are, what binds, who holds the people, and what would change it."""
    said = [_head(why, lang)]
    if why.lacking_persons <= SHOWN_PERSONS:
        return said
    for limit in why.limits:
        if limit.lacking_persons > SHOWN_PERSONS:
            said += _limited(why, limit, lang)
    said += [_changed(why, change, lang) for change in why.changes if _counts(change, why.changes)]
    if why.changes and not any(change.gained_persons > 0 for change in why.changes):
        said.append(say("no_change", lang))
    if why.rule == "value":
        said.append(f"{label('value_note', lang).capitalize()}.")
    return list(dict.fromkeys(said))


def _mission(why: Why, mission: str, lang: str) -> str:
    """Return the name of a mission, or of a demand."""
    for line in why.case.lines:
        if line.mission == mission and line.name:
            return named(line, lang)
    return mission


def _pool(why: Why, pool: str, lang: str) -> str:
    rows = why.case.compiled.pools if why.case.compiled is not None else ()
    return next((named(row, lang) for row in rows if row.id == pool), pool)


def _head(why: Why, lang: str) -> str:
    values = {
        "name": _mission(why, why.mission, lang), "month": _TEXT.when(why.month, lang),
        "asked": number(why.asked_persons, lang), "there": number(why.on_duty_persons, lang),
        "without": number(why.without_packages_persons, lang),
    }  # fmt: skip
    if why.asked_persons <= 0:
        return say("nobody", lang, **values)
    key = "short" if why.lacking_persons > SHOWN_PERSONS else "full"
    differs = abs(why.without_packages_persons - why.on_duty_persons) > SHOWN_PERSONS
    if differs:
        names = [one.name for one in why.changes if one.change == "without_package"]
        values["packages"] = ", ".join(names) or say("packages", lang)
    return say(key, lang, **values) + (say("unlike", lang, **values) if differs else "") + "."


def _limited(why: Why, limit: Limit, lang: str) -> list[str]:
    """Return sentences on one limit, and on who holds the pool."""
    who = limit.demand if len(why.lines) > 1 else ""
    values = {
        "for_whom": f" ({who})" if who else "",
        "name": _pool(why, limit.name, lang), "month": _TEXT.when(limit.month, lang),
        "strength": number(limit.strength_persons, lang), "binding": limit.binding_months,
        "tied": limit.tied_months, "lacking": number(limit.lacking_persons, lang),
        "planned": _TEXT.when(limit.planned_month, lang),
    }  # fmt: skip
    if limit.limit != "pool":
        return [say(limit.limit, lang, **values)]
    key = "pool_here" if limit.month == why.month else "pool_there"
    sentence = say(key, lang, **values)
    if _planned_before(why, limit):
        sentence += " " + say("planned", lang, **values)
    held = [
        row
        for row in why.holders
        if (row.pool, row.month, row.planned_month)
        == (limit.name, limit.month, limit.planned_month)
    ]
    return [sentence, _held(why, held, lang)]


def _planned_before(why: Why, limit: Limit) -> bool:
    """Whether a later plan was made that could not change it any more."""
    return any(row.planned_month != limit.planned_month for row in why.limits)


def _held(why: Why, held: Sequence[Holder], lang: str) -> str:
    parts = []
    for turn in ("ahead", "beside", "itself", "after"):
        rows = [row for row in held if row.turn == turn and row.held_persons > SHOWN_PERSONS]
        if not rows:
            continue
        shown = rows if len(rows) <= NAMED + 1 else rows[:NAMED]
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
        parts.append(f"{say(turn, lang)}: {', '.join(names)}")
    states = (
        sum(getattr(row, f"{state}_persons") for row in held)
        for state in ("on_duty", "preparing", "resting")
    )
    duty, preparing, resting = (number(persons, lang) for persons in states)
    return say("held", lang, held="; ".join(parts), duty=duty, preparing=preparing, resting=resting)


def _counts(change: Alteration, every: Sequence[Alteration]) -> bool:
    """Whether a change is worth a sentence; one more is part of that on the number."""
    if change.change != "more_people":
        return change.gained_persons > SHOWN_PERSONS
    if change.units != 1.0:
        return change.gained_persons > SHOWN_PERSONS
    same = [one for one in every if (one.change, one.name) == (change.change, change.name)]
    return len(same) == 1 and change.gained_persons > SHOWN_PERSONS


def _changed(why: Why, change: Alteration, lang: str) -> str:
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
    return say(key, lang, **values)


NOTHING_PERSONS = 1e-3
"""People lacking up to this much are none."""

POOLS_TRIED = 3
"""Most pools for which more people are tried."""


@dataclass(frozen=True)
class LineThere:
    """A line of the mission in the month, persons.

    Attributes
    ----------
    demand : str
    tier : int
    package : str
        Its package, if any.
    asked_persons, on_duty_persons, lacking_persons : float
    without_packages_persons : float
        On duty if there were no packages but its own.
    """

    demand: str
    tier: int
    package: str
    asked_persons: float
    on_duty_persons: float
    lacking_persons: float
    without_packages_persons: float


@dataclass(frozen=True)
class MonthThere:
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
    rule, mission, month : str
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
    holders: tuple[Holder, ...]
    limits: tuple[Limit, ...]
    changes: tuple[Alteration, ...]
    lines: tuple[LineThere, ...]
    months: tuple[MonthThere, ...]
    case: Case

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return ``holders``, ``limits``, ``changes``, ``lines`` and ``months``."""
        return {
            "holders": frame(self.holders, Holder),
            "limits": frame(self.limits, Limit),
            "changes": frame(self.changes, Alteration),
            "lines": frame(self.lines, LineThere),
            "months": frame(self.months, MonthThere),
        }

    def sentences(self, lang: str = "en") -> list[str]:
        """Return how many there are, what binds, who holds them, and what would change it."""

        return _sentences(self, lang)


@analysis(
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
    """Say why a mission has the people it has in a month.

    Parameters
    ----------
    source : scenario, result or problem
        See :func:`planner.analysis.case.read_case`.
    mission : str
        A mission, or one demand.
    month : Month, str or int, optional
        By default the month of the report window in which it lacks most.
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
    >>> for said in why(problem, "untso", month=0).sentences():
    ...     print(textwrap.shorten(said, 100, placeholder="..."))
    untso has 6.0 of the 8.0 people it asks for in month 0; without flank it would have 8.0.
    staff: in that month all 10.0 are taken; so they are in 1 of the 1 months in which its tours...
    Held by those that go first: x 4.0; itself: 6.0. On duty 10.0, preparing 0.0, resting 0.0.
    Without flank there would be 2.0 more: nobody would be lacking.
    2 more of staff from month 0 on bring 2.0: nobody would be lacking; the first of them brings...
    """
    case = read_case(source, rule)
    chosen = case.select(mission)
    planner = planner_of(case)
    months = _months(case, planner, chosen)
    at = _worst(months, case) if month is None else case.month_index(month)
    moment = Moment(case, planner, chosen, at)
    there = moment.persons()
    without = _without(moment)
    found = barriers(moment)
    asked = float(moment.asked.sum())
    lacking = asked - float(there.sum())
    tried: Sequence[Alteration] = ()
    if changes and lacking > NOTHING_PERSONS:
        kinds = {one.kind for one in found} & {"composition", "budget"}
        tried = alterations(moment, _pools(found)[:POOLS_TRIED], kinds, progress)
    return Why(
        case.rule, mission, case.month(at), asked, float(there.sum()), max(lacking, 0.0),
        float(without.sum()), tuple(holders(moment, found)), tuple(limits(moment, found)),
        tuple(tried), tuple(_lines(moment, there, without)), tuple(months), case,
    )  # fmt: skip


def _months(case: Case, planner: Any, chosen: Flags) -> list[MonthThere]:
    """Return the months of the report window in which the mission asks for anybody."""
    demands, (first, last) = case.problem.demands, case.problem.report
    own = [one.id for one in case.problem.packages if case.inside(one.id)[chosen].any()]
    duties = []
    for packages in (frozenset(case.packages), frozenset(own)):
        plan, total = planner.unfold(packages), np.zeros(case.problem.months)
        for block, answer in zip(planner.programme.blocks, plan.answers, strict=True):
            total += block.duty.T @ ((block.pick @ answer.people) * chosen[block.demand])
        duties.append(total)
    mine = [demand for demand, counts in zip(demands, chosen, strict=True) if counts]
    rows = []
    for at in range(first, last + 1):
        asked = sum(demand.cap for demand in mine if demand.first <= at <= demand.last)
        if asked > 0:
            served, without = (float(duty[at]) for duty in duties)
            rows.append(MonthThere(case.month(at), float(asked), served, without))
    return rows


def _worst(months: Sequence[MonthThere], case: Case) -> int:
    """Return the first of the months in which most is lacking; the first of the window if none."""
    if not months:
        return case.problem.report[0]
    worst = max(months, key=lambda row: round(row.asked_persons - row.on_duty_persons, 3))
    return case.month_index(worst.month)


def _without(moment: Moment) -> Floats:
    """Return people on duty by demand if there were no packages but those they belong to."""
    case = moment.case
    own = [one for one in case.packages if (case.inside(one) & (moment.asked > 0)).any()]
    return moment.persons(frozenset(own))


def _lines(moment: Moment, there: Floats, without: Floats) -> list[LineThere]:
    owner = moment.case.problem.package_of()
    rows = []
    for place in np.flatnonzero(moment.asked > 0):
        demand, asked = moment.case.problem.demands[place], float(moment.asked[place])
        rows.append(
            LineThere(
                demand.id,
                demand.tier,
                owner.get(demand.id, ""),
                asked,
                float(there[place]),
                max(asked - float(there[place]), 0.0),
                float(without[place]),
            )
        )
    return rows


def _pools(found: Sequence[Barrier]) -> list[tuple[Part, int]]:
    """Return the pools that bind in the plans that most goes back to, by block."""
    return list(
        dict.fromkeys(
            (one.part, one.row)
            for one in found
            if one.kind == "pool" and one.stage == one.part.stage
        )
    )
