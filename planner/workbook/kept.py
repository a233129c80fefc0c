"""The scenario that a workbook was made from, kept in a hidden sheet of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.errors import Fault, InputError
from planner.scenario.load import Scenario, loads
from planner.workbook.reading import HIDDEN

if TYPE_CHECKING:
    from planner.workbook.opening import Book

__all__ = ["Kept", "kept_lines", "read_kept"]

FORMAT = "planner-workbook/1"

PIECE = 30_000
"""Characters of a cell; a longer line goes on in the next one."""


@dataclass(frozen=True)
class Kept:
    """The scenario that a workbook was made from, and what is to be said about it."""

    scenario: Scenario
    notes: tuple[str, ...] = ()


def kept_lines(scenario: Scenario) -> list[str]:
    """Return the cells of the hidden sheet, from top to bottom.

    Empty if the text of the scenario does not stand on its own, as with data of the user's own:
    then all that can be read back is what the sheets say.

    Examples
    --------
    >>> from planner.scenario.load import load
    >>> kept_lines(load("letter"))[3:]
    ['|format: planner-scenario/1', '|extends: letter']
    """
    text = scenario.dump()
    try:
        stands = loads(text).digest == scenario.digest
    except InputError:
        stands = False
    if not stands:
        return []
    lines = [FORMAT, scenario.name, scenario.digest]
    for line in text.splitlines():
        pieces = [line[at : at + PIECE] for at in range(0, len(line), PIECE)] or [""]
        lines += [("+" if place else "|") + piece for place, piece in enumerate(pieces)]
    return lines


def read_kept(book: Book) -> Kept | None:
    """Return the scenario that a workbook was made from, None if it holds none.

    Raises
    ------
    InputError
        The hidden sheet is there but cannot be read.
    """
    if HIDDEN not in book.titles:
        return None
    cells = [str(row[0] or "") for _, row in book.rows(HIDDEN)]
    if len(cells) < 4 or cells[0] != FORMAT:
        found = cells[0] if cells else ""
        message = f"expected {FORMAT} at the top of this hidden sheet, found {found!r}"
        raise InputError(Fault(book.name, 1, 1, "", message, HIDDEN))
    name, digest = cells[1:3]
    text = "".join(("\n" if one[:1] == "|" else "") + one[1:] for one in cells[3:])
    try:
        scenario = loads(text[1:] + "\n", f"{name}.yaml")
    except InputError as error:
        message = f"the scenario this workbook was made from cannot be read: {error.faults[0]}"
        raise InputError(Fault(book.name, 0, 0, "", message, HIDDEN)) from None
    notes = []
    if scenario.digest != digest:
        notes.append(
            f"{name} says something else now than when this workbook was made; what the sheets "
            "say is kept"
        )
    return Kept(scenario, tuple(notes))
