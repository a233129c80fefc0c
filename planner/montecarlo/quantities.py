"""Single numbers of a draw by name: what a run may be stopped by, and what factors may drive.

- ``displacement.PACKAGE``: person-months that main task 2 loses to a package
- ``displacement_main_task_1.PACKAGE``: person-months that other demands of main task 1 lose
- ``filled.PACKAGE``: person-months filled for the package itself
- ``displacement_ratio.PACKAGE``: displacement ÷ filled for the package
- ``fill``, ``fill.main_task_1``, ``fill.MISSION``: fill rate of all, a main task, a mission
- ``present``, ``present.main_task_1``, ``present.MISSION``: the same of the people who are there
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from planner.errors import InputError, nearest
from planner.montecarlo.records import Axes, Records
from planner.results.frames import share

__all__ = ["LAYERS", "ROUNDING", "Quantities", "layer_of", "lost"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ROUNDING = 1e-7
"""Share of what is asked below which a difference between two plans is rounding."""


LAYERS = ("planned", "present")
"""People who are planned to be on duty, and those of them who are there."""


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
    """The numbers that a run has a name for.

    Parameters
    ----------
    axes : Axes
    missions, packages : sequence of str
        Mission and package of each demand, the latter empty where there is none.
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
        everybody = np.ones(len(self._task), dtype=bool)
        groups = {"": everybody}
        groups |= {f".main_task_{task}": self._task == task for task in (1, 2)}
        names = dict.fromkeys(self._mission.tolist())
        groups |= {f".{name}": np.asarray(self._mission == name) for name in names}
        return {
            f"{layer}{end}": group for layer in ("fill", "present") for end, group in groups.items()
        }

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every name there is."""
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
        """Return a name; raise InputError naming the nearest if there is none of that kind."""
        if name not in self.names:
            few = ", ".join(self.names[:6])
            near = nearest(name, self.names)
            raise InputError(f"no quantity is called {name!r}{near}; there are {few}, …")
        return name

    def own(self, package: str) -> Flags:
        """Return which demands belong to a package, (demands,)."""
        return np.asarray(self._package == package)

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
