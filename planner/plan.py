"""The plan that unfolds: made first without what is not yet known, and again in each month in which
packages become known.

Tours that begin before that month plus the longest preparation of their demand stay as they were:
their people have left or are in preparation. All later tours are free.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from planner.engine.highs import Certificate, worst
from planner.engine.programme import Block, Programme
from planner.engine.stages import PlanCache, StageData, StageSolution, base_data, with_goals
from planner.errors import CertificateError

__all__ = ["Plan", "Planner", "Solver", "certified", "exhausted_rows", "solver_for"]

EXHAUSTED = 1e-6
"""Share of one plus a limit (persons, euros) within which the limit is exhausted: rounding."""

Solver = Callable[[StageData], StageSolution]
"""Turns the data of one stage of one block into one plan of it."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
History = tuple[tuple[int, frozenset[str]], ...]


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

    A higher limit elsewhere changes nothing: the better plans that it allowed would lead there
    along a straight line, and the first part of it was allowed before. The reverse is not true, a
    higher limit here may be of no use.

    Parameters
    ----------
    data : StageData
        Limits as they are, whatever plans before have settled.
    answer : StageSolution

    Returns
    -------
    ndarray of bool (rows,)
    """
    room = EXHAUSTED * (1 + np.where(np.isfinite(data.limit), np.abs(data.limit), 0.0))
    used = np.diff(data.rows.indptr) > 0
    return used & np.asarray(data.rows @ answer.people >= data.limit - room)


def certified(stage: StageSolution, data: StageData) -> StageSolution:
    """Return a stage whose certificate is that of the people it reports.

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
    programme : Programme
    packages : frozenset of str
        Packages that are part of it.
    answers : tuple of StageSolution
        The last plan of each block.
    certificate : Certificate
        The worst over every step of every plan on the way.
    prices : tuple of ndarray (rows,)
        What one more unit of each limit of each block would add, through all plans on the way.
    steps, repairs : int
        Programmes solved, and how many of them had to be solved again from cold.
    binding : tuple of ndarray of bool (rows,)
        By block: limits that some plan on the way exhausts. A higher limit elsewhere changes no
        fill; a higher limit here may. Empty where not worked out.
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
    """Makes plans of one programme, and keeps the ones already made.

    Parameters
    ----------
    programme : Programme
    solver : callable
        See :func:`solver_for`.
    settings : sequence of StageData, optional
        Right-hand sides of each block; by default those of ``programme.problem``.
    cache : PlanCache, optional
        Plans made elsewhere before, taken over where the data of a stage are the same.
    draft : callable, optional
        Solves last stages instead of `solver`: it may leave open what no later stage depends on.
    """

    programme: Programme
    solver: Solver
    settings: tuple[StageData, ...] = ()
    cache: PlanCache | None = None
    draft: Solver | None = None
    _made: dict[tuple[int, History], tuple[StageSolution, ...]] = field(
        default_factory=dict, repr=False
    )
    _drafts: dict[tuple[int, History], tuple[StageSolution, ...]] = field(
        default_factory=dict, repr=False
    )

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

    def anew(self, settings: Iterable[StageData] | None = None) -> Planner:
        """Return the same planner with no plans made yet, or one with other right-hand sides."""
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
            chain = self._ending(place, history)
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
        """Chain the prices of the last plan back through the plans before it.

        People added to a decision that an earlier plan settles add their own person-months, and
        take from the limits of later plans at their price.
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
        """Whether the people of a decision have left or are in preparation, (decisions,)."""
        return np.asarray(block.begin < month + self._lead[block.demand])

    def _ending(self, place: int, history: History) -> tuple[StageSolution, ...]:
        """Return all plans of a block along a history on whose last plan no other depends."""
        if self.draft is None or (place, history) in self._made:
            return self._chain(place, history)
        key = (place, history)
        if key not in self._drafts:
            before = self._chain(place, history[:-1]) if len(history) > 1 else ()
            data = self.data(place, history, before[-1] if before else None)
            self._drafts[key] = (*before, certified(self.draft(data), data))
        return self._drafts[key]

    def _chain(self, place: int, history: History) -> tuple[StageSolution, ...]:
        """Return all plans of a block along a history, the last one last."""
        key = (place, history)
        if key not in self._made:
            before = self._chain(place, history[:-1]) if len(history) > 1 else ()
            answer = self.answer(place, history, before[-1] if before else None)
            self._made[key] = (*before, answer)
        return self._made[key]

    def answer(self, place: int, history: History, before: StageSolution | None) -> StageSolution:
        """Return the last plan of a block along a history, given the plan before it."""
        data = self.data(place, history, before)
        if self.cache is None:
            return certified(self.solver(data), data)
        return certified(self.cache.recall(self.solver, data), data)

    def data(self, place: int, history: History, before: StageSolution | None) -> StageData:
        """Return what the last plan of a history has to respect, given the plan before it."""
        base = self.settings[place]
        block = base.block
        known = {""}.union(*(packages for _, packages in history))
        of_demand = np.array([owner in known for owner in self._owner], dtype=bool)
        decisions = of_demand[block.demand]
        upper = np.where(decisions[block.decision], base.upper, 0.0)
        lower = base.lower
        if before is not None:
            settled = self._settled(block, history[-1][0])[block.decision]
            upper = np.where(settled, before.people, upper)
            lower = np.where(settled, before.people, lower)
        data = base.change(upper=upper, lower=lower)
        return with_goals(data, self.programme.problem, decisions)
