"""The oracle where plans unfold, bounds hold and nothing should change: truths 12 and 13."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from tests.oracles.check import differences
from tests.oracles.lp import Floats
from tests.oracles.reference import solve
from tests.oracles.unfold import known, read, unfold
from tests.strategies import draw_until, random_problem, split_pool

from .test_oracle import RULES, on, people

# By hand


def test_a_package_that_becomes_known_displaces_what_is_not_yet_under_way():
    demands = [on("a", 2, 10, 0, 11, 4, prep=1), on("x", 1, 10, 2, 11, 4, prep=1)]
    problem = {"months": 12, "pools": {"p": 10}, "demands": demands,
               "packages": {"k": {"demands": ["x"], "known": 2}}}  # fmt: skip
    result = solve(problem)
    # x is served from 3; a's tour from 0 stays with 5 people; x gets 5, so a gets 0 from 4 on
    assert people(result, "x") == pytest.approx({("p", 0, 3): 5, ("p", 0, 7): 5})
    assert people(result, "a") == pytest.approx({("p", 0, 0): 5, ("p", 0, 8): 5})
    assert result["demands"]["x"]["asked"] == 100
    assert result["displacement"]["k"] == {
        "total": pytest.approx(20),
        "main_task_1": 0,
        "ratio": pytest.approx(20 / 45),
        "demands": {"a": pytest.approx(20)},
    }


def test_people_in_preparation_go():
    a = on("a", 2, 2, 0, 7, 2, prep=2, pools=["p", "q"])
    x = on("x", 1, 4, 4, 7, 4)
    problem = {"months": 8, "pools": {"p": 4, "q": 4}, "demands": [a, x],
               "packages": {"k": {"demands": ["x"]}}}  # fmt: skip
    result = solve(problem)  # just in time in month 4: x needs no preparation
    # a's two of p for months 4 and 5 prepare from 2 on: x gets the other two
    assert people(result, "a").keys() >= {("p", 0, 0), ("p", 0, 2), ("p", 0, 4)}
    assert people(result, "x") == pytest.approx({("p", 0, 4): 2})
    assert result["displacement"]["k"]["total"] == pytest.approx(0, abs=1e-6)


def test_a_tour_stays_as_it_was_up_to_the_month_in_which_its_preparation_can_begin():
    a, x = on("a", 2, 4, 0, 11, 4, prep=2), on("x", 1, 4, 0, 11, 4, prep=1)
    problem = {"months": 12, "pools": {"p": 4}, "demands": [a]}
    without = people(solve(problem), "a")
    for month, kept in ((1, 1), (2, 1), (3, 2), (6, 2), (7, 3)):
        packages = {"k": {"demands": ["x"], "known": month}}
        found = people(solve({**problem, "demands": [a, x], "packages": packages}), "a")
        before = {key: value for key, value in without.items() if key[2] < month + 2}
        assert len(before) == kept
        assert {key: found.get(key, 0) for key in before} == pytest.approx(before)


def test_known_from_the_start_is_perfect_foresight():
    demands = [on("a", 2, 10, 0, 5, 6), on("x", 1, 10, 3, 5, 3)]
    problem = {"months": 6, "pools": {"p": 10}, "demands": demands}
    late = solve({**problem, "packages": {"k": {"demands": ["x"], "known": 3}}})
    early = solve({**problem, "packages": {"k": {"demands": ["x"], "known": 0}}})
    assert late["demands"]["x"]["filled"] == pytest.approx(0, abs=1e-6)
    assert early["demands"]["x"]["filled"] == pytest.approx(30)
    assert early["displacement"]["k"]["total"] == pytest.approx(60)
    assert late["displacement"]["k"]["ratio"] is None


def test_shares_are_of_what_a_decision_can_be_not_of_months():
    demands = [on("a", 1, 4, 0, 1, 2), on("b", 1, 8, 0, 0, 1)]
    result = solve({"months": 2, "pools": {"p": [6, 6]}, "demands": demands})
    assert people(result, "a") == pytest.approx({("p", 0, 0): 2})
    assert people(result, "b") == pytest.approx({("p", 0, 0): 4})
    rate = solve({"months": 2, "pools": {"p": [6, 6]}, "demands": demands}, "value")
    assert people(rate, "a") == pytest.approx({("p", 0, 0): 4})


def test_preferred_pool_first_and_what_ties_is_spread():
    demands = [on("a", 1, 4, 0, 0, 1, pools=["p", "q"]), on("b", 1, 2, 0, 0, 1, pools=["p", "q"])]
    result = solve({"months": 1, "pools": {"p": 3, "q": 9}, "demands": demands})
    # three from p in all; largest share of one pool as small as can be: 2 of 4 and 1 of 2
    assert people(result, "a") == pytest.approx({("p", 0, 0): 2, ("q", 0, 0): 2})
    assert people(result, "b") == pytest.approx({("p", 0, 0): 1, ("q", 0, 0): 1})


def test_lower_bounds_come_before_any_fill_of_their_tier_and_after_the_tiers_above():
    demands = [on("a", 1, 4, 0, 0, 1), on("b", 2, 4, 0, 0, 1), on("c", 2, 4, 0, 0, 1)]
    bounds = [{"demands": ["b"], "min": 3}, {"demands": ["a", "c"], "max": 4}]
    problem = {"months": 1, "pools": {"p": 6}, "demands": demands, "bounds": bounds}
    result = solve(problem)
    filled = {name: row["filled"] for name, row in result["demands"].items()}
    assert filled == pytest.approx({"a": 4, "b": 2, "c": 0}, abs=1e-6)
    assert result["unmet_bounds"] == [{"bound": 0, "month": 0, "missing": pytest.approx(1)}]


@pytest.mark.parametrize("seed", range(30))
def test_fractions_give_the_same(seed):
    problem = random_problem(np.random.default_rng(seed), "tiny")
    rough, exact = solve(problem), solve(problem, exact=True)
    assert differences(problem, rough, exact) == []


@pytest.mark.parametrize("seed", range(30))
def test_fractions_give_the_same_worth(seed):
    problem = random_problem(np.random.default_rng(seed), "tiny", late=False)
    rough, exact = solve(problem, "value"), solve(problem, "value", exact=True)
    assert differences(problem, rough, exact) == []


def test_differences_are_seen():
    problem = random_problem(np.random.default_rng(6), "small")
    right, wrong = solve(problem), solve(problem)
    wrong["allocation"][0]["people"] += 1e-3
    assert len(differences(problem, right, wrong)) == 1


# Truth 2: with and without


@pytest.mark.parametrize("seed", range(12))
def test_2_displacement_is_the_difference_of_two_results(seed):
    rng = np.random.default_rng(seed)
    problem = draw_until(lambda one: "packages" in one, rng, late=False)
    result = solve(problem)
    for name, package in problem["packages"].items():
        other = solve(_without(problem, name))
        lost = result["displacement"][name]["demands"]
        assert set(lost) == set(other["demands"])
        for demand, value in lost.items():
            assert demand not in package["demands"]
            gone = other["demands"][demand]["filled"] - result["demands"][demand]["filled"]
            assert value == pytest.approx(gone, abs=1e-6)


def _without(problem: dict, package: str) -> dict:
    other = copy.deepcopy(problem)
    gone = other["packages"].pop(package)["demands"]
    other["demands"] = [demand for demand in other["demands"] if demand["id"] not in gone]
    bounds = []
    for bound in other.get("bounds", []):
        bound["demands"] = [name for name in bound["demands"] if name not in gone]
        bounds += [bound] if bound["demands"] else []
    return {**other, "bounds": bounds}


# Truth 12: what changes nothing


def _same_fills(problem: dict, other: dict, times: float = 1.0, again: dict | None = None) -> None:
    first, second = solve(problem)["demands"], solve(other)["demands"]
    for name, row in first.items():
        names = (again or {}).get(name, [name])
        found = sum(second[part]["filled"] for part in names)
        assert found == pytest.approx(times * row["filled"], abs=1e-5 * max(times, 1))


@pytest.mark.parametrize("seed", range(10))
def test_12_order_of_rows(seed):
    problem = random_problem(np.random.default_rng(seed), "small")
    other = copy.deepcopy(problem)
    other["demands"].reverse()
    other["pools"] = dict(reversed(other["pools"].items()))
    other["packages"] = dict(reversed(other.get("packages", {}).items()))
    other["bounds"] = other.get("bounds", [])[::-1]
    _same_fills(problem, other)


@pytest.mark.parametrize("seed", range(10))
def test_12_all_months_shifted_alike(seed):
    problem = random_problem(np.random.default_rng(seed), "small", edge=0, packages=0)
    for demand in problem["demands"]:  # nothing before the model that a longer one would show
        demand["first"] = max(demand["first"], 3)
        demand["last"] = max(demand["last"], demand["first"])
    other = copy.deepcopy(problem)
    other["months"] += 5
    low, high = problem.get("report", [0, problem["months"] - 1])
    other["report"] = [low + 5, high + 5]
    for pool, values in other["pools"].items():
        if isinstance(values, list):
            other["pools"][pool] = [7.0] * 5 + values
    for demand in other["demands"]:
        demand["first"] += 5
        demand["last"] += 5
    _same_fills(problem, other)


@pytest.mark.parametrize("seed", range(10))
def test_12_a_pool_split_into_two_alike(seed):
    problem = random_problem(np.random.default_rng(seed), "small", late=False)
    _same_fills(problem, split_pool(problem, "p0"))


def test_12_a_split_pool_may_matter_where_plans_unfold():
    """Two halves are not one pool once people under way all sit in the half named first.

    Until month 8 a holds half of p. When x takes q in month 7, c's wave of two tours (from 7 and
    from 9) moves to p: in one pool the second tour uses a's people; of two halves only one is
    free in 7, and every cohort of a decision takes the same people from the same pools.
    """
    demands = [
        on("a", 2, 5, 0, 8, 9),
        on("c", 2, 10, 0, 12, 4, pools=["q", "p"], cohorts=2),
        on("x", 1, 10, 7, 12, 6, pools=["q"]),
    ]
    problem = {"months": 13, "pools": {"p": 10, "q": 10}, "demands": demands,
               "packages": {"k": {"demands": ["x"], "known": 7}}}  # fmt: skip
    assert solve(problem)["demands"]["c"]["filled"] == pytest.approx(130)
    assert solve(split_pool(problem, "p"))["demands"]["c"]["filled"] == pytest.approx(110)


@pytest.mark.parametrize("seed", range(10))
def test_12_a_demand_split_into_two_alike(seed):
    problem = random_problem(np.random.default_rng(seed), "small")
    other = copy.deepcopy(problem)
    half = other["demands"][0]
    half["cap"] /= 2
    other["demands"].insert(1, {**copy.deepcopy(half), "id": "twin"})
    for group in [*other.get("bounds", []), *other.get("packages", {}).values()]:
        if half["id"] in group["demands"]:
            group["demands"].append("twin")
    _same_fills(problem, other, again={half["id"]: [half["id"], "twin"]})


@pytest.mark.parametrize("times", [0.5, 12.0])
@pytest.mark.parametrize("seed", range(5))
def test_12_every_head_multiplied(seed, times):
    problem = random_problem(np.random.default_rng(seed), "small")
    other = copy.deepcopy(problem)
    for pool, values in other["pools"].items():
        many = isinstance(values, list)
        other["pools"][pool] = [v * times for v in values] if many else values * times
    for demand in other["demands"]:
        demand["cap"] *= times
    for bound in other.get("bounds", []):
        bound |= {side: bound[side] * times for side in ("min", "max") if side in bound}
    _same_fills(problem, other, times)


@pytest.mark.parametrize("seed", range(5))
def test_12_an_unused_pool_and_a_demand_of_zero(seed):
    problem = random_problem(np.random.default_rng(seed), "small")
    other = copy.deepcopy(problem)
    other["pools"]["unused"] = 99
    other["demands"].append(on("zero", 1, 0, 0, 3, 2, pools=["p0"]))
    _same_fills(problem, other)
    assert solve(other)["demands"]["zero"] == {"asked": 0, "filled": 0, "fill_rate": None}


# Truth 13: no foresight


def late(problem: dict) -> bool:
    """Return whether a package becomes known in the model, later than its first month."""
    data = read(problem)
    return any(0 < known(data, name) < data["months"] for name in data["packages"])


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", range(25))
def test_13_tours_that_began_or_prepare_are_the_same_with_and_without_a_package(rule, seed):
    data = read(draw_until(late, np.random.default_rng(seed)))
    months = {name: known(data, name) for name in data["packages"]}
    for name, now in months.items():
        if now <= 0:
            continue
        all_decisions, with_it = unfold(data, rule, Floats())
        decisions, without = unfold(data, rule, Floats(), without=[name])
        for decision in decisions:
            demand = data["demands"][decision.demand]
            lead = max(demand["prep"].values())
            assert decision.begins[0] >= now + lead or decision.begins[1] < now + lead
            if decision.begins[1] < now + lead:
                for option in demand["options"]:
                    place = decision.key, option
                    assert with_it[place] == pytest.approx(without[place], abs=1e-6)
        for decision in all_decisions:
            if decision.demand in data["packages"][name]["demands"]:
                lead = max(data["demands"][decision.demand]["prep"].values())
                assert decision.begins[0] >= now + lead
