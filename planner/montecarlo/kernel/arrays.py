"""Flat arrays that compiled code reads: structure, right-hand sides and stages of a problem."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from planner.engine.programme import Layout
from planner.montecarlo.kernel.compile import compiled, struct
from planner.montecarlo.plans import Frame
from planner.problem.model import Flags, Floats, Ints

__all__ = [
    "CAPACITY_TOLERANCE", "LOAD_TOLERANCE", "Arrays", "Sides", "Stages", "arrays_of", "block_of",
    "bound_columns", "duty_months", "set_goals", "sides_of", "stages_of", "transpose",
]  # fmt: skip

CAPACITY_TOLERANCE = 1e-9
"""What is left of a limit below this, relative to one plus the limit, is nothing."""
LOAD_TOLERANCE = 1 + 1e-12
"""Factor by which a row may be asked for beyond its limit and still not bind, for rounding."""


class Arrays(NamedTuple):
    """The structure of a problem; the rest is in :class:`planner.engine.programme.Layout`.

    Attributes
    ----------
    months, low, high : int
        Length of the model; first and last month of the report window.
    tier, lead : ndarray of int (demands,)
        Tier, and longest preparation in months.
    weight : ndarray (demands,)
        Value of one person-month.
    line : ndarray of int (demands, pools)
        Line of results of a demand and a pool.
    """

    months: int
    low: int
    high: int
    tier: Ints
    lead: Ints
    weight: Floats
    line: Ints
    pool_ptr: Ints
    row_ptr: Ints
    row_source: Ints
    decision_ptr: Ints
    demand: Ints
    begin: Ints
    part: Floats
    duty_ptr: Ints
    duty_month: Ints
    duty: Floats
    start: Ints
    owner: Ints
    option: Ints
    used_ptr: Ints
    used_pool: Ints
    used_share: Floats
    ptr: Ints
    row: Ints
    value: Floats
    goal_ptr: Ints
    goal_bound: Ints
    goal_month: Ints
    asked_ptr: Ints
    asked: Ints
    counted_ptr: Ints
    counted: Ints
    counted_share: Floats


class Sides(NamedTuple):
    """Right-hand sides, which draws change on one structure.

    Attributes
    ----------
    full : ndarray (draws, decisions)
        Maximum of people on each decision, persons.
    limit : ndarray (draws, rows of all blocks)
        Strengths and composition maxima, persons; budgets, euros.
    least : ndarray (draws, bounds)
        Composition minima, persons; NaN if none exists.
    """

    full: Floats
    limit: Floats
    least: Floats


class Stages(NamedTuple):
    """Plans to be made, each of one block: parents before children.

    Attributes
    ----------
    block, parent, month : ndarray of int (stages,)
        Block; the stage before (-1: none) and the month in which it is planned again.
    known : ndarray of bool (stages, decisions)
        Decisions of demands that are known.
    final : ndarray of int (plans, blocks)
        The last stage of each block in each unfolded plan.
    column, goal, decision : ndarray of int (stages + 1,)
        First column, composition row and decision of each stage in the arrays of results.
    """

    block: Ints
    parent: Ints
    month: Ints
    known: Flags
    final: Ints
    column: Ints
    goal: Ints
    decision: Ints


def arrays_of(frame: Frame, layout: Layout) -> Arrays:
    """Return what compiled code reads of a problem."""
    line = np.full((len(frame.ids), frame.pools), -1, dtype=np.int64)
    line[frame.lines.demand, frame.lines.pool] = np.arange(len(frame.lines))
    own: dict[str, Any] = {
        "low": frame.report[0], "high": frame.report[1], "tier": frame.tier, "lead": frame.lead,
        "weight": frame.weight, "line": line,
    }  # fmt: skip
    fields: list[Any] = [
        own[name] if name in own else getattr(layout, name) for name in Arrays._fields
    ]
    return Arrays(*fields)


def sides_of(
    layout: Layout, caps: Floats, strengths: Floats, least: Floats, most: Floats, amounts: Floats
) -> Sides:
    """Return the right-hand sides of draws.

    Parameters
    ----------
    caps : ndarray (draws, demands)
    strengths : ndarray (draws, pools, months)
    least, most : ndarray (draws, bounds)
    amounts : ndarray (draws, budgets)
    """
    high = np.where(np.isnan(most), np.inf, most)
    every = np.concatenate([strengths.reshape(len(caps), -1), high, amounts], axis=1)
    limit = every[:, layout.row_source]
    full = caps[:, layout.demand] * layout.part
    return Sides(*(np.require(x, np.float64, ["C", "W"]) for x in (full, limit, least)))


def stages_of(frame: Frame, layout: Layout, plans: list[frozenset[str]]) -> Stages:
    """Return the stages of unfolded plans, each with some of the packages.

    The plan of a block is made first without the packages that are not yet known, and again in each
    month in which packages of the block become known; plans share the stages that are the same.
    """
    known = {name: max(month, 0) for name, month in frame.known.items()}
    package = frame.package
    blocks = len(layout.pool_ptr) - 1
    inside: list[set[str]] = [set() for _ in range(blocks)]
    for name, block in zip(package, layout.demand_block.tolist(), strict=True):
        inside[block].add(name)
    numbers: dict[tuple[int, tuple[frozenset[str], ...]], int] = {}
    table: list[tuple[int, int, int]] = []
    flags: dict[frozenset[str], int] = {}
    seen: list[int] = []
    final = np.zeros((len(plans), blocks), dtype=np.int64)
    for number, chosen in enumerate(plans):
        for block in range(blocks):
            here = inside[block] & chosen
            parent = -1
            history: tuple[frozenset[str], ...] = ()
            for month in sorted({0, *(known[name] for name in here)}):
                history = (*history, frozenset(name for name in here if known[name] <= month))
                if (block, history) not in numbers:
                    numbers[block, history] = len(table)
                    table.append((block, parent, month if parent >= 0 else -1))
                    seen.append(flags.setdefault(history[-1], len(flags)))
                parent = numbers[block, history]
            final[number, block] = parent
    of = np.array(table, dtype=np.int64).reshape(-1, 3)
    columns = layout.start[layout.decision_ptr]
    ptrs = np.zeros((3, len(table) + 1), dtype=np.int64)
    for first, ptr in zip(ptrs, (columns, layout.goal_ptr, layout.decision_ptr), strict=True):
        np.cumsum(ptr[of[:, 0] + 1] - ptr[of[:, 0]], out=first[1:])
    known_by = [[not p or p in some for p in package] for some in flags]
    known_demands = np.array(known_by, dtype=np.bool_).reshape(len(flags), len(package))
    flagged = known_demands[:, layout.demand][seen]
    one, before, since = of.T.copy()
    return Stages(one, before, since, flagged, final, *ptrs)


BlockType, Block = struct(
    __name__,
    "Block",
    "start owner indptr places value rowptr rowcol rowval largest goalptr goalcol goalval askedptr "
    "asked bound tier begin lead months cost",
)
"""Structure of one block. First column of each decision; decision of each column; entries of the
limit rows by column and by row, and the largest of each row; columns counted in each composition
row with their shares; decisions asked in each; bound of each; tier, first month, longest
preparation and months on duty per person of each decision; and what a person on each column costs
in preference, months on duty × place in the list."""


@compiled
def duty_months(arrays, d, low, high):
    """Return the months on duty, from `low` to `high`, per person of a decision."""
    total = 0.0
    for at in range(arrays.duty_ptr[d], arrays.duty_ptr[d + 1]):
        if low <= arrays.duty_month[at] <= high:
            total += arrays.duty[at]
    return total


@compiled
def transpose(rows, ptr, index, value):
    """Return (pointers, columns, values) by row of entries by column."""
    rowptr = np.zeros(rows + 1, np.int64)
    for at in range(len(index)):
        rowptr[index[at] + 1] += 1
    for r in range(rows):
        rowptr[r + 1] += rowptr[r]
    fill, rowcol, rowval = rowptr.copy(), np.empty(len(index), np.int64), np.empty(len(index))
    for c in range(len(ptr) - 1):
        for at in range(ptr[c], ptr[c + 1]):
            r = index[at]
            rowcol[fill[r]], rowval[fill[r]] = c, value[at]
            fill[r] += 1
    return rowptr, rowcol, rowval


@compiled
def block_of(arrays, b):
    """Return the structure of one block."""
    d0, d1 = arrays.decision_ptr[b], arrays.decision_ptr[b + 1]
    g0, g1 = arrays.goal_ptr[b], arrays.goal_ptr[b + 1]
    c0, c1 = arrays.start[d0], arrays.start[d1]
    e0, e1 = arrays.ptr[c0], arrays.ptr[c1]
    start, owner = arrays.start[d0 : d1 + 1] - c0, arrays.owner[c0:c1] - d0
    ptr, row, value = arrays.ptr[c0 : c1 + 1] - e0, arrays.row[e0:e1].copy(), arrays.value[e0:e1]
    rows = arrays.row_ptr[b + 1] - arrays.row_ptr[b]
    rowptr, rowcol, rowval = transpose(rows, ptr, row, value)
    largest = np.zeros(rows)
    for at in range(len(row)):
        largest[row[at]] = max(largest[row[at]], value[at])
    n0, n1 = arrays.counted_ptr[g0], arrays.counted_ptr[g1]
    a0, a1 = arrays.asked_ptr[g0], arrays.asked_ptr[g1]
    months, cost = np.empty(d1 - d0), np.empty(c1 - c0)
    for d in range(d0, d1):
        months[d - d0] = duty_months(arrays, d, 0, arrays.months)
        for c in range(arrays.start[d], arrays.start[d + 1]):
            cost[c - c0] = months[d - d0] * arrays.option[c]
    demand = arrays.demand[d0:d1]
    return Block(
        start, owner, ptr, row, value.copy(), rowptr, rowcol, rowval, largest,
        arrays.counted_ptr[g0 : g1 + 1] - n0, arrays.counted[n0:n1] - c0,
        arrays.counted_share[n0:n1].copy(), arrays.asked_ptr[g0 : g1 + 1] - a0,
        arrays.asked[a0:a1] - d0, arrays.goal_bound[g0:g1].copy(), arrays.tier[demand],
        arrays.begin[d0:d1].copy(), arrays.lead[demand], months, cost,
    )  # fmt: skip


@compiled
def bound_columns(arrays, block, b, known, month, full, before, lower, upper):
    """Write the bounds of each column; the plan before, if any, settles what begins early.

    Tours that begin before `month` + the demand's longest preparation stay as they were, all later
    ones are free. `month` is negative where no plan was made before.
    """
    d0 = arrays.decision_ptr[b]
    for c in range(len(upper)):
        d = block.owner[c]
        lower[c] = 0.0
        upper[c] = full[d] if known[d0 + d] else 0.0
        if month >= 0 and block.begin[d] < month + block.lead[d]:
            upper[c] = min(before[c], upper[c])
            lower[c] = upper[c]


@compiled
def set_goals(arrays, block, b, known, full, least, tier_of_bound, goal, goal_tier):
    """Write what each composition row asks, and the tier before which it is pursued (0: no goal).

    A goal holds where a known demand has people that could be on duty, and belongs to the last tier
    among those demands.
    """
    d0 = arrays.decision_ptr[b]
    for k in range(len(tier_of_bound)):
        tier_of_bound[k] = 0
    for g in range(len(goal)):
        goal[g] = 0.0
        bound = block.bound[g]
        for at in range(block.askedptr[g], block.askedptr[g + 1]):
            d = block.asked[at]
            if known[d0 + d] and full[d] > 0:
                if not np.isnan(least[bound]):
                    goal[g] = least[bound]
                tier_of_bound[bound] = max(tier_of_bound[bound], block.tier[d])
    for g in range(len(goal)):
        goal_tier[g] = tier_of_bound[block.bound[g]] if goal[g] > 0 else 0
