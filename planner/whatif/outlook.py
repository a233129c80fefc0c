"""What is asked about a picture: how sure it is, over draws and optimal plans, and why it is so.

What a page shows of one scenario: a handful of small tables of its result.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from planner.engine.stages import PlanCache
from planner.outcome import frame, silent
from planner.results.allocate import allocate
from planner.results.losses import DrawnLoss, Headline, drawn_losses, headline, losses
from planner.scenario.load import Scenario

if TYPE_CHECKING:
    import pandas as pd

    from planner.montecarlo.drivers import Driver
    from planner.montecarlo.run import Progress
    from planner.results.result import Result

__all__ = [
    "REACH", "Answer", "Outlook", "Picture",
    "beside", "explain", "look_ahead", "look_at_both", "picture", "picture_of", "spread",
]  # fmt: skip

NAMES = ["mission", "mission_name", "mission_name_nl", "main_task"]

REACH = 0.9
"""Fill rate of which the probability is shown unless another is asked for."""

BY_RANGES = 128
"""Draws made by the ranges alone, once as many are made."""


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
        package, mission, main_task, displaced_person_months, and the part of it before the first
        month of the package, before_person_months; most_persons lost in one month; months in
        which half a person or more is lost, and the first and last of them, first_month and
        last_month (0 and empty if none exist). Every mission outside the package.
    packages : DataFrame
        As :attr:`planner.Result.packages`.
    bottlenecks : DataFrame
        As :attr:`planner.Result.bottlenecks`: pools and months that bind.
    timeline : DataFrame
        mission, main_task, month, asked_person_months, filled_person_months, fill_rate; a month's
        person-months are the persons in it.
    tours : DataFrame
        mission, first_month, last_month, persons; tours of equal months count as one, and those
        outside the reported months are among them where their preparation or rest is not.
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
    tours: pd.DataFrame
    pools: pd.DataFrame

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by name."""
        import pandas as pd

        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: table for name, table in found.items() if isinstance(table, pd.DataFrame)}


def picture(scenario: Scenario, cache: PlanCache | None = None) -> Picture:
    """Allocate a scenario and return the tables that a page shows.

    Parameters
    ----------
    scenario : Scenario
    cache : PlanCache, optional
        Plans of scenarios seen before.

    Examples
    --------
    >>> import planner as pl
    >>> shown = picture(pl.load("letter"))
    >>> shown.months[0], shown.fill.columns[-1]
    ('2022-01', 'fill_rate')
    """
    return picture_of(allocate(scenario, cache=cache))


def picture_of(result: Result) -> Picture:
    """Return the tables that a page shows of a result that exists already."""
    import pandas as pd

    demands, pools = result.demands, result.compiled.pools
    inputs = result.scenario.inputs
    return Picture(
        name=result.name,
        rule=result.rule,
        months=tuple(str(inputs.first + k) for k in range(inputs.last - inputs.first + 1)),
        missions=demands[NAMES].drop_duplicates("mission").reset_index(drop=True),
        fill=result.fill_by("mission", "main_task"),
        displacement=_displacement(result),
        packages=result.packages,
        bottlenecks=result.bottlenecks,
        timeline=result.fill_by("mission", "main_task", "month"),
        tours=_tours(result),
        pools=pd.DataFrame(
            [(pool.id, pool.name, pool.name_nl) for pool in pools],
            columns=["pool", "pool_name", "pool_name_nl"],
        ),
    )


LOST = ("package", "mission", "main_task", "displaced_person_months", "before_person_months",
        "most_persons", "months", "first_month", "last_month")  # fmt: skip
"""Columns of what missions lose."""


def _displacement(result: Result) -> pd.DataFrame:
    """Return what every mission outside a package loses to it, and when."""
    import pandas as pd

    solution, compiled = result.solution, result.compiled
    missions = {row.id: row.mission for row in compiled.demands}

    def when(month: int) -> str:
        return str(compiled.month(month)) if month >= 0 else ""

    rows = [
        (
            package, one.group, task, one.person_months, one.before_person_months,
            one.most_persons, one.months, when(one.first), when(one.last),
        )
        for package in solution.without
        for task in (1, 2)
        for one in losses(solution, package, missions, task)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(LOST))


def _tours(result: Result) -> pd.DataFrame:
    """Return people by mission and months of their tour."""
    missions = dict(zip(result.demands["demand"], result.demands["mission"], strict=True))
    tours = result.tours
    keys = ["mission", "first_month", "last_month"]
    tours = tours.assign(mission=tours["demand"].map(missions).astype(str))
    sums = tours.groupby(keys, sort=False)["people_persons"].sum()
    return sums.rename("persons").reset_index()


