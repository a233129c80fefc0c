"""Draws of a case, two-stage plans that keep promises in them, and the value of such plans."""

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
    "PromisePlans",
    "KeptCommitments",
    "Worth",
    "calibrate",
    "commitments_of",
    "draws_of",
    "hedge",
    "kept_rate",
    "rearranged",
    "select_commitments",
    "worth_of",
]

SHARE_TOLERANCE = 1e-6
"""Rounding by which the fill share of a kept promise may lie below it."""

SPREAD = 0.2
"""Standard deviation of strengths, as a share, where a problem states no uncertainty."""

WEIGHT_SPREAD = 0.5
"""Standard deviation of the logarithm of the weights that rank the promises within a draw."""

TIER_WEIGHT = 100.0
"""Ratio of the weights of a shortfall in consecutive tiers."""

RATE_TOLERANCE = 0.005
"""Difference from its certainty within which the rate of a promise is calibrated on all draws."""

FIRST_DRAWS = 512
"""Number of draws of the first calibration."""

MAX_ITERATIONS = 16
"""Largest number of iterations of a calibration on one set of draws."""

WEIGHT_GAIN = 6.0
"""Change of the logarithm of a weight for each unit that a kept rate is off, at first."""

SHARE_GAIN = 1.0
"""Change of the logarithm of a share for each unit that a kept rate is off, at first."""

MIN_SHARE = 0.01
"""Smallest share: a promise kept too seldom is not reduced below it."""

GOAL_FACTOR = 1.1
"""Factor by which plans first aim above all promises, so that they hold for larger ones too."""

PILOT_DRAWS = 200
"""Number of draws above which a subset is solved first, since its cuts hold for all."""

PILOT_STRIDE = 8

MAX_ENUMERATED = 12
"""Largest number of candidates of which all subsets are considered."""


@dataclass(frozen=True, eq=False)
class Commitments:
    """Commitments: groups of demands of a programme, and the draws over which they are promised.

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
    """Return a case with fixed tours, its draws, and the number of structural factors held fixed.

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
    return _scenario_draws(case, draws, seed, chance)


def _scenario_draws(case: Case, draws: int, seed: int, chance: Floats) -> tuple[Case, Draws, int]:
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
    """Return the commitments of a case, by mission or demand."""
    case, drawn, structural = draws_of(case, draws, seed, spread)
    problem = case.problem
    keys = list(zip(case.keys(by), (one.tier for one in problem.demands), strict=True))
    order = sorted(dict.fromkeys(keys), key=lambda key: key[1])
    several = {name for name, tier in order if sum(other == name for other, _ in order) > 1}
    index = {key: number for number, key in enumerate(order)}
    group = np.array([index[key] for key in keys], dtype=np.int64)
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
    if len(two) > PILOT_DRAWS and not len(cuts.weights):
        Master(two.take(slice(None, None, PILOT_STRIDE)), certainty, cuts).solve(rule)
    return Master(two, certainty, cuts).solve(rule, given=given)


