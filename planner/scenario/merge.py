"""Layers of changes on top of inputs: every section of a scenario file applied, all faults at once.

:func:`apply` makes one layer of changes in the order of the sections of
:class:`planner.scenario.schema.Changes`. While a layer is made the inputs are open to change in a
:class:`Draft`, which also collects what is wrong with the layer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from planner.errors import Fault, InputError, nearest
from planner.months import Month
from planner.scenario.data import CARRIED
from planner.scenario.inputs import (
    COUNTED,
    EVERYTHING,
    MANNED,
    PRESENCE,
    ROTATION,
    BoundInput,
    BudgetInput,
    Cost,
    DemandInput,
    Event,
    Inputs,
    Kind,
    Mission,
    Option,
    Origin,
    PackageInput,
    Parameter,
    Pool,
    StrengthStep,
    When,
    lacking_policies,
)
from planner.scenario.inputs import Source as Publication
from planner.scenario.registry import EVENTS
from planner.scenario.schema import (
    VERBS,
    Changes,
    MonthRange,
    Policy,
    Quantity,
    Sourced,
    merge_uncertainty,
)
from planner.scenario.source import Path_, SourceText

__all__ = ["Draft", "apply"]

LONGEST = 1200
"""Largest number of months in a window."""

EARLIEST, LATEST = Month(1900, 1), Month(2200, 12)
"""Between which a window lies; warm-up, tours and their time at home reach beyond it."""

HOME = ("rest", "dwell")
"""Two ways of giving the time at home; a pool has one of them."""

SHARES = ("filled", "fit")

DEVIATIONS = ("filled_factor", "fit_factor")

CHOICES = {
    "decide": ("study", "under study"),
    "send": ("declined", "declined"),
    "hindsight": ("hindsight", "known from hindsight"),
}
"""Section, the standing it is for, and that standing in words."""

SAME = ("mission", "name", "name_nl", "category", "kind", "tier", "cohorts", "fixed_length",
        "on_call", "unit", "weight", "note")  # fmt: skip
"""Fields of a demand that are taken as they are given."""

ALONE = ("mission", "name", "name_nl", "category", "kind", "pools", "cap")
"""Fields that several demands cannot share in one entry."""


def apply(inputs: Inputs, changes: Changes, source: SourceText, prefix: Path_ = ()) -> Inputs:
    """Return the inputs with one layer of changes made; raise InputError with all its faults."""
    draft = Draft(inputs, source, prefix)
    draft.inputs = _horizon(draft, changes)
    change_pools_and_kinds(draft, changes)
    change_demands(draft, changes)
    change_strengths(draft, changes)
    change_bounds_and_money(draft, changes)
    if not draft.faults:
        _rotation(draft)
    if draft.faults:
        raise InputError(sorted(draft.faults))
    return draft.close()


def _horizon(draft: Draft, changes: Changes) -> Inputs:
    inputs, horizon = draft.inputs, changes.horizon
    first = inputs.first if horizon.from_ is None else horizon.from_
    last = inputs.last if horizon.to is None else horizon.to
    if last < first:
        which = "to" if horizon.to is not None else "from"
        message = f"months out of order: the window would run from {first} to {last}"
        draft.complain(("horizon", which), message)
    elif last - first >= LONGEST:
        message = f"a window of {last - first + 1} months, expected at most {LONGEST}"
        draft.complain(("horizon",), message)
    for name, month in (("from", first), ("to", last)):
        if not EARLIEST <= month <= LATEST:
            message = f"expected a month from {EARLIEST} to {LATEST}, found {month}"
            draft.complain(("horizon", name), message)
    return replace(
        inputs,
        first=first,
        last=last,
        warm_up=inputs.warm_up if horizon.warm_up is None else horizon.warm_up,
        run_out=inputs.run_out if horizon.run_out is None else horizon.run_out,
        rule=changes.rule or inputs.rule,
        money=inputs.money if changes.money.on is None else changes.money.on,
        uncertainty=merge_uncertainty(inputs.uncertainty, changes.uncertainty),
    )


def _rotation(draft: Draft) -> None:
    """Check that every demand that counts has a rotation policy for each of its pools."""
    for demand in draft.demands.values():
        if not demand.counts:
            continue
        for name, pool in lacking_policies(draft.kinds[demand.kind], demand):
            message = (
                f"kind {demand.kind!r} has no {name} for pool {pool!r}: give the demand "
                f"a {name}, or the kind one under 'policies'"
            )
            draft.complain(("demands", demand.id), message)


@dataclass
class Draft:
    """Working copy of the inputs while one set of changes is made.

    Attributes
    ----------
    inputs : Inputs
        As they were before; its mappings are copied below.
    source : Source
        Where the changes are written.
    prefix : tuple
        Path of the changes within the source, for those under ``then``.
    faults : list of Fault
        What is wrong with the changes.
    reported : set
        Unknown sources already reported, by place.
    """

    inputs: Inputs
    source: SourceText
    prefix: Path_ = ()
    faults: list[Fault] = field(default_factory=list)
    reported: set[tuple[Path_, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Copy what may change."""
        self.missions: dict[str, Mission] = dict(self.inputs.missions)
        self.demands: dict[str, DemandInput] = dict(self.inputs.demands)
        self.pools: dict[str, Pool] = dict(self.inputs.pools)
        self.forces = dict(self.inputs.forces)
        self.kinds: dict[str, Kind] = dict(self.inputs.kinds)
        self.packages: dict[str, PackageInput] = dict(self.inputs.packages)
        self.bounds: dict[str, BoundInput] = dict(self.inputs.bounds)
        self.sources = dict(self.inputs.sources)
        self.steps: list[StrengthStep] = list(self.inputs.steps)
        self.costs: list[Cost] = list(self.inputs.costs)
        self.budgets: list[BudgetInput] = list(self.inputs.budgets)

    def close(self) -> Inputs:
        """Return the inputs as changed."""
        return replace(
            self.inputs,
            missions=self.missions,
            demands=self.demands,
            pools=self.pools,
            forces=self.forces,
            kinds=self.kinds,
            packages=self.packages,
            bounds=self.bounds,
            sources=self.sources,
            steps=tuple(self.steps),
            costs=tuple(self.costs),
            budgets=tuple(self.budgets),
        )

    def complain(self, path: Path_, message: str, key: bool = False) -> None:
        """Add a fault at a path below the prefix, at its value or at its key."""
        self.faults.append(self.source.fault((*self.prefix, *path), message, key))

    def known(
        self, path: Path_, names: Iterable[str] | str, known: Collection[str], what: str
    ) -> bool:
        """Complain about names that are not known; return whether all are."""
        single = isinstance(names, str)
        good = True
        for place, name in enumerate([names] if isinstance(names, str) else names):
            if name not in known:
                where = path if single or not self.listed(path) else (*path, place)
                self.complain(where, f"unknown {what} {name!r}{self.near(name, known)}")
                good = False
        return good

    def near(self, name: str, known: Iterable[str]) -> str:
        """Return a suggestion; a file with very many faults gets none for the later ones."""
        return nearest(name, known, len(self.faults))

    def allow(self, path: Path_, id: str) -> None:
        """Complain of the id of something new that means everything elsewhere."""
        if id in EVERYTHING:
            self.complain(path, f"{id!r} stands for everything: choose another id", key=True)

    def unknown(self, id: str, known: Iterable[str], what: str, lacking: Iterable[str]) -> str:
        """Return the complaint about an entry that is neither known nor a whole new one."""
        needs = f"needs {', '.join(lacking)} as well"
        near = self.near(id, known)
        if near:
            return f"unknown {what} {id!r}{near} A new {what} {needs}"
        return f"new {what} {id!r} {needs}"

    def listed(self, path: Path_) -> bool:
        """Return whether the file has a list at a path, so that its items have places."""
        return (*self.prefix, *path, 0) in self.source.places

    def line(self, path: Path_) -> int:
        """Return the line of a path, 0 if no file has it."""
        place = self.source.place((*self.prefix, *path))
        return place.key_line or place.line

    def origin(self, path: Path_, *entries: Sourced) -> Origin:
        """Return the origin of a parameter: its own, or else that of its entry."""

        def first(name: str) -> str:
            return next((value for one in entries if (value := getattr(one, name)) is not None), "")

        basis, source = first("basis") or "assumption", first("source")
        if source:
            own = isinstance(entries[0], (Quantity, MonthRange)) and entries[0].source
            place = (*path, "source") if own else (*path[:-1], "source")
            if (place, source) not in self.reported:
                self.reported.add((place, source))
                self.known(place, source, self.sources, "source")
        elif basis != "assumption":
            self.complain(path, f"a parameter on basis {basis!r} needs a source")
        return Origin(
            basis, source, first("section"), first("note"), self.source.file, self.line(path)
        )

    def parameter(self, path: Path_, quantity: Quantity, *entries: Sourced) -> Parameter:
        """Return a quantity with its origin."""
        origin = self.origin(path, quantity, *entries)
        return Parameter(quantity.value, quantity.low, quantity.high, origin)

    def parameters(self, path: Path_, names: Iterable[str], entry: Sourced) -> dict[str, Parameter]:
        """Return those of some quantities that an entry gives, by name."""
        given = _given(entry, names).items()
        return {name: self.parameter((*path, name), quantity, entry) for name, quantity in given}

    def when(self, path: Path_, month: MonthRange, *entries: Sourced) -> When:
        """Return a month with its range and origin."""
        return When(month.value, self.origin(path, month, *entries), month.low, month.high)

    def event(self, path: Path_, event: Any, *entries: Sourced) -> Event:
        """Return a possible change to the end of a mandate with its origin."""
        return Event(event.chance, event.months, self.origin(path, event, *entries))

    def scaled(
        self, path: Path_, parameter: Parameter, by: Quantity, *entries: Sourced
    ) -> Parameter:
        """Return a parameter multiplied; its former section and source are kept."""
        value = by.value
        new = self.origin(path, by, *entries)
        before = parameter.origin.section
        section = f"{parameter.value:g} × {value:g}" + (f"; {new.section}" if new.section else "")
        note = "; ".join(part for part in (before, new.note) if part)
        low, high = parameter.low, parameter.high
        if by.low is not None or by.high is not None:
            low = parameter.value if low is None else low
            high = parameter.value if high is None else high
        return Parameter(
            parameter.value * value,
            None if low is None else low * (value if by.low is None else by.low),
            None if high is None else high * (value if by.high is None else by.high),
            replace(new, source=new.source or parameter.origin.source, section=section, note=note),
        )


