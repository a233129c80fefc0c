"""Calibrations recover what is known: closed form, uniform ranks, coverage; and go on."""

from __future__ import annotations

import json
import types
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import chisquare

import planner as pl
import planner.record.calibrate as calibrating
from planner.errors import InputError, ResultError
from planner.record.calibrate import calibrate
from planner.record.observe import Expected
from tests.record.made import history, small, truth


class Linear(calibrating._Sampler):
    """A sampler of standard normals of which two sums are observed; posterior in closed form."""

    rows = np.array([[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]])
    spread = np.array([0.3, 0.5])

    def __init__(self, seen: NDArray[np.float64], size: int, wide: int, seed: int):
        self.observed, self.size, self.wide, self.seed = seen, size, wide, seed
        self.capacity, self.presence = np.arange(3), np.arange(3, wide)
        self.folder = self.progress = None
        self.seconds = 0.0
        self.reset()

    factors = property(lambda self: self.wide)

    def plan_particles(self, normals: NDArray[np.float64]) -> calibrating._Particles:
        return self.weigh(normals, normals, np.zeros(0), np.zeros(0))

    def weigh(self, normals, values, weights, asked):  # type: ignore[no-untyped-def]
        away = (normals[:, :4] @ self.rows.T - self.observed) / self.spread
        nothing = np.zeros((len(normals), 1))
        return calibrating._Particles(
            normals, nothing.astype(np.float32), nothing, Expected(*[nothing] * 3),
            -0.5 * away**2,
        )  # fmt: skip

    @property
    def touched(self) -> NDArray[np.bool_]:  # type: ignore[override]
        return np.vstack([self.rows.T != 0, np.zeros((self.wide - 4, 2), dtype=bool)])

    def presence_values(self, normals: NDArray[np.float64]) -> NDArray[np.float64]:
        return normals

    def train_emulator(self) -> types.SimpleNamespace:
        """Return what is wrong on purpose: shifted and too wide, as a poor emulator would be."""

        def parts(normals: NDArray[np.float64], some=slice(None)) -> NDArray[np.float64]:  # type: ignore[no-untyped-def]
            away = (normals[:, :4] @ self.rows.T - self.observed - 0.2) / (1.5 * self.spread)
            return np.asarray(-0.5 * away**2)[:, some]

        return types.SimpleNamespace(parts=parts, touched=self.touched)


@pytest.fixture
def linear(monkeypatch: pytest.MonkeyPatch) -> type[Linear]:
    monkeypatch.setattr(calibrating, "_values", lambda specification, normals: normals)
    monkeypatch.setattr(calibrating, "Packed", types.SimpleNamespace(of=lambda one: None))
    monkeypatch.setattr(Linear, "specification", None, raising=False)
    monkeypatch.setattr(calibrating, "MAX_TRAININGS", 1)
    monkeypatch.setattr(calibrating, "EMULATED_MOVES", 12)
    return Linear


def test_the_posterior_of_a_linear_model_is_found(linear: type[Linear]) -> None:
    sampler = linear(np.array([3.0, -1.0]), 512, 60, 3)
    sampler.run(None, 1)
    assert sampler.current is not None
    found, size = sampler.current.normals, np.sqrt(512)
    exact = np.eye(4) + linear.rows.T @ np.diag(linear.spread**-2.0) @ linear.rows
    cover = np.linalg.inv(exact)
    mean = cover @ linear.rows.T @ (np.array([3.0, -1.0]) / linear.spread**2)
    spread = np.sqrt(np.diag(cover))
    assert np.abs(found[:, :4].mean(axis=0) - mean) == pytest.approx(0, abs=6 / size)
    assert found[:, :4].std(axis=0) == pytest.approx(spread, abs=0.1)
    assert found[:, 4:].std(axis=0).mean() == pytest.approx(1, abs=0.03)
    assert calibrating._effective_size(found) > 100


def test_ranks_of_the_truth_are_uniform(linear: type[Linear]) -> None:
    """Talts, Betancourt, Simpson, Vehtari and Gelman, simulation-based calibration, 2018."""
    random, ranks = np.random.default_rng(11), []
    for seed in range(60):
        true = random.standard_normal(6)
        seen = true[:4] @ linear.rows.T + linear.spread * random.standard_normal(2)
        sampler = linear(seen, 64, 6, seed)
        sampler.run(None, 1)
        assert sampler.current is not None
        ranks.append((sampler.current.normals < true).mean(axis=0))
    counts = [np.histogram(column, 5, (0, 1 + 1e-9))[0] for column in np.array(ranks).T]
    chances = [chisquare(one).pvalue for one in counts]
    assert min(chances) > 0.05 / len(chances) / 10
    inside = np.mean((np.array(ranks) > 0.05) & (np.array(ranks) < 0.95))
    assert inside == pytest.approx(0.9, abs=0.05)


