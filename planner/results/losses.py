"""Losses to a package, the accounts of people behind them, and the headline over the draws.

A loss in person-months may be the sum of small fractions of a person over years. So every loss is
stated with the largest loss of persons in one month; below half a person no post is empty.

The accounts of a solution check that people tied up balance with strength, in every pool and month.

Two accounts are kept, one for each kind of row of the programme. The first holds demands that are
not on call, with their time at home. The second holds every demand, preparation and duty only, and
those on call with their whole tie-up; it differs where people spend their time at home on call. In
each account

- tied up + idle = strength, and idle is never negative;
- people taken by a package = people given up by other demands + people no longer idle.

People tied up are counted twice, from the tours that are reported and from the rows of the
programme that was solved, so that a table that does not follow from the solution is detected.

The headline of a package is its displacement over the draws: the mean with its interval, the range
of nine draws in ten, and the probabilities that displacement is above zero and above a tenth of
what is filled for the package. The plan for the likely parameters is a single case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.errors import CertificateError
from planner.labels import figure, number, percent, rough, speaker
from planner.problem.model import Floats
from planner.solution import Allocation, Solution

__all__ = [
    "ACCOUNTS",
    "MIN_LOSS_PERSONS",
    "MIN_DISPLACEMENT",
    "LARGE_SHARE",
    "TOLERANCE",
    "WORDS",
    "Accounts",
    "DrawnLoss",
    "Headline",
    "Loss",
    "LostTour",
    "accounts",
    "check_accounts",
    "count_text",
    "drawn_losses",
    "first_month",
    "headline",
    "likely_hint",
    "loser_sentence",
    "losses",
    "lost_tours",
]

TOLERANCE = 1e-5
"""Largest residual accepted, relative to one plus the strength of the pool."""

ACCOUNTS = ("deployed", "on duty or on call")
"""Names of the two accounts, in the order of the arrays."""

MIN_LOSS_PERSONS = 0.5
"""Loss of persons in one month from which a mission loses to a package: below it, every post is
still filled when people are counted whole."""

MIN_DISPLACEMENT = 0.5
"""Person-months from which displacement counts as more than none."""

ROUNDING_PERSONS = 1e-6
"""Difference between two plans, persons, up to which it is rounding."""

LARGE_SHARE = 0.1
"""Share of the person-months filled for the package above which displacement counts as large."""

LOW_PROBABILITY = 0.05
"""Probability of displacement below which a package is said to displace nothing."""

ROUNDING_PERSON_MONTHS = 1e-3
"""Person-months below which a mean of shares stored in single precision is rounding."""


@dataclass(frozen=True, eq=False)
class Accounts:
    """People that a package takes, and from which demands: people tied up.

    Every array has the shape (2 accounts, pools, months of the model).

    Attributes
    ----------
    taken : ndarray
        Tied up by the package's own demands with it, less without it (0).
    given_up : ndarray
        Tied up by all other demands without the package, less with it.
    idle_used : ndarray
        Idle without the package, less with it.
    """

    taken: Floats
    given_up: Floats
    idle_used: Floats

    @property
    def residual(self) -> Floats:
        """Imbalance of the account, persons; 0 except for rounding."""
        return self.taken - self.given_up - self.idle_used


def strength(solution: Solution) -> Floats:
    """Return the strength by pool and month, (pools, months)."""
    problem = solution.problem
    people = [problem.pools[name] for name in problem.pools]
    return np.array(people, dtype=float).reshape(len(problem.pools), problem.months)


def accounts(solution: Solution, package: str) -> Accounts:
    """Return the accounts of one package."""
    problem = solution.problem
    in_package = problem.inside(package)
    before, after = solution.without[package], solution.with_all
    return Accounts(
        taken=after.accounts_of(in_package) - before.accounts_of(in_package),
        given_up=before.accounts_of(~in_package) - after.accounts_of(~in_package),
        idle_used=_tied_up_in_rows(after) - _tied_up_in_rows(before),
    )


def check_accounts(solution: Solution) -> float:
    """Check every plan and package; return the largest relative residual.

    Raises
    ------
    CertificateError
        An account has a relative residual above :data:`TOLERANCE`.
    """
    people = strength(solution)
    scale = 1 + np.abs(people)
    found = {"the plan with every package": _imbalance(solution.with_all, people)}
    for package, allocation in solution.without.items():
        found[f"the plan without {package}"] = _imbalance(allocation, people)
        found[f"what {package} takes"] = np.abs(accounts(solution, package).residual)
    worst = 0.0
    for what, residual in found.items():
        relative = residual / scale
        largest = float(relative.max(initial=0.0))
        if not largest <= TOLERANCE:
            at = np.argmax(np.nan_to_num(relative, nan=np.inf))
            account, pool, month = np.unravel_index(at, relative.shape)
            name = list(solution.problem.pools)[pool]
            raise CertificateError(
                f"the accounts of {what} do not balance: "
                f"{residual[account, pool, month]:.3g} persons in pool {name!r}, month {month} of "
                f"the model, account {ACCOUNTS[account]!r}"
            )
        worst = max(worst, largest)
    return worst


def _tied_up_in_rows(allocation: Allocation) -> Floats:
    """Return people tied up by the rows of the programme that was solved, (2, pools, months).

    A pool without rows of the second kind is used by no demand on call: its second account is
    counted from the tours.
    """
    plan, found = allocation.plan, allocation.accounts.copy()
    for block, stage in zip(plan.programme.blocks, plan.answers, strict=True):
        deployed, called = block.usage @ stage.people, block.standby @ stage.people
        found[0, block.pools] = deployed.reshape(len(block.pools), block.months)
        pools = block.pools[block.standby_pools]
        found[1, pools] = called.reshape(len(pools), block.months)
    return found


def _imbalance(allocation: Allocation, people: Floats) -> Floats:
    """Return the larger of the difference of both counts and the excess over the strength."""
    reported, solved = allocation.accounts, _tied_up_in_rows(allocation)
    return np.maximum(np.abs(reported - solved), np.maximum(reported - people, 0.0))


@dataclass(frozen=True)
class Loss:
    """The loss of one group of demands to a package inside the report window.

    Attributes
    ----------
    group : str
        A mission, or whatever the demands were grouped by.
    person_months : float
        Filled without the package minus filled with it; negative where the group gains.
    before_person_months : float
        The part of it that falls before the package's first month.
    most_persons : float
        The largest loss in any month.
    first, last, months : int
        First and last month of the model in which it loses half a person or more, and their number;
        -1, -1 and 0 if none exists.
    """

    group: str
    person_months: float
    before_person_months: float
    most_persons: float
    first: int
    last: int
    months: int

    @property
    def whole(self) -> bool:
        """Whether it comes to half a person or more in some month."""
        return self.months > 0


@dataclass(frozen=True)
class LostTour:
    """A tour that has fewer people with a package than without it.

    Attributes
    ----------
    prepares, first, last : int
        First month of preparation, first and last month on duty, of the model.
    lost_persons : float
        Negative where the tour gains people.
    before_person_months, after_person_months : float
        Person-months lost inside the report window, before the package's first month and from then
        on.
    free_from : int
        First month in which a tour of the demand may begin that was not decided before the package
        became known: the known month plus the demand's longest preparation.
    """

    demand: str
    pool: str
    cohort: int
    prepares: int
    first: int
    last: int
    lost_persons: float
    before_person_months: float
    after_person_months: float
    free_from: int


def first_month(solution: Solution, package: str) -> int:
    """Return the first month on duty of a package's demands, of the model."""
    problem = solution.problem
    demands = [problem.demand(name) for name in problem.package(package).demands]
    return min((problem.begins(one, package) for one in demands), default=0)


