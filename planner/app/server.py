"""The page as a web server, for one reader or for a roomful.

Every request passes one gate before any handler sees it: the name under which the server was
reached must be one of its own (else any web site could drive the page in a reader's browser after
rebinding its name), paths that are not part of the page do not exist, and session identifiers are
made by the server only. Every response carries the same security headers. The page itself is sent
without a session; one begins when the browser opens its connection.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import re
import secrets
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast
from urllib.parse import unquote_to_bytes, urlsplit

import panel as pn
from bokeh.core.templates import get_env
from bokeh.document import Document
from bokeh.embed.bundle import bundle_for_objs_and_resources
from bokeh.embed.elements import html_page_for_render_items
from bokeh.embed.util import RenderItem
from bokeh.model import Model
from bokeh.models import Spacer
from bokeh.util.token import check_token_signature, generate_jwt_token, generate_session_id
from panel.io.document import dispatch_tornado
from panel.io.resources import Resources
from panel.io.server import WSHandler
from panel.io.state import set_curdoc
from tornado.httputil import HTTPConnection, HTTPHeaders, HTTPServerRequest
from tornado.iostream import StreamClosedError
from tornado.routing import Router
from tornado.web import RequestHandler
from tornado.websocket import WebSocketClosedError

from planner.app.page import ROOTS, TEMPLATE, build_page, language_of, template_words
from planner.app.scheduler import Scheduler
from planner.app.session import Library
from planner.app.workers import UNASKED, Workers
from planner.scenario.load import Scenario

__all__ = ["Settings", "hosts_of", "security_headers", "serve"]

log = logging.getLogger(__name__)

MAX_MESSAGE = 4_000_000
"""Bytes of the largest message from a browser."""

MAX_ADDRESS = 8_000
"""Characters of the longest address; a scenario in a link takes 4,000 of them."""

MAX_HEADERS = 64_000
"""Bytes of the largest head of a request; the token of a session with its address is in it."""

MAX_SESSIONS = 200
"""Sessions at a time; each takes some 10 MB."""

MAX_ARGUMENTS = 400
"""Parts of an address that are read."""

UNUSED_MS = 15_000
"""Milliseconds for which a session without a browser is kept."""

HEAD_SECONDS = 20.0
"""Time in which the head of a request must be complete, also on a connection that is kept open."""

RESPONSE_SECONDS = 60.0
"""Time in which a response must have been read."""

PING_SECONDS = 20.0
"""Time between two signs of life on the connection of a page; without an answer it is closed."""


@dataclass(frozen=True)
class Settings:
    """How the page is served.

    Attributes
    ----------
    address, port : str, int
        Where it listens; port 0 takes any that is free.
    origins : tuple of str
        Further names, with their port, under which browsers may reach it.
    workers : int
        Processes that plan; 0 plans in the server's own.
    draws : int
        Most draws of a variant that are made without being asked for.
    lang : {"en", "nl"}
        Language where the address says nothing.
    head_seconds : float
        Time in which the head of a request must be complete.
    """

    address: str = "127.0.0.1"
    port: int = 5006
    origins: tuple[str, ...] = ()
    workers: int = 2
    draws: int = UNASKED
    lang: str = "en"
    head_seconds: float = HEAD_SECONDS


def hosts_of(address: str, port: int, origins: Sequence[str] = ()) -> frozenset[str]:
    """Return the values of ``Host`` under which the page answers.

    Parameters
    ----------
    address, port
        Where the server listens.
    origins : sequence of str
        Further names, ``host`` or ``host:port``; without a port those of HTTP and HTTPS are meant.

    Examples
    --------
    >>> sorted(hosts_of("127.0.0.1", 5006))
    ['127.0.0.1:5006', 'localhost:5006']
    """
    own = f"[{address}]" if ":" in address else address
    found = {f"{host}:{port}" for host in (own, "localhost")}
    if port == 80:
        found |= {own, "localhost"}
    for origin in origins:
        name = origin.lower()
        found.add(name)
        if not re.search(r":\d+$", name):
            found |= {f"{name}:80", f"{name}:443"}
    return frozenset(found)


def security_headers(host: str, nonce: str) -> dict[str, str]:
    """Return the headers that every response carries.

    The policy for content allows what the page needs and nothing from elsewhere: scripts are those
    of the server and those marked with the nonce of this response. BokehJS compiles the code of its
    callbacks, which needs ``unsafe-eval``, and sets styles in place.
    """
    policy = {
        "default-src": "'none'",
        "script-src": f"'self' 'nonce-{nonce}' 'unsafe-eval'",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": f"'self' ws://{host} wss://{host}",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {what}" for name, what in policy.items()),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }


class _Guarded:
    """A connection that adds the security headers and ends when its response is not read."""

    def __init__(self, connection: Any):
        self._connection = connection
        self.nonce = secrets.token_urlsafe(16)
        self.host = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def write_headers(self, start_line: Any, headers: HTTPHeaders, chunk: bytes = b"") -> Any:
        """Send the head of a response."""
        for name, value in security_headers(self.host or "localhost", self.nonce).items():
            headers[name] = value
        headers.pop("Server", None)
        return self._connection.write_headers(start_line, headers, chunk)

    def finish(self) -> None:
        """End a response, and the connection if it has not been read after a time."""
        self._connection.finish()
        stream, written = self._connection.stream, self._connection._pending_write
        if written is not None and not written.done():

            def end() -> None:
                if not written.done():
                    stream.close()

            stream.io_loop.call_later(RESPONSE_SECONDS, end)


class _Gate(Router):
    """Decides for every request which handler gets it, or why none does."""

    def __init__(self, application: Any, page: _Page, hosts: frozenset[str]):
        self._application, self._page, self.hosts = application, page, hosts
        context = application._applications["/"]
        self._socket = {"application_context": context, "bokeh_websocket_path": "/ws"}

    def start_request(self, server_conn: object, request_conn: HTTPConnection) -> Any:
        """Begin a request on a guarded connection."""
        return super().start_request(server_conn, cast(HTTPConnection, _Guarded(request_conn)))

    def find_handler(self, request: HTTPServerRequest, **_: Any) -> Any:
        """Return what answers a request."""
        refused = self._refused(request)
        delegate = self._application.get_handler_delegate
        if refused is not None:
            status, message = refused
            return delegate(request, _Refused, {"status": status, "message": message})
        cast(Any, request.connection).host = request.headers["Host"].lower()
        if request.path == "/":
            return delegate(request, _PageHandler, {"page": self._page})
        if request.path == "/ws":
            return delegate(request, _Socket, self._socket | {"gate": self, "page": self._page})
        if request.path == "/health":
            return delegate(request, _Health, {"workers": self._page.workers})
        return self._application.find_handler(request)  # static files and the icon

    def allows(self, host: str, request: HTTPServerRequest) -> bool:
        """Whether a name is one of this server: listed, or the address of the connection itself.

        An address in numbers cannot be rebound, as names can.
        """
        name = host.lower()
        if name in self.hosts:
            return True
        try:
            socket = cast(Any, request.connection).stream.socket.getsockname()
            parts = urlsplit(f"//{name}")
            same = ipaddress.ip_address(parts.hostname or "") == ipaddress.ip_address(socket[0])
            return same and (parts.port or 80) == socket[1]
        except (ValueError, OSError, AttributeError, IndexError, TypeError):
            return False

    def _refused(self, request: HTTPServerRequest) -> tuple[int, str] | None:
        """Return status and reason for what is not answered."""
        hosts = request.headers.get_list("Host")
        if len(hosts) != 1 or not self.allows(hosts[0], request):
            return 403, "This server does not answer under that name; see 'planner app --origin'."
        uri = request.uri or ""
        if len(uri) > MAX_ADDRESS:
            return 414, f"The address is longer than {MAX_ADDRESS:,} characters."
        if request.method not in ("GET", "HEAD"):
            return 405, "The page is read with GET."
        if re.search(rb"[\x00-\x1f\x7f]", unquote_to_bytes(uri)):
            return 400, "The address holds characters that no address has."
        path = request.path
        if path not in ("/", "/ws", "/health", "/favicon.ico") and not path.startswith("/static/"):
            return 404, "There is nothing at this address."
        own = [name for name in request.arguments if name.lower().startswith("bokeh-")]
        if own or "Bokeh-Session-Id" in request.headers:
            return 403, "Sessions are begun by the server; an address cannot name one."
        return None


class _Refused(RequestHandler):
    """Says why a request is not answered."""

    def initialize(self, status: int, message: str) -> None:
        self._status, self._message = status, message

    def prepare(self) -> None:
        """Answer, whatever the method."""
        self.set_status(self._status)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.set_header("Connection", "close")
        self.finish(self._message + "\n")


class _Health(RequestHandler):
    """Says that the server lives, for whoever deploys it."""

    def initialize(self, workers: Workers) -> None:
        self._workers = workers

    def get(self) -> None:
        """Answer."""
        from planner.results.result import version

        self.set_header("Cache-Control", "no-store")
        self.write({"status": "ok", "version": version("planner"), "workers": self._workers.count})


class _PageHandler(RequestHandler):
    """Sends the page without a session: what it asks for begins with the browser's connection."""

    def initialize(self, page: _Page) -> None:
        self._page = page

    async def get(self) -> None:
        """Answer with the HTML of the page, its token and its nonce."""
        arguments = dict(list(self.request.arguments.items())[:MAX_ARGUMENTS])
        nonce = cast(Any, self.request.connection).nonce
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.write(self._page.html(arguments, nonce))

    head = get


