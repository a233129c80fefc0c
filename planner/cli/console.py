"""Output of the commands: tables and labelled values as text, strict JSON, and progress."""

from __future__ import annotations

import json
import math
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING, Any

from planner.labels import label, number

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.progress import Progress, ProgressColumn
    from rich.table import Table

__all__ = [
    "clean",
    "show_progress",
    "headings",
    "in_language",
    "labelled_values",
    "print_json",
    "record_table",
    "echo",
    "json_safe",
    "table",
    "show_spinner",
]

_UNSAFE_CHARACTERS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
"""Control characters, marks of text direction, invisible characters and lone surrogates."""

_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": " "}

DEFAULT_WIDTH = 140
"""Width of output that does not go to a terminal, characters."""

MIN_WIDTH_WITH_IDS = 100
"""Terminal width from which a table shows ids beside names, characters."""

MAX_ID_WIDTH = 32
"""Largest width that the column of ids gets before other columns are widened, characters."""

PROGRESS_DELAY = 1.0
"""Seconds of work before progress is shown."""

PROGRESS_INTERVAL = 30.0
"""Seconds between two lines of progress where standard error is not a terminal."""

MAX_MIN_TEXT_WIDTH = 12
"""Upper limit of the minimum width of a text column, characters."""

NAME_WIDTH = 26
"""Width wanted for the first text column: optional columns are hidden to reach it, characters."""

MAX_MIN_HEADING_WIDTH = 10
"""Upper limit of the width that a heading adds to the minimum width, characters."""

COLUMN_GAP = 2
"""Space between two columns of a table, characters."""

ITEMS_PER_CHUNK = 20_000
"""List items that are encoded at a time, so that a long list needs no second copy in memory."""

NO_BREAK_SPACE = "\u00a0"
"""Space at which a line is not broken."""

_MONTH_AND_YEAR = re.compile(r"\b[A-Za-z]{3,4} \d{4}\b")
"""A month and its year, which are kept on one line."""

_BREAK_POINT = re.compile(r"(?<=-)(?=.)|(?<=[a-z]\.)(?=[a-z])")
"""Where a word may be broken: after a hyphen, and after a full stop inside an id."""


def clean(text: object) -> str:
    """Return text on one line, with control and invisible characters escaped.

    Examples
    --------
    >>> clean("red \\x1b[31m")
    'red \\\\x1b[31m'
    """
    return _UNSAFE_CHARACTERS.sub(_escape_character, str(text))


def _escape_character(match: re.Match[str]) -> str:
    character = match[0]
    if character in _ESCAPES:
        return _ESCAPES[character]
    return f"\\x{ord(character):02x}" if ord(character) < 256 else f"\\u{ord(character):04x}"