def change_pools_and_kinds(draft: Draft, changes: Changes) -> None:
    """Make changes to sources, pools, kinds and policies."""
    for id, source in changes.sources.items():
        draft.sources[id] = Publication(id, **source.model_dump())
    for id, force in changes.forces.items():
        _force(draft, ("forces", id), id, force)
    for id, pool in changes.pools.items():
        _pool(draft, ("pools", id), id, pool)
    for id, kind in changes.kinds.items():
        _kind(draft, ("kinds", id), id, kind)
    for place, policy in enumerate(changes.policies):
        _policy(draft, ("policies", place), policy)


def _series(
    draft: Draft, path: Path_, names: Iterable[str], entry: Sourced
) -> dict[str, tuple[tuple[None, Parameter]]]:
    """Return the factors of a strength that an entry gives, each from the start."""
    found = draft.parameters(path, names, entry)
    return {name: ((None, parameter),) for name, parameter in found.items()}


def _force(draft: Draft, path: Path_, id: str, entry: Any) -> None:
    given = _series(draft, path, SHARES, entry)
    old = draft.forces.get(id)
    lacking = [name for name in SHARES if name not in given]
    if old is None and lacking:
        draft.complain(path, draft.unknown(id, draft.forces, "force", lacking), key=True)
        return
    draft.forces[id] = {**(old or {}), **given}


