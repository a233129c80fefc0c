"""A cache of plans: stages already solved, taken over where nothing about them has changed.

The solution of a stage follows from its data alone: every solve begins from cold. So the solution
of a stage seen before is the one that would be found again, to the last bit.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from threading import Lock
from typing import Any

import numpy as np

from planner.engine.setting import Answer, Setting

__all__ = ["PlanCache"]

KEPT = 256
"""Plans of blocks that are kept unless more are asked for; one takes some 100 kB."""


class PlanCache:
    """Keeps plans from one call to the next; the one unused for longest is dropped first.

    Meant for work that asks for many scenarios that differ little, such as a page with sliders:
    pass the same cache to each :func:`planner.allocate`. Results are the same with and without.
    It may be used from several threads.

    Parameters
    ----------
    kept : int
        Maximum number of plans of blocks to keep.

    Examples
    --------
    >>> import planner as pl
    >>> cache = pl.PlanCache()
    >>> first = pl.allocate("letter", memory=cache)
    >>> again = pl.allocate("letter", memory=cache)
    >>> cache.reused == cache.made > 0
    True
    """

    def __init__(self, kept: int = KEPT):
        """Begin empty."""
        if kept < 1:
            raise ValueError(f"expected to keep at least 1 plan, found {kept}")
        self.kept = kept
        self.made = 0
        self.reused = 0
        self._answers: OrderedDict[bytes, Answer] = OrderedDict()
        self._lock = Lock()

    def recall(self, solver: Callable[[Setting], Answer], setting: Setting) -> Answer:
        """Return the solution of a stage: the one kept, or else a new one."""
        key = _digest(solver, setting)
        with self._lock:
            found = self._answers.get(key)
            if found is not None:
                self._answers.move_to_end(key)
                self.reused += 1
                return found
        answer = solver(setting)
        with self._lock:
            self.made += 1
            self._answers[key] = answer
            while len(self._answers) > self.kept:
                self._answers.popitem(last=False)
        return answer

    def __len__(self) -> int:
        """Number of plans kept."""
        return len(self._answers)

    def __repr__(self) -> str:
        """How many plans are kept, made and taken over."""
        return f"<PlanCache of {len(self)} plans: {self.made} made, {self.reused} taken over>"


def _digest(solver: Callable[[Setting], Answer], setting: Setting) -> bytes:
    """Return a digest of everything that a solver reads."""
    state = hashlib.blake2b(f"{solver.__module__}.{solver.__qualname__}".encode(), digest_size=32)
    for array in _arrays(setting):
        state.update(f"{array.dtype.str}{array.shape}".encode())
        state.update(np.ascontiguousarray(array).data)
    return state.digest()


def _arrays(setting: Setting) -> Iterator[Any]:
    """Yield the arrays of a setting; demands by their place among those of the block.

    Decisions that no option can serve, such as those of packages not yet known, count as 0: what
    they would ask has no effect.
    """
    block, bounds = setting.block, setting.block.bounds
    served = np.bincount(block.decision, setting.upper > 0, minlength=len(setting.full)) > 0
    for array in (setting.full, setting.tier, setting.weight, setting.counted):
        yield np.where(served, array, 0)
    yield from (
        setting.lower, setting.upper, setting.limit, setting.goal, setting.goal_tier,
        np.array([block.months, len(block.pools)]),
        np.unique(block.demand, return_inverse=True)[1], block.wave, block.begin, block.end,
        block.cohorts, block.part, block.decision, block.option,
        np.unique(bounds.bound, return_inverse=True)[1], bounds.month,
    )  # fmt: skip
    for matrix in (block.duty_data, block.usage_data, block.standby_data, bounds.matrix_data,
                   bounds.asked_data, block.budget_data):  # fmt: skip
        yield from (np.array(matrix.shape), matrix.indptr, matrix.indices, matrix.data)
