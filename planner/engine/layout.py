"""Flat arrays of a whole problem: tours, decisions, columns and the rows that limit them.

The one place where a problem is formulated. Everything is written for all independent blocks at
once with a fixed number of array operations, so that a problem of a hundred demands costs a few
milliseconds; the engine and the compiled kernel read the same arrays. Strengths, caps and bounds
are right-hand sides and are not part of the layout.

Order: blocks by their first pool; decisions by block, demand, wave and segment; columns by decision
and sourcing option; rows of a block as given at :class:`Layout`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.problem.model import Problem, months_at_home
from planner.problem.tours import OptionTable, Tours, keys_of, tours_of

__all__ = [
    "NEVER",
    "Layout",
    "ProblemArrays",
    "independent_blocks",
    "lay_out",
    "lay_out_table",
    "table_of",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Layout:
    """Structure of a problem as flat arrays; pointers have one more entry than what they divide.

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
        Where the limit of each row is found in the strengths by pool and month, followed by the
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
        By column: rows of its block, and what one person takes of them.
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
    """What a layout needs of a problem, as arrays; or of several of one length, side by side.

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
        Months in which the plan of a demand's problem is made again; :data:`NEVER` fills up.
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


NEVER = np.iinfo(np.int64).max // 2
"""Month after every other."""


def table_of(problem: Problem) -> ProblemArrays:
    """Return a problem as the arrays that a layout needs."""
    demands = problem.demands
    place = {line.id: k for k, line in enumerate(demands)}
    pools = {name: k for k, name in enumerate(problem.pools)}
    linked = [one.demands for one in problem.bounds] + [tuple(b.cost) for b in problem.budgets]
    blocks, pool_block, demand_block = independent_blocks(
        problem.pools, [d.pools for d in demands], [[place[n] for n in names] for names in linked]
    )
    owner, uses = problem.package_of(), OptionTable.of(problem)
    options = np.array([len(d.options) for d in demands], dtype=np.int64)
    counted = [(k, place[name]) for k, one in enumerate(problem.bounds) for name in one.demands]
    parts = np.zeros((len(counted), int(options.max(initial=0))))
    for pair, (bound, d) in enumerate(counted):
        named = problem.bounds[bound].pools
        for option, shares in enumerate(demands[d].options):
            by_pool = sorted(zip((pools[name] for name in demands[d].pools), shares, strict=True))
            chosen = None if named is None else {pools[name] for name in named}
            parts[pair, option] = sum(s for p, s in by_pool if chosen is None or p in chosen)
    paid = [
        (k, place[name], euros)
        for k, one in enumerate(problem.budgets)
        for name, euros in one.cost.items()
    ]

    def column(values: Iterable[Any]) -> Ints:
        return np.array(list(values), dtype=np.int64)

    cuts = column(problem.replan_months)
    return ProblemArrays(
        problem.months, len(pools), blocks, pool_block, demand_block,
        column(problem.begins(d, owner.get(d.id)) for d in demands),
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
    """Formulate a table; `cuts` is noted in the layout of a single problem."""
    months, blocks, uses, on_call = table.months, table.blocks, table.uses, table.on_call
    tours = tours_of(table.first, table.last, table.tour, table.cohorts, months)
    pool_block = table.pool_block
    pool = np.argsort(pool_block, kind="stable")
    pool_ptr = _pointers(pool_block, blocks)
    local_pool = np.empty(len(pool), dtype=np.int64)
    local_pool[pool] = np.arange(len(pool)) - pool_ptr[pool_block[pool]]

    demand, wave, segment, decision = _decisions(table, tours, by_tour)
    count = len(demand)
    cohorts = np.bincount(decision, minlength=count)
    begin = np.full(count, np.iinfo(np.int64).max)
    end = np.full(count, np.iinfo(np.int64).min)
    np.minimum.at(begin, decision, tours.first)
    np.maximum.at(end, decision, tours.last)
    duty_row, duty_month, number = _profile(decision, tours.first, tours.last, months)
    duty_share = number / cohorts[duty_row]

    use_ptr = _pointers(uses.demand, len(table.first))
    start = np.concatenate([[0], np.cumsum(table.options[demand])])
    owner = np.repeat(np.arange(count), table.options[demand])
    option = np.arange(len(owner)) - start[owner]
    called = np.zeros(len(pool), dtype=bool)
    if on_call.any():
        called[uses.pool[on_call[uses.demand]]] = True
    call_pool = pool[called[pool]]
    call_ptr = _pointers(pool_block[call_pool], blocks)
    local_call = np.zeros(len(pool), dtype=np.int64)
    local_call[call_pool] = np.arange(len(call_pool)) - call_ptr[pool_block[call_pool]]
    base = np.diff(pool_ptr) * months

    width = np.diff(use_ptr)
    group_start = np.concatenate([[0], np.cumsum(width[demand])])
    group_decision = np.repeat(np.arange(count), width[demand])
    use = np.arange(len(group_decision)) - group_start[group_decision]
    use += use_ptr[demand[group_decision]]
    group_column = start[group_decision] + uses.option[use]
    group_share = uses.share[use] / cohorts[group_decision]

    tour, nth = _spread(width[tours.demand])
    group = group_start[decision[tour]] + nth
    used = use_ptr[tours.demand[tour]] + nth
    first, last = tours.first[tour], tours.last[tour]
    prep = uses.prep[used]
    prepares = first - prep
    free = last + months_at_home(uses.home[used], uses.dwell[used], prep, last - first + 1)
    parts: list[tuple[Ints, Ints, Floats]] = []

    def add(selected: NDArray[np.bool_] | slice, ends: Ints, first_row: Ints) -> None:
        where, month, number = _profile(group[selected], prepares[selected], ends[selected], months)
        parts.append((group_column[where], first_row[where] + month, number * group_share[where]))

    group_pool = uses.pool[use]
    not_called = slice(None) if not on_call.any() else ~on_call[tours.demand[tour]]
    add(not_called, free, local_pool[group_pool] * months)
    if on_call.any():
        row = base[pool_block[group_pool]] + local_call[group_pool] * months
        ready = np.where(on_call[tours.demand[tour]], free, last)
        add(called[uses.pool[used]], ready, row)
    base = base + np.diff(call_ptr) * months

    duty_ptr = _pointers(duty_row, count)
    duty = _Duty.of(table, demand, duty_ptr, duty_row, duty_month, duty_share, start)
    goals = _composition(table, duty)
    goal_ptr = goals[0]
    block_of_goal = np.repeat(np.arange(blocks), np.diff(goal_ptr))
    goal_row = base[block_of_goal] + np.arange(len(block_of_goal)) - goal_ptr[block_of_goal]
    if len(goals[7]):
        parts.append((goals[7], np.repeat(goal_row, np.diff(goals[6])), goals[8]))
    base = base + np.diff(goal_ptr)
    budget_ptr, budget, paid = _budgets(table, duty, base)
    parts += paid

    ptr, rows, values = _merged(parts, len(owner))
    fields: list[Any] = [
        months, tours, decision, cuts, pool_ptr, pool, call_ptr, call_pool, table.demand_block,
        *_row_sources(table, pool_ptr, pool, call_ptr, call_pool, goals, budget_ptr, budget),
        _pointers(table.demand_block[demand], blocks), demand, wave, segment, begin, end, cohorts,
        cohorts / np.maximum(table.cohorts[demand], 1), duty_ptr, duty_month, duty_share, start,
        owner, option, _pointers(group_column, len(owner)), group_pool, uses.index[use],
        uses.share[use], ptr, rows, values, *goals, budget_ptr, budget,
    ]  # fmt: skip
    return Layout(*fields)


def _row_sources(
    table: ProblemArrays, pool_ptr: Ints, pool: Ints, call_ptr: Ints, call_pool: Ints,
    goals: tuple[Any, ...], budget_ptr: Ints, budget: Ints,
) -> tuple[Ints, Ints]:  # fmt: skip
    """Return the first row of each block, and where the limit of each row is found."""
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


def _merged(parts: list[tuple[Ints, Ints, Floats]], columns: int) -> tuple[Ints, Ints, Floats]:
    """Return (pointers, rows, values) by column of entries whose rows ascend from part to part.

    In each part the entries of a column have ascending rows.
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
    """Return where each of `count` groups begins among sorted (or counted) group numbers."""
    pointers = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(sorted_groups, minlength=count), out=pointers[1:])
    return pointers


