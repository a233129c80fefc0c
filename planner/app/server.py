"""The page as a server, for one reader or for a roomful."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import panel as pn
from tornado.web import RequestHandler

from planner.app.desk import Desk
from planner.app.jobs import Jobs
from planner.app.library import Library
from planner.app.page import page
from planner.app.words import say
from planner.scenario.load import Scenario

__all__ = ["Settings", "serve"]

log = logging.getLogger(__name__)

LARGEST = 4_000_000
"""Most bytes of one message from a browser."""

SECONDS = 15_000
"""Milliseconds for which a visit that has lost its browser is kept."""


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
        Processes that draw; 0 draws in the server's own.
    lang : {"en", "nl"}
        Language where the address says nothing.
    """

    address: str = "127.0.0.1"
    port: int = 5006
    origins: tuple[str, ...] = ()
    workers: int = 2
    lang: str = "en"


class Health(RequestHandler):
    """Says that the server lives, for whoever deploys it."""

    def initialize(self, desk: Desk) -> None:
        """Take the desk."""
        self.desk = desk

    def get(self) -> None:
        """Answer."""
        from planner.results.manifest import version

        self.set_header("Cache-Control", "no-store")
        self.write({"status": "ok", "version": version("planner"), "workers": self.desk.workers})


def serve(
    settings: Settings,
    scenarios: Sequence[Scenario] = (),
    ready: Callable[[int], None] | None = None,
) -> None:
    """Serve the page until the process is told to end.

    Parameters
    ----------
    settings : Settings
    scenarios : sequence of Scenario
        Offered beside those that come along; the first is the one to begin from.
    ready : callable, optional
        Called with the port once it listens.
    """
    library = Library(tuple(scenarios))
    with Desk(settings.workers) as desk:
        server = build(settings, desk, Jobs(), library)
        desk.warm()
        server.start()
        if ready is not None:
            ready(server.port)
        server.io_loop.start()


def here(address: str, port: int) -> list[str]:
    """Return the names under which this machine reaches an address of its own.

    Examples
    --------
    >>> here("127.0.0.1", 5006)
    ['127.0.0.1:5006', 'localhost:5006']
    """
    own = f"[{address}]" if ":" in address else address
    return [f"{host}:{port}" for host in dict.fromkeys((own, "localhost"))]


def free_port(address: str) -> int:
    """Return a port that nobody listens on."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def build(settings: Settings, desk: Desk, jobs: Jobs, library: Library) -> Any:
    """Return the server, listening but not yet answering."""
    pn.extension()
    port = settings.port or free_port(settings.address)

    def visit() -> pn.viewable.Viewable | None:
        document = pn.state.curdoc
        assert document is not None
        try:
            made = page(desk, jobs, library, dict(pn.state.session_args), settings.lang)
            with document.models.freeze():  # else everything is walked through with every part
                made.server_doc(document, "planner", location=False)
        except Exception:
            log.exception("a page could not be made")
            return pn.pane.Str(say("unexpected", settings.lang))
        return None

    return pn.serve(
        {"/": visit},
        address=settings.address,
        port=port,
        websocket_origin=[*here(settings.address, port), *settings.origins],
        show=False,
        start=False,
        verbose=False,
        location=False,
        threaded=False,
        title="planner",
        extra_patterns=[(r"/health", Health, {"desk": desk})],
        websocket_max_message_size=LARGEST,
        unused_session_lifetime=SECONDS,
        check_unused_sessions=SECONDS,
    )
