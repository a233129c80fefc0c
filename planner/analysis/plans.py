"""Input of the analyses: a case, its plans, and its problem with limits removed.

A neutral problem has no labels: each demand then is its own mission, and months are numbers.

An analysis that changes something *in the last plan* keeps the earlier plans as they were made:
tours that had begun or were in preparation when the packages became known are fixed.

Fair plans of large blocks are made in compiled code: the same plans, each proved, many times as
fast. The engine plans what compiled code does not find or cannot prove, and small blocks, for which
loading the compiled code would take longer than it saves. Plans of compiled code have no duals and
no sensitivities.

Limits that can be removed, in the order in which they are removed, and their effect:

- ``higher_tiers``: demands of tiers before a given one that belong to no package do not exist;
- ``rotation``: no preparation and no time at home, so that only people on duty are tied up;
- ``composition``: no bounds; ``budget``: no budgets;
- ``late_notice``: packages are known from the start;
- ``eligibility``: anyone may serve anywhere, prepared and rested as in the first-named pool; bounds
  that count certain pools are removed with it, since pools are no longer distinguished;
- ``pool_cap``: more people in every pool than all demands could ever tie up at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from planner.engine.fair import solve_fair
from planner.engine.highs import Certificate
from planner.engine.programme import Block, Programme, build_programme
from planner.engine.stages import StageData, StageSolution
from planner.engine.value import solve_value
from planner.errors import InputError, nearest
from planner.months import Month
from planner.problem.model import Demand, Flags, Floats, Package, Problem
from planner.solution import History, Plan, Planner, Solver, solver_for

__all__ = [
    "KEYS",
    "MIN_COMPILED_COLUMNS",
    "LIMITS",
    "Case",
    "DemandLabels",
    "LastPlans",
    "CompiledPlanner",
    "changed_demands",
    "ample_strength",
    "filled_by",
    "replan_block",
    "last_plans",
    "make_planner",
    "people_tied",
    "person_months",
    "planner_of",
    "read_case",
    "relaxed",
    "chosen_rules",
    "tie_breaking_solver",
    "strength_change",
    "with_people",
]

LIMITS = (
    "pool_cap", "rotation", "eligibility", "composition", "budget", "higher_tiers", "late_notice",
)  # fmt: skip
"""Limits that can be removed."""

ANYONE = "anyone"
"""The single pool when anyone may serve anywhere."""

KEYS = ("demand", "mission", "region", "category", "organisation", "kind", "main_task", "tier")
"""Keys by which demands can be grouped."""

MIN_COMPILED_COLUMNS = 200
"""Number of columns from which a block is planned in compiled code."""


def relaxed(problem: Problem, removed: Collection[str], tier: int = 0) -> Problem:
    """Return the problem without some of its limits.

    Parameters
    ----------
    removed : collection of str
        Some of :data:`LIMITS`.
    tier : int
        The tier of which the higher tiers are meant by ``higher_tiers``.

    Notes
    -----
    Packages keep the month in which they become known, unless ``late_notice`` is removed, so that
    plans are made again in the same months.

    Examples
    --------
    >>> line = Demand("a", 2, 5.0, 0, 11, 6, ("p",), (2,), (2.0,))
    >>> problem = Problem(12, (0, 11), {"p": np.full(12, 3.0)}, (line,))
    >>> relaxed(problem, {"rotation"}).demands[0].home
    (0.0,)
    """
    packages = tuple(
        Package(one.id, one.demands, 0 if "late_notice" in removed else problem.known(one.id))
        for one in problem.packages
    )
    problem = replace(problem, packages=packages)
    if "higher_tiers" in removed:
        owner = problem.package_of()
        problem = problem.drop({d.id for d in problem.demands if d.tier < tier} - set(owner))
    if "rotation" in removed:
        problem = changed_demands(problem, _without_rotation)
    if "composition" in removed:
        problem = replace(problem, bounds=())
    if "budget" in removed:
        problem = replace(problem, budgets=())
    if "eligibility" in removed:
        problem = _with_one_pool(problem)
    if "pool_cap" in removed:
        pools = dict.fromkeys(problem.pools, np.full(problem.months, ample_strength(problem)))
        problem = replace(problem, pools=pools)
    return problem


def changed_demands(problem: Problem, change: Callable[[Demand], Demand]) -> Problem:
    """Return the problem with each demand changed."""
    return replace(problem, demands=tuple(change(demand) for demand in problem.demands))


def _without_rotation(demand: Demand) -> Demand:
    """Return a demand without preparation and rest."""
    count = len(demand.pools)
    return replace(demand, prep=(0,) * count, home=(0.0,) * count)


def ample_strength(problem: Problem) -> float:
    """Return a strength above what all demands can ever tie up at once, persons.

    Tours last from L / 2 to 3L / 2 months, so at most 7 + 2P + 3ρ tours of a cohort tie up people
    in one month.
    """
    return 1.0 + sum(
        demand.cap * (7 + 2 * demand.lead + 3 * max(demand.home, default=0.0))
        for demand in problem.demands
    )


def _with_one_pool(problem: Problem) -> Problem:
    """Return the problem with all pools merged into one."""

    def merged(demand: Demand) -> Demand:
        first = {name: getattr(demand, name)[:1] for name in ("prep", "home", "dwell")}
        return replace(demand, pools=(ANYONE,), options=(), **first)

    strength = np.sum(list(problem.pools.values()), axis=0)
    bounds = tuple(bound for bound in problem.bounds if bound.pools is None)
    anyone = replace(problem, pools={ANYONE: strength}, bounds=bounds)
    return changed_demands(anyone, merged)


@dataclass(frozen=True)
class DemandLabels:
    """Labels of one demand; `on_call` demands (NRF, EU Battlegroup) are not deployed."""

    demand: str
    mission: str
    name: str = ""
    name_nl: str = ""
    organisation: str = ""
    region: str = ""
    category: str = ""
    kind: str = ""
    on_call: bool = False


@dataclass(frozen=True, eq=False)
class Case:
    """A problem with labels, and the rule by which it is solved.

    Attributes
    ----------
    rule : str
        ``"fair"`` or ``"value"``.
    lines : tuple of DemandLabels
        Labels, in the order of ``problem.demands``.
    first_month : Month or None
        Calendar month of month 0; None where months are numbers only.
    scenario, compiled : object or None
        Where the problem comes from, if it comes from a scenario.
    planner : Planner or None
        Of a result: the planner with the plans that were made for it.
    """

    problem: Problem
    rule: str
    lines: tuple[DemandLabels, ...]
    first_month: Month | None = None
    name: str = "problem"
    scenario: Any = None
    compiled: Any = None
    planner: Any = None

    def month(self, index: int) -> str:
        """Return the name of a month of the model: ``2022-07``, or its number."""
        return str(index if self.first_month is None else self.first_month + int(index))

    def month_index(self, month: int | str | Month) -> int:
        """Return the month of the model that a calendar month or a number means."""
        last = self.problem.months - 1
        expected = f"expected a month from {self.month(0)} to {self.month(last)}, found {month!r}"
        try:
            if isinstance(month, (int, np.integer)):
                index = int(month)
            elif self.first_month is None:
                index = int(str(month))
            else:
                found = month if isinstance(month, Month) else Month.parse(month)
                index = found - self.first_month
        except ValueError:
            raise InputError(expected) from None
        if not 0 <= index <= last:
            raise InputError(expected)
        return index

    @cached_property
    def task(self) -> NDArray[np.int64]:
        """Main task of each demand."""
        return np.array([demand.main_task for demand in self.problem.demands], dtype=np.int64)

    @cached_property
    def packages(self) -> tuple[str, ...]:
        """Ids of the packages, in order."""
        return tuple(package.id for package in self.problem.packages)

    def inside(self, packages: Iterable[str] | str) -> Flags:
        """Return which demands belong to some packages, (demands,)."""
        return self.problem.inside(*([packages] if isinstance(packages, str) else packages))

    def keys(self, by: str) -> list[str]:
        """Return the group of each demand by one of :data:`KEYS`."""
        if by in ("main_task", "tier"):
            return [str(getattr(demand, by)) for demand in self.problem.demands]
        if by not in KEYS:
            raise InputError(f"expected one of {', '.join(KEYS)}, found {by!r}{nearest(by, KEYS)}")
        return [getattr(line, by) for line in self.lines]

    def groups(self, by: str = "mission", within: Flags | None = None) -> dict[str, Flags]:
        """Return the demands of each group, in order of first appearance.

        With `within`, (demands,), only these demands count, and groups without any are left out.
        """
        keys = np.array(self.keys(by), dtype=object)
        groups = {key: np.asarray(keys == key) for key in dict.fromkeys(keys.tolist())}
        if within is None:
            return groups
        return {key: mask & within for key, mask in groups.items() if (mask & within).any()}

    def select(self, name: str) -> Flags:
        """Return the demands of a mission, or the demand, of that name; (demands,)."""
        for by in ("mission", "demand"):
            groups = self.groups(by)
            if name in groups:
                return groups[name]
        known = [*self.groups("mission"), *self.groups("demand")]
        raise InputError(f"expected a mission or demand, found {name!r}{nearest(name, known)}")

    def package(self, name: str | None = None) -> str:
        """Return the id of a package; without a name, of the only package."""
        if name is None and len(self.packages) == 1:
            return self.packages[0]
        if name in self.packages:
            return str(name)
        if not self.packages:
            raise InputError(f"expected a scenario with packages, found none in {self.name!r}")
        found = "none" if name is None else f"{name!r}{nearest(name, self.packages)}"
        raise InputError(f"expected a package ({', '.join(self.packages)}), found {found}")

    def with_problem(self, problem: Problem) -> Case:
        """Return the case with another problem that has the same demands in the same order."""
        return replace(self, problem=problem, planner=None)


def chosen_rules(rule: str | None, rules: Sequence[str] | None) -> Sequence[str]:
    """Return the rules to compare: `rules` if given, else `rule`, else both."""
    if rules is not None:
        return rules
    return ("fair", "value") if rule is None else (rule,)


def read_case(source: Any, rule: str | None = None) -> Case:
    """Return the case of a source.

    Parameters
    ----------
    source : str, Path, Scenario, Compiled, Result, Problem, mapping or Case
        A scenario's name or file, something made of it, or a neutral problem.
    rule : {"fair", "value"}, optional
        By default that of the source; *fair* for a neutral problem.
    """
    case = _read(source)
    if rule not in (None, "fair", "value"):
        raise InputError(f"expected the rule 'fair' or 'value', found {rule!r}")
    return case if rule in (None, case.rule) else replace(case, rule=str(rule), planner=None)


def _read(source: Any) -> Case:
    if isinstance(source, Case):
        return source
    if isinstance(source, Problem):
        lines = tuple(
            DemandLabels(one.id, one.id, one.id, one.id, on_call=one.on_call)
            for one in source.demands
        )
        return Case(source, "fair", lines)
    if isinstance(source, Mapping):
        from planner.problem.neutral import parse_problem

        return _read(parse_problem(source))
    if isinstance(source, (str, Path)):
        from planner.scenario.load import load

        return _read(load(source))
    if hasattr(source, "inputs"):
        from planner.compile import compile_scenario

        return _case_of_compiled(compile_scenario(source), None, source)
    if hasattr(source, "compiled"):
        case = _case_of_compiled(source.compiled, source.rule, getattr(source, "scenario", None))
        return replace(case, planner=getattr(source.solution, "planner", None))
    if hasattr(source, "problem") and hasattr(source, "first_month"):
        return _case_of_compiled(source, None, None)
    raise InputError(f"expected a scenario, a result or a problem, found {type(source).__name__}")


def _case_of_compiled(compiled: Any, rule: str | None, scenario: Any) -> Case:
    lines = tuple(
        DemandLabels(
            row.id, row.mission, row.mission_name, row.mission_name_nl, row.organisation,
            row.region, row.category, row.kind, row.on_call,
        )
        for row in compiled.demands
    )  # fmt: skip
    name = getattr(scenario, "name", "") or "scenario"
    first = compiled.first_month
    return Case(compiled.problem, rule or compiled.rule, lines, first, name, scenario, compiled)


def make_planner(problem: Problem, rule: str, fills_only: bool = False) -> Planner:
    """Return a planner of a problem.

    Parameters
    ----------
    fills_only : bool
        For plans that are compared by the fill of demands only. *Value*: ties are broken by the
        names of demands, so that the difference between plans of similar problems does not depend
        on the choice of the solver among optima. *Fair*: plans have no duals; large blocks are
        planned in compiled code, and last plans of other blocks may draw on any of several pools.
    """
    programme = build_programme(problem)
    if not fills_only:
        return Planner(programme, solver_for(rule))
    if rule == "value":
        return Planner(programme, tie_breaking_solver(problem))
    return CompiledPlanner(programme, solver_for(rule), draft=partial(solve_fair, even=False))


def planner_of(case: Case, fills_only: bool = False) -> Planner:
    """Return a planner as :func:`make_planner` does; for a result, with its plans already made."""
    made = case.planner
    if made is None or (fills_only and case.rule == "value"):
        return make_planner(case.problem, case.rule, fills_only)
    if not fills_only:
        return replace(made)
    draft = partial(solve_fair, even=False)
    return CompiledPlanner(made.programme, made.solver, draft=draft, _made=dict(made._made))


def tie_breaking_solver(problem: Problem) -> Solver:
    """Return a solver of *value* that breaks ties by a number hashed from each demand's name."""
    order = np.array([1 + crc32(demand.id.encode()) / 2**32 for demand in problem.demands])

    def solve(data: StageData) -> StageSolution:
        worth = order[data.block.demand] * data.counted * (data.weight > 0)
        return solve_value(data, worth)

    return solve


