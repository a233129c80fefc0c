"""Figures, one function each; every one returns a matplotlib figure and leaves showing it to you.

>>> import planner as pl
>>> from planner.figures import fill
>>> figure = fill(pl.allocate("letter"))     # displays itself in a notebook
>>> path = figure.save("/dev/null/fill.jpg")
Traceback (most recent call last):
...
planner.errors.InputError: /dev/null/fill.jpg: expected a file ending in .png, .svg or .pdf
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.figures.gallery import GALLERY
from planner.lazy import offer

if TYPE_CHECKING:
    from planner.figures.beside import scenarios, versus
    from planner.figures.curves import curve
    from planner.figures.displaced import displacement
    from planner.figures.drivers import indices, ranking
    from planner.figures.filled import fill
    from planner.figures.flow import flow
    from planner.figures.futures import chance, convergence, fan, spread
    from planner.figures.look import Chart
    from planner.figures.plots import Plots
    from planner.figures.rotations import rotations
    from planner.figures.sand import crowd, sand

__all__ = [
    "Chart",
    "Plots",
    "chance",
    "convergence",
    "crowd",
    "curve",
    "displacement",
    "fan",
    "fill",
    "flow",
    "indices",
    "ranking",
    "rotations",
    "sand",
    "scenarios",
    "spread",
    "versus",
]

_STYLE = {"Chart": "planner.figures.look", "Plots": "planner.figures.plots"}
offer(__name__, _STYLE | {name: shown.home for name, shown in GALLERY.items()})
