"""Ranges against the reference: its own programme, locked at the optimum, pushed both ways."""

from __future__ import annotations

import numpy as np
import pytest

from planner.analysis.ranges import ranges
from planner.errors import InputError
from planner.problem.neutral import parse_problem
from planner.solution import Allocation, Solution, solve_problem
from tests.analysis.oracle import (
    demand,
    draw_until,
    fills,
    has_package,
    optimal_stage,
    problem,
    value_range,
)
from tests.oracles.check import _worths, faults
from tests.oracles.unfold import read
from tests.strategies import random_problem

SEEDS = range(40)


def neutral(data, rule: str, allocation: Allocation) -> dict:
    """Return an allocation as a neutral result without displacement."""
    solution = Solution(parse_problem({**data, "packages": {}}), rule, allocation, {})
    return solution.as_neutral()


@pytest.mark.parametrize("seed", SEEDS)
def test_value_ranges_are_those_of_the_reference(seed: int) -> None:
    data = random_problem(np.random.default_rng(seed), "small", late=False)

    found = ranges(data, rule="value")

    stage = optimal_stage(data)
    for row in found.fills:
        low, high = value_range(stage, [row.group])
        assert row.smallest_person_months == pytest.approx(low, abs=2e-4)
        assert row.largest_person_months == pytest.approx(high, abs=2e-4)
        assert row.unique == (high - low <= 0.01)
    for row in found.pools:
        low, high = value_range(stage, [row.demand], row.pool)
        assert (row.smallest_person_months, row.largest_person_months) == pytest.approx(
            (low, high), abs=2e-4
        )


@pytest.mark.parametrize("seed", SEEDS)
def test_value_displacement_ranges_are_those_of_the_reference(seed: int) -> None:
    data = draw_until(has_package, 100 + seed, late=False, packages=1, pools=(1, 1), bounds=1)

    found = ranges(data, rule="value")

    inside = data["packages"]["k0"]["demands"]
    with_all, without = optimal_stage(data), optimal_stage(data, without=["k0"])
    for row in found.displacement:
        if row.group in inside:
            continue
        there, gone = value_range(with_all, [row.group]), value_range(without, [row.group])
        assert row.smallest_person_months == pytest.approx(gone[0] - there[1], abs=3e-4)
        assert row.largest_person_months == pytest.approx(gone[1] - there[0], abs=3e-4)


@pytest.mark.parametrize("seed", SEEDS)
def test_fair_fills_have_no_width_and_pools_that_of_the_shares(seed: int) -> None:
    data = random_problem(np.random.default_rng(200 + seed), "small", late=False, bounds=0)

    found = ranges(data, rule="fair")

    for row in found.fills:
        assert row.unique
        assert row.smallest_person_months == row.largest_person_months == row.filled_person_months
    expected = fills(data, "fair")
    for row in found.fills:
        asked = max(row.asked_person_months, 1)
        assert row.filled_person_months == pytest.approx(expected[row.group], abs=1e-4 * asked)
    for row in found.pools:
        inside = row.smallest_person_months - 1e-6 <= row.filled_person_months
        assert inside
        assert row.filled_person_months <= row.largest_person_months + 1e-6


def test_what_fair_leaves_open_between_pools_is_shown_before_the_tie_is_broken() -> None:
    # two alike demands, two pools of four each, six wanted by each: shares 2/3, any split of pools
    data = problem(
        demand("a", 6, pools=["p", "q"]), demand("b", 6, pools=["p", "q"]),
        pools={"p": 4, "q": 4}, months=1,
    )  # fmt: skip

    found = ranges(data, rule="fair")

    table = found.tables()["pools"].set_index(["demand", "pool"])
    assert table.loc[("a", "p"), "smallest_person_months"] == pytest.approx(0, abs=1e-5)
    assert table.loc[("a", "p"), "largest_person_months"] == pytest.approx(4, abs=1e-5)
    assert not table.loc[("a", "p"), "unique"]


