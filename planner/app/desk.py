"""Who draws pictures for whom: worker processes shared by all visitors, newest wish first.

Knows nothing of Panel. Pictures are kept by their scenario, so that everybody who asks for the same
one is given the same one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from threading import RLock
from typing import Any, Generic, TypeVar

from planner.app.work import begin, draw, follow_parent, key_of
from planner.scenario.load import Scenario
from planner.whatif import Picture

__all__ = ["Desk", "Here", "Newest"]

T = TypeVar("T")
R = TypeVar("R")

KEPT = 64
"""Pictures that are kept; each takes some 100 kB."""


class Here(Executor):
    """Does everything at once, in this process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call the function and return what came of it."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class Desk:
    """Workers and the pictures they have drawn.

    Parameters
    ----------
    workers : int
        Processes that draw; 0 draws in this one, at once.

    Examples
    --------
    >>> import planner as pl
    >>> with Desk() as desk:
    ...     shown = desk.draw(pl.load("letter")).result()
    ...     desk.draw(pl.load("letter")).result() is shown
    True
    """

    def __init__(self, workers: int = 0):
        """Start the workers."""
        self.workers = workers
        self._lock = RLock()
        self._executor = self._new()
        self._pictures: OrderedDict[str, Future[Picture]] = OrderedDict()

    def _new(self) -> Executor:
        if not self.workers:
            return Here()
        context = get_context("spawn")
        return ProcessPoolExecutor(self.workers, mp_context=context, initializer=follow_parent)

    def warm(self) -> None:
        """Let every worker load what it needs, before the first visitor comes."""
        for _ in range(self.workers):
            self.submit(begin)

    def submit(self, fn: Callable[..., R], *args: Any) -> Future[R]:
        """Have a function of the package called by a worker; a worker that dies is replaced once.

        The function and what it is given are sent to another process.
        """
        outer: Future[R] = Future()
        self._start(outer, fn, args, again=True)
        return outer

    def _start(
        self, outer: Future[R], fn: Callable[..., R], args: tuple[Any, ...], again: bool
    ) -> None:
        def done(inner: Future[R]) -> None:
            error = inner.exception()
            if isinstance(error, BrokenProcessPool) and again:
                self._replace(executor)
                self._start(outer, fn, args, again=False)
            elif error is not None:
                outer.set_exception(error)
            else:
                outer.set_result(inner.result())

        with self._lock:
            executor = self._executor
            try:
                inner = executor.submit(fn, *args)
            except BrokenProcessPool:
                self._replace(executor)
                executor = self._executor
                inner = executor.submit(fn, *args)
        inner.add_done_callback(done)

    def _replace(self, broken: Executor) -> None:
        with self._lock:
            if self._executor is broken:
                broken.shutdown(wait=False, cancel_futures=True)
                self._executor = self._new()

    def draw(self, scenario: Scenario) -> Future[Picture]:
        """Return the picture of a scenario, drawn before or on its way."""
        key = key_of(scenario)
        with self._lock:
            if key in self._pictures:
                self._pictures.move_to_end(key)
                return self._pictures[key]
            future = self._pictures[key] = self.submit(draw, scenario)
            while len(self._pictures) > KEPT:
                self._pictures.popitem(last=False)

        def forget(done: Future[Picture]) -> None:
            if done.exception() is not None:
                with self._lock:
                    self._pictures.pop(key, None)

        future.add_done_callback(forget)
        return future

    def close(self) -> None:
        """Let the workers go."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Newest(Generic[T, R]):
    """Wishes of one visitor: a newer one takes the place of those before it.

    What was begun for an older wish is never shown once a newer one has been made.

    Parameters
    ----------
    start : callable
        Begins the work of a wish and returns its future.
    hand : callable
        Has a function called where the visitor lives, from any thread.
    show : callable
        Given the wish and its finished future, if no newer wish has been made meanwhile.
    most : int
        Most wishes worked on at the same time; of those that come meanwhile only the newest counts.
    """

    def __init__(
        self,
        start: Callable[[T], Future[R]],
        hand: Callable[[Callable[[], None]], None],
        show: Callable[[T, Future[R]], None],
        most: int = 2,
    ):
        """Begin with no wish."""
        self._start, self._hand, self._show, self._most = start, hand, show, most
        self._waiting: list[T] = []
        self._running = self._last = 0

    @property
    def busy(self) -> bool:
        """Whether the newest wish has not been shown yet."""
        return bool(self._running or self._waiting)

    def ask(self, wish: T) -> None:
        """Make a wish."""
        self._waiting = [wish]
        if self._running < self._most:
            self._next()

    def drop(self) -> None:
        """Forget all wishes; nothing more is shown of them."""
        self._waiting.clear()
        self._last += 1

    def _next(self) -> None:
        wish = self._waiting.pop()
        self._running += 1
        self._last += 1
        number = self._last
        future = self._start(wish)
        future.add_done_callback(lambda done: self._hand(lambda: self._came(number, wish, done)))

    def _came(self, number: int, wish: T, done: Future[R]) -> None:
        self._running -= 1
        if self._waiting:
            self._next()
        elif number == self._last:
            self._show(wish, done)
