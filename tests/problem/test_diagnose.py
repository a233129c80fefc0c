"""What is said about a problem before it is solved, and that solving it bears that out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from planner.months import Month
from planner.problem.model import Bound, Demand, Package, Problem
from planner.problem.neutral import SEVERITIES, Finding, Wording, diagnose, parse_problem
from planner.solution import solve_problem
from tests.strategies import random_problem


def on(name: str, cap: float, first: int, last: int, tour: int, **more: Any) -> dict[str, Any]:
    return {"id": name, "tier": 1, "cap": cap, "first": first, "last": last, "tour": tour,
            "pools": ["staff"], "prep": 0, "rest": 0, **more}  # fmt: skip


def problem(demands: list[dict[str, Any]], **more: Any) -> Problem:
    base = {"format": "planner-problem/1", "months": 12, "pools": {"staff": 9, "civil": 9}}
    return parse_problem({**base, "demands": demands, **more})


BARE = {"staff": 0, "civil": 9}
GAP = {"staff": [9] * 5 + [0] + [9] * 6, "civil": 9}

CASES: dict[str, tuple[Problem, list[tuple[str, str, str]]]] = {
    "nothing": (problem([on("a", 2, 0, 11, 6)]), []),
    "a pool without anybody": (
        problem([on("a", 2, 0, 11, 6)], pools=BARE),
        [("error", "demand a", "no pool can ever serve it: staff has no people in any month")],
    ),
    "two pools without anybody": (
        problem([on("a", 2, 0, 11, 6, pools=["staff", "civil"])], pools={"staff": 0, "civil": 0}),
        [("error", "demand a", "staff, civil have no people in any month; give it people or name")],
    ),
    "another pool that has people": (
        problem([on("a", 2, 0, 11, 6, pools=["staff", "civil"])], pools=BARE),
        [],
    ),
    "every tour meets an empty month": (
        problem([on("a", 2, 0, 11, 6, prep=4, rest=1)], pools=GAP),
        [("error", "demand a", "every tour with its preparation and rest meets months in which")],
    ),
    "some tours meet an empty month": (
        problem([on("a", 2, 0, 11, 6)], pools=GAP),
        [("warning", "demand a", "no pool can serve it in months 0 to 5: preparation, duty or")],
    ),
    "nobody in the warm-up does not count": (problem([on("a", 2, 3, 11, 9, prep=9)]), []),
    "an upper bound of 0": (
        problem([on("a", 2, 0, 11, 6)], bounds=[{"demands": ["a"], "pools": ["staff"], "max": 0}]),
        [("error", "demand a", "an upper composition bound of 0 shuts out all its pools")],
    ),
    "a fund without money": (
        problem(
            [on("a", 2, 0, 11, 6)],
            budgets=[{"id": "biv", "first": 0, "last": 11, "amount": 0, "cost": {"a": 1}}],
        ),
        [("error", "demand a", "budget biv has no money for it; raise the amount")],
    ),
    "outside the model": (
        problem([on("a", 2, -9, -1, 6), on("b", 2, 12, 15, 6)]),
        [
            ("note", "demand a", "lies outside the model: month -9 to month -1 against month 0"),
            ("note", "demand b", "lies outside the model: month 12 to month 15"),
        ],
    ),
    "nobody asked": (problem([on("a", 0, 0, 11, 6)]), [("note", "demand a", "asks for no people")]),
    "known too late": (
        problem([on("a", 2, 0, 6, 3, prep=2)], packages={"k": {"demands": ["a"], "known": 5}}),
        [("error", "demand a", "its package k becomes known in month 5, 2 months of preparation")],
    ),
    "known late": (
        problem([on("a", 2, 3, 11, 3, prep=2)], packages={"k": {"demands": ["a"], "known": 5}}),
        [("warning", "package k", "too late to prepare people for the first month of a (4 months")],
    ),
    "known just in time": (
        problem([on("a", 2, 3, 11, 3, prep=2)], packages={"k": {"demands": ["a"]}}),
        [],
    ),
    "known after the model": (
        problem([on("a", 2, 3, 30, 3)], packages={"k": {"demands": ["a"], "known": 12}}),
        [("error", "package k", "becomes known in month 12, after the model's last month (month")],
    ),
    "more than its caps": (
        problem([on("a", 2, 0, 5, 6), on("b", 1, 3, 11, 9)],
                bounds=[{"demands": ["a", "b"], "min": 2.5}]),
        [("warning", "bound 0", "asks for at least 2.5 in months 0 to 2 and 6 to 11, but")],
    ),
    "more than its pools": (
        problem([on("a", 20, 0, 11, 6)], bounds=[{"demands": ["a"], "min": 12}]),
        [("error", "bound 0", "but all of staff together have 9: the rest is reported as missing")],
    ),
    "where nobody can serve": (
        problem([on("a", 2, 0, 11, 6)], pools=GAP, bounds=[{"demands": ["a"], "min": 1}]),
        [
            ("warning", "bound 0", "asks for at least 1 in month 5, but all of staff together"),
            ("warning", "bound 0", "months 0 to 4, but those of its demands that a pool can serve"),
            ("warning", "demand a", "no pool can serve it in months 0 to 5"),
        ],
    ),
    "pools that no demand accepts": (
        problem([on("a", 2, 0, 11, 6)], bounds=[{"demands": ["a"], "pools": ["civil"], "min": 1}]),
        [("error", "bound 0", "at least 1 from civil, but none of its demands accepts them")],
    ),
    "a bound on nobody": (
        problem([on("a", 0, 0, 11, 6)], bounds=[{"demands": ["a"], "min": 1}]),
        [("note", "bound 0", "a never have people in the model"),
         ("note", "demand a", "asks for no people")],
    ),
    "a lower bound above an upper one around it": (
        problem(
            [on("a", 4, 0, 5, 6), on("b", 4, 0, 11, 6, pools=["staff", "civil"])],
            bounds=[{"demands": ["a"], "min": 3}, {"demands": ["a", "b"], "max": 2}],
        ),
        [("error", "bound 1", "at most 2, but inside it bound 0 asks for at least 3 in months 0")],
    ),
    "lower bounds that do not fit together": (
        problem(
            [on("eusr", 4, 0, 11, 6), on("ohr", 4, 0, 11, 6)],
            bounds=[
                {"demands": ["eusr"], "min": 1},
                {"demands": ["eusr", "ohr"], "max": 1.5},
                {"demands": ["ohr"], "min": 1},
            ],
        ),
        [("error", "bound 1", "inside it bounds 0, 2 together ask for at least 2 in months 0 to")],
    ),
    "lower bounds that share their people": (
        problem(
            [on("eusr", 4, 0, 11, 6)],
            bounds=[{"demands": ["eusr"], "min": 1}, {"demands": ["eusr"], "min": 1},
                    {"demands": ["eusr"], "max": 1.5}],
        ),
        [],
    ),
    "a bound over other pools": (
        problem(
            [on("a", 4, 0, 11, 6, pools=["staff", "civil"])],
            bounds=[{"demands": ["a"], "min": 3, "pools": ["staff"]},
                    {"demands": ["a"], "max": 2, "pools": ["civil"]}],
        ),
        [],
    ),
    "a fund for nothing": (
        problem(
            [on("a", 2, 0, 5, 6)],
            budgets=[
                {"id": "old", "first": -9, "last": -1, "amount": 5, "cost": {"a": 1}},
                {"id": "new", "first": 6, "last": 11, "amount": 5, "cost": {"a": 1}},
            ],
        ),
        [("note", "budget old", "month -9 to month -1, of which none lies in the model"),
         ("note", "budget new", "none of its demands has people in its months")],
    ),
}  # fmt: skip


def said(found: list[Finding]) -> list[str]:
    return sorted(str(finding) for finding in found)


@pytest.mark.parametrize("name", CASES)
def test_every_fault_is_named_with_its_place_and_a_cure(name):
    data, expected = CASES[name]
    found = diagnose(data)

    assert sorted((one.severity, one.subject) for one in found) == sorted(
        (severity, subject) for severity, subject, _ in expected
    )
    for severity, subject, words in expected:
        assert any(
            words in one.message and (one.severity, one.subject) == (severity, subject)
            for one in found
        ), said(found)


def test_the_worst_comes_first():
    lines = [on("none", 0, 0, 11, 6), on("part", 2, 0, 11, 6), on("never", 2, 0, 5, 6)]
    found = diagnose(problem(lines, pools=GAP))

    order = [SEVERITIES.index(one.severity) for one in found]
    assert order == sorted(order)
    assert {one.severity for one in found} == set(SEVERITIES)


def test_months_are_those_of_the_calendar_where_it_is_known():
    found = diagnose(CASES["some tours meet an empty month"][0], Month(2022, 1))

    assert "in 2022-01 to 2022-06: preparation" in found[0].message


def test_packages_without_demands_are_noted():
    data = Problem(3, (0, 2), {"p": np.ones(3)}, (), packages=(Package("k", (), None),))

    assert said(diagnose(data)) == ["note: package k: has no demands: it can displace nothing"]


def never_served(data: Problem) -> set[str]:
    """Return the demands that are said never to be served, also by way of their package."""
    found: set[str] = set()
    for one in diagnose(data):
        kind, _, name = one.subject.partition(" ")
        if one.severity == "error":
            found |= {name} if kind == "demand" else set(data.package(name).demands)
    return found


@pytest.mark.parametrize("seed", range(40))
def test_what_cannot_be_served_is_not_and_what_can_is_when_alone(seed):
    rng = np.random.default_rng([seed, 31])
    data = parse_problem(random_problem(rng, "small", bounds=0))
    pools = {
        name: np.where(rng.random(data.months) < 0.2, 0.0, people)
        for name, people in data.pools.items()
    }
    data = replace(data, report=(0, data.months - 1), pools=pools)
    never = never_served(data)

    for place, demand in enumerate(data.demands):
        lines = (
            replace(line, weight=1.0, cap=line.cap if line is demand else 0.0)
            for line in data.demands
        )
        alone = replace(data, demands=tuple(lines))
        filled = solve_problem(alone, "value", packages=[]).with_all.filled[place]
        asked = demand.first < data.months and demand.last >= 0 and demand.cap > 0
        assert (filled > 1e-6) == (asked and demand.id not in never), demand.id


@pytest.mark.parametrize("seed", range(40))
def test_a_bound_said_to_be_missed_is_missed(seed):
    rng = np.random.default_rng([seed, 32])
    data = parse_problem(random_problem(rng, "small", packages=0, late=False))
    bounds = tuple(
        Bound(bound.demands, bound.pools, (bound.min or 0.0) + float(rng.integers(0, 6)), bound.max)
        for bound in data.bounds
        if bound.max is None
    )
    data = Problem(data.months, (0, data.months - 1), data.pools, data.demands, bounds)
    missed = {row["bound"] for row in solve_problem(data, "value").with_all.missing}
    told = {
        int(one.subject.removeprefix("bound "))
        for one in diagnose(data)
        if one.subject.startswith("bound ") and one.severity != "note"
    }

    assert told <= missed


def test_an_army_wide_problem_is_looked_at_whole():
    rng = np.random.default_rng(3)
    kinds, months = 267, 120
    pools = {f"p{n}": np.where(rng.random(months) < 0.02, 0.0, 50.0) for n in range(3 * kinds)}
    demands = []
    for number in range(12_000):
        kind, first = number % kinds, int(rng.integers(-12, 110))
        names = tuple(f"p{3 * kind + n}" for n in range(3))
        last = first + int(rng.integers(6, 60))
        demands.append(Demand(f"d{number}", 2, 4.0, first, last, 6, names, (2,) * 3, (2.0,) * 3))
    bounds = tuple(Bound((f"d{n}", f"d{n + kinds}"), None, 1.0, 30.0) for n in range(500))
    found = diagnose(Problem(months, (0, months - 1), pools, tuple(demands), bounds))

    assert {one.severity for one in found} >= {"error", "warning"}
    assert all(one.message and one.subject for one in found)


def test_stretches_of_months_are_told_in_short():
    assert Wording().months([]) == "no month"
    assert Wording().months([4]) == "month 4"
    assert Wording().months([1, 3, 5, 7, 9]) == "months 1, 3, 5 and 2 stretches more"
    assert Wording(Month(2021, 12)).months([0, 1, 5]) == "2021-12 to 2022-01 and 2022-05"
