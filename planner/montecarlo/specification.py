"""The specification of a simulation: a scenario, its factors, its draws, their solution.

A specification is a small value that any process can be handed; a batch is a few blocks of draws.
The records of a batch depend on the specification and the number of the batch, and on nothing else.
Its metadata say the same in plain values, enough to read stored draws without the scenario.

A factor sets a parameter, multiplies parameters, or moves months.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from planner.compile.build import counting_demands
from planner.compile.tables import DemandRow
from planner.digest import digest
from planner.errors import Fault, InputError, ResultError, gathered
from planner.montecarlo.design import Design, DrawBlock
from planner.montecarlo.instances import Formulation, Instance
from planner.montecarlo.parameters import Factor, Uncertain, natural_range
from planner.montecarlo.plans import Presence, streams_of
from planner.montecarlo.records import WHOLE, Axes, Quantities, Records
from planner.montecarlo.structure import Code, Hint, Plans, Structure
from planner.results.result import hash_files, versions

if TYPE_CHECKING:
    from planner.solution import Solution

__all__ = ["FORMAT", "Effects", "RunMetadata", "Specification", "Stop"]

Floats = NDArray[np.float64]

FORMAT = "planner-ensemble/2"

MONTHLY = 20_000
"""Draws up to which people by pool and month are kept unless asked otherwise, and the first draws
whose people present are kept month by month in any case."""

TIMES = ("sizes.", "decided.", "shared.")
"""Beginnings of the ids of factors that multiply their targets."""


class Effects:
    """What the factors of a scenario do to its parameters.

    Parameters
    ----------
    uncertain : Uncertain
    """

    def __init__(self, uncertain: Uncertain):
        self.uncertain = uncertain
        self.rows = {row.id: row for row in uncertain.compiled.figures}

    @cached_property
    def structural(self) -> NDArray[np.bool_]:
        """Factors that change the structure, (factors,)."""
        return np.array(
            [one.structural and one.layer == "capacity" for one in self.uncertain.factors],
            dtype=bool,
        )

    @cached_property
    def _by_figure(self) -> dict[str, list[tuple[int, Factor]]]:
        """Factors by the parameter they change, in their order."""
        found: dict[str, list[tuple[int, Factor]]] = {}
        for place, one in enumerate(self.uncertain.factors):
            for target in one.targets:
                found.setdefault(target, []).append((place, one))
        return found

    def figures(self, values: Floats) -> dict[str, Floats]:
        """Return every parameter that a draw changes, draw by draw.

        Parameters
        ----------
        values : ndarray (draws, factors)

        Returns
        -------
        dict of str to ndarray (draws,)
            Values by parameter id, months as how many months they move; what
            :func:`planner.compile.compile_scenario` takes as its `figures`.
        """
        return {id: self._figure(id, factors, values) for id, factors in self._by_figure.items()}

    def _figure(self, id: str, factors: list[tuple[int, Factor]], values: Floats) -> Floats:
        """Return one parameter: set first, then multiplied; or the sum of what months move."""
        row = self.rows.get(id)
        likely = row.value if row is not None else 0.0
        moved = isinstance(likely, str)
        found = np.full(len(values), 0.0 if moved else float(likely))
        for place, one in factors:
            if one.id == id and not moved:
                found = values[:, place]
        for place, one in factors:
            if moved:
                found = found + np.rint(values[:, place])
            elif one.id.startswith(TIMES):
                found = found * values[:, place]
        return np.asarray(found if moved else np.clip(found, *natural_range(id)))

    @cached_property
    def structural_figures(self) -> tuple[str, ...]:
        """Parameters that decide the structure, of those that are drawn."""
        structural = self.structural
        return tuple(
            id
            for id, factors in self._by_figure.items()
            if any(structural[place] for place, _ in factors)
        )

    def groups(self, figures: Mapping[str, Floats], draws: int) -> list[NDArray[np.int64]]:
        """Return the draws of each structure, in order of their first draw."""
        if not self.structural_figures:
            return [np.arange(draws)]
        table = np.stack([figures[id] for id in self.structural_figures], axis=1)
        _, first, which = np.unique(table, axis=0, return_index=True, return_inverse=True)
        which = np.asarray(which).ravel()
        return [np.flatnonzero(which == k) for k in np.argsort(first)]


@dataclass(frozen=True, eq=False)
class Specification:
    """What is simulated.

    Attributes
    ----------
    uncertain : Uncertain
        The scenario with its factors.
    rule : str
    packages : tuple of str
        Packages whose displacement is wanted.
    design : Design
    monthly : bool
        Whether people by pool and month are kept for every draw.
    """

    uncertain: Uncertain
    rule: str
    packages: tuple[str, ...]
    design: Design
    monthly: bool = True

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what is made again where it is needed."""
        kept = ("uncertain", "rule", "packages", "design", "monthly")
        return {name: getattr(self, name) for name in kept}

    @cached_property
    def digest(self) -> str:
        """``sha256:`` of everything that decides the draws and their records."""
        design = vars(self.design)
        return digest(
            [FORMAT, self.uncertain.digest, self.rule, self.packages, design, self.monthly]
        )

    @cached_property
    def effects(self) -> Effects:
        """What the factors do to parameters."""
        return Effects(self.uncertain)

    @cached_property
    def demands(self) -> tuple[DemandRow, ...]:
        """Every demand that counts in some draw, at its likely figures."""
        return counting_demands(self.uncertain.scenario)

    @cached_property
    def axes(self) -> Axes:
        """What the axes of records stand for."""
        compiled = self.uncertain.compiled
        pools = list(compiled.problem.pools)
        place = {name: k for k, name in enumerate(pools)}
        lines = [(k, place[p]) for k, row in enumerate(self.demands) for p in row.pools]
        first, last = compiled.problem.report
        return Axes(
            factors=self.uncertain.ids,
            demands=tuple(row.id for row in self.demands),
            pools=tuple(pools),
            lines=tuple(lines),
            bounds=tuple(self.uncertain.scenario.inputs.bounds),
            packages=self.packages,
            months=tuple(str(compiled.month(k)) for k in range(first, last + 1)),
        )

    @cached_property
    def formulation(self) -> Formulation:
        """The lines of demand, and what parameters they take."""
        return Formulation(self.uncertain.scenario)

    @cached_property
    def presence(self) -> Presence:
        """Who of the people planned is present."""
        return Presence(self.formulation, self.uncertain)

    @cached_property
    def _hint(self) -> Hint | None:
        """A plan at likely values, which shortens the search under *value*."""
        if self.rule != "value":
            return None
        likely = next(self.formulation.instances({}, [np.zeros(1, dtype=np.int64)]))
        alone = Structure.formulated(likely.frame, likely.layout, "value", None, likely.problem)
        return alone.hint(likely.numbers)

    def values(self, blocks: Sequence[DrawBlock]) -> Floats:
        """Return factor values, (draws of the blocks, factors)."""
        factors = self.uncertain.factors
        shared = self.uncertain.shared if self.design.share > 1 else 0
        return self.uncertain.values(self.design.points(blocks, shared, len(factors) - shared))

    def solve(self, batch: int) -> Records:
        """Return the records of one batch, in the order of its draws."""
        blocks = [block for block in self.design.batch(batch) if block.size]
        people = self.monthly or self.design.batch(batch)[0].first < MONTHLY
        if not blocks:
            return Records.empty(self.axes, 0, self.monthly, people)
        streams = [
            streams_of(self.design.seed, one.replicate, range(one.begin, one.begin + one.size))
            for one in blocks
        ]
        records = self.solve_values(self.values(blocks), np.concatenate(streams), people)
        size = [block.size for block in blocks]
        numbers = {
            "draw": np.concatenate([one.first + np.arange(one.size) for one in blocks]),
            "replicate": np.repeat([one.replicate for one in blocks], size),
            "round": np.repeat([one.round for one in blocks], size),
        }
        return replace(records, **numbers)

    def instances(self, figures: Mapping[str, Floats], draws: int) -> Iterator[Instance]:
        """Yield the formulated problems of some draws, those that share a structure together."""
        return self.formulation.instances(figures, self.effects.groups(figures, draws))

    def solve_values(
        self, values: Floats, streams: NDArray[np.uint64] | None = None, people: bool = False
    ) -> Records:
        """Return records of any factor values, (draws, factors), in their order.

        Without random `streams` of their own, all draws have the same. With `people`, people
        present are kept by month.
        """
        figures = self.effects.figures(values)
        records = Records.empty(self.axes, len(values), self.monthly, people)
        records.values[:] = values
        chances = self.presence.chances(figures, len(values))
        if streams is None:
            streams = np.zeros(len(values), dtype=np.uint64)
        for made in self.instances(figures, len(values)):
            plans = self.structure(made).solve(
                made.numbers.caps, made.numbers.strengths, self.packages, least=made.numbers.least,
                most=made.numbers.most, amounts=made.numbers.amounts,
            )  # fmt: skip
            present = self.presence.present(
                made, plans, chances.of(made.draws, made.lines), streams[made.draws]
            )
            self._record(records, made, plans, present)
        return records

    def structure(self, made: Instance) -> Structure:
        """Return the structure of a formulated problem."""
        return Structure.formulated(made.frame, made.layout, self.rule, self._hint, made.problem)

    def solution(self, values: Floats) -> Solution:
        """Return the plans of one draw, (factors,), tour by tour.

        Raises
        ------
        SolverError
            One of the plans could not be proved.
        """
        from planner.montecarlo.structure import retrace

        made = next(self.instances(self.effects.figures(values[None]), 1))
        return retrace(self.structure(made), made.numbers, self.packages)

    def _record(self, records: Records, made: Instance, plans: Plans, present: Floats) -> None:
        """Write the plans of some draws on the axes that all structures share."""
        frame, caps, rows = made.frame, made.numbers.caps, made.draws
        first, last = frame.report
        at = np.ix_(rows, made.lines)
        records.caps[at] = caps
        records.begin[at] = np.maximum(frame.first, first) - first
        records.end[at] = np.minimum(frame.last, last) - first
        by_demand = np.ix_(rows, np.arange(1 + len(plans.without)), made.lines)
        records.filled[by_demand] = np.moveaxis(plans.filled, 0, 1)
        records.present[by_demand] = np.moveaxis(present.sum(axis=3), 0, 1)
        for code in Code:
            records.codes[rows, code] = (plans.code == code).sum(axis=0)
        records.proof[rows] = np.nan_to_num(plans.proof, nan=np.inf).max(axis=0)
        if records.served is not None:
            here = np.zeros(len(self.axes.demands), dtype=bool)
            here[made.lines] = True
            lines = np.flatnonzero(here[self.formulation.accepted.demand])
            scale = _inverse(caps[:, frame.lines.demand])
            served = np.moveaxis(plans.served * scale[None, :, :, None], 0, 1)
            records.served[np.ix_(rows, by_demand[1].ravel(), lines)] = served
        if records.attended is not None:
            share = np.moveaxis(present, 0, 1) * _inverse(caps)[:, None, :, None]
            records.attended[by_demand] = np.rint(np.nan_to_num(share) * WHOLE)


