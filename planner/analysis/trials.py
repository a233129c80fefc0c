"""Many problems that differ little, planned together: those with the same tours as one batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.analysis.case import Case
from planner.analysis.conclusion import Filled
from planner.outcome import Progress, silent
from planner.analysis.plans import settling
from planner.montecarlo.structure import Structure
from planner.problem.model import Problem

__all__ = ["Trials"]

Floats = NDArray[np.float64]

FEW = 24
"""Problems or demands for which the engine is as fast as waking compiled code."""

MANY = 128
"""Most problems that are planned at once, for memory."""


class Trials:
    """Plans of variants of a case, with all packages and without one.

    Parameters
    ----------
    case : Case
        Its demands are the axis of what is returned; a demand that a variant has not got asks and
        fills nothing.
    package : str or None
        The package that is left out.
    """

    def __init__(self, case: Case, package: str | None):
        self.case, self.without = case, [] if package is None else [package]
        self.made, self.unproved = 0, 0
        self.ids = [demand.id for demand in case.problem.demands]
        self.pools = list(case.problem.pools)
        self.lines = np.array(
            [
                (place, self.pools.index(pool))
                for place, demand in enumerate(case.problem.demands)
                for pool in demand.pools
            ],
            dtype=np.int64,
        ).reshape(-1, 2)
        self._structures: dict[Any, Structure] = {}

    def plan(self, problems: Sequence[Problem], progress: Progress = silent) -> Filled:
        """Return what each problem fills, in their order; NaN where no plan could be proved."""
        count = len(problems)
        wide, lines = len(self.ids), len(self.lines)
        with_all, without, asked = (np.zeros((count, wide)) for _ in range(3))
        by_line, by_line_without = (np.zeros((count, lines)) for _ in range(2))
        filled = Filled(with_all, without, asked, by_line, by_line_without, self.lines)
        groups: dict[Any, list[int]] = {}
        for place, problem in enumerate(problems):
            groups.setdefault(_structure_of(problem), []).append(place)
        compiled = max(count, wide) > FEW
        done = 0
        for key, every in groups.items():
            for first in range(0, len(every), MANY):
                places = every[first : first + MANY]
                structure = self._structure((key, compiled), problems[every[0]])
                self._solve(structure, [problems[k] for k in places], np.array(places), filled)
                done += len(places)
                progress(done, count)
        self.made += count
        self.unproved += int(np.isnan(filled.with_all).any(axis=1).sum())
        return filled

    def _structure(self, key: tuple[Any, bool], problem: Problem) -> Structure:
        """Return the structure of a problem, made once."""
        if key not in self._structures:
            structure = Structure(problem, self.case.rule, key[1])
            if self.case.rule == "value":
                structure.solver = settling(problem)
            self._structures[key] = structure
        return self._structures[key]

    def _solve(
        self,
        structure: Structure,
        problems: Sequence[Problem],
        places: NDArray[np.int64],
        filled: Filled,
    ) -> None:
        """Plan problems of one structure, and write what they fill."""
        bounds = [[_number(one.min) for one in problem.bounds] for problem in problems]
        most = [[_number(one.max) for one in problem.bounds] for problem in problems]
        plans = structure.solve(
            np.array([[one.cap for one in problem.demands] for problem in problems]),
            np.array([np.stack(list(problem.pools.values())) for problem in problems]),
            self.without,
            least=np.array(bounds),
            most=np.array(most),
            amounts=np.array([[one.amount for one in problem.budgets] for problem in problems]),
        )
        here = [one.id for one in problems[0].demands]
        known = {id: place for place, id in enumerate(self.ids)}
        pairs = [(k, known[id]) for k, id in enumerate(here) if id in known]
        source, target = (np.array(side, dtype=np.int64) for side in zip(*pairs, strict=True))
        rows = places[:, None]
        filled.with_all[rows, target] = plans.filled[0][:, source]
        filled.without[rows, target] = plans.filled[-1][:, source]
        filled.asked[rows, target] = plans.asked[:, source]
        line = {(int(d), int(p)): k for k, (d, p) in enumerate(self.lines)}
        names = list(problems[0].pools)
        for k, (demand, pool) in enumerate(zip(plans.lines.demand, plans.lines.pool, strict=True)):
            to = line.get((known.get(here[demand], -1), self.pools.index(names[pool])))
            if to is not None:
                filled.by_line[places, to] = plans.served[0, :, k].sum(axis=1)
                filled.by_line_without[places, to] = plans.served[-1, :, k].sum(axis=1)


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def _structure_of(problem: Problem) -> Any:
    """Return everything of a problem that is no number of people, persons or euros."""
    return (
        problem.months,
        problem.report,
        tuple(problem.pools),
        tuple(replace(demand, cap=0.0) for demand in problem.demands),
        tuple((one.demands, one.pools, one.min is None, one.max is None) for one in problem.bounds),
        problem.packages,
        tuple(
            (one.id, one.first, one.last, tuple(sorted(one.cost.items())))
            for one in problem.budgets
        ),
    )
