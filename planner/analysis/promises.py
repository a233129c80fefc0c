"""Promises: the share of each cap that can be promised and kept with a stated certainty.

This is a chance-constrained two-stage programme. Shares are promised in the first stage; in each
draw the plan is then made with full knowledge of the draw. A promise is kept in a draw if the
people of the mission over its mandate (or over each year) reach the promised share.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import numpy as np

from planner.analysis.declare import Option, analysis, text_of
from planner.analysis.hedging import (
    Commitments,
    KeptCommitments,
    Promised,
    PromisePlans,
    calibrate,
    commitments_of,
    hedge,
    kept_rate,
    rearranged,
    select_commitments,
    worth_of,
)
from planner.analysis.plans import Case, read_case
from planner.engine.two_stage import Cuts, Draws, TwoStage, write_smps
from planner.errors import InputError, nearest
from planner.gallery import gallery
from planner.labels import number, percent
from planner.outcome import Outcome, Progress, silent
from planner.problem.model import Flags, Floats

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Candidate",
    "FrontierPoint",
    "PlanRobustness",
    "PlanWorth",
    "Promise",
    "Promises",
    "promises",
]

say = text_of("promises").say

TOLERANCE = 0.02
"""Difference from its certainty within which the rate of a kept promise is accepted."""

CALIBRATED = 2
"""Number of draws for calibration per draw for the check."""

CERTAINTIES = (0.8, 0.9, 0.95, 0.99)
SIZES = (0.0, 0.5, 1.0, 1.5)
FILLS = (1.0, 0.95, 0.9, 0.8)
"""Points of the frontier: certainty, size of the packages, share of their promise that is kept."""

LOWER = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3)
"""Reductions of all strengths in the stress test, as shares."""

STRESSED = 200
"""Largest number of draws of a state in the stress test."""

ARRANGEMENTS = ("declared", "independent", "comonotone")

Z95 = 1.959963984540054
"""Quantile of the normal distribution for intervals of 95 %."""

STUDIED = ("under_study", "provisional", "expected")
"""Status of missions that may be given up unless others are named."""

NAN = float("nan")


@dataclass(frozen=True)
class Promise:
    """What can be promised to one mission.

    Attributes
    ----------
    mission : str
        With its tier where it has several; a demand where promises are made by demand.
    asked_person_months : float
        Mean over the draws.
    likely_share, likely_kept_rate : float
        Share that the plan for the expected values promises, and how often that is kept.
    hedged_share : float
        Kept with the stated certainty on the draws that were hedged against.
    promised_share : float
        After calibration on fresh draws.
    kept_rate, low_rate, high_rate : float
        How often it is kept on further fresh draws, with its interval of 95 %.
    holds : bool
        Whether that is within two points of the certainty, or above it for a cap promised in full.
    """

    mission: str
    main_task: int
    tier: int
    asked_person_months: float
    likely_share: float
    likely_kept_rate: float
    hedged_share: float
    promised_share: float
    kept_rate: float
    low_rate: float
    high_rate: float
    holds: bool


@dataclass(frozen=True)
class PlanWorth:
    """Worth of a plan: person-months promised, less those not kept at their price."""

    plan: str
    worth_person_months: float


@dataclass(frozen=True)
class FrontierPoint:
    """The shares that can be promised as one quantity is varied.

    Attributes
    ----------
    varied : str
        ``"certainty"``, ``"package_size"`` (multiple) or ``"package_fill"`` (share of what the
        packages can be promised).
    package_share, main_task_1_share, main_task_2_share : float
        Promised person-months as a share of what is asked; packages are not counted in main task 1.
    """

    varied: str
    at: float
    package_share: float
    main_task_1_share: float
    main_task_2_share: float


@dataclass(frozen=True)
class Candidate:
    """A commitment that may be given up, and whether it can be kept."""

    mission: str
    asked_person_months: float
    kept: bool


@dataclass(frozen=True)
class PlanRobustness:
    """A plan over a set of states of the world: strengths lower, and related otherwise.

    Attributes
    ----------
    satisficing_share : float
        Share of the states in which every promise is kept as often as stated, less two points.
    regret_person_months : float
        Largest distance to the best of the plans in any state.
    tail_person_months : float
        Mean worth over the worst draws of all states (as many as the certainty leaves out).
    worst_kept_rate : float
        Smallest rate at which a promise is kept in any state.
    """

    plan: str
    satisficing_share: float
    regret_person_months: float
    tail_person_months: float
    worst_kept_rate: float


@dataclass(frozen=True)
class Breaking:
    """How much lower all strengths may be than stated before a promise breaks.

    `lower_share` is the first of the tried reductions at which the promise is kept too seldom in
    the worst of the arrangements; NaN where it is never.
    """

    mission: str
    lower_share: float
    arrangement: str


@dataclass(frozen=True, eq=False, repr=False)
class Promises(Outcome):
    """Outcome of :func:`promises`; tables that were not asked for are empty.

    Attributes
    ----------
    draws, fresh : int
        Hedged against, and checked on.
    all_kept_rate, likely_all_kept_rate : float
        How often all promises are kept at once: those found, and those of the likely plan.
    held_rules : int
        Uncertain rules and months that were held at their likely values.
    hold_share : float
        Share that every commitment keeps in the table of candidates; NaN without.
    bound_person_months : float
        Upper bound on what candidates kept are worth; NaN without.
    """

    title: ClassVar[str] = "promises"
    rule: str
    certainty: float
    draws: int
    fresh: int
    all_kept_rate: float
    likely_all_kept_rate: float
    held_rules: int
    hold_share: float
    bound_person_months: float
    rows: tuple[Promise, ...]
    worth: tuple[PlanWorth, ...]
    frontier: tuple[FrontierPoint, ...]
    candidates: tuple[Candidate, ...]
    plans: tuple[PlanRobustness, ...]
    breaking: tuple[Breaking, ...]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return ``promises``, ``worth``, ``frontier``, ``candidates``, ``plans``, ``breaking``."""
        found = super().tables()
        return {"promises": found.pop("rows"), **found}

    def promised(self, main_task: int, column: str = "promised_share") -> float:
        """Return the share of what a main task asks that is promised; NaN where nothing is."""
        rows = [row for row in self.rows if row.main_task == main_task]
        asked = sum(row.asked_person_months for row in rows)
        total = sum(row.asked_person_months * getattr(row, column) for row in rows)
        return float(total / asked) if asked > 0 else float("nan")

    def sentences(self, lang: str = "en", called: Callable[[str], str] = str) -> list[str]:
        """Return what can be promised, with which certainty, at which price.

        Parameters
        ----------
        lang : {"en", "nl"}
        called : callable
            Gives a mission its name; by default its id.
        """
        sure = percent(self.certainty, lang, 0)
        text = []
        for task in sorted({row.main_task for row in self.rows}):
            share, likely = (
                percent(self.promised(task, f"{which}_share"), lang)
                for which in ("promised", "likely")
            )
            text.append(
                say("promised", lang, task=task, certainty=sure, share=share, likely=likely)
            )
        text.append(
            say(
                "kept_all", lang, all=percent(self.all_kept_rate, lang),
                likely=percent(self.likely_all_kept_rate, lang), fresh=number(self.fresh, lang, 0),
            )
        )  # fmt: skip
        apart = [called(row.mission) for row in self.rows if not row.holds]
        key = "apart" if apart else "all_within"
        text.append(say(key, lang, missions=", ".join(apart), count=len(apart), certainty=sure))
        if self.held_rules:
            text.append(say("held_rules", lang, count=self.held_rules))
        return [*text, *self._worth_text(lang), *self._further_text(lang, called)]

    def _worth_text(self, lang: str) -> list[str]:
        worth = {row.plan: row.worth_person_months for row in self.worth}
        if not worth:
            return []
        gained = worth["hedged"] - worth["rigid"]
        part = (worth["unfolding"] - worth["rigid"]) / gained if gained > 1e-6 else 1.0
        return [
            say("vss", lang, worth=number(worth["stochastic"] - worth["likely"], lang)),
            say("evpi", lang, worth=number(worth["perfect"] - worth["stochastic"], lang)),
            say("unfolds", lang, share=percent(part, lang)),
        ]

    def _further_text(self, lang: str, called: Callable[[str], str]) -> list[str]:
        text = []
        for varied in dict.fromkeys(one.varied for one in self.frontier):
            points = [one for one in self.frontier if one.varied == varied]
            shares = ", ".join(
                f"{number(one.at, lang, 2)}: {percent(one.main_task_2_share, lang)}"
                for one in points
            )
            text.append(say("frontier_text", lang, varied=say(varied, lang), shares=shares))
        if self.candidates:
            up = ", ".join(called(one.mission) for one in self.candidates if not one.kept)
            key = "give_up" if up else "give_up_none"
            text.append(say(key, lang, missions=up, hold=percent(self.hold_share, lang)))
        for row in self.plans:
            text.append(
                say(
                    "robust_text", lang, plan=say(row.plan, lang),
                    share=percent(row.satisficing_share, lang),
                    worst=percent(row.worst_kept_rate, lang),
                )
            )  # fmt: skip
        broken = [row for row in self.breaking if row.lower_share == row.lower_share]
        if broken:
            first = min(broken, key=lambda row: row.lower_share)
            text.append(
                say(
                    "breaks", lang, mission=called(first.mission),
                    share=percent(first.lower_share, lang),
                    arrangement=say(first.arrangement, lang),
                )
            )  # fmt: skip
        return text

    def plot(self, name: str | None = None) -> Any:
        """Return a Matplotlib figure; of ``frontier`` a line for each thing varied."""
        drawn = name == "frontier" and self.frontier
        return gallery()["frontier"].draw(self) if drawn else super().plot(name)


