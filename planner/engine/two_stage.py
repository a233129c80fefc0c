"""Shares promised now, plans made when the draw is known: a two-stage linear programme.

First stage: a share x[m] of each group of demands (a mission) is promised. Second stage, in draw s:
people y[s] on the columns of the programme. Draws differ in right-hand sides only, so all draws
share one matrix, and every dual solution of the second stage gives a valid cut for every draw.

A group has one or more parts (its whole mandate, or each year of it). Its fill in a draw is the
smallest fill share over its parts. A promise is held to the mean of the lowest 1 − a of its fill:

    x[m] ≤ η[m] − Σ_s p[s, m] v[s, m] ÷ (1 − a),     v[s, m] ≥ η[m] − fill[s, m],  v ≥ 0

(Rockafellar and Uryasev, *Journal of Risk* 2(3), 2000: conditional value at risk). A promise that
keeps to it is kept with probability a at least, so the bound is linear and safe. Note that the
shortfall x − fill enters with its sign: the conditional value at risk of max(0, x − fill) is 0 only
where the promise is kept in every draw.

The two-stage programme as SMPS files: core, time and stochastics, for other solvers.

The files state the programme that maximises worth: levels η are promised in the first stage, and
the shortfall of a draw costs 1 ÷ (1 − certainty) in the second. Its optimum is that of *value* over
one tier. Costs are minimised. The core holds the first draw; each draw is one scenario. The vector
of right-hand sides is named LIMIT: some readers take a line that begins with RHS for a section.

Format: Gassmann and Schweitzer, *Annals of Operations Research* 104 (2001).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from planner.engine.highs import Certificate, LinearProgramme, quiet_highs
from planner.engine.programme import Block, Programme
from planner.errors import SolverError
from planner.problem.model import Flags, Floats, Ints, Problem

__all__ = [
    "Cuts",
    "Draws",
    "Master",
    "Promised",
    "Recourse",
    "SecondStage",
    "TwoStage",
    "extensive_form",
    "smps_of",
    "two_stage_of",
    "write_smps",
]


CUT_TOLERANCE = 1e-7
"""Violation, as a sum of fill shares, above which a known cut is added. New cuts are sought from
twice this shortfall, so that they are violated in spite of rounding."""

LOCK_SLACK = 1e-7
"""Distance below its optimum at which a share is locked, so that the next step stays feasible."""

MAX_RELAXATION = 1e-4
"""Largest relaxation of locked shares where cuts found later require it."""

BINDING = 1e-7
"""Smallest dual value of a group that bounds the level (the dual values of a step add up to 1)."""

DUALS_PER_ROUND = 24
"""New dual solutions after which the master is solved again."""

MIN_ITERATION_LIMIT = 2_000
"""Smallest iteration limit before a master is solved from cold: from a basis it may cycle."""

EXTENSIVE = 20
"""Most draws that are solved in one linear programme unless a method is given (measured)."""


@dataclass(frozen=True, eq=False)
class Draws:
    """Right-hand sides of each draw of one problem structure.

    Attributes
    ----------
    caps : ndarray (draws, demands)
        Persons.
    strengths : ndarray (draws, pools, months)
        Persons.
    chance : ndarray (draws,)
        Probabilities, adding up to 1.
    most : ndarray (draws, bounds) or None
        Upper composition bounds, persons, NaN if none exists; None: those of the problem.
    amounts : ndarray (draws, budgets) or None
        Euros; None: those of the problem.
    """

    caps: Floats
    strengths: Floats
    chance: Floats
    most: Floats | None = None
    amounts: Floats | None = None

    def __len__(self) -> int:
        return len(self.caps)

    def take(self, chosen: Any) -> Draws:
        """Return some of the draws, equally likely."""
        caps = self.caps[chosen]
        most = None if self.most is None else self.most[chosen]
        amounts = None if self.amounts is None else self.amounts[chosen]
        chance = np.full(len(caps), 1.0 / max(len(caps), 1))
        return Draws(caps, self.strengths[chosen], chance, most, amounts)

    def mean(self) -> Draws:
        """Return the one draw of the expected values."""
        most = None if self.most is None else (self.chance @ self.most)[None]
        amounts = None if self.amounts is None else (self.chance @ self.amounts)[None]
        strengths = np.tensordot(self.chance, self.strengths, 1)[None]
        return Draws((self.chance @ self.caps)[None], strengths, np.ones(1), most, amounts)

    def scale_strengths(self, factor: float) -> Draws:
        """Return the draws with all strengths multiplied."""
        return replace(self, strengths=self.strengths * factor)

    def scale_caps(self, demands: Flags, factor: float) -> Draws:
        """Return the draws with the caps of some demands multiplied."""
        return replace(self, caps=np.where(demands, self.caps * factor, self.caps))


@dataclass(frozen=True, eq=False)
class SecondStage:
    """The matrix that all draws share: columns with duty inside the window, rows that limit them.

    Attributes
    ----------
    matrix : csc_array (rows, columns)
        Usage of strengths, bounds and budgets per person, then people by decision. Rows with equal
        coefficients are one row.
    filled : csr_array (parts, columns)
        Person-months inside the window per person on a column.
    part_group : ndarray of int (parts,)
        Group of each part, ascending.
    groups : int
    begin : ndarray of int (columns,)
        First month of the tours of each column.
    """

    matrix: sparse.csc_array
    filled: sparse.csr_array
    part_group: Ints
    groups: int
    begin: Ints

    @cached_property
    def first_part(self) -> Ints:
        """First part of each group, (groups,)."""
        return np.searchsorted(self.part_group, np.arange(self.groups))


@dataclass(frozen=True, eq=False)
class TwoStage:
    """A two-stage programme: one second stage and the right-hand sides of each draw.

    Attributes
    ----------
    stage : SecondStage
    limit : ndarray (draws, rows)
    asked : ndarray (draws, parts)
        Person-months of the caps inside the window.
    chance : ndarray (draws,)
    tier : ndarray of int (groups,)
    weight : ndarray (groups,)
        Worth of one promised person-month.
    """

    stage: SecondStage
    limit: Floats
    asked: Floats
    chance: Floats
    tier: Ints
    weight: Floats

    def __len__(self) -> int:
        return len(self.limit)

    @cached_property
    def group_asked(self) -> Floats:
        """Person-months asked by draw and group, (draws, groups)."""
        return np.add.reduceat(self.asked, self.stage.first_part, axis=1)

    @cached_property
    def exists(self) -> Flags:
        """Whether a group asks for people in a draw, (draws, groups)."""
        return np.asarray(self.group_asked > 0)

    @cached_property
    def given(self) -> Floats:
        """Probability of each draw given that the group asks for people, (draws, groups)."""
        found = self.chance[:, None] * self.exists
        total = found.sum(axis=0)
        return np.divide(found, total, out=np.zeros_like(found), where=total > 0)

    @cached_property
    def worth(self) -> Floats:
        """Weighted person-months that a group asks, mean over the draws, (groups,)."""
        return self.weight * (self.chance @ self.group_asked)

    def fill(self, filled: Floats, draws: Any = slice(None)) -> Floats:
        """Return the smallest fill share over the parts of each group, (draws, groups).

        1 where a group asks for no people. `filled` is in person-months, (draws, parts).
        """
        asked = self.asked[draws]
        share = np.divide(filled, asked, out=np.full_like(filled, np.inf), where=asked > 0)
        share = np.minimum.reduceat(share, self.stage.first_part, axis=1)
        return np.where(np.isfinite(share), share, 1.0)

    def take(self, chosen: Any) -> TwoStage:
        """Return the programme over some of the draws, equally likely."""
        limit = self.limit[chosen]
        chance = np.full(len(limit), 1.0 / max(len(limit), 1))
        return replace(self, limit=limit, asked=self.asked[chosen], chance=chance)


def two_stage_of(
    programme: Programme,
    draws: Draws,
    group: Ints,
    tier: Ints,
    weight: Floats,
    window: Sequence[tuple[int, int]] | None = None,
) -> TwoStage:
    """Return the two-stage programme of a problem over some draws.

    Parameters
    ----------
    programme : Programme
        All demands known from the start: in a draw the plan is made with all that is known.
    draws : Draws
    group : ndarray of int (demands,)
        Group of each demand, from 0; −1 where a demand is not promised and gets no people.
    tier, weight : ndarray (groups,)
    window : sequence of (int, int), optional
        First and last months over which fill is counted; a promise has to be kept in each. By
        default one: the report window.
    """
    spans = list(window or [programme.problem.report])
    months = _months_within(programme.problem, spans)
    groups = len(tier)
    parts = [
        (k, n) for k in range(groups) for n in range(len(spans))
        if n == 0 or months[group == k, n].any()
    ]  # fmt: skip
    rows = _RowCollector()
    filled: list[Floats] = []
    limits: list[Floats] = []
    max_people: list[Floats] = []
    begin: list[Ints] = []
    for block in programme.blocks:
        kept, column_group, served = _promised_columns(block, group, spans)
        filled.append(np.array([np.where(column_group == k, served[:, n], 0.0) for k, n in parts]))
        rows.add(sparse.csr_array(block.rows[:, kept]))
        limits.append(_right_hand_sides(programme, block, draws))
        decisions = np.unique(block.decision[kept])
        rows.add(sparse.csr_array(block.pick[decisions][:, kept]), same_columns=True)
        full = draws.caps[:, block.demand] * block.part
        limits.append(full[:, decisions])
        max_people.append(full[:, block.decision[kept]])
        begin.append(block.begin[block.decision[kept]])
    matrix, limit = _without_redundant_rows(
        *rows.merged(np.concatenate(limits, axis=1)), np.concatenate(max_people, axis=1)
    )
    asked = np.stack(
        [draws.caps[:, group == k] @ months[group == k, n] for k, n in parts], axis=1
    )  # fmt: skip
    filled_matrix = sparse.csr_array(np.concatenate(filled, axis=1))
    stage = SecondStage(
        matrix, filled_matrix, np.array([k for k, _ in parts], dtype=np.int64), groups,
        np.concatenate(begin),
    )  # fmt: skip
    return TwoStage(
        stage, limit, asked, np.asarray(draws.chance), np.asarray(tier), np.asarray(weight)
    )


def _months_within(problem: Problem, spans: Sequence[tuple[int, int]]) -> Floats:
    """Return the months of each demand within each span, (demands, spans)."""
    months = [
        [max(0, min(d.last, last) - max(d.first, first) + 1) for first, last in spans]
        for d in problem.demands
    ]
    return np.array(months, dtype=float).reshape(-1, len(spans))


def _promised_columns(
    block: Block, group: Ints, spans: Sequence[tuple[int, int]]
) -> tuple[Ints, Ints, Floats]:
    """Return columns that serve a promise, the group of each and its duty months by span."""
    month = block.duty_data.indices
    duty = np.stack(
        [block.duty_data.row_sums((month >= a) & (month <= b)) for a, b in spans], axis=1
    )
    owner = group[block.demand]
    kept = np.flatnonzero((duty.sum(axis=1) > 0)[block.decision] & (owner >= 0)[block.decision])
    return kept, owner[block.decision[kept]], duty[block.decision[kept]]


def _right_hand_sides(programme: Programme, block: Any, draws: Draws) -> Floats:
    """Return the right-hand sides of a block's rows, (draws, rows)."""
    problem, count = programme.problem, len(draws)
    strength = draws.strengths[:, block.pools]
    most, amounts = draws.most, draws.amounts
    if most is None:
        maxima = [np.nan if item.max is None else item.max for item in problem.bounds]
        most = np.tile(np.array(maxima, dtype=float), (count, 1))
    if amounts is None:
        amounts = np.tile(np.array([item.amount for item in problem.budgets], float), (count, 1))
    at_work = strength[:, block.standby_pools]
    bounds = most[:, block.bounds.bound]
    bound_limits = np.where(np.isnan(bounds), np.inf, bounds)
    accounts = [item.reshape(count, -1) for item in (strength, at_work)]
    return np.concatenate([*accounts, bound_limits, amounts[:, block.budgets]], axis=1)


