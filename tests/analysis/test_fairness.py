"""Fairness of the loss against pairs of single person-months, closed forms and the reference."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.analysis.fairness import fairness, gini
from planner.errors import InputError
from tests.analysis.oracle import demand, draw_until, fills, problem

GROUPS = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 12)), min_size=1, max_size=5).filter(
    lambda groups: any(lost for _, lost in groups)
)


def by_pairs(groups: list[tuple[int, int]]) -> Fraction:
    """Return the Gini of single person-months asked, each losing what its group loses on average.

    By its definition: the mean distance of all pairs over twice the mean.
    """
    units = [Fraction(lost, asked) for asked, lost in groups for _ in range(asked)]
    apart = sum((abs(a - b) for a, b in product(units, units)), Fraction(0))
    return apart / (2 * len(units) * sum(units))


@given(GROUPS)
def test_concentration_is_that_of_single_person_months(groups: list[tuple[int, int]]) -> None:
    asked = np.array([float(asked) for asked, _ in groups])
    lost = np.array([float(lost) for _, lost in groups])
    assert gini(lost, asked) == pytest.approx(float(by_pairs(groups)), abs=1e-12)


@given(GROUPS, st.integers(0, 4), st.floats(0.1, 40))
def test_splitting_a_group_or_counting_otherwise_changes_nothing(
    groups: list[tuple[int, int]], place: int, times: float
) -> None:
    asked = np.array([float(asked) for asked, _ in groups])
    lost = np.array([float(lost) for _, lost in groups])
    before = gini(lost, asked)
    place %= len(groups)

    halves = [np.append(one, one[place] / 2) for one in (lost, asked)]
    for one in halves:
        one[place] /= 2
    assert gini(*halves) == pytest.approx(before, abs=1e-12)
    assert gini(lost * times, asked) == pytest.approx(before, abs=1e-9)
    assert 0 <= before < 1


def test_one_who_loses_all_leaves_what_the_others_ask() -> None:
    assert gini(np.array([0.0, 3.0]), np.array([30.0, 10.0])) == pytest.approx(0.75)
    assert gini(np.array([3.0, 1.0]), np.array([30.0, 10.0])) == pytest.approx(0)
    assert np.isnan(gini(np.zeros(2), np.ones(2)))


def test_the_rules_spread_one_loss_differently() -> None:
    # 10 people, 6 of them on the flank, leave 4 for 9 asked: fair gives each four ninths
    data = problem(
        demand("x", 6, tier=1), demand("a", 3, weight=2.0), demand("b", 6),
        packages={"flank": {"demands": ["x"], "known": 0}},
    )  # fmt: skip

    found = {(row.rule, row.loss): row for row in fairness(data, by=["mission"]).burdens}

    # nine of ten posts without the flank: nothing lost; with it 5 of 9 posts in 12 months
    for rule in ("fair", "value"):
        assert found[rule, "displacement"].lost_person_months == pytest.approx(60)
        assert found[rule, "displacement"].loss_rate == pytest.approx(60 / 108)
    fair, value = (found[rule, "displacement"] for rule in ("fair", "value"))
    assert fair.largest_loss_rate == pytest.approx(5 / 9)
    assert fair.gini == pytest.approx(0, abs=1e-9)
    # a counts double and keeps its 3 posts; b loses 5 of 6
    assert (value.largest_loss_group, value.losing) == ("b", 1)
    assert value.largest_loss_rate == pytest.approx(5 / 6)
    assert value.gini == pytest.approx(1 / 3)


@pytest.mark.parametrize("seed", range(12))
def test_losses_are_those_of_the_reference(seed: int) -> None:
    data = draw_until(lambda drawn: bool(drawn.get("packages")), seed, packages=2, bounds=0)
    packages = list(data["packages"])
    inside = {name for one in data["packages"].values() for name in one["demands"]}
    with_all, without = fills(data, "fair"), fills(data, "fair", without=packages)
    rows = fairness(data, rules=["fair"], by=["demand"]).losses

    lost = {row.group: row.lost_person_months for row in rows if row.loss == "displacement"}
    short = {row.group: row for row in rows if row.loss == "shortfall"}
    for one in data["demands"]:
        if one["id"] in inside or one.get("main_task", 2) != 2 or one["id"] not in lost:
            continue
        expected = without[one["id"]] - with_all[one["id"]]
        assert lost[one["id"]] == pytest.approx(expected, abs=5e-3)
        row = short[one["id"]]
        assert row.lost_person_months == pytest.approx(
            row.asked_person_months - with_all[one["id"]], abs=5e-3
        )
    assert inside.isdisjoint(lost)


def test_shares_make_the_lorenz_curve() -> None:
    data = problem(demand("a", 3), demand("b", 12, pools=["few"]), pools={"staff": 2, "few": 3})
    rows = fairness(data, rules=["fair"], by=["mission"]).losses

    assert [row.group for row in rows] == ["b", "a"]  # 3 of 4 lost, 1 of 3 lost
    assert sum(row.asked_share for row in rows) == pytest.approx(1)
    assert sum(row.lost_share for row in rows) == pytest.approx(1)
    assert rows[0].lost_share == pytest.approx(9 / 10)


def test_some_packages_alone_can_be_looked_at() -> None:
    data = problem(
        demand("x", 4, tier=1), demand("y", 5, tier=1), demand("a", 4),
        packages={"k": {"demands": ["x"], "known": 0}, "m": {"demands": ["y"], "known": 0}},
    )  # fmt: skip
    for packages, lost in ((None, 36), (["k"], 36), (["m"], 36)):
        found = fairness(data, rules=["fair"], by=["mission"], packages=packages)
        assert found.burdens[0].lost_person_months == pytest.approx(lost)
    with pytest.raises(InputError, match="expected a package"):
        fairness(data, packages=["q"])
    with pytest.raises(InputError, match="expected at least one"):
        fairness(data, rules=[])
