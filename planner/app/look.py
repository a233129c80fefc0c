"""How the charts of the page look: colours, axes of months, names that fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bokeh.models import BasicTicker, FixedTicker, HoverTool, NoOverlap
from bokeh.plotting import figure

__all__ = ["BINDING", "COLOURS", "canvas", "hover", "month_axis", "name_rows", "short"]

COLOURS = {
    "plan": "#9A9A9A",
    "mine": "#0072B2",
    "band": "#9ED4F2",
    "wide": "#D6ECF8",
    "asked": "#222222",
    "grid": "#E3E3E3",
    "ink": "#222222",
    "alarm": "#B3420A",
}
"""Told apart by colour-blind people, and by lightness in print."""

BINDING = "#D94801"
"""Colour of a month in which a pool binds."""

LONGEST = 34
"""Characters of a name beside an axis; the whole name stands in the table and on hover."""

FONT = "system-ui, sans-serif"


def short(name: str, most: int = LONGEST) -> str:
    """Return a name that fits beside an axis.

    Examples
    --------
    >>> short("Maritime Areas of Interest Coordination Cell (MAICC)")
    'Maritime Areas of Interest Coordi…'
    """
    plain = " ".join(name.split())
    return plain if len(plain) <= most else plain[: most - 1].rstrip() + "…"


def canvas(name: str, height: int, axis: str, **options: Any) -> Any:
    """Return an empty chart that fills its column; its tools do not trap the wheel or a finger."""
    made = figure(
        name=f"chart-{name}",
        height=height,
        sizing_mode="stretch_width",
        toolbar_location=None,
        tools="",
        min_border_right=12,
        outline_line_color=None,
        output_backend="canvas",
        **options,
    )
    made.xaxis.axis_label = axis
    made.xaxis.major_label_policy = NoOverlap()  # on a phone
    made.xaxis.ticker = BasicTicker(desired_num_ticks=4)
    for line in (*made.xaxis, *made.yaxis):
        line.axis_label_text_font_style = "normal"
        line.axis_label_text_font = line.major_label_text_font = FONT
        line.axis_label_text_font_size = line.major_label_text_font_size = "12px"
        line.axis_label_text_color = line.major_label_text_color = COLOURS["ink"]
        line.axis_line_color = None
        line.major_tick_line_color = COLOURS["plan"]
        line.minor_tick_line_color = None
    made.xgrid.grid_line_color = COLOURS["grid"]
    made.ygrid.grid_line_color = None
    return made


def hover(chart: Any, renderers: Sequence[Any], rows: Sequence[tuple[str, str]]) -> None:
    """Show values under the pointer, a word and a column a row; they are data, never markup."""
    tooltips = [(word, f"@{{{column}}}") for word, column in rows]
    chart.add_tools(HoverTool(renderers=list(renderers), tooltips=tooltips))


def name_rows(chart: Any, names: Sequence[str], pixels: int, least: int, extra: int) -> None:
    """Give a chart one row a name from the top; row k lies at height -k.

    Parameters
    ----------
    pixels : int
        Height of a row.
    least : int
        Fewest rows there is room for.
    extra : int
        Pixels for the axis and what stands below it.
    """
    rows = max(len(names), least)
    _mark(chart.yaxis[0], [-place for place in range(len(names))])
    chart.yaxis.major_label_overrides = {-place: short(name) for place, name in enumerate(names)}
    chart.y_range.update(start=0.5 - rows, end=0.5)
    chart.height = pixels * rows + extra


def month_axis(chart: Any, months: Sequence[str]) -> None:
    """Let an axis of month numbers show years at their first month."""
    ticks = [place for place, month in enumerate(months) if month.endswith("-01")]
    ticks = ticks or [0]
    _mark(chart.xaxis[0], ticks)
    chart.xaxis.major_label_overrides = {place: months[place][:4] for place in ticks}


def _mark(axis: Any, ticks: Sequence[int]) -> None:
    """Put the marks of an axis; for a new ticker Bokeh would walk through the whole page."""
    if isinstance(axis.ticker, FixedTicker):
        axis.ticker.ticks = list(ticks)
    else:
        axis.ticker = FixedTicker(ticks=list(ticks))
