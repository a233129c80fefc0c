"""Shares against all orders written out, with every plan made by the reference."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from planner.analysis.shares import shapley, shares
from planner.errors import InputError
from tests.analysis.oracle import demand, draw_until, fills, problem


def by_all_orders(data: dict, rule: str) -> dict[str, float]:
    """Return each package's share in what main task 2 loses, order by order."""
    names = list(data["packages"])
    inside = {name for package in data["packages"].values() for name in package["demands"]}
    counted = [
        one["id"]
        for one in data["demands"]
        if one["id"] not in inside and one.get("main_task", 2) == 2
    ]
    filled = {}

    def worth(group: frozenset[str]) -> float:
        if group not in filled:
            now = fills(data, rule, without=[name for name in names if name not in group])
            filled[group] = sum(now[name] for name in counted)
        return filled[group]

    share = dict.fromkeys(names, 0.0)
    orders = list(permutations(names))
    for order in orders:
        before: frozenset[str] = frozenset()
        for name in order:
            share[name] += (worth(before) - worth(before | {name})) / len(orders)
            before = before | {name}
    return share


@pytest.mark.parametrize("seed", range(40))
def test_exact_shares_are_the_mean_over_all_orders(seed: int) -> None:
    data = draw_until(lambda drawn: bool(drawn.get("packages")), seed, packages=3, bounds=1)

    found = shares(data, rule="fair")

    expected = by_all_orders(data, "fair")
    assert found.exact
    for row in found.packages:
        assert row.share_person_months == pytest.approx(expected[row.package], abs=5e-3)
        assert row.standard_error == 0
    total = sum(row.share_person_months for row in found.packages)
    assert total == pytest.approx(found.total_person_months, abs=1e-9)
    assert total == pytest.approx(sum(expected.values()), abs=1e-2)


def test_shares_of_missions_add_up_too() -> None:
    data = problem(
        demand("a", 3, tier=1), demand("b", 5, tier=1), demand("untso", 6), demand("unifil", 2),
        packages={"x": {"demands": ["a"], "known": 0}, "y": {"demands": ["b"], "known": 0}},
    )  # fmt: skip

    found = shares(data, rule="fair")

    missions = found.tables()["missions"]
    by_package = missions.groupby("package")["share_person_months"].sum()
    # 10 people, 8 asked: 2 idle. x alone costs 1, y alone 3, both 6 a month: 2 and 4
    assert by_package["x"] == pytest.approx(24)
    assert by_package["y"] == pytest.approx(48)
    rows = {row.package: row for row in found.packages}
    assert rows["x"].alone_person_months == pytest.approx(12)
    assert rows["x"].last_person_months == pytest.approx(36)
    assert "x: 24, 33%." in found.sentences()


def test_what_main_task_1_loses_is_split_beside_it() -> None:
    data = problem(
        demand("a", 4, tier=1), demand("base", 8, tier=1), demand("untso", 1),
        packages={"x": {"demands": ["a"], "known": 0}},
    )  # fmt: skip

    row = shares(data, rule="fair").packages[0]

    assert row.share_main_task_1 == pytest.approx(12 * (8 - 20 / 3), rel=1e-6)
    assert row.share_person_months == pytest.approx(12)


def test_lines_as_packages_stay_known_when_the_package_is() -> None:
    data = problem(
        demand("a", 3, tier=1, first=6), demand("b", 5, tier=1, first=6), demand("untso", 8),
        packages={"x": {"demands": ["a", "b"], "known": 6}},
    )  # fmt: skip

    found = shares(data, rule="fair", lines=True)

    assert [row.package for row in found.packages] == ["a", "b"]
    assert found.total_person_months == pytest.approx(36)
    assert [row.share_person_months for row in found.packages] == pytest.approx([12, 24])


def test_other_packages_can_be_asked_for_and_wrong_ones_are_refused() -> None:
    data = problem(demand("a", 4, tier=1), demand("b", 4, tier=1), demand("untso", 6))

    found = shares(data, rule="fair", packages={"first": ["a"], "second": ["b"]})

    assert [row.share_person_months for row in found.packages] == pytest.approx([24, 24])
    with pytest.raises(InputError) as wrong:
        shares(data, packages={"x": ["a", "untsoo"], "y": ["a"]})
    assert [str(fault) for fault in wrong.value.faults] == [
        "x: no demand 'untsoo', did you mean 'untso'?",
        "y: 'a' is also in 'x'",
    ]


def test_many_packages_are_sampled_and_still_add_up() -> None:
    caps = [1, 2, 1, 3, 1, 2, 1, 1, 2, 1, 1, 2]
    lines = [demand(f"x{k}", cap, tier=1) for k, cap in enumerate(caps)]
    data = problem(
        *lines, demand("untso", 6), pools={"staff": 16},
        packages={f"k{k}": {"demands": [f"x{k}"], "known": 0} for k in range(12)},
    )  # fmt: skip

    found = shares(data, rule="fair", orders=60, seed=3)

    assert not found.exact
    # 18 people more on top of 6 from a pool of 16: 6 a month are lost, 72 in all
    total = sum(row.share_person_months for row in found.packages)
    assert total == pytest.approx(72)
    exact = static_shares(caps, idle=10, most=6)
    for row, share in zip(found.packages, exact, strict=True):
        assert row.standard_error > 0
        assert abs(row.share_person_months - share) < 4.5 * row.standard_error + 1e-9


def static_shares(caps: list[int], idle: int, most: int) -> list[float]:
    """Return shares of min(most, max(0, sum − idle)) a month by counting, for 12 months."""
    game = shapley(
        [str(k) for k in range(len(caps))],
        lambda group: np.array([12.0 * min(most, max(0, sum(caps[int(k)] for k in group) - idle))]),
    )
    return game.share.ravel().tolist()


def test_the_same_seed_gives_the_same_sample() -> None:
    def worth(group: frozenset[str]) -> np.ndarray:
        return np.array([float(len(group)) ** 2])

    one, same, other = (shapley("abcdef", worth, orders=10, seed=seed).share for seed in (0, 0, 1))

    assert (one == same).all()
    assert one.sum() == pytest.approx(other.sum())


def test_the_airport_game_has_the_shares_that_everyone_knows() -> None:
    # players need runways of length 1, 2 and 4; the longest is built: 1/3, 1/3 + 1/2, … + 2
    need = {"a": 1.0, "b": 2.0, "c": 4.0}

    split = shapley("abc", lambda group: np.array([max((need[k] for k in group), default=0.0)]))

    assert split.share.ravel() == pytest.approx([1 / 3, 1 / 3 + 1 / 2, 1 / 3 + 1 / 2 + 2])


def test_nobody_shares_nothing() -> None:
    assert shares(problem(demand("a", 1))).packages == ()
