"""What would prevent a displacement: the fewest more people, or a change of the rules.

People are added by pool and month from the month in which the last package becomes known, plus a
lead time. Earlier plans either do not know of the additions (surprise) or count on them too
(announced); the additions found for one case are evaluated for the other. Additions are sufficient
where every mission of main task 2 keeps what it would have had without the package and without the
additions, except for a chosen level: a gain of one mission does not offset the loss of another.

Under *value*, where only the last plan is remade, additions follow from linear programming with a
proved lower bound on the cost (:class:`LeastCostProgramme`). The variables are people x, additions
a, and an optimal allocation y without the package. The optimal x for a given a is lexicographic, so
no single programme covers all a. But by complementary slackness the duals of an optimum at one a
describe the optimal face, and x stays optimal while a changes as long as x stays on that face. The
cheapest such a is the solution of one linear programme, and is the next a. Its cost is at least
that of the programme in which only the first objective of the rule keeps its value: where both are
equal, the additions are proved to be of least cost.

Otherwise a heuristic search is used (:func:`reduced_additions`): every pool gets more people than
it can use, then pools are reduced one after another, first those with the least effect for their
cost, to within `tolerance_persons`; then the same with no addition to one of the costly pools. The
search is not exhaustive. In both cases the plan is made again with the additions found, and with
slightly fewer.

Changes of rules (time at home, length of tours) hold from the first month of the model on; what
missions get is compared with the plan without the package under today's rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any, ClassVar

import numpy as np
from scipy import sparse

from planner.analysis.declare import Option, analysis, text_of
from planner.analysis.plans import (
    Case,
    ample_strength,
    changed_demands,
    filled_by,
    make_planner,
    people_tied,
    person_months,
    planner_of,
    read_case,
    relaxed,
    replan_block,
    strength_change,
)
from planner.analysis.prices import unknown_kinds, with_rest_changed
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
    "ReinforcedPlans",
    "Addition",
    "Arrival",
    "Proof",
    "Reinforcement",
    "RuleChange",
    "LeastCostProgramme",
    "reinforcement",
]

_TEXT = text_of("reinforcement")
say = _TEXT.say

ALL_POOLS = ""
"""Name of a change that holds for all pools together."""

MIN_GAIN = 1e-7
"""Relative decrease of the cost below which an iteration has not improved it."""

MAX_ITERATIONS = 12
"""Largest number of iterations."""

LOSS_TOLERANCE = 1e-4
"""Person-months by which additions may miss the level because of rounding."""

COSTLY_SHARE = 0.1
"""Share of the cost above which the search is repeated without additions to a pool."""

KINDS = ("people", "rest", "tour")
"""What can be changed."""


@dataclass(eq=False)
class ReinforcedPlans:
    """Plans with additions to the pools, for a package at its own size.

    Additions arrive `lead_months` after the decision. If they are `announced` all plans count on
    them; otherwise only the last plan does. An array of additions holds persons, (pools, months).
    """

    scaled: ScaledPackage
    lead_months: int = 0
    announced: bool = False

    def __post_init__(self) -> None:
        case, last = self.scaled.case, self.scaled.last
        self.problem = case.problem
        self.decided = max((last.months[index] for index in self.scaled.affected_blocks), default=0)
        self.earliest = min(self.decided + self.lead_months, self.problem.months)
        outside = (case.task == 2) & ~case.inside(self.scaled.package)
        self.missions = case.groups(within=outside)
        self.names = list(self.problem.pools)
        self.strength = np.array([self.problem.pools[name] for name in self.names], dtype=float)
        self.pools = sorted(
            {
                int(p)
                for index in self.scaled.affected_blocks
                for p in last.settings[index].block.pools
            }
        )
        self.ample = ample_strength(self.problem)
        self._made: dict[tuple[int, bytes], Floats] = {}

    @property
    def no_additions(self) -> Floats:
        """No additions, (pools, months)."""
        return np.zeros_like(self.strength)

    @property
    def unlimited_additions(self) -> Floats:
        """More people than can be used in each pool of the affected blocks, (pools, months)."""
        persons = np.zeros(len(self.names))
        persons[self.pools] = self.ample
        return self.constant_additions(persons)

    def constant_additions(self, persons: Floats) -> Floats:
        """Return additions of some persons, (pools,), from the first month in which they arrive."""
        additions = np.repeat(persons[:, None], self.problem.months, axis=1)
        additions[:, : self.earliest] = 0.0
        return additions

    def data(self, index: int, additions: Floats) -> StageData:
        """Return the data of the last stage of a block with additions."""
        data = self.scaled.last.settings[index]
        limit = data.limit.copy()
        limit[: data.block.strength_rows] += strength_change(data.block, additions)
        return data.change(limit=limit)

    def people(self, additions: Floats) -> list[Floats]:
        """Return people on the columns of every block in the remade last plan."""
        people, planner = list(self.scaled.last.people), self.scaled.planner
        solver = planner.draft or planner.solver
        for index in self.scaled.affected_blocks:
            data = self.data(index, additions)
            key = index, data.limit.tobytes()
            if key not in self._made:
                if self.announced:  # all plans have the same limits
                    changed = planner.settings[index].change(limit=data.limit)
                    self._made[key] = replan_block(planner, index, changed)
                else:
                    self._made[key] = solver(data).people
            people[index] = self._made[key]
        return people

    @property
    def has_earlier_plans(self) -> bool:
        """Whether there are plans before the last one."""
        return any(self.scaled.last.months[index] > 0 for index in self.scaled.affected_blocks)

    def with_announcement_reversed(self) -> ReinforcedPlans:
        """Return the same with additions announced if they are not, and the reverse."""
        return replace(self, announced=not self.announced)

    def filled(self, additions: Floats) -> Floats:
        """Return person-months filled by demand, (demands,)."""
        return person_months(self.scaled.planner.programme, self.people(additions))

    def losses(self, additions: Floats) -> dict[str, float]:
        """Return the loss of each mission of main task 2, person-months; 0 where it gains."""
        return self.losses_from_fill(self.filled(additions))

    def losses_from_fill(self, filled: Floats) -> dict[str, float]:
        """Return the loss of each mission from person-months filled, (demands,)."""
        lost = self.scaled.filled_without - filled
        return {name: max(float(lost[mask].sum()), 0.0) for name, mask in self.missions.items()}

    def lost(self, additions: Floats) -> float:
        """Return the total loss of missions of main task 2, person-months."""
        return sum(self.losses(additions).values())

    def additions_used(self, people: Sequence[Floats]) -> Floats:
        """Return people tied up by a plan beyond the strengths without additions, (pools, months).

        With these additions alone the plan remains optimal: it was optimal among more.
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