def losses(
    solution: Solution,
    package: str,
    groups: Mapping[str, str] | None = None,
    main_task: int | None = 2,
) -> list[Loss]:
    """Return the loss of each group of demands to a package, the largest first.

    Parameters
    ----------
    groups : mapping of str to str, optional
        The group of each demand, such as its mission; by default each demand alone.
    main_task : int or None
        Only demands of this main task; None counts both. The package's own never count.
    """
    problem = solution.problem
    start, (first, last) = first_month(solution, package), problem.report
    package_demands = set(problem.package(package).demands)
    lost = solution.without[package].on_duty - solution.with_all.on_duty
    rows: dict[str, Any] = {}
    for index, demand in enumerate(problem.demands):
        if demand.id in package_demands or main_task not in (None, demand.main_task):
            continue
        group = demand.id if groups is None else groups.get(demand.id, demand.id)
        rows[group] = rows.get(group, 0.0) + lost[index]
    found = [_loss(group, row, start, first, last) for group, row in rows.items()]
    return sorted(found, key=lambda one: -one.person_months)


def _loss(group: str, row: Floats, start: int, first: int, last: int) -> Loss:
    inside = np.where(np.abs(row[first : last + 1]) <= ROUNDING_PERSONS, 0.0, row[first : last + 1])
    months = np.flatnonzero(inside >= MIN_LOSS_PERSONS - ROUNDING_PERSONS) + first
    return Loss(
        group=group,
        person_months=float(inside.sum()),
        before_person_months=float(inside[: max(start - first, 0)].sum()),
        most_persons=float(inside.max(initial=0.0)),
        first=int(months[0]) if len(months) else -1,
        last=int(months[-1]) if len(months) else -1,
        months=len(months),
    )


