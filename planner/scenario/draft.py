"""A scenario in the making: the inputs so far, open to change, and what is wrong with a change."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from planner.errors import Fault, nearest
from planner.scenario.fields import MonthRange, Quantity, Sourced
from planner.scenario.inputs import (
    Bound,
    Budget,
    Cost,
    Demand,
    Event,
    Figure,
    Inputs,
    Kind,
    Mission,
    Origin,
    Package,
    Pool,
    Step,
    When,
)
from planner.scenario.source import Path_, Source

__all__ = ["Draft"]

SUGGESTIONS = 100
"""Looking for near names takes time: after so many faults nobody reads them."""


@dataclass
class Draft:
    """Working copy of the inputs while one set of changes is made.

    Attributes
    ----------
    inputs : Inputs
        As they were before; its mappings are copied below.
    source : Source
        Where the changes are written.
    prefix : tuple
        Path of the changes within the source, for those under ``then``.
    faults : list of Fault
        What is wrong with the changes.
    blamed : set
        Unknown sources complained of, each once where it is said.
    """

    inputs: Inputs
    source: Source
    prefix: Path_ = ()
    faults: list[Fault] = field(default_factory=list)
    blamed: set[tuple[Path_, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Copy what may change."""
        self.missions: dict[str, Mission] = dict(self.inputs.missions)
        self.demands: dict[str, Demand] = dict(self.inputs.demands)
        self.pools: dict[str, Pool] = dict(self.inputs.pools)
        self.forces = dict(self.inputs.forces)
        self.kinds: dict[str, Kind] = dict(self.inputs.kinds)
        self.packages: dict[str, Package] = dict(self.inputs.packages)
        self.bounds: dict[str, Bound] = dict(self.inputs.bounds)
        self.sources = dict(self.inputs.sources)
        self.steps: list[Step] = list(self.inputs.steps)
        self.costs: list[Cost] = list(self.inputs.costs)
        self.budgets: list[Budget] = list(self.inputs.budgets)

    def close(self) -> Inputs:
        """Return the inputs as changed."""
        return replace(
            self.inputs,
            missions=self.missions,
            demands=self.demands,
            pools=self.pools,
            forces=self.forces,
            kinds=self.kinds,
            packages=self.packages,
            bounds=self.bounds,
            sources=self.sources,
            steps=tuple(self.steps),
            costs=tuple(self.costs),
            budgets=tuple(self.budgets),
        )

    def complain(self, path: Path_, message: str, key: bool = False) -> None:
        """Add a fault at a path below the prefix, at its value or at its key."""
        self.faults.append(self.source.fault((*self.prefix, *path), message, key))

    def known(
        self, path: Path_, names: Iterable[str] | str, known: Collection[str], what: str
    ) -> bool:
        """Complain about names that are not known; return whether all are."""
        single = isinstance(names, str)
        good = True
        for place, name in enumerate([names] if isinstance(names, str) else names):
            if name not in known:
                where = path if single or not self.listed(path) else (*path, place)
                self.complain(where, f"unknown {what} {name!r}{self.near(name, known)}")
                good = False
        return good

    def near(self, name: str, known: Iterable[str]) -> str:
        """Return a suggestion; a file with very many faults gets none for the later ones."""
        return nearest(name, known) if len(self.faults) < SUGGESTIONS else ""

    def unknown(self, id: str, known: Iterable[str], what: str, lacking: Iterable[str]) -> str:
        """Return the complaint about an entry that is neither known nor a whole new one."""
        needs = f"needs {', '.join(lacking)} as well"
        near = self.near(id, known)
        if near:
            return f"unknown {what} {id!r}{near} A new {what} {needs}"
        return f"new {what} {id!r} {needs}"

    def listed(self, path: Path_) -> bool:
        """Return whether the file has a list at a path, so that its items have places."""
        return (*self.prefix, *path, 0) in self.source.places

    def line(self, path: Path_) -> int:
        """Return the line of a path, 0 if it stands in no file."""
        place = self.source.place((*self.prefix, *path))
        return place.key_line or place.line

    def origin(self, path: Path_, *says: Sourced) -> Origin:
        """Return the origin of a figure: what it says itself, or else what its entry says."""

        def first(name: str) -> str:
            return next((value for one in says if (value := getattr(one, name)) is not None), "")

        basis, source = first("basis") or "assumption", first("source")
        if source:
            own = isinstance(says[0], (Quantity, MonthRange)) and says[0].source
            said = (*path, "source") if own else (*path[:-1], "source")
            if (said, source) not in self.blamed:
                self.blamed.add((said, source))
                self.known(said, source, self.sources, "source")
        elif basis != "assumption":
            self.complain(path, f"a figure on basis {basis!r} needs a source")
        return Origin(
            basis, source, first("section"), first("note"), self.source.file, self.line(path)
        )

    def figure(self, path: Path_, quantity: Quantity, *says: Sourced) -> Figure:
        """Return a quantity with its origin."""
        origin = self.origin(path, quantity, *says)
        return Figure(quantity.value, quantity.low, quantity.high, origin)

    def when(self, path: Path_, month: MonthRange, *says: Sourced) -> When:
        """Return a month with its range and origin."""
        return When(month.value, self.origin(path, month, *says), month.low, month.high)

    def event(self, path: Path_, event: Any, *says: Sourced) -> Event:
        """Return a possible change to the end of a mandate with its origin."""
        return Event(event.chance, event.months, self.origin(path, event, *says))

    def scaled(self, path: Path_, figure: Figure, by: Quantity, *says: Sourced) -> Figure:
        """Return a figure multiplied; what was known before and what it is taken from is kept."""
        value = by.value
        new = self.origin(path, by, *says)
        before = figure.origin.section
        section = f"{figure.value:g} × {value:g}" + (f"; {new.section}" if new.section else "")
        note = "; ".join(part for part in (before, new.note) if part)
        low, high = figure.low, figure.high
        if by.low is not None or by.high is not None:
            low = figure.value if low is None else low
            high = figure.value if high is None else high
        return Figure(
            figure.value * value,
            None if low is None else low * (value if by.low is None else by.low),
            None if high is None else high * (value if by.high is None else by.high),
            replace(new, source=new.source or figure.origin.source, section=section, note=note),
        )
