"""Run hostile inputs through the command line and count what happens.

    python -m tests.hostile.harness                      20,000 inputs, some minutes to an hour
    python -m tests.hostile.harness --cases 500 --seed 7
    python -m tests.hostile.harness --kind workbook --number 17 --seed 7      one of them

Each input runs in a process that serves many of them one after the other, watched from outside.
An input fails if it ends with a traceback or a message of an unexpected error, with an exit code
that is not documented, takes more than 20 seconds or 2 GiB, or prints a line of an error that is
longer than 2,500 characters. Seconds in which an input waits for a processor that other programs
have do not count. Failures are kept as files with ``--keep FOLDER``.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import multiprocessing
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.hostile.cases import KINDS, Case, make_case

__all__ = ["Outcome", "Report", "run_all", "run_case"]

CODES = (0, 1, 2, 130, 141)
"""Exit codes that are documented."""

SECONDS = 20.0
"""Longest time of one input."""

BYTES = 2 << 30
"""Most memory of one input, resident."""

ADDRESSES = 6 << 30
"""Address space of a process that runs inputs; the machine stays usable whatever happens."""

LONGEST_LINE = 2_500
"""Characters of one line on standard error."""

IN_SUBPROCESS = 0.01
"""Share of inputs that run in a process of their own as well."""

SHARES = {"scenario": 0.3, "problem": 0.3, "table": 0.1, "workbook": 0.15, "command": 0.15}
"""How inputs are divided over kinds."""


@dataclass(frozen=True)
class Outcome:
    """What came of one input: its exit code, seconds, bytes, and what is wrong if anything."""

    kind: str
    number: int
    code: int
    seconds: float
    memory: int
    fault: str = ""
    said: str = ""


@dataclass
class Report:
    """Counts of outcomes by kind, and the failures."""

    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def failures(self) -> list[Outcome]:
        """Outcomes with a fault."""
        return [one for one in self.outcomes if one.fault]

    def table(self) -> str:
        """Return a table in Markdown: kinds, exit codes, failures, longest time, most memory."""
        lines = [
            "| kind | inputs | code 0 | code 1 | code 2 | other | failures | longest, s | MiB |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        ]
        kinds = [kind for kind in KINDS if any(one.kind == kind for one in self.outcomes)]
        for kind in [*kinds, "all"]:
            rows = [one for one in self.outcomes if kind in (one.kind, "all")]
            codes = Counter(one.code if one.code in (0, 1, 2) else 3 for one in rows)
            counts = [
                len(rows),
                *(codes[code] for code in range(4)),
                sum(bool(r.fault) for r in rows),
            ]
            longest = max((one.seconds for one in rows), default=0.0)
            most = max((one.memory for one in rows), default=0) >> 20
            said = " | ".join(f"{count:,}" for count in counts)
            lines.append(f"| {kind} | {said} | {longest:.1f} | {most:,} |")
        return "\n".join(lines)


def run_case(case: Case, folder: Path) -> Outcome:
    """Run a case in this process, in a folder of its own, and judge it."""
    from planner.cli.main import main

    with _inside(case, folder):
        out, err = _stream(), _stream()
        stdin = io.TextIOWrapper(io.BytesIO(case.stdin), encoding="utf-8", errors="replace")
        before = sys.stdout, sys.stderr, sys.stdin
        _forget_peak()
        began, fault, code = _clock(), "", -1
        try:
            sys.stdout, sys.stderr, sys.stdin = out, err, stdin
            code = main(case.arguments)
        except BaseException as error:
            fault = f"{type(error).__name__} left main: {error}"
        finally:
            sys.stdout, sys.stderr, sys.stdin = before
        seconds, memory = _clock() - began, _peak()
    said = err.buffer.getvalue().decode("utf-8", "replace")  # type: ignore[attr-defined]
    fault = fault or _judged(code, said, seconds, memory)
    return Outcome(case.kind, case.number, code, seconds, memory, fault, said[-600:])


def run_apart(case: Case, folder: Path) -> Outcome:
    """Run a case in a process of its own, as from a shell, and judge it."""
    with _inside(case, folder):
        began = time.monotonic()
        try:
            done = subprocess.run(
                [sys.executable, "-m", "planner", *case.arguments],
                input=case.stdin, capture_output=True, timeout=3 * SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Outcome(case.kind, case.number, -1, 3 * SECONDS, 0, "hangs in its own process")
        except ValueError:  # an argument that no shell can give
            return Outcome(case.kind, case.number, 2, 0.0, 0)
    said = done.stderr.decode("utf-8", "replace")
    seconds = time.monotonic() - began
    fault = _judged(done.returncode, said, 0.0, 0)
    return Outcome(case.kind, case.number, done.returncode, seconds, 0, fault, said[-600:])


def _judged(code: int, said: str, seconds: float, memory: int) -> str:
    if code not in CODES:
        return f"exit code {code}"
    if "Traceback (most recent" in said:
        return "traceback"
    if "unexpected error" in said or "fault of the program" in said:
        return "unexpected error"
    if "out of memory" in said or memory > BYTES:
        return "memory"
    if seconds > SECONDS:
        return "slow"
    if any(len(line) > LONGEST_LINE for line in said.splitlines()):
        return "long line"
    return ""


def run_all(
    cases: int,
    seed: int = 0,
    jobs: int = 1,
    kind: str | None = None,
    show: bool = False,
    keep: Path | None = None,
) -> Report:
    """Run cases of every kind, or of one, and return what came of them.

    Kinds take turns in proportion to their shares, so a run that is cut short has tried each.
    """
    shares = {kind: 1.0} if kind is not None else SHARES
    todo = [(name, n) for name, share in shares.items() for n in range(round(share * cases))]
    todo.sort(key=lambda case: ((case[1] + 0.5) / shares[case[0]], case[0]))
    report = Report()
    began = shown = time.monotonic()
    lanes = [_Lane(todo[place::jobs], seed) for place in range(jobs)]
    while any(not lane.done for lane in lanes):
        for lane in lanes:
            finished = lane.step(0.5 / jobs)
            report.outcomes += finished
            for one in finished:
                if one.fault and keep is not None:
                    _keep(one, seed, keep)
        if show and time.monotonic() - shown > 10:
            shown = time.monotonic()
            done = len(report.outcomes)
            left = (shown - began) / max(done, 1) * (len(todo) - done)
            print(f"{done:,} of {len(todo):,}, {len(report.failures)} failures, {left:,.0f} s left",
                  file=sys.stderr, flush=True)  # fmt: skip
    return report


class _Lane:
    """Cases that one process runs one after the other; a new one takes over from one that hangs."""

    def __init__(self, todo: list[tuple[str, int]], seed: int):
        self.todo, self.seed, self.place = todo, seed, 0
        self.process: Any = None
        self.pipe: Connection | None = None
        self.began = 0.0

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return self.place >= len(self.todo)

    def step(self, wait: float) -> list[Outcome]:
        """Return what has been finished, at most after some seconds."""
        if self.done:
            return []
        if self.process is None:
            self._start()
        assert self.pipe is not None
        found: list[Outcome] = []
        try:
            while not self.done and self.pipe.poll(wait if not found else 0):
                found.append(self.pipe.recv())
                self.place += 1
                self.began = _clock(self.process.pid)
        except EOFError:
            return [*found, self._lost("process ended")]
        if not self.done and _clock(self.process.pid) - self.began > 2 * SECONDS + 20:
            return [*found, self._lost("hangs")]
        if self.done:
            self._end()
        return found

    def _start(self) -> None:
        self.pipe, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        rest = self.todo[self.place :]
        self.process = context.Process(target=_serve, args=(theirs, rest, self.seed), daemon=True)
        self.process.start()
        theirs.close()
        self.began = _clock(self.process.pid) + 60  # a new process first has to load everything

    def _lost(self, fault: str) -> Outcome:
        kind, number = self.todo[self.place]
        self.place += 1
        seconds = max(_clock(self.process.pid) - self.began, 0.0)
        self._end()
        return Outcome(kind, number, -1, seconds, 0, fault)

    def _end(self) -> None:
        self.process.kill()
        self.process.join()
        self.process = None


def _serve(pipe: Connection, todo: list[tuple[str, int]], seed: int) -> None:
    """Run cases and send what came of each; runs in a process of its own."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
    folder = Path(tempfile.mkdtemp(prefix="hostile-"))
    try:
        for kind, number in todo:
            case = make_case(kind, number, seed)
            outcome = run_case(case, folder)
            if not outcome.fault and number % round(1 / IN_SUBPROCESS) == 0:
                apart = run_apart(case, folder)
                outcome = apart if apart.fault else outcome
            pipe.send(outcome)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _inside(case: Case, folder: Path) -> Iterator[None]:
    """Put the files of a case in an empty folder and work there."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, data in case.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    folder.mkdir(parents=True, exist_ok=True)
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace")


def _clock(process: int | str = "self") -> float:
    """Return seconds on a clock that stands still while a process waits for a processor."""
    try:
        waited = int(Path(f"/proc/{process}/schedstat").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        waited = 0
    return time.monotonic() - waited / 1e9


def _forget_peak() -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak() -> int:
    """Return the most memory since :func:`_forget_peak`, bytes; 0 where that is not known."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(one.split()[1]) << 10 for one in lines if one.startswith("VmHWM")), 0)


