"""Scenario to Problem: months counted from 0, policies resolved, strengths month by month.

Strength of a pool month by month: posts × share filled × share fit, and the steps on top.

What a compiled scenario knows about its own numbers: rows of plain tables.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from operator import attrgetter
from typing import TYPE_CHECKING, NoReturn

import numpy as np
from numpy.typing import NDArray

from planner.errors import Fault, InputError, nearest
from planner.months import Month
from planner.problem.model import Bound, Budget, Demand, Floats, Package, Problem, months_at_home
from planner.problem.neutral import LIMITS, size_faults
from planner.scenario.inputs import (
    STRENGTH_FACTORS,
    Inputs,
    Origin,
    Parameter,
    Pool,
    StrengthStep,
    When,
    options_text,
)
from planner.scenario.inputs import DemandInput as Line

if TYPE_CHECKING:
    from planner.scenario.load import Scenario

__all__ = [
    "Compiled", "DemandRow", "FigureRow", "MissionRow", "ParameterBook", "PoolRow", "Sources",
    "compile_scenario", "counting_demands", "levels", "sources_of", "strengths",
]  # fmt: skip

STRENGTH_UNITS = {"posts": "persons", "filled": "share", "fit": "share", "strength": "persons"}

UNITS = {"tour": "months", "preparation": "months", "rest": "months per month"}

REASONS = {
    "study": "under study, not decided",
    "declined": "declined, not sent",
    "hindsight": "known from hindsight only",
    "dropped": "dropped",
}


@dataclass(frozen=True)
class FigureRow:
    """One parameter in use, so that any number can be walked back.

    Attributes
    ----------
    id : str
        Such as ``demand.untso.cap``, ``pool.staff.posts`` or ``kind.staff.rest``.
    value, low, high : float, str or None
        Likely value, and range unless exact. Months are text, ``2025-07``, and so are their ends.
    unit : str
        persons, months, months per month, share, factor, month, EUR ...
    basis, source, section, note : str
        Where it comes from: letter, public or assumption, with source and place.
    file, line : str, int
        Where it is written.
    """

    id: str
    value: float | str
    low: float | str | None
    high: float | str | None
    unit: str
    basis: str
    source: str
    section: str
    note: str
    file: str
    line: int


@dataclass(frozen=True)
class MissionRow:
    """A mission of the scenario: names, organisation, region, main task and status."""

    id: str
    name: str
    name_nl: str
    organisation: str
    region: str
    main_task: int
    status: str
    section: str
    source: str
    file: str
    line: int


@dataclass(frozen=True)
class DemandRow:
    """A demand that counts, with its labels; one for each demand of the problem.

    Attributes
    ----------
    category : str
        military, police, civil or mixed.
    status : str
        Status of its mission in the letter.
    standing : str
        standing, study (decided here), declined (sent here), past or hindsight.
    package : str
        Its package, empty if none.
    cap : float
        Persons.
    first, last : Month
        Months on duty, inclusive.
    pools : tuple of str
        Every pool that any sourcing option uses.
    options : tuple of str
        Sourcing options as written, ``light:0.9+medical:0.1``, most preferred first.
    tour, preparation, home, dwell
        Tour in months; by `pools`, preparation in months, months at home per month served, and
        whether preparation falls inside them (dwell) or not (rest).
    part_of : str
        The demand of the scenario that it is a line of: its own id, unless a cap that changes is
        laid out in several lines.
    """

    id: str
    mission: str
    name: str
    name_nl: str
    mission_name: str
    mission_name_nl: str
    organisation: str
    region: str
    main_task: int
    category: str
    kind: str
    status: str
    standing: str
    package: str
    on_call: bool
    unit: bool
    tier: int
    weight: float
    cap: float
    basis: str
    source: str
    section: str
    first: Month
    last: Month
    pools: tuple[str, ...]
    options: tuple[str, ...]
    tour: int
    preparation: tuple[int, ...]
    home: tuple[float, ...]
    dwell: tuple[bool, ...]
    cohorts: int
    part_of: str
    file: str
    line: int


@dataclass(frozen=True)
class PoolRow:
    """A pool: names, category, speciality, and where it is written."""

    id: str
    name: str
    name_nl: str
    category: str
    speciality: str
    file: str
    line: int


_ORIGIN = attrgetter("basis", "source", "section", "note", "file", "line")
_MISSION = attrgetter(*(one.name for one in fields(MissionRow)))
_POOL = attrgetter(*(one.name for one in fields(PoolRow)))


@dataclass(frozen=True)
class Compiled:
    """A problem and what its numbers mean.

    Attributes
    ----------
    problem : Problem
        The numbers.
    first_month : Month
        Calendar month of the model's month 0.
    rule : str
        fair or value.
    demands, pools, missions : tuple of rows
        Labels, in the order of the problem.
    figures : tuple of FigureRow
        Every parameter in use.
    left_out : mapping of str to str
        Demands known but not in the problem, with the reason.
    """

    problem: Problem
    first_month: Month
    rule: str
    demands: tuple[DemandRow, ...]
    pools: tuple[PoolRow, ...]
    missions: tuple[MissionRow, ...]
    figures: tuple[FigureRow, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)

    def month(self, index: int) -> Month:
        """Return the calendar month of a month of the model."""
        return self.first_month + index

    def index(self, month: Month) -> int:
        """Return the month of the model that a calendar month is."""
        return month - self.first_month

    def figure(self, id: str) -> FigureRow:
        """Return one parameter by id; raise KeyError if it is not in use."""
        for figure in self.figures:
            if figure.id == id:
                return figure
        raise KeyError(id)


@dataclass
class ParameterBook:
    """Collects every parameter that is used; some may have other values.

    Attributes
    ----------
    replacements : mapping of str to float
        Values used instead of the likely ones, by parameter id.
    """

    replacements: Mapping[str, float] = field(default_factory=dict)
    rows: dict[str, FigureRow] = field(default_factory=dict)

    def take(self, id: str, figure: Parameter, unit: str) -> float:
        """Record a parameter and return the value to use."""
        value = self.replacements.get(id, figure.value)
        if id not in self.rows:
            self.rows[id] = FigureRow(
                id, value, figure.low, figure.high, unit, *_ORIGIN(figure.origin)
            )
        return value

    def month(self, id: str, when: When) -> Month:
        """Record a month and return it; its replacement is a shift in months."""
        month = when.month
        if id in self.replacements:
            month = month + round(self.replacements[id])
        low, high = (None if end is None else str(end) for end in (when.low, when.high))
        self.rows[id] = FigureRow(id, str(month), low, high, "month", *_ORIGIN(when.origin))
        return month


Take = Callable[[str, Parameter, str], Floats]
"""Returns the values of a parameter, (draws, 1), given its id, the parameter and its unit."""


def strengths(
    inputs: Inputs, first: Month, months: int, book: ParameterBook
) -> tuple[dict[str, Floats], list[tuple[str, str]]]:
    """Return persons by pool and month, and impossible values.

    Before the first month of a series its first level holds, after the last its last. Steps are
    taken in order: those of posts, filled and fit first, then those of the strength itself.

    Returns
    -------
    dict of str to ndarray (months,)
        Strength in persons.
    list of (str, str)
        Pools and their faults: negative strengths, shares above one.
    """

    def take(id: str, figure: Parameter, unit: str) -> Floats:
        return np.array([[book.take(id, figure, unit)]])

    many, wrong = levels(inputs, first, months, take)
    return {name: people[0] for name, people in many.items()}, wrong


def levels(
    inputs: Inputs, first: Month, months: int, take: Take
) -> tuple[dict[str, Floats], list[tuple[str, str]]]:
    """Return persons by pool, draw and month, and impossible values of any draw.

    Parameters
    ----------
    take : callable
        Returns the values of a parameter, (draws, 1) or (1, 1), given its id, the parameter and
        its unit.

    Returns
    -------
    dict of str to ndarray (draws or 1, months)
        Strength in persons. Shares above one and negative strengths are cut off.
    list of (str, str)
        Pools and what was cut.
    """
    named = [month for step in inputs.steps for month in (step.first, step.last) if month]
    start = min([first, *named]).ordinal
    end = max([first + (months - 1), *named]).ordinal
    time = np.arange(start, end + 1)
    shown = slice(first.ordinal - start, first.ordinal - start + months)
    strength_by_pool: dict[str, Floats] = {}
    wrong: list[tuple[str, str]] = []
    for pool in inputs.pools.values():
        pool_steps = [one for one in enumerate(inputs.steps, 1) if pool.id in one[1].pools]
        people = np.ones((1, len(time)))
        for factor in STRENGTH_FACTORS:
            level = _factor_series(inputs, pool, factor, time, take)
            level = _apply_steps(
                level, time, [one for one in pool_steps if one[1].of == factor], take
            )
            if factor != "posts":
                if level[:, shown].max(initial=0.0) > 1 + 1e-9:
                    highest = level[:, shown].max()
                    message = f"share {factor} of pool {pool.id!r} rises above 1, to {highest:.3g}"
                    wrong.append((pool.id, message))
                level = np.minimum(level, 1.0)
            people = people * level
        people = _apply_steps(
            people, time, [one for one in pool_steps if one[1].of == "strength"], take
        )
        in_window = people[:, shown]
        if in_window.min(initial=0.0) < -1e-9:
            low = np.flatnonzero((in_window < -1e-9).any(axis=0))[0]
            month = Month.from_ordinal(int(time[shown][low]))
            wrong.append((pool.id, f"strength of pool {pool.id!r} falls below 0 in {month}"))
        strength_by_pool[pool.id] = np.maximum(in_window, 0.0)
    return strength_by_pool, wrong


def _factor_series(
    inputs: Inputs, pool: Pool, factor: str, time: NDArray[np.int64], take: Take
) -> Floats:
    """Return a factor of a pool: its own, or that of its force times the deviation of the pool."""
    unit = STRENGTH_UNITS[factor]
    if factor in pool.series:
        return _step_series(f"pool.{pool.id}.{factor}", pool.series[factor], unit, time, take)
    national = inputs.forces[pool.force][factor]
    level = _step_series(f"force.{pool.force}.{factor}", national, unit, time, take)
    deviation = pool.series.get(f"{factor}_factor")
    if deviation is None:
        return level
    return level * _step_series(f"pool.{pool.id}.{factor}_factor", deviation, "factor", time, take)


def _step_series(
    id: str, steps: Sequence[tuple[Month | None, Parameter]], unit: str, time: NDArray[np.int64],
    take: Take,
) -> Floats:  # fmt: skip
    level = np.zeros((1, len(time)))
    for since, figure in steps:
        value = take(id + (f"@{since}" if since else ""), figure, unit)
        level = np.where(time >= (since.ordinal if since else time[0]), value, level)
    return level


def _apply_steps(
    level: Floats, time: NDArray[np.int64], steps: Sequence[tuple[int, StrengthStep]], take: Take
) -> Floats:
    for place, step in steps:
        unit = "factor" if step.verb.endswith("times") else STRENGTH_UNITS[step.of]
        value = take(f"strengths.{place}.{step.verb}", step.figure, unit)
        begin = step.first.ordinal if step.first else int(time[0])
        end = step.last.ordinal if step.last else int(time[-1])
        during = (time >= begin) & (time <= end)
        if step.verb == "set":
            level = np.where(during, value, level)
        elif step.verb == "add":
            level = np.where(during, level + value, level)
        elif step.verb == "times":
            level = np.where(during, level * value, level)
        else:
            column = begin - int(time[0])
            before = level[:, column : column + 1]
            target = value if step.verb == "grow_to" else before * value
            progress = np.clip((time - begin) / max(end - begin, 1), 0.0, 1.0)
            after = time >= (begin if end > begin else end)
            grown = before + (target - before) * (progress if end > begin else 1.0)
            level = np.where(after, grown, level)
    return level


@dataclass(frozen=True)
class _Resolved:
    """A demand with its parameters resolved, in calendar months."""

    line: Line
    cap: float
    first: Month
    last: Month
    tour: int
    prep: tuple[int, ...]
    home: tuple[float, ...]
    dwell: tuple[bool, ...]
    cohorts: int
    root: str
    """The demand of the scenario that it is a line of."""

    @property
    def tied_up_months(self) -> int:
        """Longest time that one tour ties its people up, time at home included, months."""
        prep = np.asarray(self.prep)
        home = months_at_home(self.home, self.dwell, prep, self.tour)
        return int((prep + self.tour + home).max())


def compile_scenario(
    scenario: Scenario, figures: Mapping[str, float] | None = None, *, drawn: bool = False
) -> Compiled:
    """Return the problem that a scenario states, with its labels and the origin of each parameter.

    The model runs from a warm-up before the window to a run-out after it, each as long as the
    longest tie-up of the scenario (preparation, one tour and its time at home, over the demands
    that run in the window) rounded up to whole years, 24 and 12 months at least, unless the
    scenario says otherwise. Demands that never touch the model, or do not count, are left out.

    Parameters
    ----------
    scenario : Scenario
        What was loaded.
    figures : mapping of str to float, optional
        Values used instead of the likely ones, by parameter id (see ``Compiled.figures``); for a
        demand's first or last month, by how many months it moves. The number of cohorts follows the
        cap that the scenario states: another cap is more or fewer people, not another changeover.
    drawn : bool
        The parameters were drawn: shares above one and negative strengths are cut off, and a
        parameter that is not used (its demand moved out of the model) is passed over.

    Raises
    ------
    InputError
        The parameters contradict each other: a negative strength, a share above one.

    Examples
    --------
    >>> from planner.scenario.load import load
    >>> compiled = compile_scenario(load("letter"))
    >>> compiled.problem.demand("untso").cap
    12.0
    >>> compiled.figure("demand.untso.cap").basis
    'letter'
    """
    inputs, book = scenario.inputs, ParameterBook(figures or {})
    left_out = _counted_demands(inputs)[1]
    resolved = [_resolve(one, book) for one in sources_of(inputs)]
    first, months, report = _model_months(inputs, resolved)
    in_model = _in_model(resolved, first, months, left_out)
    problem = _problem(scenario, in_model, first, months, report, book, drawn)
    _record_presence(inputs, in_model, book)
    unused = [id for id in book.replacements if id not in book.rows]
    if unused and not drawn:
        _refuse(scenario, [(id, f"no such figure in use{nearest(id, book.rows)}") for id in unused])
    owner = problem.package_of()
    return Compiled(
        problem=problem,
        first_month=first,
        rule=inputs.rule,
        demands=tuple(_demand_row(inputs, one, owner.get(one.line.id, "")) for one in in_model),
        pools=tuple(PoolRow(*_POOL(pool)) for pool in inputs.pools.values()),
        missions=tuple(
            MissionRow(*_MISSION(inputs.missions[id]))
            for id in dict.fromkeys(one.line.mission for one in in_model)
        ),
        figures=tuple(book.rows.values()),
        left_out=left_out,
    )


def counting_demands(scenario: Scenario) -> tuple[DemandRow, ...]:
    """Return every demand that counts, at its likely parameters, in the model's months or not."""
    inputs, book = scenario.inputs, ParameterBook()
    owner = {d: one.id for one in inputs.packages.values() if one.on for d in one.demands}
    resolved = [_resolve(one, book) for one in sources_of(inputs)]
    return tuple(_demand_row(inputs, one, owner.get(one.root, "")) for one in resolved)


