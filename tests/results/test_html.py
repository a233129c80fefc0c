"""What notebooks show: names are data, never markup."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest

import planner as pl
from planner.results.html import number, percent, table

HOSTILE = [
    "<script>alert(1)</script>",
    "</td></table><img src=x onerror=alert(1)>",
    "\"><a href='javascript:alert(1)'>click</a>",
    '=HYPERLINK("http://x","y")',
    "&lt;b&gt; & <b>",
    "{{ 7 * 7 }} ${7*7} %s %(x)s {0}",
    'a,b;c\n"d"',
    "‮right to left",
]
TAGS = {"div", "strong", "table", "caption", "thead", "tbody", "tr", "th", "td"}


class Reader(HTMLParser):
    """Collects tags, attributes and text, and checks that what opens closes."""

    def __init__(self, page: str):
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_data_wherever_they_stand(name: str, text: str) -> None:
    safe = json.dumps(name, ensure_ascii=False)
    changed = (
        text.replace("name: Truce,", f"name: {safe},")
        .replace("title: Three missions and two pools", f"title: {safe}")
        .replace("    known: 2022-07\n", f"    known: 2022-07\n    title: {safe}\n")
    )
    found = pl.allocate(pl.loads(changed, name="flank"))
    other = pl.allocate(pl.loads(text).change(title=name).with_({}, name=name))
    assert other.name == name
    pages = [found._repr_html_(), other._repr_html_(), pl.compare(found, other)._repr_html_()]
    for page in pages:
        read = Reader(page)
        assert read.tags <= TAGS
        assert read.attributes <= {"style"}
    shown = Reader(pages[0]).text
    assert shown.count(name) >= 3  # title, package, mission


def test_the_page_shows_the_figures_of_the_tables(flank: pl.Result) -> None:
    shown = " ".join(Reader(flank._repr_html_()).text)
    package = flank.packages.iloc[0]
    assert number(package["displaced_main_task_2"]) in shown
    assert f"rule fair: {number(flank.solution.with_all.filled.sum(), 0)} of 633" in shown
    assert "Truce" in shown
    assert "Bottlenecks" in shown


def test_a_page_without_shortage_says_so(text: str) -> None:
    patch = {"pools": {"staff": {"posts": 900}, "civil": {"posts": 900}}}
    rich = pl.loads(text).with_({**patch, "packages": {"late": {"known": "start"}}})
    shown = Reader(pl.allocate(rich)._repr_html_()).text
    assert "Every mission is filled." in shown
    assert "No pool is binding." in shown


def test_cells_are_escaped_and_numbers_stand_right() -> None:
    page = table("a < b", ["<i>", "n"], [["<u>", 1]])
    assert "&lt;u&gt;" in page
    assert "a &lt; b" in page
    assert Reader(page).tags <= TAGS


@pytest.mark.parametrize(
    ("value", "text"), [(-0.04, "0.0"), (-0.06, "-0.1"), (0.0, "0.0"), (1e6, "1,000,000.0")]
)
def test_numbers_never_show_a_minus_before_nothing(value: float, text: str) -> None:
    assert number(value) == text


def test_nearly_full_is_not_full() -> None:
    assert percent(0.99999) == "99.9%"
    assert percent(1.0) == "100.0%"
    assert percent(float("nan")) == "–"
