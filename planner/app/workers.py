"""Worker processes that plan, read files and answer questions for the page.

Every task has an owner, a time limit and optional progress reports. Owners take turns: a pool runs
at most one task of an owner at a time, so that one visitor cannot occupy all processes. A task that
exceeds its time limit is killed with its process, and the process is replaced. This module does not
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

from planner.app.tasks import plan_summary, promise, scenario_key, summarize_both, warm_up
from planner.errors import PlannerError
from planner.whatif import PlanSummary, WhatIf
from planner.whatif.outlook import AnalysisResult, EnsemblePair

__all__ = [
    "AUTOMATIC_DRAWS", "Progress", "ResultCache", "StoppedError", "Task", "TimeLimitError",
    "WorkerPool", "Workers",
]  # fmt: skip

T = TypeVar("T")

Progress = Callable[[int, int, float], None]
"""Called with the steps done, the total number of steps and the estimated seconds left (or -1)."""

SUMMARY_SECONDS = 60.0
"""Time limit of planning one variant, in seconds of wall time; the shipped scenarios need 0.2 s."""

READ_SECONDS = 10.0
"""Time limit of reading one scenario from an upload or a link; 250 kB take about 2 s."""

DRAW_SECONDS = 600.0
"""Time limit of automatic draws, seconds of wall time; the first compile the kernel (a minute)."""

PROGRESS_SECONDS = 0.1
"""Minimum time between two progress reports of a task."""

AUTOMATIC_DRAWS = 256
"""Default for the maximum number of draws of a variant made without being requested."""

MAX_CACHED = 64
"""Maximum number of results in each cache of the server; one takes some 100 kB."""

MAX_QUEUE = 200
"""Maximum number of tasks queued in a pool; further ones are refused with an error."""


class TimeLimitError(PlannerError):
    """A task took longer than its time limit and was ended."""


class StoppedError(PlannerError):
    """A task was stopped before it had a result."""


class Task(Future[T], Generic[T]):
    """A call that a pool makes: a future with owner, time limit and progress reports.

    Attributes
    ----------
    owner : hashable
        The visitor, or other client, on whose behalf the call is made.
    seconds : float
        Time limit, wall time.
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
        """Kill the process that makes the call; replaced while the call runs."""

    def stop(self) -> None:
        """Cancel the call, queued or running; a result that exists already is kept."""
        self.stopped = True
        if not self.cancel() and not self.done():
            self._kill()


