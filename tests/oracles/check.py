"""Check a result against its problem by plain counting, from the allocation rows alone.

This does not ask whether a result is best, only whether it is allowed and whether its sums add
up. It works for any result in the format planner-result/1, whoever made it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from tests.oracles.tours import cohort_tours, tied_up
from tests.oracles.unfold import begin, known, read

__all__ = ["differences", "faults", "idle", "rows_with_tours"]

Idle = dict[str, list[float]]


def rows_with_tours(data: Mapping, result: Mapping) -> list[tuple[Mapping, tuple[int, int]]]:
    """Return each allocation row with its tour's true first and last month.

    A tour is found by any of its months inside the model, so rows may show tours cut off at the
    model's edges.
    """
    laid: dict[tuple[str, int], list[tuple[int, int]]] = {}
    found = []
    for row in result["allocation"]:
        demand = data["demands"][row["demand"]]
        key = row["demand"], row["cohort"]
        if key not in laid:
            first = begin(data, row["demand"])
            laid[key] = cohort_tours(
                first, demand["last"], demand["tour"], demand["cohorts"], row["cohort"]
            )
        month = max(row["first"], 0)
        tours = [tour for tour in laid[key] if tour[0] <= month <= tour[1]]
        if len(tours) != 1:
            raise AssertionError(f"no tour of {key} in month {month}")
        found.append((row, tours[0]))
    return found


def idle(problem: Mapping, result: Mapping, at_work: bool = False) -> Idle:
    """Return people that nothing ties up, by pool and month: strength minus tied up.

    Of deployments with their time at home; or (`at_work`) of preparation and duty of all demands
    and the time at home after being on call.
    """
    data = read(problem)
    left = {pool: list(strength) for pool, strength in data["pools"].items()}
    for row, tour in rows_with_tours(data, result):
        demand, pool = data["demands"][row["demand"]], row["pool"]
        if demand["on_call"] and not at_work:
            continue
        start, end = tied_up(tour, *(demand[rate][pool] for rate in ("prep", "home", "dwell")))
        if at_work and not demand["on_call"]:
            end = tour[1]
        for month in range(max(start, 0), min(end, data["months"] - 1) + 1):
            left[pool][month] -= row["people"]
    return left


def faults(problem: Mapping, result: Mapping, give: float = 1e-6) -> list[str]:
    """Return everything that a result does and its problem does not allow; empty is good.

    Parameters
    ----------
    problem, result : mapping
        In the formats planner-problem/1 and planner-result/1.
    give : float
        Persons or person-months (relative to what is asked) by which a sum may be off.
    """
    data = read(problem)
    found = [
        f"pool {pool}, month {month}: {-value} people too many"
        for at_work in (False, True)
        for pool, values in idle(problem, result, at_work).items()
        for month, value in enumerate(values)
        if value < -give
    ]
    there: dict[tuple[str, int, str], float] = defaultdict(float)
    option: dict[tuple[str, int, int, int], dict[str, float]] = defaultdict(dict)
    served: dict[tuple[str, int, int], float] = defaultdict(float)
    filled: dict[str, float] = dict.fromkeys(data["demands"], 0.0)
    low, high = max(data["report"][0], 0), min(data["report"][1], data["months"] - 1)
    for row, (first, last) in rows_with_tours(data, result):
        demand = data["demands"][row["demand"]]
        mixes = list(demand["options"].values())
        if row["people"] < -give or not 0 <= row["option"] < len(mixes):
            found.append(f"not allowed: {row}")
            continue
        option[row["demand"], row["cohort"], first, row["option"]][row["pool"]] = row["people"]
        served[row["demand"], row["cohort"], first] += row["people"]
        for month in range(max(first, 0), min(last, data["months"] - 1) + 1):
            there[row["demand"], month, row["pool"]] += row["people"]
            filled[row["demand"]] += row["people"] * (low <= month <= high)
    for (name, cohort, first), people in served.items():
        demand = data["demands"][name]
        if people > demand["cap"] / demand["cohorts"] + give:
            found.append(f"{name}, cohort {cohort} from month {first}: {people} exceeds its cap")
    for (name, cohort, first, number), people_of in option.items():
        mix = list(data["demands"][name]["options"].values())[number]
        whole = sum(people_of.values())
        if any(
            abs(people_of.get(pool, 0) - mix.get(pool, 0) * whole) > give
            for pool in {*mix, *people_of}
        ):
            found.append(f"{name}, cohort {cohort} from month {first}: {people_of} is not {mix}")
    for name, row in result["demands"].items():
        if abs(row["filled"] - filled[name]) > give * (1 + row["asked"]):
            found.append(f"{name}: rows add up to {filled[name]}, filled says {row['filled']}")
    found += _over(data, there, give)
    return found


def _over(data: Mapping, there: Mapping[tuple[str, int, str], float], give: float) -> list[str]:
    found = []
    for number, bound in enumerate(data["bounds"]):
        if bound["max"] is None:
            continue
        sums: dict[int, float] = defaultdict(float)
        for (name, month, pool), people in there.items():
            if name in bound["demands"] and pool in bound["pools"]:
                sums[month] += people
        found += [
            f"bound {number}, month {month}: {people} exceeds {bound['max']}"
            for month, people in sums.items()
            if people > bound["max"] + give
        ]
    return found


def differences(problem: Mapping, one: Mapping, other: Mapping, give: float = 1e-6) -> list[str]:
    """Return where two results of one problem differ in what is unique; empty is good.

    Under *fair* everything is: fills, people by tour, option and pool, unmet bounds, displacement.
    Under *value* it is the worth of each tier and the sum of what is missed, and only of a plan
    that is made at one time: with late packages nothing is compared.

    Parameters
    ----------
    problem, one, other : mapping
        In the formats planner-problem/1 and planner-result/1.
    give : float
        Share of what is asked (fills) or persons (people, bounds) by which they may differ.
    """
    data = read(problem)
    if one["rule"] == "value":
        if any(known(data, package) > 0 for package in data["packages"]):
            return []
        sums = [_worths(data, result) for result in (one, other)]
        return [
            f"{what}: {sums[0][what]} and {sums[1][what]}"
            for what in sums[0]
            if abs(sums[0][what] - sums[1][what]) > give * (1 + sums[0][what])
        ]
    pairs: dict[str, tuple[Any, Any, float]] = {}
    asks = {name: 1 + row["asked"] for name, row in one["demands"].items()}
    for name in asks:
        fills = [result["demands"][name]["filled"] for result in (one, other)]
        pairs[f"{name} filled"] = (*fills, asks[name])
    for package in data["packages"]:
        lost = [result["displacement"][package]["demands"] for result in (one, other)]
        for name in lost[0].keys() | lost[1].keys():
            values = [result.get(name, float("nan")) for result in lost]
            pairs[f"{package} displaces {name}"] = (*values, asks[name])
    for name, table in (("people", _tours), ("unmet", _missing)):
        tables = [table(data, result) for result in (one, other)]
        for key in tables[0].keys() | tables[1].keys():
            pairs[f"{name} {key}"] = (tables[0].get(key, 0), tables[1].get(key, 0), 1)
    return [
        f"{what}: {values[0]} and {values[1]}"
        for what, (*values, scale) in sorted(pairs.items())
        if not abs(values[0] - values[1]) <= give * scale
    ]


def _tours(data: Mapping, result: Mapping) -> dict[tuple, float]:
    return {
        (row["demand"], row["option"], row["pool"], row["cohort"], tour): row["people"]
        for row, tour in rows_with_tours(data, result)
    }


def _missing(data: Mapping, result: Mapping) -> dict[tuple, float]:
    return {(row["bound"], row["month"]): row["missing"] for row in result["unmet_bounds"]}


def _worths(data: Mapping, result: Mapping) -> dict[str, float]:
    """Return weight x people x months on duty of each tier in the model, and what is missed."""
    sums = {f"worth of tier {demand['tier']}": 0.0 for demand in data["demands"].values()}
    for row, (first, last) in rows_with_tours(data, result):
        demand = data["demands"][row["demand"]]
        months = min(last, data["months"] - 1) - max(first, 0) + 1
        sums[f"worth of tier {demand['tier']}"] += demand["weight"] * row["people"] * months
    return sums | {"missed": sum(row["missing"] for row in result["unmet_bounds"])}
