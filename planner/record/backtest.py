"""``backtest``: forecasts made with what was known at a month, held against later counts.

Parameters are calibrated up to a month; every later count is forecast by plans of the scenario that
says what was decided afterwards (months and ceilings, never people seen). So the forecast is of
people present, given what was asked. It is scored beside three references:

cap
    every ceiling is filled;
last
    the share of the ceiling that was last seen persists: of the same demands, else of the same kind
    of contribution;
climatology
    the shares of ceilings seen up to the month, of the same kind of contribution, each equally
    likely.

Scores are per person asked, so that a company does not outweigh ten posts: the continuous ranked
probability score ÷ ceiling with the fair estimator (Ferro, *Fair scores for ensemble forecasts*,
2014), the logarithmic score of persons, the share of counts inside central 50 and 90 % intervals,
and the bias ÷ ceiling. The probability integral transform of each count is its place in the
forecast; over all counts these places are even where the forecast is right.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from planner.errors import InputError, ResultError
from planner.labels import number, percent
from planner.montecarlo.plans import streams_of
from planner.montecarlo.run import Packed, Progress, executor_for, in_order, specification_of
from planner.montecarlo.specification import Specification
from planner.months import Month
from planner.outcome import Outcome
from planner.problem.model import Floats
from planner.record.observe import Expected, Seen, check_month, plan_packed, seen_in
from planner.record.words import say
from planner.results.allocate import as_scenario
from planner.scenario.data import default_data, read_observations

if TYPE_CHECKING:
    import pandas as pd

    from planner.scenario.inputs import Observation
    from planner.scenario.load import Scenario

__all__ = ["Backtest", "backtest", "forecast", "pit_band", "shipped_scores"]


FORMAT = "planner-backtest/1"

COVER = (0.5, 0.9)
"""Central intervals of which the coverage is counted."""

BINS = 5
"""Bins of the histogram of places in the forecast."""

YEAR = 12
"""Months of lead in one group."""

TOGETHER = 16
"""Draws planned by one task."""

LEAST_COVER, MOST_COVER = 0.80, 0.97
"""Between which the coverage of 90 % intervals should lie."""

BELOW_CAP = 0.20
"""How far the score should lie below that of the filled ceiling, as a share of it."""

KINDS = ("unit", "post", "expert")
"""Kinds of contribution: units, single military posts, civilian experts and police."""


@dataclass(frozen=True, eq=False)
class Backtest(Outcome):
    """Forecasts of counts, their scores and those of the references.

    Attributes
    ----------
    scenario, outcomes : str
        Names of the scenario that was calibrated, and of the one that tells what was decided.
    until : str
        Last month of what was known.
    draws : int
    seen : Seen
        The counts that were forecast.
    samples : mapping of str to ndarray (draws, counts)
        Persons, by forecast: ``calibrated``, ``ranges`` (no calibration), and the references.
    asked : ndarray (counts,)
        Ceilings, persons.
    kinds : tuple of str
        Kind of contribution of each count.
    """

    title = "backtest"

    scenario: str
    outcomes: str
    until: str
    draws: int
    seen: Seen
    samples: Mapping[str, Floats]
    asked: Floats
    kinds: tuple[str, ...]

    @cached_property
    def leads(self) -> NDArray[np.int64]:
        """Months from the last month known to each count, (counts,)."""
        known = Month.parse(self.until).ordinal
        return np.array([one.month.ordinal - known for one in self.seen.observations])

    @cached_property
    def single(self) -> dict[str, dict[str, Floats]]:
        """Scores of every count by forecast: crps, log, pit, inside 50 and 90, error."""
        return {name: _scores(x, self.seen.people, self.asked) for name, x in self.samples.items()}

    @cached_property
    def scores(self) -> pd.DataFrame:
        """One row a forecast and group: counts, crps, log, cover_50, cover_90, bias."""
        import pandas as pd

        groups: dict[tuple[str, str], NDArray[np.bool_]] = {
            ("all", "all"): np.ones(len(self.seen), dtype=bool)
        }
        for kind in KINDS:
            groups["kind", kind] = np.array([one == kind for one in self.kinds])
        for year in sorted(set(((self.leads - 1) // YEAR).tolist())):
            low, high = year * YEAR + 1, (year + 1) * YEAR
            groups["lead", f"{low}-{high}"] = (self.leads >= low) & (self.leads <= high)
        rows = []
        for (by, group), own in groups.items():
            if not own.any():
                continue
            for name, found in self.single.items():
                rows.append(
                    {"by": by, "group": group, "forecast": name, "counts": int(own.sum())}
                    | {
                        as_: float(found[of][own].mean())
                        for as_, of in (("crps", "crps"), ("log", "log"), ("cover_50", "in_50"),
                                        ("cover_90", "in_90"), ("bias", "error"))
                    }
                )  # fmt: skip
        return pd.DataFrame(rows)

    @cached_property
    def forecasts(self) -> pd.DataFrame:
        """One row a count: seen, asked, mean and quantiles of the forecast, place, crps of each."""
        import pandas as pd

        main = self.samples["calibrated"]
        table = pd.DataFrame(
            {
                "observation": [one.id for one in self.seen.observations],
                "month": [str(one.month) for one in self.seen.observations],
                "kind": self.kinds,
                "asked": self.asked,
                "seen": self.seen.people,
                "mean": main.mean(axis=0),
            }
        )
        levels = (0.05, 0.25, 0.5, 0.75, 0.95)
        for level, column in zip(levels, np.quantile(main, levels, axis=0), strict=True):
            table[f"q{100 * level:02.0f}"] = column
        table["place"] = self.single["calibrated"]["pit"]
        for name, found in self.single.items():
            table[f"crps_{name}"] = found["crps"]
        return table

    @cached_property
    def places(self) -> pd.DataFrame:
        """One row a bin of the places in the forecast: counts, and the band of even places."""
        import pandas as pd

        found, _ = np.histogram(self.single["calibrated"]["pit"], bins=BINS, range=(0, 1))
        low, high = pit_band(len(self.seen), BINS)
        edges = np.linspace(0, 1, BINS + 1)
        return pd.DataFrame(
            {"from": edges[:-1], "to": edges[1:], "counts": found, "low": low, "high": high}
        )

    def of(self, forecast: str, score: str) -> float:
        """Return a score over all counts."""
        table = self.scores
        own = (table["by"] == "all") & (table["forecast"] == forecast)
        return float(table.loc[own, score].iloc[0])

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """One row for each thing a forecast should reach: found, wanted, reached."""
        import pandas as pd

        crps, cap = self.of("calibrated", "crps"), self.of("cap", "crps")
        cover, climate = self.of("calibrated", "cover_90"), self.of("climatology", "crps")
        inside = (self.places["counts"] >= self.places["low"]) & (
            self.places["counts"] <= self.places["high"]
        )
        below = 1 - crps / cap
        rows = [
            ("cover_90", cover, f"{LEAST_COVER:g} to {MOST_COVER:g}",
             LEAST_COVER <= cover <= MOST_COVER),
            ("crps_below_cap", below, f"at least {BELOW_CAP:g}",
             below >= BELOW_CAP),
            ("crps_less_climatology", crps - climate, "at most 0", crps <= climate),
            ("bins_outside_band", float((~inside).sum()), "0", bool(inside.all())),
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["what", "found", "wanted", "reached"])

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return scores, verdicts, places and single forecasts."""
        return {
            "scores": self.scores, "verdicts": self.verdicts, "places": self.places,
            "forecasts": self.forecasts,
        }  # fmt: skip

    def numbers(self) -> dict[str, Any]:
        """Return what was forecast of what, and by how many draws."""
        names = ("scenario", "outcomes", "until", "draws")
        return {name: getattr(self, name) for name in names}

    def save_scores(self, path: str | Path) -> None:
        """Write sentences and tables as JSON, ``planner-backtest/1``."""
        said = {
            "format": FORMAT,
            "scenario": self.scenario, "outcomes": self.outcomes, "until": self.until,
            "draws": self.draws, "sentences": {x: self.sentences(x) for x in ("en", "nl")},
            "tables": self.as_dict()["tables"],
        }  # fmt: skip
        text = json.dumps(_rounded(said), indent=1, ensure_ascii=False, allow_nan=False)
        try:
            Path(path).write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise ResultError(f"{path}: cannot be written: {error.strerror or error}") from None

    def sentences(self, lang: str = "en") -> list[str]:
        """Return how good the forecasts are, in sentences."""
        crps, cap = self.of("calibrated", "crps"), self.of("cap", "crps")
        reached = dict(zip(self.verdicts["what"], self.verdicts["reached"], strict=True))
        said = [
            say("forecast", lang, until=self.until, counts=number(len(self.seen), lang, 0),
                cover=percent(self.of("calibrated", "cover_90"), lang, 0),
                half=percent(self.of("calibrated", "cover_50"), lang, 0)),
            say("scored", lang, crps=number(crps, lang, 3), cap=number(cap, lang, 3),
                last=number(self.of("last", "crps"), lang, 3),
                climatology=number(self.of("climatology", "crps"), lang, 3),
                ranges=number(self.of("ranges", "crps"), lang, 3),
                below=percent(1 - crps / cap, lang, 0)),
        ]  # fmt: skip
        said += [
            say("reached" if yes else "not_reached", lang, what=say(what, lang))
            for what, yes in reached.items()
        ]
        return said


