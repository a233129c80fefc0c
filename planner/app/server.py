"""The web server of the what-if page.

Every request is checked before a handler sees it. The host name of the request must be one of the
server's own; otherwise any web site could control the page in a visitor's browser by DNS rebinding.
Only the paths of the page exist, and only the server creates session identifiers. Every response
carries the same security headers. The page is sent without a session; a session begins when the
browser opens its websocket.
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
from planner.app.session import ScenarioLibrary
from planner.app.workers import AUTOMATIC_DRAWS, Workers
from planner.scenario.load import Scenario

__all__ = ["Settings", "allowed_hosts", "security_headers", "serve"]

log = logging.getLogger(__name__)

MAX_MESSAGE = 4_000_000
"""Maximum size of a message from a browser, bytes."""

MAX_ADDRESS = 8_000
"""Maximum length of an address, characters; a scenario in a link takes 4,000 of them."""

MAX_HEADERS = 64_000
"""Maximum size of the head of a request, bytes; it holds the session token with the address."""

MAX_SESSIONS = 200
"""Maximum number of concurrent sessions; each takes some 10 MB."""

MAX_ARGUMENTS = 400
"""Maximum number of arguments read from an address."""

UNUSED_SESSION_MS = 15_000
"""Time for which a session without a browser is kept, milliseconds."""

HEAD_SECONDS = 20.0
"""Time limit for receiving the head of a request, seconds, also on a kept-alive connection."""

RESPONSE_SECONDS = 60.0
"""Time limit for the client to read a response, seconds."""

PING_SECONDS = 20.0
"""Interval between two pings on a websocket, seconds; without a pong it is closed."""


@dataclass(frozen=True)
class Settings:
    """Settings of the server.

    Attributes
    ----------
    address, port : str, int
        Address and port to listen on; port 0 takes any free port.
    origins : tuple of str
        Further host names, with their port, under which browsers may reach the server.
    workers : int
        Number of worker processes; with 0 the server process plans.
    draws : int
        Maximum number of draws of a variant made without being requested.
    lang : {"en", "nl"}
        Default language.
    head_seconds : float
        Time limit for receiving the head of a request.
    """

    address: str = "127.0.0.1"
    port: int = 5006
    origins: tuple[str, ...] = ()
    workers: int = 2
    draws: int = AUTOMATIC_DRAWS
    lang: str = "en"
    head_seconds: float = HEAD_SECONDS


def allowed_hosts(address: str, port: int, origins: Sequence[str] = ()) -> frozenset[str]:
    """Return the values of the header ``Host`` that the server accepts.

    Parameters
    ----------
    address, port
        Address and port on which the server listens.
    origins : sequence of str
        Further names, ``host`` or ``host:port``; without a port, those of HTTP and HTTPS.

    Examples
    --------
    >>> sorted(allowed_hosts("127.0.0.1", 5006))
    ['127.0.0.1:5006', 'localhost:5006']
    """
    literal = f"[{address}]" if ":" in address else address
    hosts = {f"{host}:{port}" for host in (literal, "localhost")}
    if port == 80:
        hosts |= {literal, "localhost"}
    for origin in origins:
        name = origin.lower()
        hosts.add(name)
        if not re.search(r":\d+$", name):
            hosts |= {f"{name}:80", f"{name}:443"}
    return frozenset(hosts)


def security_headers(host: str, nonce: str) -> dict[str, str]:
    """Return the security headers of a response.

    The content security policy allows scripts of the server and those with the nonce of this
    response, and nothing from other hosts. BokehJS compiles the code of its callbacks, which needs
    ``unsafe-eval``, and sets inline styles.
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


class _GuardedConnection:
    """A connection that adds the security headers, and closes if a response is not read in time."""

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
        """Finish a response; close the connection if it has not been read in time."""
        self._connection.finish()
        stream, written = self._connection.stream, self._connection._pending_write
        if written is not None and not written.done():

            def close() -> None:
                if not written.done():
                    stream.close()

            stream.io_loop.call_later(RESPONSE_SECONDS, close)


