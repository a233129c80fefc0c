"""A linear programme that HiGHS keeps and solves again after changes, with certified solutions.

Every solution is certified in NumPy. A solution that fails is solved again from cold; if that fails
too, it raises :class:`~planner.errors.CertificateError`.

The certificate of a solution: primal feasibility, dual feasibility and duality gap.

Plain NumPy, no solver: for ``min c x`` over ``row_lower <= A x <= row_upper`` and
``lower <= x <= upper``, any row duals y prove that no x costs less than

    Σ y⁺ row_lower − y⁻ row_upper + Σ d⁺ lower − d⁻ upper,   d = c − Aᵀ y

(weak duality). A solution with a cost equal to that bound is optimal, however it was computed.
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
"""Largest accepted violation, relative to one plus the size of the values compared."""

BASIC = 1
"""Status of a basic column or row in HiGHS."""

DUAL_TOLERANCE = 1e-7
"""Dual values above this, in units of the largest cost, are not 0: they define the optimal face."""

COLD: tuple[dict[str, Any], ...] = (
    {"presolve": "off", "simplex_strategy": 1},
    {"primal_feasibility_tolerance": 1e-8, "dual_feasibility_tolerance": 1e-8},
    {"primal_feasibility_tolerance": 1e-7, "dual_feasibility_tolerance": 1e-7},
    {"solver": "ipm", "primal_feasibility_tolerance": 1e-7, "dual_feasibility_tolerance": 1e-7},
)
"""Further options for a solve from cold, tried in turn until a solution is certified."""

SECONDS, SECONDS_AN_ENTRY = 5.0, 1e-3
"""Time limit of one run, seconds and seconds per matrix entry, some hundred times the usual time:
HiGHS may cycle on a degenerate programme without counting iterations."""

DEFAULTS: dict[str, Any] = {
    "presolve": "choose",
    "simplex_strategy": 1,
    "solver": "choose",
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
}
"""Default values of the options in :data:`COLD`."""


@dataclass(frozen=True)
class Certificate:
    """Distance of a solution from proven optimality; all three values are relative, ideally 0.

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
    """Return the largest of each value over some certificates.

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
    """An optimal solution and its certificate.

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
        """Return a programme for many small steps, each of which starts from a feasible basis.

        It uses primal simplex without perturbation, from the last basis.
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
        """Return the basis status of each column and row; see `BASIC`."""
        rows, columns = self.matrix.shape
        if self._highs is None:
            return np.zeros(columns, dtype=np.int64), np.full(rows, BASIC)
        basis = self._highs.getBasis()
        return (
            np.array([int(status) for status in basis.col_status], dtype=np.int64),
            np.array([int(status) for status in basis.row_status], dtype=np.int64),
        )

    def start_from(self, columns: Ints, rows: Ints) -> None:
        """Set the basis of the first solve; new columns are added to it as nonbasic."""
        self._start = columns, rows

    def set_cost(self, cost: Floats) -> None:
        """Replace the whole objective."""
        self.cost = np.array(cost, dtype=float)
        if self._highs is not None:
            index = np.arange(len(cost), dtype=np.int32)
            self._highs.changeColsCost(len(cost), index, self.cost)

    def set_bounds(self, columns: Ints, lower: Floats, upper: Floats) -> None:
        """Change the bounds of some columns."""
        if not len(columns):
            return
        self.lower[columns], self.upper[columns] = lower, upper
        if self._highs is not None:
            index = np.asarray(columns, dtype=np.int32)
            lower, upper = self.lower[columns], self.upper[columns]
            self._highs.changeColsBounds(len(index), index, lower, upper)

    def column(self, index: int) -> Floats:
        """Return one column of the matrix, (rows,)."""
        entries = slice(*self.matrix.indptr[index : index + 2])
        column = np.zeros(self.matrix.shape[0])
        column[self.matrix.indices[entries]] = self.matrix.data[entries]
        return column

    def set_column(self, index: int, column: Floats) -> None:
        """Change the coefficients of one column; the basis stays."""
        changed = np.flatnonzero(column != self.column(index))
        if not len(changed):
            return
        old, rows = self.matrix, np.flatnonzero(column)
        first, last = old.indptr[index : index + 2]
        starts = old.indptr.copy()
        starts[index + 1 :] += len(rows) - (last - first)
        data = [old.data[:first], column[rows], old.data[last:]]
        row_index = [old.indices[:first], rows, old.indices[last:]]
        self.matrix = sparse.csc_array(
            (np.concatenate(data), np.concatenate(row_index), starts), shape=old.shape
        )
        if self._highs is not None:
            for row in changed.tolist():
                self._highs.changeCoeff(row, index, float(column[row]))

    def set_rows(self, rows: Ints, lower: Floats, upper: Floats) -> None:
        """Change the right-hand sides of some rows."""
        if not len(rows):
            return
        self.row_lower[rows], self.row_upper[rows] = lower, upper
        if self._highs is not None:
            index = np.asarray(rows, dtype=np.int32)
            lower, upper = self.row_lower[rows], self.row_upper[rows]
            self._highs.changeRowsBounds(len(index), index, lower, upper)

    def fix_columns(self, low: Flags, high: Flags) -> None:
        """Fix the columns in `low` at their lower bound, those in `high` at their upper bound."""
        for marked, bound in ((low, self.lower), (high, self.upper)):
            columns = np.flatnonzero(marked)
            self.set_bounds(columns, bound[columns], bound[columns])

    def fix_rows(self, low: Flags, high: Flags) -> None:
        """Fix the rows in `low` at their lower limit, those in `high` at their upper limit."""
        for marked, limit in ((low, self.row_lower), (high, self.row_upper)):
            rows = np.flatnonzero(marked)
            self.set_rows(rows, limit[rows], limit[rows])

    def add_columns(
        self, columns: sparse.csc_array, cost: Floats, lower: Floats, upper: Floats
    ) -> Ints:
        """Append columns, nonbasic at their lower bounds; return their indices."""
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
        """Solve, from the last basis if possible, and certify; raise SolverError if that fails."""
        self.solves += 1
        if 0 in self.matrix.shape:
            return self._without_rows()
        answer = None
        attempts: list[dict[str, Any] | None] = [{}, *COLD]
        if self._highs is not None:
            attempts = [None, {"solver": "ipm"}, *COLD] if self.options else [None, *attempts]
        for options in attempts:
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

    def fix_optimal_face(self, optimum: Optimum, scale: float | None = None) -> Floats:
        """Restrict the programme to its optimal face.

        By complementary slackness a column with a reduced cost, or a row with a dual value, has the
        same value in every optimal solution; fixing just those leaves exactly the optimal face.
        `scale` is the size of costs to compare with, by default the largest.

        Returns
        -------
        ndarray (columns,)
            Remaining objective on that face: reduced costs with respect to the fixed rows, 0 for
            fixed columns. Only rounding, unless costs are of very different sizes.
        """
        tiny = DUAL_TOLERANCE * (scale or float(np.abs(self.cost).max(initial=0.0)) or 1.0)
        self.fix_columns(optimum.reduced > tiny, optimum.reduced < -tiny)
        self.fix_rows(optimum.dual > tiny, optimum.dual < -tiny)
        fixed = np.where(np.abs(optimum.dual) > tiny, optimum.dual, 0.0)
        return np.where(self.upper > self.lower, self.cost - self.matrix.T @ fixed, 0.0)

    def _without_rows(self) -> Optimum:
        """Return the optimum of a programme without rows or columns."""
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
        """Run from the last basis; without options of a cold solve, stop early where it stalls."""
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
