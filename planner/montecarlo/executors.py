"""Where batches are solved: in this process, in worker processes of this machine, or on a cluster.

Any object with ``submit`` as in :mod:`concurrent.futures` serves. A task is the specification as
bytes and the number of a batch, its answer the batch as bytes; so results do not depend on which
worker solves a batch, or when.

Worker processes end with the process that started them, however that ends: each waits in a thread
for its parent's end. An interrupt (Ctrl-C) is for the parent alone, which ends its workers at once.
"""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from planner.errors import InputError, PlannerError
from planner.montecarlo.specification import Specification
from planner.montecarlo.storage import as_bytes

__all__ = [
    "Inline",
    "Packed",
    "check_workers",
    "executor_for",
    "first_interrupt_only",
    "in_order",
    "processors",
    "solve_packed",
]

FEW = 200
"""Draws below which other processes would take longer to start than to help."""

AHEAD = 3
"""Batches submitted ahead, for each worker."""

PATIENCE = 10.0
"""Seconds within which the scheduler of a cluster must answer."""

_unpacked: OrderedDict[str, Specification] = OrderedDict()
"""Specifications that this process has unpacked, by digest."""


class Inline(Executor):
    """Solves immediately, in this process."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a function and return its answer as a finished future."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@dataclass(frozen=True)
class Packed:
    """A specification as bytes, which a process unpacks once."""

    digest: str
    data: bytes

    @classmethod
    def of(cls, specification: Specification) -> Packed:
        """Return a specification as bytes."""
        return cls(specification.digest, pickle.dumps(specification))

    def specification(self) -> Specification:
        """Return the specification, kept in this process or unpacked."""
        if self.digest not in _unpacked:
            _unpacked[self.digest] = pickle.loads(self.data)
            if len(_unpacked) > 2:
                _unpacked.popitem(last=False)
        return _unpacked[self.digest]


def solve_packed(packed: Packed, batch: int) -> bytes:
    """Return a batch of a specification as the bytes of its file; runs in a worker."""
    return as_bytes(packed.specification().solve(batch).to_arrow())


def processors() -> int:
    """Return how many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def _forget_missing_script() -> None:
    """Let worker processes start also where the script came from standard input.

    A worker runs the file of the main module first. Of a script on standard input that file is
    ``<stdin>``, which no worker can open; without it the worker starts with the library alone.
    """
    main = sys.modules["__main__"]
    file = getattr(main, "__file__", None)
    if file is not None and not os.path.exists(file):
        del main.__file__


def check_workers(workers: int | None) -> None:
    """Raise InputError unless the number of workers is at least 1."""
    if workers is not None and workers < 1:
        raise InputError(f"workers: expected at least 1, found {workers}")


@contextmanager
def executor_for(
    draws: int, workers: int | None, executor: Any = None, cluster: str | None = None
) -> Iterator[tuple[Any, int]]:
    """Give an executor and the number of its workers; end it afterwards if this function made it.

    Parameters
    ----------
    draws : int
    workers : int, optional
        Processes; by default one a processor, and none beside this one for a few draws.
    executor : optional
        Anything with ``submit``, or a Dask client; used as it is.
    cluster : str, optional
        Address of a Dask scheduler that runs.
    """
    check_workers(workers)
    if executor is not None and cluster is not None:
        raise InputError("expected an executor or a cluster, found both")
    if cluster is not None:
        with _client(cluster) as client:
            yield client.get_executor(), max(len(client.ncores()), 1)
        return
    if executor is not None:
        if hasattr(executor, "get_executor"):  # a Dask client
            yield executor.get_executor(), max(len(executor.ncores()), 1)
            return
        if not hasattr(executor, "submit"):
            raise InputError(f"executor: expected one with submit, found {executor!r}")
        yield executor, workers or getattr(executor, "_max_workers", None) or processors()
        return
    count = workers or (processors() if draws >= FEW else 1)
    if count == 1:
        yield Inline(), 1
        return
    _forget_missing_script()
    pool = _processes(count)
    try:
        yield pool, count
    except (KeyboardInterrupt, SystemExit):  # no answer is wanted any more
        with _interrupts_ignored():
            _end(pool)
        raise
    except BaseException:
        pool.shutdown(wait=True, cancel_futures=True)
        raise
    pool.shutdown(wait=True, cancel_futures=True)


