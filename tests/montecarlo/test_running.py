"""Runs are the same to the last bit, whoever solves them and however often they are interrupted."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import planner as pl
from planner.montecarlo import run
from planner.montecarlo.design import Design
from planner.montecarlo.ensemble import Ensemble
from planner.montecarlo.run import Inline, executor_for
from tests.montecarlo.made import static

OPTIONS: dict[str, Any] = {"draws": 8, "seed": 7, "rule": "value", "share": 1}


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def whole(hazy: pl.Scenario, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Every byte of a run that nobody disturbed, in one process."""
    folder = tmp_path_factory.mktemp("whole") / "run"
    pl.simulate(hazy, **OPTIONS, workers=1, folder=folder)
    return bytes_of(folder)


class Backwards(Executor):
    """Solves what was handed out last first."""

    def __init__(self) -> None:
        self.calls: list[tuple[Future[Any], Any, Any]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        outer, future = self, Future[Any]()

        class Lazy(Future[Any]):
            def result(self, timeout: float | None = None) -> Any:
                while outer.calls:
                    one, function, given = outer.calls.pop()
                    one.set_result(function(*given))
                return future.result()

        self.calls.append((future, fn, args))
        return Lazy()


@pytest.mark.parametrize(
    "kind", ["2 workers", "3 workers", "2 in a notebook", "threads", "backwards"]
)
def test_it_does_not_matter_who_solves(
    kind: str, hazy: pl.Scenario, whole: dict[str, bytes], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    options = dict(OPTIONS, folder=tmp_path / "run")
    if kind[0].isdigit():
        monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
        if kind.endswith("notebook"):
            pytest.importorskip("loky")
            monkeypatch.setitem(sys.modules, "ipykernel", ModuleType("ipykernel"))
        pl.simulate(hazy, **options, workers=int(kind[0]))
    elif kind == "threads":
        with ThreadPoolExecutor(2) as pool:
            pl.simulate(hazy, **options, executor=pool)
    else:
        pl.simulate(hazy, **options, executor=Backwards(), workers=4)

    assert bytes_of(tmp_path / "run") == whole


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as made:
        yield made


def test_a_dask_cluster_solves_the_same(
    cluster: Any, hazy: pl.Scenario, whole: dict[str, bytes], tmp_path: Path
) -> None:
    from distributed import Client

    with Client(cluster) as client:
        pl.simulate(hazy, **OPTIONS, executor=client, folder=tmp_path / "client")
    pl.simulate(hazy, **OPTIONS, cluster=cluster.scheduler_address, folder=tmp_path / "address")

    assert bytes_of(tmp_path / "client") == whole
    assert bytes_of(tmp_path / "address") == whole


def test_a_cluster_that_does_not_answer_is_said(
    hazy: pl.Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "PATIENCE", 0.2)
    with pytest.raises(pl.InputError, match="no scheduler answers at"):
        pl.simulate(hazy, **OPTIONS, cluster="tcp://127.0.0.1:9")


KILLED = """
import os, random, signal, sys, time
import planner as pl
from tests.montecarlo.made import UNCERTAIN

def run(folder):
    pl.simulate(scenario, draws=8, seed=7, rule="value", share=1, workers=1, folder=folder)

def end(*_):
    os.kill(child, signal.SIGKILL)

if __name__ == "__main__":
    flank, root, seed = sys.argv[1:]
    scenario = pl.load(flank).with_(UNCERTAIN, "hazy")
    run(root + "/first")  # compiles and loads
    began = time.perf_counter()
    run(root + "/undisturbed")
    whole = time.perf_counter() - began
    moments = random.Random(int(seed))
    signal.signal(signal.SIGALRM, end)
    for number in range(4):
        for _ in range(3):
            child = os.fork()
            if not child:
                run(f"{root}/{number}")
                os._exit(0)
            signal.setitimer(signal.ITIMER_REAL, moments.uniform(0.001, whole / 2))
            status = os.waitpid(child, 0)[1]
            signal.setitimer(signal.ITIMER_REAL, 0)
            print("killed" if os.WIFSIGNALED(status) else "done", flush=True)
"""


def test_a_run_killed_at_random_moments_goes_on_and_ends_alike(
    hazy: pl.Scenario, whole: dict[str, bytes], tmp_path: Path
) -> None:
    here = Path(__file__).parents[2]
    flank = here / "tests" / "results" / "flank.yaml"
    seed = int.from_bytes(os.urandom(4), "big")
    script = tmp_path / "script.py"
    script.write_text(KILLED, encoding="utf-8")
    said = subprocess.run(
        [sys.executable, script, flank, tmp_path, str(seed)], capture_output=True, text=True,
        check=True, env={**os.environ, "PYTHONPATH": str(here)},
    ).stdout.split()  # fmt: skip
    assert len(said) == 12, seed
    assert "killed" in said, seed
    for number in range(4):
        folder = tmp_path / str(number)
        done = {path: path.stat().st_mtime_ns for path in folder.glob("batches/*.parquet")}

        pl.simulate(hazy, **OPTIONS, workers=1, folder=folder)

        assert bytes_of(folder) == whole, seed
        assert {path: path.stat().st_mtime_ns for path in done} == done, seed


def test_a_run_killed_while_it_wrote_its_tables_goes_on_too(
    hazy: pl.Scenario, whole: dict[str, bytes], tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    for name, data in whole.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    (folder / "manifest.json").unlink()
    (folder / "tables" / "total.csv").write_text("half a li", encoding="utf-8")
    (folder / "batches" / "000099.parquet.partial").write_bytes(b"half")

    pl.simulate(hazy, **OPTIONS, workers=1, folder=folder)

    assert bytes_of(folder) == whole


def test_a_finished_run_is_read_and_not_made_again(
    hazy: pl.Scenario, whole: dict[str, bytes], tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    first = pl.simulate(hazy, **OPTIONS, workers=1, folder=folder)

    class Never(Executor):
        def submit(self, *args: Any, **kwargs: Any) -> Any:
            raise AssertionError("nothing is left to solve")

    again = pl.simulate(hazy, **OPTIONS, executor=Never(), folder=folder)
    assert again.total.equals(first.total)
    with pytest.raises(pl.InputError, match="holds a finished run with another scenario"):
        pl.simulate(hazy, **{**OPTIONS, "seed": 8}, folder=folder)
    other = pl.simulate(hazy, **{**OPTIONS, "draws": 9}, workers=1, folder=folder, replace=True)
    assert other.made == 9
    assert pl.read_ensemble(folder).made == 9


def test_an_unfinished_run_of_something_else_is_left_alone(
    hazy: pl.Scenario, whole: dict[str, bytes], tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "run.json").write_bytes(whole["run.json"])
    with pytest.raises(pl.InputError, match="holds a run of another scenario"):
        pl.simulate(hazy, **{**OPTIONS, "seed": 8}, folder=folder)
    (folder / "run.json").write_text("{}", encoding="utf-8")
    with pytest.raises(pl.ResultError, match="not the metadata of a simulation"):
        pl.simulate(hazy, **OPTIONS, folder=folder)
    (folder / "run.json").rename(folder / "letter.txt")
    with pytest.raises(pl.InputError, match="holds other files"):
        pl.simulate(hazy, **OPTIONS, folder=folder)
    assert sorted(path.name for path in folder.iterdir()) == ["letter.txt"]


def test_a_full_disk_loses_nothing(
    hazy: pl.Scenario, whole: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, synced = tmp_path / "run", os.fsync
    left = [5]

    def full(number: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        synced(number)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(pl.ResultError, match="No space left on device; the batches before it"):
            pl.simulate(hazy, **OPTIONS, workers=1, folder=folder)
    there = sorted(path.name for path in (folder / "batches").iterdir())
    assert there == [f"{number:06d}.parquet" for number in range(5)]

    pl.simulate(hazy, **OPTIONS, workers=1, folder=folder)
    assert bytes_of(folder) == whole


def test_a_run_cut_off_before_it_says_whose_it_is_can_begin_again(
    hazy: pl.Scenario, whole: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        with pytest.raises(pl.ResultError, match="cannot be written: No space left on device"):
            pl.simulate(hazy, **OPTIONS, workers=1, folder=tmp_path / "run")

    pl.simulate(hazy, **OPTIONS, workers=1, folder=tmp_path / "run")
    assert bytes_of(tmp_path / "run") == whole


LIMITED = """
import resource, signal, sys
import planner as pl
from tests.montecarlo.made import UNCERTAIN

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), resource.RLIM_INFINITY))
scenario = pl.load(sys.argv[1]).with_(UNCERTAIN, "hazy")
try:
    pl.simulate(scenario, draws=8, seed=7, rule="value", share=1, workers=1, folder=sys.argv[2])
except pl.ResultError as error:
    print(error)
"""


def test_a_file_that_may_grow_no_more_is_said_by_the_system_itself(
    hazy: pl.Scenario, whole: dict[str, bytes], tmp_path: Path
) -> None:
    folder, here = tmp_path / "run", Path(__file__).parents[2]
    flank = here / "tests" / "results" / "flank.yaml"
    largest = max(len(data) for name, data in whole.items() if name.startswith("batches"))
    command = [sys.executable, "-c", LIMITED, str(flank), str(folder), str(largest - 1)]
    said = subprocess.run(
        command, capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(here)},
    )  # fmt: skip
    assert "cannot be written: File too large; the batches before it are kept" in said.stdout
    assert not list(folder.rglob("*.partial"))
    pl.simulate(hazy, **OPTIONS, workers=1, folder=folder)
    assert bytes_of(folder) == whole


def test_a_folder_that_cannot_be_written_is_said_before_anything_runs(
    hazy: pl.Scenario, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(pl.ResultError, match="cannot be written"):
        pl.simulate(hazy, **OPTIONS, folder=tmp_path / "file" / "run")


def test_what_was_drawn_goes_when_nobody_knows_of_it_any_more(hazy: pl.Scenario) -> None:
    futures = pl.simulate(hazy, draws=16, rule="value", workers=1)
    folder = futures.folder
    assert folder.is_dir()
    del futures
    assert not folder.exists()


def test_progress_says_what_is_done_and_what_will_take_how_long() -> None:
    said: list[tuple[int, int, float]] = []
    pl.simulate(
        static({"a": {"posts": 9}}, {"a": 9}, {}), draws=48, share=1, workers=1,
        progress=lambda *so_far: said.append(so_far),
    )  # fmt: skip
    assert [done for done, _, _ in said] == list(range(1, 49))
    assert {total for _, total, _ in said} == {48}
    assert said[-1][2] == 0.0
    assert all(left > 0 for _, _, left in said[:-1])


class Clock:
    """A clock that a test winds."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


def test_a_run_ends_when_an_interval_is_narrow_enough() -> None:
    spread = {"figures": {"pool.a.posts": {"normal": {"mean": 100, "sd": 20}}}}
    posts = static({"a": {"posts": 100}}, {"a": 100}, spread)
    options: dict[str, Any] = {"draws": 640, "sampling": "plain", "share": 1, "workers": 1}
    long = pl.simulate(posts, **options)
    row = long.convergence.query("quantity == 'fill'").iloc[-1]
    wanted = float(row["high"] - row["low"])
    futures = pl.simulate(posts, **options, of="fill", half_width=wanted)
    assert futures.stopped == "half_width"
    assert 128 <= futures.made < 640
    total = futures.total.set_index("quantity").loc["fill"]
    assert (total["high"] - total["low"]) / 2 <= wanted
    first = long.draws.head(futures.made)
    assert np.array_equal(futures.draws["fill"], first["fill"])  # the beginning of the longer run
    assert "stopped after" in " ".join(futures.sentences())


def test_a_run_ends_when_time_is_up(
    hazy: pl.Scenario, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(run.Watch.__init__, "__defaults__", (Clock(), None))
    futures = pl.simulate(hazy, **OPTIONS, time_limit=5.0, workers=1, folder=tmp_path / "run")
    assert (futures.stopped, futures.made) == ("time_limit", 5)
    assert pl.read_ensemble(tmp_path / "run").stopped == "time_limit"
    assert "5 s" in " ".join(futures.sentences("nl"))


def test_wrong_options_are_said_all_at_once(hazy: pl.Scenario) -> None:
    with pytest.raises(pl.InputError) as caught:
        pl.simulate(hazy, draws=1, seed=-1, sampling="sobel", share=0, half_width=-2, of="fil",
                    time_limit=0.0, packages=["mor"], workers=0)  # fmt: skip
    said = [str(fault) for fault in caught.value.faults]
    for part in (
        "draws: expected at least 2", "seed: expected at least 0", "did you mean 'sobol'",
        "share: expected at least 1", "half_width: expected more than 0", "did you mean 'fill'",
        "time_limit: expected more than 0", "did you mean 'more'", "workers: expected at least 1",
    ):  # fmt: skip
        assert any(part in one for one in said), part
    with pytest.raises(pl.InputError, match="workers: expected at most 1,024, found 1,000,000"):
        pl.simulate(hazy, draws=2, workers=1_000_000)


class KilledWorker(Exception):
    """As distributed has it."""


@pytest.mark.parametrize(
    ("error", "said"),
    [(ModuleNotFoundError("no planner", name="planner"), "a worker cannot load planner"),
     (KilledWorker("solve_packed"), "workers of the cluster ended before"),
     (BrokenProcessPool(), "a process ended before its draws were solved")],
)  # fmt: skip
def test_workers_that_fail_are_said(
    error: Exception, said: str, hazy: pl.Scenario, whole: dict[str, bytes], tmp_path: Path
) -> None:
    class Failing(Inline):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            future = super().submit(fn, *args, **kwargs)
            if args[1] == 3:
                future = Future()
                future.set_exception(error)
            return future

    folder = tmp_path / "run"
    with pytest.raises(pl.PlannerError, match=said):
        pl.simulate(hazy, **OPTIONS, executor=Failing(), workers=1, folder=folder)
    assert len(list(folder.glob("batches/*.parquet"))) == 3  # what was finished is kept
    pl.simulate(hazy, **OPTIONS, workers=1, folder=folder)
    assert bytes_of(folder) == whole


def test_few_draws_need_no_other_process() -> None:
    with executor_for(100, None) as (pool, count):
        assert count == 1
        failing = pool.submit(lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            failing.result()
    with pytest.raises(pl.InputError, match="expected one with submit"), executor_for(9, 1, "dask"):
        pass


@pytest.mark.parametrize("draws", [16, 17, 100, 1000, 1024, 10_000])
@pytest.mark.parametrize("share", [1, 7, 16, 64])
def test_every_draw_is_in_one_block_and_replicates_are_alike(draws: int, share: int) -> None:
    design = Design(draws, share=share)
    blocks = [block for number in range(design.batches) for block in design.batch(number)]
    assert [block.number for block in blocks] == list(range(design.blocks))
    starts = np.cumsum([0, *(block.size for block in blocks)])
    assert [block.first for block in blocks] == starts[:-1].tolist()
    assert starts[-1] == draws
    sizes = np.zeros(16, dtype=int)
    for block in blocks:
        assert block.begin == sizes[block.replicate]
        sizes[block.replicate] += block.size
        assert block.size <= share
    assert sizes.max() - sizes.min() <= 1
    for draw in {0, draws // 3, draws - 1}:
        block, place = design.find(draw)
        assert block.first + place == draw


def test_draws_are_the_same_however_they_are_cut_into_blocks() -> None:
    one, other = Design(256, share=16), Design(256, share=4)
    for sampling in ("sobol", "plain", "latin"):
        a, b = (Design(256, 5, sampling, share=share) for share in (16, 4))
        whole = {(k.replicate, k.begin + i): row for n in range(a.blocks)
                 for k in [a.block(n)] for i, row in enumerate(a.points([k], 0, 3))}  # fmt: skip
        for number in range(b.blocks):
            block = b.block(number)
            for i, row in enumerate(b.points([block], 0, 3)):
                assert np.array_equal(row, whole[block.replicate, block.begin + i])
    assert one.blocks != other.blocks


def test_replicates_and_seeds_differ() -> None:
    points = [Design(64, seed).points([Design(64, seed).block(r)], 2, 3) for seed in (0, 1)
              for r in (0, 1)]  # fmt: skip
    for k, one in enumerate(points):
        for other in points[k + 1 :]:
            assert not np.isin(one, other).any()


@pytest.mark.parametrize("sampling", ["sobol", "latin"])
def test_points_are_even(sampling: str) -> None:
    design = Design(16 * 64, 3, sampling, share=64)
    points = design.points([design.block(5)], 0, 4)
    for column in points.T:
        assert np.array_equal(np.sort((column * 64).astype(int)), np.arange(64))


def test_an_ensemble_shows_itself(hazy: pl.Scenario) -> None:
    futures = pl.simulate(hazy, draws=16, rule="value", workers=1)
    assert isinstance(futures, Ensemble)
    assert repr(futures) == "<Ensemble of 'hazy', value: 16 draws, sobol, seed 0>"
    assert len(futures) == 16
    with pytest.raises(pl.ResultError, match="did you mean 'mission'"):
        futures.fill_by("missions")
    with pytest.raises(pl.ResultError, match="twice"):
        futures.fill_by("pool", "pool")
    with pytest.raises(pl.InputError, match="above 0 and up to 1"):
        futures.fill_by(reach=1.5)
