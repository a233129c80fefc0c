"""The registry of commands: a command is declared where it is written.

    @command("Plan", "Allocate people and report shortfalls.", rank=1)
    def run(...): ...

The modules of ``planner.cli`` are loaded by :func:`commands`, so that a new command needs no other
file.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

__all__ = ["PANELS", "Command", "command", "commands"]

PANELS = ("Plan", "Show it to others", "Questions", "Look and check")
"""What commands are for, in the order in which they are listed; analyses declare their own."""


@dataclass(frozen=True)
class Command:
    """A command: its function, its name, one line about it, and its panel and rank there."""

    run: Callable[..., Any]
    name: str
    about: str
    panel: str
    rank: int


_WITHOUT_COMMANDS = ("app", "main", "summary")
"""Modules that are not loaded for the list of commands; the last one loads NumPy."""

_declared: dict[str, Command] = {}


def command(
    panel: str, about: str, *, rank: int = 100, name: str = ""
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare the function below as a command.

    Parameters
    ----------
    panel : str
        One of :data:`PANELS`.
    about : str
        One line for the list of commands.
    rank : int
        Place within the panel; lower is first.
    name : str, optional
        By default that of the function, with hyphens.
    """
    if panel not in PANELS:
        raise ValueError(f"expected one of {', '.join(PANELS)}, found {panel!r}")

    def declare(run: Callable[..., Any]) -> Callable[..., Any]:
        called = name or run.__name__.rstrip("_").replace("_", "-")
        _declared[called] = Command(run, called, about, panel, rank)
        return run

    return declare


@cache
def _load() -> None:
    package = import_module("planner.cli")
    for module in pkgutil.iter_modules(package.__path__):
        if module.name not in _WITHOUT_COMMANDS:
            import_module(f"planner.cli.{module.name}")


def commands(panel: str) -> list[Command]:
    """Return the commands of a panel in the order in which they are listed."""
    _load()
    found = [one for one in _declared.values() if one.panel == panel]
    return sorted(found, key=lambda one: (one.rank, one.name))
