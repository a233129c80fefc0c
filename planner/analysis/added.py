"""What more people in some pools and months do to a displacement.

Additions are decided when the last package becomes known and arrive a lead time later. Plans made
before that stay as they were made; the last plan is made again with more people. What main task 2
gets is held against what it would have had without the package, and without the additions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from planner.analysis.plans import last_answer, people_tied, person_months, strength_change
from planner.analysis.relaxed import enough
from planner.analysis.scaling import Scaled
from planner.engine.setting import Setting

__all__ = ["Added"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(eq=False)
class Added:
    """Tries additions to the last plan of a package.

    Parameters
    ----------
    scaled : Scaled
        The package at its own size.
    lead_months : int
        Months from the decision until additions arrive.
    announced : bool
        Whether every plan on the way counts on the additions; else only the last one does.
    """

    scaled: Scaled
    lead_months: int = 0
    announced: bool = False

    def __post_init__(self) -> None:
        case, last = self.scaled.case, self.scaled.last
        self.problem = case.problem
        self.decided = max((last.months[place] for place in self.scaled.touched), default=0)
        self.earliest = min(self.decided + self.lead_months, self.problem.months)
        outside = (case.task == 2) & ~case.inside(self.scaled.package)
        masks = {name: mask & outside for name, mask in case.groups("mission").items()}
        self.missions = {name: mask for name, mask in masks.items() if mask.any()}
        self.names = list(self.problem.pools)
        self.strength = np.array([self.problem.pools[name] for name in self.names], dtype=float)
        self.pools = sorted(
            {int(p) for place in self.scaled.touched for p in last.settings[place].block.pools}
        )
        self.enough = enough(self.problem)
        self.tries = 0
        self._made: dict[tuple[int, bytes], Floats] = {}

    @property
    def nothing(self) -> Floats:
        """No additions, (pools, months)."""
        return np.zeros_like(self.strength)

    def steady(self, persons: Floats) -> Floats:
        """Return so many people more from the first month they can be there, (pools, months)."""
        added = np.repeat(persons[:, None], self.problem.months, axis=1)
        added[:, : self.earliest] = 0.0
        return added

    def setting(self, place: int, added: Floats) -> Setting:
        """Return the last setting of a block with additions."""
        setting = self.scaled.last.settings[place]
        limit = setting.limit.copy()
        limit[: setting.block.strength_rows] += strength_change(setting.block, added)
        return setting.change(limit=limit)

    def people(self, added: Floats) -> list[Floats]:
        """Return the last plan made again, people on the columns of every block."""
        people, planner = list(self.scaled.last.people), self.scaled.planner
        solver = planner.draft or planner.solver
        for place in self.scaled.touched:
            setting = self.setting(place, added)
            key = place, setting.limit.tobytes()
            if key not in self._made:
                self.tries += 1
                self._made[key] = (
                    self._announced(place, setting.limit)
                    if self.announced
                    else solver(setting).people
                )
            people[place] = self._made[key]
        return people

    def _announced(self, place: int, limit: Floats) -> Floats:
        """Return the last plan of a block where plans before it had the same limits."""
        planner = self.scaled.planner
        settings = list(planner.settings)
        settings[place] = settings[place].change(limit=limit)
        return last_answer(planner.anew(settings), place)

    @property
    def several_plans(self) -> bool:
        """Whether plans come before the last one, which may or may not count on additions."""
        return any(self.scaled.last.months[place] > 0 for place in self.scaled.touched)

    def other_knowledge(self) -> Added:
        """Return the same with additions that are announced where here they are not, or reverse."""
        return replace(self, announced=not self.announced)

    def filled(self, added: Floats) -> Floats:
        """Return person-months filled by demand, (demands,)."""
        return person_months(self.scaled.planner.programme, self.people(added))

    def losses(self, added: Floats) -> dict[str, float]:
        """Return what each mission of main task 2 still loses, person-months; a gain is none."""
        lost = self.scaled.without - self.filled(added)
        return {name: max(float(lost[mask].sum()), 0.0) for name, mask in self.missions.items()}

    def lost(self, added: Floats) -> float:
        """Return what missions of main task 2 still lose in all, person-months."""
        return sum(self.losses(added).values())

    def used(self, people: Sequence[Floats]) -> Floats:
        """Return what a plan needs beyond the strengths of today, (pools, months).

        With just these additions the same plan is still the best one: it was already when there
        was more to choose from.
        """
        tied = np.zeros_like(self.strength)
        for block, served in zip(self.scaled.planner.programme.blocks, people, strict=True):
            tied[block.pools] = people_tied(block, served)
        excess = tied - self.strength
        return np.where(excess > 1e-6, excess, 0.0)
