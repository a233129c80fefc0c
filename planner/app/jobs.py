"""Long work in the background: a process of its own that tells how far it is and can be stopped.

Knows nothing of Panel. Whoever asked looks in with :meth:`Job.poll` from time to time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from planner.app.work import follow_parent
from planner.errors import PlannerError

__all__ = ["Job", "Jobs", "Progress", "State"]

Progress = Callable[[int, int, float], None]
"""Called with what is done, what there is to do, and the seconds that will take."""

OFTEN = 0.1
"""Seconds between two words about progress."""


@dataclass(frozen=True)
class State:
    """How far a job is.

    Attributes
    ----------
    phase : str
        ``"waiting"``, ``"running"``, ``"done"``, ``"failed"`` or ``"stopped"``.
    done, total : int
        Of whatever it counts; total 0 while it is not known.
    seconds : float
        That the rest will take; -1 while nobody knows.
    result : object
        What came of it.
    error : Exception or None
        What went wrong.
    """

    phase: str = "waiting"
    done: int = 0
    total: int = 0
    seconds: float = -1.0
    result: Any = None
    error: Exception | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.phase in ("done", "failed", "stopped")


class Jobs:
    """A queue of jobs of which only so many run at a time.

    Parameters
    ----------
    most : int
        Most jobs that run at the same time; others wait in order.
    """

    def __init__(self, most: int = 1):
        """Begin with no jobs."""
        self.most = most
        self._queue: list[Job] = []

    def start(self, fn: Callable[..., Any], *args: Any) -> Job:
        """Queue a function of the package; it is given the arguments and a ``progress``."""
        job = Job(self, fn, args)
        self._queue.append(job)
        self.push()
        return job

    def push(self) -> None:
        """Drop jobs that are over, begin those whose turn it is."""
        self._queue = [job for job in self._queue if not job.state.over]
        for job in self._queue[: self.most]:
            job.begin()

    def ahead(self, job: Job) -> int:
        """Return how many jobs wait or run before one."""
        return self._queue.index(job) if job in self._queue else 0

    def close(self) -> None:
        """Stop all jobs."""
        for job in list(self._queue):
            job.stop()


class Job:
    """One piece of long work; made by :meth:`Jobs.start`."""

    def __init__(self, jobs: Jobs, fn: Callable[..., Any], args: tuple[Any, ...]):
        """Take a function and what it is given."""
        self.state = State()
        self._jobs, self._fn, self._args = jobs, fn, args
        self._process: Any = None
        self._pipe: Any = None

    def begin(self) -> None:
        """Start the process, once."""
        if self._process is not None or self.state.over:
            return
        context = get_context("spawn")
        self._pipe, far = context.Pipe(duplex=False)
        self._process = context.Process(
            target=_work, args=(far, self._fn, self._args), daemon=True, name="planner-job"
        )
        self._process.start()
        far.close()
        self.state = State("running")

    def poll(self) -> State:
        """Return how far it is; never waits."""
        while self._pipe is not None and not self.state.over:
            try:
                if not self._pipe.poll():
                    break
                self.state = self._pipe.recv()
            except (EOFError, OSError):
                reason = RuntimeError("the process that worked on it has died")
                self.state = State("failed", error=reason)
        if self.state.over:
            self._end()
        self._jobs.push()
        return self.state

    def stop(self) -> None:
        """Stop it, whatever it is at."""
        if not self.state.over:
            self.state = State("stopped", self.state.done, self.state.total)
        self._end()
        self._jobs.push()

    def _end(self) -> None:
        process, self._process = self._process, None
        pipe, self._pipe = self._pipe, None
        if pipe is not None:
            pipe.close()
        if process is not None:
            process.terminate()
            process.join()


def _work(pipe: Any, fn: Callable[..., Any], args: tuple[Any, ...]) -> None:
    """Do the work in a process of its own and tell about it."""
    follow_parent()
    if hasattr(os, "nice"):
        os.nice(5)  # pictures go before
    said = time.monotonic()

    def progress(done: int, total: int, seconds: float = -1.0) -> None:
        nonlocal said
        now = time.monotonic()
        if now - said >= OFTEN or done >= total:
            said = now
            pipe.send(State("running", int(done), int(total), float(seconds)))

    try:
        found = State("done", result=fn(*args, progress=progress))
    except PlannerError as error:
        found = State("failed", error=error)
    except Exception as error:
        found = State("failed", error=RuntimeError(f"{type(error).__name__}: {error}"))
    try:
        pipe.send(found)
    except OSError:  # whoever asked is gone
        return