def beside(
    plan: pd.DataFrame, variant: pd.DataFrame, keys: Sequence[str], values: Sequence[str],
    **others: pd.DataFrame,
) -> pd.DataFrame:  # fmt: skip
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


@dataclass(frozen=True, eq=False)
class Outlook:
    """Tables of many draws of one scenario; see :class:`planner.Ensemble` for the columns.

    Attributes
    ----------
    draws, unproved, seed : int
        Draws made, those left out for want of a certificate, and the seed.
    reach : float
        Fill rate of which the probability is in `fill`.
    uncertain : bool
        Whether anything of the scenario is stated as uncertain.
    fill : DataFrame
        By mission and main_task: mean, standard_error, low, high, q05 … q95, chance.
    fan : DataFrame
        By main_task and month, and by mission and month (mission empty for a whole main task):
        mean, q05, q25, q50, q75, q95.
    displacement : DataFrame
        By package and main_task: mean, standard_error, low, high, q05 … q95, person-months.
    each : DataFrame
        One row a draw, one column a package: person-months displaced from main task 2.
    headlines : mapping of str to Headline
        Displacement of main task 2 by package.
    by_ranges : mapping of str to Headline
        The same where parameters are drawn by their ranges alone; none for few draws, and none
        where the scenario draws from no calibration.
    losers : mapping of (str, int) to list of DrawnLoss
        What missions lose, by package and main task; none where people by month are not kept.
    drivers : mapping of str to tuple of Driver
        What moves the displacement most, by package.
    likely : DataFrame
        The plan for the likely values under both rules, one row a rule and package: rule, package,
        displaced_main_task_1 and displaced_main_task_2.
    said : dict of str to list of str
        How it was drawn and what was left out, by language.
    inputs : mapping of str to (str, str)
        What the inputs in `drivers` are called in English and Dutch, where that is known.
    """

    draws: int
    unproved: int
    seed: int
    reach: float
    uncertain: bool
    fill: pd.DataFrame
    fan: pd.DataFrame
    displacement: pd.DataFrame
    each: pd.DataFrame
    headlines: Mapping[str, Headline]
    by_ranges: Mapping[str, Headline]
    losers: Mapping[tuple[str, int], list[DrawnLoss]]
    drivers: Mapping[str, tuple[Driver, ...]]
    likely: pd.DataFrame
    said: dict[str, list[str]]
    inputs: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by name."""
        names = ("fill", "fan", "displacement", "each", "likely")
        return {
            **{f"draws_{name}": getattr(self, name) for name in names},
            "draws_headline": frame(list(self.headlines.values()), Headline),
        }


def look_ahead(
    scenario: Scenario,
    draws: int,
    seed: int = 0,
    reach: float = REACH,
    progress: Progress | None = None,
    cache: PlanCache | None = None,
    beside: bool = True,
) -> Outlook:
    """Make draws of a scenario and return what a page shows of them.

    With `beside`, displacement by the ranges alone is found too.

    Examples
    --------
    >>> import planner as pl
    >>> ahead = look_ahead(pl.load("letter").change(rule="value"), draws=16)
    >>> ahead.draws, ahead.displacement.empty
    (16, True)
    """
    import pandas as pd

    from planner.montecarlo.drivers import drivers
    from planner.montecarlo.run import simulate

    ensemble = simulate(scenario, draws, seed, workers=1, progress=progress)
    quantiles = [f"q{number:02d}" for number in (5, 25, 50, 75, 95)]
    by_task = ensemble.fill_by("main_task", "month").assign(mission="")
    by_mission = ensemble.fill_by("mission", "main_task", "month")
    columns = ["mission", "main_task", "month", "mean", *quantiles]
    each = ensemble.draws
    names = {f"displacement.{package}": package for package in ensemble.packages}
    return Outlook(
        draws=ensemble.made,
        unproved=ensemble.unproved,
        seed=seed,
        reach=reach,
        uncertain=bool(ensemble.metadata.axes.factors),
        fill=ensemble.fill_by("mission", "main_task", reach=reach),
        fan=pd.concat([by_task[columns], by_mission[columns]], ignore_index=True),
        displacement=ensemble.displacement_by("main_task"),
        each=each[["draw", *names]].rename(columns=names),
        headlines={id: headline(ensemble, id) for id in ensemble.packages},
        losers={
            (id, task): drawn_losses(ensemble, id, task)
            for id in ensemble.packages
            for task in (1, 2)
        },
        by_ranges=_by_ranges(scenario, seed) if beside and draws >= BY_RANGES else {},
        drivers={id: drivers(ensemble, id) for id in ensemble.packages},
        likely=_both_rules(scenario, cache),
        said={lang: ensemble.sentences(lang) for lang in ("en", "nl")},
    )


def _by_ranges(scenario: Scenario, seed: int) -> dict[str, Headline]:
    """Return displacement by each package where parameters are drawn by their ranges alone."""
    from planner.montecarlo.run import simulate

    if scenario.inputs.parameters is None:
        return {}
    ensemble = simulate(scenario.with_({"parameters": "none"}), BY_RANGES, seed, workers=1)
    return {id: headline(ensemble, id) for id in ensemble.packages}


def _both_rules(scenario: Scenario, cache: PlanCache | None) -> pd.DataFrame:
    """Return what packages displace in the plan for the likely values under both rules."""
    import pandas as pd

    columns = ["rule", "package", "displaced_main_task_1", "displaced_main_task_2"]
    made = [allocate(scenario, rule, cache=cache) for rule in ("fair", "value")]
    parts = [one.packages.assign(rule=one.rule)[columns] for one in made]
    return pd.concat(parts, ignore_index=True)


def look_at_both(
    plan: Scenario,
    variant: Scenario,
    draws: int,
    seed: int = 0,
    reach: float = REACH,
    progress: Progress | None = None,
    cache: PlanCache | None = None,
) -> tuple[Outlook, Outlook]:
    """Make the same draws of a scenario as it was and as changed; see :func:`look_ahead`."""
    different = plan.digest != variant.digest
    total = 2 * draws if different else draws
    began = time.monotonic()

    def part(before: int) -> Progress | None:
        if progress is None:
            return None

        def report(done: int, _: int, seconds: float) -> None:
            here = before + done
            rest = (time.monotonic() - began) / max(here, 1) * (total - here)
            progress(here, total, rest if here else seconds)

        return report

    first = look_ahead(plan, draws, seed, reach, part(0), cache, beside=not different)
    if not different:
        return first, first
    return first, look_ahead(variant, draws, seed, reach, part(draws), cache)


@dataclass(frozen=True, eq=False)
class Answer:
    """What an analysis found, ready to show.

    Attributes
    ----------
    name : str
        What its tables begin with.
    found : dict of str to DataFrame
        Its tables.
    said : dict of str to list of str
        Sentences by language.
    month : str
        Month that it is about, if about one.
    complete : bool
        Whether the search is complete.
    """

    name: str
    found: dict[str, pd.DataFrame]
    said: dict[str, list[str]]
    month: str = ""
    complete: bool = True

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by name."""
        return {f"{self.name}_{name}": table for name, table in self.found.items()}