def _console(stderr: bool = False) -> Console:
    from rich.console import Console as RichConsole

    class Console(RichConsole):
        """A console that leaves the handling of a closed pipe to the caller."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or os.environ.get("COLUMNS") else DEFAULT_WIDTH
    return Console(
        file=stream, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False
    )


def echo(*parts: RenderableType, style: str | None = None, indent: int = 0) -> None:
    """Print one or more renderables or lines of text on standard output."""
    from rich.padding import Padding
    from rich.text import Text

    console = _console()
    for part in parts:
        item = Text(clean(part), style or "") if isinstance(part, str) else part
        console.width = max(console.width, getattr(part, "required_width", 0))
        console.print(Padding(item, (0, 0, 0, indent), expand=False) if indent else item)


def table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    totals: int = 0,
    first_is_id: bool = False,
    lang: str = "en",
    optional: Sequence[int] = (),
    all_columns: bool = False,
) -> RenderableType:
    """Return a table that fits the terminal; numbers are right-aligned and never broken.

    Where the columns do not fit, a text that is the same in all rows is printed once above the
    table; then optional columns are hidden, and then the least important others. The headings of
    hidden columns are listed below the table.

    Parameters
    ----------
    columns : sequence of str
        Headings. A heading that begins with ``>`` marks a column of numbers.
    totals : int
        Number of rows at the end that are totals.
    first_is_id : bool
        Whether the first column holds ids and the second one the names that belong to them: a
        narrow terminal does without the ids.
    lang : str
        Language of the text around the table.
    optional : sequence of int
        Indices of the columns that are hidden first, in the order of hiding.
    all_columns : bool
        Whether every column is shown, however wide the table becomes.
    """
    from rich.console import Group
    from rich.text import Text

    cells = [[clean(cell) for cell in row] for row in rows]
    layout = _TableLayout(
        [clean(heading) for heading in columns], cells, totals, first_is_id, _console().width,
        () if all_columns else optional, all_columns,
    )  # fmt: skip
    grid = _rich_table(layout, totals)
    above: list[RenderableType] = [Text(clean(title), "bold")] if title else []
    if layout.constant:
        first = layout.rows[0]
        values = [f"{layout.headings[index]}: {first[index]}" for index in layout.constant]
        above.append(Text("; ".join(values)))
    below: list[RenderableType] = [Text("")]
    if layout.hidden:
        names = ", ".join(layout.headings[index] for index in sorted(layout.hidden))
        below.insert(0, Text(label("columns_left_out", lang, columns=names), "dim"))
    group = Group(*above, grid, *below)
    vars(group)["required_width"] = layout.width if all_columns else 0
    return group


def record_table(
    title: str,
    columns: Sequence[tuple[Any, ...]],
    records: Iterable[Mapping[str, Any]],
    lang: str,
    **options: Any,
) -> RenderableType:
    """Return a table with one row for each record; see :func:`table` for the options.

    Parameters
    ----------
    columns : sequence of tuple
        For each column the key of its heading, ``>`` in front for numbers; the field that it shows,
        or a function of record and language; and optionally a function of value and language that
        formats the field, such as :func:`planner.labels.number`.

    Examples
    --------
    >>> columns = [("pool", "pool"), (">persons", "people", number)]
    >>> table = record_table("", columns, [{"pool": "staff", "people": 12.0}], "nl")
    """

    def cell(record: Mapping[str, Any], value: Any, form: Any = None) -> Any:
        if callable(value):
            return value(record, lang)
        item = record.get(value, "")
        if form is not None:
            return form(item, lang)
        if isinstance(item, bool):
            return label("yes" if item else "no", lang)
        return ", ".join(map(str, item)) if isinstance(item, (list, tuple)) else item

    heads = headings(lang, *(heading for heading, *_ in columns))
    rows = [[cell(record, *source) for _, *source in columns] for record in records]
    return table(title, heads, rows, lang=lang, **options)


def _rich_table(layout: _TableLayout, totals: int) -> Table:
    """Return the visible columns as a table of Rich, without title."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    grid = Table(
        box=box.SIMPLE_HEAD,
        title_justify="left",
        pad_edge=False,
        show_edge=False,
        collapse_padding=True,
        header_style="bold",
    )
    widths = layout.column_widths()
    for index, width in zip(layout.visible, widths, strict=True):
        grid.add_column(
            Text(_wrap(layout.headings[index], width)),
            justify="right" if layout.numeric[index] else "left",
            overflow="fold",
            width=width,
        )
    for position, row in enumerate(layout.rows, 1 - len(layout.rows) + totals):
        cells = [
            Text(_wrap(row[index], width, not layout.numeric[index]).replace(NO_BREAK_SPACE, " "))
            for index, width in zip(layout.visible, widths, strict=True)
        ]
        is_last_body_row = totals > 0 and position == 0
        grid.add_row(*cells, style="bold" if position > 0 else None, end_section=is_last_body_row)
    return grid


