"""Plans by the programme stated with PuLP, solved step by step with any solver that PuLP knows.

The stages of a plan that is made again as packages become known are those of
:class:`planner.solution.Planner`; here the programme of each stage and block is solved tier by
tier; the optimum of each step is kept as a row in later steps. Under *value* a step is one
programme. Under *fair* it is the plain sequence of lexicographic max-min: maximise the smallest
share, find the shares that cannot exceed it, lock them, and repeat for the others.

Whole people and all-or-nothing units: the same programme with whole numbers.

Every cohort is served by whole people, so every tour is decided by itself; a cap of 14 in 12
cohorts becomes ten cohorts of one and two of two. A demand that is a unit sends all cohorts of a
decision at full strength, by one or several sourcing options, or none of them. Of a mix the people
together are whole, its parts by pool need not be.

*value* is the same sequence of steps in whole numbers. A lexicographic max-min in whole numbers
has no simple sequence (several sets of decisions can be the worst off), so *fair* stays as close
as it can to the fair plan in fractions, which is made first by the engine: tier by tier the
person-months by which decisions stay below their fair number of people are as few as possible,
and then as many people as possible are sent.

The programme as a PuLP object and as LP and MPS files, for any other solver.

The files hold one step of the sequence, with every package known from the start: the objective of
tier *t*, given the optimal values of earlier tiers and of its own lower bounds. Decisions are cut
as in the plan that unfolds, so that both have the same variables. Earlier steps, if any, are solved
first, and are in the file as rows ``lock.…``.

The programme of one plan stated with PuLP, so that it reads like the method page.

========================  =====================================================================
``z.untso.w3.staff``      people by the sourcing option *staff* on wave 3 of demand *untso*
``cap.untso.w3``          people on a decision ≤ its cap
``pool.staff.24``         people tied up in month 24, time at home included, ≤ strength
``work.staff.24``         people preparing, on duty or on call in month 24 ≤ strength
``most.0.24``             upper composition bound 0 in month 24
``least.0.24``            lower composition bound 0 in month 24; ``missing.0.24`` is what it lacks
``budget.biv``            money of one fund
``unit.efp.w3``           1 where a unit is sent, 0 where it is not (whole people only)
``lock.filled.1``         optimal value of step ``filled.1``, kept in all later steps
========================  =====================================================================

A wave that is cut has a letter for each decision (``w3a``, ``w3b``); with whole people each tour is
a decision of its own (``w3.c0`` is that of cohort 0).
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pulp
from scipy import sparse

from planner.engine.highs import Certificate, worst
from planner.engine.programme import Block, Programme, build_programme
from planner.engine.stages import StageData, StageSolution, base_data
from planner.errors import Fault, InputError, SolverError
from planner.problem.model import Floats, Problem
from planner.reference.solvers import Solver, SolverOutcome, choose_solver, measure
from planner.solution import Allocation, History, Planner, Solution, solver_for

__all__ = [
    "RowNames",
    "StageStep",
    "StatedPlanner",
    "Statement",
    "Steps",
    "Stepwise",
    "clean_names",
    "fill_by_value",
    "fill_fairly",
    "reference_solution",
    "solve_reference",
    "solve_whole",
    "state",
    "stepwise",
    "whole_cohorts",
    "write_lp",
    "write_mps",
]

Expression: TypeAlias = pulp.LpAffineExpression

MAX_NAME_LENGTH = 24
"""Characters kept of a name, so that names made of three of them stay below PuLP's limit."""


def clean_names(names: Iterable[str]) -> dict[str, str]:
    """Return a short name of letters, digits and underscores for each name, all different.

    Full stops never occur, so that parts joined by them cannot be confused.

    Examples
    --------
    >>> clean_names(["efp-combat", "efp combat", "Café", "--"])
    {'efp-combat': 'efp_combat', 'efp combat': 'efp_combat_2', 'Café': 'Caf', '--': 'x'}
    """
    found: dict[str, str] = {}
    used: set[str] = set()
    for name in names:
        plain = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")[:MAX_NAME_LENGTH] or "x"
        short, number = plain, 1
        while short.lower() in used:
            number += 1
            short = f"{plain}_{number}"
        used.add(short.lower())
        found[name] = short
    return found


