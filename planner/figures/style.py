"""Style of figures: palette, fonts, frame with title and source, axes, and saving.

The palette is that of Okabe and Ito, which colour-blind people can distinguish. Important elements
also differ in lightness or hatching, so that they remain distinct in black and white.
"""

from __future__ import annotations

import io
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.style import context
from matplotlib.textpath import text_to_path
from matplotlib.ticker import MaxNLocator

from planner.errors import InputError
from planner.labels import month, number
from planner.months import Month

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "COLOURS", "SERIES", "Chart", "add_frame", "chart", "chart_with_axes", "empty_chart",
    "escape_text", "label_rows", "minus", "month_axis", "number_axis", "set_rows", "style",
    "style_axes", "style_row_axes", "wrap_text",
]  # fmt: skip

COLOURS = {
    "on_duty": "#0072B2",
    "preparing": "#E69F00",
    "resting": "#9ED4F2",
    "idle": "#E9E9E9",
    "strength": "#111111",
    "main_task_1": "#E69F00",
    "main_task_2": "#0072B2",
    "gain": "#009E73",
    "alarm": "#D55E00",
    "ink": "#222222",
    "quiet": "#6A6A6A",
    "grid": "#D9D9D9",
}
"""Colours by meaning, the same in all figures."""

SERIES = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999",
)  # fmt: skip
"""Colours of series without a colour in :data:`COLOURS`, in order."""

RC: Any = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 8.5,
    "axes.titlesize": 9,
    "axes.labelsize": 8.5,
    "axes.linewidth": 0.7,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "hatch.linewidth": 0.6,
    "axes.unicode_minus": True,
    "text.usetex": False,
    "text.hinting": "none",
    "svg.fonttype": "path",
    "svg.hashsalt": "planner",
    "pdf.fonttype": 42,
    "savefig.bbox": None,
    "savefig.facecolor": "white",
    "figure.facecolor": "white",
}
"""Matplotlib settings with which figures are drawn and saved, independent of those of the user."""

PAGE_WIDTH = 8.0
"""Width of a page, inches."""
TITLE_POINTS, SMALL_POINTS = 12.0, 8.5
"""Font sizes of the title, and of subtitle and source, points."""


class Chart(Figure):
    """A matplotlib figure with a notebook display, reproducible saving and alternative text.

    Attributes
    ----------
    alt : str
        Alternative text, for screen readers.
    """

    alt: str = ""

    def save(self, path: str | Path, dpi: int = 200) -> Path:
        """Write PNG, SVG or PDF, by the suffix of the path; the bytes are reproducible.

        Raises
        ------
        InputError
            The suffix is none of these.

        Examples
        --------
        >>> chart(4, 3).save("figure.gif")
        Traceback (most recent call last):
        ...
        planner.errors.InputError: figure.gif: expected a file ending in .png, .svg or .pdf
        """
        ending = Path(path).suffix.lower().lstrip(".")
        if ending not in ("png", "svg", "pdf"):
            raise InputError(f"{path}: expected a file ending in .png, .svg or .pdf")
        Path(path).write_bytes(self.rendered(ending, dpi))
        return Path(path)

    def rendered(self, form: str = "png", dpi: int = 200) -> bytes:
        """Return the figure as bytes of a PNG, SVG or PDF, without a date."""
        dates = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None, "ModDate": None}}
        stream = io.BytesIO()
        with style():
            self.savefig(stream, format=form, dpi=dpi, metadata=dates[form])
        return stream.getvalue()

    def _repr_png_(self) -> bytes:
        return self.rendered("png", 110)


