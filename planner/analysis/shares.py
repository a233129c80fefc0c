"""Attribution of displacement to packages by Shapley values.

With several packages the displacement by one of them depends on the others. Its Shapley value is
the mean of its marginal contribution over all orders of the packages; the values add up to the
displacement by all together. Each coalition has a plan of its own, on the same tours and decisions.

Exact values need all coalitions. Sampled values use random orders, each taken forwards and
backwards: every pair of orders adds up to the total, and the spread over pairs gives the standard
error.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from planner.analysis.declare import Option, analysis, text_of
from planner.analysis.plans import Case, filled_by, planner_of, read_case
from planner.errors import InputError, nearest
from planner.labels import number, percent
from planner.outcome import Outcome, Progress, silent
from planner.problem.model import Floats, Package
from planner.tolerances import NO_SHORTFALL

__all__ = [
    "MissionShare",
    "Share",
    "Shares",
    "Split",
    "shapley",
    "shares",
]


Worth = Callable[[frozenset[str]], Floats]
"""The characteristic function of a game: one or more numbers of a coalition."""

_TEXT = text_of("shares")
say = _TEXT.say

MAX_EXACT = 10
"""Largest number of packages of which all coalitions are evaluated."""

MAX_REPORTED = 4
"""Largest number of packages of which a report shows shares: each coalition needs a plan."""


@dataclass(frozen=True, eq=False)
class Split:
    """Shapley values of the players of a game.

    Attributes
    ----------
    share : ndarray (players, numbers)
        Shapley values; they add up to the worth of all − the worth of none.
    error : ndarray (players, numbers)
        Standard errors; 0 where exact.
    alone, last : ndarray (players, numbers)
        Marginal contribution of a player as the first, and as the last.
    total : ndarray (numbers,)
    """

    players: tuple[str, ...]
    share: Floats
    error: Floats
    alone: Floats
    last: Floats
    total: Floats
    exact: bool


def shapley(
    players: Sequence[str],
    worth: Worth,
    orders: int | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> Split:
    """Return the Shapley values of a game.

    Parameters
    ----------
    worth : callable
        Characteristic function; called once for each coalition.
    orders : int, optional
        Number of random orders, rounded up to pairs, at least two pairs; None is exact.

    Examples
    --------
    >>> split = shapley("ab", lambda group: np.array([float(len(group) == 2)]))
    >>> split.share.ravel().tolist(), split.alone.ravel().tolist()
    ([0.5, 0.5], [0.0, 0.0])
    """
    players = tuple(players)
    values_by_coalition: dict[frozenset[str], Floats] = {}
    steps = 2 ** len(players) if orders is None else _pairs(orders) * 2 * len(players)

    def value(group: frozenset[str]) -> Floats:
        if group not in values_by_coalition:
            values_by_coalition[group] = np.asarray(worth(group), dtype=float)
            progress(min(len(values_by_coalition), steps), steps)
        return values_by_coalition[group]

    none, every = value(frozenset()), value(frozenset(players))
    if not players:
        nothing = np.zeros((0, len(none)))
        return Split((), nothing, nothing, nothing, nothing, every - none, True)
    alone = np.array([value(frozenset([one])) - none for one in players])
    last = np.array([every - value(frozenset(players) - {one}) for one in players])
    if orders is None:
        share = np.array([_exact(one, players, value) for one in players])
        error = np.zeros_like(share)
    else:
        share, error = _sampled(players, value, _pairs(orders), seed)
    progress(steps, steps)
    return Split(players, share, error, alone, last, every - none, orders is None)


def _pairs(orders: int) -> int:
    return max(2, math.ceil(orders / 2))


def _exact(one: str, players: tuple[str, ...], value: Worth) -> Floats:
    """Return one player's share: its mean marginal contribution over coalitions."""
    others = [other for other in players if other != one]
    total = np.zeros_like(value(frozenset()))
    for group in _subsets(others):
        weight = 1 / (len(players) * math.comb(len(others), len(group)))
        total = total + weight * (value(group | {one}) - value(group))
    return total


