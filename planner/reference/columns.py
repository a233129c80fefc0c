"""Decisions in words as the engine's arrays, so that a reference answer is read like any other.

Everything lies in one block. With whole people its decisions are single tours, which is why the
engine's own programme would not do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.engine.certify import Certificate
from planner.engine.programme import Block, BoundRows, Compressed, Programme
from planner.engine.setting import Answer
from planner.plan import Plan
from planner.problem.model import Problem
from planner.problem.tours import Tours
from planner.reference.decisions import Decision
from planner.reference.unfold import Made

__all__ = ["Columns"]

Ints = NDArray[np.int64]


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Columns:
    """Puts decisions and pools in a row.

    Attributes
    ----------
    problem : Problem
    given : sequence of Decision
        Of all demands, in any order.
    """

    problem: Problem
    given: Sequence[Decision]

    @cached_property
    def demands(self) -> dict[str, int]:
        """Place of each demand."""
        return {demand.id: place for place, demand in enumerate(self.problem.demands)}

    @cached_property
    def decisions(self) -> list[Decision]:
        """Decisions by demand, as the engine wants them."""
        return sorted(self.given, key=lambda decision: self.demands[decision.demand.id])

    @cached_property
    def places(self) -> list[tuple[int, Decision, int, str]]:
        """Number of the decision, decision, place in its demand's list and pool of each column."""
        return [
            (number, decision, nth, pool)
            for number, decision in enumerate(self.decisions)
            for nth, pool in enumerate(decision.demand.pools)
        ]

    @cached_property
    def programme(self) -> Programme:
        """The engine's programme with these decisions, in one block."""
        problem, decisions = self.problem, self.decisions
        tours = [(number, d, tour) for number, d in enumerate(decisions) for tour in d.tours]
        demand = _ints(self.demands[d.demand.id] for d in decisions)
        owner = _ints(number for number, _, _ in tours)
        cohorts = _ints(len(d.tours) for d in decisions)
        pools = {name: place for place, name in enumerate(problem.pools)}
        caps = [d.demand.cap for d in decisions]
        fields: dict[str, Any] = {
            "months": problem.months,
            "pools": np.arange(len(problem.pools)),
            "demands": np.arange(len(problem.demands)),
            "tour": np.arange(len(tours)),
            "tour_decision": owner,
            "demand": demand,
            "wave": _ints(d.wave for d in decisions),
            "begin": _ints(d.begin for d in decisions),
            "end": _ints(max(tour.last for tour in d.tours) for d in decisions),
            "cohorts": cohorts,
            "part": np.array(
                [d.most / cap if cap else 0.0 for d, cap in zip(decisions, caps, strict=True)]
            ),
            "decision": _ints(number for number, *_ in self.places),
            "option": _ints(nth for _, _, nth, _ in self.places),
            "mix_column": np.arange(len(self.places)),
            "mix_pool": _ints(pools[pool] for *_, pool in self.places),
            "mix_index": _ints(nth for _, _, nth, _ in self.places),
            "mix_share": np.ones(len(self.places)),
            "standby_pools": _ints([]),
            "duty_data": Compressed.of(sparse.csr_array(self._duty)),
            "usage_data": Compressed.of(self._usage(pools)),
            "standby_data": Compressed.of(sparse.csc_array((0, len(self.places)))),
            "bounds": self._bounds(),
            "budgets": np.arange(len(problem.budgets)),
            "budget_data": Compressed.of(self._budget()),
        }
        laid = Tours(
            demand[owner],
            _ints(tour.cohort for *_, tour in tours),
            _ints(d.wave for _, d, _ in tours),
            _ints(tour.first for *_, tour in tours),
            _ints(tour.last for *_, tour in tours),
        )
        cuts = sorted({k for package in problem.packages if (k := problem.known(package.id)) > 0})
        return Programme(problem, laid, tuple(cuts), (Block(**fields),))

    @cached_property
    def _duty(self) -> sparse.csr_array:
        """Share of a decision's people on duty, (decisions, months)."""
        last = self.problem.months - 1
        entries = [
            (number, month, share)
            for number, decision in enumerate(self.decisions)
            for month, share in decision.on_duty(0, last).items()
        ]
        return _matrix(entries, (len(self.decisions), self.problem.months))

    def _usage(self, pools: dict[str, int]) -> sparse.csc_array:
        """Share of a column's people tied up, (pools × months, columns)."""
        months = self.problem.months
        entries = [
            (pools[pool] * months + month, column, share)
            for column, (_, decision, _, pool) in enumerate(self.places)
            for month, share in decision.tied_up(pool, months).items()
        ]
        return sparse.csc_array(_matrix(entries, (len(pools) * months, len(self.places))))

    def _bounds(self) -> BoundRows:
        """Rows of the composition bounds, in every month that has tours."""
        keys: list[tuple[int, int]] = []
        counted, asked = [], []
        duty = self._duty
        for number, bound in enumerate(self.problem.bounds):
            mine = [d.demand.id in bound.demands for d in self.decisions]
            there = sparse.csr_array(duty.T * np.array(mine, dtype=float)[None, :])
            there.eliminate_zeros()
            kept = np.flatnonzero(np.diff(there.indptr))
            keys += [(number, int(month)) for month in kept]
            served = [bound.pools is None or pool in bound.pools for *_, pool in self.places]
            owner = _ints(decision for decision, *_ in self.places)
            asked.append(there[kept])
            counted.append(there[kept][:, owner] * np.array(served, dtype=float)[None, :])
        if not keys:
            shapes = (0, len(self.places)), (0, len(self.decisions))
            return BoundRows(
                _ints([]), _ints([]), *(Compressed.of(sparse.csr_array(shape)) for shape in shapes)
            )
        matrices = (
            Compressed.of(sparse.csr_array(sparse.vstack(rows))) for rows in (counted, asked)
        )
        return BoundRows(_ints(key[0] for key in keys), _ints(key[1] for key in keys), *matrices)

    def _budget(self) -> sparse.csr_array:
        """Euros per person of a column, (budgets, columns)."""
        entries = [
            (row, column, euros * months)
            for row, budget in enumerate(self.problem.budgets)
            for column, (_, decision, _, _) in enumerate(self.places)
            if (euros := budget.cost.get(decision.demand.id, 0.0))
            and (
                months := decision.duty_months(
                    max(budget.first, 0), min(budget.last, self.problem.months - 1)
                )
            )
        ]
        return _matrix(entries, (len(self.problem.budgets), len(self.places)))

    def plan(
        self, made: Sequence[Made], packages: Iterable[str], proof: Certificate, steps: int
    ) -> Plan:
        """Return the plans of all parts as one plan. It tells no prices: they are NaN."""
        block = self.programme.blocks[0]
        people = {place: value for part in made for place, value in part.people.items()}
        lacking = {key: value for part in made for key, value in self._lacking(part)}
        keys = zip(block.bounds.bound.tolist(), block.bounds.month.tolist(), strict=True)
        answer = Answer(
            people=np.array([people.get((d, pool), 0.0) for _, d, _, pool in self.places]),
            missing=np.array([lacking.get(key, 0.0) for key in keys]),
            price=np.full(
                block.usage.shape[0] + len(block.bounds.bound) + len(block.budgets), np.nan
            ),
            certificate=proof,
            steps=steps,
        )
        chosen = frozenset(packages)
        return Plan(self.programme, chosen, (answer,), (answer.price,), proof, steps, 0)

    def _lacking(self, part: Made) -> Iterable[tuple[tuple[int, int], float]]:
        places = {id(bound): place for place, bound in enumerate(self.problem.bounds)}
        for (number, month), people in part.missing.items():
            yield (places[id(part.bounds[number])], month), people


def _matrix(entries: Sequence[tuple[int, int, float]], shape: tuple[int, int]) -> sparse.csr_array:
    """Return a matrix from (row, column, value)."""
    if not entries:
        return sparse.csr_array(shape)
    row, column, value = zip(*entries, strict=True)
    return sparse.csr_array((value, (row, column)), shape=shape)