class _Socket(WSHandler):
    """The connection of a browser's page."""

    def initialize(self, gate: _Gate, page: _Page, **_: Any) -> None:  # type: ignore[override]
        self._gate, self._page = gate, page

    def check_origin(self, origin: str) -> bool:
        """Allow pages of this server only: its own names, and the name it was reached under."""
        netloc = urlsplit(origin).netloc.lower()
        return netloc == self.request.host.lower() or netloc in self._gate.hosts

    async def prepare(self) -> None:
        """Refuse connections without a token of this server, and those for which is no room."""
        parts = self.request.headers.get("Sec-WebSocket-Protocol", "").split(",")
        if len(parts) != 2 or not self._page.signed(parts[1].strip()):
            self._refuse(403, "no token of this server")
        elif len(self._page.sessions(self.application)) >= MAX_SESSIONS:
            self._refuse(503, "too many visitors: try again in a minute")
        else:
            await super().prepare()

    def _refuse(self, status: int, message: str) -> None:
        self.set_status(status)
        self.finish(message + "\n")

    async def _async_open(self, token: str) -> None:
        await self._page.scheduler.admit()
        if self.ws_connection is not None and not self.ws_connection.is_closing():
            await super()._async_open(token)

    async def on_message(self, fragment: str | bytes) -> None:
        """Take a message in its turn."""
        await self._page.scheduler.admit()
        await super().on_message(fragment)

    def send_message(self, message: Any) -> Awaitable[Any]:  # type: ignore[override]
        """Write a message at once and whole; the result is done when it has left.

        A message names models that earlier ones have brought, so the browser must get them in the
        order in which they were made. Bokeh would wait for messages that are being written, while
        Panel writes past those that wait. What is written to a visitor who left is lost.
        """
        try:
            parts = dispatch_tornado(cast(Any, self.connection), msg=message)
        except WebSocketClosedError:
            parts = []
        return asyncio.gather(*parts, return_exceptions=True)


