"""Attribution of the shortfall of missions to causes by Shapley values.

Each cause can be removed: the size of the pools (then no demand is short), rotation and rest,
eligibility, composition, budgets, occupancy (everyone assigned is present), higher tiers, each
package, and late notice where a package becomes known too late to be served from its first month.
The problem without a cause is defined in :mod:`planner.analysis.plans`. The part of a cause is its
Shapley value (C1): the mean, over all orders of removal, of the decrease of the shortfall when it
is removed. The parts add up to the shortfall and do not depend on an order.

Causes that are necessary together share a shortfall evenly: where more people, no rest and free
choice of people would each end it alone, each has a third. So the decrease of the shortfall when
only one cause is removed is shown as well.

The expected presence of assigned people has a closed form. The probability that a post is occupied
in the k-th month of a tour follows from the parameters of its kind: a candidate is accepted with
some probability, and returns early with some probability a month; after a refusal or a return the
post is empty for the lead time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np

from planner.analysis.declare import Option, analysis, text_of
from planner.analysis.plans import (
    KEYS,
    LIMITS,
    Case,
    filled_by,
    make_planner,
    read_case,
    relaxed,
)
from planner.analysis.shares import Split, shapley
from planner.engine.programme import Programme
from planner.errors import InputError, nearest
from planner.labels import label, number, percent
from planner.outcome import Outcome, Progress, silent
from planner.problem.model import Flags, Floats
from planner.solution import Planner, asked_months
from planner.tolerances import NO_SHORTFALL

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Cause",
    "Causes",
    "Shortfall",
    "causes",
    "expected_occupancy",
    "occupancy",
    "present_months",
]

_DEFAULTS = (("acceptance", 1.0), ("lead", 0.0), ("early_return", 0.0))
"""Parameters of a kind and their default values."""

_TEXT = text_of("causes")
say = _TEXT.say

MAX_EXACT = 10
"""Largest number of causes of which all coalitions are evaluated."""

ORDERS = 60
"""Number of sampled orders with more causes."""


def occupancy(
    months: int, acceptance: float, lead: int, early_return: float, unit: bool = False
) -> Floats:
    """Return the probability that a post is occupied in each month of a tour, (months,).

    Parameters
    ----------
    months : int
        Length of the tour.
    acceptance : float
        Probability that a candidate is accepted.
    lead : int
        Months that a post stands empty before the next candidate; 0 is no gap at all.
    early_return : float
        Probability, each month served, that it is the last.
    unit : bool
        Accepted or not as a whole, and replaced from within.

    Notes
    -----
    With n(k) the probability that a candidate is nominated for month k and s(k) that a person
    serves in it, n(0) = 1, a nomination fails with 1 − α and returns lead months later, and

        s(k) = α n(k) + (1 − ε) s(k − 1),   n(k) = (1 − α) n(k − lead) + ε s(k − 1 − lead).     (C2)

    Examples
    --------
    >>> occupancy(4, 0.5, 2, 0.0).tolist()
    [0.5, 0.5, 0.75, 0.75]
    """
    if lead == 0:
        return np.ones(months)
    first, again, serving = (np.zeros(months) for _ in range(3))
    accepts = 1.0 if unit else acceptance
    first[:1] = 1.0
    for k in range(months):
        if k >= lead:
            first[k] = (1 - acceptance) * first[k - lead]
            again[k] = (1 - accepts) * again[k - lead]
        if k > lead:
            again[k] += early_return * serving[k - 1 - lead]
        stays = (1 - early_return) * serving[k - 1] if k else 0.0
        serving[k] = acceptance * first[k] + accepts * again[k] + stays
    return serving


def expected_occupancy(case: Case, given: Mapping[str, float] | bool) -> list[Floats] | None:
    """Return the probability of occupancy by demand and month of a tour.

    Parameters
    ----------
    given : mapping of str to float, or bool
        Share of the people assigned that are present, by demand, the same in every month of a tour;
        True takes the parameters of the scenario's kinds, False is None: everyone is present.
    """
    demands = case.problem.demands
    longest = [-(-3 * demand.tour // 2) for demand in demands]
    if not isinstance(given, bool):
        ids = [demand.id for demand in demands]
        faults = [f"presence: no demand {one!r}{nearest(one, ids)}" for one in set(given) - {*ids}]
        faults += [
            f"presence: {name}: expected 0 to 1, found {share}"
            for name, share in given.items()
            if not 0 <= share <= 1
        ]
        if faults:
            raise InputError(sorted(faults))
        return [
            np.full(months, float(given.get(one.id, 1.0)))
            for one, months in zip(demands, longest, strict=True)
        ]
    if not given or case.compiled is None or case.scenario is None:
        return None
    kinds = case.scenario.inputs.kinds
    figures = {row.id: row.value for row in case.compiled.figures}

    def of(kind: str, months: int) -> Floats:
        chances = [figures.get(f"kind.{kind}.{name}", default) for name, default in _DEFAULTS]
        unit = kinds[kind].changeover == "en_bloc"
        return occupancy(months, float(chances[0]), round(chances[1]), float(chances[2]), unit)

    roots = {row.id: row.part_of or row.id for row in case.compiled.demands}
    found = [
        float(figures.get(f"demand.{roots.get(line.demand)}.manned", 1.0)) * of(line.kind, months)
        for line, months in zip(case.lines, longest, strict=True)
    ]
    return None if all((one == 1).all() for one in found) else found


def present_months(programme: Programme, occupancies: Sequence[Floats]) -> list[Floats]:
    """Return expected months present inside the report window per person of each decision.

    By block, (decisions,) each. Occupancies are those of :func:`expected_occupancy`, in the order
    of the programme's demands.
    """
    low, high = programme.problem.report
    tours = programme.tours
    sums = [np.concatenate([[0.0], np.cumsum(one)]) for one in occupancies]
    found = []
    for block in programme.blocks:
        first, last = tours.first[block.tour], tours.last[block.tour]
        length = last - first + 1
        begin, end = (np.clip(edge - first, 0, length) for edge in (low, high + 1))
        demand = tours.demand[block.tour]
        served = np.array(
            [sums[d][e] - sums[d][b] for d, b, e in zip(demand, begin, end, strict=True)], float
        )
        total = np.bincount(block.tour_decision, served, minlength=len(block.demand))
        found.append(total / np.maximum(block.cohorts, 1))
    return found


@dataclass(frozen=True)
class Shortfall:
    """What a group of demands lacks inside the report window, person-months.

    `sent_person_months` is the fill of the plan, `present_person_months` what of it can be expected
    to be present; the shortfall is what is asked less that.
    """

    group: str
    asked_person_months: float
    sent_person_months: float
    present_person_months: float
    shortfall_person_months: float


@dataclass(frozen=True)
class Cause:
    """The part of a shortfall that one cause accounts for.

    Attributes
    ----------
    cause : str
        One of :data:`~planner.analysis.plans.LIMITS`, ``presence`` or ``package …``;
        ``worth_nothing`` is what stays empty whatever is removed, since it has no weight.
    part_person_months, standard_error : float
        Its part, negative where it softens the shortfall; the error is 0 where exact.
    shortfall_share : float
        The part ÷ the shortfall.
    alone_person_months : float
        By how much the shortfall would fall if only this cause were removed.
    """

    group: str
    cause: str
    part_person_months: float
    standard_error: float
    shortfall_share: float
    alone_person_months: float


@dataclass(frozen=True, eq=False, repr=False)
class Causes(Outcome):
    """Outcome of :func:`causes`.

    `exact` says whether all coalitions were tried; `unique` whether the rule's fills are.
    """

    title: ClassVar[str] = "causes"
    rule: str
    by: str
    exact: bool
    unique: bool
    causes: tuple[Cause, ...]
    shortfalls: tuple[Shortfall, ...]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return ``causes`` and ``shortfalls``."""
        tables, named = super().tables(), {"group": self.by}
        return {name: table.rename(columns=named) for name, table in tables.items()}

    def sentences(self, lang: str = "en") -> list[str]:
        """Return the largest shortfalls, each with its causes and what alone would end it."""
        rows = sorted(self.shortfalls, key=lambda row: -row.shortfall_person_months)
        if not rows:
            return [say("lacks_nothing", lang)]
        texts = [self._sentence(row, lang) for row in rows[:10]]
        return texts if self.unique else [*texts, f"{label('value_note', lang).capitalize()}."]

    def _sentence(self, row: Shortfall, lang: str) -> str:
        lacks = row.shortfall_person_months
        parts = [one for one in self.causes if one.group == row.group]
        parts.sort(key=lambda one: -round(one.part_person_months, 6))
        named = ", ".join(
            f"{_TEXT.each(one.cause, lang)} {percent(one.shortfall_share, lang, 0)}"
            for one in parts
            if one.shortfall_share >= 0.005
        )
        short, asked = number(lacks, lang), number(row.asked_person_months, lang)
        text = say("lacks", lang, group=row.group, short=short, asked=asked, causes=named)
        if len(parts) == 1:
            return text
        alone = ", ".join(
            f"{_TEXT.each(one.cause, lang)} {percent(one.alone_person_months / lacks, lang, 0)}"
            for one in parts
            if one.alone_person_months >= 0.005 * lacks
        )
        return f"{text} {say('lacks_alone', lang, causes=alone)}"


