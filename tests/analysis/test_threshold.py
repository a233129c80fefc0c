"""Thresholds against closed forms, the reference on both sides of each flip, and real runs."""

from __future__ import annotations

import copy
from functools import cache
from itertools import islice
from typing import Any

import numpy as np
import pytest

import planner as pl
from planner.analysis.plans import read_case
from planner.analysis.threshold import Crossing, fills_of_records, parse_conclusion, threshold
from planner.errors import InputError
from tests.analysis.oracle import demand, draw_until, fills, problem

Data = dict[str, Any]

BATTALION, BRIGADE = "eastern-flank-battalion", "eastern-flank-brigade"


def flank(**more: Any) -> Data:
    """Return ten people, eight asked by a mission and four by the flank, a year long."""
    return problem(
        demand("untso", 8), demand("x", 4, tier=1), packages={"flank": {"demands": ["x"],
        "known": 0}}, **more,
    )  # fmt: skip


def flips(data: Any, conclusion: str, **more: Any) -> dict[tuple[str, str], Crossing]:
    found = threshold(data, conclusion, draws=0, **more)
    return {(row.input, row.direction): row for row in found.flips}


def test_flips_are_where_a_count_by_hand_has_them() -> None:
    # a month: people S, mission u, flank p; lost = min(u, S) − min(u, max(S − p, 0)), now 2
    found = flips(flank(), "displacement > 12", reach=2.0, tolerance=1e-4)

    # one person lost is not more than 12 person-months
    expected = {
        ("pool.staff.strength", "up"): 1.1,  # 11 people
        ("pool.staff.strength", "down"): 0.1,  # 1 person, who is all that the mission had
        ("demand.untso.cap", "down"): 7.0,
        ("demand.x.cap", "down"): 3.0,
        ("package.flank.size", "down"): 0.75,
    }
    for key, at in expected.items():
        row = found[key]
        assert row.within <= 1e-4 * row.value * (1 + 1e-9)
        assert abs(row.flips_at - at) <= row.within + 1e-6, key
        assert row.change_share == pytest.approx(row.flips_at / row.value - 1)
        assert row.inside is None
    ends = (".strength", ".cap", ".size")
    assert {key for key in found if key[0].endswith(ends)} == set(expected)


def test_months_flip_in_the_month_counted_by_hand() -> None:
    # 2 people a month are lost from the month that the flank is known: 24 − 2 k person-months
    row = flips(flank(), "displacement >= 15")["package.flank.known", "later"]
    assert (row.flips_at, row.month, row.within, row.quantity) == (5, "5", 0.0, 14)


@pytest.mark.parametrize(
    ("conclusion", "value", "holds"),
    [
        ("displacement > 23.9", 24, True),
        ("displacement > 24", 24, False),
        ("displacement >= 24", 24, True),
        ("displacement(untso) exceeds 25 %", 0.25, False),
        ("displacement(pool=staff) > 20%", 0.25, True),
        ("fill(untso) below 75,1 %", 0.75, True),
        ("fill(x) >= 1", 1.0, True),
        ("fill(main_task=1) < 1", 1.0, False),
        ("fill(package=flank) > 0.5", 1.0, True),
        ("fill < 84%", 10 / 12, True),
        ("ratio is above 0.4", 0.5, True),
    ],
)
def test_quantities_are_those_counted_by_hand(conclusion: str, value: float, holds: bool) -> None:
    found = threshold(flank(), conclusion, inputs=["demand.x.cap"])
    assert found.quantity == pytest.approx(value)
    assert found.holds is holds
    assert found.draws == 0
    assert found.as_dict()["holds_share"] is None


def moved(data: Data, id: str, at: float) -> Data:
    """Return a problem with one input moved, by hand."""
    new = copy.deepcopy(data)
    section, name, field = id.split(".")
    if section == "pool":
        old = new["pools"][name]
        new["pools"][name] = [at * x for x in old] if isinstance(old, list) else at * old
    elif field == "size":
        for one in new["demands"]:
            if one["id"] in new["packages"][name]["demands"]:
                one["cap"] *= at
    else:
        next(one for one in new["demands"] if one["id"] == name)["cap"] = at
    return new


def displaced(data: Data, package: str) -> float:
    own = data["packages"][package]["demands"]
    second = [one["id"] for one in data["demands"]
              if one.get("main_task", 2) == 2 and one["id"] not in own]  # fmt: skip
    with_all, without = fills(data, "fair"), fills(data, "fair", [package])
    return float(sum(without.get(one, 0.0) - with_all.get(one, 0.0) for one in second))


