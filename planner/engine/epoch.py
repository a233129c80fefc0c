"""One written-out programme of a fair solve: what is open now, with the settled part moved right.

Everything is in shares of a decision's cap and per unit of limit, so that numbers lie near 1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.engine.highs import LinearProgramme, Optimum
from planner.engine.setting import Setting

__all__ = ["ELASTIC_COST", "SLACK", "YIELD", "Epoch"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

SLACK = 1e-9
"""How far below its settled share a decision may fall, as a share."""
YIELD = 1e-9
"""How much of each increment is given back, so that rounding never closes the last way through."""
ELASTIC, ELASTIC_COST = 1e-8, 1e5
"""How far a limit may stretch where rounding closes the last way through, and what that costs."""
LENIENCE = 1e-7
"""How far what the goals of a tier miss may grow after it was found, in persons."""
TINY = 1e-300


class Epoch:
    """One written-out programme: what is open now, with the settled part moved to the right.

    Columns are the open columns of *routed* decisions (several open pools, or touched by a goal),
    what each goal misses, and then the increments. Rows are the limits that can bind, one row a
    routed decision, caps of touched decisions, goals and what the goals may miss in sum.
    """

    def __init__(
        self,
        setting: Setting,
        served: Flags,
        held: Flags,
        active: Flags,
        share: Floats,
        closed: Flags,
        touched: Flags,
        goals: Ints,
        missing: dict[int, float],
    ):
        block = setting.block
        self.setting, self.active, self.share, self.touched = setting, active, share, touched
        open_column = ~closed & served[block.decision]
        several = np.bincount(block.decision, open_column, minlength=len(share)) > 1
        self.routed = np.flatnonzero(served & (several | touched))
        is_routed = np.zeros(len(share), dtype=bool)
        is_routed[self.routed] = True
        self.columns = np.flatnonzero(open_column & is_routed[block.decision])
        self.single = np.flatnonzero(open_column & ~is_routed[block.decision])
        self.direct = block.decision[self.single]
        full = setting.full
        rows = setting.rows
        self.steps = 0
        self.ceiling = np.ones(len(share))
        self.ceiling[self.direct] = setting.most[self.single] / full[self.direct]
        self.load = sparse.csc_array(rows[:, self.single] * full[self.direct][None, :])
        ceiling = np.where(held, share, 1.0)
        most = np.minimum(setting.most, (ceiling * full)[block.decision])
        fixed = np.where(closed & setting.settled[block.decision], setting.lower, 0.0)
        base = rows @ fixed
        reach = base + rows[:, self.columns] @ most[self.columns]
        reach += self.load @ ceiling[self.direct]
        self.kept = np.flatnonzero(reach > setting.limit * (1 + 1e-12))
        load = self.load.tocsr()[self.kept]
        matrix, self.unit = _in_shares(rows, setting, self.kept, self.columns, load)
        self.load = sparse.csc_array(load / self.unit[:, None])
        left = (setting.limit - base)[self.kept] / self.unit - self.load @ share[self.direct]
        self.held = held.copy()
        self.programme = self._write(matrix, left, most, touched, goals, missing, fixed)

    def _write(
        self,
        matrix: sparse.csr_array,
        left: Floats,
        most: Floats,
        touched: Flags,
        goals: Ints,
        missing: dict[int, float],
        fixed: Floats,
    ) -> LinearProgramme:
        setting, block = self.setting, self.setting.block
        full = setting.full
        columns, routed = self.columns, self.routed
        place = np.full(len(full), -1)
        place[routed] = np.arange(len(routed))
        pick = sparse.csr_array(
            (np.ones(len(columns)), (place[block.decision[columns]], np.arange(len(columns)))),
            shape=(len(routed), len(columns)),
        )
        capped = np.flatnonzero(touched[routed])
        tiers = sorted(missing)
        lock = np.array([setting.goal_tier[goals] == t for t in tiers], dtype=float)
        lock = lock.reshape(len(tiers), len(goals))
        counted = block.bounds.matrix[goals]
        stretch = -sparse.eye_array(len(self.kept))
        grid = [[matrix, None, stretch], [pick, None, None], [pick[capped], None, None]]
        if len(goals):
            heads = full[block.decision[columns]]
            grid += [
                [counted[:, columns] * heads[None, :], sparse.eye_array(len(goals)), None],
                [None, sparse.csr_array(lock), None],
            ]
        else:
            grid = [[row[0], row[2]] for row in grid]
        own = len(columns) + len(goals)
        self.stretch = own + np.arange(len(self.kept))
        level = self.share[routed]
        # a goal may rest on what rounding took from a settled share
        upper = np.where((touched & self.held)[routed], level + 10 * YIELD, level)
        # what rises may stand above the common level, so that prices are never negative
        upper = np.where(self.active[routed], np.inf, upper)
        self.base = level
        endless = np.full(len(self.kept), -np.inf)
        lower_rows = [
            endless, np.maximum(level - SLACK, 0), np.full(len(capped), -np.inf),
            setting.goal[goals] - counted @ fixed, np.full(len(tiers), -np.inf),
        ]  # fmt: skip
        upper_rows = [
            np.maximum(left, 0), upper, np.ones(len(capped)),
            np.full(len(goals), np.inf), np.array(
                [missing[t] + LENIENCE * (1 + setting.goal[goals].sum()) for t in tiers]
            ),
        ]  # fmt: skip
        return LinearProgramme.stepwise(
            sparse.csc_array(sparse.block_array(grid, format="csc")),
            np.zeros(own + len(self.kept)),
            np.zeros(own + len(self.kept)),
            np.concatenate(
                [
                    (most / np.maximum(full, TINY)[block.decision])[columns],
                    setting.goal[goals],
                    np.full(len(self.kept), ELASTIC),
                ]
            ),
            np.concatenate(lower_rows),
            np.concatenate(upper_rows),
        )

    def limited(self) -> bool:
        """Whether any row stands in the way of what is rising."""
        direct = self.load @ self.active[self.direct].astype(float)
        return bool(direct.any() or self.active[self.routed].any())

    def raise_all(self, room: float) -> tuple[float, Optimum, Floats, Floats]:
        """Raise what is active by at most `room`.

        Returns the increment, the answer, the price of each decision and of each kept limit.
        Prices are the multipliers of the decisions (all decisions): how much of the increment's
        limit each of them accounts for. They sum to 1 over what is active.
        """
        programme = self.programme
        self.steps += 1
        direct_rate = self.load @ self.active[self.direct].astype(float)
        count = len(self.kept)
        column = np.zeros(programme.matrix.shape[0])
        column[:count] = direct_rate
        column[count : count + len(self.routed)] = -self.active[self.routed].astype(float)
        scale = float(np.abs(column).max())  # keeps duals near 1, far above the solver's tolerance
        cost = np.zeros_like(programme.cost)
        cost[self.stretch] = ELASTIC_COST * scale
        programme.set_cost(cost)
        entering = sparse.csc_array(column[:, None])
        programme.add_columns(entering, np.array([-scale]), np.array([room]))
        optimum = programme.solve()
        price, row_price = self.prices(optimum.dual / scale)
        return float(optimum.x[-1]), optimum, price, row_price

    def prices(self, dual: Floats) -> tuple[Floats, Floats]:
        """Return the multiplier of each decision and the price of each kept limit."""
        count = len(self.kept)
        price = np.zeros(len(self.share))
        price[self.direct] = -(dual[:count] @ self.load)
        price[self.routed] = dual[count : count + len(self.routed)]
        return price, np.maximum(-dual[:count], 0) / self.unit

    def rise_apart(
        self, wanted: Flags, own: Ints | None, room: float
    ) -> tuple[Floats, Optimum, Ints]:
        """Let decisions rise each on its own: the largest sum of what `wanted` ones can add.

        Returns what each decision adds, the answer, and the places of the columns made for
        decisions without columns of their own (pass them back in the next call).
        """
        programme = self.programme
        mine = np.flatnonzero(self.active[self.direct])
        rows = len(self.kept) + np.flatnonzero(self.active[self.routed])
        if own is None:
            load = sparse.csc_array(
                (self.load[:, mine].tocoo().data, self.load[:, mine].tocoo().coords),
                shape=(programme.matrix.shape[0], len(mine)),
            )
            own = programme.add_columns(load, np.zeros(len(mine)), np.full(len(mine), room))
            low = programme.row_lower[rows]
            bound = np.where(self.touched[self.routed[self.active[self.routed]]], np.inf, room)
            programme.set_rows(rows, low, low + SLACK + bound)
        cost = np.zeros_like(programme.cost)
        cost[self.stretch] = ELASTIC_COST
        owner = self.setting.block.decision[self.columns]
        cost[: len(self.columns)] = -(wanted & self.active)[owner].astype(float)
        cost[own] = -wanted[self.direct[mine]].astype(float)
        programme.set_cost(cost)
        optimum = programme.solve()
        added = np.zeros(len(self.share))
        added[self.direct[mine]] = optimum.x[own]
        activity = (programme.matrix @ optimum.x)[rows]
        base = programme.row_lower[rows] + SLACK
        added[self.routed[self.active[self.routed]]] = np.maximum(activity - base, 0.0)
        return added, optimum, own

    def settle(self, own: Ints) -> None:
        """Undo :meth:`rise_apart`."""
        self.programme.set_bounds(own, np.zeros(len(own)), np.zeros(len(own)))
        self.release(self.active)

    def release(self, active: Flags) -> None:
        """Let decisions stand above the common level while they rise."""
        rows = len(self.kept) + np.flatnonzero(active[self.routed])
        self.programme.set_rows(rows, self.programme.row_lower[rows], np.full(len(rows), np.inf))

    def hold(self, held: Flags) -> None:
        """Keep decisions at the level they reached."""
        mine = np.flatnonzero(held[self.routed])
        rows = len(self.kept) + mine
        give = np.where(
            self.touched[self.routed[mine]], 10 * YIELD, 0.0
        )  # a goal may rest on rounding
        self.programme.set_rows(rows, self.programme.row_lower[rows], self.base[mine] + give)


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
    return sparse.csr_array(matrix / unit[:, None]), unit
