"""The *fair* rule: lexicographic max-min over the shares of a tier's decisions.

Blocks in which every decision has one open option and no composition minimum applies are solved
row by row without a solver (progressive filling). All other blocks are solved by a sequence of
linear programmes, each of which maximises the common level of the decisions not yet fixed,

    Σ_o z[d, o]  ≥  full[d] × level          every active decision d.

At the maximum, the dual values of the rows identify the decisions that are bound at this level (a
positive dual value means: bound in every optimum). These decisions stay tied to the level, and the
next programme maximises a new level for the others, from the same basis. Ties that remain are
broken by the preference among options, and then by a lexicographic min-max of the shares that
decisions take from single options. Every solve records a chain of sensitivities, from which the
dual prices follow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from planner.engine.highs import BASIC, Certificate, LinearProgramme, Optimum, worst
from planner.engine.stages import DualSensitivities, Locks, StageData, StageSolution, Step
from planner.errors import SolverError
from planner.problem.model import Flags, Floats, Ints

__all__ = ["Filling", "fill_fairly", "solve_fair"]


PRICE_TOLERANCE = 1e-8
"""Share of the largest multiplier above which a multiplier counts as positive."""
EQUAL_LEVELS = 1e-11
"""Rows are exhausted together where their levels differ by less (relative)."""
MULTIPLIER_TOLERANCE = 1e-9
"""Share of the largest dual value above which a row or column is fixed at its bound."""
REDUCED_COST_TOLERANCE = 1e-7
"""Reduced cost above which a level is nonbasic."""
LEVEL_SLACK = 1e-10
"""Width of the bounds of a fixed level on either side, in case a tiny multiplier was missed."""
SMALLEST_DIVISOR = 1e-300
NEGLIGIBLE = 1e-9
"""Matrix entries up to this size, in parts of a limit, are left out: the solver drops them."""
MIN_RANGE = 1e-9
"""Columns whose bounds are closer than this are fixed."""
MAX_STEPS = 60
"""Steps after which the open columns are split into connected components again."""
MIN_INCREASE = 1e-9
"""Smallest increase of a level that counts as progress."""
PREFERENCE_TOLERANCE = 1e-10
"""Share of the largest preference below which remaining reduced costs are rounding."""
MAX_SCALE_RATIO = 1e3
"""Caps, and entries of rows, that exceed the capacity of the pools by this factor are scaled: the
solver's tolerances are absolute, and would be coarse relative to so large a cap."""
REBUILD_SLACKS = (1e-9, 1e-8, 1e-7, 1e-6)
"""Slacks of the fixed shares, tried in turn where rounding has made the programme infeasible."""


@dataclass(frozen=True, eq=False)
class Filling:
    """Result of :func:`fill_fairly`.

    Attributes
    ----------
    share : ndarray (decisions,)
        Share of its cap that each decision gets.
    row : ndarray of int (decisions,)
        The exhausted row that bounds it; −1 where its own ceiling does.
    order : list of (row, level)
        Rows in the order in which they were exhausted, each with the share at that point.
    """

    share: Floats
    row: Ints
    order: list[tuple[int, float]]


def fill_fairly(load: sparse.csc_array, limit: Floats, ceiling: Floats) -> Filling:
    """Raise all shares together; fix the shares of each row that is exhausted.

    Parameters
    ----------
    load : csc_array (rows, decisions)
        Use of each row by a decision at share 1; never negative.
    limit : ndarray (rows,)
        Remaining capacity of each row.
    ceiling : ndarray (decisions,)
        Largest share of each decision.

    Examples
    --------
    >>> load = sparse.csc_array([[4.0, 4.0, 0.0], [0.0, 2.0, 2.0]])
    >>> fill_fairly(load, np.array([4.0, 3.0]), np.ones(3)).share
    array([0.5, 0.5, 1. ])
    """
    by_row = load.tocsr()
    share = np.zeros(load.shape[1])
    fixed_by = np.full(load.shape[1], -1, dtype=np.int64)
    active = np.ones(load.shape[1], dtype=bool)
    rate = np.asarray(load.sum(axis=1)).ravel()
    maximum = load @ ceiling
    open_rows = (maximum > limit) & (rate > 0)
    capacity = np.maximum(limit, 0.0)
    by_ceiling = np.argsort(ceiling, kind="stable")
    order: list[tuple[int, float]] = []
    level, first = 0.0, 0
    # rows: capacity − rate × level is what remains at the common level
    while True:
        with np.errstate(divide="ignore", invalid="ignore"):
            row_level = np.where(open_rows & (rate > 1e-12), capacity / rate, np.inf)
        row = int(np.argmin(row_level)) if len(row_level) else -1
        lowest = row_level[row] if len(row_level) else np.inf
        while first < len(by_ceiling) and not active[by_ceiling[first]]:
            first += 1
        ceiling_level = ceiling[by_ceiling[first]] if first < len(by_ceiling) else np.inf
        if not np.isfinite(min(lowest, ceiling_level)):
            return Filling(share, fixed_by, order)
        if ceiling_level <= lowest:
            fixed = by_ceiling[
                first : np.searchsorted(ceiling[by_ceiling], ceiling_level, side="right")
            ]
            fixed = fixed[active[fixed]]
            level = max(level, float(ceiling_level))
            share[fixed] = ceiling[fixed]
        else:
            level = max(level, float(lowest))
            exhausted = row_level <= lowest * (1 + EQUAL_LEVELS)
            fixed = _active_decisions(by_row, np.flatnonzero(exhausted), active)
            share[fixed] = np.minimum(level, ceiling[fixed])
            fixed_by[fixed] = row
            if len(fixed):
                order.append((row, level))
            open_rows[exhausted] = False
        active[fixed] = False
        used = load[:, fixed]
        rate -= np.asarray(used.sum(axis=1)).ravel()
        capacity -= used @ share[fixed]


def _active_decisions(by_row: sparse.csr_array, rows: Ints, active: Flags) -> Ints:
    """Return the active decisions with an entry in some rows."""
    found = [by_row.indices[by_row.indptr[r] : by_row.indptr[r + 1]] for r in rows]
    members = np.unique(np.concatenate(found))
    return members[active[members]]


