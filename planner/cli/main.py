"""Entry point: runs a command and turns what went wrong into a message and an exit code."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

from planner.cli import dutch
from planner.cli.console import Interrupted

__all__ = ["main"]

FINE, FAILED, WRONG_INPUT, INTERRUPTED, BROKEN_PIPE = 0, 1, 2, 130, 141

_MOST_LINES = 200
"""Errors that are shown; a file with more of them is not read to the end by anyone."""

_LONGEST_LINE = 2_000
"""Characters of one error: names of files may be long, and unknown words are not trusted."""

TRACEBACK = "PLANNER_TRACEBACK"
"""Environment variable that shows where an unexpected error arose."""


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
    dutch.choose(sys.argv[1:] if argv is None else argv)
    try:
        if argv is None:
            _open_streams()
        code = _run(argv)
        if code == INTERRUPTED:  # Typer has caught it
            return _end("planner: interrupted", INTERRUPTED)
        sys.stdout.flush()
        return code
    except (KeyboardInterrupt, Interrupted) as interrupt:
        with contextlib.suppress(ValueError):  # only the main thread may; this one is enough
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        return _end(f"planner: {str(interrupt) or 'interrupted'}", INTERRUPTED)
    except BrokenPipeError:
        return _end("", BROKEN_PIPE)
    except SystemExit as leaving:
        _silence()
        if isinstance(leaving.__context__, BrokenPipeError):
            return BROKEN_PIPE
        return leaving.code if isinstance(leaving.code, int) else FAILED
    except MemoryError:
        return _end("planner: out of memory: the problem is too large for this machine", FAILED)
    except Exception as error:
        return _explain(error)


def _run(argv: Sequence[str] | None) -> int:
    from planner.cli.app import app

    code = app(
        args=None if argv is None else list(argv), prog_name="planner", standalone_mode=False
    )
    return code if isinstance(code, int) else FINE


def _explain(error: Exception) -> int:
    """Say what went wrong, without a traceback unless it is asked for."""
    from planner.errors import InputError, PlannerError

    if os.environ.get(TRACEBACK):
        import traceback

        traceback.print_exc()
    if isinstance(error, InputError):
        shown = dutch.fault if dutch.chosen() else str
        lines = [f"planner: {f}" if isinstance(f, str) else shown(f) for f in error.faults]
        return _end(lines, WRONG_INPUT)
    if isinstance(error, PlannerError):
        return _end(f"planner: {error}", FAILED)
    if hasattr(error, "format_message"):  # wrong use of the command line
        return _misused(error)
    if isinstance(error, OSError):
        reason = error.strerror or str(error)
        where = f"{error.filename}: " if error.filename else "cannot write: "
        if error.errno == errno.EBADF and not error.filename:
            where, reason = "standard output: ", "is closed, so the answer cannot be shown"
        return _end(f"planner: {where}{reason}", FAILED)
    what = f"{type(error).__name__}: {error}"
    return _end(
        [
            f"planner: unexpected error: {what}",
            f"planner: this is a fault of the program; {TRACEBACK}=1 shows where it arose",
        ],
        FAILED,
    )


def _misused(error: Any) -> int:
    """Explain wrong arguments: what is wrong, and where help stands."""
    message = " ".join(error.format_message().split())
    message = message.replace("Value error, ", "")
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "planner"
    if type(error).__name__ == "NoArgsIsHelpError" and context is not None:
        print(context.get_help(), file=sys.stderr)
        return WRONG_INPUT
    return _end([f"{command}: {message}", f"'{command} --help' shows what it takes"], WRONG_INPUT)


def _end(lines: str | Sequence[str], code: int) -> int:
    """Print lines on standard error, come what may, and return the exit code."""
    from planner.cli.console import clean
    from planner.errors import shortened

    try:
        if code != WRONG_INPUT:
            _silence()
        else:
            sys.stdout.flush()
        lines = [lines] if isinstance(lines, str) else lines
        if dutch.chosen():
            lines = [dutch.message(line) for line in lines]
        for line in lines[:_MOST_LINES]:
            if line:
                print(shortened(clean(line), _LONGEST_LINE), file=sys.stderr)
        if len(lines) > _MOST_LINES:
            print(f"planner: and {len(lines) - _MOST_LINES:,} more", file=sys.stderr)
        sys.stderr.flush()
    except (OSError, ValueError):
        _silence()
    return code


class _Closed(io.TextIOBase):
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
                stream = _Closed()
            else:
                mode = "r" if name == "stdin" else "w"
                stream = open(os.devnull, mode, encoding="utf-8")  # noqa: SIM115
            setattr(sys, name, stream)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    with contextlib.suppress(ValueError):  # only the main thread may
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


def _silence() -> None:
    """Let nothing more be written to a standard output that is gone."""
    stream = sys.stdout
    try:
        stream.flush()
    except (OSError, ValueError):
        try:
            target = os.open(os.devnull, os.O_WRONLY)
            os.dup2(target, stream.fileno())
            os.close(target)
        except (OSError, ValueError):
            pass
