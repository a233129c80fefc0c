"""The programme of one plan, stated with PuLP so that it reads like the method page.

========================  =====================================================================
``z.untso.w3.staff``      people from pool *staff* on wave 3 of demand *untso*
``cap.untso.w3``          no decision gets more than its cap
``pool.staff.24``         nobody is in two places in month 24
``most.0.24``             upper composition bound 0 in month 24
``least.0.24``            lower composition bound 0 in month 24; ``missing.0.24`` is what it lacks
``budget.biv``            money of one fund
``unit.efp.w3``           1 where a unit is sent, 0 where it is not (whole people only)
``lock.1``                what step 1 reached, kept in all later steps
========================  =====================================================================
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pulp

from planner.problem.model import Bound, Problem
from planner.reference.decisions import Decision
from planner.reference.naming import clean_names

__all__ = ["Line", "People", "Programme", "Standing"]

People = dict[tuple[Decision, str], float]
"""People by decision and pool."""
Terms = list[tuple[float, Decision, str]]
"""A sum over people: what one person on a decision from a pool adds to it."""


@dataclass(frozen=True)
class Line:
    """One step of a plan to minimise: a name and what it costs.

    Attributes
    ----------
    name : str
    cost : LpAffineExpression
    """

    name: str
    cost: pulp.LpAffineExpression


@dataclass(frozen=True)
class Standing:
    """What a plan finds when it is made, eq. (15).

    Attributes
    ----------
    unknown : set of str
        Demands that nobody knows of yet.
    settled : People
        Tours that stay as they were.
    ceiling : People
        Tours that may shrink but not grow.
    """

    unknown: frozenset[str] = frozenset()
    settled: People = field(default_factory=dict)
    ceiling: People = field(default_factory=dict)


class Programme:
    """Variables and rows of one plan.

    Parameters
    ----------
    problem : Problem
    decisions : iterable of Decision
        Of all demands, known or not.
    standing : Standing
    whole : bool
        Whole people; then every decision is a single tour, and a demand that is a unit sends all
        tours of a wave or none.

    Attributes
    ----------
    lp : LpProblem
        Always a minimisation, without an objective until a step is taken.
    z : dict of (Decision, str) to LpVariable
        People from a pool on a decision.
    missing : dict of (int, int) to LpVariable
        What a lower composition bound lacks in a month.
    lacks : set of LpVariable
        Variables that are at their upper bound where nobody is sent.
    """

    def __init__(
        self,
        problem: Problem,
        decisions: Iterable[Decision],
        standing: Standing | None = None,
        whole: bool = False,
        name: str = "allocation",
    ):
        self.problem, self.whole = problem, whole
        self.standing = standing or Standing()
        self.lp = pulp.LpProblem(name, pulp.LpMinimize)
        self.all = [d for d in decisions if d.demand.id not in self.standing.unknown]
        self.decisions = [decision for decision in self.all if decision.most > 0]
        self.pool_names = clean_names(problem.pools)
        places = [(decision, pool) for decision in self.decisions for pool in decision.demand.pools]
        self.z = {place: self._people(*place) for place in places}
        self.missing: dict[tuple[int, int], pulp.LpVariable] = {}
        self.lacks: set[pulp.LpVariable] = set()
        self._limits: list[tuple[Terms, float]] = []
        self._goals: dict[tuple[int, int], Terms] = {}
        self._goal_tier: dict[int, int] = {}
        self._caps()
        self._strengths()
        self._compositions()
        self._budgets()
        if whole:
            self._units()

    def _people(self, decision: Decision, pool: str) -> pulp.LpVariable:
        """Return z[w, p] ≥ 0: fixed where settled, with a ceiling where it may only shrink."""
        place = decision, pool
        name = f"z.{decision.name}.{self.pool_names[pool]}"
        kind = pulp.LpInteger if self.whole else pulp.LpContinuous
        fixed = self.standing.settled.get(place)
        if fixed is not None:
            return self.lp.add_variable(name, fixed, fixed, kind)
        return self.lp.add_variable(name, 0, self.standing.ceiling.get(place), kind)

    def _caps(self) -> None:
        """Eq. (6): Σ_p z[w, p] ≤ cap × n(w) ÷ m, for every decision."""
        for decision in self.decisions:
            terms = [(1.0, decision, pool) for pool in decision.demand.pools]
            self._at_most(terms, decision.most, f"cap.{decision.name}")

    def _strengths(self) -> None:
        """Eq. (7): people tied up ≤ strength, for every pool and month."""
        rows: dict[tuple[str, int], Terms] = defaultdict(list)
        for decision in self.decisions:
            for pool in decision.demand.pools:
                for month, share in decision.tied_up(pool, self.problem.months).items():
                    rows[pool, month].append((share, decision, pool))
        for pool, strength in self.problem.pools.items():
            for month in range(self.problem.months):
                if terms := rows.get((pool, month)):
                    name = f"pool.{self.pool_names[pool]}.{month}"
                    self._at_most(terms, float(strength[month]), name)

    def _compositions(self) -> None:
        """Eq. (8) and (9): bounds over the people on duty, in every month that has tours."""
        for number, bound in enumerate(self.problem.bounds):
            members = [d for d in self.all if d.demand.id in bound.demands]
            self._goal_tier[number] = max((d.demand.tier for d in members), default=0)
            for month, terms in sorted(self._counted(bound).items()):
                if bound.max is not None and terms:
                    self._at_most(terms, bound.max, f"most.{number}.{month}")
                if bound.min:
                    lacks = self.lp.add_variable(f"missing.{number}.{month}", 0, bound.min)
                    self.lacks.add(lacks)
                    self.missing[number, month], self._goals[number, month] = lacks, terms
                    self.lp += self._sum(terms) + lacks >= bound.min, f"least.{number}.{month}"

    def _counted(self, bound: Bound) -> Mapping[int, Terms]:
        """Return whom a bound counts in each month in which its demands have people on duty."""
        rows: dict[int, Terms] = defaultdict(list)
        for decision in self.decisions:
            if decision.demand.id in bound.demands:
                for month, share in decision.on_duty(0, self.problem.months - 1).items():
                    rows[month] += [
                        (share, decision, pool)
                        for pool in decision.demand.pools
                        if bound.pools is None or pool in bound.pools
                    ]
        return rows

    def _budgets(self) -> None:
        """Eq. (10): euros spent in a fund's months ≤ its amount."""
        names = clean_names(budget.id for budget in self.problem.budgets)
        for budget in self.problem.budgets:
            first, last = max(budget.first, 0), min(budget.last, self.problem.months - 1)
            terms = [
                (euros * months, decision, pool)
                for decision in self.decisions
                if (euros := budget.cost.get(decision.demand.id, 0.0))
                and (months := decision.duty_months(first, last))
                for pool in decision.demand.pools
            ]
            if terms:
                self._at_most(terms, budget.amount, f"budget.{names[budget.id]}")

    def _units(self) -> None:
        """Eq. (17): a unit's decision gets its full cap or nobody."""
        sent: dict[str, pulp.LpVariable] = {}
        for decision in self.free:
            if not decision.demand.unit:
                continue
            wave = decision.name.rpartition(".")[0]
            if wave not in sent:
                sent[wave] = self.lp.add_variable(f"unit.{wave}", 0, 1, pulp.LpInteger)
            self.lp += self.served(decision) == decision.most * sent[wave], f"all.{decision.name}"

    def _at_most(self, terms: Terms, limit: float, name: str) -> None:
        """Add Σ terms ≤ limit; settled people may stand a rounding error above it."""
        settled = self.standing.settled
        there = sum(share * settled.get((d, pool), 0.0) for share, d, pool in terms)
        self._limits.append((terms, limit))
        self.lp += self._sum(terms) <= max(limit, there), name

    def _sum(self, terms: Terms) -> pulp.LpAffineExpression:
        return pulp.LpAffineExpression({self.z[d, pool]: share for share, d, pool in terms})

    @property
    def free(self) -> list[Decision]:
        """Decisions that this plan may change."""
        settled = self.standing.settled
        return [d for d in self.decisions if (d, d.demand.pools[0]) not in settled]

    @property
    def tiers(self) -> list[int]:
        """Tiers with people or goals, first to last."""
        goals = {self._goal_tier[number] for number, _ in self.missing}
        return sorted({decision.demand.tier for decision in self.decisions} | goals)

    def served(self, decision: Decision) -> pulp.LpAffineExpression:
        """Return Σ_p z[w, p]."""
        return self._sum([(1.0, decision, pool) for pool in decision.demand.pools])

    def share(self, decision: Decision) -> pulp.LpAffineExpression:
        """Return the share of its cap that a decision gets, eq. (11)."""
        return self._sum([(1 / decision.most, decision, pool) for pool in decision.demand.pools])

    def missed(self, tier: int) -> Line:
        """Return what the lower bounds of a tier lack, over all months: a tier's first step."""
        mine = [v for (number, _), v in self.missing.items() if self._goal_tier[number] == tier]
        return Line(f"missed.{tier}", pulp.lpSum(mine))

    def unfilled(self, tier: int) -> Line:
        """Return minus the weighted person-months of a tier, eq. (12)."""
        last = self.problem.months - 1
        worth = [
            (-decision.demand.weight * decision.duty_months(0, last), decision, pool)
            for decision in self.free
            if decision.demand.tier == tier and decision.demand.weight > 0
            for pool in decision.demand.pools
        ]
        return Line(f"filled.{tier}", self._sum(worth))

    def dislike(self) -> Line:
        """Return people × months on duty × place of the pool in the demand's list, eq. (13)."""
        last = self.problem.months - 1
        return Line(
            "preference",
            self._sum(
                [
                    (place * decision.duty_months(0, last), decision, pool)
                    for decision in self.free
                    for place, pool in enumerate(decision.demand.pools)
                    if place
                ]
            ),
        )

    def values(self) -> dict[pulp.LpVariable, float]:
        """Return every variable as last solved; before that, nobody is sent and all is lacking."""
        return {
            v: v.varValue
            if v.varValue is not None
            else (v.upBound if v in self.lacks else v.lowBound)
            for v in self.lp.variables()
        }

    def people(self) -> People:
        """Return people by decision and pool as last solved, in whole persons where asked."""
        found = {}
        for place, variable in self.z.items():
            value = min(max(variable.varValue or 0.0, 0.0), place[0].most)
            found[place] = float(round(value)) if self.whole else value
        return found | self.standing.settled

    def lacking(self, people: People) -> dict[tuple[int, int], float]:
        """Return what the lower bounds lack with these people, by bound and month."""
        return {
            (number, month): max(
                0.0,
                (self.problem.bounds[number].min or 0.0)
                - sum(share * people[decision, pool] for share, decision, pool in terms),
            )
            for (number, month), terms in self._goals.items()
        }

    def excess(self, people: People) -> float:
        """Return the largest violation of a limit, relative to one plus its size."""
        over = (
            (sum(share * people[decision, pool] for share, decision, pool in terms) - limit)
            / (1 + limit)
            for terms, limit in self._limits
        )
        return max(0.0, *over, 0.0)
