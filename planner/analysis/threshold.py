"""Thresholds: the smallest change of each parameter that reverses a conclusion.

Every parameter is varied alone, up and down, and the plan is made again, until the conclusion
changes: by a scan, then by bracketing; problems with the same tours are planned as one batch. In
addition draws are made in which all uncertain parameters vary at once.

A conclusion is a quantity that is above or below a level, in words that a program can read::

    displacement > 800                  person-months that main task 2 loses
    displacement(kind=staff) > 10%      the same for some demands, as a share of what they ask
    displacement(pool=logistics) >= 50  people of one pool
    displacement of staff posts exceeds 10 %     the same in plain words
    fill(untso) < 90%                   fill rate of a mission or demand
    ratio exceeds 4.5%                  displacement ÷ what the package got
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as default
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np

from planner.analysis.declare import Option, analysis, text_of
from planner.analysis.parameters import VariedParameter, varied_parameters
from planner.analysis.plans import KEYS, Case, read_case, tie_breaking_solver
from planner.errors import InputError, nearest
from planner.labels import figure, number, percent
from planner.montecarlo.estimates import chance_of
from planner.montecarlo.structure import Structure
from planner.outcome import Outcome, Progress, silent
from planner.problem.model import Flags, Floats, Ints, Problem
from planner.terms import term
from planner.tolerances import ROUNDING

if TYPE_CHECKING:
    from planner.montecarlo.ensemble import Ensemble
    from planner.montecarlo.records import Records

__all__ = [
    "NO_DRAWS",
    "ClaimProbability",
    "Conclusion",
    "Crossing",
    "DrawFills",
    "ThresholdSearch",
    "ConclusionMeasure",
    "Threshold",
    "Varied",
    "fills_of_records",
    "parse_conclusion",
    "scan",
    "threshold",
]

QUANTITIES = ("displacement", "fill", "ratio")
SELECTORS = (*KEYS, "pool", "package")
RELATIONS = {
    ">": ">", ">=": ">=", "<": "<", "<=": "<=",
    "exceeds": ">", "above": ">", "over": ">", "below": "<", "under": "<",
}  # fmt: skip

EXAMPLE = "displacement(kind=staff) > 10%"

_PATTERN = re.compile(
    r"\s*(?P<quantity>\w+)\s*(?:\(\s*(?:(?P<by>\w+)\s*=\s*)?(?P<name>[^()=]*?)\s*\))?"
    r"\s*(?:is\s+)?(?P<relation>[<>]=?|[a-z]+)"
    r"\s*(?P<level>[0-9]{1,12}(?:[.,][0-9]{1,20})?)\s*(?P<percent>%)?\s*"
)

_PLAIN_PATTERN = re.compile(
    r"\s*(?P<quantity>\w+)\s+of\s+(?P<name>\S[^()]*?)(?:\s+(?:posts|people))?"
    r"\s+(?P<rest>(?:is\s+)?(?:[a-z]+|[<>]=?)\s*[0-9].*)"
)
"""Pattern of a conclusion in plain words."""

LEVEL_TOLERANCE = 1e-6
"""Relative difference within which a quantity is equal to its level."""

_TEXT = text_of("threshold")
say = _TEXT.say

NAN = float("nan")

SMALL_BATCH = 24
"""Number of problems or demands up to which the engine is as fast as loading compiled code."""

MAX_BATCH = 128
"""Largest number of problems planned at once, to limit memory."""

MAX_ROUNDS = 60
"""Largest number of rounds of bracketing."""

RECORD_FIELDS = ("replicate", "caps", "begin", "end", "filled", "codes", "served")
"""Fields of the records of draws that are read."""

MAX_SENTENCES = 5
"""Largest number of thresholds with a sentence; the table holds all."""


@dataclass(frozen=True, eq=False)
class DrawFills:
    """Person-months filled and asked inside the window by some draws, (draws, demands).

    `without` leaves the package out; it is used for displacement only. `by_line` and
    `by_line_without` are the same by pair of demand and pool, (draws, lines), whose indices are
    `lines`, (lines, 2).
    """

    with_all: Floats
    without: Floats
    asked: Floats
    by_line: Floats
    by_line_without: Floats
    lines: Ints


@dataclass(frozen=True)
class Conclusion:
    """A quantity, its selection of demands, and its comparison with a level.

    Attributes
    ----------
    quantity : str
        ``"displacement"``, ``"fill"`` or ``"ratio"``.
    by, name : str
        The selection: a key such as ``"mission"``, ``"kind"`` or ``"pool"`` and its value; both
        empty for all demands.
    relation : str
        ``">"``, ``">="``, ``"<"`` or ``"<="``.
    level : float
        Person-months, or a share.
    share : bool
        Whether the level is a share. Displacement is then a share of what its demands ask; of a
        pool, of what the pool serves without the package.
    """

    quantity: str
    by: str
    name: str
    relation: str
    level: float
    share: bool

    def __str__(self) -> str:
        of = f"({self.by}={self.name})" if self.by else ""
        level = f"{100 * self.level:.10g}%" if self.share else f"{self.level:.10g}"
        return f"{self.quantity}{of} {self.relation} {level}"

    @property
    def of_package(self) -> bool:
        """Whether the quantity compares plans with and without a package."""
        return self.quantity != "fill"

    def of(self, case: Case, package: str, filled: DrawFills) -> Floats:
        """Return the quantity in each draw, (draws,); NaN where it is undefined."""
        chosen = self._demands(case)
        lost = _zero_rounding(filled.without - filled.with_all, filled.asked)
        if self.quantity == "fill":
            if self.by == "pool":
                raise InputError(f"{self}: fill is of demands, a pool is asked for nothing itself")
            return _share(filled.with_all[:, chosen].sum(1), filled.asked[:, chosen].sum(1))
        in_package = case.inside(package)
        if self.quantity == "ratio":
            main_task_2 = (case.task == 2) & ~in_package
            return _share(lost[:, main_task_2].sum(1), filled.with_all[:, in_package].sum(1))
        outside = chosen & ~in_package
        if self.by == "pool":
            index = list(case.problem.pools).index(self.name)
            lines = outside[filled.lines[:, 0]] & (filled.lines[:, 1] == index)
            before = filled.by_line_without[:, lines]
            taken = _zero_rounding(before - filled.by_line[:, lines], before)
            value, before = taken.sum(1), before.sum(1)
            return _share(value, before) if self.share else value
        value = lost[:, outside].sum(1)
        return _share(value, filled.asked[:, outside].sum(1)) if self.share else value

    def holds(self, value: Floats) -> Flags:
        """Return whether the conclusion holds for some values of its quantity; false for NaN."""
        apart = np.asarray(value) - self.level
        give = LEVEL_TOLERANCE * (1 + abs(self.level))
        with np.errstate(invalid="ignore"):
            return {
                ">": apart > give, ">=": apart >= -give, "<": apart < -give, "<=": apart <= give,
            }[self.relation]  # fmt: skip

    def check(self, case: Case) -> None:
        """Raise InputError if the case has no such pool, package or group."""
        if self.by == "pool" and self.name not in case.problem.pools:
            near = nearest(self.name, case.problem.pools)
            raise InputError(f"{self}: expected a pool, found {self.name!r}{near}")
        self._demands(case)

    def _demands(self, case: Case) -> Flags:
        """Return the selected demands: those of main task 2, unless the selection names some."""
        main_task_2 = case.task == 2
        if self.quantity == "fill" and not self.by:
            return np.ones(len(main_task_2), dtype=bool)
        if not self.by or self.by == "pool":
            return main_task_2
        if self.by == "package":
            return case.inside(case.package(self.name))
        groups = case.groups(self.by)
        if self.name not in groups:
            near = nearest(self.name, groups)
            raise InputError(f"{self}: expected a {self.by}, found {self.name!r}{near}")
        named = groups[self.name]
        all_tasks = self.by in ("mission", "demand", "main_task", "tier") or self.quantity == "fill"
        return named if all_tasks else named & main_task_2


def _zero_rounding(lost: Floats, asked: Floats) -> Floats:
    """Return losses with rounding errors set to zero."""
    return np.where(np.abs(lost) <= ROUNDING * (1 + asked), 0.0, lost)


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 1e-9)


def _selector(name: str, case: Case) -> str:
    """Return the key of a name: mission or demand if it is one, else any other."""
    for by in ("mission", "demand", *(key for key in KEYS if key not in ("main_task", "tier"))):
        if name in case.groups(by):
            return by
    if name in case.problem.pools:
        return "pool"
    case.select(name)
    raise InputError(f"conclusion: expected a mission, a demand or a pool, found {name!r}")


def parse_conclusion(text: str, case: Case) -> Conclusion:
    """Return the conclusion that a text states of a case.

    Raises
    ------
    InputError
        It cannot be read, or names something unknown.

    Examples
    --------
    >>> from planner.analysis.plans import read_case
    >>> problem = {"format": "planner-problem/1", "months": 1, "pools": {"staff": 8},
    ...            "demands": [{"id": "untso", "tier": 2, "cap": 10, "first": 0, "last": 0,
    ...                         "tour": 1, "pools": ["staff"], "prep": 0, "rest": 0}]}
    >>> str(parse_conclusion("fill(untso) below 92,5 %", read_case(problem)))
    'fill(mission=untso) < 92.5%'
    >>> str(parse_conclusion("displacement of staff people exceeds 10 %", read_case(problem)))
    'displacement(pool=staff) > 10%'
    """
    plain = _PLAIN_PATTERN.fullmatch(text)
    form = "{quantity}({name}) {rest}".format(**plain.groupdict()) if plain else text
    found = _PATTERN.fullmatch(form)
    if found is None:
        raise InputError(f"conclusion: expected something like {EXAMPLE!r}, found {text!r}")
    quantity, by, name = found["quantity"], found["by"] or "", found["name"]
    faults = []
    if quantity not in QUANTITIES:
        near = nearest(quantity, QUANTITIES)
        faults.append(f"expected {', '.join(QUANTITIES)}, found {quantity!r}{near}")
    if found["relation"] not in RELATIONS:
        faults.append(f"expected {', '.join(RELATIONS)}, found {found['relation']!r}")
    if by and by not in SELECTORS:
        near = nearest(by, SELECTORS)
        faults.append(f"expected {', '.join(SELECTORS)}, found {by!r}{near}")
    if quantity == "ratio" and name:
        faults.append("ratio is that of a package: expected nothing in brackets")
    if name == "" or (name is None and by):
        faults.append("expected a name in the brackets, found none")
    share = found["percent"] is not None or quantity != "displacement"
    level = float(found["level"].replace(",", "."))
    if found["percent"]:
        level /= 100
    elif share and level > 1:
        faults.append(f"expected a share such as 90% or 0.9, found {found['level']}")
    if faults:
        raise InputError([f"conclusion: {fault}" for fault in faults])
    if name and not by:
        by = _selector(name, case)
    relation = RELATIONS[found["relation"]]
    conclusion = Conclusion(quantity, by, name or "", relation, level, share)
    conclusion.check(case)
    return conclusion


class VariantPlans:
    """Plans of variants of a case, with all packages and without one.

    Results have the demands of the case as their axis; a demand that a variant lacks asks and fills
    nothing.
    """

    def __init__(self, case: Case, package: str | None):
        self.case, self.without = case, [] if package is None else [package]
        self.made, self.unproved = 0, 0
        self.ids = [demand.id for demand in case.problem.demands]
        self.pools = list(case.problem.pools)
        lines = [
            (index, self.pools.index(pool))
            for index, demand in enumerate(case.problem.demands)
            for pool in demand.pools
        ]
        self.lines = np.array(lines, dtype=np.int64).reshape(-1, 2)
        self._structures: dict[Any, Structure] = {}

    def plan(self, problems: Sequence[Problem], progress: Progress = silent) -> DrawFills:
        """Return what each problem fills, in their order; NaN where no plan could be proved."""
        count = len(problems)
        wide, lines = len(self.ids), len(self.lines)
        with_all, without, asked = (np.zeros((count, wide)) for _ in range(3))
        by_line, by_line_without = (np.zeros((count, lines)) for _ in range(2))
        filled = DrawFills(with_all, without, asked, by_line, by_line_without, self.lines)
        groups: dict[Any, list[int]] = {}
        for index, problem in enumerate(problems):
            groups.setdefault(_structure_key(problem), []).append(index)
        compiled = max(count, wide) > SMALL_BATCH
        done = 0
        for key, every in groups.items():
            for first in range(0, len(every), MAX_BATCH):
                places = every[first : first + MAX_BATCH]
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
                structure.solver = tie_breaking_solver(problem)
            self._structures[key] = structure
        return self._structures[key]

    def _solve(
        self, structure: Structure, problems: Sequence[Problem], places: Ints, filled: DrawFills
    ) -> None:
        """Plan problems of one structure, and write what they fill."""
        bounds = [problem.bounds for problem in problems]
        plans = structure.solve(
            np.array([[one.cap for one in problem.demands] for problem in problems]),
            np.array([np.stack(list(problem.pools.values())) for problem in problems]),
            self.without,
            least=np.array([[one.min for one in row] for row in bounds], dtype=float),
            most=np.array([[one.max for one in row] for row in bounds], dtype=float),
            amounts=np.array([[one.amount for one in problem.budgets] for problem in problems]),
        )
        here = [one.id for one in problems[0].demands]
        known = {id: index for index, id in enumerate(self.ids)}
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


def _structure_key(problem: Problem) -> Any:
    """Return everything in a problem but numbers of people and euros: equal keys, equal tours."""
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


@dataclass(frozen=True, eq=False)
class ConclusionMeasure:
    """The quantity of a conclusion in plans of variants.

    `package` is empty where the conclusion does not involve one.
    """

    case: Case
    conclusion: Conclusion
    package: str
    trials: VariantPlans

    def quantities_of(self, problems: Sequence[Problem], progress: Progress) -> Floats:
        """Return the quantity of each problem, (problems,); NaN where it is undefined."""
        if not problems:
            return np.zeros(0)
        filled = self.trials.plan(problems, progress)
        return self.conclusion.of(self.case, self.package, filled)

    def evaluate(self, trials: Sequence[tuple[BracketSearch, float]], progress: Progress) -> None:
        """Record the quantity at some values of parameters."""
        problems = [side.input.problem(at) for side, at in trials]
        for (side, at), value in zip(trials, self.quantities_of(problems, progress), strict=True):
            side.quantities[at] = float(value)

    def is_reversed(self, value: float, held: bool) -> bool:
        """Whether the conclusion is no longer as it was; false where undefined."""
        return value == value and bool(self.conclusion.holds(np.array(value))) != held


@dataclass
class BracketSearch:
    """The search for a threshold in one direction of a parameter, upwards (1) or downwards (−1).

    `quantities` holds the quantity at each value tried. The conclusion is as it was at `near`, and
    no longer at `far`, which is infinite until such a value is found.
    """

    input: VariedParameter
    sign: int
    quantities: dict[float, float] = default(default_factory=dict)

    def __post_init__(self) -> None:
        self.near, self.far = self.input.value, self.sign * float("inf")

    @property
    def crosses(self) -> bool:
        """Whether a threshold was found."""
        return isfinite(self.far)

    @property
    def width(self) -> float:
        """Width of the bracket around the threshold; 0 for whole numbers."""
        return 0.0 if self.input.whole else abs(self.far - self.near)

    def contains(self, at: float) -> bool:
        """Whether a value lies strictly inside the bracket."""
        return min(self.near, self.far) < at < max(self.near, self.far)

    def narrow(self, measure: ConclusionMeasure, held: bool) -> None:
        """Narrow the bracket to the first change of the conclusion among the values tried."""
        near = self.near
        for at in sorted(filter(self.contains, self.quantities), key=lambda at: abs(at - near)):
            if measure.is_reversed(self.quantities[at], held):
                self.far = at
                return
            self.near = at


@dataclass(frozen=True)
class ThresholdSearch:
    """Both directions of every parameter, and the quantity as it is."""

    sides: tuple[BracketSearch, ...]
    current: float


def scan(inputs: Sequence[VariedParameter], measure: ConclusionMeasure, steps: int, current: float,
         progress: Progress) -> ThresholdSearch:  # fmt: skip
    """Evaluate every parameter at some values in both directions, and bracket the thresholds.

    All whole numbers are tried; otherwise `steps` equal steps and the ends of the range.
    """
    sides = [BracketSearch(one, sign) for one in inputs for sign in (-1, 1)]
    measure.evaluate([(side, at) for side in sides for at in _scan_values(side, steps)], progress)
    held = bool(measure.conclusion.holds(np.array(current)))
    for side in sides:
        side.narrow(measure, held)
    return ThresholdSearch(tuple(sides), current)


def _scan_values(side: BracketSearch, steps: int) -> list[float]:
    """Return the values to try in one direction, the nearest first."""
    one = side.input
    end = one.max_value if side.sign > 0 else one.min_value
    if (end - one.value) * side.sign <= 0:
        return []
    if one.whole:
        count = round(abs(end - one.value))
        return [one.value + side.sign * k for k in range(1, count + 1)]
    found = {one.value + (end - one.value) * k / steps for k in range(1, steps + 1)}
    found |= {at for at in (one.low, one.high) if (at - one.value) * side.sign > 0}
    return sorted(found, key=lambda at: abs(at - one.value))


def bracket(
    found: ThresholdSearch,
    measure: ConclusionMeasure,
    tolerance: float,
    progress: Callable[[], None],
) -> None:
    """Narrow every bracket to `tolerance` times its parameter, or times its reach if that is 0.

    Each round evaluates the middle, and both sides of where a straight line between the ends
    crosses the level: where the quantity is linear, one round is sufficient.
    """
    held = bool(measure.conclusion.holds(np.array(found.current)))
    for _ in range(MAX_ROUNDS):
        wide = [s for s in found.sides if s.crosses and s.width > _target_width(s.input, tolerance)]
        if not wide:
            return
        trials = [(s, at) for s in wide for at in _trial_values(s, measure, found, tolerance)]
        measure.evaluate(trials, silent)
        for side in wide:
            side.narrow(measure, held)
        progress()


def _target_width(one: VariedParameter, tolerance: float) -> float:
    return tolerance * (abs(one.value) or one.max_value - one.min_value)


def _trial_values(
    side: BracketSearch, measure: ConclusionMeasure, found: ThresholdSearch, tolerance: float
) -> list[float]:
    """Return the next values inside a bracket: its middle, and both sides of its secant's root."""
    middle = (side.near + side.far) / 2
    values = {**side.quantities, side.input.value: found.current}
    near, far, level = values[side.near], values[side.far], measure.conclusion.level
    trials = [middle]
    if near == near and far == far and near != far:
        root = side.near + (level - near) / (far - near) * (side.far - side.near)
        margin = 0.45 * _target_width(side.input, tolerance)
        trials += [root - margin, root + margin]
    return [at for at in dict.fromkeys(trials) if side.contains(at)]


