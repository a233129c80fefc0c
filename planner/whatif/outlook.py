"""Summaries of results for the what-if page: small tables of a plan, of draws and of analyses.

A summary holds plain tables and sentences, so that a worker process can send it to the server.
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
    "REACH", "AnalysisResult", "EnsemblePair", "EnsembleSummary", "PlanSummary", "explain",
    "join_sides", "optimal_ranges", "summarize", "summarize_both", "summarize_draws",
    "summarize_result",
]  # fmt: skip

MISSION_COLUMNS = ["mission", "mission_name", "mission_name_nl", "main_task"]

REACH = 0.9
"""Default fill rate; summaries of draws hold the probability that each mission reaches it."""

RANGE_DRAWS = 128
"""Draws from the stated ranges alone, made where at least as many ordinary draws are."""


@dataclass(frozen=True, eq=False)
class PlanSummary:
    """Tables of the plan of one scenario, small enough to send between processes.

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
        One row per package and mission outside it: package, mission, main_task,
        displaced_person_months; before_person_months, the part displaced before the first month
        of the package; most_persons, the largest number displaced in one month; months, the
        number of months in which at least half a person is displaced; first_month and last_month,
        the first and last of those months (empty where there are none).
    packages : DataFrame
        As :attr:`planner.Result.packages`.
    bottlenecks : DataFrame
        As :attr:`planner.Result.bottlenecks`: pools and the months in which they are binding.
    timeline : DataFrame
        mission, main_task, month, asked_person_months, filled_person_months, fill_rate. The
        person-months of one month equal its number of persons.
    tours : DataFrame
        mission, first_month, last_month, persons. Tours of a mission with equal months are one
        row. Tours outside the reported months are included where their preparation or rest
        reaches into those months.
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


def summarize(scenario: Scenario, cache: PlanCache | None = None) -> PlanSummary:
    """Allocate a scenario and summarise the plan.

    Parameters
    ----------
    scenario : Scenario
    cache : PlanCache, optional
        Plans made earlier, which are not computed again.

    Examples
    --------
    >>> import planner as pl
    >>> shown = summarize(pl.load("letter"))
    >>> shown.months[0], shown.fill.columns[-1]
    ('2022-01', 'fill_rate')
    """
    return summarize_result(allocate(scenario, cache=cache))


