"""A workbook that was filled in to a scenario: what its sheets say, and nothing else.

The scenario that a workbook was made from is kept in a hidden sheet of it, so that only what
differs has to be said; where something cannot be said as a change of it, it is said as a change of
the scenario that it builds on. What comes out is compared with the sheets once more, cell by cell:
no cell that was filled in is passed over in silence."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import Fault, InputError
from planner.months import Month
from planner.scenario.inputs import COUNTED
from planner.scenario.load import Layer, Scenario, load, loads
from planner.scenario.registry import STRENGTH
from planner.scenario.source import dump
from planner.workbook.fields import DEMAND_FIGURES, FIGURES, rows_of, same, settings_of
from planner.workbook.reading import (
    HIDDEN,
    Grid,
    SheetLine,
    check_grids,
    notes_of,
    read_grids,
    read_settings,
    settle,
)
from planner.workbook.xlsx import open_book

if TYPE_CHECKING:
    from planner.workbook.xlsx import WorkbookFile

__all__ = [
    "FilledWorkbook",
    "Imported",
    "Patch",
    "by_key",
    "import_workbook",
    "kept_lines",
    "make_patch",
    "read_filled",
    "read_kept",
    "read_workbook",
    "state",
]

FORMAT = "planner-workbook/1"

PIECE = 30_000
"""Characters of a cell; a longer line goes on in the next one."""

CHOICES = {"study": "decide", "declined": "send", "hindsight": "hindsight"}
"""Section of a scenario under which demands of a standing are made to count."""

FIGURE = ("value", "low", "high", "basis", "source", "section", "note")

BLANK = "data: none\n"
"""The scenario that a workbook without a scenario in it builds on."""

_STAYS = (
    "what the scenario says from which this workbook was made cannot be changed in a "
    "workbook: put it back, or change that scenario itself"
)

_NEW = "cannot be added in a workbook"

_HINTS = {"strengths": "a level from a later month is said on the sheet Strength steps"}


def kept_lines(scenario: Scenario) -> list[str]:
    """Return the cells of the hidden sheet, from top to bottom.

    Empty if the text of the scenario does not stand on its own, as with data of the user's own:
    then all that can be read back is what the sheets say.

    Examples
    --------
    >>> from planner.scenario.load import load
    >>> kept_lines(load("letter"))[3:]
    ['|format: planner-scenario/1', '|extends: letter']
    """
    text = scenario.dump()
    try:
        stands = loads(text).digest == scenario.digest
    except InputError:
        stands = False
    if not stands:
        return []
    lines = [FORMAT, scenario.name, scenario.digest]
    for line in text.splitlines():
        pieces = [line[at : at + PIECE] for at in range(0, len(line), PIECE)] or [""]
        lines += [("+" if place else "|") + piece for place, piece in enumerate(pieces)]
    return lines


def read_kept(book: WorkbookFile, notes: list[str]) -> Scenario | None:
    """Return the scenario that a workbook was made from, None if it holds none.

    What is to be said about it is added to `notes`.

    Raises
    ------
    InputError
        The hidden sheet exists but cannot be read.
    """
    if HIDDEN not in book.titles:
        return None
    cells = [str(row[0] or "") for _, row in book.rows(HIDDEN)]
    if len(cells) < 4 or cells[0] != FORMAT:
        found = cells[0] if cells else ""
        message = f"expected {FORMAT} at the top of this hidden sheet, found {found!r}"
        raise InputError(Fault(book.name, 1, 1, "", message, HIDDEN))
    name, digest = cells[1:3]
    text = "".join(("\n" if one[:1] == "|" else "") + one[1:] for one in cells[3:])
    try:
        scenario = loads(text[1:] + "\n", f"{name}.yaml")
    except InputError as error:
        message = f"the scenario this workbook was made from cannot be read: {error.faults[0]}"
        raise InputError(Fault(book.name, 0, 0, "", message, HIDDEN)) from None
    if scenario.digest != digest:
        notes.append(
            f"{name} says something else now than when this workbook was made; what the sheets "
            "say is kept"
        )
    return scenario


Cells = Mapping[str, Any]
Grids = Mapping[str, Grid]
Rows = Mapping[Any, Cells]
"""Rows of one sheet, by what names them."""


def by_key(grids: Grids, scenario: Scenario) -> dict[str, dict[Any, Cells]]:
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

    def put(
        self, path: tuple[str, ...], value: Any, grid: Grid, line: SheetLine, column: str
    ) -> None:
        """Say a value at a path."""
        inside = self.first
        for step in path[:-1]:
            inside = inside.setdefault(step, {})
        inside[path[-1]] = value
        self.note(path, grid, line, column)

    def note(self, path: tuple[str, ...], grid: Grid, line: SheetLine, column: str) -> None:
        """Note the cell that a path comes from, and the row for everything around it."""
        self.cells[path] = (grid, line.row, column)
        for length in range(1, len(path)):
            self.cells.setdefault(path[:length], (grid, line.row, grid.sheet.fields[0].name))

    def add(
        self, section: tuple[str, ...], entry: dict[str, Any], grid: Grid, line: SheetLine
    ) -> None:
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
    patch: Patch, base: Scenario, grids: Grids, settings: Cells, whole: Scenario
) -> None:
    """Say what has to be changed about a scenario (`base`) so that it says what the sheets say.

    The patch gets the changes also when they turn out to be wrong, so that their cells are known.
    Rows are those of :func:`planner.workbook.reading.settle`; what stands on no sheet comes from
    the scenario `whole`.
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