class _Page:
    """The HTML of the page and the sessions that it begins."""

    def __init__(self, settings: Settings, workers: Workers, library: Library):
        self.settings, self.workers, self.library = settings, workers, library
        self.scheduler = Scheduler()
        self.secret = secrets.token_bytes(32)
        self._html: dict[str, tuple[str, str, str]] = {}

    def session(self) -> pn.viewable.Viewable | None:
        """Build the page of a new session; called by Panel with its document."""
        document = pn.state.curdoc
        assert document is not None
        arguments = cast(Mapping[str, list[bytes]], dict(pn.state.session_args))
        build_page(
            document, self.workers, self.library, self.scheduler, arguments, self.settings.lang
        )
        return None

    def sessions(self, application: Any) -> Sequence[Any]:
        """Return the sessions that live."""
        return list(application._applications["/"].sessions)

    def signed(self, token: str) -> bool:
        """Whether a token was made by this server."""
        try:
            return bool(check_token_signature(token, secret_key=self.secret, signed=True))
        except Exception:  # whatever is not even a token
            return False

    @cached_property
    def _roots(self) -> list[Model]:
        return [Spacer(name=name) for name in ROOTS]

    def html(self, arguments: Mapping[str, list[bytes]], nonce: str) -> str:
        """Return the page with a token for a new session."""
        lang = language_of(arguments, self.settings.lang)
        if lang not in self._html:
            self._html[lang] = self._parts(lang)
        html, token_place, nonce_place = self._html[lang]
        token = generate_jwt_token(
            generate_session_id(self.secret, signed=True),
            secret_key=self.secret,
            signed=True,
            extra_payload=cast(Any, {"headers": {}, "cookies": {}, "arguments": arguments}),
        )
        return html.replace(token_place, token).replace(nonce_place, nonce)

    def _parts(self, lang: str) -> tuple[str, str, str]:
        """Return the page with places for token and nonce, and what is written in those places."""
        token, nonce = (secrets.token_hex(24) for _ in range(2))
        with set_curdoc(Document()):
            bundle = bundle_for_objs_and_resources(None, Resources(mode="server", root_url="/"))
        html = html_page_for_render_items(
            bundle,
            {},
            [RenderItem(token=token, roots=self._roots, use_for_title=False)],
            title="planner",
            template=get_env().from_string(TEMPLATE.read_text(encoding="utf-8")),
            template_variables=template_words(lang),
        )
        return re.sub(r"<script\b", f'<script nonce="{nonce}"', html), token, nonce