def shipped_scores(name: str = "letter-2022-06") -> dict[str, Any] | None:
    """Return the scores of a backtest that comes with the package; None if none exists.

    Examples
    --------
    >>> shipped_scores("nothing") is None
    True
    """
    from planner.scenario.data import shipped_folder

    path = shipped_folder("data") / "backtests" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def _rounded(value: Any) -> Any:
    """Return plain values with numbers to five digits."""
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list) else value


def pit_band(counts: int, bins: int, level: float = 0.95) -> tuple[float, float]:
    """Return the band in which the count of one bin lies where places are even.

    Bounds of the binomial distribution, for all bins together (Bonferroni).

    Examples
    --------
    >>> pit_band(100, 5)
    (10.0, 31.0)
    """
    from scipy.stats import binom

    tail = (1 - level) / 2 / bins
    return (
        float(binom.ppf(tail, counts, 1 / bins)),
        float(binom.ppf(1 - tail, counts, 1 / bins)),
    )


def _scores(sample: Floats, seen: Floats, asked: Floats) -> dict[str, Floats]:
    """Return the scores of each count under a forecast, (counts,)."""
    import scoringrules

    by_count = np.ascontiguousarray(sample.T)
    if len(sample) == 1:
        crps = np.abs(by_count[:, 0] - seen)
        log = np.full(len(seen), np.nan)
    else:
        crps = np.asarray(scoringrules.crps_ensemble(seen, by_count, estimator="fair"))
        smooth = by_count + 1e-6 * np.arange(len(sample))  # no kernel has a width of nothing
        log = np.asarray(scoringrules.logs_ensemble(seen, smooth))
    below, same = (sample < seen).mean(axis=0), (sample == seen).mean(axis=0)
    found = {
        "crps": crps / asked, "log": log, "pit": below + 0.5 * same,
        "error": (sample.mean(axis=0) - seen) / asked,
    }  # fmt: skip
    for level in COVER:
        low, high = np.quantile(sample, (0.5 - level / 2, 0.5 + level / 2), axis=0)
        inside = (low <= seen) & (seen <= high)
        found[f"in_{100 * level:.0f}"] = inside.astype(float)
    return found


