"""The commands of ``planner`` by name."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from planner.analysis.declare import names, template
from planner.cli import dutch
from planner.cli.completion import complete_parameters
from planner.cli.options import In, Lang
from planner.cli.questions.ask import command_of, panels
from planner.cli.registry import PANELS, commands

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


def _listed() -> dict[str, list[tuple[str, str]]]:
    """Return name and one line of every command by panel, analyses before the last panel."""
    own = {panel: [(one.name, one.about) for one in commands(panel)] for panel in PANELS}
    asked = {
        panel: [(one.__name__.rstrip("_").replace("_", "-"), about) for one, about in rows.items()]
        for panel, rows in panels().items()
    }
    language = "nl" if dutch.chosen() else "en"
    asked = {
        panel: [(name, template(name).short[language]) for name, _ in rows]
        for panel, rows in asked.items()
    }
    last = PANELS[-1]
    listed = {panel: rows for panel, rows in own.items() if rows and panel != last}
    for panel, rows in asked.items():
        listed[panel] = [*listed.get(panel, []), *rows]
    return listed | {last: own[last]}


class Grouped(TyperGroup):
    """Lists commands by what they are for, and makes those of analyses when they are called."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command by name."""
        found = super().get_command(ctx, cmd_name) or command_of(cmd_name)
        if found is not None and dutch.chosen():
            vars(found)["get_help"] = partial(dutch.help_of, found)
        return found and complete_parameters(found)

    def get_help(self, ctx: Any) -> str:
        """Return the help, in Dutch where that is asked for."""
        if dutch.chosen():
            self.help = dutch.PROGRAM
            return dutch.help_of(self, ctx, super().get_help)
        return str(super().get_help(ctx))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write one section a panel; the second column stands at one place in all."""
        listed = _listed()
        said = dutch.short if dutch.chosen() else str
        widest = max(len(name) for rows in listed.values() for name, _ in rows)
        for panel, rows in listed.items():
            with formatter.section(said(panel)):
                formatter.write_dl([(name.ljust(widest), said(about)) for name, about in rows])


app = typer.Typer(
    name="planner",
    cls=Grouped,
    help=HELP,
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
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=_version, is_eager=True),
    ] = False,
    lang: In = Lang.EN,
) -> None:
    """Hold the options that stand before a command; its language is that of the command too."""
    if lang is Lang.NL:
        every = [one.name for panel in PANELS for one in commands(panel)] + names()
        context.default_map = {name: {"lang": "nl"} for name in every}


for panel in PANELS:
    for one in commands(panel):
        app.command(one.name, short_help=one.about)(one.run)
