"""Summary of a result: as plain values, and as tables in the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.cli.console import (
    echo,
    headings,
    in_language,
    json_safe,
    labelled_values,
    record_table,
    table,
)
from planner.labels import NOTHING, label, month, months, number, percent
from planner.results.losses import MIN_LOSS_PERSONS, first_month, losses
from planner.tolerances import SHOWN

if TYPE_CHECKING:
    from planner.compile import DemandRow
    from planner.results.losses import Loss
    from planner.results.result import Result
    from planner.solution import Allocation

__all__ = ["FORMAT", "certificate_line", "print_summary", "summarise"]

FORMAT = "planner-summary/1"

_ROUNDING = 1e-6
"""Person-months below which a number is rounding error."""

MAX_UNMET = 12
"""Largest number of missed bounds in the terminal."""


def summarise(result: Result) -> dict[str, Any]:
    """Return the summary of a result as values for strict JSON.

    Person-months lie inside the report window; what is undefined (the fill rate of what was not
    asked for) is None.

    Examples
    --------
    >>> import planner as pl
    >>> sorted(summarise(pl.allocate("letter")))[:3]
    ['bottlenecks', 'budgets', 'certificate']
    """
    scenario, rows = result.scenario, result.compiled.demands
    certificate: dict[str, Any] = dict(result.certificate.as_dict())
    if result.options.get("whole_people"):
        certificate["dual"] = None  # whole numbers have none
    tasks = _indices_by_key(row.main_task for row in rows)
    missions = _indices_by_key(row.mission for row in rows)
    about = {id: rows[indices[0]] for id, indices in missions.items()}
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
            {"main_task": task} | _fill(result, indices) for task, indices in sorted(tasks.items())
        ],
        "missions": [_mission_labels(about[id]) | _fill(result, missions[id]) for id in missions],
        "demands": [
            {"demand": row.id, "mission": row.mission, "tier": row.tier, "package": row.package}
            | _fill(result, (index,))
            for index, row in enumerate(rows)
        ],
        "packages": [_package(result, id, about) for id in result.solution.without],
        "bottlenecks": _bottlenecks(result),
        "budgets": _budgets(result),
        "unmet_bounds": _unmet_bounds(result),
    }
    plain: dict[str, Any] = json_safe(summary)
    return plain


def _indices_by_key(keys: Iterable[Any]) -> dict[Any, list[int]]:
    """Return the indices of each key, in order of first appearance."""
    indices: dict[Any, list[int]] = {}
    for index, key in enumerate(keys):
        indices.setdefault(key, []).append(index)
    return indices


def _fill(result: Result, indices: Iterable[int]) -> dict[str, Any]:
    """Return asked and filled person-months of some demands, and their fill rate."""
    chosen = np.fromiter(indices, dtype=np.int64)
    asked = float(result.solution.asked[chosen].sum())
    filled = float(result.solution.with_all.filled[chosen].sum())
    return {
        "asked_person_months": asked,
        "filled_person_months": filled,
        "fill_rate": filled / asked if asked > 0 else None,
    }


def _mission_labels(row: DemandRow) -> dict[str, Any]:
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
    """Return fill and displacement of a package, with missions by decreasing loss."""
    rows, solution, problem = result.compiled.demands, result.solution, result.compiled.problem
    indices = [index for index, row in enumerate(rows) if row.package == id]
    lost = solution.displaced(id)
    by_task = [float(lost[[row.main_task == task for row in rows]].sum()) for task in (1, 2)]
    missions: dict[str, float] = {}
    for row, people in zip(rows, lost.tolist(), strict=True):
        missions[row.mission] = missions.get(row.mission, 0.0) + people
    main_pools = _main_pool(result, id)
    shortfalls = {
        one.group: one
        for one in losses(solution, id, {row.id: row.mission for row in rows}, main_task=None)
    }
    before = sum(one.before_person_months for one in losses(solution, id, main_task=2))
    package, fill = result.scenario.inputs.packages[id], _fill(result, indices)
    filled = fill["filled_person_months"]
    return {
        "package": id,
        "title": package.title,
        "title_nl": package.title_nl,
        "known_month": str(result.compiled.month(problem.known(id))),
        "first_month": str(result.compiled.month(first_month(solution, id))),
        **fill,
        "displaced_main_task_1": by_task[0],
        "displaced_main_task_2": by_task[1],
        "displaced_before_first_month": before,
        "displaced_from_first_month": by_task[1] - before,
        "displacement_ratio": by_task[1] / filled if filled > _ROUNDING else None,
        "years": _years(result, id),
        "missions": [
            _mission_labels(about[mission])
            | {"displaced_person_months": people, "pool": main_pools.get(mission, "")}
            | _largest_shortfall(result, shortfalls.get(mission))
            for mission, people in sorted(missions.items(), key=lambda item: -item[1])
            if abs(people) >= _ROUNDING
        ],
    }


def _largest_shortfall(result: Result, loss: Loss | None) -> dict[str, Any]:
    """Return the largest shortfall of a mission in one month, and the months with a shortfall."""
    if loss is None:
        return {"most_persons": 0.0, "months_short": 0, "first_short": None, "last_short": None}
    month = result.compiled.month
    return {
        "most_persons": loss.most_persons,
        "months_short": loss.months,
        "first_short": str(month(loss.first)) if loss.whole else None,
        "last_short": str(month(loss.last)) if loss.whole else None,
    }


def _years(result: Result, package: str) -> list[dict[str, Any]]:
    """Return fill and displacement of a package by year."""
    solution, compiled = result.solution, result.compiled
    duty = solution.with_all.on_duty
    displaced = solution.without[package].on_duty - duty
    inside = compiled.problem.inside(package)
    task = np.array([row.main_task for row in compiled.demands])
    first, last = compiled.problem.report
    years: dict[str, list[int]] = {}
    for index in range(first, last + 1):
        years.setdefault(str(compiled.month(index))[:4], []).append(index)
    return [
        {
            "year": year,
            "filled_person_months": float(duty[inside][:, months].sum()),
            "displaced_main_task_1": float(displaced[(task == 1) & ~inside][:, months].sum()),
            "displaced_main_task_2": float(displaced[(task == 2) & ~inside][:, months].sum()),
        }
        for year, months in years.items()
    ]


def _main_pool(result: Result, package: str) -> dict[str, str]:
    """Return the pool with the largest loss of each mission to a package."""
    rows, solution = result.compiled.demands, result.solution
    names = list(solution.problem.pools)
    lost = _person_months_by_pool(solution.without[package]) - _person_months_by_pool(
        solution.with_all
    )
    by_mission: dict[str, Any] = {}
    for row, people in zip(rows, lost, strict=True):
        if row.package != package:
            by_mission[row.mission] = by_mission.get(row.mission, 0.0) + people
    return {mission: names[int(people.argmax())] for mission, people in by_mission.items()}


def _person_months_by_pool(allocation: Allocation) -> Any:
    """Return person-months on duty inside the report window, (demands, pools)."""
    problem, s = allocation.problem, allocation.service
    first, last = problem.report
    months = np.minimum(s.last, last) - np.maximum(s.first, first) + 1
    total = np.zeros((len(problem.demands), len(problem.pools)))
    np.add.at(total, (s.demand, s.pool), s.people * np.maximum(months, 0))
    return total


def _bottlenecks(result: Result) -> list[dict[str, Any]]:
    """Return binding pools with their months, by decreasing number of months."""
    problem, allocation = result.compiled.problem, result.solution.with_all
    first, last = problem.report
    found = []
    for index, pool in enumerate(result.compiled.pools):
        people, rows = problem.pools[pool.id], allocation.binding[index]
        months = [
            {
                "month": str(result.compiled.month(month)),
                "strength_persons": float(people[month]),
                "idle_persons": float(people[month] - allocation.tied_up[index, month]),
            }
            for month in range(first, last + 1)
            if rows[month]
        ]
        if not months:
            continue
        found.append(
            {
                "pool": pool.id,
                "name": pool.name,
                "name_nl": pool.name_nl,
                "binding_months": len(months),
                "first_month": months[0]["month"],
                "last_month": months[-1]["month"],
                "months": months,
            }
        )
    return sorted(found, key=lambda one: -one["binding_months"])


def _unmet_bounds(result: Result) -> list[dict[str, Any]]:
    """Return missed composition minima by month."""
    problem = result.compiled.problem
    present = {demand.id for demand in problem.demands}
    bounds = result.scenario.inputs.bounds.values()
    ids = [bound.id for bound in bounds if present.intersection(bound.demands)]
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
        {"budget": line.id, "amount_euros": float(line.amount), "spent_euros": float(spent)}
        for line, spent in zip(lines, allocation.spent, strict=True)
    ]


def print_summary(summary: Mapping[str, Any], lang: str) -> None:
    """Print a summary: fill by mission, displacement by package, bottlenecks, certificate."""
    scenario, window = summary["scenario"], summary["window"]
    echo(in_language(scenario, lang, "title") or scenario["name"], style="bold")
    about = {
        "scenario": scenario["name"],
        "window": months(window["first"], window["last"], lang),
        "rule": label(summary["rule"], lang),
        "digest": scenario["digest"][:19],
    }
    echo(labelled_values(about, lang))
    echo("", _fill_table(summary, lang))
    if summary["rule"] == "value":
        echo(label("value_note", lang), style="dim")
    _print_packages(summary, lang)
    _print_bottlenecks(summary, lang)
    _print_budgets(summary, lang)
    _print_bounds(summary, lang)
    echo("", certificate_line(summary["certificate"], lang))
    if "solver" in summary["options"]:
        known = {key: summary["options"][key] for key in ("solver", "status")}
        echo(label("solved_by", lang, **known))


def certificate_line(certificate: Mapping[str, float | None], lang: str) -> str:
    """Return the certificate in a line: infeasibilities and gap of the worst step of all plans."""
    values = {
        key: NOTHING if value is None else f"{value:.0e}"
        for key, value in certificate.items()
        if key in ("primal", "dual", "gap")
    }
    return f"{label('certificate', lang)}: {label('certificate_line', lang, **values)}"


def _fill_table(summary: Mapping[str, Any], lang: str) -> Any:
    """Return a table of fill by mission and main task, with totals."""

    def cells(row: Mapping[str, Any]) -> tuple[str, ...]:
        asked, filled = row["asked_person_months"], row["filled_person_months"]
        return number(asked, lang), number(filled, lang), percent(row["fill_rate"], lang)

    rows = [
        (row["mission"], in_language(row, lang), row["main_task"], *cells(row))
        for row in sorted(summary["missions"], key=lambda row: row["main_task"])
        if row["asked_person_months"] > 0
    ]
    rows += [
        ("", label(f"main_task_{row['main_task']}", lang), row["main_task"], *cells(row))
        for row in summary["main_tasks"]
    ]
    rows.append(("", label("total", lang), "", *cells(summary["total"])))
    heads = headings(lang, "mission", "name", ">task", ">asked", ">filled", ">fill_rate")
    title = f"{label('fill_by_mission', lang)} ({label('person_months', lang)})"
    return table(title, heads, rows, totals=1 + len(summary["main_tasks"]), first_is_id=True)


def _print_packages(summary: Mapping[str, Any], lang: str) -> None:
    echo("", label("displacement_by_mission", lang), style="bold")
    if not summary["packages"]:
        echo(label("no_packages", lang), indent=2)
    for package in summary["packages"]:
        echo("", f"{in_language(package, lang, 'title')} ({package['package']})", indent=2)
        about = {
            "known": month(package["known_month"], lang),
            "begins": month(package["first_month"], lang),
            "package_asked": number(package["asked_person_months"], lang),
            "package_filled": number(package["filled_person_months"], lang),
            "displaced_main_task_2": number(package["displaced_main_task_2"], lang),
            "displaced_main_task_1": number(package["displaced_main_task_1"], lang),
            "displacement_ratio": percent(package["displacement_ratio"], lang),
        }
        echo(labelled_values(about, lang), indent=2)
        if not any(abs(row["displaced_person_months"]) >= SHOWN and row["main_task"] == 2
                   for row in package["missions"]):  # fmt: skip
            echo(label("no_displacement", lang), indent=2)
        else:
            _print_losses(package, summary, lang)
        _print_years(package, lang)


def _print_losses(package: Mapping[str, Any], summary: Mapping[str, Any], lang: str) -> None:
    """Print missions with a shortfall of half a person or more, and the sum of the others."""
    asked = {row["mission"]: row["asked_person_months"] for row in summary["missions"]}
    task_2 = [row for row in package["missions"] if row["main_task"] == 2]
    notable = [row for row in task_2 if row["months_short"] or row["displaced_person_months"] < 0]
    rows = [
        (row["mission"], in_language(row, lang), number(row["displaced_person_months"], lang),
         percent(_share(row["displaced_person_months"], asked.get(row["mission"])), lang),
         number(row["most_persons"], lang),
         months(row["first_short"], row["last_short"], lang) if row["months_short"] else "",
         row["pool"])
        for row in notable
        if abs(row["displaced_person_months"]) >= SHOWN
    ]  # fmt: skip
    others = [row for row in task_2 if row not in notable]
    if others:
        text = label("less_than_half", lang, half=number(MIN_LOSS_PERSONS, lang), count=len(others))
        rows.append(("", text, number(sum(r["displaced_person_months"] for r in others), lang),
                     "", "", "", ""))  # fmt: skip
    total = sum(r["asked_person_months"] for r in summary["main_tasks"] if r["main_task"] == 2)
    rows.append(
        ("", label("total", lang), number(package["displaced_main_task_2"], lang),
         percent(_share(package["displaced_main_task_2"], total), lang), "", "", "")
    )  # fmt: skip
    heads = headings(lang, "mission", "name", ">displaced", ">share_of_asked", ">at_a_time",
                     "in_months", "most_from")  # fmt: skip
    echo(table("", heads, rows, totals=1, first_is_id=True), indent=2)
    echo(
        label("before_and_after", lang, month=month(package["first_month"], lang),
              before=number(package["displaced_before_first_month"], lang),
              after=number(package["displaced_from_first_month"], lang)),
        indent=2,
    )  # fmt: skip


def _print_years(package: Mapping[str, Any], lang: str) -> None:
    """Print fill and displacement of a package by year."""
    keys = ("filled_person_months", "displaced_main_task_2", "displaced_main_task_1")
    rows = [
        (row["year"], *(number(row[key], lang) for key in keys))
        for row in package["years"]
        if any(abs(row[key]) >= SHOWN for key in keys)
    ]
    if rows:
        heads = headings(lang, "year", ">package_filled", *(f">{key}" for key in keys[1:]))
        echo("", table("", heads, rows), indent=2)


def _share(part: float, whole: float | None) -> float | None:
    return part / whole if whole else None


def _print_bottlenecks(summary: Mapping[str, Any], lang: str) -> None:
    if not summary["bottlenecks"]:
        plain = summary["options"].get("engine") is None
        echo("", label("no_bottlenecks" if plain else "no_binding", lang))
        return
    columns = (
        ("pool", "pool"),
        ("name", in_language),
        ("window", lambda row, lang: months(row["first_month"], row["last_month"], lang)),
        (">months", "binding_months"),
    )
    title = label("bottlenecks", lang)
    echo("", record_table(title, columns, summary["bottlenecks"], lang, first_is_id=True))
    echo(label("binding_note", lang), style="dim")


def _print_budgets(summary: Mapping[str, Any], lang: str) -> None:
    if not summary["budgets"]:
        return
    columns = (
        ("budget_line", "budget"),
        (">budget_amount", "amount_euros", _millions),
        (">spent", "spent_euros", _millions),
    )
    echo("", record_table(label("budgets", lang), columns, summary["budgets"], lang))


def _millions(amount: float, lang: str) -> str:
    return number(amount / 1e6, lang)


def _print_bounds(summary: Mapping[str, Any], lang: str) -> None:
    if not summary["unmet_bounds"]:
        return
    columns = (
        ("bound", "bound"),
        ("demands", "demands"),
        ("month", "month", month),
        (">missing", "missing_persons", number),
    )
    rows = summary["unmet_bounds"]
    echo("", record_table(label("unmet_bounds", lang), columns, rows[:MAX_UNMET], lang))
    if len(rows) > MAX_UNMET:
        echo(label("more_rows", lang, count=len(rows) - MAX_UNMET))
