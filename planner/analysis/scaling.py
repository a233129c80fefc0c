"""Scaling of a package or of one of its lines, and parametric programming of the *value* rule.

The number of cohorts does not change with the size: a demand staggered in six cohorts is staggered
in six at any size. When one line is scaled the other lines of its package are left out.

A sampled curve has no proved error between two sampled sizes. The difference between the newest
values and the values predicted from their neighbours is an estimate of the error, not a bound.

Under *value* the optimum is computed exactly as a function of a parameter θ, in which right-hand
sides and bounds are linear. The objectives of the rule are optimised lexicographically. The optimal
value of the first is convex in θ (costs are minimised) and piecewise linear: two tangents either
intersect on the curve, at a breakpoint, or the value at their intersection divides the interval in
two. On each piece the duals of an interior point are optimal throughout. By complementary slackness
they describe the optimal face, and restricted to that face the next objective is again convex and
piecewise linear. No grid is needed and no breakpoint is missed, down to rounding.
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
    "CurveSampler",
    "Direction",
    "ExactCurve",
    "ParametricProgramme",
    "Piece",
    "ScaledPackage",
    "breakpoints_of",
    "exact_curve",
    "piece_values",
    "zero_rounding",
]

Signs = NDArray[np.int8]

MIN_WIDTH = 1e-7
"""Smallest width of a piece, as a share of the whole interval; narrower pieces are rounding."""

CONVEXITY_TOLERANCE = 1e-12
"""Distance from a tangent within which a value lies on it, relative to one plus its size."""

SLOPE_TOLERANCE = 1e-6
"""Difference within which two slopes are equal, relative to one plus their size."""

INSET = 1e-6
"""Distance from its ends at which a piece is evaluated, as a share of its width."""


@dataclass(frozen=True, eq=False)
class Direction:
    """Change of upper bounds and right-hand sides per unit of θ."""

    upper: Floats
    row_upper: Floats


@dataclass(frozen=True, eq=False)
class Face:
    """The optimal face of the objectives so far.

    Columns and rows are −1 at their lower bound, 1 at their upper bound, and 0 where free.
    """

    columns: Signs
    rows: Signs


@dataclass(frozen=True, eq=False)
class Piece:
    """An interval of θ on which the optimal cost of every objective is linear.

    By objective, (objectives,), `cost` is the optimal cost at `low` and `slope` its change per unit
    of θ; `face` is the optimal face on this interval.
    """

    low: float
    high: float
    cost: Floats
    slope: Floats
    face: Face


@dataclass(frozen=True, eq=False)
class _Tangent:
    at: float
    cost: float
    slope: float
    optimum: Optimum


class ParametricProgramme:
    """A linear programme with right-hand sides and bounds that are linear in a parameter θ.

    The layout is that at θ = 0, with every row that can bind at any θ of interest. The objectives
    are costs, (columns,) each, that are minimised lexicographically.
    """

    def __init__(
        self, layout: ValueProgramme, direction: Direction, objectives: Sequence[Floats]
    ) -> None:
        self.layout, self.direction, self.objectives = layout, direction, list(objectives)
        self.face_lp = layout.programme()
        self.lps = [self._with_cost(cost) for cost in self.objectives]
        self.columns = np.arange(len(layout.lower))
        self.rows = np.arange(len(layout.row_lower))
        self.free_face = Face(
            np.zeros(len(self.columns), dtype=np.int8), np.zeros(len(self.rows), dtype=np.int8)
        )

    def _with_cost(self, cost: Floats) -> LinearProgramme:
        """Return a programme for one objective, which is started from its own last basis."""
        programme = self.layout.programme()
        programme.set_cost(cost)
        return programme

    def _solve(self, programme: LinearProgramme, face: Face, at: float) -> Optimum:
        """Solve a programme at θ = `at`, restricted to a face."""
        layout, direction = self.layout, self.direction
        upper = np.maximum(layout.upper + at * direction.upper, layout.lower)
        row_upper = layout.row_upper + at * direction.row_upper
        programme.set_bounds(self.columns, *_face_bounds(face.columns, layout.lower, upper))
        programme.set_rows(self.rows, *_face_bounds(face.rows, layout.row_lower, row_upper))
        return programme.solve()

    def _tangent(self, step: int, face: Face, at: float) -> _Tangent:
        """Return the optimal cost of an objective at one θ, and its tangent there."""
        optimum = self._solve(self.lps[step], face, at)
        column = (face.columns > 0) | ((face.columns == 0) & (optimum.reduced < 0))
        row = (face.rows > 0) | ((face.rows == 0) & (optimum.dual < 0))
        slope = float(
            optimum.reduced @ np.where(column, self.direction.upper, 0)
            + optimum.dual @ np.where(row, self.direction.row_upper, 0)
        )
        return _Tangent(at, optimum.value, slope, optimum)

    def _restrict(self, step: int, face: Face, optimum: Optimum) -> Face:
        """Return the optimal face of an objective, from the reduced costs of an interior point."""
        tiny = DUAL_TOLERANCE * float(np.abs(self.objectives[step]).max(initial=0.0) or 1.0)
        columns, rows = face.columns.copy(), face.rows.copy()
        for signs, price in ((columns, optimum.reduced), (rows, optimum.dual)):
            free = (signs == 0) & (np.abs(price) > tiny)
            signs[free] = -np.sign(price[free])
        return Face(columns, rows)

    def pieces(self, low: float, high: float) -> list[Piece]:
        """Return the pieces of [low, high], in order."""
        return _joined(self._subdivide(0, self._whole_interval(low, high), high - low))

    def _whole_interval(self, low: float, high: float) -> Piece:
        """Return an interval before any objective is optimised."""
        return Piece(low, high, np.zeros(0), np.zeros(0), self.free_face)

    def first_piece(self, reach: float) -> Piece:
        """Return the piece that begins at θ = 0, at most up to `reach`."""
        piece = self._whole_interval(0.0, reach)
        for step in range(len(self.objectives)):
            piece = self._truncate(step, piece, MIN_WIDTH * reach)
        return piece

    def _truncate(self, step: int, piece: Piece, min_width: float) -> Piece:
        """Return the first part of a piece, on which an objective is linear."""
        high = piece.high
        while True:
            inset = INSET * high
            try:
                left = self._tangent(step, piece.face, inset)
                right = self._tangent(step, piece.face, high)
                high = next(self._breakpoints(step, piece.face, left, right, 0), high)
                middle = self._tangent(step, piece.face, high / 2)
                break
            except SolverError:
                if high <= min_width:
                    raise
                high /= 2
        cost = np.append(piece.cost, middle.cost - middle.slope * high / 2)
        slope = np.append(piece.slope, middle.slope)
        return Piece(0.0, high, cost, slope, self._restrict(step, piece.face, middle.optimum))

    def refine(self, pieces: Sequence[Piece], cost: Floats) -> list[Piece]:
        """Return pieces refined by one more objective, minimised after all others.

        The new objective is the last entry of the arrays of each piece. The given pieces stay as
        they are.
        """
        steps, programmes = self.objectives, self.lps
        self.objectives, self.lps = [*steps, cost], [*programmes, self._with_cost(cost)]
        width = pieces[-1].high - pieces[0].low
        found = [new for piece in pieces for new in self._refine_piece(piece, width)]
        self.objectives, self.lps = steps, programmes
        return _joined(found)

    def _refine_piece(self, piece: Piece, width: float) -> list[Piece]:
        """Optimise the last objective on a piece; all again where rounding hid a breakpoint."""
        try:
            return self._subdivide(len(self.objectives) - 1, piece, width)
        except SolverError:
            whole = self._whole_interval(piece.low, piece.high)
            return self._solve_interval(0, whole, piece.low, piece.high, width)

    def _subdivide(self, step: int, piece: Piece, width: float) -> list[Piece]:
        """Divide a piece at the breakpoints of an objective, and each part by later objectives."""
        if step == len(self.objectives):
            return [piece]
        inset = INSET * (piece.high - piece.low)
        first = self._tangent(step, piece.face, piece.low + inset)
        last = self._tangent(step, piece.face, piece.high - inset)
        breaks = self._breakpoints(step, piece.face, first, last, MIN_WIDTH * width)
        edges = [piece.low, *breaks, piece.high]
        found: list[Piece] = []
        for low, high in pairwise(edges):
            found += self._solve_interval(step, piece, low, high, width)
        return found

    def _solve_interval(
        self, step: int, piece: Piece, low: float, high: float, width: float
    ) -> list[Piece]:
        """Optimise an objective on an interval on which it is linear, then those after it.

        The interval is halved where rounding hid a breakpoint, so that the optimal face of its
        middle is infeasible elsewhere.
        """
        try:
            middle = self._tangent(step, piece.face, (low + high) / 2)
            begin = middle.cost - middle.slope * (middle.at - low)
            cost = np.append(piece.cost + (low - piece.low) * piece.slope, begin)
            slope = np.append(piece.slope, middle.slope)
            face = self._restrict(step, piece.face, middle.optimum)
            return self._subdivide(step + 1, Piece(low, high, cost, slope, face), width)
        except SolverError:
            if high - low <= MIN_WIDTH * width:
                return []  # narrower than rounding: its neighbours share an edge
        half = (low + high) / 2
        left = self._solve_interval(step, piece, low, half, width)
        return left + self._solve_interval(step, piece, half, high, width)

    def _breakpoints(
        self, step: int, face: Face, left: _Tangent, right: _Tangent, min_width: float
    ) -> Iterator[float]:
        """Yield the breakpoints of a convex piecewise linear cost between two points, in order."""
        width = right.at - left.at
        if width <= min_width:
            return
        tolerance = CONVEXITY_TOLERANCE * (1 + max(abs(left.cost), abs(right.cost)))
        if right.cost <= left.cost + left.slope * width + tolerance:
            return
        if left.cost <= right.cost - right.slope * width + tolerance:
            return
        slope_change = right.slope - left.slope
        crossing = (
            left.cost - right.cost + right.slope * right.at - left.slope * left.at
        ) / slope_change
        if not left.at + min_width < crossing < right.at - min_width:
            return
        middle = self._tangent(step, face, crossing)
        if middle.cost <= left.cost + left.slope * (crossing - left.at) + tolerance:
            yield crossing
            return
        yield from self._breakpoints(step, face, left, middle, min_width)
        yield from self._breakpoints(step, face, middle, right, min_width)

    def ranges_at(
        self, piece: Piece, at: float, weights: Sequence[Floats]
    ) -> list[tuple[float, float]]:
        """Return the minimum and maximum of each weighting over the optimal face at θ = `at`."""
        now = self.solution(piece, at)
        upper = self.layout.upper + at * self.direction.upper
        free = (piece.face.columns == 0) & (upper > self.layout.lower)
        found = []
        for weight in weights:
            low = high = float(weight @ now)
            if weight[free].any():
                low = self._minimum(weight)
                high = max(-self._minimum(-weight), low)
            found.append((low, high))
        return found

    def _minimum(self, cost: Floats) -> float:
        """Return the minimum of a cost at the same θ and on the same face as before."""
        self.face_lp.set_cost(cost)
        return self.face_lp.solve().value

    def solution(self, piece: Piece, at: float) -> Floats:
        """Return one optimal solution at θ = `at`, (columns,)."""
        self.face_lp.set_cost(np.zeros(len(self.columns)))
        return self._solve(self.face_lp, piece.face, at).x


def _face_bounds(signs: Signs, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    """Return lower and upper bounds with what lies on the face fixed at one of them."""
    return np.where(signs > 0, upper, lower), np.where(signs < 0, lower, upper)


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Join neighbouring pieces with equal slopes."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined:
            last = joined[-1]
            tolerance = SLOPE_TOLERANCE * (1 + np.abs(last.slope))
            if (np.abs(last.slope - piece.slope) <= tolerance).all():
                wider = piece if piece.high - piece.low > last.high - last.low else last
                joined[-1] = Piece(last.low, piece.high, last.cost, wider.slope, wider.face)
                continue
        joined.append(piece)
    return joined


class CurveSampler:
    """Adaptive samples of a piecewise linear curve.

    A breakpoint is expected where the lines of the two neighbouring intervals intersect. The
    estimated error of an interval is the difference between the newest value at one of its ends and
    the value that had been predicted there.

    Parameters
    ----------
    values : dict of float to float
        First values, by size.
    """

    def __init__(self, values: dict[float, float]) -> None:
        self.values = dict(values)
        edges = sorted(values)
        self.errors: dict[tuple[float, float], float] = {}
        for low, high in pairwise(edges):
            self.errors[low, high] = self._chord_error(edges, low, high)

    @property
    def max_error(self) -> float:
        """Largest estimated error, person-months."""
        return max(self.errors.values())

    def _chord_error(self, edges: list[float], low: float, high: float) -> float:
        """Return the estimated distance of the chord from the curve, by neighbouring slopes."""
        crossing = self._intersection(edges, low, high)
        if crossing is None:
            index = edges.index(low)
            sides = [self._slope(*edges[k : k + 2]) for k in (index - 1, index + 1)
                     if 0 <= k < len(edges) - 1]  # fmt: skip
            slope = self._slope(low, high)
            return max((abs(side - slope) for side in sides), default=0.0) * (high - low) / 2
        at, value = crossing
        chord = np.interp(at, [low, high], [self.values[low], self.values[high]])
        return float(abs(value - chord))

    def _slope(self, low: float, high: float) -> float:
        return (self.values[high] - self.values[low]) / (high - low)

    def _intersection(
        self, edges: list[float], low: float, high: float
    ) -> tuple[float, float] | None:
        """Return size and value where the lines of both neighbours intersect inside an interval."""
        index = edges.index(low)
        if index == 0 or index + 2 >= len(edges):
            return None
        left, right = self._slope(edges[index - 1], low), self._slope(high, edges[index + 2])
        if abs(left - right) < ROUNDED:
            return None
        at = (self.values[high] - self.values[low] + left * low - right * high) / (left - right)
        if not low + 0.02 * (high - low) < at < high - 0.02 * (high - low):
            return None
        return at, self.values[low] + left * (at - low)

    def next_size(self) -> float:
        """Return the next size: in the interval of largest error and of largest width, in turn."""
        edges = sorted(self.values)
        if len(edges) % 2:
            low, high = max(self.errors, key=lambda pair: pair[1] - pair[0])
            return (low + high) / 2
        low, high = max(self.errors, key=lambda pair: (self.errors[pair], pair[1] - pair[0]))
        crossing = self._intersection(edges, low, high)
        return (low + high) / 2 if crossing is None else crossing[0]

    def add(self, at: float, value: float) -> None:
        """Add a value; its difference from the prediction is the error on both sides."""
        edges = sorted(self.values)
        index = int(np.searchsorted(edges, at))
        low, high = edges[index - 1], edges[index]
        crossing = self._intersection(edges, low, high)
        predicted = self.values[low] + self._slope(low, high) * (at - low)
        if crossing is not None and abs(crossing[0] - at) < 1e-12:
            predicted = crossing[1]
        self.values[at] = value
        del self.errors[low, high]
        self.errors[low, at] = self.errors[at, high] = abs(value - predicted)


@dataclass(eq=False)
class ScaledPackage:
    """A package, or the one `line` of it that is named, at any multiple of its size."""

    case: Case
    planner: Planner
    package: str
    line: str | None = None

    def __post_init__(self) -> None:
        demands = self.case.problem.package(self.package).demands
        if self.line is not None and self.line not in demands:
            hint = nearest(self.line, demands)
            raise InputError(f"expected a line of {self.package!r}, found {self.line!r}{hint}")
        self._filled: dict[float, Floats] = {}

    @cached_property
    def scaled_demands(self) -> Flags:
        """Which demands are scaled, (demands,)."""
        if self.line is None:
            return self.case.inside(self.package)
        return np.array([demand.id == self.line for demand in self.case.problem.demands])

    @cached_property
    def omitted_demands(self) -> Flags:
        """Which demands are left out, (demands,)."""
        return self.case.inside(self.package) & ~self.scaled_demands

    @cached_property
    def posts(self) -> float:
        """Persons that are scaled, at multiple 1."""
        caps = np.array([demand.cap for demand in self.case.problem.demands])
        return float(caps[self.scaled_demands].sum())

    @cached_property
    def filled_without(self) -> Floats:
        """Person-months filled without the package, (demands,)."""
        all_packages = frozenset(self.case.packages)
        return filled_by(self.planner, all_packages - {self.package})

    @cached_property
    def last(self) -> LastPlans:
        """The last plans with all packages at their own size."""
        return last_plans(self.planner)

    @cached_property
    def affected_blocks(self) -> list[int]:
        """Indices of the blocks with demands of the package."""
        in_package = self.case.inside(self.package)
        blocks = self.planner.programme.blocks
        return [index for index, block in enumerate(blocks) if in_package[block.demands].any()]

    @cached_property
    def last_plan_only(self) -> bool:
        """Whether the size of the package affects the last plan only."""
        known = max(self.case.problem.known(self.package), 0)
        return all(self.last.months[index] <= known for index in self.affected_blocks)

    def scaled_data(self, data: StageData, multiple: float) -> StageData:
        """Return stage data with the package at another size."""
        block = data.block
        omitted = np.where(self.omitted_demands, 0.0, 1.0)
        factor = np.where(self.scaled_demands, multiple, omitted)[block.demand]
        changed = data.change(full=data.full * factor, upper=data.upper * factor[block.decision])
        return with_goals(changed, self.case.problem, np.ones(len(factor), dtype=bool))

    def filled(self, multiple: float) -> Floats:
        """Return person-months filled at a size by the rule's own solver, (demands,)."""
        if multiple not in self._filled:
            planner = self.planner
            planner.unfold()  # plans without the package are made once and hold at any size
            settings = list(planner.settings)
            for index in self.affected_blocks:
                settings[index] = self.scaled_data(settings[index], multiple)
            other = planner.unsolved_copy(settings)
            for known, kept in ((planner._made, other._made), (planner._drafts, other._drafts)):
                for (index, history), chain in known.items():
                    has_package = any(self.package in packages for _, packages in history)
                    if index not in self.affected_blocks or not has_package:
                        kept[index, history] = chain
            self._filled[multiple] = filled_by(other)
        return self._filled[multiple]

    def displaced(self, multiple: float) -> float:
        """Return the displaced person-months of main task 2 at a size."""
        outside = (self.case.task == 2) & ~self.case.inside(self.package)
        return float((self.filled_without - self.filled(multiple))[outside].sum())

    def value_programme(self, max_multiple: float) -> tuple[ValueProgramme, Direction]:
        """Return the programme of the affected blocks at size 0, and its change per multiple.

        Every row that can bind up to `max_multiple` is part of it.
        """
        settings = [self.last.settings[index] for index in self.affected_blocks]
        layout = ValueProgramme([self.scaled_data(data, max_multiple) for data in settings])
        upper = np.zeros(len(layout.upper))
        row_upper = np.zeros(len(layout.row_upper))
        for index, data in enumerate(settings):
            block = data.block
            is_scaled = self.scaled_demands[block.demand]
            columns = layout.start[index] + np.flatnonzero(is_scaled[block.decision])
            upper[columns] = data.full[block.decision][is_scaled[block.decision]]
            shared = layout.shared[index]
            rows = layout.shared_start[index] + np.flatnonzero(is_scaled[shared])
            row_upper[rows] = data.full[shared][is_scaled[shared]]
        layout.upper[upper > 0] = 0.0
        layout.row_upper[row_upper > 0] = 0.0
        return layout, Direction(upper, row_upper)