@dataclass(frozen=True, eq=False)
class RowNames:
    """Names that every LP and MPS reader accepts, that stay apart and that a person can read.

    Attributes
    ----------
    programme : Programme
    by_tour : bool
        Whether each tour is a decision of its own.
    """

    programme: Programme
    by_tour: bool = False

    @cached_property
    def pools(self) -> list[str]:
        """Name of each pool of the problem."""
        return list(clean_names(self.programme.problem.pools).values())

    @cached_property
    def budgets(self) -> list[str]:
        """Name of each budget of the problem."""
        return list(clean_names(b.id for b in self.programme.problem.budgets).values())

    @cached_property
    def _demands(self) -> list[str]:
        return list(clean_names(d.id for d in self.programme.problem.demands).values())

    @cached_property
    def _options(self) -> list[list[str]]:
        """Name of each sourcing option of each demand: its pools joined by underscores."""
        pools = dict(zip(self.programme.problem.pools, self.pools, strict=True))
        found = []
        for demand in self.programme.problem.demands:
            plain = [
                "_".join(pools[p] for p, share in zip(demand.pools, row, strict=True) if share)
                for row in demand.options
            ]
            apart = [
                name if plain.count(name) == 1 else f"{name[: MAX_NAME_LENGTH - 4]}_{place}"
                for place, name in enumerate(plain)
            ]
            found.append(list(clean_names(apart).values()))
        return found

    def groups(self, block: Block) -> list[str]:
        """Name of the wave, or of the part of a cut wave, that each decision belongs to."""
        lead = np.array([d.lead for d in self.programme.problem.demands], dtype=int)[block.demand]
        months = np.array(self.programme.problem.replan_months, dtype=int)
        part = (block.begin[:, None] >= months + lead[:, None]).sum(axis=1)
        keys = list(zip(block.demand.tolist(), block.wave.tolist(), part.tolist(), strict=True))
        parts: dict[tuple[int, int], list[int]] = defaultdict(list)
        for demand, wave, number in sorted(set(keys)):
            parts[demand, wave].append(number)
        names = []
        for demand, wave, number in keys:
            several = parts[demand, wave]
            letter = _letter(several.index(number)) if len(several) > 1 else ""
            names.append(f"{self._demands[demand]}.w{wave}{letter}")
        return names

    def decisions(self, block: Block) -> list[str]:
        """Name of each decision of a block."""
        names = self.groups(block)
        if not self.by_tour:
            return names
        cohort = self.programme.tours.cohort[block.tour]
        of_decision = dict(zip(block.tour_decision.tolist(), cohort.tolist(), strict=True))
        return [f"{name}.c{of_decision[number]}" for number, name in enumerate(names)]

    def rows(self, block: Block) -> list[str]:
        """Name of each row of a block that limits people from above."""
        pools, months = [self.pools[pool] for pool in block.pools], range(block.months)
        at_work = [pools[pool] for pool in block.standby_pools]
        return [
            *(f"pool.{pool}.{month}" for pool in pools for month in months),
            *(f"work.{pool}.{month}" for pool in at_work for month in months),
            *(
                f"most.{bound}.{month}"
                for bound, month in zip(block.bounds.bound, block.bounds.month, strict=True)
            ),
            *(f"budget.{self.budgets[budget]}" for budget in block.budgets),
        ]

    def columns(self, block: Block) -> list[str]:
        """Name of each column of a block."""
        decisions = self.decisions(block)
        return [
            f"z.{decisions[d]}.{self._options[block.demand[d]][place]}"
            for d, place in zip(block.decision.tolist(), block.option.tolist(), strict=True)
        ]


def _letter(place: int) -> str:
    return chr(ord("a") + place) if place < 26 else f"_{place}"