def forecast(
    specification: Specification, seen: Seen, *, workers: int | None = None,
    progress: Progress | None = None,
) -> Floats:  # fmt: skip
    """Return draws of what will be counted, (draws, observations), persons.

    Plan, presence and error of the count, each drawn.
    """
    design = specification.design
    blocks = [one for one in map(design.block, range(design.blocks)) if one.size]
    values = specification.values(blocks)
    streams = np.concatenate(
        [
            streams_of(design.seed, one.replicate, range(one.begin, one.begin + one.size))
            for one in blocks
        ]
    )
    packed, parts = Packed.of(specification), []
    calls = (
        (plan_packed, packed, seen, values[k : k + TOGETHER], streams[k : k + TOGETHER])
        for k in range(0, len(values), TOGETHER)
    )
    with executor_for(len(values), workers) as (pool, count):
        for part in in_order(pool, count, calls):
            parts.append(part)
            if progress is not None:
                done = sum(len(one.asked) for one in parts)
                progress(done, len(values), 0.0)
    weights = np.concatenate([one.weights for one in parts])
    in_cells = np.concatenate([one.present for one in parts])
    present = np.zeros((len(values), len(seen)))
    for cell, owner in enumerate(seen.owner):
        present[:, owner] += in_cells[:, cell]
    expected = Expected.of(specification, seen, weights, values)
    noise = expected.noise(seen, np.random.default_rng([design.seed, 11]))
    found = np.maximum(present + noise, 0.0)
    return found[~np.isnan(found).any(axis=1)]


