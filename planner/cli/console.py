"""Output of the commands: tables and lines for people, strict JSON for programs, progress."""

from __future__ import annotations

import json
import math
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
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
    "counting",
    "headings",
    "in_language",
    "lines",
    "print_json",
    "say",
    "strict",
    "table",
    "working",
]

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
"""Control characters, what changes the direction of text, what cannot be seen, half characters."""

_SHORT = {"\n": "\\n", "\r": "\\r", "\t": " "}

WIDTH = 140
"""Columns of an output that is no terminal."""

ROOMY = 100
"""Columns from which ids fit beside names."""

NAME = 32
"""Columns that an id in front of a line gets if it needs them."""

PATIENCE = 1.0
"""Seconds before anything is said about work that takes long."""

OFTEN = 30.0
"""Seconds between two lines about work that takes long, where the output is no terminal."""

WORD = 12
"""Columns that text gets before other columns are left out for its sake."""

READABLE = 26
"""Columns that a name gets before columns that can be spared are left out for its sake."""

SHORT = 10
"""Columns that the longest word of a heading gets before it is shortened."""

GAP = 2
"""Columns between two columns of a table."""

LONG = 20_000
"""List items written at a time, so that a long list needs no second copy in memory."""

FIXED = "\u00a0"
"""A space at which no line is broken."""

_MONTH = re.compile(r"\b[A-Za-z]{3,4} \d{4}\b")
"""A month and its year, which stay on one line."""

_BREAK = re.compile(r"(?<=-)(?=.)|(?<=[a-z]\.)(?=[a-z])")
"""Where a word may be broken: behind hyphens, and behind the full stops of an id."""


def clean(text: object) -> str:
    """Return text on one line in which nothing can command a terminal.

    Examples
    --------
    >>> clean("red \\x1b[31m")
    'red \\\\x1b[31m'
    """
    return _UNSAFE.sub(_visible, str(text))


def _visible(found: re.Match[str]) -> str:
    one = found[0]
    if one in _SHORT:
        return _SHORT[one]
    return f"\\x{ord(one):02x}" if ord(one) < 256 else f"\\u{ord(one):04x}"


def _console(stderr: bool = False) -> Console:
    from rich.console import Console as RichConsole

    class Console(RichConsole):
        """A console that leaves a closed pipe to the caller."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    stream = sys.stderr if stderr else sys.stdout
    wide = None if stream.isatty() or os.environ.get("COLUMNS") else WIDTH
    return Console(
        file=stream, width=wide, highlight=False, markup=False, emoji=False, soft_wrap=False
    )


def say(*parts: RenderableType, style: str | None = None, indent: int = 0) -> None:
    """Print one or more renderables or lines of text on standard output."""
    from rich.padding import Padding
    from rich.text import Text

    console = _console()
    for part in parts:
        shown = Text(clean(part), style or "") if isinstance(part, str) else part
        console.width = max(console.width, getattr(part, "wide", 0))
        console.print(Padding(shown, (0, 0, 0, indent), expand=False) if indent else shown)


def table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    totals: int = 0,
    named: bool = False,
    lang: str = "en",
    spare: Sequence[int] = (),
    whole: bool = False,
) -> RenderableType:
    """Return a table that fits the terminal; numbers stand to the right and are never broken.

    Where not every column fits, those that can be spared are left out, those with the
    same text in all rows are said above the table, and then the least important ones are left out;
    what is left out is said below the table.

    Parameters
    ----------
    columns : sequence of str
        Headings. One that begins with ``>`` is of numbers.
    totals : int
        How many of the last rows are totals.
    named : bool
        Whether the first column is an id, and the second one its name: a narrow terminal can do
        without the id.
    lang : str
        Language of what is said beside the table.
    spare : sequence of int
        Places of columns that are left out first, those named first before others.
    whole : bool
        Whether no column is left out, however wide the table becomes.
    """
    from rich.console import Group
    from rich.text import Text

    cells = [[clean(cell) for cell in row] for row in rows]
    fitted = _Fitted(
        [clean(heading) for heading in columns], cells, totals, named, _console().width,
        () if whole else spare, whole,
    )  # fmt: skip
    made = _grid(fitted, totals)
    above: list[RenderableType] = [Text(clean(title), "bold")] if title else []
    if fitted.constant:
        pairs = [f"{fitted.heads[place]}: {fitted.rows[0][place]}" for place in fitted.constant]
        above.append(Text("; ".join(pairs)))
    below: list[RenderableType] = [Text("")]
    if fitted.left_out:
        names = ", ".join(fitted.heads[place] for place in sorted(fitted.left_out))
        below.insert(0, Text(label("columns_left_out", lang, columns=names), "dim"))
    group = Group(*above, made, *below)
    vars(group)["wide"] = fitted.room if whole else 0
    return group


def _grid(fitted: _Fitted, totals: int) -> Table:
    """Return the rows and columns that fit, without title."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(
        box=box.SIMPLE_HEAD,
        title_justify="left",
        pad_edge=False,
        show_edge=False,
        collapse_padding=True,
        header_style="bold",
    )
    widths = fitted.widths()
    for place, width in zip(fitted.shown, widths, strict=True):
        made.add_column(
            Text(_wrapped(fitted.heads[place], width)),
            justify="right" if fitted.number[place] else "left",
            overflow="fold",
            width=width,
        )
    for count, row in enumerate(fitted.rows, 1 - len(fitted.rows) + totals):
        cells = [
            Text(_wrapped(row[place], width, cut=not fitted.number[place]).replace(FIXED, " "))
            for place, width in zip(fitted.shown, widths, strict=True)
        ]
        ends = totals > 0 and count == 0
        made.add_row(*cells, style="bold" if count > 0 else None, end_section=ends)
    return made


