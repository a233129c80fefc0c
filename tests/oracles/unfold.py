"""The plan that unfolds: made without packages not yet known, remade when they become known.

Tours that begin before K + P, K being the month of the new plan and P the longest preparation of
their demand, stay as they are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from tests.oracles.lp import Solver
from tests.oracles.planning import Plan, make_plan
from tests.oracles.tours import Decision, cut

__all__ = ["begin", "decisions_of", "known", "read", "unfold", "unfold_steps"]


def read(problem: Mapping, number: type = float) -> dict[str, Any]:
    """Return a neutral problem with nothing left out, demands by name, rates by pool.

    A demand has its sourcing options in `options`: shares by pool, under the name of the pool or,
    for a mix, under its shares written out. Its `pools` are all pools that any option uses, and
    `prep` (months), `home` (months per month served) and `dwell` (whether preparation is a part of
    the time at home) are given for each of them.
    """
    months = problem["months"]
    pools = {}
    for name, strength in problem["pools"].items():
        values = strength if isinstance(strength, list | tuple) else [strength] * months
        pools[name] = [number(value) for value in values]
    demands = {}
    for given in problem["demands"]:
        demand = {"main_task": 2, "cohorts": 1, "weight": 1, "on_call": False, **given}
        demand["options"] = options = _options(given["pools"], number)
        demand["pools"] = used = list(dict.fromkeys(p for mix in options.values() for p in mix))
        rest, dwell = (_by_pool(given.get(rule), used) for rule in ("rest", "dwell"))
        demand["prep"] = {**dict.fromkeys(used, 0), **_by_pool(given.get("prep"), used)}
        demand["home"] = {pool: dwell.get(pool, rest.get(pool, 0)) for pool in used}
        demand["dwell"] = {pool: pool in dwell for pool in used}
        demand["cap"] = number(demand["cap"])
        demand["weight"] = number(demand["weight"])
        demands[demand["id"]] = demand
    bounds = []
    for given in problem.get("bounds") or []:
        bound = {"pools": list(pools), "min": None, "max": None, **given}
        if bound["pools"] is None:
            bound["pools"] = list(pools)
        for side in ("min", "max"):
            bound[side] = None if bound[side] is None else number(bound[side])
        bounds.append(bound)
    low, high = problem.get("report") or (0, months - 1)
    return {
        "number": number,
        "months": months,
        "report": (low, high),
        "pools": pools,
        "demands": demands,
        "bounds": bounds,
        "packages": dict(problem.get("packages") or {}),
    }


def _options(given: Sequence, number: type) -> dict[str, dict[str, Any]]:
    options: dict[str, dict[str, Any]] = {}
    for option in given:
        mix = option if isinstance(option, Mapping) else {option: 1}
        plain = "+".join(f"{pool}:{share}" for pool, share in mix.items())
        name = plain if isinstance(option, Mapping) else option
        while name in options:
            name += "'"
        options[name] = {pool: number(share) for pool, share in mix.items()}
    return options


def _by_pool(value: Any, pools: Sequence[str]) -> dict[str, Any]:
    if value is None:
        return {}
    return dict(value) if isinstance(value, Mapping) else dict.fromkeys(pools, value)


def known(problem: Mapping, package: str) -> int:
    """Return the month in which a package becomes known; 0 or less is from the start."""
    given = problem["packages"][package]
    if given.get("known") is not None:
        return given["known"]
    demands = [problem["demands"][name] for name in given["demands"]]
    return min((demand["first"] - max(demand["prep"].values()) for demand in demands), default=0)


def _package_of(problem: Mapping, demand: str) -> str | None:
    for name, package in problem["packages"].items():
        if demand in package["demands"]:
            return name
    return None


def begin(problem: Mapping, demand: str) -> int:
    """Return the month from which a demand's tours are laid."""
    given = problem["demands"][demand]
    package = _package_of(problem, demand)
    if package is None or known(problem, package) <= 0:
        return given["first"]
    return max(given["first"], known(problem, package) + max(given["prep"].values()))


def decisions_of(problem: Mapping) -> list[Decision]:
    """Return all decisions of all demands with a cap above 0, cut for every package."""
    months = {known(problem, package) for package in problem["packages"]}
    late = sorted(month for month in months if month > 0)
    return [
        decision
        for name, demand in problem["demands"].items()
        if demand["cap"] > 0
        for decision in cut(
            demand, begin(problem, name), problem["months"], late, problem["number"]
        )
    ]


def unfold_steps(
    problem: Mapping, rule: str, solver: Solver, without: Collection[str] = ()
) -> Iterator[tuple[int, list[Decision], Plan]]:
    """Make the plan and remake it in every month in which packages become known.

    Parameters
    ----------
    problem : mapping
        As `read` returns it.
    rule : {"fair", "value"}
        How a tier is filled.
    solver : Floats or Exact
        What solves the programmes.
    without : collection of str
        Packages left out. Decisions are cut for them all the same; no plan is made for them.

    Yields
    ------
    (month, decisions, plan)
        The month in which the plan is made, what it decides, and people by decision and option.
    """
    everything = decisions_of(problem)
    months: dict[str, int] = {}
    for name in problem["demands"]:
        package = _package_of(problem, name)
        if package not in without:
            months[name] = 0 if package is None else max(0, known(problem, package))
    present = [package for package in problem["packages"] if package not in without]
    plan: Plan = {}
    for now in sorted({0} | {max(0, known(problem, package)) for package in present}):
        decisions = [d for d in everything if months.get(d.demand, now + 1) <= now]
        fixed: Plan = {}
        for decision in decisions if now > 0 else []:
            demand = problem["demands"][decision.demand]
            earliest, latest = decision.begins
            free = now + max(demand["prep"].values())
            assert earliest >= free or latest < free
            if latest < free:
                fixed |= {
                    (decision.key, name): plan[decision.key, name] for name in demand["options"]
                }
        plan = make_plan(problem, decisions, solver, rule, fixed)
        yield now, decisions, plan


def unfold(
    problem: Mapping, rule: str, solver: Solver, without: Collection[str] = ()
) -> tuple[list[Decision], Plan]:
    """Return the decisions and people of the last plan, see `unfold_steps`."""
    *_, (_, decisions, plan) = unfold_steps(problem, rule, solver, without)
    return decisions, plan
