"""Curves and headroom against the reference at sizes chosen at random, and against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from planner.analysis.curve import curve
from planner.analysis.headroom import headroom
from planner.errors import InputError
from tests.analysis.oracle import (
    demand,
    draw_until,
    fills,
    has_package,
    optimal_stage,
    problem,
    value_range,
)
from tests.oracles.check import _worths
from tests.oracles.reference import solve
from tests.oracles.unfold import read


def sized(data: dict, package: str, multiple: float) -> dict:
    inside = data["packages"][package]["demands"]
    demands = [
        {**one, "cap": one["cap"] * multiple} if one["id"] in inside else one
        for one in data["demands"]
    ]
    return {**data, "demands": demands}


def drawn(seed: int, **more) -> dict:
    return draw_until(has_package, seed, packages=1, bounds=1, **more)


@pytest.mark.parametrize("seed", range(40))
def test_value_curves_are_what_the_reference_finds_at_any_size(seed: int) -> None:
    data = drawn(seed, late=False)

    found = curve(data, rule="value", upto=2.0)

    assert found.exact
    inside = data["packages"]["k0"]["demands"]
    outside = [
        one["id"]
        for one in data["demands"]
        if one["id"] not in inside and one.get("main_task", 2) == 2
    ]
    base = value_range(optimal_stage(sized(data, "k0", 1e-7), prefer=False), outside)
    sizes = [point.multiple for point in found.points]
    least = [point.least_displaced_person_months for point in found.points]
    most = [point.most_displaced_person_months for point in found.points]
    for multiple in np.random.default_rng(seed).uniform(0, 2, 4):
        now = value_range(optimal_stage(sized(data, "k0", multiple), prefer=False), outside)
        assert np.interp(multiple, sizes, least) == pytest.approx(base[1] - now[1], abs=1e-3)
        assert np.interp(multiple, sizes, most) == pytest.approx(base[0] - now[0], abs=1e-3)


@pytest.mark.parametrize("seed", range(20))
def test_tiers_lose_what_the_reference_says(seed: int) -> None:
    data = drawn(100 + seed, late=False)

    found = curve(data, rule="value", upto=2.0).tables()["tiers"]

    def worths(multiple: float) -> dict:
        changed = sized(data, "k0", multiple)
        return _worths(read(changed), solve(changed, "value"))

    base = worths(1e-7)
    for multiple in np.random.default_rng(seed).uniform(0, 2, 3):
        now = worths(multiple)
        for tier, rows in found.groupby("tier"):
            lost = np.interp(multiple, rows["multiple"], rows["lost_weighted_person_months"])
            name = f"worth of tier {tier}"
            assert lost == pytest.approx(base[name] - now[name], abs=1e-3)


@pytest.mark.parametrize("seed", range(12))
def test_one_tier_below_a_filled_package_loses_ever_more(seed: int) -> None:
    rng = np.random.default_rng(seed)
    data = problem(
        demand("flank", 4, tier=1, tour=4, prep=1, rest=0.5, cohorts=2),
        *(
            demand(f"d{k}", int(rng.integers(2, 9)), tour=int(rng.integers(1, 5)), rest=1, last=23)
            for k in range(3)
        ),
        months=24, pools={"staff": 20}, packages={"k": {"demands": ["flank"], "known": 0}},
    )  # fmt: skip

    found = curve(data, rule="value", upto=1.5)

    slopes = [piece.least_displaced_per_post for piece in found.pieces]
    assert min(slopes) >= -1e-9
    assert slopes == sorted(slopes)


def test_breakpoints_are_exact() -> None:
    # ten people a month; untso takes 8 of them, then a half-weighted mission the rest
    data = problem(
        demand("flank", 12, tier=1), demand("untso", 5, weight=2), demand("unifil", 3),
        packages={"k": {"demands": ["flank"], "known": 0}},
    )  # fmt: skip

    found = curve(data, rule="value", upto=1)

    assert [point.posts for point in found.points] == pytest.approx([0, 2, 5, 10, 12])
    lost = [point.least_displaced_person_months for point in found.points]
    assert lost == pytest.approx([0, 0, 36, 96, 96])
    costs = [piece.least_displaced_per_post for piece in found.pieces]
    assert costs == pytest.approx([0, 12, 12, 0])
    assert (
        "The next 3 posts each cost 12.00 person-months of main task 2 (unifil 12.00)."
        in found.sentences()
    )


@pytest.mark.parametrize("seed", range(25))
def test_fair_curves_are_what_the_reference_finds_at_the_sizes_tried(seed: int) -> None:
    data = drawn(200 + seed)

    found = curve(data, rule="fair", upto=1.5, sizes=9)

    assert not found.exact
    inside = data["packages"]["k0"]["demands"]
    without = fills(data, "fair", without=["k0"])
    for point in found.points[1:-1:2]:
        now = fills(sized(data, "k0", point.multiple), "fair")
        lost = sum(
            without[one["id"]] - now[one["id"]]
            for one in data["demands"]
            if one["id"] not in inside and one.get("main_task", 2) == 2
        )
        assert point.least_displaced_person_months == pytest.approx(lost, abs=5e-3)


def test_fair_curve_finds_where_it_bends() -> None:
    data = problem(
        demand("flank", 12, tier=1), demand("untso", 7),
        packages={"k": {"demands": ["flank"], "known": 0}},
    )  # fmt: skip

    found = curve(data, rule="fair", upto=1, sizes=16)

    assert found.estimated_error_person_months < 1
    for multiple in np.linspace(0, 1, 31):
        expected = 12 * min(7, max(0, 12 * multiple - 3))
        assert found.at(multiple) == pytest.approx(expected, abs=0.5)


@pytest.mark.parametrize("rule", ["value", "fair"])
@pytest.mark.parametrize("known", [0, 4])
def test_headroom_is_what_stood_idle(rule: str, known: int) -> None:
    # one by one, no rest: 10 people, 7 posts asked; a second pool is never short
    data = problem(
        demand("a", 4, tier=1, first=6), demand("b", 2, tier=1, first=6, pools=["idle"]),
        demand("untso", 7),
        pools={"staff": 10, "idle": 5}, packages={"k": {"demands": ["a", "b"], "known": known}},
    )  # fmt: skip

    whole, a, b = headroom(data, rule=rule, upto=8, tolerance_posts=0.05).rooms

    assert whole.multiple == pytest.approx(0.75, abs=0.02)
    assert a.posts == pytest.approx(3, abs=0.06)
    assert not b.limited
    assert whole.exact == (rule == "value")


@pytest.mark.parametrize("seed", range(15))
def test_headroom_lies_where_the_reference_begins_to_lose(seed: int) -> None:
    data = drawn(300 + seed, late=False)

    room = headroom(data, rule="fair", lines=False, upto=4, tolerance_posts=0.01).rooms[0]

    inside = data["packages"]["k0"]["demands"]
    without = fills(data, "fair", without=["k0"])

    def lost(multiple: float) -> float:
        now = fills(sized(data, "k0", multiple), "fair")
        return sum(
            without[one["id"]] - now[one["id"]]
            for one in data["demands"]
            if one["id"] not in inside and one.get("main_task", 2) == 2
        )

    # a goal that counts the package's demands may displace at any size: then there is no headroom
    assert room.multiple == 0 or lost(room.multiple) <= 0.02
    if room.limited:
        assert lost(room.multiple + 0.5) > 0 or lost(room.multiple + 0.02) > 0


def test_what_cannot_be_scaled_is_said() -> None:
    data = problem(demand("a", 0, tier=1), packages={"k": {"demands": ["a"], "known": 0}})

    with pytest.raises(InputError, match="k: expected people asked for"):
        curve(data)
    with pytest.raises(InputError, match="expected a package"):
        curve(data, package="x")
    with pytest.raises(InputError, match="expected a line of 'k', found 'b'"):
        curve(data, package="k", line="b")


def test_between_sizes_a_fair_curve_is_called_an_estimate() -> None:
    # planned at seven equal sizes this curve looks straight where it is bent by two person-months
    data = {
        "format": "planner-problem/1", "months": 14, "pools": {"p0": 15.3, "p1": 10.2},
        "demands": [
            demand("d0", 2.5, first=4, last=10, pools=["p1", "p0"], prep=1, rest=1),
            demand("d1", 7.8, first=-2, last=16, tour=4, pools=["p1", "p0"], prep=1, rest=2),
            demand("d2", 3.4, first=9, last=11, tour=2, pools=["p1"], rest=2, cohorts=3),
            demand("d3", 8.6, tier=3, first=9, last=16, tour=4, pools=["p1", "p0"], prep=2, rest=1),
            demand("x0", 6.5, tier=1, first=1, last=13, tour=2, pools=["p0"], prep=1, rest=1),
        ],
        "bounds": [{"demands": ["d0"], "max": 2.0}],
        "packages": {"k0": {"demands": ["x0"], "known": 1}},
    }  # fmt: skip

    found = curve(data, rule="fair")

    without = fills(data, "fair", without=["k0"])
    apart = []
    for multiple in np.linspace(0.02, 1.49, 40):
        now = fills(sized(data, "k0", multiple), "fair")
        lost = sum(without[name] - now[name] for name in ("d0", "d1", "d2", "d3"))
        apart.append(abs(found.at(multiple) - lost))
    assert max(apart) < 0.5
    assert "between them an estimate" in found.sentences("en")[-1]
    assert "schatting" in found.sentences("nl")[-1]
    with pytest.warns(DeprecationWarning, match="no proved bound"):
        assert found.tolerance_person_months == found.estimated_error_person_months
