"""Scores against closed forms, and a forecast of a small scenario."""

from __future__ import annotations

import numpy as np
import pytest
import scoringrules

from planner.record.backtest import _scores, backtest, pit_band
from planner.record.learning import correlation_ratio
from tests.record.made import history, small, truth


def test_scores_are_those_of_their_definitions() -> None:
    random = np.random.default_rng(2)
    sample, seen, asked = (
        random.normal(10, 2, (400, 3)),
        np.array([9.0, 13.0, 20.0]),
        np.full(3, 5.0),
    )
    found = _scores(sample, seen, asked)
    for k in range(3):
        x = sample[:, k]
        apart = np.abs(x[:, None] - x[None, :]).sum() / (len(x) * (len(x) - 1))
        assert found["crps"][k] * 5 == pytest.approx(np.abs(x - seen[k]).mean() - apart / 2)
    assert found["crps"] * 5 == pytest.approx(scoringrules.crps_normal(seen, 10, 2), abs=0.4)
    assert found["log"][:2] == pytest.approx(scoringrules.logs_normal(seen[:2], 10, 2), abs=0.3)
    assert found["pit"] == pytest.approx(
        [(x < s).mean() for x, s in zip(sample.T, seen, strict=True)]
    )
    assert found["in_90"].tolist() == [1, 1, 0]
    alone = _scores(np.array([[12.0]]), np.array([9.0]), np.array([6.0]))
    assert (alone["crps"][0], alone["error"][0]) == (0.5, 0.5)


def test_the_band_holds_even_places_as_often_as_it_says() -> None:
    random = np.random.default_rng(3)
    low, high = pit_band(50, 5)
    counts = random.multinomial(50, [0.2] * 5, 4000)
    assert ((counts >= low) & (counts <= high)).all(axis=1).mean() > 0.94


def test_a_made_history_is_forecast_and_scored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.record.calibrate.MIN_EFFECTIVE", 0.0)
    specification, values = truth(8)
    seen = history(specification, values, 8)
    found = backtest(
        small(), "2022-08", small(), observations=seen, draws=64, particles=16, workers=1
    )
    later = [one for one in seen if str(one.month) > "2022-08"]
    assert found.forecasts["observation"].tolist() == [one.id for one in later]
    assert found.asked.tolist() == [
        30.0 if one.demands == ("observers",) else 100.0 for one in later
    ]
    cap = np.mean([abs(a - one.people) / a for a, one in zip(found.asked, later, strict=True)])
    assert found.of("cap", "crps") == pytest.approx(cap)
    last = {one.demands: one.people for one in seen if str(one.month) <= "2022-08"}
    wanted = np.mean([abs(last[one.demands] - one.people) / a
                      for a, one in zip(found.asked, later, strict=True)])  # fmt: skip
    assert found.of("last", "crps") == pytest.approx(wanted)
    assert set(found.scores["group"]) == {"all", "unit", "post", "1-12"}
    assert found.places["counts"].sum() == len(later)
    assert len(found.sentences()) == len(found.sentences("nl")) == 6


def test_the_value_of_learning_is_the_share_of_variance_that_goes() -> None:
    random = np.random.default_rng(4)
    x, z = random.random(20_000), random.integers(0, 2, 20_000).astype(float)
    y = 2 * x**2 + z + random.random(20_000)
    parts = np.array([4 * (1 / 5 - 1 / 9), 1 / 4, 1 / 12])
    assert correlation_ratio(x, y) == pytest.approx(parts[0] / parts.sum(), abs=0.02)
    assert correlation_ratio(z, y) == pytest.approx(parts[1] / parts.sum(), abs=0.02)
    assert correlation_ratio(random.random(20_000), y) == pytest.approx(0, abs=0.005)
