"""A problem formulated for many draws, and the plans of the draws.

What a draw changes in numbers only (caps, strengths, bounds, amounts of money) is solved on one
:class:`Structure`. What changes tours, months, time at home or cohorts asks for a structure of its
own.

The plans of one draw as a whole solution: people by tour, and what one more person would add.

Under *fair* plans are unique, and the engine makes them again. Under *value* several can be
optimal, and the solution has to be the one from which the numbers of the draw were taken: compiled
code gives people by decision, with a certificate. The engine adds marginal values, which hold for
any optimal plan: it solves each plan of the chain once more, from the people that the compiled plan
before it left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from planner.engine.highs import TOLERANCE, Certificate, worst
from planner.engine.programme import Layout, build_programme, lay_out
from planner.engine.stages import StageSolution
from planner.errors import SolverError
from planner.montecarlo.plans import Code, Frame, Plans, no_plans
from planner.problem.model import Floats, Ints
from planner.solution import Allocation, History, Plan, Planner, Solution, solver_for

if TYPE_CHECKING:
    from planner.engine.programme import Programme
    from planner.montecarlo.kernel.arrays import Arrays, Sides, Stages
    from planner.problem.model import Problem

__all__ = ["Code", "Hint", "Numbers", "Plans", "Structure", "plan_block", "retrace"]


class Numbers(NamedTuple):
    """What draws change on one structure.

    Attributes
    ----------
    caps : ndarray (draws, demands)
        Persons.
    strengths : ndarray (draws, pools, months)
        Persons.
    least, most : ndarray (draws, bounds)
        Composition bounds, persons; NaN if none exists.
    amounts : ndarray (draws, budgets)
        Euros.
    """

    caps: Floats
    strengths: Floats
    least: Floats
    most: Floats
    amounts: Floats

    @classmethod
    def of(
        cls, problem: Problem, caps: Floats, strengths: Floats, least: Floats | None = None,
        most: Floats | None = None, amounts: Floats | None = None,
    ) -> Numbers:  # fmt: skip
        """Return the numbers of draws; what is None is the problem's own."""
        own = [
            [np.nan if one.min is None else one.min for one in problem.bounds],
            [np.nan if one.max is None else one.max for one in problem.bounds],
            [one.amount for one in problem.budgets],
        ]
        filled = [
            np.tile(np.array(values, dtype=float), (len(caps), 1)) if given is None else given
            for given, values in zip((least, most, amounts), own, strict=True)
        ]
        return cls(*(np.require(x, np.float64, ["C"]) for x in (caps, strengths, *filled)))

    def of_draw(self, draw: int) -> dict[str, Floats]:
        """Return the numbers of one draw, as :meth:`Structure.drawn` takes them."""
        return {name: array[draw] for name, array in self._asdict().items()}

    @classmethod
    def likely(cls, problem: Problem) -> Numbers:
        """Return the problem's own numbers, as one draw."""
        caps = np.array([[demand.cap for demand in problem.demands]], dtype=float)
        strengths = np.array([list(problem.pools.values())], dtype=float)
        return cls.of(problem, caps, strengths.reshape(1, len(problem.pools), problem.months))


