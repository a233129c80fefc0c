"""``app``: the what-if page, served to a browser on this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from planner.cli.options import In, Lang, Quiet
from planner.cli.registry import command

__all__ = ["app"]

Scenarios = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[SCENARIO]...",
        help="Scenario files or names to offer beside the package's own; the first is shown.",
        show_default=False,
    ),
]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes any that is free.")]
Address = Annotated[
    str, typer.Option("--address", help="Where to listen; others can reach it unless loopback.")
]
Origin = Annotated[
    list[str] | None,
    typer.Option(
        "--origin",
        metavar="HOST[:PORT]",
        help="Name under which browsers reach it, when not this machine's own; may be repeated.",
        show_default=False,
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        min=0,
        max=64,
        help="Processes that compute; by default one a processor, 4 at most.",
        show_default=False,
    ),
]
Open = Annotated[
    bool | None,
    typer.Option(
        "--open/--no-open",
        help="Open it in a browser; by default when started from a terminal.",
        show_default=False,
    ),
]


@command("Look and check", "Open the what-if page in a browser.", rank=1)
def app(
    scenarios: Scenarios = None,
    port: Port = 5006,
    address: Address = "127.0.0.1",
    origin: Origin = None,
    workers: Workers = None,
    lang: In = Lang.EN,
    open_: Open = None,
    quiet: Quiet = False,
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
    import re
    import sys

    from planner.cli.inputs import load_scenario
    from planner.cli.pages import check_page, listening
    from planner.errors import InputError

    check_page()
    for name in origin or ():
        if not re.fullmatch(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:]+\](:[0-9]{1,5})?", name):
            raise InputError(f"--origin: expected HOST or HOST:PORT, found {name!r:.80}")
    own = [load_scenario(name) for name in scenarios or ()]
    wanted = sys.stdout.isatty() if open_ is None else open_
    listening(own, address, port, tuple(origin or ()), workers, lang.value, wanted, quiet)