def lost_tours(
    solution: Solution, package: str, main_tasks: Sequence[int] = (1, 2)
) -> list[LostTour]:
    """Return the tours with a different number of people with a package than without it.

    Tours are matched by demand, sourcing option, pool, cohort and months. Those of the package
    itself are left out. Each person-month displaced before the package's first month is so traced
    to a tour, and no tour that begins before ``free_from`` is among them. They are in the order of
    their first month.
    """
    problem = solution.problem
    pools, package_demands = list(problem.pools), set(problem.package(package).demands)
    start, known = first_month(solution, package), problem.known(package)
    low, high = problem.report
    people: dict[tuple[int, ...], float] = {}
    for sign, allocation in ((1.0, solution.without[package]), (-1.0, solution.with_all)):
        s = allocation.service
        columns = (s.demand, s.option, s.pool, s.cohort, s.first, s.last, s.prepares)
        keys = zip(*(column.tolist() for column in columns), strict=True)
        for key, count in zip(keys, s.people.tolist(), strict=True):
            people[key] = people.get(key, 0.0) + sign * count
    found = []
    for (index, _, pool, cohort, first, last, prepares), lost in people.items():
        demand = problem.demands[index]
        if (
            demand.id in package_demands
            or demand.main_task not in main_tasks
            or abs(lost) <= ROUNDING_PERSONS
        ):
            continue
        before = _months_of_overlap(first, last, low, min(high, start - 1))
        after = _months_of_overlap(first, last, max(low, start), high)
        parts, free = (lost * before, lost * after), known + demand.lead
        tour = demand.id, pools[pool], cohort, prepares, first, last
        found.append(LostTour(*tour, lost, *parts, free))
    return sorted(found, key=lambda one: (one.first, one.demand, one.cohort, one.pool))


def _months_of_overlap(first: int, last: int, low: int, high: int) -> int:
    return max(0, min(last, high) - max(first, low) + 1)


