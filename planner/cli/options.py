"""Options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

__all__ = [
    "AsJson",
    "Cluster",
    "Engine",
    "Force",
    "In",
    "Lang",
    "Named",
    "Out",
    "Quiet",
    "Rule",
    "Seed",
    "Solver",
    "Sought",
    "TimeLimit",
    "Whole",
    "Worker",
    "Workers",
]


class Rule(StrEnum):
    """How people are divided within a tier."""

    FAIR = "fair"
    VALUE = "value"


class Lang(StrEnum):
    """Language of what a person reads."""

    EN = "en"
    NL = "nl"


class Engine(StrEnum):
    """What solves the programme."""

    HIGHS = "highs"
    PULP = "pulp"


In = Annotated[Lang, typer.Option("--lang", help="Language of the output, errors and help.")]
AsJson = Annotated[bool, typer.Option("--json", help="Strict JSON on standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no summary.")]
Force = Annotated[bool, typer.Option("--force", help="Replace what an earlier command wrote.")]
Sought = Annotated[
    Rule | None,
    typer.Option(
        "--rule",
        help="fair: the worst-off gets as much as can be; value: most weighted person-months. "
        "By default what the scenario says.",
        show_default=False,
    ),
]

Worker = Annotated[
    Engine,
    typer.Option("--engine", help="highs: fast; pulp: the same programme stated with PuLP, slow."),
]
Solver = Annotated[
    str | None,
    typer.Option(
        "--solver",
        metavar="NAME",
        help="Solver for --engine pulp or --whole-people: cbc, highs, or any other PuLP knows.",
        show_default=False,
    ),
]
Whole = Annotated[
    bool,
    typer.Option("--whole-people", help="Whole people and all-or-nothing units (slow)."),
]
TimeLimit = Annotated[
    float | None,
    typer.Option(
        "--time-limit",
        metavar="SECONDS",
        min=0.1,
        max=1e6,
        help="With --whole-people: longest time for each step; how far it got is told.",
        show_default=False,
    ),
]
Named = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO",
        help="A scenario file, the name of one that comes with the program, or -.",
        show_default=False,
    ),
]
Out = Annotated[
    str | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FOLDER",
        help="Folder for all tables (Parquet and CSV), the problem and a manifest of what went in.",
        show_default=False,
    ),
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Where the draws begin.")]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        min=1,
        help="Processes; by default one a processor, and one in all for few draws.",
        show_default=False,
    ),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help="Scheduler of a Dask cluster that runs, such as tcp://host:8786.",
        show_default=False,
    ),
]
