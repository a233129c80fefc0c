"""One structure, many draws: the plans of a problem for other caps, strengths and bounds.

What a draw changes in numbers only (caps, strengths, bounds, amounts of money) is solved on one
structure, which is formulated once. What changes tours, months, rest or cohorts asks for a
structure of its own; plans of all structures of one scenario have the same axes and can be put
together.

Axis order is always (plan, draw, line or pool, month of the window).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.allocation import asked_months
from planner.engine.programme import build_programme
from planner.errors import SolverError
from planner.plan import Planner, solver_for
from planner.solution import ROUNDING

if TYPE_CHECKING:
    from planner.plan import Plan
    from planner.problem.model import Problem

__all__ = ["Code", "Lines", "Plans", "Structure", "join_plans"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Code(IntEnum):
    """Where a plan comes from, and whether it may be used."""

    COMPILED = 0
    """Found and proved by the compiled kernel."""
    ENGINE = 1
    """Found by the engine from cold, because the kernel had no proved plan."""
    UNPROVED = 2
    """Nobody could prove it: its numbers are NaN, to be counted and never averaged in."""


@dataclass(frozen=True, eq=False)
class Lines:
    """Every demand with every pool that it accepts, one entry of each array per pair.

    Attributes
    ----------
    demand, pool : ndarray of int (lines,)
        Places in the problem; ordered by demand, then by the demand's preference.
    """

    demand: Ints
    pool: Ints

    @classmethod
    def of(cls, problem: Problem) -> Lines:
        """Return the lines of a problem."""
        place = {name: k for k, name in enumerate(problem.pools)}
        pairs = [(k, place[p]) for k, demand in enumerate(problem.demands) for p in demand.pools]
        table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        return cls(table[:, 0], table[:, 1])

    def __len__(self) -> int:
        return len(self.demand)


@dataclass(frozen=True, eq=False)
class Plans:
    """Plans of some draws: with all packages first, then without each that was named.

    Attributes
    ----------
    problem : Problem
        The structure they were made on, at its own caps and strengths.
    without : tuple of str
        The package that each plan but the first leaves out.
    lines : Lines
        The third axis of `served`.
    caps : ndarray (draws, demands)
        What each draw asks for, persons.
    served : ndarray (plans, draws, lines, months)
        People on duty by demand, pool and month of the report window, persons.
    people : ndarray (plans, draws, decisions)
        People on each decision, all pools together, persons; decisions of all blocks in order.
    tied : ndarray (plans, draws, pools, months)
        People tied up (preparing, on duty or resting) by pool and month of the window, persons.
    missing : ndarray (plans, draws, bounds)
        What each composition goal lacks, person-months inside the window.
    proof : ndarray (plans, draws, 3)
        Certificate: primal, dual, gap; relative, the worst over all steps.
    code : ndarray of int (plans, draws)
        A :class:`Code` each. Everything is NaN where it is ``UNPROVED``.
    """

    problem: Problem
    without: tuple[str, ...]
    lines: Lines
    caps: Floats
    served: Floats
    people: Floats
    tied: Floats
    missing: Floats
    proof: Floats
    code: NDArray[np.int8]

    def __len__(self) -> int:
        return self.served.shape[1]

    @cached_property
    def on_duty(self) -> Floats:
        """People on duty, (plans, draws, demands, months of the window), persons."""
        return self._summed(self.lines.demand, len(self.problem.demands))

    @cached_property
    def on_duty_by_pool(self) -> Floats:
        """People on duty, (plans, draws, pools, months of the window), persons."""
        return self._summed(self.lines.pool, len(self.problem.pools))

    def _summed(self, place: Ints, count: int) -> Floats:
        plans, draws, _, months = self.served.shape
        found = np.zeros((plans, draws, count, months))
        for line, to in enumerate(place):
            found[:, :, to] += self.served[:, :, line]
        return found

    @cached_property
    def filled(self) -> Floats:
        """Person-months filled inside the window, (plans, draws, demands)."""
        return np.asarray(self.on_duty.sum(axis=3))

    @cached_property
    def asked(self) -> Floats:
        """Person-months of each demand's cap inside the window, (draws, demands)."""
        ones = [replace(demand, cap=1.0) for demand in self.problem.demands]
        return self.caps * asked_months(replace(self.problem, demands=tuple(ones)))

    @property
    def proved(self) -> NDArray[np.bool_]:
        """Draws whose every plan is proved, (draws,)."""
        return np.asarray((self.code != Code.UNPROVED).all(axis=0))

    def displaced(self, package: str) -> Floats:
        """Person-months that each demand loses to a package, (draws, demands); its own count 0.

        Equation (16), draw by draw; differences that are rounding count as none. Raise ValueError
        where the plan without the package was not asked for.
        """
        lost = self.filled[1 + self.without.index(package)] - self.filled[0]
        lost[np.abs(lost) <= ROUNDING * (1 + self.asked)] = 0.0
        own = set(self.problem.package(package).demands)
        lost[:, [demand.id in own for demand in self.problem.demands]] = 0.0
        return lost


