"""Relief against the reference: what is added brings the loss down, and a bit less does not."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping

import numpy as np
import pytest

from planner.analysis.reinforcement import Reinforcement, reinforcement
from planner.errors import InputError
from tests.analysis.oracle import demand, fills, optimal_stage, problem, value_range
from tests.strategies import random_problem


def with_more(data: dict, more: Mapping[str, np.ndarray]) -> dict:
    """Return the problem with people added to pools, month by month."""
    data = copy.deepcopy(data)
    for pool, persons in more.items():
        given = data["pools"][pool]
        strength = np.array(given if isinstance(given, list) else [given] * data["months"], float)
        data["pools"][pool] = (strength + persons).tolist()
    return data


def needed(data: dict, found: Reinforcement) -> dict[str, np.ndarray]:
    """Return what is needed by pool and month."""
    more = {pool: np.zeros(data["months"]) for pool in data["pools"]}
    for row in found.months:
        more[row.pool][int(row.month)] = row.persons
    return more


def counted(data: dict) -> list[str]:
    inside = {name for package in data["packages"].values() for name in package["demands"]}
    return [
        one["id"]
        for one in data["demands"]
        if one["id"] not in inside and one.get("main_task", 2) == 2
    ]


def lost_fairly(data: dict, more: Mapping[str, np.ndarray]) -> float:
    before, now = fills(data, "fair", without=["k0"]), fills(with_more(data, more), "fair")
    return sum(max(before[name] - now[name], 0.0) for name in counted(data))


def drawn(seed: int) -> dict:
    """Return a problem in which a package of tier 1 takes people from missions of main task 2."""
    return _drawn(np.random.default_rng(seed))


def drawn_with_loss(seed: int, lost: Callable[[dict], float]) -> dict:
    """Return the first such problem of a seed in which something is lost."""
    rng = np.random.default_rng(seed)
    for _ in range(100):
        data = _drawn(rng)
        if lost(data) > 0.1:
            return data
    raise AssertionError(f"seed {seed}: nothing is lost in 100 problems")


def _drawn(rng: np.random.Generator) -> dict:
    data = random_problem(rng, "small", packages=0, bounds=0, months=(6, 12), demands=(3, 4),
                          pools=(1, 2), tour=(1, 4), cohorts=(1, 2), edge=2)  # fmt: skip
    first, *others = data["demands"]
    first |= {"tier": 1, "main_task": 1, "cap": first["cap"] + 4}
    for one in others:
        one |= {"tier": max(2, one["tier"]), "main_task": 2}
    others[0] |= {"tier": int(rng.integers(1, 3))}
    others[0]["main_task"] = others[0]["tier"]
    data["packages"] = {"k0": {"demands": [first["id"]], "known": 0}}
    return data


FLANK = {"packages": {"k": {"demands": ["flank"], "known": 0}}}


def test_two_people_more_for_two_posts_lost() -> None:
    data = problem(demand("flank", 4, tier=1), demand("untso", 8), **FLANK)

    found = reinforcement(data, rule="value")

    (row,) = found.additions
    assert (row.pool, row.persons, row.person_months) == ("staff", pytest.approx(2, abs=0.01),
                                                          pytest.approx(24, abs=0.02))  # fmt: skip
    assert found.lost_person_months == pytest.approx(24)
    assert found.exact
    assert found.floor_cost == pytest.approx(2, abs=0.01)
    assert [row.arriving_persons for row in found.months[:2]] == pytest.approx([2, 0], abs=0.01)
    assert found.sentences()[1].startswith(
        "2 more people, available from month 0 on, leave at most 0"
    )


@pytest.mark.parametrize("rule", ["fair", "value"])
def test_who_borrows_month_by_month_pays_for_the_months_lost(rule: str) -> None:
    # the flank is there for four months only
    data = problem(demand("flank", 4, tier=1, first=3, last=6), demand("untso", 8), **FLANK)

    found = reinforcement(data, rule=rule, stay=False, kinds=("people",), tolerance_persons=0.05)

    assert found.cost == pytest.approx(8, abs=0.3)
    assert [row.month for row in found.months] == ["3", "4", "5", "6"]


@pytest.mark.parametrize("rule", ["fair", "value"])
def test_recruits_that_come_late_leave_what_was_lost_before(rule: str) -> None:
    data = problem(
        demand("flank", 4, tier=1, first=4), demand("untso", 8),
        packages={"k": {"demands": ["flank"], "known": 4}},
    )  # fmt: skip

    found = reinforcement(data, rule=rule, lead_months=3, kinds=("people",), tolerance_persons=0.05)

    assert found.first_month == "7"
    assert not found.within_reach
    assert found.lost_person_months == pytest.approx(2 * 8)
    assert found.level_person_months == pytest.approx(2 * 3, abs=0.02)
    assert found.additions[0].persons == pytest.approx(2, abs=0.1)
    assert found.months[0].month == "7"
    assert (
        "Even unlimited people in every pool, available from month 7 on, leave 6 of it."
        in found.sentences()
    )


@pytest.mark.parametrize("rule", ["fair", "value"])
def test_a_level_needs_less(rule: str) -> None:
    data = problem(demand("flank", 6, tier=1), demand("untso", 8), **FLANK)

    found = reinforcement(data, rule=rule, level_person_months=24, kinds=("people",))

    assert found.additions[0].persons == pytest.approx(2, abs=1.0)
    assert [proof.lost_person_months <= 24.02 for proof in found.proofs] == [False, True, False]


def test_the_cheaper_of_two_pools_is_taken() -> None:
    both = ["staff", "civil"]
    data = problem(
        demand("flank", 4, tier=1, pools=both), demand("untso", 8, pools=both),
        pools={"staff": 6, "civil": 4}, **FLANK,
    )  # fmt: skip

    for cheap, dear in (both, both[::-1]):
        found = reinforcement(data, rule="value", kinds=("people",), costs={cheap: 1.0, dear: 3.0})
        assert [row.pool for row in found.additions] == [cheap]
        assert found.cost == pytest.approx(2, abs=0.01)


def test_what_one_mission_gains_does_not_make_up_for_another() -> None:
    # the flank takes observers; more civilians would fill a mission that was short all along
    data = problem(
        demand("flank", 4, tier=1), demand("untso", 8), demand("kosovo", 8, pools=["civil"]),
        pools={"staff": 10, "civil": 2}, bounds=[{"demands": ["untso", "kosovo"], "max": 99}],
        **FLANK,
    )  # fmt: skip

    for rule in ("fair", "value"):
        found = reinforcement(data, rule=rule, kinds=("people",), tolerance_persons=0.05)
        assert [row.pool for row in found.additions] == ["staff"]


def test_nothing_lost_needs_nothing() -> None:
    data = problem(demand("flank", 2, tier=1), demand("untso", 8), **FLANK)

    found = reinforcement(data)

    assert found.additions == found.changes == ()
    assert found.sentences()[1] == "There is nothing to prevent."


@pytest.mark.parametrize("seed", range(14))
def test_fair_additions_do_it_and_no_pool_can_spare_two_tolerances(seed: int) -> None:
    data = drawn_with_loss(seed, lambda one: lost_fairly(one, {}))
    give = 0.1

    found = reinforcement(data, rule="fair", kinds=("people",), tolerance_persons=give)

    assert lost_fairly(data, {}) == pytest.approx(found.lost_person_months, abs=5e-3)
    assert found.additions
    # the months in which people are needed are enough
    assert lost_fairly(data, needed(data, found)) <= found.level_person_months + 5e-3
    steady = {row.pool: np.full(data["months"], row.persons) for row in found.additions}
    for row in found.additions:
        less = {**steady, row.pool: np.maximum(steady[row.pool] - 2 * give, 0.0)}
        assert lost_fairly(data, less) > found.level_person_months - 5e-3


@pytest.mark.parametrize("stay", [True, False])
@pytest.mark.parametrize("seed", range(20))
def test_value_additions_do_it_and_nothing_below_the_floor_does(seed: int, stay: bool) -> None:
    def lost_of(data: dict, more: Mapping[str, np.ndarray]) -> float:
        # one mission of main task 2 outside the package, so that its range says all
        *others, target = data["demands"]
        for one in others:
            one["main_task"] = 1
        target |= {"main_task": 2, "tier": 3}
        without = optimal_stage(data, without=["k0"], prefer=False)
        now = optimal_stage(with_more(data, more), prefer=False)
        # of what is best in several ways the division in which least is lost
        before, _ = value_range(without, [target["id"]])
        _, after = value_range(now, [target["id"]])
        return max(before - after, 0.0)

    data = drawn_with_loss(100 + seed, lambda one: lost_of(one, {}))

    def lost(more: Mapping[str, np.ndarray]) -> float:
        return lost_of(data, more)

    found = reinforcement(data, rule="value", kinds=("people",), stay=stay)

    assert lost({}) == pytest.approx(found.lost_person_months, abs=1e-3)
    assert found.additions
    assert lost(needed(data, found)) <= found.level_person_months + 2e-3
    assert found.floor_cost <= found.cost * (1 + 1e-6) + 1e-6
    rng = np.random.default_rng(seed)
    for _ in range(6):  # anything cheaper than the floor leaves more
        share = rng.dirichlet(np.ones(len(data["pools"])))
        spent = found.floor_cost * 0.98 / (1 if stay else data["months"])
        more = {
            p: np.full(data["months"], spent * s) for p, s in zip(data["pools"], share, strict=True)
        }
        assert lost(more) > found.level_person_months - 2e-3
    if stay and len(data["pools"]) == 1:
        (row,) = found.additions
        for part in np.linspace(0, 0.98, 8):  # nor does anything smaller at all
            less = {row.pool: np.full(data["months"], row.persons * part)}
            assert lost(less) > found.level_person_months - 2e-3


def test_less_rest_does_it_from_the_month_that_frees_enough() -> None:
    # tours of two months and rest of four: each post ties up three people, four posts too many
    rested = {"tour": 2, "rest": 2, "cohorts": 2, "first": -24, "last": 60}
    data = problem(
        demand("flank", 2, tier=1, **rested), demand("untso", 8, **rested),
        pools={"staff": 24}, months=24, **FLANK,
    )  # fmt: skip

    found = reinforcement(data, rule="fair", kinds=("rest",))

    change = next(row for row in found.changes if row.pool == "")
    assert change.reached

    def lost(months_less: int) -> float:
        rest = (4 - months_less) / 2
        less = {**data, "demands": [{**one, "rest": rest} for one in data["demands"]]}
        return fills(data, "fair", without=["k"])["untso"] - fills(less, "fair")["untso"]

    assert lost(change.months) <= 0.02
    assert lost(change.months - 1) > 0.02
    assert f"{change.months} months less rest" in " ".join(found.sentences())


def test_tours_are_changed_as_far_as_it_helps() -> None:
    # half of each tour of two months goes to preparing for it; twice as long it is a third
    data = problem(
        demand("flank", 2, tier=1, tour=2, prep=2, first=-24, last=60, cohorts=2),
        demand("untso", 8, tour=2, prep=2, first=-24, last=60, cohorts=2),
        pools={"staff": 16}, months=24, **FLANK,
    )  # fmt: skip

    found = reinforcement(data, rule="fair", kinds=("tour",), most_tour_months=3)

    longer, shorter = found.changes

    def lost(by: int) -> float:
        other = {**data, "demands": [{**one, "tour": 2 + by} for one in data["demands"]]}
        return max(fills(data, "fair", without=["k"])["untso"] - fills(other, "fair")["untso"], 0)

    assert longer.reached
    assert lost(longer.months) == pytest.approx(longer.lost_person_months, abs=5e-3)
    assert longer.months == 1 or lost(longer.months - 1) > 0.02
    assert not shorter.reached
    assert shorter.lost_person_months >= found.lost_person_months - 1e-6


def test_what_cannot_be_asked_is_said_at_once() -> None:
    data = problem(demand("flank", 4, tier=1), demand("untso", 8), **FLANK)

    with pytest.raises(InputError, match="costs: no pool 'staf', did you mean 'staff'"):
        reinforcement(data, costs={"staf": 1})
    with pytest.raises(InputError) as wrong:
        reinforcement(data, kinds=("peopel",), lead_months=-1, tolerance_persons=0)
    assert len(wrong.value.faults) == 3
    with pytest.raises(InputError, match="with packages, found none"):
        reinforcement(problem(demand("a", 1)))


@pytest.mark.parametrize("announced", [False, True])
def test_which_plans_count_on_the_additions_is_said_and_tried(announced: bool) -> None:
    tried = differ = 0
    for seed in range(40):
        data = drawn(seed)
        data["packages"]["k0"]["known"] = data["months"] // 3
        found = reinforcement(data, kinds=("people",), announced=announced, tolerance_persons=0.1)
        if not found.additions:
            continue
        tried += 1
        steps = {row.step: row.lost_person_months for row in found.proofs}
        begin = int(found.first_month)
        more = {pool: np.zeros(data["months"]) for pool in data["pools"]}
        for row in found.additions:
            more[row.pool][begin:] = row.persons
        known = steps["reinforced" if announced else "announced"]
        assert known == pytest.approx(lost_fairly(data, more), abs=0.02), seed
        differ += abs(steps["reinforced"] - steps["surprise" if announced else "announced"]) > 0.1
        for lang, word in (("en", "count on them"), ("nl", "op hen rekenen")):
            assert any(word in sentence for sentence in found.sentences(lang))
    assert tried >= 10
    assert differ >= 1 or announced
