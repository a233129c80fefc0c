"""The specification of a simulation: a scenario, its factors, its draws, their solution.

A specification is a small value that any process can be handed; a batch is a few blocks of draws.
The records of a batch depend on the specification and the number of the batch, and on nothing else.
Its metadata say the same in plain values, enough to read stored draws without the scenario.

A factor sets a parameter, multiplies parameters, or moves months.

The problems of many draws, formulated side by side from arrays of drawn parameters.

:class:`Formulation` does for all draws at once what :func:`planner.compile.compile_scenario` does
for one: months, policies and packages of every line of demand, the months of the model, strengths
month by month. Draws with models of one length are then laid out together, as one problem of
many independent blocks, and taken apart again: formulating a draw costs a few milliseconds, and no
scenario is compiled again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from planner.compile.build import (
    DemandRow,
    Sources,
    compile_scenario,
    counting_demands,
    levels,
    sources_of,
)
from planner.digest import digest
from planner.engine.programme import NEVER, Layout, ProblemArrays, independent_blocks, lay_out_table
from planner.errors import Fault, InputError, ResultError, collect_faults
from planner.montecarlo.design import Design, DrawBlock
from planner.montecarlo.parameters import Factor, Uncertain, natural_range
from planner.montecarlo.plans import Frame, Lines, Presence, streams_of
from planner.montecarlo.records import WHOLE, Axes, Quantities, Records
from planner.montecarlo.structure import Code, Hint, Numbers, Plans, Structure, retrace
from planner.months import Month
from planner.problem.model import Flags, Floats, Ints, OptionTable, Problem, Tours, months_at_home
from planner.results.result import hash_files, versions
from planner.scenario.inputs import Parameter, When

if TYPE_CHECKING:
    from planner.scenario.load import Scenario
    from planner.solution import Solution

__all__ = ["FORMAT", "Effects", "Formulation", "Instance", "RunMetadata", "Specification", "Stop"]

Drawn = Mapping[str, Floats]
"""Drawn parameters by id, (draws,); months as how many months they move."""

TOGETHER = 32
"""Draws that are laid out together: arrays of more of them no longer fit in the cache."""

FORMAT = "planner-ensemble/2"

MONTHLY = 20_000
"""Draws up to which people by pool and month are kept unless asked otherwise, and the first draws
with people present that are kept month by month in any case."""

TIMES = ("sizes.", "decided.", "shared.")
"""Beginnings of the ids of factors that multiply their targets."""

LABELS = (
    "mission", "mission_name", "mission_name_nl", "name", "name_nl", "region", "category",
    "organisation", "main_task", "tier", "kind", "status", "package",
)  # fmt: skip


class Instance(NamedTuple):
    """The formulated problem of one draw, with the numbers of all draws on its structure.

    Attributes
    ----------
    draws : ndarray of int
        Draws that have this structure; the first is the one it was formulated from.
    lines : ndarray of int (demands,)
        Lines of demand, among those of :class:`Formulation`.
    frame : Frame
    layout : Layout
    numbers : Numbers
    problem : callable
        Makes the problem of the first draw.
    """

    draws: Ints
    lines: Ints
    frame: Frame
    layout: Layout
    numbers: Numbers
    problem: Callable[[], Problem]


class Formulation:
    """All lines of demand of a scenario, and what parameters they take.

    Parameters
    ----------
    scenario : Scenario
        With everything in it that may be decided.
    """

    def __init__(self, scenario: Scenario):
        self.scenario, self.inputs = scenario, scenario.inputs
        self.sources: list[Sources] = sources_of(self.inputs)
        self.pools = list(self.inputs.pools)
        lines = [one.line for one in self.sources]
        self.ids = [line.id for line in lines]
        self.tier = np.array([line.tier for line in lines], dtype=np.int64)
        self.weight = np.array([line.weight for line in lines], dtype=float)
        self.on_call = np.array([line.on_call for line in lines], dtype=bool)
        self._parts: dict[str, list[int]] = {}
        for k, one in enumerate(self.sources):
            self._parts.setdefault(one.root, []).append(k)
        self._blocks: dict[bytes, tuple[int, Ints, Ints]] = {}

    def members(self, demands: Sequence[str]) -> list[int]:
        """Return the lines that some demands consist of."""
        return [k for name in demands for k in self._parts.get(name, ())]

    @cached_property
    def packages(self) -> dict[str, list[int]]:
        """The lines of each package that is on."""
        found = {
            one.id: self.members(one.demands) for one in self.inputs.packages.values() if one.on
        }
        return {id: members for id, members in found.items() if members}

    @cached_property
    def package(self) -> Ints:
        """The package of each line among :attr:`packages`, -1 if none exists."""
        found = np.full(len(self.sources), -1)
        for number, members in enumerate(self.packages.values()):
            found[members] = number
        return found

    @cached_property
    def bounds(self) -> list[tuple[str, list[int]]]:
        """Composition bounds that count some line, with the lines."""
        found = [(id, self.members(one.demands)) for id, one in self.inputs.bounds.items()]
        return [(id, members) for id, members in found if members]

    @cached_property
    def costs(self) -> dict[str, dict[int, tuple[str, Parameter]]]:
        """What a line costs each fund, EUR per person-year; a cost of its own takes precedence."""
        found: dict[str, dict[int, tuple[str, Parameter]]] = {}
        if not self.inputs.money:
            return found
        for k, one in enumerate(self.sources):
            for cost in sorted(self.inputs.costs, key=lambda cost: bool(cost.demand)):
                if cost.demand == one.root or (not cost.demand and cost.kind == one.line.kind):
                    what = f"demand.{cost.demand}" if cost.demand else f"kind.{cost.kind}"
                    source = (f"cost.{cost.fund}.{what}", cost.figure)
                    found.setdefault(cost.fund, {})[k] = source
        return found

    @cached_property
    def accepted(self) -> Lines:
        """Every line with every pool that it accepts."""
        return Lines.of(self.pools, [one.line.pools for one in self.sources])

    @cached_property
    def _uses(self) -> tuple[OptionTable, Ints]:
        """Sourcing options of all lines, and the place of each entry in :attr:`accepted`."""
        number = {name: k for k, name in enumerate(self.pools)}
        entries: list[tuple[Any, ...]] = []
        first = 0
        for k, one in enumerate(self.sources):
            pools = [number[name] for name in one.line.pools]
            shares: Any = one.line.shares or np.eye(len(pools)).tolist()
            entries.extend(
                (k, option, j, pools[j], row[j], 0, 0.0, one.dwell[j], first + j)
                for option, row in enumerate(shares)
                for j in sorted(range(len(pools)), key=pools.__getitem__)
                if row[j] > 0
            )
            first += len(pools)
        kinds: tuple[Any, ...] = (int, int, int, int, float, int, float, bool, int)
        columns = list(zip(*entries, strict=True)) if entries else [()] * len(kinds)
        arrays: list[Any] = [np.array(c, dtype=k) for c, k in zip(columns, kinds, strict=True)]
        return OptionTable(*arrays[:8]), arrays[8]

    @cached_property
    def _options(self) -> Ints:
        """Number of sourcing options of each line."""
        return np.array(
            [len(one.line.shares or one.line.pools) for one in self.sources], dtype=np.int64
        )

    @cached_property
    def _counted(self) -> tuple[Ints, Ints, Floats]:
        """Bounds with each of their lines, and the share of each option that counts."""
        uses, _ = self._uses
        pairs = [(b, k) for b, (_, members) in enumerate(self.bounds) for k in members]
        parts = np.zeros((len(pairs), int(self._options.max(initial=0))))
        for pair, (b, k) in enumerate(pairs):
            named = self.inputs.bounds[self.bounds[b][0]].pools
            chosen = None if named is None else [self.pools.index(name) for name in named]
            for u in np.flatnonzero(uses.demand == k):
                if chosen is None or uses.pool[u] in chosen:
                    parts[pair, uses.option[u]] += uses.share[u]
        table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        return table[:, 0], table[:, 1], parts

    def instances(self, figures: Drawn, groups: Sequence[Ints]) -> Iterator[Instance]:
        """Yield the formulated problem of each group of draws that share a structure.

        Parameters
        ----------
        figures : mapping of str to ndarray (draws,)
        groups : sequence of ndarray of int
            Draws of each group; groups come back by the length of their model.
        """
        heads = np.array([group[0] for group in groups], dtype=np.int64)
        drawn = _Lines(self, {id: values[heads] for id, values in figures.items()}, len(heads))
        for warm_up, months in sorted(set(zip(drawn.warm_up, drawn.months, strict=True))):
            same = np.flatnonzero((drawn.warm_up == warm_up) & (drawn.months == months))
            for begin in range(0, len(same), TOGETHER):
                some = same[begin : begin + TOGETHER]
                yield from self._formulate(drawn, some, figures, [groups[k] for k in some])

    def _formulate(
        self, drawn: _Lines, heads: Ints, figures: Drawn, groups: list[Ints]
    ) -> Iterator[Instance]:
        """Yield the problems of draws with models of one length."""
        first = self.inputs.first + -int(drawn.warm_up[heads[0]])
        months = int(drawn.months[heads[0]])
        chosen = np.concatenate(groups)
        given = _Given(self, figures, chosen, first, months)
        side = _SideBySide(self, drawn, heads, months, given.budgets)
        layouts = side.layouts()
        begins = np.cumsum([0, *map(len, groups)]).tolist()
        low = int(drawn.warm_up[heads[0]])
        report = (low, low + (self.inputs.last - self.inputs.first))
        for place, (group, layout) in enumerate(zip(groups, layouts, strict=True)):
            lines = np.flatnonzero(side.here[place])
            head = heads[place]
            known = drawn.known[head]
            names = list(self.packages)
            package = self.package[lines]
            frame = Frame(
                months, report, len(self.pools), int(side.bounds_here[place].sum()),
                tuple(self.ids[k] for k in lines), lines, self.tier[lines],
                drawn.lead[head, lines], drawn.first[head, lines] - first.ordinal,
                drawn.last[head, lines] - first.ordinal, self.weight[lines],
                tuple(names[p] if p >= 0 else "" for p in package.tolist()),
                {name: int(known[p]) - first.ordinal for p, name in enumerate(names)
                 if known[p] < NEVER},
                self._accepted(side.here[place]),
            )  # fmt: skip
            numbers = given.numbers(
                slice(begins[place], begins[place + 1]), lines, side.bounds_here[place]
            )
            yield Instance(
                group, lines, frame, layout, numbers, partial(self.problem, figures, int(group[0]))
            )

    def problem(self, figures: Drawn, draw: int) -> Problem:
        """Return the problem of one draw, compiled by itself."""
        own = {id: float(values[draw]) for id, values in figures.items()}
        return compile_scenario(self.scenario, own, drawn=True).problem

    def _accepted(self, here: Flags) -> Lines:
        lines = self.accepted
        rank = np.cumsum(here) - 1
        kept = here[lines.demand]
        return Lines(rank[lines.demand[kept]], lines.pool[kept])

    def blocks(self, here: Flags) -> tuple[int, Ints, Ints]:
        """Return the independent blocks of the problem with some lines only."""
        key = here.tobytes()
        if key not in self._blocks:
            lines = np.flatnonzero(here)
            rank = {k: place for place, k in enumerate(lines.tolist())}
            linked = [members for _, members in self.bounds]
            linked += [list(costs) for costs in self.costs.values()]
            self._blocks[key] = independent_blocks(
                self.pools,
                [self.sources[k].line.pools for k in lines],
                [[rank[k] for k in members if k in rank] for members in linked],
            )
        return self._blocks[key]


class _Lines:
    """Months and policies of every line in every draw, (draws, lines); months as ordinals.

    `known` is by draw and package, :data:`~planner.engine.programme.NEVER` where a package has no
    line in the model; `prep` and `home` by draw and entry of :attr:`Formulation.accepted`.
    """

    def __init__(self, form: Formulation, figures: Drawn, draws: int):
        sources, inputs = form.sources, form.inputs
        self.figures = figures

        def number(source: tuple[str, Parameter]) -> Floats:
            id, figure = source
            return figures[id] if id in figures else np.full(draws, float(figure.value))

        def month(source: tuple[str, When]) -> Ints:
            id, when = source
            moved = np.rint(figures[id]).astype(np.int64) if id in figures else 0
            return np.full(draws, when.month.ordinal, dtype=np.int64) + moved

        def columns(found: list[Any], kind: Any) -> Any:
            return np.stack(found, axis=1).astype(kind) if found else np.zeros((draws, 0), kind)

        tour = columns([number(one.tour) for one in sources], float)
        self.tour = np.maximum(np.rint(tour), 1).astype(np.int64)
        prep = columns([number(p) for one in sources for p in one.preparation], float)
        self.prep = np.rint(prep).astype(np.int64)
        self.home = columns([number(h) for one in sources for h in one.home], float)
        entry_line = form.accepted.demand
        dwell = np.array([d for one in sources for d in one.dwell], dtype=bool)
        given = np.array([one.line.cohorts or 0 for one in sources], dtype=np.int64)
        most = np.array([one.max_cohorts for one in sources], dtype=np.int64)
        self.cohorts = np.where(given, given, np.maximum(np.minimum(most, self.tour), 1))
        self.first = columns([month(one.first) for one in sources], np.int64)
        self.last = columns([month(one.last) for one in sources], np.int64)
        for k, one in enumerate(sources):
            if one.begins is not None:
                moved = month(one.begins) - one.begins[1].month.ordinal
                self.last[:, k] += moved
                if one.follows:
                    self.first[:, k] += moved
        length = self.tour[:, entry_line]
        tied = self.prep + length + months_at_home(self.home, dwell, self.prep, length)
        begins, ends = inputs.first.ordinal, inputs.last.ordinal
        runs = (self.first <= ends) & (self.last >= begins)
        longest = np.where(runs[:, entry_line], tied, 0).max(axis=1, initial=0)
        years = 12 * -(-longest // 12)

        def given_or(months: int | None, least: int) -> Ints:
            return np.maximum(years, least) if months is None else np.full(draws, months)

        self.warm_up, run_out = given_or(inputs.warm_up, 24), given_or(inputs.run_out, 12)
        self.months = self.warm_up + (ends - begins + 1) + run_out
        self.start = start = begins - self.warm_up
        self.here = (self.last >= self.first) & (self.last >= start[:, None])
        self.here &= self.first < (start + self.months)[:, None]
        self.lead = np.zeros(self.tour.shape, dtype=np.int64)
        _at(np.maximum, self.lead, entry_line, self.prep)
        self._packages(form, month)

    def _packages(self, form: Formulation, month: Callable[[tuple[str, When]], Ints]) -> None:
        """Note when packages become known, and from when the tours of their lines are laid."""
        draws = len(self.tour)
        self.known = np.full((draws, len(form.packages)), NEVER)
        for number, (id, members) in enumerate(form.packages.items()):
            package = form.inputs.packages[id]
            here = self.here[:, members]
            if package.known == "just-in-time":
                soonest = np.where(here, (self.first - self.lead)[:, members], NEVER)
                known = soonest.min(axis=1)
            elif isinstance(package.known, str):
                known = self.start
            else:
                known = month((f"package.{id}.known", package.known))
            self.known[:, number] = np.where(here.any(axis=1), known, NEVER)
        of_line = (
            np.where(form.package >= 0, self.known[:, form.package], NEVER)
            if len(form.packages)
            else np.full(self.tour.shape, NEVER)
        )
        later = (of_line > self.start[:, None]) & (of_line < NEVER)
        self.begins = np.where(later, np.maximum(self.first, of_line + self.lead), self.first)
        after = (self.known > self.start[:, None]) & (self.known < NEVER)
        cuts = np.sort(np.where(after, self.known, NEVER), axis=1)
        repeated = np.zeros(cuts.shape, dtype=bool)
        repeated[:, 1:] = cuts[:, 1:] == cuts[:, :-1]
        self.cuts = np.sort(np.where(repeated, NEVER, cuts), axis=1)


def _cut(array: Any, ends: Ints, less: Ints | None = None) -> list[Any]:
    """Return the part of each problem, with what it counts from subtracted."""
    if less is not None:
        array = array - np.repeat(less[:-1], np.diff(ends))
    return [array[a:b] for a, b in pairwise(ends.tolist())]


def _cut_pointers(array: Ints, ends: Ints) -> list[Ints]:
    """Return the pointers of each problem, from 0."""
    return [array[a : b + 1] - array[a] for a, b in pairwise(ends.tolist())]


class _Given:
    """Caps, strengths, bounds and money of draws with models of one length."""

    def __init__(self, form: Formulation, figures: Drawn, draws: Ints, first: Month, months: int):
        inputs, count = form.inputs, len(draws)

        def number(id: str, figure: Parameter | None) -> Floats:
            if figure is None:
                return np.full(count, np.nan)
            return figures[id][draws] if id in figures else np.full(count, float(figure.value))

        def take(id: str, figure: Parameter, unit: str) -> Floats:
            return figures[id][draws][:, None] if id in figures else np.array([[figure.value]])

        def columns(found: list[Floats]) -> Floats:
            return np.stack(found, axis=1) if found else np.zeros((count, 0))

        self.caps = columns([number(*one.cap) for one in form.sources])
        people, _ = levels(inputs, first, months, take)
        self.strengths = np.empty((count, len(form.pools), months))
        for place, name in enumerate(form.pools):
            self.strengths[:, place] = people[name]
        bounds = [inputs.bounds[id] for id, _ in form.bounds]
        self.least = columns([number(f"bound.{one.id}.min", one.min) for one in bounds])
        self.most = columns([number(f"bound.{one.id}.max", one.max) for one in bounds])
        self.budgets: list[tuple[str, int, int]] = []
        amounts = []
        for budget in inputs.budgets if inputs.money else ():
            begin = Month(budget.year, 1) - first
            begins, ends = max(begin, 0), min(begin + 11, months - 1)
            if begins > ends:
                continue
            self.budgets.append((budget.fund, begins, ends))
            amount = number(f"budget.{budget.fund}.{budget.year}", budget.figure)
            amounts.append(amount * ((ends - begins + 1) / 12))
        self.amounts = columns(amounts)

    def numbers(self, some: slice, lines: Ints, bounds: Flags) -> Numbers:
        """Return the numbers of some draws on one structure."""
        return Numbers(
            np.ascontiguousarray(self.caps[some][:, lines]), self.strengths[some],
            np.ascontiguousarray(self.least[some][:, bounds]),
            np.ascontiguousarray(self.most[some][:, bounds]), self.amounts[some],
        )  # fmt: skip


class _SideBySide:
    """Problems of one length as one table of many blocks, and their layouts."""

    def __init__(
        self, form: Formulation, drawn: _Lines, heads: Ints, months: int,
        budgets: list[tuple[str, int, int]],
    ):  # fmt: skip
        self.form, self.drawn, self.heads, self.months = form, drawn, heads, months
        self.budgets = budgets
        self.here = drawn.here[heads]
        counted_bound, counted_line, _ = form._counted
        self.bounds_here = np.zeros((len(heads), len(form.bounds)), dtype=bool)
        _at(np.logical_or, self.bounds_here, counted_bound, self.here[:, counted_line])

    def table(self) -> ProblemArrays:
        """Return the problems side by side."""
        form, drawn, heads, here = self.form, self.drawn, self.heads, self.here
        count, pools = len(heads), len(form.pools)
        start = drawn.start[heads]
        draw, line = np.nonzero(here)
        self.demand_ptr = _pointers(here.sum(axis=1))
        rank = np.cumsum(here.ravel()).reshape(here.shape) - 1
        found = [form.blocks(one) for one in here]
        self.block_ptr = _pointers(np.array([blocks for blocks, _, _ in found], dtype=np.int64))
        at = (heads[draw], line)

        uses, entry = form._uses
        of_draw, use = np.nonzero(here[:, uses.demand])
        tiled = OptionTable(
            rank[of_draw, uses.demand[use]], uses.option[use], uses.index[use],
            uses.pool[use] + of_draw * pools, uses.share[use],
            drawn.prep[heads[of_draw], entry[use]], drawn.home[heads[of_draw], entry[use]],
            uses.dwell[use],
        )  # fmt: skip
        cuts = drawn.cuts[heads]
        cuts = np.where(cuts < NEVER, cuts - start[:, None], NEVER)
        self.cuts = cuts
        some = int((cuts < NEVER).any(axis=0).sum())

        bound, counted, part = form._counted
        of_bound, pair = np.nonzero(here[:, counted])
        self.bound_ptr = _pointers(self.bounds_here.sum(axis=1))
        bound_rank = np.cumsum(self.bounds_here.ravel()).reshape(self.bounds_here.shape) - 1
        paid = [
            (q, k, source)
            for q, (fund, _, _) in enumerate(self.budgets)
            for k, source in form.costs.get(fund, {}).items()
        ]
        paid_line = np.array([k for _, k, _ in paid], dtype=np.int64)
        of_paid, bill = np.nonzero(here[:, paid_line])
        prices = self._prices([source for _, _, source in paid])
        spans = np.array([(a, b) for _, a, b in self.budgets], dtype=np.int64).reshape(-1, 2)
        return ProblemArrays(
            self.months, count * pools, int(self.block_ptr[-1]),
            np.concatenate([one[1] + b for one, b in zip(found, self.block_ptr, strict=False)]),
            np.concatenate([one[2] + b for one, b in zip(found, self.block_ptr, strict=False)]),
            drawn.begins[at] - start[draw], drawn.last[at] - start[draw], drawn.tour[at],
            drawn.cohorts[at], drawn.lead[at], form.on_call[line], form._options[line], tiled,
            np.ascontiguousarray(cuts[draw, :some].T), int(self.bound_ptr[-1]),
            count * len(self.budgets), bound_rank[of_bound, bound[pair]],
            rank[of_bound, counted[pair]], part[pair],
            np.array([q for q, _, _ in paid], dtype=np.int64)[bill] + of_paid * len(self.budgets),
            rank[of_paid, paid_line[bill]], prices[of_paid, bill],
            np.tile(spans[:, 0], count), np.tile(spans[:, 1], count),
        )  # fmt: skip

    def _prices(self, sources: list[tuple[str, Parameter]]) -> Floats:
        """Return EUR per person-month, (draws, sources)."""
        found = np.zeros((len(self.heads), len(sources)))
        for place, (id, figure) in enumerate(sources):
            drawn = self.drawn.figures.get(id)
            found[:, place] = (figure.value if drawn is None else drawn[self.heads]) / 12
        return found

    def layouts(self) -> list[Layout]:
        """Return the layout of each problem."""
        table = self.table()
        whole = lay_out_table(table)
        count, months = len(self.heads), self.months
        pool_ptr = np.arange(count + 1) * len(self.form.pools)
        blocks, demands = self.block_ptr, self.demand_ptr
        decisions = whole.decision_ptr[blocks]
        columns = whole.start[decisions]
        rows = whole.row_ptr[blocks]
        goals = whole.goal_ptr[blocks]
        tours = np.searchsorted(whole.tours.demand, demands)
        used, duty = whole.used_ptr[columns], whole.duty_ptr[decisions]
        asked, counted = whole.asked_ptr[goals], whole.counted_ptr[goals]
        found: dict[str, list[Any]] = {
            "months": [months] * count,
            "tours": [
                Tours(*parts)
                for parts in zip(
                    _cut(whole.tours.demand, tours, demands),
                    *(_cut(getattr(whole.tours, name), tours)
                      for name in ("cohort", "wave", "first", "last")),
                    strict=True,
                )
            ],
            "cuts": [tuple(one[one < NEVER].tolist()) for one in self.cuts],
            "row_source": _cut(self._row_sources(table, whole.row_source, rows), rows),
        }  # fmt: skip
        for names, ends, less in (
            ("tour_decision", tours, decisions), ("demand_block", demands, blocks),
            ("pool", whole.pool_ptr[blocks], pool_ptr),
            ("call_pool", whole.call_ptr[blocks], pool_ptr), ("demand", decisions, demands),
            ("wave segment begin end cohorts part", decisions, None),
            ("duty_month duty", duty, None), ("owner", columns, decisions),
            ("option", columns, None), ("used_pool", used, pool_ptr),
            ("used_index used_share", used, None), ("row value", whole.ptr[columns], None),
            ("goal_bound", goals, self.bound_ptr), ("goal_month", goals, None),
            ("asked", asked, decisions), ("asked_share", asked, None),
            ("counted", counted, columns), ("counted_share", counted, None),
            ("budget", whole.budget_ptr[blocks], np.arange(count + 1) * len(self.budgets)),
        ):  # fmt: skip
            found |= {name: _cut(getattr(whole, name), ends, less) for name in names.split()}
        for names, ends in (
            ("pool_ptr call_ptr row_ptr decision_ptr goal_ptr budget_ptr", blocks),
            ("duty_ptr start", decisions), ("used_ptr ptr", columns),
            ("asked_ptr counted_ptr", goals),
        ):  # fmt: skip
            found |= {name: _cut_pointers(getattr(whole, name), ends) for name in names.split()}
        every = zip(*found.values(), strict=True)
        return [Layout(**dict(zip(found, parts, strict=True))) for parts in every]

    def _row_sources(self, table: ProblemArrays, source: Ints, rows: Ints) -> Ints:
        """Return what each row limits (strengths, bounds, budgets), counted within its problem."""
        strengths, of_problem = self.months * len(self.form.pools), np.diff(self.bound_ptr)
        problem = np.repeat(np.arange(len(self.heads)), np.diff(rows))
        cells, limits = table.pools * self.months, table.bounds
        bound = source - cells + strengths - self.bound_ptr[problem]
        budget = source - cells - limits + strengths - problem * len(self.budgets)
        return np.where(
            source < cells, source - problem * strengths,
            np.where(source < cells + limits, bound, budget + of_problem[problem]),
        )  # fmt: skip


def _pointers(sizes: Ints) -> Ints:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _at(combine: Any, found: Any, columns: Ints, values: Any) -> None:
    """Combine values, (draws, entries), into the column that each entry belongs to."""
    combine.at(found, (slice(None), columns), values)


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
        Packages for which displacement is wanted.
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
        pools = tuple(compiled.problem.pools)
        lines = Lines.of(pools, [row.pools for row in self.demands])
        first, last = compiled.problem.report
        return Axes(
            factors=self.uncertain.ids,
            demands=tuple(row.id for row in self.demands),
            pools=pools,
            lines=tuple(zip(lines.demand.tolist(), lines.pool.tolist(), strict=True)),
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
    """Return 1 ÷ cap, 0 without a cap."""
    return np.divide(1.0, caps, out=np.zeros_like(caps), where=caps > 0)


@dataclass(frozen=True)
class Stop:
    """What may end a run before all of its draws are made.

    Attributes
    ----------
    of : tuple of str
        Quantities with intervals that are watched, see :mod:`planner.montecarlo.records`.
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
        wrong: list[Fault | str] = []
        if bool(self.of) != (self.half_width is not None):
            wrong.append("half_width and of: expected both or neither: what is to be so narrow?")
        if self.half_width is not None and not 0 < self.half_width < np.inf:
            wrong.append(f"half_width: expected more than 0, found {self.half_width}")
        if self.time_limit is not None and not self.time_limit > 0:
            wrong.append(f"time_limit: expected more than 0 seconds, found {self.time_limit}")
        for name in self.of:
            with collect_faults(wrong):
                quantities.check(name)
        if wrong:
            raise InputError(wrong)


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
