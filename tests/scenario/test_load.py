from __future__ import annotations

import contextlib
import copy
import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.compile import compile_scenario
from planner.digest import canonical, digest
from planner.errors import InputError
from planner.months import Month
from planner.scenario.load import Scenario, load, loads, shipped_scenarios

Faults = Callable[..., list[str]]
SMALL = (Path(__file__).parent / "small.yaml").read_text(encoding="utf-8")
BASE = loads(SMALL)

STRUCTURE = """extends: letter
rul: fair
rule: fiar
title: 12
horizon: {from: 2022-13, to: 2020-01, warm_up: -1}
demands:
  untso: {cap: -2, from: 2022-01, tier: 0, on_call: 3, rest: 30}
  undof: {cap: .inf, first: 2023, last: 2022-03-01, tour: 2.5}
  irini: {cap: {value: 3, low: 4}, basis: guess}
  UNTSO: drop
  takuba: 3
  unmiss: {cap: many, pools: staff, cohorts: 1.5}
packages:
  x: {known: soon, demands: {a: {cap: no}}}
strengths:
  - {pools: all, set: 3, add: 3}
  - {pools: [staff], from: 2022-01, grow_to: 30}
  - {from: 2023-01, to: 2022-01, times: 2}
decide: {eufor-staff: {cap: -1}}
then:
  - rul: value
"""


def test_every_fault_of_structure_at_once(faults: Faults) -> None:
    found = faults(loads, STRUCTURE, "s.yaml")

    assert [one.split("; known are")[0] for one in found] == [
        "s.yaml:2:1: rul: not known here, did you mean 'rule'?",
        "s.yaml:3:7: rule: expected one of fair, value, found 'fiar', did you mean 'fair'?",
        "s.yaml:4:8: title: expected text, found 12",
        "s.yaml:5:17: horizon.from: expected a month such as 2022-03, found '2022-13'",
        "s.yaml:5:48: horizon.warm_up: expected a number of at least 0, found -1",
        "s.yaml:7:16: demands.untso.cap: expected a number of at least 0, found -2",
        "s.yaml:7:20: demands.untso.from: not known here, did you mean 'first'?",
        "s.yaml:7:41: demands.untso.tier: expected a number of at least 1, found 0",
        "s.yaml:7:53: demands.untso.on_call: expected true or false, found 3",
        "s.yaml:7:62: demands.untso.rest: expected a number of at most 20, found 30",
        "s.yaml:8:16: demands.undof.cap: expected a finite number, found inf",
        "s.yaml:8:29: demands.undof.first: expected a month such as 2022-03, found 2023",
        "s.yaml:8:41: demands.undof.last: expected a month such as 2022-03, found '2022-03-01'",
        "s.yaml:8:59: demands.undof.tour: expected a whole number, found 2.5",
        "s.yaml:9:16: demands.irini.cap: low 4 is above the value 3",
        "s.yaml:9:43: demands.irini.basis: expected one of letter, public, assumption, "
        "found 'guess'",
        "s.yaml:10:3: demands.UNTSO: expected an id (lower-case letters, digits, hyphens), "
        "found 'UNTSO'",
        "s.yaml:11:11: demands.takuba: expected fields by name, found 3",
        "s.yaml:12:17: demands.unmiss.cap: expected a number, found 'many'",
        "s.yaml:12:30: demands.unmiss.pools: expected a list, found 'staff'",
        "s.yaml:12:46: demands.unmiss.cohorts: expected a whole number, found 1.5",
        "s.yaml:14:14: packages.x.known: expected a month such as 2022-07, 'just-in-time' or "
        "'start', found 'soon'",
        "s.yaml:14:39: packages.x.demands.a.cap: expected a number, found 'no'",
        "s.yaml:16:5: strengths.0: expected exactly one of set, add, times, grow_to, grow_times, "
        "found set and add",
        "s.yaml:17:5: strengths.1: grow_to needs 'from' and 'to'",
        "s.yaml:18:5: strengths.2: 'pools' is missing",
        "s.yaml:19:29: decide.eufor-staff.cap: expected a number of at least 0, found -1",
        "s.yaml:21:5: then.0.rul: not known here, did you mean 'rule'?",
    ]