class _LevelProgramme:
    """The linear programme that maximises the levels of all tiers, one after the other.

    Decisions are *routed* where they have several open columns or count in a goal (a composition
    minimum): they have columns and a row of their own. Any other decision has a single column, in
    place of which the column of its level holds its use of each limit.

    Columns are open columns of routed decisions, the shortfall of each goal, and the levels.
    Rows are the limits that can bind, one row for each routed decision (with −1 × its cap in the
    column of the level to which it is tied), the caps of routed decisions in a goal, the goals, and
    the total shortfall of the goals of each tier.

    Where the programme is rebuilt, it keeps the shares of fixed decisions and the total shortfalls.
    Both are relaxed by `slack`, as a share and relative to the goals.
    """

    def __init__(self, solver: _MaxMinSolver, slack: float):
        data, served, closed = solver.data, solver.served, solver.closed
        in_goal, held, share = solver.in_goal, solver.held, solver.share
        block, full = data.block, data.full
        self.data, self.in_goal, self.goals = data, in_goal, solver.goals
        open_column = ~closed & served[block.decision]
        several = np.bincount(block.decision, open_column, minlength=len(full)) > 1
        self.routed = np.flatnonzero(served & (several | in_goal))
        is_routed = np.zeros(len(full), dtype=bool)
        is_routed[self.routed] = True
        self.columns = np.flatnonzero(open_column & is_routed[block.decision])
        self.owner = block.decision[self.columns]
        self.column_scale = _column_scales(data, self.columns)
        self.scaled_cap = full / np.maximum(self.column_scale, SMALLEST_DIVISOR)
        self.single_columns = np.flatnonzero(open_column & ~is_routed[block.decision])
        self.single_decisions = block.decision[self.single_columns]
        self.ceiling = np.ones(len(full))
        self.ceiling[self.single_decisions] = (
            data.most[self.single_columns] / full[self.single_decisions]
        )
        rows = data.rows
        self.load = sparse.csc_array(
            rows[:, self.single_columns] * full[self.single_decisions][None, :]
        )
        max_people = np.minimum(data.most, (np.where(held, share, 1.0) * full)[block.decision])
        fixed = np.where(closed & data.settled[block.decision], data.lower, 0.0)
        base = rows @ fixed
        reach = base + rows[:, self.columns] @ max_people[self.columns]
        reach += self.load @ np.where(held, share, self.ceiling)[self.single_decisions]
        self.limit_rows = np.flatnonzero(reach > data.limit * (1 + 1e-12))
        load = self.load.tocsr()[self.limit_rows]
        column_scale = self.column_scale[self.owner]
        matrix, self.row_scale = _scaled_rows(
            rows, data.limit, self.limit_rows, self.columns, column_scale, load
        )
        self.load = sparse.csc_array(_drop_negligible(load / self.row_scale[:, None]))
        self.limit = (data.limit - base)[self.limit_rows] / self.row_scale
        self.limit -= (
            self.load @ np.where(held, np.maximum(share - slack, 0), 0.0)[self.single_decisions]
        )
        self.is_equality = np.zeros(len(self.limit_rows), dtype=bool)
        self.blocked = np.zeros(len(full), dtype=bool)
        self.level_column: int | None = None
        self.last_level: tuple[int | None, float] = (None, 0.0)
        self.level_decision: dict[int, int] = {}
        self.tied = np.zeros(len(full), dtype=bool)
        self.programme = self._build(solver, matrix, max_people, fixed, slack)

    def _build(
        self,
        solver: _MaxMinSolver,
        matrix: sparse.csr_array,
        max_people: Floats,
        fixed: Floats,
        slack: float,
    ) -> LinearProgramme:
        held, share, missing = solver.held, solver.share, solver.missing
        data, block, goals = self.data, self.data.block, self.goals
        full, columns, routed = data.full, self.columns, self.routed
        column_scale, scaled_cap = self.column_scale, self.scaled_cap[routed]
        row_of = np.full(len(full), -1)
        row_of[routed] = np.arange(len(routed))
        pick = sparse.csr_array(
            (np.ones(len(columns)), (row_of[self.owner], np.arange(len(columns)))),
            shape=(len(routed), len(columns)),
        )
        capped = np.flatnonzero(self.in_goal[routed])
        tiers = sorted(missing)
        grid = [[matrix], [pick], [pick[capped]]]
        counted = block.bounds.matrix[goals]
        if len(goals):
            of_tier = np.array([data.goal_tier[goals] == t for t in tiers], dtype=float)
            grid = [[*row, None] for row in grid]
            grid += [
                [
                    counted[:, columns] * column_scale[self.owner][None, :],
                    sparse.eye_array(len(goals)),
                ],
                [None, sparse.csr_array(of_tier.reshape(len(tiers), len(goals)))],
            ]
        self.goal_rhs = data.goal[goals] - counted @ fixed
        self.goal_rows = len(self.limit_rows) + len(routed) + len(capped) + np.arange(len(goals))
        active_goals = np.isin(data.goal_tier[goals], tiers)
        fixed_units = np.where(held, share, 0.0)[routed] * scaled_cap
        slack_units = np.where(held[routed], slack, 0.0) * scaled_cap
        lower_rows = [
            np.full(len(self.limit_rows), -np.inf), np.maximum(fixed_units - slack_units, 0),
            np.full(len(capped), -np.inf), np.where(active_goals, self.goal_rhs, -np.inf),
            np.full(len(tiers), -np.inf),
        ]  # fmt: skip
        upper_rows = [
            np.maximum(self.limit, 0), fixed_units + slack_units, scaled_cap[capped],
            np.full(len(goals), np.inf),
            np.array([missing[t] + slack * (1 + data.goal[goals].sum()) for t in tiers]),
        ]  # fmt: skip
        column_upper = max_people[columns] / np.maximum(column_scale, SMALLEST_DIVISOR)[self.owner]
        zeros = np.zeros(len(columns) + len(goals))
        return LinearProgramme.stepwise(
            sparse.csc_array(sparse.block_array(grid, format="csc")), zeros, zeros,
            np.concatenate([column_upper, data.goal[goals]]), np.concatenate(lower_rows),
            np.concatenate(upper_rows),
        )  # fmt: skip

    def start_tier(self, active: Flags) -> None:
        """Begin a tier: no level yet, and the rows of its decisions relaxed."""
        self.level_column, self.last_level = None, (None, 0.0)
        self.relax_rows(active)

    def relax_rows(self, active: Flags, most: float = np.inf) -> None:
        """Allow shares up to `most` above the level, so that multipliers are never negative."""
        chosen = np.flatnonzero(active[self.routed])
        rows = len(self.limit_rows) + chosen
        room = most * self.scaled_cap[self.routed[chosen]]
        self.programme.set_rows(rows, np.zeros(len(rows)), room)

    def is_limited(self, active: Flags) -> bool:
        """Whether any row limits the active decisions."""
        direct = self.load @ active[self.single_decisions].astype(float)
        return bool(direct.any() or active[self.routed].any())

    def minimise_shortfall(self, chosen: Flags, free: Flags, held: Flags) -> Optimum:
        """Minimise the total shortfall of the goals `chosen`, and fix its optimal face."""
        programme, size = self.programme, len(self.columns)
        self.relax_rows(free)
        rows = self.goal_rows[chosen]
        programme.set_rows(rows, self.goal_rhs[chosen], np.full(len(rows), np.inf))
        cost = np.zeros_like(programme.cost)
        cost[size : size + len(chosen)] = chosen
        programme.set_cost(cost)
        optimum = programme.solve()
        self.fix_optimal_face(optimum, 1.0, held)
        return optimum

    def attach_to_level(self, active: Flags, low: float, high: float) -> None:
        """Tie the active decisions to one level variable with the bounds `low` and `high`."""
        programme = self.programme
        column = self._level_coefficients(active)
        if self.level_column is None:
            entering = sparse.csc_array(column[:, None])
            place = programme.add_columns(entering, np.zeros(1), np.array([low]), np.array([high]))
            self.level_column = int(place[0])
        else:
            programme.set_column(self.level_column, column)
            programme.set_bounds(np.array([self.level_column]), np.array([low]), np.array([high]))

    def maximise_level(
        self, active: Flags, low: float, high: float
    ) -> tuple[float, Optimum, float]:
        """Maximise the level of the active decisions; return level, optimum and cost scale."""
        self.attach_to_level(active, low, high)
        programme = self.programme
        # keeps duals near 1, far above the solver's tolerance
        scale = float(np.abs(programme.column(self.level_column or 0)).max(initial=0.0))
        cost = np.zeros_like(programme.cost)
        cost[self.level_column] = -scale
        programme.set_cost(cost)
        optimum = programme.solve()
        return float(optimum.x[self.level_column or 0]), optimum, scale

    def prices(self, dual: Floats) -> tuple[Floats, Floats]:
        """Return the multiplier of each decision and of each limit that can bind.

        A limit fixed as an equality may have a negative multiplier: decisions fixed earlier use
        more of it, which leaves less for the others.
        """
        count = len(self.limit_rows)
        price = np.zeros(len(self.ceiling))
        price[self.single_decisions] = -(dual[:count] @ self.load)
        price[self.routed] = dual[count : count + len(self.routed)] * self.scaled_cap[self.routed]
        return price, -dual[:count] / self.row_scale

    def level_sensitivities(
        self, optimum: Optimum, scale: float, held: Flags, price: Floats
    ) -> tuple[Ints, Floats]:
        """Return the fixed decisions on whose shares the level depends, and its derivatives.

        A decision tied to a basic level moves with the limits that determine it, which their
        multipliers include already. A nonbasic level is represented by one decision tied to it.
        """
        fixed = np.flatnonzero(held & ~self.tied & (price != 0))
        found = dict(zip(fixed.tolist(), (-price[fixed]).tolist(), strict=True))
        slope = -optimum.reduced / scale
        for place, who in self.level_decision.items():
            if abs(slope[place]) > REDUCED_COST_TOLERANCE:
                found[who] = found.get(who, 0.0) + float(slope[place])
        below = self.level_decision.get(-1 if self.last_level[0] is None else self.last_level[0])
        if (
            self.level_column is not None
            and below is not None
            and slope[self.level_column] < -REDUCED_COST_TOLERANCE
        ):
            found[below] = found.get(below, 0.0) + float(slope[self.level_column])
        return np.array(list(found), dtype=np.int64), np.array(list(found.values()), dtype=float)

    def fix_level(
        self, held: Flags, topped: Flags, optimum: Optimum, scale: float, top: float
    ) -> None:
        """Fix `held` at the level just found, and `topped` at `top`, their own ceiling."""
        assert self.level_column is not None
        level = float(optimum.x[self.level_column])
        if abs(float(optimum.reduced[self.level_column])) <= 1e-7 * scale:
            self.programme.set_column(self.level_column, self._level_coefficients(held))
            place = np.array([self.level_column])
            self.programme.set_bounds(
                place, np.array([level - LEVEL_SLACK]), np.array([level + LEVEL_SLACK])
            )
            self._set_decision_rows(held, 0.0)
            self.tied |= held
            if held.any():
                self.level_decision[self.level_column] = int(np.argmax(held))
            self.last_level, self.level_column = (self.level_column, level), None
        elif level < top - 1e-12:
            self.tie_to_last_level(held)
        else:
            topped, self.last_level = held | topped, (None, top)
            self._remove_level()
        self._fix_at_share(topped, top)

    def _remove_level(self) -> None:
        """Remove the current level variable, to which no decision is tied any more."""
        if self.level_column is not None:
            place = np.array([self.level_column])
            self.programme.set_column(self.level_column, np.zeros(self.programme.matrix.shape[0]))
            self.programme.set_bounds(place, np.zeros(1), np.zeros(1))
        self.level_column = None

    def fix_at_ceiling(self, held: Flags, top: float) -> None:
        """Fix decisions that no row limits at their own ceiling."""
        self.last_level = (None, top)
        self._remove_level()
        self._fix_at_share(held, top)

    def tie_to_last_level(self, held: Flags) -> None:
        """Tie decisions to the level that was fixed last."""
        self._remove_level()
        place, value = self.last_level
        if place is None:
            self._fix_at_share(held, value)
        else:
            column = self.programme.column(place) + self._level_coefficients(held)
            self.programme.set_column(place, column)
            self._set_decision_rows(held, 0.0)
            self.tied |= held

    def _fix_at_share(self, held: Flags, share: float) -> None:
        """Fix decisions at a share."""
        self._set_decision_rows(held, share)
        chosen = held[self.single_decisions]
        if chosen.any() and share > 0:
            self.limit = self.limit - self.load @ np.where(chosen, share, 0.0)
            left = np.maximum(self.limit, 0)
            lower = np.where(self.is_equality, left, -np.inf)
            self.programme.set_rows(np.arange(len(left)), lower, left)

    def _set_decision_rows(self, held: Flags, value: float) -> None:
        chosen = np.flatnonzero(held[self.routed])
        amount = value * self.scaled_cap[self.routed[chosen]]
        self.programme.set_rows(len(self.limit_rows) + chosen, amount, amount)

    def _level_coefficients(self, active: Flags) -> Floats:
        """Return the coefficients of a level variable to which decisions are tied, (rows,)."""
        count = len(self.limit_rows)
        column = np.zeros(self.programme.matrix.shape[0])
        column[:count] = self.load @ active[self.single_decisions].astype(float)
        column[count : count + len(self.routed)] = (
            -self.scaled_cap[self.routed] * active[self.routed]
        )
        return column

    def fix_optimal_face(self, optimum: Optimum, scale: float, begun: Flags) -> None:
        """Restrict the programme to the optimal face: fix rows and columns with a dual value.

        Decisions of later tiers (not `begun`) are 0 for now, so their own rows stay free; but they
        can never use a row that has a dual value.
        """
        programme, count, size = self.programme, len(self.limit_rows), len(self.columns)
        dual = optimum.dual.copy()
        routed_rows = slice(count, count + len(self.routed))
        dual[routed_rows][~begun[self.routed]] = 0.0
        largest = float(np.abs(dual).max(initial=0.0))
        tolerance = MULTIPLIER_TOLERANCE * max(
            scale / float(self.scaled_cap.max(initial=1.0)), largest
        )
        reduced = programme.cost - programme.matrix.T @ dual
        last = size + len(self.goals)
        at_lower = (reduced[:last] > tolerance) & (optimum.x[:last] <= 1e-9)
        gap = programme.upper[:last] - optimum.x[:last]
        programme.fix_columns(at_lower, (reduced[:last] < -tolerance) & (gap <= 1e-9))
        has_dual = np.abs(dual) > tolerance
        has_dual[routed_rows] = False
        programme.fix_rows(has_dual & (dual > 0), has_dual & (dual < 0))
        self.is_equality |= has_dual[:count]
        cost = -(dual[:count] @ self.load)
        later = ~begun[self.single_decisions]
        self.blocked[self.single_decisions[later & (cost > tolerance)]] = True
        open_count = np.bincount(
            self.owner, programme.upper[:size] > 0, minlength=len(self.blocked)
        )
        self.blocked[self.routed[open_count[self.routed] == 0]] = True

    def maximise_increases(
        self,
        active: Flags,
        wanted: Flags,
        added_columns: Ints | None,
        level: float,
        max_increase: float,
    ) -> tuple[Floats, Optimum, Ints]:
        """Maximise the sum of separate increases of the `wanted` decisions above the level.

        Returns the increase of each decision, the optimum, and the indices of the columns
        added for decisions with a single column (pass them as `added_columns` in the next call).
        """
        programme = self.programme
        chosen = np.flatnonzero(active[self.single_decisions])
        rows = len(self.limit_rows) + np.flatnonzero(active[self.routed])
        if added_columns is None:
            self.attach_to_level(active, level, level)
            self.relax_rows(active, max_increase)
            self.relax_rows(active & self.in_goal)
            added_columns = self._add_increase_columns(chosen, max_increase)
        cost = np.zeros_like(programme.cost)
        cost[: len(self.columns)] = -(wanted & active)[self.owner].astype(float)
        cost[added_columns] = -wanted[self.single_decisions[chosen]].astype(float)
        programme.set_cost(cost)
        optimum = programme.solve()
        increase = np.zeros(len(self.ceiling))
        increase[self.single_decisions[chosen]] = optimum.x[added_columns]
        rising = self.routed[active[self.routed]]
        increase[rising] = (programme.matrix @ optimum.x)[rows] / self.scaled_cap[rising]
        return np.maximum(increase, 0.0), optimum, added_columns

    def _add_increase_columns(self, chosen: Ints, max_increase: float) -> Ints:
        load = self.load[:, chosen].tocoo()
        shape = (self.programme.matrix.shape[0], len(chosen))
        return self.programme.add_columns(
            sparse.csc_array((load.data, load.coords), shape=shape),
            np.zeros(len(chosen)), np.zeros(len(chosen)), np.full(len(chosen), max_increase),
        )  # fmt: skip

    def remove_increase_columns(self, added_columns: Ints, active: Flags) -> None:
        """Undo :meth:`maximise_increases`."""
        self.programme.set_bounds(
            added_columns, np.zeros(len(added_columns)), np.zeros(len(added_columns))
        )
        self.relax_rows(active)


