"""Which package caused how much: the Shapley value of each in what all displace together.

With several packages at once, displacement with and without one of them depends on the others.
Its Shapley value is the mean of what it adds over all orders in which packages could come; the
shares add up to what all displace together. Every coalition is a plan that unfolds of its own, on
the same tours and decisions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from planner.analysis.case import Case, read_case
from planner.analysis.declare import Option, analysis, text_of
from planner.analysis.plans import person_months, planner_of
from planner.analysis.shapley import Split, shapley
from planner.errors import InputError, nearest
from planner.labels import number, percent
from planner.outcome import Outcome, Progress, frame, silent
from planner.problem.model import Package

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MissionShare", "Share", "Shares", "shares"]

Floats = NDArray[np.float64]

_TEXT = text_of("shares")
say = _TEXT.say


NOTHING = 1e-3
"""Person-months that are no loss."""

EXACT_UPTO = 10
"""Most packages of which all coalitions are evaluated."""


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

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return ``packages`` and ``missions``."""
        return {
            "packages": frame(self.packages, Share),
            "missions": frame(self.missions, MissionShare),
        }

    def sentences(self, lang: str = "en") -> list[str]:
        """Return the total and each package's part of it."""
        total = self.total_person_months
        if not self.packages:
            return [say("share_of_none", lang)]
        key = "share_of_one" if len(self.packages) == 1 else "share_of_all"
        said = [
            say(key, lang, total=number(total, lang), count=number(len(self.packages), lang, 0))
        ]
        for row in sorted(self.packages, key=lambda row: -round(row.share_person_months, 6)):
            lost = row.share_person_months
            give = "" if self.exact else f" (± {number(1.96 * row.standard_error, lang)})"
            part = f", {percent(lost / total, lang, 0)}" if total > NOTHING else ""
            said.append(f"{row.package}: {number(lost, lang)}{give}{part}.")
        return said


REPORTED = 4
"""Most packages of which a report shows shares: every coalition takes a plan."""


def _for_report(case: Case) -> dict[str, Any] | None:
    return {} if 1 < len(case.packages) <= REPORTED else None


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
        See :func:`planner.analysis.case.read_case`.
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
        case = _regrouped(case, _lines(case) if packages is None else packages)
    if orders is not None and orders < 1:
        raise InputError(f"orders: expected at least 1, found {orders}")
    if orders is None and len(case.packages) > EXACT_UPTO:
        orders = 200
    return _sentence(case, *_played(case, orders, seed, progress))


def _played(
    case: Case, orders: int | None, seed: int, progress: Progress
) -> tuple[Split, list[str]]:
    """Split what main task 2, main task 1 and then each mission lose, in this order."""
    planner = planner_of(case, fills_only=True)
    outside = ~case.inside(case.packages)
    named = {name: mask & outside for name, mask in case.groups("mission").items()}
    named = {name: mask for name, mask in named.items() if mask.any()}
    masks = [outside & (case.task == 2), outside & (case.task == 1), *named.values()]

    def lost(group: frozenset[str]) -> Floats:
        plan = planner.unfold(group)
        filled = person_months(planner.programme, [answer.people for answer in plan.answers])
        return -np.array([filled[mask].sum() for mask in masks])

    return shapley(case.packages, lost, orders, seed, progress), list(named)


def _sentence(case: Case, split: Split, names: list[str]) -> Shares:
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
        if abs(share[i, j]) > NOTHING
    )
    totals = (float(split.total[0]), float(split.total[1]))
    return Shares(case.rule, split.exact, *totals, rows, missions)


def _lines(case: Case) -> dict[str, list[str]]:
    return {name: [name] for package in case.problem.packages for name in package.demands}


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
    return case.change(replace(problem, packages=tuple(made)))
