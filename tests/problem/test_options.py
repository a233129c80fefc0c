"""Sourcing options, dwell and demands on call: how they are read, written and refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from planner.errors import InputError
from planner.problem.model import Demand, months_at_home
from planner.problem.neutral import dump_problem, parse_problem
from tests.strategies import random_problem

POOLS = {"light": 100, "logistics": 30, "medical": 10}
MIX = {"light": 0.85, "logistics": 0.1, "medical": 0.05}


def company(**changes: Any) -> dict[str, Any]:
    line = {"id": "company", "tier": 2, "cap": 150, "first": 0, "last": 23, "tour": 6,
            "pools": [MIX, "light"]} | changes  # fmt: skip
    return {"format": "planner-problem/1", "months": 24, "pools": POOLS, "demands": [line]}


def faults(**changes: Any) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        parse_problem(company(**changes))
    return [
        (fault.field.removeprefix("demands.0."), fault.message) for fault in caught.value.faults
    ]


def test_a_mix_keeps_its_shares_and_the_order_of_first_use() -> None:
    demand = parse_problem(company(prep=2, dwell=2.0, on_call=True)).demands[0]
    assert demand.pools == ("light", "logistics", "medical")
    assert demand.options == ((0.85, 0.1, 0.05), (1.0, 0.0, 0.0))
    assert demand.dwell == (True,) * 3
    assert demand.home == (2.0,) * 3
    assert demand.on_call
    assert [demand.home_months(0, length) for length in (1, 6, 7)] == [0, 10, 12]


def test_what_is_left_out_has_its_default() -> None:
    demand = parse_problem(company()).demands[0]
    assert demand.prep == (0, 0, 0)
    assert demand.home == (0.0,) * 3
    assert demand.dwell == (False,) * 3
    assert not demand.on_call
    assert demand.cohorts == 1
    assert demand.weight == 1.0


def test_a_mix_of_one_pool_is_that_pool() -> None:
    plain, mixed = (parse_problem(company(pools=[one])) for one in ("light", {"light": 1}))
    assert plain.demands == mixed.demands
    assert dump_problem(plain) == dump_problem(mixed)


def test_a_mix_of_one_pool_may_stand_beside_that_pool() -> None:
    demand = parse_problem(company(pools=["light", {"light": 1}])).demands[0]
    assert demand.pools == ("light",)
    assert demand.options == ((1.0,), (1.0,))
    assert not demand.plain


def test_rest_for_some_pools_and_dwell_for_the_others() -> None:
    ratios = {"rest": {"medical": 1.5}, "dwell": {"light": 2, "logistics": 2}}
    demand = parse_problem(company(prep=2, **ratios)).demands[0]
    assert demand.home == (2.0, 2.0, 1.5)
    assert demand.dwell == (True, True, False)
    assert [demand.home_months(place, 6) for place in range(3)] == [10, 10, 9]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"pools": [{"light": 0.8, "logistics": 0.1}]}, "pools.0", "a sum of 0.9"),
        ({"pools": [{"light": 1.0, "medical": 0}]}, "pools.0.medical", "a share above 0"),
        ({"pools": [{"light": 1.2, "medical": -0.2}]}, "pools.0.light", "a number from 0 to 1"),
        ({"pools": [{"light": 0.5, "medics": 0.5}]}, "pools.0.medics", "did you mean 'medical'"),
        ({"pools": [{}]}, "pools.0", "add up to 1"),
        ({"pools": ["light", MIX, "light"]}, "pools.2", "named twice"),
        ({"pools": [7]}, "pools.0", "expected a known name"),
        ({"prep": {"light": 2, "logistics": 2}}, "prep", "medical is missing"),
        ({"rest": 1, "dwell": 2}, "dwell", "two objects"),
        ({"rest": {"light": 1}, "dwell": {"light": 2, "logistics": 2, "medical": 2}},
         "dwell.light", "already has rest"),
        ({"rest": {"light": 1}, "dwell": {"logistics": 2}}, "dwell", "medical is missing"),
        ({"dwell": {"light": 2}}, "dwell", "logistics, medical is missing"),
        ({"rest": {"light": 1}, "dwell": {"logistics": 2, "medical": 2, "x": 1}},
         "dwell.x", "not a pool of this demand"),
        ({"on_call": 1}, "on_call", "expected true or false"),
    ],
)  # fmt: skip
def test_a_wrong_option_is_refused_at_its_field(
    changes: dict[str, Any], field: str, words: str
) -> None:
    found = faults(**changes)
    assert any(place == field and words in message for place, message in found), found


def test_what_is_written_is_read_back_the_same() -> None:
    rng = np.random.default_rng(5)
    for _ in range(50):
        data = random_problem(rng, "small", mixes=False, dwell=False, on_call=False)
        for line in data["demands"]:
            if rng.integers(2):
                line["dwell"] = line.pop("rest")
            line["on_call"] = bool(rng.integers(2))
        if len(data["pools"]) > 1:
            share = float(rng.integers(1, 8)) / 8
            first, second = list(data["pools"])[:2]
            mix = {first: share, second: 1 - share}
            data["demands"][0] |= {"pools": [mix], "prep": 1, "dwell": {first: 1.0, second: 2.5}}
            data["demands"][0].pop("rest", None)
        problem = parse_problem(data)
        again = parse_problem(dump_problem(problem))
        assert again.demands == problem.demands
        assert dump_problem(again) == dump_problem(problem)


def test_time_at_home_is_that_of_the_model_page() -> None:
    lengths, home = np.arange(1, 40)[:, None], np.array([0.0, 0.1, 1 / 3, 0.5, 1.7, 2.0, 7.5])
    for prep in (0, 2, 5):
        rest = months_at_home(home, False, prep, lengths)
        assert (months_at_home(home, True, prep, lengths) == np.maximum(0, rest - prep)).all()
    assert (rest == np.ceil(home * lengths - 1e-9)).all()


def test_a_demand_with_values_for_other_pools_is_refused() -> None:
    with pytest.raises(ValueError, match="'a': home has 1 values for 2 pools"):
        Demand("a", 1, 1.0, 0, 5, 6, ("p", "q"), (0, 0), (1.0,))
    with pytest.raises(ValueError, match=r"'a': options\[0\] has 1 values"):
        Demand("a", 1, 1.0, 0, 5, 6, ("p", "q"), (0, 0), (1.0, 1.0), options=((1.0,),))
