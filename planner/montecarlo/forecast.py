"""A dry run: how many draws, plans and sets of rules, and about how much time and memory."""

from __future__ import annotations

import time
from dataclasses import dataclass

from planner.montecarlo.batches import as_bytes
from planner.montecarlo.executors import FEW, processors
from planner.montecarlo.study import Study

__all__ = ["Forecast", "forecast"]

BASE = 250e6
"""Bytes of a process that has everything loaded."""

HELD = 2.5
"""Copies of a batch in memory at once: as arrays, and on their way into a file."""

SAMPLE = 16
"""Most draws that are planned to see how long one takes."""


@dataclass(frozen=True)
class Forecast:
    """What a run will take, from a few draws planned beforehand.

    Attributes
    ----------
    draws, plans, rules, batches, workers : int
        Draws; plans, one with all packages and one without each; sets of rules; files; processes.
    seconds : float
        From the first to the last draw, with that many workers.
    processor_seconds : float
        The same in all processes together.
    memory_bytes, disk_bytes : float
        Most memory of all processes together; size of the draws on disk.
    tried : int
        Draws it is estimated from.
    """

    draws: int
    plans: int
    rules: int
    batches: int
    workers: int
    seconds: float
    processor_seconds: float
    memory_bytes: float
    disk_bytes: float
    tried: int


def forecast(study: Study, workers: int | None = None) -> Forecast:
    """Return what simulating a study will take, by planning a few of its draws.

    Examples
    --------
    >>> from planner.montecarlo.run import study_of
    >>> found = forecast(study_of("letter", 32, rule="value"), workers=1)
    >>> found.draws, found.plans, found.seconds > 0
    (32, 32, True)
    """
    design = study.design
    first, second = design.block(0), design.block(1)
    values = study.values(first)[:SAMPLE]
    study.solve_values(values[:1])  # what is loaded and compiled once does not count
    began = time.perf_counter()
    study.solve_values(study.values(second)[:SAMPLE])
    tried = min(second.size, SAMPLE)
    each = (time.perf_counter() - began) / tried
    records = study.solve_values(values)
    size = len(as_bytes(records.to_arrow())) / len(records)
    arrays = sum(getattr(one, "nbytes", 0) for one in vars(records).values()) / len(records)
    count = workers or (processors() if design.draws >= FEW else 1)
    largest = max(sum(block.size for block in design.batch(k)) for k in (0, design.batches - 1))
    return Forecast(
        draws=design.draws,
        plans=design.draws * study.axes.plans,
        rules=design.blocks if study.uncertain.shared else 1,
        batches=design.batches,
        workers=count,
        seconds=each * design.draws / count,
        processor_seconds=each * design.draws,
        memory_bytes=(count + (count > 1)) * BASE + count * HELD * arrays * largest,
        disk_bytes=size * design.draws,
        tried=tried,
    )
