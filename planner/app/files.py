"""Files: what visitors take home, and the scenario that they bring."""

from __future__ import annotations

import base64
import binascii
import json
import logging
import re
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

import panel as pn
from bokeh.models.widgets import TextInput

from planner.app.deliver import figure_file, report_file, tables_file, workbook_file
from planner.app.desk import Newest
from planner.app.jobs import Jobs
from planner.app.markup import box, heading, paragraph
from planner.app.parts import FULL, button, text
from planner.app.sure import Sure
from planner.app.visit import Visit
from planner.app.waiting import Waiting
from planner.app.why import Why
from planner.app.words import say
from planner.errors import Fault, InputError, PlannerError
from planner.labels import number
from planner.scenario.load import Scenario, loads

__all__ = ["MOST_BYTES", "Files", "file_name", "read_upload"]

MOST_BYTES = 250_000
"""Largest scenario file that is taken from a browser."""

MOST_CELLS = 200_000
"""Most demands times months of a scenario that others have to wait for as well."""

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

log = logging.getLogger(__name__)


def file_name(scenario: Scenario, ending: str) -> str:
    """Return what a file about a scenario is called: plain characters, whatever its name.

    Examples
    --------
    >>> import planner as pl
    >>> file_name(pl.loads("extends: letter", "../<b>.yaml"), "html")
    'b.html'
    """
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", scenario.name).strip(".-")[:60].strip(".-")
    return f"{plain or 'scenario'}.{ending}"


def read_upload(message: str) -> tuple[str, bytes]:
    """Return name and bytes of a file as the browser sent it; nothing in it is trusted.

    Parameters
    ----------
    message : str
        A JSON list of its name, its size in bytes, and its bytes in base64.

    Raises
    ------
    InputError
        It is too large, or no such message.
    """
    try:
        said, size, packed = json.loads(message)[:3]
        name = re.split(r"[/\\]", str(said))[-1][:80] or "scenario"
        data = base64.b64decode(str(packed), validate=True)
        size = max(int(size), len(data))
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError, binascii.Error):
        raise InputError(Fault("<upload>", 0, 0, "", "the file did not arrive whole")) from None
    if size > MOST_BYTES:
        message = f"too large: {size:,} bytes, at most {MOST_BYTES:,} are read"
        raise InputError(Fault(name, 0, 0, "", message))
    return name, data


def validated(data: bytes, name: str) -> Scenario:
    """Return the scenario in a file; raise InputError with all that is wrong with it."""
    scenario = loads(data, name)
    inputs = scenario.inputs
    cells = len(inputs.demands) * (inputs.last - inputs.first + 1)
    if cells > MOST_CELLS:
        message = (
            f"too large for this page: {cells:,} demand-months, at most {MOST_CELLS:,}; "
            "'planner solve' takes it"
        )
        raise InputError(Fault(name, 0, 0, "", message))
    return scenario