def differing(line: SheetLine, old: Cells | None, names: Iterable[str]) -> list[str]:
    """Return the columns in which a row says something new."""
    if old is None:
        return [name for name in names if line[name] not in (None, "", ())]
    return [name for name in names if not same(line[name], old[name])]


def plain(value: Any) -> Any:
    """Return a cell as a scenario says it."""
    if isinstance(value, Month):
        return str(value)
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):  # caps by month
        return {str(month): _cap(cap) for month, cap in value}
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _cap(cap: Any) -> Any:
    if not isinstance(cap, tuple):
        return plain(cap)
    return dict(zip(("value", "low", "high"), map(plain, cap), strict=True))


def figure(line: SheetLine, value: str = "value", origin: bool = True) -> Any:
    """Return a figure as a scenario says it, a bare number where that is all."""
    said = {"value": plain(line[value])}
    said |= {side: plain(line[side]) for side in ("low", "high") if line[side] is not None}
    if origin:
        said |= _origin(line) | ({"note": line["note"]} if line["note"] else {})
    return said if len(said) > 1 else said["value"]


def _origin(line: SheetLine) -> dict[str, str]:
    said = {name: line[name] for name in ("basis", "source", "section") if line[name]}
    return {} if said == {"basis": "assumption"} else said


def _apart(entries: Mapping[str, Any], names: Iterable[str]) -> None:
    """Keep what an entry says of itself from its figures, which would take it over."""
    for entry in entries.values():
        if not isinstance(entry, dict):
            continue
        silent = {text: "" for text in ("section", "note") if entry.get(text)}
        for name in names:
            if silent and name in entry:
                said = entry[name] if isinstance(entry[name], dict) else {"value": entry[name]}
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
    if (new["parameters"] or "none") != old["parameters"]:
        patch.first["parameters"] = new["parameters"] or "none"
    edited, theirs = whole.inputs.uncertainty, base.inputs.uncertainty
    if edited != theirs:
        patch.first["uncertainty"] = {**dict.fromkeys(theirs), **edited}


def _sources(patch: Patch, grid: Grid, before: Rows) -> None:
    names = ("publisher", "title", "date", "confidence", "reference")
    for line in grid.lines:
        if differing(line, before.get(grid.key(line)), names):
            said = {name: line[name] for name in names if line[name]}
            patch.put(("sources", line["id"]), {"title": "", **said}, grid, line, "title")


def _texts(patch: Patch, grid: Grid, before: Rows, section: str) -> None:
    """Say every column of a sheet that differs under an id, as it is."""
    names = [one.name for one in grid.sheet.fields if one.name != "id"]
    for line in grid.lines:
        for name in differing(line, before.get(grid.key(line)), names):
            patch.put((section, line["id"], name), plain(line[name]), grid, line, name)


def _removed_keys(grid: Grid, before: Rows) -> list[Any]:
    present = {grid.key(line) for line in grid.lines}
    return [key for key in before if key not in present]


