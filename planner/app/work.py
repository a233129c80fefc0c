"""What worker processes do for the page: calls of the package's own verbs, nothing else.

A worker remembers plans and the last few results, so that what is asked about the picture on
screen (why, a report) does not plan anew. The answers are the same without.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections import OrderedDict
from multiprocessing import parent_process
from threading import Thread
from typing import TYPE_CHECKING

from planner.engine.memory import PlanCache
from planner.results.allocate import allocate
from planner.scenario.load import Scenario, load
from planner.whatif import Picture
from planner.whatif.picture import picture_of

if TYPE_CHECKING:
    from planner.results.result import Result

__all__ = ["Bench", "bench", "begin", "draw", "follow_parent", "key_of"]

RESULTS = 8
"""Results that a worker keeps at hand."""


def key_of(scenario: Scenario) -> str:
    """Return what tells scenarios apart, their names and titles included."""
    said = (scenario.name, scenario.title, scenario.title_nl, scenario.summary, scenario.summary_nl)
    return "\n".join((scenario.digest, *said))


class Bench:
    """What a worker has at hand: plans made before, and the results it gave last."""

    def __init__(self) -> None:
        """Begin with an empty bench."""
        self.memory = PlanCache()
        self._results: OrderedDict[str, Result] = OrderedDict()

    def result(self, scenario: Scenario) -> Result:
        """Return the result of a scenario, just made or still at hand."""
        key = key_of(scenario)
        if key not in self._results:
            self._results[key] = allocate(scenario, memory=self.memory)
            while len(self._results) > RESULTS:
                self._results.popitem(last=False)
        self._results.move_to_end(key)
        return self._results[key]


_bench: Bench | None = None


def follow_parent() -> None:
    """Leave interrupts to the server, and end when it is gone, however it ended."""
    parent = parent_process()
    if parent is None:
        return
    with contextlib.suppress(ValueError):  # only the main thread may
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        parent.join()
        os._exit(1)

    Thread(target=watch, daemon=True).start()


def begin() -> None:
    """Plan something small, so that the first visitor need not wait for what that loads."""
    picture_of(bench().result(load("letter")))


def bench() -> Bench:
    """Return the bench of this process."""
    global _bench
    if _bench is None:
        _bench = Bench()
    return _bench


def draw(scenario: Scenario) -> Picture:
    """Return the picture of a scenario."""
    return picture_of(bench().result(scenario))
