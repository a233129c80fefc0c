"""What the commands say: tables and lines for people, strict JSON for programs, progress."""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING, Any

from planner.cli.text import clean

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

__all__ = ["counting", "lines", "print_json", "say", "strict", "table", "working"]

WIDTH = 140
"""Columns where nobody looks at a terminal of a certain width."""

ROOMY = 100
"""Columns from which there is room for ids beside names."""

NAME = 32
"""Columns that an id in front of a line gets if it needs them."""

PATIENCE = 1.0
"""Seconds before anything is said about work that takes long."""

OFTEN = 30.0
"""Seconds between two lines about work that takes long, where nobody sees a terminal."""

WORD = 12
"""Columns that text gets before numbers or ids are broken for its sake."""

GAP = 3
"""Columns between two columns of a table."""

LONG = 20_000
"""List items written at a time, so that a long list needs no second copy in memory."""


def _console(stderr: bool = False) -> Console:
    from rich.console import Console

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
        console.print(Padding(shown, (0, 0, 0, indent), expand=False) if indent else shown)


def table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    totals: int = 0,
    named: bool = False,
) -> Table:
    """Return a table; numbers stand to the right.

    Parameters
    ----------
    title : str
        What it shows.
    columns : sequence of str
        Headings. One that begins with ``>`` is of numbers.
    rows : sequence of sequences
        Cells, as text.
    totals : int
        How many of the last rows are totals.
    named : bool
        Whether the first column is an id that a narrow terminal can do without.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    room = _console().width
    narrow = room < ROOMY
    if narrow and named:
        columns, rows = columns[1:], [row[1:] for row in rows]
    columns = [clean(heading) for heading in columns]
    cells = [[clean(cell) for cell in row] for row in rows]
    widths = _widths(columns, cells, room, ids=not narrow)
    made = Table(
        box=box.SIMPLE_HEAD,
        title=Text(clean(title), "bold") if title else None,
        title_justify="left",
        pad_edge=False,
        header_style="bold",
    )
    for place, heading in enumerate(columns):
        made.add_column(
            Text(heading.removeprefix(">")),
            justify="right" if heading.startswith(">") else "left",
            overflow="fold",
            width=widths[place],
        )
    for place, row in enumerate(cells, 1 - len(rows) + totals):
        ends = totals > 0 and place == 0
        made.add_row(*map(Text, row), style="bold" if place > 0 else None, end_section=ends)
    return made


def _widths(
    columns: Sequence[str], rows: Sequence[Sequence[str]], room: int, ids: bool
) -> list[int]:
    """Return how wide columns are, so that none is cut off.

    Where there is no room for all, text is broken first, then numbers that are several words, such
    as intervals, and at last the ids that stand first, which are kept whole until then where asked.
    """
    number = [heading.startswith(">") for heading in columns]
    wanted = [
        max(len(cell) for cell in (heading.removeprefix(">"), *(row[place] for row in rows)))
        for place, heading in enumerate(columns)
    ]
    room -= GAP * len(columns)
    for whole, named in ((True, ids), (False, ids), (False, False)):
        widths = [
            _widest(heading, rows, place, whole) if number[place] else min(WORD, wanted[place])
            for place, heading in enumerate(columns)
        ]
        if named and columns and not number[0]:
            widths[0] = min(NAME, wanted[0])
        if sum(widths) <= room:
            break
    for _ in range(room - sum(widths)):
        lacks = [(not number[k], wanted[k] - widths[k], -k) for k in range(len(columns))]
        short = [one for one in lacks if one[1] > 0]
        if not short:
            break
        widths[-max(short)[2]] += 1
    return widths


def _widest(heading: str, rows: Sequence[Sequence[str]], place: int, whole: bool) -> int:
    """Return a width that breaks no number, and a heading only between its words.

    Cells stay on one line where they are to stay whole; else a dash stays with what is before it.
    """
    cells = [row[place] for row in rows]
    parts = (
        cells
        if whole
        else [one for cell in cells for one in cell.replace(" – ", " –\n").split("\n")]
    )
    return max(len(one) for one in (*heading.removeprefix(">").split(), *parts, ""))


def lines(pairs: Sequence[tuple[str, object]]) -> Table:
    """Return words and what they stand for, one a line; those without a value are left out."""
    from rich.table import Table
    from rich.text import Text

    made = Table.grid(padding=(0, 2))
    made.add_column(no_wrap=True)
    made.add_column(overflow="fold")
    for word, value in pairs:
        if value not in ("", None):
            made.add_row(Text(clean(word), "dim"), Text(clean(value)))
    return made


def print_json(data: Mapping[str, Any]) -> None:
    """Write an object as strict JSON on standard output, each of its keys on a line.

    Nothing is written before all of it has been turned into text.

    Raises
    ------
    ValueError
        A number in it is not finite.
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

    Only a terminal is told; a log file or another program is not.
    """
    if quiet or not sys.stderr.isatty():
        yield
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        console=_console(stderr=True),
        transient=True,
    )
    progress.add_task(clean(what), total=None)
    timer = Timer(PATIENCE, progress.start)
    timer.daemon = True
    timer.start()
    try:
        yield
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
    then. The function takes what is done, what there is to do, and seconds left.
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
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    progress = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(clean(unit), markup=False),
        TextColumn("{task.fields[left]}", markup=False),
        console=_console(stderr=True),
        transient=True,
    )
    task = progress.add_task(clean(what), total=None, left="")
    timer = Timer(PATIENCE, progress.start)
    timer.daemon = True
    timer.start()

    def show(done: int, total: int, seconds: float) -> None:
        progress.update(task, completed=done, total=total, left=duration(seconds))

    try:
        yield show
    finally:
        timer.cancel()
        timer.join()
        progress.stop()


def _lines_now_and_then(what: str, unit: str, lang: str) -> Callable[[int, int, float], None]:
    from planner.labels import label, number

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
