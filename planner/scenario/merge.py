"""Apply the sections of a scenario file to inputs, with all faults reported at once.

:func:`apply` makes one layer of changes in the order of the sections of
:class:`planner.scenario.schema.Changes`. It works on a :class:`Draft`, a mutable copy of the inputs
that also collects the faults of the layer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from planner.errors import Fault, InputError, nearest
from planner.months import Month
from planner.scenario.data import EXTRA_FIELDS
from planner.scenario.inputs import (
    COUNTED,
    MANNED,
    OTHER_HOME_TIME,
    PRESENCE,
    RESERVED_IDS,
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
    missing_policies,
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

MAX_WINDOW_MONTHS = 1200
"""Largest number of months in the report window."""

MIN_MONTH, MAX_MONTH = Month(1900, 1), Month(2200, 12)
"""Range of a window; warm-up, tours and time at home may reach beyond it."""

SHARES = ("filled", "fit")

FORCE_FACTORS = ("filled_factor", "fit_factor")

ACTIVATIONS = {
    "decide": ("study", "under study"),
    "send": ("declined", "declined"),
    "hindsight": ("hindsight", "known from hindsight"),
}
"""By section that makes demands count: their standing, and the text for it in messages."""

COPIED_FIELDS = (
    "mission", "name", "name_nl", "category", "kind", "tier", "cohorts", "fixed_length", "on_call",
    "unit", "weight", "note",
)  # fmt: skip
"""Fields of a demand that are copied from an entry without conversion."""

UNSHARED_FIELDS = ("mission", "name", "name_nl", "category", "kind", "pools", "cap")
"""Fields that an entry for several demands cannot give."""


def apply(inputs: Inputs, changes: Changes, source: SourceText, prefix: Path_ = ()) -> Inputs:
    """Return the inputs with one layer of changes made; raise InputError with all its faults."""
    draft = Draft(inputs, source, prefix)
    draft.inputs = _change_horizon(draft, changes)
    change_pools_and_kinds(draft, changes)
    change_demands(draft, changes)
    change_strengths(draft, changes)
    change_bounds_and_money(draft, changes)
    if not draft.faults:
        _check_policies(draft)
    if draft.faults:
        raise InputError(sorted(draft.faults))
    return draft.finish()


def _change_horizon(draft: Draft, changes: Changes) -> Inputs:
    inputs, horizon = draft.inputs, changes.horizon
    first = inputs.first if horizon.from_ is None else horizon.from_
    last = inputs.last if horizon.to is None else horizon.to
    if last < first:
        which = "to" if horizon.to is not None else "from"
        message = f"months out of order: the window would run from {first} to {last}"
        draft.report(("horizon", which), message)
    elif last - first >= MAX_WINDOW_MONTHS:
        message = f"a window of {last - first + 1} months, expected at most {MAX_WINDOW_MONTHS}"
        draft.report(("horizon",), message)
    for name, month in (("from", first), ("to", last)):
        if not MIN_MONTH <= month <= MAX_MONTH:
            message = f"expected a month from {MIN_MONTH} to {MAX_MONTH}, found {month}"
            draft.report(("horizon", name), message)
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


def _check_policies(draft: Draft) -> None:
    """Check that every demand that counts has a complete rotation policy."""
    for demand in draft.demands.values():
        if not demand.counts:
            continue
        for name, pool in missing_policies(draft.kinds[demand.kind], demand):
            message = (
                f"kind {demand.kind!r} has no {name} for pool {pool!r}: give the demand "
                f"a {name}, or the kind one under 'policies'"
            )
            draft.report(("demands", demand.id), message)


@dataclass
class Draft:
    """Working copy of the inputs while one set of changes is made.

    Attributes
    ----------
    inputs : Inputs
        Inputs before the changes; the draft has copies of their mappings.
    source : SourceText
        File with the changes.
    prefix : tuple
        Path of the changes in the file, for those under ``then``.
    faults : list of Fault
        Faults of the changes.
    reported_sources : set
        Path and id of each unknown source that was reported.
    """

    inputs: Inputs
    source: SourceText
    prefix: Path_ = ()
    faults: list[Fault] = field(default_factory=list)
    reported_sources: set[tuple[Path_, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Copy the mappings that may change."""
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

    def finish(self) -> Inputs:
        """Return the changed inputs."""
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

    def report(self, path: Path_, message: str, key: bool = False) -> None:
        """Add a fault at a path below the prefix, at the value or at the key."""
        self.faults.append(self.source.fault((*self.prefix, *path), message, key))

    def check(
        self, path: Path_, names: Iterable[str] | str, known: Collection[str], what: str
    ) -> bool:
        """Return whether all names are known; add a fault for each that is not."""
        is_single = isinstance(names, str)
        all_known = True
        for index, name in enumerate([names] if isinstance(names, str) else names):
            if name not in known:
                position = path if is_single or not self.is_list(path) else (*path, index)
                self.report(position, f"unknown {what} {name!r}{self.suggestion(name, known)}")
                all_known = False
        return all_known

    def suggestion(self, name: str, known: Iterable[str]) -> str:
        """Return the closest known name as a suggestion; none after many faults."""
        return nearest(name, known, len(self.faults))

    def check_new_id(self, path: Path_, id: str) -> None:
        """Add a fault if a new id is one of the reserved words for all ids."""
        if id in RESERVED_IDS:
            self.report(path, f"{id!r} stands for everything: choose another id", key=True)

    def incomplete(self, id: str, known: Iterable[str], what: str, lacking: Iterable[str]) -> str:
        """Return the message on an unknown id whose entry is not complete enough to be new."""
        needs = f"needs {', '.join(lacking)} as well"
        near = self.suggestion(id, known)
        if near:
            return f"unknown {what} {id!r}{near} A new {what} {needs}"
        return f"new {what} {id!r} {needs}"

    def is_list(self, path: Path_) -> bool:
        """Return whether the file has a list at a path."""
        return (*self.prefix, *path, 0) in self.source.positions

    def line(self, path: Path_) -> int:
        """Return the line of a path, 0 if it is in no file."""
        position = self.source.position((*self.prefix, *path))
        return position.key_line or position.line

    def origin(self, path: Path_, *entries: Sourced) -> Origin:
        """Return the origin of a parameter, by field from the first entry that gives it."""

        def first(name: str) -> str:
            return next(
                (value for entry in entries if (value := getattr(entry, name)) is not None), ""
            )

        basis, source = first("basis") or "assumption", first("source")
        if source:
            has_own_source = isinstance(entries[0], (Quantity, MonthRange)) and entries[0].source
            position = (*path, "source") if has_own_source else (*path[:-1], "source")
            if (position, source) not in self.reported_sources:
                self.reported_sources.add((position, source))
                self.check(position, source, self.sources, "source")
        elif basis != "assumption":
            self.report(path, f"a parameter on basis {basis!r} needs a source")
        return Origin(
            basis, source, first("section"), first("note"), self.source.file, self.line(path)
        )

    def parameter(self, path: Path_, quantity: Quantity, *entries: Sourced) -> Parameter:
        """Return a quantity with its origin."""
        origin = self.origin(path, quantity, *entries)
        return Parameter(quantity.value, quantity.low, quantity.high, origin)

    def parameters(self, path: Path_, names: Iterable[str], entry: Sourced) -> dict[str, Parameter]:
        """Return the parameters that an entry gives, by name."""
        given = _given(entry, names).items()
        return {name: self.parameter((*path, name), quantity, entry) for name, quantity in given}

    def month_range(self, path: Path_, month: MonthRange, *entries: Sourced) -> When:
        """Return a month with its range and origin."""
        return When(month.value, self.origin(path, month, *entries), month.low, month.high)

    def event(self, path: Path_, event: Any, *entries: Sourced) -> Event:
        """Return a possible change to the end of a mandate with its origin."""
        return Event(event.chance, event.months, self.origin(path, event, *entries))

    def scaled(
        self, path: Path_, parameter: Parameter, by: Quantity, *entries: Sourced
    ) -> Parameter:
        """Return a parameter times a factor; its former section and source are kept."""
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
    """Apply the sections sources, forces, pools, kinds and policies."""
    for id, source in changes.sources.items():
        draft.sources[id] = Publication(id, **source.model_dump())
    for id, force in changes.forces.items():
        _change_force(draft, ("forces", id), id, force)
    for id, pool in changes.pools.items():
        _change_pool(draft, ("pools", id), id, pool)
    for id, kind in changes.kinds.items():
        _change_kind(draft, ("kinds", id), id, kind)
    for index, policy in enumerate(changes.policies):
        _change_policy(draft, ("policies", index), policy)


