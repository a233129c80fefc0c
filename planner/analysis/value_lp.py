"""The *value* programme of one or more blocks, written out so that its optimum can be explored.

Columns are people (block by block), then what each composition goal misses. Rows are the limits
that can bind, one for each decision with several open pools, and the goals. Objectives are the
steps of the rule, first to last, each a cost to be made as small as possible.

How an optimum moves as one number changes: exact pieces by parametric linear programming.

Right-hand sides and bounds are linear in a number θ. The steps of the rule are taken one after
another. The best value of the first is convex in θ (costs are made small) and piecewise linear:
two tangents either meet on it, and there it breaks, or its value where they meet cuts the interval
in two. On each of its pieces the dual prices of an inner point hold throughout, by complementary
slackness they name what every optimum shares, and with that pinned the next step is convex and
piecewise linear in turn. So no grid is needed and no breakpoint is missed, down to rounding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.engine.highs import PIN, LinearProgramme, Optimum
from planner.engine.setting import Setting
from planner.errors import SolverError

__all__ = ["Moves", "Objective", "Parametric", "Piece", "Sheet"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Objective:
    """One step of the rule.

    Attributes
    ----------
    kind : str
        ``"goals"`` (persons missing), ``"tier"`` (minus weighted person-months) or
        ``"preference"`` (person-months × place in the list).
    tier : int
        0 for preferences.
    cost : ndarray (columns,)
    """

    kind: str
    tier: int
    cost: Floats


class Sheet:
    """Rows and columns of the programme of some settings.

    Parameters
    ----------
    settings : sequence of Setting
        The blocks; their rows never touch.
    least : sequence of ndarray, optional
        Smallest limits that will be tried, by block; rows that bind for these are kept.
    merge : bool
        Keep only the tightest of rows that are alike; not where limits will change.

    Attributes
    ----------
    start : ndarray of int (blocks + 1,)
        First column of each block.
    limits : list of ndarray of int
        Rows of each setting's limits that are kept.
    limit_start : ndarray of int (blocks + 1,)
        Their first row, by block.
    shared : list of ndarray of int
        Decisions of each block with a row of their own.
    shared_start : ndarray of int (blocks + 1,)
    size : int
        Columns of people.
    """

    def __init__(
        self,
        settings: Sequence[Setting],
        least: Sequence[Floats] | None = None,
        merge: bool = True,
    ) -> None:
        """Choose rows and write them."""
        self.settings = tuple(settings)
        self.start = _edges([len(setting.block.decision) for setting in settings])
        self.size = int(self.start[-1])
        self.limits, self.shared = [], []
        for place, setting in enumerate(settings):
            least_limit = setting.limit if least is None else least[place]
            kept = np.flatnonzero(setting.rows @ setting.most > least_limit * (1 + 1e-12))
            self.limits.append(_distinct(setting, kept) if merge else kept)
            several = np.bincount(
                setting.block.decision, setting.most > 0, minlength=len(setting.full)
            )
            self.shared.append(np.flatnonzero((several > 1) & ~setting.settled))
        self.goals = [np.flatnonzero(setting.goal > 0) for setting in settings]
        self.limit_start = _edges([len(kept) for kept in self.limits])
        self.shared_start = _edges([len(kept) for kept in self.shared]) + self.limit_start[-1]
        self._write()

    def _write(self) -> None:
        """Write matrix and bounds."""
        settings = self.settings
        missing = sum(len(goals) for goals in self.goals)
        parts = list(zip(settings, self.limits, self.shared, self.goals, strict=True))
        upper = _diagonal([s.rows[kept] for s, kept, _, _ in parts])
        pick = _diagonal([s.block.pick[shared] for s, _, shared, _ in parts])
        goal = _diagonal([s.block.bounds.matrix[goals] for s, _, _, goals in parts])
        people = sparse.vstack([upper, pick, goal])
        lacks = sparse.vstack(
            [
                sparse.csr_array((upper.shape[0] + pick.shape[0], missing)),
                sparse.eye_array(missing, format="csr"),
            ]
        )
        self.matrix = sparse.csc_array(sparse.hstack([people, lacks]))
        goals = _joined([s.goal[goals] for s, _, _, goals in parts])
        self.lower = np.concatenate([_joined([s.lower for s in settings]), np.zeros(missing)])
        self.upper = np.concatenate(
            [_joined([np.maximum(s.most, s.lower) for s in settings]), goals]
        )
        settled = _joined([s.rows[kept] @ s.lower for s, kept, _, _ in parts])
        limit = _joined([s.limit[kept] for s, kept, _, _ in parts])
        full = _joined([s.full[shared] for s, _, shared, _ in parts])
        self.row_upper = np.concatenate(
            [np.maximum(limit, settled), full, np.full(missing, np.inf)]
        )
        self.row_lower = np.concatenate([np.full(len(limit) + len(full), -np.inf), goals])

    def programme(self) -> LinearProgramme:
        """Return the programme with no objective yet."""
        return LinearProgramme(
            self.matrix,
            np.zeros(self.matrix.shape[1]),
            self.lower,
            self.upper,
            self.row_lower,
            self.row_upper,
        )

    def objectives(self, preferences: bool = True) -> list[Objective]:
        """Return the steps of the rule: goals and fill tier by tier, then preferences."""
        tiers = sorted({tier for setting in self.settings for tier in setting.tiers})
        steps = []
        tier_of = _joined([s.tier[s.block.decision] for s in self.settings])
        months = _joined([s.block.duty_months[s.block.decision] for s in self.settings])
        weight = _joined([s.weight[s.block.decision] for s in self.settings])
        place = _joined([s.block.option for s in self.settings])
        pairs = zip(self.settings, self.goals, strict=True)
        goal_tier = _joined([s.goal_tier[goals] for s, goals in pairs])
        lacks = np.zeros(len(goal_tier))
        for tier in tiers:
            if (goal_tier == tier).any():
                cost = np.concatenate([np.zeros(self.size), (goal_tier == tier).astype(float)])
                steps.append(Objective("goals", tier, cost))
            worth = weight * months * (tier_of == tier)
            steps.append(Objective("tier", tier, np.concatenate([-worth, lacks])))
        if preferences and (place > 0).any():
            steps.append(Objective("preference", 0, np.concatenate([months * place, lacks])))
        return steps

    def counted(self, demands: Floats, pool: int | None = None) -> Floats:
        """Return a cost of so much a person-month inside the report window.

        Parameters
        ----------
        demands : ndarray (demands,)
            For each demand of the problem.
        pool : int, optional
            Count people of this pool of the problem only.
        """
        parts = []
        for setting in self.settings:
            block = setting.block
            worth = (setting.counted * demands[block.demand])[block.decision]
            if pool is not None:
                worth = worth * block.pool_share(pool)
            parts.append(worth)
        lacks = self.matrix.shape[1] - self.size
        return np.concatenate([_joined(parts), np.zeros(lacks)])

    def split(self, x: Floats) -> list[Floats]:
        """Return people on the columns of each block, clear of rounding."""
        return [
            np.clip(x[low:high], setting.lower, np.maximum(setting.most, setting.lower))
            for setting, low, high in zip(
                self.settings, self.start[:-1], self.start[1:], strict=True
            )
        ]

    def optimal(self, preferences: bool = True) -> tuple[LinearProgramme, Floats, list[float]]:
        """Return the programme of all optimal answers, one of them, and the cost of each step."""
        programme = self.programme()
        x = np.where(np.isfinite(programme.lower), programme.lower, 0.0)
        costs = []
        for step in self.objectives(preferences):
            optimum = minimise(programme, step.cost)
            programme.pin(optimum)
            x = optimum.x
            costs.append(optimum.value)
        return programme, x, costs


def minimise(programme: LinearProgramme, cost: Floats) -> Optimum:
    """Solve a programme for another cost."""
    programme.set_cost(cost)
    return programme.solve()


def _edges(sizes: Sequence[int]) -> Ints:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _joined(parts: Sequence[Any]) -> Any:
    return np.concatenate(parts) if parts else np.zeros(0)


def _diagonal(parts: Sequence[sparse.csr_array]) -> sparse.csr_array:
    return sparse.csr_array(sparse.block_diag(parts, format="csr"))


def _distinct(setting: Setting, kept: Ints) -> Ints:
    """Return one row of each group of equal rows: the one with the smallest limit."""
    rows = setting.rows[kept]
    rows.sort_indices()
    best: dict[bytes, int] = {}
    for place in range(len(kept)):
        entries = slice(rows.indptr[place], rows.indptr[place + 1])
        key = rows.indices[entries].tobytes() + rows.data[entries].tobytes()
        if key not in best or setting.limit[kept[place]] < setting.limit[kept[best[key]]]:
            best[key] = place
    return kept[np.sort(np.fromiter(best.values(), dtype=np.int64, count=len(best)))]


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

    Attributes
    ----------
    low, high : float
    cost, slope : ndarray (steps,)
        Best cost of each step at `low`, and its change per unit of θ.
    pins : Pins
        What all optimal answers in this interval share.
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
    """The programme of a sheet along a number θ.

    Parameters
    ----------
    sheet : Sheet
        As it stands at θ = 0, but with every row that can bind anywhere.
    moves : Moves
    steps : sequence of ndarray (columns,)
        Costs, made as small as possible one after another.
    """

    def __init__(self, sheet: Sheet, moves: Moves, steps: Sequence[Floats]) -> None:
        self.sheet, self.moves, self.steps = sheet, moves, list(steps)
        self.programmes: list[LinearProgramme] = []
        self.other = sheet.programme()
        for cost in self.steps:
            self._add(cost)
        self.columns = np.arange(len(sheet.lower))
        self.rows = np.arange(len(sheet.row_lower))
        self.free = Pins(
            np.zeros(len(self.columns), dtype=np.int8), np.zeros(len(self.rows), dtype=np.int8)
        )

    def _add(self, cost: Floats) -> None:
        """Write one programme for each step: its costs stay, so its last basis is a good start."""
        programme = self.sheet.programme()
        programme.set_cost(cost)
        self.programmes.append(programme)

    def _solve(self, programme: LinearProgramme, pins: Pins, at: float) -> Optimum:
        """Solve a programme where θ = `at`, within what is pinned."""
        sheet, moves = self.sheet, self.moves
        lower, upper = sheet.lower, np.maximum(sheet.upper + at * moves.upper, sheet.lower)
        row_lower, row_upper = sheet.row_lower, sheet.row_upper + at * moves.row_upper
        programme.set_bounds(
            self.columns,
            np.where(pins.columns > 0, upper, lower),
            np.where(pins.columns < 0, lower, upper),
        )
        programme.set_rows(
            self.rows,
            np.where(pins.rows > 0, row_upper, row_lower),
            np.where(pins.rows < 0, row_lower, row_upper),
        )
        return programme.solve()

    def solve(self, cost: Floats, pins: Pins, at: float) -> Optimum:
        """Return the optimum of any cost where θ = `at`, within what is pinned."""
        self.other.set_cost(cost)
        return self._solve(self.other, pins, at)

    def _look(self, step: int, pins: Pins, at: float) -> _Point:
        """Return the best cost of a step at one θ and a tangent there."""
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
        tiny = PIN * float(np.abs(self.steps[step]).max(initial=0.0) or 1.0)
        columns, rows = pins.columns.copy(), pins.rows.copy()
        columns[(columns == 0) & (optimum.reduced < -tiny)] = 1
        columns[(columns == 0) & (optimum.reduced > tiny)] = -1
        rows[(rows == 0) & (optimum.dual < -tiny)] = 1
        rows[(rows == 0) & (optimum.dual > tiny)] = -1
        return Pins(columns, rows)

    def pieces(self, low: float, high: float) -> list[Piece]:
        """Return the pieces of [low, high], in order."""
        empty = np.zeros(0)
        found = self._deeper(0, Piece(low, high, empty, empty, self.free), high - low)
        return _merged(found)

    def first(self, reach: float) -> Piece:
        """Return the piece that begins at θ = 0, looking no further than `reach`."""
        piece = Piece(0.0, reach, np.zeros(0), np.zeros(0), self.free)
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
        return Piece(
            0.0,
            high,
            np.append(piece.cost, middle.cost - middle.slope * high / 2),
            np.append(piece.slope, middle.slope),
            self._pin(step, piece.pins, middle.optimum),
        )

    def further(self, pieces: Sequence[Piece], cost: Floats) -> list[Piece]:
        """Return pieces cut further by one more step, made as small as possible after the others.

        The step is the last of the arrays of each piece; others can be tried from the same pieces.
        """
        steps, programmes = self.steps, self.programmes
        self.steps, self.programmes = [*steps, cost], [*programmes]
        self._add(cost)
        width = pieces[-1].high - pieces[0].low
        found = [new for piece in pieces for new in self._one_more(piece, width)]
        self.steps, self.programmes = steps, programmes
        return _merged(found)

    def _one_more(self, piece: Piece, width: float) -> list[Piece]:
        """Take the last step on a piece; where rounding hid a break of it, take all steps anew."""
        try:
            return self._deeper(len(self.steps) - 1, piece, width)
        except SolverError:
            empty = np.zeros(0)
            return self._part(0, Piece(piece.low, piece.high, empty, empty, self.free),
                              piece.low, piece.high, width)  # fmt: skip

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
            inner = Piece(
                low,
                high,
                np.append(piece.cost + (low - piece.low) * piece.slope, begin),
                np.append(piece.slope, middle.slope),
                self._pin(step, piece.pins, middle.optimum),
            )
            return self._deeper(step + 1, inner, width)
        except SolverError:
            if high - low <= NARROW * width:
                return []  # nothing is said about so little; its neighbours meet there
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
        upper = self.sheet.upper + at * self.moves.upper
        free = (piece.pins.columns == 0) & (upper > self.sheet.lower)
        found = []
        for worth in worths:
            if not worth[free].any():
                found.append((float(worth @ now), float(worth @ now)))
                continue
            low = self._again(worth)
            found.append((low, max(-self._again(-worth), low)))
        return found

    def _again(self, cost: Floats) -> float:
        """Return the smallest of a cost where θ and what is pinned are still the same."""
        self.other.set_cost(cost)
        return self.other.solve().value

    def answer(self, piece: Piece, at: float) -> Floats:
        """Return one optimal answer at θ = `at`, (columns,)."""
        return self.solve(np.zeros(len(self.columns)), piece.pins, at).x


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
