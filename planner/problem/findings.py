"""What is found wrong with a problem before it is solved, in plain words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.months import Month

__all__ = ["SEVERITIES", "Finding", "Speaker"]

SEVERITIES = ("error", "warning", "note")
"""*error*: can never be met; *warning*: cannot be met in part; *note*: has no effect."""


@dataclass(frozen=True)
class Finding:
    """One thing that no allocation can mend.

    Attributes
    ----------
    severity : str
        One of :data:`SEVERITIES`.
    subject : str
        What it is about: ``demand untso``, ``bound 2``, ``package flank``, ``budget biv``.
    message : str
        What is wrong, where, and what can be done.
    """

    severity: str
    subject: str
    message: str

    def __str__(self) -> str:
        return f"{self.severity}: {self.subject}: {self.message}"


@dataclass(frozen=True)
class Speaker:
    """Says months and people in words.

    Attributes
    ----------
    first_month : Month or None
        The calendar month of month 0; without it months are numbers.
    """

    first_month: Month | None = None

    def month(self, number: int) -> str:
        """Return one month.

        Examples
        --------
        >>> Speaker().month(3), Speaker(Month(2022, 1)).month(3)
        ('month 3', '2022-04')
        """
        return f"month {number}" if self.first_month is None else str(self.first_month + number)

    def months(self, numbers: Iterable[int] | NDArray[np.int64]) -> str:
        """Return some months as stretches, the first three of them.

        Examples
        --------
        >>> Speaker().months([1, 2, 3, 7])
        'months 1 to 3 and 7'
        >>> Speaker(Month(2022, 1)).months([0, 1])
        '2022-01 to 2022-02'
        """
        inside = np.unique(np.fromiter(numbers, dtype=np.int64))
        if not len(inside):
            return "no month"
        breaks = np.flatnonzero(np.diff(inside) > 1)
        starts, ends = inside[np.append(0, breaks + 1)], inside[np.append(breaks, len(inside) - 1)]
        spans = [self._span(int(a), int(b)) for a, b in zip(starts[:3], ends[:3], strict=True)]
        if len(starts) > 3:
            spans.append(f"{len(starts) - 3} stretches more")
        text = spans[0] if len(spans) == 1 else ", ".join(spans[:-1]) + " and " + spans[-1]
        word = "month" if len(inside) == 1 else "months"
        return text if self.first_month is not None else f"{word} {text}"

    def _span(self, first: int, last: int) -> str:
        names = [
            str(number) if self.first_month is None else str(self.first_month + number)
            for number in (first, last)
        ]
        return names[0] if first == last else f"{names[0]} to {names[1]}"

    @staticmethod
    def people(number: float) -> str:
        """Return a number of persons, such as ``12`` or ``2.5``."""
        return f"{number:.6g}"

    @staticmethod
    def names(names: Iterable[str], most: int = 4) -> str:
        """Return some names, the first few of them.

        Examples
        --------
        >>> Speaker.names("abcdef")
        'a, b, c, d and 2 more'
        """
        listed = list(names)
        more = len(listed) - most
        return ", ".join(listed[:most]) + (f" and {more} more" if more > 0 else "")
