"""Turns on the server's event loop: one piece of work at a time, urgent pieces first.

Building parts of a page and drawing results both run on the loop. In pieces that take turns, many
visitors who arrive at once do not keep the loop from answering others in between.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import logging
from collections.abc import Callable
from concurrent.futures import Future
from enum import IntEnum
from threading import Lock
from typing import Any, Generic, TypeVar

import panel as pn
from panel.io.state import set_curdoc

__all__ = ["Newest", "Priority", "Scheduler", "Turns"]

T = TypeVar("T")
R = TypeVar("R")

Call = Callable[[], None]

log = logging.getLogger(__name__)


class Priority(IntEnum):
    """Order in which pieces of work run."""

    ANSWER = 0
    CONTROLS = 1
    DETAIL = 2


class Scheduler:
    """Runs pieces of work for the documents of all sessions, one each turn of the event loop."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Any, Call]] = []
        self._numbers = itertools.count()
        self._running: asyncio.Task[None] | None = None
        self._pending: set[asyncio.Task[None]] = set()
        self._door = asyncio.Lock()

    async def admit(self) -> None:
        """Wait for a turn of the event loop, in order of arrival."""
        async with self._door:
            await asyncio.sleep(0)

    def post(self, document: Any, call: Call, priority: Priority = Priority.ANSWER) -> None:
        """Queue a call that changes a document; to be used on the loop."""
        heapq.heappush(self._heap, (priority, next(self._numbers), document, call))
        if self._running is None:
            self._running = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._heap:
                _, _, document, call = heapq.heappop(self._heap)
                context = document.session_context
                if context is None or context.destroyed:
                    continue
                # A document of a slow browser is locked until its messages are written:
                # the call then waits by itself, and the others go on.
                task = asyncio.get_running_loop().create_task(
                    _locked(context.session, document, call)
                )
                self._pending.add(task)
                task.add_done_callback(self._pending.discard)
                await asyncio.sleep(0)
                await asyncio.sleep(0)
        finally:
            self._running = None


async def _locked(session: Any, document: Any, call: Call) -> None:
    """Make a call while the session's document is locked, its changes sent in one message."""

    def together() -> None:
        with set_curdoc(document), pn.io.hold(document):
            call()

    try:
        await session.with_document_locked(together)
    except Exception:
        log.exception("a page could not be changed")


class Turns:
    """Makes calls for one session, from any thread, once its browser has the page.

    Changes made before the browser says that it has the whole page would be lost. In a notebook
    one session runs without a scheduler, and every call is made at once.

    Parameters
    ----------
    scheduler : Scheduler, optional
    """

    def __init__(self, scheduler: Scheduler | None = None):
        self._scheduler = scheduler
        self._document = pn.state.curdoc if scheduler is not None else None
        self._loop = asyncio.get_running_loop() if self._document is not None else None
        self._lock, self._arrived = Lock(), False
        self._early: list[tuple[Call, Priority]] = []
        if self._document is not None:
            pn.state.onload(self._begin)

    def __call__(self, call: Call, priority: Priority = Priority.ANSWER) -> None:
        """Make a call in the session's turn."""
        if self._loop is None:
            call()
            return
        with self._lock:
            if not self._arrived:
                self._early.append((call, priority))
                return
        self._loop.call_soon_threadsafe(self._post, call, priority)

    def _post(self, call: Call, priority: Priority) -> None:
        assert self._scheduler is not None
        self._scheduler.post(self._document, call, priority)

    def _begin(self) -> None:
        with self._lock:
            self._arrived, early, self._early = True, self._early, []
        for call, priority in early:
            self._post(call, priority)


class Newest(Generic[T, R]):
    """Requests of one session of which only the newest counts.

    A result of an older request is never shown once a newer one has been made.

    Parameters
    ----------
    start : callable
        Begins the work of a request and returns its future.
    turns : callable
        Makes a call in the session's turn, from any thread.
    show : callable
        Called with the request and its finished future, unless a newer request was made meanwhile.
    limit : int
        Most requests worked on at the same time; of those made meanwhile only the newest is kept.
    """

    def __init__(
        self,
        start: Callable[[T], Future[R]],
        turns: Callable[[Call], None],
        show: Callable[[T, Future[R]], None],
        limit: int = 2,
    ):
        self._start, self._turns, self._show, self._limit = start, turns, show, limit
        self._waiting: list[T] = []
        self._running = self._last = 0

    @property
    def busy(self) -> bool:
        """Whether the newest request has no result yet."""
        return bool(self._running or self._waiting)

    def ask(self, request: T) -> None:
        """Make a request."""
        self._waiting = [request]
        if self._running < self._limit:
            self._next()

    def drop(self) -> None:
        """Forget all requests; nothing more is shown of them."""
        self._waiting.clear()
        self._last += 1

    def _next(self) -> None:
        request = self._waiting.pop()
        self._running += 1
        self._last += 1
        number = self._last
        future = self._start(request)
        future.add_done_callback(
            lambda done: self._turns(lambda: self._finished(number, request, done))
        )

    def _finished(self, number: int, request: T, done: Future[R]) -> None:
        self._running -= 1
        if self._waiting:
            self._next()
        elif number == self._last:
            self._show(request, done)
