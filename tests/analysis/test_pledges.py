"""Double promises by counting heads in problems without rotation, and against the reference."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import planner as pl
from planner.analysis.pledges import pledges
from planner.errors import InputError
from tests.analysis.oracle import demand, fills, problem
from tests.strategies import random_problem

PEOPLE = st.integers(0, 12)


@given(
    st.lists(PEOPLE, min_size=4, max_size=4),
    st.lists(st.tuples(st.sampled_from("NEU"), st.integers(1, 9)), min_size=1, max_size=5),
)
def test_promises_of_one_pool_are_counted_head_by_head(
    strength: list[int], asked: list[tuple[str, int]]
) -> None:
    names = [f"{framework}{place}" for place, (framework, _) in enumerate(asked)]
    data = problem(
        *(demand(name, cap, last=3) for name, (_, cap) in zip(names, asked, strict=True)),
        months=4, pools={"staff": strength},
    )  # fmt: skip
    frameworks = {
        one: [name for name in names if name[0] == one] for one in {name[0] for name in names}
    }

    found = pledges(data, rule="fair", frameworks=frameworks)

    caps = {one: sum(cap for name, cap in asked if name == one) for one in frameworks}
    nominal = sum(min(cap, people) for cap in caps.values() for people in strength)
    effective = sum(min(sum(caps.values()), people) for people in strength)
    total = found.supplies[-1]
    assert total.nominal_person_months == pytest.approx(nominal, abs=1e-4)
    assert total.effective_person_months == pytest.approx(effective, abs=1e-4)
    assert total.double_person_months == pytest.approx(nominal - effective, abs=1e-4)
    # without rotation whoever is promised twice in a month is missing in that month
    listed = sum(row.double_persons for row in found.months)
    assert listed == pytest.approx(nominal - effective, abs=1e-4)
    for row in found.overlaps:
        a, b = caps[row.framework], caps[row.other]
        run = [people for month, people in enumerate(strength)
               if int(row.first) <= month <= int(row.last)]  # fmt: skip
        must = sum(max(0, min(a, s) + min(b, s) - s) for s in run)
        may = sum(min(a, b, s) for s in run)
        assert row.must_person_months == pytest.approx(must, abs=1e-4)
        assert row.may_person_months == pytest.approx(may, abs=1e-4)
    pairs = len(caps) * (len(caps) - 1) // 2
    runs = sum(now > 0 and (month == 0 or strength[month - 1] == 0)
               for month, now in enumerate(strength))  # fmt: skip
    assert len(found.overlaps) == pairs * runs


@pytest.mark.parametrize("seed", range(16))
def test_nominal_supply_is_what_the_reference_gives_a_framework_alone(seed: int) -> None:
    data = random_problem(np.random.default_rng(seed), "small", bounds=0)
    names = [one["id"] for one in data["demands"]]
    halves = {"one": names[::2], "other": names[1::2]}

    found = {row.framework: row for row in pledges(data, rule="fair", frameworks=halves).supplies}

    together = fills(data, "fair")
    for framework, own in halves.items():
        demands = [one if one["id"] in own else {**one, "cap": 0} for one in data["demands"]]
        alone = fills({**data, "demands": demands}, "fair")
        row = found[framework]
        assert row.nominal_person_months == pytest.approx(sum(alone[n] for n in own), abs=2e-2)
        assert row.effective_person_months == pytest.approx(sum(together[n] for n in own), abs=2e-2)


def test_people_who_prepare_and_rest_are_promised_too() -> None:
    # 10 people on call in months 0-5 rest 3 months; 8 of another prepare from month 6 on
    data = problem(
        demand("nrf", 10, last=5, tour=6, rest=0.5), demand("eubg", 8, first=8, tour=4, prep=2),
        pools={"staff": 12},
    )  # fmt: skip
    rows = pledges(data, rule="fair").overlaps

    assert [(row.first, row.last) for row in rows] == [("6", "8")]
    assert rows[0].must_person_months == pytest.approx(3 * 6)
    assert rows[0].must_persons == pytest.approx(6)
    assert rows[0].may_persons == pytest.approx(8)
    assert rows[0].commitments == "nrf, eubg"


def test_the_letter_promises_land_units_to_nato_twice_and_knows_where_that_stands() -> None:
    found = pledges("letter")

    worst = found.overlaps[0]
    assert (worst.pool, worst.framework, worst.other) == (
        "combat-armoured", "NATO, deployed", "NATO, on call",
    )  # fmt: skip
    assert "nrf" in worst.commitments
    both = [row for row in found.overlaps
            if {row.framework, row.other} == {"NATO, on call", "EU, on call"}]  # fmt: skip
    # the NRF ends in December 2024 and stands down until March; the EU Battle Group prepares
    # from October 2024: counted by hand from the tables of data/
    armoured = next(row for row in both if row.pool == "combat-armoured")
    assert (armoured.first, armoured.last) == ("2024-10", "2025-03")
    assert armoured.may_persons == pytest.approx(0.85 * 150)  # the infantry of one company
    assert all("on call" in row.framework or "on call" in row.other for row in found.overlaps)
    known = {row.id: row for row in pl.allocate("letter").compiled.demands}
    for promise in found.promises:
        assert promise.basis in ("letter", "public", "assumption")
        assert promise.cap == known[promise.demand].cap
        assert promise.framework.endswith("on call") == known[promise.demand].on_call
    assert "NAVO, op afroep" in found.sentences("nl")[1]


def test_frameworks_of_ones_own_are_checked_all_at_once() -> None:
    data = problem(demand("untso", 4), demand("nrf", 4))
    with pytest.raises(InputError) as caught:
        pledges(data, frameworks={"a": ["untso", "nfr"], "b": ["untso"]})
    assert [str(fault) for fault in caught.value.faults] == [
        "frameworks: a: expected a mission or demand, found 'nfr', did you mean 'nrf'?",
        "frameworks: b: 'untso' is in 'a' already",
    ]