def summarize_result(result: Result) -> PlanSummary:
    """Summarise the plan of a result."""
    import pandas as pd

    demands, pools = result.demands, result.compiled.pools
    inputs = result.scenario.inputs
    return PlanSummary(
        name=result.name,
        rule=result.rule,
        months=tuple(str(inputs.first + k) for k in range(inputs.last - inputs.first + 1)),
        missions=demands[MISSION_COLUMNS].drop_duplicates("mission").reset_index(drop=True),
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


DISPLACEMENT_COLUMNS = (
    "package", "mission", "main_task", "displaced_person_months", "before_person_months",
    "most_persons", "months", "first_month", "last_month",
)  # fmt: skip


def _displacement(result: Result) -> pd.DataFrame:
    """Return the displacement of every mission outside each package."""
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
    return pd.DataFrame(rows, columns=list(DISPLACEMENT_COLUMNS))


def _tours(result: Result) -> pd.DataFrame:
    """Return people by mission and months of their tour."""
    missions = dict(zip(result.demands["demand"], result.demands["mission"], strict=True))
    tours = result.tours
    keys = ["mission", "first_month", "last_month"]
    tours = tours.assign(mission=tours["demand"].map(missions).astype(str))
    sums = tours.groupby(keys, sort=False)["people_persons"].sum()
    return sums.rename("persons").reset_index()


def join_sides(
    tables: Mapping[str, pd.DataFrame], keys: Sequence[str], values: Sequence[str]
) -> pd.DataFrame:
    """Join tables of plan and variants on their keys.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        By side: ``plan``, ``variant`` and any further variants.
    keys : sequence of str
        Columns that identify a row. Rows are in the order of the plan, followed by rows that only
        other sides have.
    values : sequence of str
        Numeric columns; NaN where a table lacks the row.

    Returns
    -------
    DataFrame
        The keys; then for each value its columns ``plan_…``, ``variant_…``, those of further
        variants, and ``change_…``, which is variant less plan.
    """
    import pandas as pd

    sides = {"plan": tables["plan"], "variant": tables["variant"], **tables}
    rows = pd.concat([one[list(keys)] for one in sides.values()]).drop_duplicates(ignore_index=True)
    joined = {side: rows.merge(one, on=list(keys), how="left") for side, one in sides.items()}
    columns: dict[str, pd.Series[float]] = {}
    for value in values:
        columns |= {f"{side}_{value}": one[value] for side, one in joined.items()}
        columns[f"change_{value}"] = joined["variant"][value] - joined["plan"][value]
    return pd.concat([rows, pd.DataFrame(columns)], axis="columns")


@dataclass(frozen=True, eq=False)
class EnsembleSummary:
    """Tables of the draws of one scenario; see :class:`planner.Ensemble` for the columns.

    Attributes
    ----------
    draws, unproved, seed : int
        Number of draws made, number left out for want of a certificate, and the seed.
    reach : float
        Fill rate to which the column ``chance`` of `fill` refers.
    uncertain : bool
        Whether the scenario states any parameter as uncertain.
    fill : DataFrame
        By mission and main_task: mean, standard_error, low, high, q05 … q95, chance.
    fan : DataFrame
        By main_task and month, and by mission and month (mission empty for a whole main task):
        mean, q05, q25, q50, q75, q95.
    displacement : DataFrame
        By package and main_task: mean, standard_error, low, high, q05 … q95, person-months.
    displaced_by_draw : DataFrame
        One row per draw, one column per package: person-months of main task 2 displaced.
    headlines : mapping of str to Headline
        Displacement of main task 2 by package.
    by_ranges : mapping of str to Headline
        The same where parameters are drawn from their ranges alone. Empty with fewer than
        :data:`RANGE_DRAWS` draws, or where the scenario draws from no calibration.
    losers : mapping of (str, int) to list of DrawnLoss
        Displacement by mission, for each package and main task; empty where the ensemble keeps
        no persons by month.
    drivers : mapping of str to tuple of Driver
        Parameters with the largest effect on the displacement, by package.
    likely : DataFrame
        The plan for the likely values under both rules, one row per rule and package: rule,
        package, displaced_main_task_1 and displaced_main_task_2.
    texts : dict of str to list of str
        How the draws were made and what was left out, sentences by language.
    inputs : mapping of str to (str, str)
        English and Dutch names of the parameters in `drivers`, where known.
    """

    draws: int
    unproved: int
    seed: int
    reach: float
    uncertain: bool
    fill: pd.DataFrame
    fan: pd.DataFrame
    displacement: pd.DataFrame
    displaced_by_draw: pd.DataFrame
    headlines: Mapping[str, Headline]
    by_ranges: Mapping[str, Headline]
    losers: Mapping[tuple[str, int], list[DrawnLoss]]
    drivers: Mapping[str, tuple[Driver, ...]]
    likely: pd.DataFrame
    texts: dict[str, list[str]]
    inputs: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by name."""
        return {
            "draws_fill": self.fill,
            "draws_fan": self.fan,
            "draws_displacement": self.displacement,
            "draws_each": self.displaced_by_draw,
            "draws_likely": self.likely,
            "draws_headline": frame(list(self.headlines.values()), Headline),
        }


EnsemblePair = tuple[EnsembleSummary, EnsembleSummary]
"""Summaries of the draws of plan and variant."""


def summarize_draws(
    scenario: Scenario,
    draws: int,
    seed: int = 0,
    reach: float = REACH,
    progress: Progress | None = None,
    cache: PlanCache | None = None,
    ranges: bool = True,
) -> EnsembleSummary:
    """Make draws of a scenario and summarise them.

    With `ranges`, displacement is also computed for parameters drawn from their ranges alone.

    Examples
    --------
    >>> import planner as pl
    >>> ahead = summarize_draws(pl.load("letter").change(rule="value"), draws=16)
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
    names = {f"displacement.{package}": package for package in ensemble.packages}
    return EnsembleSummary(
        draws=ensemble.made,
        unproved=ensemble.unproved,
        seed=seed,
        reach=reach,
        uncertain=bool(ensemble.metadata.axes.factors),
        fill=ensemble.fill_by("mission", "main_task", reach=reach),
        fan=pd.concat([by_task[columns], by_mission[columns]], ignore_index=True),
        displacement=ensemble.displacement_by("main_task"),
        displaced_by_draw=ensemble.draws[["draw", *names]].rename(columns=names),
        headlines={id: headline(ensemble, id) for id in ensemble.packages},
        losers={
            (id, task): drawn_losses(ensemble, id, task)
            for id in ensemble.packages
            for task in (1, 2)
        },
        by_ranges=_by_ranges(scenario, seed) if ranges and draws >= RANGE_DRAWS else {},
        drivers={id: drivers(ensemble, id) for id in ensemble.packages},
        likely=_both_rules(scenario, cache),
        texts={lang: ensemble.sentences(lang) for lang in ("en", "nl")},
    )


def _by_ranges(scenario: Scenario, seed: int) -> dict[str, Headline]:
    """Return displacement by package where parameters are drawn from their ranges alone."""
    from planner.montecarlo.run import simulate

    if scenario.inputs.parameters is None:
        return {}
    ensemble = simulate(scenario.with_({"parameters": "none"}), RANGE_DRAWS, seed, workers=1)
    return {id: headline(ensemble, id) for id in ensemble.packages}


def _both_rules(scenario: Scenario, cache: PlanCache | None) -> pd.DataFrame:
    """Return displacement by package in the plan for the likely values, under both rules."""
    import pandas as pd

    columns = ["rule", "package", "displaced_main_task_1", "displaced_main_task_2"]
    results = [allocate(scenario, rule, cache=cache) for rule in ("fair", "value")]
    parts = [result.packages.assign(rule=result.rule)[columns] for result in results]
    return pd.concat(parts, ignore_index=True)


def summarize_both(
    plan: Scenario,
    variant: Scenario,
    draws: int,
    seed: int = 0,
    reach: float = REACH,
    progress: Progress | None = None,
    cache: PlanCache | None = None,
) -> EnsemblePair:
    """Summarise the same draws of plan and variant; see :func:`summarize_draws`."""
    different = plan.digest != variant.digest
    total = 2 * draws if different else draws
    start = time.monotonic()

    def progress_from(earlier: int) -> Progress | None:
        if progress is None:
            return None

        def report(done: int, _: int, seconds: float) -> None:
            count = earlier + done
            remaining = (time.monotonic() - start) / max(count, 1) * (total - count)
            progress(count, total, remaining if count else seconds)

        return report

    first = summarize_draws(plan, draws, seed, reach, progress_from(0), cache, ranges=not different)
    if not different:
        return first, first
    return first, summarize_draws(variant, draws, seed, reach, progress_from(draws), cache)


@dataclass(frozen=True, eq=False)
class AnalysisResult:
    """Tables and sentences of an analysis.

    Attributes
    ----------
    name : str
        Prefix of the names of its tables.
    frames : dict of str to DataFrame
    texts : dict of str to list of str
        Sentences by language.
    month : str
        The month that the analysis is about; empty if it is about all months.
    complete : bool
        Whether the analysis is complete; if not, a longer one may add to it.
    """

    name: str
    frames: dict[str, pd.DataFrame]
    texts: dict[str, list[str]]
    month: str = ""
    complete: bool = True

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by prefixed name."""
        return {f"{self.name}_{name}": table for name, table in self.frames.items()}


def optimal_ranges(scenario: Scenario, progress: Any = None) -> AnalysisResult:
    """Return the range of each fill and displacement over all optimal allocations.

    Examples
    --------
    >>> import planner as pl
    >>> optimal_ranges(pl.load("letter")).texts["nl"][0][:5]
    'Alle '
    """
    from planner.analysis.ranges import ranges

    result = ranges(scenario, progress=silent if progress is None else progress)
    names = ("fills", "displacement", "total_fills", "total_displacement")
    tables = result.tables()
    return AnalysisResult(
        "ranges",
        {name: tables[name] for name in names},
        {lang: result.sentences(lang) for lang in ("en", "nl")},
    )


def explain(
    source: Scenario | Result, mission: str, month: str = "", changes: bool = True
) -> AnalysisResult:
    """Return why a mission has the people it has in a month; see :func:`planner.analysis.why`.

    Parameters
    ----------
    source : Scenario or Result
        A result is not planned again.
    mission : str
    month : str
        If empty, the month in which the mission lacks most.
    changes : bool
        Whether to search for changes that would fill the mission, which takes many plans.

    Examples
    --------
    >>> import planner as pl
    >>> explain(pl.load("letter"), "untso", "2023-07").texts["en"][0]
    'UNTSO has all 12 people it asks for in Jul 2023.'
    """
    from planner.analysis.why import NO_PERSONS, why

    result = why(source, mission, month=month or None, changes=changes)
    texts = {lang: result.sentences(lang) for lang in ("en", "nl")}
    complete = changes or result.lacking_persons <= NO_PERSONS
    return AnalysisResult("why", result.tables(), texts, result.month, complete)