def _strength_series(
    draft: Draft, path: Path_, names: Iterable[str], entry: Sourced
) -> dict[str, tuple[tuple[None, Parameter]]]:
    """Return the factors of a strength that an entry gives, valid from the start."""
    parameters = draft.parameters(path, names, entry)
    return {name: ((None, parameter),) for name, parameter in parameters.items()}


def _change_force(draft: Draft, path: Path_, id: str, entry: Any) -> None:
    given = _strength_series(draft, path, SHARES, entry)
    old = draft.forces.get(id)
    lacking = [name for name in SHARES if name not in given]
    if old is None and lacking:
        draft.report(path, draft.incomplete(id, draft.forces, "force", lacking), key=True)
        return
    draft.forces[id] = {**(old or {}), **given}


def _change_pool(draft: Draft, path: Path_, id: str, entry: Any) -> None:
    texts = _given(entry, ("name", "name_nl", "category", "speciality", "force", "note"))
    series = _strength_series(draft, path, ("posts", *SHARES, *FORCE_FACTORS), entry)
    old = draft.pools.get(id)
    if entry.force is not None:
        draft.check((*path, "force"), entry.force, draft.forces, "force")
    force = entry.force or (old.force if old is not None else "")
    for name in FORCE_FACTORS:
        if name in series and not force:
            draft.report((*path, name), "is for pools of a force: name its force")
    if entry.drop:
        _drop_pool(draft, path, id)
        return
    if old is not None:
        draft.pools[id] = replace(old, **texts, series={**old.series, **series})
        return
    needed = ("name", "category", "posts")
    if not _is_complete(draft, path, id, [*texts, *series], needed, draft.pools, "pool"):
        return
    exact = Parameter(1.0, origin=draft.origin(path, entry))
    default = {} if force else dict.fromkeys(SHARES, ((None, exact),))
    draft.pools[id] = Pool(
        id=id,
        **{"name_nl": texts["name"], **texts},
        series={**default, **series},
        file=draft.source.file,
        line=draft.line(path),
    )


