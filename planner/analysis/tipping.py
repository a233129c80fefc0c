"""Tipping points: what would have to be different for a conclusion to be false, or true.

A conclusion is a quantity that is above or below a level, see :mod:`planner.analysis.conclusion`.
Every input is moved alone, up and down, and the plan is made again, until the conclusion flips; and
many futures are drawn in which all that is uncertain moves at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from planner.analysis.case import Case, read_case
from planner.analysis.conclusion import Conclusion, parse_conclusion
from planner.analysis.flips import Found, Measure, Side, close_in, scan
from planner.analysis.holding import NONE, Holding, holding
from planner.analysis.movable import inputs_of
from planner.analysis.outcome import Outcome, Progress, frame, silent
from planner.analysis.trials import Trials
from planner.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from planner.montecarlo.ensemble import Ensemble

__all__ = ["Flip", "Moved", "Tipping", "tipping"]

NAN = float("nan")


@dataclass(frozen=True)
class Flip:
    """The smallest change found in one input, one way, that flips the conclusion.

    Attributes
    ----------
    input : str
        A figure of ``planner show``, or a package's size or month; see
        :mod:`planner.analysis.movable`.
    direction : str
        ``"up"`` or ``"down"``; of a month ``"later"`` or ``"earlier"``.
    value, flips_at : float
        As it is, and the nearest value found at which the conclusion is no longer what it was.
        Both are 0 and a number of months for a month, which `month` names.
    unit, month : str
    within : float
        It flips between `flips_at` and so much nearer; whole numbers are exact.
    change_share : float
        Change as a share of the value; NaN where that is 0.
    low, high : float
        The range of the figure.
    inside : bool or None
        Whether the flip lies inside that range; None where the figure has none.
    range_share : float
        Change as a share of the way to that end of the range; above 1 it lies outside.
    quantity : float
        What the conclusion is about, at `flips_at`.
    basis, source, section : str
        Where the figure comes from.
    """

    input: str
    direction: str
    value: float
    flips_at: float
    unit: str
    month: str
    within: float
    change_share: float
    low: float
    high: float
    inside: bool | None
    range_share: float
    quantity: float
    basis: str
    source: str
    section: str


@dataclass(frozen=True)
class Moved:
    """How far an input was moved, and what that did to what the conclusion is about.

    `smallest` and `largest` are the quantity over all values that were tried from `tried_from` to
    `tried_to`.
    """

    input: str
    unit: str
    value: float
    low: float
    high: float
    tried_from: float
    tried_to: float
    smallest: float
    largest: float
    flips: bool
    basis: str


@dataclass(frozen=True, eq=False)
class Tipping(Outcome):
    """Outcome of :func:`tipping`.

    Attributes
    ----------
    conclusion, rule, package : str
        `package` is empty where the conclusion is about none.
    quantity, level : float
        What it is about, as it is, and the level; shares where `is_share`.
    is_share, holds : bool
    plans, unproved : int
        Variants that were planned, and those whose plan nobody could prove.
    draws, draws_left_out : int
        Ensemble that count; 0 where none were drawn.
    holds_share, standard_error, low_share, high_share : float
        In how many of them it holds, with its 95 % interval.
    """

    title: ClassVar[str] = "tipping"
    conclusion: str
    rule: str
    package: str
    quantity: float
    level: float
    is_share: bool
    holds: bool
    plans: int
    unproved: int
    draws: int
    draws_left_out: int
    holds_share: float
    standard_error: float
    low_share: float
    high_share: float
    flips: tuple[Flip, ...]
    inputs: tuple[Moved, ...]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return ``flips``, the nearest inside its range first, and ``inputs``."""
        return {"flips": frame(self.flips, Flip), "inputs": frame(self.inputs, Moved)}

    def sentences(self, lang: str = "en") -> list[str]:
        """Return whether it holds, what flips it, and in how many futures it holds."""
        from planner.analysis.tipped import told

        return told(self, lang)


def tipping(
    source: Any,
    conclusion: str,
    package: str | None = None,
    rule: str | None = None,
    *,
    inputs: Sequence[str] | None = None,
    reach: float = 1.0,
    steps: int = 4,
    tolerance: float = 1e-3,
    draws: int = 256,
    seed: int = 0,
    futures: Ensemble | None = None,
    progress: Progress = silent,
) -> Tipping:
    """Return the smallest change in each input that flips a conclusion, and how often it holds.

    Parameters
    ----------
    source : scenario, result or problem
        See :func:`planner.analysis.case.read_case`.
    conclusion : str
        Such as ``"displacement(kind=staff) > 10%"``, ``"fill(untso) < 90%"``, ``"ratio > 4%"``; see
        :mod:`planner.analysis.conclusion`.
    package : str, optional
        Whose displacement; by default that of the only one.
    inputs : sequence of str, optional
        Ids with ``*`` for anything, ``["pool.*"]``; by default every figure that a plan looks at.
    reach : float
        How far each is moved, as a multiple of itself, and over its range in any case; months two
        years each way.
    steps : int
        Values tried on the way to each end; a flip that is undone within a step may be missed.
    tolerance : float
        How close to come to a flip, as a share of the input.
    draws, seed : int
        Ensemble to draw; 0 draws none, and so do problems without a scenario.
    futures : Ensemble, optional
        Drawn before, of the same scenario with the same rule.

    Examples
    --------
    >>> line = {"tier": 2, "cap": 8, "first": 0, "last": 0, "tour": 1, "pools": ["staff"],
    ...         "prep": 0, "rest": 0}
    >>> problem = {"format": "planner-problem/1", "months": 1, "pools": {"staff": 10},
    ...            "demands": [{"id": "untso", **line}, {"id": "x", **line, "tier": 1, "cap": 4}],
    ...            "packages": {"flank": {"demands": ["x"], "known": 0}}}
    >>> found = tipping(problem, "displacement > 1")  # 2 of 8 posts now
    >>> for row in found.flips[:3]:
    ...     print(row.input, row.direction, round(row.flips_at, 1), row.unit)
    pool.staff.strength up 1.1 times
    demand.untso.cap down 7.0 persons
    demand.x.cap down 3.0 persons
    """
    case = read_case(source, rule)
    _check(steps, tolerance, draws, futures, case)
    stated = parse_conclusion(conclusion, case)
    lost = case.package(package) if stated.of_package or package is not None else ""
    chosen = inputs_of(case, inputs, reach)
    measure = Measure(case, stated, lost, Trials(case, lost or None))
    now = float(measure.of([case.problem], silent)[0])
    if now != now:
        raise InputError(f"{stated}: is undefined as it is, for nobody is asked for or served")
    wanted = draws if futures is None and case.scenario is not None else 0
    shown = _Shown(progress, wanted)
    found = scan(chosen, measure, steps, now, shown.scanned)
    close_in(found, measure, tolerance, shown.again)
    if wanted:
        futures = _drawn(case, stated, lost, wanted, seed, shown)
    share = NONE if futures is None else holding(futures, case, stated, lost)
    return _outcome(measure, found, share)


