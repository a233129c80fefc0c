"""The kernel as plain Python, so that a test can change what it does."""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

KERNEL = "planner.montecarlo.kernel"


def _struct(module: str, name: str, fields: str) -> tuple[Any, Any]:
    names = fields.split()

    def fill(self: Any, *values: Any) -> None:
        vars(self).update(zip(names, values, strict=True))

    return None, type(name, (), {"__init__": fill, "__module__": module})


def _entry(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def run(*args: Any) -> Any:
        with np.errstate(all="ignore"):  # as compiled code does
            return function(*args)

    return run


def plain_kernel(*names: str) -> list[ModuleType]:
    """Return modules of the kernel of which nothing is compiled; those in use stay as they are."""
    package = importlib.import_module(KERNEL)
    kept = {name: one for name, one in sys.modules.items() if name.startswith(KERNEL + ".")}
    attributes = dict(vars(package))
    plain = ModuleType(f"{KERNEL}.compile")
    vars(plain).update(
        compiled=lambda function: function, entry=_entry, struct=_struct, announce=lambda _: None
    )
    for name in kept:
        del sys.modules[name]
    sys.modules[plain.__name__] = plain
    try:
        return [importlib.import_module(f"{KERNEL}.{name}") for name in names]
    finally:
        for name in [name for name in sys.modules if name.startswith(KERNEL + ".")]:
            del sys.modules[name]
        sys.modules.update(kept)
        vars(package).clear()
        vars(package).update(attributes)