@analysis(
    shown=("promises", "worth", "frontier", "candidates", "plans", "breaking"),
    quick={"draws": 6, "fresh": 24, "worth": False},
)
def promises(
    source: Any,
    /,
    *,
    rule: str | None = None,
    certainty: Annotated[float, Option(low=0.5, high=0.999)] = 0.9,
    by: Annotated[str, Option(choices=("mission", "demand"))] = "mission",
    yearly: bool = False,
    draws: Annotated[int, Option(low=2)] = 50,
    fresh: Annotated[int, Option(low=2)] = 2000,
    seed: Annotated[int, Option(low=0)] = 0,
    spread: Annotated[float | None, Option(metavar="SHARE", low=0.0)] = None,
    worth: bool = True,
    frontier: bool = False,
    give_up: Annotated[bool, Option("--give-up")] = False,
    candidates: Annotated[Sequence[str] | None, Option("--candidate", metavar="MISSION")] = None,
    hold: Annotated[float | None, Option(metavar="SHARE", low=0.0, high=1.0)] = None,
    robust: bool = False,
    smps: Annotated[str | None, Option(metavar="FOLDER")] = None,
    progress: Progress = silent,
) -> Promises:
    """Return the largest share of each mission's cap that is kept with a stated certainty.

    Parameters
    ----------
    source : scenario, result or problem
        See :func:`planner.analysis.plans.read_case`.
    certainty : float
        Probability with which each promise is to be kept.
    by : str
        What promises are made to: missions or single demands.
    yearly : bool
        Whether a promise has to be kept in every year instead of over the whole mandate.
    draws : int
        Draws that are hedged against.
    fresh : int
        Further draws on which promises are checked; twice as many more tighten or loosen them.
    seed : int
        Same seed, same numbers.
    spread : float, optional
        Instead of a scenario's own uncertainty, the standard deviation of each pool's strength as a
        share; 0.2 for a neutral problem, which states none.
    worth : bool
        Whether to work out what hedging, knowing and a plan that unfolds are worth.
    frontier : bool
        Whether to vary the certainty, the size of the packages and their fill.
    give_up : bool
        Whether to find which commitments have to be given up.
    candidates : sequence of str, optional
        Missions that may be given up; by default those under study or provisional.
    hold : float, optional
        Share that every commitment kept must get; by default the largest that all others can be
        promised when every candidate is given up.
    robust : bool
        Whether to hold promises against lower strengths and other correlations than stated.
    smps : str, optional
        Folder for the two-stage programme as SMPS files (core, time, stochastics).

    Examples
    --------
    >>> line = {"tier": 2, "first": 0, "last": 0, "tour": 1, "pools": ["staff"]}
    >>> problem = {"format": "planner-problem/1", "months": 1, "pools": {"staff": 10},
    ...            "demands": [{"id": "a", "cap": 8, **line}, {"id": "b", "cap": 8, **line}]}
    >>> found = promises(problem, spread=0.0, draws=4, fresh=8)
    >>> [round(row.promised_share, 3) for row in found.rows]
    [0.625, 0.625]
    """
    _check(certainty, draws, fresh)
    case = read_case(source, rule)
    giving_up = give_up or candidates is not None
    stages = _Stages(progress, 3 + worth + frontier + giving_up + robust)
    kept = _CheckedPromises.of(case, certainty, by, yearly, draws, fresh, seed, spread, stages)
    values = _worths(kept.commitments, kept.two, kept.hedged.level, certainty) if worth else ()
    stages.done(worth)
    points: tuple[FrontierPoint, ...] = ()
    if frontier:
        points = _frontier(kept.commitments, kept.two, kept.hedged.share, certainty, case.rule,
                           kept.cuts)  # fmt: skip
    stages.done(frontier)
    found: KeptCommitments | None = None
    if giving_up:
        chosen = _candidates(kept.commitments, candidates)
        found = select_commitments(kept.two, certainty, chosen, hold, kept.cuts)
    stages.done(giving_up)
    table, breaking = _robust(kept, certainty, case.rule, seed) if robust else ((), ())
    stages.done(robust)
    if smps is not None:
        write_smps(kept.two, certainty, Path(smps))
    return Promises(
        case.rule, certainty, draws, fresh, kept.all_kept, kept.likely_all,
        kept.commitments.structural, found.hold if found else NAN, found.bound if found else NAN,
        _rows(kept, certainty, fresh), values, points,
        _candidate_rows(kept.commitments, kept.two, found), table, breaking,
    )  # fmt: skip


