"""How far a run is, and how long it will still take."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["Pace", "Progress"]

Progress = Callable[[int, int, float], None]
"""Called with draws made, draws there are to make, and seconds that will still take."""


class Pace:
    """Tells how far a run is.

    Time is counted from the first draws on: before them processes start and code is compiled.

    Parameters
    ----------
    progress : callable or None
    total : int
        Draws there are to make.
    before : int
        Draws that were there when it began.

    Examples
    --------
    >>> pace = Pace(lambda done, total, seconds: print(done, total, seconds >= 0), 3)
    >>> pace(2), pace(3)
    2 3 True
    3 3 True
    (None, None)
    """

    def __init__(self, progress: Progress | None, total: int, before: int = 0):
        self.progress, self.total = progress, total
        self._marks = [(time.monotonic(), before)]

    def __call__(self, done: int) -> None:
        """Say that so many draws are made."""
        if self.progress is None:
            return
        now = time.monotonic()
        began, made = self._marks[-1]
        each = (now - began) / max(done - made, 1)
        self.progress(done, self.total, each * (self.total - done))
        if len(self._marks) == 1:
            self._marks.append((now, done))
