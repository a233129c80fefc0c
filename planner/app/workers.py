"""Worker processes that plan, read files and answer questions for the page.

Every task has an owner, a time limit and, if wanted, progress reports. Owners take turns: at most
one task of an owner runs at a time in a pool, so that one visitor cannot occupy all processes. A
task that exceeds its limit is ended with its process, which is replaced. This module does not
depend on Panel.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from multiprocessing import get_context, parent_process
from threading import Condition, RLock, Thread
from typing import Any, Generic, TypeVar

from planner.app.tasks import begin, draw, key_of, look_at_both, promise
from planner.errors import PlannerError
from planner.whatif import Picture, WhatIf
from planner.whatif.outlook import Answer, Outlook

__all__ = [
    "UNASKED", "Progress", "ResultCache", "StoppedError", "Task", "TimeLimitError", "WorkerPool",
    "Workers",
]  # fmt: skip

T = TypeVar("T")

Progress = Callable[[int, int, float], None]
"""Called with the steps done, the steps in all, and the estimated seconds left (-1: unknown)."""

PICTURE_SECONDS = 60.0
"""Time limit of planning one variant, in seconds of wall time; the shipped scenarios need 0.2 s."""

READ_SECONDS = 10.0
"""Time limit of reading one scenario from an upload or a link; 250 kB take about 2 s."""

DRAW_SECONDS = 600.0
"""Time limit of draws made without being asked; the first ones compile, which takes a minute."""

PROGRESS_SECONDS = 0.1
"""Least time between two progress reports of a task."""

UNASKED = 256
"""Most draws of a variant that are made without being asked for, unless a server says otherwise."""

MAX_PICTURES = 64
"""Pictures kept by the server; each takes some 100 kB."""

MAX_QUEUE = 200
"""Tasks that may wait in a pool; more are refused, so that a flood of requests ends in an error."""


class TimeLimitError(PlannerError):
    """A task took longer than its time limit and was ended."""


class StoppedError(PlannerError):
    """A task was stopped before it had a result."""


class Task(Future[T], Generic[T]):
    """A call that a pool makes: a future with an owner, a time limit and progress.

    Attributes
    ----------
    owner : hashable
        Owner of the turn that it uses.
    seconds : float
        Wall time after which the call is ended.
    """

    def __init__(
        self,
        fn: Callable[..., T],
        args: tuple[Any, ...],
        owner: Hashable,
        seconds: float,
        progress: Progress | None,
    ):
        super().__init__()
        self.fn, self.args, self.owner, self.seconds = fn, args, owner, seconds
        self.progress = progress
        self.stopped = False

    def _kill(self) -> None:
        """End the process that makes the call; replaced while one does."""

    def stop(self) -> None:
        """End the call, whether it waits or runs; a result that exists already stays."""
        self.stopped = True
        if not self.cancel() and not self.done():
            self._kill()


class WorkerPool:
    """Processes that make calls, with turns by owner and a time limit each.

    Parameters
    ----------
    count : int
        Number of processes; 0 makes every call at once in this process, as a notebook does. A
        process starts with the first call that needs it.
    nice : int
        How much lower the priority of the processes is.

    Examples
    --------
    >>> with WorkerPool() as pool:
    ...     pool.submit(max, 2, 3).result()
    3
    """

    def __init__(self, count: int = 0, nice: int = 0):
        self.count = count
        self._ready = Condition(RLock())
        self._queues: OrderedDict[Hashable, deque[Task[Any]]] = OrderedDict()
        self._running: set[Hashable] = set()
        self._closed = False
        self._workers = [_Worker(nice) for _ in range(count)]
        self._threads = [
            Thread(target=self._serve, args=(worker,), daemon=True) for worker in self._workers
        ]
        for thread in self._threads:
            thread.start()

    def submit(
        self,
        fn: Callable[..., T],
        *args: Any,
        seconds: float = PICTURE_SECONDS,
        owner: Hashable = None,
        progress: Progress | None = None,
    ) -> Task[T]:
        """Queue a call; function and arguments are sent to another process.

        Parameters
        ----------
        fn, *args
            The call. With `progress`, the function also gets a keyword argument ``progress``.
        seconds : float
            Time limit; the result is a :class:`TimeLimitError` after it.
        owner : hashable
            Owner of the turn that the call uses; None for calls that need not take turns.
        progress : callable, optional
            Called in a thread of the pool.
        """
        task = Task(fn, args, owner, seconds, progress)
        if not self.count:
            _call_here(task)
            return task
        with self._ready:
            if sum(map(len, self._queues.values())) >= MAX_QUEUE:
                task.set_exception(PlannerError("the server is busy: try again in a minute"))
                return task
            self._queues.setdefault(owner, deque()).append(task)
            self._ready.notify()
        return task

    def ahead(self, task: Task[Any]) -> int:
        """Return an estimate of how many calls run or wait before a task."""
        with self._ready:
            turns = 0
            for owner, queue in self._queues.items():
                place = queue.index(task) if task in queue else 0
                turns += place if owner == task.owner else min(len(queue), 1)
            return turns + len(self._running)

    def _next(self) -> Task[Any] | None:
        """Wait for the next task of an owner without another one running; None once closed."""
        with self._ready:
            while not self._closed:
                task = self._take()
                if task is None:
                    self._ready.wait()
                elif task.set_running_or_notify_cancel():
                    self._running.add(task.owner)
                    return task
        return None

    def _take(self) -> Task[Any] | None:
        """Remove and return the first task of an owner without another one running."""
        for owner, queue in self._queues.items():
            if owner is None or owner not in self._running:
                task = queue.popleft()
                del self._queues[owner]
                if queue:
                    self._queues[owner] = queue  # behind the other owners
                return task
        return None

    def _serve(self, worker: _Worker) -> None:
        while (task := self._next()) is not None:
            try:
                worker.run(task)
            finally:
                with self._ready:
                    self._running.discard(task.owner)
                    self._ready.notify_all()
        worker.end()

    def close(self) -> None:
        """End the processes and whatever runs in them."""
        with self._ready:
            self._closed = True
            waiting = [task for queue in self._queues.values() for task in queue]
            self._queues.clear()
            self._ready.notify_all()
        for task in waiting:
            task.cancel()
        for worker in self._workers:
            worker.kill()
        for thread in self._threads:
            thread.join(1.0)

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _call_here(task: Task[T]) -> None:
    """Make the call in this process, at once."""
    extra = {} if task.progress is None else {"progress": task.progress}
    try:
        task.set_result(task.fn(*task.args, **extra))
    except Exception as error:
        task.set_exception(error)


class _Worker:
    """One process and its pipe, driven by one thread of a pool."""

    def __init__(self, nice: int):
        self._nice = nice
        self._process: Any = None
        self._pipe: Any = None

    def _start(self) -> None:
        context = get_context("spawn")
        self._pipe, far = context.Pipe()
        self._process = context.Process(
            target=_main, args=(far, self._nice), daemon=True, name="planner-page-worker"
        )
        self._process.start()
        far.close()

    def kill(self) -> None:
        """Kill the process, from any thread; the thread that drives it then ends it."""
        process = self._process
        if process is not None:
            process.kill()

    def end(self) -> None:
        """End the process, whatever it does."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.join()
            self._pipe.close()

    def run(self, task: Task[Any]) -> None:
        """Make a call and set its result; a process that dies is replaced once."""
        try:
            self._run(task)
        finally:
            task.__dict__.pop("_kill", None)

    def _run(self, task: Task[Any]) -> None:
        for _ in range(2):
            if self._process is None:
                self._start()
            task._kill = self._process.kill  # type: ignore[method-assign]
            if task.stopped:
                break
            try:
                self._pipe.send((task.fn, task.args, task.progress is not None))
                if self._follow(task):
                    return
            except (EOFError, OSError):
                self.end()
            except Exception as error:  # the arguments or the result cannot be sent
                self.end()
                task.set_exception(error)
                return
            if task.stopped:
                break
        if task.stopped:
            task.set_exception(StoppedError("stopped"))
        else:
            task.set_exception(RuntimeError("the process that worked on it ended unexpectedly"))

    def _follow(self, task: Task[Any]) -> bool:
        """Receive progress and the result; return whether the task is finished."""
        until = time.monotonic() + task.seconds
        while self._pipe.poll(max(until - time.monotonic(), 0.0)):
            kind, value = self._pipe.recv()
            if kind == "progress":
                if task.progress is not None:
                    task.progress(*value)
            elif kind == "result":
                task.set_result(value)
                return True
            else:
                task.set_exception(value)
                return True
        self.end()
        message = f"ended after {task.seconds:g} seconds, the limit for one request on this page"
        task.set_exception(TimeLimitError(message))
        return True


