"""``simulate``: the draws of a scenario, batch by batch on executors, until they are enough.

Where batches are solved: in this process, in worker processes of this machine, or on a cluster.

Any object with ``submit`` as in :mod:`concurrent.futures` serves. A task is the specification as
bytes and the number of a batch, its answer the batch as bytes; so results do not depend on which
worker solves a batch, or when.

Worker processes end with the process that started them, however that ends: each waits in a thread
for its parent's end. An interrupt (Ctrl-C) is for the parent alone, which ends its workers at once.
"""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from planner.errors import Fault, InputError, PlannerError, collect_faults, nearest
from planner.montecarlo.design import Design
from planner.montecarlo.ensemble import Ensemble, finish, read_ensemble, temporary
from planner.montecarlo.estimates import Mean, add_to_sums, means_of_sums
from planner.montecarlo.parameters import list_uncertain
from planner.montecarlo.records import QUANTITY_COLUMNS, Quantities, Records
from planner.montecarlo.specification import MONTHLY, RunMetadata, Specification, Stop
from planner.montecarlo.storage import LOCK, as_bytes, clear_folder, holds_run, open_folder
from planner.problem.model import Floats
from planner.store import MANIFEST, locked, writing

if TYPE_CHECKING:
    from planner.scenario.load import Scenario

__all__ = [
    "Inline",
    "Packed",
    "Progress",
    "RunEstimate",
    "Stop",
    "check_workers",
    "estimate_run",
    "executor_for",
    "first_interrupt_only",
    "in_order",
    "processors",
    "simulate",
    "solve_packed",
    "specification_of",
]

FEW = 200
"""Draws below which other processes would take longer to start than to help."""

MOST_WORKERS = 1_024
"""Most processes: more of them exhaust the operating system before they answer."""

AHEAD = 3
"""Batches submitted ahead, for each worker."""

PATIENCE = 10.0
"""Seconds within which the scheduler of a cluster must answer."""

_unpacked: OrderedDict[str, Specification] = OrderedDict()
"""Specifications that this process has unpacked, by digest."""

MANY = 256
"""Draws from which 32 replicates are made, and 16 below: so measured, intervals keep their
coverage (see ``benchmarks/coverage.py``)."""

BASE = 250e6
"""Bytes of a process that has everything loaded."""

HELD = 2.5
"""Copies of a batch in memory at once: as arrays, and on their way into a file."""

LEAST = 128
"""Draws before an interval is looked at: errors from fewer are too uncertain to stop by."""

GROWTH = 1.25
"""Factor by which the draws grow from one look at the intervals to the next."""

SAMPLE = 16
"""Most draws that are planned to see how long one takes."""


class Inline(Executor):
    """Solves immediately, in this process."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run a function and return its answer as a finished future."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@dataclass(frozen=True)
class Packed:
    """A specification as bytes, which a process unpacks once."""

    digest: str
    data: bytes

    @classmethod
    def of(cls, specification: Specification) -> Packed:
        """Return a specification as bytes."""
        return cls(specification.digest, pickle.dumps(specification))

    def specification(self) -> Specification:
        """Return the specification, kept in this process or unpacked."""
        if self.digest not in _unpacked:
            _unpacked[self.digest] = pickle.loads(self.data)
            if len(_unpacked) > 2:
                _unpacked.popitem(last=False)
        return _unpacked[self.digest]


def solve_packed(packed: Packed, batch: int) -> bytes:
    """Return a batch of a specification as the bytes of its file; runs in a worker."""
    return as_bytes(packed.specification().solve(batch).to_arrow())


def processors() -> int:
    """Return how many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def _forget_missing_script() -> None:
    """Let worker processes start also where the script came from standard input.

    A worker runs the file of the main module first. Of a script on standard input that file is
    ``<stdin>``, which no worker can open; without it the worker starts with the library alone.
    """
    main = sys.modules["__main__"]
    file = getattr(main, "__file__", None)
    if file is not None and not os.path.exists(file):
        del main.__file__


