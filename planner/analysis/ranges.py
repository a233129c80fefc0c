"""Smallest and largest fill and displacement over all optimal allocations of a rule.

This is flux variability analysis, as for metabolic models: within its range a number is arbitrary.
The last plan is explored, from the month in which it was made; tours that had begun or were in
preparation by then are fixed. Blocks without demands of a package are not planned again and lose
nothing to it.

All optimal or near-optimal solutions of a rule are the feasible set of a programme. *Value*: every
tier within a slack of its optimum. *Fair*: decisions of a tier below their shares by at most the
slack in total, person-months; without slack the shares are fixed, and only the pools that serve
them vary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from scipy import sparse

from planner.analysis.declare import Option, analysis, text_of
from planner.analysis.plans import (
    KEYS,
    Case,
    LastPlans,
    last_plans,
    person_months,
    planner_of,
    read_case,
    with_people,
)
from planner.engine.highs import LinearProgramme
from planner.engine.stages import StageData
from planner.engine.value import ValueProgramme, minimise
from planner.errors import InputError
from planner.labels import number
from planner.outcome import Outcome, Progress, silent
from planner.problem.model import Flags, Floats
from planner.solution import Allocation, Planner, asked_months

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Alternative",
    "DisplacementRange",
    "FillRange",
    "NearOptimalSet",
    "PoolRange",
    "Ranges",
    "differences",
    "near",
    "ranges",
    "tours_of",
]

_TEXT = text_of("ranges")
say = _TEXT.say

UNIQUE_TOLERANCE = 0.01
"""Width of a range, person-months, up to which the number is unique."""


@dataclass(eq=False)
class NearOptimalSet:
    """The solutions within a slack of the optimum.

    Columns of people of `layout` come first in `programme`; `solutions` are those found so far.
    """

    layout: ValueProgramme
    programme: LinearProgramme
    solutions: list[Floats] = field(default_factory=list)

    def minimum(self, cost: Floats) -> float:
        """Return the minimum of a cost over the set."""
        full = np.zeros(self.programme.matrix.shape[1])
        full[: len(cost)] = cost
        optimum = minimise(self.programme, full)
        self.solutions.append(optimum.x[: self.layout.size])
        return optimum.value

    def range_of(self, weight: Floats) -> tuple[float, float]:
        """Return the minimum and the maximum of a weighting over the set."""
        low, high = self.minimum(weight), -self.minimum(-weight)
        return low, max(high, low)


def fix_history(
    settings: Sequence[StageData], last: LastPlans, months: Sequence[int], lead: Floats
) -> list[StageData]:
    """Return stage data in which tours that had begun or were in preparation by a month are fixed.

    Settings and months are those of each block, month 0 fixes nothing; `lead` is the longest
    preparation of each demand, (demands,).
    """
    fixed = []
    for data, people, month in zip(settings, last.people, months, strict=True):
        block = data.block
        stands = (block.begin < month + lead[block.demand])[block.decision] & (month > 0)
        lower = np.where(stands, people, data.lower)
        upper = np.where(stands, people, data.upper)
        fixed.append(data.change(lower=lower, upper=upper))
    return fixed


def near_optimal_value(
    settings: Sequence[StageData], slack: float = 0.0, preferences: bool = True
) -> NearOptimalSet:
    """Return the solutions of *value* within `slack` weighted person-months in each tier.

    The same slack holds for preferences (person-months × rank of the pool); goals have none.
    """
    layout = ValueProgramme(settings)
    programme, x, costs = layout.optimal(preferences)
    if slack <= 0:
        return NearOptimalSet(layout, programme, [x[: layout.size]])
    steps = layout.objectives(preferences)
    rows = np.array([step.cost for step in steps]).reshape(len(steps), layout.matrix.shape[1])
    slacks = np.array([0.0 if step.kind == "goals" else slack for step in steps])
    most = np.array(costs) + slacks + 1e-9 * (1 + np.abs(costs))
    return NearOptimalSet(layout, _with_rows(layout, rows, most), [x[: layout.size]])


def near_optimal_fair(
    settings: Sequence[StageData],
    people: Sequence[Floats],
    slack: float = 0.0,
    preferences: bool = True,
) -> NearOptimalSet:
    """Return the solutions within `slack` person-months of the fair shares in each tier.

    The slack is the total loss of the decisions of a tier; `people` is the fair solution by block.
    """
    layout = ValueProgramme(settings)
    made = np.concatenate(people)
    use = layout.matrix[: layout.limit_start[-1], : layout.size] @ made
    count = int(layout.limit_start[-1])
    layout.row_upper[:count] = np.maximum(layout.row_upper[:count], use)
    shortfalls = [
        np.maximum(s.goal[goals] - (s.block.bounds.matrix[goals] @ x), 0.0)
        for s, goals, x in zip(settings, layout.goals, people, strict=True)
    ]
    full = np.concatenate([made, *shortfalls])
    steps = [s for s in layout.objectives(preferences) if s.kind != "tier"]
    slacks = np.array([slack if step.kind == "preference" else 0.0 for step in steps])
    rows = np.array([step.cost for step in steps]).reshape(len(steps), len(full))
    most = rows @ full + slacks + 1e-7
    if slack <= 0:
        return NearOptimalSet(layout, _fixed_shares(layout, made, rows, most), [made])
    return NearOptimalSet(layout, _near_shares(layout, made, rows, most, slack), [made])


def _fixed_shares(
    layout: ValueProgramme, made: Floats, rows: Floats, most: Floats
) -> LinearProgramme:
    programme = _with_rows(layout, rows, most)
    open_columns = np.zeros(layout.size, dtype=bool)
    for index, data in enumerate(layout.settings):
        here, shared = slice(*layout.start[index : index + 2]), layout.shared[index]
        open_columns[here] = np.isin(data.block.decision, shared)
        total = (data.block.pick @ made[here])[shared]
        row = layout.shared_start[index] + np.arange(len(shared))
        programme.set_rows(row, total - 1e-9, total + 1e-9)
    closed = np.flatnonzero(~open_columns)
    programme.set_bounds(closed, made[closed], made[closed])
    return programme


def _near_shares(
    layout: ValueProgramme, made: Floats, rows: Floats, most: Floats, slack: float
) -> LinearProgramme:
    """Return a programme with the loss of each decision, person-months, and its sum by tier."""
    settings = layout.settings
    pick = sparse.block_diag([data.block.pick for data in settings], format="csr")
    month = np.concatenate([data.block.duty_months for data in settings])
    tier = np.concatenate([data.tier for data in settings])
    served = sparse.csr_array(sparse.csr_array(pick) * month[:, None])
    count, width = len(month), layout.matrix.shape[1]
    kinds = np.unique(tier)
    sums = sparse.csr_array((tier[None, :] == kinds[:, None]).astype(float))
    pad = sparse.csr_array((count, width - layout.size))
    matrix = sparse.block_array(
        [
            [layout.matrix, None],
            [sparse.csr_array(rows), None],
            [sparse.hstack([served, pad]), sparse.eye_array(count)],
            [None, sums],
        ],
        format="csc",
    )
    floor = served @ made - 1e-9
    nothing = np.full(len(most), -np.inf)
    return LinearProgramme(
        sparse.csc_array(matrix),
        np.zeros(matrix.shape[1]),
        np.concatenate([layout.lower, np.zeros(count)]),
        np.concatenate([layout.upper, np.full(count, np.inf)]),
        np.concatenate([layout.row_lower, nothing, floor, np.full(len(kinds), -np.inf)]),
        np.concatenate(
            [layout.row_upper, most, np.full(count, np.inf), np.full(len(kinds), slack)]
        ),
    )


def _with_rows(layout: ValueProgramme, rows: Floats, most: Floats) -> LinearProgramme:
    """Return the layout's programme with further rows and their upper bounds."""
    matrix = sparse.vstack([layout.matrix, sparse.csr_array(rows)])
    return LinearProgramme(
        sparse.csc_array(matrix),
        np.zeros(matrix.shape[1]),
        layout.lower,
        layout.upper,
        np.concatenate([layout.row_lower, np.full(len(most), -np.inf)]),
        np.concatenate([layout.row_upper, most]),
    )


