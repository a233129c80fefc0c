"""Threshold points: what would have to be different for a conclusion to be false, or true.

A conclusion is a quantity that is above or below a level, see :mod:`planner.analysis.conclusion`.
Every parameter is varied alone, up and down, and the plan is made again, until the conclusion
changes: by a scan, then by bracketing; problems with the same tours are planned as one batch. And
many draws are made in which all that is uncertain varies at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as default
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from planner.analysis.case import Case, read_case
from planner.analysis.conclusion import Conclusion, DrawFills, parse_conclusion
from planner.analysis.declare import Option, analysis, text_of
from planner.analysis.plans import settling
from planner.compile.tables import FigureRow
from planner.errors import InputError, nearest
from planner.labels import figure, number, percent
from planner.montecarlo.estimates import chance_of
from planner.montecarlo.structure import Structure
from planner.outcome import Outcome, Progress, frame, silent
from planner.problem.model import Demand, Problem
from planner.scenario.inputs import is_presence
from planner.terms import term

if TYPE_CHECKING:
    import pandas as pd

    from planner.montecarlo.ensemble import Ensemble
    from planner.montecarlo.records import Records

__all__ = [
    "NONE",
    "Crossing",
    "Found",
    "Holding",
    "VariedParameter",
    "Measure",
    "Varied",
    "Side",
    "Threshold",
    "Trials",
    "bracket",
    "filled_of",
    "holding",
    "inputs_of",
    "scan",
    "threshold",
]

Floats = NDArray[np.float64]

_TEXT = text_of("threshold")
say = _TEXT.say


NAN = float("nan")

WHOLE = ("tour", "preparation", "prep")
"""What is counted in whole months."""

MONTHS = 24
"""Furthest that a month is moved, each way."""


@dataclass(frozen=True, eq=False)
class VariedParameter:
    """One input and how to move it.

    Attributes
    ----------
    id : str
        A figure, ``pool.staff.posts``, or ``package.eastern-flank.size``, ``….known``, ``….first``.
    unit : str
    value, low, high : float
        As it is, and the ends of its range; NaN where it has none. A month is 0, and is moved.
    least, most : float
        How far it is moved.
    whole : bool
        Whether only whole numbers make sense.
    problem : callable
        Gives the problem with another value of it.
    usual : bool
        Whether it is tried unless others are asked for.
    basis, source, section : str
    month : int
        For months: the month of the model that is moved; −1 for everything else.
    """

    id: str
    unit: str
    value: float
    low: float
    high: float
    least: float
    most: float
    whole: bool
    problem: Callable[[float], Problem]
    usual: bool = True
    basis: str = ""
    source: str = ""
    section: str = ""
    month: int = -1


def inputs_of(
    case: Case, patterns: Sequence[str] | None = None, reach: float = 1.0
) -> list[VariedParameter]:
    """Return the inputs of a case.

    Parameters
    ----------
    case : Case
    patterns : sequence of str, optional
        Ids, with ``*`` for anything. By default all but first and last months of single demands.
    reach : float
        How far a number is moved, as a multiple of itself; downwards never below nothing.
    """
    if not reach > 0:
        raise InputError(f"reach: expected a number above 0, found {reach}")
    figures = case.scenario is not None and case.compiled is not None
    every = list(_of_scenario(case, reach) if figures else _of_problem(case, reach))
    every += _of_packages(case, reach)
    if patterns is None:
        return [one for one in every if one.usual]
    found: dict[str, VariedParameter] = {}
    faults = []
    for pattern in patterns:
        test = re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)
        chosen = [one for one in every if test.fullmatch(one.id)]
        if not chosen:
            near = nearest(pattern, [one.id for one in every])
            faults.append(f"inputs: no input is called {pattern!r}{near}")
        found |= {one.id: one for one in chosen}
    if faults:
        raise InputError(faults)
    return list(found.values())


def _of_scenario(case: Case, reach: float) -> Iterator[VariedParameter]:
    """Yield every figure of a scenario that a plan looks at."""
    from planner.compile.build import compile_scenario
    from planner.montecarlo.parameters import natural_range

    def problem(id: str, value: float) -> Problem:
        return compile_scenario(case.scenario, {id: value}, drawn=True).problem

    for row in case.compiled.figures:
        kind = row.id.rpartition(".")[2].partition("@")[0]
        about = {"basis": row.basis, "source": row.source, "section": row.section}
        make = partial(problem, row.id)
        if isinstance(row.value, str):
            if row.id.startswith("demand."):
                yield _month(row.id, make, -1, usual=False, **about)
        elif not is_presence(row.id):
            floor, ceiling = natural_range(row.id)
            yield _number(row, make, floor, ceiling, reach, kind in WHOLE, about)


def _number(
    row: FigureRow, make: Callable[[float], Problem], floor: float, ceiling: float, reach: float,
    whole: bool, about: Mapping[str, str],
) -> VariedParameter:  # fmt: skip
    value = float(row.value)
    low, high = (NAN if end is None else float(end) for end in (row.low, row.high))
    least, most = _limits(value, (low, high), reach, whole)
    return VariedParameter(
        row.id, row.unit, value, low, high, max(floor, least), min(ceiling, most), whole, make,
        True, about["basis"], about["source"], about["section"],
    )  # fmt: skip


def _limits(
    value: float, ends: tuple[float, float], reach: float, whole: bool
) -> tuple[float, float]:
    """Return how far a number is moved: `reach` times itself, and over its range in any case."""
    way = reach * abs(value) if value else 1.0
    least = min([max(value - way, 0.0) if value >= 0 else value - way,
                 *(end for end in ends if end == end)])  # fmt: skip
    most = max([value + way, *(end for end in ends if end == end)])
    return (float(np.floor(least)), float(np.ceil(most))) if whole else (least, most)


def _month(
    id: str, make: Callable[[float], Problem], at: int, usual: bool = True, basis: str = "",
    source: str = "", section: str = "",
) -> VariedParameter:  # fmt: skip
    return VariedParameter(
        id, "months moved", 0.0, NAN, NAN, -MONTHS, MONTHS, True, make, usual, basis, source,
        section, at,
    )  # fmt: skip


def _of_problem(case: Case, reach: float) -> Iterator[VariedParameter]:
    """Yield the numbers of a neutral problem."""
    problem = case.problem

    def strength(pool: str, times: float) -> Problem:
        return replace(problem, pools={**problem.pools, pool: problem.pools[pool] * times})

    def changed(demand: Demand, field: str, value: float) -> Problem:
        new: object = value
        if field == "tour":
            new = max(1, round(value))
        elif field == "prep":
            new = tuple(round(value) for _ in demand.pools)
        elif field in ("rest", "dwell"):
            field, new = "home", tuple(value for _ in demand.pools)
        return _with(problem, {demand.id: {field: new}})

    for pool in problem.pools:
        yield _plain(f"pool.{pool}.strength", "times", 1.0, partial(strength, pool), reach)
    for one in problem.demands:
        values = {"cap": one.cap, "tour": float(one.tour)}
        at_home = "dwell" if any(one.dwell) else "rest"
        for field, by_pool in (("prep", one.prep), (at_home, one.home)):
            if len(set(by_pool)) == 1 and (field == "prep" or len(set(one.dwell)) == 1):
                values[field] = float(by_pool[0])
        for field, value in values.items():
            unit = {"cap": "persons", at_home: "months per month"}.get(field, "months")
            yield _plain(
                f"demand.{one.id}.{field}", unit, value, partial(changed, one, field), reach
            )


def _plain(
    id: str, unit: str, value: float, make: Callable[[float], Problem], reach: float
) -> VariedParameter:
    whole = id.rpartition(".")[2] in WHOLE
    least, most = _limits(value, (NAN, NAN), reach, whole)
    floor = 1.0 if id.endswith(".tour") else 0.0
    return VariedParameter(id, unit, value, NAN, NAN, max(floor, least), most, whole, make)


def _of_packages(case: Case, reach: float) -> Iterator[VariedParameter]:
    """Yield size, month known and first month of each package."""
    problem = case.problem
    figures = {} if case.compiled is None else {row.id: row for row in case.compiled.figures}
    for package in problem.packages:
        own = [problem.demand(name) for name in package.demands]
        posts = sum(one.cap for one in own)
        if posts <= 0:
            continue
        rows = [figures.get(f"demand.{one.id}.cap") for one in own]
        ends = [
            sum(one.cap if row is None or end(row) is None else end(row)
                for one, row in zip(own, rows, strict=True)) / posts
            for end in (lambda row: row.low, lambda row: row.high)
        ]  # fmt: skip
        ranged = any(row is not None and row.low is not None for row in rows)
        low, high = ends if ranged else (NAN, NAN)
        least, most = _limits(1.0, (low, high), reach, False)
        first = next((row for row in rows if row is not None), None)
        about = {} if first is None else {
            "basis": first.basis, "source": first.source, "section": first.section,
        }  # fmt: skip
        size = partial(_sized, problem, package.demands)
        yield VariedParameter(
            f"package.{package.id}.size", "times", 1.0, low, high, least, most, False, size, **about
        )
        known = problem.known(package.id)
        row = figures.get(f"package.{package.id}.known")
        said = {} if row is None else {
            "basis": row.basis, "source": row.source, "section": row.section,
        }  # fmt: skip
        when = partial(_known, problem, package.id, known)
        yield _month(f"package.{package.id}.known", when, known, **said)
        begins = min(one.first for one in own)
        yield _month(f"package.{package.id}.first", partial(_begun, problem, own), begins)


def _with(problem: Problem, changes: dict[str, dict[str, object]]) -> Problem:
    demands = tuple(
        replace(one, **changes[one.id]) if one.id in changes else one  # type: ignore[arg-type]
        for one in problem.demands
    )
    return replace(problem, demands=demands)


def _sized(problem: Problem, demands: Sequence[str], times: float) -> Problem:
    return _with(problem, {name: {"cap": times * problem.demand(name).cap} for name in demands})


def _known(problem: Problem, package: str, known: int, months: float) -> Problem:
    packages = tuple(
        replace(one, known=max(known, 0) + round(months)) if one.id == package else one
        for one in problem.packages
    )
    return replace(problem, packages=packages)


def _begun(problem: Problem, own: Sequence[Demand], months: float) -> Problem:
    return _with(
        problem, {one.id: {"first": min(one.first + round(months), one.last)} for one in own}
    )


SMALL_BATCH = 24
"""Problems or demands for which the engine is as fast as waking compiled code."""

MANY = 128
"""Most problems that are planned at once, for memory."""


class Trials:
    """Plans of variants of a case, with all packages and without one.

    Parameters
    ----------
    case : Case
        Its demands are the axis of what is returned; a demand that a variant has not got asks and
        fills nothing.
    package : str or None
        The package that is left out.
    """

    def __init__(self, case: Case, package: str | None):
        self.case, self.without = case, [] if package is None else [package]
        self.made, self.unproved = 0, 0
        self.ids = [demand.id for demand in case.problem.demands]
        self.pools = list(case.problem.pools)
        self.lines = np.array(
            [
                (place, self.pools.index(pool))
                for place, demand in enumerate(case.problem.demands)
                for pool in demand.pools
            ],
            dtype=np.int64,
        ).reshape(-1, 2)
        self._structures: dict[Any, Structure] = {}

    def plan(self, problems: Sequence[Problem], progress: Progress = silent) -> DrawFills:
        """Return what each problem fills, in their order; NaN where no plan could be proved."""
        count = len(problems)
        wide, lines = len(self.ids), len(self.lines)
        with_all, without, asked = (np.zeros((count, wide)) for _ in range(3))
        by_line, by_line_without = (np.zeros((count, lines)) for _ in range(2))
        filled = DrawFills(with_all, without, asked, by_line, by_line_without, self.lines)
        groups: dict[Any, list[int]] = {}
        for place, problem in enumerate(problems):
            groups.setdefault(_structure_of(problem), []).append(place)
        compiled = max(count, wide) > SMALL_BATCH
        done = 0
        for key, every in groups.items():
            for first in range(0, len(every), MANY):
                places = every[first : first + MANY]
                structure = self._structure((key, compiled), problems[every[0]])
                self._solve(structure, [problems[k] for k in places], np.array(places), filled)
                done += len(places)
                progress(done, count)
        self.made += count
        self.unproved += int(np.isnan(filled.with_all).any(axis=1).sum())
        return filled

    def _structure(self, key: tuple[Any, bool], problem: Problem) -> Structure:
        """Return the structure of a problem, made once."""
        if key not in self._structures:
            structure = Structure(problem, self.case.rule, key[1])
            if self.case.rule == "value":
                structure.solver = settling(problem)
            self._structures[key] = structure
        return self._structures[key]

    def _solve(
        self,
        structure: Structure,
        problems: Sequence[Problem],
        places: NDArray[np.int64],
        filled: DrawFills,
    ) -> None:
        """Plan problems of one structure, and write what they fill."""
        bounds = [[_or_nan(one.min) for one in problem.bounds] for problem in problems]
        most = [[_or_nan(one.max) for one in problem.bounds] for problem in problems]
        plans = structure.solve(
            np.array([[one.cap for one in problem.demands] for problem in problems]),
            np.array([np.stack(list(problem.pools.values())) for problem in problems]),
            self.without,
            least=np.array(bounds),
            most=np.array(most),
            amounts=np.array([[one.amount for one in problem.budgets] for problem in problems]),
        )
        here = [one.id for one in problems[0].demands]
        known = {id: place for place, id in enumerate(self.ids)}
        pairs = [(k, known[id]) for k, id in enumerate(here) if id in known]
        source, target = (np.array(side, dtype=np.int64) for side in zip(*pairs, strict=True))
        rows = places[:, None]
        filled.with_all[rows, target] = plans.filled[0][:, source]
        filled.without[rows, target] = plans.filled[-1][:, source]
        filled.asked[rows, target] = plans.asked[:, source]
        line = {(int(d), int(p)): k for k, (d, p) in enumerate(self.lines)}
        names = list(problems[0].pools)
        for k, (demand, pool) in enumerate(zip(plans.lines.demand, plans.lines.pool, strict=True)):
            to = line.get((known.get(here[demand], -1), self.pools.index(names[pool])))
            if to is not None:
                filled.by_line[places, to] = plans.served[0, :, k].sum(axis=1)
                filled.by_line_without[places, to] = plans.served[-1, :, k].sum(axis=1)


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def _structure_of(problem: Problem) -> Any:
    """Return everything of a problem that is no number of people, persons or euros."""
    return (
        problem.months,
        problem.report,
        tuple(problem.pools),
        tuple(replace(demand, cap=0.0) for demand in problem.demands),
        tuple((one.demands, one.pools, one.min is None, one.max is None) for one in problem.bounds),
        problem.packages,
        tuple(
            (one.id, one.first, one.last, tuple(sorted(one.cost.items())))
            for one in problem.budgets
        ),
    )


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
    input : VariedParameter
    way : int
        1 upwards, −1 downwards.
    tried : dict of float to float
        The quantity at each value that was tried, in the order of trying.
    near, far : float
        Neighbours between which the conclusion changes: before and after; NaN if it does not.
    """

    input: VariedParameter
    way: int
    tried: dict[float, float] = default(default_factory=dict)
    near: float = float("nan")
    far: float = float("nan")

    @property
    def flips(self) -> bool:
        """Whether a threshold was found."""
        return self.far == self.far

    @property
    def within(self) -> float:
        """Width of the bracket around the threshold."""
        return 0.0 if self.input.whole else abs(self.far - self.near)


