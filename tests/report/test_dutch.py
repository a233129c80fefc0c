"""A Dutch report: no English is left in it but what says that it is English."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

import planner as pl
from tests.cli.conftest import english_in

NO_END = {"br", "hr", "img", "input", "link", "meta"}


class Text(HTMLParser):
    """Text of a page by language, without what is drawn or styled."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.said: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        lang = given.get("lang") or (self.open[-1][1] if self.open else "")
        self.said.setdefault(lang, []).extend(
            str(given[name]) for name in ("alt", "title", "aria-label") if given.get(name)
        )
        if tag not in NO_END:
            self.open.append((tag, lang))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Do nothing: parts of drawings."""

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.open and not {"style", "script", "code"}.intersection(tag for tag, _ in self.open):
            self.said.setdefault(self.open[-1][1], []).append(data)


def names(scenario: pl.Scenario) -> str:
    """Return Dutch names in the data: some are English, as those of UN missions are."""
    parts = scenario.inputs.missions, scenario.inputs.demands, scenario.inputs.pools
    return " ".join(row.name_nl for part in parts for row in part.values())


def test_no_english_is_left(letter: pl.Report) -> None:
    page = Text()
    page.feed(letter.html)

    assert len(page.said["nl"]) > 300
    assert len(english_in(" ".join(page.said["en"]))) > 10
    found = english_in(" ".join(page.said["nl"]))
    assert found - english_in(names(pl.load("letter"))) == set()


def test_futures_of_something_else_are_refused(made: pl.Result) -> None:
    other = pl.simulate("letter", draws=2, rule="value", workers=1)

    with pytest.raises(pl.InputError, match="drawn of 'letter' with other inputs"):
        pl.make_report(made, futures=other)