class _RequestGate(Router):
    """Router that checks every request and refuses those that are not allowed."""

    def __init__(self, application: Any, page: _Page, hosts: frozenset[str]):
        self._application, self._page, self.hosts = application, page, hosts
        context = application._applications["/"]
        self._socket = {"application_context": context, "bokeh_websocket_path": "/ws"}

    def start_request(self, server_conn: object, request_conn: HTTPConnection) -> Any:
        """Start a request on a guarded connection."""
        return super().start_request(
            server_conn, cast(HTTPConnection, _GuardedConnection(request_conn))
        )

    def find_handler(self, request: HTTPServerRequest, **_: Any) -> Any:
        """Return the handler of a request."""
        refusal = self._refusal(request)
        delegate = self._application.get_handler_delegate
        if refusal is not None:
            status, message = refusal
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
        """Whether a host is allowed: it is listed, or it is the IP address of the connection.

        DNS rebinding needs a name, so that an IP address is safe.
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

    def _refusal(self, request: HTTPServerRequest) -> tuple[int, str] | None:
        """Return status and message if a request is refused, else None."""
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
        reserved = [name for name in request.arguments if name.lower().startswith("bokeh-")]
        if reserved or "Bokeh-Session-Id" in request.headers:
            return 403, "Sessions are begun by the server; an address cannot name one."
        return None


class _Refused(RequestHandler):
    """Handler that answers a refused request."""

    def initialize(self, status: int, message: str) -> None:
        self._status, self._message = status, message

    def prepare(self) -> None:
        """Answer any method."""
        self.set_status(self._status)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.set_header("Connection", "close")
        self.finish(self._message + "\n")


class _Health(RequestHandler):
    """Health check for deployments."""

    def initialize(self, workers: Workers) -> None:
        self._workers = workers

    def get(self) -> None:
        """Answer with status, version and number of workers."""
        from planner.results.result import version

        self.set_header("Cache-Control", "no-store")
        self.write({"status": "ok", "version": version("planner"), "workers": self._workers.count})


class _PageHandler(RequestHandler):
    """Handler that sends the page; its session begins with the websocket."""

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
    """The websocket of a page."""

    def initialize(self, gate: _RequestGate, page: _Page, **_: Any) -> None:  # type: ignore[override]
        self._gate, self._page = gate, page

    def check_origin(self, origin: str) -> bool:
        """Allow pages of this server only: the host of the request and the allowed hosts."""
        netloc = urlsplit(origin).netloc.lower()
        return netloc == self.request.host.lower() or netloc in self._gate.hosts

    async def prepare(self) -> None:
        """Refuse connections without a token of this server, or beyond the maximum number."""
        parts = self.request.headers.get("Sec-WebSocket-Protocol", "").split(",")
        if len(parts) != 2 or not self._page.is_signed(parts[1].strip()):
            self._refuse(403, "no token of this server")
        elif len(self._page.sessions(self.application)) >= MAX_SESSIONS:
            self._refuse(503, "too many visitors: try again in a minute")
        else:
            await super().prepare()

    def _refuse(self, status: int, message: str) -> None:
        self.set_status(status)
        self.finish(message + "\n")

    async def _async_open(self, token: str) -> None:
        await self._page.scheduler.wait_turn()
        if self.ws_connection is not None and not self.ws_connection.is_closing():
            await super()._async_open(token)

    async def on_message(self, fragment: str | bytes) -> None:
        """Handle a message in the next free turn of the event loop."""
        await self._page.scheduler.wait_turn()
        await super().on_message(fragment)

    def send_message(self, message: Any) -> Awaitable[Any]:  # type: ignore[override]
        """Write a whole message immediately; return a future that is done once it is sent.

        A message refers to models of earlier messages, so the browser must receive messages in
        the order in which they were made. Bokeh would wait for messages that are being written,
        while Panel would overtake those that wait. Messages to a visitor who has left are dropped.
        """
        try:
            parts = dispatch_tornado(cast(Any, self.connection), msg=message)
        except WebSocketClosedError:
            parts = []
        return asyncio.gather(*parts, return_exceptions=True)


class _Page:
    """The HTML of the page, and the sessions of its visitors."""

    def __init__(self, settings: Settings, workers: Workers, library: ScenarioLibrary):
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
        """Return the current sessions."""
        return list(application._applications["/"].sessions)

    def is_signed(self, token: str) -> bool:
        """Whether a token was made by this server."""
        try:
            return bool(check_token_signature(token, secret_key=self.secret, signed=True))
        except Exception:  # not a token at all
            return False

    @cached_property
    def _roots(self) -> list[Model]:
        return [Spacer(name=name) for name in ROOTS]

    def html(self, arguments: Mapping[str, list[bytes]], nonce: str) -> str:
        """Return the page with a token for a new session."""
        lang = language_of(arguments, self.settings.lang)
        if lang not in self._html:
            self._html[lang] = self._render_template(lang)
        html, token_placeholder, nonce_placeholder = self._html[lang]
        token = generate_jwt_token(
            generate_session_id(self.secret, signed=True),
            secret_key=self.secret,
            signed=True,
            extra_payload=cast(Any, {"headers": {}, "cookies": {}, "arguments": arguments}),
        )
        return html.replace(token_placeholder, token).replace(nonce_placeholder, nonce)

    def _render_template(self, lang: str) -> tuple[str, str, str]:
        """Return the page with placeholders, and the placeholders for token and nonce."""
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


def ignore_closed_connections(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Report an error in a task, unless it is that of a visitor who left during a transfer."""
    if not isinstance(context.get("exception"), WebSocketClosedError | StreamClosedError):
        loop.default_exception_handler(context)


def serve(
    settings: Settings,
    scenarios: Sequence[Scenario] = (),
    ready: Callable[[int], None] | None = None,
) -> None:
    """Serve the page until the process is terminated.

    Parameters
    ----------
    settings : Settings
    scenarios : sequence of Scenario
        Offered in addition to those of the package; the first is the default.
    ready : callable, optional
        Called with the port once the server listens.
    """
    library = ScenarioLibrary(tuple(scenarios))
    with Workers(settings.workers, settings.draws) as workers:
        server = build_server(settings, workers, library)
        workers.warm()
        library.titles(settings.lang)  # loads them before the first visitor arrives
        server.start()
        loop = server.io_loop
        loop.asyncio_loop.set_exception_handler(ignore_closed_connections)
        signal.signal(signal.SIGTERM, lambda *_: loop.asyncio_loop.call_soon_threadsafe(loop.stop))
        if ready is not None:
            ready(server.port)
        server.io_loop.start()


def build_server(settings: Settings, workers: Workers, library: ScenarioLibrary) -> Any:
    """Return a server that listens but does not answer yet."""
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
        unused_session_lifetime=UNUSED_SESSION_MS, check_unused_sessions=UNUSED_SESSION_MS,
        http_server_kwargs=limits,
    )  # fmt: skip
    hosts = allowed_hosts(settings.address, server.port, settings.origins)
    server._http.request_callback = _RequestGate(server._tornado, page, hosts)
    return server