def _loss_with_change(plans: ReinforcedPlans, change: Callable[[Demand], Demand]) -> float:
    """Return the total loss of missions if every demand is changed."""
    # relaxed() fixes the months in which packages become known, which could depend on the demands
    problem = changed_demands(relaxed(plans.problem, ()), change)
    planner = make_planner(problem, plans.scaled.case.rule, fills_only=True)
    return sum(plans.losses_from_fill(filled_by(planner)).values())


def rest_changes(plans: ReinforcedPlans, level: float, pools: Iterable[str]) -> list[RuleChange]:
    """Return the smallest reductions of rest, for all pools together and for each of some pools.

    Bisection assumes that the loss does not increase as rest decreases. For a single pool, the
    largest reduction is tried first.
    """
    changes = (_rest_change(plans, level, pool) for pool in (ALL_POOLS, *pools))
    return [change for change in changes if change is not None]


def _rest_change(plans: ReinforcedPlans, level: float, pool: str) -> RuleChange | None:
    """Return the smallest reduction of rest in one pool or all; None where nobody rests."""
    names = [name for name in plans.names if pool in (ALL_POOLS, name)]
    most = max(
        demand.home_months(index, demand.tour)
        for demand in plans.problem.demands
        for index, name in enumerate(demand.pools)
        if name in names
    )

    @cache
    def lost(months: int) -> float:
        def with_less_rest(demand: Demand) -> Demand:
            for name in names:
                demand = with_rest_changed(demand, name, -months)
            return demand

        return _loss_with_change(plans, with_less_rest)

    if not most:
        return None
    insufficient = pool != ALL_POOLS and lost(most) > level
    months = most if insufficient else _fewest_months(lambda months: lost(months) <= level, most)
    return RuleChange("rest", pool, months, lost(months), lost(months) <= level)


