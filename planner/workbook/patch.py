"""Rows of a workbook as changes of the scenario that they build on, in the words of a scenario."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from planner.months import Month
from planner.scenario.load import Scenario
from planner.workbook.fields import DEMAND_FIGURES, FIGURES
from planner.workbook.reading import Grid, Line
from planner.workbook.rows import rows_of, same, settings_of
from planner.workbook.settle import COUNTED

__all__ = ["Patch", "by_key", "make_patch"]

CHOICES = {"study": "decide", "declined": "send", "hindsight": "hindsight"}
"""Section of a scenario under which demands of a standing are made to count."""

Cells = Mapping[str, Any]


def by_key(grids: Mapping[str, Grid], scenario: Scenario) -> dict[str, dict[Any, Cells]]:
    """Return the rows that a scenario has on every sheet, by what names them."""
    rows = rows_of(scenario.inputs)
    return {
        name: {tuple(row[one] for one in grid.sheet.key): row for row in rows[name]}
        for name, grid in grids.items()
        if grid.sheet.key
    }


@dataclass
class Patch:
    """Changes to a scenario, and the cell that each of them comes from.

    Attributes
    ----------
    first, then : dict
        Sections of a scenario; `then` comes on top of `first`.
    cells : dict of tuple to tuple
        Grid, row and column by path within `first` or `then`.
    """

    first: dict[str, Any] = field(default_factory=dict)
    then: dict[str, Any] = field(default_factory=dict)
    cells: dict[tuple[str, ...], tuple[Grid, int, str]] = field(default_factory=dict)

    def put(self, path: tuple[str, ...], value: Any, grid: Grid, line: Line, column: str) -> None:
        """Say a value at a path."""
        inside = self.first
        for step in path[:-1]:
            inside = inside.setdefault(step, {})
        inside[path[-1]] = value
        self.note(path, grid, line, column)

    def note(self, path: tuple[str, ...], grid: Grid, line: Line, column: str) -> None:
        """Note the cell that a path comes from, and the row for everything around it."""
        self.cells[path] = (grid, line.row, column)
        for length in range(1, len(path)):
            self.cells.setdefault(path[:length], (grid, line.row, grid.sheet.fields[0].name))

    def add(self, section: tuple[str, ...], entry: dict[str, Any], grid: Grid, line: Line) -> None:
        """Add an entry to a list."""
        inside = self.first
        for step in section[:-1]:
            inside = inside.setdefault(step, {})
        entries = inside.setdefault(section[-1], [])
        self.note((*section, str(len(entries))), grid, line, grid.sheet.fields[0].name)
        entries.append(entry)

    @property
    def layers(self) -> list[dict[str, Any]]:
        """The changes, those that say anything."""
        return [layer for layer in (self.first, self.then) if layer]


def make_patch(
    patch: Patch, base: Scenario, grids: Mapping[str, Grid], settings: Cells, whole: Scenario
) -> None:
    """Say what has to be changed about a scenario so that it says what the sheets say.

    Parameters
    ----------
    patch : Patch
        Gets the changes; also when they turn out to be wrong, so that their cells are known.
    base : Scenario
        What the changes are made to.
    grids : mapping of str to Grid
        Settled rows, see :func:`planner.workbook.settle.settle`.
    settings : mapping
        The sheet about the scenario as a whole.
    whole : Scenario
        Where everything comes from that stands on no sheet.
    """
    _settings(patch, base, settings, whole)
    before = by_key(grids, base)
    _sources(patch, grids["sources"], before["sources"])
    _pools(patch, grids, before)
    _kinds(patch, grids, before)
    reached = base.with_(patch.first) if patch.first else base
    before = by_key(grids, reached)
    _texts(patch, grids["missions"], before["missions"], "missions")
    _demands(patch, grids, before)
    _packages(patch, grids, before)
    _steps(patch, grids["steps"], rows_of(reached.inputs)["steps"])
    _bounds(patch, grids["bounds"], before["bounds"])
    _money(patch, grids, before)


def differing(line: Line, old: Cells | None, names: Iterable[str]) -> list[str]:
    """Return the columns in which a row says something new."""
    if old is None:
        return [name for name in names if line[name] not in (None, "", ())]
    return [name for name in names if not same(line[name], old[name])]


def plain(value: Any) -> Any:
    """Return a cell as a scenario says it."""
    if isinstance(value, Month):
        return str(value)
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def figure(line: Line, value: str = "value", origin: bool = True) -> Any:
    """Return a figure as a scenario says it, a bare number where that is all."""
    said = {"value": plain(line[value])}
    said |= {side: plain(line[side]) for side in ("low", "high") if line[side] is not None}
    if origin:
        said |= _origin(line) | ({"note": line["note"]} if line["note"] else {})
    return said if len(said) > 1 else said["value"]


def _origin(line: Line) -> dict[str, str]:
    said = {name: line[name] for name in ("basis", "source", "section") if line[name]}
    return {} if said == {"basis": "assumption"} else said


FIGURE = ("value", "low", "high", "basis", "source", "section", "note")


def _apart(entries: Mapping[str, Any], names: Iterable[str]) -> None:
    """Keep what an entry says of itself from its figures, which would take it over."""
    for entry in entries.values():
        for name in names:
            if name in entry and isinstance(entry, dict):
                said = entry[name] if isinstance(entry[name], dict) else {"value": entry[name]}
                silent = {text: "" for text in ("section", "note") if entry.get(text)}
                if silent:
                    entry[name] = {**silent, **said}


def _settings(patch: Patch, base: Scenario, settings: Cells, whole: Scenario) -> None:
    old = settings_of(base)
    new = {**settings_of(whole), **settings}
    for name in ("title", "title_nl", "summary", "summary_nl", "rule"):
        if new[name] and not same(new[name], old[name]):
            patch.first[name] = new[name]
    horizon = {
        name: plain(new[name])
        for name in ("from", "to", "warm_up", "run_out")
        if new[name] is not None and new[name] != old[name]
    }
    if horizon:
        patch.first["horizon"] = horizon
    if bool(new["money"]) != old["money"]:
        patch.first["money"] = {"on": bool(new["money"])}
    mine, theirs = whole.inputs.uncertainty, base.inputs.uncertainty
    if mine != theirs:
        patch.first["uncertainty"] = {**dict.fromkeys(theirs), **mine}


def _sources(patch: Patch, grid: Grid, before: Mapping[Any, Cells]) -> None:
    names = ("publisher", "title", "date", "confidence", "reference")
    for line in grid.lines:
        if differing(line, before.get(grid.key(line)), names):
            said = {name: line[name] for name in names if line[name]}
            patch.put(("sources", line["id"]), {"title": "", **said}, grid, line, "title")


def _texts(patch: Patch, grid: Grid, before: Mapping[Any, Cells], section: str) -> None:
    """Say every column of a sheet that differs under an id, as it is."""
    names = [one.name for one in grid.sheet.fields if one.name != "id"]
    for line in grid.lines:
        for name in differing(line, before.get(grid.key(line)), names):
            patch.put((section, line["id"], name), plain(line[name]), grid, line, name)


def _gone(grid: Grid, before: Mapping[Any, Cells]) -> list[Any]:
    there = {grid.key(line) for line in grid.lines}
    return [key for key in before if key not in there]


def _pools(
    patch: Patch, grids: Mapping[str, Grid], before: Mapping[str, Mapping[Any, Cells]]
) -> None:
    _texts(patch, grids["pools"], before["pools"], "pools")
    for (id,) in _gone(grids["pools"], before["pools"]):
        patch.first.setdefault("pools", {})[id] = "drop"
    grid, old = grids["strengths"], before["strengths"]
    for line in grid.lines:
        if line["from"] is None and differing(line, old.get(grid.key(line)), FIGURE):
            patch.put(("pools", line["pool"], line["figure"]), figure(line), grid, line, "value")
    _apart(patch.first.get("pools", {}), ("posts", "filled", "fit"))


def _kinds(
    patch: Patch, grids: Mapping[str, Grid], before: Mapping[str, Mapping[Any, Cells]]
) -> None:
    _texts(patch, grids["kinds"], before["kinds"], "kinds")
    grid, old = grids["policies"], before["policies"]
    gone = {key[0::3] for key in _gone(grid, old) if key[2]}
    again = set()
    for line in grid.lines:
        key = grid.key(line)
        if not line["kind"] or line["pool"]:
            continue
        if differing(line, old.get(key), FIGURE) or (line["kind"], line["figure"]) in gone:
            path = ("kinds", line["kind"], line["figure"])
            patch.put(path, figure(line), grid, line, "value")
            again.add((line["kind"], line["figure"]))
    for line in grid.lines:
        said = (line["kind"], line["figure"])
        if line["pool"] and (said in again or differing(line, old.get(grid.key(line)), FIGURE)):
            entry = {"kinds": [said[0]], "pools": [line["pool"]], said[1]: figure(line)}
            patch.add(("policies",), entry, grid, line)
    _apart(patch.first.get("kinds", {}), FIGURES)


def _demands(
    patch: Patch, grids: Mapping[str, Grid], before: Mapping[str, Mapping[Any, Cells]]
) -> None:
    grid, old = grids["demands"], before["demands"]
    own = {line["demand"] for line in grids["policies"].lines if line["demand"]}
    names = (
        "mission", "name", "name_nl", "category", "kind", "pools", "first", "last", "tier",
        "cohorts", "on_call", "unit", "weight", "note",
    )  # fmt: skip
    for line in grid.lines:
        was = old.get(grid.key(line))
        if was is None and line["standing"] == "dropped":
            continue
        path = ("demands", line["id"])
        for name in differing(line, was, names):
            patch.put((*path, name), plain(line[name]), grid, line, name)
        if differing(line, was, ("cap", "low", "high", "basis", "source", "section")):
            alone = was is None and line["id"] not in own
            patch.put((*path, "cap"), figure(line, "cap", origin=not alone), grid, line, "cap")
            for name, said in _origin(line).items() if alone else ():
                patch.put((*path, name), said, grid, line, name)
        _standing(patch, grid, line, was)
    _own_figures(patch, grids["policies"], before["policies"])
    _apart(patch.first.get("demands", {}), DEMAND_FIGURES)
    for (id,) in _gone(grid, old):
        if old[(id,)]["standing"] != "dropped":
            patch.first.setdefault("demands", {})[id] = "drop"


def _own_figures(patch: Patch, grid: Grid, old: Mapping[Any, Cells]) -> None:
    """Say the rotation that demands have of their own."""
    for line in grid.lines:
        if line["demand"] and differing(line, old.get(grid.key(line)), FIGURE):
            path = ("demands", line["demand"], line["figure"])
            patch.put(path, figure(line), grid, line, "value")


def _standing(patch: Patch, grid: Grid, line: Line, was: Cells | None) -> None:
    id, standing, counts = line["id"], line["standing"], line["counts"]
    old = (None, False) if was is None else (was["standing"], was["counts"])
    if old == (standing, counts) or (was is None and standing == "standing"):
        return
    path = ("demands", id)
    if standing == "dropped":
        patch.put((*path, "drop"), True, grid, line, "counts")
        return
    again = standing != old[0] or (old[1] and not counts)
    if again:
        patch.put((*path, "standing"), standing, grid, line, "standing")
    if counts and standing not in COUNTED:
        chosen = patch.first.setdefault(CHOICES[standing], [])
        patch.note((CHOICES[standing], str(len(chosen))), grid, line, "counts")
        chosen.append(id)


def _packages(
    patch: Patch, grids: Mapping[str, Grid], before: Mapping[str, Mapping[Any, Cells]]
) -> None:
    grid, old = grids["packages"], before["packages"]
    demands = grids["demands"]
    for line in grid.lines:
        path, was = ("packages", line["id"]), old.get(grid.key(line))
        for name in differing(line, was, ("title", "title_nl", "on", "note")):
            patch.put((*path, name), line[name], grid, line, name)
        if differing(line, was, ("known", "basis", "source", "section")):
            patch.put((*path, "known"), plain(line["known"]), grid, line, "known")
            for name, said in _origin(line).items():
                patch.put((*path, name), said, grid, line, name)
        members = [
            one["id"]
            for one in demands.lines
            if one["package"] == line["id"]
            and not same(before["demands"].get((one["id"],), {}).get("package"), line["id"])
        ]
        if members:
            patch.put((*path, "members"), members, grid, line, "id")
    for (id,) in _gone(grid, old):
        patch.first.setdefault("packages", {})[id] = "drop"


def _steps(patch: Patch, grid: Grid, before: list[dict[str, Any]]) -> None:
    names = [one.name for one in grid.sheet.fields]
    for place, line in enumerate(grid.lines):
        if place < len(before):
            if differing(line, before[place], names):
                return  # said by whoever compares what came out
            continue
        entry: dict[str, Any] = {"pools": plain(line["pools"])}
        if line["of"] != "strength":
            entry["of"] = line["of"]
        entry |= {name: str(line[name]) for name in ("from", "to") if line[name] is not None}
        entry[line["verb"]] = figure(line)
        patch.add(("strengths",), entry, grid, line)


def _bounds(patch: Patch, grid: Grid, before: Mapping[Any, Cells]) -> None:
    names = ("demands", "pools", "min", "max", "basis", "source", "section", "note")
    for line in grid.lines:
        was = before.get(grid.key(line))
        if not differing(line, was, names):
            continue
        said = {
            name: plain(line[name])
            for name in ("demands", "pools", "min", "max", "note")
            if line[name] not in (None, "", ())
        }
        if was is not None:  # what is emptied can only be taken away as a whole
            patch.first.setdefault("bounds", {})[line["id"]] = "drop"
            patch.then.setdefault("bounds", {})[line["id"]] = {**said, **_origin(line)}
            patch.note(("bounds", line["id"]), grid, line, "id")
        else:
            patch.put(("bounds", line["id"]), {**said, **_origin(line)}, grid, line, "id")
    for (id,) in _gone(grid, before):
        patch.first.setdefault("bounds", {})[id] = "drop"


def _money(
    patch: Patch, grids: Mapping[str, Grid], before: Mapping[str, Mapping[Any, Cells]]
) -> None:
    for section in ("budgets", "costs"):
        grid, old = grids[section], before[section]
        for line in grid.lines:
            if differing(line, old.get(grid.key(line)), FIGURE):
                key = {name: line[name] for name in grid.sheet.key if line[name]}
                entry = {**key, "amount": figure(line)}
                patch.add(("money", section), entry, grid, line)
