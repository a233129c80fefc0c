"""Appearance of every sheet, and its charts: fonts, colors, number formats, print set-up.

Text is always written as text: what begins like a formula stays what it is."""

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
from planner.workbook.fields import LONGEST, choice
from planner.workbook.words import say

__all__ = [
    "ABOUT",
    "COLOURS",
    "INPUT",
    "OUTCOME",
    "TOP",
    "Paper",
    "SheetColumn",
    "SheetPage",
    "bars",
    "pool_chart",
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

CREATED = datetime.datetime(1980, 1, 1)
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

BAR = 19
"""Pixels of height for one bar."""

ROW = 20
"""Pixels of height of a row."""

FONT = {"name": "Calibri", "size": 9, "bold": False}


@dataclass(frozen=True)
class SheetColumn:
    """A column of a table: its heading, width in characters, and number format by name."""

    head: str
    width: float = 12
    form: str = "text"
    total: bool = False


class Paper:
    """A workbook in the making; nothing is written before :meth:`close`."""

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
        """Return a format; traits are those of :data:`_TRAITS`, colours, or ``quote``."""
        said: dict[str, Any] = {"font_name": "Calibri", "font_size": 10, "valign": "vcenter"}
        if form == "text":
            said["indent"] = 1
        said["num_format"] = FORMS[form].format(language=LANGUAGE[self.lang])
        for trait in traits:
            said |= _TRAITS.get(trait, {"bg_color": trait})
        return self.book.add_format(said)

    def page(self, name: str, colour: str) -> SheetPage:
        """Add a sheet by the name it has in every language."""
        return SheetPage(self, name, colour)

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


class SheetPage:
    """One sheet in the making."""

    def __init__(self, paper: Paper, name: str, colour: str):
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
        """Title as it stands in formulas."""
        return "'" + self.title.replace("'", "''") + "'"

    def put(self, row: int, column: int, value: Any, form: str = "text", *traits: str) -> None:
        """Write one cell; an absent value, and what is no number, stays empty."""
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
        columns: Sequence[SheetColumn],
        rows: Iterable[Sequence[Any]],
        still: int = 1,
        forms: Sequence[str] = (),
        empty: str = "",
    ) -> int:
        """Write a table with headings that stay in view and a filter; return its last row.

        Totals stand above the headings, of the rows that a filter leaves. Columns of the form
        ``by_row`` take the form that `forms` has for each row. Where no row exists, the word
        `empty` is said.
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
        if empty and not made:
            self.put(TOP + 1, 0, say(empty, self.lang), "text", "quiet")
        return last

    def _total(self, place: int, column: SheetColumn, rows: list[list[Any]], last: int) -> None:
        letter = xl_col_to_name(place)
        total = math.fsum(row[place] for row in rows if row[place] is not None)
        formula = f"=SUBTOTAL(109,{letter}{TOP + 2}:{letter}{last + 1})"
        look = self.paper.format(column.form, "total")
        self.sheet.write_formula(TOP - 1, place, formula, look, total)
        self.put(TOP - 1, 0, say("total_shown", self.lang), "text", "total")


def bars(
    page: SheetPage,
    title: str,
    last: int,
    numbers: int,
    colour: str,
    *,
    column: int,
    first: int = TOP + 1,
    row: int = TOP + 1,
    names: int = 1,
    share: bool = False,
    spread: Sequence[tuple[float, float, float]] = (),
) -> int:
    """Add bars, one for each row of a table; return how many rows the chart stands beside.

    Parameters
    ----------
    last, first : int
        Rows of the table.
    numbers, names : int
        Columns with the length and the name of each bar.
    colour : str
        Name of the colour.
    column, row : int
        Where the chart stands.
    share : bool
        Whether the lengths are shares, up to 1.
    spread : sequence of (float, float, float)
        Length of each bar, and from where to where its whisker reaches; written behind the chart,
        since LibreOffice shows whiskers of cells only.
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
    _dress(chart, title)
    axis: dict[str, Any] = {"num_font": FONT, "num_format": "#,##0", "major_gridlines": _grid()}
    if share:
        axis |= {"num_format": "0%", "min": 0, "max": 1}
    elif spread:
        axis["max"] = _end_of_axis(max(high for _, _, high in spread))
    chart.set_x_axis(axis)
    names_axis = {"reverse": True, "interval_unit": 1, "num_font": FONT, "line": {"none": True}}
    chart.set_y_axis(names_axis)
    chart.set_legend({"none": True})
    height = max(140, (last - first + 1) * BAR + 80)
    chart.set_size({"width": 760, "height": height})
    page.sheet.insert_chart(row, column, chart, {"object_position": 3, "description": title})
    return height // ROW + 2


