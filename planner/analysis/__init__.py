"""Questions about a displacement: ranges, curves, prices, shares, causes, thresholds and more.

Each module with a text template is one analysis, see :mod:`planner.analysis.declare`: a function
that takes a scenario (its name, a loaded or compiled one, a result or a neutral problem) and
returns a small frozen outcome with tidy tables (``.to_frame()`` is the main one), plain numbers,
sentences, and ``.as_dict()`` for JSON::

    import planner as pl

    pl.analysis.ranges("eastern-flank-battalion", rule="value").to_frame()

An analysis is loaded when it is first used.
"""

# ruff: noqa: F401 - names for type checkers; what is offered follows from the templates

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.analysis.causes import causes
    from planner.analysis.curve import curve
    from planner.analysis.declare import relief, tipping
    from planner.analysis.fairness import fairness
    from planner.analysis.foresight import foresight
    from planner.analysis.headroom import headroom
    from planner.analysis.pledges import pledges
    from planner.analysis.prices import prices
    from planner.analysis.promises import promises
    from planner.analysis.ranges import near, ranges
    from planner.analysis.reinforcement import reinforcement
    from planner.analysis.robustness import robustness
    from planner.analysis.shares import shares
    from planner.analysis.threshold import threshold
    from planner.analysis.why import why

__all__ = [
    *sorted(
        path.stem
        for path in (Path(__file__).parent / "text").glob("*.toml")
        if path.stem != "common"
    ),
]

_HOMES = {
    **{name: name for name in __all__}, "near": "ranges", "relief": "declare", "tipping": "declare",
}  # fmt: skip
"""The module of each name."""


class _Lazy(ModuleType):
    """This package: a name is the function offered, never the module of that name."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{self.__name__}.{_HOMES[name]}"), name)
        setattr(self, name, value)
        return value

    def __dir__(self) -> list[str]:
        return sorted(_HOMES)


sys.modules[__name__].__class__ = _Lazy
