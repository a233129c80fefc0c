"""What is kept of every draw as plain arrays, and the quantities that are read off it by name.

Axis order is always (draw, plan, demand or line, month). The first plan has all packages, those
after it leave out one each.

Quantities are single numbers of a draw, which may stop a run and be explained by factors:

- ``displacement.PACKAGE``: person-months that main task 2 loses to a package
- ``displacement_main_task_1.PACKAGE``: person-months that other demands of main task 1 lose
- ``filled.PACKAGE``: person-months filled for the package itself
- ``displacement_ratio.PACKAGE``: displacement ÷ filled for the package
- ``fill``, ``fill.main_task_1``, ``fill.MISSION``: fill rate of all, a main task, a mission
- ``present``, ``present.main_task_1``, ``present.MISSION``: the same of the people present
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from planner.errors import InputError, nearest
from planner.problem.model import Flags, Floats, Ints
from planner.results.tables import share
from planner.tolerances import ROUNDING

if TYPE_CHECKING:
    import pyarrow

__all__ = [
    "LAYERS",
    "QUANTITY_COLUMNS",
    "WHOLE",
    "Axes",
    "Quantities",
    "Records",
    "layer_of",
    "lost",
]


WHOLE = 65535
"""Resolution of a share of a cap in stored records of people present (unsigned 16 bits)."""

MONTHLY = ("served", "attended")
"""Columns that are kept only where people by pool and month are kept."""

QUANTITY_COLUMNS = ("replicate", "caps", "begin", "end", "filled", "present", "codes")
"""Columns from which every quantity follows."""

LAYERS = ("planned", "present")
"""People planned to be on duty, and those of them who are present."""


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
        `end` is below `begin` if none exists.
    filled : ndarray (draws, plans, demands)
        Person-months planned inside the window; NaN where no plan could be proved.
    present : ndarray (draws, plans, demands)
        Person-months inside the window of people present.
    codes : ndarray of int (draws, 3)
        Plans made by the compiled kernel, by the engine, and without proof.
    proof : ndarray (draws, 3)
        Primal, dual and gap, the worst of all plans.
    served : ndarray of float32 (draws, plans, lines, months) or None
        People on duty as a share of the demand's cap.
    attended : ndarray of uint16 (draws, plans, demands, months) or None
        People present, in parts of :data:`WHOLE` of the cap.
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
        """Draws in which every plan is proved, (draws,)."""
        return np.asarray(self.codes[:, 2] == 0)

    @property
    def asked(self) -> Floats:
        """Person-months asked inside the window, (draws, demands)."""
        months = np.maximum(self.end.astype(float) - self.begin + 1, 0.0)
        return self.caps * months

    @classmethod
    def empty(cls, axes: Axes, draws: int, monthly: bool, people: bool = False) -> Records:
        """Return records in which nothing is asked and nothing filled.

        With `monthly` by pool and month, with `people` the people present by month.
        """
        number = np.zeros(draws, dtype=np.int64)
        demands = (draws, len(axes.demands))
        shape = (draws, axes.plans, len(axes.lines), len(axes.months))
        by_demand = (draws, axes.plans, len(axes.demands))
        by_month = (*by_demand, len(axes.months))
        return cls(
            number, number, number,
            np.zeros((draws, len(axes.factors))),
            np.zeros(demands),
            np.zeros(demands, dtype=np.int16),
            np.full(demands, -1, dtype=np.int16),
            np.zeros(by_demand),
            np.zeros(by_demand),
            np.zeros((draws, 3), dtype=np.int16),
            np.zeros((draws, 3)),
            np.zeros(shape, dtype=np.float32) if monthly else None,
            np.zeros(by_month, dtype=np.uint16) if monthly or people else None,
        )  # fmt: skip

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


NAMES = tuple(field.name for field in dataclasses.fields(Records))


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


def layer_of(records: Records, layer: str) -> Floats:
    """Return person-months of a layer, (draws, plans, demands)."""
    return records.filled if layer == "planned" else records.present


def lost(records: Records, plan: int, own: Flags, layer: str = "planned") -> Floats:
    """Return person-months that each demand loses to a package, (draws, demands), as in (16).

    Parameters
    ----------
    records : Records
    plan : int
        The plan that leaves the package out.
    own : ndarray of bool (demands,)
        The package's own demands, which lose nothing.
    layer : {"planned", "present"}
    """
    people = layer_of(records, layer)
    found = people[:, plan] - people[:, 0]
    found = np.where(np.abs(found) <= ROUNDING * (1 + records.asked), 0.0, found)
    return np.where(own, 0.0, found)


class Quantities:
    """The quantities of a run, by name.

    Parameters
    ----------
    axes : Axes
    missions, packages : sequence of str
        Mission and package of each demand, the latter empty if none exists.
    main_task : sequence of int
        Main task of each demand.
    """

    def __init__(
        self, axes: Axes, missions: Sequence[str], packages: Sequence[str], main_task: Sequence[int]
    ):
        self.axes = axes
        self._mission = np.array(missions, dtype=object)
        self._package = np.array(packages, dtype=object)
        self._task = np.array(main_task, dtype=np.int64)

    @cached_property
    def fills(self) -> dict[str, Flags]:
        """Demands that each fill rate is about, by name."""
        all_demands = np.ones(len(self._task), dtype=bool)
        groups = {"": all_demands}
        groups |= {f".main_task_{task}": self._task == task for task in (1, 2)}
        names = dict.fromkeys(self._mission.tolist())
        groups |= {f".{name}": np.asarray(self._mission == name) for name in names}
        return {
            f"{layer}{end}": group for layer in ("fill", "present") for end, group in groups.items()
        }

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of all quantities."""
        kinds = ("displacement", "displacement_main_task_1", "filled", "displacement_ratio")
        of_packages = [f"{kind}.{one}" for one in self.axes.packages for kind in kinds]
        return (*of_packages, *self.fills)

    @property
    def headline(self) -> tuple[str, ...]:
        """The names that a summary begins with."""
        kinds = ("displacement", "displacement_main_task_1", "filled")
        of_packages = [f"{kind}.{one}" for one in self.axes.packages for kind in kinds]
        ends = ("", ".main_task_1", ".main_task_2")
        return (*(f"{layer}{end}" for layer in ("fill", "present") for end in ends), *of_packages)

    def check(self, name: str) -> str:
        """Return a name; raise InputError naming the nearest if it is unknown."""
        if name not in self.names:
            few = ", ".join(self.names[:6])
            near = nearest(name, self.names)
            raise InputError(f"no quantity is called {name!r}{near}; known are {few}, …")
        return name

    def is_share(self, name: str) -> bool:
        """Whether a quantity is a share; the others are person-months."""
        return name in self.fills or name.startswith("displacement_ratio.")

    def own(self, package: str) -> Flags:
        """Return which demands belong to a package, (demands,)."""
        return np.asarray(self._package == package)

    def of_proved(self, records: Records, names: Sequence[str]) -> tuple[Floats, Ints]:
        """Return quantities of the proved draws, (draws, names), and the replicate of each draw."""
        kept = records.take(np.flatnonzero(records.proved))
        return np.stack([self.of(kept, name) for name in names], axis=1), kept.replicate

    def of(self, records: Records, name: str) -> Floats:
        """Return one number of each draw, (draws,); NaN where it is undefined."""
        self.check(name)
        if name in self.fills:
            group = self.fills[name]
            people = records.filled if name.startswith("fill") else records.present
            return share(people[:, 0, group].sum(axis=1), records.asked[:, group].sum(axis=1))
        kind, _, package = name.partition(".")
        own = self.own(package)
        plan = 1 + self.axes.packages.index(package)
        served = records.filled[:, 0, own].sum(axis=1)
        if kind == "filled":
            return np.asarray(served)
        task = 1 if kind == "displacement_main_task_1" else 2
        taken = lost(records, plan, own)[:, self._task == task].sum(axis=1)
        if kind == "displacement_ratio":
            return share(taken, np.where(served > 1e-9, served, 0.0))
        return np.asarray(taken)