MEANING = """extends: letter
horizon: {to: 2020-01}
pools:
  stff: {filled: 0.5}
kinds:
  obsever: {tour: 6}
policies:
  - {kinds: [staf], rest: 1}
  - {pools: [staff], tour: 3}
  - {kinds: [staff]}
missions:
  untos: {last: 2024-01}
demands:
  untso: {cap: 12, scale: 0.5, first: 2026-01, source: leter}
  utnso: {cap: 10}
  new: {mission: untos, kind: staf, pools: [stff, staff, staff], cap: 3, first: 2022-01, last: 2023-01}
  undof: {cap: {value: 3, basis: public}}
packages:
  x: {scale: 2}
  y: {members: [untsoo]}
  z: {demands: {untso: {cap: 3}}}
decide: [eufor-staf, untso, minusma-helicopters]
send: {eufor-staff: }
hindsight: [untso]
outcomes: [untsi]
tiers:
  - {missions: [untos], tier: 1}
  - {main_task: 1}
strengths:
  - {pools: [stff], set: 3}
  - {pools: [staff], category: civil, set: 3}
bounds:
  x: {min: 1}
  bih-most: {min: 9}
money:
  costs: [{fund: biv, amount: 3}, {fund: biv, kind: staf, amount: 3}]
"""  # noqa: E501


def test_every_fault_of_meaning_at_once(faults: Faults) -> None:
    assert faults(loads, MEANING, "s.yaml") == [
        "s.yaml:2:15: horizon.to: months out of order: the window would run from 2022-01 to "
        "2020-01",
        "s.yaml:4:3: pools.stff: unknown pool 'stff', did you mean 'staff'? A new pool needs name, "
        "category, posts as well",
        "s.yaml:6:3: kinds.obsever: unknown kind 'obsever', did you mean 'observer'? A new kind "
        "needs name, changeover, preparation, rest or dwell as well",
        "s.yaml:8:14: policies.0.kinds.0: unknown kind 'staf', did you mean 'staff'?",
        "s.yaml:9:28: policies.1.tour: a tour is the same for every pool: leave out 'pools' and "
        "'category'",
        "s.yaml:10:5: policies.2: expected tour, preparation, rest, dwell or scale_rest",
        "s.yaml:12:3: missions.untos: unknown mission 'untos', did you mean 'untso'? A new mission "
        "needs name, organisation, region, main_task as well",
        "s.yaml:14:10: demands.untso.last: months out of order: the last month, 2025-07, is before "
        "the first, 2026-01",
        "s.yaml:14:56: demands.untso.source: unknown source 'leter', did you mean 'letter'?",
        "s.yaml:15:3: demands.utnso: unknown demand 'utnso', did you mean 'untso'? A new demand "
        "needs mission, kind, pools, first, last as well",
        "s.yaml:16:18: demands.new.mission: unknown mission 'untos', did you mean 'untso'?",
        "s.yaml:16:31: demands.new.kind: unknown kind 'staf', did you mean 'staff'?",
        "s.yaml:16:44: demands.new.pools: an option is named twice",
        "s.yaml:16:45: demands.new.pools.0: unknown pool 'stff', did you mean 'staff'?",
        "s.yaml:17:16: demands.undof.cap: a parameter on basis 'public' needs a source",
        "s.yaml:19:3: packages.x: new package 'x' needs demands as well",
        "s.yaml:20:17: packages.y.members.0: unknown demand 'untsoo', did you mean 'untso'?",
        "s.yaml:21:17: packages.z.demands.untso: demand 'untso' exists outside the package: name "
        "it under 'members', or choose another id",
        "s.yaml:22:10: decide.0: unknown demand or mission 'eufor-staf', did you mean "
        "'eufor-staff'?",
        "s.yaml:22:22: decide.1: demand 'untso' is standing, not under study: change it under "
        "'demands'",
        "s.yaml:22:29: decide.2: mission 'minusma-helicopters' has no demands to decide",
        "s.yaml:23:8: send.eufor-staff: demand 'eufor-staff' is study, not declined: put it under "
        "'decide'",
        "s.yaml:24:13: hindsight.0: demand 'untso' is standing, not known from hindsight: change "
        "it under 'demands'",
        "s.yaml:25:12: outcomes.0: unknown demand with an outcome 'untsi', did you mean 'untso'?",
        "s.yaml:27:17: tiers.0.missions.0: unknown mission 'untos', did you mean 'untso'?",
        "s.yaml:28:5: tiers.1: expected a tier, a weight or both",
        "s.yaml:30:14: strengths.0.pools.0: unknown pool 'stff', did you mean 'staff'?",
        "s.yaml:31:32: strengths.1.category: none of the pools is of this category",
        "s.yaml:33:3: bounds.x: new bound 'x' needs demands and min or max as well",
        "s.yaml:34:13: bounds.bih-most: max 5 is below min 9",
        "s.yaml:36:11: money.costs.0: expected a kind or a demand, one of the two",
        "s.yaml:36:53: money.costs.1.kind: unknown kind 'staf', did you mean 'staff'?",
    ]


