"""The neutral problem as a file on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.problem.model import Problem

__all__ = ["load_problem", "looks_like_problem"]


def load_problem(name: str) -> Problem:
    """Read a neutral problem from a file, or from standard input for ``-``.

    Raises
    ------
    InputError
        With everything wrong, by line and column.
    """
    from planner.cli.files import read_file
    from planner.problem.neutral import LIMITS, read_problem

    return read_problem(read_file(name, int(LIMITS["bytes"])), "<stdin>" if name == "-" else name)


def looks_like_problem(name: str, text: str) -> bool:
    """Whether a file is meant as a neutral problem rather than a scenario.

    Examples
    --------
    >>> looks_like_problem("a.json", "")
    True
    >>> looks_like_problem("a.yaml", "title: A scenario")
    False
    """
    head = text[:4096]
    if "planner-scenario/" in head:
        return False
    return name.lower().endswith(".json") or (
        head.lstrip().startswith("{") and "planner-problem/" in head
    )