def _refuse(scenario: Scenario, faults: Iterable[tuple[str, str]]) -> NoReturn:
    """Raise what is wrong, as (field, message)."""
    raise InputError([Fault(scenario.name, 0, 0, field, message) for field, message in faults])


def _in_model(
    resolved: Iterable[_Resolved], first: Month, months: int, left_out: dict[str, str]
) -> list[_Resolved]:
    """Return the demands that touch the model; note why the others do not."""
    in_model = []
    for one in resolved:
        if one.last < one.first:
            left_out[one.line.id] = "ends before it begins"
        elif one.last < first or one.first >= first + months:
            left_out[one.line.id] = "outside the months of the model"
        else:
            in_model.append(one)
    return in_model


def _problem(
    scenario: Scenario, in_model: list[_Resolved], first: Month, months: int,
    report: tuple[int, int], book: ParameterBook, drawn: bool,
) -> Problem:  # fmt: skip
    inputs = scenario.inputs
    if months > LIMITS["months"]:
        message = f"a model of {months} months, expected at most {LIMITS['months']}"
        _refuse(scenario, [("horizon", message)])
    people, wrong = strengths(inputs, first, months, book)
    if wrong and not drawn:
        raise InputError(_strength_fault(inputs, pool, message) for pool, message in wrong)
    parts: dict[str, list[str]] = {}
    for one in in_model:
        parts.setdefault(one.root, []).append(one.line.id)
    demands = tuple(_demand(inputs, one, first) for one in in_model)
    if not book.replacements and (faults := _size_faults(inputs, in_model, demands, people)):
        raise InputError(faults)
    return Problem(
        months=months,
        report=report,
        pools=people,
        demands=demands,
        bounds=_bounds(inputs, parts, book),
        packages=_packages(inputs, parts, first, book),
        budgets=_budgets(inputs, in_model, first, months, book),
    )


