"""Truth 2: tied up and idle add up to the strength; what a package takes is given up or idle."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import planner as pl
from planner.errors import CertificateError
from planner.results.losses import ACCOUNTS, TOLERANCE, accounts, check_accounts
from tests.strategies import problems


def tied_up(solution: pl.Solution, allocation: Any, account: int) -> Counter[tuple[str, str, int]]:
    """People tied up by (demand, pool, month of the model), counted tour by tour.

    Account 0 has demands that are not on call, with their time at home. Account 1 has every
    demand: those on call wholly, the others without their time at home.
    """
    people: Counter[tuple[str, str, int]] = Counter()
    s, names = allocation.service, list(solution.problem.pools)
    for k in range(len(s.people)):
        demand, pool = solution.problem.demands[s.demand[k]], names[s.pool[k]]
        if account == 0 and demand.on_call:
            continue
        last = s.rests[k] if account == 0 or demand.on_call else s.last[k]
        for month in range(max(s.prepares[k], 0), min(last, solution.problem.months - 1) + 1):
            people[demand.id, pool, month] += s.people[k]
    return people


def balance(solution: pl.Solution, package: str) -> dict[tuple[int, str, int], tuple[float, ...]]:
    """What a package takes, others give up and idle people fill, by account, pool and month."""
    problem = solution.problem
    own = set(problem.package(package).demands)
    found = {}
    for account in range(len(ACCOUNTS)):
        after = tied_up(solution, solution.with_all, account)
        before = tied_up(solution, solution.without[package], account)
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
                found[account, pool, month] = (taken, given, all_after - all_before)
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
        for account in range(len(ACCOUNTS)):
            for place, pool in enumerate(solution.problem.pools):
                for month in range(solution.problem.months):
                    columns = (found.taken, found.given_up, found.idle_used)
                    counted = [float(column[account, place, month]) for column in columns]
                    assert counted == pytest.approx(expected[account, pool, month], abs=1e-6)


def test_the_table_shows_the_same_inside_the_window(flank: pl.Result) -> None:
    table = flank.accounting
    by_package = {package: balance(flank.solution, package) for package in ("more", "late")}
    assert len(table) == 2 * 2 * 24  # the second account is that of pools with people on call
    for row in table.itertuples():
        month = flank.compiled.index(pl.Month.parse(row.month))
        expected = by_package[row.package][ACCOUNTS.index(row.account), row.pool, month]
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


def test_people_who_are_not_in_the_tours_are_noticed(flank: pl.Result) -> None:
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