class _RowCollector:
    """Collects rows block by block; merges equal rows into one with the smaller limit."""

    def __init__(self) -> None:
        self.parts: list[tuple[sparse.csr_array, int]] = []
        self.columns = 0
        self._before = 0

    def add(self, rows: sparse.csr_array, same_columns: bool = False) -> None:
        if not same_columns:
            self._before, self.columns = self.columns, self.columns + rows.shape[1]
        self.parts.append((rows, self._before))

    def merged(self, limit: Floats) -> tuple[sparse.csc_array, Floats]:
        seen: dict[bytes, int] = {}
        kept: list[tuple[Ints, Floats]] = []
        limits: list[Floats] = []
        row_index = 0
        for rows, shift in self.parts:
            rows.sort_indices()
            for row in range(rows.shape[0]):
                low, high = rows.indptr[row], rows.indptr[row + 1]
                row_limit, row_index = limit[:, row_index], row_index + 1
                if high == low or not np.isfinite(row_limit).any():
                    continue
                index = rows.indices[low:high].astype(np.int64) + shift
                data = np.round(rows.data[low:high], 12)
                key = index.tobytes() + data.tobytes()
                if key in seen:
                    limits[seen[key]] = np.minimum(limits[seen[key]], row_limit)
                    continue
                seen[key] = len(kept)
                kept.append((index, data))
                limits.append(row_limit)
        start = np.cumsum([0, *(len(index) for index, _ in kept)])
        data = np.concatenate([np.zeros(0), *(values for _, values in kept)])
        index = np.concatenate([np.zeros(0, np.int64), *(columns for columns, _ in kept)])
        matrix = sparse.csr_array((data, index, start), shape=(len(kept), self.columns))
        largest = 1e9
        stacked = np.stack(limits, axis=1) if limits else np.zeros((len(limit), 0))
        return sparse.csc_array(matrix), np.minimum(stacked, largest)


