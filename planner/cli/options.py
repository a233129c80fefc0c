"""Options that commands share, and the registry of commands.

A command is declared where its function is defined:

    @command("Plan", "Allocate people and report shortfalls.", rank=1)
    def run(...): ...

The modules of ``planner.cli`` are imported by :func:`commands`, so that a new command needs no
entry elsewhere.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import Annotated, Any

import typer

__all__ = [
    "PANELS",
    "JsonOption",
    "ClusterOption",
    "Command",
    "Engine",
    "ForceOption",
    "LangOption",
    "Lang",
    "ScenarioArgument",
    "OutOption",
    "QuietOption",
    "Rule",
    "SeedOption",
    "SolverOption",
    "RuleOption",
    "TimeLimitOption",
    "WholePeopleOption",
    "EngineOption",
    "WorkersOption",
    "argument",
    "command",
    "commands",
    "option",
]

PANELS = ("Plan", "Show it to others", "Learn from the record", "Look and check")
"""Headings of commands in the help, in order; analyses declare their own."""

_MODULES_WITHOUT_COMMANDS = ("app", "main", "summary")
"""Modules without commands, which are not imported for their list; the last one imports NumPy."""


@dataclass(frozen=True)
class Command:
    """A command: its function, name, summary in one line, panel, and rank in the panel."""

    run: Callable[..., Any]
    name: str
    summary: str
    panel: str
    rank: int


_registry: dict[str, Command] = {}


def command(
    panel: str, summary: str, *, rank: int
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare the decorated function as a command, with hyphens in its name.

    The help lists it under one of :data:`PANELS`, by rank, with its summary.
    """
    if panel not in PANELS:
        raise ValueError(f"expected one of {', '.join(PANELS)}, found {panel!r}")

    def declare(run: Callable[..., Any]) -> Callable[..., Any]:
        name = run.__name__.rstrip("_").replace("_", "-")
        _registry[name] = Command(run, name, summary, panel, rank)
        return run

    return declare


@cache
def _load_commands() -> None:
    package = import_module("planner.cli")
    for module in pkgutil.iter_modules(package.__path__):
        if module.name not in _MODULES_WITHOUT_COMMANDS:
            import_module(f"planner.cli.{module.name}")


def commands(panel: str) -> list[Command]:
    """Return the commands of a panel, by rank and name."""
    _load_commands()
    listed = [entry for entry in _registry.values() if entry.panel == panel]
    return sorted(listed, key=lambda entry: (entry.rank, entry.name))


class Rule(StrEnum):
    """How people are divided within a tier."""

    FAIR = "fair"
    VALUE = "value"


class Lang(StrEnum):
    """Language of the output."""

    EN = "en"
    NL = "nl"


class Engine(StrEnum):
    """Solver interface of the programme."""

    HIGHS = "highs"
    PULP = "pulp"


def option(flags: str, text: str, metavar: str | None = None, **settings: Any) -> Any:
    """Return an option of a command with its flags, such as ``"--out -o"``, and its help.

    `metavar` is the name of its value; `settings` are further arguments of :func:`typer.Option`.
    """
    return typer.Option(*flags.split(), help=text, metavar=metavar, **settings)


def argument(metavar: str, text: str, **settings: Any) -> Any:
    """Return a positional argument of a command; see :func:`option`."""
    return typer.Argument(metavar=metavar, help=text, **settings)


LangOption = Annotated[Lang, option("--lang", "Language of the output, errors and help.")]
JsonOption = Annotated[bool, option("--json", "Strict JSON on standard output.")]
QuietOption = Annotated[bool, option("--quiet -q", "No progress, no summary.")]
ForceOption = Annotated[bool, option("--force", "Replace what an earlier command wrote.")]
RuleOption = Annotated[
    Rule | None,
    option(
        "--rule",
        "fair: the worst-off gets as much as can be; value: most weighted person-months. By "
        "default what the scenario says.",
    ),
]

EngineOption = Annotated[
    Engine, option("--engine", "highs: fast; pulp: the same programme stated with PuLP, slow.")
]
SolverOption = Annotated[
    str | None,
    option(
        "--solver",
        "Solver for --engine pulp or --whole-people: cbc, highs, or any other PuLP knows.",
        "NAME",
    ),
]
WholePeopleOption = Annotated[
    bool, option("--whole-people", "Whole people and all-or-nothing units (slow).")
]
TimeLimitOption = Annotated[
    float | None,
    option(
        "--time-limit",
        "With --whole-people: longest time for each step; how far it got is reported.",
        "SECONDS",
        min=0.1,
        max=1e6,
    ),
]
ScenarioArgument = Annotated[
    str, argument("SCENARIO", "A scenario file, the name of one that comes with the program, or -.")
]
OutOption = Annotated[
    str | None,
    option(
        "--out -o",
        "Folder for all tables (Parquet and CSV), the problem and a manifest of what went in.",
        "FOLDER",
    ),
]
SeedOption = Annotated[int, option("--seed", "Where the draws begin.", min=0)]
WorkersOption = Annotated[
    int | None,
    option(
        "--workers", "Processes; by default one a processor, and one in all for few draws.", min=1
    ),
]
ClusterOption = Annotated[
    str | None,
    option(
        "--cluster", "Scheduler of a Dask cluster that runs, such as tcp://host:8786.", "ADDRESS"
    ),
]
