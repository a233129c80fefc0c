"""Visitors without a browser: they speak the page's own protocol, many in one process."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import panel
import panel.models  # noqa: F401
from bokeh.client.websocket import WebSocketClientConnectionWrapper
from bokeh.document import Document
from bokeh.document.events import MessageSentEvent, ModelChangedEvent
from bokeh.events import ButtonClick, DocumentReady
from bokeh.protocol import Protocol
from bokeh.protocol.receiver import Receiver
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

__all__ = ["Visitor", "visit"]

SECONDS = 120.0
"""Longest that a page may take to come."""

LARGEST = 100_000_000
"""Most bytes of a message."""


@dataclass
class Visitor:
    """One visitor: the page as they have it.

    Attributes
    ----------
    document : Document
        What the server sent, kept up to date by :meth:`until`.
    seconds : list of float
        How long each answer took.
    page_seconds : float
        How long the page took to arrive, without what is shown on it.
    """

    socket: WebSocketClientConnectionWrapper
    document: Document = field(default_factory=Document)
    seconds: list[float] = field(default_factory=list)
    page_seconds: float = 0.0
    _protocol: Protocol = field(default_factory=Protocol)
    _receiver: Receiver | None = None
    _reading: asyncio.Future[Any] | None = None

    async def _fragment(self) -> Any:
        """Return the next part of a message; a wait that is cut short loses none."""
        self._reading = self._reading or asyncio.ensure_future(self.socket.read_message())
        found = await asyncio.shield(self._reading)
        self._reading = None
        return found

    async def _message(self) -> Any:
        message = None
        while message is None:
            self._receiver = self._receiver or Receiver(self._protocol)
            fragment = await self._fragment()
            if fragment is None:
                raise ConnectionError("the server has closed the connection")
            message = await self._receiver.consume(fragment)
        self._receiver = None
        return message

    async def _send(self, kind: str, *content: Any) -> None:
        await self._protocol.create(kind, *content).send(self.socket)

    async def pull(self) -> None:
        """Take the whole page, and say so as a browser does."""
        await self._send("PULL-DOC-REQ")
        while (message := await self._message()).msgtype != "PULL-DOC-REPLY":
            pass
        with self.document.models.freeze():
            message.push_to_document(self.document)
        there = MessageSentEvent(self.document, "bokeh_event", DocumentReady())
        await self._send("PATCH-DOC", [there])

    async def leave(self) -> None:
        """Close the page."""
        self.socket.close(1000, "leaving")
        while await self._fragment() is not None:
            pass

    async def until(self, seen: Callable[[Visitor], bool]) -> None:
        """Read what the server sends until something is seen."""
        while not seen(self):
            message = await self._message()
            if message.msgtype == "PATCH-DOC":
                with self.document.models.freeze():
                    message.apply_to_document(self.document, None)
            elif message.msgtype == "ERROR":
                raise AssertionError(message.content)

    async def pause(self, seconds: float) -> None:
        """Do nothing for some time, but take what the server sends, its signs of life included."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.until(lambda _: False)

    async def ready(self, about: str) -> None:
        """Wait for the picture of the levers where they are said to stand."""
        mark = f"data-about=&quot;{about}&quot;" if about else "class=&quot;ready&quot;"
        began = time.perf_counter()
        await self.until(lambda one: any(mark in text for text in one.texts()))
        self.seconds.append(time.perf_counter() - began)

    def texts(self) -> list[str]:
        """Return every piece of text on the page."""
        return [one.text for one in self.models("HTML")]

    def models(self, kind: str) -> list[Any]:
        """Return the models of a kind."""
        return [one for one in self.document.models if type(one).__name__ == kind]

    async def move(self, title: str, value: float, about: str) -> None:
        """Move a slider, once the server has built it, and wait for what it changes."""
        await self.until(lambda one: title in {slider.title for slider in one.models("Slider")})
        slider = next(one for one in self.models("Slider") if one.title == title)
        slider.value = value
        event = ModelChangedEvent(self.document, slider, "value", value)
        await self._send("PATCH-DOC", [event])
        await self.ready(about)

    async def press(self, button: Any) -> None:
        """Press a button, and wait for nothing."""
        self.document.models.flush_synced()  # the server knows them
        event = MessageSentEvent(self.document, "bokeh_event", ButtonClick(button))
        await self._send("PATCH-DOC", [event])

    async def built(self, chart: str) -> None:
        """Wait until the server has built a chart and the parts above it."""
        name = f"chart-{chart}"
        await self.until(lambda one: one.document.get_model_by_name(name) is not None)

    def data(self, chart: str) -> dict[str, Any]:
        """Return the columns that a chart shows."""
        figure = self.document.get_model_by_name(f"chart-{chart}")
        return dict(figure.renderers[0].data_source.data)


async def arrive(address: str, query: str) -> Visitor:
    """Open the page at an address such as ``http://localhost:5006/`` and its connection."""
    client, began = AsyncHTTPClient(force_instance=True), time.perf_counter()
    wanted = HTTPRequest(address + query, connect_timeout=SECONDS, request_timeout=SECONDS)
    sent = await client.fetch(wanted)
    page_seconds = time.perf_counter() - began
    found = re.search(r'"token":"([^"]+)"', sent.body.decode())
    assert found is not None
    request = HTTPRequest(
        address.replace("http", "ws", 1) + "ws", connect_timeout=SECONDS, request_timeout=SECONDS
    )
    socket = await websocket_connect(
        request, subprotocols=["bokeh", found[1]], max_message_size=LARGEST
    )
    one = Visitor(WebSocketClientConnectionWrapper(socket), page_seconds=page_seconds)
    while (await one._message()).msgtype != "ACK":
        pass
    await one.pull()
    return one


async def visit(address: str, query: dict[str, str]) -> Visitor:
    """Open the page and wait for its picture."""
    began = time.perf_counter()
    one = await arrive(address, f"?{urlencode(query)}")
    await one.ready("")
    one.seconds[-1] = time.perf_counter() - began
    return one
