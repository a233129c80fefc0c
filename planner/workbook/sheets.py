"""Appearance of sheets and charts: fonts, colours, number formats and print set-up.

Text is always written as text, also where it begins like a formula.
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
from xlsxwriter.utility import xl_col_to_name

from planner.months import Month
from planner.workbook.fields import MAX_TEXT, choice_text
from planner.workbook.words import say

__all__ = [
    "ABOUT",
    "COLOURS",
    "INPUT",
    "OUTCOME",
    "HEADER",
    "WorkbookWriter",
    "SheetColumn",
    "SheetPage",
    "add_bar_chart",
    "add_pool_chart",
]

ABOUT, INPUT, OUTCOME = "#5F6B7A", "#1F4E79", "#2E6B4F"
"""Colours of tabs and headings of explanations, inputs and results."""

COLOURS = {
    "on_duty": "#0072B2", "preparing": "#E69F00", "resting": "#9ED4F2", "idle": "#E9E9E9",
    "filled": "#0072B2", "short": "#D55E00", "ink": "#222222", "quiet": "#6A6A6A",
}  # fmt: skip
"""Colours of states and texts, as in the figures; they are distinct for colour-blind readers."""

HEADER = 4
"""Row of the headings, from 0, below title, explanation and totals."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""First characters of a text that a spreadsheet would take for a formula."""

A3_WIDTH = 260
"""Width above which a sheet is printed on A3 over several pages, characters."""

FIRST_DATE = Month(1900, 3)
"""First month with the same date number in every spreadsheet."""

CREATED = datetime.datetime(1980, 1, 1)
"""Date of creation in the file, fixed so that equal content gives equal files."""

