"""What is simulated: a scenario with its factors, the draws, and how one batch of them is solved.

A study is a small value that any process can be handed; a batch is a few blocks of draws. What
comes out depends on the study and the number of the batch, and on nothing else.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from planner.compile.build import compile_scenario, counting_demands
from planner.compile.tables import Compiled, DemandRow
from planner.digest import digest
from planner.montecarlo.design import Block, Design
from planner.montecarlo.effects import Effects
from planner.montecarlo.presence import Presence, luck_of
from planner.montecarlo.records import WHOLE, Axes, Records
from planner.montecarlo.structure import Code, Plans, Structure
from planner.montecarlo.parameters import Uncertain

if TYPE_CHECKING:
    from planner.solution import Solution

__all__ = ["FORMAT", "Study"]

Floats = NDArray[np.float64]

FORMAT = "planner-futures/1"

KEPT = 32
"""Structures that a process keeps at hand."""


@dataclass(frozen=True, eq=False)
class Made:
    """A structure at hand: its problem, how it is solved, and who of its people is there."""

    compiled: Compiled
    structure: Structure
    presence: Presence


@dataclass(frozen=True, eq=False)
class Study:
    """What is simulated.

    Attributes
    ----------
    uncertain : Uncertain
        The scenario with its factors.
    rule : str
    packages : tuple of str
        Packages whose displacement is wanted.
    design : Design
    monthly : bool
        Whether people by pool and month are kept for every draw.
    """

    uncertain: Uncertain
    rule: str
    packages: tuple[str, ...]
    design: Design
    monthly: bool = True
    _structures: OrderedDict[tuple[float, ...], Made] = field(
        default_factory=OrderedDict, repr=False
    )

    def __getstate__(self) -> dict[str, Any]:
        """Leave structures at home: whoever gets this makes its own."""
        kept = ("uncertain", "rule", "packages", "design", "monthly")
        return {**{name: getattr(self, name) for name in kept}, "_structures": OrderedDict()}

    @cached_property
    def digest(self) -> str:
        """``sha256:`` of everything that decides what the draws are and what comes of them."""
        design = vars(self.design)
        return digest(
            [FORMAT, self.uncertain.digest, self.rule, self.packages, design, self.monthly]
        )

    @cached_property
    def effects(self) -> Effects:
        """What the factors do to figures."""
        return Effects(self.uncertain)

    @cached_property
    def demands(self) -> tuple[DemandRow, ...]:
        """Every demand that counts in some draw, at its likely figures."""
        return counting_demands(self.uncertain.scenario)

    @cached_property
    def axes(self) -> Axes:
        """What the columns of records stand for."""
        compiled = self.uncertain.compiled
        pools = list(compiled.problem.pools)
        place = {name: k for k, name in enumerate(pools)}
        lines = [(k, place[p]) for k, row in enumerate(self.demands) for p in row.pools]
        first, last = compiled.problem.report
        return Axes(
            factors=self.uncertain.ids,
            demands=tuple(row.id for row in self.demands),
            pools=tuple(pools),
            lines=tuple(lines),
            bounds=tuple(self.uncertain.scenario.inputs.bounds),
            packages=self.packages,
            months=tuple(str(compiled.month(k)) for k in range(first, last + 1)),
        )

    def values(self, block: Block) -> Floats:
        """Return factor values, (draws of the block, factors)."""
        shared = self.uncertain.shared
        own = len(self.uncertain.factors) - shared
        return self.uncertain.values(self.design.points(block, shared, own))

    def solve(self, batch: int) -> Records:
        """Return the records of one batch."""
        blocks = [block for block in self.design.batch(batch) if block.size]
        if not blocks:
            return Records.empty(self.axes, 0, self.monthly)
        return Records.join([self.solve_block(block) for block in blocks])

    def solve_block(self, block: Block) -> Records:
        """Return the records of one block, in the order of its draws."""
        values = self.values(block)
        places = range(block.begin, block.begin + block.size)
        luck = luck_of(self.design.seed, block.replicate, places)
        records = self.solve_values(values, luck)
        draw = block.first + np.arange(block.size)
        return replace(
            records,
            draw=draw,
            replicate=np.full(block.size, block.replicate, dtype=np.int64),
            round=np.full(block.size, block.round, dtype=np.int64),
        )

    def solve_values(self, values: Floats, luck: NDArray[np.uint64] | None = None) -> Records:
        """Return records of any factor values, (draws, factors), in their order.

        Without `luck` of their own, all draws have the same.
        """
        effects = self.effects
        figures = effects.figures(values)
        parts, order = [], []
        for draws in effects.groups(figures, len(values)):
            made = self.structure(effects.structure(figures, int(draws[0])))
            compiled, structure = made.compiled, made.structure
            numbers = effects.numbers(compiled, figures, draws)
            plans = structure.solve(
                numbers.caps, numbers.strengths, self.packages,
                least=numbers.least, most=numbers.most, amounts=numbers.amounts,
            )  # fmt: skip
            chances = made.presence.chances(figures, draws)
            mine = np.zeros(len(draws), dtype=np.uint64) if luck is None else luck[draws]
            there = made.presence.there(plans, chances, mine)
            parts.append(self._record(compiled, plans, numbers.caps, values[draws], there))
            order.append(draws)
        joined = Records.join(parts)
        return joined.take(np.argsort(np.concatenate(order)))

    def solution(self, values: Floats) -> Solution:
        """Return the plans of one draw, (factors,), tour by tour.

        Raises
        ------
        SolverError
            Nobody could prove one of the plans.
        """
        from planner.montecarlo.retrace import retrace

        figures, alone = self.effects.figures(values[None]), np.zeros(1, dtype=np.int64)
        made = self.structure(self.effects.structure(figures, 0))
        found = self.effects.numbers(made.compiled, figures, alone)
        return retrace(
            made.structure, found.caps, found.strengths, self.packages,
            least=found.least, most=found.most, amounts=found.amounts,
        )  # fmt: skip

    def structure(self, figures: dict[str, float]) -> Made:
        """Return the structure that some figures make, from those at hand or made anew."""
        key = tuple(figures.values())
        kept = self._structures
        if key in kept:
            kept.move_to_end(key)
            return kept[key]
        compiled = compile_scenario(self.uncertain.scenario, figures, drawn=True)
        structure = Structure(compiled.problem, self.rule)
        made = Made(compiled, structure, Presence(self, compiled, structure))
        kept[key] = made
        if len(kept) > KEPT:
            kept.popitem(last=False)
        return made

    def _record(
        self, compiled: Compiled, plans: Plans, caps: Floats, values: Floats, there: Floats
    ) -> Records:
        """Return plans on the axes that all structures share."""
        axes, problem, draws = self.axes, compiled.problem, len(caps)
        place = {id: k for k, id in enumerate(axes.demands)}
        where = np.array([place[one.id] for one in problem.demands], dtype=np.int64)
        first, last = problem.report
        records = Records.empty(axes, draws, self.monthly)
        records.values[:] = values
        records.caps[:, where] = caps
        records.begin[:, where] = [max(one.first, first) - first for one in problem.demands]
        records.end[:, where] = [min(one.last, last) - first for one in problem.demands]
        records.filled[:, :, where] = np.moveaxis(plans.filled, 0, 1)
        records.present[:, :, where] = np.moveaxis(there.sum(axis=3), 0, 1)
        for code in Code:
            records.codes[:, code] = (plans.code == code).sum(axis=0)
        records.proof[:] = np.nan_to_num(plans.proof, nan=np.inf).max(axis=0)
        if records.served is not None and records.attended is not None:
            self._monthly(records.served, compiled, plans, caps)
            share = np.moveaxis(there, 0, 1) * _inverse(caps)[:, None, :, None]
            records.attended[:, :, where] = np.rint(np.nan_to_num(share) * WHOLE)
        return records

    def _monthly(self, served: Any, compiled: Compiled, plans: Plans, caps: Floats) -> None:
        """Write people on duty by line and month, as shares of the cap."""
        place = {pair: k for k, pair in enumerate(self.axes.lines)}
        index = {id: k for k, id in enumerate(self.axes.demands)}
        lines = plans.lines
        demand = [index[compiled.problem.demands[d].id] for d in lines.demand]
        where = [place[pair] for pair in zip(demand, lines.pool.tolist(), strict=True)]
        scale = _inverse(caps[:, lines.demand])
        served[:, :, where] = np.moveaxis(plans.served * scale[None, :, :, None], 0, 1)


def _inverse(caps: Floats) -> Floats:
    """Return 1 ÷ cap, 0 where there is no cap."""
    return np.divide(1.0, caps, out=np.zeros_like(caps), where=caps > 0)