@dataclass(frozen=True, eq=False)
class LastPlans:
    """The last plan of each block as some packages become known.

    By block, `settings` are the stage data of its last plan, `months` when that plan was made.
    """

    plan: Plan
    settings: tuple[StageData, ...]
    months: tuple[int, ...]

    @property
    def people(self) -> list[Floats]:
        """People on each column, block by block."""
        return [answer.people for answer in self.plan.answers]


def last_plans(planner: Planner, packages: Iterable[str] | None = None) -> LastPlans:
    """Return the last plans with some of the packages, by default all."""
    plan = planner.unfold(packages)
    settings, months = [], []
    for index, block in enumerate(planner.programme.blocks):
        history = planner.history(block, plan.packages)
        chain = planner._chain(index, history)
        settings.append(planner.data(index, history, chain[-2] if len(chain) > 1 else None))
        months.append(history[-1][0])
    return LastPlans(plan, tuple(settings), tuple(months))


def replan_block(planner: Planner, index: int, data: StageData) -> Floats:
    """Return people in the last plan of a block with all packages and other data, (columns,)."""
    settings = list(planner.settings)
    settings[index] = data
    fresh = planner.unsolved_copy(settings)
    history = fresh.history(data.block, frozenset(fresh._known))
    return fresh._draft_chain(index, history)[-1].people


