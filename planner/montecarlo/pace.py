"""How far a run is, and how long it will still take."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["Pace", "Progress"]

Progress = Callable[[int, int, float], None]
"""Called with draws made, draws there are to make, and seconds that will still take."""


class Pace:
    """Tells how far a run is.

    Parameters
    ----------
    progress : callable or None
    total : int
        Draws there are to make.
    before : int
        Draws that were there when it began.
    """

    def __init__(self, progress: Progress | None, total: int, before: int = 0):
        self.progress, self.total, self.before = progress, total, before
        self.began = time.monotonic()

    def __call__(self, done: int) -> None:
        """Say that so many draws are made."""
        if self.progress is not None:
            each = (time.monotonic() - self.began) / max(done - self.before, 1)
            self.progress(done, self.total, each * (self.total - done))
