"""``compare``: results side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from planner.cli import options as opt
from planner.cli.console import (
    echo,
    headings,
    in_language,
    json_safe,
    print_json,
    record_table,
    show_spinner,
    table,
)
from planner.cli.inputs import load_results
from planner.errors import InputError
from planner.labels import NOTHING, label, number, percent

if TYPE_CHECKING:
    import pandas as pd

    from planner.results.compare import Comparison
    from planner.results.result import Tables

__all__ = ["compare"]

_PACKAGE_COLUMNS = (
    ("scenario", "result"),
    ("package", "package"),
    (">package_filled", "filled_person_months", number),
    (">displaced_main_task_2", "displaced_main_task_2", number),
    (">displaced_main_task_1", "displaced_main_task_1", number),
    (">displacement_ratio", "displacement_ratio", percent),
)


@opt.command("Plan", "Put results side by side.", rank=4)
def compare(
    items: Annotated[
        list[str],
        opt.argument("A B...", "Result folders (planner run --out), scenario files or names."),
    ],
    rule: opt.RuleOption = None,
    json: opt.JsonOption = False,
    lang: opt.LangOption = opt.Lang.EN,
    quiet: opt.QuietOption = False,
) -> None:
    """Put results side by side: fill by mission, displacement, packages, bottlenecks.

    A scenario is allocated first, a result folder is read as it stands.

    \b
    Examples:
      planner compare letter eastern-flank-company eastern-flank-battalion
      planner compare results/battalion my-scenario.yaml --json
    """
    if len(items) < 2:
        raise InputError("compare: expected at least two results or scenarios, found one")
    from planner.results.compare import compare as side_by_side

    with show_spinner(label("allocating", lang), quiet):
        loaded = load_results(items)
        comparison = side_by_side(*loaded, rule=rule and rule.value)
        content = _comparison_dict(comparison)
    if json:
        print_json(content)
    elif not quiet:
        _print_comparison(content, lang)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as dicts."""
    records: list[dict[str, Any]] = table.to_dict("records")  # type: ignore[assignment]
    return records


def _comparison_dict(comparison: Comparison) -> dict[str, Any]:
    """Return the comparison as plain values."""
    names = comparison.names
    rows: dict[str, dict[str, Any]] = {}
    for name, result in comparison.results.items():
        labels = {line["mission"]: line for line in _records(result.demands)}
        for line in _records(result.fill_by("mission")):
            about = labels[line["mission"]]
            row = {
                "mission": line.pop("mission"),
                "name": about["mission_name"],
                "name_nl": about["mission_name_nl"],
                "main_task": about["main_task"],
                "results": {},
            }
            rows.setdefault(row["mission"], row)["results"][name] = line
    packages = [
        {"result": name, **line}
        for name, result in comparison.results.items()
        for line in _records(result.packages)
    ]
    plain: dict[str, Any] = json_safe(
        {
            "format": "planner-comparison/1",
            "results": [_result_header(name, comparison.results[name]) for name in names],
            "missions": list(rows.values()),
            "displacement": _displacement(comparison),
            "packages": packages,
            "bottlenecks": _bottlenecks(comparison),
        }
    )
    return plain


def _result_header(name: str, result: Tables) -> dict[str, Any]:
    keys = ("scenario", "window", "rule", "certificate")
    return {
        "result": name,
        **{key: result.manifest[key] for key in keys},
        "main_tasks": _records(result.fill_by("main_task")),
        "total": _records(result.fill_by())[0],
    }


def _displacement(comparison: Comparison) -> list[dict[str, Any]]:
    """Return displaced person-months of main task 2 by result, package and mission."""
    return [
        {"result": name, **line}
        for name, result in comparison.results.items()
        for line in _records(result.displacement_by("mission"))
        if abs(line["displaced_person_months"]) >= 1e-6
    ]


def _bottlenecks(comparison: Comparison) -> list[dict[str, Any]]:
    return [
        {"result": name, "pool": pool, "binding_months": len(lines)}
        for name, result in comparison.results.items()
        for pool, lines in result.bottlenecks.groupby("pool", sort=False)
    ]


def _print_comparison(content: dict[str, Any], lang: str) -> None:
    names = [item["result"] for item in content["results"]]
    columns = [f">{name}" for name in names]

    def rate(results: dict[str, Any], name: str) -> str:
        return percent(results[name]["fill_rate"], lang) if name in results else NOTHING

    rows = [
        (row["mission"], in_language(row, lang), *(rate(row["results"], name) for name in names))
        for row in sorted(content["missions"], key=lambda row: row["main_task"])
        if any(item["asked_person_months"] > 0 for item in row["results"].values())
    ]
    totals = []
    for task in (1, 2):
        by_name = {
            item["result"]: line
            for item in content["results"]
            for line in item["main_tasks"]
            if line["main_task"] == task
        }
        if by_name:
            cells = (rate(by_name, name) for name in names)
            totals.append(("", label(f"main_task_{task}", lang), *cells))
    title = f"{label('comparison', lang)}: {label('fill_rate', lang)}"
    heads = [*headings(lang, "mission", "name"), *columns]
    echo(table(title, heads, [*rows, *totals], totals=len(totals), first_is_id=True))
    _print_displacement(content, names, lang)
    if content["packages"]:
        echo(record_table(label("packages", lang), _PACKAGE_COLUMNS, content["packages"], lang))
    _print_bottlenecks(content, names, lang)


def _print_displacement(content: dict[str, Any], names: list[str], lang: str) -> None:
    lost: dict[str, dict[str, float]] = {}
    for line in content["displacement"]:
        by_name = lost.setdefault(line["mission"], {})
        before = by_name.get(line["result"], 0.0)
        by_name[line["result"]] = before + line["displaced_person_months"]
    rows = [
        (mission, *(number(by_name[n], lang) if n in by_name else NOTHING for n in names))
        for mission, by_name in lost.items()
        if max(abs(people) for people in by_name.values()) >= 0.05
    ]
    if rows:
        title = f"{label('displacement_by_mission', lang)} ({label('person_months', lang)})"
        echo(table(title, [label("mission", lang), *(f">{name}" for name in names)], rows))


def _print_bottlenecks(content: dict[str, Any], names: list[str], lang: str) -> None:
    months_by_pool: dict[str, dict[str, int]] = {}
    for line in content["bottlenecks"]:
        months_by_pool.setdefault(line["pool"], {})[line["result"]] = line["binding_months"]
    rows = [
        (pool, *(months.get(name, NOTHING) for name in names))
        for pool, months in months_by_pool.items()
    ]
    if rows:
        title = f"{label('bottlenecks', lang)}: {label('binding_months', lang)}"
        echo(table(title, [label("pool", lang), *(f">{name}" for name in names)], rows))
