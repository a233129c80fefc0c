"""Double promises: people pledged to two frameworks, and nominal against effective supply.

A framework is an organisation and a use of people: on call (NATO Response Force, EU Battle Group)
or deployed. The nominal supply of a framework is its fill in a plan of its own commitments alone.
The effective supply is its fill in the plan of all commitments. Where the plans of single
frameworks together tie up more people of a pool in a month than its strength, some people are
promised twice. People at home after a deployment may be on call meanwhile, which is no double
promise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Annotated, Any, ClassVar

import numpy as np
from scipy.ndimage import find_objects
from scipy.ndimage import label as connected

from planner.analysis.declare import Option, analysis, text_of
from planner.analysis.plans import Case, make_planner, read_case
from planner.errors import InputError
from planner.labels import number, percent
from planner.outcome import Outcome, Progress, silent
from planner.problem.model import Flags
from planner.solution import Allocation, asked_months

__all__ = [
    "Overlap",
    "PledgedDemand",
    "Pledges",
    "PoolMonth",
    "Supply",
    "commitments_of",
    "pledges",
]

_TEXT = text_of("pledges")
say = _TEXT.say

ON_CALL = "on call"
"""End of the name of a framework of people on call."""

NO_PERSONS = 1e-6
"""Persons below this are rounding."""


def frameworks_of(
    case: Case, given: Mapping[str, Sequence[str]] | None
) -> tuple[list[str], frozenset[str] | None]:
    """Return the framework of each demand, and those whose overlaps are shown (None: all)."""
    labelled = any(line.organisation for line in case.lines)
    names = [
        f"{line.organisation}, {ON_CALL if line.on_call else 'deployed'}"
        if line.organisation
        else line.demand
        for line in case.lines
    ]
    on_call = {name for name, line in zip(names, case.lines, strict=True) if line.on_call}
    faults: list[str] = []
    taken: dict[int, str] = {}
    for framework, members in (given or {}).items():
        for member in members:
            try:
                indices = np.flatnonzero(case.select(member)).tolist()
            except InputError as error:
                faults += [f"frameworks: {framework}: {fault}" for fault in error.faults]
                continue
            for index in indices:
                if taken.setdefault(index, framework) != framework:
                    twice = f"{case.lines[index].demand!r} is in {taken[index]!r} already"
                    faults.append(f"frameworks: {framework}: {twice}")
                names[index] = framework
    if faults:
        raise InputError(faults)
    return names, frozenset(on_call | set(given or {})) if labelled else None


def plan_of(case: Case, chosen: Flags) -> Allocation:
    """Return the plan of some demands alone, with the same tours and a cap of 0 for all others."""
    demands = zip(case.problem.demands, chosen, strict=True)
    kept = tuple(demand if is_chosen else replace(demand, cap=0.0) for demand, is_chosen in demands)
    problem = replace(case.problem, demands=kept)
    return Allocation(problem, make_planner(problem, case.rule).unfold())


def runs_of(flags: Flags) -> list[tuple[int, int]]:
    """Return first and last index of each run of true values.

    Examples
    --------
    >>> runs_of(np.array([False, True, True, False, True]))
    [(1, 2), (4, 4)]
    """
    return [(run.start, run.stop - 1) for (run,) in find_objects(connected(flags)[0])]


def commitments_of(
    case: Case, names: list[str], pair: tuple[str, str], plans: Mapping[str, Allocation],
    pool: int, run: slice,
) -> str:  # fmt: skip
    """Return the missions of a pair of frameworks that tie up people of a pool in a run."""
    missions: dict[str, None] = {}
    for name in pair:
        service = plans[name].service
        tied = (service.pool == pool) & (service.prepares < run.stop) & (service.rests >= run.start)
        for demand in np.unique(service.demand[tied]):
            if names[demand] == name:
                missions[case.lines[demand].mission] = None
    return ", ".join(missions)


@dataclass(frozen=True)
class Supply:
    """Nominal supply of a framework by itself, and effective supply beside all others.

    Person-months on duty or on call inside the window. `double_person_months` is nominal −
    effective. The last row is the sum of all.
    """

    framework: str
    asked_person_months: float
    nominal_person_months: float
    effective_person_months: float
    double_person_months: float


@dataclass(frozen=True)
class Overlap:
    """A run of months in which two frameworks count on people of one pool.

    Attributes
    ----------
    first, last : str
        Months of the window, inclusive.
    framework_persons, other_persons : float
        Most people each ties up in one month, preparation and rest included.
    may_person_months : float
        People who could have been promised to both: the smaller of the two, summed over months.
    must_person_months : float
        People who must have been promised to both: what the two together exceed the pool by.
    may_persons, must_persons : float
        The same in the month with the largest number.
    commitments : str
        Missions of both that take part.
    """

    pool: str
    framework: str
    other: str
    first: str
    last: str
    framework_persons: float
    other_persons: float
    may_person_months: float
    must_person_months: float
    may_persons: float
    must_persons: float
    commitments: str


@dataclass(frozen=True)
class PoolMonth:
    """A pool in a month in which the frameworks count on more people than its strength, persons.

    `nominal_persons` are tied up in the plans of single frameworks, `effective_persons` in the plan
    of all; at least `double_persons` have been promised twice.
    """

    pool: str
    month: str
    strength_persons: float
    nominal_persons: float
    effective_persons: float
    double_persons: float


@dataclass(frozen=True)
class PledgedDemand:
    """One demand with its framework, and where its size comes from."""

    demand: str
    mission: str
    framework: str
    cap: float
    first: str
    last: str
    pools: str
    basis: str
    source: str
    section: str


@dataclass(frozen=True, eq=False, repr=False)
class Pledges(Outcome):
    """Outcome of :func:`pledges`."""

    title: ClassVar[str] = "pledges"
    rule: str
    supplies: tuple[Supply, ...]
    overlaps: tuple[Overlap, ...]
    months: tuple[PoolMonth, ...]
    promises: tuple[PledgedDemand, ...]

    def sentences(self, lang: str = "en") -> list[str]:
        """Return nominal against effective supply, and the overlaps that are inevitable."""
        total = self.supplies[-1]
        share = total.double_person_months / max(total.nominal_person_months, NO_PERSONS)
        texts = [
            say(
                "pledges_supply", lang,
                nominal=number(total.nominal_person_months, lang),
                effective=number(total.effective_person_months, lang),
                double=number(total.double_person_months, lang),
                share=percent(share, lang),
            )
        ]  # fmt: skip
        if not self.overlaps:
            return [*texts, say("pledges_no_pairs", lang)]
        must = [row for row in self.overlaps if row.must_person_months > NO_PERSONS]
        rest = [row for row in self.overlaps if row not in must]
        texts += [_sentence("pledges_must", row, lang) for row in must]
        texts += [
            _sentence("pledges_may", row, lang)
            for row in rest
            if all(name.endswith(ON_CALL) for name in (row.framework, row.other))
        ]
        if rest:
            texts.append(say("pledges_rest", lang, count=number(len(rest), lang, 0)))
        return texts


def _sentence(key: str, row: Overlap, lang: str) -> str:
    return say(
        key, lang, pool=row.pool, first=_TEXT.when(row.first, lang),
        last=_TEXT.when(row.last, lang),
        framework=_TEXT.each(row.framework, lang), other=_TEXT.each(row.other, lang),
        must=number(row.must_person_months, lang), persons=number(row.must_persons, lang, 0),
        may=number(row.may_persons, lang, 0),
    )  # fmt: skip


@analysis(shown=("supplies", "overlaps"), positional=("rule",))
def pledges(
    source: Any,
    /,
    *,
    rule: str | None = None,
    frameworks: Annotated[
        Mapping[str, Sequence[str]] | None, Option("--framework", metavar="NAME=ID,ID")
    ] = None,
    progress: Progress = silent,
) -> Pledges:
    """Return which people are promised to two frameworks, and nominal against effective supply.

    Parameters
    ----------
    source : scenario, result or problem
        See :func:`planner.analysis.plans.read_case`.
    frameworks : mapping of str to sequence of str, optional
        Demands or missions by framework; what is named in none is left where it is by default:
        an organisation's people on call, and its people deployed. Without labels (a neutral
        problem) each demand is a framework of its own.

    Returns
    -------
    Pledges
        Of the overlaps between two frameworks by default only those with people on call.

    Examples
    --------
    >>> line = {"tier": 1, "first": 0, "last": 0, "tour": 1, "pools": ["land"], "prep": 0,
    ...         "rest": 0}
    >>> problem = {"format": "planner-problem/1", "months": 1, "pools": {"land": 200},
    ...            "demands": [{"id": "nrf", "cap": 150, **line},
    ...                        {"id": "eubg", "cap": 100, **line}]}
    >>> found = pledges(problem)
    >>> [round(row.double_person_months, 6) for row in found.supplies][-1]
    50.0
    >>> round(found.overlaps[0].must_person_months, 6)
    50.0
    """
    case = read_case(source, rule)
    names, on_call = frameworks_of(case, frameworks)
    plans = {}
    distinct = list(dict.fromkeys(names))
    for index, name in enumerate(distinct):
        progress(index, len(distinct) + 1)
        plans[name] = plan_of(case, np.array([framework == name for framework in names]))
    together = plan_of(case, np.ones(len(names), dtype=bool))
    progress(len(distinct) + 1, len(distinct) + 1)
    return Pledges(
        case.rule,
        _supplies(case, names, plans, together),
        _overlaps(case, names, plans, on_call),
        _months(case, plans, together),
        _promises(case, names),
    )


def _supplies(
    case: Case, names: list[str], plans: Mapping[str, Allocation], together: Allocation
) -> tuple[Supply, ...]:
    asked, effective = asked_months(case.problem), together.filled
    rows = []
    for name, plan in plans.items():
        members = np.array([framework == name for framework in names])
        nominal, left = float(plan.filled[members].sum()), float(effective[members].sum())
        rows.append(Supply(name, float(asked[members].sum()), nominal, left, nominal - left))
    sums = (
        sum(getattr(row, f"{column}_person_months") for row in rows)
        for column in ("asked", "nominal", "effective", "double")
    )
    return (*rows, Supply("total", *map(float, sums)))


def _overlaps(
    case: Case, names: list[str], plans: Mapping[str, Allocation], on_call: frozenset[str] | None
) -> tuple[Overlap, ...]:
    """Return every run of months in which a pair of frameworks counts on one pool."""
    first, last = case.problem.report
    rows = []
    for framework, other in combinations(plans, 2):
        if on_call is not None and not {framework, other} & on_call:
            continue
        pair = [plans[framework].accounts, plans[other].accounts]
        for index, pool in enumerate(case.problem.pools):
            a, b = (tied[:, index] for tied in pair)  # by account and month
            both = np.any((a > NO_PERSONS) & (b > NO_PERSONS), axis=0)
            for begin, end in runs_of(both[first : last + 1]):
                run = slice(first + begin, first + end + 1)
                may = np.minimum(a, b)[:, run].max(axis=0)
                over = (a + b)[:, run].max(axis=0) - case.problem.pools[pool][run]
                must = np.maximum(over, 0.0)
                since, until = case.month(run.start), case.month(run.stop - 1)
                maxima = a[:, run].max(), b[:, run].max()
                numbers = (*maxima, may.sum(), must.sum(), may.max(), must.max())
                missions = commitments_of(case, names, (framework, other), plans, index, run)
                row: list[Any] = [
                    pool,
                    framework,
                    other,
                    since,
                    until,
                    *map(float, numbers),
                    missions,
                ]
                rows.append(Overlap(*row))
    return tuple(sorted(rows, key=lambda row: (-row.must_person_months, -row.may_person_months)))


def _months(
    case: Case, plans: Mapping[str, Allocation], together: Allocation
) -> tuple[PoolMonth, ...]:
    first, last = case.problem.report
    accounts = sum((plan.accounts for plan in plans.values()), np.zeros_like(together.accounts))
    nominal = accounts.max(axis=0)
    rows = []
    for index, (pool, strength) in enumerate(case.problem.pools.items()):
        for month in range(first, last + 1):
            available, counted = strength[month], nominal[index, month]
            over = counted - available
            if over > NO_PERSONS:
                numbers = available, counted, together.tied_up[index, month], over
                rows.append(PoolMonth(pool, case.month(month), *map(float, numbers)))
    return tuple(rows)


def _promises(case: Case, names: list[str]) -> tuple[PledgedDemand, ...]:
    origins = case.compiled.demands if case.compiled is not None else [None] * len(names)
    rows = []
    for demand, line, name, row in zip(
        case.problem.demands, case.lines, names, origins, strict=True
    ):
        months = case.month(demand.first), case.month(demand.last)
        origin = [getattr(row, key, "") for key in ("basis", "source", "section")]
        pools = " ".join(demand.pools)
        rows.append(
            PledgedDemand(demand.id, line.mission, name, demand.cap, *months, pools, *origin)
        )
    return tuple(rows)
