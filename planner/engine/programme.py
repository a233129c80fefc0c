"""The programme: what is decided, and every row that limits it, as sparse arrays.

A *decision* is a wave, cut where a package becomes known; a *column* is one decision served from
one pool. Rows are grouped in *blocks* that share no pool, bound or budget, so that each can be
solved alone. Strengths and caps are not in here: they are right-hand sides, and may change from
one solve to the next without anything being built again.

Axis order is always (decision or column, pool, month).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.problem.model import Problem
from planner.problem.tours import Tours, lay_tours

__all__ = ["Block", "Programme", "build_programme", "rest_months"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def rest_months(rest: Floats | float, length: Ints | int) -> Ints:
    """Return ceil(rest × months served), the product taken to 1e-9.

    Examples
    --------
    >>> int(rest_months(0.1, 30)), int(rest_months(7.5, 5))
    (3, 38)
    """
    return np.asarray(np.ceil(np.multiply(rest, length) - 1e-9), dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Block:
    """A part of the programme that shares nothing with the rest.

    Attributes
    ----------
    months : int
        Length of the model.
    pools, demands : ndarray of int
        Places in the problem of the pools and demands of this block.
    tour : ndarray of int
        Places in ``programme.tours`` of the block's tours.
    tour_decision : ndarray of int (tours,)
        The decision that each of those tours belongs to.
    demand, wave, begin, end : ndarray of int (decisions,)
        Place of the demand in the problem, wave, first and last month of its tours.
    cohorts : ndarray of int (decisions,)
        Number of cohorts in the decision, n(w).
    part : ndarray (decisions,)
        n(w) ÷ m; times the cap it is the most people a decision may get.
    duty : csr_array (decisions, months)
        Share of a decision's people who are on duty in a month.
    decision, pool, place : ndarray of int (columns,)
        Decision and pool (within the block) of a column, and the pool's place in the demand's list.
    usage : csc_array (pools × months, columns)
        Share of a column's people who are tied up, row pool × months + month.
    bounds : tuple of (bound, month, row) arrays
        Composition: see :class:`BoundRows`.
    budget : csr_array (budgets, columns)
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
    duty: sparse.csr_array
    decision: Ints
    pool: Ints
    place: Ints
    usage: sparse.csc_array
    bounds: BoundRows
    budgets: Ints
    budget: sparse.csr_array

    @cached_property
    def duty_months(self) -> Floats:
        """Months on duty inside the model per person of a decision."""
        return np.asarray(self.duty.sum(axis=1)).ravel()

    @cached_property
    def pick(self) -> sparse.csr_array:
        """Incidence (decisions, columns): 1 where a column serves a decision."""
        ones = np.ones(len(self.decision))
        shape = (len(self.demand), len(self.decision))
        columns = np.arange(len(self.decision))
        return sparse.csr_array((ones, (self.decision, columns)), shape=shape)

    @cached_property
    def choices(self) -> Ints:
        """Number of pools open to each decision."""
        return np.bincount(self.decision, minlength=len(self.demand))


@dataclass(frozen=True, eq=False)
class BoundRows:
    """One row for every composition bound and month in which its demands have tours on duty.

    Attributes
    ----------
    bound, month : ndarray of int (rows,)
        Place of the bound in the problem, and the month.
    matrix : csr_array (rows, columns)
        Share of a column's people who are on duty and counted.
    asked : csr_array (rows, decisions)
        1 where a decision of the bound's demands has people on duty in that month.
    """

    bound: Ints
    month: Ints
    matrix: sparse.csr_array
    asked: sparse.csr_array


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


