"""What a page is made of: sections of paragraphs, lists, tables and pictures, all plain values.

Nothing here knows HTML, and the template knows nothing else: what is text stays text.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from planner.figures.style import Chart

__all__ = [
    "Aside",
    "Block",
    "Bullets",
    "Fold",
    "Heading",
    "Page",
    "Paragraph",
    "Picture",
    "Section",
    "Table",
    "table",
]


SHORT = 12
"""Rows of a table that is moved to the next page rather than cut."""


class Block:
    """Anything that stands in a section; `kind` names how the template shows it."""

    kind: ClassVar[str]


@dataclass(frozen=True)
class Paragraph(Block):
    """A paragraph; a quiet one is small print."""

    kind: ClassVar[str] = "paragraph"
    text: str
    quiet: bool = False


@dataclass(frozen=True)
class Bullets(Block):
    """A list of sentences."""

    kind: ClassVar[str] = "bullets"
    items: tuple[str, ...]


@dataclass(frozen=True)
class Heading(Block):
    """A heading inside a section."""

    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True)
class Column:
    """A column of a table: what it is called, and whether its cells are numbers.

    `lang` says in what language its cells are, where that is not the page's.
    """

    name: str
    number: bool
    lang: str = ""


@dataclass(frozen=True)
class Table(Block):
    """A table; the first cell of each row names the row, the last `totals` rows are totals."""

    kind: ClassVar[str] = "table"
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: int = 0
    note: str = ""
    small: bool = False

    @property
    def short(self) -> bool:
        """Whether it is better not cut at the end of a page."""
        return len(self.rows) <= SHORT


def table(
    caption: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    totals: int = 0,
    note: str = "",
    small: bool = False,
    english: Sequence[str] = (),
) -> Table:
    """Return a table; headings of numbers begin with ``>``, those of English text are named.

    Examples
    --------
    >>> made = table("Fill", ["mission", ">asked"], [["UNTSO", "516.0"]])
    >>> made.columns[1]
    Column(name='asked', number=True, lang='')
    """
    columns = tuple(
        Column(head.removeprefix(">"), head.startswith(">"), "en" if head in english else "")
        for head in heads
    )
    return Table(caption, columns, tuple(tuple(row) for row in rows), totals, note, small)


@dataclass(frozen=True)
class Picture(Block):
    """A picture, whole inside the page, with what it says in words."""

    kind: ClassVar[str] = "picture"
    source: str
    alt: str
    width: int
    height: int

    @classmethod
    def of(cls, chart: Chart) -> Picture:
        """Return the picture of a figure, in points of its own size."""
        data = base64.b64encode(chart.rendered("svg")).decode("ascii")
        width, height = (round(96 * inches) for inches in chart.get_size_inches())
        return cls(f"data:image/svg+xml;base64,{data}", chart.alt, width, height)


@dataclass(frozen=True)
class Fold(Block):
    """Blocks that are folded away on a screen, and printed all the same."""

    kind: ClassVar[str] = "fold"
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Aside(Block):
    """A box beside the text."""

    kind: ClassVar[str] = "aside"
    items: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """A section with a heading that can be gone to."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Page:
    """A whole report.

    Attributes
    ----------
    lang, title, subtitle : str
    facts : tuple of (str, str)
        What it is about, in a line each.
    sections : tuple of Section
    words : dict of str to str
        What the page itself says: skip link, contents, footer.
    """

    lang: str
    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    words: dict[str, str] = field(default_factory=dict)