def _spread(width: Ints) -> tuple[Ints, Ints]:
    """Return, for `width[i]` copies of every i, i itself and the number of the copy."""
    index = np.repeat(np.arange(len(width)), width)
    return index, np.arange(len(index)) - np.repeat(np.cumsum(width) - width, width)


def _profile(group: Ints, first: Ints, last: Ints, months: int) -> tuple[Ints, Ints, Ints]:
    """Count the intervals of each group that cover each month of the model.

    Returns
    -------
    group, month, number : ndarray of int
        Ascending; only where at least one interval lies.
    """
    width = months + 1
    low = np.clip(first, 0, months)
    high = np.clip(last + 1, low, months)
    cell = np.concatenate([group * width + low, group * width + high])
    change = np.ones(len(cell), dtype=np.int64)
    change[len(group) :] = -1
    order = np.argsort(cell, kind="stable")
    cell = cell[order]
    cover = np.cumsum(change[order])[:-1]
    run, nth = _spread(np.diff(cell) * (cover > 0))
    cell = cell[:-1][run] + nth
    covered = cell // width
    return covered, cell - covered * width, cover[run]


def _decisions(table: ProblemArrays, tours: Tours, by_tour: bool) -> tuple[Ints, Ints, Ints, Ints]:
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
    """Months on duty by decision, with where those of each demand begin.

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
        """Return, for a demand in each of many pairs, every entry of it: pair and entry."""
        pair, nth = _spread(self.size[members])
        return pair, self.begin[members][pair] + nth


def _composition(table: ProblemArrays, duty: _Duty) -> tuple[Any, ...]:
    """Write one row for every bound and month in which its demands have people on duty."""
    pair, entry = duty.of_pairs(table.counted_demand)
    bound, month, decision = table.counted_bound[pair], duty.month[entry], duty.row[entry]
    head = np.zeros(table.bounds, dtype=np.int64)  # a bound is in the block of its first demand
    head[table.counted_bound[::-1]] = table.demand_block[table.counted_demand[::-1]]
    place = head * table.bounds + np.arange(table.bounds)
    key = (place[bound] * table.months + month) * max(len(duty.demand), 1) + decision
    order = np.argsort(key, kind="stable")
    pair, entry, decision = pair[order], entry[order], decision[order]
    row_key = key[order] // max(len(duty.demand), 1)
    _, heads, row = np.unique(row_key, return_index=True, return_inverse=True)
    row = np.asarray(row, dtype=np.int64).ravel()
    which = bound[order][heads]
    share = duty.share[entry]
    nth, option = _spread(np.diff(duty.start)[decision])
    part = table.counted_part[pair[nth], option] * share[nth]
    some = part > 0
    return (
        _pointers(head[which], table.blocks), which, month[order][heads],
        _pointers(row, len(heads)), decision, share,
        _pointers(row[nth][some], len(heads)), (duty.start[decision[nth]] + option)[some],
        part[some],
    )  # fmt: skip


def _budgets(
    table: ProblemArrays, duty: _Duty, base: Ints
) -> tuple[Ints, Ints, list[tuple[Ints, Ints, Floats]]]:
    """Return budgets by block, and the columns they pay, with their rows and euros per person."""
    pair, entry = duty.of_pairs(table.paid_demand)
    budget, month = table.paid_budget[pair], duty.month[entry]
    head = np.full(table.budgets, -1)
    head[table.paid_budget[::-1]] = table.demand_block[table.paid_demand[::-1]]
    order = np.argsort(head, kind="stable")
    order = order[head[order] >= 0]
    budget_ptr = _pointers(head[order], table.blocks)
    if not len(order):
        return budget_ptr, order, []
    row = np.zeros(table.budgets, dtype=np.int64)
    row[order] = base[head[order]] + np.arange(len(order)) - budget_ptr[head[order]]
    inside = (month >= table.paid_from[budget]) & (month <= table.paid_until[budget])
    pair, entry = pair[inside], entry[inside]
    key = pair * len(duty.demand) + duty.row[entry]
    kept, which = np.unique(key, return_inverse=True)
    served = np.bincount(np.asarray(which).ravel(), duty.share[entry], minlength=len(kept))
    pair, decision = kept // len(duty.demand), kept % len(duty.demand)
    spent = served * table.paid_price[pair]
    nth, option = _spread(np.where(spent != 0, np.diff(duty.start)[decision], 0))
    column = duty.start[decision[nth]] + option
    return budget_ptr, order, [(column, row[table.paid_budget[pair[nth]]], spent[nth])]
