"""A report with levers, in a real browser: what it shows is what the package computes."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import planner as pl
from planner.report import levers
from planner.report.levers import Grid, answer_all, numbers_of
from planner.whatif import WhatIf
from tests.report.test_browser import AUDIT, CONTRAST, Opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FEW = 40
"""Settings planned here; a real report has up to a thousand."""

ANSWER = """() => { const {asked, filled, packages} = document.getElementById("what-if").answer
  return [...asked, ...filled, ...packages.flatMap(one =>
    [one.asked, one.filled, one.displaced_1, one.displaced_2, ...one.lost])] }"""

CHOOSE = """chosen => { const form = document.querySelector("#what-if form")
  form.querySelectorAll("[data-first]").forEach((one, place) => {
    if (one.type === "checkbox") { one.checked = !!chosen[place] }
    else { one.value = chosen[place] }
  })
  form.dispatchEvent(new Event("input")) }"""


@pytest.fixture(scope="module")
def few() -> Grid:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(levers, "MOST", FEW)
        return answer_all(pl.load("eastern-flank-battalion"))


@pytest.fixture(scope="module")
def path(few: Grid, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("planner.report.material.answer_all", lambda *_: few)
        made = pl.make_report("eastern-flank-battalion", analyses=False, interactive=True)
    return made.save(tmp_path_factory.mktemp("levers") / "report.html")


def begun(browser: Browser, path: Path, width: int = 1280) -> Opened:
    """Open a report and wait for its levers."""
    opened = Opened(browser, path, width)
    opened.page.locator("#what-if").wait_for()
    return opened


def test_every_setting_shows_what_the_package_computes(
    chromium: Browser, few: Grid, path: Path
) -> None:
    opened = begun(chromium, path)
    settings = list(product(*(range(len(choice)) for choice in few.choices)))
    assert len(settings) == len(few.values) <= FEW
    for number, chosen in enumerate(settings):
        opened.page.evaluate(CHOOSE, chosen)
        shown = np.array(opened.ask(ANSWER))
        assert shown == pytest.approx(few.values[number], abs=1e-9)
        if number % 7 == 3:  # planned anew, with no memory of other plans
            moves = {
                lever.key: choice[place]
                for lever, choice, place in zip(few.levers, few.choices, chosen, strict=True)
            }
            found = pl.allocate(WhatIf("eastern-flank-battalion", moves).scenario)
            assert shown == pytest.approx(
                numbers_of(found, few.missions, few.packages), rel=1e-9, abs=1e-7
            )
    assert opened.complaints == []
    assert [url for url in opened.requests if not url.startswith("data:")] == [path.as_uri()]
    opened.page.close()


def test_the_report_begins_as_it_was_and_says_what_changes(chromium: Browser, path: Path) -> None:
    opened = begun(chromium, path)
    said = opened.page.locator("#what-if-result")

    assert "displaces nothing of main task 2" in said.inner_text()
    opened.page.get_by_label("EUFOR Althea goes ahead").check()
    assert "displaces 1,974 person-months of main task 2" in said.inner_text()
    assert opened.page.locator("#what-if-table tbody tr").first.inner_text().strip()
    opened.page.get_by_role("button", name="As in the report").click()
    opened.page.get_by_text("displaces nothing of main task 2").first.wait_for()
    opened.page.close()


@pytest.mark.parametrize("width", [1400, 390])
def test_levers_hinder_nobody(chromium: Browser, path: Path, width: int) -> None:
    opened = begun(chromium, path, width)

    assert opened.ask(AUDIT) == []
    assert opened.ask(CONTRAST) == []
    assert opened.ask("[...document.images].every(i => i.naturalWidth > 300)")
    opened.page.close()


def test_a_report_without_levers_may_run_no_script() -> None:
    html = pl.make_report("letter", analyses=False).html

    assert "<script" not in html
    assert "script-src" not in html