class WorkerPool:
    """A pool of processes that make calls, with turns by owner and a time limit per call.

    Parameters
    ----------
    count : int
        Number of processes, each started when first needed. With 0, every call is made
        immediately in the current process, as in a notebook.
    nice : int
        Increment of the niceness of the processes.

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
        seconds: float = SUMMARY_SECONDS,
        owner: Hashable = None,
        progress: Progress | None = None,
    ) -> Task[T]:
        """Queue a call; its function and arguments are pickled.

        Parameters
        ----------
        fn, *args
            The call. With `progress`, the function also gets a keyword argument ``progress``.
        seconds : float
            Time limit, after which the future raises :class:`TimeLimitError`.
        owner : hashable
            Owner of the call; calls with owner None do not take turns.
        progress : callable, optional
            Called in a thread of the pool.
        """
        task = Task(fn, args, owner, seconds, progress)
        if not self.count:
            _call_inline(task)
            return task
        with self._ready:
            if sum(map(len, self._queues.values())) >= MAX_QUEUE:
                task.set_exception(PlannerError("the server is busy: try again in a minute"))
                return task
            self._queues.setdefault(owner, deque()).append(task)
            self._ready.notify()
        return task

    def tasks_ahead(self, task: Task[Any]) -> int:
        """Return an estimate of the number of calls that precede a task, running or queued."""
        with self._ready:
            count = len(self._running)
            for owner, queue in self._queues.items():
                position = queue.index(task) if task in queue else 0
                count += position if owner == task.owner else min(len(queue), 1)
            return count

    def _next(self) -> Task[Any] | None:
        """Wait for the next task of an owner without a running task; None once closed."""
        with self._ready:
            while not self._closed:
                task = self._pop_task()
                if task is None:
                    self._ready.wait()
                elif task.set_running_or_notify_cancel():
                    self._running.add(task.owner)
                    return task
        return None

    def _pop_task(self) -> Task[Any] | None:
        """Remove and return the first task of an owner without a running task."""
        for owner, queue in self._queues.items():
            if owner is None or owner not in self._running:
                task = queue.popleft()
                del self._queues[owner]
                if queue:
                    self._queues[owner] = queue  # moves to the end of the round
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
        """Kill the processes and cancel all calls."""
        with self._ready:
            self._closed = True
            queued = [task for queue in self._queues.values() for task in queue]
            self._queues.clear()
            self._ready.notify_all()
        for task in queued:
            task.cancel()
        for worker in self._workers:
            worker.kill()
        for thread in self._threads:
            thread.join(1.0)

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _call_inline(task: Task[T]) -> None:
    """Make the call in the current process."""
    extra = {} if task.progress is None else {"progress": task.progress}
    try:
        task.set_result(task.fn(*task.args, **extra))
    except Exception as error:
        task.set_exception(error)


class _Worker:
    """A process and the pipe to it, used by one thread of a pool."""

    def __init__(self, nice: int):
        self._nice = nice
        self._process: Any = None
        self._pipe: Any = None

    def _start(self) -> None:
        context = get_context("spawn")
        self._pipe, child_pipe = context.Pipe()
        self._process = context.Process(
            target=_worker_main,
            args=(child_pipe, self._nice),
            daemon=True,
            name="planner-page-worker",
        )
        self._process.start()
        child_pipe.close()

    def kill(self) -> None:
        """Kill the process, from any thread; the thread of the pool then cleans up."""
        process = self._process
        if process is not None:
            process.kill()

    def end(self) -> None:
        """Kill the process and close the pipe."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.join()
            self._pipe.close()

    def run(self, task: Task[Any]) -> None:
        """Make a call and set its result; a process that dies is restarted once."""
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
                if self._receive(task):
                    return
            except (EOFError, OSError):
                self.end()
            except Exception as error:  # arguments or result cannot be pickled
                self.end()
                task.set_exception(error)
                return
            if task.stopped:
                break
        if task.stopped:
            task.set_exception(StoppedError("stopped"))
        else:
            task.set_exception(RuntimeError("the process that worked on it ended unexpectedly"))

    def _receive(self, task: Task[Any]) -> bool:
        """Receive progress and result; return whether the task is finished."""
        deadline = time.monotonic() + task.seconds
        while self._pipe.poll(max(deadline - time.monotonic(), 0.0)):
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


def _worker_main(pipe: Any, nice: int) -> None:
    """Main function of a worker process: make the calls received through a pipe."""
    exit_with_parent()
    if nice and hasattr(os, "nice"):
        os.nice(nice)
    while True:
        try:
            fn, args, wants_progress = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            extra = {"progress": _progress_sender(pipe)} if wants_progress else {}
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


def _progress_sender(pipe: Any) -> Progress:
    """Return a function that sends progress through a pipe at a limited rate."""
    sent = 0.0

    def report(done: int, total: int, seconds: float = -1.0) -> None:
        nonlocal sent
        now = time.monotonic()
        if now - sent >= PROGRESS_SECONDS or done >= total:
            sent = now
            pipe.send(("progress", (int(done), int(total), float(seconds))))

    return report


def exit_with_parent() -> None:
    """Ignore interrupts, which the server handles, and exit when the parent process has exited."""
    parent = parent_process()
    if parent is None:
        return
    with contextlib.suppress(ValueError):  # allowed in the main thread only
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        parent.join()
        os._exit(1)

    Thread(target=watch, daemon=True).start()


