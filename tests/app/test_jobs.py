"""Long work in processes of its own: in order, with progress, stopped at once, never in the way."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from planner.app.jobs import Job, Jobs, State

from planner.errors import PlannerError


def count(to: int, progress: Callable[..., None]) -> int:
    for number in range(to):
        progress(number + 1, to, 0.5)
    return to


def forever(progress: Callable[..., None]) -> None:
    progress(1, 1, -1.0)
    while True:
        time.sleep(60)


def dies(progress: Any) -> None:
    os._exit(3)


def wrong(progress: Any) -> None:
    raise PlannerError("a mistake of the user")


def odd(progress: Any) -> None:
    raise ZeroDivisionError("a mistake of ours")


def over(job: Job) -> State:
    until = time.monotonic() + 60
    while not job.poll().over:
        assert time.monotonic() < until
        time.sleep(0.01)
    return job.state


def test_work_comes_back_with_what_it_found() -> None:
    assert over(Jobs().start(count, 3)) == State("done", result=3)


def test_one_at_a_time_and_what_is_stopped_makes_room() -> None:
    jobs = Jobs()
    first, second, third = jobs.start(forever), jobs.start(count, 2), jobs.start(count, 4)
    assert [jobs.ahead(one) for one in (first, second, third)] == [0, 1, 2]
    assert second.poll().phase == third.poll().phase == "waiting"
    while first.poll().total == 0:
        time.sleep(0.01)
    third.stop()
    first.stop()
    assert first.state.phase == third.state.phase == "stopped"
    assert over(second).result == 2
    assert third.poll().phase == "stopped"


def test_what_goes_wrong_is_told_and_the_next_goes_on() -> None:
    jobs = Jobs(most=3)
    started = [jobs.start(fn) for fn in (dies, wrong, odd)]
    errors = [over(job).error for job in started]
    assert [type(error) for error in errors] == [RuntimeError, PlannerError, RuntimeError]
    assert [str(error) for error in errors] == [
        "the process that worked on it has died", "a mistake of the user",
        "ZeroDivisionError: a mistake of ours",
    ]  # fmt: skip
    assert over(jobs.start(count, 1)).result == 1
    jobs.close()