def _end_of_axis(most: float) -> float:
    """Return a round number that is no less.

    Examples
    --------
    >>> _end_of_axis(743.9), _end_of_axis(1205), _end_of_axis(0)
    (800.0, 1500.0, 1.0)
    """
    if most <= 0:
        return 1.0
    step = 10.0 ** math.floor(math.log10(most))
    step = step / 2 if most < 5 * step else step
    return math.ceil(most / step) * step


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


def pool_chart(
    page: SheetPage, cells: Sequence[Sequence[Any]], last: int, chosen: str, months: Sequence[Month]
) -> None:
    """Add a chart of what one pool's people do; which one is chosen in a cell."""
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
    for place, key in enumerate(("month", *states, "strength")):
        page.put(head, at + place, say(key, lang), "text", "quiet", "right")
    for number, month in enumerate(months, head + 1):
        page.put(number, at, month, "month", "quiet")
        for place, key in enumerate((*states, "strength"), at + 1):
            letter = xl_col_to_name(source[key])
            formula = (
                f"=SUMIFS({_span(letter, last)},{_span('A', last)},{pick},"
                f"{_span('B', last)},${xl_col_to_name(at)}{number + 1})"
            )
            row = known.get((chosen, month))
            value = row[source[key]] if row is not None else 0.0
            sheet.write_formula(number, place, formula, page.paper.format("one", "quiet"), value)
    area = _pool_areas(page, states, head, head + len(months), at)
    _dress(area, say("chart_pool", lang))
    area.set_x_axis({"date_axis": True, "num_format": "mmm yy", "num_font": FONT,
                     "major_unit": 6, "major_unit_type": "months"})  # fmt: skip
    area.set_y_axis({"num_font": FONT, "num_format": "#,##0", "major_gridlines": _grid()})
    area.set_legend({"position": "top", "font": FONT})
    area.set_size({"width": 820, "height": 24 * ROW})
    options = {"object_position": 3, "description": say("chart_pool", lang)}
    sheet.insert_chart(TOP + 1, at, area, options)
    sheet.set_column(at, at + 1 + len(states), 11)


def _pool_areas(page: SheetPage, states: Sequence[str], head: int, end: int, at: int) -> Any:
    """Return people by state as stacked columns below a line of the strength."""
    lang, area = page.lang, page.paper.book.add_chart({"type": "column", "subtype": "stacked"})
    for place, key in enumerate(states, at + 1):
        area.add_series(
            {
                "name": say(key, lang),
                "categories": [page.title, head + 1, at, end, at],
                "values": [page.title, head + 1, place, end, place],
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


def _span(letter: str, last: int) -> str:
    return f"${letter}${TOP + 2}:${letter}${last + 1}"


def _grid() -> dict[str, Any]:
    return {"visible": True, "line": {"color": "#E3E3E3", "width": 0.5}}


def _dress(chart: Any, title: str) -> None:
    font = {**FONT, "size": 11, "bold": True, "color": COLOURS["ink"]}
    chart.set_title({"name": title, "name_font": font, "overlay": False})
    chart.set_chartarea({"border": {"none": True}})
    chart.set_plotarea({"fill": {"none": True}})
