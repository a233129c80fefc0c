"""What each question about displacement takes on the letter's scenario, by both rules.

    python benchmarks/analysis.py [--scenario eastern-flank-battalion] [--repeat 5] [NAME ...]

Each question has a process of its own and is asked from the scenario's name to its sentences:
*first* with everything that has to be imported (compiled code is on disk already), *again* as the
median of the times after it. *Waited* is time by the clock, the others are processor time.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from measure import HERE, machine, median, table

RULES = ("fair", "value")
TARGETS = {
    "ranges": 10.0, "curve": 5.0, "shares of eight": 60.0, "reinforcement": 5.0, "why": 1.0,
}  # fmt: skip
"""Seconds to stay under, where there is such a figure."""
PACKAGES = 8


def of_eight(scenario: str) -> Any:
    """Return a scenario's problem, each of eight demands a package of its own.

    First the lines of the scenario's packages, known when those are; then the largest demands of
    main task 1, known just in time.
    """
    from planner.analysis.plans import read_case
    from planner.problem.model import Package

    problem = read_case(scenario).problem
    known = {name: problem.known(one.id) for one in problem.packages for name in one.demands}
    others = sorted(
        (demand for demand in problem.demands if demand.main_task == 1 and demand.id not in known),
        key=lambda demand: (-demand.cap, demand.id),
    )
    names = [*known, *(demand.id for demand in others)][:PACKAGES]
    packages = tuple(Package(name, (name,), known.get(name)) for name in names)
    return replace(problem, packages=packages)


def questions(scenario: str, rule: str) -> dict[str, Callable[[], Any]]:
    """Return the questions by name."""
    import planner as pl

    ask = pl.analysis
    return {
        "ranges": lambda: ask.ranges(scenario, rule=rule),
        "near": lambda: ask.ranges(scenario, rule=rule, slack_person_months=10.0, alternatives=3),
        "curve": lambda: ask.curve(scenario, rule=rule),
        "headroom": lambda: ask.headroom(scenario, rule=rule),
        "prices": lambda: ask.prices(scenario, rule=rule),
        "shares of eight": lambda: ask.shares(of_eight(scenario), rule=rule),
        "causes": lambda: ask.causes(scenario, rule=rule),
        "reinforcement": lambda: ask.reinforcement(scenario, rule=rule),
        "threshold": lambda: ask.threshold(
            scenario, "displacement(kind=staff) > 10%", rule=rule, draws=0
        ),
        "why": lambda: ask.why(scenario, "oir", rule=rule),
        "foresight": lambda: ask.foresight(scenario, rules=[rule]),
        "pledges": lambda: ask.pledges(scenario, rule=rule),
        "fairness": lambda: ask.fairness(scenario),
    }


def asked(scenario: str, rule: str, name: str, repeat: int) -> dict[str, Any]:
    """Ask one question several times in this process."""
    spent, waited = [], []
    for _ in range(repeat + 1):
        clock, processor = time.perf_counter(), time.process_time()
        outcome = questions(scenario, rule)[name]()
        said = outcome.sentences("en")
        spent.append(time.process_time() - processor)
        waited.append(time.perf_counter() - clock)
    return {"first": spent[0], "again": median(spent[1:]), "waited": median(waited[1:]),
            "sentences": len(said)}  # fmt: skip


def asked_apart(*arguments: Any) -> dict[str, Any]:
    """Ask in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--apart", json.dumps(arguments)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(HERE.parent), "OMP_NUM_THREADS": "1"},
    )
    return json.loads(done.stdout)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these questions")
    parser.add_argument("--scenario", default="eastern-flank-battalion")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--apart", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.apart:
        print(json.dumps(asked(*json.loads(given.apart))))
        return
    names = given.names or list(questions(given.scenario, "fair"))
    print(machine(), end="\n\n")
    rows = []
    for name in names:
        for rule in RULES:
            found = asked_apart(given.scenario, rule, name, given.repeat)
            target = TARGETS.get(name)
            times = [found["first"], found["again"], found["waited"]]
            rows.append([
                name, rule, *times, target or "-",
                found["again"] / target if target else "-",
            ])  # fmt: skip
            print(f"{name}, {rule}: {found['again']:.3g} s", file=sys.stderr)
    heads = ["question (s)", "rule", "first", "again", "waited", "target", "again / target"]
    print(table(heads, rows))


if __name__ == "__main__":
    main()
