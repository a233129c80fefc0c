"""The *fair* rule: lexicographic max-min over the shares of a tier's decisions.

Blocks in which every decision has one open option and no goal counts are filled row by row without
a solver (progressive filling). In all others a *level* rises by linear programmes,

    Σ_o z[d, o]  ≥  full[d] × level          every decision d that still rises.

Where the level cannot grow, the dual prices of the rows name the decisions that are bound at it (a
positive price means: bound in every optimum). They stay tied to that level, and the others go on
with a new one from the same basis. What still ties is settled by the preference among options, and
then by a lexicographic min-max of what decisions take from single options. Every solve records a
chain of sensitivities, from which prices follow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.engine.highs import BASIC, Certificate, LinearProgramme, Optimum, worst
from planner.engine.stages import DualSensitivities, Locks, StageData, StageSolution, Step
from planner.errors import SolverError
from planner.problem.model import Flags, Floats, Ints

__all__ = ["Filling", "fill_fairly", "solve_fair"]


BOUND_PRICE = 1e-8
"""Share of the largest price from which a price counts as positive."""
SAME = 1e-11
"""Rows with levels that differ by less than this part are exhausted together."""
PRICED = 1e-9
"""Share of the largest price from which a row or column is locked."""
BOUND = 1e-7
"""Reduced cost from which a level is at its bounds."""
DRIFT = 1e-10
"""How far a settled level may move should a price too small to be seen have been missed."""
TINY = 1e-300
NEGLIGIBLE = 1e-9
"""Part of a limit that a whole decision may take without counting in it: the solver drops matrix
entries up to this size, so the programme must not hold them either."""
OPEN = 1e-9
"""Columns with less room than this are settled."""
STEPS = 60
"""Steps after which what is still open is split into parts anew."""
GROWN = 1e-9
"""A level that grows by less has not grown."""
ROUNDING = 1e-10
"""Share of the largest preference below which what is left of preferences is rounding."""
STRETCH = 1e3
"""Caps of decisions, and entries of rows, are scaled from this many times what the pools can carry:
the solver's tolerances are absolute, and would be coarse in parts of so large a cap."""
RETREATS = (1e-9, 1e-8, 1e-7, 1e-6)
"""How far every settled share may give way, in turn, where rounding has closed the way through."""


@dataclass(frozen=True, eq=False)
class Filling:
    """Result of :func:`fill_fairly`.

    Attributes
    ----------
    share : ndarray (decisions,)
        Share of its cap that each decision gets.
    row : ndarray of int (decisions,)
        The exhausted row that holds it; −1 where its own limit does.
    order : list of (row, level)
        Rows in the order in which they were exhausted, with the share at which they were.
    """

    share: Floats
    row: Ints
    order: list[tuple[int, float]]