WORDS: dict[str, str] = {
    "draws_mean": (
        "Over {draws} draws it displaces {mean} person-months of main task 2 on average (95% "
        "interval {low} to {high}), and {q05} to {q95} in nine draws of ten."
    ),
    "draws_chance": (
        "The chance that it displaces anything is {chance}, and that it displaces more than a "
        "tenth of what is filled for it {tenth}."
    ),
    "draws_short": (
        "“{package}” displaces {mean} person-months of main task 2 on average over {draws} draws, "
        "{q05} to {q95} in nine of ten; the chance that it displaces anything is {chance}, and "
        "more than a tenth of what is filled for it {tenth}."
    ),
    "draws_short_nothing": (
        "“{package}” displaces nothing of main task 2 in {share} of {draws} draws; on average it "
        "displaces {mean} person-months, {q05} to {q95} in nine of ten, and more than a tenth of "
        "what is filled for it in {tenth}."
    ),
    "draws_by_ranges": (
        "By the ranges alone, without what people counted say, it is {mean} on average, {q05} to "
        "{q95} in nine of ten."
    ),
    "draws_before": (
        "On average {before} of them fall before the first month of the package, and {after} from "
        "then on."
    ),
    "draws_nothing": "In {share} of the draws it displaces nothing.",
    "draws_losers": (
        "Missions of main task {task} that lose half a person or more in some month: {list}."
    ),
    "draws_loser": "{mission} in {chance} of the draws (then {persons} for {months})",
    "draws_more_losers": "others: {count}",
    "draws_no_loser": (
        "No mission of main task {task} loses half a person or more in any month in as many as "
        "{share} of the draws."
    ),
    "person": "1 person",
    "persons": "{count} persons",
    "month": "1 month",
    "months": "{count} months",
    "likely_plan": (
        "This is the plan for the likely values of all parameters. How likely displacement is: "
        "planner simulate {name}; which single assumption changes it: planner robustness {name}."
    ),
}
"""Sentences in English, by key."""

say = speaker(WORDS)


@dataclass(frozen=True)
class Headline:
    """Displacement of main task 2 by one package over the draws, person-months.

    Attributes
    ----------
    draws : int
        Draws that count.
    mean, low, high : float
        Mean and the ends of its 95 % interval.
    q05, q95 : float
        Nine draws in ten lie between them.
    before : float
        Mean of what falls before the first month of the package in the same draw; NaN where months
        are not kept.
    chance, chance_tenth : float
        That more than half a person-month is displaced, and more than a tenth of the person-months
        filled for the package.
    """

    package: str
    draws: int
    mean: float
    low: float
    high: float
    q05: float
    q95: float
    before: float
    chance: float
    chance_tenth: float

    @property
    def nothing(self) -> bool:
        """Whether the draws support that the package displaces nothing."""
        return self.chance < LOW_PROBABILITY

    def in_short(self, package: str, lang: str = "en") -> str:
        """Return mean, range and chances in one sentence, the package under its name."""
        shares = {"chance": self.chance, "share": 1 - self.chance, "tenth": self.chance_tenth}
        return say(
            "draws_short_nothing" if self.nothing else "draws_short", lang, package=package,
            **self._amounts(lang),
            **{name: percent(share, lang, 0) for name, share in shares.items()},
        )  # fmt: skip

    def by_ranges(self, lang: str = "en") -> str:
        """Return mean and range of draws by the ranges alone, beside calibrated ones."""
        return say("draws_by_ranges", lang, **self._amounts(lang))

    def amount(self, lang: str = "en") -> str:
        """Return mean and spread in words."""
        return say("draws_mean", lang, **self._amounts(lang))

    def _amounts(self, lang: str) -> dict[str, str]:
        names = ("mean", "low", "high", "q05", "q95")
        numbers = {name: rough(getattr(self, name), lang) for name in names}
        return {**numbers, "draws": number(self.draws, lang, 0)}

    def when(self, lang: str = "en") -> list[str]:
        """Return the displacement before the package's first month, if there is displacement."""
        if self.before != self.before or self.nothing:
            return []
        before, after = (rough(one, lang) for one in (self.before, self.mean - self.before))
        return [say("draws_before", lang, before=before, after=after)]

    def chances(self, lang: str = "en") -> list[str]:
        """Return the probabilities of displacement, and whether nothing is displaced."""
        tenth = percent(self.chance_tenth, lang, 0)
        texts = [say("draws_chance", lang, chance=percent(self.chance, lang, 0), tenth=tenth)]
        if self.nothing:
            texts.append(say("draws_nothing", lang, share=percent(1 - self.chance, lang, 0)))
        return texts

    def sentences(self, lang: str = "en") -> list[str]:
        """Return mean and spread, displacement by period, and the probabilities."""
        return [self.amount(lang), *self.when(lang), *self.chances(lang)]


