"""Everything a report is made from, computed before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from planner.analysis.declare import declared, names
from planner.errors import ResultError
from planner.figures.names import EnsembleNames, Names
from planner.montecarlo.ensemble import check_same
from planner.report.levers import answer_all
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

__all__ = ["AtATime", "Material", "asked_by_mission", "at_a_time", "gather", "lost_by", "records"]

CURVES = 3
"""Packages of which the curve is followed, those that displace most first."""

FRESH = 500
"""Draws on which the promises of a report are checked."""

SIZES = 24
"""Sizes at which a curve is tried that cannot be had exactly."""

Progress = Callable[[str, int, int], None]
"""Called with what is being done, what of it is done and what is to be done."""


def _silent(what: str, done: int, total: int) -> None:
    """Show no progress."""


@dataclass(frozen=True, eq=False)
class Material:
    """What a report says, as tables and numbers.

    Attributes
    ----------
    comparison : Comparison
        The result that the report is about, first, and those beside it.
    lang : str
    futures : Ensemble or None
    by_ranges : Ensemble or None
        The same draws by the ranges alone, where the scenario draws from a calibration.
    curves : mapping of str to (Curve, Headroom)
        By package.
    ranges : Ranges or None
        Only where figures are not unique.
    answers : mapping of str to Outcome
        Of analyses that are declared for reports, by name.
    other_rule : Result or None
        The plan for the likely parameters under the other rule.
    robust : mapping of str to Robustness
        By package.
    promises : Promises or None
    grid : PlannedSettings or None
        Answers to every setting of the levers of an interactive report.
    """

    comparison: Comparison
    lang: str
    futures: Ensemble | None = None
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
        """What its ids are called."""
        return Names(self.result, self.lang)

    @cached_property
    def futurenames(self) -> EnsembleNames:
        """What the ids of its futures are called."""
        assert self.futures is not None
        return EnsembleNames(self.futures, self.lang)

    @cached_property
    def packages(self) -> list[dict[str, Any]]:
        """Rows of the packages, what displaces most first."""
        table = self.result.packages
        order = table.sort_values("displaced_main_task_2", ascending=False, kind="stable")
        return records(order)

    @property
    def uncertain(self) -> bool:
        """Whether any of the drawn figures is uncertain at all."""
        return self.futures is not None and bool(self.futures.metadata.axes.factors)

    def drawn(self, package: str) -> Ensemble | None:
        """Return the draws, where they are uncertain and a package is in them."""
        found = self.futures if self.uncertain else None
        return found if found is not None and package in found.packages else None

    @property
    def whole(self) -> bool:
        """Whether whole people were asked for."""
        return bool(self.result.manifest["options"].get("whole_people"))


def gather(
    first: Any,
    others: tuple[Any, ...] = (),
    *,
    draws: int = 0,
    seed: int = 0,
    rule: str | None = None,
    futures: Ensemble | None = None,
    analyses: bool = True,
    robust: bool = False,
    promises: float | None = None,
    interactive: bool = False,
    workers: int | None = None,
    lang: str = "en",
    progress: Progress = _silent,
) -> Material:
    """Compute all that a report says; see :func:`planner.report.page.make_report`."""
    progress("allocating", 0, 0)
    comparison = compare(first, *others, rule=rule)
    main = next(iter(comparison.results.values()))
    if futures is not None:
        check_same(futures, main)
    found: dict[str, Any] = {"futures": futures}
    source = _source(main)
    if source is not None and analyses:
        found |= _analysed(main, source, progress)
    if source is not None and draws > 0 and futures is None:
        found["futures"] = _drawn(main, main.scenario, draws, seed, workers, progress)
        if main.scenario.inputs.parameters is not None:
            plain = main.scenario.with_({"parameters": "none"})
            found["by_ranges"] = _drawn(main, plain, draws, seed, workers, progress)
    if source is not None and analyses and len(main.packages):
        progress("other_rule", 0, 0)
        other = "value" if main.rule == "fair" else "fair"
        found["other_rule"] = allocate(main.scenario, other)
    if source is not None and robust:
        found["robust"] = _robust(main, source, workers, progress)
    if source is not None and promises is not None:
        found["promises"] = _promised(main, source, promises, seed, progress)
    if source is not None and interactive:
        found["grid"] = answer_all(main.scenario, lang, partial(progress, "answering"))
    return Material(comparison, lang, **found)


def _source(main: Tables) -> Any:
    """Return what can be solved again to give this result; None where nothing does."""
    options = main.manifest["options"]
    if options.get("whole_people") or options.get("figures"):
        return None
    try:
        return main if isinstance(main, Result) else main.scenario
    except ResultError:
        return None


def _answers(source: Any, rule: str, progress: Progress) -> dict[str, Any]:
    """Return the outcome of every analysis that is declared for reports, by name."""
    from planner.analysis.plans import read_case

    found: dict[str, Any] = {}
    case = read_case(source, rule)
    for name in names():
        asked = declared(name)
        settings = asked.report_settings(case)
        if settings is not None:
            progress("asking", 0, 0)
            step = partial(progress, "asking")
            found[name] = asked.function(case, rule=rule, progress=step, **settings)
    return found


def _analysed(main: Tables, source: Any, progress: Progress) -> dict[str, Any]:
    """Return curves, ranges, and the outcomes of analyses that are declared for reports."""
    from planner.analysis.curve import curve
    from planner.analysis.headroom import headroom
    from planner.analysis.ranges import ranges

    found: dict[str, Any] = {}
    packages = main.packages
    filled = packages[packages["asked_person_months"] > 0]
    order = filled.sort_values("displaced_main_task_2", ascending=False, kind="stable")
    step = partial(progress, "following")
    found["curves"] = {
        id: (
            curve(source, package=id, rule=main.rule, sizes=SIZES, progress=step),
            headroom(source, package=id, rule=main.rule, lines=False),
        )
        for id in order["package"][:CURVES]
    }
    if main.rule == "value":
        found["ranges"] = ranges(source, rule=main.rule, progress=partial(progress, "ranging"))
    found["answers"] = _answers(source, main.rule, progress)
    return found


def _robust(
    main: Tables, source: Any, workers: int | None, progress: Progress
) -> dict[str, Robustness]:
    """Return displacement under each single change of an assumption, by package."""
    from planner.analysis.robustness import robustness

    step = partial(progress, "robustness")
    return {
        id: robustness(source, rule=main.rule, package=id, workers=workers or 0, progress=step)
        for id in map(str, main.packages["package"][:CURVES])
    }


def _promised(
    main: Tables, source: Any, certainty: float, seed: int, progress: Progress
) -> Promises:
    """Return what can be promised with a certainty, and how that changes as one thing varies."""
    from planner.analysis.promises import promises

    return promises(
        source, rule=main.rule, certainty=certainty, fresh=FRESH, seed=seed, frontier=True,
        progress=partial(progress, "promising"),
    )  # fmt: skip


def _drawn(
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
    found: list[dict[str, Any]] = table.to_dict("records")  # type: ignore[assignment]
    return found


def lost_by(result: Tables, key: str, package: str, main_task: int = 2) -> dict[str, float]:
    """Return person-months displaced by a package under each value of a key, the most first."""
    rows = records(result.displacement_by(key, main_task=main_task))
    own = [row for row in rows if row["package"] == package]
    own.sort(key=lambda row: -row["displaced_person_months"])
    return {str(row[key]): float(row["displaced_person_months"]) for row in own}


@dataclass(frozen=True)
class AtATime:
    """What a mission loses to a package: person-months, and the most persons in one month.

    `first` and `last` are the months of the calendar in which it lacks half a person or more, empty
    where it never does.
    """

    person_months: float
    most_persons: float
    first: str
    last: str

    @property
    def whole(self) -> bool:
        """Whether it lacks half a person or more in some month."""
        return bool(self.first)


def at_a_time(result: Tables, package: str, main_task: int = 2) -> dict[str, AtATime]:
    """Return what each mission of a main task loses to a package, the most first."""
    rows = result.displacement_by("mission", "month", main_task=main_task)
    own = rows[rows["package"] == package]
    found = {}
    for mission, months in own.groupby("mission", sort=False):
        lost = months["displaced_person_months"]
        short = months.loc[lost >= MIN_LOSS_PERSONS - 1e-6, "month"]
        ends = (str(short.min()), str(short.max())) if len(short) else ("", "")
        found[str(mission)] = AtATime(float(lost.sum()), float(lost.max()), *ends)
    return dict(sorted(found.items(), key=lambda item: -item[1].person_months))


def asked_by_mission(result: Tables) -> dict[str, float]:
    """Return person-months asked by each mission."""
    rows = records(result.fill_by("mission"))
    return {str(row["mission"]): float(row["asked_person_months"]) for row in rows}
