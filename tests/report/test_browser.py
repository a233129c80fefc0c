"""A report in a real browser: nothing fetched, nothing complained of, everything in its place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import planner as pl

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Document

CONTRAST = """() => {
  const channel = v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(Number);
    return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b); };
  const ground = e => { for (; e; e = e.parentElement) {
    const c = getComputedStyle(e).backgroundColor;
    if (!c.endsWith(', 0)')) return c; } return 'rgb(255, 255, 255)'; };
  const low = [];
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const [a, b] = [light(getComputedStyle(e).color), light(ground(e))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) low.push(e.tagName + ': ' + e.textContent.slice(0, 40));
  }
  return low;
}"""
"""Elements whose text stands out too little from what is behind it (WCAG AA: 4.5 to 1)."""

AUDIT = """() => {
  const wrong = [];
  const all = selector => [...document.querySelectorAll(selector)];
  const text = e => (e ? e.textContent : '').trim();
  const named = e => e.getAttribute('aria-label')
    || text(document.getElementById(e.getAttribute('aria-labelledby'))) || text(e);
  const twice = list => new Set(list).size !== list.length;
  for (const part of ['body > header', 'nav', 'main', 'body > footer', 'h1'])
    if (all(part).length !== 1) wrong.push(part + ': ' + all(part).length);
  for (const e of document.body.children)
    if (!e.matches('header, nav, main, footer, a.skip, div:empty'))  // empty ones are Bokeh's
      wrong.push('in no landmark: ' + text(e));
  let level = 0;
  for (const e of all('h1, h2, h3, h4')) {
    if (+e.tagName[1] > level + 1 || !text(e)) wrong.push('heading: ' + text(e));
    level = +e.tagName[1];
  }
  if (twice(all('nav, section').map(named))) wrong.push('two landmarks of one name');
  if (twice(all('[id]').map(e => e.id))) wrong.push('an id twice');
  for (const e of all('[aria-labelledby]'))
    if (!document.getElementById(e.getAttribute('aria-labelledby'))) wrong.push('no such label');
  for (const e of all('a'))
    if (!document.querySelector(e.getAttribute('href'))) wrong.push('leads nowhere: ' + text(e));
  for (const e of all('a, summary, [tabindex]'))
    if (!named(e) || e.tabIndex > 0) wrong.push('cannot be focused by name, in order: ' + text(e));
  for (const e of all('nav a, summary'))
    if (e.getBoundingClientRect().height < 24) wrong.push('too small to touch: ' + text(e));
  for (const e of all('img')) if (e.alt.length < 20) wrong.push('says too little: ' + e.alt);
  for (const e of all('body *'))
    if (/auto|scroll/.test(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth + 1
        && e.tabIndex < 0) wrong.push('scrolls, but not by key: ' + e.className);
  for (const e of all('table')) {
    const heads = e.tHead.rows[0].cells.length;
    if (!text(e.caption)) wrong.push('a table without a caption');
    for (const row of e.tBodies[0].rows)
      if (row.cells.length !== heads) wrong.push('a row that does not fit: ' + text(row));
    for (const th of e.querySelectorAll('th'))
      if (!text(th) || !['row', 'col'].includes(th.scope)) wrong.push('head in ' + text(e.caption));
  }
  for (const e of all('ul, ol'))
    if ([...e.children].some(c => c.tagName !== 'LI')) wrong.push('not a list: ' + text(e));
  for (const e of all('[aria-hidden=true]'))
    if (e.querySelector('a, [tabindex]')) wrong.push('hidden, but can be focused');
  if (document.documentElement.scrollWidth > innerWidth) wrong.push('the page scrolls sideways');
  return wrong;
}"""
"""What hinders who reads with a keyboard, a screen reader or a narrow screen (WCAG 2.2 AA)."""


class Opened:
    """A page with everything it complained of and asked for."""

    def __init__(self, browser: Browser, path: Path, width: int):
        self.page: Document = browser.new_page(viewport={"width": width, "height": 900})
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(path.as_uri(), wait_until="load")

    def ask(self, script: str) -> Any:
        return self.page.evaluate(script)


@pytest.fixture(scope="module")
def path(report: pl.Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return report.save(tmp_path_factory.mktemp("report") / "report.html")


@pytest.fixture
def wide(chromium: Browser, path: Path) -> Iterator[Opened]:
    opened = Opened(chromium, path, 1280)
    yield opened
    opened.page.close()


def test_it_opens_without_a_word_and_fetches_nothing(wide: Opened, path: Path) -> None:
    assert wide.complaints == []
    assert [url for url in wide.requests if not url.startswith("data:")] == [path.as_uri()]


def test_tables_and_pictures_are_there(wide: Opened, report: pl.Report) -> None:
    blocks = [block for section in report.page.sections for block in section.blocks]
    summaries = sum(block.kind == "picture" for block in blocks)

    sizes = wide.ask("[...document.images].map(i => [i.naturalWidth, i.complete])")
    assert len(sizes) == summaries > 8
    assert all(width > 300 and done for width, done in sizes)
    assert wide.page.locator("table").count() == wide.page.locator("caption").count() > 10
    assert wide.ask("document.documentElement.scrollWidth") <= 1280


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_nothing_hinders_anyone(
    chromium: Browser, path: Path, letter: pl.Report, tmp_path: Path, width: int
) -> None:
    for file in (path, letter.save(tmp_path / "letter.html")):
        opened = Opened(chromium, file, width)

        assert opened.ask(AUDIT) == []
        assert opened.ask(CONTRAST) == []
        opened.page.close()


def test_nothing_is_wider_than_paper(wide: Opened) -> None:
    wide.page.emulate_media(media="print")
    wide.page.set_viewport_size({"width": 688, "height": 1000})  # A4 less its margins

    wider = wide.ask(
        "[...document.querySelectorAll('table, img')]"
        ".filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
        ".map(e => e.caption ? e.caption.textContent : e.alt)"
    )
    assert wider == []


def test_a_keyboard_is_enough(wide: Opened) -> None:
    focused = "document.activeElement.%s"
    wide.page.keyboard.press("Tab")
    assert "summary" in wide.ask(focused % "textContent").lower()
    wide.page.keyboard.press("Enter")
    assert wide.ask(focused % "id") == "summary"
    wide.page.keyboard.press("Tab")
    assert wide.ask("document.activeElement.matches('.scroll, summary, a')")


def test_a_screen_reader_finds_its_way(wide: Opened) -> None:
    tree = wide.page.locator("body").aria_snapshot()

    for landmark in ("banner", "navigation", "main", "contentinfo", "region"):
        assert f"- {landmark}" in tree
    assert "heading" in tree
    assert 'img "' in tree


def test_a_phone_scrolls_only_what_is_wide(chromium: Browser, path: Path) -> None:
    phone = Opened(chromium, path, 390)

    assert phone.ask("document.documentElement.scrollWidth") <= 390
    lefts = phone.ask("[...document.querySelectorAll('nav a')].map(a => a.offsetLeft)")
    assert len(set(lefts)) == 1
    summary = phone.ask("document.querySelector('#summary li').getBoundingClientRect().bottom")
    assert summary < 844
    negligible = phone.ask(
        "[...document.querySelectorAll('p, li, td, th')]"
        ".filter(e => parseFloat(getComputedStyle(e).fontSize) < 12).length"
    )
    assert negligible == 0
    assert phone.ask("Math.min(...[...document.images].map(i => i.width))") >= 700
    phone.page.close()


def test_what_is_folded_opens_by_key_and_is_printed(
    chromium: Browser, letter: pl.Report, tmp_path: Path
) -> None:
    opened = Opened(chromium, letter.save(tmp_path / "letter.html"), 1280)
    folded = opened.page.locator("details table").first

    assert not folded.is_visible()
    opened.page.emulate_media(media="print")
    assert opened.ask("Math.min(...[...document.querySelectorAll('details table')]"
                      ".map(t => t.offsetHeight))") > 100  # fmt: skip
    opened.page.emulate_media(media="screen")
    opened.page.locator("summary").first.focus()
    opened.page.keyboard.press("Enter")
    assert folded.is_visible()
    assert opened.complaints == []
    opened.page.close()


def test_it_prints_whole(wide: Opened) -> None:
    printed = wide.page.pdf(prefer_css_page_size=True)

    assert printed.startswith(b"%PDF")
    assert 8 <= printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") <= 60
    wide.page.emulate_media(media="print")
    assert not wide.page.locator("nav").is_visible()
