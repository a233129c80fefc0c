"""What a search claims on its way, for a check that knows nothing of the search.

A claim is a level and a row of weights over limits (and, when what ties is evened out, over
decisions): the reason why what stands at that level cannot be better. It names no bases and no
places; with the problem and the plan it is all that a proof needs.
"""

from __future__ import annotations

import numpy as np

from planner.montecarlo.kernel.jit import compiled, struct

__all__ = ["Claims", "add_claim", "clear_claims", "new_claims"]

ClaimsType, Claims = struct(__name__, "Claims", "count tier level ptr place weight")
"""How many claims (one number in an array); the tier and the level of each; and their weights by
pointer: a limit row r of the block stands at place r, a decision d at −1 − d."""

LEAST = 1e-12
"""Weights below this, relative to the largest of their claim, are rounding."""


@compiled
def new_claims(most, entries):
    """Return room for so many claims with so many weights in all."""
    return Claims(
        np.zeros(1, np.int64), np.zeros(most, np.int64), np.zeros(most),
        np.zeros(most + 1, np.int64), np.zeros(entries, np.int64), np.zeros(entries),
    )  # fmt: skip


@compiled
def clear_claims(claims):
    """Forget all claims."""
    claims.count[0] = 0


@compiled
def add_claim(local, state, reduced, limit, weights, tier, level, claims):
    """Note a claim from the weights of the equations; return False if there is no room for it.

    `weights` are per share of a limit and per share of a decision, as in the local problem; those
    of limits are kept per person, those of decisions per share.
    """
    k, size = claims.count[0], state.size[0]
    if k + 1 >= len(claims.ptr) or claims.ptr[k] + size > len(claims.place):
        return False
    largest, sign = 0.0, 1.0
    for e in range(local.decisions, size):
        if abs(weights[e]) > largest:
            largest, sign = abs(weights[e]), (1.0 if weights[e] > 0 else -1.0)
    if largest == 0.0:
        for e in range(local.decisions):
            if abs(weights[e]) > largest:
                largest, sign = abs(weights[e]), (1.0 if weights[e] > 0 else -1.0)
    at = claims.ptr[k]
    for e in range(size):
        if abs(weights[e]) > LEAST * largest:
            if e < local.decisions:
                claims.place[at], claims.weight[at] = -1 - reduced.routed[e], sign * weights[e]
            else:
                r = reduced.back[state.row[e]]
                claims.place[at], claims.weight[at] = r, sign * weights[e] / limit[r]
            at += 1
    claims.tier[k], claims.level[k] = tier, level
    claims.ptr[k + 1] = at
    claims.count[0] = k + 1
    return True
