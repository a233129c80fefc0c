"""Levels by linear programme: lexicographic max-min where decisions can choose among pools.

All shares of a tier rise together by an increment u. Where u cannot grow, the dual prices of the
rows name the decisions that are held there (a positive price means: held in every optimum), the
increment is kept, and the rest goes on with a new one. The share of a decision is the sum of the
increments during which it was still rising,

    Σ_p z[d, p] = full[d] × Σ_k u[k] × (d still rising in step k),

so nothing already solved is changed and every step starts from a feasible basis. Decisions with
one open pool and no goal need no column of their own: the increments carry their load.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.engine.certify import Certificate, worst
from planner.engine.highs import LinearProgramme, Optimum
from planner.engine.leveling import level_out
from planner.errors import SolverError
from planner.engine.setting import Answer, Setting
from planner.engine.trail import Step, Trail

__all__ = ["Rising"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

HELD = 1e-8
"""Share of the largest price from which a price counts as positive."""
SLACK = 1e-9
"""How far below its settled share a decision may fall, as a share."""
YIELD = 1e-9
"""How much of each increment is given back, so that rounding never closes the last way through."""
ELASTIC, ELASTIC_COST = 1e-8, 1e5
"""How far a limit may stretch where rounding closes the last way through, and what that costs."""
PREFERENCE_COST = 1e3
LENIENCE = 1e-7
"""How far what the goals of a tier miss may grow after it was found, in persons."""
RETREATS = (1e-8, 1e-7, 1e-6)
"""What every settled share gives back, in turn, where the way through closed all the same."""
TINY = 1e-300
REBUILD = 400
"""Steps after which the programme is written anew without what is settled."""


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
        self.setting, self.active, self.share = setting, active, share
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
        upper = np.where((touched & self.active)[routed], np.inf, upper)
        self.base = level
        endless = np.full(len(self.kept), -np.inf)
        lower_rows = [
            endless, np.maximum(level - SLACK, 0), np.full(len(capped), -np.inf),
            setting.goal[goals] - counted @ fixed, np.full(len(tiers), -np.inf),
        ]  # fmt: skip
        upper_rows = [
            np.maximum(left, 0), upper, np.ones(len(capped)),
            np.full(len(goals), np.inf), np.array([missing[t] + LENIENCE for t in tiers]),
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
        dual = optimum.dual / scale
        price = np.zeros(len(self.share))
        price[self.direct] = -(dual[:count] @ self.load)
        price[self.routed] = dual[count : count + len(self.routed)]
        return float(optimum.x[-1]), optimum, price, -dual[:count] / self.unit

    def rise_apart(self, wanted: Flags, own: Ints | None, room: float) -> tuple[Floats, Optimum, Ints]:
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
            programme.set_rows(rows, programme.row_lower[rows], programme.row_upper[rows] + room)
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

    def settle(self, own: Ints, room: float) -> None:
        """Undo :meth:`rise_apart`."""
        programme = self.programme
        rows = len(self.kept) + np.flatnonzero(self.active[self.routed])
        programme.set_rows(rows, programme.row_lower[rows], programme.row_upper[rows] - room)
        programme.set_bounds(own, np.zeros(len(own)), np.zeros(len(own)))


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


class Rising:
    """The state of one solve: levels of decisions, and what is still open."""

    def __init__(self, setting: Setting):
        self.setting = setting
        block = setting.block
        size = len(setting.full)
        self.closed = ~(setting.most > 0) | setting.settled[block.decision]
        self.share = np.zeros(size)
        self.active = np.zeros(size, dtype=bool)
        openings = np.bincount(block.decision, ~self.closed, minlength=size) > 0
        self.served = openings & (setting.full > 0)
        self.held = np.zeros(size, dtype=bool)
        self.people = setting.lower.copy()
        self.missing: dict[int, float] = {}
        self.proofs: list[Certificate] = []
        self.solves = self.repairs = 0
        self.trail = Trail()
        self.epoch: Epoch | None = None
        self.retreats = 0
        self.goals = np.flatnonzero(setting.goal > 0)
        counted = np.asarray(block.bounds.matrix[self.goals].sum(axis=0)).ravel() > 0
        self.touched = np.bincount(block.decision, counted & ~self.closed, minlength=size) > 0

    def solve(self) -> Answer:
        """Go through the tiers, then settle what ties."""
        setting, block = self.setting, self.setting.block
        for tier in setting.tiers:
            mine = (setting.tier == tier) & self.served
            goals = self.goals[setting.goal_tier[self.goals] == tier]
            if len(goals):
                self._pursue(tier)
            self._rise(mine)
        people = self.people.copy()
        epoch = self.epoch
        if epoch is not None and len(epoch.columns):
            shares, proofs, solves = self._spread(epoch)
            people[epoch.columns] = shares * setting.full[block.decision[epoch.columns]]
            self.proofs += proofs
            self.solves += solves
        price = self.trail.prices(setting.full * setting.counted, len(setting.limit))
        missing = np.zeros(len(setting.goal))
        reached = block.bounds.matrix[self.goals] @ people
        missing[self.goals] = np.maximum(setting.goal[self.goals] - reached, 0)
        return Answer(people, missing, price, worst(*self.proofs), self.solves, self.repairs)

    def _spread(self, epoch: Epoch) -> tuple[Floats, list[Certificate], int]:
        """Settle what ties: first-named pools, then no more from one pool than needed."""
        block = self.setting.block
        programme, size = epoch.programme, len(epoch.columns)
        owner = block.decision[epoch.columns]
        worth = block.duty_months[owner] * block.place[epoch.columns] * self.setting.full[owner]
        cost = np.zeros_like(programme.cost)
        cost[:size] = worth / (worth.max() or 1.0)
        cost[epoch.stretch] = PREFERENCE_COST
        programme.set_cost(cost)
        optimum = programme.solve()
        self._note(programme, optimum)
        programme.pin(optimum, 1.0)
        goals = size + np.arange(len(self.goals))
        return level_out(programme, optimum.x, size, owner, goals)

    def _epoch(self) -> Epoch:
        return Epoch(
            self.setting, self.served, self.held, self.active, self.share.copy(), self.closed, self.touched,
            self.goals, self.missing,
        )  # fmt: skip

    def _pursue(self, tier: int) -> None:
        """Find the least that the goals of a tier must miss in sum, and keep to it."""
        epoch, self.epoch = self._epoch(), None
        programme = epoch.programme
        mine = self.setting.goal_tier[self.goals] == tier
        # decisions that a goal counts may take any share for now
        rows = len(epoch.kept) + np.arange(len(epoch.routed))
        programme.set_cost(np.concatenate([np.zeros(len(epoch.columns)), mine.astype(float), np.zeros(len(epoch.kept))]))
        due = (self.setting.tier <= tier) & ~self.held & self.touched
        free = due[epoch.routed]
        programme.set_rows(rows[free], np.zeros(int(free.sum())), np.full(int(free.sum()), np.inf))
        rigid = np.zeros(len(epoch.stretch))
        programme.set_bounds(epoch.stretch, rigid, rigid)
        optimum = programme.solve()
        self._note(programme, optimum)
        self.missing[tier] = max(optimum.value, 0.0)

    def _note(self, programme: LinearProgramme, optimum: Optimum) -> None:
        self.proofs.append(optimum.certificate)
        self.solves += 1
        self.repairs += programme.cold_repairs
        programme.cold_repairs = 0

    def _rise(self, mine: Flags) -> None:
        """Raise the decisions of one tier until every one of them is held."""
        setting, block = self.setting, self.setting.block
        self.active = mine.copy()
        level, idle = 0.0, 0
        while self.active.any():
            epoch = self.epoch
            if epoch is None or epoch.steps >= REBUILD:
                self.share[self.active] = level
                epoch = self.epoch = self._epoch()
            top = min(1.0, float(epoch.ceiling[self.active].min()))
            epoch.active = self.active
            if not epoch.limited():
                level = self._let_go(epoch, top)
                continue
            try:
                grown, optimum, price, row_price = epoch.raise_all(max(top - level, 0.0))
            except SolverError:
                level = self._retreat(level)
                continue
            self._note(epoch.programme, optimum)
            last = epoch.programme.matrix.shape[1] - 1
            if level + grown < top - YIELD:
                grown = max(grown - YIELD, 0.0)
            epoch.programme.set_bounds(np.array([last]), np.array([grown]), np.array([grown]))
            level += grown
            self._hold(epoch, optimum, price, row_price, level, top)
            idle = idle + 1 if grown <= 10 * YIELD else 0
            if idle > 1 and self.active.any() and level < top - 1e-9:
                self._hold_all(epoch, level, top)
                idle = 0
            heads = setting.full[block.decision[epoch.columns]]
            self.people[epoch.columns] = optimum.x[: len(epoch.columns)] * heads
        if self.epoch is not None:
            self.people[self.epoch.single] = (self.share * setting.full)[self.epoch.direct]

    def _hold_all(self, epoch: Epoch, level: float, top: float) -> None:
        """Hold at once every decision that cannot rise, where prices name only a few of them.

        By convexity those that rise in some allocation can all rise a little in one; so who never
        rises while the sum over the others is made as large as possible is held.
        """
        wanted, own = self.active.copy(), None
        room = min(0.01, top - level)
        while wanted.any():
            added, optimum, own = epoch.rise_apart(wanted, own, room)
            self._note(epoch.programme, optimum)
            still = wanted & (added <= 1e-7)
            if (still == wanted).all():
                break
            wanted = still
        if own is not None:
            epoch.settle(own, room)
        self.share[wanted] = level
        self.active &= ~wanted
        self.held |= wanted
        row_price = np.maximum(-optimum.dual[: len(epoch.kept)] / epoch.unit, 0)
        rows = np.flatnonzero(row_price > 0)
        self.trail.steps.append(
            Step(
                np.flatnonzero(wanted),
                level,
                epoch.kept[rows],
                row_price[rows] / max(int(wanted.sum()), 1),
                np.zeros(0, dtype=np.int64),
                np.zeros(0),
            )
        )

    def _let_go(self, epoch: Epoch, top: float) -> float:
        """Hold at their own ceiling decisions that no row limits; return the new level."""
        held = self.active & (epoch.ceiling <= top + 1e-12)
        self.share[held] = top
        self.active &= ~held
        self.held |= held
        self.trail.steps.append(Step(np.flatnonzero(held), top, *(np.zeros(0, dtype=int),) * 4))
        return top

    def _retreat(self, level: float) -> float:
        """Write the programme anew with every share a little lower; return the new level."""
        if self.retreats >= len(RETREATS):
            raise SolverError("the shares settled so far left no feasible way on")
        step = RETREATS[self.retreats]
        self.retreats += 1
        self.share = np.maximum(self.share - step, 0.0)
        level = max(level - step, 0.0)
        self.share[self.active] = level
        self.epoch = self._epoch()
        return level

    def _hold(
        self, epoch: Epoch, optimum: Optimum, price: Floats, row_price: Floats, level: float, top: float
    ) -> None:
        """Hold the decisions that a positive price or their own ceiling names."""
        setting, block = self.setting, self.setting.block
        held = self.active & (price > HELD * max(float(price[self.active].max()), 1e-300))
        if level >= top - 1e-12:
            at_top = self.active & (epoch.ceiling <= level + 1e-12)
            if not (price[self.active] > 1e-6).any():
                held = at_top
            else:
                held |= at_top
        count = len(epoch.kept)
        self.share[held] = level
        self.active &= ~held
        self.held |= held
        pricing = np.flatnonzero(row_price > HELD * row_price.max(initial=0.0))
        fixed = np.flatnonzero(self.held & ~held & (price != 0))
        self.trail.steps.append(
            Step(np.flatnonzero(held), level, epoch.kept[pricing], row_price[pricing], fixed, -price[fixed])
        )
        tiny = 1e-6 * float(np.abs(optimum.dual).max(initial=0.0))
        shut = np.flatnonzero(optimum.reduced[: len(epoch.columns)] > tiny)
        begun = self.held | self.active  # a later tier is empty for now, not for good
        shut = shut[(optimum.x[shut] <= 1e-12) & begun[block.decision[epoch.columns[shut]]]]
        self.closed[epoch.columns[shut]] = True
        epoch.programme.set_bounds(shut, np.zeros(len(shut)), np.zeros(len(shut)))
        settled = np.flatnonzero(held[epoch.routed] & self.touched[epoch.routed])
        epoch.programme.set_rows(
            count + settled,
            epoch.programme.row_lower[count + settled],
            epoch.base[settled] + 10 * YIELD,
        )