def _client(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise InputError(
            "a cluster needs the package distributed: pip install 'planner[cluster]'"
        ) from None
    try:
        return Client(address, timeout=f"{PATIENCE}s")
    except (OSError, ValueError) as error:
        raise InputError(f"cluster: no scheduler answers at {address!r}: {error}") from None


def _processes(count: int) -> Any:
    """Return a pool of processes; in a notebook loky's, if installed: it needs no main module."""
    if hasattr(sys, "ps1") or "ipykernel" in sys.modules:
        try:
            from loky import ProcessPoolExecutor as Loky
        except ImportError:
            pass
        else:
            return Loky(max_workers=count, initializer=_follow_parent)
    kinds = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in kinds else "spawn")
    return _Processes(max_workers=count, mp_context=context, initializer=_follow_parent)


class _Processes(ProcessPoolExecutor):
    """A pool of processes that interrupts do not reach, not even while they start."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Submit a task; processes started for it inherit that interrupts are blocked."""
        with _interrupts_blocked():
            return super().submit(fn, *args, **kwargs)


def _follow_parent() -> None:
    """Leave interrupts to the parent of this process, and end this process when the parent ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if multiprocessing.parent_process() is None:  # of loky: the operating system must say so
        if sys.platform == "linux":
            _end_with_parent()
        return
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _end_with_parent() -> None:
    """Ask Linux to kill this process when its parent ends."""
    import ctypes

    set_death_signal = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>
    ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Block interrupts in this thread; a process started meanwhile inherits that."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Ignore further interrupts while something is put in order, where this is the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def first_interrupt_only() -> Iterator[None]:
    """Let only the first interrupt through, so that a second one cannot disturb the tidying up."""
    default = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if threading.current_thread() is not threading.main_thread() or not default:
        yield
        return

    def interrupt(*_: object) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _end(pool: Any) -> None:
    """Kill the processes of a pool and wait until they have ended."""
    processes = list((getattr(pool, "_processes", None) or {}).values())
    for process in processes:  # nothing is cancelled before: the pool itself notes what is lost
        with contextlib.suppress(OSError, ValueError):  # it has ended already
            process.kill()
    pool.shutdown(wait=True)


def in_order(executor: Any, workers: int, calls: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
    """Yield what functions return, in order, submitting a few calls ahead.

    When the caller stops, calls that have been submitted and not begun are cancelled.

    Parameters
    ----------
    calls : iterable of (function, argument, …)
    """
    waiting: deque[Any] = deque()
    upcoming = iter(calls)
    most = AHEAD * workers if workers > 1 else 1
    try:
        while True:
            for call in itertools.islice(upcoming, most - len(waiting)):
                waiting.append(executor.submit(*call))
            if not waiting:
                return
            yield _result(waiting.popleft())
    except (GeneratorExit, Exception):  # of an interrupt the executor takes care
        for future in waiting:
            future.cancel()
        raise


def _result(future: Any) -> Any:
    try:
        return future.result()
    except BrokenProcessPool:
        raise PlannerError(
            "a process ended before its draws were solved: it was killed, ran out of memory, or "
            "the script that calls simulate does so without `if __name__ == '__main__':`; "
            "workers=1 needs no other process"
        ) from None
    except ModuleNotFoundError as error:
        raise PlannerError(
            f"a worker cannot load {error.name}: every worker needs the same version of "
            "planner, with all its dependencies"
        ) from None
    except Exception as error:
        if type(error).__name__ != "KilledWorker":  # of distributed, which need not be there
            raise
        raise PlannerError(
            "workers of the cluster ended before their draws were solved: they were killed, or ran "
            "out of memory"
        ) from None