def pass_over_closed(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Report what went wrong in a task, unless a visitor left while something was being sent."""
    if not isinstance(context.get("exception"), WebSocketClosedError | StreamClosedError):
        loop.default_exception_handler(context)


def serve(
    settings: Settings,
    scenarios: Sequence[Scenario] = (),
    ready: Callable[[int], None] | None = None,
) -> None:
    """Serve the page until the process is asked to end.

    Parameters
    ----------
    settings : Settings
    scenarios : sequence of Scenario
        Offered beside those that come with the package; the first is shown first.
    ready : callable, optional
        Called with the port once it listens.
    """
    library = Library(tuple(scenarios))
    with Workers(settings.workers, settings.draws) as workers:
        server = build_server(settings, workers, library)
        workers.warm()
        library.titles(settings.lang)  # loads them before the first visitor comes
        server.start()
        loop = server.io_loop
        loop.asyncio_loop.set_exception_handler(pass_over_closed)
        signal.signal(signal.SIGTERM, lambda *_: loop.asyncio_loop.call_soon_threadsafe(loop.stop))
        if ready is not None:
            ready(server.port)
        server.io_loop.start()


def build_server(settings: Settings, workers: Workers, library: Library) -> Any:
    """Return the server, listening but not yet answering."""
    pn.extension()
    page = _Page(settings, workers, library)
    limits = {
        "idle_connection_timeout": settings.head_seconds, "body_timeout": settings.head_seconds,
        "max_header_size": MAX_HEADERS, "max_body_size": MAX_HEADERS,
    }  # fmt: skip
    server: Any = pn.serve(
        {"/": page.session}, address=settings.address, port=settings.port, show=False, start=False,
        verbose=False, location=False, threaded=False, title="planner", secret_key=page.secret,
        sign_sessions=True, generate_session_ids=False, websocket_max_message_size=MAX_MESSAGE,
        websocket_ping_interval=PING_SECONDS, websocket_ping_timeout=PING_SECONDS,
        unused_session_lifetime=UNUSED_MS, check_unused_sessions=UNUSED_MS,
        http_server_kwargs=limits,
    )  # fmt: skip
    hosts = hosts_of(settings.address, server.port, settings.origins)
    server._http.request_callback = _Gate(server._tornado, page, hosts)
    return server