def _keep(outcome: Outcome, seed: int, folder: Path) -> None:
    case = make_case(outcome.kind, outcome.number, seed)
    target = folder / f"{case.kind}-{case.number}"
    for name, data in case.files.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    about = {"arguments": case.arguments, "fault": outcome.fault, "said": outcome.said}
    target.mkdir(parents=True, exist_ok=True)
    (target / "stdin").write_bytes(case.stdin)
    (target / "case.json").write_text(json.dumps(about, indent=1))


def main() -> int:
    """Run what the command line asks for; 1 if anything failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--kind", choices=KINDS)
    parser.add_argument("--number", type=int, help="run one case of a kind, here")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="write failing inputs here at once"
    )
    given = parser.parse_args()
    if given.number is not None:
        case = make_case(given.kind, given.number, given.seed)
        with tempfile.TemporaryDirectory() as folder:
            outcome = run_case(case, Path(folder))
        print(case.arguments, outcome, sep="\n")
        return int(bool(outcome.fault))
    report = run_all(given.cases, given.seed, given.jobs, given.kind, show=True, keep=given.keep)
    print(report.table())
    print(f"\n{len(report.failures)} of {len(report.outcomes):,} failed")
    for one in report.failures[:100]:
        print(f"\n{one.kind} {one.number}: {one.fault}\n{one.said}")
    return int(bool(report.failures))


if __name__ == "__main__":
    sys.exit(main())