def _size_faults(
    inputs: Inputs,
    in_model: Sequence[_Resolved],
    demands: Sequence[Demand],
    people: dict[str, Floats],
) -> list[Fault]:
    """Return the caps and strengths that are too small beside the largest cap for a solver."""
    lines = {one.line.id: one for one in in_model}
    faults = []
    for section, id, message in size_faults(demands, people):
        if section == "pools":
            faults.append(_strength_fault(inputs, id, message))
        else:
            origin = lines[id].line.cap.origin
            field = f"demands.{lines[id].root}.cap"
            faults.append(Fault(origin.file, origin.line, 0, field, message))
    return faults


def _strength_fault(inputs: Inputs, pool: str, message: str) -> Fault:
    """Return a fault at the last step of a pool, or at its posts."""
    posts = [level for _, level in inputs.pools[pool].series.get("posts", ())]
    steps = [step.figure for step in inputs.steps if pool in step.pools]
    origin = [Origin(), *(one.origin for one in posts + steps)][-1]
    field = "strengths" if steps else f"pools.{pool}"
    return Fault(origin.file, origin.line, 0, field, message)


def _counted_demands(inputs: Inputs) -> tuple[list[Line], dict[str, str]]:
    """Return the demands that count, and why the others do not."""
    off = {
        name: package.id
        for package in inputs.packages.values()
        if not package.on
        for name in package.demands
    }
    asked, left_out = [], {}
    for line in inputs.demands.values():
        if not line.counts:
            left_out[line.id] = REASONS.get(line.standing, "does not count")
        elif line.id in off:
            left_out[line.id] = f"package {off[line.id]} is off"
        else:
            asked.append(line)
    return asked, left_out


