"""Where batches are solved: here, in other processes of this machine, or on a cluster.

Anything that has ``submit`` as in :mod:`concurrent.futures` will do. What is handed over is the
study as bytes and the number of a batch, what comes back is the batch as bytes; so results cannot
depend on who solved what, or when.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections import OrderedDict, deque
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import Any

from planner.errors import InputError, PlannerError
from planner.montecarlo.batches import as_bytes
from planner.montecarlo.study import Study

__all__ = ["Here", "executor_for", "in_order", "solve_packed"]

FEW = 200
"""Draws below which other processes would take longer to start than to help."""

AHEAD = 3
"""Batches handed out at a time, for each worker."""

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


def solve_packed(digest: str, packed: bytes, batch: int) -> bytes:
    """Return a batch of a study, both as bytes; runs in a worker."""
    if digest not in _studies:
        _studies[digest] = pickle.loads(packed)
        if len(_studies) > 2:
            _studies.popitem(last=False)
    return as_bytes(_studies[digest].solve(batch).to_arrow())


def processors() -> int:
    """Return how many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


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
    if workers is not None and workers < 1:
        raise InputError(f"workers: expected at least 1, found {workers}")
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
        return Client(address, timeout="10s")
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


def in_order(executor: Any, workers: int, study: Study, first: int) -> Iterator[bytes]:
    """Yield batches as bytes, in order, from number `first` on, handing out a few ahead.

    Whoever stops asking leaves nothing behind: what was handed out and not begun is called off.
    """
    packed, digest = pickle.dumps(study), study.digest
    waiting: deque[Any] = deque()
    upcoming = iter(range(first, study.design.batches))
    try:
        while True:
            while len(waiting) < (AHEAD * workers if workers > 1 else 1):
                batch = next(upcoming, None)
                if batch is None:
                    break
                waiting.append(executor.submit(solve_packed, digest, packed, batch))
            if not waiting:
                return
            yield _result(waiting.popleft())
    finally:
        for future in waiting:
            future.cancel()


def _result(future: Any) -> bytes:
    from concurrent.futures.process import BrokenProcessPool

    try:
        return bytes(future.result())
    except BrokenProcessPool:
        raise PlannerError(
            "a process ended before its draws were solved: it was killed, ran out of memory, or "
            "the script that calls simulate does so without `if __name__ == '__main__':`; "
            "workers=1 needs no other process"
        ) from None
