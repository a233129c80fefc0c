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

from planner.engine.certify import Certificate, worst
from planner.engine.epoch import ELASTIC_COST, YIELD, Epoch
from planner.engine.highs import LinearProgramme, Optimum
from planner.engine.leveling import level_out
from planner.engine.setting import Answer, Setting
from planner.engine.trail import Step, Trail
from planner.errors import SolverError

__all__ = ["Rising"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

HELD = 1e-8
"""Share of the largest price from which a price counts as positive."""
PREFERENCE_COST = 1e3
RETREATS = (1e-8, 1e-7, 1e-6)
"""What every settled share gives back, in turn, where the way through closed all the same."""
REBUILD = 400
"""Steps after which the programme is written anew without what is settled."""


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

    def solve(self, even: bool = True) -> Answer:
        """Go through the tiers, then settle what ties; evenly between pools, unless told not to."""
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
            shares, proofs, solves = self._spread(epoch, even)
            people[epoch.columns] = shares * setting.full[block.decision[epoch.columns]]
            self.proofs += proofs
            self.solves += solves
        price = self.trail.prices(setting.full * setting.counted, len(setting.limit))
        missing = np.zeros(len(setting.goal))
        reached = block.bounds.matrix[self.goals] @ people
        missing[self.goals] = np.maximum(setting.goal[self.goals] - reached, 0)
        proof = worst(*self.proofs)
        return Answer(people, missing, price, proof, self.solves, self.repairs, self.trail)

    def _spread(self, epoch: Epoch, even: bool) -> tuple[Floats, list[Certificate], int]:
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
        if not even:
            return optimum.x[:size], [], 0
        programme.pin(optimum, 1.0)
        goals = size + np.arange(len(self.goals))
        return level_out(programme, optimum.x, size, owner, goals)

    def _epoch(self) -> Epoch:
        return Epoch(
            self.setting, self.served, self.held, self.active, self.share.copy(), self.closed,
            self.touched, self.goals, self.missing,
        )  # fmt: skip

    def _pursue(self, tier: int) -> None:
        """Find the least that the goals of a tier must miss in sum, and keep to it."""
        epoch, self.epoch = self._epoch(), None
        programme = epoch.programme
        mine = self.setting.goal_tier[self.goals] == tier
        # decisions that a goal counts may take any share for now
        rows = len(epoch.kept) + np.arange(len(epoch.routed))
        size = len(epoch.columns)
        cost = np.zeros_like(programme.cost)
        cost[size : size + len(mine)] = mine
        cost[epoch.stretch] = ELASTIC_COST
        programme.set_cost(cost)
        due = (self.setting.tier <= tier) & ~self.held & self.touched
        free = due[epoch.routed]
        programme.set_rows(rows[free], np.zeros(int(free.sum())), np.full(int(free.sum()), np.inf))
        optimum = programme.solve()
        self._note(programme, optimum)
        self.missing[tier] = max(float(optimum.x[size : size + len(mine)][mine].sum()), 0.0)

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
        if self.epoch is not None:
            self.epoch.release(mine)
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
            epoch.settle(own)
            epoch.hold(wanted)
        self.share[wanted] = level
        self.active &= ~wanted
        self.held |= wanted
        many = max(int(wanted.sum()), 1)
        price, row_price = epoch.prices(optimum.dual / many)
        rows = np.flatnonzero(row_price > 0)
        before = np.flatnonzero(self.held & ~wanted & (price != 0))
        self.trail.steps.append(
            Step(
                np.flatnonzero(wanted), level, epoch.kept[rows], row_price[rows], before,
                -price[before],
            )
        )  # fmt: skip

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
        self,
        epoch: Epoch,
        optimum: Optimum,
        price: Floats,
        row_price: Floats,
        level: float,
        top: float,
    ) -> None:
        """Hold the decisions that a positive price or their own ceiling names."""
        block = self.setting.block
        held = self.active & (price > HELD * max(float(price[self.active].max()), 1e-300))
        if level >= top - 1e-12:
            at_top = self.active & (epoch.ceiling <= level + 1e-12)
            if not (price[self.active] > 1e-6).any():
                held = at_top
            else:
                held |= at_top
        self.share[held] = level
        self.active &= ~held
        self.held |= held
        pricing = np.flatnonzero(row_price > HELD * row_price.max(initial=0.0))
        fixed = np.flatnonzero(self.held & ~held & (price != 0))
        self.trail.steps.append(
            Step(
                np.flatnonzero(held),
                level,
                epoch.kept[pricing],
                row_price[pricing],
                fixed,
                -price[fixed],
            )
        )
        tiny = 1e-6 * float(np.abs(optimum.dual).max(initial=0.0))
        shut = np.flatnonzero(optimum.reduced[: len(epoch.columns)] > tiny)
        begun = self.held | self.active  # a later tier is empty for now, not for good
        shut = shut[(optimum.x[shut] <= 1e-12) & begun[block.decision[epoch.columns[shut]]]]
        self.closed[epoch.columns[shut]] = True
        epoch.programme.set_bounds(shut, np.zeros(len(shut)), np.zeros(len(shut)))
        epoch.hold(held)