class Structure:
    """One problem with its tours and decisions, formulated once and solved for many draws.

    The plans of a draw depend on that draw alone: neither on what was solved before nor on the
    draws beside it. They equal those that :func:`planner.solution.solve_problem` makes of
    :meth:`drawn`.

    Parameters
    ----------
    problem : Problem
        Its caps, strengths, bounds and amounts are those of the likely values.
    rule : {"fair", "value"}
    compiled : bool
        Whether compiled code is tried first; without it every plan is made by the engine.
    hint : Hint, optional
        A similar plan, which shortens the search under *value*; by default the plan of the
        problem's own numbers.

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
    >>> caps = np.array([[4.0, 8.0], [4.0, 8.0]])
    >>> strengths = np.stack([np.full((1, 12), 10.0), np.full((1, 12), 11.0)])
    >>> plans = Structure(problem, "fair").solve(caps, strengths, packages=["flank"])
    >>> plans.displaced("flank").sum(axis=1).round(6)
    array([24., 12.])
    """

    def __init__(
        self, problem: Problem, rule: str, compiled: bool = True, hint: Hint | None = None
    ):
        self._formulate(Frame.of(problem), lay_out(problem), rule, compiled, hint)
        self._problem: Problem | Callable[[], Problem] = problem

    @classmethod
    def formulated(
        cls, frame: Frame, layout: Layout, rule: str, hint: Hint | None,
        problem: Callable[[], Problem],
    ) -> Structure:  # fmt: skip
        """Return a structure that is laid out already; its problem is made when it is needed."""
        self = cls.__new__(cls)
        self._formulate(frame, layout, rule, True, hint)
        self._problem = problem
        return self

    def _formulate(
        self, frame: Frame, layout: Layout, rule: str, compiled: bool, hint: Hint | None
    ) -> None:
        self.frame, self.layout, self.rule, self.compiled = frame, layout, rule, compiled
        self.solver = solver_for(rule)
        self._hint = hint

    @cached_property
    def problem(self) -> Problem:
        """The problem."""
        return self._problem() if callable(self._problem) else self._problem

    def solve(
        self,
        caps: Floats,
        strengths: Floats,
        packages: Sequence[str] = (),
        *,
        least: Floats | None = None,
        most: Floats | None = None,
        amounts: Floats | None = None,
    ) -> Plans:
        """Return the plans of draws, with all packages and without each of the named ones.

        Parameters
        ----------
        caps : ndarray (draws, demands)
            Persons.
        strengths : ndarray (draws, pools, months of the model)
            Persons.
        packages : sequence of str
            Packages to leave out, each in a plan of its own.
        least, most : ndarray (draws, bounds), optional
            Composition bounds, persons; NaN if none exists. By default the problem's.
        amounts : ndarray (draws, budgets), optional
            Euros. By default the problem's.
        """
        if least is None or most is None or amounts is None:
            draws = Numbers.of(self.problem, caps, strengths, least, most, amounts)
        else:
            draws = Numbers(caps, strengths, least, most, amounts)
        found = no_plans(self.frame, packages, self.layout, draws.caps)
        stages = self.stages(found.without)
        made = None
        if self.compiled and len(draws.caps):
            made = self._by_kernel(draws, found, stages)
        for draw in np.flatnonzero((found.code == Code.UNPROVED).any(axis=0)):
            self._by_engine(draws, found, int(draw), stages, made)
        return found

    def drawn(
        self,
        caps: Floats,
        strengths: Floats,
        *,
        least: Floats | None = None,
        most: Floats | None = None,
        amounts: Floats | None = None,
    ) -> Problem:
        """Return the problem of one draw, for replaying it or for any other solver."""
        problem = self.problem
        bounds = [
            replace(
                bound,
                min=bound.min if least is None else _number(least[k]),
                max=bound.max if most is None else _number(most[k]),
            )
            for k, bound in enumerate(problem.bounds)
        ]
        paid = [one.amount for one in problem.budgets] if amounts is None else amounts
        return replace(
            problem,
            pools=dict(zip(problem.pools, strengths, strict=True)),
            demands=tuple(
                replace(demand, cap=float(cap))
                for demand, cap in zip(problem.demands, caps, strict=True)
            ),
            bounds=tuple(bounds),
            budgets=tuple(
                replace(budget, amount=float(amount))
                for budget, amount in zip(problem.budgets, paid, strict=True)
            ),
        )

    def packages_without(self, left_out: str) -> frozenset[str]:
        """Return every package but one."""
        return frozenset(self.frame.known) - {left_out}

    @cached_property
    def programme(self) -> Programme:
        """The engine's programme of the problem."""
        return build_programme(self.problem)

    @cached_property
    def arrays(self) -> Arrays:
        """What compiled code reads of the problem."""
        from planner.montecarlo.kernel.arrays import arrays_of

        return arrays_of(self.frame, self.layout)

    def stages(self, without: Sequence[str]) -> Stages:
        """Return the stages of the plans with all packages and without each of some."""
        from planner.montecarlo.kernel.arrays import stages_of

        plans = [self.packages_without(name) for name in ("", *without)]
        return stages_of(self.frame, self.layout, plans)

    def hint(self, likely: Numbers | None = None) -> Hint:
        """Return a similar plan under *value*: the one given, or that of the likely values."""
        if self._hint is None:
            self._hint = Hint.nothing()
            likely = likely or Numbers.likely(self.problem)
            stages = self.stages([*self.frame.known])
            found = self.search(self.sides(likely), stages)
            most = likely.caps[0, self.layout.demand] * self.layout.part
            self._hint = Hint.of(self.frame, self.layout, stages, found["people"][0], most)
        return self._hint

    def sides(self, draws: Numbers) -> Sides:
        """Return the right-hand sides of draws for compiled code."""
        from planner.montecarlo.kernel.arrays import sides_of

        return sides_of(self.layout, *draws)

    def search(self, sides: Sides, stages: Stages, before: Floats | None = None) -> dict[str, Any]:
        """Return what compiled code finds and proves: people, missing, proof, locks and code.

        `before` is the plan of a first stage that is given (its block is -1).
        """
        from planner.montecarlo.kernel.compile import announce
        from planner.montecarlo.kernel.replan import plan_fair, plan_value

        draws, count = len(sides.full), len(stages.block)
        value = self.rule == "value"
        locks = count * len(np.unique(self.arrays.tier)) if value else int(stages.decision[-1])
        found = {
            "people": np.zeros((draws, int(stages.column[-1]))),
            "missing": np.zeros((draws, int(stages.goal[-1]))),
            "proof": np.zeros((draws, count, 3)),
            "locks": np.zeros((draws, locks)),
            "code": np.zeros((draws, count), dtype=np.int64),
        }
        if before is not None:
            found["people"][0, : len(before)] = before
        announce(plan_value if value else plan_fair)
        if value:
            hint = self.hint().on(self.frame, self.layout, stages)
            plan_value(self.arrays, stages, sides, hint, *found.values())
        else:
            plan_fair(self.arrays, stages, sides, *found.values())
        return found

    def _by_kernel(self, draws: Numbers, found: Plans, stages: Stages) -> dict[str, Any]:
        """Write the plans that compiled code finds and proves; return what it finds by stage."""
        from planner.montecarlo.kernel.replan import FOUND

        made = self.search(self.sides(draws), stages)
        for plan, chain in enumerate(chains_of(stages)):
            code = made["code"][:, chain].max(axis=1, initial=FOUND)
            proof = made["proof"][:, chain].max(axis=1, initial=0.0)
            good = np.flatnonzero(code == FOUND)
            self._write(found, plan, draws.strengths, stages, made, plan, good, good, proof,
                        Code.COMPILED)  # fmt: skip
        return made

    def _write(
        self, found: Plans, plan: int, strengths: Floats, stages: Stages, made: dict[str, Any],
        number: int, draws: Ints, to: Ints, proof: Floats, code: Code,
    ) -> None:  # fmt: skip
        """Write results of a plan, then hold what is written against what was proved."""
        from planner.montecarlo.kernel.replan import audit, report

        by_tier = self.rule == "value" and code == Code.COMPILED
        out = (found.served[plan], found.people[plan], found.tied[plan])
        report(self.arrays, stages, made["people"], made["missing"], number, draws, to, *out,
               found.missing[plan])  # fmt: skip
        gap = np.zeros(len(draws))
        audit(self.arrays, stages, strengths, number, draws, to, made["locks"], by_tier, *out, gap)
        for draw, target, apart in zip(draws.tolist(), to.tolist(), gap.tolist(), strict=True):
            primal, dual, between = proof[draw].tolist()
            found.settle(plan, target, (primal, dual, max(between, apart)), code)

    def _by_engine(
        self, draws: Numbers, found: Plans, draw: int, stages: Stages, made: dict[str, Any] | None
    ) -> None:
        """Write the plans of a draw that compiled code has not proved, as far as they are proved.

        A stage that compiled code has proved is kept; the engine plans the others.
        """
        problem = self.drawn(**draws.of_draw(draw))
        planner = Planner(replace(self.programme, problem=problem), self.solver)
        full = draws.caps[draw, self.layout.demand] * self.layout.part
        blocks = range(len(self.layout.pool_ptr) - 1)
        for number, left_out in enumerate(["", *found.without]):
            if found.code[number, draw] != Code.UNPROVED:
                continue
            answers, proofs = [], []
            chosen = self.packages_without(left_out)
            kept: list[dict[int, StageSolution]] = [{} for _ in blocks]
            if made is not None:
                kept = [self._proved(stages, made, draw, number, block) for block in blocks]
            if all(
                int(stages.final[number, block]) < 0
                or len(kept[block]) == len(planner.history(planner.programme.blocks[block], chosen))
                for block in blocks
            ):  # refused as a whole: nothing of it is kept
                kept = [{} for _ in blocks]
            try:
                for block in blocks:
                    chain = self._complete(planner, block, chosen, kept[block])
                    answers.append(chain[-1])
                    proofs += [answer.certificate for answer in chain]
            except SolverError:
                continue
            people = np.concatenate([answer.people for answer in answers])[None]
            missing = np.concatenate([answer.missing for answer in answers])[None]
            locks = np.zeros((1, len(self.layout.demand)))
            np.add.at(locks[0], self.layout.owner, people[0])
            proof = worst(*proofs)
            gap = max(proof.gap, locked_gap(answers, self.layout, full, locks[0]))
            self._write(
                found, number, draws.strengths[draw : draw + 1], one_stage_a_block(self.layout),
                {"people": people, "missing": missing, "locks": locks}, 0,
                np.zeros(1, dtype=np.int64), np.array([draw]),
                np.array([[proof.primal, proof.dual, gap]]), Code.ENGINE,
            )  # fmt: skip

    def _proved(
        self, stages: Stages, made: dict[str, Any], draw: int, plan: int, block: int
    ) -> dict[int, StageSolution]:
        """Return the stages of a plan of a block that can be kept, by their place in the chain.

        Those are proved by themselves, and their people are those that the proof establishes. Under
        *value* a proof is about tiers and not about people: none is kept.
        """
        chain = _chain_of(stages, int(stages.final[plan, block])) if self.rule == "fair" else []
        found: dict[int, StageSolution] = {}
        for depth, stage in enumerate(reversed(chain)):
            proof = made["proof"][draw, stage]
            people = made["people"][draw, stages.column[stage] : stages.column[stage + 1]]
            missing = made["missing"][draw, stages.goal[stage] : stages.goal[stage + 1]]
            locks = made["locks"][draw, stages.decision[stage] : stages.decision[stage + 1]]
            first = self.layout.decision_ptr[block]
            owner = self.layout.owner[_columns(self.layout, block)] - first
            apart = np.abs(np.bincount(owner, people, minlength=len(locks)) - locks)
            holds = (proof <= TOLERANCE).all() and (apart <= TOLERANCE * (1 + locks)).all()
            if made["code"][draw, stage] != 0 or not holds:
                break
            found[depth] = StageSolution(people, missing, np.zeros(0), Certificate(*proof.tolist()))
        return found

    def _complete(
        self, planner: Planner, block: int, chosen: frozenset[str], kept: dict[int, StageSolution]
    ) -> list[StageSolution]:
        """Return the plans of a block as it unfolds with some packages; the engine adds to them."""
        history = planner.history(planner.programme.blocks[block], chosen)
        chain: list[StageSolution] = []
        for depth in range(len(history)):
            before = chain[-1] if chain else None
            chain.append(kept.get(depth) or planner.answer(block, history[: depth + 1], before))
        return chain


