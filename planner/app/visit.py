"""One visitor: what has been moved, what is shown, and the address that brings it back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any
from urllib.parse import urlencode

import panel as pn

from planner.app.board import Board
from planner.app.controls import Controls, describe, labels, shown
from planner.app.desk import Desk, Newest
from planner.app.guide import BASE, Guide
from planner.app.library import Library, pack, unpack
from planner.app.markup import box, paragraph, table
from planner.app.parts import button, text
from planner.app.words import say
from planner.errors import InputError, PlannerError
from planner.scenario.load import Scenario
from planner.whatif import Picture, WhatIf
from planner.whatif.levers import Value

__all__ = ["OWN", "Visit"]

OWN = ("base", "file", "name", "lang", "mission", "month", "package", "why")
"""Parts of an address that are not levers."""

Pictures = tuple[Picture, Picture]

log = logging.getLogger(__name__)


class Visit:
    """What one visitor sees and has moved; shares nothing with others but the desk.

    Parameters
    ----------
    desk : Desk
        Draws pictures.
    library : Library
        Scenarios to begin from.
    lang : {"en", "nl"}
    hand : callable, optional
        Has a function called where this visitor lives, from any thread; by default at once.
    drawn : callable, optional
        Called after everything on the page has changed.
    """

    def __init__(
        self,
        desk: Desk,
        library: Library,
        lang: str = "en",
        hand: Callable[[Callable[[], None]], None] | None = None,
        drawn: Callable[[], None] | None = None,
    ):
        """Lay out a page that shows nothing yet."""
        self.desk, self.library, self.lang = desk, library, lang
        self.case = WhatIf(library.get(library.first))
        self.view = {"mission": "", "month": "", "package": "", "why": ""}
        self.pictures: Pictures | None = None
        self._uploaded = ""
        self._drawn = drawn or (lambda: None)
        self._listeners: list[Callable[[], None]] = []
        self._viewers: list[Callable[[], None]] = []
        self.hand = hand or (lambda call: call())
        self._newest: Newest[WhatIf, Pictures] = Newest(self._start, self.hand, self._show)
        self.controls = Controls(lang, self._moved)
        self.board = Board(lang, self._picked)
        self.guide = Guide(lang, self._told)
        self._lay_out()

    def _lay_out(self) -> None:
        lang = self.lang
        self.status = text(name="status")
        self.faults = text(name="faults")
        self.moved = text(name="moved")
        self.address = pn.widgets.TextInput(visible=False, name="address")
        self.base = pn.widgets.Select(
            name=say("base", lang), options=self._bases(), value=self.case.base.name,
            sizing_mode="stretch_width", margin=(4, 0),
        )  # fmt: skip
        self.base.param.watch(self._rebased, "value")
        self.back = button(say("reset", lang))
        self.back.on_click(lambda _: self.go({}))

    def _bases(self, uploaded: Scenario | None = None) -> dict[str, str]:
        names = self.library.titles(self.lang)
        if uploaded is not None:
            words = say("uploaded", self.lang)
            names = {"": f"{uploaded.title or uploaded.name} ({words})", **names}
        return labels(names)

    # what it begins with

    def open(self, scenario: Scenario, uploaded: bool = False) -> None:
        """Begin from another scenario, nothing moved."""
        self._begin(scenario, uploaded)
        self.refresh()

    def _begin(self, scenario: Scenario, uploaded: bool) -> None:
        self.case = WhatIf(scenario)
        self._uploaded = pack(scenario) if uploaded else ""
        self._loaded = uploaded
        self.controls.open(self.case)
        value = "" if uploaded else scenario.name
        self.base.param.update(options=self._bases(scenario if uploaded else None), value=value)

    def follow(self, address: Mapping[str, str]) -> None:
        """Begin where an address says; what cannot be followed is told and left out."""
        told: list[str] = []
        scenario, uploaded = self.library.get(self.library.first), False
        try:
            if "file" in address:
                scenario = unpack(address["file"], address.get("name", "uploaded")[:60])
                uploaded = True
            elif "base" in address:
                scenario = self.library.get(address["base"])
        except InputError as error:
            told += map(str, error.faults)
        self.view.update({key: address[key][:80] for key in self.view if key in address})
        self._begin(scenario, uploaded)
        levers = {key: text for key, text in address.items() if key not in OWN}
        self.case, faults = self.case.follow(levers)
        self.controls.show(self.case)
        if not address.keys() - {"lang"}:
            self.guide.show(0)
            return
        self.refresh()
        told += map(str, faults)
        if told:
            self.faults.object = box(say("address_wrong", self.lang), told, alarm=True)

    # what visitors do

    def go(self, moved: Mapping[str, Value]) -> None:
        """Put the levers where they are told, all others as they were."""
        self.case = self.case.reset().move(moved)
        self.controls.show(self.case)
        self.refresh()

    def _moved(self, key: str, value: Value) -> None:
        try:
            self.case = self.case.move({key: value})
        except InputError as error:
            self._tell(error)
            return
        self.refresh()

    def _told(self, moved: Mapping[str, Value]) -> None:
        if self.case.base.name != BASE or self._loaded:
            self._begin(self.library.get(BASE), False)
        self.go(moved)

    def _rebased(self, event: Any) -> None:
        if event.new and (self._loaded or event.new != self.case.base.name):
            self.open(self.library.get(event.new))

    def _picked(self, which: str, value: str) -> None:
        self.view[which] = value
        self._draw()
        self.remember()

    # what they see

    def refresh(self) -> None:
        """Have the picture drawn of where the levers stand now."""
        self.moved.object = self._moves()
        self.back.disabled = not self.case.moved
        self.remember()
        try:
            self.case.scenario  # noqa: B018 - made here, where what is wrong with it can be told
        except InputError as error:
            self._tell(error)
            return
        self.faults.object = ""
        self.status.object = paragraph(say("computing", self.lang), "busy")
        for listener in self._listeners:
            listener()
        self._newest.ask(self.case)

    def on_change(self, listener: Callable[[], None]) -> None:
        """Have a function called whenever the levers have moved."""
        self._listeners.append(listener)

    def on_view(self, listener: Callable[[], None]) -> None:
        """Have a function called whenever something else is looked at, or drawn anew."""
        self._viewers.append(listener)

    def _start(self, case: WhatIf) -> Future[Pictures]:
        return both(self.desk.draw(case.base), self.desk.draw(case.scenario))

    def _show(self, case: WhatIf, done: Future[Pictures]) -> None:
        try:
            self.pictures = done.result()
            self._draw()
            self.remember()
            self.status.object = paragraph(say("ready", self.lang), "ready", case.address())
        except PlannerError as error:
            self._tell(error)
        except Exception:
            log.exception("a picture could not be shown")
            self.faults.object = box(say("unexpected", self.lang), [], alarm=True)
            self.status.object = ""
        self._drawn()

    def _draw(self) -> None:
        if self.pictures is not None:
            what, package = self.board.show(
                *self.pictures, self.view["mission"], self.view["package"]
            )
            self.view.update(mission=what, package=package)
            for viewer in self._viewers:
                viewer()

    def _tell(self, error: Exception) -> None:
        self._newest.drop()
        faults = error.faults if isinstance(error, InputError) else [error]
        self.faults.object = box(say("wrong", self.lang), map(str, faults), alarm=True)
        self.status.object = ""

    def _moves(self) -> str:
        rows = []
        for key, value in self.case.moved.items():
            lever = self.case.lever(key)
            places = (shown(lever, one, self.lang) for one in (lever.stands, value))
            rows.append([describe(lever, self.lang), *places])
        if not rows:
            return paragraph(say("moved_none", self.lang), "hint")
        head = ["", say("plan", self.lang), say("mine", self.lang)]
        return table(say("moved", self.lang), head, rows, "moved")

    # the address

    @property
    def linked(self) -> bool:
        """Whether the address brings back this view; a large file does not fit in one."""
        return bool(self._uploaded) or not self._loaded

    def query(self, lang: str | None = None) -> str:
        """Return the address that brings back this view, from its question mark on."""
        parts: dict[str, str] = {}
        if self._loaded:
            if self._uploaded:
                parts = {"file": self._uploaded, "name": self.case.base.name[:60]}
        else:
            parts = {"base": self.case.base.name}
        parts |= {"lang": lang or self.lang}
        parts |= {key: value for key, value in self.view.items() if value}
        moves = self.case.address()
        return "?" + urlencode(parts) + (f"&{moves}" if moves else "")

    def remember(self) -> None:
        """Keep the address at what is shown."""
        self.address.value = self.query()

    _loaded = False


def both(first: Future[Picture], second: Future[Picture]) -> Future[Pictures]:
    """Return the future of two pictures, done when both are."""
    made: Future[Pictures] = Future()

    def arrived(_: Future[Picture]) -> None:
        if not (first.done() and second.done()):
            return
        error = first.exception() or second.exception()
        try:
            if error is not None:
                made.set_exception(error)
            else:
                made.set_result((first.result(), second.result()))
        except Exception:  # both arrived at the same time, in two threads: the other one told
            return

    first.add_done_callback(arrived)
    second.add_done_callback(arrived)
    return made
