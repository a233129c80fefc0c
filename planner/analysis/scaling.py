"""A package, or one line of it, at another size: the same tours, more or fewer people.

The changeover stays as it is: a demand staggered in six cohorts is staggered in six at any size.
When one line is scaled the other lines of its package are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from planner.analysis.case import Case
from planner.analysis.parametric import Moves
from planner.analysis.plans import LastPlans, last_plans, person_months
from planner.analysis.sheet import Sheet
from planner.engine.setting import Setting, with_goals
from planner.errors import InputError, nearest
from planner.plan import Planner

__all__ = ["Scaled"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(eq=False)
class Scaled:
    """A package or one of its lines, ready to be tried at any size.

    Attributes
    ----------
    case : Case
    planner : Planner
    package : str
    line : str or None
        The demand that is scaled alone; None scales the whole package.
    """

    case: Case
    planner: Planner
    package: str
    line: str | None = None

    def __post_init__(self) -> None:
        demands = self.case.problem.package(self.package).demands
        if self.line is not None and self.line not in demands:
            hint = nearest(self.line, demands)
            raise InputError(f"expected a line of {self.package!r}, found {self.line!r}{hint}")
        self._tried: dict[float, Floats] = {}

    @cached_property
    def scaled(self) -> Flags:
        """Which demands are scaled, (demands,)."""
        if self.line is None:
            return self.case.inside(self.package)
        return np.array([demand.id == self.line for demand in self.case.problem.demands])

    @cached_property
    def dropped(self) -> Flags:
        """Which demands are left out, (demands,)."""
        return self.case.inside(self.package) & ~self.scaled

    @cached_property
    def posts(self) -> float:
        """Persons that are scaled, at multiple 1."""
        caps = np.array([demand.cap for demand in self.case.problem.demands])
        return float(caps[self.scaled].sum())

    @cached_property
    def without(self) -> Floats:
        """Person-months filled without the package, (demands,)."""
        every = frozenset(self.case.packages)
        plan = self.planner.unfold(every - {self.package})
        return person_months(self.planner.programme, [answer.people for answer in plan.answers])

    @cached_property
    def last(self) -> LastPlans:
        """The last plans with all packages at their own size."""
        return last_plans(self.planner)

    @cached_property
    def touched(self) -> list[int]:
        """Blocks that hold demands of the package."""
        own = self.case.inside(self.package)
        blocks = self.planner.programme.blocks
        return [place for place, block in enumerate(blocks) if own[block.demands].any()]

    @cached_property
    def one_plan(self) -> bool:
        """Whether its size matters to the last plan only, so that one plan is remade."""
        known = max(self.case.problem.known(self.package), 0)
        return all(self.last.months[place] <= known for place in self.touched)

    def sized(self, setting: Setting, multiple: float) -> Setting:
        """Return a setting with the package at another size."""
        block = setting.block
        factor = np.where(self.scaled, multiple, np.where(self.dropped, 0.0, 1.0))[block.demand]
        changed = setting.change(
            full=setting.full * factor, upper=setting.upper * factor[block.decision]
        )
        return with_goals(changed, self.case.problem, np.ones(len(factor), dtype=bool))

    def filled(self, multiple: float) -> Floats:
        """Return person-months filled at a size by the rule's own solver, (demands,)."""
        if multiple not in self._tried:
            planner = self.planner
            planner.unfold()  # plans before the last one, made once, stand at any size
            settings = list(planner.settings)
            for place in self.touched:
                settings[place] = self.sized(settings[place], multiple)
            other = planner.anew(settings)
            for known, mine in ((planner._made, other._made), (planner._drafts, other._drafts)):
                for key, made in known.items():
                    place, history = key
                    if place not in self.touched or not any(self.package in k for _, k in history):
                        mine[key] = made
            plan = other.unfold()
            people = [answer.people for answer in plan.answers]
            self._tried[multiple] = person_months(planner.programme, people)
        return self._tried[multiple]

    def displaced(self, multiple: float) -> float:
        """Return the displaced person-months of main task 2 at a size."""
        outside = (self.case.task == 2) & ~self.case.inside(self.package)
        return float((self.without - self.filled(multiple))[outside].sum())

    def sheet(self, most: float) -> tuple[Sheet, Moves]:
        """Return the last plans of the blocks touched, at size 0, and what a rise of 1 adds."""
        settings = [self.last.settings[place] for place in self.touched]
        sheet = Sheet([self.sized(setting, most) for setting in settings])
        upper = np.zeros(len(sheet.upper))
        row_upper = np.zeros(len(sheet.row_upper))
        for place, setting in enumerate(settings):
            block = setting.block
            grows = self.scaled[block.demand]
            columns = sheet.start[place] + np.flatnonzero(grows[block.decision])
            upper[columns] = setting.full[block.decision][grows[block.decision]]
            shared = sheet.shared[place]
            rows = sheet.shared_start[place] + np.flatnonzero(grows[shared])
            row_upper[rows] = setting.full[shared][grows[shared]]
        sheet.upper[upper > 0] = 0.0
        sheet.row_upper[row_upper > 0] = 0.0
        return sheet, Moves(upper, row_upper)

    def names(self) -> Sequence[str]:
        """Return the ids of the demands that are scaled."""
        demands = self.case.problem.demands
        return [demand.id for demand, grows in zip(demands, self.scaled, strict=True) if grows]