def _subsets(names: Sequence[str]) -> Iterator[frozenset[str]]:
    for mask in range(2 ** len(names)):
        yield frozenset(name for index, name in enumerate(names) if mask >> index & 1)


def _sampled(
    players: tuple[str, ...], value: Worth, pairs: int, seed: int
) -> tuple[Floats, Floats]:
    """Return means over pairs of random orders, and their standard errors."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(pairs):
        order = rng.permutation(len(players))
        found.append(
            (
                _marginals_in_order(players, order, value)
                + _marginals_in_order(players, order[::-1], value)
            )
            / 2
        )
    values = np.array(found)
    return values.mean(axis=0), values.std(axis=0, ddof=1) / math.sqrt(pairs)


def _marginals_in_order(players: tuple[str, ...], order: NDArray[np.int64], value: Worth) -> Floats:
    """Return the marginal contribution of each player in one order, (players, numbers)."""
    group: frozenset[str] = frozenset()
    before = value(group)
    added = np.zeros((len(players), len(before)))
    for index in order:
        group = group | {players[index]}
        now = value(group)
        added[index] = now - before
        before = now
    return added


@dataclass(frozen=True)
class Share:
    """What one package displaces of main task 2, person-months.

    Attributes
    ----------
    share_person_months, standard_error : float
        Shapley value; the error is 0 where exact.
    alone_person_months : float
        What it displaces when it is the only one.
    last_person_months : float
        What it displaces on top of all others: displacement with and without it.
    share_main_task_1 : float
        The same share in what other main-task-1 commitments lose.
    """

    package: str
    share_person_months: float
    standard_error: float
    alone_person_months: float
    last_person_months: float
    share_main_task_1: float
    standard_error_main_task_1: float


@dataclass(frozen=True)
class MissionShare:
    """A package's share in what one mission loses."""

    package: str
    mission: str
    share_person_months: float
    standard_error: float


@dataclass(frozen=True, eq=False, repr=False)
class Shares(Outcome):
    """Outcome of :func:`shares`."""

    title: ClassVar[str] = "shares"
    rule: str
    exact: bool
    total_person_months: float
    total_main_task_1: float
    packages: tuple[Share, ...]
    missions: tuple[MissionShare, ...]

    def sentences(self, lang: str = "en") -> list[str]:
        """Return the total and each package's part of it."""
        total = self.total_person_months
        if not self.packages:
            return [say("share_of_none", lang)]
        key = "share_of_one" if len(self.packages) == 1 else "share_of_all"
        texts = [
            say(key, lang, total=number(total, lang), count=number(len(self.packages), lang, 0))
        ]
        for row in sorted(self.packages, key=lambda row: -round(row.share_person_months, 6)):
            lost = row.share_person_months
            give = "" if self.exact else f" (± {number(1.96 * row.standard_error, lang)})"
            part = f", {percent(lost / total, lang, 0)}" if total > NO_SHORTFALL else ""
            texts.append(f"{row.package}: {number(lost, lang)}{give}{part}.")
        return texts


def _for_report(case: Case) -> dict[str, Any] | None:
    return {} if 1 < len(case.packages) <= MAX_REPORTED else None


