"""Visits to the page: the guide, the keyboard, addresses nobody can trust, and each other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest

from planner.app.page import TOUR
from tests.app.conftest import FLANK, WAIT, View, opened, served
from tests.app.test_page import assert_shown, press

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_a_first_visit_is_guided_by_the_keyboard_alone(view: View) -> None:
    assert len(TOUR) <= 5
    page = view.page
    page.goto(view.address)
    for number, moved in enumerate(TOUR, 1):
        page.get_by_text(f"Step {number} of {len(TOUR)}").wait_for(timeout=WAIT)
        case = FLANK.move(moved)
        view.ready(case.address())
        assert_shown(view, case)
        page.get_by_role("slider", name="Size, times").wait_for(timeout=WAIT)
        if number < len(TOUR):
            page.get_by_role("button", name="Next", exact=True).press("Enter")
    page.get_by_role("button", name="Close", exact=True).press("Enter")
    page.get_by_text("Step 5 of 5").wait_for(state="hidden", timeout=WAIT)


HOSTILE = {
    "base=../../../../etc/passwd": "no such scenario",
    "base=<img src=x onerror=window.hacked=1>": "no such scenario",
    "size.eastern-flank=1e99": "size.eastern-flank",
    "no.such=<script>window.hacked=1</script>": "no such lever",
    "file=AAAA&name=<b>": "cut off or damaged",
}


@pytest.mark.parametrize("part", HOSTILE)
def test_an_address_is_not_trusted(view: View, part: str) -> None:
    view.open(f"?lang=en&package=&{part}")
    assert HOSTILE[part] in view.page.locator(".alarm").first.inner_text()
    assert view.page.evaluate("window.hacked") is None
    assert view.page.locator("img, .alarm b, .alarm script").count() == 0
    assert_shown(view, FLANK)


def test_visitors_do_not_see_each_other(view: View, chromium: Browser) -> None:
    view.open()
    with opened(chromium, view.address, viewport={"width": 390, "height": 844}) as other:
        other.open()
        press("Size, times", "ArrowRight ArrowRight")(other)
        other.ready("size.eastern-flank=1.1")
        assert_shown(other, FLANK.move({"size.eastern-flank": 1.1}))
        assert other.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert "size." not in view.query()
    assert_shown(view, FLANK)


def test_health_says_that_it_lives(address: str) -> None:
    with urlopen(address + "health", timeout=60) as answer:
        said = json.load(answer)
    assert said["status"] == "ok"


def test_sliders_have_names_for_screen_readers(view: View) -> None:
    view.open()
    view.page.get_by_role("slider", name="Size, times").wait_for(timeout=WAIT)


def test_a_lost_connection_is_shown(chromium: Browser) -> None:
    with served("--workers", "1", "--draws", "0") as address:
        page = chromium.new_page()
        page.goto(f"{address}?lang=en&package=")
        page.locator("p.ready").wait_for(timeout=WAIT)
    page.get_by_text("The connection is lost").wait_for(timeout=WAIT)
    page.close()
