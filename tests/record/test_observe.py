"""What plans and presence lead one to expect of a count, against other ways to the same numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

import planner as pl
from planner.analysis.causes import occupancy
from planner.montecarlo.run import specification_of
from planner.record.observe import (
    COUNT,
    MONTHS,
    PERSISTS,
    Expected,
    exceeds,
    occupied,
    plan,
    seen_in,
)
from planner.scenario.data import default_data, read_observations
from tests.record.made import empty_history, history, observation, small, truth


@pytest.mark.parametrize("whole", [False, True])
def test_posts_are_occupied_as_in_the_formula_for_one(whole: bool) -> None:
    random = np.random.default_rng(1)
    accept, back, lead = random.random(20), random.random(20) / 5, random.integers(0, 6, 20)
    found, come = occupied(accept, lead, back, whole)
    for k in range(20):
        one = occupancy(MONTHS, float(accept[k]), int(lead[k]), float(back[k]), whole)
        assert found[k] == pytest.approx(one)
    assert (np.diff(come, axis=1) >= -1e-12).all()


def test_the_people_expected_are_the_mean_of_many_that_are_drawn() -> None:
    specification, values = truth(3)
    seen = seen_in(specification, empty_history())
    many = np.tile(values, (600, 1))
    streams = np.random.default_rng(5).integers(0, 2**63, 600).astype(np.uint64)
    made = plan(specification, seen, many, streams)
    expected = Expected.of(specification, seen, made.weights[:1], many[:1])
    assert made.present is not None
    error = made.present.std(axis=0) / np.sqrt(600)
    assert (np.abs(made.present.mean(axis=0) - expected.mean[0]) < 4 * error + 1e-3).all()
    drawn = made.present.var(axis=0)
    assert drawn == pytest.approx(expected.chance[0], rel=0.25, abs=0.05)


def test_the_likelihood_is_that_of_a_normal_with_all_its_covariances() -> None:
    specification, values = truth(4)
    history = [observation("observers", month, 20, 2) for month in ("2022-02", "2022-04")]
    history.append(replace(observation("guards", "2022-03", 90), relation="at_most"))
    seen = seen_in(specification, history)
    made = plan(specification, seen, values[None])
    expected = Expected.of(specification, seen, made.weights, values[None])
    lasting = np.sqrt(expected.chance[0] + seen.stated)
    cover = np.outer(lasting[:2], lasting[:2]) * np.array([[1, PERSISTS**2], [PERSISTS**2, 1]])
    cover += np.diag(expected.error[0, :2])
    wanted = multivariate_normal(expected.mean[0, :2], cover).logpdf([20, 20])
    spread = np.sqrt(expected.chance + expected.error + seen.stated)[0, 2]
    wanted += norm(expected.mean[0, 2], spread).logcdf(90.5)
    assert expected.log_likelihood(seen)[0] == pytest.approx(wanted)
    assert (expected.error >= COUNT).all()


def test_a_count_is_left_out_only_beyond_every_error_that_it_may_have() -> None:
    specification, _ = truth(0)
    ranges = specification.uncertain.values(np.random.default_rng(2).random((64, 4)))
    # 30 posts, all handed over in the month; a unit of 100 whose size varies by a twentieth
    spread = [np.sqrt(var + COUNT + (1 / 1.645) ** 2) for var in (0.5 * 30, (0.05 * 100) ** 2)]
    for demand, cap, one in zip(("observers", "guards"), (30, 100), spread, strict=True):
        counts = [cap + 2.95 * one, cap + 3.05 * one]
        seen = seen_in(specification, [observation(demand, "2022-08", x) for x in counts])
        assert exceeds(specification, seen, ranges).tolist() == [False, True]
    made = [seen_in(specification, history(specification, truth(k)[1], k)) for k in range(60)]
    left_out = sum(int(exceeds(specification, seen, ranges).sum()) for seen in made)
    assert left_out <= 2  # of 720 that the model itself made


def test_every_observation_up_to_the_letter_is_of_demands_that_the_letter_has() -> None:
    seen = [one for one in read_observations(default_data()) if str(one.month) <= "2022-06"]
    wide = pl.load("letter").with_({"horizon": {"from": "2021-01"}, "parameters": "none"})
    found = seen_in(specification_of(wide, 2, replicates=2, packages=()), seen)
    assert [one.id for one in found.observations] == [one.id for one in seen]


def test_people_of_some_pools_are_counted_apart() -> None:
    scenario = small().with_(
        {"demands": {"observers": {"pools": [{"staff": 0.25, "light": 0.75}]}}}
    )
    specification = specification_of(scenario, 2, replicates=2, packages=())
    whole = observation("observers", "2022-05", 1)
    part = replace(whole, id="part", pools=("staff",))
    made = plan(
        specification, seen_in(specification, [whole, part]), specification.uncertain.likely[None]
    )
    people = made.weights.sum(axis=2)[0]
    assert people[1] == pytest.approx(0.25 * people[0], rel=1e-5)
