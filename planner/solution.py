"""Solve a problem: the plan with every package, and the plan without each of them.

The plan that unfolds is made first without what is not yet known, and again in each month in which
packages become known. Tours that begin before that month plus the longest preparation of their
demand stay as they were: their people have left or are in preparation. All later tours are free.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.engine.highs import Certificate, worst
from planner.engine.programme import Block, Programme, build_programme
from planner.engine.stages import PlanCache, StageData, StageSolution, base_data, with_goals
from planner.errors import CertificateError, Fault, InputError
from planner.problem.model import Flags, Floats, Ints, Problem, months_at_home
from planner.problem.neutral import weight_faults
from planner.tolerances import NEGLIGIBLE_PEOPLE, ROUNDING

__all__ = [
    "Allocation",
    "Plan",
    "Planner",
    "Service",
    "Solution",
    "Solver",
    "asked_months",
    "certified",
    "exhausted_rows",
    "solve_problem",
    "solver_for",
]

EXHAUSTED = 1e-6
"""Share of one plus a limit (persons, euros) within which the limit is exhausted: rounding."""

Solver = Callable[[StageData], StageSolution]
"""Solves one stage of one block."""

History = tuple[tuple[int, frozenset[str]], ...]

Chains = dict[tuple[int, History], tuple[StageSolution, ...]]
"""All plans of a block along a history."""


def solver_for(rule: str) -> Solver:
    """Return the engine's solver for ``"fair"`` or ``"value"``."""
    if rule == "fair":
        from planner.engine.fair import solve_fair

        return solve_fair
    if rule == "value":
        from planner.engine.value import solve_value

        return solve_value
    raise ValueError(f"expected the rule 'fair' or 'value', found {rule!r}")


def exhausted_rows(data: StageData, answer: StageSolution) -> Flags:
    """Return which limits of a block one plan exhausts.

    A higher limit elsewhere changes nothing: the better plans that it allowed would lead to them
    along a straight line, and the first part of it was allowed before. The reverse is not true, a
    higher limit here may be of no use. Limits are as they are, whatever plans before have settled.
    """
    room = EXHAUSTED * (1 + np.where(np.isfinite(data.limit), np.abs(data.limit), 0.0))
    used = np.diff(data.rows.indptr) > 0
    return used & np.asarray(data.rows @ answer.people >= data.limit - room)


def certified(stage: StageSolution, data: StageData) -> StageSolution:
    """Return a stage with the certificate of the people it reports.

    Raises
    ------
    CertificateError
        If they break a limit, or are not what the steps of the solve have proved.
    """
    proof = worst(stage.certificate, stage.check(data))
    if not proof.holds:
        raise CertificateError(f"the final allocation could not be proved optimal: {proof}")
    return replace(stage, certificate=proof)


@dataclass(frozen=True, eq=False)
class Plan:
    """One unfolded plan of the whole problem.

    Attributes
    ----------
    packages : frozenset of str
        Packages that are part of it.
    answers : tuple of StageSolution
        The last plan of each block.
    certificate : Certificate
        The worst over every step of every stage.
    prices : tuple of ndarray (rows,)
        Marginal person-months of each limit of each block, over all stages.
    steps, repairs : int
        Programmes solved, and how many of them had to be solved again from cold.
    binding : tuple of ndarray of bool (rows,)
        By block: limits that some stage exhausts. Only a higher limit of these rows can change a
        fill. Empty where not computed.
    """

    programme: Programme
    packages: frozenset[str]
    answers: tuple[StageSolution, ...]
    prices: tuple[Floats, ...]
    certificate: Certificate
    steps: int
    repairs: int
    binding: tuple[Flags, ...] = ()


