"""Files named on the command line: reading within limits, and writing all of them or none."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.cli.console import clean
from planner.errors import Fault, InputError, ResultError
from planner.store import replaced

if TYPE_CHECKING:
    from planner.montecarlo.ensemble import Ensemble
    from planner.months import Month
    from planner.problem.model import Problem
    from planner.results.result import Tables
    from planner.scenario.load import Scenario

__all__ = [
    "Outputs",
    "check_output_folder",
    "diagnostic_messages",
    "is_ensemble_folder",
    "is_problem_file",
    "is_result_folder",
    "load_input",
    "load_ensemble",
    "load_results",
    "load_problem",
    "load_scenario",
    "looks_like_problem",
    "read_file",
    "warn",
]

STDIN = "-"
MANIFEST = "manifest.json"
"""File that marks a folder as written by this program."""

_DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EIO)
_CHUNK = 1 << 20

MAX_SCENARIO_BYTES = 1_000_000
"""Largest scenario from standard input or a pipe, bytes."""


def read_file(name: str, max_bytes: int) -> str:
    """Return the text of a file, or of standard input for ``-``.

    Raises InputError if it cannot be read, is larger than `max_bytes`, or is not UTF-8.
    """
    shown = "<stdin>" if name == STDIN else name or "''"
    try:
        data = _read(name, max_bytes)
    except (OSError, ValueError) as error:
        raise _input_error(shown, f"cannot be read: {_reason(error)}") from None
    if data is None:
        raise _input_error(shown, f"too large: more than {max_bytes:,} bytes")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _input_error(shown, "expected UTF-8, found UTF-16: save it as UTF-8")
    zero_byte = data.find(b"\0")
    try:
        if zero_byte >= 0:
            raise UnicodeDecodeError("utf-8", data, zero_byte, zero_byte + 1, "binary")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        message = f"expected text in UTF-8, found byte 0x{data[error.start]:02x}"
        raise InputError(Fault(shown, line, column, "", message)) from None


def _read(name: str, max_bytes: int) -> bytes | None:
    """Return the bytes of a file up to a zero byte, None if it is larger than `max_bytes`."""
    with ExitStack() as stack:
        if name == STDIN:
            stream = getattr(sys.stdin, "buffer", None)
            if stream is None:
                return sys.stdin.read().encode("utf-8", "surrogatepass")
        else:
            stream = stack.enter_context(open(name, "rb"))
        chunks, size = [], 0
        while chunk := stream.read(_CHUNK):
            chunks.append(chunk)
            size += len(chunk)
            if b"\0" in chunk:
                break
            if size > max_bytes:
                return None
        return b"".join(chunks)


class Outputs:
    """Files to write: all are checked first, and all are written or none.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "a.txt")
    >>> outputs = Outputs(force=False)
    >>> outputs.add(str(path))
    >>> outputs.write({str(path): lambda target: target.write_text("done")})
    >>> path.read_text()
    'done'
    """

    def __init__(self, force: bool):
        self.force = force
        self.targets: dict[str, Path] = {}
        self.faults: list[Fault] = []

    def add(self, name: str) -> None:
        """Add a file and check that it can be written; :meth:`check` reports the faults."""
        if not name:
            self.faults.append(_fault("''", "expected the name of a file to write"))
            return
        try:
            target = Path(os.path.realpath(name))
            mode = _file_mode(name)
            if mode is not None and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                target = Path(name)  # a device or a pipe, which has no other name
        except (OSError, ValueError) as error:
            self.faults.append(_fault(name, f"cannot be written: {_reason(error)}"))
            return
        if target in self.targets.values():
            self.faults.append(_fault(name, "is named twice: choose another name for one of them"))
        elif mode is not None and stat.S_ISDIR(mode):
            self.faults.append(_fault(name, "is a folder, expected a file to write"))
        elif mode is not None and stat.S_ISREG(mode) and not self.force:
            self.faults.append(_fault(name, "exists already: choose another name, or add --force"))
        elif mode is None and (message := _folder_fault(target.parent)):
            self.faults.append(_fault(name, message))
        self.targets[name] = target

    def check(self) -> None:
        """Raise InputError with every file that cannot be written."""
        if self.faults:
            raise InputError(self.faults)

    def write(self, writers: dict[str, Callable[[Path], object]]) -> None:
        """Write every file to a temporary one beside it; replace the targets when all are written.

        The writers, by the name that was added, take the path to write to.
        """
        self.check()
        name = ""
        try:
            with ExitStack() as stack:
                for name, writer in writers.items():
                    target = self.targets[name]
                    if target.exists() and not target.is_file():  # a device or a pipe
                        writer(target)
                    else:
                        writer(stack.enter_context(replaced(target)))
        except OSError as error:
            raise _write_error(name, error) from None


def check_output_folder(name: str, force: bool) -> Path:
    """Return the real path of a folder to write, or raise InputError if it may not be written."""
    if not name:
        raise _input_error("''", "expected the name of a folder to write")
    try:
        target = Path(os.path.realpath(name))
        exists = _file_mode(name) is not None
        has_files = exists and target.is_dir() and any(target.iterdir())
    except (OSError, ValueError) as error:
        raise _input_error(name, f"cannot be written: {_reason(error)}") from None
    if exists and not target.is_dir():
        message = "is a file, expected a folder for the results"
    elif has_files and not force:
        message = "exists already and is not empty: choose another name, or add --force"
    elif has_files and not (target / MANIFEST).is_file():
        message = f"has no {MANIFEST}, so it is no result folder and is not replaced"
    else:
        message = _folder_fault(target.parent)
    if message:
        raise _input_error(name, message)
    return target


def _file_mode(name: str) -> int | None:
    """Return the mode of a file, None if it does not exist; raise OSError if it cannot exist."""
    try:
        return os.stat(name).st_mode
    except FileNotFoundError:
        return None


def _folder_fault(folder: Path) -> str:
    if not folder.is_dir():
        return f"cannot be written: no such folder {str(folder)!r}, make it first"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"cannot be written: the folder {str(folder)!r} may not be written to"
    return ""


def _write_error(name: str, error: OSError) -> Exception:
    message = f"cannot be written: {_reason(error)}"
    return (
        ResultError(f"{name}: {message}")
        if error.errno in _DISK_ERRORS
        else _input_error(name, message)
    )


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        if error.errno == errno.EISDIR:
            return "is a folder, expected a file"
        return (error.strerror or str(error)).lower()
    return str(error)


def _fault(name: str, message: str) -> Fault:
    return Fault(name, 0, 0, "", message)


def _input_error(name: str, message: str) -> InputError:
    return InputError(_fault(name, message))


def load_problem(name: str) -> Problem:
    """Read a neutral problem from a file, or from standard input for ``-``.

    Raises InputError with everything wrong, by line and column.
    """
    from planner.problem.neutral import LIMITS, read_problem

    return read_problem(read_file(name, int(LIMITS["bytes"])), "<stdin>" if name == "-" else name)


def looks_like_problem(name: str, text: str) -> bool:
    """Whether a text is a neutral problem rather than a scenario, by its name and first lines.

    Examples
    --------
    >>> looks_like_problem("a.json", "")
    True
    >>> looks_like_problem("a.yaml", "title: A scenario")
    False
    """
    head = text[:4096]
    if "planner-scenario/" in head:
        return False
    return name.lower().endswith(".json") or (
        head.lstrip().startswith("{") and "planner-problem/" in head
    )


def diagnostic_messages(
    problem: Problem, first_month: Month | None = None, notes: bool = False
) -> list[tuple[str, str]]:
    """Return the severity and text of each diagnostic of a problem.

    `first_month` is the calendar month of month 0; with `notes`, diagnostics on fields without
    effect are included.
    """
    from planner.problem.neutral import diagnose

    return [
        (diagnostic.severity, f"{diagnostic.severity}: {diagnostic.subject}: {diagnostic.message}")
        for diagnostic in diagnose(problem, first_month)
        if notes or diagnostic.severity != "note"
    ]


def warn(
    name: str, problem: Problem, first_month: Month | None = None, quiet: bool = False
) -> None:
    """Print the diagnostics of a problem on standard error."""
    if quiet:
        return
    for _, sentence in diagnostic_messages(problem, first_month):
        print(clean(f"{name}: {sentence}"), file=sys.stderr)


def load_scenario(name: str) -> Scenario:
    """Load a scenario from a file, by the name of a shipped one, or from standard input (``-``).

    Raises InputError with every fault of the file, or if it is no scenario.
    """
    from planner.scenario.load import load, loads

    if name == "-":
        return loads(read_file(name, MAX_SCENARIO_BYTES), "<stdin>")
    exists = os.path.exists(name)
    if os.path.isdir(name):
        hint = "; a result folder is for compare" if is_result_folder(name) else ""
        raise _input_error(name, f"is a folder, expected a scenario file{hint}")
    if exists and not os.path.isfile(name):  # a pipe or a device
        return loads(read_file(name, MAX_SCENARIO_BYTES), name)
    if is_problem_file(name):
        raise _input_error(name, "is a neutral problem, not a scenario: planner solve takes it")
    if name.lower().endswith((".xlsx", ".xlsm", ".xls")) and exists:
        raise _input_error(name, "is a workbook, not a scenario: planner import makes one of it")
    return load(name)


def load_input(name: str) -> Scenario | Problem:
    """Load a scenario or a neutral problem from a file or standard input."""
    from planner.problem.neutral import LIMITS, read_problem
    from planner.scenario.load import loads

    if name == "-":
        text = read_file(name, int(LIMITS["bytes"]))
        if looks_like_problem("", text):
            return read_problem(text, "<stdin>")
        if len(text) > MAX_SCENARIO_BYTES:
            raise _input_error("<stdin>", f"too large: more than {MAX_SCENARIO_BYTES:,} bytes")
        return loads(text, "<stdin>")
    return load_problem(name) if is_problem_file(name) else load_scenario(name)


def load_results(names: Sequence[str]) -> list[Tables | Scenario]:
    """Load scenarios and folders of results; raise InputError with the faults of all of them."""
    from planner.results.result import read_result

    loaded: list[Tables | Scenario] = []
    faults: list[Any] = []
    for name in names:
        try:
            loaded.append(read_result(name) if os.path.isdir(name) else load_scenario(name))
        except InputError as error:
            faults += error.faults
        except (ResultError, OSError) as error:
            faults.append(str(error))
    if faults:
        raise InputError(faults)
    return loaded


def load_ensemble(name: str) -> Ensemble:
    """Load an ensemble from a folder; raise InputError if the folder holds none."""
    from planner.montecarlo.ensemble import read_ensemble

    if not os.path.isdir(name):
        raise _input_error(name, "no such folder, expected one that planner simulate --out wrote")
    if not is_result_folder(name):
        message = "holds no manifest.json, expected a folder that planner simulate --out wrote"
        raise _input_error(name, message)
    return read_ensemble(name)


def is_problem_file(name: str) -> bool:
    """Whether a file is a neutral problem, by its name and first lines."""
    head = _read_head(name) if name.lower().endswith(".json") else ""
    return "planner-problem/" in head and looks_like_problem(name, head)


def is_result_folder(name: str) -> bool:
    """Whether a folder was written by this program."""
    return os.path.isfile(os.path.join(name, MANIFEST))


def is_ensemble_folder(name: str) -> bool:
    """Whether a folder holds an ensemble."""
    from planner.montecarlo.specification import FORMAT
    from planner.store import read_manifest

    try:
        return is_result_folder(name) and bool(read_manifest(Path(name), FORMAT))
    except ResultError:
        return False


def _read_head(name: str) -> str:
    try:
        with open(name, "rb") as file:
            return file.read(4096).decode("utf-8", "replace")
    except (OSError, ValueError):  # loading it says why
        return ""
