"""The programs that some tests drive are there and do what those tests rely on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_chromium_opens_a_file_and_reaches_nothing_else(chromium: Browser, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(
        "<!doctype html><title>t</title><p>here</p><img alt='' src='https://example.org/a.png'>"
    )
    page = chromium.new_page()
    failed: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.url))

    page.goto(path.as_uri())

    assert page.locator("p").inner_text() == "here"
    assert failed == ["https://example.org/a.png"]


def test_libreoffice_converts_a_file(soffice: Callable[..., Path], tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("a,b\n1,2\n")

    made = soffice(path, "pdf", tmp_path)

    assert made.read_bytes().startswith(b"%PDF")