class PromisePlans:
    """Recourse plans of draws with the least weighted shortfall of promises, one programme a draw.

    A shortfall is weighted by its share of what is asked, and much higher in earlier tiers. Random
    weights vary over the draws which promises of a tier are kept where not all can be.
    `log_weights` is the logarithm of a further weight of each group, (groups,).
    """

    def __init__(self, two: TwoStage, seed: int = 0, log_weights: Floats | None = None):
        self.two = two
        self.log_weights = np.zeros(two.stage.groups) if log_weights is None else log_weights
        parts = two.stage.filled.shape[0]
        rank = np.unique(two.tier, return_inverse=True)[1]
        steps = TIER_WEIGHT ** (rank.max(initial=0) - rank)
        noise = np.random.default_rng([seed, 141]).standard_normal((len(two), two.stage.groups))
        weight = (steps * np.exp(WEIGHT_SPREAD * noise))[:, two.stage.part_group]
        self.base = np.divide(weight, two.asked, out=np.zeros_like(weight), where=two.asked > 0)
        self.recourse = Recourse(two.stage, np.ones(parts))
        self.filled = np.zeros_like(two.asked)
        self.promises_infeasible = np.zeros(len(two), dtype=bool)

    def _plan(self, draw: int, goal: Floats) -> Floats:
        cost = self.base[draw] * np.exp(self.log_weights)[self.two.stage.part_group]
        return self.recourse.solve(goal, self.two.limit[draw], cost)[1]

    def add_to_log_weights(self, change: Floats) -> None:
        """Add to the logarithm of the weight of each group, (groups,)."""
        self.log_weights = self.log_weights + np.clip(change, -0.7, 0.7)

    def fills(self, share: Floats) -> Floats:
        """Return the fill share of each group in each draw, (draws, groups), for some promises."""
        two = self.two
        goals = two.asked * share[two.stage.part_group]
        short = (self.filled < goals - SHARE_TOLERANCE * (1 + two.asked)).any(axis=1)
        for draw in np.flatnonzero(short):
            people = None
            if not self.promises_infeasible[draw]:
                more = np.minimum(GOAL_FACTOR * goals[draw], two.asked[draw])
                people = self._plan(int(draw), more)
                self.promises_infeasible[draw] = (
                    two.stage.filled @ people < more - SHARE_TOLERANCE * (1 + more)
                ).any()
            if people is None or self.promises_infeasible[draw]:
                people = self._plan(int(draw), goals[draw])
            self.filled[draw] = two.stage.filled @ people
        return two.fill(self.filled)


def kept_rate(two: TwoStage, fills: Floats, share: Floats) -> tuple[Floats, float]:
    """Return the probability that each promise is kept, and that all are."""
    kept: Flags = np.asarray((fills >= share - 2 * SHARE_TOLERANCE) | ~two.exists)
    return (kept * two.given).sum(axis=0), float(two.chance @ kept.all(axis=1))


def calibrate(
    two: TwoStage, share: Floats, certainty: float, seed: int = 0
) -> tuple[Floats, Floats]:
    """Return shares that are each kept with the stated certainty, and the weights used.

    Calibration begins on few draws and is repeated on four times as many, up to all: each result is
    a good start for the next. The draws are other than those on which the shares were found. The
    weights are logarithms, see :class:`PromisePlans`.
    """
    log_weights: Floats | None = None
    gain = np.ones(len(share))
    count = min(FIRST_DRAWS, len(two))
    while True:
        plans = PromisePlans(two.take(slice(0, count)), seed, log_weights)
        all_draws = count == len(two)
        share, gain = _calibrate_shares(
            plans, share, certainty, gain, RATE_TOLERANCE if all_draws else 2 * RATE_TOLERANCE
        )
        log_weights = plans.log_weights
        if all_draws:
            return share, log_weights
        count = min(4 * count, len(two))


