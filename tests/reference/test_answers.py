"""Engine, stated programme and independent reference give the same answers."""

from __future__ import annotations

import numpy as np
import pytest

from planner.problem.neutral import parse_problem
from planner.reference import reference_solution, solve_reference, solve_whole
from planner.results.losses import check_accounts
from planner.solution import solve_problem
from tests.oracles.check import differences, faults
from tests.oracles.reference import solve
from tests.strategies import SIZES, random_problem, random_static_problem

from .test_rows import with_budgets

RULES = ("value", "fair")
GIVE = {"highs": 1e-5, "cbc": 2e-4}
"""CBC gives eight digits, so that its locks may give way by 1e-7 of up to 2,000 person-months."""


def drawn(seed: int, size: str, **changes: object) -> dict:
    return random_problem(np.random.default_rng([seed, 13]), size, **changes)


def disagreements(data: dict, rule: str, solver: str) -> list[str]:
    """Return everything wrong with the stated programme's answer, or different from the engine's.

    Under *value* sums over the model are unique, those over a window are not.
    """
    if rule == "value":
        data = {key: value for key, value in data.items() if key != "report"}
    problem = parse_problem(data)
    ours, engine = solve_reference(problem, rule, solver), solve_problem(problem, rule).as_neutral()
    give = GIVE[solver]
    return faults(data, ours, give) + differences(data, engine, ours, give)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", range(24))
def test_highs_agrees_with_the_engine(seed, rule):
    assert disagreements(drawn(seed, "small"), rule, "highs") == []


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", range(10))
def test_cbc_agrees_with_the_engine(seed, rule):
    assert disagreements(drawn(seed, "tiny"), rule, "cbc") == []


@pytest.mark.parametrize("seed", range(8))
def test_cbc_agrees_on_every_tier_in_one_plan(seed):
    assert disagreements(drawn(seed, "medium", late=False), "value", "cbc") == []


@pytest.mark.parametrize("seed", range(8))
def test_with_funds_all_three_agree(seed):
    rng = np.random.default_rng([seed, 14])
    data = with_budgets(random_problem(rng, SIZES["small"], late=False), rng)

    for rule in RULES:
        assert disagreements(data, rule, "highs") == []


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", range(10))
def test_the_independent_reference_agrees(seed, rule):
    data = drawn(seed, "tiny", bounds=0)
    found = solve_reference(parse_problem(data), rule, "highs")

    assert differences(data, solve(data, rule), found, 1e-5) == []


@pytest.mark.parametrize("seed", range(10))
def test_4_static_problems_in_whole_numbers_have_a_whole_optimum(seed):
    rng = np.random.default_rng([seed, 15])
    data = random_static_problem(rng, "small", whole=True, packages=0)
    problem = parse_problem(data)
    plans = (
        solve_problem(problem, "value").as_neutral(),
        solve_reference(problem, "value", "highs"),
        solve_reference(problem, "value", "cbc"),
        solve_whole(problem, "value", "highs").as_neutral(),
        solve_whole(problem, "value", "cbc").as_neutral(),
    )

    for plan in plans[1:]:
        assert differences(data, plans[0], plan, 1e-5) == []
    for plan in plans[3:]:
        assert all(row["people"].is_integer() for row in plan["allocation"])


def test_answers_are_read_as_those_of_the_engine():
    problem = parse_problem(drawn(3, "medium", on_call=False))
    ours, engine = reference_solution(problem, "fair"), solve_problem(problem, "fair")

    assert ours.with_all.tied_up == pytest.approx(engine.with_all.tied_up, abs=1e-4)
    assert ours.asked == pytest.approx(engine.asked)
    assert ours.certificate.holds
    assert check_accounts(ours) <= 1e-6
    assert np.isnan(ours.with_all.prices).all()


def test_only_the_two_rules_are_known():
    problem = parse_problem(drawn(0, "tiny"))

    with pytest.raises(ValueError, match="'fair' or 'value', found 'even'"):
        reference_solution(problem, "even")
