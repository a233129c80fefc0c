"""Random problems with the answers of an independent solver of the model page, under *fair*.

Mixes, dwell, demands on call, composition bounds and packages that become known late occur in
them. Each file holds a neutral problem and the person-months filled by demand inside the report
window, and those displaced from main task 2 by package, worked out outside this repository.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from planner.problem.neutral import dump_problem, parse_problem
from tests.oracles.check import faults

from .solving import SOLVERS, Data

CASES = sorted((Path(__file__).parent / "cases").glob("case-*.json"))
AGREEMENT = 5e-4
"""Share of what is asked to which the answers were worked out."""


def worst(result: Data, problem: Data, expected: dict[str, dict[str, float]]) -> float:
    """Return the largest difference in fill or displacement, as a share of what is asked."""
    rows = result["demands"]
    found = [
        abs(rows[name]["filled"] - people) / max(rows[name]["asked"], 1.0)
        for name, people in expected["filled"].items()
    ]
    lines = problem["demands"]
    asked = sum(rows[line["id"]]["asked"] for line in lines if line.get("main_task", 2) == 2)
    for package, people in expected["displaced"].items():
        found.append(abs(result["displacement"][package]["total"] - people) / max(asked, 1.0))
    return max(found)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_answers_are_those_of_an_independent_solver(path: Path, solver: str) -> None:
    data = json.loads(path.read_text())
    result = SOLVERS[solver](data["problem"], "fair")
    assert worst(result, data["problem"], data["expected"]) <= AGREEMENT
    assert faults(data["problem"], result) == []


def test_the_cases_hold_what_they_are_for() -> None:
    problems = [parse_problem(json.loads(path.read_text())["problem"]) for path in CASES]
    lines = [line for problem in problems for line in problem.demands]
    assert len(CASES) == 20
    assert any(not line.plain for line in lines)
    assert any(line.on_call for line in lines)
    assert any(True in line.dwell for line in lines)
    assert any(False in line.dwell for line in lines)
    assert any(problem.replan_months for problem in problems)


def test_cases_survive_being_written_out() -> None:
    for path in CASES:
        problem = parse_problem(json.loads(path.read_text())["problem"])
        assert parse_problem(dump_problem(problem)).demands == problem.demands
