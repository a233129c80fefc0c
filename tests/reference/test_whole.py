"""Whole people and all-or-nothing units, against every plan there is where that can be counted."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pulp
import pytest

from planner.problem.neutral import parse_problem
from planner.reference import reference_solution, solve_whole
from planner.reference.plans import whole_cohorts
from planner.solution import solve_problem
from tests.oracles.check import faults, rows_with_tours
from tests.oracles.tours import cohort_tours, tied_up
from tests.oracles.unfold import read
from tests.strategies import random_problem

from .golden import on

SOLVERS = ("highs", "cbc")


def problem(months: int, pools: dict, demands: list[dict], **more: object) -> dict:
    return {"format": "planner-problem/1", "months": months, "pools": pools, "demands": demands,
            **more}  # fmt: skip


def fills(data: dict, rule: str = "value", solver: str | None = None) -> dict[str, float]:
    """Return person-months filled by demand."""
    result = solve_whole(parse_problem(data), rule, solver).as_neutral()
    assert result["status"] == "optimal"
    assert all(people.is_integer() for people in sent(result).values())
    assert faults(whole_caps(data), result) == []
    return {name: row["filled"] for name, row in result["demands"].items()}


def sent(result: dict) -> dict[tuple, float]:
    """Return people by tour and option: of a mix they are whole, its parts need not be."""
    people: dict[tuple, float] = {}
    for row in result["allocation"]:
        key = row["demand"], row["cohort"], row["first"], row["option"]
        people[key] = round(people.get(key, 0.0) + row["people"], 9)
    return people


def whole_caps(data: dict) -> dict:
    """Return the problem with caps that every cohort can reach when the cap is spread evenly."""
    demands = [
        {**d, "cap": math.ceil(d["cap"] / d.get("cohorts", 1)) * d.get("cohorts", 1)}
        for d in data["demands"]
    ]
    return {**data, "demands": demands}


def every_plan(data: dict) -> list[float]:
    """Return the best weighted person-months of each tier over all plans in whole people."""
    known = read(data)
    slots = []
    for name, demand in known["demands"].items():
        sizes = whole_cohorts(demand["cap"], demand["cohorts"])
        for cohort, size in enumerate(sizes):
            for wave, tour in enumerate(
                cohort_tours(demand["first"], demand["last"], demand["tour"], len(sizes), cohort)
            ):
                if tour[1] >= 0 and tour[0] < known["months"] and size:
                    ways = [
                        way
                        for way in itertools.product(range(size + 1), repeat=len(demand["options"]))
                        if sum(way) <= size and (not demand.get("unit") or sum(way) in (0, size))
                    ]
                    slots.append((name, wave, size, tour, ways))
    best = [-1.0]
    for plan in itertools.product(*(slot[-1] for slot in slots)):
        if worth := _worth(known, slots, plan, data.get("budgets", [])):
            best = max(best, worth)
    return best


def _worth(known: dict, slots: list, plan: tuple, budgets: list) -> list[float] | None:
    """Return the worth of a plan by tier, or nothing where it is not allowed."""
    used = {pool: np.zeros(known["months"]) for pool in known["pools"]}
    tiers = sorted({demand["tier"] for demand in known["demands"].values()})
    worth = dict.fromkeys(tiers, 0.0)
    spent = [0.0] * len(budgets)
    sent: dict[tuple[str, int], set[bool]] = {}
    for (name, wave, size, (first, last), _), way in zip(slots, plan, strict=True):
        demand = known["demands"][name]
        low, high = max(first, 0), min(last, known["months"] - 1)
        worth[demand["tier"]] += demand["weight"] * sum(way) * (high - low + 1)
        if demand.get("unit"):
            sent.setdefault((name, wave), set()).add(sum(way) == size)
        for place, budget in enumerate(budgets):
            paid = max(0, min(high, budget["last"]) - max(low, budget["first"]) + 1)
            spent[place] += budget["cost"].get(name, 0.0) * sum(way) * paid
        for mix, people in zip(demand["options"].values(), way, strict=True):
            for pool, share in mix.items():
                rates = (demand[rate][pool] for rate in ("prep", "home", "dwell"))
                begin, end = tied_up((first, last), *rates)
                used[pool][max(begin, 0) : max(end + 1, 0)] += people * share
    short = any((used[pool] > np.array(known["pools"][pool]) + 1e-9).any() for pool in used)
    over = any(cost > b["amount"] + 1e-9 for cost, b in zip(spent, budgets, strict=True))
    if short or over or any(len(answers) > 1 for answers in sent.values()):
        return None
    return [worth[tier] for tier in tiers]


COUNTED = {
    "two pools and two tiers": problem(
        6,
        {"staff": 2, "civil": 1.5},
        [
            on("a", 2, 0, 5, 3, rest=1, pools=["staff", "civil"]),
            on("b", 2, 1, 5, 4, tier=2, prep=1, pools=["civil", "staff"]),
        ],
    ),
    "cohorts that cannot all be served": problem(
        6, {"staff": [3, 3, 2, 2, 3, 3]}, [on("a", 4, -2, 7, 3, cohorts=3, rest=0.5)]
    ),
    "a unit or nobody": problem(
        8,
        {"staff": 2, "reserve": 3},
        [
            on("unit", 3, 0, 7, 4, unit=True, pools=["staff", "reserve"], rest=0.5),
            on("post", 1, 0, 7, 4, tier=2, pools=["reserve", "staff"]),
        ],
    ),
    "a unit of two specialities": problem(
        6,
        {"light": 3, "logistics": [1, 1, 1, 1, 0.5, 0.5]},
        [
            on("unit", 4, 0, 5, 3, unit=True, pools=[{"light": 0.75, "logistics": 0.25}, "light"]),
            on("post", 2, 0, 5, 2, tier=2, pools=["light", "logistics"]),
        ],
    ),
    "a unit in cohorts": problem(
        6, {"staff": 3}, [on("unit", 4, 0, 5, 3, unit=True, cohorts=2), on("a", 1, 0, 5, 6)]
    ),
    "a yearly budget": problem(
        6,
        {"staff": 9},
        [on("a", 2, 0, 5, 2, weight=2), on("b", 2, 0, 5, 3), on("c", 1, 0, 5, 6, tier=2)],
        budgets=[
            {"id": "y1", "first": 0, "last": 2, "amount": 10, "cost": {"a": 2, "b": 1.5, "c": 1}},
            {"id": "y2", "first": 3, "last": 5, "amount": 7, "cost": {"a": 1, "b": 1}},
        ],
    ),
}


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("name", COUNTED)
def test_no_plan_in_whole_people_is_better(name, solver):
    data = COUNTED[name]
    found = fills(data, "value", solver)
    tiers = sorted({demand["tier"] for demand in data["demands"]})
    worth = [
        sum(d.get("weight", 1) * found[d["id"]] for d in data["demands"] if d["tier"] == tier)
        for tier in tiers
    ]

    assert worth == pytest.approx(every_plan(data))


@pytest.mark.parametrize("seed", range(12))
def test_whole_people_never_do_better_than_fractions(seed):
    # in fractions the cohorts of a wave have the same number of people, in whole numbers they need
    # not: that is no relaxation, but for one cohort it is
    rng = np.random.default_rng([seed, 21])
    data = random_problem(rng, "small", late=False, bounds=0, cohorts=(1, 1))
    data = {key: value for key, value in data.items() if key != "report"}
    parsed = parse_problem(data)
    tier = str(min(demand.tier for demand in parsed.demands))
    weights = {demand.id: demand.weight for demand in parsed.demands}

    def first_tier(result: dict) -> float:
        rows = result["demands"].items()
        mine = {d.id for d in parsed.demands if str(d.tier) == tier}
        return sum(weights[name] * row["filled"] for name, row in rows if name in mine)

    whole = solve_whole(parsed, "value").as_neutral()
    assert first_tier(whole) <= first_tier(solve_problem(parsed, "value").as_neutral()) + 1e-6


@pytest.mark.parametrize("rule", ["value", "fair"])
@pytest.mark.parametrize("seed", range(12))
def test_plans_that_unfold_are_allowed_and_whole(seed, rule):
    data = random_problem(np.random.default_rng([seed, 22]), "small")
    for demand in data["demands"][::2]:
        demand["unit"] = True
    solution = solve_whole(parse_problem(data), rule)
    result = solution.as_neutral()

    assert result["status"] == "optimal"
    assert all(people.is_integer() for people in sent(result).values())
    assert faults(whole_caps(data), result) == []
    assert result["certificate"] == {"primal": 0.0, "dual": None, "gap": pytest.approx(0, abs=1e-6)}
    caps = {demand["id"]: math.floor(demand["cap"] + 1e-9) for demand in data["demands"]}
    units = {demand["id"] for demand in data["demands"] if demand.get("unit")}
    tours: dict[tuple, float] = {}
    for row, tour in rows_with_tours(read(data), result):
        key = row["demand"], row["cohort"], tour
        tours[key] = tours.get(key, 0.0) + row["people"]
    for (name, cohort, _), people in tours.items():
        cohorts = next(d.get("cohorts", 1) for d in data["demands"] if d["id"] == name)
        most = whole_cohorts(caps[name], cohorts)[cohort]
        assert people <= most
        assert people == most or name not in units


def test_nobody_foresees_a_package_with_whole_people_either():
    lines = [
        on("post", 3, 0, 23, 4, cohorts=3, prep=1, tier=2),
        on("unit", 4, 0, 23, 6, prep=2, rest=1, unit=True, main_task=1),
    ]
    data = problem(24, {"staff": 5}, lines, packages={"flank": {"demands": ["unit"], "known": 10}})
    solution = solve_whole(parse_problem(data), "value")
    with_it, without = solution.with_all, solution.without["flank"]

    assert (with_it.on_duty[:, :10] == without.on_duty[:, :10]).all()
    assert with_it.on_duty[1].tolist() == [0.0] * 18 + [4.0] * 6  # posts begun before go on
    assert solution.displaced("flank")[0] > 0
    assert {step.plan for step in solution.steps} == {"with all", "without flank"}


def test_a_cap_that_does_not_divide_is_spread_over_the_cohorts():
    assert sum(whole_cohorts(14, 12)) == 14
    assert fills(problem(12, {"staff": 99}, [on("a", 14, 0, 11, 3, cohorts=12)])) == {"a": 168.0}
    assert fills(problem(12, {"staff": 99}, [on("a", 2.9, 0, 11, 3)])) == {"a": 24.0}
    assert fills(problem(12, {"staff": 99}, [on("a", 0.9, 0, 11, 3)])) == {"a": 0.0}


def test_four_of_five_posts_are_kept_where_fractions_would_give_each_a_part():
    data = problem(36, {"staff": 4}, [on("a", 5, -60, 99, 5, cohorts=5)])

    assert fills(data, "value") == fills(data, "fair") == {"a": 144.0}


@pytest.mark.parametrize("solver", SOLVERS)
def test_fair_stays_near_the_fair_plan_in_fractions(solver):
    lines = [on("a", 6, 0, 11, 12), on("b", 3, 0, 11, 12), on("c", 3, 0, 11, 12, weight=9)]
    data = problem(12, {"staff": 8}, lines)

    assert fills(data, "fair", solver) == {"a": 48.0, "b": 24.0, "c": 24.0}


def test_what_a_unit_cannot_use_goes_to_others():
    lines = [on("unit", 6, 0, 11, 12, unit=True), on("post", 5, 0, 11, 12, tier=2)]
    data = problem(12, {"staff": 5}, lines)

    assert fills(data) == {"unit": 0.0, "post": 60.0}
    assert reference_solution(parse_problem(data), "value").as_neutral()["demands"]["post"][
        "filled"
    ] == pytest.approx(0, abs=1e-6)


def test_a_step_stopped_by_its_limit_says_so():
    rng = np.random.default_rng(5)
    lines = [
        on(f"d{n}", int(rng.integers(3, 30)), int(rng.integers(-6, 20)), 47,
           int(rng.integers(4, 9)), pools=["staff", "civil"][:: 1 - 2 * (n % 2)],
           rest=float(rng.integers(1, 3)), unit=True)
        for n in range(24)
    ]  # fmt: skip
    stopped = solve_whole(
        parse_problem(problem(48, {"staff": 61, "civil": 47}, lines)), solver="cbc", time_limit=0.6
    )
    result = stopped.as_neutral()

    assert result["status"] == stopped.status
    assert stopped.status == "time limit" or stopped.gap <= 1e-6
    assert all(step["gap"] is None or step["gap"] >= 0 for step in result["steps"])
    assert result["certificate"]["primal"] <= 1e-6


@pytest.mark.parametrize("rule", ["value", "fair"])
def test_where_no_step_finds_anything_nobody_is_sent(monkeypatch, rule):
    def stop(self, lp):
        lp.assignStatus(pulp.LpStatusNotSolved, pulp.LpSolutionNoSolutionFound)
        return lp.status

    monkeypatch.setattr(pulp.HiGHS, "actualSolve", stop)
    lines = [on("a", 2, 0, 5, 3, unit=True), on("b", 2, 0, 5, 3, tier=2)]
    bounds = [{"demands": ["a", "b"], "min": 1}]
    data = problem(6, {"staff": 3}, lines, bounds=bounds)
    solution = solve_whole(parse_problem(data), rule, "highs")
    result = solution.as_neutral()

    assert (result["status"], result["allocation"]) == ("time limit", [])
    assert [row["missing"] for row in result["unmet_bounds"]] == [1.0] * 6
    assert result["certificate"] == {"primal": 0.0, "dual": None, "gap": None}


def test_only_the_two_rules_are_known():
    with pytest.raises(ValueError, match="'fair' or 'value', found 'even'"):
        solve_whole(parse_problem(COUNTED["a unit or nobody"]), "even")
