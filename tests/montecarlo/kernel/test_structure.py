"""Plans of draws are those that the engine makes of each draw by itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.montecarlo.structure import Code, Plans, Structure
from planner.problem.model import Problem
from planner.solution import solve_problem
from tests.montecarlo.made import planned_apart
from tests.strategies import problems
from tests.truths.solving import RULES, parsed


def some_draws(
    problem: Problem, seed: int, draws: int, spread: float = 0.5
) -> tuple[np.ndarray, np.ndarray]:
    """Return caps and strengths that differ by up to a half from the problem's own."""
    rng = np.random.default_rng(seed)
    caps = np.array([demand.cap for demand in problem.demands])
    people = np.array(list(problem.pools.values()))
    return (
        caps * rng.uniform(1 - spread, 1 + spread, (draws, len(caps))),
        people * rng.uniform(1 - spread, 1 + spread, (draws, *people.shape)),
    )


def solved(problem: Problem, rule: str, seed: int, draws: int = 3) -> tuple[Structure, Plans]:
    structure = Structure(problem, rule)
    packages = [package.id for package in problem.packages]
    return structure, structure.solve(*some_draws(problem, seed, draws), packages)


def worth(problem: Problem, on_duty: np.ndarray) -> dict[int, float]:
    """Return weighted person-months by tier."""
    sums: dict[int, float] = {}
    for demand, months in zip(problem.demands, on_duty, strict=True):
        sums[demand.tier] = sums.get(demand.tier, 0.0) + demand.weight * float(months.sum())
    return sums


def test_the_engine_is_not_needed_where_settled_tours_use_up_a_limit():
    staff = {"pools": ["staff"], "prep": 0, "rest": 0}
    problem = parsed(
        {
            "format": "planner-problem/1",
            "months": 12,
            "pools": {"staff": 10},
            "demands": [
                {"id": "flank", "tier": 1, "cap": 4, "first": 1, "last": 11, "tour": 1, **staff},
                {"id": "untso", "tier": 2, "cap": 10, "first": 0, "last": 11, "tour": 6, **staff},
            ],
            "packages": {"flank": {"demands": ["flank"], "known": 1}},
        }
    )
    found = Structure(problem, "value").solve(np.array([[4.0, 10.0]]), np.full((1, 1, 12), 10.0))
    assert (found.code == Code.COMPILED).all()
    assert found.on_duty[0, 0].sum(axis=-1).tolist() == [4 * 6, 10 * 6 + 6 * 6]


@pytest.mark.parametrize("cap", [4.0, 12.0])
def test_a_pool_of_which_rounding_alone_is_left_needs_no_engine(cap: float) -> None:
    """Ten settled tenths of 0.7 leave 1e-16 of the first pool; the second carries the package."""
    one = {"tier": 2, "cap": 0.7, "first": 0, "last": 5, "tour": 6, "prep": 0, "rest": 0}
    settled = [{**one, "id": f"m{k}", "pools": ["first"]} for k in range(10)]
    later = {"id": "late", "tier": 1, "cap": cap, "first": 1, "last": 5, "tour": 5,
             "prep": 0, "rest": 0, "pools": ["first", "second"]}  # fmt: skip
    problem = parsed(
        {
            "format": "planner-problem/1",
            "months": 6,
            "pools": {"first": 7.0 + 1e-13, "second": 8},
            "demands": [*settled, later],
            "packages": {"late": {"demands": ["late"], "known": 1}},
        }
    )
    caps = np.array([[0.7] * 10 + [cap]])
    strengths = np.stack([np.full(6, 7.0 + 1e-13), np.full(6, 8.0)])[None]
    found = Structure(problem, "fair").solve(caps, strengths)
    assert (found.code == Code.COMPILED).all()
    assert found.filled[0, 0, -1] == pytest.approx(5 * min(cap, 8.0))


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=25)
@given(data=problems("tiny"), seed=st.integers(0, 99), known=st.booleans())
def test_every_draw_is_planned_as_if_it_were_the_only_problem(rule, data, seed, known):
    problem = parsed(data)
    if known:  # from the start, so that there is one plan and no way to tie before it
        problem = replace(problem, packages=())
    structure, plans = solved(problem, rule, seed)
    caps, strengths = some_draws(problem, seed, 3)
    low, high = problem.report
    for draw in range(3):
        alone = solve_problem(structure.drawn(caps[draw], strengths[draw]), rule)
        allocations = [alone.with_all, *(alone.without[name] for name in plans.without)]
        for place, allocation in enumerate(allocations):
            month = slice(low, high + 1)
            scale = 1e-6 * (1 + alone.asked.max(initial=0.0))
            missing = sum(row["missing"] for row in allocation.missing)
            assert plans.missing[place, draw].sum() == pytest.approx(missing, abs=1e-4)
            found, wanted = plans.on_duty[place, draw], allocation.on_duty[:, month]
            tied, wanted_tied = plans.tied[place, draw], allocation.tied_up[:, month]
            if rule == "fair":
                assert found == pytest.approx(wanted, abs=scale)
                assert tied == pytest.approx(wanted_tied, abs=scale)
            elif not problem.packages:  # what each tier gets is unique, who gets it is not
                assert worth(problem, found) == pytest.approx(worth(problem, wanted), abs=1e-4)
                assert (found <= caps[draw][:, None] + scale).all()
                assert (tied <= strengths[draw][:, month] + scale).all()
        for name in plans.without if rule == "fair" else []:
            assert plans.displaced(name)[draw] == pytest.approx(alone.displaced(name), abs=1e-5)
    assert (plans.code != Code.UNPROVED).all()


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=10)
@given(data=problems("small", packages=1), seed=st.integers(0, 99))
def test_a_draw_does_not_depend_on_the_draws_beside_it(rule, data, seed):
    problem = parsed(data)
    structure, together = solved(problem, rule, seed, 4)
    caps, strengths = some_draws(problem, seed, 4)
    order = [2, 0, 3, 1]
    alone = [structure.solve(caps[[k]], strengths[[k]], together.without) for k in order]
    for name in ("served", "tied", "missing", "proof", "code"):
        kept = getattr(together, name)[:, order]
        mixed = np.concatenate([getattr(one, name) for one in alone], axis=1)
        assert np.array_equal(mixed, kept, equal_nan=True)
    assert np.array_equal(np.concatenate([one.caps for one in alone]), together.caps[order])


