"""What can be checked of a figure without eyes: what it says and whether it fits."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from planner.figures import Chart
from planner.figures.style import style


def texts(figure: Chart) -> list[Text]:
    """Return every text that is drawn."""
    with style():
        figure.draw_without_rendering()
    found: Any = figure.findobj(Text)
    return [text for text in found if text.get_visible() and text.get_text().strip()]


def said(figure: Chart) -> str:
    """Return all that is written, a line each, as a reader sees it."""
    return "\n".join(text.get_text().replace(r"\$", "$") for text in texts(figure))


def _never_drawn(figure: Chart) -> set[Any]:
    """Return labels of ticks outside their axis: matplotlib makes and keeps them, never draws."""
    gone: set[Any] = set()
    axes: list[Any] = [*figure.axes, *(child for one in figure.axes for child in one.child_axes)]
    for axis in (axis for one in axes for axis in (one.xaxis, one.yaxis)):
        now = {*axis.get_major_ticks(), *axis.get_minor_ticks()}
        low, high = sorted(axis.get_view_interval())
        for tick in (*axis.majorTicks, *axis.minorTicks):
            if tick not in now or not low - 1e-6 <= tick.get_loc() <= high + 1e-6:
                gone |= {tick.label1, tick.label2}
    return gone


def boxes(figure: Chart) -> list[tuple[str, Any]]:
    """Return every text that is drawn with its box in pixels."""
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    found = texts(figure)
    gone = _never_drawn(figure)
    drawn = [text for text in found if text not in gone]
    return [(text.get_text(), text.get_window_extent(renderer)) for text in drawn]


def _pale(text: Text) -> bool:
    """Return whether a text stands out less than 4.5 to 1 from white, unless it is white itself."""
    red, green, blue = (
        v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4
        for v in to_rgb(text.get_color())
    )
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return light < 1 - 1e-9 and 1.05 / (light + 0.05) < 4.5


def faults(figure: Chart, slack: float = 1.5) -> list[str]:
    """Return texts that lie partly outside the figure, are pale, or overlap another.

    `slack` is the number of pixels by which two boxes may overlap either way.
    """
    width, height = figure.bbox.width, figure.bbox.height
    found = boxes(figure)
    wrong = [
        f"cut: {text}" for text, box in found
        if box.x0 < -1 or box.y0 < -1 or box.x1 > width + 1 or box.y1 > height + 1
    ]  # fmt: skip
    wrong += [f"pale: {text.get_text()}" for text in texts(figure) if _pale(text)]
    sides = np.array([[box.x0, box.x1, box.y0, box.y1] for _, box in found])
    low, high = np.maximum.outer, np.minimum.outer
    x0, x1, y0, y1 = sides.T
    both = (high(x1, x1) - low(x0, x0) > slack) & (high(y1, y1) - low(y0, y0) > slack)
    pairs = zip(*np.nonzero(np.triu(both, 1)), strict=True)
    return wrong + [f"overlap: {found[one][0]} | {found[other][0]}" for one, other in pairs]