@contextmanager
def style() -> Iterator[None]:
    """Apply :data:`RC`, and suppress warnings about characters that the font lacks."""
    with context(["default", RC]), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def chart(height: float, width: float = PAGE_WIDTH) -> Chart:
    """Return an empty chart of a size in inches, with constrained layout.

    Examples
    --------
    >>> figure = chart(3)
    >>> tuple(float(inches) for inches in figure.get_size_inches())
    (8.0, 3.0)
    """
    figure = Chart(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def chart_with_axes(height: float) -> tuple[Chart, Axes]:
    """Return an empty chart of a height in inches, and its only axes."""
    figure = chart(height)
    return figure, figure.subplots()


def wrap_text(
    text: object, inches: float, size: float, lines: int = 2, weight: str = "normal"
) -> str:
    """Wrap text to a maximum width and number of lines, with an ellipsis if it is truncated.

    Parameters
    ----------
    text : object
    inches : float
        Maximum width of a line.
    size : float
        Font size, points.
    lines : int
        Maximum number of lines.
    weight : {"normal", "bold"}

    Examples
    --------
    >>> print(wrap_text("Forensic and investigation team for the Court", 1.4, 8))
    Forensic and
    investigation team for …
    """
    font = FontProperties(family="DejaVu Sans", size=size, weight=weight)
    max_width = inches * 72

    def too_wide(line: str) -> bool:
        return text_to_path.get_text_width_height_descent(line, font, False)[0] > max_width

    wrapped: list[str] = []
    current = ""
    for word in _split_words(text):
        longer = f"{current} {word}".strip()
        while too_wide(longer):
            if not current:  # a word longer than a line is broken
                keep = next(
                    (n for n in range(len(longer) - 1, 1, -1) if not too_wide(longer[:n])), 1
                )
                current, word = longer[:keep], longer[keep:]
            wrapped.append(current)
            current, longer = "", word
        current = longer
    wrapped += [current] if current else []
    if len(wrapped) > lines:
        last = wrapped[lines - 1]
        while last and too_wide(last + " …"):
            last = last[:-1]
        wrapped = [*wrapped[: lines - 1], last.rstrip() + " …"]
    return "\n".join(_escape(line) for line in wrapped)


def escape_text(text: object) -> str:
    """Return text as one line without control characters, escaped for matplotlib's math text.

    Examples
    --------
    >>> escape_text("5 $ and 6 $")
    '5 \\\\$ and 6 \\\\$'
    >>> escape_text("two\\nlines")
    'two lines'
    """
    return _escape(" ".join(_split_words(text)))


def _split_words(text: object) -> list[str]:
    kept = "".join(c if unicodedata.category(c)[0] not in "CZ" else " " for c in str(text))
    return kept.split()


def _escape(line: str) -> str:
    return line.replace("\\", "\u2216").replace("$", r"\$")


def add_frame(
    figure: Chart, title: str, subtitle: str = "", source: str = "", key: Sequence[Any] = (),
    columns: int = 5,
) -> Chart:  # fmt: skip
    """Add title, subtitle and legend at the top and the source at the bottom; freeze the layout.

    Parameters
    ----------
    figure : Chart
    title, subtitle, source : str
    key : sequence of artists
        Handles of the legend.
    columns : int
        Number of columns of the legend.
    """
    width, height = figure.get_size_inches()
    margin = 0.12
    room, top = width - 2 * margin, margin
    for text, size, weight in ((title, TITLE_POINTS, "bold"), (subtitle, SMALL_POINTS, "normal")):
        words = wrap_text(text, room, size, 4, weight)
        colour = COLOURS["ink" if weight == "bold" else "quiet"]
        place = (margin / width, 1 - top / height)
        figure.text(*place, words, size=size, color=colour, weight=weight, va="top")
        top += words.count("\n") * size * 1.2 / 72 + (size * 1.35 / 72 + 0.03 if words else 0)
    if key:
        legend = figure.legend(
            handles=list(key), ncols=columns, loc="upper left", handlelength=1.8,
            bbox_to_anchor=(0.04 / width, 1 - (top - 0.02) / height), columnspacing=1.6,
        )  # fmt: skip
        top += legend.get_window_extent().height / figure.dpi
        legend.set_in_layout(False)
    words = wrap_text(source, room, 7, 3)
    place = (1 - margin / width, 0.06 / height)
    figure.text(*place, words, size=7, color=COLOURS["quiet"], ha="right", va="bottom")
    bottom = 0.12 + (words.count("\n") + 1) * 7 * 1.3 / 72
    rect = (0.005, bottom / height, 0.99, 1 - (top + 0.05 + bottom) / height)
    engine = figure.get_layout_engine()
    engine.set(rect=rect, w_pad=0.06, h_pad=0.05)  # type: ignore[call-arg,union-attr]
    figure.alt = f"{title}. {subtitle}".strip()
    figure.draw_without_rendering()
    _freeze_layout(figure)
    return figure


def _freeze_layout(figure: Chart) -> None:
    """Fix the positions of the axes, rounded: a new layout might differ in the last digit."""
    figure.set_layout_engine(None)  # with an engine, even a placeholder, saving draws twice
    for axes in figure.axes:
        bounds = axes.get_position(original=True).bounds
        axes.set_position(tuple(round(value, 6) for value in bounds))


def label_rows(axes: Axes, at: Sequence[float], names: Sequence[str], inches: float = 2.55) -> None:
    """Label rows on the left; a name too long for a line is set smaller, on two lines."""
    single = [wrap_text(name, inches, 8, 1) for name in names]
    cut = [line.endswith("…") for line in single]
    labels = [
        wrap_text(name, inches, 6.3, 2) if two else line
        for name, two, line in zip(names, cut, single, strict=True)
    ]
    axes.set_yticks(list(at), labels)
    axes.tick_params(axis="y", length=0)
    if any(cut):
        for label, two in zip(axes.get_yticklabels(), cut, strict=True):
            label.set(fontsize=6.3 if two else 8, linespacing=1.0)


def set_rows(axes: Axes, names: Sequence[str], min_rows: int, inches: float = 2.55) -> None:
    """Give axes one labelled row per name, from the top down, with room for `min_rows` rows."""
    label_rows(axes, range(len(names)), names, inches)
    axes.set_ylim(max(len(names), min_rows) - 0.4, -0.6)


def empty_chart(message: str, title: str, source: str = "") -> Chart:
    """Return a chart with a message instead of data."""
    figure = chart(2.0)
    words = wrap_text(message, 7, 10, 3)
    figure.text(0.5, 0.42, words, ha="center", va="center", size=10, color=COLOURS["quiet"])
    add_frame(figure, title, "", source)
    figure.alt = f"{title}. {message}"
    return figure


def style_axes(axes: Axes, grid: str = "y") -> None:
    """Remove the upper and right spines, and add a light grid."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(COLOURS["quiet"])
    axes.tick_params(color=COLOURS["quiet"], length=3, width=0.7)
    if grid:
        axes.grid(axis=grid, color=COLOURS["grid"], linewidth=0.6)  # type: ignore[arg-type]
        axes.set_axisbelow(True)


def style_row_axes(axes: Axes) -> None:
    """Style axes with labelled rows: without left spine and ticks."""
    style_axes(axes, "x")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def number_axis(axis: Any, lang: str, max_ticks: int = 6, percent: bool = False) -> None:
    """Set the ticks of an axis with fixed limits, with numbers in the format of a language."""
    low, high = sorted(axis.get_view_interval())
    locator = MaxNLocator(max_ticks, min_n_ticks=2, steps=[1, 2, 2.5, 5, 10])
    room = 1e-9 * (high - low)
    at = [float(v) for v in locator.tick_values(low, high) if low - room <= v <= high + room]
    unit = 100 if percent else 1
    step = unit * (at[1] - at[0]) if len(at) > 1 else 1
    digits = next((n for n in range(3) if abs(step * 10**n - round(step * 10**n)) < 1e-6), 3)
    sign = "%" if percent else ""
    axis.set_ticks(at, [minus(number(unit * value, lang, digits)) + sign for value in at])


def minus(text: str) -> str:
    """Replace the hyphen before a number by a minus sign, which is as wide as a plus sign.

    Examples
    --------
    >>> minus("-0.5") == "\u22120.5"
    True
    """
    return text.replace("-", "\u2212", 1) if text.startswith("-") else text


def month_axis(axes: Axes, first: int, last: int, lang: str, minor: bool = True) -> None:
    """Set the ticks of an axis of months since year 0: years, or months of a short span.

    Parameters
    ----------
    axes : Axes
        A month extends from its number to the next.
    first, last : int
        First and last month on the axis.
    lang : str
    minor : bool
        Whether to add minor ticks at quarters.
    """
    axes.set_xlim(first, last + 1)
    span = last - first + 1
    if span <= 24:
        step = 1 if span <= 4 else 3 if span <= 15 else 6
        at: Sequence[int] = range(first, last + 1, step)
        names = [month(Month.from_ordinal(place), lang) for place in at]
    else:
        step = 12 * max(1, -(-span // 12 // 12))
        at = range(-(-first // 12) * 12, last + 1, step)
        names = [str(place // 12) for place in at]
        if minor and span <= 72:
            axes.set_xticks(range(-(-first // 3) * 3, last + 1, 3), minor=True)
            axes.tick_params(axis="x", which="minor", length=1.5, color=COLOURS["quiet"])
    axes.set_xticks(list(at), names)
