"""HTML of the page: every name and message is data, and escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

__all__ = ["box", "details", "heading", "items", "paragraph", "table"]


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "") -> str:
    """Return a table; the first column names its row, the others stand to the right.

    Examples
    --------
    >>> table("Fill", ["mission", "plan"], [["<b>", "50.0%"]]).count("&lt;b&gt;")
    1
    """
    titles = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    shown = f"<caption>{escape(caption)}</caption>" if caption else ""
    return (
        f'<div class="scroll"><table class="{escape(kind)}">{shown}'
        f"<thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def details(summary: str, inner: str) -> str:
    """Return what is open only to those who ask for it; `inner` is HTML already."""
    return f"<details><summary>{escape(summary)}</summary>{inner}</details>"


def heading(text: str, level: int = 2) -> str:
    """Return a heading."""
    return f"<h{level}>{escape(text)}</h{level}>"


def paragraph(text: str, kind: str = "", about: str = "") -> str:
    """Return a paragraph; `about` says to programs what it is about."""
    about = f' data-about="{escape(about)}"' if about else ""
    return f'<p class="{escape(kind)}"{about}>{escape(text)}</p>'


def items(texts: Iterable[str]) -> str:
    """Return a list of texts, one a line."""
    return "<ul>" + "".join(f"<li>{escape(text)}</li>" for text in texts) + "</ul>"


def box(lead: str, texts: Iterable[str], alarm: bool = False) -> str:
    """Return a box of messages; an alarm is read out by screen readers at once."""
    role, kind = ("alert", "alarm") if alarm else ("status", "note")
    return f'<div role="{role}" class="{kind}">{paragraph(lead)}{items(texts)}</div>'
