"""A dull, independent reference for the neutral problem: plain dictionaries, plain programmes.

It follows the method page alone and shares nothing with the product. It is slow on purpose; keep
problems to some tens of decisions. `solve(problem, rule, exact=True)` uses fractions throughout and
is for problems with a handful of decisions.

Choices where the method page can be read in more than one way
--------------------------------------------------------------
1.  *A mandate shorter than that is one tour.* "That" is read as one and a half tours, the number
    just before: a mandate of fewer than 3L/2 months is one tour for every cohort. (The other
    reading, that it is one tour only where the cohort's own tours come out so, differs only for
    staggered demands that last from L to 3L/2 months; `tours.SHORT_MANDATE_IS_ONE_TOUR` switches.)
2.  Waves are counted from the mandate's start, so the first wave inside the model may hold only
    those cohorts whose tour of that number still runs. Cuts look at a tour's true first month,
    also where it lies before the model.
3.  A tour under way in the first month counts from there on; one that runs past the last month
    counts up to it. Allocation rows show the tour's true first and last month all the same,
    because rest follows from the full length.
4.  A package known in month 0 or before is known from the start, full stop: its demands are laid
    from their stated first month, not from known + preparation. The same goes for a package that
    is just in time in month 0 or before.
5.  Just in time is the smallest of first - longest preparation over the package's demands (not
    that of the demand with the smallest first month). An empty package is known from the start.
6.  Every demand is cut at K + P of every package known later than the start, its own included,
    P being that demand's longest preparation over the pools of all its options; packages whose K
    lies past the model cut nothing and change nothing.
7.  A bound holds in a month if a tour of one of its demands is on duty whose demand accepts one of
    the bound's pools and has a cap above 0, whatever the strengths. A demand of cap 0 has no
    decisions at all.
8.  The tier of a lower bound is the last tier among those of its demands that the plan at hand
    knows; a plan made before a package is known treats its demands as if they were not there. A
    demand without a tour in the model does not count.
9.  What is missed by lower bounds is summed over all months of the model, those already past
    included, and `unmet_bounds` lists all months of the model (not only of the window).
10. Tours that stay as they were take no part in the levels (a common constant changes no
    lexicographic order).
11. In the lexicographic step among options the same holds; demands with one option take no part.
12. Preferences are settled once, after all tiers, over all demands together.
13. Without a package, bounds lose its demands; one that has none left binds nothing.
14. Under *value* a later plan depends on which of several optima the earlier one was, so with
    packages known later than the start only feasibility can be compared, not fills.
    What ties in one plan is settled by the fill inside the window, tier by tier.
15. `asked` counts the stated mandate, inside the window and the model; `filled` likewise.
16. People on call prepare, are on call and are at home afterwards in the account of all demands
    only; at home after a deployment they may be on call, in any demand that is.
17. A demand accepts a pool, for a bound, if any of its options uses it.
18. Displacement's `ratio` divides `total` (main task 2 only) by the package's own person-months
    filled in the window.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.oracles.lp import Exact, Floats
from tests.oracles.planning import Plan, counted, duty
from tests.oracles.tours import Decision
from tests.oracles.unfold import read, unfold

__all__ = ["asked", "filled", "solve"]

NO_PEOPLE = 1e-7
"""Persons below which a number counts as none: rounding of a solver."""
MISSING = 1e-6
"""A lower bound missed by less than this is met."""


def solve(problem: Mapping, rule: str = "fair", exact: bool = False) -> dict[str, Any]:
    """Solve a neutral problem (planner-problem/1) and return its result (planner-result/1).

    Parameters
    ----------
    problem : mapping
        A valid neutral problem; nothing is checked.
    rule : {"fair", "value"}
        How a tier is filled.
    exact : bool
        Fractions instead of floating point. For tiny problems.

    Examples
    --------
    >>> problem = {"format": "planner-problem/1", "months": 12, "pools": {"staff": 20},
    ...            "demands": [{"id": "unit", "tier": 1, "cap": 12, "first": -60, "last": 200,
    ...                         "tour": 6, "pools": ["staff"], "prep": 2, "rest": 2}]}
    >>> solve(problem)["demands"]["unit"]["asked"]
    144.0
    """
    if rule not in ("fair", "value"):
        raise ValueError(f"rule: expected 'fair' or 'value', found {rule!r}")
    solver = Exact() if exact else Floats()
    data = read(problem, solver.number)
    decisions, plan = unfold(data, rule, solver)
    fills = filled(data, decisions, plan)
    asks = {name: asked(data, name) for name in data["demands"]}
    return {
        "format": "planner-result/1",
        "status": "optimal",
        "rule": rule,
        "demands": {
            name: {
                "asked": float(asks[name]),
                "filled": float(fills[name]),
                "fill_rate": float(fills[name] / asks[name]) if asks[name] else None,
            }
            for name in asks
        },
        "allocation": _rows(decisions, plan, data),
        "tiers": _tiers(data, asks, fills),
        "unmet_bounds": _unmet(data, decisions, plan),
        "displacement": {
            package: _displacement(
                data, package, fills, filled(data, *unfold(data, rule, solver, without=[package]))
            )
            for package in data["packages"]
        },
    }


def asked(data: Mapping, name: str) -> Any:
    """Return the person-months that a demand asks for inside the window."""
    demand = data["demands"][name]
    low, high = max(data["report"][0], 0), min(data["report"][1], data["months"] - 1)
    months = min(demand["last"], high) - max(demand["first"], low) + 1
    return demand["cap"] * max(0, months)


def filled(data: Mapping, decisions: list[Decision], plan: Plan) -> dict[str, Any]:
    """Return the person-months filled inside the window, by demand; 0 for those not planned."""
    total = dict.fromkeys(data["demands"], data["number"](0))
    for decision in decisions:
        options = data["demands"][decision.demand]["options"]
        people = sum(plan[decision.key, name] for name in options)
        total[decision.demand] += people * duty(data, decision, data["report"])
    return total


def _rows(decisions: list[Decision], plan: Plan, data: Mapping) -> list[dict[str, Any]]:
    rows = []
    for decision in decisions:
        options = data["demands"][decision.demand]["options"]
        for number, (name, mix) in enumerate(options.items()):
            people = plan[decision.key, name] / len(decision.tours)
            if people <= NO_PEOPLE:
                continue
            for cohort, first, last in decision.tours:
                for pool, share in mix.items():
                    rows.append(
                        {
                            "demand": decision.demand,
                            "option": number,
                            "pool": pool,
                            "cohort": cohort,
                            "first": first,
                            "last": last,
                            "people": float(people * share),
                        }
                    )
    return rows


def _tiers(data: Mapping, asks: Mapping, fills: Mapping) -> dict[str, dict[str, float]]:
    tiers: dict[str, dict[str, float]] = {}
    for tier in sorted({demand["tier"] for demand in data["demands"].values()}):
        names = [name for name, demand in data["demands"].items() if demand["tier"] == tier]
        tiers[str(tier)] = {
            "asked": float(sum(asks[name] for name in names)),
            "filled": float(sum(fills[name] for name in names)),
        }
    return tiers


def _unmet(data: Mapping, decisions: list[Decision], plan: Plan) -> list[dict[str, Any]]:
    unmet = []
    for number, bound in enumerate(data["bounds"]):
        if bound["min"] is None:
            continue
        for month, coefficients in sorted(counted(data, decisions, bound).items()):
            there = sum(value * plan[place] for place, value in coefficients.items())
            missing = float(bound["min"] - there)
            if missing > MISSING:
                unmet.append({"bound": number, "month": month, "missing": missing})
    return unmet


def _displacement(data: Mapping, package: str, fills: Mapping, others: Mapping) -> dict[str, Any]:
    inside = data["packages"][package]["demands"]
    lost = {name: others[name] - fills[name] for name in fills if name not in inside}
    tasks = {name: data["demands"][name]["main_task"] for name in lost}
    total = sum(value for name, value in lost.items() if tasks[name] == 2)
    own = sum(fills[name] for name in inside)
    return {
        "total": float(total),
        "main_task_1": float(sum(value for name, value in lost.items() if tasks[name] != 2)),
        "ratio": float(total / own) if own > NO_PEOPLE else None,
        "demands": {name: float(value) for name, value in lost.items()},
    }