def test_slack_widens_by_what_it_allows() -> None:
    # one pool of 10 for two demands of 6 over 12 months, equal weights
    data = problem(demand("a", 6), demand("b", 6))

    tight = ranges(data, rule="value").to_frame().set_index("mission")
    loose = ranges(data, rule="value", slack_person_months=24).to_frame().set_index("mission")

    assert tight.loc["a", "smallest_person_months"] == pytest.approx(48)
    assert tight.loc["a", "largest_person_months"] == pytest.approx(72)
    assert loose.loc["a", "smallest_person_months"] == pytest.approx(24, abs=1e-5)
    assert loose.loc["a", "largest_person_months"] == pytest.approx(72)


def test_slack_under_fair_moves_so_many_person_months() -> None:
    data = problem(demand("a", 6), demand("b", 6))

    loose = ranges(data, rule="fair", slack_person_months=6).to_frame().set_index("mission")

    assert loose.loc["a", "smallest_person_months"] == pytest.approx(54, abs=1e-5)
    assert loose.loc["a", "largest_person_months"] == pytest.approx(66, abs=1e-5)


@pytest.mark.parametrize("slack", [0.0, 5.0])
@pytest.mark.parametrize("seed", range(12))
def test_alternatives_are_allowed_different_and_near_the_optimum(seed: int, slack: float) -> None:
    data = random_problem(np.random.default_rng(300 + seed), "small", late=False, bounds=1)

    found = ranges(data, rule="value", slack_person_months=slack, alternatives=4)

    best = _worths(read(data), solve_problem(parse_problem(data), "value").as_neutral())
    spans = {row.group: row for row in found.fills}
    for one in found.alternatives:
        assert one.distance_person_months > 0
        result = neutral(data, "value", one.allocation)
        assert faults({**data, "packages": {}}, result, give=1e-5) == []
        for name, row in result["demands"].items():
            assert spans[name].smallest_person_months - 1e-4 <= row["filled"]
            assert row["filled"] <= spans[name].largest_person_months + 1e-4
        for what, worth in _worths(read(data), result).items():
            if what != "missed":
                assert worth >= best[what] - slack - 1e-4


def test_a_part_that_the_package_never_touches_loses_nothing() -> None:
    data = problem(
        demand("flank", 4, tier=1),
        demand("a", 6), demand("b", 6),
        demand("far", 6, pools=["q"]), demand("away", 6, pools=["q"]),
        pools={"staff": 10, "q": 8}, packages={"k": {"demands": ["flank"], "known": 0}},
    )  # fmt: skip

    found = ranges(data, rule="value")

    table = found.tables()["displacement"].set_index("mission")
    assert table.loc["far", ["smallest_person_months", "largest_person_months"]].tolist() == [0, 0]
    assert table.loc["a", "largest_person_months"] == pytest.approx(72)
    assert table.loc["a", "smallest_person_months"] == pytest.approx(-24)
    assert found.total_displacement[1].smallest_person_months == pytest.approx(48)
    assert "k displaces 48 person-months of main task 2." in found.sentences()


def test_before_a_package_is_known_nothing_is_open() -> None:
    # static, flank known in month 6: until then both plans are the same history
    data = problem(
        demand("flank", 4, tier=1, first=6), demand("a", 6), demand("b", 6),
        packages={"k": {"demands": ["flank"], "known": 6}},
    )  # fmt: skip

    found = ranges(data, rule="value")

    row = found.tables()["displacement"].set_index("mission").loc["a"]
    assert row["largest_person_months"] - row["smallest_person_months"] == pytest.approx(8 * 6)
    assert found.total_displacement[1].displaced_person_months == pytest.approx(24)
    assert found.total_displacement[1].unique


def test_a_negative_slack_is_refused() -> None:
    with pytest.raises(InputError, match="slack_person_months: expected at least 0"):
        ranges(problem(demand("a", 1)), slack_person_months=-1)