def _drop_pool(draft: Draft, path: Path_, id: str) -> None:
    if not draft.check(path, id, draft.pools, "pool"):
        return
    del draft.pools[id]
    for name, demand in draft.demands.items():
        kept = tuple(
            option
            for option in demand.options
            if id != option and (isinstance(option, str) or id not in option)
        )
        if not kept and demand.counts:
            message = f"demand {name!r} has no option without it: give it one, or drop it too"
            draft.report(path, message, key=True)
        elif kept != demand.options:
            draft.demands[name] = replace(demand, options=kept)
    draft.steps = [
        replace(step, pools=others)
        for step in draft.steps
        if (others := tuple(pool for pool in step.pools if pool != id))
    ]


def _change_kind(draft: Draft, path: Path_, id: str, entry: Any) -> None:
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
            draft.report(path, draft.incomplete(id, draft.kinds, "kind", lacking), key=True)
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


def _change_policy(draft: Draft, path: Path_, entry: Policy) -> None:
    known = draft.check((*path, "kinds"), entry.kinds or (), draft.kinds, "kind")
    known &= draft.check((*path, "pools"), entry.pools or (), draft.pools, "pool")
    policies = [name for name in (*ROTATION, "scale_rest") if getattr(entry, name) is not None]
    is_partial = entry.pools is not None or entry.category is not None
    if not policies:
        draft.report(path, "expected tour, preparation, rest, dwell or scale_rest")
    for name in OTHER_HOME_TIME:
        if getattr(entry, name) is not None and entry.scale_rest is not None:
            draft.report((*path, "scale_rest"), f"expected {name} or scale_rest, found both")
    if entry.tour is not None and is_partial:
        message = "a tour is the same for every pool: leave out 'pools' and 'category'"
        draft.report((*path, "tour"), message)
    if not known:
        return
    pools = None
    if is_partial:
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
            _scale_rest(draft, path, entry, pools, rotation)
        draft.kinds[id] = replace(kind, rotation=rotation)
    _set_own_rest(draft, path, entry, pools)


