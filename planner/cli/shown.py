"""A resolved scenario looked up by id: plain values, ready for JSON or for a table."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from planner.digest import plain
from planner.errors import Fault, InputError, nearest

if TYPE_CHECKING:
    from planner.compile import Compiled, FigureRow
    from planner.scenario.load import Scenario

__all__ = ["Resolved"]


class Resolved:
    """A scenario and the problem it states.

    Parameters
    ----------
    scenario : Scenario

    Raises
    ------
    InputError
        The figures of the scenario contradict each other.
    """

    def __init__(self, scenario: Scenario):
        self.scenario = scenario
        self.compiled  # noqa: B018  wrong figures are said before anything is shown

    @cached_property
    def compiled(self) -> Compiled:
        """The problem, with its labels and figures."""
        from planner.compile import compile_scenario

        return compile_scenario(self.scenario)

    def find(self, wanted: Mapping[str, str]) -> dict[str, Any]:
        """Return the parts asked for by kind and id; every unknown id is said."""
        makers: dict[str, tuple[Callable[[str], Any], Iterable[str]]] = {
            "mission": (self.mission, self.scenario.inputs.missions),
            "demand": (self.demand, self.scenario.inputs.demands),
            "pool": (self.pool, self.scenario.inputs.pools),
            "figure": (self.figures, [row.id for row in self.compiled.figures]),
        }
        found, faults = {}, []
        for kind, id in wanted.items():
            maker, known = makers[kind]
            if id in known or (kind == "figure" and any(name.startswith(id) for name in known)):
                found[kind] = maker(id)
            else:
                message = f"no such {kind} in {self.scenario.name}: {id!r}{nearest(id, known)}"
                if kind == "figure":
                    message += "; a part of it, such as 'demand.untso', lists all that begin so"
                faults.append(Fault(f"--{kind}", 0, 0, "", message))
        if faults:
            raise InputError(faults)
        return found

    def overview(self) -> dict[str, Any]:
        """Return what the scenario is about: missions, packages, pools, what is left out."""
        scenario, inputs, compiled = self.scenario, self.scenario.inputs, self.compiled
        texts = ("name", "title", "title_nl", "summary", "summary_nl", "digest")
        return {
            **{key: getattr(scenario, key) for key in texts},
            "files": [layer.file for layer in scenario.layers if layer.file],
            "window": {"first": str(inputs.first), "last": str(inputs.last)},
            "rule": compiled.rule,
            "model": {"first": str(compiled.first_month), "months": compiled.problem.months},
            "figures": dict(Counter(row.basis for row in compiled.figures)),
            "missions": [self._mission_line(row.id) for row in compiled.missions],
            "packages": [self._package_line(package) for package in inputs.packages.values()],
            "pools": [self._pool_line(id) for id in inputs.pools],
            "left_out": dict(compiled.left_out),
        }

    def mission(self, id: str) -> dict[str, Any]:
        """Return a mission, its source, and its demands with why some do not count."""
        mission = self.scenario.inputs.missions[id]
        lines = [d.id for d in self.scenario.inputs.demands.values() if d.mission == id]
        return {
            **plain(mission),
            "source": self.source(mission.source),
            "written_in": _place(mission.file, mission.line),
            "demands": [self._demand_line(line) for line in lines],
        }

    def demand(self, id: str) -> dict[str, Any]:
        """Return a demand, its figures and where they come from."""
        line = self.scenario.inputs.demands[id]
        rows = {row.id: row for row in self.compiled.demands}
        content = self._demand_line(id) | {
            "mission_name": self.scenario.inputs.missions[line.mission].name,
            "note": line.note,
            "written_in": _place(line.file, line.line),
            "figures": [],
        }
        if id in rows:
            row = rows[id]
            content |= {
                "tour": row.tour,
                "preparation": dict(zip(row.pools, row.preparation, strict=True)),
                "rest": dict(zip(row.pools, row.rest, strict=True)),
                "cohorts": row.cohorts,
                "package": row.package,
                "figures": self._of(f"demand.{id}.") + self._policy(row.kind, row.pools),
            }
        return content

    def pool(self, id: str) -> dict[str, Any]:
        """Return a pool, its strength by year, its figures and the demands that draw on it."""
        pool = self.scenario.inputs.pools[id]
        drawn = [row.id for row in self.compiled.demands if id in row.pools]
        return {
            **self._pool_line(id),
            "note": pool.note,
            "written_in": _place(pool.file, pool.line),
            "demands": [self._demand_line(line) for line in drawn],
            "figures": self._of(f"pool.{id}."),
        }

    def figures(self, id: str) -> list[dict[str, Any]]:
        """Return a figure with its source, or all figures whose id begins so."""
        exact = [row for row in self.compiled.figures if row.id == id]
        return [self._figure(row) for row in exact] or self._of(id)

    def sources(self) -> list[dict[str, Any]]:
        """Return the publications that figures in use come from, the most used first."""
        counts = Counter(row.source for row in self.compiled.figures if row.source)
        return [{**self.source(id), "figures_in_use": count} for id, count in counts.most_common()]

    def uncertain(self) -> dict[str, Any]:
        """Return what many futures draw, with its distribution and source, and what correlates."""
        from planner.montecarlo.parameters import list_uncertain

        found = list_uncertain(self.scenario)
        rows = found.table().to_dict("records")
        for row in rows:
            row["low"], row["high"] = (_finite(row[end]) for end in ("low", "high"))
            row["source"] = self.source(row["source"]) if row["source"] else None
        return {"factors": rows, "correlations": found.correlations().to_dict("records")}

    def source(self, id: str) -> dict[str, Any]:
        """Return a publication by id; only its id where nothing is known about it."""
        known = self.scenario.inputs.sources.get(id)
        found: dict[str, Any] = {"id": id} if known is None else plain(known)
        return found

    def _of(self, prefix: str) -> list[dict[str, Any]]:
        return [self._figure(row) for row in self.compiled.figures if row.id.startswith(prefix)]

    def _policy(self, kind: str, pools: Iterable[str]) -> list[dict[str, Any]]:
        """Return the figures of a kind that concern some pools."""
        found = self._of(f"kind.{kind}.")
        named = {f"kind.{kind}.{name}.{pool}" for name in ("preparation", "rest") for pool in pools}
        return [row for row in found if row["id"].count(".") == 2 or row["id"] in named]

    def _figure(self, row: FigureRow) -> dict[str, Any]:
        return {
            "id": row.id,
            "value": row.value,
            "low": row.low,
            "high": row.high,
            "unit": row.unit,
            "basis": row.basis,
            "source": self.source(row.source) if row.source else None,
            "section": row.section,
            "note": row.note,
            "written_in": _place(row.file, row.line),
        }

    def _mission_line(self, id: str) -> dict[str, Any]:
        mission = self.scenario.inputs.missions[id]
        rows = [row for row in self.compiled.demands if row.mission == id]
        keys = ("id", "name", "name_nl", "organisation", "region", "main_task", "status")
        return {key: getattr(mission, key) for key in keys} | {
            "demands": [row.id for row in rows],
            "tiers": sorted({row.tier for row in rows}),
            "first": str(min(row.first for row in rows)),
            "last": str(max(row.last for row in rows)),
            "asked_person_months": sum(self._asked[row.id] for row in rows),
        }

    @cached_property
    def _asked(self) -> dict[str, float]:
        """Person-months asked inside the report window, by demand."""
        from planner.allocation import asked_months

        problem = self.compiled.problem
        asked = asked_months(problem).tolist()
        return {d.id: people for d, people in zip(problem.demands, asked, strict=True)}

    def _demand_line(self, id: str) -> dict[str, Any]:
        line = self.scenario.inputs.demands[id]
        keys = ("id", "mission", "name", "name_nl", "category", "kind", "standing", "tier")
        here = id in self._asked
        return {key: getattr(line, key) for key in keys} | {
            "pools": list(line.pools),
            "cap": line.cap.value,
            "first": None if line.first is None else str(line.first.month),
            "last": None if line.last is None else str(line.last.month),
            "asked_person_months": self._asked.get(id, 0.0),
            "left_out": "" if here else self.compiled.left_out.get(id, "does not count"),
        }

    def _package_line(self, package: Any) -> dict[str, Any]:
        problem = self.compiled.problem
        here = package.id in {one.id for one in problem.packages}
        known = str(self.compiled.month(problem.known(package.id))) if here else None
        return {
            "id": package.id,
            "title": package.title,
            "title_nl": package.title_nl,
            "on": package.on,
            "known": known,
            "demands": list(package.demands),
        }

    def _pool_line(self, id: str) -> dict[str, Any]:
        pool, compiled = self.scenario.inputs.pools[id], self.compiled
        people = compiled.problem.pools[id]
        first, last = compiled.problem.report
        years: dict[str, list[float]] = {}
        for month in range(first, last + 1):
            year = str(compiled.month(month).year)
            years.setdefault(year, []).append(float(people[month]))
        keys = ("id", "name", "name_nl", "category", "speciality")
        return {key: getattr(pool, key) for key in keys} | {
            "strength_by_year": {year: sum(all_) / len(all_) for year, all_ in years.items()}
        }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _place(file: str, line: int) -> str:
    return f"{file}:{line}" if file and line else file
