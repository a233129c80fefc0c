"""Distributions against those of SciPy, and correlations as they come out."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from planner.distributions import FAMILIES, Distribution, parse_distribution
from planner.montecarlo.parameters import correlate, factor_of, not_possible, pearson_of

POINTS = np.linspace(0.0005, 0.9995, 1001)


def lognormal(mean: float, sd: float) -> Any:
    variance = math.log1p((sd / mean) ** 2)
    return stats.lognorm(math.sqrt(variance), scale=mean * math.exp(-variance / 2))


class Cut:
    """A distribution of SciPy between two ends."""

    def __init__(self, whole: Any, low: float, high: float):
        self.whole, self.ends = whole, whole.cdf([low, high])

    def ppf(self, u: np.ndarray) -> np.ndarray:
        return np.asarray(self.whole.ppf(self.ends[0] + u * (self.ends[1] - self.ends[0])))

    def mean(self) -> float:
        fine = (np.arange(400_000) + 0.5) / 400_000
        return float(self.ppf(fine).mean())


CONTINUOUS: dict[str, tuple[dict[str, Any], Any]] = {
    "uniform": ({"low": 2, "high": 5}, stats.uniform(2, 3)),
    "triangular": ({"low": 1, "likely": 2, "high": 6}, stats.triang(0.2, 1, 5)),
    "pert": ({"low": 270, "likely": 370, "high": 470}, stats.beta(3, 3, 270, 200)),
    "pert aside": ({"low": 0, "likely": 1, "high": 10}, stats.beta(1.4, 4.6, 0, 10)),
    "beta": ({"a": 2, "b": 5, "low": 1, "high": 3}, stats.beta(2, 5, 1, 2)),
    "normal": ({"mean": 100, "sd": 10}, stats.norm(100, 10)),
    "normal cut": (
        {"mean": 100, "sd": 10, "low": 95, "high": 130}, Cut(stats.norm(100, 10), 95, 130),
    ),
    "normal cut far out": (
        {"mean": 0, "sd": 1, "low": 4, "high": 5}, Cut(stats.norm(0, 1), 4, 5),
    ),
    "lognormal": ({"mean": 10, "sd": 5}, lognormal(10, 5)),
    "lognormal cut": ({"mean": 10, "sd": 5, "high": 12}, Cut(lognormal(10, 5), 0, 12)),
}  # fmt: skip
"""Distributions with the same in SciPy; a beta of PERT has parameters 1 + 4 (likely − low) ÷ width
and 1 + 4 (high − likely) ÷ width."""


@pytest.mark.parametrize("name", CONTINUOUS)
def test_quantiles_and_means_are_those_of_scipy(name: str) -> None:
    given, wanted = CONTINUOUS[name]
    found = parse_distribution({name.split()[0]: given})

    assert found.ppf(POINTS) == pytest.approx(wanted.ppf(POINTS), rel=1e-7)
    assert found.expected == pytest.approx(float(wanted.mean()), rel=1e-5)


def test_every_distribution_is_held_against_something() -> None:
    counts = {"bernoulli", "discrete", "empirical"}  # below
    assert {name.split()[0] for name in CONTINUOUS} | counts == set(FAMILIES)


def test_few_values_come_as_often_as_said() -> None:
    u = (np.arange(1000) + 0.5) / 1000
    yes = parse_distribution({"bernoulli": {"chance": 0.3, "no": 2, "yes": 8}})
    dice = parse_distribution({"discrete": {"values": [3, 1, 2], "chances": [0.5, 0.2, 0.3]}})
    seen = parse_distribution({"empirical": {"values": [4, 2, 3]}})

    assert sorted(yes.ppf(u).tolist()) == [2.0] * 700 + [8.0] * 300
    assert np.unique(dice.ppf(u), return_counts=True)[1].tolist() == [200, 300, 500]
    assert seen.ppf(u) == pytest.approx(2 + 2 * u)
    for one in (yes, dice, seen):
        assert one.expected == pytest.approx(one.ppf(u).mean())


finite = st.floats(-1e6, 1e6)


@st.composite
def distributions(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """Something that may or may not be a distribution."""
    name = draw(st.sampled_from(sorted(FAMILIES)))
    numbers = {one: draw(finite) for one in ("low", "likely", "high", "mean", "sd", "a", "b")}
    if draw(st.booleans()):
        values = sorted((numbers["low"], numbers["likely"], numbers["high"]))
        numbers |= dict(zip(("low", "likely", "high"), values, strict=True))
        numbers |= {"mean": values[1]}
        numbers |= {one: abs(numbers[one]) + 0.01 for one in ("sd", "a", "b")}
    keys = {
        "uniform": ("low", "high"), "triangular": ("low", "likely", "high"),
        "pert": ("low", "likely", "high"), "beta": ("a", "b", "low", "high"),
        "normal": ("mean", "sd", "low", "high"), "lognormal": ("mean", "sd", "low", "high"),
    }.get(name, ())  # fmt: skip
    given: dict[str, Any] = {key: numbers[key] for key in keys}
    if name == "bernoulli":
        given = {"chance": draw(st.floats(-0.5, 1.5))}
    if name in ("discrete", "empirical"):
        given = {"values": draw(st.lists(finite, max_size=4))}
    return {name: given}


@given(distributions())
@settings(deadline=None, max_examples=300)
def test_whatever_is_accepted_rises_and_stays_within_its_ends(said: dict[str, Any]) -> None:
    try:
        found = parse_distribution(said)
    except ValueError:
        return
    values = found.ppf(POINTS)
    low, high = found.support
    room = 1e-9 * (1 + np.abs(values).max())

    assert np.isfinite(values).all()
    assert (np.diff(values) >= -room).all()
    assert low - room <= values.min()
    assert values.max() <= high + room
    assert low - room <= found.expected <= high + room


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"pert": {"low": 5, "likely": 3, "high": 9}}, "low 5 is above likely 3"),
        ({"triangular": {"low": 1, "likely": 3, "high": 2}}, "likely 3 is above high 2"),
        ({"uniform": {"low": 1}}, "'high' is missing"),
        ({"uniform": {"low": 1, "hihg": 2}}, "did you mean 'high'"),
        ({"normal": {"mean": 1, "sd": -1}}, "sd of at least 0"),
        ({"normal": {"mean": 0, "sd": 1, "low": 50, "high": 60}}, "nothing of it lies between"),
        ({"lognormal": {"mean": 0, "sd": 1}}, "mean above 0"),
        ({"beta": {"a": 0, "b": 1}}, "a of at least 0.001"),
        ({"bernoulli": {"chance": 1.5}}, "between 0 and 1"),
        ({"discrete": {"values": [1, 2], "chances": [0.5, 0.6]}}, "sum to 1"),
        ({"discrete": {"values": [1, 2], "chances": [1]}}, "expected 2 chances"),
        ({"empirical": {"values": []}}, "at least one value"),
        ({"pert": {"low": float("nan"), "likely": 1, "high": 2}}, "finite"),
        ({"perd": {"low": 1}}, "did you mean 'pert'"),
        ({"pert": {}, "uniform": {}}, "expected one distribution"),
    ],
)
def test_what_is_wrong_is_said(said: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_distribution(said)


def test_a_natural_end_cuts_only_what_has_no_end_of_its_own() -> None:
    tail: Distribution = parse_distribution({"normal": {"mean": 0.9, "sd": 0.2}})
    assert tail.clipped(0.0, 1.0).support == (0.0, 1.0)
    own = parse_distribution({"normal": {"mean": 0.9, "sd": 0.2, "high": 0.95}})
    assert own.clipped(0.0, 1.0).support == (0.0, 0.95)


@pytest.mark.parametrize("rank", [-1.0, -0.6, 0.0, 0.3, 0.9, 1.0])
def test_rank_correlations_come_out_whatever_the_distributions(rank: float) -> None:
    matrix = np.array([[1.0, pearson_of(rank)], [pearson_of(rank), 1.0]])
    points = np.random.default_rng(5).random((40_000, 2))
    drawn = correlate(points, factor_of(matrix))
    one = parse_distribution({"lognormal": {"mean": 10, "sd": 8}}).ppf(drawn[:, 0])
    other = parse_distribution({"pert": {"low": 0, "likely": 1, "high": 9}}).ppf(drawn[:, 1])

    assert stats.spearmanr(one, other).statistic == pytest.approx(rank, abs=0.015)
    assert stats.kstest(drawn[:, 1], "uniform").pvalue > 1e-4  # each keeps its own distribution


@given(st.lists(st.floats(-1, 1), min_size=6, max_size=6))
@settings(deadline=None, max_examples=200)
def test_correlations_that_cannot_be_are_told_from_those_that_can(ranks: list[float]) -> None:
    matrix = np.eye(4)
    matrix[np.triu_indices(4, 1)] = [pearson_of(one) for one in ranks]
    matrix = np.maximum(matrix, matrix.T) + np.minimum(matrix, matrix.T) - np.eye(4)
    message = not_possible(matrix, list("abcd"))
    smallest = float(np.linalg.eigvalsh(matrix)[0])

    if not message:
        assert smallest >= -1e-9
        root = factor_of(matrix)
        assert root @ root.T == pytest.approx(matrix, abs=1e-4)
        return
    assert smallest < 0
    factor = float(message.split("multiplied by ")[1].split()[0])
    lowered = np.eye(4) + factor * (matrix - np.eye(4))
    assert np.linalg.eigvalsh(lowered)[0] >= -1e-9


def test_a_distribution_touches_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new one is read, published, used by name with a range, drawn and listed."""
    import dataclasses

    from jsonschema import Draft202012Validator

    import planner as pl
    from planner.distributions import distribution_schema, register

    monkeypatch.setattr("planner.distributions.FAMILIES", dict(FAMILIES))

    @register("arcsine")
    @dataclasses.dataclass(frozen=True)
    class Arcsine(Distribution):
        """Most likely at either end."""

        low: float
        high: float
        ranged: ClassVar[bool] = True

        def frozen(self) -> Any:
            return stats.arcsine(self.low, self.high - self.low)

    section = {
        "figures": {
            "pool.staff.posts": "arcsine",
            "pool.civil.posts": {"arcsine": {"low": 20, "high": 30}},
        }
    }
    found = pl.list_uncertain(pl.load("letter").with_({"uncertainty": section}))
    table = found.table().set_index("id")
    assert table.loc["pool.staff.posts", "distribution"] == "arcsine: low 300; high 500"
    assert table.loc["pool.civil.posts", ["low", "mean", "high"]].tolist() == [20, 25, 30]
    values = found.values(np.full((1, len(found.ids)), 0.75))[0]
    place = found.ids.index("pool.staff.posts")
    assert values[place] == pytest.approx(stats.arcsine(300, 200).ppf(0.75))
    Draft202012Validator(distribution_schema()).validate("arcsine")
    with pytest.raises(pl.InputError, match="low 5 is above high 3"):
        pl.load("letter").with_(
            {"uncertainty": {"figures": {"pool.staff.posts": {"arcsine": {"low": 5, "high": 3}}}}}
        )


