"""The certificate is of the allocation that is reported: damage done after a proof is seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from planner import solution as plans
from planner.engine.fair import Filling, _LevelProgramme
from planner.engine.highs import LinearProgramme
from planner.engine.stages import StageData, StageSolution
from planner.errors import CertificateError
from planner.problem.model import Problem
from planner.problem.neutral import parse_problem
from planner.solution import Allocation, solve_problem
from tests.strategies import random_problem

from .solving import RULES, on, parsed


def two_tiers() -> Problem:
    """Return two tiers that compete for two pools, with room to move people between them."""
    options = {"pools": ["p", "q"]}
    demands = [on("first", 1, 8, 0, 11, 6, rest=1, **options),
               on("second", 2, 9, 0, 11, 6, rest=1, cohorts=3, **options),
               on("third", 2, 5, 3, 11, 3, pools=["q", "p"])]  # fmt: skip
    return parsed({"months": 12, "pools": {"p": 12, "q": 7}, "demands": demands})


def one_pool() -> Problem:
    """Return a problem in which every decision has one option, filled without a solver."""
    demands = [on("first", 1, 4, 0, 11, 6, rest=1), on("second", 2, 9, 0, 11, 6, rest=1),
               on("third", 2, 5, 3, 11, 3)]  # fmt: skip
    return parsed({"months": 12, "pools": {"p": 12}, "demands": demands})


def damaged(solver: plans.Solver, damage: Callable[[StageSolution], np.ndarray]) -> plans.Solver:
    def solve(data: StageData) -> StageSolution:
        found = solver(data)
        return replace(found, people=damage(found))

    return solve


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("problem", [two_tiers(), one_pool()], ids=["choices", "one option"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda found: found.people * 0.9,
        lambda found: found.people * 1.1,
        lambda found: np.where(np.arange(len(found.people)) == found.people.argmax(), 0.0,
                               found.people),
        lambda found: np.full(len(found.people), np.nan),
    ],
    ids=["fewer", "more", "one lost", "not a number"],
)  # fmt: skip
def test_people_changed_after_the_proof_are_seen(rule, problem, damage, monkeypatch):
    assert solve_problem(problem, rule).certificate.holds
    solver = plans.solver_for(rule)
    monkeypatch.setattr("planner.solution.solver_for", lambda rule: damaged(solver, damage))
    with pytest.raises(CertificateError):
        solve_problem(problem, rule)


def test_lost_locks_of_earlier_tiers_are_seen(monkeypatch):
    """Without locks, later tiers take from earlier ones, each step with a proof of its own."""
    monkeypatch.setattr(
        LinearProgramme, "fix_optimal_face", lambda self, *_: np.zeros(len(self.cost))
    )
    seen = 0
    rng = np.random.default_rng(4)
    for _ in range(20):
        try:
            solve_problem(parse_problem(random_problem(rng, "small", tiers=(2, 3))), "value")
        except CertificateError:
            seen += 1
    assert seen >= 10
    with pytest.raises(CertificateError):
        solve_problem(two_tiers(), "value")


def test_lost_locks_of_fair_levels_are_seen(monkeypatch):
    monkeypatch.setattr(_LevelProgramme, "_set_decision_rows", lambda self, held, value: None)
    with pytest.raises(CertificateError):
        solve_problem(two_tiers(), "fair")


def test_shares_that_are_not_max_min_are_seen_without_a_solver(monkeypatch):
    """People moved from the smaller to the larger share leave every row as full as before."""
    demands = [on("a", 1, 10, 0, 5, 6), on("b", 1, 10, 0, 5, 6)]
    problem = parsed({"months": 6, "pools": {"p": 10}, "demands": demands})

    def unfair(load, limit, ceiling):
        return Filling(np.array([0.8, 0.2]), np.zeros(2, dtype=int), [(0, 0.8)])

    monkeypatch.setattr("planner.engine.fair.fill_fairly", unfair)
    with pytest.raises(CertificateError):
        solve_problem(problem, "fair")


@pytest.mark.parametrize("rule", RULES)
def test_a_service_that_does_not_follow_from_the_plan_is_seen(rule, monkeypatch):
    read = Allocation._served

    def half(block, people):
        return read(block, people * 0.5)

    monkeypatch.setattr(Allocation, "_served", staticmethod(half))
    with pytest.raises(CertificateError):
        solve_problem(two_tiers(), rule)


@pytest.mark.parametrize("rule", RULES)
def test_certificates_hold_on_random_problems(rule):
    rng = np.random.default_rng(8)
    for number in range(40):
        data = random_problem(rng, "small" if number % 2 else "medium")
        proof = solve_problem(parse_problem(data), rule).certificate
        assert max(proof.primal, proof.dual, proof.gap) <= 1e-8
