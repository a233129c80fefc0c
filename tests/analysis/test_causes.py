"""Causes against all orders written out, each coalition a problem changed by hand."""

from __future__ import annotations

import copy
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from planner.analysis.causes import causes, expected_occupancy, occupancy, present_months
from planner.analysis.plans import read_case
from planner.engine.programme import build_programme
from planner.errors import InputError
from planner.problem.model import Budget
from planner.problem.neutral import parse_problem
from tests.analysis.oracle import demand, draw_until, fills, problem
from tests.oracles.reference import asked
from tests.oracles.unfold import known, read
from tests.strategies import random_problem

HUGE = 1e5
SEEDS = [0, 1, 2, 3, 5, 7, 8, 11, 12, 14, 15, 16]
"""Problems that the dull reference gets through in seconds."""


def short(data: dict) -> bool:
    """Whether some demand is filled less than it asks."""
    filled = fills(data, "fair")
    return any(float(asked(read(data), name)) - each > 0.1 for name, each in filled.items())


def without(data: dict, gone: frozenset[str], tier: int) -> dict:
    """Return the problem with some causes taken away, written independently of the product."""
    data = copy.deepcopy(data)
    months = {name: known(read(data), name) for name in data.get("packages", {})}
    for name, month in months.items():
        data["packages"][name]["known"] = month
    owned = {one for package in data.get("packages", {}).values() for one in package["demands"]}
    if "higher_tiers" in gone:
        out = {d["id"] for d in data["demands"] if d["tier"] < tier and d["id"] not in owned}
        data["demands"] = [d for d in data["demands"] if d["id"] not in out]
        bounds = []
        for bound in data.get("bounds", []):
            bound["demands"] = [name for name in bound["demands"] if name not in out]
            bounds += [bound] if bound["demands"] else []
        data["bounds"] = bounds
    if "rotation" in gone:
        for one in data["demands"]:
            one["prep"] = one["rest"] = 0
            one.pop("dwell", None)
    if "composition" in gone:
        data["bounds"] = []
    if "eligibility" in gone:
        strengths = [
            np.array(s if isinstance(s, list) else [s] * data["months"], dtype=float)
            for s in data["pools"].values()
        ]
        data["pools"] = {"anyone": np.sum(strengths, axis=0).tolist()}
        normal = read(data)["demands"]
        for one in data["demands"]:
            full = normal[one["id"]]
            first = full["pools"][0]
            for rule in ("rest", "dwell"):
                one.pop(rule, None)
            one["prep"] = full["prep"][first]
            one["dwell" if full["dwell"][first] else "rest"] = full["home"][first]
            one["pools"] = ["anyone"]
        data["bounds"] = [b for b in data.get("bounds", []) if b.get("pools") is None]
    if "pool_cap" in gone:
        data["pools"] = dict.fromkeys(data["pools"], HUGE)
    return data


def by_all_orders(data: dict, target: str, tier: int, own: str, players: list[str]) -> dict:
    asks = float(asked(read(data), target))
    found: dict[frozenset[str], float] = {}

    def lacks(there: frozenset[str]) -> float:
        if there not in found:
            gone = frozenset(players) - there
            packages = [one.removeprefix("package ") for one in gone if one.startswith("package ")]
            now = fills(without(data, gone, tier), "fair", without=packages)
            found[there] = asks - float(now[target])
        return found[there]

    share = dict.fromkeys(players, 0.0)
    orders = list(permutations(players))
    for order in orders:
        before: frozenset[str] = frozenset()
        for name in order:
            share[name] += (lacks(before | {name}) - lacks(before)) / len(orders)
            before = before | {name}
    return share


@pytest.mark.parametrize("seed", SEEDS)
def test_parts_are_the_mean_over_all_orders(seed: int) -> None:
    data = draw_until(short, seed, "tiny", packages=1, demands=(2, 3), tiers=(1, 2), late=False)

    found = causes(data, rule="fair", by="demand")

    owner = {n: k for k, p in data.get("packages", {}).items() for n in p["demands"]}
    parts: dict[str, dict[str, float]] = {}
    for row in found.causes:
        parts.setdefault(row.group, {})[row.cause] = row.part_person_months
    assert found.shortfalls
    for row in found.shortfalls[:1]:
        one = next(d for d in data["demands"] if d["id"] == row.group)
        players = ["pool_cap", "rotation", "composition", "higher_tiers"]
        players += ["eligibility"] if len(data["pools"]) > 1 else []
        own = owner.get(row.group, "")
        players += [f"package {name}" for name in data.get("packages", {}) if name != own]
        expected = by_all_orders(data, row.group, one["tier"], own, players)
        for name in players:
            assert parts[row.group].get(name, 0.0) == pytest.approx(
                expected[name], abs=1e-3 * (1 + row.asked_person_months)
            ), (row.group, name)


@pytest.mark.parametrize("rule", ["fair", "value"])
@pytest.mark.parametrize("seed", range(10))
def test_parts_add_up_to_the_shortfall(seed: int, rule: str) -> None:
    data = random_problem(np.random.default_rng(50 + seed), "tiny", packages=2)

    found = causes(data, rule=rule, by="demand")

    for row in found.shortfalls:
        total = sum(one.part_person_months for one in found.causes if one.group == row.group)
        assert total == pytest.approx(row.shortfall_person_months, abs=2e-3)