def cap_layers(line: Line) -> list[Line]:
    """Return the lines that a demand with caps by period consists of.

    The profile of caps is cut into horizontal layers: the smallest cap is the lowest layer, and
    each increase above it is a line of its own over its months. A contribution that grows
    therefore keeps the tours of the people deployed, and one that shrinks loses its highest layers
    first.

    Examples
    --------
    >>> from planner.scenario.load import load
    >>> untso = load("letter").change(demands={"untso": {"cap_from": {"2023-01": 15}}})
    >>> [(one.id, one.cap.value) for one in cap_layers(untso.inputs.demands["untso"])]
    [('untso', 12.0), ('untso-from-2023-01', 3.0)]
    """
    if not line.cap_from:
        return [line]
    assert line.first is not None
    assert line.last is not None
    steps = [(line.first, line.cap)]
    steps += [(When(month, cap.origin), cap) for month, cap in sorted(line.cap_from.items())]
    lines: list[Line] = []
    names: Counter[str] = Counter()
    below = 0.0
    for level in sorted({cap.value for _, cap in steps} - {0.0}):
        defining = next(cap for _, cap in steps if cap.value == level)
        low, high = (
            None if end is None else max(end - below, 0.0) for end in (defining.low, defining.high)
        )
        height = Parameter(level - below, low, high, defining.origin)
        begin: When | None = None
        for place, (when, cap) in enumerate([*steps, (line.last, Parameter(0.0))]):
            if cap.value >= level and begin is None:
                begin = when
            elif cap.value < level and begin is not None:
                ends = place == len(steps)
                last = line.last if ends else When(when.month + -1, when.origin)
                id = line.id if not lines else f"{line.id}-from-{begin.month}"
                names[id] += 1
                id += f"-{names[id]}" if names[id] > 1 else ""
                lines.append(replace(line, id=id, cap=height, cap_from={}, first=begin, last=last))
                begin = None
        below = level
    return lines or [replace(line, cap_from={})]