def _check(steps: int, tolerance: float, draws: int, futures: Ensemble | None, case: Case) -> None:
    faults = []
    if steps < 1:
        faults.append(f"steps: expected at least 1, found {steps}")
    if not 0 < tolerance < 1:
        faults.append(f"tolerance: expected above 0 and below 1, found {tolerance}")
    if draws < 0:
        faults.append(f"draws: expected at least 0, found {draws}")
    if futures is not None and futures.rule != case.rule:
        faults.append(f"futures: expected the rule {case.rule}, found {futures!r}")
    if faults:
        raise InputError(faults)


class _Shown:
    """Progress over the plans of the scan and the draws together."""

    def __init__(self, progress: Progress, draws: int):
        self.progress, self.draws = progress, draws
        self.last = (0, 1)

    def scanned(self, done: int, total: int) -> None:
        """Show how many variants have been planned."""
        self.last = (done, total + self.draws)
        self.progress(*self.last)

    def again(self) -> None:
        """Show the same again, while flips are closed in on."""
        self.progress(*self.last)

    def drawn(self, done: int, total: int, _seconds: float) -> None:
        """Show how many draws have been made."""
        planned = self.last[1] - self.draws
        self.progress(planned + done, self.last[1])


def _drawn(
    case: Case, stated: Conclusion, package: str, draws: int, seed: int, shown: _Shown
) -> Ensemble:
    from planner.montecarlo.run import simulate

    return simulate(
        case.scenario, draws, seed, case.rule, packages=[package] if package else [],
        monthly=stated.by == "pool", progress=shown.drawn,
    )  # fmt: skip


def _outcome(measure: Measure, found: Found, share: Holding) -> Tipping:
    case, stated = measure.case, measure.conclusion
    flips = [_flip(case, side) for side in found.sides if side.flips]
    return Tipping(
        conclusion=str(stated),
        rule=case.rule,
        package=measure.package,
        quantity=found.now,
        level=stated.level,
        is_share=stated.share,
        holds=bool(stated.holds(np.array(found.now))),
        plans=measure.trials.made,
        unproved=measure.trials.unproved,
        draws=share.draws,
        draws_left_out=share.left_out,
        holds_share=share.share,
        standard_error=share.standard_error,
        low_share=share.low,
        high_share=share.high,
        flips=tuple(sorted(flips, key=_nearness)),
        inputs=_moved(found),
    )


def _nearness(row: Flip) -> tuple[bool, float, float]:
    """Inside a range first, by how far into it; the others by how far from what they are."""
    far = row.range_share if row.inside else 0.0
    change = row.change_share if row.change_share == row.change_share else abs(row.flips_at)
    return not row.inside, far, abs(change)


def _flip(case: Case, side: Side) -> Flip:
    one, at = side.input, side.far
    change = at - one.value
    end = one.high if side.way > 0 else one.low
    ranged = one.low == one.low or one.high == one.high
    inside = bool(end == end and abs(change) <= abs(end - one.value) * (1 + 1e-9))
    month = ""
    if one.month >= 0:
        month = case.month(min(max(one.month + round(at), 0), case.problem.months - 1))
    names = ("earlier", "later") if one.unit == "months moved" else ("down", "up")
    way = abs(end - one.value)
    return Flip(
        input=one.id,
        direction=names[side.way > 0],
        value=one.value,
        flips_at=at,
        unit=one.unit,
        month=month,
        within=side.within,
        change_share=change / abs(one.value) if one.value else NAN,
        low=one.low,
        high=one.high,
        inside=inside if ranged else None,
        range_share=abs(change) / way if way == way and way > 0 else NAN,
        quantity=side.tried[at],
        basis=one.basis,
        source=one.source,
        section=one.section,
    )


def _moved(found: Found) -> tuple[Moved, ...]:
    rows = []
    for down, up in zip(found.sides[::2], found.sides[1::2], strict=True):
        one = down.input
        tried = {one.value: found.now, **down.tried, **up.tried}
        known = [value for value in tried.values() if value == value]
        rows.append(
            Moved(
                one.id, one.unit, one.value, one.low, one.high, min(tried), max(tried),
                min(known), max(known), down.flips or up.flips, one.basis,
            )
        )  # fmt: skip
    return tuple(sorted(rows, key=lambda row: row.smallest - row.largest))