@dataclass(frozen=True, eq=False)
class ExactCurve:
    """The exact curve of displacement between two sizes.

    Attributes
    ----------
    pieces : list of Piece
        On each of them the fill of every tier is linear.
    min_pieces, max_pieces : list of Piece
        The same, refined by the fill of main task 2 as the last objective: ties are broken in
        favour of main task 2 and against it.
    tiers : dict of int to int
        Index of the objective of each tier.
    """

    parametric: ParametricProgramme
    pieces: list[Piece]
    min_pieces: list[Piece]
    max_pieces: list[Piece]
    tiers: dict[int, int]

    def displaced(self, sizes: Floats) -> tuple[Floats, Floats]:
        """Return least and most displacement relative to the first size, at some sizes."""
        best, worst = (
            -piece_values(self.min_pieces, -1, sizes),
            piece_values(self.max_pieces, -1, sizes),
        )
        return zero_rounding(best[0] - best), zero_rounding(worst[0] - worst)


def exact_curve(case: Case, scaled: ScaledPackage, low: float, high: float) -> ExactCurve:
    """Return the exact curve of displacement between two sizes."""
    layout, direction = scaled.value_programme(high)
    weight = layout.counted(((case.task == 2) & ~case.inside(scaled.package)).astype(float))
    steps = layout.objectives(preferences=False)
    parametric = ParametricProgramme(layout, direction, [step.cost for step in steps])
    pieces = parametric.pieces(low, high)
    tiers = {step.tier: index for index, step in enumerate(steps) if step.kind == "tier"}
    min_pieces, max_pieces = (parametric.refine(pieces, sign * weight) for sign in (-1.0, 1.0))
    return ExactCurve(parametric, pieces, min_pieces, max_pieces, tiers)


def breakpoints_of(*series: list[Piece]) -> Floats:
    """Return all sizes at which a piece of any series begins or ends."""
    sizes = np.unique([at for pieces in series for p in pieces for at in (p.low, p.high)])
    return sizes[np.concatenate([np.diff(sizes) > 1e-9, [True]])]


def piece_values(pieces: list[Piece], step: int, at: Floats) -> Floats:
    """Return the optimal cost of an objective at some sizes."""
    index = np.clip(np.searchsorted([piece.high for piece in pieces], at), 0, len(pieces) - 1)
    low, cost, slope = (
        np.array(column)[index]
        for column in zip(*((p.low, p.cost[step], p.slope[step]) for p in pieces), strict=True)
    )
    return np.asarray(cost + slope * (at - low))


def zero_rounding(lost: Floats) -> Floats:
    """Return displacement with rounding errors set to zero."""
    return np.where(np.abs(lost) < ROUNDED, 0.0, lost)
