"""Foresight against plans by hand, the reference with other months, and a dull rolling planner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from planner.analysis.foresight import cut_every_month, foresight, rolling_people
from planner.analysis.plans import make_planner, person_months
from planner.errors import InputError
from planner.problem.neutral import parse_problem
from tests.analysis.oracle import demand, draw_until, fills, problem
from tests.oracles.lp import Floats
from tests.oracles.planning import make_plan
from tests.oracles.reference import filled
from tests.oracles.unfold import decisions_of, known, read
from tests.strategies import random_problem

Data = dict[str, Any]


def every_month_cut(data: Data) -> Data:
    """Return the same problem with an empty package in every month."""
    cuts = {f"cut {month}": {"demands": [], "known": month} for month in range(1, data["months"])}
    return {**data, "packages": {**data.get("packages", {}), **cuts}}


def rolled(data: Data, horizon: int, without: Mapping[str, Any] | None = None) -> dict[str, float]:
    """Return fills of a planner who plans anew in every single month, by the reference's parts."""
    given = read(every_month_cut(data))
    since = dict.fromkeys(given["demands"], 0)
    for package, about in given["packages"].items():
        for name in about["demands"]:
            since[name] = given["months"] if package in (without or {}) else max(
                0, known(given, package)
            )  # fmt: skip
    everything = [one for one in decisions_of(given) if since[one.demand] < given["months"]]
    plan: dict[Any, Any] = {}
    for now in range(given["months"]):
        seen = [
            one for one in everything if since[one.demand] <= now and one.begins[0] < now + horizon
        ]
        fixed: dict[Any, Any] = {}
        for one in seen if now else []:
            about = given["demands"][one.demand]
            if one.begins[1] < now + max(about["prep"].values()):
                places = [(one.key, name) for name in about["options"]]
                fixed |= {place: plan[place] for place in places}
        plan = make_plan(given, seen, Floats(), "fair", fixed)
    return filled(given, everything, plan)


@pytest.mark.parametrize("seed", range(14))
def test_a_rolling_plan_is_that_of_a_planner_who_plans_every_month(seed: int) -> None:
    data = random_problem(np.random.default_rng(seed), "tiny", months=(4, 9))
    horizon = 4 + seed % 3  # preparation is 3 months at most
    model = cut_every_month(parse_problem(data))
    planner = make_planner(model, "fair")
    packages = list(data.get("packages", {}))

    for chosen in ([], packages):
        people = rolling_people(planner, chosen, horizon)
        found = person_months(planner.programme, people)
        without = {name: None for name in packages if name not in chosen}
        expected = rolled(data, horizon, without)
        for one, value in zip(model.demands, found, strict=True):
            assert value == pytest.approx(expected.get(one.id, 0.0), abs=5e-3), one.id


@pytest.mark.parametrize("seed", range(20, 32))
def test_who_sees_everything_makes_the_plan_that_unfolds(seed: int) -> None:
    data = random_problem(np.random.default_rng(seed), "small", bounds=0)
    model = cut_every_month(parse_problem(data))
    planner = make_planner(model, "fair")
    packages = list(data.get("packages", {}))

    unfolded = [answer.people for answer in planner.unfold(packages).answers]
    seen = rolling_people(planner, packages, 10 * model.months)

    now, then = (person_months(planner.programme, people) for people in (seen, unfolded))
    assert now == pytest.approx(then, abs=1e-4)


@pytest.mark.parametrize("seed", range(40, 46))
def test_notice_is_the_same_problem_with_another_month(seed: int) -> None:
    data = draw_until(lambda drawn: bool(drawn.get("packages")), seed, "tiny", packages=2)
    packages = data["packages"]
    own = {name for about in packages.values() for name in about["demands"]}
    at = {name: max(0, known(read(data), name)) for name in packages}

    rows = foresight(data, rules=["fair"], earlier=[-1, 0, 2], horizons=[]).views

    assert [(row.view, row.months) for row in rows[:3]] == [("notice", by) for by in (-1, 0, 2)]
    assert rows[3].view == "perfect"
    for row, by in zip(rows, (-1, 0, 2, 999), strict=True):
        moved = {
            name: {**about, "known": max(at[name] - by, 0)} for name, about in packages.items()
        }
        expected = fills(every_month_cut({**data, "packages": moved}), "fair")
        package = sum(value for name, value in expected.items() if name in own)
        assert row.package_filled_person_months == pytest.approx(package, abs=1e-2)
        for task in (1, 2):
            others = sum(
                expected[one["id"]]
                for one in data["demands"]
                if one["id"] not in own and one.get("main_task", 2) == task
            )
            found = getattr(row, f"main_task_{task}_filled_person_months")
            assert found == pytest.approx(others, abs=1e-2)


def test_knowing_in_time_keeps_people_at_home_for_what_comes_first() -> None:
    # ten people; a tour of six months begins in month 0; the flank wants all ten from month 3 on
    data = problem(
        demand("untso", 10, last=5, tour=6), demand("flank", 10, tier=1, first=3, last=8, tour=6),
        packages={"flank": {"demands": ["flank"], "known": 3}},
    )  # fmt: skip

    found = foresight(data, rules=["fair"], earlier=[1, 2, 3], horizons=[1, 3, 4])
    rows = {(row.view, row.months): row for row in found.views if row.view != "perfect"}

    for by in (0, 1, 2):  # all have left by month 1: nobody is there in month 3
        assert rows["notice", by].package_filled_person_months == 0
        assert rows["notice", by].displaced_main_task_2 == 0
    assert rows["notice", 3].package_filled_person_months == pytest.approx(60)
    assert rows["notice", 3].displaced_main_task_2 == pytest.approx(60)
    assert rows["notice", 3].worth_person_months == pytest.approx(0)
    assert rows["notice", 0].notice_months == 0
    assert np.isnan(rows["notice", 3].notice_months)
    for horizon in (1, 3, 4):
        assert rows["rolling", horizon].package_filled_person_months == 0


def test_a_short_view_takes_people_from_what_comes_later() -> None:
    # no package: tier 1 asks all ten from month 3 on, and who sees three months ahead does not know
    data = problem(
        demand("untso", 10, last=5, tour=6), demand("nrf", 10, tier=1, first=3, last=8, tour=6),
    )  # fmt: skip
    rows = {
        (row.view, row.months): row
        for row in foresight(data, rules=["fair"], horizons=[3, 4]).views
        if row.view != "perfect"
    }

    assert rows["notice", 0].main_task_1_filled_person_months == pytest.approx(60)
    assert rows["rolling", 4].main_task_1_filled_person_months == pytest.approx(60)
    assert rows["rolling", 3].main_task_1_filled_person_months == pytest.approx(0)
    assert rows["rolling", 3].main_task_2_filled_person_months == pytest.approx(60)


def test_a_view_shorter_than_preparation_is_refused() -> None:
    data = problem(demand("untso", 3, prep=2))
    with pytest.raises(InputError, match="at least 3: the longest preparation and one, found 2"):
        foresight(data, horizons=[2])
    with pytest.raises(InputError, match="rules: expected at least one"):
        foresight(data, rules=[])
