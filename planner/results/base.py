"""What every result can do, whether just computed or read back from a folder."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from planner.errors import ResultError, nearest

if TYPE_CHECKING:
    import pandas as pd

    from planner.figures.plots import Plots
    from planner.scenario.load import Scenario

__all__ = ["TABLES", "Tables"]

TABLES = (
    "demands",
    "monthly",
    "monthly_fill",
    "pools",
    "tours",
    "displacement",
    "displacement_monthly",
    "packages",
    "bottlenecks",
    "budgets",
    "unmet_bounds",
    "accounting",
    "figures",
    "left_out",
)
"""Names of all tables, in the order in which they are shown and saved."""


class Tables(ABC):
    """Tidy pandas tables of a solved scenario, made when first asked for.

    Months are text such as ``2022-03`` and lie inside the report window; units stand in the names
    of columns. What is returned may be changed freely, the result keeps its own.
    """

    name: str
    rule: str
    scenario: Scenario

    @abstractmethod
    def _make(self, table: str) -> pd.DataFrame:
        """Make one table."""

    @property
    @abstractmethod
    def manifest(self) -> dict[str, Any]:
        """What went in (files with hashes, versions, options) and what proves the answer."""

    def table(self, name: str) -> pd.DataFrame:
        """Return a table by name; raise ResultError if there is none of that name."""
        if name not in TABLES:
            known = ", ".join(TABLES)
            raise ResultError(f"no such table {name!r}{nearest(name, TABLES)}; there are {known}")
        kept: dict[str, pd.DataFrame] = self.__dict__.setdefault("_tables", {})
        if name not in kept:
            kept[name] = self._make(name)
        return kept[name].copy(deep=False)

    @property
    def demands(self) -> pd.DataFrame:
        """One row a demand: labels, cap_persons, months, asked and filled person-months, fill_rate.

        The fill rate is NaN where nothing was asked. `pools` names the pools in order of
        preference, separated by spaces.
        """
        return self.table("demands")

    @property
    def monthly(self) -> pd.DataFrame:
        """demand, pool, month, on_duty_persons, where there is anybody."""
        return self.table("monthly")

    @property
    def monthly_fill(self) -> pd.DataFrame:
        """demand, month, asked_persons, on_duty_persons, for every month of a mandate."""
        return self.table("monthly_fill")

    @property
    def pools(self) -> pd.DataFrame:
        """pool, month, strength_persons, and who of them is preparing, on duty, resting or idle."""
        return self.table("pools")

    @property
    def tours(self) -> pd.DataFrame:
        """Tours that tie people up inside the window.

        demand, pool, cohort, first_month, last_month (on duty), preparation_from, rest_until,
        people_persons. Tours may begin before the window and end after it.
        """
        return self.table("tours")

    @property
    def displacement(self) -> pd.DataFrame:
        """Person-months filled without each package minus with it, every demand outside it.

        package, demand, mission, region, category, main_task, displaced_person_months. Negative
        where a demand gains. Displacement proper is what main task 2 loses.
        """
        return self.table("displacement")

    @property
    def displacement_monthly(self) -> pd.DataFrame:
        """package, demand, pool, month, displaced_person_months, where there is a difference."""
        return self.table("displacement_monthly")

    @property
    def packages(self) -> pd.DataFrame:
        """One row a package: known_month, asked and filled, what it displaces, and the ratio.

        displaced_main_task_1, displaced_main_task_2 are person-months; displacement_ratio is the
        latter ÷ filled_person_months, NaN where the package got nobody.
        """
        return self.table("packages")

    @property
    def bottlenecks(self) -> pd.DataFrame:
        """Binding pools and months with every package: pool, month, strength_persons, idle_persons.

        Everyone there is taken in some plan on the way, and more people may raise the fill; where
        a pool and month is not in the table, more people raise none. What one more person brings
        takes plans of its own: :func:`planner.analysis.prices`.
        """
        return self.table("bottlenecks")

    @property
    def budgets(self) -> pd.DataFrame:
        """Budgets, where a scenario says that they count: one row a fund and year.

        budget, amount_euros, spent_euros. What more money brings: :func:`planner.analysis.prices`.
        """
        return self.table("budgets")

    @property
    def unmet_bounds(self) -> pd.DataFrame:
        """bound, month, demands, missing_persons."""
        return self.table("unmet_bounds")

    @property
    def accounting(self) -> pd.DataFrame:
        """What each package takes and from whom, people tied up by pool and month.

        taken_persons = given_up_persons + idle_used_persons + residual_persons, the last being 0
        but for rounding.
        """
        return self.table("accounting")

    @property
    def figures(self) -> pd.DataFrame:
        """Every figure in use: value (or month), low, high, unit, basis, source and place."""
        return self.table("figures")

    @property
    def left_out(self) -> pd.DataFrame:
        """demand, reason: what is known but does not count here."""
        return self.table("left_out")

    @property
    def grounds(self) -> pd.DataFrame:
        """What the result rests on: what, unit, total, letter, public, assumption.

        The last three columns add up to the total. Row ``figures`` counts all figures in use.
        ``cap`` and ``months`` are the person-months asked, by the basis of their cap and of their
        first and last month; ``tour``, ``preparation`` and ``rest`` the person-months on duty, by
        the basis of each rule; ``posts``, ``filled`` and ``fit`` the strength of the pools over
        the window, by the basis of each factor. Of several figures the weakest counts.
        """
        from planner.results.grounds import grounds

        return grounds(self)

    def fill_by(self, *keys: str) -> pd.DataFrame:
        """Return asked and filled person-months and the fill rate, grouped.

        Parameters
        ----------
        *keys : str
            Any of demand, mission, region, category, organisation, main_task, tier, kind, status,
            package, pool and month; none gives one row in all.

        Notes
        -----
        By pool, what is asked counts where it is filled, and what is not filled counts at the
        first-named pool of its demand: so the pools add up to the whole.
        """
        from planner.results.grouping import fill_by

        return fill_by(self, keys)

    def displacement_by(self, *keys: str, main_task: int | None = 2) -> pd.DataFrame:
        """Return displaced person-months by package and whatever else is asked for.

        Parameters
        ----------
        *keys : str
            As for :meth:`fill_by`.
        main_task : int or None
            2 counts what main task 2 loses, 1 what main task 1 loses, None both. With
            ``"main_task"`` among the keys both are shown.
        """
        from planner.results.grouping import displacement_by

        return displacement_by(self, keys, main_task)

    @property
    def plot(self) -> Plots:
        """Every figure of this result: ``result.plot.fill()``, ``result.plot.sand("staff")`` …"""
        from planner.figures.plots import Plots

        return Plots(self, "result")

    def _repr_html_(self) -> str:
        """Return a summary for notebooks."""
        from planner.results.html import page

        return page(self)