@analysis(shown=("packages", "missions"), in_report=_for_report, positional=("rule",))
def shares(
    source: Any,
    /,
    *,
    rule: str | None = None,
    lines: bool = False,
    packages: Annotated[Mapping[str, Sequence[str]] | None, Option(hidden=True)] = None,
    orders: Annotated[int | None, Option(low=1)] = None,
    seed: Annotated[int, Option(low=0)] = 0,
    progress: Progress = silent,
) -> Shares:
    """Split what all packages displace together over the packages.

    Parameters
    ----------
    source : scenario, result or problem
        See :func:`planner.analysis.plans.read_case`.
    lines : bool
        Take each line of a package as a package of its own, known when the package is.
    packages : mapping of str to sequence of str, optional
        Other packages instead: demands by name of package. A demand that was in none is known
        from the start.
    orders : int, optional
        Sample so many orders. By default exact up to ten packages and 200 orders above.
    seed : int
        For sampling.

    Examples
    --------
    >>> line = {"tier": 1, "cap": 4, "first": 0, "last": 0, "tour": 1, "pools": ["staff"],
    ...         "prep": 0, "rest": 0}
    >>> problem = {"format": "planner-problem/1", "months": 1, "pools": {"staff": 10},
    ...            "demands": [{"id": "untso", **line, "tier": 2}, {"id": "x", **line},
    ...                        {"id": "y", **line}],
    ...            "packages": {"flank": {"demands": ["x", "y"], "known": 0}}}
    >>> [round(row.share_person_months, 6) for row in shares(problem, lines=True).packages]
    [1.0, 1.0]
    """
    case = read_case(source, rule)
    if packages is not None or lines:
        each = {name: [name] for package in case.problem.packages for name in package.demands}
        case = _regrouped(case, each if packages is None else packages)
    if orders is not None and orders < 1:
        raise InputError(f"orders: expected at least 1, found {orders}")
    if orders is None and len(case.packages) > MAX_EXACT:
        orders = 200
    return _outcome(case, *_shapley_values(case, orders, seed, progress))


def _shapley_values(
    case: Case, orders: int | None, seed: int, progress: Progress
) -> tuple[Split, list[str]]:
    """Return Shapley values of the losses of main task 2, main task 1 and each mission."""
    planner = planner_of(case, fills_only=True)
    outside = ~case.inside(case.packages)
    named = case.groups(within=outside)
    masks = [outside & (case.task == 2), outside & (case.task == 1), *named.values()]

    def lost(group: frozenset[str]) -> Floats:
        filled = filled_by(planner, group)
        return -np.array([filled[mask].sum() for mask in masks])

    return shapley(case.packages, lost, orders, seed, progress), list(named)


def _outcome(case: Case, split: Split, names: list[str]) -> Shares:
    share, error = split.share, split.error
    columns = (
        share[:, 0], error[:, 0], split.alone[:, 0], split.last[:, 0], share[:, 1], error[:, 1]
    )  # fmt: skip
    rows = tuple(
        Share(name, *(float(value) for value in values))
        for name, *values in zip(split.players, *columns, strict=True)
    )
    missions = tuple(
        MissionShare(package, name, float(share[i, j]), float(error[i, j]))
        for i, package in enumerate(split.players)
        for j, name in enumerate(names, start=2)
        if abs(share[i, j]) > NO_SHORTFALL
    )
    totals = (float(split.total[0]), float(split.total[1]))
    return Shares(case.rule, split.exact, *totals, rows, missions)


def _regrouped(case: Case, packages: Mapping[str, Sequence[str]]) -> Case:
    """Return the case with other packages; each keeps the month in which it becomes known."""
    problem = case.problem
    owner = problem.package_of()
    ids = [demand.id for demand in problem.demands]
    seen: dict[str, str] = {}
    faults, made = [], []
    for name, demands in packages.items():
        wrong = [one for one in demands if one not in ids]
        faults += [f"{name}: no demand {one!r}{nearest(one, ids)}" for one in wrong]
        faults += [f"{name}: {one!r} is also in {seen[one]!r}" for one in demands if one in seen]
        seen |= dict.fromkeys(demands, name)
        months = {problem.known(owner[one]) if one in owner else 0 for one in demands if one in ids}
        if len(months) > 1:
            faults.append(f"{name}: its demands do not become known in one month")
        made.append(Package(name, tuple(demands), min(months, default=0)))
    if faults:
        raise InputError(faults)
    return case.with_problem(replace(problem, packages=tuple(made)))
