"""What one plan of one draw has to respect: bounds of columns, and goals with their tiers."""

from __future__ import annotations

from planner.montecarlo.kernel.jit import compiled, struct
from planner.montecarlo.kernel.shape import Shape

__all__ = ["Block", "bound_columns", "set_goals"]

BlockType, Block = struct(__name__, "Block", " ".join(Shape._fields))
"""A :class:`Shape` that is passed on by reference."""


@compiled
def bound_columns(shape, known, month, full, before, lower, upper):
    """Write the least and the most people of each column; the plan before, if any, settles some.

    The rules of :meth:`planner.plan.Planner.setting`: tours begun before `month` stay, those that
    begin within their preparation may shrink, later ones are free. `month` is negative where there
    was no plan before.
    """
    for c in range(len(upper)):
        d = shape.owner[c]
        lower[c] = 0.0
        upper[c] = full[d] if known[d] else 0.0
        if month >= 0 and shape.begin[d] < month + shape.lead[d]:
            upper[c] = min(before[c], upper[c])
            if shape.begin[d] < month:
                lower[c] = upper[c]


@compiled
def set_goals(shape, known, full, least, tier_of_bound, goal, goal_tier):
    """Write what each bound row asks, and the tier before which it is pursued (0: no goal).

    The rules of :func:`planner.engine.setting.with_goals`: a goal stands where a known demand has
    people that could be on duty, and belongs to the last tier among those demands.
    """
    for b in range(len(tier_of_bound)):
        tier_of_bound[b] = 0
    for g in range(len(goal)):
        goal[g] = 0.0
        for at in range(shape.askedptr[g], shape.askedptr[g + 1]):
            d = shape.asked[at]
            if known[d] and full[d] > 0:
                goal[g] = least[shape.bound[g]]
                b = shape.bound[g]
                tier_of_bound[b] = max(tier_of_bound[b], shape.tier[d])
    for g in range(len(goal)):
        goal_tier[g] = tier_of_bound[shape.bound[g]] if goal[g] > 0 else 0
