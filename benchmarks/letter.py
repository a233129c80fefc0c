"""From the letter's files to its displacement: in the process, and as a command from cold.

    python benchmarks/letter.py [--repeat 7] [SCENARIO ...]

*First* is the first time in a fresh process, with everything that has to be imported; *again* is
the median of the times after it. *Command* is `planner run`, from the start of the interpreter to
its end, and *kept* the same with all tables written to a folder.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import HERE, machine, median, table

IN_PROCESS, AS_COMMAND = 1.0, 2.5
"""Seconds to stay under."""

SCRIPT = """
import json, sys, time
start = time.perf_counter()
import planner as pl
times = {"import": time.perf_counter() - start, "runs": []}
for _ in range(int(sys.argv[2])):
    start = time.perf_counter()
    result = pl.allocate(pl.load(sys.argv[1]))
    rows = len(result.displacement)
    times["runs"].append(time.perf_counter() - start)
times["rows"] = rows
print(json.dumps(times))
"""


def started(*command: str) -> tuple[float, str]:
    """Run a command and return its seconds and its output."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *command],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=HERE.parent,
        env={**os.environ, "PYTHONPATH": str(HERE.parent)},
    )
    return time.perf_counter() - start, done.stdout


def measured(scenario: str, repeat: int) -> tuple[list, list]:
    """Return one row of each table for a scenario."""
    own = json.loads(started("-c", SCRIPT, scenario, str(repeat))[1])
    first, again = own["import"] + own["runs"][0], median(own["runs"][1:] or own["runs"])
    run = ("-m", "planner", "run", scenario)
    command = median([started(*run)[0] for _ in range(repeat)])
    with tempfile.TemporaryDirectory() as folder:
        kept = median(
            [started(*run, "--out", str(Path(folder) / str(k)))[0] for k in range(repeat)]
        )
    return (
        [scenario, first, again, IN_PROCESS, again / IN_PROCESS],
        [scenario, command, kept, AS_COMMAND, command / AS_COMMAND],
    )


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO")
    parser.add_argument("--repeat", type=int, default=7)
    given = parser.parse_args()
    names = given.scenarios or ["letter", "eastern-flank-battalion", "eastern-flank-brigade"]
    rows = [measured(name, given.repeat) for name in names]
    empty = median([started("-c", "pass")[0] for _ in range(given.repeat)])
    bare = median([started("-c", "import planner")[0] for _ in range(given.repeat)])
    print(machine(), end="\n\n")
    heads = ["in the process (s)", "first", "again", "target", "again / target"]
    print(table(heads, [row for row, _ in rows]), end="\n\n")
    heads = ["as a command (s)", "command", "kept", "target", "command / target"]
    print(table(heads, [row for _, row in rows]), end="\n\n")
    print(
        f"Of which an empty interpreter {empty:.2f} s, `import planner` {bare - empty:.2f} s more."
    )


if __name__ == "__main__":
    main()