def _main(pipe: Any, nice: int) -> None:
    """Make the calls that come through a pipe, until it closes."""
    follow_parent()
    if nice and hasattr(os, "nice"):
        os.nice(nice)
    while True:
        try:
            fn, args, wants_progress = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            extra = {"progress": _reporter(pipe)} if wants_progress else {}
            answer = ("result", fn(*args, **extra))
        except PlannerError as error:
            answer = ("error", error)
        except (MemoryError, RecursionError):
            answer = ("error", PlannerError("too large or too deep for this page"))
        except Exception as error:
            answer = ("error", RuntimeError(f"{type(error).__name__}: {error!s:.300}"))
        try:
            pipe.send(answer)
        except OSError:
            return


def _reporter(pipe: Any) -> Progress:
    """Return a function that sends progress through a pipe, not too often."""
    sent = 0.0

    def report(done: int, total: int, seconds: float = -1.0) -> None:
        nonlocal sent
        now = time.monotonic()
        if now - sent >= PROGRESS_SECONDS or done >= total:
            sent = now
            pipe.send(("progress", (int(done), int(total), float(seconds))))

    return report


def follow_parent() -> None:
    """Ignore interrupts, which are the server's, and end when the server has ended."""
    parent = parent_process()
    if parent is None:
        return
    with contextlib.suppress(ValueError):  # only the main thread may
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        parent.join()
        os._exit(1)

    Thread(target=watch, daemon=True).start()


