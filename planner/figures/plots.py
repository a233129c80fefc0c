"""``result.plot``: every figure of a result by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.figures.beside import scenarios, versus
from planner.figures.curves import curve
from planner.figures.displaced import displacement
from planner.figures.drivers import ranking
from planner.figures.filled import fill
from planner.figures.flow import flow
from planner.figures.futures import chance, convergence, fan, spread
from planner.figures.rotations import rotations
from planner.figures.sand import crowd, sand

if TYPE_CHECKING:
    import pandas as pd

    from planner.analysis.curve import Curve
    from planner.analysis.headroom import Headroom
    from planner.analysis.ranges import Ranges
    from planner.figures.look import Chart
    from planner.montecarlo.futures import Futures
    from planner.results.base import Tables
    from planner.results.compare import Comparison

__all__ = ["BesidePlots", "FuturePlots", "Plots"]


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
        self,
        package: str | None = None,
        ranges: Ranges | pd.DataFrame | None = None,
        lang: str = "en",
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
        return _listed(self, self._result.name)


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

    def __repr__(self) -> str:
        """Names of the figures."""
        return _listed(self, ", ".join(self._comparison.names))


class FuturePlots:
    """The figures of many futures.

    Parameters
    ----------
    futures : Futures
    """

    def __init__(self, futures: Futures):
        """Take futures."""
        self._futures = futures

    def fan(self, mission: str | None = None, main_task: int | None = 2, lang: str = "en") -> Chart:
        """Draw fill over time with its spread; see :func:`planner.figures.fan`."""
        return fan(self._futures, mission, main_task, lang)

    def spread(self, package: str | None = None, lang: str = "en") -> Chart:
        """Draw the distribution of displacement; see :func:`planner.figures.spread`."""
        return spread(self._futures, package, lang)

    def chance(self, reach: float = 0.9, main_task: int | None = None, lang: str = "en") -> Chart:
        """Draw each mission's chance to reach a fill; see :func:`planner.figures.chance`."""
        return chance(self._futures, reach, main_task, lang)

    def convergence(self, quantity: str | None = None, lang: str = "en") -> Chart:
        """Draw a mean as draws are added; see :func:`planner.figures.convergence`."""
        return convergence(self._futures, quantity, lang)

    def ranking(self, quantity: str | None = None, most: int = 16, lang: str = "en") -> Chart:
        """Draw what goes with a quantity; see :func:`planner.figures.ranking`."""
        return ranking(self._futures, quantity, most, lang)

    def __repr__(self) -> str:
        """Names of the figures."""
        return _listed(self, self._futures.name)


def _listed(plots: object, name: str) -> str:
    names = [name for name in vars(type(plots)) if not name.startswith("_")]
    return f"<{type(plots).__name__} of {name!r}: {', '.join(names)}>"
