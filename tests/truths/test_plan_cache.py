"""Plans taken over from earlier calls are the plans that would be made again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import planner as pl
from planner.problem.neutral import parse_problem
from planner.solution import Solution, solve_problem
from tests.strategies import problems


def plans(solution: Solution) -> list[Any]:
    return [solution.with_all, *solution.without.values()]


def assert_same(one: Solution, other: Solution) -> None:
    """Hold two solutions against each other, to the last bit."""
    for mine, theirs in zip(plans(one), plans(other), strict=True):
        for a, b in zip(mine.plan.answers, theirs.plan.answers, strict=True):
            assert np.array_equal(a.people, b.people)
            assert np.array_equal(a.missing, b.missing)
        for a, b in zip(mine.plan.prices, theirs.plan.prices, strict=True):
            assert np.array_equal(a, b)
    assert one.certificate == other.certificate


@given(problems("small"))
@pytest.mark.parametrize("rule", ["fair", "value"])
def test_a_shared_memory_changes_no_answer(rule: str, data: dict[str, Any]) -> None:
    cache = pl.PlanCache()
    packages = data.get("packages", {}).values()
    inside = {name for package in packages for name in package["demands"]}
    for people, package in ((1.0, 1.0), (1.5, 1.0), (1.0, 1.0), (1.0, 2.0), (1.0, 0.5)):
        pools = {
            name: (np.array(level, dtype=float) * people).tolist()
            for name, level in data["pools"].items()
        }
        demands = [
            {**line, "cap": line["cap"] * (package if line["id"] in inside else 1.0)}
            for line in data["demands"]
        ]
        problem = parse_problem({**data, "pools": pools, "demands": demands})
        assert_same(solve_problem(problem, rule, cache=cache), solve_problem(problem, rule))
    assert cache.reused >= 1


CHANGES: list[dict[str, Any]] = [
    {"packages": {"eastern-flank": {"scale": 1.5}}},
    {"packages": {"eastern-flank": {"known": "2022-09"}}},
    {"strengths": [{"pools": ["air-defence"], "times": 0.5}]},
    {"decide": ["eufor-althea"]},
    {"policies": [{"kinds": ["staff"], "tour": 8}]},
    {"rule": "value"},
]


def test_changes_of_the_letter_share_a_memory_without_a_trace() -> None:
    cache = pl.PlanCache()
    flank = pl.load("eastern-flank-battalion")
    pl.allocate(flank, cache=cache)
    for change in CHANGES:
        changed = flank.with_(change)
        before = cache.reused
        assert_same(pl.allocate(changed, cache=cache).solution, pl.allocate(changed).solution)
        assert (cache.reused > before) == (change != {"rule": "value"})


def test_only_what_changed_is_planned_again() -> None:
    cache = pl.PlanCache()
    flank = pl.load("eastern-flank-battalion")
    pl.allocate(flank, cache=cache)
    made = cache.made
    pl.allocate(flank.change(strengths=[{"pools": ["air-defence"], "times": 0.5}]), cache=cache)
    assert 1 <= cache.made - made <= 2  # one block, with and without the package


@pytest.mark.parametrize("name", ["eastern-flank-battalion", "helicopters-sent"])
def test_a_package_of_another_size_leaves_the_plan_before_it_as_it_was(name: str) -> None:
    cache = pl.PlanCache()
    flank = pl.load(name)
    pl.allocate(flank, cache=cache)
    for scale in (0.3, 1.2, 2.0):
        changed = flank.change(packages={"eastern-flank": {"scale": scale}})
        before = cache.made
        found = pl.allocate(changed, cache=cache)
        assert_same(found.solution, pl.allocate(changed).solution)
        blocks = found.solution.with_all.plan.programme.blocks
        assert cache.made - before < len(blocks) * len(found.solution.without)


def test_what_is_unused_for_longest_is_forgotten() -> None:
    cache = pl.PlanCache(kept=2)
    problem = parse_problem(
        {
            "format": "planner-problem/1",
            "months": 2,
            "pools": dict.fromkeys("abc", 3),
            "demands": [
                {"id": name, "tier": 1, "cap": 2 + place, "first": 0, "last": 1, "tour": 1,
                 "pools": [name], "prep": 0, "rest": 0}
                for place, name in enumerate("abc")
            ],
        }
    )  # fmt: skip
    solve_problem(problem, cache=cache)
    assert (len(cache), cache.made) == (2, 3)
    with pytest.raises(ValueError, match="at least 1"):
        pl.PlanCache(kept=0)


def test_threads_may_share_a_memory() -> None:
    cache = pl.PlanCache(kept=4)
    flank = pl.load("eastern-flank-company")
    scenarios = [flank.change(packages={"eastern-flank": {"scale": s}}) for s in (1, 2, 3)] * 2
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda one: pl.allocate(one, cache=cache), scenarios))
    for one, scenario in zip(found, scenarios, strict=True):
        assert one.solution.with_all.filled.tolist() == (
            pl.allocate(scenario).solution.with_all.filled.tolist()
        )


def test_the_former_name_still_works_and_names_the_new_one():
    with pytest.warns(DeprecationWarning, match="planner.Memory is now planner.PlanCache"):
        assert pl.Memory is pl.PlanCache


def test_the_former_name_of_the_cache_still_works_and_warns() -> None:
    cache = pl.PlanCache()
    with pytest.warns(DeprecationWarning, match="cache="):
        pl.allocate("letter", memory=cache)
    assert cache.made > 0
