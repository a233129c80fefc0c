"""The programme: decisions, columns and the rows that limit them, as arrays.

A *decision* is a wave of a demand, cut at the month in which the first people of a package could
begin; a *column* is one decision served by one sourcing option. Rows are grouped in *blocks* that
share no pool, bound or budget, so that each can be solved alone. Strengths and caps are not part
of the programme: they are right-hand sides, and may change from one solve to the next without a new
programme.

Two accounts limit the people of a pool in a month: demands that are not on call, with their time at
home; and, for pools that a demand on call uses, every demand with preparation and duty, those on
call with their whole tie-up.

Axis order is always (decision or column, pool, month).

A problem is formulated in this module only, as flat arrays of tours, decisions, columns and rows,
for all independent blocks at once with a fixed number of array operations: a problem of a hundred
demands takes a few milliseconds. The engine and the compiled kernel read the same arrays.

Order: blocks by their first pool; decisions by block, demand, wave and segment; columns by decision
and sourcing option; rows of a block as given at :class:`Layout`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.problem.model import (
    Floats,
    Ints,
    OptionTable,
    Problem,
    Tours,
    keys_of,
    months_at_home,
    tours_of,
)

__all__ = [
    "NEVER",
    "Block",
    "BoundRows",
    "Compressed",
    "Layout",
    "ProblemArrays",
    "Programme",
    "build_programme",
    "independent_blocks",
    "lay_out",
    "lay_out_table",
    "table_of",
]

NEVER = np.iinfo(np.int64).max // 2
"""Month after every other."""


@dataclass(frozen=True, eq=False)
class Layout:
    """Structure of a problem as flat arrays; pointers have one more entry than they have groups.

    The rows of a block, in order: (1) block pool × month, people tied up with time at home, demands
    not on call; (2) pool that some on-call demand uses × month, people who prepare, are on duty or
    on call; (3) composition bounds × month; (4) budgets.

    Attributes
    ----------
    months : int
        Length of the model.
    tours : Tours
        Every tour that touches the model.
    tour_decision : ndarray of int (tours,)
        Decision of each tour.
    cuts : tuple of int
        Months in which packages become known, later than the start.
    pool_ptr, pool : ndarray of int
        Pools of the problem by block.
    call_ptr, call_pool : ndarray of int
        Pools of the problem with rows of the second kind, by block.
    demand_block : ndarray of int (demands,)
    row_ptr : ndarray of int (blocks + 1,)
        First row of each block among those of all blocks.
    row_source : ndarray of int (rows of all blocks,)
        Index of the limit of each row among the strengths by pool and month, followed by the
        bounds, followed by the budgets of the problem.
    decision_ptr : ndarray of int (blocks + 1,)
        First decision of each block.
    demand, wave, segment, begin, end, cohorts : ndarray of int (decisions,)
        Demand, wave, number of cuts before it, first and last month of its tours, number of cohorts
        n(w).
    part : ndarray (decisions,)
        n(w) ÷ m; times the cap it is the upper limit of people.
    duty_ptr, duty_month, duty : ndarray
        By decision: months of the model with people on duty, and the share of people on duty.
    start : ndarray of int (decisions + 1,)
        First column of each decision.
    owner, option : ndarray of int (columns,)
        Decision and sourcing option of each column.
    used_ptr, used_pool, used_index, used_share : ndarray
        By column: pools of the problem, their index in ``Demand.pools``, and their shares of its
        people.
    ptr, row, value : ndarray
        By column: rows of its block, and their use per person.
    goal_ptr : ndarray of int (blocks + 1,)
        First composition row of each block.
    goal_bound, goal_month : ndarray of int (composition rows,)
        Bound of the problem and month.
    asked_ptr, asked, asked_share : ndarray
        By composition row: decisions of the bound's demands on duty in that month, and the share of
        their people.
    counted_ptr, counted, counted_share : ndarray
        By composition row: columns that are counted, and the share of their people.
    budget_ptr, budget : ndarray of int
        Budgets of the problem by block.
    """

    months: int
    tours: Tours
    tour_decision: Ints
    cuts: tuple[int, ...]
    pool_ptr: Ints
    pool: Ints
    call_ptr: Ints
    call_pool: Ints
    demand_block: Ints
    row_ptr: Ints
    row_source: Ints
    decision_ptr: Ints
    demand: Ints
    wave: Ints
    segment: Ints
    begin: Ints
    end: Ints
    cohorts: Ints
    part: Floats
    duty_ptr: Ints
    duty_month: Ints
    duty: Floats
    start: Ints
    owner: Ints
    option: Ints
    used_ptr: Ints
    used_pool: Ints
    used_index: Ints
    used_share: Floats
    ptr: Ints
    row: Ints
    value: Floats
    goal_ptr: Ints
    goal_bound: Ints
    goal_month: Ints
    asked_ptr: Ints
    asked: Ints
    asked_share: Floats
    counted_ptr: Ints
    counted: Ints
    counted_share: Floats
    budget_ptr: Ints
    budget: Ints


@dataclass(frozen=True, eq=False)
class ProblemArrays:
    """Input of a layout as arrays: a problem, or several of the same length side by side.

    Problems side by side have demands, pools, bounds and budgets one after the other, and no block
    in common.

    Attributes
    ----------
    months, pools, blocks : int
        Length of the model; number of pools and of independent blocks.
    pool_block, demand_block : ndarray of int (pools,), (demands,)
    first, last, tour, cohorts, lead : ndarray of int (demands,)
        Month from which tours are laid (see ``Problem.begins``), last month, tour, cohorts and
        longest preparation, months.
    on_call : ndarray of bool (demands,)
    options : ndarray of int (demands,)
        Number of sourcing options.
    uses : OptionTable
    cuts : ndarray of int (cuts, demands)
        Months in which the plan of a demand's problem is made again; padded with :data:`NEVER`.
    bounds, budgets : int
    counted_bound, counted_demand : ndarray of int (pairs,)
        Composition bounds with each of their demands, by bound.
    counted_part : ndarray (pairs, most options)
        The share of each option's people that the bound counts.
    paid_budget, paid_demand : ndarray of int (pairs,)
        Budgets with each demand that they pay for, by budget.
    paid_price : ndarray (pairs,)
        Euros per person-month.
    paid_from, paid_until : ndarray of int (budgets,)
        Months that a budget pays for, inclusive.
    """

    months: int
    pools: int
    blocks: int
    pool_block: Ints
    demand_block: Ints
    first: Ints
    last: Ints
    tour: Ints
    cohorts: Ints
    lead: Ints
    on_call: NDArray[np.bool_]
    options: Ints
    uses: OptionTable
    cuts: Ints
    bounds: int
    budgets: int
    counted_bound: Ints
    counted_demand: Ints
    counted_part: Floats
    paid_budget: Ints
    paid_demand: Ints
    paid_price: Floats
    paid_from: Ints
    paid_until: Ints


def table_of(problem: Problem) -> ProblemArrays:
    """Return a problem as the arrays that a layout needs."""
    demands = problem.demands
    index = problem.demand_index
    pools = {name: k for k, name in enumerate(problem.pools)}
    linked = [one.demands for one in problem.bounds] + [tuple(b.cost) for b in problem.budgets]
    blocks, pool_block, demand_block = independent_blocks(
        problem.pools, [d.pools for d in demands], [[index[n] for n in names] for names in linked]
    )
    package_of, uses = problem.package_of(), OptionTable.of(problem)
    options = np.array([len(d.options) for d in demands], dtype=np.int64)
    counted = [(k, index[name]) for k, one in enumerate(problem.bounds) for name in one.demands]
    parts = np.zeros((len(counted), int(options.max(initial=0))))
    for pair, (bound, d) in enumerate(counted):
        counted_pools = problem.bounds[bound].pools
        for option, shares in enumerate(demands[d].options):
            by_pool = sorted(zip((pools[name] for name in demands[d].pools), shares, strict=True))
            chosen = None if counted_pools is None else {pools[name] for name in counted_pools}
            parts[pair, option] = sum(s for p, s in by_pool if chosen is None or p in chosen)
    paid = [
        (k, index[name], euros)
        for k, one in enumerate(problem.budgets)
        for name, euros in one.cost.items()
    ]

    def column(values: Iterable[Any]) -> Ints:
        return np.array(list(values), dtype=np.int64)

    cuts = column(problem.replan_months)
    return ProblemArrays(
        problem.months, len(pools), blocks, pool_block, demand_block,
        column(problem.begins(d, package_of.get(d.id)) for d in demands),
        column(d.last for d in demands), column(d.tour for d in demands),
        column(d.cohorts for d in demands), column(d.lead for d in demands),
        np.array([d.on_call for d in demands], dtype=bool), options, uses,
        np.repeat(cuts[:, None], len(demands), axis=1), len(problem.bounds), len(problem.budgets),
        column(k for k, _ in counted), column(d for _, d in counted), parts,
        column(k for k, _, _ in paid), column(d for _, d, _ in paid),
        np.array([euros for _, _, euros in paid], dtype=float),
        column(one.first for one in problem.budgets), column(one.last for one in problem.budgets),
    )  # fmt: skip


def lay_out(problem: Problem, by_tour: bool = False) -> Layout:
    """Formulate a problem; `by_tour` makes every tour a decision, as whole people need it.

    Examples
    --------
    >>> from planner.problem.model import Demand
    >>> line = Demand("untso", 2, 5.0, 0, 5, 3, ("staff",), (1,), (1.0,))
    >>> layout = lay_out(Problem(6, (0, 5), {"staff": np.full(6, 3.0)}, (line,)))
    >>> layout.begin.tolist(), layout.row.tolist()
    ([0, 3], [0, 1, 2, 3, 4, 5, 2, 3, 4, 5])
    """
    return lay_out_table(table_of(problem), problem.replan_months, by_tour)


def lay_out_table(
    table: ProblemArrays, cuts: tuple[int, ...] = (), by_tour: bool = False
) -> Layout:
    """Formulate the arrays of a problem; `cuts` is stored in the layout of a single problem."""
    months, blocks, uses = table.months, table.blocks, table.uses
    tours = tours_of(table.first, table.last, table.tour, table.cohorts, months)

    demand, wave, segment, decision = _group_tours(table, tours, by_tour)
    count = len(demand)
    cohorts = np.bincount(decision, minlength=count)
    begin = np.full(count, np.iinfo(np.int64).max)
    end = np.full(count, np.iinfo(np.int64).min)
    np.minimum.at(begin, decision, tours.first)
    np.maximum.at(end, decision, tours.last)
    duty_row, duty_month, number = _count_intervals(decision, tours.first, tours.last, months)
    duty_share = number / cohorts[duty_row]

    use_ptr = _pointers(uses.demand, len(table.first))
    start = np.concatenate([[0], np.cumsum(table.options[demand])])
    owner = np.repeat(np.arange(count), table.options[demand])
    option = np.arange(len(owner)) - start[owner]
    accounts = _Accounts.of(table)
    pool_ptr, call_ptr = accounts.pool_ptr, accounts.call_ptr

    width = np.diff(use_ptr)
    group_start = np.concatenate([[0], np.cumsum(width[demand])])
    group_decision = np.repeat(np.arange(count), width[demand])
    use = np.arange(len(group_decision)) - group_start[group_decision]
    use += use_ptr[demand[group_decision]]
    group_column = start[group_decision] + uses.option[use]
    group_share = uses.share[use] / cohorts[group_decision]

    tour, nth = _repeat_index(width[tours.demand])
    groups = group_column, group_share, uses.pool[use]
    used, group = use_ptr[tours.demand[tour]] + nth, group_start[decision[tour]] + nth
    parts = _tied_up_entries(table, tours, accounts, tour, used, group, groups)
    base = (np.diff(pool_ptr) + np.diff(call_ptr)) * months

    duty_ptr = _pointers(duty_row, count)
    duty = _Duty.of(table, demand, duty_ptr, duty_row, duty_month, duty_share, start)
    goals = _composition_rows(table, duty)
    if len(goals[7]):
        goal_row = np.repeat(base - goals[0][:-1], np.diff(goals[0])) + np.arange(goals[0][-1])
        parts.append((goals[7], np.repeat(goal_row, np.diff(goals[6])), goals[8]))
    base = base + np.diff(goals[0])
    budget_ptr, budget, paid = _budget_rows(table, duty, base)
    parts += paid

    ptr, rows, values = _merge_entries(parts, len(owner))
    fields: list[Any] = [
        months, tours, decision, cuts, pool_ptr, accounts.pool, call_ptr, accounts.call_pool,
        table.demand_block,
        *_row_sources(table, pool_ptr, accounts.pool, call_ptr, accounts.call_pool, goals,
                      budget_ptr, budget),
        _pointers(table.demand_block[demand], blocks), demand, wave, segment, begin, end, cohorts,
        cohorts / np.maximum(table.cohorts[demand], 1), duty_ptr, duty_month, duty_share, start,
        owner, option, _pointers(group_column, len(owner)), uses.pool[use], uses.index[use],
        uses.share[use], ptr, rows, values, *goals, budget_ptr, budget,
    ]  # fmt: skip
    return Layout(*fields)


@dataclass(frozen=True, eq=False)
class _Accounts:
    """Pools of each block; pools with people on call have a second account.

    Attributes
    ----------
    pool, pool_ptr, local_pool : ndarray of int
        Pools by block, pointers, and the index of each pool in its block.
    called : ndarray of bool (pools,)
    call_pool, call_ptr, local_call : ndarray of int
        The same of pools with people on call.
    """

    pool: Ints
    pool_ptr: Ints
    local_pool: Ints
    called: NDArray[np.bool_]
    call_pool: Ints
    call_ptr: Ints
    local_call: Ints

    @classmethod
    def of(cls, table: ProblemArrays) -> _Accounts:
        block, uses, on_call = table.pool_block, table.uses, table.on_call
        pool = np.argsort(block, kind="stable")
        pool_ptr = _pointers(block, table.blocks)
        local_pool = np.empty(len(pool), dtype=np.int64)
        local_pool[pool] = np.arange(len(pool)) - pool_ptr[block[pool]]
        called = np.zeros(len(pool), dtype=bool)
        if on_call.any():
            called[uses.pool[on_call[uses.demand]]] = True
        call_pool = pool[called[pool]]
        call_ptr = _pointers(block[call_pool], table.blocks)
        local_call = np.zeros(len(pool), dtype=np.int64)
        local_call[call_pool] = np.arange(len(call_pool)) - call_ptr[block[call_pool]]
        return cls(pool, pool_ptr, local_pool, called, call_pool, call_ptr, local_call)


def _tied_up_entries(
    table: ProblemArrays, tours: Tours, accounts: _Accounts, tour: Ints, used: Ints, group: Ints,
    groups: tuple[Ints, Floats, Ints],
) -> list[tuple[Ints, Ints, Floats]]:  # fmt: skip
    """Return (columns, rows, people tied up per person) in the rows of both accounts.

    `tour`, `used` and `group` are the indices of tour, use and group of each pair of a tour and a
    pool of its options; `groups` are column, share and pool of each group.
    """
    months, uses, on_call = table.months, table.uses, table.on_call
    column, share, pool = groups
    first, last = tours.first[tour], tours.last[tour]
    prep = uses.prep[used]
    prepares = first - prep
    free = last + months_at_home(uses.home[used], uses.dwell[used], prep, last - first + 1)
    parts: list[tuple[Ints, Ints, Floats]] = []

    def add(selected: NDArray[np.bool_] | slice, ends: Ints, first_row: Ints) -> None:
        where, month, number = _count_intervals(
            group[selected], prepares[selected], ends[selected], months
        )
        parts.append((column[where], first_row[where] + month, number * share[where]))

    not_called = slice(None) if not on_call.any() else ~on_call[tours.demand[tour]]
    add(not_called, free, accounts.local_pool[pool] * months)
    if on_call.any():
        base = np.diff(accounts.pool_ptr) * months
        row = base[table.pool_block[pool]] + accounts.local_call[pool] * months
        ready = np.where(on_call[tours.demand[tour]], free, last)
        add(accounts.called[uses.pool[used]], ready, row)
    return parts


def _row_sources(
    table: ProblemArrays, pool_ptr: Ints, pool: Ints, call_ptr: Ints, call_pool: Ints,
    goals: tuple[Any, ...], budget_ptr: Ints, budget: Ints,
) -> tuple[Ints, Ints]:  # fmt: skip
    """Return the first row of each block, and the index of the limit of each row."""
    months, bounds = table.months, table.pools * table.months
    month, number = np.arange(months), np.arange(table.blocks)
    goal_ptr, goal_bound = goals[:2]
    sources = [
        (pool[:, None] * months + month).ravel(), (call_pool[:, None] * months + month).ravel(),
        bounds + goal_bound, bounds + table.bounds + budget,
    ]  # fmt: skip
    sizes = [np.diff(pool_ptr) * months, np.diff(call_ptr) * months, np.diff(goal_ptr),
             np.diff(budget_ptr)]  # fmt: skip
    block = np.concatenate([np.repeat(number, size) for size in sizes])
    order = np.argsort(block, kind="stable")
    rows = np.concatenate([[0], np.cumsum(sum(sizes))]).astype(np.int64)
    return rows, np.concatenate(sources)[order]


def _merge_entries(
    parts: list[tuple[Ints, Ints, Floats]], columns: int
) -> tuple[Ints, Ints, Floats]:
    """Merge entries into (pointers, rows, values) by column.

    Rows ascend from part to part, and within the entries of a column in each part.
    """
    counts = [np.bincount(column, minlength=columns) for column, _, _ in parts]
    ptr = np.zeros(columns + 1, dtype=np.int64)
    np.cumsum(sum(counts), out=ptr[1:])
    rows = np.empty(int(ptr[-1]), dtype=np.int64)
    values = np.empty(len(rows))
    begin = ptr[:-1].copy()
    for (column, row, value), count in zip(parts, counts, strict=True):
        if (np.diff(column) < 0).any():
            order = np.argsort(column, kind="stable")
            column, row, value = column[order], row[order], value[order]
        at = np.arange(len(column)) + np.repeat(begin - (np.cumsum(count) - count), count)
        rows[at], values[at] = row, value
        begin += count
    return ptr, rows, values


def _pointers(sorted_groups: Ints, count: int) -> Ints:
    """Return the first index of each of `count` groups among sorted group numbers."""
    pointers = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(sorted_groups, minlength=count), out=pointers[1:])
    return pointers


def _repeat_index(width: Ints) -> tuple[Ints, Ints]:
    """Repeat each index i `width[i]` times; return the indices and the number of each copy."""
    index = np.repeat(np.arange(len(width)), width)
    return index, np.arange(len(index)) - np.repeat(np.cumsum(width) - width, width)


def _count_intervals(group: Ints, first: Ints, last: Ints, months: int) -> tuple[Ints, Ints, Ints]:
    """Count the intervals of each group that cover each month of the model.

    Returns
    -------
    group, month, number : ndarray of int
        Ascending; only where at least one interval lies.
    """
    width = months + 1
    low = np.clip(first, 0, months)
    high = np.clip(last + 1, low, months)
    start = group * width
    ends = np.concatenate([(start + low) << 1, ((start + high) << 1) + 1])  # ends of intervals: odd
    ends.sort()
    cell = ends >> 1
    cover = np.cumsum(1 - ((ends & 1) << 1))[:-1]
    length = np.diff(cell)
    runs = np.flatnonzero((length > 0) & (cover > 0))  # of months with equally many intervals
    length, cell = length[runs], cell[runs]
    covered = cell // width
    month = np.repeat(cell - covered * width - (np.cumsum(length) - length), length)
    month += np.arange(len(month))
    return np.repeat(covered, length), month, np.repeat(cover[runs], length)


def _group_tours(
    table: ProblemArrays, tours: Tours, by_tour: bool
) -> tuple[Ints, Ints, Ints, Ints]:
    """Group tours into decisions; return demand, wave and segment by decision, decision by tour."""
    key = keys_of(tours, table.lead, table.cuts)
    segment = key % (len(table.cuts) + 1)
    if by_tour:
        key = key * (int(tours.cohort.max(initial=0)) + 1) + tours.cohort
    key = key + table.demand_block[tours.demand] * (int(key.max(initial=0)) + 1)
    _, first, decision = np.unique(key, return_index=True, return_inverse=True)
    decision = np.asarray(decision, dtype=np.int64).ravel()
    return tours.demand[first], tours.wave[first], segment[first], decision


def independent_blocks(
    pools: Iterable[str], accepted: Sequence[Sequence[str]], linked: Iterable[Sequence[int]]
) -> tuple[int, Ints, Ints]:
    """Number the connected groups of pools, in order of their first pool.

    Parameters
    ----------
    pools : iterable of str
    accepted : sequence of sequence of str
        Pools of each demand.
    linked : iterable of sequence of int
        Demands that a bound counts, or a budget pays for, together.

    Returns
    -------
    blocks : int
    pool_block : ndarray of int (pools,)
    demand_block : ndarray of int (demands,)
    """
    parent = {name: name for name in pools}

    def root(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for names in [*accepted, *([accepted[k][0] for k in demands] for demands in linked)]:
        for name in names[1:]:
            parent[root(name)] = root(names[0])
    numbers: dict[str, int] = {}
    of_pool = {name: numbers.setdefault(root(name), len(numbers)) for name in parent}
    pool_block = np.array(list(of_pool.values()), dtype=np.int64)
    demand_block = np.array([of_pool[names[0]] for names in accepted], dtype=np.int64)
    return len(numbers), pool_block, demand_block


@dataclass(frozen=True, eq=False)
class _Duty:
    """Months on duty by decision, and the entries of each demand.

    Attributes
    ----------
    begin, size : ndarray of int (demands,)
        The decisions of a demand lie together: its first entry, and how many it has.
    row, month : ndarray of int (entries,)
        Decision and month of each entry.
    share : ndarray (entries,)
    demand, start : ndarray of int
        Demand of each decision; first column of each.
    """

    begin: Ints
    size: Ints
    row: Ints
    month: Ints
    share: Floats
    demand: Ints
    start: Ints

    @classmethod
    def of(
        cls, table: ProblemArrays, demand: Ints, ptr: Ints, row: Ints, month: Ints, share: Floats,
        start: Ints,
    ) -> _Duty:  # fmt: skip
        size = np.bincount(demand[row], minlength=len(table.first))
        begin = np.zeros(len(table.first), dtype=np.int64)
        heads = np.flatnonzero(np.diff(demand, prepend=-1))
        begin[demand[heads]] = ptr[heads]
        return cls(begin, size, row, month, share, demand, start)

    def of_pairs(self, members: Ints) -> tuple[Ints, Ints]:
        """Return pair and entry for every entry of the demand of each pair."""
        pair, nth = _repeat_index(self.size[members])
        return pair, self.begin[members][pair] + nth


def _composition_rows(table: ProblemArrays, duty: _Duty) -> tuple[Any, ...]:
    """Write one row for every bound and month in which its demands have people on duty."""
    pair, entry = duty.of_pairs(table.counted_demand)
    bound, month, decision = table.counted_bound[pair], duty.month[entry], duty.row[entry]
    bound_block = np.zeros(table.bounds, dtype=np.int64)  # block of its first demand
    bound_block[table.counted_bound[::-1]] = table.demand_block[table.counted_demand[::-1]]
    bound_order = bound_block * table.bounds + np.arange(table.bounds)
    key = (bound_order[bound] * table.months + month) * max(len(duty.demand), 1) + decision
    order = np.argsort(key, kind="stable")
    pair, entry, decision = pair[order], entry[order], decision[order]
    row_key = key[order] // max(len(duty.demand), 1)
    _, first_entry, row = np.unique(row_key, return_index=True, return_inverse=True)
    row = np.asarray(row, dtype=np.int64).ravel()
    row_bound = bound[order][first_entry]
    share = duty.share[entry]
    repeated, option = _repeat_index(np.diff(duty.start)[decision])
    part = table.counted_part[pair[repeated], option] * share[repeated]
    positive = part > 0
    return (
        _pointers(bound_block[row_bound], table.blocks), row_bound, month[order][first_entry],
        _pointers(row, len(first_entry)), decision, share,
        _pointers(row[repeated][positive], len(first_entry)),
        (duty.start[decision[repeated]] + option)[positive], part[positive],
    )  # fmt: skip


def _budget_rows(
    table: ProblemArrays, duty: _Duty, base: Ints
) -> tuple[Ints, Ints, list[tuple[Ints, Ints, Floats]]]:
    """Return budgets by block, and columns, rows and euros per person of their entries."""
    pair, entry = duty.of_pairs(table.paid_demand)
    budget, month = table.paid_budget[pair], duty.month[entry]
    budget_block = np.full(table.budgets, -1)
    budget_block[table.paid_budget[::-1]] = table.demand_block[table.paid_demand[::-1]]
    order = np.argsort(budget_block, kind="stable")
    order = order[budget_block[order] >= 0]
    budget_ptr = _pointers(budget_block[order], table.blocks)
    if not len(order):
        return budget_ptr, order, []
    row = np.zeros(table.budgets, dtype=np.int64)
    row[order] = base[budget_block[order]] + np.arange(len(order)) - budget_ptr[budget_block[order]]
    inside = (month >= table.paid_from[budget]) & (month <= table.paid_until[budget])
    pair, entry = pair[inside], entry[inside]
    key = pair * len(duty.demand) + duty.row[entry]
    kept, which = np.unique(key, return_inverse=True)
    served = np.bincount(np.asarray(which).ravel(), duty.share[entry], minlength=len(kept))
    pair, decision = kept // len(duty.demand), kept % len(duty.demand)
    spent = served * table.paid_price[pair]
    repeated, option = _repeat_index(np.where(spent != 0, np.diff(duty.start)[decision], 0))
    column = duty.start[decision[repeated]] + option
    return budget_ptr, order, [(column, row[table.paid_budget[pair[repeated]]], spent[repeated])]


@dataclass(frozen=True, eq=False)
class Compressed:
    """A sparse matrix as plain arrays; the SciPy object is created on first use.

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

    @cached_property
    def matrix(self) -> Any:
        """The matrix as ``csr_array`` or ``csc_array``."""
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
    """An independent part of the programme: it shares no row or column with another block.

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
        The problem; only its structure is part of the programme.
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
    duty = _slice_rows(layout.duty_ptr, layout.duty_month, layout.duty, low, high)
    used = slice(*layout.used_ptr[[left, right]])
    entries = _slice_rows(layout.ptr, layout.row, layout.value, left, right)
    paid = usage + standby + goals.stop - goals.start
    counted = _slice_rows(
        layout.counted_ptr, layout.counted, layout.counted_share, goals.start, goals.stop
    )
    asked = _slice_rows(layout.asked_ptr, layout.asked, layout.asked_share, goals.start, goals.stop)
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
        usage_data=_row_range(entries, 0, usage), standby_data=_row_range(entries, usage, standby),
        bounds=bounds, budgets=budgets,
        budget_data=_by_row(_row_range(entries, paid, len(budgets))),
    )  # fmt: skip


def _slice_rows(
    ptr: Ints, index: Ints, data: Floats, first: int, last: int
) -> tuple[Ints, Ints, Floats]:
    """Return the compressed rows (or columns) from `first` to `last`."""
    part = slice(*ptr[[first, last]])
    return ptr[first : last + 1] - part.start, index[part], data[part]


def _row_range(entries: tuple[Ints, Ints, Floats], first: int, count: int) -> Compressed:
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
