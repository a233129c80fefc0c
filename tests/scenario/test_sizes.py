"""The sizes of the pools: history is carried, what was short is short, and the documents say so."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest

from planner.compile import compile_scenario
from planner.scenario.load import load
from planner.solution import asked_months, solve_problem

DOCS = Path(__file__).resolve().parents[2] / "docs"
ROW = re.compile(r"^\| `([a-z-]+)` \| *[\d,]* *\| ([\d,]+) \| ([\d,]+) \|", re.MULTILINE)


@lru_cache
def solved(name: str, scale: float = 1.0) -> tuple[dict[str, float], dict[str, float]]:
    """Return the fill rate of every demand, and what the packages displace by main task."""
    compiled = compile_scenario(load(name))
    pools = {pool: people * scale for pool, people in compiled.problem.pools.items()}
    problem = replace(compiled.problem, pools=pools)
    solution = solve_problem(problem, "fair")
    asked, filled = asked_months(problem), solution.with_all.filled
    rates = {
        one.id: float(filled[place] / asked[place])
        for place, one in enumerate(problem.demands)
        if asked[place]
    }
    lost: dict[str, float] = {"1": 0.0, "2": 0.0}
    for package in problem.packages:
        without = solution.without[package.id].filled
        for place, one in enumerate(problem.demands):
            if one.id not in package.demands:
                lost[str(one.main_task)] += float(without[place] - filled[place])
    return rates, lost


def test_hindsight_carries_what_was_carried() -> None:
    rates, _ = solved("hindsight")

    for unit in (
        "oir-protection", "eufor-unit", "nmi-protection", "romania-unit", "patriot-slovakia",
        "nmi-helicopters", "indo-pacific-ship", "aspides-doorman", "cyprus-standby", "untso",
    ):  # fmt: skip
        assert rates[unit] > 0.99, unit
    assert 0.85 < rates["efp-unit"] < 0.99
    assert rates["nrf-land"] < 0.95
    assert 0.4 < rates["minusma-ipo"] < 0.6
    assert rates["eucap-sahel"] < 0.95


def test_a_smaller_force_loses_single_staff_officers_first() -> None:
    assert solved("eastern-flank-battalion")[1]["2"] == pytest.approx(0, abs=1)
    assert solved("eastern-flank-battalion", 0.85)[1]["2"] == pytest.approx(128, abs=1)


@pytest.mark.parametrize(
    ("name", "displaced", "given_up"),
    ROW.findall((DOCS / "changes.md").read_text(encoding="utf-8")),
)
def test_the_page_of_changes_keeps_its_numbers(name: str, displaced: str, given_up: str) -> None:
    _, lost = solved(name)

    assert lost["2"] == pytest.approx(float(displaced.replace(",", "")), abs=1)
    assert lost["1"] == pytest.approx(float(given_up.replace(",", "")), abs=1)
