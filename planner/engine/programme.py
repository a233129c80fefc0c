"""The programme: decisions, columns and every row that limits them, as arrays.

A *decision* is a wave of a demand, cut at the month in which the first people of a package could
begin; a *column* is one decision served by one sourcing option. Rows are grouped in *blocks* that
share no pool, bound or budget, so that each can be solved alone. Strengths and caps are not part
of the programme: they are right-hand sides, and may change from one solve to the next without
anything being built again.

Two accounts limit the people of a pool in a month: demands that are not on call, with their time at
home; and, for pools that a demand on call uses, every demand with preparation and duty, those on
call with their whole tie-up.

Axis order is always (decision or column, pool, month).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.engine.layout import Layout, lay_out
from planner.problem.model import Problem
from planner.problem.tours import Tours

__all__ = ["Block", "BoundRows", "Compressed", "Programme", "build_programme"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Compressed:
    """A sparse matrix as plain arrays; the SciPy object is made when it is first used.

    Attributes
    ----------
    indptr, indices, data : ndarray
        Compressed rows or columns, indices ascending.
    shape : (int, int)
    by_row : bool
        Whether rows are compressed (CSR) or columns (CSC).
    """

    indptr: Ints
    indices: Ints
    data: Floats
    shape: tuple[int, int]
    by_row: bool = True

    @classmethod
    def of(cls, matrix: sparse.csr_array | sparse.csc_array) -> Compressed:
        """Return the arrays of a SciPy matrix with sorted indices."""
        matrix.sort_indices()
        shape = (int(matrix.shape[0]), int(matrix.shape[1]))
        arrays = matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64), matrix.data
        return cls(*arrays, shape, matrix.format == "csr")

    @cached_property
    def matrix(self) -> Any:
        """The same as ``csr_array`` or ``csc_array``."""
        kind = sparse.csr_array if self.by_row else sparse.csc_array
        return kind((self.data, self.indices, self.indptr), shape=self.shape)

    @cached_property
    def major(self) -> Ints:
        """Row (or column) of each entry."""
        return np.repeat(np.arange(len(self.indptr) - 1), np.diff(self.indptr))

    def row_sums(self, keep: NDArray[np.bool_] | None = None) -> Floats:
        """Return the sum of each row (or column), of the chosen entries where given."""
        data = self.data if keep is None else np.where(keep, self.data, 0.0)
        return np.bincount(self.major, data, minlength=len(self.indptr) - 1).astype(float)


@dataclass(frozen=True, eq=False)
class Block:
    """A part of the programme that shares nothing with the rest.

    Attributes
    ----------
    months : int
        Length of the model.
    pools, demands : ndarray of int
        Indices in the problem of the pools and demands of this block, ascending.
    tour : ndarray of int
        Indices in ``programme.tours`` of the block's tours.
    tour_decision : ndarray of int (tours,)
        The decision that each of those tours belongs to.
    demand, wave, begin, end : ndarray of int (decisions,)
        Index of the demand in the problem, wave, first and last month of its tours.
    cohorts : ndarray of int (decisions,)
        Number of cohorts in the decision, n(w).
    part : ndarray (decisions,)
        n(w) ÷ m; times the cap it is the maximum of people in a decision.
    decision, option : ndarray of int (columns,)
        Decision of a column, and index of its sourcing option in the demand's list. Columns are
        sorted by decision, then option.
    mix_column, mix_pool, mix_index : ndarray of int (mix entries,)
        One entry for each column and pool of its option, sorted by column, then pool: the column,
        the pool (index in `pools`) and the index of the pool in ``Demand.pools``.
    mix_share : ndarray (mix entries,)
        Share of the column's people who come from that pool.
    standby_pools : ndarray of int
        Pools (indices in `pools`) that a demand on call uses, ascending.
    duty_data : Compressed (decisions, months), by row
        Share of a decision's people who are on duty in a month.
    usage_data : Compressed (pools × months, columns), by column
        First account: share of a column's people who are tied up, time at home included; nothing
        for demands on call. Row: pool × months + month.
    standby_data : Compressed (standby pools × months, columns), by column
        Second account: share of a column's people who prepare or are on duty, for demands on call
        the whole tie-up. Row: index in `standby_pools` × months + month.
    bounds : BoundRows
        Composition bounds.
    budgets : ndarray of int
        Indices in the problem of the budgets of this block.
    budget_data : Compressed (budgets, columns), by row
        Euros per person of a column that a budget pays.
    """

    months: int
    pools: Ints
    demands: Ints
    tour: Ints
    tour_decision: Ints
    demand: Ints
    wave: Ints
    begin: Ints
    end: Ints
    cohorts: Ints
    part: Floats
    decision: Ints
    option: Ints
    mix_column: Ints
    mix_pool: Ints
    mix_index: Ints
    mix_share: Floats
    standby_pools: Ints
    duty_data: Compressed
    usage_data: Compressed
    standby_data: Compressed
    bounds: BoundRows
    budgets: Ints
    budget_data: Compressed

    @property
    def duty(self) -> sparse.csr_array:
        """Share of a decision's people on duty, (decisions, months)."""
        return self.duty_data.matrix

    @property
    def usage(self) -> sparse.csc_array:
        """First account, (pools × months, columns)."""
        return self.usage_data.matrix

    @property
    def standby(self) -> sparse.csc_array:
        """Second account, (standby pools × months, columns)."""
        return self.standby_data.matrix

    @property
    def budget(self) -> sparse.csr_array:
        """Euros per person, (budgets, columns)."""
        return self.budget_data.matrix

    @cached_property
    def rows(self) -> sparse.csr_array:
        """Every row that limits people from above, (rows, columns).

        First account, second account, composition bounds, budgets; see `strength_rows`.
        """
        parts = [self.usage.tocsr(), self.standby.tocsr(), self.bounds.matrix, self.budget]
        return sparse.csr_array(sparse.vstack(parts))

    @property
    def strength_rows(self) -> int:
        """Number of rows of both accounts, which come first in `rows`."""
        return (len(self.pools) + len(self.standby_pools)) * self.months

    @cached_property
    def row_pool(self) -> Ints:
        """Pool (index in `pools`) of each row of both accounts, (strength rows,)."""
        every = np.concatenate([np.arange(len(self.pools)), self.standby_pools])
        return np.repeat(every, self.months)

    @cached_property
    def duty_months(self) -> Floats:
        """Months on duty inside the model per person of a decision."""
        return self.duty_data.row_sums()

    @cached_property
    def pick(self) -> sparse.csr_array:
        """Incidence (decisions, columns): 1 where a column serves a decision."""
        ones = np.ones(len(self.decision))
        shape = (len(self.demand), len(self.decision))
        columns = np.arange(len(self.decision))
        return sparse.csr_array((ones, (self.decision, columns)), shape=shape)

    @cached_property
    def choices(self) -> Ints:
        """Number of sourcing options of each decision."""
        return np.bincount(self.decision, minlength=len(self.demand))

    def pool_share(self, pool: int) -> Floats:
        """Return the share of each column's people from a pool of the problem, (columns,)."""
        share = self.mix_share * (self.pools[self.mix_pool] == pool)
        return np.bincount(self.mix_column, share, minlength=len(self.decision)).astype(float)

    def by_pool(self, rows: Floats) -> Floats:
        """Sum both accounts' rows by pool and month: (strength rows,) to (pools, months)."""
        size = len(self.pools) * self.months
        found = np.array(rows[:size], dtype=float).reshape(len(self.pools), self.months)
        if len(self.standby_pools):
            found[self.standby_pools] += rows[size : self.strength_rows].reshape(-1, self.months)
        return found


