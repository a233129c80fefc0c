"""Promises by certainty on the page: the package's own, on request, and kept in the address."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest

from planner.analysis.promises import promises
from planner.app.tasks import FRESH_DRAWS
from planner.whatif import WhatIf
from tests.app.conftest import WAIT, View, opened, served
from tests.app.test_sure import SMALL

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.usefixtures("compiled")


def assert_promised(view: View, case: WhatIf, certainty: float) -> None:
    """Hold what is shown against the package's own promises."""
    about = f"{case.address()}|{100 * certainty:g}"
    view.page.locator(f'[data-part=promises] p[data-about="{about}"]').wait_for(timeout=WAIT)
    own = promises(case.scenario, certainty=certainty, fresh=FRESH_DRAWS, worth=False)
    shown = view.data("promises")
    bars = dict(zip(shown["id"], shown["variant"], strict=True))
    for row in own.rows:  # what can be promised in full has no bar
        assert bars.pop(row.mission, 1.0) == pytest.approx(row.promised_share, abs=6e-4)
    assert bars == {}
    full = sum(row.promised_share >= 0.9995 for row in own.rows)
    title = f"With {certainty:.0%} certainty {full} of {len(own.rows)} missions"
    view.page.locator("[data-part=promises] h3", has_text=title).wait_for(timeout=WAIT)


def test_a_slider_says_what_can_be_promised_and_how_certainly(
    chromium: Browser, tmp_path: Path
) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    case = WhatIf(path)
    with served("--workers", "1", str(path)) as address, opened(chromium, address) as view:
        view.open("?lang=en&package=&size.flank=1.5&certain=97")
        part = view.page.locator("[data-part=promises]")
        part.get_by_role("slider").wait_for(timeout=WAIT)
        # nothing is worked out unasked, nor for a certainty that is none
        assert part.locator("h3:visible, p.busy").count() == 0
        part.locator(".noUi-handle").press("ArrowRight")
        assert_promised(view, case.move({"size.flank": 1.5}), 0.95)
        assert parse_qs(view.query()[1:])["certain"] == ["95"]
        part.get_by_role("button", name="As a table").click()
        rows = part.locator("tbody tr")
        rows.first.wait_for(timeout=WAIT)
        assert rows.count() == 2

        view.page.get_by_role("button", name="Put everything back").click()
        part.get_by_text("Levers have moved since").wait_for(timeout=WAIT)
        part.get_by_role("button", name="Work out promises").click()
        assert_promised(view, case, 0.95)
        view.page.reload()
        assert_promised(view, case, 0.95)  # the address asks for it
