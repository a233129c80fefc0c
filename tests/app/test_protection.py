"""The server under attack: foreign names, forged sessions, heavy links, slow connections."""

from __future__ import annotations

import asyncio
import http.client
import re
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from tornado.httpclient import AsyncHTTPClient
from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketClosedError

from benchmarks import hostile_page
from benchmarks.hostile_page import Server, ask, counted, serving, token_of
from planner.app.server import _Socket, ignore_closed_connections
from tests.app.visitors import Visitor, arrive, visit


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving(head_seconds=2.0) as found:
        yield found


@pytest.mark.parametrize(
    "kind", [hostile_page.foreign_names, hostile_page.forged_sessions, hostile_page.odd_requests]
)
def test_requests_that_should_not_be_answered_are_refused(server: Server, kind: object) -> None:
    assert callable(kind)
    count, wrong = counted(server, kind(server))
    assert count > 20
    assert wrong == []


def test_own_names_are_answered(server: Server) -> None:
    port = server.port
    for name in (f"localhost:{port}", f"LOCALHOST:{port}", f"127.0.0.1:{port}"):
        assert ask(server, "/health", {"Host": name}) == 200
    protocol = {"Sec-WebSocket-Protocol": f"bokeh, {token_of(server)}"}
    own = {"Host": server.host, "Origin": f"http://{server.host}"}
    assert ask(server, "/ws", own | hostile_page.UPGRADE | protocol) == 101


def test_an_address_begins_no_work_before_its_page_is_open(server: Server) -> None:
    before = server.workers()
    for link in hostile_page.heavy_links():
        for _ in range(5):
            assert ask(server, f"/{link}", {"Host": server.host}) == 200
    assert server.workers() == before


def alarms(visitor: Visitor) -> list[str]:
    return [text for text in visitor.texts() if "alarm" in text]


async def _others_are_answered(server: Server) -> tuple[int, list[str]]:
    """Return the answers about health while heavy links are read, and what came of those."""
    address = f"http://{server.host}/"
    heavy = [await arrive(address, link) for link in hostile_page.heavy_links()]
    reading = asyncio.gather(*(one.until(lambda seen: bool(alarms(seen))) for one in heavy))
    client, answers = AsyncHTTPClient(), 0
    other = asyncio.create_task(visit(address, {"lang": "en", "package": ""}))
    while not reading.done():
        assert (await client.fetch(f"{address}health")).code == 200
        answers += 1
    await reading
    visitor = await other
    texts = ["".join(alarms(one)) for one in heavy]
    for one in (*heavy, visitor):
        await one.leave()
    return answers, texts


def test_heavy_links_are_refused_and_do_not_stop_others(server: Server) -> None:
    answers, texts = asyncio.run(asyncio.wait_for(_others_are_answered(server), 240))
    assert answers > 0
    assert "1,000" in texts[0]
    assert "too many values" in texts[1]
    assert "too large for this page" in texts[2]


def test_what_is_sent_slowly_is_closed(server: Server) -> None:
    for text in (b"GET / HTTP/1.1\r\nHost: ", b"", b"GET"):
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as there:
            there.sendall(text)
            assert there.recv(100) in (b"", b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_every_answer_has_the_same_protection(server: Server) -> None:
    paths = ("/", "/health", "/static/js/bokeh.min.js", "/favicon.ico", "/no/such", "/?x=%00")
    nonces = set()
    for path in paths:
        connection = http.client.HTTPConnection("localhost", server.port, timeout=60)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Frame-Options"] == "DENY"
        nonce = re.findall(r"'nonce-([^']+)'", policy)
        nonces.update(nonce)
        if path == "/":
            scripts = re.findall(r"<script\b[^>]*", body.decode())
            assert scripts
            assert all(f'nonce="{nonce[0]}"' in script for script in scripts)
        connection.close()
    assert len(nonces) == len(paths)


def test_two_visitors_never_share_a_session(server: Server) -> None:
    tokens = {token_of(server) for _ in range(5)}
    assert len(tokens) == 5


@pytest.mark.parametrize("error", [WebSocketClosedError(), StreamClosedError(), ValueError("x")])
def test_only_a_visitor_who_left_is_passed_over(error: Exception) -> None:
    reported: list[dict[str, Any]] = []
    loop = asyncio.new_event_loop()
    loop.default_exception_handler = reported.append  # type: ignore[method-assign]
    loop.set_exception_handler(ignore_closed_connections)
    loop.call_exception_handler({"message": "never retrieved", "exception": error})
    loop.close()
    assert len(reported) == isinstance(error, ValueError)


def test_a_message_to_a_visitor_who_left_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: object, **__: object) -> list[Any]:
        raise WebSocketClosedError

    async def send() -> object:
        left = _Socket.__new__(_Socket)
        left.connection = None
        return await left.send_message(None)

    monkeypatch.setattr("planner.app.server.dispatch_tornado", closed)
    assert asyncio.run(send()) == []