@dataclass(frozen=True)
class Sources:
    """Which parameters a line of demand takes, by id.

    Attributes
    ----------
    line : Line
    root : str
        The demand of the scenario that it is a line of.
    cap, tour : (str, Parameter)
    preparation, home : tuple of (str, Parameter)
        By `line.pools`.
    dwell : tuple of bool
        By `line.pools`: whether `home` is dwell, and not rest.
    first, last : (str, When)
    begins : (str, When) or None
        First month of the demand, which its last month follows where its length is fixed.
    follows : bool
        Whether the first month follows it too.
    en_bloc : bool
    """

    line: Line
    root: str
    cap: tuple[str, Parameter]
    tour: tuple[str, Parameter]
    preparation: tuple[tuple[str, Parameter], ...]
    home: tuple[tuple[str, Parameter], ...]
    dwell: tuple[bool, ...]
    first: tuple[str, When]
    last: tuple[str, When]
    begins: tuple[str, When] | None
    follows: bool
    en_bloc: bool

    @property
    def max_cohorts(self) -> int:
        """Maximum number of cohorts where none is given; it is at most the months of a tour too."""
        return 1 if self.en_bloc else math.floor(self.line.cap.value + 1e-9)


def sources_of(inputs: Inputs) -> list[Sources]:
    """Return where the parameters of every line that counts come from, in order."""
    return [
        _sources(inputs, part, line)
        for line in _counted_demands(inputs)[0]
        for part in cap_layers(line)
    ]


