"""Promises against closed forms, the extensive form, enumeration, and draws they have not seen."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

import planner as pl
from planner.analysis.hedging import (
    PromisePlans,
    commitments_of,
    draws_of,
    hedge,
    kept_rate,
    rearranged,
    select_commitments,
    worth_of,
)
from planner.analysis.plans import read_case
from planner.engine.programme import build_programme
from planner.engine.two_stage import Draws, Master, TwoStage, extensive_form, two_stage_of
from planner.errors import InputError
from planner.problem.model import Demand, Problem

LINE = {"first": 0, "last": 11, "tour": 3, "pools": ["staff"], "rest": 1}
PROBLEM = {
    "format": "planner-problem/1",
    "months": 12,
    "pools": {"staff": 30, "other": 20},
    "demands": [
        {"id": "a", "cap": 8, "tier": 2, **LINE},
        {"id": "b", "cap": 8, "tier": 2, **LINE, "pools": ["staff", "other"]},
        {"id": "c", "cap": 6, "tier": 1, "main_task": 1, **LINE},
    ],
    "packages": {"flank": {"demands": ["c"], "known": 0}},
}


def random_problem(
    rng: np.random.Generator, draws: int, missions: int = 0, months: int = 8, tiers: int = 2
) -> tuple[Problem, Draws]:
    """Return a small problem and random strengths of its two pools."""
    names, demands = ["p", "q"], []
    for number in range(missions or int(rng.integers(2, 5))):
        pools = tuple(rng.permutation(names)[: int(rng.integers(1, 3))].tolist())
        first = int(rng.integers(0, months - 3))
        tour = int(rng.integers(1, 4))
        demands.append(
            Demand(
                f"m{number}", int(rng.integers(1, tiers + 1)), float(rng.integers(3, 12)),
                first, int(rng.integers(first + 2, months)), tour, pools,
                (int(rng.integers(0, 2)),) * len(pools),
                (float(rng.choice([0.0, 1.0, 2.0])),) * len(pools),
                cohorts=int(rng.integers(1, tour + 1)),
            )
        )  # fmt: skip
    need = sum(one.cap for one in demands)
    level = {name: rng.uniform(0.3, 1.2) * need / 2 for name in names}
    pools = {name: np.full(months, float(size)) for name, size in level.items()}
    problem = Problem(months, (1, months - 1), pools, tuple(demands))
    factor = np.maximum(1 + 0.3 * rng.standard_normal((draws, 2)), 0.0)
    strengths = factor[:, :, None] * np.array(list(pools.values()))[None]
    caps = np.tile([one.cap for one in demands], (draws, 1)).astype(float)
    return problem, Draws(caps, strengths, np.full(draws, 1.0 / draws))


def programme_of(problem: Problem, draws: Draws, one_tier: bool = False) -> TwoStage:
    count = len(problem.demands)
    tier = np.array([1 if one_tier else one.tier for one in problem.demands])
    return two_stage_of(
        build_programme(problem), draws, np.arange(count), tier, np.ones(count)
    )  # fmt: skip


def static(strengths: list[float], caps: tuple[float, ...]) -> TwoStage:
    """Return demands of one month from one pool, over draws of its strength."""
    demands = tuple(
        Demand(f"d{k}", 1, cap, 0, 0, 1, ("p",), (0,), (0.0,)) for k, cap in enumerate(caps)
    )
    problem = Problem(1, (0, 0), {"p": np.array([10.0])}, demands)
    draws = len(strengths)
    return programme_of(
        problem,
        Draws(
            np.tile(caps, (draws, 1)), np.array(strengths).reshape(draws, 1, 1),
            np.full(draws, 1.0 / draws),
        ),
    )  # fmt: skip


@pytest.mark.parametrize("method", ["extensive", "cuts"])
def test_one_promise_is_the_mean_of_its_worst_draws(method: str) -> None:
    strengths = [float(s) for s in range(1, 21)]
    found = hedge(static(strengths, (20.0,)), 0.9, "fair", method=method)
    # the two worst of twenty draws fill 1 and 2 of 20
    assert found.share[0] == pytest.approx(1.5 / 20, abs=1e-6)


@pytest.mark.parametrize("method", ["extensive", "cuts"])
def test_two_missions_share_a_pool_that_carries_one(method: str) -> None:
    # ten draws alike, one pool for two missions of its size: neither gains by turns, because the
    # mean of the worst draws counts
    found = hedge(static([10.0] * 10, (10.0, 10.0)), 0.8, "fair", method=method)
    assert found.share == pytest.approx([0.5, 0.5], abs=1e-6)


def test_cuts_give_what_the_extensive_form_gives() -> None:
    for seed in range(30):
        rng = np.random.default_rng(seed)
        problem, draws = random_problem(rng, int(rng.integers(4, 16)))
        two = programme_of(problem, draws)
        certainty = float(rng.choice([0.6, 0.8, 0.9]))
        for rule in ("fair", "value"):
            whole, proof = extensive_form(two, certainty, rule)
            cuts = Master(two, certainty).solve(rule)
            assert proof.holds
            if rule == "fair":
                assert cuts.share == pytest.approx(whole.share, abs=1e-5), seed
            for tier in np.unique(two.tier):
                own = two.tier == tier
                total = two.worth[own] @ whole.share[own]
                assert two.worth[own] @ cuts.share[own] == pytest.approx(
                    total, abs=1e-5 * max(1.0, two.worth.sum())
                )


@pytest.mark.parametrize("rule", ["fair", "value"])
def test_the_letter_gets_the_same_by_cuts(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from planner.analysis import hedging

    case = read_case("eastern-flank-battalion")
    two = commitments_of(case, "mission", False, 16, 0, None).two_stage()
    whole = hedge(two, 0.9, rule, method="extensive").share
    monkeypatch.setattr(hedging, "PILOT_DRAWS", 8)  # some draws first, as with many draws
    cuts = hedge(two, 0.9, rule, method="cuts").share
    if rule == "fair":
        assert cuts == pytest.approx(whole, abs=1e-5)
    for tier in np.unique(two.tier):
        own = two.tier == tier
        assert two.worth[own] @ cuts[own] == pytest.approx(
            two.worth[own] @ whole[own], abs=1e-5 * two.worth.sum()
        )


@settings(max_examples=25)
@given(
    seed=st.integers(0, 10_000),
    certainty=st.sampled_from([0.8, 0.9, 0.95, 0.99]),
    rule=st.sampled_from(["fair", "value"]),
    at=st.sampled_from([1.0, 0.95, 0.8]),
)
@example(seed=2, certainty=0.9, rule="fair", at=1.0)  # cuts found late lie beyond locked levels
def test_ten_missions_are_promised_their_shares_again(
    seed: int, certainty: float, rule: str, at: float
) -> None:
    rng = np.random.default_rng([77, seed])
    problem, draws = random_problem(rng, int(rng.integers(10, 40)), 10, int(rng.integers(5, 10)), 3)
    two = programme_of(problem, draws)
    whole = extensive_form(two, certainty, rule)[0].share
    cuts = Master(two, certainty).solve(rule).share
    for tier in np.unique(two.tier):
        own = two.tier == tier
        assert two.worth[own] @ cuts[own] == pytest.approx(
            two.worth[own] @ whole[own], abs=1e-5 * two.worth.sum()
        )
    # what was promised can be promised, or less of it, and then the last tier loses nothing
    given = {int(k): float(whole[k]) * at for k in np.flatnonzero(two.tier <= 2)}
    again = Master(two, certainty).solve(rule, given).share
    last = two.tier == 3
    if rule == "value":
        assert two.worth[last] @ (again - whole)[last] >= -1e-5 * two.worth.sum()
    elif last.any():
        assert again[last].min() >= whole[last].min() - 1e-5


def test_rows_left_out_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from planner.engine import two_stage

    for seed in range(10):
        problem, draws = random_problem(np.random.default_rng(seed), 8)
        short = hedge(programme_of(problem, draws), 0.8, "fair", method="extensive")
        with monkeypatch.context() as patch:
            patch.setattr(
                two_stage, "_without_redundant_rows", lambda matrix, limit, _: (matrix, limit)
            )
            full = hedge(programme_of(problem, draws), 0.8, "fair", method="extensive")
        assert short.share == pytest.approx(full.share, abs=1e-6)


def test_knowing_is_worth_at_least_hedging_and_hedging_at_least_expecting() -> None:
    count = 1000
    for seed in range(count):
        problem, draws = random_problem(np.random.default_rng([14, seed]), 3, 2, 4, 1)
        two = programme_of(problem, draws, one_tier=True)
        mean = programme_of(problem, draws.mean(), one_tier=True)
        best = hedge(two, 0.7, "value", method="extensive")
        found = worth_of(two, mean, best.level, 0.7, 3, best.level)
        slack = 1e-6 * (1 + abs(found.perfect))
        assert found.perfect >= found.stochastic - slack, seed
        assert found.stochastic >= found.likely - slack, seed
        assert found.rigid <= found.unfolding + slack, seed
        assert found.unfolding <= found.hedged + slack, seed
        # the same programme: promised shares are worth what the levels are, less their price
        assert two.worth @ best.share == pytest.approx(found.stochastic, abs=1e-5 * two.worth.sum())


def test_each_promise_is_kept_as_often_as_stated_on_fresh_draws() -> None:
    found = pl.analysis.promises(PROBLEM, draws=40, fresh=2000, worth=False)
    rows = {row.mission: row for row in found.rows}
    assert all(row.holds for row in found.rows)
    assert rows["a"].kept_rate == pytest.approx(0.9, abs=0.02)
    assert rows["a"].low_rate < rows["a"].kept_rate < rows["a"].high_rate
    # a single scarce pool: what is promised on a is the tenth percentile of what is left for it
    assert rows["a"].promised_share < rows["a"].likely_share
    assert found.all_kept_rate > found.likely_all_kept_rate


def test_a_promise_in_every_year_is_no_larger_than_one_over_the_mandate() -> None:
    case = read_case({**PROBLEM, "months": 24, "demands": [
        {**one, "last": 23} for one in PROBLEM["demands"]  # type: ignore[attr-defined]
    ]})  # fmt: skip
    whole = hedge(commitments_of(case, "mission", False, 16, 1, 0.3).two_stage(), 0.8, "fair")
    yearly = hedge(commitments_of(case, "mission", True, 16, 1, 0.3).two_stage(), 0.8, "fair")
    assert yearly.share.min() <= whole.share.min() + 1e-6


def test_what_is_given_up_is_found_by_enumeration() -> None:
    tried = 0
    for seed in range(12):
        problem, draws = random_problem(np.random.default_rng([3, seed]), 6, 5)
        two = programme_of(problem, draws, one_tier=True)
        candidates = [1, 2, 3, 4]
        found = select_commitments(two, 0.8, candidates)
        best = -1.0
        for size in range(len(candidates) + 1):
            for kept in combinations(candidates, size):
                every = [0, *kept]
                alone = replace(two, tier=np.where(np.isin(np.arange(5), every), 1, 2))
                share = hedge(alone, 0.8, "fair", method="extensive").share
                if share[every].min() >= found.hold - 1e-5:
                    best = max(best, float(two.worth[list(kept)].sum()))
        assert found.exact
        assert found.worth == pytest.approx(best)
        tried += bool(found.given_up)
    assert tried > 3


def test_many_candidates_are_searched_with_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    from planner.analysis import hedging

    for seed in range(8):
        problem, draws = random_problem(np.random.default_rng([3, seed]), 6, 5)
        two = programme_of(problem, draws, one_tier=True)
        exact = select_commitments(two, 0.8, [1, 2, 3, 4])
        with monkeypatch.context() as patch:
            patch.setattr(hedging, "MAX_ENUMERATED", 0)
            found = select_commitments(two, 0.8, [1, 2, 3, 4])
        assert not found.exact
        slack = 1e-4 * two.worth.sum()
        assert found.worth <= exact.worth + slack
        assert exact.worth <= found.bound + slack


def test_more_certainty_and_larger_packages_leave_less_to_promise() -> None:
    found = pl.analysis.promises(PROBLEM, draws=20, fresh=40, worth=False, frontier=True)
    by = {
        kind: [one for one in found.frontier if one.varied == kind]
        for kind in ("certainty", "package_size", "package_fill")
    }
    for kind, points in by.items():
        shares = [one.main_task_2_share for one in sorted(points, key=lambda one: one.at)]
        assert len(points) == 4, kind
        assert all(more <= less + 1e-5 for less, more in pairwise(shares))
    assert len(found.plot("frontier").axes) == 3


def test_rearranged_draws_keep_the_strengths_of_each_pool() -> None:
    _, draws = random_problem(np.random.default_rng(5), 12)
    for how in ("declared", "independent", "comonotone"):
        found = rearranged(draws, how, 1).strengths
        assert np.sort(found[:, :, 0], axis=0) == pytest.approx(
            np.sort(draws.strengths[:, :, 0], axis=0)
        )
    low = rearranged(draws, "comonotone").strengths[:, :, 0]
    assert (np.argsort(low[:, 0]) == np.argsort(low[:, 1])).all()


def test_lower_strengths_break_promises() -> None:
    found = pl.analysis.promises(PROBLEM, draws=20, fresh=200, worth=False, robust=True)
    broken = {row.mission: row.lower_share for row in found.breaking}
    assert broken["a"] <= 0.1
    plans = {row.plan: row for row in found.plans}
    assert plans["hedged"].satisficing_share > plans["everything"].satisficing_share
    assert plans["hedged"].tail_person_months > plans["everything"].tail_person_months
    assert min(row.regret_person_months for row in found.plans) >= 0


def test_a_kept_promise_is_kept_by_the_plan_of_its_draw() -> None:
    problem, draws = random_problem(np.random.default_rng(8), 20)
    two = programme_of(problem, draws)
    plans = PromisePlans(two, 1)
    share = np.full(len(problem.demands), 0.05)
    fills = plans.fills(share)
    rates, every = kept_rate(two, fills, share)
    # no plan fills more than each mission could get alone
    alone = hedge(two, 0.5, "fair").share
    assert rates.shape == alone.shape
    assert every <= rates.min() + 1e-12


def test_means_of_draws_of_a_scenario_scatter_no_more_than_independent_ones() -> None:
    # draws that share a set of rules share a calibrated sample: intervals would be too narrow
    case, draws = read_case("eastern-flank-battalion"), 64
    pools = [draws_of(case, draws, seed, None)[1].strengths.sum(axis=2) for seed in range(12)]
    within = np.var(pools, axis=1, ddof=1).mean(axis=0) / draws
    between = np.var(np.mean(pools, axis=1), axis=0, ddof=1)
    assert within.shape == (16,)
    assert within.min() > 0
    assert (between / within).max() < chi2.ppf(0.9999, 11) / 11


def test_the_same_seed_gives_the_same_numbers() -> None:
    first = pl.analysis.promises(PROBLEM, draws=10, fresh=50, seed=3)
    again = pl.analysis.promises(PROBLEM, draws=10, fresh=50, seed=3)
    assert json.dumps(first.as_dict()) == json.dumps(again.as_dict())
    other = pl.analysis.promises(PROBLEM, draws=10, fresh=50, seed=4, worth=False)
    assert other.to_frame()["hedged_share"].tolist() != first.to_frame()["hedged_share"].tolist()


def test_faults_are_all_said_at_once() -> None:
    with pytest.raises(InputError, match=r"certainty: expected .*\n.*draws: expected"):
        pl.analysis.promises(PROBLEM, certainty=1.0, draws=1)
    with pytest.raises(InputError, match="candidate: expected a mission, found 'aa'"):
        pl.analysis.promises(PROBLEM, draws=4, fresh=8, worth=False, candidates=["aa"])
    with pytest.raises(InputError, match="hold: expected at most"):
        pl.analysis.promises(
            {**PROBLEM, "pools": {"staff": 10, "other": 4}},
            draws=4, fresh=8, worth=False, candidates=["a"], hold=1.0,
        )  # fmt: skip


def test_command(tmp_path, capsys: pytest.CaptureFixture[str]) -> None:
    from planner.cli.main import main

    path = tmp_path / "problem.json"
    path.write_text(json.dumps(PROBLEM), encoding="utf-8")
    options = ["--draws", "8", "--fresh", "40", "--certainty", "0.8"]
    assert main(["promises", str(path), *options, "--lang", "nl"]) == 0
    assert "kan worden toegezegd, elk met 80%" in " ".join(capsys.readouterr().out.split())
    assert main(["promises", str(path), *options, "--candidate", "a", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert {row["mission"] for row in answer["tables"]["promises"]} == {"a", "b", "c"}
    assert [row["mission"] for row in answer["tables"]["candidates"]] == ["a"]