@dataclass(frozen=True)
class ClaimProbability:
    """The share of draws in which a conclusion holds.

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


NO_DRAWS = ClaimProbability(0, 0, *(float("nan"),) * 4)
"""The share without any draws."""


def claim_probability(
    futures: Ensemble, case: Case, conclusion: Conclusion, package: str
) -> ClaimProbability:
    """Return the share of draws in which a conclusion about a case holds.

    The draws are of the same scenario and rule; `package` is empty where the conclusion does not
    involve one.
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
    for records in futures.records(RECORD_FIELDS):
        kept = records.take(np.flatnonzero(records.proved))
        values.append(conclusion.of(case, package, fills_of_records(kept, futures, package)))
        replicate.append(kept.replicate)
    value = np.concatenate(values)
    defined = ~np.isnan(value)
    if not defined.any():
        return ClaimProbability(0, futures.made, *(float("nan"),) * 4)
    true = conclusion.holds(value[defined]).astype(float)
    found = chance_of(true[:, None], np.concatenate(replicate)[defined])
    ends = (float(getattr(found, name)[0]) for name in ("mean", "standard_error", "low", "high"))
    return ClaimProbability(int(defined.sum()), futures.made - int(defined.sum()), *ends)


def fills_of_records(records: Records, futures: Ensemble, package: str) -> DrawFills:
    """Return fills of some draws, with and without a package; both equal if it is empty."""
    axes = futures.metadata.axes
    plans = [0, 1 + axes.packages.index(package) if package else 0]
    lines = np.array(axes.lines, dtype=np.int64).reshape(-1, 2)
    by_line = [np.zeros((len(records), 0))] * 2
    if records.served is not None:
        caps = records.caps[:, lines[:, 0]]
        by_line = [records.served[:, plan].sum(axis=2, dtype=float) * caps for plan in plans]
    filled = [records.filled[:, plan] for plan in plans]
    return DrawFills(filled[0], filled[1], records.asked, by_line[0], by_line[1], lines)


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
        "change": _change_text(row.change_share, lang),
    }
    if row.inside is None:
        return say("threshold_flip", lang, **values)
    ends = {"low": figure(row.low, lang), "high": figure(row.high, lang)}
    key = "threshold_flip_inside" if row.inside else "threshold_flip_outside"
    return say(key, lang, **values, **ends, basis=say(row.basis, lang))