class _Stages:
    """Progress over the stages that were asked for."""

    def __init__(self, progress: Progress, count: int):
        self.progress, self.count, self.made = progress, count, 0
        progress(0, count)

    def done(self, made: bool = True) -> None:
        """Report a stage, unless it was not asked for."""
        if made:
            self.made += 1
            self.progress(self.made, self.count)


@dataclass(frozen=True, eq=False)
class _CheckedPromises:
    """Promises of the hedged plan and of the plan for likely values, checked on fresh draws."""

    commitments: Commitments
    two: TwoStage
    cuts: Cuts
    hedged: Promised
    likely: Promised
    tried: Commitments
    log_weights: Floats
    share: Floats
    rates: Floats
    all_kept: float
    likely_rates: Floats
    likely_all: float

    @classmethod
    def of(
        cls, case: Case, certainty: float, by: str, yearly: bool, draws: int, fresh: int, seed: int,
        spread: float | None, stages: _Stages,
    ) -> _CheckedPromises:  # fmt: skip
        """Optimise on some draws, calibrate on others, and check on a third set."""
        commitments = commitments_of(case, by, yearly, draws, seed, spread)
        two = commitments.two_stage()
        cuts = Cuts(two.stage)
        hedged = hedge(two, certainty, case.rule, cuts)
        likely = hedge(commitments.two_stage(commitments.draws.mean()), 0.5, case.rule)
        stages.done()

        # draws for calibration and for the check are as many points of other scrambles
        tried, checked = (
            commitments_of(case, by, yearly, count, seed + step, spread)
            for step, count in ((1_000_003, CALIBRATED * fresh), (2_000_003, fresh))
        )
        share, log_weights = calibrate(tried.two_stage(), hedged.share, certainty, seed)
        stages.done()
        fresh_draws = checked.two_stage()
        rates, all_kept = _rates(fresh_draws, share, seed, log_weights)
        likely_rates, likely_all = _rates(fresh_draws, likely.share, seed, None)
        stages.done()
        return cls(
            commitments, two, cuts, hedged, likely, tried, log_weights, share, rates, all_kept,
            likely_rates, likely_all,
        )  # fmt: skip


