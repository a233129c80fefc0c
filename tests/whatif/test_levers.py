"""Each lever changes what it says and nothing else; links and files bring it back."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import planner as pl
from planner.compile import compile_scenario
from planner.problem.model import Problem
from planner.whatif import GROUPS, Lever, WhatIf

FLANK = WhatIf("eastern-flank-battalion")
HELICOPTERS = WhatIf("helicopters-sent")
BEFORE = compile_scenario(FLANK.base).problem
OWN = ("ef-unit", "ef-intelligence", "ef-air-defence", "ef-staff")


def moved(**moves: Any) -> Problem:
    """Return the problem with levers moved; the dot of a key is written as two underscores."""
    keys = {key.replace("__", ".").replace("_", "-"): value for key, value in moves.items()}
    return compile_scenario(FLANK.move(keys).scenario).problem


def others(problem: Problem, left_out: tuple[str, ...] = OWN) -> list[Any]:
    return [demand for demand in problem.demands if demand.id not in left_out]


def test_there_is_a_lever_of_every_group() -> None:
    assert {lever.group for lever in FLANK.levers} == set(GROUPS)
    keys = [lever.key for lever in FLANK.levers]
    assert len(keys) == len(set(keys))
    assert {lever.group for lever in WhatIf("letter").levers}.isdisjoint({"on", "size", "known"})


def test_nothing_moved_is_the_scenario_as_it_was() -> None:
    same = FLANK.move({lever.key: lever.stands for lever in FLANK.levers})
    assert same.moved == {}
    assert same.scenario is FLANK.base
    assert same.address() == ""


def test_size_multiplies_the_caps_of_the_package() -> None:
    problem = moved(size__eastern_flank=1.5)
    for id in OWN:
        assert problem.demand(id).cap == pytest.approx(1.5 * BEFORE.demand(id).cap)
    assert others(problem) == others(BEFORE)


def test_off_takes_the_package_out() -> None:
    problem = moved(on__eastern_flank=False)
    assert problem.packages == ()
    assert others(problem) == list(problem.demands) == others(BEFORE)


def test_a_later_start_moves_first_months_and_leaves_the_last() -> None:
    problem = moved(first__eastern_flank="2023-07")
    for id in OWN:
        assert problem.demand(id).first == BEFORE.demand(id).first + 6
        assert problem.demand(id).last == BEFORE.demand(id).last
    assert others(problem) == others(BEFORE)


@pytest.mark.parametrize(("value", "later"), [("2022-10", 9), ("just-in-time", 10)])
def test_known_moves_the_month_in_which_it_becomes_known(value: str, later: int) -> None:
    # two months of preparation before January 2023 make November 2022 just in time
    problem = moved(known__eastern_flank=value)
    assert problem.known("eastern-flank") == problem.report[0] + later
    assert problem.demands == BEFORE.demands


def test_a_package_may_be_known_from_the_start() -> None:
    assert moved(known__eastern_flank="start").known("eastern-flank") == 0


def test_people_multiplies_one_pool() -> None:
    problem = moved(people__staff=0.9)
    assert np.allclose(problem.pools["staff"], 0.9 * np.asarray(BEFORE.pools["staff"]), rtol=1e-12)
    assert all(
        np.array_equal(problem.pools[name], BEFORE.pools[name])
        for name in BEFORE.pools
        if name != "staff"
    )


def test_rest_multiplies_the_rest_of_a_category() -> None:
    problem = moved(rest__military=0.5)
    military = {id for id, pool in FLANK.base.inputs.pools.items() if pool.category == "military"}
    for old, new in zip(BEFORE.demands, problem.demands, strict=True):
        for pool, before, after in zip(old.pools, old.home, new.home, strict=True):
            assert after == pytest.approx(before * (0.5 if pool in military else 1.0))


def test_tour_sets_the_tour_of_a_kind() -> None:
    problem = moved(tour__staff=8)
    kinds = {id: demand.kind for id, demand in FLANK.base.inputs.demands.items()}
    for old, new in zip(BEFORE.demands, problem.demands, strict=True):
        assert new.tour == (8 if kinds[new.id] == "staff" else old.tour)


def test_a_mission_under_study_goes_ahead_and_is_taken_back() -> None:
    new = {demand.id for demand in moved(go__nmi=True).demands}
    assert new - {demand.id for demand in BEFORE.demands} == {"nmi-protection"}
    decided = WhatIf("studied-decided")
    assert decided.stands("go.nmi") is True
    back = compile_scenario(decided.move({"go.nmi": False}).scenario).problem
    gone = {d.id for d in compile_scenario(decided.base).problem.demands} - {
        d.id for d in back.demands
    }
    assert gone == new - {demand.id for demand in BEFORE.demands}


def test_a_declined_mission_is_sent_after_all() -> None:
    new = {demand.id for demand in moved(send__minusma_helicopters=True).demands}
    assert new - {demand.id for demand in BEFORE.demands} == {"minusma-helicopters-unit"}
    assert HELICOPTERS.stands("send.minusma-helicopters") is True


def test_tier_moves_all_demands_of_a_mission() -> None:
    problem = moved(tier__oir=1)
    missions = {id: demand.mission for id, demand in FLANK.base.inputs.demands.items()}
    for old, new in zip(BEFORE.demands, problem.demands, strict=True):
        assert new.tier == (1 if missions[new.id] == "oir" else old.tier)


def test_protected_missions_go_first_and_all_others_keep_their_order() -> None:
    problem = moved(protect__untso=True, tier__oir=1)
    missions = {id: demand.mission for id, demand in FLANK.base.inputs.demands.items()}
    for old, new in zip(BEFORE.demands, problem.demands, strict=True):
        tier = 1 if missions[new.id] == "oir" else old.tier
        assert new.tier == (1 if missions[new.id] == "untso" else tier + 1)
    assert "protect.eastern-flank-reinforcement" not in {lever.key for lever in FLANK.levers}


@pytest.mark.parametrize("rule", ["fair", "value"])
def test_a_protected_mission_loses_nothing_to_the_package(rule: str) -> None:
    large = FLANK.move({"size.eastern-flank": 2.0, "rule": rule})
    lost = {
        case: pl.allocate(made.scenario).displacement_by("mission").set_index("mission")
        for case, made in (("free", large), ("kept", large.move({"protect.untso": True})))
    }
    column = "displaced_person_months"
    assert lost["free"].loc["untso", column] > 50
    assert lost["kept"].loc["untso", column] == pytest.approx(0, abs=1e-6)


def test_rule_is_the_rule() -> None:
    assert FLANK.move({"rule": "value"}).scenario.inputs.rule == "value"


def test_everything_wrong_is_said_at_once() -> None:
    wrong = {
        "size.eastern-flank": 9, "size.eastern-flnak": 1, "people.staff": float("nan"),
        "tour.staff": 6.5, "go.nmi": "yes", "first.eastern-flank": "2030-01", "rule": "best",
        "on.eastern-flank": 1, "known.eastern-flank": "soon", "rest.military": True,
    }  # fmt: skip
    with pytest.raises(pl.InputError) as error:
        FLANK.move(wrong)
    assert len(error.value.faults) == len(wrong)
    said = str(error.value)
    assert "size.eastern-flank: expected a number from 0 to 3, found 9" in said
    assert "did you mean 'size.eastern-flank'?" in said
    assert "expected a whole number from 1 to 24, found 6.5" in said
    assert "a month from 2022-01 to 2025-12 or 'just-in-time' or 'start', found 'soon'" in said
    assert "rule: expected 'fair' or 'value', found 'best'" in said


def values(lever: Lever) -> st.SearchStrategy[Any]:
    """Return where a lever may stand."""
    if isinstance(lever.stands, bool):
        return st.booleans()
    if lever.choices:
        return st.sampled_from(lever.choices)
    steps = round((lever.high - lever.low) / lever.step)
    kind = type(lever.stands)
    return st.integers(0, steps).map(lambda k: kind(round(lever.low + k * lever.step, 4)))


def positions(case: WhatIf) -> st.SearchStrategy[dict[str, Any]]:
    one = st.sampled_from(case.levers).flatmap(
        lambda lever: st.tuples(st.just(lever.key), values(lever))
    )
    return st.lists(one, max_size=12).map(dict)


@pytest.mark.parametrize("case", [FLANK, HELICOPTERS, WhatIf("hindsight")], ids=repr)
@given(data=st.data())
def test_a_link_and_a_file_bring_back_what_was_moved(case: WhatIf, data: st.DataObject) -> None:
    here = case.move(data.draw(positions(case)))
    again, faults = case.follow(dict(parse_qsl(here.address(), keep_blank_values=True)))
    assert (again.moved, faults) == (here.moved, [])
    try:
        scenario = here.scenario
    except pl.InputError:
        return  # what is moved contradicts itself: said, not drawn
    assert pl.loads(scenario.dump()) == scenario
    assert scenario.digest == again.scenario.digest


@given(st.dictionaries(st.text(max_size=30), st.text(max_size=30), max_size=5))
def test_a_hostile_link_moves_nothing_and_is_told(address: dict[str, str]) -> None:
    known = {lever.key for lever in FLANK.levers}
    there, faults = FLANK.follow(address)
    assert set(there.moved) <= known & set(address)
    assert len(faults) >= len(set(address) - known)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("size.eastern-flank", "1e3"), ("size.eastern-flank", "nan"), ("tour.staff", "6.5"),
        ("size.eastern-flank", "٣"), ("first.eastern-flank", "../../etc/passwd"),
        ("go.nmi", "true"), ("people.staff", "-1"), ("rule", "<script>"), ("people.staff", ""),
    ],
)  # fmt: skip
def test_a_wrong_part_of_a_link_is_told_and_the_rest_followed(key: str, text: str) -> None:
    there, faults = FLANK.follow({key: text, "people.medical": "1.1"})
    assert there.moved == {"people.medical": 1.1}
    assert [fault.field for fault in faults] == [key]
    assert "expected" in faults[0].message


def test_a_scenario_of_ones_own_has_its_own_levers() -> None:
    own = pl.loads(
        """
data: none
horizon: {from: 2024-01, to: 2024-12}
pools: {crew: {name: Crew, category: civil, posts: 10}}
kinds: {watch: {name: Watch, changeover: en_bloc, tour: 3, preparation: 0, rest: 1}}
missions: {m: {name: M, organisation: UN, region: R, main_task: 2}}
demands:
  d: {mission: m, kind: watch, pools: [crew], cap: 4, first: 2024-01, last: 2024-06}
""",
        "own.yaml",
    )
    case = WhatIf(own)
    assert [lever.key for lever in case.levers] == [
        "rule", "people.crew", "rest.civil", "tour.watch", "protect.m", "tier.m",
    ]  # fmt: skip
    assert pl.loads(case.move({"tour.watch": 6}).scenario.dump()).inputs.kinds["watch"]
