"""Truth 2: everybody is somewhere, and what a package takes comes from somewhere."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import planner as pl
from planner.errors import CertificateError
from planner.results.accounting import TOLERANCE, accounts, check_accounts
from tests.strategies import problems


def tied_up(solution: pl.Solution, allocation: Any) -> Counter[tuple[str, str, int]]:
    """People tied up by (demand, pool, month of the model), counted tour by tour."""
    people: Counter[tuple[str, str, int]] = Counter()
    s, names = allocation.service, list(solution.problem.pools)
    for k in range(len(s.people)):
        demand, pool = solution.problem.demands[s.demand[k]].id, names[s.pool[k]]
        for month in range(max(s.prepares[k], 0), min(s.rests[k], solution.problem.months - 1) + 1):
            people[demand, pool, month] += s.people[k]
    return people


def balance(solution: pl.Solution, package: str) -> dict[tuple[str, int], tuple[float, ...]]:
    """What a package takes, others give up and idle people fill, by pool and month, by hand."""
    problem = solution.problem
    own = set(problem.package(package).demands)
    after = tied_up(solution, solution.with_all)
    before = tied_up(solution, solution.without[package])
    found = {}
    for pool in problem.pools:
        for month in range(problem.months):
            taken = given = 0.0
            for demand in problem.demands:
                key = (demand.id, pool, month)
                if demand.id in own:
                    taken += after[key] - before[key]
                else:
                    given += before[key] - after[key]
            all_after = sum(after[d.id, pool, month] for d in problem.demands)
            all_before = sum(before[d.id, pool, month] for d in problem.demands)
            found[pool, month] = (taken, given, all_after - all_before)
    return found


@pytest.mark.parametrize("rule", ["fair", "value"])
@settings(max_examples=25)
@given(problem=problems(size="small"))
def test_every_solve_balances(rule: str, problem: dict[str, Any]) -> None:
    solution = pl.solve(problem, rule)
    assert check_accounts(solution) <= TOLERANCE
    for package in solution.without:
        found = accounts(solution, package)
        expected = balance(solution, package)
        for place, pool in enumerate(solution.problem.pools):
            for month in range(solution.problem.months):
                columns = (found.taken, found.given_up, found.idle_used)
                mine = [column[place, month] for column in columns]
                assert mine == pytest.approx(expected[pool, month], abs=1e-6)


def test_the_table_shows_the_same_inside_the_window(flank: pl.Result) -> None:
    table = flank.accounting
    by_package = {package: balance(flank.solution, package) for package in ("more", "late")}
    assert len(table) == 2 * 2 * 24
    for row in table.itertuples():
        month = flank.compiled.index(pl.Month.parse(row.month))
        expected = by_package[row.package][row.pool, month]
        found = (row.taken_persons, row.given_up_persons, row.idle_used_persons)
        assert found == pytest.approx(expected, abs=1e-6)
        assert row.residual_persons == pytest.approx(0, abs=1e-6)
    assert table["taken_persons"].max() > 1


def test_shipped_scenarios_balance_far_below_the_tolerance(battalion: pl.Result) -> None:
    assert battalion.residual < 1e-7
    assert battalion.manifest["accounting_residual"] == battalion.residual


def spoiled(solution: pl.Solution, factor: float) -> pl.Solution:
    """The same solution with other people in the programme than in the tours."""
    plan = solution.with_all.plan
    answers = tuple(replace(answer, people=answer.people * factor) for answer in plan.answers)
    wrong = replace(solution.with_all, plan=replace(plan, answers=answers))
    return replace(solution, with_all=wrong)


def test_people_who_are_not_there_are_noticed(flank: pl.Result) -> None:
    message = "accounts of the plan with every package do not balance: .* persons in pool"
    with pytest.raises(CertificateError, match=message):
        check_accounts(spoiled(flank.solution, 1.5))


def test_tours_that_do_not_follow_from_the_programme_are_noticed(flank: pl.Result) -> None:
    wrong = spoiled(flank.solution, 0.5)
    wrong.with_all.__dict__["service"] = flank.solution.with_all.service
    with pytest.raises(CertificateError, match="do not balance"):
        check_accounts(wrong)


def test_a_number_that_is_none_is_noticed(flank: pl.Result) -> None:
    with pytest.raises(CertificateError, match="do not balance"), np.errstate(invalid="ignore"):
        check_accounts(spoiled(flank.solution, float("nan")))
