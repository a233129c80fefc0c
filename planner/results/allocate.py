"""The verbs of the package: allocate, displacement, solve."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.compile import Compiled, compile_scenario
from planner.engine.stages import PlanCache
from planner.errors import Fault, InputError, nearest
from planner.problem.model import Problem
from planner.problem.neutral import parse_problem, read_problem
from planner.results.losses import check_accounts
from planner.results.result import Result, hash_files
from planner.scenario.load import Scenario, load
from planner.solution import Solution, solve_problem

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["allocate", "as_scenario", "displacement", "result_of", "solve"]

RULES = ("fair", "value")


def allocate(
    scenario: Scenario | str | Path,
    rule: str | None = None,
    *,
    packages: Sequence[str] | None = None,
    figures: Mapping[str, float] | None = None,
    cache: PlanCache | None = None,
    drawn: bool = False,
    memory: PlanCache | None = None,
) -> Result:
    """Allocate people to the demands of a scenario, with and without each of its packages.

    Parameters
    ----------
    scenario : Scenario, str or Path
        A scenario, its file, or the name of one that comes with the package.
    rule : {"fair", "value"}, optional
        By default the scenario's own.
    packages : sequence of str, optional
        Packages for which displacement is wanted; by default all. Each package that is on takes
        part in the plan either way.
    figures : mapping of str to float, optional
        Values to take instead of the likely ones, by figure id.
    cache : PlanCache, optional
        Plans made by earlier calls, taken over where nothing about them has changed.
    drawn : bool
        The figures were drawn: what they contradict is cut instead of refused, see
        :func:`planner.compile.compile_scenario`.
    memory : PlanCache, optional
        Deprecated name of `cache`.

    Raises
    ------
    InputError
        The scenario, the rule or a name is wrong.
    SolverError
        No answer could be proved; CertificateError if the accounts do not balance.

    Examples
    --------
    >>> result = allocate("letter")
    >>> result.fill_by("main_task").columns.tolist()
    ['main_task', 'asked_person_months', 'filled_person_months', 'fill_rate']
    """
    if memory is not None:
        warnings.warn("allocate(memory=…) is now cache=…", DeprecationWarning, stacklevel=2)
        cache = memory
    chosen = as_scenario(scenario)
    files = hash_files(chosen.files)
    compiled = compile_scenario(chosen, figures, drawn=drawn)
    rule = check_rule(compiled.rule if rule is None else rule)
    if packages is not None:
        packages = _known_packages(compiled.problem, packages)
    solution = solve_problem(compiled.problem, rule, packages, cache)
    return result_of(chosen, compiled, solution, files, packages=packages, figures=figures)


def result_of(
    scenario: Scenario,
    compiled: Compiled,
    solution: Solution,
    files: Sequence[dict[str, Any]],
    *,
    packages: Sequence[str] | None = None,
    figures: Mapping[str, float] | None = None,
    **options: Any,
) -> Result:
    """Return the result of plans that were made, once their accounts balance.

    Parameters
    ----------
    files : sequence of dict
        Input files with their hashes, taken before anything was made of them.
    packages, figures, **options
        How it was asked for; the manifest says so.

    Raises
    ------
    CertificateError
        The accounts do not balance.
    """
    residual = check_accounts(solution)
    asked = {
        "packages": None if packages is None else list(packages),
        "figures": dict(figures or {}),
        **options,
    }
    return Result(
        scenario, compiled, solution, options=asked, files=tuple(files), residual=residual
    )


def displacement(scenario: Scenario | Result | str | Path, rule: str | None = None) -> pd.DataFrame:
    """Return who loses what to each package, one row a demand outside it.

    Columns: package, demand, mission, region, category, main_task, displaced_person_months (in the
    report window, without the package minus with it).

    Examples
    --------
    >>> displacement("letter").empty  # no package in it
    True
    """
    result = scenario if isinstance(scenario, Result) else allocate(scenario, rule)
    return result.displacement


def solve(problem: Problem | Mapping[str, Any] | str | Path, rule: str = "fair") -> Solution:
    """Solve a neutral problem.

    Parameters
    ----------
    problem : Problem, mapping, str or Path
        A problem, the parsed JSON object (``planner-problem/1``), or the file it is in.
    rule : {"fair", "value"}

    Raises
    ------
    InputError
        With everything wrong in the problem.

    Examples
    --------
    >>> found = solve({"format": "planner-problem/1", "months": 2, "pools": {"staff": 3},
    ...                "demands": [{"id": "untso", "tier": 2, "cap": 4, "first": 0, "last": 1,
    ...                             "tour": 1, "pools": ["staff"], "prep": 0, "rest": 0}]})
    >>> found.as_neutral()["demands"]["untso"]["fill_rate"]
    0.75
    """
    rule = check_rule(rule)
    if isinstance(problem, (str, os.PathLike)):
        problem = _read(Path(problem))
    elif not isinstance(problem, Problem):
        problem = parse_problem(problem)
    solution = solve_problem(problem, rule)
    check_accounts(solution)
    return solution


def as_scenario(scenario: Scenario | str | Path) -> Scenario:
    """Return a scenario as it is, or load it."""
    if isinstance(scenario, Scenario):
        return scenario
    if isinstance(scenario, (str, os.PathLike)):
        return load(scenario)
    message = f"expected a scenario, its file or its name, found {type(scenario).__name__}"
    raise InputError(Fault("<scenario>", 0, 0, "", message))


def _read(path: Path) -> Problem:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise InputError(Fault(str(path), 0, 0, "", f"cannot be read: {reason}")) from None
    except ValueError:
        raise InputError(Fault(str(path), 0, 0, "", "not text in UTF-8")) from None
    return read_problem(text, str(path))


def check_rule(rule: str) -> str:
    if rule not in RULES:
        message = f"expected 'fair' or 'value', found {rule!r}{nearest(rule, RULES)}"
        raise InputError(Fault("<rule>", 0, 0, "", message))
    return rule


def _known_packages(problem: Problem, packages: Sequence[str]) -> tuple[str, ...]:
    known = [package.id for package in problem.packages]
    packages = (packages,) if isinstance(packages, str) else tuple(packages)
    faults = [
        Fault("<packages>", 0, 0, "", f"no such package {name!r}{nearest(name, known)}")
        for name in packages
        if name not in known
    ]
    if faults:
        raise InputError(faults)
    return packages
