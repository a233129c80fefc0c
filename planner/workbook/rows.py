"""Effective inputs as the rows of a workbook's sheets, and when two cells say the same."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from planner.scenario.inputs import Figure, Inputs, Origin, When
from planner.workbook.fields import DEMAND_FIGURES, MORE_OF_DEMANDS

if TYPE_CHECKING:
    from planner.scenario.load import Scenario

__all__ = ["LONGEST", "rows_of", "same", "settings_of"]

LONGEST = 32_000
"""Most characters of a cell that are written; a spreadsheet takes 32,767."""

TOLERANCE = 1e-12
"""Numbers that differ by less, relative to their size, are the same: files keep 15 digits."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")

Row = dict[str, Any]


def same(first: Any, second: Any) -> bool:
    """Whether two cells say the same, whatever a spreadsheet has made of spaces and last digits.

    Examples
    --------
    >>> same(0.1 + 0.2, 0.3), same("two\\nlines", "two lines"), same(None, "")
    (True, True, True)
    >>> same(12.0, 12.5), same("12", 12.0)
    (False, False)
    """
    if first in (None, "", ()) or second in (None, "", ()):
        return first in (None, "", ()) and second in (None, "", ())
    if isinstance(first, str) and isinstance(second, str):
        return _bare(first) == _bare(second)
    numbers = (int, float)
    if isinstance(first, bool) or isinstance(second, bool):
        return first is second
    if isinstance(first, numbers) and isinstance(second, numbers):
        return math.isclose(first, second, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(first == second)


def _bare(text: str) -> str:
    """Return text as it comes back from a workbook: control characters by their number."""
    shown = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text[:LONGEST])
    return " ".join(shown.split())


def settings_of(scenario: Scenario) -> Row:
    """Return the cells of the sheet about the scenario as a whole."""
    inputs = scenario.inputs
    texts = {name: getattr(scenario, name) for name in ("title", "title_nl", "summary")}
    return {
        **texts,
        "summary_nl": scenario.summary_nl,
        "from": inputs.first,
        "to": inputs.last,
        "rule": inputs.rule,
        "warm_up": inputs.warm_up,
        "run_out": inputs.run_out,
        "money": inputs.money,
        "parameters": "none" if inputs.parameters is None else inputs.parameters.said,
    }


def rows_of(inputs: Inputs) -> dict[str, list[Row]]:
    """Return the rows of every sheet, in the order of the inputs.

    Examples
    --------
    >>> from planner.scenario.load import load
    >>> rows = rows_of(load("letter").inputs)
    >>> next((row["cap"], str(row["last"])) for row in rows["demands"] if row["id"] == "untso")
    (12.0, '2025-07')
    """
    return {name: list(maker(inputs)) for name, maker in _MAKERS.items()}


def _origin(origin: Origin) -> Row:
    return {"basis": origin.basis, "source": origin.source, "section": origin.section}


def _numbers(figure: Figure, value: str = "value") -> Row:
    return {value: figure.value, "low": figure.low, "high": figure.high}


def _figure(figure: Figure) -> Row:
    return {**_numbers(figure), **_origin(figure.origin), "note": figure.origin.note}


def _taken(one: Any, names: str) -> Row:
    return {name: getattr(one, name) for name in names.split()}


def _missions(inputs: Inputs) -> Iterator[Row]:
    for one in inputs.missions.values():
        yield _taken(one, "id name name_nl organisation region main_task note")


def _demands(inputs: Inputs) -> Iterator[Row]:
    owner = {name: one.id for one in inputs.packages.values() for name in one.demands}
    for one in inputs.demands.values():
        yield {
            **_taken(one, "id mission name name_nl counts standing"),
            **_numbers(one.cap, "cap"),
            "cap_from": tuple((month, cap.value) for month, cap in sorted(one.cap_from.items())),
            "first": one.first and one.first.month,
            "last": one.last and one.last.month,
            "fixed_length": one.fixed_length,
            "pools": one.options,
            **_taken(one, "kind tier"),
            "package": owner.get(one.id, ""),
            **_taken(one, "cohorts unit on_call weight category"),
            **_origin(one.cap.origin),
            "note": one.note,
            **{more.name: one.more.get(more.name) for more in MORE_OF_DEMANDS},
        }


def _packages(inputs: Inputs) -> Iterator[Row]:
    for one in inputs.packages.values():
        known, origin = one.known, Origin("")
        if isinstance(known, When):
            known, origin = known.month, known.origin  # type: ignore[assignment]
        yield {
            **_taken(one, "id title title_nl on"),
            "known": known,
            **_origin(origin),
            "note": one.note,
        }


def _pools(inputs: Inputs) -> Iterator[Row]:
    for one in inputs.pools.values():
        yield _taken(one, "id name name_nl category speciality force note")


def _strengths(inputs: Inputs) -> Iterator[Row]:
    of_forces = [("force", id, series) for id, series in inputs.forces.items()]
    of_pools = [("pool", one.id, one.series) for one in inputs.pools.values()]
    for what, id, series in (*of_forces, *of_pools):
        for name, levels in series.items():
            for month, figure in levels:
                key = {"force": "", "pool": "", what: id, "figure": name, "from": month}
                yield {**key, **_figure(figure)}


def _steps(inputs: Inputs) -> Iterator[Row]:
    for one in inputs.steps:
        yield {
            **_taken(one, "pools of verb"),
            **_figure(one.figure),
            "from": one.first,
            "to": one.last,
        }


def _kinds(inputs: Inputs) -> Iterator[Row]:
    for one in inputs.kinds.values():
        yield _taken(one, "id name name_nl changeover note")


def _policies(inputs: Inputs) -> Iterator[Row]:
    for kind in inputs.kinds.values():
        for name, by_pool in kind.rotation.items():
            for pool, figure in by_pool.items():
                key = {"kind": kind.id, "demand": "", "pool": pool, "figure": name}
                yield {**key, **_figure(figure)}
        for name, figure in kind.presence.items():
            key = {"kind": kind.id, "demand": "", "pool": "", "figure": name}
            yield {**key, **_figure(figure)}
    for demand in inputs.demands.values():
        for name in DEMAND_FIGURES:
            own = getattr(demand, name)
            if own is not None:
                key = {"kind": "", "demand": demand.id, "pool": "", "figure": name}
                yield {**key, **_figure(own)}


def _bounds(inputs: Inputs) -> Iterator[Row]:
    for one in inputs.bounds.values():
        said = one.min or one.max or Figure(0.0)
        yield {
            **_taken(one, "id demands"),
            "pools": one.pools or (),
            "min": one.min and one.min.value,
            "max": one.max and one.max.value,
            **_origin(said.origin),
            "note": one.note,
        }


def _budgets(inputs: Inputs) -> Iterator[Row]:
    for one in inputs.budgets:
        yield {**_taken(one, "fund year"), **_figure(one.figure)}


def _costs(inputs: Inputs) -> Iterator[Row]:
    for one in inputs.costs:
        yield {**_taken(one, "fund kind demand"), **_figure(one.figure)}


def _sources(inputs: Inputs) -> Iterator[Row]:
    for one in inputs.sources.values():
        yield _taken(one, "id publisher title date confidence reference")


_MAKERS: dict[str, Callable[[Inputs], Iterator[Row]]] = {
    "demands": _demands,
    "missions": _missions,
    "packages": _packages,
    "pools": _pools,
    "strengths": _strengths,
    "steps": _steps,
    "kinds": _kinds,
    "policies": _policies,
    "bounds": _bounds,
    "budgets": _budgets,
    "costs": _costs,
    "sources": _sources,
}
