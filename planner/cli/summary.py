"""What a run comes to, as tables in the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.cli.sums import summarise
from planner.labels import NOTHING, label, month, months, number, percent

__all__ = ["certificate_line", "in_language", "show_summary", "summarise"]

SMALL = 0.05
"""Person-months that a table with one decimal shows as nothing."""


def show_summary(summary: Mapping[str, Any], lang: str) -> None:
    """Print a summary: fill by mission, displacement by package, bottlenecks, certificate."""
    from planner.cli.console import lines, say

    scenario, window = summary["scenario"], summary["window"]
    say(in_language(scenario, lang, "title") or scenario["name"], style="bold")
    say(
        lines(
            [
                (label("scenario", lang), scenario["name"]),
                (label("window", lang), months(window["first"], window["last"], lang)),
                (label("rule", lang), label(summary["rule"], lang)),
                (label("digest", lang), scenario["digest"][:19]),
            ]
        )
    )
    say("", _fill(summary, lang))
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


def in_language(row: Mapping[str, Any], lang: str, field: str = "name") -> str:
    """Return the name or title of a row in a language, in the other one where it has none."""
    dutch, english = row[f"{field}_nl"], row[field]
    return str((dutch or english) if lang == "nl" else (english or dutch))


def certificate_line(certificate: Mapping[str, float | None], lang: str) -> str:
    """Return how far the worst step of all plans is from proven optimality, in a line."""
    said = {
        key: NOTHING if value is None else f"{value:.0e}"
        for key, value in certificate.items()
        if key in ("primal", "dual", "gap")
    }
    return f"{label('certificate', lang)}: {label('certificate_line', lang, **said)}"


def _fill(summary: Mapping[str, Any], lang: str) -> Any:
    """Return fill by mission, main task by main task, each with its total."""
    from planner.cli.console import table

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
    heads = [
        _head(w, lang) for w in ("mission", "name", ">task", ">asked", ">filled", ">fill_rate")
    ]
    title = f"{label('fill_by_mission', lang)} ({label('person_months', lang)})"
    return table(title, heads, rows, totals=1 + len(summary["main_tasks"]), named=True)


def _show_packages(summary: Mapping[str, Any], lang: str) -> None:
    from planner.cli.console import lines, say, table

    say("", label("displacement_by_mission", lang), style="bold")
    if not summary["packages"]:
        say(label("no_packages", lang), indent=2)
    asked = {row["mission"]: row["asked_person_months"] for row in summary["missions"]}
    for package in summary["packages"]:
        say("", f"{in_language(package, lang, 'title')} ({package['package']})", indent=2)
        pairs = [
            (label("known", lang), month(package["known_month"], lang)),
            *(
                (label(word, lang), number(package[key], lang))
                for word, key in (
                    ("package_asked", "asked_person_months"),
                    ("package_filled", "filled_person_months"),
                    ("displaced_main_task_2", "displaced_main_task_2"),
                    ("displaced_main_task_1", "displaced_main_task_1"),
                )
            ),
            (label("displacement_ratio", lang), percent(package["displacement_ratio"], lang)),
        ]
        say(lines(pairs), indent=2)
        rows = [
            (row["mission"], in_language(row, lang), number(row["displaced_person_months"], lang),
             percent(_part(row["displaced_person_months"], asked.get(row["mission"])), lang),
             row["pool"])
            for row in package["missions"]
            if row["main_task"] == 2 and abs(row["displaced_person_months"]) >= SMALL
        ]  # fmt: skip
        if not rows:
            say(label("no_displacement", lang), indent=2)
            continue
        rows.append(
            ("", label("total", lang), number(package["displaced_main_task_2"], lang),
             percent(_part(package["displaced_main_task_2"], _asked_2(summary)), lang), "")
        )  # fmt: skip
        heads = ("mission", "name", ">displaced", ">share_of_asked", "most_from")
        say(table("", [_head(head, lang) for head in heads], rows, totals=1, named=True), indent=2)


def _asked_2(summary: Mapping[str, Any]) -> float:
    found = [r["asked_person_months"] for r in summary["main_tasks"] if r["main_task"] == 2]
    return float(sum(found))


def _part(part: float, whole: float | None) -> float | None:
    return part / whole if whole else None


def _head(word: str, lang: str) -> str:
    right = ">" if word.startswith(">") else ""
    return right + label(word.removeprefix(">"), lang)


def _show_bottlenecks(summary: Mapping[str, Any], lang: str) -> None:
    from planner.cli.console import say, table

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
    heads = ("pool", "name", "window", ">months")
    made = table(
        label("bottlenecks", lang), [_head(head, lang) for head in heads], rows, named=True
    )
    say("", made)
    say(label("binding_note", lang), style="dim")


def _show_budgets(summary: Mapping[str, Any], lang: str) -> None:
    from planner.cli.console import say, table

    if not summary["budgets"]:
        return
    rows = [
        (
            row["budget"],
            number(row["amount_euros"] / 1e6, lang),
            number(row["spent_euros"] / 1e6, lang),
        )
        for row in summary["budgets"]
    ]
    heads = [_head(head, lang) for head in ("budget_line", ">budget_amount", ">spent")]
    say("", table(label("budgets", lang), heads, rows))


def _show_bounds(summary: Mapping[str, Any], lang: str) -> None:
    from planner.cli.console import say, table

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
    heads = [_head(head, lang) for head in ("bound", "demands", "month", ">missing")]
    say("", table(label("unmet_bounds", lang), heads, shown))
    if len(rows) > len(shown):
        say(label("more_rows", lang, count=len(rows) - len(shown)))