class ResultCache(Generic[T]):
    """Results in progress by key: equal requests are computed once.

    Parameters
    ----------
    capacity : int
        Results kept; those used least recently are dropped.
    """

    def __init__(self, capacity: int):
        self._lock, self._capacity = RLock(), capacity
        self._kept: OrderedDict[Hashable, Future[T]] = OrderedDict()

    def get(self, key: Hashable, compute: Callable[[], Future[T]]) -> Future[T]:
        """Return a result; `compute` begins the work if none exists yet."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            future = self._kept[key] = compute()
            while len(self._kept) > self._capacity:
                self._kept.popitem(last=False)

        def forget(done: Future[T]) -> None:
            if done.cancelled() or done.exception() is not None:
                with self._lock:
                    self._kept.pop(key, None)

        future.add_done_callback(forget)
        return future


class Workers:
    """The pools of a server and the pictures that they have made.

    Scenarios that come with the package or were named at the start are planned by `trusted`
    processes; whatever visitors bring, in an upload or in a link, is read and planned by a process
    of its own with tight limits. Draws and reports run at low priority in a third pool.

    Parameters
    ----------
    count : int
        Processes for pictures and reasons of trusted scenarios; 0 computes everything at once in
        this process.
    draws : int
        Most draws of a variant that are made without being asked for.

    Examples
    --------
    >>> with Workers() as workers:
    ...     case = WhatIf("letter")
    ...     shown = workers.picture(case).result()
    ...     workers.picture(case).result() is shown
    True
    """

    def __init__(self, count: int = 0, draws: int = UNASKED):
        self.count = count
        self.draws = draws if count else 0
        single = min(count, 1)
        self.trusted = WorkerPool(count)
        self.guests = WorkerPool(single)
        self.background = WorkerPool(single, nice=5)
        self._pictures: ResultCache[Picture] = ResultCache(MAX_PICTURES)
        self._outlooks: ResultCache[tuple[Outlook, Outlook]] = ResultCache(MAX_PICTURES)
        self._promises: ResultCache[Answer] = ResultCache(MAX_PICTURES)

    def pool(self, guest: bool) -> WorkerPool:
        """Return the pool for a trusted scenario or for one that a visitor brought."""
        return self.guests if guest else self.trusted

    def _made(
        self, kept: ResultCache[T], pool: WorkerPool, fn: Callable[..., T], case: WhatIf,
        *args: Any, seconds: float, owner: Hashable,
    ) -> Future[T]:  # fmt: skip
        """Return what a call makes of a variant, made before or on its way."""
        return kept.get(
            (key_of(case.base), case.address(), *args),
            lambda: pool.submit(
                fn, case.base, dict(case.moved), *args, seconds=seconds, owner=owner
            ),
        )

    def picture(self, case: WhatIf, guest: bool = False, owner: Hashable = None) -> Future[Picture]:
        """Return the picture of a variant, made before or on its way."""
        pool = self.pool(guest)
        return self._made(self._pictures, pool, draw, case, seconds=PICTURE_SECONDS, owner=owner)

    def outlooks(
        self, case: WhatIf, draws: int, reach: float, guest: bool = False, owner: Hashable = None
    ) -> Future[tuple[Outlook, Outlook]]:
        """Return draws of plan and variant, made before or on their way."""
        pool = self.guests if guest else self.background
        return self._made(
            self._outlooks, pool, look_at_both, case, draws, reach, seconds=DRAW_SECONDS,
            owner=owner,
        )  # fmt: skip

    def promises(
        self, case: WhatIf, certainty: float, guest: bool = False, owner: Hashable = None
    ) -> Future[Answer]:
        """Return what can be promised with a certainty, worked out before or on its way."""
        pool = self.guests if guest else self.background
        return self._made(
            self._promises, pool, promise, case, certainty, seconds=DRAW_SECONDS, owner=owner
        )

    def warm(self) -> None:
        """Let every trusted process load what it needs before the first visitor comes."""
        for number in range(self.count):
            self.trusted.submit(begin, owner=("warm", number))

    def close(self) -> None:
        """End all processes."""
        for pool in (self.trusted, self.guests, self.background):
            pool.close()

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
