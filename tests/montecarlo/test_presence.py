"""Who is there: against closed forms, counts by hand and the books."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import planner as pl
from planner.analysis.causes import occupancy
from planner.montecarlo.plans import attend
from planner.montecarlo.run import specification_of
from tests.montecarlo.random_tours import random_tours
from tests.oracles.closed_forms import BINOMIAL, PRESENCE, presence_fill


def there(
    people: float, months: int, accept: float, lead: int, back: float, unit: bool = False,
    draws: int = 20_000, tours: int = 1, low: int = 0, seed: int = 0,
) -> np.ndarray:  # fmt: skip
    """Return people who are there on tours from month 0, (draws, months)."""
    found = np.zeros((1, draws, 1, months - low))
    rng = np.random.default_rng(seed)
    luck = rng.integers(0, 2**64, draws, dtype=np.uint64, endpoint=False)
    key = rng.integers(0, 2**64, tours, dtype=np.uint64, endpoint=False)
    zero = np.zeros(tours, dtype=np.int64)
    attend(
        luck, np.full((1, draws, tours), people / tours), zero, zero, zero + months - 1, key,
        np.array([unit]), np.full((draws, 1), accept), np.full((draws, 1), lead),
        np.full((draws, 1), back), low, found,
    )  # fmt: skip
    return found[0, :, 0]


@pytest.mark.parametrize("unit", [False, True])
@pytest.mark.parametrize(
    ("months", "accept", "lead", "back"),
    [(6, 0.9, 2, 0.02), (12, 0.33, 4, 0.01), (1, 0.5, 1, 0.0), (6, 0.7, 1, 0.3), (5, 0.4, 9, 0.1),
     (7, 1.0, 2, 1.0), (4, 0.0, 1, 0.0), (6, 0.5, 0, 0.4), (9, 1.0, 3, 0.0)],
)  # fmt: skip
def test_a_post_is_filled_as_long_as_expected(
    months: int, accept: float, lead: int, back: float, unit: bool
) -> None:
    found = there(1.0, months, accept, lead, back, unit)
    wanted = occupancy(months, accept, lead, back, unit)
    for seen, chance in ((found.sum(axis=1), wanted.sum()), *zip(found.T, wanted, strict=True)):
        error = seen.std() / np.sqrt(len(seen))
        assert seen.mean() == pytest.approx(chance, abs=4.5 * error + 1e-12)


def test_when_nobody_can_be_missing_nobody_is() -> None:
    assert (there(7.25, 6, 1.0, 3, 0.0, draws=50) == 7.25).all()
    assert (there(7.25, 6, 0.2, 0, 0.9, draws=50) == 7.25).all()


def test_many_posts_of_one_tour_are_like_as_many_tours_of_one_post() -> None:
    together = there(30.0, 6, 0.8, 2, 0.05, seed=1)
    apart = there(30.0, 6, 0.8, 2, 0.05, tours=30, seed=2)
    for month in range(6):
        pair = [each[:, month] for each in (together, apart)]
        mean, spread = ([f(each) for each in pair] for f in (np.mean, np.var))
        assert mean[0] == pytest.approx(mean[1], abs=5 * np.sqrt(sum(spread) / 20_000))
        assert spread[0] == pytest.approx(spread[1], rel=0.06)
    whole = [each.sum(axis=1).var() for each in (together, apart)]
    assert whole[0] == pytest.approx(whole[1], rel=0.06)  # months hang together alike


@pytest.mark.parametrize(("people", "chance", "posts", "mean", "full"), BINOMIAL)
def test_truth_9_binomial(people: int, chance: float, posts: int, mean: float, full: float) -> None:
    present = there(float(people), 1, chance, 1, 0.0, draws=40_000)[:, 0]
    for values, wanted in ((np.minimum(present, posts) / posts, mean), (present >= posts, full)):
        assert values.mean() == pytest.approx(wanted, abs=4 * values.std() / 200)


@pytest.mark.parametrize(("people", "posts", "tour", "dwell", "wanted"), PRESENCE)
def test_truth_8_random_tours(
    people: int, posts: int, tour: float, dwell: float, wanted: float
) -> None:
    assert presence_fill(people, posts, tour, dwell) == pytest.approx(wanted, abs=1e-6)
    fill = random_tours(people, posts, tour, dwell, months=300, repeats=4000)
    assert fill.mean() == pytest.approx(wanted, abs=4 * fill.std() / np.sqrt(4000))


@given(
    people=st.floats(0.05, 40), months=st.integers(1, 12), accept=st.floats(0, 1),
    lead=st.integers(0, 5), back=st.floats(0, 1), unit=st.booleans(), low=st.integers(0, 3),
    seed=st.integers(0, 1000),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_nobody_is_there_twice(
    people: float, months: int, accept: float, lead: int, back: float, unit: bool, low: int,
    seed: int,
) -> None:  # fmt: skip
    low = min(low, months - 1)
    found = there(people, months, accept, lead, back, unit, draws=20, low=low, seed=seed)
    whole = there(people, months, accept, lead, back, unit, draws=20, seed=seed)
    assert (found >= -1e-9).all()
    assert (found <= people + 1e-9).all()
    assert np.array_equal(found, whole[:, low:])  # the window only looks, it changes nothing


def test_the_same_people_have_the_same_luck_with_and_without_a_package(hazy: pl.Scenario) -> None:
    study = specification_of(hazy, 32, rule="value", share=2)
    batches = [study.solve(batch) for batch in range(8)]
    filled, served, present = (
        np.concatenate([getattr(records, name) for records in batches])
        for name in ("filled", "served", "present")
    )
    same = np.isclose(filled[:, 0], filled[:, 1], rtol=0, atol=1e-9)
    heads = {d: [k for k, (one, _) in enumerate(study.axes.lines) if one == d]
             for d in range(len(study.axes.demands))}  # fmt: skip
    compared = 0
    for draw, demand in zip(*np.nonzero(same), strict=True):
        lines = heads[int(demand)]
        if np.array_equal(served[draw, 0, lines], served[draw, 1, lines]):
            mine = present[draw, :, demand]
            assert mine[0] == pytest.approx(mine[1], abs=1e-7)
            compared += 1
    assert compared > 40
    assert (present <= filled + 1e-6).all()
    assert (present.sum(axis=2) < 0.99 * filled.sum(axis=2)).all()


def test_where_nothing_is_said_everybody_is_there(flank: pl.Scenario) -> None:
    records = specification_of(flank, 16, rule="value", share=1).solve(0)
    assert np.allclose(records.present, records.filled, atol=1e-9)
