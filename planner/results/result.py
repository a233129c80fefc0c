"""A solved scenario: the scenario, what it was compiled to, its plans, and tables of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.compile import Compiled
from planner.engine.certify import Certificate
from planner.results.base import Tables
from planner.results.manifest import versions
from planner.scenario.load import Scenario
from planner.solution import Solution

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FORMAT", "Result"]

FORMAT = "planner-results/1"


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

    def _make(self, table: str) -> pd.DataFrame:
        from planner.results.tables import BUILDERS

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
        from planner.results.stored import save

        return save(self, folder)

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
