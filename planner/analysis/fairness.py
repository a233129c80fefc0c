"""Who bears the loss: the largest relative loss, and how concentrated the loss is, by rule.

Beside each other: the *fair* rule, which spares the worst-off, and the *value* rule, which counts
person-months. Two losses are looked at: what the packages take (displacement), and what is not
filled at all (shortfall), which exists without packages too. Of main task 2, outside packages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np

from planner.analysis.declare import Option, analysis, text_of
from planner.analysis.plans import KEYS, Case, chosen_rules, filled_by, planner_of, read_case
from planner.errors import InputError
from planner.labels import number, percent
from planner.outcome import Outcome, Progress, silent
from planner.problem.model import Flags, Floats
from planner.solution import asked_months
from planner.tolerances import ROUNDED

__all__ = ["Burden", "Fairness", "GroupLoss", "fairness", "gini"]

_TEXT = text_of("fairness")
say = _TEXT.say

GROUPS = ("mission", "region")
"""What the loss is spread over, unless said otherwise."""


@dataclass(frozen=True)
class Burden:
    """How a loss is spread over groups under one rule.

    Attributes
    ----------
    rule, loss, by : str
        `loss` is ``"displacement"`` or ``"shortfall"``, `by` what the groups are.
    groups, losing : int
        Groups that ask for anybody, and how many of them lose.
    lost_person_months, gained_person_months : float
        Sums over the groups that lose and over those that gain.
    loss_rate : float
        What is lost, as a share of what all ask.
    largest_loss_rate : float
        The largest share of what it asks that one group loses.
    largest_loss_group : str
        That group; empty if no group loses.
    gini : float
        Concentration of the loss: 0 where every group loses the same share of what it asks, near 1
        where one small group loses all; NaN where no group loses.
    """

    rule: str
    loss: str
    by: str
    groups: int
    losing: int
    lost_person_months: float
    gained_person_months: float
    loss_rate: float
    largest_loss_rate: float
    largest_loss_group: str
    gini: float


@dataclass(frozen=True)
class GroupLoss:
    """What one group loses under one rule, the largest share of what is asked first.

    `lost_person_months` is negative where it gains. `asked_share` and `lost_share` are parts of
    what all groups ask and lose together: summed from the last group to the first they are the
    Lorenz curve.
    """

    rule: str
    loss: str
    by: str
    group: str
    asked_person_months: float
    lost_person_months: float
    loss_rate: float
    asked_share: float
    lost_share: float


@dataclass(frozen=True, eq=False, repr=False)
class Fairness(Outcome):
    """Outcome of :func:`fairness`; `packages` are those for which displacement is looked at."""

    title: ClassVar[str] = "fairness"
    packages: str
    burdens: tuple[Burden, ...]
    losses: tuple[GroupLoss, ...]

    def sentences(self, lang: str = "en") -> list[str]:
        """Return who loses most and how concentrated that is, by rule."""
        texts = [_sentence(row, lang) for row in self.burdens]
        if any(row.rule == "value" for row in self.burdens):
            texts.append(say("fairness_value_note", lang))
        return texts


def _sentence(row: Burden, lang: str) -> str:
    blanks = {name: say(getattr(row, name), lang) for name in ("rule", "loss", "by")}
    if not row.losing:
        return say("fairness_none", lang, **blanks)
    return say(
        "fairness_said", lang, **blanks,
        lost=number(row.lost_person_months, lang),
        rate=percent(row.loss_rate, lang),
        group=_TEXT.each(row.largest_loss_group, lang),
        largest=percent(row.largest_loss_rate, lang),
        gini=number(row.gini, lang, 2),
        losing=number(row.losing, lang, 0),
        groups=number(row.groups, lang, 0),
    )  # fmt: skip


def gini(lost: Floats, asked: Floats) -> float:
    """Return the concentration of a loss over groups of different size, equation (F1).

    Parameters
    ----------
    lost : ndarray (groups,)
        Person-months, at least 0.
    asked : ndarray (groups,)
        Person-months, above 0.

    Returns
    -------
    float
        From 0 (every group loses the same share) to below 1; NaN where nothing is lost.

    Examples
    --------
    >>> gini(np.array([1.0, 1.0]), np.array([10.0, 10.0]))
    0.0
    >>> gini(np.array([4.0, 0.0, 0.0]), np.array([10.0, 20.0, 10.0]))
    0.75
    """
    total = lost.sum()
    if not total > ROUNDED:
        return float("nan")
    order = np.argsort(lost / asked, kind="stable")
    lost_share, asked_share = lost[order] / total, asked[order] / asked.sum()
    below = np.concatenate([[0.0], np.cumsum(lost_share)])
    area = float((asked_share * (below[1:] + below[:-1])).sum())
    return max(0.0, 1.0 - area)


@analysis(shown=("burdens",))
def fairness(
    source: Any,
    /,
    *,
    rule: str | None = None,
    rules: Annotated[Sequence[str] | None, Option(hidden=True)] = None,
    by: Annotated[Sequence[str], Option(choices=KEYS)] = GROUPS,
    packages: Annotated[Sequence[str] | None, Option("--package", metavar="ID")] = None,
    progress: Progress = silent,
) -> Fairness:
    """Return who bears the loss of main task 2, and how concentrated it is, rule by rule.

    Parameters
    ----------
    source : scenario, result or problem
        See :func:`planner.analysis.plans.read_case`.
    rules : sequence of str, optional
        Rules to put side by side; by default `rule`, or both where none is given.
    by : sequence of str
        What the loss is spread over: mission, region, category, organisation …
    packages : sequence of str, optional
        Those for which displacement is looked at, all together; by default all. Other
        packages are in the plan either way.

    Examples
    --------
    >>> line = {"tier": 2, "first": 0, "last": 0, "tour": 1, "pools": ["staff"], "prep": 0,
    ...         "rest": 0}
    >>> problem = {"format": "planner-problem/1", "months": 1, "pools": {"staff": 10},
    ...            "demands": [{"id": "a", "cap": 8, **line}, {"id": "b", "cap": 4, **line}]}
    >>> found = fairness(problem, by=["mission"], rules=["fair"]).burdens[0]
    >>> found.losing, round(found.largest_loss_rate, 4), round(found.gini, 6)
    (2, 0.1667, 0.0)
    """
    rules = chosen_rules(rule, rules)
    if not rules or not by:
        raise InputError("rules and by: expected at least one each, found none")
    case = read_case(source)
    chosen = [case.package(name) for name in (case.packages if packages is None else packages)]
    counted = (case.task == 2) & ~case.inside(case.packages)
    asked = asked_months(case.problem)
    burdens, losses = [], []
    for index, rule in enumerate(rules):
        progress(index, len(rules))
        for name, lost in _losses(read_case(case, rule), frozenset(chosen), asked).items():
            for key in by:
                rows = _rows(case, key, counted, asked, lost, (rule, name))
                losses += rows
                burdens.append(_burden(rows, (rule, name, key)))
    progress(len(rules), len(rules))
    return Fairness(", ".join(chosen), tuple(burdens), tuple(losses))


def _losses(case: Case, chosen: frozenset[str], asked: Floats) -> dict[str, Floats]:
    """Return what each demand loses, person-months, by kind of loss."""
    planner = planner_of(case)
    all_packages = frozenset(case.packages)
    with_all = filled_by(planner, all_packages)
    found = {"displacement": filled_by(planner, all_packages - chosen) - with_all} if chosen else {}
    return {**found, "shortfall": asked - with_all}


def _rows(
    case: Case, by: str, counted: Flags, asked: Floats, lost: Floats, names: tuple[str, str]
) -> list[GroupLoss]:
    """Return the groups that ask for anybody, the largest share lost first."""
    sums = [
        (group, float(asked[mask & counted].sum()), float(lost[mask & counted].sum()))
        for group, mask in case.groups(by).items()
    ]
    sums = [(g, a, 0.0 if abs(x) <= ROUNDED else x) for g, a, x in sums if a > 0]
    all_asked = sum(a for _, a, _ in sums)
    all_lost = sum(max(x, 0.0) for _, _, x in sums)
    rows = [
        GroupLoss(
            *names, by, g, a, x, x / a, a / all_asked, max(x, 0.0) / all_lost if all_lost else 0.0
        )
        for g, a, x in sums
    ]
    return sorted(rows, key=lambda row: (-row.loss_rate, row.group))


def _burden(rows: list[GroupLoss], names: tuple[str, str, str]) -> Burden:
    lost = np.array([max(row.lost_person_months, 0.0) for row in rows])
    gained = float(sum(max(-row.lost_person_months, 0.0) for row in rows))
    asked = np.array([row.asked_person_months for row in rows])
    losing = int((lost > 0).sum())
    return Burden(
        *names,
        groups=len(rows),
        losing=losing,
        lost_person_months=float(lost.sum()),
        gained_person_months=gained,
        loss_rate=float(lost.sum() / asked.sum()) if len(rows) else float("nan"),
        largest_loss_rate=rows[0].loss_rate if losing else 0.0,
        largest_loss_group=rows[0].group if losing else "",
        gini=gini(lost, asked) if losing else float("nan"),
    )