def _inverse(caps: Floats) -> Floats:
    """Return 1 ÷ cap, 0 where there is no cap."""
    return np.divide(1.0, caps, out=np.zeros_like(caps), where=caps > 0)


@dataclass(frozen=True)
class Stop:
    """What may end a run before all of its draws are made.

    Attributes
    ----------
    of : tuple of str
        Quantities whose intervals are watched, see :mod:`planner.montecarlo.records`.
    half_width : float or None
        The run ends once half the width of every interval is no more than this, in the unit of
        the quantity; of a relative one, as a share of its mean.
    relative : bool
    time_limit : float or None
        Seconds after which no more batches are begun.
    """

    of: tuple[str, ...] = ()
    half_width: float | None = None
    relative: bool = False
    time_limit: float | None = None

    @classmethod
    def of_options(
        cls,
        of: str | Sequence[str] | None,
        half_width: float | str | None,
        time_limit: float | None,
    ) -> Stop:
        """Return what options say: one quantity or several, a size, or a share such as ``"5%"``.

        Examples
        --------
        >>> Stop.of_options("fill", "5%", None)
        Stop(of=('fill',), half_width=0.05, relative=True, time_limit=None)
        """
        names = (of,) if isinstance(of, str) else tuple(of or ())
        relative = isinstance(half_width, str) and half_width.strip().endswith("%")
        size: float | None = None
        if half_width is not None:
            try:
                size = float(str(half_width).strip().removesuffix("%")) / (100 if relative else 1)
            except ValueError:
                raise InputError(
                    f"half_width: expected a number, or a share of the mean such as 5%, found "
                    f"{half_width!r}"
                ) from None
        return cls(names, size, relative, time_limit)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Stop:
        """Return what ``vars`` gave, after JSON."""
        return cls(**{**data, "of": tuple(data["of"])})

    @property
    def wanted(self) -> str:
        """The half-width asked for, in words: ``25``, ``5 %``."""
        if self.half_width is None:
            return ""
        return f"{100 * self.half_width:g} %" if self.relative else f"{self.half_width:g}"

    def check(self, quantities: Quantities) -> None:
        """Raise InputError with everything wrong in it."""
        wrong = []
        if bool(self.of) != (self.half_width is not None):
            wrong.append("half_width and of: expected both or neither: what is to be so narrow?")
        if self.half_width is not None and not 0 < self.half_width < np.inf:
            wrong.append(f"half_width: expected more than 0, found {self.half_width}")
        if self.time_limit is not None and not self.time_limit > 0:
            wrong.append(f"time_limit: expected more than 0 seconds, found {self.time_limit}")
        faults: list[Fault | str] = [*wrong]
        for name in self.of:
            with gathered(faults):
                quantities.check(name)
        if faults:
            raise InputError(faults)


