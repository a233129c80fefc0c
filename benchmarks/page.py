"""The what-if page: from a change to the new picture in a browser, and thirty visitors at once.

    python benchmarks/page.py [--changes 12] [--visitors 30] [--rounds 3] [--chromium PATH]

*Picture* begins when a key is pressed on a slider in headless Chromium and ends two frames after
the browser has what comes of it, so that it is on the screen. *New* is a scenario nobody asked for
before, *known* one that the server has drawn already. *Processor* is what the server and its
workers spend on it. Visitors speak the page's own protocol without a browser: all arrive at once,
then each moves a lever again and again, with a pause of up to *pause* seconds before each move.
*Health* is asked for meanwhile by a process of its own; *page* is the HTML, *first picture* what is
then shown on it.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.request import urlopen

import psutil
from measure import HERE, machine, median, table
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(HERE.parent))

from tests.app.conftest import View, opened, served
from tests.app.visitors import Visitor, visit

TARGET = 0.5
"""Seconds to stay under from a change to its picture."""

LIMIT = 600.0
"""Seconds after which a visitor who has not been answered counts as lost."""

WATCH = """about => new Promise(done => {
    const mark = `data-about=&quot;${about}&quot;`
    const status = window.status_line
    const seen = () => about ? status.text.includes(mark) : !status.text.includes("data-about")
    const here = () => {
        if (window.pressed && status.text.includes("ready") && seen()) {
            requestAnimationFrame(() => requestAnimationFrame(
                () => done((performance.now() - window.pressed) / 1000)))
        } else { requestAnimationFrame(here) }
    }
    here()
})"""

LISTEN = """() => {
    window.status_line = [...Bokeh.documents[0].all_models].find(
        model => String(model.text).includes("class=&quot;ready&quot;"))
    window.addEventListener("keydown", event => { window.pressed = event.timeStamp }, true)
}"""


def stretched() -> float:
    """Return the seconds that a second of processor time takes beside what else runs here."""
    began, used = time.perf_counter(), time.process_time()
    while time.process_time() - used < 1.0:
        sum(range(1000))
    return time.perf_counter() - began


def spent(server: psutil.Process) -> float:
    """Return the processor seconds of a server and its workers so far."""
    times = [one.cpu_times() for one in (server, *server.children(recursive=True))]
    return sum(time.user + time.system for time in times)


def server_here() -> psutil.Process:
    """Return the server that this process has started."""
    found = [one for one in psutil.Process().children() if "app" in one.cmdline()]
    return found[0]


def change(view: View, slider: str, key: str, about: str) -> float:
    """Press a key on a slider; return the seconds until its picture is on the screen."""
    handle = view.page.locator(".bk-input-group", has_text=slider).first.locator(".noUi-handle")
    handle.focus()
    view.page.evaluate("window.pressed = 0")
    view.page.evaluate(f"window.seen = ({WATCH})({about!r}), null")
    handle.press(key)
    return float(view.page.evaluate("window.seen"))


def in_browser(path: str, changes: int) -> list[list[Any]]:
    """Return a row for changes to new pictures and one for changes to known ones."""
    rows = []
    with served("--workers", "2") as address, sync_playwright() as driver:
        server, browser = server_here(), driver.chromium.launch(executable_path=path)
        with opened(browser, address) as view:
            view.open()
            view.page.evaluate(LISTEN)
            sizes = [1 + 0.05 * number for number in range(1, changes + 1)]
            back = [*reversed(sizes[:-1]), 1.0]
            change(view, "Size, times", "ArrowRight", "size.eastern-flank=1.05")
            change(view, "Size, times", "ArrowLeft", "")
            for kind, key, places in (("new", "ArrowRight", sizes), ("known", "ArrowLeft", back)):
                seconds, before = [], spent(server)
                for size in places:
                    about = "" if size == 1 else f"size.eastern-flank={size:g}"
                    seconds.append(change(view, "Size, times", key, about))
                processor = (spent(server) - before) / len(places)
                under = sum(second < TARGET for second in seconds) / len(seconds)
                rows.append(
                    [kind, len(seconds), median(seconds), max(seconds), under, processor, TARGET]
                )
        browser.close()
    return rows


async def stay(
    address: str, number: int, rounds: int, pause: float, told: Callable[[Visitor], None]
) -> None:
    """Visit the page and move a lever a number of times."""
    visitor, chance = await visit(address, {"lang": "en", "package": ""}), random.Random(number)
    told(visitor)
    for turn in range(rounds):
        await visitor.pause(chance.uniform(0, pause))
        size = round(1.05 + 0.05 * ((number + 7 * turn) % 20), 2)
        await visitor.move("Size, times", size, f"size.eastern-flank={size:g}")
    await visitor.leave()


def health(address: str) -> None:
    """Ask whether the server lives, again and again; print how long each answer takes."""
    while True:
        began = time.perf_counter()
        with urlopen(f"{address}health", timeout=LIMIT) as answer:
            answer.read()
        print(time.perf_counter() - began, flush=True)
        time.sleep(0.1)


@contextmanager
def asked_for_health(address: str) -> Iterator[list[float]]:
    """Ask for health from a process of its own, which does not wait for what visitors do here."""
    seconds: list[float] = []
    command = [sys.executable, __file__, "--health", address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield seconds
        process.terminate()
        assert process.stdout is not None
        seconds += [float(line) for line in process.stdout]


async def all_of_them(address: str, visitors: int, rounds: int, pause: float) -> list[Visitor]:
    """Return those visitors who came in; each has the seconds of every answer that came."""
    found: list[Visitor] = []
    stays = [
        asyncio.create_task(stay(address, number, rounds, pause, found.append))
        for number in range(visitors)
    ]
    _, late = await asyncio.wait(stays, timeout=LIMIT)
    for one in late:
        one.cancel()
    return found


def with_visitors(visitors: int, rounds: int, pause: float) -> list[list[Any]]:
    """Return a row for arriving and one for changes, with what was lost."""
    with served("--workers", "2") as address:
        server, before, began = server_here(), 0.0, time.perf_counter()
        before = spent(server)
        with asked_for_health(address) as lively:
            found = asyncio.run(all_of_them(address, visitors, rounds, pause))
        processor, whole = spent(server) - before, time.perf_counter() - began
    arrived = [one.seconds[0] for one in found]
    moved = [second for one in found for second in one.seconds[1:]]
    rows: list[list[Any]] = []
    pages = [one.page_seconds for one in found]
    for kind, seconds, wanted in (
        ("health, meanwhile", lively, len(lively)),
        ("page, all at once", pages, visitors),
        ("first picture, all at once", arrived, visitors),
        ("changes", moved, visitors * rounds),
    ):
        ranked = sorted(seconds) or [float("nan")]
        rows.append(
            [
                kind, wanted, wanted - len(seconds), median(ranked),
                ranked[int(0.95 * (len(ranked) - 1))], ranked[-1],
            ]
        )  # fmt: skip
    rows.append(["all of it", "", "", "", "", whole])
    rows.append(["processor, server and workers", "", "", "", "", processor])
    return rows


def main() -> None:
    """Measure and print tables for docs/benchmarks.md."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--changes", type=int, default=12)
    asked.add_argument("--visitors", type=int, default=30)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--pause", type=float, default=10.0)
    asked.add_argument("--chromium", default="/usr/bin/chromium")
    asked.add_argument("--health", metavar="ADDRESS", help=argparse.SUPPRESS)
    wanted = asked.parse_args()
    if wanted.health:
        health(wanted.health)
    print(machine() + "\n")
    head = ["picture (s)", "changes", "median", "slowest", "under target", "processor", "target"]
    before = stretched()
    rows = in_browser(wanted.chromium, wanted.changes)
    after = stretched()
    print(table(head, rows) + "\n")
    said = f"{before:.1f} s before these changes and {after:.1f} s after them"
    print(f"A second of processor time took {said}.\n", flush=True)
    if not wanted.visitors:
        return
    head = ["visitors (s)", "answers", "lost", "median", "95 of 100", "slowest"]
    print(table(head, with_visitors(wanted.visitors, wanted.rounds, wanted.pause)))


if __name__ == "__main__":
    main()
