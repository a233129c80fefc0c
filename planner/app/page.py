"""Composition of the what-if page, on the server and in a notebook.

Includes the panel of explanations, the downloads and the guided tour.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings, simplefilter

import panel as pn
from bokeh.models.widgets import TextInput
from panel.io.resources import LOCAL_DIST

from planner.app.layout import (
    FULL_WIDTH,
    FoldedTable,
    ProgressLine,
    TableColumn,
    attribute,
    bullet_list,
    button,
    card,
    error_box,
    heading,
    message_box,
    paragraph,
    record_table,
    select_options,
    side_by_side,
    text,
)
from planner.app.promises import PromisesPanel
from planner.app.scheduler import LatestRequest, Priority, Scheduler, SessionScheduler
from planner.app.session import ScenarioLibrary, Session, tables_of
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
from planner.whatif.charts import amount, pool_names
from planner.whatif.model import Value
from planner.whatif.outlook import AnalysisResult

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ROOTS", "TEMPLATE", "TOUR", "TOUR_BASE", "Downloads", "GuidedTour", "ReasonsPanel",
    "address_of", "build_page", "file_name", "language_of", "notebook_page", "template_words",
    "upload_note",
]  # fmt: skip

TEMPLATE = Path(__file__).with_name("page.html")

ROOTS = (
    "status", "faults", "answer", "key", "spread", "lost", "why", "tour_button", "tour", "levers",
    "headline", "fill", "binds", "time", "tours", "sure", "promises", "files", "address",
)  # fmt: skip
"""Root components of the page in the order of its document; the template embeds each."""

TEMPLATE_TEXTS = (
    "page_title", "page_lead", "other_language", "skip", "levers", "results", "details", "lost",
    "limits_title", "upload", "loading",
)  # fmt: skip

SYNC_ADDRESS_JS = """
const query = cb_obj.value
if (window.location.search !== query) { window.history.replaceState(null, "", query) }
const link = document.getElementById("lang")
if (link) { link.href = query.replace(/([?&]lang=)[a-z]+/, "$1" + link.hreflang) }
"""
"""Updates the address of the page, and the link to the other language, to the current view."""

TOUR_STYLE = {"border": "2px solid #0072B2", "border-radius": "4px", "padding": "6px 14px"}

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
"""Levers moved in each step, whose texts are ``guide_1_title``, ``guide_1_text`` …"""

FILE_SECONDS = 120.0
"""Time limit of making a file, seconds of wall time."""

REPORT_SECONDS = 600.0
"""Time limit of a report, which includes draws, seconds of wall time."""

DOWNLOAD_JS = """
const [, name, kind, packed] = cb_obj.value.split("\\n")
const bytes = Uint8Array.from(atob(packed), character => character.charCodeAt(0))
const link = document.createElement("a")
link.href = URL.createObjectURL(new Blob([bytes], {type: kind}))
link.download = name
link.click()
setTimeout(() => URL.revokeObjectURL(link.href), 60000)
"""
"""Saves a file in the browser; the server keeps no copy."""

MIME_TYPES = {
    "yaml": "application/yaml",
    "zip": "application/zip",
    "png": "image/png",
    "html": "text/html",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

EXPLAIN_SECONDS = 600.0
"""Time limit of an explanation, seconds of wall time; the first compiles the kernel (a minute)."""


def address_of(arguments: Mapping[str, list[bytes]]) -> dict[str, str]:
    """Return the arguments of an address as text; of a repeated argument, the first value.

    Examples
    --------
    >>> address_of({"lang": [b"nl"], "size.x": [b"1", b"2"], "broken": [b"\\xff"]})
    {'lang': 'nl', 'size.x': '1', 'broken': '\\ufffd'}
    """
    return {
        key: values[0].decode("utf-8", "replace") for key, values in arguments.items() if values
    }


def language_of(arguments: Mapping[str, list[bytes]], default: str) -> str:
    """Return the language in the arguments of an address.

    Examples
    --------
    >>> language_of({"lang": [b"nl"]}, "en"), language_of({"lang": [b"x"]}, "en")
    ('nl', 'en')
    """
    lang = address_of({"lang": arguments.get("lang", [])}).get("lang", default)
    return lang if lang in LANGUAGES else default


def template_words(lang: str) -> dict[str, Any]:
    """Return the variables of the template of the page."""
    return {
        "lang": lang,
        "other": next(one for one in LANGUAGES if one != lang),
        "words": {key: say(key, lang) for key in TEMPLATE_TEXTS},
        "limits": [say(f"limits_{number}", lang) for number in range(1, 6)],
        "upload_note": upload_note(lang),
        "most_bytes": MAX_UPLOAD,
    }


class PageParts:
    """The components of the page of one session.

    The answer is built first. Levers and sections are built after it, one per scheduled call, so
    that of many visitors who arrive at once all have an answer before any has the details.
    """

    def __init__(self, session: Session):
        self.session = session
        self.roots: dict[str, Any] = {
            name: pn.Column(**FULL_WIDTH) for name in ("why", "levers", "sure", "promises", "files")
        }
        self.roots |= session.dashboard.parts()
        self.roots |= {
            "status": session.status, "faults": session.faults, "address": session.address,
        }  # fmt: skip
        self._progress_lines: list[Any] = []
        self._steps = self._build()

    def _build(self) -> Iterator[None]:
        session, roots = self.session, self.roots
        for name in ("lost", "spread"):
            session.dashboard.build(name)
        yield
        roots["levers"][:] = [session.base, session.actions, session.controls.column]
        yield
        reasons = ReasonsPanel(session)
        roots["why"][:] = [reasons.part]
        yield
        for name in ("headline", "fill", "binds", "time", "tours"):
            session.dashboard.build(name)
            yield
        uncertainty = UncertaintyPanel(session)
        roots["sure"][:] = [uncertainty.part]
        self._progress_lines.append(uncertainty.progress)
        yield
        promises = PromisesPanel(session)
        roots["promises"][:] = [promises.part]
        yield
        downloads = Downloads(session, (reasons, uncertainty, promises))
        roots["files"][:] = [downloads.part]
        self._progress_lines.append(downloads.progress)

    def build_next(self) -> None:
        """Build the next component, and schedule the one after it."""
        if next(self._steps, self) is None:
            self.session.schedule(self.build_next, Priority.DETAIL)

    def close(self) -> None:
        """Stop the running tasks of a visitor who has left."""
        for progress in self._progress_lines:
            progress.close()


def build_page(
    document: Any,
    workers: Workers,
    library: ScenarioLibrary,
    scheduler: Scheduler,
    arguments: Mapping[str, list[bytes]],
    default_lang: str,
) -> None:
    """Build the page of a new session in its document.

    The view in the address is restored once the browser has loaded the page.
    """
    document.template_variables["dist_url"] = LOCAL_DIST  # style sheets of this server
    address = address_of(arguments)
    lang = language_of(arguments, default_lang)
    session = Session(workers, library, lang, SessionScheduler(scheduler))
    parts = PageParts(session)
    tour = GuidedTour(session)
    start = button(say("guide", lang), lambda: tour.show(0))
    session.address.jscallback(value=SYNC_ADDRESS_JS)
    roots = {"tour_button": start, "tour": tour.box, **parts.roots}
    # Frozen, since Bokeh would visit all models again with every root.
    with document.models.freeze(), pn.config.set(browser_info=False):
        for name in ROOTS:
            roots[name].server_doc(document, "planner", location=False)
    document.on_session_destroyed(lambda _: parts.close())

    def restore_view() -> None:
        if address.keys() - {"lang"}:
            session.follow(address)
        else:
            tour.show(0)

    session.schedule(restore_view)
    session.schedule(parts.build_next, Priority.DETAIL)


def notebook_page(scenario: Scenario | str | None, lang: str) -> pn.Row:
    """Return the page for a notebook, whose kernel computes everything."""
    pn.extension(inline=True)  # no requests to other hosts
    extra = (scenario,) if isinstance(scenario, Scenario) else ()
    library = ScenarioLibrary(extra)
    with catch_warnings():  # labels of widgets, new in this release of Panel
        simplefilter("ignore", PendingDeprecationWarning)
        session = Session(Workers(), library, lang)
        parts = PageParts(session)
        parts.build_next()
        roots = parts.roots
        limits = bullet_list(say(f"limits_{number}", lang) for number in range(1, 6))
        charts = side_by_side([roots["fill"]], [roots["binds"], roots["time"], roots["tours"]])
        first = side_by_side([roots["spread"]], [roots["lost"]])
        results = pn.Column(
            roots["answer"], session.faults, session.status, roots["key"], first, roots["why"],
            roots["headline"], charts, roots["sure"], roots["promises"], roots["files"],
            card(say("limits_title", lang), text(limits)), **FULL_WIDTH,
        )  # fmt: skip
        session.open(library.get(scenario if isinstance(scenario, str) else library.first))
        levers = pn.Column(roots["levers"], width=330)
        return pn.Row(levers, results, name="planner", sizing_mode="stretch_width")


# the guided tour


class GuidedTour:
    """A box that explains the letter in steps, each with its own positions of the levers."""

    def __init__(self, session: Session):
        self.session, self.lang, self.step = session, session.lang, -1
        self._text = text()
        back, onward, end = (say(f"guide_{key}", self.lang) for key in ("back", "next", "end"))
        self._back = button(back, lambda: self.show(self.step - 1))
        self._next = button(onward, lambda: self.show(self.step + 1), button_type="primary")
        close = button(end, self.close)
        buttons = pn.Row(self._back, self._next, close, margin=0)
        self.box = pn.Column(self._text, buttons, visible=False, styles=TOUR_STYLE, **FULL_WIDTH)

    def show(self, step: int) -> None:
        """Show a step and move the levers; end the tour beyond the last step."""
        if not 0 <= step < len(TOUR):
            self.close()
            return
        self.step = step
        title, body = (say(f"guide_{step + 1}_{part}", self.lang) for part in ("title", "text"))
        count = say("guide_step", self.lang, step=step + 1, steps=len(TOUR))
        self._text.object = paragraph(count, "hint") + heading(title) + paragraph(body)
        self._back.disabled = step == 0
        self._next.visible = step < len(TOUR) - 1
        self.box.visible = True
        self.session.open_at(TOUR_BASE, TOUR[step])

    def close(self) -> None:
        """End the tour; the levers keep their positions."""
        self.step = -1
        self.box.visible = False


def file_name(name: str, ending: str) -> str:
    """Return a file name of safe characters for a scenario.

    Examples
    --------
    >>> file_name("../<b>", "html")
    'b.html'
    """
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-")[:60].strip(".-")
    return f"{plain or 'scenario'}.{ending}"


class Downloads:
    """Buttons that download files, and the upload of a scenario.

    Parameters
    ----------
    session : Session
    others : sequence of Reasons, UncertaintyPanel or PromisesPanel
        Panels whose tables are included in the download of tables.
    """

    def __init__(
        self, session: Session, others: Sequence[ReasonsPanel | UncertaintyPanel | PromisesPanel]
    ):
        self.session, self.lang, self._others = session, session.lang, tuple(others)
        self.progress = ProgressLine(
            self.lang, session.workers.background, session.schedule, session
        )
        self._count = 0
        self._text = text()
        self._download = pn.widgets.TextInput(visible=False)
        self._download.jscallback(value=DOWNLOAD_JS)
        self.upload = TextInput(name="upload", visible=False)
        self.upload.on_change("value", lambda attr, old, new: self.read(new))
        self._reading: LatestRequest[tuple[str, bytes], tuple[Scenario, str]] = LatestRequest(
            self._start, session.schedule, self._opened
        )
        makers = {
            "scenario": lambda: self._make("scenario", "yaml", scenario_file),
            "table": self.tables,
            "figure": lambda: self._make("figure", "png", figure_file),
            "report": self.report,
            "workbook": lambda: self._make("workbook", "xlsx", workbook_file),
        }
        buttons = [button(say(f"save_{key}", self.lang), make) for key, make in makers.items()]
        self.part = pn.Column(
            text(heading(say("files_title", self.lang))),
            pn.FlexBox(*buttons, **FULL_WIDTH),
            self._text,
            self.progress.part,
            self._download,
            pn.pane.Bokeh(self.upload, visible=False),
            **FULL_WIDTH,
        )

    # downloads

    def _name(self, ending: str) -> str:
        case = self.session.case
        return file_name(f"{case.base.name}-changed" if case.moved else case.base.name, ending)

    def tables(self) -> None:
        """Download the tables that are shown as CSV files."""
        found = {
            f"{side}_{name}": table
            for side, summary in self.session.summaries.items()
            for name, table in summary.tables().items()
        }
        for other in self._others:
            found |= other.tables()
        self._send_file(self._name("zip"), tables_file(found))

    def report(self) -> None:
        """Download a report, which takes some seconds."""
        case, name = self.session.case, self._name("html")
        self.progress.start(
            lambda made: self._send_file(name, made), report_file, case.base, dict(case.moved),
            self.lang, seconds=REPORT_SECONDS,
        )  # fmt: skip

    def _make(self, key: str, ending: str, make: Callable[..., bytes]) -> None:
        """Let a worker make a file and send it to the browser."""
        name, case = self._name(ending), self.session.case
        words = say("saving", self.lang, name=say(f"save_{key}", self.lang))
        self._text.object = paragraph(words, "busy")
        future = self.session.workers.pool(self.session.uploaded).submit(
            make, case.base, dict(case.moved), self.lang, seconds=FILE_SECONDS, owner=self.session
        )

        def arrived() -> None:
            try:
                self._send_file(name, future.result())
            except Exception as error:
                self._text.object = error_box(error, self.lang)

        future.add_done_callback(lambda _: self.session.schedule(arrived))

    def _send_file(self, name: str, data: bytes) -> None:
        self._text.object = ""
        self._count += 1
        kind = MIME_TYPES[name.rpartition(".")[2]]
        packed = base64.b64encode(data).decode()
        self._download.value = f"{self._count}\n{name}\n{kind}\n{packed}"

    # uploads

    def read(self, message: str) -> None:
        """Receive a file from the browser and open its scenario, if it has no faults."""
        if not message:
            return
        try:
            name, data = read_upload(message)
        except InputError as error:
            self._text.object = error_box(error, self.lang)
            return
        self._text.object = paragraph(say("computing", self.lang), "busy")
        self._reading.submit((name, data))

    def _start(self, request: tuple[str, bytes]) -> Future[tuple[Scenario, str]]:
        name, data = request
        return self.session.workers.untrusted.submit(
            read_file, data, name, seconds=READ_SECONDS, owner=self.session
        )

    def _opened(self, request: tuple[str, bytes], done: Future[tuple[Scenario, str]]) -> None:
        try:
            scenario, link = done.result()
        except Exception as error:
            self._text.object = error_box(error, self.lang)
            return
        self.session.open_uploaded(scenario, link)
        keep = say("link_short" if self.session.linked else "link_long", self.lang)
        self._text.object = message_box(say("uploaded_is", self.lang, name=request[0]), [keep])


def upload_note(lang: str) -> str:
    """Return the text that explains the upload."""
    return say("upload_note", lang, size=f"{number(MAX_UPLOAD / 1000, lang, 0)} kB")


Request = tuple[WhatIf, str, str]


class ReasonsPanel:
    """Panel that explains the fill of a mission in a month.

    After the first request, the explanation is updated with the levers and the selected mission.
    """

    def __init__(self, session: Session):
        self.session, self.lang = session, session.lang
        self.answer: AnalysisResult | None = None
        self._request: Request | None = None
        self._followed, self._updating = "", False
        choice: dict[str, Any] = {"margin": (4, 8, 4, 0)}
        self.mission = pn.widgets.Select(name=say("mission_shown", self.lang), width=290, **choice)
        self.month = pn.widgets.Select(name=say("month_shown", self.lang), width=190, **choice)
        self.mission.param.watch(self._on_choice, "value")
        self.month.param.watch(self._on_choice, "value")
        self._text, self._folded = text(name="why"), FoldedTable(self.lang)
        self._folded.card.visible = False
        self._latest: LatestRequest[Request, AnalysisResult] = LatestRequest(
            self._start, session.schedule, self._show
        )
        self._changes: LatestRequest[Request, AnalysisResult] = LatestRequest(
            self._start_changes, session.schedule, self._show, limit=1
        )
        ask = button(say("why_ask", self.lang), self.ask, button_type="primary", align="end")
        form = pn.FlexBox(self.mission, self.month, ask, align_items="flex-end", **FULL_WIDTH)
        self.part = pn.Column(self._text, self._folded.card, form, **FULL_WIDTH)
        session.on_view(self._on_view)
        if session.summaries:
            self._on_view()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables of the explanation that is shown, by name."""
        return tables_of(self.answer)

    # requests

    def _on_view(self) -> None:
        """Update missions and months to the current summaries, and repeat the last request."""
        session = self.session
        variant = session.summaries["variant"]
        asked = variant.fill[variant.fill["asked_person_months"] > 0]
        names = {id: session.dashboard.names.get(id, id) for id in asked["mission"]}
        followed = session.view["mission"]
        wanted = session.view["why"] or self.mission.value
        if followed != self._followed and self._followed:
            wanted = followed
        self._followed = followed
        if wanted not in names:
            candidates = [self.mission.value, followed, *self._by_shortfall(asked), *names]
            wanted = next((id for id in candidates if id in names), "")
        months = {say("why_worst", self.lang): ""}
        months |= {month_name(month, self.lang): month for month in variant.months}
        month = session.view["month"]
        self._updating = True
        self.mission.param.update(options=select_options(names), value=wanted or None)
        self.month.param.update(options=months, value=month if month in variant.months else "")
        self._updating = False
        if session.view["why"] and wanted:
            self.ask()

    def _by_shortfall(self, asked: pd.DataFrame) -> list[str]:
        """Return the missions of main task 2, largest shortfall first."""
        lacking = asked["asked_person_months"] - asked["filled_person_months"]
        rows = asked.assign(lacking=lacking)[asked["main_task"] == 2]
        return [str(id) for id in rows.sort_values("lacking", ascending=False)["mission"]]

    def _on_choice(self, _: object) -> None:
        if not self._updating and self.mission.value:
            self.ask()

    def ask(self) -> None:
        """Request an explanation for the selected mission and month."""
        if not self.mission.value:
            return
        request = (self.session.case, self.mission.value, self.month.value or "")
        if request == self._request:
            return
        self._request = request
        self._changes.cancel()
        self._store_request(request[1], request[2])
        self._text.object = paragraph(say("computing", self.lang), "busy")
        self._latest.submit(request)

    def _store_request(self, mission: str, month: str) -> None:
        self.session.view.update(why=mission, month=month)
        self.session.sync_address()

    # results

    def _start(self, request: Request) -> Future[AnalysisResult]:
        """Request binding pools and the missions that hold their people, which is fast."""
        return self._submit(request, self.session.workers.pool(self.session.uploaded), False)

    def _start_changes(self, request: Request) -> Future[AnalysisResult]:
        """Request changes that would fill the mission as well, which takes many plans."""
        workers = self.session.workers
        return self._submit(
            request, workers.untrusted if self.session.uploaded else workers.background
        )

    def _submit(
        self, request: Request, pool: WorkerPool, changes: bool = True
    ) -> Future[AnalysisResult]:
        case, mission, month = request
        return pool.submit(
            explain, case.base, dict(case.moved), mission, month, changes,
            seconds=EXPLAIN_SECONDS, owner=self.session,
        )  # fmt: skip

    def _show(self, request: Request, done: Future[AnalysisResult]) -> None:
        case, mission, month = request
        if request != self._request:
            return
        try:
            answer = done.result()
        except Exception as error:
            self._text.object = error_box(error, self.lang)
            return
        self.answer = answer
        if not month:  # the month found is requested from now on
            month = answer.month
            self._updating = True
            self.month.value = month
            self._updating = False
            self._request = (case, mission, month)
            self._store_request(mission, month)
        if not answer.complete:
            self._changes.submit((case, mission, month))
        name = self.session.dashboard.names.get(mission, mission)
        title = f"{name}, {month_name(month, self.lang)}"
        more = "" if answer.complete else paragraph(say("why_more", self.lang), "busy")
        reasons = bullet_list(answer.texts[self.lang])
        self._text.object = heading(title) + reasons + more
        rows = answer.frames["holders"]
        self._folded.card.visible = len(rows) > 0
        self._folded.show(lambda: self._holders_table(rows))

    def _holders_table(self, rows: pd.DataFrame) -> str:
        """Return the missions that hold the people of binding pools, as a table."""
        lang, names = self.lang, self.session.dashboard.names
        pools = pool_names(self.session.summaries, lang)
        states = ("held", "on_duty", "preparing", "resting")
        columns: list[TableColumn] = [
            (say("pool", lang), lambda row: pools.get(row.pool, row.pool)),
            (say("month", lang), lambda row: month_name(row.month, lang)),
            (say("mission", lang), lambda row: names.get(row.mission, row.mission)),
            *(
                (say(state, lang), attribute(f"{state}_persons", partial(amount, lang=lang)))
                for state in states
            ),
        ]
        caption = f"{say('why_held', lang)}, {say('persons', lang)}"
        return record_table(caption, rows, columns)
