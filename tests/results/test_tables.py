"""Every table against plain counting from the tours, and the tours against the policies."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import planner as pl
from planner.problem.neutral import parse_problem
from planner.results.result import TABLES
from planner.scenario.load import Scenario
from planner.solution import solve_problem
from tests.strategies import random_problem

from .counting import between, planned_months, states, summed, window

CLOSE = {"abs": 1e-6}
ROUNDED = {"abs": 5e-3}
"""Person-months: displacement below a ten-millionth of what is asked is shown as none."""


def test_tours_prepare_and_rest_as_long_as_their_policies_ask(result: pl.Result) -> None:
    for tour in result.tours.itertuples():
        assert (tour.preparation_from, tour.rest_until) == planned_months(result, tour)
        assert tour.people_persons > 0


def test_fill_of_each_demand_is_what_its_tours_serve(result: pl.Result) -> None:
    served = summed(states(result), 0, 3)
    for row in result.demands.itertuples():
        shown = set(window(result))
        months = [m for m in between(row.first_month, row.last_month) if m in shown]
        assert row.filled_person_months == pytest.approx(served[row.demand, "on_duty"], **CLOSE)
        assert row.asked_person_months == pytest.approx(row.cap_persons * len(months))
        if row.asked_person_months:
            rate = row.filled_person_months / row.asked_person_months
            assert row.fill_rate == pytest.approx(rate)
            assert -1e-9 <= row.fill_rate <= 1 + 1e-6
        else:
            assert math.isnan(row.fill_rate)


def test_demands_carry_the_labels_of_the_scenario(result: pl.Result) -> None:
    for row, line in zip(result.demands.itertuples(), result.compiled.demands, strict=True):
        assert (row.demand, row.mission, row.tier, row.package) == (
            line.id, line.mission, line.tier, line.package,
        )  # fmt: skip
        assert row.pools.split(" ") == list(line.pools)
        assert row.on_call == line.on_call


def test_people_on_duty_month_by_month(result: pl.Result) -> None:
    served = {k[:3]: n for k, n in states(result).items() if k[3] == "on_duty" and n > 1e-6}
    table = result.monthly
    found = {
        (row.demand, row.pool, row.month): row.on_duty_persons
        for row in table.itertuples()
        if row.on_duty_persons > 1e-6
    }
    assert found == pytest.approx(served, **CLOSE)
    assert not table.duplicated(["demand", "pool", "month"]).any()


def test_fill_month_by_month_covers_every_month_of_every_mandate(result: pl.Result) -> None:
    served = summed(states(result), 0, 2, 3)
    shown = set(window(result))
    wanted = {
        (row.id, month): row.cap
        for row in result.compiled.demands
        for month in between(str(row.first), str(row.last))
        if month in shown
    }
    table = result.monthly_fill
    asked = {(row.demand, row.month): row.asked_persons for row in table.itertuples()}
    assert asked == pytest.approx(wanted)
    assert len(table) == len(wanted)
    for row in table.itertuples():
        expected = served[row.demand, row.month, "on_duty"]
        assert row.on_duty_persons == pytest.approx(expected, **CLOSE)


def test_pools_are_preparing_serving_resting_on_call_or_idle(result: pl.Result) -> None:
    problem, compiled = result.compiled.problem, result.compiled
    called = {demand.id for demand in problem.demands if demand.on_call}
    deployed: Counter[tuple[str, ...]] = Counter()
    on_call: Counter[tuple[str, ...]] = Counter()
    for (demand, pool, month, state), people in states(result).items():
        if demand in called:
            on_call[pool, month] += people
        else:
            deployed[pool, month, state] += people
    table = result.pools
    assert len(table) == len(problem.pools) * len(window(result))
    for row in table.itertuples():
        strength = problem.pools[row.pool][compiled.index(pl.Month.parse(row.month))]
        assert row.strength_persons == pytest.approx(strength)
        used = {
            state: deployed[row.pool, row.month, state]
            for state in ("preparing", "on_duty", "resting")
        }
        used["on_call"] = on_call[row.pool, row.month]
        used["resting_on_call"] = min(used["resting"], used["on_call"])
        for state, people in used.items():
            assert getattr(row, f"{state}_persons") == pytest.approx(people, **CLOSE)
        busy = sum(used.values()) - 2 * used["resting_on_call"]
        assert row.idle_persons == pytest.approx(strength - busy, **CLOSE)
        assert row.idle_persons >= -1e-5


def test_displacement_is_the_plan_without_minus_the_plan_with(result: pl.Result) -> None:
    table, problem = result.displacement, result.compiled.problem
    first, last = problem.report
    for package, before in result.solution.without.items():
        service, filled = before.service, dict.fromkeys((d.id for d in problem.demands), 0.0)
        for k, people in enumerate(service.people):
            months = min(service.last[k], last) - max(service.first[k], first) + 1
            filled[problem.demands[service.demand[k]].id] += people * max(int(months), 0)
        after = result.demands.set_index("demand")["filled_person_months"]
        rows = table[table["package"] == package]
        inside = set(problem.package(package).demands)
        assert set(rows["demand"]) == {d.id for d in problem.demands} - inside
        for row in rows.itertuples():
            lost = filled[row.demand] - after[row.demand]
            assert row.displaced_person_months == pytest.approx(lost, **ROUNDED)


def test_displacement_by_pool_and_month_adds_up(result: pl.Result) -> None:
    fine = result.displacement_monthly
    sums = fine.groupby(["package", "demand"])["displaced_person_months"].sum()
    for row in result.displacement.itertuples():
        found = sums.get((row.package, row.demand), 0.0)
        assert found == pytest.approx(row.displaced_person_months, **ROUNDED)
    assert set(fine["month"]) <= set(window(result))


def test_packages_sum_their_own_and_what_others_lose(result: pl.Result) -> None:
    demands = result.demands.set_index("demand")
    for row in result.packages.itertuples():
        own = demands[demands["package"] == row.package]
        assert row.filled_person_months == pytest.approx(own["filled_person_months"].sum())
        assert row.asked_person_months == pytest.approx(own["asked_person_months"].sum())
        lost = result.displacement[result.displacement["package"] == row.package]
        for task, found in ((1, row.displaced_main_task_1), (2, row.displaced_main_task_2)):
            expected = lost[lost["main_task"] == task]["displaced_person_months"].sum()
            assert found == pytest.approx(expected, **CLOSE)
        ratio = row.displaced_main_task_2 / row.filled_person_months
        assert row.displacement_ratio == pytest.approx(ratio)
        assert row.known_month in between("2020-01", "2025-12")


def test_a_package_known_from_the_start_displaces_what_a_scenario_without_it_fills_more(
    text: str,
) -> None:
    scenario = pl.loads(text).with_(
        {"packages": {"more": {"known": "start"}, "late": {"on": False}}}
    )
    with_it = pl.allocate(scenario)
    without = pl.allocate(scenario.with_({"packages": {"more": {"on": False}}}))
    before = without.demands.set_index("demand")["filled_person_months"]
    after = with_it.demands.set_index("demand")["filled_person_months"]
    lost = with_it.displacement.set_index("demand")["displaced_person_months"]
    assert len(lost) == len(before)
    for demand, people in before.items():
        assert lost[demand] == pytest.approx(people - after[demand], abs=1e-5)
    assert lost.sum() > 1


def test_in_bottlenecks_everyone_is_taken(result: pl.Result) -> None:
    table = result.bottlenecks
    assert list(table.columns) == ["pool", "month", "strength_persons", "idle_persons"]
    assert len(table) > 0
    assert (table["idle_persons"] > -1e-6).all()
    if result.packages.empty:  # one plan: later ones may leave people idle whom earlier ones took
        assert table["idle_persons"].to_numpy() == pytest.approx(0, abs=1e-4)


def with_people(problem: Any, pool: str, month: int, persons: float) -> Any:
    strength = np.array(problem.pools[pool], dtype=float)
    strength[month] += persons
    return replace(problem, pools={**problem.pools, pool: strength})


@pytest.mark.parametrize("seed", range(12))
def test_more_people_bring_nothing_but_in_bottlenecks(seed: int) -> None:
    data = random_problem(np.random.default_rng(seed), "small", late=True, packages=1)
    problem = parse_problem(data)
    now = solve_problem(problem, "fair").with_all
    elsewhere = np.argwhere(~now.binding)
    rng = np.random.default_rng(seed)
    for place, month in rng.permutation(elsewhere)[:8]:
        pool = list(problem.pools)[place]
        there = solve_problem(with_people(problem, pool, int(month), 1.0), "fair").with_all
        assert there.filled == pytest.approx(now.filled, abs=1e-3)


def test_budgets_say_what_is_spent():
    assert pl.allocate("letter").budgets.empty

    def paid(euros: float) -> pl.Result:
        line = f"{{fund: biv, year: 2023, amount: {euros}}}"
        head = "format: planner-scenario/1\nextends: letter\n"
        return pl.allocate(pl.loads(f"{head}money: {{on: true, budgets: [{line}]}}\n"))

    found = paid(40e6)
    row = found.budgets.set_index("budget").loc["biv-2023"]
    cost = found.scenario.inputs.costs
    tours, kinds = found.demands.set_index("demand"), {c.kind: c.figure.value for c in cost}
    inside = found.monthly[found.monthly["month"].str.startswith("2023")]
    spent = sum(
        people / 12 * kinds.get(tours.at[demand, "kind"], 0.0)
        for demand, people in inside.groupby("demand")["on_duty_persons"].sum().items()
    )
    assert row["spent_euros"] == pytest.approx(spent, rel=1e-9) == pytest.approx(40e6)


def test_unmet_bounds_name_the_bound_and_what_is_missing(flank: pl.Result) -> None:
    table = flank.unmet_bounds
    assert set(table["bound"]) == {"eyes"}
    assert set(table["demands"]) == {"observers guards"}
    served = summed(states(flank), 0, 2, 3)
    for row in table.itertuples():
        there = sum(served[demand, row.month, "on_duty"] for demand in ("observers", "guards"))
        assert row.missing_persons == pytest.approx(10 - there, abs=1e-5)


def test_unmet_bounds_keep_their_name_when_a_bound_before_them_is_left_out(text: str) -> None:
    line = "mission: truce, kind: post, pools: [staff], cap: 1, first: 2030-01, last: 2030-12"
    before = f"  ghost: {{{line}}}\nbounds:\n  never: {{demands: [ghost], min: 1}}\n"
    scenario = pl.loads(text.replace("bounds:\n", before))
    assert list(scenario.inputs.bounds) == ["never", "eyes"]
    found = pl.allocate(scenario)
    assert set(found.unmet_bounds["bound"]) == {"eyes"}
    assert found.left_out["reason"].tolist() == ["outside the months of the model"]


def test_figures_say_where_each_number_comes_from(battalion: pl.Result) -> None:
    table = battalion.figures.set_index("figure")
    assert len(table) == len(battalion.compiled.figures)
    untso = table.loc["demand.untso.cap"]
    assert (untso["value"], untso["basis"], untso["unit"]) == (12.0, "letter", "persons")
    assert table.loc["demand.ef-unit.first", "month"] == "2023-01"
    assert math.isnan(table.loc["demand.ef-unit.first", "value"])
    assert set(table["basis"]) == {"letter", "public", "assumption"}


@pytest.mark.parametrize("name", TABLES)
def test_tables_without_anything_in_them_keep_their_columns(
    name: str, text: str, result: pl.Result
) -> None:
    alone = pl.loads(text).with_(
        {
            "packages": {"more": {"on": False}, "late": {"on": False}},
            "pools": {"staff": {"posts": 900}},
        }
    )
    empty = pl.allocate(alone).table(name)
    assert list(empty.columns) == list(result.table(name).columns)
    assert [str(t) for t in empty.dtypes] == [str(t) for t in result.table(name).dtypes]


def test_a_scenario_that_asks_nothing_has_a_result_all_the_same() -> None:
    found = pl.allocate(pl.loads("data: none\n"))
    for name in TABLES:
        assert found.table(name).empty
    assert found.fill_by("mission").empty
    assert math.isnan(found.fill_by()["fill_rate"][0])
    assert "0 of 0 person-months" in found._repr_html_()


def test_changing_a_table_leaves_the_result_as_it_was(flank: pl.Result) -> None:
    table = flank.demands
    table["demand"] = "spoiled"
    table.loc[0, "cap_persons"] = -1.0
    assert "spoiled" not in set(flank.demands["demand"])
    assert flank.demands["cap_persons"].min() >= 0


def test_the_same_scenario_gives_the_same_tables_to_the_last_bit(
    text: str, flank: pl.Result
) -> None:
    again = pl.allocate(pl.loads(text, "flank.yaml"))
    for name in TABLES:
        assert again.table(name).equals(flank.table(name)), name
    assert again.manifest == flank.manifest


def test_unknown_tables_are_named_with_what_there_is(flank: pl.Result) -> None:
    with pytest.raises(pl.ResultError, match=r"no such table 'demand', did you mean 'demands'\?"):
        flank.table("demand")


def test_results_show_themselves_in_a_line(flank: pl.Result) -> None:
    assert isinstance(flank.scenario, Scenario)
    assert repr(flank).startswith("<Result 'flank', fair, 2022-01 to 2023-12: 8 demands, ")