def join_plans(parts: Sequence[Plans]) -> Plans:
    """Put the draws of several batches, and of several structures, one after the other."""
    names = ("served", "people", "tied", "missing", "proof", "code")
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(p, name) for p in parts], 1) for name in names
    }
    return replace(parts[0], caps=np.concatenate([p.caps for p in parts]), **joined)


class Structure:
    """One problem with its tours and decisions, formulated once and solved for many draws.

    The answer to a draw depends on that draw alone: neither on what was solved before nor on which
    draws stand beside it. It equals what :func:`planner.solution.solve_problem` says of
    :meth:`drawn`.

    Parameters
    ----------
    problem : Problem
        Its caps, strengths, bounds and amounts are those of the likely values.
    rule : {"fair", "value"}

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

    def __init__(self, problem: Problem, rule: str):
        self.problem, self.rule = problem, rule
        self.solver = solver_for(rule)
        self.programme = build_programme(problem)
        self.lines = Lines.of(problem)

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
        """Return the plans of some draws, with all packages and without each of the named ones.

        Parameters
        ----------
        caps : ndarray (draws, demands)
            Persons.
        strengths : ndarray (draws, pools, months of the model)
            Persons.
        packages : sequence of str
            Packages to leave out, each in a plan of its own.
        least, most : ndarray (draws, bounds), optional
            Composition bounds, persons; NaN where there is none. By default the problem's.
        amounts : ndarray (draws, budgets), optional
            Euros. By default the problem's.
        """
        draws, window = len(caps), self.problem.report[1] - self.problem.report[0] + 1
        shape = (1 + len(packages), draws)
        found = Plans(
            self.problem,
            tuple(packages),
            self.lines,
            np.array(caps, dtype=float),
            np.full((*shape, len(self.lines), window), np.nan),
            np.full((*shape, self.decisions[-1]), np.nan),
            np.full((*shape, len(self.problem.pools), window), np.nan),
            np.full((*shape, len(self.problem.bounds)), np.nan),
            np.full((*shape, 3), np.nan),
            np.full(shape, Code.UNPROVED, dtype=np.int8),
        )
        for draw in range(draws):
            problem = self.drawn(
                caps[draw],
                strengths[draw],
                least=None if least is None else least[draw],
                most=None if most is None else most[draw],
                amounts=None if amounts is None else amounts[draw],
            )
            self._by_engine(problem, found, draw)
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
        return replace(
            problem,
            pools=dict(zip(problem.pools, strengths, strict=True)),
            demands=tuple(
                replace(demand, cap=float(cap))
                for demand, cap in zip(problem.demands, caps, strict=True)
            ),
            bounds=tuple(bounds),
            budgets=problem.budgets
            if amounts is None
            else tuple(
                replace(budget, amount=float(amount))
                for budget, amount in zip(problem.budgets, amounts, strict=True)
            ),
        )

    def _by_engine(self, problem: Problem, found: Plans, draw: int) -> None:
        """Write the engine's plans of one draw; leave NaN what cannot be proved."""
        planner = Planner(replace(self.programme, problem=problem), self.solver)
        every = frozenset(package.id for package in problem.packages)
        for place, left_out in enumerate(["", *found.without]):
            try:
                plan = planner.unfold(every - {left_out})
            except SolverError:
                continue
            self._write(plan, found, place, draw)
            found.code[place, draw] = Code.ENGINE

    def _write(self, plan: Plan, found: Plans, place: int, draw: int) -> None:
        low, high = self.problem.report
        served, missing = found.served[place, draw], found.missing[place, draw]
        served[:], missing[:], found.tied[place, draw] = 0.0, 0.0, 0.0
        people = np.split(found.people[place, draw], self.decisions[1:-1])
        for block, answer, operator, on_decision in zip(
            self.programme.blocks, plan.answers, self._operators, people, strict=True
        ):
            on_decision[:] = block.pick @ answer.people
            served += (operator @ answer.people).reshape(served.shape)
            used = (block.usage @ answer.people).reshape(len(block.pools), -1)
            found.tied[place, draw, block.pools] = used[:, low : high + 1]
            inside = (block.bounds.month >= low) & (block.bounds.month <= high)
            np.add.at(missing, block.bounds.bound[inside], answer.missing[inside])
        proof = plan.certificate
        found.proof[place, draw] = proof.primal, proof.dual, proof.gap

    @cached_property
    def decisions(self) -> Ints:
        """Where the decisions of each block begin among those of all blocks; the count last."""
        sizes = [len(block.demand) for block in self.programme.blocks]
        return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)

    @cached_property
    def _operators(self) -> list[sparse.csr_array]:
        """From people by column of each block to people on duty by line and month."""
        low, high = self.problem.report
        starts = np.searchsorted(self.lines.demand, np.arange(len(self.problem.demands)))
        window = high - low + 1
        found = []
        for block in self.programme.blocks:
            duty = block.duty[:, low : high + 1][block.decision].tocoo()
            line = (starts[block.demand[block.decision]] + block.place)[duty.row]
            shape = (len(self.lines) * window, len(block.decision))
            places = (line * window + duty.col, duty.row)
            found.append(sparse.csr_array((duty.data, places), shape=shape))
        return found


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
