"""The page put together from its parts, with its reasons, files and guided tour.

On the server and in a notebook.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings, simplefilter

import panel as pn
from bokeh.models.widgets import TextInput
from panel.io.resources import LOCAL_DIST

from planner.app.layout import (
    FULL,
    Folded,
    ProgressLine,
    alarm_of,
    box,
    button,
    card,
    heading,
    items,
    labels,
    paragraph,
    side_by_side,
    table,
    text,
)
from planner.app.promises import PromisesPanel
from planner.app.scheduler import Newest, Priority, Scheduler, Turns
from planner.app.session import Library, Session, tables_of
from planner.app.tasks import (
    MAX_UPLOAD,
    explain,
    figure_file,
    read_file,
    read_upload,
    report_file,
    scenario_file,
    tables_file,
    workbook_file,
)
from planner.app.uncertainty import UncertaintyPanel
from planner.app.words import say
from planner.app.workers import READ_SECONDS, WorkerPool, Workers
from planner.errors import InputError
from planner.labels import LANGUAGES, number
from planner.labels import month as month_name
from planner.scenario.load import Scenario
from planner.whatif import WhatIf
from planner.whatif.charts import amount, each, pool_names
from planner.whatif.model import Value
from planner.whatif.outlook import Answer

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ROOTS", "TEMPLATE", "TOUR", "TOUR_BASE", "Downloads", "Reasons", "Tour", "address_of",
    "build_page", "file_name", "inside_notebook", "language_of", "note", "template_words",
]  # fmt: skip

TEMPLATE = Path(__file__).with_name("page.html")

ROOTS = (
    "status", "faults", "answer", "key", "spread", "lost", "why", "tour_button", "tour", "levers",
    "headline", "fill", "binds", "time", "tours", "sure", "promises", "files", "address",
)  # fmt: skip
"""Parts of the page in the order of its document; the template has a place for each."""

WORDS = (
    "page_title", "page_lead", "other_language", "skip", "levers", "results", "details", "lost",
    "limits_title", "upload", "loading",
)  # fmt: skip

REMEMBER = """
const query = cb_obj.value
if (window.location.search !== query) { window.history.replaceState(null, "", query) }
const link = document.getElementById("lang")
if (link) { link.href = query.replace(/([?&]lang=)[a-z]+/, "$1" + link.hreflang) }
"""
"""Keeps the address of the page, and the link to the other language, at what is shown."""

FRAME = {"border": "2px solid #0072B2", "border-radius": "4px", "padding": "6px 14px"}

TOUR_BASE = "eastern-flank-battalion"
"""The scenario of the guided tour."""

_PACKAGE = "eastern-flank"

TOUR: tuple[Mapping[str, Value], ...] = (
    {f"on.{_PACKAGE}": False},
    {},
    {f"size.{_PACKAGE}": 2.0},
    {"rest.military": 0.5, "rest.police": 0.5},
    {},
)
"""Positions of the levers in each step; its words are ``guide_1_title``, ``guide_1_text`` …"""

FILE_SECONDS = 120.0
"""Time limit of making one file, in seconds of wall time."""

REPORT_SECONDS = 600.0
"""Time limit of a report, which draws as well."""

TAKE = """
const [, name, kind, packed] = cb_obj.value.split("\\n")
const bytes = Uint8Array.from(atob(packed), one => one.charCodeAt(0))
const link = document.createElement("a")
link.href = URL.createObjectURL(new Blob([bytes], {type: kind}))
link.download = name
link.click()
setTimeout(() => URL.revokeObjectURL(link.href), 60000)
"""
"""Hands a file to the browser; nothing of it is kept on the server."""

KINDS = {
    "yaml": "application/yaml",
    "zip": "application/zip",
    "png": "image/png",
    "html": "text/html",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

QUESTION_SECONDS = 600.0
"""Time limit of one question, in seconds of wall time; the first one compiles for a minute."""


def address_of(arguments: Mapping[str, list[bytes]]) -> dict[str, str]:
    """Return the parts of an address as text; of parts named twice the first counts.

    Examples
    --------
    >>> address_of({"lang": [b"nl"], "size.x": [b"1", b"2"], "broken": [b"\\xff"]})
    {'lang': 'nl', 'size.x': '1', 'broken': '\\ufffd'}
    """
    return {key: all[0].decode("utf-8", "replace") for key, all in arguments.items() if all}


def language_of(arguments: Mapping[str, list[bytes]], default: str) -> str:
    """Return the language that an address asks for.

    Examples
    --------
    >>> language_of({"lang": [b"nl"]}, "en"), language_of({"lang": [b"x"]}, "en")
    ('nl', 'en')
    """
    asked = address_of({"lang": arguments.get("lang", [])}).get("lang", default)
    return asked if asked in LANGUAGES else default


def template_words(lang: str) -> dict[str, Any]:
    """Return the fixed texts of the page's template."""
    return {
        "lang": lang,
        "other": next(one for one in LANGUAGES if one != lang),
        "words": {key: say(key, lang) for key in WORDS},
        "limits": [say(f"limits_{number}", lang) for number in range(1, 6)],
        "upload_note": note(lang),
        "most_bytes": MAX_UPLOAD,
    }


