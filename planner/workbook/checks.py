"""What is wrong with a row of a workbook though each of its cells is sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from planner.errors import Fault
from planner.workbook.fields import DEMAND_FIGURES, FIGURES
from planner.workbook.reading import Grid, Line

__all__ = ["check_grids"]

SHARES = ("filled", "fit", "acceptance", "early_return")
"""Figures that are shares, from 0 to 1."""

WHOLE = ("tour", "preparation")
"""Figures in whole months."""

Complaints = Iterator[tuple[str, str]]


def check_grids(grids: dict[str, Grid], faults: list[Fault]) -> None:
    """Check every row of every sheet; what is wrong is added to `faults`."""
    for name, grid in grids.items():
        for line in grid.lines:
            for check in (_range, _sourced, *_CHECKS.get(name, ())):
                for column, message in check(line):
                    faults.append(grid.fault(line.row, column, message))


def _range(line: Line) -> Complaints:
    low, high = line.cells.get("low"), line.cells.get("high")
    value = line.cells.get("value", line.cells.get("cap"))
    if value is None:
        return
    if low is not None and low > value:
        yield "low", f"low {low:g} is above the value {value:g}"
    if high is not None and high < value:
        yield "high", f"high {high:g} is below the value {value:g}"
    if line.cells.get("figure") in SHARES and max(value, high or 0.0) > 1:
        yield "value", f"expected a share between 0 and 1, found {max(value, high or 0.0):g}"


def _sourced(line: Line) -> Complaints:
    basis = line.cells.get("basis")
    if basis in ("letter", "public") and not line["source"]:
        yield "source", f"a figure on basis {basis!r} needs a source"


def _demand(line: Line) -> Complaints:
    counts = _counts(line)
    for column in ("first", "last"):
        if counts and line[column] is None:
            yield column, "a demand that counts needs a month"
    first, last = line["first"], line["last"]
    if first and last and last < first:
        yield "last", f"months out of order: the last month, {last}, is before the first, {first}"
    if not line["pools"]:
        yield "pools", "a value is needed here"


def _counts(line: Line) -> bool:
    if line["counts"] is None:
        return line["standing"] in ("", "standing", "past")
    return bool(line["counts"])


def _policy(line: Line) -> Complaints:
    figure, value = line["figure"], line["value"]
    if bool(line["kind"]) == bool(line["demand"]):
        yield "kind", "expected a kind or a demand, one of the two"
    if figure in FIGURES[3:] and (line["demand"] or line["pool"]):
        yield "figure", "holds for a kind as a whole: leave demand and pool empty"
    if figure in DEMAND_FIGURES and line["demand"] and line["pool"]:
        yield "pool", "a demand has one figure for all its pools: leave the pool empty"
    if figure == "tour" and line["pool"]:
        yield "pool", "a tour is the same for every pool: leave it empty"
    if figure in WHOLE and value != int(value):
        yield "value", f"expected whole months, found {value:g}"
    if figure == "tour" and value < 1:
        yield "value", f"expected a tour of at least 1 month, found {value:g}"


def _bound(line: Line) -> Complaints:
    least, most = line["min"], line["max"]
    if least is None and most is None:
        yield "min", "expected a least or a most number, or both"
    if least is not None and most is not None and most < least:
        yield "max", f"most {most:g} is below least {least:g}"


def _cost(line: Line) -> Complaints:
    if bool(line["kind"]) == bool(line["demand"]):
        yield "kind", "expected a kind or a demand, one of the two"


def _step(line: Line) -> Complaints:
    first, last = line["from"], line["to"]
    if line["verb"].startswith("grow") and (first is None or last is None):
        yield "from", "growth needs a first and a last month"
    if first and last and last < first:
        yield "to", f"months out of order: {last} is before {first}"


_CHECKS: dict[str, tuple[Callable[[Line], Complaints], ...]] = {
    "demands": (_demand,),
    "policies": (_policy,),
    "bounds": (_bound,),
    "costs": (_cost,),
    "steps": (_step,),
}
