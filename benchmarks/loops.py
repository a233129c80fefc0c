"""Loops that others would write over draws, to measure the engine against.

`WrittenAnew` is what a user writes first: PuLP and CBC, the programme stated anew for every step.
`OneModel` is what an expert writes: one HiGHS model for each independent part, of which bounds,
costs and levels are changed before it is solved again from where it stands. Neither proves its
answers, and both count only the processor time of their own work.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any
from unittest import mock

import numpy as np
from scipy import sparse

from planner.engine.highs import Certificate, quiet_highs
from planner.engine.programme import Programme
from planner.engine.stages import StageData, StageSolution
from planner.problem.model import Problem
from planner.solution import Plan, Planner

__all__ = ["OneModel", "WrittenAnew", "spent"]

Filled = dict[str, float]

HELD = 1e-7
"""Share of the weight of a level from which a row holds it down."""
SLACK = 1e-8
"""How far what is locked may give way, relative to one plus its size."""

TOLERANCES = (1e-9, 1e-8, 1e-7)
"""How far rows may be violated; what finds nothing is taken again from cold with the next."""


def spent() -> float:
    """Return the processor seconds of this process and of those it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


class WrittenAnew:
    """A loop that states and solves every draw with PuLP and CBC.

    Attributes
    ----------
    seconds : float
        Processor time so far, that of CBC included.
    """

    def __init__(self, rule: str):
        self.rule, self.seconds = rule, 0.0

    def plan(self, problem: Problem, package: str) -> tuple[Filled, Filled]:
        """Return person-months by demand inside the window, with the package and without it."""
        from planner.reference.plans import reference_solution

        start = spent()
        with mock.patch("planner.reference.plans.measure", return_value=Certificate()):
            found = reference_solution(problem, self.rule, "cbc", [package]).as_neutral()
        self.seconds += spent() - start
        filled = {name: row["filled"] for name, row in found["demands"].items()}
        lost = found["displacement"][package]["demands"]
        return filled, {name: filled[name] + more for name, more in lost.items()}


class OneModel:
    """A loop over one HiGHS model for each block, hot from the draw before.

    Attributes
    ----------
    seconds : float
        Processor time so far: of changing models, of solving them and of making them.
    """

    def __init__(self, programme: Programme, rule: str):
        self.programme, self.rule, self.seconds = programme, rule, 0.0
        self._models: dict[int, _Model] = {}

    def plan(self, problem: Problem, packages: list[frozenset[str]]) -> list[Plan]:
        """Return the plans of one draw with each of some sets of packages."""
        planner = Planner(replace(self.programme, problem=problem), self._solve)
        return [planner.unfold(chosen) for chosen in packages]

    def _solve(self, data: StageData) -> StageSolution:
        start = spent()
        key = id(data.block)
        if key not in self._models:
            self._models[key] = _Model(data)
        people = self._models[key].plan(data, self.rule)
        self.seconds += spent() - start
        nothing = np.zeros(len(data.limit))
        return StageSolution(people, np.zeros(len(data.goal)), nothing, Certificate())


