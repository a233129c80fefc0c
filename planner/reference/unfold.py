"""The plan that unfolds, part by part: made, and made again as packages become known."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from planner.engine.certify import Certificate
from planner.problem.model import Bound, Problem
from planner.reference.decisions import Decision, lay_decisions
from planner.reference.parts import independent_parts
from planner.reference.programme import People, Programme, Standing
from planner.reference.solvers import Outcome, Solver
from planner.reference.steps import Steps

__all__ = ["Made", "Rule", "Unfolder"]

Rule = Callable[[Steps, Problem, frozenset[str]], None]
"""Takes the steps of one plan of one part, given the packages known by then."""

History = tuple[tuple[int, frozenset[str]], ...]
"""Months in which a part is planned, each with the packages known by then."""


@dataclass(frozen=True)
class Made:
    """The last plan of one part, and how every step on the way to it ended.

    Attributes
    ----------
    people : People
    bounds : tuple of Bound
        Composition bounds of the part.
    missing : dict of (int, int) to float
        What lower bounds lack, by place of the bound in the part and month.
    outcomes : list of (str, Outcome)
    proofs : list of Certificate
    excess : float
        Largest violation of a row by these people, relative to one plus its right-hand side.
    """

    people: People
    bounds: tuple[Bound, ...]
    missing: dict[tuple[int, int], float]
    outcomes: list[tuple[str, Outcome]]
    proofs: list[Certificate]
    excess: float = 0.0


@dataclass(eq=False)
class Unfolder:
    """Makes the plans of a problem, part by part, and remembers the ones already made.

    Parameters
    ----------
    problem : Problem
    rule : callable
        See :data:`Rule`.
    solver : Solver
    whole : bool
        Whole people.
    """

    problem: Problem
    rule: Rule
    solver: Solver
    whole: bool = False
    _made: dict[tuple[int, History], Made] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.parts = independent_parts(self.problem)
        self.decisions = [lay_decisions(part, self.whole) for part in self.parts]

    def unfold(self, packages: Collection[str]) -> list[Made]:
        """Return the plan of each part as it unfolds with some of the packages."""
        made = []
        for place, part in enumerate(self.parts):
            known = {
                package.id: max(part.known(package.id), 0)
                for package in part.packages
                if package.demands and package.id in packages
            }
            history = tuple(
                (now, frozenset(name for name in known if known[name] <= now))
                for now in sorted({0, *known.values()})
            )
            made.append(self._plan(place, history))
        return made

    def _plan(self, place: int, history: History) -> Made:
        """Make the last plan of a history, on what the plans before it left, eq. (15)."""
        if (place, history) not in self._made:
            part, decisions = self.parts[place], self.decisions[place]
            now, names = history[-1]
            before = self._plan(place, history[:-1]) if len(history) > 1 else None
            unknown = frozenset(d for d, owner in part.package_of().items() if owner not in names)
            stand = _stand(decisions, before.people, now) if before else ({}, {})
            programme = Programme(
                part, decisions, Standing(unknown, *stand), self.whole, f"plan_{now}"
            )
            steps = Steps(programme, self.solver)
            self.rule(steps, part, names)
            people = programme.people()
            outcomes = [(f"month {now}: {name}", outcome) for name, outcome in steps.outcomes]
            self._made[place, history] = Made(
                people,
                part.bounds,
                programme.lacking(people),
                [*(before.outcomes if before else []), *outcomes],
                [*(before.proofs if before else []), *steps.proofs],
                max(programme.excess(people), before.excess if before else 0.0),
            )
        return self._made[place, history]


def _stand(decisions: list[Decision], people: People, now: int) -> tuple[People, People]:
    """Return who stays as he was and who may only be called off, in a plan remade now."""
    settled: People = {}
    ceiling: People = {}
    for decision in decisions:
        for pool in decision.demand.pools:
            there = people.get((decision, pool), 0.0)
            if decision.begin < now:
                settled[decision, pool] = there
            elif decision.begin < now + decision.demand.lead:
                ceiling[decision, pool] = there
    return settled, ceiling
