"""Factors: the numbers that are drawn side by side, and how they hang together."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from planner.digest import digest
from planner.uncertainty.base import Distribution
from planner.uncertainty.correlation import correlate, factor_of, pearson_of

if TYPE_CHECKING:
    import pandas

    from planner.compile.tables import Compiled
    from planner.scenario.load import Scenario

__all__ = ["Factor", "Uncertain", "normal_correlation"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Factor:
    """One uncertain number.

    Attributes
    ----------
    id : str
        The figure it is, ``pool.staff.posts``, or what it decides: ``decided.…``, ``sizes.…``,
        ``extended.…``, ``shifted.…``, ``shared.…``.
    distribution : Distribution
    likely : float
        Value where nothing is uncertain.
    unit : str
    layer : str
        ``"capacity"`` (needs a new plan) or ``"presence"`` (who of the people planned is there).
    structural : bool
        Whether it changes tours, months or decisions, and not only how many people there are.
    targets : tuple of str
        Figures it sets, multiplies or moves; for sizes and decisions the caps.
    basis, source, section, note : str
        Where it comes from.
    said_in : str
        ``"data"`` or ``"scenario"``.
    """

    id: str
    distribution: Distribution
    likely: float
    unit: str
    layer: str
    structural: bool
    targets: tuple[str, ...]
    basis: str = "assumption"
    source: str = ""
    section: str = ""
    note: str = ""
    said_in: str = "data"

    @property
    def per_draw(self) -> bool:
        """Whether every draw has its own value even where many draws share one set of rules."""
        return not self.structural or self.distribution.countable


@dataclass(frozen=True, eq=False)
class Uncertain:
    """All factors of a scenario and how they hang together.

    Attributes
    ----------
    scenario : Scenario
        With everything in it that may be decided.
    compiled : Compiled
        At likely values.
    factors : tuple of Factor
        Rules shared by many draws first, then the rest, in the order of the figures.
    rank : ndarray (factors, factors)
        Rank correlations.
    """

    scenario: Scenario
    compiled: Compiled = field(repr=False)
    factors: tuple[Factor, ...]
    rank: Floats = field(repr=False)

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the factors, in order."""
        return tuple(factor.id for factor in self.factors)

    @cached_property
    def root(self) -> Floats | None:
        """Triangular root of the correlation of the normals; None where nothing is correlated."""
        if not (self.rank - np.eye(len(self.rank))).any():
            return None
        return factor_of(normal_correlation(self.rank))

    @property
    def shared(self) -> int:
        """How many factors, the first ones, are rules that many draws share."""
        return sum(not factor.per_draw for factor in self.factors)

    @cached_property
    def digest(self) -> str:
        """``sha256:`` of everything that decides what a draw is."""
        factors = [
            [one.id, one.distribution.words(), digest(_parameters(one)), list(one.targets)]
            for one in self.factors
        ]
        return digest([self.scenario.digest, factors, self.rank.tolist()])

    def values(self, points: Floats) -> Floats:
        """Return factor values, (draws, factors), at independent points of the unit cube."""
        points = np.clip(points, 1e-12, 1 - 1e-12)
        if self.root is not None:
            points = correlate(points, self.root)
        columns = [one.distribution.ppf(points[:, k]) for k, one in enumerate(self.factors)]
        return np.stack(columns, axis=1) if columns else np.zeros((len(points), 0))

    @property
    def likely(self) -> Floats:
        """Likely value of every factor, (factors,)."""
        return np.array([factor.likely for factor in self.factors])

    def table(self) -> pandas.DataFrame:
        """Return one row a factor: what varies, how, and where that comes from."""
        import pandas

        rows = []
        for one in self.factors:
            low, high = one.distribution.support
            rows.append(
                {
                    "id": one.id,
                    "layer": one.layer,
                    "changes_structure": one.structural,
                    "distribution": one.distribution.words(),
                    "low": low,
                    "likely": one.likely,
                    "high": high,
                    "mean": one.distribution.expected,
                    "unit": one.unit,
                    "basis": one.basis,
                    "source": one.source,
                    "section": one.section,
                    "note": one.note,
                    "said_in": one.said_in,
                    "changes": " ".join(one.targets),
                }
            )
        return pandas.DataFrame(rows)

    def correlations(self) -> pandas.DataFrame:
        """Return one row for every two factors that hang together: figure, with, rank."""
        import pandas

        one, other = np.nonzero(np.triu(self.rank, 1))
        ids = np.array(self.ids, dtype=object)
        return pandas.DataFrame(
            {"figure": ids[one], "with": ids[other], "rank": self.rank[one, other]}
        )


def _parameters(factor: Factor) -> dict[str, Any]:
    return {
        name: list(v) if isinstance(v, tuple) else v
        for name, v in vars(factor.distribution).items()
    }


def normal_correlation(rank: Floats) -> Floats:
    """Return the correlations of the normals behind rank correlations."""
    pearson = np.vectorize(pearson_of, otypes=[float])(rank) if len(rank) else rank.copy()
    np.fill_diagonal(pearson, 1.0)
    return pearson