def _pool(draft: Draft, path: Path_, id: str, entry: Any) -> None:
    texts = _given(entry, ("name", "name_nl", "category", "speciality", "force", "note"))
    series = _series(draft, path, ("posts", *SHARES, *DEVIATIONS), entry)
    old = draft.pools.get(id)
    if entry.force is not None:
        draft.known((*path, "force"), entry.force, draft.forces, "force")
    force = entry.force or (old.force if old is not None else "")
    for name in DEVIATIONS:
        if name in series and not force:
            draft.complain((*path, name), "is for pools of a force: name its force")
    if entry.drop:
        _drop_pool(draft, path, id)
        return
    if old is not None:
        draft.pools[id] = replace(old, **texts, series={**old.series, **series})
        return
    needed = ("name", "category", "posts")
    if not _complete(draft, path, id, [*texts, *series], needed, draft.pools, "pool"):
        return
    exact = Parameter(1.0, origin=draft.origin(path, entry))
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
            message = f"demand {name!r} has no option without it: give it one, or drop it too"
            draft.complain(path, message, key=True)
        elif kept != demand.options:
            draft.demands[name] = replace(demand, options=kept)
    draft.steps = [
        replace(step, pools=others)
        for step in draft.steps
        if (others := tuple(pool for pool in step.pools if pool != id))
    ]


