"""The proof that a plan is the best for each aim, on the best of the aims before it.

Nothing of the search is used but the prices that it claims: one of each limit and decision, aim by
aim. Any prices bound what a plan could reach from above (weak duality), so a plan that reaches the
bound is optimal. What has a price or a reduced gain is the same in every plan that is optimal for
an aim (complementary slackness), and is held there for the aims after it.
"""

from __future__ import annotations

import numpy as np

from planner.montecarlo.kernel.jit import compiled, struct

__all__ = ["BoundsType", "new_bounds", "prove_value"]

BoundsType, Bounds = struct(__name__, "Bounds", "low high held price load")
"""Least and most people of each column; rows (limits, then decisions) that are held at their limit;
and scratch by column and by row."""

PIN = 1e-7
"""Reduced gains and prices (times the largest entry of their row) above this, with gains of at most
1, hold what they belong to."""


@compiled
def new_bounds(columns, rows):
    """Return scratch for a block of so many columns, and limits and decisions."""
    return Bounds(
        np.zeros(columns), np.zeros(columns), np.zeros(rows, np.bool_), np.zeros(columns),
        np.zeros(rows),
    )  # fmt: skip


@compiled
def _open(shape, full, lower, upper, limit, people, bounds):
    """Write the bounds before the first aim; return the largest violation of a row or a bound."""
    worst, rows = 0.0, len(limit)
    for r in range(rows + len(full)):
        bounds.load[r], bounds.held[r] = 0.0, False
    for c in range(len(people)):
        d = shape.owner[c]
        bounds.low[c] = min(lower[c], upper[c])
        bounds.high[c] = max(min(upper[c], full[d]), bounds.low[c])
        worst = max(worst, (people[c] - bounds.high[c]) / (1 + bounds.high[c]))
        worst = max(worst, (bounds.low[c] - people[c]) / (1 + bounds.high[c]))
        bounds.load[rows + d] += people[c]
        for at in range(shape.indptr[c], shape.indptr[c + 1]):
            bounds.load[shape.places[at]] += shape.value[at] * people[c]
    return worst


@compiled
def _limits(shape, full, lower, limit, loose):
    """Write what rows may hold: what is settled may stand a hair above."""
    for r in range(len(limit)):
        loose[r] = 0.0
    for d in range(len(full)):
        loose[len(limit) + d] = 0.0
    for c in range(len(lower)):
        if lower[c] > 0:
            loose[len(limit) + shape.owner[c]] += lower[c]
            for at in range(shape.indptr[c], shape.indptr[c + 1]):
                loose[shape.places[at]] += shape.value[at] * lower[c]
    for r in range(len(limit)):
        loose[r] = max(loose[r], limit[r])
    for d in range(len(full)):
        loose[len(limit) + d] = max(loose[len(limit) + d], full[d])


@compiled
def _part(gain, people, asked, reward, reduced, low, high):
    """Return (best sum for a column, least and most people with which it is reached).

    A person adds `reward` up to what is asked, and `reduced` always.
    """
    best, least, most = -np.inf, low, high
    for turn in range(3):
        x = low if turn == 0 else (high if turn == 1 else min(max(asked, low), high))
        total = reward * min(x, asked) + reduced * x
        best = max(best, total)
    rising = reduced + reward
    if rising < -PIN:
        most = low
    elif rising <= PIN and reduced < -PIN:
        most = min(max(asked, low), high)
    elif reduced < -PIN:
        least = most = min(max(asked, low), high)
    elif reduced <= PIN and rising > PIN:
        least = min(max(asked, low), high)
    elif reduced > PIN:
        least = high
    return best, least, most


@compiled
def prove_value(
    shape, aims, full, lower, upper, limit, asked, prices, people, bounds, loose, proof
):
    """Write (primal, dual, gap) of a plan.

    Primal is the worst violation of a row or a bound, dual the largest price of the wrong sign, gap
    the largest distance, over the aims, between what is reached and what could be.
    """
    rows = len(limit)
    proof[0], proof[1], proof[2] = _open(shape, full, lower, upper, limit, people, bounds), 0.0, 0.0
    _limits(shape, full, lower, limit, loose)
    for r in range(rows + len(full)):
        if loose[r] < np.inf:
            proof[0] = max(proof[0], (bounds.load[r] - loose[r]) / (1 + loose[r]))
    for aim in range(len(aims.goals)):
        bound, reached = 0.0, 0.0
        for c in range(len(people)):
            bounds.price[c] = prices[aim, rows + shape.owner[c]]
        for r in range(rows + len(full)):
            price = prices[aim, r]
            if price == 0.0:
                continue
            if loose[r] == np.inf or (price < 0.0 and not bounds.held[r]):
                proof[1] = max(proof[1], abs(price))
                continue
            bound += price * loose[r]
            if r < rows:
                for at in range(shape.rowptr[r], shape.rowptr[r + 1]):
                    bounds.price[shape.rowcol[at]] += price * shape.rowval[at]
        for c in range(len(people)):
            reward, gain = 0.0, 0.0
            if aims.goals[aim] > 0:
                reward = asked.times[c] if asked.tier[c] == aims.goals[aim] else 0.0
            else:
                gain = aims.gain[aim, c]
            best, least, most = _part(
                gain, people[c], asked.people[c], reward, gain - bounds.price[c],
                bounds.low[c], bounds.high[c],
            )  # fmt: skip
            bound += best
            reached += gain * people[c] + reward * min(people[c], asked.people[c])
            bounds.low[c], bounds.high[c] = least, most
        proof[2] = max(proof[2], abs(bound - reached) / (1 + abs(reached)))
        for r in range(rows + len(full)):
            if prices[aim, r] > 0.0:
                largest = 0.0 if r < rows else 1.0
                if r < rows:
                    for at in range(shape.rowptr[r], shape.rowptr[r + 1]):
                        largest = max(largest, shape.rowval[at])
                if prices[aim, r] * largest > PIN:
                    bounds.held[r] = True
