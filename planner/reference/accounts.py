"""Plans read as people, so that a reference answer can be used wherever an engine's can."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from planner.allocation import Allocation
from planner.engine.certify import Certificate, worst
from planner.reference.columns import Columns
from planner.reference.unfold import Unfolder
from planner.solution import Solution

__all__ = ["Step", "Stepwise", "account"]


@dataclass(frozen=True)
class Step:
    """How one step of one plan ended.

    Attributes
    ----------
    plan : str
        ``"with all"``, or ``"without x"``.
    step : str
        Month of the plan and what was made as small as possible.
    status : str
        ``"optimal"`` or ``"time limit"``.
    value, bound, gap : float
        What was reached (persons or person-months, minimised), what no solution gets below, and
        their distance relative to the value.
    seconds : float
    """

    plan: str
    step: str
    status: str
    value: float
    bound: float
    gap: float
    seconds: float


@dataclass(frozen=True, eq=False)
class Stepwise(Solution):
    """A solution that also tells how every step ended.

    Attributes
    ----------
    steps : tuple of Step
        Of the plan with all packages, then of each plan without one; steps that plans share are
        listed once for each.
    solver : str
        PuLP's name of it.
    whole : bool
        Whether people are whole.
    """

    steps: tuple[Step, ...] = field(default=(), repr=False)
    solver: str = ""
    whole: bool = False

    @property
    def status(self) -> str:
        """``"optimal"`` where every step was, else ``"time limit"``."""
        limited = any(step.status != "optimal" for step in self.steps)
        return "time limit" if limited else "optimal"

    @property
    def gap(self) -> float:
        """The largest relative gap of any step: 0 where everything is proved optimal."""
        return max((step.gap for step in self.steps), default=0.0)

    def as_neutral(self) -> dict[str, Any]:
        """Return the result as a ``planner-result/1`` object, ready for JSON.

        With whole people there are no duals: ``certificate`` holds the largest violation and the
        largest gap, ``dual`` is null, and ``steps`` lists value, bound and gap of each step.
        """
        result = super().as_neutral()
        result["status"], result["solver"] = self.status, self.solver
        if self.whole:
            result["whole_people"] = True
            result["certificate"] = {
                "primal": self.certificate.primal,
                "dual": None,
                "gap": self.gap if np.isfinite(self.gap) else None,
            }
            result["steps"] = [_row(step) for step in self.steps]
        return result


def _row(step: Step) -> dict[str, Any]:
    """Return a step ready for JSON: null where the solver gave no bound."""
    return {
        key: None if isinstance(value, float) and not np.isfinite(value) else value
        for key, value in vars(step).items()
    }


def account(unfolder: Unfolder, rule: str, packages: Sequence[str] | None = None) -> Stepwise:
    """Make the plan with every package and the plan without each of some packages."""
    problem = unfolder.problem
    every = [package.id for package in problem.packages]
    columns = Columns(problem, [d for part in unfolder.decisions for d in part])
    steps: list[Step] = []

    def plan(name: str, chosen: Collection[str]) -> Allocation:
        made = unfolder.unfold(chosen)
        ends = [end for part in made for end in part.outcomes]
        steps.extend(
            Step(name, what, o.status, o.value, o.bound, o.gap, o.seconds) for what, o in ends
        )
        if unfolder.whole:
            gap = max((outcome.gap for _, outcome in ends), default=0.0)
            proof = Certificate(primal=max((part.excess for part in made), default=0.0), gap=gap)
        else:
            proof = worst(*(proof for part in made for proof in part.proofs))
        return Allocation(problem, columns.plan(made, chosen, proof, len(ends)))

    with_all = plan("with all", every)
    without: dict[str, Allocation] = {
        name: plan(f"without {name}", [other for other in every if other != name])
        for name in every
        if packages is None or name in packages
    }
    solver, whole = unfolder.solver.name, unfolder.whole
    return Stepwise(problem, rule, with_all, without, tuple(steps), solver, whole)
