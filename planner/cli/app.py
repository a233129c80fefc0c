"""The commands of ``planner`` by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from planner.cli.check import scenarios, schema, validate
from planner.cli.compare import compare
from planner.cli.diff import diff
from planner.cli.export import export
from planner.cli.run import run
from planner.cli.show import show
from planner.cli.simulate import simulate
from planner.cli.solve import solve

__all__ = ["app"]

HELP = """Which missions go short of people when a country promises more to NATO's eastern flank.

A scenario is a YAML file, or the name of one that comes with the program (planner scenarios).

\b
Begin with:
  planner run eastern-flank-battalion
  planner compare letter eastern-flank-battalion
  planner simulate eastern-flank-battalion
  planner show letter --mission untso

Exit codes: 0 fine, 1 something failed, 2 the input is wrong, 130 interrupted.
"""

app = typer.Typer(
    name="planner",
    help=HELP,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _version(asked: bool) -> None:
    if asked:
        from planner.results.manifest import version

        typer.echo(f"planner {version('planner')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=_version, is_eager=True),
    ] = False,
) -> None:
    """Hold the options that stand before a command."""


COMMANDS: dict[Callable[..., None], str] = {
    run: "Allocate people and say who goes short.",
    simulate: "Draw many futures and say how sure that is.",
    compare: "Put results side by side.",
    diff: "List inputs that differ.",
    show: "Show a resolved scenario, or a part of it.",
    validate: "Check files, report everything wrong.",
    export: "Write the problem for other programs.",
    solve: "Solve a neutral problem.",
    schema: "Print the JSON Schema of a format.",
    scenarios: "List the scenarios that come along.",
}
"""Every command, with what stands beside it in the list."""

for command, about in COMMANDS.items():
    app.command(short_help=about)(command)
