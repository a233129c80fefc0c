"""A result summed up as plain values, straight from its arrays.

The tables of a result say the same and more; making them takes longer than all a terminal shows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from planner.allocation import Allocation
    from planner.compile import DemandRow
    from planner.results.result import Result

__all__ = ["FORMAT", "summarise"]

FORMAT = "planner-summary/1"

NOTHING = 1e-6
"""Person-months that are rounding."""


def summarise(result: Result) -> dict[str, Any]:
    """Return the summary of a result as plain values, ready for strict JSON.

    Person-months lie inside the report window; what is undefined (the fill rate of what was not
    asked for) is None.

    Examples
    --------
    >>> import planner as pl
    >>> sorted(summarise(pl.allocate("letter")))[:3]
    ['bottlenecks', 'budgets', 'certificate']
    """
    from planner.cli.console import strict

    scenario, rows = result.scenario, result.compiled.demands
    certificate: dict[str, Any] = dict(result.certificate.as_dict())
    if result.options.get("whole_people"):
        certificate["dual"] = None  # whole numbers have none
    tasks = _groups(row.main_task for row in rows)
    missions = _groups(row.mission for row in rows)
    about = {id: rows[places[0]] for id, places in missions.items()}
    texts = ("name", "title", "title_nl", "digest")
    summary = {
        "format": FORMAT,
        "scenario": {key: getattr(scenario, key) for key in texts},
        "window": {"first": str(scenario.inputs.first), "last": str(scenario.inputs.last)},
        "rule": result.rule,
        "options": dict(result.options),
        "certificate": certificate,
        "total": _fill(result, range(len(rows))),
        "main_tasks": [
            {"main_task": task} | _fill(result, places) for task, places in sorted(tasks.items())
        ],
        "missions": [_mission(about[id]) | _fill(result, missions[id]) for id in missions],
        "demands": [
            {"demand": row.id, "mission": row.mission, "tier": row.tier, "package": row.package}
            | _fill(result, (place,))
            for place, row in enumerate(rows)
        ],
        "packages": [_package(result, id, about) for id in result.solution.without],
        "bottlenecks": _bottlenecks(result),
        "budgets": _budgets(result),
        "unmet_bounds": _unmet(result),
    }
    plain: dict[str, Any] = strict(summary)
    return plain


def _groups(keys: Iterable[Any]) -> dict[Any, list[int]]:
    """Return the places of each key, in the order in which they first appear."""
    found: dict[Any, list[int]] = {}
    for place, key in enumerate(keys):
        found.setdefault(key, []).append(place)
    return found


def _fill(result: Result, places: Iterable[int]) -> dict[str, Any]:
    """Return asked and filled person-months of some demands, and their fill rate."""
    chosen = np.fromiter(places, dtype=np.int64)
    asked = float(result.solution.asked[chosen].sum())
    filled = float(result.solution.with_all.filled[chosen].sum())
    return {
        "asked_person_months": asked,
        "filled_person_months": filled,
        "fill_rate": filled / asked if asked > 0 else None,
    }


def _mission(row: DemandRow) -> dict[str, Any]:
    """Return the labels of the mission of a demand."""
    return {
        "mission": row.mission,
        "name": row.mission_name,
        "name_nl": row.mission_name_nl,
        "organisation": row.organisation,
        "region": row.region,
        "main_task": row.main_task,
    }


def _package(result: Result, id: str, about: dict[str, DemandRow]) -> dict[str, Any]:
    """Return what a package gets and displaces, with the missions that lose or gain most first."""
    rows, solution, problem = result.compiled.demands, result.solution, result.compiled.problem
    own = [place for place, row in enumerate(rows) if row.package == id]
    lost = solution.displaced(id)
    by_task = [float(lost[[row.main_task == task for row in rows]].sum()) for task in (1, 2)]
    missions: dict[str, float] = {}
    for row, people in zip(rows, lost.tolist(), strict=True):
        missions[row.mission] = missions.get(row.mission, 0.0) + people
    where = _where(result, id)
    package, fill = result.scenario.inputs.packages[id], _fill(result, own)
    filled = fill["filled_person_months"]
    return {
        "package": id,
        "title": package.title,
        "title_nl": package.title_nl,
        "known_month": str(result.compiled.month(problem.known(id))),
        **fill,
        "displaced_main_task_1": by_task[0],
        "displaced_main_task_2": by_task[1],
        "displacement_ratio": by_task[1] / filled if filled > NOTHING else None,
        "missions": [
            _mission(about[mission])
            | {"displaced_person_months": people, "pool": where.get(mission, "")}
            for mission, people in sorted(missions.items(), key=lambda item: -item[1])
            if abs(people) >= NOTHING
        ],
    }


def _where(result: Result, package: str) -> dict[str, str]:
    """Return the pool in which each mission loses most to a package."""
    rows, solution = result.compiled.demands, result.solution
    names = list(solution.problem.pools)
    lost = _served(solution.without[package]) - _served(solution.with_all)
    by_mission: dict[str, Any] = {}
    for row, people in zip(rows, lost, strict=True):
        if row.package != package:
            by_mission[row.mission] = by_mission.get(row.mission, 0.0) + people
    return {mission: names[int(people.argmax())] for mission, people in by_mission.items()}


def _served(allocation: Allocation) -> Any:
    """Return person-months on duty inside the report window, (demands, pools)."""
    problem, s = allocation.problem, allocation.service
    first, last = problem.report
    months = np.minimum(s.last, last) - np.maximum(s.first, first) + 1
    total = np.zeros((len(problem.demands), len(problem.pools)))
    np.add.at(total, (s.demand, s.pool), s.people * np.maximum(months, 0))
    return total


def _bottlenecks(result: Result) -> list[dict[str, Any]]:
    """Return binding pools, those with most binding months first, each with its months."""
    problem, allocation = result.compiled.problem, result.solution.with_all
    first, last = problem.report
    found = []
    for place, pool in enumerate(result.compiled.pools):
        people, rows = problem.pools[pool.id], allocation.binding[place]
        binding = [month for month in range(first, last + 1) if rows[month]]
        if not binding:
            continue
        months = [
            {
                "month": str(result.compiled.month(month)),
                "strength_persons": float(people[month]),
                "idle_persons": float(people[month] - allocation.tied_up[place, month]),
            }
            for month in binding
        ]
        found.append(
            {
                "pool": pool.id,
                "name": pool.name,
                "name_nl": pool.name_nl,
                "binding_months": len(binding),
                "first_month": months[0]["month"],
                "last_month": months[-1]["month"],
                "months": months,
            }
        )
    return sorted(found, key=lambda one: -one["binding_months"])


def _unmet(result: Result) -> list[dict[str, Any]]:
    """Return composition minima that are missed, by month."""
    problem = result.compiled.problem
    here = {demand.id for demand in problem.demands}
    bounds = result.scenario.inputs.bounds.values()
    ids = [bound.id for bound in bounds if here.intersection(bound.demands)]
    return [
        {
            "bound": ids[row["bound"]],
            "month": str(result.compiled.month(row["month"])),
            "demands": list(problem.bounds[row["bound"]].demands),
            "missing_persons": row["missing"],
        }
        for row in result.solution.with_all.missing
    ]


def _budgets(result: Result) -> list[dict[str, Any]]:
    """Return the rows of ``result.budgets``; a table would load pandas."""
    allocation, lines = result.solution.with_all, result.compiled.problem.budgets
    return [
        {
            "budget": line.id,
            "amount_euros": float(line.amount),
            "spent_euros": float(spent),
        }
        for line, spent in zip(lines, allocation.spent, strict=True)
    ]
