"""What each section of a scenario does to the inputs."""

from __future__ import annotations

from typing import Any

import pytest

from planner.errors import InputError
from planner.months import Month
from planner.scenario.inputs import Inputs
from planner.scenario.load import Scenario, load, loads


@pytest.fixture
def base(small: str) -> Scenario:
    return loads(small, "small.yaml")


def months(inputs: Inputs, id: str) -> tuple[str, str]:
    demand = inputs.demands[id]
    assert demand.first is not None
    assert demand.last is not None
    return str(demand.first.month), str(demand.last.month)


def test_a_figure_knows_what_it_says_and_where(base: Scenario) -> None:
    text = """extends: letter
demands:
  untso:
    source: letter
    section: entry
    cap: {value: 8, low: 6, high: 12, basis: public, section: own}
    last: 2024-07
"""
    demand = loads(text, "s.yaml").inputs.demands["untso"]

    cap, last = demand.cap, demand.last
    assert (cap.value, cap.low, cap.high) == (8, 6, 12)
    assert (cap.origin.basis, cap.origin.source, cap.origin.section) == ("public", "letter", "own")
    assert (cap.origin.file, cap.origin.line) == ("s.yaml", 6)
    assert last is not None
    assert (last.origin.basis, last.origin.section, last.origin.line) == ("assumption", "entry", 7)


def test_scaling_keeps_the_range_and_says_so(base: Scenario) -> None:
    once = base.change(demands={"guards": {"cap": {"value": 10, "low": 8, "high": 14}}})

    cap = once.change(demands={"guards": {"scale": 0.5}}).inputs.demands["guards"].cap
    assert (cap.value, cap.low, cap.high) == (5, 4, 7)
    assert cap.origin.section == "10 × 0.5"
    twice = once.change(demands={"guards": {"scale": 0.5}}).change(demands={"guards": {"scale": 4}})
    assert twice.inputs.demands["guards"].cap.value == 20
    wide = base.change(demands={"guards": {"scale": {"value": 1, "low": 0.5, "high": 2}}})
    assert (wide.inputs.demands["guards"].cap.low, wide.inputs.demands["guards"].cap.high) == (
        1.5,
        6,
    )


def test_a_new_demand_takes_category_and_tier_from_pools_and_mission(base: Scenario) -> None:
    new = {"kind": "unit", "cap": 2, "first": "2022-01", "last": "2022-12"}

    changed = base.change(
        demands={
            "a": {**new, "mission": "flank", "pools": ["staff"]},
            "b": {**new, "mission": "truce", "pools": ["civil", "staff"], "name": "Bee"},
        }
    ).inputs.demands

    assert (changed["a"].tier, changed["a"].category, changed["a"].name_nl) == (1, "military", "a")
    assert (changed["b"].tier, changed["b"].category, changed["b"].name_nl) == (2, "mixed", "Bee")


def test_a_demand_of_ones_own_may_be_under_study(base: Scenario) -> None:
    raised = {"mission": "truce", "kind": "unit", "pools": ["staff"], "cap": 2}
    study = base.change(demands={"more": {**raised, "standing": "study"}})

    assert not study.inputs.demands["more"].counts
    months_given = {"first": "2022-01", "last": "2022-12"}
    assert study.change(decide={"more": months_given}).inputs.demands["more"].counts
    with pytest.raises(InputError, match="has no first month in the data"):
        study.change(decide=["more"])
    with pytest.raises(InputError, match="new demand 'more' needs first, last as well"):
        base.change(demands={"more": {**raised, "standing": "past"}})
    undecided = base.change(demands={"guards": {"standing": "study"}})
    assert not undecided.inputs.demands["guards"].counts
    assert undecided.change(decide=["guards"]).inputs.demands["guards"].counts


def test_notes_stay_with_what_they_are_about(base: Scenario) -> None:
    changed = base.change(
        missions={"truce": {"note": "small"}},
        bounds={"eyes": {"demands": ["observers"], "min": 1, "note": "never none"}},
    ).inputs

    assert changed.missions["truce"].note == "small"
    assert changed.bounds["eyes"].note == "never none"


def test_drop_and_bring_back(base: Scenario) -> None:
    gone = base.change(demands={"guards": "drop"})

    assert not gone.inputs.demands["guards"].counts
    assert gone.change(demands={"guards": {"drop": False}}) == base
    assert not base.change(missions={"truce": "drop"}).inputs.demands["observers"].counts