def _kind(draft: Draft, path: Path_, id: str, entry: Any) -> None:
    texts = _given(entry, ("name", "name_nl", "changeover", "note"))
    policies = draft.parameters(path, ROTATION, entry)
    presence = draft.parameters(path, PRESENCE, entry)
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
    rotation = dict(old.rotation)
    for name, parameter in policies.items():
        _set_policy(rotation, name, None, parameter)
    presence = {**old.presence, **presence}
    draft.kinds[id] = replace(old, **texts, rotation=rotation, presence=presence)


def _policy(draft: Draft, path: Path_, entry: Policy) -> None:
    known = draft.known((*path, "kinds"), entry.kinds or (), draft.kinds, "kind")
    known &= draft.known((*path, "pools"), entry.pools or (), draft.pools, "pool")
    given = [name for name in (*ROTATION, "scale_rest") if getattr(entry, name) is not None]
    some = entry.pools is not None or entry.category is not None
    if not given:
        draft.complain(path, "expected tour, preparation, rest, dwell or scale_rest")
    for name in HOME:
        if getattr(entry, name) is not None and entry.scale_rest is not None:
            draft.complain((*path, "scale_rest"), f"expected {name} or scale_rest, found both")
    if entry.tour is not None and some:
        message = "a tour is the same for every pool: leave out 'pools' and 'category'"
        draft.complain((*path, "tour"), message)
    if not known:
        return
    pools = None
    if some:
        pools = tuple(
            pool
            for pool in entry.pools or draft.pools
            if entry.category in (None, draft.pools[pool].category)
        )
    for id in entry.kinds or tuple(draft.kinds):
        kind = draft.kinds[id]
        rotation = dict(kind.rotation)
        for name, parameter in draft.parameters(path, ROTATION, entry).items():
            _set_policy(rotation, name, pools, parameter)
        if entry.scale_rest is not None:
            _scale_home(draft, path, entry, pools, rotation)
        draft.kinds[id] = replace(kind, rotation=rotation)
    _own_rest(draft, path, entry, pools)


def _own_rest(draft: Draft, path: Path_, entry: Policy, pools: tuple[str, ...] | None) -> None:
    """Change the time at home of demands that have one of their own, where the policy holds for
    all their pools."""
    for id, demand in draft.demands.items():
        name = "rest" if demand.rest is not None else "dwell"
        parameter = getattr(demand, name)
        if parameter is None or (entry.kinds is not None and demand.kind not in entry.kinds):
            continue
        if pools is not None and not set(demand.pools) <= set(pools):
            continue
        changed = {name: parameter}
        for other, new in draft.parameters(path, HOME, entry).items():
            changed = {name: None, other: new}
        if entry.scale_rest is not None:
            scaled = draft.scaled((*path, "scale_rest"), parameter, entry.scale_rest, entry)
            changed = {name: scaled}
        draft.demands[id] = replace(demand, **changed)


def _set_policy(
    rotation: dict[str, Mapping[str, Parameter]],
    name: str,
    pools: tuple[str, ...] | None,
    parameter: Parameter,
) -> None:
    """Set a parameter for some pools, or for all (None), in place.

    Rest takes the place of dwell, and dwell that of rest.
    """
    old = rotation.get(name, {})
    rotation[name] = (
        {"": parameter} if pools is None else {**old, **dict.fromkeys(pools, parameter)}
    )
    if name in HOME:
        other = HOME[1 - HOME.index(name)]
        kept = rotation.get(other, {}) if pools is not None else {}
        rotation[other] = {pool: one for pool, one in kept.items() if pool not in (pools or ())}