@dataclass(frozen=True, eq=False)
class Alternative:
    """Another optimal or near-optimal allocation, numbered from 1.

    The distance is that to the nearest of the rule's own allocation and the earlier alternatives:
    half the sum of absolute differences over demands.
    """

    number: int
    distance_person_months: float
    allocation: Allocation


def fills_of(
    alternatives: Sequence[Alternative], groups: Mapping[str, Flags], by: str
) -> pd.DataFrame:
    """Return what each group gets in each alternative, person-months inside the report window."""
    import pandas as pd

    rows = [
        (one.number, one.distance_person_months, name, float(one.allocation.filled[mask].sum()))
        for one in alternatives
        for name, mask in groups.items()
    ]
    names = ["alternative", "distance_person_months", by, "filled_person_months"]
    return pd.DataFrame(rows, columns=names)


def tours_of(alternatives: Sequence[Alternative], case: Case) -> pd.DataFrame:
    """Return each alternative in full: people on every tour, with its months on duty."""
    import pandas as pd

    pools, demands = list(case.problem.pools), case.problem.demands
    rows = []
    for one in alternatives:
        s = one.allocation.service
        columns = (s.demand, s.pool, s.cohort, s.first, s.last, s.people)
        for demand, pool, cohort, first, last, people in zip(
            *(column.tolist() for column in columns), strict=True
        ):
            months = case.month(first), case.month(last)
            rows.append((one.number, demands[demand].id, pools[pool], cohort, *months, people))
    names = ["demand", "pool", "cohort", "first_month", "last_month", "people_persons"]
    return pd.DataFrame(rows, columns=["alternative", *names])


