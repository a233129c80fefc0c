"""One-at-a-time sensitivity of displacement to every assumption.

One assumption is changed at a time, all others stay at their likely values, and the plan is made
again with and without the package:

- every uncertain parameter to the low and to the high end of its range, and every decision,
  prolongation or shared factor that is drawn in a simulation;
- every month that is an assumption, and the package's month as a whole, by one to three months
  earlier and later;
- every length of a tour that has no range, by two months;
- changeover of each kind of demand en bloc or staggered;
- the order of preference of each demand with several sourcing options, reversed;
- the rule;
- the months that are reported.

A single change shows the effect of one assumption alone. The draws of :func:`planner.simulate` show
its probability, and the effect of all assumptions together.
"""

from __future__ import annotations

import hashlib
import math
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from typing import Annotated, Any, ClassVar

import numpy as np

from planner.analysis.declare import Option, analysis, text_of
from planner.analysis.parameters import VariedParameter, varied_parameters, with_changes
from planner.analysis.plans import Case, read_case
from planner.engine.stages import PlanCache
from planner.errors import CertificateError, InputError, SolverError
from planner.gallery import gallery
from planner.labels import number
from planner.montecarlo.run import check_workers, executor_for, in_order, processors
from planner.outcome import Outcome, Progress, silent
from planner.problem.model import Demand, Problem
from planner.results.losses import LARGE_SHARE, MIN_DISPLACEMENT, losses
from planner.solution import solve_problem

__all__ = ["GROUPS", "Change", "Robustness", "Swing", "robustness"]

_TEXT = text_of("robustness")
say = _TEXT.say

NAN = float("nan")

GROUPS = (
    "people", "time at home", "tour", "month", "decision", "changeover", "preference", "rule",
    "window",
)  # fmt: skip
"""Groups of changes: numbers of people and shares; preparation, rest and dwell; tours; months;
decisions and prolongations; en bloc or staggered; order of sourcing options; rule; window."""

MONTHS = (-3, -2, -1, 1, 2, 3)
"""Numbers of months by which an assumed month is moved."""

TOUR_MONTHS = 2
"""Change of the length of a tour without a range, months."""

OUTER_QUANTILES = (0.05, 0.95)
"""Quantiles that replace the ends of a distribution with infinite support."""

MIN_PARALLEL = 24
"""Number of plans from which further processes save more time than they need to start."""


@dataclass(frozen=True)
class Change:
    """One change of one assumption, and the displacement by the package with it.

    Attributes
    ----------
    input : str
        A parameter of ``planner show``, a factor of ``planner simulate``, or what is changed.
    group : str
        One of :data:`GROUPS`.
    change : str
        ``low``, ``high``, ``earlier``, ``later``, ``shorter``, ``longer``, ``en bloc``,
        ``staggered``, ``reversed``, a rule, or how the window differs.
    value, changed_to : float
        The likely value and the changed one, in `unit`; 0 and a number of months for a month; NaN
        where the change is no number.
    displaced_person_months : float
        From main task 2; NaN where the plan could not be proved.
    difference_person_months : float
        From the displacement at the likely values.
    main_task_1_person_months : float
        Lost by other commitments of main task 1.
    filled_person_months : float
        Filled for the package.
    loses_most : str
        The mission of main task 2 that loses most, half a person or more in some month; empty if
        none does.
    loses_most_persons : float
        The most persons that it lacks in one month.
    state : str
        ``nothing``, ``something``, or ``over a tenth`` of what is filled for the package.
    flips : bool
        Whether `state` is another than for the likely values.
    basis : str
        letter, public or assumption; empty where it is no parameter.
    """

    input: str
    group: str
    change: str
    value: float
    changed_to: float
    unit: str
    displaced_person_months: float
    difference_person_months: float
    main_task_1_person_months: float
    filled_person_months: float
    loses_most: str
    loses_most_persons: float
    state: str
    flips: bool
    basis: str

    def described(self, lang: str = "en") -> str:
        """Return the change in words: ``3 months earlier``, ``low, 270 instead of 370``."""
        if self.change in ("earlier", "later"):
            months = abs(round(self.changed_to))
            key = f"robustness_{self.change}" + ("_one" if months == 1 else "")
            return say(key, lang, months=months)
        if self.changed_to != self.changed_to:
            return say(self.change, lang)
        digits = 0 if abs(self.changed_to) >= 20 else 2
        return say(
            "robustness_to", lang, change=say(self.change, lang),
            to=number(self.changed_to, lang, digits), value=number(self.value, lang, digits),
        )  # fmt: skip