class Parts:
    """The parts of one session's page.

    The answer comes first; the levers and the sections below are built after it, one in each turn,
    so that every visitor of many who arrive at once has an answer before others have details.
    """

    def __init__(self, session: Session):
        self.session = session
        self.roots: dict[str, Any] = {
            name: pn.Column(**FULL) for name in ("why", "levers", "sure", "promises", "files")
        }
        self.roots |= session.dashboard.parts()
        self.roots |= {
            "status": session.status, "faults": session.faults, "address": session.address,
        }  # fmt: skip
        self._long_work: list[Any] = []
        self._steps = self._build()

    def _build(self) -> Iterator[None]:
        session, roots = self.session, self.roots
        for name in ("lost", "spread"):
            session.dashboard.build(name)
        yield
        roots["levers"][:] = [session.base, session.actions, session.controls.column]
        yield
        reasons = Reasons(session)
        roots["why"][:] = [reasons.part]
        yield
        for name in ("headline", "fill", "binds", "time", "tours"):
            session.dashboard.build(name)
            yield
        uncertainty = UncertaintyPanel(session)
        roots["sure"][:] = [uncertainty.part]
        self._long_work.append(uncertainty.progress)
        yield
        promises = PromisesPanel(session)
        roots["promises"][:] = [promises.part]
        yield
        downloads = Downloads(session, (reasons, uncertainty, promises))
        roots["files"][:] = [downloads.part]
        self._long_work.append(downloads.progress)

    def build_next(self) -> None:
        """Build the next part, and put the one after it in turn."""
        if next(self._steps, self) is None:
            self.session.turns(self.build_next, Priority.DETAIL)

    def close(self) -> None:
        """Stop the long work of a visitor who has left."""
        for progress in self._long_work:
            progress.close()


def build_page(
    document: Any,
    workers: Workers,
    library: Library,
    scheduler: Scheduler,
    arguments: Mapping[str, list[bytes]],
    default_lang: str,
) -> None:
    """Build the page of a new session in its document.

    What the address asks for begins once the browser has the page, in the session's turn.
    """
    document.template_variables["dist_url"] = LOCAL_DIST  # style sheets come from this server
    address = address_of(arguments)
    lang = language_of(arguments, default_lang)
    session = Session(workers, library, lang, Turns(scheduler))
    parts = Parts(session)
    tour = Tour(session)
    start = button(say("guide", lang), lambda: tour.show(0))
    session.address.jscallback(value=REMEMBER)
    roots = {"tour_button": start, "tour": tour.box, **parts.roots}
    # frozen, else everything is walked through with every part; nothing is asked of the browser
    with document.models.freeze(), pn.config.set(browser_info=False):
        for name in ROOTS:
            roots[name].server_doc(document, "planner", location=False)
    document.on_session_destroyed(lambda _: parts.close())

    def begin() -> None:
        if address.keys() - {"lang"}:
            session.follow(address)
        else:
            tour.show(0)

    session.turns(begin)
    session.turns(parts.build_next, Priority.DETAIL)


