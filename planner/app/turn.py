"""Whose turn it is: functions called from other threads where a visitor's page may be changed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from threading import Lock

import panel as pn

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
        self._soon(*early, first=True)

    def _soon(self, *calls: Call, first: bool = False) -> None:
        document = self._document
        if document is None or document.session_context is None:
            return
        # the first picture fills the charts: the document is walked through once, not every time
        walked = document.models.freeze if first else nullcontext

        def together() -> None:
            with walked(), pn.io.hold():  # in one message
                for call in calls:
                    call()

        document.add_next_tick_callback(together)
