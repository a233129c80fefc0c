"""The commands of ``planner`` by name.

Completion in the shell: scenarios, and the missions, demands, pools and packages of one.

``planner --install-completion`` installs it for the shell in use. Words are found by the name of a
parameter, so that a new command completes without further code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from planner.cli.questions import command_of, panels
from planner.cli.registry import PANELS, commands

__all__ = [
    "app",
    "complete_parameters",
]

SCENARIOS = ("scenario", "items", "scenarios", "first", "second")
"""Parameters that name a scenario or its file."""

PARTS = {
    "mission": "missions",
    "demand": "demands",
    "pool": "pools",
    "package": "packages",
    "packages": "packages",
}
"""Parameters that name a part of a scenario, and where its inputs hold those parts."""


def complete_parameters(command: Any) -> Any:
    """Return a command whose parameters complete the words known for their names."""
    for parameter in command.params:
        words = _words_for(parameter.name)
        if words is not None and parameter._custom_shell_complete is None:
            parameter._custom_shell_complete = _completer(words)
    return command


def _completer(words: Callable[[Any, str], Iterable[str]]) -> Callable[..., list[str]]:
    def complete(context: Any, parameter: Any, incomplete: str) -> list[str]:
        try:
            found = sorted(set(words(context, incomplete)))
        except Exception:  # completion never prints: an unreadable scenario offers no words
            return []
        return [word for word in found if word.startswith(incomplete)]

    return complete


def _words_for(name: str) -> Callable[[Any, str], Iterable[str]] | None:
    if name in SCENARIOS:
        return _scenarios
    if name in PARTS:
        return lambda context, _: _parts(context, PARTS[name])
    if name == "figure":
        return lambda *_: _figures()
    return None


def _scenarios(context: Any, incomplete: str) -> Iterable[str]:
    """Yield names of shipped scenarios, and scenario files below the folder that was begun."""
    from planner.scenario.load import shipped_scenarios

    yield from (str(getattr(one, "name", one)) for one in shipped_scenarios())
    folder = Path(incomplete).parent
    for path in folder.glob("*"):
        if path.suffix in (".yaml", ".yml", ".json"):
            yield str(path)


def _parts(context: Any, kind: str) -> Iterable[str]:
    """Return the ids of the parts of the scenario that was named before, else of the letter."""
    from planner.scenario.load import load

    given = next((context.params[name] for name in SCENARIOS if context.params.get(name)), "letter")
    scenario = given if isinstance(given, str) else given[0]
    return list(getattr(load(scenario).inputs, kind))


def _figures() -> Iterable[str]:
    from planner.gallery import gallery

    return list(gallery())


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
        return found and complete_parameters(found)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write one section a panel; the second column stands at one place in all."""
        listed = _listed()
        widest = max(len(name) for rows in listed.values() for name, _ in rows)
        for panel, rows in listed.items():
            with formatter.section(panel):
                formatter.write_dl([(name.ljust(widest), about) for name, about in rows])


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
        from planner.results.result import version

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


for panel in PANELS:
    for one in commands(panel):
        app.command(one.name, short_help=one.about)(one.run)
