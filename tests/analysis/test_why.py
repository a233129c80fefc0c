"""Why a mission is short in a month, against the reference: who is held, and what more brings."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from planner.analysis.why import why
from planner.errors import InputError
from tests.analysis.oracle import demand, draw_until, fills, problem
from tests.oracles.lp import Floats
from tests.oracles.planning import ties
from tests.oracles.tours import Decision
from tests.oracles.unfold import read, unfold
from tests.strategies import pools_of

FLANK = {"packages": {"k": {"demands": ["flank"], "known": 0}}}


class Reference:
    """The fair plan of the reference, month by month."""

    def __init__(self, data: Mapping, without: tuple[str, ...] = ()) -> None:
        self.data = read(data)
        self.decisions, self.plan = unfold(self.data, "fair", Floats(), without=list(without))

    def on_duty(self, name: str, month: int) -> float:
        return sum(
            float(self.plan[one.key, option]) * _there(one, month)
            for one in self.decisions
            if one.demand == name
            for option in self.data["demands"][name]["options"]
        )

    def tied(self, pool: str, month: int, on_call: bool) -> dict[str, float]:
        """Return people tied up by demand, in the fuller account or that of demands on call."""
        accounts = []
        for at_work in (False, True):
            found: dict[str, float] = {}
            for place, each in ties(self.data, self.decisions, at_work)[pool, month].items():
                if float(self.plan[place]) > 1e-7:
                    name = place[0][0]
                    found[name] = found.get(name, 0.0) + float(each * self.plan[place])
            accounts.append(found)
        away, at_work_too = accounts
        fuller = sum(at_work_too.values()) > sum(away.values())
        return at_work_too if on_call or fuller else away


def _there(one: Decision, month: int) -> float:
    return sum(first <= month <= last for _, first, last in one.tours) / len(one.tours)


def more(data: Mapping, pool: str, persons: float) -> dict[str, Any]:
    data = copy.deepcopy(dict(data))
    given = data["pools"][pool]
    strength = np.array(given if isinstance(given, list) else [given] * data["months"], float)
    data["pools"][pool] = (strength + persons).tolist()
    return data


def test_what_a_reader_would_say_of_ten_people_for_twelve_posts() -> None:
    data = problem(demand("flank", 4, tier=1), demand("untso", 8), **FLANK)

    found = why(data, "untso", month=5)

    assert (found.asked_persons, found.on_duty_persons) == (8, pytest.approx(6))
    assert [(row.mission, row.turn, row.held_persons) for row in found.holders] == [
        ("untso", "itself", pytest.approx(6)),
        ("flank", "ahead", pytest.approx(4)),
    ]
    assert [(row.limit, row.name, row.month) for row in found.limits] == [("pool", "staff", "5")]
    assert [(row.change, row.units, row.gained_persons, row.enough) for row in found.changes] == [
        ("without_package", 1, pytest.approx(2), True),
        ("more_people", 1, pytest.approx(1), False),
        ("more_people", 2, pytest.approx(2), True),
    ]
    assert [sentence.partition(" ")[0] for sentence in found.sentences()] == [
        "untso", "Cause:", "They", "Remedy:", "Remedy:",
    ]  # fmt: skip
    assert found.sentences()[-2] == (
        "Remedy: without k it would have 2 more people, which ends the shortfall."
    )
    assert found.sentences("nl")[0] == (
        "untso heeft in maand 5 6 van de 8 gevraagde mensen; zonder k zouden het er 8 zijn."
    )


@pytest.mark.parametrize("seed", range(10))
def test_holders_and_gains_are_those_of_the_reference(seed: int) -> None:
    def short(data: dict) -> bool:
        data["packages"] = {"k0": {"demands": [data["demands"][0]["id"]], "known": 0}}
        last, (low, high) = data["demands"][-1], read(data)["report"]
        months = min(last["last"], high) - max(last["first"], low) + 1
        return fills(data, "fair")[last["id"]] < last["cap"] * max(months, 0) - 0.5

    data = draw_until(short, seed, packages=0, bounds=0, months=(6, 14), demands=(3, 5),
                      pools=(1, 3), tour=(1, 4), cohorts=(1, 3), edge=2)  # fmt: skip
    target = data["demands"][-1]
    mine = str(target["id"])

    found = why(data, mine, rule="fair")

    month, now = int(found.month), Reference(data)
    assert now.on_duty(mine, month) == pytest.approx(found.on_duty_persons, abs=1e-3)
    assert Reference(data, ("k0",)).on_duty(mine, month) == pytest.approx(
        found.without_packages_persons, abs=1e-3
    )
    assert found.lacking_persons > 1e-3
    # of every option a pool is full in the month that is named, and these are its users
    full = {row.name for row in found.limits}
    assert all(full.intersection(pools_of(option)) for option in target["pools"])
    for limit in found.limits:
        held = now.tied(limit.name, int(limit.month), target.get("on_call", False))
        assert sum(held.values()) == pytest.approx(limit.strength_persons, abs=1e-3)
        rows = [row for row in found.holders if (row.pool, row.month) == (limit.name, limit.month)]
        if len(data["pools"]) == 1:
            assert {row.mission: row.held_persons for row in rows} == pytest.approx(held, abs=1e-3)
        assert sum(row.held_persons for row in rows) == pytest.approx(
            limit.strength_persons, abs=1e-3
        )
        for row in rows:
            parts = row.preparing_persons, row.on_duty_persons, row.resting_persons
            assert min(parts) > -1e-9
    for change in found.changes:
        if change.change == "more_people":
            then = Reference(more(data, change.name, change.units)).on_duty(mine, month)
            assert then - found.on_duty_persons == pytest.approx(change.gained_persons, abs=2e-3)
            if change.not_enough_units == change.not_enough_units:  # not NaN
                fewer = Reference(more(data, change.name, change.not_enough_units))
                assert fewer.on_duty(mine, month) < then - 5e-4
        elif change.change == "less_rest":
            then = Reference(rested(data)).on_duty(mine, month)
            assert then - found.on_duty_persons == pytest.approx(change.gained_persons, abs=2e-3)


def rested(data: Mapping) -> dict[str, Any]:
    """Return the problem with a month at home less after a regular tour."""
    normal, data = read(data), copy.deepcopy(dict(data))
    for one in data["demands"]:
        full = normal["demands"][one["id"]]
        home: dict[bool, dict[str, float]] = {True: {}, False: {}}
        for pool, each in full["home"].items():
            less = max(0.0, (np.ceil(each * one["tour"] - 1e-9) - 1) / one["tour"])
            home[full["dwell"][pool]][pool] = less if each else 0.0
        for rule, kept in (("dwell", True), ("rest", False)):
            one.pop(rule, None)
            if home[kept]:
                one[rule] = home[kept]
    return data


def test_who_prepares_when_a_package_becomes_known_goes() -> None:
    # known in month 4; two months of preparation, so tours of months 4 and 5 stay as they were
    slow = {"tour": 2, "prep": 2, "first": 0, "last": 11}
    data = problem(
        demand("flank", 9, tier=1, first=6, prep=2, tour=6), demand("untso", 8, **slow),
        pools={"staff": 16}, packages={"k": {"demands": ["flank"], "known": 4}},
    )  # fmt: skip

    early, late = why(data, "untso", month=4), why(data, "untso", month=8)

    assert early.on_duty_persons == pytest.approx(early.without_packages_persons, abs=1e-6)
    assert {row.planned_month for row in early.limits} <= {"0"}
    assert late.on_duty_persons < late.without_packages_persons
    assert {row.planned_month for row in late.limits} == {"4"}


def test_a_mix_is_held_back_by_each_pool_that_binds() -> None:
    data = problem(
        demand("company", 10, pools=[{"light": 0.8, "logistics": 0.2}]),
        demand("post", 1, tier=1, pools=["logistics"]),
        pools={"light": 20, "logistics": 2},
    )

    found = why(data, "company", month=5)

    assert found.on_duty_persons == pytest.approx(5)
    assert [row.name for row in found.limits] == ["logistics"]
    held = {row.mission: row.on_duty_persons for row in found.holders}
    assert held == pytest.approx({"company": 1.0, "post": 1.0})
    more = {row.name: row.gained_persons for row in found.changes if row.change == "more_people"}
    assert more["logistics"] == pytest.approx(5)


def test_time_at_home_after_a_deployment_may_be_spent_on_call() -> None:
    away = {"tour": 6, "prep": 0, "tier": 1, "dwell": 2}
    data = problem(
        {k: v for k, v in demand("gone", 10, first=0, last=5, **away).items() if k != "rest"},
        {k: v for k, v in demand("ready", 12, first=6, last=11, on_call=True, **away).items()
         if k != "rest"},
    )  # fmt: skip

    found = why(data, "ready", month=8)

    assert found.on_duty_persons == pytest.approx(10)
    assert [(row.name, row.strength_persons) for row in found.limits] == [("staff", 10.0)]
    assert [row.mission for row in found.holders] == ["ready"]


def test_what_becomes_known_too_late_binds_no_pool() -> None:
    data = problem(
        demand("flank", 4, tier=1, first=3, prep=2),
        packages={"k": {"demands": ["flank"], "known": 4}},
    )

    found = why(data, "flank", month=4)

    assert [(row.limit, row.lacking_persons) for row in found.limits] == [("late_notice", 4)]
    assert found.holders == ()
    assert "became known too late" in found.sentences()[1]


def test_bounds_and_budgets_bind_too() -> None:
    bound = problem(demand("a", 8), demand("b", 8), bounds=[{"demands": ["a", "b"], "max": 6}],
                    pools={"staff": 20})  # fmt: skip
    paid = {**problem(demand("a", 10)), "budgets": [
        {"id": "fund", "first": 0, "last": 11, "amount": 60000.0, "cost": {"a": 1000.0}}
    ]}  # fmt: skip

    for data, kind in ((bound, "composition"), (paid, "budget")):
        found = why(data, "a", month=3)
        assert [row.limit for row in found.limits] == [kind]
        (row,) = [row for row in found.changes if row.change == f"without_{kind}"]
        assert row.enough
        assert row.gained_persons == pytest.approx(found.lacking_persons)
        assert len(found.sentences("nl")) == len(found.sentences("en"))


def test_no_weight_is_a_reason() -> None:
    found = why(problem(demand("a", 4, weight=0)), "a", month=0, rule="value")

    assert [row.limit for row in found.limits] == ["worth_nothing"]
    assert "Cause: its weight is zero under this rule." in found.sentences()


def test_a_tie_is_told_as_one() -> None:
    # two alike and people for one: the plan gives them to either
    data = problem(demand("a", 10), demand("b", 10))

    found = [why(data, name, month=0, rule="value") for name in "ab"]

    assert sum(one.on_duty_persons for one in found) == pytest.approx(10)
    for one in found:
        gains = {row.change: row.gained_persons for row in one.changes}
        assert one.lacking_persons > 0 or not gains
        assert "only the totals of tiers are unique" in " ".join(one.sentences()) or not gains


def test_nobody_asked_and_nobody_lacking() -> None:
    data = problem(demand("a", 4, first=2, last=5))

    assert why(data, "a", month=0).sentences() == ["a asks for no people in month 0."]
    assert why(data, "a").sentences("nl") == ["a heeft in maand 2 alle 4 gevraagde mensen."]


def test_the_month_with_most_lacking_is_taken() -> None:
    data = problem(demand("a", 12), demand("b", 4, tier=1, first=3, last=5))

    assert why(data, "a").month == "3"
    assert [row.on_duty_persons for row in why(data, "a").months][:4] == pytest.approx(
        [10, 10, 10, 6]
    )


def test_what_is_not_there_is_said() -> None:
    data = problem(demand("untso", 4))

    with pytest.raises(InputError, match="did you mean 'untso'"):
        why(data, "unto", month=0)
    with pytest.raises(InputError, match="expected a month from 0 to 11, found 12"):
        why(data, "untso", month=12)