def plan_block(
    problem: Problem, block: int, known: Any, month: int, before: Floats | None, full: Floats,
    limit: Floats,
) -> tuple[Floats, Floats, Floats] | None:  # fmt: skip
    """Return one *fair* plan of one block: people by column, what goals lack and the certificate.

    None where compiled code finds none or cannot prove it.

    Parameters
    ----------
    known : ndarray of bool (decisions of the block,)
        Decisions that may be filled.
    month : int
        When the plan is made; negative if none exists before it.
    before : ndarray (columns of the block,), optional
        People of the plan before.
    full : ndarray (decisions of the block,)
        Maximum of each decision, persons.
    limit : ndarray (rows of the block,)
    """
    from planner.montecarlo.kernel.arrays import Sides, Stages

    structure = Structure(problem, "fair")
    layout = structure.layout
    d0, d1 = layout.decision_ptr[block : block + 2]
    r0, r1 = layout.row_ptr[block : block + 2]
    flags = np.zeros((2, len(layout.demand)), dtype=np.bool_)
    flags[1, d0:d1] = known
    every = np.zeros((1, len(layout.demand)))
    every[0, d0:d1] = full
    limits = np.zeros((1, int(layout.row_ptr[-1])))
    limits[0, r0:r1] = limit
    sizes = [len(known) and int(layout.start[d1] - layout.start[d0]),
             int(np.diff(layout.goal_ptr)[block]), int(d1 - d0)]  # fmt: skip
    ptrs = [np.array([0, size, 2 * size], dtype=np.int64) for size in sizes]
    after = before is not None and month >= 0
    of_block, parent, months = (
        np.array(pair, dtype=np.int64)
        for pair in ([-1, block], [-1, 0 if after else -1], [-1, month])
    )
    final = np.ones((1, 1), dtype=np.int64)
    stages = Stages(of_block, parent, months, flags, final, *ptrs)
    sides = Sides(every, limits, Numbers.likely(problem).least)
    found = structure.search(sides, stages, before if after else None)
    if found["code"][0, 1] != 0 or not (found["proof"][0, 1] <= TOLERANCE).all():
        return None
    return (
        found["people"][0, ptrs[0][1] :], found["missing"][0, ptrs[1][1] :], found["proof"][0, 1]
    )  # fmt: skip