def test_a_cap_for_several_demands_at_once(faults: Faults) -> None:
    assert faults(loads, "extends: letter\nhindsight: {cyprus-standby: {cap: 3}}\n", "s.yaml") == [
        "s.yaml:2:35: hindsight.cyprus-standby.cap: 'cyprus-standby' stands for cyprus-standby, "
        "cyprus-c130: say cap for each under 'demands'"
    ]


def test_a_demand_belongs_to_one_package(faults: Faults) -> None:
    text = "extends: letter\npackages:\n  a: {members: [untso]}\n  b: {members: [untso]}\n"

    assert faults(loads, text, "s.yaml") == [
        "s.yaml:4:3: packages.b: demand 'untso' belongs to package 'a' already: a demand belongs "
        "to one package at most"
    ]


def test_a_pool_that_is_needed_cannot_be_dropped(faults: Faults) -> None:
    found = faults(loads, "extends: letter\npools: {kmar-forensic: drop}\n", "s.yaml")

    assert found[0].startswith(
        "s.yaml:2:9: pools.kmar-forensic: demand 'icc-team-1' has no option without it"
    )


def test_a_demand_without_months_needs_them(small: str, faults: Faults) -> None:
    text = small.replace("first: 2020-01, ", "")

    assert faults(loads, text, "s.yaml") == [
        "s.yaml:15:3: demands.observers: new demand 'observers' needs first as well"
    ]


def test_a_kind_without_policy_for_a_pool(faults: Faults) -> None:
    text = "extends: letter\nkinds: {staff: {rest: 2}}\ndemands: {untso: {kind: x, pools: [staff]}}"

    assert faults(loads, text, "s.yaml") == ["s.yaml:3:25: demands.untso.kind: unknown kind 'x'"]


def test_a_section_left_empty_says_nothing(small: str) -> None:
    assert loads(small + "tiers:\nstrengths: ~\nsummary:\n") == loads(small)


@pytest.mark.parametrize("text", ["strenghts:", "root:*:0:99999:", "? a"])
def test_an_unknown_section_left_empty_is_refused(text: str, small: str) -> None:
    for whole in (text, small + text):
        with pytest.raises(InputError, match="not known here"):
            loads(whole + "\n")


def test_a_file_of_more_changes_than_anyone_writes_is_refused(small: str) -> None:
    with pytest.raises(InputError, match="then: expected at most 1,000 entries, found 1,001"):
        loads(small + "then:\n" + "  - {}\n" * 1_001)