def _sources(inputs: Inputs, line: Line, whole: Line) -> Sources:
    """Return the sources of a line; months and policies that it shares are its demand's."""
    root, id, kind = whole.id, f"demand.{line.id}", inputs.kinds[line.kind]

    def policy(pool: str, *names: str) -> tuple[str, Parameter, str]:
        """Return id, parameter and name of the policy that applies to a pool."""
        for name in names:
            own = getattr(line, name)
            if own is not None:
                return f"demand.{root}.{name}", own, name
        for key in (pool, ""):
            for name in names:
                figures = kind.rotation.get(name, {})
                if key in figures:
                    figure_id = f"kind.{kind.id}.{name}" + (f".{key}" if key else "")
                    return figure_id, figures[key], name
        raise KeyError(names, pool)

    assert line.first is not None
    assert line.last is not None
    owner = {
        end: root if getattr(line, end) is getattr(whole, end) else line.id
        for end in ("first", "last")
    }
    home = [policy(pool, "rest", "dwell") for pool in line.pools]
    fixed = whole.fixed_length and whole.first is not None
    return Sources(
        line=line,
        root=root,
        cap=(f"{id}.cap", line.cap),
        tour=policy(line.pools[0], "tour")[:2],
        preparation=tuple(policy(pool, "preparation")[:2] for pool in line.pools),
        home=tuple(one[:2] for one in home),
        dwell=tuple(name == "dwell" for _, _, name in home),
        first=(f"demand.{owner['first']}.first", line.first),
        last=(f"demand.{owner['last']}.last", line.last),
        begins=(f"demand.{root}.first", whole.first) if fixed and whole.first else None,
        follows=owner["first"] != root,
        en_bloc=kind.changeover == "en_bloc",
    )