NUMBER_FORMATS = {
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
"""Prefix of number formats for the language of month names."""

BAR_HEIGHT = 19
"""Height of a bar, pixels."""

ROW_HEIGHT = 20
"""Height of a row, pixels."""

FONT = {"name": "Calibri", "size": 9, "bold": False}


@dataclass(frozen=True)
class SheetColumn:
    """A column of a table: its heading, width in characters, and number format by name."""

    head: str
    width: float = 12
    form: str = "text"
    total: bool = False


class WorkbookWriter:
    """Writer of a workbook; nothing is written before :meth:`close`."""

    def __init__(self, path: Path, lang: str):
        self.lang = lang
        options = {
            "in_memory": True,
            "strings_to_numbers": False,
            "strings_to_formulas": False,
            "strings_to_urls": False,
        }
        self.book = xlsxwriter.Workbook(str(path), options)
        self.book.set_properties({"created": CREATED})
        self.book.set_size(2400, 1600)
        self.format = cache(self._format)

    def _format(self, form: str = "general", *traits: str) -> Any:
        """Return a format; traits are keys of :data:`_STYLES` or background colours."""
        properties: dict[str, Any] = {"font_name": "Calibri", "font_size": 10, "valign": "vcenter"}
        if form == "text":
            properties["indent"] = 1
        properties["num_format"] = NUMBER_FORMATS[form].format(language=LANGUAGE[self.lang])
        for trait in traits:
            properties |= _STYLES.get(trait, {"bg_color": trait})
        return self.book.add_format(properties)

    def page(self, name: str, colour: str) -> SheetPage:
        """Add a sheet by its language-independent name."""
        return SheetPage(self, name, colour)

    def close(self) -> None:
        """Write the file."""
        self.book.close()


_STYLES: dict[str, dict[str, Any]] = {
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


class SheetPage:
    """Writer of one sheet."""

    def __init__(self, paper: WorkbookWriter, name: str, colour: str):
        self.paper, self.lang, self.colour = paper, paper.lang, colour
        self.title = say(f"sheet_{name}", paper.lang)
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
        """Title in quotes, for formulas."""
        return "'" + self.title.replace("'", "''") + "'"

    def put(self, row: int, column: int, value: Any, form: str = "text", *traits: str) -> None:
        """Write one cell; it stays empty for None and for numbers that are not finite."""
        if isinstance(value, bool):
            value = choice_text("yes" if value else "no", self.lang)
        if isinstance(value, Month) and value < FIRST_DATE:
            value = str(value)
        look = self.paper.format
        if isinstance(value, str):
            quote = ("quote",) if value.startswith(FORMULA_STARTS) else ()
            self.sheet.write_string(row, column, value[:MAX_TEXT], look("text", *traits, *quote))
        elif isinstance(value, Month):
            when = datetime.datetime(value.year, value.month, 1)
            self.sheet.write_datetime(row, column, when, look(form, *traits))
        elif value is None or not math.isfinite(value):
            self.sheet.write_blank(row, column, None, look(form, *traits))
        else:
            self.sheet.write_number(row, column, float(value), look(form, *traits))

    def headings(self, about: str) -> None:
        """Write title and explanation at the top of the sheet."""
        self.put(0, 0, self.title, "text", "title")
        self.put(1, 0, about, "text", "quiet", "flush")
        self.sheet.set_row(0, 24)

    def table(
        self,
        columns: Sequence[SheetColumn],
        rows: Iterable[Sequence[Any]],
        still: int = 1,
        forms: Sequence[str] = (),
        empty: str = "",
    ) -> int:
        """Write a table with frozen headings and a filter; return its last row.

        Totals of the filtered rows are above the headings. Columns with the format ``by_row`` have
        the formats `forms`, one for each row. For a table without rows the text `empty` is written.
        """
        cells = [list(row) for row in rows]
        last = max(HEADER + len(cells), HEADER + 1)
        for index, column in enumerate(columns):
            self.sheet.set_column(index, index, column.width, self.paper.format(column.form))
            right = () if column.form == "text" else ("right",)
            self.put(HEADER, index, column.head, "text", "head", self.colour, *right)
            if column.total:
                self._total(index, column, cells, last)
        for number, row in enumerate(cells, HEADER + 1):
            for index, (column, value) in enumerate(zip(columns, row, strict=True)):
                form = column.form if column.form != "by_row" else forms[number - HEADER - 1]
                self.put(number, index, value, form)
        self.sheet.set_row(HEADER, 42)
        if sum(column.width for column in columns) > A3_WIDTH:
            self.sheet.set_paper(8)
            self.sheet.set_print_scale(55)
            self.sheet.repeat_columns(0, still - 1)
        self.sheet.autofilter(HEADER, 0, last, len(columns) - 1)
        self.sheet.freeze_panes(HEADER + 1, still)
        self.sheet.repeat_rows(HEADER)
        if empty and not cells:
            self.put(HEADER + 1, 0, say(empty, self.lang), "text", "quiet")
        return last

    def _total(self, index: int, column: SheetColumn, rows: list[list[Any]], last: int) -> None:
        letter = xl_col_to_name(index)
        total = math.fsum(row[index] for row in rows if row[index] is not None)
        formula = f"=SUBTOTAL(109,{letter}{HEADER + 2}:{letter}{last + 1})"
        look = self.paper.format(column.form, "total")
        self.sheet.write_formula(HEADER - 1, index, formula, look, total)
        self.put(HEADER - 1, 0, say("total_shown", self.lang), "text", "total")


def add_bar_chart(
    page: SheetPage,
    title: str,
    last: int,
    numbers: int,
    colour: str,
    *,
    column: int,
    first: int = HEADER + 1,
    row: int = HEADER + 1,
    names: int = 1,
    share: bool = False,
    spread: Sequence[tuple[float, float, float]] = (),
) -> int:
    """Add a bar chart of the rows of a table; return the number of rows that it covers.

    Parameters
    ----------
    last, first : int
        Rows of the table.
    numbers, names : int
        Columns with the length and the name of each bar.
    colour : str
        Name of the colour.
    column, row : int
        Cell of the top left corner of the chart.
    share : bool
        Whether the lengths are shares, up to 1.
    spread : sequence of (float, float, float)
        Length of each bar with the lower and upper end of its error bar; written to cells behind
        the chart, since LibreOffice shows only error bars of cells.
    """
    chart = page.paper.book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": title,
            "categories": [page.title, first, names, last, names],
            "values": [page.title, first, numbers, last, numbers],
            "fill": {"color": COLOURS[colour]},
            "gap": 40,
            **({"y_error_bars": _whiskers(page, spread, row, column)} if spread else {}),
        }
    )
    _style_chart(chart, title)
    axis: dict[str, Any] = {
        "num_font": FONT,
        "num_format": "#,##0",
        "major_gridlines": _gridlines(),
    }
    if share:
        axis |= {"num_format": "0%", "min": 0, "max": 1}
    elif spread:
        axis["max"] = _axis_maximum(max(high for _, _, high in spread))
    chart.set_x_axis(axis)
    names_axis = {"reverse": True, "interval_unit": 1, "num_font": FONT, "line": {"none": True}}
    chart.set_y_axis(names_axis)
    chart.set_legend({"none": True})
    height = max(140, (last - first + 1) * BAR_HEIGHT + 80)
    chart.set_size({"width": 760, "height": height})
    page.sheet.insert_chart(row, column, chart, {"object_position": 3, "description": title})
    return height // ROW_HEIGHT + 2


def _axis_maximum(value: float) -> float:
    """Return a round number that is at least as large, for the end of an axis.

    Examples
    --------
    >>> _axis_maximum(743.9), _axis_maximum(1205), _axis_maximum(0)
    (800.0, 1500.0, 1.0)
    """
    if value <= 0:
        return 1.0
    step = 10.0 ** math.floor(math.log10(value))
    step = step / 2 if value < 5 * step else step
    return math.ceil(value / step) * step