def strength_change(block: Block, persons: Floats) -> Floats:
    """Return additions to the strength rows of a block from persons, (pools, months)."""
    month = np.arange(block.strength_rows) % block.months
    return np.asarray(persons[block.pools[block.row_pool], month], dtype=float)


def people_tied(block: Block, people: Floats) -> Floats:
    """Return people tied up in the larger of both accounts, (pools of the block, months)."""
    size = (len(block.pools), block.months)
    tied = np.asarray(block.usage @ people).reshape(size)
    if len(block.standby_pools):
        standby = np.asarray(block.standby @ people).reshape(-1, block.months)
        tied[block.standby_pools] = np.maximum(tied[block.standby_pools], standby)
    return tied


def person_months(programme: Programme, people: Sequence[Floats]) -> Floats:
    """Return person-months filled inside the report window by demand, (demands,)."""
    first, last = programme.problem.report
    filled = np.zeros(len(programme.problem.demands))
    for block, served in zip(programme.blocks, people, strict=True):
        counted = np.asarray(block.duty[:, first : last + 1].sum(axis=1)).ravel()
        np.add.at(filled, block.demand, (block.pick @ served) * counted)
    return filled


def filled_by(planner: Planner, packages: Iterable[str] | None = None) -> Floats:
    """Return person-months filled in the plan with some packages, by default all, (demands,)."""
    plan = planner.unfold(packages)
    return person_months(planner.programme, [answer.people for answer in plan.answers])


