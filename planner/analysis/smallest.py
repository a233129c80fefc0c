"""The smallest additions by linear programming, under *value* where one plan is made again.

People x and additions a are found together, and with them the best division y without the package
that x is held against. What is best for x given a is best in the order of the steps of the rule,
so it cannot be written as one programme for all a at once; but by complementary slackness the
prices of an optimum at one a name what every optimum shares, and as long as that is kept, x stays
optimal while a changes. Within it the cheapest a that leaves missions with enough is one linear
programme; its answer is the next a. Every a met does what is asked, each costs no more than the one
before, and none can cost less than in the programme in which only the first step of the rule is
kept from getting less than today: where both meet, the answer is proved smallest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.analysis.added import Added
from planner.analysis.sheet import Sheet, minimise
from planner.engine.highs import LinearProgramme
from planner.errors import SolverError

__all__ = ["Smallest"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BETTER = 1e-7
"""Relative gain below which a next answer is no better."""
ROUNDS = 12
"""Most answers after one another."""
GIVE = 1e-4
"""Person-months by which an answer may miss, for rounding."""


class Smallest:
    """The programme of people, additions and what is lost.

    Parameters
    ----------
    added : Added
    costs : ndarray (pools,)
        Of one person who stays, or of one person for one month.
    stay : bool
        Whether people stay once they have come; else they come and go month by month.
    """

    def __init__(self, added: Added, costs: Floats, stay: bool) -> None:
        self.added = added
        scaled = added.scaled
        settings = [scaled.last.settings[place] for place in scaled.touched]
        self.sheet = Sheet(settings, merge=False)
        without = Sheet([scaled.sized(setting, 0.0) for setting in settings])
        face, _, _ = without.optimal(preferences=False)
        self.steps = [step.cost for step in self.sheet.objectives(preferences=False)]
        row, self.pool, self.month = _rows(self.sheet, added.earliest)
        key = self.pool if stay else self.pool * added.problem.months + self.month
        _, first, self.column = np.unique(key, return_index=True, return_inverse=True)
        self.cost = costs[self.pool[first]]
        self._last = np.zeros(0)
        self._write(row, without, face)

    def _write(self, row: Ints, without: Sheet, face: LinearProgramme) -> None:
        """Write rows: the sheet, what each mission loses, their sum, the first step, the face."""
        sheet, masks = self.sheet, list(self.added.missions.values())
        more = sparse.csc_array(
            (-np.ones(len(row)), (row, self.column)), shape=(sheet.matrix.shape[0], len(self.cost))
        )
        gets, had = (
            sparse.csr_array(np.array([one.counted(mask.astype(float)) for mask in masks]))
            for one in (sheet, without)
        )
        first = sparse.csr_array(self.steps[0][None, :])
        each, every = sparse.eye_array(len(masks)), sparse.csr_array(np.ones((1, len(masks))))
        matrix = sparse.block_array(
            [
                [sheet.matrix, more, None, None],
                [gets, None, each, -had],
                [None, None, every, None],
                [first, None, None, None],
                [None, None, None, without.matrix],
            ],
            format="csc",
        )
        edges = np.cumsum([0, sheet.matrix.shape[1], len(self.cost), len(masks)])
        self.amounts, self.losses = (np.arange(*edges[k : k + 2]) for k in (1, 2))
        self.sum_row = sheet.matrix.shape[0] + len(masks)
        none, ends = np.zeros(len(masks)), np.full(len(masks) + 2, np.inf)
        self.lower = np.concatenate([sheet.lower, np.zeros(len(self.cost)), none, face.lower])
        largest = np.full(len(self.cost), self.added.enough)
        self.upper = np.concatenate([sheet.upper, largest, ends[2:], face.upper])
        starts = np.concatenate([none, [-np.inf, -np.inf]])
        self.row_lower = np.concatenate([sheet.row_lower, starts, face.row_lower])
        self.row_upper = np.concatenate([sheet.row_upper, ends, face.row_upper])
        self.programme = LinearProgramme(
            sparse.csc_array(matrix), np.zeros(matrix.shape[1]), self.lower, self.upper,
            self.row_lower, self.row_upper,
        )  # fmt: skip

    def _cost(self, places: Ints, cost: Floats | float) -> Floats:
        """Return an objective that counts some columns only."""
        full = np.zeros(len(self.lower))
        full[places] = cost
        return full

    def _step(self, cost: Floats) -> Floats:
        return self._cost(np.arange(len(cost)), cost)

    def _reset(self, amounts: Floats | None) -> None:
        """Free everything but the additions, which are held at some amounts (None: free too)."""
        lower, upper = self.lower.copy(), self.upper.copy()
        if amounts is not None:
            lower[self.amounts] = upper[self.amounts] = amounts
        self.programme.set_bounds(np.arange(len(lower)), lower, upper)
        self.programme.set_rows(np.arange(len(self.row_lower)), self.row_lower, self.row_upper)

    def lost(self, amounts: Floats) -> float:
        """Return the least that missions lose in any optimum with some additions.

        What every optimum shares stays pinned in the programme.
        """
        self._reset(amounts)
        for cost in self.steps:
            self.programme.pin(minimise(self.programme, self._step(cost)))
        optimum = minimise(self.programme, self._cost(self.losses, 1.0))
        self._last = optimum.x
        return optimum.value

    def people(self) -> list[Floats]:
        """Return people on the columns of every block, as they were last looked at."""
        people = list(self.added.scaled.last.people)
        for place, served in zip(
            self.added.scaled.touched, self.sheet.split(self._last), strict=True
        ):
            people[place] = served
        return people

    def _cheapest(self, level: float) -> Floats:
        """Return the cheapest amounts with which no more is lost, within what is pinned."""
        places, row = self.amounts, np.array([self.sum_row])
        self.programme.set_bounds(places, self.lower[places], self.upper[places])
        self.programme.set_rows(row, np.array([-np.inf]), np.array([level]))
        return np.maximum(minimise(self.programme, self._cost(places, self.cost)).x[places], 0.0)

    def floor(self, level: float) -> tuple[Floats, float]:
        """Return amounts below whose cost nothing can do, and that cost."""
        self._reset(np.zeros(len(self.cost)))
        first = minimise(self.programme, self._step(self.steps[0])).value
        self._reset(None)
        most = first + 1e-9 * (1 + abs(first))
        self.programme.set_rows(np.array([self.sum_row + 1]), np.array([-np.inf]), np.array([most]))
        amounts = self._cheapest(level)
        return amounts, float(self.cost @ amounts)

    def better(self, amounts: Floats, level: float) -> Floats:
        """Return amounts that do what is asked and cost less, beginning with some that do it."""
        best = amounts
        for _ in range(ROUNDS):
            tried = [found for at in (best, best * (1 - 1e-4)) for found in self._next(at, level)]
            tried = [one for one in tried if self.lost(one) <= level + GIVE]
            least = min(tried, key=lambda one: float(self.cost @ one), default=best)
            if self.cost @ least >= self.cost @ best - BETTER * (1 + self.cost @ best):
                break
            best = least
        return best

    def _next(self, amounts: Floats, level: float) -> list[Floats]:
        try:
            self.lost(amounts)
            return [self._cheapest(level)]
        except SolverError:  # nothing that does enough shares what is pinned here
            return []

    def amounts_of(self, added: Floats) -> Floats:
        """Return the least amounts that allow some additions, (pools, months)."""
        amounts = np.zeros(len(self.cost))
        np.maximum.at(amounts, self.column, added[self.pool, self.month])
        return amounts

    def added_of(self, amounts: Floats) -> Floats:
        """Return amounts as additions, (pools, months)."""
        result = self.added.nothing
        result[self.pool, self.month] = amounts[self.column]
        return result


def _rows(sheet: Sheet, earliest: int) -> tuple[Ints, Ints, Ints]:
    """Return row, pool of the problem and month of every limit that more people would move."""
    row, pool, month = [], [], []
    for place, setting in enumerate(sheet.settings):
        block, kept = setting.block, sheet.limits[place]
        people = np.flatnonzero(kept < block.strength_rows)
        people = people[kept[people] % block.months >= earliest]
        row.append(sheet.limit_start[place] + people)
        pool.append(block.pools[block.row_pool[kept[people]]])
        month.append(kept[people] % block.months)
    joined = [np.concatenate(part).astype(np.int64) for part in (row, pool, month)]
    return joined[0], joined[1], joined[2]
