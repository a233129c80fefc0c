"""Compile functions once for each version of the kernel, and keep the machine code on disk.

The folder is named after all sources of the kernel: a compiled function holds the code of those it
calls, so a change in any of them asks for all to be compiled anew.
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

__all__ = ["announce", "compiled", "outer", "struct"]

SECONDS = 25
"""Processor time that compiling takes, roughly."""


def _homes() -> list[Path]:
    """Return where a cache may stand, best first."""
    if sys.platform == "win32":
        own = Path(os.environ.get("LOCALAPPDATA", tempfile.gettempdir()))
    else:
        own = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))
    return [own, Path(tempfile.gettempdir())]


def _folder() -> str:
    """Return a folder that can be written, named after the sources; empty if there is none."""
    here = Path(__file__).parent
    sources = b"".join(path.read_bytes() for path in sorted(here.glob("*.py")))
    name = hashlib.sha256(sources + numba.__version__.encode()).hexdigest()[:16]
    for home in _homes():
        folder = home / "planner" / f"kernel-{name}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "tried").write_bytes(b"")
        except OSError:
            continue
        return str(folder)
    return ""


_FOLDER = _folder()
config: Any = _config  # its settings are made at run time
njit: Any = numba.njit


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function that only compiled functions call."""
    return njit(error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)


def outer(function: Callable[..., Any]) -> Any:
    """Compile a function that Python calls, and keep it on disk where that can be done."""
    before = config.CACHE_DIR
    config.CACHE_DIR = _FOLDER or before
    try:
        return njit(cache=bool(_FOLDER), error_model="numpy", nogil=True)(function)
    finally:
        config.CACHE_DIR = before


def announce(function: Any) -> None:
    """Say on standard error that a function is being compiled, if it is."""
    if function.signatures:
        return
    name = f"{function.py_func.__name__}-*.nbi"
    if not (_FOLDER and any(Path(_FOLDER).rglob(f"*.{name}"))):
        once = "once" if _FOLDER else "for this run, because no folder for it can be written"
        print(f"planner: compiling the kernel {once}, about {SECONDS} s", file=sys.stderr)


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