def locked_gap(
    answers: Sequence[StageSolution], layout: Layout, full: Floats, locks: Floats
) -> float:
    """Return how far the last plans of the engine are from the objectives that they have locked.

    Where the share of a decision is locked, its people are written to `locks`, (decisions,).
    """
    gap = 0.0
    for block, answer in enumerate(answers):
        locked = answer.locks
        if locked is None or not len(answer.people):
            continue
        apart = np.abs(locked.cost @ answer.people - locked.value) / (1 + np.abs(locked.value))
        gap = max(gap, float(apart.max(initial=0.0)))
        fixed = np.flatnonzero(np.isfinite(locked.share))
        decisions = layout.decision_ptr[block] + fixed
        locks[decisions] = locked.share[fixed] * full[decisions]
    return gap


def chains_of(stages: Stages) -> list[list[int]]:
    """Return every stage that each plan builds on, its last ones included."""
    return [
        sorted({stage for last in final for stage in _chain_of(stages, last)})
        for final in stages.final.tolist()
    ]


def _chain_of(stages: Stages, stage: int) -> list[int]:
    """Return a stage and every one it builds on, the last first; nothing for -1."""
    chain = []
    while stage >= 0:
        chain.append(stage)
        stage = int(stages.parent[stage])
    return chain


def one_stage_a_block(layout: Layout) -> Stages:
    """Return stages that are one plan, one stage a block."""
    from planner.montecarlo.kernel.arrays import Stages

    blocks = len(layout.pool_ptr) - 1
    every = np.arange(blocks, dtype=np.int64)
    columns = layout.start[layout.decision_ptr]
    flags = np.ones((blocks, len(layout.demand)), dtype=np.bool_)
    return Stages(every, every - every - 1, every - every - 1, flags, every[None], columns,
                  layout.goal_ptr, layout.decision_ptr)  # fmt: skip