def _set_own_rest(draft: Draft, path: Path_, entry: Policy, pools: tuple[str, ...] | None) -> None:
    """Change the time at home of demands with their own, if the policy covers all their pools."""
    for id, demand in draft.demands.items():
        name = "rest" if demand.rest is not None else "dwell"
        parameter = getattr(demand, name)
        if parameter is None or (entry.kinds is not None and demand.kind not in entry.kinds):
            continue
        if pools is not None and not set(demand.pools) <= set(pools):
            continue
        changed = {name: parameter}
        for other, new in draft.parameters(path, OTHER_HOME_TIME, entry).items():
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
    """Set a parameter for some pools, or for all (None), in place; rest and dwell exclude each
    other."""
    by_pool = rotation.get(name, {})
    rotation[name] = (
        {"": parameter} if pools is None else {**by_pool, **dict.fromkeys(pools, parameter)}
    )
    if other := OTHER_HOME_TIME.get(name):
        others = rotation.get(other, {}) if pools is not None else {}
        rotation[other] = {pool: kept for pool, kept in others.items() if pool not in (pools or ())}


def _scale_rest(
    draft: Draft,
    path: Path_,
    entry: Policy,
    pools: tuple[str, ...] | None,
    rotation: dict[str, Mapping[str, Parameter]],
) -> None:
    """Multiply rest and dwell in place; pools that follow the general policy get their own."""
    by = entry.scale_rest
    assert by is not None
    for name, other_name in OTHER_HOME_TIME.items():
        old, other = rotation.get(name, {}), rotation.get(other_name, {})
        general = old.get("")
        for pool in tuple(old) if pools is None else pools:
            parameter = old.get(pool, None if pool in other else general)
            if parameter is not None:
                scaled = draft.scaled((*path, "scale_rest"), parameter, by, entry)
                rotation[name] = {**rotation[name], pool: scaled}


def change_strengths(draft: Draft, changes: Changes) -> None:
    """Add the changes of strengths over time."""
    for index, entry in enumerate(changes.strengths):
        path = ("strengths", index)
        all_pools = entry.pools == ("all",)
        if not all_pools and not draft.check((*path, "pools"), entry.pools, draft.pools, "pool"):
            continue
        pools = tuple(
            pool
            for pool in (draft.pools if all_pools else entry.pools)
            if entry.category in (None, draft.pools[pool].category)
        )
        if not pools:
            draft.report((*path, "category"), "none of the pools is of this category")
            continue
        verb: Any = next(verb for verb in VERBS if getattr(entry, verb) is not None)
        parameter = draft.parameter((*path, verb), getattr(entry, verb), entry)
        draft.steps.append(StrengthStep(pools, entry.of, verb, parameter, entry.from_, entry.to))


