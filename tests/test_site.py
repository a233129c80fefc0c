"""The documentation site: it builds in strict mode, asks for no network, and its commands run."""

from __future__ import annotations

import re
import runpy
import shlex
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest

import planner as pl
from planner.cli.main import main
from planner.figures.style import Chart
from planner.report import levers
from planner.report import page as report_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[1]
BUILDER: dict[str, Any] = runpy.run_path(str(ROOT / "docs" / "build_site.py"))

SHORTER: dict[str, tuple[str, ...]] = {
    "simulate": ("--draws", "32"),
    "sensitivity": ("--base", "2"),
    "report": ("--draws", "0", "--no-curves"),
    "robustness": ("--group", "rule", "--workers", "1"),
    "promises": ("--draws", "6", "--fresh", "24", "--no-worth"),
    "threshold": ("--draws", "4"),
}
"""What makes an example take seconds; it stands after the example's own options and so counts."""

STEPS = (
    "planner export letter --problem problem.json",
    "planner run eastern-flank-battalion --out results/battalion",
    "planner simulate eastern-flank-battalion --out runs/battalion",
    "planner export eastern-flank-battalion --xlsx battalion.xlsx",
    "planner export --template blank.xlsx",
)
"""What examples have had done before, by the files they name."""

LIGHT = ("robustness", "foresight", "prices", "promises", "report", "near", "causes", "threshold",
         "simulate", "sensitivity", "plot", "export", "run", "headroom")  # fmt: skip
"""Commands whose examples take long: they run on the same scenarios with a few of their demands."""

KEPT = ("untso", "oir", "efp-lithuania", "caribbean", "unifil", "nmi", "iraq-mandate")
"""Missions whose demands stay in those."""

ELSEWHERE = ("app", "import-un", "calibrate", "backtest", "learning")
"""Commands whose examples serve a page, read a download or take minutes; tests of their own
(``tests/app``, ``tests/scenario/test_un_series.py``, ``tests/record``) run them."""