@dataclass(eq=False)
class Statement:
    """Variables, rows and objectives of the programme of one plan of one block.

    Attributes
    ----------
    names : RowNames
    data : StageData
        Right-hand sides; people with equal lower and upper limits are settled.
    lp : LpProblem
        The programme that variables and rows are added to: always a minimisation, without an
        objective until a step is taken.
    z : dict of int to LpVariable
        People of each column that the plan knows.
    missing : dict of int to LpVariable
        Shortfall from a lower composition bound, by bound row.
    shortfalls : set of LpVariable
        Shortfall variables: at their upper bound where no people are sent.
    """

    names: RowNames
    data: StageData
    lp: pulp.LpProblem
    whole: bool = False
    z: dict[int, pulp.LpVariable] = field(default_factory=dict)
    missing: dict[int, pulp.LpVariable] = field(default_factory=dict)
    shortfalls: set[pulp.LpVariable] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._decisions = self.names.decisions(self.data.block)
        self._add_people()
        self._add_caps()
        self._add_limits()
        self._add_goals()
        if self.whole:
            self._add_units()

    @property
    def block(self) -> Block:
        """The block that the data belong to."""
        return self.data.block

    def _add_people(self) -> None:
        """z[w, o] ≥ 0, with equal limits where tours stay as they were."""
        kind = pulp.LpInteger if self.whole else pulp.LpContinuous
        names = self.names.columns(self.block)
        for column in np.flatnonzero(self.data.upper > 0).tolist():
            low, high = self.data.lower[column], self.data.upper[column]
            limits = (low, high) if low == high else (0, None)
            self.z[column] = self.lp.add_variable(names[column], *limits, kind)

    def _add_caps(self) -> None:
        """Σ_o z[w, o] ≤ cap × n(w) ÷ m, for every decision."""
        for decision, columns in enumerate(self._columns):
            if terms := dict.fromkeys(columns, 1.0):
                name = f"cap.{self._decisions[decision]}"
                self._add_upper_limit(terms, self.data.full[decision], name)

    def _add_limits(self) -> None:
        """Σ people × what one of them uses ≤ limit: strengths, upper bounds and budgets."""
        rows = self.block.rows
        for row, name in enumerate(self.names.rows(self.block)):
            terms, limit = self._terms(rows, row), float(self.data.limit[row])
            if terms and np.isfinite(limit):
                self._add_upper_limit(terms, limit, name)

    def _add_goals(self) -> None:
        """People on duty + shortfall ≥ lower bound, in every month that has tours."""
        bounds = self.block.bounds
        for row in np.flatnonzero(self.data.goal > 0).tolist():
            bound, month = bounds.bound[row], bounds.month[row]
            label, goal = f"{bound}.{month}", float(self.data.goal[row])
            self.missing[row] = shortfall = self.lp.add_variable(f"missing.{label}", 0, goal)
            self.shortfalls.add(shortfall)
            present = self._sum(self._terms(bounds.matrix, row))
            self.lp += present + shortfall >= goal, f"least.{label}"

    def _add_units(self) -> None:
        """Send all tours of a unit's decision at full strength, or none of them."""
        demands = self.names.programme.problem.demands
        sent: dict[str, pulp.LpVariable] = {}
        groups = self.names.groups(self.block)
        for decision in self.free:
            if not demands[self.block.demand[decision]].unit:
                continue
            group = groups[decision]
            if group not in sent:
                sent[group] = self.lp.add_variable(f"unit.{group}", 0, 1, pulp.LpInteger)
            full = float(self.data.full[decision])
            name = f"all.{self._decisions[decision]}"
            self.lp += self.served(decision) == full * sent[group], name

    def _terms(self, matrix: sparse.csr_array, row: int) -> dict[int, float]:
        """Return the coefficients of one row by column, for the columns that the plan knows."""
        inside = slice(matrix.indptr[row], matrix.indptr[row + 1])
        entries = zip(matrix.indices[inside].tolist(), matrix.data[inside].tolist(), strict=True)
        return {column: value for column, value in sorted(entries) if value and column in self.z}

    def _add_upper_limit(self, terms: dict[int, float], limit: float, name: str) -> None:
        """Add Σ terms ≤ limit; settled people may exceed it by a rounding error."""
        settled = sum(value * self.data.lower[column] for column, value in terms.items())
        self.lp += self._sum(terms) <= max(float(limit), float(settled)), name

    def _sum(self, terms: dict[int, float]) -> Expression:
        return Expression({self.z[column]: float(value) for column, value in terms.items()})

    @cached_property
    def _columns(self) -> list[list[int]]:
        """Columns of each decision that the plan knows, in order of preference."""
        found: list[list[int]] = [[] for _ in self.data.full]
        for column in self.z:
            found[self.block.decision[column]].append(column)
        return found

    @cached_property
    def free(self) -> list[int]:
        """Decisions that this plan may change."""
        known = [bool(columns) for columns in self._columns]
        return np.flatnonzero(~self.data.settled & np.array(known, dtype=bool)).tolist()

    def of_tier(self, tier: int) -> list[int]:
        """Return the decisions of one tier that this plan may change."""
        return [decision for decision in self.free if self.data.tier[decision] == tier]

    def served(self, decision: int) -> Expression:
        """Return Σ_o z[w, o]."""
        return self._sum(dict.fromkeys(self._columns[decision], 1.0))

    def share(self, decision: int) -> Expression:
        """Return the share of its cap that a decision gets."""
        return self._sum(dict.fromkeys(self._columns[decision], 1 / self.data.full[decision]))

    def unused_option_shares(self) -> list[Expression]:
        """Return one minus the share of the cap by each option, of decisions with several."""
        return [
            1 - self.z[column] * (1 / float(self.data.full[decision]))
            for decision in self.free
            if len(self._columns[decision]) > 1
            for column in self._columns[decision]
        ]

    def goal_shortfall(self, tier: int) -> Expression:
        """Return the total shortfall from the lower bounds of a tier, over all months."""
        tiers = self.data.goal_tier
        return pulp.lpSum(one for row, one in self.missing.items() if tiers[row] == tier)

    def fill_cost(self, tier: int, counted: bool = False) -> Expression:
        """Return minus the weighted person-months of a tier, over the model or the window."""
        months = self.data.counted if counted else self.block.duty_months
        return self._sum(
            {
                column: -self.data.weight[decision] * months[decision]
                for decision in self.of_tier(tier)
                if self.data.weight[decision] > 0
                for column in self._columns[decision]
            }
        )

    def preference_cost(self) -> Expression:
        """Return people × months on duty × index of the option in the demand's list."""
        option = self.block.option
        return self._sum(
            {
                column: option[column] * self.block.duty_months[decision]
                for decision in self.free
                for column in self._columns[decision]
                if option[column]
            }
        )

    def people(self) -> Floats:
        """Return people by column as last solved, in whole persons where that was asked for."""
        found = self.data.lower.copy()
        for column, variable in self.z.items():
            low, high = self.data.lower[column], self.data.upper[column]
            value = min(max(variable.varValue or 0.0, low), high)
            found[column] = round(value) if self.whole else value
        return found

    def shortfall(self, people: Floats) -> Floats:
        """Return the shortfall from each lower bound with these people, (bound rows,)."""
        present = self.block.bounds.matrix @ people
        return np.where(self.data.goal > 0, np.maximum(self.data.goal - present, 0.0), 0.0)

    def excess(self, people: Floats) -> float:
        """Return the largest violation of a limit, relative to one plus its size."""
        limit = np.concatenate([self.data.limit, self.data.full])
        used = np.concatenate([self.data.rows @ people, self.block.pick @ people])
        kept = np.isfinite(limit)
        return float(np.max((used - limit)[kept] / (1 + limit[kept]), initial=0.0))


