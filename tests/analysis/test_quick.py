"""Quick plans against those of the engine: the same people, or the engine's own."""

from __future__ import annotations

import numpy as np
import pytest

import planner as pl
from planner.analysis import plans as quick
from planner.analysis.foresight import cut_every_month, rolling_people
from planner.analysis.plans import CompiledPlanner, read_case
from planner.engine.fair import solve_fair
from planner.engine.programme import build_programme
from planner.problem.neutral import parse_problem
from planner.solution import Planner
from tests.strategies import random_problem


def planners(problem, cut=False):
    programme = build_programme(cut_every_month(problem) if cut else problem)
    return CompiledPlanner(programme, solve_fair), Planner(programme, solve_fair)


def filled(planner: Planner, people: list[np.ndarray]) -> np.ndarray:
    pairs = zip(planner.programme.blocks, people, strict=True)
    return np.concatenate([block.pick @ served for block, served in pairs])


@pytest.mark.parametrize("seed", range(40))
def test_plans_are_those_of_the_engine(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick, "MIN_COMPILED_COLUMNS", 0)
    drawn = random_problem(np.random.default_rng(seed), "small", late=True, packages=2)
    problem = parse_problem(drawn)
    mine, theirs = planners(problem)

    for packages in (None, ()):
        found, wanted = mine.unfold(packages), theirs.unfold(packages)
        assert found.certificate.holds
        people = [[answer.people for answer in plan.answers] for plan in (found, wanted)]
        assert filled(mine, people[0]) == pytest.approx(filled(theirs, people[1]), abs=2e-5)
        lacking = [[answer.missing.sum() for answer in plan.answers] for plan in (found, wanted)]
        assert lacking[0] == pytest.approx(lacking[1], abs=1e-5)


@pytest.mark.parametrize("seed", range(6))
def test_rolling_plans_are_those_of_the_engine(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick, "MIN_COMPILED_COLUMNS", 0)
    drawn = random_problem(np.random.default_rng(seed), "small", late=True, packages=1)
    mine, theirs = planners(parse_problem(drawn), cut=True)
    packages = list(drawn.get("packages", {}))
    horizon = 1 + max(demand.lead for demand in mine.programme.problem.demands)

    found, wanted = (rolling_people(one, packages, horizon) for one in (mine, theirs))

    assert filled(mine, found) == pytest.approx(filled(theirs, wanted), abs=2e-5)


def test_what_is_shipped_is_planned_in_compiled_code(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = read_case(pl.load("eastern-flank-battalion"), "fair").problem
    mine, theirs = planners(problem)
    large = [len(one.upper) >= quick.MIN_COMPILED_COLUMNS for one in mine.settings]
    wanted = [answer.people for answer in theirs.unfold().answers]

    def refuse(setting):
        assert len(setting.upper) < quick.MIN_COMPILED_COLUMNS, "planned by the engine"
        return solve_fair(setting)

    mine.solver = refuse
    found = [answer.people for answer in mine.unfold().answers]

    assert any(large)
    assert filled(mine, found) == pytest.approx(filled(theirs, wanted), abs=1e-4)
    for one, other in zip(found, wanted, strict=True):
        assert one == pytest.approx(other, abs=1e-3)