class _Model:
    """One block's model: limits, decisions, goals, levels of decisions and of columns, locks.

    Columns are people, then what goals miss, then the level.
    """

    def __init__(self, data: StageData):
        block = data.block
        columns, goals = len(block.decision), len(data.goal)
        self.columns, self.goals, self.level = columns, goals, columns + goals
        self.tiers = sorted(set(data.tier.tolist()))
        self.choices = np.bincount(block.decision, minlength=len(data.full))
        months = block.duty_months[block.decision]
        of_tier = [data.tier[block.decision] == tier for tier in self.tiers]
        self.worth = [data.weight[block.decision] * months * mine for mine in of_tier]
        self.dislike = months * block.option
        here = sparse.csr_array(data.rows)
        locks = sparse.csr_array(np.array([*self.worth, self.dislike]))
        each = -sparse.eye_array(columns)
        people = sparse.vstack(
            [here, block.pick, block.bounds.matrix, block.pick, each, locks], format="csr"
        )
        parts = [here.shape[0], len(data.full), goals, len(data.full), columns]
        edges = np.cumsum([0, *parts])
        self.limit, self.full, self.goal, self.share, self.column, self.lock = edges.tolist()
        rows = people.shape[0]
        lacks = sparse.csr_array(
            (np.ones(goals), (self.goal + np.arange(goals), np.arange(goals))), shape=(rows, goals)
        )
        self._pass(sparse.csc_array(sparse.hstack([people, lacks])), rows)

    def _pass(self, matrix: sparse.csc_array, rows: int) -> None:
        import highspy

        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = self.level + 1, rows
        lp.col_cost_ = np.zeros(self.level + 1)
        lp.col_lower_, lp.col_upper_ = np.zeros(self.level + 1), np.ones(self.level + 1)
        lp.row_lower_, lp.row_upper_ = np.full(rows, -np.inf), np.full(rows, np.inf)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_ = np.append(matrix.indptr, matrix.indptr[-1]).astype(np.int32)
        lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indices.astype(np.int32), matrix.data
        self.highs = quiet_highs()
        self.highs.passModel(lp)
        self.rows = rows

    def plan(self, data: StageData, rule: str) -> np.ndarray:
        """Return people by column."""
        low, high = np.full(self.rows, -np.inf), np.full(self.rows, np.inf)
        settled = data.rows @ data.lower
        high[self.limit : self.full] = np.maximum(data.limit, settled)
        high[self.full : self.goal] = data.full
        low[self.goal : self.share] = data.goal
        self.low, self.high = low, high
        self.highs.changeRowsBounds(self.rows, np.arange(self.rows, dtype=np.int32), low, high)
        lower = np.concatenate([data.lower, np.zeros(self.goals + 1)])
        most = np.maximum(data.most, data.lower)
        upper = np.concatenate([most, np.maximum(data.goal, 0), [1.0]])
        every = np.arange(self.level + 1, dtype=np.int32)
        self.highs.changeColsBounds(len(every), every, lower, upper)
        self.x = lower
        for place, tier in enumerate(self.tiers):
            if (mine := data.goal_tier == tier).any():
                self._reach(data, mine)
            if rule == "value":
                self._best(-self.worth[place], self.lock + place)
            else:
                free = ~data.settled & (data.full > 0) & (data.tier == tier)
                chosen = np.flatnonzero(free)
                self._rise(self.share + chosen, data.full[chosen], np.zeros(len(chosen)))
        if self.dislike.any():
            self._best(self.dislike, self.lock + len(self.tiers))
        if rule == "fair":
            decision = data.block.decision
            open_ones = (self.choices[decision] > 1) & ~data.settled[decision]
            several = np.flatnonzero(open_ones & (data.full[decision] > 0))
            size = data.full[decision[several]]
            self._rise(self.column + several, size, -size)
        return np.clip(self.x[: self.columns], data.lower, most)

    def _run(self, cost: np.ndarray) -> Any:
        """Return the solution, or None where rounding in what is locked leaves none."""
        every = np.arange(self.level + 1, dtype=np.int32)
        self.highs.changeColsCost(len(every), every, cost)
        self.highs.run()
        for tolerance in TOLERANCES:
            if self.highs.getModelStatus().name == "kOptimal":
                break
            self.highs.clearSolver()
            self.highs.setOptionValue("primal_feasibility_tolerance", tolerance)
            self.highs.run()
        self.highs.setOptionValue("primal_feasibility_tolerance", TOLERANCES[0])
        if self.highs.getModelStatus().name != "kOptimal":
            return None
        solution = self.highs.getSolution()
        self.x = np.array(solution.col_value)
        return solution

    def _bound(self, row: int, low: float, high: float) -> None:
        self.low[row], self.high[row] = low, high
        self.highs.changeRowBounds(row, low, high)

    def _reach(self, data: StageData, mine: np.ndarray) -> None:
        """Miss as little as possible of the goals of a tier, and keep what each of them has."""
        cost = np.zeros(self.level + 1)
        cost[self.columns : self.level] = mine
        self._run(cost)
        for g in np.flatnonzero(mine):
            most = float(self.x[self.columns + g])
            self.highs.changeColBounds(int(self.columns + g), 0.0, most + SLACK * (1 + most))

    def _best(self, cost: np.ndarray, row: int) -> None:
        """Minimise a cost and lock what it reached."""
        self._run(np.concatenate([cost, np.zeros(self.goals + 1)]))
        best = float(cost @ self.x[: self.columns])
        give = SLACK * (1 + abs(best))
        if (row - self.lock) < len(self.tiers):
            self._bound(row, -best - give, np.inf)
        else:
            self._bound(row, -np.inf, best + give)

    def _rise(self, rows: np.ndarray, size: np.ndarray, base: np.ndarray) -> None:
        """Raise all shares together, hold those whose rows press, raise the others, and so on."""
        for row, full, low in zip(rows.tolist(), size.tolist(), base.tolist(), strict=True):
            self.highs.changeCoeff(row, self.level, -full)
            self._bound(row, low, np.inf)
        rising = np.arange(len(rows))
        cost = np.zeros(self.level + 1)
        cost[self.level] = -1.0
        while len(rising):
            solution = self._run(cost)
            if solution is None:
                break
            level = float(self.x[self.level])
            pressed = np.abs(np.array(solution.row_dual)[rows[rising]]) * size[rising]
            stuck = pressed > HELD if level < 1 - SLACK else np.ones(len(rising), dtype=bool)
            if not stuck.any():
                stuck[:] = True
            for k in rising[stuck].tolist():
                row, kept = int(rows[k]), base[k] + level * size[k]
                self.highs.changeCoeff(row, self.level, 0.0)
                self._bound(row, float(kept - SLACK * (1 + size[k])), np.inf)
            rising = rising[~stuck]
        for row in rows[rising].tolist():
            self.highs.changeCoeff(row, self.level, 0.0)
            self._bound(row, -np.inf, np.inf)
