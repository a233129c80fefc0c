"""Sizes and scales of neutral problems: solved as they are, or refused with what is admitted."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from planner.cli.check import problem_schema
from planner.errors import InputError
from planner.problem import neutral
from planner.problem.neutral import parse_problem, read_problem
from planner.solution import solve_problem
from tests.strategies import random_problem


def two(**weights: float) -> dict[str, Any]:
    """Return a problem of two demands that both fit, one of each weight."""
    line = {"tier": 1, "cap": 4, "first": 0, "last": 5, "tour": 1, "pools": ["b", "a"]}
    demands = [{"id": name, "weight": weight, **line} for name, weight in weights.items()]
    return {"format": "planner-problem/1", "months": 6, "pools": {"a": 10, "b": 10},
            "demands": demands}  # fmt: skip


def message(data: dict[str, Any]) -> str:
    with pytest.raises(InputError) as caught:
        parse_problem(data)
    return str(caught.value)


@pytest.mark.parametrize("big", [1e9, 1e7, 1.0, 1e-1])
def test_every_admitted_weight_counts(big: float) -> None:
    problem = parse_problem(two(big=big, small=big / neutral.WEIGHT_RATIO))
    result = solve_problem(problem, "value").as_neutral()["demands"]
    assert result["small"]["filled"] == pytest.approx(24)
    assert result["big"]["filled"] == pytest.approx(24)


def test_a_weight_that_would_be_lost_is_refused_with_the_admitted_range() -> None:
    text = message(two(big=1e9, small=1.0))
    assert "demands.1.weight: expected 0 or at least 100" in text
    assert "factor of 1e+07" in text
    other_tier = two(big=1e9, small=1.0)
    other_tier["demands"][1]["tier"] = 2
    assert solve_problem(parse_problem(other_tier), "value").with_all.filled == pytest.approx(24)


@pytest.mark.parametrize("seed", range(40))
def test_the_weighted_total_is_the_best_whatever_the_weights(seed: int) -> None:
    """The optimum of one tier, found by a second solver on numbers scaled by hand."""
    from scipy.optimize import linprog

    rng = np.random.default_rng(seed)
    data = random_problem(rng, "tiny", bounds=0, packages=0, tiers=(1, 1))
    for line in data["demands"]:
        line["weight"] = float(10.0 ** rng.integers(-3, 5))
    problem = parse_problem(data)
    plan = solve_problem(problem, "value").with_all.plan
    for block, stage in zip(plan.programme.blocks, plan.answers, strict=True):
        if not len(block.decision):
            continue
        weight = np.array([problem.demands[d].weight for d in block.demand])
        worth = (weight * block.duty_months)[block.decision]
        caps = np.array([problem.demands[d].cap for d in block.demand]) * block.part
        people = np.array([problem.pools[list(problem.pools)[p]] for p in block.pools])
        strength = np.concatenate([people.ravel(), people[block.standby_pools].ravel()])
        rows = np.vstack([block.usage.toarray(), block.standby.toarray(), block.pick.toarray()])
        unit = max(float(worth.max()), 1e-300)
        best = linprog(-worth / unit, rows, np.concatenate([strength, caps])).fun * unit
        # the second solver may lose the smallest weights, this one may not
        assert worth @ stage.people >= -best - 1e-9 * abs(best)


@pytest.mark.parametrize("factor", [1e-9, 1e-6, 1e3, 1e7])
def test_weights_may_be_of_any_size_together(factor: float) -> None:
    rng = np.random.default_rng(3)
    for _ in range(15):
        data = random_problem(rng, "tiny", bounds=0)
        plain = solve_problem(parse_problem(data), "value")
        for line in data["demands"]:
            line["weight"] = min(line.get("weight", 1.0) * factor, 1e9)
            line["weight"] = line["weight"] if line["weight"] >= 1e-9 else 0.0
        if any(not line["weight"] for line in data["demands"]):
            continue
        scaled = solve_problem(parse_problem(data), "value")
        weights = np.array([line.weight for line in plain.problem.demands])
        tier = np.array([line.tier for line in plain.problem.demands])
        totals = [s.with_all.on_duty.sum(axis=1) * weights for s in (plain, scaled)]
        if not plain.problem.replan_months:
            for one in set(tier.tolist()):
                first, second = (total[tier == one].sum() for total in totals)
                assert second == pytest.approx(first, abs=1e-6 * (1 + first))


@pytest.mark.parametrize("rule", ["fair", "value"])
@pytest.mark.parametrize("scale", [1e-6, 1e-3, 1e3, 1e6, 1e7])
def test_caps_and_strengths_of_very_different_sizes_end_with_a_proof(
    rule: str, scale: float
) -> None:
    rng = np.random.default_rng(11)
    for _ in range(25):
        data = random_problem(rng, "small", whole=True)
        line = data["demands"][int(rng.integers(len(data["demands"])))]
        line["cap"] = min(max(line["cap"], 1) * scale, neutral.LIMITS["people"])
        largest = max(other["cap"] for other in data["demands"])
        line["cap"] = max(line["cap"], largest / neutral.SIZE_RATIO)
        solution = solve_problem(parse_problem(data), rule)
        assert solution.certificate.holds
        strength = np.array(list(solution.problem.pools.values()))
        assert (solution.with_all.tied_up <= strength + 1e-6 * (1 + strength)).all()


def test_a_cap_too_small_to_be_people_is_refused() -> None:
    data = two(a=1.0)
    data["demands"][0]["cap"] = 1e-10
    assert "demands.0.cap: expected 0 or a number from 1e-06 to 1e+07, found 1e-10" in message(data)
    data["demands"][0]["cap"] = 1e9
    assert "demands.0.cap: expected a number from 0 to 1e+07, found 1e+09" in message(data)
    data["demands"][0]["cap"] = 1e-6
    for rule in ("fair", "value"):
        filled = solve_problem(parse_problem(data), rule).with_all.filled
        assert filled == pytest.approx(6e-6, rel=1e-3)


def test_sizes_too_different_to_be_solved_together_are_refused() -> None:
    data = two(a=1.0, b=1.0)
    data["demands"][0]["cap"] = 1e5
    data["demands"][1]["cap"] = 1e-3
    data["pools"]["a"] = [0.0, 5.0, 5.0, 5.0, 5.0, 1e-3]
    text = message(data)
    assert "demands.1.cap: expected the cap of b to be 0 or at least 0.01, found 0.001" in text
    assert "pools.a: expected the strength of a to be 0 or at least 0.01, found 0.001" in text
    data["demands"][1]["cap"] = data["pools"]["a"][-1] = 0.01
    assert solve_problem(parse_problem(data)).certificate.holds


def test_a_small_cap_keeps_its_first_named_pool_beside_a_large_one() -> None:
    data = {"format": "planner-problem/1", "months": 24, "pools": {"a": 5, "b": 12}, "demands": [
        {"id": "small", "tier": 3, "cap": 0.001, "first": 4, "last": 23, "tour": 1,
         "pools": [{"b": 1.0}, "a"]},
        {"id": "large", "tier": 2, "cap": 1_000, "first": 9, "last": 23, "tour": 12,
         "pools": [{"a": 0.75, "b": 0.25}, "a"]}]}  # fmt: skip
    assert solve_problem(parse_problem(data)).certificate.holds


def test_a_large_cap_that_no_pool_can_serve_stays_empty() -> None:
    data = two(a=1.0)
    data["pools"] = {"a": 8, "b": 0}
    data["demands"][0] |= {"cap": 1e5, "pools": ["b", {"a": 0.9, "b": 0.1}]}
    assert solve_problem(parse_problem(data)).with_all.filled == pytest.approx([0])


def test_weights_of_settled_people_do_not_hide_those_of_later_packages() -> None:
    """The dear demand is settled in month 3; what is left to decide is worth 1e-7 of it."""
    data = {"format": "planner-problem/1", "months": 14, "pools": {"a": 9}, "demands": [
        {"id": "dear", "tier": 1, "cap": 4, "first": 0, "last": 5, "tour": 7, "pools": ["a"]},
        {"id": "cheap", "tier": 1, "cap": 5, "first": 6, "last": 13, "tour": 5, "pools": ["a"],
         "weight": 1e-7}],
        "packages": {"late": {"demands": ["cheap"], "known": 3}}}  # fmt: skip
    found = solve_problem(parse_problem(data), "value")
    assert found.certificate.holds
    assert found.with_all.filled == pytest.approx([24, 40])


def test_a_demand_far_smaller_than_what_is_left_of_its_pool_ends() -> None:
    """A cap of 1e-12 beside a pool that the first tier uses up, as a draw may have it."""
    from dataclasses import replace

    line = {"first": 0, "last": 5, "tour": 1, "pools": ["p"]}
    data = {"format": "planner-problem/1", "months": 6, "pools": {"p": 10}, "demands": [
        {"id": "all", "tier": 1, "cap": 12, **line, "pools": ["p"]},
        {"id": "dust", "tier": 2, "cap": 1, **line, "pools": ["p"]}]}  # fmt: skip
    problem = parse_problem(data)
    for cap in (1e-300, 1e-12, 1e-9):
        dust = replace(problem.demands[1], cap=cap)
        found = solve_problem(replace(problem, demands=(problem.demands[0], dust)))
        assert found.with_all.filled == pytest.approx([60, 0], abs=1e-6)


def test_a_file_of_many_faults_is_read_up_to_a_limit() -> None:
    data = two(a=1.0) | {"demands": [{}] * 5_000}
    with pytest.raises(InputError) as caught:
        read_problem(json.dumps(data))
    assert len(caught.value.faults) == neutral.MAX_FAULTS + 1
    assert "the rest was not read" in str(caught.value.faults[-1])


@pytest.mark.parametrize("field", ["demands", "bounds", "budgets", "packages"])
def test_lists_have_limits(field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(neutral.LIMITS, field, 3)
    many: Any = {str(n): {} for n in range(4)} if field == "packages" else [{}] * 4
    assert f"{field}: expected at most 3, found 4" in message(two(a=1.0) | {field: many})


@pytest.mark.parametrize("digits", [400, 5_000])
@pytest.mark.parametrize("field", ["cap", "tour", "first"])
def test_numbers_of_any_length_are_refused_by_field(field: str, digits: int) -> None:
    data = two(a=1.0)
    data["demands"][0][field] = 10**digits
    found = "a number of thousands of digits" if digits > 4_300 else "1000000"
    assert f"demands.0.{field}: expected" in message(data)
    assert f"found {found}" in message(data)


@pytest.mark.parametrize("field", ["cap", "tier", "main_task", "tour", "cohorts", "weight",
                                   "prep", "rest", "first", "last"])  # fmt: skip
def test_the_schema_admits_the_numbers_that_are_read(field: str) -> None:
    admits = Draft202012Validator(problem_schema()).is_valid
    tried = [-1e7, -1e6, -1, 0, 0.5, 1, 2, 3, 1_000, 1_001, 1_200, 1_201, 1e4, 1e4 + 1, 1e6, 1e7,
             1e7 + 1, 1e9, 1e9 + 1, 1e15]  # fmt: skip
    admitted = 0
    for value in tried:
        data = two(a=1.0)
        data["demands"][0] |= {"first": -1_000_000, "last": 1_000_000} | {field: value}
        assert admits(data) == ok(data), value
        admitted += admits(data)
    assert 2 <= admitted < len(tried)


def ok(data: dict[str, Any]) -> bool:
    """Whether a problem can be read."""
    try:
        parse_problem(data)
    except InputError:
        return False
    return True
