"""Data of a report, all of which is computed before the report is composed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from planner.analysis.declare import declared, names
from planner.errors import ResultError
from planner.figures.names import EnsembleNames, Names
from planner.montecarlo.ensemble import check_same
from planner.report.levers import plan_settings
from planner.results.allocate import allocate
from planner.results.compare import Comparison, compare
from planner.results.losses import MIN_LOSS_PERSONS
from planner.results.result import Result

if TYPE_CHECKING:
    import pandas as pd

    from planner.analysis.curve import Curve
    from planner.analysis.headroom import Headroom
    from planner.analysis.promises import Promises
    from planner.analysis.ranges import Ranges
    from planner.analysis.robustness import Robustness
    from planner.montecarlo.ensemble import Ensemble
    from planner.report.levers import PlannedSettings
    from planner.results.result import Tables
    from planner.scenario.load import Scenario

__all__ = [
    "Material", "MissionLoss", "asked_by_mission", "displaced_by", "gather", "mission_losses",
    "records",
]  # fmt: skip

MAX_CURVES = 3
"""Maximum number of packages with a curve; those with the largest displacement come first."""

FRESH_DRAWS = 500
"""Number of independent draws on which promises are tested."""

CURVE_SIZES = 24
"""Number of sizes evaluated for a curve that cannot be computed exactly."""

Progress = Callable[[str, int, int], None]
"""Called with the key of the current step, the units done and the total number of units."""


def _no_progress(what: str, done: int, total: int) -> None:
    """Ignore progress."""


@dataclass(frozen=True, eq=False)
class Material:
    """Results and analyses that a report shows.

    Attributes
    ----------
    comparison : Comparison
        The result that the report is about, followed by those it is compared with.
    lang : str
    futures : Ensemble or None
    by_ranges : Ensemble or None
        Draws from the ranges alone, if the scenario draws from a calibration.
    curves : mapping of str to (Curve, Headroom)
        By package.
    ranges : Ranges or None
        Only if optimal plans are not unique.
    answers : mapping of str to Outcome
        Outcomes of the analyses that are declared for reports, by name.
    other_rule : Result or None
        The plan for the likely parameters under the other rule.
    robust : mapping of str to Robustness
        By package.
    promises : Promises or None
    grid : PlannedSettings or None
        Plans for all settings of the levers of an interactive report.
    """

    comparison: Comparison
    lang: str
    ensemble: Ensemble | None = None
    by_ranges: Ensemble | None = None
    curves: Mapping[str, tuple[Curve, Headroom]] = field(default_factory=dict)
    ranges: Ranges | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    other_rule: Result | None = None
    robust: Mapping[str, Robustness] = field(default_factory=dict)
    promises: Promises | None = None
    grid: PlannedSettings | None = None

    @property
    def result(self) -> Tables:
        """The result that the report is about."""
        return next(iter(self.comparison.results.values()))

    @cached_property
    def names(self) -> Names:
        """Names of the ids of the result."""
        return Names(self.result, self.lang)

    @cached_property
    def ensemble_names(self) -> EnsembleNames:
        """Names of the ids of the ensemble."""
        assert self.ensemble is not None
        return EnsembleNames(self.ensemble, self.lang)

    @cached_property
    def packages(self) -> list[dict[str, Any]]:
        """Rows of the packages, largest displacement first."""
        table = self.result.packages
        order = table.sort_values("displaced_main_task_2", ascending=False, kind="stable")
        return records(order)

    @property
    def uncertain(self) -> bool:
        """Whether the ensemble has any uncertain parameter."""
        return self.ensemble is not None and bool(self.ensemble.metadata.axes.factors)

    def ensemble_with(self, package: str) -> Ensemble | None:
        """Return the ensemble if it has uncertain parameters and contains a package, else None."""
        ensemble = self.ensemble if self.uncertain else None
        return ensemble if ensemble is not None and package in ensemble.packages else None

    @property
    def whole_people(self) -> bool:
        """Whether the plan allocates whole people."""
        return bool(self.result.manifest["options"].get("whole_people"))


def gather(
    first: Any,
    others: tuple[Any, ...] = (),
    *,
    draws: int = 0,
    seed: int = 0,
    rule: str | None = None,
    ensemble: Ensemble | None = None,
    analyses: bool = True,
    robust: bool = False,
    promises: float | None = None,
    interactive: bool = False,
    workers: int | None = None,
    lang: str = "en",
    progress: Progress = _no_progress,
) -> Material:
    """Compute the data of a report; see :func:`planner.report.page.make_report`."""
    progress("allocating", 0, 0)
    comparison = compare(first, *others, rule=rule)
    main = next(iter(comparison.results.values()))
    if ensemble is not None:
        check_same(ensemble, main)
    fields: dict[str, Any] = {"ensemble": ensemble}
    source = _solvable(main)
    if source is not None and analyses:
        fields |= _run_analyses(main, source, progress)
    if source is not None and draws > 0 and ensemble is None:
        fields["ensemble"] = _simulate(main, main.scenario, draws, seed, workers, progress)
        if main.scenario.inputs.parameters is not None:
            plain = main.scenario.with_({"parameters": "none"})
            fields["by_ranges"] = _simulate(main, plain, draws, seed, workers, progress)
    if source is not None and analyses and len(main.packages):
        progress("other_rule", 0, 0)
        other = "value" if main.rule == "fair" else "fair"
        fields["other_rule"] = allocate(main.scenario, other)
    if source is not None and robust:
        fields["robust"] = _run_robustness(main, source, workers, progress)
    if source is not None and promises is not None:
        fields["promises"] = _run_promises(main, source, promises, seed, progress)
    if source is not None and interactive:
        fields["grid"] = plan_settings(main.scenario, lang, partial(progress, "answering"))
    return Material(comparison, lang, **fields)


def _solvable(main: Tables) -> Any:
    """Return a source that analyses can solve again with an equal result; None if there is none."""
    options = main.manifest["options"]
    if options.get("whole_people") or options.get("figures"):
        return None
    try:
        return main if isinstance(main, Result) else main.scenario
    except ResultError:
        return None


def _run_declared(source: Any, rule: str, progress: Progress) -> dict[str, Any]:
    """Return the outcomes of the analyses that are declared for reports, by name."""
    from planner.analysis.plans import read_case

    outcomes: dict[str, Any] = {}
    case = read_case(source, rule)
    for name in names():
        analysis = declared(name)
        settings = analysis.report_settings(case)
        if settings is not None:
            progress("asking", 0, 0)
            step = partial(progress, "asking")
            outcomes[name] = analysis.function(case, rule=rule, progress=step, **settings)
    return outcomes


def _run_analyses(main: Tables, source: Any, progress: Progress) -> dict[str, Any]:
    """Return curves, ranges, and the outcomes of analyses that are declared for reports."""
    from planner.analysis.curve import curve
    from planner.analysis.headroom import headroom
    from planner.analysis.ranges import ranges

    analyses: dict[str, Any] = {}
    packages = main.packages
    filled = packages[packages["asked_person_months"] > 0]
    order = filled.sort_values("displaced_main_task_2", ascending=False, kind="stable")
    step = partial(progress, "following")
    analyses["curves"] = {
        id: (
            curve(source, package=id, rule=main.rule, sizes=CURVE_SIZES, progress=step),
            headroom(source, package=id, rule=main.rule, lines=False),
        )
        for id in order["package"][:MAX_CURVES]
    }
    if main.rule == "value":
        analyses["ranges"] = ranges(source, rule=main.rule, progress=partial(progress, "ranging"))
    analyses["answers"] = _run_declared(source, main.rule, progress)
    return analyses


def _run_robustness(
    main: Tables, source: Any, workers: int | None, progress: Progress
) -> dict[str, Robustness]:
    """Return the displacement under each single change of an assumption, by package."""
    from planner.analysis.robustness import robustness

    step = partial(progress, "robustness")
    return {
        id: robustness(source, rule=main.rule, package=id, workers=workers or 0, progress=step)
        for id in map(str, main.packages["package"][:MAX_CURVES])
    }


def _run_promises(
    main: Tables, source: Any, certainty: float, seed: int, progress: Progress
) -> Promises:
    """Return the promises that can be kept with a certainty, with their frontier."""
    from planner.analysis.promises import promises

    return promises(
        source, rule=main.rule, certainty=certainty, fresh=FRESH_DRAWS, seed=seed, frontier=True,
        progress=partial(progress, "promising"),
    )  # fmt: skip


def _simulate(
    main: Tables, scenario: Scenario, draws: int, seed: int, workers: int | None, progress: Progress
) -> Ensemble:
    from planner.montecarlo.run import simulate

    def step(done: int, total: int, *_: float) -> None:
        progress("simulating", done, total)

    chosen = main.manifest["options"].get("packages")
    return simulate(
        scenario, draws, seed, main.rule, packages=chosen, workers=workers, progress=step
    )


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as dicts."""
    rows: list[dict[str, Any]] = table.to_dict("records")  # type: ignore[assignment]
    return rows


