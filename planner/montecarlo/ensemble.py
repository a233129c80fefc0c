"""The ensemble of draws of a scenario: tidy tables with errors, and every single draw.

Sums over demands, pools and months are made draw by draw, a few groups at a time: however many
draws are made, no more than a fixed amount of memory is used, since groups are taken in portions
and every portion reads once through the batches.

Factors are ranked by Spearman's rank correlation ρ with a quantity: the correlation of their ranks
over all draws. Its error is found by leaving out one replicate after the other (jackknife):

    SE² = (R − 1) / R · Σ_r (ρ_(r) − mean of ρ_(·))²,                                        (22)

ρ_(r) without replicate r, the ranks kept. So it holds for even points, and where draws share rules.
ρ² is about the part of the spread of the quantity that goes with the factor, if the factor is
independent of the others and the quantity rises or falls with it throughout; interactions are seen
by Sobol indices only, see :mod:`planner.montecarlo.sensitivity`.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
import weakref
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from planner.errors import InputError, ResultError, nearest
from planner.montecarlo.estimates import (
    CONFIDENCE,
    add_to_sums,
    chance_of,
    mean_of,
    means_of_sums,
    quantile_intervals,
    quantiles_of,
    rank_correlations,
    student,
)
from planner.montecarlo.records import LAYERS, QUANTITY_COLUMNS, WHOLE, Records, layer_of, lost
from planner.montecarlo.specification import FORMAT, MONTHLY, RunMetadata, Specification, Stop
from planner.montecarlo.storage import PEOPLE, RUN, SCENARIO, Batches, write_head, write_last
from planner.montecarlo.words import sentences
from planner.outcome import TabularOutcome
from planner.problem.model import Floats, Ints
from planner.results.tables import share
from planner.store import (
    MANIFEST,
    check_files,
    fresh_folder,
    read_manifest,
    write_manifest,
    write_table,
    writing,
)

if TYPE_CHECKING:
    import pandas as pd

    from planner.gallery import Plots
    from planner.montecarlo.replay import Draw
    from planner.results.result import Tables

__all__ = ["KEYS", "QUANTILES", "REACH", "Ensemble", "check_levels", "check_same", "read_ensemble"]


QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles shown unless others are asked for."""

REACH = 0.9
"""Fill rate of which the probability is shown unless another is asked for."""

ANY = 0.5
"""Person-months from which something counts as displaced."""


KEYS = (
    "demand", "mission", "region", "category", "organisation", "main_task", "tier", "kind",
    "status", "package", "pool", "month",
)  # fmt: skip
"""What draws can be grouped by."""

CHANCE = ("chance", "chance_standard_error", "chance_low", "chance_high")
"""Columns of a chance with its error and the ends of its interval."""

ROOM = 2**26
"""Bytes that a portion of groups may take."""

FINE = (*QUANTITY_COLUMNS, "served", "attended")
"""Columns of the records that groups by pool or month need."""

DRAWN = ("draw", "round", "values", *QUANTITY_COLUMNS)
"""Columns of the records that the table of draws needs."""

GROUPS = (("main_task",), ("mission",), ("region",), ("category",), ("demand",))

FINE_GROUPS = (("pool",), ("month",), ("mission", "month"), ("pool", "month"))
"""Groups that are written out: always, and where people by pool and month are kept."""