class _Fitted:
    """Which columns of a table are shown in a terminal, and how wide each of them is."""

    def __init__(
        self,
        columns: Sequence[str],
        rows: Sequence[Sequence[str]],
        totals: int,
        named: bool,
        room: int,
        spare: Sequence[int],
        whole: bool,
    ):
        self.number = [heading.startswith(">") for heading in columns]
        self.heads = [heading.removeprefix(">") for heading in columns]
        self.rows = [
            [_MONTH.sub(lambda found: found[0].replace(" ", FIXED), cell) for cell in row]
            for row in rows
        ]
        self.named = named and (room >= ROOMY or whole)
        self.room = room
        self.constant: list[int] = []
        self.left_out: list[int] = []
        self.shown = list(range(len(columns)))
        if named and not self.named and len(columns) > 1:
            self.shown.remove(0)
        if whole:
            self.room = max(room, sum(map(self._most, self.shown)) + GAP * (len(self.shown) - 1))
        found = self._dispensable(len(rows) - totals > 1 and not totals)
        if spare:
            first = [(place, kind) for place, kind in found if kind == "constant"]
            self._leave_out([*first, *((place, "spare") for place in spare)], self._for_names)
        self._leave_out(found, lambda: 0)

    def _leave_out(self, found: Sequence[tuple[int, str]], more: Callable[[], int]) -> None:
        """Leave out columns in an order until the rest fits, with room for more."""
        for place, kind in found:
            if self._needed() + more() <= self.room:
                break
            if place in self.shown and len(self.shown) > 1:
                self.shown.remove(place)
                (self.constant if kind == "constant" else self.left_out).append(place)

    def _dispensable(self, several: bool) -> list[tuple[int, str]]:
        """Return columns in the order in which a table can do without them, and why.

        Texts that are the same in every row; then texts from the right, but the first; then
        numbers from the left, but the last.
        """
        texts = [place for place in self.shown if not self.number[place]]
        numbers = [place for place in self.shown if self.number[place]]
        same = [
            place
            for place in texts
            if several and len({row[place] for row in self.rows}) == 1 and self.rows[0][place]
        ]
        kept = [place for place in texts if place not in same]
        found = [(place, "constant") for place in same[: len(same) if kept else -1]]
        found += [(place, "text") for place in reversed(kept[1:])]
        return found + [(place, "number") for place in numbers[:-1]]

    def _needed(self) -> int:
        return sum(map(self._least, self.shown)) + GAP * (len(self.shown) - 1)

    def _for_names(self) -> int:
        """Return what the first column of text lacks to be easily read."""
        place = next((one for one in self.shown if not self.number[one]), None)
        if place is None:
            return 0
        wanted = max((len(row[place]) for row in self.rows), default=1)
        return max(0, min(READABLE, wanted) - self._least(place))

    def _least(self, place: int) -> int:
        """Return the least width: no number is broken, intervals only at their dash."""
        cells = [row[place] for row in self.rows]
        if self.number[place]:
            parts = [one for cell in cells for one in cell.replace(" – ", " –\n").split("\n")]
            least = max((len(one) for one in parts), default=1)
            return max(least, min(self._longest_word(place), max(least, SHORT)))
        words = [word for cell in cells for word in cell.split(" ")]
        longest = max((len(one) for word in words for one in _BREAK.split(word)), default=1)
        return max(min(longest, WORD), min(self._longest_word(place), SHORT))

    def _longest_word(self, place: int) -> int:
        return max((len(one) for one in self.heads[place].split()), default=1)

    def _most(self, place: int) -> int:
        cells = [row[place] for row in self.rows]
        return max(len(one) for one in (self.heads[place], *cells))

    def widths(self) -> list[int]:
        """Return the width of each column that is shown.

        What room is left goes to ids, then to numbers that are several words, such as intervals,
        then to texts, and at last to headings.
        """
        widths = {place: self._least(place) for place in self.shown}
        left = self.room - GAP * (len(self.shown) - 1) - sum(widths.values())
        wanted = {
            place: max((len(row[place]) for row in self.rows), default=1) for place in self.shown
        }
        ids = [0] if self.named and self.shown[0] == 0 else []
        rounds = [
            (ids, {place: min(NAME, wanted[place]) for place in ids}),
            ([place for place in self.shown if self.number[place]], wanted),
            (self.shown, wanted),
            (self.shown, {place: self._longest_word(place) for place in self.shown}),
            (self.shown, {place: self._most(place) for place in self.shown}),
        ]
        for places, goal in rounds:
            while left > 0:
                short = [place for place in places if goal[place] > widths[place]]
                if not short:
                    break
                widths[max(short, key=lambda place: goal[place] - widths[place])] += 1
                left -= 1
        return [max(1, min(widths[place], self.room)) for place in self.shown]