def inside_notebook(scenario: Scenario | str | None, lang: str) -> pn.Row:
    """Return the page for a notebook; everything is computed by its kernel, at once."""
    pn.extension(inline=True)  # requests nothing from other hosts
    own = (scenario,) if isinstance(scenario, Scenario) else ()
    library = Library(own)
    with catch_warnings():  # widgets are to have labels, which older releases do not know
        simplefilter("ignore", PendingDeprecationWarning)
        session = Session(Workers(), library, lang)
        parts = Parts(session)
        parts.build_next()
        board = parts.roots
        limits = items(say(f"limits_{number}", lang) for number in range(1, 6))
        charts = side_by_side([board["fill"]], [board["binds"], board["time"], board["tours"]])
        first = side_by_side([board["spread"]], [board["lost"]])
        results = pn.Column(
            board["answer"], session.faults, session.status, board["key"], first, board["why"],
            board["headline"], charts, board["sure"], board["promises"], board["files"],
            card(say("limits_title", lang), text(limits)), **FULL,
        )  # fmt: skip
        session.open(library.get(scenario if isinstance(scenario, str) else library.first))
        levers = pn.Column(board["levers"], width=330)
        return pn.Row(levers, results, name="planner", sizing_mode="stretch_width")


# the guided tour


class Tour:
    """A box that explains the letter in steps that move the levers."""

    def __init__(self, session: Session):
        self.session, self.lang, self.step = session, session.lang, -1
        self._text = text()
        back, onward, end = (say(f"guide_{key}", self.lang) for key in ("back", "next", "end"))
        self._back = button(back, lambda: self.show(self.step - 1))
        self._next = button(onward, lambda: self.show(self.step + 1), button_type="primary")
        close = button(end, self.close)
        buttons = pn.Row(self._back, self._next, close, margin=0)
        self.box = pn.Column(self._text, buttons, visible=False, styles=FRAME, **FULL)

    def show(self, step: int) -> None:
        """Tell one step and move the levers; past the last one it is over."""
        if not 0 <= step < len(TOUR):
            self.close()
            return
        self.step = step
        title, said = (say(f"guide_{step + 1}_{part}", self.lang) for part in ("title", "text"))
        count = say("guide_step", self.lang, step=step + 1, steps=len(TOUR))
        self._text.object = paragraph(count, "hint") + heading(title) + paragraph(said)
        self._back.disabled = step == 0
        self._next.visible = step < len(TOUR) - 1
        self.box.visible = True
        self.session.go_to(TOUR_BASE, TOUR[step])

    def close(self) -> None:
        """End the tour; the levers stay where they are."""
        self.step = -1
        self.box.visible = False


def file_name(name: str, ending: str) -> str:
    """Return the name of a file about a scenario: plain characters, whatever the scenario's name.

    Examples
    --------
    >>> file_name("../<b>", "html")
    'b.html'
    """
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-")[:60].strip(".-")
    return f"{plain or 'scenario'}.{ending}"


