"""HTML fragments and Panel components of the page, and the progress of long tasks.

All texts are escaped here.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Any

import panel as pn

from planner.app.scheduler import SessionScheduler
from planner.app.words import say
from planner.app.workers import StoppedError, Task, WorkerPool
from planner.errors import InputError, PlannerError
from planner.labels import number

__all__ = [
    "CSS", "FULL_WIDTH", "FoldedTable", "ProgressLine", "TableColumn", "attribute", "bullet_list",
    "button", "card", "definition_list", "details", "error_box", "heading", "message_box",
    "paragraph", "record_table", "select_options", "side_by_side", "table", "text", "titled_column",
]  # fmt: skip


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> str:
    """Return a table; the first column is left-aligned and identifies the row.

    Examples
    --------
    >>> table("Fill", ["mission", "plan"], [["<b>", "50.0%"]]).count("&lt;b&gt;")
    1
    """
    titles = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    shown = f"<caption>{escape(caption)}</caption>" if caption else ""
    return (
        f'<div class="scroll"><table class="{escape(kind)}">{shown}'
        f"<thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></div>"
    )


TableColumn = tuple[str, Callable[[Any], str]]
"""Heading of a column, and a function that formats its cell of a row."""


def attribute(name: str, write: Callable[[Any], str]) -> Callable[[Any], str]:
    """Return a function that formats an attribute of a row."""
    return lambda row: write(getattr(row, name))


def record_table(caption: str, rows: Any, columns: Sequence[TableColumn], kind: str = "") -> str:
    """Return a table of a data frame or of its rows, with columns as attributes of a row."""
    records = rows.itertuples() if hasattr(rows, "itertuples") else rows
    cells = ([cell(row) for _, cell in columns] for row in records)
    return table(caption, [heading for heading, _ in columns], cells, kind)


def details(summary: str, inner: str) -> str:
    """Return a block that opens on a click; `inner` is HTML."""
    return f"<details><summary>{escape(summary)}</summary>{inner}</details>"


def heading(text: str, level: int = 2) -> str:
    """Return a heading."""
    return f"<h{level}>{escape(text)}</h{level}>"


def paragraph(text: str, kind: str = "", about: str = "") -> str:
    """Return a paragraph; `about` states its subject for programs, as a data attribute."""
    about = f' data-about="{escape(about)}"' if about else ""
    return f'<p class="{escape(kind)}"{about}>{escape(text)}</p>'


def definition_list(rows: Iterable[tuple[str, str]]) -> str:
    """Return a definition list of (lead, text); texts that follow with an equal lead share it.

    Examples
    --------
    >>> definition_list([("Who", "a"), ("Who", "<b>"), ("When", "c")]).count("<dt>")
    2
    """
    parts: list[str] = []
    previous = ""
    for lead, text in rows:
        if lead != previous:
            parts.append(f"<dt>{escape(lead)}</dt>")
        parts.append(f"<dd>{escape(text)}</dd>")
        previous = lead
    return f'<dl class="points">{"".join(parts)}</dl>' if parts else ""


def bullet_list(texts: Iterable[str]) -> str:
    """Return a list with one text per item."""
    return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>"


def message_box(lead: str, texts: Iterable[str], alarm: bool = False) -> str:
    """Return a box of messages; screen readers read an alarm out immediately."""
    role, kind = ("alert", "alarm") if alarm else ("status", "note")
    return f'<div role="{role}" class="{kind}">{paragraph(lead)}{bullet_list(texts)}</div>'


MAX_FAULTS = 30
"""Maximum number of faults listed on the page."""

FULL_WIDTH: dict[str, Any] = {"sizing_mode": "stretch_width", "margin": 0}
"""Options of a component as wide as its container."""

HALF_WIDTH = {"flex": "1 1 380px", "min-width": "min(380px, 100%)"}
"""Styles of a column that takes half of a wide page and all of a narrow one."""

CSS = """
:host { --ink: #222; --quiet: #595959; --line: #d0d0d0; --alarm: #9c2f00; --variant: #0072B2;
  color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
h2 { font-size: 1.15em; margin: .2em 0 .3em; }
h3 { font-size: 1em; margin: .6em 0 .1em; }
p { margin: .2em 0 .5em; }
p.answer { font-size: 1.3em; line-height: 1.35; font-weight: 600; max-width: 46em; }
dl.points { display: grid; grid-template-columns: minmax(7em, max-content) minmax(0, 60em);
  gap: .15em 1em; margin: .3em 0 .5em; }
dl.points dt { grid-column: 1; color: var(--quiet); }
dl.points dd { grid-column: 2; margin: 0; }
table.moves { max-width: 60em; table-layout: fixed; margin-top: .4em; }
table.moves caption { font-weight: 400; color: var(--quiet); }
table.moves th:first-child { width: 52%; }
@media (max-width: 820px) { dl.points { display: block; } dl.points dd { margin-bottom: .35em; }
  p.answer { font-size: 1.15em; }
  table.moves th:first-child { width: 42%; } }
p.key span { white-space: nowrap; margin-right: 14px; }
p.key i { display: inline-block; width: 12px; height: 12px; margin-right: 5px;
  vertical-align: -1px; }
p.hint { color: var(--quiet); font-size: .9em; }
p.stale { border-left: 4px solid var(--alarm); background: #fdf1ec; padding: .3em .8em; }
p.busy::before { content: "◌ "; }
p.ready::before { content: "● "; color: #00704f; }
ul { margin: .2em 0; padding-left: 1.2em; }
li { overflow-wrap: anywhere; }
.scroll { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums;
  font-size: .93em; }
caption { text-align: left; font-weight: 600; padding: .2em 0; }
th, td { padding: .2em .5em; text-align: right; border-bottom: 1px solid var(--line); }
th { font-weight: 400; }
thead th { font-weight: 600; vertical-align: bottom; }
tbody th, thead th:first-child { text-align: left; overflow-wrap: anywhere; }
table:not(.moves) th:first-child { min-width: 9em; }
table.headline td:nth-last-child(2) { font-weight: 600; color: var(--variant); }
.alarm { border-left: 4px solid var(--alarm); background: #fdf1ec; padding: .4em .8em; }
.note { border-left: 4px solid var(--variant); background: #eef6fb; padding: .4em .8em; }
"""
"""Style sheet of text and tables; Panel components do not inherit that of the page."""

CARD = """
.card-header { border: 0; background: #f0f3f5; font: 600 15px/1.4 system-ui, sans-serif; }
.card-header:focus-visible { outline: 3px solid #0072B2; outline-offset: -3px; }
"""


def text(html: str = "", **options: Any) -> pn.pane.HTML:
    """Return a pane with HTML, in which all texts are escaped."""
    return pn.pane.HTML(html, stylesheets=[CSS], **{**FULL_WIDTH, **options})


def card(title: str, *parts: Any, **options: Any) -> pn.Card:
    """Return a card that opens and closes; its title is not escaped."""
    return pn.Card(*parts, title=title, stylesheets=[CARD], **{**FULL_WIDTH, **options})


def button(label: str, callback: Callable[[], None], **options: Any) -> pn.widgets.Button:
    """Return a button that calls a function when it is pressed."""
    made = pn.widgets.Button(name=label, **{"margin": (4, 8, 4, 0), **options})
    made.on_click(lambda _: callback())
    return made


def side_by_side(*columns: Sequence[Any]) -> pn.FlexBox:
    """Return columns of components side by side, stacked where the page is narrow."""
    made = [pn.Column(*parts, styles=HALF_WIDTH) for parts in columns]
    return pn.FlexBox(*made, gap="0 28px", **FULL_WIDTH)


def titled_column(title: str | pn.pane.HTML, *parts: Any) -> pn.Column:
    """Return components below a heading; Bokeh figures are wrapped in panes."""
    made = [
        part if isinstance(part, pn.viewable.Viewable) else pn.pane.Bokeh(part, **FULL_WIDTH)
        for part in parts
    ]
    above = text(heading(title)) if isinstance(title, str) else title
    return pn.Column(above, *made, **FULL_WIDTH)


log = logging.getLogger(__name__)


class FoldedTable:
    """A folded table below a chart; its HTML is made only while it is open."""

    def __init__(self, lang: str):
        self._pane = text()
        self._make: Callable[[], str] = str
        self.card = card(say("as_table", lang), self._pane, collapsed=True)
        self.card.param.watch(lambda _: self._render(), "collapsed")

    def show(self, make: Callable[[], str]) -> None:
        """Set the function that makes the HTML of the table."""
        self._make = make
        self._render()

    def _render(self) -> None:
        if not self.card.collapsed:
            self._pane.object = self._make()


class ProgressLine:
    """Progress of one task at a time, its estimated time left, and a button that stops it.

    Parameters
    ----------
    lang : str
    pool : WorkerPool
        Pool in which the tasks run.
    schedule : SessionScheduler
        Schedules calls for the session.
    owner : object
        Owner of the tasks: the session.
    """

    def __init__(self, lang: str, pool: WorkerPool, schedule: SessionScheduler, owner: object):
        self.lang, self._pool, self._schedule, self._owner = lang, pool, schedule, owner
        self._task: Task[Any] | None = None
        self._bar = pn.indicators.Progress(value=0, max=100, sizing_mode="stretch_width", margin=0)
        self._text = text()
        self._stop = button(say("stop", lang), self.stop)
        self._work = pn.Row(self._stop, self._bar, visible=False, **FULL_WIDTH)
        self.part = pn.Column(self._text, self._work, **FULL_WIDTH)

    def start(
        self, show: Callable[[Any], None], fn: Callable[..., Any], *args: Any, seconds: float
    ) -> None:
        """Start a task; a task that is still running is stopped.

        Parameters
        ----------
        show : callable
            Called with the result, unless the task fails or is stopped.
        fn, *args
            The call; it also gets the keyword argument ``progress``.
        seconds : float
            Time limit.
        """
        self.stop()
        self._work.visible = True
        self._text.object = paragraph(say("job_starting", self.lang), "busy")
        task: Task[Any] | None = None

        def progress(done: int, total: int, left: float) -> None:
            self._schedule(lambda: self._progress(task, done, total, left))

        task = self._task = self._pool.submit(
            fn, *args, seconds=seconds, owner=self._owner, progress=progress
        )
        if tasks_ahead := self._pool.tasks_ahead(task):
            words = say("job_waiting", self.lang, count=tasks_ahead)
            self._text.object = paragraph(words, "busy")
        task.add_done_callback(lambda done: self._schedule(lambda: self._finished(task, show)))

    def stop(self) -> None:
        """Stop the running task, if any, and say so."""
        if self._task is not None:
            self.close()
            self._finish(paragraph(say("job_stopped", self.lang), "hint"))

    def close(self) -> None:
        """Stop the running task, if any."""
        task, self._task = self._task, None
        if task is not None:
            task.stop()

    def _finish(self, html: str) -> None:
        self._work.visible = False
        self._text.object = html

    def _progress(self, task: Task[Any] | None, done: int, total: int, left: float) -> None:
        if task is None or task is not self._task or not total:
            return
        steps = {"done": number(done, self.lang, 0), "total": number(total, self.lang, 0)}
        words = say("job_running", self.lang, **steps)
        if left >= 0:
            words += ", " + say("job_left", self.lang, seconds=number(left, self.lang, 0))
        self._bar.value = round(100 * done / total)
        self._text.object = paragraph(words, "busy")

    def _finished(self, task: Task[Any] | None, show: Callable[[Any], None]) -> None:
        if task is None or task is not self._task:
            return
        self._task = None
        try:
            result = task.result()
        except StoppedError:
            return
        except Exception as error:
            self._finish(error_box(error, self.lang))
            return
        self._finish("")
        show(result)


def error_box(error: BaseException, lang: str) -> str:
    """Return an error as a box; an error that is no fault of the visitor is logged instead."""
    if isinstance(error, PlannerError):
        faults = error.faults if isinstance(error, InputError) else [error]
        return message_box(say("wrong", lang), map(str, faults[:MAX_FAULTS]), alarm=True)
    log.error("work for the page failed: %s", error, exc_info=error)
    return message_box(say("unexpected", lang), [], alarm=True)


def select_options(names: Mapping[str, str]) -> dict[str, str]:
    """Return the options of a select widget, ids by name; equal names are followed by their id.

    Examples
    --------
    >>> select_options({"a": "Post", "b": "Post", "c": "Unit"})
    {'Post (a)': 'a', 'Post (b)': 'b', 'Unit': 'c'}
    """
    count = Counter(names.values())
    return {name if count[name] == 1 else f"{name} ({id})": id for id, name in names.items()}
