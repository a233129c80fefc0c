"""A linear programme kept alive in HiGHS, which changes, solves again and proves its answers.

Knows rows, columns and numbers only. Every answer is certified in NumPy; one that fails is solved
again from cold, and what still fails raises :class:`~planner.errors.CertificateError`.

The check that an answer is what it claims to be: feasible, dual feasible and without a gap.

Plain NumPy, no solver: for ``min c x`` over ``row_lower <= A x <= row_upper`` and
``lower <= x <= upper``, any row duals y prove that no x costs less than

    Σ y⁺ row_lower − y⁻ row_upper + Σ d⁺ lower − d⁻ upper,   d = c − Aᵀ y

(weak duality). An answer with a cost equal to that bound is optimal, however it was computed.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from planner.errors import CertificateError, SolverError
from planner.problem.model import Flags, Floats, Ints

__all__ = [
    "BASIC",
    "TOLERANCE",
    "Certificate",
    "LinearProgramme",
    "Optimum",
    "certify",
    "quiet_highs",
    "worst",
]

TOLERANCE = 1e-6
"""Largest violation, relative to one plus the size of what is compared, that is accepted."""

BASIC = 1
"""What marks a column or row as part of a basis."""

PIN = 1e-7
"""Duals above this (in units of the cost's largest entry) mark what every optimum shares."""

COLD: tuple[dict[str, Any], ...] = (
    {"presolve": "off", "simplex_strategy": 1},
    {"primal_feasibility_tolerance": 1e-8, "dual_feasibility_tolerance": 1e-8},
    {"primal_feasibility_tolerance": 1e-7, "dual_feasibility_tolerance": 1e-7},
    {"solver": "ipm", "primal_feasibility_tolerance": 1e-7, "dual_feasibility_tolerance": 1e-7},
)
"""Further ways to solve from cold, tried in turn until an answer is proved."""

SECONDS, SECONDS_AN_ENTRY = 5.0, 1e-3
"""Longest time of one way of solving, some hundred times what it takes: the simplex method of HiGHS
may cycle on a degenerate programme without counting its steps, and the next way then solves it."""

DEFAULTS: dict[str, Any] = {
    "presolve": "choose",
    "simplex_strategy": 1,
    "solver": "choose",
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
}
"""What an option of one way of solving goes back to."""


@dataclass(frozen=True)
class Certificate:
    """How far an answer is from proven optimality; all three are relative and ideally 0.

    Attributes
    ----------
    primal : float
        Largest violation of a row or bound.
    dual : float
        Largest reduced cost of the wrong sign.
    gap : float
        Distance between cost and proven bound.
    """

    primal: float = 0.0
    dual: float = 0.0
    gap: float = 0.0

    @property
    def holds(self) -> bool:
        """Whether all three lie within :data:`TOLERANCE` (a NaN does not)."""
        return self.primal <= TOLERANCE and self.dual <= TOLERANCE and self.gap <= TOLERANCE

    def as_dict(self) -> dict[str, float]:
        """Return ``{"primal": …, "dual": …, "gap": …}``."""
        return {"primal": self.primal, "dual": self.dual, "gap": self.gap}


def worst(*certificates: Certificate) -> Certificate:
    """Return the largest of each figure over some certificates.

    Examples
    --------
    >>> worst(Certificate(0.0, 1e-9, 0.0), Certificate(2e-9, 0.0, 0.0))
    Certificate(primal=2e-09, dual=1e-09, gap=0.0)
    """
    return Certificate(
        max((c.primal for c in certificates), default=0.0),
        max((c.dual for c in certificates), default=0.0),
        max((c.gap for c in certificates), default=0.0),
    )


def _excess(value: Floats, lower: Floats, upper: Floats) -> float:
    """Largest distance outside [lower, upper], relative to one plus the bound's size."""
    if not len(value):
        return 0.0
    with np.errstate(invalid="ignore"):
        below = (lower - value) / (1 + np.abs(lower))
        above = (value - upper) / (1 + np.abs(upper))
    below[np.isneginf(lower)] = 0
    above[np.isposinf(upper)] = 0
    return float(max(np.max(below), np.max(above), 0.0))


def certify(
    matrix: sparse.csc_array,
    cost: Floats,
    lower: Floats,
    upper: Floats,
    row_lower: Floats,
    row_upper: Floats,
    x: Floats,
    dual: Floats,
) -> Certificate:
    """Measure an answer `x` with row duals `dual` of ``min cost x``.

    Parameters
    ----------
    matrix : csc_array (rows, columns)
    cost, lower, upper, x : ndarray (columns,)
    row_lower, row_upper, dual : ndarray (rows,)
        Duals are the change of the cost per unit of right-hand side.
    """
    if not (np.isfinite(x).all() and np.isfinite(dual).all()):
        return Certificate(np.inf, np.inf, np.inf)
    activity = matrix @ x
    primal = max(_excess(activity, row_lower, row_upper), _excess(x, lower, upper))
    reduced = cost - matrix.T @ dual
    row_side = np.where(dual > 0, row_lower, row_upper)
    side = np.where(reduced > 0, lower, upper)
    row_loose, loose = ~np.isfinite(row_side), ~np.isfinite(side)
    size = 1 + float(np.abs(cost).max(initial=0.0))
    wrong = max(
        float(np.abs(dual[row_loose]).max(initial=0.0)),
        float(np.abs(reduced[loose]).max(initial=0.0)),
    )
    bound = float(dual[~row_loose] @ row_side[~row_loose] + reduced[~loose] @ side[~loose])
    value = float(cost @ x)
    return Certificate(primal, wrong / size, abs(value - bound) / (1 + abs(value)))


@contextlib.contextmanager
def _muted_stdout() -> Iterator[None]:
    """Keep a banner printed by a native library off standard output, also in notebooks."""
    try:
        sys.stdout.flush()
        kept = os.dup(1)
    except (OSError, ValueError, AttributeError):
        yield
        return
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


_greeted = False


def quiet_highs(**options: Any) -> Any:
    """Return a silent single-threaded ``highspy.Highs`` with tight tolerances."""
    global _greeted
    import highspy

    if _greeted:
        solver = highspy.Highs()
    else:
        with _muted_stdout():
            solver = highspy.Highs()
        _greeted = True
    solver.silent()
    settings = {"threads": 1, **DEFAULTS, **options}
    for name, value in settings.items():
        solver.setOptionValue(name, value)
    return solver


@dataclass(frozen=True, eq=False)
class Optimum:
    """An optimal answer and its proof.

    Attributes
    ----------
    x, reduced : ndarray (columns,)
        Values and reduced costs.
    dual : ndarray (rows,)
        Change of the cost per unit of right-hand side.
    value : float
        The cost.
    certificate : Certificate
    """

    x: Floats
    reduced: Floats
    dual: Floats
    value: float
    certificate: Certificate


class LinearProgramme:
    """``min cost x`` over ``row_lower <= A x <= row_upper``, ``lower <= x <= upper``.

    The solver object is made on the first solve and kept. Changing bounds, costs and coefficients
    keeps its basis, so the next solve is warm.
    """

    def __init__(
        self,
        matrix: sparse.csc_array,
        cost: Floats,
        lower: Floats,
        upper: Floats,
        row_lower: Floats,
        row_upper: Floats,
    ):
        self.matrix = sparse.csc_array(matrix)
        self.cost = np.array(cost, dtype=float)
        self.lower, self.upper = np.array(lower, dtype=float), np.array(upper, dtype=float)
        self.row_lower = np.array(row_lower, dtype=float)
        self.row_upper = np.array(row_upper, dtype=float)
        self.options: dict[str, Any] = {}
        self.solves = 0
        self.cold_repairs = 0
        self._highs: Any = None
        self._start: tuple[Ints, Ints] | None = None

    @classmethod
    def stepwise(cls, *arrays: Any) -> LinearProgramme:
        """Return a programme that will be solved in many small steps, each feasible for the next.

        Primal simplex without perturbation goes on from where the step before stood.
        """
        programme = cls(*arrays)
        programme.options = {
            "simplex_strategy": 4,
            "primal_simplex_bound_perturbation_multiplier": 0.0,
            "primal_feasibility_tolerance": 1e-10,
            "dual_feasibility_tolerance": 1e-10,
        }
        return programme

    def basis(self) -> tuple[Ints, Ints]:
        """Return what stands for each column and row in the basis at hand; see `BASIC`."""
        rows, columns = self.matrix.shape
        if self._highs is None:
            return np.zeros(columns, dtype=np.int64), np.full(rows, BASIC)
        basis = self._highs.getBasis()
        return (
            np.array([int(status) for status in basis.col_status], dtype=np.int64),
            np.array([int(status) for status in basis.row_status], dtype=np.int64),
        )

    def start_from(self, columns: Ints, rows: Ints) -> None:
        """Begin the first solve from part of another programme's basis, completed if need be."""
        self._start = columns, rows

    def set_cost(self, cost: Floats) -> None:
        """Replace the whole objective."""
        self.cost = np.array(cost, dtype=float)
        if self._highs is not None:
            places = np.arange(len(cost), dtype=np.int32)
            self._highs.changeColsCost(len(cost), places, self.cost)

    def set_bounds(self, columns: Ints, lower: Floats, upper: Floats) -> None:
        """Change the bounds of some columns."""
        if not len(columns):
            return
        self.lower[columns], self.upper[columns] = lower, upper
        if self._highs is not None:
            places = np.asarray(columns, dtype=np.int32)
            lower, upper = self.lower[columns], self.upper[columns]
            self._highs.changeColsBounds(len(places), places, lower, upper)

    def column(self, place: int) -> Floats:
        """Return one column of the matrix, (rows,)."""
        entries = slice(*self.matrix.indptr[place : place + 2])
        column = np.zeros(self.matrix.shape[0])
        column[self.matrix.indices[entries]] = self.matrix.data[entries]
        return column

    def set_column(self, place: int, column: Floats) -> None:
        """Change the coefficients of one column; the basis stays."""
        changed = np.flatnonzero(column != self.column(place))
        if not len(changed):
            return
        old, rows = self.matrix, np.flatnonzero(column)
        first, last = old.indptr[place : place + 2]
        starts = old.indptr.copy()
        starts[place + 1 :] += len(rows) - (last - first)
        data = [old.data[:first], column[rows], old.data[last:]]
        index = [old.indices[:first], rows, old.indices[last:]]
        self.matrix = sparse.csc_array(
            (np.concatenate(data), np.concatenate(index), starts), shape=old.shape
        )
        if self._highs is not None:
            for row in changed.tolist():
                self._highs.changeCoeff(row, place, float(column[row]))

    def set_rows(self, rows: Ints, lower: Floats, upper: Floats) -> None:
        """Change the right-hand sides of some rows."""
        if not len(rows):
            return
        self.row_lower[rows], self.row_upper[rows] = lower, upper
        if self._highs is not None:
            places = np.asarray(rows, dtype=np.int32)
            lower, upper = self.row_lower[rows], self.row_upper[rows]
            self._highs.changeRowsBounds(len(places), places, lower, upper)

    def hold_columns(self, low: Flags, high: Flags) -> None:
        """Keep the columns marked in `low` at their lower bound, those in `high` at the upper."""
        for marked, bound in ((low, self.lower), (high, self.upper)):
            columns = np.flatnonzero(marked)
            self.set_bounds(columns, bound[columns], bound[columns])

    def hold_rows(self, low: Flags, high: Flags) -> None:
        """Keep the rows marked in `low` at their lower limit, those in `high` at the upper."""
        for marked, limit in ((low, self.row_lower), (high, self.row_upper)):
            rows = np.flatnonzero(marked)
            self.set_rows(rows, limit[rows], limit[rows])

    def add_columns(
        self, columns: sparse.csc_array, cost: Floats, lower: Floats, upper: Floats
    ) -> Ints:
        """Append columns, which start at their lower bounds; return their places."""
        count, first = columns.shape[1], self.matrix.shape[1]
        self.matrix = sparse.csc_array(sparse.hstack([self.matrix, columns]))
        self.cost = np.append(self.cost, cost)
        self.lower, self.upper = np.append(self.lower, lower), np.append(self.upper, upper)
        if self._highs is not None:
            bounds = (np.asarray(values, dtype=float) for values in (cost, lower, upper))
            starts, rows = columns.indptr.astype(np.int32), columns.indices.astype(np.int32)
            self._highs.addCols(count, *bounds, columns.nnz, starts, rows, columns.data)
        return np.arange(first, first + count)

    def solve(self) -> Optimum:
        """Solve, warm if possible, and prove the answer; raise if that cannot be done."""
        self.solves += 1
        if 0 in self.matrix.shape:
            return self._without_rows()
        answer = None
        ladder: list[dict[str, Any] | None] = [{}, *COLD]
        if self._highs is not None:
            ladder = [None, {"solver": "ipm"}, *COLD] if self.options else [None, *ladder]
        for options in ladder:
            if options is not None:
                self._load(options)
            answer = self._run(options or {})
            if answer is not None and answer.certificate.holds:
                return answer
            self.cold_repairs += 1
        if answer is None:
            status = self._highs.modelStatusToString(self._highs.getModelStatus())
            raise SolverError(f"the solver stopped without an optimum: {status}")
        raise CertificateError(f"the answer could not be proved optimal: {answer.certificate}")

    def pin(self, optimum: Optimum, scale: float | None = None) -> Floats:
        """Keep only what is still optimal: fix whatever has a price at its present value.

        By complementary slackness a column with a reduced cost, or a row with a dual, has the
        same value in every optimal answer; fixing just those leaves exactly the optimal face.
        `scale` is the size of a cost that matters, by default the largest.

        Returns
        -------
        ndarray (columns,)
            What is left of the objective on that face: reduced costs with respect to the rows that
            are fixed, 0 for columns that are. Rounding, unless costs are of very different sizes.
        """
        tiny = PIN * (scale or float(np.abs(self.cost).max(initial=0.0)) or 1.0)
        self.hold_columns(optimum.reduced > tiny, optimum.reduced < -tiny)
        self.hold_rows(optimum.dual > tiny, optimum.dual < -tiny)
        fixed = np.where(np.abs(optimum.dual) > tiny, optimum.dual, 0.0)
        return np.where(self.upper > self.lower, self.cost - self.matrix.T @ fixed, 0.0)

    def _without_rows(self) -> Optimum:
        """Return the optimum where nothing limits the columns but their bounds."""
        x = np.where(self.cost < 0, self.upper, self.lower)
        return Optimum(
            x, self.cost.copy(), np.zeros(len(self.row_lower)), float(self.cost @ x), Certificate()
        )

    def _load(self, options: dict[str, Any]) -> None:
        import highspy

        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = self.matrix.shape
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = self.cost, self.lower, self.upper
        lp.row_lower_, lp.row_upper_ = self.row_lower, self.row_upper
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = self.matrix.indptr.astype(np.int32)
        lp.a_matrix_.index_ = self.matrix.indices.astype(np.int32)
        lp.a_matrix_.value_ = self.matrix.data
        self._highs = quiet_highs(**{**self.options, **options})
        self._highs.passModel(lp)
        if self._start is not None and not options:
            self._set_basis(*self._start)
        self._start = None

    def _set_basis(self, columns: Ints, rows: Ints) -> None:
        import highspy

        count = self.matrix.shape[1] - len(columns)
        columns = np.concatenate([columns, np.zeros(count, dtype=np.int64)])
        kinds = {int(kind): kind for kind in highspy.HighsBasisStatus.__members__.values()}
        basis = highspy.HighsBasis()
        basis.alien, basis.valid = True, True
        basis.col_status = [kinds[status] for status in columns.tolist()]
        basis.row_status = [kinds[status] for status in rows.tolist()]
        self._highs.setBasis(basis)

    def _run(self, options: dict[str, Any]) -> Optimum | None:
        """Run, by default from the basis at hand and giving up early where steps stall."""
        import highspy

        stalls = bool(self.options) and not options
        limit = max(2_000, self.matrix.shape[0] // 4) if stalls else 2**31 - 1
        self._highs.setOptionValue("simplex_iteration_limit", limit)
        seconds = SECONDS + SECONDS_AN_ENTRY * self.matrix.nnz
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + seconds)
        self._highs.run()
        for name in options:
            self._highs.setOptionValue(name, self.options.get(name, DEFAULTS[name]))
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = self._highs.getSolution()
        x = np.array(solution.col_value, dtype=float)
        dual = np.array(solution.row_dual, dtype=float)
        proof = certify(
            self.matrix, self.cost, self.lower, self.upper, self.row_lower, self.row_upper, x, dual
        )
        reduced = self.cost - self.matrix.T @ dual
        return Optimum(x, reduced, dual, float(self.cost @ x), proof)
