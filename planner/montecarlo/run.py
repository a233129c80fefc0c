"""``simulate``: many futures of a scenario, batch by batch, wherever they can be solved."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import Fault, InputError, PlannerError, gathered, nearest
from planner.montecarlo.design import Design
from planner.montecarlo.executors import (
    Packed,
    check_workers,
    executor_for,
    in_order,
    solve_packed,
)
from planner.montecarlo.futures import Futures
from planner.montecarlo.outline import Outline
from planner.montecarlo.pace import Pace, Progress
from planner.montecarlo.stopping import Stop, Watch
from planner.montecarlo.stored import clear_folder, finish, open_folder, read_futures, temporary
from planner.montecarlo.study import Study
from planner.store import MANIFEST

if TYPE_CHECKING:
    from planner.scenario.load import Scenario

__all__ = ["simulate", "study_of"]

MONTHLY = 20_000
"""Draws above which people by pool and month are kept only if asked for."""

MANY = 1024
"""Draws from which there are 32 replicates: intervals of what is skewed then cover as they say."""

LARGE = 4096
"""Draws above which more of them share one set of rules."""


def simulate(
    scenario: Scenario | str | Path,
    draws: int = 1024,
    seed: int = 0,
    rule: str | None = None,
    sampling: str = "sobol",
    workers: int | None = None,
    *,
    packages: Sequence[str] | None = None,
    replicates: int | None = None,
    share: int | None = None,
    of: str | None = None,
    half_width: float | None = None,
    time_limit: float | None = None,
    monthly: bool | None = None,
    folder: str | Path | None = None,
    replace: bool = False,
    executor: Any = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> Futures:
    """Draw many futures of a scenario and plan each of them, with and without every package.

    The same scenario, seed and options give the same numbers to the last bit, whoever solves them
    and whether or not the run was interrupted.

    Parameters
    ----------
    scenario : Scenario, str or Path
        A scenario, its file, or the name of one that comes with the package.
    draws : int
        How many futures; the most there can be, where something else may end the run.
    seed : int
        At least 0; 0 is a seed like any other.
    rule : {"fair", "value"}, optional
        By default the scenario's own.
    sampling : {"sobol", "plain", "latin"}
        Scrambled Sobol points, independent random points, Latin hypercubes.
    workers : int, optional
        Processes; by default one a processor, and only this one for less than 200 draws.
    packages : sequence of str, optional
        Packages whose displacement is wanted; by default all.
    replicates : int, optional
        Independent repetitions from which errors are estimated, each with its own scramble; by
        default 32, and 16 below 1,024 draws.
    share : int, optional
        How many draws share one set of rules (tours, preparation, rest), which is formulated once;
        by default 16, and 64 above 4,096 draws. 1 gives every draw its own.
    of, half_width : str, float, optional
        End the run when half the width of the 95 % interval of a quantity is no more than this:
        ``of="displacement.eastern-flank", half_width=25``. Names: :class:`Quantities`.
    time_limit : float, optional
        Seconds after which no more draws are begun.
    monthly : bool, optional
        Keep people by pool and month of every draw, for groups by pool or month; by default up to
        20,000 draws.
    folder : str or Path, optional
        Where the run is kept. A run that was interrupted goes on from its last finished batch when
        it is asked for again; one that is finished is read.
    replace : bool
        Take away an earlier run of something else from the folder.
    executor : optional
        Anything with ``submit`` as in :mod:`concurrent.futures`, or a Dask client.
    cluster : str, optional
        Address of a running Dask scheduler.
    progress : callable, optional
        Called with draws made, draws to make, and the seconds that will take.

    Returns
    -------
    Futures

    Raises
    ------
    InputError
        The scenario, what it says of its uncertainty, or an option is wrong.
    ResultError
        The folder holds something else, or cannot be written; what was finished is kept.

    Examples
    --------
    >>> futures = simulate("letter", draws=16, rule="value", workers=1)
    >>> futures.fill_by("main_task")["main_task"].tolist()
    [1, 2]
    """
    faults: list[Fault | str] = []
    stop = Stop(of, half_width, time_limit)
    with gathered(faults):
        check_workers(workers)
    with gathered(faults):
        study = study_of(
            scenario, draws, seed, rule, sampling, packages=packages, replicates=replicates,
            share=share, monthly=monthly, stop=stop,
        )  # fmt: skip
    if faults:
        raise InputError(faults)
    outline = Outline.of(study)
    if folder is not None and replace and not _same(Path(folder), outline, stop):
        clear_folder(Path(folder))
    if folder is None:
        futures = temporary(outline, stop, study)
    elif (Path(folder) / MANIFEST).is_file():
        return _finished(read_futures(folder), outline, stop)
    else:
        open_folder(Path(folder), outline, study.uncertain.scenario)
        futures = Futures(outline, stop, Path(folder), study)
    with executor_for(draws, workers, executor, cluster) as (pool, count):
        _run(futures, study, pool, count, progress)
    if folder is not None:
        finish(futures)
    return futures


def study_of(
    scenario: Scenario | str | Path,
    draws: int = 1024,
    seed: int = 0,
    rule: str | None = None,
    sampling: str = "sobol",
    *,
    packages: Sequence[str] | None = None,
    replicates: int | None = None,
    share: int | None = None,
    monthly: bool | None = None,
    stop: Stop | None = None,
) -> Study:
    """Return what a run will simulate; see :func:`simulate`.

    With `stop`, that is checked along with everything else.
    """
    from planner.results.verbs import check_rule
    from planner.montecarlo.parameters import list_uncertain

    uncertain = list_uncertain(scenario)
    faults: list[Fault | str] = []
    design = Design(2, replicates=2)
    with gathered(faults):
        design = design_of(draws, seed, sampling, replicates, share)
    known = tuple(package.id for package in uncertain.compiled.problem.packages)
    chosen = known if packages is None else tuple(packages)
    faults += [
        f"no such package {one!r}{nearest(one, known)}" for one in chosen if one not in known
    ]
    with gathered(faults):
        rule = check_rule(rule or uncertain.compiled.rule)
    monthly = draws <= MONTHLY if monthly is None else monthly
    study = Study(uncertain, str(rule), chosen, design, monthly)
    if stop is not None:
        with gathered(faults):
            stop.check(Outline.of(Study(uncertain, str(rule), known, design, monthly)).quantities)
    if faults:
        raise InputError(faults)
    return study


def design_of(
    draws: int, seed: int, sampling: str, replicates: int | None, share: int | None
) -> Design:
    """Return which draws there are; raise InputError with everything wrong in the numbers."""
    if replicates is None:
        replicates = 32 if draws >= MANY else max(min(16, int(draws)), 2)
    numbers = {"draws": draws, "seed": seed, "replicates": replicates}
    wrong = [
        f"{name}: expected a whole number, found {value!r}"
        for name, value in numbers.items()
        if isinstance(value, bool) or int(value) != value
    ]
    if wrong:
        raise InputError(wrong)
    if share is None:
        share = 16 if draws <= LARGE else 64
    return Design(int(draws), int(seed), sampling, int(replicates), int(share))


def _finished(futures: Futures, outline: Outline, stop: Stop) -> Futures:
    """Return a finished run if it is the one asked for."""
    if futures.outline.digest != outline.digest or futures.stop != stop:
        raise InputError(
            f"{futures.folder}: holds a finished run with another scenario, seed, number of draws "
            "or rule for stopping: choose another folder, or add --force (replace=True)"
        )
    return futures


def _same(folder: Path, outline: Outline, stop: Stop) -> bool:
    """Whether a folder holds this run already, finished or not."""
    try:
        if (folder / MANIFEST).is_file():
            _finished(read_futures(folder), outline, stop)
        else:
            open_folder(folder, outline, None)
    except PlannerError:
        return False
    return True


def _run(
    futures: Futures, study: Study, pool: Any, workers: int, progress: Progress | None
) -> None:
    """Solve what is not yet solved, batch by batch, until something says it is enough."""
    batches = futures.batches
    watch = Watch(futures.stop, futures.outline.quantities, study.design.replicates)
    first = batches.done()
    batches.drop_after(first)
    made = futures.all_ends
    for batch in range(first):
        if futures.stop.of is not None:
            watch.add(batches.read(batch, watch.columns))
            if reason := watch.verdict():
                batches.drop_after(batch + 1)
                futures.close(batch + 1, reason)
                return
    pace = Pace(progress, study.design.draws, made[first - 1] if first else 0)
    reason, count, packed = "", first, Packed.of(study)
    calls = ((solve_packed, packed, batch) for batch in range(first, study.design.batches))
    for data in in_order(pool, workers, calls):
        batches.write(count, data)
        count += 1
        if futures.stop.of is not None:
            watch.add(batches.read(count - 1, watch.columns))
        pace(made[count - 1])
        if reason := watch.verdict():
            break
    futures.close(count, reason or "draws")