class _TableLayout:
    """Which columns of a table are visible in a terminal, and their widths.

    Attributes
    ----------
    numeric : list of bool
        By column, whether it holds numbers.
    visible, hidden, constant : list of int
        Columns in the table, columns left out, and columns whose only value is printed above it.
    width : int
        Width that the table may have, characters.
    """

    def __init__(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[str]],
        totals: int,
        first_is_id: bool,
        width: int,
        optional: Sequence[int],
        all_columns: bool,
    ):
        self.numeric = [heading.startswith(">") for heading in columns]
        self.headings = [heading.removeprefix(">") for heading in columns]
        self.rows = [
            [_MONTH_AND_YEAR.sub(lambda m: m[0].replace(" ", NO_BREAK_SPACE), cell) for cell in row]
            for row in rows
        ]
        self.shows_ids = first_is_id and (width >= MIN_WIDTH_WITH_IDS or all_columns)
        self.constant: list[int] = []
        self.hidden: list[int] = []
        self.visible = list(range(len(columns)))
        if first_is_id and not self.shows_ids and len(columns) > 1:
            self.visible.remove(0)
        self.width = max(width, self._total(self._full_width)) if all_columns else width
        order = self._hiding_order(len(rows) - totals > 1 and not totals)
        if optional:
            first = [(index, kind) for index, kind in order if kind == "constant"]
            first += [(index, "optional") for index in optional]
            self._hide(first, self._lacking_name_width)
        self._hide(order, lambda: 0)

    def _hide(self, order: Sequence[tuple[int, str]], spare: Callable[[], int]) -> None:
        """Hide columns in the given order until the others fit, with some spare width."""
        for index, kind in order:
            if self._total(self._min_width) + spare() <= self.width:
                break
            if index in self.visible and len(self.visible) > 1:
                self.visible.remove(index)
                (self.constant if kind == "constant" else self.hidden).append(index)

    def _hiding_order(self, several: bool) -> list[tuple[int, str]]:
        """Return the columns that may be hidden, in order, each with its kind.

        First columns with the same text in every row; then text columns from the right, except the
        first; then numeric columns from the left, except the last.
        """
        texts = [index for index in self.visible if not self.numeric[index]]
        numbers = [index for index in self.visible if self.numeric[index]]
        constant = [
            index
            for index in texts
            if several and len({row[index] for row in self.rows}) == 1 and self.rows[0][index]
        ]
        varying = [index for index in texts if index not in constant]
        order = [(index, "constant") for index in constant[: len(constant) if varying else -1]]
        order += [(index, "text") for index in reversed(varying[1:])]
        return order + [(index, "number") for index in numbers[:-1]]

    def _total(self, width_of: Callable[[int], int]) -> int:
        """Return the width of all visible columns and the space between them."""
        return sum(map(width_of, self.visible)) + COLUMN_GAP * (len(self.visible) - 1)

    def _lacking_name_width(self) -> int:
        """Return the width that the first text column lacks of :data:`NAME_WIDTH`."""
        index = next((column for column in self.visible if not self.numeric[column]), None)
        if index is None:
            return 0
        return max(0, min(NAME_WIDTH, self._cell_width(index)) - self._min_width(index))

    def _min_width(self, index: int) -> int:
        """Return the minimum width: numbers are not broken, and intervals only at the dash."""
        cells = [row[index] for row in self.rows]
        heading = min(self._heading_word_width(index), MAX_MIN_HEADING_WIDTH)
        if self.numeric[index]:
            parts = [part for cell in cells for part in cell.replace(" – ", " –\n").split("\n")]
            number_width = max(map(len, parts), default=1)
            return max(number_width, heading)
        words = [word for cell in cells for word in cell.split(" ")]
        longest = max((len(part) for word in words for part in _BREAK_POINT.split(word)), default=1)
        return max(min(longest, MAX_MIN_TEXT_WIDTH), heading)

    def _heading_word_width(self, index: int) -> int:
        return max(map(len, self.headings[index].split()), default=1)

    def _cell_width(self, index: int) -> int:
        return max((len(row[index]) for row in self.rows), default=1)

    def _full_width(self, index: int) -> int:
        return max(len(text) for text in (self.headings[index], *(row[index] for row in self.rows)))

    def column_widths(self) -> list[int]:
        """Return the width of each visible column.

        Width beyond the minimum goes to ids, then to numeric columns with several words, such as
        intervals, then to texts, and finally to headings.
        """
        widths = {index: self._min_width(index) for index in self.visible}
        remaining = self.width - self._total(self._min_width)
        cells = {index: self._cell_width(index) for index in self.visible}
        ids = [0] if self.shows_ids and self.visible[0] == 0 else []
        rounds = [
            (ids, {index: min(MAX_ID_WIDTH, cells[index]) for index in ids}),
            ([index for index in self.visible if self.numeric[index]], cells),
            (self.visible, cells),
            (self.visible, {index: self._heading_word_width(index) for index in self.visible}),
            (self.visible, {index: self._full_width(index) for index in self.visible}),
        ]
        for indices, targets in rounds:
            while remaining > 0:
                narrow = [index for index in indices if targets[index] > widths[index]]
                if not narrow:
                    break
                widths[max(narrow, key=lambda index: targets[index] - widths[index])] += 1
                remaining -= 1
        return [max(1, min(widths[index], self.width)) for index in self.visible]


