"""Problems of a problem, found and explained before anything is solved.

An allocation never fails: what cannot be served stays empty, and lower bounds that cannot be met
are reported as missing. That is why what nobody *could* serve is said beforehand.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from planner.months import Month
from planner.problem.contradictions import Contradictions
from planner.problem.findings import SEVERITIES, Finding, Speaker
from planner.problem.model import Demand, Package, Problem
from planner.problem.reach import Reach

__all__ = ["Finding", "diagnose"]


def diagnose(problem: Problem, first_month: Month | None = None) -> list[Finding]:
    """Find demands that no pool can ever serve, and bounds that contradict each other.

    Parameters
    ----------
    problem : Problem
    first_month : Month, optional
        The calendar month of month 0, so that messages name calendar months.

    Returns
    -------
    list of Finding
        Errors first, then warnings, then notes; empty where nothing is wrong.

    Examples
    --------
    >>> from planner.problem.neutral import parse_problem
    >>> problem = parse_problem({
    ...     "format": "planner-problem/1", "months": 12, "pools": {"staff": 0},
    ...     "demands": [{"id": "untso", "tier": 1, "cap": 2, "first": 0, "last": 11, "tour": 6,
    ...                  "pools": ["staff"], "prep": 0, "rest": 0}]})
    >>> print(diagnose(problem)[0])
    error: demand untso: no pool can ever serve it: staff has nobody in any month; give it people \
or name another pool
    """
    reach, say = Reach(problem), Speaker(first_month)
    found = [
        *_packages(problem, say),
        *_demands(reach, say),
        *Contradictions(reach, say).findings(),
        *_budgets(problem, say),
    ]
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))


def _packages(problem: Problem, say: Speaker) -> Iterator[Finding]:
    """Packages that become known too late to be served, wholly or in part."""
    for package in problem.packages:
        subject, known = f"package {package.id}", problem.known(package.id)
        if not package.demands:
            yield Finding("note", subject, "has no demands: it can displace nothing")
        elif known >= problem.months:
            yield Finding(
                "error",
                subject,
                f"becomes known in {say.month(known)}, after the model's last month "
                f"({say.month(problem.months - 1)}): it is never served; let it be known earlier "
                "or make the model longer",
            )
        else:
            yield from _late(problem, package, known, say)


def _late(problem: Problem, package: Package, known: int, say: Speaker) -> Iterator[Finding]:
    gone, cut = [], []
    for name in package.demands:
        demand = problem.demand(name)
        begin = problem.begins(demand, package.id)
        if begin > demand.last:
            gone.append(demand)
        elif begin > demand.first and demand.last >= 0:
            cut.append(f"{name} ({begin - max(demand.first, 0)} months lost)")
    for demand in gone:
        yield Finding(
            "error",
            f"demand {demand.id}",
            f"is never served: its package {package.id} becomes known in {say.month(known)}, "
            f"{demand.lead} months of preparation later its mandate has ended (last month: "
            f"{say.month(demand.last)}); let the package be known earlier",
        )
    if cut:
        yield Finding(
            "warning",
            f"package {package.id}",
            f"becomes known in {say.month(known)}, too late to prepare people for the first month "
            f"of {say.names(cut)}; what is asked still counts from that first month",
        )


def _demands(reach: Reach, say: Speaker) -> Iterator[Finding]:
    """Demands outside the model, of nobody, or that no pool can serve, always or at times."""
    problem = reach.problem
    owner = problem.package_of()
    asked, possible = reach.asked, reach.possible
    dark = (asked & ~possible).any(axis=1)
    for place in np.flatnonzero(dark | ~reach.laid | (reach.caps <= 0)):
        demand = problem.demands[place]
        subject = f"demand {demand.id}"
        if demand.last < 0 or demand.first >= problem.months:
            yield Finding(
                "note",
                subject,
                f"lies outside the model: {say.month(demand.first)} to {say.month(demand.last)} "
                f"against {say.month(0)} to {say.month(problem.months - 1)}; nobody is sent",
            )
        elif demand.cap <= 0:
            yield Finding("note", subject, "asks for nobody: its cap is 0")
        elif not reach.laid[place]:
            if demand.id not in owner:  # else its package has said so
                yield Finding("error", subject, "has no tour in the model")
        elif not possible[place].any():
            yield Finding(
                "error", subject, f"no pool can ever serve it: {_why(reach, int(place), demand)}"
            )
        else:
            months = np.flatnonzero(asked[place] & ~possible[place])
            yield Finding(
                "warning",
                subject,
                f"no pool can serve it in {say.months(months)}: preparation, duty or rest would "
                f"fall in months in which {say.names(demand.pools)} have nobody, or that no fund "
                "may pay for",
            )


def _why(reach: Reach, place: int, demand: Demand) -> str:
    """Return why no pool can serve a demand, and what to do."""
    problem = reach.problem
    allowed = reach.open_pools(place)
    if not allowed:
        return "an upper composition bound of 0 shuts out all its pools; raise or drop that bound"
    bare = [pool for pool in allowed if not problem.pools[pool].any()]
    if len(bare) == len(allowed):
        have = "has" if len(bare) == 1 else "have"
        return (
            f"{Speaker.names(bare)} {have} nobody in any month; give it people or name another pool"
        )
    unpaid = [b.id for b in problem.budgets if b.amount <= 0 and b.cost.get(demand.id, 0) > 0]
    if unpaid:
        return f"budget {Speaker.names(unpaid)} has no money for it; raise the amount"
    return (
        f"every tour with its preparation and rest meets months in which {Speaker.names(allowed)} "
        "have nobody; give them people in those months, or shorten preparation or rest"
    )


def _budgets(problem: Problem, say: Speaker) -> Iterator[Finding]:
    """Funds that pay for nothing."""
    for budget in problem.budgets:
        subject = f"budget {budget.id}"
        demands = [problem.demand(name) for name, euros in budget.cost.items() if euros > 0]
        first, last = max(budget.first, 0), min(budget.last, problem.months - 1)
        if first > last:
            yield Finding(
                "note",
                subject,
                f"pays for {say.month(budget.first)} to {say.month(budget.last)}, of which none "
                "lies in the model: it limits nothing",
            )
        elif not any(demand.first <= last and demand.last >= first for demand in demands):
            yield Finding("note", subject, "none of its demands has people in its months")
