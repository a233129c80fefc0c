"""Small linear programmes, written down as dictionaries, and the lexicographic steps on them.

Two interchangeable solvers: `Floats` (scipy's linprog, HiGHS) and `Exact` (fractions, see
`simplex`). Every programme here is a maximisation over columns between 0 and an upper bound.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from tests.oracles.simplex import maximise as exact_maximise

__all__ = ["Exact", "Floats", "Programme", "Solver", "rise_together"]

Column = Hashable
Terms = Mapping[Column, Any]


class Floats:
    """Floating point with HiGHS through scipy."""

    number: type = float
    slack = 1e-9
    """How far a locked step may give way, in the unit of the step."""
    rise = 1e-7
    """A share that can rise by no more than this cannot rise."""

    def maximise(
        self, cost: list, rows: list[tuple[dict[int, Any], Any]], upper: list
    ) -> tuple[Any, list]:
        """Maximise cost @ x under rows @ x <= right-hand sides and 0 <= x <= upper."""
        matrix, right = self._matrix(rows, len(cost))
        bounds = [(0, None if top is None else max(top, 0.0)) for top in upper]
        attempts: tuple[dict[str, Any], ...] = (
            {
                "method": "highs",
                "options": {
                    "primal_feasibility_tolerance": 1e-10,
                    "dual_feasibility_tolerance": 1e-10,
                },
            },
            {"method": "highs"},
            {"method": "highs-ds", "options": {"presolve": False}},
            {"method": "highs-ipm"},
        )
        for attempt in attempts:
            found = linprog(
                -np.array(cost, float), A_ub=matrix, b_ub=right, bounds=bounds, **attempt
            )
            if found.status == 0:
                return -found.fun, list(found.x)
        raise ArithmeticError(f"no optimum: {found.message}")

    @staticmethod
    def _matrix(rows: list, width: int) -> tuple[Any, Any]:
        if not rows:
            return None, None
        data, row_of, column_of, right = [], [], [], []
        for place, (terms, most) in enumerate(rows):
            scale = max([abs(value) for value in terms.values()], default=1.0) or 1.0
            for column, value in terms.items():
                data.append(value / scale)
                row_of.append(place)
                column_of.append(column)
            right.append(most / scale)
        return csr_matrix((data, (row_of, column_of)), shape=(len(rows), width)), right


class Exact:
    """Exact fractions, for tiny problems."""

    number: type = Fraction
    slack = 0
    rise = 0

    def maximise(self, cost: list, rows: list, upper: list) -> tuple[Any, list]:
        """Maximise cost @ x under rows @ x <= right-hand sides and 0 <= x <= upper."""
        bounds = [({place: 1}, top) for place, top in enumerate(upper) if top is not None]
        return exact_maximise(cost, [*rows, *bounds])


Solver = Floats | Exact


@dataclass
class Programme:
    """A growing list of rows over named columns; rows that equal another keep the tightest."""

    solver: Solver
    upper: dict[Column, Any] = field(default_factory=dict)
    rows: dict[frozenset, Any] = field(default_factory=dict)

    def add(self, column: Column, upper: Any = None) -> None:
        """Add a column between 0 and `upper` (None: no limit)."""
        self.upper[column] = upper

    def at_most(self, terms: Terms, most: Any) -> None:
        """Demand that the sum of the terms is at most `most`."""
        key = frozenset((column, value) for column, value in terms.items() if value)
        if not key and most >= 0:
            return
        self.rows[key] = min(most, self.rows.get(key, most))

    def at_least(self, terms: Terms, least: Any) -> None:
        """Demand that the sum of the terms is at least `least`."""
        self.at_most({column: -value for column, value in terms.items()}, -least)

    def maximise(
        self, terms: Terms, more: Iterable[tuple[Terms, Any]] = (), free: Iterable[Column] = ()
    ) -> tuple[Any, dict[Column, Any]]:
        """Maximise the sum of the terms.

        Parameters
        ----------
        terms : mapping
            Worth of one unit of each column.
        more : iterable of (terms, least)
            Further rows for this time only, each at least its right-hand side.
        free : iterable
            Further columns for this time only, from 0 up.
        """
        columns = [*self.upper, *free]
        place = {column: number for number, column in enumerate(columns)}
        rows = [({place[c]: v for c, v in key}, most) for key, most in self.rows.items()]
        rows += [({place[c]: -v for c, v in row.items() if v}, -least) for row, least in more]
        cost = [terms.get(column, 0) for column in columns]
        upper = [self.upper.get(column) for column in columns]
        best, values = self.solver.maximise(cost, rows, upper)
        return best, dict(zip(columns, values, strict=True))


LEVEL = ("level",)


def rise_together(programme: Programme, shares: Mapping[Hashable, tuple[Terms, Any]]) -> dict:
    """Raise the smallest of some shares as high as it goes, then the next, and lock each.

    The plain sequence of programmes: find the highest level that all shares still rising can
    have together; then make the sum of what exceeds it as large as possible while no share falls
    below it, and again over the shares that stayed, until none of them can rise. Those are settled
    and locked there; the others go on.

    Parameters
    ----------
    programme : Programme
        Gets one row for each share: at least its level.
    shares : mapping
        For each name its terms and a constant: share = constant + sum of terms.

    Returns
    -------
    dict
        The level of each share.
    """
    solver = programme.solver
    levels: dict[Hashable, Any] = {}
    rising = dict(shares)
    while rising:
        together = [({**terms, LEVEL: -1}, -constant) for terms, constant in rising.values()]
        level, values = programme.maximise({LEVEL: 1}, more=together, free=[LEVEL])
        found = {
            name: constant + sum(value * values[column] for column, value in terms.items())
            for name, (terms, constant) in rising.items()
        }
        stuck = [name for name in rising if found[name] <= level + solver.rise]
        while stuck:
            above = {name: ("above", place) for place, name in enumerate(stuck)}
            keep = [
                ({**terms, above[name]: -1} if name in above else terms,
                 level - constant - solver.slack)
                for name, (terms, constant) in rising.items()
            ]  # fmt: skip
            _, values = programme.maximise(
                dict.fromkeys(above.values(), 1), more=keep, free=above.values()
            )
            still = [name for name in stuck if values[above[name]] <= solver.rise]
            if len(still) == len(stuck):
                break
            if not still:  # only rounding can bring us here: the one that rises least
                still = [min(stuck, key=lambda name: values[above[name]])]
                stuck = still
                break
            stuck = still
        for name in stuck:
            terms, constant = rising.pop(name)
            levels[name] = level
            programme.at_least(terms, level - constant - solver.slack)
    return levels
