"""What the *value* rule wants, in order, as compiled code wants it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from planner.engine.programme import Block
from planner.engine.setting import Setting

__all__ = ["Aims", "aims_of", "as_in"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Aims(NamedTuple):
    """Aims of a block, each pursued as far as those before it allow.

    Attributes
    ----------
    goals : ndarray of int (aims,)
        The tier whose goals are pursued, or 0 where the aim is a sum over people.
    gain : ndarray (aims, columns)
        What a person adds to an aim, scaled so that the most is 1; 0 for goals.
    order : ndarray of int (columns or fewer,)
        Columns to try first, in order; by default by what they ask of all limits for each month on
        duty, the least first. It changes how long the search takes, not what it has to prove.
    """

    goals: Ints
    gain: Floats
    order: Ints


def aims_of(block: Block, setting: Setting) -> Aims:
    """Return the aims of a block: the steps of :func:`planner.engine.value.solve_value`.

    Parameters
    ----------
    setting : Setting
        Any setting of the block.
    """
    months, place = block.duty_months[block.decision], block.option
    weight, counted = setting.weight[block.decision], setting.counted[block.decision]
    tier = setting.tier[block.decision]
    tiers = np.unique(setting.tier).tolist()
    nothing = np.zeros(len(months))
    steps: list[tuple[int, Floats]] = []
    for one in tiers:
        if len(block.bounds.bound):
            steps.append((one, nothing))
        steps.append((0, weight * months * (tier == one)))
    if (place > 0).any():
        steps.append((0, -months * place))
    if (block.duty_months > setting.counted + 1e-9).any():
        steps += [(0, counted * weight * (tier == one)) for one in tiers]
    gain = np.array([step for _, step in steps]).reshape(len(steps), len(months))
    size = np.abs(gain).max(axis=1, initial=0.0, keepdims=True)
    tied = np.asarray(block.usage.sum(axis=0)).ravel()
    with np.errstate(divide="ignore", invalid="ignore"):
        asks = np.where(months > 0, tied / months, np.inf)
    return Aims(
        np.array([goal for goal, _ in steps], dtype=np.int64),
        gain / np.where(size > 0, size, 1.0),
        np.lexsort((np.arange(len(months)), asks, place)).astype(np.int64),
    )


def as_in(aims: Aims, people: Floats, most: Floats) -> Aims:
    """Return the same aims with an order that follows a plan: full columns, then those in use."""
    full = people >= 0.999 * most
    order = np.lexsort((np.arange(len(people)), ~full))
    return aims._replace(order=order[people[order] > 1e-9].astype(np.int64))