def change_bounds_and_money(draft: Draft, changes: Changes) -> None:
    """Apply the sections bounds and money."""
    for id, bound in changes.bounds.items():
        _change_bound(draft, ("bounds", id), id, bound)
    _check_unique(draft, ("money", "budgets"), changes.money.budgets, ("fund", "year"))
    _check_unique(draft, ("money", "costs"), changes.money.costs, ("fund", "kind", "demand"))
    for index, budget in enumerate(changes.money.budgets):
        path: Path_ = ("money", "budgets", index)
        parameter = draft.parameter((*path, "amount"), budget.amount, budget)
        new = BudgetInput(budget.fund, budget.year, parameter)
        draft.budgets = [
            old for old in draft.budgets if (old.fund, old.year) != (new.fund, new.year)
        ] + [new]
    for index, entry in enumerate(changes.money.costs):
        path = ("money", "costs", index)
        if (entry.kind is None) == (entry.demand is None):
            draft.report(path, "expected a kind or a demand, one of the two")
            continue
        if entry.kind is not None:
            draft.check((*path, "kind"), entry.kind, draft.kinds, "kind")
        else:
            draft.check((*path, "demand"), entry.demand or "", draft.demands, "demand")
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


def _check_unique(
    draft: Draft, path: Path_, entries: Iterable[Any], names: tuple[str, ...]
) -> None:
    """Add a fault for each entry with the same key as an earlier one of the list."""
    first: dict[tuple[Any, ...], int] = {}
    for index, entry in enumerate(entries):
        key = tuple(getattr(entry, name) for name in names)
        if first.setdefault(key, index) != index:
            text = " ".join(str(part) for part in key if part is not None)
            line = draft.line((*path, first[key]))
            draft.report((*path, index), f"{text} is in line {line} already: keep one of the two")


def _change_bound(draft: Draft, path: Path_, id: str, entry: Any) -> None:
    old = draft.bounds.get(id)
    if entry.drop:
        if draft.check(path, id, draft.bounds, "bound"):
            del draft.bounds[id]
        return
    if old is None and (entry.demands is None or (entry.min is None and entry.max is None)):
        draft.report(
            path,
            draft.incomplete(id, draft.bounds, "bound", ["demands and min or max"]),
            key=True,
        )
        return
    draft.check((*path, "demands"), entry.demands or (), draft.demands, "demand")
    draft.check((*path, "pools"), entry.pools or (), draft.pools, "pool")
    changed = _given(entry, ("note", "demands", "pools"))
    changed.update(draft.parameters(path, ("min", "max"), entry))
    bound = replace(old or BoundInput(id, ()), **changed)
    if bound.min is not None and bound.max is not None and bound.min.value > bound.max.value:
        draft.report(path, f"max {bound.max.value:g} is below min {bound.min.value:g}")
    draft.bounds[id] = bound


def change_demands(draft: Draft, changes: Changes) -> None:
    """Apply the sections missions, demands, packages, outcomes, decisions and tiers, in order."""
    for id, mission in changes.missions.items():
        _change_mission(draft, ("missions", id), id, mission)
    for id, demand in changes.demands.items():
        _change_demand(draft, ("demands", id), id, demand)
    for id, package in changes.packages.items():
        _change_package(draft, ("packages", id), id, package)
    _apply_outcomes(draft, changes)
    for section in ACTIVATIONS:
        _activate_demands(draft, section, getattr(changes, section))
    _change_tiers(draft, changes)
    _check_memberships(draft, changes)


def _change_mission(draft: Draft, path: Path_, id: str, entry: Any) -> None:
    given = _given(entry, ("name", "name_nl", "organisation", "region", "main_task", "note"))
    old = draft.missions.get(id)
    if old is None:
        needed = ("name", "organisation", "region", "main_task")
        if not _is_complete(draft, path, id, given, needed, draft.missions, "mission"):
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
    demands = [demand for demand in draft.demands.values() if demand.mission == id]
    if entry.last is not None:
        _change_mandate(draft, path, entry, demands)
    for demand in demands:
        demand = draft.demands[demand.id]
        changed = _given(entry, ("tier", "weight"))
        if entry.scale is not None:
            demand = _scale_caps(draft, (*path, "scale"), demand, entry)
        if entry.drop is not None:
            changed.update(_drop_changes(demand, entry.drop))
        draft.demands[demand.id] = replace(demand, **changed)