@dataclass(frozen=True)
class Found:
    """Both sides of every input, and the quantity as it is."""

    sides: tuple[Side, ...]
    now: float


def scan(inputs: Sequence[VariedParameter], measure: Measure, steps: int, now: float,
         progress: Progress) -> Found:  # fmt: skip
    """Try every parameter at some values each way; find the nearest pair around a threshold.

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


def bracket(found: Found, measure: Measure, tolerance: float, progress: Callable[[], None]) -> None:
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


def _width(one: VariedParameter, tolerance: float) -> float:
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
    """Show nothing: the number of rounds is not known."""


KEPT = ("replicate", "caps", "begin", "end", "filled", "codes", "served")
"""What is needed of each draw."""


@dataclass(frozen=True)
class Holding:
    """The share of futures in which a conclusion holds.

    Attributes
    ----------
    draws : int
        Proved draws in which its quantity is defined.
    left_out : int
        The others.
    share, standard_error, low, high : float
        `low` and `high` end the 95 % interval; NaN without draws.
    """

    draws: int
    left_out: int
    share: float
    standard_error: float
    low: float
    high: float


NONE = Holding(0, 0, *(float("nan"),) * 4)
"""No futures."""


def holding(futures: Ensemble, case: Case, conclusion: Conclusion, package: str) -> Holding:
    """Return in how many futures a conclusion about a case holds.

    Parameters
    ----------
    futures : Ensemble
        Of the same scenario, with the same rule.
    package : str
        Empty where the conclusion is about none.
    """
    axes = futures.metadata.axes
    demands, pools = (demand.id for demand in case.problem.demands), case.problem.pools
    if (axes.demands, axes.pools) != (tuple(demands), tuple(pools)):
        raise InputError(f"futures: expected those of {case.name!r}, found {futures!r}")
    if package and package not in axes.packages:
        raise InputError(f"futures: {package!r} is never left out of {futures!r}")
    if conclusion.by == "pool" and not futures.metadata.monthly:
        raise InputError(f"futures: {conclusion} needs people by pool: simulate(…, monthly=True)")
    values, replicate = [], []
    for records in futures.records(KEPT):
        kept = records.take(np.flatnonzero(records.proved))
        values.append(conclusion.of(case, package, filled_of(kept, futures, package)))
        replicate.append(kept.replicate)
    value = np.concatenate(values)
    defined = ~np.isnan(value)
    if not defined.any():
        return Holding(0, futures.made, *(float("nan"),) * 4)
    true = conclusion.holds(value[defined]).astype(float)
    found = chance_of(true[:, None], np.concatenate(replicate)[defined])
    ends = (float(getattr(found, name)[0]) for name in ("mean", "standard_error", "low", "high"))
    return Holding(int(defined.sum()), futures.made - int(defined.sum()), *ends)


def filled_of(records: Records, futures: Ensemble, package: str) -> DrawFills:
    """Return what some draws of a run fill and ask; without a package, equal on both sides."""
    axes = futures.metadata.axes
    plans = [0, 1 + axes.packages.index(package) if package else 0]
    lines = np.array(axes.lines, dtype=np.int64).reshape(-1, 2)
    by_line = [np.zeros((len(records), 0))] * 2
    if records.served is not None:
        caps = records.caps[:, lines[:, 0]]
        by_line = [records.served[:, plan].sum(axis=2, dtype=float) * caps for plan in plans]
    filled = [records.filled[:, plan] for plan in plans]
    return DrawFills(filled[0], filled[1], records.asked, by_line[0], by_line[1], lines)


FEW = 5
"""Flips that are _sentences; the table holds all."""


def _sentences(found: Threshold, lang: str) -> list[str]:
    """Return whether it holds, what changes it, and in how many draws it holds."""
    said = [
        say(
            "threshold_holds" if found.holds else "threshold_fails", lang,
            rule=say(found.rule, lang),
            conclusion=found.conclusion, quantity=_quantity(found, found.quantity, lang),
        )
    ]  # fmt: skip
    if found.draws:
        said.append(
            say(
                "threshold_futures", lang, draws=number(found.draws, lang, 0),
                share=percent(found.holds_share, lang), low=percent(found.low_share, lang),
                high=percent(found.high_share, lang),
            )
        )  # fmt: skip
    inside = [row for row in found.flips if row.inside]
    flipping = sum(row.flips for row in found.inputs)
    counts = {
        "inputs": number(len(found.inputs), lang, 0), "flipping": number(flipping, lang, 0),
        "inside": number(len({row.input for row in inside}), lang, 0),
    }  # fmt: skip
    said.append(say("threshold_count" if flipping else "threshold_none", lang, **counts))
    said += [_crossing_sentence(row, found, lang) for row in found.flips[:FEW]]
    if found.rule == "value":
        said.append(say("threshold_value_note", lang))
    return said


def _quantity(found: Threshold, value: float, lang: str) -> str:
    if found.is_share:
        return percent(value, lang)
    return say("threshold_person_months", lang, value=number(value, lang))


def _crossing_sentence(row: Crossing, found: Threshold, lang: str) -> str:
    if row.direction in ("earlier", "later"):
        months = number(abs(row.flips_at), lang, 0)
        at = _TEXT.when(row.month, lang)
        key = f"threshold_{row.direction}" + ("" if at else "_only")
        return say(key, lang, input=row.input, months=months, month=at)
    values = {
        "input": row.input,
        "value": figure(row.value, lang),
        "at": figure(row.flips_at, lang),
        "unit": term(row.unit, lang),
        "change": _change(row.change_share, lang),
    }
    if row.inside is None:
        return say("threshold_flip", lang, **values)
    ends = {"low": figure(row.low, lang), "high": figure(row.high, lang)}
    key = "threshold_flip_inside" if row.inside else "threshold_flip_outside"
    return say(key, lang, **values, **ends, basis=say(row.basis, lang))


def _change(share: float, lang: str) -> str:
    """Return a change with its sign in brackets; empty where it has no share."""
    if share != share:
        return ""
    return f" ({'+' if share > 0 else ''}{percent(share, lang)})"


@dataclass(frozen=True)
class Crossing:
    """The smallest change found in one input, one way, that changes the conclusion.

    Attributes
    ----------
    input : str
        A figure of ``planner show``, or a package's size or month; see
        :mod:`planner.analysis.threshold`.
    direction : str
        ``"up"`` or ``"down"``; of a month ``"later"`` or ``"earlier"``.
    value, flips_at : float
        As it is, and the nearest value found at which the conclusion is no longer what it was.
        Both are 0 and a number of months for a month, which `month` names.
    unit, month : str
    within : float
        It changes between `flips_at` and so much nearer; whole numbers are exact.
    change_share : float
        Change as a share of the value; NaN where that is 0.
    low, high : float
        The range of the figure.
    inside : bool or None
        Whether the threshold lies inside that range; None where the parameter has none.
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
class Varied:
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


