"""Files: what visitors save, and the scenario that they upload."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Sequence
from concurrent.futures import Future

import panel as pn
from bokeh.models.widgets import TextInput

from planner.app.layout import FULL, ProgressLine, alarm_of, box, button, heading, paragraph, text
from planner.app.reasons import Reasons
from planner.app.scheduler import Newest
from planner.app.session import Session
from planner.app.tasks import (
    MAX_UPLOAD,
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
from planner.app.workers import READ_SECONDS
from planner.errors import InputError
from planner.labels import number
from planner.scenario.load import Scenario

__all__ = ["Downloads", "file_name", "note"]

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
    others : sequence of Reasons or UncertaintyPanel
        Their tables are included once there are any.
    """

    def __init__(self, session: Session, others: Sequence[Reasons | UncertaintyPanel]):
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
        buttons = [
            self._button("scenario", lambda: self._make("scenario", "yaml", scenario_file)),
            self._button("table", self.tables),
            self._button("figure", lambda: self._make("figure", "png", figure_file)),
            self._button("report", self.report),
            self._button("workbook", lambda: self._make("workbook", "xlsx", workbook_file)),
        ]
        self.part = pn.Column(
            text(heading(say("files_title", self.lang))),
            pn.FlexBox(*buttons, **FULL),
            self._text,
            self.progress.part,
            self._take,
            pn.pane.Bokeh(self.upload, visible=False),
            **FULL,
        )

    def _button(self, key: str, make: Callable[[], None]) -> pn.widgets.Button:
        made = button(say(f"save_{key}", self.lang))
        made.on_click(lambda _: make())
        return made

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
