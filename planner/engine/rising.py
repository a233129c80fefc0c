"""Levels by linear programme: lexicographic max-min where decisions can choose among pools.

All shares of a tier rise together with a level v,

    Σ_p z[d, p]  ≥  full[d] × v          every decision d that still rises.

Where v cannot grow, the dual prices of the rows name the decisions that are held there (a positive
price means: held in every optimum). They stay tied to that level, and the rest goes on with a new
one from the same basis, in which nobody has moved. Decisions with one open pool and no goal need
no column of their own: the levels carry their load.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from planner.engine.certify import Certificate, worst
from planner.engine.epoch import Epoch
from planner.engine.highs import Optimum
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
GROWN = 1e-9
"""A level that grows by less has not grown."""
RETREATS = (1e-9, 1e-8, 1e-7, 1e-6)
"""How far every settled share may give way, in turn, where rounding has closed the way through."""


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
        worth = block.duty_months[owner] * block.option[epoch.columns] * self.setting.full[owner]
        cost = np.zeros_like(programme.cost)
        cost[:size] = worth / (worth.max() or 1.0)
        programme.set_cost(cost)
        optimum = programme.solve()
        self._note(optimum)
        if not even:
            return optimum.x[:size], [], 0
        programme.pin(optimum, 1.0)
        goals = size + np.arange(len(self.goals))
        return level_out(programme, optimum.x, size, owner, goals)

    def _epoch(self, slack: float = 0.0) -> Epoch:
        if self.epoch is None:
            self.epoch = Epoch(
                self.setting, self.served, self.closed, self.touched, self.goals, self.held,
                self.share, self.missing, slack,
            )  # fmt: skip
        return self.epoch

    def _pursue(self, tier: int) -> None:
        """Find the least that the goals of a tier must miss in sum, and keep to it."""
        epoch = self._epoch()
        mine = self.setting.goal_tier[self.goals] == tier
        # decisions that a goal counts may take any share for now
        due = (self.setting.tier <= tier) & ~self.held & self.touched
        optimum = epoch.pursue(mine, due, self.held)
        self._note(optimum)
        size = len(epoch.columns)
        self.missing[tier] = max(float(optimum.x[size : size + len(mine)][mine].sum()), 0.0)

    def _note(self, optimum: Optimum) -> None:
        self.proofs.append(optimum.certificate)
        self.solves += 1
        if self.epoch is not None:
            self.repairs += self.epoch.programme.cold_repairs
            self.epoch.programme.cold_repairs = 0

    def _rise(self, mine: Flags) -> None:
        """Raise the decisions of one tier until every one of them is held."""
        setting, block = self.setting, self.setting.block
        self.active = mine.copy()
        level, idle = 0.0, 0
        epoch = self._epoch()
        epoch.start(mine)
        self._settle(mine & epoch.stuck, 0.0)
        epoch.tie(mine & epoch.stuck)
        while self.active.any():
            top = max(min(1.0, float(epoch.ceiling[self.active].min())), level)
            if not epoch.limited(self.active):
                level = self._let_go(epoch, top)
                continue
            try:
                reached, optimum, scale = epoch.raise_all(self.active, level, top)
            except SolverError:
                epoch, level = self._retreat(level)
                continue
            self._note(optimum)
            idle = idle + 1 if reached - level <= GROWN else 0
            level = max(reached, level)
            self._hold(epoch, optimum, scale, level, top)
            if idle > 1 and self.active.any() and level < top - 1e-9:
                self._hold_all(epoch, level, top)
                idle = 0
            heads = setting.full[block.decision[epoch.columns]]
            self.people[epoch.columns] = optimum.x[: len(epoch.columns)] * heads
        self.people[epoch.single] = (self.share * setting.full)[epoch.direct]

    def _settle(self, held: Flags, level: float) -> None:
        self.share[held] = level
        self.active &= ~held
        self.held |= held

    def _hold_all(self, epoch: Epoch, level: float, top: float) -> None:
        """Hold at once every decision that cannot rise, where prices name only a few of them.

        By convexity those that rise in some allocation can all rise a little in one; so who never
        rises while the sum over the others is made as large as possible is held.
        """
        wanted, own = self.active.copy(), None
        room = min(0.01, top - level)
        while wanted.any():
            added, optimum, own = epoch.rise_apart(self.active, wanted, own, level, room)
            self._note(optimum)
            still = wanted & (added <= 1e-7)
            if (still == wanted).all():
                break
            wanted = still
        many = float(max(int(wanted.sum()), 1))
        price, row_price = epoch.prices(optimum.dual / many)
        before = epoch.slopes(optimum, many, self.held, price)
        if own is not None:
            epoch.settle(own, self.active)
        epoch.tie(wanted)
        self._settle(wanted, level)
        self._write_down(epoch, wanted, level, before, row_price, 0.0)

    def _let_go(self, epoch: Epoch, top: float) -> float:
        """Hold at their own ceiling decisions that no row limits; return the new level."""
        held = self.active & (epoch.ceiling <= top + 1e-12)
        self._settle(held, top)
        epoch.let_go(held, top)
        self.trail.steps.append(Step(np.flatnonzero(held), top, *(np.zeros(0, dtype=int),) * 4))
        return top

    def _retreat(self, level: float) -> tuple[Epoch, float]:
        """Write the programme anew from the shares settled so far; return it and the level."""
        if self.retreats >= len(RETREATS):
            raise SolverError("the shares settled so far left no feasible way on")
        slack = RETREATS[self.retreats]
        self.retreats += 1
        self.epoch = None
        epoch = self._epoch(slack)
        epoch.start(self.active)
        return epoch, max(level - slack, 0.0)

    def _hold(self, epoch: Epoch, optimum: Optimum, scale: float, level: float, top: float) -> None:
        """Hold the decisions that a positive price or their own ceiling names."""
        price, row_price = epoch.prices(optimum.dual / scale)
        held = self.active & (price > HELD * max(float(price[self.active].max()), 1e-300))
        topped = np.zeros(len(held), dtype=bool)
        if level >= top - 1e-12:
            topped = self.active & (epoch.ceiling <= level + 1e-12)
            if not (price[self.active] > 1e-6).any():
                held[:] = False
        before = epoch.slopes(optimum, scale, self.held, price)
        epoch.lock(optimum, scale, self.held | self.active)
        epoch.hold(held, topped & ~held, optimum, scale, top)
        self._settle(held | topped, level)
        self._write_down(epoch, held | topped, level, before, row_price, HELD)

    def _write_down(
        self,
        epoch: Epoch,
        held: Flags,
        level: float,
        before: tuple[Ints, Floats],
        row_price: Floats,
        tiny: float,
    ) -> None:
        """Remember which rows held whom, and through whom of those held before."""
        size = np.abs(row_price)
        rows = np.flatnonzero(size > tiny * size.max(initial=0.0))
        self.trail.steps.append(
            Step(np.flatnonzero(held), level, epoch.kept[rows], row_price[rows], *before)
        )