def with_people(plan: Plan, people: Sequence[Floats]) -> Plan:
    """Return the same plan with other people on its columns."""
    answers = [
        replace(answer, people=served) if served is not answer.people else answer
        for answer, served in zip(plan.answers, people, strict=True)
    ]
    return replace(plan, answers=tuple(answers))


@dataclass(eq=False)
class CompiledPlanner(Planner):
    """A planner of the *fair* rule that plans large blocks in compiled code.

    Examples
    --------
    >>> from planner.engine.fair import solve_fair
    >>> from planner.engine.programme import build_programme
    >>> from planner.problem.neutral import parse_problem
    >>> problem = parse_problem({"format": "planner-problem/1", "months": 1, "pools": {"staff": 8},
    ...     "demands": [{"id": "untso", "tier": 2, "cap": 10, "first": 0, "last": 0, "tour": 1,
    ...                  "pools": ["staff"], "prep": 0, "rest": 0}]})
    >>> CompiledPlanner(build_programme(problem), solve_fair).unfold().answers[0].people.tolist()
    [8.0]
    """

    def _draft_chain(self, index: int, history: History) -> tuple[StageSolution, ...]:
        """Return all plans of a block along a history of which nothing follows the last."""
        if len(self.settings[index].upper) >= MIN_COMPILED_COLUMNS:
            return self._chain(index, history)
        return super()._draft_chain(index, history)

    def answer(self, index: int, history: History, before: StageSolution | None) -> StageSolution:
        """Return the last plan of a block along a history, given the plan before it."""
        month, people = (history[-1][0], before.people) if before else (-1, None)
        found = self.compiled_plan(index, self._known_decisions(index, history), month, people)
        return super().answer(index, history, before) if found is None else found

    def compiled_plan(
        self, index: int, known: Flags, month: int, before: Floats | None
    ) -> StageSolution | None:
        """Return a plan of a large block, or None where the engine has to make it.

        Parameters
        ----------
        known : ndarray of bool (decisions,)
            Decisions that may be served.
        month : int
            When the plan is made; negative for the first plan.
        before : ndarray (columns,), optional
            People in the plan before.
        """
        data = self.settings[index]
        if len(data.upper) < MIN_COMPILED_COLUMNS or (data.limit < 0).any():
            return None
        from planner.montecarlo.structure import plan_block

        found = plan_block(
            self.programme.problem, index, known, month, before, data.full, data.limit
        )
        if found is None:
            return None
        people, missing, proof = found
        return StageSolution(
            people, missing, np.full(len(data.limit), np.nan), Certificate(*proof.tolist())
        )
