"""Entry point of the command line: runs a command and turns errors into messages and exit codes.

Shell completion (``planner --install-completion``) offers scenarios, and the missions, demands,
pools and packages of a scenario. It depends on the names of parameters, so that a new command needs
no further code.
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
"""Parameters whose values are scenarios."""

ID_PARAMETERS = {
    "mission": "missions",
    "demand": "demands",
    "pool": "pools",
    "package": "packages",
    "packages": "packages",
}
"""Parameters whose values are ids, and the mapping of the inputs with these ids."""

SUCCESS, FAILED, WRONG_INPUT, INTERRUPTED, BROKEN_PIPE = 0, 1, 2, 130, 141

_MAX_LINES = 200
"""Largest number of errors that are printed."""

_MAX_LINE_LENGTH = 2_000
"""Largest number of characters of one error; file names and unknown words may be long."""

TRACEBACK = "PLANNER_TRACEBACK"
"""Environment variable that turns on tracebacks."""


def complete_parameters(command: Any) -> Any:
    """Return a command whose parameters have shell completion by their names."""
    for parameter in command.params:
        words = _completions_of(parameter.name)
        if words is not None and parameter._custom_shell_complete is None:
            parameter._custom_shell_complete = _completion_callback(words)
    return command


def _completion_callback(words: Callable[[Any, str], Iterable[str]]) -> Callable[..., list[str]]:
    def complete(context: Any, parameter: Any, incomplete: str) -> list[str]:
        try:
            candidates = sorted(set(words(context, incomplete)))
        except Exception:  # completion prints no errors: an unreadable scenario has no completions
            return []
        return [word for word in candidates if word.startswith(incomplete)]

    return complete


def _completions_of(name: str) -> Callable[[Any, str], Iterable[str]] | None:
    if name in SCENARIO_PARAMETERS:
        return _complete_scenarios
    if name in ID_PARAMETERS:
        return lambda context, _: _complete_ids(context, ID_PARAMETERS[name])
    return (lambda *_: figure_names()) if name == "figure" else None


def _complete_scenarios(context: Any, incomplete: str) -> Iterable[str]:
    """Yield the names of shipped scenarios, and the scenario files in the folder typed so far."""
    from planner.scenario.load import shipped_scenarios

    yield from (str(getattr(scenario, "name", scenario)) for scenario in shipped_scenarios())
    folder = Path(incomplete).parent
    for path in folder.glob("*"):
        if path.suffix in (".yaml", ".yml", ".json"):
            yield str(path)


def _complete_ids(context: Any, kind: str) -> Iterable[str]:
    """Return the ids in the scenario given before, by default in the letter."""
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
    """Return name and summary of every command by panel, analyses before the last panel."""
    own = {panel: [(entry.name, entry.summary) for entry in commands(panel)] for panel in PANELS}
    last_panel = PANELS[-1]
    listed = {panel: rows for panel, rows in own.items() if rows and panel != last_panel}
    for panel, analyses in analysis_panels().items():
        rows = [(name, template(name).short) for name in analyses]
        listed[panel] = [*listed.get(panel, []), *rows]
    return listed | {last_panel: own[last_panel]}


class PanelGroup(TyperGroup):
    """Group of commands that lists them by panel and creates the commands of analyses on demand."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command by name."""
        command = super().get_command(ctx, cmd_name) or analysis_command(cmd_name)
        if command is not None and dutch.is_dutch():
            command = dutch.translate_command(command)
        return command and complete_parameters(command)

    def get_help(self, ctx: Any) -> str:
        """Return the help in the chosen language."""
        if not dutch.is_dutch():
            return str(super().get_help(ctx))
        translated = copy(self)
        translated.help = dutch.description(HELP)
        translated.params = [copy(param) for param in self.params]
        for param in translated.params:
            vars(param)["help"] = dutch.translate_help(vars(param)["help"])
        return dutch.translate_headings(TyperGroup.get_help(translated, ctx))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write a section for each panel, with the second columns aligned."""
        listed = _commands_by_panel()
        translate = dutch.translate_help if dutch.is_dutch() else str
        width = max(len(name) for rows in listed.values() for name, _ in rows)
        for panel, rows in listed.items():
            with formatter.section(translate(panel)):
                formatter.write_dl([(name.ljust(width), translate(about)) for name, about in rows])


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
    """Take the options before a command; its language is the default of the command."""
    if lang is Lang.NL:
        command_names = [entry.name for panel in PANELS for entry in commands(panel)] + names()
        context.default_map = {name: {"lang": "nl"} for name in command_names}


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
            return _fail("planner: interrupted", INTERRUPTED)
        sys.stdout.flush()
        return code if isinstance(code, int) else SUCCESS
    except (KeyboardInterrupt, Interrupted) as interrupt:
        with contextlib.suppress(ValueError):  # only the main thread may; this one is enough
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        return _fail(f"planner: {str(interrupt) or 'interrupted'}", INTERRUPTED)
    except BrokenPipeError:
        return _fail("", BROKEN_PIPE)
    except SystemExit as leaving:
        _discard_output()
        if isinstance(leaving.__context__, BrokenPipeError):
            return BROKEN_PIPE
        return leaving.code if isinstance(leaving.code, int) else FAILED
    except MemoryError:
        return _fail("planner: out of memory: the problem is too large for this machine", FAILED)
    except Exception as error:
        return _report_error(error)


def _report_error(error: Exception) -> int:
    """Print an error and return the exit code; a traceback only if it is turned on."""
    if os.environ.get(TRACEBACK):
        import traceback

        traceback.print_exc()
    if isinstance(error, InputError):
        text_of = dutch.translate_fault if dutch.is_dutch() else str
        lines = [f"planner: {f}" if isinstance(f, str) else text_of(f) for f in error.faults]
        return _fail(lines, WRONG_INPUT)
    if isinstance(error, PlannerError):
        return _fail(f"planner: {error}", FAILED)
    if hasattr(error, "format_message"):  # wrong use of the command line
        return _report_usage_error(error)
    if isinstance(error, OSError):
        reason = error.strerror or str(error)
        where = f"{error.filename}: " if error.filename else "cannot write: "
        if error.errno == errno.EBADF and not error.filename:
            where, reason = "standard output: ", "is closed, so the answer cannot be shown"
        return _fail(f"planner: {where}{reason}", FAILED)
    lines = [
        f"planner: unexpected error: {type(error).__name__}: {error}",
        f"planner: this is a fault of the program; {TRACEBACK}=1 shows where it arose",
    ]
    return _fail(lines, FAILED)


def _report_usage_error(error: Any) -> int:
    """Print an error of usage with a reference to the help, and return the exit code."""
    message = " ".join(error.format_message().split()).replace("Value error, ", "")
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "planner"
    if type(error).__name__ == "NoArgsIsHelpError" and context is not None:
        print(context.get_help(), file=sys.stderr)
        return WRONG_INPUT
    return _fail([f"{command}: {message}", f"'{command} --help' shows what it takes"], WRONG_INPUT)


def _fail(lines: str | Sequence[str], code: int) -> int:
    """Print lines on standard error, and return the exit code also if they cannot be printed."""
    try:
        if code != WRONG_INPUT:
            _discard_output()
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
        _discard_output()
    return code


class _ClosedOutput(io.TextIOBase):
    """Standard output that was closed before the program started."""

    def write(self, text: str) -> int:
        raise OSError(errno.EBADF, "closed")

    def writable(self) -> bool:
        return True


def _open_streams() -> None:
    """Replace missing standard streams, and let the others escape characters they cannot encode."""
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


def _discard_output() -> None:
    """Redirect a closed standard output to the null device."""
    stream = sys.stdout
    try:
        stream.flush()
    except (OSError, ValueError):
        with contextlib.suppress(OSError, ValueError):
            target = os.open(os.devnull, os.O_WRONLY)
            os.dup2(target, stream.fileno())
            os.close(target)
