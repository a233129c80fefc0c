"""A browser gets messages in the order in which they were made, however slowly it reads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import panel as pn
import pytest
from tornado.websocket import WebSocketHandler

from planner.app import server
from planner.app.layout import button
from planner.app.scheduler import Scheduler, SessionScheduler
from planner.app.server import Settings, build_server
from planner.app.session import ScenarioLibrary
from planner.app.workers import Workers
from tests.app.visitors import Visitor, arrive

SECONDS = 60.0
"""Longest that what is sent may take to come."""


class Reading:
    """Whether what is written leaves at once, or waits until the browser reads again."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self._write: Any = WebSocketHandler.write_message

    def write(self, socket: Any, *args: Any, **options: Any) -> asyncio.Future[None]:
        """Write a part of a message."""
        written = self._write(socket, *args, **options)

        async def left() -> None:
            await written
            await self.begun.wait()

        return asyncio.ensure_future(left())

    def build(self, document: Any, _w: Any, _l: Any, scheduler: Scheduler, *_: Any) -> None:
        """Build a page whose button adds a text in one turn and changes it in another."""
        schedule, column = SessionScheduler(scheduler), pn.Column()
        loop = asyncio.get_running_loop()

        def elsewhere(act: Any, *args: Any) -> None:
            loop.run_in_executor(None, act, *args)  # as workers do

        def first() -> None:
            text = pn.pane.HTML("new")
            column.append(text)
            elsewhere(schedule, lambda: second(text))

        def second(text: Any) -> None:
            text.object = "changed"
            elsewhere(loop.call_soon_threadsafe, self.begun.set)

        add = button("add", lambda: schedule(first))
        pn.Row(add, column).server_doc(document, location=False)
        schedule(lambda: column.append(pn.pane.HTML("ready")))


def says(text: str) -> Callable[[Visitor], bool]:
    return lambda visitor: any(text in one for one in visitor.texts())


async def press_and_read_late(address: str, reading: Reading) -> None:
    """Press the button, and read no answer before both turns are over."""
    visitor = await arrive(address, "")
    await visitor.until(says("ready"))
    reading.begun.clear()
    await visitor.press(*visitor.models("Button"))
    await visitor.until(says("changed"))
    await visitor.leave()


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_messages_arrive_in_the_order_in_which_they_were_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def visit() -> None:
        reading = Reading()
        reading.begun.set()
        monkeypatch.setattr(server, "build_page", reading.build)
        monkeypatch.setattr(
            WebSocketHandler, "write_message", lambda *a, **o: reading.write(*a, **o)
        )
        with Workers() as workers:
            made = build_server(Settings(port=0), workers, ScenarioLibrary())
            made.start()
            visited = press_and_read_late(f"http://127.0.0.1:{made.port}/", reading)
            await asyncio.wait_for(visited, SECONDS)

    asyncio.run(visit())
