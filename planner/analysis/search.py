"""A piecewise linear curve found by trying, where nothing says how it will bend.

Nothing is proved about the curve between two sizes tried. What the sizes tried last differed from
what their neighbours led to expect is an estimate of it, and no bound.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

__all__ = ["Search"]

NOTHING = 1e-6
"""Person-months that are rounding."""


class Search:
    """Values of a piecewise linear curve: where the lines of both neighbours meet it may bend.

    For each interval the doubt is how far the last value tried next to it lay from what its
    neighbours foretold.
    """

    def __init__(self, lost: dict[float, float]) -> None:
        """Begin from some values, by size."""
        self.lost = dict(lost)
        edges = sorted(lost)
        self.doubt: dict[tuple[float, float], float] = {}
        for low, high in pairwise(edges):
            self.doubt[low, high] = self._bend(edges, low, high)

    @property
    def worst(self) -> float:
        """Largest doubt, person-months."""
        return max(self.doubt.values())

    def _bend(self, edges: list[float], low: float, high: float) -> float:
        """Return how far the chord may be from the curve, by the slopes on both sides."""
        meets = self._meet(edges, low, high)
        if meets is None:
            place = edges.index(low)
            sides = [self._slope(*edges[k : k + 2]) for k in (place - 1, place + 1)
                     if 0 <= k < len(edges) - 1]  # fmt: skip
            own = self._slope(low, high)
            return max((abs(side - own) for side in sides), default=0.0) * (high - low) / 2
        at, value = meets
        chord = np.interp(at, [low, high], [self.lost[low], self.lost[high]])
        return float(abs(value - chord))

    def _slope(self, low: float, high: float) -> float:
        return (self.lost[high] - self.lost[low]) / (high - low)

    def _meet(self, edges: list[float], low: float, high: float) -> tuple[float, float] | None:
        """Return where the lines of both neighbours meet inside an interval."""
        place = edges.index(low)
        if place == 0 or place + 2 >= len(edges):
            return None
        left, right = self._slope(edges[place - 1], low), self._slope(high, edges[place + 2])
        if abs(left - right) < NOTHING:
            return None
        at = (self.lost[high] - self.lost[low] + left * low - right * high) / (left - right)
        if not low + 0.02 * (high - low) < at < high - 0.02 * (high - low):
            return None
        return at, self.lost[low] + left * (at - low)

    def next(self) -> float:
        """Return the size to try next: by turns the least certain, and the middle of the widest."""
        edges = sorted(self.lost)
        if len(edges) % 2:
            low, high = max(self.doubt, key=lambda pair: pair[1] - pair[0])
            return (low + high) / 2
        low, high = max(self.doubt, key=lambda pair: (self.doubt[pair], pair[1] - pair[0]))
        meets = self._meet(edges, low, high)
        return (low + high) / 2 if meets is None else meets[0]

    def note(self, at: float, value: float) -> None:
        """Take up a value, and doubt both sides by how much it surprises."""
        edges = sorted(self.lost)
        place = int(np.searchsorted(edges, at))
        low, high = edges[place - 1], edges[place]
        meets = self._meet(edges, low, high)
        foretold = self.lost[low] + self._slope(low, high) * (at - low)
        if meets is not None and abs(meets[0] - at) < 1e-12:
            foretold = meets[1]
        self.lost[at] = value
        del self.doubt[low, high]
        self.doubt[low, at] = self.doubt[at, high] = abs(value - foretold)
