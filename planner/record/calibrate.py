"""``calibrate``: the distribution of uncertain parameters given what was seen.

The declared distributions are the prior, the plan with its presence layer makes the prediction, and
:mod:`planner.record.observe` gives the likelihood L. Every parameter is the quantile of a standard
normal, so the prior π of all normals x is standard. A plan takes far longer than all else, so it is
emulated: from the plans made so far, the people planned under each line of demand are regressed on
the parameters that matter to it, and what remains unexplained widens the variance of counts. With
the likelihood Lₑ of emulated plans the sample is drawn in two parts.

1. By sequential Monte Carlo (Del Moral, Doucet and Jasra, *Sequential Monte Carlo samplers*, 2006)
   from π to π Lₑ, without any plan: particles are weighted by a power of Lₑ that rises from 0 to 1
   in steps, each as large as keeps half of the effective size, and resampled and moved at each
   step. A move is autoregressive on some of the coordinates and keeps π (Cotter, Roberts, Stuart
   and White, *MCMC methods for functions*, 2013),

       x' = √(1 − β²) x + β ξ                                                              (26)

   A coordinate touches some parts of the likelihood only, each a series of counts; the coordinates
   that move fall into groups that touch none in common, and each group is accepted or refused by
   itself, so that much can move at once. All this is repeated, each time with the plans of the
   particles found as further training plans, until their weights L ÷ Lₑ show that they suffice.
2. From π Lₑ to π L in the same way, with the target π Lₑ^(1 − t) L^t. Particles are moved by many
   moves that keep π Lₑ, which cost no plan, then planned, and accepted with the ratio

       min(1, (L(x') Lₑ(x) ÷ (L(x) Lₑ(x')))^t)

   (delayed acceptance; Christen and Fox, *Markov chain Monte Carlo using an approximation*, 2005).
   So the sample is of π L however poor the emulator; a poor one is refused more often. Parameters
   of presence need no new plan, so they are moved further with the plans as they are.

Four populations run side by side and never exchange particles. How many independent draws the
sample is worth is read off how far their means lie apart, over all parameters that the record
speaks of: the variance inside populations over that of their means.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Sequence
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
from planner.scenario.inputs import MANNED

if TYPE_CHECKING:
    import pandas as pd

    from planner.scenario.inputs import Observation
    from planner.scenario.load import Scenario

__all__ = ["MIN_EFFECTIVE", "Calibration", "calibrate", "posterior_of"]

Floats = NDArray[np.float64]

POPULATIONS = 4
"""Populations that never exchange particles."""

KEPT_SIZE = 0.5
"""Part of the effective size of a population that a tempering step keeps."""

MAX_TRAININGS = 3
"""Maximum number of populations planned to train the emulator, after one drawn from the prior."""

TRAINED_SIZE = 0.2
"""Part of the effective size that a sample with emulated plans keeps with its own plans, from which
on the emulator is not trained further."""

DEVIATION_RATIO = 1.2533
"""Standard deviation of a normal value over the mean of its distance from its own mean."""

TRAINING_PLANS = 1024
"""Maximum number of training plans in use, the newest."""

MAX_INPUTS = 16
"""Maximum number of parameters in the regression of the people under a line of demand."""

MIN_ACCEPTED, LAST_MIN_ACCEPTED = 0.5, 2.0
"""Minimum number of accepted moves with new plans per particle at each step, and at the last."""

MAX_MOVES, LAST_MAX_MOVES = 6, 120
"""Maximum number of moves with new plans at each step, and at the last; at the last step moves are
also made until the effective size suffices."""

EMULATED_MOVES = 24
"""Moves with emulated plans at each step, and for each move with a new plan."""

TRAINING_ROUNDS, FIRST_ROUNDS = 3, 8
"""Rounds of moves with emulated plans after the last tempering step: in training, and at first."""

PRESENCE_MOVES = 12
"""Moves of presence for each move with new plans after the last step."""

MIN_EFFECTIVE = 40.0
"""Smallest effective size of a sample that may be used."""

CLEAR_ERRORS = 3.0
"""Standard errors from which on the record is informative on a parameter."""

CORRELATED_ERRORS = 4.0
"""Standard errors from which on a parameter is correlated with one on which the record informs:
about one in ten thousand of some thousand correlations is as large by chance."""

BATCH = 32
"""Draws planned in one task."""

STATE = "calibration.npz"
SAVED_FIELDS = ("power", "step", "move", "plans", "accepted", "trained")


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
        return self.effective >= MIN_EFFECTIVE

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
        informed = _informative(shift, spread, self.effective)
        tied = _correlated_with_informed(self.values, informed, self.effective)
        before = self.specification.uncertain.values(_sobol_points(2048, len(shift), self.seed))
        rows = []
        for place, one in enumerate(self.specification.uncertain.factors):
            after = self.values[:, place]
            rows.append(
                {
                    "parameter": one.id, "layer": one.layer, "unit": one.unit,
                    **_summary("before", before[:, place]), **_summary("after", after),
                    "shift": float(shift[place]), "spread": float(spread[place]),
                    "says": ("tied" if tied[place] else "nothing" if not informed[place] else
                             "narrowed" if spread[place] < 1 - abs(shift[place]) else "moved"),
                }
            )  # fmt: skip
        table = pd.DataFrame(rows)
        table["order"] = -np.where(informed | tied, np.abs(shift) + np.abs(1 - spread), 0.0)
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
            said.append(say("not_usable", lang, least=number(MIN_EFFECTIVE, lang, 0)))
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

    def parameter_file(self, whole_rows: bool = False) -> dict[str, Any]:
        """Return the sample as a parameter file, see :mod:`planner.scenario.calibrated`.

        Parameters
        ----------
        whole_rows : bool
            Whether draws from the file take whole rows of it. Otherwise they take from it only the
            parameters that the record speaks of, which loses a condition that many parameters meet
            together and none shows by itself.

        Raises
        ------
        ResultError
            The sample is worth too few independent draws.
        """
        if not self.usable:
            raise ResultError(say("not_usable", "en", least=f"{MIN_EFFECTIVE:g}"))
        factors = self.specification.uncertain.factors
        says = set(self.parameters.query("says != 'nothing'")["parameter"])
        some = [place for place, one in enumerate(factors) if one.id in says]
        chosen = self.normals[:, some] if some else self.normals
        main = np.linalg.svd(chosen - chosen.mean(axis=0), full_matrices=False)[2][0]
        order = np.argsort(chosen @ main, kind="stable")
        scenario = self.specification.uncertain.scenario
        found = {
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
        if whole_rows:
            del found["says"]
        return found

    def save_parameters(self, path: str | Path, whole_rows: bool = False) -> None:
        """Write :meth:`parameter_file`; ResultError if the sample is worth too little."""
        said = self.parameter_file(whole_rows)
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


def _sobol_points(count: int, dimensions: int, seed: int) -> Floats:
    from scipy.stats import qmc

    return np.asarray(qmc.Sobol(dimensions, rng=np.random.default_rng([seed, 7])).random(count))


def _values(specification: Specification, normals: Floats) -> Floats:
    from scipy.special import ndtr

    return specification.uncertain.values(ndtr(normals))


def _informative(shift: Floats, spread: Floats, effective: float) -> NDArray[np.bool_]:
    """Return whether means or spreads of normals differ from those of before, (factors,)."""
    size = max(effective, 2.0)
    significant = (np.abs(shift) > CLEAR_ERRORS / np.sqrt(size)) | (
        np.abs(spread - 1) > CLEAR_ERRORS / np.sqrt(2 * size)
    )
    return np.asarray(significant)


def _correlated_with_informed(
    values: Floats, informed: NDArray[np.bool_], effective: float
) -> NDArray[np.bool_]:
    """Return which other parameters are rank-correlated with those on which the record informs."""
    from scipy.stats import rankdata

    with np.errstate(invalid="ignore", divide="ignore"):
        ranks = np.corrcoef(rankdata(values, axis=0), rowvar=False)
    significant = np.abs(np.nan_to_num(ranks))[:, informed] > CORRELATED_ERRORS / np.sqrt(
        max(effective, CORRELATED_ERRORS**2)
    )
    return np.asarray(significant.any(axis=1) & ~informed)


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
    specification, seen, left_out, above = _prepare(scenario, month, observations, rule)
    sampler = _Sampler(specification, seen, particles, seed, folder, progress)
    with executor_for(particles, workers) as (pool, count):
        sampler.run(pool, count)
    last = max(one.month for one in seen.observations) if month is None else month
    return sampler.found(left_out, above, str(last))


def _prepare(
    scenario: Scenario | str | Path, until: Month | None,
    observations: Sequence[Observation] | None, rule: str | None,
) -> tuple[Specification, Seen, tuple[str, ...], tuple[str, ...]]:  # fmt: skip
    """Return what is planned, what was seen, and the ids of observations that are left out.

    Left out are those that the scenario does not speak of, and those above all that is asked.
    """
    from planner.results.allocate import as_scenario
    from planner.scenario.data import default_data, read_observations

    given = read_observations(default_data()) if observations is None else observations
    chosen = [one for one in given if until is None or one.month <= until]
    if not chosen:
        raise InputError(f"until: no observations up to {until}")
    patch: dict[str, Any] = {"parameters": "none"}
    loaded = as_scenario(scenario)
    first = min(one.month for one in chosen)
    if first < loaded.inputs.first:
        patch["horizon"] = {"from": str(first)}
    specification = specification_of(
        loaded.with_(patch), 2, 0, rule, packages=(), replicates=2, monthly=False
    )
    seen = seen_in(specification, chosen)
    if not len(seen):
        raise InputError(f"{loaded.name}: none of {len(chosen)} observations is of its demands")
    used = {one.id for one in seen.observations}
    left_out = tuple(one.id for one in chosen if one.id not in used)
    uncertain = specification.uncertain
    exceeding = exceeds(
        specification, seen, uncertain.values(_sobol_points(256, len(uncertain.factors), 0))
    )
    above = tuple(seen.observations[k].id for k in np.flatnonzero(exceeding))
    if exceeding.all():
        raise InputError(
            f"{loaded.name}: all observations exceed what is asked: {', '.join(above)}"
        )
    return specification, seen.take(np.flatnonzero(~exceeding)), left_out, above


@dataclass(frozen=True, eq=False)
class _Particles:
    """Particles with their plans, expected counts and likelihoods."""

    normals: Floats
    weights: NDArray[np.float32]
    asked: Floats
    expected: Expected
    parts: Floats

    @property
    def log(self) -> Floats:
        """Logarithm of the likelihood, (particles,)."""
        return np.asarray(self.parts.sum(axis=1))

    def take(self, rows: NDArray[np.int64]) -> _Particles:
        return _Particles(
            self.normals[rows], self.weights[rows], self.asked[rows],
            Expected(*(x[rows] for x in self.expected)), self.parts[rows],
        )  # fmt: skip

    def where(self, chosen: NDArray[np.bool_], other: _Particles) -> _Particles:
        """Return these with the chosen ones replaced by those of another."""

        def pick(values: Any, replacements: Any) -> Any:
            return np.where(chosen.reshape(-1, *[1] * (values.ndim - 1)), replacements, values)

        pairs = zip(self.expected, other.expected, strict=True)
        return _Particles(
            pick(self.normals, other.normals), pick(self.weights, other.weights),
            pick(self.asked, other.asked), Expected(*(pick(a, b) for a, b in pairs)),
            pick(self.parts, other.parts),
        )  # fmt: skip


class _Emulator:
    """Emulator of the people planned under the observed demands, trained on plans made so far.

    For each line of demand a linear function of the few parameters with the largest effect, and a
    kernel regression of its residuals (kriging; Rasmussen and Williams, *Gaussian processes for
    machine learning*, 2006). People are spread over the months of their tours as in the nearest
    plan. The leave-one-out residuals of training plans, weighted by likelihood, are added to the
    variance of counts.

    Parameters
    ----------
    sampler : _Sampler
    normals : ndarray (plans, factors)
        The newest plans come last.
    weights : ndarray (plans, cells, months)
    log : ndarray (plans,)
        Logarithm of the likelihood.
    """

    def __init__(
        self, sampler: _Sampler, normals: Floats, weights: NDArray[np.float32], log: Floats
    ):
        self.sampler = sampler
        kept = np.flatnonzero(np.isfinite(log))[-TRAINING_PLANS:]
        alike = _plan_weights(log[kept])
        self.weights, self.people = weights[kept], weights[kept].sum(axis=2, dtype=float)
        self.training_inputs = normals[np.ix_(kept, sampler.capacity)]
        total = self.people.sum(axis=0)[:, None]
        share = np.divide(
            self.weights.sum(axis=0), total, out=np.zeros(weights.shape[1:]), where=total > 0
        )
        self.month_share = share.astype(np.float32)
        self.lines: list[tuple[NDArray[np.int64], _Response]] = []
        missed = np.zeros((len(kept), len(sampler.seen)))
        for line in np.unique(sampler.seen.line):
            cells = np.flatnonzero(sampler.seen.line == line)
            response = _Response(self.training_inputs, self.people[:, cells])
            self.lines.append((cells, response))
            np.add.at(missed.T, sampler.seen.owner[cells], response.residual.T)
        self.variance = (DEVIATION_RATIO * (alike @ np.abs(missed))) ** 2

    def predict(self, normals: Floats, wanted: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the people that plans are expected to give, (draws, cells wanted, months)."""
        inputs = normals[:, self.sampler.capacity]
        people_by_month = np.empty((len(normals), *self.month_share.shape), dtype=np.float32)
        for cells, response in self.lines:
            wanted_cells = np.isin(cells, wanted)
            if not wanted_cells.any():
                continue
            people, nearest = response.at(inputs)
            people, cells = people[:, wanted_cells], cells[wanted_cells]
            known = self.people[np.ix_(nearest, cells)]
            factor = np.divide(people, known, out=np.zeros_like(people), where=known > 0)
            scaled = self.weights[nearest[:, None], cells] * factor[:, :, None]
            unscaled = np.where(known > 0, 0.0, people)[:, :, None] * self.month_share[cells]
            people_by_month[:, cells] = scaled + unscaled
        return people_by_month[:, wanted]

    @cached_property
    def touched(self) -> NDArray[np.bool_]:
        """Which parts of the likelihood each normal changes, (factors, parts)."""
        sampler, touched = self.sampler, self.sampler.touched.copy()
        lines = np.zeros((sampler.factors, len(sampler.specification.formulation.ids)), dtype=bool)
        for cells, response in self.lines:
            lines[sampler.capacity[response.inputs], sampler.seen.line[cells[0]]] = True
        return np.asarray(touched | (lines @ sampler.lines_counted))

    def parts(self, normals: Floats, chosen_parts: NDArray[np.int64] | None = None) -> Floats:
        """Return the logarithms of the likelihood with plans as expected, (draws, parts)."""
        sampler = self.sampler
        all_parts = sampler.seen.parts
        chosen = all_parts if chosen_parts is None else [all_parts[k] for k in chosen_parts]
        rows = np.sort(np.concatenate(chosen))
        seen, cells = sampler.seen.take(rows), np.isin(sampler.seen.owner, rows)
        values = sampler.presence_values(normals)
        weights = self.predict(normals, np.flatnonzero(cells))
        expected = Expected.of(sampler.specification, seen, weights, values)
        widened = expected._replace(chance=expected.chance + self.variance[rows])
        return widened.parts(seen)


