"""What an HTML file holds, read without a browser and without the project's own code."""

from __future__ import annotations

from html.parser import HTMLParser

EMPTY = {"meta", "link", "img", "br"}


class Reading(HTMLParser):
    """Elements with their attributes, what is open around each, and all text."""

    def __init__(self, html: str):
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str], tuple[str, ...]]] = []
        self.text: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(html)
        self.close()
        if self.open:
            self.wrong.append(f"never closed: {self.open}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.elements.append((tag, found, tuple(self.open)))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open and self.open[-1] != "style":
            self.text.append((self.open[-1], data.strip()))

    def all(self, tag: str) -> list[dict[str, str]]:
        """Return the attributes of every element of a kind."""
        return [attributes for name, attributes, _ in self.elements if name == tag]

    def said(self, tag: str = "") -> list[str]:
        """Return the texts inside elements of a kind, or all of them."""
        return [text for name, text in self.text if not tag or name == tag]
