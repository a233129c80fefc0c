"""One plan: tier after tier, each step locked before the next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from tests.oracles.lp import Programme, Solver, rise_together
from tests.oracles.tours import Decision, tied_up

__all__ = ["Plan", "counted", "duty", "make_plan", "ties"]

Place = tuple[tuple[str, int, int], str]
"""A decision's key and a sourcing option of its demand: one unknown."""
Plan = dict[Place, Any]
"""People by decision and option."""
Months = dict[Any, dict[Place, Any]]


def ties(problem: Mapping, decisions: Sequence[Decision], at_work: bool = False) -> Months:
    """Return, by pool and month, what one person on each decision ties up there.

    There are two accounts, and each is limited by the strength. The first counts demands that are
    not on call, with their time at home. The second (`at_work`) counts every demand, with
    preparation and duty, and those on call with their time at home as well.
    """
    number = problem["number"]
    table: Months = defaultdict(lambda: defaultdict(number))
    for decision in decisions:
        demand = problem["demands"][decision.demand]
        if demand["on_call"] and not at_work:
            continue
        coefficient = number(1) / len(decision.tours)
        for name, mix in demand["options"].items():
            for pool, share in mix.items():
                prep, home, dwell = (demand[rate][pool] for rate in ("prep", "home", "dwell"))
                for _, first, last in decision.tours:
                    begin, end = tied_up((first, last), prep, home, dwell)
                    if at_work and not demand["on_call"]:
                        end = last
                    for month in range(max(begin, 0), min(end, problem["months"] - 1) + 1):
                        table[pool, month][decision.key, name] += coefficient * share
    return table


def duty(problem: Mapping, decision: Decision, window: tuple[int, int] | None = None) -> Any:
    """Return the person-months on duty of one person on a decision, inside a window."""
    low, high = window or (0, problem["months"] - 1)
    low, high = max(low, 0), min(high, problem["months"] - 1)
    months = sum(max(0, min(last, high) - max(first, low) + 1) for _, first, last in decision.tours)
    return problem["number"](months) / len(decision.tours)


def counted(problem: Mapping, decisions: Sequence[Decision], bound: Mapping) -> Months:
    """Return, by month, whom a bound counts: what one person on each decision adds to it.

    Months in which none of the people it counts could be on duty are left out.
    """
    number = problem["number"]
    table: Months = defaultdict(lambda: defaultdict(number))
    for decision in decisions:
        if decision.demand not in bound["demands"]:
            continue
        coefficient = number(1) / len(decision.tours)
        for name, mix in problem["demands"][decision.demand]["options"].items():
            part = sum(share for pool, share in mix.items() if pool in bound["pools"])
            if not part:
                continue
            for _, first, last in decision.tours:
                for month in range(max(first, 0), min(last, problem["months"] - 1) + 1):
                    table[month][decision.key, name] += coefficient * part
    return table