def _change_text(share: float, lang: str) -> str:
    """Return a change with its sign in brackets; empty where it has no share."""
    if share != share:
        return ""
    return f" ({'+' if share > 0 else ''}{percent(share, lang)})"


@dataclass(frozen=True)
class Crossing:
    """The smallest change of one parameter in one direction that reverses the conclusion.

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
    within : float
        It changes between `flips_at` and so much nearer; whole numbers are exact.
    change_share : float
        Change as a share of the value; NaN where that is 0.
    low, high : float
        The range of the figure.
    inside : bool or None
        Whether the threshold lies inside that range; None where the parameter has none.
    range_share : float
        Change as a share of the distance to that end of the range; above 1 it lies outside.
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
    """The values tried of one parameter, and the range of the quantity over them.

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

    def sentences(self, lang: str = "en") -> list[str]:
        """Return whether it holds, what changes it, and in how many draws it holds."""
        texts = [
            say(
                "threshold_holds" if self.holds else "threshold_fails", lang,
                rule=say(self.rule, lang),
                conclusion=self.conclusion, quantity=_quantity(self, self.quantity, lang),
            )
        ]  # fmt: skip
        if self.draws:
            texts.append(
                say(
                    "threshold_futures", lang, draws=number(self.draws, lang, 0),
                    share=percent(self.holds_share, lang), low=percent(self.low_share, lang),
                    high=percent(self.high_share, lang),
                )
            )  # fmt: skip
        inside = [row for row in self.flips if row.inside]
        changing = sum(row.flips for row in self.inputs)
        counts = {
            "inputs": number(len(self.inputs), lang, 0), "flipping": number(changing, lang, 0),
            "inside": number(len({row.input for row in inside}), lang, 0),
        }  # fmt: skip
        texts.append(say("threshold_count" if changing else "threshold_none", lang, **counts))
        texts += [_crossing_sentence(row, self, lang) for row in self.flips[:MAX_SENTENCES]]
        if self.rule == "value":
            texts.append(say("threshold_value_note", lang))
        return texts


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
        See :func:`planner.analysis.plans.read_case`.
    conclusion : str
        Such as ``"displacement(kind=staff) > 10%"``, ``"fill(untso) < 90%"``, ``"ratio > 4%"``; see
        :mod:`planner.analysis.threshold`.
    package : str, optional
        The package that displaces; by default the only one.
    inputs : sequence of str, optional
        Ids with ``*`` for anything, ``["pool.*"]``; by default every figure that a plan looks at.
    reach : float
        How far each is moved, as a multiple of itself, and over its range in any case; months two
        years each way.
    steps : int
        Values tried on the way to each end; a change that is undone within a step may be missed.
    tolerance : float
        Width at which a threshold is bracketed, as a share of the input.
    draws : int
        Draws to make; 0 draws none, and so do problems without a scenario.
    seed : int
        Seed of the draws.
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
    measure, now = _measure_of_conclusion(case, parse_conclusion(conclusion, case), package)
    shown = _CombinedProgress(progress, wanted := draws if futures is None and case.scenario else 0)
    found = scan(varied_parameters(case, inputs, reach), measure, steps, now, shown.scanned)
    bracket(found, measure, tolerance, shown.again)
    drawn = _simulated_draws(case, measure, wanted, seed, shown) if wanted else futures
    return _outcome(measure, found, drawn)


