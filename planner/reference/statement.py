"""The programme of one plan stated with PuLP, so that it reads like the method page.

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

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
import pulp
from numpy.typing import NDArray
from scipy import sparse

from planner.engine.programme import Block, Programme
from planner.engine.stages import StageData

__all__ = ["RowNames", "Statement", "clean_names"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Expression: TypeAlias = pulp.LpAffineExpression

LONGEST = 24
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
        plain = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")[:LONGEST] or "x"
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
                name if plain.count(name) == 1 else f"{name[: LONGEST - 4]}_{place}"
                for place, name in enumerate(plain)
            ]
            found.append(list(clean_names(apart).values()))
        return found

    def groups(self, block: Block) -> list[str]:
        """Name of the wave, or of the part of a cut wave, that each decision belongs to."""
        lead = np.array([d.lead for d in self.programme.problem.demands], dtype=int)[block.demand]
        part = sum(
            (
                (block.begin >= month + lead).astype(int)
                for month in self.programme.problem.replan_months
            ),
            np.zeros(len(lead), dtype=int),
        )
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
    """Variables, rows and objectives of one plan of one block.

    Attributes
    ----------
    names : Names
    data : StageData
        Right-hand sides; people whose lower and upper limit are the same are settled.
    lp : LpProblem
        The programme that variables and rows are added to: always a minimisation, without an
        objective until a step is taken.
    z : dict of int to LpVariable
        People of each column that the plan knows.
    missing : dict of int to LpVariable
        What a lower composition bound lacks, by bound row.
    lacks : set of LpVariable
        Variables that are at their upper bound where no people are sent.
    """

    names: RowNames
    data: StageData
    lp: pulp.LpProblem
    whole: bool = False
    z: dict[int, pulp.LpVariable] = field(default_factory=dict)
    missing: dict[int, pulp.LpVariable] = field(default_factory=dict)
    lacks: set[pulp.LpVariable] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._decisions = self.names.decisions(self.data.block)
        self._people()
        self._caps()
        self._limits()
        self._goals()
        if self.whole:
            self._units()

    @property
    def block(self) -> Block:
        """The block that the data belong to."""
        return self.data.block

    def _people(self) -> None:
        """z[w, o] ≥ 0, with equal limits where tours stay as they were."""
        kind = pulp.LpInteger if self.whole else pulp.LpContinuous
        names = self.names.columns(self.block)
        for column in np.flatnonzero(self.data.upper > 0).tolist():
            low, high = self.data.lower[column], self.data.upper[column]
            limits = (low, high) if low == high else (0, None)
            self.z[column] = self.lp.add_variable(names[column], *limits, kind)

    def _caps(self) -> None:
        """Σ_o z[w, o] ≤ cap × n(w) ÷ m, for every decision."""
        for decision, columns in enumerate(self._columns):
            if terms := dict.fromkeys(columns, 1.0):
                name = f"cap.{self._decisions[decision]}"
                self._at_most(terms, self.data.full[decision], name)

    def _limits(self) -> None:
        """Σ people × what one of them uses ≤ limit: strengths, upper bounds and budgets."""
        rows = self.block.rows
        for row, name in enumerate(self.names.rows(self.block)):
            terms, limit = self._terms(rows, row), float(self.data.limit[row])
            if terms and np.isfinite(limit):
                self._at_most(terms, limit, name)

    def _goals(self) -> None:
        """People on duty + what is lacking ≥ lower bound, in every month that has tours."""
        bounds = self.block.bounds
        for row in np.flatnonzero(self.data.goal > 0).tolist():
            bound, month = bounds.bound[row], bounds.month[row]
            label, goal = f"{bound}.{month}", float(self.data.goal[row])
            self.missing[row] = lacks = self.lp.add_variable(f"missing.{label}", 0, goal)
            self.lacks.add(lacks)
            present = self._sum(self._terms(bounds.matrix, row))
            self.lp += present + lacks >= goal, f"least.{label}"

    def _units(self) -> None:
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
            most = float(self.data.full[decision])
            name = f"all.{self._decisions[decision]}"
            self.lp += self.served(decision) == most * sent[group], name

    def _terms(self, matrix: sparse.csr_array, row: int) -> dict[int, float]:
        """Return the coefficients of one row by column, for the columns that the plan knows."""
        inside = slice(matrix.indptr[row], matrix.indptr[row + 1])
        entries = zip(matrix.indices[inside].tolist(), matrix.data[inside].tolist(), strict=True)
        return {column: value for column, value in sorted(entries) if value and column in self.z}

    def _at_most(self, terms: dict[int, float], limit: float, name: str) -> None:
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

    def option_shares(self) -> list[Expression]:
        """Return one minus the share of the cap by each option, where there are several."""
        return [
            1 - self.z[column] * (1 / float(self.data.full[decision]))
            for decision in self.free
            if len(self._columns[decision]) > 1
            for column in self._columns[decision]
        ]

    def missed(self, tier: int) -> Expression:
        """Return what the lower bounds of a tier lack, over all months."""
        tiers = self.data.goal_tier
        return pulp.lpSum(lacks for row, lacks in self.missing.items() if tiers[row] == tier)

    def unfilled(self, tier: int, counted: bool = False) -> Expression:
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

    def dislike(self) -> Expression:
        """Return people × months on duty × place of the option in the demand's list."""
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

    def lacking(self, people: Floats) -> Floats:
        """Return what each lower bound lacks with these people, (bound rows,)."""
        present = self.block.bounds.matrix @ people
        return np.where(self.data.goal > 0, np.maximum(self.data.goal - present, 0.0), 0.0)

    def excess(self, people: Floats) -> float:
        """Return the largest violation of a limit, relative to one plus its size."""
        limit = np.concatenate([self.data.limit, self.data.full])
        used = np.concatenate([self.data.rows @ people, self.block.pick @ people])
        kept = np.isfinite(limit)
        return float(np.max((used - limit)[kept] / (1 + limit[kept]), initial=0.0))
