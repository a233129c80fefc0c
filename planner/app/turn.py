"""Whose turn it is: functions called from other threads where a visitor's page may be changed."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

import panel as pn
from bokeh.document import Document

__all__ = ["Turn"]

Call = Callable[[], None]


class Turn:
    """Calls functions in the turn of the visitor for whom it is made, from any thread.

    What comes before the browser says that it has the whole page waits until then: changes made
    meanwhile would be lost, neither in the page as it was sent nor sent after it. In a notebook
    there is one visitor only, and everything is called at once.
    """

    def __init__(self) -> None:
        """Begin with a page that has not arrived."""
        self._document = pn.state.curdoc
        self._lock, self._arrived = Lock(), False
        self._early: list[Call] = []
        if self._document is not None:
            pn.state.onload(self._there)

    def __call__(self, call: Call) -> None:
        """Have a function called."""
        if self._document is None:
            call()
            return
        with self._lock:
            if not self._arrived:
                self._early.append(call)
                return
        self._soon(call)

    def _there(self) -> None:
        with self._lock:
            self._arrived, early, self._early = True, self._early, []
        for call in early:
            self._soon(call)

    def _soon(self, call: Call) -> None:
        document = self._document
        if document is not None and document.session_context is not None:
            document.add_next_tick_callback(lambda: together(document, call))


def together(document: Document, call: Call) -> None:
    """Call a function; send all that it changes in one message, and look through it once."""
    with document.models.freeze(), pn.io.hold():
        call()
