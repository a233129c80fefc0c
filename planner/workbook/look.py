"""How every sheet looks: fonts, colours, number formats, headings that stay, print set-up.

Text is always written as text: what begins like a formula stays what it is.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import xlsxwriter

from planner.months import Month
from planner.workbook.headings import choice
from planner.workbook.rows import LONGEST
from planner.workbook.words import say

__all__ = [
    "ABOUT",
    "COLOURS",
    "INPUT",
    "OUTCOME",
    "TOP",
    "Column",
    "Page",
    "Paper",
    "column_letter",
]

ABOUT, INPUT, OUTCOME = "#5F6B7A", "#1F4E79", "#2E6B4F"
"""Colours of tabs and headings: what explains, what can be filled in, what came out."""

COLOURS = {
    "on_duty": "#0072B2", "preparing": "#E69F00", "resting": "#9ED4F2", "idle": "#E9E9E9",
    "filled": "#0072B2", "short": "#D55E00", "ink": "#222222", "quiet": "#6A6A6A",
}  # fmt: skip
"""Colours of things, those of the figures: colour-blind people tell them apart."""

TOP = 4
"""Row of the headings, from 0; above them stand title, explanation and totals."""

RISKY = ("=", "+", "-", "@", "\t", "\r")
"""What a text begins with that a spreadsheet would take for a formula if it were typed."""

WIDE = 260
"""Characters above which a sheet is printed on several pages side by side, on A3."""

FIRST = Month(1900, 3)
"""First month that is the same date in every spreadsheet."""

EPOCH = datetime.datetime(1980, 1, 1)
"""Written as the date of creation, so that the same content is the same file."""

FORMS = {
    "text": "@",
    "general": "General",
    "whole": "#,##0",
    "one": "[>=0.05]#,##0.0;[<=-0.05]-#,##0.0;0.0",
    "two": "#,##0.00",
    "percent": "0.0%",
    "percent_whole": "0%",
    "month": "{language}mmm yyyy",
    "month_short": "{language}mmm yy",
    "by_row": "General",
}
"""Number formats by name; a spreadsheet adds the separators of its user's language."""

LANGUAGE = {"en": "[$-809]", "nl": "[$-413]"}
"""Language of the names of months."""


@dataclass(frozen=True)
class Column:
    """A column of a table: its heading, width in characters, and number format by name."""

    head: str
    width: float = 12
    form: str = "text"
    total: bool = False


class Paper:
    """A workbook in the making.

    Parameters
    ----------
    path : Path
    lang : str
    """

    def __init__(self, path: Path, lang: str):
        """Begin a workbook; nothing is written before :meth:`close`."""
        self.lang = lang
        options = {
            "in_memory": True,
            "strings_to_numbers": False,
            "strings_to_formulas": False,
            "strings_to_urls": False,
        }
        self.book = xlsxwriter.Workbook(str(path), options)
        self.book.set_properties({"created": EPOCH})
        self.book.set_size(2400, 1600)
        self.format = cache(self._format)

    def _format(self, form: str = "general", *traits: str) -> Any:
        """Return a format; traits are those of :data:`_TRAITS`, colours, or ``quote``."""
        said: dict[str, Any] = {"font_name": "Calibri", "font_size": 10, "valign": "vcenter"}
        if form == "text":
            said["indent"] = 1
        said["num_format"] = FORMS[form].format(language=LANGUAGE[self.lang])
        for trait in traits:
            said |= _TRAITS.get(trait, {"bg_color": trait})
        return self.book.add_format(said)

    def page(self, name: str, colour: str, title: str | None = None) -> Page:
        """Add a sheet by the name it has in every language."""
        return Page(self, name, colour, title)

    def close(self) -> None:
        """Write the file."""
        self.book.close()


_TRAITS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16, "font_color": COLOURS["ink"], "indent": 0},
    "flush": {"indent": 0},
    "bold": {"bold": True},
    "quiet": {"font_color": COLOURS["quiet"]},
    "wrap": {"text_wrap": True, "valign": "top"},
    "head": {"bold": True, "font_color": "#FFFFFF", "text_wrap": True, "valign": "vcenter"},
    "right": {"align": "right"},
    "left": {"align": "left"},
    "centre": {"align": "center"},
    "top": {"valign": "top"},
    "input": {"font_color": INPUT, "bold": True},
    "outcome": {"font_color": OUTCOME, "bold": True},
    "link": {"font_color": INPUT, "underline": 1},
    "quote": {"quote_prefix": True},
    "choose": {"bg_color": "#FFF2B3", "border": 1, "border_color": "#B8A24C", "bold": True},
    "total": {"bold": True, "bottom": 1, "bottom_color": "#B0B0B0"},
}