def _calibrate_shares(
    plans: PromisePlans, share: Floats, certainty: float, gain: Floats, within: float
) -> tuple[Floats, Floats]:
    """Return shares that are each kept with the stated certainty on the draws of plans, and gains.

    Weights and shares change in each iteration. The weight of a promise kept too seldom rises, so
    that shares keep the proportions of the rule. Shares of promises kept too often rise, up to 1;
    those of promises kept too seldom fall. The step is proportional to the gain of a promise, which
    is halved where its rate has crossed the certainty. The best shares found are returned, and the
    plans keep their weights.
    """
    two = plans.two
    live = two.exists.any(axis=0)
    before = np.zeros(len(share))
    best, least, log_weights = share, np.inf, plans.log_weights
    for _ in range(MAX_ITERATIONS):
        gap = kept_rate(two, plans.fills(share), share)[0] - certainty
        free = live & ~((gap > 0) & (share >= 1)) & ~((gap < 0) & (share <= MIN_SHARE))
        worst = float(np.abs(gap[free]).max(initial=0.0))
        if worst < least:
            best, least, log_weights = share, worst, plans.log_weights
        if worst <= within:
            break
        gain = np.where(gap * before < 0, gain / 2, np.minimum(1.3 * gain, 4.0))
        before = gap
        plans.add_to_log_weights(np.where(free, -WEIGHT_GAIN * gain * gap, 0.0))
        move = np.clip(SHARE_GAIN * gain * gap, -0.15, 0.08)
        added = np.maximum(move, 0.0) * MIN_SHARE
        share = np.where(free, np.clip(share * np.exp(move) + added, 0.0, 1.0), share)
    plans.log_weights = log_weights
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
    """Return the worth of plans.

    Parameters
    ----------
    two, mean : TwoStage
        Over the draws, and over the one draw of expected values.
    hedged : ndarray (groups,)
        Promised levels of the hedged plan, the goals of the plans of draws.
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
    mean_stage, asked, limit = at_mean.stage.filled, at_mean.asked[0], at_mean.limit[0]
    recourse, price = (
        Recourse(at_mean.stage, np.ones(mean_stage.shape[0])),
        _price(at_mean, total)[0],
    )
    people = recourse.solve(asked, limit, price)[1]
    likely = at_mean.fill((mean_stage @ people)[None])[0]
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


def rearranged(draws: Draws, how: str, seed: int = 0) -> Draws:
    """Return draws with the same strengths in each pool and another correlation between pools.

    Parameters
    ----------
    how : {"declared", "independent", "comonotone"}
        As drawn; permuted at random in each pool; sorted in the same order in all pools.
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
class KeptCommitments:
    """The candidates that can be kept.

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


def select_commitments(
    two: TwoStage, certainty: float, candidates: Sequence[int], hold: float | None = None,
    cuts: Cuts | None = None,
) -> KeptCommitments:  # fmt: skip
    """Return the set of candidates of largest worth that can be kept with all promises at a share.

    Parameters
    ----------
    candidates : sequence of int
        Groups that may be given up.
    hold : float, optional
        Share that every commitment must get; by default the largest that all others can be promised
        when every candidate is given up.

    Notes
    -----
    A superset of an infeasible set is infeasible, so sets are tried in decreasing order of worth
    and most need no programme. Above :data:`MAX_ENUMERATED` candidates are added greedily by worth;
    the bound is then that of the relaxation in which candidates may be kept in part.
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
        groups = np.sort(np.concatenate([fixed, np.array(kept, dtype=np.int64)]))
        return master.common(groups) >= hold - 1e-6

    exact = len(chosen) <= MAX_ENUMERATED
    if exact:
        kept = _best_set(chosen, worth, holds)
        bound = float(worth[kept].sum())
    else:
        kept = []
        for group in sorted(chosen, key=lambda k: -worth[k]):
            if holds([*kept, group]):
                kept.append(group)
        bound = _relaxation_bound(two, certainty, fixed, chosen, hold, master.cuts)
    total = float(worth[kept].sum())
    up = tuple(one for one in chosen if one not in kept)
    return KeptCommitments(hold, tuple(kept), up, total, max(bound, total), exact)


def _best_set(
    chosen: Sequence[int], worth: Floats, holds: Callable[[Sequence[int]], bool]
) -> list[int]:
    """Return the feasible set of largest worth."""
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


def _relaxation_bound(
    two: TwoStage, certainty: float, fixed: Ints, chosen: Sequence[int], hold: float, cuts: Cuts
) -> float:
    """Return the worth of candidates in the relaxation in which each may be kept in part."""
    master = Master(two, certainty, cuts)
    for group in fixed:
        master.lock(int(group), hold)
    cost = np.zeros(2 * two.stage.groups + 1)
    for group in chosen:
        master.highs.changeColBounds(int(group), 0.0, hold)
        cost[group] = two.worth[group] / max(hold, 1e-12)
    scale = float(cost.max()) or 1.0
    return master.maximise(cost / scale)[0] * scale
