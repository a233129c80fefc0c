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

__all__ = ["LEAST", "Calibration", "calibrate", "posterior_of"]

Floats = NDArray[np.float64]

POPULATIONS = 4
"""Populations that never exchange particles."""

KEEPS = 0.5
"""Part of a population's effective size that a step of the power keeps."""

TRAININGS = 3
"""Most populations planned to train the emulator, after a first one drawn from the prior."""

TRAINED = 0.2
"""Part of the effective size that particles drawn with emulated plans keep when they are planned,
from which on the emulator is trained no further."""

MEAN = 1.2533
"""Standard deviation of a normal value over the mean of its distance from its own mean."""

TRAINING_PLANS = 1024
"""Training plans that are used, the newest."""

MATTERS = 16
"""Most parameters on which the people under a line of demand are taken to hang."""

ACCEPTED, LAST_ACCEPTED = 0.5, 2.0
"""Accepted moves with new plans for each particle at each step, and after the last."""

MOST, LAST_MOST = 6, 120
"""Most moves with new plans at each step, and after the last; after the last they also go on until
the sample may be used."""

WALK = 24
"""Moves with emulated plans at each step, and for each move with a new plan."""

TRAINING_WALKS, FIRST_WALKS = 3, 8
"""How often as many follow on the last step when particles are drawn with emulated plans to train
the emulator, and to begin with."""

CHEAP = 12
"""Moves of presence for each move with new plans after the last step."""

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
HELD = ("power", "step", "move", "plans", "accepted", "trained")


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
            raise ResultError(say("not_usable", "en", least=f"{LEAST:g}"))
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

        def pick(own: Any, others: Any) -> Any:
            return np.where(chosen.reshape(-1, *[1] * (own.ndim - 1)), others, own)

        pairs = zip(self.expected, other.expected, strict=True)
        return _Particles(
            pick(self.normals, other.normals), pick(self.weights, other.weights),
            pick(self.asked, other.asked), Expected(*(pick(a, b) for a, b in pairs)),
            pick(self.parts, other.parts),
        )  # fmt: skip


class _Emulator:
    """People planned under the observed demands, as plans made so far lead one to expect them.

    For each line of demand a linear function of the few parameters that matter to it, and a kernel
    regression of what that leaves (kriging; Rasmussen and Williams, *Gaussian processes for machine
    learning*, 2006). People are spread over the months of their tours as in the plan most alike.
    What remains unexplained is added to the variance; it is measured on plans left out one by one,
    and weighs most those that agree best with what was seen.

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
        alike = _alike(log[kept])
        self.weights, self.people = weights[kept], weights[kept].sum(axis=2, dtype=float)
        self.known = normals[np.ix_(kept, sampler.capacity)]
        total = self.people.sum(axis=0)[:, None]
        share = np.divide(
            self.weights.sum(axis=0), total, out=np.zeros(weights.shape[1:]), where=total > 0
        )
        self.usual = share.astype(np.float32)
        self.lines: list[tuple[NDArray[np.int64], _Response]] = []
        missed = np.zeros((len(kept), len(sampler.seen)))
        for line in np.unique(sampler.seen.line):
            cells = np.flatnonzero(sampler.seen.line == line)
            response = _Response(self.known, self.people[:, cells])
            self.lines.append((cells, response))
            np.add.at(missed.T, sampler.seen.owner[cells], response.missed.T)
        self.variance = (MEAN * (alike @ np.abs(missed))) ** 2

    def planned(self, normals: Floats, wanted: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the people that plans are expected to give, (draws, cells wanted, months)."""
        inputs = normals[:, self.sampler.capacity]
        found = np.empty((len(normals), *self.usual.shape), dtype=np.float32)
        for cells, response in self.lines:
            some = np.isin(cells, wanted)
            if not some.any():
                continue
            people, alike = response.at(inputs)
            people, cells = people[:, some], cells[some]
            known = self.people[np.ix_(alike, cells)]
            times = np.divide(people, known, out=np.zeros_like(people), where=known > 0)
            scaled = self.weights[alike[:, None], cells] * times[:, :, None]
            rest = np.where(known > 0, 0.0, people)[:, :, None] * self.usual[cells]
            found[:, cells] = scaled + rest
        return found[:, wanted]

    @cached_property
    def touched(self) -> NDArray[np.bool_]:
        """Which parts of the likelihood each normal changes, (factors, parts)."""
        sampler, found = self.sampler, self.sampler.touched.copy()
        lines = np.zeros((sampler.factors, len(sampler.specification.formulation.ids)), dtype=bool)
        for cells, response in self.lines:
            lines[sampler.capacity[response.some], sampler.seen.line[cells[0]]] = True
        return np.asarray(found | (lines @ sampler.speaks))

    def parts(self, normals: Floats, some: NDArray[np.int64] | None = None) -> Floats:
        """Return the logarithms of the likelihood with plans as expected, (draws, parts)."""
        sampler = self.sampler
        every = sampler.seen.parts
        chosen = every if some is None else [every[k] for k in some]
        places = np.sort(np.concatenate(chosen))
        seen, cells = sampler.seen.take(places), np.isin(sampler.seen.owner, places)
        values = sampler.presence_values(normals)
        weights = self.planned(normals, np.flatnonzero(cells))
        expected = Expected.of(sampler.specification, seen, weights, values)
        wider = expected._replace(chance=expected.chance + self.variance[places])
        return wider.parts(seen)