def _pools(patch: Patch, grids: Grids, before: Mapping[str, Rows]) -> None:
    _texts(patch, grids["pools"], before["pools"], "pools")
    for (id,) in _removed_keys(grids["pools"], before["pools"]):
        patch.first.setdefault("pools", {})[id] = "drop"
    grid, old = grids["strengths"], before["strengths"]
    for line in grid.lines:
        if line["from"] is None and differing(line, old.get(grid.key(line)), FIGURE):
            entry = ("pools", line["pool"]) if line["pool"] else ("forces", line["force"])
            patch.put((*entry, line["figure"]), figure(line), grid, line, "value")
    for section in ("pools", "forces"):
        _apart(patch.first.get(section, {}), STRENGTH)


def _kinds(patch: Patch, grids: Grids, before: Mapping[str, Rows]) -> None:
    _texts(patch, grids["kinds"], before["kinds"], "kinds")
    grid, old = grids["policies"], before["policies"]
    removed = {(key[0], _rule(key[3])) for key in _removed_keys(grid, old) if key[2]}
    again = set()
    for line in grid.lines:
        rule = (line["kind"], _rule(line["figure"]))
        new = rule in removed or differing(line, old.get(grid.key(line)), FIGURE)
        if new and line["kind"] and not line["pool"]:
            path = ("kinds", line["kind"], line["figure"])
            patch.put(path, figure(line), grid, line, "value")
            again.add(rule)
    for line in grid.lines:
        rule = (line["kind"], _rule(line["figure"]))
        new = rule in again or differing(line, old.get(grid.key(line)), FIGURE)
        if new and line["pool"]:
            entry = {"kinds": [line["kind"]], "pools": [line["pool"]], line["figure"]: figure(line)}
            patch.add(("policies",), entry, grid, line)
    _apart(patch.first.get("kinds", {}), FIGURES)


def _rule(name: str) -> str:
    """Return which rule of rotation a parameter states: rest and dwell state the same one."""
    return "time at home" if name in ("rest", "dwell") else name


def _demands(patch: Patch, grids: Grids, before: Mapping[str, Rows]) -> None:
    grid, old = grids["demands"], before["demands"]
    own = {line["demand"] for line in grids["policies"].lines if line["demand"]}
    elsewhere = ("id", "counts", "standing", "package", "cap", "low", "high", "basis", "source",
                 "section")  # fmt: skip
    names = [one.name for one in grid.sheet.fields if one.name not in elsewhere]
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
    for line in grids["policies"].lines:
        was = before["policies"].get(grids["policies"].key(line))
        if line["demand"] and differing(line, was, FIGURE):
            section = ("demands", line["demand"], line["figure"])
            patch.put(section, figure(line), grids["policies"], line, "value")
    _apart(patch.first.get("demands", {}), DEMAND_FIGURES)
    for (id,) in _removed_keys(grid, old):
        if old[(id,)]["standing"] != "dropped":
            patch.first.setdefault("demands", {})[id] = "drop"


def _standing(patch: Patch, grid: Grid, line: SheetLine, was: Cells | None) -> None:
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


def _packages(patch: Patch, grids: Grids, before: Mapping[str, Rows]) -> None:
    grid, old = grids["packages"], before["packages"]
    demands = grids["demands"]
    for line in grid.lines:
        path, was = ("packages", line["id"]), old.get(grid.key(line))
        for name in differing(line, was, ("title", "title_nl", "on", "note")):
            patch.put((*path, name), line[name], grid, line, name)
        if differing(line, was, ("known", "basis", "source", "section")):
            patch.put((*path, "known"), plain(line["known"]), grid, line, "known")
            if isinstance(line["known"], Month) and not line["basis"]:
                line.cells["basis"] = "assumption"  # what a scenario takes it for
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
    for (id,) in _removed_keys(grid, old):
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


def _bounds(patch: Patch, grid: Grid, before: Rows) -> None:
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
    for (id,) in _removed_keys(grid, before):
        patch.first.setdefault("bounds", {})[id] = "drop"


def _money(patch: Patch, grids: Grids, before: Mapping[str, Rows]) -> None:
    for section in ("budgets", "costs"):
        grid, old = grids[section], before[section]
        for line in grid.lines:
            if differing(line, old.get(grid.key(line)), FIGURE):
                key = {name: line[name] for name in grid.sheet.key if line[name]}
                entry = {**key, "amount": figure(line)}
                patch.add(("money", section), entry, grid, line)


