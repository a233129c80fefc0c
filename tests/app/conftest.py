"""A real server and a real browser, shared by the tests of the page."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

import planner as pl
from planner.whatif import WhatIf

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

WAIT = 120_000
"""Milliseconds after which something that does not come is not coming."""


@contextmanager
def served(*options: str) -> Iterator[str]:
    """Run ``planner app`` on a port that is free; yield its address."""
    command = [sys.executable, "-m", "planner", "app", "--no-open", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=None, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://\S+/", line)
        if found is None:
            process.kill()
            raise AssertionError(f"no address in {line!r}: {process.communicate()[1]}")
        try:
            yield found[0].replace("127.0.0.1", "localhost")  # all that the browser resolves
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Return the address of a server that all tests of the page share."""
    with served("--workers", "1", "--draws", "16") as found:
        yield found


@pytest.fixture(scope="session")
def compiled() -> None:
    """Have what draws need compiled and kept on disk, which takes long the first time."""
    pl.simulate(FLANK.base, 2, workers=1)


@dataclass
class View:
    """A page in a browser, and what went wrong in it."""

    page: Page
    address: str
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def open(self, query: str = "?lang=en&package=") -> View:
        """Go to an address and wait for its picture."""
        self.page.goto(self.address + query)
        return self.ready()

    def ready(self, about: str | None = None) -> View:
        """Wait until the picture is shown; of the levers where they are said to stand, if said."""
        what = f'[data-about="{about}"]' if about else "" if about is None else ":not([data-about])"
        self.page.locator(f"p.ready{what}").wait_for(timeout=WAIT)
        return self

    def card(self, title: str) -> Locator:
        """Open a card of levers and return it."""
        button = self.page.locator("button.card-header", has_text=title).first
        button.focus()
        button.press("Enter")
        return button

    def data(self, chart: str) -> dict[str, list[Any]]:
        """Return the columns that a chart shows, once the server has built it."""
        self.page.wait_for_function(
            """name => Bokeh.documents[0].get_model_by_name("chart-" + name)""",
            arg=chart,
            timeout=WAIT,
        )
        return self.page.evaluate(
            """name => {
                const chart = Bokeh.documents[0].get_model_by_name("chart-" + name)
                const data = chart.renderers[0].data_source.data
                const columns = data instanceof Map ? Object.fromEntries(data) : data
                return Object.fromEntries(Object.entries(columns).map(
                    ([key, column]) => [key, Array.from(column)]))
            }""",
            chart,
        )

    def query(self) -> str:
        """Return the address from its question mark on."""
        return str(self.page.evaluate("window.location.search"))


@pytest.fixture
def view(chromium: Browser, address: str) -> Iterator[View]:
    """Return a browser page; at the end nothing may have gone wrong, nothing left this machine."""
    with opened(chromium, address) as found:
        yield found


@contextmanager
def opened(chromium: Browser, address: str, **options: Any) -> Iterator[View]:
    """Open a page of its own: cookies, storage and all."""
    context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
    found = View(context.new_page(), address)
    found.page.on("pageerror", lambda error: found.errors.append(str(error)))
    found.page.on(
        "console",
        lambda said: found.errors.append(said.text) if said.type == "error" else None,
    )
    found.page.on("request", lambda one: found.foreign.append(one.url))
    yield found
    context.close()
    own = (address, address.replace("http", "ws"), "blob:", "data:")
    assert found.errors == []
    assert [url for url in found.foreign if not url.startswith(own)] == []


FLANK = WhatIf("eastern-flank-battalion")
