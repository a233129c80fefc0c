"""Check a result against its problem by plain counting, from the allocation rows alone.

This does not ask whether a result is best, only whether it is allowed and whether its sums add
up. It works for any result in the format planner-result/1, whoever made it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from tests.oracles.tours import cohort_tours, tied_up
from tests.oracles.unfold import begin, read

__all__ = ["faults", "idle", "rows_with_tours"]


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


def idle(problem: Mapping, result: Mapping) -> dict[str, list[float]]:
    """Return people that nothing ties up, by pool and month: strength minus tied up."""
    data = read(problem)
    left = {pool: list(strength) for pool, strength in data["pools"].items()}
    for row, tour in rows_with_tours(data, result):
        demand = data["demands"][row["demand"]]
        start, end = tied_up(tour, demand["prep"][row["pool"]], demand["rest"][row["pool"]])
        for month in range(max(start, 0), min(end, data["months"] - 1) + 1):
            left[row["pool"]][month] -= row["people"]
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
        for pool, values in idle(problem, result).items()
        for month, value in enumerate(values)
        if value < -give
    ]
    there: dict[tuple[str, int, str], float] = defaultdict(float)
    served: dict[tuple[str, int, int], float] = defaultdict(float)
    filled: dict[str, float] = dict.fromkeys(data["demands"], 0.0)
    low, high = max(data["report"][0], 0), min(data["report"][1], data["months"] - 1)
    for row, (first, last) in rows_with_tours(data, result):
        demand = data["demands"][row["demand"]]
        if row["people"] < -give or row["pool"] not in demand["pools"]:
            found.append(f"not allowed: {row}")
        served[row["demand"], row["cohort"], first] += row["people"]
        for month in range(max(first, 0), min(last, data["months"] - 1) + 1):
            there[row["demand"], month, row["pool"]] += row["people"]
            filled[row["demand"]] += row["people"] * (low <= month <= high)
    for (name, cohort, first), people in served.items():
        demand = data["demands"][name]
        if people > demand["cap"] / demand["cohorts"] + give:
            found.append(f"{name}, cohort {cohort} from month {first}: {people} exceeds its cap")
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


def totals(result: Mapping) -> dict[str, Any]:
    """Return person-months filled by demand."""
    return {name: row["filled"] for name, row in result["demands"].items()}