def _resolve(sources: Sources, book: ParameterBook) -> _Resolved:
    """Resolve a line."""
    line = sources.line
    cap = book.take(*sources.cap, "persons")
    tour = max(1, round(book.take(*sources.tour, UNITS["tour"])))
    home = tuple(book.take(*one, UNITS["rest"]) for one in sources.home)
    cohorts = line.cohorts
    if cohorts is None:
        cohorts = max(1, min(sources.max_cohorts, tour))
    first, last = book.month(*sources.first), book.month(*sources.last)
    if sources.begins is not None:
        moved = book.month(*sources.begins) - sources.begins[1].month
        first, last = (first + moved if sources.follows else first), last + moved
    return _Resolved(
        line=line,
        cap=cap,
        first=first,
        last=last,
        tour=tour,
        prep=tuple(round(book.take(*one, UNITS["preparation"])) for one in sources.preparation),
        home=home,
        dwell=sources.dwell,
        cohorts=cohorts,
        root=sources.root,
    )


def _model_months(
    inputs: Inputs, resolved: Iterable[_Resolved]
) -> tuple[Month, int, tuple[int, int]]:
    """Return the first month of the model, its length, and the window reported."""
    longest = max(
        (
            demand.tied_up_months
            for demand in resolved
            if demand.first <= inputs.last and demand.last >= inputs.first
        ),
        default=0,
    )
    years = 12 * math.ceil(longest / 12)
    warm_up = max(24, years) if inputs.warm_up is None else inputs.warm_up
    run_out = max(12, years) if inputs.run_out is None else inputs.run_out
    window = inputs.last - inputs.first + 1
    return inputs.first + -warm_up, warm_up + window + run_out, (warm_up, warm_up + window - 1)


def _demand(inputs: Inputs, demand: _Resolved, first: Month) -> Demand:
    line = demand.line
    return Demand(
        id=line.id,
        tier=line.tier,
        cap=demand.cap,
        first=demand.first - first,
        last=demand.last - first,
        tour=demand.tour,
        pools=line.pools,
        prep=demand.prep,
        home=demand.home,
        options=line.shares,
        dwell=demand.dwell,
        on_call=line.on_call,
        main_task=inputs.missions[line.mission].main_task,
        cohorts=demand.cohorts,
        weight=line.weight,
        unit=line.unit,
    )


def _bounds(
    inputs: Inputs, parts: Mapping[str, list[str]], book: ParameterBook
) -> tuple[Bound, ...]:
    bounds = []
    for bound in inputs.bounds.values():
        demands = tuple(part for name in bound.demands for part in parts.get(name, ()))
        if demands:
            lower, upper = (
                None if figure is None else book.take(f"bound.{bound.id}.{side}", figure, "persons")
                for side, figure in (("min", bound.min), ("max", bound.max))
            )
            bounds.append(Bound(demands, bound.pools, lower, upper))
    return tuple(bounds)


