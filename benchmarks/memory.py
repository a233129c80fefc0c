"""Memory of very many futures: peak after drawing and planning them, and after all tables.

    python benchmarks/memory.py [DRAWS ...]
    python benchmarks/memory.py --scenario letter 4096 16384 65536
    python benchmarks/memory.py --scenario letter --batches 35 1000000

Without a scenario: two pools and two missions of whom every month stands for itself, so that a
million draws take about a minute of processor time; each size in a fresh process. What has to stay
level is the second column: batches go to disk as they are finished. Tables read them back, a few
quantities of all draws at a time. With ``--batches`` only the first batches of a run are planned,
one after the other as a worker does, and the memory after each is printed.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from typing import Any

import psutil

OWN = "two-pools"
SIZES = (62_500, 250_000, 1_000_000)


def scenario() -> object:
    """Return two pools of uncertain size, each with posts of its own."""
    import planner as pl

    line = {"mission": "watch", "kind": "post", "first": "2022-01", "last": "2022-03"}
    pool = {"category": "military"}
    sizes = {"a": 100, "b": 60}
    return pl.loads("data: none\n", OWN).with_(
        {
            "horizon": {"from": "2022-01", "to": "2022-03", "warm_up": 0, "run_out": 0},
            "kinds": {"post": {"name": "Post", "changeover": "en_bloc", "tour": 1,
                               "preparation": 0, "rest": 0}},
            "missions": {"watch": {"name": "Watch", "organisation": "UN", "region": "East",
                                   "main_task": 2}},
            "pools": {one: {"name": one, "posts": size, **pool} for one, size in sizes.items()},
            "demands": {f"{one}-posts": {**line, "pools": [one], "cap": size}
                        for one, size in sizes.items()},
            "uncertainty": {"figures": {
                f"pool.{one}.posts": {"normal": {"mean": size, "sd": 10}}
                for one, size in sizes.items()}},
        },
        OWN,
    )  # fmt: skip


def peak() -> float:
    """Return the most memory of this process so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(name: str, draws: int) -> None:
    """Print one row."""
    import planner as pl

    chosen: Any = scenario() if name == OWN else name
    _ = pl.simulate(chosen, 64, rule="value", workers=1).total  # loads and compiles
    before, began = peak(), time.process_time()
    futures = pl.simulate(chosen, draws, rule="value", workers=1, monthly=False)
    drawn, seconds = peak(), time.process_time() - began
    _ = futures.fill_by("mission"), futures.total, futures.convergence, futures.ranking
    cells = (f"{draws:,}", f"{before:.0f}", f"{drawn:.0f}", f"{peak():.0f}", f"{seconds:.1f}")
    print(f"| {' | '.join(cells)} |", flush=True)


def first_batches(name: str, draws: int, count: int) -> None:
    """Print memory after each of the first batches of a run."""
    from planner.montecarlo.run import specification_of
    from planner.montecarlo.storage import as_bytes

    specification = specification_of(scenario() if name == OWN else name, draws, rule="value")
    print("| draws planned | MiB now | MiB at the peak |\n| ---: | ---: | ---: |")
    planned = 0
    for batch in range(min(count, specification.design.batches)):
        records = specification.solve(batch)
        planned += len(records)
        as_bytes(records.to_arrow())
        now = psutil.Process().memory_info().rss / 2**20
        print(f"| {planned:,} | {now:.0f} | {peak():.0f} |", flush=True)


def main() -> None:
    """Measure every size in a process of its own."""
    given = sys.argv[1:]
    if given[:1] == ["--one"]:
        measure(given[1], int(given[2]))
        return
    name = OWN
    if given[:1] == ["--scenario"]:
        name, given = given[1], given[2:]
    if given[:1] == ["--batches"]:
        first_batches(name, int(given[2]), int(given[1]))
        return
    print("| draws | MiB before | drawn and planned | with all tables | processor (s) |")
    print(
        "| ----: | ---------: | ----------------: | --------------: | ------------: |", flush=True
    )
    for draws in map(int, given or SIZES):
        subprocess.run([sys.executable, __file__, "--one", name, str(draws)], check=True)


if __name__ == "__main__":
    main()
