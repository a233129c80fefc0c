"""Lexicographic min-max of what decisions take from single pools, on a face of equal preference.

What the face leaves open usually falls into many small parts that share no row; each is levelled
alone. In every step the largest open share is made as small as possible; the shares that a
positive price, or their own decision, holds there are kept, and the rest goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.engine.certify import Certificate
from planner.engine.highs import BASIC, LinearProgramme, Optimum
from planner.errors import SolverError

__all__ = ["level_out"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

HELD = 1e-8
"""Share of the largest price from which a price counts as positive."""
PRICED = 1e-9
"""Share of the largest price from which a row or column is locked."""
DRIFT = 1e-10
"""How far a settled level may move should a price too small to be seen have been missed."""
OPEN = 1e-9
"""Columns with less room than this are settled."""

STEPS = 60
"""Steps after which what is still open is split into parts anew."""


@dataclass(eq=False)
class _State:
    """Where everything stands: values of the columns of the face, and its basis."""

    x: Floats
    column: Ints
    row: Ints
    link: Ints


def level_out(
    face: LinearProgramme, x: Floats, size: int, owner: Ints, loose: Ints
) -> tuple[Floats, list[Certificate], int]:
    """Return the levelled shares.

    Parameters
    ----------
    face : LinearProgramme
        Pinned to the face; its first `size` columns are shares.
    x : ndarray (columns,)
        Any point of the face.
    owner : ndarray of int (size,)
        Decision of each share.
    loose : ndarray of int
        Columns that may move freely, such as what goals miss. All others stay where they are.

    Returns
    -------
    shares (size,), certificates, solves
    """
    matrix = sparse.csr_array(face.matrix)
    room = face.upper - face.lower
    free, loose = np.flatnonzero(room[:size] > OPEN), loose[room[loose] > OPEN]
    state = _State(x.copy(), *face.basis(), np.full(size, BASIC))
    proofs: list[Certificate] = []
    solves = 0
    waiting = [free]
    while waiting:
        columns = waiting.pop()
        columns = columns[
            np.bincount(owner[columns], minlength=int(owner.max()) + 1)[owner[columns]] > 1
        ]
        for part in _parts(face, matrix, state, columns, owner, loose):
            active = part.solve()
            part.hand_over(state)
            proofs += part.proofs
            solves += len(part.proofs)
            if active.any():
                waiting.append(part.places[: part.count][active])
    return state.x[:size], proofs, solves


def _parts(
    face: LinearProgramme,
    matrix: sparse.csr_array,
    state: _State,
    columns: Ints,
    owner: Ints,
    loose: Ints,
) -> Iterator[_Part]:
    """Split open columns into parts that share no row that can bind; all else stays where it is."""
    if not len(columns):
        return
    chosen = np.concatenate([columns, loose])
    fixed = state.x.copy()
    fixed[chosen] = 0
    used = matrix @ fixed
    rows = sparse.csr_array(matrix[:, chosen])
    stands = rows @ state.x[chosen]
    # rounding may have left people a hair outside
    lower = np.minimum(face.row_lower - used, stands)
    upper = np.maximum(face.row_upper - used, stands)
    most = abs(rows) @ face.upper[chosen]
    kept = np.flatnonzero((np.diff(rows.indptr) > 0) & ((most > upper) | np.isfinite(lower)))
    rows = sparse.csr_array(rows[kept])
    of_row, of_column = _connected(rows)
    for number in np.unique(of_column[: len(columns)]):
        inside = np.flatnonzero(of_column == number)
        mine = np.flatnonzero(of_row == number)
        yield _Part(
            sparse.csc_array(rows[mine][:, inside]), lower[kept[mine]], upper[kept[mine]],
            face.upper[chosen[inside]], state, chosen[inside], kept[mine],
            owner[chosen[inside][inside < len(columns)]],
        )  # fmt: skip


def _connected(rows: sparse.csr_array) -> tuple[Ints, Ints]:
    """Number the parts of a matrix that share no row and no column, by row and by column.

    The smallest column number spreads along rows and columns until nothing changes. (SciPy's own
    routine lies in a module that takes longer to import than a small problem takes to solve.)
    """
    coo = rows.tocoo()
    of_column = np.arange(rows.shape[1])
    of_row = np.full(rows.shape[0], rows.shape[1])
    while True:
        before = of_column.copy()
        np.minimum.at(of_row, coo.row, of_column[coo.col])
        np.minimum.at(of_column, coo.col, of_row[coo.row])
        of_column = of_column[of_column]
        if (of_column == before).all():
            return of_row, of_column


class _Part:
    """One part that shares no row with the others.

    Columns are shares, what may move freely, and then levels. A level counts how far shares have
    come down from the height `start` at which it was made. Rows are those of the face and one for
    each share: what it takes and its level together are at most that height, and its lift.
    """

    def __init__(
        self,
        matrix: sparse.csc_array,
        row_lower: Floats,
        row_upper: Floats,
        upper: Floats,
        state: _State,
        places: Ints,
        rows: Ints,
        owner: Ints,
    ):
        self.count, self.places, self.rows = len(owner), places, rows
        self.owner = np.unique(owner, return_inverse=True)[1]
        self.x = state.x[places]
        self.active = np.ones(self.count, dtype=bool)
        self.total = np.bincount(self.owner, self.x[: self.count]).astype(float)
        self.links = len(rows) + np.arange(self.count)
        self.level: int | None = None
        self.start = 0.0
        link = sparse.eye_array(self.count, len(places))
        endless = np.full(self.count, np.inf)
        self.programme = LinearProgramme.stepwise(
            sparse.csc_array(sparse.vstack([matrix, link])),
            np.zeros(len(places)),
            np.zeros(len(places)),
            np.maximum(upper, self.x),
            np.concatenate([row_lower, -endless]),
            np.concatenate([row_upper, endless]),
        )
        links = state.link[places[: self.count]].copy()
        links[self.x[: self.count] < self.x[: self.count].max() - OPEN] = BASIC
        self.programme.start_from(state.column[places], np.concatenate([state.row[rows], links]))
        self.proofs: list[Certificate] = []

    def solve(self) -> Flags:
        """Level for some steps; return which shares are still open.

        Most decisions end with their pools shared evenly. Many of those are tried at once: shares
        of decisions whose even level lies above c may stand e − c above the rest. Where the rest
        then fits at c, all of them were right; where it does not, fewer are tried.
        """
        stride = 1
        while self.active.any() and len(self.proofs) < STEPS:
            even = self._even()[self.owner]
            levels = np.unique(even[self.active])[::-1]
            cut = float(levels[min(stride, len(levels)) - 1])
            lift = np.maximum(even - cut, 0.0)
            try:
                optimum, top = self._step(lift)
            except SolverError:
                if not self.proofs:
                    self.active[:] = False
                break
            if top > cut + OPEN and stride > 1:
                stride = max(stride // 4, 1)
                continue
            if top <= cut + OPEN:
                held = self.active & (even >= cut - OPEN)
                stride *= 2
            else:
                pressure = np.maximum(-optimum.dual[self.links], 0) * self.active
                held = self.active & (pressure > HELD * max(float(pressure.max()), 1e-300))
            self._lock(optimum)
            self._tie(held, lift, optimum)
            self.active &= ~held
            if not held.any() or top <= OPEN:
                self.active[:] = False
        return self.active

    def _step(self, lift: Floats) -> tuple[Optimum, float]:
        """Bring open shares down as far as they go, where each may stand by its lift above."""
        programme = self.programme
        if self.level is None:
            self.start = float(self.x[: self.count][self.active].max())
            self.level = int(
                programme.add_columns(
                    sparse.csc_array(self._hanging(self.active)[:, None]),
                    np.zeros(1), np.zeros(1), np.array([self.start]),
                )[0]
            )  # fmt: skip
        mine = self.links[self.active]
        programme.set_rows(mine, np.full(len(mine), -np.inf), lift[self.active] + self.start)
        cost = np.zeros_like(programme.cost)
        cost[self.level] = -1.0
        programme.set_cost(cost)
        optimum = programme.solve()
        self.proofs.append(optimum.certificate)
        self.x = optimum.x[: len(self.places)]
        return optimum, self.start - float(optimum.x[self.level])

    def _hanging(self, some: Flags) -> Floats:
        """Return the column of a level on which shares hang."""
        column = np.zeros(self.programme.matrix.shape[0])
        column[self.links] = some.astype(float)
        return column

    def _tie(self, held: Flags, lift: Floats, optimum: Optimum) -> None:
        """Keep shares where they are below the level just found."""
        assert self.level is not None
        place, down = np.array([self.level]), float(optimum.x[self.level])
        drift = DRIFT if abs(float(optimum.reduced[self.level])) <= 1e-7 else 0.0
        self.programme.set_column(self.level, self._hanging(held))
        self.programme.set_bounds(place, np.array([down - drift]), np.array([down + drift]))
        height = lift[held] + self.start
        self.programme.set_rows(self.links[held], height, height)
        rest = self.links[self.active & ~held]
        self.programme.set_rows(rest, np.full(len(rest), -np.inf), np.full(len(rest), np.inf))
        self.level = None

    def _lock(self, optimum: Optimum) -> None:
        """Keep what every optimum has in common: rows with a price, columns with a reduced cost."""
        programme = self.programme
        tiny = PRICED * max(1.0, float(np.abs(optimum.dual).max(initial=0.0)))
        own = optimum.reduced[: len(self.places)]
        low, high = np.flatnonzero(own > tiny), np.flatnonzero(own < -tiny)
        programme.set_bounds(low, programme.lower[low], programme.lower[low])
        programme.set_bounds(high, programme.upper[high], programme.upper[high])
        dual = optimum.dual[: len(self.rows)]
        low, high = np.flatnonzero(dual > tiny), np.flatnonzero(dual < -tiny)
        programme.set_rows(low, programme.row_lower[low], programme.row_lower[low])
        programme.set_rows(high, programme.row_upper[high], programme.row_upper[high])

    def hand_over(self, state: _State) -> None:
        """Write down where everything stands, for the parts that follow."""
        state.x[self.places] = self.x
        columns, rows = self.programme.basis()
        state.column[self.places] = columns[: len(self.places)]
        state.row[self.rows] = rows[: len(self.rows)]
        state.link[self.places[: self.count]] = rows[len(self.rows) :]

    def _even(self) -> Floats:
        """Return each decision's even level: what its open shares take if all take the same."""
        size, upper = len(self.total), self.programme.upper[: self.count]
        left = self.total - np.bincount(
            self.owner, self.x[: self.count] * ~self.active, minlength=size
        )
        low, high = np.zeros(size), np.full(size, 1.0 + float(upper.max()))
        for _ in range(50):
            middle = (low + high) / 2
            taken = np.minimum(middle[self.owner], upper) * self.active
            short = np.bincount(self.owner, taken, minlength=size) < left
            low, high = np.where(short, middle, low), np.where(short, high, middle)
        return high
