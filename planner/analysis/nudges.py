"""Small changes of the last plan's right-hand sides, and what they do to the fill of each tier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.analysis.case import Case
from planner.analysis.parametric import Moves, Parametric
from planner.analysis.plans import LastPlans, last_answer
from planner.analysis.sheet import Sheet
from planner.engine.setting import Setting
from planner.plan import Planner

__all__ = ["Nudge", "Nudger", "by_tier", "nudges"]

Floats = NDArray[np.float64]

TIGHT = 1e-6
"""Units within which a limit is exhausted."""
STEP = 0.125
"""The nearest look to either side under *fair*, and how closely the end of what holds is found, in
units."""
BENT = 1e-3
"""How far a gain may lie from a straight line, relative to it, and still be straight."""


@dataclass(frozen=True, eq=False)
class Nudge:
    """One more unit of something in one block.

    Attributes
    ----------
    kind, name, unit : str
    month : int or None
    block : int
    limit : ndarray (rows,)
        What a unit adds to the setting's limits.
    full : ndarray (decisions,)
        What it adds to the most that decisions may get.
    """

    kind: str
    name: str
    unit: str
    month: int | None
    block: int
    limit: Floats
    full: Floats


def by_tier(case: Case, settings: Sequence[Setting], people: Sequence[Floats]) -> dict[int, float]:
    """Return the fill of each tier as the rule counts it."""
    total = {demand.tier: 0.0 for demand in case.problem.demands}
    for setting, served in zip(settings, people, strict=True):
        for tier, filled in _tiers(case.rule, setting, served).items():
            total[tier] += filled
    return total


def _tiers(rule: str, setting: Setting, people: Floats) -> dict[int, float]:
    months = setting.counted if rule == "fair" else setting.weight * setting.block.duty_months
    served = (setting.block.pick @ people) * months
    return {
        int(tier): float(served[setting.tier == tier].sum()) for tier in np.unique(setting.tier)
    }


def nudges(case: Case, planner: Planner, last: LastPlans, whole_model: bool = False) -> list[Nudge]:
    """Return everything that is exhausted, as something to add to.

    *Fair*: in any plan on the way; *value*: in the last plans.
    """
    found = []
    fair = case.rule == "fair"
    settings = planner.settings if fair else last.settings
    for place, (setting, people) in enumerate(zip(settings, last.people, strict=True)):
        tight = last.plan.binding[place] if fair else setting.rows @ people >= setting.limit - TIGHT
        found += _of_pools(case, place, setting, tight, whole_model)
        found += _of_caps(case, place, setting, people)
        found += _of_rows(case, place, setting, tight)
    order = {kind: number for number, kind in enumerate(("pool_month", "pool", "cap"))}
    return sorted(found, key=lambda nudge: order.get(nudge.kind, 9))


def _of_pools(
    case: Case, place: int, setting: Setting, tight: NDArray[np.bool_], whole_model: bool
) -> list[Nudge]:
    block, problem = setting.block, case.problem
    names, found = list(problem.pools), []
    nobody = np.zeros(len(setting.full))
    first, last = (0, problem.months - 1) if whole_model else problem.report
    of_month = np.arange(block.strength_rows) % block.months
    binds = block.by_pool(tight.astype(float)) > 0
    for k, pool in enumerate(block.pools):
        rows = np.flatnonzero(block.row_pool == k)  # of both accounts
        if not binds[k].any():
            continue
        limit = np.zeros(len(setting.limit))
        limit[rows] = 1.0
        found.append(Nudge("pool", names[pool], "person", None, place, limit, nobody))
        for month in range(first, last + 1):
            if binds[k, month]:
                limit = np.zeros(len(setting.limit))
                limit[rows[of_month[rows] == month]] = 1.0
                found.append(
                    Nudge("pool_month", names[pool], "person", month, place, limit, nobody)
                )
    return found


def _of_caps(case: Case, place: int, setting: Setting, people: Floats) -> list[Nudge]:
    block, found = setting.block, []
    reached = (block.pick @ people >= setting.full - TIGHT) & ~setting.settled & (setting.full > 0)
    for demand in block.demands:
        mine = block.demand == demand
        if (reached & mine).any():
            name = case.problem.demands[demand].id
            full = np.where(mine & ~setting.settled, block.part, 0.0)
            found.append(
                Nudge("cap", name, "post", None, place, np.zeros(len(setting.limit)), full)
            )
    return found


def _of_rows(case: Case, place: int, setting: Setting, tight: NDArray[np.bool_]) -> list[Nudge]:
    """Composition maxima and budgets; a bound has no name but its demands."""
    block, found = setting.block, []
    offset = block.strength_rows
    nobody = np.zeros(len(setting.full))
    for bound in np.unique(block.bounds.bound):
        rows = offset + np.flatnonzero(block.bounds.bound == bound)
        if case.problem.bounds[bound].max is None or not tight[rows].any():
            continue
        limit = np.zeros(len(setting.limit))
        limit[rows] = 1.0
        name = " + ".join(case.problem.bounds[bound].demands)
        found.append(Nudge("bound", name, "post", None, place, limit, nobody))
    offset += len(block.bounds.bound)
    for number, budget in enumerate(block.budgets):
        if tight[offset + number]:
            limit = np.zeros(len(setting.limit))
            limit[offset + number] = 1000.0
            name = case.problem.budgets[budget].id
            found.append(Nudge("budget", name, "1000 EUR", None, place, limit, nobody))
    return found


class Nudger:
    """Finds what a nudge does, to either side.

    Parameters
    ----------
    case : Case
    planner : Planner
    last : LastPlans
    reach : float
        How far to look, in units.
    """

    def __init__(self, case: Case, planner: Planner, last: LastPlans, reach: float) -> None:
        self.case, self.planner, self.last, self.reach = case, planner, last, reach
        self.now = by_tier(case, last.settings, last.people)
        self._written: dict[int, tuple[Parametric, list[tuple[int, int]]]] = {}

    def side(self, nudge: Nudge, sign: int) -> tuple[dict[int, float], float, float]:
        """Return gain (right, 1) or loss (left, −1) at the margin, its range, and of one unit.

        Returns
        -------
        dict of int to float
            Person-months per unit by tier.
        float
            Units up to which this holds.
        float
            Person-months gained by one unit more, or lost by one unit less; NaN where that much
            cannot be taken away.
        """
        all_plans = self.case.rule == "fair"
        setting = (self.planner if all_plans else self.last).settings[nudge.block]
        nan, spare = float("nan"), _spare(setting, nudge) if sign < 0 else np.inf
        reach = min(self.reach, spare)
        if reach <= TIGHT:
            return dict.fromkeys(self.now, nan), 0.0, nan
        look = self._exact if self.case.rule == "value" else self._tried
        gain, held, whole = look(nudge, sign, reach)
        return gain, held, whole if spare >= 1.0 - TIGHT else nan

    def _exact(
        self, nudge: Nudge, sign: int, reach: float
    ) -> tuple[dict[int, float], float, float]:
        parametric, tiers = self._programme(nudge.block)
        parametric.moves = self._moves(nudge, sign)
        piece = parametric.first(reach)
        gain = dict.fromkeys(self.now, 0.0)
        for tier, step in tiers:
            gain[tier] = -sign * float(piece.slope[step])
        if piece.high >= 1.0 or reach < 1.0:
            return gain, piece.high, sum(gain.values())
        steps, last = [step for _, step in tiers], parametric.pieces(0.0, 1.0)[-1]
        then = last.cost[steps] + (1.0 - last.low) * last.slope[steps]
        return gain, piece.high, -sign * float((then - piece.cost[steps]).sum())

    def _programme(self, place: int) -> tuple[Parametric, list[tuple[int, int]]]:
        """Write the programme of a block with every row that can bind within reach."""
        if place not in self._written:
            setting = self.last.settings[place]
            unit = 1.0 + 999.0 * (np.arange(len(setting.limit)) >= _rows_of_people(setting))
            free = setting.upper > setting.lower
            wider = setting.block.part * self.reach
            largest = setting.change(
                full=setting.full + wider,
                upper=setting.upper + np.where(free, wider[setting.block.decision], 0.0),
            )
            sheet = Sheet([largest], [setting.limit - self.reach * unit], merge=False)
            sheet.upper[: sheet.size] = np.maximum(setting.most, setting.lower)
            shared = sheet.shared_start[0] + np.arange(len(sheet.shared[0]))
            sheet.row_upper[shared] = setting.full[sheet.shared[0]]
            steps = sheet.objectives(preferences=False)
            tiers = [(step.tier, k) for k, step in enumerate(steps) if step.kind == "tier"]
            nothing = Moves(np.zeros(len(sheet.upper)), np.zeros(len(sheet.row_upper)))
            parametric = Parametric(sheet, nothing, [step.cost for step in steps])
            self._written[place] = parametric, tiers
        return self._written[place]

    def _moves(self, nudge: Nudge, sign: int) -> Moves:
        sheet = self._written[nudge.block][0].sheet
        setting = self.last.settings[nudge.block]
        upper, row_upper = np.zeros(len(sheet.upper)), np.zeros(len(sheet.row_upper))
        free = (setting.upper > setting.lower) & (
            setting.most >= setting.full[setting.block.decision]
        )
        upper[: sheet.size] = np.where(free, nudge.full[setting.block.decision], 0.0)
        row_upper[: sheet.limit_start[-1]] = nudge.limit[sheet.limits[0]]
        shared = sheet.shared_start[0] + np.arange(len(sheet.shared[0]))
        row_upper[shared] = nudge.full[sheet.shared[0]]
        return Moves(sign * upper, sign * row_upper)

    def _tried(
        self, nudge: Nudge, sign: int, reach: float
    ) -> tuple[dict[int, float], float, float]:
        """Look a little to one side, then as far as the gain stays straight, within `STEP`."""
        held = min(STEP, reach)
        gain = self._gain(nudge, sign, held)
        total = sum(gain.values())
        whole = sum(self._gain(nudge, sign, 1.0).values())

        def straight(at: float) -> bool:
            far = whole if at == 1.0 else sum(self._gain(nudge, sign, at).values())
            return abs(far - total) <= BENT * (1 + abs(total))

        if held == reach or straight(reach):
            return gain, reach, whole
        bent = reach
        while bent - held > STEP:
            middle = (held + bent) / 2 if bent <= 4 * held else bent / 4
            if straight(middle):
                held = middle
            else:
                bent = middle
        return gain, held, whole

    def _gain(self, nudge: Nudge, sign: int, units: float) -> dict[int, float]:
        """Make all plans of the block anew with so many units, and compare."""
        planner, place, by = self.planner, nudge.block, sign * units
        setting = planner.settings[place]
        grown = (nudge.full * by)[setting.block.decision]
        changed = setting.change(
            limit=setting.limit + by * nudge.limit,
            full=np.maximum(setting.full + by * nudge.full, 0.0),
            upper=np.maximum(setting.upper + grown, 0.0),
        )
        settings = (*planner.settings[:place], changed, *planner.settings[place + 1 :])
        then = _tiers("fair", changed, last_answer(planner.anew(settings), place))
        before = _tiers("fair", setting, self.last.people[place])
        gain = dict.fromkeys(self.now, 0.0)
        for tier, filled in then.items():
            gain[tier] = sign * (filled - before[tier]) / units
        return gain


def _rows_of_people(setting: Setting) -> int:
    """Return how many of the setting's limits count people; budgets follow."""
    return setting.block.strength_rows + len(setting.block.bounds.bound)


def _spare(setting: Setting, nudge: Nudge) -> float:
    """Return how many units can be taken away without touching what has begun."""
    settled = setting.rows @ setting.lower
    taken = nudge.limit > 0
    spare = (setting.limit - settled)[taken] / nudge.limit[taken]
    caps = setting.full[nudge.full > 0] / nudge.full[nudge.full > 0]
    return float(max(0.0, min(spare.min(initial=np.inf), caps.min(initial=np.inf))))