RICH: dict[str, Any] = {
    "title": "All sections",
    "sources": {"memo": {"title": "A memo", "confidence": "low"}},
    "horizon": {"from": "2022-01", "to": "2023-06", "warm_up": 12},
    "rule": "value",
    "pools": {"staff": {"posts": 25}, "reserve": {"name": "R", "category": "military", "posts": 9}},
    "kinds": {"post": {"rest": {"value": 2, "low": 1, "high": 3, "source": "memo"}}},
    "policies": [{"kinds": ["post"], "pools": ["staff"], "scale_rest": 0.5}, {"tour": 6}],
    "missions": {"truce": {"last": "2023-01", "scale": 2, "tier": 3}},
    "demands": {
        "guards": {"cap": {"value": 4, "low": 2, "high": 6}, "first": "2022-02", "tour": 3},
        "new": {"mission": "flank", "kind": "unit", "pools": ["reserve", "staff"], "cap": 2,
                "first": "2022-01", "last": "2022-12", "rest": 1, "basis": "public",
                "source": "memo"},
    },
    "packages": {"more": {"known": "2022-08", "scale": 0.5, "demands": {"company": {"cap": 9}}},
                 "old": {"members": ["guards"], "known": "start"}},
    "tiers": [{"main_task": 1, "tier": 2, "weight": 3}],
    "strengths": [{"pools": ["staff"], "of": "posts", "from": "2022-02", "to": "2022-09",
                   "grow_times": 1.2}, {"pools": "all", "add": 1}],
    "bounds": {"least": {"demands": ["guards", "observers"], "min": 1, "max": 9}},
    "money": {"on": True, "budgets": [{"fund": "biv", "year": 2022, "amount": 1e6}],
              "costs": [{"fund": "biv", "kind": "post", "amount": 1e5}]},
    "uncertainty": {"figures": {"pool.staff.posts": "pert"}, "decided": {"truce": 0.5}},
}  # fmt: skip
TRICKY = [None, True, 0, -1, 2.5, 1e308, 10**30, "all", "drop", "staff", "guards", "2022-03",
          "2022-13", "x", "military", "start", "", [], {}, ["staff", "staff"], [3], {"value": "x"},
          float("nan"), float("inf"), ["guards"], {"guards": None}]  # fmt: skip


@given(st.data())
@settings(deadline=None, max_examples=300)
def test_a_scenario_with_one_thing_replaced_is_taken_or_refused_in_words(
    data: st.DataObject,
) -> None:
    patch = copy.deepcopy(RICH)
    node: Any = patch
    while True:
        key = data.draw(
            st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node)))
        )
        deeper = isinstance(node[key], (dict, list)) and node[key]
        if not deeper or not data.draw(st.integers(0, 3)):
            break
        node = node[key]
    if isinstance(node, dict) and data.draw(st.booleans()):
        node[data.draw(st.sampled_from(["x", "cap", "staff", "guards", ""]))] = node.pop(key)
    else:
        node[key] = data.draw(st.sampled_from(TRICKY))

    with contextlib.suppress(InputError):
        changed = BASE.with_(patch)
        assert loads(changed.dump()) == changed
        compile_scenario(changed)


def test_all_sections_at_once_are_fine() -> None:
    compile_scenario(BASE.with_(RICH))


# --- finding and extending -------------------------------------------------------------------


def write(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def test_a_shipped_scenario_by_name() -> None:
    assert load("letter") == load("letter.yaml") == load(shipped_scenarios()["letter"])


def test_a_file_that_is_not_there(faults: Faults, tmp_path: Path) -> None:
    (found,) = faults(load, "leter")
    assert found.startswith("leter: no such scenario file, did you mean 'letter'?; shipped are ")
    assert "no such scenario file" in faults(load, tmp_path / "x.yaml")[0]
    assert "no such scenario file" in faults(load, "x" * 5000)[0]
    assert "no such scenario file" in faults(load, "a\0b")[0]
    assert "no such scenario file" in faults(load, tmp_path)[0]


def test_a_chain_of_files(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    write(tmp_path, top="extends: sub/middle.yaml\ntitle: Top\ndemands: {untso: {scale: 2}}\n")
    write(
        tmp_path / "sub", middle="extends: letter\ntitle: Middle\ndemands: {untso: {scale: 0.25}}"
    )

    scenario = load(tmp_path / "top.yaml")

    assert scenario.title == "Top"
    assert scenario.inputs.demands["untso"].cap.value == 6
    assert [path.name for path in scenario.files][-3:] == ["letter.yaml", "middle.yaml", "top.yaml"]


def test_a_bare_name_is_the_shipped_one_and_a_file_name_the_one_beside(tmp_path: Path) -> None:
    write(tmp_path, letter="extends: letter\ntitle: Mine\n", top="extends: letter.yaml\n")

    assert load(tmp_path / "top.yaml").title == "Mine"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("../out.yaml", "extends: expected a path inside {root}, found '../out.yaml'"),
        ("/etc/passwd", "extends: expected a path inside {root}, found '/etc/passwd'"),
        ("sub/../../out.yaml", "extends: expected a path inside {root}"),
        ("link.yaml", "extends: expected a path inside {root}"),
        ("link", "extends: expected a path inside {root}"),
        ('"a\\0b"', "extends: expected a path inside {root}"),
        ("leter", "extends: no such scenario 'leter', did you mean 'letter'?; shipped are "),
        ("sub", "extends: no such scenario 'sub'"),
        ("self", "extends: circular: self.yaml extends self.yaml"),
        ("a", "extends: circular: self.yaml extends a.yaml extends self.yaml"),
    ],
)
def test_extends_that_cannot_be(tmp_path: Path, faults: Faults, said: str, message: str) -> None:
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    write(tmp_path, out="title: Out\n")
    write(root, self=f"title: x\nextends: {said}\n", a="extends: self.yaml\n")
    (root / "link.yaml").symlink_to(tmp_path / "out.yaml")

    (found,) = faults(load, root / "self.yaml")

    assert message.format(root=root) in found
    assert ".yaml:2:10: " in found or ".yaml:1:10: " in found