def _measure_of_conclusion(
    case: Case, stated: Conclusion, package: str | None
) -> tuple[ConclusionMeasure, float]:
    """Return the measure of a conclusion, and its current quantity."""
    lost = case.package(package) if stated.of_package or package is not None else ""
    measure = ConclusionMeasure(case, stated, lost, VariantPlans(case, lost or None))
    now = float(measure.quantities_of([case.problem], silent)[0])
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


class _CombinedProgress:
    """Progress over the plans of the scan and the draws."""

    def __init__(self, progress: Progress, draws: int):
        self.progress, self.draws = progress, draws
        self.last = (0, 1)

    def scanned(self, done: int, total: int) -> None:
        self.last = (done, total + self.draws)
        self.progress(*self.last)

    def again(self) -> None:
        """Show the same again, while thresholds are bracketed."""
        self.progress(*self.last)

    def drawn(self, done: int, total: int, _seconds: float) -> None:
        self.progress(self.last[1] - self.draws + done, self.last[1])


def _simulated_draws(
    case: Case, measure: ConclusionMeasure, draws: int, seed: int, shown: _CombinedProgress
) -> Ensemble:
    from planner.montecarlo.run import simulate

    package, stated = measure.package, measure.conclusion
    return simulate(
        case.scenario, draws, seed, case.rule, packages=[package] if package else [],
        monthly=stated.by == "pool", progress=shown.drawn,
    )  # fmt: skip


