"""What a solver says is taken for no more than it proves."""

from __future__ import annotations

import pulp
import pytest

from planner.engine.highs import quiet_highs
from planner.errors import InputError, SolverError
from planner.problem.neutral import parse_problem
from planner.reference import solve_reference
from planner.reference.solvers import (
    Solver,
    SolverOutcome,
    _status,
    available_solvers,
    choose_solver,
    measure,
)

from .golden import problem_of

SOLVERS = ("highs", "cbc")


def programme(sense: int = pulp.LpMinimize) -> tuple[pulp.LpProblem, pulp.LpVariable]:
    """Return min −2x − y, x + y ≤ 4, x ≤ 3, with the known duals −1 and −1."""
    lp = pulp.LpProblem("known", sense)
    x, y = lp.add_variable("x", 0), lp.add_variable("y", 0)
    lp.setObjective(-2 * x - y)
    lp += x + y <= 4, "both"
    lp += x <= 3, "one"
    return lp, x


@pytest.mark.parametrize("name", SOLVERS)
def test_duals_have_the_sign_that_the_certificate_needs(name):
    lp, _ = programme()
    outcome = choose_solver(name).solve(lp)

    assert (outcome.status, outcome.value, outcome.gap) == ("optimal", pytest.approx(-7), 0)
    assert [row.pi for row in lp.constraints()] == pytest.approx([-1, -1])
    assert measure(lp).holds


@pytest.mark.parametrize("name", SOLVERS)
def test_without_a_solution_there_is_no_value(name):
    lp, x = programme()
    lp += x >= 5, "impossible"
    outcome = choose_solver(name).solve(lp)

    assert outcome.status == "infeasible"
    assert outcome.value != outcome.value


@pytest.mark.parametrize("name", SOLVERS)
def test_nothing_is_proved_about_what_has_no_end(name):
    lp = pulp.LpProblem("endless", pulp.LpMinimize)
    x = lp.add_variable("x", 0)
    lp.setObjective(-1 * x)
    lp += x >= 1, "some"

    assert choose_solver(name).solve(lp).status in ("unbounded", "infeasible", "stopped")


@pytest.mark.parametrize(
    ("status", "solution", "expected"),
    [
        (pulp.LpStatusOptimal, pulp.LpSolutionOptimal, "optimal"),
        (pulp.LpStatusOptimal, pulp.LpSolutionIntegerFeasible, "time limit"),
        (pulp.LpStatusOptimal, pulp.LpSolutionNoSolutionFound, "stopped"),
        (pulp.LpStatusNotSolved, pulp.LpSolutionNoSolutionFound, "stopped"),
        (pulp.LpStatusInfeasible, pulp.LpSolutionInfeasible, "infeasible"),
        (pulp.LpStatusUnbounded, pulp.LpSolutionUnbounded, "unbounded"),
        (pulp.LpStatusUndefined, pulp.LpSolutionNoSolutionFound, "stopped"),
    ],
)
def test_a_time_limit_is_never_an_optimum(status, solution, expected):
    lp, _ = programme()
    lp.assignStatus(status, solution)

    assert _status(lp) == expected


def test_a_stopped_step_is_an_error(monkeypatch):
    def stop(self, lp):
        lp.assignStatus(pulp.LpStatusOptimal, pulp.LpSolutionIntegerFeasible)
        return lp.status

    monkeypatch.setattr(pulp.HiGHS, "actualSolve", stop)
    with pytest.raises(SolverError, match="HiGHS says stopped"):
        solve_reference(problem_of("second_tier"), "value", "highs")


def test_a_solver_that_breaks_is_an_error(monkeypatch):
    def fail(self, lp):
        raise pulp.PulpSolverError("no licence")

    monkeypatch.setattr(pulp.HiGHS, "actualSolve", fail)
    with pytest.raises(SolverError, match="HiGHS failed: no licence"):
        solve_reference(problem_of("second_tier"), "value", "highs")


def test_programmes_are_minimised():
    lp, _ = programme(pulp.LpMaximize)

    with pytest.raises(ValueError, match="minimised"):
        choose_solver("highs").solve(lp)


def test_solvers_go_by_short_names_and_by_pulp_s():
    assert choose_solver().name == "HiGHS"
    assert choose_solver("CBC").name == choose_solver("pulp_cbc_cmd").name == "PULP_CBC_CMD"
    assert {"HiGHS", "PULP_CBC_CMD"} <= set(available_solvers())


def test_an_unknown_solver_is_named_with_the_nearest_one():
    with pytest.raises(InputError, match=r"that PuLP knows .* did you mean 'highs'"):
        choose_solver("higs")


def test_a_solver_that_is_not_there_is_named_with_those_that_are():
    absent = next(name for name in ("xpress", "mosek", "copt") if not _here(name))

    with pytest.raises(InputError, match=rf"{absent} is not installed here; available: .*HiGHS"):
        choose_solver(absent)


def _here(name: str) -> bool:
    return any(name in known.lower() for known in available_solvers())


def test_a_gap_is_relative_to_the_value():
    assert SolverOutcome("time limit", -200.0, -210.0, 1.0).gap == pytest.approx(0.05)
    assert SolverOutcome("time limit", -200.0, float("-inf"), 1.0).gap == float("inf")
    assert SolverOutcome("optimal", 0.0, 0.0, 1.0).gap == 0.0


@pytest.mark.parametrize("name", SOLVERS)
def test_an_integer_step_that_is_cut_short_tells_its_bound(name):
    lp = hard()
    outcome = Solver(choose_solver(name).name, time_limit=1.0).solve(lp)

    assert outcome.status in ("optimal", "time limit", "stopped")
    if outcome.status == "time limit":
        assert outcome.bound <= outcome.value
        assert outcome.gap > 0


def hard() -> pulp.LpProblem:
    """Return an even split of numbers that no relaxation sees: hard for its size."""
    lp = pulp.LpProblem("split", pulp.LpMinimize)
    sizes = [[(7919 * (i + 3) * (j + 11) ** 3) % 9973 + 50 for i in range(60)] for j in range(5)]
    picks = [lp.add_variable(f"x{i}", 0, 1, pulp.LpInteger) for i in range(60)]
    off = [lp.add_variable(f"off{j}", 0) for j in range(5)]
    for j, row in enumerate(sizes):
        half = sum(row) / 2
        chosen = pulp.lpSum(size * pick for size, pick in zip(row, picks, strict=True))
        lp += chosen - off[j] <= half, f"over{j}"
        lp += chosen + off[j] >= half, f"under{j}"
    lp.setObjective(pulp.lpSum(off))
    return lp


@pytest.mark.parametrize("name", SOLVERS)
def test_nothing_is_printed(name, capfd):
    quiet_highs()
    solve_reference(problem_of("composition"), "fair", name)

    assert capfd.readouterr() == ("", "")


def test_an_empty_problem_has_an_empty_answer():
    problem = parse_problem(
        {"format": "planner-problem/1", "months": 3, "pools": {"p": 1}, "demands": []}
    )

    assert solve_reference(problem)["allocation"] == []