@dataclass(frozen=True)
class Swing:
    """The range of displacement as one parameter alone changes; the widest first.

    `smallest` and `largest` are over its changes and the likely value, `smallest_at` and
    `largest_at` the changes that give them, empty where that is the likely value.
    """

    input: str
    group: str
    smallest_person_months: float
    smallest_at: str
    largest_person_months: float
    largest_at: str
    width_person_months: float
    flips: bool
    basis: str


@dataclass(frozen=True, eq=False, repr=False)
class Robustness(Outcome):
    """Outcome of :func:`robustness`.

    Attributes
    ----------
    displaced_person_months : float
        For the likely values.
    filled_person_months : float
        Filled for the package, for the likely values.
    state : str
        See :class:`Change`.
    plans, unproved, refused : int
        Changes planned; those without a proved plan; those that contradict the rest of
        the scenario.
    """

    title: ClassVar[str] = "robustness"
    package: str
    rule: str
    displaced_person_months: float
    filled_person_months: float
    state: str
    plans: int
    unproved: int
    refused: int
    swings: tuple[Swing, ...]
    changes: tuple[Change, ...]

    def sentences(self, lang: str = "en", called: Callable[[str], str] | None = None) -> list[str]:
        """Return the span, the three inputs that move it most, and where it would change.

        Parameters
        ----------
        lang : {"en", "nl"}
        called : callable, optional
            Gives an input its name; by default its id.
        """
        called = called or str
        proved = [row for row in self.changes if not math.isnan(row.displaced_person_months)]
        every = [self.displaced_person_months, *(row.displaced_person_months for row in proved)]
        texts = [
            say(
                "robustness_span", lang, rule=say(self.rule, lang), package=self.package,
                now=number(self.displaced_person_months, lang, 0),
                count=number(len(proved), lang, 0),
                low=number(min(every), lang, 0), high=number(max(every), lang, 0),
            )
        ]  # fmt: skip
        widest = [row for row in self.swings if row.width_person_months >= MIN_DISPLACEMENT][:3]
        if widest:
            parts = [
                say(
                    "robustness_input", lang, input=called(row.input),
                    low=number(row.smallest_person_months, lang, 0),
                    high=number(row.largest_person_months, lang, 0),
                )
                for row in widest
            ]  # fmt: skip
            texts.append(say("robustness_most", lang, list="; ".join(parts)))
        else:
            texts.append(say("robustness_none_moves", lang))
        texts += _change_sentences(self, proved, lang, called)
        lost = self.unproved + self.refused
        if lost:
            texts.append(say("robustness_left_out", lang, count=number(lost, lang, 0)))
        return texts

    def plot(self, name: str | None = None) -> Any:
        """Return the tornado figure; of a table by name, its bars."""
        return gallery()["tornado"].draw(self) if name is None else super().plot(name)


def _change_sentences(
    found: Robustness, proved: Sequence[Change], lang: str, called: Callable[[str], str]
) -> list[str]:
    """Return where the headline would change: the smallest changes first by month, then others."""
    state = say(found.state, lang)
    changed = [row for row in proved if row.flips]
    if not changed:
        return [say("robustness_no_flip", lang, count=number(len(proved), lang, 0), state=state)]
    nearest: dict[str, Change] = {}
    for row in sorted(
        changed, key=lambda row: (-round(abs(row.difference_person_months), 3), row.input)
    ):
        nearest.setdefault(row.input, row)
    listed = list(nearest.values())[:3]
    parts = [
        say(
            "robustness_flip", lang, input=called(row.input), change=row.described(lang),
            lost=number(row.displaced_person_months, lang, 0),
        )
        for row in listed
    ]  # fmt: skip
    count, inputs = number(len(changed), lang, 0), number(len(nearest), lang, 0)
    return [
        say("robustness_flips", lang, count=count, all=number(len(proved), lang, 0),
            inputs=inputs, state=state, list="; ".join(parts))
    ]  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Variant:
    """One change, and a function that makes the problem with it."""

    input: str
    group: str
    change: str
    make: Callable[[], Problem]
    value: float = NAN
    changed_to: float = NAN
    unit: str = ""
    basis: str = ""
    rule: str = ""

    @cached_property
    def problem(self) -> Problem | None:
        """The problem with the change; None where the change contradicts the scenario."""
        try:
            return self.make()
        except (InputError, ValueError):
            return None


