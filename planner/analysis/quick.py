"""Fair plans of large parts in compiled code: the same plans, each proved, many times as fast.

What compiled code does not find or cannot prove is planned by the engine, as are small parts, for
which loading it would take longer than it saves. Quick plans carry no prices and no trail.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.engine.certify import Certificate
from planner.engine.setting import Answer
from planner.plan import History, Planner

__all__ = ["LARGE", "QuickPlanner"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LARGE = 200
"""Columns from which a part is planned in compiled code."""


@dataclass(eq=False)
class QuickPlanner(Planner):
    """A planner by the *fair* rule for plans that are held against each other.

    Examples
    --------
    >>> from planner.engine.fair import solve_fair
    >>> from planner.engine.programme import build_programme
    >>> from planner.problem.neutral import parse_problem
    >>> problem = parse_problem({"format": "planner-problem/1", "months": 1, "pools": {"staff": 8},
    ...     "demands": [{"id": "untso", "tier": 2, "cap": 10, "first": 0, "last": 0, "tour": 1,
    ...                  "pools": ["staff"], "prep": 0, "rest": 0}]})
    >>> QuickPlanner(build_programme(problem), solve_fair).unfold().answers[0].people.tolist()
    [8.0]
    """

    def _ending(self, place: int, history: History) -> tuple[Answer, ...]:
        """Return all plans of a block along a history of which nothing follows the last."""
        if len(self.settings[place].upper) >= LARGE:
            return self._chain(place, history)
        return super()._ending(place, history)

    def _chain(self, place: int, history: History) -> tuple[Answer, ...]:
        """Return all plans of a block along a history, the last one last."""
        key = (place, history)
        if key not in self._made and len(self.settings[place].upper) >= LARGE:
            before = self._chain(place, history[:-1]) if len(history) > 1 else ()
            month, people = (history[-1][0], before[-1].people) if before else (-1, None)
            answer = self.attempt(place, self._seen(place, history), month, people)
            if answer is not None:
                self._made[key] = (*before, answer)
        return super()._chain(place, history)

    def _seen(self, place: int, history: History) -> Flags:
        """Return which decisions of a block belong to demands that are known, (decisions,)."""
        known = {""}.union(*(packages for _, packages in history))
        of_demand = np.array([owner in known for owner in self._owner], dtype=bool)
        return np.asarray(of_demand[self.settings[place].block.demand])

    def attempt(self, place: int, known: Flags, month: int, before: Floats | None) -> Answer | None:
        """Return a plan of a large block, or None where it is for the engine to make.

        Parameters
        ----------
        place : int
            Of the block.
        known : ndarray of bool (decisions,)
            Decisions that may be served.
        month : int
            When the plan is made; negative where there is none before it.
        before : ndarray (columns,), optional
            People in the plan before.
        """
        setting = self.settings[place]
        if len(setting.upper) < LARGE or (setting.limit < 0).any():
            return None
        from planner.montecarlo.structure import plan_block

        found = plan_block(
            self.programme.problem, place, known, month, before, setting.full, setting.limit
        )
        if found is None:
            return None
        people, missing, proof = found
        return Answer(
            people, missing, np.full(len(setting.limit), np.nan), Certificate(*proof.tolist())
        )