STAGE = 48
"""Place of the stage in the key of a column, in bits."""


class Hint:
    """How full the columns of a plan are, for another plan to begin with.

    Columns are found again by demand, wave, segment and sourcing option, so that a hint can be
    given from one structure to another with the same demands.
    """

    def __init__(self, stages: dict[tuple[int, int], int], key: Ints, share: Floats):
        order = np.argsort(key, kind="stable")  # of stages of one name the last counts
        self._stages, self._key, self._share = stages, key[order], share[order]

    @classmethod
    def nothing(cls) -> Hint:
        """Return a hint that says nothing."""
        return cls({}, np.zeros(0, dtype=np.int64), np.zeros(0))

    @classmethod
    def of(cls, frame: Frame, layout: Layout, stages: Stages, people: Floats, most: Floats) -> Hint:
        """Return the hint that plans of one draw give; `most` is the maximum of each decision."""
        names = _stage_names(stages)
        numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
        columns, key = _keys(frame, layout, stages, [numbers[name] for name in names])
        full = most[layout.owner[columns]]
        share = np.divide(people, full, out=np.zeros(len(people)), where=full > 0)
        return cls(numbers, key, share)

    def on(self, frame: Frame, layout: Layout, stages: Stages) -> Floats:
        """Return the hint for the columns of all stages, -1 if none exists."""
        if not len(self._key):
            return np.full(stages.column[-1], -1.0)
        numbers = [self._stages.get(name, -1) for name in _stage_names(stages)]
        _, key = _keys(frame, layout, stages, numbers)
        at = np.maximum(np.searchsorted(self._key, key, side="right") - 1, 0)
        found = np.where(self._key[at] == key, self._share[at], 0.5)
        return np.where(key < 0, -1.0, found)


