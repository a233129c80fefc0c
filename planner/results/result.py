"""A solved scenario as tidy tables: just computed, or read back from a folder.

:class:`Tables` is what every result offers; :class:`Result` has the plans behind the tables,
:class:`StoredResult` only the tables and the manifest that :meth:`Result.save` wrote.

What went into a result: input files with their SHA-256, and versions.
"""

from __future__ import annotations

import json
import math
import platform
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.compile import Compiled
from planner.engine.highs import Certificate
from planner.errors import InputError, ResultError, nearest
from planner.labels import label, number, rate
from planner.outcome import TabularOutcome
from planner.problem.neutral import dump_problem
from planner.results.html import summary_html
from planner.results.tables import BUILDERS, displacement_by, fill_by, grounds
from planner.scenario.load import Scenario, loads
from planner.solution import Solution
from planner.store import fresh_folder, hash_file, read_manifest, write_manifest, write_table

if TYPE_CHECKING:
    import pandas as pd

    from planner.gallery import Plots

__all__ = [
    "FORMAT",
    "TABLES",
    "Result",
    "StoredResult",
    "Tables",
    "hash_files",
    "read_result",
    "version",
    "versions",
]

DISTRIBUTION = "displacement-planner"
"""Name under which the package ``planner`` is installed and published."""

PACKAGES = ("planner", "numpy", "scipy", "highspy", "pandas", "pyarrow")

FORMAT = "planner-results/1"

TABLES = tuple(BUILDERS)
"""Names of all tables, in the order in which they are shown and saved."""


@cache
def version(package: str) -> str:
    """Return the version of an installed package, ``"unknown"`` if it is not installed."""
    try:
        return metadata.version(DISTRIBUTION if package == "planner" else package)
    except metadata.PackageNotFoundError:
        return "unknown"


def versions() -> dict[str, str]:
    """Return the versions that a result depends on, Python's included."""
    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}


def hash_files(files: Iterable[Path]) -> tuple[dict[str, Any], ...]:
    """Return folder/name and hash of each file; a missing file has the hash None."""
    rows = []
    for path in files:
        resolved = path.resolve()
        try:
            digest: str | None = hash_file(resolved)
        except OSError:
            digest = None
        rows.append({"file": f"{resolved.parent.name}/{resolved.name}", "sha256": digest})
    return tuple(rows)