def _fewest_months(suffices: Callable[[int], bool], most: int) -> int:
    """Return the smallest number of months that suffices, by bisection; `most` if none does."""
    low, high = 0, 1
    while high < most and not suffices(high):
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if suffices(middle) else (middle, high)
    return high


def tour_changes(plans: ReinforcedPlans, level: float, most_months: int) -> list[RuleChange]:
    """Return the smallest change of all tours, longer and shorter, but for demands on call."""
    on_call = {line.demand for line in plans.scaled.case.lines if line.on_call}
    on_call |= {demand.id for demand in plans.problem.demands if demand.on_call}
    found = []
    for sign in (1, -1):
        best: RuleChange | None = None
        for months in range(1, most_months + 1):

            def longer(demand: Demand, by: int = sign * months) -> Demand:
                if demand.id in on_call:
                    return demand
                return replace(demand, tour=max(1, demand.tour + by))

            lost = _loss_with_change(plans, longer)
            if best is None or lost < best.lost_person_months - 1e-6:
                best = RuleChange("tour", ALL_POOLS, sign * months, lost, lost <= level)
            if lost <= level:
                break
        if best is not None:
            found.append(best)
    return found


class LeastCostProgramme:
    """The linear programme of people, additions and losses.

    Added people `stay` once they have arrived, or are borrowed month by month; costs, (pools,), are
    of one person who stays, or of one person for one month. The `amounts` are the variables of the
    additions: one for each pool, or one for each pool and month.
    """

    def __init__(self, plans: ReinforcedPlans, costs: Floats, stay: bool) -> None:
        self.plans = plans
        scaled = plans.scaled
        settings = [scaled.last.settings[index] for index in scaled.affected_blocks]
        self.layout = ValueProgramme(settings, merge=False)
        without = ValueProgramme([scaled.scaled_data(data, 0.0) for data in settings])
        face, _, _ = without.optimal(preferences=False)
        self.steps = [step.cost for step in self.layout.objectives(preferences=False)]
        row, self.pool, self.month = _rows(self.layout, plans.earliest)
        key = self.pool if stay else self.pool * plans.problem.months + self.month
        _, first, self.column = np.unique(key, return_index=True, return_inverse=True)
        self.cost = costs[self.pool[first]]
        self._last = np.zeros(0)
        self._build(row, without, face)

    def _build(self, row: Ints, without: ValueProgramme, face: LinearProgramme) -> None:
        """Build the rows: plan, loss of each mission, total loss, first objective, optimal face."""
        layout, masks = self.layout, list(self.plans.missions.values())
        more = sparse.csc_array(
            (-np.ones(len(row)), (row, self.column)), shape=(layout.matrix.shape[0], len(self.cost))
        )
        gets, had = (
            sparse.csr_array(np.array([one.counted(mask.astype(float)) for mask in masks]))
            for one in (layout, without)
        )
        first = sparse.csr_array(self.steps[0][None, :])
        identity, ones = sparse.eye_array(len(masks)), sparse.csr_array(np.ones((1, len(masks))))
        matrix = sparse.block_array(
            [
                [layout.matrix, more, None, None],
                [gets, None, identity, -had],
                [None, None, ones, None],
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
        largest = np.full(len(self.cost), self.plans.ample)
        self.upper = np.concatenate([layout.upper, largest, ends[2:], face.upper])
        starts = np.concatenate([none, [-np.inf, -np.inf]])
        self.row_lower = np.concatenate([layout.row_lower, starts, face.row_lower])
        self.row_upper = np.concatenate([layout.row_upper, ends, face.row_upper])
        self.programme = LinearProgramme(
            sparse.csc_array(matrix), np.zeros(matrix.shape[1]), self.lower, self.upper,
            self.row_lower, self.row_upper,
        )  # fmt: skip

    def _objective(self, places: Ints, cost: Floats | float) -> Floats:
        """Return an objective with a cost on some columns."""
        full = np.zeros(len(self.lower))
        full[places] = cost
        return full

    def _objective_of_people(self, cost: Floats) -> Floats:
        return self._objective(np.arange(len(cost)), cost)

    def _reset(self, amounts: Floats | None) -> None:
        """Reset all bounds, and fix the additions at some amounts unless these are None."""
        lower, upper = self.lower.copy(), self.upper.copy()
        if amounts is not None:
            lower[self.amounts] = upper[self.amounts] = amounts
        self.programme.set_bounds(np.arange(len(lower)), lower, upper)
        self.programme.set_rows(np.arange(len(self.row_lower)), self.row_lower, self.row_upper)

    def lost(self, amounts: Floats) -> float:
        """Return the least total loss over all optimal plans with some additions.

        The programme stays restricted to the optimal face.
        """
        self._reset(amounts)
        for cost in self.steps:
            self.programme.fix_optimal_face(
                minimise(self.programme, self._objective_of_people(cost))
            )
        optimum = minimise(self.programme, self._objective(self.losses, 1.0))
        self._last = optimum.x
        return optimum.value

    def people(self) -> list[Floats]:
        """Return people on the columns of every block in the last solution of :meth:`lost`."""
        people = list(self.plans.scaled.last.people)
        answers = self.layout.split(self._last)
        for index, served in zip(self.plans.scaled.affected_blocks, answers, strict=True):
            people[index] = served
        return people

    def _cheapest(self, level: float) -> Floats:
        """Return the cheapest amounts with a loss up to a level, on the current optimal face."""
        places, row = self.amounts, np.array([self.sum_row])
        self.programme.set_bounds(places, self.lower[places], self.upper[places])
        self.programme.set_rows(row, np.array([-np.inf]), np.array([level]))
        return np.maximum(
            minimise(self.programme, self._objective(places, self.cost)).x[places], 0.0
        )

    def lower_bound(self, level: float) -> tuple[Floats, float]:
        """Return the amounts at which the cost has its lower bound, and that bound."""
        self._reset(np.zeros(len(self.cost)))
        first = minimise(self.programme, self._objective_of_people(self.steps[0])).value
        self._reset(None)
        most = first + 1e-9 * (1 + abs(first))
        self.programme.set_rows(np.array([self.sum_row + 1]), np.array([-np.inf]), np.array([most]))
        amounts = self._cheapest(level)
        return amounts, float(self.cost @ amounts)

    def improve(self, amounts: Floats, level: float) -> Floats:
        """Return sufficient amounts of lower cost, beginning with sufficient amounts."""
        best = amounts
        for _ in range(MAX_ITERATIONS):
            tried = [
                found for at in (best, best * (1 - 1e-4)) for found in self._next_amounts(at, level)
            ]
            tried = [one for one in tried if self.lost(one) <= level + LOSS_TOLERANCE]
            least = min(tried, key=lambda one: float(self.cost @ one), default=best)
            if self.cost @ least >= self.cost @ best - MIN_GAIN * (1 + self.cost @ best):
                break
            best = least
        return best

    def _next_amounts(self, amounts: Floats, level: float) -> list[Floats]:
        try:
            self.lost(amounts)
            return [self._cheapest(level)]
        except SolverError:  # no sufficient amounts on this optimal face
            return []

    def amounts_from_additions(self, additions: Floats) -> Floats:
        """Return the least amounts that cover some additions, (pools, months)."""
        amounts = np.zeros(len(self.cost))
        np.maximum.at(amounts, self.column, additions[self.pool, self.month])
        return amounts

    def additions_from_amounts(self, amounts: Floats) -> Floats:
        """Return amounts as additions, (pools, months)."""
        result = self.plans.no_additions
        result[self.pool, self.month] = amounts[self.column]
        return result


def _rows(layout: ValueProgramme, earliest: int) -> tuple[Ints, Ints, Ints]:
    """Return row, pool of the problem and month of every limit that more people would raise."""
    row, pool, month = [], [], []
    for index, data in enumerate(layout.settings):
        block, kept = data.block, layout.limits[index]
        people = np.flatnonzero(kept < block.strength_rows)
        people = people[kept[people] % block.months >= earliest]
        row.append(layout.limit_start[index] + people)
        pool.append(block.pools[block.row_pool[kept[people]]])
        month.append(kept[people] % block.months)
    joined = [np.concatenate(part).astype(np.int64) for part in (row, pool, month)]
    return joined[0], joined[1], joined[2]


def reduced_additions(
    plans: ReinforcedPlans,
    level: float,
    costs: Floats,
    tolerance: float,
    progress: Progress = silent,
) -> Floats:
    """Return additions to each pool from the first month in which they arrive, (pools,), persons.

    Parameters
    ----------
    level : float
        Largest total loss, person-months; must be attainable.
    costs : ndarray (pools,)
        Of one person, at least 0.
    tolerance : float
        Width of the bracket within which each addition is found, persons.
    """

    def excess_loss(trial: Floats) -> float:
        return plans.lost(plans.constant_additions(trial)) - level

    allowed = np.zeros(len(plans.names), dtype=bool)
    allowed[plans.pools] = True
    best = _reduce_pools(plans, allowed, costs, tolerance, excess_loss)
    remaining, done = _costly_pools(best, costs), 0
    while remaining:
        progress(done, done + len(remaining))
        done, without = done + 1, allowed.copy()
        without[remaining.pop(0)] = False
        if excess_loss(np.where(without, plans.ample, 0.0)) > 0:
            continue
        other = _reduce_pools(plans, without, costs, tolerance, excess_loss)
        if costs @ other < costs @ best - tolerance:
            best, allowed = other, without
            remaining = _costly_pools(best, costs)
    progress(done, done)
    return best


def _costly_pools(persons: Floats, costs: Floats) -> list[int]:
    """Return pools with a large share of the cost, the largest first."""
    spent = costs * persons
    order = np.argsort(-spent, kind="stable")
    return [int(pool) for pool in order if spent[pool] > COSTLY_SHARE * spent.sum()]


def _reduce_pools(
    plans: ReinforcedPlans,
    allowed: Flags,
    costs: Floats,
    tolerance: float,
    excess_loss: Callable[[Floats], float],
) -> Floats:
    """Return sufficient additions to the allowed pools, reduced pool by pool."""
    persons = _max_additions_used(plans, np.where(allowed, plans.ample, 0.0))
    for pool in _pool_order(persons, costs, excess_loss):
        persons = _reduce_pool(persons, pool, tolerance, excess_loss)
    for again in np.flatnonzero(persons > 0):  # reducing later pools may allow less in earlier ones
        persons = _reduce_pool(persons, int(again), tolerance, excess_loss, once=True)
    return persons


def _max_additions_used(plans: ReinforcedPlans, persons: Floats) -> Floats:
    """Return the largest number of added people of each pool that the plan uses in any month."""
    return plans.additions_used(plans.people(plans.constant_additions(persons))).max(axis=1)


def _pool_order(
    persons: Floats, costs: Floats, excess_loss: Callable[[Floats], float]
) -> list[int]:
    """Return pools with additions, in increasing order of effect per cost."""
    base = excess_loss(persons)
    rank = []
    for pool in np.flatnonzero(persons > 0):
        without = persons.copy()
        without[pool] = 0.0
        saved = costs[pool] * persons[pool]
        rank.append(((excess_loss(without) - base) / max(saved, 1e-9), -saved, int(pool)))
    return [pool for _, _, pool in sorted(rank)]


def _reduce_pool(
    persons: Floats,
    pool: int,
    tolerance: float,
    excess_loss: Callable[[Floats], float],
    once: bool = False,
) -> Floats:
    """Return the same additions with the fewest people in one pool that suffice.

    The bracket is narrowed by bisection and by the secant through the last two insufficient sizes,
    in turn. With `once` nothing is done unless twice the tolerance can be saved.
    """

    def at(size: float) -> tuple[Floats, float]:
        trial = persons.copy()
        trial[pool] = size
        return trial, excess_loss(trial)

    if once and at(max(persons[pool] - 2 * tolerance, 0.0))[1] > 0:
        return persons
    trial, excess = at(0.0)
    if excess <= 0:
        return trial
    low, high, before = 0.0, float(persons[pool]), None
    use_secant = True
    while high - low > tolerance:
        middle = (low + high) / 2
        if use_secant and before is not None and before[1] > excess + 1e-9:
            slope = (before[1] - excess) / (low - before[0])
            middle = float(np.clip(low + excess / slope + tolerance / 4, low + tolerance / 2,
                                   high - tolerance / 2))  # fmt: skip
        use_secant = not use_secant
        trial, left = at(middle)
        if left <= 0:
            high = middle
        else:
            before, low, excess = (low, excess), middle, left
    return at(high)[0]


def _announcement_sentences(found: Reinforcement, lang: str) -> list[str]:
    """Return sentences on what is lost if all plans, or only the last, count on the additions."""
    return [
        say(f"known_{row.step}", lang, lost=number(row.lost_person_months, lang),
            month=_TEXT.when(found.first_month, lang))
        for row in found.proofs
        if row.step in ("announced", "surprise")
    ]  # fmt: skip


def _optimality_sentence(found: Reinforcement, lang: str) -> str:
    if found.exact:
        return say("exact", lang)
    if found.floor_cost == found.floor_cost:  # not NaN
        cost, floor = number(found.cost, lang), number(found.floor_cost, lang)
        return say("floor", lang, cost=cost, floor=floor)
    return say("search", lang, persons=number(2 * found.tolerance_persons, lang, 0))


def _rule_change_sentence(change: RuleChange, lang: str) -> str:
    left = number(change.lost_person_months, lang)
    who = change.pool or say("every", lang)
    key = f"change_{change.kind}"
    if change.kind == "tour":
        key += "_longer" if change.months > 0 else "_shorter"
    key += "" if change.reached else "_not"
    months = abs(change.months)
    texts = say("month_of" if months == 1 else "months_of", lang, months=months)
    return say(key, lang, months=texts, pool=who, left=left)


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
    """Loss of missions in a remade plan.

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
        The level requested, and the level reached: higher where even unlimited additions, arriving
        that late, leave a larger loss.
    floor_cost : float
        Proved lower bound on the cost; NaN where none is proved.
    exact : bool
        Whether cost and floor meet.
    tolerance_persons : float
        Tolerance of the search in each pool; 0 by linear programming.
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
        texts = [say(key, lang, package=self.package, lost=lost)]
        if self.lost_person_months <= self.level_person_months:
            return [*texts, say("none", lang)]
        left = number(self.level_person_months, lang)
        if not self.within_reach:
            texts.append(say("beyond", lang, left=left, month=_TEXT.when(self.first_month, lang)))
        if self.additions:
            named = ", ".join(
                f"{number(row.persons, lang)} {row.pool}"
                for row in sorted(self.additions, key=lambda row: -row.persons)
            )
            whole = sum(row.persons if self.stay else row.person_months for row in self.additions)
            key = "stay" if self.stay else "borrow"
            count, month = number(whole, lang), _TEXT.when(self.first_month, lang)
            texts.append(say(key, lang, left=left, count=count, month=month, named=named))
            texts += [*_announcement_sentences(self, lang), _optimality_sentence(self, lang)]
        texts += [_rule_change_sentence(change, lang) for change in self.changes]
        return texts


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
    plans = ReinforcedPlans(scaled, lead_months, announced)
    limits = stay, tolerance_persons, level_person_months
    search = _ReinforcementSearch(plans, _costs(case, costs), *limits)
    if "people" in kinds:
        search.find_additions(progress)
    return search.outcome(search.changes(kinds, most_tour_months))


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
    """The search for additions of one call."""

    def __init__(
        self, plans: ReinforcedPlans, costs: Floats, stay: bool, tolerance: float, wanted: float
    ) -> None:
        self.plans, self.costs, self.stay, self.wanted = plans, costs, stay, wanted
        case = plans.scaled.case
        self.tolerance, self.lower_bound = tolerance, float("nan")
        self.programme: LeastCostProgramme | None = None
        same_for_all_plans = not (plans.announced and plans.has_earlier_plans)
        if case.rule == "value" and plans.scaled.last_plan_only and same_for_all_plans:
            self.programme, self.tolerance = LeastCostProgramme(plans, costs, stay), 0.0
        self.months, self.persons = plans.no_additions, np.zeros(len(plans.names))
        self.lost = self._lost(plans.no_additions)
        self.level, self.within_reach = wanted + NO_LOSS, True
        self.proofs = [Proof("now", "", 0.0, self.lost)]

    def _lost(self, additions: Floats) -> float:
        if self.programme is None:
            return self.plans.lost(additions)
        return self.programme.lost(self.programme.amounts_from_additions(additions))

    def find_additions(self, progress: Progress) -> None:
        """Find additions, and make the plan again with them and with slightly fewer."""
        if self.lost <= self.level:
            return
        plans = self.plans
        least = self._lost(plans.unlimited_additions)
        self.within_reach = least <= self.level
        self.level = max(self.level, least + NO_LOSS)
        if least >= self.lost - NO_LOSS:
            return
        if self.programme is None:
            self.persons = reduced_additions(
                plans, self.level, self.costs, self.tolerance, progress
            )
            offered = plans.constant_additions(self.persons)
            self.months = plans.additions_used(plans.people(offered))
        else:
            offered = self._solve_programme(self.programme)
        self.proofs.append(Proof("reinforced", "", 0.0, self._lost(offered)))
        for pool in np.flatnonzero((offered > 1e-6).any(axis=1)):
            less = offered.copy()
            by = 2 * self.tolerance or 0.01 * float(offered[pool].max())
            less[pool] = np.maximum(less[pool] - by, 0.0)
            self.proofs.append(Proof("less", plans.names[pool], by, self._lost(less)))
        if plans.has_earlier_plans:
            other = plans.with_announcement_reversed()
            step = "announced" if other.announced else "surprise"
            self.proofs.append(Proof(step, "", 0.0, other.lost(offered)))

    def _solve_programme(self, programme: LeastCostProgramme) -> Floats:
        plans = self.plans
        huge = np.full(len(programme.cost), plans.ample)
        pruned = reduced_additions(
            plans, max(self.level, self._least_engine_loss()), self.costs, 1.0
        )
        starts = [huge, programme.amounts_from_additions(plans.constant_additions(pruned))]
        starts = [one for one in starts if programme.lost(one) <= self.level + 1e-6]
        found = [programme.improve(one, self.level) for one in starts]
        best = min(found, key=lambda one: float(programme.cost @ one))
        _, self.lower_bound = programme.lower_bound(self.level)
        offered = programme.additions_from_amounts(best)
        programme.lost(best)
        self.months = plans.additions_used(programme.people()) if self.stay else offered
        self.persons = offered.max(axis=1)
        return offered

    def _least_engine_loss(self) -> float:
        """Return the loss in the engine's own plan with unlimited additions."""
        return self.plans.lost(self.plans.unlimited_additions) + NO_LOSS

    def changes(self, kinds: Sequence[str], most_tour_months: int) -> list[RuleChange]:
        """Return changes of rules that bring the loss to the same level without additions."""
        if self.lost <= self.level:
            return []
        names = self.plans.names
        pools = [names[pool] for pool in np.flatnonzero(self.months.any(axis=1))]
        found = rest_changes(self.plans, self.level, pools) if "rest" in kinds else []
        if "tour" in kinds:
            found += tour_changes(self.plans, self.level, most_tour_months)
        return found

    def outcome(self, changes: Sequence[RuleChange]) -> Reinforcement:
        """Return the outcome: additions with their months, proofs and changes of rules."""
        plans, case = self.plans, self.plans.scaled.case
        additions, months = [], []
        for pool, name in enumerate(plans.names):
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
        exact = abs(cost - self.lower_bound) <= 1e-4 * (1 + cost)
        begin = case.month(min(plans.earliest, plans.problem.months - 1))
        return Reinforcement(
            case.rule, plans.scaled.package, self.stay, plans.announced, plans.lead_months, begin,
            self.lost, self.wanted, self.level, self.within_reach, cost, self.lower_bound, exact,
            self.tolerance, tuple(additions), tuple(changes), tuple(self.proofs), tuple(months),
        )  # fmt: skip