class Files:
    """Buttons that make files, and the place where a scenario is handed in.

    Parameters
    ----------
    visit : Visit
    others : sequence of Why or Sure
        Whose tables are taken along once they are there.
    jobs : Jobs
    """

    def __init__(self, visit: Visit, others: Sequence[Why | Sure], jobs: Jobs):
        """Lay out the buttons."""
        self.visit, self.lang, self._others = visit, visit.lang, tuple(others)
        self.waiting = Waiting(self.lang, jobs)
        self._count = 0
        self._said = text()
        self._take = pn.widgets.TextInput(visible=False)
        self._take.jscallback(value=TAKE)
        self.brought = TextInput(name="upload", visible=False)
        self.brought.on_change("value", lambda attr, old, new: self.bring(new))
        self._reading: Newest[tuple[str, bytes], Scenario] = Newest(
            lambda wish: visit.desk.submit(validated, wish[1], wish[0]), visit.hand, self._read
        )
        buttons = [
            self._button("scenario", self.scenario), self._button("table", self.tables),
            self._button("figure", self.figure), self._button("report", self.report),
            self._button("workbook", self.workbook),
        ]  # fmt: skip
        self.part = pn.Column(
            text(heading(say("files_title", self.lang))),
            pn.FlexBox(*buttons, **FULL),
            self._said,
            self.waiting.part,
            self._take,
            pn.pane.Bokeh(self.brought, visible=False),
            **FULL,
        )

    def _button(self, key: str, make: Callable[[], None]) -> pn.widgets.Button:
        made = button(say(f"save_{key}", self.lang))
        made.on_click(lambda _: self._tried(make))
        return made

    def _tried(self, make: Callable[[], None]) -> None:
        try:
            make()
        except InputError as error:
            self._wrong(error)

    # taking home

    def scenario(self) -> None:
        """Hand over the scenario as a file; loading that brings back the same."""
        mine = self.visit.case.scenario
        self._hand(file_name(mine, "yaml"), mine.dump().encode())

    def tables(self) -> None:
        """Hand over what is shown as CSV files."""
        if self.visit.pictures is None:
            return
        sides = zip(("plan", "mine"), self.visit.pictures, strict=True)
        found = {
            f"{side}_{name}": table
            for side, picture in sides
            for name, table in picture.tables().items()
        }
        for other in self._others:
            found |= other.tables()
        self._hand(file_name(self.visit.case.scenario, "zip"), tables_file(found))

    def figure(self) -> None:
        """Hand over the figure of plan against mine."""
        self._made("figure", "png", figure_file, self.visit.case.base, self.visit.case.scenario)

    def workbook(self) -> None:
        """Hand over a workbook."""
        self._made("workbook", "xlsx", workbook_file, self.visit.case.scenario)

    def report(self) -> None:
        """Hand over a report, which takes some seconds."""
        case = self.visit.case
        name = file_name(case.scenario, "html")
        self.waiting.start(
            lambda made: self._hand(name, made), report_file, case.base, case.scenario, self.lang
        )

    def _made(
        self, key: str, ending: str, make: Callable[..., bytes], *scenarios: Scenario
    ) -> None:
        """Have a worker make a file and hand it over."""
        name = file_name(scenarios[-1], ending)
        words = say("saving", self.lang, name=say(f"save_{key}", self.lang))
        self._said.object = paragraph(words, "busy")
        future = self.visit.desk.submit(make, *scenarios, self.lang)

        def arrived() -> None:
            try:
                self._hand(name, future.result())
            except Exception as error:
                self._wrong(error)

        future.add_done_callback(lambda _: self.visit.hand(arrived))

    def _hand(self, name: str, data: bytes) -> None:
        self._said.object = ""
        self._count += 1
        kind = KINDS[name.rpartition(".")[2]]
        packed = base64.b64encode(data).decode()
        self._take.value = f"{self._count}\n{name}\n{kind}\n{packed}"

    def _wrong(self, error: Exception) -> None:
        if isinstance(error, PlannerError):
            faults = error.faults if isinstance(error, InputError) else [error]
            self._said.object = box(say("wrong", self.lang), map(str, faults), alarm=True)
        else:
            log.error("a file could not be made: %s", error)
            self._said.object = box(say("unexpected", self.lang), [], alarm=True)

    # handing in

    def bring(self, message: str) -> None:
        """Take a file from the browser and begin from it, if it is right."""
        if not message:
            return
        try:
            name, data = read_upload(message)
        except InputError as error:
            self._wrong(error)
            return
        self._said.object = paragraph(say("computing", self.lang), "busy")
        self._reading.ask((name, data))

    def _read(self, wish: tuple[str, bytes], done: Future[Scenario]) -> None:
        try:
            scenario = done.result()
        except Exception as error:
            self._wrong(error)
            return
        self.visit.open(scenario, uploaded=True)
        told = [say("uploaded_is", self.lang, name=wish[0])]
        told.append(say("link_short" if self.visit.linked else "link_long", self.lang))
        self._said.object = box(told[0], told[1:])


def note(lang: str) -> Any:
    """Return what is said beside the place where a file is handed in."""
    return say("upload_note", lang, size=f"{number(MOST_BYTES / 1000, lang, 0)} kB")
