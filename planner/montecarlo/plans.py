"""Plans of many draws, as arrays: people on duty, certificates, solver, and people present.

Axis order is always (plan, draw, line or pool, month of the window).

Presence: of the people planned for a tour, which are present in which month.

For every post of a tour a candidate is nominated in time, and accepted with the probability that
the kind of contribution states; if not, the post stands empty for the lead time and the next one is
nominated. Every month served ends, with some probability, in an early return, after which the post
stands empty for the lead time again. A unit (a kind that changes over en bloc) is offered and taken
as a whole, and early returns are replaced from it. A lead time of no months is no gap at all. The
plan does not change: no one is sent elsewhere because a post stands empty. Of a ceiling that is
not used in full, the share that is used (`manned`) goes, and no post is short for that.

Every tour of every draw has a random stream of its own (common random numbers), so the same tour
has the same stream in the plans with and without a package, and nothing depends on the order in
which draws are solved. The chance that a post is occupied in each month of a tour is
:func:`planner.analysis.causes.occupancy`.

Most people are present from first to last. So instead of drawing for each of them, the number of
candidates up to the next refusal, and of months served up to the next early return, are drawn (both
are geometric), and the people in between are passed over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numba
import numpy as np
from numpy.typing import NDArray

from planner.engine.highs import TOLERANCE
from planner.problem.model import Floats, Ints
from planner.scenario.inputs import MANNED
from planner.tolerances import ROUNDING

if TYPE_CHECKING:
    from planner.engine.programme import Layout
    from planner.montecarlo.parameters import Uncertain
    from planner.montecarlo.specification import Formulation, Instance
    from planner.problem.model import Problem

__all__ = [
    "Chances",
    "Code",
    "Frame",
    "Lines",
    "Plans",
    "Presence",
    "attend",
    "no_plans",
    "streams_of",
]

MEASURES = {"acceptance": 1.0, "lead": 0.0, "early_return": 0.0, MANNED: 1.0}
"""Parameters of a kind, and the one of a demand, with their values where none is given."""

ENDLESS = 1 << 60
"""Candidates or months until an event that cannot happen."""

FRACTION = 1e-9
"""Part of a person that is rounding."""

STEP = 0x9E3779B97F4A7C15
"""Increment of a random stream (SplitMix64)."""


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
    def of(cls, pools: Iterable[str], accepted: Sequence[Sequence[str]]) -> Lines:
        """Return the lines of demands that accept some of the pools, in order of preference."""
        place = {name: k for k, name in enumerate(pools)}
        pairs = [(k, place[p]) for k, names in enumerate(accepted) for p in names]
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
        The package of each demand, empty if none exists.
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
            lines=Lines.of(problem.pools, [one.pools for one in demands]),
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
        """Draws in which every plan is proved, (draws,)."""
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


def _cached(function: Any) -> Any:
    """Compile a function, and keep the machine code on disk where that can be done."""
    try:
        return numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    except RuntimeError:  # no folder for it can be written
        return numba.njit(nogil=True, error_model="numpy")(function)


@numba.njit(inline="always")
def _mixed(x: Any) -> Any:
    """Return 64 well-mixed bits (the finaliser of SplitMix64; Steele, Lea and Flood, 2014)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@numba.njit(inline="always")
def _until(state: Any, chance: float) -> int:
    """Return the number of trials before an event of some chance happens."""
    if chance <= 0.0:
        return ENDLESS
    if chance >= 1.0:
        return 0
    uniform = (float(_mixed(state) >> np.uint64(11)) + 1.0) * 2.0**-53
    return int(min(np.log(uniform) / np.log1p(-chance), float(ENDLESS)))


@numba.njit(inline="always")
def _add(row: Any, low: int, begin: int, end: int, people: float) -> None:
    """Add people to the months from `begin` up to `end`, as far as they are in the window."""
    for month in range(max(begin, low), min(end, low + len(row))):
        row[month - low] += people