def test_a_mission_changes_all_its_demands(base: Scenario) -> None:
    changed = base.change(
        missions={"truce": {"scale": 2, "tier": 3, "weight": 5, "region": "South"}}
    )

    demands = changed.inputs.demands
    assert [demands[id].cap.value for id in ("observers", "guards", "experts")] == [24, 6, 4]
    assert [demands[id].tier for id in ("observers", "guards", "experts")] == [3, 3, 2]
    assert demands["guards"].weight == 5
    assert changed.inputs.missions["truce"].region == "South"


@pytest.mark.parametrize(
    ("last", "observers", "guards"),
    [
        ("2024-03", ("2020-01", "2024-03"), ("2022-03", "2022-12")),  # prolonged: the longest line
        ("2023-01", ("2020-01", "2023-01"), ("2022-03", "2022-12")),
        ("2022-06", ("2020-01", "2022-06"), ("2022-03", "2022-06")),  # ended: every line is cut
    ],
)
def test_the_end_of_a_mandate(base: Scenario, last: str, observers: Any, guards: Any) -> None:
    changed = base.change(missions={"truce": {"last": last}}).inputs

    assert months(changed, "observers") == observers
    assert months(changed, "guards") == guards


def test_a_line_that_would_begin_after_the_end_is_dropped(base: Scenario) -> None:
    changed = base.change(missions={"truce": {"last": "2022-02"}}).inputs

    assert changed.demands["guards"].standing == "dropped"
    assert months(changed, "observers") == ("2020-01", "2022-02")


def test_demands_override_their_mission_in_the_same_file(base: Scenario) -> None:
    changed = base.change(
        missions={"truce": {"tier": 3}}, demands={"guards": {"tier": 1}}
    ).inputs.demands

    assert (changed["observers"].tier, changed["guards"].tier) == (3, 1)


def test_packages(base: Scenario) -> None:
    package = base.inputs.packages["more"]
    assert (package.demands, package.on, str(package.known.month)) == (
        ("company",),
        True,
        "2022-07",
    )  # type: ignore[union-attr]

    changed = base.change(
        packages={
            "more": {"on": False, "known": "start", "scale": 2,
                     "demands": {"company": {"cap": 4},
                                 "staffing": {"mission": "flank", "kind": "post", "cap": 3,
                                              "pools": ["staff"], "first": "2022-10",
                                              "last": "2023-12"}}},
            "old": {"members": ["guards"], "title": "Old"},
        }
    ).inputs  # fmt: skip

    assert changed.packages["more"].demands == ("company", "staffing")
    assert (changed.packages["more"].on, changed.packages["more"].known) == (False, "start")
    assert (changed.demands["company"].cap.value, changed.demands["staffing"].cap.value) == (8, 6)
    assert changed.packages["old"].demands == ("guards",)
    assert changed.packages["old"].known == "just-in-time"


def test_figures_of_a_package_take_its_source() -> None:
    origin = load("eastern-flank-battalion").inputs.demands["ef-staff"].cap.origin

    assert (origin.basis, origin.source) == ("assumption", "press-2022-06-28")
    assert origin.section == "posts in brigade, division and corps headquarters"


def test_decide_by_demand_mission_list_and_all() -> None:
    letter = load("letter")

    def decided(**patch: Any) -> set[str]:
        inputs = letter.change(**patch).inputs
        return {id for id, demand in inputs.demands.items() if demand.counts} - {
            id for id, demand in letter.inputs.demands.items() if demand.counts
        }

    study = {id for id, one in letter.inputs.demands.items() if one.standing == "study"}
    assert decided(decide=["maicc"]) == {"maicc"}
    assert decided(decide={"maicc": {"cap": 1, "first": "2023-06"}}) == {"maicc"}
    assert decided(decide=["nmi"]) == {id for id in study if id.startswith("nmi-")}
    assert decided(decide="all") == study
    assert decided(decide={"all": None, "maicc": {"tier": 2}}) == study
    assert decided(send=["minusma-helicopters"]) == {
        id for id, one in letter.inputs.demands.items() if one.standing == "declined"
    }
    assert decided(hindsight=["cyprus-standby"]) == {"cyprus-standby", "cyprus-c130"}
    assert decided(hindsight=["cyprus-c130"]) == {"cyprus-c130"}


def test_what_is_decided_may_have_dates_and_caps_of_its_own() -> None:
    changed = load("letter").change(decide={"maicc": {"cap": 1, "first": "2023-06", "tier": 2}})

    demand = changed.inputs.demands["maicc"]
    assert (demand.cap.value, demand.tier, demand.counts) == (1, 2, True)
    assert months(changed.inputs, "maicc")[0] == "2023-06"