@dataclass(frozen=True, eq=False, repr=False)
class Threshold(Outcome):
    """Outcome of :func:`threshold`.

    Attributes
    ----------
    conclusion, rule, package : str
        `package` is empty where the conclusion is about none.
    quantity, level : float
        What it is about, as it is, and the level; shares where `is_share`.
    is_share, holds : bool
    plans, unproved : int
        Variants that were planned, and those without a proved plan.
    draws, draws_left_out : int
        Draws that count; 0 where none were drawn.
    holds_share, standard_error, low_share, high_share : float
        In how many of them it holds, with its 95 % interval.
    """

    title: ClassVar[str] = "threshold"
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
    flips: tuple[Crossing, ...]
    inputs: tuple[Varied, ...]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return ``flips``, the nearest inside its range first, and ``inputs``."""
        return {"flips": frame(self.flips, Crossing), "inputs": frame(self.inputs, Varied)}

    def sentences(self, lang: str = "en") -> list[str]:
        """Return whether it holds, what changes it, and in how many draws it holds."""

        return _sentences(self, lang)


@analysis(
    shown=("flips",),
    needs_package=True,
    quick={
        "conclusion": "displacement > 1%",
        "rule": "value",
        "inputs": ["pool.staff.posts"],
        "steps": 1,
        "tolerance": 0.1,
        "draws": 2,
    },
    positional=("package", "rule"),
)
def threshold(
    source: Any,
    /,
    conclusion: str,
    *,
    rule: str | None = None,
    package: str | None = None,
    inputs: Annotated[Sequence[str] | None, Option("--input", metavar="ID")] = None,
    reach: Annotated[float, Option(metavar="TIMES")] = 1.0,
    steps: Annotated[int, Option(low=1, high=100)] = 4,
    tolerance: Annotated[float, Option(metavar="SHARE")] = 1e-3,
    draws: Annotated[int, Option(low=0, high=1_000_000)] = 256,
    seed: Annotated[int, Option(low=0)] = 0,
    futures: Annotated[Any, Option(hidden=True)] = None,
    progress: Progress = silent,
) -> Threshold:
    """Return the smallest change in each input that changes a conclusion, and how often it holds.

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
        Values tried on the way to each end; a change that is undone within a step may be missed.
    tolerance : float
        Width at which a threshold is bracketed, as a share of the input.
    draws, seed : int
        Draws to make; 0 draws none, and so do problems without a scenario.
    futures : Ensemble, optional
        Drawn before, of the same scenario with the same rule.

    Examples
    --------
    >>> line = {"tier": 2, "cap": 8, "first": 0, "last": 0, "tour": 1, "pools": ["staff"],
    ...         "prep": 0, "rest": 0}
    >>> problem = {"format": "planner-problem/1", "months": 1, "pools": {"staff": 10},
    ...            "demands": [{"id": "untso", **line}, {"id": "x", **line, "tier": 1, "cap": 4}],
    ...            "packages": {"flank": {"demands": ["x"], "known": 0}}}
    >>> found = threshold(problem, "displacement > 1")  # 2 of 8 posts now
    >>> [(row.input, row.direction, round(row.flips_at, 1)) for row in found.flips[:2]]
    [('pool.staff.strength', 'up', 1.1), ('demand.untso.cap', 'down', 7.0)]
    """
    case = read_case(source, rule)
    _check(steps, tolerance, draws, futures, case)
    chosen = inputs_of(case, inputs, reach)
    measure, now = _measured(case, parse_conclusion(conclusion, case), package)
    wanted = draws if futures is None and case.scenario is not None else 0
    shown = _Shown(progress, wanted)
    found = scan(chosen, measure, steps, now, shown.scanned)
    bracket(found, measure, tolerance, shown.again)
    stated, lost = measure.conclusion, measure.package
    if wanted:
        futures = _drawn(case, stated, lost, wanted, seed, shown)
    share = NONE if futures is None else holding(futures, case, stated, lost)
    return _outcome(measure, found, share)


def _measured(case: Case, stated: Conclusion, package: str | None) -> tuple[Measure, float]:
    """Return the measure of a conclusion and its quantity as it is."""
    lost = case.package(package) if stated.of_package or package is not None else ""
    measure = Measure(case, stated, lost, Trials(case, lost or None))
    now = float(measure.of([case.problem], silent)[0])
    if now != now:
        raise InputError(f"{stated}: is undefined, since no people are requested or assigned")
    return measure, now


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
        """Show the same again, while thresholds are bracketed."""
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


def _outcome(measure: Measure, found: Found, share: Holding) -> Threshold:
    case, stated = measure.case, measure.conclusion
    flips = [_crossing(case, side) for side in found.sides if side.flips]
    return Threshold(
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
        inputs=_varied(found),
    )


def _nearness(row: Crossing) -> tuple[bool, float, float]:
    """Inside a range first, by how far into it; the others by how far from what they are."""
    far = row.range_share if row.inside else 0.0
    change = row.change_share if row.change_share == row.change_share else abs(row.flips_at)
    return not row.inside, far, abs(change)


def _crossing(case: Case, side: Side) -> Crossing:
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
    return Crossing(
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


def _varied(found: Found) -> tuple[Varied, ...]:
    rows = []
    for down, up in zip(found.sides[::2], found.sides[1::2], strict=True):
        one = down.input
        tried = {one.value: found.now, **down.tried, **up.tried}
        known = [value for value in tried.values() if value == value]
        rows.append(
            Varied(
                one.id, one.unit, one.value, one.low, one.high, min(tried), max(tried),
                min(known), max(known), down.flips or up.flips, one.basis,
            )
        )  # fmt: skip
    return tuple(sorted(rows, key=lambda row: row.smallest - row.largest))