@pytest.mark.parametrize("seed", [1, 4, 9, 12, 16, 23])
def test_the_reference_says_the_same_on_both_sides_of_every_flip(seed: int) -> None:
    def loses(data: Data) -> bool:
        for one in data["demands"]:
            one.setdefault("main_task", min(one["tier"], 2))
        if not data.get("packages"):
            data["packages"] = {"one": {"demands": [data["demands"][0]["id"]], "known": 0}}
        return displaced(data, next(iter(data["packages"]))) > 0.3

    data = draw_until(loses, seed, "tiny", bounds=0)
    package = next(iter(data["packages"]))
    now = displaced(data, package)
    level = round(now * 0.7 + 0.37, 3)
    wanted = ["pool.*", "demand.*.cap", "package.*.size"]

    found = threshold(
        data, f"displacement > {level}", package=package, inputs=wanted, draws=0, steps=3,
        tolerance=0.01,
    )  # fmt: skip

    assert found.quantity == pytest.approx(now, abs=1e-3)
    for row in found.inputs:
        sides = [one for one in found.flips if one.input == row.input]
        assert row.flips is bool(sides)
        for one in sides:
            beyond = displaced(moved(data, one.input, one.flips_at), package)
            assert beyond == pytest.approx(one.quantity, abs=1e-3)
            back = np.sign(one.value - one.flips_at) * one.within
            before = displaced(moved(data, one.input, one.flips_at + back), package)
            assert (before > level) is found.holds is not (beyond > level)
        for way, end in (("down", row.tried_from), ("up", row.tried_to)):
            if way in [one.direction for one in sides] or end == row.value:
                continue
            for part in (1 / 3, 2 / 3, 1):  # a dull scan finds no flip either
                at = row.value + part * (end - row.value)
                assert (displaced(moved(data, row.input, at), package) > level) is found.holds


@cache
def brigade() -> pl.Result:
    """Return a plan in which main task 2 loses to the package."""
    return pl.allocate(BRIGADE)


@pytest.mark.parametrize("by", ["kind", "region", "category", "mission", "pool"])
def test_quantities_of_a_scenario_are_those_of_its_result(by: str) -> None:
    case = read_case(BRIGADE)
    table = brigade().displacement_by(by).set_index(by)["displaced_person_months"]
    name = table.idxmax()
    stated = f"displacement({by}={name}) > {table[name] * 0.999:.9f}"
    found = threshold(case, stated, inputs=["pool.staff.posts"], reach=0.01, draws=0)
    assert found.holds
    assert found.quantity == pytest.approx(table[name], abs=0.05)


def test_a_flip_is_seen_when_the_scenario_is_run_with_that_figure() -> None:
    inputs = ["pool.staff.posts", "package.*.size"]
    found = threshold(BRIGADE, "displacement(kind=staff) > 5%", inputs=inputs, draws=0)
    row = next(one for one in found.flips if one.input == "pool.staff.posts" and one.inside)
    posts = next(one for one in brigade().compiled.figures if one.id == row.input)
    assert 0 < row.range_share < 1
    assert (row.low, row.high) == (posts.low, posts.high)

    asked = brigade().fill_by("kind", "main_task").set_index(["kind", "main_task"])
    nearer = row.flips_at + np.sign(row.value - row.flips_at) * row.within
    for at, expected in ((row.flips_at, not found.holds), (nearer, found.holds)):
        text = (
            f"format: planner-scenario/1\nextends: {BRIGADE}\ntitle: staff\n"
            f"pools:\n  staff:\n    posts: {{value: {float(at)!r}, basis: assumption}}\n"
        )
        result = pl.allocate(pl.loads(text))
        table = result.displacement_by("kind").set_index("kind")["displaced_person_months"]
        share = table["staff"] / asked.loc[("staff", 2), "asked_person_months"]
        assert bool(share > 0.05) is expected


