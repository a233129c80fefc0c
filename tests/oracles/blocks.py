"""The blocks of a problem, built one kind of row after the other: a second way to write them.

The product writes all rows in :mod:`planner.engine.programme`; this builder shares with it only how
tours and options are listed, and is what it is compared with.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from planner.engine.programme import Block, BoundRows, Compressed, Programme
from planner.problem.model import (
    OptionTable,
    Problem,
    Tours,
    decision_keys,
    lay_tours,
    months_at_home,
)

__all__ = ["build_blocks"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_NO_INTS: Ints = np.zeros(0, dtype=np.int64)
_ONE_ZERO: Ints = np.zeros(1, dtype=np.int64)
_NO_FLOATS: Floats = np.zeros(0)


def build_blocks(problem: Problem, by_tour: bool = False) -> Programme:
    """Return the programme of a problem."""
    tours = lay_tours(problem)
    blocks = tuple(_Builder(problem, tours, by_tour).blocks())
    return Programme(problem, tours, problem.replan_months, blocks)


class _Builder:
    """Builds all blocks at once: everything is sorted by block, and cut into blocks at the end."""

    def __init__(self, problem: Problem, tours: Tours, by_tour: bool = False):
        self.problem, self.tours = problem, tours
        parts = _independent_parts(problem)
        self.pool_block = np.array([parts[name] for name in problem.pools], dtype=np.int64)
        self.count = int(self.pool_block.max(initial=-1)) + 1
        self.demand_block = np.array([parts[d.pools[0]] for d in problem.demands], dtype=np.int64)
        order = np.argsort(self.pool_block, kind="stable")
        self.pool_order = order
        self.pool_start = np.searchsorted(self.pool_block[order], np.arange(self.count + 1))
        self.local_pool = np.empty(len(order), dtype=np.int64)
        self.local_pool[order] = np.arange(len(order)) - self.pool_start[self.pool_block[order]]
        self._decide(by_tour)
        self._columns()

    def _decide(self, by_tour: bool) -> None:
        """Group tours into decisions, sorted by block, demand, wave and cut."""
        tours, problem = self.tours, self.problem
        block = self.demand_block[tours.demand]
        self.tour = np.argsort(block, kind="stable")
        key = decision_keys(problem, tours)
        if by_tour:
            key = key * (int(tours.cohort.max(initial=0)) + 1) + tours.cohort
        if len(key):
            key = key + block * (int(key.max()) + 1)
        _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
        decision_of = np.asarray(inverse, dtype=np.int64).ravel()
        size = len(first)
        self.demand, self.wave = tours.demand[first], tours.wave[first]
        self.block = self.demand_block[self.demand]
        self.cohorts = np.bincount(decision_of, minlength=size)
        self.begin = np.full(size, np.iinfo(np.int64).max)
        self.end = np.full(size, np.iinfo(np.int64).min)
        np.minimum.at(self.begin, decision_of, tours.first)
        np.maximum.at(self.end, decision_of, tours.last)
        total = np.array([d.cohorts for d in problem.demands], dtype=np.int64)[self.demand]
        self.part = self.cohorts / np.maximum(total, 1)
        self.tour_decision = decision_of[self.tour]
        row, self.duty_month, cover = _cover(decision_of, tours.first, tours.last, problem.months)
        self.duty_decision, self.duty_share = row, cover / self.cohorts[row]

    def _columns(self) -> None:
        """Write columns and the pools of their options."""
        mixes, demands = OptionTable.of(self.problem), self.problem.demands
        self.mixes = mixes
        size = len(self.demand)
        options = np.array([len(d.options) for d in demands], dtype=np.int64)[self.demand]
        self.column_start = np.concatenate([[0], np.cumsum(options)])
        self.decision, self.option = _expand(options)
        entries = np.bincount(mixes.demand, minlength=len(demands))
        self.entry_count = entries[self.demand]
        self.entry_start = np.concatenate([[0], np.cumsum(self.entry_count)])
        begin = np.cumsum(entries) - entries
        self.entry_decision, nth = _expand(self.entry_count)
        self.mix = begin[self.demand[self.entry_decision]] + nth
        self.entry_column = self.column_start[self.entry_decision] + mixes.option[self.mix]
        assert len(self.decision) == self.column_start[size]

    def blocks(self) -> Iterable[Block]:
        """Yield the blocks, in order of their first pool."""
        problem, mixes, months = self.problem, self.mixes, self.problem.months
        on_call = np.array([d.on_call for d in problem.demands], dtype=bool)
        called = np.zeros(len(problem.pools), dtype=bool)
        called[mixes.pool[on_call[mixes.demand]]] = True
        usage, standby = self._accounts(on_call, called)
        bounds, budgets = self._bounds(), self._budgets()
        member = np.argsort(self.demand_block, kind="stable")
        numbers = np.arange(self.count + 1)
        demand_cut = np.searchsorted(self.demand_block[member], numbers)
        cut = np.searchsorted(self.block, numbers)
        tour_cut = np.searchsorted(self.demand_block[self.tours.demand[self.tour]], numbers)
        column_cut, entry_cut = self.column_start[cut], self.entry_start[cut]
        duty = _Slices(self.duty_decision, self.duty_month, self.duty_share, len(self.demand))
        for k in range(self.count):
            at, to = cut[k], cut[k + 1]
            left, right = column_cut[k], column_cut[k + 1]
            entry = slice(entry_cut[k], entry_cut[k + 1])
            pools = self.pool_order[self.pool_start[k] : self.pool_start[k + 1]]
            ready = np.flatnonzero(called[pools])
            mix, count = self.mix[entry], len(pools) * months
            tour = slice(tour_cut[k], tour_cut[k + 1])
            yield Block(
                months=months, pools=pools, demands=member[demand_cut[k] : demand_cut[k + 1]],
                tour=self.tour[tour], tour_decision=self.tour_decision[tour] - at,
                demand=self.demand[at:to], wave=self.wave[at:to],
                begin=self.begin[at:to], end=self.end[at:to],
                cohorts=self.cohorts[at:to], part=self.part[at:to],
                decision=self.decision[left:right] - at, option=self.option[left:right],
                mix_column=self.entry_column[entry] - left,
                mix_pool=self.local_pool[mixes.pool[mix]], mix_index=mixes.index[mix],
                mix_share=mixes.share[mix], standby_pools=ready,
                duty_data=duty.cut(at, to, months),
                usage_data=usage.cut(left, right, count, by_row=False),
                standby_data=standby.cut(left, right, len(ready) * months, by_row=False),
                bounds=bounds.cut(k, at, to, left, right), budgets=budgets[k][0],
                budget_data=self._paid(budgets[k], left, right),
            )  # fmt: skip

    def _accounts(
        self, on_call: NDArray[np.bool_], called: NDArray[np.bool_]
    ) -> tuple[_Slices, _Slices]:
        """Return the entries of both accounts of strength, by column."""
        tours, mixes, months = self.tours, self.mixes, self.problem.months
        of_tour = np.empty(len(tours), dtype=np.int64)
        of_tour[self.tour] = self.tour_decision
        tour, nth = _expand(self.entry_count[of_tour])
        entry = self.entry_start[of_tour[tour]] + nth
        mix = self.mix[entry]
        prep, first, last = mixes.prep[mix], tours.first[tour], tours.last[tour]
        home = months_at_home(mixes.home[mix], mixes.dwell[mix], prep, last - first + 1)
        ready = on_call[mixes.demand[mix]]
        standby_row = np.zeros(len(called), dtype=np.int64)
        for k in np.unique(self.pool_block[called]).tolist():
            pools = self.pool_order[self.pool_start[k] : self.pool_start[k + 1]]
            standby_row[pools] = np.cumsum(called[pools]) - 1

        def account(which: NDArray[np.bool_] | slice, until: Ints, pool_row: Ints) -> _Slices:
            row, month, cover = _cover(entry[which], (first - prep)[which], until[which], months)
            share = cover / self.cohorts[self.entry_decision[row]] * mixes.share[self.mix[row]]
            limit = pool_row[mixes.pool[self.mix[row]]] * months + month
            return _Slices(self.entry_column[row], limit, share, len(self.decision))

        away = account(~ready if ready.any() else slice(None), last + home, self.local_pool)
        if not ready.any():
            return away, _Slices.empty(len(self.decision))
        until = np.where(ready, last + home, last)
        return away, account(called[mixes.pool[mix]], until, standby_row)

    def _bounds(self) -> _BoundSlices:
        """Return the rows of composition bounds of all blocks, by bound and month."""
        problem, mixes = self.problem, self.mixes
        index = {demand.id: place for place, demand in enumerate(problem.demands)}
        number = {name: place for place, name in enumerate(problem.pools)}
        if not problem.bounds:
            none = _Slices.empty(0)
            return _BoundSlices(_NO_INTS, _NO_INTS, _NO_INTS, none, none)
        pairs = sorted((b, index[name]) for b, line in enumerate(problem.bounds)
                       for name in line.demands)  # fmt: skip
        bound, demand = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        counted = np.ones((len(problem.bounds), len(problem.pools)), dtype=bool)
        for b, line in enumerate(problem.bounds):
            if line.pools is not None:
                counted[b] = False
                counted[b, [number[name] for name in line.pools]] = True
        by_demand = np.argsort(self.demand, kind="stable")
        low = np.searchsorted(self.demand[by_demand], demand)
        high = np.searchsorted(self.demand[by_demand], demand, side="right")
        pair, nth = _expand(high - low)
        decision, bound = by_demand[low[pair] + nth], bound[pair]
        duty_start = np.searchsorted(self.duty_decision, np.arange(len(self.demand) + 1))
        pair, nth = _expand(np.diff(duty_start)[decision])
        duty = duty_start[decision[pair]] + nth
        decision, bound, month = decision[pair], bound[pair], self.duty_month[duty]
        share = self.duty_share[duty]
        key, row = np.unique(bound * problem.months + month, return_inverse=True)
        row = np.asarray(row, dtype=np.int64).ravel()
        order = np.lexsort((decision, row))
        decision, bound, row, share = decision[order], bound[order], row[order], share[order]
        pair, nth = _expand(self.entry_count[decision])
        entry = self.entry_start[decision[pair]] + nth
        keep = counted[bound[pair], mixes.pool[self.mix[entry]]]
        pair, entry = pair[keep], entry[keep]
        column, part = self.entry_column[entry], share[pair] * mixes.share[self.mix[entry]]
        # pools of one mix that are counted together are one entry
        fresh = np.ones(len(pair), dtype=bool)
        fresh[1:] = (pair[1:] != pair[:-1]) | (column[1:] != column[:-1])
        start = np.flatnonzero(fresh)
        part = np.add.reduceat(part, start) if len(start) else part
        size = len(key)
        owner = np.array([self.demand_block[index[line.demands[0]]] for line in problem.bounds],
                         dtype=np.int64)  # fmt: skip
        return _BoundSlices(
            key // problem.months, key % problem.months, owner,
            _Slices(row[pair[start]], column[start], part, size),
            _Slices(row, decision, share, size),
        )  # fmt: skip

    def _budgets(self) -> list[tuple[Ints, list[Floats]]]:
        """Return the budgets of each block, with the euros per person of every column."""
        problem = self.problem
        found: list[tuple[list[int], list[Floats]]] = [([], []) for _ in range(self.count)]
        for k, line in enumerate(problem.budgets):
            price = np.array([line.cost.get(demand.id, 0.0) for demand in problem.demands])
            inside = (self.duty_month >= max(line.first, 0)) & (self.duty_month <= line.last)
            months = np.bincount(
                self.duty_decision, np.where(inside, self.duty_share, 0.0), len(self.demand)
            )
            each = (months * price[self.demand])[self.decision]
            names = [
                place for place, demand in enumerate(problem.demands) if demand.id in line.cost
            ]
            for block in np.unique(self.demand_block[names]).tolist():
                found[block][0].append(k)
                found[block][1].append(each)
        return [(np.array(numbers, dtype=np.int64), each) for numbers, each in found]

    @staticmethod
    def _paid(budgets: tuple[Ints, list[Floats]], left: int, right: int) -> Compressed:
        if not budgets[1]:
            return Compressed(_ONE_ZERO, _NO_INTS, _NO_FLOATS, (0, right - left))
        rows = [each[left:right] for each in budgets[1]]
        table = np.array(rows, dtype=float).reshape(len(rows), right - left)
        row, column = np.nonzero(table)
        return _Slices(row, column, table[row, column], len(rows)).cut(0, len(rows), right - left)


@dataclass(eq=False)
class _Slices:
    """Entries of a compressed matrix, sorted by its major axis, of which parts are cut out."""

    major: Ints
    minor: Ints
    data: Floats
    size: int

    @classmethod
    def empty(cls, size: int) -> _Slices:
        """Return a matrix without entries."""
        return cls(_NO_INTS, _NO_INTS, _NO_FLOATS, size)

    @cached_property
    def start(self) -> Ints:
        """First entry of each row (or column)."""
        count = np.bincount(self.major, minlength=self.size)
        return np.concatenate([[0], np.cumsum(count)])

    def cut(
        self, low: int, high: int, width: int, by_row: bool = True, shift: int = 0
    ) -> Compressed:
        """Return the rows (or columns) from `low` to `high`, minor indices less `shift`."""
        indptr = self.start[low : high + 1]
        first, last = indptr[0], indptr[-1]
        minor = self.minor[first:last]
        shape = (high - low, width) if by_row else (width, high - low)
        return Compressed(
            indptr - first, minor - shift if shift else minor, self.data[first:last], shape, by_row
        )


@dataclass(eq=False)
class _BoundSlices:
    """Rows of composition bounds of all blocks; `owner` is the block of each bound."""

    bound: Ints
    month: Ints
    owner: Ints
    matrix: _Slices
    asked: _Slices

    @cached_property
    def rows(self) -> dict[int, Ints]:
        """Rows of each block that has any."""
        owner = self.owner[self.bound]
        return {block: np.flatnonzero(owner == block) for block in set(owner.tolist())}

    def cut(self, block: int, at: int, to: int, left: int, right: int) -> BoundRows:
        """Return the rows of one block, whose decisions and columns lie between these limits."""
        rows = self.rows.get(block, _NO_INTS)
        matrix = _rows_of(self.matrix, rows, right - left, left)
        return BoundRows(
            self.bound[rows], self.month[rows], matrix, _rows_of(self.asked, rows, to - at, at)
        )


def _rows_of(entries: _Slices, rows: Ints, width: int, shift: int) -> Compressed:
    """Return some rows of a matrix in that order."""
    if not len(rows):
        return Compressed(_ONE_ZERO, _NO_INTS, _NO_FLOATS, (0, width))
    count = np.diff(entries.start)[rows]
    row, nth = _expand(count)
    place = entries.start[rows][row] + nth
    indptr = np.concatenate([[0], np.cumsum(count)])
    shape = (len(rows), width)
    return Compressed(indptr, entries.minor[place] - shift, entries.data[place], shape)


def _expand(count: Ints) -> tuple[Ints, Ints]:
    """Return (i, 0), (i, 1) … (i, count[i] − 1) for every i, as two arrays."""
    which = np.repeat(np.arange(len(count)), count)
    return which, np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)


def _cover(row: Ints, first: Ints, last: Ints, months: int) -> tuple[Ints, Ints, Ints]:
    """Count the intervals of each row that cover a month.

    Returns
    -------
    row, month, count : ndarray of int
        Where the count is not 0, sorted by row, then month.
    """
    width = months + 1
    low, high = np.clip(first, 0, months), np.clip(last + 1, 0, months)
    keep = high > low
    base = row[keep] * width
    edge = np.concatenate([base + low[keep], base + high[keep]])
    order = np.argsort(edge, kind="stable")
    step = np.ones(len(edge), dtype=np.int64)
    step[len(base) :] = -1
    edge, level = edge[order], np.cumsum(step[order])
    length = np.diff(edge, append=edge[-1:])
    run = np.flatnonzero((level > 0) & (length > 0))
    which, nth = _expand(length[run])
    place = edge[run][which] + nth
    found = (edge[run] // width)[which]
    return found, place - found * width, level[run][which]


def _independent_parts(problem: Problem) -> dict[str, int]:
    """Number the connected groups of pools: pools are linked by demands, bounds and budgets."""
    parent = {name: name for name in problem.pools}

    def root(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    def link(names: Sequence[str]) -> None:
        for name in names[1:]:
            parent[root(name)] = root(names[0])

    for demand in problem.demands:
        link(demand.pools)
    for bound in problem.bounds:
        link([problem.demand(name).pools[0] for name in bound.demands])
    for budget in problem.budgets:
        link([problem.demand(name).pools[0] for name in budget.cost])
    numbers: dict[str, int] = {}
    return {name: numbers.setdefault(root(name), len(numbers)) for name in problem.pools}
