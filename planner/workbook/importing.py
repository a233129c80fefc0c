"""Import a workbook as a scenario.

A workbook keeps the scenario from which it was made in a hidden sheet, so that the import expresses
only the differences; where they cannot be changes to it, they are changes to a scenario that it
extends. The result is compared with the sheets cell by cell, and every cell that it does not
reproduce is reported as a fault.
"""

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
from planner.workbook.fields import DEMAND_FIGURES, FIGURES, equal, rows_of, settings_of
from planner.workbook.reading import (
    HIDDEN,
    Grid,
    SheetLine,
    check_grids,
    fill_defaults,
    read_grids,
    read_settings,
    reading_notes,
)
from planner.workbook.xlsx import open_book

if TYPE_CHECKING:
    from planner.workbook.xlsx import WorkbookFile

__all__ = [
    "FilledWorkbook",
    "Imported",
    "Patch",
    "rows_by_key",
    "import_workbook",
    "hidden_lines",
    "make_patch",
    "read_filled",
    "read_hidden_scenario",
    "read_workbook",
    "build_scenario",
]

FORMAT = "planner-workbook/1"

CELL_LENGTH = 30_000
"""Characters of a cell of the hidden sheet; a longer line continues in the next cell."""

ACTIVATIONS = {"study": "decide", "declined": "send", "hindsight": "hindsight"}
"""By standing of a demand, the section of a scenario that makes it count."""

PARAMETER = ("value", "low", "high", "basis", "source", "section", "note")

BLANK = "data: none\n"
"""Base scenario of a workbook without a hidden scenario."""

_FIXED = (
    "what the scenario says from which this workbook was made cannot be changed in a "
    "workbook: put it back, or change that scenario itself"
)

_NOT_ADDED = "cannot be added in a workbook"

_HINTS = {"strengths": "a level from a later month is said on the sheet Strength steps"}


def hidden_lines(scenario: Scenario) -> list[str]:
    """Return the cells of the hidden sheet, from top to bottom.

    Empty if the text of the scenario does not reproduce it, as with the user's own data: then only
    the visible sheets can be read back.

    Examples
    --------
    >>> from planner.scenario.load import load
    >>> hidden_lines(load("letter"))[3:]
    ['|format: planner-scenario/1', '|extends: letter']
    """
    text = scenario.dump()
    try:
        reproduces = loads(text).digest == scenario.digest
    except InputError:
        reproduces = False
    if not reproduces:
        return []
    lines = [FORMAT, scenario.name, scenario.digest]
    for line in text.splitlines():
        cells = [
            line[start : start + CELL_LENGTH] for start in range(0, len(line), CELL_LENGTH)
        ] or [""]
        lines += [("+" if index else "|") + piece for index, piece in enumerate(cells)]
    return lines


def read_hidden_scenario(book: WorkbookFile, notes: list[str]) -> Scenario | None:
    """Return the scenario from which a workbook was made, None if it holds none.

    A note is added to `notes` if the scenario has changed since.

    Raises
    ------
    InputError
        The hidden sheet exists but cannot be read.
    """
    if HIDDEN not in book.titles:
        return None
    cells = [str(row[0] or "") for _, row in book.rows(HIDDEN)]
    if len(cells) < 4 or cells[0] != FORMAT:
        first = cells[0] if cells else ""
        message = f"expected {FORMAT} at the top of this hidden sheet, found {first!r}"
        raise InputError(Fault(book.name, 1, 1, "", message, HIDDEN))
    name, digest = cells[1:3]
    text = "".join(("\n" if cell[:1] == "|" else "") + cell[1:] for cell in cells[3:])
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
"""Rows of one sheet by their keys."""


def rows_by_key(grids: Grids, scenario: Scenario) -> dict[str, dict[Any, Cells]]:
    """Return the rows of a scenario by sheet and key."""
    rows = rows_of(scenario.inputs)
    return {
        name: {tuple(row[column] for column in grid.sheet.key): row for row in rows[name]}
        for name, grid in grids.items()
        if grid.sheet.key
    }


