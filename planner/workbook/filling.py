"""The sheets that can be filled in: the scenario as it is, or blank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from planner.scenario.load import Scenario
from planner.workbook.fields import SETTINGS, SHEETS, Field, Sheet
from planner.workbook.headings import choice, heading, helps
from planner.workbook.look import INPUT, TOP, Column, Page, Paper, column_letter
from planner.workbook.rows import rows_of, settings_of
from planner.workbook.words import say

__all__ = ["fill_in"]

SPARE = 500
"""Rows below those that are there in which choices can be made from lists."""

_WINDOW = {"from": "window_from", "to": "window_to"}
"""Settings whose names are those of other columns."""

FORMS = {"number": "general", "whole": "general", "month": "month", "known": "month"}


def fill_in(paper: Paper, scenario: Scenario) -> None:
    """Write every sheet that can be filled in."""
    _settings(paper, scenario)
    rows = rows_of(scenario.inputs)
    pages = {name: paper.page(name, INPUT) for name in SHEETS}
    for name, sheet in SHEETS.items():
        _sheet(pages[name], sheet, rows[name], pages)


def _settings(paper: Paper, scenario: Scenario) -> None:
    page, lang = paper.page("settings", INPUT), paper.lang
    page.headings(say("about_settings", lang))
    values = settings_of(scenario)
    for place, key in enumerate(("field", "value_given", "explanation")):
        page.put(TOP, place, say(key, lang), "text", "head", INPUT)
    page.sheet.set_column(0, 0, 24)
    page.sheet.set_column(1, 1, 80)
    page.sheet.set_column(2, 2, 70)
    for row, field in enumerate(SETTINGS, TOP + 1):
        page.put(row, 0, heading(field.name, lang), "text", "bold", "wrap")
        form = FORMS.get(field.column.kind, "text")
        page.put(row, 1, shown(values[field.name], field, lang), form, "wrap", "left")
        about = helps(_WINDOW.get(field.name, field.name), lang)
        page.put(row, 2, about, "text", "quiet", "wrap")
        page.sheet.set_row(row, 15 * (1 + len(str(values[field.name] or "")) // 85))
        _limit(page, field, (row, 1, row, 1), {})
    page.sheet.freeze_panes(TOP + 1, 1)


def _sheet(
    page: Page, sheet: Sheet, rows: Sequence[Mapping[str, Any]], pages: Mapping[str, Page]
) -> None:
    lang = page.lang
    page.headings(say(f"about_{sheet.name}", lang))
    columns = [
        Column(heading(one.name, lang), one.width, FORMS.get(one.column.kind, "text"))
        for one in sheet.fields
    ]
    cells = [[shown(row[one.name], one, lang) for one in sheet.fields] for row in rows]
    last = page.table(columns, cells, sheet.still)
    for place, one in enumerate(sheet.fields):
        _limit(page, one, (TOP + 1, place, last + SPARE, place), pages)
        if text := helps(one.name, lang):
            said = {
                "validate": "any",
                "input_title": heading(one.name, lang)[:32],
                "input_message": text[:255],
            }
            page.sheet.data_validation(TOP, place, TOP, place, said)


def shown(value: Any, field: Field, lang: str) -> Any:
    """Return a value as a cell shows it.

    Examples
    --------
    >>> shown(("staff", "civil"), SHEETS["demands"].field("pools"), "nl")
    'staff, civil'
    >>> shown("military", SHEETS["pools"].field("category"), "nl")
    'militair'
    """
    if isinstance(value, tuple):
        return ", ".join(value)
    kind = field.column.kind
    if isinstance(value, str) and value and kind in ("choice", "known"):
        return choice(value, lang)
    return value


def _limit(
    page: Page, field: Field, where: tuple[int, int, int, int], pages: Mapping[str, Page]
) -> None:
    """Let a spreadsheet offer what a cell may hold, and refuse what it may not."""
    lang, column = page.lang, field.column
    said: dict[str, Any] = {"error_title": say("invalid", lang)[:32], "ignore_blank": True}
    if column.kind in ("choice", "flag"):
        values = ("yes", "no") if column.kind == "flag" else column.choices
        said |= {
            "validate": "list",
            "source": [choice(value, lang) for value in values],
            "error_message": say("invalid_list", lang),
        }
    elif field.refers and column.kind == "id" and field.refers in pages:
        there = pages[field.refers]
        said |= {
            "validate": "list",
            "source": f"={there.quoted}!${column_letter(0)}${TOP + 2}:$A${TOP + 2 + SPARE}",
            "error_type": "warning",
            "error_message": say("invalid_list", lang),
        }
    elif column.kind in ("number", "whole") and column.low > -1e6:
        said |= {
            "validate": "decimal" if column.kind == "number" else "integer",
            "criteria": "between",
            "minimum": column.low,
            "maximum": min(column.high, 1e12),
            "error_message": say("invalid_number", lang, low=column.low, high=column.high),
        }
    else:
        return
    page.sheet.data_validation(*where, said)