def test_what_alone_would_end_it_stands_beside_the_part() -> None:
    # six of ten people are with the flank; twelve observers, tied up a month before each of theirs
    data = problem(
        demand("flank", 6, tier=1), demand("unifil", 12),
        pools={"staff": 10}, packages={"k": {"demands": ["flank"], "known": 0}},
    )  # fmt: skip

    found = causes(data, rule="fair")

    parts = {row.cause: row for row in found.causes}
    # 8 a month are lacking; without the package 2, with people enough none
    assert parts["pool_cap"].alone_person_months == pytest.approx(96)
    assert parts["package k"].alone_person_months == pytest.approx(72)
    assert parts["pool_cap"].part_person_months == pytest.approx((96 + 24) / 2)
    assert parts["package k"].part_person_months == pytest.approx((72 + 0) / 2)
    assert found.sentences("nl")[0].startswith(
        "unifil komt 96 van 144 persoonsmaanden tekort: omvang van de pools 62%"
    )


def test_what_the_rule_finds_worthless_is_nobody_elses_fault() -> None:
    data = problem(demand("a", 4, weight=0), demand("b", 4))

    found = causes(data, rule="value")

    assert [(row.group, row.cause, row.part_person_months) for row in found.causes] == [
        ("a", "worth_nothing", pytest.approx(48))
    ]


def test_under_value_a_limit_that_touches_nothing_has_no_part() -> None:
    # two alike demands share ten people in any way; the bound lies on a third, far away
    data = problem(
        demand("a", 8), demand("b", 8), demand("far", 3, pools=["q"]),
        pools={"staff": 10, "q": 5}, bounds=[{"demands": ["far"], "max": 2}],
    )  # fmt: skip

    found = causes(data, rule="value")

    alone = {(row.group, row.cause): row.alone_person_months for row in found.causes}
    assert alone["far", "composition"] == pytest.approx(12)
    assert alone.get(("a", "composition"), 0.0) == alone.get(("b", "composition"), 0.0) == 0


def test_late_notice_is_a_cause_of_its_own() -> None:
    # asked from month 2, known in month 4, prepared for two months: months 2 to 5 are lost, and
    # two of them would not be without preparation
    data = problem(
        demand("flank", 3, tier=1, first=2, prep=2),
        packages={"k": {"demands": ["flank"], "known": 4}},
    )  # fmt: skip

    found = causes(data, rule="fair")

    assert [(row.cause, row.part_person_months) for row in found.causes] == [
        ("rotation", pytest.approx(3)),
        ("late_notice", pytest.approx(9)),
    ]


def test_budget_alone() -> None:
    given = parse_problem(problem(demand("a", 10)))
    paid = replace(given, budgets=(Budget("fund", 0, 11, 600.0, {"a": 10.0}),))

    found = causes(paid, rule="value")

    assert [(row.cause, row.part_person_months) for row in found.causes] == [
        ("budget", pytest.approx(60))
    ]


def test_presence_takes_its_part_of_what_was_sent() -> None:
    data = problem(demand("a", 10), demand("b", 10))

    found = causes(data, rule="fair", presence={"a": 0.8})

    parts = {(row.group, row.cause): row.part_person_months for row in found.causes}
    # 60 sent, 48 there; strength costs 60 of 120 and presence a fifth of what is sent
    assert parts["a", "presence"] == pytest.approx((24 + 12) / 2)
    assert parts["a", "pool_cap"] == pytest.approx((60 + 48) / 2)
    assert parts["b", "pool_cap"] == pytest.approx(60)
    with pytest.raises(InputError, match="presence: no demand 'c'"):
        causes(data, presence={"c": 0.5})


@pytest.mark.parametrize("unit", [False, True])
@pytest.mark.parametrize(
    ("months", "acceptance", "lead", "early"),
    [(12, 0.33, 4, 0.01), (6, 0.9, 2, 0.005), (8, 0.5, 1, 0.2), (5, 1.0, 7, 0.3)],
)
def test_occupancy_is_what_many_tours_come_to(
    months: int, acceptance: float, lead: int, early: float, unit: bool
) -> None:
    rng = np.random.default_rng(1)
    draws = 8_000
    there = np.zeros(months)
    for _ in range(draws):
        month, serving = 0, rng.random() < acceptance
        begun = serving
        while month < months:
            if serving:
                there[month] += 1
                month += 1
                if rng.random() >= early:
                    continue
            month += lead
            serving = bool(rng.random() < acceptance) or (unit and begun)
            begun = begun or serving

    error = 4 * 0.5 / np.sqrt(draws)
    found = occupancy(months, acceptance, lead, early, unit)
    assert found == pytest.approx(there / draws, abs=error)


def test_months_there_are_counted_tour_by_tour_inside_the_window() -> None:
    data = problem(demand("a", 2, first=-3, tour=4, cohorts=2), report=[2, 6])
    case = read_case(data)
    there = expected_occupancy(case, {"a": 0.25})
    assert there is not None
    there[0] = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])

    programme = build_programme(case.problem)
    found = present_months(programme, there)[0]

    block, tours = programme.blocks[0], programme.tours
    for decision in range(len(block.demand)):
        total = 0.0
        for tour in block.tour[block.tour_decision == decision]:
            for month in range(max(2, tours.first[tour]), min(6, tours.last[tour]) + 1):
                total += there[0][month - tours.first[tour]] / block.cohorts[decision]
        assert found[decision] == pytest.approx(total)


def test_the_letter_gives_presence_by_kind() -> None:
    case = read_case("letter")

    present = expected_occupancy(case, True)

    assert present is not None
    by_kind = {line.kind: months.mean() for line, months in zip(case.lines, present, strict=True)}
    assert by_kind["on-call"] > 0.97
    assert 0 < by_kind["expert-civil"] < by_kind["staff"] < 1
    rows = causes(case).shortfalls
    kosovo = next(row for row in rows if row.group == "kosovo")
    assert kosovo.present_person_months < kosovo.sent_person_months