Shares = Mapping[Hashable, Expression]
Rule = Callable[["Steps", int, History], None]
"""Takes all steps of one stage, given the number of its block and its history."""


@dataclass
class Steps:
    """Steps of one plan, each solved and then locked.

    Attributes
    ----------
    statements : sequence of Statement
        One, or several over the same programme.
    solver : Solver
    outcomes : list of (str, SolverOutcome)
        Name and end of every step so far.
    certificates : list of Certificate
        One for every linear programme.
    """

    statements: Sequence[Statement]
    solver: Solver
    outcomes: list[tuple[str, SolverOutcome]] = field(default_factory=list)
    certificates: list[Certificate] = field(default_factory=list)

    @property
    def lp(self) -> pulp.LpProblem:
        """The programme with all locks so far."""
        return self.statements[0].lp

    @property
    def whole(self) -> bool:
        """Whether people are whole."""
        return self.statements[0].whole

    @property
    def tiers(self) -> list[int]:
        """Tiers with people or goals, first to last."""
        return sorted({tier for one in self.statements for tier in one.data.tiers})

    def total(self, objective: Callable[[Statement], Expression]) -> Expression:
        """Return the sum of an objective over all statements."""
        return pulp.lpSum(objective(one) for one in self.statements)

    def shares(self, tier: int) -> Shares:
        """Return the share of its cap of every decision of a tier that may change."""
        return {
            (number, decision): one.share(decision)
            for number, one in enumerate(self.statements)
            for decision in one.of_tier(tier)
        }

    def solve_step(
        self, name: str, cost: Expression, lp: pulp.LpProblem | None = None
    ) -> SolverOutcome:
        """Minimise a cost over the programme, or over a copy with further rows."""
        lp = self.lp if lp is None else lp
        lp.setObjective(cost + 0)
        before = _variable_values(lp, self.statements) if self.whole else {}
        outcome = self.solver.solve(lp)
        if outcome.status == "stopped" and self.whole:
            # the time limit found nothing better than the step before, or than sending no people
            for variable, value in before.items():
                variable.varValue = value
            outcome = replace(outcome, status="time limit", value=float(cost.value()))
        self.outcomes.append((name, outcome))
        if outcome.status not in ("optimal", "time limit"):
            raise SolverError(f"step {name!r}: {self.solver.name} says {outcome.status}")
        if not self.whole:
            if outcome.status != "optimal":
                raise SolverError(f"step {name!r}: stopped at the time limit")
            self.certificates.append(measure(lp))
        return outcome

    def lock(self, name: str, cost: Expression) -> None:
        """Minimise a cost and keep its optimum in later steps; skip a cost without terms."""
        if cost:
            outcome = self.solve_step(name, cost)
            slack = self.solver.slack * (1 + abs(outcome.value))
            self.lp.addConstraint(cost <= outcome.value + slack, f"lock.{name}")

    def maximise_levels(self, shares: Shares, name: str) -> None:
        """Maximise the smallest of some shares, lock those that cannot exceed it, and repeat."""
        rising, number = dict(shares), 0
        while rising:
            step = f"{name}.{number}"
            lp = self.level_problem(rising)
            level = -self.solve_step(step, lp.objective, lp).value
            for key in self._blocked_shares(rising, level, f"{step}.above"):
                number += 1
                row = rising.pop(key) >= level - self.solver.slack
                self.lp.addConstraint(row, f"lock.{name}.{number}")

    def level_problem(self, rising: Shares) -> pulp.LpProblem:
        """Return the programme that maximises the common level of some shares."""
        lp = self.lp.copy()
        level = lp.add_variable("level", 0, 1)
        for number, share in enumerate(rising.values()):
            lp += share - level >= 0, f"level.{number}"
        lp.setObjective(-1 * level)
        return lp

    def _blocked_shares(self, rising: Shares, level: float, name: str) -> list[Hashable]:
        """Return the shares that cannot exceed a level while no other falls below it.

        The sum of their excesses over the level is maximised; shares with an excess are removed,
        and the others are tested again until none of them can exceed the level.
        """
        candidates = list(rising)
        while True:
            lp = self.lp.copy()
            above = {key: lp.add_variable(f"above.{n}", 0, 1) for n, key in enumerate(candidates)}
            for number, (key, share) in enumerate(rising.items()):
                lp += share - above.get(key, 0) >= level - self.solver.slack, f"level.{number}"
            self.solve_step(name, -1 * pulp.lpSum(above.values()), lp)
            excess = {key: float(above[key].varValue or 0.0) for key in candidates}
            blocked = [key for key in candidates if excess[key] <= self.solver.min_increase]
            if len(blocked) == len(candidates):
                return candidates
            if not blocked:  # only rounding lets all of them rise: choose the smallest increase
                return [min(candidates, key=lambda key: excess[key])]
            candidates = blocked

    def fill_tier(self, tier: int, rule: str) -> None:
        """Fill one tier by a rule and lock the result."""
        if rule == "fair":
            self.maximise_levels(self.shares(tier), f"share.{tier}")
        else:
            self.lock(f"filled.{tier}", self.total(lambda one: one.fill_cost(tier)))

    def minimise_shortfall(self, tier: int) -> None:
        """Minimise the total shortfall from the lower bounds of a tier, and lock it."""
        self.lock(f"missed.{tier}", self.total(lambda one: one.goal_shortfall(tier)))

    def minimise_preference(self) -> None:
        """Prefer the first-named options where that costs no fill."""
        self.lock("preference", self.total(lambda one: one.preference_cost()))


