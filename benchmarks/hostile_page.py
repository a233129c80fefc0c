"""Hostile requests to the what-if page: foreign names, forged sessions, odd and heavy addresses.

    python benchmarks/hostile_page.py [--addresses 2000] [--seed 0]

Starts a server of its own, sends requests of every kind over plain sockets, and counts those that
were answered as they should be: refused with a 4xx, or answered without work begun and without an
error of the server. Ends with code 1 if any was not.
"""

from __future__ import annotations

import argparse
import base64
import random
import re
import socket
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

PATHS = ("/", "/ws", "/health", "/favicon.ico", "/static/js/bokeh.min.js", "/no/such")

UPGRADE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}

SERVER = """
import sys
from planner.app.server import Settings, serve
serve(Settings(port=0, workers=1, head_seconds=float(sys.argv[1])),
      ready=lambda port: print(port, flush=True))
"""


@dataclass
class Server:
    """A server of the page in a process of its own."""

    port: int
    process: subprocess.Popen[str]

    @property
    def host(self) -> str:
        """The name under which it answers."""
        return f"localhost:{self.port}"

    def workers(self) -> set[int]:
        """Return the processes that it has started."""
        return {one.pid for one in psutil.Process(self.process.pid).children(recursive=True)}


@contextmanager
def serving(head_seconds: float = 20.0) -> Iterator[Server]:
    """Run a server on a free port; at the end its standard error must be empty."""
    command = [sys.executable, "-c", SERVER, str(head_seconds)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            yield Server(int(process.stdout.readline()), process)
        finally:
            process.terminate()
            said = process.communicate(timeout=60)[1]
        if "Traceback" in said:
            raise AssertionError(said[-3000:])


def ask(server: Server, target: str, headers: dict[str, str], method: str = "GET") -> int:
    """Send one request as it is; return the status of the answer, 0 if there is none."""
    lines = [f"{method} {target} HTTP/1.1", *(f"{key}: {text}" for key, text in headers.items())]
    data = "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as there:
        there.sendall(data)
        answer = b""
        while b"\r\n" not in answer:
            piece = there.recv(4096)
            if not piece:
                break
            answer += piece
    found = re.match(rb"HTTP/1\.1 (\d{3})", answer)
    return int(found[1]) if found else 0


def token_of(server: Server, query: str = "") -> str:
    """Return the token that the server made for a visitor."""
    from urllib.request import urlopen

    with urlopen(f"http://{server.host}/{query}", timeout=60) as answer:
        found = re.search(r'"token":"([^"]+)"', answer.read().decode())
    assert found is not None
    return found[1]


Try = tuple[str, str, dict[str, str], str]
"""What it is, the target, the headers and the method of a request."""


def foreign_names(server: Server) -> Iterator[Try]:
    """Yield requests under names that are not the server's, as after DNS rebinding."""
    port = server.port
    names = (
        "evil.example", f"evil.example:{port}", "localhost", "localhost:1",
        f"localhost:{port}.evil.example", f"evil.example@localhost:{port}",
        f"localhost:{port}@evil.example", f"127.0.0.2:{port}", f"127.0.0.1.nip.io:{port}",
        f"[::1]:{port}", f"LOCALHOST.:{port}", "", f"localhost:{port},evil.example",
    )  # fmt: skip
    token = token_of(server)
    for name in names:
        for path in PATHS:
            extra = UPGRADE | {
                "Origin": f"http://{name}", "Sec-WebSocket-Protocol": f"bokeh, {token}",
            } if path == "/ws" else {}  # fmt: skip
            yield f"{path} as {name!r}", path, {"Host": name, **extra}, "GET"
    own = {"Host": server.host, "Sec-WebSocket-Protocol": f"bokeh, {token}", **UPGRADE}
    for origin in (
        "http://evil.example",
        f"http://evil.example:{port}",
        "null",
        "http://localhost",
    ):
        yield f"socket from {origin}", "/ws", own | {"Origin": origin}, "GET"
    yield "no name", "/", {}, "GET"


def forged_sessions(server: Server) -> Iterator[Try]:
    """Yield requests that choose a session: in the address, in a header, with forged tokens."""
    host = {"Host": server.host}
    for name in ("x", "%00", "a" * 200, "..%2f..", "%ff"):
        yield f"session {name:.9}", f"/?bokeh-session-id={name}", host, "GET"
        yield f"token {name:.9}", f"/?bokeh-token={name}", host, "GET"
    yield "session in a header", "/", host | {"Bokeh-Session-Id": "x"}, "GET"
    token = token_of(server)
    body, _, sign = token.partition(".")
    other = base64.urlsafe_b64encode(b'{"session_id":"x","session_expiry":99999999999}').decode()
    forged = (
        "x", "", body, f"{body}.", f"{body}.{sign[:-1]}", f"{body[:-1]}.{sign}",
        f"{other.rstrip('=')}.{sign}", other, "." * 50, "\u00e9", "a, b",
    )  # fmt: skip
    for text in forged:
        protocol = {"Sec-WebSocket-Protocol": f"bokeh, {text}"} if text else {}
        yield f"token {text:.9}", "/ws", host | UPGRADE | protocol, "GET"


def odd_requests(server: Server) -> Iterator[Try]:
    """Yield requests that nobody sends who means well."""
    host = {"Host": server.host}
    for path in (
        "/%00", "/static/%00", "/static/js/%00.js", "/?x=%00", "/?%0d%0aX-Evil:1", "/static/..%00/",
        "/" + "a" * 9_000, "/?" + "a=1&" * 3_000, "/metadata", "/autoload.js", "/liveness",
        "/static/../../../../etc/passwd", "/static/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/rest/",
        "/static/js/..%5c..%5cserver.py", "/admin", "/components/x", "//evil.example/", "/ws/x",
        "/static/extensions/panel/../../../../etc/passwd", "/static/extensions/x/y", "/ws",
    ):  # fmt: skip
        yield path[:40], path, host, "GET"
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "FOO"):
        yield method, "/", host, method


