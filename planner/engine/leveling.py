"""Lexicographic min-max of what decisions take from single pools, on a face of equal preference.

What the face leaves open usually falls into many small parts that share no row; each is levelled
alone. In every step the largest open share is made as small as possible; the shares that a
positive price, or their own decision, holds there are kept, and the rest goes on.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.engine.certify import Certificate
from planner.engine.highs import LinearProgramme, Optimum

__all__ = ["ELASTIC", "ELASTIC_COST", "SLACK", "level_out"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SLACK = 1e-9
"""How far a settled share may give way, so that rounding never closes the last way through."""
ELASTIC, ELASTIC_COST = 1e-8, 1e3
"""How far a limit may stretch where rounding closes the last way through, and what that costs."""
HELD = 1e-8
OPEN = 1e-9
"""Columns with less room than this are settled."""

STEPS = 60
"""Steps after which what is still open is split into parts anew."""


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
    x = x.copy()
    matrix = sparse.csr_array(face.matrix)
    room = face.upper - face.lower
    free, loose = np.flatnonzero(room[:size] > OPEN), loose[room[loose] > OPEN]
    proofs: list[Certificate] = []
    solves = 0
    waiting = [free]
    while waiting:
        columns = waiting.pop()
        columns = columns[
            np.bincount(owner[columns], minlength=int(owner.max()) + 1)[owner[columns]] > 1
        ]
        for part, places in _parts(face, matrix, x, columns, owner, loose):
            x[places], active = part.solve()
            proofs += part.proofs
            solves += part.solves
            if active.any():
                waiting.append(places[: part.count][active])
    return x[:size], proofs, solves


def _parts(
    face: LinearProgramme,
    matrix: sparse.csr_array,
    x: Floats,
    columns: Ints,
    owner: Ints,
    loose: Ints,
) -> Iterator[tuple[_Part, Ints]]:
    """Split open columns into parts that share no row that can bind; all else stays at `x`."""
    if not len(columns):
        return
    chosen = np.concatenate([columns, loose])
    fixed = x.copy()
    fixed[chosen] = 0
    used = matrix @ fixed
    rows = sparse.csr_array(matrix[:, chosen])
    lower, upper = face.row_lower - used, face.row_upper - used
    most = abs(rows) @ face.upper[chosen]
    kept = np.flatnonzero((np.diff(rows.indptr) > 0) & ((most > upper) | np.isfinite(lower)))
    rows = sparse.csr_array(rows[kept])
    of_row, of_column = _connected(rows)
    for number in np.unique(of_column[: len(columns)]):
        inside = np.flatnonzero(of_column == number)
        mine = np.flatnonzero(of_row == number)
        places = chosen[inside]
        is_share = inside < len(columns)
        low = lower[kept[mine]]
        yield (
            _Part(
                sparse.csc_array(rows[mine][:, inside]),
                face.upper[places],
                low,
                np.maximum(upper[kept[mine]], low),
                is_share,
                owner[places[is_share]],
            ),
            places,
        )


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
    """One part that shares no row with the others."""

    def __init__(
        self,
        matrix: sparse.csc_array,
        upper: Floats,
        row_lower: Floats,
        row_upper: Floats,
        is_share: NDArray[np.bool_],
        owner: Ints,
    ):
        self.count = int(is_share.sum())
        self.owner = np.unique(owner, return_inverse=True)[1]
        rows, columns = matrix.shape
        self.rows, self.columns = rows, columns
        self.upper = upper[: self.count]
        link = sparse.csr_array(
            (np.ones(self.count), (np.arange(self.count), np.arange(self.count))),
            shape=(self.count, columns),
        )
        bend = sparse.eye_array(rows)
        grid = [[matrix, bend, -bend, None], [link, None, None, -np.ones((self.count, 1))]]
        total = columns + 2 * rows + 1
        cost = np.concatenate([np.zeros(columns), np.full(2 * rows, ELASTIC_COST), [1.0]])
        self.programme = LinearProgramme.stepwise(
            sparse.csc_array(sparse.block_array(grid, format="csc")),
            cost,
            np.zeros(total),
            np.concatenate([upper, np.full(2 * rows, ELASTIC), [np.inf]]),
            np.concatenate([row_lower, np.full(self.count, -np.inf)]),
            np.concatenate([row_upper, np.zeros(self.count)]),
        )
        self.proofs: list[Certificate] = []
        self.solves = 0

    def solve(self) -> tuple[Floats, NDArray[np.bool_]]:
        """Return the columns of this part and which shares are still open after some steps.

        Most decisions end with their pools shared evenly. Many of those are tried at once: shares
        of decisions whose even level lies above c may stand e − c above the rest. Where the rest
        then fits at c, all of them were right; where it does not, fewer are tried.
        """
        active = np.ones(self.count, dtype=bool)
        stride = 1
        x = self._step(np.zeros(self.count)).x
        total = np.bincount(self.owner, x[: self.count]).astype(float)
        while active.any() and self.solves < STEPS:
            even = self._even(total, x, active)[self.owner]
            levels = np.unique(even[active])[::-1]
            cut = float(levels[min(stride, len(levels)) - 1]) if stride > 1 else float(levels[0])
            lift = np.where(active, np.maximum(even - cut, 0.0), np.inf)
            optimum = self._step(lift)
            x, top = optimum.x, float(optimum.x[-1])
            if top > cut + OPEN and stride > 1:
                stride = max(stride // 4, 1)
                continue
            if top <= cut + OPEN:
                held = active & (even >= cut - OPEN)
                stride *= 2
            else:
                pressure = np.maximum(-optimum.dual[self.rows :], 0) * active
                held = active & (pressure > HELD * max(float(pressure.max()), 1e-300))
            if not held.any() or top <= OPEN:
                active[:] = False
                break
            active &= ~held
            places = np.flatnonzero(held)
            ceiling = np.minimum(np.maximum(even, top)[places] if top <= cut + OPEN else top, 2.0)
            ceiling = np.minimum(ceiling + SLACK, self.upper[places])
            self.programme.set_bounds(places, np.zeros(len(places)), ceiling)
        return x[: self.columns], active

    def _step(self, lift: Floats) -> Optimum:
        """Minimise v where a share may be at most v + its lift."""
        rows = self.rows + np.arange(self.count)
        self.programme.set_rows(rows, np.full(self.count, -np.inf), lift)
        optimum = self.programme.solve()
        self.proofs.append(optimum.certificate)
        self.solves += 1
        return optimum

    def _even(self, total: Floats, x: Floats, active: NDArray[np.bool_]) -> Floats:
        """Return each decision's even level: what its open shares take if all take the same."""
        size = len(total)
        left = total - np.bincount(self.owner, x[: self.count] * ~active, minlength=size)
        low, high = np.zeros(size), np.full(size, 1.0 + float(self.upper.max()))
        for _ in range(50):
            middle = (low + high) / 2
            taken = np.minimum(middle[self.owner], self.upper) * active
            short = np.bincount(self.owner, taken, minlength=size) < left
            low, high = np.where(short, middle, low), np.where(short, high, middle)
        return high