def _column_scales(data: StageData, columns: Ints) -> Floats:
    """Return the persons per unit of each decision's columns: its cap, or what its rows can carry.

    The capacity of the rows is used only where the cap exceeds it by :data:`MAX_SCALE_RATIO`, and
    the rows can carry people at all. `columns` are the columns with people to decide on.
    """
    rows = sparse.csc_array(data.rows[:, columns])
    carried = np.full(len(columns), np.inf)
    column = np.repeat(np.arange(len(columns)), np.diff(rows.indptr))
    counts = rows.data > 0
    np.minimum.at(carried, column[counts], (data.limit[rows.indices] / rows.data)[counts])
    capacity = np.zeros(len(data.full))
    np.maximum.at(capacity, data.block.decision[columns], carried)
    coarse = (capacity > 0) & (data.full > MAX_SCALE_RATIO * capacity)
    smallest_cap = 1e-6  # of a file
    return np.where(coarse, np.maximum(capacity, smallest_cap), data.full)


def _scaled_rows(
    rows: sparse.csr_array,
    limit: Floats,
    kept: Ints,
    columns: Ints,
    column_scale: Floats,
    load: sparse.csr_array,
) -> tuple[sparse.csr_array, Floats]:
    """Return rows scaled by columns and limits, with entries near 1, and the scale of each row."""
    matrix = sparse.csr_array(rows[kept][:, columns] * column_scale[None, :])
    row_limit = np.maximum(limit[kept], SMALLEST_DIVISOR)
    unit = row_limit.copy()
    for part in (matrix, load):
        if part.shape[1]:
            unit = np.maximum(unit, part.max(axis=1).toarray().ravel())
    min_scale = np.maximum(row_limit, 1.0)  # a certificate compares with one plus the limit
    unit = np.where(unit > MAX_SCALE_RATIO * min_scale, min_scale, unit)
    return _drop_negligible(matrix / unit[:, None]), unit


