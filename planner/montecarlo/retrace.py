"""The plans of one draw as a whole solution: who serves which tour, and what that is worth.

Under *fair* plans are unique, and the engine makes them again. Under *value* several can be
optimal, and the solution is to be the very one whose numbers the draw has: compiled code says how
many people serve each decision, and proves it. The engine says what one more person would be worth,
which holds for any optimal plan: it solves each plan of the chain once more, from the people that
the compiled plan before it left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from planner.allocation import Allocation
from planner.engine.certify import Certificate
from planner.engine.setting import Answer
from planner.montecarlo.unfolding import Numbers, Unfolding, holds
from planner.plan import History, Plan, Planner
from planner.solution import Solution

if TYPE_CHECKING:
    from planner.montecarlo.structure import Structure

__all__ = ["retrace"]

Floats = NDArray[np.float64]


@dataclass(eq=False)
class _Following(Planner):
    """Makes the plans of compiled code, with what the engine knows of their prices."""

    unfolding: Unfolding | None = field(default=None, repr=False)

    def answer(self, place: int, history: History, before: Answer | None) -> Answer:
        answer = super().answer(place, history, before)
        if self.unfolding is None:
            return answer
        stage = self.unfolding.stage(place, history)
        return replace(
            answer,
            people=stage.people[0],
            missing=stage.missing[0],
            certificate=Certificate(*stage.proof[0].tolist()),
        )


def retrace(
    structure: Structure,
    caps: Floats,
    strengths: Floats,
    packages: Sequence[str],
    *,
    least: Floats | None = None,
    most: Floats | None = None,
    amounts: Floats | None = None,
) -> Solution:
    """Return the plans of one draw, with and without each of some packages.

    They are those of :meth:`Structure.solve`, which takes the same numbers (here of one draw).

    Raises
    ------
    SolverError
        Nobody could prove one of the plans.
    """
    numbers = Numbers.of(structure.problem, caps, strengths, least, most, amounts)
    problem = structure.drawn(
        numbers.caps[0], numbers.strengths[0],
        least=numbers.least[0], most=numbers.most[0], amounts=numbers.amounts[0],
    )  # fmt: skip
    programme = replace(structure.programme, problem=problem)
    several = structure.compiled and structure.rule == "value"
    unfolding = structure.unfolding(numbers) if several else None
    engine = Planner(programme, structure.solver)
    following = _Following(programme, structure.solver, unfolding=unfolding)

    def plan(left_out: str) -> Plan:
        chosen = structure.packages_without(left_out)
        if unfolding and all(holds(stage.proof)[0] for stage in unfolding.plan(chosen)):
            return following.unfold(chosen)
        return engine.unfold(chosen)

    without = {name: Allocation(problem, plan(name)) for name in packages}
    return Solution(problem, structure.rule, Allocation(problem, plan("")), without)
