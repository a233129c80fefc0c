"""Every field is declared once, and every field that is accepted does something."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from planner import list_uncertain
from planner.cli.show import Resolved
from planner.compile import compile_scenario
from planner.digest import plain
from planner.scenario.data import parse_cell
from planner.scenario.load import Scenario, loads
from planner.scenario.registry import ENTITIES, TABLES, columns

BASE = """
title: One of everything
data: none
horizon: {from: 2022-01, to: 2023-12, warm_up: 24, run_out: 12}
forces: {army: {filled: 0.8, fit: 0.6}}
pools:
  staff: {name: Staff, category: military, posts: 20}
  light: {name: Light, category: military, force: army, posts: 90}
  civil: {name: Experts, category: civil, posts: 40, filled: 0.5, fit: 0.8}
kinds:
  post: {name: Post, changeover: staggered, tour: 6, preparation: 2, rest: 1}
  unit: {name: Unit, changeover: en_bloc, tour: 4, preparation: 1, dwell: 2}
missions:
  truce: {name: Truce, organisation: UN, region: East, main_task: 2}
  flank: {name: Flank, organisation: NATO, region: East, main_task: 1}
demands:
  observers: {mission: truce, kind: post, pools: [staff], cap: 12, first: 2020-01, last: 2023-06}
  guards: {mission: truce, kind: unit, pools: [light], cap: 30, first: 2022-03, last: 2022-12}
  voyage:
    {mission: truce, kind: unit, pools: [light], cap: 9, last: 2022-12,
     first: {value: 2022-06, low: 2022-05, high: 2022-08}}
bounds: {few: {demands: [observers], pools: [staff], min: 1, max: 12}}
packages:
  more:
    known: 2022-07
    demands:
      company: {mission: flank, kind: unit, pools: [light], cap: 6, first: 2022-11, last: 2023-12}
"""

SAMPLES: dict[str, tuple[str, dict[str, Any]]] = {
    "demand": (
        "demands.guards",
        {
            "mission": "flank", "name": "Guardians", "name_nl": "Wachters", "category": "mixed",
            "kind": "post", "pools": [{"light": 0.9, "staff": 0.1}, "light"], "cap": 31,
            "cap_from": {"2022-08": 40}, "scale": 2, "first": "2022-04", "last": "2022-11",
            "standing": "study", "tier": 3, "cohorts": 2, "on_call": True, "unit": True,
            "weight": 2.0, "tour": 5, "preparation": 3, "rest": 1, "dwell": 1, "manned": 0.8,
        },
    ),
    "mission": (
        "missions.truce",
        {
            "name": "Peace", "name_nl": "Vrede", "organisation": "EU", "region": "West",
            "main_task": 1, "scale": 2, "last": "2023-03", "tier": 3, "weight": 2.0,
            "prolonged": {"chance": 0.5, "months": 6}, "ended_early": {"chance": 0.2, "months": 2},
        },
    ),
    "package": (
        "packages.more",
        {
            "title": "Extra", "title_nl": "Extra's", "on": False, "known": "2022-08", "scale": 2,
            "members": ["guards"],
        },
    ),
    "pool": (
        "pools.light",
        {
            "name": "Airborne", "name_nl": "Licht", "category": "civil", "speciality": "air",
            "force": "navy", "posts": 91, "filled": 0.9, "fit": 0.7, "filled_factor": 0.9,
            "fit_factor": 1.1,
        },
    ),
    "force": ("forces.army", {"filled": 0.7, "fit": 0.5}),
    "kind": (
        "kinds.unit",
        {
            "name": "Company", "name_nl": "Compagnie", "changeover": "staggered", "tour": 5,
            "preparation": 3, "rest": 1, "dwell": 1, "acceptance": 0.9, "lead": 3,
            "early_return": 0.1,
        },
    ),
    "bound": (
        "bounds.few", {"demands": ["guards"], "pools": ["civil"], "min": 2, "max": 11},
    ),
}  # fmt: skip
"""For each entity an example of it in the scenario above, and another value of each field."""

ACCEPTED = [(entity, one) for entity, fields in ENTITIES.items() for one in fields if one.entry]


@pytest.fixture(scope="module")
def base() -> Scenario:
    return loads(BASE + "then: [{forces: {navy: {filled: 0.9, fit: 0.9}}}]\n")


def problem(scenario: Scenario) -> Any:
    compiled = compile_scenario(scenario).problem
    pools = {name: people.tolist() for name, people in compiled.pools.items()}
    parts = (compiled.demands, compiled.bounds, compiled.packages, compiled.budgets)
    return plain([pools, *parts])


def draws(scenario: Scenario) -> list[Any]:
    found = list_uncertain(scenario).factors
    return [(one.id, one.distribution.words(), one.targets) for one in found]


def moved(scenario: Scenario) -> Any:
    """Return the problem of a draw in which the voyage begins two months later."""
    compiled = compile_scenario(scenario, {"demand.voyage.first": 2.0})
    return plain(compiled.problem.demands)


@pytest.mark.parametrize(("entity", "one"), ACCEPTED, ids=[f"{e}-{f.name}" for e, f in ACCEPTED])
def test_every_field_has_the_effect_that_is_declared(base: Scenario, entity: str, one: Any) -> None:
    where, samples = SAMPLES[entity]
    section, id = where.split(".")
    if one.name == "fixed_length":
        changed = base.with_({"demands": {"voyage": {"fixed_length": True}}})
        assert moved(changed) != moved(base)
        return
    changed = base.with_({section: {id: {one.name: samples[one.name]}}})

    if one.effect == "problem":
        assert problem(changed) != problem(base)
        return
    assert problem(changed) == problem(base)
    if one.effect == "draws":
        assert draws(changed) != draws(base)
    elif one.effect == "presence":
        rows = [
            {row.id: row.value for row in compile_scenario(it).figures} for it in (base, changed)
        ]
        assert rows[0] != rows[1]
    else:
        assert one.effect == "descriptive"
        assert changed.digest != base.digest


def test_every_column_is_typed_and_every_entity_has_samples() -> None:
    assert set(SAMPLES) == set(ENTITIES)
    for name, table in TABLES.items():
        for column in table:
            assert column.kind, (name, column)
    assert [one.name for one in columns("demand")][:3] == ["id", "mission", "name"]


ADDED = """
import json, sys
from pathlib import Path
import planner.scenario.registry as registry