class Page:
    """One sheet in the making."""

    def __init__(self, paper: Paper, name: str, colour: str, title: str | None):
        """Add a sheet to a workbook."""
        self.paper, self.lang, self.colour = paper, paper.lang, colour
        self.title = title or say(f"sheet_{name}", paper.lang)
        self.sheet = paper.book.add_worksheet(self.title)
        self.sheet.set_tab_color(colour)
        self.sheet.hide_gridlines(2)
        self.sheet.set_paper(9)
        self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_margins(0.4, 0.4, 0.5, 0.6)
        self.sheet.set_footer("&L&8&F&C&8&A&R&8&P / &N")

    @property
    def quoted(self) -> str:
        """Title as it stands in formulas."""
        return "'" + self.title.replace("'", "''") + "'"

    def put(self, row: int, column: int, value: Any, form: str = "text", *traits: str) -> None:
        """Write one cell; what is not there, and what is no number, stays empty."""
        if isinstance(value, bool):
            value = choice("yes" if value else "no", self.lang)
        if isinstance(value, Month) and value < FIRST:
            value = str(value)
        look = self.paper.format
        if isinstance(value, str):
            quote = ("quote",) if value.startswith(RISKY) else ()
            self.sheet.write_string(row, column, value[:LONGEST], look("text", *traits, *quote))
        elif isinstance(value, Month):
            when = datetime.datetime(value.year, value.month, 1)
            self.sheet.write_datetime(row, column, when, look(form, *traits))
        elif value is None or not math.isfinite(value):
            self.sheet.write_blank(row, column, None, look(form, *traits))
        else:
            self.sheet.write_number(row, column, float(value), look(form, *traits))

    def headings(self, about: str) -> None:
        """Write what the sheet is about at its top."""
        self.put(0, 0, self.title, "text", "title")
        self.put(1, 0, about, "text", "quiet", "flush")
        self.sheet.set_row(0, 24)

    def table(
        self,
        columns: Sequence[Column],
        rows: Iterable[Sequence[Any]],
        still: int = 1,
        forms: Sequence[str] = (),
    ) -> int:
        """Write a table with headings that stay in view and a filter; return its last row.

        Totals stand above the headings, of the rows that a filter leaves. Columns of the form
        ``by_row`` take the form that `forms` has for each row.
        """
        made = [list(row) for row in rows]
        last = max(TOP + len(made), TOP + 1)
        for place, column in enumerate(columns):
            self.sheet.set_column(place, place, column.width, self.paper.format(column.form))
            right = () if column.form == "text" else ("right",)
            self.put(TOP, place, column.head, "text", "head", self.colour, *right)
            if column.total:
                self._total(place, column, made, last)
        for number, row in enumerate(made, TOP + 1):
            for place, (column, value) in enumerate(zip(columns, row, strict=True)):
                form = column.form if column.form != "by_row" else forms[number - TOP - 1]
                self.put(number, place, value, form)
        self.sheet.set_row(TOP, 42)
        if sum(column.width for column in columns) > WIDE:
            self.sheet.set_paper(8)
            self.sheet.set_print_scale(55)
            self.sheet.repeat_columns(0, still - 1)
        self.sheet.autofilter(TOP, 0, last, len(columns) - 1)
        self.sheet.freeze_panes(TOP + 1, still)
        self.sheet.repeat_rows(TOP)
        return last

    def _total(self, place: int, column: Column, rows: list[list[Any]], last: int) -> None:
        letter = column_letter(place)
        total = math.fsum(row[place] for row in rows if row[place] is not None)
        formula = f"=SUBTOTAL(109,{letter}{TOP + 2}:{letter}{last + 1})"
        look = self.paper.format(column.form, "total")
        self.sheet.write_formula(TOP - 1, place, formula, look, total)
        self.put(TOP - 1, 0, say("total_shown", self.lang), "text", "total")


def column_letter(place: int) -> str:
    """Return what a spreadsheet calls a column, counted from 0.

    Examples
    --------
    >>> column_letter(0), column_letter(27)
    ('A', 'AB')
    """
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(place))
