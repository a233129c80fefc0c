"""Composition bounds that no allocation can keep, or that contradict one another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from planner.problem.findings import Finding, Speaker
from planner.problem.model import Bound
from planner.problem.reach import Reach

__all__ = ["Contradictions"]

Flags = NDArray[np.bool_]
SLACK = 1e-9


@dataclass(frozen=True, eq=False)
class Contradictions:
    """Looks at the bounds of a problem.

    Attributes
    ----------
    reach : Reach
    say : Speaker
    """

    reach: Reach
    say: Speaker

    @cached_property
    def bounds(self) -> tuple[Bound, ...]:
        """The bounds of the problem."""
        return self.reach.problem.bounds

    @cached_property
    def _places(self) -> dict[str, int]:
        return {demand.id: place for place, demand in enumerate(self.reach.problem.demands)}

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with each bound, in order."""
        for number, bound in enumerate(self.bounds):
            yield from self._alone(number, bound)
            yield from self._within(number, bound)

    def _holds(self, bound: Bound) -> Flags:
        """In which months the bound holds: one of its demands has people on duty, (months,)."""
        places = [self._places[name] for name in bound.demands]
        return np.asarray(self.reach.asked[places].any(axis=0))

    def _counted(self, bound: Bound) -> list[str]:
        """Return the pools from which the bound counts people."""
        accepted = {p for name in bound.demands for p in self.reach.problem.demand(name).pools}
        wanted = self.reach.problem.pools if bound.pools is None else bound.pools
        return [pool for pool in wanted if pool in accepted]

    def _alone(self, number: int, bound: Bound) -> Iterator[Finding]:
        """Compare a lower bound with the caps, pools and months of its own demands."""
        subject, holds = f"bound {number}", self._holds(bound)
        if not holds.any():
            names = self.say.names(bound.demands)
            yield Finding("note", subject, f"has no effect: {names} never have people in the model")
            return
        if not bound.min:
            return
        least, pools = self.say.people(bound.min), self._counted(bound)
        if not pools:
            yield Finding(
                "error",
                subject,
                f"asks for at least {least} from {self.say.names(bound.pools or ())}, but none of "
                f"its demands accepts them: add the pool to a demand or drop it from the bound",
            )
            return
        members = self._members(bound, pools)
        caps = self.reach.caps[members] @ self.reach.asked[members]
        able = self.reach.caps[members] @ self.reach.possible[members]
        index = list(self.reach.problem.pools)
        people = self.reach.strengths[[index.index(pool) for pool in pools]].sum(axis=0)
        short = holds & (caps < bound.min - SLACK)
        yield from self._short(subject, bound, short, caps, "the caps of its demands add up to")
        weak = holds & ~short & (people < bound.min - SLACK)
        what = f"all of {self.say.names(pools)} together have"
        yield from self._short(subject, bound, weak, people, what)
        nobody = holds & ~short & ~weak & (able < bound.min - SLACK)
        what = "those of its demands that a pool can serve then have caps of"
        yield from self._short(subject, bound, nobody, able, what)

    def _members(self, bound: Bound, pools: list[str]) -> list[int]:
        """Return the places of the demands that take people from counted pools."""
        counted = set(pools)
        demand = self.reach.problem.demand
        return [self._places[n] for n in bound.demands if counted.intersection(demand(n).pools)]

    def _short(
        self, subject: str, bound: Bound, where: Flags, most: NDArray[np.float64], what: str
    ) -> Iterator[Finding]:
        if where.any():
            months = np.flatnonzero(where)
            least, there = bound.min or 0.0, float(most[months].min())
            yield Finding(
                "error" if len(months) == int(self._holds(bound).sum()) else "warning",
                subject,
                f"asks for at least {self.say.people(least)} in {self.say.months(months)}, but "
                f"{what} {self.say.people(there)}: the rest is reported as missing; lower the "
                "bound, or raise what it rests on",
            )

    @cached_property
    def _by_demand(self) -> dict[str, list[int]]:
        """Lower bounds by their first demand."""
        found: dict[str, list[int]] = {}
        for number, bound in enumerate(self.bounds):
            if bound.min:
                found.setdefault(bound.demands[0], []).append(number)
        return found

    def _within(self, number: int, outer: Bound) -> Iterator[Finding]:
        """Compare an upper bound with the lower bounds inside it, those that share no people."""
        if outer.max is None:
            return
        inner = [n for name in dict.fromkeys(outer.demands) for n in self._by_demand.get(name, ())]
        inner = [n for n in inner if n != number and self._inside(self.bounds[n], outer)]
        inner.sort(key=lambda n: (-(self.bounds[n].min or 0.0), n))
        chosen: list[int] = []
        for candidate in inner:
            if all(self._apart(self.bounds[candidate], self.bounds[other]) for other in chosen):
                chosen.append(candidate)
        total = sum((self.bounds[n].min or 0.0) * self._holds(self.bounds[n]) for n in chosen)
        over = np.flatnonzero(np.asarray(total) > outer.max + SLACK) if chosen else np.zeros(0, int)
        if len(over):
            asked = float(np.asarray(total)[over].max())
            several = f"bound {chosen[0]} asks" if len(chosen) == 1 else (
                f"bounds {', '.join(map(str, sorted(chosen)))} together ask"
            )  # fmt: skip
            yield Finding(
                "error",
                f"bound {number}",
                f"allows at most {self.say.people(outer.max)}, but inside it {several} for at "
                f"least {self.say.people(asked)} in {self.say.months(over)}: the upper bound holds "
                "and the rest is reported as missing; change one of them",
            )

    def _inside(self, inner: Bound, outer: Bound) -> bool:
        """Whether everybody whom `inner` counts is counted by `outer` too."""
        if not set(inner.demands) <= set(outer.demands):
            return False
        return outer.pools is None or set(self._counted(inner)) <= set(outer.pools)

    def _apart(self, one: Bound, other: Bound) -> bool:
        """Whether two bounds count nobody in common."""
        if not set(one.demands) & set(other.demands):
            return True
        return not set(self._counted(one)) & set(self._counted(other))
