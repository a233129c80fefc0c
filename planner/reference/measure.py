"""How far an answer is from feasible and proved, told from PuLP's own numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pulp
from scipy import sparse

from planner.engine.certify import Certificate, certify

__all__ = ["measure"]


def measure(lp: pulp.LpProblem) -> Certificate:
    """Return the certificate of a solved linear programme, from its variables and duals alone.

    A solver that gives no duals proves nothing: dual and gap are then 1.
    """
    variables = lp.variables()
    place = {variable: number for number, variable in enumerate(variables)}
    rows = lp.constraints()
    entries = [
        (number, place[v], value) for number, row in enumerate(rows) for v, value in row.items()
    ]
    if not entries:
        return Certificate()
    row, column, data = zip(*entries, strict=True)
    matrix = sparse.csc_array((data, (row, column)), shape=(len(rows), len(variables)))

    def numbers(values: list[Any], instead: float = 0.0) -> Any:
        return np.array([instead if v is None else v for v in values], dtype=float)

    duals = [r.pi for r in rows]
    proof = certify(
        matrix,
        numbers([lp.objective.get(v, 0.0) for v in variables]),
        numbers([v.lowBound for v in variables], -np.inf),
        numbers([v.upBound for v in variables], np.inf),
        numbers([r.getLb() for r in rows], -np.inf),
        numbers([r.getUb() for r in rows], np.inf),
        numbers([v.varValue for v in variables], np.nan),
        numbers(duals),
    )
    if all(dual is None for dual in duals):
        return Certificate(proof.primal, 1.0, 1.0)
    return proof
