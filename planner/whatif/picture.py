"""What a page shows of one scenario: a handful of small tables of its result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from planner.engine.stages import PlanCache
from planner.results.allocate import allocate
from planner.scenario.load import Scenario

if TYPE_CHECKING:
    import pandas as pd

    from planner.results.result import Result

__all__ = ["Picture", "beside", "picture", "picture_of"]

NAMES = ["mission", "mission_name", "mission_name_nl", "main_task"]


@dataclass(frozen=True, eq=False)
class Picture:
    """Tables of one solved scenario, small enough to send and draw at once.

    Attributes
    ----------
    name, rule : str
    months : tuple of str
        Reported months.
    missions : DataFrame
        mission, mission_name, mission_name_nl, main_task.
    fill : DataFrame
        mission, main_task, asked_person_months, filled_person_months, fill_rate.
    displacement : DataFrame
        package, mission, main_task, displaced_person_months; every mission outside the package.
    packages : DataFrame
        As :attr:`planner.Result.packages`.
    bottlenecks : DataFrame
        As :attr:`planner.Result.bottlenecks`: pools and months that bind.
    timeline : DataFrame
        mission, main_task, month, asked_person_months, filled_person_months, fill_rate; a month's
        person-months are the persons in it.
    pools : DataFrame
        pool, pool_name, pool_name_nl.
    """

    name: str
    rule: str
    months: tuple[str, ...]
    missions: pd.DataFrame
    fill: pd.DataFrame
    displacement: pd.DataFrame
    packages: pd.DataFrame
    bottlenecks: pd.DataFrame
    timeline: pd.DataFrame
    pools: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by name."""
        import pandas as pd

        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: table for name, table in found.items() if isinstance(table, pd.DataFrame)}


def picture(scenario: Scenario, memory: PlanCache | None = None) -> Picture:
    """Allocate a scenario and return the tables that a page shows.

    Parameters
    ----------
    scenario : Scenario
    memory : PlanCache, optional
        Plans of scenarios seen before.

    Examples
    --------
    >>> import planner as pl
    >>> shown = picture(pl.load("letter"))
    >>> shown.months[0], shown.fill.columns[-1]
    ('2022-01', 'fill_rate')
    """
    return picture_of(allocate(scenario, memory=memory))


def picture_of(result: Result) -> Picture:
    """Return the tables that a page shows of a result that is there already."""
    import pandas as pd

    demands, pools = result.demands, result.compiled.pools
    inputs = result.scenario.inputs
    timeline = result.fill_by("mission", "main_task", "month")
    return Picture(
        name=result.name,
        rule=result.rule,
        months=tuple(str(inputs.first + k) for k in range(inputs.last - inputs.first + 1)),
        missions=demands[NAMES].drop_duplicates("mission").reset_index(drop=True),
        fill=result.fill_by("mission", "main_task"),
        displacement=result.displacement_by("mission", "main_task"),
        packages=result.packages,
        bottlenecks=result.bottlenecks,
        timeline=timeline,
        pools=pd.DataFrame(
            [(pool.id, pool.name, pool.name_nl) for pool in pools],
            columns=["pool", "pool_name", "pool_name_nl"],
        ),
    )


def beside(
    plan: pd.DataFrame,
    variant: pd.DataFrame,
    keys: Sequence[str],
    values: Sequence[str],
    **others: pd.DataFrame,
) -> pd.DataFrame:
    """Return tables side by side: each value as planned, as changed, and the difference.

    Parameters
    ----------
    plan, variant : DataFrame
        The scenario as it was, and as changed.
    keys : sequence of str
        Columns that name a row. Rows are in the order of `plan`, then what only others have.
    values : sequence of str
        Columns of numbers; NaN where a table lacks the row.
    **others : DataFrame
        Further variants, by the first part of their columns.

    Returns
    -------
    DataFrame
        The keys, then ``plan_…``, ``variant_…``, ``change_…`` and those of the others, by value.
    """
    import pandas as pd

    sides = {"plan": plan, "variant": variant, **others}
    rows = pd.concat([one[list(keys)] for one in sides.values()]).drop_duplicates(ignore_index=True)
    found = {side: rows.merge(one, on=list(keys), how="left") for side, one in sides.items()}
    columns: dict[str, pd.Series[float]] = {}
    for value in values:
        columns |= {f"{side}_{value}": one[value] for side, one in found.items()}
        columns[f"change_{value}"] = found["variant"][value] - found["plan"][value]
    return pd.concat([rows, pd.DataFrame(columns)], axis="columns")