def _packages(
    inputs: Inputs, parts: Mapping[str, list[str]], first: Month, book: ParameterBook
) -> tuple[Package, ...]:
    packages = []
    for package in inputs.packages.values():
        demands = tuple(part for name in package.demands for part in parts.get(name, ()))
        if not package.on or not demands:
            continue
        known = None if package.known == "just-in-time" else 0
        if not isinstance(package.known, str):
            known = book.month(f"package.{package.id}.known", package.known) - first
        packages.append(Package(package.id, demands, known))
    return tuple(packages)


def _budgets(
    inputs: Inputs, in_model: list[_Resolved], first: Month, months: int, book: ParameterBook
) -> tuple[Budget, ...]:
    """Return the budgets that fall within the model, if money counts."""
    if not inputs.money:
        return ()
    costs: dict[str, dict[str, float]] = {}
    for demand in in_model:
        for cost in sorted(inputs.costs, key=lambda cost: bool(cost.demand)):
            if cost.demand == demand.root or (not cost.demand and cost.kind == demand.line.kind):
                what = f"demand.{cost.demand}" if cost.demand else f"kind.{cost.kind}"
                yearly = book.take(f"cost.{cost.fund}.{what}", cost.figure, "EUR per person-year")
                costs.setdefault(cost.fund, {})[demand.line.id] = yearly / 12
    budgets = []
    for budget in inputs.budgets:
        begin = Month(budget.year, 1) - first
        begins, ends = max(begin, 0), min(begin + 11, months - 1)
        if begins > ends:
            continue
        amount = book.take(f"budget.{budget.fund}.{budget.year}", budget.figure, "EUR")
        amount *= (ends - begins + 1) / 12
        id, paid = f"{budget.fund}-{budget.year}", costs.get(budget.fund, {})
        budgets.append(Budget(id, begins, ends, amount, paid))
    return tuple(budgets)


def _record_presence(inputs: Inputs, in_model: list[_Resolved], book: ParameterBook) -> None:
    """Record the presence parameters of the kinds in use, which the allocation does not need."""
    units = {"acceptance": "share", "lead": "months", "early_return": "share per month"}
    for id in dict.fromkeys(demand.line.kind for demand in in_model):
        for name, figure in inputs.kinds[id].presence.items():
            book.take(f"kind.{id}.{name}", figure, units[name])
    for demand in in_model:
        if demand.line.manned is not None:
            book.take(f"demand.{demand.root}.manned", demand.line.manned, "share")


def _demand_row(inputs: Inputs, demand: _Resolved, package: str) -> DemandRow:
    line = demand.line
    mission, origin = inputs.missions[line.mission], line.cap.origin
    return DemandRow(
        id=line.id,
        mission=line.mission,
        name=line.name,
        name_nl=line.name_nl,
        mission_name=mission.name,
        mission_name_nl=mission.name_nl,
        organisation=mission.organisation,
        region=mission.region,
        main_task=mission.main_task,
        category=line.category,
        kind=line.kind,
        status=mission.status,
        standing=line.standing,
        package=package,
        on_call=line.on_call,
        unit=line.unit,
        tier=line.tier,
        weight=line.weight,
        cap=demand.cap,
        basis=origin.basis,
        source=origin.source,
        section=origin.section,
        first=demand.first,
        last=demand.last,
        pools=line.pools,
        options=tuple(options_text([option]) for option in line.options),
        tour=demand.tour,
        preparation=demand.prep,
        home=demand.home,
        dwell=demand.dwell,
        cohorts=demand.cohorts,
        part_of=demand.root,
        file=origin.file or line.file,
        line=origin.line or line.line,
    )
