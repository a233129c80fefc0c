"""The plan that unfolds, for many draws at once: block by block, month by month, compiled.

The same chain of plans as :class:`planner.plan.Planner` makes of one draw. Parts of the problem
that a package does not touch, and plans made before it is known, are made once for all plans that
share them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from planner.engine.certify import TOLERANCE
from planner.engine.programme import Block, Programme
from planner.engine.setting import base_setting
from planner.montecarlo.kernel.aims import Aims, aims_of, as_in
from planner.montecarlo.kernel.batch import FOUND, fair_plans
from planner.montecarlo.kernel.batch_value import value_plans
from planner.montecarlo.kernel.shape import Shape, shape_of
from planner.plan import History, Planner

if TYPE_CHECKING:
    from planner.problem.model import Problem

__all__ = ["Numbers", "Stage", "Unfolding", "all_aims", "holds", "shapes_of"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Numbers:
    """What draws change on one structure.

    Attributes
    ----------
    caps : ndarray (draws, demands)
        Persons.
    strengths : ndarray (draws, pools, months)
        Persons.
    least, most : ndarray (draws, bounds)
        Persons; NaN where there is none.
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
        cls,
        problem: Problem,
        caps: Floats,
        strengths: Floats,
        least: Floats | None = None,
        most: Floats | None = None,
        amounts: Floats | None = None,
    ) -> Numbers:
        """Return the numbers of some draws; what is not given is the problem's own."""

        def filled(given: Floats | None, own: list[float]) -> Floats:
            if given is None:
                return np.tile(np.array(own, dtype=float), (len(caps), 1))
            return np.asarray(given, dtype=float)

        nothing = np.nan
        return cls(
            np.asarray(caps, dtype=float),
            np.asarray(strengths, dtype=float),
            filled(least, [nothing if b.min is None else b.min for b in problem.bounds]),
            filled(most, [nothing if b.max is None else b.max for b in problem.bounds]),
            filled(amounts, [budget.amount for budget in problem.budgets]),
        )

    @classmethod
    def likely(cls, problem: Problem) -> Numbers:
        """Return a problem's own numbers, as one draw."""
        caps = np.array([[demand.cap for demand in problem.demands]], dtype=float)
        strengths = np.array([list(problem.pools.values())], dtype=float)
        return cls.of(problem, caps, strengths.reshape(1, len(problem.pools), -1))

    def limits(self, block: Block) -> Floats:
        """Return what limits the people of a block, (draws, rows), as in ``Setting.limit``."""
        draws = len(self.caps)
        strength = self.strengths[:, block.pools].reshape(draws, -1)
        most = self.most[:, block.bounds.bound]
        most = np.where(np.isnan(most), np.inf, most)
        return np.concatenate([strength, most, self.amounts[:, block.budgets]], axis=1)


@dataclass(frozen=True, eq=False)
class Stage:
    """One plan of one block, for every draw.

    Attributes
    ----------
    people : ndarray (draws, columns)
    missing : ndarray (draws, bound rows)
    proof : ndarray (draws, 3)
        The worst of this plan and of those before it; NaN where one was not found.
    """

    people: Floats
    missing: Floats
    proof: Floats


def shapes_of(programme: Programme) -> tuple[Shape, ...]:
    """Return the structure of every block for compiled code."""
    problem = programme.problem
    lead = np.array([demand.lead for demand in problem.demands], dtype=np.int64)
    return tuple(shape_of(block, base_setting(problem, block), lead) for block in programme.blocks)


def all_aims(programme: Programme) -> tuple[Aims, ...]:
    """Return what the *value* rule wants of every block, for compiled code."""
    problem = programme.problem
    return tuple(aims_of(block, base_setting(problem, block)) for block in programme.blocks)


@dataclass(eq=False)
class Unfolding:
    """Makes plans of some draws of one programme, and remembers those already made.

    Parameters
    ----------
    planner : Planner
        Of the programme; it knows when what becomes known.
    shapes : tuple of Shape
        Of its blocks.
    numbers : Numbers
    aims : tuple of Aims
        Of its blocks, under *value*; none under *fair*.
    usual : Unfolding, optional
        Of the likely values: plans like its own are tried first.
    """

    planner: Planner
    shapes: tuple[Shape, ...]
    numbers: Numbers
    aims: tuple[Aims, ...] = ()
    usual: Unfolding | None = None
    _made: dict[tuple[int, History], Stage] = field(default_factory=dict, repr=False)

    def plan(self, packages: frozenset[str]) -> list[Stage]:
        """Return the last plan of every block, as it unfolds with some of the packages."""
        return [
            self.stage(place, self.planner.history(block, packages))
            for place, block in enumerate(self.planner.programme.blocks)
        ]

    def stage(self, place: int, history: History) -> Stage:
        """Return the last plan of one block along a history."""
        key = (place, history)
        if key not in self._made:
            before = self.stage(place, history[:-1]) if len(history) > 1 else None
            self._made[key] = self._solve(place, history, before)
        return self._made[key]

    def _solve(self, place: int, history: History, before: Stage | None) -> Stage:
        programme = self.planner.programme
        block, shape = programme.blocks[place], self.shapes[place]
        draws, columns = len(self.numbers.caps), len(block.decision)
        if not columns:
            nothing = np.zeros((draws, len(block.bounds.bound)))
            return Stage(np.zeros((draws, 0)), nothing, np.zeros((draws, 3)))
        owner = programme.problem.package_of()
        there = {""}.union(*(packages for _, packages in history))
        known = np.array([owner.get(d.id, "") in there for d in programme.problem.demands])
        given = (
            known[block.demand],
            -1 if before is None else history[-1][0],
            np.zeros((draws, columns)) if before is None else before.people,
            self.numbers.caps[:, block.demand] * block.part,
            self.numbers.limits(block),
            np.nan_to_num(self.numbers.least, nan=0.0),
        )
        if self.aims:
            found = value_plans(shape, self._aims(place, history), *given)
        else:
            found = fair_plans(shape, np.unique(shape.tier), *given)
        people, missing, proof, code = found
        proof[code != FOUND] = np.nan
        worst = proof if before is None else np.maximum(proof, before.proof)
        return Stage(people, missing, worst)

    def _aims(self, place: int, history: History) -> Aims:
        """Return the aims of a block, in the order of the usual plan."""
        aims = self.aims[place]
        if self.usual is None:
            return aims
        block = self.planner.programme.blocks[place]
        full = self.usual.numbers.caps[0, block.demand] * block.part
        people = self.usual.stage(place, history).people[0]
        return as_in(aims, people, full[block.decision])


def holds(proof: Floats) -> NDArray[np.bool_]:
    """Whether proofs lie within the tolerance of certificates (a NaN does not), (draws,)."""
    with np.errstate(invalid="ignore"):
        return np.asarray((proof <= TOLERANCE).all(axis=1))