def test_outcomes_replace_dates_and_caps() -> None:
    letter = load("letter")

    some = letter.change(outcomes=["minusma-ipo"]).inputs
    every = letter.change(outcomes="all", decide=["nmi-protection"]).inputs

    assert months(some, "minusma-ipo")[1] == "2023-09"
    assert months(some, "untso") == months(letter.inputs, "untso")
    assert months(every, "untso")[1] == "2028-06"
    assert every.demands["nmi-protection"].cap.value == 145
    assert months(every, "nmi-protection") == ("2024-01", "2025-06")


def test_tiers_by_filter_in_order(base: Scenario) -> None:
    changed = base.change(
        tiers=[
            {"main_task": 2, "tier": 3},
            {"organisation": "UN", "kinds": ["unit"], "tier": 2, "weight": 4},
            {"demands": ["experts"], "category": "mixed", "weight": 9},
            {"region": "East", "missions": ["flank"], "tier": 4},
        ]
    ).inputs.demands

    assert {id: one.tier for id, one in changed.items()} == {
        "observers": 3, "guards": 2, "experts": 3, "company": 4
    }  # fmt: skip
    assert (changed["guards"].weight, changed["experts"].weight) == (4, 9)


def test_policies(base: Scenario) -> None:
    def rest(scenario: Scenario, kind: str, pool: str) -> float:
        figures = scenario.inputs.kinds[kind].rotation["rest"]
        return figures.get(pool, figures.get("", None)).value  # type: ignore[union-attr]

    everyone = base.change(policies=[{"scale_rest": 0.5}])
    assert (rest(everyone, "post", "staff"), rest(everyone, "unit", "civil")) == (0.5, 1)
    soldiers = base.change(policies=[{"category": "military", "scale_rest": 0.5}])
    assert (rest(soldiers, "unit", "staff"), rest(soldiers, "unit", "civil")) == (1, 2)
    some = base.change(
        policies=[{"kinds": ["post"], "pools": ["civil"], "rest": 3, "preparation": 4}]
    )
    assert (rest(some, "post", "civil"), rest(some, "post", "staff")) == (3, 1)
    assert some.inputs.kinds["post"].rotation["preparation"]["civil"].value == 4
    assert base.change(policies=[{"tour": 9}]).inputs.kinds["unit"].rotation["tour"][""].value == 9
    own = base.change(demands={"guards": {"rest": 4}}).change(policies=[{"scale_rest": 0.5}])
    assert own.inputs.demands["guards"].rest.value == 2  # type: ignore[union-attr]


def test_pools_and_kinds(base: Scenario) -> None:
    changed = base.change(
        pools={
            "reserve": {"name": "Reserve", "category": "military", "posts": 30, "fit": 0.5},
            "staff": {"posts": 25},
            "civil": "drop",
        },
        kinds={"post": {"rest": 2, "acceptance": 0.8}},
    ).inputs

    assert set(changed.pools) == {"staff", "reserve"}
    assert changed.pools["reserve"].series["filled"][0][1].value == 1
    assert changed.pools["staff"].series["posts"][0][1].value == 25
    assert changed.demands["experts"].pools == ("staff",)
    assert changed.kinds["post"].rotation["rest"][""].value == 2
    assert changed.kinds["post"].rotation["tour"][""].value == 6
    assert changed.kinds["post"].presence["acceptance"].value == 0.8


def test_bounds_and_money(base: Scenario) -> None:
    changed = base.change(
        bounds={"least": {"demands": ["observers"], "pools": ["staff"], "min": 2}},
        money={"on": True, "budgets": [{"fund": "biv", "year": 2022, "amount": 1e6}],
               "costs": [{"fund": "biv", "kind": "post", "amount": 1e5}]},
    )  # fmt: skip
    again = changed.change(
        bounds={"least": {"min": 3, "max": 9}},
        money={"budgets": [{"fund": "biv", "year": 2022, "amount": 2e6}]},
    ).inputs

    assert (again.bounds["least"].min.value, again.bounds["least"].max.value) == (3, 9)  # type: ignore[union-attr]
    assert [budget.figure.value for budget in again.budgets] == [2e6]
    assert again.money
    assert changed.change(bounds={"least": "drop"}).inputs.bounds == {}


def test_the_horizon(base: Scenario) -> None:
    changed = base.change(horizon={"to": "2022-12", "warm_up": 0}).inputs

    assert (changed.first, changed.last) == (Month(2022, 1), Month(2022, 12))
    assert (changed.warm_up, changed.run_out) == (0, None)


def test_then_comes_on_top(small: str) -> None:
    text = small + "then:\n  - demands: {guards: {scale: 2}}\n  - demands: {guards: {scale: 3}}\n"

    assert loads(text).inputs.demands["guards"].cap.value == 18