def _scale_home(
    draft: Draft,
    path: Path_,
    entry: Policy,
    pools: tuple[str, ...] | None,
    rotation: dict[str, Mapping[str, Parameter]],
) -> None:
    """Multiply rest and dwell in place; pools that follow the general rule get their own."""
    by = entry.scale_rest
    assert by is not None
    for name in HOME:
        old, other = rotation.get(name, {}), rotation.get(HOME[1 - HOME.index(name)], {})
        general = old.get("")
        for pool in tuple(old) if pools is None else pools:
            parameter = old.get(pool, None if pool in other else general)
            if parameter is not None:
                scaled = draft.scaled((*path, "scale_rest"), parameter, by, entry)
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
        parameter = draft.parameter((*path, verb), getattr(entry, verb), entry)
        draft.steps.append(StrengthStep(pools, entry.of, verb, parameter, entry.from_, entry.to))


def change_bounds_and_money(draft: Draft, changes: Changes) -> None:
    """Make changes to composition bounds, budgets and costs."""
    for id, bound in changes.bounds.items():
        _bound(draft, ("bounds", id), id, bound)
    _once(draft, ("money", "budgets"), changes.money.budgets, ("fund", "year"))
    _once(draft, ("money", "costs"), changes.money.costs, ("fund", "kind", "demand"))
    for place, budget in enumerate(changes.money.budgets):
        path: Path_ = ("money", "budgets", place)
        parameter = draft.parameter((*path, "amount"), budget.amount, budget)
        new = BudgetInput(budget.fund, budget.year, parameter)
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
            draft.parameter((*path, "amount"), entry.amount, entry),
        )
        draft.costs = [
            old
            for old in draft.costs
            if (old.fund, old.kind, old.demand) != (cost.fund, cost.kind, cost.demand)
        ] + [cost]


def _once(draft: Draft, path: Path_, entries: Iterable[Any], names: tuple[str, ...]) -> None:
    """Complain of an entry that says over again what an earlier one of the same list says."""
    first: dict[tuple[Any, ...], int] = {}
    for place, entry in enumerate(entries):
        key = tuple(getattr(entry, name) for name in names)
        if first.setdefault(key, place) != place:
            said = " ".join(str(part) for part in key if part is not None)
            line = draft.line((*path, first[key]))
            draft.complain((*path, place), f"{said} is in line {line} already: keep one of the two")


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
    draft.known((*path, "demands"), entry.demands or (), draft.demands, "demand")
    draft.known((*path, "pools"), entry.pools or (), draft.pools, "pool")
    changed = _given(entry, ("note", "demands", "pools"))
    changed.update(draft.parameters(path, ("min", "max"), entry))
    bound = replace(old or BoundInput(id, ()), **changed)
    if bound.min is not None and bound.max is not None and bound.min.value > bound.max.value:
        draft.complain(path, f"max {bound.max.value:g} is below min {bound.min.value:g}")
    draft.bounds[id] = bound


def change_demands(draft: Draft, changes: Changes) -> None:
    """Make all changes to what is asked, in the order missions, demands, packages, outcomes,
    decisions, tiers."""
    for id, mission in changes.missions.items():
        _mission(draft, ("missions", id), id, mission)
    for id, demand in changes.demands.items():
        _demand(draft, ("demands", id), id, demand)
    for id, package in changes.packages.items():
        _package(draft, ("packages", id), id, package)
    _outcomes(draft, changes)
    for section in CHOICES:
        _choices(draft, section, getattr(changes, section))
    _tiers(draft, changes)
    _memberships(draft, changes)


def _mission(draft: Draft, path: Path_, id: str, entry: Any) -> None:
    given = _given(entry, ("name", "name_nl", "organisation", "region", "main_task", "note"))
    old = draft.missions.get(id)
    if old is None:
        needed = ("name", "organisation", "region", "main_task")
        if not _complete(draft, path, id, given, needed, draft.missions, "mission"):
            return
        draft.missions[id] = Mission(
            id=id,
            **{"name_nl": given["name"], **given},
            status="scenario",
            source=entry.source or "",
            file=draft.source.file,
            line=draft.line(path),
        )
    else:
        draft.missions[id] = replace(old, **given)
    events: dict[str, Any] = {} if entry.last is None else dict.fromkeys(EVENTS)
    for name, event in _given(entry, EVENTS).items():
        events[name] = draft.event((*path, name), event, entry)
    draft.missions[id] = replace(draft.missions[id], **events)
    lines = [demand for demand in draft.demands.values() if demand.mission == id]
    if entry.last is not None:
        _mandate(draft, path, entry, lines)
    for demand in lines:
        demand = draft.demands[demand.id]
        changed = _given(entry, ("tier", "weight"))
        if entry.scale is not None:
            demand = _scaled(draft, (*path, "scale"), demand, entry)
        if entry.drop is not None:
            changed.update(_dropped(demand, entry.drop))
        draft.demands[demand.id] = replace(demand, **changed)


