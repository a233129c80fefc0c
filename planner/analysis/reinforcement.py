"""What would prevent a displacement: the fewest more people, or a change of the rules.

People are added by pool and month from the month in which the last package becomes known, plus a
lead time. Plans made before that stay as they were (the additions surprise), or count on the
additions too (they are announced); what is found for one is evaluated for the other. Enough is what
leaves every mission of main task 2 with what it would have had without the package and without the
additions, but for a chosen level: a gain of one mission does not offset the loss of another.

*Value*, where one plan is made again: linear programming with a proved lower bound on the cost
(:class:`Smallest`). People x, additions a and the best division y without the package are found
together. What is best for x given a is lexicographic, so it is no single programme for all a; but
by complementary slackness the prices of an optimum at one a name what every optimum shares, and as
long as that is kept, x stays optimal while a changes. The cheapest such a is one linear programme,
its answer the next a. No a costs less than in the programme in which only the first objective of
the rule keeps its value: where both meet, the answer is proved smallest.

Otherwise a search (:func:`prune`): every pool gets more people than it can use, then pools are
reduced one after another, first those with the least effect for their cost, to within
`tolerance_persons`; then the same with no addition to one of the costly pools. The search is not
exhaustive. In both cases the plan is made again with what is found, and with a little less of it.

Changes of rules (time at home, length of tours) hold from the first month of the model on; what
missions get is compared with the plan without the package under today's rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

import numpy as np
from scipy import sparse

from planner.analysis.declare import Option, analysis, text_of
from planner.analysis.plans import (
    Case,
    changed_demands,
    enough,
    filled_by,
    last_answer,
    make_planner,
    people_tied,
    person_months,
    planner_of,
    read_case,
    relaxed,
    strength_change,
)
from planner.analysis.prices import rested, unknown_kinds
from planner.analysis.scaling import ScaledPackage
from planner.engine.highs import LinearProgramme
from planner.engine.stages import StageData
from planner.engine.value import ValueProgramme, minimise
from planner.errors import InputError, SolverError, nearest
from planner.labels import number
from planner.outcome import Outcome, Progress, silent
from planner.problem.model import Demand, Flags, Floats, Ints
from planner.tolerances import NO_LOSS

__all__ = [
    "KINDS",
    "Added",
    "Addition",
    "Arrival",
    "Proof",
    "Reinforcement",
    "RuleChange",
    "Smallest",
    "reinforcement",
]

_TEXT = text_of("reinforcement")
say = _TEXT.say

EVERY = ""
"""The name of all pools together."""

BETTER = 1e-7
"""Relative gain below which a next answer is no better."""

ROUNDS = 12
"""Most answers after one another."""

GIVE = 1e-4
"""Person-months by which an answer may miss, for rounding."""

DEAR = 0.1
"""Share of the cost from which on doing without a pool is tried."""

KINDS = ("people", "rest", "tour")
"""What can be changed."""


@dataclass(eq=False)
class Added:
    """Tries additions to the last plan of a package at its own size.

    They arrive `lead_months` after the decision. If they are announced every plan on the way counts
    on them; else only the last one does.
    """

    scaled: ScaledPackage
    lead_months: int = 0
    announced: bool = False

    def __post_init__(self) -> None:
        case, last = self.scaled.case, self.scaled.last
        self.problem = case.problem
        self.decided = max((last.months[place] for place in self.scaled.affected_blocks), default=0)
        self.earliest = min(self.decided + self.lead_months, self.problem.months)
        outside = (case.task == 2) & ~case.inside(self.scaled.package)
        masks = {name: mask & outside for name, mask in case.groups("mission").items()}
        self.missions = {name: mask for name, mask in masks.items() if mask.any()}
        self.names = list(self.problem.pools)
        self.strength = np.array([self.problem.pools[name] for name in self.names], dtype=float)
        self.pools = sorted(
            {
                int(p)
                for place in self.scaled.affected_blocks
                for p in last.settings[place].block.pools
            }
        )
        self.enough = enough(self.problem)
        self._made: dict[tuple[int, bytes], Floats] = {}

    @property
    def nothing(self) -> Floats:
        """No additions, (pools, months)."""
        return np.zeros_like(self.strength)

    @property
    def without_end(self) -> Floats:
        """More people than can be used, of each pool that serves the package, (pools, months)."""
        persons = np.zeros(len(self.names))
        persons[self.pools] = self.enough
        return self.steady(persons)

    def steady(self, persons: Floats) -> Floats:
        """Return so many people more from the first month they can arrive, (pools, months)."""
        added = np.repeat(persons[:, None], self.problem.months, axis=1)
        added[:, : self.earliest] = 0.0
        return added

    def data(self, place: int, added: Floats) -> StageData:
        """Return the data of the last stage of a block with additions."""
        data = self.scaled.last.settings[place]
        limit = data.limit.copy()
        limit[: data.block.strength_rows] += strength_change(data.block, added)
        return data.change(limit=limit)

    def people(self, added: Floats) -> list[Floats]:
        """Return the last plan made again, people on the columns of every block."""
        people, planner = list(self.scaled.last.people), self.scaled.planner
        solver = planner.draft or planner.solver
        for place in self.scaled.affected_blocks:
            data = self.data(place, added)
            key = place, data.limit.tobytes()
            if key not in self._made:
                self._made[key] = (
                    self._announced(place, data.limit) if self.announced else solver(data).people
                )
            people[place] = self._made[key]
        return people

    def _announced(self, place: int, limit: Floats) -> Floats:
        """Return the last plan of a block where plans before it had the same limits."""
        planner = self.scaled.planner
        settings = list(planner.settings)
        settings[place] = settings[place].change(limit=limit)
        return last_answer(planner.anew(settings), place)

    @property
    def several_plans(self) -> bool:
        """Whether plans come before the last one, which may or may not count on additions."""
        return any(self.scaled.last.months[place] > 0 for place in self.scaled.affected_blocks)

    def other_knowledge(self) -> Added:
        """Return the same with additions that are announced where here they are not, or reverse."""
        return replace(self, announced=not self.announced)

    def filled(self, added: Floats) -> Floats:
        """Return person-months filled by demand, (demands,)."""
        return person_months(self.scaled.planner.programme, self.people(added))

    def losses(self, added: Floats) -> dict[str, float]:
        """Return what each mission of main task 2 still loses, person-months; a gain is none."""
        return self.losses_of(self.filled(added))

    def losses_of(self, filled: Floats) -> dict[str, float]:
        """Return the same where person-months filled are at hand, (demands,)."""
        lost = self.scaled.filled_without - filled
        return {name: max(float(lost[mask].sum()), 0.0) for name, mask in self.missions.items()}

    def lost(self, added: Floats) -> float:
        """Return what missions of main task 2 still lose in all, person-months."""
        return sum(self.losses(added).values())

    def used(self, people: Sequence[Floats]) -> Floats:
        """Return what a plan needs beyond the strengths of today, (pools, months).

        With just these additions the same plan is still the best one: it was already with more
        to choose from.
        """
        tied = np.zeros_like(self.strength)
        for block, served in zip(self.scaled.planner.programme.blocks, people, strict=True):
            tied[block.pools] = people_tied(block, served)
        excess = tied - self.strength
        return np.where(excess > 1e-6, excess, 0.0)


@dataclass(frozen=True)
class RuleChange:
    """A change of a rule, and what it comes to.

    Attributes
    ----------
    kind : str
        ``"rest"`` or ``"tour"``.
    pool : str
        The pool with less rest; empty for all pools, and for tours.
    months : int
        Months of rest less after a tour, or months by which tours are longer (negative: shorter).
    lost_person_months : float
        What missions of main task 2 still lose with it.
    reached : bool
        Whether that is as little as was wanted: then no smaller change in this direction does it.
        Otherwise the change is the one that does most.
    """

    kind: str
    pool: str
    months: int
    lost_person_months: float
    reached: bool


def _lost_with(added: Added, change: Callable[[Demand], Demand]) -> float:
    """Return what missions lose if every demand is changed."""
    # relaxed: packages are known when they are today, also where that was just in time
    problem = changed_demands(relaxed(added.problem, ()), change)
    planner = make_planner(problem, added.scaled.case.rule, fills_only=True)
    return sum(added.losses_of(filled_by(planner)).values())


def rest_changes(added: Added, level: float, pools: Iterable[str]) -> list[RuleChange]:
    """Return the fewest months of rest less, for all pools together and for each of some.

    They are looked for by doubling and halving, as if less rest never made anyone lose more. One
    pool alone is tried without any rest first.
    """
    demands, found = added.problem.demands, []
    for pool in (EVERY, *pools):
        names = [one for one in added.names if pool in (EVERY, one)]
        most = max(
            demand.home_months(place, demand.tour)
            for demand in demands
            for place, name in enumerate(demand.pools)
            if name in names
        )
        tried: dict[int, float] = {}

        def lost(months: int, names: list[str] = names, tried: dict[int, float] = tried) -> float:
            def less(demand: Demand) -> Demand:
                for name in names:
                    demand = rested(demand, name, -months)
                return demand

            if months not in tried:
                tried[months] = _lost_with(added, less)
            return tried[months]

        if most:
            alone = pool != EVERY and lost(most) > level
            months = most if alone else _fewest(lambda months: lost(months) <= level, most)
            found.append(RuleChange("rest", pool, months, lost(months), lost(months) <= level))
    return found


def _fewest(enough: Callable[[int], bool], most: int) -> int:
    """Return the fewest months that are enough, or all of them."""
    low, high = 0, 1
    while high < most and not enough(high):
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def tour_changes(added: Added, level: float, most_months: int) -> list[RuleChange]:
    """Return the smallest change of all tours, longer and shorter, but for demands on call."""
    on_call = {line.demand for line in added.scaled.case.lines if line.on_call}
    on_call |= {demand.id for demand in added.problem.demands if demand.on_call}
    found = []
    for sign in (1, -1):
        best: RuleChange | None = None
        for months in range(1, most_months + 1):

            def longer(demand: Demand, by: int = sign * months) -> Demand:
                if demand.id in on_call:
                    return demand
                return replace(demand, tour=max(1, demand.tour + by))

            lost = _lost_with(added, longer)
            if best is None or lost < best.lost_person_months - 1e-6:
                best = RuleChange("tour", EVERY, sign * months, lost, lost <= level)
            if lost <= level:
                break
        if best is not None:
            found.append(best)
    return found


class Smallest:
    """The programme of people, additions and what is lost.

    People `stay` once they have come, or come and go month by month; costs, (pools,), are of one
    person who stays, or of one person for one month.
    """

    def __init__(self, added: Added, costs: Floats, stay: bool) -> None:
        self.added = added
        scaled = added.scaled
        settings = [scaled.last.settings[place] for place in scaled.affected_blocks]
        self.layout = ValueProgramme(settings, merge=False)
        without = ValueProgramme([scaled.scaled_data(data, 0.0) for data in settings])
        face, _, _ = without.optimal(preferences=False)
        self.steps = [step.cost for step in self.layout.objectives(preferences=False)]
        row, self.pool, self.month = _rows(self.layout, added.earliest)
        key = self.pool if stay else self.pool * added.problem.months + self.month
        _, first, self.column = np.unique(key, return_index=True, return_inverse=True)
        self.cost = costs[self.pool[first]]
        self._last = np.zeros(0)
        self._write(row, without, face)

    def _write(self, row: Ints, without: ValueProgramme, face: LinearProgramme) -> None:
        """Write rows: the layout, what each mission loses, their sum, the first step, the face."""
        layout, masks = self.layout, list(self.added.missions.values())
        more = sparse.csc_array(
            (-np.ones(len(row)), (row, self.column)), shape=(layout.matrix.shape[0], len(self.cost))
        )
        gets, had = (
            sparse.csr_array(np.array([one.counted(mask.astype(float)) for mask in masks]))
            for one in (layout, without)
        )
        first = sparse.csr_array(self.steps[0][None, :])
        each, every = sparse.eye_array(len(masks)), sparse.csr_array(np.ones((1, len(masks))))
        matrix = sparse.block_array(
            [
                [layout.matrix, more, None, None],
                [gets, None, each, -had],
                [None, None, every, None],
                [first, None, None, None],
                [None, None, None, without.matrix],
            ],
            format="csc",
        )
        edges = np.cumsum([0, layout.matrix.shape[1], len(self.cost), len(masks)])
        self.amounts, self.losses = (np.arange(*edges[k : k + 2]) for k in (1, 2))
        self.sum_row = layout.matrix.shape[0] + len(masks)
        none, ends = np.zeros(len(masks)), np.full(len(masks) + 2, np.inf)
        self.lower = np.concatenate([layout.lower, np.zeros(len(self.cost)), none, face.lower])
        largest = np.full(len(self.cost), self.added.enough)
        self.upper = np.concatenate([layout.upper, largest, ends[2:], face.upper])
        starts = np.concatenate([none, [-np.inf, -np.inf]])
        self.row_lower = np.concatenate([layout.row_lower, starts, face.row_lower])
        self.row_upper = np.concatenate([layout.row_upper, ends, face.row_upper])
        self.programme = LinearProgramme(
            sparse.csc_array(matrix), np.zeros(matrix.shape[1]), self.lower, self.upper,
            self.row_lower, self.row_upper,
        )  # fmt: skip

    def _cost(self, places: Ints, cost: Floats | float) -> Floats:
        """Return an objective that counts some columns only."""
        full = np.zeros(len(self.lower))
        full[places] = cost
        return full

    def _step(self, cost: Floats) -> Floats:
        return self._cost(np.arange(len(cost)), cost)

    def _reset(self, amounts: Floats | None) -> None:
        """Free everything but the additions, which are held at some amounts (None: free too)."""
        lower, upper = self.lower.copy(), self.upper.copy()
        if amounts is not None:
            lower[self.amounts] = upper[self.amounts] = amounts
        self.programme.set_bounds(np.arange(len(lower)), lower, upper)
        self.programme.set_rows(np.arange(len(self.row_lower)), self.row_lower, self.row_upper)

    def lost(self, amounts: Floats) -> float:
        """Return the least that missions lose in any optimum with some additions.

        What every optimum shares stays pinned in the programme.
        """
        self._reset(amounts)
        for cost in self.steps:
            self.programme.pin(minimise(self.programme, self._step(cost)))
        optimum = minimise(self.programme, self._cost(self.losses, 1.0))
        self._last = optimum.x
        return optimum.value

    def people(self) -> list[Floats]:
        """Return people on the columns of every block, as they were last looked at."""
        people = list(self.added.scaled.last.people)
        answers = self.layout.split(self._last)
        for place, served in zip(self.added.scaled.affected_blocks, answers, strict=True):
            people[place] = served
        return people

    def _cheapest(self, level: float) -> Floats:
        """Return the cheapest amounts with which no more is lost, within what is pinned."""
        places, row = self.amounts, np.array([self.sum_row])
        self.programme.set_bounds(places, self.lower[places], self.upper[places])
        self.programme.set_rows(row, np.array([-np.inf]), np.array([level]))
        return np.maximum(minimise(self.programme, self._cost(places, self.cost)).x[places], 0.0)

    def floor(self, level: float) -> tuple[Floats, float]:
        """Return the amounts of the lower bound on the cost, and that bound."""
        self._reset(np.zeros(len(self.cost)))
        first = minimise(self.programme, self._step(self.steps[0])).value
        self._reset(None)
        most = first + 1e-9 * (1 + abs(first))
        self.programme.set_rows(np.array([self.sum_row + 1]), np.array([-np.inf]), np.array([most]))
        amounts = self._cheapest(level)
        return amounts, float(self.cost @ amounts)

    def better(self, amounts: Floats, level: float) -> Floats:
        """Return amounts that do what is asked and cost less, beginning with some that do it."""
        best = amounts
        for _ in range(ROUNDS):
            tried = [found for at in (best, best * (1 - 1e-4)) for found in self._next(at, level)]
            tried = [one for one in tried if self.lost(one) <= level + GIVE]
            least = min(tried, key=lambda one: float(self.cost @ one), default=best)
            if self.cost @ least >= self.cost @ best - BETTER * (1 + self.cost @ best):
                break
            best = least
        return best

    def _next(self, amounts: Floats, level: float) -> list[Floats]:
        try:
            self.lost(amounts)
            return [self._cheapest(level)]
        except SolverError:  # nothing that does enough shares what is pinned here
            return []

    def amounts_of(self, added: Floats) -> Floats:
        """Return the least amounts that allow some additions, (pools, months)."""
        amounts = np.zeros(len(self.cost))
        np.maximum.at(amounts, self.column, added[self.pool, self.month])
        return amounts

    def added_of(self, amounts: Floats) -> Floats:
        """Return amounts as additions, (pools, months)."""
        result = self.added.nothing
        result[self.pool, self.month] = amounts[self.column]
        return result


def _rows(layout: ValueProgramme, earliest: int) -> tuple[Ints, Ints, Ints]:
    """Return row, pool of the problem and month of every limit that more people would move."""
    row, pool, month = [], [], []
    for place, data in enumerate(layout.settings):
        block, kept = data.block, layout.limits[place]
        people = np.flatnonzero(kept < block.strength_rows)
        people = people[kept[people] % block.months >= earliest]
        row.append(layout.limit_start[place] + people)
        pool.append(block.pools[block.row_pool[kept[people]]])
        month.append(kept[people] % block.months)
    joined = [np.concatenate(part).astype(np.int64) for part in (row, pool, month)]
    return joined[0], joined[1], joined[2]


def prune(
    added: Added, level: float, costs: Floats, tolerance: float, progress: Progress = silent
) -> Floats:
    """Return people to add to each pool from the first month they can arrive, (pools,).

    The level is what may stay lost, person-months, and must be within reach; costs are of one
    person, at least 0; each addition is found to within a tolerance, persons.
    """

    def short(trial: Floats) -> float:
        return added.lost(added.steady(trial)) - level

    open_to = np.zeros(len(added.names), dtype=bool)
    open_to[added.pools] = True
    best = _descend(added, open_to, costs, tolerance, short)
    todo, done = _dear(best, costs), 0
    while todo:
        progress(done, done + len(todo))
        done, without = done + 1, open_to.copy()
        without[todo.pop(0)] = False
        if short(np.where(without, added.enough, 0.0)) > 0:
            continue
        other = _descend(added, without, costs, tolerance, short)
        if costs @ other < costs @ best - tolerance:
            best, open_to = other, without
            todo = _dear(best, costs)
    progress(done, done)
    return best


def _dear(persons: Floats, costs: Floats) -> list[int]:
    """Return pools that take much of the cost, the dearest first."""
    spent = costs * persons
    order = np.argsort(-spent, kind="stable")
    return [int(pool) for pool in order if spent[pool] > DEAR * spent.sum()]


def _descend(
    added: Added,
    open_to: Flags,
    costs: Floats,
    tolerance: float,
    short: Callable[[Floats], float],
) -> Floats:
    """Return additions to some pools of which none can spare much, beginning with too many."""
    persons = _peak(added, np.where(open_to, added.enough, 0.0))
    for pool in _order(persons, costs, short):
        persons = _less(persons, pool, tolerance, short)
    for again in np.flatnonzero(persons > 0):  # what later pools gave up, earlier ones may spare
        persons = _less(persons, int(again), tolerance, short, once=True)
    return persons


def _peak(added: Added, persons: Floats) -> Floats:
    """Return the most people of each pool that the plan ever needs of what was added."""
    return added.used(added.people(added.steady(persons))).max(axis=1)


def _order(persons: Floats, costs: Floats, short: Callable[[Floats], float]) -> list[int]:
    """Return pools with additions, those with the least effect for their cost first."""
    base = short(persons)
    rank = []
    for pool in np.flatnonzero(persons > 0):
        without = persons.copy()
        without[pool] = 0.0
        saved = costs[pool] * persons[pool]
        rank.append(((short(without) - base) / max(saved, 1e-9), -saved, int(pool)))
    return [pool for _, _, pool in sorted(rank)]


def _less(
    persons: Floats,
    pool: int,
    tolerance: float,
    short: Callable[[Floats], float],
    once: bool = False,
) -> Floats:
    """Return the same additions with as few people in one pool as will do.

    Between a size that will do and one that will not the next is tried half-way, or where a line
    through the last two that would not do reaches zero, in turn.
    """

    def at(size: float) -> tuple[Floats, float]:
        trial = persons.copy()
        trial[pool] = size
        return trial, short(trial)

    if once and at(max(persons[pool] - 2 * tolerance, 0.0))[1] > 0:
        return persons
    trial, lacks = at(0.0)
    if lacks <= 0:
        return trial
    low, high, before = 0.0, float(persons[pool]), None
    by_line = True
    while high - low > tolerance:
        middle = (low + high) / 2
        if by_line and before is not None and before[1] > lacks + 1e-9:
            slope = (before[1] - lacks) / (low - before[0])
            middle = float(np.clip(low + lacks / slope + tolerance / 4, low + tolerance / 2,
                                   high - tolerance / 2))  # fmt: skip
        by_line = not by_line
        trial, left = at(middle)
        if left <= 0:
            high = middle
        else:
            before, low, lacks = (low, lacks), middle, left
    return at(high)[0]


def _known(found: Reinforcement, lang: str) -> list[str]:
    """Return which plans count on the additions, and what is lost if others do."""
    return [
        say(f"known_{row.step}", lang, lost=number(row.lost_person_months, lang),
            month=_TEXT.when(found.first_month, lang))
        for row in found.proofs
        if row.step in ("announced", "surprise")
    ]  # fmt: skip


def _sure(found: Reinforcement, lang: str) -> str:
    if found.exact:
        return say("exact", lang)
    if found.floor_cost == found.floor_cost:  # not NaN
        cost, floor = number(found.cost, lang), number(found.floor_cost, lang)
        return say("floor", lang, cost=cost, floor=floor)
    return say("search", lang, persons=number(2 * found.tolerance_persons, lang, 0))


def _changed(change: RuleChange, lang: str) -> str:
    left = number(change.lost_person_months, lang)
    who = change.pool or say("every", lang)
    key = f"change_{change.kind}"
    if change.kind == "tour":
        key += "_longer" if change.months > 0 else "_shorter"
    key += "" if change.reached else "_not"
    months = abs(change.months)
    said = say("month_of" if months == 1 else "months_of", lang, months=months)
    return say(key, lang, months=said, pool=who, left=left)


@dataclass(frozen=True)
class Addition:
    """People added to one pool.

    Attributes
    ----------
    persons : float
        The most that are needed at once.
    person_months : float
        What they come to over the months in which they are needed.
    first_month, last_month : str
        The first and last of these months.
    cost : float
        In the unit of the costs given; persons or person-months where none were.
    """

    pool: str
    persons: float
    person_months: float
    first_month: str
    last_month: str
    cost: float


@dataclass(frozen=True)
class Arrival:
    """People of a pool in a month.

    Attributes
    ----------
    persons : float
        Needed in that month beyond the strength of today.
    arriving_persons : float
        How many of those who stay must have come by that month, over those that came before.
    """

    pool: str
    month: str
    persons: float
    arriving_persons: float


@dataclass(frozen=True)
class Proof:
    """What missions lose when the plan is made again.

    Attributes
    ----------
    step : str
        ``"now"``, ``"reinforced"``, ``"less"`` (reinforced but for a few people of one pool),
        ``"announced"`` or ``"surprise"``: reinforced by the same people if all plans, or only the
        last one, count on them.
    """

    step: str
    pool: str
    less_persons: float
    lost_person_months: float


@dataclass(frozen=True, eq=False, repr=False)
class Reinforcement(Outcome):
    """Outcome of :func:`reinforcement`.

    Attributes
    ----------
    stay : bool
        Whether people stay once they have come.
    announced : bool
        Whether all plans on the way count on the additions; else only the last one does.
    first_month : str
        The first month in which additions can arrive.
    lost_person_months : float
        What missions of main task 2 lose to the package.
    wanted_person_months, level_person_months : float
        What was asked to remain, and what is aimed at: more, where even people without end,
        coming that late, leave more of it.
    floor_cost : float
        Nothing cheaper can do it; NaN where none is proved.
    exact : bool
        Whether cost and floor meet.
    tolerance_persons : float
        How much less of a single pool would not be noticed; 0 by linear programming.
    """

    title: ClassVar[str] = "reinforcement"
    rule: str
    package: str
    stay: bool
    announced: bool
    lead_months: int
    first_month: str
    lost_person_months: float
    wanted_person_months: float
    level_person_months: float
    within_reach: bool
    cost: float
    floor_cost: float
    exact: bool
    tolerance_persons: float
    additions: tuple[Addition, ...]
    changes: tuple[RuleChange, ...]
    proofs: tuple[Proof, ...]
    months: tuple[Arrival, ...]

    def sentences(self, lang: str = "en") -> list[str]:
        """Return what is lost, who would prevent it, and which change of rules would."""
        lost = number(self.lost_person_months, lang)
        key = "lost" if self.rule == "fair" else "lost_least"
        said = [say(key, lang, package=self.package, lost=lost)]
        if self.lost_person_months <= self.level_person_months:
            return [*said, say("none", lang)]
        left = number(self.level_person_months, lang)
        if not self.within_reach:
            said.append(say("beyond", lang, left=left, month=_TEXT.when(self.first_month, lang)))
        if self.additions:
            named = ", ".join(
                f"{number(row.persons, lang)} {row.pool}"
                for row in sorted(self.additions, key=lambda row: -row.persons)
            )
            whole = sum(row.persons if self.stay else row.person_months for row in self.additions)
            key = "stay" if self.stay else "borrow"
            count, month = number(whole, lang), _TEXT.when(self.first_month, lang)
            said.append(say(key, lang, left=left, count=count, month=month, named=named))
            said += [*_known(self, lang), _sure(self, lang)]
        said += [_changed(change, lang) for change in self.changes]
        return said


@analysis(
    shown=("additions", "changes", "proofs"),
    needs_package=True,
    quick={"rule": "value", "kinds": ["people"]},
    positional=("package", "rule"),
)
def reinforcement(
    source: Any,
    /,
    *,
    rule: str | None = None,
    package: str | None = None,
    level_person_months: Annotated[float, Option("--level", metavar="PERSON-MONTHS")] = 0.0,
    kinds: Annotated[Sequence[str], Option("--kind", metavar="KIND")] = KINDS,
    stay: Annotated[bool, Option(off="--borrow")] = True,
    announced: Annotated[bool, Option(off="--surprise")] = False,
    lead_months: Annotated[int, Option("--lead", low=0, high=1200)] = 0,
    costs: Annotated[Mapping[str, float] | None, Option("--cost", metavar="POOL=COST")] = None,
    tolerance_persons: Annotated[float, Option("--tolerance", metavar="PERSONS")] = 1.0,
    most_tour_months: Annotated[int, Option("--most-tour", low=0, high=24)] = 2,
    progress: Progress = silent,
) -> Reinforcement:
    """Return what would bring what missions lose to a package down to a level.

    Parameters
    ----------
    source : scenario, result or problem
        See :func:`planner.analysis.plans.read_case`.
    package : str, optional
        By default the only one.
    level_person_months : float
        What missions of main task 2 may still lose.
    kinds : sequence of str
        Some of people, rest and tour; by default all.
    stay : bool
        Recruits who stay, counted in persons; else people borrowed, counted in person-months.
    announced : bool
        Whether plans made before the package was known count on the additions too.
    lead_months : int
        Months from the decision until the first of them can arrive.
    costs : mapping of str to float, optional
        By pool, of a person or a person-month; pools without one cost 1.
    tolerance_persons : float
        How close to come in each pool where search is needed.
    most_tour_months : int
        By how much tours may become longer or shorter.

    Examples
    --------
    >>> line = {"tier": 2, "cap": 8, "first": 0, "last": 0, "tour": 1, "pools": ["staff"],
    ...         "prep": 0, "rest": 0}
    >>> problem = {"format": "planner-problem/1", "months": 1, "pools": {"staff": 10},
    ...            "demands": [{"id": "untso", **line}, {"id": "x", **line, "tier": 1, "cap": 4}],
    ...            "packages": {"flank": {"demands": ["x"], "known": 0}}}
    >>> round(reinforcement(problem, rule="value").additions[0].persons, 1)  # of pool staff
    2.0
    """
    case = read_case(source, rule)
    _check(kinds, level_person_months, lead_months, tolerance_persons)
    scaled = ScaledPackage(case, planner_of(case, fills_only=True), case.package(package))
    added = Added(scaled, lead_months, announced)
    aim = stay, tolerance_persons, level_person_months
    work = _ReinforcementSearch(added, _costs(case, costs), *aim)
    if "people" in kinds:
        work.add(progress)
    return work.outcome(work.changes(kinds, most_tour_months))


def _costs(case: Case, costs: Mapping[str, float] | None) -> Floats:
    names, given = list(case.problem.pools), dict(costs or {})
    faults = [f"costs: no pool {one!r}{nearest(one, names)}" for one in given if one not in names]
    faults += [f"costs: {one}: expected above 0, found {given[one]}" for one in given
               if not given[one] > 0]  # fmt: skip
    if faults:
        raise InputError(faults)
    return np.array([float(given.get(name, 1.0)) for name in names])


def _check(kinds: Sequence[str], level: float, lead: int, tolerance: float) -> None:
    faults = unknown_kinds(kinds, KINDS)
    if not level >= 0:
        faults.append(f"level_person_months: expected at least 0, found {level}")
    if lead < 0:
        faults.append(f"lead_months: expected at least 0, found {lead}")
    if not tolerance > 0:
        faults.append(f"tolerance_persons: expected above 0, found {tolerance}")
    if faults:
        raise InputError(faults)


class _ReinforcementSearch:
    """The additions of one call."""

    def __init__(
        self, added: Added, costs: Floats, stay: bool, tolerance: float, wanted: float
    ) -> None:
        self.added, self.costs, self.stay, self.wanted = added, costs, stay, wanted
        case = added.scaled.case
        self.tolerance, self.floor = tolerance, float("nan")
        self.programme: Smallest | None = None
        alike = not (added.announced and added.several_plans)
        if case.rule == "value" and added.scaled.last_plan_only and alike:
            self.programme, self.tolerance = Smallest(added, costs, stay), 0.0
        self.months, self.persons = added.nothing, np.zeros(len(added.names))
        self.lost = self._lost(added.nothing)
        self.level, self.within_reach = wanted + NO_LOSS, True
        self.proofs = [Proof("now", "", 0.0, self.lost)]

    def _lost(self, added: Floats) -> float:
        if self.programme is None:
            return self.added.lost(added)
        return self.programme.lost(self.programme.amounts_of(added))

    def add(self, progress: Progress) -> None:
        """Find additions, and make the plan again with them and with a little less."""
        if self.lost <= self.level:
            return
        added = self.added
        least = self._lost(added.without_end)
        self.within_reach = least <= self.level
        self.level = max(self.level, least + NO_LOSS)
        if least >= self.lost - NO_LOSS:
            return
        if self.programme is None:
            self.persons = prune(added, self.level, self.costs, self.tolerance, progress)
            offered = added.steady(self.persons)
            self.months = added.used(added.people(offered))
        else:
            offered = self._by_programme(self.programme)
        self.proofs.append(Proof("reinforced", "", 0.0, self._lost(offered)))
        for pool in np.flatnonzero((offered > 1e-6).any(axis=1)):
            less = offered.copy()
            by = 2 * self.tolerance or 0.01 * float(offered[pool].max())
            less[pool] = np.maximum(less[pool] - by, 0.0)
            self.proofs.append(Proof("less", added.names[pool], by, self._lost(less)))
        if added.several_plans:
            other = added.other_knowledge()
            step = "announced" if other.announced else "surprise"
            self.proofs.append(Proof(step, "", 0.0, other.lost(offered)))

    def _by_programme(self, programme: Smallest) -> Floats:
        added = self.added
        huge = np.full(len(programme.cost), added.enough)
        pruned = prune(added, max(self.level, self._engine_least()), self.costs, 1.0)
        starts = [huge, programme.amounts_of(added.steady(pruned))]
        starts = [one for one in starts if programme.lost(one) <= self.level + 1e-6]
        found = [programme.better(one, self.level) for one in starts]
        best = min(found, key=lambda one: float(programme.cost @ one))
        _, self.floor = programme.floor(self.level)
        offered = programme.added_of(best)
        programme.lost(best)
        self.months = added.used(programme.people()) if self.stay else offered
        self.persons = offered.max(axis=1)
        return offered

    def _engine_least(self) -> float:
        """Return what the engine's own plan leaves lost with people without end."""
        return self.added.lost(self.added.without_end) + NO_LOSS

    def changes(self, kinds: Sequence[str], most_tour_months: int) -> list[RuleChange]:
        """Return the changes of rules that prevent as much, without more people."""
        if self.lost <= self.level:
            return []
        names = self.added.names
        pools = [names[pool] for pool in np.flatnonzero(self.months.any(axis=1))]
        found = rest_changes(self.added, self.level, pools) if "rest" in kinds else []
        if "tour" in kinds:
            found += tour_changes(self.added, self.level, most_tour_months)
        return found

    def outcome(self, changes: Sequence[RuleChange]) -> Reinforcement:
        """Return the outcome: additions with their months, proofs and changes of rules."""
        added, case = self.added, self.added.scaled.case
        additions, months = [], []
        for pool, name in enumerate(added.names):
            when = np.flatnonzero(self.months[pool] > 1e-6)
            if not len(when):
                continue
            needed = self.months[pool][when]
            total = float(needed.sum())
            persons = float(self.persons[pool]) if self.stay else float(needed.max())
            cost = float(self.costs[pool]) * (persons if self.stay else total)
            first, last = case.month(int(when[0])), case.month(int(when[-1]))
            additions.append(Addition(name, persons, total, first, last, cost))
            arrived = np.maximum.accumulate(needed)
            come = np.diff(arrived, prepend=0.0)
            months += [
                Arrival(name, case.month(int(month)), float(now), float(new))
                for month, now, new in zip(when, needed, come, strict=True)
            ]
        cost = sum(row.cost for row in additions)
        exact = abs(cost - self.floor) <= 1e-4 * (1 + cost)
        begin = case.month(min(added.earliest, added.problem.months - 1))
        return Reinforcement(
            case.rule, added.scaled.package, self.stay, added.announced, added.lead_months, begin,
            self.lost, self.wanted, self.level, self.within_reach, cost, self.floor, exact,
            self.tolerance, tuple(additions), tuple(changes), tuple(self.proofs), tuple(months),
        )  # fmt: skip
