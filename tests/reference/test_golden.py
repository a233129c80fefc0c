"""The programme as it is written: what it says, and that other programs read the same from it."""

from __future__ import annotations

import re

import highspy
import pytest

from planner.engine.highs import quiet_highs
from planner.errors import InputError
from planner.problem.neutral import parse_problem
from planner.reference import solve_reference, state, write_lp, write_mps

from .golden import CASES, FOLDER, on, problem_of, write

FAMILIES = {"cap", "pool", "work", "most", "least", "budget", "all", "lock", "level"}
"""First part of the name of every kind of row."""


@pytest.mark.parametrize("name", CASES)
def test_the_programme_reads_as_reviewed(name, tmp_path):
    expected = (FOLDER / f"{name}.lp").read_text()

    assert write(name, tmp_path).read_text() == expected


def test_every_kind_of_row_has_been_reviewed():
    text = "\n".join(path.read_text() for path in FOLDER.glob("*.lp"))
    shown = set(re.findall(r"(?m)^([a-z]+)\.", text.replace("Generals", "")))

    assert shown >= FAMILIES
    assert {path.stem for path in FOLDER.glob("*.lp")} == set(CASES)


def optimum(path) -> float:
    """Return what HiGHS makes of a file by itself."""
    solver = quiet_highs()
    assert solver.readModel(str(path)) == highspy.HighsStatus.kOk
    solver.run()
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return float(solver.getObjectiveValue())


@pytest.mark.parametrize("name", CASES)
def test_lp_and_mps_files_say_the_same(name, tmp_path):
    problem, options = problem_of(name), CASES[name][1]
    files = (
        write_lp(problem, tmp_path / "a.lp", **options),
        write_mps(problem, tmp_path / "a.mps", **options),
    )
    stated = state(problem, **options)
    stated.solve(solver_of_choice())

    assert [optimum(path) for path in files] == pytest.approx([stated.objective.value()] * 2)


def solver_of_choice():
    import pulp

    quiet_highs()
    return pulp.HiGHS(msg=False)


def test_the_files_of_all_tiers_add_up_to_the_result(tmp_path):
    problem = parse_problem(
        {
            "format": "planner-problem/1",
            "months": 6,
            "pools": {"staff": 5},
            "demands": [
                on("a", 3, 0, 5, 2, rest=1, prep=1),
                on("b", 4, 1, 5, 3, tier=2),
                on("c", 4, 0, 5, 3, tier=3),
            ],
            "bounds": [{"demands": ["c"], "min": 1}],
        }
    )
    result = solve_reference(problem, "value")

    for tier in (1, 2, 3):
        found = -optimum(write_lp(problem, tmp_path / f"{tier}.lp", tier=tier))
        assert found == pytest.approx(result["tiers"][str(tier)]["filled"], abs=1e-6)


def test_the_first_tier_is_written_unless_another_is_named():
    problem = problem_of("second_tier")

    assert state(problem).objective == state(problem, tier=1).objective
    with pytest.raises(InputError, match=r"with people in the model \(1, 2\), found 3"):
        state(problem, tier=3)


def test_only_what_can_be_stated_is_stated():
    problem = problem_of("unit")

    with pytest.raises(ValueError, match="with whole people only"):
        state(problem, "fair", whole=True)
    with pytest.raises(ValueError, match="'fair' or 'value', found 'even'"):
        state(problem, "even")


def test_names_stay_apart_and_are_taken_by_every_reader(tmp_path):
    names = ["a b", "a-b", "a_b", "é", "9", "e5", "x" * 200, "x" * 201, "w1"]
    problem = parse_problem(
        {
            "format": "planner-problem/1",
            "months": 2,
            "pools": {"staff": 100, "sta ff": 1},
            "demands": [on(name, 1, 0, 1, 2, pools=["staff", "sta ff"]) for name in names],
        }
    )

    for path in (
        write_lp(problem, tmp_path / "names.lp"),
        write_mps(problem, tmp_path / "names.mps"),
    ):
        assert optimum(path) == pytest.approx(-2.0 * len(names))
