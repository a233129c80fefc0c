"""Uncertain parameters of a scenario: the factors that are drawn, their distributions and sources.

Every parameter with a low and a high varies by default, as a PERT over low, likely and high; the
share of a ceiling that is used (`manned`) is its high end or, more seldom, anything below. The
``uncertainty`` section of the scenario changes that. The result is a list of *factors*: numbers
drawn side by side, each with a distribution and the parameters it changes. Factors are ordered by
id, never by the order of keys in a file, so that equal inputs give equal draws.

Where a scenario names a parameter file (:mod:`planner.scenario.calibrated`), each draw takes one
row of its sample for all factors that the record speaks of at once, so that they hang together as
the calibration found them. All others are drawn from their own distributions, each draw anew: a
sample of some hundred rows would otherwise give some hundred sets of rules and strengths, however
many the draws. A factor with another distribution than the sample was made from keeps its own.

Rank correlation is by a Gaussian copula: a rank correlation r (Spearman) of two factors is reached
by a correlation 2 sin(π r / 6) of the normals behind them (Kruskal, *Ordinal measures of
association*, 1958). The normals become uniform numbers, and those go through the quantiles of the
factors, so every factor keeps its distribution.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from planner.digest import digest
from planner.distributions import (
    INSIDE,
    PROVENANCE,
    Discrete,
    Distribution,
    family,
    parse_distribution,
    quantiles,
    whole_months,
)
from planner.errors import Fault, InputError, nearest
from planner.months import Month
from planner.problem.model import Floats
from planner.scenario.inputs import MANNED, is_presence

if TYPE_CHECKING:
    import pandas

    from planner.compile.build import Compiled, FigureRow
    from planner.scenario.load import Scenario
    from planner.scenario.source import Path_

__all__ = [
    "DEFAULT",
    "Factor",
    "Joint",
    "Uncertain",
    "correlate",
    "factor_of",
    "list_uncertain",
    "natural_range",
    "not_possible",
    "pearson_of",
]


DEFAULT = "pert"
"""Distribution of a parameter with a low and a high, unless a scenario states another."""

ROTATION = ("tour", "preparation", "rest", "dwell")
SHARES = ("filled", "fit", "acceptance", "early_return", "manned")

IN_FULL = 0.7
"""Chance that a ceiling with a range of the share `manned` is used in full: of thirteen ceilings
counted up to June 2022 ten were (five of seven of units, five of six of posts)."""

SHORT_OF_FULL = 5
"""Values from the low end of that range up to full that are equally likely otherwise."""

_CALIBRATED = ("calibrated_mean", "calibrated_low", "calibrated_high")

EVENTS = {"prolonged": 1, "ended_early": -1}
"""Possible changes to the end of a mission's mandate, and the direction in which they move it."""

NEGATIVE = -1e-10
"""Smallest eigenvalue of a correlation matrix that counts as rounding."""

PIVOT = 1e-9
"""Smallest diagonal element of a triangular root that is not rounding."""


@dataclass(frozen=True)
class Factor:
    """One uncertain number.

    Attributes
    ----------
    id : str
        The parameter it is, ``pool.staff.posts``, or what it decides: ``decided.…``, ``sizes.…``,
        ``extended.…``, ``shifted.…``, ``shared.…``, ``prolonged.…``, ``ended_early.…``.
    distribution : Distribution
    likely : float
        Value where nothing is uncertain.
    unit : str
    layer : str
        ``"capacity"`` (needs a new plan) or ``"presence"`` (which of the people planned are
        present).
    structural : bool
        Whether it changes tours, months or decisions, and not only numbers of people.
    targets : tuple of str
        Parameters it sets, multiplies or moves; for sizes and decisions the caps.
    basis, source, section, note : str
        Its provenance.
    said_in : str
        ``"data"`` or ``"scenario"``.
    calibrated : (float, float, float) or None
        Mean and the 5 % and 95 % quantiles in the calibrated sample that draws take; `distribution`
        is the one before.
    """

    id: str
    distribution: Distribution
    likely: float
    unit: str
    layer: str
    structural: bool
    targets: tuple[str, ...]
    basis: str = "assumption"
    source: str = ""
    section: str = ""
    note: str = ""
    said_in: str = "data"
    calibrated: tuple[float, float, float] | None = None

    @property
    def per_draw(self) -> bool:
        """Whether every draw has a value of its own even where draws share rotation rules."""
        return not self.structural or self.distribution.countable


