"""Charts of a spreadsheet's own, so that they can be changed and copied there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from planner.months import Month
from planner.workbook.look import COLOURS, TOP, Page, column_letter
from planner.workbook.words import say

__all__ = ["bars", "pool_chart"]

BAR = 19
"""Pixels of height for one bar."""

ROW = 20
"""Pixels of height of a row."""

FONT = {"name": "Calibri", "size": 9, "bold": False}


def bars(
    page: Page,
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
    page : Page
    title : str
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
    page: Page, spread: Sequence[tuple[float, float, float]], row: int, column: int
) -> dict[str, Any]:
    for number, (length, low, high) in enumerate(spread, row + 1):
        page.put(number, column, max(0.0, length - low), "one", "quiet")
        page.put(number, column + 1, max(0.0, high - length), "one", "quiet")
    span = f"${row + 2}:${{letter}}${row + 1 + len(spread)}"
    letters = (column_letter(column), column_letter(column + 1))
    below, above = (f"={page.quoted}!${x}{span.format(letter=x)}" for x in letters)
    line = {"color": COLOURS["ink"], "width": 1}
    return {"type": "custom", "minus_values": below, "plus_values": above, "line": line}


def pool_chart(
    page: Page, cells: Sequence[Sequence[Any]], last: int, chosen: str, months: Sequence[Month]
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
    pick = f"${column_letter(at + 2)}$2"
    head = 30
    for place, key in enumerate(("month", *states, "strength")):
        page.put(head, at + place, say(key, lang), "text", "quiet", "right")
    for number, month in enumerate(months, head + 1):
        page.put(number, at, month, "month", "quiet")
        for place, key in enumerate((*states, "strength"), at + 1):
            letter = column_letter(source[key])
            formula = (
                f"=SUMIFS({_span(letter, last)},{_span('A', last)},{pick},"
                f"{_span('B', last)},${column_letter(at)}{number + 1})"
            )
            row = known.get((chosen, month))
            value = row[source[key]] if row is not None else 0.0
            sheet.write_formula(number, place, formula, page.paper.format("one", "quiet"), value)
    end = head + len(months)
    area = page.paper.book.add_chart({"type": "column", "subtype": "stacked"})
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
    _dress(area, say("chart_pool", lang))
    area.set_x_axis({"date_axis": True, "num_format": "mmm yy", "num_font": FONT,
                     "major_unit": 6, "major_unit_type": "months"})  # fmt: skip
    area.set_y_axis({"num_font": FONT, "num_format": "#,##0", "major_gridlines": _grid()})
    area.set_legend({"position": "top", "font": FONT})
    area.set_size({"width": 820, "height": 24 * ROW})
    options = {"object_position": 3, "description": say("chart_pool", lang)}
    sheet.insert_chart(TOP + 1, at, area, options)
    sheet.set_column(at, at + 1 + len(states), 11)


def _span(letter: str, last: int) -> str:
    return f"${letter}${TOP + 2}:${letter}${last + 1}"


def _grid() -> dict[str, Any]:
    return {"visible": True, "line": {"color": "#E3E3E3", "width": 0.5}}


def _dress(chart: Any, title: str) -> None:
    font = {**FONT, "size": 11, "bold": True, "color": COLOURS["ink"]}
    chart.set_title({"name": title, "name_font": font, "overlay": False})
    chart.set_chartarea({"border": {"none": True}})
    chart.set_plotarea({"fill": {"none": True}})