class Tables(TabularOutcome, ABC):
    """Tidy pandas tables of a solved scenario, made when first asked for.

    Months are text such as ``2022-03`` and lie inside the report window; units stand in the names
    of columns. What is returned may be changed freely, the result keeps its own.
    """

    name: str
    rule: str
    scenario: Scenario

    @abstractmethod
    def _build(self, table: str) -> pd.DataFrame:
        """Make one table."""

    @property
    @abstractmethod
    def manifest(self) -> dict[str, Any]:
        """What went in (files with hashes, versions, options) and what proves the answer."""

    def table(self, name: str) -> pd.DataFrame:
        """Return a table by name; raise ResultError if none exists of that name."""
        if name not in TABLES:
            known = ", ".join(TABLES)
            raise ResultError(f"no such table {name!r}{nearest(name, TABLES)}; known are {known}")
        kept: dict[str, pd.DataFrame] = self.__dict__.setdefault("_tables", {})
        if name not in kept:
            kept[name] = self._build(name)
        return kept[name].copy(deep=False)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by name, ``demands`` first."""
        return {name: self.table(name) for name in TABLES}

    def to_frame(self, name: str | None = None) -> pd.DataFrame:
        """Return a table by name, by default ``demands``; raise ResultError if none exists."""
        return self.table("demands" if name is None else name)

    def numbers(self) -> dict[str, Any]:
        """Return name, rule, and the person-months asked and filled inside the window."""
        whole = self.fill_by().iloc[0]
        return {
            "scenario": self.name,
            "rule": self.rule,
            "asked_person_months": float(whole["asked_person_months"]),
            "filled_person_months": float(whole["filled_person_months"]),
        }

    def sentences(self, lang: str = "en") -> list[str]:
        """Return how much is filled, and what each package displaces."""
        found = self.numbers()
        asked, filled = found["asked_person_months"], found["filled_person_months"]
        text = label(
            "result_filled", lang, name=self.name, rule=label(self.rule, lang),
            asked=number(asked, lang, 0), filled=number(filled, lang, 0),
            share=rate(filled / asked if asked > 0 else math.nan, lang),
        )  # fmt: skip
        packages = self.packages
        rows = zip(packages["package"], packages["displaced_main_task_2"], strict=True)
        return [text] + [
            label("result_displaces", lang, package=package, lost=number(float(lost), lang))
            for package, lost in rows
        ]

    @property
    def demands(self) -> pd.DataFrame:
        """One row a demand: labels, cap_persons, months, asked and filled person-months, fill_rate.

        The fill rate is NaN where nothing was asked. `pools` names the pools in order of
        preference, separated by spaces.
        """
        return self.table("demands")

    @property
    def monthly(self) -> pd.DataFrame:
        """demand, pool, month, on_duty_persons, where anyone is on duty."""
        return self.table("monthly")

    @property
    def monthly_fill(self) -> pd.DataFrame:
        """demand, month, asked_persons, on_duty_persons, for every month of a mandate."""
        return self.table("monthly_fill")

    @property
    def pools(self) -> pd.DataFrame:
        """pool, month, strength_persons, and how many of them are in each state.

        preparing, on duty and resting (at home afterwards) of demands that are not on call; on_call
        is the whole tie-up of demands on call, resting_on_call the part of it that is served in
        the time at home after a deployment. strength = preparing + on duty + resting + on call -
        resting on call + idle.
        """
        return self.table("pools")

    @property
    def tours(self) -> pd.DataFrame:
        """Tours that tie people up inside the window.

        demand, pool, cohort, first_month, last_month (on duty), preparation_from, rest_until,
        people_persons. Tours may begin before the window and end after it.
        """
        return self.table("tours")

    @property
    def displacement(self) -> pd.DataFrame:
        """Person-months filled without each package minus with it, every demand outside it.

        package, demand, mission, region, category, main_task, displaced_person_months. Negative
        where a demand gains. Displacement proper is what main task 2 loses.
        """
        return self.table("displacement")

    @property
    def displacement_monthly(self) -> pd.DataFrame:
        """package, demand, pool, month, displaced_person_months, with a difference."""
        return self.table("displacement_monthly")

    @property
    def packages(self) -> pd.DataFrame:
        """One row a package: known_month, asked and filled, what it displaces, and the ratio.

        displaced_main_task_1, displaced_main_task_2 are person-months; displacement_ratio is the
        latter ÷ filled_person_months, NaN where the package got no people.
        """
        return self.table("packages")

    @property
    def bottlenecks(self) -> pd.DataFrame:
        """Binding pools and months with every package: pool, month, strength_persons, idle_persons.

        Everyone is taken in some plan on the way, and more people may raise the fill; where
        a pool and month is not in the table, more people raise none. What one more person brings
        takes plans of its own: :func:`planner.analysis.prices`.
        """
        return self.table("bottlenecks")

    @property
    def budgets(self) -> pd.DataFrame:
        """Budgets, where a scenario says that they count: one row a fund and year.

        budget, amount_euros, spent_euros. What more money brings: :func:`planner.analysis.prices`.
        """
        return self.table("budgets")

    @property
    def unmet_bounds(self) -> pd.DataFrame:
        """bound, month, demands, missing_persons."""
        return self.table("unmet_bounds")

    @property
    def accounting(self) -> pd.DataFrame:
        """What each package takes and from which demands, people tied up by account, pool, month.

        Account ``deployed`` counts demands that are not on call with their time at home, ``on duty
        or on call`` every demand without it, those on call whole. taken_persons =
        given_up_persons + idle_used_persons + residual_persons, the last being 0
        but for rounding.
        """
        return self.table("accounting")

    @property
    def figures(self) -> pd.DataFrame:
        """Every figure in use: value (or month), low, high, unit, basis, source and place."""
        return self.table("figures")

    @property
    def left_out(self) -> pd.DataFrame:
        """demand, reason: what is known but does not count here."""
        return self.table("left_out")

    @property
    def grounds(self) -> pd.DataFrame:
        """What the result rests on: what, unit, total, letter, public, assumption.

        The last three columns add up to the total. Row ``figures`` counts all figures in use.
        ``cap`` and ``months`` are the person-months asked, by the basis of their cap and of their
        first and last month; ``tour``, ``preparation`` and ``rest`` the person-months on duty, by
        the basis of each rule; ``posts``, ``filled`` and ``fit`` the strength of the pools over
        the window, by the basis of each factor. Of several figures the weakest counts.
        """
        return grounds(self)

    def fill_by(self, *keys: str) -> pd.DataFrame:
        """Return asked and filled person-months and the fill rate, grouped.

        Parameters
        ----------
        *keys : str
            Any of demand, mission, region, category, organisation, main_task, tier, kind, status,
            package, pool, month, year and phase; none gives one row in all. A phase is the part of
            the window ``before`` the first month of the only package, or ``after`` it begins.

        Notes
        -----
        By pool, what is asked counts where it is filled, and what is not filled counts at the
        first-named pool of its demand: so the pools add up to the whole.
        """
        return fill_by(self, keys)

    def displacement_by(self, *keys: str, main_task: int | None = 2) -> pd.DataFrame:
        """Return displaced person-months by package and whatever else is asked for.

        Parameters
        ----------
        *keys : str
            As for :meth:`fill_by`; the phase is that of each package.
        main_task : int or None
            2 counts what main task 2 loses, 1 what main task 1 loses, None both. With
            ``"main_task"`` among the keys both are shown.
        """
        return displacement_by(self, keys, main_task)

    @property
    def plot(self) -> Plots:
        """Every figure of this result: ``result.plot.fill()``, ``result.plot.sand("staff")`` …"""
        from planner.gallery import Plots

        return Plots(self, "result")

    def _repr_html_(self) -> str:
        """Return a summary for notebooks."""
        return summary_html(self)


@dataclass(frozen=True, eq=False, repr=False)
class Result(Tables):
    """A solved scenario; made by :func:`planner.allocate`.

    Attributes
    ----------
    scenario : Scenario
    compiled : Compiled
        The problem, and what its numbers mean.
    solution : Solution
        Plans with and without each package, as arrays.
    options : mapping
        How it was asked for, beyond the rule.
    files : tuple of dict
        Input files with their hashes, as they were when it was solved.
    residual : float
        Largest residual of the accounts, relative to one plus the strength of the pool.

    Examples
    --------
    >>> import planner as pl
    >>> result = pl.allocate("letter")
    >>> result.certificate.holds
    True
    >>> len(result.demands) == len(result.compiled.demands)
    True
    """

    scenario: Scenario
    compiled: Compiled
    solution: Solution
    options: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[dict[str, Any], ...] = ()
    residual: float = 0.0

    @property
    def name(self) -> str:  # type: ignore[override]
        """Short name of the scenario."""
        return self.scenario.name

    @property
    def rule(self) -> str:  # type: ignore[override]
        """``"fair"`` or ``"value"``."""
        return self.solution.rule

    @property
    def certificate(self) -> Certificate:
        """How far the worst step of all plans is from proven optimality."""
        return self.solution.certificate

    def _build(self, table: str) -> pd.DataFrame:
        return BUILDERS[table](self)

    @property
    def manifest(self) -> dict[str, Any]:
        """What went in and what proves the answer, ready for JSON.

        Scenario with the digest of its effective inputs, window, rule, options, every input file
        with its SHA-256, versions, certificate and the largest residual of the accounts.
        """
        inputs, scenario = self.scenario.inputs, self.scenario
        return {
            "format": FORMAT,
            "scenario": {
                "name": scenario.name,
                "title": scenario.title,
                "title_nl": scenario.title_nl,
                "digest": scenario.digest,
            },
            "window": {"first": str(inputs.first), "last": str(inputs.last)},
            "rule": self.rule,
            "options": dict(self.options),
            "inputs": [dict(row) for row in self.files],
            "versions": versions(),
            "certificate": self.certificate.as_dict(),
            "accounting_residual": self.residual,
        }

    def save(self, folder: str | Path) -> Path:
        """Write all tables as Parquet and CSV, the scenario, the problem and the manifest.

        The folder appears whole or not at all. An earlier result in its place is replaced;
        anything else is left alone.

        Returns
        -------
        Path
            The folder.

        Raises
        ------
        ResultError
            The folder holds something else or cannot be written, or a solver proved no bound.
        """
        if not math.isfinite(self.certificate.gap):
            message = "not written: the solver proved no bound in its time limit, give it longer"
            raise ResultError(f"{folder}: {message}")
        with fresh_folder(folder, FORMAT) as path:
            (path / "tables").mkdir()
            for name in TABLES:
                write_table(self.table(name), path / "tables" / name)
            (path / "scenario.yaml").write_text(self.scenario.dump(), encoding="utf-8")
            problem = json.dumps(dump_problem(self.compiled.problem), allow_nan=False)
            (path / "problem.json").write_text(problem + "\n", encoding="utf-8")
            write_manifest(path, self.manifest)
        return Path(folder)

    def __repr__(self) -> str:
        """Name, rule, window and how much is filled."""
        first, last = self.scenario.inputs.first, self.scenario.inputs.last
        asked, filled = float(self.solution.asked.sum()), float(self.solution.with_all.filled.sum())
        return (
            f"<Result {self.name!r}, {self.rule}, {first} to {last}: "
            f"{len(self.compiled.demands)} demands, "
            f"{filled:.0f} of {asked:.0f} person-months filled, "
            f"{len(self.solution.without)} packages>"
        )


class StoredResult(Tables):
    """A result read back from a folder: all tables and groupings, no plans.

    Made by :func:`read_result`.
    """

    def __init__(self, folder: Path, manifest: dict[str, Any]):
        """Take a folder with a manifest that has been read."""
        self.folder = folder
        self._manifest = manifest
        self.name = str(manifest["scenario"]["name"])
        self.rule = str(manifest["rule"])
        self._scenario: Scenario | None = None

    @property
    def scenario(self) -> Scenario:  # type: ignore[override]
        """The scenario it is the result of.

        Raises
        ------
        ResultError
            The scenario builds on something that has changed since, or on data of one's own.
        """
        if self._scenario is None:
            path = self.folder / "scenario.yaml"
            try:
                found = loads(path.read_bytes(), f"{self.name}.yaml")
            except (OSError, InputError) as error:
                raise ResultError(f"{path}: cannot be read: {error}") from None
            if found.digest != self._manifest["scenario"]["digest"]:
                raise ResultError(
                    f"{path}: what it builds on has changed since this result was made: run it anew"
                )
            self._scenario = found
        return self._scenario

    @property
    def manifest(self) -> dict[str, Any]:
        """As it was written."""
        return dict(self._manifest)

    def _build(self, table: str) -> pd.DataFrame:
        import pandas as pd

        path = self.folder / "tables" / f"{table}.parquet"
        try:
            return pd.read_parquet(path)
        except (OSError, ValueError) as error:
            raise ResultError(f"{path}: cannot be read: {error}") from None

    def __repr__(self) -> str:
        """Name, rule and window."""
        window = self._manifest["window"]
        return f"<StoredResult {self.name!r}, {self.rule}, {window['first']} to {window['last']}>"


def read_result(folder: str | Path) -> StoredResult:
    """Read a saved result: its tables and manifest, not the plans behind them.

    Raises
    ------
    ResultError
        The folder is no result, or something in it is missing or was changed.
    """
    path = Path(folder)
    manifest = read_manifest(path, FORMAT)
    for name, wanted in manifest["files"].items():
        try:
            found = hash_file(path / name)
        except OSError:
            raise ResultError(f"{path / name}: missing, though the manifest names it") from None
        if found != wanted:
            raise ResultError(f"{path / name}: not as it was written (see manifest.json)")
    return StoredResult(path, manifest)