@dataclass(frozen=True, eq=False)
class Joint:
    """Factors that draws take together, a row of a calibrated sample each.

    Attributes
    ----------
    places : ndarray of int (calibrated factors,)
    sample : ndarray (rows, calibrated factors)
    """

    places: NDArray[np.int64]
    sample: Floats

    def put(self, points: Floats, values: Floats) -> None:
        """Overwrite the calibrated columns of `values`; the first one's point chooses the row."""
        count = len(self.sample)
        row = np.minimum((points[:, self.places[0]] * count).astype(np.int64), count - 1)
        values[:, self.places] = self.sample[row]


@dataclass(frozen=True, eq=False)
class Uncertain:
    """All factors of a scenario and their correlations.

    Attributes
    ----------
    scenario : Scenario
        With everything in it that may be decided.
    compiled : Compiled
        At likely values.
    factors : tuple of Factor
        Rules shared by several draws first, then the others, each in the order of their ids.
    rank : ndarray (factors, factors)
        Rank correlations.
    joint : Joint or None
        Factors with a calibrated sample.
    """

    scenario: Scenario
    compiled: Compiled = field(repr=False)
    factors: tuple[Factor, ...]
    rank: Floats = field(repr=False)
    joint: Joint | None = field(default=None, repr=False)

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of the factors, in order."""
        return tuple(factor.id for factor in self.factors)

    @cached_property
    def root(self) -> Floats | None:
        """Triangular root of the correlation of the normals; None where nothing is correlated."""
        if not (self.rank - np.eye(len(self.rank))).any():
            return None
        return factor_of(_normal_correlation(self.rank))

    @property
    def shared(self) -> int:
        """Number of factors, the first ones, that are rules shared by several draws."""
        return sum(not factor.per_draw for factor in self.factors)

    @cached_property
    def digest(self) -> str:
        """``sha256:`` of everything that decides the draws."""
        factors = [
            [one.id, one.distribution.words(), digest(one.distribution.parameters()), one.targets]
            for one in self.factors
        ]
        return digest([self.scenario.digest, factors, self.rank.tolist()])

    def values(self, points: Floats, some: NDArray[np.int64] | None = None) -> Floats:
        """Return factor values, (draws, factors), at independent points of the unit cube.

        Parameters
        ----------
        points : ndarray (draws, factors)
        some : ndarray of int, optional
            Places of the factors wanted; all others have their likely value.
        """
        if not self.factors:
            return np.zeros((len(points), 0))
        points = np.clip(points, INSIDE, 1 - INSIDE)
        even = points if self.root is None else correlate(points, self.root)
        if some is None:
            found = quantiles([one.distribution for one in self.factors], even)
        else:
            found = np.tile(self.likely, (len(points), 1))
            found[:, some] = quantiles([self.factors[k].distribution for k in some], even[:, some])
        if self.joint is not None:
            self.joint.put(points, found)
        return found

    @property
    def likely(self) -> Floats:
        """Likely value of every factor, (factors,)."""
        return np.array([factor.likely for factor in self.factors])

    def table(self) -> pandas.DataFrame:
        """Return one row a factor: id, layer, distribution, range, mean, unit and provenance."""
        import pandas

        return pandas.DataFrame(
            {
                "id": one.id,
                "layer": one.layer,
                "changes_structure": one.structural,
                "distribution": one.distribution.words(),
                "low": one.distribution.support[0],
                "likely": one.likely,
                "high": one.distribution.support[1],
                "mean": one.distribution.expected,
                **dict(zip(_CALIBRATED, one.calibrated or (None,) * 3, strict=True)),
                "unit": one.unit,
                **{name: getattr(one, name) for name in (*PROVENANCE, "said_in")},
                "changes": " ".join(one.targets),
            }
            for one in self.factors
        )

    def correlations(self) -> pandas.DataFrame:
        """Return one row for every two factors that are correlated: figure, with, rank."""
        import pandas

        one, other = np.nonzero(np.triu(self.rank, 1))
        ids = np.array(self.ids, dtype=object)
        return pandas.DataFrame(
            {"figure": ids[one], "with": ids[other], "rank": self.rank[one, other]}
        )


def list_uncertain(scenario: Scenario | str | Path) -> Uncertain:
    """Return the factors of a scenario, each with its distribution and source.

    Parameters
    ----------
    scenario : Scenario, str or Path
        A scenario, its file, or the name of one that comes with the package.

    Returns
    -------
    Uncertain
        ``table()`` has one row a factor, ``correlations()`` one row a correlated pair.

    Raises
    ------
    InputError
        Everything wrong in the section `uncertainty`, at its line.

    Examples
    --------
    >>> letter = list_uncertain("letter")
    >>> next(one for one in letter.factors if one.id == "pool.staff.posts").distribution.words()
    'pert: low 300; likely 400; high 500'
    """
    from planner.results.allocate import as_scenario

    return _Collector(as_scenario(scenario)).collect()


class _Collector:
    """Collects factors and faults of one scenario."""

    def __init__(self, scenario: Scenario):
        from planner.compile.build import compile_scenario

        self.section: Mapping[str, Any] = scenario.inputs.uncertainty
        self.faults: list[Fault] = []
        self.unknown: set[str] = set()
        self.scenario = scenario
        self.scenario = self._with_all_decided(scenario)
        self.compiled = compile_scenario(self.scenario)
        self.rows = {row.id: row for row in self.compiled.figures}
        self.factors: dict[str, Factor] = {}

    def complain(self, path: Path_, message: str) -> None:
        self.faults.append(_fault(self.scenario, ("uncertainty", *path), message))

    def collect(self) -> Uncertain:
        """Return everything that is drawn; raise InputError with all faults."""
        self._parameters()
        self._missions()
        for section in ("decided", "extended", "shifted", "sizes"):
            for id, entry in self.section.get(section, {}).items():
                if section == "decided" and id in self.unknown:
                    continue
                self._event(section, id, entry)
        for id, entry in self.section.get("shared", {}).items():
            self._shared(id, entry)
        ordered = sorted(self.factors.values(), key=lambda one: (one.per_draw, one.id))
        rank = self._rank([one.id for one in ordered])
        if self.faults:
            raise InputError(self.faults)
        factors, joint = self._calibrated(ordered)
        return Uncertain(self.scenario, self.compiled, factors, rank, joint)

    def _calibrated(self, factors: list[Factor]) -> tuple[tuple[Factor, ...], Joint | None]:
        """Return factors with what the parameter file says of them, and the sample of those."""
        said = self.scenario.inputs.parameters
        places = [
            place
            for place, one in enumerate(factors)
            if said is not None and said.priors.get(one.id) == one.distribution.words()
            and one.id in said.informed
        ]  # fmt: skip
        if said is None or not places:
            return tuple(factors), None
        sample = np.array([said.sample[factors[place].id] for place in places]).T
        found = list(factors)
        for place, column in zip(places, sample.T, strict=True):
            low, high = np.quantile(column, (0.05, 0.95))
            ends = (float(column.mean()), float(low), float(high))
            found[place] = replace(factors[place], calibrated=ends)
        return tuple(found), Joint(np.array(places, dtype=np.int64), np.ascontiguousarray(sample))

    def _matching(
        self, pattern: str, known: Collection[str], path: Path_, message: str
    ) -> list[str]:
        """Return the ids that a pattern stands for (``*`` is any text); complain if none exists."""
        test = re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)
        found = [id for id in known if test.fullmatch(id)]
        if not found:
            self.complain(path, message + nearest(pattern, known))
        return found

    def _with_all_decided(self, scenario: Scenario) -> Scenario:
        """Return the scenario with every study in it that may go ahead."""
        demands, packages = scenario.inputs.demands, scenario.inputs.packages
        chosen: dict[str, None] = {}
        for id in self.section.get("decided", {}):
            lines = [d for d in demands.values() if id in (d.id, d.mission)]
            lines += [demands[d] for d in packages[id].demands] if id in packages else []
            if not lines:
                known = {n for d in demands.values() for n in (d.id, d.mission)}
                near = nearest(id, sorted(known | set(packages)))
                self.unknown.add(id)
                self.complain(("decided", id), f"unknown demand, mission or package {id!r}{near}")
            chosen |= {d.id: None for d in lines if d.standing == "study" and not d.counts}
        return scenario.with_({"decide": chosen}) if chosen else scenario

    def _parameters(self) -> None:
        """Add one factor for each parameter with a range, or with a distribution of its own."""
        entries: dict[str, tuple[str, Any]] = {}
        stated = self.section.get("figures", {})
        for pattern, entry in stated.items():
            path = ("figures", pattern)
            found = self._matching(pattern, self.rows, path, "no such figure in use")
            entries.update(dict.fromkeys(found, (pattern, entry)))
        for pattern in self.section.get("exact", ()):
            message = f"no figure in use is {pattern!r}"
            found = self._matching(pattern, self.rows, ("exact",), message)
            exact = [id for id in found if id not in stated]
            entries.update(dict.fromkeys(exact, (pattern, "exact")))
        default = self.section.get("default", DEFAULT)
        for id, row in self.rows.items():
            pattern, entry = entries.get(id, ("", default if _ranged(row) else "none"))
            if entry not in ("exact", "none"):
                self._parameter(id, row, entry, pattern)

    def _parameter(self, id: str, row: FigureRow, entry: Any, pattern: str) -> None:
        """Add a parameter; `pattern` names its entry in the section, empty if none exists."""
        path = ("figures", pattern or id)
        moves = isinstance(row.value, str)
        likely = 0.0 if moves else float(row.value)
        distribution = self._distribution(path, entry, row, *natural_range(id))
        if distribution is None or distribution.support[0] == distribution.support[1] == likely:
            return
        rule = _last(id) in ROTATION or (id.startswith("kind.") and id.split(".")[2] in ROTATION)
        stated = entry if isinstance(entry, Mapping) else {}
        origin = {"basis": "assumption", **stated} if stated else _provenance(row)
        self._add(
            id, distribution, likely, "months moved" if moves else row.unit,
            "presence" if is_presence(id) else "capacity",
            moves or rule or id.startswith("cost."), (id,), origin,
            "scenario" if pattern else "data",
        )  # fmt: skip

    def _stated(self, path: Path_, entry: Any, row: FigureRow | None) -> Distribution | None:
        """Return the distribution of an entry; a name alone takes the range of the parameter."""
        if isinstance(entry, Mapping):
            return parse_distribution({k: v for k, v in entry.items() if k not in PROVENANCE})
        if row is None or (row.low is None and row.high is None):
            self.complain(path, f"has no low and high: give {entry} its parameters")
            return None
        if _last(row.id) == MANNED and entry == DEFAULT:
            return _ceiling(float(row.low or 0.0), float(row.high or row.value))
        cls = family(entry)
        if isinstance(row.value, str):
            low, likely, high = (
                Month.parse(str(end or row.value)).ordinal for end in (row.low, row.value, row.high)
            )
            whole = low < high
            return whole_months(cls, low - likely, high - likely) if whole else Discrete((0.0,))
        ends = [row.value if end is None else end for end in (row.low, row.high)]
        return cls.from_range(float(ends[0]), float(row.value), float(ends[1]))

    def _distribution(
        self, path: Path_, entry: Any, row: FigureRow | None, floor: float, ceiling: float
    ) -> Distribution | None:
        """Return the distribution of an entry, cut to a range; complain if it is beyond."""
        distribution = self._stated(path, entry, row)
        if distribution is None:
            return None
        distribution = distribution.clipped(floor, ceiling)
        low, high = distribution.support
        if low < floor or high > ceiling:
            expected = (
                f"at least {floor:g}" if ceiling == np.inf else f"from {floor:g} to {ceiling:g}"
            )
            self.complain(path, f"expected values {expected}, found {low:g} to {high:g}")
            return None
        if wrong := distribution.faults():
            self.complain(path, "; ".join(wrong))
            return None
        return distribution

    def _lines(self, section: str, id: str) -> list[str]:
        """Return the demands in use that an id stands for."""
        inputs = self.scenario.inputs
        in_use = {row.id: row for row in self.compiled.demands}
        package = inputs.packages.get(id)
        if package is not None and (id in inputs.demands or id in inputs.missions):
            other = "demand" if id in inputs.demands else "mission"
            message = f"may mean the package or the {other} {id!r}: give one of them another id"
            self.complain((section, id), message)
            return []
        if package is not None:
            found = [name for name in package.demands if name in in_use]
        elif id in in_use:
            found = [id]
        elif lines := [name for name, row in in_use.items() if getattr(row, "part_of", "") == id]:
            found = lines
        else:
            found = [row.id for row in in_use.values() if row.mission == id]
            if section == "decided":
                study = [name for name in found if inputs.demands[name].standing == "study"]
                found = study or found
            elif section == "extended":
                found = self._longest(found)
        if not found:
            known = [*in_use, *{row.mission for row in in_use.values()}, *inputs.packages]
            self.complain(
                (section, id), f"no demand in use is or belongs to {id!r}{nearest(id, known)}"
            )
        return found

    def _longest(self, lines: Sequence[str]) -> list[str]:
        """Return the demands that last until the end of the longest of them."""
        last = {row.id: row.last for row in self.compiled.demands if row.id in lines}
        return [name for name in lines if last[name] == max(last.values())]

    def _missions(self) -> None:
        """Add the chances that mandates are prolonged or end early, where missions state them."""
        if self.section.get("default") == "none":
            return
        for mission in self.scenario.inputs.missions.values():
            rows = [row.id for row in self.compiled.demands if row.mission == mission.id]
            for name, direction in EVENTS.items():
                event = getattr(mission, name, None)
                if event is None or not rows or not event.chance:
                    continue
                given = {"chance": event.chance, "yes": direction * event.months}
                targets = tuple(f"demand.{line}.last" for line in self._longest(rows))
                self._add(
                    f"{name}.{mission.id}", parse_distribution({"bernoulli": given}), 0.0,
                    "months moved", "capacity", True, targets, _provenance(event.origin), "data",
                )  # fmt: skip

    def _event(self, section: str, id: str, entry: Any) -> None:
        """Add a decision, an extension, a start that moves, or a size."""
        lines = self._lines(section, id)
        if not lines:
            return
        path = (section, id)
        if section == "decided":
            distribution = parse_distribution({"bernoulli": {"chance": entry["chance"]}})
            likely, unit, name = 1.0, "yes or no", "cap"
        elif section == "extended":
            given = {"chance": entry["chance"], "yes": entry["months"]}
            distribution = parse_distribution({"bernoulli": given})
            likely, unit, name = 0.0, "months moved", "last"
        else:
            size = section == "sizes"
            found = self._distribution(path, entry, None, 0.0 if size else -np.inf, np.inf)
            if found is None:
                return
            distribution = found
            likely, unit, name = (1.0, "factor", "cap") if size else (0.0, "months moved", "first")
        targets = tuple(f"demand.{line}.{name}" for line in lines)
        self._add(
            ".".join(path), distribution, likely, unit, "capacity", name != "cap", targets, entry
        )

    def _shared(self, id: str, entry: Any) -> None:
        """Add a cause that several parameters have in common."""
        path = ("shared", id)
        numbers = [name for name, row in self.rows.items() if not isinstance(row.value, str)]
        targets: dict[str, None] = {}
        for pattern in entry["figures"]:
            message = f"no figure in use is {pattern!r}"
            targets |= dict.fromkeys(self._matching(pattern, numbers, path, message))
        distribution = self._distribution(path, entry["times"], None, 0.0, np.inf)
        if distribution is None or not targets:
            return
        rules = [t for t in targets if _last(t) in ROTATION or t.startswith(("kind.", "cost."))]
        presence = [t for t in targets if is_presence(t)]
        layer = "presence" if len(presence) == len(targets) else "capacity"
        structural = any(not is_presence(t) for t in rules)
        self._add(
            ".".join(path), distribution, 1.0, "factor", layer, structural, tuple(targets), entry
        )

    def _add(
        self, id: str, distribution: Distribution, likely: float, unit: str, layer: str,
        structural: bool, targets: tuple[str, ...], origin: Mapping[str, Any],
        said_in: str = "scenario",
    ) -> None:  # fmt: skip
        given = {name: origin[name] for name in PROVENANCE if name in origin}
        self.factors[id] = Factor(
            id, distribution, likely, unit, layer, structural, targets, said_in=said_in, **given
        )

    def _rank(self, ids: list[str]) -> Floats:
        """Return the matrix of rank correlations; complain where it cannot be."""
        rank = np.eye(len(ids))
        index = {id: k for k, id in enumerate(ids)}
        for number, entry in enumerate(self.section.get("correlations", ())):
            chosen: dict[str, None] = {}
            path = ("correlations", number)
            for pattern in entry["figures"]:
                message = f"nothing drawn is {pattern!r}"
                chosen |= dict.fromkeys(self._matching(pattern, ids, path, message))
            if len(chosen) == 1:
                message = f"expected at least two that are drawn, found {next(iter(chosen))} alone"
                self.complain(path, message)
            for one in chosen:
                for other in chosen:
                    if one != other:
                        rank[index[one], index[other]] = entry["rank"]
        tied = np.flatnonzero((rank - np.eye(len(rank))).any(axis=1))
        if len(tied):
            part = _normal_correlation(rank[np.ix_(tied, tied)])
            if message := not_possible(part, [ids[k] for k in tied]):
                self.complain(("correlations",), message)
        return rank


def _ceiling(low: float, high: float) -> Distribution:
    """Return the distribution of the share of a ceiling that is used.

    Examples
    --------
    >>> _ceiling(0.5, 1.0).words()
    'discrete: values 0.5, 0.6, 0.7, 0.8, 0.9, 1; chances 0.06, 0.06, 0.06, 0.06, 0.06, 0.7'
    """
    values = np.linspace(low, high, SHORT_OF_FULL + 1).round(9).tolist()
    rest = round((1 - IN_FULL) / SHORT_OF_FULL, 9)
    return Discrete(tuple(values), (*[rest] * SHORT_OF_FULL, IN_FULL))


def _provenance(record: Any) -> dict[str, Any]:
    """Return the provenance of a parameter by name."""
    return {name: getattr(record, name) for name in PROVENANCE if hasattr(record, name)}


def _last(id: str) -> str:
    return id.rsplit(".", 1)[-1]


def _ranged(row: FigureRow) -> bool:
    """Whether a parameter has a low or a high that is not its value."""
    return any(end is not None and end != row.value for end in (row.low, row.high))


def _fault(scenario: Scenario, path: Path_, message: str) -> Fault:
    """Return a fault at the place in a scenario, or in one that it extends."""
    field = ".".join(map(str, path))
    for length in range(len(path), 0, -1):
        for layer in reversed(scenario.layers):
            if path[:length] in layer.positions:
                place = layer.positions[path[:length]]
                return Fault(layer.file, place.line, place.column, field, message)
    return Fault(scenario.name, 0, 0, field, message)


def natural_range(id: str) -> tuple[float, float]:
    """Return the smallest and the largest value that a parameter can have, by its id."""
    parts = id.split("@")[0].split(".")
    if id.startswith("demand.") and parts[-1] in ("first", "last"):
        return -np.inf, np.inf
    if id.startswith("package.") or (id.startswith("strengths.") and parts[-1] == "add"):
        return -np.inf, np.inf
    if parts[-1] in SHARES:
        return 0.0, 1.0
    return (1.0 if "tour" in parts[2:] else 0.0), np.inf


def pearson_of(rank: float) -> float:
    """Return the correlation of normals that gives a rank correlation.

    Examples
    --------
    >>> round(pearson_of(0.5), 6), round(pearson_of(-1.0), 9)
    (0.517638, -1.0)
    """
    return float(np.clip(2 * np.sin(np.pi * rank / 6), -1.0, 1.0))


def _normal_correlation(rank: Floats) -> Floats:
    """Return the correlations of the normals behind rank correlations."""
    pearson = np.vectorize(pearson_of, otypes=[float])(rank) if len(rank) else rank.copy()
    np.fill_diagonal(pearson, 1.0)
    return pearson


def not_possible(matrix: Floats, names: Sequence[str]) -> str:
    """Return why a correlation matrix is impossible, in words; empty if it is possible.

    A matrix of correlations must be positive semi-definite; the message names the factors that
    weigh most in the direction in which it is not, and by how much all correlations must be
    lowered.
    """
    values, vectors = np.linalg.eigh(matrix)
    if not len(values) or values[0] >= NEGATIVE:
        return ""
    weight = np.abs(vectors[:, 0])
    heavy = [names[k] for k in np.argsort(-weight, kind="stable") if weight[k] > 0.1][:4]
    lowest = float(np.linalg.eigvalsh(matrix - np.eye(len(matrix)))[0])
    factor = float(np.floor(100 / max(-lowest, 1.0)) / 100)
    return (
        f"these correlations contradict each other (smallest eigenvalue {values[0]:.3g}, expected "
        f"at least 0), above all those of {', '.join(heavy)}; "
        f"multiplied by {factor:.2f} they would do"
    )


def factor_of(matrix: Floats) -> Floats:
    """Return a lower triangular L with L Lᵀ = matrix, also where the matrix is only just possible.

    Row k of L uses the first k + 1 normals only, so that factors drawn first do not depend on
    factors drawn later.
    """
    size = len(matrix)
    root = np.zeros((size, size))
    for k in range(size):
        root[k, k] = np.sqrt(max(matrix[k, k] - root[k, :k] @ root[k, :k], 0.0))
        if root[k, k] > PIVOT:
            below = matrix[k + 1 :, k] - root[k + 1 :, :k] @ root[k, :k]
            root[k + 1 :, k] = below / root[k, k]
        else:
            root[k, k] = 0.0
    return root


def correlate(points: Floats, root: Floats) -> Floats:
    """Return uniform points with the dependence of `root`, from independent ones.

    Parameters
    ----------
    points : ndarray (draws, factors)
        Uniform in (0, 1), independent.
    root : ndarray (factors, factors)
        From :func:`factor_of`.
    """
    from scipy import special

    normal = special.ndtri(points)
    mixed = np.zeros_like(normal)
    for k in range(len(root)):  # in a fixed order, so that no draw depends on their number
        for j in np.flatnonzero(root[k]):
            mixed[:, k] += root[k, j] * normal[:, j]
    return np.asarray(special.ndtr(mixed))