@dataclass(frozen=True)
class _PlanSummary:
    """Displacement and fill in one plan; NaN where the plan could not be proved."""

    displaced: float = NAN
    main_task_1: float = NAN
    filled: float = NAN
    most: str = ""
    most_persons: float = NAN


@analysis(
    needs_package=True,
    in_report=False,
    shown=("swings",),
    quick={"groups": ["rule", "changeover"], "workers": 1},
)
def robustness(
    source: Any,
    /,
    *,
    rule: str | None = None,
    package: str | None = None,
    groups: Annotated[
        Sequence[str] | None, Option("--group", choices=GROUPS, metavar="GROUP")
    ] = None,
    workers: Annotated[int, Option(low=0)] = 0,
    progress: Progress = silent,
) -> Robustness:
    """Return displacement by a package under each single change of an assumption.

    Parameters
    ----------
    source : scenario, result or problem
        See :func:`planner.analysis.plans.read_case`. A neutral problem has no ranges: only its
        package, tours, changeover, order of options and rule are changed.
    package : str, optional
        The package that displaces; by default the only one.
    groups : sequence of str, optional
        Which changes: people, time at home, tour, month, decision, changeover, preference, rule,
        window; by default all.
    workers : int
        Processes; 0 takes one a processor.

    Examples
    --------
    >>> line = {"tier": 2, "cap": 8, "first": 0, "last": 0, "tour": 1, "pools": ["staff"],
    ...         "prep": 0, "rest": 0}
    >>> problem = {"format": "planner-problem/1", "months": 1, "pools": {"staff": 10},
    ...            "demands": [{"id": "untso", **line}, {"id": "x", **line, "tier": 1, "cap": 4}],
    ...            "packages": {"flank": {"demands": ["x"], "known": 0}}}
    >>> found = robustness(problem, groups=["rule", "tour"], workers=1)
    >>> found.displaced_person_months, found.state
    (2.0, 'over a tenth')
    >>> found.to_frame("changes")["change"].tolist()
    ['longer', 'longer', 'value']
    """
    check_workers(workers or None)
    chosen = _chosen_groups(groups)
    case = read_case(source, rule)
    name = case.package(package)
    labels = {line.demand: line.mission for line in case.lines}
    now = _summary_of_plan(case.problem, case.rule, name, labels)
    variants, labels = _variants(case, name, chosen, labels)
    planned = _summaries(variants, case.rule, name, labels, workers, progress)
    rows = [
        _change_row(variant, made, now)
        for variant, made in zip(variants, planned, strict=True)
        if variant.problem is not None
    ]
    refused = len(variants) - len(rows)
    return _outcome(name, case.rule, now, rows, refused)


def _outcome(
    package: str, rule: str, now: _PlanSummary, rows: list[Change], refused: int
) -> Robustness:
    return Robustness(
        package=package,
        rule=rule,
        displaced_person_months=now.displaced,
        filled_person_months=now.filled,
        state=_state(now),
        plans=len(rows),
        unproved=sum(row.displaced_person_months != row.displaced_person_months for row in rows),
        refused=refused,
        changes=tuple(rows),
        swings=_swings(rows, now),
    )


