"""Compilation of the kernel, once for each version of its sources, with the machine code on disk.

The machine code is kept beside the package where that can be written, else in the user's cache
directory, else in a private directory for temporary files; where none can be written it is compiled
for the process alone. The directory is named after all sources of the kernel: a compiled function
holds the code of those it calls, so a change in any of them asks for all to be compiled again.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba import config as _config
from numba import types
from numba.experimental import structref

__all__ = ["announce", "cache_folder", "compiled", "entry", "on_compilation", "struct"]

config: Any = _config  # its settings are made at run time
njit: Any = numba.njit


def _candidates() -> list[Path]:
    """Return directories for machine code, best first."""
    if sys.platform == "win32":
        user = Path(os.environ.get("LOCALAPPDATA", tempfile.gettempdir()))
    else:
        user = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))
    owner = str(os.getuid()) if hasattr(os, "getuid") else "user"
    private = Path(tempfile.gettempdir()) / f"planner-{owner}"
    return [Path(__file__).parent / "__pycache__", user / "planner", private]


def _private(folder: Path) -> bool:
    """Whether a directory can be written, and by this user alone (machine code is trusted)."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
        if hasattr(os, "getuid") and (status.st_uid != os.getuid() or status.st_mode & 0o022):
            return False
        probe = folder / f"probe-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError:
        return False
    return True


def cache_folder() -> str:
    """Return the directory for machine code of this version; empty if none can be written."""
    here = Path(__file__).parent
    sources = b"".join(path.read_bytes() for path in sorted(here.glob("*.py")))
    name = hashlib.sha256(sources + numba.__version__.encode()).hexdigest()[:16]
    for parent in _candidates():
        folder = parent / f"kernel-{name}"
        if _private(folder):
            return str(folder)
    return ""


_FOLDER = cache_folder()


def _to_standard_error(message: str) -> None:
    print(f"planner: {message}", file=sys.stderr, flush=True)


_listener: list[Callable[[str], None]] = [_to_standard_error]


def on_compilation(listener: Callable[[str], None] | None) -> None:
    """Set what receives the message that code is about to be compiled; None: standard error."""
    _listener[0] = listener or _to_standard_error


def announce(function: Any) -> None:
    """Report that an entry is about to be compiled, unless its machine code is available."""
    if function.overloads:  # its signatures would be written anew at each call
        return
    name = f"{function.py_func.__name__}-*.nbi"
    if not (_FOLDER and any(Path(_FOLDER).rglob(f"*.{name}"))):
        once = (
            "on first use" if _FOLDER else "for this run alone, because no directory can be written"
        )
        work = "one to two minutes of processor time"
        _listener[0](f"compiling the planning kernel {once}, {work}")


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function that only compiled functions call."""
    return njit(error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)


def entry(function: Callable[..., Any]) -> Any:
    """Compile a function that Python calls, and keep its machine code where that can be done."""
    before = config.CACHE_DIR
    config.CACHE_DIR = _FOLDER or before
    try:
        return njit(cache=bool(_FOLDER), error_model="numpy", nogil=True)(function)
    finally:
        config.CACHE_DIR = before


def struct(module: str, name: str, fields: str) -> tuple[Any, Any]:
    """Return (type, class) of a record that compiled functions pass on by reference.

    Both must be bound in that module, the type as `name` + ``Type``, so that a compiled function
    can be found again on disk.
    """
    names = fields.split()

    def bare(self: Any, given: Any) -> Any:
        return tuple((field, types.unliteral(kind)) for field, kind in given)

    def new(cls: Any, *values: Any) -> Any:
        return structref.StructRefProxy.__new__(cls, *values)

    own = {"__module__": module}
    kind = structref.register(
        type(f"{name}Type", (types.StructRef,), {**own, "preprocess_fields": bare})
    )
    proxy = type(name, (structref.StructRefProxy,), {**own, "__new__": new})
    structref.define_proxy(proxy, kind, names)
    return kind, proxy