@dataclass(eq=False)
class Planner:
    """Makes plans of one programme, and keeps the stages already solved.

    Parameters
    ----------
    solver : callable
        See :func:`solver_for`.
    settings : sequence of StageData, optional
        Right-hand sides of each block; by default those of ``programme.problem``.
    cache : PlanCache, optional
        Stages solved before, used again where the data of a stage are the same.
    draft : callable, optional
        Solves last stages instead of `solver`: it need not break ties, as no stage follows.
    """

    programme: Programme
    solver: Solver
    settings: tuple[StageData, ...] = ()
    cache: PlanCache | None = None
    draft: Solver | None = None
    _made: Chains = field(default_factory=dict, repr=False)
    _drafts: Chains = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        problem = self.programme.problem
        if not self.settings:
            self.settings = tuple(base_data(problem, block) for block in self.programme.blocks)
        owner = problem.package_of()
        self._owner = [owner.get(demand.id, "") for demand in problem.demands]
        self._known = {
            package.id: max(problem.known(package.id), 0) for package in problem.packages
        }
        self._lead = np.array([demand.lead for demand in problem.demands], dtype=np.int64)

    def unsolved_copy(self, settings: Iterable[StageData] | None = None) -> Planner:
        """Return a planner without solved stages, if given with other right-hand sides."""
        chosen = self.settings if settings is None else tuple(settings)
        return replace(self, settings=chosen, _made={}, _drafts={})

    def unfold(self, packages: Iterable[str] | None = None) -> Plan:
        """Return the plan that unfolds with some of the packages (by default all of them).

        Each block is planned without the packages that are not yet known, and again in each month
        in which packages of the block become known.
        """
        chosen = frozenset(self._known if packages is None else packages)
        answers, prices, binding, proofs, steps, repairs = [], [], [], [], 0, 0
        for place, block in enumerate(self.programme.blocks):
            history = self.history(block, chosen)
            chain = self._draft_chain(place, history)
            answers.append(chain[-1])
            prices.append(self._prices(place, [month for month, _ in history], chain))
            rows = [exhausted_rows(self.settings[place], answer) for answer in chain]
            binding.append(np.any(rows, axis=0))
            proofs += [answer.certificate for answer in chain]
            steps += sum(answer.steps for answer in chain)
            repairs += sum(answer.repairs for answer in chain)
        proof = worst(*proofs)
        return Plan(
            self.programme, chosen, tuple(answers), tuple(prices), proof, steps, repairs,
            tuple(binding),
        )  # fmt: skip

    def _prices(self, place: int, months: list[int], chain: tuple[StageSolution, ...]) -> Floats:
        """Propagate the prices of the last stage back through the stages before it.

        People added to a decision that an earlier stage fixes add their own person-months, and use
        limits of later stages at their prices.
        """
        price = chain[-1].price
        data = self.settings[place]
        block = data.block
        for number in range(len(chain) - 2, -1, -1):
            sensitivities, people = chain[number].sensitivities, chain[number].people
            if sensitivities is None:
                return price
            used = np.asarray(data.rows.T @ price) * people
            total = np.bincount(block.decision, people, minlength=len(data.full))
            spent = np.bincount(block.decision, used, minlength=len(data.full))
            each = data.counted - np.divide(spent, total, out=np.zeros(len(spent)), where=total > 0)
            settled = self._settled(block, months[number + 1])
            gain = np.where(settled, data.full * each, 0.0)
            price = price + sensitivities.prices(gain, len(data.limit))
        return price

    def history(self, block: Block, chosen: frozenset[str]) -> History:
        """Months at which a block is planned, each with the packages that become known then."""
        here = {self._owner[d] for d in block.demands} & chosen
        months = sorted({0, *(self._known[package] for package in here)})
        return tuple(
            (month, frozenset(package for package in here if self._known[package] == month))
            for month in months
        )

    def _settled(self, block: Block, month: int) -> NDArray[np.bool_]:
        """Whether the people of a decision are fixed: sent or in preparation, (decisions,)."""
        return np.asarray(block.begin < month + self._lead[block.demand])

    def _draft_chain(self, place: int, history: History) -> tuple[StageSolution, ...]:
        """Return all stages of a block along a history, the last one solved by `draft` if given."""
        if self.draft is None or (place, history) in self._made:
            return self._chain(place, history)
        key = (place, history)
        if key not in self._drafts:
            before = self._chain(place, history[:-1]) if len(history) > 1 else ()
            data = self.data(place, history, before[-1] if before else None)
            self._drafts[key] = (*before, certified(self.draft(data), data))
        return self._drafts[key]

    def _chain(self, place: int, history: History) -> tuple[StageSolution, ...]:
        """Return all stages of a block along a history, in order."""
        key = (place, history)
        if key not in self._made:
            before = self._chain(place, history[:-1]) if len(history) > 1 else ()
            answer = self.answer(place, history, before[-1] if before else None)
            self._made[key] = (*before, answer)
        return self._made[key]

    def answer(self, place: int, history: History, before: StageSolution | None) -> StageSolution:
        """Return the last stage of a block along a history, given the stage before it."""
        data = self.data(place, history, before)
        made = self.solver(data) if self.cache is None else self.cache.recall(self.solver, data)
        return certified(made, data)

    def data(self, place: int, history: History, before: StageSolution | None) -> StageData:
        """Return the data of the last stage of a history, given the stage before it."""
        base = self.settings[place]
        block, decisions = base.block, self._known_decisions(place, history)
        upper = np.where(decisions[block.decision], base.upper, 0.0)
        lower = base.lower
        if before is not None:
            settled = self._settled(block, history[-1][0])[block.decision]
            upper = np.where(settled, before.people, upper)
            lower = np.where(settled, before.people, lower)
        data = base.change(upper=upper, lower=lower)
        return with_goals(data, self.programme.problem, decisions)

    def _known_decisions(self, place: int, history: History) -> Flags:
        """Return which decisions of a block belong to demands that are known, (decisions,)."""
        known = {""}.union(*(packages for _, packages in history))
        of_demand = np.array([owner in known for owner in self._owner], dtype=bool)
        return np.asarray(of_demand[self.settings[place].block.demand])