def varied(problem: Problem, seed: int) -> Problem:
    """Return a problem with other tours, months, rules, caps and strengths."""
    rng = np.random.default_rng(seed)
    demands = tuple(
        replace(
            one,
            cap=one.cap * float(rng.uniform(0.6, 1.4)),
            first=one.first + int(rng.integers(-1, 2)),
            tour=max(1, one.tour + int(rng.integers(-1, 2))),
            home=tuple(float(ratio * rng.uniform(0.5, 1.5)) for ratio in one.home),
            prep=tuple(int(months + rng.integers(0, 2)) for months in one.prep),
        )
        for one in problem.demands
    )
    pools = {name: people * rng.uniform(0.6, 1.4) for name, people in problem.pools.items()}
    return replace(problem, demands=demands, pools=pools)


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=10)
@given(data=problems("tiny", packages=1), seed=st.integers(0, 99))
def test_draws_with_rules_of_their_own_are_planned_as_problems_of_their_own(rule, data, seed):
    likely = parsed(data)
    drawn = [varied(likely, seed + k) for k in range(3)]
    names = [package.id for package in likely.packages]
    found = planned_apart(drawn, rule, names, likely)
    again = planned_apart(drawn[::-1], rule, names, likely)[::-1]
    for k, (problem, plans) in enumerate(zip(drawn, found, strict=True)):
        assert np.array_equal(plans.served, again[k].served, equal_nan=True)
        assert (plans.code != Code.UNPROVED).all()
        alone = solve_problem(problem, rule)
        assert plans.asked[0] == pytest.approx(alone.asked)
        low, high = problem.report
        if rule == "fair":
            wanted = alone.with_all.on_duty[:, low : high + 1]
            assert plans.on_duty[0, 0] == pytest.approx(wanted, abs=1e-6 * (1 + wanted.max()))
            for name in names:
                lost = plans.displaced(name)[0]
                assert lost == pytest.approx(alone.displaced(name), abs=1e-5)


def test_a_hint_reaches_every_one_of_many_pools():
    """Half the pools hold all that is asked of them and half a third of it: a hint says so."""
    line = {"tier": 2, "cap": 9, "first": 0, "last": 2, "tour": 3, "prep": 0, "rest": 0}
    pools = 300
    problem = parsed(
        {
            "format": "planner-problem/1",
            "months": 3,
            "pools": {f"p{k}": 9 if k % 2 else 3 for k in range(pools)},
            "demands": [{"id": f"d{k}", "pools": [f"p{k}"], **line} for k in range(pools)],
        }
    )
    structure = Structure(problem, "value")

    shares = structure.hint().on(structure.frame, structure.layout, structure.stages([]))

    owners = structure.layout.demand[structure.layout.owner]
    assert len(shares) == pools
    assert shares == pytest.approx(np.where(owners % 2, 1.0, 1 / 3))
