"""The plans of one draw as a whole solution: people by tour, and what one more person would add.

Under *fair* plans are unique, and the engine makes them again. Under *value* several can be
optimal, and the solution has to be the one from which the numbers of the draw were taken: compiled
code gives people by decision, with a certificate. The engine adds marginal values, which hold for
any optimal plan: it solves each plan of the chain once more, from the people that the compiled plan
before it left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from planner.allocation import Allocation
from planner.engine.highs import TOLERANCE, Certificate
from planner.engine.stages import StageSolution
from planner.montecarlo.structure import Numbers, Structure
from planner.plan import History, Plan, Planner
from planner.solution import Solution

if TYPE_CHECKING:
    from planner.montecarlo.kernel.arrays import Sides

__all__ = ["retrace"]

Floats = NDArray[np.float64]
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
    problem = structure.drawn(
        numbers.caps[0], numbers.strengths[0],
        least=numbers.least[0], most=numbers.most[0], amounts=numbers.amounts[0],
    )  # fmt: skip
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
        history, stage = planner.history(block, chosen), int(stages.final[0, place])
        while stage >= 0:
            people = made["people"][0, stages.column[stage] : stages.column[stage + 1]]
            missing = made["missing"][0, stages.goal[stage] : stages.goal[stage + 1]]
            found[place, history] = people, missing, Certificate(*made["proof"][0, stage].tolist())
            history, stage = history[:-1], int(stages.parent[stage])
    return found
