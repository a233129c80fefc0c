"""Promises by certainty on the page: the package's own, on request, and kept in the address."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest

from planner.analysis.promises import promises
from planner.app.tasks import FRESH
from planner.whatif import WhatIf
from tests.app.conftest import FLANK, WAIT, View

pytestmark = pytest.mark.usefixtures("compiled")


def assert_promised(view: View, case: WhatIf, certainty: float) -> None:
    """Hold what is shown against the package's own promises."""
    about = f"{case.address()}|{100 * certainty:g}"
    view.page.locator(f'[data-part=promises] p[data-about="{about}"]').wait_for(timeout=3 * WAIT)
    own = promises(case.scenario, certainty=certainty, fresh=FRESH, worth=False)
    shown = view.data("promises")
    bars = dict(zip(shown["id"], shown["variant"], strict=True))
    for row in own.rows:  # what can be promised in full has no bar
        assert bars.pop(row.mission, 1.0) == pytest.approx(row.promised_share, abs=6e-4)
    assert bars == {}
    full = sum(row.promised_share >= 0.9995 for row in own.rows)
    title = f"With {certainty:.0%} certainty {full} of {len(own.rows)} missions"
    view.page.locator("[data-part=promises] h3", has_text=title).wait_for(timeout=WAIT)


def test_a_slider_says_what_can_be_promised_and_how_certainly(view: View) -> None:
    view.open("?lang=en&package=&size.eastern-flank=1.5")
    part = view.page.locator("[data-part=promises]")
    part.get_by_role("slider").wait_for(timeout=WAIT)
    assert part.locator("h3:visible").count() == 0  # nothing is worked out unasked
    part.locator(".noUi-handle").press("ArrowRight")
    assert_promised(view, FLANK.move({"size.eastern-flank": 1.5}), 0.95)
    assert parse_qs(view.query()[1:])["certain"] == ["95"]

    view.page.get_by_role("button", name="Put everything back").click()
    part.get_by_text("Levers have moved since").wait_for(timeout=WAIT)
    part.get_by_role("button", name="Work out promises").click()
    assert_promised(view, FLANK, 0.95)
    part.get_by_role("button", name="As a table").click()
    assert part.locator("tbody tr").count() > 30

    view.page.reload()
    assert_promised(view, FLANK, 0.95)  # worked out before: the server has it still


def test_a_certainty_that_is_none_asks_for_nothing(view: View) -> None:
    view.open("?lang=en&package=&certain=<b>97")
    part = view.page.locator("[data-part=promises]")
    part.get_by_role("slider").wait_for(timeout=WAIT)
    assert part.locator("h3:visible, p.busy, b").count() == 0
