"""Solve a problem by the stated programme, with any solver: the second opinion on the engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from planner.problem.model import Problem
from planner.reference.accounts import Stepwise, account
from planner.reference.solvers import choose_solver
from planner.reference.steps import Steps, fill_by_value, fill_fairly
from planner.reference.unfold import Unfolder

__all__ = ["reference_solution", "solve_reference"]


def reference_solution(
    problem: Problem,
    rule: str = "fair",
    solver: str | None = None,
    packages: Sequence[str] | None = None,
) -> Stepwise:
    """Allocate with every package and without each of them, by the stated programme.

    Slow on purpose: a programme is written out anew for every step. See
    :func:`planner.solution.solve_problem` for the engine.

    Parameters
    ----------
    problem : Problem
    rule : {"fair", "value"}
    solver : str, optional
        See :func:`planner.reference.solvers.choose_solver`.
    packages : sequence of str, optional
        Packages whose displacement is wanted; by default all.

    Raises
    ------
    InputError
        No such solver.
    SolverError
        The solver gave no optimum.
    """
    rules = {"fair": fill_fairly, "value": fill_by_value}
    if rule not in rules:
        raise ValueError(f"expected the rule 'fair' or 'value', found {rule!r}")

    def take(steps: Steps, part: Problem, known: frozenset[str]) -> None:
        rules[rule](steps)

    return account(Unfolder(problem, take, choose_solver(solver)), rule, packages)


def solve_reference(
    problem: Problem, rule: str = "fair", solver: str | None = None
) -> dict[str, Any]:
    """Return the reference's result as a ``planner-result/1`` object.

    Examples
    --------
    >>> from planner.problem.neutral import parse_problem
    >>> problem = parse_problem({
    ...     "format": "planner-problem/1", "months": 12, "pools": {"staff": 20},
    ...     "demands": [{"id": "unit", "tier": 1, "cap": 12, "first": -60, "last": 200,
    ...                  "tour": 6, "pools": ["staff"], "prep": 2, "rest": 2}]})
    >>> round(solve_reference(problem)["demands"]["unit"]["filled"], 6)
    120.0
    """
    return reference_solution(problem, rule, solver).as_neutral()
