"""Figures and reports on the letter's data: how long each takes to draw, to write and to make.

    python benchmarks/pictures.py [--repeat 3] [--draws 128] [SCENARIO]

Seconds are processor time, the middle one of so many repeats. *Make* lays a figure out, the other
columns write it; a report is made as a command, with its interpreter, plans, curve, draws and
figures, in one process.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from measure import HERE, machine, median, table

sys.path.insert(0, str(HERE.parent))

FORMS = ("png", "svg", "pdf")


def spent(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return processor seconds and what came of it."""
    start = time.process_time()
    made = work()
    return time.process_time() - start, made


def figures(scenario: str, draws: int) -> dict[str, Callable[[], Any]]:
    """Return how each kind of figure is drawn; what it shows is computed before."""
    import planner as pl

    result = pl.allocate(scenario)
    beside = pl.compare("letter", result, "hindsight")
    futures = pl.simulate(result.scenario, draws, workers=1)
    found = pl.analysis.curve(result, missions=False)
    room = pl.analysis.headroom(result, lines=False)
    pool = str(result.bottlenecks["pool"].iloc[0])
    mission = str(result.demands.query("main_task == 2")["mission"].iloc[0])
    return {
        "sand": result.plot.sand,
        "crowd": lambda: result.plot.crowd(pool),
        "rotations": lambda: result.plot.rotations(mission),
        "fill": result.plot.fill,
        "displacement": result.plot.displacement,
        "flow": result.plot.flow,
        "curve": lambda: result.plot.curve(found, room),
        "scenarios": beside.plot.scenarios,
        "versus": beside.plot.versus,
        "fan": futures.plot.fan,
        "spread": futures.plot.spread,
        "chance": futures.plot.chance,
        "convergence": futures.plot.convergence,
        "ranking": futures.plot.ranking,
    }


def drawn(draw: Callable[[], Any], repeat: int) -> list[float]:
    """Return seconds to make a figure and to write it in each form."""
    rows = []
    for _ in range(repeat):
        make, figure = spent(draw)
        rows.append([make, *(spent(partial(figure.rendered, form))[0] for form in FORMS)])
    return [median(column) for column in zip(*rows, strict=True)]


def reported(options: Sequence[str], repeat: int) -> list[float]:
    """Return processor seconds of a report made as a command, and its size in megabytes."""
    times, size = [], 0
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.html"
        command = [sys.executable, "-m", "planner", "report", *options, "-q", "--force", "-o", path]
        for _ in range(repeat):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(command, check=True, env=environment, cwd=HERE.parent)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        size = path.stat().st_size
    return [median(times), size / 1e6]


def main() -> None:
    """Print a table of figures and one of reports."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenario", nargs="?", default="eastern-flank-battalion")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--draws", type=int, default=128)
    given = parser.parse_args()
    print(machine(), end="\n\n")
    kinds = figures(given.scenario, given.draws)
    next(iter(kinds.values()))()  # imports, fonts
    rows = [[name, *drawn(draw, given.repeat)] for name, draw in kinds.items()]
    rows.append(["all", *(sum(row[k] for row in rows) for k in range(1, len(FORMS) + 2))])
    print(table(["figure (processor s)", "make", *FORMS], rows), end="\n\n")
    draws = ["--draws", str(given.draws)]
    none = ["--draws", "0"]
    cases = {
        "letter, no draws": ["letter", *none],
        f"{given.scenario}, no draws, no curve": [given.scenario, *none, "--no-curves"],
        f"{given.scenario}, no draws": [given.scenario, *none],
        f"{given.scenario}, {given.draws} draws": [given.scenario, *draws],
        "the same beside two others": [given.scenario, "letter", "hindsight", *draws],
        "the same by the value rule": [given.scenario, *draws, "--rule", "value"],
    }
    rows = [[name, *reported(options, given.repeat)] for name, options in cases.items()]
    print(table(["report, as a command", "processor s", "MB"], rows))


if __name__ == "__main__":
    main()
