"""When a run ends: after so many draws, when an interval is narrow enough, or when time is up."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.errors import Fault, InputError, gathered
from planner.montecarlo.estimates import CONFIDENCE, Mean, means_of_sums
from planner.montecarlo.quantities import Quantities
from planner.montecarlo.records import Records

__all__ = ["Stop", "Watch"]

Floats = NDArray[np.float64]

ROUNDS = 2
"""Rounds before an interval is believed to be narrow enough."""


@dataclass(frozen=True)
class Stop:
    """What may end a run before all of its draws are made.

    Attributes
    ----------
    of : str or None
        Quantity whose interval is watched, see :mod:`planner.montecarlo.quantities`.
    half_width : float or None
        The run ends once half the width of the interval is no more than this, in the unit of the
        quantity.
    time_limit : float or None
        Seconds after which no more batches are begun.
    """

    of: str | None = None
    half_width: float | None = None
    time_limit: float | None = None

    def check(self, quantities: Quantities) -> None:
        """Raise InputError with everything wrong in it."""
        wrong = []
        if (self.of is None) != (self.half_width is None):
            wrong.append("half_width and of: expected both or neither: what is to be so narrow?")
        if self.half_width is not None and not self.half_width > 0:
            wrong.append(f"half_width: expected more than 0, found {self.half_width}")
        if self.time_limit is not None and not self.time_limit > 0:
            wrong.append(f"time_limit: expected more than 0 seconds, found {self.time_limit}")
        faults: list[Fault | str] = [*wrong]
        if self.of is not None:
            with gathered(faults):
                quantities.check(self.of)
        if faults:
            raise InputError(faults)


@dataclass
class Watch:
    """Follows a run batch by batch and says when it is over.

    Attributes
    ----------
    stop : Stop
    quantities : Quantities
    replicates : int
    clock : callable
        Seconds, from any zero.
    """

    stop: Stop
    quantities: Quantities
    replicates: int
    clock: Callable[[], float] = time.monotonic
    _sums: Any = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self._sums = np.zeros((2, self.replicates, 1))
        self._rounds = 0
        self._began = self.clock()

    @property
    def columns(self) -> list[str]:
        """What of the records it needs."""
        return ["replicate", "round", "caps", "begin", "end", "filled", "present", "codes"]

    def add(self, records: Records) -> None:
        """Take note of a batch."""
        if self.stop.of is None:
            return
        kept = records.take(np.flatnonzero(records.proved))
        values = self.quantities.of(kept, self.stop.of)
        defined = ~np.isnan(values)
        np.add.at(self._sums[0, :, 0], kept.replicate[defined], values[defined])
        np.add.at(self._sums[1, :, 0], kept.replicate[defined], 1.0)
        self._rounds = int(records.round.max(initial=0)) + 1

    @property
    def reached(self) -> Mean:
        """Mean of the watched quantity with its interval, so far."""
        return means_of_sums(self._sums[0], self._sums[1], CONFIDENCE)

    def verdict(self) -> str:
        """Return why the run is over, ``"half_width"`` or ``"time_limit"``; empty if it goes on."""
        wanted = self.stop.half_width
        if wanted is not None and self._rounds >= ROUNDS and self.reached.half_width[0] <= wanted:
            return "half_width"
        limit = self.stop.time_limit
        over = limit is not None and self.clock() - self._began >= limit
        return "time_limit" if over else ""
