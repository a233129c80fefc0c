"""Losses in persons at a time, before and after a package begins, and tour by tour."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

import planner as pl
from planner.problem.neutral import parse_problem
from planner.results.losses import first_month, losses, lost_tours
from planner.solution import Solution, solve_problem
from tests.strategies import problems

LINE = {"tier": 2, "tour": 1, "pools": ["staff"], "prep": 0, "rest": 0}


def problem(strength: float, package: float) -> dict[str, object]:
    return {
        "format": "planner-problem/1", "months": 12, "pools": {"staff": strength},
        "demands": [
            {"id": "untso", "cap": 8, "first": 0, "last": 11, **LINE},
            {"id": "flank", "cap": package, "first": 6, "last": 11, **LINE, "tier": 1,
             "main_task": 1},
        ],
        "packages": {"flank": {"demands": ["flank"]}},
    }  # fmt: skip


def test_a_loss_is_stated_in_persons_and_months() -> None:
    (loss,) = losses(solve_problem(parse_problem(problem(10, 5))), "flank")

    assert loss.person_months == pytest.approx(18)
    assert loss.most_persons == pytest.approx(3)
    assert (loss.first, loss.last, loss.months) == (6, 11, 6)
    assert loss.before_person_months == 0
    assert loss.whole


def test_less_than_half_a_person_at_any_time_is_not_whole() -> None:
    (loss,) = losses(solve_problem(parse_problem(problem(10, 2.4))), "flank")

    assert loss.person_months == pytest.approx(2.4)  # six months of 0.4 persons
    assert loss.most_persons == pytest.approx(0.4)
    assert not loss.whole
    assert (loss.first, loss.last, loss.months) == (-1, -1, 0)


def explained(solution: Solution, package: str) -> None:
    """Check that displacement is that of tours, and that none of them had to be kept."""
    problem = solution.problem
    tours = lost_tours(solution, package)
    known = problem.known(package)
    for tour in tours:
        if known > 0:
            assert tour.first >= tour.free_from > known
            assert tour.prepares >= known  # no preparation had begun when it became known
    wanted = solution.displaced(package)
    found = dict.fromkeys((one.id for one in problem.demands), 0.0)
    before = 0.0
    for tour in tours:
        found[tour.demand] += tour.before_person_months + tour.after_person_months
        before += tour.before_person_months
    scale = 1 + solution.asked.sum()
    assert list(found.values()) == pytest.approx(wanted.tolist(), abs=2e-5 * scale)
    stated = sum(one.before_person_months for one in losses(solution, package, main_task=None))
    assert before == pytest.approx(stated, abs=2e-5 * scale)


@settings(max_examples=30)
@given(problems())
def test_every_lost_person_month_is_a_tour_that_was_still_free(data: dict[str, object]) -> None:
    found = parse_problem(data)
    if not found.packages:
        return
    solution = solve_problem(found)
    for package in found.packages:
        explained(solution, package.id)


@pytest.mark.parametrize("name", ["eastern-flank-battalion", "eastern-flank-brigade"])
def test_no_mission_loses_a_tour_in_preparation(name: str) -> None:
    explained(pl.allocate(name).solution, "eastern-flank")


def test_no_mission_loses_a_tour_in_preparation_in_draws() -> None:
    ensemble = pl.simulate("eastern-flank-battalion", draws=8, replicates=2, workers=1, share=4)
    lost = ensemble.draws["displacement.eastern-flank"].to_numpy()
    checked = np.argsort(-lost)[:3]
    for number in checked.tolist():
        explained(ensemble.draw(number).result.solution, "eastern-flank")


def test_people_on_duty_add_up_to_what_is_filled() -> None:
    solution = pl.allocate("eastern-flank-company").solution
    first, last = solution.problem.report
    people = solution.with_all.on_duty[:, first : last + 1].sum(axis=1)
    assert people.tolist() == pytest.approx(solution.with_all.filled.tolist(), abs=1e-6)
    begins = solution.problem.demand("ef-unit").first
    assert first_month(solution, "eastern-flank") == begins
