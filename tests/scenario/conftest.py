from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from planner.errors import Fault, InputError
from planner.scenario.data import default_data


@pytest.fixture
def faults() -> Callable[..., list[str]]:
    """Return a function that calls another and gives the faults it raises, as text."""

    def run(function: Callable[..., object], *args: object, **options: object) -> list[str]:
        with pytest.raises(InputError) as caught:
            function(*args, **options)
        assert all(isinstance(fault, Fault) for fault in caught.value.faults)
        return [str(fault) for fault in caught.value.faults]

    return run


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the shipped tables that a test may spoil."""
    folder = tmp_path / "data"
    shutil.copytree(default_data(), folder)
    return folder


SMALL = """
title: Two missions and two pools
data: none
horizon: {from: 2022-01, to: 2023-12}
pools:
  staff: {name: Staff, category: military, posts: 20}
  civil: {name: Experts, category: civil, posts: 40, filled: 0.5, fit: 0.8}
kinds:
  post: {name: Post, changeover: staggered, tour: 6, preparation: 2, rest: 1}
  unit: {name: Unit, changeover: en_bloc, tour: 4, preparation: 1, rest: 2}
missions:
  truce: {name: Truce, organisation: UN, region: East, main_task: 2}
  police: {name: Police, organisation: EU, region: West, main_task: 2}
  flank: {name: Flank, organisation: NATO, region: East, main_task: 1}
demands:
  observers: {mission: truce, kind: post, pools: [staff], cap: 12, first: 2020-01, last: 2023-06}
  guards: {mission: truce, kind: unit, pools: [staff], cap: 3, first: 2022-03, last: 2022-12}
  experts: {mission: police, kind: post, pools: [civil, staff], cap: 4, first: 2019-01, last: 2025-07}
packages:
  more:
    known: 2022-07
    demands:
      company: {mission: flank, kind: unit, pools: [staff], cap: 6, first: 2022-10, last: 2023-12}
"""


@pytest.fixture
def small() -> str:
    """Return a scenario that stands on its own, without data tables."""
    return SMALL