def _mandate(draft: Draft, path: Path_, entry: Any, lines: list[DemandInput]) -> None:
    """Move the end of a mandate: lines that ran to the old end move, longer ones are cut."""
    last = entry.last
    ends = [line.last.month for line in lines if line.counts and line.last is not None]
    for line in lines:
        if line.last is None:
            continue
        moves = line.counts and line.last.month == max(ends)
        if not moves and line.last.month <= last.value:
            continue
        if line.first is not None and last.value < line.first.month:
            draft.demands[line.id] = replace(line, **_dropped(line, True))
            continue
        when = draft.when((*path, "last"), last, entry)
        draft.demands[line.id] = replace(line, last=when)


def _dropped(demand: DemandInput, drop: bool) -> dict[str, Any]:
    """Return what changes when a demand is dropped or brought back."""
    if drop:
        return {"counts": False, "standing": "dropped"}
    return {"counts": True, "standing": "standing"} if demand.standing == "dropped" else {}


def _demand(draft: Draft, path: Path_, id: str, entry: Any, **context: Any) -> None:
    """Add or change one demand; `context` gives further attributes."""
    old = draft.demands.get(id)
    if old is None:
        old = _new_demand(draft, path, id, entry)
        if old is None:
            return
    if entry.mission is not None:
        draft.known((*path, "mission"), entry.mission, draft.missions, "mission")
    if entry.kind is not None:
        draft.known((*path, "kind"), entry.kind, draft.kinds, "kind")
    if entry.pools is not None:
        _check_options(draft, (*path, "pools"), entry.pools)
    changed: dict[str, Any] = {**_given(entry, SAME), **_standing(entry), **context}
    changed["more"] = {**old.more, **_given(entry, CARRIED)}
    if entry.pools is not None:
        changed["options"] = entry.pools
    if entry.cap is not None:
        changed["cap_from"] = {}
    changed.update(draft.parameters(path, ("cap", *ROTATION, MANNED), entry))
    for name, other in (("rest", "dwell"), ("dwell", "rest")):
        if getattr(entry, name) is not None:
            changed[other] = None
    if entry.cap_from is not None:
        changed["cap_from"] = {
            Month.parse(month): draft.parameter((*path, "cap_from", month), quantity, entry)
            for month, quantity in sorted(entry.cap_from.items())
        }
    for name, month in _given(entry, ("first", "last")).items():
        changed[name] = draft.when((*path, name), month, entry)
    demand = replace(old, **changed)
    if entry.scale is not None:
        demand = _scaled(draft, (*path, "scale"), demand, entry)
    if entry.drop is not None:
        demand = replace(demand, **_dropped(demand, entry.drop))
    draft.demands[id] = demand
    _check_dates(draft, path, demand)


def _scaled(draft: Draft, path: Path_, demand: DemandInput, entry: Any) -> DemandInput:
    """Return a demand with every cap multiplied by the scale of an entry."""
    return replace(
        demand,
        cap=draft.scaled(path, demand.cap, entry.scale, entry),
        cap_from={
            month: draft.scaled(path, cap, entry.scale, entry)
            for month, cap in demand.cap_from.items()
        },
    )


def _check_options(draft: Draft, path: Path_, options: Sequence[Option]) -> None:
    for place, option in enumerate(options):
        names = (option,) if isinstance(option, str) else tuple(option)
        for name in names:
            inner = (*path, place) if isinstance(option, str) else (*path, place, name)
            draft.known(inner if draft.listed(path) else path, name, draft.pools, "pool")
        if option in options[:place]:
            draft.complain(path, "an option is named twice")


def _standing(entry: Any) -> dict[str, Any]:
    """Return what a standing given to a demand changes."""
    if entry.standing is None:
        return {}
    return {"standing": entry.standing, "counts": entry.standing in COUNTED}