def _without_redundant_rows(
    matrix: sparse.csc_array, limit: Floats, most: Floats
) -> tuple[Any, Floats]:
    """Remove rows that bind in no draw, or that another row implies in every draw.

    `most` is an upper bound on the people of each column, (draws, columns), that other rows imply.
    """
    by_row = sparse.csr_array(matrix)
    single = np.diff(by_row.indptr) == 1
    reach = (by_row @ most.T).T
    bind = (reach > limit + 1e-9).any(axis=0) | single
    by_row, limit = by_row[bind], limit[:, bind]
    used = (by_row != 0).astype(float)
    count = np.asarray(used.sum(axis=1)).ravel()
    common = sparse.coo_array(used @ used.T)
    inside = (common.data == count[common.row]) & (common.row != common.col)
    kept = np.ones(len(count), dtype=bool)
    dense = by_row.toarray()
    for row, other in zip(common.row[inside], common.col[inside], strict=True):
        if kept[row] and kept[other]:
            less = (dense[row] <= dense[other] + 1e-12).all()
            kept[row] = not (less and (limit[:, row] >= limit[:, other] - 1e-9).all())
    return sparse.csc_array(by_row[kept]), limit[:, kept]


class Recourse:
    """The second stage, solved draw by draw: minimal weighted shortfall from goals.

        min Σ_i cost[i] e[i],   filled[i] y + e[i] ≥ goal[i],   matrix y ≤ limit,   y, e ≥ 0

    One solver object, solved again from the last basis; each solution is certified.

    Parameters
    ----------
    stage : SecondStage
    cost : ndarray (parts,)
    """

    def __init__(self, stage: SecondStage, cost: Floats):
        self.stage = stage
        parts, columns = stage.filled.shape
        rows = stage.matrix.shape[0]
        matrix = sparse.csc_array(
            sparse.block_array(
                [[stage.filled, sparse.eye_array(parts)],
                 [stage.matrix, sparse.csr_array((rows, parts))]]
            )
        )  # fmt: skip
        self.columns, self.parts, self.rows = columns, parts, rows
        self.goal_rows, self.limit_rows = np.arange(parts), parts + np.arange(rows)
        size = columns + parts
        self.lp = LinearProgramme(
            matrix, np.concatenate([np.zeros(columns), cost]), np.zeros(size),
            np.full(size, np.inf), np.concatenate([np.zeros(parts), np.full(rows, -np.inf)]),
            np.concatenate([np.full(parts, np.inf), np.zeros(rows)]),
        )  # fmt: skip

    def solve(
        self, goal: Floats, limit: Floats, cost: Floats | None = None, upper: Floats | None = None
    ) -> tuple[float, Floats, Floats, Floats]:
        """Return the value, people, and the duals of goals and limits.

        Parameters
        ----------
        goal : ndarray (parts,)
            Person-months.
        limit : ndarray (rows,)
        cost : ndarray (parts,), optional
        upper : ndarray (columns,), optional
            Most people on each column.

        Returns
        -------
        value : float
        people : ndarray (columns,)
        weight : ndarray (parts,)
            At least 0.
        price : ndarray (rows,)
            At least 0; weight @ filled ≤ price @ matrix in every column.
        """
        self.lp.set_rows(self.goal_rows, goal, np.full(self.parts, np.inf))
        self.lp.set_rows(self.limit_rows, np.full(self.rows, -np.inf), limit)
        if cost is not None:
            self.lp.set_cost(np.concatenate([np.zeros(self.columns), cost]))
        if upper is not None:
            self.lp.set_bounds(np.arange(self.columns), np.zeros(self.columns), upper)
        found = self.lp.solve()
        people = np.maximum(found.x[: self.columns], 0.0)
        return (
            found.value, people, np.maximum(found.dual[: self.parts], 0.0),
            np.maximum(-found.dual[self.parts :], 0.0),
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Promised:
    """Shares that can be promised, and the solution they belong to.

    Attributes
    ----------
    share : ndarray (groups,)
        Promised share of the cap.
    level : ndarray (groups,)
        η: the target fill of each group in the plan of every draw.
    shortfall : ndarray (draws, groups)
        v: shortfall of the fill from `level` in a draw.
    rounds, solves : int
        Times the master and the second stage were solved.
    bound : float
        Proven upper bound on the last objective (the master is a relaxation).
    value : float
        The last objective.
    """

    share: Floats
    level: Floats
    shortfall: Floats
    rounds: int
    solves: int
    bound: float
    value: float


class Cuts:
    """Dual solutions of one second stage, valid for every draw with that matrix."""

    def __init__(self, stage: SecondStage):
        self.stage = stage
        self.weights = np.zeros((0, stage.filled.shape[0]))
        self.prices = np.zeros((0, stage.matrix.shape[0]))

    def add(self, found: list[tuple[Floats, Floats]]) -> None:
        """Add dual solutions: pairs of weights (parts,) and prices (rows,)."""
        self.weights = np.concatenate([self.weights, [one for one, _ in found]])
        self.prices = np.concatenate([self.prices, [one for _, one in found]])


class Master:
    """The first stage, with cuts from the second: shares, levels, and the shortfall of each draw.

    Parameters
    ----------
    two : TwoStage
    certainty : float or ndarray (groups,)
    cuts : Cuts, optional
        Dual solutions found earlier for the same second stage.
    """

    def __init__(self, two: TwoStage, certainty: float | Floats, cuts: Cuts | None = None):
        self.two, self.cuts = two, Cuts(two.stage) if cuts is None else cuts
        self.groups = two.stage.groups
        self.certainty = np.broadcast_to(np.asarray(certainty, float), (self.groups,))
        self.recourse = Recourse(two.stage, self._separation_cost())
        self.weighted_recourse = Recourse(two.stage, self._separation_cost())
        self.rounds = self.solves = 0
        self._shortfall_columns: dict[int, int] = {}
        self._cuts_added: set[tuple[int, int]] = set()
        self._cut_rows: list[tuple[int, int, int, float]] = []
        self._reachable = np.zeros_like(two.asked)
        self._cut_limits = np.zeros((len(two), 0))
        self._build()

    def _separation_cost(self) -> Floats:
        asked = self.two.asked.mean(axis=0)
        return 1.0 / np.maximum(asked, 1e-6 + 1e-3 * asked.mean())

    def _build(self) -> None:
        """Columns: shares, levels, the common level t, the relaxation of locked shares.

        Rows: risk by group, x ≥ t by group.
        """
        count, h = self.groups, quiet_highs()
        exists = self.two.exists.any(axis=0)
        self.t, self.relaxation = 2 * count, 2 * count + 1
        size = 2 * count + 2
        upper = np.where(np.concatenate([exists, exists, [True, False]]), 1.0, 0.0)
        none = np.zeros(0, dtype=np.int32)
        h.addCols(size, np.zeros(size), np.zeros(size), upper, 0, none, none, np.zeros(0))
        for k in range(count):
            h.addRow(-np.inf, 0.0, 2, np.array([k, count + k], np.int32), np.array([1.0, -1.0]))
        for k in range(count):
            h.addRow(-np.inf, np.inf, 2, np.array([k, self.t], np.int32), np.array([1.0, -1.0]))
        self.highs, self.size = h, size

    def _add_shortfall_columns(self, draw: int) -> int:
        """Return the first shortfall column of a draw; add the columns where needed."""
        if draw in self._shortfall_columns:
            return self._shortfall_columns[draw]
        first, count = self.size, self.groups
        tail = self.two.given[draw] / np.maximum(1.0 - self.certainty, 1e-12)
        used = np.flatnonzero(self.two.exists[draw])
        start = np.searchsorted(used, np.arange(count)).astype(np.int32)
        upper = np.where(self.two.exists[draw], 1.0, 0.0)
        self.highs.addCols(
            count, np.zeros(count), np.zeros(count), upper, len(used), start,
            used.astype(np.int32), tail[used],
        )  # fmt: skip
        self._shortfall_columns[draw], self.size = first, first + count
        return first

    def _add_cut(self, draw: int, number: int) -> None:
        """Add the cut of a dual solution to one draw."""
        stage, weight = self.two.stage, self.cuts.weights[number]
        used = np.bincount(stage.part_group, weight * self.two.asked[draw], minlength=self.groups)
        index = np.flatnonzero(used > 1e-12)
        first = self._add_shortfall_columns(draw)
        scale = float(used[index].max())
        columns = np.concatenate([self.groups + index, first + index]).astype(np.int32)
        data = np.concatenate([used[index], -used[index]]) / scale
        limit = float(self._cut_limits[draw, number]) / scale
        self.highs.addRow(-np.inf, limit, len(columns), columns, data)
        self._cuts_added.add((draw, number))
        self._cut_rows.append((self.highs.getNumRow() - 1, draw, number, scale))

    def maximise(self, cost: Floats) -> tuple[float, Floats]:
        """Maximise `cost` (columns: shares, levels, t) and return the value and the solution."""
        places = np.arange(2 * self.groups + 1, dtype=np.int32)
        self.highs.changeColsCost(len(places), places, -cost)
        while True:
            x = self._solve()
            level, shortfall = x[self.groups : 2 * self.groups], self._shortfall(x)
            if self._add_violated_cuts(level, shortfall):
                continue
            if not self._separate(level, shortfall):
                return float(cost @ x[: len(cost)]), x
            if not self._add_violated_cuts(level, shortfall):
                raise SolverError("the second stage gave no cut that the first stage violates")

    def _solve(self) -> Floats:
        """Return the optimum of the master; relax locked shares where cuts make it infeasible."""
        self.rounds += 1
        status = self._run()
        if status == "Infeasible":
            self._relax_locks()
            status = self._run()
        if status != "Optimal":
            raise SolverError(f"the first stage was not solved: {status}")
        return np.array(self.highs.getSolution().col_value)

    def _run(self) -> str:
        """Solve from the current basis, and from cold where that stalls; return the status."""
        status = ""
        for step, solver in enumerate(("choose", "choose", "ipm")):
            if step:
                self.highs.clearSolver()
            limit = (
                2**31 - 1 if solver == "ipm" else max(MIN_ITERATION_LIMIT, self.highs.getNumRow())
            )
            self.highs.setOptionValue("simplex_iteration_limit", limit)
            self.highs.setOptionValue("solver", solver)
            self.highs.run()
            status = self.highs.modelStatusToString(self.highs.getModelStatus())
            if status == "Optimal" or (step and status == "Infeasible"):
                break
        self.highs.setOptionValue("solver", "choose")
        return status

    def _relax_locks(self) -> None:
        """Relax all locked shares by the minimal amount that makes the master feasible.

        A level is found with cuts that hold to within a tolerance. Cuts found later may exclude
        it by about this tolerance.
        """
        costs = np.array(self.highs.getLp().col_cost_)
        columns = np.arange(self.size, dtype=np.int32)
        self.highs.changeColsCost(self.size, columns, np.eye(1, self.size, self.relaxation).ravel())
        self.highs.changeColBounds(self.relaxation, 0.0, MAX_RELAXATION)
        status = self._run()
        if status != "Optimal":
            raise SolverError(f"shares promised before cannot all be kept: {status}")
        minimum = float(self.highs.getSolution().col_value[self.relaxation])
        self.highs.changeColBounds(self.relaxation, 0.0, minimum + LOCK_SLACK)
        self.highs.changeColsCost(self.size, columns, costs)

    def _shortfall(self, x: Floats) -> Floats:
        result = np.zeros((len(self.two), self.groups))
        for draw, first in self._shortfall_columns.items():
            result[draw] = x[first : first + self.groups]
        return result

    def _goals(self, level: Floats, shortfall: Floats) -> Floats:
        share = level - shortfall
        return self.two.asked * share[:, self.two.stage.part_group]

    def _add_violated_cuts(self, level: Floats, shortfall: Floats) -> bool:
        """Add the most violated cut of each draw among the known dual solutions."""
        cuts = self.cuts
        if not len(cuts.weights):
            return False
        fresh = cuts.prices[self._cut_limits.shape[1] :]
        if len(fresh):
            self._cut_limits = np.concatenate([self._cut_limits, self.two.limit @ fresh.T], axis=1)
        excess = self._goals(level, shortfall) @ cuts.weights.T - self._cut_limits
        worst = excess.argmax(axis=1)
        added = False
        for draw in np.flatnonzero(excess.max(axis=1) > CUT_TOLERANCE):
            if (int(draw), int(worst[draw])) not in self._cuts_added:
                self._add_cut(int(draw), int(worst[draw]))
                added = True
        return added

    def _separate(self, level: Floats, shortfall: Floats) -> bool:
        """Solve the second stage of draws that may miss their goals; add the new dual solutions."""
        goals = self._goals(level, shortfall)
        open_draws = np.flatnonzero((goals > self._reachable + 1e-9).any(axis=1))
        duals = []
        prices = self._marginal_values()
        level_goals = self._goals(level, np.zeros_like(shortfall))
        for draw in open_draws.tolist():
            value, people, weight, price = self.recourse.solve(goals[draw], self.two.limit[draw])
            self.solves += 1
            if value <= 2 * CUT_TOLERANCE:
                self._reachable[draw] = np.maximum(self.two.stage.filled @ people, goals[draw])
                continue
            duals.append((weight, price))
            if draw in prices:
                cost = prices[draw]
                cost = cost / max(float((cost * self.two.asked[draw]).max()), 1e-12)
                _, _, weight, price = self.weighted_recourse.solve(
                    level_goals[draw], self.two.limit[draw], cost
                )
                self.solves += 1
                duals.append((weight, price))
            if len(duals) >= DUALS_PER_ROUND:
                break
        if duals:
            self.cuts.add(duals)
        return bool(duals)

    def _marginal_values(self) -> dict[int, Floats]:
        """Return the marginal value of a person-month of each part in the master, by draw."""
        dual = np.abs(np.array(self.highs.getSolution().row_dual))
        result: dict[int, Floats] = {}
        for row, draw, number, scale in self._cut_rows:
            if dual[row] > 1e-12:
                added = dual[row] / scale * self.cuts.weights[number]
                result[draw] = result[draw] + added if draw in result else added
        return result

    def lock(self, group: int, share: float) -> None:
        """Require at least a level for the share of a group, from now on."""
        self._lock(np.array([group]), np.ones(1), share)

    def common(self, groups: Ints) -> float:
        """Return the largest share that all of some groups can be promised."""
        if not len(groups):
            return 1.0
        return float(self._maximise_level(groups)[1][self.t])

    def solve(self, rule: str, given: dict[int, float] | None = None) -> Promised:
        """Return the shares by a rule, tier by tier; those of some groups may be given."""
        given = given or {}
        for group, floor in given.items():
            self.lock(group, floor)
        count = self.groups
        live = self.two.exists.any(axis=0)
        share, x = np.zeros(count), np.zeros(2 * count + 1)
        share[list(given)] = list(given.values())
        bound = 0.0
        for tier in np.unique(self.two.tier):
            free = np.setdiff1d(np.flatnonzero((self.two.tier == tier) & live), list(given))
            if not len(free):
                continue
            if rule == "value":
                cost = np.zeros(2 * count + 1)
                cost[free] = self.two.worth[free] / max(float(self.two.worth[free].sum()), 1e-12)
                bound, x = self.maximise(cost)
                self._lock(free, cost[free], bound)
                share[free] = x[free]
                continue
            while len(free):
                bound, x, held = self._maximise_level(free)
                share[held] = x[self.t]
                for group in held:
                    self.lock(int(group), float(x[self.t]))
                free = np.setdiff1d(free, held)
        share = np.clip(share, 0.0, 1.0)
        level, shortfall = x[count : 2 * count], self._shortfall(x)
        return Promised(share, level, shortfall, self.rounds, self.solves, bound, bound)

    def _lock(self, groups: Ints, cost: Floats, value: float) -> None:
        """Require at least a value for a weighted sum of shares."""
        columns = np.append(groups, self.relaxation).astype(np.int32)
        self.highs.addRow(value - LOCK_SLACK, np.inf, len(columns), columns, np.append(cost, 1.0))

    def _maximise_level(self, free: Ints) -> tuple[float, Floats, Ints]:
        """Maximise the smallest share of some groups; return the groups that bound it."""
        for group in free:
            self.highs.changeRowBounds(self.groups + int(group), 0.0, np.inf)
        cost = np.zeros(2 * self.groups + 1)
        cost[self.t] = 1.0
        bound, x = self.maximise(cost)
        dual = np.array(self.highs.getSolution().row_dual)[self.groups + free]
        held = free if x[self.t] > 1 - 1e-9 else free[np.abs(dual) > BINDING]
        if not len(held):
            held = free[x[free] <= x[self.t] + 1e-9]
        for group in free:
            self.highs.changeRowBounds(self.groups + int(group), -np.inf, np.inf)
        return bound, x, held


def extensive_form(
    two: TwoStage, certainty: float | Floats, rule: str
) -> tuple[Promised, Certificate]:
    """Solve all draws in one linear programme per step; the reference for the decomposition."""
    return _ExtensiveForm(two, certainty).solve(rule)


class _ExtensiveForm:
    """Columns: shares, levels, t, then the shortfalls of each draw, then its people."""

    def __init__(self, two: TwoStage, certainty: float | Floats):
        self.two, stage = two, two.stage
        count, draws = stage.groups, len(two)
        self.count, self.t = count, 2 * count
        tail = two.given / np.maximum(1.0 - np.broadcast_to(certainty, (count,)), 1e-12)
        identity, parts = sparse.eye_array(count), stage.filled.shape[0]
        risk = sparse.hstack([
            identity, -identity, sparse.csr_array((count, 1)),
            *(sparse.diags_array(tail[s]) for s in range(draws)),
            sparse.csr_array((count, draws * stage.matrix.shape[1])),
        ])  # fmt: skip
        width = risk.shape[1]
        level = sparse.csr_array(sparse.hstack([
            identity, sparse.csr_array((count, count)), -np.ones((count, 1)),
            sparse.csr_array((count, width - 2 * count - 1)),
        ]))  # fmt: skip
        member = sparse.csr_array(
            (np.ones(parts), (np.arange(parts), stage.part_group)), shape=(parts, count)
        )
        asked_blocks = [sparse.diags_array(two.asked[s]) @ member for s in range(draws)]
        goals = sparse.hstack([
            sparse.csr_array((draws * parts, count)), sparse.vstack([-one for one in asked_blocks]),
            sparse.csr_array((draws * parts, 1)), sparse.block_diag(asked_blocks),
            sparse.block_diag([stage.filled] * draws),
        ])  # fmt: skip
        limits = sparse.hstack([
            sparse.csr_array((two.limit.size, 2 * count + 1 + draws * count)),
            sparse.block_diag([stage.matrix] * draws),
        ])  # fmt: skip
        matrix = sparse.csc_array(sparse.vstack([risk, level, goals, limits]))
        live = two.exists.any(axis=0)
        upper = np.concatenate([
            live, live, [1.0], two.exists.ravel(), np.full(draws * stage.matrix.shape[1], np.inf)
        ])  # fmt: skip
        row_lower = np.concatenate([
            np.full(2 * count, -np.inf), np.zeros(draws * parts), np.full(two.limit.size, -np.inf)
        ])  # fmt: skip
        row_upper = np.concatenate([
            np.zeros(count), np.full(count, np.inf), np.full(draws * parts, np.inf),
            two.limit.ravel(),
        ])  # fmt: skip
        self.lp = LinearProgramme(
            matrix, np.zeros(width), np.zeros(width), upper.astype(float), row_lower, row_upper
        )

    def maximise(self, cost: Floats) -> Any:
        """Return the optimum of a cost of the first-stage columns."""
        full = np.zeros(self.lp.matrix.shape[1])
        full[: len(cost)] = -cost
        lp = self.lp
        # built anew: presolve makes it fast, and would be skipped with a basis
        self.lp = LinearProgramme(lp.matrix, full, lp.lower, lp.upper, lp.row_lower, lp.row_upper)
        return self.lp.solve()

    def solve(self, rule: str) -> tuple[Promised, Certificate]:
        """Return the shares by a rule, tier by tier, and the certificate of the last step."""
        two, count = self.two, self.count
        live = two.exists.any(axis=0)
        found: Any = None
        steps = 0
        for tier in np.unique(two.tier):
            free = np.flatnonzero((two.tier == tier) & live)
            cost = np.zeros(2 * count + 1)
            if rule == "value" and len(free):
                cost[free] = two.worth[free] / max(float(two.worth[free].sum()), 1e-12)
                found, steps = self.maximise(cost), steps + 1
                self._lock_total(free, cost[free], -found.value)
                continue
            cost[self.t] = 1.0
            while len(free):
                self.lp.set_rows(count + free, np.zeros(len(free)), np.full(len(free), np.inf))
                found, steps = self.maximise(cost), steps + 1
                level = float(found.x[self.t])
                held = free if level > 1 - 1e-9 else free[found.dual[count + free] > BINDING]
                held = held if len(held) else free[found.x[free] <= level + 1e-9]
                none = np.full(len(free), -np.inf)
                self.lp.set_rows(count + free, none, np.full(len(free), np.inf))
                self.lp.set_bounds(
                    held, np.full(len(held), max(level - LOCK_SLACK, 0)), np.ones(len(held))
                )
                free = np.setdiff1d(free, held)
        x = np.zeros(self.lp.matrix.shape[1]) if found is None else found.x
        shortfall = x[2 * count + 1 : 2 * count + 1 + len(two) * count].reshape(len(two), count)
        value = 0.0 if found is None else -found.value
        proof = Certificate() if found is None else found.certificate
        share = np.clip(x[:count], 0.0, 1.0)
        return Promised(share, x[count : 2 * count], shortfall, steps, 0, value, value), proof

    def _lock_total(self, groups: Ints, cost: Floats, value: float) -> None:
        lp = self.lp
        row = sparse.csr_array(
            (cost, (np.zeros(len(groups), int), groups)), shape=(1, lp.matrix.shape[1])
        )
        self.lp = LinearProgramme(
            sparse.csc_array(sparse.vstack([lp.matrix, row])), lp.cost, lp.lower, lp.upper,
            np.append(lp.row_lower, value - LOCK_SLACK), np.append(lp.row_upper, np.inf),
        )  # fmt: skip


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
    entries, costs = _draw_coefficients(two, 0, certainty)
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
    body += [f"    LIMIT  L{r}  {value:.17g}" for r, value in enumerate(two.limit[0])]
    body.append("BOUNDS")
    for k in range(stage.groups):
        body.append(f" UP BND  E{k}  {1.0 if two.exists[:, k].any() else 0.0:g}")
    body.append("ENDATA")
    time = [f"TIME          {name}", "PERIODS       IMPLICIT", "    E0  FIRST  STAGE1",
            "    V0  G0  STAGE2", "ENDATA"]  # fmt: skip
    stochastic = [f"STOCH         {name}", "SCENARIOS     DISCRETE"]
    for draw in range(len(two)):
        stochastic.append(f" SC S{draw}  ROOT  {two.chance[draw]:.17g}  STAGE2")
        entries, costs = _draw_coefficients(two, draw, certainty)
        for k in range(stage.groups):
            stochastic.append(f"    V{k}  COST  {costs[k]:.17g}")
        for i, k in enumerate(stage.part_group.tolist()):
            stochastic.append(f"    E{k}  G{i}  {-entries[i]:.17g}")
            stochastic.append(f"    V{k}  G{i}  {entries[i]:.17g}")
        for r, value in enumerate(two.limit[draw]):
            stochastic.append(f"    LIMIT  L{r}  {value:.17g}")
    stochastic.append("ENDATA")
    found = {"cor": body, "tim": time, "sto": stochastic}
    return {kind: "\n".join(lines) + "\n" for kind, lines in found.items()}


def _draw_coefficients(two: TwoStage, draw: int, certainty: float) -> tuple[Floats, Floats]:
    """Return asked person-months by part, and the cost of v by group, in one draw.

    The probability that a group asks for people at all is in the cost, so that multiplied by the
    probability of the draw it is the price of the group's shortfall in that draw.
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
