"""Compile a function to machine code once per version of this package, and keep it on disk.

The cache stands in a folder named after all sources of the kernel: a compiled function holds the code
of those it calls, so a change in any of them asks for all to be compiled anew.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba  # noqa
from numba import config

__all__ = ["compiled", "outer"]

F = TypeVar("F", bound=Callable[..., Any])


def _home() -> Path:
    """Return the folder for caches of this user."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", tempfile.gettempdir()))
    return Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser()


def _folder() -> str:
    """Return a folder that can be written, named after the sources; empty if there is none."""
    sources = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    name = hashlib.sha256(sources + numba.__version__.encode()).hexdigest()[:16]
    for home in (_home(), Path(tempfile.gettempdir())):
        folder = home / "planner" / f"kernel-{name}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return str(folder)
    return ""


_FOLDER = _folder()


def _compile(function: F, **options: Any) -> F:
    before = config.CACHE_DIR
    config.CACHE_DIR = _FOLDER or before
    try:
        made = numba.njit(cache=bool(_FOLDER), error_model="numpy", **options)(function)
    finally:
        config.CACHE_DIR = before
    return made  # type: ignore[no-any-return]


def compiled(function: F) -> F:
    """Compile a function that only compiled functions call."""
    return _compile(function, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def outer(function: F) -> F:
    """Compile a function that Python calls."""
    return _compile(function, nogil=True)
