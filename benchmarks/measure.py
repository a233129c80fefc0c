"""Measure in processes of their own, and print tables.

A measurement runs in a fresh process so that its peak memory is its own and a time limit can end
it. `run_apart` starts one; `solved` is what the process does.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import generate

__all__ = ["machine", "median", "run_apart", "solved", "table"]

HERE = Path(__file__).resolve().parent


def median(values: Sequence[float]) -> float:
    """Return the middle value (the upper one of two)."""
    return sorted(values)[len(values) // 2]


def machine() -> str:
    """Return one line on what this was measured on."""
    import highspy
    import numpy

    version = f"{highspy.HIGHS_VERSION_MAJOR}.{highspy.HIGHS_VERSION_MINOR}"
    parts = [
        f"Python {platform.python_version()}",
        f"NumPy {numpy.__version__}",
        f"HiGHS {version}",
        f"{os.cpu_count()} cores",
        f"{platform.system()} {platform.machine()}",
    ]
    if hasattr(os, "getloadavg"):
        parts.append(f"load over a quarter of an hour {os.getloadavg()[2]:.1f}")
    return ", ".join(parts)


def table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return a Markdown table; numbers are set flush right."""
    texts = [[_cell(value) for value in row] for row in rows]
    widths = [
        max(len(head), *(len(row[k]) for row in texts)) if texts else len(head)
        for k, head in enumerate(heads)
    ]
    numeric = [any(isinstance(row[k], int | float) for row in rows) for k in range(len(heads))]

    def line(cells: Sequence[str]) -> str:
        parts = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(cells, widths, numeric, strict=True)
        ]
        return f"| {' | '.join(parts)} |"

    rules = [
        "-" * (width - 1) + (":" if right else "-")
        for width, right in zip(widths, numeric, strict=True)
    ]
    return "\n".join([line(list(heads)), line(rules), *(line(row) for row in texts)])


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def run_apart(case: dict[str, Any], limit: float) -> dict[str, Any]:
    """Solve a generated problem in a fresh process.

    Parameters
    ----------
    case : dict
        ``shape`` (a function of `generate`), ``rule`` and the arguments of that function.
    limit : float
        Seconds after which solving stops; what was reached by then is returned.

    Returns
    -------
    dict
        Seconds for ``write``, ``read``, ``build``, ``solve`` and ``report``, ``peak_mib``,
        ``cpu`` (processor seconds of all of them), ``decisions``, ``settled`` (share of the
        decisions whose people are known),
        ``finished``, and the sizes of the programme.
    """
    done = subprocess.run(
        [sys.executable, str(HERE / "measure.py"), json.dumps({**case, "limit": limit})],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(HERE.parent)},
    )
    return json.loads(done.stdout)


def solved(case: dict[str, Any]) -> dict[str, Any]:
    """Build, solve and report one case, step by step."""
    from planner.engine.programme import build_programme
    from planner.problem.neutral import parse_problem
    from planner.solution import Allocation, Planner, solver_for

    limit, shape, rule = case.pop("limit"), case.pop("shape"), case.pop("rule")
    found: dict[str, Any] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        result = work()
        found[name] = time.perf_counter() - start
        return result

    data = timed("write", lambda: getattr(generate, shape)(**case))
    began = time.process_time()
    problem = timed("read", lambda: parse_problem(data))
    programme = timed("build", lambda: build_programme(problem))
    found["decisions"] = sum(len(block.demand) for block in programme.blocks)
    found["columns"] = sum(len(block.decision) for block in programme.blocks)
    found["entries"] = sum(int(block.usage.nnz) for block in programme.blocks)
    progress = Progress(found["decisions"], limit)
    planner = Planner(programme, progress.watching(solver_for(rule)))
    plan = timed("solve", lambda: progress.run(planner.unfold))
    found["finished"] = plan is not None
    found["settled"] = 1.0 if plan is not None else progress.settled()
    if plan is not None:
        timed("report", lambda: Allocation(problem, plan).filled.sum())
        found["steps"], found["repairs"] = plan.steps, plan.repairs
        found["gap"] = max(plan.certificate.as_dict().values())
    found["cpu"] = time.process_time() - began
    found["peak_mib"] = _peak_mib()
    return found


class Progress:
    """Stops a solve after some seconds and says how far it got."""

    def __init__(self, decisions: int, limit: float):
        self.decisions, self.limit = decisions, limit
        self.done = 0
        self.solver: Any = None

    def watching(self, solver: Any) -> Any:
        """Return the solver, counting the decisions of every block that it finishes."""
        import planner.engine.fair as fair

        outer = self

        class Watched(fair._MaxMinSolver):
            def __init__(self, *arguments: Any) -> None:
                super().__init__(*arguments)
                outer.solver = self

        fair._MaxMinSolver = Watched  # type: ignore[misc]

        def solve(data: Any) -> Any:
            answer = solver(data)
            self.done += len(data.full)
            self.solver = None
            return answer

        return solve

    def run(self, work: Callable[[], Any]) -> Any:
        """Return what the work returns, or None when the time is up."""
        import signal

        def stop(*_: Any) -> None:
            raise TimeoutError

        signal.signal(signal.SIGALRM, stop)
        signal.setitimer(signal.ITIMER_REAL, self.limit)
        try:
            return work()
        except TimeoutError:
            return None
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def settled(self) -> float:
        """Return the share of decisions whose people were known when the time was up."""
        held = 0 if self.solver is None else int(self.solver.held.sum())
        return (self.done + held) / max(self.decisions, 1)


def _peak_mib() -> float:
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    print(json.dumps(solved(json.loads(sys.argv[1]))))