def _whiskers(
    page: SheetPage, spread: Sequence[tuple[float, float, float]], row: int, column: int
) -> dict[str, Any]:
    for number, (length, low, high) in enumerate(spread, row + 1):
        page.put(number, column, max(0.0, length - low), "one", "quiet")
        page.put(number, column + 1, max(0.0, high - length), "one", "quiet")
    span = f"${row + 2}:${{letter}}${row + 1 + len(spread)}"
    letters = (xl_col_to_name(column), xl_col_to_name(column + 1))
    below, above = (f"={page.quoted}!${x}{span.format(letter=x)}" for x in letters)
    line = {"color": COLOURS["ink"], "width": 1}
    return {"type": "custom", "minus_values": below, "plus_values": above, "line": line}


def add_pool_chart(
    page: SheetPage,
    cells: Sequence[Sequence[Any]],
    last: int,
    chosen: str,
    months: Sequence[Month],
) -> None:
    """Add a chart of the people of one pool by state; the pool is chosen in a cell."""
    lang, sheet = page.lang, page.sheet
    states = ("on_duty", "preparing", "resting", "idle")
    source = {"strength": 2, "preparing": 3, "on_duty": 4, "resting": 5, "idle": 6}
    at = 9
    page.put(1, at, say("chosen_pool", lang), "text", "bold")
    page.put(1, at + 2, chosen, "text", "choose")
    pools = list(dict.fromkeys(row[0] for row in cells))
    ids = ",".join(pools)
    if len(ids) < 250:
        sheet.data_validation(1, at + 2, 1, at + 2, {"validate": "list", "source": pools})
    known = {(row[0], row[1]): row for row in cells}
    pick = f"${xl_col_to_name(at + 2)}$2"
    head = 30
    for column, key in enumerate(("month", *states, "strength")):
        page.put(head, at + column, say(key, lang), "text", "quiet", "right")
    for number, month in enumerate(months, head + 1):
        page.put(number, at, month, "month", "quiet")
        for column, key in enumerate((*states, "strength"), at + 1):
            letter = xl_col_to_name(source[key])
            formula = (
                f"=SUMIFS({_column_range(letter, last)},{_column_range('A', last)},{pick},"
                f"{_column_range('B', last)},${xl_col_to_name(at)}{number + 1})"
            )
            row = known.get((chosen, month))
            value = row[source[key]] if row is not None else 0.0
            sheet.write_formula(number, column, formula, page.paper.format("one", "quiet"), value)
    area = _stacked_columns(page, states, head, head + len(months), at)
    _style_chart(area, say("chart_pool", lang))
    area.set_x_axis({"date_axis": True, "num_format": "mmm yy", "num_font": FONT,
                     "major_unit": 6, "major_unit_type": "months"})  # fmt: skip
    area.set_y_axis({"num_font": FONT, "num_format": "#,##0", "major_gridlines": _gridlines()})
    area.set_legend({"position": "top", "font": FONT})
    area.set_size({"width": 820, "height": 24 * ROW_HEIGHT})
    options = {"object_position": 3, "description": say("chart_pool", lang)}
    sheet.insert_chart(HEADER + 1, at, area, options)
    sheet.set_column(at, at + 1 + len(states), 11)


def _stacked_columns(page: SheetPage, states: Sequence[str], head: int, end: int, at: int) -> Any:
    """Return a chart of people by state as stacked columns, with the strength as a line."""
    lang, area = page.lang, page.paper.book.add_chart({"type": "column", "subtype": "stacked"})
    for column, key in enumerate(states, at + 1):
        area.add_series(
            {
                "name": say(key, lang),
                "categories": [page.title, head + 1, at, end, at],
                "values": [page.title, head + 1, column, end, column],
                "fill": {"color": COLOURS[key]},
                "gap": 0,
            }
        )
    line = page.paper.book.add_chart({"type": "line"})
    strength = at + 1 + len(states)
    line.add_series(
        {
            "name": say("strength", lang),
            "categories": [page.title, head + 1, at, end, at],
            "values": [page.title, head + 1, strength, end, strength],
            "line": {"color": COLOURS["ink"], "width": 1.5},
        }
    )
    area.combine(line)
    return area


def _column_range(letter: str, last: int) -> str:
    return f"${letter}${HEADER + 2}:${letter}${last + 1}"


def _gridlines() -> dict[str, Any]:
    return {"visible": True, "line": {"color": "#E3E3E3", "width": 0.5}}


def _style_chart(chart: Any, title: str) -> None:
    font = {**FONT, "size": 11, "bold": True, "color": COLOURS["ink"]}
    chart.set_title({"name": title, "name_font": font, "overlay": False})
    chart.set_chartarea({"border": {"none": True}})
    chart.set_plotarea({"fill": {"none": True}})