class Downloads:
    """Buttons that make files, and the place where a scenario is uploaded.

    Parameters
    ----------
    session : Session
    others : sequence of Reasons, UncertaintyPanel or PromisesPanel
        Their tables are included once any are made.
    """

    def __init__(
        self, session: Session, others: Sequence[Reasons | UncertaintyPanel | PromisesPanel]
    ):
        self.session, self.lang, self._others = session, session.lang, tuple(others)
        self.progress = ProgressLine(self.lang, session.workers.background, session.turns, session)
        self._count = 0
        self._text = text()
        self._take = pn.widgets.TextInput(visible=False)
        self._take.jscallback(value=TAKE)
        self.upload = TextInput(name="upload", visible=False)
        self.upload.on_change("value", lambda attr, old, new: self.read(new))
        self._reading: Newest[tuple[str, bytes], tuple[Scenario, str]] = Newest(
            self._start, session.turns, self._opened
        )
        makes = {
            "scenario": lambda: self._make("scenario", "yaml", scenario_file),
            "table": self.tables,
            "figure": lambda: self._make("figure", "png", figure_file),
            "report": self.report,
            "workbook": lambda: self._make("workbook", "xlsx", workbook_file),
        }
        buttons = [button(say(f"save_{key}", self.lang), make) for key, make in makes.items()]
        self.part = pn.Column(
            text(heading(say("files_title", self.lang))),
            pn.FlexBox(*buttons, **FULL),
            self._text,
            self.progress.part,
            self._take,
            pn.pane.Bokeh(self.upload, visible=False),
            **FULL,
        )

    # files to save

    def _name(self, ending: str) -> str:
        case = self.session.case
        return file_name(f"{case.base.name}-changed" if case.moved else case.base.name, ending)

    def tables(self) -> None:
        """Hand over what is shown as CSV files."""
        found = {
            f"{side}_{name}": table
            for side, picture in self.session.pictures.items()
            for name, table in picture.tables().items()
        }
        for other in self._others:
            found |= other.tables()
        self._hand(self._name("zip"), tables_file(found))

    def report(self) -> None:
        """Hand over a report, which takes some seconds."""
        case, name = self.session.case, self._name("html")
        self.progress.start(
            lambda made: self._hand(name, made), report_file, case.base, dict(case.moved),
            self.lang, seconds=REPORT_SECONDS,
        )  # fmt: skip

    def _make(self, key: str, ending: str, make: Callable[..., bytes]) -> None:
        """Have a worker make a file and hand it over."""
        name, case = self._name(ending), self.session.case
        words = say("saving", self.lang, name=say(f"save_{key}", self.lang))
        self._text.object = paragraph(words, "busy")
        future = self.session.workers.pool(self.session.guest).submit(
            make, case.base, dict(case.moved), self.lang, seconds=FILE_SECONDS, owner=self.session
        )

        def arrived() -> None:
            try:
                self._hand(name, future.result())
            except Exception as error:
                self._text.object = alarm_of(error, self.lang)

        future.add_done_callback(lambda _: self.session.turns(arrived))

    def _hand(self, name: str, data: bytes) -> None:
        self._text.object = ""
        self._count += 1
        kind = KINDS[name.rpartition(".")[2]]
        packed = base64.b64encode(data).decode()
        self._take.value = f"{self._count}\n{name}\n{kind}\n{packed}"

    # scenarios that visitors bring

    def read(self, message: str) -> None:
        """Take a file from the browser and begin from it, if it is right."""
        if not message:
            return
        try:
            name, data = read_upload(message)
        except InputError as error:
            self._text.object = alarm_of(error, self.lang)
            return
        self._text.object = paragraph(say("computing", self.lang), "busy")
        self._reading.ask((name, data))

    def _start(self, request: tuple[str, bytes]) -> Future[tuple[Scenario, str]]:
        name, data = request
        return self.session.workers.guests.submit(
            read_file, data, name, seconds=READ_SECONDS, owner=self.session
        )

    def _opened(self, request: tuple[str, bytes], done: Future[tuple[Scenario, str]]) -> None:
        try:
            scenario, link = done.result()
        except Exception as error:
            self._text.object = alarm_of(error, self.lang)
            return
        self.session.open_guest(scenario, link)
        keep = say("link_short" if self.session.linked else "link_long", self.lang)
        self._text.object = box(say("uploaded_is", self.lang, name=request[0]), [keep])


def note(lang: str) -> str:
    """Return the text beside the place where a file is uploaded."""
    return say("upload_note", lang, size=f"{number(MAX_UPLOAD / 1000, lang, 0)} kB")


Request = tuple[WhatIf, str, str]


