"""How every figure looks: palette, type, frame with title and source, axes of months, saving.

The palette is that of Okabe and Ito, which colour-blind people distinguish; what matters differs
in lightness or hatching, so that it survives a black-and-white printer.
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
    "COLOURS", "SERIES", "Chart", "chart", "empty", "finish", "fit", "minus", "month_axis",
    "name_rows", "named_rows", "number_axis", "plain", "style", "tidy",
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
"""What each thing is coloured with, in every figure the same."""

SERIES = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999",
)  # fmt: skip
"""Colours of things without a colour of their own, in order."""

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
"""Settings under which figures are made and saved, whatever the reader's own are."""

WIDTH = 8.0
"""Inches: the width of a page."""
TITLE, SMALL = 12.0, 8.5
"""Points of the title, and of subtitle and source."""


class Chart(Figure):
    """A matplotlib figure that shows itself in a notebook, saves itself and can be read aloud.

    Attributes
    ----------
    alt : str
        What it says, for those who cannot see it.
    """

    alt: str = ""

    def save(self, path: str | Path, dpi: int = 200) -> Path:
        """Write PNG, SVG or PDF, by the ending of the path; the same bytes each time.

        Raises
        ------
        InputError
            The ending is none of the three.

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
        """Return the figure as bytes of a PNG, SVG or PDF without a date in it."""
        dates = {"png": {}, "svg": {"Date": None}, "pdf": {"CreationDate": None, "ModDate": None}}
        stream = io.BytesIO()
        with style():
            self.savefig(stream, format=form, dpi=dpi, metadata=dates[form])
        return stream.getvalue()

    def _repr_png_(self) -> bytes:
        return self.rendered("png", 110)


@contextmanager
def style() -> Iterator[None]:
    """Make and save figures under :data:`RC`, and say nothing of characters a font lacks."""
    with context(["default", RC]), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def chart(height: float, width: float = WIDTH) -> Chart:
    """Return an empty chart of a size in inches, its axes laid out so that nothing overlaps.

    Examples
    --------
    >>> figure = chart(3)
    >>> tuple(float(inches) for inches in figure.get_size_inches())
    (8.0, 3.0)
    """
    figure = Chart(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def fit(text: object, inches: float, size: float, lines: int = 2, weight: str = "normal") -> str:
    """Return text on at most so many lines of a width, with an ellipsis where it had to be cut.

    Parameters
    ----------
    text : object
    inches : float
        Widest a line may be.
    size : float
        Points.
    lines : int
    weight : {"normal", "bold"}

    Examples
    --------
    >>> print(fit("Forensic and investigation team for the Court", 1.4, 8))
    Forensic and
    investigation team for …
    """
    font = FontProperties(family="DejaVu Sans", size=size, weight=weight)
    widest = inches * 72

    def wide(line: str) -> bool:
        return text_to_path.get_text_width_height_descent(line, font, False)[0] > widest

    done: list[str] = []
    current = ""
    for word in _words(text):
        longer = f"{current} {word}".strip()
        while wide(longer):
            if not current:  # a word longer than a line is broken
                keep = next((n for n in range(len(longer) - 1, 1, -1) if not wide(longer[:n])), 1)
                current, word = longer[:keep], longer[keep:]
            done.append(current)
            current, longer = "", word
        current = longer
    done += [current] if current else []
    if len(done) > lines:
        last = done[lines - 1]
        while last and wide(last + " …"):
            last = last[:-1]
        done = [*done[: lines - 1], last.rstrip() + " …"]
    return "\n".join(_literal(line) for line in done)


def plain(text: object) -> str:
    """Return text as it is drawn: one line, no control characters, never a formula.

    Examples
    --------
    >>> plain("5 $ and 6 $")
    '5 \\\\$ and 6 \\\\$'
    >>> plain("two\\nlines")
    'two lines'
    """
    return _literal(" ".join(_words(text)))


def _words(text: object) -> list[str]:
    kept = "".join(c if unicodedata.category(c)[0] not in "CZ" else " " for c in str(text))
    return kept.split()


def _literal(line: str) -> str:
    return line.replace("\\", "\u2216").replace("$", r"\$")


def finish(
    figure: Chart, title: str, subtitle: str = "", source: str = "", key: Sequence[Any] = (),
    columns: int = 5,
) -> Chart:  # fmt: skip
    """Write title, subtitle and key above, the source in the corner below; settle the layout.

    Parameters
    ----------
    figure : Chart
    title, subtitle, source : str
    key : sequence of artists
        What the colours mean, in so many `columns`.
    columns : int
    """
    width, height = figure.get_size_inches()
    margin = 0.12
    room, top = width - 2 * margin, margin
    for text, size, weight in ((title, TITLE, "bold"), (subtitle, SMALL, "normal")):
        words = fit(text, room, size, 4, weight)
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
    words = fit(source, room, 7, 3)
    place = (1 - margin / width, 0.06 / height)
    figure.text(*place, words, size=7, color=COLOURS["quiet"], ha="right", va="bottom")
    bottom = 0.12 + (words.count("\n") + 1) * 7 * 1.3 / 72
    rect = (0.005, bottom / height, 0.99, 1 - (top + 0.05 + bottom) / height)
    engine = figure.get_layout_engine()
    engine.set(rect=rect, w_pad=0.06, h_pad=0.05)  # type: ignore[call-arg,union-attr]
    figure.alt = f"{title}. {subtitle}".strip()
    figure.draw_without_rendering()
    _settle(figure)
    return figure


def _settle(figure: Chart) -> None:
    """Keep the layout as it is, to a millionth: solving it again may move it by a rounding."""
    figure.set_layout_engine(None)  # with one, even one that does nothing, saving draws twice
    for axes in figure.axes:
        bounds = axes.get_position(original=True).bounds
        axes.set_position(tuple(round(value, 6) for value in bounds))


def name_rows(axes: Axes, at: Sequence[float], names: Sequence[str], inches: float = 2.55) -> None:
    """Write names left of rows; one that is too long for its line stands smaller on two."""
    short = [fit(name, inches, 8, 1) for name in names]
    cut = [line.endswith("…") for line in short]
    small = [fit(name, inches, 6.3, 2) if two else "" for name, two in zip(names, cut, strict=True)]
    axes.set_yticks(list(at), [two or one for one, two in zip(short, small, strict=True)])
    axes.tick_params(axis="y", length=0)
    if any(cut):
        for label, two in zip(axes.get_yticklabels(), cut, strict=True):
            label.set(fontsize=6.3 if two else 8, linespacing=1.0)


def named_rows(axes: Axes, names: Sequence[str], least: int, inches: float = 2.55) -> None:
    """Let an axis have one row a name from the top, with room for `least` rows at the least."""
    name_rows(axes, range(len(names)), names, inches)
    axes.set_ylim(max(len(names), least) - 0.4, -0.6)


def empty(message: str, title: str, source: str = "") -> Chart:
    """Return a chart that says in words that nothing is to be shown."""
    figure = chart(2.0)
    words = fit(message, 7, 10, 3)
    figure.text(0.5, 0.42, words, ha="center", va="center", size=10, color=COLOURS["quiet"])
    finish(figure, title, "", source)
    figure.alt = f"{title}. {message}"
    return figure


def tidy(axes: Axes, grid: str = "y") -> None:
    """Take away what is not needed: box, ticks; leave light lines to read values by."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(COLOURS["quiet"])
    axes.tick_params(color=COLOURS["quiet"], length=3, width=0.7)
    if grid:
        axes.grid(axis=grid, color=COLOURS["grid"], linewidth=0.6)  # type: ignore[arg-type]
        axes.set_axisbelow(True)


