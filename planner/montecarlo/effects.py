"""From drawn factors to what a plan is made of: caps, strengths, bounds, money, and the rules.

A factor sets a figure, multiplies figures, or moves months. What it does to numbers of people is
worked out for all draws at once, by the same functions that compile a scenario; what it does to
tours and months is left to the compiler, once for every structure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from planner.compile.strengths import levels
from planner.compile.tables import Compiled
from planner.scenario.inputs import Figure
from planner.montecarlo.parameters import Factor, Uncertain
from planner.montecarlo.parameters import natural_range

__all__ = ["Effects", "Numbers"]

Floats = NDArray[np.float64]

TIMES = ("sizes.", "decided.", "shared.")
MOVES = ("extended.", "shifted.")


@dataclass(frozen=True, eq=False)
class Numbers:
    """What draws of one structure are solved with; see :meth:`Structure.solve`.

    Attributes
    ----------
    caps : ndarray (draws, demands)
        Persons.
    strengths : ndarray (draws, pools, months of the model)
        Persons.
    least, most : ndarray (draws, bounds) or None
        Persons; NaN where there is none. None where no draw changes any.
    amounts : ndarray (draws, budgets) or None
        Euros.
    """

    caps: Floats
    strengths: Floats
    least: Floats | None
    most: Floats | None
    amounts: Floats | None


class Effects:
    """What the factors of a scenario do to its figures.

    Parameters
    ----------
    uncertain : Uncertain
    """

    def __init__(self, uncertain: Uncertain):
        self.uncertain = uncertain
        self.rows = {row.id: row for row in uncertain.compiled.figures}

    @cached_property
    def structural(self) -> NDArray[np.bool_]:
        """Factors that change the structure, (factors,)."""
        return np.array(
            [one.structural and one.layer == "capacity" for one in self.uncertain.factors],
            dtype=bool,
        )

    @cached_property
    def _by_figure(self) -> dict[str, list[tuple[int, Factor]]]:
        """Factors by the figure they change, in their order."""
        found: dict[str, list[tuple[int, Factor]]] = {}
        for place, one in enumerate(self.uncertain.factors):
            for target in one.targets:
                found.setdefault(target, []).append((place, one))
        return found

    def figures(self, values: Floats) -> dict[str, Floats]:
        """Return every figure that a draw changes, draw by draw.

        Parameters
        ----------
        values : ndarray (draws, factors)

        Returns
        -------
        dict of str to ndarray (draws,)
            Values by figure id, months as how many months they move; what
            :func:`planner.compile.compile_scenario` takes as its `figures`.
        """
        return {id: self._figure(id, factors, values) for id, factors in self._by_figure.items()}

    def _figure(self, id: str, factors: list[tuple[int, Factor]], values: Floats) -> Floats:
        """Return one figure: set first, then multiplied; or the sum of what months move."""
        row = self.rows.get(id)
        likely = row.value if row is not None else 0.0
        moved = isinstance(likely, str)
        found = np.full(len(values), 0.0 if moved else float(likely))
        for place, one in factors:
            if one.id == id and not moved:
                found = values[:, place]
        for place, one in factors:
            if moved:
                found = found + np.rint(values[:, place])
            elif one.id.startswith(TIMES):
                found = found * values[:, place]
        return np.asarray(found if moved else np.clip(found, *natural_range(id)))

    def structure(self, figures: Mapping[str, Floats], draw: int) -> dict[str, float]:
        """Return the figures that make the structure of a draw, by id."""
        return {id: float(figures[id][draw]) for id in self.structural_figures}

    @cached_property
    def structural_figures(self) -> tuple[str, ...]:
        """Figures that decide the structure, of those that are drawn."""
        structural = self.structural
        return tuple(
            id
            for id, factors in self._by_figure.items()
            if any(structural[place] for place, _ in factors)
        )

    def groups(self, figures: Mapping[str, Floats], draws: int) -> list[NDArray[np.int64]]:
        """Return the draws of each structure, in order of their first draw."""
        if not self.structural_figures:
            return [np.arange(draws)]
        table = np.stack([figures[id] for id in self.structural_figures], axis=1)
        _, first, which = np.unique(table, axis=0, return_index=True, return_inverse=True)
        which = np.asarray(which).ravel()
        return [np.flatnonzero(which == k) for k in np.argsort(first)]

    def numbers(
        self, compiled: Compiled, figures: Mapping[str, Floats], draws: NDArray[np.int64]
    ) -> Numbers:
        """Return caps, strengths, bounds and money of some draws of one structure."""
        inputs, problem = self.uncertain.scenario.inputs, compiled.problem

        def column(id: str, likely: float) -> Floats:
            return figures[id][draws] if id in figures else np.full(len(draws), likely)

        def take(id: str, figure: Figure, unit: str) -> Floats:
            return figures[id][draws][:, None] if id in figures else np.array([[figure.value]])

        caps = [column(f"demand.{one.id}.cap", one.cap) for one in problem.demands]
        people, _ = levels(inputs, compiled.first_month, problem.months, take)
        shape = (len(draws), problem.months)
        strengths = [np.broadcast_to(people[name], shape) for name in problem.pools]
        return Numbers(
            _stacked(caps, len(draws)),
            np.stack(strengths, axis=1) if strengths else np.zeros((len(draws), 0, shape[1])),
            self._bounds("min", compiled, figures, draws),
            self._bounds("max", compiled, figures, draws),
            self._amounts(compiled, figures, draws),
        )

    def _bounds(
        self, side: str, compiled: Compiled, figures: Mapping[str, Floats], draws: NDArray[np.int64]
    ) -> Floats | None:
        ids = {row.id for row in compiled.demands}
        inputs = self.uncertain.scenario.inputs
        here = [one.id for one in inputs.bounds.values() if ids.intersection(one.demands)]
        if not any(f"bound.{id}.{side}" in figures for id in here):
            return None
        columns = []
        for id, bound in zip(here, compiled.problem.bounds, strict=True):
            likely = getattr(bound, side)
            drawn = figures.get(f"bound.{id}.{side}")
            nothing = np.full(len(draws), np.nan if likely is None else likely)
            columns.append(nothing if drawn is None else drawn[draws])
        return _stacked(columns, len(draws))

    def _amounts(
        self, compiled: Compiled, figures: Mapping[str, Floats], draws: NDArray[np.int64]
    ) -> Floats | None:
        columns, changed = [], False
        for budget in compiled.problem.budgets:
            fund, _, year = budget.id.rpartition("-")
            drawn = figures.get(f"budget.{fund}.{year}")
            changed |= drawn is not None
            columns.append(
                np.full(len(draws), budget.amount)
                if drawn is None
                else drawn[draws] * ((budget.last - budget.first + 1) / 12)
            )
        return _stacked(columns, len(draws)) if changed else None


def _stacked(columns: list[Floats], draws: int) -> Floats:
    return np.stack(columns, axis=1) if columns else np.zeros((draws, 0))