def _drop_negligible(matrix: sparse.sparray) -> sparse.csr_array:
    """Return a scaled matrix without the entries that the solver would drop."""
    kept = sparse.csr_array(matrix)
    small = np.abs(kept.data) <= NEGLIGIBLE
    if small.any():
        kept.data[small] = 0.0
        kept.eliminate_zeros()
    return kept


@dataclass(eq=False)
class _FacePoint:
    """A point of the optimal face: values of its columns, and their basis."""

    x: Floats
    column: Ints
    row: Ints
    link: Ints


def _level_option_shares(
    face: LinearProgramme, x: Floats, size: int, owner: Ints, loose: Ints, scaled_cap: Floats
) -> tuple[Floats, list[Certificate], int]:
    """Find the lexicographic min-max of the shares that decisions take from single options.

    The first `size` columns of `face` are these shares, `scaled_cap` units each, of the decisions
    `owner`; `x` is any point of the face. Columns in `loose` (shortfalls of goals) are free; all
    other columns stay fixed. Returns the shares (size,), certificates and number of solves.
    """
    basis = face.basis()
    if (scaled_cap != 1).any():
        unit = np.concatenate([scaled_cap, np.ones(len(x) - size)])
        face, x = _scale_columns(face, unit), x / unit
    matrix = sparse.csr_array(face.matrix)
    room = face.upper - face.lower
    free, loose = np.flatnonzero(room[:size] > MIN_RANGE), loose[room[loose] > MIN_RANGE]
    state = _FacePoint(x.copy(), *basis, np.full(size, BASIC))
    certificates: list[Certificate] = []
    solves = 0
    waiting = [free]
    while waiting:
        columns = waiting.pop()
        columns = columns[
            np.bincount(owner[columns], minlength=int(owner.max()) + 1)[owner[columns]] > 1
        ]
        for part in _components(face, matrix, state, columns, owner, loose):
            active = part.solve()
            part.store_in(state)
            certificates += part.certificates
            solves += len(part.certificates)
            if active.any():
                waiting.append(part.columns[: part.count][active])
    return state.x[:size] * scaled_cap, certificates, solves


