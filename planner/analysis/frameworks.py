"""Frameworks that people are promised to: which demands are whose, and the plan of each alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from planner.allocation import Allocation
from planner.analysis.case import Case
from planner.analysis.plans import make_planner
from planner.errors import InputError

__all__ = ["ON_CALL", "commitments_of", "frameworks_of", "plan_of", "runs_of"]

Flags = NDArray[np.bool_]

ON_CALL = "on call"
"""What a framework of people on call ends with."""


def frameworks_of(
    case: Case, given: Mapping[str, Sequence[str]] | None
) -> tuple[list[str], frozenset[str] | None]:
    """Return the framework of each demand, and which of them matter (None: all)."""
    labelled = any(line.organisation for line in case.lines)
    names = [
        f"{line.organisation}, {ON_CALL if line.on_call else 'deployed'}"
        if line.organisation
        else line.demand
        for line in case.lines
    ]
    on_call = {name for name, line in zip(names, case.lines, strict=True) if line.on_call}
    faults: list[str] = []
    taken: dict[int, str] = {}
    for framework, members in (given or {}).items():
        for member in members:
            try:
                places = np.flatnonzero(case.select(member)).tolist()
            except InputError as error:
                faults += [f"frameworks: {framework}: {fault}" for fault in error.faults]
                continue
            for place in places:
                if taken.setdefault(place, framework) != framework:
                    twice = f"{case.lines[place].demand!r} is in {taken[place]!r} already"
                    faults.append(f"frameworks: {framework}: {twice}")
                names[place] = framework
    if faults:
        raise InputError(faults)
    return names, frozenset(on_call | set(given or {})) if labelled else None


def plan_of(case: Case, chosen: Flags) -> Allocation:
    """Return the plan of some demands alone: the same tours, nobody asked for by the others."""
    demands = tuple(
        demand if own else replace(demand, cap=0.0)
        for demand, own in zip(case.problem.demands, chosen, strict=True)
    )
    problem = replace(case.problem, demands=demands)
    return Allocation(problem, make_planner(problem, case.rule).unfold())


def runs_of(flags: Flags) -> list[tuple[int, int]]:
    """Return first and last place of each run of true values.

    Examples
    --------
    >>> runs_of(np.array([False, True, True, False, True]))
    [(1, 2), (4, 4)]
    """
    padded = np.concatenate([[False], flags, [False]]).astype(np.int8)
    change = np.diff(padded)
    starts, ends = np.flatnonzero(change == 1), np.flatnonzero(change == -1) - 1
    return [(int(a), int(b)) for a, b in zip(starts, ends, strict=True)]


def commitments_of(
    case: Case, names: list[str], pair: tuple[str, str], alone: Mapping[str, Allocation],
    pool: int, run: slice,
) -> str:  # fmt: skip
    """Return the missions of a pair of frameworks that tie up people of a pool in a run."""
    found: dict[str, None] = {}
    for name in pair:
        service = alone[name].service
        here = (service.pool == pool) & (service.prepares < run.stop) & (service.rests >= run.start)
        for demand in np.unique(service.demand[here]):
            if names[demand] == name:
                found[case.lines[demand].mission] = None
    return ", ".join(found)
