"""Plans of draws of what is shipped, compiled and by the engine: the same, and proved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import planner as pl
from planner.compile import compile_scenario
from planner.montecarlo.structure import Code, Structure
from planner.problem.model import Problem
from tests.montecarlo.kernel.test_structure import worth
from tests.truths.solving import RULES

DRAWS = 4


def likely_draws(problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    """Return caps and strengths: packages and pools move by up to a sixth, each as a whole."""
    rng = np.random.default_rng(5)
    owner = problem.package_of()
    caps = np.array([demand.cap for demand in problem.demands])
    packaged = np.array([demand.id in owner for demand in problem.demands])
    people = np.array(list(problem.pools.values()))
    return (
        np.where(packaged, caps * rng.uniform(0.85, 1.15, (DRAWS, 1)), caps),
        people * rng.uniform(0.85, 1.15, (DRAWS, len(people), 1)),
    )


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", ["eastern-flank-brigade", "studied-decided", "hindsight"])
def test_shipped_scenarios_are_planned_as_the_engine_plans_them(name: str, rule: str) -> None:
    problem = compile_scenario(pl.load(name)).problem
    if rule == "value":  # known from the start: a plan that unfolds depends on how ties fell before
        problem = replace(problem, packages=())
    caps, strengths = likely_draws(problem)
    packages = [package.id for package in problem.packages]
    found = Structure(problem, rule).solve(caps, strengths, packages)
    wanted = Structure(problem, rule, compiled=False).solve(caps, strengths, packages)
    assert (found.code == Code.COMPILED).all()
    assert (wanted.code == Code.ENGINE).all()
    assert found.proof.max() <= 1e-6
    low, high = problem.report
    assert (found.tied <= strengths[None, :, :, low : high + 1] + 1e-6).all()
    if rule == "fair":
        assert found.on_duty == pytest.approx(wanted.on_duty, abs=1e-5)
        assert found.served == pytest.approx(wanted.served, abs=1e-3)
    for draw in range(DRAWS):
        mine = worth(problem, found.on_duty[0, draw])
        theirs = worth(problem, wanted.on_duty[0, draw])
        assert mine == pytest.approx(theirs, rel=1e-7)