@analysis(
    shown=("causes", "shortfalls"),
    quick={"rule": "value", "orders": 4, "presence": False},
    positional=("rule",),
)
def causes(
    source: Any,
    /,
    *,
    rule: str | None = None,
    by: Annotated[str, Option(choices=KEYS)] = "mission",
    presence: Mapping[str, float] | bool = True,
    orders: Annotated[int | None, Option(low=1)] = None,
    seed: Annotated[int, Option(low=0)] = 0,
    progress: Progress = silent,
) -> Causes:
    """Split every shortfall over its causes.

    Parameters
    ----------
    source : scenario, result or problem
        See :func:`planner.analysis.plans.read_case`.
    by : str
        What demands are gathered by: mission, demand, region, category, organisation …
    presence : mapping of str to float, or bool
        Expected share of the people assigned that are present, by demand; True takes it from the
        scenario's parameters, False leaves it out.
    orders : int, optional
        Sample so many orders instead of trying all coalitions.
    seed : int
        For sampling.

    Examples
    --------
    >>> line = {"tier": 2, "cap": 8, "first": 0, "last": 0, "tour": 1, "pools": ["staff"],
    ...         "prep": 0, "rest": 0}
    >>> problem = {"format": "planner-problem/1", "months": 1, "pools": {"staff": 10},
    ...            "demands": [{"id": "untso", **line}, {"id": "x", **line, "tier": 1, "cap": 4}],
    ...            "packages": {"flank": {"demands": ["x"], "known": 0}}}
    >>> causes(problem).sentences()[0].partition("%.")[0]
    'untso lacks 2 of 8 person-months: cap of the pools 50%, package flank 50'
    """
    case = read_case(source, rule)
    groups, coalitions = case.groups(by), _Coalitions(case, presence)
    games = _games(case)
    splits: list[Split] = []
    for index, (tier, own_package, members) in enumerate(games):
        players = _players(case, tier, own_package, coalitions.occupancy is not None)
        some = orders if orders is not None or len(players) <= MAX_EXACT else ORDERS
        worth = _ShortfallGame(coalitions, tier, players, members, groups)

        def shown(done: int, total: int, index: int = index) -> None:
            progress(index * total + done, len(games) * total)

        splits.append(shapley(players, worth, some, seed, shown))
    shortfalls = _shortfalls(coalitions, groups)
    parts = _parts(groups, splits, {row.group: row.shortfall_person_months for row in shortfalls})
    exact = all(split.exact for split in splits)
    return Causes(case.rule, by, exact, case.rule == "fair", tuple(parts), tuple(shortfalls))