def test_parameters_of_a_made_history_are_narrowed_around_the_truth() -> None:
    specification, values = truth(8)
    seen = history(specification, values, 8)
    found = calibrate(small(), observations=seen, particles=64, seed=1, workers=1)
    table = found.parameters.set_index("parameter")
    for id, true in zip(specification.uncertain.ids, values, strict=True):
        low, high = np.quantile(
            found.values[:, specification.uncertain.ids.index(id)], (0.01, 0.99)
        )
        assert low - 0.05 * abs(true) <= true <= high + 0.05 * abs(true), id
    assert set(table["says"]) - {"nothing"}
    assert found.tables()["fitted"]["seen"].tolist() == [one.people for one in seen]
    assert all(found.sentences("nl"))


def test_an_interrupted_calibration_goes_on_to_the_same_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    specification, values = truth(2)
    options = {"observations": history(specification, values, 2), "particles": 8, "workers": 1}
    whole = calibrate(small(), **options)  # type: ignore[arg-type]
    moved, left = calibrating._Sampler.move_particles, [3]

    def interrupted(self: calibrating._Sampler) -> None:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt
        moved(self)

    with monkeypatch.context() as patched:
        patched.setattr(calibrating._Sampler, "move_particles", interrupted)
        with pytest.raises(KeyboardInterrupt):
            calibrate(small(), folder=tmp_path, **options)  # type: ignore[arg-type]
    again = calibrate(small(), folder=tmp_path, **options)  # type: ignore[arg-type]
    assert again.normals.tobytes() == whole.normals.tobytes()
    assert again.plans == whole.plans
    with pytest.raises(InputError, match="another scenario"):
        calibrate(small(), folder=tmp_path, seed=1, **options)  # type: ignore[arg-type]
    older = np.array(json.dumps({"digest": "", "power": 1.0, "width": {}}))
    np.savez(tmp_path / calibrating.STATE, head=older, normals=np.zeros((8, 4)))
    with pytest.raises(ResultError, match=r"calibration\.npz: is damaged, or of another version"):
        calibrate(small(), folder=tmp_path, **options)  # type: ignore[arg-type]


def test_a_sample_worth_nothing_is_refused(tmp_path: Path) -> None:
    specification, values = truth(2)
    seen = history(specification, values, 2)
    found = calibrate(small(), observations=seen, particles=8, workers=1)
    assert not found.usable
    with pytest.raises(ResultError, match="fewer than"):
        found.save_parameters(tmp_path / "x.json")
    assert not list(tmp_path.iterdir())
    with pytest.raises(InputError, match="particles: expected a multiple of 4"):
        calibrate(small(), observations=seen, particles=10)
    with pytest.raises(InputError, match="until: expected a month"):
        calibrate(small(), "June", observations=seen)
    with pytest.raises(InputError, match="no observations up to"):
        calibrate(small(), "1999-01", observations=seen)


def test_a_scenario_draws_rows_of_its_parameter_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    specification, values = truth(8)
    seen = history(specification, values, 8)
    monkeypatch.setattr(calibrating, "MIN_EFFECTIVE", 0.0)
    found = calibrate(small(), observations=seen, particles=16, seed=1, workers=1)
    path = tmp_path / "after.json"
    found.save_parameters(path, whole_rows=True)
    said = json.loads(path.read_text(encoding="utf-8"))
    rows = np.array([said["sample"][id] for id in specification.uncertain.ids]).T
    scenario = small().with_({"parameters": str(path)})
    drawn = pl.list_uncertain(scenario).values(
        np.random.default_rng(1).random((200, rows.shape[1]))
    )
    assert {tuple(one) for one in drawn} == {tuple(one) for one in rows}
    ensemble = pl.simulate(scenario, 32, workers=1)
    kept = ensemble.draws[list(specification.uncertain.ids)].to_numpy()
    assert {tuple(one) for one in kept} <= {tuple(one) for one in rows}
    own = scenario.with_({"pools": {"staff": {"posts": {"value": 60, "low": 50, "high": 70}}}})
    places = pl.list_uncertain(own)
    assert places.factors[places.ids.index("pool.staff.posts")].calibrated is None
    assert scenario.with_({"parameters": "none"}) == small()