class ResultCache(Generic[T]):
    """Cache of futures by key, so that equal requests are computed once.

    Parameters
    ----------
    capacity : int
        Maximum number of results; the least recently used are dropped.
    """

    def __init__(self, capacity: int):
        self._lock, self._capacity = RLock(), capacity
        self._kept: OrderedDict[Hashable, Future[T]] = OrderedDict()

    def get(self, key: Hashable, compute: Callable[[], Future[T]]) -> Future[T]:
        """Return the future of a key; `compute` starts the computation if there is none."""
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
    """The worker pools of a server and the caches of their results.

    The pool `trusted` plans scenarios of the package and those given when the server was started.
    The pool `untrusted`, one process with tight limits, reads and plans scenarios of uploads and
    links. The pool `background` makes draws and reports at low priority.

    Parameters
    ----------
    count : int
        Number of processes for trusted scenarios; with 0, everything is computed immediately in
        the current process.
    draws : int
        Maximum number of draws of a variant made without being requested.

    Examples
    --------
    >>> with Workers() as workers:
    ...     case = WhatIf("letter")
    ...     shown = workers.summary(case).result()
    ...     workers.summary(case).result() is shown
    True
    """

    def __init__(self, count: int = 0, draws: int = AUTOMATIC_DRAWS):
        self.count = count
        self.draws = draws if count else 0
        single = min(count, 1)
        self.trusted = WorkerPool(count)
        self.untrusted = WorkerPool(single)
        self.background = WorkerPool(single, nice=5)
        self._summaries: ResultCache[PlanSummary] = ResultCache(MAX_CACHED)
        self._ensembles: ResultCache[EnsemblePair] = ResultCache(MAX_CACHED)
        self._promises: ResultCache[AnalysisResult] = ResultCache(MAX_CACHED)

    def pool(self, uploaded: bool) -> WorkerPool:
        """Return the pool for a scenario that was uploaded or for a trusted one."""
        return self.untrusted if uploaded else self.trusted

    def _cached_call(
        self, cache: ResultCache[T], pool: WorkerPool, fn: Callable[..., T], case: WhatIf,
        *args: Any, seconds: float, owner: Hashable,
    ) -> Future[T]:  # fmt: skip
        """Return the future of a call for a variant, from the cache if possible."""
        return cache.get(
            (scenario_key(case.base), case.address(), *args),
            lambda: pool.submit(
                fn, case.base, dict(case.moved), *args, seconds=seconds, owner=owner
            ),
        )

    def summary(
        self, case: WhatIf, uploaded: bool = False, owner: Hashable = None
    ) -> Future[PlanSummary]:
        """Return the future summary of the plan of a variant."""
        return self._cached_call(
            self._summaries, self.pool(uploaded), plan_summary, case, seconds=SUMMARY_SECONDS,
            owner=owner,
        )  # fmt: skip

    def ensembles(
        self, case: WhatIf, draws: int, reach: float, uploaded: bool = False, owner: Hashable = None
    ) -> Future[EnsemblePair]:
        """Return the future summaries of the draws of plan and variant."""
        pool = self.untrusted if uploaded else self.background
        return self._cached_call(
            self._ensembles, pool, summarize_both, case, draws, reach, seconds=DRAW_SECONDS,
            owner=owner,
        )  # fmt: skip

    def promises(
        self, case: WhatIf, certainty: float, uploaded: bool = False, owner: Hashable = None
    ) -> Future[AnalysisResult]:
        """Return the future promises that can be kept with a certainty."""
        pool = self.untrusted if uploaded else self.background
        return self._cached_call(
            self._promises, pool, promise, case, certainty, seconds=DRAW_SECONDS, owner=owner
        )

    def warm(self) -> None:
        """Let every trusted process load its modules before the first visitor arrives."""
        for number in range(self.count):
            self.trusted.submit(warm_up, owner=("warm", number))

    def close(self) -> None:
        """Kill all processes."""
        for pool in (self.trusted, self.untrusted, self.background):
            pool.close()

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
