"""Results side by side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from planner.errors import ResultError
from planner.outcome import TabularOutcome
from planner.results.allocate import allocate
from planner.results.result import Tables, read_result
from planner.scenario.load import Scenario
from planner.store import MANIFEST

if TYPE_CHECKING:
    import pandas as pd

    from planner.gallery import Plots

__all__ = ["Comparison", "as_result", "compare"]

MEASURES = ("fill_rate", "filled_person_months", "asked_person_months")


class Comparison(TabularOutcome):
    """Results side by side, one column a result.

    Parameters
    ----------
    results : dict of str to Tables
        What is compared, by a name of its own, in the order of the columns.
    """

    def __init__(self, results: dict[str, Tables]):
        """Take results by name."""
        self.results = dict(results)

    @property
    def names(self) -> list[str]:
        """Names of what is compared, in order."""
        return list(self.results)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return fill rate and displacement by mission, one column a result (and package)."""
        lost = self.displacement
        lost.columns = [": ".join(map(str, pair)) for pair in lost.columns]
        return {"fill": self.fill.reset_index(), "displacement": lost.reset_index()}

    def sentences(self, lang: str = "en") -> list[str]:
        """Return the sentences of each result."""
        return [sentence for one in self.results.values() for sentence in one.sentences(lang)]

    @property
    def fill(self) -> pd.DataFrame:
        """Fill rate by mission, one column a result; NaN where a result asks nothing."""
        return self.fill_by("mission")

    @property
    def displacement(self) -> pd.DataFrame:
        """Displaced person-months of main task 2 by mission, one column a result and package."""
        return self.displacement_by("mission")

    def fill_by(self, *keys: str, measure: str = "fill_rate") -> pd.DataFrame:
        """Return fill side by side.

        Parameters
        ----------
        *keys : str
            At least one; see :meth:`planner.results.result.Tables.fill_by`.
        measure : {"fill_rate", "filled_person_months", "asked_person_months"}

        Returns
        -------
        DataFrame
            Indexed by the keys, with one column a result.
        """
        if measure not in MEASURES:
            raise ResultError(f"expected a measure among {', '.join(MEASURES)}, found {measure!r}")
        wide = self._side_by_side(
            keys, lambda one: one.fill_by(*keys).set_index(list(keys))[[measure]]
        )
        return wide.droplevel(1, axis=1)

    def displacement_by(self, *keys: str, main_task: int | None = 2) -> pd.DataFrame:
        """Return displaced person-months side by side.

        Returns
        -------
        DataFrame
            Indexed by the keys, with one column a result and package.
        """
        keys = tuple(key for key in keys if key != "package")

        def columns(one: Tables) -> pd.DataFrame:
            lost = one.displacement_by(*keys, main_task=main_task)
            wide = lost.set_index([*keys, "package"])["displaced_person_months"].unstack("package")
            order = list(dict.fromkeys(lost["package"]))
            rows = lost.set_index(list(keys)).index.unique()
            return wide.reindex(index=rows, columns=order)

        return self._side_by_side(keys, columns)

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of all results below each other, with the column ``result`` first."""
        import pandas as pd

        parts = [one.table(name).assign(result=key) for key, one in self.results.items()]
        whole = pd.concat(parts, ignore_index=True)
        return whole[["result", *(column for column in whole.columns if column != "result")]]

    def _side_by_side(
        self, keys: tuple[str, ...], columns: Callable[[Tables], pd.DataFrame]
    ) -> pd.DataFrame:
        """Put columns next to each other; rows in the order in which they first appear."""
        import pandas as pd

        if not keys:
            raise ResultError("expected at least one key to compare by, such as 'mission'")
        parts = {name: columns(one) for name, one in self.results.items()}
        index = pd.concat([part.iloc[:, :0] for part in parts.values()]).index.unique()
        if keys == ("month",):
            index = index.sort_values()
        found = [part.reindex(index) for part in parts.values()]
        return pd.concat(found, axis=1, keys=list(parts))

    @property
    def plot(self) -> Plots:
        """Figures side by side: ``comparison.plot.scenarios()``, ``comparison.plot.versus()``."""
        from planner.gallery import Plots

        return Plots(self, "comparison")

    def _repr_html_(self) -> str:
        """Return a summary for notebooks."""
        from planner.results.html import comparison_html

        return comparison_html(self)

    def __repr__(self) -> str:
        """Names of what is compared."""
        return f"<Comparison of {', '.join(map(repr, self.results))}>"


def compare(*items: Tables | Scenario | str | Path, rule: str | None = None) -> Comparison:
    """Put results side by side; scenarios are allocated first.

    Parameters
    ----------
    *items : Result, StoredResult, Scenario, str or Path
        Results, scenarios, scenario files or names, or folders of saved results.
    rule : {"fair", "value"}, optional
        For what still has to be allocated; by default each scenario's own.

    Examples
    --------
    >>> compare("letter", "studied-decided").fill.columns.tolist()
    ['letter', 'studied-decided']
    """
    if not items:
        raise ResultError("expected at least one result or scenario to compare")
    results: dict[str, Tables] = {}
    for item in items:
        one = as_result(item, rule)
        name, count = one.name, 1
        while name in results:
            count += 1
            name = f"{one.name} ({count})"
        results[name] = one
    return Comparison(results)


def as_result(item: Tables | Scenario | str | Path, rule: str | None = None) -> Tables:
    """Return a result as it is, one saved in a folder, or that of a scenario."""
    if isinstance(item, Tables):
        return item
    if isinstance(item, (str, Path)) and _is_saved(Path(item)):
        return read_result(item)
    return allocate(item, rule)


def _is_saved(path: Path) -> bool:
    try:
        return (path / MANIFEST).is_file()
    except (OSError, ValueError):
        return False