def backtest(
    scenario: Scenario | str | Path = "letter",
    until: Month | str = "2022-06",
    outcomes: Scenario | str | Path = "hindsight",
    *,
    observations: Sequence[Observation] | None = None,
    draws: int = 512,
    particles: int = 512,
    seed: int = 0,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Backtest:
    """Forecast every count after a month from what was known in it, and score the forecasts.

    Parameters
    ----------
    scenario : Scenario, str or Path
        What was known; where its parameter file ends at `until`, that is used, else it is
        calibrated.
    until : Month or str
        Last month with known counts.
    outcomes : Scenario, str or Path
        What was decided afterwards: months and ceilings.
    observations : sequence of Observation, optional
        By default those of the data tables that come with the package.
    draws, particles : int
        Of each forecast; of the calibration, where one is made.
    seed : int
    workers : int, optional
    progress : callable, optional

    Raises
    ------
    InputError
        A scenario or an option is wrong, or nothing was counted after the month.
    ResultError
        The calibration is worth too few independent draws.
    """
    month = check_month(until)
    assert month is not None
    given = read_observations(default_data()) if observations is None else observations
    before = [one for one in given if one.month <= month]
    after = [one for one in given if one.month > month and one.relation != "at_most"]
    known = _calibrated(as_scenario(scenario), month, before, particles, seed, workers, progress)
    decided = as_scenario(outcomes)
    samples: dict[str, Floats] = {}
    for name, parameters in (("calibrated", known.inputs.parameters), ("ranges", None)):
        chosen = _drawing_from(decided, parameters)
        specification = specification_of(chosen, draws, seed, packages=(), monthly=False)
        seen = seen_in(specification, after)
        if not len(seen):
            raise InputError(f"until: no counts after {month} of demands of {decided.name}")
        samples[name] = forecast(specification, seen, workers=workers, progress=progress)
    plain = specification_of(_window(known, before), 2, replicates=2, packages=())
    asked = _asked(specification, seen)
    samples |= _references(plain, before, specification, seen, asked)
    kinds = tuple(_kind(specification, seen, place) for place in range(len(seen)))
    return Backtest(known.name, decided.name, str(month), draws, seen, samples, asked, kinds)


def _calibrated(
    scenario: Scenario, until: Month, before: Sequence[Observation], particles: int, seed: int,
    workers: int | None, progress: Progress | None,
) -> Scenario:  # fmt: skip
    """Return a scenario with a calibration up to a month: its own, or one made now."""
    from planner.record.calibrate import calibrate, posterior_of

    said = scenario.inputs.parameters
    about = {} if said is None else said.about
    used = {one.id for one in before}
    if about.get("until") == str(until) and set(about.get("observations", ())) <= used:
        return scenario
    found = calibrate(
        scenario, until, observations=before, particles=particles, seed=seed, workers=workers,
        progress=progress,
    )  # fmt: skip
    return posterior_of(found, scenario)


def _drawing_from(scenario: Scenario, parameters: Any) -> Scenario:
    """Return a scenario that draws from other parameters, or from its ranges."""
    return replace(scenario, inputs=replace(scenario.inputs, parameters=parameters))


def _window(scenario: Scenario, before: Sequence[Observation]) -> Scenario:
    first = min((one.month for one in before), default=scenario.inputs.first)
    if first >= scenario.inputs.first:
        return scenario
    return scenario.with_({"horizon": {"from": str(first)}})


def _asked(specification: Specification, seen: Seen) -> Floats:
    """Return the ceilings of each count at likely values, (counts,)."""
    sources, found = specification.formulation.sources, np.zeros(len(seen))
    for owner, line in zip(seen.owner, seen.line, strict=True):
        found[owner] += float(sources[line].cap[1].value)
    return found


def _kind(specification: Specification, seen: Seen, place: int) -> str:
    """Return the kind of contribution that a count is of."""
    line = int(seen.line[np.flatnonzero(seen.owner == place)[0]])
    one = specification.formulation.sources[line]
    if one.line.kind.startswith("expert"):
        return "expert"
    return "unit" if one.en_bloc else "post"


def _references(
    plain: Specification, before: Sequence[Observation], specification: Specification, seen: Seen,
    asked: Floats,
) -> dict[str, Floats]:  # fmt: skip
    """Return the forecasts of the references, (draws, counts)."""
    known = seen_in(plain, [one for one in before if one.relation != "at_most"])
    shares = known.people / np.maximum(_asked(plain, known), 1e-9)
    kinds = [_kind(plain, known, place) for place in range(len(known))]
    order = sorted(range(len(known)), key=lambda k: known.observations[k].month.ordinal)
    last, climate = np.ones(len(seen)), []
    for place, one in enumerate(seen.observations):
        kind = _kind(specification, seen, place)
        alike = [k for k in order if kinds[k] == kind] or order
        same = [k for k in order if set(known.observations[k].demands) & set(one.demands)]
        if alike:
            last[place] = shares[(same or alike)[-1]]
        climate.append(np.sort(shares[alike]) if alike else np.ones(1))
    each = max(max(map(len, climate)), 100)
    even = (np.arange(each) + 0.5) / each
    spread = np.stack(
        [one[np.minimum((even * len(one)).astype(int), len(one) - 1)] for one in climate], axis=1
    )
    return {"cap": asked[None], "last": (last * asked)[None], "climatology": spread * asked}
