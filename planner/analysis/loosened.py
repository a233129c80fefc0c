"""How far a rest rule or the length of tours would have to change for nobody to lose by a package.

The change holds from the first month of the model on, with and without the package known; what
missions get is held against what they would have had without the package under today's rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from planner.analysis.added import Added
from planner.analysis.case import Case
from planner.analysis.plans import make_planner, person_months
from planner.analysis.prices import rested
from planner.problem.model import Demand

__all__ = ["Change", "rest_changes", "tour_changes"]

EVERY = ""
"""The name of all pools together."""


@dataclass(frozen=True)
class Change:
    """A change of a rule, and what it comes to.

    Attributes
    ----------
    kind : str
        ``"rest"`` or ``"tour"``.
    pool : str
        Whose rest; empty for all pools, and for tours.
    months : int
        Months of rest less after a tour, or months by which tours are longer (negative: shorter).
    lost_person_months : float
        What missions of main task 2 still lose with it.
    reached : bool
        Whether that is as little as was wanted: then no smaller change in this direction does it.
        Otherwise the change is the one that does most.
    """

    kind: str
    pool: str
    months: int
    lost_person_months: float
    reached: bool


class Changed:
    """Tries other rules for a package."""

    def __init__(self, added: Added) -> None:
        self.added, self.case = added, added.scaled.case
        self.without = added.scaled.without
        problem = self.case.problem
        self._known = {one.id: problem.known(one.id) for one in problem.packages}

    def lost(self, change: Callable[[Demand], Demand]) -> float:
        """Return what missions lose if every demand is changed."""
        case: Case = self.case
        # packages are known when they are today, also where that was just in time
        packages = tuple(replace(one, known=self._known[one.id]) for one in case.problem.packages)
        demands = tuple(change(demand) for demand in case.problem.demands)
        problem = replace(case.problem, demands=demands, packages=packages)
        planner = make_planner(problem, case.rule, fills_only=True)
        people = [answer.people for answer in planner.unfold().answers]
        lost = self.without - person_months(planner.programme, people)
        return sum(max(float(lost[mask].sum()), 0.0) for mask in self.added.missions.values())


def rest_changes(added: Added, level: float, pools: Iterable[str]) -> list[Change]:
    """Return the fewest months of rest less, for all pools together and for each of some.

    They are looked for by doubling and halving, as if less rest never made anyone lose more. One
    pool alone is tried without any rest first.
    """
    demands = added.problem.demands
    found, changed = [], Changed(added)
    for pool in (EVERY, *pools):
        names = [one for one in added.names if pool in (EVERY, one)]
        most = max(
            demand.home_months(place, demand.tour)
            for demand in demands
            for place, name in enumerate(demand.pools)
            if name in names
        )
        tried: dict[int, float] = {}

        def lost(months: int, names: list[str] = names, tried: dict[int, float] = tried) -> float:
            def less(demand: Demand) -> Demand:
                for name in names:
                    demand = rested(demand, name, -months)
                return demand

            if months not in tried:
                tried[months] = changed.lost(less)
            return tried[months]

        if most:
            alone = pool != EVERY and lost(most) > level
            months = most if alone else _fewest(lambda months: lost(months) <= level, most)
            found.append(Change("rest", pool, months, lost(months), lost(months) <= level))
    return found


def _fewest(enough: Callable[[int], bool], most: int) -> int:
    """Return the fewest months that are enough, or all of them."""
    low, high = 0, 1
    while high < most and not enough(high):
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def tour_changes(added: Added, level: float, most_months: int) -> list[Change]:
    """Return the smallest change of all tours, longer and shorter; nobody on call changes."""
    changed, lines = Changed(added), added.scaled.case.lines
    on_call = {line.demand for line in lines if line.on_call}
    on_call |= {demand.id for demand in added.problem.demands if demand.on_call}
    found = []
    for sign in (1, -1):
        best: Change | None = None
        for months in range(1, most_months + 1):

            def longer(demand: Demand, by: int = sign * months) -> Demand:
                if demand.id in on_call:
                    return demand
                return replace(demand, tour=max(1, demand.tour + by))

            lost = changed.lost(longer)
            if best is None or lost < best.lost_person_months - 1e-6:
                best = Change("tour", EVERY, sign * months, lost, lost <= level)
            if lost <= level:
                break
        if best is not None:
            found.append(best)
    return found
