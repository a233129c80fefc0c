"""Folders of tables with a manifest: written beside their place, then moved into it whole.

A folder that exists already is replaced only if it is an earlier one of the same kind and holds
nothing else. One process writes to a folder at a time; a second one is refused with the number of
the first. Files are listed in the manifest with their hashes, and the manifest with its own.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import re
import secrets
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from planner.digest import digest
from planner.errors import ResultError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "MANIFEST",
    "as_csv",
    "check_files",
    "fresh_folder",
    "hash_bytes",
    "hash_file",
    "locked",
    "read_manifest",
    "replaced",
    "write_manifest",
    "write_table",
    "writing",
]

MANIFEST = "manifest.json"

STRAY = {".DS_Store", "Thumbs.db", "desktop.ini"}
"""Files that operating systems leave behind; they are ignored."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Text that begins so would be run as a formula by a spreadsheet."""

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""Control characters other than tabs and ends of lines."""

SEAL = "manifest_sha256"
"""Key of the manifest that holds the hash of everything else in it."""


def hash_file(path: Path) -> str:
    """Return ``sha256:`` and 64 hexadecimal digits of a file's bytes."""
    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()


def hash_bytes(data: bytes) -> str:
    """Return ``sha256:`` and 64 hexadecimal digits of some bytes."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


@contextlib.contextmanager
def writing(place: object, then: str = "") -> Iterator[None]:
    """Raise ResultError where `place` cannot be written, with the reason, and `then` after it."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise ResultError(f"{place}: cannot be written: {reason}{then}") from None


@contextlib.contextmanager
def replaced(target: Path) -> Iterator[Path]:
    """Yield a temporary file beside a target, which it replaces unless an exception is raised."""
    handle, name = tempfile.mkstemp(prefix=".planner-", suffix=target.suffix, dir=target.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)  # the mode of a new file; a temporary file is private
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def locked(file: Path, folder: str | Path) -> Iterator[None]:
    """Hold a folder for this process; the operating system lets go of it however the process ends.

    Parameters
    ----------
    file : Path
        The lock file. It names the process, and is removed on leaving.
    folder : str or Path
        The folder, as the message names it.

    Raises
    ------
    ResultError
        Another process holds the folder, or the lock file cannot be written.
    """
    try:
        descriptor = _acquired(file)
    except BlockingIOError:
        holder = ""
        with contextlib.suppress(OSError):
            holder = file.read_text(encoding="utf-8").strip()
        raise ResultError(
            f"{folder}: {holder or 'another process'} is writing to it: wait until it has ended, "
            "or choose another folder"
        ) from None
    except OSError as error:
        raise ResultError(f"{folder}: cannot be written: {error.strerror or error}") from None
    try:
        with contextlib.suppress(OSError):
            os.truncate(descriptor, 0)
            os.write(descriptor, f"process {os.getpid()} on {platform.node()}\n".encode())
        yield
    finally:
        with contextlib.suppress(OSError):  # removed while held, so that no other process has it
            file.unlink()
        os.close(descriptor)


def _acquired(file: Path) -> int:
    """Return the descriptor of a lock file that this process holds; BlockingIOError if held."""
    while True:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(descriptor)
            if os.path.samestat(os.fstat(descriptor), file.stat()):
                return descriptor
        except FileNotFoundError:  # removed by its holder in between: try again
            pass
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            raise BlockingIOError from None
    else:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextlib.contextmanager
def fresh_folder(folder: str | Path, format: str) -> Iterator[Path]:
    """Give a new empty folder to write in; on leaving, it takes its place.

    Parameters
    ----------
    folder : str or Path
        Where the folder is to be; missing parents are made.
    format : str
        What kind of folder it is, ``format`` in its manifest. Only an earlier one of the same kind
        is replaced.

    Raises
    ------
    ResultError
        Something else is in its place, another process is writing to it, or it cannot be written.
        Nothing is changed then.
    """
    target = Path(os.path.abspath(Path(folder).resolve()))
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    with writing(folder):
        target.parent.mkdir(parents=True, exist_ok=True)
    with locked(target.with_name(f".{target.name}.lock"), folder):
        _check_free(target, format)
        try:
            beside.mkdir()
            yield beside
            _check_free(target, format)
            _move(beside, target)
        except OSError as error:
            reason = error.strerror or str(error)
            raise ResultError(f"{folder}: cannot be written: {reason}") from error
        finally:
            shutil.rmtree(beside, ignore_errors=True)