def _variable_values(
    lp: pulp.LpProblem, statements: Sequence[Statement]
) -> dict[pulp.LpVariable, float]:
    """Return every variable as last solved; before that, as with no people sent."""
    shortfalls = {variable for one in statements for variable in one.shortfalls}
    return {
        v: v.varValue
        if v.varValue is not None
        else (v.upBound if v in shortfalls else (v.lowBound or 0.0))
        for v in lp.variables()
    }


def fill_by_value(steps: Steps, *_: Any) -> None:
    """Make one plan by the *value* rule; ties go to the months that are reported."""
    for tier in steps.tiers:
        steps.minimise_shortfall(tier)
        steps.fill_tier(tier, "value")
    steps.minimise_preference()
    for tier in steps.tiers:
        seen = pulp.lpSum(one.fill_cost(tier, counted=True) for one in steps.statements)
        steps.lock(f"window.{tier}", seen)


def fill_fairly(steps: Steps, *_: Any) -> None:
    """Make one plan by the *fair* rule."""
    for tier in steps.tiers:
        steps.minimise_shortfall(tier)
        steps.fill_tier(tier, "fair")
    steps.minimise_preference()
    even = [share for one in steps.statements for share in one.unused_option_shares()]
    steps.maximise_levels(dict(enumerate(even)), "even")


@dataclass(eq=False)
class StatedPlanner(Planner):
    """Makes every stage of every block with the stated programme.

    Parameters
    ----------
    programme : Programme
    solver : callable
        Not used: `answer` states and solves the programme itself.
    by : Solver
        The solver chosen.
    rule : callable
        Takes the steps of one stage, the number of its block and its history.
    whole : bool
        Whole people; every decision of the programme is then a single tour.
    """

    by: Solver = field(default_factory=choose_solver)
    rule: Rule = fill_fairly
    whole: bool = False
    outcomes: dict[tuple[int, History], list[tuple[str, SolverOutcome]]] = field(
        default_factory=dict
    )

    @cached_property
    def names(self) -> RowNames:
        """Names of decisions and columns."""
        return RowNames(self.programme, self.whole)

    def answer(self, place: int, history: History, before: StageSolution | None) -> StageSolution:
        """Return the last plan of a block along a history, given the plan before it."""
        data = self.data(place, history, before)
        month = history[-1][0]
        lp = pulp.LpProblem(f"plan_{month}", pulp.LpMinimize)
        statement = Statement(self.names, data, lp, self.whole)
        steps = Steps([statement], self.by)
        self.rule(steps, place, history)
        named = [(f"month {month}: {name}", outcome) for name, outcome in steps.outcomes]
        self.outcomes[place, history] = named
        return self._stage_solution(statement, steps)

    def _stage_solution(self, statement: Statement, steps: Steps) -> StageSolution:
        people = statement.people()
        proof = worst(*steps.certificates)
        if self.whole:
            gap = max((outcome.gap for _, outcome in steps.outcomes), default=0.0)
            proof = Certificate(primal=statement.excess(people), gap=gap)
        return StageSolution(
            people=people,
            missing=statement.shortfall(people),
            price=np.full(len(statement.data.limit), np.nan),
            certificate=proof,
            steps=len(steps.outcomes),
        )

    def ends(self, packages: Iterable[str]) -> list[tuple[str, SolverOutcome]]:
        """Return the outcome of every step of a plan with some packages."""
        chosen = frozenset(packages)
        found = []
        for place, block in enumerate(self.programme.blocks):
            history = self.history(block, chosen)
            for count in range(1, len(history) + 1):
                found += self.outcomes[place, history[:count]]
        return found


