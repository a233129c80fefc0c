"""One visit put together as a page of its own, from a request's address to its parts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import panel as pn

from planner.app.desk import Desk
from planner.app.files import MOST_BYTES, Files, note
from planner.app.jobs import Jobs
from planner.app.library import Library
from planner.app.parts import FULL, button
from planner.app.sure import Sure
from planner.app.turn import Turn
from planner.app.visit import Visit
from planner.app.waiting import Waiting
from planner.app.why import Why
from planner.app.words import say
from planner.labels import LANGUAGES

__all__ = ["address_of", "levers_part", "page"]

TEMPLATE = Path(__file__).with_name("page.html")

WORDS = (
    "page_title", "page_lead", "other_language", "skip", "levers", "results", "plan", "mine",
    "lost", "limits_title", "upload",
)  # fmt: skip

REMEMBER = """
const query = cb_obj.value
if (window.location.search !== query) { window.history.replaceState(null, "", query) }
const link = document.getElementById("lang")
if (link) { link.href = query.replace(/([?&]lang=)[a-z]+/, "$1" + link.hreflang) }
"""
"""Keeps the address of the page, and the link to the other language, at what is shown."""

LONGEST = 400
"""Most parts of an address that are read."""


def address_of(arguments: Mapping[str, list[bytes]]) -> dict[str, str]:
    """Return the parts of an address as text; of parts named twice the first counts.

    Examples
    --------
    >>> address_of({"lang": [b"nl"], "size.x": [b"1", b"2"], "broken": [b"\\xff"]})
    {'lang': 'nl', 'size.x': '1', 'broken': '\\ufffd'}
    """
    first = list(arguments.items())[:LONGEST]
    return {key: values[0].decode("utf-8", "replace") for key, values in first if values}


def levers_part(visit: Visit) -> pn.Column:
    """Return what stands beside the results: the scenario, what was moved, and the levers."""
    return pn.Column(visit.base, visit.moved, visit.back, visit.controls.column, **FULL)


class Plain(pn.Template):
    """A template that does not describe itself anew with every part that is added."""

    def __repr__(self) -> str:
        """What it is."""
        return "<page>"


def page(
    desk: Desk,
    jobs: Jobs,
    library: Library,
    arguments: Mapping[str, list[bytes]],
    lang: str = "en",
) -> pn.Template:
    """Return the page of a new visitor, at the place that the address says."""
    address = address_of(arguments)
    lang = address["lang"] if address.get("lang") in LANGUAGES else lang
    visit = Visit(desk, library, lang, hand=Turn())
    visit.address.jscallback(value=REMEMBER)
    parts = {
        "levers": levers_part(visit),
        "guide": visit.guide.box,
        "status": visit.status,
        "faults": visit.faults,
        "address": visit.address,
        **visit.board.parts(),
    }
    why, sure = Why(visit), Sure(visit, jobs)
    files = Files(visit, (why, sure), jobs)
    more = {"why": why.part, "sure": sure.part, "files": files.part}
    parts |= more
    _when_gone(sure.waiting, files.waiting)
    tour = button(say("guide", lang))
    tour.on_click(lambda _: visit.guide.show(0))
    parts["tour"] = tour
    template = Plain(TEMPLATE.read_text(encoding="utf-8"))
    for name, value in _variables(lang, tuple(more)).items():
        template.add_variable(name, value)
    for name, part in parts.items():
        template.add_panel(name, part)
    visit.follow(address)
    return template


def _variables(lang: str, more: tuple[str, ...]) -> dict[str, Any]:
    return {
        "lang": lang,
        "other": next(one for one in LANGUAGES if one != lang),
        "words": {key: say(key, lang) for key in WORDS},
        "limits": [say(f"limits_{number}", lang) for number in range(1, 6)],
        "more": more,
        "upload_note": note(lang),
        "most_bytes": MOST_BYTES,
    }


def _when_gone(*waits: Waiting) -> None:
    """Stop the long work of a visitor who leaves."""
    document = pn.state.curdoc

    def leave(_: object) -> None:
        for wait in waits:
            wait.close()

    if document is not None:
        document.on_session_destroyed(leave)
