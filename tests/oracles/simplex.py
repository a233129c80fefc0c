"""The simplex method in exact fractions: tableau, two phases, Bland's rule. For tiny programmes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

__all__ = ["maximise"]


def maximise(cost: list, rows: list[tuple[dict[int, Any], Any]]) -> tuple[Fraction, list[Fraction]]:
    """Maximise cost @ x under rows @ x <= right-hand sides and x >= 0.

    Examples
    --------
    >>> best, x = maximise([1, 1], [({0: 1, 1: 2}, 4), ({0: 3, 1: 1}, 6)])
    >>> best, x
    (Fraction(14, 5), [Fraction(8, 5), Fraction(6, 5)])
    >>> maximise([-1], [({0: -1}, -3)])
    (Fraction(-3, 1), [Fraction(3, 1)])
    """
    width, height = len(cost), len(rows)
    table: list[dict[int, Fraction]] = []
    right: list[Fraction] = []
    basis: list[int] = []
    artificial: list[int] = []
    for place, (terms, most) in enumerate(rows):
        row = {column: Fraction(value) for column, value in terms.items() if value}
        row[width + place] = Fraction(1)
        most = Fraction(most)
        basis.append(width + place)
        if most < 0:
            row, most = {column: -value for column, value in row.items()}, -most
            basis[-1] = width + height + len(artificial)
            artificial.append(basis[-1])
            row[basis[-1]] = Fraction(1)
        table.append(row)
        right.append(most)
    if artificial:
        missed = _climb(dict.fromkeys(artificial, Fraction(-1)), table, right, basis, set())
        if missed < 0:
            raise ArithmeticError("no solution satisfies all rows")
    aim = {column: Fraction(value) for column, value in enumerate(cost) if value}
    best = _climb(aim, table, right, basis, set(artificial))
    values = [Fraction(0)] * width
    for column, value in zip(basis, right, strict=True):
        if column < width:
            values[column] = value
    return best, values


def _climb(aim: dict, table: list, right: list, basis: list, barred: set[int]) -> Fraction:
    """Pivot until no column improves the aim; return the aim's value."""
    reduced = dict(aim)
    best = Fraction(0)
    for place, column in enumerate(basis):
        price = reduced.get(column, Fraction(0))
        if price:
            _subtract(reduced, table[place], price)
            best += price * right[place]
    while True:
        entering = min((c for c, v in reduced.items() if v > 0 and c not in barred), default=None)
        if entering is None:
            return best
        leaving = _leaving(entering, table, right, basis, barred)
        if leaving is None:
            raise ArithmeticError("the programme has no limit")
        _pivot(leaving, entering, table, right)
        basis[leaving] = entering
        price = reduced[entering]
        _subtract(reduced, table[leaving], price)
        best += price * right[leaving]


def _leaving(entering: int, table: list, right: list, basis: list, barred: set[int]) -> int | None:
    """Return the row that limits the entering column first; the smallest column on a tie.

    An artificial column still in the basis at zero must not grow, so it leaves on any sign.
    """
    best: tuple[Fraction, int, int] | None = None
    for place, row in enumerate(table):
        value = row.get(entering, 0)
        if value > 0 or (value and basis[place] in barred):
            ratio = right[place] / value if value > 0 else Fraction(0)
            key = (ratio, basis[place], place)
            best = key if best is None or key < best else best
    return None if best is None else best[2]


def _pivot(leaving: int, entering: int, table: list, right: list) -> None:
    row = table[leaving]
    scale = row[entering]
    table[leaving] = row = {column: value / scale for column, value in row.items()}
    right[leaving] /= scale
    for place, other in enumerate(table):
        value = other.get(entering)
        if place != leaving and value:
            _subtract(other, row, value)
            right[place] -= value * right[leaving]


def _subtract(row: dict, other: dict, times: Fraction) -> None:
    """Subtract `times` another row from a row in place, dropping zeros."""
    for column, value in other.items():
        left = row.get(column, 0) - times * value
        if left:
            row[column] = left
        else:
            row.pop(column, None)