class Reasons:
    """A mission and a month to choose, and the reasons for what is seen in it.

    Once something has been asked, the answer follows the levers and whatever is looked at.
    """

    def __init__(self, session: Session):
        self.session, self.lang = session, session.lang
        self.answer: Answer | None = None
        self._about: Request | None = None
        self._looked_at, self._quiet = "", False
        choice: dict[str, Any] = {"margin": (4, 8, 4, 0)}
        self.mission = pn.widgets.Select(name=say("mission_shown", self.lang), width=290, **choice)
        self.month = pn.widgets.Select(name=say("month_shown", self.lang), width=190, **choice)
        self.mission.param.watch(self._chosen, "value")
        self.month.param.watch(self._chosen, "value")
        self._text, self._folded = text(name="why"), Folded(self.lang)
        self._folded.card.visible = False
        self._newest: Newest[Request, Answer] = Newest(self._start, session.turns, self._show)
        self._changes: Newest[Request, Answer] = Newest(
            self._start_changes, session.turns, self._show, limit=1
        )
        ask = button(say("why_ask", self.lang), self.ask, button_type="primary", align="end")
        form = pn.FlexBox(self.mission, self.month, ask, align_items="flex-end", **FULL)
        self.part = pn.Column(self._text, self._folded.card, form, **FULL)
        session.on_view(self._viewed)
        if session.pictures:
            self._viewed()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables of the answer that is shown, by name."""
        return tables_of(self.answer)

    # asking

    def _viewed(self) -> None:
        """Offer the questions about the picture, and ask again what was asked before."""
        session = self.session
        variant = session.pictures["variant"]
        asked = variant.fill[variant.fill["asked_person_months"] > 0]
        names = {id: session.dashboard.names.get(id, id) for id in asked["mission"]}
        followed = session.view["mission"]
        wanted = session.view["why"] or self.mission.value
        if followed != self._looked_at and self._looked_at:
            wanted = followed
        self._looked_at = followed
        if wanted not in names:
            kept = [self.mission.value, followed, *self._worst(asked), *names]
            wanted = next((id for id in kept if id in names), "")
        months = {say("why_worst", self.lang): ""}
        months |= {month_name(month, self.lang): month for month in variant.months}
        month = session.view["month"]
        self._quiet = True
        self.mission.param.update(options=labels(names), value=wanted or None)
        self.month.param.update(options=months, value=month if month in variant.months else "")
        self._quiet = False
        if session.view["why"] and wanted:
            self.ask()

    def _worst(self, asked: pd.DataFrame) -> list[str]:
        """Return missions of main task 2, those first that lack most."""
        lacking = asked["asked_person_months"] - asked["filled_person_months"]
        rows = asked.assign(lacking=lacking)[asked["main_task"] == 2]
        return [str(id) for id in rows.sort_values("lacking", ascending=False)["mission"]]

    def _chosen(self, _: object) -> None:
        if not self._quiet and self.mission.value:
            self.ask()

    def ask(self) -> None:
        """Ask about the mission and the month that are chosen."""
        if not self.mission.value:
            return
        request = (self.session.case, self.mission.value, self.month.value or "")
        if request == self._about:
            return
        self._about = request
        self._changes.drop()
        self._remember(request[1], request[2])
        self._text.object = paragraph(say("computing", self.lang), "busy")
        self._newest.ask(request)

    def _remember(self, mission: str, month: str) -> None:
        self.session.view.update(why=mission, month=month)
        self.session.remember()

    # showing

    def _start(self, request: Request) -> Future[Answer]:
        """Ask for what binds and who holds the people, which takes a moment."""
        return self._asked(request, self.session.workers.pool(self.session.guest), False)

    def _start_changes(self, request: Request) -> Future[Answer]:
        """Ask for what would change it too, which takes many plans."""
        workers = self.session.workers
        return self._asked(request, workers.guests if self.session.guest else workers.background)

    def _asked(self, request: Request, pool: WorkerPool, changes: bool = True) -> Future[Answer]:
        case, mission, month = request
        return pool.submit(
            explain, case.base, dict(case.moved), mission, month, changes,
            seconds=QUESTION_SECONDS, owner=self.session,
        )  # fmt: skip

    def _show(self, request: Request, done: Future[Answer]) -> None:
        case, mission, month = request
        if request != self._about:
            return
        try:
            answer = done.result()
        except Exception as error:
            self._text.object = alarm_of(error, self.lang)
            return
        self.answer = answer
        if not month:  # the month that was looked for is the one asked about from now on
            month = answer.month
            self._quiet = True
            self.month.value = month
            self._quiet = False
            self._about = (case, mission, month)
            self._remember(mission, month)
        if not answer.complete:
            self._changes.ask((case, mission, month))
        name = self.session.dashboard.names.get(mission, mission)
        title = f"{name}, {month_name(month, self.lang)}"
        more = "" if answer.complete else paragraph(say("why_more", self.lang), "busy")
        said = items(answer.said[self.lang])
        self._text.object = heading(title) + said + more
        rows = answer.found["holders"]
        self._folded.card.visible = len(rows) > 0
        self._folded.show(lambda: self._holders(rows))

    def _holders(self, rows: pd.DataFrame) -> str:
        """Return who holds the pools that bind, as a table."""
        lang, names = self.lang, self.session.dashboard.names
        pools = pool_names(self.session.pictures, lang)
        states = ("held", "on_duty", "preparing", "resting")
        cells = (
            [
                pools.get(row.pool, row.pool),
                month_name(row.month, lang),
                names.get(row.mission, row.mission),
                *(amount(getattr(row, f"{state}_persons"), lang) for state in states),
            ]
            for row in each(rows)
        )
        head = [say(key, lang) for key in ("pool", "month", "mission", *states)]
        return table(f"{say('why_held', lang)}, {say('persons', lang)}", head, cells)
