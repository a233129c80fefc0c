"""From scenario to problem: months, policies, strengths, and every figure walked back."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from planner.compile import compile_scenario
from planner.months import Month
from planner.problem.model import Budget
from planner.scenario.data import default_data
from planner.scenario.load import Scenario, load, loads


@pytest.fixture
def base(small: str) -> Scenario:
    return loads(small, "small.yaml")


def strength(scenario: Scenario, pool: str, month: str) -> float:
    compiled = compile_scenario(scenario)
    return float(compiled.problem.pools[pool][compiled.index(Month.parse(month))])


def test_the_model_runs_longer_than_the_window(base: Scenario) -> None:
    compiled = compile_scenario(base)
    problem = compiled.problem

    # longest tie-up: 2 months of preparation, a tour of 6 and 6 months of rest, so two whole years
    assert compiled.first_month == Month(2020, 1)
    assert problem.report == (24, 47)
    assert problem.months == 24 + 24 + 24
    assert compiled.month(24) == Month(2022, 1)
    assert compiled.index(Month(2022, 1)) == 24


@pytest.mark.parametrize(
    ("patch", "warm_up", "run_out"),
    [
        ({"kinds": {"post": {"tour": 12, "rest": 2}}}, 48, 48),  # 2 + 12 + 24 = 38 months
        ({"kinds": {"post": {"tour": 12, "rest": 1}}}, 36, 36),  # 2 + 12 + 12 = 26
        ({"kinds": {"post": {"rest": 1.7}}}, 24, 24),  # 2 + 6 + ceil(10.2) = 19
        ({"horizon": {"warm_up": 5, "run_out": 7}}, 5, 7),
    ],
)
def test_warm_up_and_run_out(base: Scenario, patch: Any, warm_up: int, run_out: int) -> None:
    problem = compile_scenario(base.with_(patch)).problem

    assert problem.report == (warm_up, warm_up + 23)
    assert problem.months == warm_up + 24 + run_out


def test_a_demand_outside_the_window_does_not_lengthen_the_model(base: Scenario) -> None:
    old = {"mission": "truce", "kind": "unit", "pools": ["staff"], "cap": 1, "first": "2010-01",
           "last": "2021-12", "tour": 60}  # fmt: skip

    problem = compile_scenario(base.change(demands={"old": old})).problem

    assert problem.report[0] == 24
    assert problem.demand("old").last == 23


def test_demands(base: Scenario) -> None:
    compiled = compile_scenario(base)
    observers, guards, experts, company = compiled.problem.demands

    assert (observers.cap, observers.first, observers.last) == (12, 0, 41)
    assert (observers.tour, observers.prep, observers.home, observers.cohorts) == (6, (2,), (1,), 6)
    assert (guards.tour, guards.prep, guards.home, guards.cohorts) == (4, (1,), (2,), 1)
    assert (experts.first, experts.last, experts.pools) == (-12, 66, ("civil", "staff"))
    assert experts.cohorts == 4
    assert (company.main_task, company.tier, guards.main_task, guards.tier) == (1, 1, 2, 2)
    assert compiled.problem.packages[0].known == 30
    assert compiled.problem.package_of() == {"company": "more"}


@pytest.mark.parametrize(
    ("patch", "cohorts"),
    [
        ({"cap": 2.9}, 2),
        ({"cap": 0.4}, 1),
        ({"cap": 3, "scale": 1 / 3}, 1),
        ({"cap": 30}, 6),
        ({"tour": 4}, 4),
        ({"cohorts": 3}, 3),
        ({"kind": "unit"}, 1),
    ],
)
def test_cohorts(base: Scenario, patch: Any, cohorts: int) -> None:
    problem = compile_scenario(base.change(demands={"observers": patch})).problem

    assert problem.demand("observers").cohorts == cohorts


def test_what_is_left_out_and_why() -> None:
    letter = load("letter")
    changed = letter.change(
        demands={"untso": "drop", "unsmil": {"first": "2040-01", "last": "2041-01"}},
        packages={"x": {"members": ["unmiss"], "on": False}},
    )

    compiled = compile_scenario(changed)

    reasons = compiled.left_out
    assert reasons["untso"] == "dropped"
    assert reasons["unsmil"] == "outside the months of the model"
    assert reasons["unmiss"] == "package x is off"
    assert reasons["maicc"] == "under study, not decided"
    assert reasons["minusma-helicopters-unit"] == "declined, not sent"
    assert reasons["interflex"] == "known from hindsight only"
    assert {demand.id for demand in compiled.problem.demands}.isdisjoint(reasons)
    assert len(compiled.problem.demands) + len(reasons) == len(changed.inputs.demands)


def test_just_in_time_and_from_the_start(base: Scenario) -> None:
    def known(said: str) -> int | None:
        return (
            compile_scenario(base.change(packages={"more": {"known": said}}))
            .problem.packages[0]
            .known
        )

    assert known("just-in-time") is None
    assert known("start") == 0
    assert known("2019-07") == -6


STEPS = [
    ([{"set": 7}], "2022-05", 7),
    ([{"set": 7, "from": "2022-06"}], "2022-05", 20),
    ([{"set": 7, "from": "2022-06", "to": "2022-07"}], "2022-07", 7),
    ([{"set": 7, "from": "2022-06", "to": "2022-07"}], "2022-08", 20),
    ([{"add": 5}], "2022-05", 25),
    ([{"add": -5}], "2022-05", 15),
    ([{"times": 1.5}, {"add": 1}], "2022-05", 31),
    ([{"add": 1}, {"times": 1.5}], "2022-05", 31.5),
    ([{"of": "filled", "set": 0.5}, {"of": "posts", "add": 4}], "2022-05", 12),
    ([{"times": 2}, {"of": "filled", "set": 0.5}], "2022-05", 20),  # factors before the strength
    ([{"grow_to": 32, "from": "2022-01", "to": "2023-01"}], "2021-12", 20),
    ([{"grow_to": 32, "from": "2022-01", "to": "2023-01"}], "2022-01", 20),
    ([{"grow_to": 32, "from": "2022-01", "to": "2023-01"}], "2022-07", 26),
    ([{"grow_to": 32, "from": "2022-01", "to": "2023-01"}], "2023-12", 32),
    ([{"grow_times": 0.5, "from": "2022-01", "to": "2022-11"}], "2022-02", 19),
    (
        [{"grow_times": 2, "from": "2012-01", "to": "2032-01"}],
        "2022-01",
        30,
    ),  # far beyond the model
    ([{"grow_to": 30, "from": "2022-06", "to": "2022-06"}], "2022-05", 20),
    ([{"grow_to": 30, "from": "2022-06", "to": "2022-06"}], "2022-06", 30),
]


@pytest.mark.parametrize(("steps", "month", "people"), STEPS)
def test_strength_steps(base: Scenario, steps: list[Any], month: str, people: float) -> None:
    changed = base.change(strengths=[{"pools": ["staff"], **step} for step in steps])

    assert strength(changed, "staff", month) == pytest.approx(people, abs=1e-12)
    assert strength(changed, "civil", month) == pytest.approx(16, abs=1e-12)


def test_strengths_that_cannot_be(base: Scenario, faults: Callable[..., list[str]]) -> None:
    less = base.change(strengths=[{"pools": ["staff"], "add": -30, "from": "2022-06"}])
    more = base.change(strengths=[{"pools": "all", "of": "filled", "times": 1.5}])

    assert faults(compile_scenario, less) == [
        "<change>: strengths: strength of pool 'staff' falls below 0 in 2022-06"
    ]
    assert faults(compile_scenario, more) == [
        "<change>: strengths: share filled of pool 'staff' rises above 1, to 1.5"
    ]


def test_a_model_of_an_absurd_length(base: Scenario, faults: Callable[..., list[str]]) -> None:
    long = base.change(horizon={"from": "1950-01", "to": "2049-12", "warm_up": 600, "run_out": 600})
    assert compile_scenario(long).problem.months == 2400
    longer = long.change(kinds={"unit": {"tour": 120, "rest": 20}}, horizon={"run_out": 600})
    assert compile_scenario(longer).problem.months == 2400
    found = faults(base.change, horizon={"from": "1000-01"})
    assert any("a window of" in one for one in found)
    assert any("expected a month from 1900-01 to 2200-12, found 1000-01" in one for one in found)


def test_bounds_of_demands_that_are_there(base: Scenario) -> None:
    changed = base.change(
        bounds={
            "a": {"demands": ["observers", "guards"], "min": 2, "max": 5},
            "b": {"demands": ["guards"], "pools": ["staff"], "max": 1},
        },
        demands={"guards": "drop"},
    )

    (bound,) = compile_scenario(changed).problem.bounds

    assert (bound.demands, bound.pools, bound.min, bound.max) == (("observers",), None, 2, 5)


def test_money_counts_only_if_asked(base: Scenario) -> None:
    money = {
        "budgets": [{"fund": "biv", "year": 2022, "amount": 1.2e6},
                    {"fund": "biv", "year": 1999, "amount": 1e6}],
        "costs": [{"fund": "biv", "kind": "post", "amount": 1.2e5},
                  {"fund": "biv", "demand": "experts", "amount": 2.4e5},
                  {"fund": "other", "kind": "unit", "amount": 1}],
    }  # fmt: skip

    assert compile_scenario(base.change(money=money)).problem.budgets == ()
    (budget,) = compile_scenario(base.change(money={**money, "on": True})).problem.budgets
    assert budget == Budget("biv-2022", 24, 35, 1.2e6, {"observers": 1e4, "experts": 2e4})


def test_labels(base: Scenario) -> None:
    compiled = compile_scenario(base)
    row = compiled.demands[3]

    assert (row.id, row.mission_name, row.organisation, row.region) == (
        "company",
        "Flank",
        "NATO",
        "East",
    )
    assert (row.package, row.standing, row.category, row.kind) == (
        "more",
        "standing",
        "military",
        "unit",
    )
    assert (row.first, row.last, row.cap) == (Month(2022, 10), Month(2023, 12), 6)
    assert [pool.id for pool in compiled.pools] == ["staff", "civil"]
    assert [mission.id for mission in compiled.missions] == ["truce", "police", "flank"]
    assert [one.id for one in compiled.demands] == [one.id for one in compiled.problem.demands]


def test_every_figure_can_be_walked_back() -> None:
    scenario = load("rest-relaxed")
    compiled = compile_scenario(scenario)

    ids = [figure.id for figure in compiled.figures]
    assert len(ids) == len(set(ids))
    assert {f"demand.{one.id}.cap" for one in compiled.problem.demands} <= set(ids)
    assert {f"pool.{pool}.posts" for pool in compiled.problem.pools} <= set(ids)
    assert {f"force.armed-forces.{name}" for name in ("filled", "fit")} <= set(ids)
    assert {f"pool.civil.{name}" for name in ("filled", "fit")} <= set(ids)
    known = scenario.inputs.sources
    for figure in compiled.figures:
        assert figure.basis in ("letter", "public", "assumption")
        assert figure.basis == "assumption" or figure.source, figure
        assert not figure.source or figure.source in known
        assert figure.source or figure.section or figure.note, figure
        assert figure.file, figure
        assert figure.line > 0
        assert isinstance(figure.value, (float, int, str))

    untso = compiled.figure("demand.untso.cap")
    assert (untso.value, untso.basis, untso.file) == (12, "letter", "data/demands.csv")
    lines = (default_data() / "demands.csv").read_text(encoding="utf-8").splitlines()
    assert lines[untso.line - 1].startswith("untso,")
    rest = compiled.figure("kind.observer.dwell.staff")
    assert (rest.value, rest.unit, rest.section.split(";")[0]) == (1, "months per month", "2 × 0.5")
    assert rest.file.endswith("scenarios/rest-relaxed.yaml")
    with pytest.raises(KeyError):
        compiled.figure("nothing")


def test_other_values_in_place_of_the_likely_ones(
    base: Scenario, faults: Callable[..., list[str]]
) -> None:
    compiled = compile_scenario(
        base,
        {"demand.observers.cap": 3.0, "pool.staff.posts": 50.0, "kind.unit.rest": 1.0,
         "demand.guards.first": 2.0, "package.more.known": -1.0},
    )  # fmt: skip
    problem = compiled.problem

    assert (problem.demand("observers").cap, problem.demand("observers").cohorts) == (3, 6)
    assert problem.pools["staff"][0] == 50
    assert problem.demand("guards").home == (1.0,)
    assert problem.demand("guards").first == 28
    assert problem.packages[0].known == 29
    assert compiled.figure("demand.observers.cap").value == 3
    assert faults(compile_scenario, base, {"demand.observer.cap": 1.0}) == [
        "small: demand.observer.cap: no such figure in use, did you mean 'demand.observers.cap'?"
    ]


def test_the_problem_of_the_letter_has_the_totals_of_the_tables() -> None:
    with (default_data() / "demands.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["standing"] in ("standing", "past")]
    with (default_data() / "strengths.csv").open(encoding="utf-8", newline="") as file:
        factors = {(row["force"] + row["pool"], row["figure"]): float(row["value"])
                   for row in csv.DictReader(file) if not row["from"]}  # fmt: skip
    with (default_data() / "pools.csv").open(encoding="utf-8", newline="") as file:
        force = {row["id"]: row["force"] or row["id"] for row in csv.DictReader(file)}
    compiled = compile_scenario(load("letter"))
    problem = compiled.problem

    def asked(month: str) -> float:
        return sum(float(row["value"]) for row in rows if row["first"] <= month <= row["last"])

    for index in range(problem.months):
        there = [one.cap for one in problem.demands if one.first <= index <= one.last]
        assert sum(there) == pytest.approx(asked(str(compiled.month(index))))
    for pool, people in problem.pools.items():
        shares = factors[force[pool], "filled"] * factors[force[pool], "fit"]
        assert np.allclose(people, factors[pool, "posts"] * shares)
    in_2022_12 = [
        one for one in rows if one["letter_cap"] and one["first"] <= "2022-12" <= one["last"]
    ]
    assert sum(float(row["value"]) for row in in_2022_12) == pytest.approx(132, abs=1)
