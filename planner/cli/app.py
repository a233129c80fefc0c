"""The commands of ``planner`` by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from planner.cli import serve
from planner.cli.check import scenarios, schema, validate
from planner.cli.compare import compare
from planner.cli.diff import diff
from planner.cli.exchange import export, import_, import_un
from planner.cli.questions.ask import Asked, as_command, command_of, panels
from planner.cli.report import report
from planner.cli.run import run, solve
from planner.cli.sensitivity import sensitivity
from planner.cli.show import show
from planner.cli.simulate import simulate

__all__ = ["app"]

HELP = """Which missions go short of people when a country promises more to NATO's eastern flank.

A scenario is a YAML file, or the name of one that comes with the program (planner scenarios).

\b
Begin with:
  planner run eastern-flank-battalion
  planner compare letter eastern-flank-battalion
  planner simulate eastern-flank-battalion
  planner report eastern-flank-battalion
  planner show letter --mission untso
  planner app

Exit codes: 0 fine, 1 something failed, 2 the input is wrong, 130 interrupted, 141 the reader of
the output has stopped reading.
"""

PLOT = "Draw one figure as PNG, SVG or PDF."

PANELS: dict[str, dict[Callable[..., None] | Asked, str]] = {
    "Plan": {
        run: "Allocate people and say who goes short.",
        simulate: "Draw many futures and say how sure that is.",
        sensitivity: "Which uncertain figures drive it.",
        compare: "Put results side by side.",
        solve: "Solve a neutral problem.",
    },
    "Show it to others": {
        report: "Write all about a scenario into one HTML file.",
        Asked("plot"): PLOT,
    },
    **panels(),  # type: ignore[dict-item]
    "Look and check": {
        serve.app: "Open the what-if page in a browser.",
        show: "Show a resolved scenario, or a part of it.",
        diff: "List inputs that differ.",
        validate: "Check files, report everything wrong.",
        export: "Write a workbook, or the problem for other programs.",
        import_: "Make a scenario of a workbook.",
        import_un: "Make observations of the United Nations' series of uniformed personnel.",
        schema: "Print the JSON Schema of a format.",
        scenarios: "List the scenarios that come along.",
    },
}
"""Every command with what stands beside it in the list, by what it is for."""


def _name(command: Callable[..., None] | Asked) -> str:
    """Return what a command is called: as its function, but for a word that Python keeps."""
    return command.__name__.rstrip("_").replace("_", "-")


class Grouped(TyperGroup):
    """Lists commands by what they are for; those of analyses and figures are made when called.

    The figures are registered by the modules that draw them, which load matplotlib.
    """

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command by name."""
        if cmd_name == "plot":
            from planner.cli.plot import plot

            return as_command("plot", PLOT, plot)
        return super().get_command(ctx, cmd_name) or command_of(cmd_name)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write one section a panel; the second column stands at one place in all."""
        widest = max(len(_name(one)) for panel in PANELS.values() for one in panel)
        for panel, commands in PANELS.items():
            with formatter.section(panel):
                rows = [(_name(one).ljust(widest), about) for one, about in commands.items()]
                formatter.write_dl(rows)


app = typer.Typer(
    name="planner",
    cls=Grouped,
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


for panel in PANELS.values():
    for command, about in panel.items():
        if not isinstance(command, Asked):
            app.command(_name(command), short_help=about)(command)
