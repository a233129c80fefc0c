"""A package, or one line of it, at another size: the same tours, more or fewer people.

The changeover stays as it is: a demand staggered in six cohorts is staggered in six at any size.
When one line is scaled the other lines of its package are left out.

A piecewise linear curve found by trying, where nothing says how it will bend.

Nothing is proved about the curve between two sizes tried. What the sizes tried last differed from
what their neighbours led to expect is an estimate of it, and no bound.

The exact curve of displacement over the size of a package, where one plan is remade.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from planner.analysis.case import Case
from planner.analysis.parametric import Moves, Parametric, Piece
from planner.analysis.plans import LastPlans, last_plans, person_months
from planner.engine.stages import StageData, with_goals
from planner.engine.value import ValueProgramme
from planner.errors import InputError, nearest
from planner.plan import Planner

__all__ = ["Followed", "Scaled", "Search", "clear", "edges_of", "follow", "values"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


NOTHING = 1e-6
"""Person-months that are rounding."""


class Search:
    """Values of a piecewise linear curve: where the lines of both neighbours meet it may bend.

    For each interval the doubt is how far the last value tried next to it lay from what its
    neighbours foretold.
    """

    def __init__(self, lost: dict[float, float]) -> None:
        """Begin from some values, by size."""
        self.lost = dict(lost)
        edges = sorted(lost)
        self.doubt: dict[tuple[float, float], float] = {}
        for low, high in pairwise(edges):
            self.doubt[low, high] = self._bend(edges, low, high)

    @property
    def worst(self) -> float:
        """Largest doubt, person-months."""
        return max(self.doubt.values())

    def _bend(self, edges: list[float], low: float, high: float) -> float:
        """Return how far the chord may be from the curve, by the slopes on both sides."""
        meets = self._meet(edges, low, high)
        if meets is None:
            place = edges.index(low)
            sides = [self._slope(*edges[k : k + 2]) for k in (place - 1, place + 1)
                     if 0 <= k < len(edges) - 1]  # fmt: skip
            own = self._slope(low, high)
            return max((abs(side - own) for side in sides), default=0.0) * (high - low) / 2
        at, value = meets
        chord = np.interp(at, [low, high], [self.lost[low], self.lost[high]])
        return float(abs(value - chord))

    def _slope(self, low: float, high: float) -> float:
        return (self.lost[high] - self.lost[low]) / (high - low)

    def _meet(self, edges: list[float], low: float, high: float) -> tuple[float, float] | None:
        """Return where the lines of both neighbours meet inside an interval."""
        place = edges.index(low)
        if place == 0 or place + 2 >= len(edges):
            return None
        left, right = self._slope(edges[place - 1], low), self._slope(high, edges[place + 2])
        if abs(left - right) < NOTHING:
            return None
        at = (self.lost[high] - self.lost[low] + left * low - right * high) / (left - right)
        if not low + 0.02 * (high - low) < at < high - 0.02 * (high - low):
            return None
        return at, self.lost[low] + left * (at - low)

    def next(self) -> float:
        """Return the size to try next: by turns the least certain, and the middle of the widest."""
        edges = sorted(self.lost)
        if len(edges) % 2:
            low, high = max(self.doubt, key=lambda pair: pair[1] - pair[0])
            return (low + high) / 2
        low, high = max(self.doubt, key=lambda pair: (self.doubt[pair], pair[1] - pair[0]))
        meets = self._meet(edges, low, high)
        return (low + high) / 2 if meets is None else meets[0]

    def note(self, at: float, value: float) -> None:
        """Take up a value, and doubt both sides by how much it surprises."""
        edges = sorted(self.lost)
        place = int(np.searchsorted(edges, at))
        low, high = edges[place - 1], edges[place]
        meets = self._meet(edges, low, high)
        foretold = self.lost[low] + self._slope(low, high) * (at - low)
        if meets is not None and abs(meets[0] - at) < 1e-12:
            foretold = meets[1]
        self.lost[at] = value
        del self.doubt[low, high]
        self.doubt[low, at] = self.doubt[at, high] = abs(value - foretold)


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

    def sized(self, data: StageData, multiple: float) -> StageData:
        """Return stage data with the package at another size."""
        block = data.block
        factor = np.where(self.scaled, multiple, np.where(self.dropped, 0.0, 1.0))[block.demand]
        changed = data.change(full=data.full * factor, upper=data.upper * factor[block.decision])
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
            for known, kept in ((planner._made, other._made), (planner._drafts, other._drafts)):
                for key, made in known.items():
                    place, history = key
                    if place not in self.touched or not any(self.package in k for _, k in history):
                        kept[key] = made
            plan = other.unfold()
            people = [answer.people for answer in plan.answers]
            self._tried[multiple] = person_months(planner.programme, people)
        return self._tried[multiple]

    def displaced(self, multiple: float) -> float:
        """Return the displaced person-months of main task 2 at a size."""
        outside = (self.case.task == 2) & ~self.case.inside(self.package)
        return float((self.without - self.filled(multiple))[outside].sum())

    def layout(self, most: float) -> tuple[ValueProgramme, Moves]:
        """Return the last plans of the blocks touched, at size 0, and what a rise of 1 adds."""
        settings = [self.last.settings[place] for place in self.touched]
        layout = ValueProgramme([self.sized(data, most) for data in settings])
        upper = np.zeros(len(layout.upper))
        row_upper = np.zeros(len(layout.row_upper))
        for place, data in enumerate(settings):
            block = data.block
            grows = self.scaled[block.demand]
            columns = layout.start[place] + np.flatnonzero(grows[block.decision])
            upper[columns] = data.full[block.decision][grows[block.decision]]
            shared = layout.shared[place]
            rows = layout.shared_start[place] + np.flatnonzero(grows[shared])
            row_upper[rows] = data.full[shared][grows[shared]]
        layout.upper[upper > 0] = 0.0
        layout.row_upper[row_upper > 0] = 0.0
        return layout, Moves(upper, row_upper)

    def names(self) -> Sequence[str]:
        """Return the ids of the demands that are scaled."""
        demands = self.case.problem.demands
        return [demand.id for demand, grows in zip(demands, self.scaled, strict=True) if grows]


@dataclass(frozen=True, eq=False)
class Followed:
    """The exact curve between two sizes.

    Attributes
    ----------
    parametric : Parametric
    pieces : list of Piece
        On each the fill of every tier is linear.
    least, most : list of Piece
        The same cut further, ties settled for and against main task 2; the last step is its fill.
    tiers : dict of int to int
        The step of each tier.
    """

    parametric: Parametric
    pieces: list[Piece]
    least: list[Piece]
    most: list[Piece]
    tiers: dict[int, int]

    def displaced(self, edges: Floats) -> tuple[Floats, Floats]:
        """Return least and most displacement from the first edge on, at sizes inside."""
        least, most = -values(self.least, -1, edges), values(self.most, -1, edges)
        return clear(least[0] - least), clear(most[0] - most)


def follow(case: Case, scaled: Scaled, low: float, high: float) -> Followed:
    """Return the exact curve between two sizes."""
    layout, moves = scaled.layout(high)
    worth = layout.counted(((case.task == 2) & ~case.inside(scaled.package)).astype(float))
    steps = layout.objectives(preferences=False)
    parametric = Parametric(layout, moves, [step.cost for step in steps])
    pieces = parametric.pieces(low, high)
    tiers = {step.tier: place for place, step in enumerate(steps) if step.kind == "tier"}
    least, most = (parametric.further(pieces, sign * worth) for sign in (-1.0, 1.0))
    return Followed(parametric, pieces, least, most, tiers)


def edges_of(*series: list[Piece]) -> Floats:
    """Return all sizes at which one of some series of pieces begins or ends."""
    every = np.unique([at for pieces in series for p in pieces for at in (p.low, p.high)])
    return every[np.concatenate([np.diff(every) > 1e-9, [True]])]


def values(pieces: list[Piece], step: int, at: Floats) -> Floats:
    """Return the best cost of a step at some sizes."""
    place = np.clip(np.searchsorted([piece.high for piece in pieces], at), 0, len(pieces) - 1)
    return np.array(
        [
            pieces[k].cost[step] + pieces[k].slope[step] * (size - pieces[k].low)
            for k, size in zip(place, at, strict=True)
        ]
    )


def clear(lost: Floats) -> Floats:
    """Return displacement free of rounding."""
    return np.where(np.abs(lost) < NOTHING, 0.0, lost)