@dataclass
class Patch:
    """Changes to a scenario, and the cell of each change.

    Attributes
    ----------
    first, then : dict
        Sections of a scenario; `then` is applied after `first`.
    cells : dict of tuple to tuple
        Grid, row and column by path within `first` or `then`.
    """

    first: dict[str, Any] = field(default_factory=dict)
    then: dict[str, Any] = field(default_factory=dict)
    cells: dict[tuple[str, ...], tuple[Grid, int, str]] = field(default_factory=dict)

    def put(
        self, path: tuple[str, ...], value: Any, grid: Grid, line: SheetLine, column: str
    ) -> None:
        """Set the value at a path."""
        inside = self.first
        for step in path[:-1]:
            inside = inside.setdefault(step, {})
        inside[path[-1]] = value
        self.record_cell(path, grid, line, column)

    def record_cell(self, path: tuple[str, ...], grid: Grid, line: SheetLine, column: str) -> None:
        """Record the cell of a path, and its row for the enclosing paths."""
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
        self.record_cell((*section, str(len(entries))), grid, line, grid.sheet.fields[0].name)
        entries.append(entry)

    @property
    def layers(self) -> list[dict[str, Any]]:
        """The changes that are not empty, in order."""
        return [layer for layer in (self.first, self.then) if layer]


def make_patch(
    patch: Patch, base: Scenario, grids: Grids, settings: Cells, source: Scenario
) -> None:
    """Add the changes to `patch` that turn the scenario `base` into that of the sheets.

    The patch is filled in place, so that the cells of changes are known when one is refused.
    Rows have the defaults of :func:`planner.workbook.reading.fill_defaults`; inputs that are on no
    sheet come from the scenario `whole`.
    """
    _patch_settings(patch, base, settings, source)
    before = rows_by_key(grids, base)
    _patch_sources(patch, grids["sources"], before["sources"])
    _patch_pools(patch, grids, before)
    _patch_kinds(patch, grids, before)
    reached = base.with_(patch.first) if patch.first else base
    before = rows_by_key(grids, reached)
    _patch_columns(patch, grids["missions"], before["missions"], "missions")
    _patch_demands(patch, grids, before)
    _patch_packages(patch, grids, before)
    _patch_steps(patch, grids["steps"], rows_of(reached.inputs)["steps"])
    _patch_bounds(patch, grids["bounds"], before["bounds"])
    _patch_money(patch, grids, before)


def changed_columns(line: SheetLine, old: Cells | None, names: Iterable[str]) -> list[str]:
    """Return the columns in which a row differs from the old one."""
    if old is None:
        return [name for name in names if line[name] not in (None, "", ())]
    return [name for name in names if not equal(line[name], old[name])]


def scenario_value(value: Any) -> Any:
    """Return the value of a cell as in a scenario file."""
    if isinstance(value, Month):
        return str(value)
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):  # caps by month
        return {str(month): _cap_value(cap) for month, cap in value}
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _cap_value(cap: Any) -> Any:
    if not isinstance(cap, tuple):
        return scenario_value(cap)
    return dict(zip(("value", "low", "high"), map(scenario_value, cap), strict=True))


def parameter(line: SheetLine, value: str = "value", origin: bool = True) -> Any:
    """Return a parameter as in a scenario file: a bare number if it has no range or origin."""
    fields = {"value": scenario_value(line[value])}
    fields |= {
        side: scenario_value(line[side]) for side in ("low", "high") if line[side] is not None
    }
    if origin:
        fields |= _origin(line) | ({"note": line["note"]} if line["note"] else {})
    return fields if len(fields) > 1 else fields["value"]


def _origin(line: SheetLine) -> dict[str, str]:
    fields = {name: line[name] for name in ("basis", "source", "section") if line[name]}
    return {} if fields == {"basis": "assumption"} else fields


def _keep_origins(entries: Mapping[str, Any], names: Iterable[str]) -> None:
    """Keep parameters of an entry from inheriting its section and note."""
    for entry in entries.values():
        if not isinstance(entry, dict):
            continue
        empty = {text: "" for text in ("section", "note") if entry.get(text)}
        for name in names:
            if empty and name in entry:
                fields = entry[name] if isinstance(entry[name], dict) else {"value": entry[name]}
                entry[name] = {**empty, **fields}


def _patch_settings(patch: Patch, base: Scenario, settings: Cells, source: Scenario) -> None:
    old = settings_of(base)
    new = {**settings_of(source), **settings}
    for name in ("title", "title_nl", "summary", "summary_nl", "rule"):
        if new[name] and not equal(new[name], old[name]):
            patch.first[name] = new[name]
    horizon = {
        name: scenario_value(new[name])
        for name in ("from", "to", "warm_up", "run_out")
        if new[name] is not None and new[name] != old[name]
    }
    if horizon:
        patch.first["horizon"] = horizon
    if bool(new["money"]) != old["money"]:
        patch.first["money"] = {"on": bool(new["money"])}
    if (new["parameters"] or "none") != old["parameters"]:
        patch.first["parameters"] = new["parameters"] or "none"
    uncertainty, old_uncertainty = source.inputs.uncertainty, base.inputs.uncertainty
    if uncertainty != old_uncertainty:
        patch.first["uncertainty"] = {**dict.fromkeys(old_uncertainty), **uncertainty}


