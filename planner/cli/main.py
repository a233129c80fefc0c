"""Entry point: runs a command and turns what went wrong into a message and an exit code.

The commands of ``planner`` by name.

Completion in the shell: scenarios, and the missions, demands, pools and packages of one.

``planner --install-completion`` installs it for the shell in use. Words are found by the name of a
parameter, so that a new command completes without further code.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from planner.analysis.declare import names, template
from planner.cli import dutch
from planner.cli.console import Interrupted, clean
from planner.cli.options import PANELS, Lang, LangOption, commands, option
from planner.cli.plot import figure_names
from planner.cli.questions import analysis_command, analysis_panels
from planner.errors import InputError, PlannerError, shortened

__all__ = ["app", "complete_parameters", "main"]

SCENARIO_PARAMETERS = ("scenario", "items", "scenarios", "first", "second")
"""Parameters that name a scenario or its file."""

ID_PARAMETERS = {
    "mission": "missions",
    "demand": "demands",
    "pool": "pools",
    "package": "packages",
    "packages": "packages",
}
"""Parameters that name a part of a scenario, and where its inputs hold those parts."""

SUCCESS, FAILED, WRONG_INPUT, INTERRUPTED, BROKEN_PIPE = 0, 1, 2, 130, 141

_MAX_LINES = 200
"""Errors that are shown; a file with more of them is not read to the end by anyone."""

_MAX_LINE_LENGTH = 2_000
"""Characters of one error: names of files may be long, and unknown words are not trusted."""

TRACEBACK = "PLANNER_TRACEBACK"
"""Environment variable that shows where an unexpected error arose."""


def complete_parameters(command: Any) -> Any:
    """Return a command with parameters that complete the words known for their names."""
    for parameter in command.params:
        words = _completions_of(parameter.name)
        if words is not None and parameter._custom_shell_complete is None:
            parameter._custom_shell_complete = _completion_callback(words)
    return command


def _completion_callback(words: Callable[[Any, str], Iterable[str]]) -> Callable[..., list[str]]:
    def complete(context: Any, parameter: Any, incomplete: str) -> list[str]:
        try:
            found = sorted(set(words(context, incomplete)))
        except Exception:  # completion never prints: an unreadable scenario offers no words
            return []
        return [word for word in found if word.startswith(incomplete)]

    return complete


def _completions_of(name: str) -> Callable[[Any, str], Iterable[str]] | None:
    if name in SCENARIO_PARAMETERS:
        return _complete_scenarios
    if name in ID_PARAMETERS:
        return lambda context, _: _complete_ids(context, ID_PARAMETERS[name])
    return (lambda *_: figure_names()) if name == "figure" else None


def _complete_scenarios(context: Any, incomplete: str) -> Iterable[str]:
    """Yield names of shipped scenarios, and scenario files below the folder that was begun."""
    from planner.scenario.load import shipped_scenarios

    yield from (str(getattr(one, "name", one)) for one in shipped_scenarios())
    folder = Path(incomplete).parent
    for path in folder.glob("*"):
        if path.suffix in (".yaml", ".yml", ".json"):
            yield str(path)


def _complete_ids(context: Any, kind: str) -> Iterable[str]:
    """Return the ids of the parts of the scenario that was named before, else of the letter."""
    from planner.scenario.load import load

    given = next(
        (context.params[name] for name in SCENARIO_PARAMETERS if context.params.get(name)), "letter"
    )
    scenario = given if isinstance(given, str) else given[0]
    return list(getattr(load(scenario).inputs, kind))


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


def _commands_by_panel() -> dict[str, list[tuple[str, str]]]:
    """Return name and one line of every command by panel, analyses before the last panel."""
    own = {panel: [(one.name, one.summary) for one in commands(panel)] for panel in PANELS}
    language = "nl" if dutch.is_dutch() else "en"
    last = PANELS[-1]
    listed = {panel: rows for panel, rows in own.items() if rows and panel != last}
    for panel, asked in analysis_panels().items():
        rows = [(name, template(name).short[language]) for name in asked]
        listed[panel] = [*listed.get(panel, []), *rows]
    return listed | {last: own[last]}


class PanelGroup(TyperGroup):
    """Lists commands by what they are for, and makes those of analyses when they are called."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command by name."""
        found = super().get_command(ctx, cmd_name) or analysis_command(cmd_name)
        if found is not None and dutch.is_dutch():
            found = dutch.translate_command(found)
        return found and complete_parameters(found)

    def get_help(self, ctx: Any) -> str:
        """Return the help, in Dutch where that is asked for."""
        if not dutch.is_dutch():
            return str(super().get_help(ctx))
        made = copy(self)
        made.help = dutch.catalogue()["program"]
        made.params = [copy(one) for one in self.params]
        for one in made.params:
            vars(one)["help"] = dutch.translate_help_line(vars(one)["help"])
        return dutch.translate_headings(TyperGroup.get_help(made, ctx))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write one section a panel; the second column stands at one place in all."""
        listed = _commands_by_panel()
        said = dutch.translate_help_line if dutch.is_dutch() else str
        widest = max(len(name) for rows in listed.values() for name, _ in rows)
        for panel, rows in listed.items():
            with formatter.section(said(panel)):
                formatter.write_dl([(name.ljust(widest), said(about)) for name, about in rows])


app = typer.Typer(
    name="planner",
    cls=PanelGroup,
    help=HELP,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _print_version(asked: bool) -> None:
    if asked:
        from planner.results.result import version

        typer.echo(f"planner {version('planner')}")
        raise typer.Exit


@app.callback()
def _global_options(
    context: typer.Context,
    version: Annotated[
        bool, option("--version", "Show the version.", callback=_print_version, is_eager=True)
    ] = False,
    lang: LangOption = Lang.EN,
) -> None:
    """Hold the options that stand before a command; its language is that of the command too."""
    if lang is Lang.NL:
        every = [one.name for panel in PANELS for one in commands(panel)] + names()
        context.default_map = {name: {"lang": "nl"} for name in every}


for panel in PANELS:
    for one in commands(panel):
        app.command(one.name, short_help=one.summary)(one.run)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments without the name of the program; by default those it was started with.

    Returns
    -------
    int
        0 fine, 1 something failed, 2 the input is wrong, 130 interrupted, 141 the program that
        reads the output has stopped reading.
    """
    dutch.detect_language(sys.argv[1:] if argv is None else argv)
    try:
        if argv is None:
            _open_streams()
        arguments = None if argv is None else list(argv)
        code = app(args=arguments, prog_name="planner", standalone_mode=False)
        if code == INTERRUPTED:  # Typer has caught it
            return _print_and_exit_code("planner: interrupted", INTERRUPTED)
        sys.stdout.flush()
        return code if isinstance(code, int) else SUCCESS
    except (KeyboardInterrupt, Interrupted) as interrupt:
        with contextlib.suppress(ValueError):  # only the main thread may; this one is enough
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        return _print_and_exit_code(f"planner: {str(interrupt) or 'interrupted'}", INTERRUPTED)
    except BrokenPipeError:
        return _print_and_exit_code("", BROKEN_PIPE)
    except SystemExit as leaving:
        _discard_further_output()
        if isinstance(leaving.__context__, BrokenPipeError):
            return BROKEN_PIPE
        return leaving.code if isinstance(leaving.code, int) else FAILED
    except MemoryError:
        return _print_and_exit_code(
            "planner: out of memory: the problem is too large for this machine", FAILED
        )
    except Exception as error:
        return _report_error(error)