@dataclass(frozen=True)
class Imported:
    """What a workbook came down to.

    Attributes
    ----------
    scenario : Scenario
        It reads back from its own text.
    text : str
        The scenario as a YAML file.
    base : str
        Name of the scenario that it is said as a change of, empty if it stands on its own.
    notes : tuple of str
        What the user should know.
    before : Scenario or None
        The scenario that the workbook was made from.
    """

    scenario: Scenario
    text: str
    base: str
    notes: tuple[str, ...] = ()
    before: Scenario | None = None


def read_workbook(path: str | Path) -> Scenario:
    """Return the scenario that a workbook states.

    Parameters
    ----------
    path : str or Path
        A workbook made by :func:`planner.write_workbook` or :func:`planner.write_template` and
        changed or filled in with a spreadsheet.

    Raises
    ------
    InputError
        Everything that is wrong, each with its sheet, row and column.

    Warns
    -----
    UserWarning
        A sheet that is not read, or hidden rows that count.

    Examples
    --------
    >>> import tempfile
    >>> import planner as pl
    >>> book = Path(tempfile.mkdtemp(), "letter.xlsx")
    >>> _ = pl.write_workbook("letter", book)
    >>> read_workbook(book) == pl.load("letter")
    True
    """
    found = import_workbook(path)
    for note in found.notes:
        warnings.warn(f"{path}: {note}", stacklevel=2)
    return found.scenario


@dataclass(frozen=True)
class FilledWorkbook:
    """What stands in a workbook, cell by cell, before anything is made of it."""

    book: str
    titles: Sequence[str]
    grids: Grids
    settings: dict[str, Any]
    kept: Scenario | None
    notes: tuple[str, ...] = ()


def import_workbook(path: str | Path, name: str | None = None) -> Imported:
    """Return the scenario of a workbook with how it is said; see :func:`read_workbook`.

    The short name of the scenario is by default that of the file.
    """
    return state(read_filled(path), name or Path(path).stem)


def read_filled(path: str | Path) -> FilledWorkbook:
    """Read the sheets of a workbook; raise InputError with everything wrong with any cell."""
    book = open_book(path)
    try:
        of_kept: list[str] = []
        kept = read_kept(book, of_kept)
        faults: list[Fault] = []
        settings = read_settings(book, faults)
        grids = read_grids(book, faults, every=kept is not None)
        notes = (*notes_of(book, grids.values()), *of_kept)
    finally:
        book.close()
    check_grids(grids, faults)
    if faults:
        raise InputError(_in_order(faults, book.titles))
    return FilledWorkbook(str(path), book.titles, grids, settings, kept, notes)


def state(filled: FilledWorkbook, name: str) -> Imported:
    """Return the scenario that filled-in sheets state, as a change of what they were made from."""
    blank, kept = loads(BLANK), filled.kept
    made_from = blank if kept is None else kept
    settle(filled.grids, by_key(filled.grids, made_from))
    first: InputError | None = None
    for base in _candidates(made_from):
        try:
            scenario = _said(base, filled, made_from)
        except InputError as error:
            first = first or error
            continue
        text = _text(scenario, blank=base.layers == blank.layers)
        whole = loads(text, f"{name}.yaml")
        return Imported(whole, text, _shipped(scenario), filled.notes, kept)
    assert first is not None
    raise first


def _in_order(faults: list[Fault], titles: Sequence[str]) -> list[Fault]:
    """Return faults in the order of the workbook; those of no sheet first."""
    places = {title: place for place, title in enumerate(titles, 1)}
    return sorted(faults, key=lambda fault: (places.get(fault.sheet, 0), fault.line, fault.column))


def _candidates(made_from: Scenario) -> Iterator[Scenario]:
    """Return what the sheets may be said as a change of, the nearest first."""
    yield made_from
    own = bool(made_from.layers) and not made_from.layers[-1].shipped
    names = list(dict.fromkeys(layer.shipped for layer in reversed(made_from.layers)))
    for name in names if own else names[1:]:
        if name:
            yield load(name)
    if not any(names):
        yield loads(BLANK)


def _shipped(scenario: Scenario) -> str:
    return next((one.shipped for one in reversed(scenario.layers) if one.shipped), "")