def headline(ensemble: Any, package: str) -> Headline:
    """Return the headline of one package from an ensemble of draws.

    Parameters
    ----------
    ensemble : Ensemble
        Made by :func:`planner.simulate`.

    Examples
    --------
    >>> import planner as pl
    >>> ensemble = pl.simulate("eastern-flank-company", draws=16, rule="value", workers=1)
    >>> found = headline(ensemble, "eastern-flank")
    >>> found.draws, 0 <= found.chance_tenth <= found.chance <= 1
    (16, True)
    """
    table = ensemble.displacement_by(quantiles=(0.05, 0.95))
    row = table[table["package"] == package].iloc[0]
    ratio = ensemble.draws[f"displacement_ratio.{package}"].dropna()
    return Headline(
        package=package,
        draws=int(ensemble.counted),
        mean=float(row["mean"]),
        low=max(float(row["low"]), 0.0) if row["q05"] >= 0 else float(row["low"]),
        high=float(row["high"]),
        q05=float(row["q05"]),
        q95=float(row["q95"]),
        before=_mean_before_package(ensemble, package),
        chance=float(row["chance"]),
        chance_tenth=float((ratio > LARGE_SHARE).mean()) if len(ratio) else float("nan"),
    )


def _mean_before_package(ensemble: Any, package: str) -> float:
    """Return the mean displacement before the first month of a package, person-months."""
    if not ensemble.metadata.monthly:
        return float("nan")
    total, draws = 0.0, 0
    for lost, first in _losses_of_draws(ensemble, package, 2):
        early = np.arange(lost.shape[2]) < first[:, None]
        total += float((lost.sum(axis=1) * early).sum())
        draws += len(lost)
    mean = total / draws if draws else float("nan")
    return 0.0 if abs(mean) < ROUNDING_PERSON_MONTHS else mean


def _losing_demands(ensemble: Any, package: str, main_task: int) -> NDArray[np.int64]:
    """Return the indices of the demands of a main task outside the package."""
    metadata = ensemble.metadata
    in_package = metadata.label("package") == package
    return np.flatnonzero((metadata.task == main_task) & ~in_package)


def _losses_of_draws(
    ensemble: Any, package: str, main_task: int
) -> Iterator[tuple[Floats, NDArray[np.int64]]]:
    """Yield losses of demands of a main task to a package in proved draws, batch by batch.

    Persons, (draws, demands of :func:`_losing_demands`, months), and the package's first month,
    (draws,).
    """
    metadata = ensemble.metadata
    axes, in_package = metadata.axes, metadata.label("package") == package
    places, plan = _losing_demands(ensemble, package, main_task), 1 + axes.packages.index(package)
    demand = np.array([line[0] for line in axes.lines], dtype=np.int64)
    heads = np.flatnonzero(np.diff(demand, prepend=-1))
    for batch in ensemble.records():
        records = batch.take(np.flatnonzero(batch.proved))
        active = in_package & (records.end >= records.begin) & (records.caps > 0)
        first = np.where(active, records.begin, len(axes.months)).min(axis=1)
        shares = records.served[:, plan] - records.served[:, 0]
        lost = np.add.reduceat(shares, heads, axis=1)[:, places]
        yield lost * records.caps[:, places, None], first