def _report_error(error: Exception) -> int:
    """Say what went wrong, without a traceback unless it is asked for."""
    if os.environ.get(TRACEBACK):
        import traceback

        traceback.print_exc()
    if isinstance(error, InputError):
        shown = dutch.translate_fault if dutch.is_dutch() else str
        lines = [f"planner: {f}" if isinstance(f, str) else shown(f) for f in error.faults]
        return _print_and_exit_code(lines, WRONG_INPUT)
    if isinstance(error, PlannerError):
        return _print_and_exit_code(f"planner: {error}", FAILED)
    if hasattr(error, "format_message"):  # wrong use of the command line
        return _report_usage_error(error)
    if isinstance(error, OSError):
        reason = error.strerror or str(error)
        where = f"{error.filename}: " if error.filename else "cannot write: "
        if error.errno == errno.EBADF and not error.filename:
            where, reason = "standard output: ", "is closed, so the answer cannot be shown"
        return _print_and_exit_code(f"planner: {where}{reason}", FAILED)
    lines = [
        f"planner: unexpected error: {type(error).__name__}: {error}",
        f"planner: this is a fault of the program; {TRACEBACK}=1 shows where it arose",
    ]
    return _print_and_exit_code(lines, FAILED)


def _report_usage_error(error: Any) -> int:
    """Explain wrong arguments: what is wrong, and where help stands."""
    message = " ".join(error.format_message().split()).replace("Value error, ", "")
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "planner"
    if type(error).__name__ == "NoArgsIsHelpError" and context is not None:
        print(context.get_help(), file=sys.stderr)
        return WRONG_INPUT
    return _print_and_exit_code(
        [f"{command}: {message}", f"'{command} --help' shows what it takes"], WRONG_INPUT
    )


def _print_and_exit_code(lines: str | Sequence[str], code: int) -> int:
    """Print lines on standard error, come what may, and return the exit code."""
    try:
        if code != WRONG_INPUT:
            _discard_further_output()
        else:
            sys.stdout.flush()
        lines = [lines] if isinstance(lines, str) else lines
        if dutch.is_dutch():
            lines = [dutch.translate_message(line) for line in lines]
        for line in lines[:_MAX_LINES]:
            if line:
                print(shortened(clean(line), _MAX_LINE_LENGTH), file=sys.stderr)
        if len(lines) > _MAX_LINES:
            print(f"planner: and {len(lines) - _MAX_LINES:,} more", file=sys.stderr)
        sys.stderr.flush()
    except (OSError, ValueError):
        _discard_further_output()
    return code


class _ClosedOutput(io.TextIOBase):
    """Stands for a standard output that was closed before the program began."""

    def write(self, text: str) -> int:
        raise OSError(errno.EBADF, "closed")

    def writable(self) -> bool:
        return True


def _open_streams() -> None:
    """Make the standard streams safe: none missing, none that stumbles over a character."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            try:
                os.fstat(number)
            except OSError:  # or the next file that is opened would take its place
                os.open(os.devnull, os.O_RDWR)
            stream: Any
            if name == "stdout":
                stream = _ClosedOutput()
            else:
                mode = "r" if name == "stdin" else "w"
                stream = open(os.devnull, mode, encoding="utf-8")  # noqa: SIM115
            setattr(sys, name, stream)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    with contextlib.suppress(ValueError):  # only the main thread may
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def _discard_further_output() -> None:
    """Let nothing more be written to a standard output that is closed."""
    stream = sys.stdout
    try:
        stream.flush()
    except (OSError, ValueError):
        with contextlib.suppress(OSError, ValueError):
            target = os.open(os.devnull, os.O_WRONLY)
            os.dup2(target, stream.fileno())
            os.close(target)