def build_programme(problem: Problem) -> Programme:
    """Lay tours, cut waves into decisions and write the rows, block by block.

    Decisions are cut for *every* package that becomes known after the model's first month, at its
    month K and at K + the demand's longest preparation, so that plans with and without any of
    them are made of the same decisions.
    """
    tours = lay_tours(problem)
    cuts = tuple(
        sorted({k for package in problem.packages if (k := problem.known(package.id)) > 0})
    )
    lead = np.array([demand.lead for demand in problem.demands], dtype=np.int64)[tours.demand]
    segment = np.zeros(len(tours), dtype=np.int64)
    for month in cuts:
        segment += (tours.first >= month).astype(np.int64) + (tours.first >= month + lead)
    key = np.stack([tours.demand, tours.wave, segment])
    decisions, decision_of = (
        np.unique(key, axis=1, return_inverse=True) if len(tours) else (key, segment)
    )
    parts = _independent_parts(problem)
    of_demand = np.array([parts[demand.pools[0]] for demand in problem.demands], dtype=np.int64)
    of_tour = of_demand[tours.demand]
    order = np.argsort(of_tour, kind="stable")
    count = max(parts.values(), default=-1) + 1
    edges = np.searchsorted(of_tour[order], np.arange(count + 1))
    members = np.argsort(of_demand, kind="stable")
    borders = np.searchsorted(of_demand[members], np.arange(count + 1))
    pools = _grouped(parts, problem)
    blocks = [
        _build_block(
            problem,
            tours,
            decisions,
            np.asarray(decision_of).ravel(),
            order[edges[k] : edges[k + 1]],
            np.sort(members[borders[k] : borders[k + 1]]),
            np.array(pools[k], dtype=np.int64),
        )
        for k in range(count)
    ]
    return Programme(problem, tours, cuts, tuple(blocks))


def _grouped(parts: dict[str, int], problem: Problem) -> list[list[int]]:
    groups: list[list[int]] = [[] for _ in range(max(parts.values(), default=-1) + 1)]
    for place, name in enumerate(problem.pools):
        groups[parts[name]].append(place)
    return groups


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


def _build_block(
    problem: Problem,
    tours: Tours,
    decisions: Ints,
    decision_of: Ints,
    mine: Ints,
    demands: Ints,
    pools: Ints,
) -> Block:
    months = problem.months
    mine = np.sort(mine)
    used, local = np.unique(decision_of[mine], return_inverse=True)
    local = np.asarray(local, dtype=np.int64).ravel()
    demand, wave = decisions[0, used], decisions[1, used]
    size = len(used)
    cohorts = np.bincount(local, minlength=size)
    total = np.array([d.cohorts for d in problem.demands], dtype=np.int64)[demand]
    first, last = tours.first[mine], tours.last[mine]
    begin = np.full(size, np.iinfo(np.int64).max)
    end = np.full(size, np.iinfo(np.int64).min)
    np.minimum.at(begin, local, first)
    np.maximum.at(end, local, last)
    duty = _profile(local, first, last, cohorts, months)

    place_in_block = {int(pool): k for k, pool in enumerate(pools)}
    index = {name: k for k, name in enumerate(problem.pools)}
    choices = [problem.demands[d] for d in demands]
    width = np.zeros(len(problem.demands), dtype=np.int64)
    width[demands] = [len(d.pools) for d in choices]
    decision = np.repeat(np.arange(size), width[demand])
    place = np.arange(len(decision)) - np.repeat(
        np.cumsum(width[demand]) - width[demand], width[demand]
    )
    most = int(width.max(initial=0))
    table = np.zeros((3, len(problem.demands), most))
    for d, line in zip(demands, choices, strict=True):
        table[0, d, : len(line.pools)] = [place_in_block[index[name]] for name in line.pools]
        table[1, d, : len(line.pools)] = line.prep
        table[2, d, : len(line.pools)] = line.home
    owner = demand[decision]
    pool = table[0, owner, place].astype(np.int64)
    usage = _usage(tours, mine, local, cohorts, decision, place, pool, table, months, len(pools))
    fields: dict[str, Any] = {
        "months": months, "pools": pools, "demands": demands, "tour": mine, "tour_decision": local,
        "demand": demand, "wave": wave, "begin": begin, "end": end, "cohorts": cohorts,
        "part": cohorts / np.maximum(total, 1), "duty": duty,
        "decision": decision, "pool": pool, "place": place, "usage": usage,
    }  # fmt: skip
    bounds = _bound_rows(
        problem, demand, duty, decision, pools[pool] if len(pool) else pool, demands
    )
    budgets, budget = _budget_rows(problem, demand, duty, decision, demands)
    return Block(**fields, bounds=bounds, budgets=budgets, budget=budget)


