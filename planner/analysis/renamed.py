"""Analyses under names they had before; they stay for one version."""

from __future__ import annotations

import warnings
from typing import Any

__all__ = ["RENAMED", "relief", "tipping"]

RENAMED = {"relief": "reinforcement", "tipping": "threshold"}
"""New name by old one."""


def relief(*given: Any, **named: Any) -> Any:
    """Call :func:`planner.analysis.reinforcement`, which is what this is now called."""
    return _call("relief", given, named)


def tipping(*given: Any, **named: Any) -> Any:
    """Call :func:`planner.analysis.threshold`, which is what this is now called."""
    return _call("tipping", given, named)


def _call(old: str, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
    from planner.analysis.declare import declared

    new = RENAMED[old]
    message = f"planner.analysis.{old} is now called planner.analysis.{new}"
    warnings.warn(message, DeprecationWarning, stacklevel=3)
    return declared(new).function(*given, **named)