LABELS = (
    "mission", "mission_name", "mission_name_nl", "name", "name_nl", "region", "category",
    "organisation", "main_task", "tier", "kind", "status", "package",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class RunMetadata:
    """What a run is about, in plain values.

    Attributes
    ----------
    digest : str
        Of everything that decides the draws and their records.
    scenario : mapping
        name, title, title_nl and digest.
    window : mapping
        first and last month.
    rule : str
    design : Design
    monthly : bool
        Whether people by pool and month are kept.
    axes : Axes
    factors : tuple of mapping
        Layer, basis, unit, likely value and distribution of each factor, in the order of the axes.
    shared : int
        How many factors, the first ones, are rules that the draws of a block share.
    labels : mapping of str to tuple
        Names of each demand and the groups it belongs to, in the order of the axes.
    titles : mapping of str to (str, str)
        English and Dutch title of each package.
    inputs : tuple of mapping
        Input files with their hashes.
    versions : mapping
    """

    digest: str
    scenario: Mapping[str, str]
    window: Mapping[str, str]
    rule: str
    design: Design
    monthly: bool
    axes: Axes
    factors: tuple[Mapping[str, Any], ...]
    shared: int
    labels: Mapping[str, tuple[Any, ...]]
    titles: Mapping[str, tuple[str, str]]
    inputs: tuple[Mapping[str, Any], ...]
    versions: Mapping[str, str]

    @classmethod
    def of(cls, specification: Specification) -> RunMetadata:
        """Return the metadata of a specification."""
        scenario, inputs = specification.uncertain.scenario, specification.uncertain.scenario.inputs
        texts = ("name", "title", "title_nl", "digest")
        packages = {name: inputs.packages[name] for name in specification.packages}
        return cls(
            digest=specification.digest,
            scenario={text: getattr(scenario, text) for text in texts},
            window={"first": str(inputs.first), "last": str(inputs.last)},
            rule=specification.rule,
            design=specification.design,
            monthly=specification.monthly,
            axes=specification.axes,
            factors=tuple(
                {
                    "layer": one.layer,
                    "basis": one.basis,
                    "unit": one.unit,
                    "likely": one.likely,
                    "distribution": one.distribution.words(),
                }
                for one in specification.uncertain.factors
            ),
            shared=specification.uncertain.shared,
            labels={
                name: tuple(getattr(row, name) for row in specification.demands) for name in LABELS
            },
            titles={id: (one.title, one.title_nl) for id, one in packages.items()},
            inputs=hash_files(scenario.files),
            versions=versions(),
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return {"format": FORMAT, **dataclasses.asdict(self)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> RunMetadata:
        """Return what :meth:`as_dict` gave, after JSON; ResultError if it is something else."""
        try:
            given = {field.name: data[field.name] for field in dataclasses.fields(cls)}
            axes = {name: tuple(value) for name, value in given["axes"].items()}
            axes["lines"] = tuple((int(a), int(b)) for a, b in axes["lines"])
            given["axes"] = Axes(**axes)
            given["design"] = Design(**given["design"])
            given["labels"] = {name: tuple(value) for name, value in given["labels"].items()}
            given["titles"] = {id: (one[0], one[1]) for id, one in given["titles"].items()}
            tuples = {name: tuple(given[name]) for name in ("inputs", "factors")}
            return cls(**{**given, **tuples})
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise ResultError(f"not the metadata of a simulation: {error!r}") from None

    @cached_property
    def quantities(self) -> Quantities:
        """The quantities of the run, by name."""
        labels = self.labels
        return Quantities(self.axes, labels["mission"], labels["package"], labels["main_task"])

    def label(self, key: str) -> NDArray[np.object_]:
        """Return the group of each demand under a key, (demands,)."""
        if key == "demand":
            return np.array(self.axes.demands, dtype=object)
        return np.array(self.labels[key], dtype=object)

    @property
    def task(self) -> NDArray[np.int64]:
        """Main task of each demand."""
        return np.array(self.labels["main_task"], dtype=np.int64)
