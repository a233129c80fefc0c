"""Changes to who could go and on what terms: pools, kinds, strengths, bounds and money."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from planner.scenario.draft import Draft
from planner.scenario.entries import VERBS, BoundEntry, KindEntry, Policy, PoolEntry
from planner.scenario.inputs import (
    Bound,
    Budget,
    Cost,
    Figure,
    Kind,
    Pool,
    Source,
    Step,
)
from planner.scenario.schema import Changes
from planner.scenario.source import Path_

__all__ = ["change_bounds_and_money", "change_pools_and_kinds", "change_strengths"]

ROTATION = ("tour", "preparation", "rest")
PRESENCE = ("acceptance", "lead", "early_return")


def change_pools_and_kinds(draft: Draft, changes: Changes) -> None:
    """Make changes to sources, pools, kinds and policies."""
    for id, source in changes.sources.items():
        draft.sources[id] = Source(id, **source.model_dump())
    for id, pool in changes.pools.items():
        _pool(draft, ("pools", id), id, pool)
    for id, kind in changes.kinds.items():
        _kind(draft, ("kinds", id), id, kind)
    for place, policy in enumerate(changes.policies):
        _policy(draft, ("policies", place), policy)


def _pool(draft: Draft, path: Path_, id: str, entry: PoolEntry) -> None:
    texts = {
        name: value
        for name in ("name", "name_nl", "category", "speciality", "note")
        if (value := getattr(entry, name)) is not None
    }
    series = {
        name: ((None, draft.figure((*path, name), quantity, entry)),)
        for name in ("posts", "filled", "fit")
        if (quantity := getattr(entry, name)) is not None
    }
    old = draft.pools.get(id)
    if entry.drop:
        _drop_pool(draft, path, id)
        return
    if old is not None:
        draft.pools[id] = replace(old, **texts, series={**old.series, **series})
        return
    lacking = [name for name in ("name", "category", "posts") if getattr(entry, name) is None]
    if lacking:
        draft.complain(path, draft.unknown(id, draft.pools, "pool", lacking), key=True)
        return
    exact = Figure(1.0, origin=draft.origin(path, entry))
    whole = dict.fromkeys(("posts", "filled", "fit"), ((None, exact),))
    draft.pools[id] = Pool(
        id=id,
        **{"name_nl": texts["name"], **texts},
        series={**whole, **series},
        file=draft.source.file,
        line=draft.line(path),
    )


def _drop_pool(draft: Draft, path: Path_, id: str) -> None:
    if not draft.known(path, id, draft.pools, "pool"):
        return
    del draft.pools[id]
    for name, demand in draft.demands.items():
        kept = tuple(pool for pool in demand.pools if pool != id)
        if not kept and demand.counts:
            draft.complain(
                path, f"demand {name!r} has no other pool: give it one, or drop it too", key=True
            )
        elif kept != demand.pools:
            draft.demands[name] = replace(demand, pools=kept)
    draft.steps = [
        replace(step, pools=kept)
        for step in draft.steps
        if (kept := tuple(pool for pool in step.pools if pool != id))
    ]


def _kind(draft: Draft, path: Path_, id: str, entry: KindEntry) -> None:
    texts = {
        name: value
        for name in ("name", "name_nl", "changeover", "note")
        if (value := getattr(entry, name)) is not None
    }
    figures = {
        name: draft.figure((*path, name), quantity, entry)
        for name in (*ROTATION, *PRESENCE)
        if (quantity := getattr(entry, name)) is not None
    }
    old = draft.kinds.get(id)
    if old is None:
        needed = ("name", "changeover", *ROTATION)
        lacking = [name for name in needed if getattr(entry, name) is None]
        if lacking:
            draft.complain(path, draft.unknown(id, draft.kinds, "kind", lacking), key=True)
            return
        old = Kind(
            id=id,
            **{"name_nl": texts["name"], **texts},
            file=draft.source.file,
            line=draft.line(path),
        )
    own = {name: {"": figures[name]} for name in ROTATION if name in figures}
    rotation = {**old.rotation, **own}
    presence = {**old.presence, **{name: figures[name] for name in PRESENCE if name in figures}}
    draft.kinds[id] = replace(old, **texts, rotation=rotation, presence=presence)


def _policy(draft: Draft, path: Path_, entry: Policy) -> None:
    known = draft.known((*path, "kinds"), entry.kinds or (), draft.kinds, "kind")
    known &= draft.known((*path, "pools"), entry.pools or (), draft.pools, "pool")
    says = [name for name in (*ROTATION, "scale_rest") if getattr(entry, name) is not None]
    some = entry.pools is not None or entry.category is not None
    if not says:
        draft.complain(path, "expected tour, preparation, rest or scale_rest")
    if entry.rest is not None and entry.scale_rest is not None:
        draft.complain((*path, "scale_rest"), "expected rest or scale_rest, found both")
    if entry.tour is not None and some:
        message = "a tour is the same for every pool: leave out 'pools' and 'category'"
        draft.complain((*path, "tour"), message)
    if not known:
        return
    pools = (
        None
        if not some
        else tuple(
            pool
            for pool in entry.pools or tuple(draft.pools)
            if entry.category in (None, draft.pools[pool].category)
        )
    )
    for id in entry.kinds or tuple(draft.kinds):
        kind = draft.kinds[id]
        rotation = {name: dict(figures) for name, figures in kind.rotation.items()}
        for name in ROTATION:
            quantity = getattr(entry, name)
            if quantity is not None:
                figure = draft.figure((*path, name), quantity, entry)
                rotation[name] = _by_pool(rotation.get(name, {}), pools, figure)
        if entry.scale_rest is not None:
            _scale_rest(draft, path, entry, pools, rotation.setdefault("rest", {}))
        draft.kinds[id] = replace(kind, rotation=rotation)
    _own_rest(draft, path, entry, pools)


def _own_rest(draft: Draft, path: Path_, entry: Policy, pools: tuple[str, ...] | None) -> None:
    """Change the rest of demands that have one of their own, where all their pools are meant."""
    for id, demand in draft.demands.items():
        if demand.rest is None or (entry.kinds is not None and demand.kind not in entry.kinds):
            continue
        if pools is not None and not set(demand.pools) <= set(pools):
            continue
        rest = demand.rest
        if entry.rest is not None:
            rest = draft.figure((*path, "rest"), entry.rest, entry)
        elif entry.scale_rest is not None:
            rest = draft.scaled((*path, "scale_rest"), rest, entry.scale_rest, entry)
        draft.demands[id] = replace(demand, rest=rest)


def _by_pool(
    old: dict[str, Figure], pools: tuple[str, ...] | None, figure: Figure
) -> dict[str, Figure]:
    """Return a policy by pool with a figure set for some pools, or for all of them."""
    return {"": figure} if pools is None else {**old, **dict.fromkeys(pools, figure)}


def _scale_rest(
    draft: Draft,
    path: Path_,
    entry: Policy,
    pools: tuple[str, ...] | None,
    rest: dict[str, Figure],
) -> None:
    """Multiply the rest in place; pools that follow the general rule get their own."""
    by = entry.scale_rest
    assert by is not None
    general = rest.get("")
    for pool in tuple(rest) if pools is None else pools:
        figure = rest.get(pool, general)
        if figure is not None:
            rest[pool] = draft.scaled((*path, "scale_rest"), figure, by, entry)


def change_strengths(draft: Draft, changes: Changes) -> None:
    """Add the steps by which strengths change over time."""
    for place, entry in enumerate(changes.strengths):
        path = ("strengths", place)
        every = entry.pools == ("all",)
        if not every and not draft.known((*path, "pools"), entry.pools, draft.pools, "pool"):
            continue
        pools = tuple(
            pool
            for pool in (draft.pools if every else entry.pools)
            if entry.category in (None, draft.pools[pool].category)
        )
        if not pools:
            draft.complain((*path, "category"), "none of the pools is of this category")
            continue
        verb: Any = next(verb for verb in VERBS if getattr(entry, verb) is not None)
        figure = draft.figure((*path, verb), getattr(entry, verb), entry)
        draft.steps.append(Step(pools, entry.of, verb, figure, entry.from_, entry.to))


def change_bounds_and_money(draft: Draft, changes: Changes) -> None:
    """Make changes to composition bounds, budgets and costs."""
    for id, bound in changes.bounds.items():
        _bound(draft, ("bounds", id), id, bound)
    for place, budget in enumerate(changes.money.budgets):
        path: Path_ = ("money", "budgets", place)
        figure = draft.figure((*path, "amount"), budget.amount, budget)
        new = Budget(budget.fund, budget.year, figure)
        draft.budgets = [
            old for old in draft.budgets if (old.fund, old.year) != (new.fund, new.year)
        ] + [new]
    for place, entry in enumerate(changes.money.costs):
        path = ("money", "costs", place)
        if (entry.kind is None) == (entry.demand is None):
            draft.complain(path, "expected a kind or a demand, one of the two")
            continue
        if entry.kind is not None:
            draft.known((*path, "kind"), entry.kind, draft.kinds, "kind")
        else:
            draft.known((*path, "demand"), entry.demand or "", draft.demands, "demand")
        cost = Cost(
            entry.fund,
            entry.kind or "",
            entry.demand or "",
            draft.figure((*path, "amount"), entry.amount, entry),
        )
        draft.costs = [
            old
            for old in draft.costs
            if (old.fund, old.kind, old.demand) != (cost.fund, cost.kind, cost.demand)
        ] + [cost]


def _bound(draft: Draft, path: Path_, id: str, entry: BoundEntry) -> None:
    old = draft.bounds.get(id)
    if entry.drop:
        if draft.known(path, id, draft.bounds, "bound"):
            del draft.bounds[id]
        return
    if old is None and (entry.demands is None or (entry.min is None and entry.max is None)):
        draft.complain(
            path, draft.unknown(id, draft.bounds, "bound", ["demands and min or max"]), key=True
        )
        return
    bound = old or Bound(id, entry.demands or ())
    if entry.note is not None:
        bound = replace(bound, note=entry.note)
    if entry.demands is not None:
        draft.known((*path, "demands"), entry.demands, draft.demands, "demand")
        bound = replace(bound, demands=entry.demands)
    if entry.pools is not None:
        draft.known((*path, "pools"), entry.pools, draft.pools, "pool")
        bound = replace(bound, pools=entry.pools)
    for side in ("min", "max"):
        quantity = getattr(entry, side)
        if quantity is not None:
            figure = draft.figure((*path, side), quantity, entry)
            bound = replace(bound, min=figure) if side == "min" else replace(bound, max=figure)
    if bound.min is not None and bound.max is not None and bound.min.value > bound.max.value:
        draft.complain(path, f"max {bound.max.value:g} is below min {bound.min.value:g}")
    draft.bounds[id] = bound
