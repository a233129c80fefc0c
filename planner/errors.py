"""The exceptions of the package.

::

    PlannerError                  catch this to catch everything below
    ├── InputError                the user's files or arguments are wrong (exit code 2)
    ├── SolverError               a solver gave no answer that can be trusted
    │   └── CertificateError      the answer fails its own optimality check
    └── ResultError               a result cannot be written, read or joined
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

__all__ = [
    "CertificateError",
    "Fault",
    "InputError",
    "PlannerError",
    "ResultError",
    "SolverError",
    "close_name",
    "collect_faults",
    "nearest",
    "shortened",
]

LONGEST = 600
"""Largest number of characters of a message; longer messages are cut in the middle."""

SUGGESTIONS = 100
"""Largest number of faults with a suggestion, since the search for similar names takes time."""

_COMPARED = 100
"""Number of characters of a word that are compared with known names."""


class PlannerError(Exception):
    """Base of all errors raised on purpose by this package."""


@dataclass(frozen=True, order=True)
class Fault:
    """One fault at one position of the input.

    Attributes
    ----------
    file : str
        Path as the user gave it, or a name such as ``<problem>``.
    line, column : int
        Position in the file, from 1; 0 for the whole file.
    field : str
        Dotted path of the field, ``demands.untso.cap``.
    message : str
        What was expected, what was found and, where possible, what to do.
    sheet : str
        Sheet of a workbook, in which line and column are a row and a column.

    Examples
    --------
    >>> print(Fault("a.yaml", 3, 5, "demands.untso.cap", "expected at least 0, found -2"))
    a.yaml:3:5: demands.untso.cap: expected at least 0, found -2
    >>> print(Fault("a.xlsx", 3, 28, "cap", "expected at least 0, found -2", sheet="Demands"))
    a.xlsx: sheet Demands, row 3, column AB (cap): expected at least 0, found -2
    """

    file: str
    line: int
    column: int
    field: str
    message: str
    sheet: str = ""

    def __post_init__(self) -> None:
        """Shorten long texts of hostile or mistaken files."""
        for name, most in (("file", 300), ("field", 200), ("message", LONGEST), ("sheet", 40)):
            text = getattr(self, name)
            if len(text) > most:
                object.__setattr__(self, name, shortened(text, most))

    def __str__(self) -> str:
        if self.sheet:
            return f"{self._in_sheet()}: {self.message}"
        place = self.file
        if self.line:
            place += f":{self.line}"
            if self.column:
                place += f":{self.column}"
        return (
            f"{place}: {self.field}: {self.message}" if self.field else f"{place}: {self.message}"
        )

    def _in_sheet(self) -> str:
        place = f"{self.file}: sheet {self.sheet}"
        if self.line:
            place += f", row {self.line}"
        if self.column:
            place += f", column {_letters(self.column)}"
        return f"{place} ({self.field})" if self.field else place


def _letters(column: int) -> str:
    """Return what a spreadsheet calls a column: A, B … Z, AA …"""
    text = ""
    while column:
        column, letter = divmod(column - 1, 26)
        text = chr(ord("A") + letter) + text
    return text


class InputError(PlannerError):
    """A file, field or argument is invalid; holds every fault found.

    Parameters
    ----------
    faults : sequence of Fault or str
        All problems of the input, in the order in which they should be shown.
    """

    def __init__(self, faults: Fault | str | Iterable[Fault | str]):
        if isinstance(faults, (Fault, str)):
            faults = [faults]
        self.faults: Sequence[Fault | str] = tuple(
            shortened(fault, LONGEST) if isinstance(fault, str) else fault for fault in faults
        )
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type, tuple[Sequence[Fault | str]]]:
        return type(self), (self.faults,)


@contextmanager
def collect_faults(faults: list[Any]) -> Iterator[None]:
    """Add the faults of an InputError to a list, so that all faults are reported together.

    Examples
    --------
    >>> faults = []
    >>> with collect_faults(faults):
    ...     raise InputError("seed: expected at least 0, found -1")
    >>> faults
    ['seed: expected at least 0, found -1']
    """
    try:
        yield
    except InputError as error:
        faults += error.faults


class SolverError(PlannerError):
    """The solver stopped without a usable solution."""


class CertificateError(SolverError):
    """A solution failed its check of optimality, also when solved again without a basis."""


class ResultError(PlannerError):
    """A result cannot be written, read, resumed or joined."""


def shortened(text: str, most: int) -> str:
    """Return a text of at most `most` characters; its middle is replaced by a count.

    Examples
    --------
    >>> shortened("a" * 100, 50)
    'aaaaaaaa … (84 characters left out) … aaaaaaaa'
    """
    if len(text) <= most:
        return text
    keep = max((most - 34) // 2, 1)
    left_out = len(text) - 2 * keep
    return f"{text[:keep]} … ({left_out} characters left out) … {text[-keep:]}"


def nearest(word: object, known: Iterable[str], faults: int = 0) -> str:
    """Return ``", did you mean 'x'?"`` for the closest known name, or an empty string.

    Capitals do not count: a name that differs in nothing else is the closest. After
    :data:`SUGGESTIONS` `faults` no name is looked for.

    Examples
    --------
    >>> nearest("strenght", ["strength", "cap"])
    ", did you mean 'strength'?"
    >>> nearest("nato", ["national", "NATO"])
    ", did you mean 'NATO'?"
    >>> nearest("zzz", ["strength", "cap"])
    ''
    """
    close = close_name(word, known) if faults < SUGGESTIONS else None
    return f", did you mean {close!r}?" if close is not None else ""


def close_name(word: object, known: Iterable[str]) -> str | None:
    """Return the known name that is closest to a word, None if none is close."""
    names: dict[str, str] = {}
    for name in known:
        names.setdefault(name.casefold(), name)
    close = get_close_matches(str(word)[:_COMPARED].casefold(), names, n=1, cutoff=0.6)
    return names[close[0]] if close else None
