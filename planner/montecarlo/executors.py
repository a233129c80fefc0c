"""Where batches are solved: here, in other processes of this machine, or on a cluster.

Anything that has ``submit`` as in :mod:`concurrent.futures` will do. What is handed over is the
study as bytes and the number of a batch, what comes back is the batch as bytes; so results cannot
depend on who solved what, or when.
"""

from __future__ import annotations

import itertools
import os
import pickle
import sys
from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from planner.errors import InputError, PlannerError
from planner.montecarlo.batches import as_bytes
from planner.montecarlo.study import Study

__all__ = ["Here", "Packed", "check_workers", "executor_for", "in_order", "solve_packed"]

FEW = 200
"""Draws below which other processes would take longer to start than to help."""

AHEAD = 3
"""Batches handed out at a time, for each worker."""

PATIENCE = 10.0
"""Seconds within which the scheduler of a cluster must answer."""

_studies: OrderedDict[str, Study] = OrderedDict()
"""Studies that this process has unpacked, by digest."""


class Here(Executor):
    """Solves at once, in this process."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a function and return its answer as a future that is done."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@dataclass(frozen=True)
class Packed:
    """A study as bytes, which a process unpacks once."""

    digest: str
    data: bytes

    @classmethod
    def of(cls, study: Study) -> Packed:
        """Return a study as bytes."""
        return cls(study.digest, pickle.dumps(study))

    def study(self) -> Study:
        """Return the study, from those at hand in this process or unpacked."""
        if self.digest not in _studies:
            _studies[self.digest] = pickle.loads(self.data)
            if len(_studies) > 2:
                _studies.popitem(last=False)
        return _studies[self.digest]


def solve_packed(packed: Packed, batch: int) -> bytes:
    """Return a batch of a study as the bytes of its file; runs in a worker."""
    return as_bytes(packed.study().solve(batch).to_arrow())


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
    """Raise InputError unless so many workers can be."""
    if workers is not None and workers < 1:
        raise InputError(f"workers: expected at least 1, found {workers}")


@contextmanager
def executor_for(
    draws: int, workers: int | None, executor: Any = None, cluster: str | None = None
) -> Iterator[tuple[Any, int]]:
    """Give an executor and the number of its workers; end it afterwards if it was made here.

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
        yield Here(), 1
        return
    _forget_missing_script()
    pool = _processes(count)
    try:
        yield pool, count
    finally:
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
    """Return a pool of processes; in a notebook loky's, if it is there: it needs no main module."""
    if hasattr(sys, "ps1") or "ipykernel" in sys.modules:
        try:
            from loky import ProcessPoolExecutor as Loky
        except ImportError:
            pass
        else:
            return Loky(max_workers=count)
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    kinds = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in kinds else "spawn")
    return ProcessPoolExecutor(max_workers=count, mp_context=context)


def in_order(executor: Any, workers: int, calls: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
    """Yield what functions return, in order, handing out a few ahead.

    Whoever stops asking leaves nothing behind: what was handed out and not begun is called off.

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
    finally:
        for future in waiting:
            future.cancel()


def _result(future: Any) -> Any:
    from concurrent.futures.process import BrokenProcessPool

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
            f"a worker cannot load {error.name}: whoever solves draws needs the same version of "
            "planner, with all it depends on"
        ) from None
    except Exception as error:
        if type(error).__name__ != "KilledWorker":  # of distributed, which need not be there
            raise
        raise PlannerError(
            "workers of the cluster ended before their draws were solved: they were killed, or ran "
            "out of memory"
        ) from None
