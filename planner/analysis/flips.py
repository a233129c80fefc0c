"""Where a conclusion flips when one input moves: by trying, then by closing in on each flip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from planner.analysis.case import Case
from planner.analysis.conclusion import Conclusion
from planner.analysis.movable import Input
from planner.outcome import Progress
from planner.analysis.trials import Trials
from planner.problem.model import Problem

__all__ = ["Found", "Measure", "Side", "close_in", "scan"]

Floats = NDArray[np.float64]

ROUNDS = 60
"""Most times that brackets are halved."""


@dataclass(frozen=True, eq=False)
class Measure:
    """What is measured of every plan: the quantity of a conclusion.

    Attributes
    ----------
    case : Case
    conclusion : Conclusion
    package : str
        Empty where the conclusion is about none.
    trials : Trials
    """

    case: Case
    conclusion: Conclusion
    package: str
    trials: Trials

    def of(self, problems: Sequence[Problem], progress: Progress) -> Floats:
        """Return the quantity of each problem, (problems,); NaN where it is undefined."""
        if not problems:
            return np.zeros(0)
        filled = self.trials.plan(problems, progress)
        return self.conclusion.of(self.case, self.package, filled)

    def flipped(self, value: float, held: bool) -> bool:
        """Whether the conclusion is no longer what it was; never where undefined."""
        return value == value and bool(self.conclusion.holds(np.array(value))) != held


@dataclass
class Side:
    """An input and one way in which it is moved.

    Attributes
    ----------
    input : Input
    way : int
        1 upwards, −1 downwards.
    tried : dict of float to float
        The quantity at each value that was tried, in the order of trying.
    near, far : float
        Neighbours between which it flips: not yet, and already; NaN if it does not flip.
    """

    input: Input
    way: int
    tried: dict[float, float] = field(default_factory=dict)
    near: float = float("nan")
    far: float = float("nan")

    @property
    def flips(self) -> bool:
        """Whether a flip was found."""
        return self.far == self.far

    @property
    def within(self) -> float:
        """How far the flip may be from where it is said to be."""
        return 0.0 if self.input.whole else abs(self.far - self.near)


@dataclass(frozen=True)
class Found:
    """Both sides of every input, and the quantity as it is."""

    sides: tuple[Side, ...]
    now: float


def scan(inputs: Sequence[Input], measure: Measure, steps: int, now: float,
         progress: Progress) -> Found:  # fmt: skip
    """Try every input at some values each way, and find the nearest pair between which it flips.

    Whole numbers are all tried; others at `steps` equal steps and at the ends of their range.
    """
    sides = [Side(one, way) for one in inputs for way in (-1, 1)]
    places = [(side, at) for side in sides for at in _places(side, steps)]
    values = measure.of([side.input.problem(at) for side, at in places], progress)
    for (side, at), value in zip(places, values, strict=True):
        side.tried[at] = float(value)
    held = bool(measure.conclusion.holds(np.array(now)))
    for side in sides:
        last = side.input.value
        for at in sorted(side.tried, key=lambda one: abs(one - side.input.value)):
            if measure.flipped(side.tried[at], held):
                side.near, side.far = last, at
                break
            last = at
    return Found(tuple(sides), now)


def _places(side: Side, steps: int) -> list[float]:
    """Return the values to try on one side, the nearest first."""
    one = side.input
    end = one.most if side.way > 0 else one.least
    if (end - one.value) * side.way <= 0:
        return []
    if one.whole:
        count = round(abs(end - one.value))
        return [one.value + side.way * k for k in range(1, count + 1)]
    found = {one.value + (end - one.value) * k / steps for k in range(1, steps + 1)}
    found |= {at for at in (one.low, one.high) if (at - one.value) * side.way > 0}
    return sorted(found, key=lambda at: abs(at - one.value))


def close_in(
    found: Found, measure: Measure, tolerance: float, progress: Callable[[], None]
) -> None:
    """Narrow every bracket down to a width: `tolerance` times its input, or its reach from 0.

    Each round tries the middle, and both sides of where a straight line between the ends would
    meet the level: where the quantity runs straight, one round is enough.
    """
    held = bool(measure.conclusion.holds(np.array(found.now)))
    for _ in range(ROUNDS):
        wide = [s for s in found.sides if s.flips and s.within > _width(s.input, tolerance)]
        if not wide:
            return
        places = [(side, at) for side in wide for at in _between(side, measure, found, tolerance)]
        values = measure.of([side.input.problem(at) for side, at in places], _silent)
        for (side, at), value in zip(places, values, strict=True):
            side.tried[at] = float(value)
        for side in wide:
            inside = sorted((at for at in side.tried if _inside(side, at)),
                            key=lambda at: abs(at - side.near))  # fmt: skip
            for at in inside:
                if measure.flipped(side.tried[at], held):
                    side.far = at
                    break
                side.near = at
        progress()


def _width(one: Input, tolerance: float) -> float:
    return tolerance * (abs(one.value) or one.most - one.least)


def _inside(side: Side, at: float) -> bool:
    low, high = sorted((side.near, side.far))
    return low < at < high


def _between(side: Side, measure: Measure, found: Found, tolerance: float) -> list[float]:
    middle = (side.near + side.far) / 2
    values = {**side.tried, side.input.value: found.now}
    near, far, level = values[side.near], values[side.far], measure.conclusion.level
    places = [middle]
    if near == near and far == far and near != far:
        meets = side.near + (level - near) / (far - near) * (side.far - side.near)
        little = 0.45 * _width(side.input, tolerance)
        places += [meets - little, meets + little]
    return [at for at in dict.fromkeys(places) if _inside(side, at)]


def _silent(done: int, total: int) -> None:
    """Show nothing: how many rounds there will be is not known."""