def tidy_rows(axes: Axes) -> None:
    """Take away what rows with their names on the left do not need: that side, and its ticks."""
    tidy(axes, "x")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def number_axis(axis: Any, lang: str, most: int = 6, percent: bool = False) -> None:
    """Mark an axis with settled limits with numbers as they are written in a language."""
    low, high = sorted(axis.get_view_interval())
    locator = MaxNLocator(most, min_n_ticks=2, steps=[1, 2, 2.5, 5, 10])
    room = 1e-9 * (high - low)
    at = [float(v) for v in locator.tick_values(low, high) if low - room <= v <= high + room]
    unit = 100 if percent else 1
    step = unit * (at[1] - at[0]) if len(at) > 1 else 1
    digits = next((n for n in range(3) if abs(step * 10**n - round(step * 10**n)) < 1e-6), 3)
    sign = "%" if percent else ""
    axis.set_ticks(at, [minus(number(unit * value, lang, digits)) + sign for value in at])


def minus(text: str) -> str:
    """Return a number with a minus sign, which is as wide as a plus, for a hyphen before it.

    Examples
    --------
    >>> minus("-0.5") == "\u22120.5"
    True
    """
    return text.replace("-", "\u2212", 1) if text.startswith("-") else text


def month_axis(axes: Axes, first: int, last: int, lang: str, minor: bool = True) -> None:
    """Mark years on an axis of months since year 0, or some months of a short span.

    Parameters
    ----------
    axes : Axes
        A month covers from its number to the next.
    first, last : int
        First and last month shown.
    lang : str
    minor : bool
        Whether to mark quarters between years.
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
