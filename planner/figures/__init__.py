"""Figures: one function per figure, which returns a matplotlib figure without displaying it.

>>> import planner as pl
>>> from planner.figures import fill
>>> chart = fill(pl.allocate("letter"))     # displays itself in a notebook
>>> path = chart.save("/dev/null/fill.jpg")
Traceback (most recent call last):
...
planner.errors.InputError: /dev/null/fill.jpg: expected a file ending in .png, .svg or .pdf
"""

from __future__ import annotations

from typing import Any

from planner.gallery import Plots, gallery

_OTHERS = ("Chart", "Plots")


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "Chart":
        from planner.figures.style import Chart

        return Chart

    if name == "Plots":
        return Plots
    if name in gallery():
        return gallery()[name].draw
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*_OTHERS, *gallery()])
