"""Summary of a result: as plain values, and as tables in the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.cli.console import headings, in_language, lines, say, strict, table
from planner.labels import NOTHING, label, month, months, number, percent
from planner.results.losses import MIN_LOSS_PERSONS, first_month, losses
from planner.tolerances import SHOWN

if TYPE_CHECKING:
    from planner.compile import DemandRow
    from planner.results.losses import Loss
    from planner.results.result import Result
    from planner.solution import Allocation

__all__ = ["FORMAT", "certificate_line", "show_summary", "summarise"]

FORMAT = "planner-summary/1"

_ROUNDING = 1e-6
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
    at_a_time = {
        one.group: one
        for one in losses(solution, id, {row.id: row.mission for row in rows}, main_task=None)
    }
    before = sum(one.before_person_months for one in losses(solution, id, main_task=2))
    package, fill = result.scenario.inputs.packages[id], _fill(result, own)
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
            _mission(about[mission])
            | {"displaced_person_months": people, "pool": where.get(mission, "")}
            | _at_a_time(result, at_a_time.get(mission))
            for mission, people in sorted(missions.items(), key=lambda item: -item[1])
            if abs(people) >= _ROUNDING
        ],
    }


def _at_a_time(result: Result, loss: Loss | None) -> dict[str, Any]:
    """Return the most persons that a mission lacks in one month, and when it lacks any."""
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
    """Return what is filled for a package and displaced by it, year by year."""
    solution, compiled = result.solution, result.compiled
    duty = solution.with_all.on_duty
    lost = solution.without[package].on_duty - duty
    own = compiled.problem.inside(package)
    task = np.array([row.main_task for row in compiled.demands])
    first, last = compiled.problem.report
    years: dict[str, list[int]] = {}
    for index in range(first, last + 1):
        years.setdefault(str(compiled.month(index))[:4], []).append(index)
    return [
        {
            "year": year,
            "filled_person_months": float(duty[own][:, months].sum()),
            "displaced_main_task_1": float(lost[(task == 1) & ~own][:, months].sum()),
            "displaced_main_task_2": float(lost[(task == 2) & ~own][:, months].sum()),
        }
        for year, months in years.items()
    ]


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
        months = [
            {
                "month": str(result.compiled.month(month)),
                "strength_persons": float(people[month]),
                "idle_persons": float(people[month] - allocation.tied_up[place, month]),
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
        {"budget": line.id, "amount_euros": float(line.amount), "spent_euros": float(spent)}
        for line, spent in zip(lines, allocation.spent, strict=True)
    ]


def show_summary(summary: Mapping[str, Any], lang: str) -> None:
    """Print a summary: fill by mission, displacement by package, bottlenecks, certificate."""
    scenario, window = summary["scenario"], summary["window"]
    say(in_language(scenario, lang, "title") or scenario["name"], style="bold")
    about = {
        "scenario": scenario["name"],
        "window": months(window["first"], window["last"], lang),
        "rule": label(summary["rule"], lang),
        "digest": scenario["digest"][:19],
    }
    say(lines(about, lang))
    say("", _fill_table(summary, lang))
    if summary["rule"] == "value":
        say(label("value_note", lang), style="dim")
    _show_packages(summary, lang)
    _show_bottlenecks(summary, lang)
    _show_budgets(summary, lang)
    _show_bounds(summary, lang)
    say("", certificate_line(summary["certificate"], lang))
    if "solver" in summary["options"]:
        known = {key: summary["options"][key] for key in ("solver", "status")}
        say(label("solved_by", lang, **known))


def certificate_line(certificate: Mapping[str, float | None], lang: str) -> str:
    """Return how far the worst step of all plans is from proven optimality, in a line."""
    said = {
        key: NOTHING if value is None else f"{value:.0e}"
        for key, value in certificate.items()
        if key in ("primal", "dual", "gap")
    }
    return f"{label('certificate', lang)}: {label('certificate_line', lang, **said)}"


def _fill_table(summary: Mapping[str, Any], lang: str) -> Any:
    """Return fill by mission, main task by main task, each with its total."""

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
    return table(title, heads, rows, totals=1 + len(summary["main_tasks"]), named=True)


def _show_packages(summary: Mapping[str, Any], lang: str) -> None:
    say("", label("displacement_by_mission", lang), style="bold")
    if not summary["packages"]:
        say(label("no_packages", lang), indent=2)
    for package in summary["packages"]:
        say("", f"{in_language(package, lang, 'title')} ({package['package']})", indent=2)
        about = {
            "known": month(package["known_month"], lang),
            "begins": month(package["first_month"], lang),
            "package_asked": number(package["asked_person_months"], lang),
            "package_filled": number(package["filled_person_months"], lang),
            "displaced_main_task_2": number(package["displaced_main_task_2"], lang),
            "displaced_main_task_1": number(package["displaced_main_task_1"], lang),
            "displacement_ratio": percent(package["displacement_ratio"], lang),
        }
        say(lines(about, lang), indent=2)
        if not any(abs(row["displaced_person_months"]) >= SHOWN and row["main_task"] == 2
                   for row in package["missions"]):  # fmt: skip
            say(label("no_displacement", lang), indent=2)
        else:
            _show_losses(package, summary, lang)
        _show_years(package, lang)


def _show_losses(package: Mapping[str, Any], summary: Mapping[str, Any], lang: str) -> None:
    """Print who loses half a person or more at a time, and what the others lose together."""
    asked = {row["mission"]: row["asked_person_months"] for row in summary["missions"]}
    second = [row for row in package["missions"] if row["main_task"] == 2]
    whole = [row for row in second if row["months_short"] or row["displaced_person_months"] < 0]
    rows = [
        (row["mission"], in_language(row, lang), number(row["displaced_person_months"], lang),
         percent(_part(row["displaced_person_months"], asked.get(row["mission"])), lang),
         number(row["most_persons"], lang),
         months(row["first_short"], row["last_short"], lang) if row["months_short"] else "",
         row["pool"])
        for row in whole
        if abs(row["displaced_person_months"]) >= SHOWN
    ]  # fmt: skip
    rest = [row for row in second if row not in whole]
    if rest:
        said = label("less_than_half", lang, half=number(MIN_LOSS_PERSONS, lang), count=len(rest))
        rows.append(("", said, number(sum(r["displaced_person_months"] for r in rest), lang),
                     "", "", "", ""))  # fmt: skip
    total = sum(r["asked_person_months"] for r in summary["main_tasks"] if r["main_task"] == 2)
    rows.append(
        ("", label("total", lang), number(package["displaced_main_task_2"], lang),
         percent(_part(package["displaced_main_task_2"], total), lang), "", "", "")
    )  # fmt: skip
    heads = headings(lang, "mission", "name", ">displaced", ">share_of_asked", ">at_a_time",
                     "in_months", "most_from")  # fmt: skip
    say(table("", heads, rows, totals=1, named=True), indent=2)
    say(
        label("before_and_after", lang, month=month(package["first_month"], lang),
              before=number(package["displaced_before_first_month"], lang),
              after=number(package["displaced_from_first_month"], lang)),
        indent=2,
    )  # fmt: skip


def _show_years(package: Mapping[str, Any], lang: str) -> None:
    """Print what a package gets and takes, year by year, where it gets anything."""
    keys = ("filled_person_months", "displaced_main_task_2", "displaced_main_task_1")
    rows = [
        (row["year"], *(number(row[key], lang) for key in keys))
        for row in package["years"]
        if any(abs(row[key]) >= SHOWN for key in keys)
    ]
    if rows:
        lost = (">displaced_main_task_2", ">displaced_main_task_1")
        say("", table("", headings(lang, "year", ">package_filled", *lost), rows), indent=2)


def _part(part: float, whole: float | None) -> float | None:
    return part / whole if whole else None


def _show_bottlenecks(summary: Mapping[str, Any], lang: str) -> None:
    if not summary["bottlenecks"]:
        plain = summary["options"].get("engine") is None
        say("", label("no_bottlenecks" if plain else "no_binding", lang))
        return
    rows = [
        (
            row["pool"],
            in_language(row, lang),
            months(row["first_month"], row["last_month"], lang),
            row["binding_months"],
        )
        for row in summary["bottlenecks"]
    ]
    heads = headings(lang, "pool", "name", "window", ">months")
    say("", table(label("bottlenecks", lang), heads, rows, named=True))
    say(label("binding_note", lang), style="dim")


def _show_budgets(summary: Mapping[str, Any], lang: str) -> None:
    if not summary["budgets"]:
        return
    rows = [
        (row["budget"], *(number(row[f"{key}_euros"] / 1e6, lang) for key in ("amount", "spent")))
        for row in summary["budgets"]
    ]
    heads = headings(lang, "budget_line", ">budget_amount", ">spent")
    say("", table(label("budgets", lang), heads, rows))


def _show_bounds(summary: Mapping[str, Any], lang: str) -> None:
    if not summary["unmet_bounds"]:
        return
    rows = [
        (
            row["bound"],
            ", ".join(row["demands"]),
            month(row["month"], lang),
            number(row["missing_persons"], lang),
        )
        for row in summary["unmet_bounds"]
    ]
    shown = rows[:12]
    heads = headings(lang, "bound", "demands", "month", ">missing")
    say("", table(label("unmet_bounds", lang), heads, shown))
    if len(rows) > len(shown):
        say(label("more_rows", lang, count=len(rows) - len(shown)))
