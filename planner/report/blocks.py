"""Building blocks of a report: sections of paragraphs, lists, tables and pictures.

Blocks are plain values without HTML; the template renders them and escapes every text.
"""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from planner.figures.style import Chart

__all__ = [
    "Aside", "BrowserSolver", "Bullets", "Charts", "Choice", "Column", "Content", "Document",
    "Fold", "Heading", "Image", "Levers", "Paragraph", "Section", "Slider", "TableBlock", "packed",
    "record_table", "table",
]  # fmt: skip


HTML_SAFE = bytes.maketrans(b"&<>", b",./")
"""Translation of base-85 digits that are HTML markup to characters that are not."""


def packed(data: bytes) -> str:
    """Return bytes compressed by gzip and encoded in base 85 (five digits for four bytes).

    No digit is HTML markup, in an element or in an attribute. ``planner/report/levers.js`` decodes
    the text, which is a sixteenth shorter than in base 64.

    Examples
    --------
    >>> packed(b"")
    'ABzY8000000s{j80000000000'
    """
    return base64.b85encode(gzip.compress(data, 9, mtime=0)).translate(HTML_SAFE).decode("ascii")


MAX_UNBROKEN_ROWS = 12
"""Maximum number of rows of a table that is not broken across printed pages."""


class Content:
    """A block of a section; `kind` selects the markup in the template."""

    kind: ClassVar[str]


@dataclass(frozen=True)
class Paragraph(Content):
    """A paragraph; a quiet one is set in small print."""

    kind: ClassVar[str] = "paragraph"
    text: str
    quiet: bool = False


@dataclass(frozen=True)
class Bullets(Content):
    """A list of sentences."""

    kind: ClassVar[str] = "bullets"
    items: tuple[str, ...]


@dataclass(frozen=True)
class Heading(Content):
    """A heading inside a section."""

    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True)
class TableColumn:
    """A column of a table: its heading, and whether its cells are numbers.

    `lang` is the language of its cells, if it is not that of the page.
    """

    name: str
    number: bool
    lang: str = ""


@dataclass(frozen=True)
class TableBlock(Content):
    """A table; the first cell of a row is its heading, the last `totals` rows are totals."""

    kind: ClassVar[str] = "table"
    caption: str
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: int = 0
    note: str = ""
    small: bool = False

    @property
    def unbroken(self) -> bool:
        """Whether the table should not be broken across printed pages."""
        return len(self.rows) <= MAX_UNBROKEN_ROWS


def table(
    caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]], totals: int = 0,
    note: str = "", small: bool = False, english: Sequence[str] = (),
) -> TableBlock:  # fmt: skip
    """Return a table; headings of numbers begin with ``>``, and `english` lists those in English.

    Examples
    --------
    >>> made = table("Fill", ["mission", ">asked"], [["UNTSO", "516.0"]])
    >>> made.columns[1]
    TableColumn(name='asked', number=True, lang='')
    """
    columns = tuple(
        TableColumn(head.removeprefix(">"), head.startswith(">"), "en" if head in english else "")
        for head in heads
    )
    return TableBlock(caption, columns, tuple(tuple(row) for row in rows), totals, note, small)


Column = tuple[str, Callable[[Any], str]]
"""Heading of a column, and a function that formats its cell of a record."""


def record_table(
    caption: str, records: Iterable[Any], columns: Sequence[Column],
    totals: int = 0, note: str = "", small: bool = False,
) -> TableBlock:  # fmt: skip
    """Return a table of records; a column is its heading and a function that formats its cells."""
    rows = [[cell(record) for _, cell in columns] for record in records]
    return table(caption, [heading for heading, _ in columns], rows, totals, note, small)


@dataclass(frozen=True)
class Image(Content):
    """A picture embedded in the page, with its alternative text."""

    kind: ClassVar[str] = "picture"
    svg: bytes
    alt: str
    width: int
    height: int

    @classmethod
    def of(cls, chart: Chart) -> Image:
        """Return the picture of a figure; its size is in CSS pixels."""
        width, height = (round(96 * inches) for inches in chart.get_size_inches())
        return cls(chart.rendered("svg"), chart.alt, width, height)

    @property
    def source(self) -> str:
        """The picture as a data URL."""
        return f"data:image/svg+xml;base64,{base64.b64encode(self.svg).decode('ascii')}"

    @property
    def packed(self) -> str:
        """The picture compressed, for a page whose script decodes it."""
        return packed(self.svg)


@dataclass(frozen=True)
class Fold(Content):
    """Blocks that are folded away on a screen, and printed all the same."""

    kind: ClassVar[str] = "fold"
    title: str
    blocks: tuple[Content, ...]


@dataclass(frozen=True)
class Aside(Content):
    """A box of items."""

    kind: ClassVar[str] = "aside"
    items: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """A control of a page: one of several options, or yes or no without any.

    Attributes
    ----------
    key, title : str
    options : tuple of str
        What can be chosen, in order; empty for yes or no.
    first : int
        What is chosen at first: the number of an option, or 1 for yes.
    """

    key: str
    title: str
    options: tuple[str, ...]
    first: int


@dataclass(frozen=True)
class Slider:
    """A control of a page that takes any of some numbers, at first 1.

    Attributes
    ----------
    key, title : str
    low, high, step : float
    """

    key: str
    title: str
    low: float
    high: float
    step: float


@dataclass(frozen=True)
class BrowserSolver:
    """What a page solves itself: sliders, the programme behind them and the solver.

    Attributes
    ----------
    sliders : tuple of Slider
        Packages, then pools.
    programme, loader, binary : str
        JSON, the script that loads the solver and plans with it, and its WebAssembly, each as
        :func:`packed` has it.
    texts : dict of str to str
        What the page says around the sliders.
    """

    sliders: tuple[Slider, ...]
    programme: str
    loader: str
    binary: str
    texts: dict[str, str]


@dataclass(frozen=True)
class Charts:
    """Interactive charts that the page's script fills.

    Attributes
    ----------
    notes : tuple of str
        What the values of each chart are.
    about : str
        Description of each for screen readers, after its title.
    key : tuple of (str, str)
        Colors and what they mean.
    items : str
        JSON that Bokeh embeds, one item a chart, as :func:`packed` has it.
    script : str
        BokehJS, as :func:`packed` has it.
    """

    notes: tuple[str, ...]
    about: str
    key: tuple[tuple[str, str], ...]
    items: str
    script: str


@dataclass(frozen=True)
class Levers(Content):
    """Controls and the answers to all that they can be set to, shown by the page's script.

    Attributes
    ----------
    controls : tuple of Choice
        The answers are in the order of their product, the last one fastest.
    data : str
        JSON that the script reads: names and words.
    answers : str
        Numbers by column, little-endian doubles as :func:`packed` has them.
    texts : dict of str to str
        What the page says around the controls.
    solver : BrowserSolver, optional
    charts : Charts, optional
    """

    kind: ClassVar[str] = "levers"
    controls: tuple[Choice, ...]
    data: str
    answers: str
    texts: dict[str, str]
    solver: BrowserSolver | None = None
    charts: Charts | None = None


@dataclass(frozen=True)
class Section:
    """A section with a heading that can be linked to."""

    id: str
    title: str
    blocks: tuple[Content, ...]


@dataclass(frozen=True)
class Document:
    """A whole report.

    Attributes
    ----------
    lang, title : str
    facts : tuple of (str, str)
        What it is about, in a line each.
    sections : tuple of Section
    words : dict of str to str
        What the page itself says: skip link, contents, footer.
    """

    lang: str
    title: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    words: dict[str, str]
