"""Plans of many draws, as arrays: people on duty, certificates, and the solver that found them.

Axis order is always (plan, draw, line or pool, month of the window).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from planner.engine.highs import TOLERANCE
from planner.solution import ROUNDING

if TYPE_CHECKING:
    from planner.engine.programme import Layout
    from planner.problem.model import Problem

__all__ = ["Code", "Frame", "Lines", "Plans", "join_plans", "no_plans"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Code(IntEnum):
    """Where a plan comes from, and whether it may be used."""

    COMPILED = 0
    """Found and proved by the compiled kernel."""
    ENGINE = 1
    """Found by the engine from cold, because the kernel had no proved plan."""
    UNPROVED = 2
    """Not proved: its numbers are NaN, to be counted and never averaged in."""


@dataclass(frozen=True, eq=False)
class Lines:
    """Every demand with every pool that it accepts, one entry of each array per pair.

    Attributes
    ----------
    demand, pool : ndarray of int (lines,)
        Places in the problem; ordered by demand, then by the demand's preference.
    """

    demand: Ints
    pool: Ints

    @classmethod
    def of(cls, problem: Problem) -> Lines:
        """Return the lines of a problem."""
        place = {name: k for k, name in enumerate(problem.pools)}
        pairs = [(k, place[p]) for k, demand in enumerate(problem.demands) for p in demand.pools]
        table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        return cls(table[:, 0], table[:, 1])

    def __len__(self) -> int:
        return len(self.demand)


@dataclass(frozen=True, eq=False)
class Frame:
    """What plans need of a problem beside its layout and the numbers that draws change.

    Attributes
    ----------
    months : int
        Length of the model.
    report : (int, int)
        First and last month reported.
    pools, bounds : int
        Numbers of pools and of composition bounds.
    ids : tuple of str
        Of the demands.
    number : ndarray of int (demands,)
        The same for a demand in every problem of one scenario.
    tier, lead, first, last : ndarray of int (demands,)
        Tier, longest preparation, first and last month of the mandate.
    weight : ndarray (demands,)
        Value of one person-month.
    package : tuple of str
        The package of each demand, empty where there is none.
    known : mapping of str to int
        Month in which each package becomes known.
    lines : Lines
    """

    months: int
    report: tuple[int, int]
    pools: int
    bounds: int
    ids: tuple[str, ...]
    number: Ints
    tier: Ints
    lead: Ints
    first: Ints
    last: Ints
    weight: Floats
    package: tuple[str, ...]
    known: Mapping[str, int]
    lines: Lines

    @classmethod
    def of(cls, problem: Problem) -> Frame:
        """Return the frame of a problem."""
        demands, owner = problem.demands, problem.package_of()
        number = {
            name: np.array([getattr(one, name) for one in demands], dtype=np.int64)
            for name in ("tier", "lead", "first", "last")
        }
        return cls(
            problem.months, problem.report, len(problem.pools), len(problem.bounds),
            tuple(one.id for one in demands), np.arange(len(demands)), **number,
            weight=np.array([one.weight for one in demands], dtype=float),
            package=tuple(owner.get(one.id, "") for one in demands),
            known={one.id: problem.known(one.id) for one in problem.packages},
            lines=Lines.of(problem),
        )  # fmt: skip

    @property
    def window(self) -> Ints:
        """Months of each mandate inside the report window, (demands,)."""
        low, high = self.report
        return np.maximum(np.minimum(self.last, high) - np.maximum(self.first, low) + 1, 0)


@dataclass(frozen=True, eq=False)
class Plans:
    """Plans of some draws: with all packages first, then without each that was named.

    Attributes
    ----------
    frame : Frame
        Of the problem they are plans of.
    without : tuple of str
        The package that each plan but the first leaves out.
    layout : Layout
        Tours and decisions; the third axis of `people`.
    caps : ndarray (draws, demands)
        What each draw asks for, persons.
    asked : ndarray (draws, demands)
        The same inside the report window, person-months.
    served : ndarray (plans, draws, lines, months)
        People on duty by demand, pool and month of the report window, persons.
    people : ndarray (plans, draws, decisions)
        People on each decision, all pools together, persons; decisions of all blocks in order.
    tied : ndarray (plans, draws, pools, months)
        People tied up by pool and month of the window, persons: the larger of two accounts, with
        time at home of demands not on call, or with demands on call.
    missing : ndarray (plans, draws, bounds)
        What each composition goal lacks, person-months inside the window.
    proof : ndarray (plans, draws, 3)
        Certificate: primal, dual, gap; relative, the worst over all steps.
    code : ndarray of int (plans, draws)
        A :class:`Code` each. Everything is NaN where it is ``UNPROVED``.
    """

    frame: Frame
    without: tuple[str, ...]
    layout: Layout
    caps: Floats
    asked: Floats
    served: Floats
    people: Floats
    tied: Floats
    missing: Floats
    proof: Floats
    code: NDArray[np.int8]

    def __len__(self) -> int:
        return self.served.shape[1]

    @property
    def lines(self) -> Lines:
        """The third axis of `served`."""
        return self.frame.lines

    @cached_property
    def on_duty(self) -> Floats:
        """People on duty, (plans, draws, demands, months of the window), persons."""
        if not len(self.lines):
            return self.served
        heads = np.flatnonzero(np.diff(self.lines.demand, prepend=-1))
        return np.asarray(np.add.reduceat(self.served, heads, axis=2))

    @cached_property
    def on_duty_by_pool(self) -> Floats:
        """People on duty, (plans, draws, pools, months of the window), persons."""
        plans, draws, _, months = self.served.shape
        found = np.zeros((plans, draws, self.frame.pools, months))
        for line, to in enumerate(self.lines.pool):
            found[:, :, to] += self.served[:, :, line]
        return found

    @cached_property
    def filled(self) -> Floats:
        """Person-months filled inside the window, (plans, draws, demands)."""
        return np.asarray(self.on_duty.sum(axis=3))

    def settle(
        self, plan: int, draw: int, proof: Sequence[float], code: Code, tolerance: float = TOLERANCE
    ) -> None:
        """Keep a plan of a draw with its certificate, or take it back where that does not hold."""
        self.proof[plan, draw] = proof
        if all(part <= tolerance for part in proof):
            self.code[plan, draw] = code
            return
        for array in (self.served, self.people, self.tied, self.missing):
            array[plan, draw] = np.nan

    @property
    def proved(self) -> NDArray[np.bool_]:
        """Draws whose every plan is proved, (draws,)."""
        return np.asarray((self.code != Code.UNPROVED).all(axis=0))

    def displaced(self, package: str) -> Floats:
        """Person-months that each demand loses to a package, (draws, demands); its own count 0.

        Equation (16), draw by draw; differences that are rounding count as none. Raise ValueError
        where the plan without the package was not asked for.
        """
        lost = self.filled[1 + self.without.index(package)] - self.filled[0]
        lost[np.abs(lost) <= ROUNDING * (1 + self.asked)] = 0.0
        lost[:, [owner == package for owner in self.frame.package]] = 0.0
        return lost


def join_plans(parts: Sequence[Plans]) -> Plans:
    """Put the draws of several batches one after the other.

    Plans on structures of their own (other tours) have other decisions: then `people` of the result
    is empty, and `layout` is that of the first.
    """
    names = ["served", "tied", "missing", "proof", "code"]
    same = len({part.people.shape[2] for part in parts}) == 1
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(p, name) for p in parts], 1)
        for name in (["people", *names] if same else names)
    }
    if not same:
        joined["people"] = np.zeros((*joined["code"].shape, 0))
    for name in ("caps", "asked"):
        joined[name] = np.concatenate([getattr(part, name) for part in parts])
    return replace(parts[0], **joined)


def no_plans(frame: Frame, without: Sequence[str], layout: Layout, caps: Floats) -> Plans:
    """Return plans of which nothing is known yet: all NaN, none proved."""
    low, high = frame.report
    window = high - low + 1
    shape = (1 + len(without), len(caps))
    return Plans(
        frame,
        tuple(without),
        layout,
        np.array(caps, dtype=float),
        np.asarray(caps * frame.window, dtype=float),
        np.full((*shape, len(frame.lines), window), np.nan),
        np.full((*shape, len(layout.demand)), np.nan),
        np.full((*shape, frame.pools, window), np.nan),
        np.full((*shape, frame.bounds), np.nan),
        np.full((*shape, 3), np.nan),
        np.full(shape, Code.UNPROVED, dtype=np.int8),
    )
