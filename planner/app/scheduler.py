"""Scheduling of work on the server's event loop: one call at a time, by priority.

Parts of a page are built and results are shown on the event loop. The work is split into calls that
take turns, so that many visitors who arrive at once do not block the loop for others.
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

__all__ = ["LatestRequest", "Priority", "Scheduler", "SessionScheduler"]

T = TypeVar("T")
R = TypeVar("R")

Call = Callable[[], None]

log = logging.getLogger(__name__)


class Priority(IntEnum):
    """Priority of a call; lower values run first."""

    ANSWER = 0
    CONTROLS = 1
    DETAIL = 2


class Scheduler:
    """Queue of calls for the documents of all sessions; one runs in each turn of the event loop."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Any, Call]] = []
        self._sequence = itertools.count()
        self._running: asyncio.Task[None] | None = None
        self._pending: set[asyncio.Task[None]] = set()
        self._turn_lock = asyncio.Lock()

    async def wait_turn(self) -> None:
        """Wait for the next free turn of the event loop, in order of arrival."""
        async with self._turn_lock:
            await asyncio.sleep(0)

    def post(self, document: Any, call: Call, priority: Priority = Priority.ANSWER) -> None:
        """Queue a call that changes a document; must be called on the event loop."""
        heapq.heappush(self._heap, (priority, next(self._sequence), document, call))
        if self._running is None:
            self._running = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._heap:
                _, _, document, call = heapq.heappop(self._heap)
                context = document.session_context
                if context is None or context.destroyed:
                    continue
                # The document of a slow browser is locked until its messages are written.
                # The call then waits in a task of its own, and other calls proceed.
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
    """Make a call with the session's document locked, and send its changes in one message."""

    def apply() -> None:
        with set_curdoc(document), pn.io.hold(document):
            call()

    try:
        await session.with_document_locked(apply)
    except Exception:
        log.exception("a page could not be changed")


class SessionScheduler:
    """Schedules calls for one session, from any thread, once its browser has loaded the page.

    Calls made earlier are queued, because the browser would lose their changes. Without a
    scheduler, as in a notebook, every call is made immediately.

    Parameters
    ----------
    scheduler : Scheduler, optional
    """

    def __init__(self, scheduler: Scheduler | None = None):
        self._scheduler = scheduler
        self._document = pn.state.curdoc if scheduler is not None else None
        self._loop = asyncio.get_running_loop() if self._document is not None else None
        self._lock, self._loaded = Lock(), False
        self._queued: list[tuple[Call, Priority]] = []
        if self._document is not None:
            pn.state.onload(self._on_load)

    def __call__(self, call: Call, priority: Priority = Priority.ANSWER) -> None:
        """Schedule a call."""
        if self._loop is None:
            call()
            return
        with self._lock:
            if not self._loaded:
                self._queued.append((call, priority))
                return
        self._loop.call_soon_threadsafe(self._post, call, priority)

    def _post(self, call: Call, priority: Priority) -> None:
        assert self._scheduler is not None
        self._scheduler.post(self._document, call, priority)

    def _on_load(self) -> None:
        with self._lock:
            self._loaded, queued, self._queued = True, self._queued, []
        for call, priority in queued:
            self._post(call, priority)


class LatestRequest(Generic[T, R]):
    """Requests of one session, of which only the latest is shown.

    The result of an earlier request is dropped once a later request has been submitted.

    Parameters
    ----------
    start : callable
        Starts the computation of a request and returns its future.
    schedule : callable
        Schedules a call for the session, from any thread.
    show : callable
        Called with the request and its finished future, if no later request was submitted.
    limit : int
        Maximum number of requests computed at a time. While it is reached, only the latest of
        further requests is kept.
    """

    def __init__(
        self,
        start: Callable[[T], Future[R]],
        schedule: Callable[[Call], None],
        show: Callable[[T, Future[R]], None],
        limit: int = 2,
    ):
        self._start, self._schedule, self._show, self._limit = start, schedule, show, limit
        self._waiting: list[T] = []
        self._running = self._last = 0

    @property
    def pending(self) -> bool:
        """Whether the latest request has no result yet."""
        return bool(self._running or self._waiting)

    def submit(self, request: T) -> None:
        """Submit a request."""
        self._waiting = [request]
        if self._running < self._limit:
            self._start_next()

    def cancel(self) -> None:
        """Cancel all requests; their results are not shown."""
        self._waiting.clear()
        self._last += 1

    def _start_next(self) -> None:
        request = self._waiting.pop()
        self._running += 1
        self._last += 1
        number = self._last
        future = self._start(request)
        future.add_done_callback(
            lambda done: self._schedule(lambda: self._finished(number, request, done))
        )

    def _finished(self, number: int, request: T, done: Future[R]) -> None:
        self._running -= 1
        if self._waiting:
            self._start_next()
        elif number == self._last:
            self._show(request, done)
