"""Many futures of a scenario: what came of them, as tidy tables, and every single draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.errors import InputError
from planner.montecarlo import tables
from planner.montecarlo.batches import Batches
from planner.montecarlo.outline import Outline
from planner.montecarlo.records import Records
from planner.montecarlo.stopping import Stop
from planner.montecarlo.study import Study
from planner.montecarlo.tables import QUANTILES, REACH

if TYPE_CHECKING:
    import pandas as pd

    from planner.figures.gallery import Plots
    from planner.montecarlo.replay import Draw

__all__ = ["Futures"]


class Futures:
    """What came of many draws; made by :func:`planner.simulate`, or read from a folder.

    Tables are tidy pandas tables. Every mean stands with its standard error and the ends `low` and
    `high` of its 95 % interval, both from independent replicates; quantiles are those of the draws.
    Draws that nobody could prove are left out everywhere and counted in :attr:`unproved`.

    Attributes
    ----------
    outline : Outline
        Scenario, draws, axes and labels.
    stop : Stop
        What might have ended the run early.
    folder : Path
        Where the draws are.
    made : int
        Draws that were made.
    stopped : str
        Why there are no more: ``"draws"`` (all are made), ``"half_width"`` or ``"time_limit"``.

    Examples
    --------
    >>> import planner as pl
    >>> futures = pl.simulate("letter", draws=16, rule="value", workers=1)
    >>> futures
    <Futures of 'letter', value: 16 draws, sobol, seed 0>
    >>> futures.fill_by("main_task").columns.tolist()[:5]
    ['main_task', 'asked_person_months', 'filled_person_months', 'mean', 'standard_error']
    """

    def __init__(self, outline: Outline, stop: Stop, folder: Path, study: Study | None = None):
        self.outline, self.stop, self.folder = outline, stop, folder
        self.made, self.stopped = 0, ""
        self.batches = Batches(folder / "batches", outline.axes)
        self._study, self._count = study, 0
        self._codes: tuple[int, int, int, int] | None = None
        self._tables: dict[str, pd.DataFrame] = {}

    def close(self, batches: int, reason: str) -> None:
        """Say that the run is over, after some batches, and why."""
        self._count, self.stopped = batches, reason
        self.made = self.all_ends[batches - 1] if batches else 0

    @property
    def all_ends(self) -> list[int]:
        """Draws made after each batch, if none ends the run early."""
        design = self.outline.design
        last = [design.batch(number)[-1] for number in range(design.batches)]
        return [block.first + block.size for block in last]

    @property
    def ends(self) -> list[int]:
        """Draws made after each batch that there is."""
        return self.all_ends[: self._count]

    @property
    def name(self) -> str:
        """Short name of the scenario."""
        return self.outline.scenario["name"]

    @property
    def rule(self) -> str:
        """``"fair"`` or ``"value"``."""
        return self.outline.rule

    @property
    def seed(self) -> int:
        """The seed."""
        return self.outline.design.seed

    @property
    def packages(self) -> tuple[str, ...]:
        """Packages whose displacement is known."""
        return self.outline.axes.packages

    def records(self, names: Sequence[str] | None = None) -> Iterator[Records]:
        """Yield what is kept of the draws, batch by batch; by name, only some of it."""
        if names is not None and not self.outline.monthly:
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
        """Draws whose plans are all proved: those that every table is about."""
        return self._counts()[0]

    @property
    def unproved(self) -> int:
        """Draws left out because nobody could prove one of their plans."""
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
            Fill whose chance is wanted, above 0 and up to 1.
        quantiles : sequence of float
        layer : {"planned", "present"}
            People as planned, or those of them who are there: candidates are refused, posts stand
            empty, people come home early.

        Returns
        -------
        DataFrame
            The keys; asked_person_months and filled_person_months (means); mean, standard_error,
            low and high of the fill rate; q05 … q95, one column a quantile; chance of a fill of at
            least `reach`, with chance_standard_error; draws in which anything is asked. Groups of
            which nothing is ever asked are left out.
        """
        return tables.fill_by(self, keys, reach, quantiles, layer)

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
            As for :meth:`fill_by`; the same people have the same luck with and without the package.

        Returns
        -------
        DataFrame
            package and the keys; mean, standard_error, low and high of the difference in
            person-months; q05 … q95; chance that more than half a person-month is displaced, with
            chance_standard_error.
        """
        return tables.displacement_by(self, keys, main_task, quantiles, layer)

    @property
    def total(self) -> pd.DataFrame:
        """One row a headline number, see :mod:`planner.montecarlo.quantities`.

        quantity, package (empty where it is about none), unit (share or person-months), mean,
        standard_error, low, high, q05 … q95.
        """
        return self._kept("total", lambda: tables.total(self))

    @property
    def draws(self) -> pd.DataFrame:
        """One row a draw: draw, replicate, rules, proved; every factor; every quantity.

        `rules` numbers the sets of rules that draws share. Factors stand under their ids
        (``pool.staff.posts``), quantities under their names (``displacement.eastern-flank``,
        ``fill.untso``); NaN where a quantity is undefined or not proved.
        """
        return self._kept("draws", lambda: tables.draws(self))

    @property
    def convergence(self) -> pd.DataFrame:
        """draws, quantity, mean, standard_error, low, high, as the number of draws grows."""
        return self._kept("convergence", lambda: tables.convergence(self))

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
            Quantities, see :mod:`planner.montecarlo.quantities`.

        Returns
        -------
        DataFrame
            quantity; factor, its layer (capacity or presence) and basis; rank_correlation with
            standard_error, low and high; explains, its square; clear, whether it is too far from 0
            to be chance among so many factors; shared, whether draws share it (fewer values).
            Factors of presence stand only where people who are there are counted.
        """
        from planner.montecarlo.ranking import ranking

        return ranking(self, [self.outline.quantities.check(name) for name in names])

    def _kept(self, name: str, make: Any) -> pd.DataFrame:
        if name not in self._tables:
            self._tables[name] = make()
        return self._tables[name].copy(deep=False)

    @property
    def plot(self) -> Plots:
        """Figures of these futures: ``futures.plot.fan("untso")``, ``futures.plot.spread()`` …"""
        from planner.figures.gallery import Plots

        return Plots(self, "ensemble")

    @property
    def study(self) -> Study:
        """The scenario with its factors, to replay draws; ResultError where it has changed."""
        if self._study is None:
            from planner.montecarlo.stored import study_again

            self._study = study_again(self.folder, self.outline)
        return self._study

    def draw(self, number: int) -> Draw:
        """Return one draw: what was drawn, what came of it, and the whole result behind it.

        Raises
        ------
        InputError
            There is no draw of that number.
        ResultError
            The scenario rests on figures that have changed since.
        """
        from planner.montecarlo.replay import Draw

        if not 0 <= number < self.made:
            raise InputError(f"draw: expected 0 to {self.made - 1}, found {number}")
        batch = int(np.searchsorted(self.ends, number, side="right"))
        records = self.batches.read(batch)
        place = int(np.flatnonzero(records.draw == number)[0])
        one = records.take(np.array([place]))
        quantities = self.outline.quantities
        found = {name: float(quantities.of(one, name)[0]) for name in quantities.names}
        return Draw(self.study, number, one.values[0], found)

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
            **self.outline.as_dict(),
            "stop": vars(self.stop),
            "made": self.made,
            "batches": self._count,
            "stopped": self.stopped,
            "unproved": self.unproved,
            "plans": {"compiled": compiled, "engine": engine, "unproved": unproved},
            "certificate": dict(zip(("primal", "dual", "gap"), worst, strict=True)),
        }

    def sentences(self, lang: str = "en") -> list[str]:
        """Return how it was drawn, why it ended and what was left out, in words."""
        from planner.montecarlo.words import sentences

        return sentences(self, lang)

    def save(self, folder: str | Path) -> Path:
        """Write all draws and tables to a folder, which appears whole or not at all.

        Raises
        ------
        ResultError
            The folder holds something else, or cannot be written.
        """
        from planner.montecarlo.stored import save

        return save(self, folder)

    def __len__(self) -> int:
        return self.counted

    def __repr__(self) -> str:
        """Scenario, rule and how it was drawn."""
        design = self.outline.design
        return (
            f"<Futures of {self.name!r}, {self.rule}: {self.made:,} draws, {design.sampling}, "
            f"seed {design.seed}>"
        )