def _outcome(
    measure: ConclusionMeasure, found: ThresholdSearch, futures: Ensemble | None
) -> Threshold:
    case, stated, share = measure.case, measure.conclusion, NO_DRAWS
    if futures is not None:
        share = claim_probability(futures, case, stated, measure.package)
    flips = [_crossing_row(case, side) for side in found.sides if side.crosses]
    return Threshold(
        conclusion=str(stated),
        rule=case.rule,
        package=measure.package,
        quantity=found.current,
        level=stated.level,
        is_share=stated.share,
        holds=bool(stated.holds(np.array(found.current))),
        plans=measure.trials.made,
        unproved=measure.trials.unproved,
        draws=share.draws,
        draws_left_out=share.left_out,
        holds_share=share.share,
        standard_error=share.standard_error,
        low_share=share.low,
        high_share=share.high,
        flips=tuple(sorted(flips, key=_distance_order)),
        inputs=_varied_rows(found),
    )


def _distance_order(row: Crossing) -> tuple[bool, float, float]:
    """Sort key: thresholds inside a range first, by share of the range; others by change."""
    far = row.range_share if row.inside else 0.0
    change = row.change_share if row.change_share == row.change_share else abs(row.flips_at)
    return not row.inside, far, abs(change)


def _crossing_row(case: Case, side: BracketSearch) -> Crossing:
    one, at = side.input, side.far
    change = at - one.value
    end = one.high if side.sign > 0 else one.low
    ranged = one.low == one.low or one.high == one.high
    inside = bool(end == end and abs(change) <= abs(end - one.value) * (1 + 1e-9))
    month = ""
    if one.month >= 0:
        month = case.month(min(max(one.month + round(at), 0), case.problem.months - 1))
    names = ("earlier", "later") if one.unit == "months moved" else ("down", "up")
    way = abs(end - one.value)
    return Crossing(
        input=one.id,
        direction=names[side.sign > 0],
        value=one.value,
        flips_at=at,
        unit=one.unit,
        month=month,
        within=side.width,
        change_share=change / abs(one.value) if one.value else NAN,
        low=one.low,
        high=one.high,
        inside=inside if ranged else None,
        range_share=abs(change) / way if way == way and way > 0 else NAN,
        quantity=side.quantities[at],
        basis=one.basis,
        source=one.source,
        section=one.section,
    )


def _varied_rows(found: ThresholdSearch) -> tuple[Varied, ...]:
    rows = []
    for down, up in zip(found.sides[::2], found.sides[1::2], strict=True):
        one = down.input
        tried = {one.value: found.current, **down.quantities, **up.quantities}
        known = [value for value in tried.values() if value == value]
        rows.append(
            Varied(
                one.id, one.unit, one.value, one.low, one.high, min(tried), max(tried),
                min(known), max(known), down.crosses or up.crosses, one.basis,
            )
        )  # fmt: skip
    return tuple(sorted(rows, key=lambda row: row.smallest - row.largest))