@dataclass(frozen=True, eq=False)
class BoundRows:
    """One row for every composition bound and month in which its demands have tours on duty.

    Attributes
    ----------
    bound, month : ndarray of int (rows,)
        Index of the bound in the problem, and the month.
    matrix_data : Compressed (rows, columns), by row
        Share of a column's people who are on duty and counted.
    asked_data : Compressed (rows, decisions), by row
        Share of a decision's people on duty, for decisions of the bound's demands.
    """

    bound: Ints
    month: Ints
    matrix_data: Compressed
    asked_data: Compressed

    @property
    def matrix(self) -> sparse.csr_array:
        """Share of a column's people on duty and counted, (rows, columns)."""
        return self.matrix_data.matrix

    @property
    def asked(self) -> sparse.csr_array:
        """Share of a decision's people on duty, (rows, decisions)."""
        return self.asked_data.matrix


@dataclass(frozen=True, eq=False)
class Programme:
    """Tours, decisions and rows of a problem.

    Attributes
    ----------
    problem : Problem
        What it was built from; only its structure matters here.
    tours : Tours
        Every tour that touches the model.
    cuts : tuple of int
        Months in which packages become known, later than the start.
    blocks : tuple of Block
        Independent parts.
    """

    problem: Problem
    tours: Tours
    cuts: tuple[int, ...]
    blocks: tuple[Block, ...]