def _change_mandate(draft: Draft, path: Path_, entry: Any, demands: list[DemandInput]) -> None:
    """Move the end of a mandate: demands that ran to the old end move, longer ones are cut."""
    last = entry.last
    ends = [demand.last.month for demand in demands if demand.counts and demand.last is not None]
    for demand in demands:
        if demand.last is None:
            continue
        ends_with_mandate = demand.counts and demand.last.month == max(ends)
        if not ends_with_mandate and demand.last.month <= last.value:
            continue
        if demand.first is not None and last.value < demand.first.month:
            draft.demands[demand.id] = replace(demand, **_drop_changes(demand, True))
            continue
        when = draft.month_range((*path, "last"), last, entry)
        draft.demands[demand.id] = replace(demand, last=when)


def _drop_changes(demand: DemandInput, drop: bool) -> dict[str, Any]:
    """Return the fields of a demand that change when it is dropped or restored."""
    if drop:
        return {"counts": False, "standing": "dropped"}
    return {"counts": True, "standing": "standing"} if demand.standing == "dropped" else {}


def _change_demand(draft: Draft, path: Path_, id: str, entry: Any, **context: Any) -> None:
    """Add or change one demand; `context` gives further fields."""
    old = draft.demands.get(id)
    if old is None:
        old = _new_demand(draft, path, id, entry)
        if old is None:
            return
    if entry.mission is not None:
        draft.check((*path, "mission"), entry.mission, draft.missions, "mission")
    if entry.kind is not None:
        draft.check((*path, "kind"), entry.kind, draft.kinds, "kind")
    if entry.pools is not None:
        _check_options(draft, (*path, "pools"), entry.pools)
    changed: dict[str, Any] = {**_given(entry, COPIED_FIELDS), **_standing(entry), **context}
    changed["more"] = {**old.more, **_given(entry, EXTRA_FIELDS)}
    if entry.pools is not None:
        changed["options"] = entry.pools
    if entry.cap is not None:
        changed["cap_from"] = {}
    changed.update(draft.parameters(path, ("cap", *ROTATION, MANNED), entry))
    for name, other in OTHER_HOME_TIME.items():
        if getattr(entry, name) is not None:
            changed[other] = None
    if entry.cap_from is not None:
        changed["cap_from"] = {
            Month.parse(month): draft.parameter((*path, "cap_from", month), quantity, entry)
            for month, quantity in sorted(entry.cap_from.items())
        }
    for name, month in _given(entry, ("first", "last")).items():
        changed[name] = draft.month_range((*path, name), month, entry)
    demand = replace(old, **changed)
    if entry.scale is not None:
        demand = _scale_caps(draft, (*path, "scale"), demand, entry)
    if entry.drop is not None:
        demand = replace(demand, **_drop_changes(demand, entry.drop))
    draft.demands[id] = demand
    _check_dates(draft, path, demand)


def _scale_caps(draft: Draft, path: Path_, demand: DemandInput, entry: Any) -> DemandInput:
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
    for index, option in enumerate(options):
        names = (option,) if isinstance(option, str) else tuple(option)
        for name in names:
            position = (*path, index) if isinstance(option, str) else (*path, index, name)
            draft.check(position if draft.is_list(path) else path, name, draft.pools, "pool")
        if option in options[:index]:
            draft.report(path, "an option is named twice")


def _standing(entry: Any) -> dict[str, Any]:
    """Return the fields that change with the standing that an entry gives."""
    if entry.standing is None:
        return {}
    return {"standing": entry.standing, "counts": entry.standing in COUNTED}


def _new_demand(draft: Draft, path: Path_, id: str, entry: Any) -> DemandInput | None:
    needed: tuple[str, ...] = ("mission", "kind", "pools", "cap", "first", "last")
    if entry.standing not in (None, *COUNTED):
        needed = needed[:4]
    if not _is_complete(draft, path, id, _given(entry, needed), needed, draft.demands, "demand"):
        return None
    pools = [
        p for option in entry.pools for p in ((option,) if isinstance(option, str) else option)
    ]
    categories = {draft.pools[pool].category for pool in pools if pool in draft.pools}
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