class Ensemble(TabularOutcome):
    """What came of many draws; made by :func:`planner.simulate`, or read from a folder.

    Tables are tidy pandas tables. Every mean stands with its standard error and the ends `low` and
    `high` of its 95 % interval, both from independent replicates; so do quantiles and chances.
    Draws without proof are left out everywhere and counted in :attr:`unproved`.

    Attributes
    ----------
    metadata : RunMetadata
        Scenario, draws, axes and labels.
    stop : Stop
        What might have ended the run early.
    folder : Path
        Where the draws are.
    made : int
        Draws that were made.
    stopped : str
        Why it ended: ``"draws"`` (all are made), ``"half_width"`` or ``"time_limit"``.

    Examples
    --------
    >>> import planner as pl
    >>> ensemble = pl.simulate("letter", draws=16, rule="value", workers=1)
    >>> ensemble
    <Ensemble of 'letter', value: 16 draws, sobol, seed 0>
    >>> ensemble.fill_by("main_task").columns.tolist()[:5]
    ['main_task', 'asked_person_months', 'filled_person_months', 'mean', 'standard_error']
    """

    def __init__(
        self,
        metadata: RunMetadata,
        stop: Stop,
        folder: Path,
        specification: Specification | None = None,
    ):
        self.metadata, self.stop, self.folder = metadata, stop, folder
        self.made, self.stopped = 0, ""
        self.batches = Batches(folder, metadata.axes, metadata.digest)
        self._specification, self._count = specification, 0
        self._codes: tuple[int, int, int, int] | None = None
        self._tables: dict[str, pd.DataFrame] = {}

    @property
    def persistent(self) -> bool:
        """Whether the draws stay when the program ends."""
        return (self.folder / RUN).is_file()

    def close(self, batches: int, reason: str) -> None:
        """Say that the run is over, after some batches, and why."""
        self._count, self.stopped = batches, reason
        self.made = self.all_ends[batches - 1] if batches else 0

    @property
    def all_ends(self) -> list[int]:
        """Draws made after each batch, if none ends the run early."""
        design = self.metadata.design
        last = [design.batch(number)[-1] for number in range(design.batches)]
        return [block.first + block.size for block in last]

    @property
    def ends(self) -> list[int]:
        """Draws made after each batch."""
        return self.all_ends[: self._count]

    @property
    def name(self) -> str:
        """Short name of the scenario."""
        return self.metadata.scenario["name"]

    @property
    def rule(self) -> str:
        """``"fair"`` or ``"value"``."""
        return self.metadata.rule

    @property
    def seed(self) -> int:
        """The seed."""
        return self.metadata.design.seed

    @property
    def packages(self) -> tuple[str, ...]:
        """Packages for which displacement is known."""
        return self.metadata.axes.packages

    def records(self, names: Sequence[str] | None = None) -> Iterator[Records]:
        """Yield what is kept of the draws, batch by batch; by name, only some of it."""
        if names is not None and not self.metadata.monthly:
            names = [name for name in names if name not in ("served", "attended")]
        yield from self.batches.each(self._count, names)  # keeps the folder while it is read

    def _counts(self) -> tuple[int, int, int, int]:
        """Return draws that count, and plans by the kernel, by the engine, and unproved."""
        if self._codes is None:
            proved, codes = 0, [0, 0, 0]
            for records in self.records(["codes"]):
                proved += int(records.proved.sum())
                codes = [a + int(b) for a, b in zip(codes, records.codes.sum(axis=0), strict=True)]
            self._codes = (proved, codes[0], codes[1], codes[2])
        return self._codes

    @property
    def counted(self) -> int:
        """Draws in which every plan is proved: those that every table is about."""
        return self._counts()[0]

    @property
    def unproved(self) -> int:
        """Draws left out because one of their plans is not proved."""
        return self.made - self.counted

    @property
    def resolved(self) -> int:
        """Plans that the compiled kernel could not prove and the engine solved again from cold."""
        return self._counts()[2] if self._counts()[1] else 0

    def fill_by(
        self,
        *keys: str,
        reach: float = REACH,
        quantiles: Sequence[float] = QUANTILES,
        layer: str = "planned",
    ) -> pd.DataFrame:
        """Return fill rates grouped: their mean over the draws with its error, and their spread.

        Parameters
        ----------
        *keys : str
            Any of demand, mission, region, category, organisation, main_task, tier, kind, status,
            package, pool and month; none gives one row in all. By pool, what is asked counts where
            it is filled, and what is not filled counts at the first-named pool of its demand.
        reach : float
            Fill rate of which the probability is wanted, above 0 and up to 1.
        quantiles : sequence of float
        layer : {"planned", "present"}
            People as planned, or those of them who are present: candidates are refused, posts stand
            empty, people come home early.

        Returns
        -------
        DataFrame
            The keys; asked_person_months and filled_person_months (means); mean, standard_error,
            low and high of the fill rate; q05 … q95, one column a quantile, and the ends of their
            intervals, q05_low, q05_high …; chance of a fill of at least `reach`, with
            chance_standard_error, chance_low and chance_high; draws in which anything is asked.
            Groups of which nothing is ever asked are left out.
        """
        import pandas as pd

        _check_keys(keys, self.metadata.monthly, layer)
        check_levels(quantiles, reach)
        groups = _groups_of(self.metadata, keys)
        parts = []
        sums = _Sums(self.metadata, keys, layer)
        for portion, (asked, filled), replicate in _summed(
            self, sums, groups, sums.asked_and_filled, 2
        ):
            rate = share(filled, asked)
            reached = np.where(np.isnan(rate), np.nan, (rate >= reach * (1 - 1e-9)).astype(float))
            rows = {
                "asked_person_months": asked.mean(axis=0),
                "filled_person_months": filled.mean(axis=0),
                **_spread(rate, replicate, quantiles, 1.0),
                **_chances(reached, replicate),
                "draws": (~np.isnan(rate)).sum(axis=0),
            }
            table = _keyed(self, keys, portion, rows)
            parts.append(table[table["draws"] > 0])
        return pd.concat(parts, ignore_index=True)

    def displacement_by(
        self,
        *keys: str,
        main_task: int | None = 2,
        quantiles: Sequence[float] = QUANTILES,
        layer: str = "planned",
    ) -> pd.DataFrame:
        """Return person-months displaced by each package, grouped, with and without on equal draws.

        Parameters
        ----------
        *keys : str
            As for :meth:`fill_by`.
        main_task : int or None
            2 counts what main task 2 loses, 1 what main task 1 loses, None both. With
            ``"main_task"`` among the keys both are shown.
        quantiles : sequence of float
        layer : {"planned", "present"}
            As for :meth:`fill_by`; random streams are the same with and without the package.

        Returns
        -------
        DataFrame
            package and the keys; mean, standard_error, low and high of the difference in
            person-months; q05 … q95 with their intervals, as for :meth:`fill_by`; chance that more
            than half a person-month is displaced, with chance_standard_error, chance_low and
            chance_high.
        """
        import pandas as pd

        _check_keys(keys, self.metadata.monthly, layer)
        check_levels(quantiles, REACH)
        if main_task not in (None, 1, 2):
            raise InputError(f"main_task: expected 1, 2 or None, found {main_task!r}")
        labels = [key for key in keys if key != "package"]
        metadata = self.metadata
        sums = _Sums(metadata, labels, layer)
        parts = []
        for plan, package in enumerate(metadata.axes.packages, 1):
            own = metadata.quantities.own(package)
            chosen = ~own
            if main_task is not None and "main_task" not in keys:
                chosen &= metadata.task == main_task
            groups = _groups_of(metadata, labels, chosen)
            lost = partial(sums.lost, plan=plan, own=own)
            for portion, (taken,), replicate in _summed(self, sums, groups, lost, 1):
                rows = {
                    **_spread(taken, replicate, quantiles),
                    **_chances((taken > ANY).astype(float), replicate),
                }
                part = _keyed(self, labels, portion, rows)
                part.insert(0, "package", package)
                parts.append(part)
        if parts:
            return pd.concat(parts, ignore_index=True)
        nothing: dict[str, Any] = {name: [] for name in ("package", *labels)}
        spread = _spread(np.zeros((0, 0)), np.zeros(0, dtype=np.int64), quantiles)
        return pd.DataFrame({**nothing, **spread, **{name: [] for name in CHANCE}})

    def people_by_month(
        self, key: str = "mission", quantiles: Sequence[float] = QUANTILES
    ) -> pd.DataFrame:
        """Return the people present month by month, of all demands of a group.

        Parameters
        ----------
        key : str
            Any key of :meth:`fill_by` but pool and month.
        quantiles : sequence of float

        Returns
        -------
        DataFrame
            The key; month, ``YYYY-MM``; mean of the persons present, and their quantiles over the
            draws, q05 … q95; of very many draws, over those in the first 20,000.
        """
        import pandas as pd

        keys = (key, "month")
        _check_keys(keys, True, "present")
        check_levels(quantiles, REACH)
        groups = _groups_of(self.metadata, keys)
        parts = []
        for portion, persons in _present(self, groups):
            rows = {"mean": persons.mean(axis=0) if len(persons) else np.nan}
            for level, row in zip(quantiles, quantiles_of(persons, quantiles), strict=True):
                rows[_quantile_name(level)] = row
            parts.append(_keyed(self, keys, portion, rows))
        return pd.concat(parts, ignore_index=True)

    @property
    def total(self) -> pd.DataFrame:
        """One row a headline number, see :mod:`planner.montecarlo.records`.

        quantity, package (empty where it is about none), unit (share or person-months), mean,
        standard_error, low, high, q05 … q95.
        """
        return self._kept("total", lambda: _total(self))

    @property
    def draws(self) -> pd.DataFrame:
        """One row a draw: draw, replicate, rules, proved; every factor; every quantity.

        `rules` numbers the sets of rules that draws share. Columns of factors are their ids
        (``pool.staff.posts``), quantities under their names (``displacement.eastern-flank``,
        ``fill.untso``); NaN where a quantity is undefined or not proved.
        """
        return self._kept("draws", lambda: _draws(self))

    @property
    def convergence(self) -> pd.DataFrame:
        """draws, quantity, mean, standard_error, low, high, as the number of draws grows."""
        return self._kept("convergence", lambda: _convergence(self))

    def precision(self, *names: str) -> pd.DataFrame:
        """Return how precise the means of some quantities are, and what more would take.

        Parameters
        ----------
        *names : str
            Quantities, see :mod:`planner.montecarlo.records`.

        Returns
        -------
        DataFrame
            quantity, unit, mean; half_width of its 95 % interval, and relative to the mean;
            independent, the number of independent random draws that would be as precise; halved,
            about how many draws half the half-width takes (four times as many: evenness of Sobol
            points makes it fewer).
        """
        import pandas as pd

        columns = ("quantity", "unit", "mean", "half_width", "relative", "independent", "halved")
        if not names:
            return pd.DataFrame({name: [] for name in columns})
        values, replicate = _series(self, names)
        found = mean_of(values, replicate)
        quantities = self.metadata.quantities
        with np.errstate(divide="ignore", invalid="ignore"):
            rows = (
                names,
                ["share" if quantities.is_share(name) else "person-months" for name in names],
                found.mean,
                found.half_width,
                found.half_width / np.abs(found.mean),
                np.nanvar(values, axis=0, ddof=1) / found.standard_error**2,
                np.full(len(names), 4.0 * self.made),
            )
        return pd.DataFrame(dict(zip(columns, rows, strict=True)))

    @property
    def ranking(self) -> pd.DataFrame:
        """What goes with displacement (or, without packages, with the fill): see :meth:`rank`."""
        losses = [f"displacement.{name}" for name in self.packages]
        return self._kept("ranking", lambda: self.rank(*(losses or ["fill"])))

    def rank(self, *names: str) -> pd.DataFrame:
        """Return how strongly every factor goes with some quantities, the strongest first.

        A cheap ranking from the draws at hand, by rank correlation; it sees neither interactions
        nor what rises and falls again. :func:`planner.sensitivity` makes further plans and does.

        Parameters
        ----------
        *names : str
            Quantities, see :mod:`planner.montecarlo.records`.

        Returns
        -------
        DataFrame
            quantity; factor, its layer (capacity or presence) and basis; rank_correlation with
            standard_error, low and high; explains, its square; clear, whether it is too far from 0
            to be chance among so many factors; shared, whether draws share it (fewer values).
            Factors of presence are included only where people present are counted.
        """
        return _ranking(self, names)

    def _kept(self, name: str, make: Any) -> pd.DataFrame:
        if name not in self._tables:
            self._tables[name] = make()
        return self._tables[name].copy(deep=False)

    @property
    def plot(self) -> Plots:
        """Figures of the ensemble: ``ensemble.plot.fan("untso")``, ``ensemble.plot.spread()`` …"""
        from planner.gallery import Plots

        return Plots(self, "ensemble")

    @property
    def specification(self) -> Specification:
        """The scenario with its factors, to replay draws; ResultError where it has changed."""
        if self._specification is None:
            self._specification = _specification_again(self.folder, self.metadata)
        return self._specification

    @property
    def outline(self) -> RunMetadata:
        """Deprecated name of :attr:`metadata`."""
        warnings.warn("outline is now metadata", DeprecationWarning, stacklevel=2)
        return self.metadata

    @property
    def study(self) -> Specification:
        """Deprecated name of :attr:`specification`."""
        warnings.warn("study is now specification", DeprecationWarning, stacklevel=2)
        return self.specification

    def draw(self, number: int) -> Draw:
        """Return one draw: what was drawn, what came of it, and the whole result behind it.

        Raises
        ------
        InputError
            No draw has that number.
        ResultError
            The scenario rests on parameters that have changed since.
        """
        from planner.montecarlo.replay import Draw

        if not 0 <= number < self.made:
            raise InputError(f"draw: expected 0 to {self.made - 1}, found {number}")
        batch = int(np.searchsorted(self.ends, number, side="right"))
        records = self.batches.read(batch)
        place = int(np.flatnonzero(records.draw == number)[0])
        one = records.take(np.array([place]))
        quantities = self.metadata.quantities
        found = {name: float(quantities.of(one, name)[0]) for name in quantities.names}
        return Draw(self.specification, number, one.values[0], found)

    @property
    def manifest(self) -> dict[str, Any]:
        """What went in, how it was drawn, why it ended, and what proves it, ready for JSON."""
        worst = [0.0, 0.0, 0.0]
        for records in self.records(["proof", "codes"]):
            proof = records.proof[records.proved]
            most = proof.max(axis=0, initial=0.0)
            worst = [max(a, float(b)) for a, b in zip(worst, most, strict=True)]
        _, compiled, engine, unproved = self._counts()
        return {
            **self.metadata.as_dict(),
            "stop": vars(self.stop),
            "made": self.made,
            "batches": self._count,
            "stopped": self.stopped,
            "unproved": self.unproved,
            "plans": {"compiled": compiled, "engine": engine, "unproved": unproved},
            "certificate": dict(zip(("primal", "dual", "gap"), worst, strict=True)),
        }

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return fill and displacement by mission, and the totals."""
        return {
            "fill": self.fill_by("mission"),
            "displacement": self.displacement_by("mission"),
            "total": self.total,
        }

    def numbers(self) -> dict[str, Any]:
        """Return scenario, rule, seed, and how many draws were made and proved."""
        return {
            "scenario": self.name,
            "rule": self.rule,
            "seed": self.seed,
            "draws": self.made,
            "counted": self.counted,
            "unproved": self.unproved,
        }

    def sentences(self, lang: str = "en") -> list[str]:
        """Return how it was drawn, why it ended and what was left out, in words."""
        return sentences(self, lang)

    def save(self, folder: str | Path) -> Path:
        """Write all draws and tables to a folder, which appears whole or not at all.

        Raises
        ------
        ResultError
            The folder holds something else, or cannot be written.
        """
        with fresh_folder(folder, FORMAT) as place:
            batches = self.batches.path(0).parent
            if batches.is_dir():
                shutil.copytree(batches, place / batches.name)
            write_head(place, self.metadata, self.specification.uncertain.scenario)
            _write_tables(self, place)
            write_manifest(place, self.manifest)
        return Path(folder)

    def __len__(self) -> int:
        return self.counted

    def __repr__(self) -> str:
        """Scenario, rule and how it was drawn."""
        design = self.metadata.design
        return (
            f"<Ensemble of {self.name!r}, {self.rule}: {self.made:,} draws, {design.sampling}, "
            f"seed {design.seed}>"
        )


class _Group(NamedTuple):
    """Demands that are counted together, or demands with a pool where a pool is among the keys.

    `key` holds the values of the keys but `month`, `members` the places of the demands or lines.
    """

    key: tuple[object, ...]
    members: Ints


def _check_keys(keys: Sequence[str], monthly: bool, layer: str = "planned") -> None:
    """Raise ResultError unless draws can be grouped by these keys, on this layer."""
    if layer not in LAYERS:
        known = " or ".join(LAYERS)
        raise ResultError(f"layer: expected {known}, found {layer!r}{nearest(layer, LAYERS)}")
    for place, key in enumerate(keys):
        if key not in KEYS:
            known = ", ".join(KEYS)
            raise ResultError(f"cannot group by {key!r}{nearest(key, KEYS)}; expected {known}")
        if key in keys[:place]:
            raise ResultError(f"asked to group by {key!r} twice")
    if not monthly and {"pool", "month"}.intersection(keys):
        raise ResultError(
            "people by pool and month were not kept: simulate with monthly=True (--monthly)"
        )


def _groups_of(
    metadata: RunMetadata, keys: Sequence[str], chosen: NDArray[np.bool_] | None = None
) -> list[_Group]:
    """Return the groups of some demands, or of all, in the order of the scenario."""
    labels = [key for key in keys if key != "month"]
    by_pool = "pool" in labels
    axes = metadata.axes
    demand = np.array([d for d, _ in axes.lines] if by_pool else range(len(axes.demands)), int)
    columns = []
    for key in labels:
        if key == "pool":
            columns.append([axes.pools[p] for _, p in axes.lines])
        else:
            columns.append(metadata.label(key)[demand].tolist())
    found: dict[tuple[object, ...], list[int]] = {}
    places = np.arange(len(demand)) if chosen is None else np.flatnonzero(chosen[demand])
    for place in places.tolist():
        found.setdefault(tuple(column[place] for column in columns), []).append(place)
    groups = [_Group(key, np.array(members)) for key, members in found.items()]
    ranks = {key: place for place, key in enumerate(found)}
    whole = [k for k, key in enumerate(labels) if key in ("tier", "main_task")]
    return sorted(groups, key=lambda one: (*(one.key[k] for k in whole), ranks[one.key]))


def _portions(groups: Sequence[_Group], draws: int, months: int) -> Iterator[Sequence[_Group]]:
    each = max(1, ROOM // max(8 * draws * months, 1))
    for start in range(0, len(groups), each):
        yield groups[start : start + each]


def _by_group(values: Floats, groups: Sequence[_Group]) -> Floats:
    """Return sums over the members of each group, (draws, groups, …)."""
    return np.stack([values[:, group.members].sum(axis=1) for group in groups], axis=1)


def _asked_monthly(records: Records, months: int) -> Floats:
    """Return persons asked by demand and month, (draws, demands, months)."""
    time = np.arange(months)
    here = (time >= records.begin[..., None]) & (time <= records.end[..., None])
    return np.where(here, records.caps[..., None], 0.0)


class _Sums:
    """Reads what groups need of the records of draws, on the finest axes that the keys ask for."""

    def __init__(self, metadata: RunMetadata, keys: Sequence[str], layer: str):
        self.metadata, self.axes, self.layer = metadata, metadata.axes, layer
        self.by_pool, self.by_month = "pool" in keys, "month" in keys
        self.columns = FINE if self.by_pool or self.by_month else QUANTITY_COLUMNS
        self.demand = np.array([d for d, _ in self.axes.lines], dtype=np.int64)
        self.heads = np.flatnonzero(np.diff(self.demand, prepend=-1))
        self.months = len(self.axes.months) if self.by_month else 1

    def asked_and_filled(self, records: Records) -> tuple[Floats, Floats]:
        """Return what is asked and filled, (draws, demands or lines, months or 1).

        By pool, what is asked counts where it is filled, and what is not filled counts at the
        first-named pool of its demand.
        """
        if not (self.by_pool or self.by_month):
            return records.asked[..., None], layer_of(records, self.layer)[:, 0, :, None]
        asked = _asked_monthly(records, len(self.axes.months))
        filled = self.people(records, 0)
        if self.by_pool:
            lacking = asked[:, self.demand[self.heads]] - np.add.reduceat(
                filled, self.heads, axis=1
            )
            asked = filled.copy()
            asked[:, self.heads] += lacking
        else:
            filled = np.add.reduceat(filled, self.heads, axis=1)
        if not self.by_month:
            asked, filled = asked.sum(axis=2, keepdims=True), filled.sum(axis=2, keepdims=True)
        return asked, filled

    def people(self, records: Records, plan: int) -> Floats:
        """Return people on duty by line and month, (draws, lines, months)."""
        assert records.served is not None
        assert records.attended is not None
        people = records.served[:, plan] * records.caps[:, self.demand, None]
        if self.layer == "present":  # presence is alike for every pool of a demand
            planned = np.add.reduceat(records.served[:, plan], self.heads, axis=1)
            present = records.attended[:, plan] / WHOLE
            people = people * share(present, planned, 0.0)[:, self.demand]
        return np.asarray(people)

    def lost(self, records: Records, plan: int, own: NDArray[np.bool_]) -> tuple[Floats]:
        """Return what a package displaces, (draws, demands or lines, months or 1)."""
        if not (self.by_pool or self.by_month):
            return (lost(records, plan, own, self.layer)[..., None],)
        less = self.people(records, plan) - self.people(records, 0)
        less[:, own[self.demand]] = 0.0
        scale = 1 + records.caps[:, self.demand, None]
        less = np.where(np.abs(less) <= 1e-6 * scale, 0.0, less)
        if not self.by_pool:
            less = np.add.reduceat(less, self.heads, axis=1)
        return (less if self.by_month else less.sum(axis=2, keepdims=True),)


def _present(
    ensemble: Ensemble, groups: Sequence[_Group]
) -> Iterator[tuple[Sequence[_Group], Floats]]:
    """Yield groups in portions with the persons present, (draws, groups × months)."""
    months = len(ensemble.metadata.axes.months)
    starts = [0, *ensemble.ends[:-1]]
    kept = [k for k, first in enumerate(starts) if ensemble.metadata.monthly or first < MONTHLY]
    draws = sum(ensemble.ends[k] - starts[k] for k in kept)
    for portion in _portions(groups, draws, months):
        parts = []
        for batch in kept:
            records = ensemble.batches.read(batch, ("caps", "codes", "attended"))
            assert records.attended is not None
            persons = records.attended[:, 0] / WHOLE * records.caps[..., None]
            parts.append(_by_group(persons[records.proved], portion))
        yield portion, np.concatenate(parts).reshape(-1, len(portion) * months)


def _summed(
    ensemble: Ensemble, sums: _Sums, groups: Sequence[_Group],
    read: Callable[[Records], Sequence[Floats]], count: int,
) -> Iterator[tuple[Sequence[_Group], list[Floats], Ints]]:  # fmt: skip
    """Yield groups in portions with what is read of all proved draws, summed over their members.

    Yields
    ------
    groups : sequence of Group
    found : list of ndarray (draws, groups × months)
        The `count` arrays that `read` gives, person-months; by month, persons.
    replicate : ndarray of int (draws,)
    """
    draws = ensemble.counted
    for portion in _portions(groups, count * draws, sums.months):
        found = [np.empty((draws, len(portion) * sums.months)) for _ in range(count)]
        replicate, begin = np.empty(draws, dtype=np.int64), 0
        for batch in ensemble.records(sums.columns):
            records = batch if batch.proved.all() else batch.take(np.flatnonzero(batch.proved))
            if not len(records):
                continue
            here = slice(begin, begin + len(records))
            for array, values in zip(found, read(records), strict=True):
                array[here] = _by_group(values, portion).reshape(len(records), -1)
            replicate[here] = records.replicate
            begin += len(records)
        yield portion, found, replicate


def check_levels(quantiles: Sequence[float], reach: float) -> None:
    """Raise InputError unless quantiles and the fill to reach lie where they must."""
    wrong = [
        f"quantiles: expected numbers from 0 to 1, found {level!r}"
        for level in quantiles
        if not 0 <= level <= 1
    ]
    if not 0 < reach <= 1:
        wrong.append(f"reach: expected a fill rate above 0 and up to 1, found {reach!r}")
    if wrong:
        raise InputError(wrong)


def _spread(
    values: Floats,
    replicate: NDArray[np.int64],
    levels: Sequence[float],
    most: Floats | float = np.inf,
) -> dict[str, Any]:
    """Return the columns that describe values, one row a quantity.

    Values that lie between 0 and `most` have an interval that does not leave it.
    """
    found = mean_of(values, replicate).columns()
    found["low"] = np.maximum(found["low"], np.where(np.isinf(most), -np.inf, 0.0))
    found["high"] = np.minimum(found["high"], most)
    names = [_quantile_name(level) for level in levels]
    found |= dict(zip(names, quantiles_of(values, levels), strict=True))
    for end, rows in zip(
        ("low", "high"), quantile_intervals(values, replicate, levels), strict=True
    ):
        found |= {f"{name}_{end}": row for name, row in zip(names, rows, strict=True)}
    return found


def _chances(happens: Floats, replicate: Ints) -> dict[str, Floats]:
    """Return the columns of chances, one row a quantity."""
    found = chance_of(happens, replicate).columns()
    return dict(zip(CHANCE, found.values(), strict=True))


def _quantile_name(level: float) -> str:
    """Return the column of a quantile.

    Examples
    --------
    >>> _quantile_name(0.05), _quantile_name(0.5), _quantile_name(0.975)
    ('q05', 'q50', 'q97.5')
    """
    return f"q{100 * level:04.1f}".removesuffix(".0")


def _keyed(
    ensemble: Ensemble, keys: Sequence[str], portion: Sequence[_Group], rows: dict[str, Any]
) -> pd.DataFrame:
    """Return columns with those of the keys in front, one row a group, or a group and month."""
    import pandas as pd

    months = ensemble.metadata.axes.months if "month" in keys else ("",)
    labels = [key for key in keys if key != "month"]
    columns: dict[str, Any] = {}
    for key in keys:
        if key == "month":
            columns[key] = list(months) * len(portion)
        else:
            place = labels.index(key)
            columns[key] = [group.key[place] for group in portion for _ in months]
    return pd.DataFrame({**columns, **rows})


def _draws(ensemble: Ensemble) -> pd.DataFrame:
    """See :attr:`Ensemble.draws`."""
    import pandas as pd

    parts = [_draws_of(ensemble, records) for records in ensemble.records(DRAWN)]
    return pd.concat(parts, ignore_index=True)


def _draws_of(ensemble: Ensemble, records: Any) -> pd.DataFrame:
    """Return some draws, one row each."""
    import pandas as pd

    quantities = ensemble.metadata.quantities
    columns: dict[str, Any] = {
        "draw": records.draw,
        "replicate": records.replicate,
        "rules": records.round * ensemble.metadata.design.replicates + records.replicate,
        "proved": records.proved,
    }
    for place, id in enumerate(ensemble.metadata.axes.factors):
        columns[id] = records.values[:, place]
    for name in quantities.names:
        columns[name] = quantities.of(records, name)
    return pd.DataFrame(columns)


def _series(ensemble: Ensemble, names: Sequence[str]) -> tuple[Floats, NDArray[np.int64]]:
    """Return some quantities of all proved draws, (draws, names), with the replicate of each."""
    of_proved = ensemble.metadata.quantities.of_proved
    parts = [of_proved(records, names) for records in ensemble.records(QUANTITY_COLUMNS)]
    values, replicate = zip(*parts, strict=True)
    return np.concatenate(values), np.concatenate(replicate)


def _total(ensemble: Ensemble) -> pd.DataFrame:
    """See :attr:`Ensemble.total`."""
    import pandas as pd

    quantities = ensemble.metadata.quantities
    ratios = [f"displacement_ratio.{name}" for name in ensemble.metadata.axes.packages]
    names = [*quantities.headline, *ratios]
    unit = ["share" if quantities.is_share(name) else "person-months" for name in names]
    package = ["" if name in quantities.fills else name.partition(".")[2] for name in names]
    head = {"quantity": names, "package": package, "unit": unit}
    most = np.array([1.0 if name in quantities.fills else np.inf for name in names])
    each = max(1, ROOM // max(8 * ensemble.counted, 1))
    parts = []
    for start in range(0, len(names), each):
        portion = slice(start, start + each)
        values, replicate = _series(ensemble, names[portion])
        parts.append(pd.DataFrame(_spread(values, replicate, QUANTILES, most[portion])))
    return pd.concat([pd.DataFrame(head), pd.concat(parts, ignore_index=True)], axis=1)


def _convergence(ensemble: Ensemble) -> pd.DataFrame:
    """See :attr:`Ensemble.convergence`."""
    import pandas as pd

    quantities, replicates = ensemble.metadata.quantities, ensemble.metadata.design.replicates
    sums = np.zeros((2, replicates, len(quantities.headline)))
    parts, seen, counted = [], 0, 0
    marks = _marks(ensemble)
    for records in ensemble.records(QUANTITY_COLUMNS):
        values, replicate = quantities.of_proved(records, quantities.headline)
        seen, counted = seen + len(records), counted + len(values)
        add_to_sums(sums, values, replicate)
        if seen in marks:
            head = {"draws": counted, "quantity": quantities.headline}
            parts.append(pd.DataFrame({**head, **means_of_sums(*sums).columns()}))
    return pd.concat(parts, ignore_index=True)


def _marks(ensemble: Ensemble) -> set[int]:
    """Return numbers of draws at which convergence is looked at: ends of batches, doubling last."""
    ends = ensemble.ends
    if len(ends) <= 32:
        return set(ends)
    spaced = np.unique(np.geomspace(1, len(ends), 32).round().astype(int)) - 1
    return {ends[k] for k in spaced.tolist()} | {ends[-1]}


def _ranking(ensemble: Ensemble, names: Sequence[str]) -> pd.DataFrame:
    """See :meth:`Ensemble.rank`."""
    import pandas as pd

    metadata, parts = ensemble.metadata, []
    factors = metadata.axes.factors
    for name in names:
        y, replicate = _series(ensemble, [name])
        kept = ~np.isnan(y[:, 0])
        each = max(1, ROOM // max(32 * len(y), 1))
        rho, error = np.zeros(len(factors)), np.zeros(len(factors))
        for start in range(0, len(factors), each) if kept.any() else ():
            portion = slice(start, start + each)
            x = np.concatenate(
                [one.values[one.proved, portion] for one in ensemble.records(["values", "codes"])]
            )
            rho[portion], error[portion] = rank_correlations(x[kept], y[kept, 0], replicate[kept])
        degrees = max(len(np.unique(replicate[kept])) - 1, 1)
        half = student(CONFIDENCE, degrees) * error
        apart = student(1 - (1 - CONFIDENCE) / max(len(factors), 1), degrees) * error
        table = pd.DataFrame(
            {
                "quantity": name,
                "factor": factors,
                "layer": [one["layer"] for one in metadata.factors],
                "basis": [one["basis"] for one in metadata.factors],
                "rank_correlation": rho,
                "standard_error": error,
                "low": np.maximum(rho - half, -1.0),
                "high": np.minimum(rho + half, 1.0),
                "explains": rho**2,
                "clear": np.abs(rho) > apart,
                "shared": (np.arange(len(factors)) < metadata.shared) & (metadata.design.share > 1),
            }
        )
        table = table.iloc[np.argsort(-np.abs(rho), kind="stable")]
        planned = not name.startswith("present")  # presence comes after the plan
        parts.append(table[table["layer"] != "presence"] if planned else table)
    return pd.concat(parts, ignore_index=True)


def temporary(
    metadata: RunMetadata, stop: Stop, specification: Specification | None = None
) -> Ensemble:
    """Return a run in a folder that is removed when the ensemble is no longer referenced."""
    folder = Path(tempfile.mkdtemp(prefix="planner-"))
    ensemble = Ensemble(metadata, stop, folder, specification)
    weakref.finalize(ensemble, shutil.rmtree, str(folder), ignore_errors=True)
    return ensemble


def finish(ensemble: Ensemble) -> None:
    """Write tables and manifest of a run into its folder."""
    then = "; all draws are kept, and the same command resumes it once it can be"
    with writing(ensemble.folder, then):
        _write_tables(ensemble, ensemble.folder)
        write_last(ensemble.folder, ensemble.manifest)


def _write_tables(ensemble: Ensemble, folder: Path) -> None:
    """Write every table, and the draws one row each."""
    import pyarrow as pa
    import pyarrow.parquet

    place = folder / "tables"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    groups = (*GROUPS, *(FINE_GROUPS if ensemble.metadata.monthly else ()))
    for keys in groups:
        name = "_".join(keys)
        write_table(ensemble.fill_by(*keys), place / f"fill_by_{name}")
        write_table(ensemble.displacement_by(*keys), place / f"displacement_by_{name}")
    for name in ("total", "convergence", "ranking"):
        write_table(getattr(ensemble, name), place / name)
    write_table(ensemble.specification.uncertain.table(), place / "uncertain")
    for key, name in PEOPLE.items():
        ensemble.people_by_month(key).to_csv(folder / name, index=False, lineterminator="\n")
    writer = None
    for records in ensemble.records(DRAWN):
        table = pa.Table.from_pandas(_draws_of(ensemble, records), preserve_index=False)
        if writer is None:
            path = place / "draws.parquet"
            writer = pyarrow.parquet.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table)
    if writer is not None:
        writer.close()


def read_ensemble(folder: str | Path) -> Ensemble:
    """Read a finished run from its folder.

    Every file is checked against its hash in the manifest.

    Raises
    ------
    ResultError
        The folder holds no finished run, or a file of it is missing or damaged; all are named.
    """
    place = Path(folder)
    try:
        manifest = read_manifest(place, FORMAT)
    except ResultError as error:
        if "planner-futures/" in str(error):
            raise ResultError(
                f"{place}: a run of an earlier version of planner; its draws cannot be read any "
                "more: draw them again with planner simulate"
            ) from None
        raise
    try:
        stop = Stop.from_dict(manifest["stop"])
        batches, stopped = int(manifest["batches"]), str(manifest["stopped"])
    except (KeyError, TypeError, ValueError):
        raise ResultError(f"{place / MANIFEST}: not the manifest of a simulation") from None
    check_files(place, manifest)
    ensemble = Ensemble(RunMetadata.from_dict(manifest), stop, place)
    for batch in range(batches):
        if ensemble.batches.path(batch).relative_to(place).as_posix() not in manifest["files"]:
            path = ensemble.batches.path(batch)
            raise ResultError(f"{path}: is not listed in the manifest, though the run has it")
    ensemble.batches.trust(batches)
    ensemble.close(batches, stopped)
    return ensemble


def check_same(ensemble: Ensemble, result: Tables) -> None:
    """Raise InputError unless an ensemble is of the scenario and rule of a result."""
    ours, theirs = result.manifest["scenario"], ensemble.metadata.scenario
    if theirs["digest"] != ours["digest"]:
        raise InputError(
            f"draws: drawn of {theirs['name']!r} with other inputs than those of "
            f"{ours['name']!r}: draw them again with planner simulate"
        )
    if ensemble.rule != result.rule:
        raise InputError(
            f"draws: drawn by the rule {ensemble.rule!r}, the result is by {result.rule!r}: "
            "choose the same with --rule"
        )


def _specification_again(folder: Path, metadata: RunMetadata) -> Specification:
    """Return the specification of a run from its scenario; ResultError if that has changed."""
    from planner.montecarlo.parameters import list_uncertain
    from planner.scenario.load import loads

    path = folder / SCENARIO
    try:
        text = path.read_text(encoding="utf-8")
        scenario = loads(text, metadata.scenario["name"], folder=folder)
        uncertain = list_uncertain(scenario)
    except (OSError, InputError) as error:
        raise ResultError(f"{path}: the scenario cannot be read any more: {error}") from None
    found = Specification(
        uncertain, metadata.rule, metadata.axes.packages, metadata.design, metadata.monthly
    )
    if found.digest != metadata.digest:
        raise ResultError(
            f"{path}: rests on parameters that have changed, so no draw can be replayed"
        )
    return found
