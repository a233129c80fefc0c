"""The design of the draws: points of the unit cube in independent replicates.

Draws are numbered from 0. They are dealt out in *rounds*: in each round every replicate gets one
*block*. So the first rounds are a whole run of their own. A block is one draw, with a point for all
of its parameters, unless several draws are to share one set of rules (tours, preparation, rest,
months; whatever is continuous and changes the structure): then it is those draws.

Replicates are independent of each other; inside a replicate points are as even as the way of
sampling makes them. Errors are estimated from the replicates, and hold for every way.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from planner.errors import InputError, nearest
from planner.problem.model import Floats

__all__ = ["SAMPLINGS", "Design", "DrawBlock"]


SAMPLINGS = ("sobol", "plain", "latin")
"""Scrambled Sobol points, independent random points, Latin hypercubes."""

MOST = 2**30
"""Most points of one scrambled Sobol sequence."""

CUBE = 1024
"""Most points of one Latin hypercube; a longer replicate is made of several."""

BATCHES = 64
"""About how many batches a run has, as far as they are neither too small nor too large."""

LARGEST = 1024
"""Most draws of a batch, unless a block is larger."""

OWN, RULES, INSIDE = 1, 2, 3
"""Streams of numbers: what every draw has for itself, the rules that a block shares, and places
inside the cells of Sobol points."""


@dataclass(frozen=True)
class DrawBlock:
    """Draws of one replicate that share one set of rules.

    Attributes
    ----------
    number : int
        From 0, in the order of the draws.
    replicate, round : int
    begin : int
        Place of its first draw in the replicate.
    size : int
        Number of draws; none, where the last round is not enough for all.
    first : int
        Number of its first draw.
    """

    number: int
    replicate: int
    round: int
    begin: int
    size: int
    first: int


@dataclass(frozen=True)
class Design:
    """Number and places of the draws.

    Attributes
    ----------
    draws : int
        All of them; the maximum, where something else may end the run.
    seed : int
        At least 0.
    sampling : str
        One of :data:`SAMPLINGS`.
    replicates : int
        Independent repetitions, from which errors are estimated.
    share : int
        How many draws share one set of rules; fewer in the last round.

    Examples
    --------
    >>> design = Design(1000, share=16)
    >>> design.rounds, [design.block(k).size for k in (0, 15, 63)]
    (4, [16, 16, 14])
    >>> sum(design.block(k).size for k in range(design.blocks))
    1000
    """

    draws: int
    seed: int = 0
    sampling: str = "sobol"
    replicates: int = 16
    share: int = 16

    def __post_init__(self) -> None:
        wrong = []
        if self.sampling not in SAMPLINGS:
            known = ", ".join(SAMPLINGS)
            near = nearest(self.sampling, SAMPLINGS)
            wrong.append(f"sampling: expected one of {known}, found {self.sampling!r}{near}")
        if self.seed < 0:
            wrong.append(f"seed: expected at least 0, found {self.seed}")
        if self.replicates < 2:
            wrong.append(f"replicates: expected at least 2, found {self.replicates}")
        elif self.draws < self.replicates:
            least = f"{self.replicates}, one a replicate"
            wrong.append(f"draws: expected at least {least}, found {self.draws}")
        if self.share < 1:
            wrong.append(f"share: expected at least 1 draw a set of rules, found {self.share}")
        if self.draws > MOST:
            wrong.append(f"draws: expected at most {MOST:,}, found {self.draws:,}")
        if wrong:
            raise InputError(wrong)

    @property
    def rounds(self) -> int:
        """How often every replicate gets a block."""
        return -(-self.draws // (self.replicates * self.share))

    @property
    def blocks(self) -> int:
        """Number of blocks."""
        return self.rounds * self.replicates

    def block(self, number: int) -> DrawBlock:
        """Return a block by its number."""
        round, replicate = divmod(number, self.replicates)
        before, after = self._until(round), self._until(round + 1)
        begin = self._of(before, replicate)
        size = self._of(after, replicate) - begin
        first = before + self._upto(after, replicate) - self._upto(before, replicate)
        return DrawBlock(number, replicate, round, begin, size, first)

    def _until(self, rounds: int) -> int:
        """Draws of the first rounds."""
        return min(rounds * self.replicates * self.share, self.draws)

    def _of(self, total: int, replicate: int) -> int:
        """Draws that one replicate has of a total."""
        return total // self.replicates + (replicate < total % self.replicates)

    def _upto(self, total: int, replicate: int) -> int:
        """Draws that the replicates before one have of a total."""
        return replicate * (total // self.replicates) + min(replicate, total % self.replicates)

    def _each(self) -> int:
        """Blocks in a batch: not so few that files are many, nor so many that workers wait."""
        wanted = min(max(self.draws // BATCHES, 1), LARGEST)
        return max(1, wanted // max(1, self.draws // self.blocks))

    @property
    def batches(self) -> int:
        """Number of batches."""
        return -(-self.blocks // self._each())

    def batch(self, number: int) -> list[DrawBlock]:
        """Return the blocks of a batch."""
        each = self._each()
        last = min((number + 1) * each, self.blocks)
        return [self.block(k) for k in range(number * each, last)]

    def find(self, draw: int) -> tuple[DrawBlock, int]:
        """Return the block that a draw is in, and its place in it."""
        if not 0 <= draw < self.draws:
            raise InputError(f"draw: expected 0 to {self.draws - 1}, found {draw}")
        round = draw // (self.replicates * self.share)
        for replicate in range(self.replicates):
            block = self.block(round * self.replicates + replicate)
            if block.first <= draw < block.first + block.size:
                return block, draw - block.first
        raise AssertionError("every draw is in a block")

    def points(self, blocks: Sequence[DrawBlock], shared: int, own: int) -> Floats:
        """Return points of the unit cube, (draws of the blocks, shared + own).

        The first `shared` coordinates are those of the set of rules, alike for a whole block.

        Parameters
        ----------
        blocks : sequence of DrawBlock
            In the order of their numbers, none left out between the first and the last.
        """
        ends = np.cumsum([0, *(block.size for block in blocks)])
        found = np.empty((int(ends[-1]), shared + own))
        for replicate in dict.fromkeys(block.replicate for block in blocks):
            places = [k for k, block in enumerate(blocks) if block.replicate == replicate]
            sizes = [blocks[k].size for k in places]
            rows = np.concatenate([np.arange(ends[k], ends[k + 1]) for k in places])
            first = blocks[places[0]]
            if shared:
                rules = self._points(
                    RULES, replicate, first.round, len(places), shared, self.rounds
                )
                found[rows, :shared] = np.repeat(rules, sizes, axis=0)
            found[rows, shared:] = self._points(
                OWN, replicate, first.begin, len(rows), own, self._of(self.draws, replicate)
            )
        return found

    def _points(
        self, stream: int, replicate: int, begin: int, count: int, wide: int, all_: int
    ) -> Floats:
        """Return `count` points of a replicate's `all_` points, from place `begin`."""
        if not wide or not count:
            return np.zeros((count, wide))
        if self.sampling == "latin":
            return self._latin(stream, replicate, begin, count, wide, all_)
        random = _random(self.seed, stream, replicate, begin, count, wide)
        if self.sampling == "plain":
            return random
        engine = _sobol(self.seed, stream, replicate, wide)
        engine.reset()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # about counts that are no power of two
            if begin:
                engine.fast_forward(begin)
            found = np.asarray(engine.random(count))
        # In which of `cells` equal parts a point lies is Sobol's, where in it is random: evenness
        # stays what it was, and means of replicates are nearly normal, as their intervals want.
        cells = 2.0 ** (all_ - 1).bit_length()
        return (np.floor(found * cells) + random) / cells

    def _latin(
        self, stream: int, replicate: int, begin: int, count: int, wide: int, all_: int
    ) -> Floats:
        parts = []
        for cube in range(begin // CUBE, (begin + count - 1) // CUBE + 1):
            size = min(CUBE, all_ - cube * CUBE)
            low, high = max(begin - cube * CUBE, 0), begin + count - cube * CUBE
            parts.append(_cube(self.seed, stream, replicate, cube, size, wide)[low:high])
        return np.concatenate(parts)

    @property
    def uneven(self) -> tuple[int, int, int] | None:
        """Draws a replicate, and the powers of two below and above; None where nothing is lost.

        Sobol points are evenest where every replicate has a power of two of them.

        Examples
        --------
        >>> Design(1000).uneven, Design(1024).uneven
        ((62, 32, 64), None)
        """
        each = self.draws // self.replicates
        even = each * self.replicates == self.draws and each & (each - 1) == 0
        if self.sampling != "sobol" or even:
            return None
        below = 1 << (each.bit_length() - 1)
        return each, below, 2 * below


def _random(seed: int, stream: int, replicate: int, begin: int, count: int, wide: int) -> Floats:
    """Return random points, (count, wide), each of which depends on its own place only."""
    each = -(-wide // 4)  # the generator counts in fours
    bits = np.random.Philox(np.random.SeedSequence([seed, stream, replicate, INSIDE]))
    bits.advance(begin * each)
    return np.random.Generator(bits).random((count, 4 * each))[:, :wide]


@lru_cache(maxsize=64)
def _sobol(seed: int, stream: int, replicate: int, wide: int) -> Any:
    from scipy.stats import qmc

    generator = np.random.default_rng([seed, stream, replicate])
    return qmc.Sobol(wide, scramble=True, rng=generator)


@lru_cache(maxsize=4)
def _cube(seed: int, stream: int, replicate: int, cube: int, size: int, wide: int) -> Floats:
    from scipy.stats import qmc

    generator = np.random.default_rng([seed, stream, replicate, cube])
    return np.asarray(qmc.LatinHypercube(wide, rng=generator).random(size))