def _new_demand(draft: Draft, path: Path_, id: str, entry: Any) -> DemandInput | None:
    needed: tuple[str, ...] = ("mission", "kind", "pools", "cap", "first", "last")
    if entry.standing not in (None, *COUNTED):
        needed = needed[:4]
    if not _complete(draft, path, id, _given(entry, needed), needed, draft.demands, "demand"):
        return None
    named = [p for one in entry.pools for p in ((one,) if isinstance(one, str) else one)]
    categories = {draft.pools[pool].category for pool in named if pool in draft.pools}
    mission = draft.missions.get(entry.mission)
    return DemandInput(
        id=id,
        mission=entry.mission,
        name=entry.name or id,
        name_nl=entry.name_nl or entry.name or id,
        category=categories.pop() if len(categories) == 1 else "mixed",
        kind=entry.kind,
        options=entry.pools,
        cap=Parameter(0.0),
        first=None,
        last=None,
        tier=1 if mission is not None and mission.main_task == 1 else 2,
        file=draft.source.file,
        line=draft.line(path),
    )


def _complete(
    draft: Draft, path: Path_, id: str, given: Collection[str], needed: tuple[str, ...],
    known: Iterable[str], what: str,
) -> bool:  # fmt: skip
    """Complain if a new entry lacks something; a similar known id is suggested first."""
    lacking = [name for name in needed if name not in given]
    if not lacking:
        draft.allow(path, id)
        return True
    draft.complain(path, draft.unknown(id, known, what, lacking), key=True)
    return False


def _given(entry: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in names if getattr(entry, name) is not None}


def _check_dates(draft: Draft, path: Path_, demand: DemandInput) -> None:
    if not demand.counts:
        return
    for name in ("first", "last"):
        if getattr(demand, name) is None:
            message = f"demand {demand.id!r} has no {name} month in the data: give one"
            draft.complain(path, message, key=True)
    if demand.first is not None and demand.last is not None:
        first, last = demand.first.month, demand.last.month
        if last < first:
            message = f"months out of order: the last month, {last}, is before the first, {first}"
            draft.complain((*path, "last"), message)
        for month in demand.cap_from:
            if not first < month <= last:
                message = f"expected a month after {first}, the first, and up to {last}, the last"
                draft.complain((*path, "cap_from", str(month)), message)


def _package(draft: Draft, path: Path_, id: str, entry: Any) -> None:
    old = draft.packages.get(id)
    if old is None and not entry.demands and not entry.members:
        _complete(draft, path, id, (), ("demands",), draft.packages, "package")
        return
    package = old or PackageInput(id, entry.title or id, entry.title_nl or entry.title or id, ())
    package = replace(package, **_given(entry, ("title", "title_nl", "on", "note")))
    if entry.drop is not None:
        package = replace(package, on=not entry.drop)
    if entry.known is not None:
        known = entry.known
        if not isinstance(known, str):
            known = draft.when((*path, "known"), known, entry)
        package = replace(package, known=known)
    members = list(package.demands)
    for name, demand in entry.demands.items():
        inner = (*path, "demands", name)
        if name in draft.demands and name not in members:
            what = f"demand {name!r} exists outside the package"
            cure = "name it under 'members', or choose another id"
            draft.complain(inner, f"{what}: {cure}", key=True)
            continue
        _demand(draft, inner, name, _inherit(demand, entry))
        if name in draft.demands and name not in members:
            members.append(name)
    if entry.members is not None:
        draft.known((*path, "members"), entry.members, draft.demands, "demand")
        members += [name for name in entry.members if name not in members and name in draft.demands]
    if entry.scale is not None:
        for name in members:
            draft.demands[name] = _scaled(draft, (*path, "scale"), draft.demands[name], entry)
    draft.packages[id] = replace(package, demands=tuple(members))


def _inherit(demand: Any, package: Any) -> Any:
    """Return a demand that takes basis, source and section from its package where it has none."""
    if demand.basis is not None or demand.source is not None:
        return demand
    shared = _given(package, ("basis", "source", "section"))
    lacking = {name: value for name, value in shared.items() if getattr(demand, name) is None}
    return demand.model_copy(update=lacking)


def _memberships(draft: Draft, changes: Changes) -> None:
    owner: dict[str, str] = {}
    for package in draft.packages.values():
        for demand in package.demands:
            other = owner.setdefault(demand, package.id)
            if other != package.id:
                path = ("packages", package.id if package.id in changes.packages else other)
                what = f"demand {demand!r} belongs to package {other!r} already"
                draft.complain(path, f"{what}: a demand belongs to one package at most", key=True)