def _profile(row: Ints, first: Ints, last: Ints, count: Ints, months: int) -> sparse.csr_array:
    """Share of each row's intervals that cover a month, (rows, months)."""
    width = months + 1
    low, high = np.clip(first, 0, months), np.clip(last + 1, 0, months)
    keep = high > low
    flat = np.bincount(row[keep] * width + low[keep], minlength=len(count) * width).astype(float)
    flat -= np.bincount(row[keep] * width + high[keep], minlength=len(count) * width)
    cover = np.cumsum(flat.reshape(len(count), width), axis=1)[:, :months]
    return sparse.csr_array(cover / count[:, None] if len(count) else cover)


def _usage(
    tours: Tours, mine: Ints, local: Ints, cohorts: Ints, decision: Ints, place: Ints, pool: Ints,
    table: Floats, months: int, pools: int,
) -> sparse.csc_array:  # fmt: skip
    """Share of each column's people tied up, by pool and month, (pools × months, columns)."""
    starts = np.searchsorted(decision, np.arange(len(cohorts)))
    width = np.bincount(decision, minlength=len(cohorts))[local]
    tour = np.repeat(np.arange(len(mine)), width)
    nth = np.arange(len(tour)) - np.repeat(np.cumsum(width) - width, width)
    column = starts[local[tour]] + nth
    owner = tours.demand[mine][tour]
    first, last = tours.first[mine][tour], tours.last[mine][tour]
    tied = last + rest_months(table[2, owner, nth], last - first + 1)
    prepares = first - table[1, owner, nth].astype(np.int64)
    cover = _profile(column, prepares, tied, cohorts[decision], months).tocoo()
    row = pool[cover.row] * months + cover.col
    return sparse.csc_array((cover.data, (row, cover.row)), shape=(pools * months, len(decision)))


def _bound_rows(
    problem: Problem,
    demand: Ints,
    duty: sparse.csr_array,
    decision: Ints,
    pool: Ints,
    demands: Ints,
) -> BoundRows:
    inside = set(demands.tolist())
    places = {line.id: k for k, line in enumerate(problem.demands)}
    pool_index = {name: k for k, name in enumerate(problem.pools)}
    bound, month, rows, asked = [], [], [], []
    for number, line in enumerate(problem.bounds):
        members = [places[name] for name in line.demands]
        if members[0] not in inside:
            continue
        counted = np.isin(demand, members)
        on_duty = sparse.csr_array(duty.T.tocsr() * counted[None, :])
        on_duty.eliminate_zeros()
        kept = np.flatnonzero(np.diff(on_duty.indptr))
        served = counted[decision]
        if line.pools is not None:
            served = served & np.isin(pool, [pool_index[name] for name in line.pools])
        matrix = sparse.csr_array(on_duty[kept][:, decision] * served[None, :])
        matrix.eliminate_zeros()
        bound.append(np.full(len(kept), number))
        month.append(kept)
        rows.append(matrix)
        asked.append(on_duty[kept])
    if not rows:
        nothing = np.zeros(0, dtype=np.int64)
        return BoundRows(
            nothing,
            nothing,
            sparse.csr_array((0, len(decision))),
            sparse.csr_array((0, len(demand))),
        )
    return BoundRows(
        np.concatenate(bound),
        np.concatenate(month),
        sparse.csr_array(sparse.vstack(rows)),
        sparse.csr_array(sparse.vstack(asked)),
    )


def _budget_rows(
    problem: Problem, demand: Ints, duty: sparse.csr_array, decision: Ints, demands: Ints
) -> tuple[Ints, sparse.csr_array]:
    inside = {problem.demands[d].id for d in demands}
    mine = [k for k, line in enumerate(problem.budgets) if inside.intersection(line.cost)]
    rows = []
    for k in mine:
        line = problem.budgets[k]
        paid = np.asarray(duty[:, max(line.first, 0) : line.last + 1].sum(axis=1)).ravel()
        price = np.array([line.cost.get(problem.demands[d].id, 0.0) for d in demand])
        rows.append((paid * price)[decision])
    matrix = np.array(rows).reshape(len(mine), len(decision))
    return np.array(mine, dtype=np.int64), sparse.csr_array(matrix)
