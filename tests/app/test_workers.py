"""Worker processes: turns by owner, time limits, progress, stopped work and processes that die."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from planner.app.scheduler import LatestRequest
from planner.app.workers import StoppedError, TimeLimitError, WorkerPool
from planner.errors import PlannerError

WAIT = 120.0


def double(number: int) -> int:
    return 2 * number


def count(to: int, progress: Callable[..., None]) -> int:
    for number in range(to):
        progress(number + 1, to, 0.5)
    return to


def forever(progress: Callable[..., None] | None = None) -> None:
    if progress is not None:
        progress(1, 1, -1.0)
    threading.Event().wait()


def dies() -> None:
    os._exit(3)


def wrong() -> None:
    raise PlannerError("a mistake of the user")


def odd() -> None:
    raise ZeroDivisionError("a mistake of the program")


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(1) as found:
        yield found


def test_results_and_progress_come_back(pool: WorkerPool) -> None:
    seen: list[tuple[int, int, float]] = []
    task = pool.submit(count, 3, progress=lambda *step: seen.append(step))
    assert task.result(WAIT) == 3
    assert seen[-1] == (3, 3, 0.5)


def test_a_call_ends_at_its_limit_and_the_next_goes_on(pool: WorkerPool) -> None:
    endless = pool.submit(forever, seconds=0.5)
    after = pool.submit(double, 4)
    with pytest.raises(TimeLimitError, match="limit"):
        endless.result(WAIT)
    assert after.result(WAIT) == 8


def test_a_call_is_stopped_whether_it_waits_or_runs(pool: WorkerPool) -> None:
    begun = threading.Event()
    running = pool.submit(forever, progress=lambda *_: begun.set())
    waiting, after = pool.submit(double, 1), pool.submit(double, 2)
    assert begun.wait(WAIT)
    assert pool.tasks_ahead(after) == 2
    waiting.stop()
    running.stop()
    with pytest.raises(StoppedError):
        running.result(WAIT)
    assert waiting.cancelled()
    assert after.result(WAIT) == 4
    after.stop()
    assert after.result() == 4


def test_owners_take_turns(pool: WorkerPool) -> None:
    begun, order = threading.Event(), []
    blocking = pool.submit(forever, progress=lambda *_: begun.set(), owner="first")
    assert begun.wait(WAIT)
    tasks = [pool.submit(double, k, owner="many") for k in range(3)]
    tasks.append(pool.submit(double, 9, owner="one"))
    for number, task in enumerate(tasks):
        task.add_done_callback(lambda _, number=number: order.append(number))  # type: ignore[misc]
    blocking.stop()
    for task in tasks:
        task.result(WAIT)
    assert order == [0, 3, 1, 2]


def test_one_owner_does_not_hold_every_process() -> None:
    with WorkerPool(2) as pool:
        greedy = [pool.submit(forever, seconds=WAIT, owner="greedy") for _ in range(4)]
        assert pool.submit(double, 5, owner="other").result(WAIT) == 10
        for task in reversed(greedy):
            task.stop()


def test_errors_come_back_and_a_process_that_dies_is_replaced(pool: WorkerPool) -> None:
    tasks = [pool.submit(fn) for fn in (dies, wrong, odd)]
    errors = [task.exception(WAIT) for task in tasks]
    assert [type(error) for error in errors] == [RuntimeError, PlannerError, RuntimeError]
    assert "ended unexpectedly" in str(errors[0])
    assert str(errors[1]) == "a mistake of the user"
    assert "a mistake of the program" in str(errors[2])
    assert pool.submit(double, 1).result(WAIT) == 2


def test_only_the_latest_request_is_shown() -> None:
    futures: list[Future[int]] = []
    shown: list[tuple[int, int]] = []

    def start(request: int) -> Future[int]:
        futures.append(Future())
        return futures[-1]

    def show(request: int, done: Future[Any]) -> None:
        shown.append((request, done.result()))

    latest = LatestRequest(start, lambda call: call(), show)
    for request in (1, 2, 3, 4):
        latest.submit(request)
    assert len(futures) == 2
    futures[1].set_result(20)
    assert len(futures) == 3
    futures[0].set_result(10)
    assert shown == []
    assert latest.pending
    futures[2].set_result(40)
    assert shown == [(4, 40)]
    latest.submit(5)
    latest.cancel()
    futures[3].set_result(50)
    assert shown == [(4, 40)]