@cache
def examples() -> dict[str, list[str]]:
    """Return every line of shell on the pages of the site, by command."""
    pages = [page() for page in BUILDER["GENERATED"].values()]
    pages += [path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").rglob("*.md"))]
    lines = [
        line
        for page in pages
        for block in re.findall(r"```sh\n(.*?)```", page, re.S)
        for line in block.splitlines()
        if line.startswith("planner ")
    ]
    found: dict[str, list[str]] = {}
    for line in dict.fromkeys(lines):
        found.setdefault(line.split()[1], []).append(line)
    return found


class Links(HTMLParser):
    """Ids of a page, what it links to and what it loads."""

    def __init__(self, text: str):
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag in ("script", "img", "iframe", "source") and "src" in given:
            self.loads.append(given["src"])
        elif tag == "link" and given.get("rel") != "canonical":
            self.loads.append(given.get("href", ""))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("zensical")
    folder: Path = BUILDER["build"](tmp_path_factory.mktemp("site"))
    return folder


def test_every_link_leads_somewhere_and_nothing_is_fetched(site: Path) -> None:
    pages = {path: Links(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    assert len(pages) > 20
    wrong = []
    for path, page in pages.items():
        if path.name == "404.html":
            continue
        for target in (*page.links, *page.loads):
            parts = urlsplit(target)
            if parts.scheme in ("data", "mailto") or (parts.scheme and target in page.links):
                continue
            there = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            there = there / "index.html" if there.is_dir() else there
            lost = parts.scheme or not there.is_file()
            if not lost and parts.fragment and there in pages:
                lost = unquote(parts.fragment) not in pages[there].ids
            if lost:
                wrong.append((path.relative_to(site).as_posix(), target))
    assert wrong == []


def test_it_opens_from_a_file_without_network(chromium: Browser, site: Path) -> None:
    page = chromium.new_page()
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    for name in ("index.html", "nl/index.html", "python.html"):
        page.goto((site / name).as_uri(), wait_until="load")
        assert page.locator("h1").count() == 1
        lang = page.evaluate("document.documentElement.lang")
        assert lang == ("nl" if name.startswith("nl/") else "en")
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert faults == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto((site / "promises.html").as_uri(), wait_until="load")
    page.locator(".md-typeset__scrollwrap[tabindex='0']").first.wait_for()  # by keyboard too
    page.close()


def test_reference_pages_have_every_command_analysis_and_public_name(site: Path) -> None:
    commands, python = (
        (site / name).read_text(encoding="utf-8") for name in ("commands.html", "python.html")
    )
    assert [
        name for _, name, _ in BUILDER["commands"]() if f'id="planner-{name}"' not in commands
    ] == []
    public = [getattr(pl, name) for name in pl.__all__ if name != "analysis"]
    assert [
        one.__name__ for one in public if f'id="{one.__module__}.{one.__qualname__}"' not in python
    ] == []


def test_dutch_words_of_the_glossary_stand_on_the_dutch_page() -> None:
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|", (ROOT / "docs/glossary.md").read_text(), re.M)
    dutch = (ROOT / "docs/nl/begrippen.md").read_text(encoding="utf-8")
    terms = {cell for cell, _ in re.findall(r"^\| ([^|]+) \| ([^|]+) \|", dutch, re.M)}
    assert {word for _, word in rows} - {"Dutch", "---"} <= terms


@pytest.mark.parametrize("name", examples())
def test_examples_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                      capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    if name in ELSEWHERE:
        return
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(levers, "MAX_SETTINGS", 4)
    monkeypatch.setattr(Chart, "rendered", lambda *_: b"<svg/>")  # tests of figures render them
    sections = report_page.conclusions, report_page.levers_section
    monkeypatch.setattr(report_page, "SECTIONS", sections)
    (tmp_path / "results").mkdir()
    (tmp_path / "runs").mkdir()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```yaml\n(.*?)```", readme, re.S)
    (tmp_path / "my-scenario.yaml").write_text(text, encoding="utf-8")
    if name in LIGHT:
        lighten(tmp_path)
    for shared in ("scenarios", "data"):
        (tmp_path / shared).symlink_to(ROOT / shared)
    for line in examples()[name]:
        for step in STEPS:
            target = step.split()[-1]
            if target in line and not (tmp_path / target).exists():
                run(step, capsys)
        run(line, capsys)


def lighten(folder: Path) -> None:
    """Write scenarios with few demands, under the names of those that examples use."""
    for name in pl.shipped_scenarios():
        inputs = pl.load(name).inputs
        packages = {demand for package in inputs.packages.values() for demand in package.demands}
        gone = [
            id for id, one in inputs.demands.items()
            if one.mission not in KEPT and id not in packages and one.counts
        ]  # fmt: skip
        dropped = "".join(f"  {id}: {{drop: true}}\n" for id in gone)
        text = f"format: planner-scenario/1\nextends: {name}\ntitle: Few\ndemands:\n{dropped}"
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def spelt(word: str) -> list[str]:
    """Return a word as the shell hands it on; a scenario that was lightened by its file."""
    light = Path(f"{word}.yaml")
    if light.exists():
        return [str(light)]
    return sorted(map(str, Path().glob(word))) if "*" in word and "/" in word else [word]


def run(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Run a line of shell in this process, each of its pipes in turn."""
    for part in line.split(" | "):
        words = shlex.split(re.sub(r" > [\w./-]+$", "", part))[1:]
        words = [one for word in words for one in spelt(word)]
        if "-" in words and words[0] in ("validate", "solve"):
            words[words.index("-")] = "piped.json"
        options = SHORTER.get(words[0], ())
        force = ("--force",) if words[0] in ("run", "plot", "report", "import", "export") else ()
        code = main([*words, *options, *force])
        shown = capsys.readouterr()
        assert code == 0, f"{line}: {shown.err}"
        if "-" in words:
            Path("piped.json").write_text(shown.out, encoding="utf-8")