def _is_complete(
    draft: Draft, path: Path_, id: str, given: Collection[str], needed: tuple[str, ...],
    known: Iterable[str], what: str,
) -> bool:  # fmt: skip
    """Return whether a new entry is complete; add a fault if a required field is missing."""
    lacking = [name for name in needed if name not in given]
    if not lacking:
        draft.check_new_id(path, id)
        return True
    draft.report(path, draft.incomplete(id, known, what, lacking), key=True)
    return False


def _given(entry: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in names if getattr(entry, name) is not None}


def _check_dates(draft: Draft, path: Path_, demand: DemandInput) -> None:
    if not demand.counts:
        return
    for name in ("first", "last"):
        if getattr(demand, name) is None:
            message = f"demand {demand.id!r} has no {name} month in the data: give one"
            draft.report(path, message, key=True)
    if demand.first is not None and demand.last is not None:
        first, last = demand.first.month, demand.last.month
        if last < first:
            message = f"months out of order: the last month, {last}, is before the first, {first}"
            draft.report((*path, "last"), message)
        for month in demand.cap_from:
            if not first < month <= last:
                message = f"expected a month after {first}, the first, and up to {last}, the last"
                draft.report((*path, "cap_from", str(month)), message)


def _change_package(draft: Draft, path: Path_, id: str, entry: Any) -> None:
    old = draft.packages.get(id)
    if old is None and not entry.demands and not entry.members:
        _is_complete(draft, path, id, (), ("demands",), draft.packages, "package")
        return
    package = old or PackageInput(id, entry.title or id, entry.title_nl or entry.title or id, ())
    package = replace(package, **_given(entry, ("title", "title_nl", "on", "note")))
    if entry.drop is not None:
        package = replace(package, on=not entry.drop)
    if entry.known is not None:
        known = entry.known
        if not isinstance(known, str):
            known = draft.month_range((*path, "known"), known, entry)
        package = replace(package, known=known)
    members = list(package.demands)
    for name, demand in entry.demands.items():
        demand_path = (*path, "demands", name)
        if name in draft.demands and name not in members:
            problem = f"demand {name!r} exists outside the package"
            remedy = "name it under 'members', or choose another id"
            draft.report(demand_path, f"{problem}: {remedy}", key=True)
            continue
        _change_demand(draft, demand_path, name, _inherit_origin(demand, entry))
        if name in draft.demands and name not in members:
            members.append(name)
    if entry.members is not None:
        draft.check((*path, "members"), entry.members, draft.demands, "demand")
        members += [name for name in entry.members if name not in members and name in draft.demands]
    if entry.scale is not None:
        for name in members:
            draft.demands[name] = _scale_caps(draft, (*path, "scale"), draft.demands[name], entry)
    draft.packages[id] = replace(package, demands=tuple(members))


def _inherit_origin(demand: Any, package: Any) -> Any:
    """Return a demand with the origin of its package where it gives none."""
    if demand.basis is not None or demand.source is not None:
        return demand
    shared = _given(package, ("basis", "source", "section"))
    lacking = {name: value for name, value in shared.items() if getattr(demand, name) is None}
    return demand.model_copy(update=lacking)


def _check_memberships(draft: Draft, changes: Changes) -> None:
    owner: dict[str, str] = {}
    for package in draft.packages.values():
        for demand in package.demands:
            other = owner.setdefault(demand, package.id)
            if other != package.id:
                path = ("packages", package.id if package.id in changes.packages else other)
                problem = f"demand {demand!r} belongs to package {other!r} already"
                draft.report(path, f"{problem}: a demand belongs to one package at most", key=True)


def _apply_outcomes(draft: Draft, changes: Changes) -> None:
    outcomes = draft.inputs.outcomes
    ids = changes.outcomes or ()
    if ids == ("all",):
        ids = tuple(outcomes)
    for index, id in enumerate(ids):
        if not draft.check(("outcomes", index), id, outcomes, "demand with an outcome"):
            continue
        demand = draft.demands.get(id)
        if demand is not None:
            changed: dict[str, Any] = dict(outcomes[id])
            if "cap" in changed:
                changed["cap_from"] = {}
            draft.demands[id] = replace(demand, **changed)
            mission = draft.missions.get(demand.mission)
            if "last" in changed and mission is not None:
                draft.missions[mission.id] = replace(mission, prolonged=None, ended_early=None)


