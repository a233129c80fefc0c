"""What has two readings, or none, is refused with its place: never taken in silence."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from planner.compile.build import compile_scenario
from planner.errors import InputError
from planner.montecarlo.parameters import list_uncertain
from planner.scenario.data import parse_number
from planner.scenario.load import load, loads

SMALL = """\
data: none
horizon: {from: 2024-01, to: 2025-12}
pools:
  p1: {name: P, category: military, posts: 30}
kinds:
  k1: {name: K, changeover: en_bloc, tour: 6, preparation: 1, rest: 1}
missions:
  m1: {name: M1, organisation: NATO, region: r, main_task: 1}
  m2: {name: M2, organisation: UN, region: r, main_task: 2}
demands:
  d1: {mission: m1, kind: k1, pools: [p1], first: 2024-01, last: 2025-12, cap: 10}
  d2: {mission: m2, kind: k1, pools: [p1], first: 2024-01, last: 2025-12, cap: 8}
"""

BUDGET = "{fund: f, year: 2024, amount: 5}"

REFUSED = [
    ("cap: 8", "cap: 010", "12:80: demands.d2.cap: 010 has zeros in front"),
    ("cap: 8", "cap: -08", "12:80: demands.d2.cap: -08 has zeros in front"),
    ("cap: 8", "cap: 1000001", "at most 1e+06, found 1000001"),
    ("first: 2024", "first: ２０２４", "11:51: demands.d1.first: expected a month such as"),
    ("tour: 6", "tour: {value: 6, low: 4.5}", "6:44: kinds.k1.tour: expected a whole number"),
    ("p1:", "all:", "4:3: pools.all: 'all' stands for everything: choose another id"),
    ("d2:", "alle:", "12:3: demands.alle: 'alle' stands for everything"),
    ("", "bounds:\n  b: {demands: [d1, d1], max: 3}\n", "14:16: bounds.b.demands: 'd1' is named"),
    ("", "strengths: [{pools: [p1, p1], add: 1}]\n", "strengths.0.pools: 'p1' is named twice"),
    ("", "tiers: [{tier: 1, region: R}]\n", "13:27: tiers.0.region: unknown region 'R', did you"),
    ("", "tiers: [{tier: 1, organisation: nato}]\n", "unknown organisation 'nato', did you mean"),
    ("", "tiers: [{tier: 1, main_task: 2, organisation: NATO}]\n", "13:9: tiers.0: has no effect"),
    ("", f"money: {{budgets: [{BUDGET}, {BUDGET}]}}\n", "money.budgets.1: f 2024 is in line 13"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), REFUSED)
def test_what_has_two_readings_or_no_effect_is_refused(old: str, new: str, message: str) -> None:
    text = SMALL.replace(old, new) if old else SMALL + new

    with pytest.raises(InputError) as caught:
        loads(text, "s.yaml")

    found = [str(fault) for fault in caught.value.faults]
    assert any(fault.startswith("s.yaml:") and message in fault for fault in found), found


SIZES = [
    ("cap: 8", "cap: 1.0e-12", "12: demands.d2.cap: expected 0 or a number from 1e-06 to 1e+07"),
    ("posts: 30", "posts: 1.0e-12", "4: pools.p1: expected the strength of p1 to be 0 or at lea"),
    ("", "strengths: [{pools: all, set: 1.0e+12}]\n", "13: strengths: expected a strength of at m"),
    ("", "strengths: [{pools: all, add: -40}]\n", "13: strengths: strength of pool 'p1' falls bel"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), SIZES)
def test_sizes_that_no_solver_can_tell_apart_are_refused_with_their_line(
    old: str, new: str, message: str
) -> None:
    scenario = loads(SMALL.replace(old, new) if old else SMALL + new, "s.yaml")

    with pytest.raises(InputError) as caught:
        compile_scenario(scenario)

    assert str(caught.value.faults[0]).startswith(f"s.yaml:{message}")


def test_the_widest_sizes_that_are_admitted_compile() -> None:
    text = SMALL.replace("cap: 10", "cap: 1000000").replace("cap: 8", "cap: 0.1")
    caps = [one.cap for one in compile_scenario(loads(text)).problem.demands]
    assert caps == [1e6, 0.1]


def test_of_a_list_with_wrong_items_only_the_items_are_reported() -> None:
    with pytest.raises(InputError) as caught:
        loads(SMALL.replace("pools: [p1]", "pools: [{p1: 0.5}]", 1), "s.yaml")
    assert [str(one) for one in caught.value.faults] == [
        "s.yaml:11:39: demands.d1.pools.0: expected shares that add up to 1, found a sum of 0.5"
    ]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("1,234", "write 1234 or 1.234, whichever is meant"),
        ("0,123", "write 0.123"),
        ("١٢", "expected a number"),
    ],
)
def test_numbers_in_tables(cell: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_number(cell)


def test_an_id_of_a_package_and_a_demand_has_two_readings() -> None:
    line = "{mission: m1, kind: k1, pools: [p1], first: 2024-06, last: 2025-06, cap: 4}"
    package = f"packages:\n  d1: {{title: T, demands: {{x1: {line}}}}}\n"
    scenario = loads(f"{SMALL}{package}uncertainty:\n  decided: {{d1: 0.5}}\n", "s.yaml")

    with pytest.raises(InputError) as caught:
        list_uncertain(scenario)

    assert "may mean the package or the demand 'd1'" in str(caught.value)


def _link(path: Path) -> None:
    path.symlink_to(path.parent.parent / "secret.yaml")


@pytest.mark.parametrize("make", [_link, os.mkfifo, Path.mkdir], ids=["link", "pipe", "folder"])
def test_what_is_no_file_of_the_folder_does_not_stand_in_for_a_base(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    """A link out of the folder is not read, so that no message can quote what it leads to."""
    (tmp_path / "secret.yaml").write_text("password\n", encoding="utf-8")
    folder = tmp_path / "inside"
    folder.mkdir()
    make(folder / "other.yaml")
    (folder / "s.yaml").write_text("extends: other.yaml\n", encoding="utf-8")

    with pytest.raises(InputError) as caught:
        load(folder / "s.yaml")

    assert "extends: " in str(caught.value)
    assert "password" not in str(caught.value)


def test_a_table_that_is_a_link_out_of_the_folder_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("password\n", encoding="utf-8")
    folder = tmp_path / "inside"
    (folder / "d").mkdir(parents=True)
    (folder / "d" / "pools.csv").symlink_to(tmp_path / "secret")
    (folder / "s.yaml").write_text("data: d\n", encoding="utf-8")

    with pytest.raises(InputError, match="expected a path inside") as caught:
        load(folder / "s.yaml")

    assert "password" not in str(caught.value)


def test_a_pipe_among_the_tables_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "pools.csv").write_text("id\n", encoding="utf-8")
    os.mkfifo(tmp_path / "d" / "demands.csv")
    (tmp_path / "s.yaml").write_text("data: d\n", encoding="utf-8")

    with pytest.raises(InputError, match=r"demands.csv: cannot be read: expected a file"):
        load(tmp_path / "s.yaml")