def _chosen_groups(groups: Sequence[str] | None) -> tuple[str, ...]:
    chosen = GROUPS if groups is None else tuple(groups)
    unknown = [group for group in chosen if group not in GROUPS]
    if unknown:
        raise InputError(f"groups: expected some of {', '.join(GROUPS)}, found {unknown[0]!r}")
    return chosen


@cache
def _cache() -> PlanCache:
    """Return the cache of plans of this process: most changes leave most stages unchanged."""
    return PlanCache()


def _summary_of_plan(
    problem: Problem, rule: str, package: str, missions: Mapping[str, str]
) -> _PlanSummary:
    """Return the displacement by a package in one problem."""
    if not any(one.id == package for one in problem.packages):
        return _PlanSummary(0.0, 0.0, 0.0)
    try:
        solution = solve_problem(problem, rule, [package], _cache())
    except (CertificateError, SolverError):
        return _PlanSummary()
    lost = solution.displaced(package)
    task = np.array([demand.main_task for demand in problem.demands])
    in_package = problem.inside(package)
    most = next((one for one in losses(solution, package, missions) if one.whole), None)
    return _PlanSummary(
        displaced=float(lost[task == 2].sum()),
        main_task_1=float(lost[task == 1].sum()),
        filled=float(solution.with_all.filled[in_package].sum()),
        most=most.group if most else "",
        most_persons=most.most_persons if most else 0.0,
    )


def _summaries(
    variants: Sequence[_Variant], rule: str, package: str, missions: Mapping[str, str],
    workers: int, progress: Progress,
) -> list[_PlanSummary]:  # fmt: skip
    """Return the plan of each variant; equal problems are planned once."""
    keys = [
        None if one.problem is None else
        hashlib.sha256(pickle.dumps((one.problem, one.rule or rule))).digest()
        for one in variants
    ]  # fmt: skip
    first = {key: index for index, key in reversed(list(enumerate(keys))) if key is not None}
    places = sorted(first.values())
    count = workers or (processors() if len(places) >= MIN_PARALLEL else 1)
    calls = [
        (_summary_of_plan, variants[index].problem, variants[index].rule or rule, package, missions)
        for index in places
    ]
    made: dict[bytes, _PlanSummary] = {}
    progress(0, len(calls))
    with executor_for(len(calls), count) as (executor, of):
        for done, found in enumerate(in_order(executor, of, calls), 1):
            made[keys[places[done - 1]] or b""] = found
            progress(done, len(calls))
    return [_PlanSummary() if key is None else made[key] for key in keys]


def _state(made: _PlanSummary) -> str:
    if not made.displaced >= MIN_DISPLACEMENT:
        return "nothing"
    return "over a tenth" if made.displaced > LARGE_SHARE * made.filled else "something"


def _change_row(variant: _Variant, made: _PlanSummary, now: _PlanSummary) -> Change:
    state = _state(made)
    names = ("input", "group", "change", "value", "changed_to", "unit", "basis")
    return Change(
        **{name: getattr(variant, name) for name in names},
        displaced_person_months=made.displaced,
        difference_person_months=made.displaced - now.displaced,
        main_task_1_person_months=made.main_task_1,
        filled_person_months=made.filled,
        loses_most=made.most,
        loses_most_persons=made.most_persons,
        state=state,
        flips=made.displaced == made.displaced and state != _state(now),
    )


def _swings(rows: Sequence[Change], now: _PlanSummary) -> tuple[Swing, ...]:
    """Return one row for each parameter, in decreasing order of the width of its range."""
    inputs: dict[tuple[str, str], list[Change]] = {}
    for row in rows:
        if row.displaced_person_months == row.displaced_person_months:
            inputs.setdefault((row.group, row.input), []).append(row)
    found = []
    for (group, name), every in inputs.items():
        least = min(every, key=lambda row: row.displaced_person_months)
        most = max(every, key=lambda row: row.displaced_person_months)
        low = min(least.displaced_person_months, now.displaced)
        high = max(most.displaced_person_months, now.displaced)
        found.append(
            Swing(
                input=name,
                group=group,
                smallest_person_months=low,
                smallest_at=_change_text(least)
                if least.displaced_person_months < now.displaced
                else "",
                largest_person_months=high,
                largest_at=_change_text(most)
                if most.displaced_person_months > now.displaced
                else "",
                width_person_months=high - low,
                flips=any(row.flips for row in every),
                basis=every[0].basis,
            )
        )
    return tuple(sorted(found, key=lambda row: (-round(row.width_person_months, 3), row.input)))


