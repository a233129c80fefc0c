"""Draws of a scenario's own uncertainty: this engine against loops that others would write.

    python benchmarks/draws.py [--scenario eastern-flank-battalion] [--run 10000] [--first 1]
    python benchmarks/draws.py --only shares --shares 2048

*First* is a loop that states and solves each draw anew with PuLP and CBC, *expert* one that changes
and solves again one HiGHS model, *engine* is this one, its structure and its proofs included. All
three plan the same draws with and without one package, one after the other in one process, and are
measured in processor time. *Structures* compare draws that share one formulation with draws that
have rules of their own. *Shares* compare, by the processor time to an equal precision, runs in
which 1, 16 or 64 draws share their rules. *Runs* are what `planner simulate` does, from the
scenario's file to tables on disk: people planned, people present, everything kept.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

import numpy as np
from loops import OneModel, WrittenAnew, spent
from measure import HERE, machine, table

from planner.montecarlo.parameters import Joint
from planner.montecarlo.run import simulate, specification_of
from planner.montecarlo.structure import Code, Plans, Structure
from planner.problem.model import Problem
from planner.solution import Plan, Planner, solver_for
from tests.montecarlo.made import planned_apart

RULES = ("value", "fair")
OVER_FIRST, OVER_EXPERT, OVER_ONE = 300.0, 3.0, 1.8
SECONDS = {"value": 10.0, "fair": 60.0}
MIB, DRAWS, WORKERS = 1024.0, 10_000, 2
SHARES, ASKED, PART = (1, 16, 64), 0.05, 8
"""Draws that share their rules; the half-width asked for, a share of the mean; and the gain."""


@dataclass(frozen=True)
class Drawn:
    """Draws that share one structure, and what the engine made of them.

    Attributes
    ----------
    structure : Structure
    problems : list of Problem
        One a draw.
    plans : Plans
        With all packages, and without the one measured.
    seconds : float
        Processor time of making the structure and the plans.
    """

    structure: Structure
    problems: list[Problem]
    plans: Plans
    seconds: float


def uncalibrated() -> Any:
    """Return a context in which every parameter is drawn by itself."""
    return patch.object(Joint, "put", lambda self, points, values: None)


def drawn(scenario: str, rule: str, count: int) -> Drawn:
    """Draw and plan.

    Every parameter is drawn by itself, because a row of the calibrated sample goes with a set of
    rules and draws of one structure would differ in very little; what changes the structure is that
    of the first draw.
    """
    study = specification_of(scenario, draws=2 * count, rule=rule, share=count, replicates=2)
    with uncalibrated():
        values = study.values(study.design.batch(0)[:1])[:count]
    structural = [one.structural for one in study.uncertain.factors]
    values[:, structural] = values[:1, structural]
    figures = study.effects.figures(values)
    made = next(study.instances(figures, count))
    problem, given = made.problem(), made.numbers
    limits = {"least": given.least, "most": given.most, "amounts": given.amounts}
    few = {name: array[:1] for name, array in limits.items()}
    warm = Structure(problem, rule)
    warm.solve(given.caps[:1], given.strengths[:1], study.packages[:1], **few)
    start = spent()
    structure = Structure(problem, rule)
    plans = structure.solve(given.caps, given.strengths, study.packages[:1], **limits)
    seconds = spent() - start
    problems = [
        structure.drawn(
            given.caps[k], given.strengths[k], **{name: limits[name][k] for name in limits}
        )
        for k in range(len(made.draws))
    ]
    return Drawn(structure, problems, plans, seconds)


def by_decision(plan: Plan) -> np.ndarray:
    """Return people by decision, blocks one after the other."""
    return np.concatenate(
        [
            np.bincount(block.decision, answer.people, minlength=len(block.demand))
            for block, answer in zip(plan.programme.blocks, plan.answers, strict=True)
        ]
    )


def apart(given: Drawn, rule: str, draw: int, place: int, plan: Plan) -> float:
    """Return how far two plans of a draw differ in what their rule makes unique.

    Under *fair* people on each decision, relative to one plus its cap; under *value* the worth of
    a tier, relative to itself.
    """
    blocks, problem = plan.programme.blocks, given.problems[draw]
    demand = np.concatenate([block.demand for block in blocks])
    theirs, ours = by_decision(plan), given.plans.people[place, draw]
    if rule == "fair":
        cap = np.array([one.cap for one in problem.demands])[demand]
        return float(np.max(np.abs(theirs - ours) / (1 + cap)))
    weight = np.array([one.weight for one in problem.demands])[demand]
    worth = weight * np.concatenate([block.duty_months for block in blocks])
    tier = np.array([one.tier for one in problem.demands])[demand]
    sums = [((theirs - ours)[tier == one], worth[tier == one]) for one in np.unique(tier)]
    whole = [float(theirs[tier == one] @ worth[tier == one]) for one in np.unique(tier)]
    return max(abs(float(a @ b)) / (1 + total) for (a, b), total in zip(sums, whole, strict=True))


def beside_expert(given: Drawn, rule: str, count: int) -> tuple[float, np.ndarray]:
    """Return seconds a draw, and differences by draw, with the package and without it."""
    loop = OneModel(given.structure.programme, rule)
    found = np.zeros((count, 2))
    for draw in range(count):
        for place, plan in enumerate(loop.plan(given.problems[draw], sets_of(given))):
            found[draw, place] = apart(given, rule, draw, place, plan)
    return loop.seconds / count, found


def beside_alone(given: Drawn, rule: str, count: int) -> np.ndarray:
    """Return how far plans are from those of each draw solved alone, not by compiled code."""
    found = np.zeros((count, 2))
    for draw in range(count):
        problem = given.problems[draw]
        planner = Planner(replace(given.structure.programme, problem=problem), solver_for(rule))
        for place, chosen in enumerate(sets_of(given)):
            found[draw, place] = apart(given, rule, draw, place, planner.unfold(chosen))
    return found


def sets_of(given: Drawn) -> list[frozenset[str]]:
    """Return all packages, and all but the one measured."""
    every = frozenset(package.id for package in given.structure.problem.packages)
    return [every, every - {given.plans.without[0]}]


def beside_first(given: Drawn, rule: str, count: int) -> tuple[float, float]:
    """Return seconds a draw, and the largest difference of what demands get, without the package.

    Relative to one plus what a demand asks for; under *value*, where several optima give demands
    different shares of the same worth, nothing is compared.
    """
    loop, worst = WrittenAnew(rule), 0.0
    package = given.plans.without[0]
    for draw in range(count):
        _, without = loop.plan(given.problems[draw], package)
        names = [one.id for one in given.structure.problem.demands]
        for place, name in enumerate(names):
            if name in without:
                ours = given.plans.filled[1, draw, place]
                asked = given.plans.asked[draw, place]
                worst = max(worst, abs(without[name] - ours) / (1 + asked))
    return loop.seconds / count, worst if rule == "fair" else float("nan")


def measured_run(scenario: str, rule: str, draws: int, workers: int) -> dict[str, float]:
    """Run `simulate` in a fresh process with compiled code at hand."""
    script = (
        "import json, resource, sys, time, planner as pl\n"
        "scenario, rule, draws, workers = json.loads(sys.argv[1])\n"
        "if __name__ == '__main__':\n"
        "    pl.simulate(scenario, draws=16, rule=rule, workers=1)\n"
        "    start = time.perf_counter()\n"
        "    found = pl.simulate(scenario, draws=draws, rule=rule, workers=workers)\n"
        "    wall = time.perf_counter() - start\n"
        "    own, others = (resource.getrusage(who) for who in\n"
        "                   (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))\n"
        "    print(json.dumps({'wall': wall, 'own': own.ru_maxrss, 'other': others.ru_maxrss}))\n"
    )
    start = spent()
    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps([scenario, rule, draws, workers])],
        stdout=subprocess.PIPE, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(HERE.parent)},
    )  # fmt: skip
    found = json.loads(done.stdout.splitlines()[-1])
    unit = 2**20 if sys.platform == "darwin" else 2**10
    many = workers if workers > 1 else 0
    return {
        "wall": found["wall"],
        "processor": spent() - start,
        "mib": (found["own"] + many * found["other"]) / unit,
    }


def reached(value: float, target: float, *, most: bool = False) -> str:
    """Return whether a figure is reached."""
    return "yes" if (value <= target if most else value >= target) else "no"


def loops_tables(given: argparse.Namespace) -> str:
    """Return the tables of the three loops: how long they take, and how far apart they are."""
    times: list[list[Any]] = []
    differences: list[list[Any]] = []
    for rule in RULES:
        at_hand = drawn(given.scenario, rule, given.engine)
        engine = at_hand.seconds / len(at_hand.problems)
        expert, apart_expert = beside_expert(at_hand, rule, given.expert)
        apart_alone = beside_alone(at_hand, rule, given.expert)
        first, apart_first = (float("nan"), float("nan"))
        if given.first:
            first, apart_first = beside_first(at_hand, rule, given.first)
        over_first, over_expert = first / engine, expert / engine
        times.append([
            rule, 1e3 * first, 1e3 * expert, 1e3 * engine,
            over_first, reached(over_first, OVER_FIRST) if given.first else "-",
            over_expert, reached(over_expert, OVER_EXPERT),
        ])  # fmt: skip
        by = [int((at_hand.plans.code == code).sum()) for code in Code]
        differences.append([
            rule, small(apart_alone[:, 1].max()), small(apart_alone[:, 0].max()),
            small(apart_expert[:, 1].max()), small(np.median(apart_expert[:, 0])),
            small(apart_expert[:, 0].max()), small(apart_first),
            small(np.nanmax(at_hand.plans.proof)), *by,
        ])  # fmt: skip
    heads = [
        "processor ms a draw", "first", "expert", "engine", "first / engine", "≥ 300",
        "expert / engine", "≥ 3",
    ]  # fmt: skip
    others = [
        "engine apart from", "alone, without", "alone, with", "expert, without",
        "expert, with (median)", "expert, with (most)", "first, without", "certificate",
        *(f"plans {code.name.lower()}" for code in Code),
    ]  # fmt: skip
    return f"{table(heads, times)}\n\n{table(others, differences)}"


def structures_table(given: argparse.Namespace) -> str:
    """Return the table of structures: what one costs beside a plan, shared and one a draw."""
    rows: list[list[Any]] = []
    for rule in RULES:
        at_hand = drawn(given.scenario, rule, given.engine)
        count, packages = len(at_hand.problems), at_hand.plans.without
        likely = at_hand.structure.problem
        planned_apart(at_hand.problems[:1], rule, packages, likely)
        start = time.process_time()
        for one in at_hand.problems:
            structure = Structure(one, rule)
            assert structure.arrays
            assert structure.stages(packages)
        formulated = time.process_time() - start
        start = time.process_time()
        planned_apart(at_hand.problems, rule, packages, likely)
        each = time.process_time() - start
        rows.append([
            rule, 1e3 * formulated / count, reached(1e3 * formulated / count, 3.0, most=True),
            1e3 * at_hand.seconds / count, 1e3 * each / count,
        ])  # fmt: skip
    heads = ["processor ms", "structure", "≤ 3", "a draw, one structure", "a draw, each its own"]
    return table(heads, rows)


def shares_table(given: argparse.Namespace) -> str:
    """Return the table of runs whose draws share their rules: processor time to one precision.

    The draws to the half-width asked for are those of the run times the square of the ratio of
    half-widths. What many draws share is so uneven that the square is a mean over several seeds.
    """
    rows: list[list[Any]] = []
    simulate(given.scenario, 16, rule="fair", workers=1)
    for share in SHARES:
        seconds, squares, independent = [], [], []
        for seed in range(given.seeds):
            start = spent()
            with uncalibrated() if given.uncalibrated else nullcontext():
                found = simulate(
                    given.scenario, given.shares, seed, rule="fair", workers=1, share=share,
                    replicates=32, monthly=False,
                )  # fmt: skip
            seconds.append(spent() - start)
            precise = found.precision(f"displacement.{found.packages[0]}").iloc[0]
            squares.append(float(precise["relative"]) ** 2)
            independent.append(float(precise["independent"]))
        each, square = sum(seconds) / len(seconds) / given.shares, sum(squares) / len(squares)
        draws = given.shares * square / ASKED**2
        rows.append([
            share, -(-given.shares // share), 1e3 * each, f"{100 * np.sqrt(square):.1f} %",
            float(np.mean(independent)), draws, each * draws,
        ])  # fmt: skip
    for row in rows:
        part = row[-1] / rows[-1][-1]
        row += [part, reached(part, 1 / PART, most=True) if row[0] < SHARES[-1] else "-"]
    heads = [
        "draws that share rules", "sets of rules", "processor ms a draw", "half-width / mean",
        "independent draws as precise", "draws to ± 5 %", "processor s to ± 5 %",
        f"part of sharing {SHARES[-1]}", f"≤ 1/{PART}",
    ]  # fmt: skip
    return table(heads, rows)


def small(value: float) -> str:
    """Return a small number as text."""
    return "-" if np.isnan(value) else f"{value:.0e}"


def runs_table(given: argparse.Namespace) -> str:
    """Return the table of whole runs."""
    rows: list[list[Any]] = []
    for rule in RULES:
        part = measured_run(given.scenario, rule, given.run // 4, WORKERS)
        two = measured_run(given.scenario, rule, given.run, WORKERS)
        one = measured_run(given.scenario, rule, given.run, 1)
        scale = DRAWS / given.run
        rows.append([
            rule, given.run, two["wall"], two["wall"] * scale, SECONDS[rule],
            reached(two["wall"] * scale, SECONDS[rule], most=True), two["mib"],
            reached(two["mib"], MIB, most=True), one["wall"] / two["wall"],
            reached(one["wall"] / two["wall"], OVER_ONE), two["wall"] / part["wall"],
        ])  # fmt: skip
    heads = [
        "runs on two workers", "draws", "s", "s for 10,000", "at most", "reached",
        "peak MiB", "≤ 1 GiB", "one / two workers", "≥ 1.8", "× time for 4 × draws",
    ]  # fmt: skip
    return table(heads, rows)


SECTIONS = {
    "structures": structures_table,
    "loops": loops_tables,
    "shares": shares_table,
    "runs": runs_table,
}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", default="eastern-flank-battalion")
    parser.add_argument("--engine", type=int, default=64, help="draws of the engine, one structure")
    parser.add_argument("--expert", type=int, default=16, help="draws of the expert's loop")
    parser.add_argument("--first", type=int, default=1, help="draws of the first loop (0: none)")
    parser.add_argument("--run", type=int, default=DRAWS, help="draws of whole runs (0: none)")
    parser.add_argument("--shares", type=int, default=2048, help="draws of runs that share rules")
    parser.add_argument("--seeds", type=int, default=1, help="runs of each share of rules")
    parser.add_argument(
        "--uncalibrated", action="store_true", help="shares: draw every parameter by itself"
    )
    parser.add_argument("--only", choices=list(SECTIONS), help="one table instead of all")
    given = parser.parse_args()
    began = time.perf_counter()
    print(machine(), end="\n\n")
    for name, make in SECTIONS.items():
        if given.only in (None, name) and (given.run or name != "runs"):
            print(make(given), end="\n\n", flush=True)
    print(f"Measured in {time.perf_counter() - began:.0f} s.")


if __name__ == "__main__":
    main()