def _activate_demands(draft: Draft, section: str, entries: Mapping[str, Any]) -> None:
    standing, description = ACTIVATIONS[section]
    listed = draft.is_list((section,))
    for index, (id, entry) in enumerate(entries.items()):
        path: Path_ = (section, index) if listed else (section, id)
        lines = _named_demands(draft, path, id, standing, section)
        unshared = [name for name in UNSHARED_FIELDS if getattr(entry, name) is not None]
        if len(lines) > 1 and unshared:
            message = (
                f"{id!r} stands for {', '.join(lines)}: say {unshared[0]} for each under 'demands'"
            )
            draft.report((*path, unshared[0]), message)
            continue
        for line in lines:
            _activate(draft, path, line, entry, section, standing, description)


def _named_demands(draft: Draft, path: Path_, id: str, standing: str, section: str) -> list[str]:
    """Return the demands that an id stands for: all, those of a mission, or the demand itself."""
    if id == "all":
        return [name for name, demand in draft.demands.items() if demand.standing == standing]
    candidates = [demand for demand in draft.demands.values() if demand.standing == standing]
    lines = [demand.id for demand in candidates if demand.mission == id]
    if id in draft.missions and lines:
        return lines
    if id in draft.demands:
        return [id]
    if id in draft.missions:
        draft.report(path, f"mission {id!r} has no demands to {section}", key=True)
        return []
    suggested = [*(demand.id for demand in candidates), *(demand.mission for demand in candidates)]
    known = dict.fromkeys([*suggested, *draft.demands, *draft.missions])
    draft.check(path, id, known, "demand or mission")
    return []


def _activate(
    draft: Draft, path: Path_, id: str, entry: Any, section: str, standing: str, description: str
) -> None:
    demand = draft.demands[id]
    if demand.standing != standing:
        sections = {other: name for name, (other, _) in ACTIVATIONS.items()}
        section_of = sections.get(demand.standing)
        remedy = f"put it under {section_of!r}" if section_of else "change it under 'demands'"
        draft.report(
            path, f"demand {id!r} is {demand.standing}, not {description}: {remedy}", key=True
        )
        return
    _change_demand(draft, path, id, entry, counts=True)


def _change_tiers(draft: Draft, changes: Changes) -> None:
    for index, entry in enumerate(changes.tiers):
        path = ("tiers", index)
        fault_count = len(draft.faults)
        for name, known, kind in (
            ("demands", draft.demands, "demand"),
            ("missions", draft.missions, "mission"),
            ("kinds", draft.kinds, "kind"),
        ):
            draft.check((*path, name), getattr(entry, name) or (), known, kind)
        changed = _given(entry, ("tier", "weight"))
        if not changed:
            draft.report(path, "expected a tier, a weight or both")
        for name in ("organisation", "region"):
            names = {getattr(mission, name) for mission in draft.missions.values()}
            draft.check((*path, name), getattr(entry, name) or (), names, name)
        matching = [
            (id, demand)
            for id, demand in draft.demands.items()
            if (mission := draft.missions.get(demand.mission)) and _matches(entry, demand, mission)
        ]
        if not matching and draft.demands and len(draft.faults) == fault_count:
            draft.report(path, "has no effect: no demand fits all that is said here")
        for id, demand in matching:
            draft.demands[id] = replace(demand, **changed)


def _matches(entry: Any, demand: DemandInput, mission: Mission) -> bool:
    return (
        (entry.demands is None or demand.id in entry.demands)
        and (entry.missions is None or mission.id in entry.missions)
        and (entry.kinds is None or demand.kind in entry.kinds)
        and (entry.main_task is None or mission.main_task == entry.main_task)
        and (entry.organisation is None or mission.organisation == entry.organisation)
        and (entry.region is None or mission.region == entry.region)
        and (entry.category is None or demand.category == entry.category)
    )