def _wrapped(text: str, width: int, cut: bool = True) -> str:
    """Return a text in lines of some width; a part without a place to break it is shortened.

    Examples
    --------
    >>> _wrapped("eastern-flank-reinforcement", 14)
    'eastern-flank-\\nreinforcement'
    >>> _wrapped("persoonsmaanden", 9)
    'persoons…'
    >>> _wrapped("kind.unit-land.preparation", 11)
    'kind.unit-\\nland.\\npreparation'
    """
    if len(text) <= width:
        return text
    made, line = [], ""
    for word in text.split(" "):
        parts = _BREAK.split(word) if cut and len(word) > width else [word]
        for place, part in enumerate(parts):
            short = part if len(part) <= width or not cut else part[: width - 1] + "…"
            gap = " " if line and place == 0 else ""
            if len(line) + len(gap) + len(short) > width and line:
                made.append(line)
                line = short
            else:
                line += gap + short
    return "\n".join([*made, line])


def lines(values: Mapping[str, object], lang: str, say: Callable[..., str] = label) -> Table:
    """Return values, one a line behind the word for it; words without a value are left out."""
    from rich.table import Table
    from rich.text import Text

    made = Table.grid(padding=(0, 2))
    made.add_column(no_wrap=True)
    made.add_column(overflow="fold")
    for word, value in values.items():
        if value not in ("", None):
            made.add_row(Text(clean(say(word, lang)), "dim"), Text(clean(value)))
    return made


def print_json(data: Mapping[str, Any]) -> None:
    """Write an object as strict JSON on standard output, each of its keys on a line.

    Nothing is written before all of it has been turned into text; a number that is not finite
    raises ValueError.
    """
    chunks = ["{"]
    for place, (key, value) in enumerate(data.items()):
        chunks.append(f"{',' if place else ''}\n  {json.dumps(key)}: ")
        chunks += _chunks(value)
    chunks.append("\n}\n")
    for chunk in chunks:
        sys.stdout.write(chunk)


