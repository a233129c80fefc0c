"""Everything a report is made from, computed before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from planner.errors import ResultError
from planner.figures.names import EnsembleNames, Names
from planner.montecarlo.ensemble import check_same
from planner.results.compare import Comparison, compare
from planner.results.result import Result

if TYPE_CHECKING:
    import pandas as pd

    from planner.analysis.curve import Curve
    from planner.analysis.headroom import Headroom
    from planner.analysis.ranges import Ranges
    from planner.analysis.shares import Shares
    from planner.analysis.why import Why
    from planner.montecarlo.ensemble import Ensemble
    from planner.results.result import Tables

__all__ = ["Material", "asked_by_mission", "gather", "lost_by", "records"]

CURVES = 3


"""Packages of which the curve is followed, those that displace most first."""


SIZES = 24


"""Sizes at which a curve is tried that cannot be had exactly."""


SHORT = 0.5


"""Person-months that a mission has to lose before it is asked why."""


NEARLY = 0.005


"""Share of what a mission asks that is not worth asking about."""


SHARED = 4


"""Most packages among which displacement is shared out, since every coalition is a plan."""


Progress = Callable[[str, int, int], None]


"""Called with what is being done, what of it is done and what there is to do."""


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
    curves : mapping of str to (Curve, Headroom)
        By package.
    ranges : Ranges or None
        Only where figures are not unique.
    shares : Shares or None
        Only with several packages.
    why : Why or None
        Of the mission that goes short most.
    answers : mapping of str to Outcome
        Of further analyses that are declared for reports, by name.
    """

    comparison: Comparison
    lang: str
    futures: Ensemble | None = None
    curves: Mapping[str, tuple[Curve, Headroom]] = field(default_factory=dict)
    ranges: Ranges | None = None
    shares: Shares | None = None
    why: Why | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)

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
        rows: list[dict[str, Any]] = order.to_dict("records")  # type: ignore[assignment]
        return rows

    @property
    def uncertain(self) -> bool:
        """Whether any of the drawn figures is uncertain at all."""
        return self.futures is not None and bool(self.futures.metadata.axes.factors)

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
    workers: int | None = None,
    lang: str = "en",
    progress: Progress = _silent,
) -> Material:
    """Compute all that a report says.

    Parameters
    ----------
    first : Result, StoredResult, Scenario, str or Path
        What the report is about; a scenario, its file or name, or the folder of a saved result.
    others : tuple of the same
        What it is compared with.
    draws, seed : int
        How many futures are drawn, unless `futures` has them or `first` is a saved result.
    rule : {"fair", "value"}, optional
    futures : Ensemble, optional
    analyses : bool
        Whether to follow curves, ranges, shares and causes; they need the plans behind a result.
    workers : int, optional
    lang : {"en", "nl"}
    progress : callable
    """
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
        found["futures"] = _drawn(main, draws, seed, workers, progress)
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


def _analysed(main: Tables, source: Any, progress: Progress) -> dict[str, Any]:
    """Return curves, ranges, shares and why the mission that goes short most does."""
    from planner.analysis.curve import curve
    from planner.analysis.headroom import headroom
    from planner.analysis.ranges import ranges
    from planner.analysis.shares import shares
    from planner.analysis.why import why
    from planner.report.questions import answers

    found: dict[str, Any] = {}
    packages = main.packages
    filled = packages[packages["asked_person_months"] > 0]
    order = filled.sort_values("displaced_main_task_2", ascending=False, kind="stable")
    curves = {}
    for id in order["package"][:CURVES]:

        def step(done: int, total: int) -> None:
            progress("following", done, total)

        curves[id] = (
            curve(source, package=id, rule=main.rule, sizes=SIZES, progress=step),
            headroom(source, package=id, rule=main.rule, lines=False),
        )
    found["curves"] = curves
    if main.rule == "value":
        found["ranges"] = ranges(
            source, rule=main.rule, progress=lambda done, total: progress("ranging", done, total)
        )
    if 1 < len(packages) <= SHARED:
        found["shares"] = shares(
            source, rule=main.rule, progress=lambda done, total: progress("sharing", done, total)
        )
    shortest = _shortest(main, order["package"])
    if shortest:
        progress("asking", 0, 0)
        found["why"] = why(source, shortest, rule=main.rule)
    found["answers"] = answers(source, main.rule, progress)
    return found


def _shortest(main: Tables, packages: Iterable[str]) -> str:
    """Return the mission that loses most to the first package; else the one filled least, if short.

    Nothing where every mission has all that it asks for, nearly.
    """
    for package in packages:
        lost = lost_by(main, "mission", package)
        most = max(lost, key=lambda mission: lost[mission], default="")
        if most and lost[most] >= SHORT:
            return most
        break
    fill = main.fill_by("mission").dropna(subset="fill_rate").set_index("mission")["fill_rate"]
    return str(fill.idxmin()) if len(fill) and fill.min() < 1 - NEARLY else ""


def _drawn(
    main: Tables, draws: int, seed: int, workers: int | None, progress: Progress
) -> Ensemble:
    from planner.montecarlo.run import simulate

    def step(done: int, total: int, *_: float) -> None:
        progress("simulating", done, total)

    chosen = main.manifest["options"].get("packages")
    return simulate(
        main.scenario, draws, seed, main.rule, packages=chosen, workers=workers, progress=step
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


def asked_by_mission(result: Tables) -> dict[str, float]:
    """Return person-months asked by each mission."""
    rows = records(result.fill_by("mission"))
    return {str(row["mission"]): float(row["asked_person_months"]) for row in rows}
