"""The specification of a simulation: a scenario, its factors, its draws, their solution.

A specification is a small value that any process can be handed; a batch is a few blocks of draws.
The records of a batch depend on the specification and the number of the batch, and on nothing else.
Its metadata say the same in plain values, enough to read stored draws without the scenario.

A factor sets a parameter, multiplies parameters, or moves months. The effect on numbers of people
is computed for all draws at once, by the same functions that compile a scenario; the effect on
tours and months is left to the compiler, once for every instance.
"""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from planner.compile.build import compile_scenario, counting_demands
from planner.compile.strengths import levels
from planner.compile.tables import Compiled, DemandRow
from planner.digest import digest
from planner.errors import Fault, InputError, ResultError, gathered
from planner.montecarlo.design import Block, Design
from planner.montecarlo.parameters import Factor, Uncertain, natural_range
from planner.montecarlo.presence import Presence, streams_of
from planner.montecarlo.records import WHOLE, Axes, Quantities, Records
from planner.montecarlo.structure import Code, Plans, Structure
from planner.results.manifest import hash_files, versions
from planner.scenario.inputs import Figure

if TYPE_CHECKING:
    from planner.solution import Solution

__all__ = ["FORMAT", "Effects", "Numbers", "RunMetadata", "Specification", "Stop"]

Floats = NDArray[np.float64]

FORMAT = "planner-ensemble/1"

MONTHLY = 20_000
"""Draws up to which people by pool and month are kept unless asked otherwise, and the first draws
whose people present are kept month by month in any case."""

KEPT = 32
"""Instances that a process keeps."""


TIMES = ("sizes.", "decided.", "shared.")
"""Beginnings of the ids of factors that multiply their targets."""


@dataclass(frozen=True, eq=False)
class Numbers:
    """What draws of one structure are solved with; see :meth:`Structure.solve`.

    Attributes
    ----------
    caps : ndarray (draws, demands)
        Persons.
    strengths : ndarray (draws, pools, months of the model)
        Persons.
    least, most : ndarray (draws, bounds) or None
        Persons; NaN where there is none. None where no draw changes any.
    amounts : ndarray (draws, budgets) or None
        Euros.
    """

    caps: Floats
    strengths: Floats
    least: Floats | None
    most: Floats | None
    amounts: Floats | None


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

    def structure(self, figures: Mapping[str, Floats], draw: int) -> dict[str, float]:
        """Return the parameters that make the structure of a draw, by id."""
        return {id: float(figures[id][draw]) for id in self.structural_figures}

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

    def numbers(
        self, compiled: Compiled, figures: Mapping[str, Floats], draws: NDArray[np.int64]
    ) -> Numbers:
        """Return caps, strengths, bounds and money of some draws of one structure."""
        inputs, problem = self.uncertain.scenario.inputs, compiled.problem

        def column(id: str, likely: float) -> Floats:
            return figures[id][draws] if id in figures else np.full(len(draws), likely)

        def take(id: str, figure: Figure, unit: str) -> Floats:
            return figures[id][draws][:, None] if id in figures else np.array([[figure.value]])

        caps = [column(f"demand.{one.id}.cap", one.cap) for one in problem.demands]
        people, _ = levels(inputs, compiled.first_month, problem.months, take)
        shape = (len(draws), problem.months)
        strengths = [np.broadcast_to(people[name], shape) for name in problem.pools]
        return Numbers(
            _stacked(caps, len(draws)),
            np.stack(strengths, axis=1) if strengths else np.zeros((len(draws), 0, shape[1])),
            self._bounds("min", compiled, figures, draws),
            self._bounds("max", compiled, figures, draws),
            self._amounts(compiled, figures, draws),
        )

    def _bounds(
        self, side: str, compiled: Compiled, figures: Mapping[str, Floats], draws: NDArray[np.int64]
    ) -> Floats | None:
        ids = {row.id for row in compiled.demands}
        inputs = self.uncertain.scenario.inputs
        in_use = [one.id for one in inputs.bounds.values() if ids.intersection(one.demands)]
        if not any(f"bound.{id}.{side}" in figures for id in in_use):
            return None
        columns = []
        for id, bound in zip(in_use, compiled.problem.bounds, strict=True):
            likely = getattr(bound, side)
            drawn = figures.get(f"bound.{id}.{side}")
            nothing = np.full(len(draws), np.nan if likely is None else likely)
            columns.append(nothing if drawn is None else drawn[draws])
        return _stacked(columns, len(draws))

    def _amounts(
        self, compiled: Compiled, figures: Mapping[str, Floats], draws: NDArray[np.int64]
    ) -> Floats | None:
        columns, changed = [], False
        for budget in compiled.problem.budgets:
            fund, _, year = budget.id.rpartition("-")
            drawn = figures.get(f"budget.{fund}.{year}")
            changed |= drawn is not None
            columns.append(
                np.full(len(draws), budget.amount)
                if drawn is None
                else drawn[draws] * ((budget.last - budget.first + 1) / 12)
            )
        return _stacked(columns, len(draws)) if changed else None


def _stacked(columns: list[Floats], draws: int) -> Floats:
    return np.stack(columns, axis=1) if columns else np.zeros((draws, 0))