def _columns(layout: Layout, block: int) -> slice:
    first, last = layout.decision_ptr[block : block + 2]
    return slice(int(layout.start[first]), int(layout.start[last]))


def _keys(frame: Frame, layout: Layout, stages: Stages, numbers: list[int]) -> tuple[Ints, Ints]:
    """Return the columns of all stages, and a key for each, below 0 in a stage without a number.

    It is the same in every structure of the same demands, and made of the number of the stage,
    demand, wave, segment and sourcing option.
    """
    name = (frame.number[layout.demand] << 24) + (layout.wave << 12) + (layout.segment << 6)
    width = np.diff(stages.column)
    first = layout.start[layout.decision_ptr][stages.block] - stages.column[:-1]
    columns = np.arange(stages.column[-1]) + np.repeat(first, width)
    stage = np.repeat(np.array(numbers, dtype=np.int64) << STAGE, width)
    return columns, stage + name[layout.owner[columns]] + layout.option[columns]


def _stage_names(stages: Stages) -> list[tuple[int, int]]:
    """Return the block of each stage, and how many stages come before it."""
    depth: list[int] = []
    for parent in stages.parent.tolist():
        depth.append(depth[parent] + 1 if parent >= 0 else 0)
    return list(zip(stages.block.tolist(), depth, strict=True))


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


_Found = tuple[Floats, Floats, Certificate]


@dataclass(eq=False)
class _Following(Planner):
    """Makes the plans of compiled code, with the marginal values of the engine."""

    found: dict[tuple[int, History], _Found] = field(default_factory=dict, repr=False)

    def answer(self, place: int, history: History, before: StageSolution | None) -> StageSolution:
        answer = super().answer(place, history, before)
        if (place, history) not in self.found:
            return answer
        people, missing, certificate = self.found[place, history]
        return replace(answer, people=people, missing=missing, certificate=certificate)


def retrace(structure: Structure, numbers: Numbers, packages: Sequence[str]) -> Solution:
    """Return the plans of one draw, with and without each of some packages.

    They are those of :meth:`Structure.solve`, which takes the same numbers (here of one draw).

    Raises
    ------
    SolverError
        One of the plans could not be proved.
    """
    problem = structure.drawn(**numbers.of_draw(0))
    programme = replace(structure.programme, problem=problem)
    compiled = structure.compiled and structure.rule == "value"
    sides = structure.sides(numbers) if compiled else None
    engine = Planner(programme, structure.solver)
    following = _Following(programme, structure.solver)

    def plan(left_out: str) -> Plan:
        chosen = structure.packages_without(left_out)
        found = {} if sides is None else _compiled_plans(structure, sides, following, chosen)
        if found is not None and compiled:
            following.found.update(found)
            return following.unfold(chosen)
        return engine.unfold(chosen)

    without = {name: Allocation(problem, plan(name)) for name in packages}
    return Solution(problem, structure.rule, Allocation(problem, plan("")), without)


def _compiled_plans(
    structure: Structure, sides: Sides, planner: Planner, chosen: frozenset[str]
) -> dict[tuple[int, History], _Found] | None:
    """Return every plan of compiled code on the way to an unfolded one; None if one is unproved."""
    from planner.montecarlo.kernel.arrays import stages_of

    stages = stages_of(structure.frame, structure.layout, [chosen])
    made = structure.search(sides, stages)
    if made["code"].any() or not (made["proof"] <= TOLERANCE).all():
        return None
    found = {}
    for place, block in enumerate(planner.programme.blocks):
        history = planner.history(block, chosen)
        for stage in _chain_of(stages, int(stages.final[0, place])):
            people = made["people"][0, stages.column[stage] : stages.column[stage + 1]]
            missing = made["missing"][0, stages.goal[stage] : stages.goal[stage + 1]]
            found[place, history] = people, missing, Certificate(*made["proof"][0, stage].tolist())
            history = history[:-1]
    return found
