"""Any solver that PuLP knows, with a reliable status.

With some solvers PuLP reports a run stopped by a time limit as optimal; here only a proven optimum
is optimal. Programmes are always minimised: the signs of duals of a maximisation differ from
solver to solver.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pulp
from scipy import sparse

from planner.engine.highs import TOLERANCE, Certificate, certify, quiet_highs
from planner.errors import Fault, InputError, SolverError, nearest

__all__ = ["Solver", "SolverOutcome", "available_solvers", "choose_solver", "measure"]

ALIASES = {
    "cbc": ("PULP_CBC_CMD", "COIN_CMD"),
    "highs": ("HiGHS", "HiGHS_CMD"),
    "glpk": ("GLPK_CMD", "PYGLPK"),
    "scip": ("SCIP_PY", "SCIP_CMD"),
    "gurobi": ("GUROBI", "GUROBI_CMD"),
    "cplex": ("CPLEX_PY", "CPLEX_CMD"),
    "xpress": ("XPRESS_PY", "XPRESS"),
    "mosek": ("MOSEK",),
    "copt": ("COPT", "COPT_CMD"),
}
"""Short names, each with PuLP's names for it in order of preference."""

ATTEMPTS: tuple[dict[str, Any], ...] = (
    {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    {"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9, "presolve": "off"},
    {},
)
"""Options of HiGHS, tried in turn: with locked steps a programme may be infeasible by rounding."""


@dataclass(frozen=True)
class SolverOutcome:
    """Outcome of one step of a solver.

    Attributes
    ----------
    status : str
        ``"optimal"``, ``"infeasible"``, ``"unbounded"``, ``"time limit"`` (a solution that is not
        proved best) or ``"stopped"`` (no solution).
    value : float
        Value of the objective, NaN without a solution.
    bound : float
        Lower bound of the objective; −∞ where the solver reports none.
    seconds : float
        Wall clock.
    """

    status: str
    value: float
    bound: float
    seconds: float

    @property
    def gap(self) -> float:
        """Distance between value and bound, relative to the value's size (at least 1)."""
        return max(0.0, self.value - self.bound) / max(1.0, abs(self.value))


@dataclass(frozen=True)
class Solver:
    """A solver of PuLP by name, with the accuracy of its solutions.

    Attributes
    ----------
    name : str
        PuLP's own name, such as ``HiGHS`` or ``PULP_CBC_CMD``.
    slack : float
        Slack of the row that locks a step at its optimum, relative to one plus its size.
    min_increase : float
        Increases of a share up to this count as none.
    time_limit : float or None
        Seconds for one step.
    """

    name: str
    slack: float = 1e-7
    min_increase: float = 1e-5
    time_limit: float | None = None

    def solve(self, programme: pulp.LpProblem) -> SolverOutcome:
        """Solve once; raise SolverError where the solver itself fails."""
        if programme.sense != pulp.LpMinimize:
            raise ValueError("programmes are minimised")
        outcome = SolverOutcome("stopped", float("nan"), float("-inf"), 0.0)
        for extra_options in ATTEMPTS if self.name == "HiGHS" else ({},):
            with _log_file(self.name) as log:
                try:
                    programme.solve(self._instance(log, extra_options))
                except pulp.PulpError as error:
                    raise SolverError(f"{self.name} failed: {error}") from error
                outcome = self._outcome(programme, log)
            if outcome.status in ("optimal", "time limit"):
                break
        return outcome

    def _instance(self, log: Path | None, extra_options: dict[str, Any]) -> Any:
        """Return PuLP's solver object: silent, one thread, tight tolerances, no gap."""
        options: dict[str, Any] = {"msg": False, "timeLimit": self.time_limit}
        if self.name == "HiGHS":
            quiet_highs()  # the first object in a process may print a banner
            return pulp.HiGHS(**options, threads=1, gapRel=0.0, gapAbs=1e-6, **extra_options)
        if self.name in ("PULP_CBC_CMD", "COIN_CMD"):
            more = ["primalTolerance 1e-9", "dualTolerance 1e-9"]
            path = pulp.PULP_CBC_CMD.pulp_cbc_path if self.name == "PULP_CBC_CMD" else None
            return pulp.COIN_CMD(
                **options, path=path, threads=1, gapRel=0.0, options=more, logPath=str(log)
            )
        return pulp.getSolver(self.name, **options)

    def _outcome(self, programme: pulp.LpProblem, log: Path | None) -> SolverOutcome:
        value = programme.objective.value() if programme.objective is not None else 0.0
        value = float("nan") if value is None else float(value)
        status = _status(programme)
        if status == "time limit" and not measure(programme).primal <= TOLERANCE:
            status = "stopped"
        if status not in ("optimal", "time limit"):
            value = float("nan")
        bound = value if status == "optimal" else float("-inf")
        if self.name == "HiGHS" and programme.solverModel is not None and programme.isMIP():
            bound = float(programme.solverModel.getInfo().mip_dual_bound)
        elif log is not None and status == "time limit":
            bound = _cbc_bound(log)
        return SolverOutcome(status, value, bound, programme.solutionTime)


def _status(programme: pulp.LpProblem) -> str:
    """Merge the two statuses of PuLP; optimal only where both are."""
    if programme.sol_status == pulp.LpSolutionOptimal and programme.status == pulp.LpStatusOptimal:
        return "optimal"
    if programme.sol_status == pulp.LpSolutionIntegerFeasible:
        return "time limit"
    if pulp.LpStatusInfeasible in (programme.status, programme.sol_status):
        return "infeasible"
    return "unbounded" if programme.status == pulp.LpStatusUnbounded else "stopped"


@contextlib.contextmanager
def _log_file(name: str) -> Iterator[Path | None]:
    """Yield a temporary log file for CBC, which reports its bound only there."""
    if name not in ("PULP_CBC_CMD", "COIN_CMD"):
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="planner-") as folder:
        yield Path(folder, "cbc.log")


def _cbc_bound(log: Path) -> float:
    found = re.findall(r"(?m)^Lower bound:\s*(\S+)", log.read_text(errors="replace"))
    return float(found[-1]) if found else float("-inf")


def available_solvers() -> list[str]:
    """Return PuLP's names of the installed solvers."""
    return sorted(name for name in pulp.listSolvers() if _is_available(name))


def _is_available(name: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return bool(pulp.getSolver(name, msg=False).available())
    except Exception:  # a solver's own library may fail in any way when it is half installed
        return False


def choose_solver(name: str | None = None, time_limit: float | None = None) -> Solver:
    """Return a solver by name; HiGHS where it is installed, else CBC, by default.

    Parameters
    ----------
    name : str, optional
        ``"highs"``, ``"cbc"``, another short name, or a name that PuLP gives a solver. Upper and
        lower case do not matter.
    time_limit : float, optional
        Seconds for one step.

    Raises
    ------
    InputError
        The solver is unknown, or it is not installed.

    Examples
    --------
    >>> choose_solver("highs").name
    'HiGHS'
    """
    known = {solver.lower(): (solver,) for solver in pulp.listSolvers()} | ALIASES
    if name is None:
        wanted = ALIASES["highs"] + ALIASES["cbc"]
    elif name.lower() in known:
        wanted = known[name.lower()]
    else:
        hint = nearest(name.lower(), known)
        short = ", ".join(ALIASES)
        message = f"expected a solver that PuLP knows ({short}, …), found {name!r}{hint}"
        raise InputError(Fault("<options>", 0, 0, "solver", message))
    for candidate in wanted:
        if _is_available(candidate):
            exact = candidate == "HiGHS"
            return Solver(candidate, 1e-9 if exact else 1e-7, 1e-7 if exact else 1e-5, time_limit)
    installed = ", ".join(available_solvers()) or "none"
    message = f"{name or 'neither HiGHS nor CBC'} is not installed here; available: {installed}"
    raise InputError(Fault("<options>", 0, 0, "solver", message))


def measure(lp: pulp.LpProblem) -> Certificate:
    """Return the certificate of a solved linear programme, from its variables and duals alone.

    Without duals from the solver optimality is not proved: dual and gap are then 1.
    """
    variables = lp.variables()
    index = {variable: number for number, variable in enumerate(variables)}
    rows = lp.constraints()
    entries = [
        (number, index[v], value) for number, row in enumerate(rows) for v, value in row.items()
    ]
    if not entries:
        return Certificate()
    row, column, data = zip(*entries, strict=True)
    matrix = sparse.csc_array((data, (row, column)), shape=(len(rows), len(variables)))

    def numbers(values: list[Any], default: float = 0.0) -> Any:
        return np.array([default if v is None else v for v in values], dtype=float)

    duals = [r.pi for r in rows]
    proof = certify(
        matrix,
        numbers([lp.objective.get(v, 0.0) for v in variables]),
        numbers([v.lowBound for v in variables], -np.inf),
        numbers([v.upBound for v in variables], np.inf),
        numbers([r.getLb() for r in rows], -np.inf),
        numbers([r.getUb() for r in rows], np.inf),
        numbers([v.varValue for v in variables], np.nan),
        numbers(duals),
    )
    if all(dual is None for dual in duals):
        return Certificate(proof.primal, 1.0, 1.0)
    return proof
