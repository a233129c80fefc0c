"""Sums over demands, pools and months, draw by draw, a few groups at a time.

However many draws there are, no more than a fixed amount of memory is used: groups are taken in
portions, and every portion reads once through the batches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from planner.errors import ResultError, nearest
from planner.montecarlo.outline import Outline
from planner.montecarlo.quantities import LAYERS, layer_of, lost
from planner.montecarlo.records import WHOLE, Records
from planner.results.frames import share

if TYPE_CHECKING:
    from planner.montecarlo.futures import Futures

__all__ = ["KEYS", "Group", "fills", "groups_of", "losses"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

KEYS = (
    "demand", "mission", "region", "category", "organisation", "main_task", "tier", "kind",
    "status", "package", "pool", "month",
)  # fmt: skip
"""What draws can be grouped by."""

ROOM = 2**26
"""Bytes that a portion of groups may take."""

WINDOW = ("draw", "replicate", "caps", "begin", "end", "filled", "present", "codes")
FINE = (*WINDOW, "served", "attended")
"""Columns of the records that groups need: without pools and months, and with them."""


@dataclass(frozen=True, eq=False)
class Group:
    """Demands, or demands with a pool, that are counted together.

    Attributes
    ----------
    key : tuple
        Values of the keys, `month` left out.
    members : ndarray of int
        Places of demands; of lines, where a pool is among the keys.
    """

    key: tuple[object, ...]
    members: Ints


def check_keys(keys: Sequence[str], monthly: bool, layer: str = "planned") -> None:
    """Raise ResultError unless draws can be grouped by these keys, on this layer."""
    if layer not in LAYERS:
        known = " or ".join(LAYERS)
        raise ResultError(f"layer: expected {known}, found {layer!r}{nearest(layer, LAYERS)}")
    for place, key in enumerate(keys):
        if key not in KEYS:
            known = ", ".join(KEYS)
            raise ResultError(f"cannot group by {key!r}{nearest(key, KEYS)}; expected {known}")
        if key in keys[:place]:
            raise ResultError(f"asked to group by {key!r} twice")
    if not monthly and {"pool", "month"}.intersection(keys):
        raise ResultError(
            "people by pool and month were not kept: simulate with monthly=True (--monthly)"
        )


def groups_of(outline: Outline, keys: Sequence[str], chosen: NDArray[np.bool_]) -> list[Group]:
    """Return the groups of some demands, in the order of the scenario."""
    labels = [key for key in keys if key != "month"]
    by_pool = "pool" in labels
    axes = outline.axes
    demand = np.array([d for d, _ in axes.lines] if by_pool else range(len(axes.demands)), int)
    columns = []
    for key in labels:
        if key == "pool":
            columns.append([axes.pools[p] for _, p in axes.lines])
        else:
            columns.append(outline.label(key)[demand].tolist())
    found: dict[tuple[object, ...], list[int]] = {}
    for place in np.flatnonzero(chosen[demand]).tolist():
        found.setdefault(tuple(column[place] for column in columns), []).append(place)
    groups = [Group(key, np.array(members)) for key, members in found.items()]
    ranks = {key: place for place, key in enumerate(found)}
    whole = [k for k, key in enumerate(labels) if key in ("tier", "main_task")]
    return sorted(groups, key=lambda one: (*(one.key[k] for k in whole), ranks[one.key]))


def _portions(groups: Sequence[Group], draws: int, months: int) -> Iterator[Sequence[Group]]:
    each = max(1, ROOM // max(8 * draws * months, 1))
    for start in range(0, len(groups), each):
        yield groups[start : start + each]


def _summed(values: Floats, groups: Sequence[Group]) -> Floats:
    """Return sums over the members of each group, (draws, groups, …)."""
    return np.stack([values[:, group.members].sum(axis=1) for group in groups], axis=1)


def _asked_monthly(records: Records, months: int) -> Floats:
    """Return persons asked by demand and month, (draws, demands, months)."""
    time = np.arange(months)
    here = (time >= records.begin[..., None]) & (time <= records.end[..., None])
    return np.where(here, records.caps[..., None], 0.0)


class Sums:
    """Reads what groups need of the records of draws, on the finest axes that the keys ask for.

    Parameters
    ----------
    outline : Outline
    keys : sequence of str
    layer : {"planned", "present"}
    """

    def __init__(self, outline: Outline, keys: Sequence[str], layer: str):
        self.outline, self.axes, self.layer = outline, outline.axes, layer
        self.by_pool, self.by_month = "pool" in keys, "month" in keys
        self.columns = FINE if self.by_pool or self.by_month else WINDOW
        self.demand = np.array([d for d, _ in self.axes.lines], dtype=np.int64)
        self.heads = np.flatnonzero(np.diff(self.demand, prepend=-1))
        self.months = len(self.axes.months) if self.by_month else 1

    def asked_and_filled(self, records: Records) -> tuple[Floats, Floats]:
        """Return what is asked and filled, (draws, demands or lines, months or 1).

        By pool, what is asked counts where it is filled, and what is not filled counts at the
        first-named pool of its demand.
        """
        if not (self.by_pool or self.by_month):
            return records.asked[..., None], layer_of(records, self.layer)[:, 0, :, None]
        asked = _asked_monthly(records, len(self.axes.months))
        filled = self.people(records, 0)
        if self.by_pool:
            lacking = asked[:, self.demand[self.heads]] - np.add.reduceat(
                filled, self.heads, axis=1
            )
            asked = filled.copy()
            asked[:, self.heads] += lacking
        else:
            filled = np.add.reduceat(filled, self.heads, axis=1)
        if not self.by_month:
            asked, filled = asked.sum(axis=2, keepdims=True), filled.sum(axis=2, keepdims=True)
        return asked, filled

    def people(self, records: Records, plan: int) -> Floats:
        """Return people on duty by line and month, (draws, lines, months)."""
        assert records.served is not None
        assert records.attended is not None
        people = records.served[:, plan] * records.caps[:, self.demand, None]
        if self.layer == "present":  # who is there is there alike from every pool
            planned = np.add.reduceat(records.served[:, plan], self.heads, axis=1)
            there = records.attended[:, plan] / WHOLE
            people = people * share(there, planned, 0.0)[:, self.demand]
        return np.asarray(people)

    def lost(self, records: Records, plan: int, own: NDArray[np.bool_]) -> Floats:
        """Return what a package displaces, (draws, demands or lines, months or 1)."""
        if not (self.by_pool or self.by_month):
            return lost(records, plan, own, self.layer)[..., None]
        less = self.people(records, plan) - self.people(records, 0)
        less[:, own[self.demand]] = 0.0
        scale = 1 + records.caps[:, self.demand, None]
        less = np.where(np.abs(less) <= 1e-6 * scale, 0.0, less)
        if not self.by_pool:
            less = np.add.reduceat(less, self.heads, axis=1)
        return less if self.by_month else less.sum(axis=2, keepdims=True)


def _through(futures: Futures, sums: Sums) -> Iterator[tuple[int, Records]]:
    """Yield the proved draws of every batch with where they begin among all of them."""
    at = 0
    for records in futures.records(sums.columns):
        kept = records if records.proved.all() else records.take(np.flatnonzero(records.proved))
        if len(kept):
            yield at, kept
        at += len(kept)


def fills(
    futures: Futures, keys: Sequence[str], groups: Sequence[Group], layer: str
) -> Iterator[tuple[Sequence[Group], Floats, Floats, Ints]]:
    """Yield groups in portions with what they ask and get.

    Yields
    ------
    groups : sequence of Group
    asked, filled : ndarray (draws, groups × months)
        Person-months; by month, persons.
    replicate : ndarray of int (draws,)
    """
    sums, draws = Sums(futures.outline, keys, layer), futures.counted
    for portion in _portions(groups, 2 * draws, sums.months):
        shape = (draws, len(portion) * sums.months)
        asked, filled = np.empty(shape), np.empty(shape)
        replicate = np.empty(draws, dtype=np.int64)
        for at, records in _through(futures, sums):
            here = slice(at, at + len(records))
            both = sums.asked_and_filled(records)
            asked[here] = _summed(both[0], portion).reshape(len(records), -1)
            filled[here] = _summed(both[1], portion).reshape(len(records), -1)
            replicate[here] = records.replicate
        yield portion, asked, filled, replicate


def losses(
    futures: Futures, package: str, keys: Sequence[str], groups: Sequence[Group], layer: str
) -> Iterator[tuple[Sequence[Group], Floats, Ints]]:
    """Yield groups in portions with what they lose to a package, (draws, groups × months)."""
    sums, draws = Sums(futures.outline, keys, layer), futures.counted
    own = futures.outline.quantities.own(package)
    plan = 1 + futures.outline.axes.packages.index(package)
    for portion in _portions(groups, draws, sums.months):
        found = np.empty((draws, len(portion) * sums.months))
        replicate = np.empty(draws, dtype=np.int64)
        for at, records in _through(futures, sums):
            here = slice(at, at + len(records))
            taken = _summed(sums.lost(records, plan, own), portion)
            found[here] = taken.reshape(len(records), -1)
            replicate[here] = records.replicate
        yield portion, found, replicate
