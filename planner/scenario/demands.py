"""Changes to what is asked: missions, demands, packages, decisions and tiers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from planner.months import Month
from planner.scenario.draft import Draft
from planner.scenario.inputs import ROTATION, Demand, Figure, Mission, Option, Package
from planner.scenario.registry import carried
from planner.scenario.schema import Changes
from planner.scenario.source import Path_

__all__ = ["change_demands"]

CHOICES = {
    "decide": ("study", "under study"),
    "send": ("declined", "declined"),
    "hindsight": ("hindsight", "known from hindsight"),
}
"""Section, the standing it is for, and that standing in words."""

ALONE = ("mission", "name", "name_nl", "category", "kind", "pools", "cap")
"""What cannot be said of several demands at once."""


CARRIED = carried("demand", [*(one.name for one in fields(Demand)), "pools"])
"""Fields of the registry that a demand carries along as they are given."""

COUNTED = ("standing", "past")
"""Standings of demands that count without being chosen."""


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
        if not _complete(
            draft,
            path,
            id,
            given,
            ("name", "organisation", "region", "main_task"),
            draft.missions,
            "mission",
        ):
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
    if entry.last is not None:
        draft.missions[id] = replace(draft.missions[id], prolonged=None, ended_early=None)
    events: dict[str, Any] = {
        name: draft.event((*path, name), getattr(entry, name), entry)
        for name in ("prolonged", "ended_early")
        if getattr(entry, name) is not None
    }
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


def _mandate(draft: Draft, path: Path_, entry: Any, lines: list[Demand]) -> None:
    """Move the end of a mandate: lines that ran to the old end move, longer ones are cut."""
    last = entry.last
    assert last is not None
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


def _dropped(demand: Demand, drop: bool) -> dict[str, Any]:
    """Return what changes when a demand is dropped or brought back."""
    if drop:
        return {"counts": False, "standing": "dropped"}
    return {"counts": True, "standing": "standing"} if demand.standing == "dropped" else {}


def _demand(draft: Draft, path: Path_, id: str, entry: Any, **context: Any) -> None:
    """Add or change one demand; `context` gives what it is beside what the entry says."""
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
    same = (
        "mission",
        "name",
        "name_nl",
        "category",
        "kind",
        "tier",
        "cohorts",
        "fixed_length",
        "on_call",
        "unit",
        "weight",
        "note",
    )
    changed: dict[str, Any] = {**_given(entry, same), **_standing(entry), **context}
    changed["more"] = {**old.more, **_given(entry, CARRIED)}
    if entry.pools is not None:
        changed["options"] = entry.pools
    if entry.cap is not None:
        changed["cap_from"] = {}
    for name in ("cap", *ROTATION):
        quantity = getattr(entry, name)
        if quantity is not None:
            changed[name] = draft.figure((*path, name), quantity, entry)
    for name, other in (("rest", "dwell"), ("dwell", "rest")):
        if getattr(entry, name) is not None:
            changed[other] = None
    if entry.cap_from is not None:
        changed["cap_from"] = {
            Month.parse(month): draft.figure((*path, "cap_from", month), quantity, entry)
            for month, quantity in sorted(entry.cap_from.items())
        }
    for name in ("first", "last"):
        month = getattr(entry, name)
        if month is not None:
            changed[name] = draft.when((*path, name), month, entry)
    demand = replace(old, **changed)
    if entry.scale is not None:
        demand = _scaled(draft, (*path, "scale"), demand, entry)
    if entry.drop is not None:
        demand = replace(demand, **_dropped(demand, entry.drop))
    draft.demands[id] = demand
    _check_dates(draft, path, demand)


def _scaled(draft: Draft, path: Path_, demand: Demand, entry: Any) -> Demand:
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


def _new_demand(draft: Draft, path: Path_, id: str, entry: Any) -> Demand | None:
    needed: tuple[str, ...] = ("mission", "kind", "pools", "cap", "first", "last")
    if entry.standing not in (None, *COUNTED):
        needed = needed[:4]
    given = {name for name in needed if getattr(entry, name) is not None}
    if not _complete(draft, path, id, given, needed, draft.demands, "demand"):
        return None
    assert entry.mission is not None
    assert entry.kind is not None
    assert entry.pools is not None
    named = [p for one in entry.pools for p in ((one,) if isinstance(one, str) else one)]
    categories = {draft.pools[pool].category for pool in named if pool in draft.pools}
    mission = draft.missions.get(entry.mission)
    return Demand(
        id=id,
        mission=entry.mission,
        name=entry.name or id,
        name_nl=entry.name_nl or entry.name or id,
        category=categories.pop() if len(categories) == 1 else "mixed",
        kind=entry.kind,
        options=entry.pools,
        cap=Figure(0.0),
        first=None,
        last=None,
        tier=1 if mission is not None and mission.main_task == 1 else 2,
        file=draft.source.file,
        line=draft.line(path),
    )


def _complete(
    draft: Draft,
    path: Path_,
    id: str,
    given: Iterable[str],
    needed: tuple[str, ...],
    known: Iterable[str],
    what: str,
) -> bool:
    """Complain if a new entry lacks something; a near miss of a known id is said first."""
    lacking = [name for name in needed if name not in set(given)]
    if not lacking:
        return True
    draft.complain(path, draft.unknown(id, known, what, lacking), key=True)
    return False


def _given(entry: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in names if getattr(entry, name) is not None}


def _check_dates(draft: Draft, path: Path_, demand: Demand) -> None:
    if not demand.counts:
        return
    for name in ("first", "last"):
        if getattr(demand, name) is None:
            draft.complain(
                path, f"demand {demand.id!r} has no {name} month in the data: give one", key=True
            )
    if demand.first is not None and demand.last is not None:
        first, last = demand.first.month, demand.last.month
        if last < first:
            which = (*path, "last")
            draft.complain(
                which, f"months out of order: the last month, {last}, is before the first, {first}"
            )
        for month in demand.cap_from:
            if not first < month <= last:
                draft.complain(
                    (*path, "cap_from", str(month)),
                    f"expected a month after {first}, the first, and up to {last}, the last",
                )


def _package(draft: Draft, path: Path_, id: str, entry: Any) -> None:
    old = draft.packages.get(id)
    if old is None and not entry.demands and not entry.members:
        _complete(draft, path, id, (), ("demands",), draft.packages, "package")
        return
    package = old or Package(id, entry.title or id, entry.title_nl or entry.title or id, ())
    package = replace(package, **_given(entry, ("title", "title_nl", "on", "note")))
    if entry.drop is not None:
        package = replace(package, on=not entry.drop)
    if entry.known is not None:
        known = entry.known
        package = replace(
            package,
            known=known if isinstance(known, str) else draft.when((*path, "known"), known, entry),
        )
    members = list(package.demands)
    for name, demand in entry.demands.items():
        inner = (*path, "demands", name)
        if name in draft.demands and name not in members:
            draft.complain(
                inner,
                f"demand {name!r} exists outside the package: name it under "
                "'members', or choose another id",
                key=True,
            )
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
    said = _given(package, ("basis", "source", "section"))
    lacking = {name: value for name, value in said.items() if getattr(demand, name) is None}
    if demand.basis is not None or demand.source is not None:
        lacking = {}
    return demand.model_copy(update=lacking)


def _memberships(draft: Draft, changes: Changes) -> None:
    owner: dict[str, str] = {}
    for package in draft.packages.values():
        for demand in package.demands:
            other = owner.setdefault(demand, package.id)
            if other != package.id:
                path = ("packages", package.id if package.id in changes.packages else other)
                draft.complain(
                    path,
                    f"demand {demand!r} belongs to package {other!r} already: a "
                    "demand belongs to one package at most",
                    key=True,
                )


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
            if "last" in changed and demand.mission in draft.missions:
                settled = replace(draft.missions[demand.mission], prolonged=None, ended_early=None)
                draft.missions[demand.mission] = settled


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
    """Return the demands that an id stands for: all, itself, or those of a mission."""
    if id == "all":
        return [name for name, one in draft.demands.items() if one.standing == standing]
    lines = [
        one.id for one in draft.demands.values() if one.mission == id and one.standing == standing
    ]
    if id in draft.missions and lines:
        return lines
    if id in draft.demands:
        return [id]
    if id in draft.missions:
        draft.complain(path, f"mission {id!r} has no demands to {section}", key=True)
        return []
    known = [name for name, one in draft.demands.items() if one.standing == standing]
    known += [one.mission for one in draft.demands.values() if one.standing == standing]
    draft.known(
        path, id, dict.fromkeys([*known, *draft.demands, *draft.missions]), "demand or mission"
    )
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
        for name, known, what in (
            ("demands", draft.demands, "demand"),
            ("missions", draft.missions, "mission"),
            ("kinds", draft.kinds, "kind"),
        ):
            draft.known((*path, name), getattr(entry, name) or (), known, what)
        changed = _given(entry, ("tier", "weight"))
        if not changed:
            draft.complain(path, "expected a tier, a weight or both")
        for id, demand in draft.demands.items():
            mission = draft.missions.get(demand.mission)
            if mission is not None and _fits(entry, demand, mission):
                draft.demands[id] = replace(demand, **changed)


def _fits(entry: Any, demand: Demand, mission: Mission) -> bool:
    return (
        (entry.demands is None or demand.id in entry.demands)
        and (entry.missions is None or mission.id in entry.missions)
        and (entry.kinds is None or demand.kind in entry.kinds)
        and (entry.main_task is None or mission.main_task == entry.main_task)
        and (entry.organisation is None or mission.organisation == entry.organisation)
        and (entry.region is None or mission.region == entry.region)
        and (entry.category is None or demand.category == entry.category)
    )
