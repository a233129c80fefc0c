"""A scenario as a plain function of its uncertain figures, for other programs to drive.

SALib, the EMA Workbench or a loop of one's own choose the values; each set of values is one plan
with and without every package. Nothing here is drawn at random: who is there of the people planned
is decided by the same luck every time, so that only the values make a difference.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from planner.errors import InputError, SolverError, nearest
from planner.montecarlo.outline import Outline
from planner.montecarlo.run import study_of

if TYPE_CHECKING:
    import pandas as pd

    from planner.scenario.load import Scenario

__all__ = ["Model"]

Floats = NDArray[np.float64]

TAIL = 0.001
"""Chance beyond either end of a distribution that has no end of its own."""


class Model:
    """A scenario as a function of its uncertain figures.

    Parameters
    ----------
    scenario : Scenario, str or Path
    rule : {"fair", "value"}, optional
        By default the scenario's own.
    factors : sequence of str, optional
        Ids of the figures to vary; the others stay at their likely values. By default all.
    outcomes : sequence of str, optional
        Quantities to return, see :mod:`planner.montecarlo.quantities`; by default displacement and
        fill by main task.

    Attributes
    ----------
    names : tuple of str
        A name for each figure that is also a name in Python: ``pool_staff_posts``.
    ids : tuple of str
        Its id: ``pool.staff.posts``.
    outcomes : tuple of str

    Examples
    --------
    >>> model = Model("letter", "value", factors=["pool.staff.posts"], outcomes=["fill.untso"])
    >>> model.names, model(pool_staff_posts=470.0)
    (('pool_staff_posts',), {'fill.untso': 1.0})
    """

    def __init__(
        self,
        scenario: Scenario | str | Path,
        rule: str | None = None,
        *,
        factors: Sequence[str] | None = None,
        outcomes: Sequence[str] | None = None,
    ):
        self.study = study_of(scenario, 2, rule=rule, replicates=2, share=1, monthly=False)
        self._outline = Outline.of(self.study)
        known = self.study.uncertain.ids
        chosen = tuple(known if factors is None else factors)
        wrong = [f"factors: no {id!r} is drawn{nearest(id, known)}" for id in chosen
                 if id not in known]  # fmt: skip
        if wrong:
            raise InputError(wrong)
        self.ids = chosen
        self.names = tuple(re.sub(r"\W", "_", id) for id in chosen)
        self._places = [known.index(id) for id in chosen]
        quantities = self._outline.quantities
        headline = [name for name in quantities.headline if not name.startswith("filled")]
        self.outcomes = tuple(map(quantities.check, outcomes or headline))
        self.__name__ = "planner_" + re.sub(r"\W", "_", self._outline.scenario["name"])

    @property
    def parameters(self) -> pd.DataFrame:
        """One row a figure: name, id, low, likely, high, distribution, unit, layer, basis.

        `low` and `high` are the ends of its distribution; where it has none, the values beyond
        which it lies once in a thousand times.
        """
        import pandas as pd

        factors = [self.study.uncertain.factors[place] for place in self._places]
        ends = [one.distribution.ppf([TAIL, 1 - TAIL]) for one in factors]
        rows = [
            {
                "name": name,
                "id": one.id,
                "low": _finite(one.distribution.support[0], float(low)),
                "likely": one.likely,
                "high": _finite(one.distribution.support[1], float(high)),
                "distribution": one.distribution.words(),
                "unit": one.unit,
                "layer": one.layer,
                "basis": one.basis,
            }
            for name, one, (low, high) in zip(self.names, factors, ends, strict=True)
        ]
        return pd.DataFrame(rows)

    @property
    def salib(self) -> dict[str, Any]:
        """The problem as SALib wants it: coordinates of the unit cube, for :meth:`at`."""
        count = len(self.names)
        return {"num_vars": count, "names": list(self.names), "bounds": [[0.0, 1.0]] * count}

    def __call__(self, **values: float) -> dict[str, float]:
        """Return the outcomes for some values, by name or id; figures not named are likely."""
        known = {**dict(zip(self.names, self.ids, strict=True)),
                 **dict(zip(self.ids, self.ids, strict=True))}  # fmt: skip
        wrong = [f"no figure is called {name!r}{nearest(name, known)}" for name in values
                 if name not in known]  # fmt: skip
        if wrong:
            raise InputError(wrong)
        row = dict(zip(self.ids, self._likely[self._places], strict=True))
        row |= {known[name]: float(value) for name, value in values.items()}
        found = self.values(np.array([[row[id] for id in self.ids]]))
        return {name: float(column[0]) for name, column in found.items()}

    def at(self, points: ArrayLike) -> dict[str, Floats]:
        """Return the outcomes at points of the unit cube, (points, figures), by their quantiles.

        Correlations that the scenario states are part of it: a coordinate is the quantile of a
        figure, given those before it.
        """
        cube = np.full((len(np.atleast_2d(points)), len(self._likely)), 0.5)
        cube[:, self._places] = np.atleast_2d(np.asarray(points, dtype=float))
        drawn = self.study.uncertain.values(cube)
        return self.values(drawn[:, self._places])

    def values(self, values: ArrayLike) -> dict[str, Floats]:
        """Return the outcomes for rows of values, (rows, figures), each (rows,).

        Raises
        ------
        SolverError
            No plan could be proved for some row.
        """
        given = np.atleast_2d(np.asarray(values, dtype=float))
        if given.shape[1] != len(self.ids):
            raise InputError(f"values: expected {len(self.ids)} columns, found {given.shape[1]}")
        rows = np.repeat(self._likely[None], len(given), axis=0)
        rows[:, self._places] = given
        records = self.study.solve_values(rows)
        if not records.proved.all():
            place = int(np.flatnonzero(~records.proved)[0])
            raise SolverError(f"row {place}: no plan could be proved")
        return {name: self._outline.quantities.of(records, name) for name in self.outcomes}

    @property
    def _likely(self) -> Floats:
        return self.study.uncertain.likely

    def __repr__(self) -> str:
        """Scenario, and how many figures and outcomes."""
        name = self._outline.scenario["name"]
        return f"<Model of {name!r}: {len(self.ids)} figures, {len(self.outcomes)} outcomes>"

    def likely(self) -> Mapping[str, float]:
        """Return the outcomes where everything is likely."""
        return self()


def _finite(end: float, otherwise: float) -> float:
    return end if np.isfinite(end) else otherwise