def spread(scenario: Scenario, progress: Any = None) -> Answer:
    """Return the range of each fill and displacement over all optimal allocations.

    Examples
    --------
    >>> import planner as pl
    >>> spread(pl.load("letter")).said["nl"][0][:5]
    'Alle '
    """
    from planner.analysis.ranges import ranges

    found = ranges(scenario, progress=silent if progress is None else progress)
    wanted = ("fills", "displacement", "total_fills", "total_displacement")
    tables = found.tables()
    return Answer(
        "ranges",
        {name: tables[name] for name in wanted},
        {lang: found.sentences(lang) for lang in ("en", "nl")},
    )


def explain(
    source: Scenario | Result, mission: str, month: str = "", changes: bool = True
) -> Answer:
    """Return why a mission has the people it has in a month; see :func:`planner.analysis.why`.

    Parameters
    ----------
    source : Scenario or Result
        A result is not planned again.
    mission : str
    month : str
        The month in which it lacks most if empty.
    changes : bool
        Whether to look for what would change it, which takes many plans.

    Examples
    --------
    >>> import planner as pl
    >>> explain(pl.load("letter"), "untso", "2023-07").said["en"][0]
    'UNTSO has all 12 people it asks for in Jul 2023.'
    """
    from planner.analysis.why import NO_PERSONS, why

    found = why(source, mission, month=month or None, changes=changes)
    said = {lang: found.sentences(lang) for lang in ("en", "nl")}
    complete = changes or found.lacking_persons <= NO_PERSONS
    return Answer("why", found.tables(), said, found.month, complete)
