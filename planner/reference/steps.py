"""One plan, step by step: tier after tier, each step locked before the next.

Under *value* a step is one programme. Under *fair* it is the plain sequence of programmes of
lexicographic max-min: raise all shares together as high as they go, find out which of them
cannot go higher, lock those, raise the others.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace

import pulp

from planner.engine.certify import Certificate
from planner.errors import SolverError
from planner.reference.measure import measure
from planner.reference.programme import Line, Programme
from planner.reference.solvers import Outcome, Solver

__all__ = ["Steps", "fill_by_value", "fill_fairly"]

Shares = Mapping[Hashable, pulp.LpAffineExpression]


@dataclass
class Steps:
    """Takes the steps of one plan and remembers how each of them ended.

    Attributes
    ----------
    programme : Programme
    solver : Solver
    outcomes : list of (str, Outcome)
        Name and end of every step so far.
    proofs : list of Certificate
        One for every linear programme whose duals the solver gave.
    """

    programme: Programme
    solver: Solver
    outcomes: list[tuple[str, Outcome]] = field(default_factory=list)
    proofs: list[Certificate] = field(default_factory=list)

    def take(self, line: Line, lp: pulp.LpProblem | None = None) -> Outcome:
        """Minimise a line over the programme, or over one made from it."""
        lp = self.programme.lp if lp is None else lp
        lp.setObjective(line.cost + 0)
        before = self.programme.values() if self.programme.whole else {}
        outcome = self.solver.solve(lp)
        if outcome.status == "stopped" and self.programme.whole:
            outcome = self._stay(line, before, outcome)
        self.outcomes.append((line.name, outcome))
        if outcome.status not in ("optimal", "time limit"):
            raise SolverError(f"step {line.name!r}: {self.solver.name} says {outcome.status}")
        if not self.programme.whole:
            if outcome.status != "optimal":
                raise SolverError(f"step {line.name!r}: stopped at the time limit")
            self.proofs.append(measure(lp))
        return outcome

    def _stay(self, line: Line, before: dict[pulp.LpVariable, float], stopped: Outcome) -> Outcome:
        """Go on from the step before, or from nobody, where the time limit found nothing better."""
        for variable, value in before.items():
            variable.varValue = value
        return replace(stopped, status="time limit", value=float(line.cost.value()))

    def lock(self, line: Line) -> Outcome | None:
        """Minimise a line and keep what it reached in later steps; skip it where it is empty."""
        if not line.cost:
            return None
        outcome = self.take(line)
        give = self.solver.slack * (1 + abs(outcome.value))
        self.programme.lp += line.cost <= outcome.value + give, f"lock.{line.name}"
        return outcome

    def level_out(self, shares: Shares, name: str) -> dict[Hashable, float]:
        """Raise the smallest of some shares as high as it goes, then the next; lock each.

        Returns the level of each share.
        """
        rising = dict(shares)
        levels: dict[Hashable, float] = {}
        while rising:
            level = self._common_level(rising, f"{name}.{len(levels)}")
            stuck = self._stuck(rising, level, f"{name}.{len(levels)}.above")
            for key in stuck:
                share = rising.pop(key)
                levels[key] = level
                row = share >= level - self.solver.slack
                self.programme.lp += row, f"lock.{name}.{len(levels)}"
        return levels

    def _common_level(self, rising: Shares, name: str) -> float:
        """Return the highest level that all these shares can have together."""
        lp = self.stated_level(rising)
        return -self.take(Line(name, lp.objective), lp).value

    def stated_level(self, rising: Shares) -> pulp.LpProblem:
        """Return the programme of the highest level that all these shares can have together."""
        lp = self.programme.lp.copy()
        level = lp.add_variable("level", 0, 1)
        for number, share in enumerate(rising.values()):
            lp += share - level >= 0, f"level.{number}"
        lp.setObjective(-1 * level)
        return lp

    def fill_tier(self, tier: int, rule: str) -> None:
        """Fill one tier by a rule and lock what it reached."""
        if rule == "value":
            self.lock(self.programme.unfilled(tier))
            return
        mine = [d for d in self.programme.free if d.demand.tier == tier]
        self.level_out({d: self.programme.share(d) for d in mine}, f"share.{tier}")

    def _stuck(self, rising: Shares, level: float, name: str) -> list[Hashable]:
        """Return the shares that cannot rise above a level while no other falls below it.

        Those that can are found together: the sum of what lies above the level is made as large
        as possible, and again without those found, until nothing more lies above it.
        """
        left = list(rising)
        while True:
            lp = self.programme.lp.copy()
            above = {key: lp.add_variable(f"above.{n}", 0, 1) for n, key in enumerate(left)}
            for number, (key, share) in enumerate(rising.items()):
                lp += share - above.get(key, 0) >= level - self.solver.slack, f"level.{number}"
            self.take(Line(name, -1 * pulp.lpSum(above.values())), lp)
            risen = {key: float(above[key].varValue or 0.0) for key in left}
            stuck = [key for key in left if risen[key] <= self.solver.rise]
            if len(stuck) == len(left):
                return left
            if not stuck:  # only rounding lets all of them rise: take the one that rises least
                return [min(left, key=lambda key: risen[key])]
            left = stuck


def fill_by_value(steps: Steps) -> None:
    """Make one plan by the *value* rule."""
    programme = steps.programme
    for tier in programme.tiers:
        steps.lock(programme.missed(tier))
        steps.fill_tier(tier, "value")
    steps.lock(programme.dislike())


def fill_fairly(steps: Steps) -> None:
    """Make one plan by the *fair* rule."""
    programme = steps.programme
    for tier in programme.tiers:
        steps.lock(programme.missed(tier))
        steps.fill_tier(tier, "fair")
    steps.lock(programme.dislike())
    steps.level_out(
        {
            (d, pool): 1 - programme.z[d, pool] * (1 / d.most)
            for d in programme.free
            if len(d.demand.pools) > 1
            for pool in d.demand.pools
        },
        "even",
    )