new = registry.Field(
    "vehicles", "whole", "Vehicles that go along.", column="vehicles", low=0, high=999,
)
fields = registry.ENTITIES["demand"]
registry.ENTITIES["demand"] = (*fields[:-1], new, fields[-1])
registry.TABLES["demands"] = registry.columns("demand")

from planner.cli.show import Resolved
from planner.scenario.load import load, loads
from planner.scenario.schema import json_schema

folder = Path(sys.argv[1])
read = load(folder / "scenario.yaml")
changed = loads("extends: letter\\ndemands: {untso: {vehicles: 3}}\\n")
print(json.dumps({
    "csv": read.inputs.demands["untso"].more,
    "yaml": changed.inputs.demands["untso"].more,
    "again": loads(changed.dump()) == changed,
    "dumped": "vehicles: 3" in changed.dump(),
    "shown": Resolved(changed).demand("untso")["vehicles"],
    "schema": "vehicles" in json.dumps(json_schema()),
    "package": "Vehicles that go along." in registry.package_text(),
}))
"""


def test_a_new_field_of_a_demand_is_declared_in_one_place(data: Path) -> None:
    path = data / "demands.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    rows = [row + (",7" if row.startswith("untso,") else ",") for row in rows]
    path.write_text("\n".join([header + ",vehicles", *rows]) + "\n", encoding="utf-8")
    (data.parent / "scenario.yaml").write_text("data: data\n", encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-c", ADDED, str(data.parent)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "csv": {"vehicles": 7}, "yaml": {"vehicles": 3}, "again": True, "dumped": True, "shown": 3,
        "schema": True, "package": True,
    }  # fmt: skip


def test_a_cap_that_changes_is_laid_out_in_lines_that_keep_their_people(base: Scenario) -> None:
    grown = base.change(demands={"guards": {"cap_from": {"2022-06": 50, "2022-10": 40}}})
    compiled = compile_scenario(grown)

    lines = {row.id: row for row in compiled.demands if row.part_of == "guards"}
    assert {id: (row.cap, str(row.first), str(row.last)) for id, row in lines.items()} == {
        "guards": (30, "2022-03", "2022-12"),
        "guards-from-2022-06": (10, "2022-06", "2022-12"),
        "guards-from-2022-06-2": (10, "2022-06", "2022-09"),
    }
    first = compiled.first_month
    for month, cap in (("2022-05", 30), ("2022-06", 50), ("2022-09", 50), ("2022-10", 40)):
        place = next(k for k in range(99) if str(first + k) == month)
        there = [one for one in compiled.problem.demands if one.id in lines]
        assert sum(one.cap for one in there if one.first <= place <= one.last) == cap
    assert Resolved(grown).demand("guards")["cap_from"] == {"2022-06": 50, "2022-10": 40}


def test_mixes_in_yaml_and_in_a_cell(base: Scenario) -> None:
    column = next(one for one in TABLES["demands"] if one.name == "pools")
    mixed = base.change(demands={"guards": {"pools": [{"light": 0.9, "staff": 0.1}, "staff"]}})

    line = compile_scenario(mixed).problem.demand("guards")
    assert (line.pools, line.options) == (("light", "staff"), ((0.9, 0.1), (0.0, 1.0)))
    assert mixed.inputs.demands["guards"].options == parse_cell("light:0.9+staff:0.1 staff", column)
    for cell, message in (
        ("light:0.9+staff:0.2", "add up to 1"),
        ("light:0.9+staff", "expected a mix such as"),
        ("light:1.5", "a share above 0 and at most 1"),
        ("light light", "named twice"),
    ):
        with pytest.raises(ValueError, match=message):
            parse_cell(cell, column)


def test_rest_takes_the_place_of_dwell_and_the_other_way(base: Scenario) -> None:
    def home(scenario: Scenario, demand: str = "guards") -> tuple[float, bool]:
        line = compile_scenario(scenario).problem.demand(demand)
        return line.home[0], line.dwell[0]

    assert (home(base), home(base, "observers")) == ((2, True), (1, False))
    assert home(base.change(kinds={"unit": {"rest": 3}})) == (3, False)
    some = base.change(policies=[{"kinds": ["unit"], "pools": ["light"], "rest": 3}])
    assert home(some) == (3, False)
    assert home(some.change(policies=[{"dwell": 1}])) == (1, True)
    assert home(base.change(policies=[{"scale_rest": 0.5}])) == (1, True)
    own = base.change(demands={"guards": {"rest": 4}})
    assert home(own) == (4, False)
    assert home(own.change(demands={"guards": {"dwell": 3}})) == (3, True)


def test_one_national_share_moves_every_pool_of_its_force(base: Scenario) -> None:
    two = base.change(pools={"other": {"name": "O", "category": "military", "force": "army",
                                       "posts": 50, "fit_factor": 0.5}})  # fmt: skip
    drawn = compile_scenario(two, {"force.army.fit": 0.3}).problem.pools

    likely = compile_scenario(two).problem.pools
    assert likely["other"][0] == pytest.approx(50 * 0.8 * 0.6 * 0.5)
    for pool in ("light", "other"):
        assert drawn[pool][0] == pytest.approx(likely[pool][0] / 2)


def test_ranged_months_and_mandates_are_drawn(base: Scenario) -> None:
    changed = base.change(
        missions={"truce": {"prolonged": {"chance": 0.5, "months": 6},
                            "ended_early": {"chance": 0.2, "months": 2}}},
        packages={"more": {"known": {"value": "2022-07", "high": "2022-09"}}},
    )  # fmt: skip
    found = {one.id: one for one in list_uncertain(changed).factors}

    assert found["demand.voyage.first"].distribution.support == (-1, 2)
    assert found["package.more.known"].distribution.support == (0, 2)
    later, earlier = found["prolonged.truce"], found["ended_early.truce"]
    assert (later.distribution.support, later.distribution.expected) == ((0, 6), 3)
    assert (earlier.distribution.support, earlier.distribution.expected) == ((-2, 0), -0.4)
    assert later.targets == earlier.targets == ("demand.observers.last",)
    settled = changed.change(missions={"truce": {"last": "2024-01"}})
    assert not {"prolonged.truce", "ended_early.truce"} & {
        one.id for one in list_uncertain(settled).factors
    }