def check_workers(workers: int | None) -> None:
    """Raise InputError unless the number of workers lies between 1 and :data:`MOST_WORKERS`."""
    if workers is not None and workers < 1:
        raise InputError(f"workers: expected at least 1, found {workers}")
    if workers is not None and workers > MOST_WORKERS:
        raise InputError(f"workers: expected at most {MOST_WORKERS:,}, found {workers:,}")


@contextmanager
def executor_for(
    draws: int, workers: int | None, executor: Any = None, cluster: str | None = None
) -> Iterator[tuple[Any, int]]:
    """Give an executor and the number of its workers; end it afterwards if this function made it.

    Parameters
    ----------
    draws : int
    workers : int, optional
        Processes; by default one a processor, and none beside this one for a few draws.
    executor : optional
        Anything with ``submit``, or a Dask client; used as it is.
    cluster : str, optional
        Address of a Dask scheduler that runs.
    """
    check_workers(workers)
    if executor is not None and cluster is not None:
        raise InputError("expected an executor or a cluster, found both")
    if cluster is not None:
        with _client(cluster) as client:
            yield client.get_executor(), max(len(client.ncores()), 1)
        return
    if executor is not None:
        if hasattr(executor, "get_executor"):  # a Dask client
            yield executor.get_executor(), max(len(executor.ncores()), 1)
            return
        if not hasattr(executor, "submit"):
            raise InputError(f"executor: expected one with submit, found {executor!r}")
        yield executor, workers or getattr(executor, "_max_workers", None) or processors()
        return
    count = workers or (processors() if draws >= FEW else 1)
    if count == 1:
        yield Inline(), 1
        return
    _forget_missing_script()
    pool = _processes(count)
    try:
        yield pool, count
    except (KeyboardInterrupt, SystemExit):  # no answer is wanted any more
        with _interrupts_ignored():
            _end(pool)
        raise
    finally:  # what has not begun is cancelled already, see in_order
        pool.shutdown(wait=True)


def _client(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise InputError(
            "a cluster needs the package distributed: pip install 'planner[cluster]'"
        ) from None
    try:
        return Client(address, timeout=f"{PATIENCE}s")
    except (OSError, ValueError) as error:
        raise InputError(f"cluster: no scheduler answers at {address!r}: {error}") from None


def _processes(count: int) -> Any:
    """Return a pool of processes; in a notebook loky's, if installed: it needs no main module."""
    if hasattr(sys, "ps1") or "ipykernel" in sys.modules:
        try:
            from loky import ProcessPoolExecutor as Loky
        except ImportError:
            pass
        else:
            return Loky(max_workers=count, initializer=_follow_parent)
    kinds = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in kinds else "spawn")
    return _Processes(max_workers=count, mp_context=context, initializer=_follow_parent)


class _Processes(ProcessPoolExecutor):
    """A pool of processes that interrupts do not reach, not even while they start."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Submit a task; processes started for it inherit that interrupts are blocked."""
        with _interrupts_blocked():
            return super().submit(fn, *args, **kwargs)