def _wrap(text: str, width: int, cut: bool = True) -> str:
    """Return a text in lines of at most `width`; a part that cannot be broken is shortened.

    Examples
    --------
    >>> _wrap("eastern-flank-reinforcement", 14)
    'eastern-flank-\\nreinforcement'
    >>> _wrap("persoonsmaanden", 9)
    'persoons…'
    >>> _wrap("kind.unit-land.preparation", 11)
    'kind.unit-\\nland.\\npreparation'
    """
    if len(text) <= width:
        return text
    lines, line = [], ""
    for word in text.split(" "):
        parts = _BREAK_POINT.split(word) if cut and len(word) > width else [word]
        for index, part in enumerate(parts):
            piece = part if len(part) <= width or not cut else part[: width - 1] + "…"
            space = " " if line and index == 0 else ""
            if len(line) + len(space) + len(piece) > width and line:
                lines.append(line)
                line = piece
            else:
                line += space + piece
    return "\n".join([*lines, line])


def labelled_values(
    values: Mapping[str, object], lang: str, translate: Callable[..., str] = label
) -> Table:
    """Return a grid with one line for each value after its label; empty values are left out."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for key, value in values.items():
        if value not in ("", None):
            grid.add_row(Text(clean(translate(key, lang)), "dim"), Text(clean(value)))
    return grid


def print_json(data: Mapping[str, Any]) -> None:
    """Write an object as strict JSON on standard output, each of its keys on a line.

    Nothing is written before all values are encoded; a number that is not finite raises
    ValueError.
    """
    chunks = ["{"]
    for index, (key, value) in enumerate(data.items()):
        chunks.append(f"{',' if index else ''}\n  {json.dumps(key)}: ")
        chunks += _json_chunks(value)
    chunks.append("\n}\n")
    for chunk in chunks:
        sys.stdout.write(chunk)


def _json_chunks(value: Any) -> list[str]:
    if not isinstance(value, list) or not value:
        return [json.dumps(value, allow_nan=False)]
    chunks = []
    for start in range(0, len(value), ITEMS_PER_CHUNK):
        text = json.dumps(value[start : start + ITEMS_PER_CHUNK], allow_nan=False)[1:-1]
        chunks.append((", " if start else "[") + text)
    return [*chunks, "]"]


def json_safe(value: Any) -> Any:
    """Return values that JSON can hold: a number that is not finite becomes None.

    Examples
    --------
    >>> json_safe({"a": float("nan"), "b": (1, 2.5)})
    {'a': None, 'b': [1, 2.5]}
    """
    if isinstance(value, Mapping):
        return {str(key): json_safe(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [json_safe(item) for item in value]
    if hasattr(value, "tolist"):
        return json_safe(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    return str(value)


@contextmanager
def show_spinner(text: str, quiet: bool = False) -> Iterator[None]:
    """Show a spinner on standard error once the work has taken a second, only in a terminal."""
    if quiet or not sys.stderr.isatty():
        yield
        return
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn(),
    )  # fmt: skip
    with _delayed_progress(*columns) as progress:
        progress.add_task(clean(text), total=None)
        yield


@contextmanager
def _delayed_progress(*columns: ProgressColumn) -> Iterator[Progress]:
    """Yield a progress display on standard error that starts after :data:`PROGRESS_DELAY`."""
    from rich.progress import Progress

    progress = Progress(*columns, console=_console(stderr=True), transient=True)
    timer = Timer(PROGRESS_DELAY, progress.start)
    timer.daemon = True
    timer.start()
    try:
        yield progress
    finally:
        timer.cancel()
        timer.join()
        progress.stop()


@contextmanager
def show_progress(
    text: str, unit: str, lang: str = "en", quiet: bool = False
) -> Iterator[Callable[[int, int, float], None] | None]:
    """Yield a callback that shows progress and the estimated time left on standard error.

    In a terminal a bar appears after a second; elsewhere a line is printed at intervals. The
    callback takes the steps done, the number of steps and the seconds left; None with `quiet`.
    """
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _progress_bar(text, unit) as show:
            yield show
    else:
        yield _progress_lines(text, unit, lang)


@contextmanager
def _progress_bar(text: str, unit: str) -> Iterator[Callable[[int, int, float], None]]:
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(clean(unit), markup=False),
        TextColumn("{task.fields[left]}", markup=False),
    )
    with _delayed_progress(*columns) as progress:
        task = progress.add_task(clean(text), total=None, left="")

        def show(done: int, total: int, seconds: float) -> None:
            progress.update(task, completed=done, total=total, left=duration(seconds))

        yield show


def _progress_lines(text: str, unit: str, lang: str) -> Callable[[int, int, float], None]:
    last_printed = [time.monotonic()]

    def show(done: int, total: int, seconds: float) -> None:
        if time.monotonic() - last_printed[0] < PROGRESS_INTERVAL or done >= total:
            return
        last_printed[0] = time.monotonic()
        count = f"{number(done, lang, 0)} / {number(total, lang, 0)} {unit}"
        time_left = label("time_left", lang, time=duration(seconds))
        print(clean(f"{text}: {count}, {time_left}"), file=sys.stderr, flush=True)

    return show


def duration(seconds: float) -> str:
    """Return a duration in hours, minutes and seconds, as text.

    Examples
    --------
    >>> duration(42.4), duration(125), duration(7300)
    ('42 s', '2 min 5 s', '2 h 1 min')
    """
    rounded = max(round(seconds), 0)
    if rounded < 60:
        return f"{rounded} s"
    if rounded < 3600:
        return f"{rounded // 60} min {rounded % 60} s"
    return f"{rounded // 3600} h {rounded % 3600 // 60} min"


def headings(lang: str, *keys: str, translate: Callable[..., str] = label) -> list[str]:
    """Return headings in a language; headings of numbers keep the ``>`` in front.

    Examples
    --------
    >>> headings("nl", "mission", ">fill_rate")
    ['missie', '>vullingsgraad']
    """
    return [
        (">" if key.startswith(">") else "") + translate(key.removeprefix(">"), lang)
        for key in keys
    ]


def in_language(row: Mapping[str, Any], lang: str, field: str = "name") -> str:
    """Return the name or title of a row in a language, in the other one where it has none."""
    dutch, english = row[f"{field}_nl"], row[field]
    return str((dutch or english) if lang == "nl" else (english or dutch))


class Interrupted(BaseException):
    """An interrupt with a message; of a KeyboardInterrupt Typer keeps the exit code only."""
