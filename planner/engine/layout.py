"""Flat arrays of a whole problem: tours, decisions, columns and the rows that limit them.

The one place where a problem is formulated. Everything is written for all independent blocks at
once with a fixed number of array operations, so that a problem of a hundred demands costs a few
milliseconds; the engine and the compiled kernel read the same arrays. Strengths, caps and bounds
are right-hand sides and are not part of the layout.

Order: blocks by their first pool; decisions by block, demand, wave and segment; columns by decision
and sourcing option; rows of a block as given at :class:`Layout`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.problem.model import Problem, months_at_home
from planner.problem.tours import OptionTable, Tours, decision_keys, lay_tours

__all__ = ["Layout", "lay_out"]

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
    demands, months = problem.demands, problem.months
    tours = lay_tours(problem)
    blocks, pool_block, demand_block = _independent_blocks(problem)
    pool = np.argsort(pool_block, kind="stable")
    pool_ptr = _pointers(pool_block, blocks)
    local_pool = np.empty(len(pool), dtype=np.int64)
    local_pool[pool] = np.arange(len(pool)) - pool_ptr[pool_block[pool]]

    demand, wave, segment, decision = _decisions(problem, tours, demand_block, by_tour)
    count = len(demand)
    cohorts = np.bincount(decision, minlength=count)
    total = np.array([d.cohorts for d in demands], dtype=np.int64)[demand]
    begin = np.full(count, np.iinfo(np.int64).max)
    end = np.full(count, np.iinfo(np.int64).min)
    np.minimum.at(begin, decision, tours.first)
    np.maximum.at(end, decision, tours.last)
    duty_row, duty_month, number = _profile(decision, tours.first, tours.last, months)
    duty_share = number / cohorts[duty_row]

    uses = OptionTable.of(problem)
    use_ptr = _pointers(uses.demand, len(demands))
    options = np.array([len(d.options) for d in demands], dtype=np.int64)
    start = np.concatenate([[0], np.cumsum(options[demand])])
    owner = np.repeat(np.arange(count), options[demand])
    option = np.arange(len(owner)) - start[owner]
    on_call = np.array([d.on_call for d in demands], dtype=bool)
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
    goals = _composition(problem, demand_block, blocks, demand, start, uses, duty_row, duty_month,
                         duty_share, months)  # fmt: skip
    goal_ptr = goals[0]
    column, which, share = (
        np.repeat(np.arange(len(goals[1])), np.diff(goals[6])),
        goals[7],
        goals[8],
    )
    block_of_goal = np.repeat(np.arange(blocks), np.diff(goal_ptr))
    goal_row = base[block_of_goal] + np.arange(len(block_of_goal)) - goal_ptr[block_of_goal]
    parts.append((which, goal_row[column], share))
    base = base + np.diff(goal_ptr)
    budget_ptr, budget, paid = _budgets(
        problem, demand_block, blocks, demand, start, duty_row, duty_month, duty_share
    )
    for place, (columns, euros) in enumerate(paid):
        block = int(np.searchsorted(budget_ptr, place, side="right")) - 1
        budget_row = np.full(len(columns), base[block] + place - budget_ptr[block])
        parts.append((columns, budget_row, euros))

    columns, rows, values = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    if len(parts) > 1:
        order = np.argsort(columns * (int(rows.max(initial=0)) + 1) + rows, kind="stable")
        columns, rows, values = columns[order], rows[order], values[order]
    decision_block = demand_block[demand]
    fields: list[Any] = [
        months, tours, decision, problem.replan_months, pool_ptr, pool, call_ptr, call_pool,
        demand_block,
        *_row_sources(problem, pool_ptr, pool, call_ptr, call_pool, goals, budget_ptr, budget),
        _pointers(decision_block, blocks), demand, wave, segment, begin, end, cohorts,
        cohorts / np.maximum(total, 1), duty_ptr, duty_month, duty_share, start, owner, option,
        _pointers(group_column, len(owner)), group_pool, uses.index[use], uses.share[use],
        _pointers(columns, len(owner)), rows, values, *goals, budget_ptr, budget,
    ]  # fmt: skip
    return Layout(*fields)


def _row_sources(
    problem: Problem, pool_ptr: Ints, pool: Ints, call_ptr: Ints, call_pool: Ints,
    goals: tuple[Any, ...], budget_ptr: Ints, budget: Ints,
) -> tuple[Ints, Ints]:  # fmt: skip
    """Return the first row of each block, and where the limit of each row is found."""
    months, bounds = problem.months, len(problem.pools) * problem.months
    month = np.arange(months)
    goal_ptr, goal_bound = goals[:2]
    parts: list[Ints] = [np.zeros(0, dtype=np.int64)]
    for block in range(len(pool_ptr) - 1):
        for ptr, names in ((pool_ptr, pool), (call_ptr, call_pool)):
            here = names[ptr[block] : ptr[block + 1]]
            parts.append((here[:, None] * months + month).ravel())
        parts.append(bounds + goal_bound[goal_ptr[block] : goal_ptr[block + 1]])
        named = budget[budget_ptr[block] : budget_ptr[block + 1]]
        parts.append(bounds + len(problem.bounds) + named)
    sizes = (np.diff(pool_ptr) + np.diff(call_ptr)) * months + np.diff(goal_ptr)
    rows = np.concatenate([[0], np.cumsum(sizes + np.diff(budget_ptr))]).astype(np.int64)
    return rows, np.concatenate(parts)


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


def _decisions(
    problem: Problem, tours: Tours, demand_block: Ints, by_tour: bool
) -> tuple[Ints, Ints, Ints, Ints]:
    """Group tours into decisions; return demand, wave and segment by decision, decision by tour."""
    key = decision_keys(problem, tours)
    segment = key % (len(problem.replan_months) + 1)
    if by_tour:
        key = key * (int(tours.cohort.max(initial=0)) + 1) + tours.cohort
    key = key + demand_block[tours.demand] * (int(key.max(initial=0)) + 1)
    _, first, decision = np.unique(key, return_index=True, return_inverse=True)
    decision = np.asarray(decision, dtype=np.int64).ravel()
    return tours.demand[first], tours.wave[first], segment[first], decision


def _independent_blocks(problem: Problem) -> tuple[int, Ints, Ints]:
    """Number the connected groups of pools, linked by demands, bounds and budgets.

    Returns
    -------
    blocks : int
    pool_block : ndarray of int (pools,)
    demand_block : ndarray of int (demands,)
    """
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
    of_pool = {name: numbers.setdefault(root(name), len(numbers)) for name in problem.pools}
    pool_block = np.array(list(of_pool.values()), dtype=np.int64)
    demand_block = np.array([of_pool[d.pools[0]] for d in problem.demands], dtype=np.int64)
    return len(numbers), pool_block, demand_block


def _composition(
    problem: Problem, demand_block: Ints, blocks: int, demand: Ints, start: Ints, uses: OptionTable,
    duty_row: Ints, duty_month: Ints, duty: Floats, months: int,
) -> tuple[Any, ...]:  # fmt: skip
    """Write one row for every bound and month in which its demands have people on duty."""
    places = {line.id: k for k, line in enumerate(problem.demands)}
    pools = {name: k for k, name in enumerate(problem.pools)}
    members = [np.array([places[name] for name in line.demands]) for line in problem.bounds]
    of_block = [int(demand_block[line[0]]) for line in members]
    order = sorted(range(len(members)), key=lambda k: of_block[k])
    bound, month, sizes = [], [], np.zeros(blocks, dtype=np.int64)
    asked, asked_size, asked_share, counted, counted_size, share = [], [], [], [], [], []
    for number in order:
        member = np.zeros(len(problem.demands), dtype=bool)
        member[members[number]] = True
        chosen = np.flatnonzero(member[demand][duty_row])
        by_month = chosen[np.argsort(duty_month[chosen], kind="stable")]
        kept, position = np.unique(duty_month[by_month], return_inverse=True)
        bound.append(np.full(len(kept), number))
        month.append(kept)
        sizes[of_block[number]] += len(kept)
        decisions = duty_row[by_month]
        asked.append(decisions)
        asked_share.append(duty[by_month])
        asked_size.append(np.bincount(position, minlength=len(kept)))
        # the part of each option that is counted, by demand and option
        named = problem.bounds[number].pools
        part = uses.share
        if named is not None:
            part = np.where(np.isin(uses.pool, [pools[name] for name in named]), uses.share, 0.0)
        widest = int(uses.option.max(initial=0)) + 1
        size = len(problem.demands) * widest
        parts = np.bincount(uses.demand * widest + uses.option, part, minlength=size)
        nth, option = _spread(np.diff(start)[decisions])
        entry = parts[demand[decisions[nth]] * widest + option] * duty[by_month][nth]
        some = entry > 0
        counted.append((start[decisions[nth]] + option)[some])
        counted_size.append(np.bincount(position[nth][some], minlength=len(kept)))
        share.append(entry[some])
    empty = [np.zeros(0, dtype=np.int64)]
    return (
        np.concatenate([[0], np.cumsum(sizes)]),
        np.concatenate(empty + bound), np.concatenate(empty + month),
        np.concatenate([[0], np.cumsum(np.concatenate(empty + asked_size))]),
        np.concatenate(empty + asked), np.concatenate([np.zeros(0), *asked_share]),
        np.concatenate([[0], np.cumsum(np.concatenate(empty + counted_size))]),
        np.concatenate(empty + counted), np.concatenate([np.zeros(0), *share]),
    )  # fmt: skip


def _budgets(
    problem: Problem, demand_block: Ints, blocks: int, demand: Ints, start: Ints, duty_row: Ints,
    duty_month: Ints, duty: Floats,
) -> tuple[Ints, Ints, list[tuple[Ints, Floats]]]:  # fmt: skip
    """Return budgets by block, and for each the columns it pays with euros per person."""
    places = {line.id: k for k, line in enumerate(problem.demands)}
    of_block = [
        int(demand_block[places[next(iter(line.cost))]]) if line.cost else -1
        for line in problem.budgets
    ]
    order = sorted((k for k, b in enumerate(of_block) if b >= 0), key=lambda k: of_block[k])
    paid = []
    for number in order:
        line = problem.budgets[number]
        price = np.zeros(len(problem.demands))
        for name, euros in line.cost.items():
            price[places[name]] = euros
        inside = (duty_month >= line.first) & (duty_month <= line.last)
        served = np.bincount(duty_row[inside], duty[inside], minlength=len(demand))
        spent = np.repeat(served * price[demand], np.diff(start))
        columns = np.flatnonzero(spent)
        paid.append((columns, spent[columns]))
    return (
        _pointers(np.array([of_block[k] for k in order], dtype=np.int64), blocks),
        np.array(order, dtype=np.int64),
        paid,
    )
