"""``app``: serve the what-if page to a browser, with checks of address and packages."""

from __future__ import annotations

import errno
import ipaddress
import os
import re
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

from planner.cli.console import clean, echo
from planner.cli.inputs import load_scenario
from planner.cli.options import Lang, LangOption, QuietOption, argument, command, option
from planner.errors import InputError, PlannerError

if TYPE_CHECKING:
    from planner.app.server import Settings
    from planner.scenario.load import Scenario

__all__ = ["app", "check_page_installed", "is_loopback", "serve_page"]

MAX_WORKERS = 4
"""Default of the largest number of worker processes."""


def check_page_installed() -> None:
    """Raise PlannerError with the remedy if Panel is not installed."""
    if find_spec("panel") is None:
        raise PlannerError(
            "the page needs Panel, which is not installed: pip install 'displacement-planner[app]'"
        )


def is_loopback(address: str) -> bool:
    """Whether an address is reachable from this machine only.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def serve_page(
    scenarios: Sequence[Scenario], settings: Settings, browse: bool, quiet: bool
) -> None:
    """Serve the page until it is interrupted, and print its address."""
    from planner.app.server import serve

    address, port = settings.address, settings.port
    names = [scenario.name for scenario in scenarios]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"scenarios of the same name: {', '.join(twice)}; rename one of the files")

    def ready(found: int) -> None:
        host = "localhost" if address in ("0.0.0.0", "::") else address
        url = f"http://{f'[{host}]' if ':' in host else host}:{found}/"
        if not quiet:
            echo(f"the page is at {url} (Ctrl-C ends it)")
            sys.stdout.flush()
            if not is_loopback(address):
                warning = f"others can reach {address} and no password protects it"
                print(f"planner: warning: {clean(warning)}", file=sys.stderr)
        if browse:
            import webbrowser

            webbrowser.open(url)

    try:
        serve(settings, scenarios, ready)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            message = f"port {port} of {address} is taken: choose another with --port, or 0"
            raise PlannerError(message) from None
        if error.errno in (errno.EACCES, errno.EADDRNOTAVAIL) or "address" in str(error).lower():
            raise PlannerError(f"cannot listen on {address}, port {port}: {error}") from None
        raise


ScenariosArgument = Annotated[
    list[str] | None,
    argument(
        "[SCENARIO]...",
        "Scenario files or names to offer beside the package's own; the first is shown.",
    ),
]
PortOption = Annotated[int, option("--port", "0 takes any that is free.", min=0, max=65535)]
AddressOption = Annotated[
    str, option("--address", "Where to listen; others can reach it unless loopback.")
]
OriginOption = Annotated[
    list[str] | None,
    option(
        "--origin",
        "Name under which browsers reach it, when not this machine's own; may be repeated.",
        "HOST[:PORT]",
    ),
]
WorkersOption = Annotated[
    int | None,
    option(
        "--workers", "Processes that compute; by default one a processor, 4 at most.", min=0, max=64
    ),
]
DrawsOption = Annotated[
    int,
    option(
        "--draws", "Most draws of a variant that are made without being asked for.", min=0, max=2048
    ),
]
OpenOption = Annotated[
    bool | None,
    option("--open/--no-open", "Open it in a browser; by default when started from a terminal."),
]


@command("Look and check", "Open the what-if page in a browser.", rank=1)
def app(
    scenarios: ScenariosArgument = None,
    port: PortOption = 5006,
    address: AddressOption = "127.0.0.1",
    origin: OriginOption = None,
    workers: WorkersOption = None,
    draws: DrawsOption = 256,
    lang: LangOption = Lang.EN,
    open_: OpenOption = None,
    quiet: QuietOption = False,
) -> None:
    """Open the what-if page: move a commitment and see at once what it displaces.

    Serves a page to the browser on this machine until it is interrupted (Ctrl-C). It needs no
    network. A page for others is at --address 0.0.0.0 with --origin for the name they use; it knows
    no passwords, so put it behind something that does. GET /health says that it lives.

    \b
    Examples:
      planner app
      planner app my-scenario.yaml --lang nl
      planner app --port 0 --no-open
    """
    check_page_installed()
    for name in origin or ():
        if not re.fullmatch(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:]+\](:[0-9]{1,5})?", name):
            raise InputError(f"--origin: expected HOST or HOST:PORT, found {name!r:.80}")
    own = [load_scenario(name) for name in scenarios or ()]
    from planner.app.server import Settings

    processes = min(os.cpu_count() or 1, MAX_WORKERS) if workers is None else workers
    settings = Settings(address, port, tuple(origin or ()), processes, draws, lang.value)
    serve_page(own, settings, sys.stdout.isatty() if open_ is None else open_, quiet)