def _change_text(row: Change) -> str:
    """Return a change in a word, with the number of months where it is one."""
    return f"{row.change} {abs(row.changed_to):g}" if row.group == "month" else row.change


def _variants(
    case: Case, package: str, chosen: Sequence[str], labels: Mapping[str, str]
) -> tuple[list[_Variant], dict[str, str]]:
    """Return every variant of the chosen groups, and the missions of all demands in them."""
    missions = dict(labels)
    found: list[_Variant] = []
    if case.scenario is not None:
        made, more = _factor_variants(case)
        found += made
        found += _range_variants(case, {one.input for one in made})
        missions = {**more, **missions}
    found += _month_variants(case, package, {one.input for one in found if one.group == "month"})
    for one in varied_parameters(case, [f"package.{package}.size"]):
        found += _end_variants(one, "people")
    found += _tour_variants(case, {one.input for one in found})
    found += _changeover_variants(case)
    found += _preference_variants(case)
    other = "value" if case.rule == "fair" else "fair"
    found.append(_Variant("rule", "rule", other, lambda: case.problem, rule=other))
    found += _window_variants(case, package)
    return [one for one in found if one.group in chosen], missions


def _factor_variants(case: Case) -> tuple[list[_Variant], dict[str, str]]:
    """Return each factor of the draws at both ends of its distribution."""
    from planner.compile.build import compile_scenario
    from planner.montecarlo.parameters import list_uncertain
    from planner.montecarlo.specification import Effects

    uncertain = list_uncertain(case.scenario)
    missions = {row.id: row.mission for row in uncertain.compiled.demands}
    here = {demand.id for demand in case.problem.demands}
    likely = uncertain.likely.copy()
    for index, one in enumerate(uncertain.factors):
        if one.id.startswith("decided."):
            lines = [target.split(".")[1] for target in one.targets]
            likely[index] = float(any(line in here for line in lines))
    rows, about = [], []
    for index, one in enumerate(uncertain.factors):
        if one.layer != "capacity":
            continue
        for word, end in zip(("low", "high"), _ends(one.distribution), strict=True):
            if end == likely[index]:
                continue
            values = likely.copy()
            values[index] = end
            rows.append(values)
            about.append((one, word, float(likely[index]), end))
    if not rows:
        return [], missions
    figures = Effects(uncertain).figures(np.array(rows))

    def problem(instead: Mapping[str, float]) -> Problem:
        return compile_scenario(uncertain.scenario, instead, drawn=True).problem

    found = []
    for row, (one, word, value, end) in enumerate(about):
        group = _group(one.id)
        moved = group == "month" and one.unit == "months moved"
        change = ("earlier" if end < 0 else "later") if moved else word
        make = partial(problem, {id: float(column[row]) for id, column in figures.items()})
        found.append(_Variant(one.id, group, change, make, value, end, one.unit, one.basis))
    return found, missions


def _range_variants(case: Case, known: set[str]) -> Iterator[_Variant]:
    """Yield the ends of parameters that have a range and that draws keep at their likely value."""
    ids = [
        row.id
        for row in case.compiled.figures
        if not isinstance(row.value, str) and (row.low, row.high) != (None, None)
        and row.id not in known
    ]  # fmt: skip
    for one in varied_parameters(case):
        if one.id in ids:
            yield from _end_variants(one, _group(one.id))


def _end_variants(one: VariedParameter, group: str) -> Iterator[_Variant]:
    """Yield a parameter at the low and the high end of its range, where it has one."""
    for word, end in (("low", one.low), ("high", one.high)):
        if end == end and end != one.value:
            yield _variant(one, group, word, end)


def _variant(one: VariedParameter, group: str, change: str, to: float) -> _Variant:
    """Return a parameter at another value."""
    make = partial(one.problem, to)
    return _Variant(one.id, group, change, make, one.value, to, one.unit, one.basis)