def _patch_sources(patch: Patch, grid: Grid, before: Rows) -> None:
    names = ("publisher", "title", "date", "confidence", "reference")
    for line in grid.lines:
        if changed_columns(line, before.get(grid.key(line)), names):
            fields = {name: line[name] for name in names if line[name]}
            patch.put(("sources", line["id"]), {"title": "", **fields}, grid, line, "title")


def _patch_columns(patch: Patch, grid: Grid, before: Rows, section: str) -> None:
    """Add every column that differs, under the id of its row."""
    names = [field.name for field in grid.sheet.fields if field.name != "id"]
    for line in grid.lines:
        for name in changed_columns(line, before.get(grid.key(line)), names):
            patch.put((section, line["id"], name), scenario_value(line[name]), grid, line, name)


def _removed_keys(grid: Grid, before: Rows) -> list[Any]:
    present = {grid.key(line) for line in grid.lines}
    return [key for key in before if key not in present]


def _patch_pools(patch: Patch, grids: Grids, before: Mapping[str, Rows]) -> None:
    _patch_columns(patch, grids["pools"], before["pools"], "pools")
    for (id,) in _removed_keys(grids["pools"], before["pools"]):
        patch.first.setdefault("pools", {})[id] = "drop"
    grid, old = grids["strengths"], before["strengths"]
    for line in grid.lines:
        if line["from"] is None and changed_columns(line, old.get(grid.key(line)), PARAMETER):
            entry = ("pools", line["pool"]) if line["pool"] else ("forces", line["force"])
            patch.put((*entry, line["figure"]), parameter(line), grid, line, "value")
    for section in ("pools", "forces"):
        _keep_origins(patch.first.get(section, {}), STRENGTH)


def _patch_kinds(patch: Patch, grids: Grids, before: Mapping[str, Rows]) -> None:
    _patch_columns(patch, grids["kinds"], before["kinds"], "kinds")
    grid, old = grids["policies"], before["policies"]
    removed = {(key[0], _policy_group(key[3])) for key in _removed_keys(grid, old) if key[2]}
    changed = set()
    for line in grid.lines:
        rule = (line["kind"], _policy_group(line["figure"]))
        new = rule in removed or changed_columns(line, old.get(grid.key(line)), PARAMETER)
        if new and line["kind"] and not line["pool"]:
            path = ("kinds", line["kind"], line["figure"])
            patch.put(path, parameter(line), grid, line, "value")
            changed.add(rule)
    for line in grid.lines:
        rule = (line["kind"], _policy_group(line["figure"]))
        new = rule in changed or changed_columns(line, old.get(grid.key(line)), PARAMETER)
        if new and line["pool"]:
            entry = {
                "kinds": [line["kind"]],
                "pools": [line["pool"]],
                line["figure"]: parameter(line),
            }
            patch.add(("policies",), entry, grid, line)
    _keep_origins(patch.first.get("kinds", {}), FIGURES)


def _policy_group(name: str) -> str:
    """Return the policy that a parameter belongs to: rest and dwell are the same one."""
    return "time at home" if name in ("rest", "dwell") else name