class _Response:
    """Regression of the people under one line of demand on the parameters, by observed month."""

    def __init__(self, known: Floats, people: Floats):
        count = len(known)
        self.centre, self.most = people.mean(axis=0), people.max(axis=0)
        spread = people.std(axis=0)
        self.residual = people - self.centre
        self.inputs = np.zeros(0, dtype=np.int64)
        if count < MAX_INPUTS or spread.max() < 1e-6:
            return
        scaled = (people - self.centre) / np.where(spread > 0, spread, 1.0)
        bend = known.T @ known + 0.15 * count * np.eye(known.shape[1])
        slope = np.linalg.solve(bend, known.T @ scaled)
        weight = np.sqrt((slope**2).mean(axis=1))
        self.inputs = np.argsort(-weight, kind="stable")[:MAX_INPUTS]
        self.inputs = self.inputs[weight[self.inputs] > 3.0 / np.sqrt(count)]
        if not len(self.inputs):
            return
        self.scale = weight[self.inputs] / np.linalg.norm(weight[self.inputs])
        chosen = known[:, self.inputs]
        bend = chosen.T @ chosen + np.eye(len(self.inputs))
        self.slope = np.linalg.solve(bend, chosen.T @ (people - self.centre))
        left = people - self.centre - chosen @ self.slope
        self.points = chosen * self.scale
        away = self._distances(self.points)
        few = np.arange(count)[:: max(count // 256, 1)]
        tried = [
            (np.abs(_leave_one_out(away[np.ix_(few, few)], left[few], width, nugget)[1]).sum(),
             width, nugget)
            for width in (0.3, 1.0, 3.0, 9.0) for nugget in (0.01, 0.1)
        ]  # fmt: skip
        _, self.width, nugget = min(tried)
        self.factor, self.residual = _leave_one_out(away, left, self.width, nugget)

    def _distances(self, points: Floats) -> Floats:
        """Return squared distances to the points of the training plans, (draws, plans)."""
        total = (points**2).sum(axis=1)[:, None] + (self.points**2).sum(axis=1)
        return np.asarray(np.maximum(total - 2 * points @ self.points.T, 0.0))

    def at(self, inputs: Floats) -> tuple[Floats, NDArray[np.int64]]:
        """Return the expected people, (draws, cells), and the nearest plan, (draws,)."""
        if not len(self.inputs):
            return np.tile(self.centre, (len(inputs), 1)), np.zeros(len(inputs), dtype=np.int64)
        chosen = inputs[:, self.inputs]
        distances = self._distances(chosen * self.scale)
        people = self.centre + chosen @ self.slope + np.exp(-self.width * distances) @ self.factor
        return np.clip(people, 0.0, self.most), distances.argmin(axis=1)


def _leave_one_out(
    distances: Floats, residuals: Floats, width: float, nugget: float
) -> tuple[Floats, Floats]:
    """Return the coefficients of a kernel regression, and its leave-one-out residuals."""
    inverse = np.linalg.inv(np.exp(-width * distances) + nugget * np.eye(len(distances)))
    factor = inverse @ residuals
    return factor, factor / np.diag(inverse)[:, None]


class _Sampler:
    """Sequential Monte Carlo sampler of a calibration, from the prior to the posterior.

    Attributes
    ----------
    training : list of (ndarray, ndarray)
        Normals and people of the training plans, one entry for each population planned.
    emulator : _Emulator
        Of the training plans, from the second population on.
    current, emulated_parts : _Particles, ndarray (particles, parts)
        The particles, and their likelihoods with emulated plans.
    """

    emulator: _Emulator

    def __init__(
        self, specification: Specification, seen: Seen, particles: int, seed: int,
        folder: str | Path | None, progress: Progress | None,
    ):  # fmt: skip
        self.specification, self.seen, self.seed = specification, seen, seed
        self.progress, self.size = progress, particles
        self.folder = None if folder is None else Path(folder)
        capacity = [one.layer == "capacity" for one in specification.uncertain.factors]
        self.capacity, self.presence = np.flatnonzero(capacity), np.flatnonzero(~np.array(capacity))
        self.seconds, self.began = 0.0, time.monotonic()
        self.reset()
        self.digest = digest(
            [specification.digest, [vars(one) for one in seen.observations], particles, seed]
        )

    def reset(self) -> None:
        """Reset the state to that before the first plan."""
        self.power, self.step, self.move, self.plans, self.accepted = 0.0, 0, 0, 0, 0.0
        self.training: list[tuple[Floats, NDArray[np.float32]]] = []
        self.trained = False
        self.current: _Particles | None = None
        self.emulated_parts: Floats = np.zeros((0, 0))

    def run(self, pool: Any, workers: int) -> None:
        """Train the emulator, then temper and move particles up to a power of 1."""
        self.pool, self.workers = pool, workers
        self.packed = Packed.of(self.specification)
        self.resume()
        while not self.trained and len(self.training) <= MAX_TRAININGS:
            self.add_training_plans()
            self.save()
        if self.current is None:
            self.emulator = self.train_emulator()
            normals, self.emulated_parts = self.sample(FIRST_ROUNDS)
            self.current = self.plan_particles(normals)
            self.save()
        while self.power < 1.0 or not self.has_moved_enough:
            if self.has_moved_enough:
                self.advance()
            self.move_particles()
            self.move += 1
            self.save()
        if self.progress is not None:
            self.progress(self.plans, self.plans, 0.0)

    @property
    def factors(self) -> int:
        return len(self.specification.uncertain.factors)

    @property
    def has_moved_enough(self) -> bool:
        """Whether particles have been moved enough at the present power; true at first."""
        if self.step == 0:
            return True
        min_accepted, max_moves = (
            (LAST_MIN_ACCEPTED, LAST_MAX_MOVES) if self.power == 1.0 else (MIN_ACCEPTED, MAX_MOVES)
        )
        if self.move >= max_moves:
            return True
        return self.accepted >= min_accepted and (self.power < 1.0 or self.is_sufficient)

    @property
    def is_sufficient(self) -> bool:
        """Whether the effective size suffices, or can never do so."""
        return (
            self.current is None
            or self.size < MIN_EFFECTIVE
            or _effective_size(self.current.normals) >= MIN_EFFECTIVE
        )

    def random(self, stream: int) -> np.random.Generator:
        """Return the generator of a step and move; it depends on the seed and these alone."""
        return np.random.default_rng([self.seed, len(self.training), self.step, self.move, stream])

    def add_training_plans(self) -> None:
        """Plan a sample of the emulated posterior for training, and assess the emulator by it."""
        if not self.training:
            normals = self.random(0).standard_normal((self.size, self.factors))
            parts = np.zeros((self.size, 1))
        else:
            self.emulator = self.train_emulator()
            normals, parts = self.sample(TRAINING_ROUNDS)
        planned = self.plan_particles(normals)
        if not np.isfinite(planned.log).any():
            raise ResultError("no draw could be planned: nothing can be calibrated")
        self.training.append((normals, planned.weights))
        effective = _effective_sizes(
            (planned.log - parts.sum(axis=1)).reshape(POPULATIONS, -1)
        ).min()
        sufficient = effective >= TRAINED_SIZE * self.size / POPULATIONS
        self.trained = bool(sufficient)

    def train_emulator(self) -> _Emulator:
        """Return the emulator trained on the plans made so far."""
        normals, weights = (np.concatenate(x) for x in zip(*self.training, strict=True))
        values = _values(self.specification, normals)
        log = self.weigh(normals, values, weights, np.zeros(0)).log
        return _Emulator(self, normals, weights, log)

    def sample(self, rounds: int) -> tuple[Floats, Floats]:
        """Return a sample of the posterior with emulated plans, and its likelihood."""
        random, power = self.random(4), 0.0
        normals = random.standard_normal((self.size, self.factors))
        parts = self.emulator.parts(normals)
        while power < 1.0:
            power, rows = _temper(parts.sum(axis=1), power, random)
            normals, parts = self.move_emulated(normals[rows], parts[rows], power, random)
        for _ in range(rounds):
            normals, parts = self.move_emulated(normals, parts, power, random)
        return normals, parts

    def move_emulated(
        self, normals: Floats, parts: Floats, power: float, random: np.random.Generator
    ) -> tuple[Floats, Floats]:
        """Move particles with emulated plans."""
        return _move_particles(
            normals, parts, power, EMULATED_MOVES, self.emulator.touched, np.arange(self.factors),
            self.emulator.parts, random,
        )  # fmt: skip

    def presence_values(self, normals: Floats) -> Floats:
        """Return values of the parameters of presence; the others have their likely values."""
        from scipy.special import ndtr

        factors = np.flatnonzero(self.touched.any(axis=1))
        return self.specification.uncertain.values(ndtr(normals), factors)

    @cached_property
    def lines_counted(self) -> NDArray[np.bool_]:
        """Which parts of the likelihood count which lines, (lines, parts)."""
        seen = self.seen
        counted = np.zeros((len(self.specification.formulation.ids), len(seen.parts)), dtype=bool)
        for part, rows in enumerate(seen.parts):
            counted[seen.line[np.isin(seen.owner, rows)], part] = True
        return counted

    @cached_property
    def touched(self) -> NDArray[np.bool_]:
        """Which parts of the likelihood each normal changes while plans stay, (factors, parts)."""
        uncertain, owners = self.specification.uncertain, self.specification.presence.owners
        names_of_lines = [{f"demand.{demand}.{MANNED}", f"kind.{kind}."} for kind, demand in owners]
        lines = np.array(
            [
                [any(t in names or t.rpartition(".")[0] + "." in names for t in factor.targets)
                 for names in names_of_lines]
                for factor in uncertain.factors
            ]
        )  # fmt: skip
        touched = lines @ self.lines_counted
        if uncertain.root is not None:
            touched = (uncertain.root != 0).T @ touched
        return np.asarray(touched)

    def plan_particles(self, normals: Floats) -> _Particles:
        """Plan particles and compute their likelihoods."""
        values = _values(self.specification, normals)
        calls = (
            (plan_packed, self.packed, self.seen, values[k : k + BATCH])
            for k in range(0, len(values), BATCH)
        )
        parts = []
        for part in in_order(self.pool, self.workers, calls):
            parts.append(part)
            self.plans += len(part.asked)
            self.report()
        weights = np.concatenate([part.weights for part in parts])
        return self.weigh(normals, values, weights, np.concatenate([part.asked for part in parts]))

    def weigh(
        self, normals: Floats, values: Floats, weights: NDArray[np.float32], asked: Floats
    ) -> _Particles:
        expected = Expected.of(self.specification, self.seen, weights, values)
        return _Particles(normals, weights, asked, expected, expected.parts(self.seen))

    def report(self) -> None:
        """Report progress; the number of moves at the last step is an estimate."""
        if self.progress is None:
            return
        if self.power < 1.0:
            remaining = self.size * (
                MAX_TRAININGS + 8 * (1.0 - self.power) + 16 - len(self.training)
            )
        else:
            rate = max(self.accepted / max(self.move, 1), 0.1)
            remaining = self.size * max(
                (LAST_MIN_ACCEPTED - self.accepted) / rate, (LAST_MAX_MOVES - self.move) / 4, 1.0
            )
        seconds_per_plan = (self.seconds + time.monotonic() - self.began) / max(self.plans, 1)
        self.progress(self.plans, int(self.plans + remaining), seconds_per_plan * remaining)

    def advance(self) -> None:
        """Raise the power of the likelihood by a tempering step, and resample."""
        assert self.current is not None
        self.step, self.move, self.accepted = self.step + 1, 0, 0.0
        gain = self.current.log - self.emulated_parts.sum(axis=1)
        power, rows = _temper(gain, self.power, self.random(1))
        self.power, self.current = power, self.current.take(rows)
        self.emulated_parts = self.emulated_parts[rows]

    def move_particles(self) -> None:
        """Move all particles once with new plans, then their parameters of presence."""
        assert self.current is not None
        current, random = self.current, self.random(2)
        normals, parts = self.move_emulated(current.normals, self.emulated_parts, 1.0, random)
        proposed = self.plan_particles(normals)
        ratio = (proposed.log - parts.sum(axis=1)) - (current.log - self.emulated_parts.sum(axis=1))
        ratio = np.nan_to_num(self.power * ratio, nan=-np.inf)
        accepted = np.log(random.random(self.size)) < ratio
        self.current = current.where(accepted, proposed)
        self.emulated_parts = np.where(accepted[:, None], parts, self.emulated_parts)
        self.accepted += float(accepted.mean())
        if self.power == 1.0:
            self._move_presence(random)

    def _move_presence(self, random: np.random.Generator) -> None:
        """Move the parameters of presence of all particles several times; plans do not change."""
        current = self.current
        if current is None or not len(self.presence):
            return

        def parts(normals: Floats, chosen_parts: NDArray[np.int64]) -> Floats:
            values = self.presence_values(normals)
            weighed = self.weigh(normals, values, current.weights, current.asked)
            return weighed.parts[:, chosen_parts]

        normals, _ = _move_particles(
            current.normals, current.parts, 1.0, PRESENCE_MOVES, self.touched, self.presence,
            parts, random,
        )  # fmt: skip
        values = _values(self.specification, normals)
        self.current = self.weigh(normals, values, current.weights, current.asked)
        self.emulated_parts = self.emulator.parts(normals)

    def save(self) -> None:
        """Write the state; an interrupted write leaves the earlier file."""
        if self.folder is None:
            return
        path = self.folder / STATE
        state = {name: getattr(self, name) for name in (*SAVED_FIELDS, "digest")}
        state["seconds"] = self.seconds + time.monotonic() - self.began
        inputs, plans = (np.concatenate(x) for x in zip(*self.training, strict=True))
        arrays: dict[str, Any] = {"known": inputs, "known_weights": plans}
        if self.current is not None:
            arrays |= {"normals": self.current.normals, "weights": self.current.weights,
                       "asked": self.current.asked, "base": self.emulated_parts}  # fmt: skip
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(".part.npz")
            np.savez(partial, head=np.array(json.dumps(state)), **arrays)
            partial.replace(path)
        except OSError as error:
            reason = error.strerror or error
            raise ResultError(f"{self.folder}: cannot be written: {reason}") from None

    def resume(self) -> None:
        """Read the state of an interrupted calibration, if there is one."""
        if self.folder is None or not (self.folder / STATE).is_file():
            return
        try:
            with np.load(self.folder / STATE, allow_pickle=False) as file:
                state = json.loads(str(file["head"]))
                arrays = {name: file[name] for name in file.files if name != "head"}
                saved = {name: state[name] for name in (*SAVED_FIELDS, "seconds", "digest")}
                count = len(arrays["known"]) // self.size
        except (OSError, ValueError, KeyError):
            message = "is damaged, or of another version of the program; remove it"
            raise ResultError(f"{self.folder / STATE}: {message}") from None
        if saved["digest"] != self.digest:
            raise InputError(
                f"{self.folder}: holds a calibration of another scenario, of other observations or "
                "options: choose another folder"
            )
        for name in (*SAVED_FIELDS, "seconds"):
            setattr(self, name, saved[name])
        parts = (np.split(arrays[name], count) for name in ("known", "known_weights"))
        self.training = list(zip(*parts, strict=True))
        if "normals" in arrays:
            values = _values(self.specification, arrays["normals"])
            self.current = self.weigh(arrays["normals"], values, arrays["weights"], arrays["asked"])
            self.emulated_parts, self.emulator = arrays["base"], self.train_emulator()

    def found(self, left_out: tuple[str, ...], above: tuple[str, ...], until: str) -> Calibration:
        """Return the sample."""
        assert self.current is not None
        current = self.current
        return Calibration(
            self.specification, self.seen, left_out, above, until, current.normals,
            current.expected, current.weights, current.asked, _effective_size(current.normals),
            self.plans, self.step,
            self.seconds + time.monotonic() - self.began, self.seed,
        )  # fmt: skip


def _move_particles(
    normals: Floats, parts: Floats, power: float, count: int, touched: NDArray[np.bool_],
    free: NDArray[np.int64], likelihood: Callable[[Floats, NDArray[np.int64]], Floats],
    random: np.random.Generator,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Move particles; accept groups of coordinates without a common part independently.

    The number of coordinates, the coordinates and the width of a move are random: a mixture of
    moves that each leave the target invariant also does.
    """
    for _ in range(count):
        share = 0.5 * (3.0 / max(len(free), 3)) ** random.random()
        width = 0.05 ** random.random()
        moving = free[random.random(len(free)) < share]
        if not len(moving):
            moving = free[[random.integers(len(free))]]
        proposed = normals.copy()
        proposed[:, moving] *= np.sqrt(1 - width**2)
        proposed[:, moving] += width * random.standard_normal((len(normals), len(moving)))
        new_parts, changed = parts.copy(), np.flatnonzero(touched[moving].any(axis=0))
        if len(changed):
            new_parts[:, changed] = likelihood(proposed, changed)
        groups, group = _independent_groups(touched[moving])
        gain = np.zeros((len(normals), groups))
        with np.errstate(invalid="ignore"):
            np.add.at(gain.T, group[len(moving) :], power * (new_parts - parts).T)
        chosen = np.log(random.random(gain.shape)) < np.nan_to_num(gain, nan=-np.inf)
        normals = normals.copy()
        normals[:, moving] = np.where(
            chosen[:, group[: len(moving)]], proposed[:, moving], normals[:, moving]
        )
        parts = np.where(chosen[:, group[len(moving) :]], new_parts, parts)
    return normals, parts


def _independent_groups(touched: NDArray[np.bool_]) -> tuple[int, NDArray[np.int64]]:
    """Return the number of connected components, and those of the rows and columns."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows = len(touched)
    row, column = np.nonzero(touched)
    size = rows + touched.shape[1]
    graph = coo_array((np.ones(len(row)), (row, column + rows)), shape=(size, size))
    count, labels = connected_components(graph, directed=False)
    return int(count), np.asarray(labels, dtype=np.int64)


def _effective_sizes(parts: Floats) -> Floats:
    """Return the effective size of each row from the logarithms of weights."""
    weight = np.exp(parts - parts.max(axis=1, keepdims=True))
    return np.asarray(weight.sum(axis=1) ** 2 / (weight**2).sum(axis=1))


def _largest_power(parts: Floats, maximum: float, min_size: float) -> float:
    """Return the largest power up to `most` of the weights that leaves each row worth `least`."""
    if _effective_sizes(maximum * parts).min() >= min_size:
        return maximum
    low, high = 0.0, maximum
    for _ in range(50):
        middle = (low + high) / 2
        sufficient = _effective_sizes(middle * parts).min() >= min_size
        low, high = (middle, high) if sufficient else (low, middle)
    return low


def _plan_weights(log: Floats) -> Floats:
    """Return weights of plans by a power of the likelihood, with a sixteenth as effective size."""
    weight = np.exp(_largest_power(log[None], 1.0, len(log) / 16) * (log - log.max()))
    return np.asarray(weight / weight.sum())


def _temper(
    log: Floats, power: float, random: np.random.Generator
) -> tuple[float, NDArray[np.int64]]:
    """Return the power after a tempering step, and the resampled rows (systematic resampling)."""
    if not np.isfinite(log.reshape(POPULATIONS, -1).max(axis=1)).all():
        raise ResultError("no draw could be planned: nothing can be calibrated")
    log, size = np.where(np.isnan(log), -np.inf, log), len(log) // POPULATIONS
    parts = log.reshape(POPULATIONS, -1)
    increase = max(_largest_power(parts, 1.0 - power, KEPT_SIZE * size), 1e-9)
    rows = []
    for index, part in enumerate(parts):
        cumulative = np.cumsum(np.exp(increase * (part - part.max())))
        positions = (random.random() + np.arange(size)) / size * cumulative[-1]
        resampled = np.minimum(np.searchsorted(cumulative, positions, side="right"), size - 1)
        rows.append(index * size + resampled)
    power = min(power + increase, 1.0)
    return (1.0 if 1.0 - power < 1e-9 else power), np.concatenate(rows)


def _effective_size(normals: Floats) -> float:
    """Return the effective size of a sample of populations."""
    size = len(normals) // POPULATIONS
    parts = normals.reshape(POPULATIONS, size, -1)
    within = parts.var(axis=1, ddof=1).mean(axis=0)
    between = parts.mean(axis=1).var(axis=0, ddof=1)
    shift, spread = normals.mean(axis=0), normals.std(axis=0, ddof=1)
    informed = _informative(shift, spread, len(normals))
    if not informed.any():
        informed = np.ones_like(informed)
    if not between[informed].sum():
        return 0.0
    effective = POPULATIONS * within[informed].sum() / between[informed].sum()
    return float(min(effective, len(normals)))


def posterior_of(calibration: Calibration, scenario: Scenario) -> Scenario:
    """Return a scenario that draws from a calibration, through a parameter file of its own."""
    import tempfile

    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        path = Path(folder) / f"{scenario.name}-{calibration.until}.json"
        calibration.save_parameters(path)
        found = scenario.with_({"parameters": str(path)})
        return replace(found, files=found.files[:-1])