def heavy_links() -> list[str]:
    """Return links whose scenario would take long, each shorter than an upload may be."""
    many = "extends: eastern-flank-battalion\nthen:\n" + "- {}\n" * 11_500
    nested = "a: &a [1]\n" + "".join(
        f"{chr(98 + k)}: &{chr(98 + k)} [{','.join(['*' + chr(97 + k)] * 9)}]\n" for k in range(9)
    )
    wide = "extends: letter\nhorizon: {from: 1950-01, to: 2049-12}\ndemands:\n" + "".join(
        f"  d{k}: {{mission: untso, kind: staff, pools: [staff], cap: 1, first: 1900-01, "
        "last: 2900-01}\n" for k in range(400)
    )  # fmt: skip
    packed = [base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)) for text in
              (many, nested, wide)]  # fmt: skip
    return [f"?lang=en&file={text.decode().rstrip('=')}" for text in packed]


ALPHABET = "abz.=&%/\\<>'\"0123456789-:;[]{}\u00e9\u0660\u202e"


def random_addresses(count: int, seed: int) -> Iterator[str]:
    """Yield addresses of random parts around those that the page reads."""
    chance = random.Random(seed)
    keys = (
        "lang", "base", "file", "name", "mission", "month", "package", "why", "size.eastern-flank",
        "people.staff", "rest.military", "tour.staff", "rule", "first.eastern-flank", "x", "",
    )  # fmt: skip
    for _ in range(count):
        parts = []
        for _ in range(chance.randrange(1, 12)):
            text = "".join(chance.choice(ALPHABET) for _ in range(chance.randrange(0, 60)))
            raw = chance.random() < 0.2
            parts.append(f"{chance.choice(keys)}={text if raw and text.isascii() else quote(text)}")
        yield "/?" + re.sub(r"\s", "", "&".join(parts))


def refused(status: int) -> bool:
    """Whether a request was refused as one should be."""
    return 400 <= status < 500


def counted(
    server: Server, tries: Iterator[Try], right: Callable[[int], bool] = refused
) -> tuple[int, list[str]]:
    """Send requests; return how many there were and those that were answered wrongly."""
    count, wrong = 0, []
    for what, target, headers, method in tries:
        count += 1
        status = ask(server, target, headers, method)
        if not right(status):
            wrong.append(f"{what}: {status}")
    return count, wrong


def main() -> None:
    """Send all kinds of requests and print how many were answered as they should be."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--addresses", type=int, default=2000)
    asked.add_argument("--seed", type=int, default=0)
    wanted = asked.parse_args()
    failed = False
    with serving() as server:
        ask(server, "/", {"Host": server.host})
        before = server.workers()
        host = {"Host": server.host}
        links = [f"/{link}" for link in heavy_links()] * 20
        random_ones = random_addresses(wanted.addresses, wanted.seed)
        kinds: dict[str, tuple[Iterator[Try], Callable[[int], bool]]] = {
            "foreign names": (foreign_names(server), refused),
            "forged sessions": (forged_sessions(server), refused),
            "odd requests": (odd_requests(server), refused),
            "heavy links, page only": (
                (("link", link, host, "GET") for link in links), lambda status: status == 200,
            ),
            "random addresses": (
                (("address", one, host, "GET") for one in random_ones),
                lambda status: status == 200 or refused(status),
            ),
        }  # fmt: skip
        for kind, (tries, right) in kinds.items():
            count, wrong = counted(server, tries, right)
            print(f"{kind:24} {count:6,} sent, {len(wrong):4,} wrong", *wrong[:5], flush=True)
            failed |= bool(wrong)
        started = server.workers() - before
        print(f"processes begun without a live session: {len(started)}")
        alive = ask(server, "/health", {"Host": server.host}) == 200
        print(f"the server answers: {'yes' if alive else 'no'}")
    sys.exit(1 if failed or started or not alive else 0)


if __name__ == "__main__":
    main()