@dataclass(frozen=True)
class StageStep:
    """How one step of one plan ended.

    Attributes
    ----------
    plan : str
        ``"with all"``, or ``"without x"``.
    step : str
        Month of the plan and the name of the step.
    status : str
        ``"optimal"`` or ``"time limit"``.
    value, bound, gap : float
        Objective (persons or person-months, minimised), what no solution is below, and their
        distance relative to the value.
    seconds : float
    """

    plan: str
    step: str
    status: str
    value: float
    bound: float
    gap: float
    seconds: float


@dataclass(frozen=True, eq=False)
class Stepwise(Solution):
    """A solution with the end of every step.

    Attributes
    ----------
    steps : tuple of StageStep
        Of the plan with all packages, then of each plan without one; steps that plans share are
        listed once for each.
    solver : str
        PuLP's name of it.
    whole : bool
        Whether people are whole.
    """

    steps: tuple[StageStep, ...] = field(default=(), repr=False)
    solver: str = ""
    whole: bool = False

    @property
    def status(self) -> str:
        """``"optimal"`` where every step was, else ``"time limit"``."""
        limited = any(step.status != "optimal" for step in self.steps)
        return "time limit" if limited else "optimal"

    @property
    def gap(self) -> float:
        """The largest relative gap of any step: 0 where everything is proved optimal."""
        return max((step.gap for step in self.steps), default=0.0)

    def as_neutral(self) -> dict[str, Any]:
        """Return the result as a ``planner-result/1`` object, ready for JSON.

        With whole people no duals exist: ``certificate`` holds the largest violation and the
        largest gap, ``dual`` is null, and ``steps`` lists value, bound and gap of each step.
        """
        result = super().as_neutral()
        result["status"], result["solver"] = self.status, self.solver
        if self.whole:
            result["whole_people"] = True
            result["certificate"] = {
                "primal": self.certificate.primal,
                "dual": None,
                "gap": self.gap if np.isfinite(self.gap) else None,
            }
            result["steps"] = [
                {
                    key: None if isinstance(value, float) and not np.isfinite(value) else value
                    for key, value in vars(step).items()
                }
                for step in self.steps
            ]
        return result


def stepwise(planner: StatedPlanner, rule: str, packages: Sequence[str] | None = None) -> Stepwise:
    """Return the plan with every package and the plan without each of some packages."""
    problem = planner.programme.problem
    all_packages = frozenset(package.id for package in problem.packages)
    steps: list[StageStep] = []

    def plan(name: str, chosen: frozenset[str]) -> Allocation:
        made = Allocation(problem, planner.unfold(chosen))
        steps.extend(
            StageStep(name, what, end.status, end.value, end.bound, end.gap, end.seconds)
            for what, end in planner.ends(chosen)
        )
        return made

    with_all = plan("with all", all_packages)
    without = {
        package.id: plan(f"without {package.id}", all_packages - {package.id})
        for package in problem.packages
        if packages is None or package.id in packages
    }
    solver = planner.by.name
    return Stepwise(problem, rule, with_all, without, tuple(steps), solver, planner.whole)


def reference_solution(
    problem: Problem,
    rule: str = "fair",
    solver: str | None = None,
    packages: Sequence[str] | None = None,
) -> Stepwise:
    """Allocate with every package and without each of them, by the stated programme.

    Slow on purpose: a programme is written out anew for every step. See
    :func:`planner.solution.solve_problem` for the engine.

    Parameters
    ----------
    problem : Problem
    rule : {"fair", "value"}
    solver : str, optional
        See :func:`planner.reference.solvers.choose_solver`.
    packages : sequence of str, optional
        Packages for which displacement is wanted; by default all.

    Raises
    ------
    InputError
        No such solver.
    SolverError
        The solver gave no optimum.
    """
    planner = StatedPlanner(
        build_programme(problem),
        solver_for(rule),
        by=choose_solver(solver),
        rule=fill_fairly if rule == "fair" else fill_by_value,
    )
    return stepwise(planner, rule, packages)