def build_programme(problem: Problem, by_tour: bool = False) -> Programme:
    """Lay tours, cut waves into decisions and write the rows, block by block.

    Parameters
    ----------
    problem : Problem
    by_tour : bool
        Whether every tour is a decision of its own, as whole people need it.

    Notes
    -----
    Decisions are cut for *every* package that becomes known in a month K after the model's first,
    at K + the demand's longest preparation, so that plans with and without any of them are made
    of the same decisions.
    """
    layout = lay_out(problem, by_tour)
    blocks = tuple(_block(problem, layout, block) for block in range(len(layout.pool_ptr) - 1))
    return Programme(problem, layout.tours, layout.cuts, blocks)


def _block(problem: Problem, layout: Layout, block: int) -> Block:
    """Return one block of a layout."""
    months = layout.months
    low, high = layout.decision_ptr[block : block + 2].tolist()
    left, right = layout.start[[low, high]].tolist()
    pools = layout.pool[slice(*layout.pool_ptr[block : block + 2])]
    called = layout.call_pool[slice(*layout.call_ptr[block : block + 2])]
    local = np.zeros(len(problem.pools), dtype=np.int64)
    local[pools] = np.arange(len(pools))
    tours = np.flatnonzero((layout.tour_decision >= low) & (layout.tour_decision < high))
    goals = slice(*layout.goal_ptr[block : block + 2])
    budgets = layout.budget[slice(*layout.budget_ptr[block : block + 2])]
    usage, standby = len(pools) * months, len(called) * months
    duty = _cut(layout.duty_ptr, layout.duty_month, layout.duty, low, high)
    used = slice(*layout.used_ptr[[left, right]])
    entries = _cut(layout.ptr, layout.row, layout.value, left, right)
    paid = usage + standby + goals.stop - goals.start
    counted = _cut(
        layout.counted_ptr, layout.counted, layout.counted_share, goals.start, goals.stop
    )
    asked = _cut(layout.asked_ptr, layout.asked, layout.asked_share, goals.start, goals.stop)
    columns = right - left
    bounds = BoundRows(
        layout.goal_bound[goals], layout.goal_month[goals],
        Compressed(counted[0], counted[1] - left, counted[2], (goals.stop - goals.start, columns)),
        Compressed(asked[0], asked[1] - low, asked[2], (goals.stop - goals.start, high - low)),
    )  # fmt: skip
    return Block(
        months=months, pools=pools, demands=np.flatnonzero(layout.demand_block == block),
        tour=tours, tour_decision=layout.tour_decision[tours] - low,
        demand=layout.demand[low:high], wave=layout.wave[low:high],
        begin=layout.begin[low:high], end=layout.end[low:high],
        cohorts=layout.cohorts[low:high], part=layout.part[low:high],
        decision=layout.owner[left:right] - low, option=layout.option[left:right],
        mix_column=np.repeat(np.arange(columns), np.diff(layout.used_ptr[left : right + 1])),
        mix_pool=local[layout.used_pool[used]], mix_index=layout.used_index[used],
        mix_share=layout.used_share[used], standby_pools=local[called],
        duty_data=Compressed(*duty, (high - low, months)),
        usage_data=_band(entries, 0, usage), standby_data=_band(entries, usage, standby),
        bounds=bounds, budgets=budgets,
        budget_data=_by_row(_band(entries, paid, len(budgets))),
    )  # fmt: skip


def _cut(ptr: Ints, index: Ints, data: Floats, first: int, last: int) -> tuple[Ints, Ints, Floats]:
    """Return the compressed rows (or columns) from `first` to `last`."""
    part = slice(*ptr[[first, last]])
    return ptr[first : last + 1] - part.start, index[part], data[part]


def _band(entries: tuple[Ints, Ints, Floats], first: int, count: int) -> Compressed:
    """Return `count` rows, from the row `first`, of a matrix that is compressed by column."""
    indptr, rows, data = entries
    shape = (count, len(indptr) - 1)
    inside = (rows >= first) & (rows < first + count)
    if inside.all():
        return Compressed(indptr, rows - first if first else rows, data, shape, by_row=False)
    kept = np.concatenate([[0], np.cumsum(inside)])[indptr]
    return Compressed(kept, rows[inside] - first, data[inside], shape, by_row=False)


def _by_row(matrix: Compressed) -> Compressed:
    """Return a matrix that is compressed by column, compressed by row."""
    order = np.argsort(matrix.indices, kind="stable")
    count = np.bincount(matrix.indices, minlength=matrix.shape[0])
    indptr = np.concatenate([[0], np.cumsum(count)])
    return Compressed(indptr, matrix.major[order], matrix.data[order], matrix.shape)