def displaced_by(result: Tables, key: str, package: str, main_task: int = 2) -> dict[str, float]:
    """Return the person-months displaced by a package by value of a key, largest first."""
    rows = records(result.displacement_by(key, main_task=main_task))
    selected = [row for row in rows if row["package"] == package]
    selected.sort(key=lambda row: -row["displaced_person_months"])
    return {str(row[key]): float(row["displaced_person_months"]) for row in selected}


@dataclass(frozen=True)
class MissionLoss:
    """Displacement of a mission by a package: person-months, and most persons in one month.

    `first` and `last` are the first and last month in which at least half a person is displaced,
    empty if there is none.
    """

    person_months: float
    most_persons: float
    first: str
    last: str

    @property
    def notable(self) -> bool:
        """Whether at least half a person is displaced in some month."""
        return bool(self.first)


def mission_losses(result: Tables, package: str, main_task: int = 2) -> dict[str, MissionLoss]:
    """Return the displacement of each mission of a main task by a package, largest first."""
    rows = result.displacement_by("mission", "month", main_task=main_task)
    selected = rows[rows["package"] == package]
    losses = {}
    for mission, months in selected.groupby("mission", sort=False):
        lost = months["displaced_person_months"]
        short = months.loc[lost >= MIN_LOSS_PERSONS - 1e-6, "month"]
        ends = (str(short.min()), str(short.max())) if len(short) else ("", "")
        losses[str(mission)] = MissionLoss(float(lost.sum()), float(lost.max()), *ends)
    return dict(sorted(losses.items(), key=lambda item: -item[1].person_months))


def asked_by_mission(result: Tables) -> dict[str, float]:
    """Return the person-months asked by mission."""
    rows = records(result.fill_by("mission"))
    return {str(row["mission"]): float(row["asked_person_months"]) for row in rows}