def _games(case: Case) -> list[tuple[int, str, Flags]]:
    """Return groups of demands with the same causes: tier, own package, members."""
    owner = case.problem.package_of()
    keys = [(demand.tier, owner.get(demand.id, "")) for demand in case.problem.demands]
    return [
        (tier, own_package, np.array([key == (tier, own_package) for key in keys], dtype=bool))
        for tier, own_package in sorted(set(keys))
    ]


def _players(case: Case, tier: int, own_package: str, presence: bool) -> list[str]:
    """Return the causes that can play a part for demands of a tier and package."""
    problem, owner = case.problem, case.problem.package_of()
    late = any(
        problem.begins(problem.demand(name), package.id) > problem.demand(name).first
        for package in problem.packages
        for name in package.demands
    )
    possible = {
        "pool_cap": True,
        "rotation": any(any(d.prep) or any(d.home) for d in problem.demands),
        "eligibility": len(problem.pools) > 1,
        "composition": bool(problem.bounds),
        "budget": bool(problem.budgets),
        "presence": presence,
        "higher_tiers": any(d.tier < tier and d.id not in owner for d in problem.demands),
        "late_notice": late,
    }
    others = [f"package {package.id}" for package in problem.packages if package.id != own_package]
    return [*(name for name, counts in possible.items() if counts), *others]


