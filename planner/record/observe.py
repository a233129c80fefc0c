"""Observations: what a number of people seen speaks of, what a plan expects there, and the error.

An observation is a count of people in a month under some demands. Given the values of all
parameters it is taken as normal around the people expected to be there, with a variance of parts
that each have a reason of their own:

presence
    Of n people planned a share is there, post by post (:mod:`planner.montecarlo.plans`): s is
    the chance that a post is occupied in the k-th month of its tour, the variance n s (1 − s). Of a
    unit that is accepted or not as a whole it is n² f (1 − f) + n f r (1 − r), with f the chance
    that the unit has come and r = s ÷ f.
stated error
    Column ``error`` of the table: rounding, posts held twice, people of others counted along. Nine
    in ten lie within it, so its standard deviation is error ÷ 1.645.
day of the count
    Two counts of one mission in one month differ: of MINUSMA's police two and four were counted in
    January 2022. Leave, travel, a day earlier or later: variance 0.25, and 1/12 for whole people.
hand-over
    A post whose holder changes in that month may be counted twice, once or not at all: variance
    0.5 for each such post of people who are replaced one by one.
organisation of a unit
    A unit is put together for its task and not head by head: 5 % of its people.

Presence and stated error persist: a post that is vacant this month is likely to be vacant in the
next. Counts of the same demands are correlated in these two parts by ρ to the power of the months
between them, ρ = exp(−1/3), three months being the lead time of a successor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from planner.errors import InputError
from planner.montecarlo.plans import Code
from planner.months import Month

if TYPE_CHECKING:
    from planner.montecarlo.specification import Instance, Specification
    from planner.scenario.inputs import Observation

__all__ = ["Expected", "Planned", "Seen", "exceeds", "occupied", "plan", "plan_packed", "seen_in"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

WITHIN = 1.645
"""Standard deviations within which nine in ten normal values lie."""

COUNT = 0.25 + 1 / 12
"""Variance of the day of the count and of whole people, persons²."""

HANDED_OVER = 0.5
"""Variance of a post whose holder changes in the month, persons²."""

ORGANISED = 0.05
"""Standard deviation of the size of a unit, as a share of its people."""

PERSISTS = float(np.exp(-1 / 3))
"""Correlation of presence and stated error from one month to the next."""

MONTHS = 36
"""Months of a tour that are told apart; later ones count as the last."""


@dataclass(frozen=True, eq=False)
class Seen:
    """Observations laid out for one specification.

    Attributes
    ----------
    observations : tuple of Observation
        In the order of the table.
    owner, line, month : ndarray of int (cells,)
        Every line of demand that an observation counts, with its observation; months are ordinals.
    pools : tuple of (tuple of int)
        Pools counted of each observation, empty for all.
    """

    observations: tuple[Observation, ...]
    owner: Ints
    line: Ints
    month: Ints
    pools: tuple[tuple[int, ...], ...]

    def __len__(self) -> int:
        return len(self.observations)

    @cached_property
    def people(self) -> Floats:
        """People seen, (observations,)."""
        return np.array([one.people for one in self.observations], dtype=float)

    @cached_property
    def stated(self) -> Floats:
        """Variance of the stated error, (observations,)."""
        return np.array([(one.error / WITHIN) ** 2 for one in self.observations])

    @cached_property
    def most(self) -> NDArray[np.bool_]:
        """Observations that state an upper limit only, (observations,)."""
        return np.array([one.relation == "at_most" for one in self.observations], dtype=bool)

    @cached_property
    def series(self) -> list[Ints]:
        """Places of the counts of the same demands, in the order of their months."""
        found: dict[tuple[tuple[str, ...], tuple[str, ...]], list[int]] = {}
        for place, one in enumerate(self.observations):
            if not self.most[place]:
                found.setdefault((tuple(sorted(one.demands)), tuple(one.pools)), []).append(place)
        when = [one.month.ordinal for one in self.observations]
        return [np.array(sorted(some, key=when.__getitem__)) for some in found.values()]

    @property
    def parts(self) -> list[Ints]:
        """Places of the counts that are independent of others: each series, each upper limit."""
        return [*self.series, *np.flatnonzero(self.most)[:, None]]

    def take(self, places: Sequence[int] | Ints) -> Seen:
        """Return some of the observations."""
        order = {int(place): k for k, place in enumerate(places)}
        kept = np.flatnonzero(np.isin(self.owner, list(order)))
        return Seen(
            tuple(self.observations[int(place)] for place in places),
            np.array([order[int(one)] for one in self.owner[kept]], dtype=np.int64),
            self.line[kept], self.month[kept],
            tuple(self.pools[int(place)] for place in places),
        )  # fmt: skip


def seen_in(specification: Specification, observations: Sequence[Observation]) -> Seen:
    """Return the observations that a specification can speak of; others are left out.

    An observation is left out where none of its demands is asked in its month, or the month lies
    outside the window.
    """
    form, inputs = specification.formulation, specification.uncertain.scenario.inputs
    asked = {
        id: (one.first[1].month, one.last[1].month)
        for id, one in zip(form.ids, form.sources, strict=True)
    }
    kept: list[Observation] = []
    cells: list[tuple[int, int, int]] = []
    for one in observations:
        lines = [
            k
            for k in form.members(one.demands)
            if asked[form.ids[k]][0] <= one.month <= asked[form.ids[k]][1]
        ]
        if not lines or not inputs.first <= one.month <= inputs.last:
            continue
        cells += [(len(kept), k, one.month.ordinal) for k in lines]
        kept.append(one)
    table = np.array(cells, dtype=np.int64).reshape(-1, 3)
    pools = tuple(tuple(form.pools.index(name) for name in one.pools) for one in kept)
    return Seen(tuple(kept), table[:, 0], table[:, 1], table[:, 2], pools)


class Planned(NamedTuple):
    """What plans give the cells of some observations.

    Attributes
    ----------
    weights : ndarray of float32 (draws, cells, MONTHS)
        People planned by month of their tour; NaN where no plan was proved.
    asked : ndarray (draws, cells)
        Caps, persons; 0 where the draw does not ask in that month.
    present : ndarray (draws, cells) or None
        People present in one realisation of chance, persons.
    """

    weights: NDArray[np.float32]
    asked: Floats
    present: Floats | None = None


def plan(
    specification: Specification, seen: Seen, values: Floats,
    streams: NDArray[np.uint64] | None = None,
) -> Planned:  # fmt: skip
    """Plan draws, all packages with them, and return who is planned under the observed demands.

    Parameters
    ----------
    values : ndarray (draws, factors)
    streams : ndarray of uint64 (draws,), optional
        With them presence is simulated as well.
    """
    count, wide = len(values), len(seen.line)
    figures = specification.effects.figures(values)
    weights = np.zeros((count, wide, MONTHS), dtype=np.float32)
    asked, present = np.zeros((count, wide)), np.zeros((count, wide))
    chances = specification.presence.chances(figures, count)
    first = specification.uncertain.scenario.inputs.first.ordinal
    for made in specification.instances(figures, count):
        numbers = made.numbers
        plans = specification.structure(made).solve(
            numbers.caps, numbers.strengths, (), least=numbers.least, most=numbers.most,
            amounts=numbers.amounts,
        )  # fmt: skip
        layout, frame, tours = made.layout, made.frame, made.layout.tours
        decision = layout.tour_decision
        people = plans.people[0][:, decision] / layout.cohorts[decision]
        people[plans.code[0] == Code.UNPROVED] = np.nan
        asked[made.draws] = _asked(made, seen, first)
        place = {int(line): k for k, line in enumerate(made.lines)}
        serving = None
        if streams is not None:
            some = chances.of(made.draws, made.lines)
            serving = specification.presence.present(made, plans, some, streams[made.draws])[0]
        for line in np.unique(seen.line).tolist():
            demand, cells = place.get(line), np.flatnonzero(seen.line == line)
            if demand is None:
                continue
            inside = seen.month[cells] - first
            month = frame.report[0] + inside
            counted = np.stack(
                [_counted(seen.pools[seen.owner[cell]], plans.served[0], frame, demand, here)
                 for cell, here in zip(cells, inside, strict=True)], axis=1,
            )  # fmt: skip
            rows = made.draws[:, None]
            own = np.flatnonzero(tours.demand == demand)
            on = (tours.first[own] <= month[:, None]) & (month[:, None] <= tours.last[own])
            which, tour = np.nonzero(on)
            k = np.minimum(month[which] - tours.first[own[tour]], MONTHS - 1)
            added = people[:, own[tour]] * counted[:, which]
            np.add.at(weights, (rows, cells[which], k), added)
            if serving is not None:
                present[rows, cells] = serving[:, demand, inside] * counted
    return Planned(weights, asked, None if streams is None else present)


def _asked(made: Instance, seen: Seen, first: int) -> Floats:
    """Return the caps of the cells in the draws of an instance, (draws, cells)."""
    place = {int(line): k for k, line in enumerate(made.lines)}
    demand = np.array([place.get(int(line), -1) for line in seen.line], dtype=np.int64)
    month = made.frame.report[0] + seen.month - first
    runs = (made.frame.first[demand] <= month) & (month <= made.frame.last[demand])
    return np.asarray(made.numbers.caps[:, demand] * (runs & (demand >= 0)))


def exceeds(specification: Specification, seen: Seen, values: Floats) -> NDArray[np.bool_]:
    """Return which observations exceed all that any draw asks for, (observations,).

    Such a count says that the ceiling was not the stated one, and nothing about strengths: no value
    of any parameter explains it. It exceeds the largest sum of caps by more than three standard
    deviations of all errors that a count of so many may have, hand-overs of all posts and the
    organisation of units among them. A narrower limit would leave out counts that are high by
    error, and pull all that is found downwards.

    Parameters
    ----------
    values : ndarray (draws, factors)
        Draws of the parameters by their ranges.
    """
    figures, asked = specification.effects.figures(values), np.zeros((len(values), len(seen.line)))
    first = specification.uncertain.scenario.inputs.first.ordinal
    for made in specification.instances(figures, len(values)):
        asked[made.draws] = _asked(made, seen, first)
    whole = specification.presence.whole[seen.line]
    error = np.where(whole, (ORGANISED * asked) ** 2, HANDED_OVER * asked)
    most, variance = (np.zeros((len(seen), len(values))) for _ in range(2))
    np.add.at(most, seen.owner, asked.T)
    np.add.at(variance, seen.owner, error.T)
    spread = np.sqrt(variance.T + seen.stated + COUNT)
    return np.asarray(seen.people > (most.T + 3 * spread).max(axis=0))


def _counted(
    pools: tuple[int, ...], served: Floats, frame: object, demand: int, month: int
) -> Floats:
    """Return the share of the people of a demand who are of the pools counted, (draws,)."""
    if not pools:
        return np.ones(len(served))
    lines = frame.lines  # type: ignore[attr-defined]
    own = lines.demand == demand
    all_ = served[:, own, month].sum(axis=1)
    some = served[:, own & np.isin(lines.pool, pools), month].sum(axis=1)
    return np.divide(some, all_, out=np.zeros_like(all_), where=all_ > 0)


def plan_packed(
    packed: object, seen: Seen, values: Floats, streams: NDArray[np.uint64] | None = None
) -> Planned:
    """Plan draws of a packed specification; runs in a worker."""
    return plan(packed.specification(), seen, values, streams)  # type: ignore[attr-defined]


def occupied(accept: Floats, lead: Ints, back: Floats, whole: bool) -> tuple[Floats, Floats]:
    """Return the chance that a post is occupied, and that it has been filled at all.

    Parameters
    ----------
    accept, lead, back : ndarray (draws,)
        As in :func:`planner.analysis.causes.occupancy`, of which this is many at once.
    whole : bool
        Accepted as a whole, and replaced from within.

    Returns
    -------
    ndarray, ndarray (draws, MONTHS)
        By month of the tour.

    Examples
    --------
    >>> found, _ = occupied(np.array([0.5]), np.array([2]), np.array([0.0]), False)
    >>> found[0, :4].tolist()
    [0.5, 0.5, 0.75, 0.75]
    """
    count, column = len(accept), np.arange(len(accept))
    first, again, serving = (np.zeros((MONTHS, count)) for _ in range(3))
    accepts = np.ones(count) if whole else accept
    first[0] = 1.0
    for k in range(MONTHS):
        before, earlier = k - lead, k - 1 - lead
        if k:
            ready = (before >= 0) & (lead > 0)
            at = np.maximum(before, 0)
            first[k] = np.where(ready, (1 - accept) * first[at, column], 0.0)
            again[k] = np.where(ready, (1 - accepts) * again[at, column], 0.0)
            left = back * serving[np.maximum(earlier, 0), column]
            again[k] += np.where((earlier >= 0) & (lead > 0), left, 0.0)
        stays = (1 - back) * serving[k - 1] if k else 0.0
        serving[k] = accept * first[k] + accepts * again[k] + stays
    come = np.minimum(np.cumsum(accept * first, axis=0), 1.0)
    never = lead == 0
    return np.where(never, 1.0, serving).T, np.where(never, 1.0, come).T


class Expected(NamedTuple):
    """What is expected of observations, (draws, observations): mean, and variance by its parts.

    Attributes
    ----------
    mean : ndarray
        Persons.
    chance : ndarray
        Variance of presence.
    error : ndarray
        Variance of the day of the count, of hand-overs and of the organisation of units.
    """

    mean: Floats
    chance: Floats
    error: Floats

    @classmethod
    def of(
        cls, specification: Specification, seen: Seen, weights: NDArray[np.float32], values: Floats
    ) -> Expected:
        """Return what plans and the parameters of presence lead one to expect."""
        count, presence = len(values), specification.presence
        chances = presence.chances(specification.effects.figures(values), count)
        shape = (count, len(seen))
        mean, vacancy, error = np.zeros(shape), np.zeros(shape), np.full(shape, COUNT)
        tables: dict[str, tuple[Floats, Floats]] = {}
        for cell, (owner, line) in enumerate(zip(seen.owner, seen.line, strict=True)):
            kind, whole = presence.owners[line][0], bool(presence.whole[line])
            if kind not in tables:
                tables[kind] = occupied(
                    chances.accept[:, line], chances.lead[:, line], chances.back[:, line], whole
                )
            serves, come = tables[kind]
            people = weights[:, cell] * chances.manned[:, line, None]
            mean[:, owner] += (people * serves).sum(axis=1)
            if whole:
                stays = np.divide(serves, come, out=np.zeros_like(serves), where=come > 0)
                vacancy[:, owner] += (people * come * stays * (1 - stays)).sum(axis=1)
                vacancy[:, owner] += ((people * stays) ** 2 * come * (1 - come)).sum(axis=1)
                error[:, owner] += (ORGANISED * people.sum(axis=1)) ** 2
            else:
                vacancy[:, owner] += (people * serves * (1 - serves)).sum(axis=1)
                error[:, owner] += HANDED_OVER * people[:, 0]
        return cls(mean, vacancy, error)

    def log_likelihood(self, seen: Seen) -> Floats:
        """Return the logarithm of the likelihood of what was seen, (draws,)."""
        return np.asarray(self.parts(seen).sum(axis=1))

    def parts(self, seen: Seen) -> Floats:
        """Return the logarithms of the likelihood of :attr:`Seen.parts`, (draws, parts)."""
        from scipy.special import log_ndtr

        spread = np.sqrt(self.chance + self.error + seen.stated)[:, seen.most]
        above = seen.people[seen.most] + 0.5 - self.mean[:, seen.most]
        series = [self._of_series(seen, places) for places in seen.series]
        found = np.column_stack([*series, log_ndtr(above / spread)])
        return np.where(np.isnan(found), -np.inf, found)

    def _of_series(self, seen: Seen, places: Ints) -> Floats:
        when = np.array([seen.observations[k].month.ordinal for k in places])
        together = PERSISTS ** np.abs(when[:, None] - when[None, :])
        lasting = np.sqrt(self.chance[:, places] + seen.stated[places])
        cover = lasting[:, :, None] * together * lasting[:, None, :]
        cover[:, np.arange(len(places)), np.arange(len(places))] += self.error[:, places]
        away = seen.people[places] - self.mean[:, places]
        bad = np.asarray(np.isnan(away).any(axis=1))
        cover[bad] = np.eye(len(places))
        root = np.linalg.cholesky(cover)
        scaled = np.linalg.solve(root, np.where(bad[:, None], 0.0, away)[:, :, None])[:, :, 0]
        logs = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
        found = -0.5 * (scaled**2).sum(axis=1) - logs - 0.5 * len(places) * np.log(2 * np.pi)
        return np.where(bad, -np.inf, found)

    def noise(self, seen: Seen, random: np.random.Generator) -> Floats:
        """Return errors of counts, (draws, observations), one realisation; presence left out."""
        found = np.sqrt(self.error) * random.standard_normal(self.mean.shape)
        for places in seen.series:
            when = np.array([seen.observations[k].month.ordinal for k in places])
            together = PERSISTS ** np.abs(when[:, None] - when[None, :])
            root = np.linalg.cholesky(together + 1e-9 * np.eye(len(when)))
            normal = random.standard_normal((len(self.mean), len(when))) @ root.T
            found[:, places] += normal * np.sqrt(seen.stated[places])
        return found


def check_month(until: Month | str | None) -> Month | None:
    """Return a month, or None; InputError where it is none."""
    if until is None or isinstance(until, Month):
        return until
    try:
        return Month.parse(until)
    except ValueError:
        raise InputError(f"until: expected a month such as 2022-06, found {until!r}") from None