def _scale_columns(programme: LinearProgramme, unit: Floats) -> LinearProgramme:
    """Return a programme with its columns divided by units."""
    return LinearProgramme.stepwise(
        sparse.csc_array(programme.matrix * unit[None, :]), programme.cost * unit,
        programme.lower / unit, programme.upper / unit, programme.row_lower, programme.row_upper,
    )  # fmt: skip


def _components(
    face: LinearProgramme,
    matrix: sparse.csr_array,
    state: _FacePoint,
    columns: Ints,
    owner: Ints,
    loose: Ints,
) -> Iterator[_Component]:
    """Yield the components of the open columns that share no row that can bind."""
    if not len(columns):
        return
    chosen = np.concatenate([columns, loose])
    fixed = state.x.copy()
    fixed[chosen] = 0
    used = matrix @ fixed
    rows = sparse.csr_array(matrix[:, chosen])
    present = rows @ state.x[chosen]
    # the point may violate its rows by rounding
    lower = np.minimum(face.row_lower - used, present)
    upper = np.maximum(face.row_upper - used, present)
    max_use = abs(rows) @ face.upper[chosen]
    kept = np.flatnonzero((np.diff(rows.indptr) > 0) & ((max_use > upper) | np.isfinite(lower)))
    rows = sparse.csr_array(rows[kept])
    of_row, of_column = _connected_components(rows)
    for number in np.unique(of_column[: len(columns)]):
        inside = np.flatnonzero(of_column == number)
        part_rows = np.flatnonzero(of_row == number)
        yield _Component(
            sparse.csc_array(rows[part_rows][:, inside]), lower[kept[part_rows]],
            upper[kept[part_rows]], face.upper[chosen[inside]], state, chosen[inside],
            kept[part_rows],
            owner[chosen[inside][inside < len(columns)]],
        )  # fmt: skip


def _connected_components(rows: sparse.csr_array) -> tuple[Ints, Ints]:
    """Number the connected components of a matrix, by row and by column.

    The smallest column number spreads along rows and columns until nothing changes. (SciPy's own
    routine lies in a module that takes longer to import than a small problem takes to solve.)
    """
    coo = rows.tocoo()
    of_column = np.arange(rows.shape[1])
    of_row = np.full(rows.shape[0], rows.shape[1])
    while True:
        before = of_column.copy()
        np.minimum.at(of_row, coo.row, of_column[coo.col])
        np.minimum.at(of_column, coo.col, of_row[coo.row])
        of_column = of_column[of_column]
        if (of_column == before).all():
            return of_row, of_column


