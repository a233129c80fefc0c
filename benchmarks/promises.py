"""Time of hedged plans of the battalion: 50 and 1,000 draws, and a frontier of twelve points.

Processor time counts, so that the load of the machine does not: ``python benchmarks/promises.py``.
"""

from __future__ import annotations

import argparse
import time

from planner.analysis.hedging import commitments_of, hedge
from planner.analysis.plans import read_case
from planner.analysis.promises import _frontier
from planner.engine.two_stage import Cuts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", default="eastern-flank-battalion")
    parser.add_argument("--draws", type=int, nargs="*", default=[50, 1000])
    parser.add_argument("--no-frontier", action="store_true")
    given = parser.parse_args()
    case = read_case(given.scenario)
    for rule in ("fair", "value"):
        for draws in given.draws:
            began, wall = time.process_time(), time.perf_counter()
            two = commitments_of(case, "mission", False, draws, 0, None).two_stage()
            read = time.process_time() - began
            found = hedge(two, 0.9, rule)
            spent = time.process_time() - began
            print(
                f"{rule}, {draws} draws: {spent:.1f} s of processor ({read:.1f} to state it, "
                f"{time.perf_counter() - wall:.1f} s by the clock), "
                f"{found.rounds} first stages, {found.solves} second stages",
                flush=True,
            )
    if given.no_frontier:
        return
    began, wall = time.process_time(), time.perf_counter()
    about = commitments_of(case, "mission", False, 50, 0, None)
    two = about.two_stage()
    cuts = Cuts(two.stage)
    share = hedge(two, 0.9, "fair", cuts).share
    points = _frontier(about, two, share, 0.9, "fair", cuts)
    print(
        f"frontier of {len(points)} points: {time.process_time() - began:.1f} s of processor, "
        f"{time.perf_counter() - wall:.1f} s by the clock"
    )


if __name__ == "__main__":
    main()
