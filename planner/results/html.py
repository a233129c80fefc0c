"""A result in a notebook: a few small tables. Names are data and always escaped, never markup."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from planner.tolerances import SHOWN

if TYPE_CHECKING:
    import pandas as pd

    from planner.results.compare import Comparison
    from planner.results.result import Tables

__all__ = ["comparison_html", "summary_html", "table"]

ROWS = 12
"""Most rows of each table."""

_BOX = "margin:.4em 0;font-variant-numeric:tabular-nums"
_CELL = "padding:.1em .7em;border:0"


def number(value: float, digits: int = 1) -> str:
    """Return a number as text, thousands apart, no minus before a zero.

    Examples
    --------
    >>> number(1234.56), number(-0.001), number(float("nan"))
    ('1,234.6', '0.0', '–')
    """
    if math.isnan(value):
        return "–"
    text = f"{value:,.{digits}f}"
    return text.lstrip("-") if not float(text.replace(",", "")) else text


def percent(value: float) -> str:
    """Return a share as a percentage; never 100% unless it is.

    Examples
    --------
    >>> percent(0.9996), percent(1 - 1e-9), percent(0.5)
    ('99.9%', '100.0%', '50.0%')
    """
    if math.isnan(value):
        return "–"
    if value < 1 - 1e-6:
        value = min(value, 0.999)
    return f"{number(100 * value)}%"


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return an HTML table; the first column is text, the others stand to the right."""

    def line(cells: Sequence[Any], tag: str) -> str:
        sides = ["left"] + ["right"] * (len(cells) - 1)
        inner = "".join(
            f'<{tag} style="{_CELL};text-align:{side}">{escape(str(cell))}</{tag}>'
            for cell, side in zip(cells, sides, strict=True)
        )
        return f"<tr>{inner}</tr>"

    body = "".join(line(row, "td") for row in rows)
    title = f'<caption style="text-align:left;font-weight:600">{escape(caption)}</caption>'
    top = f"<thead>{line(head, 'th')}</thead>"
    return f'<table style="{_BOX}">{title}{top}<tbody>{body}</tbody></table>'


def summary_html(result: Tables) -> str:
    """Return a summary: packages, who loses most, least filled missions, bottlenecks."""
    manifest = result.manifest
    scenario, window = manifest["scenario"], manifest["window"]
    whole = result.fill_by().iloc[0]
    lead = (
        f"{window['first']} to {window['last']}, rule {result.rule}: "
        f"{number(whole['filled_person_months'], 0)} of {number(whole['asked_person_months'], 0)} "
        f"person-months filled ({percent(whole['fill_rate'])})"
    )
    labels = result.demands
    names = dict(zip(labels["mission"], labels["mission_name"], strict=True))
    parts = [_packages(result), _displaced(result, names), _least(result, names), _binding(result)]
    heading = escape(scenario["title"] or scenario["name"])
    return f"<div><strong>{heading}</strong><div>{escape(lead)}</div>{''.join(parts)}</div>"


def _rows(frame: pd.DataFrame) -> list[dict[Any, Any]]:
    return frame.to_dict("records")


def _packages(result: Tables) -> str:
    packages = result.packages
    if packages.empty:
        return ""
    head = ["package", "known", "filled of asked", "displaced, main task 2", "main task 1", "ratio"]
    rows = [
        [
            row["title"] or row["package"],
            row["known_month"],
            f"{number(row['filled_person_months'], 0)} of {number(row['asked_person_months'], 0)}",
            number(row["displaced_main_task_2"]),
            number(row["displaced_main_task_1"]),
            number(row["displacement_ratio"], 2),
        ]
        for row in _rows(packages.head(ROWS))
    ]
    return table("Packages, person-months", head, rows)


def _displaced(result: Tables, names: dict[str, str]) -> str:
    lost = result.displacement_by("mission")
    lost = lost[lost["displaced_person_months"].abs() > SHOWN]
    lost = lost.sort_values("displaced_person_months", ascending=False, kind="stable").head(ROWS)
    if lost.empty:
        return ""
    columns = zip(lost["mission"], lost["package"], lost["displaced_person_months"], strict=True)
    rows = [[names[name] or name, package, number(taken)] for name, package, taken in columns]
    return table("Displaced most, main task 2", ["mission", "by", "person-months"], rows)


def _least(result: Tables, names: dict[str, str]) -> str:
    fill = result.fill_by("mission").dropna()
    short = fill[fill["fill_rate"] < 1 - 1e-6].sort_values("fill_rate", kind="stable").head(ROWS)
    if short.empty:
        return "<div>Every mission is filled.</div>"
    rows = [
        [
            names[row["mission"]] or row["mission"],
            number(row["asked_person_months"], 0),
            number(row["filled_person_months"]),
            percent(row["fill_rate"]),
        ]
        for row in _rows(short)
    ]
    return table("Least filled, person-months", ["mission", "asked", "filled", "fill rate"], rows)


def _binding(result: Tables) -> str:
    binding = result.bottlenecks
    if binding.empty:
        return "<div>No pool is binding.</div>"
    months = binding["pool"].value_counts(sort=True).head(ROWS)
    rows = [[pool, int(count)] for pool, count in months.items()]
    return table("Bottlenecks", ["pool", "months binding"], rows)


def comparison_html(comparison: Comparison) -> str:
    """Return the fill by mission and the packages of a comparison."""
    fill = comparison.fill_by("mission")
    differs = fill.max(axis=1) - fill.min(axis=1) > SHOWN / 100
    rows = [[mission, *map(percent, values)] for mission, *values in fill[differs].itertuples()]
    packages = comparison.table("packages")
    lost = [
        [
            row["result"],
            row["title"] or row["package"],
            number(row["filled_person_months"], 0),
            number(row["displaced_main_task_2"]),
            number(row["displacement_ratio"], 2),
        ]
        for row in _rows(packages)
    ]
    head = ["result", "package", "filled", "displaced, main task 2", "ratio"]
    parts = [
        table("Fill rate, where it differs", ["mission", *comparison.names], rows) if rows else "",
        table("Packages, person-months", head, lost) if lost else "",
    ]
    return f"<div>{''.join(parts) or 'No differences.'}</div>"
