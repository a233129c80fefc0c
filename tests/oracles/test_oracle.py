"""The oracle itself against what is known without it: formulas and examples worked by hand.

Numbering follows the list of truths on the method page.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from tests.oracles import tours
from tests.oracles.check import faults
from tests.oracles.closed_forms import (
    BINOMIAL,
    NORMAL,
    PRESENCE,
    binomial_fill,
    en_bloc_need,
    minimum_cut,
    normal_fill,
    one_demand,
    presence_fill,
    staggered_need,
    static_total,
    tiers_in_order,
)
from tests.oracles.reference import solve
from tests.strategies import random_problem, random_static_problem

RULES = ["fair", "value"]


def people(result: dict, demand: str) -> dict[tuple[str, int, int], float]:
    """Return people by pool, cohort and first month of the tour."""
    return {
        (row["pool"], row["cohort"], row["first"]): row["people"]
        for row in result["allocation"]
        if row["demand"] == demand
    }


def on(name: str, tier: int, cap: float, first: int, last: int, tour: int, **more: object) -> dict:
    """Return a demand on pool p without preparation and rest, unless given."""
    return {"id": name, "tier": tier, "cap": cap, "first": first, "last": last, "tour": tour,
            "pools": ["p"], "prep": 0, "rest": 0, **more}  # fmt: skip


# Tours


@pytest.mark.parametrize(
    ("mandate", "tour", "expected"),
    [
        ((0, 23), 12, [(0, 11), (12, 23)]),
        ((0, 12), 12, [(0, 12)]),  # truth 14: 13 months of tour 12 are one tour
        ((0, 16), 12, [(0, 16)]),
        ((0, 17), 12, [(0, 11), (12, 17)]),
        ((0, 28), 12, [(0, 11), (12, 28)]),
        ((0, 6), 5, [(0, 6)]),
        ((0, 7), 5, [(0, 4), (5, 7)]),
        ((-3, 1), 2, [(-3, -2), (-1, 0), (1, 1)]),  # 1 is not shorter than 2 / 2
        ((-3, 3), 3, [(-3, -1), (0, 3)]),
        ((4, 4), 12, [(4, 4)]),
    ],
)
def test_tours_of_one_cohort(mandate, tour, expected):
    assert tours.cohort_tours(*mandate, tour, 1, 0) == expected


def test_first_tours_spread_evenly_and_a_long_last_one_is_divided():
    assert [tours.first_length(6, 5, j) for j in range(5)] == [4, 5, 6, 8, 9]
    assert tours.cohort_tours(0, 9, 6, 5, 4) == [(0, 4), (5, 9)]  # 9 + 1 exceeds 9
    assert tours.cohort_tours(0, 10, 6, 5, 4) == [(0, 5), (6, 10)]
    assert tours.cohort_tours(0, 11, 6, 5, 4) == [(0, 8), (9, 11)]


def test_every_mandate_is_served_without_gap_or_overlap():
    for length in range(1, 60):
        for tour in range(1, 14):
            for cohorts in (1, 2, 3, 7, 12):
                for cohort in range(cohorts):
                    laid = tours.cohort_tours(-7, length - 8, tour, cohorts, cohort)
                    months = [m for first, last in laid for m in range(first, last + 1)]
                    assert months == list(range(-7, length - 7))
                    if len(laid) > 1:
                        spans = [last - first + 1 for first, last in laid]
                        assert 2 * min(spans) >= tour
                        assert max(spans) <= (3 * tour + 1) // 2


def test_tied_up_takes_products_to_a_billionth():
    assert tours.tied_up((0, 9), 2, 0.1) == (-2, 10)
    assert tours.tied_up((0, 29), 0, 0.1) == (0, 32)  # 0.1 x 30 is 3, not a hair more
    assert tours.tied_up((0, 5), 1, 0.25) == (-1, 7)


# Truths 1, 3 and 4: static


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", range(5))
def test_1_one_demand_a_tier_takes_what_those_above_leave(rule, seed):
    rng = np.random.default_rng(seed)
    strength = [int(number) for number in rng.integers(0, 12, size=6)]
    caps = [float(number) / 2 for number in rng.integers(0, 12, size=4)]
    demands = [on(f"d{place}", place + 1, cap, 0, 5, 1) for place, cap in enumerate(caps)]
    result = solve({"months": 6, "pools": {"p": strength}, "demands": demands}, rule)
    expected = np.sum([tiers_in_order(there, caps) for there in strength], axis=0)
    found = [result["demands"][demand["id"]]["filled"] for demand in demands]
    assert found == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", range(12))
def test_3_and_4_static_tiers_fill_by_minimum_cuts(rule, seed):
    problem = random_static_problem(np.random.default_rng(seed), whole=True, packages=0)
    result = solve(problem, rule)
    below = 0.0
    for tier in sorted(int(tier) for tier in result["tiers"]):
        total = static_total(problem, range(tier + 1))
        assert result["tiers"][str(tier)]["filled"] == pytest.approx(total - below, abs=1e-6)
        assert total == round(total)
        below = total


def test_3_the_minimum_cut_never_falls_when_something_is_added():
    strengths = {"a": 3, "b": 5}
    demands = [(4, ["a"]), (2, ["a", "b"]), (4, ["b"])]
    least = minimum_cut(strengths, demands)
    assert least == 8
    assert minimum_cut({"a": 4, "b": 5}, demands) >= least
    assert minimum_cut(strengths, [(5, ["a"]), *demands[1:]]) >= least
    assert minimum_cut(strengths, [(4, ["a", "b"]), *demands[1:]]) >= least


@pytest.mark.parametrize("seed", range(6))
def test_4_static_value_has_a_whole_optimum(seed):
    rng = np.random.default_rng(100 + seed)
    problem = random_static_problem(rng, whole=True, packages=0, tiers=(1, 1))
    problem.pop("report", None)
    result = solve(problem, "value")
    worth = sum(
        demand.get("weight", 1) * result["demands"][demand["id"]]["filled"]
        for demand in problem["demands"]
    )
    whole = sum(_whole_optimum(problem, month) for month in range(problem["months"]))
    assert worth == pytest.approx(whole, abs=1e-6)


def _whole_optimum(problem: dict, month: int) -> float:
    pairs = [(d, p) for d in problem["demands"] for p in d["pools"]]
    running = [float(d["first"] <= month <= d["last"]) for d, _ in pairs]
    weights = [-d.get("weight", 1) for d, _ in pairs]
    rows, most = [], []
    for demand in problem["demands"]:
        rows.append([float(d is demand) for d, _ in pairs])
        most.append(demand["cap"])
    for pool, values in problem["pools"].items():
        rows.append([float(p == pool) for _, p in pairs])
        most.append(values[month] if isinstance(values, list) else values)
    upper = [there * demand["cap"] for there, (demand, _) in zip(running, pairs, strict=True)]
    found = milp(
        weights,
        constraints=LinearConstraint(rows, ub=most),
        bounds=Bounds(0, upper),
        integrality=np.ones(len(pairs)),
    )
    return -found.fun


# Truths 2, 5, 6, 7: in the long run, in the books, at the margin


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", range(20))
def test_2_results_keep_every_rule_and_their_sums_add_up(rule, seed):
    problem = random_problem(np.random.default_rng(seed), "small")
    assert faults(problem, solve(problem, rule)) == []


def test_5_needs_in_the_long_run():
    assert staggered_need(5, 6, 2, 1) == pytest.approx(70 / 6)
    assert en_bloc_need(5, 6, 2, 1) == 15
    least = staggered_need(3, 6, 2, 2)
    problem = one_demand(
        3, {"p": least}, 90, first=-60, last=200, tour=6, prep=2, rest=2, cohorts=6
    )
    assert solve(problem)["demands"]["posts"]["fill_rate"] == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_7_what_the_lower_tier_loses_is_convex_in_the_size_of_the_package(seed):
    rng = np.random.default_rng(seed)
    lower = [
        on(f"d{n}", 2, 4, int(rng.integers(-6, 6)), 30, int(rng.integers(1, 7)),
           prep=int(rng.integers(0, 3)), rest=float(rng.integers(0, 3)), weight=n + 1)
        for n in range(3)
    ]  # fmt: skip
    losses, worth = [], {f"d{n}": n + 1 for n in range(3)}
    for size in range(7):
        package = on("x", 1, size, 8, 30, 6, prep=2, rest=1, cohorts=3)
        result = solve({"months": 24, "pools": {"p": 18}, "demands": [*lower, package],
                        "packages": {"k": {"demands": ["x"], "known": 0}}}, "value")  # fmt: skip
        assert result["demands"]["x"]["fill_rate"] in (None, pytest.approx(1))
        lost = result["displacement"]["k"]["demands"]
        losses.append(sum(worth[name] * lost[name] for name in worth))
    steps = np.diff(losses)
    assert losses[0] == pytest.approx(0, abs=1e-5)
    assert (steps >= -1e-5).all()
    assert (np.diff(steps) >= -1e-5).all()


# Truths 8 and 9: formulas only


def test_8_and_9_formulas_give_the_numbers():
    for *given, fill in PRESENCE:
        assert presence_fill(*given) == pytest.approx(fill, abs=5e-7)
    for mean, deviation, fill in NORMAL:
        assert normal_fill(100, mean, deviation) == pytest.approx(fill, abs=5e-7)
    for *given, mean, full in BINOMIAL:
        assert binomial_fill(*given) == pytest.approx((mean, full), abs=5e-7)