def test_too_many_files_deep(tmp_path: Path, faults: Faults) -> None:
    texts = {f"s{n}": f"extends: s{n + 1}\n" for n in range(30)}
    write(tmp_path, **texts, s30="extends: letter\n")

    assert "more than 20 files deep" in faults(load, tmp_path / "s0.yaml")[0]


def test_a_text_may_extend_shipped_scenarios_only(faults: Faults) -> None:
    (found,) = faults(loads, "extends: mine.yaml\n", "up.yaml")
    assert "up.yaml:1:10: extends: no such scenario 'mine.yaml' (a text may extend" in found
    (found,) = faults(loads, "data: tables\n", "up.yaml")
    assert found == "up.yaml:1:7: data: a text cannot name a data folder, only 'none'"


def test_faults_of_a_base_are_told_where_they_are(tmp_path: Path, faults: Faults) -> None:
    write(tmp_path, top="extends: base.yaml\n", base="extends: letter\nrule: fiar\n")

    (found,) = faults(load, tmp_path / "top.yaml")

    assert "base.yaml:2:7: rule: expected one of fair, value" in found


def test_the_digest_of_the_base_is_checked(faults: Faults) -> None:
    good = load("letter").digest
    assert loads(f"extends: letter\nbase_digest: {good}\n").digest == good

    bad = good[:-1] + ("0" if good[-1] != "0" else "1")
    (found,) = faults(loads, f"extends: letter\nbase_digest: {bad}\n", "s.yaml")
    assert found.startswith(f"s.yaml:2:14: base_digest: letter has changed: expected {bad}, found")
    (found,) = faults(loads, "base_digest: abc\n", "s.yaml")
    assert "expected a digest, sha256: and 64 hexadecimal digits, found 'abc'" in found
    (found,) = faults(loads, f"base_digest: {good}\n", "s.yaml")
    assert "needs 'extends' beside it" in found


def test_a_data_folder_of_ones_own(tmp_path: Path, data: Path, faults: Faults) -> None:
    path = data / "demands.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("observer,staff,12,", "observer,staff,8,", 1), encoding="utf-8")
    write(tmp_path, mine="data: data\n", away="data: ../data\n", none="data: nowhere\n",
          both="extends: letter\ndata: data\n")  # fmt: skip

    assert load(tmp_path / "mine.yaml").inputs.demands["untso"].cap.value == 8
    assert load("letter", data=data).inputs.demands["untso"].cap.value == 8
    assert "expected a path inside" in faults(load, tmp_path / "away.yaml")[0]
    assert "no such folder: 'nowhere'" in faults(load, tmp_path / "none.yaml")[0]
    (tmp_path / "bare").mkdir()
    write(tmp_path, bare="title: x\ndata: bare\n")
    assert (
        "bare.yaml:2:7: data: no tables in the folder 'bare'"
        in faults(load, tmp_path / "bare.yaml")[0]
    )
    assert "is for scenarios that extend nothing" in faults(load, tmp_path / "both.yaml")[0]


# --- changes from Python, digests, and writing back --------------------------------------------


def test_changes_from_python_make_new_scenarios(small: str) -> None:
    base = loads(small)

    changed = base.change(demands={"observers": {"cap": np.float64(8), "first": Month(2021, 3)}})

    assert base.inputs.demands["observers"].cap.value == 12
    assert changed.inputs.demands["observers"].cap.value == 8
    assert changed.inputs.demands["observers"].first.month == Month(2021, 3)  # type: ignore[union-attr]
    assert changed != base
    assert base.with_({}, name="same") == base
    assert base.with_({"title": "Other"}) != base
    with pytest.raises(dataclasses.FrozenInstanceError):
        base.title = "x"  # type: ignore[misc]


