"""``result.plot``: every figure of a result by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.figures.beside import scenarios, versus
from planner.figures.curves import curve
from planner.figures.displaced import displacement
from planner.figures.filled import fill
from planner.figures.flow import flow
from planner.figures.rotations import rotations
from planner.figures.sand import crowd, sand

if TYPE_CHECKING:
    import pandas as pd

    from planner.analysis.curve import Curve
    from planner.analysis.headroom import Headroom
    from planner.figures.look import Chart
    from planner.results.base import Tables
    from planner.results.compare import Comparison

__all__ = ["BesidePlots", "Plots"]


class Plots:
    """The figures of one result; each method returns a matplotlib figure.

    Parameters
    ----------
    result : Tables
        A result, just made or read back from its folder.

    Examples
    --------
    >>> import planner as pl
    >>> figure = Plots(pl.allocate("letter")).fill(lang="nl")
    >>> figure.alt.endswith("vullingsgraad over de hele periode.")
    True
    """

    def __init__(self, result: Tables):
        """Take a result."""
        self._result = result

    def sand(self, pool: str | None = None, lang: str = "en") -> Chart:
        """Draw what the people of every pool do; see :func:`planner.figures.sand`."""
        return sand(self._result, pool, lang)

    def crowd(self, pool: str, lang: str = "en") -> Chart:
        """Draw which missions tie up a pool; see :func:`planner.figures.crowd`."""
        return crowd(self._result, pool, lang)

    def rotations(
        self, mission: str | None = None, pool: str | None = None, lang: str = "en"
    ) -> Chart:
        """Draw tours as bars; see :func:`planner.figures.rotations`."""
        return rotations(self._result, mission, pool, lang)

    def fill(self, main_task: int | None = None, lang: str = "en") -> Chart:
        """Draw fill by mission and month; see :func:`planner.figures.fill`."""
        return fill(self._result, main_task, lang)

    def displacement(
        self, package: str | None = None, ranges: pd.DataFrame | None = None, lang: str = "en"
    ) -> Chart:
        """Draw what missions lose to a package; see :func:`planner.figures.displacement`."""
        return displacement(self._result, package, ranges, lang)

    def flow(
        self, package: str | None = None, main_task: int | None = None, lang: str = "en"
    ) -> Chart:
        """Draw displacement as a flow; see :func:`planner.figures.flow`."""
        return flow(self._result, package, main_task, lang)

    def curve(self, found: Curve, headroom: Headroom | None = None, lang: str = "en") -> Chart:
        """Draw displacement against the size of a package; see :func:`planner.figures.curve`."""
        return curve(found, headroom, self._result, lang)

    def __repr__(self) -> str:
        """Names of the figures."""
        names = [name for name in vars(type(self)) if not name.startswith("_")]
        return f"<Plots of {self._result.name!r}: {', '.join(names)}>"


class BesidePlots:
    """The figures of results side by side.

    Parameters
    ----------
    comparison : Comparison
    """

    def __init__(self, comparison: Comparison):
        """Take a comparison."""
        self._comparison = comparison

    def scenarios(self, lang: str = "en") -> Chart:
        """Draw fill by mission, a panel a scenario; see :func:`planner.figures.scenarios`."""
        return scenarios(self._comparison, lang)

    def versus(
        self, first: str | None = None, second: str | None = None, lang: str = "en"
    ) -> Chart:
        """Draw one plan against another; see :func:`planner.figures.versus`."""
        return versus(self._comparison, first, second, lang)