def _ends(distribution: Any) -> list[float]:
    ends = np.array(distribution.support, dtype=float)
    return np.where(np.isfinite(ends), ends, distribution.ppf(np.array(OUTER_QUANTILES))).tolist()


def _group(id: str) -> str:
    """Return the group of a factor by its id."""
    head, last = id.partition(".")[0], id.split(".")[-1]
    if head in ("decided", "extended", "prolonged", "ended_early"):
        return "decision"
    if head == "shifted" or last in ("first", "last", "known"):
        return "month"
    parts = id.split(".")[1:] if head in ("kind", "demand") else []
    if "tour" in parts:
        return "tour"
    return "time at home" if {"preparation", "rest", "dwell"} & set(parts) else "people"


def _month_variants(case: Case, package: str, ranged: set[str]) -> Iterator[_Variant]:
    """Yield each assumed month, and those of the package, by one to three months either way."""
    ids = [f"package.{package}.first", f"package.{package}.known"]
    patterns = [*ids, "demand.*.first", "demand.*.last"] if case.scenario is not None else ids
    for one in varied_parameters(case, patterns):
        assumed = one.basis == "assumption" or one.id in ranged
        if one.id not in ids and not assumed:
            continue
        for months in MONTHS:
            word = "earlier" if months < 0 else "later"
            yield _variant(one, "month", word, float(months))


def _tour_variants(case: Case, ranged: set[str]) -> Iterator[_Variant]:
    """Yield the length of each tour that has no range, shorter and longer."""
    if case.scenario is None:
        patterns = ["demand.*.tour"]
    else:
        ids = {row.id for row in case.compiled.figures}
        patterns = [id for id in ids if _group(id) == "tour" and id not in ranged]
    if not patterns:
        return
    for one in sorted(varied_parameters(case, patterns), key=lambda one: one.id):
        for word, to in (("shorter", one.value - TOUR_MONTHS), ("longer", one.value + TOUR_MONTHS)):
            if to >= 1:
                yield _variant(one, "tour", word, to)


def _changeover_variants(case: Case) -> Iterator[_Variant]:
    """Yield en bloc and staggered changeover, kind by kind; without kinds demand by demand."""
    kinds: dict[str, list[Demand]] = {}
    for line, demand in zip(case.lines, case.problem.demands, strict=True):
        kinds.setdefault(line.kind or f"demand.{demand.id}", []).append(demand)
    for kind, demands in kinds.items():
        for word in ("en bloc", "staggered"):
            cohorts = {
                one.id: 1 if word == "en bloc" else max(1, min(int(one.cap + 1e-9), one.tour))
                for one in demands
            }
            if all(one.cohorts == cohorts[one.id] for one in demands):
                continue
            name = kind if kind.startswith("demand.") else f"kind.{kind}"
            changes = {id: {"cohorts": count} for id, count in cohorts.items()}
            make = partial(with_changes, case.problem, changes)
            yield _Variant(f"{name}.changeover", "changeover", word, make)


def _preference_variants(case: Case) -> Iterator[_Variant]:
    """Yield the order of sourcing options reversed, demand by demand."""
    for one in case.problem.demands:
        if len(one.options) > 1:
            make = partial(with_changes, case.problem, {one.id: {"options": one.options[::-1]}})
            yield _Variant(f"demand.{one.id}.options", "preference", "reversed", make)


def _window_variants(case: Case, package: str) -> Iterator[_Variant]:
    """Yield other months of report: a year less or more at its end, and from the package on."""
    problem = case.problem
    first, last = problem.report
    demands = [problem.demand(name) for name in problem.package(package).demands]
    start = min((problem.begins(one, package) for one in demands), default=first)
    windows = (
        ("a year shorter", last - 12 >= first, (first, last - 12)),
        ("a year longer", last + 12 < problem.months, (first, last + 12)),
        ("from the package on", first < start <= last, (start, last)),
    )
    for change, possible, report in windows:
        if possible:
            yield _Variant("window", "window", change, partial(replace, problem, report=report))
