"""What a scenario draws, with its source: listed, and checked, before anything runs.

Every figure with a low and a high varies by default, as a PERT over low, likely and high; the
``uncertainty`` section of the scenario says what is different. The result is a list of *factors*:
numbers drawn side by side, each with a distribution and with what it changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from planner.errors import Fault, InputError, nearest
from planner.months import Month
from planner.uncertainty.base import Distribution, family, parse_distribution
from planner.uncertainty.correlation import not_possible
from planner.uncertainty.factors import Factor, Uncertain, normal_correlation

if TYPE_CHECKING:
    from planner.compile.tables import FigureRow
    from planner.scenario.load import Scenario
    from planner.scenario.source import Path_

__all__ = ["DEFAULT", "list_uncertain", "natural_range"]

Floats = NDArray[np.float64]

PRESENCE = ("acceptance", "lead", "early_return")
RULES = ("tour", "preparation", "rest", "dwell")
SHARES = ("filled", "fit", "acceptance", "early_return")

DEFAULT = "pert"
"""Distribution of a figure with a low and a high, unless a scenario says otherwise."""


def list_uncertain(scenario: Scenario | str | Path) -> Uncertain:
    """Return what a scenario draws, each figure with its distribution and source.

    Parameters
    ----------
    scenario : Scenario, str or Path
        A scenario, its file, or the name of one that comes with the package.

    Returns
    -------
    Uncertain
        ``table()`` has one row a figure, ``correlations()`` one row a pair that hangs together.

    Raises
    ------
    InputError
        Everything wrong in the section `uncertainty`, at its line.

    Examples
    --------
    >>> letter = list_uncertain("letter")
    >>> next(one for one in letter.factors if one.id == "pool.staff.posts").distribution.words()
    'pert: low 270; likely 370; high 470'
    """
    from planner.results.allocate import as_scenario

    return _Lister(as_scenario(scenario)).collect()


class _Lister:
    """Collects factors and faults."""

    def __init__(self, scenario: Scenario):
        from planner.compile.build import compile_scenario

        self.said: Mapping[str, Any] = scenario.inputs.uncertainty
        self.faults: list[Fault] = []
        self.unknown: set[str] = set()
        self.scenario = scenario
        self.scenario = self._with_all_decided(scenario)
        self.compiled = compile_scenario(self.scenario)
        self.figures = {row.id: row for row in self.compiled.figures}
        self.factors: dict[str, Factor] = {}

    def complain(self, path: Path_, message: str) -> None:
        self.faults.append(_fault(self.scenario, ("uncertainty", *path), message))

    def collect(self) -> Uncertain:
        """Return everything that is drawn."""
        self._figures()
        self._mandates()
        for section in ("decided", "extended", "shifted", "sizes"):
            for id, entry in self.said.get(section, {}).items():
                if section == "decided" and id in self.unknown:
                    continue
                self._event(section, id, entry)
        for id, entry in self.said.get("shared", {}).items():
            self._shared(id, entry)
        ordered = sorted(self.factors.values(), key=lambda one: one.per_draw)
        rank = self._rank([one.id for one in ordered])
        if self.faults:
            raise InputError(self.faults)
        return Uncertain(self.scenario, self.compiled, tuple(ordered), rank)

    def _mandates(self) -> None:
        """Take up the chances that mandates are prolonged or end early."""
        for mission in self.scenario.inputs.missions.values():
            rows = [row for row in self.compiled.demands if row.mission == mission.id]
            for name, direction in (("prolonged", 1), ("ended_early", -1)):
                event = getattr(mission, name)
                if event is None or not rows:
                    continue
                end = max(row.last for row in rows)
                targets = tuple(f"demand.{row.id}.last" for row in rows if row.last == end)
                given = {"chance": event.chance, "yes": direction * event.months}
                distribution = parse_distribution({"bernoulli": given})
                self._add(
                    f"{name}.{mission.id}", distribution, 0.0, "months moved", "capacity", True,
                    targets, vars(event.origin),
                )  # fmt: skip

    def _with_all_decided(self, scenario: Scenario) -> Scenario:
        """Return the scenario with every study in it that may go ahead."""
        demands = scenario.inputs.demands
        chosen = []
        for id in self.said.get("decided", {}):
            lines = [d for d in demands.values() if id in (d.id, d.mission)]
            lines += [
                demands[d]
                for p in scenario.inputs.packages.values()
                if p.id == id
                for d in p.demands
            ]
            if not lines:
                known = {n for d in demands.values() for n in (d.id, d.mission)}
                near = nearest(id, sorted(known | set(scenario.inputs.packages)))
                self.unknown.add(id)
                self.complain(("decided", id), f"unknown demand, mission or package {id!r}{near}")
            chosen += [d.id for d in lines if d.standing == "study" and not d.counts]
        unique = tuple(dict.fromkeys(chosen))
        return scenario.with_({"decide": dict.fromkeys(unique)}) if unique else scenario

    def _matching(self, pattern: str, known: Iterable[str]) -> list[str]:
        test = re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)
        return [id for id in known if test.fullmatch(id)]

    def _figures(self) -> None:
        """One factor for each figure with a range, or with a distribution of its own."""
        said: dict[str, tuple[str, Any]] = {}
        for pattern, entry in self.said.get("figures", {}).items():
            found = self._matching(pattern, self.figures)
            if not found:
                near = nearest(pattern, self.figures)
                self.complain(("figures", pattern), f"no such figure in use{near}")
            said.update(dict.fromkeys(found, (pattern, entry)))
        for pattern in self.said.get("exact", ()):
            found = self._matching(pattern, self.figures)
            if not found:
                self.complain(
                    ("exact",), f"no figure in use is {pattern!r}{nearest(pattern, self.figures)}"
                )
            kept = [id for id in found if id not in self.said.get("figures", {})]
            said.update(dict.fromkeys(kept, (pattern, "exact")))
        default = self.said.get("default", DEFAULT)
        for id, row in self.figures.items():
            written, entry = said.get(id, ("", default if _ranged(row) else "none"))
            if entry not in ("exact", "none"):
                self._figure(id, row, entry, written)

    def _figure(self, id: str, row: FigureRow, entry: Any, written: str) -> None:
        """Take up a figure; `written` is what the section calls it, empty where it says nothing."""
        path = ("figures", written or id)
        moves = isinstance(row.value, str)
        likely = 0.0 if moves else float(row.value)
        distribution = self._spread(path, entry, row)
        if distribution is None:
            return
        floor, ceiling = natural_range(id)
        distribution = self._within(path, distribution, floor, ceiling)
        if distribution is None or distribution.support[0] == distribution.support[1] == likely:
            return
        last = id.rsplit(".", 1)[-1]
        rule = id.startswith("kind.") and id.split(".")[2] in RULES
        said = entry if isinstance(entry, Mapping) else {}
        self.factors[id] = Factor(
            id=id,
            distribution=distribution,
            likely=likely,
            unit="months moved" if moves else row.unit,
            layer="presence" if id.startswith("kind.") and last in PRESENCE else "capacity",
            structural=moves or rule or last in RULES or id.startswith("cost."),
            targets=(id,),
            basis=said.get("basis", "assumption" if said else row.basis),
            source=said.get("source", "" if said else row.source),
            section=said.get("section", "" if said else row.section),
            note=said.get("note", "" if said else row.note),
            said_in="scenario" if written else "data",
        )

    def _spread(self, path: Path_, entry: Any, row: FigureRow | None) -> Distribution | None:
        """Return the distribution of an entry; a name alone takes the range of the figure."""
        if isinstance(entry, Mapping):
            says = ("basis", "source", "section", "note")
            return parse_distribution({k: v for k, v in entry.items() if k not in says})
        if row is None or (row.low is None and row.high is None):
            self.complain(path, f"has no low and high: give {entry} its parameters")
            return None
        likely, low, high = _range(row)
        parameters = {"low": low, "high": high}
        cls = family(entry)
        return cls(**parameters) if entry == "uniform" else cls(likely=likely, **parameters)  # type: ignore[call-arg]

    def _within(
        self, path: Path_, distribution: Distribution, floor: float, ceiling: float
    ) -> Distribution | None:
        """Return the distribution cut to what a figure can be; complain if it says otherwise."""
        distribution = distribution.clipped(floor, ceiling)
        low, high = distribution.support
        if low < floor or high > ceiling:
            expected = (
                f"at least {floor:g}" if ceiling == np.inf else f"from {floor:g} to {ceiling:g}"
            )
            self.complain(path, f"expected values {expected}, found {low:g} to {high:g}")
            return None
        wrong = distribution.faults()
        if wrong:
            self.complain(path, "; ".join(wrong))
            return None
        return distribution

    def _lines(self, section: str, id: str) -> list[str]:
        """Return the demands in use that an id stands for."""
        inputs = self.scenario.inputs
        here = {row.id: row for row in self.compiled.demands}
        package = inputs.packages.get(id)
        if package is not None:
            found = [name for name in package.demands if name in here]
        elif id in here:
            found = [id]
        elif any(row.part_of == id for row in here.values()):
            found = [name for name, row in here.items() if row.part_of == id]
        else:
            found = [row.id for row in here.values() if row.mission == id]
            if section == "decided":
                study = [name for name in found if inputs.demands[name].standing == "study"]
                found = study or found
            elif section == "extended" and found:
                end = max(here[name].last for name in found)
                found = [name for name in found if here[name].last == end]
        if not found:
            known = [*here, *{row.mission for row in here.values()}, *inputs.packages]
            self.complain(
                (section, id), f"no demand in use is or belongs to {id!r}{nearest(id, known)}"
            )
        return found

    def _event(self, section: str, id: str, entry: Any) -> None:
        """A decision, an extension, a start that moves, or a size."""
        lines = self._lines(section, id)
        if not lines:
            return
        path = (section, id)
        if section == "decided":
            distribution = parse_distribution({"bernoulli": {"chance": entry["chance"]}})
            likely, unit, figure = 1.0, "yes or no", "cap"
        elif section == "extended":
            given = {"chance": entry["chance"], "yes": entry["months"]}
            distribution = parse_distribution({"bernoulli": given})
            likely, unit, figure = 0.0, "months moved", "last"
        else:
            found = self._spread(path, entry, None)
            floor = 0.0 if section == "sizes" else -np.inf
            checked = found and self._within(path, found, floor, np.inf)
            if checked is None:
                return
            distribution = checked
            likely = 1.0 if section == "sizes" else 0.0
            unit = "factor" if section == "sizes" else "months moved"
            figure = "cap" if section == "sizes" else "first"
        targets = tuple(f"demand.{name}.{figure}" for name in lines)
        self._add(
            ".".join(path), distribution, likely, unit, "capacity", figure != "cap", targets, entry
        )

    def _shared(self, id: str, entry: Any) -> None:
        path = ("shared", id)
        numbers = [name for name, row in self.figures.items() if not isinstance(row.value, str)]
        targets: dict[str, None] = {}
        for pattern in entry["figures"]:
            found = self._matching(pattern, numbers)
            if not found:
                self.complain(path, f"no figure in use is {pattern!r}{nearest(pattern, numbers)}")
            targets.update(dict.fromkeys(found))
        distribution = self._spread(path, entry["times"], None)
        distribution = distribution and self._within(path, distribution, 0.0, np.inf)
        if distribution is None or not targets:
            return
        rules = [
            t for t in targets if t.split(".")[-1] in RULES or t.startswith(("kind.", "cost."))
        ]
        presence = [t for t in rules if t.split(".")[-1] in PRESENCE]
        layer = "presence" if len(presence) == len(targets) else "capacity"
        structural = len(rules) > len(presence)
        self._add(
            ".".join(path), distribution, 1.0, "factor", layer, structural, tuple(targets), entry
        )

    def _add(
        self, id: str, distribution: Distribution, likely: float, unit: str, layer: str,
        structural: bool, targets: tuple[str, ...], entry: Any,
    ) -> None:  # fmt: skip
        says = {k: entry[k] for k in ("basis", "source", "section", "note") if k in entry}
        self.factors[id] = Factor(
            id, distribution, likely, unit, layer, structural, targets, said_in="scenario", **says
        )

    def _rank(self, ids: list[str]) -> Floats:
        """Return the matrix of rank correlations; complain where it cannot be."""
        rank = np.eye(len(ids))
        place = {id: k for k, id in enumerate(ids)}
        for number, entry in enumerate(self.said.get("correlations", ())):
            chosen: dict[str, None] = {}
            for pattern in entry["figures"]:
                found = self._matching(pattern, ids)
                if not found:
                    near = nearest(pattern, ids)
                    self.complain(("correlations", number), f"nothing drawn is {pattern!r}{near}")
                chosen.update(dict.fromkeys(found))
            if len(chosen) == 1:
                message = f"expected at least two that are drawn, found {next(iter(chosen))} alone"
                self.complain(("correlations", number), message)
            for one in chosen:
                for other in chosen:
                    if one != other:
                        rank[place[one], place[other]] = entry["rank"]
        tied = np.flatnonzero((rank - np.eye(len(rank))).any(axis=1))
        if len(tied):
            part = normal_correlation(rank[np.ix_(tied, tied)])
            message = not_possible(part, [ids[k] for k in tied])
            if message:
                self.complain(("correlations",), message)
        return rank


def _ranged(row: FigureRow) -> bool:
    """Whether a figure has a low or a high that is not its value."""
    return any(end is not None and end != row.value for end in (row.low, row.high))


def _range(row: FigureRow) -> tuple[float, float, float]:
    """Return likely, low and high; of a month by how many months it moves."""
    ends = [row.value, *(row.value if end is None else end for end in (row.low, row.high))]
    if isinstance(row.value, str):
        months = [Month.parse(str(end)) - Month.parse(row.value) for end in ends]
        return float(months[0]), float(months[1]), float(months[2])
    return float(ends[0]), float(ends[1]), float(ends[2])


def _fault(scenario: Scenario, path: Path_, message: str) -> Fault:
    """Return a fault at the place where a scenario, or what it extends, says such a thing."""
    field = ".".join(map(str, path))
    for length in range(len(path), 0, -1):
        for layer in reversed(scenario.layers):
            if path[:length] in layer.places:
                place = layer.places[path[:length]]
                return Fault(layer.file, place.line, place.column, field, message)
    return Fault(scenario.name, 0, 0, field, message)


def natural_range(id: str) -> tuple[float, float]:
    """Return the least and the greatest that a figure can be."""
    parts = id.split("@")[0].split(".")
    if id.startswith("demand.") and parts[-1] in ("first", "last"):
        return -np.inf, np.inf
    if id.startswith("package.") or (id.startswith("strengths.") and parts[-1] == "add"):
        return -np.inf, np.inf
    if parts[-1] in SHARES:
        return 0.0, 1.0
    return (1.0 if "tour" in parts[2:] else 0.0), np.inf