def _outcomes(draft: Draft, changes: Changes) -> None:
    facts = draft.inputs.outcomes
    wanted = changes.outcomes or ()
    if wanted == ("all",):
        wanted = tuple(facts)
    for place, id in enumerate(wanted):
        if not draft.known(("outcomes", place), id, facts, "demand with an outcome"):
            continue
        demand = draft.demands.get(id)
        if demand is not None:
            changed: dict[str, Any] = dict(facts[id])
            if "cap" in changed:
                changed["cap_from"] = {}
            draft.demands[id] = replace(demand, **changed)
            mission = draft.missions.get(demand.mission)
            if "last" in changed and mission is not None:
                draft.missions[mission.id] = replace(mission, prolonged=None, ended_early=None)


def _choices(draft: Draft, section: str, entries: Mapping[str, Any]) -> None:
    standing, words = CHOICES[section]
    listed = draft.listed((section,))
    for place, (id, entry) in enumerate(entries.items()):
        path: Path_ = (section, place) if listed else (section, id)
        lines = _chosen(draft, path, id, standing, section)
        alone = [name for name in ALONE if getattr(entry, name) is not None]
        if len(lines) > 1 and alone:
            message = (
                f"{id!r} stands for {', '.join(lines)}: say {alone[0]} for each under 'demands'"
            )
            draft.complain((*path, alone[0]), message)
            continue
        for line in lines:
            _choose(draft, path, line, entry, section, standing, words)


def _chosen(draft: Draft, path: Path_, id: str, standing: str, section: str) -> list[str]:
    """Return the demands that an id denotes: all, itself, or those of a mission."""
    if id == "all":
        return [name for name, one in draft.demands.items() if one.standing == standing]
    standing_so = [one for one in draft.demands.values() if one.standing == standing]
    lines = [one.id for one in standing_so if one.mission == id]
    if id in draft.missions and lines:
        return lines
    if id in draft.demands:
        return [id]
    if id in draft.missions:
        draft.complain(path, f"mission {id!r} has no demands to {section}", key=True)
        return []
    first = [*(one.id for one in standing_so), *(one.mission for one in standing_so)]
    known = dict.fromkeys([*first, *draft.demands, *draft.missions])
    draft.known(path, id, known, "demand or mission")
    return []


def _choose(
    draft: Draft, path: Path_, id: str, entry: Any, section: str, standing: str, words: str
) -> None:
    demand = draft.demands[id]
    if demand.standing != standing:
        right = next((name for name, (one, _) in CHOICES.items() if one == demand.standing), None)
        cure = f"put it under {right!r}" if right else "change it under 'demands'"
        draft.complain(path, f"demand {id!r} is {demand.standing}, not {words}: {cure}", key=True)
        return
    _demand(draft, path, id, entry, counts=True)


def _tiers(draft: Draft, changes: Changes) -> None:
    for place, entry in enumerate(changes.tiers):
        path = ("tiers", place)
        before = len(draft.faults)
        for name, known, what in (
            ("demands", draft.demands, "demand"),
            ("missions", draft.missions, "mission"),
            ("kinds", draft.kinds, "kind"),
        ):
            draft.known((*path, name), getattr(entry, name) or (), known, what)
        changed = _given(entry, ("tier", "weight"))
        if not changed:
            draft.complain(path, "expected a tier, a weight or both")
        for name in ("organisation", "region"):
            names = {getattr(mission, name) for mission in draft.missions.values()}
            draft.known((*path, name), getattr(entry, name) or (), names, name)
        fitting = [
            (id, demand)
            for id, demand in draft.demands.items()
            if (mission := draft.missions.get(demand.mission)) and _fits(entry, demand, mission)
        ]
        if not fitting and draft.demands and len(draft.faults) == before:
            draft.complain(path, "has no effect: no demand fits all that is said here")
        for id, demand in fitting:
            draft.demands[id] = replace(demand, **changed)


def _fits(entry: Any, demand: DemandInput, mission: Mission) -> bool:
    return (
        (entry.demands is None or demand.id in entry.demands)
        and (entry.missions is None or mission.id in entry.missions)
        and (entry.kinds is None or demand.kind in entry.kinds)
        and (entry.main_task is None or mission.main_task == entry.main_task)
        and (entry.organisation is None or mission.organisation == entry.organisation)
        and (entry.region is None or mission.region == entry.region)
        and (entry.category is None or demand.category == entry.category)
    )
