"""``calibrate``: the distribution of uncertain parameters given what was seen.

The declared distributions are the prior, the plan with its presence layer makes the prediction, and
:mod:`planner.record.observe` gives the likelihood. The sample is drawn by sequential Monte Carlo
(Del Moral, Doucet and Jasra, *Sequential Monte Carlo samplers*, 2006): particles drawn from the
prior are weighted by a power of the likelihood that rises from 0 to 1 in steps, each as large as
keeps half of the effective size; they are resampled and moved at each step. Every parameter is the
quantile of a standard normal, so all moves are made in normals. A move is autoregressive about a
normal law g fitted to the particles,

    x' = √(1 − β²) x + β ξ   in the coordinates in which g is standard,                       (26)

on some of the coordinates at random, and accepted with the ratio of π ÷ g (preconditioned
Crank–Nicolson; Cotter, Roberts, Stuart and White, *MCMC methods for functions*, 2013). g for one
half of the particles is fitted to the other half, so that no particle decides where it goes
(Goodman and Weare, *Ensemble samplers with affine invariance*, 2010). Parameters that the particles
say something about, and all others, are moved apart, whichever has moved less. Of the former half
are moved at once, with steps as wide as are accepted; of the others, which are many and matter
little each, as many as are accepted are drawn nearly anew.
Parameters of presence need no new plan, so they are moved many times for each plan.

Four populations run side by side and never exchange particles. How many independent draws the
sample is worth is read off how far their means lie apart, over all parameters that the record
speaks of: the variance inside populations over that of their means.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from planner.digest import digest
from planner.errors import InputError, ResultError
from planner.montecarlo.run import (
    Packed,
    Progress,
    check_workers,
    executor_for,
    in_order,
    specification_of,
)
from planner.montecarlo.specification import Specification
from planner.months import Month
from planner.outcome import Outcome
from planner.record.observe import Expected, Seen, check_month, exceeds, plan_packed, seen_in
from planner.record.words import say
from planner.results.result import versions
from planner.scenario.calibrated import FORMAT

if TYPE_CHECKING:
    import pandas as pd

    from planner.scenario.inputs import Observation
    from planner.scenario.load import Scenario

__all__ = ["LEAST", "Calibration", "calibrate", "posterior_of"]

Floats = NDArray[np.float64]

POPULATIONS = 4
"""Populations that never exchange particles."""

KEEPS = 0.5
"""Part of a population's effective size that a step of the power keeps."""

GONE, LAST = 0.4, 1.2
"""How far particles are moved at each step, and after the last: the part of them that was moved
times the width of the move, or times the part of the parameters drawn anew, summed over moves."""

MOST, LAST_MOST = 10, 90
"""Most moves with new plans at each step, and after the last; after the last they also go on until
the sample may be used."""

CHEAP = 12
"""Moves of presence for each move with new plans."""

ACCEPTED = 0.25
"""Part of the moves that should be accepted: the width of steps, and how many parameters of those
that the particles say nothing about are moved at once, are set by it."""

ANEW = 0.95
"""Width of the steps of parameters that the particles say nothing about."""

SHRINK = 0.8
"""Part of the correlations of the particles that the law of moves keeps."""

NOISE = 3.0
"""Standard errors below which a mean, a spread or a correlation of particles is taken as noise."""

LEAST = 40.0
"""Smallest effective size of a sample that may be used."""

CLEAR = 3.0
"""Standard errors from which on the record is said to speak of a parameter."""

TIED = 4.0
"""Standard errors from which on a parameter is said to be tied to one that the record speaks of: of
some thousand correlations about one in ten thousand is as large by chance."""

TOGETHER = 32
"""Draws planned by one task."""

STATE = "calibration.npz"
HEAD = "calibration.json"


