"""From people by column, as solvers give them, to what plans report: by line, pool and month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.engine.programme import Block, Programme
from planner.montecarlo.plans import Lines, Plans

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Reading"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class _Part:
    """How to read one block.

    Attributes
    ----------
    lines : ndarray of int
        The block's lines.
    duty : csr_array (lines × months of the window, columns)
        Share of a column's people on duty.
    usage : csr_array (pools × months of the window, columns)
        Share of a column's people tied up.
    inside : ndarray of int
        Bound rows of months inside the window.
    """

    lines: Ints
    duty: sparse.csr_array
    usage: sparse.csr_array
    inside: Ints


class Reading:
    """Writes people by column of each block into plans.

    Parameters
    ----------
    programme : Programme
    lines : Lines
        Of its problem.
    """

    def __init__(self, programme: Programme, lines: Lines):
        self.programme = programme
        sizes = [len(block.demand) for block in programme.blocks]
        self.decisions = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        self._parts = [self._part(block, lines) for block in programme.blocks]

    def _part(self, block: Block, lines: Lines) -> _Part:
        low, high = self.programme.problem.report
        window = high - low + 1
        mine = np.flatnonzero(np.isin(lines.demand, block.demands))
        starts = np.searchsorted(lines.demand[mine], np.arange(len(self.programme.problem.demands)))
        duty = sparse.csr_array(block.duty[:, low : high + 1])[block.decision].tocoo()
        line = (starts[block.demand[block.decision]] + block.option)[duty.row]
        places = (line * window + duty.col, duty.row)
        shape = (len(mine) * window, len(block.decision))
        month = np.arange(len(block.pools) * block.months) % max(block.months, 1)
        return _Part(
            mine,
            sparse.csr_array((duty.data, places), shape=shape),
            sparse.csr_array(block.usage.tocsr()[(month >= low) & (month <= high)]),
            np.flatnonzero((block.bounds.month >= low) & (block.bounds.month <= high)),
        )

    def write(
        self, plans: Plans, place: int, draws: Ints, people: Sequence[Floats],
        missing: Sequence[Floats],
    ) -> None:  # fmt: skip
        """Write one plan of some draws.

        Parameters
        ----------
        place : int
            Which plan.
        draws : ndarray of int
            Which draws.
        people : sequence of ndarray (draws, columns)
            Persons, block by block.
        missing : sequence of ndarray (draws, bound rows)
            What goals lack, persons, block by block.
        """
        low, high = self.programme.problem.report
        window, count = high - low + 1, len(draws)
        plans.missing[place, draws] = 0.0
        for number, (block, part) in enumerate(
            zip(self.programme.blocks, self._parts, strict=True)
        ):
            mine = people[number]
            begin, end = self.decisions[number], self.decisions[number + 1]
            plans.people[place][draws, begin:end] = (block.pick @ mine.T).T
            served = (part.duty @ mine.T).T.reshape(count, len(part.lines), window)
            plans.served[place][np.ix_(draws, part.lines)] = served
            tied = (part.usage @ mine.T).T.reshape(count, len(block.pools), window)
            plans.tied[place][np.ix_(draws, block.pools)] = tied
            for row in part.inside:
                plans.missing[place][draws, block.bounds.bound[row]] += missing[number][:, row]
