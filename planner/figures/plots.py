"""``result.plot``, ``comparison.plot``, ``futures.plot``: every figure by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from planner.figures.gallery import GALLERY, figures_of

if TYPE_CHECKING:
    from planner.figures.look import Chart

__all__ = ["Plots"]


class Plots:
    """The figures of a result, a comparison or futures; each method returns a matplotlib figure.

    Parameters
    ----------
    source : Tables or Comparison or Futures
    of : {"result", "comparison", "futures"}
        Which of them it is.

    Examples
    --------
    >>> import planner as pl
    >>> plots = pl.allocate("letter").plot
    >>> plots
    <plots of 'letter': sand, crowd, rotations, fill, displacement, flow, curve>
    >>> plots.fill(lang="nl").alt.endswith("vullingsgraad over de hele periode.")
    True
    """

    def __init__(self, source: Any, of: str):
        """Take what is drawn."""
        self._source, self._of = source, of

    def __getattr__(self, name: str) -> Callable[..., Chart]:
        """Return the function that draws a figure, with its source given."""
        shown = GALLERY.get(name)
        if shown is None or shown.of != self._of:
            names = ", ".join(figures_of(self._of))
            raise AttributeError(f"no figure {name!r} of this; there are {names}")
        draw = getattr(import_module(shown.home), name)
        if next(iter(inspect.signature(draw).parameters)) == self._of:
            return partial(draw, self._source)
        return partial(draw, **{self._of: self._source})

    def __dir__(self) -> list[str]:
        """Names of the figures."""
        return figures_of(self._of)

    def __repr__(self) -> str:
        """What it is of, and the names of the figures."""
        several = getattr(self._source, "names", None)
        name = ", ".join(several) if several else self._source.name
        return f"<plots of {name!r}: {', '.join(figures_of(self._of))}>"
