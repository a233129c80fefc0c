"""Draws of a case, plans that keep promises in them, and what such plans are worth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from planner.analysis.plans import Case, read_case
from planner.engine.programme import Programme, build_programme
from planner.engine.two_stage import (
    EXTENSIVE,
    Cuts,
    Draws,
    Master,
    Promised,
    Recourse,
    TwoStage,
    extensive_form,
    two_stage_of,
)
from planner.errors import InputError
from planner.problem.model import Flags, Floats, Ints

__all__ = [
    "Commitments",
    "Keeper",
    "Sacrifice",
    "Worth",
    "calibrate",
    "commitments_of",
    "draws_of",
    "hedge",
    "kept_rate",
    "rearrange",
    "sacrifice",
    "worth_of",
]

KEPT = 1e-6
"""How far the fill share of a promise that is kept may lie below it: rounding."""

SPREAD = 0.2
"""Standard deviation of strengths, as a share, where a problem states no uncertainty."""

ROTATION = 0.5
"""Spread of the logarithm of the weights that decide which promise gives way in a draw."""

TIER = 100.0
"""By how much a shortfall weighs more in a tier than in the next one."""

WITHIN = 0.005
"""How close to its certainty a promise is brought on all draws that it is calibrated on."""

FEW = 512
"""Draws on which a promise is calibrated first."""

ROUNDS = 16
"""Most times that promises and weights are changed on as many draws."""

WEIGHT_GAIN = 6.0
"""Change of the logarithm of a weight for each unit that a kept rate is off, at first."""

SHARE_GAIN = 1.0
"""Change of the logarithm of a share for each unit that a kept rate is off, at first."""

FLOOR = 0.01
"""Share up to which a promise is none: it may be kept too seldom without falling further."""

STRETCH = 1.1
"""By how much plans first try to exceed all promises, so that they serve for larger ones too."""

PILOT = 200
"""Draws above which every eighth is solved first: its cuts hold for all."""

EIGHTH = 8

ENUMERATE = 12
"""Most candidates of which all sets are considered."""


@dataclass(frozen=True, eq=False)
class Commitments:
    """What is promised: groups of demands of a programme, and the draws they are promised over.

    Attributes
    ----------
    names : tuple of str
        Group names: a mission, with its tier where it has several.
    group : ndarray of int (demands,)
    tier, task : ndarray of int (groups,)
    weight : ndarray (groups,)
    status : tuple of str
        Status of the mission; empty where none is known.
    package : ndarray of bool (demands,)
        Demands of packages.
    window : tuple of (int, int)
        Months over which each promise has to be kept.
    structural : int
        Uncertain rules and months held at their likely values.
    """

    programme: Programme
    draws: Draws
    names: tuple[str, ...]
    missions: tuple[str, ...]
    group: Ints
    tier: Ints
    task: Ints
    weight: Floats
    status: tuple[str, ...]
    package: Flags
    window: tuple[tuple[int, int], ...]
    structural: int = 0

    def two_stage(self, draws: Draws | None = None) -> TwoStage:
        """Return the two-stage programme over these draws, or over others."""
        return two_stage_of(
            self.programme, draws or self.draws, self.group, self.tier, self.weight, self.window
        )

    def in_package(self) -> Flags:
        """Return the groups with all their demands in packages, (groups,)."""
        inside = np.ones(len(self.names), dtype=bool)
        np.logical_and.at(inside, self.group, self.package)
        return inside


def draws_of(case: Case, draws: int, seed: int, spread: float | None) -> tuple[Case, Draws, int]:
    """Return a case on one structure, its draws, and how many structural factors are held.

    Parameters
    ----------
    case : Case
        Of a scenario: its own uncertain parameters are drawn, but tours, preparation, time at home
        and months stay at their likely values.
    spread : float, optional
        Instead of the scenario's parameters: every pool's strength is multiplied by a normal
        factor of its own with mean 1 and this standard deviation, not below 0.
    """
    if draws < 2:
        raise InputError(f"draws: expected at least 2, found {draws}")
    chance = np.full(draws, 1.0 / draws)
    if spread is not None or case.scenario is None or not hasattr(case.scenario, "inputs"):
        from scipy.stats import norm, qmc

        problem = case.problem
        pools = len(problem.pools)
        points = qmc.Sobol(max(pools, 1), scramble=True, rng=np.random.default_rng([seed, 14]))
        size = 1 << (draws - 1).bit_length()
        unit = np.clip(points.random(size)[:draws], 1e-9, 1 - 1e-9)
        factor = np.maximum(1 + (SPREAD if spread is None else spread) * norm.ppf(unit), 0.0)
        base = np.array(list(problem.pools.values()), dtype=float).reshape(pools, problem.months)
        caps = np.tile(np.array([one.cap for one in problem.demands], float), (draws, 1))
        return case, Draws(caps, factor[:, :pools, None] * base[None], chance), 0
    return _drawn(case, draws, seed, chance)


def _drawn(case: Case, draws: int, seed: int, chance: Floats) -> tuple[Case, Draws, int]:
    from planner.compile import compile_scenario
    from planner.montecarlo.design import Design
    from planner.montecarlo.parameters import list_uncertain
    from planner.montecarlo.specification import Specification

    uncertain = list_uncertain(case.scenario)
    # draws that share a set of rules share a calibrated sample too, and would count as one
    design = Design(draws, seed, replicates=2, share=1)
    specification = Specification(uncertain, case.rule, (), design)
    effects = specification.effects
    blocks = [design.block(number) for number in range(design.blocks)]
    values = specification.values([block for block in blocks if block.size])
    held = effects.structural
    values = np.where(held, uncertain.likely, values)
    parameters = effects.figures(values)
    one = next(specification.formulation.instances(parameters, [np.arange(draws)]))
    first = {id: float(column[0]) for id, column in parameters.items()}
    compiled, found = compile_scenario(uncertain.scenario, first, drawn=True), one.numbers
    drawn = replace(read_case(compiled, case.rule), name=case.name, scenario=case.scenario)
    draws_made = Draws(found.caps, found.strengths, chance, found.most, found.amounts)
    return drawn, draws_made, int(held.sum())


def commitments_of(
    case: Case, by: str, yearly: bool, draws: int, seed: int, spread: float | None
) -> Commitments:
    """Return what a case promises, by mission or demand."""
    case, drawn, structural = draws_of(case, draws, seed, spread)
    problem = case.problem
    keys = list(zip(case.keys(by), (one.tier for one in problem.demands), strict=True))
    order = sorted(dict.fromkeys(keys), key=lambda key: key[1])
    several = {name for name, tier in order if sum(other == name for other, _ in order) > 1}
    place = {key: number for number, key in enumerate(order)}
    group = np.array([place[key] for key in keys], dtype=np.int64)
    first = [int(np.flatnonzero(group == k)[0]) for k in range(len(order))]
    rows = getattr(case.compiled, "demands", None)
    start, last = problem.report
    years = [(a, min(a + 11, last)) for a in range(start, last + 1, 12)]
    return Commitments(
        programme=build_programme(problem),
        draws=drawn,
        names=tuple(f"{name} ({tier})" if name in several else name for name, tier in order),
        missions=tuple(case.lines[k].mission for k in first),
        group=group,
        tier=np.array([tier for _, tier in order], dtype=np.int64),
        task=np.array([problem.demands[k].main_task for k in first], dtype=np.int64),
        weight=np.array([problem.demands[k].weight for k in first], dtype=float),
        status=tuple(rows[k].status if rows else "" for k in first),
        package=case.inside(case.packages),
        window=tuple(years) if yearly else (problem.report,),
        structural=structural,
    )


def hedge(
    two: TwoStage, certainty: float, rule: str, cuts: Cuts | None = None,
    given: dict[int, float] | None = None, method: str = "auto",
) -> Promised:  # fmt: skip
    """Return the shares that can be promised, by tier and rule.

    Parameters
    ----------
    method : {"auto", "extensive", "cuts"}
        One linear programme over all draws, or a first stage with cuts from draws. By default the
        faster one: *value* over up to 100 draws and few draws in one programme, else cuts.
    """
    small = len(two) <= (100 if rule == "value" else EXTENSIVE)
    if method == "extensive" or (method == "auto" and small and not given):
        return extensive_form(two, certainty, rule)[0]
    cuts = Cuts(two.stage) if cuts is None else cuts
    if len(two) > PILOT and not len(cuts.weights):
        Master(two.take(slice(None, None, EIGHTH)), certainty, cuts).solve(rule)
    return Master(two, certainty, cuts).solve(rule, given=given)


class Keeper:
    """Plans of draws that pursue promises: least weighted shortfall, one programme a draw.

    A shortfall weighs by its share of what is asked, far more in a tier before another. Which
    promise of a tier gives way where not all can be kept rotates over the draws. `emphasis` is the
    logarithm of a further weight of each group, (groups,).
    """

    def __init__(self, two: TwoStage, seed: int = 0, emphasis: Floats | None = None):
        self.two = two
        self.emphasis = np.zeros(two.stage.groups) if emphasis is None else emphasis
        parts = two.stage.filled.shape[0]
        rank = np.unique(two.tier, return_inverse=True)[1]
        steps = TIER ** (rank.max(initial=0) - rank)
        turn = np.random.default_rng([seed, 141]).standard_normal((len(two), two.stage.groups))
        weight = (steps * np.exp(ROTATION * turn))[:, two.stage.part_group]
        self.base = np.divide(weight, two.asked, out=np.zeros_like(weight), where=two.asked > 0)
        self.recourse = Recourse(two.stage, np.ones(parts))
        self.filled = np.zeros_like(two.asked)
        self.hard = np.zeros(len(two), dtype=bool)

    def _plan(self, draw: int, goal: Floats) -> Floats:
        cost = self.base[draw] * np.exp(self.emphasis)[self.two.stage.part_group]
        return self.recourse.solve(goal, self.two.limit[draw], cost)[1]

    def weigh(self, change: Floats) -> None:
        """Change the logarithm of the weight of each group, (groups,)."""
        self.emphasis = self.emphasis + np.clip(change, -0.7, 0.7)

    def fills(self, share: Floats) -> Floats:
        """Return the fill share of each group in each draw, (draws, groups), for given promises."""
        two = self.two
        goals = two.asked * share[two.stage.part_group]
        short = (self.filled < goals - KEPT * (1 + two.asked)).any(axis=1)
        for draw in np.flatnonzero(short):
            people = None
            if not self.hard[draw]:
                more = np.minimum(STRETCH * goals[draw], two.asked[draw])
                people = self._plan(int(draw), more)
                self.hard[draw] = (two.stage.filled @ people < more - KEPT * (1 + more)).any()
            if people is None or self.hard[draw]:
                people = self._plan(int(draw), goals[draw])
            self.filled[draw] = two.stage.filled @ people
        return two.fill(self.filled)


def kept_rate(two: TwoStage, fills: Floats, share: Floats) -> tuple[Floats, float]:
    """Return how often each promise is kept, and how often all of them are."""
    kept: Flags = np.asarray((fills >= share - 2 * KEPT) | ~two.exists)
    return (kept * two.given).sum(axis=0), float(two.chance @ kept.all(axis=1))


def calibrate(
    two: TwoStage, share: Floats, certainty: float, seed: int = 0
) -> tuple[Floats, Floats]:
    """Return shares, tightened or loosened until each is kept as often as stated, and emphasis.

    On few draws first, then on four times as many, up to all: what few draws say of a rate is soon
    found and a good start, and all of them say it more exactly. The draws are other than those that
    the shares were found on. Emphasis is the logarithm of the weights with which promises are kept
    so often, see :class:`Keeper`.
    """
    emphasis: Floats | None = None
    gain = np.ones(len(share))
    count = min(FEW, len(two))
    while True:
        keeper = Keeper(two.take(slice(0, count)), seed, emphasis)
        every = count == len(two)
        share, gain = _settle(keeper, share, certainty, gain, WITHIN if every else 2 * WITHIN)
        emphasis = keeper.emphasis
        if every:
            return share, emphasis
        count = min(4 * count, len(two))


def _settle(
    keeper: Keeper, share: Floats, certainty: float, gain: Floats, within: float
) -> tuple[Floats, Floats]:
    """Return shares that are each kept as often as stated on the draws of a keeper, and gains.

    Two things move. Weights decide which promise gives way where not all can be kept: that of a
    promise kept too seldom rises, so that shares keep the proportions that the rule gave them.
    Shares rise where promises are kept too often, up to 1, and fall where they are kept too seldom.
    By how much is the gain of a promise, which is halved where its rate has passed the certainty.
    The best shares met are returned, and the keeper has the weights that go with them.
    """
    two = keeper.two
    live = two.exists.any(axis=0)
    before = np.zeros(len(share))
    best, least, emphasis = share, np.inf, keeper.emphasis
    for _ in range(ROUNDS):
        gap = kept_rate(two, keeper.fills(share), share)[0] - certainty
        free = live & ~((gap > 0) & (share >= 1)) & ~((gap < 0) & (share <= FLOOR))
        worst = float(np.abs(gap[free]).max(initial=0.0))
        if worst < least:
            best, least, emphasis = share, worst, keeper.emphasis
        if worst <= within:
            break
        gain = np.where(gap * before < 0, gain / 2, np.minimum(1.3 * gain, 4.0))
        before = gap
        keeper.weigh(np.where(free, -WEIGHT_GAIN * gain * gap, 0.0))
        move = np.clip(SHARE_GAIN * gain * gap, -0.15, 0.08)
        added = np.maximum(move, 0.0) * FLOOR
        share = np.where(free, np.clip(share * np.exp(move) + added, 0.0, 1.0), share)
    keeper.emphasis = emphasis
    return best, gain


@dataclass(frozen=True)
class Worth:
    """Worth of plans, weighted person-months: promised, less what is not kept at its price.

    A person-month that is promised and not kept costs 1 ÷ (1 − certainty): with that price, and
    nothing to compete for, it pays to promise just what is kept with the stated certainty.

    Attributes
    ----------
    likely : float
        Promises of the plan for the expected values.
    hedged : float
        Promises of the hedged plan.
    stochastic : float
        The best promises possible (optimum of the two-stage programme).
    perfect : float
        Each draw known before promises are made.
    rigid, unfolding : float
        The hedged promises with the plan for the expected values never remade, and remade when the
        draw becomes known; never more than `hedged`.
    """

    likely: float
    hedged: float
    stochastic: float
    perfect: float
    rigid: float
    unfolding: float


def worth_of(
    two: TwoStage, mean: TwoStage, hedged: Floats, certainty: float, known: int,
    best: Floats | None = None,
) -> Worth:  # fmt: skip
    """Return what plans are worth; levels that draws aim at are given for the hedged plan.

    Parameters
    ----------
    two, mean : TwoStage
        Over the draws, and over the one draw of expected values.
    hedged : ndarray (groups,)
        Levels that the plans of draws aim at.
    known : int
        Month in which the draw becomes known to a plan that unfolds; tours that begin before stay
        as planned, or smaller.
    best : ndarray (groups,), optional
        Levels of the best promises, where at hand.
    """
    total = two.worth
    one = replace(two, tier=np.ones(two.stage.groups, dtype=np.int64))
    if best is None:
        best = hedge(one, certainty, "value").level
    at_mean = replace(mean, tier=one.tier)
    sure, asked, limit = at_mean.stage.filled, at_mean.asked[0], at_mean.limit[0]
    recourse, price = Recourse(at_mean.stage, np.ones(sure.shape[0])), _price(at_mean, total)[0]
    people = recourse.solve(asked, limit, price)[1]
    likely = at_mean.fill((sure @ people)[None])[0]
    planned = recourse.solve(asked * hedged[at_mean.stage.part_group], limit, price)[1]
    factor = 1.0 / (1.0 - certainty)

    plans = Recourse(two.stage, np.ones(two.asked.shape[1]))
    free = np.full(len(planned), np.inf)

    def value(levels: Floats, upper: Floats = free, times: float = factor) -> float:
        cost = _price(two, total) * times
        goals = two.asked * levels[two.stage.part_group]
        missed = sum(
            plans.solve(goals[s], two.limit[s], cost[s], upper)[0] for s in range(len(two))
        )
        return float(total @ levels) - float(missed)

    early = np.where(two.stage.begin < known, planned, np.inf)
    return Worth(
        likely=value(likely),
        hedged=value(hedged),
        stochastic=value(best),
        perfect=value(np.ones(two.stage.groups), times=1.0),
        rigid=value(hedged, planned),
        unfolding=value(hedged, early),
    )


def _price(two: TwoStage, total: Floats) -> Floats:
    """Return the worth of a person-month of each part, probability included, (draws, parts)."""
    each = (total * two.given)[:, two.stage.part_group]
    return np.divide(each, two.asked, out=np.zeros_like(each), where=two.asked > 0)


def rearrange(draws: Draws, how: str, seed: int = 0) -> Draws:
    """Return draws with the same strengths pool by pool, hung together in another way.

    Parameters
    ----------
    how : {"declared", "independent", "comonotone"}
        As drawn; in random order by pool; all pools low in the same draws.
    """
    if how == "declared":
        return draws
    strengths = draws.strengths.copy()
    count = len(draws)
    rng = np.random.default_rng([seed, 142])
    for pool in range(strengths.shape[1]):
        order = np.argsort(strengths[:, pool].mean(axis=1), kind="stable")
        to = np.arange(count) if how == "comonotone" else rng.permutation(count)
        strengths[to, pool] = draws.strengths[order, pool]
    if how == "comonotone":
        # the draws' own order, so that caps stay with the draw of the same rank of all strengths
        rank = np.argsort(np.argsort(draws.strengths.mean(axis=(1, 2)), kind="stable"))
        strengths = strengths[rank]
    return replace(draws, strengths=strengths)


@dataclass(frozen=True)
class Sacrifice:
    """Which candidates can be kept.

    Attributes
    ----------
    hold : float
        Share that every commitment gets that is kept.
    kept, given_up : tuple of int
        Candidates, by group.
    worth, bound : float
        Weighted person-months of the candidates kept, and an upper bound on them.
    """

    hold: float
    kept: tuple[int, ...]
    given_up: tuple[int, ...]
    worth: float
    bound: float
    exact: bool


def sacrifice(
    two: TwoStage, certainty: float, candidates: Sequence[int], hold: float | None = None,
    cuts: Cuts | None = None,
) -> Sacrifice:  # fmt: skip
    """Return the candidates that are worth most and can be kept with every promise at a share.

    Parameters
    ----------
    candidates : sequence of int
        Groups that may be given up.
    hold : float, optional
        Share that every commitment must get; by default the largest that all others can be promised
        when every candidate is given up.

    Notes
    -----
    A set that contains one that cannot be held cannot be held either, so sets are tried from the
    most worth down and most need no programme. Above :data:`ENUMERATE` candidates are taken one by
    one, by worth, where they fit; the bound then is that of a programme in which candidates may be
    kept in part.
    """
    live: Flags = np.asarray(two.exists.any(axis=0))
    chosen = [one for one in candidates if live[one]]
    fixed = np.setdiff1d(np.flatnonzero(live), chosen)
    master = Master(two, certainty, cuts)
    alone = master.common(fixed)
    hold = alone if hold is None else hold
    if hold > alone + 1e-6:
        raise InputError(
            f"hold: expected at most {alone:.4f}, what all other commitments can be promised "
            f"when every candidate is given up, found {hold:g}"
        )
    worth = two.worth

    def holds(kept: Sequence[int]) -> bool:
        every = np.sort(np.concatenate([fixed, np.array(kept, dtype=np.int64)]))
        return master.common(every) >= hold - 1e-6

    exact = len(chosen) <= ENUMERATE
    if exact:
        kept = _best_set(chosen, worth, holds)
        bound = float(worth[kept].sum())
    else:
        kept = []
        for group in sorted(chosen, key=lambda k: -worth[k]):
            if holds([*kept, group]):
                kept.append(group)
        bound = _relaxed(two, certainty, fixed, chosen, hold, master.cuts)
    total = float(worth[kept].sum())
    up = tuple(one for one in chosen if one not in kept)
    return Sacrifice(hold, tuple(kept), up, total, max(bound, total), exact)


def _best_set(
    chosen: Sequence[int], worth: Floats, holds: Callable[[Sequence[int]], bool]
) -> list[int]:
    """Return the set of largest worth that can be held, sets tried from the most worth down."""
    sets = [s for n in range(len(chosen) + 1) for s in combinations(chosen, n)]
    sets.sort(key=lambda s: (-worth[list(s)].sum(), len(s)))
    broken: list[frozenset[int]] = []
    for one in sets:
        if any(bad <= frozenset(one) for bad in broken):
            continue
        if holds(one):
            return list(one)
        broken.append(frozenset(one))
    return []


def _relaxed(
    two: TwoStage, certainty: float, fixed: Ints, chosen: Sequence[int], hold: float, cuts: Cuts
) -> float:
    """Return the worth of candidates where each may be kept in part."""
    master = Master(two, certainty, cuts)
    for group in fixed:
        master.lock(int(group), hold)
    cost = np.zeros(2 * two.stage.groups + 1)
    for group in chosen:
        master.highs.changeColBounds(int(group), 0.0, hold)
        cost[group] = two.worth[group] / max(hold, 1e-12)
    scale = float(cost.max()) or 1.0
    return master.maximise(cost / scale)[0] * scale