def differences(alternatives: Sequence[Alternative], lang: str) -> list[str]:
    """Return a sentence on how different the alternatives are, if any."""
    if not alternatives:
        return []
    far = number(max(one.distance_person_months for one in alternatives), lang)
    return [say("alternatives", lang, count=number(len(alternatives), lang, 0), far=far)]


@dataclass(frozen=True)
class FillRange:
    """Fill of one group of demands inside the report window, person-months.

    `filled_person_months` is what the rule's own allocation gives.
    """

    group: str
    asked_person_months: float
    filled_person_months: float
    smallest_person_months: float
    largest_person_months: float
    unique: bool


@dataclass(frozen=True)
class DisplacementRange:
    """Person-months that a group of demands outside a package loses to it."""

    package: str
    group: str
    displaced_person_months: float
    smallest_person_months: float
    largest_person_months: float
    unique: bool


@dataclass(frozen=True)
class PoolRange:
    """Person-months of one demand that come from one pool."""

    demand: str
    pool: str
    filled_person_months: float
    smallest_person_months: float
    largest_person_months: float
    unique: bool


@dataclass(frozen=True, eq=False, repr=False)
class Ranges(Outcome):
    """Outcome of :func:`ranges`.

    Attributes
    ----------
    total_fills, total_displacement : tuple of rows
        The same for all demands of main task 1 and of main task 2.
    """

    title: ClassVar[str] = "ranges"
    rule: str
    by: str
    slack_person_months: float
    fills: tuple[FillRange, ...]
    displacement: tuple[DisplacementRange, ...]
    total_fills: tuple[FillRange, ...]
    total_displacement: tuple[DisplacementRange, ...]
    pools: tuple[PoolRange, ...]
    alternatives: tuple[Alternative, ...]
    groups: dict[str, Flags]
    case: Case

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the rows as tables, and who gets what in each alternative, tour by tour."""
        found = super().tables()
        for name in ("fills", "displacement"):
            found[name] = found[name].rename(columns={"group": self.by})
        found["alternatives"] = fills_of(self.alternatives, self.groups, self.by)
        return {**found, "alternative_tours": tours_of(self.alternatives, self.case)}

    def sentences(self, lang: str = "en") -> list[str]:
        """Return how many fills are unique, the widest range, and that of displacement."""
        wide = [row for row in self.fills if not row.unique]
        count = number(len(self.fills), lang, 0)
        said = say("all_unique", lang, count=count)
        if wide:
            most = max(wide, key=lambda row: row.largest_person_months - row.smallest_person_months)
            said = say(
                "not_unique", lang, wide=number(len(wide), lang, 0), count=count, group=most.group,
                low=number(most.smallest_person_months, lang),
                high=number(most.largest_person_months, lang),
                asked=number(most.asked_person_months, lang),
            )  # fmt: skip
        shifts = (_sentence(row, lang) for row in self.total_displacement)
        return [said, *shifts, *differences(self.alternatives, lang)]


def _sentence(row: DisplacementRange, lang: str) -> str:
    amount = number(row.displaced_person_months, lang)
    if not row.unique:
        low, high = (
            number(value, lang) for value in (row.smallest_person_months, row.largest_person_months)
        )
        amount = say("from_to", lang, low=low, high=high)
    task = row.group.rsplit(" ", 1)[1]
    return say("displaces", lang, package=row.package, amount=amount, task=task)


@analysis(
    shown=("fills", "displacement"),
    quick={"rule": "value", "alternatives": 1},
    positional=("rule",),
)
def ranges(
    source: Any,
    /,
    *,
    rule: str | None = None,
    by: Annotated[str, Option(choices=KEYS)] = "mission",
    slack_person_months: Annotated[float, Option("--slack", metavar="PERSON-MONTHS", low=0)] = 0.0,
    preferences: bool = True,
    alternatives: Annotated[int, Option(hidden=True)] = 0,
    packages: Annotated[Sequence[str] | None, Option(hidden=True)] = None,
    progress: Progress = silent,
) -> Ranges:
    """Return the range of every fill and displacement over all optimal allocations.

    Parameters
    ----------
    source : scenario, result or problem
        See :func:`planner.analysis.plans.read_case`.
    by : str
        What demands are gathered by: mission, demand, region, category, organisation …
    slack_person_months : float
        How far from the optimum an allocation may be: *value*, weighted person-months of each tier
        over the whole model; *fair*, person-months that the decisions of a tier lose in sum.
    preferences : bool
        Whether an optimal allocation also prefers first-named pools, as the rule does.
    alternatives : int
        Number of other allocations, as different as possible.
    packages : sequence of str, optional
        Packages for which displacement is wanted; by default all.

    Examples
    --------
    >>> line = {"tier": 2, "cap": 2, "first": 0, "last": 0, "tour": 1, "pools": ["staff"],
    ...         "prep": 0, "rest": 0}
    >>> problem = {"format": "planner-problem/1", "months": 1, "pools": {"staff": 3},
    ...            "demands": [{"id": "a", **line}, {"id": "b", **line}]}
    >>> ranges(problem, rule="value").sentences()[0]
    '2 of 2 fills are not unique; the widest is a, from 1 to 2 person-months of 2 asked.'
    """
    if not slack_person_months >= 0:
        raise InputError(f"slack_person_months: expected at least 0, found {slack_person_months}")
    case = read_case(source, rule)
    groups = case.groups(by)
    wanted = [case.package(name) for name in (case.packages if packages is None else packages)]
    work = _RangeSearch(case, slack_person_months, preferences, progress)
    work.total = 2 * len(groups) + 4 * len(groups) * len(wanted)
    tasks = {f"main task {task}": case.task == task for task in (1, 2)}
    return Ranges(
        rule=case.rule,
        by=by,
        slack_person_months=slack_person_months,
        fills=work.fills(groups),
        displacement=work.displacement(wanted, groups),
        total_fills=work.fills(tasks),
        total_displacement=work.displacement(wanted, tasks),
        pools=work.pools(),
        alternatives=work.alternatives(alternatives, groups),
        groups=groups,
        case=case,
    )


@analysis(shown=("alternatives", "fills"), quick={"rule": "value", "alternatives": 1})
def near(
    source: Any,
    /,
    *,
    rule: str | None = None,
    by: Annotated[str, Option(choices=KEYS)] = "mission",
    slack_person_months: Annotated[float, Option("--slack", metavar="PERSON-MONTHS", low=0)] = 10.0,
    alternatives: Annotated[int, Option(low=1, high=50)] = 3,
    preferences: bool = True,
    progress: Progress = silent,
) -> Ranges:
    """Return other allocations, optimal or nearly so, as different as possible.

    Parameters
    ----------
    source : scenario, result or problem
        See :func:`planner.analysis.plans.read_case`.
    by : str
        What demands are gathered by.
    slack_person_months : float
        How far from the optimum an allocation may be, in each tier.
    alternatives : int
        How many other allocations.
    preferences : bool
        Whether first-named options serve where that costs no fill, as the rule has it.

    Examples
    --------
    >>> line = {"tier": 2, "cap": 2, "first": 0, "last": 0, "tour": 1, "pools": ["staff"],
    ...         "prep": 0, "rest": 0}
    >>> problem = {"format": "planner-problem/1", "months": 1, "pools": {"staff": 3},
    ...            "demands": [{"id": "a", **line}, {"id": "b", **line}]}
    >>> len(near(problem, rule="value", slack_person_months=0, alternatives=1).alternatives)
    1
    """
    return ranges(
        source, rule=rule, by=by, slack_person_months=slack_person_months,
        preferences=preferences, alternatives=alternatives, progress=progress,
    )  # fmt: skip


class _RangeSearch:
    """Plans and programmes of one call."""

    def __init__(self, case: Case, slack: float, preferences: bool, progress: Progress):
        self.case, self.slack, self.preferences = case, slack, preferences
        self.progress, self.done, self.total = progress, 0, 0
        self.planner: Planner = planner_of(case)
        self.last = last_plans(self.planner)
        self.filled = person_months(self.planner.programme, self.last.people)
        self.near_optimal = self._near_optimal_set(self.last, self.last.settings)
        self.lead = np.array([demand.lead for demand in case.problem.demands], dtype=float)
        self.exact = case.rule == "fair" and slack <= 0
        self.group_ranges: dict[str, tuple[float, float]] = {}
        self.without: dict[str, tuple[Floats, NearOptimalSet | None]] = {}

    def _near_optimal_set(self, last: LastPlans, settings: Sequence[Any]) -> NearOptimalSet:
        if self.case.rule == "fair":
            return near_optimal_fair(settings, last.people, self.slack, self.preferences)
        return near_optimal_value(settings, self.slack, self.preferences)

    def range_of(self, near: NearOptimalSet, made: Floats, mask: Flags) -> tuple[float, float]:
        """Return the range of a group's fill, extended to the fill of the allocation made."""
        self.done += 2
        self.progress(min(self.done, self.total), self.total)
        now = float(made[mask].sum())
        if self.exact:
            return now, now
        low, high = near.range_of(near.layout.counted(mask.astype(float)))
        return min(low, now), max(high, now)

    def fills(self, groups: dict[str, Flags]) -> tuple[FillRange, ...]:
        asked = asked_months(self.case.problem)
        rows = []
        for name, mask in groups.items():
            low, high = self.group_ranges[name] = self.range_of(
                self.near_optimal, self.filled, mask
            )
            filled = float(self.filled[mask].sum())
            unique = high - low <= UNIQUE_TOLERANCE
            rows.append(FillRange(name, float(asked[mask].sum()), filled, low, high, unique))
        return tuple(rows)

    def _without_package(self, package: str) -> tuple[Floats, NearOptimalSet | None]:
        """Return fills without a package, and the solutions without it (None where unique)."""
        if package not in self.without:
            all_packages = frozenset(self.case.packages)
            without = last_plans(self.planner, all_packages - {package})
            settings = fix_history(without.settings, without, self.last.months, self.lead)
            near = None if self.exact else self._near_optimal_set(without, settings)
            filled = person_months(self.planner.programme, without.people)
            self.without[package] = filled, near
        return self.without[package]

    def displacement(
        self, packages: Sequence[str], groups: dict[str, Flags]
    ) -> tuple[DisplacementRange, ...]:
        return tuple(row for package in packages for row in self._displacement(package, groups))

    def _displacement(self, package: str, groups: dict[str, Flags]) -> list[DisplacementRange]:
        before, near = self._without_package(package)
        outside, in_affected_blocks = ~self.case.inside(package), self._in_affected_blocks(package)
        rows = []
        for name, mask in groups.items():
            lost = float((before - self.filled)[mask & outside].sum())
            low = high = lost
            affected = mask & outside & in_affected_blocks
            if near is not None and affected.any():
                least, most = self.range_of(near, before, affected)
                whole = name in self.group_ranges and bool((mask == affected).all())
                with_all = self.group_ranges[name] if whole else None
                after = with_all or self.range_of(self.near_optimal, self.filled, affected)
                low, high = least - after[1], most - after[0]
            unique = high - low <= UNIQUE_TOLERANCE
            rows.append(DisplacementRange(package, name, lost, low, high, unique))
        return rows

    def _in_affected_blocks(self, package: str) -> Flags:
        """Return the demands of the blocks that hold demands of a package, (demands,)."""
        in_package = self.case.inside(package)
        in_affected_blocks = np.zeros_like(in_package)
        for block in self.planner.programme.blocks:
            in_affected_blocks[block.demands] |= in_package[block.demands].any()
        return in_affected_blocks

    def pools(self) -> tuple[PoolRange, ...]:
        problem, layout = self.case.problem, self.near_optimal.layout
        names = list(problem.pools)
        made = np.concatenate(self.last.people)
        rows = []
        for index, demand in enumerate(problem.demands):
            if len(demand.options) < 2:
                continue
            only = np.zeros(len(problem.demands))
            only[index] = 1.0
            for pool in demand.pools:
                weight = layout.counted(only, names.index(pool))
                if not weight.any():
                    continue
                now = float(weight[: layout.size] @ made)
                low, high = self.near_optimal.range_of(weight)
                low, high = min(low, now), max(high, now)
                unique = high - low <= UNIQUE_TOLERANCE
                rows.append(PoolRange(demand.id, pool, now, low, high, unique))
        return tuple(rows)

    def alternatives(self, count: int, groups: dict[str, Flags]) -> tuple[Alternative, ...]:
        """Return solutions, each the farthest from those already chosen.

        Candidates are the solutions at the ends of ranges, and for each choice one more: the
        solution that moves every group to the opposite end of its range.
        """
        layout, programme = self.near_optimal.layout, self.planner.programme
        chosen = [self._fill_profile(self.last.people)]
        others: list[Alternative] = []
        for index in range(1, count + 1):
            self._add_opposite_solution(chosen, groups)
            people = [layout.split(x) for x in self.near_optimal.solutions]
            profiles = np.array([self._fill_profile(one) for one in people])
            distance = np.array([np.abs(profiles - one).sum(axis=1) / 2 for one in chosen]).min(
                axis=0
            )
            best = int(np.argmax(distance))
            if distance[best] <= UNIQUE_TOLERANCE:
                break
            chosen.append(profiles[best])
            plan = with_people(self.last.plan, people[best])
            allocation = Allocation(programme.problem, plan)
            others.append(Alternative(index, float(distance[best]), allocation))
        return tuple(others)

    def _fill_profile(self, people: Sequence[Floats]) -> Floats:
        """Return the vector in which allocations are compared: fill by demand, or by column."""
        if not self.exact:
            return person_months(self.planner.programme, people)
        counted = [s.counted[s.block.decision] for s in self.last.settings]
        return np.concatenate([x * months for x, months in zip(people, counted, strict=True)])

    def _add_opposite_solution(self, chosen: list[Floats], groups: dict[str, Flags]) -> None:
        if self.exact:
            return
        weight = np.zeros(len(self.case.problem.demands))
        for name, mask in groups.items():
            low, high = self.group_ranges[name]
            mean = float(np.mean([profile[mask].sum() for profile in chosen]))
            weight[mask] = 1.0 if mean > (low + high) / 2 else -1.0
        self.near_optimal.minimum(self.near_optimal.layout.counted(weight))