def _chunks(value: Any) -> list[str]:
    if not isinstance(value, list) or not value:
        return [json.dumps(value, allow_nan=False)]
    found = []
    for start in range(0, len(value), LONG):
        part = json.dumps(value[start : start + LONG], allow_nan=False)[1:-1]
        found.append((", " if start else "[") + part)
    return [*found, "]"]


def strict(value: Any) -> Any:
    """Return plain values for JSON: what is not a finite number becomes None.

    Examples
    --------
    >>> strict({"a": float("nan"), "b": (1, 2.5)})
    {'a': None, 'b': [1, 2.5]}
    """
    if isinstance(value, Mapping):
        return {str(key): strict(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [strict(item) for item in value]
    if hasattr(value, "tolist"):
        return strict(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    return str(value)


@contextmanager
def working(what: str, quiet: bool = False) -> Iterator[None]:
    """Show on standard error that work goes on, once it has taken a second.

    Only a terminal gets it, no log file and no other program.
    """
    if quiet or not sys.stderr.isatty():
        yield
        return
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn(),
    )  # fmt: skip
    with _shown_late(*columns) as progress:
        progress.add_task(clean(what), total=None)
        yield


@contextmanager
def _shown_late(*columns: ProgressColumn) -> Iterator[Progress]:
    """Give progress on standard error that is shown once a second has passed."""
    from rich.progress import Progress

    progress = Progress(*columns, console=_console(stderr=True), transient=True)
    timer = Timer(PATIENCE, progress.start)
    timer.daemon = True
    timer.start()
    try:
        yield progress
    finally:
        timer.cancel()
        timer.join()
        progress.stop()


@contextmanager
def counting(
    what: str, unit: str, lang: str = "en", quiet: bool = False
) -> Iterator[Callable[[int, int, float], None] | None]:
    """Give a function that shows on standard error how far work is, and how long it will take.

    A terminal gets a bar, once a second has passed; a log file or another program a line now and
    then. The function takes what is done, what is to be done, and seconds left.
    """
    if quiet:
        yield None
    elif sys.stderr.isatty():
        with _bar(what, unit) as show:
            yield show
    else:
        yield _lines_now_and_then(what, unit, lang)


@contextmanager
def _bar(what: str, unit: str) -> Iterator[Callable[[int, int, float], None]]:
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(clean(unit), markup=False),
        TextColumn("{task.fields[left]}", markup=False),
    )
    with _shown_late(*columns) as progress:
        task = progress.add_task(clean(what), total=None, left="")

        def show(done: int, total: int, seconds: float) -> None:
            progress.update(task, completed=done, total=total, left=duration(seconds))

        yield show


def _lines_now_and_then(what: str, unit: str, lang: str) -> Callable[[int, int, float], None]:
    said = [time.monotonic()]

    def show(done: int, total: int, seconds: float) -> None:
        if time.monotonic() - said[0] < OFTEN or done >= total:
            return
        said[0] = time.monotonic()
        count = f"{number(done, lang, 0)} / {number(total, lang, 0)} {unit}"
        left = label("time_left", lang, time=duration(seconds))
        print(clean(f"{what}: {count}, {left}"), file=sys.stderr, flush=True)

    return show


def duration(seconds: float) -> str:
    """Return a length of time as people say it.

    Examples
    --------
    >>> duration(42.4), duration(125), duration(7300)
    ('42 s', '2 min 5 s', '2 h 1 min')
    """
    whole = max(round(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def headings(lang: str, *words: str, say: Callable[..., str] = label) -> list[str]:
    """Return headings in a language; those of numbers keep the ``>`` in front.

    Examples
    --------
    >>> headings("nl", "mission", ">fill_rate")
    ['missie', '>vullingsgraad']
    """
    return [
        (">" if word.startswith(">") else "") + say(word.removeprefix(">"), lang) for word in words
    ]


def in_language(row: Mapping[str, Any], lang: str, field: str = "name") -> str:
    """Return the name or title of a row in a language, in the other one where it has none."""
    dutch, english = row[f"{field}_nl"], row[field]
    return str((dutch or english) if lang == "nl" else (english or dutch))


class Interrupted(BaseException):
    """An interrupt with a message; of KeyboardInterrupt Typer would keep the exit code only."""