def test_faults_of_changes_from_python(small: str, faults: Faults) -> None:
    base = loads(small)

    assert faults(base.change, demands={"observers": {"cap": float("nan")}}) == [
        "<change>: demands.observers.cap: expected a finite number, found nan"
    ]
    assert faults(base.change, demand={})[0].startswith(
        "<change>: demand: not known here, did you mean 'demands'?"
    )
    assert faults(base.change, demands={"observer": {"cap": 1}})[0].startswith(
        "<change>: demands.observer: unknown demand 'observer', did you mean 'observers'?"
    )
    assert faults(base.change, demands={"observers": {"cap": object()}})[0].startswith(
        "<change>: demands.observers.cap: expected a number, found <object"
    )


def test_the_digest_follows_what_is_said_and_not_how(small: str) -> None:
    base = loads(small)
    moved = small.replace("pools: [staff], cap: 3", "cap: 3.0, pools: [staff]")

    assert moved != small
    assert loads("# a comment\n" + moved).digest == base.digest
    assert base.change(demands={"observers": {"cap": 13}}).digest != base.digest
    assert loads(small.replace("posts: 20", "posts: {value: 20, low: 10}")).digest != base.digest


@given(st.dictionaries(st.text(), st.integers() | st.floats(allow_nan=False, allow_infinity=False)
                       | st.lists(st.integers())), st.randoms())  # fmt: skip
@settings(deadline=None)
def test_a_digest_does_not_know_the_order_of_keys(
    values: dict[str, object], random: object
) -> None:
    items = list(values.items())
    random.shuffle(items)  # type: ignore[attr-defined]

    assert digest(dict(items)) == digest(values)
    assert canonical(dict(items)) == canonical(values)


def test_digests_are_of_numbers_that_are(small: str) -> None:
    assert digest({"a": 1}) == digest({"a": 1.0}) != digest({"a": "1"})
    with pytest.raises(ValueError, match="finite"):
        digest({"a": float("inf")})
    with pytest.raises(TypeError, match="no canonical form"):
        digest({"a": object()})


@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_shipped_scenarios_are_written_back(name: str) -> None:
    scenario = load(name)
    changed = scenario.change(demands={"untso": {"scale": 0.5}}, notes="NO: 12").change(
        rule="value"
    )

    assert loads(scenario.dump()) == scenario
    assert loads(changed.dump()) == changed
    assert f"extends: {name}\n" in changed.dump()


patches = st.fixed_dictionaries(
    {},
    optional={
        "title": st.text(max_size=20),
        "rule": st.sampled_from(["fair", "value"]),
        "horizon": st.fixed_dictionaries({}, optional={"warm_up": st.integers(0, 48)}),
        "demands": st.dictionaries(
            st.sampled_from(["observers", "guards", "experts"]),
            st.just("drop")
            | st.fixed_dictionaries(
                {},
                optional={
                    "cap": st.floats(0, 100) | st.integers(0, 9),
                    "scale": st.floats(0, 3),
                    "tier": st.integers(1, 4),
                    "note": st.text(max_size=20),
                    "first": st.sampled_from(["2019-01", "2022-03"]),
                },
            ),
        ),
        "packages": st.fixed_dictionaries(
            {"more": st.fixed_dictionaries({}, optional={"on": st.booleans(), "scale": st.just(2)})}
        ),
        "strengths": st.lists(
            st.fixed_dictionaries({"pools": st.just("all"), "times": st.floats(0, 2)}), max_size=2
        ),
        "uncertainty": st.fixed_dictionaries(
            {
                "figures": st.dictionaries(
                    st.text(min_size=1, max_size=5), st.none() | st.just("pert")
                )
            },
            optional={"default": st.none() | st.just("none")},
        ),
    },
)


@given(st.lists(patches, max_size=3))
@settings(deadline=None, max_examples=60)
def test_what_is_written_is_read_back(changes: list[dict[str, object]]) -> None:
    scenario: Scenario = BASE
    for patch in changes:
        scenario = scenario.with_(patch)

    assert loads(scenario.dump()) == scenario