def fill_fairly(load: sparse.csc_array, limit: Floats, ceiling: Floats) -> Filling:
    """Raise all shares together, holding those with an exhausted row.

    Parameters
    ----------
    load : csc_array (rows, decisions)
        What a decision takes of each row at share 1; never negative.
    limit : ndarray (rows,)
        What is left of each row.
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
    held_by = np.full(load.shape[1], -1, dtype=np.int64)
    active = np.ones(load.shape[1], dtype=bool)
    rate = np.asarray(load.sum(axis=1)).ravel()
    most = load @ ceiling
    live = (most > limit) & (rate > 0)
    left = np.maximum(limit, 0.0)
    ends = np.argsort(ceiling, kind="stable")
    order: list[tuple[int, float]] = []
    level, end = 0.0, 0
    # rows: left − rate × level is what remains at the common level
    while True:
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = np.where(live & (rate > 1e-12), left / rate, np.inf)
        row = int(np.argmin(reach)) if len(reach) else -1
        nearest = reach[row] if len(reach) else np.inf
        while end < len(ends) and not active[ends[end]]:
            end += 1
        top = ceiling[ends[end]] if end < len(ends) else np.inf
        if not np.isfinite(min(nearest, top)):
            return Filling(share, held_by, order)
        if top <= nearest:
            held = ends[end : np.searchsorted(ceiling[ends], top, side="right")]
            held = held[active[held]]
            level = max(level, float(top))
            share[held] = ceiling[held]
        else:
            level = max(level, float(nearest))
            exhausted = reach <= nearest * (1 + SAME)
            held = _members(by_row, np.flatnonzero(exhausted), active)
            share[held] = np.minimum(level, ceiling[held])
            held_by[held] = row
            if len(held):
                order.append((row, level))
            live[exhausted] = False
        active[held] = False
        fixed = load[:, held]
        rate -= np.asarray(fixed.sum(axis=1)).ravel()
        left -= fixed @ share[held]


def _members(by_row: sparse.csr_array, rows: Ints, active: NDArray[np.bool_]) -> Ints:
    found = [by_row.indices[by_row.indptr[r] : by_row.indptr[r + 1]] for r in rows]
    members = np.unique(np.concatenate(found))
    return members[active[members]]


class _Levels:
    """The programme in which the shares of all tiers rise, one after the other.

    Columns are the open columns of *routed* decisions (several open pools, or touched by a goal),
    what each goal misses, and then the levels. Rows are the limits that can bind, one row a
    routed decision, caps of touched decisions, goals, and what goals may miss in sum. A decision
    tied to a level has −1 in its row, in the column of the level; one with a single pool has in
    it what it takes of each limit.

    Where it is written anew, what the search has settled is kept: shares of decisions held, and
    what goals miss in sum. All that may give way by `slack`: as a share, and in parts of what goals
    ask.
    """

    def __init__(self, search: _Search, slack: float):
        data, served, closed = search.data, search.served, search.closed
        touched, held, share = search.touched, search.held, search.share
        block, full = data.block, data.full
        self.data, self.touched, self.goals = data, touched, search.goals
        open_column = ~closed & served[block.decision]
        several = np.bincount(block.decision, open_column, minlength=len(full)) > 1
        self.routed = np.flatnonzero(served & (several | touched))
        is_routed = np.zeros(len(full), dtype=bool)
        is_routed[self.routed] = True
        self.columns = np.flatnonzero(open_column & is_routed[block.decision])
        self.owner = block.decision[self.columns]
        self.heads = _units(data, self.columns)
        self.stretch = full / np.maximum(self.heads, TINY)
        self.single = np.flatnonzero(open_column & ~is_routed[block.decision])
        self.direct = block.decision[self.single]
        self.ceiling = np.ones(len(full))
        self.ceiling[self.direct] = data.most[self.single] / full[self.direct]
        rows = data.rows
        self.load = sparse.csc_array(rows[:, self.single] * full[self.direct][None, :])
        most = np.minimum(data.most, (np.where(held, share, 1.0) * full)[block.decision])
        fixed = np.where(closed & data.settled[block.decision], data.lower, 0.0)
        base = rows @ fixed
        reach = base + rows[:, self.columns] @ most[self.columns]
        reach += self.load @ np.where(held, share, self.ceiling)[self.direct]
        self.kept = np.flatnonzero(reach > data.limit * (1 + 1e-12))
        load = self.load.tocsr()[self.kept]
        heads = self.heads[self.owner]
        matrix, self.unit = _in_shares(rows, data.limit, self.kept, self.columns, heads, load)
        self.load = sparse.csc_array(_without_negligible(load / self.unit[:, None]))
        self.limit = (data.limit - base)[self.kept] / self.unit
        self.limit -= self.load @ np.where(held, np.maximum(share - slack, 0), 0.0)[self.direct]
        self.tight = np.zeros(len(self.kept), dtype=bool)
        self.stuck = np.zeros(len(full), dtype=bool)
        self.level: int | None = None
        self.anchor: tuple[int | None, float] = (None, 0.0)
        self.levels: dict[int, int] = {}
        self.tied = np.zeros(len(full), dtype=bool)
        self.programme = self._write(search, matrix, most, fixed, slack)

    def _write(
        self, search: _Search, matrix: sparse.csr_array, most: Floats, fixed: Floats, slack: float
    ) -> LinearProgramme:
        held, share, missing = search.held, search.share, search.missing
        data, block, goals = self.data, self.data.block, self.goals
        full, columns, routed = data.full, self.columns, self.routed
        heads, stretch = self.heads, self.stretch[routed]
        place = np.full(len(full), -1)
        place[routed] = np.arange(len(routed))
        pick = sparse.csr_array(
            (np.ones(len(columns)), (place[self.owner], np.arange(len(columns)))),
            shape=(len(routed), len(columns)),
        )
        capped = np.flatnonzero(self.touched[routed])
        tiers = sorted(missing)
        grid = [[matrix], [pick], [pick[capped]]]
        counted = block.bounds.matrix[goals]
        if len(goals):
            lock = np.array([data.goal_tier[goals] == t for t in tiers], dtype=float)
            grid = [[*row, None] for row in grid]
            grid += [
                [counted[:, columns] * heads[self.owner][None, :], sparse.eye_array(len(goals))],
                [None, sparse.csr_array(lock.reshape(len(tiers), len(goals)))],
            ]
        self.least = data.goal[goals] - counted @ fixed
        self.goal_rows = len(self.kept) + len(routed) + len(capped) + np.arange(len(goals))
        pursued = np.isin(data.goal_tier[goals], tiers)
        own = np.where(held, share, 0.0)[routed] * stretch
        give = np.where(held[routed], slack, 0.0) * stretch
        lower_rows = [
            np.full(len(self.kept), -np.inf), np.maximum(own - give, 0),
            np.full(len(capped), -np.inf), np.where(pursued, self.least, -np.inf),
            np.full(len(tiers), -np.inf),
        ]  # fmt: skip
        upper_rows = [
            np.maximum(self.limit, 0), own + give, stretch[capped],
            np.full(len(goals), np.inf),
            np.array([missing[t] + slack * (1 + data.goal[goals].sum()) for t in tiers]),
        ]  # fmt: skip
        most = (most / np.maximum(heads, TINY)[block.decision])[columns]
        nothing = np.zeros(len(columns) + len(goals))
        return LinearProgramme.stepwise(
            sparse.csc_array(sparse.block_array(grid, format="csc")), nothing, nothing,
            np.concatenate([most, data.goal[goals]]), np.concatenate(lower_rows),
            np.concatenate(upper_rows),
        )  # fmt: skip

    def start(self, active: Flags) -> None:
        """Let the decisions of a tier rise from nothing."""
        self.level, self.anchor = None, (None, 0.0)
        self.free(active)

    def free(self, active: Flags, most: float = np.inf) -> None:
        """Let decisions stand above their level, by `most`, so that prices are never negative."""
        chosen = np.flatnonzero(active[self.routed])
        rows = len(self.kept) + chosen
        room = most * self.stretch[self.routed[chosen]]
        self.programme.set_rows(rows, np.zeros(len(rows)), room)

    def limited(self, active: Flags) -> bool:
        """Whether any row limits what is rising."""
        direct = self.load @ active[self.direct].astype(float)
        return bool(direct.any() or active[self.routed].any())

    def pursue(self, chosen: Flags, due: Flags, held: Flags) -> Optimum:
        """Make what the goals `chosen` miss in sum as small as possible, and keep to it."""
        programme, size = self.programme, len(self.columns)
        self.free(due)
        rows = self.goal_rows[chosen]
        programme.set_rows(rows, self.least[chosen], np.full(len(rows), np.inf))
        cost = np.zeros_like(programme.cost)
        cost[size : size + len(chosen)] = chosen
        programme.set_cost(cost)
        optimum = programme.solve()
        self.lock(optimum, 1.0, held)
        return optimum

    def bind(self, active: Flags, low: float, high: float) -> None:
        """Hang what is active on a level between `low` and `high`."""
        programme = self.programme
        column = self._level_column(active)
        if self.level is None:
            entering = sparse.csc_array(column[:, None])
            place = programme.add_columns(entering, np.zeros(1), np.array([low]), np.array([high]))
            self.level = int(place[0])
        else:
            programme.set_column(self.level, column)
            programme.set_bounds(np.array([self.level]), np.array([low]), np.array([high]))

    def raise_all(self, active: Flags, low: float, high: float) -> tuple[float, Optimum, float]:
        """Raise what is active as far as it goes; return the level, the answer and its scale."""
        self.bind(active, low, high)
        programme = self.programme
        # keeps duals near 1, far above the solver's tolerance
        scale = float(np.abs(programme.column(self.level or 0)).max(initial=0.0))
        cost = np.zeros_like(programme.cost)
        cost[self.level] = -scale
        programme.set_cost(cost)
        optimum = programme.solve()
        return float(optimum.x[self.level or 0]), optimum, scale

    def prices(self, dual: Floats) -> tuple[Floats, Floats]:
        """Return the multiplier of each decision and the price of each kept limit.

        A limit that has been kept tight may have a negative price: what was settled before takes
        more of it, and leaves less of the rest.
        """
        count = len(self.kept)
        price = np.zeros(len(self.ceiling))
        price[self.direct] = -(dual[:count] @ self.load)
        price[self.routed] = dual[count : count + len(self.routed)] * self.stretch[self.routed]
        return price, -dual[:count] / self.unit

    def slopes(
        self, optimum: Optimum, scale: float, held: Flags, price: Floats
    ) -> tuple[Ints, Floats]:
        """Return the shares, of those `held` before, that the level depends on, and how much.

        A decision tied to a level that is still a variable moves with the limits that fix it,
        as their prices say already; unless that level is at its own bounds: then one of
        them represents it.
        """
        fixed = np.flatnonzero(held & ~self.tied & (price != 0))
        found = dict(zip(fixed.tolist(), (-price[fixed]).tolist(), strict=True))
        slope = -optimum.reduced / scale
        for place, who in self.levels.items():
            if abs(slope[place]) > BOUND:
                found[who] = found.get(who, 0.0) + float(slope[place])
        below = self.levels.get(-1 if self.anchor[0] is None else self.anchor[0])
        if self.level is not None and below is not None and slope[self.level] < -BOUND:
            found[below] = found.get(below, 0.0) + float(slope[self.level])
        return np.array(list(found), dtype=np.int64), np.array(list(found.values()), dtype=float)

    def keep(self, held: Flags, topped: Flags, optimum: Optimum, scale: float, top: float) -> None:
        """Keep `held` at the level just found, and `topped` at `top`, their own ceiling."""
        assert self.level is not None
        level = float(optimum.x[self.level])
        if abs(float(optimum.reduced[self.level])) <= 1e-7 * scale:
            self.programme.set_column(self.level, self._level_column(held))
            place = np.array([self.level])
            self.programme.set_bounds(place, np.array([level - DRIFT]), np.array([level + DRIFT]))
            self._rows(held, 0.0)
            self.tied |= held
            if held.any():
                self.levels[self.level] = int(np.argmax(held))
            self.anchor, self.level = (self.level, level), None
        elif level < top - 1e-12:
            self.tie(held)
        else:
            topped, self.anchor = held | topped, (None, top)
            self._retire()
        self._fix(topped, top)

    def _retire(self) -> None:
        """Take a level out of use on which nothing hangs any more."""
        if self.level is not None:
            place = np.array([self.level])
            self.programme.set_column(self.level, np.zeros(self.programme.matrix.shape[0]))
            self.programme.set_bounds(place, np.zeros(1), np.zeros(1))
        self.level = None

    def release(self, held: Flags, top: float) -> None:
        """Keep decisions that no row limits at their own ceiling."""
        self.anchor = (None, top)
        self._retire()
        self._fix(held, top)

    def tie(self, held: Flags) -> None:
        """Tie decisions to the level that was settled last."""
        self._retire()
        place, value = self.anchor
        if place is None:
            self._fix(held, value)
        else:
            column = self.programme.column(place) + self._level_column(held)
            self.programme.set_column(place, column)
            self._rows(held, 0.0)
            self.tied |= held

    def _fix(self, held: Flags, share: float) -> None:
        """Keep decisions at a share."""
        self._rows(held, share)
        chosen = held[self.direct]
        if chosen.any() and share > 0:
            self.limit = self.limit - self.load @ np.where(chosen, share, 0.0)
            left = np.maximum(self.limit, 0)
            lower = np.where(self.tight, left, -np.inf)
            self.programme.set_rows(np.arange(len(left)), lower, left)

    def _rows(self, held: Flags, value: float) -> None:
        chosen = np.flatnonzero(held[self.routed])
        amount = value * self.stretch[self.routed[chosen]]
        self.programme.set_rows(len(self.kept) + chosen, amount, amount)

    def _level_column(self, active: Flags) -> Floats:
        """Return the column of a level on which decisions hang."""
        count = len(self.kept)
        column = np.zeros(self.programme.matrix.shape[0])
        column[:count] = self.load @ active[self.direct].astype(float)
        column[count : count + len(self.routed)] = -self.stretch[self.routed] * active[self.routed]
        return column

    def lock(self, optimum: Optimum, scale: float, begun: Flags) -> None:
        """Keep what every optimum has in common: rows with a price, columns with a reduced cost.

        Decisions that have not begun to rise are empty for now, not for good. But what they would
        take from a row with a price they can never have.
        """
        programme, count, size = self.programme, len(self.kept), len(self.columns)
        dual = optimum.dual.copy()
        routes = slice(count, count + len(self.routed))
        dual[routes][~begun[self.routed]] = 0.0
        size_of_dual = float(np.abs(dual).max(initial=0.0))
        tiny = PRICED * max(scale / float(self.stretch.max(initial=1.0)), size_of_dual)
        reduced = programme.cost - programme.matrix.T @ dual
        owned = size + len(self.goals)
        shut = (reduced[:owned] > tiny) & (optimum.x[:owned] <= 1e-9)
        gap = programme.upper[:owned] - optimum.x[:owned]
        programme.hold_columns(shut, (reduced[:owned] < -tiny) & (gap <= 1e-9))
        priced = np.abs(dual) > tiny
        priced[routes] = False
        programme.hold_rows(priced & (dual > 0), priced & (dual < 0))
        self.tight |= priced[:count]
        cost = -(dual[:count] @ self.load)
        self.stuck[self.direct[~begun[self.direct] & (cost > tiny)]] = True
        still = np.bincount(self.owner, programme.upper[:size] > 0, minlength=len(self.stuck))
        self.stuck[self.routed[still[self.routed] == 0]] = True

    def raise_apart(
        self, active: Flags, wanted: Flags, own: Ints | None, level: float, room: float
    ) -> tuple[Floats, Optimum, Ints]:
        """Let decisions rise each on its own: the largest sum of what `wanted` ones can add.

        Returns what each decision adds, the answer, and the places of the columns made for
        decisions without columns of their own (pass them back in the next call).
        """
        programme = self.programme
        chosen = np.flatnonzero(active[self.direct])
        rows = len(self.kept) + np.flatnonzero(active[self.routed])
        if own is None:
            self.bind(active, level, level)
            self.free(active, room)
            self.free(active & self.touched)
            own = self._apart(chosen, room)
        cost = np.zeros_like(programme.cost)
        cost[: len(self.columns)] = -(wanted & active)[self.owner].astype(float)
        cost[own] = -wanted[self.direct[chosen]].astype(float)
        programme.set_cost(cost)
        optimum = programme.solve()
        added = np.zeros(len(self.ceiling))
        added[self.direct[chosen]] = optimum.x[own]
        rising = self.routed[active[self.routed]]
        added[rising] = (programme.matrix @ optimum.x)[rows] / self.stretch[rising]
        return np.maximum(added, 0.0), optimum, own

    def _apart(self, chosen: Ints, room: float) -> Ints:
        load = self.load[:, chosen].tocoo()
        shape = (self.programme.matrix.shape[0], len(chosen))
        return self.programme.add_columns(
            sparse.csc_array((load.data, load.coords), shape=shape),
            np.zeros(len(chosen)), np.zeros(len(chosen)), np.full(len(chosen), room),
        )  # fmt: skip

    def rejoin(self, own: Ints, active: Flags) -> None:
        """Undo :meth:`raise_apart`."""
        self.programme.set_bounds(own, np.zeros(len(own)), np.zeros(len(own)))
        self.free(active)


def _units(data: StageData, columns: Ints) -> Floats:
    """Return the people in whom each decision is counted: its cap, or what its rows can carry.

    The second only for caps of more than :data:`STRETCH` times as many, and not where rows carry
    no people at all. `columns` are those with people to decide on.
    """
    rows = sparse.csc_array(data.rows[:, columns])
    carried = np.full(len(columns), np.inf)
    place = np.repeat(np.arange(len(columns)), np.diff(rows.indptr))
    counts = rows.data > 0
    np.minimum.at(carried, place[counts], (data.limit[rows.indices] / rows.data)[counts])
    most = np.zeros(len(data.full))
    np.maximum.at(most, data.block.decision[columns], carried)
    coarse = (most > 0) & (data.full > STRETCH * most)
    return np.where(coarse, np.maximum(most, 1e-6), data.full)  # 1e-6: the smallest cap of a file


def _in_shares(
    rows: sparse.csr_array,
    limit: Floats,
    kept: Ints,
    columns: Ints,
    heads: Floats,
    load: sparse.csr_array,
) -> tuple[sparse.csr_array, Floats]:
    """Return rows per unit of a column and per unit of limit, so that numbers lie near 1."""
    matrix = sparse.csr_array(rows[kept][:, columns] * heads[None, :])
    own = np.maximum(limit[kept], TINY)
    unit = own.copy()
    for part in (matrix, load):
        if part.shape[1]:
            unit = np.maximum(unit, part.max(axis=1).toarray().ravel())
    least = np.maximum(own, 1.0)  # a certificate compares with one plus the limit
    unit = np.where(unit > STRETCH * least, least, unit)
    return _without_negligible(matrix / unit[:, None]), unit


def _without_negligible(matrix: sparse.sparray) -> sparse.csr_array:
    """Return a matrix in parts of limits without the entries that the solver would drop."""
    kept = sparse.csr_array(matrix)
    small = np.abs(kept.data) <= NEGLIGIBLE
    if small.any():
        kept.data[small] = 0.0
        kept.eliminate_zeros()
    return kept


@dataclass(eq=False)
class _State:
    """The point reached: values of the columns of the face, and its basis."""

    x: Floats
    column: Ints
    row: Ints
    link: Ints


def _even_out(
    face: LinearProgramme, x: Floats, size: int, owner: Ints, loose: Ints, stretch: Floats
) -> tuple[Floats, list[Certificate], int]:
    """Return the levelled shares, as columns (size,), with certificates and number of solves.

    The first `size` columns of `face` are shares, of the decisions `owner`, `stretch` units of a
    column in each; `x` is any point of it. Columns in `loose`, such as what goals miss, may move
    freely, all others stay where they are.
    """
    basis = face.basis()
    if (stretch != 1).any():
        unit = np.concatenate([stretch, np.ones(len(x) - size)])
        face, x = _in_units(face, unit), x / unit
    matrix = sparse.csr_array(face.matrix)
    room = face.upper - face.lower
    free, loose = np.flatnonzero(room[:size] > OPEN), loose[room[loose] > OPEN]
    state = _State(x.copy(), *basis, np.full(size, BASIC))
    proofs: list[Certificate] = []
    solves = 0
    waiting = [free]
    while waiting:
        columns = waiting.pop()
        columns = columns[
            np.bincount(owner[columns], minlength=int(owner.max()) + 1)[owner[columns]] > 1
        ]
        for part in _parts(face, matrix, state, columns, owner, loose):
            active = part.solve()
            part.hand_over(state)
            proofs += part.proofs
            solves += len(part.proofs)
            if active.any():
                waiting.append(part.places[: part.count][active])
    return state.x[:size] * stretch, proofs, solves


def _in_units(programme: LinearProgramme, unit: Floats) -> LinearProgramme:
    """Return a programme with columns counted in units."""
    return LinearProgramme.stepwise(
        sparse.csc_array(programme.matrix * unit[None, :]), programme.cost * unit,
        programme.lower / unit, programme.upper / unit, programme.row_lower, programme.row_upper,
    )  # fmt: skip


def _parts(
    face: LinearProgramme,
    matrix: sparse.csr_array,
    state: _State,
    columns: Ints,
    owner: Ints,
    loose: Ints,
) -> Iterator[_Part]:
    """Split open columns into parts that share no row that can bind; all else stays where it is."""
    if not len(columns):
        return
    chosen = np.concatenate([columns, loose])
    fixed = state.x.copy()
    fixed[chosen] = 0
    used = matrix @ fixed
    rows = sparse.csr_array(matrix[:, chosen])
    present = rows @ state.x[chosen]
    # rounding may have left people a hair outside
    lower = np.minimum(face.row_lower - used, present)
    upper = np.maximum(face.row_upper - used, present)
    most = abs(rows) @ face.upper[chosen]
    kept = np.flatnonzero((np.diff(rows.indptr) > 0) & ((most > upper) | np.isfinite(lower)))
    rows = sparse.csr_array(rows[kept])
    of_row, of_column = _connected(rows)
    for number in np.unique(of_column[: len(columns)]):
        inside = np.flatnonzero(of_column == number)
        part_rows = np.flatnonzero(of_row == number)
        yield _Part(
            sparse.csc_array(rows[part_rows][:, inside]), lower[kept[part_rows]],
            upper[kept[part_rows]], face.upper[chosen[inside]], state, chosen[inside],
            kept[part_rows],
            owner[chosen[inside][inside < len(columns)]],
        )  # fmt: skip


def _connected(rows: sparse.csr_array) -> tuple[Ints, Ints]:
    """Number the parts of a matrix that share no row and no column, by row and by column.

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