def asked_months(problem: Problem) -> Floats:
    """Return the person-months of each demand's cap inside the report window, (demands,)."""
    first, last = problem.report
    months = [max(0, min(d.last, last) - max(d.first, first) + 1) for d in problem.demands]
    return np.array([d.cap for d in problem.demands]) * np.array(months, dtype=float)


@dataclass(frozen=True, eq=False)
class Service:
    """Who serves which tour: one entry of each array per tour, option and pool with people in it.

    Attributes
    ----------
    demand, pool : ndarray of int
        Indices in the problem.
    option : ndarray of int
        Index of the sourcing option in the demand's list.
    cohort, wave : ndarray of int
    first, last : ndarray of int
        Months on duty, inclusive; may lie outside the model.
    prepares, rests : ndarray of int
        First month of preparation and last month of time at home.
    people : ndarray
        Persons from the pool.
    """

    demand: Ints
    pool: Ints
    option: Ints
    cohort: Ints
    wave: Ints
    first: Ints
    last: Ints
    prepares: Ints
    rests: Ints
    people: Floats


@dataclass(frozen=True, eq=False)
class Allocation:
    """People of a plan."""

    problem: Problem
    plan: Plan

    @cached_property
    def service(self) -> Service:
        """Every tour, option and pool with people in it, by demand, pool, cohort and wave."""
        tours, problem = self.plan.programme.tours, self.problem
        parts = [
            self._served(block, stage.people)
            for block, stage in zip(self.plan.programme.blocks, self.plan.answers, strict=True)
            if len(block.tour)
        ]
        tour, pool, option, index, people = (
            [np.concatenate(column) for column in zip(*parts, strict=True)]
            if parts
            else [np.zeros(0, dtype=int)] * 5
        )
        demand, first, last = tours.demand[tour], tours.first[tour], tours.last[tour]
        keys = list(zip(demand.tolist(), index.tolist(), strict=True))
        prep = np.array([problem.demands[d].prep[k] for d, k in keys], dtype=int)
        home = np.array([problem.demands[d].home[k] for d, k in keys], dtype=float)
        dwell = np.array([problem.demands[d].dwell[k] for d, k in keys], dtype=bool)
        until = last + months_at_home(home, dwell, prep, last - first + 1)
        cohort = tours.cohort[tour]
        order = np.lexsort((first, cohort, option, pool, demand))
        flat = (demand, pool, option, cohort, tours.wave[tour], first, last, first - prep, until,
                people)  # fmt: skip
        ordered: list[Any] = [array[order] for array in flat]
        return Service(*ordered)

    @staticmethod
    def _served(block: Block, people: Floats) -> tuple[Ints, Ints, Ints, Ints, Floats]:
        """Return tour, pool, option, index of the pool in its demand, and people of a block."""
        per_tour = people / np.maximum(block.cohorts[block.decision], 1)
        per_pool = per_tour[block.mix_column] * block.mix_share
        of_decision = block.decision[block.mix_column]
        starts = np.searchsorted(of_decision, np.arange(len(block.demand)))
        width = np.bincount(of_decision, minlength=len(block.demand))[block.tour_decision]
        row = np.repeat(np.arange(len(block.tour)), width)
        nth = np.arange(len(row)) - np.repeat(np.cumsum(width) - width, width)
        entry = starts[block.tour_decision[row]] + nth
        keep = per_tour[block.mix_column[entry]] > NEGLIGIBLE_PEOPLE
        row, entry = row[keep], entry[keep]
        return (
            block.tour[row],
            block.pools[block.mix_pool[entry]],
            block.option[block.mix_column[entry]],
            block.mix_index[entry],
            per_pool[entry],
        )

    @cached_property
    def on_call(self) -> NDArray[np.bool_]:
        """Whether each entry of `service` is of a demand on call."""
        called = np.array([demand.on_call for demand in self.problem.demands], dtype=bool)
        return called[self.service.demand]

    @cached_property
    def on_duty(self) -> Floats:
        """People on duty by demand and month of the model, (demands, months)."""
        s = self.service
        return self._cover(s.demand, s.first, s.last, len(self.problem.demands))

    @cached_property
    def filled(self) -> Floats:
        """Person-months filled inside the report window, (demands,)."""
        first, last = self.problem.report
        return self.on_duty[:, first : last + 1].sum(axis=1)

    def pool_use(self, state: str) -> Floats:
        """Return people by pool and month in one state, (pools, months).

        Parameters
        ----------
        state : str
            ``"preparing"``, ``"on duty"`` and ``"resting"`` (at home afterwards) for demands that
            are not on call, ``"on call"`` for the whole tie-up of demands on call, and ``"resting
            on call"`` for time at home that is spent on call, which both of the former count.

        Notes
        -----
        Preparing, on duty, resting and on call, less resting on call, are `tied_up`; what is left
        of the strength is idle.
        """
        s, away = self.service, ~self.on_call
        if state == "resting on call":
            return np.minimum(self.pool_use("resting"), self.pool_use("on call"))
        spans = {
            "preparing": (s.prepares, s.first - 1, away),
            "on duty": (s.first, s.last, away),
            "resting": (s.last + 1, s.rests, away),
            "on call": (s.prepares, s.rests, ~away),
        }
        first, last, which = spans[state]
        return self._cover(s.pool, first, last, len(self.problem.pools), which)

    @cached_property
    def accounts(self) -> Floats:
        """People tied up by account, pool and month, (2, pools, months).

        The first account holds demands that are not on call with their time at home, the second
        every demand with preparation and duty, those on call with their whole tie-up. Neither
        exceeds the strength.
        """
        return self.accounts_of(np.ones(len(self.problem.demands), dtype=bool))

    def accounts_of(self, chosen: Flags) -> Floats:
        """Return people tied up by some demands, (demands,), as :attr:`accounts` holds them."""
        s, away, count = self.service, ~self.on_call, len(self.problem.pools)
        kept, until = chosen[s.demand], np.where(away, s.last, s.rests)
        first = self._cover(s.pool, s.prepares, s.rests, count, kept & away)
        return np.stack([first, self._cover(s.pool, s.prepares, until, count, kept)])

    @cached_property
    def tied_up(self) -> Floats:
        """People tied up by pool and month, (pools, months): the larger of both accounts."""
        return self.accounts.max(axis=0)

    @cached_property
    def certificate(self) -> Certificate:
        """The certificate of the plan and of the service that is read from it.

        Primal holds what people tied up exceed a strength by, gap what the person-months of a
        demand differ by from those of the plan; both relative.
        """
        strength = np.array([self.problem.pools[name] for name in self.problem.pools], dtype=float)
        strength = strength.reshape(len(self.problem.pools), self.problem.months)
        excess = (self.accounts - strength) / (1 + strength)
        planned = np.zeros(len(self.problem.demands))
        for block, stage in zip(self.plan.programme.blocks, self.plan.answers, strict=True):
            served = np.bincount(block.decision, stage.people, minlength=len(block.demand))
            np.add.at(planned, block.demand, served * block.duty_months)
        gap = np.abs(self.on_duty.sum(axis=1) - planned) / (1 + planned)
        primal, apart = (float(one.max(initial=0.0)) for one in (excess, gap))
        return worst(self.plan.certificate, Certificate(primal, 0.0, apart))

    @cached_property
    def missing(self) -> list[dict[str, Any]]:
        """What composition goals lack, by bound and month inside the report window."""
        found = []
        first, last = self.problem.report
        for block, answer in zip(self.plan.programme.blocks, self.plan.answers, strict=True):
            for k in np.flatnonzero(answer.missing > 1e-6):
                month = int(block.bounds.month[k])
                if first <= month <= last:
                    row = {"bound": int(block.bounds.bound[k]), "month": month}
                    found.append({**row, "missing": float(answer.missing[k])})
        return sorted(found, key=lambda row: (row["bound"], row["month"]))

    @cached_property
    def binding(self) -> NDArray[np.bool_]:
        """Whether more people in a pool and month might change a fill, (pools, months).

        Where not, they change none. What they bring is for :func:`planner.analysis.prices`.
        """
        result = np.zeros((len(self.problem.pools), self.problem.months), dtype=bool)
        for block, rows in zip(self.plan.programme.blocks, self.plan.binding, strict=False):
            result[block.pools] = block.by_pool(rows.astype(float)) > 0
        return result

    @cached_property
    def prices(self) -> Floats:
        """One dual multiplier of each pool and month, person-months a person, (pools, months).

        Of a degenerate plan one of many, and no statement of what one more person brings: see
        :func:`planner.analysis.prices`.
        """
        result = np.zeros((len(self.problem.pools), self.problem.months))
        for block, price in zip(self.plan.programme.blocks, self.plan.prices, strict=True):
            result[block.pools] = block.by_pool(price)
        return result

    @cached_property
    def spent(self) -> Floats:
        """Euros that each budget pays, (budgets,)."""
        place = self.problem.demand_index
        return np.array([
            sum(euros * float(self.on_duty[place[id], max(line.first, 0) : line.last + 1].sum())
                for id, euros in line.cost.items() if id in place)
            for line in self.problem.budgets
        ], dtype=float)  # fmt: skip

    def _cover(self, row: Ints, first: Ints, last: Ints, rows: int, which: Any = True) -> Floats:
        """Sum people over month intervals, of the chosen entries where given, (rows, months)."""
        people = np.where(which, self.service.people, 0.0)
        return cover(row, first, last, people, (rows, self.problem.months))


