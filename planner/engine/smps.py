"""The two-stage programme as SMPS files: core, time and stochastics, for other solvers.

Written is the programme that maximises worth: levels η are promised in the first stage, and what
a draw stays below them costs 1 ÷ (1 − certainty) in the second. Its optimum is that of *value* over
one tier. Costs are minimised. The core holds the first draw; each draw is one scenario.

Format: Gassmann and Schweitzer, *Annals of Operations Research* 104 (2001).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.engine.two_stage import TwoStage

__all__ = ["smps_of", "write_smps"]

Floats = NDArray[np.float64]


def smps_of(two: TwoStage, certainty: float, name: str = "PROMISES") -> dict[str, str]:
    """Return the texts of the three files, by extension: ``cor``, ``tim`` and ``sto``.

    Parameters
    ----------
    two : TwoStage
    certainty : float
    name : str
        In capitals, without spaces.
    """
    stage = two.stage
    parts, people = stage.filled.shape
    entries, costs = _draw(two, 0, certainty)
    body = [f"NAME          {name}", "ROWS", " N  COST"]
    body += [" L  FIRST", *(f" G  G{i}" for i in range(parts))]
    body += [f" L  L{r}" for r in range(stage.matrix.shape[0])]
    body.append("COLUMNS")
    for k in range(stage.groups):
        body.append(f"    E{k}  COST  {-two.worth[k]:.17g}")
        body.append(f"    E{k}  FIRST  0")
        for i in np.flatnonzero(stage.part_group == k).tolist():
            body.append(f"    E{k}  G{i}  {-entries[i]:.17g}")
    for k in range(stage.groups):
        body.append(f"    V{k}  COST  {costs[k]:.17g}")
        for i in np.flatnonzero(stage.part_group == k).tolist():
            body.append(f"    V{k}  G{i}  {entries[i]:.17g}")
    filled, matrix = sparse.csc_array(stage.filled), sparse.csc_array(stage.matrix)
    for c in range(people):
        for rows, letter in ((filled, "G"), (matrix, "L")):
            for at in range(rows.indptr[c], rows.indptr[c + 1]):
                body.append(f"    Y{c}  {letter}{rows.indices[at]}  {rows.data[at]:.17g}")
    body.append("RHS")
    body += [f"    RHS  L{r}  {value:.17g}" for r, value in enumerate(two.limit[0])]
    body.append("BOUNDS")
    for k in range(stage.groups):
        body.append(f" UP BND  E{k}  {1.0 if two.exists[:, k].any() else 0.0:g}")
    body.append("ENDATA")
    time = [f"TIME          {name}", "PERIODS       IMPLICIT", "    E0  FIRST  STAGE1",
            "    V0  G0  STAGE2", "ENDATA"]  # fmt: skip
    stochastic = [f"STOCH         {name}", "SCENARIOS     DISCRETE"]
    for draw in range(len(two)):
        stochastic.append(f" SC S{draw}  ROOT  {two.chance[draw]:.17g}  STAGE2")
        entries, costs = _draw(two, draw, certainty)
        for k in range(stage.groups):
            stochastic.append(f"    V{k}  COST  {costs[k]:.17g}")
        for i, k in enumerate(stage.part_group.tolist()):
            stochastic.append(f"    E{k}  G{i}  {-entries[i]:.17g}")
            stochastic.append(f"    V{k}  G{i}  {entries[i]:.17g}")
        for r, value in enumerate(two.limit[draw]):
            stochastic.append(f"    RHS  L{r}  {value:.17g}")
    stochastic.append("ENDATA")
    found = {"cor": body, "tim": time, "sto": stochastic}
    return {kind: "\n".join(lines) + "\n" for kind, lines in found.items()}


def _draw(two: TwoStage, draw: int, certainty: float) -> tuple[Floats, Floats]:
    """Return asked person-months by part, and the cost of v by group, in one draw.

    The probability that a group asks for people at all is in the cost, so that multiplied by the
    probability of the draw it is the price of what the group lacks in that draw.
    """
    given = np.divide(two.given[draw], two.chance[draw])
    return two.asked[draw], two.worth * given / (1 - certainty)


def write_smps(two: TwoStage, certainty: float, folder: Path, name: str = "promises") -> list[Path]:
    """Write ``name.cor``, ``name.tim`` and ``name.sto`` into a folder and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for kind, text in smps_of(two, certainty, name.upper()).items():
        path = folder / f"{name}.{kind}"
        path.write_text(text, encoding="ascii")
        paths.append(path)
    return paths