@numba.njit
def _serve(row: Any, low: int, left: float, begin: int, end: int, chances: Any, state: Any) -> None:
    """Simulate a tour from `begin` up to `end`, one post after the other."""
    refuse, leave, wait = chances
    step = np.uint64(STEP)
    state += step
    refused = _until(state, refuse)
    state += step
    returned = _until(state, leave)
    while left > FRACTION:
        alike = min(min(refused, returned // (end - begin)), int(left))
        if alike > 0:  # no refusal, no early return
            _add(row, low, begin, end, float(alike))
            refused -= alike
            returned -= alike * (end - begin)
            left -= alike
            continue
        people = min(left, 1.0)
        now = begin
        while now < end:
            if refused == 0:
                state += step
                refused = _until(state, refuse)
                now += wait
                continue
            refused -= 1
            served = min(returned + 1, end - now)
            _add(row, low, now, now + served, people)
            now += served
            returned -= served
            if returned < 0:
                state += step
                returned = _until(state, leave)
                now += wait
        left -= people


@_cached
def attend(streams, people, demand, first, last, key, whole, accept, lead, back, low, found):  # type: ignore[no-untyped-def]
    """Add the people present, by demand and month.

    Parameters
    ----------
    streams : ndarray of uint64 (draws,)
        Random stream of each draw.
    people : ndarray (plans, draws, tours)
        Persons planned.
    demand, first, last : ndarray of int (tours,)
        Place of the demand; first and last month on duty.
    key : ndarray of uint64 (tours,)
        Random stream of each tour.
    whole : ndarray of bool (demands,)
        Nominated and accepted as a whole unit, and replaced from it without being asked again.
    accept, back : ndarray (draws, demands)
        Chance that a candidate is accepted; chance that a month served is the last.
    lead : ndarray of int (draws, demands)
        Months that a post stands empty before the next candidate.
    low : int
        Month of the model that is the first of the window.
    found : ndarray (plans, draws, demands, months)
        People present are added to it, persons.
    """
    for draw in range(people.shape[1]):
        for tour in range(people.shape[2]):
            d, begin, end = demand[tour], first[tour], last[tour] + 1
            if end <= low or begin >= low + found.shape[3]:
                continue
            wait = lead[draw, d]
            refuse = 1.0 - accept[draw, d] if wait > 0 else 0.0
            leave = back[draw, d] if wait > 0 else 0.0
            state = _mixed(streams[draw] ^ key[tour])
            if whole[d]:
                while begin < end and refuse > 0.0:
                    state += np.uint64(STEP)
                    if _until(state, refuse) > 0:
                        break
                    begin += wait
                refuse = 0.0
            if begin >= end:
                continue
            for plan in range(people.shape[0]):
                row = found[plan, draw, d]
                _serve(row, low, people[plan, draw, tour], begin, end, (refuse, leave, wait), state)


def _key(*parts: object) -> int:
    """Return 64 bits that are the same for the same parts on every machine."""
    text = "\0".join(map(str, parts)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


@dataclass(frozen=True, eq=False)
class Chances:
    """What decides presence, by draw and line of demand.

    Attributes
    ----------
    accept, back, manned : ndarray (draws, lines)
    lead : ndarray of int (draws, lines)
    """

    accept: Floats
    lead: Ints
    back: Floats
    manned: Floats

    def of(self, draws: Ints, lines: Ints) -> Chances:
        """Return those of some draws and lines."""
        at = np.ix_(draws, lines)
        return Chances(self.accept[at], self.lead[at], self.back[at], self.manned[at])

    @property
    def certain(self) -> bool:
        """Whether all people planned are present for certain."""
        stays = (self.lead == 0) | ((self.accept >= 1.0) & (self.back <= 0.0))
        return bool((stays & (self.manned >= 1.0)).all())


class Presence:
    """Presence of the people that plans send.

    Parameters
    ----------
    formulation : Formulation
    uncertain : Uncertain
    """

    def __init__(self, formulation: Formulation, uncertain: Uncertain):
        self.owners = [(one.line.kind, one.root) for one in formulation.sources]
        self.whole = np.array([one.en_bloc for one in formulation.sources], dtype=bool)
        self.keys = np.array([_key(id) for id in formulation.ids], dtype=np.uint64)
        self.likely = {row.id: row.value for row in uncertain.compiled.figures}

    def chances(self, figures: Mapping[str, Floats], draws: int) -> Chances:
        """Return what decides presence in draws, from their parameters."""
        found = {}
        for measure, nothing in MEASURES.items():
            columns = []
            for kind, demand in self.owners:
                id = f"demand.{demand}.{measure}" if measure == MANNED else f"kind.{kind}.{measure}"
                likely = float(self.likely.get(id, nothing))
                columns.append(figures[id] if id in figures else np.full(draws, likely))
            found[measure] = np.stack(columns, axis=1) if columns else np.zeros((draws, 0))
        lead = np.rint(found["lead"]).astype(np.int64)
        return Chances(found["acceptance"], lead, found["early_return"], found[MANNED])

    def present(
        self, made: Instance, plans: Plans, chances: Chances, streams: NDArray[np.uint64]
    ) -> Floats:
        """Return people present, (plans, draws, demands, months of the window)."""
        if chances.certain:
            return plans.on_duty
        layout, (low, high) = made.layout, made.frame.report
        tours, decision = layout.tours, layout.tour_decision
        people = np.nan_to_num(plans.people[:, :, decision] / layout.cohorts[decision])
        people *= chances.manned[:, tours.demand]
        number = ((tours.cohort << 32) + tours.wave).astype(np.uint64) * np.uint64(STEP)
        found = np.zeros((*plans.code.shape, len(made.lines), high - low + 1))
        attend(
            streams, people, tours.demand, tours.first, tours.last,
            self.keys[made.lines][tours.demand] ^ number, self.whole[made.lines], chances.accept,
            chances.lead, chances.back, low, found,
        )  # fmt: skip
        found[plans.code == Code.UNPROVED] = np.nan
        return found


def streams_of(seed: int, replicate: int, places: Sequence[int] | Ints) -> NDArray[np.uint64]:
    """Return the random stream of each draw of a replicate."""
    return np.array([_key("luck", seed, replicate, int(one)) for one in places], dtype=np.uint64)
