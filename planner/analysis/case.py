"""What an analysis starts from: a problem, its labels and the rule, whatever it was given.

A neutral problem has no labels: each demand then is its own mission, and months are numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.errors import InputError, nearest
from planner.months import Month
from planner.problem.model import Problem

__all__ = ["KEYS", "Case", "DemandLabels", "read_case", "rules_of"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

KEYS = ("demand", "mission", "region", "category", "organisation", "kind", "main_task", "tier")
"""What demands can be grouped by."""


@dataclass(frozen=True)
class DemandLabels:
    """Labels of one demand.

    Attributes
    ----------
    demand, mission, name, name_nl, organisation, region, category, kind : str
    on_call : bool
        On call (NRF, EU Battlegroup) instead of deployed.
    """

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
    problem : Problem
    rule : str
        ``"fair"`` or ``"value"``.
    lines : tuple of DemandLabels
        Labels, in the order of ``problem.demands``.
    first_month : Month or None
        Calendar month of month 0; None where months are numbers only.
    name : str
    scenario, compiled : object or None
        Where the problem comes from, if it comes from a scenario.
    planner : Planner or None
        Of a result: the plans that were made for it, which are not made again.
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
        names = [packages] if isinstance(packages, str) else list(packages)
        own = {demand for name in names for demand in self.problem.package(name).demands}
        return np.array([demand.id in own for demand in self.problem.demands], dtype=bool)

    def keys(self, by: str) -> list[str]:
        """Return what each demand is grouped under: one of :data:`KEYS`."""
        if by in ("main_task", "tier"):
            return [str(getattr(demand, by)) for demand in self.problem.demands]
        if by not in KEYS:
            raise InputError(f"expected one of {', '.join(KEYS)}, found {by!r}{nearest(by, KEYS)}")
        return [getattr(line, by) for line in self.lines]

    def groups(self, by: str = "mission") -> dict[str, Flags]:
        """Return the demands of each group, in order of first appearance."""
        keys = np.array(self.keys(by), dtype=object)
        return {key: np.asarray(keys == key) for key in dict.fromkeys(keys.tolist())}

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

    def change(self, problem: Problem) -> Case:
        """Return the same case with other numbers for the same demands, in the same order."""
        return replace(self, problem=problem, planner=None)


def rules_of(rule: str | None, rules: Sequence[str] | None) -> Sequence[str]:
    """Return the rules to put side by side: those given, the one given, or both."""
    if rules is not None:
        return rules
    return ("fair", "value") if rule is None else (rule,)


def read_case(source: Any, rule: str | None = None) -> Case:
    """Return the case that `source` states.

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

        return _compiled(compile_scenario(source), None, source)
    if hasattr(source, "compiled"):
        case = _compiled(source.compiled, source.rule, getattr(source, "scenario", None))
        return replace(case, planner=getattr(source.solution, "planner", None))
    if hasattr(source, "problem") and hasattr(source, "first_month"):
        return _compiled(source, None, None)
    raise InputError(f"expected a scenario, a result or a problem, found {type(source).__name__}")


def _compiled(compiled: Any, rule: str | None, scenario: Any) -> Case:
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
