"""The value of information: packages known earlier, and planning with a rolling horizon.

The plan with packages that become known as in the scenario is compared with plans in which they are
known some months earlier, or from the start (perfect foresight), and with planning over a rolling
horizon of some months. All plans consist of the same decisions, cut in every month.

In the first month, and in every month in which new demands come into view, the plan is made again:
tours that have begun or are in preparation are fixed, all later ones are free. In view in month t
are the tours that begin before t + horizon, of demands outside packages and of packages known by
then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

import numpy as np

from planner.analysis.declare import Option, analysis, text_of
from planner.analysis.plans import (
    Case,
    CompiledPlanner,
    chosen_rules,
    filled_by,
    make_planner,
    person_months,
    read_case,
)
from planner.engine.stages import with_goals
from planner.errors import InputError
from planner.labels import number
from planner.outcome import Outcome, Progress, silent
from planner.problem.model import Floats, Ints, Package, Problem
from planner.solution import Planner, asked_months
from planner.tolerances import ROUNDED

__all__ = ["Foresight", "MissionWorth", "View", "cut_every_month", "foresight", "rolling_people"]

_TEXT = text_of("foresight")
say = _TEXT.say

HORIZONS = (6, 12)
"""Default rolling horizons, months."""


def cut_every_month(problem: Problem) -> Problem:
    """Return the same problem with every wave cut in every month.

    Tours that begin in different months are then separate decisions, so plans with different
    information consist of the same decisions. The cuts are those of empty packages.
    """
    taken = {package.id for package in problem.packages}
    names = (f"month {month}" for month in range(1, problem.months))
    cuts = tuple(
        Package(name, (), month) for month, name in enumerate(names, 1) if name not in taken
    )
    return replace(problem, packages=(*problem.packages, *cuts))


def rolling_people(planner: Planner, packages: Iterable[str], horizon: int) -> list[Floats]:
    """Return people on the columns of each block in the plan with a rolling horizon.

    Parameters
    ----------
    planner : Planner
        Of a problem that is cut in every month.
    packages : iterable of str
        Packages in the plan, each from the month in which it becomes known.
    horizon : int
        Months in view, the present one included: longer than every preparation, since tours would
        otherwise come into view after their preparation has to begin.
    """
    problem = planner.programme.problem
    known = {"": 0, **{name: max(problem.known(name), 0) for name in packages}}
    owner = problem.package_of()
    since = np.array(
        [known.get(owner.get(demand.id, ""), problem.months) for demand in problem.demands]
    )
    lead = np.array([demand.lead for demand in problem.demands], dtype=np.int64)
    return [
        _rolling_block(planner, index, since, lead, horizon)
        for index in range(len(planner.settings))
    ]


def _rolling_block(planner: Planner, index: int, since: Ints, lead: Ints, horizon: int) -> Floats:
    """Return the last plan of one block."""
    base, problem = planner.settings[index], planner.programme.problem
    block = base.block
    of_decision = np.maximum(block.begin - horizon + 1, since[block.demand])
    comes = np.where(since[block.demand] >= problem.months, problem.months, of_decision)
    people = np.zeros(len(block.decision))
    for month in sorted({0, *np.maximum(comes[comes < problem.months], 0).tolist()}):
        in_view = comes <= month
        if isinstance(planner, CompiledPlanner):
            answer = planner.compiled_plan(index, in_view, month or -1, people)
            if answer is not None:
                people = answer.people
                continue
        upper = np.where(in_view[block.decision], base.upper, 0.0)
        lower = base.lower
        if month > 0:
            settled = (block.begin < month + lead[block.demand])[block.decision]
            upper = np.where(settled, people, upper)
            lower = np.where(settled, people, lower)
        data = with_goals(base.change(upper=upper, lower=lower), problem, in_view)
        people = planner.solver(data).people
    return people


@dataclass(frozen=True)
class View:
    """The fill with one state of information, person-months inside the window.

    Attributes
    ----------
    view : str
        ``"notice"`` (packages known so many months earlier; 0 is the scenario as it is),
        ``"perfect"`` (known from the start) or ``"rolling"`` (only so many months in view).
    months : float
        Months earlier, or months in view; NaN for perfect foresight.
    notice_months : float
        Months from the first package known to the first month that it asks for; NaN if it is
        known from the start, or without packages.
    known : str
        The month in which the first package becomes known; empty if from the start.
    package_filled_person_months, main_task_1_filled_person_months,
    main_task_2_filled_person_months : float
        Filled for the packages, for other demands of main task 1, and of main task 2.
    displaced_main_task_1, displaced_main_task_2 : float
        Displacement of these by the packages.
    worth_person_months : float
        Total filled, less the total with the scenario as it is.
    """

    rule: str
    view: str
    months: float
    notice_months: float
    known: str
    package_filled_person_months: float
    main_task_1_filled_person_months: float
    main_task_2_filled_person_months: float
    displaced_main_task_1: float
    displaced_main_task_2: float
    worth_person_months: float


@dataclass(frozen=True)
class MissionWorth:
    """Gain of a mission if the packages are known from the start, person-months.

    `filled_person_months` is with the scenario as it is.
    """

    rule: str
    mission: str
    asked_person_months: float
    filled_person_months: float
    gained_person_months: float


@dataclass(frozen=True, eq=False, repr=False)
class Foresight(Outcome):
    """Outcome of :func:`foresight`; `packages` are those that become known otherwise."""

    title: ClassVar[str] = "foresight"
    packages: str
    views: tuple[View, ...]
    missions: tuple[MissionWorth, ...]

    def sentences(self, lang: str = "en") -> list[str]:
        """Return the value of perfect foresight and the cost of a short horizon, by rule."""
        texts = [say("foresight_cut", lang)]
        for rule in dict.fromkeys(row.rule for row in self.views):
            rows = [row for row in self.views if row.rule == rule]
            shown = ("perfect", "rolling") if self.packages else ("rolling",)
            base = next(filter(_is_base, rows))
            texts += [_sentence(row, base, lang) for row in rows if row.view in shown]
            if self.packages:
                texts.append(_least_loss_sentence(rows, base, lang))
        if any(row.rule == "value" for row in self.views):
            texts.append(say("foresight_value_note", lang))
        return texts


def _is_base(row: View) -> bool:
    """Whether a view is the scenario as it is."""
    return row.view == "notice" and row.months == 0


def _least_loss_sentence(rows: list[View], base: View, lang: str) -> str:
    """Return a sentence on the notice at which main task 2 loses least."""
    perfect = next(row for row in rows if row.view == "perfect")
    notice = [row for row in rows if row.view == "notice"]
    least = min(notice, key=lambda row: (round(row.displaced_main_task_2, 1), abs(row.months)))
    side = "now" if least.months == 0 else "earlier" if least.months > 0 else "later"
    return say(
        f"foresight_least_{side}", lang, rule=say(perfect.rule, lang),
        months=number(abs(least.months), lang, 0),
        lost=number(least.displaced_main_task_2, lang),
        now=number(base.displaced_main_task_2, lang),
        perfect=number(perfect.displaced_main_task_2, lang),
    )  # fmt: skip


def _sentence(row: View, base: View, lang: str) -> str:
    def gain(name: str) -> str:
        column = f"{name}_filled_person_months"
        value = float(getattr(row, column) - getattr(base, column))
        value = 0.0 if abs(value) < 0.05 else value
        return ("+" if value > 0 else "") + number(value, lang)

    return say(
        f"foresight_{row.view}", lang, rule=say(row.rule, lang),
        months=number(row.months, lang, 0), package=gain("package"),
        first=gain("main_task_1"), second=gain("main_task_2"),
    )  # fmt: skip


@analysis(shown=("views",), quick={"rules": ["value"], "earlier": [3], "horizons": [144]})
def foresight(
    source: Any,
    /,
    *,
    rule: str | None = None,
    rules: Annotated[Sequence[str] | None, Option(hidden=True)] = None,
    packages: Annotated[Sequence[str] | None, Option("--package", metavar="ID")] = None,
    earlier: Annotated[Sequence[int] | int, Option(low=0, high=240)] = 12,
    later: Annotated[int, Option(low=0, high=240)] = 0,
    horizons: Annotated[Sequence[int], Option("--horizon", metavar="MONTHS")] = HORIZONS,
    progress: Progress = silent,
) -> Foresight:
    """Return what knowing packages earlier is worth, by month, and what a short view costs.

    Parameters
    ----------
    source : scenario, result or problem
        See :func:`planner.analysis.plans.read_case`.
    rules : sequence of str, optional
        Rules to put side by side; by default `rule`, or both where none is given.
    packages : sequence of str, optional
        Those that become known earlier, all by as many months; by default all. Other
        packages are in the plan as the scenario has them.
    earlier : int or sequence of int
        Up to how many months earlier they become known; or the months themselves, negative is
        later. 0 is always among them.
    later : int
        Up to how many months later, too; where `earlier` is one number.
    horizons : sequence of int
        Months that a planner sees ahead, the present one included; more than every preparation.

    Examples
    --------
    >>> line = {"pools": ["staff"], "prep": 0, "rest": 0}
    >>> problem = {"format": "planner-problem/1", "months": 9, "pools": {"staff": 10}, "demands": [
    ...     {"id": "untso", "tier": 2, "cap": 10, "first": 0, "last": 5, "tour": 6, **line},
    ...     {"id": "flank", "tier": 1, "cap": 10, "first": 3, "last": 8, "tour": 6, **line}],
    ...     "packages": {"flank": {"demands": ["flank"], "known": 3}}}
    >>> for row in foresight(problem, rules=["fair"], earlier=[0, 3], horizons=[]).views:
    ...     print(row.view, row.package_filled_person_months, row.main_task_2_filled_person_months)
    notice 0.0 60.0
    notice 60.0 0.0
    perfect 60.0 0.0
    """
    case = read_case(source)
    rules = chosen_rules(rule, rules)
    if isinstance(earlier, int):
        earlier = range(-later, earlier + 1)
    chosen = [case.package(name) for name in (case.packages if packages is None else packages)]
    _check(case, rules, earlier, horizons)
    shifts = sorted({0, *earlier}) if chosen else [0]
    views, missions = _by_rule(case, rules, chosen, shifts, horizons, progress)
    return Foresight(", ".join(chosen), tuple(views), tuple(missions))


def _by_rule(
    case: Case, rules: Sequence[str], chosen: Sequence[str], shifts: Sequence[int],
    horizons: Sequence[int], progress: Progress,
) -> tuple[list[View], list[MissionWorth]]:  # fmt: skip
    """Return all views, rule by rule, and what perfect foresight is worth by mission."""
    count = len(shifts) + 1 + len(horizons)
    views: list[View] = []
    missions: list[MissionWorth] = []
    for index, rule in enumerate(rules):
        ruled, found = read_case(case, rule), []
        for done, (view, filled, without) in enumerate(
            _view_fills(ruled, chosen, shifts, horizons), 1
        ):
            found.append((_view(ruled, chosen, view, filled, without), filled))
            progress(index * count + done, len(rules) * count)
        base, now = next(pair for pair in found if _is_base(pair[0]))
        perfect = next(filled for row, filled in found if row.view == "perfect")
        views += [
            replace(row, worth_person_months=_total_filled(row) - _total_filled(base))
            for row, _ in found
        ]
        missions += _mission_worths(ruled, now, perfect)
    return views, missions


def _check(
    case: Case, rules: Sequence[str], earlier: Sequence[int], horizons: Sequence[int]
) -> None:
    faults = [] if rules else ["rules: expected at least one, found none"]
    least = max((demand.lead for demand in case.problem.demands), default=0) + 1
    faults += [
        f"earlier: expected whole months, found {months}"
        for months in earlier
        if months != int(months)
    ]
    for months in horizons:
        if months != int(months) or months < least:
            expected = f"expected whole months, at least {least}: the longest preparation and one"
            faults.append(f"horizons: {expected}, found {months}")
    if faults:
        raise InputError(faults)


@dataclass(frozen=True)
class _Information:
    """A state of information: its name, its months, and when the packages become known."""

    view: str
    months: float
    known: Mapping[str, int]


def _view_fills(
    case: Case, chosen: Sequence[str], shifts: Sequence[int], horizons: Sequence[int]
) -> Iterator[tuple[_Information, Floats, Floats]]:
    """Yield each state of information, with fills with and without the packages, (demands,)."""
    problem = case.problem
    known = {name: max(problem.known(name), 0) for name in chosen}
    all_packages = frozenset(case.packages)
    other_packages = all_packages - set(chosen)
    planners: dict[tuple[int, ...], Planner] = {}

    def planner_of(information: _Information) -> Planner:
        key = tuple(information.known.values())
        if key not in planners:
            fair = case.rule == "fair"
            planners[key] = make_planner(
                _known(problem, information.known), case.rule, fills_only=fair
            )
        return planners[key]

    ways = [
        _Information("notice", by, {n: max(k - by, 0) for n, k in known.items()}) for by in shifts
    ]
    ways.append(_Information("perfect", float("nan"), dict.fromkeys(chosen, 0)))
    without = filled_by(planner_of(ways[0]), other_packages)
    for information in ways:
        yield information, filled_by(planner_of(information), all_packages), without
    for horizon in horizons:
        information = _Information("rolling", horizon, known)
        planner = planner_of(information)
        filled, alone = (
            person_months(planner.programme, rolling_people(planner, packages, horizon))
            for packages in (all_packages, other_packages)
        )
        yield information, filled, alone


def _known(problem: Problem, known: Mapping[str, int]) -> Problem:
    """Return the problem, cut in every month, with packages known in other months."""
    packages = tuple(
        replace(package, known=known.get(package.id, package.known)) for package in problem.packages
    )
    return cut_every_month(replace(problem, packages=packages))


def _view(
    case: Case, chosen: Sequence[str], information: _Information, filled: Floats, without: Floats
) -> View:
    in_package = case.inside(chosen)
    lost = np.where(np.abs(without - filled) > ROUNDED, without - filled, 0.0)
    first = min(information.known.values(), default=0)
    demands = case.problem.demands
    asks = min((demands[k].first for k in np.flatnonzero(in_package)), default=0)
    others = [(case.task == task) & ~in_package for task in (1, 2)]
    return View(
        rule=case.rule,
        view=information.view,
        months=information.months,
        notice_months=float(asks - first) if first > 0 else float("nan"),
        known=case.month(first) if first > 0 else "",
        package_filled_person_months=float(filled[in_package].sum()),
        main_task_1_filled_person_months=float(filled[others[0]].sum()),
        main_task_2_filled_person_months=float(filled[others[1]].sum()),
        displaced_main_task_1=float(lost[others[0]].sum()),
        displaced_main_task_2=float(lost[others[1]].sum()),
        worth_person_months=0.0,
    )


def _total_filled(row: View) -> float:
    return (
        row.package_filled_person_months
        + row.main_task_1_filled_person_months
        + row.main_task_2_filled_person_months
    )


def _mission_worths(case: Case, filled: Floats, perfect: Floats) -> list[MissionWorth]:
    asked = asked_months(case.problem)
    rows = []
    for name, mask in case.groups("mission").items():
        gain = float((perfect - filled)[mask].sum())
        if abs(gain) > ROUNDED:
            sums = float(asked[mask].sum()), float(filled[mask].sum())
            rows.append(MissionWorth(case.rule, name, *sums, gain))
    return sorted(rows, key=lambda row: -abs(row.gained_person_months))