def _move(beside: Path, target: Path) -> None:
    """Put a folder in its place; the earlier one is removed only when that has worked."""
    if not target.exists():
        beside.rename(target)
        return
    old = beside.with_suffix(".old")
    target.rename(old)
    try:
        beside.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _check_free(target: Path, format: str) -> None:
    """Raise ResultError unless the place is empty or holds an earlier folder of the same kind."""
    if not target.exists():
        return
    if not target.is_dir():
        raise ResultError(f"{target}: is a file; choose a folder")
    try:
        found = {
            path.relative_to(target).as_posix()
            for path in target.rglob("*")
            if path.name not in STRAY and (path.is_symlink() or not path.is_dir())
        }
    except OSError as error:
        raise ResultError(f"{target}: cannot be read: {error.strerror}") from None
    if not found:
        return
    if MANIFEST not in found:
        raise ResultError(
            f"{target}: holds files but no {MANIFEST}, so it is no earlier result and is left "
            "alone; choose another folder"
        )
    known = {MANIFEST, *read_manifest(target, format)["files"]}
    foreign = sorted(found - known)
    if foreign:
        more = f" and {len(foreign) - 3} more" if len(foreign) > 3 else ""
        raise ResultError(
            f"{target}: holds files that are no part of the earlier result "
            f"({', '.join(foreign[:3])}{more}); move them or choose another folder"
        )


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as ``path.parquet``, which is exact, and ``path.csv``: see :func:`as_csv`."""
    table.to_parquet(path.with_name(path.name + ".parquet"), index=False)
    path.with_name(path.name + ".csv").write_bytes(as_csv(table).encode())


def as_csv(table: pd.DataFrame) -> str:
    """Return a table as CSV in which no text commands a spreadsheet or a terminal.

    Text that a spreadsheet would take for a formula has an apostrophe in front; control characters
    are written by their number.

    Examples
    --------
    >>> import pandas as pd
    >>> print(as_csv(pd.DataFrame({"name": ["=1+1", "red \\x1b[31m", "untso"]})), end="")
    name
    '=1+1
    red \\x1b[31m
    untso
    """
    plain = table.copy(deep=False)
    for column in plain.columns:
        if plain[column].dtype.kind in "OU" or str(plain[column].dtype) in ("str", "string"):
            text = plain[column].astype(object)
            risky = [
                isinstance(value, str) and bool(value.startswith(FORMULA) or CONTROL.search(value))
                for value in text
            ]
            if any(risky):
                plain[column] = [
                    _harmless(value) if bad else value
                    for bad, value in zip(risky, text, strict=True)
                ]
    return str(plain.to_csv(index=False, lineterminator="\n"))


def _harmless(text: str) -> str:
    mark = "'" if text.startswith(FORMULA) else ""
    return mark + CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def write_manifest(
    folder: Path, manifest: Mapping[str, Any], leave_out: Collection[str] = ()
) -> None:
    """Write the manifest, with the SHA-256 of every file that is in the folder by now.

    Files named in `leave_out`, such as a lock, are not listed.
    """
    files = {
        path.relative_to(folder).as_posix(): hash_file(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in leave_out
    }
    whole: dict[str, Any] = {**manifest, "files": files}
    whole = json.loads(json.dumps(whole, allow_nan=False))  # as it will be read
    whole[SEAL] = digest(whole)
    text = json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def read_manifest(folder: Path, format: str) -> dict[str, Any]:
    """Read the manifest of a folder; raise ResultError if it is not of that format, or damaged.

    Manifests of earlier versions, which hold no hash of their own, are read as they are.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ResultError(f"{folder}: no {MANIFEST} in it, so it is no saved result") from None
    except (OSError, ValueError, RecursionError):
        raise ResultError(f"{path}: cannot be read as JSON") from None
    found = manifest.get("format") if isinstance(manifest, dict) else None
    if found != format:
        raise ResultError(f"{path}: expected format {format!r}, found {found!r}")
    files = manifest.get("files")
    names = files if isinstance(files, dict) else {"": ""}
    for name in names:
        inside = PurePosixPath(name)
        if not name or inside.is_absolute() or ".." in inside.parts:
            raise ResultError(f"{path}: does not list its files as a manifest should")
    if SEAL in manifest:
        damaged = manifest.pop(SEAL) != digest(manifest)
    else:  # of an earlier version, unless the name of the key is what was damaged
        hashes = [key for key, value in manifest.items() if str(value).startswith("sha256:")]
        damaged = any(
            manifest[key] == digest({k: v for k, v in manifest.items() if k != key})
            for key in hashes
        )
    if damaged:
        raise ResultError(f"{path}: is damaged: its contents do not match the hash in it")
    return dict(manifest)


def check_files(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Raise ResultError naming every file of a manifest that is missing or damaged."""
    wrong = []
    for name, expected in manifest["files"].items():
        try:
            found = hash_file(folder / name)
        except FileNotFoundError:
            wrong.append(f"{folder / name}: is missing, though the manifest names it")
        except OSError as error:
            wrong.append(f"{folder / name}: cannot be read: {error.strerror or error}")
        else:
            if found != expected:
                damaged = f"is damaged: it does not match its hash in {MANIFEST}"
                wrong.append(f"{folder / name}: {damaged}")
    if wrong:
        more = f"; and {len(wrong) - 5} more files" if len(wrong) > 5 else ""
        raise ResultError("; ".join(wrong[:5]) + more)
