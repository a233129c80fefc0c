"""What is kept of every draw, as plain arrays, and how it lies in a Parquet file.

Axis order is always (draw, plan, demand or line, month). The first plan has all packages, those
after it leave out one each.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow

__all__ = ["WHOLE", "Axes", "Records"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


WHOLE = 65535
"""Parts of a cap in which people who are there are kept month by month."""


@dataclass(frozen=True)
class Axes:
    """What the axes of records stand for, the same for every draw of a run.

    Attributes
    ----------
    factors, demands, pools, bounds, packages : tuple of str
        Ids.
    lines : tuple of (int, int)
        Places of demand and pool: every demand with every pool that it accepts.
    months : tuple of str
        Months of the window.
    """

    factors: tuple[str, ...]
    demands: tuple[str, ...]
    pools: tuple[str, ...]
    lines: tuple[tuple[int, int], ...]
    bounds: tuple[str, ...]
    packages: tuple[str, ...]
    months: tuple[str, ...]

    @property
    def plans(self) -> int:
        """Number of plans of a draw."""
        return 1 + len(self.packages)


@dataclass(frozen=True, eq=False)
class Records:
    """What is kept of some draws.

    Attributes
    ----------
    draw, replicate, round : ndarray of int (draws,)
    values : ndarray (draws, factors)
    caps : ndarray (draws, demands)
        Persons.
    begin, end : ndarray of int (draws, demands)
        First and last month of the mandate inside the window, counted from its first month;
        `end` is below `begin` where there is none.
    filled : ndarray (draws, plans, demands)
        Person-months planned inside the window; NaN where no plan could be proved.
    present : ndarray (draws, plans, demands)
        Person-months inside the window in which somebody is there.
    codes : ndarray of int (draws, 3)
        Plans that were made by the compiled kernel, by the engine, and that nobody could prove.
    proof : ndarray (draws, 3)
        Primal, dual and gap, the worst of all plans.
    served : ndarray of float32 (draws, plans, lines, months) or None
        People on duty as a share of the demand's cap.
    attended : ndarray of uint16 (draws, plans, demands, months) or None
        People who are there, in parts of :data:`WHOLE` of the cap.
    """

    draw: Ints
    replicate: Ints
    round: Ints
    values: Floats
    caps: Floats
    begin: NDArray[np.int16]
    end: NDArray[np.int16]
    filled: Floats
    present: Floats
    codes: NDArray[np.int16]
    proof: Floats
    served: NDArray[np.float32] | None = None
    attended: NDArray[np.uint16] | None = None

    def __len__(self) -> int:
        return len(self.values)

    @property
    def proved(self) -> NDArray[np.bool_]:
        """Draws whose every plan is proved, (draws,)."""
        return np.asarray(self.codes[:, 2] == 0)

    @property
    def asked(self) -> Floats:
        """Person-months asked inside the window, (draws, demands)."""
        months = np.maximum(self.end.astype(float) - self.begin + 1, 0.0)
        return self.caps * months

    @classmethod
    def empty(cls, axes: Axes, draws: int, monthly: bool) -> Records:
        """Return records of nothing asked and nothing done."""
        number = np.zeros(draws, dtype=np.int64)
        demands = (draws, len(axes.demands))
        shape = (draws, axes.plans, len(axes.lines), len(axes.months))
        there = (draws, axes.plans, len(axes.demands))
        return cls(
            number, number, number,
            np.zeros((draws, len(axes.factors))),
            np.zeros(demands),
            np.zeros(demands, dtype=np.int16),
            np.full(demands, -1, dtype=np.int16),
            np.zeros(there),
            np.zeros(there),
            np.zeros((draws, 3), dtype=np.int16),
            np.zeros((draws, 3)),
            np.zeros(shape, dtype=np.float32) if monthly else None,
            np.zeros((*there, len(axes.months)), dtype=np.uint16) if monthly else None,
        )  # fmt: skip

    @classmethod
    def join(cls, parts: Sequence[Records]) -> Records:
        """Return records one after the other."""
        if len(parts) == 1:
            return parts[0]
        columns: list[Any] = [_joined([getattr(one, name) for one in parts]) for name in NAMES]
        return cls(*columns)

    def take(self, places: Ints) -> Records:
        """Return the records of some draws."""
        columns: list[Any] = [getattr(self, name) for name in NAMES]
        taken: list[Any] = [None if one is None else one[places] for one in columns]
        return Records(*taken)

    def to_arrow(self) -> pyarrow.Table:
        """Return one row a draw; arrays lie flat in lists."""
        import pyarrow as pa

        columns = {}
        for name in NAMES:
            array = getattr(self, name)
            if array is None:
                continue
            if array.ndim == 1:
                columns[name] = pa.array(array)
                continue
            wide = int(np.prod(array.shape[1:]))
            offsets = pa.array(np.arange(len(array) + 1) * wide, pa.int32())
            columns[name] = pa.ListArray.from_arrays(offsets, pa.array(array.reshape(-1)))
        return pa.table(columns)

    @staticmethod
    def arrays(table: pyarrow.Table, axes: Axes) -> dict[str, Any]:
        """Return the columns of a table as arrays, by name."""
        shapes = _shapes(axes)
        found: dict[str, Any] = {}
        for name in table.column_names:
            column = table.column(name).combine_chunks()
            if name in shapes:
                flat = column.flatten().to_numpy(zero_copy_only=False)
                found[name] = flat.reshape(table.num_rows, *shapes[name])
            else:
                found[name] = column.to_numpy(zero_copy_only=False)
        return found

    @classmethod
    def of(cls, arrays: Mapping[str, Any]) -> Records:
        """Return records with some columns; those that are not given are empty."""
        draws = len(next(iter(arrays.values())))
        nothing: dict[str, Any] = {
            name: None if name in MONTHLY else np.zeros((draws, 0)) for name in NAMES
        }
        return cls(**{**nothing, **arrays})


MONTHLY = ("served", "attended")
"""Columns that are kept only where people by pool and month are."""

NAMES = tuple(field.name for field in dataclasses.fields(Records))


def _joined(arrays: list[Any]) -> Any:
    return None if arrays[0] is None else np.concatenate(arrays)


def _shapes(axes: Axes) -> dict[str, tuple[int, ...]]:
    demands = len(axes.demands)
    return {
        "values": (len(axes.factors),),
        "caps": (demands,),
        "begin": (demands,),
        "end": (demands,),
        "filled": (axes.plans, demands),
        "present": (axes.plans, demands),
        "codes": (3,),
        "proof": (3,),
        "served": (axes.plans, len(axes.lines), len(axes.months)),
        "attended": (axes.plans, demands, len(axes.months)),
    }