class _Stage:
    """The programme of one plan. Unknowns are shares of a decision's size, from 0 to 1."""

    def __init__(
        self,
        problem: Mapping,
        decisions: Sequence[Decision],
        solver: Solver,
        fixed: Plan,
    ):
        self.problem, self.decisions, self.fixed = problem, decisions, fixed
        self.size = {decision.key: decision.size for decision in decisions}
        self.programme = Programme(solver)
        self.free = [
            decision
            for decision in decisions
            if (decision.key, self.options(decision)[0]) not in fixed
        ]
        for decision in self.free:
            for place in self.share(decision):
                self.programme.add(place, 1)
            self.programme.at_most(self.share(decision), 1)
        for at_work in (False, True):
            for (pool, month), coefficients in ties(problem, decisions, at_work).items():
                terms, spent = self.split(coefficients)
                left = problem["pools"][pool][month] - spent
                assert left >= -1e-6
                self.programme.at_most(terms, max(left, 0))  # below 0 by rounding only
        for bound in problem["bounds"]:
            if bound["max"] is not None:
                for coefficients in counted(problem, decisions, bound).values():
                    terms, spent = self.split(coefficients)
                    self.programme.at_most(terms, max(bound["max"] - spent, 0))

    def options(self, decision: Decision) -> list[str]:
        return list(self.problem["demands"][decision.demand]["options"])

    def share(self, decision: Decision) -> dict[Place, int]:
        return {(decision.key, name): 1 for name in self.options(decision)}

    def split(self, coefficients: Mapping[Place, Any]) -> tuple[dict[Place, Any], Any]:
        """Turn coefficients by person into terms of unknown shares and what is fixed."""
        terms, constant = {}, self.problem["number"](0)
        for place, value in coefficients.items():
            if place in self.fixed:
                constant += value * self.fixed[place]
            else:
                terms[place] = value * self.size[place[0]]
        return terms, constant

    def minimise_shortfall(self, tier: int) -> None:
        """Miss as little as possible of the lower bounds of a tier, and lock the sum."""
        missed: dict[Any, int] = {}
        present = {decision.demand for decision in self.decisions}
        for number, bound in enumerate(self.problem["bounds"]):
            tiers = [
                self.problem["demands"][name]["tier"]
                for name in bound["demands"]
                if name in present
            ]
            if bound["min"] is None or not tiers or max(tiers) != tier:
                continue
            for coefficients in counted(self.problem, self.decisions, bound).values():
                terms, there = self.split(coefficients)
                short = ("missing", number, frozenset(terms.items()), bound["min"] - there)
                if short not in missed:
                    self.programme.add(short)
                    self.programme.at_least({**terms, short: 1}, bound["min"] - there)
                missed[short] = missed.get(short, 0) + 1
        if missed:
            self.lock({short: -times for short, times in missed.items()})

    def lock(self, terms: Mapping) -> None:
        """Make a sum as large as possible and keep it there."""
        best, _ = self.programme.maximise(terms)
        give = self.programme.solver.slack * (1 + abs(best))
        self.programme.at_least(terms, best - give)

    def fill(self, tier: int, rule: str) -> None:
        """Fill a tier by the rule, and lock its optimum."""
        chosen = [
            decision
            for decision in self.free
            if self.problem["demands"][decision.demand]["tier"] == tier
        ]
        if rule == "fair":
            shares = {decision.key: (self.share(decision), 0) for decision in chosen}
            rise_together(self.programme, shares)
            return
        objective: dict[Place, Any] = {}
        for decision in chosen:
            weight = self.problem["demands"][decision.demand]["weight"]
            coefficient = weight * duty(self.problem, decision) * decision.size
            objective |= dict.fromkeys(self.share(decision), coefficient)
        if objective:
            self.lock(objective)

    def minimise_preference(self) -> None:
        """Prefer the first-named options where that costs no fill."""
        cost = {
            (decision.key, name): -rank * duty(self.problem, decision) * decision.size
            for decision in self.free
            for rank, name in enumerate(self.options(decision))
            if rank
        }
        if cost:
            self.lock(cost)

    def minimise_largest_option(self) -> None:
        """Minimise the largest share that a decision takes from one option, then the next."""
        shares = {
            place: ({place: -1}, 1)
            for decision in self.free
            if len(self.options(decision)) > 1
            for place in self.share(decision)
        }
        rise_together(self.programme, shares)

    def fill_window(self, tier: int) -> None:
        """Break ties: maximise the fill of a tier inside the window."""
        objective: dict[Place, Any] = {}
        for decision in self.free:
            demand = self.problem["demands"][decision.demand]
            if demand["tier"] == tier:
                months = duty(self.problem, decision, self.problem["report"])
                coefficient = demand["weight"] * months * decision.size
                objective |= dict.fromkeys(self.share(decision), coefficient)
        if any(objective.values()):
            self.lock(objective)

    def people(self, rule: str) -> Plan:
        """Return people by decision and option: any solution within the locks.

        Under *fair* it is unique; maximising the sum of shares removes the slack of the locks.
        """
        plan = dict(self.fixed)
        if self.free:
            shares = {place: 1 for decision in self.free for place in self.share(decision)}
            _, values = self.programme.maximise(shares if rule == "fair" else {})
            for decision in self.free:
                for place in self.share(decision):
                    plan[place] = min(max(values[place], 0), 1) * decision.size
        return plan


def make_plan(
    problem: Mapping,
    decisions: Sequence[Decision],
    solver: Solver,
    rule: str,
    fixed: Plan,
) -> Plan:
    """Decide how many people serve each decision by which sourcing option.

    Parameters
    ----------
    problem : mapping
        The neutral problem with nothing left out, see `unfold.read`.
    decisions : sequence of Decision
        Decisions of this plan; it contains no other demands.
    solver : Floats or Exact
        Solver of the programmes.
    rule : {"fair", "value"}
        How a tier is filled.
    fixed : Plan
        People on tours that stay as they were.
    """
    stage = _Stage(problem, decisions, solver, fixed)
    tiers = sorted({problem["demands"][decision.demand]["tier"] for decision in decisions})
    for tier in tiers:
        stage.minimise_shortfall(tier)
        stage.fill(tier, rule)
    stage.minimise_preference()
    if rule == "fair":
        stage.minimise_largest_option()
    for tier in tiers if rule == "value" else ():
        stage.fill_window(tier)
    return stage.people(rule)