def test_uncertainty_is_kept_and_merged(small: str, faults: Faults) -> None:
    beta = {"beta": {"a": 1, "b": 2, "high": 50}}
    scenario = loads(
        small + "uncertainty:\n  default: none\n  exact: [pool.civil.posts]\n"
        "  figures: {pool.staff.posts: {beta: {a: 1, b: 2, high: 50}}}\n"
    )

    merged = scenario.change(uncertainty={"exact": None, "figures": {"pool.civil.fit": "pert"}})

    assert merged.inputs.uncertainty == {
        "default": "none",
        "figures": {"pool.staff.posts": beta, "pool.civil.fit": "pert"},
    }
    assert faults(scenario.change, uncertainty={"draws": 5})[0].startswith(
        "<change>: uncertainty.draws: not known here"
    )


def test_very_many_faults_are_told_quickly(faults: Faults) -> None:
    text = "extends: letter\ndemands:\n" + "".join(f"  x{n}: {{cap: 1}}\n" for n in range(2000))

    assert len(faults(loads, text)) == 2000


def test_errors_travel_between_processes() -> None:
    import pickle

    with pytest.raises(InputError) as caught:
        loads("rule: x\n")
    assert pickle.loads(pickle.dumps(caught.value)).faults == caught.value.faults


def test_what_is_wrong_below_a_wrong_name_is_told_in_the_same_round(faults: Faults) -> None:
    said = faults(
        loads,
        (
            "extends: eastern-flank-batalion\n"
            "demands:\n"
            "  untsso: {cap: 5}\n"
            "  untso: {cap: -3, colour: blue}\n"
            "missions:\n"
            "  fresh: {name: X, organisation: nato, region: somewhere}\n"
            "bounds:\n"
            "  b: {demands: [nowhere, untso], min: 3}\n"
            "tiers: [{tier: 1, missions: [fresh]}]\n"
        ),
        "s.yaml",
    )

    wanted = (
        ("1:10: extends:", "did you mean 'eastern-flank-battalion'?"),
        ("3:3: demands.untsso:", "unknown demand 'untsso', did you mean 'untso'?"),
        ("4:16: demands.untso.cap:", "expected a number of at least 0, found -3"),
        ("4:20: demands.untso.colour:", "not known here"),
        ("6:34: missions.fresh.organisation:", "did you mean 'NATO'?"),
        ("8:17: bounds.b.demands.0:", "unknown demand 'nowhere'"),
    )
    assert len(said) == len(wanted)
    for text, (place, message) in zip(said, wanted, strict=True):
        assert text.startswith(f"s.yaml:{place}")
        assert message in text


def test_a_window_at_the_end_of_the_calendar(faults: Faults) -> None:
    text = "extends: letter\nhorizon: {from: 9999-01, to: 9999-12}\n"
    assert faults(loads, text, "s.yaml") == [
        "s.yaml:2:17: horizon.from: expected a month from 1900-01 to 2200-12, found 9999-01",
        "s.yaml:2:30: horizon.to: expected a month from 1900-01 to 2200-12, found 9999-12",
    ]


@pytest.mark.parametrize("extends", ["mian.yaml", "eastern-flank-batalion"])
def test_a_misspelt_base_hides_no_other_fault(tmp_path: Path, extends: str) -> None:
    (tmp_path / "main.yaml").write_text("extends: letter\n", encoding="utf-8")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(
        f"extends: {extends}\ncolour: red\ndemands:\n  untsoo: {{cap: 4}}\n"
        "  untso: {cap: -3}\n  ussc: {cap: 4, colour: 3}\n",
        encoding="utf-8",
    )

    with pytest.raises(InputError) as raised:
        load(wrong)

    faults = [one for one in raised.value.faults if not isinstance(one, str)]
    assert [(one.line, one.field) for one in faults] == [
        (1, "extends"), (2, "colour"), (4, "demands.untsoo"), (5, "demands.untso.cap"),
        (6, "demands.ussc.colour"),
    ]  # fmt: skip
    assert "did you mean" in faults[0].message


def test_thousands_of_unknown_keys_are_all_named() -> None:
    text = "".join(f"k{number}: 1\n" for number in range(3_000))

    with pytest.raises(InputError) as caught:
        loads(text)

    assert [fault.line for fault in caught.value.faults] == list(range(1, 3_001))
