"""A package, or a line of it, at another size; and exact pieces of the optimum under *value*.

The changeover stays as it is: a demand staggered in six cohorts is staggered in six at any size.
When one line is scaled the other lines of its package are left out.

Nothing is proved about a curve found by trying between two sizes tried. What the sizes tried last
differed from what their neighbours led to expect is an estimate of it, and no bound.

How the optimum of the *value* rule moves as one number changes is known in exact pieces.
Right-hand sides and bounds are linear in a number θ. The objectives of the rule are taken one after
another. The best value of the first is convex in θ (costs are minimised) and piecewise linear: two
tangents either meet on it, where it breaks, or its value where they meet cuts the interval in
two. On each of its pieces the dual prices of an inner point hold throughout, by complementary
slackness they name what every optimum shares, and with that pinned the next objective is convex and
piecewise linear in turn. So no grid is needed and no breakpoint is missed, down to rounding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from planner.analysis.plans import Case, LastPlans, filled_by, last_plans
from planner.engine.highs import DUAL_TOLERANCE, LinearProgramme, Optimum
from planner.engine.stages import StageData, with_goals
from planner.engine.value import ValueProgramme
from planner.errors import InputError, SolverError, nearest
from planner.problem.model import Flags, Floats
from planner.solution import Planner
from planner.tolerances import ROUNDED

__all__ = [
    "Followed",
    "Moves",
    "Parametric",
    "Piece",
    "Scaled",
    "Search",
    "clear",
    "edges_of",
    "follow",
    "values",
]

Signs = NDArray[np.int8]

NARROW = 1e-7
"""Pieces narrower than this share of the whole interval are rounding."""

FLAT = 1e-12
"""How far a value may lie above a tangent, relative to one plus its size, and still be on it."""

SAME_SLOPE = 1e-6

INNER = 1e-6
"""How far inside a piece its ends are looked at, as a share of its width."""


@dataclass(frozen=True, eq=False)
class Moves:
    """What a rise of θ by one adds to bounds and right-hand sides."""

    upper: Floats
    row_upper: Floats


@dataclass(frozen=True, eq=False)
class Pins:
    """What every optimum so far shares: −1 at its lower side, 1 at its upper side, 0 is free."""

    columns: Signs
    rows: Signs


@dataclass(frozen=True, eq=False)
class Piece:
    """An interval of θ in which every step's best cost is linear.

    By step, (steps,), `cost` is the best cost at `low` and `slope` its change per unit of θ; `pins`
    are what all optimal answers in this interval share.
    """

    low: float
    high: float
    cost: Floats
    slope: Floats
    pins: Pins


@dataclass(frozen=True, eq=False)
class _Point:
    at: float
    cost: float
    slope: float
    optimum: Optimum


class Parametric:
    """The programme of a layout along a number θ.

    The layout is as it stands at θ = 0, but with every row that can bind anywhere; steps are costs,
    (columns,) each, made as small as possible one after another.
    """

    def __init__(self, layout: ValueProgramme, moves: Moves, steps: Sequence[Floats]) -> None:
        self.layout, self.moves, self.steps = layout, moves, list(steps)
        self.other = layout.programme()
        self.programmes = [self._with_cost(cost) for cost in self.steps]
        self.columns = np.arange(len(layout.lower))
        self.rows = np.arange(len(layout.row_lower))
        self.free = Pins(
            np.zeros(len(self.columns), dtype=np.int8), np.zeros(len(self.rows), dtype=np.int8)
        )

    def _with_cost(self, cost: Floats) -> LinearProgramme:
        """Write a programme for a step: its costs stay, so its last basis is a good start."""
        programme = self.layout.programme()
        programme.set_cost(cost)
        return programme

    def _solve(self, programme: LinearProgramme, pins: Pins, at: float) -> Optimum:
        """Solve a programme where θ = `at`, within what is pinned."""
        layout, moves = self.layout, self.moves
        upper = np.maximum(layout.upper + at * moves.upper, layout.lower)
        row_upper = layout.row_upper + at * moves.row_upper
        programme.set_bounds(self.columns, *_pinned(pins.columns, layout.lower, upper))
        programme.set_rows(self.rows, *_pinned(pins.rows, layout.row_lower, row_upper))
        return programme.solve()

    def _look(self, step: int, pins: Pins, at: float) -> _Point:
        """Return the best cost of a step at one θ and the tangent at that point."""
        optimum = self._solve(self.programmes[step], pins, at)
        column = (pins.columns > 0) | ((pins.columns == 0) & (optimum.reduced < 0))
        row = (pins.rows > 0) | ((pins.rows == 0) & (optimum.dual < 0))
        slope = float(
            optimum.reduced @ np.where(column, self.moves.upper, 0)
            + optimum.dual @ np.where(row, self.moves.row_upper, 0)
        )
        return _Point(at, optimum.value, slope, optimum)

    def _pin(self, step: int, pins: Pins, optimum: Optimum) -> Pins:
        """Return what is pinned once a step is at its best, by the prices of an inner point."""
        tiny = DUAL_TOLERANCE * float(np.abs(self.steps[step]).max(initial=0.0) or 1.0)
        columns, rows = pins.columns.copy(), pins.rows.copy()
        for signs, price in ((columns, optimum.reduced), (rows, optimum.dual)):
            free = (signs == 0) & (np.abs(price) > tiny)
            signs[free] = -np.sign(price[free])
        return Pins(columns, rows)

    def pieces(self, low: float, high: float) -> list[Piece]:
        """Return the pieces of [low, high], in order."""
        return _merged(self._deeper(0, self._whole(low, high), high - low))

    def _whole(self, low: float, high: float) -> Piece:
        """Return an interval before any step."""
        return Piece(low, high, np.zeros(0), np.zeros(0), self.free)

    def first(self, reach: float) -> Piece:
        """Return the piece that begins at θ = 0, looking no further than `reach`."""
        piece = self._whole(0.0, reach)
        for step in range(len(self.steps)):
            piece = self._shorten(step, piece, NARROW * reach)
        return piece

    def _shorten(self, step: int, piece: Piece, narrow: float) -> Piece:
        """Return the part of a piece, from its beginning, on which a step is linear."""
        high = piece.high
        while True:
            inset = INNER * high
            try:
                left = self._look(step, piece.pins, inset)
                right = self._look(step, piece.pins, high)
                high = next(self._breaks(step, piece.pins, left, right, 0), high)
                middle = self._look(step, piece.pins, high / 2)
                break
            except SolverError:
                if high <= narrow:
                    raise
                high /= 2
        cost = np.append(piece.cost, middle.cost - middle.slope * high / 2)
        slope = np.append(piece.slope, middle.slope)
        return Piece(0.0, high, cost, slope, self._pin(step, piece.pins, middle.optimum))

    def further(self, pieces: Sequence[Piece], cost: Floats) -> list[Piece]:
        """Return pieces cut further by one more step, made as small as possible after the others.

        The step is the last of the arrays of each piece; others can be tried from the same pieces.
        """
        steps, programmes = self.steps, self.programmes
        self.steps, self.programmes = [*steps, cost], [*programmes, self._with_cost(cost)]
        width = pieces[-1].high - pieces[0].low
        found = [new for piece in pieces for new in self._one_more(piece, width)]
        self.steps, self.programmes = steps, programmes
        return _merged(found)

    def _one_more(self, piece: Piece, width: float) -> list[Piece]:
        """Take the last step on a piece; where rounding hid a break of it, take all steps anew."""
        try:
            return self._deeper(len(self.steps) - 1, piece, width)
        except SolverError:
            whole = self._whole(piece.low, piece.high)
            return self._part(0, whole, piece.low, piece.high, width)

    def _deeper(self, step: int, piece: Piece, width: float) -> list[Piece]:
        """Cut a piece where the next step breaks, and go on with what lies inside each part."""
        if step == len(self.steps):
            return [piece]
        inset = INNER * (piece.high - piece.low)
        first = self._look(step, piece.pins, piece.low + inset)
        last = self._look(step, piece.pins, piece.high - inset)
        breaks = self._breaks(step, piece.pins, first, last, NARROW * width)
        edges = [piece.low, *breaks, piece.high]
        found: list[Piece] = []
        for low, high in pairwise(edges):
            found += self._part(step, piece, low, high, width)
        return found

    def _part(self, step: int, piece: Piece, low: float, high: float, width: float) -> list[Piece]:
        """Take one step on a part of a piece on which it is linear, and go on.

        Should rounding have hidden a break, so that what is pinned cannot hold all along, the
        part is halved.
        """
        try:
            middle = self._look(step, piece.pins, (low + high) / 2)
            begin = middle.cost - middle.slope * (middle.at - low)
            cost = np.append(piece.cost + (low - piece.low) * piece.slope, begin)
            slope = np.append(piece.slope, middle.slope)
            pins = self._pin(step, piece.pins, middle.optimum)
            return self._deeper(step + 1, Piece(low, high, cost, slope, pins), width)
        except SolverError:
            if high - low <= NARROW * width:
                return []  # too narrow to describe; its neighbours meet
        half = (low + high) / 2
        left = self._part(step, piece, low, half, width)
        return left + self._part(step, piece, half, high, width)

    def _breaks(
        self, step: int, pins: Pins, left: _Point, right: _Point, narrow: float
    ) -> Iterator[float]:
        """Yield where a convex piecewise linear cost breaks between two points, in order."""
        span = right.at - left.at
        if span <= narrow:
            return
        give = FLAT * (1 + max(abs(left.cost), abs(right.cost)))
        if right.cost <= left.cost + left.slope * span + give:
            return
        if left.cost <= right.cost - right.slope * span + give:
            return
        bend = right.slope - left.slope
        meet = (left.cost - right.cost + right.slope * right.at - left.slope * left.at) / bend
        if not left.at + narrow < meet < right.at - narrow:
            return
        middle = self._look(step, pins, meet)
        if middle.cost <= left.cost + left.slope * (meet - left.at) + give:
            yield meet
            return
        yield from self._breaks(step, pins, left, middle, narrow)
        yield from self._breaks(step, pins, middle, right, narrow)

    def between(
        self, piece: Piece, at: float, worths: Sequence[Floats]
    ) -> list[tuple[float, float]]:
        """Return the smallest and largest of each worth over all optimal answers at θ = `at`."""
        now = self.answer(piece, at)
        upper = self.layout.upper + at * self.moves.upper
        free = (piece.pins.columns == 0) & (upper > self.layout.lower)
        found = []
        for worth in worths:
            low = high = float(worth @ now)
            if worth[free].any():
                low = self._again(worth)
                high = max(-self._again(-worth), low)
            found.append((low, high))
        return found

    def _again(self, cost: Floats) -> float:
        """Return the smallest of a cost where θ and what is pinned are still the same."""
        self.other.set_cost(cost)
        return self.other.solve().value

    def answer(self, piece: Piece, at: float) -> Floats:
        """Return one optimal answer at θ = `at`, (columns,)."""
        self.other.set_cost(np.zeros(len(self.columns)))
        return self._solve(self.other, piece.pins, at).x


def _pinned(signs: Signs, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    """Return the lower and upper sides of what is pinned to one of them or free."""
    return np.where(signs > 0, upper, lower), np.where(signs < 0, lower, upper)


def _merged(pieces: Sequence[Piece]) -> list[Piece]:
    """Join neighbours with the same slopes."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined:
            last = joined[-1]
            give = SAME_SLOPE * (1 + np.abs(last.slope))
            if (np.abs(last.slope - piece.slope) <= give).all():
                wider = piece if piece.high - piece.low > last.high - last.low else last
                joined[-1] = Piece(last.low, piece.high, last.cost, wider.slope, wider.pins)
                continue
        joined.append(piece)
    return joined


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
        if abs(left - right) < ROUNDED:
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
    """A package, or the one `line` of it that is named, ready to be tried at any size."""

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
        return filled_by(self.planner, every - {self.package})

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
            other = planner.unsolved_copy(settings)
            for known, kept in ((planner._made, other._made), (planner._drafts, other._drafts)):
                for key, made in known.items():
                    place, history = key
                    if place not in self.touched or not any(self.package in k for _, k in history):
                        kept[key] = made
            self._tried[multiple] = filled_by(other)
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


@dataclass(frozen=True, eq=False)
class Followed:
    """The exact curve between two sizes.

    On each of `pieces` the fill of every tier is linear; `least` and `most` are the same cut
    further, ties settled for and against main task 2, whose fill is the last step; `tiers` gives
    the step of each tier.
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
    low, cost, slope = (
        np.array(column)[place]
        for column in zip(*((p.low, p.cost[step], p.slope[step]) for p in pieces), strict=True)
    )
    return np.asarray(cost + slope * (at - low))


def clear(lost: Floats) -> Floats:
    """Return displacement free of rounding."""
    return np.where(np.abs(lost) < ROUNDED, 0.0, lost)