class _Response:
    """How the people under one line of demand hang on the parameters, in all observed months."""

    def __init__(self, known: Floats, people: Floats):
        count = len(known)
        self.centre, self.most = people.mean(axis=0), people.max(axis=0)
        spread = people.std(axis=0)
        self.missed = people - self.centre
        self.some = np.zeros(0, dtype=np.int64)
        if count < MATTERS or spread.max() < 1e-6:
            return
        scaled = (people - self.centre) / np.where(spread > 0, spread, 1.0)
        bend = known.T @ known + 0.15 * count * np.eye(known.shape[1])
        slope = np.linalg.solve(bend, known.T @ scaled)
        weight = np.sqrt((slope**2).mean(axis=1))
        self.some = np.argsort(-weight, kind="stable")[:MATTERS]
        self.some = self.some[weight[self.some] > 3.0 / np.sqrt(count)]
        if not len(self.some):
            return
        self.scale = weight[self.some] / np.linalg.norm(weight[self.some])
        chosen = known[:, self.some]
        bend = chosen.T @ chosen + np.eye(len(self.some))
        self.slope = np.linalg.solve(bend, chosen.T @ (people - self.centre))
        left = people - self.centre - chosen @ self.slope
        self.places = chosen * self.scale
        away = self._away(self.places)
        few = np.arange(count)[:: max(count // 256, 1)]
        tried = [
            (np.abs(_left_out(away[np.ix_(few, few)], left[few], width, nugget)[1]).sum(),
             width, nugget)
            for width in (0.3, 1.0, 3.0, 9.0) for nugget in (0.01, 0.1)
        ]  # fmt: skip
        _, self.width, nugget = min(tried)
        self.factor, self.missed = _left_out(away, left, self.width, nugget)

    def _away(self, places: Floats) -> Floats:
        """Return squared distances to the places of the plans known, (draws, plans)."""
        found = (places**2).sum(axis=1)[:, None] + (self.places**2).sum(axis=1)
        return np.asarray(np.maximum(found - 2 * places @ self.places.T, 0.0))

    def at(self, inputs: Floats) -> tuple[Floats, NDArray[np.int64]]:
        """Return the people expected, (draws, cells), and the plan most alike, (draws,)."""
        if not len(self.some):
            return np.tile(self.centre, (len(inputs), 1)), np.zeros(len(inputs), dtype=np.int64)
        chosen = inputs[:, self.some]
        away = self._away(chosen * self.scale)
        people = self.centre + chosen @ self.slope + np.exp(-self.width * away) @ self.factor
        return np.clip(people, 0.0, self.most), away.argmin(axis=1)


def _left_out(away: Floats, left: Floats, width: float, nugget: float) -> tuple[Floats, Floats]:
    """Return the factors of a kernel regression, and by how much it misses each plan left out."""
    inverse = np.linalg.inv(np.exp(-width * away) + nugget * np.eye(len(away)))
    factor = inverse @ left
    return factor, factor / np.diag(inverse)[:, None]


class _Sampler:
    """The particles of a calibration on their way from before to after.

    Attributes
    ----------
    training : list of (ndarray, ndarray)
        Normals and people of the training plans, one entry for each population planned.
    emulator : _Emulator
        Of the training plans, from the second population on.
    now, base : _Particles, ndarray (particles, parts)
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
        self.start()
        self.digest = digest(
            [specification.digest, [vars(one) for one in seen.observations], particles, seed]
        )

    def start(self) -> None:
        """Set everything to before the first plan."""
        self.power, self.step, self.move, self.plans, self.accepted = 0.0, 0, 0, 0, 0.0
        self.training: list[tuple[Floats, NDArray[np.float32]]] = []
        self.trained = False
        self.now: _Particles | None = None
        self.base: Floats = np.zeros((0, 0))

    def run(self, pool: Any, workers: int) -> None:
        """Train the emulator, and move particles until the whole of the likelihood counts."""
        self.pool, self.workers = pool, workers
        self.packed = Packed.of(self.specification)
        self.resume()
        while not self.trained and len(self.training) <= TRAININGS:
            self.train()
            self.keep()
        if self.now is None:
            self.emulator = self.emulated()
            normals, self.base = self.drawn(FIRST_WALKS)
            self.now = self.planned(normals)
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
        far, most = (LAST_ACCEPTED, LAST_MOST) if self.power == 1.0 else (ACCEPTED, MOST)
        if self.move >= most:
            return True
        return self.accepted >= far and (self.power < 1.0 or self.enough)

    @property
    def enough(self) -> bool:
        """Whether the particles may be used, or are too few ever to be."""
        return self.now is None or self.size < LEAST or _effective(self.now.normals) >= LEAST

    def random(self, stream: int) -> np.random.Generator:
        """Return the random numbers of a step and move: they depend on nothing else."""
        return np.random.default_rng([self.seed, len(self.training), self.step, self.move, stream])

    def train(self) -> None:
        """Plan particles drawn with emulated plans, and see how well these were emulated."""
        if not self.training:
            normals = self.random(0).standard_normal((self.size, self.factors))
            parts = np.zeros((self.size, 1))
        else:
            self.emulator = self.emulated()
            normals, parts = self.drawn(TRAINING_WALKS)
        made = self.planned(normals)
        if not np.isfinite(made.log).any():
            raise ResultError("no draw could be planned: nothing can be calibrated")
        self.training.append((normals, made.weights))
        worth = _worth((made.log - parts.sum(axis=1)).reshape(POPULATIONS, -1)).min()
        enough = worth >= TRAINED * self.size / POPULATIONS
        self.trained = bool(enough)

    def emulated(self) -> _Emulator:
        """Return the emulator trained on the plans made so far."""
        normals, weights = (np.concatenate(x) for x in zip(*self.training, strict=True))
        values = _values(self.specification, normals)
        log = self.weighed(normals, values, weights, np.zeros(0)).log
        return _Emulator(self, normals, weights, log)

    def drawn(self, times: int) -> tuple[Floats, Floats]:
        """Return a sample given what was seen if plans were as emulated, and its likelihood."""
        random, power = self.random(4), 0.0
        normals = random.standard_normal((self.size, self.factors))
        parts = self.emulator.parts(normals)
        while power < 1.0:
            power, rows = _raised(parts.sum(axis=1), power, random)
            normals, parts = self.walked(normals[rows], parts[rows], power, random)
        for _ in range(times):
            normals, parts = self.walked(normals, parts, power, random)
        return normals, parts

    def walked(
        self, normals: Floats, parts: Floats, power: float, random: np.random.Generator
    ) -> tuple[Floats, Floats]:
        """Move particles some times with emulated plans."""
        return _walk(
            normals, parts, power, WALK, self.emulator.touched, np.arange(self.factors),
            self.emulator.parts, random,
        )  # fmt: skip

    def presence_values(self, normals: Floats) -> Floats:
        """Return values of the parameters that presence hangs on; the others are likely ones."""
        from scipy.special import ndtr

        some = np.flatnonzero(self.touched.any(axis=1))
        return self.specification.uncertain.values(ndtr(normals), some)

    @cached_property
    def speaks(self) -> NDArray[np.bool_]:
        """Which parts of the likelihood count which lines, (lines, parts)."""
        seen = self.seen
        found = np.zeros((len(self.specification.formulation.ids), len(seen.parts)), dtype=bool)
        for part, places in enumerate(seen.parts):
            found[seen.line[np.isin(seen.owner, places)], part] = True
        return found

    @cached_property
    def touched(self) -> NDArray[np.bool_]:
        """Which parts of the likelihood each normal changes while plans stay, (factors, parts)."""
        uncertain, owners = self.specification.uncertain, self.specification.presence.owners
        asked = [{f"demand.{demand}.{MANNED}", f"kind.{kind}."} for kind, demand in owners]
        lines = np.array(
            [
                [any(t in own or t.rpartition(".")[0] + "." in own for t in one.targets)
                 for own in asked]
                for one in uncertain.factors
            ]
        )  # fmt: skip
        found = lines @ self.speaks
        if uncertain.root is not None:
            found = (uncertain.root != 0).T @ found
        return np.asarray(found)

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
        return _Particles(normals, weights, asked, expected, expected.parts(self.seen))

    def report(self) -> None:
        """Say how far it is; how many moves follow on the last step is a guess."""
        if self.progress is None:
            return
        if self.power < 1.0:
            coming = self.size * (TRAININGS + 8 * (1.0 - self.power) + 16 - len(self.training))
        else:
            rate = max(self.accepted / max(self.move, 1), 0.1)
            coming = self.size * max(
                (LAST_ACCEPTED - self.accepted) / rate, (LAST_MOST - self.move) / 4, 1.0
            )
        each = (self.seconds + time.monotonic() - self.began) / max(self.plans, 1)
        self.progress(self.plans, int(self.plans + coming), each * coming)

    def advance(self) -> None:
        """Raise the power as far as each population stands it, and resample."""
        assert self.now is not None
        self.step, self.move, self.accepted = self.step + 1, 0, 0.0
        gain = self.now.log - self.base.sum(axis=1)
        power, rows = _raised(gain, self.power, self.random(1))
        self.power, self.now, self.base = power, self.now.take(rows), self.base[rows]

    def moved(self) -> None:
        """Move all particles once with new plans, and their presence a few times."""
        assert self.now is not None
        now, random = self.now, self.random(2)
        normals, parts = self.walked(now.normals, self.base, 1.0, random)
        tried = self.planned(normals)
        ratio = (tried.log - parts.sum(axis=1)) - (now.log - self.base.sum(axis=1))
        ratio = np.nan_to_num(self.power * ratio, nan=-np.inf)
        chosen = np.log(random.random(self.size)) < ratio
        self.now, self.base = now.where(chosen, tried), np.where(chosen[:, None], parts, self.base)
        self.accepted += float(chosen.mean())
        if self.power == 1.0:
            self._present(random)

    def _present(self, random: np.random.Generator) -> None:
        """Move the presence of all particles a few times; their plans stay."""
        now = self.now
        if now is None or not len(self.presence):
            return

        def parts(normals: Floats, some: NDArray[np.int64]) -> Floats:
            values = self.presence_values(normals)
            return self.weighed(normals, values, now.weights, now.asked).parts[:, some]

        normals, _ = _walk(
            now.normals, now.parts, 1.0, CHEAP, self.touched, self.presence, parts, random
        )
        values = _values(self.specification, normals)
        self.now = self.weighed(normals, values, now.weights, now.asked)
        self.base = self.emulator.parts(normals)

    def keep(self) -> None:
        """Write the state, whole or not at all."""
        if self.folder is None:
            return
        path = self.folder / STATE
        head = {name: getattr(self, name) for name in (*HELD, "digest")}
        head["seconds"] = self.seconds + time.monotonic() - self.began
        known, plans = (np.concatenate(x) for x in zip(*self.training, strict=True))
        arrays: dict[str, Any] = {"known": known, "known_weights": plans}
        if self.now is not None:
            arrays |= {"normals": self.now.normals, "weights": self.now.weights,
                       "asked": self.now.asked, "base": self.base}  # fmt: skip
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            beside = path.with_suffix(".part.npz")
            np.savez(beside, head=np.array(json.dumps(head)), **arrays)
            beside.replace(path)
        except OSError as error:
            why = error.strerror or error
            raise ResultError(f"{self.folder}: cannot be written: {why}") from None

    def resume(self) -> None:
        """Read the state that an interrupted calibration left, if there is one."""
        if self.folder is None or not (self.folder / STATE).is_file():
            return
        try:
            with np.load(self.folder / STATE, allow_pickle=False) as kept:
                head = json.loads(str(kept["head"]))
                arrays = {name: kept[name] for name in kept.files if name != "head"}
                held = {name: head[name] for name in (*HELD, "seconds", "digest")}
                count = len(arrays["known"]) // self.size
        except (OSError, ValueError, KeyError):
            message = "is damaged, or of another version of the program; remove it"
            raise ResultError(f"{self.folder / STATE}: {message}") from None
        if held["digest"] != self.digest:
            raise InputError(
                f"{self.folder}: holds a calibration of another scenario, of other observations or "
                "options: choose another folder"
            )
        for name in (*HELD, "seconds"):
            setattr(self, name, held[name])
        parts = (np.split(arrays[name], count) for name in ("known", "known_weights"))
        self.training = list(zip(*parts, strict=True))
        if "normals" in arrays:
            values = _values(self.specification, arrays["normals"])
            self.now = self.weighed(arrays["normals"], values, arrays["weights"], arrays["asked"])
            self.base, self.emulator = arrays["base"], self.emulated()

    def found(self, left_out: tuple[str, ...], above: tuple[str, ...], until: str) -> Calibration:
        """Return the sample."""
        assert self.now is not None
        now = self.now
        return Calibration(
            self.specification, self.seen, left_out, above, until, now.normals, now.expected,
            now.weights, now.asked, _effective(now.normals), self.plans, self.step,
            self.seconds + time.monotonic() - self.began, self.seed,
        )  # fmt: skip


def _walk(
    normals: Floats, parts: Floats, power: float, count: int, touched: NDArray[np.bool_],
    free: NDArray[np.int64], likelihood: Callable[[Floats, NDArray[np.int64]], Floats],
    random: np.random.Generator,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Move particles some times, accepting what touches no part of the likelihood in common apart.

    How many normals move, which and how far is left to chance: the moves together keep the
    balance that each of them keeps.
    """
    for _ in range(count):
        share = 0.5 * (3.0 / max(len(free), 3)) ** random.random()
        width = 0.05 ** random.random()
        some = free[random.random(len(free)) < share]
        if not len(some):
            some = free[[random.integers(len(free))]]
        tried = normals.copy()
        tried[:, some] *= np.sqrt(1 - width**2)
        tried[:, some] += width * random.standard_normal((len(normals), len(some)))
        found, changed = parts.copy(), np.flatnonzero(touched[some].any(axis=0))
        if len(changed):
            found[:, changed] = likelihood(tried, changed)
        number, own = _apart(touched[some])
        gain = np.zeros((len(normals), number))
        with np.errstate(invalid="ignore"):
            np.add.at(gain.T, own[len(some) :], power * (found - parts).T)
        chosen = np.log(random.random(gain.shape)) < np.nan_to_num(gain, nan=-np.inf)
        normals = normals.copy()
        normals[:, some] = np.where(chosen[:, own[: len(some)]], tried[:, some], normals[:, some])
        parts = np.where(chosen[:, own[len(some) :]], found, parts)
    return normals, parts


def _apart(touched: NDArray[np.bool_]) -> tuple[int, NDArray[np.int64]]:
    """Return the number of groups that hang together, and those of the rows and the columns."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    wide = len(touched)
    row, column = np.nonzero(touched)
    size = wide + touched.shape[1]
    graph = coo_array((np.ones(len(row)), (row, column + wide)), shape=(size, size))
    number, label = connected_components(graph, directed=False)
    return int(number), np.asarray(label, dtype=np.int64)


def _worth(parts: Floats) -> Floats:
    """Return how many draws those of each row are worth by the logarithms of their weights."""
    weight = np.exp(parts - parts.max(axis=1, keepdims=True))
    return np.asarray(weight.sum(axis=1) ** 2 / (weight**2).sum(axis=1))


def _power(parts: Floats, most: float, least: float) -> float:
    """Return the largest power up to `most` of the weights that leaves each row worth `least`."""
    if _worth(most * parts).min() >= least:
        return most
    low, high = 0.0, most
    for _ in range(50):
        middle = (low + high) / 2
        enough = _worth(middle * parts).min() >= least
        low, high = (middle, high) if enough else (low, middle)
    return low


def _alike(log: Floats) -> Floats:
    """Return weights of plans by a power of their likelihood that leaves a sixteenth of them."""
    weight = np.exp(_power(log[None], 1.0, len(log) / 16) * (log - log.max()))
    return np.asarray(weight / weight.sum())


def _raised(
    log: Floats, power: float, random: np.random.Generator
) -> tuple[float, NDArray[np.int64]]:
    """Raise a power as far as each population stands it; also return the rows resampled."""
    if not np.isfinite(log.reshape(POPULATIONS, -1).max(axis=1)).all():
        raise ResultError("no draw could be planned: nothing can be calibrated")
    log, each = np.where(np.isnan(log), -np.inf, log), len(log) // POPULATIONS
    parts = log.reshape(POPULATIONS, -1)
    rise = max(_power(parts, 1.0 - power, KEEPS * each), 1e-9)
    rows = []
    for place, part in enumerate(parts):
        ends = np.cumsum(np.exp(rise * (part - part.max())))
        even = (random.random() + np.arange(each)) / each * ends[-1]
        found = np.minimum(np.searchsorted(ends, even, side="right"), each - 1)
        rows.append(place * each + found)
    power = min(power + rise, 1.0)
    return (1.0 if 1.0 - power < 1e-9 else power), np.concatenate(rows)


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
