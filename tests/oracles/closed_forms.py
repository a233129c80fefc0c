"""Answers known without any solver: formulas, minimum cuts by brute force, published numbers.

Numbering follows the list of truths on the method page.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

__all__ = [
    "BINOMIAL",
    "CADRE",
    "FIVE_POSTS",
    "NORMAL",
    "PRESENCE",
    "UNIT_OF_TWELVE",
    "binomial_fill",
    "cadre_army",
    "en_bloc_need",
    "five_posts",
    "minimum_cut",
    "normal_fill",
    "one_demand",
    "presence_fill",
    "staggered_need",
    "static_total",
    "tiers_in_order",
    "unit_of_twelve",
]


def tiers_in_order(strength: float, caps: Sequence[float]) -> list[float]:
    """Truth 1: people on each demand, one a tier, from one pool in a static month.

    Examples
    --------
    >>> tiers_in_order(10, [4, 8, 3])
    [4, 6, 0]
    """
    return [
        min(cap, max(0, strength - sum(caps[:place]))) for place, cap in enumerate(caps)
    ]  # fmt: skip


def minimum_cut(
    strengths: Mapping[str, float], demands: Sequence[tuple[float, Sequence[str]]]
) -> float:
    """Truth 3: the most people that can be on duty in a static month, over every set of pools.

    Parameters
    ----------
    strengths : mapping
        People by pool.
    demands : sequence of (cap, pools)
        What is asked and which pools may fill it.

    Examples
    --------
    >>> minimum_cut({"a": 3, "b": 5}, [(4, ["a"]), (2, ["a", "b"])])
    5
    """
    names = list(strengths)
    subsets = [set(some) for size in range(len(names) + 1) for some in combinations(names, size)]
    return min(
        sum(strengths[name] for name in inside)
        + sum(cap for cap, pools in demands if set(pools) - inside)
        for inside in subsets
    )


def static_total(problem: Mapping[str, Any], tiers: Sequence[int] | None = None) -> float:
    """Truth 3: person-months filled inside the window of a static problem, over some tiers."""
    low, high = problem.get("report", (0, problem["months"] - 1))
    total = 0.0
    for month in range(low, high + 1):
        strengths = {
            name: values[month] if isinstance(values, list) else values
            for name, values in problem["pools"].items()
        }
        running = [
            (demand["cap"], demand["pools"])
            for demand in problem["demands"]
            if demand["first"] <= month <= demand["last"]
            and (tiers is None or demand["tier"] in tiers)
        ]
        total += minimum_cut(strengths, running)
    return total


def one_demand(cap: float, pools: Mapping[str, float], months: int, **demand: Any) -> dict:
    """Return a neutral problem of one demand ``posts`` that accepts every pool in turn."""
    given = {"id": "posts", "tier": 1, "cap": cap, "pools": list(pools), **demand}
    return {
        "format": "planner-problem/1",
        "months": months,
        "pools": dict(pools),
        "demands": [given],
    }


FIVE_POSTS = [(12, 5, 1.0), (11, 5, 0.9167), (15, 1, 1.0), (14, 1, 0.9333)]
"""Truth 5: people, cohorts, fill rate of five posts (to four decimals), under *fair*."""


def five_posts(people: float, cohorts: int) -> dict[str, Any]:
    """Truth 5: five posts, tour 6, preparation 2, rest ratio 1, long before and long after."""
    return one_demand(
        5, {"staff": people}, 120, first=-60, last=200, tour=6, prep=2, rest=1, cohorts=cohorts
    )


UNIT_OF_TWELVE = [(36, 1, True), (35, 1, False), (36, 6, True)]
"""Truth 16: people, cohorts, whether twelve posts are filled wholly."""


def unit_of_twelve(people: float, cohorts: int) -> dict[str, Any]:
    """Truth 16: twelve posts, tour 6, preparation 2, dwell 2, long before and long after."""
    return one_demand(
        12, {"staff": people}, 120, first=-60, last=200, tour=6, prep=2, dwell=2, cohorts=cohorts
    )


def staggered_need(posts: float, tour: int, prep: int, rest: float) -> float:
    """People who carry posts in the long run when replaced one by one.

    Examples
    --------
    >>> round(staggered_need(5, 6, 2, 1), 4)
    11.6667
    """
    return posts * (tour + prep + rest * tour) / tour


def en_bloc_need(posts: float, tour: int, prep: int, rest: float) -> float:
    """People who carry posts in the long run when a whole unit is replaced at once.

    Examples
    --------
    >>> en_bloc_need(5, 6, 2, 1), en_bloc_need(12, 6, 2, 2)
    (15, 48)
    """
    return posts * math.ceil((tour + prep + rest * tour) / tour - 1e-9)


CADRE = [(19, 48, 28, 1.0), (23, 60, 28, 1.0), (19.5, 48, 28, 0.980), (24, 60, 28, 0.963)]
"""Truth 6: posts, active brigades, reserve brigades, fill rate (three decimals), *value*."""


def cadre_army(posts: float, active: float, reserve: float) -> dict[str, Any]:
    """Truth 6: brigades deployed by an army of active and reserve brigades."""
    problem = one_demand(
        posts,
        {"active": active, "reserve": reserve},
        216,
        first=0,
        last=400,
        tour=8,
        cohorts=8,
        prep={"active": 0, "reserve": 4},
        rest={"active": 2.0, "reserve": 7.5},
    )
    return {**problem, "report": [72, 143]}


PRESENCE = [
    (12, 4, 6, 12, 0.886881),
    (9, 3, 6, 12, 0.870692),
    (15, 4, 6, 12, 0.970232),
]
"""Truth 8: people, posts, mean tour, mean dwell, long-run fill."""


def presence_fill(people: int, posts: int, tour: float, dwell: float) -> float:
    """Truth 8: long-run fill of posts with exponential tours and dwells.

    The number at home is a birth-and-death process: one more at the rate (on duty) / tour, one
    fewer at the rate (at home) / dwell; on duty are min(posts, people - at home).

    Examples
    --------
    >>> round(presence_fill(12, 4, 6, 12), 6)
    0.886881
    """
    duty = [min(posts, people - home) for home in range(people + 1)]
    weights = [1.0]
    for home in range(people):
        weights.append(weights[-1] * (duty[home] / tour) / ((home + 1) / dwell))
    filled = sum(weight * there for weight, there in zip(weights, duty, strict=True))
    return filled / sum(weights) / posts


NORMAL = [
    (100, 10, 0.960106),
    (90, 10, 0.891668),
    (110, 10, 0.991668),
    (100, 20, 0.920212),
]
"""Truth 9: mean and standard deviation of the people in a pool, fill of a demand of 100."""


def normal_fill(cap: float, mean: float, deviation: float) -> float:
    """Truth 9: mean of min(cap, people) / cap for a normal number of people.

    People below 0 count as they are: at the figures used that is less than 1e-6 of the fill.

    Examples
    --------
    >>> round(normal_fill(100, 100, 10), 6)
    0.960106
    """
    z = (cap - mean) / deviation
    density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    below = math.erfc(-z / math.sqrt(2)) / 2
    return (cap * (1 - below) + mean * below - deviation * density) / cap


BINOMIAL = [(12, 0.75, 8, 0.971311, 0.842356), (20, 0.9, 18, 0.971482, 0.676927)]
"""Truth 9: people, chance that each is there, posts, mean fill, chance of full fill."""


def binomial_fill(people: int, chance: float, posts: int) -> tuple[float, float]:
    """Truth 9: mean fill and chance of full fill when each is there with a chance of their own.

    Examples
    --------
    >>> [round(number, 6) for number in binomial_fill(12, 0.75, 8)]
    [0.971311, 0.842356]
    """
    terms = list(_binomial(people, chance))
    mean = sum(probability * min(there, posts) for there, probability in terms) / posts
    return mean, sum(probability for there, probability in terms if there >= posts)


def _binomial(people: int, chance: float) -> Iterator[tuple[int, float]]:
    for there in range(people + 1):
        yield (
            there,
            math.comb(people, there) * chance**there * (1 - chance) ** (people - there),
        )
