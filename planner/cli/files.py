"""Files named on the command line: read within bounds, written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from planner.errors import Fault, InputError

__all__ = ["Outputs", "check_folder", "read_file"]

STDIN = "-"
MANIFEST = "manifest.json"
"""A folder with this file in it was written by this program."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EIO)
_CHUNK = 1 << 20


def read_file(name: str, most: int) -> str:
    """Return the text of a file, or of standard input for ``-``.

    Parameters
    ----------
    name : str
        As given on the command line.
    most : int
        Bytes above which it is refused.

    Raises
    ------
    InputError
        It cannot be read, is too large, or is not UTF-8.
    """
    shown = "<stdin>" if name == STDIN else name or "''"
    try:
        data = _read(name, most)
    except (OSError, ValueError) as error:
        raise InputError(_fault(shown, f"cannot be read: {_reason(error)}")) from None
    if data is None:
        raise InputError(_fault(shown, f"too large: more than {most:,} bytes"))
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError(_fault(shown, "expected UTF-8, found UTF-16: save it as UTF-8"))
    binary = data.find(b"\0")
    try:
        if binary >= 0:
            raise UnicodeDecodeError("utf-8", data, binary, binary + 1, "binary")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        message = f"expected text in UTF-8, found byte 0x{data[error.start]:02x}"
        raise InputError(Fault(shown, line, column, "", message)) from None


def _read(name: str, most: int) -> bytes | None:
    """Return the bytes of a file, None if there are more than `most`; stop early at binary."""
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
            if size > most:
                return None
        return b"".join(chunks)


class Outputs:
    """Files to write, checked first and then written all together or not at all.

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
        """Check that a file can be written; all that cannot are said by :meth:`check`."""
        if not name:
            self.faults.append(_fault("''", "expected the name of a file to write"))
            return
        try:
            target = Path(os.path.realpath(name))
            mode = _mode(name)
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
        elif mode is None and (message := _no_room(target.parent)):
            self.faults.append(_fault(name, message))
        self.targets[name] = target

    def check(self) -> None:
        """Raise InputError with every file that cannot be written."""
        if self.faults:
            raise InputError(self.faults)

    def write(self, writers: dict[str, Callable[[Path], object]]) -> None:
        """Write every file beside its place, then put them all in place.

        Parameters
        ----------
        writers : dict of str to callable
            By name as it was added; each writes to the path it is given.
        """
        self.check()
        made: list[tuple[Path, Path]] = []
        name = ""
        try:
            for name, writer in writers.items():
                target = self.targets[name]
                if target.exists() and not target.is_file():  # a device or a pipe
                    writer(target)
                    continue
                handle, beside = tempfile.mkstemp(
                    prefix=".planner-", suffix=target.suffix, dir=target.parent
                )
                os.close(handle)
                made.append((Path(beside), target))
                writer(Path(beside))
                _as_new(beside)
            for beside_path, target in made:
                os.replace(beside_path, target)
        except OSError as error:
            raise _cannot(name, error) from None
        finally:
            for beside_path, _ in made:
                beside_path.unlink(missing_ok=True)


def check_folder(name: str, force: bool) -> Path:
    """Return the real path of a folder to write, or raise InputError if it may not be written."""
    if not name:
        raise InputError(_fault("''", "expected the name of a folder to write"))
    try:
        target = Path(os.path.realpath(name))
        exists = _mode(name) is not None
        filled = exists and target.is_dir() and any(target.iterdir())
    except (OSError, ValueError) as error:
        raise InputError(_fault(name, f"cannot be written: {_reason(error)}")) from None
    message = ""
    if exists and not target.is_dir():
        message = "is a file, expected a folder for the results"
    elif filled and not force:
        message = "exists already and is not empty: choose another name, or add --force"
    elif filled and not (target / MANIFEST).is_file():
        message = f"has no {MANIFEST}, so it is no result folder and is not replaced"
    else:
        message = _no_room(target.parent)
    if message:
        raise InputError(_fault(name, message))
    return target


def _mode(name: str) -> int | None:
    """Return what a name stands for, None if for nothing; raise OSError if it never can."""
    try:
        return os.stat(name).st_mode
    except FileNotFoundError:
        return None


def _as_new(path: str) -> None:
    """Give a private temporary file the mode that a new one would have."""
    umask = os.umask(0)
    os.umask(umask)
    os.chmod(path, 0o666 & ~umask)


def _no_room(folder: Path) -> str:
    if not folder.is_dir():
        return f"cannot be written: no such folder {str(folder)!r}, make it first"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"cannot be written: the folder {str(folder)!r} may not be written to"
    return ""


def _cannot(name: str, error: OSError) -> Exception:
    from planner.errors import ResultError

    message = f"cannot be written: {_reason(error)}"
    if error.errno in _FULL:
        return ResultError(f"{name}: {message}")
    return InputError(_fault(name, message))


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        if error.errno == errno.EISDIR:
            return "is a folder, expected a file"
        return (error.strerror or str(error)).lower()
    return str(error)


def _fault(name: str, message: str) -> Fault:
    return Fault(name, 0, 0, "", message)