def test_the_share_of_futures_is_a_count_over_their_table() -> None:
    futures = pl.simulate(BRIGADE, draws=24, replicates=6, workers=1, monthly=True)
    draws = futures.draws
    level = round(float(draws["displacement.eastern-flank"].quantile(0.3)), 3)
    count = (draws["displacement.eastern-flank"] > level).mean()

    stated = f"displacement > {level}"
    found = threshold(BRIGADE, stated, inputs=["package.*"], futures=futures, steps=1)
    assert (found.draws, found.draws_left_out) == (24, 0)
    assert found.holds_share == pytest.approx(count)
    assert found.low_share < count < found.high_share

    case = read_case(BRIGADE)
    conclusion = parse_conclusion("displacement(pool=staff) > 1", case)
    for records in islice(futures.records(), 3):
        filled = fills_of_records(records, futures, "eastern-flank")
        found_by_draw = conclusion.of(case, "eastern-flank", filled)
        for k, lost in zip(records.draw[:3], found_by_draw, strict=False):
            table = futures.draw(int(k)).result.displacement_by("pool").set_index("pool")
            by_pool = table["displaced_person_months"].get("staff", 0.0)
            assert lost == pytest.approx(by_pool, abs=0.05)


def test_draws_are_made_where_none_are_given() -> None:
    found = threshold(
        "letter", "fill(untso) < 2%", inputs=["pool.staff.posts"], draws=16, rule="value"
    )
    futures = pl.simulate("letter", 16, rule="value", packages=[])
    assert found.draws == 16
    assert found.holds_share == (futures.draws["fill.untso"] < 0.02).mean()
    assert found.package == ""


def test_everything_wrong_with_a_conclusion_is_said_at_once() -> None:
    with pytest.raises(InputError) as caught:
        threshold(flank(), "displacemnt(kindd=untso) beyond 5")
    said = "\n".join(map(str, caught.value.faults))
    assert "'displacement'" in said
    assert "'kind'" in said
    assert "'beyond'" in said


@pytest.mark.parametrize(
    ("conclusion", "options", "said"),
    [
        ("much is lost", {}, "expected something like"),
        ("displacement(untos) > 1", {}, "untso"),
        ("displacement(pool=staf) > 1", {}, "staff"),
        ("fill(pool=staff) < 1", {}, "fill is of demands"),
        ("ratio(untso) > 1%", {}, "nothing in brackets"),
        ("fill(untso) < 90", {}, "expected a share such as 90%"),
        ("displacement > 1", {"inputs": ["pool.staf.*"]}, "no input is called"),
        ("displacement > 1", {"reach": 0.0}, "reach: expected a number above 0"),
        ("displacement > 1", {"steps": 0}, "steps: expected at least 1"),
        ("displacement > 1", {"tolerance": 1.0}, "tolerance: expected above 0"),
        ("displacement > 1", {"draws": -1}, "draws: expected at least 0"),
        ("displacement > 1", {"package": "flanc"}, "flank"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    conclusion: str, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        threshold(flank(), conclusion, **options)


def test_what_is_undefined_has_no_tipping_point() -> None:
    nobody = problem(
        demand("untso", 8), demand("x", 4, tier=1, pools=["none"]),
        pools={"staff": 10, "none": 0}, packages={"flank": {"demands": ["x"], "known": 0}},
    )  # fmt: skip
    with pytest.raises(InputError, match="is undefined, since no people"):
        threshold(nobody, "ratio > 4%")
    with pytest.raises(InputError, match="with packages, found none"):
        threshold(problem(demand("untso", 8)), "displacement > 1")


def test_futures_of_something_else_are_refused() -> None:
    futures = pl.simulate("letter", draws=4, replicates=2, workers=1, rule="value")
    with pytest.raises(InputError, match="expected the rule fair"):
        threshold(BATTALION, "displacement > 1", futures=futures, inputs=["package.*.size"])
    with pytest.raises(InputError, match="expected those of 'eastern-flank-battalion'"):
        threshold(
            BATTALION, "displacement > 1", rule="value", futures=futures, steps=1,
            inputs=["package.*.size"],
        )  # fmt: skip


@pytest.mark.parametrize(
    ("plain", "wanted"),
    [
        ("displacement of staff posts exceeds 10 %", "displacement(kind=staff) > 10%"),
        ("displacement of staff is below 12,5%", "displacement(kind=staff) < 12.5%"),
        ("displacement of untso > 3", "displacement(mission=untso) > 3"),
        ("displacement of logistics people over 50", "displacement(pool=logistics) > 50"),
        ("fill of Middle East under 90%", "fill(region=Middle East) < 90%"),
    ],
)
def test_a_conclusion_may_be_stated_in_plain_words(plain: str, wanted: str) -> None:
    case = read_case(BATTALION)
    assert str(parse_conclusion(plain, case)) == wanted
    with pytest.raises(InputError, match="expected a mission or demand, found 'stuff'"):
        parse_conclusion("displacement of stuff posts exceeds 10 %", case)