class _Component:
    """One connected component: the sequence of programmes that minimises its largest share.

    Columns are shares, free columns, and then levels. A level counts how far shares have been
    lowered from the maximum `initial_level` at which it was added. Rows are those of the face, and
    a link row for each share: share + level ≤ `initial_level` + the lift of the share.
    """

    def __init__(
        self,
        matrix: sparse.csc_array,
        row_lower: Floats,
        row_upper: Floats,
        upper: Floats,
        state: _FacePoint,
        columns: Ints,
        rows: Ints,
        owner: Ints,
    ):
        self.count, self.columns, self.rows = len(owner), columns, rows
        self.owner = np.unique(owner, return_inverse=True)[1]
        self.x = state.x[columns]
        self.active = np.ones(self.count, dtype=bool)
        self.total = np.bincount(self.owner, self.x[: self.count]).astype(float)
        self.link_rows = len(rows) + np.arange(self.count)
        self.level_column: int | None = None
        self.initial_level = 0.0
        link = sparse.eye_array(self.count, len(columns))
        endless = np.full(self.count, np.inf)
        self.programme = LinearProgramme.stepwise(
            sparse.csc_array(sparse.vstack([matrix, link])),
            np.zeros(len(columns)),
            np.zeros(len(columns)),
            np.maximum(upper, self.x),
            np.concatenate([row_lower, -endless]),
            np.concatenate([row_upper, endless]),
        )
        links = state.link[columns[: self.count]].copy()
        links[self.x[: self.count] < self.x[: self.count].max() - MIN_RANGE] = BASIC
        self.programme.start_from(state.column[columns], np.concatenate([state.row[rows], links]))
        self.certificates: list[Certificate] = []

    def solve(self) -> Flags:
        """Lower the largest share for some steps; return which shares are still open.

        Most decisions end with equal shares of their options. Many of these are tried in one step:
        a share of a decision with the equal share e above a cut c may exceed the others by e − c.
        If the level then reaches c, all of them are fixed there; if not, fewer are tried.
        """
        stride = 1
        while self.active.any() and len(self.certificates) < MAX_STEPS:
            even = self._equal_shares()[self.owner]
            levels = np.unique(even[self.active])[::-1]
            cut = float(levels[min(stride, len(levels)) - 1])
            lift = np.maximum(even - cut, 0.0)
            try:
                optimum, top = self._minimise_level(lift)
            except SolverError:
                if not self.certificates:
                    self.active[:] = False
                break
            if top > cut + MIN_RANGE and stride > 1:
                stride = max(stride // 4, 1)
                continue
            if top <= cut + MIN_RANGE:
                held = self.active & (even >= cut - MIN_RANGE)
                stride *= 2
            else:
                pressure = np.maximum(-optimum.dual[self.link_rows], 0) * self.active
                held = self.active & (
                    pressure > PRICE_TOLERANCE * max(float(pressure.max()), 1e-300)
                )
            self._fix_optimal_face(optimum)
            self._fix_held(held, lift, optimum)
            self.active &= ~held
            if not held.any() or top <= MIN_RANGE:
                self.active[:] = False
        return self.active

    def _minimise_level(self, lift: Floats) -> tuple[Optimum, float]:
        """Minimise the level of the open shares, each of which may exceed it by its lift."""
        programme = self.programme
        if self.level_column is None:
            self.initial_level = float(self.x[: self.count][self.active].max())
            self.level_column = int(
                programme.add_columns(
                    sparse.csc_array(self._level_coefficients(self.active)[:, None]),
                    np.zeros(1), np.zeros(1), np.array([self.initial_level]),
                )[0]
            )  # fmt: skip
        chosen = self.link_rows[self.active]
        programme.set_rows(
            chosen, np.full(len(chosen), -np.inf), lift[self.active] + self.initial_level
        )
        cost = np.zeros_like(programme.cost)
        cost[self.level_column] = -1.0
        programme.set_cost(cost)
        optimum = programme.solve()
        self.certificates.append(optimum.certificate)
        self.x = optimum.x[: len(self.columns)]
        return optimum, self.initial_level - float(optimum.x[self.level_column])

    def _level_coefficients(self, some: Flags) -> Floats:
        """Return the coefficients of a level to which shares are tied, (rows,)."""
        column = np.zeros(self.programme.matrix.shape[0])
        column[self.link_rows] = some.astype(float)
        return column

    def _fix_held(self, held: Flags, lift: Floats, optimum: Optimum) -> None:
        """Fix shares at the level just found, and relax the link rows of the others."""
        assert self.level_column is not None
        place, down = np.array([self.level_column]), float(optimum.x[self.level_column])
        drift = LEVEL_SLACK if abs(float(optimum.reduced[self.level_column])) <= 1e-7 else 0.0
        self.programme.set_column(self.level_column, self._level_coefficients(held))
        self.programme.set_bounds(place, np.array([down - drift]), np.array([down + drift]))
        height = lift[held] + self.initial_level
        self.programme.set_rows(self.link_rows[held], height, height)
        rest = self.link_rows[self.active & ~held]
        self.programme.set_rows(rest, np.full(len(rest), -np.inf), np.full(len(rest), np.inf))
        self.level_column = None

    def _fix_optimal_face(self, optimum: Optimum) -> None:
        """Restrict the programme to the optimal face."""
        tiny = MULTIPLIER_TOLERANCE * max(1.0, float(np.abs(optimum.dual).max(initial=0.0)))
        own, dual = optimum.reduced[: len(self.columns)], optimum.dual[: len(self.rows)]
        self.programme.fix_columns(own > tiny, own < -tiny)
        self.programme.fix_rows(dual > tiny, dual < -tiny)

    def store_in(self, state: _FacePoint) -> None:
        """Store point and basis for the components that follow."""
        state.x[self.columns] = self.x
        columns, rows = self.programme.basis()
        state.column[self.columns] = columns[: len(self.columns)]
        state.row[self.rows] = rows[: len(self.rows)]
        state.link[self.columns[: self.count]] = rows[len(self.rows) :]

    def _equal_shares(self) -> Floats:
        """Return each decision's equal share: what each open share takes if all take the same."""
        size, upper = len(self.total), self.programme.upper[: self.count]
        left = self.total - np.bincount(
            self.owner, self.x[: self.count] * ~self.active, minlength=size
        )
        low, high = np.zeros(size), np.full(size, 1.0 + float(upper.max()))
        for _ in range(50):
            middle = (low + high) / 2
            taken = np.minimum(middle[self.owner], upper) * self.active
            short = np.bincount(self.owner, taken, minlength=size) < left
            low, high = np.where(short, middle, low), np.where(short, high, middle)
        return high


class _MaxMinSolver:
    """One lexicographic max-min solve of a block, and its state.

    Attributes
    ----------
    closed : ndarray of bool (columns,)
        Columns that cannot change.
    served, in_goal, held : ndarray of bool (decisions,)
        Decisions that can get people, that count in a goal, and that are fixed.
    share : ndarray (decisions,)
    goals : ndarray of int
        Bound rows with a goal.
    missing : dict of int to float
        Minimal total shortfall of the goals, by tier.
    """

    def __init__(self, data: StageData):
        self.data = data
        block = data.block
        size = len(data.full)
        self.closed = ~(data.most > 0) | data.settled[block.decision]
        self.share = np.zeros(size)
        self.active = np.zeros(size, dtype=bool)
        openings = np.bincount(block.decision, ~self.closed, minlength=size) > 0
        self.served = openings & (data.full > 0)
        self.held = np.zeros(size, dtype=bool)
        self.people = data.lower.copy()
        self.missing: dict[int, float] = {}
        self.certificates: list[Certificate] = []
        self.solves = self.repairs = 0
        self.sensitivities = DualSensitivities()
        self.level_programme: _LevelProgramme | None = None
        self.rebuilds = 0
        self.preference: tuple[Floats, Floats] = (np.zeros((0, len(self.people))), np.zeros(0))
        self.goals = np.flatnonzero(data.goal > 0)
        counted = np.asarray(block.bounds.matrix[self.goals].sum(axis=0)).ravel() > 0
        self.in_goal = np.bincount(block.decision, counted & ~self.closed, minlength=size) > 0

    def solve(self, even: bool = True) -> StageSolution:
        """Solve tier by tier, then break ties; also between equally good options if `even`."""
        data, block = self.data, self.data.block
        for tier in data.tiers:
            chosen = (data.tier == tier) & self.served
            goals = self.goals[data.goal_tier[self.goals] == tier]
            if len(goals):
                self._minimise_shortfall(tier)
            self._fill_tier(chosen)
        people = self.people.copy()
        levels = self.level_programme
        if levels is not None and len(levels.columns):
            shares, certificates, solves = self._break_ties(levels, even)
            people[levels.columns] = shares * levels.column_scale[levels.owner]
            self.certificates += certificates
            self.solves += solves
        price = self.sensitivities.prices(data.full * data.counted, len(data.limit))
        missing = np.zeros(len(data.goal))
        reached = block.bounds.matrix[self.goals] @ people
        missing[self.goals] = np.maximum(data.goal[self.goals] - reached, 0)
        proof = worst(*self.certificates)
        share = np.where(self.held & self.served, self.share, np.nan)
        cost, value = self.preference
        locks = Locks(share, cost, value, dict(self.missing))
        return StageSolution(
            people, missing, price, proof, self.solves, self.repairs, self.sensitivities, locks
        )

    def _break_ties(
        self, levels: _LevelProgramme, even: bool
    ) -> tuple[Floats, list[Certificate], int]:
        """Break ties: prefer options named first, then minimise the largest share of an option."""
        block = self.data.block
        programme, size = levels.programme, len(levels.columns)
        owner = block.decision[levels.columns]
        column_scale = levels.column_scale[owner]
        preference_cost = block.duty_months[owner] * block.option[levels.columns] * column_scale
        cost = np.zeros_like(programme.cost)
        cost[:size] = preference_cost / (preference_cost.max() or 1.0)
        objective, largest, previous = cost, 1.0, np.inf
        # small caps have small costs: minimise again what is left of them on the optimal face
        while PREFERENCE_TOLERANCE < largest < previous / 2:
            programme.set_cost(objective / largest)
            optimum = programme.solve()
            self._record_solve(optimum)
            previous, objective = largest, programme.fix_optimal_face(optimum, 1.0) * largest
            largest = float(np.abs(objective).max(initial=0.0))
        per_person = np.zeros(len(self.people))
        per_person[levels.columns] = cost[:size] / column_scale
        unit = float(np.abs(per_person).max()) or 1.0
        self.preference = per_person[None, :] / unit, np.array([cost @ optimum.x / unit])
        if not even:
            return optimum.x[:size], [], 0
        goals = size + np.arange(len(self.goals))
        return _level_option_shares(
            programme, optimum.x, size, owner, goals, levels.scaled_cap[owner]
        )

    def _get_level_programme(self, slack: float = 0.0) -> _LevelProgramme:
        if self.level_programme is None:
            self.level_programme = _LevelProgramme(self, slack)
        return self.level_programme

    def _minimise_shortfall(self, tier: int) -> None:
        """Find the minimal total shortfall of the goals of a tier, and keep it."""
        levels = self._get_level_programme()
        chosen = self.data.goal_tier[self.goals] == tier
        # decisions in a goal may take any share until their tier is filled
        free = (self.data.tier <= tier) & ~self.held & self.in_goal
        optimum = levels.minimise_shortfall(chosen, free, self.held)
        self._record_solve(optimum)
        size = len(levels.columns)
        self.missing[tier] = max(float(optimum.x[size : size + len(chosen)][chosen].sum()), 0.0)

    def _record_solve(self, optimum: Optimum) -> None:
        self.certificates.append(optimum.certificate)
        self.solves += 1
        if self.level_programme is not None:
            self.repairs += self.level_programme.programme.cold_repairs
            self.level_programme.programme.cold_repairs = 0

    def _fill_tier(self, chosen: Flags) -> None:
        """Maximise levels until every decision of a tier is fixed."""
        data = self.data
        self.active = chosen.copy()
        level, idle_steps = 0.0, 0
        levels = self._get_level_programme()
        levels.start_tier(chosen)
        self._fix_shares(chosen & levels.blocked, 0.0)
        levels.tie_to_last_level(chosen & levels.blocked)
        while self.active.any():
            top = max(min(1.0, float(levels.ceiling[self.active].min())), level)
            if not levels.is_limited(self.active):
                level = self._hold_at_ceiling(levels, top)
                continue
            try:
                maximum, optimum, scale = levels.maximise_level(self.active, level, top)
            except SolverError:
                levels, level = self._rebuild(level)
                continue
            self._record_solve(optimum)
            idle_steps = idle_steps + 1 if maximum - level <= MIN_INCREASE else 0
            level = max(maximum, level)
            self._hold_priced(levels, optimum, scale, level, top)
            if idle_steps > 1 and self.active.any() and level < top - 1e-9:
                self._hold_blocked(levels, level, top)
                idle_steps = 0
            column_scale = levels.column_scale[levels.owner]
            self.people[levels.columns] = optimum.x[: len(levels.columns)] * column_scale
        self.people[levels.single_columns] = (self.share * data.full)[levels.single_decisions]

    def _fix_shares(self, held: Flags, level: float) -> None:
        self.share[held] = level
        self.active &= ~held
        self.held |= held

    def _hold_blocked(self, levels: _LevelProgramme, level: float, top: float) -> None:
        """Fix every active decision that cannot exceed the level, where multipliers name few.

        By convexity, all decisions that can exceed it in some allocation can do so in one. So the
        decisions are fixed whose increase is 0 while the sum of increases is maximised.
        """
        candidates, added_columns = self.active.copy(), None
        max_increase = min(0.01, top - level)
        while candidates.any():
            increase, optimum, added_columns = levels.maximise_increases(
                self.active, candidates, added_columns, level, max_increase
            )
            self._record_solve(optimum)
            blocked = candidates & (increase <= 1e-7)
            if (blocked == candidates).all():
                break
            candidates = blocked
        scale = float(max(int(candidates.sum()), 1))
        price, row_price = levels.prices(optimum.dual / scale)
        earlier = levels.level_sensitivities(optimum, scale, self.held, price)
        if added_columns is not None:
            levels.remove_increase_columns(added_columns, self.active)
        levels.tie_to_last_level(candidates)
        self._fix_shares(candidates, level)
        self._record_step(levels, candidates, level, earlier, row_price, 0.0)

    def _hold_at_ceiling(self, levels: _LevelProgramme, top: float) -> float:
        """Fix decisions that no row limits at their own ceiling; return the new level."""
        held = self.active & (levels.ceiling <= top + 1e-12)
        self._fix_shares(held, top)
        levels.fix_at_ceiling(held, top)
        self.sensitivities.steps.append(
            Step(np.flatnonzero(held), top, *(np.zeros(0, dtype=int),) * 4)
        )
        return top

    def _rebuild(self, level: float) -> tuple[_LevelProgramme, float]:
        """Rebuild the programme with relaxed fixed shares; return it and the level."""
        if self.rebuilds >= len(REBUILD_SLACKS):
            raise SolverError("the shares settled so far left no feasible way on")
        slack = REBUILD_SLACKS[self.rebuilds]
        self.rebuilds += 1
        self.level_programme = None
        levels = self._get_level_programme(slack)
        levels.start_tier(self.active)
        return levels, max(level - slack, 0.0)

    def _hold_priced(
        self, levels: _LevelProgramme, optimum: Optimum, scale: float, level: float, top: float
    ) -> None:
        """Fix the decisions with a positive multiplier, or at their own ceiling."""
        price, row_price = levels.prices(optimum.dual / scale)
        held = self.active & (
            price > PRICE_TOLERANCE * max(float(price[self.active].max()), 1e-300)
        )
        topped = np.zeros(len(held), dtype=bool)
        if level >= top - 1e-12:
            topped = self.active & (levels.ceiling <= level + 1e-12)
            if not (price[self.active] > 1e-6).any():
                held[:] = False
        before = levels.level_sensitivities(optimum, scale, self.held, price)
        levels.fix_optimal_face(optimum, scale, self.held | self.active)
        levels.fix_level(held, topped & ~held, optimum, scale, top)
        self._fix_shares(held | topped, level)
        self._record_step(levels, held | topped, level, before, row_price, PRICE_TOLERANCE)

    def _record_step(
        self,
        levels: _LevelProgramme,
        held: Flags,
        level: float,
        before: tuple[Ints, Floats],
        row_price: Floats,
        tiny: float,
    ) -> None:
        """Record the multipliers of rows and of decisions fixed earlier, for the new ones."""
        size = np.abs(row_price)
        rows = np.flatnonzero(size > tiny * size.max(initial=0.0))
        self.sensitivities.steps.append(
            Step(np.flatnonzero(held), level, levels.limit_rows[rows], row_price[rows], *before)
        )


def solve_fair(data: StageData, even: bool = True) -> StageSolution:
    """Return the lexicographic max-min allocation of one block.

    Parameters
    ----------
    data : StageData
    even : bool
        Whether to break ties among options at last; the people of a decision do not depend on it.
    """
    choices = np.bincount(data.block.decision, data.most > 0, minlength=len(data.full))
    if (choices > 1)[~data.settled].any() or (data.goal > 0).any():
        return _MaxMinSolver(data).solve(even)
    return _fill_progressively(data)


def _fill_progressively(data: StageData) -> StageSolution:
    """Solve a block in which every decision has one open column: row by row, no solver."""
    block = data.block
    people = data.lower.copy()
    rows = sparse.csc_array(data.rows)
    sensitivities = DualSensitivities()
    done: list[Ints] = []
    for tier in data.tiers:
        open_columns = (data.tier[block.decision] == tier) & (data.upper > data.lower)
        columns = np.flatnonzero(open_columns & (data.full[block.decision] > 0))
        full = data.full[block.decision[columns]]
        load = sparse.csc_array(rows[:, columns] * full[None, :])
        left = data.limit - rows @ people
        filling = fill_fairly(load, left, data.most[columns] / full)
        people[columns] = filling.share * full
        _record_filling(sensitivities, filling, data, rows, columns, done)
        done.append(columns)
    finite = np.isfinite(data.limit)
    excess = (rows @ people - data.limit)[finite] / (1 + np.abs(data.limit[finite]))
    proof = Certificate(primal=max(float(excess.max(initial=0.0)), 0.0))
    price = sensitivities.prices(data.full * data.counted, len(data.limit))
    share = np.full(len(data.full), np.nan)
    for columns in done:
        decisions = block.decision[columns]
        share[decisions] = people[columns] / data.full[decisions]
    locks = Locks(share, np.zeros((0, len(people))), np.zeros(0), {}, bottlenecks=True)
    return StageSolution(
        people, np.zeros(len(data.goal)), price, proof, sensitivities=sensitivities, locks=locks
    )


def _record_filling(
    sensitivities: DualSensitivities,
    filling: Filling,
    data: StageData,
    rows: sparse.csc_array,
    columns: Ints,
    filled_before: list[Ints],
) -> None:
    """Record the steps of a filling: an exhausted row fixes all active decisions in it."""
    decision = data.block.decision
    earlier = np.concatenate([*filled_before, columns]) if filled_before else columns
    by_row = rows.tocsr()
    for row, level in filling.order:
        held = columns[filling.row == row]
        entries = slice(by_row.indptr[row], by_row.indptr[row + 1])
        members, load = by_row.indices[entries], by_row.data[entries]
        load = load * data.full[decision[members]]
        rising = np.isin(members, columns[(filling.share >= level - 1e-11)])
        rate = load[rising].sum()
        fixed = np.isin(members, earlier) & ~rising
        sensitivities.steps.append(
            Step(
                held=decision[held],
                level=level,
                rows=np.array([row]),
                price=np.array([1 / rate]),
                before=decision[members[fixed]],
                slope=-load[fixed] / rate,
            )
        )
