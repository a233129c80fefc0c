"""Packages that offer names from their modules, and load a module when a name is first used."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

__all__ = ["offer"]


class _Lazy(ModuleType):
    """A package in which an offered name means what is offered, never the module of that name."""

    _offered: Mapping[str, str] = {}

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in self._offered and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:
        if name not in self._offered:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = getattr(import_module(self._offered[name]), name)
        setattr(self, name, value)
        return value

    def __dir__(self) -> list[str]:
        return sorted(self._offered)


def offer(package: str, homes: Mapping[str, str]) -> None:
    """Let a package offer names without loading the modules in which they live.

    Parameters
    ----------
    package : str
        Its ``__name__``.
    homes : mapping
        The module of each name.

    Examples
    --------
    >>> import planner.analysis
    >>> planner.analysis.curve.__module__
    'planner.analysis.curve'
    """
    module = sys.modules[package]
    vars(module)["_offered"] = dict(homes)
    module.__class__ = _Lazy
