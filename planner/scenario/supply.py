"""Changes to who could go and on what terms: pools, kinds, strengths, bounds and money."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from planner.scenario.draft import Draft
from planner.scenario.entries import VERBS, Policy
from planner.scenario.inputs import (
    PRESENCE,
    ROTATION,
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

HOME = ("rest", "dwell")
"""Two ways of giving the time at home; a pool has one of them."""

SHARES = ("filled", "fit")
DEVIATIONS = ("filled_factor", "fit_factor")


def change_pools_and_kinds(draft: Draft, changes: Changes) -> None:
    """Make changes to sources, pools, kinds and policies."""
    for id, source in changes.sources.items():
        draft.sources[id] = Source(id, **source.model_dump())
    for id, force in changes.forces.items():
        _force(draft, ("forces", id), id, force)
    for id, pool in changes.pools.items():
        _pool(draft, ("pools", id), id, pool)
    for id, kind in changes.kinds.items():
        _kind(draft, ("kinds", id), id, kind)
    for place, policy in enumerate(changes.policies):
        _policy(draft, ("policies", place), policy)


def _force(draft: Draft, path: Path_, id: str, entry: Any) -> None:
    given = {
        name: ((None, draft.figure((*path, name), quantity, entry)),)
        for name in SHARES
        if (quantity := getattr(entry, name)) is not None
    }
    old = draft.forces.get(id)
    lacking = [name for name in SHARES if name not in given]
    if old is None and lacking:
        draft.complain(path, draft.unknown(id, draft.forces, "force", lacking), key=True)
        return
    draft.forces[id] = {**(old or {}), **given}


def _pool(draft: Draft, path: Path_, id: str, entry: Any) -> None:
    texts = {
        name: value
        for name in ("name", "name_nl", "category", "speciality", "force", "note")
        if (value := getattr(entry, name)) is not None
    }
    series = {
        name: ((None, draft.figure((*path, name), quantity, entry)),)
        for name in ("posts", *SHARES, *DEVIATIONS)
        if (quantity := getattr(entry, name)) is not None
    }
    old = draft.pools.get(id)
    if entry.force is not None:
        draft.known((*path, "force"), entry.force, draft.forces, "force")
    force = entry.force or (old.force if old is not None else "")
    for name in DEVIATIONS:
        if getattr(entry, name) is not None and not force:
            draft.complain((*path, name), "is for pools of a force: name its force")
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
    whole = {} if force else dict.fromkeys(SHARES, ((None, exact),))
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
        kept = tuple(
            one for one in demand.options if id != one and (isinstance(one, str) or id not in one)
        )
        if not kept and demand.counts:
            draft.complain(
                path,
                f"demand {name!r} has no option without it: give it one, or drop it too",
                key=True,
            )
        elif kept != demand.options:
            draft.demands[name] = replace(demand, options=kept)
    draft.steps = [
        replace(step, pools=others)
        for step in draft.steps
        if (others := tuple(pool for pool in step.pools if pool != id))
    ]


def _kind(draft: Draft, path: Path_, id: str, entry: Any) -> None:
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
        needed = ("name", "changeover", "tour", "preparation")
        lacking = [name for name in needed if getattr(entry, name) is None]
        if entry.rest is None and entry.dwell is None:
            lacking.append("rest or dwell")
        if lacking:
            draft.complain(path, draft.unknown(id, draft.kinds, "kind", lacking), key=True)
            return
        old = Kind(
            id=id,
            **{"name_nl": texts["name"], **texts},
            file=draft.source.file,
            line=draft.line(path),
        )
    rotation = {name: dict(by_pool) for name, by_pool in old.rotation.items()}
    for name in ROTATION:
        if name in figures:
            _set_policy(rotation, name, None, figures[name])
    presence = {**old.presence, **{name: figures[name] for name in PRESENCE if name in figures}}
    draft.kinds[id] = replace(old, **texts, rotation=rotation, presence=presence)


def _policy(draft: Draft, path: Path_, entry: Policy) -> None:
    known = draft.known((*path, "kinds"), entry.kinds or (), draft.kinds, "kind")
    known &= draft.known((*path, "pools"), entry.pools or (), draft.pools, "pool")
    says = [name for name in (*ROTATION, "scale_rest") if getattr(entry, name) is not None]
    some = entry.pools is not None or entry.category is not None
    if not says:
        draft.complain(path, "expected tour, preparation, rest, dwell or scale_rest")
    for name in HOME:
        if getattr(entry, name) is not None and entry.scale_rest is not None:
            draft.complain((*path, "scale_rest"), f"expected {name} or scale_rest, found both")
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
                _set_policy(rotation, name, pools, figure)
        if entry.scale_rest is not None:
            _scale_home(draft, path, entry, pools, rotation)
        draft.kinds[id] = replace(kind, rotation=rotation)
    _own_rest(draft, path, entry, pools)


def _own_rest(draft: Draft, path: Path_, entry: Policy, pools: tuple[str, ...] | None) -> None:
    """Change the time at home of demands that have one of their own, where the policy holds for
    all their pools."""
    for id, demand in draft.demands.items():
        name = "rest" if demand.rest is not None else "dwell"
        figure = getattr(demand, name)
        if figure is None or (entry.kinds is not None and demand.kind not in entry.kinds):
            continue
        if pools is not None and not set(demand.pools) <= set(pools):
            continue
        changed = {name: figure}
        for other in HOME:
            if getattr(entry, other) is not None:
                new = draft.figure((*path, other), getattr(entry, other), entry)
                changed = {name: None, other: new}
        if entry.scale_rest is not None:
            changed = {name: draft.scaled((*path, "scale_rest"), figure, entry.scale_rest, entry)}
        draft.demands[id] = replace(demand, **changed)


def _set_policy(
    rotation: dict[str, dict[str, Figure]],
    name: str,
    pools: tuple[str, ...] | None,
    figure: Figure,
) -> None:
    """Set a figure for some pools, or for all (None), in place; rest takes the place of dwell and
    dwell that of rest."""
    old = rotation.get(name, {})
    rotation[name] = {"": figure} if pools is None else {**old, **dict.fromkeys(pools, figure)}
    if name in HOME:
        other = HOME[1 - HOME.index(name)]
        kept = rotation.get(other, {}) if pools is not None else {}
        rotation[other] = {pool: one for pool, one in kept.items() if pool not in (pools or ())}


def _scale_home(
    draft: Draft,
    path: Path_,
    entry: Policy,
    pools: tuple[str, ...] | None,
    rotation: dict[str, dict[str, Figure]],
) -> None:
    """Multiply rest and dwell in place; pools that follow the general rule get their own."""
    by = entry.scale_rest
    assert by is not None
    for name in HOME:
        old, other = rotation.get(name, {}), rotation.get(HOME[1 - HOME.index(name)], {})
        general = old.get("")
        for pool in tuple(old) if pools is None else pools:
            figure = old.get(pool, None if pool in other else general)
            if figure is not None:
                scaled = draft.scaled((*path, "scale_rest"), figure, by, entry)
                rotation[name] = {**rotation[name], pool: scaled}


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


def _bound(draft: Draft, path: Path_, id: str, entry: Any) -> None:
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
