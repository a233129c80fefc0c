"""Which engine solves: the fast one, or the programme stated with PuLP and any solver it knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.cli.options import Engine
from planner.errors import Fault, InputError

if TYPE_CHECKING:
    from planner.problem.model import Problem
    from planner.results.result import Result
    from planner.scenario.load import Scenario
    from planner.solution import Solution

__all__ = ["allocated", "check_choice", "solved"]


def check_choice(
    engine: Engine, solver: str | None, whole: bool, seconds: float | None = None
) -> None:
    """Refuse options that do not go together, or a solver that is not there, before any work."""
    if seconds is not None and not whole:
        raise InputError(Fault("--time-limit", 0, 0, "", "only goes with --whole-people"))
    if engine is Engine.HIGHS and not whole:
        if solver is not None:
            message = "is for --engine pulp or --whole-people; the default engine is HiGHS itself"
            raise InputError(Fault("--solver", 0, 0, "", message))
        return
    from planner.reference.solvers import choose_solver

    try:
        choose_solver(solver)
    except InputError as error:
        raise InputError(
            [Fault("--solver", 0, 0, "", getattr(f, "message", str(f))) for f in error.faults]
        ) from None


def solved(
    problem: Problem,
    rule: str,
    engine: Engine = Engine.HIGHS,
    solver: str | None = None,
    whole: bool = False,
    seconds: float | None = None,
) -> Solution:
    """Solve with the engine that was asked for.

    Parameters
    ----------
    problem : Problem
    rule : {"fair", "value"}
    engine : Engine
    solver : str, optional
        For PuLP.
    whole : bool
        Whole people and all-or-nothing units, always through PuLP.
    seconds : float, optional
        With whole people, how long each step may take.
    """
    check_choice(engine, solver, whole, seconds)
    if whole:
        from planner.reference.whole import solve_whole

        return solve_whole(problem, rule, solver, seconds)
    if engine is Engine.PULP:
        from planner.reference.plans import reference_solution

        return reference_solution(problem, rule, solver)
    from planner.results.accounting import check_accounts
    from planner.solution import solve_problem

    solution = solve_problem(problem, rule)
    check_accounts(solution)
    return solution


def allocated(
    scenario: Scenario,
    rule: str | None,
    engine: Engine = Engine.HIGHS,
    solver: str | None = None,
    whole: bool = False,
    seconds: float | None = None,
) -> Result:
    """Allocate a scenario with the engine that was asked for; see :func:`solved`."""
    from planner.results.verbs import allocate

    if engine is Engine.HIGHS and not whole:
        return allocate(scenario, rule)
    from planner.compile import compile_scenario
    from planner.results.manifest import hash_files
    from planner.results.result import Result

    files = hash_files(scenario.files)
    compiled = compile_scenario(scenario)
    solution = solved(compiled.problem, rule or compiled.rule, engine, solver, whole, seconds)
    options: dict[str, Any] = {"engine": "pulp", "whole_people": whole, "time_limit": seconds}
    options |= {key: getattr(solution, key) for key in ("solver", "status")}
    return Result(scenario, compiled, solution, options=options, files=files)