@dataclass(frozen=True)
class DrawnLoss:
    """The loss of a mission to a package over the draws.

    Attributes
    ----------
    person_months : float
        Mean over all draws.
    chance : float
        Share of the draws in which it lacks half a person or more in some month.
    persons, months : float
        Over those draws, the mean of the most persons that it lacks in one month, and of the
        number of months in which it lacks half a person or more; 0 if no draw is among them.
    """

    mission: str
    person_months: float
    chance: float
    persons: float
    months: float


def drawn_losses(ensemble: Any, package: str, main_task: int = 2) -> list[DrawnLoss]:
    """Return the loss of each mission of a main task to a package over the draws.

    Parameters
    ----------
    ensemble : Ensemble
        Made by :func:`planner.simulate`.
    main_task : int
        1 or 2; the package's own demands never count.

    Returns
    -------
    list of DrawnLoss
        Those first that most often lack half a person or more; empty where months are not kept.

    Examples
    --------
    >>> import planner as pl
    >>> ensemble = pl.simulate("eastern-flank-brigade", draws=16, rule="value", workers=1)
    >>> first, *_, last = drawn_losses(ensemble, "eastern-flank")
    >>> first.chance >= last.chance, last.persons
    (True, 0.0)
    """
    if not ensemble.metadata.monthly:
        return []
    labels = ensemble.metadata.label("mission")[_losing_demands(ensemble, package, main_task)]
    missions, group = np.unique(labels, return_inverse=True)
    sums, draws = np.zeros((4, len(missions))), 0
    for lost, _ in _losses_of_draws(ensemble, package, main_task):
        people = np.zeros((len(lost), len(missions), lost.shape[2]))
        for index, mission in enumerate(group.tolist()):
            people[:, mission] += lost[:, index]
        short = people >= MIN_LOSS_PERSONS - ROUNDING_PERSON_MONTHS
        whole = short.any(axis=2)
        most = people.max(axis=2, initial=0.0) * whole
        parts = (people.sum(axis=2), whole, most, short.sum(axis=2))
        sums += np.stack([part.sum(axis=0) for part in parts])
        draws += len(lost)
    mean = sums / max(draws, 1)
    each = sums / np.maximum(sums[1], 1)
    columns = np.concatenate([mean[:2], each[2:]])
    found = [DrawnLoss(str(one), *columns[:, k].tolist()) for k, one in enumerate(missions)]
    return sorted(found, key=lambda one: (-one.chance, -one.person_months))


def loser_sentence(
    found: Sequence[DrawnLoss],
    main_task: int,
    lang: str = "en",
    called: Callable[[str], str] = str,
    most: int = 3,
) -> str:
    """Return a sentence on the missions that lose half a person or more, and their probabilities.

    `called` returns the name of a mission; at `most` so many are named.
    """
    often = [one for one in found if one.chance >= LOW_PROBABILITY]
    if not often:
        return say("draws_no_loser", lang, task=main_task, share=percent(LOW_PROBABILITY, lang, 0))
    parts = [
        say(
            "draws_loser", lang, mission=called(one.mission), chance=percent(one.chance, lang, 0),
            persons=count_text("person", one.persons, lang),
            months=count_text("month", one.months, lang),
        )
        for one in often[:most]
    ]  # fmt: skip
    if len(often) > most:
        parts.append(say("draws_more_losers", lang, count=len(often) - most))
    return say("draws_losers", lang, task=main_task, list="; ".join(parts))


def count_text(key: str, value: float, lang: str) -> str:
    """Return persons or months in words, whole from one and a half on.

    Parameters
    ----------
    key : {"person", "month"}
    lang : {"en", "nl"}

    Examples
    --------
    >>> count_text("person", 1.0, "en"), count_text("month", 6.4, "nl")
    ('1 person', '6 maanden')
    """
    count = figure(value, lang, 1 if value < 1.5 else 0)
    return say(key, lang) if count == "1" else say(f"{key}s", lang, count=count)


def likely_hint(name: str, lang: str = "en") -> str:
    """Return a sentence that a plan is for likely parameters, with commands for its uncertainty."""
    return say("likely_plan", lang, name=name)
