"""The registry of figures, and ``.plot`` of results, comparisons, ensembles and sensitivities.

A figure is a function that returns a chart, declared where it is written::

    @figure("result", "fill by mission and month")
    def fill(result, main_task=None, lang="en"): ...

It is then an attribute of ``planner.figures``, a method of ``result.plot`` and a choice of
``planner plot``. Results import this registry but not the figures: the modules of
``planner.figures`` are loaded when the registry is first read.
"""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial, wraps
from importlib import import_module
from typing import Any

__all__ = ["SOURCES", "Plots", "Registered", "empty_chart", "figure", "figures_of", "gallery"]

SOURCES = (
    "result", "comparison", "ensemble", "sensitivity", "robustness", "promises", "calibration",
    "backtest",
)  # fmt: skip
"""Kinds of objects that have figures, in the order in which they are listed."""

MAIN = {
    "result": "fill", "comparison": "scenarios", "ensemble": "chance", "sensitivity": "indices",
}  # fmt: skip
"""The default figure of each source."""


@dataclass(frozen=True)
class Registered:
    """A figure: the function that draws it, its source, and a short description."""

    draw: Callable[..., Any]
    of: str
    about: str


_registered: dict[str, Registered] = {}


def figure(of: str, about: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register the function below as a figure under its own name, drawn in the style of figures.

    Parameters
    ----------
    of : {"result", "comparison", "ensemble", "sensitivity", "robustness"}
        What it is drawn of: the parameter of that name, or the first one.
    about : str
        What it shows, in a few words.

    Raises
    ------
    ValueError
        The source is unknown, or the name is already registered by another module.
    """
    if of not in SOURCES:
        raise ValueError(f"expected one of {', '.join(SOURCES)}, found {of!r}")

    def register(draw: Callable[..., Any]) -> Callable[..., Any]:
        name = draw.__name__
        if name in _registered and _registered[name].draw.__module__ != draw.__module__:
            raise ValueError(f"figure {name!r} is already declared in another module")

        @wraps(draw)
        def styled(*args: Any, **options: Any) -> Any:
            with import_module("planner.figures.style").style():
                return draw(*args, **options)

        _registered[name] = Registered(styled, of, about)
        return styled

    return register


@cache
def _load() -> None:
    package = import_module("planner.figures")
    for module in pkgutil.iter_modules(package.__path__):
        import_module(f"planner.figures.{module.name}")


def gallery() -> dict[str, Registered]:
    """Return every figure by name, in the order of :data:`SOURCES` and of their names."""
    _load()
    ordered = sorted(_registered.items(), key=lambda item: (SOURCES.index(item[1].of), item[0]))
    return dict(ordered)


def empty_chart(height: float, width: float) -> Any:
    """Return an empty chart of a size in inches, as figures are drawn on.

    Examples
    --------
    >>> type(empty_chart(3, 4)).__name__
    'Chart'
    """
    return import_module("planner.figures.style").chart(height, width)


def figures_of(of: str) -> list[str]:
    """Return the names of the figures of a source.

    Examples
    --------
    >>> figures_of("comparison")
    ['scenarios', 'versus']
    """
    return [name for name, entry in gallery().items() if entry.of == of]


class Plots:
    """The figures of one source; each method returns a matplotlib figure.

    Parameters
    ----------
    source : Tables, Comparison, Ensemble or Sensitivity
    of : {"result", "comparison", "ensemble", "sensitivity", "robustness"}
        Which of them it is.

    Examples
    --------
    >>> import planner as pl
    >>> plots = pl.allocate("letter").plot
    >>> print(repr(plots)[:45])
    <plots of 'letter': changeovers, crowd, curve
    >>> plots.fill(lang="nl").alt.endswith("vullingsgraad over de hele periode.")
    True
    """

    def __init__(self, source: Any, of: str):
        self._source, self._of = source, of

    def __call__(self, name: str = "", **options: Any) -> Any:
        """Return a figure by name, by default the main one of its source."""
        return getattr(self, name or MAIN[self._of])(**options)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return the function that draws a figure as a chart, with its source given."""
        entry = gallery().get(name)
        if entry is None or entry.of != self._of:
            names = ", ".join(figures_of(self._of))
            raise AttributeError(f"no figure {name!r} of this; expected one of {names}")
        parameters = list(inspect.signature(entry.draw).parameters)
        if self._of not in parameters or parameters[0] == self._of:
            return partial(entry.draw, self._source)
        return partial(entry.draw, **{self._of: self._source})

    def __dir__(self) -> list[str]:
        """Names of the figures."""
        return figures_of(self._of)

    def __repr__(self) -> str:
        """What it is of, and the names of the figures."""
        several = getattr(self._source, "names", None)
        name = ", ".join(several) if several else self._source.name
        return f"<plots of {name!r}: {', '.join(figures_of(self._of))}>"
