"""What stands between the command line and the server of the what-if page."""

from __future__ import annotations

import errno
import ipaddress
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from planner.cli.console import clean, say
from planner.errors import InputError, PlannerError

if TYPE_CHECKING:
    from planner.scenario.load import Scenario

__all__ = ["check_page", "is_loopback", "listening"]

MOST = 4
"""Processes that compute unless more are asked for."""


def check_page() -> None:
    """Raise PlannerError with the cure if what the page is made with is not installed."""
    if find_spec("panel") is None:
        raise PlannerError(
            "the page needs Panel, which is not installed: pip install 'displacement-planner[app]'"
        )


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach an address.

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


def listening(
    scenarios: Sequence[Scenario],
    address: str,
    port: int,
    origins: tuple[str, ...],
    workers: int | None,
    lang: str,
    browse: bool,
    quiet: bool,
) -> None:
    """Serve the page until it is interrupted, and say where it is."""
    from planner.app.server import Settings, serve

    names = [scenario.name for scenario in scenarios]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"scenarios of the same name: {', '.join(twice)}; rename one of the files")
    if workers is None:
        workers = min(os.cpu_count() or 1, MOST)

    def ready(found: int) -> None:
        host = "localhost" if address in ("0.0.0.0", "::") else address
        url = f"http://{f'[{host}]' if ':' in host else host}:{found}/"
        if not quiet:
            say(f"the page is at {url} (Ctrl-C ends it)")
            sys.stdout.flush()
            if not is_loopback(address):
                warning = f"others can reach {address} and there is no password"
                print(f"planner: warning: {clean(warning)}", file=sys.stderr)
        if browse:
            import webbrowser

            webbrowser.open(url)

    settings = Settings(address, port, origins, workers, lang)
    try:
        serve(settings, scenarios, ready)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            message = f"port {port} of {address} is taken: choose another with --port, or 0"
            raise PlannerError(message) from None
        if error.errno in (errno.EACCES, errno.EADDRNOTAVAIL) or "address" in str(error).lower():
            raise PlannerError(f"cannot listen on {address}, port {port}: {error}") from None
        raise