def cover(row: Ints, first: Ints, last: Ints, people: Floats, shape: tuple[int, int]) -> Floats:
    """Add people to every month from `first` to `last`, inclusive, of their row.

    Parameters
    ----------
    row, first, last : ndarray of int (spans,)
        Months before 0 or past the end do not count.
    people : ndarray (spans,)
    shape : (int, int)
        Rows and months of what is returned.

    Examples
    --------
    >>> spans = np.array([0]), np.array([-2]), np.array([1])
    >>> cover(*spans, np.array([3.0]), (1, 4)).tolist()
    [[3.0, 3.0, 0.0, 0.0]]
    """
    rows, months = shape
    width = months + 1
    low, high = np.clip(first, 0, months), np.clip(last + 1, 0, months)
    keep = high > low
    row, people = row[keep], people[keep]
    flat = np.bincount(row * width + low[keep], people, minlength=rows * width)
    flat -= np.bincount(row * width + high[keep], people, minlength=rows * width)
    total = np.cumsum(flat.reshape(rows, width), axis=1)[:, :-1]
    return np.where(np.abs(total) < NEGLIGIBLE_PEOPLE, 0.0, total)


@dataclass(frozen=True, eq=False)
class Solution:
    """Allocations with and without each package, on the same tours and decisions.

    Attributes
    ----------
    problem : Problem
    rule : str
        ``"fair"`` or ``"value"``.
    with_all : Allocation
        The plan that unfolds with every package.
    without : dict of str to Allocation
        The plan that unfolds without each package.
    planner : Planner or None
        What made the plans, with every plan on the way; analyses of a result begin from it.
    """

    problem: Problem
    rule: str
    with_all: Allocation
    without: dict[str, Allocation]
    planner: Planner | None = field(default=None, kw_only=True, repr=False)

    @cached_property
    def certificate(self) -> Certificate:
        """The worst over all allocations, as they are reported."""
        return worst(*(one.certificate for one in (self.with_all, *self.without.values())))

    @cached_property
    def asked(self) -> Floats:
        """Person-months of each demand's cap inside the report window."""
        return asked_months(self.problem)

    def displaced(self, package: str) -> Floats:
        """Person-months lost by each demand to a package; 0 for the package's own demands.

        Differences that are rounding (a ten-millionth of what is asked) count as none.
        """
        lost = self.without[package].filled - self.with_all.filled
        lost[np.abs(lost) <= ROUNDING * (1 + self.asked)] = 0.0
        own = set(self.problem.package(package).demands)
        lost[[demand.id in own for demand in self.problem.demands]] = 0.0
        return lost

    def as_neutral(self) -> dict[str, Any]:
        """Return the result as a ``planner-result/1`` object, ready for JSON."""
        problem, filled = self.problem, self.with_all.filled
        demands: dict[str, dict[str, float | None]] = {}
        tiers: dict[int, dict[str, float]] = {}
        for demand, asked, people in zip(
            problem.demands, self.asked.tolist(), filled.tolist(), strict=True
        ):
            rate = people / asked if asked > 0 else None
            demands[demand.id] = {"asked": asked, "filled": people, "fill_rate": rate}
            tier = tiers.setdefault(demand.tier, {"asked": 0.0, "filled": 0.0})
            tier["asked"] += asked
            tier["filled"] += people
        return {
            "format": "planner-result/1",
            "status": "optimal",
            "rule": self.rule,
            "demands": demands,
            "allocation": self._service(),
            "tiers": {str(tier): tiers[tier] for tier in sorted(tiers)},
            "unmet_bounds": self.with_all.missing,
            "displacement": {package.id: self._lost(package.id) for package in problem.packages},
            "certificate": self.certificate.as_dict(),
        }

    def _service(self) -> list[dict[str, Any]]:
        service, pools = self.with_all.service, list(self.problem.pools)
        names = ("demand", "option", "pool", "cohort", "first", "last", "people")
        columns = {name: getattr(service, name).tolist() for name in names}
        columns["demand"] = [self.problem.demands[place].id for place in columns["demand"]]
        columns["pool"] = [pools[place] for place in columns["pool"]]
        return [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def _lost(self, package: str) -> dict[str, Any]:
        lost = self.displaced(package)
        task = np.array([demand.main_task for demand in self.problem.demands], dtype=int)
        in_package = self.problem.inside(package)
        total = float(lost[(task == 2) & ~in_package].sum())
        served = float(self.with_all.filled[in_package].sum())
        return {
            "total": total,
            "main_task_1": float(lost[(task == 1) & ~in_package].sum()),
            "ratio": total / served if served > 1e-9 else None,
            "demands": {
                demand.id: float(people)
                for demand, people, own in zip(self.problem.demands, lost, in_package, strict=True)
                if not own
            },
        }


def solve_problem(
    problem: Problem,
    rule: str = "fair",
    packages: Sequence[str] | None = None,
    cache: PlanCache | None = None,
) -> Solution:
    """Allocate with every package and without each of them.

    Parameters
    ----------
    rule : {"fair", "value"}
    packages : sequence of str, optional
        Packages for which displacement is wanted; by default all.
    cache : PlanCache, optional
        Plans made before, taken over where nothing about them has changed.

    Raises
    ------
    InputError
        Under *value*, if a weight is too small to count beside the others of its tier.
    CertificateError
        If an allocation could not be proved optimal.

    Examples
    --------
    >>> from planner.problem.neutral import parse_problem
    >>> problem = parse_problem({
    ...     "format": "planner-problem/1", "months": 12, "pools": {"staff": 10},
    ...     "demands": [
    ...         {"id": "flank", "tier": 1, "main_task": 1, "cap": 4, "first": 0, "last": 11,
    ...          "tour": 1, "pools": ["staff"], "prep": 0, "rest": 0},
    ...         {"id": "untso", "tier": 2, "cap": 8, "first": 0, "last": 11,
    ...          "tour": 1, "pools": ["staff"], "prep": 0, "rest": 0}],
    ...     "packages": {"flank": {"demands": ["flank"], "known": 0}}})
    >>> round(float(solve_problem(problem).displaced("flank").sum()), 6)
    24.0
    """
    if rule == "value" and (wrong := weight_faults(problem.demands)):
        raise InputError(
            Fault("<problem>", 0, 0, f"{problem.demands[index].id}.weight", message)
            for index, message in wrong
        )
    planner = Planner(build_programme(problem), solver_for(rule), cache=cache)
    every = frozenset(package.id for package in problem.packages)
    wanted = every if packages is None else packages
    with_all = Allocation(problem, planner.unfold(every))
    without = {
        package.id: Allocation(problem, planner.unfold(every - {package.id}))
        for package in problem.packages
        if package.id in wanted
    }
    solution = Solution(problem, rule, with_all, without, planner=planner)
    if not solution.certificate.holds:
        raise CertificateError(
            f"the allocation reported could not be proved: {solution.certificate}"
        )
    return solution