def solve_reference(
    problem: Problem, rule: str = "fair", solver: str | None = None
) -> dict[str, Any]:
    """Return the reference's result as a ``planner-result/1`` object.

    Examples
    --------
    >>> from planner.problem.neutral import parse_problem
    >>> problem = parse_problem({
    ...     "format": "planner-problem/1", "months": 12, "pools": {"staff": 20},
    ...     "demands": [{"id": "unit", "tier": 1, "cap": 12, "first": -60, "last": 200,
    ...                  "tour": 6, "pools": ["staff"], "prep": 2, "rest": 2}]})
    >>> round(solve_reference(problem)["demands"]["unit"]["filled"], 6)
    120.0
    """
    return reference_solution(problem, rule, solver).as_neutral()


def whole_cohorts(cap: float, cohorts: int) -> list[int]:
    """Return the maximum of each cohort in whole persons, spread evenly, in sum ⌊cap⌋.

    Examples
    --------
    >>> whole_cohorts(14, 12)
    [1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 2]
    >>> whole_cohorts(2.5, 3)
    [0, 1, 1]
    """
    people = math.floor(cap + 1e-9)
    return [people * (j + 1) // cohorts - people * j // cohorts for j in range(cohorts)]


def whole_data(programme: Programme) -> list[StageData]:
    """Return the settings of a programme of single tours with caps in whole persons."""
    problem, found = programme.problem, []
    sizes = [whole_cohorts(demand.cap, demand.cohorts) for demand in problem.demands]
    for block in programme.blocks:
        full = np.zeros(len(block.demand))
        cohort = programme.tours.cohort[block.tour]
        for decision, which in zip(block.tour_decision.tolist(), cohort.tolist(), strict=True):
            full[decision] = sizes[block.demand[decision]][which]
        base = base_data(problem, block)
        found.append(base.change(full=full, upper=full[block.decision]))
    return found


def solve_whole(
    problem: Problem,
    rule: str = "value",
    solver: str | None = None,
    time_limit: float | None = None,
    packages: Sequence[str] | None = None,
) -> Stepwise:
    """Allocate whole people, with every package and without each of them.

    Parameters
    ----------
    problem : Problem
    rule : {"value", "fair"}
    solver : str, optional
        See :func:`planner.reference.solvers.choose_solver`.
    time_limit : float, optional
        Seconds for each step; the best solution by then is used, and its gap reported.
    packages : sequence of str, optional
        Packages for which displacement is wanted; by default all.

    Returns
    -------
    Stepwise
        A solution; its ``status``, ``gap`` and ``steps`` take the place of a certificate.

    Raises
    ------
    InputError
        No such solver.
    SolverError
        The solver found no solution at all.

    Examples
    --------
    >>> from planner.problem.neutral import parse_problem
    >>> problem = parse_problem({
    ...     "format": "planner-problem/1", "months": 12, "pools": {"infantry": 20},
    ...     "demands": [{"id": "unit", "tier": 1, "cap": 12, "first": -60, "last": 200, "tour": 6,
    ...                  "pools": ["infantry"], "prep": 2, "rest": 2, "unit": True}]})
    >>> solve_whole(problem).as_neutral()["demands"]["unit"]["filled"]
    72.0
    """
    programme = build_programme(problem, by_tour=True)
    planner = StatedPlanner(
        programme,
        solver_for(rule),
        tuple(whole_data(programme)),
        by=choose_solver(solver, time_limit),
        rule=_NearFairRule(problem) if rule == "fair" else fill_by_value,
        whole=True,
    )
    return stepwise(planner, rule, packages)


class _NearFairRule:
    """The *fair* rule in whole people: minimal shortfall from the engine's fair plan."""

    def __init__(self, problem: Problem):
        self.planner = Planner(build_programme(problem), solver_for("fair"))
        self.names = RowNames(self.planner.programme)

    def __call__(self, steps: Steps, place: int, history: History) -> None:
        fair = self._people(place, history)
        statement = steps.statements[0]
        groups = statement.names.groups(statement.block)
        for tier in steps.tiers:
            steps.minimise_shortfall(tier)
            tours: dict[str, list[int]] = defaultdict(list)
            for decision in statement.of_tier(tier):
                tours[groups[decision]].append(decision)
            self._minimise_below_fair(steps, tours, fair, tier)
            steps.fill_tier(tier, "value")
        steps.minimise_preference()

    def _people(self, place: int, history: History) -> dict[str, float]:
        """Return the people on each decision of the fair plan in fractions along a history."""
        known = frozenset(name for _, packages in history for name in packages)
        people = self.planner.unfold(known).answers[place].people
        block = self.planner.programme.blocks[place]
        served = np.bincount(block.decision, people, minlength=len(block.demand))
        return dict(zip(self.names.groups(block), served.tolist(), strict=True))

    def _minimise_below_fair(
        self, steps: Steps, tours: dict[str, list[int]], fair: dict[str, float], tier: int
    ) -> None:
        """Minimise the person-months by which decisions stay below their fair number of people."""
        statement, cost = steps.statements[0], {}
        for group, decisions in tours.items():
            people = fair.get(group, 0.0)
            if people <= 1e-6:
                continue
            below = steps.lp.add_variable(f"below.{group}", 0, people)
            statement.shortfalls.add(below)
            served = pulp.lpSum(statement.served(decision) for decision in decisions)
            steps.lp.addConstraint(served + below >= people, f"fair.{group}")
            whole = math.floor(people)
            part = people - whole  # the same in whole numbers, and tighter between them
            row = part * served + below >= part * (whole + 1)
            steps.lp.addConstraint(row, f"fairer.{group}")
            cost[below] = float(np.mean(statement.block.duty_months[decisions]))
        steps.lock(f"below_fair.{tier}", pulp.LpAffineExpression(cost))


def state(
    problem: Problem,
    rule: str = "value",
    tier: int | None = None,
    whole: bool = False,
    solver: str | None = None,
) -> pulp.LpProblem:
    """Return the programme of one tier, ready to be minimised.

    Parameters
    ----------
    problem : Problem
    rule : {"value", "fair"}
        *value* minimises minus the weighted person-months of the tier. *fair* minimises minus the
        share of its cap that the worst-off decision of the tier gets, the first of the levels.
    tier : int, optional
        By default the first one.
    whole : bool
        Whole people and all-or-nothing units.
    solver : str, optional
        Solves the steps before, if any exist.

    Examples
    --------
    >>> from planner.problem.neutral import parse_problem
    >>> problem = parse_problem({
    ...     "format": "planner-problem/1", "months": 6, "pools": {"staff": 3},
    ...     "demands": [{"id": "untso", "tier": 1, "cap": 2, "first": 0, "last": 5,
    ...                  "tour": 6, "pools": ["staff"], "prep": 0, "rest": 0}]})
    >>> programme = state(problem)
    >>> print(programme.objective)
    -6.0*z.untso.w0.staff
    >>> print(programme.get_constraint_by_name("pool.staff.5"))
    z.untso.w0.staff <= 3.0
    """
    if rule not in ("value", "fair"):
        raise ValueError(f"expected the rule 'fair' or 'value', found {rule!r}")
    if whole and rule == "fair":
        raise ValueError("with whole people only the programme of 'value' can be written")
    steps = Steps(state_all(problem, whole), choose_solver(solver))
    tiers = steps.tiers
    chosen = tier if tier is not None else min(tiers, default=1)
    if tiers and chosen not in tiers:
        known = ", ".join(str(one) for one in tiers)
        message = f"expected a tier with people in the model ({known}), found {chosen}"
        raise InputError(Fault("<options>", 0, 0, "tier", message))
    for earlier in tiers:
        if earlier > chosen:
            break
        steps.minimise_shortfall(earlier)
        if earlier < chosen:
            steps.fill_tier(earlier, rule)
    if rule == "fair":
        return steps.level_problem(steps.shares(chosen))
    steps.lp.setObjective(steps.total(lambda one: one.fill_cost(chosen)) + 0)
    return steps.lp


def state_all(problem: Problem, whole: bool = False) -> list[Statement]:
    """State all blocks of a problem in one programme, with every package known from the start."""
    programme = build_programme(problem, by_tour=whole)
    blocks = programme.blocks
    settings = whole_data(programme) if whole else [base_data(problem, block) for block in blocks]
    lp, names = pulp.LpProblem("allocation", pulp.LpMinimize), RowNames(programme, whole)
    return [Statement(names, data, lp, whole) for data in settings]


def write_lp(
    problem: Problem,
    path: str | Path,
    rule: str = "value",
    tier: int | None = None,
    whole: bool = False,
    solver: str | None = None,
) -> Path:
    """Write the programme of one tier as an LP file, with readable names; see :func:`state`."""
    target = Path(path)
    state(problem, rule, tier, whole, solver).writeLP(str(target))
    return target


def write_mps(
    problem: Problem,
    path: str | Path,
    rule: str = "value",
    tier: int | None = None,
    whole: bool = False,
    solver: str | None = None,
) -> Path:
    """Write the programme of one tier as a free-format MPS file; see :func:`state`."""
    target = Path(path)
    state(problem, rule, tier, whole, solver).writeMPS(str(target))
    return target