def _check(certainty: float, draws: int, fresh: int) -> None:
    wrong = []
    if not 0 < certainty < 1:
        wrong.append(f"certainty: expected a number between 0 and 1, found {certainty!r}")
    for name, value in (("draws", draws), ("fresh", fresh)):
        if isinstance(value, bool) or int(value) != value or value < 2:
            wrong.append(f"{name}: expected a whole number of at least 2, found {value!r}")
    if wrong:
        raise InputError(wrong)


def _rates(two: TwoStage, share: Floats, seed: int, log_weights: Floats | None) -> Any:
    plans_of_draws = PromisePlans(two, seed, log_weights)
    return kept_rate(two, plans_of_draws.fills(share), share)


def _interval(rate: Floats, count: int) -> tuple[Floats, Floats]:
    """Return Wilson's interval of 95 % of a rate among some draws."""
    z2 = Z95**2 / count
    middle = (rate + z2 / 2) / (1 + z2)
    half = Z95 / (1 + z2) * np.sqrt(rate * (1 - rate) / count + z2 / (4 * count))
    return middle - half, middle + half


def _rows(found: _CheckedPromises, certainty: float, fresh: int) -> tuple[Promise, ...]:
    about, share, rates = found.commitments, found.share, np.clip(found.rates, 0.0, 1.0)
    likely, likely_rates, hedged = found.likely.share, found.likely_rates, found.hedged.share
    low, high = _interval(rates, fresh)
    asked = found.two.chance @ found.two.group_asked
    holds = (np.abs(rates - certainty) <= TOLERANCE) | ((share >= 1) & (rates > certainty))
    columns = (
        about.names, about.task.tolist(), about.tier.tolist(), asked.tolist(), likely.tolist(),
        likely_rates.tolist(), hedged.tolist(), share.tolist(), rates.tolist(), low.tolist(),
        high.tolist(), holds.tolist(),
    )  # fmt: skip
    rows = (Promise(*row) for row in zip(*columns, strict=True))
    return tuple(row for row in rows if row.asked_person_months > 0)