def _said(base: Scenario, filled: FilledWorkbook, whole: Scenario) -> Scenario:
    """Return the scenario as a change of a base; raise InputError if that cannot be said."""
    patch, book = Patch(), filled.book
    try:
        make_patch(patch, base, filled.grids, filled.settings, whole)
        scenario = base
        for layer in patch.layers:
            scenario = scenario.with_(layer)
    except InputError as error:
        raise InputError([_in_book(fault, patch, book) for fault in error.faults]) from None
    faults = [*_unsaid(scenario, filled.grids), *_unset(scenario, filled.settings, book)]
    if faults:
        raise InputError(_in_order(faults, filled.titles))
    return scenario


def _in_book(fault: Fault | str, patch: Patch, book: str) -> Fault:
    """Return a fault of a change as one of the cell that it comes from."""
    if isinstance(fault, str):
        return Fault(book, 0, 0, "", fault)
    steps = tuple(fault.field.split("."))
    for length in range(len(steps), 0, -1):
        if steps[:length] in patch.cells:
            grid, row, column = patch.cells[steps[:length]]
            return grid.fault(row, column, fault.message)
    return replace(fault, file=book)


def _text(scenario: Scenario, blank: bool) -> str:
    """Return the scenario as YAML; one without a base is said in one piece."""
    if blank and len(scenario.layers) > 1:
        ground, first, *rest = scenario.layers
        whole = Layer({**ground.values, **first.values}, first.file)
        scenario = replace(scenario, layers=(whole, *rest))
    return dump(scenario)


def _unset(scenario: Scenario, settings: Mapping[str, Any], book: str) -> Iterator[Fault]:
    found = settings_of(scenario)
    for name, wanted in settings.items():
        if name == "money":
            wanted = bool(wanted)
        elif name == "parameters":
            wanted = wanted or "none"
        if not same(found[name], wanted) and not (wanted in (None, "") and name == "rule"):
            yield Fault(book, 0, 0, name, _cannot(found[name], wanted), "Scenario")


def _unsaid(scenario: Scenario, grids: Grids) -> Iterator[Fault]:
    """Return the cells that a scenario does not say, and what it says beyond the sheets."""
    rows = rows_of(scenario.inputs)
    for name, grid in grids.items():
        if not grid.sheet.key:
            yield from _unsaid_steps(grid, rows[name])
            continue
        found = {tuple(row[one] for one in grid.sheet.key): row for row in rows[name]}
        for line in grid.lines:
            row = found.pop(grid.key(line), None)
            if row is None:
                if name != "demands" or line["standing"] != "dropped":
                    yield grid.fault(line.row, grid.sheet.fields[0].name, _HINTS.get(name, _NEW))
                continue
            for column, wanted in line.cells.items():
                if not same(row[column], wanted):
                    yield grid.fault(line.row, column, _cannot(row[column], wanted))
        for key, row in found.items():
            if _matters(name, row):
                said = " ".join(str(part) for part in key if part not in (None, ""))
                yield grid.fault(0, "", f"{said!r} was taken away, and {_STAYS}")


def _unsaid_steps(grid: Grid, rows: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    for place, line in enumerate(grid.lines):
        if place >= len(rows) or any(not same(rows[place][one], line[one]) for one in line.cells):
            yield grid.fault(line.row, "pools", f"a step of the scenario was changed: {_STAYS}")
            return
    if len(rows) > len(grid.lines):
        yield grid.fault(0, "", f"a step was taken away: {_STAYS}")


def _matters(sheet: str, row: Mapping[str, Any]) -> bool:
    """Whether a row that a scenario has beyond the sheets changes anything."""
    if sheet in ("missions", "kinds", "sources"):
        return False  # nothing refers to them any more, or that would have been said
    if sheet == "demands":
        return bool(row["counts"])
    if sheet == "packages":
        return bool(row["on"])
    if sheet == "strengths":  # a share of 1 is what holds where nothing is said
        return row["figure"] == "posts" or row["value"] != 1 or row["low"] is not None
    if sheet == "policies":
        return not row["kind"] or bool(row["pool"])
    return True


def _cannot(found: Any, wanted: Any) -> str:
    """Return why a cell cannot be taken over."""
    said = ", ".join(map(str, found)) if isinstance(found, tuple) else str(found)
    if wanted in (None, "", ()):
        return f"cannot be emptied: {said!r} holds here; write what should hold instead"
    return f"cannot be changed here: {said!r} holds, and {_STAYS}"
