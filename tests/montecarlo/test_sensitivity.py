"""What drives a quantity: against closed forms, scipy, and with the programs people have."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy.stats import spearmanr

import planner as pl
from planner.montecarlo.estimates import rank_correlations
from tests.montecarlo.made import static


@pytest.fixture(scope="module")
def sums() -> pl.Scenario:
    """Fill is (a + b) / 100, whatever is drawn: both pools are always too small."""
    return static(
        {"a": {"posts": 15}, "b": {"posts": 25}},
        {"a": 50, "b": 50},
        {"figures": {"pool.a.posts": {"uniform": {"low": 10, "high": 20}},
                     "pool.b.posts": {"uniform": {"low": 10, "high": 40}}}},
    )  # fmt: skip


def test_indices_of_a_sum_are_the_shares_of_the_variances(sums: pl.Scenario) -> None:
    found = pl.sensitivity(
        sums, "fill", groups={"first": ["pool.a.*"], "second": ["pool.b.*"]}, base=256, workers=1
    )
    table = found.table.set_index("group")
    assert found.plans == 256 * 4
    for group, wanted in (("first", 0.1), ("second", 0.9)):
        row = table.loc[group]
        for index in ("first", "total"):
            assert row[index] == pytest.approx(wanted, abs=0.02)
            assert row[f"{index}_low"] <= row[index] <= row[f"{index}_high"]
    assert found.table["group"].tolist() == ["second", "first"]


def test_the_indices_of_what_interacts() -> None:
    # fill of one mission: posts × fit ÷ cap, both uniform on 0 … 2 m: S = 3/7, T = 4/7
    product = static(
        {"a": {"posts": 50, "fit": 0.5}},
        {"a": 100},
        {"figures": {"pool.a.posts": {"uniform": {"low": 0, "high": 100}},
                     "pool.a.fit": {"uniform": {"low": 0, "high": 1}}}},
    )  # fmt: skip
    groups = {"posts": ["pool.a.posts"], "fit": ["pool.a.fit"]}
    table = pl.sensitivity(product, "fill", groups=groups, base=512, workers=1).table
    assert table["first"].to_numpy() == pytest.approx(3 / 7, abs=0.06)
    assert table["total"].to_numpy() == pytest.approx(4 / 7, abs=0.06)


def test_correlated_figures_go_into_one_group(hazy: pl.Scenario) -> None:
    groups = {"staff": ["pool.staff.posts"], "who": ["shared.*"]}
    found = pl.sensitivity(hazy, "fill", groups=groups, base=2, rule="value", workers=1)
    assert found.groups["staff"] == ("pool.staff.posts", "pool.civil.posts")
    assert "kind.post.rest" in found.groups["the rest"]


def test_wrong_groups_are_said_all_at_once(hazy: pl.Scenario) -> None:
    with pytest.raises(pl.InputError) as caught:
        pl.sensitivity(hazy, groups={"x": ["pool.stuff.posts"], "y": ["nothing"]}, base=2)
    assert len(caught.value.faults) == 2
    assert "did you mean 'pool.staff.posts'?" in str(caught.value)
    with pytest.raises(pl.InputError, match="power of two"):
        pl.sensitivity(hazy, base=100)


def test_rank_correlations_are_those_of_scipy_and_their_errors_a_jackknife() -> None:
    draw = np.random.default_rng(1)
    x = draw.normal(size=(120, 3))
    x[:, 2] = np.round(x[:, 2])  # ties
    y = x[:, 0] - 0.5 * x[:, 1] + draw.normal(size=120)
    replicate = np.arange(120) % 8

    rho, error = rank_correlations(x, y, replicate)

    for k in range(3):
        assert rho[k] == pytest.approx(spearmanr(x[:, k], y).statistic)
    from scipy.stats import rankdata

    ranks, other = rankdata(x[:, 0]), rankdata(y)
    left_out = [np.corrcoef(ranks[replicate != r], other[replicate != r])[0, 1] for r in range(8)]
    spread = np.sqrt(7 / 8 * ((left_out - np.mean(left_out)) ** 2).sum())
    assert error[0] == pytest.approx(spread)


def test_what_drives_is_ranked_first(sums: pl.Scenario) -> None:
    ranking = pl.simulate(sums, draws=128, workers=1).rank("fill")
    assert ranking["factor"].tolist() == ["pool.b.posts", "pool.a.posts"]
    assert ranking["clear"].all()
    assert ranking["rank_correlation"].iloc[0] == pytest.approx(0.94, abs=0.04)


def test_salib_drives_a_scenario(sums: pl.Scenario) -> None:
    from SALib.analyze import sobol as analyse
    from SALib.sample import sobol as sample

    model = pl.Model(sums, outcomes=["fill"])
    points = sample.sample(model.salib, 128, seed=1)
    fill = model.at(points)["fill"]
    found = analyse.analyze(model.salib, fill, seed=1)

    assert found["S1"] == pytest.approx([0.1, 0.9], abs=0.05)
    assert found["ST"] == pytest.approx([0.1, 0.9], abs=0.05)


def test_the_ema_workbench_drives_a_scenario(sums: pl.Scenario) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about optional packages that are not installed
        import ema_workbench as ema

    model = pl.Model(sums, outcomes=["fill", "fill.watch"])
    study = ema.Model("planner", function=model)
    ranges = model.parameters[["name", "low", "high"]].itertuples(index=False)
    study.uncertainties = [ema.RealParameter(name, low, high) for name, low, high in ranges]
    study.outcomes = [ema.ScalarOutcome(name) for name in model.outcomes]
    experiments, outcomes = ema.perform_experiments(study, 5)

    wanted = (experiments["pool_a_posts"] + experiments["pool_b_posts"]) / 100
    assert np.allclose(outcomes["fill"], wanted)
    assert np.allclose(outcomes["fill.watch"], wanted)


def test_a_model_is_a_plain_function(hazy: pl.Scenario) -> None:
    model = pl.Model(hazy, "value", factors=["pool.staff.posts", "kind.post.rest"])
    table = model.parameters.set_index("id")

    assert model() == model.likely() == model(pool_staff_posts=30.0)
    assert model(**{"kind.post.rest": 2.0}) == model(kind_post_rest=2.0) != model()
    assert table.loc["pool.staff.posts", ["low", "likely", "high"]].tolist() == [24, 30, 34]
    rows = model.values([[24.0, 1.0], [34.0, 2.0]])
    assert rows["fill"][0] == pytest.approx(model(pool_staff_posts=24.0)["fill"], rel=1e-12)
    with pytest.raises(pl.InputError, match="did you mean 'pool_staff_posts'"):
        model(pool_staff_post=1.0)
    with pytest.raises(pl.InputError, match="expected 2 columns, found 1"):
        model.values([[24.0]])
    with pytest.raises(pl.InputError, match=r"no 'pool\.stuff\.posts' is drawn"):
        pl.Model(hazy, factors=["pool.stuff.posts"])


def test_a_distribution_without_ends_gets_ends() -> None:
    normal = {"figures": {"pool.a.posts": {"normal": {"mean": 100, "sd": 10}}}}
    table = pl.Model(static({"a": {"posts": 100}}, {"a": 100}, normal)).parameters
    assert table["low"].tolist() == [0.0]  # people are never fewer
    assert table["high"].tolist() == pytest.approx([130.9], abs=0.1)