@dataclass(frozen=True, eq=False)
class Calibration(Outcome):
    """A sample of parameters given what was seen.

    Attributes
    ----------
    specification : Specification
        Of the scenario by its ranges, with a window that holds the observations.
    seen : Seen
        The observations used.
    left_out : tuple of str
        Ids of observations up to the last month that the scenario does not speak of.
    above : tuple of str
        Ids of observations left out because they exceed all that is asked: their ceiling was not
        the stated one, so they say nothing about strengths.
    until : str
        Last month of the observations.
    normals : ndarray (rows, factors)
        The sample, as standard normals; populations one after the other.
    expected : Expected
        Of the observations, by row.
    weights : ndarray (rows, cells, months)
        People planned, see :mod:`planner.record.observe`.
    asked : ndarray (rows, cells)
    effective : float
        How many independent draws the sample is worth.
    plans : int
        Plans made.
    steps : int
        Steps of the power.
    seconds : float
    seed : int
    """

    title = "calibration"

    specification: Specification
    seen: Seen
    left_out: tuple[str, ...]
    above: tuple[str, ...]
    until: str
    normals: Floats
    expected: Expected
    weights: NDArray[np.float32]
    asked: Floats
    effective: float
    plans: int
    steps: int
    seconds: float
    seed: int

    @property
    def usable(self) -> bool:
        """Whether the sample is worth enough independent draws to be used."""
        return self.effective >= LEAST

    @cached_property
    def values(self) -> Floats:
        """The sample in the units of the parameters, (rows, factors)."""
        return _values(self.specification, self.normals)

    @cached_property
    def parameters(self) -> pd.DataFrame:
        """One row a parameter, what the record says most of first.

        parameter, layer, unit, and before and after: mean, 5 % and 95 % quantile; shift, in
        standard deviations of before; spread, after over before; says: nothing, moved, narrowed,
        tied (to a parameter that the record speaks of: the two can be had in some pairs only).
        """
        import pandas as pd

        shift, spread = self.normals.mean(axis=0), self.normals.std(axis=0, ddof=1)
        speaks = _speaks(shift, spread, self.effective)
        tied = _tied(self.values, speaks, self.effective)
        before = self.specification.uncertain.values(_even(2048, len(shift), self.seed))
        rows = []
        for place, one in enumerate(self.specification.uncertain.factors):
            after = self.values[:, place]
            rows.append(
                {
                    "parameter": one.id, "layer": one.layer, "unit": one.unit,
                    **_summary("before", before[:, place]), **_summary("after", after),
                    "shift": float(shift[place]), "spread": float(spread[place]),
                    "says": ("tied" if tied[place] else "nothing" if not speaks[place] else
                             "narrowed" if spread[place] < 1 - abs(shift[place]) else "moved"),
                }
            )  # fmt: skip
        table = pd.DataFrame(rows)
        table["order"] = -np.where(speaks | tied, np.abs(shift) + np.abs(1 - spread), 0.0)
        table = table.sort_values(["order", "parameter"], kind="stable", ignore_index=True)
        return table.drop(columns="order")

    @cached_property
    def shortfalls(self) -> pd.DataFrame:
        """One row an observation below what was asked: where the missing people went.

        observation, month, asked, seen, and of what is missing, in persons, mean with 5 % and 95 %
        quantiles: `strength` (not planned for want of people), `ceiling` (planned, and not used),
        `vacancies` (posts empty).
        """
        import pandas as pd

        spec, seen = self.specification, self.seen
        chances = spec.presence.chances(spec.effects.figures(self.values), len(self.values))
        planned = self.weights.sum(axis=2)
        used = planned * chances.manned[:, seen.line]
        rows = []
        for place, one in enumerate(seen.observations):
            own = seen.owner == place
            asked, given, went = (x[:, own].sum(axis=1) for x in (self.asked, planned, used))
            if asked.mean() - one.people < 0.5:
                continue
            parts = {
                "strength": asked - given,
                "ceiling": given - went,
                "vacancies": went - self.expected.mean[:, place],
            }
            row: dict[str, Any] = {
                "observation": one.id, "month": str(one.month), "asked": float(asked.mean()),
                "seen": one.people,
            }  # fmt: skip
            for name, part in parts.items():
                low, high = np.quantile(part, (0.05, 0.95))
                row |= {name: float(part.mean()), f"{name}_low": low, f"{name}_high": high}
            rows.append(row)
        return pd.DataFrame(rows)

    @cached_property
    def fitted(self) -> pd.DataFrame:
        """One row an observation: seen, and expected after, with 5 % and 95 % quantiles."""
        import pandas as pd

        low, high = np.quantile(self.expected.mean, (0.05, 0.95), axis=0)
        return pd.DataFrame(
            {
                "observation": [one.id for one in self.seen.observations],
                "month": [str(one.month) for one in self.seen.observations],
                "seen": self.seen.people,
                "expected": self.expected.mean.mean(axis=0),
                "low": low,
                "high": high,
            }
        )

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return parameters, shortfalls and fitted observations."""
        return {
            "parameters": self.parameters, "shortfalls": self.shortfalls, "fitted": self.fitted,
        }  # fmt: skip

    def numbers(self) -> dict[str, Any]:
        """Return how large and how good the sample is, and what it took."""
        names = ("until", "effective", "plans", "steps", "seconds", "seed")
        found = {name: getattr(self, name) for name in names}
        return {"scenario": self.specification.uncertain.scenario.name, **found}

    def sentences(self, lang: str = "en") -> list[str]:
        """Return what the record says, in sentences."""
        from planner.labels import number

        table = self.parameters
        silent = int((table["says"] == "nothing").sum())
        said = [
            say("calibrated", lang, rows=number(len(self.normals), lang, 0),
                effective=number(self.effective, lang, 0), seen=number(len(self.seen), lang, 0),
                until=self.until),
            say("speaks", lang, some=number(len(table) - silent, lang, 0),
                all=number(len(table), lang, 0), silent=number(silent, lang, 0)),
        ]  # fmt: skip
        if self.above:
            said.append(say("above", lang, observations=", ".join(self.above)))
        if not self.usable:
            said.append(say("not_usable", lang, least=number(LEAST, lang, 0)))
        short = self.shortfalls
        for row in short.nlargest(1, "asked").to_dict("records") if len(short) else ():
            wide = row["strength_high"] - row["strength_low"]
            key = "cannot_tell" if wide > 0.5 * (row["asked"] - row["seen"]) else "can_tell"
            parts = {
                f"{name}{end}": number(max(row[f"{name}{end}"], 0.0), lang, 0)
                for name in ("strength", "ceiling", "vacancies")
                for end in ("_low", "_high")
            }
            said.append(
                say(key, lang, observation=row["observation"], seen=number(row["seen"], lang, 0),
                    asked=number(row["asked"], lang, 0), **parts)
            )  # fmt: skip
        return said

    def parameter_file(self) -> dict[str, Any]:
        """Return the sample as a parameter file, see :mod:`planner.scenario.calibrated`.

        Raises
        ------
        ResultError
            The sample is worth too few independent draws.
        """
        if not self.usable:
            raise ResultError(say("not_usable", "en", least=f"{LEAST:g}"))
        factors = self.specification.uncertain.factors
        says = set(self.parameters.query("says != 'nothing'")["parameter"])
        some = [place for place, one in enumerate(factors) if one.id in says]
        chosen = self.normals[:, some] if some else self.normals
        main = np.linalg.svd(chosen - chosen.mean(axis=0), full_matrices=False)[2][0]
        order = np.argsort(chosen @ main, kind="stable")
        scenario = self.specification.uncertain.scenario
        return {
            "format": FORMAT,
            "source": "calibrated",
            "scenario": {"name": scenario.name, "digest": scenario.digest},
            "rule": self.specification.rule,
            "until": self.until,
            "observations": [one.id for one in self.seen.observations],
            "effective": round(self.effective, 1),
            "rows": len(order),
            "plans": self.plans,
            "seed": self.seed,
            "versions": versions(),
            "sentences": {lang: self.sentences(lang) for lang in ("en", "nl")},
            "says": [
                {
                    key: float(f"{value:.4g}") if isinstance(value, float) else value
                    for key, value in row.items()
                }
                for row in self.parameters.to_dict("records")
                if row["says"] != "nothing"
            ],
            "priors": {one.id: one.distribution.words() for one in factors},
            "sample": {
                one.id: [float(f"{value:.6g}") for value in self.values[order, place]]
                for place, one in enumerate(factors)
            },
        }

    def save_parameters(self, path: str | Path) -> None:
        """Write the parameter file; ResultError if the sample is worth too little."""
        said = self.parameter_file()
        sample = said.pop("sample")
        head = json.dumps(said, indent=1, ensure_ascii=False)[:-2]
        lines = ",\n".join(f"  {json.dumps(id)}: {json.dumps(col)}" for id, col in sample.items())
        try:
            Path(path).write_text(f'{head},\n "sample": {{\n{lines}\n }}\n}}\n', encoding="utf-8")
        except OSError as error:
            raise ResultError(f"{path}: cannot be written: {error.strerror or error}") from None


def _summary(when: str, column: Floats) -> dict[str, float]:
    low, high = np.quantile(column, (0.05, 0.95))
    return {when: float(column.mean()), f"{when}_low": float(low), f"{when}_high": float(high)}


def _even(count: int, wide: int, seed: int) -> Floats:
    from scipy.stats import qmc

    return np.asarray(qmc.Sobol(wide, rng=np.random.default_rng([seed, 7])).random(count))


def _values(specification: Specification, normals: Floats) -> Floats:
    from scipy.special import ndtr

    return specification.uncertain.values(ndtr(normals))


def _speaks(shift: Floats, spread: Floats, effective: float) -> NDArray[np.bool_]:
    """Return whether means or spreads of normals differ from those of before, (factors,)."""
    size = max(effective, 2.0)
    clear = (np.abs(shift) > CLEAR / np.sqrt(size)) | (
        np.abs(spread - 1) > CLEAR / np.sqrt(2 * size)
    )
    return np.asarray(clear)


def _tied(values: Floats, speaks: NDArray[np.bool_], effective: float) -> NDArray[np.bool_]:
    """Return which other parameters are correlated in rank with those that the record speaks of."""
    from scipy.stats import rankdata

    with np.errstate(invalid="ignore", divide="ignore"):
        ranks = np.corrcoef(rankdata(values, axis=0), rowvar=False)
    clear = np.abs(np.nan_to_num(ranks))[:, speaks] > TIED / np.sqrt(max(effective, TIED**2))
    return np.asarray(clear.any(axis=1) & ~speaks)


def calibrate(
    scenario: Scenario | str | Path,
    until: Month | str | None = None,
    *,
    observations: Sequence[Observation] | None = None,
    particles: int = 512,
    seed: int = 0,
    rule: str | None = None,
    workers: int | None = None,
    folder: str | Path | None = None,
    progress: Progress | None = None,
) -> Calibration:
    """Return the distribution of a scenario's uncertain parameters given what was seen.

    Parameters
    ----------
    scenario : Scenario, str or Path
        Its ranges are the prior; a parameter file that it names is left aside.
    until : Month or str, optional
        Last month of the observations; by default all.
    observations : sequence of Observation, optional
        By default those of the data tables that come with the package.
    particles : int
        Rows of the sample, a multiple of 4.
    seed : int
    rule : {"fair", "value"}, optional
    workers : int, optional
        Processes; by default one a processor.
    folder : str or Path, optional
        Where the state is kept after every move; a calibration that was interrupted goes on there.
    progress : callable, optional
        Called with plans made, plans in all as far as can be told, and the seconds left.

    Raises
    ------
    InputError
        The scenario or an option is wrong, or none of the observations is of its demands.

    Examples
    --------
    >>> from planner.scenario.data import default_data, read_observations
    >>> seen = [one for one in read_observations(default_data()) if one.demands == ("untso",)]
    >>> found = calibrate("letter", "2022-03", observations=seen, particles=8, workers=1,
    ...                   rule="value")
    >>> len(found.normals), found.usable
    (8, False)
    """
    check_workers(workers)
    month = check_month(until)
    if particles < 2 * POPULATIONS or particles % POPULATIONS:
        raise InputError(f"particles: expected a multiple of {POPULATIONS}, at least "
                         f"{2 * POPULATIONS}, found {particles}")  # fmt: skip
    specification, seen, left_out, above = _prepared(scenario, month, observations, rule)
    sampler = _Sampler(specification, seen, particles, seed, folder, progress)
    with executor_for(particles, workers) as (pool, count):
        sampler.run(pool, count)
    last = max(one.month for one in seen.observations) if month is None else month
    return sampler.found(left_out, above, str(last))


def _prepared(
    scenario: Scenario | str | Path, until: Month | None,
    observations: Sequence[Observation] | None, rule: str | None,
) -> tuple[Specification, Seen, tuple[str, ...], tuple[str, ...]]:  # fmt: skip
    """Return what is planned, what was seen, and the ids of observations that are left out.

    Left out are those that the scenario does not speak of, and those above all that is asked.
    """
    from planner.results.allocate import as_scenario
    from planner.scenario.data import default_data, read_observations

    given = read_observations(default_data()) if observations is None else observations
    some = [one for one in given if until is None or one.month <= until]
    if not some:
        raise InputError(f"until: no observations up to {until}")
    patch: dict[str, Any] = {"parameters": "none"}
    loaded = as_scenario(scenario)
    first = min(one.month for one in some)
    if first < loaded.inputs.first:
        patch["horizon"] = {"from": str(first)}
    specification = specification_of(
        loaded.with_(patch), 2, 0, rule, packages=(), replicates=2, monthly=False
    )
    seen = seen_in(specification, some)
    if not len(seen):
        raise InputError(f"{loaded.name}: none of {len(some)} observations is of its demands")
    used = {one.id for one in seen.observations}
    left_out = tuple(one.id for one in some if one.id not in used)
    uncertain = specification.uncertain
    exceeding = exceeds(
        specification, seen, uncertain.values(_even(256, len(uncertain.factors), 0))
    )
    above = tuple(seen.observations[k].id for k in np.flatnonzero(exceeding))
    if exceeding.all():
        raise InputError(
            f"{loaded.name}: all observations exceed what is asked: {', '.join(above)}"
        )
    return specification, seen.take(np.flatnonzero(~exceeding)), left_out, above


@dataclass(frozen=True, eq=False)
class _Particles:
    """Particles with everything that follows from them."""

    normals: Floats
    weights: NDArray[np.float32]
    asked: Floats
    expected: Expected
    log: Floats

    def take(self, rows: NDArray[np.int64]) -> _Particles:
        return _Particles(
            self.normals[rows], self.weights[rows], self.asked[rows],
            Expected(*(x[rows] for x in self.expected)), self.log[rows],
        )  # fmt: skip

    def put(self, rows: NDArray[np.int64], part: _Particles) -> _Particles:
        """Return these with some rows replaced by a part."""
        whole = np.zeros(len(self.log), dtype=bool)
        whole[rows] = True
        place = np.zeros(len(self.log), dtype=np.int64)
        place[rows] = np.arange(len(rows))
        return self.where(whole, part.take(place))

    def where(self, chosen: NDArray[np.bool_], other: _Particles) -> _Particles:
        """Return these with the chosen ones replaced by those of another."""

        def pick(own: Any, others: Any) -> Any:
            return np.where(chosen.reshape(-1, *[1] * (own.ndim - 1)), others, own)

        pairs = zip(self.expected, other.expected, strict=True)
        return _Particles(
            pick(self.normals, other.normals), pick(self.weights, other.weights),
            pick(self.asked, other.asked), Expected(*(pick(a, b) for a, b in pairs)),
            pick(self.log, other.log),
        )  # fmt: skip


class _Law:
    """A normal law fitted to particles, for moves that keep it."""

    def __init__(self, mean: Floats, spread: Floats, tied: Floats, spoken: NDArray[np.bool_]):
        self.mean, self.spread, self.tied, self.spoken = mean, spread, tied, spoken
        least = np.linalg.eigvalsh(tied)[0] if len(tied) > 1 else 0.0
        keeps = min(SHRINK, 0.9 / max(-least, 1e-9))
        self.root = spread[:, None] * np.linalg.cholesky(np.eye(len(tied)) + keeps * tied)

    @classmethod
    def of(cls, normals: Floats) -> _Law:
        """Return the law of particles; what may be noise is taken as it was before."""
        error = NOISE / np.sqrt(len(normals))
        mean, spread = normals.mean(axis=0), normals.std(axis=0, ddof=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            tied = np.atleast_2d(np.nan_to_num(np.corrcoef(normals, rowvar=False)))
        np.fill_diagonal(tied, 0.0)
        tied[np.abs(tied) < 1.3 * error] = 0.0
        moved, narrowed = np.abs(mean) > error, np.abs(spread - 1) > error / np.sqrt(2)
        spoken = moved | narrowed | (tied != 0).any(axis=0)
        spread = np.clip(np.where(narrowed, 1.1 * spread, 1.0), 0.05, 1.5)
        return cls(np.where(moved, mean, 0.0), spread, tied, np.asarray(spoken))

    def only(self, some: NDArray[np.bool_]) -> _Law:
        """Return the law of some coordinates; the others hang together with none of them."""
        return _Law(
            self.mean[some], self.spread[some], self.tied[np.ix_(some, some)], self.spoken[some]
        )

    def inside(self, normals: Floats) -> Floats:
        """Return coordinates in which the law is standard."""
        from scipy.linalg import solve_triangular

        return np.asarray(solve_triangular(self.root, (normals - self.mean).T, lower=True)).T

    def outside(self, inside: Floats) -> Floats:
        return np.asarray(self.mean + inside @ self.root.T)


class _Sampler:
    """The particles of a calibration on their way from before to after."""

    def __init__(
        self, specification: Specification, seen: Seen, particles: int, seed: int,
        folder: str | Path | None, progress: Progress | None,
    ):  # fmt: skip
        self.specification, self.seen, self.seed = specification, seen, seed
        self.progress, self.size = progress, particles
        self.folder = None if folder is None else Path(folder)
        capacity = [one.layer == "capacity" for one in specification.uncertain.factors]
        self.capacity, self.presence = np.flatnonzero(capacity), np.flatnonzero(~np.array(capacity))
        self.power, self.step, self.move, self.plans = 0.0, 0, 0, 0
        self.width = {"capacity": 0.5, "capacity_rest": 0.5, "presence": 0.5, "presence_rest": 0.5}
        self.gone = {"capacity": 0.0, "capacity_rest": 0.0}
        self.seconds, self.began = 0.0, time.monotonic()
        self.now: _Particles | None = None
        self.digest = digest(
            [specification.digest, [vars(one) for one in seen.observations], particles, seed]
        )

    def run(self, pool: Any, workers: int) -> None:
        """Move the particles until the whole of the likelihood counts."""
        self.pool, self.workers = pool, workers
        self.packed = Packed.of(self.specification)
        if not self.resume():
            random = self.random(0)
            self.now = self.planned(random.standard_normal((self.size, self.factors)))
            self.keep()
        while self.power < 1.0 or not self.settled:
            if self.settled:
                self.advance()
            self.moved()
            self.move += 1
            self.keep()
        if self.progress is not None:
            self.progress(self.plans, self.plans, 0.0)

    @property
    def factors(self) -> int:
        return len(self.specification.uncertain.factors)

    @property
    def settled(self) -> bool:
        """Whether particles have been moved enough at the present power; there is none at first."""
        if self.step == 0:
            return True
        far, most = (LAST, LAST_MOST) if self.power == 1.0 else (GONE, MOST)
        if self.move >= most:
            return True
        return min(self.gone.values()) >= far and (self.power < 1.0 or self.enough)

    @property
    def enough(self) -> bool:
        """Whether the particles may be used, or are too few ever to be."""
        return self.now is None or self.size < LEAST or _effective(self.now.normals) >= LEAST

    def random(self, stream: int) -> np.random.Generator:
        """Return the random numbers of a step and move: they depend on nothing else."""
        return np.random.default_rng([self.seed, self.step, self.move, stream])

    def planned(self, normals: Floats) -> _Particles:
        """Plan particles and weigh them."""
        values = _values(self.specification, normals)
        calls = (
            (plan_packed, self.packed, self.seen, values[k : k + TOGETHER])
            for k in range(0, len(values), TOGETHER)
        )
        parts = []
        for part in in_order(self.pool, self.workers, calls):
            parts.append(part)
            self.plans += len(part.asked)
            self.report()
        weights = np.concatenate([one.weights for one in parts])
        return self.weighed(normals, values, weights, np.concatenate([one.asked for one in parts]))

    def weighed(
        self, normals: Floats, values: Floats, weights: NDArray[np.float32], asked: Floats
    ) -> _Particles:
        expected = Expected.of(self.specification, self.seen, weights, values)
        return _Particles(normals, weights, asked, expected, expected.log_likelihood(self.seen))

    def report(self) -> None:
        """Say how far it is: steps still to come are as large as those behind."""
        if self.progress is None:
            return
        left = (1 - self.power) * max(self.step, 2) / max(self.power, 0.15) if self.power else 7
        coming = self.size * (3 * min(left, 12) + 7)
        each = (time.monotonic() - self.began) / max(self.plans, 1)
        self.progress(self.plans, int(self.plans + coming), each * coming)

    def advance(self) -> None:
        """Raise the power as far as each population stands it, and resample."""
        assert self.now is not None
        log = self.now.log.reshape(POPULATIONS, -1)
        best = log.max(axis=1, keepdims=True)
        if not np.isfinite(best).all():
            raise ResultError("no draw could be planned: nothing can be calibrated")
        each = log.shape[1]

        def kept(rise: float) -> float:
            weight = np.exp(rise * (log - best))
            return float((weight.sum(axis=1) ** 2 / (weight**2).sum(axis=1)).min())

        low, high = 0.0, 1.0 - self.power
        if kept(high) < KEEPS * each:
            for _ in range(50):
                middle = (low + high) / 2
                low, high = (middle, high) if kept(middle) >= KEEPS * each else (low, middle)
            high = max(low, 1e-9)
        self.step, self.move = self.step + 1, 0
        self.gone = dict.fromkeys(self.gone, 0.0)
        random, rows = self.random(1), []
        for place, one in enumerate(np.exp(high * (log - best))):
            ends = np.cumsum(one / one.sum())
            even = (random.random() + np.arange(each)) / each
            found = np.minimum(np.searchsorted(ends, even, side="right"), each - 1)
            rows.append(place * each + found)
        self.power = min(self.power + high, 1.0)
        if 1.0 - self.power < 1e-9:
            self.power = 1.0
        self.now = self.now.take(np.concatenate(rows))

    def moved(self) -> None:
        """Move all particles once with new plans, and their presence a few times."""
        assert self.now is not None
        rest = self.gone["capacity_rest"] < self.gone["capacity"]
        self._move("capacity", self.capacity, rest, self.random(2))
        random = self.random(3)
        for turn in range(CHEAP):
            self._move("presence", self.presence, turn % 2 == 1, random)

    def _move(
        self, layer: str, places: NDArray[np.int64], rest: bool, random: np.random.Generator
    ) -> None:
        """Move the parameters of a layer that the particles speak of, or the rest of them."""
        now = self.now
        if now is None or not len(places):
            return
        halves = np.array_split(np.arange(len(now.log)), 2)
        accepted = []
        for own, other in (halves, halves[::-1]):
            law = _Law.of(now.normals[np.ix_(other, places)])
            some = ~law.spoken if rest else law.spoken
            if not some.any():
                some = np.ones_like(some)
            size = self.width[f"{layer}_rest" if rest else layer]
            step = (size, ANEW) if rest else (0.5, size)
            part, moved = self._half(layer, places[some], law.only(some), step, now.take(own),
                                     random)  # fmt: skip
            now = now.put(own, part)
            accepted.append(moved)
        self.now = now
        layer = f"{layer}_rest" if rest else layer
        chosen, width = np.concatenate(accepted), self.width[layer]
        if layer in self.gone:
            self.gone[layer] += float(chosen.mean()) * width
        wider = float(np.exp(1.5 * (chosen.mean() - ACCEPTED)))
        self.width[layer] = float(np.clip(width * wider, 0.02, 0.95))

    def _half(
        self, layer: str, places: NDArray[np.int64], law: _Law, step: tuple[float, float],
        now: _Particles, random: np.random.Generator,
    ) -> tuple[_Particles, NDArray[np.bool_]]:  # fmt: skip
        """Move some particles by a law that does not depend on them; also return which moved.

        `step` is the part of the coordinates that is moved, and how far.
        """
        part, width = step
        old = law.inside(now.normals[:, places])
        some = random.random(old.shape) < part
        new = np.sqrt(1 - width**2) * old + width * random.standard_normal(old.shape)
        new = np.where(some, new, old)
        normals = now.normals.copy()
        normals[:, places] = law.outside(new)
        if layer == "capacity":
            tried = self.planned(normals)
        else:
            values = _values(self.specification, normals)
            tried = self.weighed(normals, values, now.weights, now.asked)
        ratio = self.power * (tried.log - now.log)
        ratio += 0.5 * (now.normals**2 - normals**2)[:, places].sum(axis=1)
        ratio -= 0.5 * (old**2 - new**2).sum(axis=1)
        chosen = np.log(random.random(len(ratio))) < np.nan_to_num(ratio, nan=-np.inf)
        return now.where(np.asarray(chosen), tried), np.asarray(chosen)

    def keep(self) -> None:
        """Write the state, whole or not at all."""
        if self.folder is None or self.now is None:
            return
        now, path = self.now, self.folder / STATE
        head = {
            "digest": self.digest, "power": self.power, "step": self.step, "move": self.move,
            "plans": self.plans, "width": self.width, "gone": self.gone,
            "seconds": self.seconds + time.monotonic() - self.began,
        }  # fmt: skip
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            beside = path.with_suffix(".part.npz")
            np.savez(
                beside, head=np.array(json.dumps(head)), normals=now.normals, weights=now.weights,
                asked=now.asked,
            )  # fmt: skip
            beside.replace(path)
        except OSError as error:
            why = error.strerror or error
            raise ResultError(f"{self.folder}: cannot be written: {why}") from None

    def resume(self) -> bool:
        """Read the state that an interrupted calibration left; whether there is one."""
        if self.folder is None or not (self.folder / STATE).is_file():
            return False
        try:
            with np.load(self.folder / STATE, allow_pickle=False) as kept:
                head = json.loads(str(kept["head"]))
                normals, weights, asked = kept["normals"], kept["weights"], kept["asked"]
        except (OSError, ValueError, KeyError):
            raise ResultError(f"{self.folder / STATE}: cannot be read; remove it") from None
        if head["digest"] != self.digest:
            raise InputError(
                f"{self.folder}: holds a calibration of another scenario, of other observations or "
                "options: choose another folder"
            )
        for name in ("power", "step", "move", "plans", "width", "gone", "seconds"):
            setattr(self, name, head[name])
        values = _values(self.specification, normals)
        self.now = self.weighed(normals, values, weights, asked)
        return True

    def found(self, left_out: tuple[str, ...], above: tuple[str, ...], until: str) -> Calibration:
        """Return the sample."""
        assert self.now is not None
        now = self.now
        return Calibration(
            self.specification, self.seen, left_out, above, until, now.normals, now.expected,
            now.weights, now.asked, _effective(now.normals), self.plans, self.step,
            self.seconds + time.monotonic() - self.began, self.seed,
        )  # fmt: skip


def _effective(normals: Floats) -> float:
    """Return how many independent draws a sample of populations is worth."""
    each = len(normals) // POPULATIONS
    parts = normals.reshape(POPULATIONS, each, -1)
    inside = parts.var(axis=1, ddof=1).mean(axis=0)
    between = parts.mean(axis=1).var(axis=0, ddof=1)
    shift, spread = normals.mean(axis=0), normals.std(axis=0, ddof=1)
    some = _speaks(shift, spread, len(normals))
    if not some.any():
        some = np.ones_like(some)
    if not between[some].sum():
        return 0.0
    worth = POPULATIONS * inside[some].sum() / between[some].sum()
    return float(min(worth, len(normals)))


def posterior_of(calibration: Calibration, scenario: Scenario) -> Scenario:
    """Return a scenario that draws from a calibration, through a parameter file of its own."""
    import tempfile

    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        path = Path(folder) / f"{scenario.name}-{calibration.until}.json"
        calibration.save_parameters(path)
        found = scenario.with_({"parameters": str(path)})
        return replace(found, files=found.files[:-1])