def _patch_demands(patch: Patch, grids: Grids, before: Mapping[str, Rows]) -> None:
    grid, old = grids["demands"], before["demands"]
    with_policies = {line["demand"] for line in grids["policies"].lines if line["demand"]}
    excluded = ("id", "counts", "standing", "package", "cap", "low", "high", "basis", "source",
                 "section")  # fmt: skip
    names = [field.name for field in grid.sheet.fields if field.name not in excluded]
    for line in grid.lines:
        old_row = old.get(grid.key(line))
        if old_row is None and line["standing"] == "dropped":
            continue
        path = ("demands", line["id"])
        for name in changed_columns(line, old_row, names):
            patch.put((*path, name), scenario_value(line[name]), grid, line, name)
        if changed_columns(line, old_row, ("cap", "low", "high", "basis", "source", "section")):
            alone = old_row is None and line["id"] not in with_policies
            patch.put((*path, "cap"), parameter(line, "cap", origin=not alone), grid, line, "cap")
            for name, text in _origin(line).items() if alone else ():
                patch.put((*path, name), text, grid, line, name)
        _patch_standing(patch, grid, line, old_row)
    for line in grids["policies"].lines:
        old_row = before["policies"].get(grids["policies"].key(line))
        if line["demand"] and changed_columns(line, old_row, PARAMETER):
            section = ("demands", line["demand"], line["figure"])
            patch.put(section, parameter(line), grids["policies"], line, "value")
    _keep_origins(patch.first.get("demands", {}), DEMAND_FIGURES)
    for (id,) in _removed_keys(grid, old):
        if old[(id,)]["standing"] != "dropped":
            patch.first.setdefault("demands", {})[id] = "drop"


def _patch_standing(patch: Patch, grid: Grid, line: SheetLine, old_row: Cells | None) -> None:
    id, standing, counts = line["id"], line["standing"], line["counts"]
    old = (None, False) if old_row is None else (old_row["standing"], old_row["counts"])
    if old == (standing, counts) or (old_row is None and standing == "standing"):
        return
    path = ("demands", id)
    if standing == "dropped":
        patch.put((*path, "drop"), True, grid, line, "counts")
        return
    standing_changes = standing != old[0] or (old[1] and not counts)
    if standing_changes:
        patch.put((*path, "standing"), standing, grid, line, "standing")
    if counts and standing not in COUNTED:
        activated = patch.first.setdefault(ACTIVATIONS[standing], [])
        patch.record_cell((ACTIVATIONS[standing], str(len(activated))), grid, line, "counts")
        activated.append(id)


def _patch_packages(patch: Patch, grids: Grids, before: Mapping[str, Rows]) -> None:
    grid, old = grids["packages"], before["packages"]
    demands = grids["demands"]
    for line in grid.lines:
        path, old_row = ("packages", line["id"]), old.get(grid.key(line))
        for name in changed_columns(line, old_row, ("title", "title_nl", "on", "note")):
            patch.put((*path, name), line[name], grid, line, name)
        if changed_columns(line, old_row, ("known", "basis", "source", "section")):
            patch.put((*path, "known"), scenario_value(line["known"]), grid, line, "known")
            if isinstance(line["known"], Month) and not line["basis"]:
                line.cells["basis"] = "assumption"  # the default of a scenario
            for name, text in _origin(line).items():
                patch.put((*path, name), text, grid, line, name)
        members = [
            demand["id"]
            for demand in demands.lines
            if demand["package"] == line["id"]
            and not equal(before["demands"].get((demand["id"],), {}).get("package"), line["id"])
        ]
        if members:
            patch.put((*path, "members"), members, grid, line, "id")
    for (id,) in _removed_keys(grid, old):
        patch.first.setdefault("packages", {})[id] = "drop"


def _patch_steps(patch: Patch, grid: Grid, before: list[dict[str, Any]]) -> None:
    names = [field.name for field in grid.sheet.fields]
    for index, line in enumerate(grid.lines):
        if index < len(before):
            if changed_columns(line, before[index], names):
                return  # the comparison with the result reports it
            continue
        entry: dict[str, Any] = {"pools": scenario_value(line["pools"])}
        if line["of"] != "strength":
            entry["of"] = line["of"]
        entry |= {name: str(line[name]) for name in ("from", "to") if line[name] is not None}
        entry[line["verb"]] = parameter(line)
        patch.add(("strengths",), entry, grid, line)


def _patch_bounds(patch: Patch, grid: Grid, before: Rows) -> None:
    names = ("demands", "pools", "min", "max", "basis", "source", "section", "note")
    for line in grid.lines:
        old_row = before.get(grid.key(line))
        if not changed_columns(line, old_row, names):
            continue
        fields = {
            name: scenario_value(line[name])
            for name in ("demands", "pools", "min", "max", "note")
            if line[name] not in (None, "", ())
        }
        if old_row is not None:  # a field that is emptied needs the bound to be dropped first
            patch.first.setdefault("bounds", {})[line["id"]] = "drop"
            patch.then.setdefault("bounds", {})[line["id"]] = {**fields, **_origin(line)}
            patch.record_cell(("bounds", line["id"]), grid, line, "id")
        else:
            patch.put(("bounds", line["id"]), {**fields, **_origin(line)}, grid, line, "id")
    for (id,) in _removed_keys(grid, before):
        patch.first.setdefault("bounds", {})[id] = "drop"


