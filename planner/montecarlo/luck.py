"""Who of the people planned is there, person by person and month by month: the compiled part.

Every tour of every draw has a stream of numbers of its own, so the same tour has the same luck in
the plans with and without a package, and nothing depends on the order in which draws are solved.

Most people are there from first to last. So instead of asking for each of them, the number of
candidates up to the next one refused, and of months served up to the next early return, are drawn
(both are geometric), and everybody in between is passed over.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

__all__ = ["STEP", "attend"]

ENDLESS = 1 << 60
"""Candidates or months without anything happening, where nothing can happen."""

FRACTION = 1e-9
"""Part of a person that is rounding."""


STEP = 0x9E3779B97F4A7C15
"""How a stream of numbers goes on."""


def _cached(function: Any) -> Any:
    """Compile a function, and keep the machine code on disk where that can be done."""
    try:
        return numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    except RuntimeError:  # no folder for it can be written
        return numba.njit(nogil=True, error_model="numpy")(function)


@numba.njit(inline="always")
def _mixed(x: Any) -> Any:
    """Return 64 well-mixed bits (the finaliser of SplitMix64; Steele, Lea and Flood, 2014)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@numba.njit(inline="always")
def _until(state: Any, chance: float) -> int:
    """Return how often something with a chance does not happen before it does."""
    if chance <= 0.0:
        return ENDLESS
    if chance >= 1.0:
        return 0
    uniform = (float(_mixed(state) >> np.uint64(11)) + 1.0) * 2.0**-53
    return int(min(np.log(uniform) / np.log1p(-chance), float(ENDLESS)))


@numba.njit(inline="always")
def _add(there: Any, low: int, begin: int, end: int, people: float) -> None:
    """Add people to the months from `begin` up to `end`, as far as they are in the window."""
    for month in range(max(begin, low), min(end, low + len(there))):
        there[month - low] += people


@numba.njit
def _serve(
    there: Any, low: int, left: float, begin: int, end: int, chances: Any, state: Any
) -> None:
    """Let people serve a tour from `begin` up to `end`, one post after the other."""
    refuse, leave, wait = chances
    step = np.uint64(STEP)
    state += step
    refused = _until(state, refuse)
    state += step
    returned = _until(state, leave)
    while left > FRACTION:
        alike = min(min(refused, returned // (end - begin)), int(left))
        if alike > 0:  # nothing happens to any of them
            _add(there, low, begin, end, float(alike))
            refused -= alike
            returned -= alike * (end - begin)
            left -= alike
            continue
        people = min(left, 1.0)
        now = begin
        while now < end:
            if refused == 0:
                state += step
                refused = _until(state, refuse)
                now += wait
                continue
            refused -= 1
            served = min(returned + 1, end - now)
            _add(there, low, now, now + served, people)
            now += served
            returned -= served
            if returned < 0:
                state += step
                returned = _until(state, leave)
                now += wait
        left -= people


@_cached
def attend(luck, people, demand, first, last, key, whole, accept, lead, back, low, there):  # type: ignore[no-untyped-def]
    """Add the people who are there, by demand and month.

    Parameters
    ----------
    luck : ndarray of uint64 (draws,)
        What makes a draw's luck its own.
    people : ndarray (plans, draws, tours)
        Persons planned.
    demand, first, last : ndarray of int (tours,)
        Place of the demand; first and last month on duty.
    key : ndarray of uint64 (tours,)
        What makes a tour's luck its own.
    whole : ndarray of bool (demands,)
        Nominated and accepted as a whole unit, and replaced from it without being asked again.
    accept, back : ndarray (draws, demands)
        Chance that a candidate is accepted; chance that a month served is the last.
    lead : ndarray of int (draws, demands)
        Months that a post stands empty before the next candidate.
    low : int
        Month of the model that is the first of the window.
    there : ndarray (plans, draws, demands, months)
        What is added to, persons.
    """
    for draw in range(people.shape[1]):
        for tour in range(people.shape[2]):
            d, begin, end = demand[tour], first[tour], last[tour] + 1
            if end <= low or begin >= low + there.shape[3]:
                continue
            wait = lead[draw, d]
            refuse = 1.0 - accept[draw, d] if wait > 0 else 0.0
            leave = back[draw, d] if wait > 0 else 0.0
            state = _mixed(luck[draw] ^ key[tour])
            if whole[d]:
                while begin < end and refuse > 0.0:
                    state += np.uint64(STEP)
                    if _until(state, refuse) > 0:
                        break
                    begin += wait
                refuse = 0.0
            if begin >= end:
                continue
            for plan in range(people.shape[0]):
                here = there[plan, draw, d]
                _serve(
                    here, low, people[plan, draw, tour], begin, end, (refuse, leave, wait), state
                )
