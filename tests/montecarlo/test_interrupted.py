"""Interrupts and kills of a running command: no process is left, every finished draw is kept."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

import planner as pl
from planner.montecarlo.run import _end, _processes
from tests.montecarlo.made import UNCERTAIN, static

HERE = Path(__file__).parents[2]

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

COMMAND = """
import sys
from planner.cli.main import main
from planner.montecarlo.storage import Batches

whole = Batches.write

def write(self, batch, data):
    whole(self, batch, data)
    if not batch:
        print("first batch", flush=True)

Batches.write = write
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
"""
"""The command itself; it says when the first batch is in its place."""

LONG = (
    "--draws",
    "200000",
    "--share",
    "1",
    "--workers",
    "2",
    "--out",
    "run",
    "-q",
    "--no-monthly",
)


def start(folder: Path) -> subprocess.Popen[str]:
    """Start a long simulation with two workers, in its own process group as in a terminal."""
    spread = {"figures": {"pool.a.posts": {"normal": {"mean": 100, "sd": 20}}}}
    posts = static({"a": {"posts": 100}}, {"a": 100}, spread)
    (folder / "posts.yaml").write_text(posts.dump(), encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, "simulate", "posts.yaml", *LONG],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True, env={**os.environ, "PYTHONPATH": str(HERE)},
    )  # fmt: skip


def session(leader: int) -> set[int]:
    """Return the processes of a session that are alive."""
    found = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if int(stat[3]) == leader and stat[0] != "Z":
            found.add(int(entry.name))
    return found


def wait_for_batch(running: subprocess.Popen[str]) -> None:
    assert running.stdout is not None
    assert running.stderr is not None
    assert running.stdout.readline() == "first batch\n", running.stderr.read()


def ended(processes: set[int], leader: int) -> bool:
    """Wait until the processes of a session have ended, as long as a test may take."""
    for process in processes:
        try:
            descriptor = os.pidfd_open(process)
        except ProcessLookupError:
            continue
        over, _, _ = select.select([descriptor], [], [], 60)
        os.close(descriptor)
        if not over:
            return False
    return not session(leader) - processes


@linux
def test_a_killed_run_leaves_no_worker(tmp_path: Path) -> None:
    with start(tmp_path) as running:
        wait_for_batch(running)
        workers = session(running.pid) - {running.pid}
        assert len(workers) >= 2
        os.kill(running.pid, signal.SIGKILL)
        running.communicate()
    assert ended(workers, running.pid)


@linux
@pytest.mark.parametrize("times", [1, 2])
def test_an_interrupt_is_said_and_keeps_the_draws(times: int, tmp_path: Path) -> None:
    with start(tmp_path) as running:
        wait_for_batch(running)
        workers = session(running.pid) - {running.pid}
        for _ in range(times):
            os.killpg(running.pid, signal.SIGINT)  # as the terminal does: to the workers too
        out, err = running.communicate()
    assert running.returncode == 130
    assert ended(workers, running.pid)
    assert out == ""
    assert "Traceback" not in err
    made = len(list((tmp_path / "run" / "batches").glob("*.parquet")))
    lines = err.splitlines()
    assert len(lines) == 1, err
    assert lines[0].startswith("planner: interrupted: ")
    assert lines[0].endswith("draws are kept in run, and the same command resumes from them")
    assert made >= 1


def sending(process: int) -> bool:
    """Whether a process waits for room in a pipe."""
    return "pipe_write" in Path(f"/proc/{process}/wchan").read_text(encoding="utf-8")


@linux
def test_a_worker_may_be_killed_while_it_sends_an_answer() -> None:
    pool = _processes(1)
    assert pool.submit(len, b"").result() == 0
    (worker,) = pool._processes
    answer = pool.submit(bytes, 300_000_000)
    while not sending(worker) and not answer.done():
        pass

    ending = threading.Thread(target=_end, args=(pool,), daemon=True)
    ending.start()
    ending.join(60)

    assert not ending.is_alive()
    assert answer.exception() is None or isinstance(answer.exception(), BrokenProcessPool)


def test_an_interrupt_of_a_single_process_is_said_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from planner.montecarlo.specification import Specification

    solve = Specification.solve

    def interrupted(self: Specification, batch: int) -> object:
        if batch == 2:
            raise KeyboardInterrupt
        return solve(self, batch)

    flank = pl.load(HERE / "tests" / "results" / "flank.yaml").with_(UNCERTAIN, "hazy")
    options = {"draws": 8, "seed": 7, "rule": "value", "share": 1, "workers": 1}
    with monkeypatch.context() as patch:
        patch.setattr(Specification, "solve", interrupted)
        with pytest.raises(KeyboardInterrupt, match="interrupted: 2 of 8 draws are kept in"):
            pl.simulate(flank, **options, folder=tmp_path / "run")  # type: ignore[arg-type]
        with pytest.raises(KeyboardInterrupt, match=r"^interrupted$"):
            pl.simulate(flank, **options)  # type: ignore[arg-type]
    assert pl.simulate(flank, **options, folder=tmp_path / "run").made == 8  # type: ignore[arg-type]