class _Part:
    """One part that shares no row with the others.

    Columns are shares, what may move freely, and then levels. A level counts how far shares have
    come down from the height `start` at which it was made. Rows are those of the face and one for
    each share: what it takes and its level together are at most that height, and its lift.
    """

    def __init__(
        self,
        matrix: sparse.csc_array,
        row_lower: Floats,
        row_upper: Floats,
        upper: Floats,
        state: _State,
        places: Ints,
        rows: Ints,
        owner: Ints,
    ):
        self.count, self.places, self.rows = len(owner), places, rows
        self.owner = np.unique(owner, return_inverse=True)[1]
        self.x = state.x[places]
        self.active = np.ones(self.count, dtype=bool)
        self.total = np.bincount(self.owner, self.x[: self.count]).astype(float)
        self.links = len(rows) + np.arange(self.count)
        self.level: int | None = None
        self.start = 0.0
        link = sparse.eye_array(self.count, len(places))
        endless = np.full(self.count, np.inf)
        self.programme = LinearProgramme.stepwise(
            sparse.csc_array(sparse.vstack([matrix, link])),
            np.zeros(len(places)),
            np.zeros(len(places)),
            np.maximum(upper, self.x),
            np.concatenate([row_lower, -endless]),
            np.concatenate([row_upper, endless]),
        )
        links = state.link[places[: self.count]].copy()
        links[self.x[: self.count] < self.x[: self.count].max() - OPEN] = BASIC
        self.programme.start_from(state.column[places], np.concatenate([state.row[rows], links]))
        self.proofs: list[Certificate] = []

    def solve(self) -> Flags:
        """Level for some steps; return which shares are still open.

        Most decisions end with their pools shared evenly. Many of those are tried at once: shares
        of decisions with an even level above c may stand e − c above the rest. Where the rest
        then fits at c, all of them were right; where it does not, fewer are tried.
        """
        stride = 1
        while self.active.any() and len(self.proofs) < STEPS:
            even = self._even_levels()[self.owner]
            levels = np.unique(even[self.active])[::-1]
            cut = float(levels[min(stride, len(levels)) - 1])
            lift = np.maximum(even - cut, 0.0)
            try:
                optimum, top = self._step(lift)
            except SolverError:
                if not self.proofs:
                    self.active[:] = False
                break
            if top > cut + OPEN and stride > 1:
                stride = max(stride // 4, 1)
                continue
            if top <= cut + OPEN:
                held = self.active & (even >= cut - OPEN)
                stride *= 2
            else:
                pressure = np.maximum(-optimum.dual[self.links], 0) * self.active
                held = self.active & (pressure > BOUND_PRICE * max(float(pressure.max()), 1e-300))
            self._lock(optimum)
            self._tie(held, lift, optimum)
            self.active &= ~held
            if not held.any() or top <= OPEN:
                self.active[:] = False
        return self.active

    def _step(self, lift: Floats) -> tuple[Optimum, float]:
        """Bring open shares down as far as they go, where each may stand by its lift above."""
        programme = self.programme
        if self.level is None:
            self.start = float(self.x[: self.count][self.active].max())
            self.level = int(
                programme.add_columns(
                    sparse.csc_array(self._level_column(self.active)[:, None]),
                    np.zeros(1), np.zeros(1), np.array([self.start]),
                )[0]
            )  # fmt: skip
        chosen = self.links[self.active]
        programme.set_rows(chosen, np.full(len(chosen), -np.inf), lift[self.active] + self.start)
        cost = np.zeros_like(programme.cost)
        cost[self.level] = -1.0
        programme.set_cost(cost)
        optimum = programme.solve()
        self.proofs.append(optimum.certificate)
        self.x = optimum.x[: len(self.places)]
        return optimum, self.start - float(optimum.x[self.level])

    def _level_column(self, some: Flags) -> Floats:
        """Return the column of a level on which shares hang."""
        column = np.zeros(self.programme.matrix.shape[0])
        column[self.links] = some.astype(float)
        return column

    def _tie(self, held: Flags, lift: Floats, optimum: Optimum) -> None:
        """Keep shares where they are below the level just found."""
        assert self.level is not None
        place, down = np.array([self.level]), float(optimum.x[self.level])
        drift = DRIFT if abs(float(optimum.reduced[self.level])) <= 1e-7 else 0.0
        self.programme.set_column(self.level, self._level_column(held))
        self.programme.set_bounds(place, np.array([down - drift]), np.array([down + drift]))
        height = lift[held] + self.start
        self.programme.set_rows(self.links[held], height, height)
        rest = self.links[self.active & ~held]
        self.programme.set_rows(rest, np.full(len(rest), -np.inf), np.full(len(rest), np.inf))
        self.level = None

    def _lock(self, optimum: Optimum) -> None:
        """Keep what every optimum has in common: rows with a price, columns with a reduced cost."""
        tiny = PRICED * max(1.0, float(np.abs(optimum.dual).max(initial=0.0)))
        own, dual = optimum.reduced[: len(self.places)], optimum.dual[: len(self.rows)]
        self.programme.hold_columns(own > tiny, own < -tiny)
        self.programme.hold_rows(dual > tiny, dual < -tiny)

    def hand_over(self, state: _State) -> None:
        """Write down the point reached, for the parts that follow."""
        state.x[self.places] = self.x
        columns, rows = self.programme.basis()
        state.column[self.places] = columns[: len(self.places)]
        state.row[self.rows] = rows[: len(self.rows)]
        state.link[self.places[: self.count]] = rows[len(self.rows) :]

    def _even_levels(self) -> Floats:
        """Return each decision's even level: what its open shares take if all take the same."""
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


class _Search:
    """The state of one solve: levels of decisions, and what is still open.

    Attributes
    ----------
    closed : ndarray of bool (columns,)
        Columns that are settled.
    served, touched, held : ndarray of bool (decisions,)
        Decisions that can get anybody, that a goal counts, and that no longer rise.
    share : ndarray (decisions,)
    goals : ndarray of int
        Bound rows with a goal.
    missing : dict of int to float
        What the goals of a tier miss in sum.
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
        self.proofs: list[Certificate] = []
        self.solves = self.repairs = 0
        self.sensitivities = DualSensitivities()
        self.levels_lp: _Levels | None = None
        self.retreats = 0
        self.preference: tuple[Floats, Floats] = (np.zeros((0, len(self.people))), np.zeros(0))
        self.goals = np.flatnonzero(data.goal > 0)
        counted = np.asarray(block.bounds.matrix[self.goals].sum(axis=0)).ravel() > 0
        self.touched = np.bincount(block.decision, counted & ~self.closed, minlength=size) > 0

    def solve(self, even: bool = True) -> StageSolution:
        """Solve tier by tier, then settle ties; evenly between pools if `even`."""
        data, block = self.data, self.data.block
        for tier in data.tiers:
            chosen = (data.tier == tier) & self.served
            goals = self.goals[data.goal_tier[self.goals] == tier]
            if len(goals):
                self._pursue(tier)
            self._rise(chosen)
        people = self.people.copy()
        levels = self.levels_lp
        if levels is not None and len(levels.columns):
            shares, proofs, solves = self._spread(levels, even)
            people[levels.columns] = shares * levels.heads[levels.owner]
            self.proofs += proofs
            self.solves += solves
        price = self.sensitivities.prices(data.full * data.counted, len(data.limit))
        missing = np.zeros(len(data.goal))
        reached = block.bounds.matrix[self.goals] @ people
        missing[self.goals] = np.maximum(data.goal[self.goals] - reached, 0)
        proof = worst(*self.proofs)
        share = np.where(self.held & self.served, self.share, np.nan)
        cost, value = self.preference
        locks = Locks(share, cost, value, dict(self.missing))
        return StageSolution(
            people, missing, price, proof, self.solves, self.repairs, self.sensitivities, locks
        )

    def _spread(self, levels: _Levels, even: bool) -> tuple[Floats, list[Certificate], int]:
        """Settle what ties: first-named pools, then no more from one pool than needed."""
        block = self.data.block
        programme, size = levels.programme, len(levels.columns)
        owner = block.decision[levels.columns]
        heads = levels.heads[owner]
        worth = block.duty_months[owner] * block.option[levels.columns] * heads
        cost = np.zeros_like(programme.cost)
        cost[:size] = worth / (worth.max() or 1.0)
        left, most, before = cost, 1.0, np.inf
        while ROUNDING < most < before / 2:  # what small caps still prefer on the optimal face
            programme.set_cost(left / most)
            optimum = programme.solve()
            self._note(optimum)
            before, left = most, programme.pin(optimum, 1.0) * most
            most = float(np.abs(left).max(initial=0.0))
        per_person = np.zeros(len(self.people))
        per_person[levels.columns] = cost[:size] / heads
        unit = float(np.abs(per_person).max()) or 1.0
        self.preference = per_person[None, :] / unit, np.array([cost @ optimum.x / unit])
        if not even:
            return optimum.x[:size], [], 0
        goals = size + np.arange(len(self.goals))
        return _even_out(programme, optimum.x, size, owner, goals, levels.stretch[owner])

    def _levels(self, slack: float = 0.0) -> _Levels:
        if self.levels_lp is None:
            self.levels_lp = _Levels(self, slack)
        return self.levels_lp

    def _pursue(self, tier: int) -> None:
        """Find the least that the goals of a tier must miss in sum, and keep to it."""
        levels = self._levels()
        chosen = self.data.goal_tier[self.goals] == tier
        # decisions that a goal counts may take any share for now
        due = (self.data.tier <= tier) & ~self.held & self.touched
        optimum = levels.pursue(chosen, due, self.held)
        self._note(optimum)
        size = len(levels.columns)
        self.missing[tier] = max(float(optimum.x[size : size + len(chosen)][chosen].sum()), 0.0)

    def _note(self, optimum: Optimum) -> None:
        self.proofs.append(optimum.certificate)
        self.solves += 1
        if self.levels_lp is not None:
            self.repairs += self.levels_lp.programme.cold_repairs
            self.levels_lp.programme.cold_repairs = 0

    def _rise(self, chosen: Flags) -> None:
        """Raise the decisions of one tier until every one of them is held."""
        data = self.data
        self.active = chosen.copy()
        level, idle = 0.0, 0
        levels = self._levels()
        levels.start(chosen)
        self._fix_shares(chosen & levels.stuck, 0.0)
        levels.tie(chosen & levels.stuck)
        while self.active.any():
            top = max(min(1.0, float(levels.ceiling[self.active].min())), level)
            if not levels.limited(self.active):
                level = self._release(levels, top)
                continue
            try:
                reached, optimum, scale = levels.raise_all(self.active, level, top)
            except SolverError:
                levels, level = self._retreat(level)
                continue
            self._note(optimum)
            idle = idle + 1 if reached - level <= GROWN else 0
            level = max(reached, level)
            self._bind(levels, optimum, scale, level, top)
            if idle > 1 and self.active.any() and level < top - 1e-9:
                self._bind_all(levels, level, top)
                idle = 0
            heads = levels.heads[levels.owner]
            self.people[levels.columns] = optimum.x[: len(levels.columns)] * heads
        self.people[levels.single] = (self.share * data.full)[levels.direct]

    def _fix_shares(self, held: Flags, level: float) -> None:
        self.share[held] = level
        self.active &= ~held
        self.held |= held

    def _bind_all(self, levels: _Levels, level: float, top: float) -> None:
        """Hold at once every decision that cannot rise, where prices name only a few of them.

        By convexity those that rise in some allocation can all rise a little in one; so who never
        rises while the sum over the others is made as large as possible is held.
        """
        wanted, own = self.active.copy(), None
        room = min(0.01, top - level)
        while wanted.any():
            added, optimum, own = levels.raise_apart(self.active, wanted, own, level, room)
            self._note(optimum)
            still = wanted & (added <= 1e-7)
            if (still == wanted).all():
                break
            wanted = still
        many = float(max(int(wanted.sum()), 1))
        price, row_price = levels.prices(optimum.dual / many)
        before = levels.slopes(optimum, many, self.held, price)
        if own is not None:
            levels.rejoin(own, self.active)
        levels.tie(wanted)
        self._fix_shares(wanted, level)
        self._record(levels, wanted, level, before, row_price, 0.0)

    def _release(self, levels: _Levels, top: float) -> float:
        """Hold at their own ceiling decisions that no row limits; return the new level."""
        held = self.active & (levels.ceiling <= top + 1e-12)
        self._fix_shares(held, top)
        levels.release(held, top)
        self.sensitivities.steps.append(
            Step(np.flatnonzero(held), top, *(np.zeros(0, dtype=int),) * 4)
        )
        return top

    def _retreat(self, level: float) -> tuple[_Levels, float]:
        """Write the programme anew from the shares settled so far; return it and the level."""
        if self.retreats >= len(RETREATS):
            raise SolverError("the shares settled so far left no feasible way on")
        slack = RETREATS[self.retreats]
        self.retreats += 1
        self.levels_lp = None
        levels = self._levels(slack)
        levels.start(self.active)
        return levels, max(level - slack, 0.0)

    def _bind(
        self, levels: _Levels, optimum: Optimum, scale: float, level: float, top: float
    ) -> None:
        """Hold the decisions that a positive price or their own ceiling names."""
        price, row_price = levels.prices(optimum.dual / scale)
        held = self.active & (price > BOUND_PRICE * max(float(price[self.active].max()), 1e-300))
        topped = np.zeros(len(held), dtype=bool)
        if level >= top - 1e-12:
            topped = self.active & (levels.ceiling <= level + 1e-12)
            if not (price[self.active] > 1e-6).any():
                held[:] = False
        before = levels.slopes(optimum, scale, self.held, price)
        levels.lock(optimum, scale, self.held | self.active)
        levels.keep(held, topped & ~held, optimum, scale, top)
        self._fix_shares(held | topped, level)
        self._record(levels, held | topped, level, before, row_price, BOUND_PRICE)

    def _record(
        self,
        levels: _Levels,
        held: Flags,
        level: float,
        before: tuple[Ints, Floats],
        row_price: Floats,
        tiny: float,
    ) -> None:
        """Remember which rows held whom, and through whom of those held before."""
        size = np.abs(row_price)
        rows = np.flatnonzero(size > tiny * size.max(initial=0.0))
        self.sensitivities.steps.append(
            Step(np.flatnonzero(held), level, levels.kept[rows], row_price[rows], *before)
        )


def solve_fair(data: StageData, even: bool = True) -> StageSolution:
    """Return the lexicographic max-min allocation of one block.

    Parameters
    ----------
    data : StageData
    even : bool
        Whether to settle, at last, which of several pools serves; who gets how many does not
        depend on it.
    """
    choices = np.bincount(data.block.decision, data.most > 0, minlength=len(data.full))
    if (choices > 1)[~data.settled].any() or (data.goal > 0).any():
        return _Search(data).solve(even)
    return _fill(data)


def _fill(data: StageData) -> StageSolution:
    """Every decision has one pool: fill row by row, no solver."""
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
        _follow(sensitivities, filling, data, rows, columns, done)
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


def _follow(
    sensitivities: DualSensitivities,
    filling: Filling,
    data: StageData,
    rows: sparse.csc_array,
    columns: Ints,
    done: list[Ints],
) -> None:
    """Write the steps of one filling: a row that gives out holds all that still rise in it."""
    decision = data.block.decision
    earlier = np.concatenate([*done, columns]) if done else columns
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
