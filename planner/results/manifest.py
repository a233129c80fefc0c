"""What went into a result: input files with their SHA-256, and versions."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from planner.store import hash_file

__all__ = ["hash_files", "version", "versions"]

DISTRIBUTION = "displacement-planner"
"""Name under which the package ``planner`` is installed and published."""

PACKAGES = ("planner", "numpy", "scipy", "highspy", "pandas", "pyarrow")


@cache
def version(package: str) -> str:
    """Return the version of an installed package, ``"unknown"`` if it is not installed."""
    try:
        return metadata.version(DISTRIBUTION if package == "planner" else package)
    except metadata.PackageNotFoundError:
        return "unknown"


def versions() -> dict[str, str]:
    """Return the versions that a result depends on, Python's included."""
    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}


def hash_files(files: Iterable[Path]) -> tuple[dict[str, Any], ...]:
    """Return folder/name and hash of each file; a file that is gone has the hash None."""
    rows = []
    for path in files:
        resolved = path.resolve()
        try:
            digest: str | None = hash_file(resolved)
        except OSError:
            digest = None
        rows.append({"file": f"{resolved.parent.name}/{resolved.name}", "sha256": digest})
    return tuple(rows)