@dataclass(frozen=True, eq=False)
class Instance:
    """A compiled instance: its problem, how it is solved, and the presence of its people."""

    compiled: Compiled
    structure: Structure
    presence: Presence


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
    _structures: OrderedDict[tuple[float, ...], Instance] = field(
        default_factory=OrderedDict, repr=False
    )

    def __getstate__(self) -> dict[str, Any]:
        """Leave compiled instances out: they are made again where needed."""
        kept = ("uncertain", "rule", "packages", "design", "monthly")
        return {**{name: getattr(self, name) for name in kept}, "_structures": OrderedDict()}

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

    def values(self, block: Block) -> Floats:
        """Return factor values, (draws of the block, factors)."""
        shared = self.uncertain.shared
        own = len(self.uncertain.factors) - shared
        return self.uncertain.values(self.design.points(block, shared, own))

    def solve(self, batch: int) -> Records:
        """Return the records of one batch."""
        blocks = [block for block in self.design.batch(batch) if block.size]
        people = self.monthly or self.design.batch(batch)[0].first < MONTHLY
        if not blocks:
            return Records.empty(self.axes, 0, self.monthly, people)
        return Records.join([self.solve_block(block, people) for block in blocks])

    def solve_block(self, block: Block, people: bool = False) -> Records:
        """Return the records of one block, in the order of its draws; with `people`, by month."""
        values = self.values(block)
        places = range(block.begin, block.begin + block.size)
        streams = streams_of(self.design.seed, block.replicate, places)
        records = self.solve_values(values, streams, people)
        draw = block.first + np.arange(block.size)
        return replace(
            records,
            draw=draw,
            replicate=np.full(block.size, block.replicate, dtype=np.int64),
            round=np.full(block.size, block.round, dtype=np.int64),
        )

    def solve_values(
        self, values: Floats, streams: NDArray[np.uint64] | None = None, people: bool = False
    ) -> Records:
        """Return records of any factor values, (draws, factors), in their order.

        Without random `streams` of their own, all draws have the same.
        """
        effects = self.effects
        figures = effects.figures(values)
        parts, order = [], []
        for draws in effects.groups(figures, len(values)):
            made = self.structure(effects.structure(figures, int(draws[0])))
            compiled, structure = made.compiled, made.structure
            numbers = effects.numbers(compiled, figures, draws)
            plans = structure.solve(
                numbers.caps, numbers.strengths, self.packages,
                least=numbers.least, most=numbers.most, amounts=numbers.amounts,
            )  # fmt: skip
            chances = made.presence.chances(figures, draws)
            own = np.zeros(len(draws), dtype=np.uint64) if streams is None else streams[draws]
            present = made.presence.present(plans, chances, own)
            parts.append(
                self._record(compiled, plans, numbers.caps, values[draws], present, people)
            )
            order.append(draws)
        joined = Records.join(parts)
        return joined.take(np.argsort(np.concatenate(order)))

    def solution(self, values: Floats) -> Solution:
        """Return the plans of one draw, (factors,), tour by tour.

        Raises
        ------
        SolverError
            One of the plans could not be proved.
        """
        from planner.montecarlo.retrace import retrace

        figures, alone = self.effects.figures(values[None]), np.zeros(1, dtype=np.int64)
        made = self.structure(self.effects.structure(figures, 0))
        found = self.effects.numbers(made.compiled, figures, alone)
        return retrace(
            made.structure, found.caps, found.strengths, self.packages,
            least=found.least, most=found.most, amounts=found.amounts,
        )  # fmt: skip

    def structure(self, figures: dict[str, float]) -> Instance:
        """Return the instance of some structural parameters, kept or compiled anew."""
        key = tuple(figures.values())
        kept = self._structures
        if key in kept:
            kept.move_to_end(key)
            return kept[key]
        compiled = compile_scenario(self.uncertain.scenario, figures, drawn=True)
        structure = Structure(compiled.problem, self.rule)
        made = Instance(compiled, structure, Presence(self, compiled, structure))
        kept[key] = made
        if len(kept) > KEPT:
            kept.popitem(last=False)
        return made

    def _record(
        self,
        compiled: Compiled,
        plans: Plans,
        caps: Floats,
        values: Floats,
        present: Floats,
        people: bool,
    ) -> Records:
        """Return plans on the axes that all structures share."""
        axes, problem, draws = self.axes, compiled.problem, len(caps)
        place = {id: k for k, id in enumerate(axes.demands)}
        where = np.array([place[one.id] for one in problem.demands], dtype=np.int64)
        first, last = problem.report
        records = Records.empty(axes, draws, self.monthly, people)
        records.values[:] = values
        records.caps[:, where] = caps
        records.begin[:, where] = [max(one.first, first) - first for one in problem.demands]
        records.end[:, where] = [min(one.last, last) - first for one in problem.demands]
        records.filled[:, :, where] = np.moveaxis(plans.filled, 0, 1)
        records.present[:, :, where] = np.moveaxis(present.sum(axis=3), 0, 1)
        for code in Code:
            records.codes[:, code] = (plans.code == code).sum(axis=0)
        records.proof[:] = np.nan_to_num(plans.proof, nan=np.inf).max(axis=0)
        if records.served is not None:
            self._monthly(records.served, compiled, plans, caps)
        if records.attended is not None:
            share = np.moveaxis(present, 0, 1) * _inverse(caps)[:, None, :, None]
            records.attended[:, :, where] = np.rint(np.nan_to_num(share) * WHOLE)
        return records

    def _monthly(self, served: Any, compiled: Compiled, plans: Plans, caps: Floats) -> None:
        """Write people on duty by line and month, as shares of the cap."""
        place = {pair: k for k, pair in enumerate(self.axes.lines)}
        index = {id: k for k, id in enumerate(self.axes.demands)}
        lines = plans.lines
        demand = [index[compiled.problem.demands[d].id] for d in lines.demand]
        where = [place[pair] for pair in zip(demand, lines.pool.tolist(), strict=True)]
        scale = _inverse(caps[:, lines.demand])
        served[:, :, where] = np.moveaxis(plans.served * scale[None, :, :, None], 0, 1)


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