class _Coalitions:
    """Plans of the problem without some causes; each planner is made once."""

    def __init__(self, case: Case, presence: Mapping[str, float] | bool) -> None:
        self.case, self.occupancy = case, expected_occupancy(case, presence)
        self.asked = asked_months(case.problem)
        self._made: dict[tuple[frozenset[str], int], tuple[Planner, list[Floats]]] = {}

    def _planner(self, removed: frozenset[str], tier: int) -> tuple[Planner, list[Floats]]:
        """Return a planner, and expected months present per person of each decision."""
        key = removed, tier if "higher_tiers" in removed else 0
        if key not in self._made:
            problem = relaxed(self.case.problem, removed, tier)
            planner = make_planner(problem, self.case.rule, fills_only=True)
            months = [setting.counted for setting in planner.settings]
            if self.occupancy is not None:
                places = self.case.problem.demand_index
                occupied = [self.occupancy[places[d.id]] for d in problem.demands]
                months = present_months(planner.programme, occupied)
            self._made[key] = planner, months
        return self._made[key]

    def filled(
        self, removed: frozenset[str], tier: int, packages: frozenset[str], present: bool
    ) -> Floats:
        """Return person-months assigned, or those present, by demand; removed demands have none."""
        planner, months = self._planner(removed, tier)
        programme = planner.programme
        if present:
            found = np.zeros(len(programme.problem.demands))
            answers = planner.unfold(packages).answers
            for block, each, answer in zip(programme.blocks, months, answers, strict=True):
                np.add.at(found, block.demand, (block.pick @ answer.people) * each)
        else:
            found = filled_by(planner, packages)
        by_id = dict(zip((d.id for d in programme.problem.demands), found, strict=True))
        return np.array([by_id.get(demand.id, 0.0) for demand in self.case.problem.demands])


@dataclass(eq=False)
class _ShortfallGame:
    """The shortfall of each group's demands in one game, with only some causes active."""

    coalitions: _Coalitions
    tier: int
    players: list[str]
    members: Flags
    groups: Mapping[str, Flags]

    def __call__(self, active: frozenset[str]) -> Floats:
        removed = frozenset(self.players) - active
        packages = [one for one in self.coalitions.case.packages if f"package {one}" not in removed]
        filled = self.coalitions.filled(
            removed.intersection(LIMITS), self.tier, frozenset(packages), "presence" in active
        )
        lacks = self.coalitions.asked - filled
        return np.array([lacks[mask & self.members].sum() for mask in self.groups.values()])


def _shortfalls(coalitions: _Coalitions, groups: Mapping[str, Flags]) -> list[Shortfall]:
    all_packages, asked = frozenset(coalitions.case.packages), coalitions.asked
    sent, present = (
        coalitions.filled(frozenset(), 0, all_packages, present)
        for present in (False, coalitions.occupancy is not None)
    )
    rows = [
        Shortfall(
            name, *(float(one[mask].sum()) for one in (asked, sent, present, asked - present))
        )
        for name, mask in groups.items()
    ]
    return [row for row in rows if row.shortfall_person_months > NO_SHORTFALL]


def _parts(
    groups: Mapping[str, Flags], splits: list[Split], lacks: Mapping[str, float]
) -> list[Cause]:
    """Return the parts of all games by cause; the remainder has no weight under the rule."""
    parts = []
    names = list(dict.fromkeys(one for split in splits for one in split.players))
    for index, group in enumerate(groups):
        if group not in lacks:
            continue
        left = lacks[group]
        for cause in names:
            at = [(split, split.players.index(cause)) for split in splits if cause in split.players]
            share = sum(float(split.share[k, index]) for split, k in at)
            error = sum(float(split.error[k, index]) ** 2 for split, k in at) ** 0.5
            alone = sum(float(split.last[k, index]) for split, k in at)
            left -= share
            if max(abs(share), abs(alone)) > NO_SHORTFALL:
                parts.append(Cause(group, cause, share, error, share / lacks[group], alone))
        if abs(left) > NO_SHORTFALL:
            parts.append(Cause(group, "worth_nothing", left, 0.0, left / lacks[group], left))
    return parts
