"""A mission in one month: what it got in each plan along the way, what it lacked, and what bound.

The people on duty in a month come from decisions of different age. Each was last free in one of the
plans along the way, and what it lacks there is lacking. In that plan some limit stood in the way of
every option that could have served: a pool in a month in which its tours prepare, serve or rest, a
composition bound, or a budget.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.analysis.case import Case
from planner.engine.programme import Block
from planner.engine.setting import Answer, Setting
from planner.plan import History, Planner

__all__ = ["Lack", "Moment", "Part"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

TIGHT = 1e-6
"""Persons, relative to the limit, that are as good as none."""


@dataclass(frozen=True, eq=False)
class Lack:
    """People lacking in a month because of one plan.

    Attributes
    ----------
    decision : int
        Place in the block.
    stage : int
        The plan along the way: the last one that could have sent more.
    persons : float
        In that month.
    """

    decision: int
    stage: int
    persons: float


@dataclass(frozen=True, eq=False)
class Part:
    """What one block of the programme has to do with it.

    Attributes
    ----------
    place : int
        Of the block in the programme.
    mine : ndarray of bool (decisions,)
        Decisions of the mission with people on duty in the month.
    duty : ndarray (decisions,)
        Share of their people on duty in the month, 0 for everybody else.
    months : tuple of int
        In which each plan along the way was made.
    chain, settings : tuple
        Those plans, and what each had to respect.
    lacks : tuple of Lack
    """

    place: int
    mine: Flags
    duty: Floats
    months: tuple[int, ...]
    chain: tuple[Answer, ...]
    settings: tuple[Setting, ...]
    lacks: tuple[Lack, ...]

    @property
    def stage(self) -> int:
        """The plan along the way to which most of what is lacking goes back."""
        persons = np.zeros(len(self.chain))
        for lack in self.lacks:
            persons[lack.stage] += lack.persons
        return int(np.argmax(persons))

    def tight(self, lack: Lack) -> list[tuple[int, Ints, Ints]]:
        """Return rows that stand in the way, and all rows that count, by column of the decision."""
        setting, people = self.settings[lack.stage], self.chain[lack.stage].people
        left = setting.limit - setting.rows @ people
        full = left <= TIGHT * (1 + np.where(np.isfinite(setting.limit), setting.limit, 0.0))
        found = []
        for column in np.flatnonzero(setting.block.decision == lack.decision):
            if setting.upper[column] <= people[column] + TIGHT:
                continue
            rows = setting.rows[:, [column]].tocoo().coords[0].astype(np.int64)
            found.append((int(column), rows[full[rows]], rows))
        return found


class Moment:
    """A mission, or a demand, in one month of the model.

    Parameters
    ----------
    case : Case
    planner : Planner
    chosen : ndarray of bool (demands,)
        Its demands.
    month : int
    """

    def __init__(self, case: Case, planner: Planner, chosen: Flags, month: int) -> None:
        self.case, self.planner, self.chosen, self.month = case, planner, chosen, month
        self.every = frozenset(case.packages)
        demands = case.problem.demands
        self.asked = np.array(
            [one.cap if one.first <= month <= one.last else 0.0 for one in demands]
        ) * chosen  # fmt: skip
        parts = [self._part(place) for place in range(len(planner.programme.blocks))]
        self.parts = [part for part in parts if part is not None]

    def by(self, planner: Planner) -> Moment:
        """Return the same moment in the plans of another planner of the same demands."""
        case = self.case.change(planner.programme.problem)
        return Moment(case, planner, self.chosen, self.month)

    def _part(self, place: int) -> Part | None:
        planner, block = self.planner, self.planner.programme.blocks[place]
        if not (self.asked[block.demands] > 0).any():
            return None
        duty = block.duty[:, [self.month]].toarray().ravel() * self.chosen[block.demand]
        history = planner.history(block, self.every)
        chain = planner._ending(place, history)
        settings = tuple(
            planner.setting(place, history[: k + 1], chain[k - 1] if k else None)
            for k in range(len(chain))
        )
        lacks = self._lacks(duty, history, chain, settings)
        months = tuple(month for month, _ in history)
        return Part(place, duty > 0, duty, months, chain, settings, tuple(lacks))

    def _lacks(
        self,
        duty: Floats,
        history: History,
        chain: tuple[Answer, ...],
        settings: tuple[Setting, ...],
    ) -> list[Lack]:
        """Return what is lacking by decision, and the last plan that could decide otherwise."""
        block = settings[0].block
        free = np.array(
            [
                (np.bincount(block.decision, s.upper, len(s.full)) > 0)
                & ((k == 0) | ~self.planner._settled(block, month))
                for k, (s, (month, _)) in enumerate(zip(settings, history, strict=True))
            ]
        )
        found = []
        for decision in np.flatnonzero((duty > 0) & free.any(axis=0)):
            stage = int(np.flatnonzero(free[:, decision])[-1])
            full = float(settings[stage].full[decision])
            served = float(chain[stage].people[block.decision == decision].sum())
            persons = float(duty[decision]) * (full - served)
            if persons > TIGHT * (1 + full):
                found.append(Lack(int(decision), stage, persons))
        return found

    def persons(self, packages: frozenset[str] | None = None) -> Floats:
        """Return people on duty in the month by demand, with some of the packages, (demands,)."""
        chosen = self.every if packages is None else packages
        found = np.zeros(len(self.chosen))
        for part in self.parts:
            block = part.settings[0].block
            answer = self.planner._ending(part.place, self.planner.history(block, chosen))[-1]
            np.add.at(found, block.demand, part.duty * (block.pick @ answer.people))
        return found

    def held(
        self, part: Part, stage: int, pool: int, month: int, on_call: bool = False
    ) -> dict[int, Floats]:
        """Return who holds a pool of the block in a month: preparing, on duty, resting; by demand.

        Parameters
        ----------
        part : Part
        stage : int
            The plan along the way.
        pool : int
            Place within the block.
        month : int
        on_call : bool
            Whether a demand on call is short of them.
        """
        block, people = part.settings[0].block, part.chain[stage].people
        tied = self._account(block, people, pool, month, on_call)
        tours = self.planner.programme.tours
        duty = block.duty[:, [month]].toarray().ravel()
        share = block.pool_share(int(block.pools[pool]))
        entries = np.flatnonzero(block.mix_pool == pool)
        index = dict(zip(block.mix_column[entries], block.mix_index[entries], strict=True))
        found: dict[int, Floats] = {}
        for column in np.flatnonzero((tied > 0) & (people > TIGHT)):
            decision = block.decision[column]
            demand = int(block.demand[decision])
            first = tours.first[block.tour[block.tour_decision == decision]]
            prep = self.case.problem.demands[demand].prep[index[column]]
            prepares = float(((first - prep <= month) & (month < first)).sum())
            prepares *= share[column] / max(block.cohorts[decision], 1)
            serves = float(duty[decision] * share[column])
            shares = np.array([prepares, serves, float(tied[column]) - prepares - serves])
            found[demand] = found.get(demand, np.zeros(3)) + shares * people[column]
        return found

    @staticmethod
    def _account(block: Block, people: Floats, pool: int, month: int, on_call: bool) -> Floats:
        """Return what each column takes of a pool and month, (columns,).

        In the account that limits demands on call; for others in the fuller one.
        """
        tied = block.usage[[pool * block.months + month], :].toarray().ravel()
        for place in np.flatnonzero(block.standby_pools == pool):
            other = block.standby[[place * block.months + month], :].toarray().ravel()
            if on_call or other @ people > tied @ people:
                return np.asarray(other)
        return np.asarray(tied)
