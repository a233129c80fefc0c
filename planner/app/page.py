"""The page put together from its parts: on the server, in a notebook, and with its guided tour."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from warnings import catch_warnings, simplefilter

import panel as pn
from panel.io.resources import LOCAL_DIST

from planner.app.downloads import Downloads, note
from planner.app.layout import FULL, button, card, heading, items, paragraph
from planner.app.layout import text as words
from planner.app.library import Library
from planner.app.reasons import Reasons
from planner.app.scheduler import Priority, Scheduler, Turns
from planner.app.session import Session
from planner.app.tasks import MAX_UPLOAD
from planner.app.uncertainty import UncertaintyPanel
from planner.app.words import say
from planner.app.workers import Workers
from planner.labels import LANGUAGES
from planner.scenario.load import Scenario
from planner.whatif.model import Value

__all__ = [
    "ROOTS", "TEMPLATE", "TOUR", "TOUR_BASE", "Tour", "address_of", "build_page", "inside_notebook",
    "language_of", "template_words",
]  # fmt: skip

TEMPLATE = Path(__file__).with_name("page.html")

ROOTS = (
    "status", "faults", "answer", "key", "lost", "why", "tour_button", "tour", "levers", "headline",
    "fill", "binds", "time", "sure", "files", "address",
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

COLUMN = {"flex": "1 1 380px", "min-width": "min(380px, 100%)"}
"""As wide as half of a cell of a notebook, or all of it where there is little room."""

FRAME = {"border": "2px solid #0072B2", "border-radius": "4px", "padding": "6px 14px"}


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
            name: pn.Column(**FULL) for name in ("why", "levers", "sure", "files")
        }
        self.roots |= session.dashboard.parts()
        self.roots |= {
            "status": session.status, "faults": session.faults, "address": session.address,
        }  # fmt: skip
        self._long_work: list[Any] = []
        self._steps = self._build()

    def _build(self) -> Iterator[None]:
        session, roots = self.session, self.roots
        session.dashboard.build("lost")
        yield
        roots["levers"][:] = [session.base, session.actions, session.controls.column]
        yield
        reasons = Reasons(session)
        roots["why"][:] = [reasons.part]
        yield
        for name in ("headline", "fill", "binds", "time"):
            session.dashboard.build(name)
            yield
        uncertainty = UncertaintyPanel(session)
        roots["sure"][:] = [uncertainty.part]
        self._long_work.append(uncertainty.progress)
        yield
        downloads = Downloads(session, (reasons, uncertainty))
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
    start = button(say("guide", lang))
    start.on_click(lambda _: tour.show(0))
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
        charts = pn.FlexBox(
            pn.Column(board["fill"], styles=COLUMN),
            pn.Column(board["binds"], board["time"], styles=COLUMN),
            gap="0 28px",
            **FULL,
        )
        results = pn.Column(
            board["answer"], session.faults, session.status, board["key"], board["lost"],
            board["why"], board["headline"], charts, board["sure"], board["files"],
            card(say("limits_title", lang), words(limits)), **FULL,
        )  # fmt: skip
        session.open(library.get(scenario if isinstance(scenario, str) else library.first))
        levers = pn.Column(board["levers"], width=330)
        return pn.Row(levers, results, name="planner", sizing_mode="stretch_width")


# the guided tour

TOUR_BASE = "eastern-flank-battalion"
"""The scenario that the story is told on."""

_PACKAGE = "eastern-flank"

TOUR: tuple[Mapping[str, Value], ...] = (
    {f"on.{_PACKAGE}": False},
    {},
    {f"size.{_PACKAGE}": 2.0},
    {"rest.military": 0.5, "rest.police": 0.5},
    {},
)
"""Positions of the levers in each step; its words are ``guide_1_title``, ``guide_1_text`` …"""


class Tour:
    """A box that tells the story of the letter in steps that move the levers."""

    def __init__(self, session: Session):
        self.session, self.lang, self.step = session, session.lang, -1
        self._text = words()
        self._back = self._button("guide_back", lambda: self.show(self.step - 1))
        self._next = self._button(
            "guide_next", lambda: self.show(self.step + 1), button_type="primary"
        )
        close = self._button("guide_end", self.close)
        buttons = pn.Row(self._back, self._next, close, margin=0)
        self.box = pn.Column(self._text, buttons, visible=False, styles=FRAME, **FULL)

    def _button(self, key: str, act: Callable[[], None], **options: Any) -> pn.widgets.Button:
        made = button(say(key, self.lang), **options)
        made.on_click(lambda _: act())
        return made

    def show(self, step: int) -> None:
        """Tell one step and move the levers; past the last one it is over."""
        if not 0 <= step < len(TOUR):
            self.close()
            return
        self.step = step
        title, text = (say(f"guide_{step + 1}_{part}", self.lang) for part in ("title", "text"))
        count = say("guide_step", self.lang, step=step + 1, steps=len(TOUR))
        self._text.object = paragraph(count, "hint") + heading(title) + paragraph(text)
        self._back.disabled = step == 0
        self._next.visible = step < len(TOUR) - 1
        self.box.visible = True
        self.session.go_to(TOUR_BASE, TOUR[step])

    def close(self) -> None:
        """End the tour; the levers stay where they are."""
        self.step = -1
        self.box.visible = False
