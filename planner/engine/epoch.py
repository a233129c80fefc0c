"""The written-out programme of a fair solve: what is open, and what has been settled, as structure.

Everything is in shares of a decision's cap and per unit of limit, so that numbers lie near 1.

What a step has settled is kept by complementary slackness, not by its numbers: a row with a price
stays tight for good, a column with a reduced cost stays where it is, and who is held by a price
stays tied to the level of that step, which remains a variable and is determined by those rows. So
nothing is lost to rounding from one step to the next, however many there are.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.engine.highs import LinearProgramme, Optimum
from planner.engine.setting import Setting

__all__ = ["Epoch"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

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


class Epoch:
    """The programme in which the shares of all tiers rise, one after the other.

    Columns are the open columns of *routed* decisions (several open pools, or touched by a goal),
    what each goal misses, and then the levels. Rows are the limits that can bind, one row a
    routed decision, caps of touched decisions, goals, and what goals may miss in sum. A decision
    that hangs on a level has −1 there in its row; one with a single pool has what it takes of each
    limit.

    Parameters
    ----------
    setting : Setting
    served : ndarray of bool (decisions,)
        Decisions that can get anybody.
    closed : ndarray of bool (columns,)
        Columns that are settled.
    touched : ndarray of bool (decisions,)
        Decisions that a goal counts.
    goals : ndarray of int
        Bound rows with a goal.
    held, share : ndarray (decisions,), optional
        What has been settled already, where the programme is written anew.
    missing : dict, optional
        What the goals of a tier miss in sum, then.
    slack : float
        How far all that may give way, then: as a share, and in parts of what goals ask.
    """

    def __init__(
        self,
        setting: Setting,
        served: Flags,
        closed: Flags,
        touched: Flags,
        goals: Ints,
        held: Flags,
        share: Floats,
        missing: dict[int, float],
        slack: float = 0.0,
    ):
        block, full = setting.block, setting.full
        self.setting, self.touched, self.goals = setting, touched, goals
        open_column = ~closed & served[block.decision]
        several = np.bincount(block.decision, open_column, minlength=len(full)) > 1
        self.routed = np.flatnonzero(served & (several | touched))
        is_routed = np.zeros(len(full), dtype=bool)
        is_routed[self.routed] = True
        self.columns = np.flatnonzero(open_column & is_routed[block.decision])
        self.owner = block.decision[self.columns]
        self.single = np.flatnonzero(open_column & ~is_routed[block.decision])
        self.direct = block.decision[self.single]
        self.ceiling = np.ones(len(full))
        self.ceiling[self.direct] = setting.most[self.single] / full[self.direct]
        rows = setting.rows
        self.load = sparse.csc_array(rows[:, self.single] * full[self.direct][None, :])
        most = np.minimum(setting.most, (np.where(held, share, 1.0) * full)[block.decision])
        fixed = np.where(closed & setting.settled[block.decision], setting.lower, 0.0)
        base = rows @ fixed
        reach = base + rows[:, self.columns] @ most[self.columns]
        reach += self.load @ np.where(held, share, self.ceiling)[self.direct]
        self.kept = np.flatnonzero(reach > setting.limit * (1 + 1e-12))
        load = self.load.tocsr()[self.kept]
        matrix, self.unit = _in_shares(rows, setting, self.kept, self.columns, load)
        self.load = sparse.csc_array(_without_negligible(load / self.unit[:, None]))
        self.limit = (setting.limit - base)[self.kept] / self.unit
        self.limit -= self.load @ np.where(held, np.maximum(share - slack, 0), 0.0)[self.direct]
        self.tight = np.zeros(len(self.kept), dtype=bool)
        self.stuck = np.zeros(len(full), dtype=bool)
        self.level: int | None = None
        self.anchor: tuple[int | None, float] = (None, 0.0)
        self.levels: dict[int, int] = {}
        self.tied = np.zeros(len(full), dtype=bool)
        self.programme = self._write(matrix, most, held, share, missing, fixed, slack)

    def _write(
        self,
        matrix: sparse.csr_array,
        most: Floats,
        held: Flags,
        share: Floats,
        missing: dict[int, float],
        fixed: Floats,
        slack: float,
    ) -> LinearProgramme:
        setting, block, goals = self.setting, self.setting.block, self.goals
        full, columns, routed = setting.full, self.columns, self.routed
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
            lock = np.array([setting.goal_tier[goals] == t for t in tiers], dtype=float)
            grid = [[*row, None] for row in grid]
            grid += [
                [counted[:, columns] * full[self.owner][None, :], sparse.eye_array(len(goals))],
                [None, sparse.csr_array(lock.reshape(len(tiers), len(goals)))],
            ]
        self.least = setting.goal[goals] - counted @ fixed
        self.goal_rows = len(self.kept) + len(routed) + len(capped) + np.arange(len(goals))
        pursued = np.isin(setting.goal_tier[goals], tiers)
        own = np.where(held, share, 0.0)[routed]
        give = np.where(held[routed], slack, 0.0)
        lower_rows = [
            np.full(len(self.kept), -np.inf), np.maximum(own - give, 0),
            np.full(len(capped), -np.inf), np.where(pursued, self.least, -np.inf),
            np.full(len(tiers), -np.inf),
        ]  # fmt: skip
        upper_rows = [
            np.maximum(self.limit, 0), own + give, np.ones(len(capped)),
            np.full(len(goals), np.inf),
            np.array([missing[t] + slack * (1 + setting.goal[goals].sum()) for t in tiers]),
        ]  # fmt: skip
        most = (most / np.maximum(full, TINY)[block.decision])[columns]
        return LinearProgramme.stepwise(
            sparse.csc_array(sparse.block_array(grid, format="csc")),
            np.zeros(len(columns) + len(goals)),
            np.zeros(len(columns) + len(goals)),
            np.concatenate([most, setting.goal[goals]]),
            np.concatenate(lower_rows),
            np.concatenate(upper_rows),
        )

    def start(self, active: Flags) -> None:
        """Let the decisions of a tier rise from nothing."""
        self.level, self.anchor = None, (None, 0.0)
        self.free(active)

    def free(self, active: Flags, most: float = np.inf) -> None:
        """Let decisions stand above their level, by `most`, so that prices are never negative."""
        rows = len(self.kept) + np.flatnonzero(active[self.routed])
        self.programme.set_rows(rows, np.zeros(len(rows)), np.full(len(rows), most))

    def limited(self, active: Flags) -> bool:
        """Whether any row stands in the way of what is rising."""
        direct = self.load @ active[self.direct].astype(float)
        return bool(direct.any() or active[self.routed].any())

    def pursue(self, mine: Flags, due: Flags, held: Flags) -> Optimum:
        """Make what the goals `mine` miss in sum as small as possible, and keep to it."""
        programme, size = self.programme, len(self.columns)
        self.free(due)
        rows = self.goal_rows[mine]
        programme.set_rows(rows, self.least[mine], np.full(len(rows), np.inf))
        cost = np.zeros_like(programme.cost)
        cost[size : size + len(mine)] = mine
        programme.set_cost(cost)
        optimum = programme.solve()
        self.lock(optimum, 1.0, held)
        return optimum

    def hang(self, active: Flags, low: float, high: float) -> None:
        """Hang what is active on a level between `low` and `high`."""
        programme = self.programme
        column = self._hanging(active)
        if self.level is None:
            entering = sparse.csc_array(column[:, None])
            place = programme.add_columns(entering, np.zeros(1), np.array([low]), np.array([high]))
            self.level = int(place[0])
        else:
            programme.set_column(self.level, column)
            programme.set_bounds(np.array([self.level]), np.array([low]), np.array([high]))

    def raise_all(self, active: Flags, low: float, high: float) -> tuple[float, Optimum, float]:
        """Raise what is active as far as it goes; return the level, the answer and its scale."""
        self.hang(active, low, high)
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
        price[self.routed] = dual[count : count + len(self.routed)]
        return price, -dual[:count] / self.unit

    def slopes(
        self, optimum: Optimum, scale: float, held: Flags, price: Floats
    ) -> tuple[Ints, Floats]:
        """Return on whose shares, of those `held` before, the level depends, and how much.

        Who is tied to a level that is still a variable moves with the limits that fix it, whose
        prices say so already; unless that level is at its own bounds, for which one of them stands.
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

    def hold(self, held: Flags, topped: Flags, optimum: Optimum, scale: float, top: float) -> None:
        """Keep `held` at the level just found, and `topped` at `top`, their own ceiling."""
        assert self.level is not None
        level = float(optimum.x[self.level])
        if abs(float(optimum.reduced[self.level])) <= 1e-7 * scale:
            self.programme.set_column(self.level, self._hanging(held))
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

    def let_go(self, held: Flags, top: float) -> None:
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
            column = self.programme.column(place) + self._hanging(held)
            self.programme.set_column(place, column)
            self._rows(held, 0.0)
            self.tied |= held

    def _fix(self, held: Flags, share: float) -> None:
        """Keep decisions at a share."""
        self._rows(held, share)
        mine = held[self.direct]
        if mine.any() and share > 0:
            self.limit = self.limit - self.load @ np.where(mine, share, 0.0)
            left = np.maximum(self.limit, 0)
            lower = np.where(self.tight, left, -np.inf)
            self.programme.set_rows(np.arange(len(left)), lower, left)

    def _rows(self, held: Flags, value: float) -> None:
        rows = len(self.kept) + np.flatnonzero(held[self.routed])
        self.programme.set_rows(rows, np.full(len(rows), value), np.full(len(rows), value))

    def _hanging(self, active: Flags) -> Floats:
        """Return the column of a level on which decisions hang."""
        count = len(self.kept)
        column = np.zeros(self.programme.matrix.shape[0])
        column[:count] = self.load @ active[self.direct].astype(float)
        column[count : count + len(self.routed)] = -active[self.routed].astype(float)
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
        tiny = PRICED * max(scale, float(np.abs(dual).max(initial=0.0)))
        reduced = programme.cost - programme.matrix.T @ dual
        owned = size + len(self.goals)
        shut = np.flatnonzero((reduced[:owned] > tiny) & (optimum.x[:owned] <= 1e-9))
        programme.set_bounds(shut, programme.lower[shut], programme.lower[shut])
        gap = programme.upper[:owned] - optimum.x[:owned]
        full = np.flatnonzero((reduced[:owned] < -tiny) & (gap <= 1e-9))
        programme.set_bounds(full, programme.upper[full], programme.upper[full])
        priced = np.abs(dual) > tiny
        priced[routes] = False
        low, high = np.flatnonzero(priced & (dual > 0)), np.flatnonzero(priced & (dual < 0))
        programme.set_rows(low, programme.row_lower[low], programme.row_lower[low])
        programme.set_rows(high, programme.row_upper[high], programme.row_upper[high])
        self.tight |= priced[:count]
        cost = -(dual[:count] @ self.load)
        self.stuck[self.direct[~begun[self.direct] & (cost > tiny)]] = True
        still = np.bincount(self.owner, programme.upper[:size] > 0, minlength=len(self.stuck))
        self.stuck[self.routed[still[self.routed] == 0]] = True

    def rise_apart(
        self, active: Flags, wanted: Flags, own: Ints | None, level: float, room: float
    ) -> tuple[Floats, Optimum, Ints]:
        """Let decisions rise each on its own: the largest sum of what `wanted` ones can add.

        Returns what each decision adds, the answer, and the places of the columns made for
        decisions without columns of their own (pass them back in the next call).
        """
        programme = self.programme
        mine = np.flatnonzero(active[self.direct])
        rows = len(self.kept) + np.flatnonzero(active[self.routed])
        if own is None:
            self.hang(active, level, level)
            self.free(active, room)
            self.free(active & self.touched)
            own = self._apart(mine, room)
        cost = np.zeros_like(programme.cost)
        cost[: len(self.columns)] = -(wanted & active)[self.owner].astype(float)
        cost[own] = -wanted[self.direct[mine]].astype(float)
        programme.set_cost(cost)
        optimum = programme.solve()
        added = np.zeros(len(self.ceiling))
        added[self.direct[mine]] = optimum.x[own]
        added[self.routed[active[self.routed]]] = (programme.matrix @ optimum.x)[rows]
        return np.maximum(added, 0.0), optimum, own

    def _apart(self, mine: Ints, room: float) -> Ints:
        load = self.load[:, mine].tocoo()
        shape = (self.programme.matrix.shape[0], len(mine))
        return self.programme.add_columns(
            sparse.csc_array((load.data, load.coords), shape=shape),
            np.zeros(len(mine)), np.zeros(len(mine)), np.full(len(mine), room),
        )  # fmt: skip

    def settle(self, own: Ints, active: Flags) -> None:
        """Undo :meth:`rise_apart`."""
        self.programme.set_bounds(own, np.zeros(len(own)), np.zeros(len(own)))
        self.free(active)


def _in_shares(
    rows: sparse.csr_array, setting: Setting, kept: Ints, columns: Ints, load: sparse.csr_array
) -> tuple[sparse.csr_array, Floats]:
    """Return rows per share of a decision and per unit of limit, so that numbers lie near 1."""
    matrix = rows[kept][:, columns] * setting.full[setting.block.decision[columns]][None, :]
    matrix = sparse.csr_array(matrix)
    unit = np.maximum(setting.limit[kept], TINY)
    for part in (matrix, load):
        if part.shape[1]:
            unit = np.maximum(unit, part.max(axis=1).toarray().ravel())
    return _without_negligible(matrix / unit[:, None]), unit


def _without_negligible(matrix: sparse.sparray) -> sparse.csr_array:
    """Return a matrix in parts of limits without the entries that the solver would drop."""
    kept = sparse.csr_array(matrix)
    small = np.abs(kept.data) <= NEGLIGIBLE
    if small.any():
        kept.data[small] = 0.0
        kept.eliminate_zeros()
    return kept
