"""All optimal answers of a rule, or all that come near: a programme to search, not one answer.

*Value*: every tier within a slack of its optimum. *Fair*: nobody below the share that is his but
for so many person-months in sum in each tier; without slack the shares themselves, so that only
the pools they come from are open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.analysis.plans import LastPlans
from planner.analysis.sheet import Sheet, minimise
from planner.engine.highs import LinearProgramme
from planner.engine.setting import Setting

__all__ = ["Near", "near_fair", "near_value", "settle_before"]

Floats = NDArray[np.float64]


@dataclass(eq=False)
class Near:
    """Answers that come within a slack of the optimum.

    Attributes
    ----------
    sheet : Sheet
        Its columns of people come first in the programme.
    programme : LinearProgramme
    found : list of ndarray
        The answers met so far, (columns,) each.
    """

    sheet: Sheet
    programme: LinearProgramme
    found: list[Floats] = field(default_factory=list)

    def least(self, cost: Floats) -> float:
        """Return the smallest of a cost over all answers."""
        full = np.zeros(self.programme.matrix.shape[1])
        full[: len(cost)] = cost
        optimum = minimise(self.programme, full)
        self.found.append(optimum.x[: self.sheet.size])
        return optimum.value

    def between(self, worth: Floats) -> tuple[float, float]:
        """Return the smallest and the largest of a worth over all answers."""
        low, high = self.least(worth), -self.least(-worth)
        return low, max(high, low)


def settle_before(
    settings: Sequence[Setting], last: LastPlans, months: Sequence[int], lead: Floats
) -> list[Setting]:
    """Return settings in which what had begun or was in preparation by a month stands as made.

    Parameters
    ----------
    settings : sequence of Setting
        The last plan of each block.
    last : LastPlans
        What was made of them.
    months : sequence of int
        By block; 0 settles nothing.
    lead : ndarray (demands,)
        Longest preparation of each demand of the problem.
    """
    settled = []
    for setting, people, month in zip(settings, last.people, months, strict=True):
        block = setting.block
        stands = (block.begin < month + lead[block.demand])[block.decision] & (month > 0)
        lower = np.where(stands, people, setting.lower)
        upper = np.where(stands, people, setting.upper)
        settled.append(setting.change(lower=lower, upper=upper))
    return settled


def near_value(settings: Sequence[Setting], slack: float = 0.0, preferences: bool = True) -> Near:
    """Return all answers of the *value* rule within `slack` weighted person-months in each tier.

    The same slack holds for preferences (person-months × place); goals miss no more than they must.
    """
    sheet = Sheet(settings)
    programme, x, costs = sheet.optimal(preferences)
    if slack <= 0:
        return Near(sheet, programme, [x[: sheet.size]])
    steps = sheet.objectives(preferences)
    rows = np.array([step.cost for step in steps])
    give = np.array([0.0 if step.kind == "goals" else slack for step in steps])
    most = np.array(costs) + give + 1e-9 * (1 + np.abs(costs))
    return Near(sheet, _with_rows(sheet, rows, most), [x[: sheet.size]])


def near_fair(
    settings: Sequence[Setting],
    people: Sequence[Floats],
    slack: float = 0.0,
    preferences: bool = True,
) -> Near:
    """Return all answers within `slack` person-months of the fair shares in each tier.

    Parameters
    ----------
    settings : sequence of Setting
    people : sequence of ndarray
        The fair answer, block by block.
    slack : float
        Person-months that decisions of a tier may lose in sum.
    """
    sheet = Sheet(settings)
    made = np.concatenate(people)
    use = sheet.matrix[: sheet.limit_start[-1], : sheet.size] @ made
    count = int(sheet.limit_start[-1])
    sheet.row_upper[:count] = np.maximum(sheet.row_upper[:count], use)
    lacks = [
        np.maximum(s.goal[goals] - (s.block.bounds.matrix[goals] @ x), 0.0)
        for s, goals, x in zip(settings, sheet.goals, people, strict=True)
    ]
    full = np.concatenate([made, *lacks])
    steps = [s for s in sheet.objectives(preferences) if s.kind != "tier"]
    give = np.array([slack if step.kind == "preference" else 0.0 for step in steps])
    rows = np.array([step.cost for step in steps]).reshape(len(steps), len(full))
    most = rows @ full + give + 1e-7
    if slack <= 0:
        return Near(sheet, _fixed_shares(sheet, made, rows, most), [made])
    return Near(sheet, _near_shares(sheet, made, rows, most, slack), [made])


def _fixed_shares(sheet: Sheet, made: Floats, rows: Floats, most: Floats) -> LinearProgramme:
    programme = _with_rows(sheet, rows, most)
    open_columns = np.zeros(sheet.size, dtype=bool)
    for place, setting in enumerate(sheet.settings):
        shared = np.isin(setting.block.decision, sheet.shared[place])
        open_columns[sheet.start[place] : sheet.start[place + 1]] = shared
        row = sheet.shared_start[place] + np.arange(len(sheet.shared[place]))
        first = sheet.start[place]
        total = setting.block.pick @ made[first : sheet.start[place + 1]]
        total = total[sheet.shared[place]]
        programme.set_rows(row, total - 1e-9, total + 1e-9)
    closed = np.flatnonzero(~open_columns)
    programme.set_bounds(closed, made[closed], made[closed])
    return programme


def _near_shares(
    sheet: Sheet, made: Floats, rows: Floats, most: Floats, slack: float
) -> LinearProgramme:
    """Add what each decision loses, in person-months, and the sum of it by tier."""
    picks, months, tiers = [], [], []
    for setting in sheet.settings:
        picks.append(setting.block.pick)
        months.append(setting.block.duty_months)
        tiers.append(setting.tier)
    pick = sparse.csr_array(sparse.block_diag(picks, format="csr"))
    month, tier = np.concatenate(months), np.concatenate(tiers)
    served = sparse.csr_array(pick * month[:, None])
    count, width = len(month), sheet.matrix.shape[1]
    kinds = np.unique(tier)
    sums = sparse.csr_array((tier[None, :] == kinds[:, None]).astype(float))
    pad = sparse.csr_array((count, width - sheet.size))
    matrix = sparse.block_array(
        [
            [sheet.matrix, None],
            [sparse.csr_array(rows), None],
            [sparse.hstack([served, pad]), sparse.eye_array(count)],
            [None, sums],
        ],
        format="csc",
    )
    floor = served @ made - 1e-9
    nothing = np.full(len(most), -np.inf)
    return LinearProgramme(
        sparse.csc_array(matrix),
        np.zeros(matrix.shape[1]),
        np.concatenate([sheet.lower, np.zeros(count)]),
        np.concatenate([sheet.upper, np.full(count, np.inf)]),
        np.concatenate([sheet.row_lower, nothing, floor, np.full(len(kinds), -np.inf)]),
        np.concatenate([sheet.row_upper, most, np.full(count, np.inf), np.full(len(kinds), slack)]),
    )


def _with_rows(sheet: Sheet, rows: Floats, most: Floats) -> LinearProgramme:
    """Return the sheet's programme with further rows that are at most so much."""
    matrix = sparse.vstack([sheet.matrix, sparse.csr_array(rows)])
    return LinearProgramme(
        sparse.csc_array(matrix),
        np.zeros(matrix.shape[1]),
        sheet.lower,
        sheet.upper,
        np.concatenate([sheet.row_lower, np.full(len(most), -np.inf)]),
        np.concatenate([sheet.row_upper, most]),
    )