def _follow_parent() -> None:
    """Leave interrupts to the parent of this process, and end this process when the parent ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if multiprocessing.parent_process() is None:  # of loky: the operating system must say so
        if sys.platform == "linux":
            _end_with_parent()
        return
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _end_with_parent() -> None:
    """Ask Linux to kill this process when its parent ends."""
    import ctypes

    set_death_signal = 1  # PR_SET_PDEATHSIG of <linux/prctl.h>
    ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Block interrupts in this thread; a process started meanwhile inherits that."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Ignore further interrupts while something is put in order, where this is the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def first_interrupt_only() -> Iterator[None]:
    """Let only the first interrupt through, so that a second one cannot disturb the tidying up."""
    default = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if threading.current_thread() is not threading.main_thread() or not default:
        yield
        return

    def interrupt(*_: object) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _end(pool: Any) -> None:
    """Kill the processes of a pool and wait until they have ended.

    A process that is killed while it sends an answer leaves half of it in the pipe. The thread of
    the pool that reads it sees its end only once this process, too, has closed the pipe.
    """
    processes = list((getattr(pool, "_processes", None) or {}).values())
    for process in processes:  # nothing is cancelled before: the pool itself notes what is lost
        with contextlib.suppress(OSError, ValueError):  # it has ended already
            process.kill()
    for process in processes:
        process.join()
    with contextlib.suppress(AttributeError, OSError):  # or it has closed the pipe already
        pool._result_queue._writer.close()
    pool.shutdown(wait=True)


def in_order(executor: Any, workers: int, calls: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
    """Yield what functions return, in order, submitting a few calls ahead.

    When the caller stops, calls that have been submitted and not begun are cancelled.

    Parameters
    ----------
    calls : iterable of (function, argument, …)
    """
    waiting: deque[Any] = deque()
    upcoming = iter(calls)
    most = AHEAD * workers if workers > 1 else 1
    try:
        while True:
            for call in itertools.islice(upcoming, most - len(waiting)):
                waiting.append(executor.submit(*call))
            if not waiting:
                return
            yield _result(waiting.popleft())
    except (GeneratorExit, Exception):  # of an interrupt the executor takes care
        for future in waiting:
            future.cancel()
        raise


def _result(future: Any) -> Any:
    try:
        return future.result()
    except BrokenProcessPool:
        raise PlannerError(
            "a process ended before its draws were solved: it was killed, ran out of memory, or "
            "the script that calls simulate does so without `if __name__ == '__main__':`; "
            "workers=1 needs no other process"
        ) from None
    except ModuleNotFoundError as error:
        raise PlannerError(
            f"a worker cannot load {error.name}: every worker needs the same version of "
            "planner, with all its dependencies"
        ) from None
    except Exception as error:
        if type(error).__name__ != "KilledWorker":  # of distributed, which need not be installed
            raise
        raise PlannerError(
            "workers of the cluster ended before their draws were solved: they were killed, or ran "
            "out of memory"
        ) from None


Progress = Callable[[int, int, float], None]
"""Called with draws made, draws in all, and seconds left."""


@dataclass
class Watch:
    """Follows a run batch by batch and decides when it is over.

    Intervals are looked at only when the draws have grown by :data:`GROWTH` since the last look,
    and from :data:`LEAST` draws on: an interval that is looked at after every batch is found narrow
    enough too early, by chance, and then covers less often than it states.

    Attributes
    ----------
    stop : Stop
    quantities : Quantities
    replicates : int
    clock : callable
        Seconds, from any zero.
    """

    stop: Stop
    quantities: Quantities
    replicates: int
    clock: Callable[[], float] = time.monotonic
    _sums: Any = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self._sums = np.zeros((2, self.replicates, len(self.stop.of)))
        self._made, self._next = 0, LEAST
        self._began = self.clock()

    def add(self, records: Records) -> None:
        """Take note of a batch."""
        if not self.stop.of:
            return
        values, replicate = self.quantities.of_proved(records, self.stop.of)
        self.add_values(values, replicate)
        self._made += len(records) - len(values)

    def add_values(self, values: Floats, replicate: NDArray[np.int64]) -> None:
        """Take note of the watched quantities of some draws, (draws, quantities)."""
        add_to_sums(self._sums, values, replicate)
        self._made += len(values)

    @property
    def reached(self) -> Mean:
        """Means of the watched quantities with their intervals, so far."""
        return means_of_sums(*self._sums)

    @property
    def narrow(self) -> bool:
        """Whether every interval is as narrow as wanted."""
        found = self.reached
        wanted = self.stop.half_width or 0.0
        size = np.abs(found.mean) if self.stop.relative else np.ones(len(found.mean))
        return bool((found.half_width <= wanted * size).all())

    def verdict(self) -> str:
        """Return why the run is over, ``"half_width"`` or ``"time_limit"``; empty if it goes on."""
        if self.stop.half_width is not None and self._made >= self._next:
            self._next = int(np.ceil(self._made * GROWTH))
            if self.narrow:
                return "half_width"
        limit = self.stop.time_limit
        over = limit is not None and self.clock() - self._began >= limit
        return "time_limit" if over else ""


class Pace:
    """Reports how far a run is.

    Time is counted from the first draws on: before them processes start and code is compiled.

    Parameters
    ----------
    progress : callable or None
    total : int
        Draws in all.
    before : int
        Draws made before it began.

    Examples
    --------
    >>> pace = Pace(lambda done, total, seconds: print(done, total, seconds >= 0), 3)
    >>> pace(2), pace(3)
    2 3 True
    3 3 True
    (None, None)
    """

    def __init__(self, progress: Progress | None, total: int, before: int = 0):
        self.progress, self.total = progress, total
        self._marks = [(time.monotonic(), before)]

    def __call__(self, done: int) -> None:
        """Say that so many draws are made."""
        if self.progress is None:
            return
        now = time.monotonic()
        began, made = self._marks[-1]
        each = (now - began) / max(done - made, 1)
        self.progress(done, self.total, each * (self.total - done))
        if len(self._marks) == 1:
            self._marks.append((now, done))


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
    of: str | Sequence[str] | None = None,
    half_width: float | str | None = None,
    time_limit: float | None = None,
    monthly: bool | None = None,
    folder: str | Path | None = None,
    replace: bool = False,
    executor: Any = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> Ensemble:
    """Draw the uncertain parameters of a scenario and plan every draw, with and without packages.

    The same scenario, seed and options give the same numbers to the last bit, for any number of
    workers and whether or not the run was interrupted.

    Parameters
    ----------
    scenario : Scenario, str or Path
        A scenario, its file, or the name of one that comes with the package.
    draws : int
        Number of draws; the maximum, where something else may end the run.
    seed : int
        At least 0.
    rule : {"fair", "value"}, optional
        By default the scenario's own.
    sampling : {"sobol", "plain", "latin"}
        Scrambled Sobol points, independent random points, Latin hypercubes.
    workers : int, optional
        Processes; by default one a processor, and only this one for less than 200 draws.
    packages : sequence of str, optional
        Packages for which displacement is wanted; by default all.
    replicates : int, optional
        Independent repetitions from which errors are estimated, each with a scramble of its own; by
        default 32, and 16 below 256 draws.
    share : int, optional
        How many draws share one set of rules and months; by default every draw has its own. A
        shared set is formulated once, which saves some milliseconds a draw, with fewer
        different sets: errors are larger (see the page on speed), most of all for what rotation
        decides.
    of, half_width : str or sequence of str, float or str, optional
        End the run when half the width of the 95 % interval of a quantity, or of each of several,
        is no more than this, in its unit or as a share of its mean:
        ``of="displacement.eastern-flank", half_width=25``, ``of=["fill", "present"],
        half_width="5%"``. Names: :mod:`planner.montecarlo.records`.
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
    Ensemble

    Raises
    ------
    InputError
        The scenario, what it says of its uncertainty, or an option is wrong.
    ResultError
        The folder holds something else, or cannot be written; what was finished is kept.

    Examples
    --------
    >>> ensemble = simulate("letter", draws=16, rule="value", workers=1)
    >>> ensemble.fill_by("main_task")["main_task"].tolist()
    [1, 2]
    """
    faults: list[Fault | str] = []
    stop = Stop()
    with collect_faults(faults):
        check_workers(workers)
    with collect_faults(faults):
        stop = Stop.of_options(of, half_width, time_limit)
    with collect_faults(faults):
        specification = specification_of(
            scenario, draws, seed, rule, sampling, packages=packages, replicates=replicates,
            share=share, monthly=monthly, stop=stop,
        )  # fmt: skip
    if faults:
        raise InputError(faults)

    def solve(ensemble: Ensemble) -> None:
        with executor_for(draws, workers, executor, cluster) as (pool, count):
            _run(ensemble, pool, count, progress)

    metadata = RunMetadata.of(specification)
    if folder is not None:
        ensemble = Ensemble(metadata, stop, Path(folder), specification)
        return _persistent(ensemble, replace, solve)
    ensemble = temporary(metadata, stop, specification)
    with _interruptible(ensemble):
        solve(ensemble)
    return ensemble


def _persistent(ensemble: Ensemble, replace: bool, solve: Callable[[Ensemble], None]) -> Ensemble:
    """Return an ensemble kept in its folder: one that is finished is read, others are solved."""
    metadata, stop, place = ensemble.metadata, ensemble.stop, ensemble.folder
    if (place / MANIFEST).is_file() and (not replace or _same(place, metadata, stop)):
        return _finished(read_ensemble(place), metadata, stop)
    with writing(place):
        place.mkdir(parents=True, exist_ok=True)
    with locked(place / LOCK, place):
        if replace and not _same(place, metadata, stop):
            clear_folder(place)
        if (place / MANIFEST).is_file():  # finished by another process in the meantime
            return _finished(read_ensemble(place), metadata, stop)
        open_folder(place, metadata, ensemble.specification.uncertain.scenario)
        with _interruptible(ensemble):
            solve(ensemble)
            finish(ensemble)
    return ensemble


@contextmanager
def _interruptible(ensemble: Ensemble) -> Iterator[None]:
    """Let an interrupt of the work on an ensemble name the draws that are kept."""
    with first_interrupt_only():
        try:
            yield
        except KeyboardInterrupt:
            text = "interrupted"
            if ensemble.persistent:
                kept = ensemble.all_ends[: ensemble.batches.done()]
                text += (
                    f": {kept[-1] if kept else 0} of {ensemble.metadata.design.draws} draws are "
                    f"kept in {ensemble.folder}, and the same command resumes from them"
                )
            raise KeyboardInterrupt(text) from None


def specification_of(
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
) -> Specification:
    """Return what a run will simulate; see :func:`simulate`.

    With `stop`, that is checked along with everything else.
    """
    from planner.results.allocate import check_rule

    uncertain = list_uncertain(scenario)
    faults: list[Fault | str] = []
    design = Design(2, replicates=2)
    with collect_faults(faults):
        design = design_of(draws, seed, sampling, replicates, share)
    known = tuple(package.id for package in uncertain.compiled.problem.packages)
    chosen = known if packages is None else tuple(packages)
    faults += [
        f"no such package {one!r}{nearest(one, known)}" for one in chosen if one not in known
    ]
    with collect_faults(faults):
        rule = check_rule(rule or uncertain.compiled.rule)
    monthly = draws <= MONTHLY if monthly is None else monthly
    specification = Specification(uncertain, str(rule), chosen, design, monthly)
    if stop is not None:
        with collect_faults(faults):
            stop.check(RunMetadata.of(replace(specification, packages=known)).quantities)
    if faults:
        raise InputError(faults)
    return specification


def design_of(
    draws: int, seed: int, sampling: str, replicates: int | None, share: int | None
) -> Design:
    """Return the design of the draws; raise InputError with everything wrong in it."""
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
    each = 1 if share is None else int(share)
    return Design(int(draws), int(seed), sampling, int(replicates), each)


def _finished(ensemble: Ensemble, metadata: RunMetadata, stop: Stop) -> Ensemble:
    """Return a finished run if it is the one asked for."""
    if ensemble.metadata.digest != metadata.digest or ensemble.stop != stop:
        raise InputError(
            f"{ensemble.folder}: holds a finished run with another scenario, seed, number of draws "
            "or rule for stopping: choose another folder, or add --force (replace=True)"
        )
    return ensemble


def _same(folder: Path, metadata: RunMetadata, stop: Stop) -> bool:
    """Whether a folder holds this run already, finished or not."""
    try:
        if (folder / MANIFEST).is_file():
            _finished(read_ensemble(folder), metadata, stop)
            return True
        return holds_run(folder, metadata)
    except PlannerError:
        return False


def _run(ensemble: Ensemble, pool: Any, workers: int, progress: Progress | None) -> None:
    """Solve what is not yet solved, batch by batch, until a rule says that it is enough."""
    specification, batches, stop = ensemble.specification, ensemble.batches, ensemble.stop
    design = specification.design
    watch = Watch(stop, ensemble.metadata.quantities, design.replicates)
    first = batches.resume()
    made = ensemble.all_ends
    for batch in range(first):
        if stop.of:
            watch.add(batches.read(batch, QUANTITY_COLUMNS))
            if reason := watch.verdict():
                batches.drop_after(batch + 1)
                ensemble.close(batch + 1, reason)
                return
    pace = Pace(progress, design.draws, made[first - 1] if first else 0)
    reason, count, packed = "", first, Packed.of(specification)
    calls = ((solve_packed, packed, batch) for batch in range(first, design.batches))
    for data in in_order(pool, workers, calls):
        batches.write(count, data)
        count += 1
        if stop.of:
            watch.add(batches.read(count - 1, QUANTITY_COLUMNS))
        pace(made[count - 1])
        if reason := watch.verdict():
            break
    ensemble.close(count, reason or "draws")


@dataclass(frozen=True)
class RunEstimate:
    """What a run will take, from a few draws planned beforehand.

    Attributes
    ----------
    draws, plans, rules, batches, workers : int
        Draws; plans, one with all packages and one without each; sets of rules; files; processes.
    seconds : float
        From the first to the last draw, with that many workers.
    processor_seconds : float
        The same in all processes together.
    memory_bytes, disk_bytes : float
        Most memory of all processes together; size of the draws on disk.
    tried : int
        Draws it is estimated from.
    """

    draws: int
    plans: int
    rules: int
    batches: int
    workers: int
    seconds: float
    processor_seconds: float
    memory_bytes: float
    disk_bytes: float
    tried: int


def estimate_run(specification: Specification, workers: int | None = None) -> RunEstimate:
    """Return what simulating a specification will take, by planning a few of its draws.

    Examples
    --------
    >>> from planner.montecarlo.run import specification_of
    >>> found = estimate_run(specification_of("letter", 32, rule="value"), workers=1)
    >>> found.draws, found.plans, found.seconds > 0
    (32, 32, True)
    """
    design = specification.design
    blocks = [design.block(number) for number in range(design.blocks)[:SAMPLE]]
    values = specification.values([block for block in blocks if block.size])[:SAMPLE]
    specification.solve_values(values[:1])  # what is loaded and compiled once does not count
    tried = len(values)
    began = time.perf_counter()
    records = specification.solve_values(values)
    each = (time.perf_counter() - began) / tried
    size = len(as_bytes(records.to_arrow())) / len(records)
    arrays = sum(getattr(one, "nbytes", 0) for one in vars(records).values()) / len(records)
    count = workers or (processors() if design.draws >= FEW else 1)
    largest = max(sum(block.size for block in design.batch(k)) for k in (0, design.batches - 1))
    return RunEstimate(
        draws=design.draws,
        plans=design.draws * specification.axes.plans,
        rules=min(design.blocks, design.draws) if specification.uncertain.shared else 1,
        batches=design.batches,
        workers=count,
        seconds=each * design.draws / count,
        processor_seconds=each * design.draws,
        memory_bytes=(count + (count > 1)) * BASE + count * HELD * arrays * largest,
        disk_bytes=size * design.draws,
        tried=tried,
    )