def test_every_distribution_of_a_range_can_be_given_by_name() -> None:
    from planner.distributions import ranged_names

    assert set(ranged_names()) == {"uniform", "triangular", "pert"}
    for name in ranged_names():
        assert FAMILIES[name].from_range(1, 2, 4).support == (1, 4)


@given(st.lists(distributions(), min_size=1, max_size=8))
@settings(deadline=None, max_examples=50)
def test_many_at_once_are_drawn_like_each_alone(said: list[dict[str, dict[str, Any]]]) -> None:
    from planner.distributions import quantiles

    found = []
    for one in said:
        try:
            found.append(parse_distribution(one))
        except ValueError:
            found.append(parse_distribution({"pert": {"low": 1, "likely": 2, "high": 4}}))
    points = np.random.default_rng(len(found)).random((7, len(found)))
    together = quantiles(found, points)
    for place, one in enumerate(found):
        assert np.array_equal(together[:, place], one.ppf(points[:, place]))


def test_months_around_a_likely_month_are_whole_and_all_possible() -> None:
    from planner.distributions import whole_months

    for name in ("pert", "uniform", "triangular"):
        found = whole_months(FAMILIES[name], -2, 3)
        assert found.values == (-2, -1, 0, 1, 2, 3)
        assert found.chances is not None
        assert sum(found.chances) == pytest.approx(1)
        assert min(found.chances) > 0
        assert max(found.chances) == pytest.approx(found.chances[2])
        assert found.countable