def _worths(
    about: Commitments, two: TwoStage, level: Floats, certainty: float
) -> tuple[PlanWorth, ...]:
    if len(about.window) > 1:
        about = replace(about, window=(about.programme.problem.report,))
        two = about.two_stage()
    first, last = about.programme.problem.report
    known = min(first + 12, (first + last) // 2 + 1)
    mean = about.two_stage(about.draws.mean())
    found = worth_of(two, mean, level, certainty, known)
    names = ("likely", "rigid", "unfolding", "hedged", "stochastic", "perfect")
    return tuple(PlanWorth(name, getattr(found, name)) for name in names)


def _frontier(
    about: Commitments, two: TwoStage, share: Floats, certainty: float, rule: str, cuts: Cuts
) -> tuple[FrontierPoint, ...]:
    """Return the shares that can be promised as certainty, size and fill of the packages vary."""
    inside = about.in_package()
    points = []

    def add(varied: str, at: float, programme: TwoStage, shares: Floats) -> None:
        asked = programme.chance @ programme.group_asked

        def part(chosen: Flags) -> float:
            total = float(asked[chosen].sum())
            return float(asked[chosen] @ shares[chosen]) / total if total > 0 else float("nan")

        tasks = (part(~inside & (about.task == task)) for task in (1, 2))
        points.append(FrontierPoint(varied, at, part(inside), *tasks))

    for at in CERTAINTIES:
        same = abs(at - certainty) < 1e-12
        add("certainty", at, two, share if same else hedge(two, at, rule, cuts).share)
    if not inside.any():
        return tuple(points)
    for at in SIZES:
        other, shares = two, share
        if at != 1:
            other = about.two_stage(about.draws.scale_caps(about.package, at))
            shares = hedge(other, certainty, rule).share
        add("package_size", at, other, shares)
    upper = int(about.tier[inside].max())
    for at in FILLS:
        given = {
            int(k): float(share[k]) * (at if inside[k] else 1.0)
            for k in np.flatnonzero(about.tier <= upper)
        }
        shares = share if at == 1 else hedge(two, certainty, rule, cuts, given).share
        add("package_fill", at, two, shares)
    return tuple(points)


def _candidates(about: Commitments, names: Sequence[str] | None) -> list[int]:
    """Return the groups that may be given up."""
    if names is None:
        return [k for k, status in enumerate(about.status) if status in STUDIED]
    known = [*about.missions, *about.names]
    wrong = [
        f"candidate: expected a mission, found {name!r}{nearest(name, known)}"
        for name in names if name not in known
    ]  # fmt: skip
    if wrong:
        raise InputError(wrong)
    return [
        k for k, (mission, name) in enumerate(zip(about.missions, about.names, strict=True))
        if mission in names or name in names
    ]  # fmt: skip


def _candidate_rows(
    about: Commitments, two: TwoStage, found: KeptCommitments | None
) -> tuple[Candidate, ...]:
    if found is None:
        return ()
    asked = two.chance @ two.group_asked
    candidates = sorted([*found.kept, *found.given_up])
    return tuple(Candidate(about.names[k], float(asked[k]), k in found.kept) for k in candidates)


def _robust(
    found: _CheckedPromises, certainty: float, rule: str, seed: int
) -> tuple[tuple[PlanRobustness, ...], tuple[Breaking, ...]]:
    """Return plans over a set of states, and the states in which the hedged promises break."""
    about, hedged = found.tried, found.share
    cautious = hedge(found.two, max(certainty, 0.99), rule).share
    plans = {"hedged": hedged, "likely": found.likely.share, "cautious": cautious,
             "everything": np.ones(len(hedged))}  # fmt: skip
    states: dict[tuple[float, str], TwoStage] = {}
    for how in ARRANGEMENTS:
        few = about.draws.take(slice(0, STRESSED))
        arranged: Draws = rearranged(few, how, seed)
        for lower in LOWER:
            states[lower, how] = about.two_stage(arranged.scale_strengths(1 - lower))
    kept, worth = {}, {}
    for state, two in states.items():
        for name, share in plans.items():
            plans_of_draws = PromisePlans(two, seed, found.log_weights)
            fills = plans_of_draws.fills(share)
            kept[state, name] = kept_rate(two, fills, share)[0]
            lacking = np.maximum(share - fills, 0.0) * two.exists
            cost = lacking @ two.worth / (1 - certainty)
            worth[state, name] = float(two.worth @ share) - cost
    best = {s: max(worth[s, name].mean() for name in plans) for s in states}
    live = next(iter(states.values())).exists.any(axis=0)
    rows = []
    for name in plans:
        least = {s: float(kept[s, name][live].min(initial=1.0)) for s in states}
        pooled = np.sort(np.concatenate([worth[s, name] for s in states]))
        tail = max(1, round((1 - certainty) * len(pooled)))
        satisfied = np.mean([one >= certainty - TOLERANCE for one in least.values()])
        regret = max(best[s] - worth[s, name].mean() for s in states)
        numbers = satisfied, regret, pooled[:tail].mean(), min(least.values())
        rows.append(PlanRobustness(name, *map(float, numbers)))
    first = next(iter(plans))
    breaking = []
    for k in np.flatnonzero(live):
        broken = [s for s in states if kept[s, first][k] < certainty - TOLERANCE]
        lower, how = min(broken, default=(float("nan"), ""))
        breaking.append(Breaking(about.names[k], lower, how))
    return tuple(rows), tuple(breaking)
