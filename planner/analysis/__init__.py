"""What a displacement figure means: ranges, curves, prices, shares, causes, relief, tipping points.

Each module is one analysis: a function that takes a scenario (its name, a loaded or compiled one,
a result or a neutral problem) and returns a small frozen outcome with tidy tables (``.to_frame()``
is the main one), plain numbers, sentences that a person can read, and ``.as_dict()`` for JSON::

    import planner as pl

    pl.analysis.ranges("eastern-flank-battalion", rule="value").to_frame()

Nothing is loaded until an analysis is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.lazy import offer

if TYPE_CHECKING:
    from planner.analysis.causes import causes
    from planner.analysis.curve import curve
    from planner.analysis.fairness import fairness
    from planner.analysis.foresight import foresight
    from planner.analysis.headroom import headroom
    from planner.analysis.pledges import pledges
    from planner.analysis.prices import prices
    from planner.analysis.ranges import ranges
    from planner.analysis.relief import relief
    from planner.analysis.shares import shares
    from planner.analysis.tipping import tipping
    from planner.analysis.why import why

__all__ = [
    "causes",
    "curve",
    "fairness",
    "foresight",
    "headroom",
    "pledges",
    "prices",
    "ranges",
    "relief",
    "shares",
    "tipping",
    "why",
]

offer(__name__, {name: f"{__name__}.{name}" for name in __all__})