def _patch_money(patch: Patch, grids: Grids, before: Mapping[str, Rows]) -> None:
    for section in ("budgets", "costs"):
        grid, old = grids[section], before[section]
        for line in grid.lines:
            if changed_columns(line, old.get(grid.key(line)), PARAMETER):
                key = {name: line[name] for name in grid.sheet.key if line[name]}
                entry = {**key, "amount": parameter(line)}
                patch.add(("money", section), entry, grid, line)


@dataclass(frozen=True)
class Imported:
    """Result of the import of a workbook.

    Attributes
    ----------
    scenario : Scenario
        The scenario, as loaded from its text.
    text : str
        The scenario as a YAML file.
    base : str
        Name of the shipped scenario that it extends, empty if none.
    notes : tuple of str
        Notes for the user.
    before : Scenario or None
        The scenario from which the workbook was made.
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
        All faults, each with its sheet, row and column.

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
    imported = import_workbook(path)
    for note in imported.notes:
        warnings.warn(f"{path}: {note}", stacklevel=2)
    return imported.scenario


@dataclass(frozen=True)
class FilledWorkbook:
    """Checked cells of a workbook, before a scenario is built from them."""

    book: str
    titles: Sequence[str]
    grids: Grids
    settings: dict[str, Any]
    hidden_scenario: Scenario | None
    notes: tuple[str, ...] = ()


def import_workbook(path: str | Path, name: str | None = None) -> Imported:
    """Return the scenario of a workbook and its text; see :func:`read_workbook`.

    The short name of the scenario is by default that of the file.
    """
    return build_scenario(read_filled(path), name or Path(path).stem)


def read_filled(path: str | Path) -> FilledWorkbook:
    """Read the sheets of a workbook; raise InputError with the faults of all cells."""
    book = open_book(path)
    try:
        hidden_notes: list[str] = []
        hidden_scenario = read_hidden_scenario(book, hidden_notes)
        faults: list[Fault] = []
        settings = read_settings(book, faults)
        grids = read_grids(book, faults, complete=hidden_scenario is not None)
        notes = (*reading_notes(book, grids.values()), *hidden_notes)
    finally:
        book.close()
    check_grids(grids, faults)
    if faults:
        raise InputError(_sort_faults(faults, book.titles))
    return FilledWorkbook(str(path), book.titles, grids, settings, hidden_scenario, notes)


def build_scenario(filled: FilledWorkbook, name: str) -> Imported:
    """Return the scenario of the sheets, as changes to a scenario that they were made from."""
    blank, hidden = loads(BLANK), filled.hidden_scenario
    made_from = blank if hidden is None else hidden
    fill_defaults(filled.grids, rows_by_key(filled.grids, made_from))
    first_error: InputError | None = None
    for base in _candidate_bases(made_from):
        try:
            scenario = _apply_sheets(base, filled, made_from)
        except InputError as error:
            first_error = first_error or error
            continue
        text = _scenario_text(scenario, blank=base.layers == blank.layers)
        loaded = loads(text, f"{name}.yaml")
        return Imported(loaded, text, _shipped_base(scenario), filled.notes, hidden)
    assert first_error is not None
    raise first_error


def _sort_faults(faults: list[Fault], titles: Sequence[str]) -> list[Fault]:
    """Return faults in the order of the workbook, faults without a sheet first."""
    order = {title: index for index, title in enumerate(titles, 1)}
    return sorted(faults, key=lambda fault: (order.get(fault.sheet, 0), fault.line, fault.column))


def _candidate_bases(made_from: Scenario) -> Iterator[Scenario]:
    """Yield the scenarios to which the sheets may be expressed as changes, the nearest first."""
    yield made_from
    has_own_layers = bool(made_from.layers) and not made_from.layers[-1].shipped
    names = list(dict.fromkeys(layer.shipped for layer in reversed(made_from.layers)))
    for name in names if has_own_layers else names[1:]:
        if name:
            yield load(name)
    if not any(names):
        yield loads(BLANK)


def _shipped_base(scenario: Scenario) -> str:
    return next((layer.shipped for layer in reversed(scenario.layers) if layer.shipped), "")


def _apply_sheets(base: Scenario, filled: FilledWorkbook, source: Scenario) -> Scenario:
    """Return the scenario as changes to a base; raise InputError if they cannot express it."""
    patch, book = Patch(), filled.book
    try:
        make_patch(patch, base, filled.grids, filled.settings, source)
        scenario = base
        for layer in patch.layers:
            scenario = scenario.with_(layer)
    except InputError as error:
        raise InputError([_cell_fault(fault, patch, book) for fault in error.faults]) from None
    faults = [
        *_unmet_cells(scenario, filled.grids),
        *_unmet_values(scenario, filled.settings, book),
    ]
    if faults:
        raise InputError(_sort_faults(faults, filled.titles))
    return scenario


def _cell_fault(fault: Fault | str, patch: Patch, book: str) -> Fault:
    """Return a fault of a change as a fault of its cell."""
    if isinstance(fault, str):
        return Fault(book, 0, 0, "", fault)
    steps = tuple(fault.field.split("."))
    for length in range(len(steps), 0, -1):
        if steps[:length] in patch.cells:
            grid, row, column = patch.cells[steps[:length]]
            return grid.fault(row, column, fault.message)
    return replace(fault, file=book)


def _scenario_text(scenario: Scenario, blank: bool) -> str:
    """Return the scenario as YAML; without a base its first layers are merged."""
    if blank and len(scenario.layers) > 1:
        base, first, *rest = scenario.layers
        merged = Layer({**base.values, **first.values}, first.file)
        scenario = replace(scenario, layers=(merged, *rest))
    return dump(scenario)


def _unmet_values(scenario: Scenario, settings: Mapping[str, Any], book: str) -> Iterator[Fault]:
    actual = settings_of(scenario)
    for name, expected in settings.items():
        if name == "money":
            expected = bool(expected)
        elif name == "parameters":
            expected = expected or "none"
        if not equal(actual[name], expected) and not (expected in (None, "") and name == "rule"):
            yield Fault(book, 0, 0, name, _refusal(actual[name], expected), "Scenario")


def _unmet_cells(scenario: Scenario, grids: Grids) -> Iterator[Fault]:
    """Yield faults for cells that a scenario does not reproduce, and for its additional rows."""
    rows = rows_of(scenario.inputs)
    for name, grid in grids.items():
        if not grid.sheet.key:
            yield from _unmet_steps(grid, rows[name])
            continue
        remaining = {
            tuple(row[column_name] for column_name in grid.sheet.key): row for row in rows[name]
        }
        for line in grid.lines:
            row = remaining.pop(grid.key(line), None)
            if row is None:
                if name != "demands" or line["standing"] != "dropped":
                    yield grid.fault(
                        line.row, grid.sheet.fields[0].name, _HINTS.get(name, _NOT_ADDED)
                    )
                continue
            for column, expected in line.cells.items():
                if not equal(row[column], expected):
                    yield grid.fault(line.row, column, _refusal(row[column], expected))
        for key, row in remaining.items():
            if _has_effect(name, row):
                text = " ".join(str(part) for part in key if part not in (None, ""))
                yield grid.fault(0, "", f"{text!r} was taken away, and {_FIXED}")


def _unmet_steps(grid: Grid, rows: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    for index, line in enumerate(grid.lines):
        if index >= len(rows) or any(
            not equal(rows[index][column], line[column]) for column in line.cells
        ):
            yield grid.fault(line.row, "pools", f"a step of the scenario was changed: {_FIXED}")
            return
    if len(rows) > len(grid.lines):
        yield grid.fault(0, "", f"a step was taken away: {_FIXED}")


def _has_effect(sheet: str, row: Mapping[str, Any]) -> bool:
    """Whether a row of a scenario that is on no sheet has an effect."""
    if sheet in ("missions", "kinds", "sources"):
        return False  # no row refers to them, or a fault was reported
    if sheet == "demands":
        return bool(row["counts"])
    if sheet == "packages":
        return bool(row["on"])
    if sheet == "strengths":  # a share of 1 is the default
        return row["figure"] == "posts" or row["value"] != 1 or row["low"] is not None
    if sheet == "policies":
        return not row["kind"] or bool(row["pool"])
    return True


def _refusal(actual: Any, expected: Any) -> str:
    """Return the message on a cell that the scenario does not reproduce."""
    text = ", ".join(map(str, actual)) if isinstance(actual, tuple) else str(actual)
    if expected in (None, "", ()):
        return f"cannot be emptied: {text!r} holds here; write what should hold instead"
    return f"cannot be changed here: {text!r} holds, and {_FIXED}"
