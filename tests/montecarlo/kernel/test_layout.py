"""The layout of a problem has the tours, decisions, columns and rows of the engine's blocks."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

import numpy as np
from hypothesis import given, settings

import planner as pl
from planner.compile import compile_scenario
from planner.engine.programme import build_programme, lay_out
from planner.engine.stages import base_data
from planner.problem.model import Problem
from planner.problem.neutral import parse_problem
from tests.oracles.blocks import build_blocks
from tests.strategies import problems
from tests.truths.solving import parsed

MIXED = {
    "format": "planner-problem/1", "months": 30, "report": [6, 20],
    "pools": {"light": 40, "logistics": [9.0] * 30, "staff": 12, "police": 5},
    "demands": [
        {"id": "company", "tier": 2, "cap": 30, "first": -4, "last": 40, "tour": 6, "prep": 2,
         "pools": [{"logistics": 0.25, "light": 0.75}, "light"], "dwell": 2.0},
        {"id": "standby", "tier": 1, "cap": 12, "first": 3, "last": 26, "tour": 6, "prep": 1,
         "pools": [{"light": 0.5, "logistics": 0.5}], "dwell": 1.5, "on_call": True, "cohorts": 2},
        {"id": "observers", "tier": 2, "cap": 4, "first": 0, "last": 29, "tour": 4, "cohorts": 4,
         "pools": ["staff", "light"], "prep": {"staff": 1, "light": 2}, "rest": 1.0},
        {"id": "trainers", "tier": 3, "cap": 2, "first": 0, "last": 29, "tour": 12,
         "pools": ["police"], "prep": 0, "rest": 0.5},
    ],
    "packages": {"more": {"demands": ["observers"], "known": 8}},
    "bounds": [{"demands": ["company", "observers"], "pools": ["light"], "min": 1, "max": 20},
               {"demands": ["trainers"], "max": 1.5}],
}  # fmt: skip
"""Mixes, dwell and rest, a demand on call, a package known later, bounds over part of the pools."""


def same(one: object, other: object) -> None:
    """Check that two blocks, or parts of them, hold the same arrays."""
    for field in fields(one):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if is_dataclass(a):
            same(a, b)
        elif isinstance(a, np.ndarray) and a.dtype.kind == "f":
            assert np.allclose(a, b, rtol=1e-14, atol=0), field.name
        else:
            assert np.array_equal(a, b), field.name


def check_layout(problem: Problem) -> None:
    for by_tour in (False, True):
        found, wanted = build_programme(problem, by_tour), build_blocks(problem, by_tour)
        assert found.cuts == wanted.cuts
        assert len(found.blocks) == len(wanted.blocks)
        for block, expected in zip(found.blocks, wanted.blocks, strict=True):
            same(block, expected)
    layout, programme = lay_out(problem), build_blocks(problem)
    assert layout.cuts == programme.cuts
    assert len(layout.pool_ptr) - 1 == len(programme.blocks)
    assert len(layout.tours) == len(programme.tours)
    for b, block in enumerate(programme.blocks):
        decisions = slice(*layout.decision_ptr[b : b + 2])
        first, last = layout.start[layout.decision_ptr[b : b + 2]]
        assert np.array_equal(layout.pool[slice(*layout.pool_ptr[b : b + 2])], block.pools)
        for name in ("demand", "wave", "begin", "end", "cohorts", "part"):
            assert np.array_equal(getattr(layout, name)[decisions], getattr(block, name))
        assert np.array_equal(layout.owner[first:last] - decisions.start, block.decision)
        assert np.array_equal(layout.option[first:last], block.option)
        rows = np.zeros(base_data(problem, block).rows.shape)
        duty = np.zeros((len(block.demand), problem.months))
        for column in range(first, last):
            at = slice(*layout.ptr[column : column + 2])
            assert (np.diff(layout.row[at]) > 0).all()
            rows[layout.row[at], column - first] = layout.value[at]
        for d in range(len(block.demand)):
            at = slice(*layout.duty_ptr[decisions.start + d : decisions.start + d + 2])
            duty[d, layout.duty_month[at]] = layout.duty[at]
        assert np.allclose(rows, base_data(problem, block).rows.toarray(), rtol=1e-14, atol=0)
        assert np.array_equal(duty, block.duty.toarray())
        goals = slice(*layout.goal_ptr[b : b + 2])
        assert np.array_equal(layout.goal_bound[goals], block.bounds.bound)
        assert np.array_equal(layout.goal_month[goals], block.bounds.month)
        counted, asked = np.zeros(block.bounds.matrix.shape), np.zeros(block.bounds.asked.shape)
        for row, goal in enumerate(range(goals.start, goals.stop)):
            at = slice(*layout.counted_ptr[goal : goal + 2])
            counted[row, layout.counted[at] - first] = layout.counted_share[at]
            asked[
                row, layout.asked[slice(*layout.asked_ptr[goal : goal + 2])] - decisions.start
            ] = 1
        assert np.allclose(counted, block.bounds.matrix.toarray(), rtol=1e-14, atol=0)
        assert np.array_equal(asked, block.bounds.asked.toarray() > 0)
        data = base_data(problem, block)
        amounts = [one.amount for one in problem.budgets]
        most = [np.inf if one.max is None else one.max for one in problem.bounds]
        every = np.concatenate([np.concatenate([*problem.pools.values()]), most, amounts])
        limit = every[layout.row_source[slice(*layout.row_ptr[b : b + 2])]]
        assert np.array_equal(limit, data.limit)


@settings(max_examples=60)
@given(data=problems("small"))
def test_random_problems(data):
    check_layout(parsed(data))


def test_mixes_on_call_and_bounds():
    check_layout(parse_problem(MIXED))


def test_shipped_scenarios():
    for name in ("eastern-flank-battalion", "letter", "studied-decided"):
        check_layout(compile_scenario(pl.load(name)).problem)


def test_empty_problem():
    check_layout(Problem(3, (0, 2), {"staff": np.ones(3)}, ()))
